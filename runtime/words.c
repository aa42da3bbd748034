/* words.c: see words.h. */
#include "words.h"

#include <inttypes.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buf.h"

const char *duration_words(struct arena *arena, int64_t duration_ms)
{
    long long seconds = duration_ms / 1000, minutes = seconds / 60,
              hours = minutes / 60;

    if (duration_ms < 1000)
        return arena_printf(arena, "%" PRId64 "ms", duration_ms < 0 ? 0 : duration_ms);
    if (seconds < 60)
        return arena_printf(arena, "%lld.%llds", seconds,
                            (long long)duration_ms % 1000 / 100);
    if (minutes < 60)
        return arena_printf(arena, "%lldm %llds", minutes, seconds % 60);
    if (hours < 24)
        return arena_printf(arena, "%lldh %lldm", hours, minutes % 60);
    return arena_printf(arena, "%lldd %lldh", hours / 24, hours % 24);
}

/* What a shell takes as it stands. */
static bool is_plain(const char *text)
{
    return *text &&
           !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789_-./:,+@%")];
}

const char *shell_word(struct arena *arena, const char *text)
{
    struct buf word;

    if (is_plain(text))
        return text;
    buf_init(&word, arena);
    buf_add_char(&word, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_add(&word, str_of("'\\'"));
        buf_add_char(&word, *text);
    }
    buf_add_char(&word, '\'');
    return word.p;
}

static unsigned char_width(uint32_t c)
{
    int width = utf8proc_charwidth((utf8proc_int32_t)c);

    return width > 0 ? (unsigned)width : 0;
}

unsigned text_width(struct str text)
{
    unsigned width = 0;
    size_t len;

    for (size_t at = 0; at < text.len; at += len)
        width += char_width(str_utf8_char(text, at, &len));
    return width;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

const char *line_words(struct arena *arena, const char *text, unsigned columns)
{
    struct str line = {text, strcspn(text, "\n")};
    unsigned width = 0;
    struct buf out;
    bool is_cut;
    size_t len;

    buf_init(&out, arena);
    line.len = str_utf8_valid_len(line);
    is_cut = columns && text_width(line) > columns;
    for (size_t at = 0; at < line.len; at += len) {
        uint32_t c = str_utf8_char(line, at, &len);

        width += char_width(c);
        if (is_cut && width > columns - 1) {
            buf_add(&out, S("…"));
            break;
        }
        if (!is_control(c))
            buf_add(&out, str_part(line, at, at + len));
    }
    return out.p;
}

const char *lines_words(struct arena *arena, const char *text, const char *margin)
{
    const char *line = text;
    struct buf out;

    buf_init(&out, arena);
    buf_add(&out, str_of(line_words(arena, line, 0)));
    while ((line = strchr(line, '\n')) && *++line) {
        buf_add_char(&out, '\n');
        buf_add(&out, str_of(margin));
        buf_add(&out, str_of(line_words(arena, line, 0)));
    }
    return out.p;
}
