/* value_check.h: a value in a place that wants a type. */
#ifndef KADC_VALUE_CHECK_H
#define KADC_VALUE_CHECK_H

#include "model.h"

struct value_place {
    struct program *program;
    const struct scope *scope;
    struct str what;      /* "input `feature`": for notes */
    struct span declared; /* where the wanted type stands */
};

/* Types a value and all in it, and checks it against `wanted` (NULL: anything goes): 0404,
 * 0503, 0504, 0508, 0510, 0801 and, by template_check, groups 02, 05, 06. Sets type and
 * wanted of each part. */
void value_check(const struct value_place *place, struct value *value,
                 const struct type *wanted);

/* The same for a scalar that has been typed already, by template_check. */
bool scalar_fit_check(const struct value_place *place, struct template *scalar,
                      const struct type *type, const struct type *wanted);

/* The same for what becomes text: a scalar of any type; 0404, 0507. `what` as above. */
void text_value_check(const struct value_place *place, struct template *text);

#endif
