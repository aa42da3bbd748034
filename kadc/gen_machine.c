/* gen_machine.c: the state machine of a workflow: an enum of its steps, a frame with the last
 * outputs of each, a table of what the engine must know of them, a function for each, and a
 * switch that calls them.
 *
 * A compiler takes longer than linear time for a function that everything is inlined into:
 * the switch of a large workflow is one for each group of steps, behind a table. */
#include <inttypes.h>

#include "gen.h"

enum {
    SWITCH_STEPS_MAX = 64, /* the switch of so many is a table of contents */
    GROUP_STEPS = 32
};

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
    for (size_t i = 0; i < workflow->step_count; i++)
        gen_step_needs(gen, workflow->steps[i]);
    emit_blank(gen->code);
    for (size_t i = 0; i < workflow->step_count; i++)
        gen_step_constants(gen, workflow->steps[i]);
    for (size_t i = 0; i < workflow->step_count; i++)
        gen_block_constants(gen, workflow->steps[i]);
    emit_blank(gen->code);
    emit_comment(gen->code, "In the order of enum step.");
    emit_open(gen->code, "static const struct kad_step_info steps[] =");
    for (size_t i = 0; i < workflow->step_count; i++)
        gen_step_info(gen, workflow->steps[i]);
    emit_close(gen->code, ";");
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
    const size_t step_count = gen->workflow->step_count;
    const bool is_large = step_count > SWITCH_STEPS_MAX;

    if (is_large)
        put_groups(gen);
    emit_blank(gen->code);
    emit_comment(gen->code,
                 "One step; the engine commits its rows and the new position in "
                 "one transaction.");
    if (is_large)
        put_group_call(gen);
    else
        put_advance(gen, "advance", 0, step_count);
}
