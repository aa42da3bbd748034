/* codec_scan.c: most stored values, straight from their text to C, without a tree of them.
 *
 *   (1) What it takes, it decodes as codec_decode_json does; what is not beyond doubt (an
 *       error, an escape, a fraction, an unknown or repeated field, a default, JSON of any
 *       kind) it leaves to that, and says nothing about it.
 *   (2) An array is counted before it is read: its items are allocated once. */
#include <string.h>

#include "base/duration.h"
#include "codec_internal.h"

enum { FIELDS_MAX = 64, INTEGER_DIGITS_MAX = 18 };

struct scan {
    struct codec *codec;
    const char *at, *end;
};

static bool scan_value(struct scan *scan, const struct kad_type *type, void *value);

/* ---- Characters --------------------------------------------------------------------- */

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\n' ||
                                    *scan->at == '\t' || *scan->at == '\r'))
        scan->at++;
}

static bool is_next(const struct scan *scan, char c)
{
    return scan->at < scan->end && *scan->at == c;
}

/* The next character behind blanks, if it is this one. */
static bool take(struct scan *scan, char c)
{
    skip_blanks(scan);
    if (!is_next(scan, c))
        return false;
    scan->at++;
    return true;
}

static bool take_word(struct scan *scan, struct str word)
{
    skip_blanks(scan);
    if (!is_next(scan, word.p[0]) ||
        !str_starts_with((struct str){scan->at, (size_t)(scan->end - scan->at)}, word))
        return false;
    scan->at += word.len;
    return true;
}

/* Without escapes. */
static bool take_text(struct scan *scan, struct str *text)
{
    const char *from;

    if (!take(scan, '"'))
        return false;
    from = scan->at;
    while (scan->at < scan->end && *scan->at != '"')
        if (*scan->at == '\\' || (unsigned char)*scan->at++ < ' ')
            return false;
    *text = (struct str){from, (size_t)(scan->at - from)};
    return take(scan, '"');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Without fraction and exponent. */
static bool take_integer(struct scan *scan, int64_t *integer)
{
    const bool is_negative = take(scan, '-');
    const char *from = scan->at, *at = from;
    int64_t sum = 0;

    while (at < scan->end && is_digit(*at) && at - from < INTEGER_DIGITS_MAX)
        sum = sum * 10 + (*at++ - '0');
    scan->at = at;
    *integer = is_negative ? -sum : sum;
    return at > from && (*from != '0' || at - from == 1) &&
           (at == scan->end ||
            (!is_digit(*at) && *at != '.' && *at != 'e' && *at != 'E'));
}

/* ---- Scalars ------------------------------------------------------------------------ */

static void set_integer(const struct kad_type *type, void *value, int64_t integer)
{
    if (type->is_optional)
        *(struct kad_optional_integer *)value =
            (struct kad_optional_integer){true, integer};
    else
        *(int64_t *)value = integer;
}

static bool scan_integer(struct scan *scan, const struct kad_type *type, void *value)
{
    int64_t integer;

    if (!take_integer(scan, &integer))
        return false;
    set_integer(type, value, integer);
    return codec_check_integer(scan->codec, NULL, type, integer);
}

static bool scan_number(struct scan *scan, const struct kad_type *type, void *value)
{
    int64_t integer;
    double number;

    if (!take_integer(scan, &integer))
        return false;
    number = (double)integer;
    if (type->is_optional)
        *(struct kad_optional_number *)value =
            (struct kad_optional_number){true, number};
    else
        *(double *)value = number;
    return codec_check_number(scan->codec, NULL, type, number);
}

static bool scan_boolean(struct scan *scan, const struct kad_type *type, void *value)
{
    const bool is_true = take_word(scan, S("true"));

    if (!is_true && !take_word(scan, S("false")))
        return false;
    if (type->is_optional)
        *(struct kad_optional_boolean *)value =
            (struct kad_optional_boolean){true, is_true};
    else
        *(bool *)value = is_true;
    return true;
}

static bool scan_text(struct scan *scan, const struct kad_type *type, void *value)
{
    struct str text;
    const char *copy;

    if (!take_text(scan, &text))
        return false;
    copy = arena_copy(scan->codec->arena, text.p, text.len);
    *(const char **)value = copy;
    return codec_check_text(scan->codec, NULL, type, copy);
}

static bool scan_duration(struct scan *scan, const struct kad_type *type, void *value)
{
    int64_t duration_ms;
    struct str text;

    if (!take_text(scan, &text) || !duration_parse(text, &duration_ms))
        return false;
    set_integer(type, value, duration_ms);
    return true;
}

/* ---- Arrays and objects ------------------------------------------------------------- */

/* Up to its end, of an array that has just begun: at least as many items as it has; a text
 * that is no JSON is found out later. */
static size_t count_items(const struct scan *scan)
{
    size_t count = 1, depth = 0;

    for (const char *at = scan->at; at < scan->end; at++)
        if (*at == '"') {
            at = memchr(at + 1, '"', (size_t)(scan->end - at - 1));
            if (!at)
                break;
        } else if (*at == '[' || *at == '{') {
            depth++;
        } else if (*at == ']' || *at == '}') {
            if (!depth--)
                break;
        } else if (*at == ',') {
            count += !depth;
        }
    return count;
}

static bool scan_array(struct scan *scan, const struct kad_type *type, void *value)
{
    const size_t item_size = codec_value_size(type->items);
    struct codec_array array = {0};
    size_t room;
    char *items;

    if (!take(scan, '['))
        return false;
    room = take(scan, ']') ? 0 : count_items(scan);
    items = arena_alloc_array(scan->codec->arena, item_size, room);
    while (array.count < room) {
        if (!scan_value(scan, type->items, items + array.count * item_size))
            return false;
        array.count++;
        if (!take(scan, array.count < room ? ',' : ']'))
            return false;
    }
    array.items = items;
    memcpy(value, &array, sizeof(array));
    return codec_check_count(scan->codec, NULL, type, array.count);
}

/* type->field_count: none. They come mostly in their order: `next` is tried first. */
static size_t find_field(const struct kad_type *type, struct str name, size_t next)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const size_t at = (next + i) % type->field_count;

        if (str_equal(str_of(type->fields[at].name), name))
            return at;
    }
    return type->field_count;
}

static bool scan_field(struct scan *scan, const struct kad_field *field, char *object)
{
    if (take_word(scan, S("null")))
        return codec_may_be_unset(scan->codec, field);
    return scan_value(scan, field->type, object + field->offset);
}

/* What is left out may be. */
static bool is_whole(const struct scan *scan, const struct kad_type *type,
                     uint64_t found)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (!(found >> i & 1) && (type->fields[i].default_json ||
                                  !codec_may_be_unset(scan->codec, &type->fields[i])))
            return false;
    return true;
}

static bool scan_fields(struct scan *scan, const struct kad_type *type, char *object)
{
    uint64_t found = 0;
    size_t next = 0;
    struct str name;

    if (!take(scan, '{') || type->field_count > FIELDS_MAX)
        return false;
    if (take(scan, '}'))
        return is_whole(scan, type, found);
    do {
        if (!take_text(scan, &name) || !take(scan, ':'))
            return false;
        next = find_field(type, name, next);
        if (next == type->field_count || found >> next & 1 ||
            !scan_field(scan, &type->fields[next], object))
            return false;
        found |= UINT64_C(1) << next++;
    } while (take(scan, ','));
    return take(scan, '}') && is_whole(scan, type, found);
}

static bool scan_object(struct scan *scan, const struct kad_type *type, void *value)
{
    char *object = value;

    if (type->is_optional) {
        object = arena_alloc(scan->codec->arena, type->size_bytes);
        *(void **)value = object;
    }
    return scan_fields(scan, type, object);
}

static bool scan_value(struct scan *scan, const struct kad_type *type, void *value)
{
    if (type->is_optional && take_word(scan, S("null")))
        return true;
    switch (type->kind) {
    case KAD_STRING: return scan_text(scan, type, value);
    case KAD_INTEGER: return scan_integer(scan, type, value);
    case KAD_NUMBER: return scan_number(scan, type, value);
    case KAD_BOOLEAN: return scan_boolean(scan, type, value);
    case KAD_DURATION: return scan_duration(scan, type, value);
    case KAD_OBJECT: return scan_object(scan, type, value);
    case KAD_ARRAY: return scan_array(scan, type, value);
    case KAD_ANY:
    case KAD_OPAQUE_OBJECT:
    case KAD_OPAQUE_ARRAY: break;
    }
    return false;
}

bool codec_scan(struct codec *codec, const struct kad_type *type, struct str text,
                void *value)
{
    struct scan scan = {codec, text.p, text.p};

    if (!text.len)
        return false;
    scan.end += text.len;
    if (!scan_value(&scan, type, value))
        return false;
    skip_blanks(&scan);
    return scan.at == scan.end;
}
