/* gen_operator.c: comparisons, logic and arithmetic as C.
 *
 * Numbers use C's operators, with one check for infinity at the end; integers use
 * functions that find an overflow. */
#include <string.h>

#include "gen_c.h"

/* `x == null`, `x != null`. */
static struct c_expr c_null_test(struct gen *gen, const struct expr *expr)
{
    const bool is_left = expr->right->kind == EXPR_NULL;
    const struct c_value value = c_node(gen, is_left ? expr->left : expr->right);
    const bool wants_set = expr->op == OP_UNEQUAL;

    if (value.type->kind == TYPE_NULL)
        return c_make(gen, C_POSTFIX, wants_set ? "false" : "true");
    if (!value.guard.text)
        return c_make(gen, C_POSTFIX, wants_set ? "true" : "false");
    if (value.guard.text == value.whole.text)
        return c_make(gen, C_COMPARISON, "%s %s NULL", c_at(gen, value.guard, C_SUM),
                      wants_set ? "!=" : "==");
    return wants_set ? value.guard : c_not(gen, value.guard);
}

/* Compilers warn of `x < x`. What a run has part in is compared nevertheless: it may fault. */
static struct c_expr c_comparison(struct gen *gen, struct c_expr left, const char *sign,
                                  struct c_expr right)
{
    if (strcmp(left.text, right.text) == 0 && !gen_mentions(str_of(left.text), "run"))
        return c_make(gen, C_POSTFIX,
                      strcmp(sign, "!=") != 0 && sign[1] ? "true" : "false");
    return c_make(gen, C_COMPARISON, "%s %s %s", c_at(gen, left, C_SUM), sign,
                  c_at(gen, right, C_SUM));
}

/* The type in which two values are compared. */
static const struct type *common_type(struct gen *gen, struct c_value a,
                                      struct c_value b)
{
    const struct type *type = type_join(gen->kept, a.type, b.type);

    return type && c_shape(type) != SHAPE_OBJECT && c_shape(type) != SHAPE_ARRAY
               ? type
               : type_simple(TYPE_ANY);
}

static struct c_expr c_equal(struct gen *gen, const struct expr *expr)
{
    const struct c_value a = c_node(gen, expr->left), b = c_node(gen, expr->right);
    const bool is_optional = a.guard.text || b.guard.text;
    const struct type *type = common_type(gen, a, b);
    const enum c_shape shape = c_shape(type);
    const char *function = shape == SHAPE_TEXT      ? "kad_text_equal"
                           : shape == SHAPE_JSON    ? "kad_json_equal"
                           : shape == SHAPE_NUMBER  ? "kad_number_equal"
                           : shape == SHAPE_BOOLEAN ? "kad_boolean_equal"
                                                    : "kad_integer_equal";
    const bool is_operator = !is_optional && shape != SHAPE_TEXT && shape != SHAPE_JSON;
    const struct c_expr left = c_convert(gen, a, c_optional_if(gen, type, is_optional));
    const struct c_expr right =
        c_convert(gen, b, c_optional_if(gen, type, is_optional));
    struct c_expr call;

    if (is_operator)
        return c_comparison(gen, left, expr->op == OP_EQUAL ? "==" : "!=", right);
    call = c_make(gen, C_POSTFIX, "%s(%s, %s)", function, left.text, right.text);
    return expr->op == OP_EQUAL ? call : c_not(gen, call);
}

static const char *order_sign(enum expr_op op)
{
    switch (op) {
    case OP_LESS: return "<";
    case OP_LESS_EQUAL: return "<=";
    case OP_GREATER: return ">";
    default: return ">=";
    }
}

static struct c_expr c_order(struct gen *gen, const struct expr *expr)
{
    const struct c_value a = c_node(gen, expr->left), b = c_node(gen, expr->right);
    const struct type *type = type_join(gen->kept, a.type, b.type);
    const char *sign = order_sign(expr->op);
    struct c_expr left, right;

    if (type->kind == TYPE_ANY) /* one side is text, or both are numbers */
        type = a.type->kind == TYPE_STRING || b.type->kind == TYPE_STRING
                   ? type_simple(TYPE_STRING)
                   : type_simple(TYPE_NUMBER);
    left = c_convert(gen, a, type);
    right = c_convert(gen, b, type);
    if (type->kind == TYPE_STRING)
        return c_make(gen, C_COMPARISON, "kad_text_compare(%s, %s) %s 0", left.text,
                      right.text, sign);
    return c_comparison(gen, left, sign, right);
}

/* Compilers want `a && b || c` with parentheses. */
static struct c_expr c_logic(struct gen *gen, const struct expr *expr)
{
    const bool is_and = expr->op == OP_AND;
    const enum c_level own = is_and ? C_AND : C_OR;
    const struct c_expr left = c_condition(gen, expr->left);
    const struct c_expr right = c_condition(gen, expr->right);

    return c_make(gen, own, "%s %s %s",
                  c_at(gen, left, left.level == own ? own : C_COMPARISON),
                  is_and ? "&&" : "||", c_at(gen, right, C_COMPARISON));
}

static struct c_expr number_operation(struct gen *gen, const struct expr *expr);

/* An operand of number arithmetic: what is arithmetic itself is checked at the end. */
static struct c_expr number_operand(struct gen *gen, const struct expr *expr)
{
    if (expr->kind == EXPR_BINARY && expr->type->kind == TYPE_NUMBER &&
        (expr->op == OP_ADD || expr->op == OP_SUBTRACT || expr->op == OP_MULTIPLY))
        return number_operation(gen, expr);
    return c_wanted(gen, expr, type_simple(TYPE_NUMBER));
}

static struct c_expr number_operation(struct gen *gen, const struct expr *expr)
{
    const struct c_expr left = number_operand(gen, expr->left);
    const struct c_expr right = number_operand(gen, expr->right);
    const bool is_product = expr->op == OP_MULTIPLY;
    const enum c_level own = is_product ? C_PRODUCT : C_SUM;

    return c_make(gen, own, "%s %s %s", c_at(gen, left, own),
                  is_product           ? "*"
                  : expr->op == OP_ADD ? "+"
                                       : "-",
                  c_at(gen, right, own + 1));
}

static struct c_value c_arithmetic(struct gen *gen, const struct expr *expr)
{
    const struct type *type =
        expr->op == OP_DIVIDE ? type_simple(TYPE_NUMBER) : expr->type;
    const char *function = expr->op == OP_ADD        ? "kad_add"
                           : expr->op == OP_SUBTRACT ? "kad_subtract"
                           : expr->op == OP_MULTIPLY ? "kad_multiply"
                           : expr->op == OP_MODULO   ? "kad_modulo"
                                                     : "kad_divide";

    if (type->kind == TYPE_NUMBER && expr->op != OP_DIVIDE)
        return c_set(type, c_make(gen, C_POSTFIX, "kad_finite(run, %s)",
                                  number_operation(gen, expr).text));
    return c_set(type, c_make(gen, C_POSTFIX, "%s(run, %s, %s)", function,
                              c_wanted(gen, expr->left, type).text,
                              c_wanted(gen, expr->right, type).text));
}

struct c_value c_negate(struct gen *gen, const struct expr *expr)
{
    const struct c_expr operand = c_wanted(gen, expr->left, expr->type);

    if (expr->type->kind == TYPE_INTEGER)
        return c_set(expr->type,
                     c_make(gen, C_POSTFIX, "kad_negate(run, %s)", operand.text));
    return c_set(expr->type,
                 c_make(gen, C_PREFIX, "-%s", c_at(gen, operand, C_POSTFIX)));
}

struct c_value c_binary(struct gen *gen, const struct expr *expr)
{
    const bool is_null_test =
        expr->left->kind == EXPR_NULL || expr->right->kind == EXPR_NULL;

    switch (expr->op) {
    case OP_OR:
    case OP_AND: return c_set(expr->type, c_logic(gen, expr));
    case OP_EQUAL:
    case OP_UNEQUAL:
        return c_set(expr->type,
                     is_null_test ? c_null_test(gen, expr) : c_equal(gen, expr));
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL: return c_set(expr->type, c_order(gen, expr));
    case OP_IN:
        return c_set(expr->type, c_contains(gen, c_node(gen, expr->right),
                                            c_node(gen, expr->left)));
    default: return c_arithmetic(gen, expr);
    }
}
