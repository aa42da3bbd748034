/* gen_tables.c: descriptors of types: the struct kad_type tables that the codec reads.
 *
 * Each declared struct has one, `NAME_type`, which other files may use. A field whose type
 * says more (an enum, bounds, optional, secret) has one of its own, `NAME_FIELD_...`, which
 * is static and stands before the table of fields. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "describe.h"
#include "gen.h"

const char *gen_double(struct arena *arena, double number)
{
    enum { DIGITS_MIN = 15, DIGITS_MAX = 17 };
    const char *text = NULL;

    for (int digits = DIGITS_MIN; digits <= DIGITS_MAX; digits++) {
        text = arena_printf(arena, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    return text;
}

/* ---- Which descriptor a place has ------------------------------------------------------ */

static bool has_limits(const struct type *type)
{
    return type->has_min || type->has_max || type->has_min_len || type->has_max_len ||
           type->pattern.len > 0 || type->value_count > 0;
}

static const struct type *items_of(const struct type *type)
{
    return type->kind == TYPE_ARRAY && !type->is_opaque ? type->items : NULL;
}

/* Whether items are those of kad_strings_type and its like. */
static bool are_simple_items(const struct type *items)
{
    return items->kind != TYPE_OBJECT && items->kind != TYPE_ARRAY &&
           !items->is_secret && !has_limits(items);
}

/* Whether the type is all that a descriptor of kad/value.h, or that of its struct, says; if
 * not, its place has a descriptor of its own. */
static bool is_plain(const struct type *type)
{
    const struct type *items = items_of(type);

    if (type->is_secret || has_limits(type))
        return false;
    if (gen_has_own_struct(type))
        return !type->is_optional;
    if (!items)
        return true;
    return are_simple_items(items) &&
           (!type->is_optional || (items->kind == TYPE_STRING && !items->is_optional));
}

/* Address of the descriptor of a plain type. */
static const char *plain_descriptor(struct gen *gen, const struct type *type)
{
    const char *required = gen_descriptor(gen, type);

    if (!type->is_optional)
        return required;
    return arena_printf(gen->arena, "&kad_optional_%s", required + sizeof("&kad_") - 1);
}

/* The descriptor that a place has to itself; the struct's own has the shorter name. */
static const char *place_type(struct gen *gen, const struct type *type,
                              const char *place)
{
    return arena_printf(gen->arena, "%s_%stype", place,
                        gen_has_own_struct(type) ? "here_" : "");
}

/* What a place called `place` refers to; see define_place. */
static const char *place_descriptor(struct gen *gen, const struct type *type,
                                    const char *place)
{
    if (is_plain(type))
        return plain_descriptor(gen, type);
    return arena_printf(gen->arena, "&%s", place_type(gen, type, place));
}

/* ---- Definitions ---------------------------------------------------------------------- */

static const char *kind_name(const struct type *type)
{
    switch (type->kind) {
    case TYPE_STRING: return "KAD_STRING";
    case TYPE_INTEGER: return "KAD_INTEGER";
    case TYPE_DURATION: return "KAD_DURATION";
    case TYPE_NUMBER: return "KAD_NUMBER";
    case TYPE_BOOLEAN: return "KAD_BOOLEAN";
    case TYPE_OBJECT: return type->is_opaque ? "KAD_OPAQUE_OBJECT" : "KAD_OBJECT";
    case TYPE_ARRAY: return type->is_opaque ? "KAD_OPAQUE_ARRAY" : "KAD_ARRAY";
    case TYPE_ANY:
    case TYPE_POISON:
    case TYPE_NULL: break;
    }
    return "KAD_ANY";
}

static void define_number(struct gen *gen, const char *place, const char *limit,
                          double value)
{
    emit_line(gen->code, "static const double %s_%s = %s;", place, limit,
              gen_double(gen->arena, value));
}

static void define_length(struct gen *gen, const char *place, const char *limit,
                          uint64_t value)
{
    emit_line(gen->code, "static const size_t %s_%s = %" PRIu64 ";", place, limit,
              value);
}

/* The constants that a descriptor points to. */
static void define_limits(struct gen *gen, const struct type *type, const char *place)
{
    if (type->value_count)
        gen_texts(
            gen,
            arena_printf(gen->arena, "static const char *const %s_values[]", place),
            type->values, type->value_count);
    if (type->has_min)
        define_number(gen, place, "min", type->min);
    if (type->has_max)
        define_number(gen, place, "max", type->max);
    if (type->has_min_len)
        define_length(gen, place, "min_len", type->min_len);
    if (type->has_max_len)
        define_length(gen, place, "max_len", type->max_len);
}

static void put_limits(struct gen *gen, const struct type *type, const char *place)
{
    if (type->is_optional)
        emit_line(gen->code, ".is_optional = true,");
    if (type->is_secret)
        emit_line(gen->code, ".is_secret = true,");
    if (type->value_count)
        emit_line(gen->code, ".values = %s_values,", place);
    if (type->has_min)
        emit_line(gen->code, ".min = &%s_min,", place);
    if (type->has_max)
        emit_line(gen->code, ".max = &%s_max,", place);
    if (type->has_min_len)
        emit_line(gen->code, ".min_len = &%s_min_len,", place);
    if (type->has_max_len)
        emit_line(gen->code, ".max_len = &%s_max_len,", place);
    if (type->pattern.len)
        emit_line(gen->code, ".pattern = %s,", emit_quote(gen->arena, type->pattern));
}

static void define_struct(struct gen *gen, const struct type *type);
static void define_parts(struct gen *gen, const struct type *type, const char *table);

/* The size of the C value while it is not optional. */
static const char *size_text(struct gen *gen, const struct type *type)
{
    const char *c_type = gen_type(gen, type_required(gen->kept, type));

    return arena_printf(gen->arena, "sizeof(%s)",
                        str_copy(gen->arena, str_trim(str_of(c_type))));
}

/* The body that descriptors of structs and of places share. */
static void put_shape(struct gen *gen, const struct type *type, const char *table)
{
    emit_line(gen->code, ".kind = %s,", kind_name(type));
    emit_line(gen->code, ".size_bytes = %s,", size_text(gen, type));
    if (type->field_count) {
        emit_line(gen->code, ".fields = %s_fields,", table);
        emit_line(gen->code, ".field_count = KAD_COUNT(%s_fields),", table);
    }
    if (items_of(type))
        emit_line(gen->code, ".items = %s,",
                  place_descriptor(gen, type->items,
                                   arena_printf(gen->arena, "%s_item", table)));
}

/* What a type needs, and the descriptor of its place if it is not plain. */
static void define_place(struct gen *gen, const struct type *type, const char *place)
{
    const char *table;

    if (gen_has_own_struct(type))
        define_struct(gen, type);
    if (is_plain(type))
        return;
    table = gen_described_here(gen, type);
    if (!table) {
        table = place;
        define_parts(gen, type, place);
    }
    emit_blank(gen->code);
    define_limits(gen, type, place);
    emit_open(gen->code,
              "static const struct kad_type %s =", place_type(gen, type, place));
    put_shape(gen, type, table);
    put_limits(gen, type, place);
    emit_close(gen->code, ";");
}

static void put_field(struct gen *gen, const struct type *object, const char *table,
                      const struct type_field *field)
{
    const char *member = gen_member(gen, field);
    const char *place = arena_printf(gen->arena, "%s_%s", table, member);

    emit_open(gen->code, "%s", "");
    emit_line(gen->code, ".name = %s,", emit_quote(gen->arena, field->name));
    emit_line(gen->code, ".offset = offsetof(%s, %s),", gen_struct(gen, object),
              member);
    emit_line(gen->code, ".type = %s,", place_descriptor(gen, field->type, place));
    if (field->default_value)
        emit_line(
            gen->code, ".default_json = %s,",
            emit_quote(gen->arena, describe_constant(gen->arena, field->default_value,
                                                     field->type)));
    if (field->is_needed_on_success)
        emit_line(gen->code, ".is_needed_on_success = true,");
    if (field->description.len)
        emit_line(gen->code, ".description = %s,",
                  emit_quote(gen->arena, field->description));
    emit_close(gen->code, ",");
}

/* `static const struct kad_field TABLE_fields[]`, and what it needs before it. */
static void define_fields(struct gen *gen, const struct type *object, const char *table)
{
    for (size_t i = 0; i < object->field_count; i++)
        define_place(gen, object->fields[i].type,
                     arena_printf(gen->arena, "%s_%s", table,
                                  gen_member(gen, &object->fields[i])));
    emit_blank(gen->code);
    emit_open(gen->code, "static const struct kad_field %s_fields[] =", table);
    for (size_t i = 0; i < object->field_count; i++)
        put_field(gen, object, table, &object->fields[i]);
    emit_close(gen->code, ";");
}

/* The tables that a descriptor points to; `table` is how their names begin. */
static void define_parts(struct gen *gen, const struct type *type, const char *table)
{
    if (items_of(type))
        define_place(gen, type->items, arena_printf(gen->arena, "%s_item", table));
    if (type->field_count)
        define_fields(gen, type, table);
}

/* The descriptor of a struct, if no file has it yet. */
static void define_struct(struct gen *gen, const struct type *type)
{
    const char *name = gen_struct(gen, type) + sizeof("struct ") - 1;
    const char *local = gen_local_name(gen, name);

    if (!gen_describes_now(gen, type))
        return;
    define_parts(gen, type, local);
    emit_blank(gen->code);
    emit_open(gen->code, "const struct kad_type %s_type =", name);
    put_shape(gen, type, local);
    emit_close(gen->code, ";");
    emit_blank(gen->code);
}

void gen_define_own_descriptor(struct gen *gen, const struct type *type,
                               const char *name)
{
    struct emit *outer = gen->code;

    gen->code = gen->tables;
    define_parts(gen, type, name);
    emit_blank(gen->code);
    emit_open(gen->code, "static const struct kad_type %s_type =", name);
    put_shape(gen, type, name);
    emit_close(gen->code, ";");
    emit_blank(gen->code);
    gen->code = outer;
}

void gen_define_descriptors(struct gen *gen, const struct type *object)
{
    if (gen_has_own_struct(object))
        define_struct(gen, object);
}
