/* str.h: text as a slice, {p, len}, into a source or an arena. Never owns. */
#ifndef KAD_BASE_STR_H
#define KAD_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct str {
    const char *p; /* not NUL-terminated in general; NULL: absent */
    size_t len;    /* bytes */
};

/* A literal as a slice, and a slice as the two arguments of "%.*s". */
#define S(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR(s) (int)(s).len, (s).p

struct str str_of(const char *text); /* NULL gives an absent slice */
bool str_equal(struct str a, struct str b);
bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);
int str_compare(struct str a, struct str b); /* by bytes */
uint64_t str_hash(struct str s);             /* FNV-1a */

/* Most texts that are compared with words differ in their first byte. */
static inline bool str_is(struct str s, const char *text)
{
    return s.len ? s.p[0] == text[0] && str_equal(s, str_of(text)) : !text[0];
}

/* The part [from, to) in bytes; limits are clamped. */
struct str str_part(struct str s, size_t from, size_t to);
/* Without white space (blank, tab, line ends) at both ends. */
struct str str_trim(struct str s);
/* All of it is a decimal number, of at most `max`. */
bool str_count(struct str s, size_t max, size_t *count);
/* Offset of the first occurrence, or s.len. */
size_t str_find(struct str s, struct str needle);

/* Writes two digits for each byte, and a NUL. */
void str_hex(const unsigned char *bytes, size_t count, char *text);

/* A NUL-terminated copy in the arena. */
char *str_copy(struct arena *arena, struct str s);
struct str str_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Length of the valid UTF-8 prefix (RFC 3629: no overlong forms, no surrogates). */
size_t str_utf8_valid_len(struct str s);
bool str_is_utf8(struct str s);
/* Decodes the character at `at` (valid UTF-8); *len is its length in bytes. */
uint32_t str_utf8_char(struct str s, size_t at, size_t *len);
/* Number of Unicode characters of valid UTF-8. */
size_t str_utf8_count(struct str s);

/* Restricted Damerau-Levenshtein distance of two names (optimal string alignment);
 * more than `limit` is reported as limit + 1, as that of longer names is. */
enum { STR_DISTANCE_LEN_MAX = 128 };
size_t str_distance(struct str a, struct str b, size_t limit);

/* The same, a byte at a time, for many names that are compared with one and begin alike: a
 * column is the distance between the one, which has 1 to STR_DISTANCE_LEN_MAX bytes, and the
 * bytes so far. */
__extension__ typedef unsigned __int128 str_bits; /* one for each byte of the name */
struct str_pattern {
    struct str text;
    str_bits places[256]; /* of each byte */
};
struct str_column {
    str_bits up, down, diagonal, before;
    size_t distance;
};
void str_pattern_init(struct str_pattern *pattern, struct str text);
struct str_column str_column_first(const struct str_pattern *pattern);
struct str_column str_column_next(const struct str_pattern *pattern,
                                  const struct str_column *last, char c);

#endif
