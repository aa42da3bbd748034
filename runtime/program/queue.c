/* queue.c: see queue.h. */
#include "program/queue.h"

#include <signal.h>
#include <string.h>

#include "program/idle.h"

enum { TICK_MS = 2000, WAIT_MS = 24 * 60 * 60 * 1000 };

/* ---- Whose turn it is --------------------------------------------------------------- */

static enum store_error list(const struct queue *queue, struct arena *arena,
                             struct execution_row **rows, size_t *count)
{
    return queue->journal->ops->under_way(queue->journal, arena,
                                          queue->row->workflow_id,
                                          queue->row->concurrency_key, rows, count);
}

/* A queued one counts before another if it is older, and somebody waits with it. */
static bool is_ahead(const struct queue *queue, const struct execution_row *other)
{
    if (other->slot == queue->row->slot)
        return false;
    if (other->status != EXECUTION_QUEUED)
        return true;
    return other->slot < queue->row->slot && lock_owner(queue->locks, other->slot);
}

enum store_error queue_count_ahead(const struct queue *queue, size_t *count)
{
    struct arena scratch = {0};
    struct execution_row *rows;
    size_t row_count = 0;
    const enum store_error error = list(queue, &scratch, &rows, &row_count);

    *count = 0;
    for (size_t i = 0; i < row_count; i++)
        *count += is_ahead(queue, &rows[i]);
    arena_release(&scratch);
    return error;
}

enum store_error queue_try(struct queue *queue)
{
    const int64_t now_ms = queue->host->now_ms(queue->host);
    size_t ahead;
    enum store_error error = queue_count_ahead(queue, &ahead);

    if (error == STORE_OK && ahead >= queue->concurrency->limit)
        return STORE_NOT_FOUND;
    if (error == STORE_OK)
        error = queue->journal->ops->admit(queue->journal, queue->row->id,
                                           queue->concurrency->limit, now_ms);
    if (error == STORE_OK) {
        queue->row->status = EXECUTION_RUNNING;
        queue->row->started_ms = now_ms;
    }
    return error;
}

/* ---- Waiting ------------------------------------------------------------------------ */

struct waiting {
    struct queue *queue;
    enum queue_end end;
    bool is_over;
};

static void over(struct waiting *waiting, enum queue_end end)
{
    waiting->end = end;
    waiting->is_over = true;
}

/* One whose lock this process holds. */
static enum store_error cancel(const struct queue *queue,
                               const struct execution_row *row)
{
    const struct idle idle = {queue->arena, queue->project, queue->journal,
                              queue->locks, queue->host};

    return idle_cancel(&idle, row);
}

/* What somebody has asked of it; a pause means that nobody waits any longer. */
static void read_request(struct waiting *waiting)
{
    struct queue *queue = waiting->queue;
    const char *request = NULL;
    const struct journal_commit taken = {
        .execution_id = queue->row->id,
        .now_ms = queue->host->now_ms(queue->host),
        .clears_request = true,
    };
    enum store_error error = queue->journal->ops->requested(
        queue->journal, queue->arena, queue->row->id, &request);

    if (error == STORE_OK && request && !strcmp(request, "cancel")) {
        error = cancel(queue, queue->row);
        queue->row->status = EXECUTION_CANCELLED;
        over(waiting, QUEUE_CANCELLED);
    } else if (error == STORE_OK && request) {
        error = queue->journal->ops->commit(queue->journal, &taken);
        over(waiting, QUEUE_LEFT);
    }
    if (error != STORE_OK)
        over(waiting, QUEUE_STORE_FAILED);
}

static enum wait_verdict look(void *context)
{
    struct waiting *waiting = context;
    struct host *host = waiting->queue->host;
    enum store_error error;

    host->takes_nudge(host);
    if (host->stop_count(host))
        over(waiting, QUEUE_LEFT);
    if (!waiting->is_over)
        read_request(waiting);
    if (waiting->is_over)
        return WAIT_STOP;
    error = queue_try(waiting->queue);
    if (error == STORE_OK)
        over(waiting, QUEUE_ADMITTED);
    else if (error != STORE_NOT_FOUND)
        over(waiting, QUEUE_STORE_FAILED);
    return waiting->is_over ? WAIT_STOP : WAIT_ON;
}

enum queue_end queue_enter(struct queue *queue, bool waits)
{
    struct waiting waiting = {.queue = queue, .end = QUEUE_LEFT};
    const struct waiter waiter = {
        .context = &waiting, .is_over = look, .tick_ms = TICK_MS};

    look(&waiting);
    while (waits && !waiting.is_over)
        queue->host->wait(queue->host, &waiter, WAIT_MS);
    return waiting.end;
}

/* ---- Others ------------------------------------------------------------------------- */

static void tell(struct lock_file *locks, const struct execution_row *row)
{
    (void)lock_tell(lock_owner(locks, row->slot), SIGUSR1);
}

/* Its owner ends it; if nobody runs it, it ends here. */
static enum store_error cancel_other(const struct queue *queue,
                                     const struct execution_row *other)
{
    enum store_error error =
        queue->journal->ops->request(queue->journal, other->id, "cancel");
    pid_t owner;

    if (error != STORE_OK)
        return error;
    if (!lock_take(queue->locks, other->slot, &owner)) {
        tell(queue->locks, other);
        return STORE_OK;
    }
    error = cancel(queue, other);
    lock_drop(queue->locks, other->slot);
    return error;
}

enum store_error queue_cancel_oldest(const struct queue *queue)
{
    struct execution_row *rows;
    size_t count, ahead = 0;
    enum store_error error = list(queue, queue->arena, &rows, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        ahead += rows[i].slot < queue->row->slot;
    for (size_t i = 0; error == STORE_OK && ahead >= queue->concurrency->limit;
         i++, ahead--)
        error = cancel_other(queue, &rows[i]);
    return error;
}

void queue_tell(struct arena *arena, struct journal *journal, struct lock_file *locks,
                const struct execution_row *ended)
{
    struct execution_row *rows;
    size_t count;

    if (!ended->concurrency_key ||
        journal->ops->under_way(journal, arena, ended->workflow_id,
                                ended->concurrency_key, &rows, &count) != STORE_OK)
        return; /* they look by themselves */
    for (size_t i = 0; i < count; i++)
        if (rows[i].status == EXECUTION_QUEUED)
            tell(locks, &rows[i]);
}
