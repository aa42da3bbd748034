/* restore.c: the branches of an execution, from the journal: where each stands.
 *
 * A block whose row is running is opened as it is stored: lines that have ended are ended,
 * open ones are at their step, with what is inside of that; items that have no position have
 * not started; a child is found by the attempt that has called it. */
#include <string.h>

#include "engine/gate.h"
#include "engine/secret.h"

/* ---- Rows --------------------------------------------------------------------------- */

/* The last row of the branch's step; of a step in a block: in this attempt of it. */
static bool find_row(struct kad_run *run, const struct kad_step_info *info,
                     struct step_row *row)
{
    struct execution *execution = run->execution;
    struct journal *journal = execution->drive->engine->journal;
    const enum store_error error = journal->ops->last_step(
        journal, &run->memory, execution->row->id, info->id, run->item, 0, row);

    if (error == STORE_FAILED)
        execution->drive->stop = STOP_STORE;
    return error == STORE_OK &&
           (run_is_main_line(run) ||
            (row->parent && !strcmp(row->parent, run->block->caller->step.key)));
}

/* No other step of the branch has a later row. */
static bool is_last_row(struct kad_run *run, const struct step_row *row)
{
    const struct execution *execution = run->execution;
    const struct kad_branch *branch =
        &run->block->about
             ->branches[run->block->about->kind == KAD_FOR_EACH ? 0 : run->line];
    const int block = execution->places[branch->first].block;
    struct step_row other;

    for (int s = branch->first; s < branch->first + branch->count; s++)
        if (execution->places[s].block == block &&
            find_row(run, &execution->workflow->steps[s], &other) &&
            other.place > row->place)
            return false;
    return true;
}

/* engine.h (3), (4): it has failed, was not called, and has not been routed. */
static bool is_uncalled(struct kad_run *run, const struct step_row *row)
{
    if (run_is_main_line(run))
        return run->execution->row->status == EXECUTION_RUNNING;
    return row->status == STEP_RUN_FAILED && is_last_row(run, row);
}

/* ---- Blocks ------------------------------------------------------------------------- */

static enum line_status line_status_of(enum position_status status)
{
    switch (status) {
    case POSITION_OPEN: return LINE_OPEN;
    case POSITION_COMPLETED: return LINE_COMPLETED;
    case POSITION_FAILED: return LINE_FAILED;
    case POSITION_CANCELLED: return LINE_CANCELLED;
    case POSITION_SKIPPED: return LINE_SKIPPED;
    }
    kad_unreachable();
}

/* block->line_count: there is no such line. */
static size_t find_line(const struct block *block, const char *name)
{
    size_t line = 0;

    if (block->about->kind == KAD_FOR_EACH)
        return name[0] == '[' ? items_index(name) : block->line_count;
    while (line < block->line_count && strcmp(block->about->branches[line].name, name))
        line++;
    return line;
}

static void open_branch(struct block *block, size_t line,
                        const struct position_row *row)
{
    struct execution *execution = block->caller->execution;
    const struct kad_step_info *info =
        row->current_step ? execution_find_step(execution, row->current_step) : NULL;
    struct kad_run *run;

    if (!info) {
        execution_refuse(execution, "this program has no step `%s`",
                         row->current_step ? row->current_step : "");
        return;
    }
    run = block_open_line(block, line, (int)(info - execution->workflow->steps));
    run->error = failure_parse(&run->memory, row->error);
    run->standing = restore_step(run, info);
}

static void restore_line(struct block *block, const struct position_row *row)
{
    const size_t line = find_line(block, row->branch);
    struct kad_error error;

    if (line >= block->line_count) {
        execution_refuse(block->caller->execution, "this program has no branch `%s`",
                         row->branch);
        return;
    }
    if (row->status == POSITION_OPEN) {
        open_branch(block, line, row);
        return;
    }
    error = failure_parse(&block->memory, row->error);
    block_restore_line(block, line, line_status_of(row->status), &error);
}

static void restore_lines(struct block *block)
{
    const struct execution *execution = block->caller->execution;
    const struct keyed *positions = &execution->positions;
    const struct position_row *row = keyed_find(positions, block->caller->step.key);

    for (; row && execution->drive->stop == STOP_NONE; row = keyed_next(positions, row))
        restore_line(block, row);
}

static void restore_child(struct kad_run *run)
{
    struct block *block = block_new(run, 1);
    const struct kad_step_info *info;
    struct execution *child;

    block_restore_line(block, 0, LINE_OPEN, &(struct kad_error){0});
    if (!child_find(run))
        return;
    child = block->child;
    execution_load(child);
    info = child->row->current_step
               ? execution_find_step(child, child->row->current_step)
               : NULL;
    if (!info) {
        execution_refuse(child, "this program has no step `%s`",
                         child->row->current_step ? child->row->current_step : "");
        return;
    }
    child->root->position = (int)(info - child->workflow->steps);
    child->root->standing = restore_step(child->root, info);
}

static void restore_block(struct kad_run *run)
{
    const struct kad_block *about = run->step.info->block;
    const struct kad_items *items;

    run->step.phase = PHASE_INSIDE;
    switch (about->kind) {
    case KAD_PARALLEL: restore_lines(block_new(run, about->branch_count)); break;
    case KAD_FOR_EACH: /* the frames are made from the stored inputs: load.c */
        items = (const void *)(run_frame(run, run->step.info) + about->items_offset);
        restore_lines(block_new(run, items->count));
        break;
    case KAD_CHILD: restore_child(run); break;
    }
    if (run->execution->drive->stop == STOP_NONE)
        block_resume(run->inside);
}

/* ---- A step ------------------------------------------------------------------------- */

/* The time of what waits, or is a block, began when it started. */
static void restore_deadlines(struct kad_step *step, const struct step_row *row)
{
    const int64_t timeout_ms = step->info->timeout_ms;

    if (!step->info->block && !step->gate_count)
        return;
    step->own_deadline_ms =
        earlier_ms(timeout_ms ? later_ms(row->started_ms, timeout_ms) : 0,
                   run_block_limit_ms(step->run));
    step->deadline_ms = earlier_ms(step->own_deadline_ms, run_limit_ms(step->run));
}

static void restore_flight(struct kad_run *run, const struct step_row *row)
{
    struct kad_step *step = &run->step;

    step->is_in_flight = true;
    step->started_ms = row->started_ms;
    restore_deadlines(step, row);
    if (step->info->block) {
        if (row->inputs)
            step->inputs = secret_restore(step, row->inputs);
        restore_block(run);
    }
}

enum standing restore_step(struct kad_run *run, const struct kad_step_info *info)
{
    struct step_row row;
    bool is_in_flight;

    if (!find_row(run, info, &row))
        return STANDS_BETWEEN;
    is_in_flight = row.status == STEP_RUN_RUNNING;
    if (!is_in_flight && !has_gate(run->execution, row.key))
        return is_uncalled(run, &row) ? STANDS_UNCALLED : STANDS_BETWEEN;
    attempt_begin(run, info, row.visit, is_in_flight ? row.attempt : row.attempt + 1);
    run->step.state->visit = row.visit;
    run->step.state->has_visit = true;
    gates_load(&run->step, row.key);
    if (!is_in_flight)
        return STANDS_WAITING;
    restore_flight(run, &row);
    return STANDS_IN_FLIGHT;
}
