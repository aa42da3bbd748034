/* codec_schema.c: JSON Schema (draft 2020-12) of a described type.
 *
 * It accepts what the decoder accepts: optional fields are just not required, and items
 * that may be absent are null. */
#include <math.h>

#include "codec_internal.h"

#define DURATION_PATTERN "^([0-9]+(w|d|h|m|s|ms))+$"

static json_t *schema_of(const struct kad_type *type);

static const char *schema_name(enum kad_kind kind)
{
    return kind == KAD_DURATION ? "string" : codec_kind_name(kind);
}

/* 3 rather than 3.0: the schema is also read by people and language models. */
static json_t *limit(double value)
{
    if (value == trunc(value) && fabs(value) < 1e15)
        return json_integer((json_int_t)value);
    return json_real(value);
}

static json_t *enum_schema(const char *const *values)
{
    json_t *list = json_array();

    for (size_t i = 0; values[i]; i++)
        json_array_append_new(list, json_string(values[i]));
    return list;
}

static void add_fields(json_t *schema, const struct kad_type *type)
{
    json_t *properties = json_object(), *required = json_array();

    for (size_t i = 0; i < type->field_count; i++) {
        const struct kad_field *field = &type->fields[i];
        json_t *property = schema_of(field->type);

        if (field->description)
            json_object_set_new(property, "description",
                                json_string(field->description));
        if (field->default_json)
            json_object_set_new(property, "default",
                                json_loads(field->default_json, JSON_DECODE_ANY, NULL));
        if ((!field->type->is_optional || field->is_needed_on_success) &&
            !field->default_json)
            json_array_append_new(required, json_string(field->name));
        json_object_set_new(properties, field->name, property);
    }
    json_object_set_new(schema, "properties", properties);
    if (json_array_size(required))
        json_object_set(schema, "required", required);
    json_decref(required);
}

static json_t *item_schema(const struct kad_type *items)
{
    json_t *schema = schema_of(items);

    if (!items->is_optional || items->kind == KAD_ANY)
        return schema;
    return json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
}

static void add_checks(json_t *schema, const struct kad_type *type)
{
    bool is_text = type->kind == KAD_STRING;

    if (type->values)
        json_object_set_new(schema, "enum", enum_schema(type->values));
    if (type->min)
        json_object_set_new(schema, "minimum", limit(*type->min));
    if (type->max)
        json_object_set_new(schema, "maximum", limit(*type->max));
    if (type->min_len)
        json_object_set_new(schema, is_text ? "minLength" : "minItems",
                            json_integer((json_int_t)*type->min_len));
    if (type->max_len)
        json_object_set_new(schema, is_text ? "maxLength" : "maxItems",
                            json_integer((json_int_t)*type->max_len));
    if (type->pattern)
        json_object_set_new(schema, "pattern", json_string(type->pattern));
    if (type->kind == KAD_DURATION)
        json_object_set_new(schema, "pattern", json_string(DURATION_PATTERN));
    if (type->is_secret)
        json_object_set_new(schema, "writeOnly", json_true());
}

static json_t *schema_of(const struct kad_type *type)
{
    json_t *schema = json_object();

    if (type->kind != KAD_ANY)
        json_object_set_new(schema, "type", json_string(schema_name(type->kind)));
    add_checks(schema, type);
    if (type->kind == KAD_OBJECT)
        add_fields(schema, type);
    if (type->kind == KAD_ARRAY)
        json_object_set_new(schema, "items", item_schema(type->items));
    return schema;
}

json_t *codec_schema(const struct kad_type *type)
{
    json_t *schema = json_object();

    json_object_set_new(schema, "$schema",
                        json_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_update_missing_new(schema, schema_of(type));
    return schema;
}
