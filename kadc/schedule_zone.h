/* schedule_zone.h: the zones of schedules, and what their clocks do to them: for schedules.c. */
#ifndef KADC_SCHEDULE_ZONE_H
#define KADC_SCHEDULE_ZONE_H

#include "base/zone.h"
#include "model.h"
#include "table.h"

/* How far ahead schedules are looked at. */
enum { SCHEDULE_YEARS = 10 };

/* A zone by its name; one that was not found, too. */
struct known_zone {
    enum zone_result result;
    struct str name; /* as in tzdata: the one that was meant */
    struct zone clocks;
};

/* Those that were asked for, each read once. */
struct zones {
    struct program *program;
    int64_t now_s; /* SOURCE_DATE_EPOCH, or else by the clock */
    struct table by_name;
    struct str *names; /* all that there are, once one was not found */
    struct names lower_names, lower_places; /* `europe/berlin`, `berlin` */
};

void zones_init(struct zones *zones, struct program *program);

/* The zone of a schedule; NULL: there is none of that name. 0705; a misspelt one with one near
 * candidate is taken as meant. `scalar`: of the name, or NULL. */
const struct known_zone *schedule_zone_find(struct zones *zones,
                                            const struct schedule *schedule,
                                            const struct node *scalar);

/* 0706. */
void schedule_zone_check(const struct zones *zones, const struct known_zone *zone,
                         const struct cron *cron, struct span span);

#endif
