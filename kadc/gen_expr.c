/* gen_expr.c: the nodes of expressions as C.
 *
 * Relies on the checker: every node has a type, every operand is one that its operator
 * takes. What flow.c has marked `may_be_unset` has a guard here, although its type
 * is not optional. All that can fail at run time is a call of kad/expr.h, which
 * records the fault. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "gen_c.h"

static struct c_value c_scalar(enum type_kind kind, struct c_expr value)
{
    return c_set(type_simple(kind), value);
}

/* ---- Literals -------------------------------------------------------------------- */

struct c_expr c_integer(struct gen *gen, int64_t value)
{
    if (value == INT64_MIN)
        return c_make(gen, C_POSTFIX, "INT64_MIN");
    return c_make(gen, value < 0 ? C_PREFIX : C_POSTFIX, "%lld", (long long)value);
}

/* The fewest digits that read back as the same number, with a point or an exponent. */
struct c_expr c_number(struct gen *gen, double value)
{
    const char *text = "";
    bool is_whole;

    for (int digits = 15; digits <= 17; digits++) {
        text = arena_printf(gen->arena, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    is_whole = text[strcspn(text, ".e")] == '\0';
    return c_make(gen, value < 0 ? C_PREFIX : C_POSTFIX, "%s%s", text,
                  is_whole ? ".0" : "");
}

/* [a, b] as an array whose items have the type `item`. */
static struct c_expr list_of(struct gen *gen, const struct expr *list,
                             const struct type *array)
{
    struct buf items;

    buf_init(&items, gen->arena);
    for (size_t i = 0; i < list->arg_count; i++)
        buf_printf(&items, "%s%s", i ? ", " : "",
                   c_wanted(gen, list->args[i], array->items).text);
    return c_make(gen, C_POSTFIX, "(%s){%s}", gen_struct(gen, array),
                  c_literal_array(gen, array->items, items.p, list->arg_count));
}

static struct c_expr json_list(struct gen *gen, const struct expr *list)
{
    struct buf items;

    if (!list->arg_count)
        return c_make(gen, C_POSTFIX, "KAD_JSON(\"[]\")");
    buf_init(&items, gen->arena);
    for (size_t i = 0; i < list->arg_count; i++)
        buf_printf(&items, "%s%s", i ? ", " : "",
                   c_json(gen, c_node(gen, list->args[i])).text);
    return c_make(gen, C_POSTFIX,
                  "kad_json_array(run, (const struct kad_json[]){%s}, %zu)", items.p,
                  list->arg_count);
}

/* An array that no place wants, of what the runtime has no array for, is JSON. */
static struct c_value c_list(struct gen *gen, const struct expr *expr)
{
    if (expr->type->is_opaque || gen_has_own_struct(expr->type))
        return c_set(type_simple(TYPE_ARRAY), json_list(gen, expr));
    return c_set(expr->type, list_of(gen, expr, expr->type));
}

/* ---- What names stand for -------------------------------------------------------- */

static struct c_expr has_outputs(struct gen *gen, const struct step *step)
{
    return c_make(gen, C_POSTFIX, "kad_has_outputs(run, %s)",
                  gen_step_info_at(gen, step));
}

/* Of a step inside a forEach that this place is not in. */
static struct c_value c_gathered(struct gen *gen, const struct expr *expr,
                                 const struct block *block)
{
    const struct binding *binding = &expr->binding;
    const struct type *array = type_required(gen->kept, expr->type);
    const char *function =
        gen_gather(gen, binding->step, binding->field, block, &array);
    const struct c_value value =
        c_set(array, c_make(gen, C_POSTFIX, "%s(run, %s)", function,
                            gen_frame(gen, block->step)));

    if (!binding->may_be_unset && !expr->type->is_optional)
        return value;
    return c_guarded(gen, has_outputs(gen, block->step), value);
}

/* A failed visit leaves zeros, so that text, arrays and JSON say themselves that
 * they are unset; of the others the engine knows. */
static struct c_value c_output(struct gen *gen, const struct expr *expr)
{
    const struct binding *binding = &expr->binding;
    const struct step *step = binding->step;
    const struct block *block = gen_gathered_over(step, gen->step);
    const struct type *stored = gen_stored_type(gen, step, binding->field);
    const enum c_shape shape = c_shape(stored);
    const struct c_expr lvalue =
        c_make(gen, C_POSTFIX, "%s.%s", gen_step_outputs(gen, step),
               gen_output_member(gen, step, binding->field));
    struct c_value value;

    if (block)
        return c_gathered(gen, expr, block);
    if (!binding->may_be_unset && !expr->type->is_optional) {
        value = c_stored(gen, stored, lvalue);
        value.guard = value.whole = (struct c_expr){0};
        return value;
    }
    if (shape == SHAPE_TEXT || shape == SHAPE_ARRAY || shape == SHAPE_JSON ||
        stored->is_optional)
        return c_stored(gen, type_optional(gen->kept, stored), lvalue);
    return c_guarded(gen, has_outputs(gen, step), c_stored(gen, stored, lvalue));
}

/* A pointer to the failure, or NULL; where the type says so, never NULL. */
static struct c_value c_failure(struct gen *gen, const struct expr *expr,
                                struct c_expr pointer)
{
    struct c_value value =
        c_stored(gen, type_optional(gen->kept, type_failure()), pointer);

    if (!expr->type->is_optional)
        value.guard = value.whole = (struct c_expr){0};
    return value;
}

static struct c_value c_literal(struct gen *gen, struct str text)
{
    return c_scalar(TYPE_STRING,
                    c_make(gen, C_POSTFIX, "%s", emit_quote(gen->arena, text)));
}

static struct c_value c_run_text(struct gen *gen, const char *function)
{
    return c_scalar(TYPE_STRING, c_make(gen, C_POSTFIX, "%s(run)", function));
}

static struct c_value c_parameter(struct gen *gen, const struct expr *expr)
{
    const struct type_field *field = expr->binding.field;

    return c_stored(
        gen, field->type,
        c_make(gen, C_POSTFIX, "%s.%s", gen_trigger(gen), gen_member(gen, field)));
}

/* The item of a forEach that this place is in. */
static struct c_value c_item_value(struct gen *gen, const struct step *for_each)
{
    const struct type *array = gen->inputs[for_each->index]->fields->type;

    return c_stored(
        gen, array->items,
        c_make(gen, C_POSTFIX, "%s->value", gen_item(gen, for_each->block)));
}

static struct c_value c_bound(struct gen *gen, const struct expr *expr)
{
    const struct workflow *workflow = gen->workflow;
    const struct binding *binding = &expr->binding;
    const char *step = binding->step ? gen_step_info_at(gen, binding->step) : "";

    switch (binding->kind) {
    case BIND_PARAMETER: return c_parameter(gen, expr);
    case BIND_OUTPUT: return c_output(gen, expr);
    case BIND_STEP_STATUS:
        return c_set(expr->type,
                     c_make(gen, C_POSTFIX, "kad_step_status(run, %s)", step));
    case BIND_STEP_ATTEMPTS:
        return c_set(expr->type,
                     c_make(gen, C_POSTFIX, "kad_step_attempts(run, %s)", step));
    case BIND_STEP_ERROR:
        return c_failure(gen, expr,
                         c_make(gen, C_POSTFIX, "kad_step_error(run, %s)", step));
    case BIND_WORKFLOW_ID: return c_literal(gen, workflow->id.text);
    case BIND_WORKFLOW_NAME: return c_literal(gen, workflow->name);
    case BIND_WORKFLOW_VERSION: return c_literal(gen, workflow->version);
    case BIND_WORKFLOW_STATUS: return c_run_text(gen, "kad_workflow_status");
    case BIND_WORKFLOW_ERROR:
        return c_failure(gen, expr, c_make(gen, C_POSTFIX, "kad_workflow_error(run)"));
    case BIND_EXECUTION_ID: return c_run_text(gen, "kad_execution_id");
    case BIND_EXECUTION_STARTED_AT: return c_run_text(gen, "kad_execution_started_at");
    case BIND_ENV:
        return c_stored(gen, expr->type,
                        c_make(gen, C_POSTFIX, "kad_env(run, %s)",
                               emit_quote(gen->arena, binding->name)));
    case BIND_SECRET:
        return c_set(expr->type, c_make(gen, C_POSTFIX, "kad_secret(run, %s)",
                                        emit_quote(gen->arena, binding->name)));
    case BIND_ITEM: return c_item_value(gen, binding->step);
    case BIND_INDEX:
        return c_scalar(TYPE_INTEGER, c_make(gen, C_POSTFIX, "%s->index",
                                             gen_item(gen, binding->step->block)));
    case BIND_NONE:
    case BIND_REQUEST_BODY: /* these stand in triggers only */
    case BIND_REQUEST_HEADER:
    case BIND_REQUEST_QUERY:
    case BIND_EVENT_TYPE:
    case BIND_EVENT_SOURCE:
    case BIND_EVENT_DATA:
    case BIND_WATCH_PATH:
    case BIND_WATCH_PATHS: break;
    }
    abort(); /* expr_bind.c binds no others */
}

/* ---- Fields and items ------------------------------------------------------------ */

static struct c_value c_json_field(struct gen *gen, const struct expr *expr,
                                   struct c_value base)
{
    const bool is_optional = base.guard.text || expr->type->is_optional;
    const struct type *any = type_simple(TYPE_ANY);
    const struct c_expr call =
        c_make(gen, C_POSTFIX, "kad_json_%s(run, %s, %s)", is_optional ? "find" : "get",
               c_optional(gen, base).text, emit_quote(gen->arena, expr->text));

    return c_stored(gen, is_optional ? type_optional(gen->kept, any) : any, call);
}

static struct c_value c_field(struct gen *gen, const struct expr *expr)
{
    const struct c_value base = c_node(gen, expr->left);
    const struct type_field *field;
    struct c_expr member;

    if (c_shape(base.type) == SHAPE_JSON)
        return c_json_field(gen, expr, base);
    field = type_field_find(base.type, expr->text);
    if (base.pointer.text && base.value.level == C_PREFIX)
        member = c_make(gen, C_POSTFIX, "%s->%s", c_at(gen, base.pointer, C_POSTFIX),
                        gen_member(gen, field));
    else
        member = c_make(gen, C_POSTFIX, "%s.%s", c_at(gen, base.value, C_POSTFIX),
                        gen_member(gen, field));
    return c_guarded(gen, base.guard, c_stored(gen, field->type, member));
}

/* The runtime's function for items of this C type, or NULL. */
static const char *item_function(const struct type *item)
{
    switch (c_shape(item)) {
    case SHAPE_TEXT: return "kad_strings_at";
    case SHAPE_INTEGER:
        return item->is_optional ? "kad_sparse_integers_at" : "kad_integers_at";
    case SHAPE_NUMBER:
        return item->is_optional ? "kad_sparse_numbers_at" : "kad_numbers_at";
    case SHAPE_BOOLEAN:
        return item->is_optional ? "kad_sparse_booleans_at" : "kad_booleans_at";
    default: return NULL;
    }
}

struct c_value c_item(struct gen *gen, struct c_value array, const char *index)
{
    const struct type *item = array.type->items;
    const char *function = item_function(item);
    const char *text = c_at(gen, array.value, C_POSTFIX);
    struct c_expr guard;

    if (array.whole.text) /* an unset array counts no items */
        array.guard = (struct c_expr){0};
    if (function)
        return c_stored(gen, type_optional(gen->kept, item),
                        c_make(gen, C_POSTFIX, "%s(%s, %s)", function,
                               c_optional(gen, array).text, index));
    guard = c_make(gen, C_POSTFIX, "kad_has_index(%s.count, %s)", text, index);
    return c_guarded(
        gen, array.guard,
        c_guarded(
            gen, guard,
            c_stored(gen, item, c_make(gen, C_POSTFIX, "%s.items[%s]", text, index))));
}

static struct c_value c_index(struct gen *gen, const struct expr *expr)
{
    const struct c_value base = c_node(gen, expr->left);
    const char *index = c_wanted(gen, expr->right, type_simple(TYPE_INTEGER)).text;

    if (c_shape(base.type) != SHAPE_JSON)
        return c_item(gen, base, index);
    return c_stored(gen, type_optional(gen->kept, type_simple(TYPE_ANY)),
                    c_make(gen, C_POSTFIX, "kad_json_at(run, %s, %s)",
                           c_optional(gen, base).text, index));
}

/* ---- Choices --------------------------------------------------------------------- */

struct c_expr c_condition(struct gen *gen, const struct expr *expr)
{
    return c_wanted(gen, expr, type_simple(TYPE_BOOLEAN));
}

struct c_expr c_select(struct gen *gen, struct c_expr condition, struct c_expr yes,
                       struct c_expr no)
{
    return c_make(gen, C_CHOICE, "%s ? %s : %s", c_at(gen, condition, C_OR), yes.text,
                  c_at(gen, no, C_OR));
}

struct c_expr c_not(struct gen *gen, struct c_expr operand)
{
    return c_make(gen, C_COMPARISON, "!%s", c_at(gen, operand, C_POSTFIX));
}

static struct c_expr c_and(struct gen *gen, struct c_expr a, struct c_expr b)
{
    return c_make(gen, C_AND, "%s && %s", c_at(gen, a, C_COMPARISON),
                  c_at(gen, b, C_COMPARISON));
}

static struct c_expr c_or(struct gen *gen, struct c_expr a, struct c_expr b)
{
    return c_make(gen, C_OR, "%s || %s", c_at(gen, a, C_COMPARISON),
                  c_at(gen, b, C_COMPARISON));
}

/* Whether the chosen one of two values is set, one of which may be unset. */
static struct c_expr selected_guard(struct gen *gen, struct c_expr condition,
                                    struct c_value yes, struct c_value no)
{
    const bool no_is_null = no.type->kind == TYPE_NULL;
    const struct c_expr otherwise = c_not(gen, condition);

    if (yes.type->kind == TYPE_NULL)
        return no.guard.text ? c_and(gen, otherwise, no.guard) : otherwise;
    if (no_is_null)
        return yes.guard.text ? c_and(gen, condition, yes.guard) : condition;
    if (!yes.guard.text)
        return c_or(gen, condition, no.guard);
    if (!no.guard.text)
        return c_or(gen, otherwise, yes.guard);
    return c_or(gen, c_and(gen, condition, yes.guard), c_and(gen, otherwise, no.guard));
}

static struct c_expr address_of(struct gen *gen, struct c_value value,
                                const struct type *type)
{
    if (value.type->kind == TYPE_NULL)
        return c_make(gen, C_POSTFIX, "NULL");
    return c_make(gen, C_PREFIX, "%s", c_address(gen, c_retyped(gen, value, type)));
}

/* One of two values. A pointer to an object says itself whether it is set; but
 * compilers warn where it is tested and one side is an address, so that the guards
 * are chosen, too. */
static struct c_value c_selected(struct gen *gen, struct c_expr condition,
                                 struct c_value yes, struct c_value no,
                                 const struct type *type)
{
    const struct c_expr whole =
        c_select(gen, condition, c_convert(gen, yes, type), c_convert(gen, no, type));
    struct c_value value;

    if (!type->is_optional)
        return c_set(type, whole);
    value = c_stored(gen, type, whole);
    if (c_shape(type) == SHAPE_ARRAY)
        value.pointer = (struct c_expr){0}; /* it is no lvalue */
    if (c_shape(type) != SHAPE_OBJECT)
        return value;
    value.guard = selected_guard(gen, condition, yes, no);
    value.pointer =
        c_select(gen, condition, address_of(gen, yes, type), address_of(gen, no, type));
    value.value = c_make(gen, C_PREFIX, "*%s", c_at(gen, value.pointer, C_POSTFIX));
    return value;
}

static bool may_be_unset(struct c_value value)
{
    return value.guard.text || value.type->kind == TYPE_NULL;
}

const struct type *c_optional_if(struct gen *gen, const struct type *type, bool is)
{
    return is ? type_optional(gen->kept, type) : type;
}

static struct c_value c_choice(struct gen *gen, const struct expr *expr)
{
    const struct c_value yes = c_node(gen, expr->args[1]);
    const struct c_value no = c_node(gen, expr->args[2]);
    const struct type *type =
        c_optional_if(gen, expr->type, may_be_unset(yes) || may_be_unset(no));

    return c_selected(gen, c_condition(gen, expr->args[0]), yes, no, type);
}

static struct c_value c_coalesce(struct gen *gen, const struct expr *expr)
{
    struct c_value left = c_node(gen, expr->left);
    const struct c_value right = c_node(gen, expr->right);
    const struct type *type =
        c_optional_if(gen, type_required(gen->kept, expr->type), may_be_unset(right));
    const struct c_expr guard = left.guard;

    if (left.type->kind == TYPE_NULL)
        return right;
    if (!guard.text)
        return left;
    /* Under its own condition it is set. */
    left.guard = left.whole = (struct c_expr){0};
    return c_selected(gen, guard, left, right, type);
}

/* ---- Nodes ----------------------------------------------------------------------- */

struct c_value c_node(struct gen *gen, const struct expr *expr)
{
    if (expr->binding.kind != BIND_NONE)
        return c_bound(gen, expr);
    switch (expr->kind) {
    case EXPR_TEXT: return c_literal(gen, expr->text);
    case EXPR_INTEGER: return c_set(expr->type, c_integer(gen, expr->integer));
    case EXPR_NUMBER: return c_set(expr->type, c_number(gen, expr->number));
    case EXPR_BOOLEAN:
        return c_set(expr->type,
                     c_make(gen, C_POSTFIX, expr->boolean ? "true" : "false"));
    case EXPR_NULL: return c_set(expr->type, c_make(gen, C_POSTFIX, "NULL"));
    case EXPR_LIST: return c_list(gen, expr);
    case EXPR_FIELD: return c_field(gen, expr);
    case EXPR_INDEX: return c_index(gen, expr);
    case EXPR_NOT: return c_set(expr->type, c_not(gen, c_condition(gen, expr->left)));
    case EXPR_NEGATE: return c_negate(gen, expr);
    case EXPR_BINARY:
        return expr->op == OP_COALESCE ? c_coalesce(gen, expr) : c_binary(gen, expr);
    case EXPR_CHOICE: return c_choice(gen, expr);
    case EXPR_CALL: return c_call(gen, expr);
    case EXPR_NAME:
    case EXPR_BROKEN: break;
    }
    abort(); /* nothing is generated where there are errors */
}

struct c_expr c_wanted(struct gen *gen, const struct expr *expr,
                       const struct type *wanted)
{
    if (expr->kind == EXPR_LIST && c_shape(wanted) == SHAPE_ARRAY)
        return list_of(gen, expr, wanted);
    return c_convert(gen, c_node(gen, expr), wanted);
}

struct str gen_expr(struct gen *gen, const struct expr *expr)
{
    const struct c_value value = c_node(gen, expr);

    return str_of(
        c_convert(gen, value, c_optional_if(gen, expr->type, may_be_unset(value)))
            .text);
}

/* `least`: in parentheses if it binds less. */
static struct str condition_at(struct gen *gen, const struct template *condition,
                               enum c_level least)
{
    const struct expr *expr = template_lone(condition);
    bool value = false;

    if (expr)
        return str_of(c_at(gen, c_condition(gen, expr), least));
    node_is_boolean(condition->node, &value);
    return value ? S("true") : S("false");
}

struct str gen_condition(struct gen *gen, const struct template *condition)
{
    return condition_at(gen, condition, C_CHOICE);
}

struct str gen_condition_of_choice(struct gen *gen, const struct template *condition)
{
    return condition_at(gen, condition, C_OR);
}
