/* scalar.h: where each byte of a scalar's value stands in the source. */
#ifndef KADC_SCALAR_H
#define KADC_SCALAR_H

#include "doc.h"

/* Finishes a scalar whose style, span and text (libyaml's value, borrowed) are set:
 * makes the text permanent, and sets its origins and, for a block scalar, where its
 * span ends. `parent_indent`: column of the innermost block collection around it, from
 * 0; -1: none. */
void scalar_locate(struct arena *arena, struct node *node, long parent_indent);

#endif
