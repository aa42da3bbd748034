/* triggers.c: where triggers have the values of parameters from, and what they start for.
 *
 *     from    reads what has come: request (webhook), event, watch
 *     value   reads env, secrets and what the workflow is (schedule)
 *     filter  reads the trigger's own parameters, and event
 *     secret  is `{{ secrets.NAME }}`
 *
 * In: the parameters' types. Out: types of these expressions, and findings: 0105, 0114, 0610,
 * 0906, 0907, and what value_check.c and expr_check.c say. What comes from outside is JSON,
 * whose shape is looked at when it comes; headers and query are text, from which a scalar is
 * made. */
#include "passes.h"
#include "value_check.h"

struct triggers {
    struct program *program;
    struct workflow *workflow;
    const struct trigger *trigger;
    struct scope scope;
};

/* ---- What may be read ---------------------------------------------------------------- */

struct reading {
    const struct triggers *triggers;
    const char *place; /* "`from`" */
    bool (*is_known)(enum binding_kind kind);
    const char *help;
};

static bool is_constant(enum binding_kind kind)
{
    return kind == BIND_NONE || kind == BIND_WORKFLOW_ID ||
           kind == BIND_WORKFLOW_NAME || kind == BIND_WORKFLOW_VERSION;
}

static bool is_event(enum binding_kind kind)
{
    return kind == BIND_EVENT_TYPE || kind == BIND_EVENT_SOURCE ||
           kind == BIND_EVENT_DATA;
}

static bool is_received(enum binding_kind kind)
{
    return is_event(kind) || kind == BIND_REQUEST_BODY || kind == BIND_REQUEST_HEADER ||
           kind == BIND_REQUEST_QUERY || kind == BIND_WATCH_PATH ||
           kind == BIND_WATCH_PATHS || is_constant(kind);
}

static bool is_filterable(enum binding_kind kind)
{
    return is_event(kind) || kind == BIND_PARAMETER || is_constant(kind);
}

static bool is_schedulable(enum binding_kind kind)
{
    return kind == BIND_ENV || kind == BIND_SECRET || is_constant(kind);
}

static void binding_check(struct expr *expr, void *context)
{
    const struct reading *reading = context;
    struct diags *diags = reading->triggers->program->diags;
    if (reading->is_known(expr->binding.kind))
        return;
    diag_report(diags, expr->span, KAD0610, "`%.*s` is not known in %s",
                STR(span_text(expr->span)), reading->place);
    diag_help(diags, "%s", reading->help);
}

static void reading_check(const struct triggers *triggers, const char *place,
                          bool (*is_known)(enum binding_kind), const char *help,
                          struct template *value)
{
    struct reading reading = {triggers, place, is_known, help};
    template_each_binding(value, binding_check, &reading);
}

/* ---- Parameters that are received ---------------------------------------------------- */

static const char *const received_helps[] = {
    [TRIGGER_WEBHOOK] =
        "it reads `request.body`, `request.headers.NAME` and `request.query.NAME`",
    [TRIGGER_EVENT] = "it reads `event.data`, `event.type` and `event.source`",
    [TRIGGER_WATCH] = "it reads `watch.path` and `watch.paths`",
};

static const char *const received_examples[] = {
    [TRIGGER_WEBHOOK] = "request.body.NAME",
    [TRIGGER_EVENT] = "event.data.NAME",
    [TRIGGER_WATCH] = "watch.path",
};

static struct value_place place_of(const struct triggers *triggers,
                                   const struct type_field *param)
{
    struct program *program = triggers->program;
    return (struct value_place){
        .program = program,
        .scope = &triggers->scope,
        .what = str_printf(program->arena, "parameter `%.*s`", STR(param->name)),
        .declared = param->name_span,
    };
}

/* `request.headers.NAME` or `request.query.NAME` alone. */
static bool is_plain_text(const struct triggers *triggers, const struct template *from)
{
    const struct expr *expr = template_lone(from);
    const struct expr *left = expr && expr->kind == EXPR_FIELD ? expr->left : NULL;
    return triggers->trigger->kind == TRIGGER_WEBHOOK && left &&
           left->kind == EXPR_FIELD && left->left->kind == EXPR_NAME &&
           str_is(left->left->text, "request") &&
           (str_is(left->text, "headers") || str_is(left->text, "query"));
}

/* 0503: what no text can become. */
static void conversion_check(const struct triggers *triggers, struct template *from,
                             const struct type_field *param)
{
    const enum type_kind kind = param->type->kind;
    struct diags *diags = triggers->program->diags;
    if (kind != TYPE_OBJECT && kind != TYPE_ARRAY)
        return;
    diag_report(diags, from->node->span, KAD0503,
                "parameter `%.*s`: expected %.*s, found text, which becomes no %s",
                STR(param->name), STR(type_text(triggers->program->arena, param->type)),
                type_kind_name(kind));
    diag_note(diags, param->name_span, "the parameter is declared here");
    diag_help(diags, "take it from `request.body`, which is JSON");
}

/* A request without a body has no fields in it. */
static void body_check(const struct triggers *triggers, struct span span,
                       const struct type_field *param)
{
    struct diags *diags = triggers->program->diags;
    if (!str_is(triggers->trigger->webhook.method, "GET"))
        return;
    diag_report(diags, span, KAD0610, "a GET request has no body");
    diag_subject(diags, "body of `%.*s`", STR(param->name));
    diag_help(diags, "take it from the query: `from: \"{{ request.query.%.*s }}\"`",
              STR(param->name));
}

struct body_reading {
    const struct triggers *triggers;
    const struct type_field *param;
};

static void body_binding_check(struct expr *expr, void *context)
{
    const struct body_reading *reading = context;
    if (expr->binding.kind == BIND_REQUEST_BODY)
        body_check(reading->triggers, expr->span, reading->param);
}

static void from_check(const struct triggers *triggers, struct template *from,
                       const struct type_field *param)
{
    const enum trigger_kind kind = triggers->trigger->kind;
    const struct value_place place = place_of(triggers, param);
    struct body_reading body = {triggers, param};
    struct value value = {.node = from->node, .scalar = from};
    if (from->is_literal) {
        diag_report(triggers->program->diags, from->node->span, KAD0114,
                    "`from` is no expression: nothing would be read");
        diag_help(triggers->program->diags,
                  "say where the value stands: `\"{{ %s }}\"`; for one that is always "
                  "the same there is `default`",
                  received_examples[kind]);
        return;
    }
    if (is_plain_text(triggers, from)) {
        template_check(&triggers->scope, from);
        conversion_check(triggers, from, param);
    } else {
        value_check(&place, &value, param->type);
    }
    reading_check(triggers, "`from`", is_received, received_helps[kind], from);
    if (kind == TRIGGER_WEBHOOK)
        template_each_binding(from, body_binding_check, &body);
}

/* Whether it needs no source. */
static bool is_free(const struct type_field *param)
{
    return param->default_value || param->type->is_optional ||
           param->type->kind == TYPE_POISON;
}

/* 0105 */
static void source_missing(const struct triggers *triggers,
                           const struct type_field *param, const char *key,
                           const char *help)
{
    struct diags *diags = triggers->program->diags;
    if (is_free(param) || triggers->workflow->has_gaps)
        return;
    diag_report(diags, param->name_span, KAD0105,
                "missing key `%s` in parameter `%.*s`", key, STR(param->name));
    diag_help(diags, "%s", help);
}

/* 0906: what comes from outside is written down. */
static void received_secret_check(const struct triggers *triggers,
                                  const struct type_field *param)
{
    static const char *const texts[] = {
        [TRIGGER_WEBHOOK] = "a webhook",
        [TRIGGER_EVENT] = "an event",
        [TRIGGER_WATCH] = "a watch",
    };
    struct diags *diags = triggers->program->diags;
    if (!type_holds_secret(param->type))
        return;
    diag_report(diags, param->name_span, KAD0906,
                "parameter `%.*s` is secret, and what %s brings is stored",
                STR(param->name), texts[triggers->trigger->kind]);
    diag_help(diags, "read it where it is used: `{{ secrets.NAME }}`");
}

static void received_check(const struct triggers *triggers, struct template *from,
                           const struct type_field *param)
{
    received_secret_check(triggers, param);
    if (from)
        from_check(triggers, from, param);
    else if (triggers->trigger->kind == TRIGGER_WATCH)
        source_missing(
            triggers, param, "from",
            "files have no fields: say what it is, by `from: \"{{ watch.path "
            "}}\"` or by `default`");
    else if (triggers->trigger->kind == TRIGGER_WEBHOOK && !is_free(param))
        body_check(triggers, param->name_span, param);
}

/* ---- Parameters of schedules --------------------------------------------------------- */

static void scheduled_values_read(const struct triggers *triggers, struct value *value)
{
    if (value->scalar)
        reading_check(triggers, "`value`", is_schedulable,
                      "it may read `env`, `secrets` and what the workflow is",
                      value->scalar);
    for (size_t i = 0; i < value->count; i++)
        scheduled_values_read(triggers, value->items[i]);
}

static void scheduled_check(const struct triggers *triggers, struct value *value,
                            const struct type_field *param)
{
    const struct value_place place = place_of(triggers, param);
    if (!value) {
        source_missing(triggers, param, "value",
                       "nobody is there to give it: say what it is each time, by "
                       "`value` or by `default`");
        return;
    }
    value_check(&place, value, param->type);
    scheduled_values_read(triggers, value);
}

/* ---- Filters and secrets ------------------------------------------------------------- */

static void filter_check(const struct triggers *triggers)
{
    struct template *filter = triggers->trigger->event.filter;
    if (!filter)
        return;
    condition_check(&triggers->scope, filter);
    reading_check(triggers, "`filter`", is_filterable,
                  "it reads `trigger`, `event.data`, `event.type` and `event.source`",
                  filter);
}

static void secret_check(const struct triggers *triggers)
{
    struct diags *diags = triggers->program->diags;
    struct template *secret = triggers->trigger->webhook.secret;
    const struct expr *expr = secret ? template_lone(secret) : NULL;
    if (!secret)
        return;
    const struct type *type = template_check(&triggers->scope, secret);
    if (secret->is_literal) {
        diag_report(diags, secret->node->span, KAD0907,
                    "the secret of the webhook stands in the file");
    } else if (!expr ||
               (type->kind != TYPE_POISON && expr->binding.kind != BIND_SECRET)) {
        diag_report(diags, secret->node->span, KAD0610,
                    "`secret` is the name of a secret, and nothing else");
    } else {
        return;
    }
    diag_help(diags, "name it: `\"{{ secrets.NAME }}\"`, from the variable "
                     "KAD_SECRET_NAME or from .kad/secrets");
}

/* ---- The triggers -------------------------------------------------------------------- */

static void param_check(const struct triggers *triggers, size_t i)
{
    const struct trigger *trigger = triggers->trigger;
    const struct param_source *source = &trigger->sources[i];
    switch (trigger->kind) {
    case TRIGGER_SCHEDULE:
        scheduled_check(triggers, source->value, &trigger->params[i]);
        return;
    case TRIGGER_WEBHOOK:
    case TRIGGER_EVENT:
    case TRIGGER_WATCH:
        received_check(triggers, source->from, &trigger->params[i]);
        return;
    case TRIGGER_UNKNOWN:
    case TRIGGER_CLI: return;
    }
}

void triggers_check(struct program *program, struct workflow *workflow)
{
    struct triggers triggers = {
        .program = program,
        .workflow = workflow,
        .scope = {.arena = program->arena,
                  .diags = program->diags,
                  .workflow = workflow},
    };
    for (size_t i = 0; i < workflow->trigger_count; i++) {
        triggers.trigger = triggers.scope.trigger = &workflow->triggers[i];
        for (size_t j = 0; j < workflow->triggers[i].param_count; j++)
            param_check(&triggers, j);
        filter_check(&triggers);
        secret_check(&triggers);
    }
}
