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

static const char *new_id(struct host *host, struct arena *arena)
{
    (void)host;
    return execution_id_new(arena);
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

static enum exec_end execute(struct host *host, struct arena *arena,
                             const struct exec_request *request,
                             struct exec_result *result)
{
    return exec_run(&((struct process_host *)host)->keeper, arena, request, result);
}

static bool wait_for(struct host *host, const struct waiter *waiter,
                     int64_t duration_ms)
{
    const int64_t end_ms = now_ms(host) + duration_ms;
    int64_t left_ms;

    while ((left_ms = end_ms - now_ms(host)) > 0) {
        if (waiter->is_over(waiter->context) != WAIT_ON)
            return false;
        if (waiter->tick_ms && left_ms > waiter->tick_ms)
            left_ms = waiter->tick_ms;
        signals_poll(NULL, 0, left_ms);
    }
    return true;
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
                                  }};
    keeper_init(&host->keeper);
    signals_install();
}

void process_host_release(struct process_host *host)
{
    keeper_close(&host->keeper);
}
