/* describe_parts.h: pieces of a definition. Private to describe*.c. */
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
/* Its schema, with what the author says about it; whether a value must be given. */
void describe_field(struct json_out *out, struct str key,
                    const struct type_field *field);
bool describe_is_required(const struct type_field *field);

/* All that is said of a trigger. Expressions are their text. */
void describe_trigger(struct json_out *out, const struct trigger *trigger);

#endif
