/* cron.c: see cron.h; the reader is cron_parse.c.
 *
 * No minute is tried: the days of a month are one set of bits, made of the fields for days,
 * and what is wanted of a set is its lowest bit, or the least distance of two. The calendar
 * repeats after 400 years, to the day of the week. */
#include "base/cron.h"

#include "base/calendar.h"

/* ---- The calendar --------------------------------------------------------------------- */

enum {
    MINUTES_OF_HOUR = 60,
    MONTHS = 12,
    WEEK = 7,
    FEBRUARY = 2,
    EPOCH_WEEKDAY = 4 /* 1970-01-01 was a Thursday */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static unsigned floor_mod(int64_t a, int64_t b)
{
    return (unsigned)(a - floor_div(a, b) * b);
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned month_len(int64_t year, unsigned month)
{
    static const unsigned char lens[] = {31, 28, 31, 30, 31, 30,
                                         31, 31, 30, 31, 30, 31};

    return lens[month - 1] + (month == FEBRUARY && is_leap(year) ? 1U : 0U);
}

static int64_t day_number(int64_t year, unsigned month, unsigned day)
{
    return date_to_days((struct date){year, month, day});
}

struct civil civil_of(int64_t wall_minute)
{
    const unsigned of_day = floor_mod(wall_minute, MINUTES_OF_DAY);
    const int64_t day = floor_div(wall_minute, MINUTES_OF_DAY);
    const struct date date = date_of_days(day);

    return (struct civil){
        .year = date.year,
        .month = (unsigned)date.month,
        .day = (unsigned)date.day,
        .hour = of_day / MINUTES_OF_HOUR,
        .minute = of_day % MINUTES_OF_HOUR,
        .weekday = floor_mod(day + EPOCH_WEEKDAY, WEEK),
    };
}

int64_t civil_minute(const struct civil *civil)
{
    return day_number(civil->year, civil->month, civil->day) * MINUTES_OF_DAY +
           civil->hour * MINUTES_OF_HOUR + civil->minute;
}

/* ---- Sets ----------------------------------------------------------------------------- */

static unsigned lowest(uint64_t set)
{
    return (unsigned)__builtin_ctzll(set);
}

static unsigned highest(uint64_t set)
{
    return 63U - (unsigned)__builtin_clzll(set);
}

static bool has(uint64_t set, unsigned value)
{
    return set >> value & 1;
}

/* Those from `value` on. */
static uint64_t from(uint64_t set, unsigned value)
{
    return value > 63 ? 0 : set >> value << value;
}

/* The least distance of two members; 0: there are none. */
static unsigned least_distance(uint64_t set)
{
    for (unsigned distance = 1; set >> 1 >> (distance - 1); distance++)
        if (set & set >> distance)
            return distance;
    return 0;
}

/* The days of a month that it fires on. */
static uint64_t days_of(const struct cron *cron, int64_t year, unsigned month)
{
    const uint64_t every_week =
        1 | 1 << WEEK | 1 << 2 * WEEK | 1 << 3 * WEEK | UINT64_C(1) << 4 * WEEK;
    const uint64_t month_days = (UINT64_C(2) << month_len(year, month)) - 2;
    const unsigned first = floor_mod(day_number(year, month, 1) + EPOCH_WEEKDAY, WEEK);
    const uint64_t week = (cron->weekdays >> first | cron->weekdays << (WEEK - first)) &
                          ((1 << WEEK) - 1);
    const uint64_t by_week = week * every_week << 1;

    if (!has(cron->months, month))
        return 0;
    return month_days &
           (cron->has_either_day ? cron->days | by_week : cron->days & by_week);
}

/* ---- The next time -------------------------------------------------------------------- */

/* A day by its number meets each day of the week in the 400 years, the 29th of February
 * too: so the day of the week never prevents it for good. */
bool cron_can_fire(const struct cron *cron)
{
    for (unsigned month = 1; month <= MONTHS; month++)
        if (has(cron->months, month) &&
            (cron->has_either_day ||
             cron->days & ((UINT64_C(2) << month_len(2000, month)) - 2)))
            return true;
    return false;
}

static unsigned first_time(const struct cron *cron)
{
    return lowest(cron->hours) * MINUTES_OF_HOUR + lowest(cron->minutes);
}

/* The first time of the day from a minute of it on; false: none, and nothing is set. */
static bool time_from(const struct cron *cron, unsigned minute_of_day, unsigned *found)
{
    const unsigned hour = minute_of_day / MINUTES_OF_HOUR;
    const uint64_t minutes = from(cron->minutes, minute_of_day % MINUTES_OF_HOUR);
    const uint64_t later_hours = from(cron->hours, hour + 1);

    if (has(cron->hours, hour) && minutes)
        *found = hour * MINUTES_OF_HOUR + lowest(minutes);
    else if (later_hours)
        *found = lowest(later_hours) * MINUTES_OF_HOUR + lowest(cron->minutes);
    else
        return false;
    return true;
}

/* The first day that it fires on, from a day on. It does fire. */
static int64_t day_from(const struct cron *cron, int64_t number)
{
    const struct date date = date_of_days(number);
    int64_t year = date.year;
    unsigned month = (unsigned)date.month, day = (unsigned)date.day;
    uint64_t days;

    while (!(days = from(days_of(cron, year, month), day))) {
        day = 1;
        year += month == MONTHS;
        month = month % MONTHS + 1;
    }
    return day_number(year, month, lowest(days));
}

bool cron_next(const struct cron *cron, int64_t after, int64_t *next)
{
    const int64_t day = floor_div(after + 1, MINUTES_OF_DAY);
    unsigned minute_of_day;
    int64_t fires;

    if (!cron_can_fire(cron))
        return false;
    minute_of_day = first_time(cron);
    fires = day_from(cron, day);
    if (fires == day &&
        !time_from(cron, floor_mod(after + 1, MINUTES_OF_DAY), &minute_of_day))
        fires = day_from(cron, day + 1);
    *next = fires * MINUTES_OF_DAY + minute_of_day;
    return true;
}

/* ---- The least gap -------------------------------------------------------------------- */

/* Within a day; 0: it has one time only. */
static unsigned gap_of_day(const struct cron *cron)
{
    const unsigned hours = least_distance(cron->hours);
    const unsigned within = least_distance(cron->minutes);
    const unsigned span = highest(cron->minutes) - lowest(cron->minutes);
    const unsigned across = hours * MINUTES_OF_HOUR - (hours ? span : 0);

    if (!within || !across)
        return within + across;
    return within < across ? within : across;
}

/* Days that a month fires on, as they are walked through. */
struct walk {
    int64_t first, last; /* numbers of days; -1: none yet */
    int64_t least;
};

static void walk_month(struct walk *walk, int64_t month_start, uint64_t days)
{
    const unsigned inside = least_distance(days);

    if (walk->first < 0)
        walk->first = month_start + lowest(days);
    else if (month_start + lowest(days) - walk->last < walk->least)
        walk->least = month_start + lowest(days) - walk->last;
    if (inside && inside < walk->least)
        walk->least = inside;
    walk->last = month_start + highest(days);
}

/* Between two days that follow each other. The last day of the 400 years is followed by the
 * first of the next. */
static int64_t gap_of_days(const struct cron *cron)
{
    const int64_t start = 2000;
    struct walk walk = {.first = -1, .least = CALENDAR_CYCLE_DAYS};
    int64_t around;

    for (int64_t i = 0; i < CALENDAR_CYCLE_YEARS * MONTHS && walk.least > 1; i++) {
        const int64_t year = start + i / MONTHS;
        const unsigned month = (unsigned)(i % MONTHS) + 1;
        const uint64_t days = days_of(cron, year, month);

        if (days)
            walk_month(&walk, day_number(year, month, 1) - 1, days);
    }
    around = walk.first + CALENDAR_CYCLE_DAYS - walk.last;
    return around < walk.least ? around : walk.least;
}

int64_t cron_gap_minutes(const struct cron *cron)
{
    const unsigned of_day = gap_of_day(cron);
    int64_t over_night;

    if (!cron_can_fire(cron))
        return 0;
    over_night = gap_of_days(cron) * MINUTES_OF_DAY + first_time(cron) -
                 (highest(cron->hours) * MINUTES_OF_HOUR + highest(cron->minutes));
    return of_day && of_day < over_night ? of_day : over_night;
}
