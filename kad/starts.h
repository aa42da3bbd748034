/* starts.h: what starts a workflow beside a person, in words. */
#ifndef KAD_STARTS_H
#define KAD_STARTS_H

#include <jansson.h>
#include <stdio.h>

#include "base/arena.h"

/* "schedule 0 3 * * * Europe/Berlin, overlap skip": a trigger and its settings. */
const char *starts_text(struct arena *arena, const json_t *trigger);

/* "nightly: its schedule starts nothing by itself: ..."; nothing where only people start it. */
void starts_say_missing(struct arena *arena, const json_t *definition, FILE *out);

#endif
