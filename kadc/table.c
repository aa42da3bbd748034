/* table.c: open addressing with linear probing, at most half full. Nothing is removed. */
#include "table.h"

#include <stdint.h>

struct table_slot {
    struct str key;
    void *value; /* NULL: free */
};

void table_init(struct table *table, struct arena *arena)
{
    *table = (struct table){.arena = arena};
}

/* The slot of a key, or the free one where it belongs. */
static struct table_slot *slot_of(const struct table *table, struct str key)
{
    size_t mask = table->slot_count - 1;
    size_t at = (size_t)str_hash(key) & mask;
    while (table->slots[at].value && !str_equal(table->slots[at].key, key))
        at = (at + 1) & mask;
    return &table->slots[at];
}

void *table_find(const struct table *table, struct str key)
{
    return table->slot_count ? slot_of(table, key)->value : NULL;
}

static void table_grow(struct table *table)
{
    struct table old = *table;
    table->slot_count = old.slot_count ? old.slot_count * 2 : 16;
    table->slots = arena_array(table->arena, struct table_slot, table->slot_count);
    for (size_t i = 0; i < old.slot_count; i++)
        if (old.slots[i].value)
            *slot_of(table, old.slots[i].key) = old.slots[i];
}

void *table_add(struct table *table, struct str key, void *value)
{
    if (table->count * 2 >= table->slot_count)
        table_grow(table);
    struct table_slot *slot = slot_of(table, key);
    if (slot->value)
        return slot->value;
    *slot = (struct table_slot){key, value};
    table->count++;
    return NULL;
}
