/* expr_size.c: an expression whose C would be too large or too deep: 1301.
 *
 * In C an operand that may be unset stands twice, in the test and in the value, as do the
 * values of a format, so that such operators inside each other double it each time; and integers are added by calls inside each
 * other, of which compilers take some 250. */
#include "expr_check.h"

enum { SIZE_MAX_PARTS = 10000, DEPTH_MAX_CALLS = 200 };

struct size {
    size_t parts; /* of the C; above SIZE_MAX_PARTS: many */
    size_t depth; /* of calls and parentheses */
};

static struct size size_of(const struct expr *expr);

static void size_add(struct size *size, const struct expr *operand, size_t times)
{
    if (!operand)
        return;
    const struct size more = size_of(operand);
    if (size->parts <= SIZE_MAX_PARTS)
        size->parts += more.parts * times;
    if (size->depth < more.depth)
        size->depth = more.depth;
}

/* How often its first operand stands in the C of an operator; of an object, all do so. */
static size_t times_of(const struct expr *expr)
{
    const bool is_coalesce = expr->kind == EXPR_BINARY && expr->op == OP_COALESCE;
    if ((is_coalesce || expr->kind == EXPR_CHOICE) && expr->type->kind == TYPE_OBJECT)
        return 3;
    /* A macro counts the values of a format. */
    const bool is_format = expr->kind == EXPR_CALL && str_is(expr->text, "format");
    const bool is_item =
        expr->kind == EXPR_INDEX && expr->left->type->kind == TYPE_ARRAY;
    return is_coalesce || is_format || is_item ? 2 : 1;
}

/* `a && b && c`, and a sum of doubles, need no parentheses. */
static bool is_flat(const struct expr *expr)
{
    return expr->kind == EXPR_BINARY &&
           (expr->op == OP_AND || expr->op == OP_OR ||
            (expr->type->kind == TYPE_NUMBER && expr->op != OP_DIVIDE));
}

static struct size size_of(const struct expr *expr)
{
    struct size size = {0};
    if (!expr->type || expr->binding.kind != BIND_NONE)
        return (struct size){1, 1};
    const size_t times = times_of(expr);
    const size_t others = times == 3 || expr->kind == EXPR_CALL ? times : 1;
    size_add(&size, expr->left, times);
    size_add(&size, expr->right, others);
    for (size_t i = 0; i < expr->arg_count; i++)
        size_add(&size, expr->args[i], others);
    size.parts++;
    size.depth += !is_flat(expr);
    return size;
}

void expr_size_check(const struct scope *scope, const struct expr *expr)
{
    const struct size size = size_of(expr);
    if (size.parts > SIZE_MAX_PARTS)
        diag_report(
            scope->diags, expr->span, KAD1301,
            "too many fallbacks, choices, items or formats stand inside each other");
    else if (size.depth > DEPTH_MAX_CALLS)
        diag_report(scope->diags, expr->span, KAD1301,
                    "more than %d operators stand in a row", DEPTH_MAX_CALLS);
}
