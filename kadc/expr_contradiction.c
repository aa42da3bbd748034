/* expr_contradiction.c: comparisons of one value that cannot hold together, or one of which
 * always holds: 0607.
 *
 * In: typed expressions. `x > 5 && x < 3` is never true, `x != "a" || x != "b"` always is. Only
 * comparisons with constants count, of values that are written alike: an expression has the same
 * value wherever it stands in another one. */
#include <math.h>

#include "expr_check.h"

/* `subject op constant` */
struct comparison {
    const struct expr *expr; /* all of it */
    const struct expr *subject;
    enum expr_op op;
    struct constant constant;
};

enum { COMPARISONS_MAX = 32 }; /* more are not looked at */

struct chain {
    const struct scope *scope;
    enum expr_op op;
    struct comparison items[COMPARISONS_MAX];
    size_t count;
    bool is_reported;
};

/* ---- Comparisons --------------------------------------------------------------------- */

static enum expr_op op_turned(enum expr_op op)
{
    switch (op) {
    case OP_LESS: return OP_GREATER;
    case OP_LESS_EQUAL: return OP_GREATER_EQUAL;
    case OP_GREATER: return OP_LESS;
    case OP_GREATER_EQUAL: return OP_LESS_EQUAL;
    default: return op;
    }
}

static enum expr_op op_negated(enum expr_op op)
{
    switch (op) {
    case OP_EQUAL: return OP_UNEQUAL;
    case OP_UNEQUAL: return OP_EQUAL;
    case OP_LESS: return OP_GREATER_EQUAL;
    case OP_LESS_EQUAL: return OP_GREATER;
    case OP_GREATER: return OP_LESS_EQUAL;
    default: return OP_LESS;
    }
}

static bool is_known(struct constant value)
{
    return value.kind > CONSTANT_OVERFLOW;
}

/* `x`, and `!x`, compare with true. */
/* Parts of a path, and what stands in a broken expression, have none. */
static bool has_type(const struct expr *expr)
{
    return expr->type && expr->type->kind != TYPE_POISON;
}

static bool truth_take(const struct expr *expr, struct comparison *out)
{
    const bool is_negated = expr->kind == EXPR_NOT;
    const struct expr *subject = is_negated ? expr->left : expr;
    if (subject->kind != EXPR_FIELD || !has_type(subject) ||
        subject->type->kind != TYPE_BOOLEAN)
        return false;
    *out = (struct comparison){
        .expr = expr,
        .subject = subject,
        .op = OP_EQUAL,
        .constant = {.kind = CONSTANT_BOOLEAN, .boolean = !is_negated},
    };
    return true;
}

static bool comparison_take(const struct expr *expr, struct comparison *out)
{
    struct constant left, right;
    if (expr->kind != EXPR_BINARY)
        return truth_take(expr, out);
    if (expr->op < OP_EQUAL || expr->op > OP_GREATER_EQUAL)
        return false;
    left = expr_constant(expr->left);
    right = expr_constant(expr->right);
    if (is_known(left) == is_known(right))
        return false;
    *out = (struct comparison){
        .expr = expr,
        .subject = is_known(left) ? expr->right : expr->left,
        .op = is_known(left) ? op_turned(expr->op) : expr->op,
        .constant = is_known(left) ? left : right,
    };
    return has_type(out->subject);
}

/* ---- Two of them --------------------------------------------------------------------- */

struct interval {
    double from, to;
    bool is_from_open, is_to_open;
};

static double number_of(struct constant value)
{
    return value.kind == CONSTANT_INTEGER ? (double)value.integer : value.number;
}

static struct interval interval_of(const struct comparison *comparison)
{
    const double at = number_of(comparison->constant);
    const bool is_integer = comparison->subject->type->kind == TYPE_INTEGER;
    switch (comparison->op) {
    case OP_EQUAL: return (struct interval){at, at, false, false};
    case OP_LESS:
        if (is_integer)
            return (struct interval){-INFINITY, ceil(at) - 1, false, false};
        return (struct interval){-INFINITY, at, false, true};
    case OP_LESS_EQUAL: return (struct interval){-INFINITY, at, false, false};
    case OP_GREATER:
        if (is_integer)
            return (struct interval){floor(at) + 1, INFINITY, false, false};
        return (struct interval){at, INFINITY, true, false};
    case OP_GREATER_EQUAL: return (struct interval){at, INFINITY, false, false};
    default: return (struct interval){-INFINITY, INFINITY, false, false};
    }
}

static bool is_apart(const struct interval *low, const struct interval *high)
{
    return low->to < high->from ||
           (low->to == high->from && (low->is_to_open || high->is_from_open));
}

static bool is_numeric(struct constant value)
{
    return value.kind == CONSTANT_INTEGER || value.kind == CONSTANT_NUMBER;
}

static bool is_equal(struct constant a, struct constant b)
{
    if (is_numeric(a) && is_numeric(b))
        return number_of(a) == number_of(b);
    if (a.kind != b.kind)
        return false;
    return a.kind == CONSTANT_TEXT ? str_equal(a.text, b.text) : a.boolean == b.boolean;
}

/* Whether they never hold together. */
static bool excludes(const struct comparison *a, const struct comparison *b)
{
    const bool is_of_numbers = is_numeric(a->constant) && is_numeric(b->constant);
    if (a->op == OP_EQUAL && b->op == OP_EQUAL)
        return !is_equal(a->constant, b->constant);
    if ((a->op == OP_EQUAL && b->op == OP_UNEQUAL) ||
        (a->op == OP_UNEQUAL && b->op == OP_EQUAL))
        return is_equal(a->constant, b->constant);
    if (!is_of_numbers)
        return false;
    const struct interval first = interval_of(a);
    const struct interval second = interval_of(b);
    return is_apart(&first, &second) || is_apart(&second, &first);
}

/* `a || b` always holds where their opposites exclude each other. */
static bool is_decided(enum expr_op op, struct comparison a, struct comparison b)
{
    if (op == OP_OR) {
        a.op = op_negated(a.op);
        b.op = op_negated(b.op);
    }
    return excludes(&a, &b);
}

/* ---- Chains -------------------------------------------------------------------------- */

static void pair_report(struct chain *chain, const struct comparison *a,
                        const struct comparison *b)
{
    struct diags *diags = chain->scope->diags;
    const struct str first = span_text(a->expr->span);
    const struct str second = span_text(b->expr->span);
    struct span span = a->expr->span;
    span.end = b->expr->span.end;
    chain->is_reported = true;
    diag_report(diags, span, KAD0607,
                chain->op == OP_AND ? "`%.*s` and `%.*s` are never both true"
                                    : "of `%.*s` and `%.*s` one is always true",
                STR(first), STR(second));
    if (chain->op == OP_AND)
        diag_help(diags, "where either is enough, write `||`");
    else
        diag_help(diags, "where both are needed, write `&&`");
}

static void comparison_add(struct chain *chain, const struct expr *expr)
{
    struct comparison *added = &chain->items[chain->count];
    if (chain->count == COMPARISONS_MAX || chain->is_reported ||
        !comparison_take(expr, added))
        return;
    for (size_t i = 0; i < chain->count && !chain->is_reported; i++) {
        const struct comparison *other = &chain->items[i];
        if (str_equal(expr_source(other->subject), expr_source(added->subject)) &&
            is_decided(chain->op, *other, *added))
            pair_report(chain, other, added);
    }
    chain->count++;
}

static void chain_add(struct chain *chain, const struct expr *expr)
{
    if (expr->kind == EXPR_BINARY && expr->op == chain->op) {
        chain_add(chain, expr->left);
        chain_add(chain, expr->right);
    } else {
        expr_contradictions_check(chain->scope, expr);
        comparison_add(chain, expr);
    }
}

void expr_contradictions_check(const struct scope *scope, const struct expr *expr)
{
    if (expr->kind == EXPR_BINARY && (expr->op == OP_AND || expr->op == OP_OR)) {
        struct chain chain = {.scope = scope, .op = expr->op};
        chain_add(&chain, expr);
        return;
    }
    if (expr->left)
        expr_contradictions_check(scope, expr->left);
    if (expr->right)
        expr_contradictions_check(scope, expr->right);
    for (size_t i = 0; i < expr->arg_count; i++)
        expr_contradictions_check(scope, expr->args[i]);
}
