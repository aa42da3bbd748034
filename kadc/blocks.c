/* blocks.c: see blocks.h. Blocks stand inside each other at most BLOCK_DEPTH_MAX deep. */
#include "blocks.h"

struct line line_main(const struct workflow *workflow)
{
    return (struct line){0, workflow->step_count};
}

struct line line_of_branch(const struct branch *branch)
{
    return (struct line){branch->first, branch->first + branch->count};
}

size_t line_key(const struct step *step)
{
    return step->branch ? step->branch->first : 0;
}

const char *line_word(const struct step *step)
{
    if (!step->branch)
        return "workflow";
    return step->branch->name.text.p ? "branch" : "item";
}

size_t line_next(const struct step *step)
{
    const struct block *block = step->block;
    if (!block || block->branch_count == 0)
        return step->index + 1;
    return line_of_branch(&block->branches[block->branch_count - 1]).end;
}

bool step_is_inside(const struct step *step, const struct block *block)
{
    const struct block *outer = step->outer;
    while (outer && outer != block)
        outer = outer->step->outer;
    return block && outer == block;
}

struct str block_item_name(const struct block *block)
{
    return block->as.text.p ? block->as.text : S("item");
}

const struct block *loop_variable_find(const struct step *step, struct str name,
                                       bool *is_index)
{
    const struct block *block = step ? step->outer : NULL;
    *is_index = str_is(name, "index");
    for (; block; block = block->step->outer)
        if (block->step->kind == STEP_FOR_EACH &&
            (*is_index || str_equal(name, block_item_name(block))))
            return block;
    return NULL;
}

/* Whether the reader is in the line of steps that `branch` is, or deeper in. */
static bool is_in_line(const struct step *reader, const struct branch *branch)
{
    while (reader && reader->branch != branch)
        reader = reader->outer ? reader->outer->step : NULL;
    return reader || !branch;
}

const struct step *step_stand_in(const struct step *step, const struct step *reader)
{
    while (!is_in_line(reader, step->branch))
        step = step->outer->step;
    return step;
}

struct outside step_outside(struct arena *arena, const struct step *step,
                            const struct step *stand_in, const struct type *type)
{
    struct outside outside = {type, true};
    for (; step != stand_in; step = step->outer->step) {
        bool is_passed = outside.is_sure && step->is_passed && !step->branch->when &&
                         step->outer->mode == MODE_ALL;
        outside.is_sure = is_passed;
        if (step->outer->step->kind != STEP_FOR_EACH)
            continue;
        outside.is_sure = true; /* items without a value have null */
        if (outside.type->kind != TYPE_POISON)
            outside.type = type_array_of(
                arena, is_passed ? outside.type : type_optional(arena, outside.type));
    }
    return outside;
}
