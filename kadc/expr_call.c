/* expr_call.c: the arguments and results of functions: 0604, 0605. */
#include <assert.h>

#include "expr_check.h"
#include "expr_functions.h"

static bool is_scalar(const struct type *type)
{
    return type->kind != TYPE_OBJECT && type->kind != TYPE_ARRAY;
}

static bool param_fits(enum param param, const struct type *type)
{
    const enum type_kind kind = type->kind;

    if (kind == TYPE_POISON || kind == TYPE_ANY)
        return true;
    switch (param) {
    case PARAM_NONE: return false;
    case PARAM_TEXT: return kind == TYPE_STRING;
    case PARAM_NUMBER: return kind == TYPE_INTEGER || kind == TYPE_NUMBER;
    case PARAM_SCALAR: return is_scalar(type);
    case PARAM_ARRAY: return kind == TYPE_ARRAY;
    case PARAM_TEXTS:
        return kind == TYPE_ARRAY &&
               (type->is_opaque ||
                (type->items->kind == TYPE_STRING && !type->items->is_optional));
    case PARAM_OBJECT: return kind == TYPE_OBJECT;
    case PARAM_SIZED: return kind == TYPE_STRING || !is_scalar(type);
    case PARAM_HOLDER: return kind == TYPE_STRING || kind == TYPE_ARRAY;
    case PARAM_MEMBER:
    case PARAM_ANYTHING: return true;
    }
    return false;
}

static void check_argument(const struct scope *scope, const struct expr *call, size_t i,
                           enum param param)
{
    const struct expr *arg = call->args[i];
    const struct type *type;
    const char *expected;

    if (param == PARAM_ANYTHING)
        return;
    /* The second argument of `contains` depends on the first. */
    if (param == PARAM_MEMBER && call->args[0]->type->kind == TYPE_STRING)
        param = PARAM_TEXT;
    type = expr_require(scope, arg);
    if (param == PARAM_MEMBER)
        expr_check_member(scope, arg, arg, call->args[0]);
    if (param_fits(param, type))
        return;
    expected = str_printf(scope->arena, "%s as argument %zu of `%.*s`",
                          param_text(param), i + 1, STR(call->text))
                   .p;
    expr_report_type(scope, arg, KAD0605, expected);
}

static const struct type *number_result(const struct expr *call)
{
    for (size_t i = 0; i < call->arg_count; i++)
        if (call->args[i]->type->kind != TYPE_INTEGER)
            return type_simple(TYPE_NUMBER);
    return type_simple(TYPE_INTEGER);
}

static const struct type *item_result(const struct scope *scope,
                                      const struct type *array)
{
    if (array->kind == TYPE_POISON)
        return array;
    if (array->kind != TYPE_ARRAY || array->is_opaque)
        return type_optional(scope->arena, type_simple(TYPE_ANY));
    return type_optional(scope->arena, array->items);
}

static const struct type *result_type(const struct scope *scope,
                                      const struct function *function,
                                      const struct expr *call)
{
    switch (function->result) {
    case RESULT_TEXT: return type_simple(TYPE_STRING);
    case RESULT_INTEGER: return type_simple(TYPE_INTEGER);
    case RESULT_BOOLEAN: return type_simple(TYPE_BOOLEAN);
    case RESULT_TEXTS: return type_array_of(scope->arena, type_simple(TYPE_STRING));
    case RESULT_NUMBER: return number_result(call);
    case RESULT_ITEM: return item_result(scope, call->args[0]->type);
    }
    return type_poison();
}

/* format("{0} of {1}", a, b): each number has its argument. */
static void check_format(const struct scope *scope, const struct expr *call)
{
    const struct str text = call->args[0]->text;

    if (call->args[0]->kind != EXPR_TEXT)
        return;
    for (size_t i = 0; i + 2 < text.len; i++) {
        size_t number = 0, at = i + 1;

        while (text.p[i] == '{' && at < text.len && text.p[at] >= '0' &&
               text.p[at] <= '9' && number < EXPR_NODES_MAX)
            number = number * 10 + (size_t)(text.p[at++] - '0');
        if (at == i + 1 || at >= text.len || text.p[at] != '}' ||
            number + 1 < call->arg_count)
            continue;
        diag_report(scope->diags, call->args[0]->span, KAD0604,
                    "`{%zu}` has no argument, `format` was given %zu", number,
                    call->arg_count - 1);
        return;
    }
}

const struct type *call_check(const struct scope *scope, struct expr *call)
{
    const struct function *function = function_find(call->text);

    assert(function); /* expr_parse (2) */
    for (size_t i = 0; i < call->arg_count; i++)
        expr_check(scope, call->args[i]);
    for (size_t i = 0; i < call->arg_count; i++)
        check_argument(scope, call, i, function_param(function, i));
    if (str_is(call->text, "format"))
        check_format(scope, call);
    return result_type(scope, function, call);
}
