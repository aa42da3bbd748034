/* value_check.c: see value_check.h. Depth is that of the YAML tree. */
#include "value_check.h"

#include "expr_check.h"
#include "type_limits.h"

static void declared_note(const struct value_place *place)
{
    if (place->declared.source)
        diag_note(place->program->diags, place->declared, "%.*s is declared here",
                  STR(place->what));
}

static struct span template_span(const struct template *value)
{
    const struct expr *expr = template_lone(value);
    return expr ? expr->span : value->node->span;
}

/* ---- Scalars ------------------------------------------------------------------------- */

/* The literals that an expression may give: 0508 for those that are none of an enum's
 * values. Whether there is one. */
static bool enum_literals_check(const struct value_place *place,
                                const struct expr *expr, const struct type *wanted)
{
    bool has_wrong;
    switch (expr->kind) {
    case EXPR_TEXT:
        has_wrong = !enum_literal_check(place->scope, expr, wanted);
        if (has_wrong)
            declared_note(place);
        return has_wrong;
    case EXPR_CHOICE:
        has_wrong = enum_literals_check(place, expr->args[1], wanted);
        return enum_literals_check(place, expr->args[2], wanted) || has_wrong;
    case EXPR_BINARY:
        return expr->op == OP_COALESCE &&
               enum_literals_check(place, expr->right, wanted);
    default: return false;
    }
}

/* Whether it fits. */
static bool fit_check(const struct value_place *place, const struct template *value,
                      const struct type *found, const struct type *wanted)
{
    struct arena *arena = place->program->arena;
    struct diags *diags = place->program->diags;
    const struct expr *expr = template_lone(value);
    enum type_fit fit = type_fits(found, wanted);
    if (fit == FIT_YES)
        return true;
    if (fit == FIT_NULLABLE) {
        expr_report_unset(place->scope, expr, place->what);
        declared_note(place);
        return false;
    }
    if (found->kind == TYPE_STRING && wanted->value_count && expr &&
        enum_literals_check(place, expr, wanted))
        return false;
    diag_report(diags, template_span(value), fit == FIT_LOSSY ? KAD0504 : KAD0503,
                "%.*s: expected %.*s, found %.*s", STR(place->what),
                STR(type_text(arena, wanted)), STR(type_text(arena, found)));
    if (expr && expr->kind == EXPR_FIELD)
        diag_subject(diags, "%d %.*s `%.*s`", (int)fit, STR(type_text(arena, wanted)),
                     STR(span_text(expr->span)));
    declared_note(place);
    if (fit == FIT_LOSSY)
        diag_help(diags, "`round` makes an integer of a number");
    else if (wanted->kind == TYPE_STRING && found->kind != TYPE_STRING)
        diag_help(diags, "`toJson` makes text of any value");
    return false;
}

static struct str constant_fault(const struct value_place *place,
                                 const struct expr *expr, const struct type *wanted)
{
    struct arena *arena = place->program->arena;
    const struct constant constant = expr_constant(expr);
    switch (constant.kind) {
    case CONSTANT_TEXT: return text_limits_fault(arena, wanted, constant.text);
    case CONSTANT_INTEGER:
        return number_limits_fault(arena, wanted, (long double)constant.integer,
                                   expr_source(expr));
    case CONSTANT_NUMBER:
        return number_limits_fault(arena, wanted, (long double)constant.number,
                                   expr_source(expr));
    case CONSTANT_NONE:
    case CONSTANT_OVERFLOW:
    case CONSTANT_BOOLEAN: break;
    }
    return (struct str){0};
}

/* What an expression may give for certain keeps the limits: else 0510. */
static void constants_check(const struct value_place *place, const struct expr *expr,
                            const struct type *wanted)
{
    struct str message;
    if (expr->kind == EXPR_CHOICE) {
        constants_check(place, expr->args[1], wanted);
        constants_check(place, expr->args[2], wanted);
        return;
    }
    message = constant_fault(place, expr, wanted);
    if (!message.p)
        return;
    diag_report(place->program->diags, expr->span, KAD0510, "%.*s: %.*s",
                STR(place->what), STR(message));
    declared_note(place);
}

static void literal_report(const struct value_place *place, struct template *value,
                           const struct type *wanted)
{
    struct diags *diags = place->program->diags;
    struct literal_fault fault =
        literal_check(place->program->arena, value->node, wanted);
    if (fault.code) {
        diag_report(diags, fault.node->span, (enum diag_code)fault.code, "%.*s: %.*s",
                    STR(place->what), STR(fault.message));
        declared_note(place);
        literal_help(diags, &fault, wanted);
    } else if (wanted->kind == TYPE_STRING) {
        text_check_yaml11(diags, value->node);
    }
}

bool scalar_fit_check(const struct value_place *place, struct template *scalar,
                      const struct type *type, const struct type *wanted)
{
    if (scalar->is_literal)
        literal_report(place, scalar, wanted);
    else if (!fit_check(place, scalar, type, wanted))
        return false;
    if (template_lone(scalar))
        constants_check(place, template_lone(scalar), wanted);
    return true;
}

static void scalar_check(const struct value_place *place, struct value *value,
                         const struct type *wanted)
{
    value->type = template_check(place->scope, value->scalar);
    if (wanted)
        value->is_reported =
            !scalar_fit_check(place, value->scalar, value->type, wanted);
}

/* ---- Lists and maps ------------------------------------------------------------------ */

/* A list or map where the wanted type has no such thing. */
static bool kind_check(const struct value_place *place, const struct value *value,
                       const struct type *wanted)
{
    enum type_kind kind = value->node->kind == NODE_LIST ? TYPE_ARRAY : TYPE_OBJECT;
    if (!wanted || wanted->kind == kind || wanted->kind == TYPE_ANY ||
        wanted->kind == TYPE_POISON)
        return true;
    diag_report(place->program->diags, value->node->span, KAD0503,
                "%.*s: expected %.*s, found %s", STR(place->what),
                STR(type_text(place->program->arena, wanted)),
                node_kind_text(value->node));
    declared_note(place);
    return false;
}

static void items_check(const struct value_place *place, struct value *list,
                        const struct type *wanted)
{
    const struct type *item =
        wanted && wanted->kind == TYPE_ARRAY ? wanted->items : NULL;
    for (size_t i = 0; i < list->count; i++)
        value_check(place, list->items[i], item);
    if (!wanted || wanted->kind != TYPE_ARRAY)
        return;
    struct literal_fault fault =
        literal_count_check(place->program->arena, list->node, wanted);
    if (!fault.code)
        return;
    diag_report(place->program->diags, list->node->span, (enum diag_code)fault.code,
                "%.*s: %.*s", STR(place->what), STR(fault.message));
    declared_note(place);
}

static bool has_key(const struct value *map, struct str name)
{
    for (size_t i = 0; i < map->count; i++)
        if (str_equal(map->keys[i].text, name))
            return true;
    return false;
}

static void property_guess(const struct value_place *place, const struct value *map,
                           const struct name *key, const struct type *object)
{
    struct arena scratch = {0};
    struct str *names = arena_array(&scratch, struct str, object->field_count);
    size_t count = 0;
    for (size_t i = 0; i < object->field_count; i++)
        if (!has_key(map, object->fields[i].name))
            names[count++] = object->fields[i].name;
    diag_did_you_mean(place->program->diags, key->span, key->text,
                      (struct names){names, count});
    arena_release(&scratch);
}

static void property_unknown(const struct value_place *place, const struct name *key)
{
    diag_report(place->program->diags, key->span, KAD0217,
                "%.*s has no property `%.*s`", STR(place->what), STR(key->text));
    declared_note(place);
}

static void properties_check(const struct value_place *place, struct value *map,
                             const struct type *wanted)
{
    enum { GUESSES_MAX = 100 }; /* each looks at all properties */
    bool is_typed = wanted && wanted->kind == TYPE_OBJECT && !wanted->is_opaque;
    size_t unknown_count = 0;
    for (size_t i = 0; i < map->count; i++) {
        const struct type_field *field =
            is_typed ? type_field_find(wanted, map->keys[i].text) : NULL;
        value_check(place, map->items[i], field ? field->type : NULL);
        if (is_typed && !field)
            property_unknown(place, &map->keys[i]);
        if (is_typed && !field && unknown_count < GUESSES_MAX)
            property_guess(place, map, &map->keys[i], wanted);
        unknown_count += !field;
    }
    /* A misspelt property is missing under its right name: one mistake. */
    for (size_t i = 0; is_typed && unknown_count == 0 && i < wanted->field_count; i++) {
        const struct type_field *field = &wanted->fields[i];
        if (field->type->is_optional || field->default_value ||
            field->type->kind == TYPE_POISON || has_key(map, field->name))
            continue;
        diag_report(place->program->diags, map->node->span, KAD0503,
                    "%.*s: the property `%.*s` is missing", STR(place->what),
                    STR(field->name));
        diag_note(place->program->diags, field->name_span,
                  "the property is declared here");
    }
}

void value_check(const struct value_place *place, struct value *value,
                 const struct type *wanted)
{
    value->wanted = wanted;
    if (value->scalar) {
        scalar_check(place, value, wanted);
        return;
    }
    bool is_list = value->node->kind == NODE_LIST;
    bool fits = kind_check(place, value, wanted);
    if (is_list)
        items_check(place, value, fits ? wanted : NULL);
    else
        properties_check(place, value, fits ? wanted : NULL);
    value->type = type_simple(is_list ? TYPE_ARRAY : TYPE_OBJECT);
}

void text_value_check(const struct value_place *place, struct template *text)
{
    struct diags *diags = place->program->diags;
    const struct type *type = template_check(place->scope, text);
    if (text->is_literal && node_is_null(text->node)) {
        diag_report(diags, text->node->span, KAD0404, "%.*s needs a value",
                    STR(place->what));
    } else if (type->is_optional) {
        expr_report_unset(place->scope, template_lone(text), place->what);
    } else if (type->kind == TYPE_OBJECT || type->kind == TYPE_ARRAY) {
        struct span span = template_span(text);
        diag_report(diags, span, KAD0507, "%.*s is text, found %.*s", STR(place->what),
                    STR(type_text(place->program->arena, type)));
        diag_subject(diags, "`%.*s` in text", STR(span_text(span)));
        diag_help(diags, "write it as JSON: `toJson(%.*s)`", STR(span_text(span)));
    }
}
