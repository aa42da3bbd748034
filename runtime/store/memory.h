/* memory.h: what the parts of the journal in memory share: copies of rows.
 *
 * memory_rows.c   the copies
 * memory.c        everything else */
#ifndef KAD_STORE_MEMORY_H
#define KAD_STORE_MEMORY_H

#include "store/store.h"

/* NULL stays NULL; a row's `item` and `way` become "". */
const char *text_copy(struct arena *arena, const char *text);
struct execution_row execution_copy(struct arena *arena,
                                    const struct execution_row *from);
struct step_row step_copy(struct arena *arena, const struct step_row *from);
struct history_row history_copy(struct arena *arena, const struct history_row *from);
struct gate_row gate_copy(struct arena *arena, const struct gate_row *from);
struct position_row position_copy(struct arena *arena, const struct position_row *from);
struct event_row event_copy(struct arena *arena, const struct event_row *from);
struct workflow_row workflow_copy(struct arena *arena, const struct workflow_row *from);

#endif
