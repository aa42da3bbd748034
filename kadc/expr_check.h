/* expr_check.h: what the parts of the expression checker share. Private to expr_*.c. */
#ifndef KADC_EXPR_CHECK_H
#define KADC_EXPR_CHECK_H

#include "expr.h"

/* expr_bind.c: an EXPR_NAME that stands alone, and an EXPR_FIELD: roots, and fields of
 * values. Returns the type; the caller stores it. */
const struct type *bind_name(const struct scope *scope, struct expr *expr);
const struct type *bind_field(const struct scope *scope, struct expr *expr);

/* expr_trigger.c: what starts a workflow, which only the trigger of it sees. */
/* Whether a name is such a root; and whether it is that of the scope's trigger. */
bool is_trigger_root(struct str name);
bool is_own_trigger_root(const struct scope *scope, struct str name);
/* The root of the scope's trigger; absent: there is none. */
struct str own_trigger_root(const struct scope *scope);
/* 0216, of a root that means nothing here. */
void report_trigger_root(const struct scope *scope, const struct expr *name);
/* ROOT.FIELD, and ROOT.FIELD.NAME where that names the thing: *is_bound. */
const struct type *bind_trigger_field(const struct scope *scope, struct expr *expr,
                                      bool *is_bound);
/* Whether a path goes into JSON from outside, whose shape nobody can declare. */
bool is_received_json(const struct expr *path);

/* expr_step.c: whether a path is `steps.S`; `steps.S.MEMBER` (*is_outputs: it is
 * `steps.S.outputs`, and what follows names one); and such an output. */
bool is_step_path(const struct expr *expr);
const struct type *bind_step_member(const struct scope *scope, struct expr *expr,
                                    const struct step **step, bool *is_outputs);
const struct type *bind_output(const struct scope *scope, struct expr *expr,
                               const struct step *step);

/* For expr_step.c, of expr_bind.c: notes what an expression stands for, and returns `type`;
 * and the field that is meant by a misspelt name. */
const struct type *bind_to(struct expr *expr, enum binding_kind kind,
                           const struct step *step, const struct type_field *field,
                           const struct type *type);
const struct type_field *bind_suggest_field(const struct scope *scope,
                                            const struct expr *expr,
                                            const struct type *object);

/* For expr_trigger.c, of expr_bind.c: the one that is meant by a misspelt name, or an absent
 * name; and a path that stops too early, 0217. */
struct str bind_suggest(const struct scope *scope, const struct expr *expr,
                        struct names names);
const struct type *bind_incomplete(const struct scope *scope, const struct expr *expr,
                                   const char *missing);

/* expr_template.c, for expr_parse.c: is_literal and is_lone of a template whose parts are
 * known; and the template of a scalar that could not be read. */
void template_settle(struct template *value);
struct template *template_broken(struct arena *arena, const struct node *scalar);

/* expr_constant.c */
enum constant_kind {
    CONSTANT_NONE, /* not known before it runs */
    CONSTANT_OVERFLOW,
    CONSTANT_INTEGER,
    CONSTANT_NUMBER,
    CONSTANT_BOOLEAN,
    CONSTANT_TEXT
};

struct constant {
    enum constant_kind kind;
    int64_t integer;
    double number;
    bool boolean;
    struct str text;
};

struct constant expr_constant(const struct expr *expr);

/* expr_call.c: an EXPR_CALL. */
const struct type *call_check(const struct scope *scope, struct expr *call);

/* "expected EXPECTED, found <the expression's type>". */
void expr_report_type(const struct scope *scope, const struct expr *expr,
                      enum diag_code code, const char *expected);

/* `element` against the items of `holder`: 0506, 0508; `expr` is what is underlined. */
void expr_check_member(const struct scope *scope, const struct expr *expr,
                       const struct expr *element, const struct expr *holder);

/* expr_contradiction.c: 0607, of a typed expression. */
void expr_contradictions_check(const struct scope *scope, const struct expr *expr);

/* Reports 1301 where the C of a checked expression would be too large. */
void expr_size_check(const struct scope *scope, const struct expr *expr);

/* The text of an expression as its author wrote it, for messages. */
struct str expr_source(const struct expr *expr);

/* A value that must be set where it stands: 0404 if it may be unset. Returns the type
 * without "optional". */
const struct type *expr_require(const struct scope *scope, const struct expr *expr);

/* A condition's type: 0404, 0606; false: it is no boolean, 0505. */
bool expr_require_boolean(const struct scope *scope, const struct expr *expr);

#endif
