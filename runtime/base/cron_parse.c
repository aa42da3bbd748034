/* cron_parse.c: the text of a schedule as sets, or what is wrong with it: see cron.h. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/cron.h"

/* How many bytes of a word a message quotes. */
enum { QUOTED_MAX = 40 };

#define NAME(text)                                                                     \
    {                                                                                  \
        text, sizeof(text) - 1                                                         \
    }

static const struct str months[] = {NAME("JAN"), NAME("FEB"), NAME("MAR"), NAME("APR"),
                                    NAME("MAY"), NAME("JUN"), NAME("JUL"), NAME("AUG"),
                                    NAME("SEP"), NAME("OCT"), NAME("NOV"), NAME("DEC")};
static const struct str weekdays[] = {NAME("SUN"), NAME("MON"), NAME("TUE"),
                                      NAME("WED"), NAME("THU"), NAME("FRI"),
                                      NAME("SAT")};
static const char *const full_months[] = {
    "JANUARY", "FEBRUARY", "MARCH",     "APRIL",   "MAY",      "JUNE",
    "JULY",    "AUGUST",   "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"};
static const char *const full_weekdays[] = {
    "SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"};
enum { MONTH_COUNT = 12, WEEKDAY_COUNT = 7 };

struct field {
    const char *what, *many;
    const char *values;      /* for people */
    unsigned low, high, top; /* `top`: the largest number, which may be one more name */
    const struct str *names; /* of low and those that follow; NULL: it has none */
    const char *const *full_names;
    unsigned name_count;
};

static const struct field fields[CRON_FIELDS] = {
    [CRON_MINUTE] = {"minute", "minutes", "minutes are 0 to 59", 0, 59, 59, NULL, NULL,
                     0},
    [CRON_HOUR] = {"hour", "hours", "hours are 0 to 23; midnight is 0", 0, 23, 23, NULL,
                   NULL, 0},
    [CRON_DAY] = {"day of a month", "days", "days of a month are 1 to 31", 1, 31, 31,
                  NULL, NULL, 0},
    [CRON_MONTH] = {"month", "months", "months are 1 to 12, or JAN to DEC", 1, 12, 12,
                    months, full_months, MONTH_COUNT},
    [CRON_WEEKDAY] = {"day of the week", "days of the week",
                      "days of the week are 0 to 7, or SUN to SAT", 0, 6, 7, weekdays,
                      full_weekdays, WEEKDAY_COUNT},
};

/* One field, and what has been found in it. */
struct parser {
    struct arena *arena;
    struct str text;
    size_t at, end; /* of the field */
    const struct field *field;
    uint64_t set;
    uint64_t lone;
    struct cron_fault *fault; /* its message: NULL until there is one */
};

/* ---- Faults --------------------------------------------------------------------------- */

static struct str part(const struct parser *parser, struct cron_place place)
{
    return str_part(parser->text, place.offset, place.offset + place.len);
}

/* As much of it as a message may hold. */
static struct str quoted(struct str word)
{
    const struct str start = str_part(word, 0, QUOTED_MAX);

    return word.len <= QUOTED_MAX ? word : str_part(word, 0, str_utf8_valid_len(start));
}

static void fault(struct parser *parser, struct cron_place place, const char *message,
                  const char *help)
{
    *parser->fault =
        (struct cron_fault){.place = place, .message = message, .help = help};
}

/* "`WORD` ..." */
static void word_fault(struct parser *parser, struct cron_place place, const char *says,
                       const char *help)
{
    const struct str word = quoted(part(parser, place));

    fault(parser, place, arena_printf(parser->arena, "`%.*s` %s", STR(word), says),
          help);
}

static void suggest(struct parser *parser, const char *instead, bool is_sure)
{
    parser->fault->instead = instead;
    parser->fault->is_sure = is_sure;
}

/* ---- Words that are no values --------------------------------------------------------- */

static bool is_number(struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!isdigit((unsigned char)word.p[i]))
            return false;
    return word.len > 0;
}

static bool equal_any_case(struct str a, struct str b)
{
    return a.len == b.len && strncasecmp(a.p, b.p, a.len) == 0;
}

/* What other kinds of cron have. NULL: none of it. */
static const char *foreign_help(struct str word)
{
    const char last = word.len ? word.p[word.len - 1] : '\0';

    if (str_find(word, S("#")) < word.len)
        return "there is no n-th day of the week: run on each, and let the workflow look "
               "at the date";
    if (last == 'W' && (is_number(str_part(word, 0, word.len - 1)) || word.len < 3))
        return "there is no nearest working day: run on MON-FRI, and let the workflow "
               "look at the date";
    if (last == 'L' && (is_number(str_part(word, 0, word.len - 1)) || word.len == 1))
        return "there is no last day: run on the first of the next month instead, or on "
               "days 28-31 and let the workflow look at the date";
    if (str_is(word, "H"))
        return "there is no value of kad's choice: name one";
    if (str_is(word, "~"))
        return "there is no value by chance: name one";
    return NULL;
}

/* A name of the field by its three letters, or by more of it ("MONDAY"); NULL: none. */
static const char *name_of(const struct field *field, struct str word)
{
    for (unsigned i = 0; i < field->name_count && word.len >= field->names[i].len; i++)
        if (word.len <= strlen(field->full_names[i]) &&
            strncasecmp(field->full_names[i], word.p, word.len) == 0)
            return field->names[i].p;
    return NULL;
}

/* A name that stands in the wrong field. */
static const char *elsewhere_help(struct str word)
{
    if (name_of(&fields[CRON_MONTH], word))
        return "months stand in the fourth field";
    if (name_of(&fields[CRON_WEEKDAY], word))
        return "days of the week stand in the fifth field";
    return NULL;
}

static void nothing_fault(struct parser *parser)
{
    const bool is_at_end = parser->at == parser->end;
    const struct cron_place place = {parser->at - (is_at_end ? 1 : 0), 1};

    fault(parser, place,
          arena_printf(parser->arena, "the %s is missing here", parser->field->what),
          parser->field->values);
}

static void no_value(struct parser *parser, struct cron_place place)
{
    const struct field *field = parser->field;
    const struct str word = part(parser, place);
    const char *const says = arena_printf(parser->arena, "is no %s", field->what);
    const char *help = foreign_help(word);

    if (!word.len) {
        nothing_fault(parser);
    } else if (str_is(word, "?")) {
        word_fault(parser, place, "has no meaning here", "for any value write");
        suggest(parser, "*", true);
    } else if (help) {
        word_fault(parser, place, "has no meaning here", help);
    } else if (name_of(field, word)) {
        word_fault(parser, place, says, "names have three letters");
        suggest(parser, name_of(field, word), true);
    } else {
        help = elsewhere_help(word);
        word_fault(parser, place, says, help ? help : field->values);
        parser->fault->names = help ? NULL : field->names;
        parser->fault->name_count = help ? 0 : field->name_count;
    }
}

/* ---- Values --------------------------------------------------------------------------- */

static bool is_end_of_word(char c)
{
    return c == ',' || c == '-' || c == '/';
}

static struct cron_place word_take(struct parser *parser)
{
    struct cron_place place = {parser->at, 0};

    while (parser->at < parser->end && !is_end_of_word(parser->text.p[parser->at]))
        parser->at++;
    place.len = parser->at - place.offset;
    return place;
}

static bool takes(struct parser *parser, char wanted)
{
    if (parser->at == parser->end || parser->text.p[parser->at] != wanted)
        return false;
    parser->at++;
    return true;
}

/* Where a number is too long to be in any field, one that is in none. */
static unsigned number_of(struct str digits)
{
    unsigned number = 0;

    for (size_t i = 0; i < digits.len && number < 1000; i++)
        number = number * 10 + (unsigned)(digits.p[i] - '0');
    return number;
}

/* value = number | name */
static bool value_read(struct parser *parser, struct cron_place *place, unsigned *value)
{
    const struct field *field = parser->field;
    struct str word;

    *place = word_take(parser);
    word = part(parser, *place);
    for (unsigned i = 0; i < field->name_count; i++) {
        if (equal_any_case(field->names[i], word)) {
            *value = field->low + i;
            return true;
        }
    }
    *value = number_of(is_number(word) ? word : S(""));
    if (!is_number(word))
        no_value(parser, *place);
    else if (*value < field->low || *value > field->top)
        word_fault(parser, *place, arena_printf(parser->arena, "is no %s", field->what),
                   field->values);
    return !parser->fault->message;
}

/* ---- Items ---------------------------------------------------------------------------- */

/* What an item says. */
struct item {
    struct cron_place from_place, to_place;
    unsigned from, to;
    unsigned step;
    bool is_range; /* `*`, too */
};

static struct cron_place place_since(const struct parser *parser, size_t offset)
{
    return (struct cron_place){offset, parser->at - offset};
}

/* The field's first or last value, as a number or a name as `like` is one. */
static const char *end_text(const struct parser *parser, struct str like, bool is_last)
{
    const struct field *field = parser->field;

    if (!is_number(like))
        return field->names[is_last ? field->name_count - 1 : 0].p;
    return arena_printf(parser->arena, "%u", is_last ? field->high : field->low);
}

/* "22-2": "22-23,0-2" */
static void backwards_fault(struct parser *parser, const struct item *item)
{
    const struct str from = part(parser, item->from_place);
    const struct str to = part(parser, item->to_place);
    const char *const low = end_text(parser, to, false);
    const char *const high = end_text(parser, from, true);

    word_fault(parser, place_since(parser, item->from_place.offset),
               "ends before it begins", "a range does not go round, write two");
    if (parser->at < parser->end && parser->text.p[parser->at] == '/')
        return; /* of a step it is not clear where it would go on */
    if (item->from > parser->field->high) /* Sunday, as 7 */
        suggest(parser, arena_printf(parser->arena, "%s-%.*s", low, STR(to)), false);
    else
        suggest(parser,
                arena_printf(parser->arena, "%.*s-%s,%s-%.*s", STR(from), high, low,
                             STR(to)),
                false);
}

/* value ["-" value] */
static bool range_read(struct parser *parser, struct item *item)
{
    if (!value_read(parser, &item->from_place, &item->from))
        return false;
    item->to = item->from;
    item->is_range = takes(parser, '-');
    if (!item->is_range)
        return true;
    if (!value_read(parser, &item->to_place, &item->to))
        return false;
    if (item->to < item->from && parser->field == &fields[CRON_WEEKDAY] &&
        equal_any_case(part(parser, item->to_place), weekdays[0]))
        item->to = parser->field->top; /* FRI-SUN */
    if (item->to < item->from)
        backwards_fault(parser, item);
    return !parser->fault->message;
}

static bool star_read(struct parser *parser, struct item *item)
{
    struct cron_place place = word_take(parser);

    if (place.len > 1) {
        word_fault(parser, place, "is no item of a list",
                   "`*` stands alone, or before a step: `*/5`");
        return false;
    }
    item->from = parser->field->low;
    item->to = parser->field->high;
    item->is_range = true;
    return true;
}

/* A step over the end comes to no second value, and never means what it seems to: 90 minutes
 * would be each hour. */
static void step_check(struct parser *parser, const struct item *item,
                       struct cron_place place)
{
    const struct field *field = parser->field;

    if (item->step == 0)
        word_fault(parser, place, "is no step", "a step is at least 1");
    else if (item->step > field->high - field->low + 1)
        word_fault(parser, place,
                   arena_printf(parser->arena, "is a longer step than there are %s",
                                field->many),
                   "a step starts anew wherever its field does: list the times");
}

/* "5/15": "5-59/15" */
static void no_range_fault(struct parser *parser, const struct item *item, size_t start)
{
    const struct cron_place place = place_since(parser, start);
    const struct str from = part(parser, item->from_place);

    if (item->from >= parser->field->high) {
        word_fault(parser, place, "has a step that leads nowhere", "leave it out");
        return;
    }
    word_fault(parser, place, "has a step, but no range", "say where it ends");
    suggest(parser,
            arena_printf(parser->arena, "%.*s-%s/%u", STR(from),
                         end_text(parser, from, true), item->step),
            true);
}

/* ["/" step] */
static bool step_read(struct parser *parser, struct item *item, size_t start)
{
    struct cron_place place;
    struct str word;

    item->step = 1;
    if (!takes(parser, '/'))
        return true;
    place = word_take(parser);
    word = part(parser, place);
    item->step = number_of(is_number(word) ? word : S(""));
    if (!word.len)
        word_fault(parser, (struct cron_place){place.offset - 1, 1}, "lacks its step",
                   "as in `*/5`");
    else if (!is_number(word))
        word_fault(parser, place, "is no step", "a step is a number");
    else
        step_check(parser, item, place);
    if (!parser->fault->message && !item->is_range)
        no_range_fault(parser, item, start);
    return !parser->fault->message;
}

/* item = ("*" | value ["-" value]) ["/" step] */
static bool item_read(struct parser *parser)
{
    struct item item = {0};
    const size_t start = parser->at;
    const bool is_star = parser->at < parser->end && parser->text.p[parser->at] == '*';

    if (!(is_star ? star_read(parser, &item) : range_read(parser, &item)) ||
        !step_read(parser, &item, start))
        return false;
    for (unsigned value = item.from; value <= item.to; value += item.step)
        parser->set |= UINT64_C(1) << value;
    if (!item.is_range)
        parser->lone |= UINT64_C(1) << item.from;
    return true;
}

/* field = item ("," item)* */
static void field_read(struct parser *parser)
{
    do {
        if (!item_read(parser))
            return;
    } while (takes(parser, ','));
    if (parser->at == parser->end)
        return;
    /* `-` or `/` behind a whole item */
    word_fault(parser, (struct cron_place){parser->at, 1}, "is not expected here",
               "items of a list are separated by commas");
}

/* ---- The whole ------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The words between blanks; how many there are, of which only CRON_FIELDS + 1 are kept. */
static size_t split(struct str text, struct cron_place places[CRON_FIELDS + 1])
{
    size_t count = 0;

    for (size_t at = 0; at < text.len;) {
        const size_t start = at;

        while (at < text.len && !is_blank(text.p[at]))
            at++;
        if (at > start && count++ <= CRON_FIELDS)
            places[count - 1] = (struct cron_place){start, at - start};
        while (at < text.len && is_blank(text.p[at]))
            at++;
    }
    return count;
}

static void store(struct cron *cron, enum cron_field field, const struct parser *parser)
{
    switch (field) {
    case CRON_MINUTE: cron->minutes = parser->set; return;
    case CRON_HOUR: cron->hours = (uint32_t)parser->set; return;
    case CRON_DAY:
        cron->days = (uint32_t)parser->set;
        cron->lone_days = (uint32_t)parser->lone;
        return;
    case CRON_MONTH: cron->months = (uint32_t)parser->set; return;
    case CRON_WEEKDAY: /* 7 is 0 */
        cron->weekdays = (uint32_t)((parser->set | parser->set >> 7) & 0x7f);
        return;
    case CRON_FIELDS: break;
    }
}

/* What a `*` at the start of a field says: cron.h (1). */
static void stars_note(struct cron *cron, struct str text)
{
    const uint32_t all_hours = (1U << 24) - 1;

    cron->has_every_hour =
        text.p[cron->places[CRON_HOUR].offset] == '*' || cron->hours == all_hours;
    cron->has_either_day = text.p[cron->places[CRON_DAY].offset] != '*' &&
                           text.p[cron->places[CRON_WEEKDAY].offset] != '*';
}

static void fields_read(struct parser *parser, struct cron *cron,
                        struct cron_faults *faults)
{
    for (unsigned i = 0; i < CRON_FIELDS; i++) {
        parser->at = cron->places[i].offset;
        parser->end = parser->at + cron->places[i].len;
        parser->field = &fields[i];
        parser->set = parser->lone = 0;
        parser->fault = &faults->items[faults->count];
        field_read(parser);
        if (parser->fault->message)
            faults->count++;
        else
            store(cron, i, parser);
    }
    if (!faults->count)
        stars_note(cron, parser->text);
}

static const struct str words[] = {
    NAME("@hourly"),  NAME("@daily"),  NAME("@midnight"), NAME("@weekly"),
    NAME("@monthly"), NAME("@yearly"), NAME("@annually")};
static const char *const meanings[] = {"0 * * * *", "0 0 * * *", "0 0 * * *",
                                       "0 0 * * 0", "0 0 1 * *", "0 0 1 1 *",
                                       "0 0 1 1 *"};
enum { WORD_COUNT = sizeof(words) / sizeof(words[0]) };

static void unknown_word(struct parser *parser, struct cron_place place)
{
    const struct str word = part(parser, place);

    if (str_is(word, "@reboot"))
        word_fault(parser, place, "is no time",
                   "a schedule says when to run, not after what");
    else if (str_is(word, "@every"))
        word_fault(parser, place, "is not known",
                   "the times have to be named: `*/10 * * * *` for every 10 minutes");
    else
        word_fault(parser, place, "is not known",
                   "known are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, "
                   "@annually");
    if (str_is(word, "@reboot") || str_is(word, "@every"))
        return;
    parser->fault->names = words;
    parser->fault->name_count = WORD_COUNT;
}

/* "@" word */
static void word_read(struct parser *parser, size_t count,
                      const struct cron_place *places, struct cron *cron)
{
    const struct str word = part(parser, places[0]);
    struct cron_faults none = {0};
    size_t i = 0;

    while (i < WORD_COUNT && !str_equal(word, words[i]))
        i++;
    if (i == WORD_COUNT) {
        unknown_word(parser, places[0]);
        return;
    }
    if (count > 1) {
        word_fault(parser, places[1], "is not expected here",
                   arena_printf(parser->arena, "%s stands alone", words[i].p));
        return;
    }
    cron_parse(parser->arena, str_of(meanings[i]), cron, &none);
    for (unsigned field = 0; field < CRON_FIELDS; field++)
        cron->places[field] = places[0];
}

static const char *count_help(struct str text, size_t count)
{
    if (str_starts_with(str_trim(text), S("TZ=")) ||
        str_starts_with(str_trim(text), S("CRON_TZ=")))
        return "the zone is said by the key `timezone`";
    if (count > CRON_FIELDS)
        return "minute, hour, day of the month, month, day of the week: there is no field "
               "for seconds, none for years, and no command";
    return "minute, hour, day of the month, month, day of the week: `*` for any";
}

static void count_fault(struct parser *parser, size_t count)
{
    const struct str trimmed = str_trim(parser->text);
    const struct cron_place all = {
        trimmed.len ? (size_t)(trimmed.p - parser->text.p) : 0, trimmed.len};

    if (count == 0)
        fault(parser, all, "the schedule is empty", count_help(parser->text, count));
    else
        fault(parser, all,
              arena_printf(parser->arena, "a schedule has 5 fields, this one has %zu",
                           count),
              count_help(parser->text, count));
}

bool cron_parse(struct arena *arena, struct str text, struct cron *cron,
                struct cron_faults *faults)
{
    struct parser parser = {.arena = arena, .text = text};
    struct cron_place places[CRON_FIELDS + 1];
    const size_t count = split(text, places);

    *cron = (struct cron){0};
    *faults = (struct cron_faults){0};
    parser.fault = &faults->items[0];
    if (count > 0 && text.p[places[0].offset] == '@')
        word_read(&parser, count, places, cron);
    else if (count != CRON_FIELDS)
        count_fault(&parser, count);
    if (faults->items[0].message) {
        faults->count = 1;
        return false;
    }
    if (count == CRON_FIELDS) {
        memcpy(cron->places, places, sizeof(cron->places));
        fields_read(&parser, cron, faults);
    }
    return faults->count == 0;
}
