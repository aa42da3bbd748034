/* play_block.c: parallel and forEach in the reference. */
#include "play_line.h"

#include <string.h>

/* ---- Start --------------------------------------------------------------------------- */

bool inside_prepare(struct running *line)
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

bool inside_is_too_large(const struct running *line)
{
    return line->step->kind == FOR_EACH && line->items.count > line->step->max_items;
}

static void lines_make(struct running *line, struct inside *block)
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

static size_t count_of(const struct inside *block, enum line_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < block->count; i++)
        count += block->lines[i]->state == state;
    return count;
}

/* As many as may be at work at the same time. */
static void lines_start(struct inside *block)
{
    const struct step *step = block->owner->step;
    const size_t most = step->kind == PARALLEL ? block->count
                        : step->concurrency    ? step->concurrency
                                               : 1;

    while (!block->is_decided && block->started < block->count &&
           count_of(block, OPEN) < most) {
        struct running *line = block->lines[block->started++];

        if (line->state == WAITS)
            running_start(line);
    }
}

void inside_start(struct running *line)
{
    struct inside *block;

    block = arena_new(line->game->table->arena, struct inside);
    block->owner = line;
    line->inner = block;
    running_forget(line);
    lines_make(line, block);
    inside_look(block);
}

/* ---- End ----------------------------------------------------------------------------- */

static void names_of(struct inside *block, struct ending *ending)
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

static void counts_of(const struct inside *block, struct ending *ending)
{
    ending->outputs[0] =
        (struct value){.is_set = true, .integer = (int64_t)block->count};
    ending->outputs[1] =
        (struct value){.is_set = true, .integer = (int64_t)count_of(block, FAILED)};
}

/* A failure that a branch has handled, but not recovered from, goes on outside. */
static struct trouble handed(const struct inside *block)
{
    for (size_t i = 0; i < block->count; i++)
        if (block->lines[i]->state == WELL && block->lines[i]->error.code)
            return block->lines[i]->error;
    return (struct trouble){0};
}

static void block_end(struct inside *block)
{
    struct running *owner = block->owner;
    const bool is_success = block->is_success;
    struct ending ending = {
        .is_success = is_success,
        .status = is_success ? "completed" : "failed",
        .code = is_success ? NULL : "branch_failed",
        .has_outputs = is_success,
    };

    block->is_over = true;
    owner->inner = NULL;
    if (owner->is_cancelled) {
        running_stop(owner, NULL);
        return;
    }
    if (is_success && owner->step->kind == PARALLEL)
        names_of(block, &ending);
    if (is_success && owner->step->kind == FOR_EACH)
        counts_of(block, &ending);
    if (is_success)
        ending.handed = handed(block);
    running_finish(owner, &ending);
}

/* What its mode says; false: not yet. */
static bool is_decided(const struct inside *block, bool *is_success)
{
    const struct step *step = block->owner->step;
    const size_t well = count_of(block, WELL), failed = count_of(block, FAILED);
    const size_t open = count_of(block, OPEN) + count_of(block, WAITS);
    const size_t wanted = step->mode == AT_LEAST ? step->at_least : 1;

    switch (step->mode) {
    case ALL: *is_success = !failed; return failed || !open;
    case SETTLE: *is_success = true; return !open;
    case ANY:
    case AT_LEAST:
        *is_success = well >= wanted;
        return well >= wanted || well + open < wanted;
    }
    return false;
}

void inside_look(struct inside *block)
{
    if (block->is_over)
        return;
    if (!block->is_decided) {
        block->is_decided = is_decided(block, &block->is_success);
        if (block->is_decided)
            inside_cancel(block);
        else
            lines_start(block);
    }
    if (!block->is_over && block->is_decided && !count_of(block, OPEN))
        block_end(block);
}

void inside_cancel(struct inside *block)
{
    block->is_decided = true;
    for (size_t i = 0; i < block->count; i++) {
        struct running *line = block->lines[i];

        if (line->state == OPEN)
            running_cancel(line);
        else if (line->state == WAITS)
            line->state = CANCELLED;
        if (line->state == OPEN || line->state == CANCELLED)
            line->game->table->play->has_cut = true;
    }
}
