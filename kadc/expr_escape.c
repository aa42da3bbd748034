/* expr_escape.c: escapes in the text of expressions, those of JSON and \'. */
#include <string.h>

#include "expr_lex.h"

static void add_utf8(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_add_char(out, (char)c);
    } else if (c < 0x800) {
        buf_add_char(out, (char)(0xc0 | c >> 6));
        buf_add_char(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_add_char(out, (char)(0xe0 | c >> 12));
        buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_char(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_add_char(out, (char)(0xf0 | c >> 18));
        buf_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_char(out, (char)(0x80 | (c & 0x3f)));
    }
}

/* Four hexadecimal digits at `at`, or -1. */
static int32_t hex4(struct str raw, size_t at)
{
    int32_t value = 0;

    for (size_t i = at; i < at + 4; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = i < raw.len ? strchr(digits, raw.p[i] | 0x20) : NULL;

        if (!digit || raw.p[i] < '0')
            return -1;
        value = value * 16 + (int32_t)(digit - digits);
    }
    return value;
}

/* unicode: "\u" HEX{4} | "\u" high surrogate "\u" low surrogate. Returns its bytes,
 * or 0. */
static size_t add_unicode(struct buf *out, struct str raw, size_t at)
{
    const int32_t high = hex4(raw, at + 2);
    int32_t low;

    if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff))
        return 0;
    if (high < 0xd800 || high > 0xdbff) {
        add_utf8(out, (uint32_t)high);
        return 6;
    }
    low = str_starts_with(str_part(raw, at + 6, raw.len), S("\\u")) ? hex4(raw, at + 8)
                                                                    : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    add_utf8(out,
             0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00));
    return 12;
}

size_t expr_escape(struct buf *out, struct str raw, size_t at)
{
    static const char from[] = "nrtbf\\/\"'", to[] = "\n\r\t\b\f\\/\"'";
    const char *found;

    if (raw.p[at + 1] == 'u')
        return add_unicode(out, raw, at);
    found = strchr(from, raw.p[at + 1]);
    if (!found)
        return 0;
    buf_add_char(out, to[found - from]);
    return 2;
}
