/* host.c: see host.h. */
#include "process/host.h"

#include "process/exec.h"
#include "process/signals.h"
#include "project.h"

static int64_t now_ms(struct host *host)
{
    (void)host;
    return time_now_ms();
}

static unsigned stop_count(struct host *host)
{
    (void)host;
    return signals_stop_count();
}

static bool takes_nudge(struct host *host)
{
    (void)host;
    return signals_take_nudge();
}

static struct process_host *process(struct host *host)
{
    return (struct process_host *)host;
}

static const char *new_id(struct host *host, struct arena *arena, bool is_called)
{
    struct id_series own = {0};

    return execution_id_new(arena, is_called ? &own : &process(host)->ids);
}

static enum exec_end execute(struct host *host, struct arena *arena,
                             const struct exec_request *request,
                             struct exec_result *result)
{
    struct pool *pool = &process(host)->pool;

    pool_step_aside(pool);
    return exec_run(pool_caller(pool), arena, request, result);
}

static bool wait_for(struct host *host, const struct waiter *waiter,
                     int64_t duration_ms)
{
    struct pool *pool = &process(host)->pool;
    struct exec_caller *caller = pool_caller(pool);
    const int64_t end_ms = now_ms(host) + duration_ms;
    const int news_fd = waiter->news_fd ? waiter->news_fd : -1;
    struct pollfd fds[2];
    int64_t left_ms;

    pool_step_aside(pool);
    while ((left_ms = end_ms - now_ms(host)) > 0) {
        if (exec_verdict(caller, waiter) != WAIT_ON)
            return false;
        if (waiter->tick_ms && left_ms > waiter->tick_ms)
            left_ms = waiter->tick_ms;
        fds[1] = (struct pollfd){.fd = news_fd, .events = POLLIN};
        exec_poll(caller, fds, 2, left_ms);
        if (fds[1].revents)
            break;
    }
    return true;
}

static void start(struct host *host, struct job *job)
{
    pool_start(&process(host)->pool, job);
}

static void wake(struct host *host, struct job *job)
{
    pool_wake(&process(host)->pool, job);
}

static struct job *next(struct host *host, int64_t due_ms)
{
    const int64_t left_ms = due_ms ? due_ms - now_ms(host) : -1;

    return pool_next(&process(host)->pool, due_ms && left_ms < 0 ? 0 : left_ms);
}

static struct job *also(struct host *host)
{
    return pool_also(&process(host)->pool);
}

void process_host_init(struct process_host *host)
{
    *host = (struct process_host){.host = {
                                      .now_ms = now_ms,
                                      .new_id = new_id,
                                      .stop_count = stop_count,
                                      .takes_nudge = takes_nudge,
                                      .execute = execute,
                                      .wait = wait_for,
                                      .start = start,
                                      .wake = wake,
                                      .next = next,
                                      .also = also,
                                  }};
    keeper_init(&host->keeper);
    host->caller.wake_fd = -1;
    keeper_line_init(&host->caller.line, &host->keeper);
    pool_init(&host->pool, &host->keeper, &host->caller);
    signals_install();
}

void process_host_release(struct process_host *host)
{
    pool_close(&host->pool);
    keeper_line_close(&host->caller.line);
    keeper_close(&host->keeper);
}
