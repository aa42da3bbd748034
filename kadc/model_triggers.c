/* model_triggers.c: what starts a workflow, and the parameters that it is started with.
 *
 *     trigger  = cli | schedule | webhook | event | watch, each a set of keys of its own
 *     param    = field + {from} (webhook, event, watch) | field + {value} (schedule) | field
 *
 * Reports 0114, 0209 (events), 0218 and 0503 (one parameter of two types) and, by keys.c,
 * group 01. What their texts mean is for triggers.c. A trigger without a readable type is
 * read as that which has its keys. */
#include <string.h>

#include "key_values.h"
#include "model_read.h"
#include "table.h"

/* ---- Key sets ------------------------------------------------------------------------ */

static key_reader type_read_checked, plain_params_read, received_params_read,
    scheduled_params_read, catch_up_read, overlap_read, method_read, event_read,
    paths_read;

#define AT(field) offsetof(struct trigger, field)
#define TYPE_KEY(kind)                                                                 \
    {                                                                                  \
        "type", KEY_NODE, KEY_REQUIRED, .read = type_read_checked,                     \
                                        .shape = SHAPE_TEXT, .texts = (kind),          \
                                        .about = "what starts the workflow"            \
    }
#define RECEIVED_PARAMS_KEY                                                            \
    {                                                                                  \
        "params", KEY_LIST, .read = received_params_read, .of = &received_set,         \
                            .about = "what it is started with"                         \
    }

static const struct key cli_keys[] = {
    TYPE_KEY("cli"),
    {"command", KEY_NAME, .offset = AT(command),
     .about = "the command that starts it: kad workflow ID"},
    {"params", KEY_LIST, .read = plain_params_read, .of = &field_set,
     .about = "what it is started with"},
};
static const struct key schedule_keys[] = {
    TYPE_KEY("schedule"),
    {"cron", KEY_NAME, KEY_REQUIRED, AT(schedule.cron),
     .about = "when: minute, hour, day of month, month, weekday"},
    {"timezone", KEY_NAME, .offset = AT(schedule.timezone),
     .about = "the zone of these times: Europe/Berlin"},
    {"catchUp", KEY_NODE, .read = catch_up_read, .shape = SHAPE_TEXT,
     .texts = "none last all", .about = "which of the times that were missed count"},
    {"overlap", KEY_NODE, .read = overlap_read, .shape = SHAPE_TEXT,
     .texts = "skip queue all cancel",
     .about = "what happens while an execution of it is under way"},
    {"params", KEY_LIST, .read = scheduled_params_read, .of = &scheduled_set,
     .about = "what it is started with"},
};
static const struct key webhook_keys[] = {
    TYPE_KEY("webhook"),
    {"path", KEY_NAME, KEY_REQUIRED, AT(webhook.path),
     .about = "what follows the host in its address: /hooks/orders"},
    {"method", KEY_NODE, .read = method_read, .shape = SHAPE_TEXT,
     .texts = "GET POST PUT PATCH DELETE", .about = "of the request"},
    {"secret", KEY_TEMPLATE, .offset = AT(webhook.secret),
     .about = "signs the requests, by HMAC-SHA256: {{ secrets.NAME }}"},
    RECEIVED_PARAMS_KEY,
};
static const struct key event_keys[] = {
    TYPE_KEY("event"),
    {"event", KEY_NODE, KEY_REQUIRED, .read = event_read, .shape = SHAPE_TEXT,
     .about = "the name of the event"},
    {"filter", KEY_TEMPLATE, .offset = AT(event.filter),
     .about = "a condition over trigger and event"},
    RECEIVED_PARAMS_KEY,
};
static const struct key watch_keys[] = {
    TYPE_KEY("watch"),
    {"paths", KEY_LIST, KEY_REQUIRED_AND_NOT_EMPTY, .read = paths_read,
     .shape = SHAPE_TEXT, .about = "globs of the files that are watched"},
    {"debounce", KEY_DURATION, .offset = AT(watch.debounce_ms),
     .about = "how long the files have to rest"},
    RECEIVED_PARAMS_KEY,
};
#undef AT

enum { KIND_COUNT = 5 };
static const struct key_set *const trigger_kinds[KIND_COUNT + 1];
static const struct key_set cli_set = KEY_SET_KIND(
    "trigger", "type", cli_keys, "cli", trigger_kinds, "a trigger of type `cli`");
static const struct key_set schedule_set =
    KEY_SET_KIND("trigger", "type", schedule_keys, "schedule", trigger_kinds,
                 "a trigger of type `schedule`");
static const struct key_set webhook_set =
    KEY_SET_KIND("trigger", "type", webhook_keys, "webhook", trigger_kinds,
                 "a trigger of type `webhook`");
static const struct key_set event_set = KEY_SET_KIND(
    "trigger", "type", event_keys, "event", trigger_kinds, "a trigger of type `event`");
static const struct key_set watch_set = KEY_SET_KIND(
    "trigger", "type", watch_keys, "watch", trigger_kinds, "a trigger of type `watch`");

/* In the order of enum trigger_kind, without the first. */
static const struct key_set *const trigger_kinds[KIND_COUNT + 1] = {
    &cli_set, &schedule_set, &webhook_set, &event_set, &watch_set, NULL};
static const struct str kind_texts[KIND_COUNT] = {
    {"cli", 3}, {"schedule", 8}, {"webhook", 7}, {"event", 5}, {"watch", 5}};
static const struct names kind_names = {kind_texts, KIND_COUNT};

const struct key_set trigger_set = {
    .what = "trigger", .name_key = "type", .kinds = trigger_kinds};

struct str trigger_kind_text(enum trigger_kind kind)
{
    return kind_texts[kind - TRIGGER_CLI];
}

/* ---- The values of keys -------------------------------------------------------------- */

static void type_read_checked(struct reader *reader, const struct node *key,
                              const struct node *value, void *target)
{
    struct trigger *trigger = target;
    trigger->type = (struct name){value->text, value->span};
    choice_read(reader, key, value, kind_names);
}

static void plain_params_read(struct reader *reader, const struct node *key,
                              const struct node *value, void *target)
{
    (void)key;
    params_read(reader, &field_set, value, target);
}

static void received_params_read(struct reader *reader, const struct node *key,
                                 const struct node *value, void *target)
{
    (void)key;
    params_read(reader, &received_set, value, target);
}

static void scheduled_params_read(struct reader *reader, const struct node *key,
                                  const struct node *value, void *target)
{
    (void)key;
    params_read(reader, &scheduled_set, value, target);
}

static void catch_up_read(struct reader *reader, const struct node *key,
                          const struct node *value, void *target)
{
    static const struct str items[] = {[CATCH_UP_NONE] = {"none", 4},
                                       [CATCH_UP_LAST] = {"last", 4},
                                       [CATCH_UP_ALL] = {"all", 3}};
    const struct names names = {items, sizeof(items) / sizeof(items[0])};
    ptrdiff_t found = choice_read(reader, key, value, names);
    if (found >= 0)
        ((struct trigger *)target)->schedule.catch_up = (enum catch_up)found;
}

static void overlap_read(struct reader *reader, const struct node *key,
                         const struct node *value, void *target)
{
    static const struct str items[] = {[OVERLAP_SKIP] = {"skip", 4},
                                       [OVERLAP_QUEUE] = {"queue", 5},
                                       [OVERLAP_ALL] = {"all", 3},
                                       [OVERLAP_CANCEL] = {"cancel", 6}};
    const struct names names = {items, sizeof(items) / sizeof(items[0])};
    ptrdiff_t found = choice_read(reader, key, value, names);
    if (found >= 0)
        ((struct trigger *)target)->schedule.overlap = (enum overlap)found;
}

static void method_read(struct reader *reader, const struct node *key,
                        const struct node *value, void *target)
{
    static const struct str items[] = {
        {"GET", 3}, {"POST", 4}, {"PUT", 3}, {"PATCH", 5}, {"DELETE", 6}};
    const struct names names = {items, sizeof(items) / sizeof(items[0])};
    ptrdiff_t found = choice_read(reader, key, value, names);
    if (found >= 0)
        ((struct trigger *)target)->webhook.method = items[found];
}

static void event_read(struct reader *reader, const struct node *key,
                       const struct node *value, void *target)
{
    (void)key;
    ((struct trigger *)target)->event.name = event_name_read(reader, value);
}

static void paths_read(struct reader *reader, const struct node *key,
                       const struct node *value, void *target)
{
    struct watch *watch = &((struct trigger *)target)->watch;
    (void)key;
    watch->paths = arena_array(reader->program->arena, struct name, value->count);
    for (size_t i = 0; i < value->count; i++) {
        struct str text = text_read(reader, value->items[i], "paths");
        if (text.p)
            watch->paths[watch->path_count++] =
                (struct name){text, value->items[i]->span};
    }
}

enum { DEBOUNCE_MS = 1000 }; /* where nothing is said */

/* ---- The trigger --------------------------------------------------------------------- */

/* How many of the keys of a map the set has. */
static size_t known_count(const struct key_set *set, const struct node *map)
{
    size_t count = 0;
    for (size_t i = 0; i < map->count; i++)
        count += key_find(set, map->keys[i]->text) != NULL;
    return count;
}

/* What the trigger is by its keys: the first that has the most of them. */
static enum trigger_kind kind_by_keys(const struct node *map)
{
    size_t best = 0;
    for (size_t i = 1; i < KIND_COUNT; i++)
        if (known_count(trigger_kinds[i], map) > known_count(trigger_kinds[best], map))
            best = i;
    return (enum trigger_kind)(TRIGGER_CLI + best);
}

/* A misspelt type with one near candidate is taken as meant: reported by its reader. */
static enum trigger_kind kind_of(const struct node *map)
{
    const struct node *type = node_find(map, "type");
    if (!type || type->kind != NODE_SCALAR || node_is_null(type))
        return kind_by_keys(map);
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (str_equal(type->text, kind_texts[i]))
            return (enum trigger_kind)(TRIGGER_CLI + i);
    struct nearest nearest = names_nearest(type->text, kind_names);
    if (nearest.count == 1)
        return (enum trigger_kind)(TRIGGER_CLI + nearest.shown[0]);
    return TRIGGER_UNKNOWN;
}

/* A trigger of a type that nobody knows: the names that it passes on are still of use, so
 * that `trigger.x` is no second mistake; nothing else in it is looked at. */
static void unknown_read(struct reader *reader, const struct node *map,
                         struct trigger *trigger)
{
    static const struct node key = {.kind = NODE_SCALAR, .text = {"type", 4}};
    const struct node *params = node_find(map, "params");
    size_t count = params && params->kind == NODE_LIST ? params->count : 0;
    type_read_checked(reader, &key, node_find(map, "type"), trigger);
    reader->has_gaps = true;
    trigger->params = arena_array(reader->program->arena, struct type_field, count);
    trigger->sources = arena_array(reader->program->arena, struct param_source, count);
    for (size_t i = 0; i < count; i++) {
        const struct node *param = params->items[i];
        const struct node *name =
            param->kind == NODE_MAP ? node_find(param, "name") : NULL;
        if (name && name->kind == NODE_SCALAR)
            trigger->params[trigger->param_count++] = (struct type_field){
                .name = name->text, .name_span = name->span, .type = type_poison()};
    }
}

static void trigger_read(struct reader *reader, const struct node *node,
                         struct trigger *trigger)
{
    bool is_map = node->kind == NODE_MAP;
    trigger->node = node;
    trigger->span = is_map ? keys_place(&trigger_set, node) : node->span;
    trigger->kind = is_map ? kind_of(node) : TRIGGER_CLI;
    trigger->webhook.method = S("POST");
    trigger->watch.debounce_ms = DEBOUNCE_MS;
    if (trigger->kind == TRIGGER_UNKNOWN)
        unknown_read(reader, node, trigger);
    else
        keys_read(reader, trigger_kinds[trigger->kind - TRIGGER_CLI], node, trigger);
}

/* ---- Parameters ---------------------------------------------------------------------- */

/* Two triggers may give the same parameter, but not with different types. (Twice in one
 * trigger is 0218.) */
static void param_same_check(struct reader *reader, const struct trigger *trigger,
                             const struct type_field *first,
                             const struct type_field *other)
{
    struct arena *arena = reader->program->arena;
    bool is_poisoned =
        first->type->kind == TYPE_POISON || other->type->kind == TYPE_POISON;
    bool is_same_trigger =
        first >= trigger->params && first < trigger->params + trigger->param_count;
    if (is_poisoned || is_same_trigger ||
        type_same(type_required(arena, first->type), type_required(arena, other->type)))
        return;
    diag_report(reader->program->diags, other->name_span, KAD0503,
                "parameter `%.*s` is %.*s here and %.*s in another trigger",
                STR(other->name), STR(type_text(arena, other->type)),
                STR(type_text(arena, first->type)));
    diag_note(reader->program->diags, first->name_span, "the other one");
}

/* Whether some parameter could not be read. */
static bool has_lost_params(const struct node *triggers,
                            const struct workflow *workflow)
{
    if (triggers->kind != NODE_LIST)
        return true;
    for (size_t i = 0; i < triggers->count; i++) {
        const struct node *trigger = triggers->items[i];
        const struct node *params =
            trigger->kind == NODE_MAP ? node_find(trigger, "params") : NULL;
        if (params && (params->kind != NODE_LIST ||
                       workflow->triggers[i].param_count < params->count))
            return true;
    }
    return false;
}

/* A parameter, and how many triggers give it always. */
struct joined {
    struct type_field *first;
    size_t trigger_number; /* of the latest that has it */
    size_t always_count;
};

static void param_join(struct arena *arena, struct table *by_name,
                       struct type_field *field, size_t trigger_number,
                       struct joined **joined)
{
    *joined = table_find(by_name, field->name);
    if (!*joined) {
        *joined = arena_new(arena, struct joined);
        (*joined)->first = field;
        table_add(by_name, field->name, *joined);
    } else if ((*joined)->trigger_number == trigger_number) {
        return; /* twice in one trigger: reported */
    }
    (*joined)->trigger_number = trigger_number;
    (*joined)->always_count += !field->type->is_optional;
}

/* All parameters of all triggers. One that some trigger lacks, or need not give, is optional. */
static void params_join(struct reader *reader, struct workflow *workflow)
{
    struct arena *arena = reader->program->arena;
    VEC(struct joined *) all = {0};
    struct type_field *fields;
    struct joined *joined;
    struct table by_name;
    table_init(&by_name, arena);
    for (size_t i = 0; i < workflow->trigger_count; i++) {
        const struct trigger *trigger = &workflow->triggers[i];
        for (size_t j = 0; j < trigger->param_count; j++) {
            struct type_field *field = &trigger->params[j];
            param_join(arena, &by_name, field, i, &joined);
            if (joined->first == field)
                vec_push(arena, &all, joined);
            else
                param_same_check(reader, trigger, joined->first, field);
        }
    }
    fields = arena_array(arena, struct type_field, all.count);
    for (size_t i = 0; i < all.count; i++) {
        fields[i] = *all.items[i]->first;
        if (all.items[i]->always_count < workflow->trigger_count)
            fields[i].type = type_optional(arena, fields[i].type);
    }
    workflow->params = object_of_fields(arena, fields, all.count);
}

void triggers_read(struct reader *reader, const struct node *list,
                   struct workflow *workflow)
{
    workflow->triggers =
        arena_array(reader->program->arena, struct trigger, list->count);
    for (size_t i = 0; i < list->count; i++)
        trigger_read(reader, list->items[i],
                     &workflow->triggers[workflow->trigger_count++]);
    params_join(reader, workflow);
    if (has_lost_params(list, workflow))
        workflow->params = type_poison(); /* any name may be one of them */
}

const struct type_field *trigger_param_find(const struct trigger *trigger,
                                            struct str name)
{
    for (size_t i = 0; i < trigger->param_count; i++)
        if (str_equal(trigger->params[i].name, name))
            return &trigger->params[i];
    return NULL;
}
