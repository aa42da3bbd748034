/* calendar.c: see calendar.h.
 *
 * A calendar that begins on the 1st of March of the year 0 has the leap day at the end of its
 * year; 400 of its years are always as long, and its months are 153 days in five. */
#include "base/calendar.h"

#include <stdbool.h>

enum {
    DAYS_OF_100_YEARS = 36524,
    DAYS_OF_4_YEARS = 1461,
    DAYS_OF_5_MONTHS = 153,
    DAYS_FROM_YEAR_0_TO_1970 = 719468, /* from its March */
    MONTHS_FROM_MARCH_TO_NEXT_YEAR = 10
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t date_to_days(struct date date)
{
    const bool is_next_year = date.month <= 2;
    const int64_t from_march = is_next_year ? date.month + 9 : date.month - 3;
    const int64_t years = date.year - is_next_year;
    const int64_t cycle = floor_div(years, CALENDAR_CYCLE_YEARS);
    const int64_t in_400 = years - cycle * CALENDAR_CYCLE_YEARS;

    return cycle * CALENDAR_CYCLE_DAYS + in_400 * 365 + in_400 / 4 - in_400 / 100 +
           (DAYS_OF_5_MONTHS * from_march + 2) / 5 + date.day - 1 -
           DAYS_FROM_YEAR_0_TO_1970;
}

struct date date_of_days(int64_t days)
{
    const int64_t all = days + DAYS_FROM_YEAR_0_TO_1970;
    const int64_t cycle = floor_div(all, CALENDAR_CYCLE_DAYS);
    const int64_t in_400 = all - cycle * CALENDAR_CYCLE_DAYS;
    /* Each fourth year has a day more, each hundredth has not. */
    const int64_t year =
        (in_400 - in_400 / (DAYS_OF_4_YEARS - 1) + in_400 / DAYS_OF_100_YEARS -
         in_400 / (CALENDAR_CYCLE_DAYS - 1)) /
        365;
    const int64_t in_year = in_400 - (365 * year + year / 4 - year / 100);
    const int64_t from_march = (5 * in_year + 2) / DAYS_OF_5_MONTHS;
    const bool is_next_year = from_march >= MONTHS_FROM_MARCH_TO_NEXT_YEAR;

    return (struct date){
        .year = year + cycle * CALENDAR_CYCLE_YEARS + is_next_year,
        .month = is_next_year ? from_march - 9 : from_march + 3,
        .day = in_year - (DAYS_OF_5_MONTHS * from_march + 2) / 5 + 1,
    };
}
