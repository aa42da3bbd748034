/* moment.h: "2026-12-24T18:00:00+01:00" as Unix time.
 *
 *     moment = date "T" hour ":" minute [":" second ["." digit+]] zone
 *     date   = year "-" month "-" day       zone = "Z" | ("+" | "-") hour ":" minute
 *
 * ISO 8601 as RFC 3339 narrows it, but that seconds may be left out. Without a zone it would
 * be another moment on another machine. */
#ifndef KAD_BASE_MOMENT_H
#define KAD_BASE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* false: it is no moment from the year 1970 on. */
bool moment_parse(struct str text, int64_t *unix_ms);

#endif
