/* calendar.h: days as dates of the Gregorian calendar, in any year; no time zone's file is
 * read, as gmtime does: a short program would feel it. */
#ifndef KAD_BASE_CALENDAR_H
#define KAD_BASE_CALENDAR_H

#include <stdint.h>

/* After so many all repeats, weekdays, too. */
enum { CALENDAR_CYCLE_YEARS = 400, CALENDAR_CYCLE_DAYS = 146097 };

struct date {
    int64_t year;
    int64_t month, day; /* from 1 */
};

/* Days since 1970-01-01. Of no date at all it is some number. */
int64_t date_to_days(struct date date);
struct date date_of_days(int64_t days);

#endif
