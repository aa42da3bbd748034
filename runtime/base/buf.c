/* buf.c: see buf.h. */
#include "base/buf.h"

#include <string.h>

#include "base/format.h"

enum { FIRST_CAPACITY = 256 };

void buf_reserve(struct buf *buf, size_t more)
{
    size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
    char *grown;

    if (buf->capacity > buf->len + more)
        return;
    while (capacity <= buf->len + more)
        capacity *= 2;
    grown = arena_alloc(buf->arena, capacity);
    if (buf->len)
        memcpy(grown, buf->p, buf->len);
    buf->p = grown;
    buf->capacity = capacity;
}

void buf_init(struct buf *buf, struct arena *arena)
{
    *buf = (struct buf){.arena = arena};
    buf_reserve(buf, 0);
}

void buf_add(struct buf *buf, struct str text)
{
    if (!text.len)
        return;
    buf_reserve(buf, text.len);
    memcpy(buf->p + buf->len, text.p, text.len);
    buf->len += text.len;
    buf->p[buf->len] = '\0';
}

void buf_add_char(struct buf *buf, char c)
{
    buf_reserve(buf, 1);
    buf->p[buf->len++] = c;
    buf->p[buf->len] = '\0';
}

void buf_fill(struct buf *buf, char c, size_t count)
{
    buf_reserve(buf, count);
    memset(buf->p + buf->len, c, count);
    buf->len += count;
    buf->p[buf->len] = '\0';
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    int len;

    va_copy(again, args);
    len = format_text(buf->p + buf->len, buf->capacity - buf->len, format, again);
    va_end(again);
    if (len < 0)
        return;
    if ((size_t)len >= buf->capacity - buf->len) {
        buf_reserve(buf, (size_t)len);
        format_text(buf->p + buf->len, (size_t)len + 1, format, args);
    }
    buf->len += (size_t)len;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

static const struct str replacement = {"\xef\xbf\xbd", 3}; /* U+FFFD */

/* Valid UTF-8, but for NUL. */
static void add_without_nul(struct buf *buf, struct str text)
{
    const char *nul;

    while (text.len && (nul = memchr(text.p, '\0', text.len))) {
        const size_t len = (size_t)(nul - text.p);

        buf_add(buf, str_part(text, 0, len));
        buf_add(buf, replacement);
        text = str_part(text, len + 1, text.len);
    }
    buf_add(buf, text);
}

/* What buf_add_valid will add. */
static size_t valid_len(struct str text)
{
    size_t len = 0;

    while (text.len) {
        const size_t valid = str_utf8_valid_len(text);

        for (size_t i = 0; i < valid; i++)
            len += text.p[i] ? 1 : replacement.len;
        len += valid < text.len ? replacement.len : 0;
        text = str_part(text, valid + 1, text.len);
    }
    return len;
}

void buf_add_valid(struct buf *buf, struct str text)
{
    buf_reserve(buf, valid_len(text));
    while (text.len) {
        const size_t valid = str_utf8_valid_len(text);

        add_without_nul(buf, str_part(text, 0, valid));
        if (valid < text.len)
            buf_add(buf, replacement);
        text = str_part(text, valid + 1, text.len);
    }
}

struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->p, buf->len};
}
