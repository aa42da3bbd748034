/* describe_trigger.c: what starts a workflow, as the JSON of definition.h: nothing is left out
 * that a program needs that starts it. */
#include "describe_parts.h"

static void put_param(struct json_out *out, const struct trigger *trigger, size_t i)
{
    const struct type_field *param = &trigger->params[i];
    const struct param_source *source = &trigger->sources[i];

    json_out_object(out, JSON_ITEM);
    json_out_text(out, S("name"), param->name);
    describe_field(out, S("schema"), param);
    json_out_boolean(out, S("required"), describe_is_required(param));
    if (source->from)
        describe_set_text(out, S("from"), source->from->node->text);
    if (source->value)
        describe_node(out, S("value"), source->value->node, param->type);
    json_out_end_object(out);
}

/* ---- Kinds ---------------------------------------------------------------------------- */

static void put_schedule(struct json_out *out, const struct schedule *schedule)
{
    static const char *const catch_ups[] = {
        [CATCH_UP_NONE] = "none", [CATCH_UP_LAST] = "last", [CATCH_UP_ALL] = "all"};
    static const char *const overlaps[] = {[OVERLAP_SKIP] = "skip",
                                           [OVERLAP_QUEUE] = "queue",
                                           [OVERLAP_ALL] = "all",
                                           [OVERLAP_CANCEL] = "cancel"};

    describe_set_text(out, S("cron"), schedule->cron.text);
    describe_set_text(out, S("timezone"),
                      schedule->timezone.text.p ? schedule->timezone.text : S("UTC"));
    json_out_text(out, S("catchUp"), str_of(catch_ups[schedule->catch_up]));
    json_out_text(out, S("overlap"), str_of(overlaps[schedule->overlap]));
}

static void put_webhook(struct json_out *out, const struct webhook *webhook)
{
    const struct expr *secret = webhook->secret ? template_lone(webhook->secret) : NULL;

    describe_set_text(out, S("path"), webhook->path.text);
    describe_set_text(out, S("method"), webhook->method);
    if (secret)
        describe_set_text(out, S("secret"), secret->binding.name);
}

static void put_event(struct json_out *out, const struct event_source *event)
{
    describe_set_text(out, S("event"), event->name.text);
    if (event->filter)
        describe_set_text(out, S("filter"), event->filter->node->text);
}

static void put_watch(struct json_out *out, const struct watch *watch)
{
    json_out_array(out, S("paths"));
    for (size_t i = 0; i < watch->path_count; i++)
        json_out_text(out, JSON_ITEM, watch->paths[i].text);
    json_out_end_array(out);
    json_out_integer(out, S("debounceMs"), watch->debounce_ms);
}

void describe_trigger(struct json_out *out, const struct trigger *trigger)
{
    json_out_object(out, JSON_ITEM);
    describe_set_text(out, S("type"), trigger_kind_text(trigger->kind));
    switch (trigger->kind) {
    case TRIGGER_CLI:
        describe_set_text(out, S("command"), trigger->command.text);
        break;
    case TRIGGER_SCHEDULE: put_schedule(out, &trigger->schedule); break;
    case TRIGGER_WEBHOOK: put_webhook(out, &trigger->webhook); break;
    case TRIGGER_EVENT: put_event(out, &trigger->event); break;
    case TRIGGER_WATCH: put_watch(out, &trigger->watch); break;
    case TRIGGER_UNKNOWN: break;
    }
    json_out_array(out, S("params"));
    for (size_t i = 0; i < trigger->param_count; i++)
        put_param(out, trigger, i);
    json_out_end_array(out);
    json_out_end_object(out);
}
