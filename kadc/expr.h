/* expr.h: expressions: text -> tree -> types -> C.
 *
 *     expr_lex.re   tokens (re2c)                 expr_parse.c   tree; 0108, 0601, 0603, 0604, 0609
 *     expr_check.c  types and bindings; 02xx, 05xx, 06xx          gen_expr.c     C
 *
 * A template is the value of a YAML scalar: text with `{{ ... }}` in it. One expression
 * alone (white space round it ignored) keeps its type; several, or text around, is
 * interpolation and gives text. */
#ifndef KADC_EXPR_H
#define KADC_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "diag.h"
#include "doc.h"
#include "types.h"

struct step;
struct trigger;
struct workflow;
struct type_field;

/* Nesting, and nodes, of one expression: 1301. They bound the recursion of all passes. */
enum { EXPR_DEPTH_MAX = 64, EXPR_NODES_MAX = 1000 };

enum expr_kind {
    EXPR_BROKEN, /* reported already */
    EXPR_TEXT,
    EXPR_INTEGER,
    EXPR_NUMBER,
    EXPR_BOOLEAN,
    EXPR_NULL,
    EXPR_LIST,   /* args */
    EXPR_NAME,   /* a root or a loop variable: text */
    EXPR_FIELD,  /* left.text */
    EXPR_INDEX,  /* left[right] */
    EXPR_NOT,    /* !left */
    EXPR_NEGATE, /* -left */
    EXPR_BINARY, /* left op right */
    EXPR_CHOICE, /* args[0] ? args[1] : args[2] */
    EXPR_CALL,   /* text(args) */
};

enum expr_op {
    OP_COALESCE,
    OP_OR,
    OP_AND,
    OP_EQUAL,
    OP_UNEQUAL,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL,
    OP_IN,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_MODULO
};

/* What a path stands for, once checked. Set on the outermost node that names the thing
 * itself: on `steps.a.outputs.x` of `steps.a.outputs.x.y`. */
enum binding_kind {
    BIND_NONE,
    BIND_PARAMETER,   /* trigger.P: field */
    BIND_OUTPUT,      /* steps.S.outputs.O: step, field */
    BIND_STEP_STATUS, /* steps.S.status */
    BIND_STEP_ATTEMPTS,
    BIND_STEP_ERROR,
    BIND_WORKFLOW_ID,
    BIND_WORKFLOW_NAME,
    BIND_WORKFLOW_VERSION,
    BIND_WORKFLOW_STATUS,
    BIND_WORKFLOW_ERROR,
    BIND_EXECUTION_ID,
    BIND_EXECUTION_STARTED_AT,
    BIND_ITEM,   /* an item of the forEach that is `step` */
    BIND_INDEX,  /* its index */
    BIND_ENV,    /* env.N: name */
    BIND_SECRET, /* secrets.N: name */
    /* Of what starts the workflow, in its trigger only: see expr_trigger.c. */
    BIND_REQUEST_BODY,
    BIND_REQUEST_HEADER, /* request.headers.N: name */
    BIND_REQUEST_QUERY,  /* request.query.N: name */
    BIND_EVENT_TYPE,
    BIND_EVENT_SOURCE,
    BIND_EVENT_DATA,
    BIND_WATCH_PATH,
    BIND_WATCH_PATHS
};

struct binding {
    enum binding_kind kind : 8;
    /* By flow.c: the value may be unset where it is read, so that the type is optional
     * here although the declaration's is not (read under ?? or in an optional place). */
    bool may_be_unset;
    const struct step *step;
    const struct type_field *field;
    struct str name; /* of the variable or secret */
};

struct expr {
    enum expr_kind kind : 8;
    enum expr_op op : 8;
    bool is_parenthesized;
    bool is_guarded; /* stands left of `??`: it may be unset */
    struct span span;
    struct span name_span; /* of `text` in EXPR_FIELD and EXPR_CALL */
    struct str text;       /* name, field, function, or the text of EXPR_TEXT */
    union {                /* of EXPR_INTEGER, EXPR_NUMBER, EXPR_BOOLEAN */
        int64_t integer;
        double number;
        bool boolean;
    };
    struct expr *left, *right;
    struct expr **args;
    size_t arg_count;
    const struct type *type; /* by expr_check; never NULL after it */
    struct binding binding;
};

/* A scalar's value. part_count 1 and no text around: `is_lone`, an expression with its own
 * type. No expression in it at all: a literal. */
struct template_part {
    struct expr *expr; /* NULL: literal text */
    struct str text;
    struct span span; /* of an expression: from `{{` to `}}` */
};

struct template
{
    const struct node *node;
    struct template_part *parts;
    size_t part_count;
    bool is_lone;
    bool is_literal;
    bool is_constant_reported; /* by graph.c, 0302: no 0606 is wanted */
};

/* Splits and parses a scalar; `{{ "{{" }}` is a brace pair. Never NULL. */
struct template *template_parse(struct arena *arena, const struct node *scalar,
                                struct diags *diags);

/* What is known where an expression stands. */
struct scope {
    struct arena *arena;
    struct diags *diags;
    struct workflow *workflow;
    const struct step
        *step; /* whose input or route it is; NULL: the workflow's outputs */
    const struct trigger
        *trigger;      /* whose `from`, `filter` or `value` it is, or NULL */
    bool is_after;     /* in a route: the step's own outputs are there */
    bool is_recovered; /* its success has wiped out the failure that led to it */
};

/* Types and binds an expression, reports what is wrong with it; returns its type (poison
 * when broken). Whether outputs are assigned is for flow.c. */
const struct type *expr_check(const struct scope *scope, struct expr *expr);

/* The same for a scalar that decides: a lone boolean expression, or `true` or `false`.
 * 0606, 0404; false: it can't decide anything, 0505 or 0602. */
bool condition_check(const struct scope *scope, struct template *condition);

/* Whether a checked condition has the same value always, and which. */
bool condition_is_constant(const struct template *condition, bool *value);

/* The same for a scalar: a lone expression's type, else text (a literal has the type that
 * its YAML scalar has: null, boolean, integer, number, string). */
const struct type *template_check(const struct scope *scope, struct template *value);

/* Whether a text literal that meets an enum is one of its values; else 0508. True for any
 * other expression or type. */
bool enum_literal_check(const struct scope *scope, const struct expr *literal,
                        const struct type *type);

/* The expression of a lone one, else NULL. */
struct expr *template_lone(const struct template *value);

/* Reports a value that may be unset in a place that needs one (absent: any): 0206 where a
 * trigger lacks the parameter, else 0404. */
void expr_report_unset(const struct scope *scope, const struct expr *expr,
                       struct str place);

/* Calls `visit` for each node with a binding, in source order. */
void expr_each_binding(struct expr *expr,
                       void (*visit)(struct expr *bound, void *context), void *context);
void template_each_binding(struct template *value,
                           void (*visit)(struct expr *bound, void *context),
                           void *context);

#endif
