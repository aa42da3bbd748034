/* type_limits.h: what narrows a type beyond its kind: bounds, lengths, patterns, and the
 * literal values that have to keep them. */
#ifndef KADC_TYPE_LIMITS_H
#define KADC_TYPE_LIMITS_H

#include "keys.h"

/* The values of `min`, `max`, `minLength`, `maxLength`, `pattern`; NULL: not given. */
struct limit_nodes {
    const struct node *min, *max, *min_len, *max_len, *pattern;
};

/* Reads them into the type: 0106, 0114, 0802 for what can't be one. */
void limits_read(struct reader *reader, const struct limit_nodes *nodes,
                 struct type *type);

/* Why a text or number is outside the limits of a type, or absent; `text`: as it was
 * written. A long double holds any 64-bit integer. */
struct str text_limits_fault(struct arena *arena, const struct type *type,
                             struct str text);
struct str number_limits_fault(struct arena *arena, const struct type *type,
                               long double number, struct str text);

/* What is wrong with a literal as a value of a type; `code` 0: nothing. */
struct literal_fault {
    unsigned code; /* an enum diag_code: 0404, 0503, 0504, 0508, 0510, 0801 */
    struct str message;
    const struct node *node;
};

/* A scalar that has no expression in it, or that is in a default. */
struct literal_fault literal_check(struct arena *arena, const struct node *scalar,
                                   const struct type *type);

/* The number of items of a list literal, against minLength and maxLength. */
struct literal_fault literal_count_check(struct arena *arena, const struct node *list,
                                         const struct type *type);

/* Helps for a fault that was reported: quotes, nearest values. */
void literal_help(struct diags *diags, const struct literal_fault *fault,
                  const struct type *type);

/* What was meant by a text that an enum does not have, or what there is to choose from. */
void enum_help(struct diags *diags, struct span span, struct str text,
               const struct type *type);

/* Whether a default fits its own type, at any depth; else 0511. */
bool default_check(struct reader *reader, const struct node *value,
                   const struct type *type);

#endif
