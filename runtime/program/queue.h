/* queue.h: executions that wait for others of their workflow: `concurrency`.
 *
 * Those that have started and not ended count, whether somebody runs them or not; queued ones
 * start in the order of their creation, but do not wait for others that nobody waits with. Who
 * ends one tells the owners of the queued ones (SIGUSR1); they also look by themselves, every
 * few seconds, for those that end without a word. */
#ifndef KAD_PROGRAM_QUEUE_H
#define KAD_PROGRAM_QUEUE_H

#include "engine/host.h"
#include "engine/lock.h"
#include "kad/workflow.h"
#include "project.h"
#include "store/store.h"

struct queue {
    struct arena *arena;
    const struct project *project;
    struct journal *journal;
    struct lock_file *locks;
    struct host *host;
    const struct kad_concurrency *concurrency;
    struct execution_row *row; /* queued, and this process's own */
};

enum queue_end {
    QUEUE_ADMITTED,  /* it has started: the row says so */
    QUEUE_LEFT,      /* it stays queued */
    QUEUE_CANCELLED, /* the row says so */
    QUEUE_STORE_FAILED
};

/* How many have to end first, as far as is known now. */
enum store_error queue_count_ahead(const struct queue *queue, size_t *count);

/* Has so many of the oldest ended that there is room. */
enum store_error queue_cancel_oldest(const struct queue *queue);

/* Starts it, if there is room now. STORE_NOT_FOUND: there is none. */
enum store_error queue_try(struct queue *queue);

/* `waits`: until there is room, a person wants to stop, or it is cancelled; else only if there
 * is room now. */
enum queue_end queue_enter(struct queue *queue, bool waits);

/* Tells the owners of queued executions that one has ended. */
void queue_tell(struct arena *arena, struct journal *journal, struct lock_file *locks,
                const struct execution_row *ended);

#endif
