/* describe_parts.h: pieces of a definition. Private to describe*.c. */
#ifndef KADC_DESCRIBE_PARTS_H
#define KADC_DESCRIBE_PARTS_H

#include <jansson.h>

#include "describe.h"
#include "model.h"

json_t *describe_text_json(struct str text);
/* Nothing where the text is empty. */
void describe_set_text(json_t *object, const char *key, struct str text);
/* 3 rather than 3.0. */
json_t *describe_limit(double value);
/* YAML as JSON; `type` NULL: nothing is known, YAML's own types count. */
json_t *describe_node(const struct node *node, const struct type *type);
json_t *describe_schema(const struct type *type);

/* Steps [first, after), those inside of a block within it. */
json_t *describe_steps(struct arena *arena, const struct workflow *workflow,
                       size_t first, size_t after);

/* All that is said of a trigger. Expressions are their text. */
json_t *describe_trigger(const struct trigger *trigger);

#endif
