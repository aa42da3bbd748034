/* keyed.c: see keyed.h. A table of chains, which are filled from the last row to the first. */
#include "engine/keyed.h"

#include <string.h>

#include "base/str.h"

static const void *row_at(const struct keyed *keyed, size_t index)
{
    return (const char *)keyed->rows + index * keyed->row_size;
}

static const char *key_of(const void *row)
{
    return *(const char *const *)row;
}

static size_t bucket_of(const struct keyed *keyed, const char *key)
{
    return (size_t)str_hash(str_of(key)) % keyed->bucket_count;
}

void keyed_init(struct keyed *keyed, struct arena *arena, const void *rows,
                size_t row_size, size_t count)
{
    *keyed = (struct keyed){
        .rows = rows,
        .row_size = row_size,
        .count = count,
        .bucket_count = count,
        .buckets = arena_array(arena, size_t, count),
        .next = arena_array(arena, size_t, count),
    };
    const char *key = NULL; /* rows beside each other often share one */
    size_t *bucket = NULL;

    for (size_t i = count; i--;) {
        if (!bucket || key_of(row_at(keyed, i)) != key) {
            key = key_of(row_at(keyed, i));
            bucket = &keyed->buckets[bucket_of(keyed, key)];
        }
        keyed->next[i] = *bucket;
        *bucket = i + 1;
    }
}

static bool is_same(const char *a, const char *b)
{
    return a == b || !strcmp(a, b);
}

/* The first one in the rest of a chain. */
static const void *find(const struct keyed *keyed, size_t index, const char *key)
{
    for (; index; index = keyed->next[index - 1])
        if (is_same(key_of(row_at(keyed, index - 1)), key))
            return row_at(keyed, index - 1);
    return NULL;
}

const void *keyed_find(const struct keyed *keyed, const char *key)
{
    return keyed->count ? find(keyed, keyed->buckets[bucket_of(keyed, key)], key)
                        : NULL;
}

const void *keyed_next(const struct keyed *keyed, const void *row)
{
    const size_t index =
        (size_t)((const char *)row - (const char *)keyed->rows) / keyed->row_size;

    return find(keyed, keyed->next[index], key_of(row));
}
