/* gen_convert.c: values of one C type in places of another.
 *
 * Required to optional is a wrapper or an address, integer to number a call, JSON to
 * and from structs a call of the codec, struct to struct a static function that
 * names each member, so that the C compiler checks it too. Such a function is
 * written once a file. */
#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "gen_c.h"

struct gen_conversion {
    struct gen_conversion *next;
    const char *from, *to; /* structs; "json" */
    const char *name;      /* of the function */
    bool needs_run;
};

/* ---- Texts ----------------------------------------------------------------------- */

struct c_expr c_make(struct gen *gen, enum c_level level, const char *format, ...)
{
    va_list args;
    struct c_expr expr = {.level = level};

    va_start(args, format);
    expr.text = arena_vprintf(gen->arena, format, args);
    va_end(args);
    return expr;
}

const char *c_at(struct gen *gen, struct c_expr expr, enum c_level level)
{
    return expr.level >= level ? expr.text
                               : arena_printf(gen->arena, "(%s)", expr.text);
}

enum c_shape c_shape(const struct type *type)
{
    switch (type->kind) {
    case TYPE_STRING: return SHAPE_TEXT;
    case TYPE_NUMBER: return SHAPE_NUMBER;
    case TYPE_BOOLEAN: return SHAPE_BOOLEAN;
    case TYPE_INTEGER:
    case TYPE_DURATION: return SHAPE_INTEGER;
    case TYPE_OBJECT: return type->is_opaque ? SHAPE_JSON : SHAPE_OBJECT;
    case TYPE_ARRAY: return type->is_opaque ? SHAPE_JSON : SHAPE_ARRAY;
    case TYPE_POISON:
    case TYPE_NULL:
    case TYPE_ANY: break;
    }
    return SHAPE_JSON;
}

/* "struct kad_optional_integer": of what is no text, array, JSON or object. */
static const char *optional_struct(enum c_shape shape)
{
    switch (shape) {
    case SHAPE_NUMBER: return "struct kad_optional_number";
    case SHAPE_BOOLEAN: return "struct kad_optional_boolean";
    default: return "struct kad_optional_integer";
    }
}

/* ---- Values ---------------------------------------------------------------------- */

struct c_value c_set(const struct type *type, struct c_expr value)
{
    return (struct c_value){.type = type, .value = value};
}

struct c_value c_stored(struct gen *gen, const struct type *type, struct c_expr lvalue)
{
    const char *text = c_at(gen, lvalue, C_POSTFIX);
    struct c_value stored = {.type = type_required(gen->kept, type), .value = lvalue};
    const enum c_shape shape = c_shape(type);

    if (!type->is_optional) {
        if (shape == SHAPE_OBJECT || shape == SHAPE_ARRAY)
            stored.pointer = c_make(gen, C_PREFIX, "&%s", text);
        return stored;
    }
    stored.whole = lvalue;
    stored.guard = lvalue;
    switch (shape) {
    case SHAPE_TEXT: break;
    case SHAPE_ARRAY:
        stored.guard = c_make(gen, C_POSTFIX, "%s.items", text);
        stored.pointer = c_make(gen, C_PREFIX, "&%s", text);
        break;
    case SHAPE_JSON: stored.guard = c_make(gen, C_POSTFIX, "%s.text", text); break;
    case SHAPE_OBJECT:
        stored.pointer = lvalue;
        stored.value = c_make(gen, C_PREFIX, "*%s", text);
        break;
    case SHAPE_INTEGER:
    case SHAPE_NUMBER:
    case SHAPE_BOOLEAN:
        stored.guard = c_make(gen, C_POSTFIX, "%s.is_set", text);
        stored.value = c_make(gen, C_POSTFIX, "%s.value", text);
        break;
    }
    return stored;
}

struct c_value c_guarded(struct gen *gen, struct c_expr guard, struct c_value value)
{
    if (!guard.text)
        return value;
    if (value.guard.text)
        guard = c_make(gen, C_AND, "%s && %s", c_at(gen, guard, C_AND),
                       c_at(gen, value.guard, C_COMPARISON));
    value.guard = guard;
    value.whole = (struct c_expr){0};
    return value;
}

const char *c_address(struct gen *gen, struct c_value value)
{
    if (value.pointer.text)
        return value.pointer.text;
    return arena_printf(
        gen->arena, "(const %s[]){%s}",
        str_copy(gen->arena, str_trim(str_of(gen_type(gen, value.type)))),
        value.value.text);
}

/* The value in the C type of `type?`, while it is set. */
static struct c_expr lifted(struct gen *gen, struct c_value value)
{
    const enum c_shape shape = c_shape(value.type);

    switch (shape) {
    case SHAPE_TEXT:
    case SHAPE_ARRAY:
    case SHAPE_JSON: return value.value;
    case SHAPE_OBJECT: return c_make(gen, C_PREFIX, "%s", c_address(gen, value));
    case SHAPE_INTEGER:
    case SHAPE_NUMBER:
    case SHAPE_BOOLEAN: break;
    }
    return c_make(gen, C_POSTFIX, "(%s){true, %s}", optional_struct(shape),
                  value.value.text);
}

/* `type?`, unset. */
static const char *unset(struct gen *gen, const struct type *type)
{
    const enum c_shape shape = c_shape(type);

    switch (shape) {
    case SHAPE_TEXT:
    case SHAPE_OBJECT: return "NULL";
    case SHAPE_JSON: return "(struct kad_json){0}";
    case SHAPE_ARRAY: return arena_printf(gen->arena, "(%s){0}", gen_struct(gen, type));
    case SHAPE_INTEGER:
    case SHAPE_NUMBER:
    case SHAPE_BOOLEAN: break;
    }
    return arena_printf(gen->arena, "(%s){0}", optional_struct(shape));
}

struct c_expr c_optional(struct gen *gen, struct c_value value)
{
    if (value.whole.text)
        return value.whole;
    if (!value.guard.text)
        return lifted(gen, value);
    return c_make(gen, C_CHOICE, "%s ? %s : %s", c_at(gen, value.guard, C_OR),
                  c_at(gen, lifted(gen, value), C_OR), unset(gen, value.type));
}

/* ---- Functions of the file ------------------------------------------------------- */

static struct gen_conversion *conversion_find(const struct gen *gen, const char *from,
                                              const char *to)
{
    for (struct gen_conversion *each = gen->conversions; each; each = each->next)
        if (strcmp(each->from, from) == 0 && strcmp(each->to, to) == 0)
            return each;
    return NULL;
}

static bool is_name_taken(const struct gen *gen, const char *name)
{
    for (struct gen_conversion *each = gen->conversions; each; each = each->next)
        if (strcmp(each->name, name) == 0)
            return true;
    return false;
}

/* "as_test_results", or with a number if the file has one of that name. */
static struct gen_conversion *conversion_add(struct gen *gen, const char *from,
                                             const struct type *to)
{
    struct gen_conversion *conversion = arena_new(gen->kept, struct gen_conversion);
    const char *name = arena_printf(gen->kept, "as_%s", gen_short_name(gen, to));

    conversion->name = name;
    for (unsigned i = 2; is_name_taken(gen, conversion->name); i++)
        conversion->name = arena_printf(gen->kept, "%s_%u", name, i);
    conversion->from = str_copy(gen->kept, str_of(from));
    conversion->to = str_copy(gen->kept, str_of(gen_struct(gen, to)));
    conversion->next = gen->conversions;
    gen->conversions = conversion;
    return conversion;
}

static const char *from_json(struct gen *gen, const struct type *to)
{
    const char *c_struct = gen_struct(gen, to);
    struct gen_conversion *conversion = conversion_find(gen, "json", c_struct);
    struct emit *e = gen->helpers;

    if (conversion)
        return conversion->name;
    conversion = conversion_add(gen, "json", to);
    emit_function(e, "static %s %s(struct kad_run *run, struct kad_json json)",
                  c_struct, conversion->name);
    emit_line(e, "%s value = {0};", c_struct);
    emit_blank(e);
    emit_line(e, "kad_from_json(run, %s, json, &value);", gen_descriptor(gen, to));
    emit_line(e, "return value;");
    emit_close(e, "");
    emit_blank(e);
    return conversion->name;
}

static bool is_same_struct(struct gen *gen, const struct type *a, const struct type *b)
{
    return strcmp(gen_struct(gen, a), gen_struct(gen, b)) == 0;
}

static bool is_struct(const struct type *type)
{
    const enum c_shape shape = c_shape(type);

    return shape == SHAPE_OBJECT || shape == SHAPE_ARRAY;
}

/* Whether the members of `to` can't be written one by one: defaults to be filled in, or
 * objects to be made that only a pointer leads to. The codec does both. */
static bool needs_codec(struct gen *gen, const struct type *from, const struct type *to)
{
    if (is_struct(from) != is_struct(to))
        return is_struct(to) && to->is_optional;
    if (!is_struct(to) || is_same_struct(gen, from, to))
        return false;
    if (c_shape(to) == SHAPE_OBJECT && to->is_optional)
        return true;
    if (c_shape(to) == SHAPE_ARRAY)
        return needs_codec(gen, from->items, to->items);
    for (size_t i = 0; i < to->field_count; i++) {
        const struct type_field *field = type_field_find(from, to->fields[i].name);

        if (field ? needs_codec(gen, field->type, to->fields[i].type)
                  : !to->fields[i].type->is_optional)
            return true;
    }
    return false;
}

/* One member, or item, of another struct. */
static const char *converted_part(struct gen *gen, const struct type *from,
                                  const char *lvalue, const struct type *to)
{
    const struct c_expr part = c_make(gen, C_POSTFIX, "%s", lvalue);

    return c_convert(gen, c_stored(gen, from, part), to).text;
}

static bool mentions_run(const char *text)
{
    return strstr(text, "(run,") != NULL;
}

static const char *run_param(bool needs_run)
{
    return needs_run ? "struct kad_run *run, " : "";
}

static void object_conversion(struct gen *gen, struct gen_conversion *conversion,
                              const struct type *from, const struct type *to)
{
    struct emit *e = gen->helpers;
    const char **parts = arena_array(gen->arena, const char *, to->field_count);

    for (size_t i = 0; i < to->field_count; i++) {
        const struct type_field *field = type_field_find(from, to->fields[i].name);

        if (!field)
            continue;
        parts[i] =
            converted_part(gen, field->type,
                           arena_printf(gen->arena, "from->%s", gen_member(gen, field)),
                           to->fields[i].type);
        conversion->needs_run |= mentions_run(parts[i]);
    }
    emit_function(e, "static %s %s(%sconst %s *from)", conversion->to, conversion->name,
                  run_param(conversion->needs_run), conversion->from);
    emit_open(e, "const %s to =", conversion->to);
    for (size_t i = 0; i < to->field_count; i++)
        if (parts[i])
            emit_line(e, ".%s = %s,", gen_member(gen, &to->fields[i]), parts[i]);
    emit_close(e, ";");
    emit_blank(e);
    emit_line(e, "return to;");
    emit_close(e, "");
    emit_blank(e);
}

static void array_conversion(struct gen *gen, struct gen_conversion *conversion,
                             const struct type *from, const struct type *to)
{
    struct emit *e = gen->helpers;
    const char *part = converted_part(gen, from->items, "from->items[i]", to->items);

    conversion->needs_run = true;
    emit_function(e, "static %s %s(struct kad_run *run, const %s *from)",
                  conversion->to, conversion->name, conversion->from);
    emit_line(e, "%s*items = kad_run_alloc(run, from->count * sizeof(*items));",
              gen_type(gen, to->items));
    emit_blank(e);
    emit_line(e, "for (size_t i = 0; i < from->count; i++)");
    emit_nested(e, "items[i] = %s;", part);
    emit_line(e, "return (%s){items, from->count};", conversion->to);
    emit_close(e, "");
    emit_blank(e);
}

/* A struct as another struct. */
static struct c_expr restructured(struct gen *gen, struct c_value value,
                                  const struct type *to)
{
    const char *from = gen_struct(gen, value.type);
    const char *address = c_address(gen, value);
    struct gen_conversion *conversion;

    if (needs_codec(gen, value.type, to))
        return c_make(gen, C_POSTFIX, "%s(run, kad_to_json(run, %s, %s))",
                      from_json(gen, to), gen_descriptor(gen, value.type), address);
    conversion = conversion_find(gen, from, gen_struct(gen, to));
    if (!conversion) {
        conversion = conversion_add(gen, from, to);
        if (to->kind == TYPE_OBJECT)
            object_conversion(gen, conversion, value.type, to);
        else
            array_conversion(gen, conversion, value.type, to);
    }
    return c_make(gen, C_POSTFIX, "%s(%s%s)", conversion->name,
                  conversion->needs_run ? "run, " : "", address);
}

/* ---- Conversions ----------------------------------------------------------------- */

static const char *scalar_word(const struct type *type)
{
    switch (type->kind) {
    case TYPE_STRING: return "string";
    case TYPE_INTEGER: return "integer";
    case TYPE_NUMBER: return "number";
    case TYPE_BOOLEAN: return "boolean";
    default: return "duration";
    }
}

static struct c_expr to_json(struct gen *gen, struct c_value value)
{
    if (is_struct(value.type))
        return c_make(gen, C_POSTFIX, "kad_to_json(run, %s, %s)",
                      gen_descriptor(gen, value.type), c_address(gen, value));
    if (value.type->kind == TYPE_BOOLEAN)
        return c_make(gen, C_POSTFIX, "kad_json_of_boolean(%s)", value.value.text);
    return c_make(gen, C_POSTFIX, "kad_json_of_%s(run, %s)", scalar_word(value.type),
                  value.value.text);
}

static struct c_expr of_json(struct gen *gen, struct c_value value,
                             const struct type *to)
{
    const char *function;

    if (to->kind == TYPE_ANY || to->kind == value.type->kind)
        return is_struct(to) ? c_make(gen, C_POSTFIX, "%s(run, %s)", from_json(gen, to),
                                      value.value.text)
                             : value.value;
    if (is_struct(to))
        function = from_json(gen, to);
    else if (to->kind == TYPE_OBJECT || to->kind == TYPE_ARRAY)
        function = to->kind == TYPE_OBJECT ? "kad_object_of_json" : "kad_array_of_json";
    else
        function = arena_printf(gen->arena, "kad_%s_of_json", scalar_word(to));
    return c_make(gen, C_POSTFIX, "%s(run, %s)", function, value.value.text);
}

static struct c_expr to_number(struct gen *gen, struct c_expr integer)
{
    if (integer.text[strspn(integer.text, "-0123456789")] == '\0')
        return c_make(gen, integer.level, "%s.0", integer.text);
    return c_make(gen, C_POSTFIX, "kad_number(%s)", integer.text);
}

/* A set value in the C type of `to`, which is not optional. */
static struct c_expr converted(struct gen *gen, struct c_value value,
                               const struct type *to)
{
    const enum c_shape from_shape = c_shape(value.type), shape = c_shape(to);

    if (from_shape == SHAPE_JSON)
        return of_json(gen, value, to);
    if (shape == SHAPE_JSON)
        return to_json(gen, value);
    if (from_shape == SHAPE_INTEGER && shape == SHAPE_NUMBER)
        return to_number(gen, value.value);
    if (is_struct(to) && !is_same_struct(gen, value.type, to))
        return restructured(gen, value, to);
    return value.value;
}

/* Whether values of both have one C type. */
static bool is_same_c(struct gen *gen, const struct type *a, const struct type *b)
{
    if (c_shape(a) != c_shape(b))
        return false;
    if (c_shape(a) == SHAPE_JSON)
        return b->kind == TYPE_ANY || a->kind == b->kind;
    return !is_struct(a) || is_same_struct(gen, a, b);
}

struct c_value c_retyped(struct gen *gen, struct c_value value, const struct type *to)
{
    const struct type *required = type_required(gen->kept, to);

    if (!is_same_c(gen, value.type, to)) {
        value.value = converted(gen, value, required);
        value.whole = value.pointer = (struct c_expr){0};
    }
    value.type = required;
    return value;
}

struct c_expr c_convert(struct gen *gen, struct c_value value, const struct type *to)
{
    if (value.type->kind == TYPE_NULL)
        return c_make(gen, C_POSTFIX, "%s", unset(gen, to));
    value = c_retyped(gen, value, to);
    return to->is_optional ? c_optional(gen, value) : value.value;
}

struct c_expr c_json(struct gen *gen, struct c_value value)
{
    const struct type *any = type_simple(TYPE_ANY);

    return c_convert(gen, value,
                     value.guard.text ? type_optional(gen->kept, any) : any);
}

const char *c_text(struct gen *gen, struct c_value value)
{
    const char *text = value.value.text;

    switch (value.type->kind) {
    case TYPE_STRING: return text;
    case TYPE_BOOLEAN: return arena_printf(gen->arena, "kad_text_of_boolean(%s)", text);
    case TYPE_INTEGER:
    case TYPE_NUMBER:
    case TYPE_DURATION:
        return arena_printf(gen->arena, "kad_text_of_%s(run, %s)",
                            scalar_word(value.type), text);
    default: return arena_printf(gen->arena, "kad_text_of_json(run, %s)", text);
    }
}

const char *c_zero(struct gen *gen, const struct type *type)
{
    const enum c_shape shape = c_shape(type);
    const struct type_field *first;

    if (shape == SHAPE_TEXT || (shape == SHAPE_OBJECT && type->is_optional))
        return "NULL";
    if (shape == SHAPE_OBJECT && type->field_count) {
        first = &type->fields[0];
        return arena_printf(gen->arena, "{.%s = %s}", gen_member(gen, first),
                            c_zero(gen, first->type));
    }
    return shape == SHAPE_JSON || shape == SHAPE_ARRAY || type->is_optional ? "{0}"
                                                                            : "0";
}

const char *c_literal_array(struct gen *gen, const struct type *item, const char *items,
                            size_t count)
{
    const char *type = str_copy(gen->arena, str_trim(str_of(gen_type(gen, item))));
    const bool is_pointer = str_ends_with(str_of(type), S("*"));

    if (item->kind == TYPE_STRING && count)
        return arena_printf(gen->arena, "KAD_TEXTS(%s)", items);
    /* An empty array is set: it has items, if none that count. */
    return arena_printf(gen->arena, "(%s%s%s[%s]){%s}, %zu", is_pointer ? "" : "const ",
                        type, is_pointer ? "const" : "", count ? "" : "1",
                        count ? items : c_zero(gen, item), count);
}
