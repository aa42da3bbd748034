/* table.h: a hash table from text to a pointer, in an arena. The first value of a key stays. */
#ifndef KADC_TABLE_H
#define KADC_TABLE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

struct table_slot;

struct table {
    struct arena *arena;
    struct table_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t count;
};

void table_init(struct table *table, struct arena *arena);

/* The value of a key, or NULL. */
void *table_find(const struct table *table, struct str key);

/* Returns what stands under the key already, or NULL: `value` was put there. The key's
 * bytes are borrowed. */
void *table_add(struct table *table, struct str key, void *value);

#endif
