/* expr_text.c: the functions of expressions that read or make text. See kad/expr.h.
 *
 * Text is valid UTF-8. Whether a letter has another case is Unicode's simple
 * mapping, the same on every machine whatever its locale. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/arena.h"
#include "base/duration.h"
#include "base/str.h"
#include "codec.h"
#include "kad/expr.h"
#include "kad/workflow.h"

/* A NUL-terminated copy in the run's memory. */
static char *text_new(struct kad_run *run, struct str text)
{
    char *copy = kad_run_alloc(run, text.len + 1);

    if (text.len)
        memcpy(copy, text.p, text.len);
    copy[text.len] = '\0';
    return copy;
}

bool kad_text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

int kad_text_compare(const char *a, const char *b)
{
    return str_compare(str_of(a), str_of(b));
}

int64_t kad_length(const char *text)
{
    return (int64_t)str_utf8_count(str_of(text));
}

bool kad_contains(const char *text, const char *part)
{
    const struct str whole = str_of(text), wanted = str_of(part);

    return !wanted.len || str_find(whole, wanted) < whole.len;
}

bool kad_starts_with(const char *text, const char *prefix)
{
    return str_starts_with(str_of(text), str_of(prefix));
}

bool kad_ends_with(const char *text, const char *suffix)
{
    return str_ends_with(str_of(text), str_of(suffix));
}

/* ---- Case and white space -------------------------------------------------------- */

static const char *map_case(struct kad_run *run, const char *text,
                            utf8proc_int32_t (*map)(utf8proc_int32_t c))
{
    const struct str source = str_of(text);
    /* A letter of another case may take more bytes, never more than four. */
    char *out = kad_run_alloc(run, source.len * 4 + 1);
    size_t at = 0, used = 0, len;

    for (; at < source.len; at += len) {
        const uint32_t c = str_utf8_char(source, at, &len);

        used += (size_t)utf8proc_encode_char(map((utf8proc_int32_t)c),
                                             (utf8proc_uint8_t *)out + used);
    }
    out[used] = '\0';
    return out;
}

const char *kad_lower(struct kad_run *run, const char *text)
{
    return map_case(run, text, utf8proc_tolower);
}

const char *kad_upper(struct kad_run *run, const char *text)
{
    return map_case(run, text, utf8proc_toupper);
}

const char *kad_trim(struct kad_run *run, const char *text)
{
    return text_new(run, str_trim(str_of(text)));
}

/* ---- Parts ----------------------------------------------------------------------- */

/* Length of the part of `text` before the next separator. */
static size_t part_len(struct str text, struct str separator)
{
    size_t len;

    if (separator.len)
        return str_find(text, separator);
    if (!text.len)
        return 0;
    str_utf8_char(text, 0, &len);
    return len;
}

/* Where the part after one of `len` bytes starts; false: it was the last. */
static bool next_part(struct str *text, size_t len, struct str separator)
{
    const size_t next = len + separator.len;
    const bool has_next = separator.len ? len < text->len : next < text->len;

    *text = str_part(*text, next, text->len);
    return has_next;
}

static size_t part_count(struct str text, struct str separator)
{
    size_t count = 1;

    while (next_part(&text, part_len(text, separator), separator))
        count++;
    return count;
}

struct kad_strings kad_split(struct kad_run *run, const char *text,
                             const char *separator)
{
    const struct str between = str_of(separator);
    struct str rest = str_of(text);
    const size_t count = part_count(rest, between);
    const char **parts = kad_run_alloc(run, count * sizeof(*parts));

    for (size_t i = 0; i < count; i++) {
        const size_t len = part_len(rest, between);

        parts[i] = text_new(run, str_part(rest, 0, len));
        next_part(&rest, len, between);
    }
    return (struct kad_strings){parts, count};
}

static char *append(char *end, struct str text)
{
    return text.len ? mempcpy(end, text.p, text.len) : end;
}

static const char *join(struct kad_run *run, const char *const parts[], size_t count,
                        struct str separator)
{
    size_t len = 0;
    char *text, *end;

    for (size_t i = 0; i < count; i++)
        len += str_of(parts[i]).len + (i ? separator.len : 0);
    text = end = kad_run_alloc(run, len + 1);
    for (size_t i = 0; i < count; i++) {
        if (i)
            end = append(end, separator);
        end = append(end, str_of(parts[i]));
    }
    *end = '\0';
    return text;
}

const char *kad_join(struct kad_run *run, struct kad_strings parts,
                     const char *separator)
{
    return join(run, parts.items, parts.count, str_of(separator));
}

const char *kad_text_join(struct kad_run *run, const char *const parts[], size_t count)
{
    return join(run, parts, count, S(""));
}

const char *kad_replace(struct kad_run *run, const char *text, const char *from,
                        const char *to)
{
    if (!from || !*from)
        return text;
    return kad_join(run, kad_split(run, text, from), to);
}

/* ---- Format ---------------------------------------------------------------------- */

/* Length of the `{N}` that `text` starts with, and N; 0: it starts with something
 * else. */
static size_t placeholder(const char *text, size_t *number)
{
    const size_t digits = *text == '{' ? strspn(text + 1, "0123456789") : 0;

    if (!digits || text[1 + digits] != '}')
        return 0;
    *number = strtoul(text + 1, NULL, 10);
    return digits + 2;
}

const char *kad_format(struct kad_run *run, const char *text, const char *const parts[],
                       size_t count)
{
    const char **pieces = kad_run_alloc(run, (str_of(text).len + 1) * sizeof(*pieces));
    size_t piece_count = 0, number;

    while (text && *text) {
        const size_t len = placeholder(text, &number);
        const size_t plain = len ? len : 1 + strcspn(text + 1, "{");

        if (len && number >= count) {
            kad_fault(run, "format: there is no argument for {%zu}", number);
            return "";
        }
        pieces[piece_count++] =
            len ? parts[number] : text_new(run, (struct str){text, plain});
        text += plain;
    }
    return kad_text_join(run, pieces, piece_count);
}

/* ---- Scalars --------------------------------------------------------------------- */

const char *kad_text_of_integer(struct kad_run *run, int64_t value)
{
    char text[24];
    const int len = snprintf(text, sizeof(text), "%" PRId64, value);

    return text_new(run, (struct str){text, (size_t)len});
}

/* The fewest digits that read back as the same number. */
const char *kad_text_of_number(struct kad_run *run, double value)
{
    char text[32];
    int len = 0;

    if (value == 0)
        value = 0; /* not "-0" */
    for (int digits = 15; digits <= 17; digits++) {
        len = snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return text_new(run, (struct str){text, (size_t)len});
}

const char *kad_text_of_boolean(bool value)
{
    return value ? "true" : "false";
}

const char *kad_text_of_duration(struct kad_run *run, int64_t duration_ms)
{
    struct arena scratch = {0};
    const char *text = text_new(run, str_of(duration_text(&scratch, duration_ms)));

    arena_release(&scratch);
    return text;
}
