/* codec_check.c: what a value must satisfy beyond its kind, and how values lie in C.
 *
 * PCRE2 stays here. A pattern is searched in the text, as JSON Schema does it, with a
 * limit on the work: one that explodes is a failed check, not a hanging program. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <inttypes.h>
#include <pcre2.h>
#include <stdarg.h>
#include <string.h>

#include "base/str.h"
#include "codec_internal.h"

enum { PATTERN_MATCH_LIMIT = 1000000 };

/* ---- Errors ---------------------------------------------------------------------- */

static void write_place(struct buf *out, const struct place *place)
{
    if (!place)
        return;
    write_place(out, place->outer);
    if (!place->name)
        buf_printf(out, "[%zu]", place->index);
    else
        buf_printf(out, "%s%s", place->outer ? "." : "", place->name);
}

bool codec_fail(struct codec *codec, const struct place *place, const char *format, ...)
{
    struct buf text;
    va_list args;

    buf_init(&text, codec->arena);
    write_place(&text, place);
    if (text.len)
        buf_add(&text, S(": "));
    va_start(args, format);
    buf_add(&text, str_of(arena_vprintf(codec->arena, format, args)));
    va_end(args);
    codec->error = text.p;
    return false;
}

const char *codec_kind_name(enum kad_kind kind)
{
    switch (kind) {
    case KAD_STRING: return "string";
    case KAD_INTEGER: return "integer";
    case KAD_NUMBER: return "number";
    case KAD_BOOLEAN: return "boolean";
    case KAD_DURATION: return "duration";
    case KAD_OBJECT:
    case KAD_OPAQUE_OBJECT: return "object";
    case KAD_ARRAY:
    case KAD_OPAQUE_ARRAY: return "array";
    case KAD_ANY: return "any";
    }
    return "";
}

/* ---- Layouts --------------------------------------------------------------------- */

size_t codec_value_size(const struct kad_type *type)
{
    if (!type->is_optional)
        return type->size_bytes;
    switch (type->kind) {
    case KAD_INTEGER:
    case KAD_DURATION: return sizeof(struct kad_optional_integer);
    case KAD_NUMBER: return sizeof(struct kad_optional_number);
    case KAD_BOOLEAN: return sizeof(struct kad_optional_boolean);
    case KAD_OBJECT: return sizeof(void *);
    case KAD_STRING:
    case KAD_ARRAY:
    case KAD_ANY:
    case KAD_OPAQUE_OBJECT:
    case KAD_OPAQUE_ARRAY: break;
    }
    return type->size_bytes;
}

bool codec_is_set(const struct kad_type *type, const void *value)
{
    const void *pointer;

    switch (type->kind) {
    case KAD_INTEGER:
    case KAD_DURATION:
        return !type->is_optional ||
               ((const struct kad_optional_integer *)value)->is_set;
    case KAD_NUMBER:
        return !type->is_optional ||
               ((const struct kad_optional_number *)value)->is_set;
    case KAD_BOOLEAN:
        return !type->is_optional ||
               ((const struct kad_optional_boolean *)value)->is_set;
    case KAD_OBJECT:
        if (!type->is_optional)
            return true;
        break;
    case KAD_STRING:
    case KAD_ARRAY:
    case KAD_ANY:
    case KAD_OPAQUE_OBJECT:
    case KAD_OPAQUE_ARRAY: break;
    }
    memcpy(&pointer, value, sizeof(pointer)); /* the first member of all of them */
    return pointer != NULL;
}

bool codec_may_be_unset(const struct codec *codec, const struct kad_field *field)
{
    if (codec->mode == CODEC_AFTER_SUCCESS && field->is_needed_on_success)
        return false;
    return field->type->is_optional;
}

/* ---- Checks ---------------------------------------------------------------------- */

static bool check_enum(struct codec *codec, const struct place *place,
                       const char *const *values, const char *text)
{
    struct buf names;

    for (size_t i = 0; values[i]; i++)
        if (strcmp(values[i], text) == 0)
            return true;
    buf_init(&names, codec->arena);
    for (size_t i = 0; values[i]; i++)
        buf_printf(&names, "%s%s", i ? ", " : "", values[i]);
    return codec_fail(codec, place, "expected one of %s, found \"%.100s\"", names.p,
                      text);
}

/* The PCRE2 result: a match count, PCRE2_ERROR_NOMATCH, or an error of the pattern. */
static int pattern_search(const char *pattern, const char *text)
{
    int result;
    size_t at;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF, &result, &at, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    pcre2_match_data *match;

    if (code && limits) {
        pcre2_set_match_limit(limits, PATTERN_MATCH_LIMIT);
        match = pcre2_match_data_create_from_pattern(code, NULL);
        result = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, match, limits);
        pcre2_match_data_free(match);
    }
    pcre2_match_context_free(limits);
    pcre2_code_free(code);
    return result;
}

static bool check_pattern(struct codec *codec, const struct place *place,
                          const char *pattern, const char *text)
{
    int result = pattern_search(pattern, text);
    PCRE2_UCHAR reason[128];

    if (result >= 0)
        return true;
    if (result == PCRE2_ERROR_NOMATCH)
        return codec_fail(codec, place, "\"%.100s\" does not match the pattern %s",
                          text, pattern);
    pcre2_get_error_message(result, reason, sizeof(reason));
    return codec_fail(codec, place, "the pattern %s can't be applied: %s", pattern,
                      (const char *)reason);
}

/* "at least 3 items", for texts and arrays; `unit` is for one. */
static bool check_len(struct codec *codec, const struct place *place,
                      const struct kad_type *type, size_t len, const char *unit)
{
    const bool is_short = type->min_len && len < *type->min_len;
    const bool is_long = type->max_len && len > *type->max_len;
    const size_t limit = is_short ? *type->min_len : is_long ? *type->max_len : 0;

    if (!is_short && !is_long)
        return true;
    return codec_fail(codec, place, "expected at %s %zu %s%s, found %zu",
                      is_short ? "least" : "most", limit, unit, limit == 1 ? "" : "s",
                      len);
}

bool codec_check_text(struct codec *codec, const struct place *place,
                      const struct kad_type *type, const char *text)
{
    struct str content = str_of(text);

    if (!str_is_utf8(content))
        return codec_fail(codec, place, "expected text in UTF-8");
    if (type->values && !check_enum(codec, place, type->values, text))
        return false;
    if ((type->min_len || type->max_len) &&
        !check_len(codec, place, type, str_utf8_count(content), "character"))
        return false;
    return !type->pattern || check_pattern(codec, place, type->pattern, text);
}

/* A long double holds every integer of 64 bits, and every double. */
static bool is_low(const struct kad_type *type, long double value)
{
    return type->min && value < (long double)*type->min;
}

static bool is_within(const struct kad_type *type, long double value)
{
    return !is_low(type, value) && !(type->max && value > (long double)*type->max);
}

/* It is not within. */
static bool fail_bounds(struct codec *codec, const struct place *place,
                        const struct kad_type *type, long double value,
                        const char *text)
{
    const bool is_less = is_low(type, value);

    return codec_fail(
        codec, place, "expected at %s %s, found %s", is_less ? "least" : "most",
        codec_number_text(codec->arena, is_less ? *type->min : *type->max), text);
}

bool codec_check_number(struct codec *codec, const struct place *place,
                        const struct kad_type *type, double value)
{
    return is_within(type, (long double)value) ||
           fail_bounds(codec, place, type, (long double)value,
                       codec_number_text(codec->arena, value));
}

bool codec_check_integer(struct codec *codec, const struct place *place,
                         const struct kad_type *type, int64_t value)
{
    return is_within(type, (long double)value) ||
           fail_bounds(codec, place, type, (long double)value,
                       arena_printf(codec->arena, "%" PRId64, value));
}

bool codec_check_count(struct codec *codec, const struct place *place,
                       const struct kad_type *type, size_t count)
{
    return check_len(codec, place, type, count, "item");
}
