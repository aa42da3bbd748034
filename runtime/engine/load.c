/* load.c: an execution as the journal has it: position-independent, what each step has left
 * last.
 *
 * Each step's last row is read, by an index, and no earlier one; of a step whose last visit
 * is not over, also that of the visit before. Inside a block only rows of the block's last
 * attempt count.
 *   (1) Visits go on counting over all rows.
 *   (2) What is read does not grow with the visits that are over: a resume costs the same
 *       after many as after one. A budget in a workflow with blocks is an exception, see
 *       load_used. */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "engine/gate.h"

static bool is_stored(struct execution *execution, enum store_error error)
{
    if (error == STORE_FAILED)
        execution->drive->stop = STOP_STORE;
    return error == STORE_OK;
}

/* ---- A step ------------------------------------------------------------------------- */

/* The steps of one item, or of no forEach. */
struct scope {
    struct execution *execution;
    struct step_state *steps;
    int first;        /* the step whose state is the first */
    int for_each;     /* that they are in, or -1 */
    const char *item; /* "[3][0]", or "" */
    const char *key;  /* of the forEach's last attempt, if that counts; or NULL */
    char *frame;
};

static void load_outputs(const struct scope *scope, struct step_state *state,
                         const struct kad_step_info *info, const struct step_row *row)
{
    const bool is_success =
        row->status == STEP_RUN_COMPLETED || row->status == STEP_RUN_SKIPPED;
    const char *problem = codec_decode(
        &state->memory, info_outputs_type(info),
        is_success ? CODEC_AFTER_SUCCESS : CODEC_AFTER_FAILURE, row->outputs,
        strlen(row->outputs), scope->frame + info->outputs_offset);

    if (problem)
        execution_refuse(scope->execution, "the stored outputs of `%s` do not fit: %s",
                         info->id, problem);
    state->has_outputs = !problem;
    if (info->has_outputs_offset)
        *(bool *)(void *)(scope->frame + info->has_outputs_offset) = !problem;
}

/* What a visit that is over has left. */
static void load_visit(const struct scope *scope, struct step_state *state,
                       const struct kad_step_info *info, const struct step_row *row)
{
    state->status = step_status_name(row->status);
    state->attempts = row->run;
    state->outcome = row->outcome ? info_find_outcome(info, row->outcome) : 0;
    state->error = failure_parse(&state->memory, row->error);
    if (row->outputs)
        load_outputs(scope, state, info, row);
}

static bool is_over(const struct execution *execution, const struct step_row *row)
{
    return row->status != STEP_RUN_RUNNING && !has_gate(execution, row->key);
}

/* The row of the step's last visit, or of the last before that visit. */
static bool find_row(const struct scope *scope, const char *step_id,
                     uint32_t before_visit, struct arena *scratch, struct step_row *row)
{
    struct execution *execution = scope->execution;
    struct journal *journal = execution->drive->engine->journal;

    return is_stored(execution,
                     journal->ops->last_step(journal, scratch, execution->row->id,
                                             step_id, scope->item, before_visit, row));
}

uint32_t load_last_visit(struct kad_run *run, const struct kad_step_info *info)
{
    struct step_state *state = run_state(run, info);
    const struct scope scope = {.execution = run->execution, .item = run->item};
    struct arena scratch = {0};
    struct step_row row;

    if (!state->has_visit && find_row(&scope, info->id, 0, &scratch, &row))
        state->visit = row.visit;
    state->has_visit = true;
    arena_release(&scratch);
    return state->visit;
}

/* ---- What counts -------------------------------------------------------------------- */

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

/* The key of the last attempt of the block that the step is in. NULL: that does not count. */
static const char *parent_key(const struct scope *scope, int step)
{
    const int block = scope->execution->places[step].block;

    return block == scope->for_each ? scope->key
                                    : scope->steps[block - scope->first].last_key;
}

static bool counts(const struct scope *scope, int step, const struct step_row *row)
{
    const struct place *places = scope->execution->places;
    const char *key;

    if (!places || places[step].block < 0)
        return true;
    key = parent_key(scope, step);
    return key && is_same(row->parent, key);
}

/* ---- Steps and items ---------------------------------------------------------------- */

static void load_items(const struct scope *scope, struct step_state *state,
                       const struct kad_step_info *info, const struct step_row *row);

static void load_row(const struct scope *scope, struct step_state *state,
                     const struct kad_step_info *info, const struct step_row *row,
                     struct arena *scratch)
{
    struct step_row earlier;

    state->runs = row->run;
    if (is_over(scope->execution, row))
        load_visit(scope, state, info, row);
    else if (row->visit > 1 &&
             find_row(scope, info->id, row->visit, scratch, &earlier) &&
             is_same(earlier.parent, row->parent))
        load_visit(scope, state, info,
                   &earlier); /* its inputs may read what that left */
}

static void load_step(const struct scope *scope, int step)
{
    struct execution *execution = scope->execution;
    const struct kad_step_info *info = &execution->workflow->steps[step];
    struct step_state *state = &scope->steps[step - scope->first];
    struct arena scratch = {0};
    struct step_row row;

    if (find_row(scope, info->id, 0, &scratch, &row)) {
        state->visit = row.visit;
        if (counts(scope, step, &row)) {
            if (info->block)
                state->last_key =
                    arena_copy(&execution->memory, row.key, strlen(row.key));
            load_row(scope, state, info, &row, &scratch);
            load_items(scope, state, info, &row);
        }
    }
    state->has_visit = true;
    arena_release(&scratch);
}

/* A block stands before the steps inside. */
static void load_scope(const struct scope *scope, const struct kad_branch *body)
{
    const struct execution *execution = scope->execution;

    for (int s = body->first; s < body->first + body->count; s++)
        if ((!execution->places || execution->places[s].for_each == scope->for_each) &&
            execution->drive->stop == STOP_NONE)
            load_step(scope, s);
}

/* How many of the items of an attempt that is under way have started: the first ones. */
static size_t started_count(const struct execution *execution, const char *block_key)
{
    size_t count = 0;

    for (size_t i = 0; i < execution->position_count; i++)
        count += !strcmp(execution->positions[i].block_key, block_key);
    return count;
}

/* Those of the last attempt of a forEach. What earlier ones have left is not seen any more;
 * its visits are looked up when they are needed. */
static void load_items(const struct scope *scope, struct step_state *state,
                       const struct kad_step_info *info, const struct step_row *row)
{
    struct execution *execution = scope->execution;
    const struct kad_block *about = info->block;
    const struct kad_items *items;
    struct arena scratch = {0};
    size_t count;

    if (!about || about->kind != KAD_FOR_EACH)
        return;
    count = items_make(state, info, scope->frame, row->inputs);
    items = (const void *)(scope->frame + about->items_offset);
    if (row->status == STEP_RUN_RUNNING)
        count = started_count(execution, row->key);
    for (size_t i = 0; i < count && i < items->count; i++) {
        const struct scope item = {
            .execution = execution,
            .steps = items_states(execution, state, info, i),
            .first = about->branches[0].first,
            .for_each = (int)(info - execution->workflow->steps),
            .item = arena_printf(&scratch, "%s[%zu]", scope->item, i),
            .key = state->last_key,
            .frame = (char *)items->items + i * about->item_size,
        };

        load_scope(&item, &about->branches[0]);
    }
    arena_release(&scratch);
}

static void load_steps(struct execution *execution)
{
    const struct kad_branch all = {.count = (int)execution->workflow->step_count};
    const struct scope scope = {
        .execution = execution,
        .steps = execution->steps,
        .for_each = -1,
        .item = "",
        .frame = execution->frame,
    };

    load_scope(&scope, &all);
}

/* ---- History ------------------------------------------------------------------------ */

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

/* The step that has run once more; NULL: it is no such event. */
static const struct kad_step_info *started_step(const struct execution *execution,
                                                const struct history_row *event)
{
    return is_event(event, "step_started") || is_event(event, "step_retried")
               ? execution_find_step(execution, event->step_id)
               : NULL;
}

/* The key of the attempt that an event is about. */
static const char *key_of(struct arena *scratch, const char *execution_id,
                          const struct history_row *event)
{
    json_t *data = event->data ? json_loads(event->data, 0, NULL) : NULL;
    const char *item = json_string_value(json_object_get(data, "item"));
    const char *key =
        arena_printf(scratch, "%s/%s%s/%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT,
                     execution_id, event->step_id, item ? item : "",
                     json_integer_value(json_object_get(data, "visit")),
                     json_integer_value(json_object_get(data, "attempt")));

    json_decref(data);
    return key;
}

static void count_used(struct execution *execution, const struct kad_workflow *workflow,
                       const char *id, const struct history_row *events, size_t count,
                       struct arena *scratch);

/* What the child of an attempt has used counts for its caller, too. */
static void count_child(struct execution *execution,
                        const struct kad_workflow *workflow, const char *parent_key,
                        struct arena *scratch)
{
    struct journal *journal = execution->drive->engine->journal;
    struct execution_row row;
    struct history_row *events;
    size_t count;

    if (is_stored(execution, journal->ops->child(journal, scratch, parent_key, &row)) &&
        is_stored(execution,
                  journal->ops->history(journal, scratch, row.id, 0, &events, &count)))
        count_used(execution, workflow, row.id, events, count, scratch);
}

static void count_used(struct execution *execution, const struct kad_workflow *workflow,
                       const char *id, const struct history_row *events, size_t count,
                       struct arena *scratch)
{
    const struct execution steps = {.workflow = workflow};

    for (size_t i = 0; i < count; i++) {
        const struct kad_step_info *info = started_step(&steps, &events[i]);

        if (!info)
            continue;
        execution->used_runs++;
        execution->used_calls += info->action->agent_calls;
        if (info->block && info->block->kind == KAD_CHILD)
            count_child(execution, info->block->workflow,
                        key_of(scratch, id, &events[i]), scratch);
    }
}

/* Without blocks the steps know how often they have run; inside of blocks they forget it, and
 * a child's steps are not ours: then the history since the budget was fresh is read. */
static void load_used(struct execution *execution, int64_t fresh_seq)
{
    const struct kad_workflow *workflow = execution->workflow;
    struct journal *journal = execution->drive->engine->journal;
    struct arena scratch = {0};
    struct history_row *events;
    size_t count;

    for (size_t i = 0; !execution->places && i < workflow->step_count; i++) {
        const uint32_t runs = execution->steps[i].runs;

        execution->used_runs += runs;
        execution->used_calls +=
            (uint64_t)runs * workflow->steps[i].action->agent_calls;
    }
    if (execution->places &&
        is_stored(execution,
                  journal->ops->history(journal, &scratch, execution->row->id,
                                        fresh_seq, &events, &count)))
        count_used(execution, workflow, execution->row->id, events, count, &scratch);
    arena_release(&scratch);
}

static bool is_fresh(const struct history_row *event)
{
    return is_event(event, "execution_resumed") && event->data &&
           strstr(event->data, "\"fresh\":true");
}

static void load_history(struct execution *execution)
{
    struct journal *journal = execution->drive->engine->journal;
    struct arena scratch = {0};
    struct history_row *events;
    size_t count = 0, fresh = 0;

    if (is_stored(execution, journal->ops->turns(journal, &scratch, execution->row->id,
                                                 &events, &count)))
        for (size_t i = 0; i < count; i++)
            if (is_fresh(&events[i]))
                fresh = i;
    if (fresh)
        forget_spent_runs(execution, &events[fresh]);
    if (count && execution->workflow->budget)
        load_used(execution, fresh ? events[fresh].seq : 0);
    if (count && execution->deadline_ms)
        execution->deadline_ms -=
            active_ms(events + fresh, count - fresh, run_now_ms(execution->root));
    arena_release(&scratch);
}

/* ---- Gates -------------------------------------------------------------------------- */

bool has_gate(const struct execution *execution, const char *step_key)
{
    for (size_t i = 0; i < execution->gate_count; i++)
        if (!strcmp(execution->gates[i].step_key, step_key))
            return true;
    return false;
}

void gates_load(struct kad_step *step, const char *step_key)
{
    const struct execution *execution = step->run->execution;

    step->gates = arena_array(&step->memory, struct gate_row, execution->gate_count);
    for (size_t i = 0; i < execution->gate_count; i++)
        if (!strcmp(execution->gates[i].step_key, step_key))
            step->gates[step->gate_count++] = execution->gates[i];
}

/* ---- All ---------------------------------------------------------------------------- */

static void load_all(struct execution *execution)
{
    struct journal *journal = execution->drive->engine->journal;
    const char *id = execution->row->id;

    if (is_stored(execution,
                  journal->ops->gates(journal, &execution->memory, id,
                                      &execution->gates, &execution->gate_count)) &&
        execution->places)
        is_stored(execution, journal->ops->positions(journal, &execution->memory, id,
                                                     &execution->positions,
                                                     &execution->position_count));
    load_steps(execution);
    if (execution->drive->stop == STOP_NONE)
        load_history(execution);
}

void execution_load(struct execution *execution)
{
    struct journal *journal = execution->drive->engine->journal;

    execution->is_loaded = true;
    execution->root->error =
        failure_parse(&execution->root->memory, execution->row->error);
    execution->clears_request = execution->row->request;
    if (!is_stored(execution, journal->ops->reads_begin(journal)))
        return;
    load_all(execution);
    is_stored(execution, journal->ops->reads_end(journal));
}
