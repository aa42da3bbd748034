/* map_keys.c: see map_keys.h. */
#include "map_keys.h"

#include <string.h>

#include "table.h"

bool key_is_usable(const struct node *key, struct diags *diags)
{
    if (key->kind != NODE_SCALAR)
        diag_report(diags, key->span, KAD0106, "a key must be text, found %s",
                    node_kind_text(key));
    return key->kind == NODE_SCALAR && !key->is_poisoned;
}

size_t key_short_len(const struct node *key)
{
    const struct str text = key->text;
    const size_t len = str_find(text, S(" "));

    if (key->kind != NODE_SCALAR || key->style != NODE_PLAIN || len + 1 >= text.len)
        return 0;
    return strchr("\"'{[", text.p[len + 1]) ? len : 0;
}

/* Several in one map are one mistake: as a rule, the start of a list's next entry has been
 * lost. */
static void report_duplicate(struct diags *diags, const struct node *map,
                             const struct node *key, const struct node *first)
{
    diag_report(diags, key->span, KAD0103, "the key `%.*s` stands twice in this map",
                STR(key->text));
    diag_subject(diags, "map at %u", map->span.start);
    diag_note(diags, first->span, "it stands here first");
}

/* The keys of a map so far: a table is worth its making only for many. */
struct seen {
    const struct node *map;
    uint32_t kept;
    struct arena scratch;
    struct table table;
};

enum { FEW_KEYS = 16 };

/* The key that has the same text; NULL: none, and it is one of those seen now. */
static const struct node *seen_add(struct seen *seen, struct node *key)
{
    if (seen->map->count > FEW_KEYS)
        return table_add(&seen->table, key->text, key);
    for (size_t i = 0; i < seen->kept; i++)
        if (str_equal(seen->map->keys[i]->text, key->text))
            return seen->map->keys[i];
    return NULL;
}

void map_drop_duplicates(struct node *map, struct diags *diags)
{
    struct seen seen = {.map = map};

    table_init(&seen.table, &seen.scratch);
    for (size_t i = 0; i < map->count; i++) {
        struct node *key = map->keys[i];
        const struct node *first = seen_add(&seen, key);

        if (first) {
            report_duplicate(diags, map, key, first);
            map->dropped_count++;
            continue;
        }
        map->keys[seen.kept] = key;
        map->items[seen.kept++] = map->items[i];
    }
    map->count = seen.kept;
    arena_release(&seen.scratch);
}
