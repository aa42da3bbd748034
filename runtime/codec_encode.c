/* codec_encode.c: C values to compact JSON text; see codec.h.
 *
 * Text is written straight into one buffer, without a tree between. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "codec_internal.h"

/* What a large one will have is counted first: what growing leaves behind is not freed. */
enum { LARGE_TEXT_BYTES = 64 * 1024 };

/* ---- JSON text ------------------------------------------------------------------- */

static void write_escape(struct buf *out, unsigned char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
    const char *found = strchr(plain, c);

    if (found)
        buf_printf(out, "\\%c", letter[found - plain]);
    else
        buf_printf(out, "\\u%04x", c);
}

/* More than a text has, as JSON writes it. */
static size_t escapes_len(struct str text)
{
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.p[i];

        if (c < 0x20)
            len += sizeof("u0001") - 1;
        else
            len += c == '"' || c == '\\';
    }
    return len;
}

void codec_write_text(struct buf *out, const char *text)
{
    const char *from = text; /* what is not written yet */
    const struct str whole = str_of(text);

    if (whole.len > LARGE_TEXT_BYTES)
        buf_reserve(out, whole.len + escapes_len(whole) + 2);
    buf_add_char(out, '"');
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(out, (struct str){from, (size_t)(p - from)});
        write_escape(out, c);
        from = p + 1;
    }
    buf_add(out, str_of(from));
    buf_add_char(out, '"');
}

/* 15 digits keep what a person wrote, 17 keep every double. */
void codec_write_number(struct buf *out, double value)
{
    char text[32];

    if (value == 0 && signbit(value)) { /* -0 would be read as an integer */
        buf_add(out, S("-0.0"));
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    buf_add(out, str_of(text));
}

const char *codec_number_text(struct arena *arena, double value)
{
    struct buf out;

    buf_init(&out, arena);
    codec_write_number(&out, value);
    return out.p;
}

static void write_json(struct buf *out, const json_t *json)
{
    const char *key;
    json_t *value;
    size_t i;

    switch (json_typeof(json)) {
    case JSON_NULL: buf_add(out, S("null")); return;
    case JSON_TRUE: buf_add(out, S("true")); return;
    case JSON_FALSE: buf_add(out, S("false")); return;
    case JSON_INTEGER:
        buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        return;
    case JSON_REAL: codec_write_number(out, json_real_value(json)); return;
    case JSON_STRING: codec_write_text(out, json_string_value(json)); return;
    case JSON_ARRAY:
        buf_add_char(out, '[');
        json_array_foreach(json, i, value)
        {
            if (i)
                buf_add_char(out, ',');
            write_json(out, value);
        }
        buf_add_char(out, ']');
        return;
    case JSON_OBJECT:
        buf_add_char(out, '{');
        json_object_foreach((json_t *)json, key, value)
        {
            if (out->p[out->len - 1] != '{')
                buf_add_char(out, ',');
            codec_write_text(out, key);
            buf_add_char(out, ':');
            write_json(out, value);
        }
        buf_add_char(out, '}');
        return;
    }
}

struct kad_json codec_compact(struct arena *arena, const json_t *json)
{
    struct buf out;

    buf_init(&out, arena);
    write_json(&out, json);
    return (struct kad_json){out.p, out.len};
}

/* ---- Values ---------------------------------------------------------------------- */

static bool encode(struct codec *codec, struct buf *out, const struct place *place,
                   const struct kad_type *type, const void *value);

static bool encode_integer(struct codec *codec, struct buf *out,
                           const struct place *place, const struct kad_type *type,
                           const void *value)
{
    const struct kad_optional_integer *optional = value;
    int64_t integer = type->is_optional ? optional->value : *(const int64_t *)value;

    if (type->kind == KAD_INTEGER) {
        buf_printf(out, "%lld", (long long)integer);
        return codec_check_integer(codec, place, type, integer);
    }
    if (integer <= 0)
        return codec_fail(codec, place, "expected a duration greater than zero");
    codec_write_text(out, duration_text(codec->arena, integer));
    return true;
}

static bool encode_number(struct codec *codec, struct buf *out,
                          const struct place *place, const struct kad_type *type,
                          const void *value)
{
    const struct kad_optional_number *optional = value;
    double number = type->is_optional ? optional->value : *(const double *)value;

    if (!isfinite(number))
        return codec_fail(codec, place, "expected a finite number");
    codec_write_number(out, number);
    return codec_check_number(codec, place, type, number);
}

static bool encode_boolean(struct buf *out, const struct kad_type *type,
                           const void *value)
{
    const struct kad_optional_boolean *optional = value;
    bool is_true = type->is_optional ? optional->value : *(const bool *)value;

    buf_add(out, is_true ? S("true") : S("false"));
    return true;
}

static bool encode_text(struct codec *codec, struct buf *out, const struct place *place,
                        const struct kad_type *type, const void *value)
{
    const char *text = *(const char *const *)value;

    if (!codec_check_text(codec, place, type, text))
        return false;
    codec_write_text(out, text);
    return true;
}

static bool encode_array(struct codec *codec, struct buf *out,
                         const struct place *place, const struct kad_type *type,
                         const void *value)
{
    size_t item_size = codec_value_size(type->items);
    struct codec_array array;

    memcpy(&array, value, sizeof(array));
    if (!codec_check_count(codec, place, type, array.count))
        return false;
    buf_add_char(out, '[');
    for (size_t i = 0; i < array.count; i++) {
        const void *item = (const char *)array.items + i * item_size;
        struct place at = {.outer = place, .index = i};

        if (i)
            buf_add_char(out, ',');
        if (type->items->is_optional && !codec_is_set(type->items, item))
            buf_add(out, S("null"));
        else if (!encode(codec, out, &at, type->items, item))
            return false;
    }
    buf_add_char(out, ']');
    return true;
}

static bool encode_object(struct codec *codec, struct buf *out,
                          const struct place *place, const struct kad_type *type,
                          const void *value)
{
    const char *object = type->is_optional ? *(const char *const *)value : value;

    buf_add_char(out, '{');
    for (size_t i = 0; i < type->field_count; i++) {
        const struct kad_field *field = &type->fields[i];
        const void *member = object + field->offset;
        struct place at = {.outer = place, .name = field->name};

        if (!codec_is_set(field->type, member) && codec_may_be_unset(codec, field))
            continue;
        if (out->p[out->len - 1] != '{')
            buf_add_char(out, ',');
        codec_write_text(out, field->name);
        buf_add_char(out, ':');
        if (!encode(codec, out, &at, field->type, member))
            return false;
    }
    buf_add_char(out, '}');
    return true;
}

static bool encode(struct codec *codec, struct buf *out, const struct place *place,
                   const struct kad_type *type, const void *value)
{
    const struct kad_json *json = value;

    if (!codec_is_set(type, value))
        return codec_fail(codec, place, "expected %s, it is not set",
                          codec_kind_name(type->kind));
    switch (type->kind) {
    case KAD_STRING: return encode_text(codec, out, place, type, value);
    case KAD_INTEGER:
    case KAD_DURATION: return encode_integer(codec, out, place, type, value);
    case KAD_NUMBER: return encode_number(codec, out, place, type, value);
    case KAD_BOOLEAN: return encode_boolean(out, type, value);
    case KAD_OBJECT: return encode_object(codec, out, place, type, value);
    case KAD_ARRAY: return encode_array(codec, out, place, type, value);
    case KAD_ANY:
    case KAD_OPAQUE_OBJECT:
    case KAD_OPAQUE_ARRAY: break;
    }
    buf_add(out, (struct str){json->text, json->len});
    return true;
}

const char *codec_encode(struct arena *arena, const struct kad_type *type,
                         enum codec_mode mode, const void *value, struct kad_json *json)
{
    struct codec codec = {.arena = arena, .mode = mode};
    struct buf out;

    buf_init(&out, arena);
    if (!encode(&codec, &out, NULL, type, value))
        return codec.error;
    *json = (struct kad_json){out.p, out.len};
    return NULL;
}
