/* gen_machine.c: the state machine of a workflow: an enum of its steps, a frame with the last
 * outputs of each, a table of what the engine must know of them, a function for each, and a
 * switch that calls them.
 *
 * A large workflow is divided into groups of steps, since compilers take more than linear time
 * for what has thousands of parts: a function that all steps are inlined into, and a struct
 * or a table that they look through for each of them. It has a switch for each group, behind
 * a table; a frame of structs without names, whose members are named as if they were its own;
 * and one function alone that names the table of steps. */
#include <inttypes.h>

#include "gen.h"

enum { GROUP_STEPS = 32 };

void gen_define_enum(struct gen *gen)
{
    emit_open(gen->code, "enum step");
    for (size_t i = 0; i < gen->workflow->step_count; i++)
        emit_line(gen->code, "%s,", gen_step_name(gen, gen->workflow->steps[i]));
    emit_line(gen->code, "END_COMPLETE = KAD_END_COMPLETE,");
    emit_line(gen->code, "END_FAIL = KAD_END_FAIL,");
    emit_close(gen->code, ";");
}

bool gen_has_frame(const struct gen *gen)
{
    for (size_t i = 0; i < gen->workflow->step_count; i++)
        if (gen_step_struct(gen, gen->workflow->steps[i]))
            return true;
    return gen->trigger_struct != NULL;
}

/* Where a group of steps ends that begins at `first`: behind a block, if it has begun. */
static size_t group_end(const struct gen *gen, size_t first)
{
    size_t after = first;

    while (after < gen->workflow->step_count && after < first + GROUP_STEPS)
        after = gen_step_after(gen->workflow->steps[after]);
    return after;
}

static bool have_outputs(const struct gen *gen, size_t first, size_t after)
{
    for (size_t i = first; i < after; i++)
        if (gen_step_struct(gen, gen->workflow->steps[i]))
            return true;
    return false;
}

static void put_member_groups(struct gen *gen)
{
    for (size_t first = 0, after; first < gen->workflow->step_count; first = after) {
        after = group_end(gen, first);
        if (!have_outputs(gen, first, after))
            continue;
        emit_open(gen->code, "struct");
        gen_frame_members(gen, first, after);
        emit_close(gen->code, ";");
    }
}

void gen_define_frame(struct gen *gen)
{
    if (!gen_has_frame(gen))
        return;
    gen_item_frames(gen);
    emit_blank(gen->code);
    emit_comment(
        gen->code,
        "What an execution remembers between steps: the last outputs of each.");
    emit_open(gen->code, "struct frame");
    if (gen->trigger_struct)
        emit_line(gen->code, "struct %s trigger;", gen->trigger_struct);
    if (gen_is_large(gen))
        put_member_groups(gen);
    else
        gen_frame_members(gen, 0, gen->workflow->step_count);
    emit_close(gen->code, ";");
}

static bool has_needs(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++)
        if (workflow->steps[i]->needs.count)
            return true;
    return false;
}

static void put_info_of(struct gen *gen)
{
    emit_blank(gen->code);
    emit_comment(gen->code,
                 "The table is long, and compilers look through all of it for "
                 "each function that names it: this is the only one.");
    emit_function(
        gen->code,
        "static KAD_NOINLINE const struct kad_step_info *info_of(enum step at)");
    emit_line(gen->code, "return &steps[at];");
    emit_close(gen->code, "");
}

void gen_define_steps(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;

    emit_blank(gen->code);
    if (workflow->env.count)
        gen_texts(gen, "static const char *const env[]", workflow->env.items,
                  workflow->env.count);
    if (workflow->secrets.count)
        gen_texts(gen, "static const char *const secrets[]", workflow->secrets.items,
                  workflow->secrets.count);
    emit_blank(gen->code);
    if (has_needs(workflow))
        emit_comment(gen->code, "Whose outputs a start at a step needs.");
    gen_each_step(gen, gen_step_needs);
    emit_blank(gen->code);
    gen_each_step(gen, gen_step_constants);
    gen_each_step(gen, gen_block_constants);
    emit_blank(gen->code);
    emit_comment(gen->code, "In the order of enum step.");
    emit_open(gen->code, "static const struct kad_step_info steps[] =");
    gen_each_step(gen, gen_step_info);
    emit_close(gen->code, ";");
    if (gen_is_large(gen))
        put_info_of(gen);
}

/* ---- The switch ----------------------------------------------------------------------- */

/* NAME enters the steps [first, after). */
static void put_advance(struct gen *gen, const char *name, size_t first, size_t after)
{
    const struct workflow *workflow = gen->workflow;
    const bool has_all = after - first == workflow->step_count;
    bool reads_frame = false;

    for (size_t i = first; i < after; i++)
        reads_frame |= gen->reads_frame[i];
    emit_function(gen->code,
                  "static int %s(struct kad_run *run, void *frame%s, int position)",
                  name, reads_frame ? "" : " KAD_UNUSED");
    if (reads_frame)
        emit_line(gen->code, "struct frame *f = frame;");
    emit_line(gen->code, "const enum step at = position;");
    emit_blank(gen->code);
    emit_open(gen->code, "switch (at)");
    for (size_t i = first; i < after; i++)
        emit_case_line(gen->code, gen_step_name(gen, workflow->steps[i]), "return %s;",
                       gen_step_call(gen, workflow->steps[i]));
    if (has_all) {
        emit_case(gen->code, "END_COMPLETE");
        emit_case_line(gen->code, "END_FAIL", "break;");
    } else {
        emit_default_line(gen->code, "break;");
    }
    emit_close(gen->code, "");
    emit_line(gen->code, "kad_unreachable();");
    emit_close(gen->code, "");
}

/* "advance_2" */
static struct str group_name(const struct gen *gen, size_t first)
{
    return str_printf(gen->arena, "advance_%zu", first / GROUP_STEPS + 1);
}

static void put_groups(struct gen *gen)
{
    const size_t step_count = gen->workflow->step_count;

    for (size_t first = 0; first < step_count; first += GROUP_STEPS) {
        const size_t after =
            first + GROUP_STEPS < step_count ? first + GROUP_STEPS : step_count;

        emit_blank(gen->code);
        emit_comment(gen->code, "From %.*s to %.*s.",
                     STR(gen->workflow->steps[first]->id.text),
                     STR(gen->workflow->steps[after - 1]->id.text));
        put_advance(gen, group_name(gen, first).p, first, after);
    }
}

/* The function that calls that of the group. */
static void put_group_call(struct gen *gen)
{
    const size_t step_count = gen->workflow->step_count;
    const size_t count = (step_count + GROUP_STEPS - 1) / GROUP_STEPS;
    struct str *names = arena_array(gen->arena, struct str, count);

    for (size_t i = 0; i < count; i++)
        names[i] = group_name(gen, i * GROUP_STEPS);
    emit_function(gen->code,
                  "static int advance(struct kad_run *run, void *frame, int position)");
    emit_line(gen->code, "enum { GROUP_STEPS = %d };", GROUP_STEPS);
    emit_list(gen->code, "static int (*const groups[])(struct kad_run *, void *, int)",
              names, count);
    emit_blank(gen->code);
    emit_line(gen->code,
              "return groups[position / GROUP_STEPS](run, frame, position);");
    emit_close(gen->code, "");
}

void gen_define_advance(struct gen *gen)
{
    if (gen_is_large(gen))
        put_groups(gen);
    emit_blank(gen->code);
    emit_comment(gen->code,
                 "One step; the engine commits its rows and the new position in "
                 "one transaction.");
    if (gen_is_large(gen))
        put_group_call(gen);
    else
        put_advance(gen, "advance", 0, gen->workflow->step_count);
}
