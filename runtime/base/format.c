/* format.c: text from a format.
 *
 * The C library sets up a stream for each text, which costs more than the text itself. Texts
 * with nothing but `%s`, `%.*s`, `%c`, `%%` and decimal integers are made here; all others
 * there, with the same result. */
#include "base/format.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { INTEGER_DIGITS_MAX = 20, DECIMAL = 10 };

enum conversion {
    CONVERT_TEXT,
    CONVERT_SLICE,
    CONVERT_CHAR,
    CONVERT_PERCENT,
    CONVERT_INT,
    CONVERT_LONG,
    CONVERT_LONG_LONG,
    CONVERT_UNSIGNED,
    CONVERT_UNSIGNED_LONG,
    CONVERT_SIZE,
    CONVERT_OTHER
};

/* The conversion behind a `%`, and the length of its name. */
static enum conversion conversion_at(const char *name, size_t *len)
{
    *len = 1;
    switch (name[0]) {
    case 's': return CONVERT_TEXT;
    case 'c': return CONVERT_CHAR;
    case '%': return CONVERT_PERCENT;
    case 'd': return CONVERT_INT;
    case 'u': return CONVERT_UNSIGNED;
    case '.': *len = sizeof(".*s") - 1; break;
    default: *len = sizeof("lu") - 1; break;
    }
    if (strncmp(name, ".*s", *len) == 0)
        return CONVERT_SLICE;
    if (strncmp(name, "ld", *len) == 0)
        return CONVERT_LONG;
    if (strncmp(name, "lld", sizeof("lld") - 1) == 0) {
        *len = sizeof("lld") - 1;
        return CONVERT_LONG_LONG;
    }
    if (strncmp(name, "lu", *len) == 0)
        return CONVERT_UNSIGNED_LONG;
    return strncmp(name, "zu", *len) == 0 ? CONVERT_SIZE : CONVERT_OTHER;
}

/* What was written, and would have been written if there were room. */
struct output {
    char *p;
    size_t size;
    size_t len;
};

static void add(struct output *out, const char *text, size_t len)
{
    if (out->len < out->size) {
        const size_t room = out->size - out->len;

        memcpy(out->p + out->len, text, len < room ? len : room);
    }
    out->len += len;
}

static void add_text(struct output *out, const char *text)
{
    if (!text)
        text = "(null)";
    add(out, text, strlen(text));
}

/* Up to a NUL, as printf does it; a precision below 0 is none. */
static void add_slice(struct output *out, const char *text, int precision)
{
    if (precision < 0)
        add_text(out, text);
    else if (precision > 0 && text)
        add(out, text, strnlen(text, (size_t)precision));
}

static void add_unsigned(struct output *out, uint64_t value)
{
    char digits[INTEGER_DIGITS_MAX];
    size_t first = INTEGER_DIGITS_MAX;

    do {
        digits[--first] = (char)('0' + value % DECIMAL);
        value /= DECIMAL;
    } while (value);
    add(out, digits + first, INTEGER_DIGITS_MAX - first);
}

static void add_signed(struct output *out, int64_t value)
{
    if (value < 0)
        add(out, "-", 1);
    add_unsigned(out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void add_char(struct output *out, char c)
{
    add(out, &c, 1);
}

/* -1: there are other conversions. */
static int format_simple(struct output *out, const char *format, va_list args)
{
    for (;;) {
        const size_t plain = (size_t)(strchrnul(format, '%') - format);
        enum conversion conversion;
        size_t len;
        int precision;

        add(out, format, plain);
        if (!format[plain])
            return (int)out->len;
        conversion = conversion_at(format + plain + 1, &len);
        format += plain + 1 + len;
        switch (conversion) {
        case CONVERT_TEXT: add_text(out, va_arg(args, const char *)); break;
        case CONVERT_SLICE:
            precision = va_arg(args, int);
            add_slice(out, va_arg(args, const char *), precision);
            break;
        case CONVERT_CHAR: add_char(out, (char)va_arg(args, int)); break;
        case CONVERT_PERCENT: add_char(out, '%'); break;
        case CONVERT_INT: add_signed(out, va_arg(args, int)); break;
        case CONVERT_LONG: add_signed(out, va_arg(args, long)); break;
        case CONVERT_LONG_LONG: add_signed(out, va_arg(args, long long)); break;
        case CONVERT_UNSIGNED: add_unsigned(out, va_arg(args, unsigned)); break;
        case CONVERT_UNSIGNED_LONG:
            add_unsigned(out, va_arg(args, unsigned long));
            break;
        case CONVERT_SIZE: add_unsigned(out, va_arg(args, size_t)); break;
        case CONVERT_OTHER: return -1;
        }
    }
}

int format_text(char *out, size_t size, const char *format, va_list args)
{
    struct output text = {out, size ? size - 1 : 0, 0};
    va_list again;
    int len;

    va_copy(again, args);
    len = format_simple(&text, format, args);
    if (len < 0)
        len = vsnprintf(out, size, format, again);
    else if (size)
        out[text.len < text.size ? text.len : text.size] = '\0';
    va_end(again);
    return len;
}
