/* pins.h: what is kept for executions to end on: programs (builds.h) and modules (modules.h).
 *
 * A copy that is used by a new execution is marked as used, before its row refers to it. One
 * that no row refers to, and that nobody has used for a day, may go. */
#ifndef KAD_PROGRAM_PINS_H
#define KAD_PROGRAM_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Whether the copy is there; it is marked as used now, and outlives a loss of power. */
bool pin_use(const char *path);
/* Makes the name of a new copy, whose content is synced, outlive a loss of power: before a row
 * refers to it. `path`: STATE/KIND/NAME. false: errno. */
bool pin_sync(const char *path);

/* Removes the entries of a folder that are not among `names` and not in use; counts them. */
void pins_sweep(struct arena *arena, const char *folder, const char *const *names,
                size_t name_count, int64_t now_ms, size_t *count);

#endif
