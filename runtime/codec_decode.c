/* codec_decode.c: JSON to C values; see codec.h.
 *
 * Targets are zeroed before: what is left out of the JSON stays unset. */
#include <math.h>
#include <string.h>

#include "base/duration.h"
#include "codec_internal.h"

/* Beyond it a double no longer tells neighbouring integers apart. */
static const double exact_integer_max = 9007199254740992.0;

static bool decode(struct codec *codec, const struct place *place,
                   const struct kad_type *type, const json_t *json, void *value);

static const char *found_name(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_NULL: return "null";
    case JSON_TRUE:
    case JSON_FALSE: return "boolean";
    case JSON_INTEGER: return "integer";
    case JSON_REAL: return "number";
    case JSON_STRING: return "string";
    case JSON_ARRAY: return "array";
    case JSON_OBJECT: return "object";
    }
    return "";
}

static bool wrong_kind(struct codec *codec, const struct place *place,
                       const struct kad_type *type, const json_t *json)
{
    return codec_fail(codec, place, "expected %s, found %s",
                      codec_kind_name(type->kind), found_name(json));
}

/* ---- Scalars --------------------------------------------------------------------- */

static void set_integer(const struct kad_type *type, void *value, int64_t integer)
{
    if (type->is_optional)
        *(struct kad_optional_integer *)value =
            (struct kad_optional_integer){true, integer};
    else
        *(int64_t *)value = integer;
}

/* An integer may be written as 3.0, as JSON Schema has it. */
static bool decode_integer(struct codec *codec, const struct place *place,
                           const struct kad_type *type, const json_t *json, void *value)
{
    double real = json_is_real(json) ? json_real_value(json) : 0;
    int64_t integer = json_is_real(json) ? 0 : json_integer_value(json);

    if (json_is_real(json) && real == trunc(real) && fabs(real) <= exact_integer_max)
        integer = (int64_t)real;
    else if (!json_is_integer(json))
        return wrong_kind(codec, place, type, json);
    set_integer(type, value, integer);
    return codec_check_integer(codec, place, type, integer);
}

static bool decode_duration(struct codec *codec, const struct place *place,
                            const struct kad_type *type, const json_t *json,
                            void *value)
{
    int64_t duration_ms;

    if (!json_is_string(json))
        return wrong_kind(codec, place, type, json);
    if (duration_is_too_long(str_of(json_string_value(json))))
        return codec_fail(codec, place,
                          "expected a duration of at most " DURATION_MAX
                          ", found \"%.100s\"",
                          json_string_value(json));
    if (!duration_parse(str_of(json_string_value(json)), &duration_ms))
        return codec_fail(codec, place,
                          "expected a duration such as 90s or 1h30m, found \"%.100s\"",
                          json_string_value(json));
    set_integer(type, value, duration_ms);
    return true;
}

static bool decode_number(struct codec *codec, const struct place *place,
                          const struct kad_type *type, const json_t *json, void *value)
{
    double number = json_number_value(json);

    if (!json_is_number(json))
        return wrong_kind(codec, place, type, json);
    if (type->is_optional)
        *(struct kad_optional_number *)value =
            (struct kad_optional_number){true, number};
    else
        *(double *)value = number;
    return codec_check_number(codec, place, type, number);
}

static bool decode_boolean(struct codec *codec, const struct place *place,
                           const struct kad_type *type, const json_t *json, void *value)
{
    bool is_true = json_is_true(json);

    if (!json_is_boolean(json))
        return wrong_kind(codec, place, type, json);
    if (type->is_optional)
        *(struct kad_optional_boolean *)value =
            (struct kad_optional_boolean){true, is_true};
    else
        *(bool *)value = is_true;
    return true;
}

static bool decode_text(struct codec *codec, const struct place *place,
                        const struct kad_type *type, const json_t *json, void *value)
{
    const char *text = json_string_value(json);

    if (!text)
        return wrong_kind(codec, place, type, json);
    if (strlen(text) != json_string_length(json))
        return codec_fail(codec, place, "expected text without NUL characters");
    *(const char **)value = arena_copy(codec->arena, text, strlen(text));
    return codec_check_text(codec, place, type, text);
}

static bool decode_opaque(struct codec *codec, const struct place *place,
                          const struct kad_type *type, const json_t *json, void *value)
{
    if ((type->kind == KAD_OPAQUE_OBJECT && !json_is_object(json)) ||
        (type->kind == KAD_OPAQUE_ARRAY && !json_is_array(json)))
        return wrong_kind(codec, place, type, json);
    *(struct kad_json *)value = codec_compact(codec->arena, json);
    return type->kind != KAD_OPAQUE_ARRAY ||
           codec_check_count(codec, place, type, json_array_size(json));
}

/* ---- Arrays and objects ---------------------------------------------------------- */

static bool decode_array(struct codec *codec, const struct place *place,
                         const struct kad_type *type, const json_t *json, void *value)
{
    size_t item_size = codec_value_size(type->items);
    size_t count = json_array_size(json);
    struct codec_array array = {.count = count};
    char *items;

    if (!json_is_array(json))
        return wrong_kind(codec, place, type, json);
    if (!codec_check_count(codec, place, type, count))
        return false;
    items = arena_alloc_array(codec->arena, item_size, count);
    for (size_t i = 0; i < count; i++) {
        struct place at = {.outer = place, .index = i};

        if (!decode(codec, &at, type->items, json_array_get(json, i),
                    items + i * item_size))
            return false;
    }
    array.items = items;
    memcpy(value, &array, sizeof(array));
    return true;
}

static bool decode_default(struct codec *codec, const struct place *place,
                           const struct kad_field *field, void *value)
{
    json_error_t error;
    json_t *json = json_loads(field->default_json, JSON_DECODE_ANY, &error);
    bool is_ok;

    if (!json)
        return codec_fail(codec, place, "the default is no JSON: %s", error.text);
    is_ok = decode(codec, place, field->type, json, value);
    json_decref(json);
    return is_ok;
}

static bool decode_field(struct codec *codec, const struct place *place,
                         const struct kad_field *field, const json_t *json, void *value)
{
    if (json_is_null(json) && codec_may_be_unset(codec, field))
        return true;
    if (json_is_null(json) && field->type->is_optional)
        return wrong_kind(codec, place, field->type, json);
    if (json)
        return decode(codec, place, field->type, json, value);
    if (field->default_json)
        return decode_default(codec, place, field, value);
    return codec_may_be_unset(codec, field) ||
           codec_fail(codec, place, "expected %s, it is missing",
                      codec_kind_name(field->type->kind));
}

static bool decode_object(struct codec *codec, const struct place *place,
                          const struct kad_type *type, const json_t *json, void *value)
{
    char *object = value;

    if (!json_is_object(json))
        return wrong_kind(codec, place, type, json);
    if (type->is_optional) {
        object = arena_alloc(codec->arena, type->size_bytes);
        *(void **)value = object;
    }
    for (size_t i = 0; i < type->field_count; i++) {
        const struct kad_field *field = &type->fields[i];
        struct place at = {.outer = place, .name = field->name};

        if (!decode_field(codec, &at, field, json_object_get(json, field->name),
                          object + field->offset))
            return false;
    }
    return true;
}

static bool decode(struct codec *codec, const struct place *place,
                   const struct kad_type *type, const json_t *json, void *value)
{
    if (json_is_null(json) && type->is_optional)
        return true;
    switch (type->kind) {
    case KAD_STRING: return decode_text(codec, place, type, json, value);
    case KAD_INTEGER: return decode_integer(codec, place, type, json, value);
    case KAD_NUMBER: return decode_number(codec, place, type, json, value);
    case KAD_BOOLEAN: return decode_boolean(codec, place, type, json, value);
    case KAD_DURATION: return decode_duration(codec, place, type, json, value);
    case KAD_OBJECT: return decode_object(codec, place, type, json, value);
    case KAD_ARRAY: return decode_array(codec, place, type, json, value);
    case KAD_ANY:
    case KAD_OPAQUE_OBJECT:
    case KAD_OPAQUE_ARRAY: break;
    }
    return decode_opaque(codec, place, type, json, value);
}

/* ---- Entries --------------------------------------------------------------------- */

const char *codec_decode_json(struct arena *arena, const struct kad_type *type,
                              enum codec_mode mode, const json_t *json, void *value)
{
    struct codec codec = {.arena = arena, .mode = mode};
    size_t size = codec_value_size(type);

    memset(value, 0, size);
    if (decode(&codec, NULL, type, json, value))
        return NULL;
    memset(value, 0, size); /* no half-filled values */
    return codec.error;
}

const char *codec_decode(struct arena *arena, const struct kad_type *type,
                         enum codec_mode mode, const char *text, size_t len,
                         void *value)
{
    struct codec codec = {.arena = arena, .mode = mode};
    json_error_t error;
    const char *message;
    json_t *json;

    memset(value, 0, codec_value_size(type));
    if (codec_scan(&codec, type, (struct str){text, len}, value))
        return NULL;
    memset(value, 0, codec_value_size(type));
    json = json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (!json)
        return arena_printf(arena, "not JSON: line %d, column %d: %s", error.line,
                            error.column, error.text);
    message = codec_decode_json(arena, type, mode, json, value);
    json_decref(json);
    return message;
}
