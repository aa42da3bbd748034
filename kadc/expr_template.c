/* expr_template.c: the scalars that expressions stand in: 0404, 0505, 0507, 0602. */
#include "expr_check.h"

static bool is_blank_text(const struct template_part *part)
{
    return !part->expr && str_trim(part->text).len == 0;
}

void template_settle(struct template *value)
{
    const struct template_part *only = NULL;

    value->is_literal = true;
    for (size_t i = 0; i < value->part_count; i++)
        value->is_literal &= value->parts[i].expr == NULL;
    for (size_t i = 0; i < value->part_count; i++) {
        if (is_blank_text(&value->parts[i]))
            continue;
        if (only || !value->parts[i].expr)
            return;
        only = &value->parts[i];
    }
    if (!only)
        return;
    value->parts[0] = *only;
    value->part_count = 1;
    value->is_lone = true;
}

struct template *template_broken(struct arena *arena, const struct node *scalar)
{
    struct template *value = arena_new(arena, struct template);
    struct expr *expr = arena_new(arena, struct expr);

    expr->kind = EXPR_BROKEN;
    expr->span = scalar->span;
    value->node = scalar;
    value->parts = arena_new(arena, struct template_part);
    value->parts[0] = (struct template_part){.expr = expr, .span = scalar->span};
    value->part_count = 1;
    value->is_lone = true;
    return value;
}

struct expr *template_lone(const struct template *value)
{
    return value->is_lone ? value->parts[0].expr : NULL;
}

static const struct type *literal_type(const struct node *node)
{
    int64_t integer;
    double number;
    bool boolean;

    if (node_is_null(node))
        return type_simple(TYPE_NULL);
    if (node_is_boolean(node, &boolean))
        return type_simple(TYPE_BOOLEAN);
    if (node_is_integer(node, &integer))
        return type_simple(TYPE_INTEGER);
    if (node_is_number(node, &number))
        return type_simple(TYPE_NUMBER);
    return type_simple(TYPE_STRING);
}

/* An expression with text round it: a scalar that is set. */
static void check_in_text(const struct scope *scope, struct expr *expr)
{
    const struct type *type = expr_require(scope, expr);
    const struct str source = expr_source(expr);

    if (type->kind != TYPE_OBJECT && type->kind != TYPE_ARRAY)
        return;
    diag_report(scope->diags, expr->span, KAD0507, "an %s inside text",
                type->kind == TYPE_OBJECT ? "object" : "array");
    diag_subject(scope->diags, "`%.*s` in text", STR(source));
    diag_help(scope->diags, "write it as JSON: `toJson(%.*s)`", STR(source));
}

const struct type *template_check(const struct scope *scope, struct template *value)
{
    const struct type *text = type_simple(TYPE_STRING);

    if (value->is_literal)
        return literal_type(value->node);
    if (value->is_lone) {
        const struct type *type = expr_check(scope, value->parts[0].expr);

        expr_contradictions_check(scope, value->parts[0].expr);
        expr_size_check(scope, value->parts[0].expr);
        return type;
    }
    for (size_t i = 0; i < value->part_count; i++) {
        struct expr *expr = value->parts[i].expr;

        if (!expr)
            continue;
        expr_check(scope, expr);
        expr_contradictions_check(scope, expr);
        expr_size_check(scope, expr);
        check_in_text(scope, expr);
        if (type_holds_secret(expr->type))
            text = type_secret(scope->arena, text);
    }
    return text;
}

/* A condition without `{{ }}`: only `true` and `false` mean something. */
static bool check_literal_condition(const struct scope *scope,
                                    const struct template *condition)
{
    const struct node *node = condition->node;
    bool value;

    if (node_is_boolean(node, &value)) {
        diag_report(scope->diags, node->span, KAD0606, "the condition is always %s",
                    value ? "true" : "false");
        return true;
    }
    diag_report(scope->diags, node->span, KAD0505, "expected a boolean, found %s",
                node_kind_text(node));
    if (node->text.len)
        diag_help(scope->diags, "an expression stands in braces: `{{ %.*s }}`",
                  STR(node->text));
    return false;
}

bool condition_check(const struct scope *scope, struct template *condition)
{
    if (condition->is_literal)
        return check_literal_condition(scope, condition);
    if (condition->is_lone) {
        expr_check(scope, condition->parts[0].expr);
        expr_contradictions_check(scope, condition->parts[0].expr);
        expr_size_check(scope, condition->parts[0].expr);
        return expr_require_boolean(scope, condition->parts[0].expr);
    }
    template_check(scope, condition);
    diag_report(scope->diags, condition->node->span, KAD0602,
                "text around the expression of a condition");
    diag_help(scope->diags, "put all of it inside one pair of `{{ }}`");
    return false;
}

void expr_each_binding(struct expr *expr,
                       void (*visit)(struct expr *bound, void *context), void *context)
{
    if (expr->binding.kind != BIND_NONE) {
        visit(expr, context);
        return;
    }
    if (expr->left)
        expr_each_binding(expr->left, visit, context);
    if (expr->right)
        expr_each_binding(expr->right, visit, context);
    for (size_t i = 0; i < expr->arg_count; i++)
        expr_each_binding(expr->args[i], visit, context);
}

void template_each_binding(struct template *value,
                           void (*visit)(struct expr *bound, void *context),
                           void *context)
{
    for (size_t i = 0; i < value->part_count; i++)
        if (value->parts[i].expr)
            expr_each_binding(value->parts[i].expr, visit, context);
}
