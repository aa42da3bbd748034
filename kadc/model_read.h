/* model_read.h: what the files share that make models and manifests from YAML trees. */
#ifndef KADC_MODEL_READ_H
#define KADC_MODEL_READ_H

#include "keys.h"

/* ---- model_types.c ------------------------------------------------------------------- */

/* Key sets of a type, and of an entry {name, type, ...} of a list of fields. */
extern const struct key_set type_set, field_set;

/* A list of {name, type, ...}: `params`, `inputs`, `outputs`. `what`: "parameter". */
struct type_field *fields_read(struct reader *reader, const struct node *list,
                               const char *what, size_t *count);
const struct type *object_of_fields(struct arena *arena,
                                    const struct type_field *fields, size_t count);

/* `types:`; fills workflow->types and lets type names be found. */
void types_section_read(struct reader *reader, const struct node *map,
                        struct workflow *workflow);
/* 0212 for the types that nothing has named. After everything else was read. */
void types_report_unused(struct reader *reader);

/* ---- model_values.c ------------------------------------------------------------------ */

/* A scalar, or a list or map of values. Never NULL. */
struct value *value_read(struct reader *reader, const struct node *node);
/* A map from names to values; whether there are such inputs is for types_check.c. */
struct input *inputs_read(struct reader *reader, const struct node *map, size_t *count);

/* ---- model_routes.c ------------------------------------------------------------------ */

/* A target, {condition, then, else} or {switch, else}. Never NULL. */
struct route *route_read(struct reader *reader, const struct node *node);

/* ---- model_steps.c ------------------------------------------------------------------- */

void steps_read(struct reader *reader, const struct node *list,
                struct workflow *workflow);

/* Where the line `steps:` is missing, the steps have become entries of the list above: that
 * is reported (0105), and they get a section of their own. Else returns `root` itself. */
const struct node *steps_recover(struct reader *reader, const struct node *root);

#endif
