/* exec.h: one program, from its start to its end; see host.h for what is asked and told. */
#ifndef KAD_PROCESS_EXEC_H
#define KAD_PROCESS_EXEC_H

#include <poll.h>
#include <stdatomic.h>

#include "engine/host.h"
#include "process/keeper.h"

/* The time between TERM and KILL. */
enum { EXEC_GRACE_MS = 10 * 1000 };

/* The thread that runs programs and waits. Signals interrupt the engine's, writes to its
 * eventfd any other, for which all signals are blocked. */
struct exec_caller {
    struct keeper_line line;
    int wake_fd;            /* -1: the engine's thread */
    atomic_bool is_closing; /* its programs are killed, and no more started */
};

enum exec_end exec_run(struct exec_caller *caller, struct arena *arena,
                       const struct exec_request *request, struct exec_result *result);

/* What the waiter says, or that the caller is closing. */
enum wait_verdict exec_verdict(struct exec_caller *caller, const struct waiter *waiter);

/* poll(2), at most `timeout_ms` (-1: for ever). The first of `fds` is filled in here. -1 and
 * EINTR: the waiter is to be asked. */
int exec_poll(struct exec_caller *caller, struct pollfd *fds, nfds_t count,
              int64_t timeout_ms);

#endif
