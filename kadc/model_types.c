/* model_types.c: types as they stand in YAML, for workflows and manifests.
 *
 *     type  = NAME ["?"] | {type, properties | items | enum | min | max | ...}
 *     field = {name, type, ...}                   in `params`, `inputs`, `outputs`
 *     types = {NAME: type, ...}                   named once, used many times
 *
 * Reports 0104, 0114, 0209, 0215, 0218, 0511, 0516, 1001. A named type is read when it is
 * first used, so that their order in the file is free. */
#include "key_values.h"
#include "model_read.h"

#include "table.h"
#include "type_limits.h"
#include "unique.h"

/* What a mapping says about a type. */
struct type_spec {
    struct name name;
    const struct node *type;
    const struct node *properties;
    const struct node *items;
    const struct node *values;
    const struct node *min, *max, *min_len, *max_len, *pattern;
    const struct node *default_value;
    bool is_required;
    bool is_secret;
    struct str description;
    struct template *from; /* of a parameter that is received */
    struct value *value;   /* of one that a schedule sets */
    bool is_doubtful;      /* it contradicts itself, or is half lost: reported */
};

static key_reader required_read, param_value_read;

#define AT(field) offsetof(struct type_spec, field)
#define TYPE_KEYS                                                                      \
    {"type", KEY_NODE, KEY_REQUIRED, AT(type), .of = &type_set, .about = "its type"},  \
        {"properties",                                                                 \
         KEY_MAP,                                                                      \
         .offset = AT(properties),                                                     \
         .of = &type_set,                                                              \
         .shape = SHAPE_NAMED,                                                         \
         .for_types = "object",                                                        \
         .about = "of an object: a type for each name"},                               \
        {"items",                                                                      \
         KEY_NODE,                                                                     \
         .offset = AT(items),                                                          \
         .of = &type_set,                                                              \
         .for_types = "array",                                                         \
         .about = "of an array: the type of its items"},                               \
        {"enum",                                                                       \
         KEY_LIST,                                                                     \
         KEY_NOT_EMPTY,                                                                \
         AT(values),                                                                   \
         .shape = SHAPE_TEXT,                                                          \
         .for_types = "string",                                                        \
         .about = "the texts it may be"},                                              \
        {"min",                                                                        \
         KEY_NODE,                                                                     \
         .offset = AT(min),                                                            \
         .shape = SHAPE_NUMBER,                                                        \
         .for_types = "number integer",                                                \
         .about = "the least number"},                                                 \
        {"max",                                                                        \
         KEY_NODE,                                                                     \
         .offset = AT(max),                                                            \
         .shape = SHAPE_NUMBER,                                                        \
         .for_types = "number integer",                                                \
         .about = "the greatest number"},                                              \
        {"minLength",                                                                  \
         KEY_NODE,                                                                     \
         .offset = AT(min_len),                                                        \
         .shape = SHAPE_INTEGER,                                                       \
         .for_types = "string array",                                                  \
         .about = "least characters, items"},                                          \
        {"maxLength",                                                                  \
         KEY_NODE,                                                                     \
         .offset = AT(max_len),                                                        \
         .shape = SHAPE_INTEGER,                                                       \
         .for_types = "string array",                                                  \
         .about = "most characters, items"},                                           \
        {"pattern",                                                                    \
         KEY_NODE,                                                                     \
         .offset = AT(pattern),                                                        \
         .shape = SHAPE_TEXT,                                                          \
         .for_types = "string",                                                        \
         .about = "a regular expression"},                                             \
        {"default", KEY_NODE, .offset = AT(default_value),                             \
         .about = "used when left out"},                                               \
        {"required", KEY_BOOLEAN, .read = required_read, .about = "false: optional"},  \
        {"secret", KEY_BOOLEAN, .offset = AT(is_secret),                               \
         .about = "never shown or stored"},                                            \
    {                                                                                  \
        "description", KEY_TEXT, .offset = AT(description), .about = "for people"      \
    }

static const struct key type_keys[] = {TYPE_KEYS};
static const struct key field_keys[] = {
    {"name", KEY_IDENTIFIER, KEY_REQUIRED, AT(name), .about = "how it is named"},
    TYPE_KEYS,
};
static const struct key received_keys[] = {
    {"name", KEY_IDENTIFIER, KEY_REQUIRED, AT(name), .about = "how it is named"},
    TYPE_KEYS,
    {"from", KEY_TEMPLATE, .offset = AT(from),
     .about = "where its value stands: {{ request.body.order.id }}"},
};
static const struct key scheduled_keys[] = {
    {"name", KEY_IDENTIFIER, KEY_REQUIRED, AT(name), .about = "how it is named"},
    TYPE_KEYS,
    {"value", KEY_NODE, .read = param_value_read, .not_with = "default",
     .about = "what it is each time"},
};
const struct key_set type_set = KEY_SET("type", NULL, type_keys);
static const struct key_set *const field_kinds[] = {&field_set, &received_set,
                                                    &scheduled_set, NULL};
const struct key_set field_set =
    KEY_SET_KIND("entry", "name", field_keys, NULL, field_kinds, "any entry");
const struct key_set received_set =
    KEY_SET_KIND("parameter", "name", received_keys, "received-parameter", field_kinds,
                 "a parameter of a webhook, an event or a watch");
const struct key_set scheduled_set =
    KEY_SET_KIND("parameter", "name", scheduled_keys, "scheduled-parameter",
                 field_kinds, "a parameter of a schedule");

static void required_read(struct reader *reader, const struct node *key,
                          const struct node *value, void *target)
{
    struct type_spec *spec = target;
    bool is_known;
    (void)key;
    spec->is_doubtful = !node_is_boolean(value, &is_known);
    boolean_read(reader, value, "required", &spec->is_required);
}

static void param_value_read(struct reader *reader, const struct node *key,
                             const struct node *value, void *target)
{
    (void)key;
    ((struct type_spec *)target)->value = value_read(reader, value);
}

/* ---- Names of types ------------------------------------------------------------------ */

static const struct {
    const char *name;
    enum type_kind kind;
} builtins[] = {
    {"string", TYPE_STRING},   {"number", TYPE_NUMBER},     {"integer", TYPE_INTEGER},
    {"boolean", TYPE_BOOLEAN}, {"duration", TYPE_DURATION}, {"object", TYPE_OBJECT},
    {"array", TYPE_ARRAY},     {"any", TYPE_ANY},
};
enum { BUILTIN_COUNT = sizeof(builtins) / sizeof(builtins[0]) };

/* How many named types may be nested in each other, and how many parts one may have, those
 * of its parts included: with two of the next type in each, 20 types have a million. */
enum { TYPE_NESTING_MAX = 100, TYPE_PARTS_MAX = 20000 };

enum type_state { TYPE_UNREAD, TYPE_READING, TYPE_READ };

/* An entry of `types:`. */
struct named_type {
    struct name name;
    const struct node *node;
    enum type_state state;
    const struct type *type;
    bool is_used;
};

struct type_table {
    struct named_type *items;
    size_t count;
    struct table by_name;
    struct names names; /* of type_names, once it was asked */
    size_t nesting;
    bool has_unknown; /* some name was not understood: it may have meant any of them */
};

static const struct type *spec_type(struct reader *reader, struct type_spec *spec,
                                    const struct node *node);
static const struct type *node_type(struct reader *reader, const struct node *node);

/* The type of an entry, read at its first use. */
static const struct type *named_type_get(struct reader *reader,
                                         struct named_type *entry, struct span span)
{
    struct type_table *table = reader->workflow->type_table;
    struct diags *diags = reader->program->diags;
    if (entry->state == TYPE_READ)
        return entry->type;
    if (entry->state == TYPE_READING) {
        diag_report(diags, span, KAD0516, "type `%.*s` contains itself",
                    STR(entry->name.text));
        diag_note(diags, entry->name.span, "the type is declared here");
        return type_poison();
    }
    if (table->nesting == TYPE_NESTING_MAX) {
        diag_report(diags, span, KAD1301, "types are nested more than %d deep",
                    TYPE_NESTING_MAX);
        return type_poison();
    }
    entry->state = TYPE_READING;
    table->nesting++;
    struct type *type = arena_new(reader->program->arena, struct type);
    *type = *node_type(reader, entry->node);
    table->nesting--;
    if (type_parts(type, TYPE_PARTS_MAX) > TYPE_PARTS_MAX) {
        diag_report(diags, entry->name.span, KAD1301,
                    "type `%.*s` has more than %d parts", STR(entry->name.text),
                    TYPE_PARTS_MAX);
        *type = *type_poison();
    }
    type->name = entry->name.text;
    entry->state = TYPE_READ;
    return entry->type = type;
}

static struct names type_names(struct reader *reader)
{
    struct type_table *table = reader->workflow ? reader->workflow->type_table : NULL;
    size_t count = BUILTIN_COUNT + (table ? table->count : 0);
    if (table && table->names.count > 0)
        return table->names;
    struct str *names = arena_array(reader->program->arena, struct str, count);
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        names[i] = str_of(builtins[i].name);
    for (size_t i = BUILTIN_COUNT; i < count; i++)
        names[i] = table->items[i - BUILTIN_COUNT].name.text;
    const struct names all = {names, count};
    if (table)
        table->names = all;
    return all;
}

/* How others call a builtin type; NULL: not known. */
static const char *foreign_name_find(struct str name)
{
    static const struct {
        const char *foreign, *builtin;
    } words[] = {
        {"int", "integer"},   {"long", "integer"}, {"float", "number"},
        {"double", "number"}, {"str", "string"},   {"text", "string"},
        {"bool", "boolean"},  {"list", "array"},   {"dict", "object"},
        {"map", "object"},    {"json", "any"},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_is(name, words[i].foreign))
            return words[i].builtin;
    return NULL;
}

static void unknown_type_help(struct reader *reader, struct str name)
{
    struct diags *diags = reader->program->diags;
    const char *builtin = foreign_name_find(name);
    if (builtin)
        diag_help(diags, "that is `%s` here", builtin);
    else if (str_starts_with(name, S("array of ")) ||
             str_starts_with(name, S("array<")))
        diag_help(diags,
                  "say what it holds with `items`: `{type: array, items: string}`");
    else
        diag_help(diags,
                  "types are `string`, `integer`, `number`, `boolean`, `duration`, "
                  "`array`, `object`, `any`, and the names under `types`");
}

/* A name without `?`; NULL: there is none. */
static const struct type *name_type_find(struct reader *reader, struct str name,
                                         struct span span)
{
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        if (str_is(name, builtins[i].name))
            return type_simple(builtins[i].kind);
    struct type_table *table = reader->workflow ? reader->workflow->type_table : NULL;
    struct named_type *entry = table ? table_find(&table->by_name, name) : NULL;
    if (!entry)
        return NULL;
    entry->is_used = true;
    return named_type_get(reader, entry, span);
}

/* NAME ["?"] */
static const struct type *name_type(struct reader *reader, const struct node *node)
{
    struct str name = text_read(reader, node, "type");
    if (!name.p)
        return type_poison();
    bool is_optional = str_ends_with(name, S("?"));
    struct str base = is_optional ? str_part(name, 0, name.len - 1) : name;
    struct span span = node_range(node, 0, base.len);
    const struct type *type = name_type_find(reader, base, span);
    if (!type) {
        struct diags *diags = reader->program->diags;
        struct names names = type_names(reader);
        struct nearest nearest = diag_nearest(diags, base, names);
        diag_report(diags, span, KAD0215, "unknown type `%.*s`", STR(base));
        diag_subject(diags, "type `%.*s`", STR(base));
        diag_suggest(diags, span, base, names, &nearest);
        if (nearest.count == 0)
            unknown_type_help(reader, base);
        if (nearest.count == 1)
            type = name_type_find(reader, names.items[nearest.shown[0]], span);
        else if (reader->workflow && reader->workflow->type_table)
            reader->workflow->type_table->has_unknown = true;
    }
    if (!type)
        return type_poison();
    return is_optional ? type_optional(reader->program->arena, type) : type;
}

/* ---- Mappings ------------------------------------------------------------------------ */

static struct type_field spec_field(struct reader *reader, struct type_spec *spec,
                                    const struct node *node)
{
    const struct type *type = spec_type(reader, spec, node);
    struct type_field field = {
        .name = spec->name.text,
        .name_span = spec->name.span,
        .type = type,
        .default_value = spec->default_value,
        .description = spec->description,
    };
    if (spec->default_value && !default_check(reader, spec->default_value, type))
        field.type = type_poison(); /* which of the two is wrong? */
    return field;
}

/* `properties:`; a name and a type each. */
static void properties_read(struct reader *reader, const struct node *map,
                            struct type *object)
{
    struct type_field *fields =
        arena_array(reader->program->arena, struct type_field, map->count);
    for (size_t i = 0; i < map->count; i++) {
        struct type_spec spec = {.is_required = true, .type = map->items[i]};
        if (map->items[i]->kind == NODE_MAP) {
            spec.type = NULL;
            keys_read(reader, &type_set, map->items[i], &spec);
        }
        spec.name = identifier_read(reader, map->keys[i], "property");
        fields[i] = spec_field(reader, &spec, map->items[i]);
    }
    fields_unique(reader->program, "property", fields, map->count, KAD1001);
    object->fields = fields;
    object->field_count = map->count;
    object->is_opaque = false;
}

/* Text that may be one of a few. false: one of them can't be read, reported. */
static bool values_read(struct reader *reader, const struct node *list,
                        struct type *type)
{
    struct program *program = reader->program;
    struct str *values = arena_array(program->arena, struct str, list->count);
    struct name *names = arena_array(program->arena, struct name, list->count);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct str text = text_read(reader, list->items[i], "enum");
        if (!text.p)
            continue;
        names[count] = (struct name){text, list->items[i]->span};
        values[count++] = text;
    }
    names_unique(program, "value", names, count, KAD0218, KAD1001);
    type->values = values;
    type->value_count = count;
    return count == list->count;
}

static bool names_have(const char *names, const char *name)
{
    struct str rest = str_of(names);
    while (rest.len > 0)
        if (str_is(name_take(&rest), name))
            return true;
    return false;
}

/* A constraint that the kind of type has no use for. */
static void spec_key_check(struct reader *reader, struct type_spec *spec,
                           const struct type *type, const struct node *value,
                           const char *name)
{
    const struct key *key = key_find(&type_set, str_of(name));
    if (!value || names_have(key->for_types, type_kind_name(type->kind)))
        return;
    spec->is_doubtful = reader->has_gaps = true;
    diag_report(reader->program->diags, value->span, KAD0104,
                "`%s` has no meaning for type `%.*s`", name,
                STR(type_text(reader->program->arena, type)));
    if (spec->type)
        diag_subject(reader->program->diags, "type at %u", spec->type->span.start);
}

static void spec_keys_check(struct reader *reader, struct type_spec *spec,
                            const struct type *type)
{
    spec_key_check(reader, spec, type, spec->properties, "properties");
    spec_key_check(reader, spec, type, spec->items, "items");
    spec_key_check(reader, spec, type, spec->values, "enum");
    spec_key_check(reader, spec, type, spec->min, "min");
    spec_key_check(reader, spec, type, spec->max, "max");
    spec_key_check(reader, spec, type, spec->min_len, "minLength");
    spec_key_check(reader, spec, type, spec->max_len, "maxLength");
    spec_key_check(reader, spec, type, spec->pattern, "pattern");
}

/* What `type:` says, or what can be told without it. */
static const struct type *spec_base(struct reader *reader, const struct type_spec *spec)
{
    if (spec->type)
        return node_type(reader, spec->type);
    if (spec->properties)
        return type_simple(TYPE_OBJECT);
    return spec->items ? type_simple(TYPE_ARRAY) : type_poison();
}

static bool has_limits(const struct type_spec *spec)
{
    return spec->properties || spec->items || spec->values || spec->min || spec->max ||
           spec->min_len || spec->max_len || spec->pattern;
}

static void spec_limits_read(struct reader *reader, struct type_spec *spec,
                             struct type *type)
{
    if (spec->properties)
        properties_read(reader, spec->properties, type);
    if (spec->items) {
        type->items = node_type(reader, spec->items);
        type->is_opaque = false;
    }
    if (spec->values && !values_read(reader, spec->values, type))
        spec->is_doubtful = true;
    limits_read(reader,
                &(struct limit_nodes){spec->min, spec->max, spec->min_len,
                                      spec->max_len, spec->pattern},
                type);
}

/* A named type with more said beside it: a value has to satisfy both. NULL: none can,
 * reported. */
static struct type *narrowed(struct reader *reader, struct type_spec *spec,
                             const struct type *base)
{
    struct arena *arena = reader->program->arena;
    struct type *own = type_copy(arena, type_simple(base->kind));
    const struct type *both;
    spec_limits_read(reader, spec, own);
    both = type_meet(arena, base, own);
    if (both)
        return type_copy(arena, both);
    diag_report(reader->program->diags, spec->type->span, KAD0114,
                "no value is a `%.*s` and what is said beside it", STR(base->name));
    diag_note(reader->program->diags, base->span, "the type is declared here");
    return NULL;
}

static const struct type *spec_type(struct reader *reader, struct type_spec *spec,
                                    const struct node *node)
{
    const struct type *base = spec_base(reader, spec);
    struct type *type;
    if (base->kind == TYPE_POISON)
        return base;
    spec_keys_check(reader, spec, base);
    if (spec->is_doubtful)
        return type_poison();
    if (base->name.len && has_limits(spec)) {
        type = narrowed(reader, spec, base);
        if (!type)
            return type_poison();
    } else {
        type = type_copy(reader->program->arena, base);
        spec_limits_read(reader, spec, type);
    }
    if (spec->is_doubtful)
        return type_poison();
    type->span = spec->type ? spec->type->span : node->span;
    type->is_secret = base->is_secret || spec->is_secret;
    type->is_optional =
        (base->is_optional || !spec->is_required) && !spec->default_value;
    return type;
}

/* A type where no name and no default belong to it. */
static const struct type *node_type(struct reader *reader, const struct node *node)
{
    if (node->kind == NODE_SCALAR)
        return name_type(reader, node);
    struct type_spec spec = {.is_required = true};
    if (!keys_read(reader, &type_set, node, &spec))
        return type_poison();
    if (spec.default_value) {
        diag_report(reader->program->diags, spec.default_value->span, KAD0104,
                    "`default` has no meaning for a type without a name");
        spec.default_value = NULL;
    }
    return spec_type(reader, &spec, node);
}

const struct type *type_read(struct program *program, const struct workflow *workflow,
                             const struct node *node)
{
    struct reader reader = {.program = program, .workflow = workflow};
    return node_type(&reader, node);
}

/* ---- Lists of fields ----------------------------------------------------------------- */

/* `sources`: as many as there are entries: they are parameters; or NULL. */
static struct type_field *entries_read(struct reader *reader, const struct key_set *set,
                                       const struct node *list, const char *what,
                                       size_t *count, struct param_source *sources)
{
    struct arena *arena = reader->program->arena;
    struct type_field *fields = arena_array(arena, struct type_field, list->count);
    *count = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct type_spec spec = {.is_required = true};
        if (!keys_read(reader, set, list->items[i], &spec) || !spec.name.text.p)
            continue;
        if (sources)
            sources[*count] = (struct param_source){spec.from, spec.value};
        fields[(*count)++] = spec_field(reader, &spec, list->items[i]);
    }
    fields_unique(reader->program, what, fields, *count, sources ? KAD0709 : KAD1001);
    return fields;
}

struct type_field *fields_read(struct reader *reader, const struct node *list,
                               const char *what, size_t *count)
{
    return entries_read(reader, &field_set, list, what, count, NULL);
}

void params_read(struct reader *reader, const struct key_set *set,
                 const struct node *list, struct trigger *trigger)
{
    trigger->sources =
        arena_array(reader->program->arena, struct param_source, list->count);
    trigger->params = entries_read(reader, set, list, "parameter",
                                   &trigger->param_count, trigger->sources);
}

const struct type *object_of_fields(struct arena *arena,
                                    const struct type_field *fields, size_t count)
{
    struct type *object = arena_new(arena, struct type);
    object->kind = TYPE_OBJECT;
    object->fields = fields;
    object->field_count = count;
    return object;
}

/* ---- `types:` ------------------------------------------------------------------------ */

static void type_name_check(struct reader *reader, struct named_type *entry)
{
    const struct name *name = &entry->name;
    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        if (!str_is(name->text, builtins[i].name))
            continue;
        diag_report(reader->program->diags, name->span, KAD0210,
                    "`%.*s` is a type of the language", STR(name->text));
        entry->is_used = true; /* by who meant it and got the other */
    }
}

void types_section_read(struct reader *reader, const struct node *map,
                        struct workflow *workflow)
{
    struct arena *arena = reader->program->arena;
    struct type_table *table = arena_new(arena, struct type_table);
    table->items = arena_array(arena, struct named_type, map->count);
    table_init(&table->by_name, arena);
    for (size_t i = 0; i < map->count; i++) {
        struct named_type *entry = &table->items[i];
        entry->name = identifier_read(reader, map->keys[i], "type");
        entry->node = map->items[i];
        type_name_check(reader, entry);
        table_add(&table->by_name, entry->name.text, entry);
    }
    table->count = map->count;
    workflow->type_table = table;
    workflow->types = arena_array(arena, struct type_field, map->count);
    workflow->type_count = map->count;
    for (size_t i = 0; i < map->count; i++) {
        struct named_type *entry = &table->items[i];
        workflow->types[i] = (struct type_field){
            .name = entry->name.text,
            .name_span = entry->name.span,
            .type = named_type_get(reader, entry, entry->name.span),
        };
    }
    fields_unique(reader->program, "type", workflow->types, workflow->type_count,
                  KAD1001);
}

void types_report_unused(struct reader *reader)
{
    const struct type_table *table = reader->workflow->type_table;
    if (reader->has_gaps)
        return;
    for (size_t i = 0; table && !table->has_unknown && i < table->count; i++)
        if (!table->items[i].is_used)
            diag_report(reader->program->diags, table->items[i].name.span, KAD0212,
                        "type `%.*s` is never used", STR(table->items[i].name.text));
}
