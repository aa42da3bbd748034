/* model_concurrency.c: how executions of a workflow live beside others.
 *
 *     concurrency = {key: template, limit: COUNT, onFull: "queue" | "skip" | "cancel-oldest"}
 *     workspace   = "here" | "worktree"
 *
 * Reports 0114, 0802 and, by keys.c, group 01. What `key` may read is for concurrency.c. */
#include "key_values.h"
#include "model_read.h"

static key_reader limit_read, on_full_read;

#define AT(field) offsetof(struct concurrency, field)
static const struct key concurrency_keys[] = {
    {"key", KEY_TEMPLATE, .offset = AT(key), .shape = SHAPE_SCALAR,
     .about = "executions with the same one count together; default: all do"},
    {"limit", KEY_COUNT, .read = limit_read,
     .about = "how many may be under way; default: 1"},
    {"onFull", KEY_NODE, .read = on_full_read, .shape = SHAPE_TEXT,
     .texts = "queue skip cancel-oldest",
     .about = "queue, skip or cancel-oldest; default: queue"},
};
#undef AT
const struct key_set concurrency_set = KEY_SET("concurrency", NULL, concurrency_keys);

static void limit_read(struct reader *reader, const struct node *key,
                       const struct node *value, void *target)
{
    struct concurrency *concurrency = target;
    (void)key;
    count_read(reader, value, "limit", &concurrency->limit);
    if (concurrency->limit > 0)
        return;
    concurrency->limit = 1;
    diag_report(reader->program->diags, value->span, KAD0802,
                "`limit`: nothing could ever start");
    diag_help(reader->program->diags, "a whole number from 1");
}

static void on_full_read(struct reader *reader, const struct node *key,
                         const struct node *value, void *target)
{
    static const struct str items[] = {[ON_FULL_QUEUE] = {"queue", 5},
                                       [ON_FULL_SKIP] = {"skip", 4},
                                       [ON_FULL_CANCEL_OLDEST] = {"cancel-oldest", 13}};
    const struct names names = {items, sizeof(items) / sizeof(items[0])};
    ptrdiff_t found = choice_read(reader, key, value, names);
    if (found >= 0)
        ((struct concurrency *)target)->on_full = (enum on_full)found;
}

void concurrency_read(struct reader *reader, const struct node *map,
                      struct workflow *workflow)
{
    struct concurrency *concurrency =
        arena_new(reader->program->arena, struct concurrency);
    concurrency->limit = 1;
    if (keys_read(reader, &concurrency_set, map, concurrency))
        workflow->concurrency = concurrency;
}

void workspace_read(struct reader *reader, const struct node *key,
                    const struct node *value, void *is_worktree)
{
    static const struct str items[] = {{"here", 4}, {"worktree", 8}};
    const struct names names = {items, sizeof(items) / sizeof(items[0])};
    *(bool *)is_worktree = choice_read(reader, key, value, names) == 1;
}
