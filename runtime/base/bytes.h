/* bytes.h: "512MiB" and bytes.
 *
 *     bytes = count unit          over zero; unit = B | kB MB GB TB | KiB MiB GiB TiB */
#ifndef KAD_BASE_BYTES_H
#define KAD_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* false: it is none, or more than 63 bits hold. */
bool bytes_parse(struct str text, int64_t *bytes);

/* In the largest unit that leaves a whole number, as bytes_parse reads it. In the arena. */
const char *bytes_text(struct arena *arena, int64_t bytes);

#endif
