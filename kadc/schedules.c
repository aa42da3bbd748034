/* schedules.c: what schedules say, and whether that can be meant: 0701 to 0706, and 0308.
 *
 * In: the triggers, and the worst case of the workflow. Out: findings.
 *
 * What is said of coming dates depends on now; it stands in notes, as schedule_zone.c says. */
#include <inttypes.h>

#include "base/buf.h"
#include "base/cron.h"
#include "graph.h"
#include "keys.h"
#include "passes.h"
#include "schedule_zone.h"

enum { OFTEN_MINUTES = 5, RUNS_SHOWN = 3, MONTHS = 12, FEBRUARY = 2 };

/* A schedule that is being looked at. */
struct checker {
    struct zones *zones;
    struct diags *diags;
    struct arena *arena;
    const struct workflow *workflow;
    const struct schedule *schedule;
    const struct node *scalar; /* of the cron; NULL: under a misspelt key */
    struct cron cron;
    const struct known_zone *zone; /* NULL: not known */
};

static struct span span_of(const struct checker *checker, struct cron_place place)
{
    if (!checker->scalar || place.len == 0)
        return checker->schedule->cron.span;
    return node_range(checker->scalar, place.offset, place.offset + place.len);
}

/* From one field to another one. */
static struct span fields_span(const struct checker *checker, enum cron_field from,
                               enum cron_field to)
{
    return span_join(span_of(checker, checker->cron.places[from]),
                     span_of(checker, checker->cron.places[to]));
}

static struct str field_text(const struct checker *checker, enum cron_field field)
{
    const struct cron_place place = checker->cron.places[field];
    return str_part(checker->schedule->cron.text, place.offset,
                    place.offset + place.len);
}

/* ---- 0701 ---------------------------------------------------------------------------- */

/* Names are in capitals, words in small letters. */
static struct str as_names_are(struct arena *arena, struct str word)
{
    const bool is_small = word.len > 0 && word.p[0] == '@';
    char *copy = str_copy(arena, word);
    for (size_t i = 0; i < word.len; i++) {
        if (is_small && copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] + ('a' - 'A'));
        else if (!is_small && copy[i] >= 'a' && copy[i] <= 'z')
            copy[i] = (char)(copy[i] - ('a' - 'A'));
    }
    return (struct str){copy, word.len};
}

static void fault_report(const struct checker *checker, const struct cron_fault *fault)
{
    const struct span span = span_of(checker, fault->place);
    const struct names names = {fault->names, fault->name_count};
    const struct str word = str_part(checker->schedule->cron.text, fault->place.offset,
                                     fault->place.offset + fault->place.len);
    struct nearest nearest = {0};
    diag_report(checker->diags, span, KAD0701, "%s", fault->message);
    if (fault->instead) {
        diag_fix(checker->diags, span, fault->instead,
                 fault->is_sure && checker->scalar != NULL, "%s: `%s`", fault->help,
                 fault->instead);
        return;
    }
    if (names.count > 0)
        nearest =
            diag_nearest(checker->diags, as_names_are(checker->arena, word), names);
    if (nearest.count > 0)
        diag_suggest(checker->diags, span, word, names, &nearest);
    else if (fault->help)
        diag_help(checker->diags, "%s", fault->help);
}

/* Known when kadc runs: the next runs could not be told else. */
static bool has_expression(const struct checker *checker)
{
    const struct str text = checker->schedule->cron.text;
    const size_t at = str_find(text, S("{{"));
    if (at == text.len)
        return false;
    diag_report(checker->diags,
                span_of(checker, (struct cron_place){at, text.len - at}), KAD0701,
                "a schedule is fixed: there are no expressions in it");
    return true;
}

static bool cron_read(struct checker *checker)
{
    struct cron_faults faults;
    const struct str text = checker->schedule->cron.text;
    if (!text.p || (checker->scalar && !node_is_text(checker->scalar)) ||
        has_expression(checker)) /* absent, or a number: reported */
        return false;
    if (cron_parse(checker->arena, text, &checker->cron, &faults))
        return true;
    for (size_t i = 0; i < faults.count; i++)
        fault_report(checker, &faults.items[i]);
    return false;
}

/* ---- 0702 ---------------------------------------------------------------------------- */

static void never_report(const struct checker *checker)
{
    const unsigned months_of_30 = 1 << 4 | 1 << 6 | 1 << 9 | 1 << 11;
    diag_report(checker->diags, fields_span(checker, CRON_DAY, CRON_MONTH), KAD0702,
                "it never fires: month `%.*s` has no day `%.*s`",
                STR(field_text(checker, CRON_MONTH)),
                STR(field_text(checker, CRON_DAY)));
    diag_help(checker->diags, "the last day that it has is the %dth",
              checker->cron.months & months_of_30 ? 30 : 29);
}

/* ---- 0703 ---------------------------------------------------------------------------- */

static struct str moment_text(struct arena *arena, int64_t minute)
{
    static const char *const weekdays[] = {"Sun", "Mon", "Tue", "Wed",
                                           "Thu", "Fri", "Sat"};
    const struct civil at = civil_of(minute);
    return str_printf(arena, "%s %04" PRId64 "-%02u-%02u %02u:%02u",
                      weekdays[at.weekday], at.year, at.month, at.day, at.hour,
                      at.minute);
}

static void runs_note(const struct checker *checker)
{
    const struct known_zone *zone = checker->zone;
    int64_t at_s = checker->zones->now_s;
    struct buf list;
    if (!zone)
        return;
    buf_init(&list, checker->arena);
    for (int i = 0; i < RUNS_SHOWN; i++) {
        if (!zone_next(&zone->clocks, &checker->cron, at_s, &at_s))
            return;
        const int64_t minute = zone_wall_minute(&zone->clocks, at_s);
        buf_printf(&list, "%s%.*s", i ? ", " : "",
                   STR(moment_text(checker->arena, minute)));
    }
    diag_note(checker->diags, (struct span){0}, "the next runs: %.*s (%.*s)",
              STR(buf_str(&list)), STR(zone->name));
}

static bool has_all_days(const struct cron *cron)
{
    return cron->days == 0xfffffffe;
}

static bool has_all_weekdays(const struct cron *cron)
{
    return cron->weekdays == 0x7f;
}

/* Both fields of days say something. */
static bool both_check(const struct checker *checker)
{
    const struct cron *cron = &checker->cron;
    const bool says_both = !has_all_days(cron) && !has_all_weekdays(cron);
    const bool has_no_effect = has_all_days(cron) != has_all_weekdays(cron);
    if (!says_both && !(cron->has_either_day && has_no_effect))
        return false;
    diag_report(checker->diags, fields_span(checker, CRON_DAY, CRON_WEEKDAY), KAD0703,
                cron->has_either_day
                    ? "it fires on days that fit `%.*s` or `%.*s`: one of them will do"
                    : "it fires only on days that fit both `%.*s` and `%.*s`",
                STR(field_text(checker, CRON_DAY)),
                STR(field_text(checker, CRON_WEEKDAY)));
    runs_note(checker);
    diag_help(checker->diags,
              cron->has_either_day
                  ? "put `*` into one of the two fields, and let the workflow look at "
                    "the other"
                  : "that is so as one of the fields begins with `*`: name the days of "
                    "one field only");
    return true;
}

static const char *const month_names[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

/* The last day that each of them has, in each year. */
static unsigned least_len(unsigned month)
{
    static const unsigned char lens[] = {31, 28, 31, 30, 31, 30,
                                         31, 31, 30, 31, 30, 31};
    return lens[month - 1];
}

/* Months of the schedule that have none of the days, a bit each. */
static unsigned months_without(const struct cron *cron, uint32_t days)
{
    unsigned months = 0;
    for (unsigned month = 1; month <= MONTHS; month++)
        if (cron->months >> month & 1 &&
            !(days & ((UINT64_C(2) << least_len(month)) - 2)))
            months |= 1U << month;
    return months;
}

/* "February (but in leap years), April and June" */
static struct str months_text(struct arena *arena, unsigned months, uint32_t days)
{
    struct buf list;
    buf_init(&list, arena);
    for (unsigned month = 1; month <= MONTHS; month++) {
        const unsigned later = months >> month >> 1;
        if (!(months >> month & 1))
            continue;
        buf_printf(&list, "%s%s%s",
                   list.len == 0 ? ""
                   : later       ? ", "
                                 : " and ",
                   month_names[month - 1],
                   month == FEBRUARY && days >> 29 & 1 ? " but in leap years" : "");
    }
    return buf_str(&list);
}

/* Days that some months lack: all that are named, or the 31st if it is named by itself. */
static void lacking_check(const struct checker *checker)
{
    const struct cron *cron = &checker->cron;
    const uint32_t last_day = UINT32_C(1) << 31;
    uint32_t days = cron->days;
    unsigned months = months_without(cron, days);
    if (!months && cron->lone_days & last_day) {
        days = last_day;
        months = months_without(cron, days);
    }
    if (!months || !has_all_weekdays(cron))
        return;
    diag_report(checker->diags, span_of(checker, cron->places[CRON_DAY]), KAD0703,
                "there is no day `%.*s` in %.*s",
                STR(days == cron->days ? field_text(checker, CRON_DAY) : S("31")),
                STR(months_text(checker->arena, months, days)));
    runs_note(checker);
    diag_help(checker->diags,
              "for the last day of a month run on the first of the next, "
              "or on days 28-31 and let the workflow look at the date");
}

/* ---- 0704, 0308 ---------------------------------------------------------------------- */

static void often_check(const struct checker *checker, int64_t gap_minutes)
{
    const struct cron *cron = &checker->cron;
    const bool is_hourly = cron->minutes == (UINT64_C(1) << 60) - 1;
    if (gap_minutes >= OFTEN_MINUTES)
        return;
    diag_report(checker->diags, span_of(checker, cron->places[CRON_MINUTE]), KAD0704,
                "it fires again after %" PRId64 " minute%s", gap_minutes,
                gap_minutes == 1 ? "" : "s");
    if (is_hourly && !cron->has_every_hour)
        diag_help(checker->diags,
                  "`*` is each minute of the hour: for once an hour name "
                  "one, such as `0`");
    else
        diag_help(checker->diags,
                  "leave %d minutes between two runs, as GitHub Actions "
                  "demands: `*/%d`",
                  OFTEN_MINUTES, OFTEN_MINUTES);
}

/* Where it is only slower than a gap that is too small anyway, that was said. */
static void slow_check(const struct checker *checker, int64_t gap_minutes,
                       const struct node *trigger)
{
    const int64_t minute_ms = INT64_C(60) * 1000;
    const int64_t worst_ms = checker->workflow->graph->worst_ms;
    if (worst_ms <= gap_minutes * minute_ms || worst_ms <= OFTEN_MINUTES * minute_ms ||
        node_find(trigger, "overlap"))
        return;
    diag_report(checker->diags, checker->schedule->cron.span, KAD0308,
                "the steps may take %s, but it starts again after %s",
                duration_text(checker->arena, worst_ms),
                duration_text(checker->arena, gap_minutes * minute_ms));
    graph_slowest_note(checker->zones->program, checker->workflow);
    diag_help(checker->diags,
              "a start is skipped while the one before is under way; say so by "
              "`overlap: skip`, or take `queue`, `all` or `cancel`");
}

/* ---- The pass ------------------------------------------------------------------------ */

/* The scalar of a map that a name was read from; NULL: it was not read from there. */
static const struct node *scalar_of(const struct node *map, const struct name *name)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct node *value = map->items[i];
        if (value->kind == NODE_SCALAR && value->span.start == name->span.start &&
            str_equal(value->text, name->text))
            return value;
    }
    return NULL;
}

static void schedule_check(struct checker *checker, const struct node *trigger)
{
    const struct schedule *schedule = checker->schedule;
    const struct cron *cron = &checker->cron;
    checker->scalar = scalar_of(trigger, &schedule->cron);
    checker->zone = schedule_zone_find(checker->zones, schedule,
                                       scalar_of(trigger, &schedule->timezone));
    if (!cron_read(checker))
        return;
    if (!cron_can_fire(cron)) {
        never_report(checker);
        return;
    }
    if (!both_check(checker))
        lacking_check(checker);
    const int64_t gap_minutes = cron_gap_minutes(cron);
    often_check(checker, gap_minutes);
    slow_check(checker, gap_minutes, trigger);
    if (checker->zone)
        schedule_zone_check(checker->zones, checker->zone, cron,
                            fields_span(checker, CRON_MINUTE, CRON_HOUR));
}

void schedules_check(struct program *program, const struct workflow *workflow)
{
    struct zones zones;
    zones_init(&zones, program);
    for (size_t i = 0; i < workflow->trigger_count; i++) {
        const struct trigger *trigger = &workflow->triggers[i];
        struct checker checker = {.zones = &zones,
                                  .diags = program->diags,
                                  .arena = program->arena,
                                  .workflow = workflow,
                                  .schedule = &trigger->schedule};
        if (trigger->kind == TRIGGER_SCHEDULE)
            schedule_check(&checker, trigger->node);
    }
}
