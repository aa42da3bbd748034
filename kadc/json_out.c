/* json_out.c: see json_out.h. Numbers and escapes are those of jansson, so that a document
 * that is read and written again stays the same. */
#include "json_out.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

void json_out_init(struct json_out *out, struct arena *arena)
{
    *out = (struct json_out){0};
    buf_init(&out->text, arena);
}

/* ---- Text ----------------------------------------------------------------------------- */

static bool is_plain(char c)
{
    return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

static void add_escape(struct buf *text, char c)
{
    switch (c) {
    case '"': buf_add(text, S("\\\"")); break;
    case '\\': buf_add(text, S("\\\\")); break;
    case '\b': buf_add(text, S("\\b")); break;
    case '\f': buf_add(text, S("\\f")); break;
    case '\n': buf_add(text, S("\\n")); break;
    case '\r': buf_add(text, S("\\r")); break;
    case '\t': buf_add(text, S("\\t")); break;
    default: buf_printf(text, "\\u%04X", (unsigned char)c); break;
    }
}

static void add_quoted(struct buf *text, struct str value)
{
    size_t from = 0;

    buf_add_char(text, '"');
    for (size_t at = 0; at < value.len; at++) {
        if (is_plain(value.p[at]))
            continue;
        buf_add(text, str_part(value, from, at));
        add_escape(text, value.p[at]);
        from = at + 1;
    }
    buf_add(text, str_part(value, from, value.len));
    buf_add_char(text, '"');
}

/* What stands before a value. */
static void start_value(struct json_out *out, struct str key)
{
    if (out->has_before)
        buf_add_char(&out->text, ',');
    out->has_before = true;
    if (!key.p)
        return;
    add_quoted(&out->text, key);
    buf_add_char(&out->text, ':');
}

/* ---- Values --------------------------------------------------------------------------- */

static void open_level(struct json_out *out, struct str key, char bracket)
{
    start_value(out, key);
    buf_add_char(&out->text, bracket);
    out->has_before = false;
}

static void end_level(struct json_out *out, char bracket)
{
    buf_add_char(&out->text, bracket);
    out->has_before = true;
}

void json_out_object(struct json_out *out, struct str key)
{
    open_level(out, key, '{');
}

void json_out_end_object(struct json_out *out)
{
    end_level(out, '}');
}

void json_out_array(struct json_out *out, struct str key)
{
    open_level(out, key, '[');
}

void json_out_end_array(struct json_out *out)
{
    end_level(out, ']');
}

void json_out_text(struct json_out *out, struct str key, struct str text)
{
    start_value(out, key);
    add_quoted(&out->text, text);
}

void json_out_integer(struct json_out *out, struct str key, int64_t integer)
{
    start_value(out, key);
    buf_printf(&out->text, "%" PRId64, integer);
}

/* What JSON has no number for is null. */
void json_out_real(struct json_out *out, struct str key, double real)
{
    json_t *json = json_real(real);
    char *text = json_dumps(json, JSON_ENCODE_ANY);

    start_value(out, key);
    buf_add(&out->text, text ? str_of(text) : S("null"));
    free(text);
    json_decref(json);
}

void json_out_boolean(struct json_out *out, struct str key, bool boolean)
{
    start_value(out, key);
    buf_add(&out->text, boolean ? S("true") : S("false"));
}

void json_out_null(struct json_out *out, struct str key)
{
    start_value(out, key);
    buf_add(&out->text, S("null"));
}
