/* vec.c: see vec.h. */
#include "base/vec.h"

#include <string.h>

enum { FIRST_BYTES = 32 }; /* many vectors hold one item, and some items are large */

void *vec_grow(struct arena *arena, const void *items, size_t item_size, size_t count,
               size_t *capacity)
{
    void *grown;

    if (*capacity)
        *capacity *= 2;
    else
        *capacity = item_size < FIRST_BYTES ? FIRST_BYTES / item_size : 1;
    grown = arena_alloc_array(arena, item_size, *capacity);
    if (count)
        memcpy(grown, items, item_size * count);
    return grown;
}
