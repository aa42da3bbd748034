/* expr_step.c: `steps.S` and what is known of a step: 0203, 0204, 0217, 0610.
 *
 * What a reader sees depends on where it stands: from outside of a forEach an output is an
 * array, and a step of a branch that runs at the same time is not seen at all. */
#include "blocks.h"
#include "expr_check.h"
#include "missing_steps.h"
#include "model.h"

static const struct str member_names[] = {
    {"outputs", 7},
    {"status", 6},
    {"attempts", 8},
    {"error", 5},
};

enum { MEMBER_COUNT = sizeof(member_names) / sizeof(member_names[0]) };

static const struct type *status_type(struct arena *arena)
{
    static const char *const names[] = {"pending",   "completed", "failed",
                                        "timed_out", "skipped",   "cancelled"};

    return type_enum_of(arena, names, 6);
}

/* The step of `steps.S`; NULL: there is none, and it has been reported. */
static const struct step *resolve_step(const struct scope *scope, struct expr *expr)
{
    const struct step *step = workflow_step_find(scope->workflow, expr->text);
    const struct name name = {expr->text, expr->name_span};

    if (scope->step && scope->step->is_in_duplicate)
        return NULL; /* it may mean a step beside it, whose id is taken: reported */
    if (step)
        return step;
    return missing_step_report(scope->arena, scope->diags, scope->workflow, &name,
                               KAD0203, NULL)
        .step;
}

/* Where the reader is inside of what stands for the step, they run at the same time. */
static bool is_concurrent(const struct scope *scope, const struct step *step)
{
    const struct step *stand_in = step_stand_in(step, scope->step);

    return scope->step && stand_in != step && stand_in->block &&
           step_is_inside(scope->step, stand_in->block);
}

/* 0610; false: nothing is wrong. */
static bool concurrent_report(const struct scope *scope, const struct expr *expr,
                              const struct step *step)
{
    const struct step *stand_in = step_stand_in(step, scope->step);

    if (!is_concurrent(scope, step))
        return false;
    diag_report(
        scope->diags, expr->span, KAD0610,
        "step `%.*s` stands in another branch of `%.*s`, which runs at the same "
        "time",
        STR(step->id.text), STR(stand_in->id.text));
    diag_subject(scope->diags, "step `%.*s` in another branch", STR(step->id.text));
    diag_note(scope->diags, step->id.span, "the step is declared here");
    diag_help(scope->diags, "read it after `%.*s`, or put both into one branch",
              STR(stand_in->id.text));
    return true;
}

/* As it is seen where the expression stands. */
static const struct type *outside_type(const struct scope *scope,
                                       const struct step *step, const struct type *type)
{
    return step_outside(scope->arena, step, step_stand_in(step, scope->step), type)
        .type;
}

const struct type *bind_output(const struct scope *scope, struct expr *expr,
                               const struct step *step)
{
    const struct type *outputs = step->outputs;
    const struct type_field *field;

    if (!outputs || outputs->kind != TYPE_OBJECT ||
        concurrent_report(scope, expr, step))
        return type_poison();
    field = type_field_find(outputs, expr->text);
    if (!field) {
        diag_report(scope->diags, expr->name_span, KAD0204,
                    "step `%.*s` has no output `%.*s`", STR(step->id.text),
                    STR(expr->text));
        diag_subject(scope->diags, "output `%.*s` of `%.*s`", STR(expr->text),
                     STR(step->id.text));
        field = bind_suggest_field(scope, expr, outputs);
    }
    if (!field)
        return type_poison();
    return bind_to(expr, BIND_OUTPUT, step, field,
                   outside_type(scope, step, field->type));
}

static bool has_output(const struct step *step, struct str name)
{
    return step->outputs && step->outputs->kind == TYPE_OBJECT &&
           type_field_find(step->outputs, name);
}

/* `steps.S.O`, where `outputs` has been forgotten. */
static const struct type *bind_forgotten(const struct scope *scope, struct expr *expr,
                                         const struct step *step)
{
    const struct str path = expr_source(expr->left);
    const char *fixed = str_printf(scope->arena, "outputs.%.*s", STR(expr->text)).p;

    diag_fix(scope->diags, expr->name_span, fixed, true, "did you mean `%.*s.%s`?",
             STR(path), fixed);
    return bind_output(scope, expr, step);
}

/* 0610: which item's status? False: nothing is wrong. */
static bool item_fact_report(const struct scope *scope, const struct expr *expr,
                             const struct step *step)
{
    const struct step *stand_in = step_stand_in(step, scope->step);
    const struct step *at = step;

    while (at != stand_in && at->outer->step->kind != STEP_FOR_EACH)
        at = at->outer->step;
    if (at == stand_in)
        return false;
    diag_report(scope->diags, expr->span, KAD0610,
                "step `%.*s` runs once for each item of `%.*s`: it has no one `%.*s`",
                STR(step->id.text), STR(at->outer->step->id.text), STR(expr->text));
    diag_subject(scope->diags, "facts of `%.*s`", STR(step->id.text));
    diag_help(scope->diags,
              "read it inside of `%.*s`; `steps.%.*s.outputs.failed` counts "
              "the items that failed",
              STR(at->outer->step->id.text), STR(at->outer->step->id.text));
    return true;
}

static const struct type *bind_fact(const struct scope *scope, struct expr *expr,
                                    const struct step *step, struct str fact)
{
    if (str_is(fact, "outputs"))
        return type_poison();
    if (item_fact_report(scope, expr, step))
        return type_poison();
    if (str_is(fact, "status"))
        return bind_to(expr, BIND_STEP_STATUS, step, NULL, status_type(scope->arena));
    if (str_is(fact, "attempts"))
        return bind_to(expr, BIND_STEP_ATTEMPTS, step, NULL, type_simple(TYPE_INTEGER));
    if (str_is(fact, "error"))
        return bind_to(expr, BIND_STEP_ERROR, step, NULL,
                       type_optional(scope->arena, type_failure()));
    return type_poison();
}

static bool is_step_member(struct str name)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        if (str_equal(name, member_names[i]))
            return true;
    return false;
}

bool is_step_path(const struct expr *expr)
{
    return expr->kind == EXPR_FIELD && expr->left->kind == EXPR_NAME &&
           str_is(expr->left->text, "steps");
}

/* steps.S.MEMBER. `*is_outputs`: it is `steps.S.outputs`, and what follows names
 * one. */
const struct type *bind_step_member(const struct scope *scope, struct expr *expr,
                                    const struct step **step, bool *is_outputs)
{
    const struct names members = {member_names, MEMBER_COUNT};
    struct str member = expr->text;

    *step = resolve_step(scope, expr->left);
    expr->left->type = expr->left->left->type = type_poison();
    if (!*step)
        return type_poison();
    if (!is_step_member(member)) {
        diag_report(scope->diags, expr->name_span, KAD0217,
                    "a step has no field `%.*s`", STR(member));
        diag_subject(scope->diags, "field `%.*s` of a step", STR(member));
        if (has_output(*step, member))
            return bind_forgotten(scope, expr, *step);
        member = bind_suggest(scope, expr, members);
    }
    *is_outputs = str_is(member, "outputs");
    return bind_fact(scope, expr, *step, member);
}
