/* describe_trigger.c: what starts a workflow, as the JSON of definition.h: nothing is left out
 * that a program needs that starts it. */
#include "describe_parts.h"

/* ---- Parameters ----------------------------------------------------------------------- */

static void add_source(json_t *json, const struct param_source *source,
                       const struct type *type)
{
    if (source->from)
        describe_set_text(json, "from", source->from->node->text);
    if (source->value)
        json_object_set_new(json, "value", describe_node(source->value->node, type));
}

static json_t *param_json(const struct trigger *trigger, size_t i)
{
    const struct type_field *param = &trigger->params[i];
    json_t *schema = describe_schema(param->type), *json;

    describe_set_text(schema, "description", param->description);
    if (param->default_value)
        json_object_set_new(schema, "default",
                            describe_node(param->default_value, param->type));
    json = json_pack("{s:o,s:o,s:b}", "name", describe_text_json(param->name), "schema",
                     schema, "required",
                     !param->type->is_optional && !param->default_value);
    add_source(json, &trigger->sources[i], param->type);
    return json;
}

/* ---- Kinds ---------------------------------------------------------------------------- */

static void add_schedule(json_t *json, const struct schedule *schedule)
{
    static const char *const catch_ups[] = {
        [CATCH_UP_NONE] = "none", [CATCH_UP_LAST] = "last", [CATCH_UP_ALL] = "all"};
    static const char *const overlaps[] = {[OVERLAP_SKIP] = "skip",
                                           [OVERLAP_QUEUE] = "queue",
                                           [OVERLAP_ALL] = "all",
                                           [OVERLAP_CANCEL] = "cancel"};

    describe_set_text(json, "cron", schedule->cron.text);
    describe_set_text(json, "timezone",
                      schedule->timezone.text.p ? schedule->timezone.text : S("UTC"));
    json_object_set_new(json, "catchUp", json_string(catch_ups[schedule->catch_up]));
    json_object_set_new(json, "overlap", json_string(overlaps[schedule->overlap]));
}

static void add_webhook(json_t *json, const struct webhook *webhook)
{
    const struct expr *secret = webhook->secret ? template_lone(webhook->secret) : NULL;

    describe_set_text(json, "path", webhook->path.text);
    describe_set_text(json, "method", webhook->method);
    if (secret)
        describe_set_text(json, "secret", secret->binding.name);
}

static void add_event(json_t *json, const struct event_source *event)
{
    describe_set_text(json, "event", event->name.text);
    if (event->filter)
        describe_set_text(json, "filter", event->filter->node->text);
}

static void add_watch(json_t *json, const struct watch *watch)
{
    json_t *paths = json_array();

    for (size_t i = 0; i < watch->path_count; i++)
        json_array_append_new(paths, describe_text_json(watch->paths[i].text));
    json_object_set_new(json, "paths", paths);
    json_object_set_new(json, "debounceMs", json_integer(watch->debounce_ms));
}

json_t *describe_trigger(const struct trigger *trigger)
{
    json_t *params = json_array(), *json = json_object();

    describe_set_text(json, "type", trigger_kind_text(trigger->kind));
    switch (trigger->kind) {
    case TRIGGER_CLI: describe_set_text(json, "command", trigger->command.text); break;
    case TRIGGER_SCHEDULE: add_schedule(json, &trigger->schedule); break;
    case TRIGGER_WEBHOOK: add_webhook(json, &trigger->webhook); break;
    case TRIGGER_EVENT: add_event(json, &trigger->event); break;
    case TRIGGER_WATCH: add_watch(json, &trigger->watch); break;
    case TRIGGER_UNKNOWN: break;
    }
    for (size_t i = 0; i < trigger->param_count; i++)
        json_array_append_new(params, param_json(trigger, i));
    json_object_set_new(json, "params", params);
    return json;
}
