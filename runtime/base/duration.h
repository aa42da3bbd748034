/* duration.h: "30s", "1h30m" and milliseconds.
 *
 *     duration = (count unit)+          units fall: w d h m s ms; the sum is over zero */
#ifndef KAD_BASE_DURATION_H
#define KAD_BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* false: it is no duration, or more than 64 bits of milliseconds hold. */
bool duration_parse(struct str text, int64_t *duration_ms);

/* As duration_parse reads it; "0ms" for zero. In the arena. */
const char *duration_text(struct arena *arena, int64_t duration_ms);

#endif
