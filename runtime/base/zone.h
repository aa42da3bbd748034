/* zone.h: what the clocks of a time zone show, by the zones that are installed (tzdata).
 *
 * A zone is read once, for some years, and is a plain table from then on: any thread may use
 * it. While zone_open reads, the whole process has that zone in TZ: call it where no other
 * thread reads the environment or the local time.
 *
 * Where clocks are put forward, the times between are not shown: nothing fires then. Where
 * they are put back, some times are shown twice: what fires then does so twice. */
#ifndef KAD_BASE_ZONE_H
#define KAD_BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cron.h"
#include "base/str.h"

/* The offset changes at a moment. */
struct zone_change {
    int64_t at_s;              /* Unix time */
    int64_t before_s, after_s; /* local time less UTC */
};

struct zone {
    int64_t offset_s;            /* before the first change */
    struct zone_change *changes; /* in their order */
    size_t count;
};

enum zone_result {
    ZONE_FOUND,
    ZONE_UNKNOWN,    /* there are others */
    ZONE_NO_DATABASE /* no zones are installed; only `UTC` is known */
};

/* `name` as in tzdata: "Europe/Berlin"; it may be any text. The table is right from `from_s`
 * to `until_s`, its memory the arena's. */
enum zone_result zone_open(struct arena *arena, struct str name, int64_t from_s,
                           int64_t until_s, struct zone *zone);

/* The folder of the zones: TZDIR, or the system's. */
const char *zone_folder(void);

/* All that are installed, in the order of their names. */
struct str *zone_names(struct arena *arena, size_t *count);

/* What the clock shows, in minutes as in cron.h. */
int64_t zone_wall_minute(const struct zone *zone, int64_t unix_s);

/* The first moment later than `after_s` at which the clock comes to a time of the schedule;
 * false: it never does. */
bool zone_next(const struct zone *zone, const struct cron *cron, int64_t after_s,
               int64_t *next_s);

#endif
