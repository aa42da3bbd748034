/* buf.h: text that is being built, in an arena. Always NUL-terminated. */
#ifndef KAD_BASE_BUF_H
#define KAD_BASE_BUF_H

#include <stdarg.h>

#include "base/arena.h"
#include "base/str.h"

struct buf {
    struct arena *arena;
    char *p;
    size_t len;
    size_t capacity;
};

void buf_init(struct buf *buf, struct arena *arena);
/* Makes room for so many bytes more: less is copied than by growing again and again. */
void buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, struct str text);
void buf_add_char(struct buf *buf, char c);
void buf_fill(struct buf *buf, char c, size_t count);
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* What is not UTF-8, and NUL, becomes U+FFFD. */
void buf_add_valid(struct buf *buf, struct str text);
struct str buf_str(const struct buf *buf);

#endif
