/* expr_bind.c: what the names in expressions stand for: 0205, 0209, 0216, 0217, 0513, 0514,
 * 0906; those of steps are expr_step.c's, those of triggers expr_trigger.c's.
 *
 * A path that starts at a root (`trigger.P`, `steps.S.outputs.O`) is bound on the
 * node that names the thing itself; fields behind it are fields of a value. A
 * misspelt name with one near candidate is reported and then taken as meant. */
#include <ctype.h>
#include <string.h>

#include "base/vec.h"
#include "blocks.h"
#include "expr_check.h"
#include "keys.h"
#include "model.h"
#include "table.h"

/* A root, or a fixed field of one. */
struct root_field {
    const char *root;
    const char *field;
    enum binding_kind binding;
    enum type_kind type; /* BIND_WORKFLOW_STATUS and _ERROR have types of their own */
};

static const struct root_field root_fields[] = {
    {"workflow", "id", BIND_WORKFLOW_ID, TYPE_STRING},
    {"workflow", "name", BIND_WORKFLOW_NAME, TYPE_STRING},
    {"workflow", "version", BIND_WORKFLOW_VERSION, TYPE_STRING},
    {"workflow", "status", BIND_WORKFLOW_STATUS, TYPE_STRING},
    {"workflow", "error", BIND_WORKFLOW_ERROR, TYPE_OBJECT},
    {"execution", "id", BIND_EXECUTION_ID, TYPE_STRING},
    {"execution", "startedAt", BIND_EXECUTION_STARTED_AT, TYPE_STRING},
};

enum { ROOT_FIELD_COUNT = sizeof(root_fields) / sizeof(root_fields[0]) };

static const struct str roots[] = {
    {"trigger", 7},   {"steps", 5}, {"workflow", 8},
    {"execution", 9}, {"env", 3},   {"secrets", 7},
};

enum { ROOT_COUNT = sizeof(roots) / sizeof(roots[0]) };

/* ---- Did you mean ---------------------------------------------------------------- */

/* Made once for each type. */
struct field_names {
    const struct type *object;
    struct names names;
};

static struct str object_key(const struct type *const *object)
{
    return (struct str){(const char *)object, sizeof(*object)};
}

static struct names field_names(const struct scope *scope, const struct type *object)
{
    struct table *known = &scope->workflow->field_names;
    struct field_names *entry = table_find(known, object_key(&object));
    struct str *names;

    if (entry)
        return entry->names;
    names = arena_array(scope->arena, struct str, object->field_count);
    for (size_t i = 0; i < object->field_count; i++)
        names[i] = object->fields[i].name;
    entry = arena_new(scope->arena, struct field_names);
    *entry = (struct field_names){object, {names, object->field_count}};
    if (!known->arena)
        table_init(known, scope->arena);
    table_add(known, object_key(&entry->object), entry);
    return entry->names;
}

/* After a report about `expr`'s name: suggestions; returns the one that is meant, or an
 * absent name. */
struct str bind_suggest(const struct scope *scope, const struct expr *expr,
                        struct names names)
{
    const struct nearest nearest = diag_nearest(scope->diags, expr->text, names);
    const char *minus =
        expr->text.len ? memchr(expr->text.p, '-', expr->text.len) : NULL;

    diag_suggest(scope->diags, expr->name_span, expr->text, names, &nearest);
    if (nearest.count == 1)
        return names.items[nearest.shown[0]];
    for (size_t i = 0; minus && i < names.count; i++)
        if (str_equal(str_part(expr->text, 0, (size_t)(minus - expr->text.p)),
                      names.items[i]))
            diag_help(scope->diags, "a minus needs white space around it");
    return (struct str){0};
}

/* The field that is meant by a misspelt name. */
const struct type_field *bind_suggest_field(const struct scope *scope,
                                            const struct expr *expr,
                                            const struct type *object)
{
    const struct str meant = bind_suggest(scope, expr, field_names(scope, object));

    return meant.p ? type_field_find(object, meant) : NULL;
}

/* ---- Roots ----------------------------------------------------------------------- */

const struct type *bind_to(struct expr *expr, enum binding_kind kind,
                           const struct step *step, const struct type_field *field,
                           const struct type *type)
{
    expr->binding = (struct binding){
        .kind = kind, .step = step, .field = field, .name = expr->text};
    return type;
}

static const struct type *status_type(struct arena *arena)
{
    static const char *const names[] = {"completed", "failed"};

    return type_enum_of(arena, names, 2);
}

/* Where every path comes through a failure, there is an error. Where paths are in doubt,
 * that is not denied. */
static const struct type *workflow_error_type(const struct scope *scope)
{
    if (scope->step && !scope->is_recovered &&
        (scope->step->is_after_failure || !scope->step->is_reachable ||
         scope->workflow->has_doubtful_routes))
        return type_failure();
    return type_optional(scope->arena, type_failure());
}

/* Whether the name nearest to this one has been refused as none. */
static bool is_misnamed(const struct scope *scope, struct str name,
                        const struct type *object)
{
    const struct names names = field_names(scope, object);
    const struct nearest nearest = diag_nearest(scope->diags, name, names);

    return nearest.count == 1 && !name_is_identifier(names.items[nearest.shown[0]]);
}

/* What `trigger` has: in a trigger, its own parameters. NULL: nobody knows. */
static const struct type *parameters_of(const struct scope *scope)
{
    const struct trigger *trigger = scope->trigger;
    struct type *object;

    if (!scope->workflow->params || scope->workflow->params->kind != TYPE_OBJECT)
        return NULL;
    if (!trigger)
        return scope->workflow->params;
    object = arena_new(scope->arena, struct type);
    object->kind = TYPE_OBJECT;
    object->fields = trigger->params;
    object->field_count = trigger->param_count;
    return object;
}

static const struct type *bind_parameter(const struct scope *scope, struct expr *expr)
{
    const struct type *params = parameters_of(scope);
    const struct type_field *field;

    if (!params)
        return type_poison();
    field = type_field_find(params, expr->text);
    if (!field && is_misnamed(scope, expr->text, params))
        return type_poison();
    if (!field) {
        diag_report(scope->diags, expr->name_span, KAD0205,
                    "%s trigger has no parameter `%.*s`",
                    scope->trigger ? "this" : "the", STR(expr->text));
        diag_subject(scope->diags, "parameter `%.*s`", STR(expr->text));
        field = bind_suggest_field(scope, expr, params);
    }
    if (!field)
        return type_poison();
    return bind_to(expr, BIND_PARAMETER, NULL,
                   type_field_find(scope->workflow->params, field->name), field->type);
}

static const struct root_field *root_field_find(struct str root, struct str name)
{
    for (size_t i = 0; i < ROOT_FIELD_COUNT; i++)
        if (str_is(root, root_fields[i].root) && str_is(name, root_fields[i].field))
            return &root_fields[i];
    return NULL;
}

static const struct root_field *suggest_root_field(const struct scope *scope,
                                                   const struct expr *expr)
{
    VEC(struct str) names = {0};
    struct str meant;

    for (size_t i = 0; i < ROOT_FIELD_COUNT; i++)
        if (str_is(expr->left->text, root_fields[i].root))
            vec_push(scope->arena, &names, str_of(root_fields[i].field));
    meant = bind_suggest(scope, expr, (struct names){names.items, names.count});
    return root_field_find(expr->left->text, meant);
}

/* workflow.F, execution.F */
static const struct type *bind_fixed(const struct scope *scope, struct expr *expr)
{
    const struct root_field *fixed = root_field_find(expr->left->text, expr->text);

    if (!fixed) {
        diag_report(scope->diags, expr->name_span, KAD0217,
                    "`%.*s` has no field `%.*s`", STR(expr->left->text),
                    STR(expr->text));
        diag_subject(scope->diags, "field `%.*s` of `%.*s`", STR(expr->text),
                     STR(expr->left->text));
        fixed = suggest_root_field(scope, expr);
    }
    if (!fixed)
        return type_poison();
    bind_to(expr, fixed->binding, NULL, NULL, NULL);
    switch (fixed->binding) {
    case BIND_WORKFLOW_STATUS: return status_type(scope->arena);
    case BIND_WORKFLOW_ERROR: return workflow_error_type(scope);
    default: return type_simple(fixed->type);
    }
}

/* ---- Loop variables -------------------------------------------------------------- */

static const struct block *variable_of(const struct scope *scope,
                                       const struct expr *name, bool *is_index)
{
    return loop_variable_find(scope->step, name->text, is_index);
}

static bool is_variable(const struct scope *scope, const struct expr *name)
{
    bool is_index;

    return variable_of(scope, name, &is_index);
}

static const struct type *bind_variable(const struct scope *scope, struct expr *name)
{
    bool is_index;
    const struct block *block = variable_of(scope, name, &is_index);

    if (is_index)
        return bind_to(name, BIND_INDEX, block->step, NULL, type_simple(TYPE_INTEGER));
    return bind_to(name, BIND_ITEM, block->step, NULL,
                   block->item ? block->item : type_poison());
}

/* The roots, and the loop variables of the place. */
static struct names root_names(const struct scope *scope)
{
    VEC(struct str) names = {0};
    const struct block *block = scope->step ? scope->step->outer : NULL;
    bool has_index = false;

    for (size_t i = 0; i < ROOT_COUNT; i++)
        vec_push(scope->arena, &names, roots[i]);
    if (own_trigger_root(scope).p)
        vec_push(scope->arena, &names, own_trigger_root(scope));
    for (; block; block = block->step->outer) {
        if (block->step->kind != STEP_FOR_EACH)
            continue;
        vec_push(scope->arena, &names, block_item_name(block));
        if (!has_index)
            vec_push(scope->arena, &names, S("index"));
        has_index = true;
    }
    return (struct names){names.items, names.count};
}

/* Whether a loop around the place has a name for its item that could not be read: reported. */
static bool is_item_lost(const struct scope *scope)
{
    const struct block *block = scope->step ? scope->step->outer : NULL;

    for (; block; block = block->step->outer)
        if (!block->as.text.p && node_find(block->step->node, "as"))
            return true;
    return false;
}

/* Whether it is meant as such an item, whose name means something else. */
static bool is_lost_item(const struct scope *scope, struct str name)
{
    const struct block *block = scope->step ? scope->step->outer : NULL;
    const struct node *as;

    for (; block; block = block->step->outer) {
        as = node_find(block->step->node, "as");
        if (!block->as.text.p && as && str_equal(as->text, name))
            return true;
    }
    return false;
}

/* A loop variable outside of its loop. */
static void report_outside(const struct scope *scope, const struct expr *name,
                           const struct step *loop)
{
    diag_report(scope->diags, name->span, KAD0216,
                "`%.*s` means something only inside of a forEach", STR(name->text));
    diag_subject(scope->diags, "name `%.*s`", STR(name->text));
    diag_note(scope->diags, loop->id.span, "as in this one");
    if (scope->step == loop)
        diag_help(scope->diags, "the step itself runs once; its `steps` see the items");
}

/* The root that is meant by a name, after a report if there is none such. */
static struct str resolve_root(const struct scope *scope, struct expr *name)
{
    const struct step *loop;

    for (size_t i = 0; i < ROOT_COUNT; i++)
        if (str_equal(name->text, roots[i]))
            return roots[i];
    if (is_variable(scope, name) || is_own_trigger_root(scope, name->text))
        return name->text;
    name->name_span = name->span;
    loop = scope->workflow->loop_table
               ? table_find(scope->workflow->loop_table, name->text)
               : NULL;
    if (loop) {
        report_outside(scope, name, loop);
        return name->text = (struct str){0};
    }
    if (is_item_lost(scope))
        return name->text = (struct str){0};
    if (is_trigger_root(name->text)) {
        report_trigger_root(scope, name);
        return name->text = (struct str){0};
    }
    diag_report(scope->diags, name->span, KAD0216, "unknown name `%.*s`",
                STR(name->text));
    diag_subject(scope->diags, "name `%.*s`", STR(name->text));
    name->text = bind_suggest(scope, name, root_names(scope));
    if (!name->text.p)
        diag_help(scope->diags,
                  "expressions start with `trigger`, `steps`, `workflow`, "
                  "`execution`, `env` or `secrets`; text stands in quotes");
    return name->text;
}

/* The same for the root of a path, before anything behind it is looked at. False: nobody
 * knows what it is, and all of the path is poison. */
static bool resolve_path_root(const struct scope *scope, struct expr *path)
{
    struct expr *root = path;

    while (root->kind == EXPR_FIELD)
        root = root->left;
    if (root->kind != EXPR_NAME ||
        (!is_lost_item(scope, root->text) && resolve_root(scope, root).p))
        return true;
    for (struct expr *at = path; at != root; at = at->left)
        at->left->type = type_poison();
    return false;
}

/* A path that stops too early: `steps`, `steps.S`, `steps.S.outputs`. */
const struct type *bind_incomplete(const struct scope *scope, const struct expr *expr,
                                   const char *missing)
{
    const struct str path = expr_source(expr);

    diag_report(scope->diags, expr->span, KAD0217, "`%.*s` is not a value", STR(path));
    diag_help(scope->diags, "name %s: `%.*s.%s`", missing, STR(path), "NAME");
    return type_poison();
}

const struct type *bind_name(const struct scope *scope, struct expr *expr)
{
    struct str root = {0};

    if (!is_lost_item(scope, expr->text))
        root = resolve_root(scope, expr);
    if (!root.p)
        return type_poison();
    if (is_variable(scope, expr))
        return bind_variable(scope, expr);
    return bind_incomplete(scope, expr,
                           str_is(root, "steps") ? "a step" : "one of its fields");
}

/* ---- Secrets --------------------------------------------------------------------- */

/* As an environment variable has it: KAD_SECRET_NAME. */
static bool is_secret_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.p[i]) && name.p[i] != '_')
            return false;
    return name.len > 0 && !isdigit((unsigned char)name.p[0]);
}

static const struct type *bind_secret(const struct scope *scope, struct expr *expr)
{
    static const struct type secret = {.kind = TYPE_STRING, .is_secret = true};

    if (is_secret_name(expr->text))
        return bind_to(expr, BIND_SECRET, NULL, NULL, &secret);
    diag_report(scope->diags, expr->name_span, KAD0209,
                "`%.*s` can't be the name of a secret", STR(expr->text));
    diag_help(scope->diags,
              "letters, digits and `_`: the value comes from the variable "
              "KAD_SECRET_NAME or from .kad/secrets");
    return type_poison();
}

/* env.N: what is named as a secret is one. */
static const struct type *bind_env(const struct scope *scope, struct expr *expr)
{
    const struct str prefix = S("KAD_SECRET_");

    if (!str_starts_with(expr->text, prefix))
        return bind_to(expr, BIND_ENV, NULL, NULL,
                       type_optional(scope->arena, type_simple(TYPE_STRING)));
    diag_report(scope->diags, expr->span, KAD0906,
                "`env.%.*s` is a secret, and variables are stored", STR(expr->text));
    diag_help(scope->diags, "read it as `secrets.%.*s`",
              STR(str_part(expr->text, prefix.len, expr->text.len)));
    return type_poison();
}

/* ROOT.FIELD */
static const struct type *bind_root_field(const struct scope *scope, struct expr *expr)
{
    const struct str root = expr->left->text;

    expr->left->type = type_poison();
    if (str_is(root, "trigger"))
        return bind_parameter(scope, expr);
    if (str_is(root, "env"))
        return bind_env(scope, expr);
    if (str_is(root, "secrets"))
        return bind_secret(scope, expr);
    if (str_is(root, "steps"))
        return bind_incomplete(scope, expr, "what of the step");
    return bind_fixed(scope, expr);
}

/* ---- Fields of values ------------------------------------------------------------ */

static bool is_untyped(const struct type *type)
{
    return type->kind == TYPE_ANY || (type->kind == TYPE_OBJECT && type->is_opaque);
}

/* A field of JSON whose shape nobody has declared: warned of once in a path. */
static const struct type *access_untyped(const struct scope *scope,
                                         const struct expr *expr)
{
    const struct expr *left = expr->left;
    const struct str path = expr_source(left);
    const bool is_warned = (left->kind == EXPR_FIELD || left->kind == EXPR_INDEX) &&
                           left->left->type && is_untyped(left->left->type);

    if (!is_warned && !scope->workflow->has_gaps &&
        !is_received_json(left)) { /* what is lost may have said it */
        diag_report(scope->diags, expr->name_span, KAD0513,
                    "nothing says that `%.*s` has a field `%.*s`", STR(path),
                    STR(expr->text));
        diag_subject(scope->diags, "fields of `%.*s`", STR(path));
        diag_help(scope->diags,
                  "declare its `properties`, so that this can be checked");
    }
    return type_simple(TYPE_ANY);
}

static const struct type *access_object(const struct scope *scope,
                                        const struct expr *expr,
                                        const struct type *object)
{
    const struct type_field *field = type_field_find(object, expr->text);
    const struct str path = expr_source(expr->left);

    if (!field) {
        diag_report(scope->diags, expr->name_span, KAD0217,
                    "`%.*s` has no field `%.*s`", STR(path), STR(expr->text));
        diag_subject(scope->diags, "field `%.*s` of `%.*s`", STR(expr->text),
                     STR(path));
        field = bind_suggest_field(scope, expr, object);
    }
    return field ? field->type : type_poison();
}

static const struct type *refuse_access(const struct scope *scope,
                                        const struct expr *expr,
                                        const struct type *type)
{
    const struct str path = expr_source(expr->left);
    const bool is_array = type->kind == TYPE_ARRAY;
    const struct str name = type_text(scope->arena, type);

    diag_report(scope->diags, expr->name_span, is_array ? KAD0514 : KAD0217,
                "`%.*s` is of type %.*s, which has no fields", STR(path), STR(name));
    diag_subject(scope->diags, "fields of `%.*s`", STR(path));
    if (is_array)
        diag_help(scope->diags, "take an item: `%.*s[0].%.*s`", STR(path),
                  STR(expr->text));
    return type_poison();
}

static const struct type *access_field(const struct scope *scope,
                                       const struct expr *expr)
{
    const struct type *base = expr->left->type;
    const struct type *type;

    if (base->kind == TYPE_POISON)
        return type_poison();
    if (is_untyped(base))
        type = access_untyped(scope, expr);
    else if (base->kind == TYPE_OBJECT)
        type = access_object(scope, expr, base);
    else
        type = refuse_access(scope, expr, base);
    if (base->is_optional || (is_untyped(base) && expr->is_guarded))
        type = type_optional(scope->arena, type);
    return type;
}

const struct type *bind_field(const struct scope *scope, struct expr *expr)
{
    struct expr *left = expr->left;
    const struct step *step = NULL;
    const struct type *received;
    bool is_outputs = false, is_bound;

    if (!resolve_path_root(scope, expr))
        return type_poison();
    received = bind_trigger_field(scope, expr, &is_bound);
    if (is_bound)
        return received;
    if (left->kind == EXPR_NAME && is_variable(scope, left)) {
        left->type = bind_variable(scope, left);
        return access_field(scope, expr);
    }
    if (left->kind == EXPR_NAME)
        return bind_root_field(scope, expr);
    if (is_step_path(left)) {
        const struct type *type = bind_step_member(scope, expr, &step, &is_outputs);

        return is_outputs ? bind_incomplete(scope, expr, "one of the outputs") : type;
    }
    if (left->kind == EXPR_FIELD && is_step_path(left->left)) {
        left->type = bind_step_member(scope, left, &step, &is_outputs);
        if (is_outputs)
            return bind_output(scope, expr, step);
        return access_field(scope, expr);
    }
    expr_check(scope, left);
    return access_field(scope, expr);
}
