/* cancel.h: ends executions that nobody runs. */
#ifndef KAD_ENGINE_CANCEL_H
#define KAD_ENGINE_CANCEL_H

#include "store/store.h"

/* The execution, whose lock the caller holds, is cancelled, with all steps that were caught in
 * flight, what they wait for, and the executions that they have called. */
enum store_error cancel_idle(struct journal *journal, struct arena *arena,
                             const struct execution_row *row, int64_t now_ms);

#endif
