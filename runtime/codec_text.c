/* codec_text.c: values as people type them: durations, command-line parameters. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "codec_internal.h"

/* ---- Parameters ------------------------------------------------------------------ */

static json_t *expected(struct arena *arena, const struct kad_type *type,
                        const char *text, const char **error)
{
    *error = arena_printf(arena, "expected %s, found \"%.100s\"",
                          codec_kind_name(type->kind), text);
    return NULL;
}

static json_t *integer_from_text(struct arena *arena, const struct kad_type *type,
                                 const char *text, const char **error)
{
    char *end;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno || end == text || *end || strchr(" \t\n+", text[0]))
        return expected(arena, type, text, error);
    return json_integer(value);
}

static json_t *number_from_text(struct arena *arena, const struct kad_type *type,
                                const char *text, const char **error)
{
    char *end;
    double value = strtod(text, &end);

    /* strtod also reads " 1", "0x1p3" and "inf". */
    if (end == text || *end || text[strspn(text, "0123456789.eE+-")] ||
        !isfinite(value))
        return expected(arena, type, text, error);
    return json_real(value);
}

static json_t *boolean_from_text(struct arena *arena, const struct kad_type *type,
                                 const char *text, const char **error)
{
    if (strcmp(text, "true") == 0)
        return json_true();
    if (strcmp(text, "false") == 0)
        return json_false();
    return expected(arena, type, text, error);
}

/* JSON in place or, as @file, in a file. */
static json_t *json_from_text(struct arena *arena, const struct kad_type *type,
                              const char *text, const char **error)
{
    static const size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
    bool is_file = text[0] == '@';
    json_error_t about;
    json_t *json = is_file ? json_load_file(text + 1, flags, &about)
                           : json_loads(text, flags, &about);

    if (!json && is_file && about.line < 0) /* it could not be opened */
        *error = arena_printf(arena, "%s", about.text);
    else if (!json && is_file)
        *error =
            arena_printf(arena, "%s: line %d: %s", text + 1, about.line, about.text);
    else if (!json)
        *error = arena_printf(arena, "expected %s as JSON or @file: %s",
                              codec_kind_name(type->kind), about.text);
    return json;
}

static json_t *any_from_text(struct arena *arena, const struct kad_type *type,
                             const char *text, const char **error)
{
    json_t *json;

    if (text[0] == '@')
        return json_from_text(arena, type, text, error);
    json = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    return json ? json : json_string(text); /* bare words need no quotes */
}

json_t *codec_from_text(struct arena *arena, const struct kad_type *type,
                        const char *text, const char **error)
{
    struct str content = str_of(text);

    *error = NULL;
    if (!str_is_utf8(content)) {
        *error = "expected text in UTF-8";
        return NULL;
    }
    switch (type->kind) {
    case KAD_STRING:
    case KAD_DURATION: return json_string(text); /* durations are read by the decoder */
    case KAD_INTEGER: return integer_from_text(arena, type, text, error);
    case KAD_NUMBER: return number_from_text(arena, type, text, error);
    case KAD_BOOLEAN: return boolean_from_text(arena, type, text, error);
    case KAD_ANY: return any_from_text(arena, type, text, error);
    case KAD_OBJECT:
    case KAD_ARRAY:
    case KAD_OPAQUE_OBJECT:
    case KAD_OPAQUE_ARRAY: break;
    }
    return json_from_text(arena, type, text, error);
}
