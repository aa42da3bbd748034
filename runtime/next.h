/* next.h: the commands that a person may type next, as a shell takes them. */
#ifndef KAD_NEXT_H
#define KAD_NEXT_H

#include "base/str.h"
#include "store/store.h"

/* "kad workflow VERB EXECUTION OPTIONS", with `database` where it is not the project's own
 * (NULL). In the arena, as what follows. */
const char *next_verb(struct arena *arena, const char *database, const char *verb,
                      const char *execution, const char *options);
/* Emits what the gate waits for. */
const char *next_emit(struct arena *arena, const char *database,
                      const struct gate_row *gate);
/* " --step STEP", with its item. */
const char *next_step(struct arena *arena, struct str step);

#endif
