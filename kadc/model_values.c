/* model_values.c: what stands behind inputs and outputs: templates, lists and maps of them.
 *
 * Depth is that of the YAML tree, at most DOC_DEPTH_MAX. */
#include "model_read.h"

struct value *value_read(struct reader *reader, const struct node *node)
{
    struct arena *arena = reader->program->arena;
    struct value *value = arena_new(arena, struct value);
    value->node = node;
    if (node->kind == NODE_SCALAR) {
        value->scalar = template_parse(arena, node, reader->program->diags);
        return value;
    }
    value->count = node->count;
    value->items = arena_array(arena, struct value *, node->count);
    if (node->kind == NODE_MAP)
        value->keys = arena_array(arena, struct name, node->count);
    for (size_t i = 0; i < node->count; i++) {
        value->items[i] = value_read(reader, node->items[i]);
        if (node->kind == NODE_MAP)
            value->keys[i] = (struct name){node->keys[i]->text, node->keys[i]->span};
    }
    return value;
}

struct input *inputs_read(struct reader *reader, const struct node *map, size_t *count)
{
    struct input *inputs =
        arena_array(reader->program->arena, struct input, map->count);
    for (size_t i = 0; i < map->count; i++) {
        inputs[i].name = (struct name){map->keys[i]->text, map->keys[i]->span};
        inputs[i].value = value_read(reader, map->items[i]);
    }
    *count = map->count;
    return inputs;
}
