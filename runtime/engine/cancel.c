/* cancel.c: see cancel.h.
 *
 * What is inside ends first, so that an execution that has ended has nothing in flight. */
#include "engine/cancel.h"

static enum store_error end_step(struct journal *journal, const struct step_row *step,
                                 int64_t now_ms)
{
    const struct step_ending ended = {.key = step->key, .status = STEP_RUN_CANCELLED};
    const struct history_row event = {
        .event_type = "step_cancelled", .step_id = step->step_id, .at_ms = now_ms};

    return journal->ops->commit(journal, &(struct journal_commit){
                                             .execution_id = step->execution_id,
                                             .now_ms = now_ms,
                                             .ended = &ended,
                                             .close_gate = step->key,
                                             .events = &event,
                                             .event_count = 1,
                                         });
}

static enum store_error end_steps(struct journal *journal, struct arena *arena,
                                  const struct execution_row *row, int64_t now_ms)
{
    struct step_row *steps;
    size_t count;
    enum store_error error =
        journal->ops->steps(journal, arena, row->id, &steps, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        if (steps[i].status == STEP_RUN_RUNNING)
            error = end_step(journal, &steps[i], now_ms);
    return error;
}

static enum store_error end_execution(struct journal *journal,
                                      const struct execution_row *row, int64_t now_ms)
{
    const struct history_row event = {.event_type = "execution_cancelled",
                                      .at_ms = now_ms};

    return journal->ops->commit(journal, &(struct journal_commit){
                                             .execution_id = row->id,
                                             .now_ms = now_ms,
                                             .sets_execution = true,
                                             .status = EXECUTION_CANCELLED,
                                             .error = row->error,
                                             .clears_request = true,
                                             .events = &event,
                                             .event_count = 1,
                                         });
}

/* As deep as workflows call each other. */
enum store_error cancel_idle(struct journal *journal, struct arena *arena,
                             const struct execution_row *row, int64_t now_ms)
{
    struct execution_row *children;
    size_t count;
    enum store_error error =
        journal->ops->children(journal, arena, row->id, &children, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        if (!execution_is_ended(children[i].status))
            error = cancel_idle(journal, arena, &children[i], now_ms);
    if (error == STORE_OK)
        error = end_steps(journal, arena, row, now_ms);
    return error == STORE_OK ? end_execution(journal, row, now_ms) : error;
}
