/* secrets.c: a secret flows only where it is neither stored nor seen: 0906, 0907.
 *
 * In: all types. Out: diagnostics; nothing is changed. Whether a value is secret stands in
 * its type: `secrets.N` and what is declared so are, and by expr_check what is made of them.
 * They may be given to inputs that are marked, and to programs as variables or on standard
 * input; a condition over them says too little to matter. */
#include "secrets.h"

#include "credentials.h"
#include "passes.h"

/* A place that a value is given to. */
struct target {
    struct program *program;
    struct str what;      /* "input `text`" */
    const char *why;      /* what becomes of a value there */
    const char *help;     /* what to do instead */
    struct span declared; /* of the input, or nowhere */
};

/* ---- Values -------------------------------------------------------------------------- */

/* Whether a secret in a value of one type is none in the other. `to` NULL: all of it. */
static bool is_exposed(const struct type *from, const struct type *to)
{
    if (from->kind == TYPE_POISON || !type_holds_secret(from))
        return false;
    if (!to || from->is_secret || to->is_secret)
        return !to || !to->is_secret;
    if (from->kind == TYPE_ARRAY && to->kind == TYPE_ARRAY && !to->is_opaque)
        return is_exposed(from->items, to->items);
    if (from->kind != TYPE_OBJECT || to->kind != TYPE_OBJECT || to->is_opaque)
        return true;
    for (size_t i = 0; i < from->field_count; i++) {
        const struct type_field *field = type_field_find(to, from->fields[i].name);
        if (field && is_exposed(from->fields[i].type, field->type))
            return true; /* what `to` does not have is left out */
    }
    return false;
}

/* The expression in a scalar that gives the secret. */
static const struct expr *exposed_part(const struct template *value,
                                       const struct type *to)
{
    for (size_t i = 0; i < value->part_count; i++) {
        const struct expr *expr = value->parts[i].expr;
        if (expr && expr->type && is_exposed(expr->type, to))
            return expr;
    }
    return NULL;
}

static void exposed_report(const struct target *target, const struct expr *expr)
{
    struct diags *diags = target->program->diags;
    diag_report(diags, expr->span, KAD0906, "`%.*s` is secret, and %.*s %s",
                STR(span_text(expr->span)), STR(target->what), target->why);
    if (target->declared.source)
        diag_note(diags, target->declared, "%.*s is declared here", STR(target->what));
    diag_help(diags, "%s", target->help);
}

static void template_check_secrets(const struct target *target,
                                   const struct template *value, const struct type *to)
{
    const struct expr *expr = value ? exposed_part(value, to) : NULL;
    if (expr)
        exposed_report(target, expr);
}

/* 0907. */
static void literal_check_secret(const struct target *target, const struct value *value)
{
    struct diags *diags = target->program->diags;
    if (!value->wanted || !value->wanted->is_secret || node_is_null(value->node) ||
        !value->node->text.len || credential_find(value->node->text).what)
        return; /* the latter is reported there */
    diag_report(diags, value->node->span, KAD0907,
                "%.*s is secret, and its value stands in the file", STR(target->what));
    if (target->declared.source)
        diag_note(diags, target->declared, "%.*s is declared here", STR(target->what));
    diag_help(diags, "name it: `\"{{ secrets.NAME }}\"`, from the variable "
                     "KAD_SECRET_NAME or from .kad/secrets");
}

/* `is_inside`: of something that is marked. */
static void value_check_secrets(const struct target *target, const struct value *value,
                                bool is_inside)
{
    const bool is_safe = is_inside || (value->wanted && value->wanted->is_secret);
    if (value->scalar && value->scalar->is_literal)
        literal_check_secret(target, value);
    else if (value->scalar && !is_safe)
        template_check_secrets(target, value->scalar, value->wanted);
    for (size_t i = 0; i < value->count; i++)
        value_check_secrets(target, value->items[i], is_safe);
}

/* ---- Steps --------------------------------------------------------------------------- */

/* What a workflow is given is stored by its name, so that it can be resumed: it has to be a
 * secret that has one. `param`: what it is given as. */
static void named_check_secrets(struct program *program, const struct value *given,
                                const struct type_field *param)
{
    const struct template *value = given->scalar;
    const struct expr *expr = value ? template_lone(value) : NULL;
    const bool is_named =
        expr && expr->type->kind == TYPE_STRING &&
        (expr->binding.kind == BIND_SECRET || expr->binding.kind == BIND_PARAMETER);
    if (is_named || !type_holds_secret(param->type) ||
        (expr && expr->type->kind == TYPE_POISON) || (value && value->is_literal))
        return;
    diag_report(program->diags, given->node->span, KAD0906,
                "parameter `%.*s` is secret, and what is given to it has no name",
                STR(param->name));
    diag_note(program->diags, param->name_span, "the parameter is declared here");
    diag_help(program->diags,
              "hand on a secret as it is: a text from `secrets` or `trigger`");
}

static void inputs_check_secrets(struct program *program, const struct step *step)
{
    for (size_t i = 0; i < step->input_count; i++) {
        const struct input *input = &step->inputs[i];
        const struct target target = {
            .program = program,
            .what = str_printf(program->arena, "input `%.*s`", STR(input->name.text)),
            .why = "is not marked so",
            .help =
                "an input with `secret: true` is kept out of the store and the logs",
            .declared = input->field ? input->field->name_span : (struct span){0},
        };
        if (input->field)
            value_check_secrets(&target, input->value, false);
        if (input->field && step->kind == STEP_WORKFLOW)
            named_check_secrets(program, input->value, input->field);
    }
}

static void run_check_secrets(struct program *program, const struct run *run)
{
    struct target target = {
        .program = program,
        .what = S("an argument"),
        .why = "can be read by every process",
        .help = "hand it over as a variable (`env`) or on standard input (`stdin`)",
    };
    for (size_t i = 0; i < run->arg_count; i++)
        template_check_secrets(&target, run->args[i]->scalar, NULL);
    target.what = S("`cwd`");
    target.why = "is stored";
    template_check_secrets(&target, run->cwd, NULL);
}

bool run_holds_secret(const struct run *run)
{
    for (size_t i = 0; i < run->env_count; i++)
        if (exposed_part(run->env[i].value->scalar, NULL))
            return true;
    return run->stdin_text && exposed_part(run->stdin_text, NULL);
}

static void stored_check_secrets(struct program *program, const char *what,
                                 const struct value *value)
{
    const struct target target = {
        .program = program,
        .what = str_of(what),
        .why = "is stored",
        .help = "only inputs that are marked `secret` take one",
    };
    if (value)
        value_check_secrets(&target, value, false);
}

static void wait_check_secrets(struct program *program, const struct wait *wait)
{
    for (size_t i = 0; i < wait->way_count; i++) {
        const struct wait_way *way = &wait->ways[i];
        stored_check_secrets(program, "the time of a wait", way->duration);
        stored_check_secrets(program, "the time of a wait", way->until);
        for (size_t j = 0; j < way->match_count; j++)
            stored_check_secrets(program, "what a wait matches", way->match[j].value);
    }
}

static void step_check_secrets(struct program *program, const struct step *step)
{
    inputs_check_secrets(program, step);
    run_check_secrets(program, &step->run);
    wait_check_secrets(program, &step->wait);
    stored_check_secrets(program, "a prompt", step->approval.prompt);
    if (step->block)
        stored_check_secrets(program, "an array to go through", step->block->each);
}

/* ---- Outputs ------------------------------------------------------------------------- */

void secret_outputs_check(struct program *program, struct type_field *fields,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!type_holds_secret(fields[i].type))
            continue;
        diag_report(program->diags, fields[i].name_span, KAD0906,
                    "output `%.*s` is marked secret, and outputs are stored",
                    STR(fields[i].name));
        diag_help(program->diags, "hand on where the secret is, not the secret");
        fields[i].type = type_poison();
    }
}

static void output_check_secrets(struct program *program,
                                 const struct workflow_output *output)
{
    const struct target target = {
        .program = program,
        .what = str_printf(program->arena, "output `%.*s`", STR(output->name.text)),
        .why = "is stored and printed",
        .help = "hand on where the secret is, not the secret",
    };
    struct type_field field = {
        .name = output->name.text,
        .name_span = output->name.span,
        .type = output->declared,
    };
    if (output->declared)
        secret_outputs_check(program, &field, 1);
    if (!output->declared || !type_holds_secret(output->declared))
        value_check_secrets(&target, output->value, false);
}

/* ---- Parameters ---------------------------------------------------------------------- */

static void default_check_secret(struct program *program,
                                 const struct type_field *param)
{
    if (!param->default_value || !type_holds_secret(param->type))
        return;
    diag_report(program->diags, param->default_value->span, KAD0907,
                "parameter `%.*s` is secret, and its default stands in the file",
                STR(param->name));
    diag_help(program->diags, "without a default it is given by env:NAME, @file or -");
}

/* What a schedule sets. */
static void scheduled_check_secrets(struct program *program,
                                    const struct type_field *param,
                                    const struct value *value)
{
    const struct target target = {
        .program = program,
        .what = str_printf(program->arena, "parameter `%.*s`", STR(param->name)),
        .why = "is not marked so",
        .help = "a parameter with `secret: true` is kept out of the store and the logs",
        .declared = param->name_span,
    };
    value_check_secrets(&target, value, false);
    named_check_secrets(program, value, param);
}

static void trigger_check_secrets(struct program *program,
                                  const struct trigger *trigger)
{
    for (size_t i = 0; i < trigger->param_count; i++) {
        const struct type_field *param = &trigger->params[i];
        const struct value *value = trigger->sources ? trigger->sources[i].value : NULL;
        default_check_secret(program, param);
        if (value)
            scheduled_check_secrets(program, param, value);
    }
}

void secrets_check(struct program *program, const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->trigger_count; i++)
        trigger_check_secrets(program, &workflow->triggers[i]);
    for (size_t i = 0; i < workflow->step_count; i++)
        step_check_secrets(program, workflow->steps[i]);
    for (size_t i = 0; i < workflow->output_count; i++)
        output_check_secrets(program, &workflow->outputs[i]);
}
