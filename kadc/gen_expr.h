/* gen_expr.h: expressions and values as C expressions.
 *
 *     gen_expr.c      names, fields, choices     gen_call.c    functions
 *     gen_operator.c  operators                  gen_value.c   templates, lists, maps
 *     gen_convert.c   one C type into another
 *
 * In: checked expressions, with what flow.c knows about unset values. Out: the flat
 * text of one C expression, for a function that has `struct kad_run *run` and the
 * frame. Where one struct has to become another, a static function goes to
 * gen->helpers, once. */
#ifndef KADC_GEN_EXPR_H
#define KADC_GEN_EXPR_H

#include "expr.h"
#include "gen.h"
#include "model.h"
#include "types.h"

/* The expression in its own type. */
struct str gen_expr(struct gen *gen, const struct expr *expr);

/* A condition, as a C condition. */
struct str gen_condition(struct gen *gen, const struct template *condition);
/* The same in front of `? B : C`. */
struct str gen_condition_of_choice(struct gen *gen, const struct template *condition);

/* A scalar, and any value, in the C type of `wanted`. */
struct str gen_template(struct gen *gen, const struct template *value,
                        const struct type *wanted);
struct str gen_value(struct gen *gen, const struct value *value,
                     const struct type *wanted);

/* Named values as one JSON object, if all are constants; else absent. */
struct str gen_json_constant(struct gen *gen, const struct input *fields, size_t count);

/* A scalar as text, whatever its type: an argument of a program. */
struct str gen_text(struct gen *gen, const struct template *value);

/* A constant of YAML, such as a default, in the C type of `wanted`. */
struct str gen_constant(struct gen *gen, const struct node *node,
                        const struct type *wanted);

#endif
