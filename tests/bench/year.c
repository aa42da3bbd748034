/* year.c: a store as it is after long use: executions of ten-steps, through the store's own
 * interface, many in a transaction.
 *
 *     year DATABASE EXECUTIONS
 *
 * Each has its ten steps and 22 history rows; every hundredth has failed, every thousandth
 * waits. They began one after the other over the last year. */
#include <stdio.h>
#include <stdlib.h>

#include "project.h"
#include "store/store.h"

enum { STEPS = 10, GROUP = 200, FAILED_EVERY = 100, WAITING_EVERY = 1000 };

static struct journal *journal;

static void check(enum store_error error)
{
    if (error == STORE_OK)
        return;
    fprintf(stderr, "year: %s\n", journal ? store_message(journal) : "out of memory");
    exit(1);
}

static void create(struct arena *arena, const char *id, int64_t now_ms)
{
    const struct workflow_row workflow = {
        .id = "ten-steps", .name = "Ten steps", .version = "1.0.0", .definition = "{}"};
    struct execution_row row = {
        .id = id,
        .workflow_id = "ten-steps",
        .workflow_version = "1.0.0",
        .trigger_type = "cli",
        .trigger_data = "{}",
        .status = EXECUTION_RUNNING,
        .current_step = "step-1",
        .started_ms = now_ms,
    };
    bool existed;

    check(journal->ops->create(journal, arena, &workflow, &row, &existed));
}

/* The end of a step and the start of the next, as the engine commits them. */
static void pass(struct arena *arena, const char *id, int number, int64_t now_ms)
{
    const struct step_ending ended = {
        .key = arena_printf(arena, "%s/step-%d/1/1", id, number),
        .status = STEP_RUN_COMPLETED,
        .outputs = "{\"number\":1}",
    };
    const char *next = arena_printf(arena, "step-%d", number + 1);
    const struct step_row started = {
        .key = arena_printf(arena, "%s/%s/1/1", id, next),
        .execution_id = id,
        .step_id = next,
        .module = "bench",
        .action = "count",
        .inputs = "{\"number\":0}",
        .status = STEP_RUN_RUNNING,
        .started_ms = now_ms,
        .visit = 1,
        .attempt = 1,
        .run = 1,
    };
    const char *data = "{\"visit\":1,\"attempt\":1}";
    const struct history_row events[] = {
        {.event_type = "step_completed", .data = data, .at_ms = now_ms},
        {.event_type = "step_started", .step_id = next, .data = data, .at_ms = now_ms},
    };
    const bool is_first = number == 0, is_last = number == STEPS;

    check(journal->ops->commit(journal, &(struct journal_commit){
                                            .execution_id = id,
                                            .now_ms = now_ms,
                                            .ended = is_first ? NULL : &ended,
                                            .started = is_last ? NULL : &started,
                                            .sets_execution = true,
                                            .status = EXECUTION_RUNNING,
                                            .current_step = is_last ? NULL : next,
                                            .events = is_first ? events + 1 : events,
                                            .event_count = is_first || is_last ? 1 : 2,
                                        }));
}

static void end(const char *id, int number, int64_t now_ms)
{
    const struct history_row event = {.event_type = "execution_completed",
                                      .at_ms = now_ms};
    const bool waits = number % WAITING_EVERY == 0, fails = number % FAILED_EVERY == 0;

    check(journal->ops->commit(
        journal, &(struct journal_commit){.execution_id = id,
                                          .now_ms = now_ms,
                                          .sets_execution = true,
                                          .status = waits   ? EXECUTION_WAITING
                                                    : fails ? EXECUTION_FAILED
                                                            : EXECUTION_COMPLETED,
                                          .current_step = waits ? "step-10" : NULL,
                                          .events = &event,
                                          .event_count = 1}));
}

int main(int argc, char **argv)
{
    const int64_t year_ms = 365LL * 24 * 3600 * 1000, end_ms = time_now_ms();
    const int count = argc == 3 ? atoi(argv[2]) : 0;

    if (count < 1)
        return 2;
    check(store_open(argv[1], true, true, &journal));
    for (int first = 0; first < count; first += GROUP) {
        check(journal->ops->group_begin(journal));
        for (int i = first; i < first + GROUP && i < count; i++) {
            const int64_t now_ms = end_ms - year_ms + year_ms / count * i;
            struct arena arena = {0};
            struct id_series alone = {0};
            const char *id = execution_id_new(&arena, &alone);

            create(&arena, id, now_ms);
            for (int number = 0; number <= STEPS; number++)
                pass(&arena, id, number, now_ms + number);
            end(id, i, now_ms + STEPS);
            arena_release(&arena);
        }
        check(journal->ops->group_end(journal));
    }
    journal_close(journal);
    return 0;
}
