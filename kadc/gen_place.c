/* gen_place.c: where the values of a workflow are in its C.
 *
 * Steps keep their outputs in the workflow's frame, in structs that nest as the blocks do;
 * what a forEach repeats is in a frame for each item. A step's function has `f`, and a
 * variable for each item that it is in, named as the author has named the items. */
#include <string.h>

#include "c_name.h"
#include "gen.h"

enum { LARGE_STEPS_MIN = 64 }; /* up to here a switch is a table of contents */

const char *gen_step_name(const struct gen *gen, const struct step *step)
{
    return gen->step_names[step->index];
}

bool gen_is_large(const struct gen *gen)
{
    return gen->workflow->step_count > LARGE_STEPS_MIN;
}

const char *gen_step_info_at(const struct gen *gen, const struct step *step)
{
    return arena_printf(gen->arena, gen_is_large(gen) ? "info_of(%s)" : "&steps[%s]",
                        gen_step_name(gen, step));
}

const char *gen_trigger(const struct gen *gen)
{
    return arena_printf(gen->arena, "f->trigger");
}

/* ---- Blocks --------------------------------------------------------------------------- */

bool gen_has_inside(const struct step *step)
{
    return step->kind == STEP_PARALLEL || step->kind == STEP_FOR_EACH;
}

size_t gen_step_after(const struct step *step)
{
    const struct branch *last;

    if (!gen_has_inside(step))
        return step->index + 1;
    last = &step->block->branches[step->block->branch_count - 1];
    return last->first + last->count;
}

const struct block *gen_for_each_of(const struct step *step)
{
    const struct block *block = step->outer;

    while (block && block->step->kind != STEP_FOR_EACH)
        block = block->step->outer;
    return block;
}

static bool is_inside(const struct step *step, const struct block *block)
{
    while (step && step->outer != block)
        step = step->outer ? step->outer->step : NULL;
    return step != NULL;
}

const struct block *gen_gathered_over(const struct step *step,
                                      const struct step *reader)
{
    const struct block *outermost = NULL;

    for (const struct block *block = gen_for_each_of(step); block;
         block = gen_for_each_of(block->step))
        if (!is_inside(reader, block))
            outermost = block;
    return outermost;
}

/* ---- Members -------------------------------------------------------------------------- */

/* Whether the frame has a member of its own with the name of the step. */
static bool is_taken(const struct step *step)
{
    const struct str name = str_of(step->c_name);

    if (!step->outer)
        return str_is(name, "trigger");
    if (step->outer->step->kind == STEP_PARALLEL)
        return str_is(name, "outputs");
    return str_is(name, "value") || str_is(name, "index") || str_is(name, "has");
}

const char *gen_step_member(const struct gen *gen, const struct step *step)
{
    return is_taken(step) ? arena_printf(gen->arena, "%s_", step->c_name)
                          : step->c_name;
}

const char *gen_step_path(const struct gen *gen, const struct step *step)
{
    const char *member = gen_step_member(gen, step);

    if (!step->outer || step->outer->step->kind != STEP_PARALLEL)
        return member;
    return arena_printf(gen->arena, "%s.%s", gen_step_path(gen, step->outer->step),
                        member);
}

const char *gen_outputs_path(const struct gen *gen, const struct step *step)
{
    const char *path = gen_step_path(gen, step);

    return gen_has_inside(step) ? arena_printf(gen->arena, "%s.outputs", path) : path;
}

/* ---- Frames --------------------------------------------------------------------------- */

const char *gen_frame_struct(const struct gen *gen, const struct step *step)
{
    const struct block *block = gen_for_each_of(step);

    return block ? gen->items[block->step->index] : "struct frame";
}

/* Names that a step's function, or the file, has for something else. */
static bool is_own_name(struct str name)
{
    static const char *const names[] = {
        "advance", "argv",       "budget",  "concurrency", "concurrency_key",
        "count",   "definition", "each",    "env",         "f",
        "finish",  "frame",      "i",       "in",          "info_of",
        "items",   "match",      "outcome", "run",         "secrets",
        "steps",   "ways",       "when",
    };
    static const char *const prefixes[] = {"advance_", "as_", "do_", "kad_", "step_"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_is(name, names[i]))
            return true;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (str_starts_with(name, str_of(prefixes[i])))
            return true;
    return false;
}

/* "file", as the author calls an item. */
static const char *item_word(const struct gen *gen, const struct block *block)
{
    const char *word = block->as.text.p ? c_name(gen->arena, block->as.text) : "item";

    return is_own_name(str_of(word)) ? arena_printf(gen->arena, "%s_", word) : word;
}

/* Whether an item further inside has the same name. */
static bool is_hidden(const struct gen *gen, const struct block *block)
{
    const struct block *inner = gen->step ? gen_for_each_of(gen->step) : NULL;

    for (; inner && inner != block; inner = gen_for_each_of(inner->step))
        if (strcmp(item_word(gen, inner), item_word(gen, block)) == 0)
            return true;
    return false;
}

const char *gen_item(const struct gen *gen, const struct block *block)
{
    const char *word = item_word(gen, block);

    return is_hidden(gen, block)
               ? arena_printf(gen->arena, "%s_of_%s", word, block->step->c_name)
               : word;
}

const char *gen_frame(const struct gen *gen, const struct step *step)
{
    const struct block *block = gen_for_each_of(step);

    return block ? gen_item(gen, block) : "f";
}

const char *gen_step_outputs(const struct gen *gen, const struct step *step)
{
    return arena_printf(gen->arena, "%s->%s", gen_frame(gen, step),
                        gen_outputs_path(gen, step));
}

/* ---- Outputs -------------------------------------------------------------------------- */

const struct type *gen_stored_type(const struct gen *gen, const struct step *step,
                                   const struct type_field *output)
{
    return type_field_find(gen->stored[step->index], output->name)->type;
}

const char *gen_output_member(const struct gen *gen, const struct step *step,
                              const struct type_field *output)
{
    const char *member = gen_member(gen, output);

    /* stdout and stderr are macros; struct kad_run_outputs has names of its own. */
    if (step->kind == STEP_RUN && !str_is(output->name, "exitCode"))
        return arena_printf(gen->arena, "%.*s_text", STR(output->name));
    return member;
}

const char *gen_workflow_prefix(struct arena *arena, const struct workflow *workflow)
{
    const bool is_marked = str_ends_with(str_of(workflow->c_name), S("_"));

    return arena_printf(arena, "%s%s", workflow->c_name, is_marked ? "" : "_");
}

const char *gen_step_struct(const struct gen *gen, const struct step *step)
{
    if (step->kind == STEP_RUN)
        return "struct kad_run_outputs";
    if (step->kind == STEP_PARALLEL)
        return "struct kad_parallel_outputs";
    if (step->kind == STEP_FOR_EACH)
        return "struct kad_for_each_outputs";
    if (gen_is_nothing(step->outputs))
        return NULL;
    if (step->kind == STEP_WAIT)
        return "struct kad_wait_outputs";
    if (step->is_refined)
        return gen_struct(gen, gen->stored[step->index]);
    if (step->kind == STEP_WORKFLOW)
        return arena_printf(gen->arena, "struct %soutputs",
                            gen_workflow_prefix(gen->arena, step->block->workflow));
    return arena_printf(gen->arena, "struct %s_outputs",
                        gen_action_name(gen->arena, step->action));
}
