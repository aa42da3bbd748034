/* expr_parse.c: scalars into templates, `{{ ... }}` into trees.
 *
 * Recursive descent, with precedence climbing for the binary operators. The first
 * mistake in an expression is reported, the rest of it is skipped up to its `}}`, and
 * the tree is EXPR_BROKEN; the scalar's other expressions are read as usual. Later
 * passes rely on:
 *   (1) depth is at most EXPR_NODES_MAX, nesting at most EXPR_DEPTH_MAX;
 *   (2) EXPR_CALL names a function of expr_functions.c, and has as many arguments as
 *   it takes. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "chars.h"
#include "expr_check.h"
#include "expr_functions.h"
#include "expr_lex.h"

struct parser {
    struct arena *arena;
    struct diags *diags;
    const struct node *scalar;
    struct str text; /* of the scalar, NUL-terminated */
    struct token token;
    size_t depth;
    size_t node_count;
    bool is_broken; /* this expression has been reported */
    bool has_mixed; /* so has its mixture of && and || */
};

static struct expr *parse_choice(struct parser *p);

/* ---- Tokens and nodes ------------------------------------------------------------ */

static void advance(struct parser *p)
{
    p->token = expr_lex(p->text.p, p->text.len, p->token.to);
}

static struct str token_text(const struct parser *p)
{
    return str_part(p->text, p->token.from, p->token.to);
}

static struct span token_span(const struct parser *p)
{
    return node_range(p->scalar, p->token.from, p->token.to);
}

/* Whether the first mistake of this expression is here; the caller reports it. */
static bool is_first_mistake(struct parser *p)
{
    const bool is_first = !p->is_broken;

    p->is_broken = true;
    return is_first;
}

static struct expr *node_new(struct parser *p, enum expr_kind kind, struct span span)
{
    struct expr *expr = arena_new(p->arena, struct expr);

    expr->kind = kind;
    expr->span = span;
    if (++p->node_count > EXPR_NODES_MAX && is_first_mistake(p))
        diag_report(p->diags, span, KAD1301, "the expression has more than %d parts",
                    EXPR_NODES_MAX);
    return expr;
}

static struct expr *broken(struct parser *p)
{
    return node_new(p, EXPR_BROKEN, token_span(p));
}

/* What authors write who come from other languages. */
static const char *habit_help(struct str found)
{
    static const struct {
        const char *found, *help;
    } habits[] = {
        {"=", "compare with `==`"},
        {"&", "both: `&&`"},
        {"|", "either: `||`; a function is called: `upper(x)`"},
        {"and", "both: `&&`"},
        {"or", "either: `||`"},
        {"not", "the opposite: `!x`"},
        {"is", "compare with `==`"},
        {"{", "objects are written in YAML, not in expressions"},
    };

    for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
        if (str_is(found, habits[i].found))
            return habits[i].help;
    return NULL;
}

/* Behind the last word. */
static struct span end_span(const struct parser *p)
{
    size_t at = p->token.from;

    while (at > 0 && is_space(p->text.p[at - 1]))
        at--;
    return node_range(p->scalar, at, at);
}

static void report_token(struct parser *p, const char *expected)
{
    const struct str found = token_text(p);
    const char *help = habit_help(found);

    switch (p->token.kind) {
    case TOKEN_END:
        diag_report(p->diags, end_span(p), KAD0601, "expected %s, found the end",
                    expected);
        break;
    case TOKEN_OPEN_TEXT:
        diag_report(p->diags, token_span(p), KAD0601, "text without its closing quote");
        break;
    case TOKEN_BAD_NUMBER:
        diag_report(p->diags, token_span(p), KAD0601,
                    "`%.*s` is neither number nor name", STR(found));
        break;
    default:
        diag_report(p->diags, token_span(p), KAD0601, "expected %s, found `%.*s`",
                    expected, STR(found));
    }
    if (help)
        diag_help(p->diags, "%s", help);
}

static struct expr *unexpected(struct parser *p, const char *expected)
{
    if (is_first_mistake(p))
        report_token(p, expected);
    return broken(p);
}

static bool accept(struct parser *p, enum token_kind kind)
{
    if (p->token.kind != kind)
        return false;
    advance(p);
    return true;
}

static void expect(struct parser *p, enum token_kind kind, const char *expected)
{
    if (!accept(p, kind))
        unexpected(p, expected);
}

/* ---- Literals -------------------------------------------------------------------- */

/* text: '"' (char | escape)* '"' | "'" (char | escape)* "'" */
static struct expr *parse_text(struct parser *p)
{
    const struct str raw = str_part(p->text, p->token.from + 1, p->token.to - 1);
    struct expr *expr = node_new(p, EXPR_TEXT, token_span(p));
    const size_t start = p->token.from + 1;
    struct buf out;

    buf_init(&out, p->arena);
    for (size_t at = 0, len; at < raw.len; at += len) {
        len = 1;
        if (raw.p[at] != '\\') {
            buf_add_char(&out, raw.p[at]);
            continue;
        }
        len = expr_escape(&out, raw, at);
        if (len)
            continue;
        if (is_first_mistake(p)) {
            diag_report(p->diags, node_range(p->scalar, start + at, start + at + 2),
                        KAD0601, "unknown escape in text");
            diag_help(p->diags,
                      "escapes are \\n \\r \\t \\b \\f \\\\ \\/ \\\" \\' \\uXXXX");
        }
        len = 2;
    }
    advance(p);
    expr->text = buf_str(&out);
    return expr;
}

/* integer: [0-9]+   The limit is one more for a number behind a minus. */
static struct expr *parse_integer(struct parser *p, bool is_negative)
{
    const struct str digits = token_text(p);
    struct expr *expr = node_new(p, EXPR_INTEGER, token_span(p));
    const uint64_t limit = (uint64_t)INT64_MAX + is_negative;
    uint64_t value = 0;

    for (size_t i = 0; i < digits.len; i++) {
        const uint64_t digit = (uint64_t)(digits.p[i] - '0');

        if (value > (limit - digit) / 10) {
            if (is_first_mistake(p))
                diag_report(p->diags, expr->span, KAD0611,
                            "`%.*s` is too large for an integer of 64 bits",
                            STR(digits));
            break;
        }
        value = value * 10 + digit;
    }
    expr->integer = is_negative ? (int64_t)(0 - value) : (int64_t)value;
    advance(p);
    return expr;
}

/* number: [0-9]+ ("." [0-9]+)? (("e" | "E") ("+" | "-")? [0-9]+)? */
static struct expr *parse_number(struct parser *p)
{
    struct expr *expr = node_new(p, EXPR_NUMBER, token_span(p));
    const char *digits = str_copy(p->arena, token_text(p));

    errno = 0;
    expr->number = strtod(digits, NULL);
    if (errno == ERANGE && expr->number > 1 && is_first_mistake(p))
        diag_report(p->diags, expr->span, KAD0611, "`%s` is too large for a number",
                    digits);
    advance(p);
    return expr;
}

/* ---- Primary expressions --------------------------------------------------------- */

/* args: (choice ("," choice)*)? close */
static void parse_args(struct parser *p, struct expr *expr, enum token_kind close,
                       const char *expected)
{
    VEC(struct expr *) args = {0};

    while (p->token.kind != close && !p->is_broken) {
        vec_push(p->arena, &args, parse_choice(p));
        if (!accept(p, TOKEN_COMMA))
            break;
    }
    expr->span = span_join(expr->span, token_span(p));
    expect(p, close, expected);
    expr->args = args.items;
    expr->arg_count = args.count;
}

static const struct function *function_get(struct parser *p, struct expr *call)
{
    const struct function *function = function_find(call->text);
    const struct names names = function_names(p->arena);
    ptrdiff_t meant;

    if (function || !is_first_mistake(p))
        return function;
    diag_report(p->diags, call->name_span, KAD0603, "there is no function `%.*s`",
                STR(call->text));
    diag_subject(p->diags, "function `%.*s`", STR(call->text));
    meant = diag_did_you_mean(p->diags, call->name_span, call->text, names);
    if (meant < 0)
        return NULL;
    p->is_broken = false;
    call->text = names.items[meant];
    return function_find(call->text);
}

static void check_arity(struct parser *p, const struct expr *call,
                        const struct function *function)
{
    const size_t min = function->min_args, max = function->max_args;

    if ((call->arg_count >= min && call->arg_count <= max) || !is_first_mistake(p))
        return;
    diag_report(p->diags, call->span, KAD0604, "`%s` takes %s%zu argument%s, found %zu",
                function->name, min < max ? "at least " : "", min, min == 1 ? "" : "s",
                call->arg_count);
}

/* call: NAME "(" args ")" */
static struct expr *parse_call(struct parser *p, struct str name, struct span span)
{
    struct expr *call = node_new(p, EXPR_CALL, span);
    const struct function *function;

    call->text = name;
    call->name_span = span;
    advance(p);
    parse_args(p, call, TOKEN_PAREN_CLOSE, "`,` or `)`");
    if (p->is_broken)
        return call;
    function = function_get(p, call);
    if (function)
        check_arity(p, call, function);
    return call;
}

/* word: "true" | "false" | "null" | call | NAME */
static struct expr *parse_word(struct parser *p)
{
    const struct str word = token_text(p);
    const struct span span = token_span(p);
    struct expr *expr;

    if (str_is(word, "in"))
        return unexpected(p, "a value");
    advance(p);
    if (p->token.kind == TOKEN_PAREN_OPEN)
        return parse_call(p, word, span);
    if (str_is(word, "null"))
        return node_new(p, EXPR_NULL, span);
    if (str_is(word, "true") || str_is(word, "false")) {
        expr = node_new(p, EXPR_BOOLEAN, span);
        expr->boolean = str_is(word, "true");
        return expr;
    }
    expr = node_new(p, EXPR_NAME, span);
    expr->text = word;
    return expr;
}

/* group: "(" choice ")" */
static struct expr *parse_group(struct parser *p)
{
    const struct span open = token_span(p);
    struct expr *expr;

    advance(p);
    expr = parse_choice(p);
    expr->span = span_join(open, token_span(p));
    expr->is_parenthesized = true;
    expect(p, TOKEN_PAREN_CLOSE, "`)`");
    return expr;
}

/* primary: text | integer | number | word | group | "[" args "]" */
static struct expr *parse_primary(struct parser *p)
{
    struct expr *expr;

    switch (p->token.kind) {
    case TOKEN_TEXT: return parse_text(p);
    case TOKEN_INTEGER: return parse_integer(p, false);
    case TOKEN_NUMBER: return parse_number(p);
    case TOKEN_NAME: return parse_word(p);
    case TOKEN_PAREN_OPEN: return parse_group(p);
    case TOKEN_BRACKET_OPEN:
        expr = node_new(p, EXPR_LIST, token_span(p));
        advance(p);
        parse_args(p, expr, TOKEN_BRACKET_CLOSE, "`,` or `]`");
        return expr;
    default: return unexpected(p, "a value");
    }
}

/* ---- Operators ------------------------------------------------------------------- */

/* postfix: primary ("." NAME | "[" choice "]")* */
static struct expr *parse_postfix(struct parser *p)
{
    struct expr *left = parse_primary(p);

    while (!p->is_broken) {
        struct expr *expr;

        if (accept(p, TOKEN_DOT)) {
            expr = node_new(p, EXPR_FIELD, span_join(left->span, token_span(p)));
            expr->text = token_text(p);
            expr->name_span = token_span(p);
            expr->left = left;
            expect(p, TOKEN_NAME, "a name after `.`");
        } else if (accept(p, TOKEN_BRACKET_OPEN)) {
            expr = node_new(p, EXPR_INDEX, left->span);
            expr->left = left;
            expr->right = parse_choice(p);
            expr->span = span_join(left->span, token_span(p));
            expect(p, TOKEN_BRACKET_CLOSE, "`]`");
        } else {
            return left;
        }
        left = expr;
    }
    return left;
}

/* False, and reported: the expression is nested too deep. */
static bool enter(struct parser *p)
{
    if (++p->depth <= EXPR_DEPTH_MAX)
        return true;
    if (is_first_mistake(p))
        diag_report(p->diags, token_span(p), KAD1301,
                    "the expression is nested deeper than %d levels", EXPR_DEPTH_MAX);
    return false;
}

static struct expr *prefix_new(struct parser *p, enum expr_kind kind, struct span op,
                               struct expr *operand)
{
    struct expr *expr = node_new(p, kind, span_join(op, operand->span));

    expr->left = operand;
    return expr;
}

/* unary: ("!" | "-") unary | "-" integer | postfix */
static struct expr *parse_unary(struct parser *p)
{
    const enum token_kind kind = p->token.kind;
    const struct span op = token_span(p);
    struct expr *expr;

    if (kind != TOKEN_NOT && kind != TOKEN_MINUS)
        return parse_postfix(p);
    if (!enter(p))
        return broken(p);
    advance(p);
    if (kind == TOKEN_MINUS && p->token.kind == TOKEN_INTEGER) {
        expr = parse_integer(p, true);
        expr->span = span_join(op, expr->span);
    } else {
        expr = prefix_new(p, kind == TOKEN_NOT ? EXPR_NOT : EXPR_NEGATE, op,
                          parse_unary(p));
    }
    p->depth--;
    return expr;
}

struct level {
    int precedence; /* 0: no binary operator */
    enum expr_op op;
};

static struct level token_level(const struct parser *p)
{
    static const struct level levels[] = {
        [TOKEN_COALESCE] = {1, OP_COALESCE},
        [TOKEN_OR] = {2, OP_OR},
        [TOKEN_AND] = {3, OP_AND},
        [TOKEN_EQUAL] = {4, OP_EQUAL},
        [TOKEN_UNEQUAL] = {4, OP_UNEQUAL},
        [TOKEN_LESS] = {5, OP_LESS},
        [TOKEN_LESS_EQUAL] = {5, OP_LESS_EQUAL},
        [TOKEN_GREATER] = {5, OP_GREATER},
        [TOKEN_GREATER_EQUAL] = {5, OP_GREATER_EQUAL},
        [TOKEN_PLUS] = {6, OP_ADD},
        [TOKEN_MINUS] = {6, OP_SUBTRACT},
        [TOKEN_STAR] = {7, OP_MULTIPLY},
        [TOKEN_SLASH] = {7, OP_DIVIDE},
        [TOKEN_PERCENT] = {7, OP_MODULO},
        [TOKEN_BAD] = {0, OP_ADD}, /* the last token: the table has a line for each */
    };

    if (p->token.kind == TOKEN_NAME && str_is(token_text(p), "in"))
        return (struct level){5, OP_IN};
    return levels[p->token.kind];
}

static bool is_bare_and(const struct expr *expr)
{
    return expr->kind == EXPR_BINARY && expr->op == OP_AND && !expr->is_parenthesized;
}

static void check_mixture(struct parser *p, const struct expr *expr)
{
    const struct expr *bare = is_bare_and(expr->left) ? expr->left : expr->right;
    struct str text;

    if (expr->op != OP_OR || !is_bare_and(bare) || p->has_mixed || p->is_broken)
        return;
    p->has_mixed = true;
    text = span_text(bare->span);
    diag_report(p->diags, expr->span, KAD0609, "`&&` and `||` without parentheses");
    diag_help(p->diags, "`&&` binds tighter: `(%.*s)`", STR(text));
}

/* binary: unary (OPERATOR binary)*   `??` is right-associative, all others left. */
static struct expr *parse_binary(struct parser *p, int min_precedence)
{
    struct expr *left = parse_unary(p);

    while (!p->is_broken) {
        const struct level level = token_level(p);
        struct expr *expr;

        if (!level.precedence || level.precedence < min_precedence)
            return left;
        advance(p);
        expr = node_new(p, EXPR_BINARY, left->span);
        expr->op = level.op;
        expr->left = left;
        if (!enter(p))
            return broken(p);
        expr->right = parse_binary(p, level.precedence + (level.op != OP_COALESCE));
        p->depth--;
        expr->span = span_join(left->span, expr->right->span);
        check_mixture(p, expr);
        left = expr;
    }
    return left;
}

/* choice: binary ("?" choice ":" choice)? */
static struct expr *parse_choice(struct parser *p)
{
    struct expr *condition, *expr;

    if (!enter(p))
        return broken(p);
    condition = parse_binary(p, 1);
    if (!p->is_broken && accept(p, TOKEN_QUESTION)) {
        expr = node_new(p, EXPR_CHOICE, condition->span);
        expr->args = arena_array(p->arena, struct expr *, 3);
        expr->arg_count = 3;
        expr->args[0] = condition;
        expr->args[1] = parse_choice(p);
        expect(p, TOKEN_COLON, "`:`");
        expr->args[2] = parse_choice(p);
        expr->span = span_join(condition->span, expr->args[2]->span);
        condition = expr;
    }
    p->depth--;
    return condition;
}

/* ---- Templates ------------------------------------------------------------------- */

/* To behind the next `}}`, or to the end. */
static void skip_expression(struct parser *p)
{
    while (p->token.kind != TOKEN_CLOSE && p->token.kind != TOKEN_END) {
        /* A quote that nothing closes: what follows it is not worth reading as
         * tokens. */
        if (p->token.kind == TOKEN_OPEN_TEXT)
            p->token.to +=
                str_find(str_part(p->text, p->token.to, p->text.len), S("}}"));
        advance(p);
    }
}

static void report_unclosed(struct parser *p, size_t open)
{
    if (is_first_mistake(p))
        diag_report(p->diags, node_range(p->scalar, open, open + 2), KAD0601,
                    "`{{` without its `}}`");
}

/* expression: "{{" choice "}}"   Returns the offset behind it. */
static size_t parse_expression(struct parser *p, size_t open,
                               struct template_part *part)
{
    p->token = (struct token){.from = open, .to = open + 2};
    p->is_broken = false;
    p->has_mixed = false;
    p->depth = 0;
    p->node_count = 0;
    advance(p);
    if (p->token.kind == TOKEN_END)
        report_unclosed(p, open);
    if (p->token.kind == TOKEN_CLOSE && is_first_mistake(p))
        diag_report(p->diags, node_range(p->scalar, open, p->token.to), KAD0601,
                    "an expression with nothing in it");
    part->expr = p->is_broken ? broken(p) : parse_choice(p);
    if (p->token.kind == TOKEN_END)
        report_unclosed(p, open);
    else if (p->token.kind != TOKEN_CLOSE)
        unexpected(p, "an operator or `}}`");
    if (p->is_broken)
        part->expr->kind = EXPR_BROKEN;
    skip_expression(p);
    part->span = node_range(p->scalar, open, p->token.to);
    return p->token.to;
}

/* template: (TEXT | expression)* */
struct template *template_parse(struct arena *arena, const struct node *scalar,
                                struct diags *diags)
{
    struct template *value = arena_new(arena, struct template);
    struct parser p = {.arena = arena, .diags = diags, .scalar = scalar};
    VEC(struct template_part) parts = {0};

    assert(scalar->kind == NODE_SCALAR);
    if (scalar->is_poisoned)
        return template_broken(arena, scalar);
    p.text = scalar->text;
    if (str_find(p.text, S("{{")) < p.text.len) /* the tokens need a NUL at the end */
        p.text.p = str_copy(arena, p.text);
    for (size_t at = 0; at < p.text.len;) {
        const size_t open = at + str_find(str_part(p.text, at, p.text.len), S("{{"));
        struct template_part part = {0};

        if (open > at) {
            part.text = str_part(p.text, at, open);
            part.span = node_range(scalar, at, open);
            at = open;
        } else {
            at = parse_expression(&p, open, &part);
        }
        vec_push(arena, &parts, part);
    }
    value->node = scalar;
    value->parts = parts.items;
    value->part_count = parts.count;
    template_settle(value);
    return value;
}
