/* definition_parts.h: what the pictures of a definition share. */
#ifndef KAD_DEFINITION_PARTS_H
#define KAD_DEFINITION_PARTS_H

#include "definition.h"

enum { LABEL_MAX = 56 }; /* bytes of a route's label; longer ones are cut */

const char *definition_text(const json_t *object, const char *key);

/* "success", or "success, `x > 0`". */
void definition_route_label(const json_t *route, char *label, size_t size);
/* "in parallel, until all have ended well" */
void definition_block_label(const json_t *step, FILE *out);

/* The branches of a step: {"name"?, "when"?, "steps"}; a forEach has one. */
size_t definition_branch_count(const json_t *step);
const json_t *definition_branch(const json_t *step, size_t i);

void definition_draw_text(const json_t *definition, FILE *out);
void definition_draw_dot(const json_t *definition, FILE *out);
void definition_draw_mermaid(const json_t *definition, FILE *out);

#endif
