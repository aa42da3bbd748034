/* gen_types.c: the C types of the language's types.
 *
 * Simple types are those of kad/value.h. Each object, and each array of what kad/value.h has
 * no array for, has a struct that is named by its path from the action, trigger or workflow
 * that declares it. Two types are one when they share their fields (or items), so that
 * `type?` and `type` have the same struct. */
#include <assert.h>
#include <string.h>

#include "base/vec.h"
#include "c_name.h"
#include "gen.h"
#include "table.h"

/* The struct of an object, or of an array. */
struct type_name {
    const struct type *type;
    const char *name;                /* without "struct" */
    const char *short_name;          /* its path within what the author declares */
    const char *owner;               /* the prefix of the file that declares it */
    const struct emit *described_in; /* the file with its descriptor; NULL: none yet */
};

struct type_names {
    struct arena *arena;
    struct table by_key;  /* of struct type_name */
    struct table by_name; /* the same */
    VEC(struct type_name *) all;
    size_t extern_count; /* how many of them a header has descriptors of */
};

struct type_names *type_names_new(struct arena *arena)
{
    struct type_names *names = arena_new(arena, struct type_names);

    names->arena = arena;
    table_init(&names->by_key, arena);
    table_init(&names->by_name, arena);
    return names;
}

/* ---- Names ---------------------------------------------------------------------------- */

static const void *key_of(const struct type *type)
{
    return type->kind == TYPE_OBJECT ? (const void *)type->fields : type->items;
}

static struct str key_text(const void *const *key)
{
    return (struct str){(const char *)key, sizeof(*key)};
}

/* Whether the file that is being written includes the one that declares it. */
static bool is_visible(const struct gen *gen, const struct type_name *name)
{
    return strcmp(name->owner, gen->prefix) == 0 ||
           (gen->included && table_find(gen->included, str_of(name->owner)));
}

/* Types that a pass has built anew are found by what they are. */
static struct type_name *find_alike(const struct gen *gen, const struct type *type)
{
    const struct type_names *names = gen->names;
    const struct type *required = type_required(names->arena, type);

    for (size_t i = 0; i < names->all.count; i++) {
        struct type_name *name = names->all.items[i];

        if (is_visible(gen, name) &&
            type_same(type_required(names->arena, name->type), required))
            return name;
    }
    return NULL;
}

/* Two workflows may have built the same array, each with a struct of its own. */
static struct type_name *find_name(const struct gen *gen, const struct type *type)
{
    const void *key = key_of(type);
    struct type_name *name;

    if (!key)
        return NULL;
    name = table_find(&gen->names->by_key, key_text(&key));
    return !name || is_visible(gen, name) ? name : find_alike(gen, type);
}

/* A name that no other struct has. */
static const char *unique_name(struct type_names *names, const char *wanted)
{
    const char *name = wanted;

    for (unsigned i = 2; table_find(&names->by_name, str_of(name)); i++)
        name = arena_printf(names->arena, "%s_%u", wanted, i);
    return name;
}

static void add_key(struct type_names *names, const struct type *type,
                    struct type_name *name)
{
    const void *key = key_of(type);
    void *copy = arena_copy(names->arena, (const char *)&key, sizeof(key));

    table_add(&names->by_key, (struct str){copy, sizeof(key)}, name);
}

static struct type_name *add_name(struct gen *gen, const struct type *type,
                                  const char *wanted, const char *short_name)
{
    struct type_names *names = gen->names;
    struct type_name *name = arena_new(names->arena, struct type_name);

    name->type = type;
    name->owner = gen->prefix;
    name->name = unique_name(names, wanted);
    name->short_name = short_name;
    add_key(names, type, name);
    table_add(&names->by_name, str_of(name->name), name);
    vec_push(names->arena, &names->all, name);
    return name;
}

const char *gen_own_name(const struct gen *gen, const char *wanted)
{
    return unique_name(gen->names, wanted);
}

/* ---- C types -------------------------------------------------------------------------- */

/* The array of kad/value.h that holds such items, or NULL. */
static const char *simple_array(const struct type *items)
{
    const bool is_sparse = items->is_optional;

    switch (items->kind) {
    case TYPE_STRING: return "kad_strings";
    case TYPE_INTEGER:
    case TYPE_DURATION: return is_sparse ? "kad_sparse_integers" : "kad_integers";
    case TYPE_NUMBER: return is_sparse ? "kad_sparse_numbers" : "kad_numbers";
    case TYPE_BOOLEAN: return is_sparse ? "kad_sparse_booleans" : "kad_booleans";
    case TYPE_OBJECT:
    case TYPE_ARRAY: return items->is_opaque ? "kad_jsons" : NULL;
    case TYPE_ANY: return "kad_jsons";
    case TYPE_POISON:
    case TYPE_NULL: break;
    }
    return NULL;
}

/* "strings" of the descriptor of such an array; see simple_array. */
static const char *simple_array_word(const struct type *items)
{
    switch (items->kind) {
    case TYPE_STRING: return "strings";
    case TYPE_INTEGER: return "integers";
    case TYPE_DURATION: return "durations";
    case TYPE_NUMBER: return "numbers";
    case TYPE_BOOLEAN: return "booleans";
    default: return "jsons";
    }
}

bool gen_has_own_struct(const struct type *type)
{
    if (type->is_opaque)
        return false;
    if (type->kind == TYPE_OBJECT)
        return type->fields != type_failure()->fields && type->field_count > 0;
    return type->kind == TYPE_ARRAY && !simple_array(type->items);
}

/* ---- Types that only expressions have ---------------------------------------------------- */

struct own_types {
    struct gen *gen;
    VEC(struct type_name *) all;
};

struct own_types *gen_own_types_new(struct gen *gen)
{
    struct own_types *types = arena_new(gen->kept, struct own_types);

    types->gen = gen;
    return types;
}

static struct type_name *own_find(const struct own_types *types,
                                  const struct type *type)
{
    struct arena *arena = types->gen->kept;
    const struct type *required = type_required(arena, type);

    for (size_t i = 0; i < types->all.count; i++)
        if (type_same(types->all.items[i]->type, required))
            return types->all.items[i];
    return NULL;
}

static void declare_array(struct gen *gen, const struct type *array);

/* A name that no struct of the program has, nor one of the file. */
static const char *own_name(const struct own_types *types, const char *wanted)
{
    const char *name = unique_name(types->gen->names, wanted);

    for (size_t i = 0; i < types->all.count; i++)
        if (strcmp(types->all.items[i]->name, name) == 0)
            return own_name(types, arena_printf(types->gen->kept, "%s_%zu", wanted,
                                                types->all.count + 1));
    return name;
}

/* "strings_list", "optional_plan_list": an array of what no other file has arrays of. */
static struct type_name *own_add(struct own_types *types, const struct type *array)
{
    struct gen *gen = types->gen;
    struct emit *outer = gen->code;
    struct type_name *name = arena_new(gen->kept, struct type_name);
    const char *wanted = arena_printf(gen->kept, "%s%s_list",
                                      array->items->is_optional ? "optional_" : "",
                                      gen_short_name(gen, array->items));

    name->type = type_required(gen->kept, array);
    name->name = name->short_name = own_name(types, wanted);
    vec_push(gen->kept, &types->all, name);
    gen->code = gen->tables;
    emit_blank(gen->code);
    emit_open(gen->code, "struct %s", name->name);
    declare_array(gen, array);
    emit_close(gen->code, ";");
    emit_blank(gen->code);
    gen->code = outer;
    return name;
}

static const struct type_name *own_get(const struct gen *gen, const struct type *type)
{
    const struct type_name *name = own_find(gen->own_types, type);

    assert(type->kind == TYPE_ARRAY);
    return name ? name : own_add(gen->own_types, type);
}

static const char *struct_name(const struct gen *gen, const struct type *type)
{
    const struct type_name *name = find_name(gen, type);

    if (type->kind == TYPE_OBJECT && type->fields == type_failure()->fields)
        return "kad_error";
    if (type->kind == TYPE_ARRAY && simple_array(type->items))
        return simple_array(type->items);
    if (!name)
        name = find_alike(gen, type);
    return name ? name->name : own_get(gen, type)->name;
}

/* Its descriptor is written when it is asked for: nothing static stays unused. */
static void describe_own(const struct gen *gen, const struct type *type)
{
    struct type_name *name;

    if (!gen->own_types || find_name(gen, type) || find_alike(gen, type))
        return;
    name = own_find(gen->own_types, type);
    if (!name || name->described_in)
        return;
    name->described_in = gen->tables;
    gen_define_own_descriptor(gen->own_types->gen, name->type, name->name);
}

const char *gen_struct(const struct gen *gen, const struct type *type)
{
    return arena_printf(gen->arena, "struct %s", struct_name(gen, type));
}

const char *gen_short_name(const struct gen *gen, const struct type *type)
{
    const struct type_name *name = find_name(gen, type);
    const char *full;

    if (name)
        return name->short_name;
    full = struct_name(gen, type);
    return str_starts_with(str_of(full), S("kad_")) ? full + sizeof("kad_") - 1 : full;
}

const char *gen_type(const struct gen *gen, const struct type *type)
{
    const bool is_optional = type->is_optional;

    switch (type->kind) {
    case TYPE_STRING: return "const char *";
    case TYPE_INTEGER:
    case TYPE_DURATION:
        return is_optional ? "struct kad_optional_integer " : "int64_t ";
    case TYPE_NUMBER: return is_optional ? "struct kad_optional_number " : "double ";
    case TYPE_BOOLEAN: return is_optional ? "struct kad_optional_boolean " : "bool ";
    case TYPE_OBJECT:
    case TYPE_ARRAY:
        if (type->is_opaque)
            break;
        return arena_printf(
            gen->arena, type->kind == TYPE_OBJECT && is_optional ? "const %s *" : "%s ",
            gen_struct(gen, type));
    case TYPE_ANY:
    case TYPE_POISON:
    case TYPE_NULL: break;
    }
    return "struct kad_json ";
}

static const char *simple_descriptor(const struct type *type)
{
    switch (type->kind) {
    case TYPE_STRING: return "string";
    case TYPE_INTEGER: return "integer";
    case TYPE_DURATION: return "duration";
    case TYPE_NUMBER: return "number";
    case TYPE_BOOLEAN: return "boolean";
    case TYPE_OBJECT: return "opaque_object";
    case TYPE_ARRAY: return "opaque_array";
    case TYPE_ANY:
    case TYPE_POISON:
    case TYPE_NULL: break;
    }
    return "any";
}

const char *gen_descriptor(const struct gen *gen, const struct type *type)
{
    const char *name;

    if (type->is_opaque || (type->kind != TYPE_OBJECT && type->kind != TYPE_ARRAY))
        return arena_printf(gen->arena, "&kad_%s_type", simple_descriptor(type));
    if (gen_is_nothing(type))
        return "&kad_nothing_type";
    if (type->kind == TYPE_ARRAY && simple_array(type->items))
        return arena_printf(gen->arena, "&kad_%s%s_type",
                            type->items->is_optional ? "sparse_" : "",
                            simple_array_word(type->items));
    name = struct_name(gen, type);
    describe_own(gen, type);
    return arena_printf(gen->arena, "&%s_type", name);
}

const char *gen_member(const struct gen *gen, const struct type_field *field)
{
    return c_name(gen->arena, field->name);
}

bool gen_is_nothing(const struct type *object)
{
    return object->kind == TYPE_OBJECT && !object->is_opaque &&
           object->field_count == 0;
}

const struct type *gen_outputs_type(struct arena *arena, const struct type *outputs,
                                    bool outputs_on_failure)
{
    struct type *all;
    struct type_field *fields;

    if (!outputs_on_failure || outputs->field_count == 0)
        return outputs;
    all = arena_new(arena, struct type);
    fields = arena_array(arena, struct type_field, outputs->field_count);
    for (size_t i = 0; i < outputs->field_count; i++) {
        fields[i] = outputs->fields[i];
        fields[i].is_needed_on_success = !fields[i].type->is_optional;
        fields[i].type = type_optional(arena, fields[i].type);
    }
    *all = *outputs;
    all->fields = fields;
    return all;
}

/* ---- Declarations --------------------------------------------------------------------- */

/* "Hours. One of low, medium, high." above a member, if there is something to say. */
static void member_comment(struct gen *gen, const struct type_field *field)
{
    struct buf text;

    buf_init(&text, gen->arena);
    buf_add(&text, field->description);
    if (field->type->value_count)
        buf_printf(&text, "%sOne of ", text.len ? " " : "");
    for (size_t i = 0; i < field->type->value_count; i++)
        buf_printf(&text, "%s\"%.*s\"", i ? ", " : "", STR(field->type->values[i]));
    if (field->type->value_count)
        buf_add_char(&text, '.');
    if (field->type->is_optional)
        buf_printf(&text, "%s%s", text.len ? " " : "",
                   field->is_needed_on_success ? "Unset only after a failure."
                                               : "Optional.");
    if (text.len)
        emit_comment(gen->code, "%s", text.p);
}

static void declare_object(struct gen *gen, const struct type *object)
{
    for (size_t i = 0; i < object->field_count; i++) {
        const struct type_field *field = &object->fields[i];

        member_comment(gen, field);
        emit_line(gen->code, "%s%s;", gen_type(gen, field->type),
                  gen_member(gen, field));
    }
}

/* A constant item: `const struct x *` as it is, of pointers the pointer. */
static void declare_array(struct gen *gen, const struct type *array)
{
    const bool is_pointer =
        array->items->kind == TYPE_OBJECT && array->items->is_optional;

    emit_line(gen->code, is_pointer ? "%sconst *items;" : "const %s*items;",
              gen_type(gen, array->items));
    emit_line(gen->code, "size_t count;");
}

static void declare(struct gen *gen, const struct type *type, const char *name,
                    const char *short_name, const char *comment);

/* A part's names are those of the whole and its own. */
static void declare_part(struct gen *gen, const struct type *type, const char *name,
                         const char *short_name, const char *part)
{
    const char *separator = *short_name ? "_" : "";

    declare(gen, type, arena_printf(gen->arena, "%s_%s", name, part),
            arena_printf(gen->arena, "%s%s%s", short_name, separator, part), NULL);
}

/* What a struct needs stands before it. */
static void declare_parts(struct gen *gen, const struct type *type, const char *name,
                          const char *short_name)
{
    for (size_t i = 0; i < type->field_count; i++)
        declare_part(gen, type->fields[i].type, name, short_name,
                     gen_member(gen, &type->fields[i]));
    if (type->kind == TYPE_ARRAY && !type->is_opaque)
        declare_part(gen, type->items, name, short_name, "item");
}

/* An array that a pass has built anew, which a workflow has a struct for. */
static bool reuse(struct gen *gen, const struct type *type)
{
    struct type_name *alike;

    if (!gen->workflow || type->kind != TYPE_ARRAY || !gen_has_own_struct(type))
        return false;
    alike = find_alike(gen, type);
    if (!alike || strcmp(alike->owner, gen->prefix) != 0)
        return false;
    add_key(gen->names, type, alike);
    return true;
}

static void declare(struct gen *gen, const struct type *type, const char *name,
                    const char *short_name, const char *comment)
{
    const struct type_name *added;

    if (find_name(gen, type) || reuse(gen, type))
        return;
    declare_parts(gen, type, name, short_name);
    if (!gen_has_own_struct(type))
        return;
    emit_blank(gen->code);
    if (comment)
        emit_comment(gen->code, "%s", comment);
    added = add_name(gen, type, name, *short_name ? short_name : name);
    emit_open(gen->code, "struct %s", added->name);
    if (type->kind == TYPE_OBJECT)
        declare_object(gen, type);
    else
        declare_array(gen, type);
    emit_close(gen->code, ";");
}

void gen_declare_titled(struct gen *gen, const struct type *object, const char *name,
                        const char *comment)
{
    declare(gen, object, name, "", comment);
}

void gen_declare(struct gen *gen, const struct type *object, const char *name)
{
    declare(gen, object, name, "", NULL);
}

void gen_declare_descriptors(struct gen *gen)
{
    struct type_names *names = gen->names;

    emit_blank(gen->code);
    for (; names->extern_count < names->all.count; names->extern_count++)
        emit_line(gen->code, "extern const struct kad_type %s_type;",
                  names->all.items[names->extern_count]->name);
}

bool gen_describes_now(struct gen *gen, const struct type *type)
{
    struct type_name *name = find_name(gen, type);
    const bool is_new = name && !name->described_in;

    if (is_new)
        name->described_in = gen->code;
    return is_new;
}

const char *gen_described_here(const struct gen *gen, const struct type *type)
{
    const struct type_name *name = find_name(gen, type);

    return name && name->described_in == gen->code ? gen_local_name(gen, name->name)
                                                   : NULL;
}
