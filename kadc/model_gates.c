/* model_gates.c: steps that wait.
 *
 *     wait     = duration | {until: moment, timeout} | {event: NAME, match, timeout}
 *              | {first: {NAME: way...}, timeout}
 *     way      = {after: duration} | {until: moment} | {event: NAME, match}
 *     approval = {prompt, choices: [name...], timeout}
 *
 * Reports 0114 (no moment), 0209 (events), 0218 and 1001 (choices, ways) and, by keys.c, group
 * 01; durations and expressions are for types_check.c. */
#include <ctype.h>
#include <string.h>

#include "base/moment.h"
#include "model_read.h"
#include "unique.h"

/* ---- wait ---------------------------------------------------------------------------- */

/* What stands in the map of a wait; the way comes first, so that its readers serve both. */
struct wait_map {
    struct wait_way way; /* the only one */
    const struct node *first;
    int64_t timeout_ms;
};

static key_reader after_read, until_read, event_read, match_read;

static const struct key way_keys[] = {
    {"after", KEY_NODE, .read = after_read, .shape = SHAPE_SCALAR,
     .about = "a duration"},
    {"until", KEY_NODE, .read = until_read, .shape = SHAPE_TEXT, .not_with = "after",
     .about = "a moment, as ISO 8601 text with its zone"},
    {"event", KEY_NODE, .read = event_read, .shape = SHAPE_TEXT,
     .not_with = "after until", .about = "the name of an event"},
    {"match", KEY_MAP, KEY_NOT_EMPTY, .read = match_read, .with = "event",
     .about = "fields that the event's data must have, with these values"},
};
static const struct key_set way_set =
    KEY_SET_ONE_OF("way", NULL, way_keys, "after until event");

#define AT(field) offsetof(struct wait_map, field)
static const struct key wait_keys[] = {
    {"until", KEY_NODE, .read = until_read, .shape = SHAPE_TEXT,
     .about = "a moment, as ISO 8601 text with its zone"},
    {"event", KEY_NODE, .read = event_read, .shape = SHAPE_TEXT, .not_with = "until",
     .about = "the name of an event"},
    {"match", KEY_MAP, KEY_NOT_EMPTY, .read = match_read, .with = "event",
     .about = "fields that the event's data must have, with these values"},
    {"first", KEY_MAP, KEY_NOT_EMPTY, AT(first), .not_with = "until event",
     .of = &way_set, .shape = SHAPE_ENTRY,
     .about = "several ways; the one that comes first is the outcome"},
    {"timeout", KEY_DURATION, .offset = AT(timeout_ms),
     .about = "how long it waits; then the step has timed out"},
};
#undef AT
const struct key_set wait_set =
    KEY_SET_ONE_OF("wait", NULL, wait_keys, "until event first");

/* A single value; or NULL: reported. */
static struct value *scalar_read(struct reader *reader, const struct node *node,
                                 const char *what)
{
    return node_expect(reader, node, NODE_SCALAR, what) ? value_read(reader, node)
                                                        : NULL;
}

static void after_read(struct reader *reader, const struct node *key,
                       const struct node *value, void *target)
{
    (void)key;
    ((struct wait_way *)target)->duration = scalar_read(reader, value, "after");
}

static void until_read(struct reader *reader, const struct node *key,
                       const struct node *value, void *target)
{
    struct wait_way *way = target;
    struct diags *diags = reader->program->diags;
    int64_t unix_ms;
    (void)key;
    way->until = scalar_read(reader, value, "until");
    if (!way->until || !way->until->scalar->is_literal ||
        moment_parse(value->text, &unix_ms))
        return;
    diag_report(diags, value->span, KAD0114, "`until`: `%.*s` is no moment",
                STR(value->text));
    diag_help(diags, "date, time and zone: `2026-12-24T18:00:00Z`, or with `+01:00`");
}

/* [A-Za-z0-9._:-]+ */
static bool is_event_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.p[i]) && !strchr("._:-", text.p[i]))
            return false;
    return text.len > 0;
}

struct name event_name_read(struct reader *reader, const struct node *value)
{
    struct diags *diags = reader->program->diags;
    struct name name = {text_read(reader, value, "event"), value->span};
    if (!name.text.p || is_event_name(name.text))
        return name;
    diag_report(diags, value->span, KAD0209, "`%.*s` is not the name of an event",
                STR(name.text));
    diag_help(diags, "letters and digits, and `.`, `_`, `-`, `:`: `order.paid`");
    return name;
}

static void event_read(struct reader *reader, const struct node *key,
                       const struct node *value, void *target)
{
    (void)key;
    ((struct wait_way *)target)->event = event_name_read(reader, value);
}

static void match_read(struct reader *reader, const struct node *key,
                       const struct node *value, void *target)
{
    struct wait_way *way = target;
    (void)key;
    way->match = inputs_read(reader, value, &way->match_count);
}

/* 0105, unless some key could not be read, which may have been it. */
static void way_check(struct reader *reader, const struct key_set *set,
                      const struct node *map, const struct wait_way *way,
                      const char *wanted)
{
    static const char *const keys[] = {"after", "until", "event", "first", "match"};
    bool is_said = way->duration || way->until || way->event.span.source;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        is_said = is_said || node_find(map, keys[i]);
    if (!is_said && !reader->has_gaps && map->count > 0)
        diag_report(reader->program->diags, keys_place(set, map), KAD0105,
                    "missing key %s in a %s", wanted, set->what);
}

/* `first:`; each way is an outcome. */
static void ways_read(struct reader *reader, const struct node *map, struct wait *wait)
{
    struct arena *arena = reader->program->arena;
    struct name *names = arena_array(arena, struct name, map->count);
    wait->is_first = true;
    wait->ways = arena_array(arena, struct wait_way, map->count);
    wait->way_count = map->count;
    for (size_t i = 0; i < map->count; i++) {
        struct wait_way *way = &wait->ways[i];
        bool had_gaps = reader->has_gaps;
        reader->has_gaps = false;
        way->name = names[i] = identifier_read(reader, map->keys[i], "way");
        if (keys_read(reader, &way_set, map->items[i], way)) {
            way_check(reader, &way_set, map->items[i], way,
                      "`after`, `until` or `event`");
            if (map->items[i]->count == 0)
                diag_report(reader->program->diags, map->keys[i]->span, KAD0109,
                            "`%.*s` has nothing in it", STR(map->keys[i]->text));
        }
        reader->has_gaps = reader->has_gaps || had_gaps;
    }
    names_unique(reader->program, "way", names, map->count, KAD0218, KAD1001);
    wait->names = names;
    wait->name_count = map->count;
}

static void wait_map_read(struct reader *reader, const struct node *node,
                          struct step *step)
{
    struct wait_map map = {0};
    struct wait *wait = &step->wait;
    bool had_gaps = reader->has_gaps;
    reader->has_gaps = false;
    if (keys_read(reader, &wait_set, node, &map) && !map.first)
        way_check(reader, &wait_set, node, &map.way, "`until`, `event` or `first`");
    reader->has_gaps = reader->has_gaps || had_gaps;
    step->timeout_ms = map.timeout_ms;
    if (map.first) {
        wait->span = map.first->span;
        ways_read(reader, map.first, wait);
        return;
    }
    *wait->ways = map.way;
    if (!map.way.duration && !map.way.until && !map.way.event.span.source)
        wait->way_count = 0; /* reported */
}

void wait_read(struct reader *reader, const struct node *node, struct step *step)
{
    struct wait *wait = &step->wait;
    wait->ways = arena_new(reader->program->arena, struct wait_way);
    wait->way_count = 1;
    wait->span = node->span;
    if (node->kind != NODE_MAP) {
        wait->ways->duration = scalar_read(reader, node, "wait");
        return;
    }
    wait_map_read(reader, node, step);
    if (node->count == 0)
        diag_report(reader->program->diags, node->span, KAD0109,
                    "`wait` has nothing in it");
}

/* 0: it may come at any time. */
static int64_t way_literal_ms(const struct wait_way *way)
{
    int64_t duration_ms = 0;
    if (way->duration && way->duration->scalar->is_literal)
        duration_parse(way->duration->node->text, &duration_ms);
    return duration_ms;
}

int64_t wait_literal_ms(const struct wait *wait)
{
    int64_t shortest_ms = 0;
    for (size_t i = 0; i < wait->way_count; i++) {
        int64_t way_ms = way_literal_ms(&wait->ways[i]);
        if (way_ms > 0 && (shortest_ms == 0 || way_ms < shortest_ms))
            shortest_ms = way_ms;
    }
    return shortest_ms;
}

/* ---- approval ------------------------------------------------------------------------ */

static key_reader prompt_read, choices_read;

static const struct key approval_keys[] = {
    {"prompt", KEY_NODE, KEY_REQUIRED, .read = prompt_read, .shape = SHAPE_SCALAR,
     .about = "what the person is asked"},
    {"choices", KEY_LIST, KEY_REQUIRED_AND_NOT_EMPTY, .read = choices_read,
     .shape = SHAPE_TEXT, .about = "what the person can choose; each is an outcome"},
    {"timeout", KEY_DURATION, .offset = offsetof(struct step, timeout_ms),
     .about = "how long the person has"},
};
const struct key_set approval_set = KEY_SET("approval", NULL, approval_keys);

static void prompt_read(struct reader *reader, const struct node *key,
                        const struct node *value, void *target)
{
    (void)key;
    ((struct step *)target)->approval.prompt = scalar_read(reader, value, "prompt");
}

static void choices_read(struct reader *reader, const struct node *key,
                         const struct node *value, void *target)
{
    struct approval *approval = &((struct step *)target)->approval;
    (void)key;
    approval->choices = arena_array(reader->program->arena, struct name, value->count);
    for (size_t i = 0; i < value->count; i++) {
        struct name choice = identifier_read(reader, value->items[i], "choice");
        if (choice.text.p)
            approval->choices[approval->choice_count++] = choice;
    }
    names_unique(reader->program, "choice", approval->choices, approval->choice_count,
                 KAD0218, KAD1001);
}

void approval_read(struct reader *reader, const struct node *key,
                   const struct node *map, struct step *step)
{
    step->approval.span = key->span;
    keys_read(reader, &approval_set, map, step);
}
