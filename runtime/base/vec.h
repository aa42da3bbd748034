/* vec.h: a growing array in an arena.
 *
 *     VEC(struct step *) steps = {0};
 *     vec_push(arena, &steps, step);
 *     for (size_t i = 0; i < steps.count; i++) use(steps.items[i]);
 *
 * Growing leaves the old items in the arena: pointers to items are not stable, what they
 * point to is. */
#ifndef KAD_BASE_VEC_H
#define KAD_BASE_VEC_H

#include "base/arena.h"

#define VEC(type)                                                                      \
    struct {                                                                           \
        type *items;                                                                   \
        size_t count;                                                                  \
        size_t capacity;                                                               \
    }

#define vec_push(arena, vec, item)                                                     \
    do {                                                                               \
        if ((vec)->count == (vec)->capacity)                                           \
            (vec)->items = vec_grow((arena), (vec)->items, sizeof((vec)->items[0]),    \
                                    (vec)->count, &(vec)->capacity);                   \
        (vec)->items[(vec)->count++] = (item);                                         \
    } while (0)

/* Doubles the capacity: a copy of `items` with room for more. */
void *vec_grow(struct arena *arena, const void *items, size_t item_size, size_t count,
               size_t *capacity);

#endif
