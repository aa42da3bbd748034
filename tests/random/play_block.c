/* play_block.c: parallel and forEach in the reference. */
#include "play_line.h"

#include <string.h>

/* ---- Start --------------------------------------------------------------------------- */

bool block_prepare(struct running *line)
{
    const struct step *step = line->step;
    struct scope scope = running_scope(line);

    if (step->kind == FOR_EACH)
        line->items = scope_value(&scope, step->items);
    line->when = arena_array(scope.arena, bool, step->branch_count);
    for (unsigned i = 0; i < step->branch_count; i++)
        line->when[i] =
            !step->branches[i]->when || scope_is(&scope, step->branches[i]->when);
    return !scope.has_fault;
}

/* The frame of one item. */
static struct frame *frame_new(struct running *line, size_t i)
{
    struct arena *arena = line->game->table->arena;
    struct frame *frame = arena_new(arena, struct frame);

    frame->outer = line->frame;
    frame->loop = line->step;
    frame->item = arena_printf(arena, "%s[%zu]", line->frame->item, i);
    frame->value = line->items.items[i];
    frame->index = (int64_t)i;
    for (unsigned j = 0; j < STEPS_MAX; j++)
        frame->left[j].status = "pending";
    return frame;
}

/* Budgets inside are fresh in each run of the block. */
static void budgets_renew(struct running *line)
{
    const struct flow *flow = line->game->flow;

    for (unsigned i = 0; i < flow->step_count; i++)
        if (step_is_inside(flow->steps[i], line->step))
            line->frame->left[i].runs = 0;
}

static void lines_make(struct running *line, struct block *block)
{
    struct arena *arena = line->game->table->arena;
    const struct step *step = line->step;
    const bool is_loop = step->kind == FOR_EACH;

    block->count = is_loop ? line->items.count : step->branch_count;
    block->lines = arena_array(arena, struct running *, block->count);
    if (is_loop) {
        line->frame->items[step->index].frames =
            arena_array(arena, struct frame *, block->count);
        line->frame->items[step->index].count = block->count;
    }
    for (size_t i = 0; i < block->count; i++) {
        struct frame *frame = is_loop ? frame_new(line, i) : line->frame;

        if (is_loop)
            line->frame->items[step->index].frames[i] = frame;
        block->lines[i] =
            running_new(line->game, block, step->branches[is_loop ? 0 : i], frame);
        if (!is_loop && !line->when[i])
            block->lines[i]->state = SKIPPED;
    }
}

static size_t count_of(const struct block *block, enum line_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < block->count; i++)
        count += block->lines[i]->state == state;
    return count;
}

/* As many as may be at work at the same time. */
static void lines_start(struct block *block)
{
    const struct step *step = block->owner->step;
    const size_t most = step->kind == PARALLEL ? block->count
                        : step->concurrency    ? step->concurrency
                                               : 1;

    while (!block->is_over && block->started < block->count &&
           count_of(block, OPEN) < most) {
        struct running *line = block->lines[block->started++];

        if (line->state == WAITS)
            running_start(line);
    }
}

void block_start(struct running *line)
{
    static const struct ending too_many = {.status = "failed",
                                           .code = "too_many_items"};
    struct block *block;

    if (line->step->kind == FOR_EACH && line->items.count > line->step->max_items) {
        running_finish(line, &too_many);
        return;
    }
    block = arena_new(line->game->table->arena, struct block);
    block->owner = line;
    line->inner = block;
    budgets_renew(line);
    lines_make(line, block);
    lines_start(block);
    block_look(block);
}

/* ---- End ----------------------------------------------------------------------------- */

static void names_of(struct block *block, struct ending *ending)
{
    struct arena *arena = block->owner->game->table->arena;
    struct value *names = arena_array(arena, struct value, block->count);
    size_t count = 0;

    for (size_t i = 0; i < block->count; i++)
        if (block->lines[i]->state == WELL)
            names[count++] =
                (struct value){.is_set = true, .text = block->lines[i]->line->name};
    ending->outputs[0] = (struct value){.is_set = true, .items = names, .count = count};
}

static void counts_of(const struct block *block, struct ending *ending)
{
    ending->outputs[0] =
        (struct value){.is_set = true, .integer = (int64_t)block->count};
    ending->outputs[1] =
        (struct value){.is_set = true, .integer = (int64_t)count_of(block, FAILED)};
}

/* A failure that a branch has handled, but not recovered from, goes on outside. */
static void hand_on(struct block *block)
{
    for (size_t i = 0; i < block->count; i++) {
        const struct running *line = block->lines[i];

        if (line->state == WELL && line->error.code && !block->owner->error.code)
            block->owner->error = line->error;
    }
}

static void block_end(struct block *block, bool is_success)
{
    struct running *owner = block->owner;
    struct ending ending = {
        .is_success = is_success,
        .status = is_success ? "completed" : "failed",
        .code = is_success ? NULL : "branch_failed",
        .has_outputs = is_success,
    };

    block->is_over = true;
    block_cancel(block);
    owner->inner = NULL;
    if (is_success && owner->step->kind == PARALLEL)
        names_of(block, &ending);
    if (is_success && owner->step->kind == FOR_EACH)
        counts_of(block, &ending);
    if (is_success)
        hand_on(block);
    running_finish(owner, &ending);
}

void block_look(struct block *block)
{
    const struct step *step = block->owner->step;
    const size_t well = count_of(block, WELL), failed = count_of(block, FAILED);
    const size_t open = count_of(block, OPEN) + count_of(block, WAITS);
    const size_t wanted = step->mode == AT_LEAST ? step->at_least : 1;

    if (block->is_over)
        return;
    switch (step->mode) {
    case ALL:
        if (failed || !open)
            block_end(block, !failed);
        break;
    case SETTLE:
        if (!open)
            block_end(block, true);
        break;
    case ANY:
    case AT_LEAST:
        if (well >= wanted || well + open < wanted)
            block_end(block, well >= wanted);
        break;
    }
    if (!block->is_over)
        lines_start(block);
}

void block_cancel(struct block *block)
{
    block->is_over = true;
    for (size_t i = 0; i < block->count; i++) {
        struct running *line = block->lines[i];

        if (line->state == OPEN)
            running_cancel(line);
        if (line->state == OPEN || line->state == WAITS) {
            line->state = CANCELLED;
            line->game->table->play->has_cut = true;
        }
    }
}
