/* expr_constant.c: the value of what does not depend on the run.
 *
 * For warnings about conditions that never change, and for errors that would come at
 * run time for certain. Whatever is not known is CONSTANT_NONE. */
#include "expr_check.h"

#include <string.h>

static const struct constant none = {.kind = CONSTANT_NONE};

static struct constant of_boolean(bool value)
{
    return (struct constant){.kind = CONSTANT_BOOLEAN, .boolean = value};
}

static struct constant of_number(double value)
{
    return (struct constant){.kind = CONSTANT_NUMBER, .number = value};
}

static bool is_numeric(struct constant value)
{
    return value.kind == CONSTANT_INTEGER || value.kind == CONSTANT_NUMBER;
}

static double as_number(struct constant value)
{
    return value.kind == CONSTANT_INTEGER ? (double)value.integer : value.number;
}

static struct constant of_integers(enum expr_op op, int64_t a, int64_t b)
{
    struct constant out = {.kind = CONSTANT_INTEGER};
    bool is_over = false;

    switch (op) {
    case OP_ADD: is_over = __builtin_add_overflow(a, b, &out.integer); break;
    case OP_SUBTRACT: is_over = __builtin_sub_overflow(a, b, &out.integer); break;
    case OP_MULTIPLY: is_over = __builtin_mul_overflow(a, b, &out.integer); break;
    case OP_MODULO:
        if (b == 0)
            return none;
        out.integer = b == -1 ? 0 : a % b; /* INT64_MIN % -1 is a trap */
        break;
    default: return none;
    }
    if (is_over)
        out.kind = CONSTANT_OVERFLOW;
    return out;
}

static struct constant of_numbers(enum expr_op op, double a, double b)
{
    switch (op) {
    case OP_ADD: return of_number(a + b);
    case OP_SUBTRACT: return of_number(a - b);
    case OP_MULTIPLY: return of_number(a * b);
    case OP_DIVIDE: return b == 0 ? none : of_number(a / b);
    default: return none;
    }
}

/* The order of two values of one kind: -1, 0, 1. */
static int order(struct constant a, struct constant b)
{
    switch (a.kind) {
    case CONSTANT_TEXT: return str_compare(a.text, b.text);
    case CONSTANT_BOOLEAN: return a.boolean - b.boolean;
    case CONSTANT_INTEGER:
        if (b.kind == CONSTANT_INTEGER)
            return (a.integer > b.integer) - (a.integer < b.integer);
        break;
    default: break;
    }
    return (as_number(a) > as_number(b)) - (as_number(a) < as_number(b));
}

static struct constant of_comparison(enum expr_op op, struct constant a,
                                     struct constant b)
{
    int sign;

    if (a.kind != b.kind && !(is_numeric(a) && is_numeric(b)))
        return none;
    sign = order(a, b);
    switch (op) {
    case OP_EQUAL: return of_boolean(sign == 0);
    case OP_UNEQUAL: return of_boolean(sign != 0);
    case OP_LESS: return of_boolean(sign < 0);
    case OP_LESS_EQUAL: return of_boolean(sign <= 0);
    case OP_GREATER: return of_boolean(sign > 0);
    case OP_GREATER_EQUAL: return of_boolean(sign >= 0);
    default: return none;
    }
}

static bool is_boolean(struct constant value, bool wanted)
{
    return value.kind == CONSTANT_BOOLEAN && value.boolean == wanted;
}

/* `false && x` and `true || x` are known, whatever x is. */
static struct constant of_logic(enum expr_op op, struct constant a, struct constant b)
{
    const bool decides = op == OP_OR;

    if (is_boolean(a, decides) || is_boolean(b, decides))
        return of_boolean(decides);
    if (is_boolean(a, !decides) && is_boolean(b, !decides))
        return of_boolean(!decides);
    return none;
}

/* `x == x`: expressions have no effects, and no number is not itself. */
static bool is_same(const struct expr *a, const struct expr *b)
{
    return str_equal(expr_source(a), expr_source(b));
}

static bool holds_for_same(enum expr_op op)
{
    return op == OP_EQUAL || op == OP_LESS_EQUAL || op == OP_GREATER_EQUAL;
}

/* Whether an element of a list that is written out is this one. */
static struct constant of_member(const struct expr *list, const struct expr *element)
{
    const struct constant wanted = expr_constant(element);
    bool is_known = wanted.kind > CONSTANT_OVERFLOW;

    for (size_t i = 0; i < list->arg_count && wanted.kind > CONSTANT_OVERFLOW; i++) {
        const struct constant item = expr_constant(list->args[i]);
        const struct constant equal = item.kind > CONSTANT_OVERFLOW
                                          ? of_comparison(OP_EQUAL, item, wanted)
                                          : none;

        if (is_boolean(equal, true))
            return equal;
        is_known &= equal.kind == CONSTANT_BOOLEAN;
    }
    return is_known ? of_boolean(false) : none;
}

/* contains(list, element), contains(text, part) */
static struct constant of_call(const struct expr *call)
{
    struct constant text, part;

    if (!str_is(call->text, "contains") || call->arg_count != 2)
        return none;
    if (call->args[0]->kind == EXPR_LIST)
        return of_member(call->args[0], call->args[1]);
    text = expr_constant(call->args[0]);
    part = expr_constant(call->args[1]);
    if (text.kind != CONSTANT_TEXT || part.kind != CONSTANT_TEXT)
        return none;
    return of_boolean(!part.text.len ||
                      memmem(text.text.p, text.text.len, part.text.p, part.text.len));
}

static struct constant of_binary(const struct expr *expr)
{
    const struct constant a = expr_constant(expr->left);
    const struct constant b = expr_constant(expr->right);
    const enum expr_op op = expr->op;
    const bool compares = op >= OP_EQUAL && op <= OP_GREATER_EQUAL;

    if (op == OP_IN && expr->right->kind == EXPR_LIST)
        return of_member(expr->right, expr->left);
    if (compares && is_same(expr->left, expr->right))
        return of_boolean(holds_for_same(op));
    if (op == OP_AND || op == OP_OR)
        return of_logic(op, a, b);
    if (a.kind <= CONSTANT_OVERFLOW || b.kind <= CONSTANT_OVERFLOW)
        return none;
    if (compares)
        return of_comparison(op, a, b);
    if (a.kind == CONSTANT_INTEGER && b.kind == CONSTANT_INTEGER && op != OP_DIVIDE)
        return of_integers(op, a.integer, b.integer);
    if (is_numeric(a) && is_numeric(b))
        return of_numbers(op, as_number(a), as_number(b));
    return none;
}

static struct constant of_negation(struct constant value)
{
    if (value.kind == CONSTANT_INTEGER)
        return of_integers(OP_SUBTRACT, 0, value.integer);
    return value.kind == CONSTANT_NUMBER ? of_number(-value.number) : none;
}

static struct constant of_choice(const struct expr *expr)
{
    const struct constant condition = expr_constant(expr->args[0]);

    if (condition.kind != CONSTANT_BOOLEAN)
        return none;
    return expr_constant(expr->args[condition.boolean ? 1 : 2]);
}

struct constant expr_constant(const struct expr *expr)
{
    struct constant operand;

    switch (expr->kind) {
    case EXPR_TEXT: return (struct constant){.kind = CONSTANT_TEXT, .text = expr->text};
    case EXPR_INTEGER:
        return (struct constant){.kind = CONSTANT_INTEGER, .integer = expr->integer};
    case EXPR_NUMBER: return of_number(expr->number);
    case EXPR_BOOLEAN: return of_boolean(expr->boolean);
    case EXPR_NEGATE: return of_negation(expr_constant(expr->left));
    case EXPR_NOT:
        operand = expr_constant(expr->left);
        return operand.kind == CONSTANT_BOOLEAN ? of_boolean(!operand.boolean) : none;
    case EXPR_BINARY: return of_binary(expr);
    case EXPR_CHOICE: return of_choice(expr);
    case EXPR_CALL: return of_call(expr);
    default: return none;
    }
}

bool condition_is_constant(const struct template *condition, bool *value)
{
    const struct expr *expr = template_lone(condition);
    struct constant constant;

    if (!expr)
        return condition->is_literal && node_is_boolean(condition->node, value);
    constant = expr_constant(expr);
    *value = constant.boolean;
    return constant.kind == CONSTANT_BOOLEAN;
}
