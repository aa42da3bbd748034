/* describe_parts.h: pieces of a definition. Private to describe.c and describe_step.c. */
#ifndef KADC_DESCRIBE_PARTS_H
#define KADC_DESCRIBE_PARTS_H

#include "json_out.h"
#include "model.h"

/* Nothing where the text is empty. */
void describe_set_text(struct json_out *out, struct str key, struct str text);
/* 3 rather than 3.0. */
void describe_limit(struct json_out *out, struct str key, double value);
/* YAML as JSON; `type` NULL: nothing is known, YAML's own types count. */
void describe_node(struct json_out *out, struct str key, const struct node *node,
                   const struct type *type);
void describe_schema(struct json_out *out, struct str key, const struct type *type);

#endif
