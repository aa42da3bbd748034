/* expr_json.c: expressions over JSON whose shape is not declared. See kad/expr.h.
 *
 * JSON is kept as text and read where it is used: opaque values are seldom looked
 * into, and then once. null and what is missing are the same: unset. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "kad/expr.h"
#include "kad/workflow.h"

static const struct kad_json unset = {0};

/* ---- Text to tree and back ------------------------------------------------------- */

/* A new reference, NULL for what is unset. What the engine holds is valid JSON. */
static json_t *load(struct kad_json json)
{
    if (!json.text)
        return NULL;
    return json_loadb(json.text, json.len, JSON_DECODE_ANY, NULL);
}

static struct kad_json dump(struct kad_run *run, const json_t *value)
{
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
    size_t len;
    char *text;

    if (!value || json_is_null(value))
        return unset;
    len = json_dumpb(value, NULL, 0, flags);
    text = kad_run_alloc(run, len + 1);
    json_dumpb(value, text, len, flags);
    text[len] = '\0';
    return (struct kad_json){text, len};
}

static const char *kind_text(const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "an array";
    case JSON_STRING: return "a string";
    case JSON_INTEGER: return "an integer";
    case JSON_REAL: return "a number";
    case JSON_TRUE:
    case JSON_FALSE: return "a boolean";
    case JSON_NULL: break;
    }
    return "null";
}

/* ---- Looking into it ------------------------------------------------------------- */

struct kad_json kad_json_find(struct kad_run *run, struct kad_json object,
                              const char *field)
{
    json_t *value = load(object);
    const struct kad_json found = dump(run, json_object_get(value, field));

    if (value && !json_is_object(value))
        kad_fault(run, "`.%s`: expected an object, found %s", field, kind_text(value));
    json_decref(value);
    return found;
}

struct kad_json kad_json_get(struct kad_run *run, struct kad_json object,
                             const char *field)
{
    const struct kad_json found = kad_json_find(run, object, field);

    if (!found.text)
        kad_fault(run, "`.%s` is missing or null", field);
    return found;
}

/* `from_end`: counted from the last item. */
static struct kad_json item(struct kad_run *run, struct kad_json array, int64_t index,
                            bool from_end)
{
    json_t *value = load(array);
    const size_t count = json_array_size(value);
    struct kad_json found = unset;

    if (value && !json_is_array(value))
        kad_fault(run, "expected an array, found %s", kind_text(value));
    if (from_end)
        index = kad_last_index(count);
    if (kad_has_index(count, index))
        found = dump(run, json_array_get(value, (size_t)index));
    json_decref(value);
    return found;
}

struct kad_json kad_json_at(struct kad_run *run, struct kad_json array, int64_t index)
{
    return item(run, array, index, false);
}

struct kad_json kad_json_last(struct kad_run *run, struct kad_json array)
{
    return item(run, array, 0, true);
}

int64_t kad_json_length(struct kad_run *run, struct kad_json json)
{
    json_t *value = load(json);
    int64_t length = 0;

    if (json_is_string(value))
        length = kad_length(json_string_value(value));
    else if (json_is_array(value))
        length = kad_count(json_array_size(value));
    else if (json_is_object(value))
        length = kad_count(json_object_size(value));
    else
        kad_fault(run, "length: found %s", kind_text(value));
    json_decref(value);
    return length;
}

struct kad_strings kad_json_keys(struct kad_run *run, struct kad_json object)
{
    json_t *value = load(object);
    const char **keys =
        kad_run_alloc(run, (json_object_size(value) + 1) * sizeof(*keys));
    size_t count = 0;
    const char *key;
    json_t *member;

    if (!json_is_object(value))
        kad_fault(run, "keys: expected an object, found %s", kind_text(value));
    json_object_foreach(value, key, member) keys[count++] =
        strcpy(kad_run_alloc(run, strlen(key) + 1), key);
    json_decref(value);
    return (struct kad_strings){keys, count};
}

/* ---- Comparing ------------------------------------------------------------------- */

static bool is_equal(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b) && json_typeof(a) != json_typeof(b))
        return json_number_value(a) == json_number_value(b);
    return json_equal(a, b);
}

bool kad_json_equal(struct kad_json a, struct kad_json b)
{
    json_t *left = load(a), *right = load(b);
    const bool result = left && right ? is_equal(left, right) : !left && !right;

    json_decref(left);
    json_decref(right);
    return result;
}

static bool holds(const json_t *array, const json_t *wanted)
{
    size_t i;
    json_t *member;

    json_array_foreach(array, i, member) if (is_equal(member, wanted)) return true;
    return false;
}

bool kad_json_contains(struct kad_run *run, struct kad_json json,
                       struct kad_json wanted)
{
    json_t *value = load(json), *part = load(wanted);
    bool result = false;

    if (json_is_array(value))
        result = holds(value, part);
    else if (json_is_string(value) && json_is_string(part))
        result = kad_contains(json_string_value(value), json_string_value(part));
    else
        kad_fault(run, "contains: found %s in %s", kind_text(part), kind_text(value));
    json_decref(value);
    json_decref(part);
    return result;
}

/* ---- Building -------------------------------------------------------------------- */

const char *kad_json_dump(struct kad_json json)
{
    return json.text ? json.text : "null";
}

static json_t *load_or_null(struct kad_json json)
{
    json_t *value = load(json);

    return value ? value : json_null();
}

struct kad_json kad_json_object(struct kad_run *run, const struct kad_member members[],
                                size_t count)
{
    json_t *object = json_object();
    struct kad_json json;

    for (size_t i = 0; i < count; i++)
        if (members[i].value.text)
            json_object_set_new(object, members[i].name,
                                load_or_null(members[i].value));
    json = dump(run, object);
    json_decref(object);
    return json;
}

struct kad_json kad_json_array(struct kad_run *run, const struct kad_json items[],
                               size_t count)
{
    json_t *array = json_array();
    struct kad_json json;

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, load_or_null(items[i]));
    json = dump(run, array);
    json_decref(array);
    return json;
}

/* ---- From JSON ------------------------------------------------------------------- */

const char *kad_text_of_json(struct kad_run *run, struct kad_json json)
{
    json_t *value = load(json);
    const char *text = "";

    if (json_is_string(value))
        text = strcpy(kad_run_alloc(run, json_string_length(value) + 1),
                      json_string_value(value));
    else if (json_is_real(value))
        text = kad_text_of_number(run, json_real_value(value));
    else if (json_is_integer(value) || json_is_boolean(value))
        text = json.text;
    else
        kad_fault(run, "text with %s in it", kind_text(value));
    json_decref(value);
    return text;
}

const char *kad_string_of_json(struct kad_run *run, struct kad_json json)
{
    const char *text = NULL;

    kad_from_json(run, &kad_string_type, json, &text);
    return text ? text : "";
}

int64_t kad_integer_of_json(struct kad_run *run, struct kad_json json)
{
    int64_t value = 0;

    kad_from_json(run, &kad_integer_type, json, &value);
    return value;
}

double kad_number_of_json(struct kad_run *run, struct kad_json json)
{
    double value = 0;

    kad_from_json(run, &kad_number_type, json, &value);
    return value;
}

bool kad_boolean_of_json(struct kad_run *run, struct kad_json json)
{
    bool value = false;

    kad_from_json(run, &kad_boolean_type, json, &value);
    return value;
}

int64_t kad_duration_of_json(struct kad_run *run, struct kad_json json)
{
    int64_t duration_ms = 0;

    kad_from_json(run, &kad_duration_type, json, &duration_ms);
    return duration_ms;
}

struct kad_json kad_object_of_json(struct kad_run *run, struct kad_json json)
{
    struct kad_json object = {0};

    kad_from_json(run, &kad_opaque_object_type, json, &object);
    return object.text ? object : KAD_JSON("{}");
}

struct kad_json kad_array_of_json(struct kad_run *run, struct kad_json json)
{
    struct kad_json array = {0};

    kad_from_json(run, &kad_opaque_array_type, json, &array);
    return array.text ? array : KAD_JSON("[]");
}

/* ---- To JSON --------------------------------------------------------------------- */

struct kad_json kad_json_of_string(struct kad_run *run, const char *text)
{
    return kad_to_json(run, &kad_string_type, &text);
}

struct kad_json kad_json_of_integer(struct kad_run *run, int64_t value)
{
    return kad_to_json(run, &kad_integer_type, &value);
}

struct kad_json kad_json_of_number(struct kad_run *run, double value)
{
    return kad_to_json(run, &kad_number_type, &value);
}

struct kad_json kad_json_of_boolean(bool value)
{
    return value ? KAD_JSON("true") : KAD_JSON("false");
}

struct kad_json kad_json_of_duration(struct kad_run *run, int64_t duration_ms)
{
    return kad_to_json(run, &kad_duration_type, &duration_ms);
}
