/* taint_params.c: parameters that bring text from outside.
 *
 * A webhook, an event and a watch may bring what they like, unless `from` says that it is
 * something else, or `filter` lets only one text through. A workflow that is called has what
 * its caller gives to it. */
#include "taint.h"

#include "table.h"

/* ---- The workflow's own triggers ----------------------------------------------------- */

static bool is_received(const struct expr *bound, void *context)
{
    (void)context;
    switch (bound->binding.kind) {
    case BIND_REQUEST_BODY:
    case BIND_REQUEST_HEADER:
    case BIND_REQUEST_QUERY:
    case BIND_EVENT_SOURCE:
    case BIND_EVENT_DATA:
    case BIND_WATCH_PATH:
    case BIND_WATCH_PATHS: return true;
    default: return false; /* the type of an event is its name */
    }
}

static bool is_parameter(const struct expr *expr, struct str name)
{
    return expr->binding.kind == BIND_PARAMETER &&
           str_equal(expr->binding.field->name, name);
}

/* Whether a condition holds only where the parameter is a certain text. */
static bool pins(const struct expr *condition, struct str name)
{
    if (condition->kind != EXPR_BINARY)
        return false;
    if (condition->op == OP_AND)
        return pins(condition->left, name) || pins(condition->right, name);
    return condition->op == OP_EQUAL && ((is_parameter(condition->left, name) &&
                                          condition->right->kind == EXPR_TEXT) ||
                                         (is_parameter(condition->right, name) &&
                                          condition->left->kind == EXPR_TEXT));
}

static bool is_from_outside(const struct trigger *trigger, size_t i)
{
    const struct template *from = trigger->sources[i].from;
    const struct template *filter = trigger->event.filter;
    const struct expr *condition = filter ? template_lone(filter) : NULL;
    if (!taint_holds_text(trigger->params[i].type) ||
        (condition && pins(condition, trigger->params[i].name)))
        return false;
    switch (trigger->kind) {
    case TRIGGER_WEBHOOK:
    case TRIGGER_EVENT: return !from || taint_text_find(from, is_received, NULL);
    case TRIGGER_WATCH: return from && taint_text_find(from, is_received, NULL);
    case TRIGGER_UNKNOWN:
    case TRIGGER_CLI:
    case TRIGGER_SCHEDULE: break;
    }
    return false;
}

static struct taint_param *params_of(struct arena *arena, struct workflow *workflow)
{
    if (!workflow->taint_params)
        workflow->taint_params =
            arena_array(arena, struct taint_param, workflow->params->field_count);
    return workflow->taint_params;
}

void taint_params_find(struct arena *arena, struct workflow *workflow)
{
    struct taint_param *params = params_of(arena, workflow);
    struct arena scratch = {0};
    struct table by_name;
    table_init(&by_name, &scratch);
    for (size_t i = 0; i < workflow->params->field_count; i++)
        table_add(&by_name, workflow->params->fields[i].name,
                  (void *)(uintptr_t)&workflow->params->fields[i]);
    for (size_t i = 0; i < workflow->trigger_count; i++) {
        const struct trigger *trigger = &workflow->triggers[i];
        for (size_t j = 0; j < trigger->param_count; j++) {
            const struct type_field *field =
                table_find(&by_name, trigger->params[j].name);
            if (!field || !is_from_outside(trigger, j))
                continue;
            struct taint_param *param = &params[field - workflow->params->fields];
            if (!param->trigger && !param->caller)
                *param = (struct taint_param){.trigger = trigger,
                                              .span = trigger->params[j].name_span};
        }
    }
    arena_release(&scratch);
}

/* ---- Workflows that are called ------------------------------------------------------- */

static const struct expr *untrusted_part(const struct taint *taint,
                                         const struct value *value)
{
    const struct expr *found = taint_in_template(taint, value->scalar);
    for (size_t i = 0; i < value->count && !found; i++)
        found = untrusted_part(taint, value->items[i]);
    return found;
}

static void call_hand_on(const struct taint *taint, const struct step *step)
{
    struct workflow *child = step->block->workflow;
    for (size_t i = 0; i < step->input_count; i++) {
        const struct type_field *field = step->inputs[i].field;
        const struct expr *given = untrusted_part(taint, step->inputs[i].value);
        if (!field || !given || !taint_holds_text(field->type))
            continue;
        struct taint_param *param =
            &params_of(taint->arena, child)[field - child->params->fields];
        if (!param->caller)
            *param = (struct taint_param){.caller = taint, .given = given};
    }
}

void taint_params_hand_on(const struct taint *taint)
{
    for (size_t i = 0; i < taint->workflow->step_count; i++) {
        const struct step *step = taint->workflow->steps[i];
        if (step->kind == STEP_WORKFLOW && step->block->workflow &&
            step->block->workflow->params->kind == TYPE_OBJECT)
            call_hand_on(taint, step);
    }
}

/* ---- The way ------------------------------------------------------------------------- */

static void trigger_stop(struct diags *diags, const struct taint_param *param)
{
    const struct trigger *trigger = param->trigger;
    switch (trigger->kind) {
    case TRIGGER_WEBHOOK:
        diag_path_stop(diags, param->span, "webhook `%.*s %.*s` brings it",
                       STR(trigger->webhook.method), STR(trigger->webhook.path.text));
        return;
    case TRIGGER_EVENT:
        diag_path_stop(diags, param->span, "event `%.*s` brings it",
                       STR(trigger->event.name.text));
        return;
    default:
        diag_path_stop(diags, param->span, "a watch brings it, as the name of a file");
        return;
    }
}

void taint_param_stops(struct diags *diags, const struct workflow *workflow,
                       const struct taint_param *param)
{
    if (param->trigger) {
        trigger_stop(diags, param);
        return;
    }
    const struct taint *caller = param->caller;
    const size_t node = taint_node(caller->workflow, param->given);
    const size_t origin = caller->origin[node];
    const size_t step_count = caller->workflow->step_count;
    const struct taint_param *outer =
        origin >= step_count ? &caller->workflow->taint_params[origin - step_count]
                             : NULL;
    if (outer && outer->trigger)
        trigger_stop(diags, outer);
    diag_path_stop(diags, param->given->span, "`%.*s` hands it to `%.*s`",
                   STR(caller->workflow->id.text), STR(workflow->id.text));
}
