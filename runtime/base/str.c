/* str.c: see str.h. */
#include "base/str.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"

struct str str_of(const char *text)
{
    return (struct str){text, text ? strlen(text) : 0};
}

bool str_equal(struct str a, struct str b)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): NULL has no length */
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool str_starts_with(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_equal(str_part(s, 0, prefix.len), prefix);
}

bool str_ends_with(struct str s, struct str suffix)
{
    return s.len >= suffix.len &&
           str_equal(str_part(s, s.len - suffix.len, s.len), suffix);
}

int str_compare(struct str a, struct str b)
{
    const size_t len = a.len < b.len ? a.len : b.len;
    const int order = len ? memcmp(a.p, b.p, len) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* Fowler, Noll, Vo: http://www.isthe.com/chongo/tech/comp/fnv/ */
uint64_t str_hash(struct str s)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    return hash;
}

struct str str_part(struct str s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return (struct str){s.p ? s.p + from : NULL, to - from};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str str_trim(struct str s)
{
    size_t from = 0, to = s.len;

    while (from < to && is_blank(s.p[from]))
        from++;
    while (to > from && is_blank(s.p[to - 1]))
        to--;
    return str_part(s, from, to);
}

bool str_count(struct str s, size_t max, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char digit = (unsigned char)(s.p[i] - '0');

        if (digit > 9 || *count > max / 10 || *count * 10 > max - digit)
            return false;
        *count = *count * 10 + digit;
    }
    return s.len > 0;
}

size_t str_find(struct str s, struct str needle)
{
    const char *found;

    if (!needle.len)
        return 0;
    found = s.len ? memmem(s.p, s.len, needle.p, needle.len) : NULL;
    return found ? (size_t)(found - s.p) : s.len;
}

void str_hex(const unsigned char *bytes, size_t count, char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        *text++ = digits[bytes[i] >> 4];
        *text++ = digits[bytes[i] & 15];
    }
    *text = '\0';
}

char *str_copy(struct arena *arena, struct str s)
{
    return arena_copy(arena, s.p, s.len);
}

struct str str_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    const char *text;

    va_start(args, format);
    text = arena_vprintf(arena, format, args);
    va_end(args);
    return str_of(text);
}

/* Length of the well-formed character at p, 0 when there is none (Unicode, table 3-7). */
static size_t utf8_char_len(const unsigned char *p, size_t left)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t len;

    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[0] == 0xe0)
        low = 0xa0;
    else if (p[0] == 0xed)
        high = 0x9f;
    else if (p[0] == 0xf0)
        low = 0x90;
    else if (p[0] == 0xf4)
        high = 0x8f;
    if (left < len || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if (p[i] < 0x80 || p[i] > 0xbf)
            return 0;
    return len;
}

/* Whether the next eight bytes are ASCII, as nearly all are. */
static bool is_ascii_word(struct str s, size_t at)
{
    uint64_t word;

    if (s.len - at < sizeof(word))
        return false;
    memcpy(&word, s.p + at, sizeof(word));
    return (word & UINT64_C(0x8080808080808080)) == 0;
}

size_t str_utf8_valid_len(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t at = 0;

    while (at < s.len) {
        if (is_ascii_word(s, at)) {
            at += sizeof(uint64_t);
            continue;
        }

        const size_t len = utf8_char_len(p + at, s.len - at);

        if (!len)
            break;
        at += len;
    }
    return at;
}

bool str_is_utf8(struct str s)
{
    return str_utf8_valid_len(s) == s.len;
}

uint32_t str_utf8_char(struct str s, size_t at, size_t *len)
{
    const unsigned char *p = (const unsigned char *)s.p + at;

    *len = utf8_char_len(p, s.len - at);
    switch (*len) {
    case 2: return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    case 3:
        return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 |
               (p[2] & 0x3f);
    case 4:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
               (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
    default: *len = 1; return p[0];
    }
}

size_t str_utf8_count(struct str s)
{
    size_t count = 0;

    for (size_t i = 0; i < s.len; i++)
        count += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return count;
}

void str_pattern_init(struct str_pattern *pattern, struct str text)
{
    *pattern = (struct str_pattern){.text = text};
    for (size_t i = 0; i < text.len; i++)
        pattern->places[(unsigned char)text.p[i]] |= (str_bits)1 << i;
}

struct str_column str_column_first(const struct str_pattern *pattern)
{
    return (struct str_column){.up = ~(str_bits)0, .distance = pattern->text.len};
}

/* Bit i of `up` and `down` says that the distance to i + 1 bytes of the pattern is one more,
 * or one less, than that to i bytes (Hyyro, A Bit-Vector Algorithm for Computing Levenshtein
 * and Damerau Edit Distances, 2003). */
struct str_column str_column_next(const struct str_pattern *pattern,
                                  const struct str_column *last, char c)
{
    const size_t top = (pattern->text.len - 1) % STR_DISTANCE_LEN_MAX;
    const str_bits same = pattern->places[(unsigned char)c];
    const str_bits swapped = ((~last->diagonal & same) << 1) & last->before;
    const str_bits diagonal =
        (((same & last->up) + last->up) ^ last->up) | same | last->down | swapped;
    const str_bits right = last->down | ~(diagonal | last->up);
    const str_bits left = diagonal & last->up;
    const str_bits right_below = right << 1 | 1;

    return (struct str_column){
        .up = left << 1 | ~(diagonal | right_below),
        .down = right_below & diagonal,
        .diagonal = diagonal,
        .before = same,
        .distance =
            last->distance + (size_t)(right >> top & 1) - (size_t)(left >> top & 1),
    };
}

size_t str_distance(struct str a, struct str b, size_t limit)
{
    struct str_pattern pattern;
    struct str_column column;

    if (a.len > STR_DISTANCE_LEN_MAX || b.len > STR_DISTANCE_LEN_MAX)
        return str_equal(a, b) ? 0 : limit + 1;
    if (a.len > b.len + limit || b.len > a.len + limit)
        return limit + 1;
    if (a.len == 0)
        return b.len;
    str_pattern_init(&pattern, a);
    column = str_column_first(&pattern);
    for (size_t i = 0; i < b.len; i++)
        column = str_column_next(&pattern, &column, b.p[i]);
    return column.distance <= limit ? column.distance : limit + 1;
}
