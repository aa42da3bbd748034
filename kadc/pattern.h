/* pattern.h: the regular expressions of `pattern`; the one place that sees pcre2.h. */
#ifndef KADC_PATTERN_H
#define KADC_PATTERN_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* What is wrong with a pattern, or absent; *offset is the byte where. */
struct str pattern_error(struct arena *arena, struct str pattern, size_t *offset);

/* A pattern for the texts in which both are found; either may be absent, which all texts
 * match. Absent if both are there and can't be put together. */
struct str pattern_both(struct arena *arena, struct str a, struct str b);

/* Whether the pattern is found in the text. A pattern that is wrong, or that gives up at
 * the match limit, counts as found: it has been or will be reported elsewhere. */
bool pattern_matches(struct str pattern, struct str text);

#endif
