/* unquoted.h: expressions that were written without quotes, `key: {{ steps.a }}`.
 *
 * To YAML they are a map whose key is a map, or a syntax error. */
#ifndef KADC_UNQUOTED_H
#define KADC_UNQUOTED_H

#include "diag.h"

/* Looks for one on the line of `byte`, where a value may begin. `is_in_flow`: the line
 * begins inside [] or {}; afterwards, whether the expression stands inside. */
bool unquoted_find(struct str text, size_t byte, size_t *start, bool *is_in_flow);

/* Reports 0108 for the one at `start`, with quotes as the edit. Returns its range, with
 * all of the text that the quotes have to hold. */
struct span unquoted_report(struct arena *arena, struct diags *diags,
                            const struct source *source, size_t start, bool is_in_flow);

#endif
