/* gen_c.h: pieces of C expressions. Private to gen_expr.c, gen_operator.c, gen_call.c,
 * gen_convert.c and gen_value.c. */
#ifndef KADC_GEN_C_H
#define KADC_GEN_C_H

#include "gen_expr.h"

/* How tight the outermost operator of a text binds. `!x` counts as a comparison,
 * because compilers warn of it beside one. */
enum c_level {
    C_CHOICE,
    C_OR,
    C_AND,
    C_COMPARISON,
    C_SUM,
    C_PRODUCT,
    C_PREFIX,
    C_POSTFIX
};

struct c_expr {
    const char *text; /* NULL: there is none */
    enum c_level level;
};

/* A value as C sees it. What may be unset has a guard, a condition under which
 * `value` (for objects: `pointer`) may be read. */
struct c_value {
    const struct type *type; /* not optional */
    struct c_expr value;     /* in the C type of `type` */
    struct c_expr pointer;   /* to an object or array, where there is one */
    struct c_expr guard;     /* absent: always set */
    struct c_expr whole;     /* in the C type of `type?`; absent: has to be made */
};

/* C types that differ in how they say "unset". */
enum c_shape {
    SHAPE_TEXT,   /* NULL */
    SHAPE_ARRAY,  /* .items NULL */
    SHAPE_JSON,   /* .text NULL */
    SHAPE_OBJECT, /* a pointer */
    SHAPE_INTEGER,
    SHAPE_NUMBER,
    SHAPE_BOOLEAN /* structs with .is_set */
};

enum c_shape c_shape(const struct type *type);

struct c_expr c_make(struct gen *gen, enum c_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The text, in parentheses if it binds looser than `level`. */
const char *c_at(struct gen *gen, struct c_expr expr, enum c_level level);

/* A value that is always set, and one of type `type` that the C expression holds. */
struct c_value c_set(const struct type *type, struct c_expr value);
struct c_value c_stored(struct gen *gen, const struct type *type, struct c_expr lvalue);
/* The same value under one more condition. */
struct c_value c_guarded(struct gen *gen, struct c_expr guard, struct c_value value);

/* Literals. */
struct c_expr c_integer(struct gen *gen, int64_t value);
struct c_expr c_number(struct gen *gen, double value);

/* Address of an object or array. */
const char *c_address(struct gen *gen, struct c_value value);

/* The value in the C type of `to` made required; unset where it was. */
struct c_value c_retyped(struct gen *gen, struct c_value value, const struct type *to);
/* In the C type of `to`, optional or not. */
struct c_expr c_convert(struct gen *gen, struct c_value value, const struct type *to);
/* In its own type, or that made optional. */
struct c_expr c_optional(struct gen *gen, struct c_value value);
/* As JSON, unset where the value is. */
struct c_expr c_json(struct gen *gen, struct c_value value);
/* As text, for interpolation. */
const char *c_text(struct gen *gen, struct c_value value);

/* The initializer of a value that is all zeros, no braces of inner structs left out. */
const char *c_zero(struct gen *gen, const struct type *type);

/* `(const T[]){a, b}, 2` or `KAD_TEXTS(a, b)`: what stands in the braces of an array, or
 * for two arguments. `items` is the text between the braces. */
const char *c_literal_array(struct gen *gen, const struct type *item, const char *items,
                            size_t count);

/* gen_operator.c */
struct c_value c_binary(struct gen *gen, const struct expr *expr); /* all but `??` */
struct c_value c_negate(struct gen *gen, const struct expr *expr);

struct c_expr c_not(struct gen *gen, struct c_expr operand);
/* condition ? yes : no */
struct c_expr c_select(struct gen *gen, struct c_expr condition, struct c_expr yes,
                       struct c_expr no);
struct c_expr c_condition(struct gen *gen, const struct expr *expr);
const struct type *c_optional_if(struct gen *gen, const struct type *type, bool is);
struct c_value c_node(struct gen *gen, const struct expr *expr);
/* A node where `wanted` stands: lists and choices take over its type. */
struct c_expr c_wanted(struct gen *gen, const struct expr *expr,
                       const struct type *wanted);
struct c_value c_call(struct gen *gen, const struct expr *expr);
struct c_value c_item(struct gen *gen, struct c_value array, const char *index);
struct c_expr c_contains(struct gen *gen, struct c_value holder, struct c_value item);

#endif
