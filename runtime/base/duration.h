/* duration.h: "30s", "1h30m" and milliseconds.
 *
 *     duration = (count unit)+          units fall: w d h m s ms; the sum is over zero */
#ifndef KAD_BASE_DURATION_H
#define KAD_BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* A hundred years: a moment that is so long from now can still be written. */
#define DURATION_MAX "36500d"
#define DURATION_MAX_MS (36500 * INT64_C(24) * 3600 * 1000)

/* false: it is no duration, or longer than DURATION_MAX. */
bool duration_parse(struct str text, int64_t *duration_ms);

/* Whether that is all that is wrong with it. */
bool duration_is_too_long(struct str text);

/* As duration_parse reads it; "0ms" for zero. In the arena. */
const char *duration_text(struct arena *arena, int64_t duration_ms);

#endif
