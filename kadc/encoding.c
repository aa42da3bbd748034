/* encoding.c: UTF-8 without NUL, control characters and bidi controls.
 *
 * In: the bytes of a file. Out: findings 0111. After true:
 *   (1) the text is valid UTF-8, and holds no character that libyaml refuses. */
#include "encoding.h"

#include "finding.h"

static struct span span_at(const struct source *source, size_t start, size_t len)
{
    return (struct span){source, (uint32_t)start, (uint32_t)(start + len)};
}

static bool is_utf16(struct str text)
{
    return str_starts_with(text, S("\xff\xfe")) || str_starts_with(text, S("\xfe\xff"));
}

/* Printable ASCII, tab and line ends: nearly everything. */
static bool is_plain_byte(char c)
{
    return (c >= ' ' && c < 0x7f) || c == '\n' || c == '\t' || c == '\r';
}

/* U+0085 and wide line ends are unusual, but text. */
static bool is_forbidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0 && c != 0x85) || c == 0xfffe ||
           c == 0xffff;
}

/* Characters that can be read, but not seen for what they are. */
static void check_hidden(const struct source *source, size_t at, size_t len, uint32_t c,
                         struct diags *diags)
{
    size_t same_len;

    if (c == 0x85 || c == 0x2028 || c == 0x2029 ||
        !diag_is_unprintable(source->text, at, &same_len))
        return;
    diag_report(
        diags, span_at(source, at, len), KAD0111,
        "the invisible character U+%04X makes text look different from what it is", c);
    diag_help(diags, "remove it, or write it as an escape in double quotes: `\\u%04X`",
              c);
}

/* False at a character that libyaml refuses. */
static bool check_characters(const struct source *source, struct str text, size_t from,
                             struct diags *diags)
{
    for (size_t at = from, len = 1; at < text.len; at += len) {
        uint32_t c;

        len = 1;
        if (is_plain_byte(text.p[at]))
            continue;
        c = str_utf8_char(text, at, &len);
        if (!is_forbidden(c)) {
            check_hidden(source, at, len, c, diags);
            continue;
        }
        diag_report(diags, span_at(source, at, len), KAD0111,
                    c ? "the control character U+%04X is not allowed in a file"
                      : "a NUL character (U+%04X) is not allowed in a file",
                    c);
        if (c)
            diag_help(diags, "write it as an escape in double quotes: `\\u%04X`", c);
        return false;
    }
    return true;
}

bool encoding_check(const struct source *source, struct diags *diags)
{
    const struct str text = source->text;
    const size_t valid_len = str_utf8_valid_len(text);

    if (is_utf16(text)) {
        diag_report(diags, span_at(source, 0, 2), KAD0111,
                    "the file is in UTF-16, not in UTF-8");
        diag_help(diags, "save it as UTF-8");
        return false;
    }
    if (!check_characters(source, str_part(text, 0, valid_len), source->lines[0],
                          diags))
        return false;
    if (valid_len == text.len)
        return true;
    diag_report(diags, span_at(source, valid_len, 1), KAD0111,
                "byte 0x%02X is not UTF-8", (unsigned)(unsigned char)text.p[valid_len]);
    diag_help(diags, "save the file as UTF-8");
    return false;
}
