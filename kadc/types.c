/* types.c: how types compare: which fits where, what two of them have in common.
 *
 * Nothing is reported here; callers know the place and the words. Types are finite
 * trees (a type that contains itself is refused when it is read), so all recursion
 * ends. */
#include "types.h"

#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "pattern.h"

/* How many fields or values a message shows. */
enum { SHOWN_MAX = 6 };

const struct type *type_simple(enum type_kind kind)
{
    static const struct type types[] = {
        [TYPE_POISON] = {.kind = TYPE_POISON},
        [TYPE_NULL] = {.kind = TYPE_NULL, .is_optional = true},
        [TYPE_STRING] = {.kind = TYPE_STRING},
        [TYPE_NUMBER] = {.kind = TYPE_NUMBER},
        [TYPE_INTEGER] = {.kind = TYPE_INTEGER},
        [TYPE_BOOLEAN] = {.kind = TYPE_BOOLEAN},
        [TYPE_DURATION] = {.kind = TYPE_DURATION},
        [TYPE_OBJECT] = {.kind = TYPE_OBJECT, .is_opaque = true},
        [TYPE_ARRAY] = {.kind = TYPE_ARRAY, .is_opaque = true},
        [TYPE_ANY] = {.kind = TYPE_ANY},
    };

    return &types[kind];
}

const struct type *type_poison(void)
{
    return type_simple(TYPE_POISON);
}

struct type *type_copy(struct arena *arena, const struct type *type)
{
    struct type *copy = arena_new(arena, struct type);

    *copy = *type;
    return copy;
}

static const struct type *with_optional(struct arena *arena, const struct type *type,
                                        bool is_optional)
{
    struct type *copy;

    if (type->is_optional == is_optional || type->kind == TYPE_POISON ||
        type->kind == TYPE_NULL)
        return type;
    copy = type_copy(arena, type);
    copy->is_optional = is_optional;
    return copy;
}

const struct type *type_optional(struct arena *arena, const struct type *type)
{
    return with_optional(arena, type, true);
}

const struct type *type_required(struct arena *arena, const struct type *type)
{
    return with_optional(arena, type, false);
}

size_t type_parts(const struct type *type, size_t max)
{
    size_t count = 1;
    if (type->kind == TYPE_ARRAY && !type->is_opaque)
        count += type_parts(type->items, max);
    for (size_t i = 0; i < type->field_count && count <= max; i++)
        count += type_parts(type->fields[i].type, max - count);
    return count;
}

const struct type *type_secret(struct arena *arena, const struct type *type)
{
    struct type *copy;

    if (type->is_secret || type->kind == TYPE_POISON || type->kind == TYPE_NULL)
        return type;
    copy = type_copy(arena, type);
    copy->is_secret = true;
    return copy;
}

bool type_holds_secret(const struct type *type)
{
    if (type->is_secret)
        return true;
    for (size_t i = 0; i < type->field_count; i++)
        if (type_holds_secret(type->fields[i].type))
            return true;
    return type->kind == TYPE_ARRAY && type->items && type_holds_secret(type->items);
}

const struct type *type_array_of(struct arena *arena, const struct type *items)
{
    struct type *array = arena_new(arena, struct type);

    array->kind = TYPE_ARRAY;
    array->items = items;
    return array;
}

const struct type *type_enum_of(struct arena *arena, const char *const values[],
                                size_t count)
{
    struct type *type = arena_new(arena, struct type);
    struct str *copies = arena_array(arena, struct str, count);

    for (size_t i = 0; i < count; i++)
        copies[i] = str_of(values[i]);
    type->kind = TYPE_STRING;
    type->values = copies;
    type->value_count = count;
    return type;
}

const struct type *type_failure(void)
{
    static const struct type text = {.kind = TYPE_STRING};
    static const struct type details = {.kind = TYPE_ANY, .is_optional = true};
    static const struct type_field fields[] = {
        {.name = {"code", 4}, .type = &text},
        {.name = {"message", 7}, .type = &text},
        {.name = {"step", 4}, .type = &text},
        {.name = {"details", 7}, .type = &details},
    };
    static const struct type failure = {
        .kind = TYPE_OBJECT,
        .fields = fields,
        .field_count = sizeof(fields) / sizeof(fields[0]),
    };

    return &failure;
}

const struct type_field *type_field_find(const struct type *object, struct str name)
{
    for (size_t i = 0; i < object->field_count; i++)
        if (str_equal(object->fields[i].name, name))
            return &object->fields[i];
    return NULL;
}

/* ---- As text --------------------------------------------------------------------- */

static void text_list(struct buf *out, size_t count, const struct str *values,
                      const struct type_field *fields)
{
    for (size_t i = 0; i < count && i < SHOWN_MAX; i++) {
        buf_add(out, i ? S(", ") : S(""));
        buf_add(out, values ? values[i] : fields[i].name);
    }
    if (count > SHOWN_MAX)
        buf_add(out, S(", ..."));
    buf_add_char(out, '}');
}

const char *type_kind_name(enum type_kind kind)
{
    static const char *const names[] = {
        [TYPE_POISON] = "unknown",    [TYPE_NULL] = "null",
        [TYPE_STRING] = "string",     [TYPE_NUMBER] = "number",
        [TYPE_INTEGER] = "integer",   [TYPE_BOOLEAN] = "boolean",
        [TYPE_DURATION] = "duration", [TYPE_OBJECT] = "object",
        [TYPE_ARRAY] = "array",       [TYPE_ANY] = "any",
    };

    return names[kind];
}

static void text_add(struct buf *out, const struct type *type)
{
    const bool is_named = type->name.p != NULL;

    buf_add(out, is_named ? type->name : str_of(type_kind_name(type->kind)));
    if (type->is_optional && type->kind != TYPE_NULL)
        buf_add_char(out, '?');
    if (is_named)
        return;
    if (type->value_count) {
        buf_add(out, S(" {"));
        text_list(out, type->value_count, type->values, NULL);
    } else if (type->field_count) {
        buf_add(out, S(" {"));
        text_list(out, type->field_count, NULL, type->fields);
    } else if (type->kind == TYPE_ARRAY && !type->is_opaque) {
        buf_add(out, S(" of "));
        text_add(out, type->items);
    }
}

struct str type_text(struct arena *arena, const struct type *type)
{
    struct buf out;

    buf_init(&out, arena);
    text_add(&out, type);
    return buf_str(&out);
}

const char *type_fallback_text(const struct type *type)
{
    switch (type->kind) {
    case TYPE_STRING: return type->value_count ? "..." : "\"none\"";
    case TYPE_INTEGER:
    case TYPE_NUMBER: return "0";
    case TYPE_BOOLEAN: return "false";
    default: return "...";
    }
}

/* ---- Fits ------------------------------------------------------------------------ */

bool type_has_value(const struct type *type, struct str value)
{
    for (size_t i = 0; i < type->value_count; i++)
        if (str_equal(type->values[i], value))
            return true;
    return false;
}

static enum type_fit text_fits(const struct type *from, const struct type *to)
{
    if (!to->value_count)
        return FIT_YES;
    if (!from->value_count)
        return FIT_PLAIN_TEXT;
    for (size_t i = 0; i < from->value_count; i++)
        if (!type_has_value(to, from->values[i]))
            return FIT_NO;
    return FIT_YES;
}

static enum type_fit object_fits(const struct type *from, const struct type *to)
{
    if (from->is_opaque || to->is_opaque)
        return FIT_YES;
    for (size_t i = 0; i < to->field_count; i++) {
        const struct type_field *want = &to->fields[i];
        const struct type_field *have = type_field_find(from, want->name);

        if (!have && (want->type->is_optional || want->default_value))
            continue;
        if (!have || type_fits(have->type, want->type) != FIT_YES)
            return FIT_NO;
    }
    return FIT_YES;
}

static enum type_fit array_fits(const struct type *from, const struct type *to)
{
    enum type_fit fit;

    if (from->is_opaque || to->is_opaque)
        return FIT_YES;
    fit = type_fits(from->items, to->items);
    return fit == FIT_NULLABLE ? FIT_NO : fit;
}

/* Whether a set value of `from` fits. */
static enum type_fit set_value_fits(const struct type *from, const struct type *to)
{
    if (from->kind == TYPE_ANY || to->kind == TYPE_ANY)
        return FIT_YES;
    if (from->kind == TYPE_INTEGER && to->kind == TYPE_NUMBER)
        return FIT_YES;
    if (from->kind == TYPE_NUMBER && to->kind == TYPE_INTEGER)
        return FIT_LOSSY;
    if (from->kind != to->kind)
        return FIT_NO;
    switch (from->kind) {
    case TYPE_STRING: return text_fits(from, to);
    case TYPE_OBJECT: return object_fits(from, to);
    case TYPE_ARRAY: return array_fits(from, to);
    default: return FIT_YES;
    }
}

enum type_fit type_fits(const struct type *from, const struct type *to)
{
    enum type_fit fit;

    if (from->kind == TYPE_POISON || to->kind == TYPE_POISON)
        return FIT_YES;
    if (from->kind == TYPE_NULL)
        return to->is_optional ? FIT_YES : FIT_NULLABLE;
    fit = set_value_fits(from, to);
    return fit == FIT_YES && from->is_optional && !to->is_optional ? FIT_NULLABLE : fit;
}

/* ---- Same ------------------------------------------------------------------------ */

static bool same_constraints(const struct type *a, const struct type *b)
{
    return a->has_min == b->has_min && (!a->has_min || a->min == b->min) &&
           a->has_max == b->has_max && (!a->has_max || a->max == b->max) &&
           a->has_min_len == b->has_min_len && a->min_len == b->min_len &&
           a->has_max_len == b->has_max_len && a->max_len == b->max_len &&
           str_equal(a->pattern, b->pattern);
}

static bool same_values(const struct type *a, const struct type *b)
{
    if (a->value_count != b->value_count)
        return false;
    for (size_t i = 0; i < a->value_count; i++)
        if (!str_equal(a->values[i], b->values[i]))
            return false;
    return true;
}

static bool same_fields(const struct type *a, const struct type *b)
{
    if (a->field_count != b->field_count)
        return false;
    for (size_t i = 0; i < a->field_count; i++)
        if (!str_equal(a->fields[i].name, b->fields[i].name) ||
            !type_same(a->fields[i].type, b->fields[i].type))
            return false;
    return true;
}

bool type_same(const struct type *a, const struct type *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind || a->is_optional != b->is_optional ||
        a->is_opaque != b->is_opaque || a->is_secret != b->is_secret)
        return false;
    if (!same_constraints(a, b) || !same_values(a, b) || !same_fields(a, b))
        return false;
    return a->kind != TYPE_ARRAY || a->is_opaque || type_same(a->items, b->items);
}

/* ---- Join ------------------------------------------------------------------------ */

/* All values of both. */
static const struct type *join_text(struct arena *arena, const struct type *a,
                                    const struct type *b)
{
    struct type *type;
    VEC(struct str) values = {0};

    if (!a->value_count || !b->value_count)
        return type_simple(TYPE_STRING);
    for (size_t i = 0; i < a->value_count; i++)
        vec_push(arena, &values, a->values[i]);
    for (size_t i = 0; i < b->value_count; i++)
        if (!type_has_value(a, b->values[i]))
            vec_push(arena, &values, b->values[i]);
    type = type_copy(arena, type_simple(TYPE_STRING));
    type->values = values.items;
    type->value_count = values.count;
    return type;
}

static const struct type *join_arrays(struct arena *arena, const struct type *a,
                                      const struct type *b)
{
    const struct type *items;

    if (a->is_opaque || b->is_opaque)
        return type_simple(TYPE_ARRAY);
    items = type_join(arena, a->items, b->items);
    return items ? type_array_of(arena, items) : NULL;
}

static const struct type *join_objects(const struct type *a, const struct type *b)
{
    if (a->is_opaque || b->is_opaque)
        return type_simple(TYPE_OBJECT);
    if (type_fits(a, b) == FIT_YES)
        return b;
    return type_fits(b, a) == FIT_YES ? a : type_simple(TYPE_OBJECT);
}

/* Of two required types that differ. */
static const struct type *join_required(struct arena *arena, const struct type *a,
                                        const struct type *b)
{
    if (a->kind == TYPE_ANY || b->kind == TYPE_ANY)
        return type_simple(TYPE_ANY);
    if ((a->kind == TYPE_INTEGER && b->kind == TYPE_NUMBER) ||
        (a->kind == TYPE_NUMBER && b->kind == TYPE_INTEGER))
        return type_simple(TYPE_NUMBER);
    if (a->kind != b->kind)
        return NULL;
    switch (a->kind) {
    case TYPE_STRING: return join_text(arena, a, b);
    case TYPE_ARRAY: return join_arrays(arena, a, b);
    case TYPE_OBJECT: return join_objects(a, b);
    default: return type_simple(a->kind);
    }
}

const struct type *type_join(struct arena *arena, const struct type *a,
                             const struct type *b)
{
    const bool is_optional = a->is_optional || b->is_optional;
    const struct type *left, *right, *both;

    if (a->kind == TYPE_POISON || b->kind == TYPE_POISON)
        return type_poison();
    if (a->kind == TYPE_NULL)
        return type_optional(arena, b);
    if (b->kind == TYPE_NULL)
        return type_optional(arena, a);
    left = type_required(arena, a);
    right = type_required(arena, b);
    both = type_same(left, right) ? left : join_required(arena, left, right);
    if (both && is_optional)
        both = type_optional(arena, both);
    return both;
}

/* ---- Meet ------------------------------------------------------------------------ */

static bool meet_values(struct arena *arena, struct type *out,
                        const struct type *refined)
{
    VEC(struct str) values = {0};

    if (!refined->value_count)
        return true;
    for (size_t i = 0; i < refined->value_count; i++)
        if (!out->value_count || type_has_value(out, refined->values[i]))
            vec_push(arena, &values, refined->values[i]);
    out->values = values.items;
    out->value_count = values.count;
    return values.count > 0;
}

/* The narrower bounds; false: they exclude each other. */
static bool meet_constraints(struct arena *arena, struct type *out,
                             const struct type *refined)
{
    const bool has_pattern = out->pattern.len || refined->pattern.len;

    if (refined->has_min && (!out->has_min || refined->min > out->min))
        out->min = refined->min;
    if (refined->has_max && (!out->has_max || refined->max < out->max))
        out->max = refined->max;
    if (refined->has_min_len && refined->min_len > out->min_len)
        out->min_len = refined->min_len;
    if (refined->has_max_len && (!out->has_max_len || refined->max_len < out->max_len))
        out->max_len = refined->max_len;
    out->has_min |= refined->has_min;
    out->has_max |= refined->has_max;
    out->has_min_len |= refined->has_min_len;
    out->has_max_len |= refined->has_max_len;
    out->pattern = pattern_both(arena, out->pattern, refined->pattern);
    return !(has_pattern && !out->pattern.len) &&
           !(out->has_min && out->has_max && out->min > out->max) &&
           !(out->has_min_len && out->has_max_len && out->min_len > out->max_len);
}

/* The manifest's fields in their order, then those that only the step names. */
static bool meet_fields(struct arena *arena, struct type *out,
                        const struct type *refined)
{
    VEC(struct type_field) fields = {0};

    for (size_t i = 0; i < out->field_count; i++) {
        struct type_field field = out->fields[i];
        const struct type_field *other = type_field_find(refined, field.name);

        if (other)
            field.type = type_meet(arena, field.type, other->type);
        if (!field.type)
            return false;
        vec_push(arena, &fields, field);
    }
    for (size_t i = 0; i < refined->field_count; i++)
        if (!type_field_find(out, refined->fields[i].name))
            vec_push(arena, &fields, refined->fields[i]);
    out->fields = fields.items;
    out->field_count = fields.count;
    out->is_opaque &= refined->is_opaque;
    return true;
}

static bool meet_items(struct arena *arena, struct type *out,
                       const struct type *refined)
{
    if (refined->is_opaque)
        return true;
    out->items =
        out->is_opaque ? refined->items : type_meet(arena, out->items, refined->items);
    out->is_opaque = false;
    return out->items != NULL;
}

/* The kind that satisfies both, or TYPE_POISON. */
static enum type_kind meet_kinds(enum type_kind a, enum type_kind b)
{
    if (a == b || b == TYPE_ANY)
        return a;
    if (a == TYPE_ANY)
        return b;
    if ((a == TYPE_INTEGER && b == TYPE_NUMBER) ||
        (a == TYPE_NUMBER && b == TYPE_INTEGER))
        return TYPE_INTEGER;
    return TYPE_POISON;
}

/* The name of a type stays only where the other side adds nothing. */
static bool is_plain(const struct type *type)
{
    return type->kind == TYPE_ANY || type->is_opaque;
}

const struct type *type_meet(struct arena *arena, const struct type *declared,
                             const struct type *refined)
{
    struct type *out;

    if (declared->kind == TYPE_POISON || refined->kind == TYPE_POISON)
        return type_poison();
    out = type_copy(arena, declared);
    out->kind = meet_kinds(declared->kind, refined->kind);
    if (out->kind == TYPE_POISON)
        return NULL;
    if (declared->kind == TYPE_ANY)
        out->is_opaque = refined->is_opaque || refined->kind == TYPE_ARRAY;
    out->is_optional = declared->is_optional && refined->is_optional;
    out->is_secret = declared->is_secret || refined->is_secret;
    out->span = refined->span;
    if (!is_plain(refined) && !type_same(declared, refined))
        out->name = is_plain(declared) ? refined->name : (struct str){0};
    if (!meet_constraints(arena, out, refined) || !meet_values(arena, out, refined))
        return NULL;
    if (out->kind == TYPE_OBJECT && refined->kind == TYPE_OBJECT &&
        !meet_fields(arena, out, refined))
        return NULL;
    if (out->kind == TYPE_ARRAY && refined->kind == TYPE_ARRAY &&
        !meet_items(arena, out, refined))
        return NULL;
    return out;
}
