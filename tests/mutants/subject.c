/* subject.c: a valid file, and all the places in it where a fault can be put. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "mutants.h"

/* Maps whose keys are the author's. */
static bool has_own_keys(const struct slot *slot)
{
    static const char *const names[] = {"inputs", "env",       "match", "properties",
                                        "types",  "onOutcome", "first", "branches"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (slot_is(slot, names[i]))
            return !slot->is_named;
    return false;
}

/* What is below is data, without keys of the language. */
static bool is_data(const struct slot *slot)
{
    return slot_is(slot, "default") || slot_is(slot, "value") ||
           (slot->is_named &&
            (slot_is_in(slot, "inputs") || slot_is_in(slot, "match")));
}

bool slot_is(const struct slot *slot, const char *key)
{
    return str_is(slot->key->text, key);
}

bool slot_is_in(const struct slot *slot, const char *parent_key)
{
    return slot->parent && slot_is(slot->parent, parent_key);
}

struct str subject_text(const struct subject *s, uint32_t start, uint32_t end)
{
    return str_part(s->source->text, start, end);
}

bool node_is_flow(const struct node *node)
{
    const char c = node->span.source->text.p[node->span.start];

    return c == '{' || c == '[';
}

bool node_is_literal(const struct node *node)
{
    return node->kind == NODE_SCALAR && str_find(node->text, S("{{")) == node->text.len;
}

static bool is_target(const struct slot *slot)
{
    static const char *const keys[] = {"onSuccess", "onFailure", "onTimeout", "then",
                                       "else"};

    if (slot->value->kind != NODE_SCALAR)
        return false;
    if (slot->is_named)
        return slot_is_in(slot, "onOutcome");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (slot_is(slot, keys[i]))
            return true;
    return false;
}

static void add_uses(struct subject *s, const struct slot *slot,
                     const struct node *node)
{
    const char *text = s->source->text.p;
    uint32_t at = node->span.start;

    while (at + 1 < node->span.end) {
        struct use use = {.slot = slot, .scalar = node, .step = slot->step};
        size_t end;

        if (text[at] != '{' || text[at + 1] != '{' || text[at + 2] == '"') {
            at++;
            continue;
        }
        end = str_find(subject_text(s, at, node->span.end), S("}}")) + at;
        if (end >= node->span.end)
            return;
        use.start = at + 2;
        use.end = (uint32_t)end;
        use.is_whole = at == node->span.start + 1 && end + 3 == node->span.end;
        while (text[use.start] == ' ')
            use.start++;
        while (use.end > use.start && text[use.end - 1] == ' ')
            use.end--;
        vec_push(s->arena, &s->uses, use);
        at = (uint32_t)end + 2;
    }
}

static void walk(struct subject *s, const struct slot *slot, const struct node *node);

static int add_step(struct subject *s, const struct node *list, size_t index,
                    int parent)
{
    const struct node *map = list->items[index];
    const struct step_site site = {map, list, node_find(map, "id"), index, parent};

    vec_push(s->arena, &s->steps, site);
    return (int)s->steps.count - 1;
}

static void walk_map(struct subject *s, const struct slot *parent,
                     const struct node *map, int step)
{
    const bool is_named = parent && has_own_keys(parent);

    for (size_t i = 0; i < map->count; i++) {
        struct slot *slot = arena_array(s->arena, struct slot, 1);

        *slot =
            (struct slot){map, map->keys[i], map->items[i], parent, i, is_named, step};
        vec_push(s->arena, &s->slots, slot);
        if (is_target(slot)) {
            const struct target target = {slot, slot->value, step, NO_STEP};

            vec_push(s->arena, &s->targets, target);
        }
        walk(s, slot, slot->value);
    }
}

static bool holds_steps(const struct slot *slot)
{
    return (!slot->is_named && slot_is(slot, "steps") &&
            slot->value->kind == NODE_LIST) ||
           (slot->is_named && slot_is_in(slot, "branches") &&
            slot->value->kind == NODE_LIST);
}

static void walk_data(struct subject *s, const struct slot *slot,
                      const struct node *node)
{
    if (node->kind == NODE_SCALAR)
        add_uses(s, slot, node);
    for (size_t i = 0; node->kind != NODE_SCALAR && i < node->count; i++)
        walk_data(s, slot, node->items[i]);
}

static void walk(struct subject *s, const struct slot *slot, const struct node *node)
{
    if (is_data(slot) || node->kind == NODE_SCALAR) {
        walk_data(s, slot, node);
        return;
    }
    if (node->kind == NODE_MAP) {
        walk_map(s, slot, node, slot->step);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct node *item = node->items[i];

        if (item->kind == NODE_MAP)
            walk_map(s, slot, item,
                     holds_steps(slot) ? add_step(s, node, i, slot->step) : slot->step);
        else
            walk_data(s, slot, item);
    }
}

int step_find(const struct subject *s, struct str id)
{
    for (size_t i = 0; i < s->steps.count; i++)
        if (s->steps.items[i].id && str_equal(s->steps.items[i].id->text, id))
            return (int)i;
    return NO_STEP;
}

const struct slot *slot_of_step(const struct subject *s, int step, const char *key)
{
    for (size_t i = 0; i < s->slots.count; i++) {
        const struct slot *slot = s->slots.items[i];

        if (slot->map == s->steps.items[step].map && slot_is(slot, key))
            return slot;
    }
    return NULL;
}

const struct node *entry_find(const struct node *list, struct str name)
{
    for (size_t i = 0; list && list->kind == NODE_LIST && i < list->count; i++) {
        const struct node *item = list->items[i];
        const struct node *found =
            item->kind == NODE_MAP ? node_find(item, "name") : item;

        if (found && str_equal(found->text, name))
            return item;
    }
    return NULL;
}

const struct node *action_of_step(const struct subject *s, int step)
{
    const struct slot *module = slot_of_step(s, step, "module");
    const struct slot *action = slot_of_step(s, step, "action");
    const char *slash = strrchr(s->path, '/');
    static const char *const places[] = {"modules", "../modules", "../../../modules"};

    for (size_t i = 0; module && action && i < 3; i++) {
        const char *path =
            arena_printf(s->arena, "%.*s/%s/%.*s/module.yaml", (int)(slash - s->path),
                         s->path, places[i], STR(module->value->text));
        const struct source *source = source_open(s->arena, path);
        const struct node *root =
            source ? doc_parse(s->arena, source, diags_new(s->arena)) : NULL;

        if (root)
            return entry_find(node_find(root, "actions"), action->value->text);
    }
    return NULL;
}

bool subject_read(struct arena *arena, const char *path, struct subject *subject)
{
    struct subject *s = subject;

    *s = (struct subject){.arena = arena, .path = path};
    s->source = source_open(arena, path);
    s->root = s->source ? doc_parse(arena, s->source, diags_new(arena)) : NULL;
    if (!s->root || s->root->kind != NODE_MAP)
        return false;
    walk_map(s, NULL, s->root, NO_STEP);
    for (size_t i = 0; i < s->targets.count; i++)
        s->targets.items[i].to = step_find(s, s->targets.items[i].value->text);
    return true;
}
