/* duration.c: see duration.h. */
#include "base/duration.h"

#include <inttypes.h>

#include "base/buf.h"

struct unit {
    const char *name;
    int64_t unit_ms;
};

/* From the longest to the shortest. */
static const struct unit units[] = {
    {"w", 7 * 24 * 3600 * INT64_C(1000)},
    {"d", 24 * 3600 * INT64_C(1000)},
    {"h", 3600 * INT64_C(1000)},
    {"m", 60 * INT64_C(1000)},
    {"s", 1000},
    {"ms", 1},
};
enum { UNIT_COUNT = sizeof(units) / sizeof(units[0]) };

/* The most that it can be stands for what is more. */
static int64_t sum(int64_t a, int64_t b)
{
    return __builtin_add_overflow(a, b, &a) ? INT64_MAX : a;
}

static int64_t product(int64_t a, int64_t b)
{
    return __builtin_mul_overflow(a, b, &a) ? INT64_MAX : a;
}

static bool digits_read(struct str text, size_t *at, int64_t *value)
{
    size_t start = *at;
    *value = 0;
    for (; *at < text.len && text.p[*at] >= '0' && text.p[*at] <= '9'; (*at)++)
        *value = sum(product(*value, 10), text.p[*at] - '0');
    return *at > start;
}

/* The unit at `at`, or UNIT_COUNT. */
static size_t unit_read(struct str text, size_t *at)
{
    size_t start = *at;
    while (*at < text.len && text.p[*at] >= 'a' && text.p[*at] <= 'z')
        (*at)++;
    struct str word = str_part(text, start, *at);
    size_t i = 0;
    while (i < UNIT_COUNT && !str_is(word, units[i].name))
        i++;
    return i;
}

/* false: it is no duration. */
static bool read_any(struct str text, int64_t *duration_ms)
{
    size_t next_unit = 0; /* each unit once, the longer before the shorter */
    *duration_ms = 0;
    for (size_t at = 0; at < text.len;) {
        int64_t count;
        if (!digits_read(text, &at, &count))
            return false;
        size_t unit = unit_read(text, &at);
        if (unit == UNIT_COUNT || unit < next_unit)
            return false;
        *duration_ms = sum(*duration_ms, product(count, units[unit].unit_ms));
        next_unit = unit + 1;
    }
    return *duration_ms > 0;
}

bool duration_parse(struct str text, int64_t *duration_ms)
{
    int64_t read_ms;
    if (!read_any(text, &read_ms) || read_ms > DURATION_MAX_MS)
        return false;
    *duration_ms = read_ms;
    return true;
}

bool duration_is_too_long(struct str text)
{
    int64_t duration_ms;
    return read_any(text, &duration_ms) && duration_ms > DURATION_MAX_MS;
}

const char *duration_text(struct arena *arena, int64_t duration_ms)
{
    int64_t rest = duration_ms;
    struct buf out;

    buf_init(&out, arena);
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (rest >= units[i].unit_ms)
            buf_printf(&out, "%" PRId64 "%s", rest / units[i].unit_ms, units[i].name);
        rest %= units[i].unit_ms;
    }
    if (!out.len)
        buf_add(&out, S("0ms"));
    return out.p;
}
