/* describe.h: a workflow's definition as JSON; see definition.h for its form. */
#ifndef KADC_DESCRIBE_H
#define KADC_DESCRIBE_H

#include <jansson.h>

#include "base/arena.h"
#include "base/str.h"
#include "model.h"

/* A new reference. Only for a workflow without errors. */
json_t *describe_workflow(struct arena *arena, const struct workflow *workflow);

/* The same as compact text. */
struct str describe_text(struct arena *arena, const struct workflow *workflow);

/* A constant of YAML as JSON text, in the sense of its type. */
struct str describe_constant(struct arena *arena, const struct node *node,
                             const struct type *type);

/* A duration in JSON Schema. */
#define DURATION_PATTERN "^([0-9]+(w|d|h|m|s|ms))+$"

#endif
