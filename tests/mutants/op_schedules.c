/* op_schedules.c: times and zones of schedules: 0701 to 0706. */
#include "mutants.h"

/* What the schedule becomes. */
static void each_schedule(const struct subject *s, struct mutants *out,
                          const char *const *texts, size_t count, enum diag_code code)
{
    for (size_t i = 0; i < s->slots.count; i++) {
        const struct slot *slot = s->slots.items[i];

        if (slot->is_named || !slot_is(slot, "cron") || !node_is_literal(slot->value))
            continue;
        for (size_t j = 0; j < count; j++)
            mutant_simple(s, out, slot->value, texts[j], code);
    }
}

#define EACH_SCHEDULE(s, out, texts, code)                                             \
    each_schedule((s), (out), (texts), sizeof(texts) / sizeof((texts)[0]), (code))

static void bad_cron(const struct subject *s, struct mutants *out)
{
    static const char *const texts[] = {
        "60 4 * * *",       "0 24 * * *",       "0 4 0 * *",     "0 4 * 13 *",
        "0 4 * * 8",        "0 4 * *",          "0 0 4 * * *",   "0 4 * * MNO",
        "0 4 * JANUAR *",   "0 4 L * *",        "\"0 4 ? * 1\"", "\"*/0 4 * * *\"",
        "\"0 22-2 * * *\"", "\"1,,2 4 * * *\"", "\"@reboot\"",   "\"@hourli\"",
        "\"*/5* * * * *\"", "every day at 4",   "\"\"",          "0 4 * * 1-"};

    EACH_SCHEDULE(s, out, texts, KAD0701);
}

static void never_fires(const struct subject *s, struct mutants *out)
{
    static const char *const texts[] = {"0 4 30 2 *", "\"0 4 31 4,6,9,11 *\"",
                                        "0 4 30-31 FEB *"};

    EACH_SCHEDULE(s, out, texts, KAD0702);
}

static void odd_days(const struct subject *s, struct mutants *out)
{
    static const char *const texts[] = {"0 4 13 * FRI", "0 4 31 * *", "0 4 29 2 *",
                                        "0 4 1-7 * 1"};

    EACH_SCHEDULE(s, out, texts, KAD0703);
}

static void too_often(const struct subject *s, struct mutants *out)
{
    static const char *const texts[] = {"\"* * * * *\"", "\"*/3 * * * *\"",
                                        "\"*/7 5-6 * * *\"", "\"0,2 4 * * *\""};

    EACH_SCHEDULE(s, out, texts, KAD0704);
}

static void unknown_zone(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->slots.count; i++) {
        const struct slot *slot = s->slots.items[i];

        if (slot->is_named || !slot_is(slot, "timezone"))
            continue;
        mutant_simple(s, out, slot->value, misspelt(s->arena, slot->value->text, i).p,
                      KAD0705);
        mutant_simple(s, out, slot->value, "Mars/Olympus", KAD0705);
        mutant_simple(s, out, slot->value, "../../etc/passwd", KAD0705);
        mutant_simple(s, out, slot->value, "\"UTC+2\"", KAD0705);
    }
}

/* New York skips 02:30 and repeats 01:30; Berlin does both to 02:30. */
static void clock_change(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->slots.count; i++) {
        const struct slot *slot = s->slots.items[i];
        const struct node *zone = node_find(slot->map, "timezone");

        if (slot->is_named || !slot_is(slot, "cron") || !zone)
            continue;
        if (str_is(zone->text, "Europe/Berlin"))
            mutant_simple(s, out, slot->value, "30 2 * * *", KAD0706);
        if (str_is(zone->text, "America/New_York"))
            mutant_simple(s, out, slot->value, "30 1 * * SUN", KAD0706);
    }
}

const struct operator schedule_operators[] = {
    {"bad-cron", bad_cron, REACH_LOCAL},
    {"never-fires", never_fires, REACH_LOCAL},
    {"odd-days", odd_days, REACH_LOCAL},
    {"too-often", too_often, REACH_LOCAL},
    {"unknown-zone", unknown_zone, REACH_LOCAL},
    {"clock-change", clock_change, REACH_LOCAL},
    {0},
};
