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

void map_drop_duplicates(struct node *map, struct diags *diags)
{
    struct arena scratch = {0};
    struct table seen;
    size_t kept = 0;

    table_init(&seen, &scratch);
    for (size_t i = 0; i < map->count; i++) {
        struct node *key = map->keys[i];
        const struct node *first = table_add(&seen, key->text, key);

        if (first) {
            report_duplicate(diags, map, key, first);
            map->dropped_count++;
            continue;
        }
        map->keys[kept] = key;
        map->items[kept++] = map->items[i];
    }
    map->count = kept;
    arena_release(&scratch);
}
