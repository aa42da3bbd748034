/* test_zone.c: what clocks show, by the zones that are installed. The dates are those of
 * changes that are long over, which no new edition of tzdata moves. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/zone.h"

static int64_t unix_of(const char *text)
{
    int64_t unix_ms;

    cr_assert(moment_parse(str_of(text), &unix_ms), "%s", text);
    return unix_ms / 1000;
}

static struct zone zone_of(struct arena *arena, const char *name)
{
    struct zone zone;

    cr_assert_eq(zone_open(arena, str_of(name), unix_of("2023-01-01T00:00Z"),
                           unix_of("2025-01-01T00:00Z"), &zone),
                 ZONE_FOUND, "%s", name);
    return zone;
}

Test(zone, has_its_changes_to_the_second)
{
    struct arena arena = {0};
    const struct zone zone = zone_of(&arena, "Europe/Berlin");
    static const char *const at[] = {"2023-03-26T01:00Z", "2023-10-29T01:00Z",
                                     "2024-03-31T01:00Z", "2024-10-27T01:00Z"};

    cr_expect_eq(zone.offset_s, 3600);
    cr_assert_eq(zone.count, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_eq(zone.changes[i].at_s, unix_of(at[i]));
        cr_expect_eq(zone.changes[i].before_s, i % 2 ? 7200 : 3600);
        cr_expect_eq(zone.changes[i].after_s, i % 2 ? 3600 : 7200);
    }
    arena_release(&arena);
}

Test(zone, shows_its_own_time)
{
    static const struct {
        const char *name, *moment, *wall;
    } clocks[] = {
        {"UTC", "2024-07-01T12:00Z", "2024-07-01T12:00Z"},
        {"Etc/UTC", "2024-07-01T12:00Z", "2024-07-01T12:00Z"},
        {"Europe/Berlin", "2024-07-01T12:00Z", "2024-07-01T14:00Z"},
        {"America/New_York", "2024-01-01T02:00Z", "2023-12-31T21:00Z"},
        {"Asia/Kolkata", "2024-01-01T00:00Z", "2024-01-01T05:30Z"},
        {"America/Argentina/Ushuaia", "2024-01-01T00:00Z", "2023-12-31T21:00Z"}};

    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        struct arena arena = {0};
        const struct zone zone = zone_of(&arena, clocks[i].name);

        cr_expect_eq(zone_wall_minute(&zone, unix_of(clocks[i].moment)),
                     unix_of(clocks[i].wall) / 60, "%s", clocks[i].name);
        arena_release(&arena);
    }
}

/* The moments that follow, with blanks between. */
static void expect_moments(const char *name, const char *cron_text, const char *after,
                           const char *expected)
{
    struct arena arena = {0};
    const struct zone zone = zone_of(&arena, name);
    struct cron cron;
    struct cron_faults faults;
    int64_t at_s = unix_of(after);
    char *copy = arena_copy(&arena, expected, strlen(expected));

    cr_assert(cron_parse(&arena, str_of(cron_text), &cron, &faults));
    for (char *text = strtok(copy, " "); text; text = strtok(NULL, " ")) {
        cr_assert(zone_next(&zone, &cron, at_s, &at_s));
        cr_expect_eq(at_s, unix_of(text), "%s: %s: %lld", cron_text, text,
                     (long long)at_s);
    }
    arena_release(&arena);
}

Test(zone, fires_at_the_time_on_the_wall)
{
    expect_moments("UTC", "30 2 * * *", "2024-03-30T02:30Z",
                   "2024-03-31T02:30Z 2024-04-01T02:30Z");
    expect_moments("Europe/Berlin", "0 9 * * *", "2024-03-30T12:00Z",
                   "2024-03-31T07:00Z 2024-04-01T07:00Z");
    expect_moments("Europe/Berlin", "0 9 * * *", "2024-10-26T12:00Z",
                   "2024-10-27T08:00Z 2024-10-28T08:00Z");
    expect_moments("Europe/Berlin", "0 * * * *", "2024-03-31T00:00Z",
                   "2024-03-31T01:00Z 2024-03-31T02:00Z");
}

Test(zone, does_not_fire_at_a_time_that_no_clock_shows)
{
    expect_moments("Europe/Berlin", "30 2 * * *", "2024-03-30T12:00Z",
                   "2024-04-01T00:30Z");
    expect_moments("Europe/Berlin", "0 2,3 * * *", "2024-03-30T12:00Z",
                   "2024-03-31T01:00Z 2024-04-01T00:00Z");
}

Test(zone, fires_twice_at_a_time_that_the_clock_shows_twice)
{
    expect_moments("Europe/Berlin", "30 2 * * *", "2024-10-26T12:00Z",
                   "2024-10-27T00:30Z 2024-10-27T01:30Z 2024-10-28T01:30Z");
    expect_moments("Europe/Berlin", "0 2,3 * * *", "2024-10-26T12:00Z",
                   "2024-10-27T00:00Z 2024-10-27T01:00Z 2024-10-27T02:00Z");
}

Test(zone, is_none_of_what_is_no_name)
{
    static const char *const names[] = {"",
                                        "Europe/Berln",
                                        "europe/berlin",
                                        "Europe",
                                        "../../etc/passwd",
                                        "/etc",
                                        "Europe/",
                                        "/Europe/Berlin",
                                        "zone.tab",
                                        "right/UTC",
                                        "CEST",
                                        "posixrules",
                                        "Europe/../UTC",
                                        "Europe//Rome",
                                        ":UTC",
                                        "UTC+2",
                                        "Factory",
                                        "Europe/Berlin/../Rome",
                                        "UTC ",
                                        "localtime"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct arena arena = {0};
        struct zone zone;

        cr_expect_eq(zone_open(&arena, str_of(names[i]), 0, 86400, &zone), ZONE_UNKNOWN,
                     "%s", names[i]);
        arena_release(&arena);
    }
}

Test(zone, has_names_in_order)
{
    struct arena arena = {0};
    size_t count;
    const struct str *names = zone_names(&arena, &count);
    size_t berlin = 0;

    cr_assert_gt(count, 300);
    for (size_t i = 0; i + 1 < count; i++)
        cr_expect_lt(str_compare(names[i], names[i + 1]), 0);
    for (size_t i = 0; i < count; i++) {
        struct zone zone;

        berlin += str_is(names[i], "Europe/Berlin");
        cr_expect_eq(zone_open(&arena, names[i], 0, 86400, &zone), ZONE_FOUND);
    }
    cr_expect_eq(berlin, 1);
    arena_release(&arena);
}

Test(zone, is_only_utc_where_none_is_installed)
{
    struct arena arena = {0};
    struct zone zone;

    setenv("TZDIR", "/nowhere", 1);
    cr_expect_eq(zone_open(&arena, S("Europe/Berlin"), 0, 1, &zone), ZONE_NO_DATABASE);
    cr_expect_eq(zone_open(&arena, S("UTC"), 0, 1, &zone), ZONE_FOUND);
    cr_expect_str_eq(zone_folder(), "/nowhere");
    arena_release(&arena);
}

Test(zone, leaves_the_zone_of_the_process_as_it_was)
{
    struct arena arena = {0};

    setenv("TZ", "Asia/Tokyo", 1);
    zone_of(&arena, "Europe/Berlin");
    cr_expect_str_eq(getenv("TZ"), "Asia/Tokyo");
    unsetenv("TZ");
    zone_of(&arena, "Europe/Berlin");
    cr_expect_null(getenv("TZ"));
    arena_release(&arena);
}
