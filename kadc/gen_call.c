/* gen_call.c: functions of expressions as calls of kad/expr.h. */
#include "base/buf.h"
#include "expr_functions.h"
#include "gen_c.h"

/* ---- Forms that depend on the type ----------------------------------------------- */

/* The runtime's search in arrays of this C type, or NULL. */
static const char *search_function(const struct type *item)
{
    if (item->is_optional)
        return NULL;
    switch (c_shape(item)) {
    case SHAPE_TEXT: return "kad_strings_contain";
    case SHAPE_INTEGER: return "kad_integers_contain";
    case SHAPE_NUMBER: return "kad_numbers_contain";
    default: return NULL;
    }
}

struct c_expr c_contains(struct gen *gen, struct c_value holder, struct c_value item)
{
    const bool is_array = c_shape(holder.type) == SHAPE_ARRAY;
    const bool is_lossy =
        is_array && holder.type->items->kind == TYPE_INTEGER &&
        item.type->kind == TYPE_NUMBER; /* 1.5 is in no array of integers */
    const char *function =
        is_array && !is_lossy ? search_function(holder.type->items) : NULL;

    if (holder.type->kind == TYPE_STRING)
        return c_make(gen, C_POSTFIX, "kad_contains(%s, %s)", holder.value.text,
                      c_convert(gen, item, type_simple(TYPE_STRING)).text);
    if (function)
        return c_make(gen, C_POSTFIX, "%s(%s, %s)", function, holder.value.text,
                      c_convert(gen, item, holder.type->items).text);
    return c_make(gen, C_POSTFIX, "kad_json_contains(run, %s, %s)",
                  c_json(gen, holder).text, c_json(gen, item).text);
}

static struct c_expr length_of(struct gen *gen, struct c_value value)
{
    switch (c_shape(value.type)) {
    case SHAPE_TEXT: return c_make(gen, C_POSTFIX, "kad_length(%s)", value.value.text);
    case SHAPE_ARRAY:
        return c_make(gen, C_POSTFIX, "kad_count(%s.count)",
                      c_at(gen, value.value, C_POSTFIX));
    default:
        return c_make(gen, C_POSTFIX, "kad_json_length(run, %s)",
                      c_json(gen, value).text);
    }
}

static bool is_empty_if_unset(const struct expr *expr)
{
    return expr->kind == EXPR_BINARY && expr->op == OP_COALESCE &&
           expr->right->kind == EXPR_LIST && expr->right->arg_count == 0;
}

/* length(x ?? []): what is unset has no items. */
static struct c_expr length_or_none(struct gen *gen, const struct expr *holder)
{
    struct c_value value = c_node(gen, holder->left);
    const struct c_expr guard = value.guard;

    value.guard = value.whole = (struct c_expr){0};
    if (!guard.text)
        return length_of(gen, value);
    return c_select(gen, guard, length_of(gen, value), c_integer(gen, 0));
}

static struct c_value end_of(struct gen *gen, struct c_value array, bool is_last)
{
    const char *index = "0";

    if (c_shape(array.type) == SHAPE_ARRAY) {
        if (is_last)
            index = arena_printf(gen->arena, "kad_last_index(%s.count)",
                                 c_at(gen, array.value, C_POSTFIX));
        return c_item(gen, array, index);
    }
    return c_stored(
        gen, type_optional(gen->kept, type_simple(TYPE_ANY)),
        c_make(gen, C_POSTFIX,
               is_last ? "kad_json_last(run, %s)" : "kad_json_at(run, %s, 0)",
               c_json(gen, array).text));
}

/* min(a, b, c): pair by pair. */
static struct c_expr extreme(struct gen *gen, const struct expr *call)
{
    const char *word = call->type->kind == TYPE_INTEGER ? "integer" : "number";
    struct c_expr all = c_wanted(gen, call->args[0], call->type);

    for (size_t i = 1; i < call->arg_count; i++)
        all = c_make(gen, C_POSTFIX, "kad_%.*s_%s(%s, %s)", STR(call->text), word,
                     all.text, c_wanted(gen, call->args[i], call->type).text);
    return all;
}

static struct c_expr formatted(struct gen *gen, const struct expr *call)
{
    const char *text = c_wanted(gen, call->args[0], type_simple(TYPE_STRING)).text;
    struct buf parts;

    if (call->arg_count == 1)
        return c_make(gen, C_POSTFIX, "kad_format(run, %s, NULL, 0)", text);
    buf_init(&parts, gen->arena);
    for (size_t i = 1; i < call->arg_count; i++)
        buf_printf(&parts, "%s%s", i > 1 ? ", " : "",
                   c_text(gen, c_node(gen, call->args[i])));
    return c_make(gen, C_POSTFIX, "kad_format(run, %s, KAD_TEXTS(%s))", text, parts.p);
}

static struct c_expr rounded(struct gen *gen, const struct expr *arg)
{
    const struct c_value value = c_node(gen, arg);

    if (value.type->kind == TYPE_INTEGER)
        return value.value;
    return c_make(gen, C_POSTFIX, "kad_round(run, %s)",
                  c_convert(gen, value, type_simple(TYPE_NUMBER)).text);
}

static struct c_value special(struct gen *gen, const struct expr *call)
{
    const struct str name = call->text;
    struct c_value first;

    if (str_is(name, "format"))
        return c_set(call->type, formatted(gen, call));
    if (str_is(name, "min") || str_is(name, "max"))
        return c_set(call->type, extreme(gen, call));
    if (str_is(name, "round"))
        return c_set(call->type, rounded(gen, call->args[0]));
    if (str_is(name, "length") && is_empty_if_unset(call->args[0]))
        return c_set(call->type, length_or_none(gen, call->args[0]));
    first = c_node(gen, call->args[0]);
    if (str_is(name, "contains"))
        return c_set(call->type, c_contains(gen, first, c_node(gen, call->args[1])));
    if (str_is(name, "length"))
        return c_set(call->type, length_of(gen, first));
    if (str_is(name, "keys"))
        return c_set(call->type, c_make(gen, C_POSTFIX, "kad_json_keys(run, %s)",
                                        c_json(gen, first).text));
    if (str_is(name, "toJson"))
        return c_set(call->type, c_make(gen, C_POSTFIX, "kad_json_dump(%s)",
                                        c_json(gen, first).text));
    return end_of(gen, first, str_is(name, "last"));
}

/* ---- Forms that do not ----------------------------------------------------------- */

static const struct type *param_type(struct gen *gen, enum param param)
{
    const struct type *text = type_simple(TYPE_STRING);

    return param == PARAM_TEXTS ? type_array_of(gen->kept, text) : text;
}

struct c_value c_call(struct gen *gen, const struct expr *call)
{
    const struct function *function = function_find(call->text);
    struct buf args;

    if (!function->c_name)
        return special(gen, call);
    buf_init(&args, gen->arena);
    buf_add(&args, function->needs_run ? S("run") : S(""));
    for (size_t i = 0; i < call->arg_count; i++)
        buf_printf(
            &args, "%s%s", args.len ? ", " : "",
            c_wanted(gen, call->args[i], param_type(gen, function_param(function, i)))
                .text);
    return c_set(call->type,
                 c_make(gen, C_POSTFIX, "%s(%s)", function->c_name, args.p));
}
