/* describe.c: a checked workflow as the JSON of definition.h, for --emit=describe, for
 * pictures, and for the generated program. The one place of kadc that makes JSON of types;
 * the schemas are those that the runtime's codec makes of the same types. */
#include "describe.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "graph.h"

static const double exact_integer_max = 9007199254740992; /* 2 to the 53rd */

static json_t *text_json(struct str text)
{
    return json_stringn(text.p, text.len);
}

static void set_text(json_t *object, const char *key, struct str text)
{
    if (text.len)
        json_object_set_new(object, key, text_json(text));
}

/* ---- Constants ------------------------------------------------------------------------ */

static json_t *constant_json(const struct node *node, const struct type *type);

static json_t *scalar_json(const struct node *node, const struct type *type)
{
    const bool is_free = !type || type->kind == TYPE_ANY;
    int64_t integer;
    double number;
    bool boolean;

    if (type && (type->kind == TYPE_STRING || type->kind == TYPE_DURATION))
        return text_json(node->text);
    if (node_is_null(node))
        return json_null();
    if ((is_free || type->kind == TYPE_BOOLEAN) && node_is_boolean(node, &boolean))
        return json_boolean(boolean);
    if (node_is_integer(node, &integer))
        return json_integer(integer);
    if (node_is_number(node, &number))
        return json_real(number);
    return text_json(node->text);
}

static const struct type *type_of_field(const struct type *object, struct str name)
{
    const struct type_field *field =
        object && object->kind == TYPE_OBJECT ? type_field_find(object, name) : NULL;

    return field ? field->type : NULL;
}

/* `type` NULL: nothing is known, YAML's own types count. */
static json_t *constant_json(const struct node *node, const struct type *type)
{
    json_t *json;

    switch (node->kind) {
    case NODE_SCALAR: return scalar_json(node, type);
    case NODE_LIST:
        json = json_array();
        for (size_t i = 0; i < node->count; i++)
            json_array_append_new(
                json, constant_json(node->items[i], type ? type->items : NULL));
        return json;
    case NODE_MAP: break;
    }
    json = json_object();
    for (size_t i = 0; i < node->count; i++) {
        const struct str key = node->keys[i]->text;

        json_object_setn_new(json, key.p, key.len,
                             constant_json(node->items[i], type_of_field(type, key)));
    }
    return json;
}

static struct str dump(struct arena *arena, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    const struct str copy = str_of(arena_printf(arena, "%s", text));

    free(text);
    json_decref(json);
    return copy;
}

struct str describe_constant(struct arena *arena, const struct node *node,
                             const struct type *type)
{
    return dump(arena, constant_json(node, type));
}

/* ---- Schemas -------------------------------------------------------------------------- */

static json_t *schema_of(const struct type *type);

/* 3 rather than 3.0. */
static json_t *limit_json(double value)
{
    if (value == trunc(value) && fabs(value) < exact_integer_max)
        return json_integer((json_int_t)value);
    return json_real(value);
}

static void add_fields(json_t *schema, const struct type *type)
{
    json_t *properties = json_object(), *required = json_array();

    for (size_t i = 0; i < type->field_count; i++) {
        const struct type_field *field = &type->fields[i];
        json_t *property = schema_of(field->type);

        set_text(property, "description", field->description);
        if (field->default_value)
            json_object_set_new(property, "default",
                                constant_json(field->default_value, field->type));
        else if (!field->type->is_optional)
            json_array_append_new(required, text_json(field->name));
        json_object_setn_new(properties, field->name.p, field->name.len, property);
    }
    json_object_set_new(schema, "properties", properties);
    if (json_array_size(required))
        json_object_set(schema, "required", required);
    json_decref(required);
}

static json_t *item_schema(const struct type *items)
{
    json_t *schema = schema_of(items);

    if (!items->is_optional || items->kind == TYPE_ANY)
        return schema;
    return json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
}

static void add_limits(json_t *schema, const struct type *type)
{
    const bool is_text = type->kind == TYPE_STRING;
    json_t *values = json_array();

    for (size_t i = 0; i < type->value_count; i++)
        json_array_append_new(values, text_json(type->values[i]));
    if (type->value_count)
        json_object_set(schema, "enum", values);
    json_decref(values);
    if (type->has_min)
        json_object_set_new(schema, "minimum", limit_json(type->min));
    if (type->has_max)
        json_object_set_new(schema, "maximum", limit_json(type->max));
    if (type->has_min_len)
        json_object_set_new(schema, is_text ? "minLength" : "minItems",
                            json_integer((json_int_t)type->min_len));
    if (type->has_max_len)
        json_object_set_new(schema, is_text ? "maxLength" : "maxItems",
                            json_integer((json_int_t)type->max_len));
    set_text(schema, "pattern", type->pattern);
    if (type->kind == TYPE_DURATION)
        json_object_set_new(schema, "pattern", json_string(DURATION_PATTERN));
    if (type->is_secret)
        json_object_set_new(schema, "writeOnly", json_true());
}

static const char *schema_name(enum type_kind kind)
{
    switch (kind) {
    case TYPE_STRING:
    case TYPE_DURATION: return "string";
    case TYPE_NUMBER: return "number";
    case TYPE_INTEGER: return "integer";
    case TYPE_BOOLEAN: return "boolean";
    case TYPE_OBJECT: return "object";
    case TYPE_ARRAY: return "array";
    case TYPE_ANY:
    case TYPE_POISON:
    case TYPE_NULL: break;
    }
    return NULL;
}

static json_t *schema_of(const struct type *type)
{
    json_t *schema = json_object();

    if (schema_name(type->kind))
        json_object_set_new(schema, "type", json_string(schema_name(type->kind)));
    add_limits(schema, type);
    if (type->kind == TYPE_OBJECT && !type->is_opaque)
        add_fields(schema, type);
    if (type->kind == TYPE_ARRAY && !type->is_opaque)
        json_object_set_new(schema, "items", item_schema(type->items));
    return schema;
}

/* ---- Routes --------------------------------------------------------------------------- */

/* Where the routes of a step are collected. */
struct routes {
    struct arena *arena;
    json_t *list;
    const char *on;
};

/* "`x > 0`" of `{{ x > 0 }}`, on one line. */
static const char *condition_text(struct arena *arena, const struct template *condition)
{
    struct str text = str_trim(condition->node->text);
    struct buf line;

    if (str_starts_with(text, S("{{")) && str_ends_with(text, S("}}")))
        text = str_trim(str_part(text, 2, text.len - 2));
    buf_init(&line, arena);
    buf_add_char(&line, '`');
    for (size_t i = 0; i < text.len; i++)
        buf_add_char(&line, text.p[i] == '\n' ? ' ' : text.p[i]);
    buf_add_char(&line, '`');
    return line.p;
}

static struct str target_text(const struct route *route)
{
    if (route->kind == ROUTE_STEP)
        return route->target->id.text;
    return route->kind == ROUTE_FAIL ? S("$fail") : S("$complete");
}

static void add_routes(struct routes *routes, const struct route *route,
                       const char *when);

/* A decision inside a decision holds under both conditions. */
static void add_way(struct routes *routes, const struct route *route, const char *when,
                    const char *condition)
{
    add_routes(routes, route,
               when ? arena_printf(routes->arena, "%s, %s", when, condition)
                    : condition);
}

static void add_leaf(struct routes *routes, const struct route *route, const char *when)
{
    json_t *leaf = json_pack("{s:s}", "on", routes->on);

    if (when)
        json_object_set_new(leaf, "when", json_string(when));
    json_object_set_new(leaf, "to", text_json(target_text(route)));
    json_array_append_new(routes->list, leaf);
}

/* The leaves of a decision tree, each with the conditions on its way. */
static void add_routes(struct routes *routes, const struct route *route,
                       const char *when)
{
    switch (route->kind) {
    case ROUTE_BROKEN:
    case ROUTE_STEP:
    case ROUTE_COMPLETE:
    case ROUTE_FAIL: add_leaf(routes, route, when); return;
    case ROUTE_OUTCOME:
        for (size_t i = 0; i < route->case_count; i++)
            add_way(routes, route->cases[i].then, when,
                    arena_printf(routes->arena, "outcome `%.*s`",
                                 STR(route->cases[i].outcome.text)));
        return;
    case ROUTE_CONDITION:
        add_way(routes, route->yes, when,
                condition_text(routes->arena, route->condition));
        break;
    case ROUTE_SWITCH:
        for (size_t i = 0; i < route->case_count; i++)
            add_way(routes, route->cases[i].then, when,
                    condition_text(routes->arena, route->cases[i].when));
        break;
    }
    add_way(routes, route->no, when, "else");
}

static json_t *routes_json(struct arena *arena, const struct step *step)
{
    struct routes routes = {arena, json_array(), "success"};

    add_routes(&routes, step->on_success, NULL);
    routes.on = "failure";
    add_routes(&routes, step->on_failure, NULL);
    routes.on = "timeout";
    if (step->on_timeout)
        add_routes(&routes, step->on_timeout, NULL);
    return routes.list;
}

/* ---- Workflows ------------------------------------------------------------------------ */

static json_t *run_json(const struct run *run)
{
    json_t *argv = json_array();

    for (size_t i = 0; i < run->arg_count; i++)
        json_array_append_new(argv, text_json(run->args[i]->node->text));
    return argv;
}

static json_t *wait_json(const struct wait *wait)
{
    if (wait->ways->until)
        return json_pack("{s:o}", "until", text_json(wait->ways->until->node->text));
    return text_json(wait->ways->duration->node->text);
}

static json_t *approval_json(const struct approval *approval)
{
    json_t *choices = json_array();

    for (size_t i = 0; i < approval->choice_count; i++)
        json_array_append_new(choices, text_json(approval->choices[i].text));
    return json_pack("{s:o,s:o}", "prompt", text_json(approval->prompt->node->text),
                     "choices", choices);
}

static void add_work(json_t *json, const struct step *step)
{
    if (step->kind == STEP_RUN) {
        json_object_set_new(json, "run", run_json(&step->run));
        json_object_set_new(json, "idempotent", json_boolean(step->run.is_idempotent));
    } else if (step->kind == STEP_APPROVAL) {
        json_object_set_new(json, "approval", approval_json(&step->approval));
    } else if (step->kind == STEP_WAIT) {
        json_object_set_new(json, "wait", wait_json(&step->wait));
    } else if (step->kind == STEP_ROUTE) {
        json_object_set_new(json, "route", json_true());
    } else {
        set_text(json, "module", step->module_name.text);
        set_text(json, "action", step->action_name.text);
        json_object_set_new(json, "idempotent",
                            json_boolean(step->action->is_idempotent));
    }
}

static json_t *codes_json(const struct retry_codes *codes)
{
    json_t *list = json_array();

    for (size_t i = 0; i < codes->count; i++)
        json_array_append_new(list, text_json(codes->items[i].text));
    return list;
}

static json_t *retry_json(const struct retry *retry)
{
    json_t *json = json_pack("{s:I}", "maxAttempts", (json_int_t)retry->max_attempts);

    if (retry->initial_ms)
        json_object_set_new(json, "backoff",
                            json_pack("{s:I,s:o,s:o}", "initialMs",
                                      (json_int_t)retry->initial_ms, "factor",
                                      limit_json(retry->factor), "jitter",
                                      limit_json(retry->jitter)));
    if (retry->max_ms)
        json_object_set_new(json_object_get(json, "backoff"), "maxMs",
                            json_integer(retry->max_ms));
    if (retry->on.count)
        json_object_set_new(json, "on", codes_json(&retry->on));
    if (retry->not_on.count)
        json_object_set_new(json, "notOn", codes_json(&retry->not_on));
    return json;
}

static json_t *step_json(struct arena *arena, const struct step *step)
{
    json_t *json = json_object();
    const struct place place = source_place(step->id.span.source, step->id.span.start);

    set_text(json, "id", step->id.text);
    set_text(json, "name", step->title);
    set_text(json, "description", step->description);
    json_object_set_new(json, "line", json_integer(place.line));
    add_work(json, step);
    if (step->has_max_retries)
        json_object_set_new(json, "maxRetries", json_integer(step->max_retries));
    if (step->retry)
        json_object_set_new(json, "retry", retry_json(step->retry));
    if (step->timeout_ms)
        json_object_set_new(json, "timeoutMs", json_integer(step->timeout_ms));
    if (step->recovers)
        json_object_set_new(json, "recovers", json_true());
    if (step->outer) {
        set_text(json, "block", step->outer->step->id.text);
        set_text(json, "branch", step->branch->name.text);
    }
    if (step->action)
        json_object_set_new(json, "inputs", schema_of(step->action->inputs));
    json_object_set_new(json, "outputs", schema_of(step->outputs));
    json_object_set_new(json, "routes", routes_json(arena, step));
    return json;
}

static json_t *trigger_json(const struct trigger *trigger)
{
    json_t *params = json_array(), *json = json_pack("{s:s}", "type", "cli");

    set_text(json, "command", trigger->command.text);
    for (size_t i = 0; i < trigger->param_count; i++) {
        const struct type_field *param = &trigger->params[i];
        json_t *schema = schema_of(param->type);

        set_text(schema, "description", param->description);
        if (param->default_value)
            json_object_set_new(schema, "default",
                                constant_json(param->default_value, param->type));
        json_array_append_new(
            params,
            json_pack("{s:o,s:o,s:b}", "name", text_json(param->name), "schema", schema,
                      "required", !param->type->is_optional && !param->default_value));
    }
    json_object_set_new(json, "params", params);
    return json;
}

static void add_dominant(json_t *most, const char *bound,
                         const struct dominant *dominant)
{
    json_t *steps = json_array();

    for (size_t i = 0; i < dominant->count; i++)
        json_array_append_new(steps, text_json(dominant->steps[i]->id.text));
    if (dominant->count && dominant->weight <= INT64_MAX)
        json_object_set_new(most, bound,
                            json_pack("{s:O,s:I}", "steps", steps, "share",
                                      (json_int_t)dominant->weight));
    json_decref(steps);
}

/* Which step or loop takes the most of each bound. */
static json_t *most_json(const struct graph *graph)
{
    json_t *most = json_object();

    add_dominant(most, "stepRuns", &graph->most_runs);
    add_dominant(most, "agentCalls", &graph->most_agent_calls);
    if (graph->worst_ms >= 0)
        add_dominant(most, "timeMs", &graph->most_ms);
    return most;
}

static json_t *bounds_json(const struct graph *graph)
{
    json_t *bounds = json_object();

    if (graph->worst_runs <= INT64_MAX)
        json_object_set_new(bounds, "stepRuns",
                            json_integer((json_int_t)graph->worst_runs));
    if (graph->worst_agent_calls <= INT64_MAX)
        json_object_set_new(bounds, "agentCalls",
                            json_integer((json_int_t)graph->worst_agent_calls));
    if (graph->worst_ms >= 0)
        json_object_set_new(bounds, "timeMs", json_integer(graph->worst_ms));
    json_object_set_new(bounds, "most", most_json(graph));
    return bounds;
}

static json_t *outputs_json(const struct workflow *workflow)
{
    json_t *properties = json_object(), *required = json_array();

    for (size_t i = 0; i < workflow->output_count; i++) {
        const struct workflow_output *output = &workflow->outputs[i];
        const struct type *type =
            output->declared ? output->declared : output->value->type;

        json_object_setn_new(properties, output->name.text.p, output->name.text.len,
                             schema_of(type));
        if (!type->is_optional)
            json_array_append_new(required, text_json(output->name.text));
    }
    return json_pack("{s:s,s:o,s:o}", "type", "object", "properties", properties,
                     "required", required);
}

static json_t *concurrency_json(const struct concurrency *concurrency)
{
    static const char *const names[] = {
        [ON_FULL_QUEUE] = "queue",
        [ON_FULL_SKIP] = "skip",
        [ON_FULL_CANCEL_OLDEST] = "cancel-oldest",
    };
    json_t *json = json_pack("{s:I,s:s}", "limit", (json_int_t)concurrency->limit,
                             "onFull", names[concurrency->on_full]);

    if (concurrency->key)
        set_text(json, "key", concurrency->key->node->text);
    return json;
}

/* The names of those that it needs. */
static json_t *secrets_json(const struct workflow *workflow)
{
    json_t *names = json_array();

    for (size_t i = 0; i < workflow->secrets.count; i++)
        json_array_append_new(names, text_json(workflow->secrets.items[i]));
    return names;
}

json_t *describe_workflow(struct arena *arena, const struct workflow *workflow)
{
    json_t *json = json_object(), *triggers = json_array(), *steps = json_array();

    set_text(json, "id", workflow->id.text);
    set_text(json, "name", workflow->name);
    set_text(json, "version", workflow->version);
    set_text(json, "description", workflow->description);
    set_text(json, "source", workflow->source->path);
    for (size_t i = 0; i < workflow->trigger_count; i++)
        json_array_append_new(triggers, trigger_json(&workflow->triggers[i]));
    json_object_set_new(json, "triggers", triggers);
    for (size_t i = 0; i < workflow->step_count; i++)
        json_array_append_new(steps, step_json(arena, workflow->steps[i]));
    json_object_set_new(json, "steps", steps);
    if (workflow->output_count)
        json_object_set_new(json, "outputs", outputs_json(workflow));
    if (workflow->timeout_ms)
        json_object_set_new(json, "timeoutMs", json_integer(workflow->timeout_ms));
    if (workflow->concurrency)
        json_object_set_new(json, "concurrency",
                            concurrency_json(workflow->concurrency));
    if (workflow->is_in_worktree)
        json_object_set_new(json, "workspace", json_string("worktree"));
    if (workflow->secrets.count)
        json_object_set_new(json, "secrets", secrets_json(workflow));
    json_object_set_new(json, "bounds", bounds_json(workflow->graph));
    return json;
}

struct str describe_text(struct arena *arena, const struct workflow *workflow)
{
    return dump(arena, describe_workflow(arena, workflow));
}
