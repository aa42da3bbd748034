/* exec.h: one program, from its start to its end; see host.h for what is asked and told. */
#ifndef KAD_PROCESS_EXEC_H
#define KAD_PROCESS_EXEC_H

#include "engine/host.h"
#include "process/keeper.h"

/* The time between TERM and KILL. */
enum { EXEC_GRACE_MS = 10 * 1000 };

enum exec_end exec_run(struct keeper *keeper, struct arena *arena,
                       const struct exec_request *request, struct exec_result *result);

#endif
