/* load.c: an execution as the journal has it: position-independent, what each step has left
 * last.
 *
 * Without blocks, each step's last row is read, and no other. Inside a block only rows of
 * the block's last attempt count: all rows are read once, and the last of each step and item
 * is found.
 *   (1) Visits go on counting over all rows. */
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
    int first;       /* the step whose state is the first */
    int for_each;    /* that they are in, or -1 */
    const char *key; /* of its last attempt, if that counts; or NULL */
    char *frame;     /* NULL: there is none any more, only visits count */
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

/* ---- Without blocks ----------------------------------------------------------------- */

/* The visit before the one that is not over: its inputs may read what that has left. */
static void load_earlier_visit(const struct scope *scope, struct step_state *state,
                               const struct kad_step_info *info, uint32_t visit,
                               struct arena *scratch)
{
    struct execution *execution = scope->execution;
    struct journal *journal = execution->drive->engine->journal;
    const struct step_row *found = NULL;
    struct step_row *rows;
    size_t count;

    if (visit == 0 ||
        !is_stored(execution, journal->ops->steps(journal, scratch, execution->row->id,
                                                  &rows, &count)))
        return;
    for (size_t i = 0; i < count; i++)
        if (rows[i].visit == visit && !strcmp(rows[i].step_id, info->id))
            found = &rows[i];
    if (found)
        load_visit(scope, state, info, found);
}

static void load_step(const struct scope *scope, const struct kad_step_info *info,
                      struct arena *scratch)
{
    struct execution *execution = scope->execution;
    struct journal *journal = execution->drive->engine->journal;
    struct step_state *state = &scope->steps[info - execution->workflow->steps];
    struct step_row row;

    if (!is_stored(execution,
                   journal->ops->last_step(journal, scratch, execution->row->id,
                                           info->id, "", &row)))
        return;
    state->visit = row.visit;
    state->runs = row.run;
    if (is_over(execution, &row))
        load_visit(scope, state, info, &row);
    else
        load_earlier_visit(scope, state, info, row.visit - 1, scratch);
}

static void load_last_steps(struct execution *execution, struct arena *scratch)
{
    const struct kad_workflow *workflow = execution->workflow;
    const struct scope scope = {
        .execution = execution,
        .steps = execution->steps,
        .for_each = -1,
        .frame = execution->frame,
    };

    for (size_t i = 0; i < workflow->step_count && execution->drive->stop == STOP_NONE;
         i++)
        load_step(&scope, &workflow->steps[i], scratch);
}

/* ---- With blocks: which rows are the last ------------------------------------------- */

/* The state of a step of this item ("[3][0]", from the outside in). NULL: no such item. */
static struct step_state *find_state(struct execution *execution, int step,
                                     const char **item)
{
    const struct kad_step_info *steps = execution->workflow->steps;
    const int for_each = execution->places[step].for_each;
    struct step_state *outer;
    char *end;
    size_t index;

    if (for_each < 0)
        return &execution->steps[step];
    outer = find_state(execution, for_each, item);
    if (!outer || **item != '[')
        return NULL;
    index = strtoul(*item + 1, &end, 10);
    if (*end != ']' || index >= steps[for_each].block->max_items)
        return NULL;
    *item = end + 1;
    return &items_states(execution, outer, &steps[for_each],
                         index)[step - steps[for_each].block->branches[0].first];
}

/* state->last_row of each state; earlier[i]: the last row of the visit before that of row i
 * (from 1; 0: none). */
static void find_last_rows(struct execution *execution, size_t *earlier)
{
    for (size_t i = 0; execution->rows && i < execution->row_count; i++) {
        const struct step_row *row = &execution->rows[i], *last;
        const struct kad_step_info *info = execution_find_step(execution, row->step_id);
        const char *item = row->item ? row->item : "";
        struct step_state *state =
            info
                ? find_state(execution, (int)(info - execution->workflow->steps), &item)
                : NULL;

        if (!state)
            continue;
        last = state->last_row ? &execution->rows[state->last_row - 1] : NULL;
        if (last)
            earlier[i] = last->visit == row->visit ? earlier[state->last_row - 1]
                                                   : state->last_row;
        state->last_row = i + 1;
        state->visit = row->visit;
    }
}

/* ---- With blocks: what they have left ----------------------------------------------- */

static const struct step_row *last_row(const struct execution *execution,
                                       const struct step_state *state)
{
    return state->last_row ? &execution->rows[state->last_row - 1] : NULL;
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

/* The key of the last attempt of the block that the step is in. NULL: that does not count. */
static const char *parent_key(const struct scope *scope, int step)
{
    const struct execution *execution = scope->execution;
    const int block = execution->places[step].block;
    const struct step_row *row;

    if (block == scope->for_each)
        return scope->key;
    row = last_row(execution, &scope->steps[block - scope->first]);
    return row ? row->key : NULL;
}

static bool counts(const struct scope *scope, int step, const struct step_row *row)
{
    const char *key;

    if (!scope->frame)
        return false;
    if (scope->execution->places[step].block < 0)
        return true;
    key = parent_key(scope, step);
    return key && is_same(row->parent, key);
}

static void load_items(const struct scope *scope, struct step_state *state,
                       const struct kad_step_info *info, const size_t *earlier);

static void load_state(const struct scope *scope, int step, const size_t *earlier)
{
    struct execution *execution = scope->execution;
    const struct kad_step_info *info = &execution->workflow->steps[step];
    struct step_state *state = &scope->steps[step - scope->first];
    const struct step_row *row = last_row(execution, state);
    const struct step_row *over = row;

    if (row && !counts(scope, step, row)) {
        state->last_row = 0;
        row = NULL;
    }
    if (row) {
        state->runs = row->run;
        if (!is_over(execution, row))
            over = earlier[state->last_row - 1]
                       ? &execution->rows[earlier[state->last_row - 1] - 1]
                       : NULL;
        if (over && is_same(over->parent, row->parent))
            load_visit(scope, state, info, over);
    }
    if (info->block && info->block->kind == KAD_FOR_EACH)
        load_items(scope, state, info, earlier);
}

static void load_scope(const struct scope *scope, const struct kad_branch *body,
                       const size_t *earlier)
{
    const struct execution *execution = scope->execution;

    for (int s = body->first; s < body->first + body->count; s++)
        if (execution->places[s].for_each == scope->for_each &&
            execution->drive->stop == STOP_NONE)
            load_state(scope, s, earlier);
}

static void load_items(const struct scope *scope, struct step_state *state,
                       const struct kad_step_info *info, const size_t *earlier)
{
    const struct kad_block *about = info->block;
    const struct step_row *row = last_row(scope->execution, state);
    const size_t count = row ? items_make(state, info, scope->frame, row->inputs) : 0;
    struct scope item = {
        .execution = scope->execution,
        .first = about->branches[0].first,
        .for_each = (int)(info - scope->execution->workflow->steps),
        .key = row ? row->key : NULL,
    };
    const struct kad_items *items =
        count ? (const void *)(scope->frame + about->items_offset) : NULL;

    for (size_t i = 0; i < state->item_capacity; i++) {
        item.steps = state->items[i];
        item.frame = i < count ? (char *)items->items + i * about->item_size : NULL;
        if (item.steps)
            load_scope(&item, &about->branches[0], earlier);
    }
}

static void load_all_steps(struct execution *execution, struct arena *scratch)
{
    struct journal *journal = execution->drive->engine->journal;
    const struct kad_branch all = {.count = (int)execution->workflow->step_count};
    const struct scope scope = {
        .execution = execution,
        .steps = execution->steps,
        .for_each = -1,
        .frame = execution->frame,
    };
    size_t *earlier;

    if (!is_stored(execution, journal->ops->steps(journal, &execution->rows_memory,
                                                  execution->row->id, &execution->rows,
                                                  &execution->row_count)))
        return;
    earlier = arena_array(scratch, size_t, execution->row_count);
    find_last_rows(execution, earlier);
    load_scope(&scope, &all, earlier);
}

/* ---- History ------------------------------------------------------------------------ */

static bool is_event(const struct history_row *event, const char *type)
{
    return !strcmp(event->event_type, type);
}

/* The step that has run once more; NULL: it is no such event. */
static const struct kad_step_info *started_step(const struct execution *execution,
                                                const struct history_row *event)
{
    return is_event(event, "step_started") || is_event(event, "step_retried")
               ? execution_find_step(execution, event->step_id)
               : NULL;
}

/* Budgets were made fresh when a failed execution was resumed: a row from before that says
 * how often the step had run by then. What has run since has started since. */
static void forget_spent_runs(struct execution *execution,
                              const struct history_row *events, size_t count,
                              struct arena *scratch)
{
    const size_t step_count = execution->workflow->step_count;
    bool *has_run = arena_array(scratch, bool, step_count);

    for (size_t i = 0; i < count; i++) {
        const struct kad_step_info *info = started_step(execution, &events[i]);

        if (info)
            has_run[info - execution->workflow->steps] = true;
    }
    for (size_t i = 0; i < step_count; i++)
        if (!has_run[i])
            execution->steps[i].runs = execution->steps[i].attempts = 0;
}

/* Time that the execution has run, without the pauses: each part lasts from a start to the
 * last event before the next one. To wait for a time is no pause, to wait for a person is. */
static int64_t active_ms(const struct history_row *events, size_t count, int64_t now_ms)
{
    int64_t sum_ms = 0;
    int64_t from_ms = count ? events[0].at_ms : now_ms;

    for (size_t i = 1; i < count; i++) {
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

static void load_history(struct execution *execution, struct arena *scratch)
{
    struct journal *journal = execution->drive->engine->journal;
    struct history_row *events;
    size_t count, fresh = 0;

    if (!is_stored(execution,
                   journal->ops->history(journal, scratch, execution->row->id, 0,
                                         &events, &count)))
        return;
    for (size_t i = 0; i < count; i++)
        if (is_event(&events[i], "execution_resumed") && events[i].data &&
            strstr(events[i].data, "\"fresh\":true"))
            fresh = i;
    if (fresh)
        forget_spent_runs(execution, events + fresh, count - fresh, scratch);
    if (execution->workflow->budget)
        count_used(execution, execution->workflow, execution->row->id, events + fresh,
                   count - fresh, scratch);
    if (execution->deadline_ms)
        execution->deadline_ms -=
            active_ms(events + fresh, count - fresh, run_now_ms(execution->root));
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

void execution_load(struct execution *execution)
{
    struct journal *journal = execution->drive->engine->journal;
    struct arena scratch = {0};

    execution->root->error =
        failure_parse(&execution->root->memory, execution->row->error);
    execution->clears_request = execution->row->request;
    is_stored(execution,
              journal->ops->gates(journal, &execution->memory, execution->row->id,
                                  &execution->gates, &execution->gate_count));
    if (execution->places)
        load_all_steps(execution, &scratch);
    else
        load_last_steps(execution, &scratch);
    if (execution->drive->stop == STOP_NONE)
        load_history(execution, &scratch);
    arena_release(&scratch);
}
