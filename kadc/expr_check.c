/* expr_check.c: the types of expressions: 0404, 0503-0508, 0601-0611.
 *
 * Every node gets a type. What is broken, or touches it, is poison and stays silent,
 * except that operators which always give a boolean do so. Whether outputs are
 * assigned where they are read is for flow.c; marks of `is_guarded` tell it where
 * they need not be. */
#include "expr_check.h"

#include <assert.h>

#include "model.h"
#include "type_limits.h"

struct str expr_source(const struct expr *expr)
{
    return span_text(expr->span);
}

/* ---- What operands must be ------------------------------------------------------- */

static bool is_poison(const struct expr *expr)
{
    return expr->type->kind == TYPE_POISON;
}

static bool is_numeric(const struct type *type)
{
    return type->kind == TYPE_INTEGER || type->kind == TYPE_NUMBER ||
           type->kind == TYPE_ANY;
}

/* The part of a path that makes it optional: `a.b` of `a.b.c.d`. */
static const struct expr *unset_part(const struct expr *expr)
{
    while (expr->kind == EXPR_FIELD && expr->left->type->is_optional)
        expr = expr->left;
    return expr;
}

/* The first trigger that does not have the parameter that a path begins with, or NULL. */
static const struct trigger *lacking_trigger(const struct scope *scope,
                                             const struct expr *path)
{
    const struct workflow *workflow = scope->workflow;

    if (path->binding.kind != BIND_PARAMETER || scope->trigger)
        return NULL;
    for (size_t i = 0; i < workflow->trigger_count; i++)
        if (!trigger_param_find(&workflow->triggers[i], path->binding.field->name))
            return &workflow->triggers[i];
    return NULL;
}

static void report_unset_path(const struct scope *scope, const struct expr *expr,
                              struct str place)
{
    const struct str source = expr_source(expr);
    const struct expr *part = unset_part(expr);
    const struct trigger *lacking = lacking_trigger(scope, part);

    diag_report(scope->diags, expr->span, lacking ? KAD0206 : KAD0404,
                place.p ? "`%.*s` may be unset, and %.*s needs a value"
                        : "`%.*s` may be unset",
                STR(source), STR(place));
    diag_subject(scope->diags, "unset `%.*s`", STR(expr_source(part)));
    if (lacking)
        diag_note(scope->diags, lacking->span, "this trigger does not have it");
    diag_help(scope->diags, "give a fallback value: `%.*s ?? %s`", STR(source),
              type_fallback_text(expr->type));
}

void expr_report_unset(const struct scope *scope, const struct expr *expr,
                       struct str place)
{
    if (expr->type->kind == TYPE_NULL) {
        diag_report(scope->diags, expr->span, KAD0404,
                    "`null` where a value is needed");
        return;
    }
    if (expr->kind != EXPR_CHOICE) {
        report_unset_path(scope, expr, place);
        return;
    }
    for (size_t i = 1; i < expr->arg_count; i++)
        if (expr->args[i]->type->is_optional)
            expr_report_unset(scope, expr->args[i], place);
}

const struct type *expr_require(const struct scope *scope, const struct expr *expr)
{
    if (is_poison(expr) || !expr->type->is_optional)
        return expr->type;
    expr_report_unset(scope, expr, (struct str){0});
    return expr->type->kind == TYPE_NULL ? type_poison()
                                         : type_required(scope->arena, expr->type);
}

void expr_report_type(const struct scope *scope, const struct expr *expr,
                      enum diag_code code, const char *expected)
{
    const bool is_literal = expr->kind == EXPR_TEXT;
    const struct str found =
        is_literal ? S("string") : type_text(scope->arena, expr->type);

    diag_report(scope->diags, expr->span, code, "expected %s, found %.*s", expected,
                STR(found));
    if (expr->kind == EXPR_FIELD)
        diag_subject(scope->diags, "%d `%.*s`", (int)code, STR(expr_source(expr)));
}

bool expr_require_boolean(const struct scope *scope, const struct expr *expr)
{
    const struct type *type = expr->type;
    const struct constant constant = expr_constant(expr);

    if (type->kind == TYPE_POISON)
        return true;
    if (type->kind != TYPE_BOOLEAN && type->kind != TYPE_ANY &&
        type->kind != TYPE_NULL) {
        expr_report_type(scope, expr, KAD0505, "a boolean");
        return false;
    }
    expr_require(scope, expr);
    if (constant.kind == CONSTANT_BOOLEAN)
        diag_report(scope->diags, expr->span, KAD0606, "the condition is always %s",
                    constant.boolean ? "true" : "false");
    return true;
}

/* An operand of `&&`, `||`, `!`: as a condition, but it may be constant. */
static void check_truth(const struct scope *scope, const struct expr *expr)
{
    const enum type_kind kind = expr->type->kind;

    if (kind == TYPE_BOOLEAN || kind == TYPE_ANY || kind == TYPE_NULL)
        expr_require(scope, expr);
    else if (kind != TYPE_POISON)
        expr_report_type(scope, expr, KAD0505, "a boolean");
}

/* `??` and a comparison with null make it harmless that a value is unset, whichever
 * part of the operand gives it. */
static void mark_guarded(struct expr *expr)
{
    expr->is_guarded = true;
    if (expr->kind == EXPR_FIELD || expr->kind == EXPR_INDEX)
        mark_guarded(expr->left);
    if (expr->kind == EXPR_BINARY && expr->op == OP_COALESCE)
        mark_guarded(expr->right);
    if (expr->kind == EXPR_CHOICE) {
        mark_guarded(expr->args[1]);
        mark_guarded(expr->args[2]);
    }
}

/* ---- Operators ------------------------------------------------------------------- */

/* An operand of arithmetic; false: reported, or poison. */
static bool check_number(const struct scope *scope, const struct expr *expr)
{
    const struct type *type = expr_require(scope, expr);

    if (type->kind == TYPE_POISON)
        return false;
    if (is_numeric(type))
        return true;
    expr_report_type(scope, expr, KAD0503, "a number");
    if (type->kind == TYPE_STRING)
        diag_help(scope->diags, "text is joined by writing it side by side: "
                                "`{{ a }} and {{ b }}`, or by `format`");
    return false;
}

static void check_constant(const struct scope *scope, const struct expr *expr)
{
    const struct constant divisor =
        expr->kind == EXPR_BINARY ? expr_constant(expr->right) : (struct constant){0};
    const bool divides = expr->op == OP_DIVIDE || expr->op == OP_MODULO;

    if (expr_constant(expr).kind == CONSTANT_OVERFLOW)
        diag_report(scope->diags, expr->span, KAD0611,
                    "the result is too large for an integer of 64 bits");
    if (divides && ((divisor.kind == CONSTANT_INTEGER && divisor.integer == 0) ||
                    (divisor.kind == CONSTANT_NUMBER && divisor.number == 0)))
        diag_report(scope->diags, expr->right->span, KAD0608, "division by zero");
}

/* Both operands of `%` are integers. */
static bool check_integer(const struct scope *scope, const struct expr *expr)
{
    if (expr->type->kind != TYPE_NUMBER)
        return true;
    expr_report_type(scope, expr, KAD0504, "an integer");
    diag_help(scope->diags, "`round` makes an integer of a number");
    return false;
}

static const struct type *check_arithmetic(const struct scope *scope, struct expr *expr)
{
    const struct expr *left = expr->left, *right = expr->right;
    const bool left_fits = check_number(scope, left);
    /* Text beside text is one mistake. */
    const bool is_joined = !left_fits && left->type->kind == TYPE_STRING &&
                           right->type->kind == TYPE_STRING;
    const bool right_fits = !is_joined && check_number(scope, right);

    if (!left_fits || !right_fits)
        return type_poison();
    if (expr->op == OP_MODULO &&
        (!check_integer(scope, left) || !check_integer(scope, right)))
        return type_poison();
    check_constant(scope, expr);
    if (expr->op == OP_MODULO)
        return type_simple(TYPE_INTEGER);
    if (expr->op != OP_DIVIDE && left->type->kind == TYPE_INTEGER &&
        right->type->kind == TYPE_INTEGER)
        return type_simple(TYPE_INTEGER);
    return type_simple(TYPE_NUMBER);
}

bool enum_literal_check(const struct scope *scope, const struct expr *literal,
                        const struct type *type)
{
    if (literal->kind != EXPR_TEXT || type->kind != TYPE_STRING || !type->value_count ||
        type_has_value(type, literal->text))
        return true;
    diag_report(scope->diags, literal->span, KAD0508,
                "`%.*s` is none of the allowed values", STR(literal->text));
    enum_help(scope->diags, literal->span, literal->text, type);
    return false;
}

static bool is_comparable(const struct type *a, const struct type *b)
{
    if (a->kind == TYPE_POISON || b->kind == TYPE_POISON)
        return true;
    if (a->kind == TYPE_NULL || b->kind == TYPE_NULL)
        return true;
    if (a->kind == TYPE_ANY || b->kind == TYPE_ANY)
        return true;
    return a->kind == b->kind || (is_numeric(a) && is_numeric(b));
}

static void report_incomparable(const struct scope *scope, const struct expr *expr)
{
    const struct str left = type_text(scope->arena, expr->left->type);
    const struct str right = type_text(scope->arena, expr->right->type);

    diag_report(scope->diags, expr->span, KAD0506, "%.*s and %.*s cannot be compared",
                STR(left), STR(right));
}

static void check_equality(const struct scope *scope, struct expr *expr)
{
    const struct expr *left = expr->left, *right = expr->right;

    if (!is_comparable(left->type, right->type)) {
        report_incomparable(scope, expr);
        return;
    }
    if (right->kind != EXPR_TEXT || left->kind != EXPR_TEXT) {
        enum_literal_check(scope, right, left->type);
        enum_literal_check(scope, left, right->type);
    }
}

/* What `<` puts into an order: numbers, durations, and text by its bytes; not enums,
 * whose order is not the alphabet's. */
static bool has_order(const struct expr *expr)
{
    const struct type *type = expr->type;

    return is_numeric(type) || type->kind == TYPE_DURATION ||
           (type->kind == TYPE_STRING &&
            (!type->value_count || expr->kind == EXPR_TEXT));
}

static void check_order(const struct scope *scope, struct expr *expr)
{
    const struct expr *left = expr->left, *right = expr->right;

    if (is_poison(left) || is_poison(right))
        return;
    if (left->type->kind == TYPE_NULL || right->type->kind == TYPE_NULL ||
        (is_comparable(left->type, right->type) && has_order(left) &&
         has_order(right))) {
        expr_require(scope, left);
        expr_require(scope, right);
        return;
    }
    report_incomparable(scope, expr);
}

void expr_check_member(const struct scope *scope, const struct expr *expr,
                       const struct expr *element, const struct expr *holder)
{
    const struct type *array = holder->type;
    const struct str item =
        array->items ? type_text(scope->arena, array->items) : S("");
    const struct str found = type_text(scope->arena, element->type);

    if (array->kind != TYPE_ARRAY || array->is_opaque)
        return;
    if (holder->kind == EXPR_LIST && is_comparable(element->type, array->items)) {
        for (size_t i = 0; i < holder->arg_count && element->kind != EXPR_TEXT; i++)
            enum_literal_check(scope, holder->args[i], element->type);
        return; /* its items are values, and no enum that somebody has declared */
    }
    if (is_comparable(element->type, array->items))
        enum_literal_check(scope, element, array->items);
    else
        diag_report(scope->diags, expr->span, KAD0506,
                    "%.*s cannot be an element of an array of %.*s", STR(found),
                    STR(item));
}

static void check_in(const struct scope *scope, struct expr *expr)
{
    const struct type *array = expr_require(scope, expr->right);

    if (array->kind == TYPE_ARRAY) {
        expr_require(scope, expr->left);
        expr_check_member(scope, expr, expr->left, expr->right);
    } else if (array->kind != TYPE_POISON && array->kind != TYPE_ANY) {
        expr_report_type(scope, expr->right, KAD0503, "an array");
        if (array->kind == TYPE_STRING)
            diag_help(scope->diags, "for a part of a text: `contains(text, part)`");
    }
}

/* `[]` is of the type of what stands beside it. */
static void adopt_type(const struct scope *scope, struct expr *empty,
                       const struct type *beside)
{
    if (empty->kind == EXPR_LIST && empty->arg_count == 0 && beside->kind == TYPE_ARRAY)
        empty->type = type_required(scope->arena, beside);
}

static const struct type *check_coalesce(const struct scope *scope, struct expr *expr)
{
    const struct type *left = expr->left->type, *right, *type;
    const struct str wanted =
        type_text(scope->arena, type_required(scope->arena, left));

    adopt_type(scope, expr->right, left);
    right = expr->right->type;
    type = type_join(scope->arena, type_required(scope->arena, left), right);
    if (left->kind == TYPE_NULL)
        return right;
    if (type)
        return type;
    expr_report_type(scope, expr->right, KAD0503,
                     str_printf(scope->arena, "%.*s as the fallback", STR(wanted)).p);
    return type_poison();
}

static bool is_null_comparison(const struct expr *expr)
{
    return (expr->op == OP_EQUAL || expr->op == OP_UNEQUAL) &&
           (expr->left->kind == EXPR_NULL || expr->right->kind == EXPR_NULL);
}

static const struct type *check_binary(const struct scope *scope, struct expr *expr)
{
    if (expr->op == OP_COALESCE || is_null_comparison(expr))
        mark_guarded(expr->left);
    if (is_null_comparison(expr))
        mark_guarded(expr->right);
    expr_check(scope, expr->left);
    expr_check(scope, expr->right);
    switch (expr->op) {
    case OP_COALESCE: return check_coalesce(scope, expr);
    case OP_OR:
    case OP_AND:
        check_truth(scope, expr->left);
        check_truth(scope, expr->right);
        return type_simple(TYPE_BOOLEAN);
    case OP_EQUAL:
    case OP_UNEQUAL: check_equality(scope, expr); return type_simple(TYPE_BOOLEAN);
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL: check_order(scope, expr); return type_simple(TYPE_BOOLEAN);
    case OP_IN: check_in(scope, expr); return type_simple(TYPE_BOOLEAN);
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_MULTIPLY:
    case OP_DIVIDE:
    case OP_MODULO: return check_arithmetic(scope, expr);
    }
    assert(false);
    return type_poison();
}

static const struct type *check_negation(const struct scope *scope, struct expr *expr)
{
    expr_check(scope, expr->left);
    if (!check_number(scope, expr->left))
        return type_poison();
    check_constant(scope, expr);
    return type_simple(expr->left->type->kind == TYPE_INTEGER ? TYPE_INTEGER
                                                              : TYPE_NUMBER);
}

static const struct type *check_choice(const struct scope *scope, struct expr *expr)
{
    struct expr *yes = expr->args[1], *no = expr->args[2];
    const struct type *type;
    struct str wanted;

    for (size_t i = 0; i < expr->arg_count; i++)
        expr_check(scope, expr->args[i]);
    expr_require_boolean(scope, expr->args[0]);
    adopt_type(scope, yes, no->type);
    adopt_type(scope, no, yes->type);
    type = type_join(scope->arena, yes->type, no->type);
    if (type)
        return type;
    wanted = type_text(scope->arena, yes->type);
    expr_report_type(
        scope, no, KAD0503,
        str_printf(scope->arena, "%.*s as in the first case", STR(wanted)).p);
    return type_poison();
}

/* ---- Lists and indexes ----------------------------------------------------------- */

static const struct type *check_list(const struct scope *scope, struct expr *expr)
{
    const struct type *items = NULL;

    for (size_t i = 0; i < expr->arg_count; i++) {
        const struct type *type = expr_check(scope, expr->args[i]);
        const struct type *both = items ? type_join(scope->arena, items, type) : type;
        const struct str wanted = items ? type_text(scope->arena, items) : S("");

        if (!both) {
            expr_report_type(scope, expr->args[i], KAD0503,
                             str_printf(scope->arena, "%.*s as before", STR(wanted)).p);
            return type_poison();
        }
        items = both;
    }
    if (!items)
        return type_simple(TYPE_ARRAY);
    return items->kind == TYPE_POISON ? items : type_array_of(scope->arena, items);
}

static const struct type *refuse_index(const struct scope *scope,
                                       const struct expr *expr)
{
    const struct str path = expr_source(expr->left);
    const struct str text = type_text(scope->arena, expr->left->type);

    diag_report(scope->diags, expr->span, KAD0514,
                "`%.*s` is of type %.*s, which has no items", STR(path), STR(text));
    if (expr->left->type->kind == TYPE_OBJECT && expr->right->kind == EXPR_TEXT)
        diag_help(scope->diags, "fields are read with a dot: `%.*s.%.*s`", STR(path),
                  STR(expr->right->text));
    return type_poison();
}

static const struct type *check_index(const struct scope *scope, struct expr *expr)
{
    const struct type *base = expr_check(scope, expr->left);
    const struct type *index;

    expr_check(scope, expr->right);
    if (base->kind != TYPE_POISON && base->kind != TYPE_ARRAY && base->kind != TYPE_ANY)
        return refuse_index(scope, expr);
    index = expr_require(scope, expr->right);
    if (index->kind == TYPE_POISON || base->kind == TYPE_POISON)
        return type_poison();
    if (index->kind != TYPE_INTEGER && index->kind != TYPE_ANY) {
        expr_report_type(scope, expr->right,
                         index->kind == TYPE_NUMBER ? KAD0504 : KAD0514,
                         "an integer as index");
        return type_poison();
    }
    if (base->kind == TYPE_ANY || base->is_opaque)
        return type_optional(scope->arena, type_simple(TYPE_ANY));
    return type_optional(scope->arena, base->items);
}

/* ---- Nodes ----------------------------------------------------------------------- */

/* A literal is an enum of one value, so that it fits where an enum with it is
 * wanted. */
static const struct type *literal_type(const struct scope *scope, struct str text)
{
    struct type *type = arena_new(scope->arena, struct type);

    type->kind = TYPE_STRING;
    type->values = arena_array(scope->arena, struct str, 1);
    *(struct str *)type->values = text;
    type->value_count = 1;
    return type;
}

static const struct type *check_node(const struct scope *scope, struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_BROKEN: return type_poison();
    case EXPR_TEXT: return literal_type(scope, expr->text);
    case EXPR_INTEGER: return type_simple(TYPE_INTEGER);
    case EXPR_NUMBER: return type_simple(TYPE_NUMBER);
    case EXPR_BOOLEAN: return type_simple(TYPE_BOOLEAN);
    case EXPR_NULL: return type_simple(TYPE_NULL);
    case EXPR_LIST: return check_list(scope, expr);
    case EXPR_NAME: return bind_name(scope, expr);
    case EXPR_FIELD: return bind_field(scope, expr);
    case EXPR_INDEX: return check_index(scope, expr);
    case EXPR_NOT:
        expr_check(scope, expr->left);
        check_truth(scope, expr->left);
        return type_simple(TYPE_BOOLEAN);
    case EXPR_NEGATE: return check_negation(scope, expr);
    case EXPR_BINARY: return check_binary(scope, expr);
    case EXPR_CHOICE: return check_choice(scope, expr);
    case EXPR_CALL: return call_check(scope, expr);
    }
    assert(false);
    return type_poison();
}

/* ---- Secrets --------------------------------------------------------------------- */

struct operands {
    bool are_secret;   /* one is */
    bool hold_secrets; /* in one of them there is one */
};

static void operand_add(struct operands *operands, const struct expr *operand)
{
    if (!operand || !operand->type)
        return;
    operands->are_secret |= operand->type->is_secret;
    operands->hold_secrets |= type_holds_secret(operand->type);
}

/* What is made of a secret is one, but for a boolean, which says too little. */
static const struct type *with_secrets(const struct scope *scope,
                                       const struct expr *expr, const struct type *type)
{
    const bool is_part = expr->kind == EXPR_FIELD || expr->kind == EXPR_INDEX;
    struct operands operands = {0};

    if (expr->binding.kind != BIND_NONE || type->kind == TYPE_BOOLEAN)
        return type;
    operand_add(&operands, expr->left);
    operand_add(&operands, is_part ? NULL : expr->right);
    for (size_t i = 0; i < expr->arg_count; i++)
        operand_add(&operands, expr->args[i]);
    if (operands.are_secret ||
        (!is_part && operands.hold_secrets && !type_holds_secret(type)))
        return type_secret(scope->arena, type);
    return type;
}

const struct type *expr_check(const struct scope *scope, struct expr *expr)
{
    expr->type = with_secrets(scope, expr, check_node(scope, expr));
    return expr->type;
}
