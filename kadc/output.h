/* output.h: generated files on disk. */
#ifndef KADC_OUTPUT_H
#define KADC_OUTPUT_H

#include <stdbool.h>

#include "base/arena.h"
#include "emit.h"

/* Writes FOLDER/NAME, and makes its folders. A file that has this content already is not
 * touched, so that builds stay incremental; another is replaced at once. false: errno. */
bool output_write(struct arena *arena, const char *folder, const char *name,
                  const struct emit_parts *text);

#endif
