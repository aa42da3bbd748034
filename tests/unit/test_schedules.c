/* test_schedules.c: what kadc says of schedules that depends on the machine and on the day. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "checked.h"

#define WORKFLOW(keys)                                                                 \
    "triggers:\n"                                                                      \
    "  - type: schedule\n" keys "steps:\n"                                             \
    "  - id: build\n"                                                                  \
    "    run: [make]\n"

static const char odd[] = WORKFLOW("    cron: 0 4 29 2 *\n");
static const char in_gap[] = WORKFLOW("    cron: 30 2 * * *\n"
                                      "    timezone: Europe/Berlin\n");

/* All that is printed on a day. */
static const char *printed(struct arena *arena, const char *yaml, const char *epoch)
{
    struct checked *c;
    char *text = NULL;
    const char *copy;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    setenv("SOURCE_DATE_EPOCH", epoch, 1);
    c = check(yaml);
    diag_print(c->program.diags, out, (struct diag_style){.format = DIAG_TEXT}, 1);
    fclose(out);
    copy = arena_copy(arena, text, len);
    free(text);
    checked_release(c);
    return copy;
}

/* The message and the fingerprint, as machines get them. */
static const char *fingerprint(struct arena *arena, const char *yaml, const char *epoch)
{
    struct checked *c;
    char *text = NULL;
    const char *found, *copy;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    setenv("SOURCE_DATE_EPOCH", epoch, 1);
    c = check(yaml);
    diag_print(c->program.diags, out, (struct diag_style){.format = DIAG_JSON}, 1);
    fclose(out);
    found = strstr(text, "\"fingerprint\"");
    cr_assert(found);
    copy = arena_copy(arena, found, strcspn(found, ",}"));
    free(text);
    checked_release(c);
    return copy;
}

/* 2026-11-24, and 2030-11-23. */
static const char this_year[] = "1795557600", later[] = "1921702800";

Test(schedules, shows_the_runs_that_are_to_come)
{
    struct arena arena = {0};

    cr_expect(strstr(printed(&arena, odd, this_year), "Tue 2028-02-29 04:00, "
                                                      "Sun 2032-02-29 04:00, "
                                                      "Fri 2036-02-29 04:00 (UTC)"));
    cr_expect(strstr(printed(&arena, odd, later), "Sun 2032-02-29 04:00, "
                                                  "Fri 2036-02-29 04:00, "
                                                  "Wed 2040-02-29 04:00 (UTC)"));
    arena_release(&arena);
}

Test(schedules, show_the_next_change_of_the_clocks)
{
    struct arena arena = {0};

    cr_expect(strstr(printed(&arena, in_gap, this_year), "on 2027-03-28 the clocks"));
    cr_expect(strstr(printed(&arena, in_gap, later), "on 2031-03-30 the clocks"));
    arena_release(&arena);
}

Test(schedules, have_the_same_fingerprint_on_each_day)
{
    struct arena arena = {0};

    cr_expect_str_eq(fingerprint(&arena, odd, this_year),
                     fingerprint(&arena, odd, later));
    cr_expect_str_eq(fingerprint(&arena, in_gap, this_year),
                     fingerprint(&arena, in_gap, later));
    arena_release(&arena);
}

Test(schedules, are_looked_at_by_the_clock_where_nothing_else_is_said)
{
    static const char *const values[] = {"", "tomorrow", "12x", "-5",
                                         "99999999999999999999"};

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct arena arena = {0};

        /* The 29th of February of 2028 and before is over then. */
        cr_expect_not(strstr(printed(&arena, odd, values[i]), "1972-02-29"), "%s",
                      values[i]);
        arena_release(&arena);
    }
}

Test(schedules, say_where_no_zones_are_installed)
{
    struct checked *c;

    setenv("TZDIR", "/nowhere", 1);
    c = check(WORKFLOW("    cron: 0 4 * * *\n"
                       "    timezone: Europe/Berlin\n"));
    cr_expect_str_eq(c->found, "4:KAD0705");
    cr_expect(strstr(c->text, "the zone `Europe/Berlin` can't be looked up: there are "
                              "no zones in `/nowhere`"),
              "%s", c->text);
    checked_release(c);
    expect_found(WORKFLOW("    cron: 0 4 * * *\n"
                          "    timezone: UTC\n"),
                 "");
    expect_found(WORKFLOW("    cron: 30 2 * * *\n"), "");
}

Test(schedules, are_one_mistake_if_no_zones_are_installed)
{
    setenv("TZDIR", "/nowhere", 1);
    expect_found(WORKFLOW("    cron: 0 4 * * *\n"
                          "    timezone: Europe/Berlin\n"
                          "  - type: schedule\n"
                          "    cron: 0 5 * * *\n"
                          "    timezone: Europe/Rome\n"),
                 "4:KAD0705");
}

Test(schedules, have_one_finding_for_one_mistake)
{
    expect_found(WORKFLOW("    cron: 5\n"), "3:KAD0106");
    expect_found(WORKFLOW("    cron: [5]\n"), "3:KAD0106");
    expect_found(WORKFLOW("    cron: 0 25 31 2 *\n"), "3:KAD0701");
    expect_found(WORKFLOW("    cron: 0 4 30 2 *\n"
                          "    timezone: Europe/Berln\n"),
                 "3:KAD0702 4:KAD0705");
    expect_found(WORKFLOW("    crn: 0 25 * * *\n"), "3:KAD0104 3:KAD0701");
}

Test(schedules, are_read_under_a_misspelt_section)
{
    expect_found("trigers:\n"
                 "  - {type: schedule, cron: 0 25 * * *}\n"
                 "steps:\n"
                 "  - id: build\n"
                 "    run: [make]\n",
                 "1:KAD0104 2:KAD0701");
}

Test(schedules, take_a_misspelt_zone_as_meant)
{
    struct checked *c = check(WORKFLOW("    cron: 30 2 * * *\n"
                                       "    timezone: Europe/Berln\n"));

    cr_expect_str_eq(c->found, "3:KAD0706 4:KAD0705");
    cr_expect(strstr(c->text, "`Europe/Berlin`"), "%s", c->text);
    checked_release(c);
}
