/* describe.h: a workflow's definition as JSON; see definition.h for its form. */
#ifndef KADC_DESCRIBE_H
#define KADC_DESCRIBE_H

#include <jansson.h>

#include "base/arena.h"
#include "base/str.h"
#include "json_out.h"
#include "model.h"

/* Compact text, in three parts: what stands before the steps; each step that is in no block,
 * with those inside of it; what stands behind. Only for a workflow without errors. */
void describe_begin(struct json_out *out, const struct workflow *workflow);
void describe_step(struct json_out *out, const struct workflow *workflow,
                   const struct step *step);
void describe_end(struct json_out *out, const struct workflow *workflow);

/* All of it as a tree; a new reference. */
json_t *describe_workflow(const struct workflow *workflow);

/* What the modules can do that there are, sorted: JSON text. Broken manifests are reported. */
struct str describe_modules(struct program *program);

/* A constant of YAML as JSON text, in the sense of its type. */
struct str describe_constant(struct arena *arena, const struct node *node,
                             const struct type *type);

/* A duration in JSON Schema. */
#define DURATION_PATTERN "^([0-9]+(w|d|h|m|s|ms))+$"

#endif
