/* cancel.c: see cancel.h.
 *
 * All of it is stored together, whatever is called: who dies before the end has cancelled
 * nothing. A step that ended alone would not be asked about any more, and yet be run again.
 * Everything is read first: a group that has begun can't be given up. */
#include "engine/cancel.h"

#include "base/vec.h"

/* What goes on in an execution and in those that it has called. */
struct tree {
    VEC(struct execution_row) executions;
    VEC(struct step_row) steps; /* in flight */
};

/* ---- Reading ------------------------------------------------------------------------ */

static enum store_error add_steps(struct journal *journal, struct arena *arena,
                                  struct tree *tree, const char *execution_id)
{
    struct step_row *steps;
    size_t count;
    const enum store_error error =
        journal->ops->steps(journal, arena, execution_id, &steps, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        if (steps[i].status == STEP_RUN_RUNNING)
            vec_push(arena, &tree->steps, steps[i]);
    return error;
}

/* As deep as workflows call each other. */
static enum store_error add_tree(struct journal *journal, struct arena *arena,
                                 struct tree *tree, const struct execution_row *row)
{
    struct execution_row *children;
    size_t count;
    enum store_error error =
        journal->ops->children(journal, arena, row->id, &children, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        if (!execution_is_ended(children[i].status))
            error = add_tree(journal, arena, tree, &children[i]);
    if (error == STORE_OK)
        error = add_steps(journal, arena, tree, row->id);
    if (error == STORE_OK)
        vec_push(arena, &tree->executions, *row);
    return error;
}

/* ---- Writing ------------------------------------------------------------------------ */

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

static enum store_error end_tree(struct journal *journal, const struct tree *tree,
                                 int64_t now_ms)
{
    enum store_error error = STORE_OK;

    for (size_t i = 0; error == STORE_OK && i < tree->steps.count; i++)
        error = end_step(journal, &tree->steps.items[i], now_ms);
    for (size_t i = 0; error == STORE_OK && i < tree->executions.count; i++)
        error = end_execution(journal, &tree->executions.items[i], now_ms);
    return error;
}

enum store_error cancel_idle(struct journal *journal, struct arena *arena,
                             const struct execution_row *row, int64_t now_ms)
{
    struct tree tree = {0};
    enum store_error error = add_tree(journal, arena, &tree, row), ended;

    if (error == STORE_OK)
        error = journal->ops->group_begin(journal);
    if (error != STORE_OK)
        return error;
    error = end_tree(journal, &tree, now_ms);
    ended = journal->ops->group_end(journal);
    return error == STORE_OK ? ended : error;
}
