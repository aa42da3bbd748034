/* expr_trigger.c: what a request, an event or changed files bring, where a trigger reads it.
 *
 *     request.body...   request.headers.N   request.query.N        in a webhook
 *     event.data...     event.type          event.source           in an event
 *     watch.path        watch.paths                                in a watch
 *
 * Elsewhere these names mean nothing: 0216. Bodies and data are JSON that comes from outside:
 * its shape is looked at when it comes. */
#include "expr_check.h"
#include "model.h"

struct received_field {
    struct str root, field;
    enum binding_kind binding;
    bool has_names; /* what is bound is a field of it */
};

static const struct received_field fields[] = {
    {{"request", 7}, {"body", 4}, BIND_REQUEST_BODY, false},
    {{"request", 7}, {"headers", 7}, BIND_REQUEST_HEADER, true},
    {{"request", 7}, {"query", 5}, BIND_REQUEST_QUERY, true},
    {{"event", 5}, {"type", 4}, BIND_EVENT_TYPE, false},
    {{"event", 5}, {"source", 6}, BIND_EVENT_SOURCE, false},
    {{"event", 5}, {"data", 4}, BIND_EVENT_DATA, false},
    {{"watch", 5}, {"path", 4}, BIND_WATCH_PATH, false},
    {{"watch", 5}, {"paths", 5}, BIND_WATCH_PATHS, false},
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

/* ---- Roots ----------------------------------------------------------------------- */

bool is_trigger_root(struct str name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (str_equal(name, fields[i].root))
            return true;
    return false;
}

struct str own_trigger_root(const struct scope *scope)
{
    switch (scope->trigger ? scope->trigger->kind : TRIGGER_UNKNOWN) {
    case TRIGGER_WEBHOOK: return S("request");
    case TRIGGER_EVENT: return S("event");
    case TRIGGER_WATCH: return S("watch");
    case TRIGGER_UNKNOWN:
    case TRIGGER_CLI:
    case TRIGGER_SCHEDULE: break;
    }
    return (struct str){0};
}

bool is_own_trigger_root(const struct scope *scope, struct str name)
{
    const struct str own = own_trigger_root(scope);

    return own.p && str_equal(name, own);
}

void report_trigger_root(const struct scope *scope, const struct expr *name)
{
    const char *kind = str_is(name->text, "request") ? "webhook"
                       : str_is(name->text, "event") ? "event"
                                                     : "watch";

    diag_report(scope->diags, name->span, KAD0216,
                "`%.*s` means something only in a trigger of type `%s`",
                STR(name->text), kind);
    diag_subject(scope->diags, "name `%.*s`", STR(name->text));
    if (!scope->trigger)
        diag_help(
            scope->diags,
            "a parameter brings it: `from: \"{{ %.*s... }}\"` there, `trigger.NAME` "
            "here",
            STR(name->text));
}

/* ---- Fields ---------------------------------------------------------------------- */

static const struct received_field *field_of(struct str root, struct str name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (str_equal(root, fields[i].root) && str_equal(name, fields[i].field))
            return &fields[i];
    return NULL;
}

/* The field of ROOT.FIELD; NULL: there is none, reported. */
static const struct received_field *resolve(const struct scope *scope,
                                            const struct expr *expr)
{
    const struct received_field *found = field_of(expr->left->text, expr->text);
    struct str items[FIELD_COUNT];
    struct names names = {items, 0};

    if (found)
        return found;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (str_equal(expr->left->text, fields[i].root))
            items[names.count++] = fields[i].field;
    diag_report(scope->diags, expr->name_span, KAD0217, "`%.*s` has no field `%.*s`",
                STR(expr->left->text), STR(expr->text));
    diag_subject(scope->diags, "field `%.*s` of `%.*s`", STR(expr->text),
                 STR(expr->left->text));
    return field_of(expr->left->text, bind_suggest(scope, expr, names));
}

static const struct type *type_of(const struct scope *scope, enum binding_kind binding)
{
    const struct type *text = type_simple(TYPE_STRING);

    switch (binding) {
    case BIND_EVENT_SOURCE:
    case BIND_REQUEST_HEADER:
    case BIND_REQUEST_QUERY: return type_optional(scope->arena, text);
    case BIND_REQUEST_BODY:
    case BIND_EVENT_DATA: return type_simple(TYPE_ANY);
    case BIND_WATCH_PATHS: return type_array_of(scope->arena, text);
    default: return text;
    }
}

static bool is_root_field(const struct scope *scope, const struct expr *expr)
{
    return expr->kind == EXPR_FIELD && expr->left->kind == EXPR_NAME &&
           is_own_trigger_root(scope, expr->left->text);
}

const struct type *bind_trigger_field(const struct scope *scope, struct expr *expr,
                                      bool *is_bound)
{
    struct expr *path = is_root_field(scope, expr) ? expr : expr->left;
    const struct received_field *field;

    *is_bound =
        is_root_field(scope, path) &&
        (path == expr || str_is(path->text, "headers") || str_is(path->text, "query"));
    if (!*is_bound)
        return NULL;
    path->left->type = type_poison();
    field = resolve(scope, path);
    path->type = type_poison();
    if (field && field->has_names && path == expr)
        return str_equal(expr->text, field->field)
                   ? bind_incomplete(scope, expr, "one of them")
                   : type_poison();
    if (!field)
        return type_poison();
    expr->binding = (struct binding){.kind = field->binding, .name = expr->text};
    return type_of(scope, field->binding);
}

bool is_received_json(const struct expr *path)
{
    while ((path->kind == EXPR_FIELD || path->kind == EXPR_INDEX) &&
           path->binding.kind == BIND_NONE)
        path = path->left;
    return path->binding.kind == BIND_REQUEST_BODY ||
           path->binding.kind == BIND_EVENT_DATA;
}
