/* schema.c: JSON Schema from the tables of keys.
 *
 * Each set of keys is a definition under `$defs`, by what it is called in messages; a route
 * is one, too. Keys of a later version are left out, and so refused. */
#include "schema.h"

#include <string.h>

#include "describe.h"
#include "model_read.h"

struct writer {
    json_t *defs;
};

static json_t *schema_of_type(const char *type)
{
    return json_pack("{s:s}", "type", type);
}

static json_t *schema_of_pattern(const char *pattern)
{
    return json_pack("{s:s,s:s}", "type", "string", "pattern", pattern);
}

static json_t *ref(const char *name)
{
    return json_pack("{s:s+}", "$ref", "#/$defs/", name);
}

/* ---- What stands at a place ------------------------------------------------------------ */

static json_t *set_ref(struct writer *writer, const struct key_set *set);

static json_t *decision_schema(struct writer *writer)
{
    return json_pack("{s:[o,o]}", "oneOf", set_ref(writer, &condition_set),
                     set_ref(writer, &switch_set));
}

/* A decision's ways are routes again. */
static json_t *route_ref(struct writer *writer)
{
    if (!json_object_get(writer->defs, "route")) {
        json_object_set_new(writer->defs, "route", json_true());
        json_object_set_new(writer->defs, "route",
                            json_pack("{s:[o,o,o]}", "anyOf", schema_of_type("string"),
                                      set_ref(writer, &condition_set),
                                      set_ref(writer, &switch_set)));
    }
    return ref("route");
}

/* Calls `add` for each of the names in a text, which blanks separate. */
static void each_name(const char *names, void (*add)(json_t *list, struct str name),
                      json_t *list)
{
    struct str rest = str_of(names ? names : "");

    while (rest.len > 0)
        add(list, name_take(&rest));
}

static void add_name(json_t *list, struct str name)
{
    json_array_append_new(list, json_stringn(name.p, name.len));
}

/* One of the texts; NULL: any. */
static json_t *texts_schema(const char *texts)
{
    json_t *values = json_array();

    if (!texts) {
        json_decref(values);
        return schema_of_type("string");
    }
    each_name(texts, add_name, values);
    return json_pack("{s:o}", "enum", values);
}

/* A list of steps alone, or with more beside it. */
static json_t *branch_schema(struct writer *writer, const struct key *key)
{
    return json_pack("{s:[{s:s,s:o,s:i},o]}", "anyOf", "type", "array", "items",
                     set_ref(writer, &step_set), "minItems", 1,
                     set_ref(writer, key->of));
}

/* What the value is, or each entry of a list or map. */
static json_t *shape_schema(struct writer *writer, const struct key *key)
{
    switch (key->shape) {
    case SHAPE_ANY: return json_object();
    case SHAPE_TEXT: return texts_schema(key->texts);
    case SHAPE_SCALAR:
        return json_pack("{s:[s,s,s,s]}", "type", "string", "number", "boolean",
                         "null");
    case SHAPE_INTEGER: return schema_of_type("integer");
    case SHAPE_NUMBER: return schema_of_type("number");
    case SHAPE_ROUTE: return route_ref(writer);
    case SHAPE_DECISION: return decision_schema(writer);
    case SHAPE_NAMED:
        return json_pack("{s:[o,o]}", "anyOf", texts_schema(key->texts),
                         set_ref(writer, key->of));
    case SHAPE_ENTRY: return set_ref(writer, key->of);
    case SHAPE_BRANCH: return branch_schema(writer, key);
    }
    return NULL;
}

static bool needs_content(const struct key *key)
{
    return key->rule == KEY_NOT_EMPTY || key->rule == KEY_REQUIRED_AND_NOT_EMPTY;
}

static json_t *list_schema(struct writer *writer, const struct key *key)
{
    json_t *items = key->of ? set_ref(writer, key->of) : shape_schema(writer, key);
    json_t *schema = json_pack("{s:s,s:o}", "type", "array", "items", items);

    if (needs_content(key))
        json_object_set_new(schema, "minItems", json_integer(1));
    return schema;
}

static json_t *map_schema(struct writer *writer, const struct key *key)
{
    json_t *schema;

    if (key->shape == SHAPE_DECISION)
        return decision_schema(writer);
    if (key->of && key->shape != SHAPE_NAMED && key->shape != SHAPE_ENTRY &&
        key->shape != SHAPE_BRANCH)
        return set_ref(writer, key->of);
    schema = json_pack("{s:s,s:o}", "type", "object", "additionalProperties",
                       shape_schema(writer, key));
    if (needs_content(key))
        json_object_set_new(schema, "minProperties", json_integer(1));
    return schema;
}

/* As base/bytes.h reads them. */
#define BYTES_PATTERN "^[0-9]+([kMGT]?B|[KMGT]iB)$"

static json_t *value_schema(struct writer *writer, const struct key *key)
{
    switch (key->type) {
    case KEY_TEXT:
    case KEY_NAME: return schema_of_type("string");
    case KEY_IDENTIFIER: return schema_of_pattern("^[A-Za-z][A-Za-z0-9_-]*$");
    case KEY_VERSION: return schema_of_pattern("^[0-9]+[.][0-9]+[.][0-9]+");
    case KEY_BOOLEAN: return schema_of_type("boolean");
    case KEY_COUNT:
        return json_pack("{s:s,s:i,s:I}", "type", "integer", "minimum", 0, "maximum",
                         (json_int_t)UINT32_MAX - 1);
    case KEY_DURATION: return schema_of_pattern(DURATION_PATTERN);
    case KEY_BYTES: return schema_of_pattern(BYTES_PATTERN);
    case KEY_TEMPLATE:
        return shape_schema(writer, &(struct key){.shape = SHAPE_SCALAR});
    case KEY_NODE:
        return key->of ? shape_schema(writer, &(struct key){.shape = SHAPE_NAMED,
                                                            .of = key->of,
                                                            .texts = key->texts})
                       : shape_schema(writer, key);
    case KEY_LIST: return list_schema(writer, key);
    case KEY_MAP: return map_schema(writer, key);
    }
    return NULL;
}

/* ---- Maps ------------------------------------------------------------------------------ */

/* {"required": [name]} */
static void add_required(json_t *list, struct str name)
{
    json_array_append_new(
        list, json_pack("{s:[o]}", "required", json_stringn(name.p, name.len)));
}

static bool is_required(const struct key *key)
{
    return key->rule == KEY_REQUIRED || key->rule == KEY_REQUIRED_AND_NOT_EMPTY;
}

/* {"properties": {"type": {"enum": [each simple type that the key has no meaning for]}}} */
static json_t *other_types(const char *for_types)
{
    json_t *own = json_array(), *others = json_array();

    each_name(for_types, add_name, own);
    for (int kind = TYPE_STRING; kind <= TYPE_ANY; kind++) {
        const char *name = type_kind_name((enum type_kind)kind);
        bool is_own = false;

        for (size_t i = 0; i < json_array_size(own); i++)
            is_own |= strcmp(json_string_value(json_array_get(own, i)), name) == 0;
        if (is_own)
            continue;
        json_array_append_new(others, json_string(name));
        json_array_append_new(others, json_sprintf("%s?", name));
    }
    json_decref(own);
    return json_pack("{s:{s:{s:o}}, s:[s]}", "properties", "type", "enum", others,
                     "required", "type");
}

/* What the key says of the keys beside it. */
static void add_company(json_t *schema, const struct key *key)
{
    json_t *others = json_array(), *partners = json_array();

    if (key->for_types)
        json_array_append_new(others, other_types(key->for_types));
    each_name(key->not_with, add_required, others);
    each_name(key->with, add_name, partners);
    if (json_array_size(partners))
        json_object_set(json_object_get(schema, "dependentRequired"), key->name,
                        partners);
    if (json_array_size(others))
        json_object_set_new(json_object_get(schema, "dependentSchemas"), key->name,
                            json_pack("{s:{s:O}}", "not", "anyOf", others));
    json_decref(others);
    json_decref(partners);
}

static void add_key(struct writer *writer, json_t *schema, const struct key *key)
{
    json_t *value = value_schema(writer, key);

    if (key->about && json_is_object(value))
        json_object_set_new(value, "description", json_string(key->about));
    json_object_set_new(json_object_get(schema, "properties"), key->name, value);
    if (is_required(key))
        json_array_append_new(json_object_get(schema, "required"),
                              json_string(key->name));
    add_company(schema, key);
}

/* One of the kinds of a thing. */
static json_t *kinds_schema(struct writer *writer, const struct key_set *const *kinds)
{
    json_t *choices = json_array();

    for (size_t i = 0; kinds[i]; i++)
        json_array_append_new(choices, set_ref(writer, kinds[i]));
    return json_pack("{s:o}", "oneOf", choices);
}

static json_t *set_schema(struct writer *writer, const struct key_set *set)
{
    json_t *schema = json_pack("{s:s,s:{},s:b,s:[],s:{},s:{}}", "type", "object",
                               "properties", "additionalProperties", false, "required",
                               "dependentRequired", "dependentSchemas");
    json_t *choices = json_array();

    for (size_t i = 0; i < set->count; i++)
        add_key(writer, schema, &set->keys[i]);
    each_name(set->one_of, add_required, choices);
    if (json_array_size(choices))
        json_object_set(schema, "oneOf", choices);
    json_decref(choices);
    return schema;
}

static json_t *set_ref(struct writer *writer, const struct key_set *set)
{
    const char *id = set->id ? set->id : set->what;

    if (!json_object_get(writer->defs, id)) {
        json_object_set_new(writer->defs, id, json_true()); /* it has begun */
        json_object_set_new(writer->defs, id,
                            set->count ? set_schema(writer, set)
                                       : kinds_schema(writer, set->kinds));
    }
    return ref(id);
}

json_t *schema_workflow(void)
{
    struct writer writer = {.defs = json_object()};
    json_t *schema = set_schema(&writer, &workflow_set);

    json_object_set_new(schema, "$schema",
                        json_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_set_new(schema, "title", json_string("A workflow of kad"));
    json_object_set_new(schema, "$defs", writer.defs);
    return schema;
}
