/* budget_load.c: what an execution has used up of its budgets, from the journal: runs of its
 * steps, agent calls, time.
 *
 * What is read does not grow with the steps that have run, but for a budget of these in a
 * workflow with blocks: load_used. */
#include <string.h>

#include "engine/run.h"

static bool is_event(const struct history_row *event, const char *type)
{
    return !strcmp(event->event_type, type);
}

/* Budgets were made fresh when a failed execution was resumed: a step that has not been
 * visited since has not run since. What its row says is from before. */
static void forget_spent_runs(struct execution *execution,
                              const struct history_row *fresh)
{
    json_t *data = json_loads(fresh->data, 0, NULL);
    json_t *visits = json_object_get(data, "visits");

    for (size_t i = 0; i < execution->workflow->step_count; i++) {
        struct step_state *state = &execution->steps[i];
        const char *id = execution->workflow->steps[i].id;

        if (state->visit <= json_integer_value(json_object_get(visits, id)))
            state->runs = state->attempts = 0;
    }
    json_decref(data);
}

/* Time that the execution has run, without the pauses: each part lasts from a start to the
 * last event before the next one. To wait for a time is no pause, to wait for a person is. */
static int64_t active_ms(const struct history_row *events, size_t count, int64_t now_ms)
{
    int64_t sum_ms = 0;
    int64_t from_ms = count ? events[0].at_ms : now_ms;

    for (size_t i = 0; i < count; i++) {
        const bool is_last = i + 1 == count;
        const int64_t next_ms = is_last ? now_ms : events[i + 1].at_ms;
        const bool waits_for_time = is_event(&events[i], "execution_waiting") &&
                                    events[i].data &&
                                    strstr(events[i].data, "\"until\"");

        if (!is_last && !is_event(&events[i + 1], "execution_resumed"))
            continue;
        sum_ms += (waits_for_time ? next_ms : events[i].at_ms) - from_ms;
        from_ms = next_ms;
    }
    return sum_ms;
}

/* Of the execution, and of those that it has called. NULL: it calls no such workflow. */
static const struct kad_workflow *find_workflow(const struct kad_workflow *workflow,
                                                const char *id)
{
    const struct kad_workflow *found = strcmp(workflow->id, id) ? NULL : workflow;

    for (size_t i = 0; !found && i < workflow->step_count; i++) {
        const struct kad_block *block = workflow->steps[i].block;

        if (block && block->kind == KAD_CHILD)
            found = find_workflow(block->workflow, id);
    }
    return found;
}

/* NULL: this program has no such step. */
static const struct kad_step_info *find_step(const struct execution *execution,
                                             const struct start_count *starts)
{
    const struct execution called = {
        .workflow = find_workflow(execution->workflow, starts->workflow_id)};

    return called.workflow ? execution_find_step(&called, starts->step_id) : NULL;
}

/* What its children have used counts for the execution, too. */
static void load_starts(struct execution *execution, int64_t fresh_seq)
{
    struct journal *journal = execution->drive->engine->journal;
    struct arena scratch = {0};
    struct start_count *starts;
    size_t count = 0;

    if (journal->ops->starts(journal, &scratch, execution->row->id, fresh_seq, &starts,
                             &count) != STORE_OK)
        execution->drive->stop = STOP_STORE;
    for (size_t i = 0; i < count; i++) {
        const struct kad_step_info *info = find_step(execution, &starts[i]);

        if (!info)
            continue;
        execution->used_runs += starts[i].count;
        execution->used_calls += starts[i].count * info->action->agent_calls;
    }
    arena_release(&scratch);
}

/* Without blocks the steps know how often they have run; inside of blocks they forget it, and
 * a child's steps are not ours: then the history since the budget was fresh is asked. */
static void load_used(struct execution *execution, int64_t fresh_seq)
{
    const struct kad_workflow *workflow = execution->workflow;

    if (execution->places)
        load_starts(execution, fresh_seq);
    for (size_t i = 0; !execution->places && i < workflow->step_count; i++) {
        const uint32_t runs = execution->steps[i].runs;

        execution->used_runs += runs;
        execution->used_calls +=
            (uint64_t)runs * workflow->steps[i].action->agent_calls;
    }
}

static bool counts_runs(const struct kad_budget *budget)
{
    return budget &&
           (budget->steps != KAD_NO_LIMIT || budget->agent_calls != KAD_NO_LIMIT);
}

static bool is_fresh(const struct history_row *event)
{
    return is_event(event, "execution_resumed") && event->data &&
           strstr(event->data, "\"fresh\":true");
}

void budget_load(struct execution *execution)
{
    struct journal *journal = execution->drive->engine->journal;
    struct arena scratch = {0};
    struct history_row *events;
    size_t count = 0, fresh = 0;

    if (journal->ops->turns(journal, &scratch, execution->row->id, &events, &count) !=
        STORE_OK)
        execution->drive->stop = STOP_STORE;
    for (size_t i = 0; i < count; i++)
        if (is_fresh(&events[i]))
            fresh = i;
    if (fresh)
        forget_spent_runs(execution, &events[fresh]);
    if (count && counts_runs(execution->workflow->budget))
        load_used(execution, fresh ? events[fresh].seq : 0);
    if (count && execution->deadline_ms)
        execution->deadline_ms -=
            active_ms(events + fresh, count - fresh, run_now_ms(execution->root));
    arena_release(&scratch);
}
