/* gen_value.c: scalars with and without expressions, lists, maps and constants as C. */
#include "base/buf.h"
#include "gen_c.h"

/* ---- Constants ------------------------------------------------------------------- */

static void json_text(struct buf *out, struct str text)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.p[i];

        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c < 0x20)
            buf_printf(out, "\\u%04x", c);
        else
            buf_add_char(out, text.p[i]);
    }
    buf_add_char(out, '"');
}

static void json_scalar(struct buf *out, const struct node *node)
{
    int64_t integer;
    double number;
    bool boolean;

    if (node_is_null(node))
        buf_add(out, S("null"));
    else if (node_is_boolean(node, &boolean))
        buf_add(out, boolean ? S("true") : S("false"));
    else if (node_is_integer(node, &integer))
        buf_printf(out, "%lld", (long long)integer);
    else if (node_is_number(node, &number))
        buf_printf(out, "%.17g", number);
    else
        json_text(out, node->text);
}

static void json_node(struct buf *out, const struct node *node)
{
    const bool is_map = node->kind == NODE_MAP;

    if (node->kind == NODE_SCALAR) {
        json_scalar(out, node);
        return;
    }
    buf_add_char(out, is_map ? '{' : '[');
    for (size_t i = 0; i < node->count; i++) {
        buf_add(out, i ? S(",") : S(""));
        if (is_map) {
            json_text(out, node->keys[i]->text);
            buf_add_char(out, ':');
        }
        json_node(out, node->items[i]);
    }
    buf_add_char(out, is_map ? '}' : ']');
}

/* A constant as it is written in C, not optional; a duration in milliseconds. */
static struct c_value constant_json(struct gen *gen, const struct node *node)
{
    struct buf out;

    buf_init(&out, gen->arena);
    json_node(&out, node);
    return c_set(type_simple(TYPE_ANY), c_make(gen, C_POSTFIX, "KAD_JSON(%s)",
                                               emit_quote(gen->arena, buf_str(&out))));
}

static struct c_expr constant_scalar(struct gen *gen, const struct node *node,
                                     const struct type *type)
{
    int64_t integer = 0;
    bool boolean = false;
    double number = 0;

    switch (type->kind) {
    case TYPE_STRING:
        return c_make(gen, C_POSTFIX, "%s", emit_quote(gen->arena, node->text));
    case TYPE_BOOLEAN:
        node_is_boolean(node, &boolean);
        return c_make(gen, C_POSTFIX, boolean ? "true" : "false");
    case TYPE_DURATION:
        duration_parse(node->text, &integer);
        return c_integer(gen, integer);
    case TYPE_NUMBER:
        if (node_is_integer(node, &integer))
            number = (double)integer;
        else
            node_is_number(node, &number);
        return c_number(gen, number);
    default: node_is_integer(node, &integer); return c_integer(gen, integer);
    }
}

static struct c_expr c_constant(struct gen *gen, const struct node *node,
                                const struct type *wanted);

/* A list or map as a member or item, whose type C knows: `(struct x){...}` without its type. */
static const char *initializer(const struct node *node, const struct type *wanted,
                               struct c_expr value)
{
    const enum c_shape shape = c_shape(wanted);
    const bool is_literal = node->kind != NODE_SCALAR && !wanted->is_optional &&
                            (shape == SHAPE_ARRAY || shape == SHAPE_OBJECT);

    return is_literal ? value.text + str_find(str_of(value.text), S("){")) + 1
                      : value.text;
}

static struct c_expr constant_array(struct gen *gen, const struct node *node,
                                    const struct type *array)
{
    struct buf items;

    buf_init(&items, gen->arena);
    for (size_t i = 0; i < node->count; i++)
        buf_printf(&items, "%s%s", i ? ", " : "",
                   initializer(node->items[i], array->items,
                               c_constant(gen, node->items[i], array->items)));
    return c_make(gen, C_POSTFIX, "(%s){%s}", gen_struct(gen, array),
                  c_literal_array(gen, array->items, items.p, node->count));
}

static const struct node *map_find(const struct node *map, struct str key)
{
    for (size_t i = 0; i < map->count; i++)
        if (str_equal(map->keys[i]->text, key))
            return map->items[i];
    return NULL;
}

/* `members`: those that are set. */
static struct c_expr object_literal(struct gen *gen, const struct type *object,
                                    const struct buf *members)
{
    if (members->len)
        return c_make(gen, C_POSTFIX, "(%s){%s}", gen_struct(gen, object), members->p);
    return c_make(gen, C_POSTFIX, "(%s)%s", gen_struct(gen, object),
                  c_zero(gen, type_required(gen->kept, object)));
}

static struct c_expr constant_object(struct gen *gen, const struct node *node,
                                     const struct type *object)
{
    struct buf members;

    buf_init(&members, gen->arena);
    for (size_t i = 0; i < object->field_count; i++) {
        const struct type_field *field = &object->fields[i];
        const struct node *item = map_find(node, field->name);

        item = item ? item : field->default_value;
        if (item)
            buf_printf(
                &members, "%s.%s = %s", members.len ? ", " : "", gen_member(gen, field),
                initializer(item, field->type, c_constant(gen, item, field->type)));
    }
    return object_literal(gen, object, &members);
}

static struct c_expr c_constant(struct gen *gen, const struct node *node,
                                const struct type *wanted)
{
    const enum c_shape shape = c_shape(wanted);
    const struct type *required = type_required(gen->kept, wanted);
    struct c_expr value;

    if (node_is_null(node) && wanted->is_optional)
        return c_convert(gen, c_set(type_simple(TYPE_NULL), (struct c_expr){0}),
                         wanted);
    if (shape == SHAPE_JSON)
        return constant_json(gen, node).value;
    if (shape == SHAPE_ARRAY)
        value = constant_array(gen, node, required);
    else if (shape == SHAPE_OBJECT)
        value = constant_object(gen, node, required);
    else
        value = constant_scalar(gen, node, required);
    return c_convert(gen, c_set(required, value), wanted);
}

struct str gen_constant(struct gen *gen, const struct node *node,
                        const struct type *wanted)
{
    return str_of(c_constant(gen, node, wanted).text);
}

/* ---- Scalars --------------------------------------------------------------------- */

static struct c_expr joined(struct gen *gen, const struct template *value)
{
    struct buf parts;

    buf_init(&parts, gen->arena);
    for (size_t i = 0; i < value->part_count; i++) {
        const struct template_part *part = &value->parts[i];

        buf_printf(&parts, "%s%s", i ? ", " : "",
                   part->expr ? c_text(gen, c_node(gen, part->expr))
                              : emit_quote(gen->arena, part->text));
    }
    return c_make(gen, C_POSTFIX, "kad_text_join(run, KAD_TEXTS(%s))", parts.p);
}

static struct c_expr c_template(struct gen *gen, const struct template *value,
                                const struct type *wanted)
{
    if (value->is_literal)
        return c_constant(gen, value->node, wanted);
    if (value->is_lone)
        return c_wanted(gen, value->parts[0].expr, wanted);
    return c_convert(gen, c_set(type_simple(TYPE_STRING), joined(gen, value)), wanted);
}

struct str gen_template(struct gen *gen, const struct template *value,
                        const struct type *wanted)
{
    return str_of(c_template(gen, value, wanted).text);
}

struct str gen_text(struct gen *gen, const struct template *value)
{
    if (value->is_literal)
        return str_of(emit_quote(gen->arena, value->node->text));
    if (value->is_lone)
        return str_of(c_text(gen, c_node(gen, value->parts[0].expr)));
    return str_of(joined(gen, value).text);
}

/* ---- Lists and maps -------------------------------------------------------------- */

static bool is_constant(const struct value *value)
{
    if (value->node->kind == NODE_SCALAR)
        return value->scalar->is_literal;
    for (size_t i = 0; i < value->count; i++)
        if (!is_constant(value->items[i]))
            return false;
    return true;
}

static struct c_expr c_of_value(struct gen *gen, const struct value *value,
                                const struct type *wanted);

static struct c_expr json_of_list(struct gen *gen, const struct value *list)
{
    const struct type *any =
        type_optional(gen->kept, type_simple(TYPE_ANY)); /* null stays null */
    struct buf items;

    buf_init(&items, gen->arena);
    for (size_t i = 0; i < list->count; i++)
        buf_printf(&items, "%s%s", i ? ", " : "",
                   c_of_value(gen, list->items[i], any).text);
    return c_make(gen, C_POSTFIX,
                  "kad_json_array(run, (const struct kad_json[]){%s}, %zu)", items.p,
                  list->count);
}

static struct c_expr json_of_map(struct gen *gen, const struct value *map)
{
    const struct type *any = type_optional(gen->kept, type_simple(TYPE_ANY));
    struct buf members;

    buf_init(&members, gen->arena);
    for (size_t i = 0; i < map->count; i++)
        buf_printf(&members, "%s{%s, %s}", i ? ", " : "",
                   emit_quote(gen->arena, map->keys[i].text),
                   c_of_value(gen, map->items[i], any).text);
    return c_make(gen, C_POSTFIX,
                  "kad_json_object(run, (const struct kad_member[]){%s}, %zu)",
                  members.p, map->count);
}

struct str gen_json_constant(struct gen *gen, const struct input *fields, size_t count)
{
    struct buf out;

    buf_init(&out, gen->arena);
    buf_add_char(&out, '{');
    for (size_t i = 0; i < count; i++) {
        if (!is_constant(fields[i].value))
            return (struct str){0};
        buf_add(&out, i ? S(",") : S(""));
        json_text(&out, fields[i].name.text);
        buf_add_char(&out, ':');
        json_node(&out, fields[i].value->node);
    }
    buf_add_char(&out, '}');
    return str_printf(gen->arena, "KAD_JSON(%s)",
                      emit_quote(gen->arena, buf_str(&out)));
}

static struct c_expr array_of_list(struct gen *gen, const struct value *list,
                                   const struct type *array)
{
    struct buf items;

    buf_init(&items, gen->arena);
    for (size_t i = 0; i < list->count; i++)
        buf_printf(&items, "%s%s", i ? ", " : "",
                   initializer(list->items[i]->node, array->items,
                               c_of_value(gen, list->items[i], array->items)));
    return c_make(gen, C_POSTFIX, "(%s){%s}", gen_struct(gen, array),
                  c_literal_array(gen, array->items, items.p, list->count));
}

static const struct value *member_find(const struct value *map, struct str key)
{
    for (size_t i = 0; i < map->count; i++)
        if (str_equal(map->keys[i].text, key))
            return map->items[i];
    return NULL;
}

static struct c_expr object_of_map(struct gen *gen, const struct value *map,
                                   const struct type *object)
{
    struct buf members;

    buf_init(&members, gen->arena);
    for (size_t i = 0; i < object->field_count; i++) {
        const struct type_field *field = &object->fields[i];
        const struct value *item = member_find(map, field->name);

        if (!item && !field->default_value)
            continue;
        buf_printf(
            &members, "%s.%s = %s", members.len ? ", " : "", gen_member(gen, field),
            item ? initializer(item->node, field->type,
                               c_of_value(gen, item, field->type))
                 : initializer(field->default_value, field->type,
                               c_constant(gen, field->default_value, field->type)));
    }
    return object_literal(gen, object, &members);
}

static struct c_expr c_of_value(struct gen *gen, const struct value *value,
                                const struct type *wanted)
{
    const bool is_json = c_shape(wanted) == SHAPE_JSON;
    const struct type *required = type_required(gen->kept, wanted);
    const bool is_map = value->node->kind == NODE_MAP;
    struct c_expr made;

    if (value->node->kind == NODE_SCALAR)
        return c_template(gen, value->scalar, wanted);
    if (is_constant(value))
        return c_constant(gen, value->node, wanted);
    if (is_json)
        made = is_map ? json_of_map(gen, value) : json_of_list(gen, value);
    else
        made = is_map ? object_of_map(gen, value, required)
                      : array_of_list(gen, value, required);
    return c_convert(gen, c_set(required, made), wanted);
}

struct str gen_value(struct gen *gen, const struct value *value,
                     const struct type *wanted)
{
    return str_of(c_of_value(gen, value, wanted).text);
}
