/* load.c: an execution as the journal has it: position-independent, what each step has left
 * last.
 *
 * On the main line each step's last row is read, by an index, and no earlier one; of a step
 * whose last visit is not over, also that of the visit before. What a block has in it is read
 * in one pass over the rows of its last attempt, from the newest on: only those count.
 *   (1) Visits go on counting over all rows: where the last attempt of a block has none of a
 *       step, the journal is asked when the step is visited again.
 *   (2) What is read does not grow with the visits that are over: a resume costs the same
 *       after many as after one. A pass that does not find all that it looks for among a few
 *       rows for each leaves it to the index.
 *   (3) Of items that are over only the outputs are read that somebody gathers, into the
 *       frames of the items. */
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
    struct step_state *steps; /* NULL: they keep none */
    int first;                /* the step whose state is the first */
    const char *item;         /* "[3][0]", or "" */
    char *frame;
    struct arena *memory; /* of an item that is over, for its outputs; else NULL */
};

static const struct kad_step_info *step_at(const struct scope *scope, int step)
{
    return &scope->execution->workflow->steps[step];
}

static struct step_state *state_at(const struct scope *scope, int step)
{
    return &scope->steps[step - scope->first];
}

/* Of an item that is over only the blocks inside have one, which has their items. */
static bool has_state(const struct scope *scope, int step)
{
    return !scope->memory || step_at(scope, step)->block;
}

static bool load_outputs(const struct scope *scope, struct arena *memory,
                         const struct kad_step_info *info, const struct step_row *row)
{
    const bool is_success =
        row->status == STEP_RUN_COMPLETED || row->status == STEP_RUN_SKIPPED;
    const char *problem = codec_decode(
        memory, info_outputs_type(info),
        is_success ? CODEC_AFTER_SUCCESS : CODEC_AFTER_FAILURE, row->outputs,
        strlen(row->outputs), scope->frame + info->outputs_offset);

    if (problem)
        execution_refuse(scope->execution, "the stored outputs of `%s` do not fit: %s",
                         info->id, problem);
    if (info->has_outputs_offset)
        *(bool *)(void *)(scope->frame + info->has_outputs_offset) = !problem;
    return !problem;
}

/* What a visit that is over has left. */
static void load_visit(const struct scope *scope, struct step_state *state,
                       const struct kad_step_info *info, const struct step_row *row)
{
    state->status = step_status_name(row->status);
    state->attempts = row->run;
    state->outcome = row->outcome ? info_find_outcome(info, row->outcome) : 0;
    state->error = failure_parse(&state->memory, row->error);
    state->has_outputs = row->outputs && load_outputs(scope, &state->memory, info, row);
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

/* ---- Rows --------------------------------------------------------------------------- */

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static void load_row(const struct scope *scope, struct step_state *state,
                     const struct kad_step_info *info, const struct step_row *row)
{
    struct arena scratch = {0};
    struct step_row earlier;

    state->runs = row->run;
    if (is_over(scope->execution, row))
        load_visit(scope, state, info, row);
    else if (row->visit > 1 &&
             find_row(scope, info->id, row->visit, &scratch, &earlier) &&
             is_same(earlier.parent, row->parent))
        load_visit(scope, state, info,
                   &earlier); /* its inputs may read what that left */
    arena_release(&scratch);
}

/* An expression outside of the forEach reads what the step, or one inside of it, has left. */
static bool is_gathered(const struct scope *scope, int step)
{
    const struct kad_step_info *info = step_at(scope, step);
    bool is = info->is_gathered;

    for (size_t i = 0; info->block && !is && i < info->block->branch_count; i++) {
        const struct kad_branch *branch = &info->block->branches[i];

        for (int s = branch->first; !is && s < branch->first + branch->count; s++)
            is = step_at(scope, s)->is_gathered;
    }
    return is;
}

/* Frames of the items of a forEach's last attempt. What earlier ones have left is not seen any
 * more. */
static void make_items(const struct scope *scope, int step, const struct step_row *row)
{
    const struct kad_step_info *info = step_at(scope, step);

    if (info->block->kind == KAD_FOR_EACH &&
        (row->status == STEP_RUN_RUNNING || is_gathered(scope, step)))
        items_make(state_at(scope, step), info, scope->frame, row->inputs);
}

static void take_state(const struct scope *scope, int step, const struct step_row *row)
{
    const struct kad_step_info *info = step_at(scope, step);
    struct step_state *state = state_at(scope, step);

    state->visit = row->visit;
    state->has_visit = true;
    load_row(scope, state, info, row);
    if (!info->block)
        return;
    state->last_key = arena_copy(&scope->execution->memory, row->key, strlen(row->key));
    make_items(scope, step, row);
}

/* The last row of a step, which counts. */
static void take_row(const struct scope *scope, int step, const struct step_row *row)
{
    if (has_state(scope, step))
        take_state(scope, step, row);
    else if (row->outputs)
        load_outputs(scope, scope->memory, step_at(scope, step), row);
}

/* `parent`: the last attempt of the block that the step is in; NULL: it is in none. */
static void load_step(const struct scope *scope, int step, const char *parent)
{
    struct arena scratch = {0};
    struct step_row row = {0};
    const bool is_there = find_row(scope, step_at(scope, step)->id, 0, &scratch, &row);

    if (is_there && is_same(row.parent, parent)) {
        take_row(scope, step, &row);
    } else if (has_state(scope, step)) {
        state_at(scope, step)->visit = row.visit;
        state_at(scope, step)->has_visit = true;
    }
    arena_release(&scratch);
}

/* ---- Blocks ------------------------------------------------------------------------- */

/* The last attempt of a block, while what has run in it is read. */
struct inside {
    const struct scope *scope; /* that the block is in */
    int block;
    int end;   /* behind its steps */
    int after; /* behind the step of the row before: the next one is often its */
    const struct kad_items *items; /* of a forEach; else NULL */
    const bool *is_open;           /* of each item; NULL: none is */
    bool *is_taken;                /* of each step in each scope */
    bool outputs_only;             /* are read in the pass */
    bool is_whole;                 /* the pass has come to all rows */
    size_t row_count;
    struct arena scratch;
};

static bool is_for_each(const struct inside *inside)
{
    return inside->items;
}

/* How many scopes the steps directly inside have. */
static size_t scope_count(const struct inside *inside)
{
    return is_for_each(inside) ? inside->items->count : 1;
}

static bool is_over_at(const struct inside *inside, size_t index)
{
    return is_for_each(inside) ? !inside->is_open || !inside->is_open[index]
                               : inside->scope->memory != NULL;
}

/* Of a step directly inside, in this scope; see has_state. */
static bool keeps_state(const struct inside *inside, size_t index, int step)
{
    return !is_over_at(inside, index) || step_at(inside->scope, step)->block;
}

/* What a step directly inside has left in this scope. */
static bool is_needed(const struct inside *inside, size_t index, int step)
{
    return !is_over_at(inside, index) || is_gathered(inside->scope, step);
}

/* That of the step. `item`: of this one. */
static struct scope scope_of(const struct inside *inside, size_t index, int step,
                             const char *item)
{
    const struct scope *outer = inside->scope;
    const struct kad_step_info *info = step_at(outer, inside->block);
    struct step_state *state = state_at(outer, inside->block);
    struct scope scope = {
        .execution = outer->execution,
        .first = inside->block + 1,
        .item = item,
        .memory = is_over_at(inside, index) ? &state->items_memory : NULL,
    };

    if (!is_for_each(inside))
        return *outer;
    scope.frame = (char *)inside->items->items + index * info->block->item_size;
    if (keeps_state(inside, index, step))
        scope.steps = items_states(scope.execution, state, info, index, false);
    return scope;
}

static struct scope scope_named(struct inside *inside, size_t index, int step)
{
    return scope_of(
        inside, index, step,
        arena_printf(&inside->scratch, "%s[%zu]", inside->scope->item, index));
}

static bool is_direct(const struct inside *inside, int step)
{
    return inside->scope->execution->places[step].block == inside->block;
}

/* The step directly inside that has this id; -1: none. */
static int find_inside(struct inside *inside, const char *id)
{
    const int first = inside->block + 1, count = inside->end - first;

    for (int i = 0; i < count; i++) {
        const int step = first + (inside->after - first + i) % count;

        if (is_direct(inside, step) && !strcmp(step_at(inside->scope, step)->id, id)) {
            inside->after = step + 1;
            return step;
        }
    }
    return -1;
}

/* Which item the row is of: "[3][0]" inside of "[3]" is 0. */
static size_t index_of(const struct inside *inside, const struct step_row *row)
{
    const size_t outer = strlen(inside->scope->item);

    return is_for_each(inside) && strlen(row->item) > outer
               ? items_index(row->item + outer)
               : 0;
}

/* Whether a row of the step was taken; the next time one was. */
static bool note_taken(struct inside *inside, size_t index, int step)
{
    const int first = inside->block + 1;
    const size_t width = (size_t)(inside->end - first);
    bool *is_taken = &inside->is_taken[index * width + (size_t)(step - first)];
    const bool was_taken = *is_taken;

    *is_taken = true;
    return was_taken;
}

static void take_inside(void *context, const struct step_row *row)
{
    struct inside *inside = context;
    const size_t index = index_of(inside, row);
    const int step = find_inside(inside, row->step_id);
    struct scope scope;

    inside->row_count++;
    if (step < 0 || index >= scope_count(inside) || !is_needed(inside, index, step) ||
        (inside->outputs_only && keeps_state(inside, index, step)) ||
        inside->scope->execution->drive->stop != STOP_NONE ||
        note_taken(inside, index, step))
        return;
    scope = scope_of(inside, index, step, row->item);
    take_row(&scope, step, row);
}

/* How many last rows are looked for: of steps with a state, and of outputs alone. */
static void count_wanted(const struct inside *inside, size_t *states, size_t *outputs)
{
    const size_t count = scope_count(inside);
    size_t over = 0;

    *states = *outputs = 0;
    for (size_t i = 0; i < count; i++)
        over += is_over_at(inside, i);
    for (int s = inside->block + 1; s < inside->end; s++)
        if (is_direct(inside, s)) {
            *states += count - over;
            if (is_gathered(inside->scope, s))
                *(step_at(inside->scope, s)->block ? states : outputs) += over;
        }
}

static void load_block(const struct scope *scope, int step);

/* What the pass has left out. */
static void load_missing(struct inside *inside, size_t index, int step)
{
    struct scope scope;

    if ((inside->is_whole && !keeps_state(inside, index, step)) ||
        note_taken(inside, index, step))
        return;
    scope = scope_named(inside, index, step);
    load_step(&scope, step, state_at(inside->scope, inside->block)->last_key);
}

static void load_block_inside(struct inside *inside, size_t index, int step)
{
    if (step_at(inside->scope, step)->block) {
        const struct scope scope = scope_named(inside, index, step);

        load_block(&scope, step);
    }
}

static void for_each_needed(struct inside *inside,
                            void (*load)(struct inside *inside, size_t index, int step))
{
    for (int s = inside->block + 1; s < inside->end; s++)
        for (size_t i = 0; is_direct(inside, s) && i < scope_count(inside); i++)
            if (is_needed(inside, i, s) &&
                inside->scope->execution->drive->stop == STOP_NONE)
                load(inside, i, s);
}

/* A few steps with a state among many outputs are left to the index, like those that a pass
 * does not come to. */
static void load_pass(struct inside *inside)
{
    enum { ROWS_FOR_EACH = 4, ROWS_MORE = 16, MANY = 16 };
    struct execution *execution = inside->scope->execution;
    struct journal *journal = execution->drive->engine->journal;
    const struct step_taker taker = {take_inside, inside};
    size_t states, outputs, limit;

    count_wanted(inside, &states, &outputs);
    inside->outputs_only = outputs >= states * MANY;
    limit = ROWS_MORE + ROWS_FOR_EACH * (outputs + (inside->outputs_only ? 0 : states));
    inside->is_taken =
        arena_array(&inside->scratch, bool,
                    scope_count(inside) * (size_t)(inside->end - inside->block - 1));
    if (limit > ROWS_MORE &&
        !is_stored(execution,
                   journal->ops->inside(
                       journal, state_at(inside->scope, inside->block)->last_key, limit,
                       inside->outputs_only, &taker)))
        return;
    inside->is_whole = inside->row_count < limit;
    if (!inside->is_whole || (inside->outputs_only && states))
        for_each_needed(inside, load_missing);
}

/* Of the items that have started those that go on. */
static void find_open(struct inside *inside)
{
    const struct execution *execution = inside->scope->execution;
    const struct keyed *positions = &execution->positions;
    const size_t count = scope_count(inside);
    const struct position_row *row =
        keyed_find(positions, state_at(inside->scope, inside->block)->last_key);
    bool *is_open = arena_array(&inside->scratch, bool, count);

    if (row)
        inside->is_open = is_open;
    for (; row; row = keyed_next(positions, row)) {
        const size_t index = items_index(row->branch);

        if (row->status == POSITION_OPEN && index < count)
            is_open[index] = true;
    }
}

/* What is inside of a step whose last row was taken. */
static void load_block(const struct scope *scope, int step)
{
    const struct kad_block *about = step_at(scope, step)->block;
    struct inside inside = {.scope = scope, .block = step, .after = step + 1};

    if (!about || about->kind == KAD_CHILD || !state_at(scope, step)->last_key ||
        scope->execution->drive->stop != STOP_NONE)
        return;
    inside.end = about->branches[about->branch_count - 1].first +
                 about->branches[about->branch_count - 1].count;
    if (about->kind == KAD_FOR_EACH) {
        inside.items = (const void *)(scope->frame + about->items_offset);
        find_open(&inside);
    }
    load_pass(&inside);
    for_each_needed(&inside, load_block_inside);
    arena_release(&inside.scratch);
}

static void load_steps(struct execution *execution)
{
    const struct scope scope = {
        .execution = execution,
        .steps = execution->steps,
        .item = "",
        .frame = execution->frame,
    };

    for (size_t i = 0; i < execution->workflow->step_count; i++)
        execution->steps[i].has_visit = false;
    for (int s = 0; s < (int)execution->workflow->step_count; s++)
        if ((!execution->places || execution->places[s].block < 0) &&
            execution->drive->stop == STOP_NONE) {
            load_step(&scope, s, NULL);
            load_block(&scope, s);
        }
}

/* ---- Gates -------------------------------------------------------------------------- */

bool has_gate(const struct execution *execution, const char *step_key)
{
    return keyed_find(&execution->gates, step_key);
}

void gates_load(struct kad_step *step, const char *step_key)
{
    const struct keyed *gates = &step->run->execution->gates;
    const struct gate_row *first = keyed_find(gates, step_key);
    size_t count = 0;

    for (const struct gate_row *row = first; row; row = keyed_next(gates, row))
        count++;
    step->gates = arena_array(&step->memory, struct gate_row, count);
    for (const struct gate_row *row = first; row; row = keyed_next(gates, row))
        step->gates[step->gate_count++] = *row;
}

/* ---- All ---------------------------------------------------------------------------- */

static void load_gates(struct execution *execution)
{
    struct journal *journal = execution->drive->engine->journal;
    struct gate_row *rows;
    size_t count;

    if (is_stored(execution, journal->ops->gates(journal, &execution->memory,
                                                 execution->row->id, &rows, &count)))
        keyed_init(&execution->gates, &execution->memory, rows, sizeof(*rows), count);
}

static void load_positions(struct execution *execution)
{
    struct journal *journal = execution->drive->engine->journal;
    struct position_row *rows;
    size_t count;

    if (is_stored(execution,
                  journal->ops->positions(journal, &execution->memory,
                                          execution->row->id, &rows, &count)))
        keyed_init(&execution->positions, &execution->memory, rows, sizeof(*rows),
                   count);
}

static void load_all(struct execution *execution)
{
    load_gates(execution);
    if (execution->places)
        load_positions(execution);
    load_steps(execution);
    if (execution->drive->stop == STOP_NONE)
        budget_load(execution);
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
