/* expect.h: comments that say which findings are expected.
 *
 *     # kadc: expect(KAD0803) the mailer drops what it gets twice
 *
 * Behind something on its line, or alone above it, the comment is about that line; where a step
 * begins on the line, about the whole step. */
#ifndef KADC_EXPECT_H
#define KADC_EXPECT_H

#include "doc.h"

/* Gives the expectations of a file to the diags. 0116: no reason, a code that does not exist
 * or may not be silenced. */
void expect_read(struct arena *arena, const struct source *source,
                 const struct node *root, struct diags *diags);

#endif
