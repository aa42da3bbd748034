/* cron.h: when a schedule fires, by the clock on the wall: the five fields of crontab(5).
 *
 *     cron  = minute hour day-of-month month day-of-week | "@" word
 *     field = item ("," item)*
 *     item  = ("*" | value ["-" value]) ["/" step]    a step needs `*` or both ends
 *     value = number | the first three letters of a month or a day, in any case
 *
 * The rules are those of Vixie's cron, where POSIX leaves them open:
 *   (1) Days. If neither field of days begins with `*`, a day that fits either of them will
 *       do; else it has to fit both, and one that is `*` fits always.
 *   (2) Sunday is 0 and 7. A range of days may end with SUN.
 *   (3) A step counts from the start of its range, in each hour, day, month anew.
 *   (4) @hourly @daily @midnight @weekly @monthly @yearly @annually; not @reboot, which is
 *       no time.
 *
 * Here a time is a count of minutes since 1970-01-01 00:00 by the clock on the wall; which
 * moment that is, and whether it exists, depends on the zone: zone.h. */
#ifndef KAD_BASE_CRON_H
#define KAD_BASE_CRON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum cron_field {
    CRON_MINUTE,
    CRON_HOUR,
    CRON_DAY,
    CRON_MONTH,
    CRON_WEEKDAY,
    CRON_FIELDS
};

/* Bytes of the text. */
struct cron_place {
    size_t offset, len;
};

/* Sets of what each field names, a bit each; not one of them is empty. */
struct cron {
    uint64_t minutes;    /* bits 0 to 59 */
    uint32_t hours;      /* bits 0 to 23 */
    uint32_t days;       /* bits 1 to 31 */
    uint32_t months;     /* bits 1 to 12 */
    uint32_t weekdays;   /* bits 0 to 6, Sunday first */
    uint32_t lone_days;  /* those of `days` that stand by themselves, in no range */
    bool has_every_hour; /* its field begins with `*`, or has them all */
    bool has_either_day; /* rule (1): what fits one field of days will do */
    struct cron_place places[CRON_FIELDS]; /* of a word: the word */
};

/* ---- Reading -------------------------------------------------------------------------- */

/* What is wrong with one field, or with the whole. */
struct cron_fault {
    struct cron_place place;
    const char *message;     /* "`60` is not a minute" */
    const char *help;        /* or NULL */
    const char *instead;     /* what to write at the place; NULL: nobody knows */
    bool is_sure;            /* nothing else can be meant than `instead` */
    const struct str *names; /* what the place may have been meant to be */
    size_t name_count;
};

struct cron_faults {
    struct cron_fault items[CRON_FIELDS];
    size_t count;
};

/* false: there are faults, one of a field at most. Their texts are in the arena. */
bool cron_parse(struct arena *arena, struct str text, struct cron *cron,
                struct cron_faults *faults);

/* ---- Times ---------------------------------------------------------------------------- */

enum { MINUTES_OF_DAY = 24 * 60 };

struct civil {
    int64_t year;
    unsigned month, day; /* from 1 */
    unsigned hour, minute;
    unsigned weekday; /* Sunday: 0 */
};

struct civil civil_of(int64_t wall_minute);
int64_t civil_minute(const struct civil *civil); /* whatever the weekday says */

/* Whether there is any day that it fires on: exactly, by its sets. */
bool cron_can_fire(const struct cron *cron);

/* The first time later than `after`; false: it never fires. */
bool cron_next(const struct cron *cron, int64_t after, int64_t *next);

/* The fewest minutes between two times that follow each other, over all years; 0: it never
 * fires. */
int64_t cron_gap_minutes(const struct cron *cron);

#endif
