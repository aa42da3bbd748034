/* event.h: which event opens which wait; for the engine, and for who emits events. */
#ifndef KAD_ENGINE_EVENT_H
#define KAD_ENGINE_EVENT_H

#include <stdbool.h>

#include "store/store.h"

/* Letters, digits and `. _ - :`; not empty. kadc checks names by the same rule. */
bool event_name_is_valid(const char *name);

/* Whether each field of `match` (a JSON object; NULL: none) is equal to the field of that name
 * in the event's data; 1 equals 1.0. */
bool event_fits(const struct event_row *event, const char *match);

/* What is stored as the answer of a gate that the event opens: {"event": its id, "data"}. */
const char *event_answer(struct arena *arena, const struct event_row *event);
/* The event's id in such an answer; 0: it names none. */
int64_t event_of_answer(const char *answer);

#endif
