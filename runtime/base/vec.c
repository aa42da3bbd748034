/* vec.c: see vec.h. */
#include "base/vec.h"

#include <string.h>

enum { FIRST_CAPACITY = 8 };

void *vec_grow(struct arena *arena, const void *items, size_t item_size, size_t count,
               size_t *capacity)
{
    void *grown;

    *capacity = *capacity ? *capacity * 2 : FIRST_CAPACITY;
    grown = arena_alloc_array(arena, item_size, *capacity);
    if (count)
        memcpy(grown, items, item_size * count);
    return grown;
}
