/* type_limits.c: see type_limits.h. */
#include "type_limits.h"

#include <inttypes.h>
#include <math.h>

#include "base/buf.h"
#include "pattern.h"

/* How many values of an enum a help lists. */
enum { VALUES_SHOWN = 8 };

/* ---- Limits in a type ---------------------------------------------------------------- */

static bool bound_read(struct reader *reader, const struct node *node, const char *key,
                       double *bound)
{
    if (!node || node->is_poisoned)
        return false;
    int64_t integer;
    if (node->kind == NODE_SCALAR && node_is_number(node, bound)) {
        if (!node_is_integer(node, &integer) || integer == INT64_MAX ||
            (long double)integer == (long double)*bound)
            return true;
        diag_report(reader->program->diags, node->span, KAD0114,
                    "`%s`: `%.*s` is too long for a bound", key, STR(node->text));
        diag_help(reader->program->diags, "leave it out, or take a rounder one");
        return false;
    }
    diag_report(reader->program->diags, node->span, KAD0106,
                "`%s`: expected a number, found %s", key, node_kind_text(node));
    return false;
}

static bool length_read(struct reader *reader, const struct node *node, const char *key,
                        uint64_t *length)
{
    double number;
    int64_t value;
    if (!node || !bound_read(reader, node, key, &number))
        return false;
    if (node_is_integer(node, &value) && value >= 0) {
        *length = (uint64_t)value;
        return true;
    }
    diag_report(reader->program->diags, node->span, KAD0802,
                "`%s`: `%.*s` is not a length", key, STR(node->text));
    return false;
}

static void pattern_read(struct reader *reader, const struct node *node,
                         struct type *type)
{
    struct str pattern = text_read(reader, node, "pattern");
    if (!pattern.p)
        return;
    size_t offset;
    struct str error = pattern_error(reader->program->arena, pattern, &offset);
    if (error.p) {
        size_t from = offset < pattern.len ? offset : pattern.len;
        diag_report(reader->program->diags, node_range(node, from, pattern.len),
                    KAD0114, "`pattern` is not a regular expression: %.*s", STR(error));
        return;
    }
    type->pattern = pattern;
}

/* A range that nothing can be in. */
static void range_check(struct reader *reader, const struct node *most,
                        const char *least_key, const char *most_key, bool is_empty)
{
    if (is_empty)
        diag_report(reader->program->diags, most->span, KAD0114,
                    "`%s` is less than `%s`", most_key, least_key);
}

void limits_read(struct reader *reader, const struct limit_nodes *nodes,
                 struct type *type)
{
    if (nodes->min)
        type->has_min = bound_read(reader, nodes->min, "min", &type->min);
    if (nodes->max)
        type->has_max = bound_read(reader, nodes->max, "max", &type->max);
    if (nodes->min_len)
        type->has_min_len =
            length_read(reader, nodes->min_len, "minLength", &type->min_len);
    if (nodes->max_len)
        type->has_max_len =
            length_read(reader, nodes->max_len, "maxLength", &type->max_len);
    if (nodes->pattern)
        pattern_read(reader, nodes->pattern, type);
    range_check(reader, nodes->max, "min", "max",
                nodes->max && type->has_min && type->has_max && type->max < type->min);
    range_check(reader, nodes->max_len, "minLength", "maxLength",
                nodes->max_len && type->has_min_len && type->has_max_len &&
                    type->max_len < type->min_len);
}

/* ---- Literals ------------------------------------------------------------------------ */

static struct literal_fault fault(const struct node *node, enum diag_code code,
                                  struct str message)
{
    return (struct literal_fault){code, message, node};
}

static struct literal_fault mismatch(struct arena *arena, const struct node *node,
                                     const struct type *type)
{
    struct str wanted = type_text(arena, type_required(arena, type));
    return fault(node, KAD0503,
                 str_printf(arena, "expected %.*s, found %s", STR(wanted),
                            node_kind_text(node)));
}

static struct str length_fault(struct arena *arena, const struct type *type,
                               uint64_t count, const char *unit)
{
    const char *plural = count == 1 ? "" : "s";
    if (type->has_min_len && count < type->min_len)
        return str_printf(arena,
                          "%" PRIu64 " %s%s, but at least %" PRIu64 " are wanted",
                          count, unit, plural, type->min_len);
    if (type->has_max_len && count > type->max_len)
        return str_printf(arena,
                          "%" PRIu64 " %s%s, but at most %" PRIu64 " are allowed",
                          count, unit, plural, type->max_len);
    return (struct str){0};
}

struct str text_limits_fault(struct arena *arena, const struct type *type,
                             struct str text)
{
    if (type->pattern.p && !pattern_matches(type->pattern, text))
        return str_printf(arena, "`%.*s` does not match the pattern `%.*s`", STR(text),
                          STR(type->pattern));
    return length_fault(arena, type, str_utf8_count(text), "character");
}

static struct str bound_text(struct arena *arena, double bound)
{
    const bool is_whole = bound == trunc(bound) && fabs(bound) < 1e18;
    return str_printf(arena, is_whole ? "%.0f" : "%.15g", bound);
}

struct str number_limits_fault(struct arena *arena, const struct type *type,
                               long double number, struct str text)
{
    if (type->has_min && number < (long double)type->min)
        return str_printf(arena, "`%.*s` is less than the minimum of %.*s", STR(text),
                          STR(bound_text(arena, type->min)));
    if (type->has_max && number > (long double)type->max)
        return str_printf(arena, "`%.*s` is more than the maximum of %.*s", STR(text),
                          STR(bound_text(arena, type->max)));
    return (struct str){0};
}

/* A 0510 if there is a message. */
static struct literal_fault limits_fault(const struct node *node, struct str message)
{
    return message.p ? fault(node, KAD0510, message) : (struct literal_fault){0};
}

struct literal_fault literal_count_check(struct arena *arena, const struct node *list,
                                         const struct type *type)
{
    return limits_fault(list, length_fault(arena, type, list->count, "item"));
}

static struct literal_fault text_check(struct arena *arena, const struct node *node,
                                       const struct type *type)
{
    if (!node_is_text(node))
        return mismatch(arena, node, type);
    if (type->value_count && !type_has_value(type, node->text))
        return fault(
            node, KAD0508,
            str_printf(arena, "`%.*s` is none of the allowed values", STR(node->text)));
    return limits_fault(node, text_limits_fault(arena, type, node->text));
}

static bool is_whole(struct str text)
{
    const size_t start = text.len && (text.p[0] == '-' || text.p[0] == '+');
    for (size_t i = start; i < text.len; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return text.len > start;
}

static struct literal_fault number_check(struct arena *arena, const struct node *node,
                                         const struct type *type)
{
    double number;
    int64_t integer;
    bool is_integer;
    if (!node_is_number(node, &number) || !isfinite(number))
        return mismatch(arena, node, type);
    is_integer = node_is_integer(node, &integer);
    if (type->kind == TYPE_INTEGER && !is_integer && is_whole(node->text))
        return fault(node, KAD0611,
                     str_printf(arena, "`%.*s` is too large for an integer of 64 bits",
                                STR(node->text)));
    if (type->kind == TYPE_INTEGER && !is_integer)
        return fault(node, KAD0504,
                     str_printf(arena, "`%.*s` is not an integer", STR(node->text)));
    return limits_fault(node, number_limits_fault(arena, type,
                                                  is_integer ? (long double)integer
                                                             : (long double)number,
                                                  node->text));
}

static struct literal_fault duration_check(struct arena *arena, const struct node *node)
{
    int64_t duration_ms;
    if (duration_parse(node->text, &duration_ms))
        return (struct literal_fault){0};
    if (duration_is_too_long(node->text))
        return fault(node, KAD0801,
                     str_printf(arena, "`%.*s` is longer than a hundred years",
                                STR(node->text)));
    return fault(node, KAD0801,
                 str_printf(arena, "`%.*s` is not a duration", STR(node->text)));
}

struct literal_fault literal_check(struct arena *arena, const struct node *scalar,
                                   const struct type *type)
{
    bool boolean;
    if (scalar->is_poisoned)
        return (struct literal_fault){0};
    if (node_is_null(scalar)) {
        if (type->is_optional || type->kind == TYPE_ANY || type->kind == TYPE_POISON)
            return (struct literal_fault){0};
        return fault(scalar, KAD0404, str_printf(arena, "a value is needed here"));
    }
    switch (type->kind) {
    case TYPE_POISON:
    case TYPE_ANY: return (struct literal_fault){0};
    case TYPE_STRING: return text_check(arena, scalar, type);
    case TYPE_NUMBER:
    case TYPE_INTEGER: return number_check(arena, scalar, type);
    case TYPE_BOOLEAN:
        if (node_is_boolean(scalar, &boolean))
            return (struct literal_fault){0};
        break;
    case TYPE_DURATION: return duration_check(arena, scalar);
    case TYPE_NULL:
    case TYPE_OBJECT:
    case TYPE_ARRAY: break;
    }
    return mismatch(arena, scalar, type);
}

void enum_help(struct diags *diags, struct span span, struct str text,
               const struct type *type)
{
    const struct names values = {type->values, type->value_count};
    const struct nearest nearest = diag_nearest(diags, text, values);
    struct arena scratch = {0};
    struct buf list;

    if (nearest.count > 0) {
        diag_suggest(diags, span, text, values, &nearest);
        return;
    }
    buf_init(&list, &scratch);
    for (size_t i = 0; i < values.count && i < VALUES_SHOWN; i++)
        buf_printf(&list, "%s`%.*s`", i ? ", " : "", STR(values.items[i]));
    diag_help(diags, "allowed: %s%s", list.p,
              values.count > VALUES_SHOWN ? ", ..." : "");
    arena_release(&scratch);
}

void literal_help(struct diags *diags, const struct literal_fault *wrong,
                  const struct type *type)
{
    const struct node *node = wrong->node;
    if (wrong->code == KAD0508)
        enum_help(diags, node->span, node->text, type);
    else if (wrong->code == KAD0503 && type->kind == TYPE_STRING &&
             node->kind == NODE_SCALAR)
        diag_help(diags, "put it in quotes: `\"%.*s\"`", STR(node->text));
    else if (wrong->code == KAD0801)
        diag_help(
            diags,
            "a count over zero and a unit: `500ms`, `30s`, `1h30m`; at most `36500d`");
}

/* ---- Defaults ------------------------------------------------------------------------ */

static struct literal_fault node_check(struct arena *arena, const struct node *node,
                                       const struct type *type);

/* What an opaque array holds is free, and so is what stands in a value of any type. */
static const struct type *items_of(const struct type *type)
{
    return type->kind == TYPE_ARRAY && !type->is_opaque ? type->items
                                                        : type_simple(TYPE_ANY);
}

static struct literal_fault list_check(struct arena *arena, const struct node *list,
                                       const struct type *type)
{
    struct literal_fault wrong = literal_count_check(arena, list, type);
    for (size_t i = 0; i < list->count && !wrong.code; i++)
        wrong = node_check(arena, list->items[i], items_of(type));
    return wrong;
}

static struct literal_fault map_check(struct arena *arena, const struct node *map,
                                      const struct type *type)
{
    const bool is_free = type->kind != TYPE_OBJECT || type->is_opaque;
    struct literal_fault wrong = {0};
    for (size_t i = 0; i < map->count && !wrong.code; i++) {
        const struct node *key = map->keys[i];
        const struct type_field *field =
            is_free ? NULL : type_field_find(type, key->text);
        wrong = is_free ? node_check(arena, map->items[i], type_simple(TYPE_ANY))
                : field ? node_check(arena, map->items[i], field->type)
                        : fault(key, KAD0217,
                                str_printf(arena, "the type has no property `%.*s`",
                                           STR(key->text)));
    }
    for (size_t i = 0; i < type->field_count && !wrong.code; i++) {
        const struct type_field *field = &type->fields[i];
        const char *name = str_copy(arena, field->name);
        if (!field->type->is_optional && !field->default_value && !node_find(map, name))
            wrong = fault(map, KAD0503,
                          str_printf(arena, "the property `%s` is missing", name));
    }
    return wrong;
}

static struct literal_fault node_check(struct arena *arena, const struct node *node,
                                       const struct type *type)
{
    bool is_free = type->kind == TYPE_ANY || type->kind == TYPE_POISON;
    if (node->kind == NODE_SCALAR && str_find(node->text, S("{{")) < node->text.len)
        return fault(node, KAD0503, str_printf(arena, "it may not be an expression"));
    if (node->kind == NODE_SCALAR)
        return literal_check(arena, node, type);
    if (node->kind == NODE_LIST && (is_free || type->kind == TYPE_ARRAY))
        return list_check(arena, node, type);
    if (node->kind == NODE_MAP && (is_free || type->kind == TYPE_OBJECT))
        return map_check(arena, node, type);
    return mismatch(arena, node, type);
}

bool default_check(struct reader *reader, const struct node *value,
                   const struct type *type)
{
    struct diags *diags = reader->program->diags;
    struct literal_fault wrong = node_check(reader->program->arena, value, type);
    if (!wrong.code) {
        if (value->kind == NODE_SCALAR && type->kind == TYPE_STRING)
            text_check_yaml11(diags, value);
        return true;
    }
    diag_report(diags, wrong.node->span, KAD0511, "the default does not fit: %.*s",
                STR(wrong.message));
    literal_help(diags, &wrong, type);
    return false;
}
