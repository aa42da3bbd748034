/* bytes.c: see bytes.h. */
#include "base/bytes.h"

#include <inttypes.h>
#include <stddef.h>

struct unit {
    const char *name;
    int64_t bytes;
};

/* From the largest to the smallest. */
static const struct unit units[] = {
    {"TiB", INT64_C(1) << 40},
    {"TB", INT64_C(1000) * 1000 * 1000 * 1000},
    {"GiB", INT64_C(1) << 30},
    {"GB", INT64_C(1000) * 1000 * 1000},
    {"MiB", INT64_C(1) << 20},
    {"MB", INT64_C(1000) * 1000},
    {"KiB", INT64_C(1) << 10},
    {"kB", INT64_C(1000)},
    {"B", 1},
};
enum { UNIT_COUNT = sizeof(units) / sizeof(units[0]) };

bool bytes_parse(struct str text, int64_t *bytes)
{
    int64_t count = 0;
    size_t at = 0;
    struct str unit;
    int64_t total;

    for (; at < text.len && text.p[at] >= '0' && text.p[at] <= '9'; at++)
        if (__builtin_mul_overflow(count, 10, &count) ||
            __builtin_add_overflow(count, text.p[at] - '0', &count))
            return false;
    unit = str_part(text, at, text.len);
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (str_is(unit, units[i].name)) {
            if (!count || __builtin_mul_overflow(count, units[i].bytes, &total))
                return false;
            *bytes = total;
            return true;
        }
    return false;
}

const char *bytes_text(struct arena *arena, int64_t bytes)
{
    size_t i = 0;

    while (bytes % units[i].bytes)
        i++;
    return arena_printf(arena, "%" PRId64 "%s", bytes / units[i].bytes, units[i].name);
}
