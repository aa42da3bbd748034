/* schedule_zone.c: the zones of schedules, and the times that their clocks skip or repeat: 0705,
 * 0706.
 *
 * Messages have no dates, which would change what they are from one year to the next: these
 * stand in notes. */
#include "schedule_zone.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    DAY_S = 24 * 3600,
    YEAR_DAYS = 366,
    HOUR_MINUTES = 60,
    NAME_LEN_LIKELY = 64 /* a longer one is no misspelt zone */
};

/* ---- Now ----------------------------------------------------------------------------- */

/* https://reproducible-builds.org/specs/source-date-epoch */
static int64_t now(void)
{
    const int64_t latest_s = INT64_C(253402300799); /* the end of the year 9999 */
    const char *const text = getenv("SOURCE_DATE_EPOCH");
    char *end;
    if (text && isdigit((unsigned char)*text)) {
        const long long epoch_s = strtoll(text, &end, 10);
        if (!*end && epoch_s <= latest_s)
            return epoch_s;
    }
    return time(NULL);
}

void zones_init(struct zones *zones, struct program *program)
{
    *zones = (struct zones){.program = program, .now_s = now()};
    table_init(&zones->by_name, program->arena);
}

/* ---- Names --------------------------------------------------------------------------- */

/* "New York" as "new_york". */
static struct str lower(struct arena *arena, struct str text)
{
    char *copy = str_copy(arena, text);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = (char)(copy[i] == ' ' ? '_' : tolower((unsigned char)copy[i]));
    return (struct str){copy, text.len};
}

/* "berlin" of "europe/berlin" */
static struct str place_of(struct str name)
{
    size_t start = name.len;
    while (start > 0 && name.p[start - 1] != '/')
        start--;
    return str_part(name, start, name.len);
}

static void names_read(struct zones *zones)
{
    struct arena *arena = zones->program->arena;
    size_t count;
    if (zones->names)
        return;
    zones->names = zone_names(arena, &count);
    struct str *whole = arena_array(arena, struct str, count);
    struct str *places = arena_array(arena, struct str, count);
    for (size_t i = 0; i < count; i++) {
        whole[i] = lower(arena, zones->names[i]);
        places[i] = place_of(whole[i]);
    }
    zones->lower_names = (struct names){whole, count};
    zones->lower_places = (struct names){places, count};
}

/* Those of the names that are the text. */
static struct nearest equal_names(struct names names, struct str text)
{
    struct nearest nearest = {0};
    for (size_t i = 0; i < names.count; i++)
        if (str_equal(names.items[i], text) && nearest.count < NEAREST_SHOWN)
            nearest.shown[nearest.count++] = i;
    return nearest;
}

/* By the whole name, or else by the place that it ends with. */
static struct nearest nearest_zones(struct zones *zones, struct str wrong)
{
    struct diags *diags = zones->program->diags;
    struct nearest nearest = {0};
    if (wrong.len == 0 || wrong.len > NAME_LEN_LIKELY)
        return nearest;
    const struct str name = lower(zones->program->arena, wrong);
    const struct str place = place_of(name);
    nearest = equal_names(zones->lower_names, name);
    if (nearest.count == 0)
        nearest = equal_names(zones->lower_places, place);
    if (nearest.count == 0)
        nearest = diag_nearest(diags, name, zones->lower_names);
    if (nearest.count == 0)
        nearest = diag_nearest(diags, place, zones->lower_places);
    return nearest;
}

static void no_database(struct diags *diags, const struct schedule *schedule)
{
    diag_report(diags, schedule->timezone.span, KAD0705,
                "the zone `%.*s` can't be looked up: there are no zones in `%s`",
                STR(schedule->timezone.text), zone_folder());
    diag_subject(diags, "no time zones");
    diag_help(diags, "install them (the package `tzdata`), or take `UTC`");
}

/* 0705; the one that was meant, or absent. */
static struct str unknown_zone(struct zones *zones, const struct schedule *schedule,
                               const struct node *scalar)
{
    struct diags *diags = zones->program->diags;
    const struct str wrong = schedule->timezone.text;
    const struct nearest nearest = nearest_zones(zones, wrong);
    diag_report(diags, schedule->timezone.span, KAD0705,
                wrong.len ? "there is no time zone `%.*s`" : "the time zone is empty",
                STR(wrong));
    if (nearest.count == 1 && scalar) {
        const struct str name = zones->names[nearest.shown[0]];
        diag_fix(diags, node_range(scalar, 0, wrong.len),
                 str_copy(zones->program->arena, name), true, "did you mean `%.*s`?",
                 STR(name));
        return name;
    }
    diag_suggest(diags, schedule->timezone.span, wrong,
                 (struct names){zones->names, zones->lower_names.count}, &nearest);
    if (nearest.count == 0)
        diag_help(diags, "zones are named by their places, as in `Europe/Berlin`; "
                         "there is `UTC`, too");
    return (struct str){0};
}

static struct known_zone *zone_get(struct zones *zones, struct str name)
{
    struct arena *arena = zones->program->arena;
    const int64_t until_s = zones->now_s + (int64_t)SCHEDULE_YEARS * YEAR_DAYS * DAY_S;
    struct known_zone *known = table_find(&zones->by_name, name);
    if (known)
        return known;
    known = arena_new(arena, struct known_zone);
    known->name = name;
    known->result =
        zone_open(arena, name, zones->now_s - DAY_S, until_s, &known->clocks);
    table_add(&zones->by_name, name, known);
    return known;
}

const struct known_zone *schedule_zone_find(struct zones *zones,
                                            const struct schedule *schedule,
                                            const struct node *scalar)
{
    const struct str name = schedule->timezone.text;
    const struct known_zone *known = zone_get(zones, name.p ? name : S("UTC"));
    if (known->result == ZONE_FOUND)
        return known;
    if (known->result == ZONE_NO_DATABASE) {
        no_database(zones->program->diags, schedule);
        return NULL;
    }
    names_read(zones);
    const struct str meant = unknown_zone(zones, schedule, scalar);
    return meant.p ? zone_get(zones, meant) : NULL;
}

/* ---- Times that clocks skip or repeat ------------------------------------------------ */

/* A time of the schedule, and the change that it falls into. */
struct hit {
    const struct zone_change *change; /* NULL: none */
    int64_t minute;                   /* on the wall */
};

static bool fires_within(const struct cron *cron, int64_t from, int64_t to)
{
    int64_t at;
    return cron_next(cron, from - 1, &at) && at < to;
}

static int64_t minute_of(int64_t wall_s)
{
    return wall_s / 60;
}

/* Whether it fires several times an hour, and so before or after the change, too. */
static bool is_one_of_many(const struct cron *cron, int64_t from, int64_t to)
{
    const bool is_often = (cron->minutes & (cron->minutes - 1)) != 0;
    return is_often && (fires_within(cron, from - HOUR_MINUTES, from) ||
                        fires_within(cron, to, to + HOUR_MINUTES));
}

/* What falls into the change: the first of it. */
static bool is_hit(const struct cron *cron, const struct zone_change *change,
                   int64_t *minute)
{
    const int64_t before = minute_of(change->at_s + change->before_s);
    const int64_t after = minute_of(change->at_s + change->after_s);
    const int64_t from = before < after ? before : after;
    const int64_t to = before < after ? after : before;
    return cron_next(cron, from - 1, minute) && *minute < to &&
           !is_one_of_many(cron, from, to);
}

/* The first of the changes forward, or back, that the schedule falls into. */
static struct hit hit_find(const struct zones *zones, const struct known_zone *zone,
                           const struct cron *cron, bool is_forward)
{
    for (size_t i = 0; i < zone->clocks.count; i++) {
        const struct zone_change *change = &zone->clocks.changes[i];
        int64_t minute;
        if (change->at_s > zones->now_s &&
            (change->after_s > change->before_s) == is_forward &&
            is_hit(cron, change, &minute))
            return (struct hit){change, minute};
    }
    return (struct hit){0};
}

static struct str time_text(struct arena *arena, int64_t minute)
{
    const struct civil at = civil_of(minute);
    return str_printf(arena, "%02u:%02u", at.hour, at.minute);
}

static void change_note(const struct zones *zones, const struct hit *hit,
                        const char *what)
{
    struct arena *arena = zones->program->arena;
    const struct zone_change *change = hit->change;
    const int64_t before = minute_of(change->at_s + change->before_s);
    const int64_t after = minute_of(change->at_s + change->after_s);
    const struct civil day = civil_of(hit->minute);
    diag_note(zones->program->diags, (struct span){0},
              "on %04" PRId64 "-%02u-%02u the clocks go from %.*s %sto %.*s: %s",
              day.year, day.month, day.day, STR(time_text(arena, before)),
              after < before ? "back " : "", STR(time_text(arena, after)), what);
}

static struct str hits_text(struct arena *arena, const struct hit *skipped,
                            const struct hit *repeated)
{
    struct str forward = {0}, back = {0};
    if (skipped->change)
        forward = time_text(arena, skipped->minute);
    if (repeated->change)
        back = time_text(arena, repeated->minute);
    if (!repeated->change)
        return str_printf(arena, "%.*s is skipped", STR(forward));
    if (!skipped->change)
        return str_printf(arena, "%.*s comes twice", STR(back));
    if (str_equal(forward, back))
        return str_printf(arena, "%.*s is skipped or comes twice", STR(forward));
    return str_printf(arena, "%.*s is skipped, and %.*s comes twice,", STR(forward),
                      STR(back));
}

void schedule_zone_check(const struct zones *zones, const struct known_zone *zone,
                         const struct cron *cron, struct span span)
{
    struct diags *diags = zones->program->diags;
    if (cron->has_every_hour) /* one run more or less is nothing: cron(8) */
        return;
    const struct hit skipped = hit_find(zones, zone, cron, true);
    const struct hit repeated = hit_find(zones, zone, cron, false);
    if (!skipped.change && !repeated.change)
        return;
    const struct str what = hits_text(zones->program->arena, &skipped, &repeated);
    diag_report(diags, span, KAD0706, "%.*s when clocks change in `%.*s`", STR(what),
                STR(zone->name));
    if (skipped.change)
        change_note(zones, &skipped, "no run");
    if (repeated.change)
        change_note(zones, &repeated, "two runs");
    diag_help(diags, "choose a time that they always show once, or `timezone: UTC`");
}
