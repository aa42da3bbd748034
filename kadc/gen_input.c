/* gen_input.c: the inputs of a step: the variable `in` of its function.
 *
 *     const struct testing_run_tests_inputs in = {
 *         .changes = ...,
 *     };
 *
 * Inputs in the author's order, then the defaults of those that are left out. */
#include <inttypes.h>

#include "base/buf.h"
#include "c_name.h"
#include "gen_expr.h"

const struct type *gen_inputs_type(const struct gen *gen, const struct step *step)
{
    switch (step->kind) {
    case STEP_ACTION: return step->action->inputs;
    case STEP_WORKFLOW: return step->block->workflow->params;
    case STEP_FOR_EACH: return gen->inputs[step->index];
    case STEP_RUN:
    case STEP_WAIT:
    case STEP_APPROVAL:
    case STEP_ROUTE:
    case STEP_PARALLEL: break;
    }
    return NULL;
}

bool gen_has_inputs(const struct gen *gen, const struct step *step)
{
    const struct type *type = gen_inputs_type(gen, step);

    return type ? !gen_is_nothing(type) : step->kind != STEP_ROUTE;
}

const char *gen_inputs_struct(const struct gen *gen, const struct step *step)
{
    switch (step->kind) {
    case STEP_RUN: return "struct kad_run_inputs";
    case STEP_WAIT:
        return step->wait.is_first ? "struct kad_first_inputs"
                                   : "struct kad_wait_inputs";
    case STEP_APPROVAL: return "struct kad_approval_inputs";
    case STEP_PARALLEL: return "struct kad_parallel_inputs";
    case STEP_FOR_EACH: return gen_struct(gen, gen->inputs[step->index]);
    case STEP_WORKFLOW:
        return arena_printf(gen->arena, "struct %strigger",
                            gen_workflow_prefix(gen->arena, step->block->workflow));
    case STEP_ACTION:
    case STEP_ROUTE: break;
    }
    return arena_printf(gen->arena, "struct %s_inputs",
                        gen_action_name(gen->arena, step->action));
}

/* ---- Actions and workflows ------------------------------------------------------------- */

static bool is_given(const struct step *step, const struct type_field *field)
{
    for (size_t i = 0; i < step->input_count; i++)
        if (step->inputs[i].field == field)
            return true;
    return false;
}

static void put_fields(struct gen *gen, const struct step *step,
                       const struct type *inputs)
{
    for (size_t i = 0; i < step->input_count; i++) {
        const struct input *input = &step->inputs[i];
        const struct str value = gen_value(gen, input->value, input->field->type);

        emit_line(gen->code, ".%s = %.*s,", gen_member(gen, input->field), STR(value));
    }
    for (size_t i = 0; i < inputs->field_count; i++) {
        const struct type_field *field = &inputs->fields[i];

        if (!is_given(step, field) && field->default_value)
            emit_line(gen->code, ".%s = %.*s,", gen_member(gen, field),
                      STR(gen_constant(gen, field->default_value, field->type)));
    }
}

/* Whether the author or a default gives any input. */
static bool has_values(const struct step *step, const struct type *inputs)
{
    for (size_t i = 0; i < inputs->field_count; i++)
        if (inputs->fields[i].default_value)
            return true;
    return step->input_count > 0;
}

static void put_typed(struct gen *gen, const struct step *step)
{
    const struct type *inputs = gen_inputs_type(gen, step);
    const char *in = gen_inputs_struct(gen, step);

    if (!has_values(step, inputs)) {
        emit_line(gen->code, "const %s in = {0};", in);
        return;
    }
    emit_open(gen->code, "const %s in =", in);
    put_fields(gen, step, inputs);
    emit_close(gen->code, ";");
}

/* ---- Programs ------------------------------------------------------------------------- */

static void put_argv(struct gen *gen, const struct run *run)
{
    struct str *args = arena_array(gen->arena, struct str, run->arg_count);

    for (size_t i = 0; i < run->arg_count; i++)
        args[i] = gen_text(gen, run->args[i]->scalar);
    emit_list(gen->code, "const char *const argv[]", args, run->arg_count);
}

/* "NAME=value" of each. */
static void put_env(struct gen *gen, const struct run *run)
{
    struct str *items = arena_array(gen->arena, struct str, run->env_count);

    for (size_t i = 0; i < run->env_count; i++) {
        const struct input *variable = &run->env[i];
        const struct template *value = variable->value->scalar;
        const struct str name =
            str_printf(gen->arena, "%.*s=", STR(variable->name.text));

        if (value->is_literal)
            items[i] = str_of(
                emit_quote(gen->arena, str_printf(gen->arena, "%.*s%.*s", STR(name),
                                                  STR(value->node->text))));
        else
            items[i] =
                str_printf(gen->arena, "kad_text_join(run, KAD_TEXTS(%s, %.*s))",
                           emit_quote(gen->arena, name), STR(gen_text(gen, value)));
    }
    emit_list(gen->code, "const char *const env[]", items, run->env_count);
}

static void put_run_inputs(struct gen *gen, const struct run *run)
{
    put_argv(gen, run);
    if (run->env_count)
        put_env(gen, run);
    emit_open(gen->code, "const struct kad_run_inputs in =");
    emit_line(gen->code, ".argv = {argv, KAD_COUNT(argv)},");
    if (run->env_count)
        emit_line(gen->code, ".env = {env, KAD_COUNT(env)},");
    if (run->cwd)
        emit_line(gen->code, ".cwd = %.*s,", STR(gen_text(gen, run->cwd)));
    if (run->stdin_text)
        emit_line(gen->code, ".stdin_text = %.*s,",
                  STR(gen_text(gen, run->stdin_text)));
    emit_close(gen->code, ";");
}

/* ---- Waits, approvals ------------------------------------------------------------------ */

/* "match", and of one of several ways "paid_match". */
static const char *match_name(struct gen *gen, const struct wait_way *way)
{
    return way->name.text.p ? arena_printf(gen->arena, "%s_match",
                                           c_name(gen->arena, way->name.text))
                            : "match";
}

/* The fields that an event must have, if expressions say which. */
static void put_match(struct gen *gen, const struct wait_way *way)
{
    const struct type *any = type_simple(TYPE_ANY);
    struct str *members = arena_array(gen->arena, struct str, way->match_count);

    if (gen_json_constant(gen, way->match, way->match_count).p)
        return;
    for (size_t i = 0; i < way->match_count; i++)
        members[i] = str_printf(gen->arena, "{%s, %.*s}",
                                emit_quote(gen->arena, way->match[i].name.text),
                                STR(gen_value(gen, way->match[i].value, any)));
    emit_list(
        gen->code,
        arena_printf(gen->arena, "const struct kad_member %s[]", match_name(gen, way)),
        members, way->match_count);
}

static struct str match_of(struct gen *gen, const struct wait_way *way)
{
    const struct str constant = gen_json_constant(gen, way->match, way->match_count);
    const char *name = match_name(gen, way);

    return constant.p
               ? constant
               : str_printf(gen->arena, "kad_json_object(run, %s, KAD_COUNT(%s))", name,
                            name);
}

static void put_way(struct gen *gen, const struct wait_way *way)
{
    const struct type *duration = type_optional(gen->kept, type_simple(TYPE_DURATION));
    int64_t literal_ms = 0;

    if (way->duration && way->duration->scalar->is_literal)
        duration_parse(way->duration->node->text, &literal_ms);
    if (literal_ms)
        emit_line(gen->code, ".duration = {true, %" PRId64 "}, /* %s */", literal_ms,
                  duration_text(gen->arena, literal_ms));
    else if (way->duration)
        emit_line(gen->code, ".duration = %.*s,",
                  STR(gen_value(gen, way->duration, duration)));
    if (way->until)
        emit_line(gen->code, ".until = %.*s,",
                  STR(gen_value(gen, way->until, type_simple(TYPE_STRING))));
    if (way->event.text.p)
        emit_line(gen->code, ".event = %s,", emit_quote(gen->arena, way->event.text));
    if (way->match_count)
        emit_line(gen->code, ".match = %.*s,", STR(match_of(gen, way)));
}

static void put_wait_inputs(struct gen *gen, const struct wait *wait)
{
    for (size_t i = 0; i < wait->way_count; i++)
        put_match(gen, &wait->ways[i]);
    if (!wait->is_first) {
        emit_open(gen->code, "const struct kad_wait_inputs in =");
        put_way(gen, wait->ways);
        emit_close(gen->code, ";");
        return;
    }
    emit_open(gen->code, "const struct kad_wait_inputs ways[] =");
    for (size_t i = 0; i < wait->way_count; i++) {
        emit_open(gen->code, "%s", "");
        put_way(gen, &wait->ways[i]);
        emit_close(gen->code, ",");
    }
    emit_close(gen->code, ";");
    emit_line(gen->code, "const struct kad_first_inputs in = {ways, KAD_COUNT(ways)};");
}

static void put_approval_inputs(struct gen *gen, const struct approval *approval)
{
    emit_open(gen->code, "const struct kad_approval_inputs in =");
    emit_line(gen->code, ".prompt = %.*s,",
              STR(gen_text(gen, approval->prompt->scalar)));
    emit_close(gen->code, ";");
}

/* ---- Blocks --------------------------------------------------------------------------- */

/* Which of the branches run. */
static void put_parallel_inputs(struct gen *gen, const struct block *block)
{
    struct str *items = arena_array(gen->arena, struct str, block->branch_count);

    for (size_t i = 0; i < block->branch_count; i++)
        items[i] = block->branches[i].when ? gen_condition(gen, block->branches[i].when)
                                           : S("true");
    emit_list(gen->code, "const bool when[]", items, block->branch_count);
    emit_line(
        gen->code,
        "const struct kad_parallel_inputs in = {.when = {when, KAD_COUNT(when)}};");
}

static void put_for_each_inputs(struct gen *gen, const struct step *step)
{
    const struct type *inputs = gen->inputs[step->index];

    emit_open(gen->code, "const %s in =", gen_struct(gen, inputs));
    emit_line(gen->code, ".items = %.*s,",
              STR(gen_value(gen, step->block->each, inputs->fields[0].type)));
    emit_close(gen->code, ";");
}

void gen_inputs(struct gen *gen, const struct step *step)
{
    switch (step->kind) {
    case STEP_RUN: put_run_inputs(gen, &step->run); break;
    case STEP_WAIT: put_wait_inputs(gen, &step->wait); break;
    case STEP_APPROVAL: put_approval_inputs(gen, &step->approval); break;
    case STEP_PARALLEL: put_parallel_inputs(gen, step->block); break;
    case STEP_FOR_EACH: put_for_each_inputs(gen, step); break;
    case STEP_ROUTE: break;
    case STEP_ACTION:
    case STEP_WORKFLOW:
        if (gen_has_inputs(gen, step))
            put_typed(gen, step);
        break;
    }
}
