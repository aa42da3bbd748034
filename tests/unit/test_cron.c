/* test_cron.c: schedules: what they say, what is wrong with them, and when they fire, against
 * known dates and against a walk through all minutes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cron.h"

static struct cron cron_of(struct arena *arena, const char *text)
{
    struct cron cron;
    struct cron_faults faults;

    cr_assert(cron_parse(arena, str_of(text), &cron, &faults), "%s: %s", text,
              faults.items[0].message);
    return cron;
}

static int64_t minute_of(const char *text)
{
    struct civil civil = {0};
    int year;

    cr_assert_eq(sscanf(text, "%d-%u-%u %u:%u", &year, &civil.month, &civil.day,
                        &civil.hour, &civil.minute),
                 5);
    civil.year = year;
    return civil_minute(&civil);
}

static const char *text_of(struct arena *arena, int64_t minute)
{
    const struct civil civil = civil_of(minute);

    return arena_printf(arena, "%d-%02u-%02u %02u:%02u", (int)civil.year, civil.month,
                        civil.day, civil.hour, civil.minute);
}

/* The times that follow `after`, one behind the other, are the expected ones. */
static void expect_times(const char *text, const char *after, const char *expected)
{
    struct arena arena = {0};
    const struct cron cron = cron_of(&arena, text);
    int64_t at = minute_of(after);
    size_t len = strlen("2026-01-01 00:00");

    for (const char *p = expected; *p; p += len + (p[len] != '\0')) {
        cr_assert(cron_next(&cron, at, &at));
        cr_expect(strncmp(text_of(&arena, at), p, len) == 0, "%s: %s, not %s", text,
                  text_of(&arena, at), p);
    }
    arena_release(&arena);
}

/* ---- What is right -------------------------------------------------------------------- */

static void expect_sets(const char *text, uint64_t minutes, uint32_t hours,
                        uint32_t days, uint32_t months, uint32_t weekdays)
{
    struct arena arena = {0};
    const struct cron cron = cron_of(&arena, text);

    cr_expect_eq(cron.minutes, minutes, "%s", text);
    cr_expect_eq(cron.hours, hours, "%s", text);
    cr_expect_eq(cron.days, days, "%s", text);
    cr_expect_eq(cron.months, months, "%s", text);
    cr_expect_eq(cron.weekdays, weekdays, "%s", text);
    arena_release(&arena);
}

enum { ALL_HOURS = 0xffffff, ALL_MONTHS = 0x1ffe, ALL_WEEKDAYS = 0x7f };
static const uint64_t all_minutes = (UINT64_C(1) << 60) - 1;
static const uint32_t all_days = 0xfffffffe;

Test(cron, takes_stars_lists_ranges_and_steps)
{
    expect_sets("* * * * *", all_minutes, ALL_HOURS, all_days, ALL_MONTHS,
                ALL_WEEKDAYS);
    expect_sets("0 0 1 1 0", 1, 1, 1 << 1, 1 << 1, 1);
    expect_sets("*/20 1-10/3 1,15,31 2-3 1-5", 1 | 1 << 20 | UINT64_C(1) << 40,
                1 << 1 | 1 << 4 | 1 << 7 | 1 << 10, 1U << 1 | 1U << 15 | 1U << 31,
                1 << 2 | 1 << 3, 0x3e);
    expect_sets("1,2-4,8-12/2,59 05 * * *",
                0x1e | 1 << 8 | 1 << 10 | 1 << 12 | UINT64_C(1) << 59, 1 << 5, all_days,
                ALL_MONTHS, ALL_WEEKDAYS);
    expect_sets(" 0\t0 *  * *\n", 1, 1, all_days, ALL_MONTHS, ALL_WEEKDAYS);
}

Test(cron, takes_names_in_any_case)
{
    expect_sets("0 0 * JAN,mar-May Sun", 1, 1, all_days,
                1 << 1 | 1 << 3 | 1 << 4 | 1 << 5, 1);
    expect_sets("0 0 * DEC MON-FRI/2", 1, 1, all_days, 1 << 12, 0x2a);
}

Test(cron, has_two_numbers_for_sunday)
{
    expect_sets("0 0 * * 7", 1, 1, all_days, ALL_MONTHS, 1);
    expect_sets("0 0 * * 5-7", 1, 1, all_days, ALL_MONTHS, 0x61);
    expect_sets("0 0 * * FRI-SUN", 1, 1, all_days, ALL_MONTHS, 0x61);
    expect_sets("0 0 * * 0-7", 1, 1, all_days, ALL_MONTHS, ALL_WEEKDAYS);
    expect_sets("0 0 * * */7", 1, 1, all_days, ALL_MONTHS, 1);
}

Test(cron, takes_words)
{
    expect_sets("@hourly", 1, ALL_HOURS, all_days, ALL_MONTHS, ALL_WEEKDAYS);
    expect_sets("@daily", 1, 1, all_days, ALL_MONTHS, ALL_WEEKDAYS);
    expect_sets("@midnight", 1, 1, all_days, ALL_MONTHS, ALL_WEEKDAYS);
    expect_sets("@weekly", 1, 1, all_days, ALL_MONTHS, 1);
    expect_sets("@monthly", 1, 1, 1 << 1, ALL_MONTHS, ALL_WEEKDAYS);
    expect_sets("@yearly", 1, 1, 1 << 1, 1 << 1, ALL_WEEKDAYS);
    expect_sets(" @annually ", 1, 1, 1 << 1, 1 << 1, ALL_WEEKDAYS);
}

/* ---- What is wrong -------------------------------------------------------------------- */

/* "OFFSET+LEN: MESSAGE", of all faults. */
static void expect_faults(const char *text, const char *expected)
{
    struct arena arena = {0};
    struct cron cron;
    struct cron_faults faults;
    const char *found = "";

    cr_assert_not(cron_parse(&arena, str_of(text), &cron, &faults), "%s", text);
    for (size_t i = 0; i < faults.count; i++)
        found = arena_printf(&arena, "%s%s%zu+%zu: %s", found, i ? "; " : "",
                             faults.items[i].place.offset, faults.items[i].place.len,
                             faults.items[i].message);
    cr_expect_str_eq(found, expected, "%s: %s", text, found);
    arena_release(&arena);
}

static const char *instead(struct arena *arena, const char *text)
{
    struct cron cron;
    struct cron_faults faults;

    cr_assert_not(cron_parse(arena, str_of(text), &cron, &faults), "%s", text);
    return faults.items[0].instead ? faults.items[0].instead : "";
}

Test(cron, says_which_value_is_out_of_its_field)
{
    expect_faults("60 * * * *", "0+2: `60` is no minute");
    expect_faults("0 24 * * *", "2+2: `24` is no hour");
    expect_faults("0 0 0 * *", "4+1: `0` is no day of a month");
    expect_faults("0 0 1,32 * *", "6+2: `32` is no day of a month");
    expect_faults("0 0 * 13 *", "6+2: `13` is no month");
    expect_faults("0 0 * * 1-8", "10+1: `8` is no day of the week");
    expect_faults("0 99999999999999999999 * * *",
                  "2+20: `99999999999999999999` is no hour");
    expect_faults("60 24 * * 9", "0+2: `60` is no minute; 3+2: `24` is no hour; "
                                 "10+1: `9` is no day of the week");
}

Test(cron, says_where_something_is_missing_or_too_much)
{
    expect_faults("1,,2 * * * *", "2+1: the minute is missing here");
    expect_faults("1, * * * *", "1+1: the minute is missing here");
    expect_faults(",1 * * * *", "0+1: the minute is missing here");
    expect_faults("* 1- * * *", "3+1: the hour is missing here");
    expect_faults("* -5 * * *", "2+1: the hour is missing here");
    expect_faults("/5 * * * *", "0+1: the minute is missing here");
    expect_faults("*/ * * * *", "1+1: `/` lacks its step");
    expect_faults("*/0 * * * *", "2+1: `0` is no step");
    expect_faults("*/x * * * *", "2+1: `x` is no step");
    expect_faults("1-5-9 * * * *", "3+1: `-` is not expected here");
    expect_faults("*/5/2 * * * *", "3+1: `/` is not expected here");
    expect_faults("*5 * * * *", "0+2: `*5` is no item of a list");
    expect_faults("5x * * * *", "0+2: `5x` is no minute");
    expect_faults("1.5 * * * *", "0+3: `1.5` is no minute");
}

Test(cron, counts_the_fields)
{
    expect_faults("", "0+0: the schedule is empty");
    expect_faults(" \t ", "0+0: the schedule is empty");
    expect_faults("* * *", "0+5: a schedule has 5 fields, this one has 3");
    expect_faults(" 0 0 12 ? * MON ", "1+14: a schedule has 5 fields, this one has 6");
    expect_faults("0 0 12 * * ? 2030", "0+17: a schedule has 5 fields, this one has 7");
    expect_faults("@daily 5", "7+1: `5` is not expected here");
}

Test(cron, knows_what_other_crons_have)
{
    expect_faults("0 0 L * *", "4+1: `L` has no meaning here");
    expect_faults("0 0 15W * *", "4+3: `15W` has no meaning here");
    expect_faults("0 0 * * 5#2", "8+3: `5#2` has no meaning here");
    expect_faults("0 0 * * 5L", "8+2: `5L` has no meaning here");
    expect_faults("0 0 ? * 1", "4+1: `?` has no meaning here");
    expect_faults("H 0 * * 1", "0+1: `H` has no meaning here");
    expect_faults("@reboot", "0+7: `@reboot` is no time");
    expect_faults("@every 5m", "0+6: `@every` is not known");
    expect_faults("@dayly", "0+6: `@dayly` is not known");
}

Test(cron, knows_what_was_meant)
{
    struct arena arena = {0};

    cr_expect_str_eq(instead(&arena, "0 0 ? * 1"), "*");
    cr_expect_str_eq(instead(&arena, "0 0 * * monday"), "MON");
    cr_expect_str_eq(instead(&arena, "0 0 * Sept *"), "SEP");
    cr_expect_str_eq(instead(&arena, "5/15 * * * *"), "5-59/15");
    cr_expect_str_eq(instead(&arena, "0 0 * * TUE/2"), "TUE-SAT/2");
    cr_expect_str_eq(instead(&arena, "59/5 * * * *"), "");
    cr_expect_str_eq(instead(&arena, "0 22-2 * * *"), "22-23,0-2");
    cr_expect_str_eq(instead(&arena, "0 22-2/2 * * *"), "");
    cr_expect_str_eq(instead(&arena, "0 0 * * SAT-MON"), "SAT-SAT,SUN-MON");
    cr_expect_str_eq(instead(&arena, "0 0 * * 7-2"), "0-2");
    arena_release(&arena);
}

Test(cron, refuses_a_step_that_never_comes_round)
{
    struct arena arena = {0};

    expect_faults("*/90 * * * *", "2+2: `90` is a longer step than there are minutes");
    expect_faults("0 */36 * * *", "4+2: `36` is a longer step than there are hours");
    cr_expect_eq(cron_of(&arena, "*/60 * * * *").minutes, 1);
    cr_expect_eq(cron_of(&arena, "0 */24 * * *").hours, 1);
    arena_release(&arena);
}

/* ---- Times ---------------------------------------------------------------------------- */

Test(civil, is_the_calendar)
{
    cr_expect_eq(minute_of("1970-01-01 00:00"), 0);
    cr_expect_eq(minute_of("2026-11-24 21:46"), 1795556760 / 60);
    cr_expect_eq(civil_of(minute_of("2000-02-29 12:00")).weekday, 2);
    cr_expect_eq(civil_of(minute_of("2024-02-29 00:00")).weekday, 4);
    cr_expect_eq(civil_of(minute_of("2100-03-01 00:00")).weekday, 1);
    for (int64_t day = -800000; day < 800000; day++) {
        const struct civil civil = civil_of(day * MINUTES_OF_DAY);

        cr_assert_eq(civil_minute(&civil), day * MINUTES_OF_DAY, "day %d", (int)day);
        cr_assert_leq(civil.day, 31);
    }
}

Test(cron, fires_at_the_next_time)
{
    expect_times("30 4 * * *", "2026-12-31 04:30", "2027-01-01 04:30");
    expect_times("30 4 * * *", "2026-12-31 04:29", "2026-12-31 04:30");
    expect_times("*/15 9-10 * * *", "2026-03-01 10:30",
                 "2026-03-01 10:45,2026-03-02 09:00");
    expect_times("0 9 * * MON-FRI", "2026-11-27 09:00",
                 "2026-11-30 09:00,2026-12-01 09:00");
    expect_times("0 0 31 * *", "2026-01-31 00:00",
                 "2026-03-31 00:00,2026-05-31 00:00,2026-07-31 00:00,2026-08-31 00:00");
}

Test(cron, fires_on_the_29th_of_february_in_leap_years_only)
{
    expect_times("0 0 29 2 *", "2024-02-29 00:00", "2028-02-29 00:00");
    expect_times("0 0 29 2 *", "2096-02-29 00:00", "2104-02-29 00:00");
    expect_times("0 0 29 2 *", "1996-02-29 00:00", "2000-02-29 00:00");
}

Test(cron, takes_a_day_that_fits_either_field)
{
    /* The 13th, and all Fridays. */
    expect_times("0 0 13 * FRI", "2026-11-01 00:00",
                 "2026-11-06 00:00,2026-11-13 00:00,2026-11-20 00:00,2026-11-27 00:00,"
                 "2026-12-04 00:00,2026-12-11 00:00,2026-12-13 00:00");
}

Test(cron, takes_a_day_that_fits_both_fields_where_one_has_a_star)
{
    /* Mondays with an odd number, and the first Sunday. */
    expect_times("0 0 */2 * MON", "2026-11-01 00:00",
                 "2026-11-09 00:00,2026-11-23 00:00");
    expect_times("0 0 1-7 * */7", "2026-11-01 00:00",
                 "2026-12-06 00:00,2027-01-03 00:00");
}

Test(cron, knows_that_it_never_fires)
{
    static const char *const never[] = {"0 0 30 2 *", "0 0 31 2,4,6,9,11 *",
                                        "0 0 30,31 FEB *", "0 0 31 4 */2"};
    static const char *const sometimes[] = {"0 0 29 2 *", "0 0 31 4 MON", "0 0 30 2 0",
                                            "0 0 31 1,2 *", "0 0 29 2 */6"};
    struct arena arena = {0};
    int64_t next;

    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        const struct cron cron = cron_of(&arena, never[i]);

        cr_expect_not(cron_can_fire(&cron), "%s", never[i]);
        cr_expect_not(cron_next(&cron, 0, &next), "%s", never[i]);
        cr_expect_eq(cron_gap_minutes(&cron), 0, "%s", never[i]);
    }
    for (size_t i = 0; i < sizeof(sometimes) / sizeof(sometimes[0]); i++) {
        const struct cron cron = cron_of(&arena, sometimes[i]);

        cr_expect(cron_next(&cron, 0, &next), "%s", sometimes[i]);
    }
    arena_release(&arena);
}

/* A 29th of February falls on each day of the week. */
Test(cron, fires_on_each_day_of_the_year_and_the_week)
{
    struct arena arena = {0};

    for (unsigned weekday = 0; weekday < 7; weekday++) {
        struct cron cron = cron_of(&arena, "0 0 29 2 *");
        struct civil civil;
        int64_t next;

        cron.weekdays = 1U << weekday;
        cr_assert(cron_next(&cron, 0, &next));
        civil = civil_of(next);
        cr_expect_eq(civil.weekday, weekday);
        cr_expect_eq(civil.day, 29);
        cr_expect_eq(civil.month, 2);
    }
    arena_release(&arena);
}

static int64_t gap(const char *text)
{
    struct arena arena = {0};
    const struct cron cron = cron_of(&arena, text);
    const int64_t minutes = cron_gap_minutes(&cron);

    arena_release(&arena);
    return minutes;
}

Test(cron, knows_its_smallest_gap)
{
    cr_expect_eq(gap("* * * * *"), 1);
    cr_expect_eq(gap("*/5 * * * *"), 5);
    cr_expect_eq(gap("*/7 * * * *"), 4); /* :56, :00 */
    cr_expect_eq(gap("0,59 * * * *"), 1);
    cr_expect_eq(gap("0,58 4 * * *"), 58);
    cr_expect_eq(gap("0,59 3,5 * * *"), 59);
    cr_expect_eq(gap("0 * * * *"), 60);
    cr_expect_eq(gap("0 0 * * *"), MINUTES_OF_DAY);
    cr_expect_eq(gap("0,59 0,23 * * *"), 1); /* midnight */
    cr_expect_eq(gap("0,59 0,23 * * MON"), 59);
    cr_expect_eq(gap("0 0 * * MON"), 7 * MINUTES_OF_DAY);
    cr_expect_eq(gap("0 0 1 * *"), 28 * MINUTES_OF_DAY);
    cr_expect_eq(gap("0 0 31 * *"), 31 * MINUTES_OF_DAY); /* July, August */
    cr_expect_eq(gap("0 0 1,31 * *"), MINUTES_OF_DAY);
    cr_expect_eq(gap("0 0 1 1 *"), 365 * MINUTES_OF_DAY);
    cr_expect_eq(gap("0 0 29 2 *"), 1461 * MINUTES_OF_DAY);
    cr_expect_eq(gap("0 0 13 * FRI"), MINUTES_OF_DAY);
    cr_expect_eq(gap("0 0 29 2 */6"), 4382 * MINUTES_OF_DAY);
}

/* ---- Any schedule --------------------------------------------------------------------- */

static uint64_t random_state;

static unsigned random_below(unsigned limit)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(random_state >> 33) % limit;
}

/* A schedule as its author means it. */
struct meant {
    const char *text;
    uint64_t sets[CRON_FIELDS];
    bool has_star[CRON_FIELDS];
};

static const unsigned lows[] = {0, 0, 1, 1, 0}, highs[] = {59, 23, 31, 12, 7};

static const char *value_text(struct arena *arena, unsigned field, unsigned value)
{
    static const char months[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    static const char weekdays[] = "SunMonTueWedThuFriSat";

    if (field == CRON_MONTH && random_below(2))
        return arena_printf(arena, "%.3s", months + 3 * (value - 1));
    if (field == CRON_WEEKDAY && value < 7 && random_below(2))
        return arena_printf(arena, "%.3s", weekdays + 3 * value);
    return arena_printf(arena, "%u", value);
}

static const char *add_item(struct arena *arena, unsigned field, uint64_t *set)
{
    const unsigned low = lows[field], high = highs[field];
    unsigned first = low + random_below(high - low + 1);
    unsigned last = first + random_below(high - first + 1);
    unsigned step = 1 + random_below(random_below(2) ? 1 : high - low);
    const bool is_star = random_below(4) == 0;
    const char *text;

    if (is_star) {
        first = low;
        last = high;
        text = "*";
    } else if (random_below(2)) {
        last = first;
        step = 1;
        text = value_text(arena, field, first);
    } else {
        text = arena_printf(arena, "%s-%s", value_text(arena, field, first),
                            value_text(arena, field, last));
    }
    for (unsigned value = first; value <= last; value += step)
        *set |= UINT64_C(1) << (field == CRON_WEEKDAY ? value % 7 : value);
    return step == 1 ? text : arena_printf(arena, "%s/%u", text, step);
}

static struct meant any_schedule(struct arena *arena)
{
    struct meant meant = {.text = ""};

    for (unsigned field = 0; field < CRON_FIELDS; field++) {
        const char *text = "*";

        if (random_below(3) == 0)
            meant.sets[field] = ~UINT64_C(0);
        else
            text = add_item(arena, field, &meant.sets[field]);
        for (unsigned more = random_below(3); more > 0 && *text != '*'; more--)
            text = arena_printf(arena, "%s,%s", text,
                                add_item(arena, field, &meant.sets[field]));
        meant.has_star[field] = *text == '*';
        meant.text = arena_printf(arena, "%s%s%s", meant.text, field ? " " : "", text);
    }
    return meant;
}

static bool fires_on(const struct meant *meant, int64_t day)
{
    const time_t seconds = day * 24 * 3600;
    struct tm tm;
    bool fits, fits_week;

    gmtime_r(&seconds, &tm);
    fits = meant->sets[CRON_DAY] >> tm.tm_mday & 1;
    fits_week = meant->sets[CRON_WEEKDAY] >> tm.tm_wday & 1;
    if (!(meant->sets[CRON_MONTH] >> (tm.tm_mon + 1) & 1))
        return false;
    return meant->has_star[CRON_DAY] || meant->has_star[CRON_WEEKDAY]
               ? fits && fits_week
               : fits || fits_week;
}

/* Each minute of the day that it fires on is what follows the one before. */
static void walk_day(const struct cron *cron, const struct meant *meant, int64_t day,
                     int64_t *last)
{
    for (unsigned minute = 0; minute < MINUTES_OF_DAY; minute++) {
        int64_t next;

        if (!(meant->sets[CRON_HOUR] >> (minute / 60) & 1) ||
            !(meant->sets[CRON_MINUTE] >> (minute % 60) & 1))
            continue;
        cr_assert(cron_next(cron, *last, &next), "%s", meant->text);
        cr_assert_eq(next, day * MINUTES_OF_DAY + minute, "%s: %d, not %d", meant->text,
                     (int)next, (int)(day * MINUTES_OF_DAY + minute));
        *last = next;
    }
}

Test(cron, fires_as_a_walk_through_all_minutes_says)
{
    random_state = 20261124;
    for (int i = 0; i < 100; i++) {
        struct arena arena = {0};
        const struct meant meant = any_schedule(&arena);
        const struct cron cron = cron_of(&arena, meant.text);
        int64_t last = minute_of("2026-12-31 23:59");
        const int64_t end = last / MINUTES_OF_DAY + 3 * 366; /* over a leap day */

        for (int64_t day = last / MINUTES_OF_DAY + 1; day < end; day++)
            if (fires_on(&meant, day))
                walk_day(&cron, &meant, day, &last);
        arena_release(&arena);
    }
}

/* The gaps of all days of 400 years, and of the day that comes after them. */
static int64_t least_gap(const struct meant *meant)
{
    const int64_t days = 146097;
    int64_t least = 0;
    int64_t last = -1;

    for (int64_t day = 0; day < 2 * days; day++) {
        if (!fires_on(meant, day))
            continue;
        if (last >= 0 && (least == 0 || day - last < least))
            least = day - last;
        last = day;
    }
    return least;
}

Test(cron, has_the_gap_that_a_walk_through_all_days_says)
{
    random_state = 4;
    for (int i = 0; i < 20; i++) {
        struct arena arena = {0};
        struct meant meant = any_schedule(&arena);
        struct cron cron = cron_of(&arena, meant.text);

        cron.minutes = cron.hours = 1;
        cr_assert_eq(cron_gap_minutes(&cron), least_gap(&meant) * MINUTES_OF_DAY, "%s",
                     meant.text);
        arena_release(&arena);
    }
}
