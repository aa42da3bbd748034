/* block.c: steps that have steps inside: how they start, when they are over, and what they
 * leave.
 *
 *     lines: NEW -> OPEN -> COMPLETED | FAILED | CANCELLED       SKIPPED
 *
 *     mode      succeeds when                 fails when
 *     all       all have ended well           one has failed
 *     any       one has                       all have failed
 *     atLeast   N have                        fewer than N still can
 *     settle    all have ended                never
 *
 * (1) Lines that are skipped count neither way.
 * (2) A verdict is final: what is still open is then cancelled, and the block is over when
 *     that has really ended. Stored positions are enough to come to the same verdict. */
#include <inttypes.h>
#include <string.h>

#include "codec.h"
#include "engine/gate.h"

/* ---- Starting ----------------------------------------------------------------------- */

static void count_line(struct block *block, size_t line, enum line_status status)
{
    block->counts[block->lines[line].status]--;
    block->counts[status]++;
    block->lines[line].status = status;
}

struct block *block_new(struct kad_run *run, size_t line_count)
{
    struct arena memory = {0};
    struct block *block = arena_new(&memory, struct block);

    *block = (struct block){
        .caller = run,
        .about = run->step.info->block,
        .lines = arena_array(&memory, struct line, line_count),
        .line_count = line_count,
        .memory = memory,
    };
    block->counts[LINE_NEW] = line_count;
    run->inside = block;
    return block;
}

void block_free(struct block *block)
{
    struct arena memory;

    while (!block->child && block->open)
        branch_free(block->open);
    if (block->child)
        execution_close(block->child);
    memory = block->memory; /* it is in there itself */
    arena_release(&memory);
}

struct kad_run *block_open_line(struct block *block, size_t line, int position)
{
    count_line(block, line, LINE_OPEN);
    if (block->next_line <= line)
        block->next_line = line + 1;
    return branch_new(block, line, position);
}

static void add_position(struct kad_run *run, const char *block_key, const char *name,
                         const char *first_step)
{
    pending_position(run, &(struct position_row){
                              .block_key = block_key,
                              .branch = name,
                              .status = first_step ? POSITION_OPEN : POSITION_SKIPPED,
                              .current_step = first_step,
                          });
}

static void start_branches(struct block *block, struct kad_run *run)
{
    const struct kad_step_info *steps = run->execution->workflow->steps;
    const struct kad_step *step = &run->step;
    struct kad_parallel_inputs in = {0};
    const char *problem =
        codec_decode(&block->memory, info_inputs_type(step->info), CODEC_AFTER_SUCCESS,
                     step->inputs.text, step->inputs.len, &in);

    if (problem)
        kad_unreachable(); /* it has just been encoded */
    for (size_t i = 0; i < block->line_count; i++) {
        const struct kad_branch *branch = &block->about->branches[i];
        const bool runs = i >= in.when.count || in.when.items[i];

        if (runs)
            block_open_line(block, i, branch->first);
        else
            count_line(block, i, LINE_SKIPPED);
        add_position(run, step->key, branch->name,
                     runs ? steps[branch->first].id : NULL);
    }
}

void block_start_items(struct block *block, struct kad_run *run)
{
    const struct kad_block *about = block->about;
    struct kad_run *caller = block->caller;

    if (about->kind != KAD_FOR_EACH || caller->is_cancelled)
        return;
    while (block->verdict == BLOCK_UNDECIDED && block->next_line < block->line_count &&
           (!about->concurrency || block->counts[LINE_OPEN] < about->concurrency)) {
        const struct kad_run *item =
            block_open_line(block, block->next_line, about->branches[0].first);

        add_position(run, caller->step.key, item->name,
                     caller->execution->workflow->steps[item->position].id);
    }
}

void block_prepare(struct kad_run *run)
{
    const struct kad_step_info *info = run->step.info;
    struct block *block;

    items_forget(run, info);
    switch (info->block->kind) {
    case KAD_PARALLEL:
        block = block_new(run, info->block->branch_count);
        start_branches(block, run);
        break;
    case KAD_FOR_EACH:
        block = block_new(run, items_make(run->step.state, info, run_frame(run, info),
                                          run->step.inputs.text));
        block_start_items(block, run);
        break;
    case KAD_CHILD:
        block = block_new(run, 1);
        count_line(block, 0, LINE_OPEN);
        break;
    }
    block_decide(run->inside);
}

const char *block_too_large(struct kad_step *step, const void *in)
{
    const struct kad_block *about = step->info->block;
    size_t count;

    if (!about || about->kind != KAD_FOR_EACH)
        return NULL;
    count = items_count(step->info, in);
    if (count <= about->max_items)
        return NULL;
    return arena_printf(&step->memory, "the array has %zu items, and `max` is %" PRIu32,
                        count, about->max_items);
}

/* ---- The verdict -------------------------------------------------------------------- */

static enum block_verdict verdict_of(const struct block *block)
{
    const size_t all = block->line_count - block->counts[LINE_SKIPPED];
    const size_t won = block->counts[LINE_COMPLETED];
    const size_t lost = block->counts[LINE_FAILED];
    size_t needed = all;

    switch (block->about->mode) {
    case KAD_MODE_ALL: break;
    case KAD_MODE_ANY: needed = 1; break;
    case KAD_MODE_AT_LEAST: needed = block->about->at_least; break;
    case KAD_MODE_SETTLE: return won + lost == all ? BLOCK_SUCCEEDS : BLOCK_UNDECIDED;
    }
    if (won >= needed)
        return BLOCK_SUCCEEDS;
    return all - lost < needed ? BLOCK_FAILS : BLOCK_UNDECIDED;
}

void block_decide(struct block *block)
{
    const struct kad_step *step = &block->caller->step;

    if (block->verdict != BLOCK_UNDECIDED)
        return;
    block->verdict = verdict_of(block);
    if (block->verdict == BLOCK_UNDECIDED && step->deadline_ms &&
        run_now_ms(block->caller) >= step->deadline_ms)
        block->verdict = BLOCK_TIMES_OUT;
    if (block->verdict != BLOCK_UNDECIDED)
        block_cancel(block);
}

void block_end_line(struct block *block, size_t line, enum line_status status,
                    const struct kad_error *error)
{
    count_line(block, line, status);
    block->lines[line].error = failure_copy(&block->memory, error);
    block_decide(block);
}

void block_restore_line(struct block *block, size_t line, enum line_status status,
                        const struct kad_error *error)
{
    count_line(block, line, status);
    block->lines[line].error = failure_copy(&block->memory, error);
    if (block->next_line <= line)
        block->next_line = line + 1;
}

/* What was cancelled for something outside that has not come to its end can't be taken up
 * again. */
void block_resume(struct block *block)
{
    block_decide(block);
    if (block->verdict == BLOCK_UNDECIDED && block->counts[LINE_CANCELLED]) {
        block->verdict = BLOCK_FAILS;
        block_cancel(block);
    }
}

void block_cancel(struct block *block)
{
    for (struct kad_run *run = block->open; run; run = run->next)
        run_cancel(run);
}

void run_cancel(struct kad_run *run)
{
    if (run->is_cancelled)
        return;
    run->is_cancelled = true;
    if (run->step.phase == PHASE_CALL)
        call_tell(&run->step, WAIT_STOP);
    if (run->inside)
        block_cancel(run->inside);
}

bool block_is_over(const struct block *block)
{
    return !block->open &&
           (block->verdict != BLOCK_UNDECIDED || block->caller->is_cancelled);
}

/* ---- What it leaves ----------------------------------------------------------------- */

const char *block_line_name(struct arena *arena, const struct block *block, size_t line)
{
    switch (block->about->kind) {
    case KAD_PARALLEL:
        return arena_printf(arena, "branch `%s`", block->about->branches[line].name);
    case KAD_FOR_EACH: return arena_printf(arena, "item %zu", line);
    case KAD_CHILD: break;
    }
    return arena_printf(arena, "workflow `%s`", block->about->workflow->id);
}

static const char *unexplained(const struct block *block)
{
    if (!block->counts[LINE_CANCELLED])
        return block->about->kind == KAD_FOR_EACH ? "no item of it has run"
                                                  : "no branch of it has run";
    switch (block->about->kind) {
    case KAD_PARALLEL: return "a branch of it was cancelled";
    case KAD_FOR_EACH: return "an item of it was cancelled";
    case KAD_CHILD: break;
    }
    return "the workflow that it called was cancelled";
}

/* The first that has failed, in their order: what is stored does not say in which order they
 * did. NULL: none. */
static const struct line *first_failed(const struct block *block)
{
    for (size_t i = 0; i < block->line_count; i++)
        if (block->lines[i].status == LINE_FAILED)
            return &block->lines[i];
    return NULL;
}

static void fail(struct kad_step *step, const struct block *block)
{
    const enum kad_failure_code code = block->about->kind == KAD_CHILD
                                           ? KAD_FAILURE_CHILD_FAILED
                                           : KAD_FAILURE_BRANCH_FAILED;
    const struct line *line = first_failed(block);
    struct kad_error inner;
    const char *json;

    if (!line) {
        call_fail(step, code, unexplained(block));
        return;
    }
    inner = line->error;
    inner.details = (struct kad_json){0};
    json = failure_json(&step->memory, &inner);
    call_fail(step, code,
              arena_printf(
                  &step->memory, "%s: `%s` failed with %s: %s",
                  block_line_name(&step->memory, block, (size_t)(line - block->lines)),
                  inner.step, inner.code, inner.message));
    step->failure.details = (struct kad_json){json, strlen(json)};
}

static void leave_names(struct kad_step *step, const struct block *block)
{
    struct kad_parallel_outputs *out =
        arena_new(&step->memory, struct kad_parallel_outputs);
    const char **names = arena_array(&step->memory, const char *, block->line_count);

    for (size_t i = 0; i < block->line_count; i++)
        if (block->lines[i].status == LINE_COMPLETED)
            names[out->succeeded.count++] = block->about->branches[i].name;
    out->succeeded.items = names;
    step->produced = out;
}

static void leave_counts(struct kad_step *step, const struct block *block)
{
    struct kad_for_each_outputs *out =
        arena_new(&step->memory, struct kad_for_each_outputs);

    out->count = (int64_t)block->line_count;
    out->failed = (int64_t)block->counts[LINE_FAILED];
    step->produced = out;
}

static void leave_outputs(struct kad_step *step, const struct block *block)
{
    const char *problem;

    switch (block->about->kind) {
    case KAD_PARALLEL: leave_names(step, block); return;
    case KAD_FOR_EACH: leave_counts(step, block); return;
    case KAD_CHILD: break;
    }
    problem = call_take_given(step, block->child_outputs ? block->child_outputs : "{}");
    if (problem)
        call_fail(step, KAD_FAILURE_BAD_OUTPUT, problem);
}

/* What a branch has left that ended well, without having recovered from it: the first in
 * their order; code NULL: none. */
static struct kad_error handed_error(struct kad_step *step, const struct block *block)
{
    for (size_t i = 0; i < block->line_count; i++)
        if (block->lines[i].status == LINE_COMPLETED && block->lines[i].error.code)
            return failure_copy(&step->memory, &block->lines[i].error);
    return (struct kad_error){0};
}

void block_answer(struct kad_run *run)
{
    struct kad_step *step = &run->step;
    const struct block *block = run->inside;

    step->phase = PHASE_OVER;
    switch (block->verdict) {
    case BLOCK_SUCCEEDS:
        step->outcome = KAD_SUCCESS;
        step->handed = handed_error(step, block);
        leave_outputs(step, block);
        break;
    case BLOCK_TIMES_OUT:
        step->outcome = KAD_TIMEOUT;
        step->has_timed_out = true;
        break;
    case BLOCK_FAILS:
    case BLOCK_UNDECIDED: fail(step, block); break;
    }
    block_free(run->inside);
    run->inside = NULL;
}
