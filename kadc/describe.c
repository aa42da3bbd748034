/* describe.c: a checked workflow as the JSON of definition.h, for --emit=describe, for
 * pictures, and for the generated program. Its steps are those of describe_step.c. The one
 * place of kadc that makes JSON of types; the schemas are those that the runtime's codec makes
 * of the same types. */
#include "describe.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "describe_parts.h"
#include "graph.h"

static const double exact_integer_max = 9007199254740992; /* 2 to the 53rd */

json_t *describe_text_json(struct str text)
{
    return json_stringn(text.p, text.len);
}

void describe_set_text(json_t *object, const char *key, struct str text)
{
    if (text.len)
        json_object_set_new(object, key, describe_text_json(text));
}

/* ---- Constants ------------------------------------------------------------------------ */

static json_t *scalar_json(const struct node *node, const struct type *type)
{
    const bool is_free = !type || type->kind == TYPE_ANY;
    int64_t integer;
    double number;
    bool boolean;

    if (type && (type->kind == TYPE_STRING || type->kind == TYPE_DURATION))
        return describe_text_json(node->text);
    if (node_is_null(node))
        return json_null();
    if ((is_free || type->kind == TYPE_BOOLEAN) && node_is_boolean(node, &boolean))
        return json_boolean(boolean);
    if (node_is_integer(node, &integer))
        return json_integer(integer);
    if (node_is_number(node, &number))
        return json_real(number);
    return describe_text_json(node->text);
}

static const struct type *type_of_field(const struct type *object, struct str name)
{
    const struct type_field *field =
        object && object->kind == TYPE_OBJECT ? type_field_find(object, name) : NULL;

    return field ? field->type : NULL;
}

/* `type` NULL: nothing is known, YAML's own types count. */
json_t *describe_node(const struct node *node, const struct type *type)
{
    json_t *json;

    switch (node->kind) {
    case NODE_SCALAR: return scalar_json(node, type);
    case NODE_LIST:
        json = json_array();
        for (size_t i = 0; i < node->count; i++)
            json_array_append_new(
                json, describe_node(node->items[i], type ? type->items : NULL));
        return json;
    case NODE_MAP: break;
    }
    json = json_object();
    for (size_t i = 0; i < node->count; i++) {
        const struct str key = node->keys[i]->text;

        json_object_setn_new(json, key.p, key.len,
                             describe_node(node->items[i], type_of_field(type, key)));
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
    return dump(arena, describe_node(node, type));
}

/* ---- Schemas -------------------------------------------------------------------------- */

/* 3 rather than 3.0. */
json_t *describe_limit(double value)
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
        json_t *property = describe_schema(field->type);

        describe_set_text(property, "description", field->description);
        if (field->default_value)
            json_object_set_new(property, "default",
                                describe_node(field->default_value, field->type));
        else if (!field->type->is_optional)
            json_array_append_new(required, describe_text_json(field->name));
        json_object_setn_new(properties, field->name.p, field->name.len, property);
    }
    json_object_set_new(schema, "properties", properties);
    if (json_array_size(required))
        json_object_set(schema, "required", required);
    json_decref(required);
}

static json_t *item_schema(const struct type *items)
{
    json_t *schema = describe_schema(items);

    if (!items->is_optional || items->kind == TYPE_ANY)
        return schema;
    return json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
}

static void add_limits(json_t *schema, const struct type *type)
{
    const bool is_text = type->kind == TYPE_STRING;
    json_t *values = json_array();

    for (size_t i = 0; i < type->value_count; i++)
        json_array_append_new(values, describe_text_json(type->values[i]));
    if (type->value_count)
        json_object_set(schema, "enum", values);
    json_decref(values);
    if (type->has_min)
        json_object_set_new(schema, "minimum", describe_limit(type->min));
    if (type->has_max)
        json_object_set_new(schema, "maximum", describe_limit(type->max));
    if (type->has_min_len)
        json_object_set_new(schema, is_text ? "minLength" : "minItems",
                            json_integer((json_int_t)type->min_len));
    if (type->has_max_len)
        json_object_set_new(schema, is_text ? "maxLength" : "maxItems",
                            json_integer((json_int_t)type->max_len));
    describe_set_text(schema, "pattern", type->pattern);
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

json_t *describe_schema(const struct type *type)
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

/* ---- Workflows ------------------------------------------------------------------------ */

static json_t *trigger_json(const struct trigger *trigger)
{
    json_t *params = json_array(), *json = json_object();

    describe_set_text(json, "type", trigger_kind_text(trigger->kind));
    describe_set_text(json, "command", trigger->command.text);
    for (size_t i = 0; i < trigger->param_count; i++) {
        const struct type_field *param = &trigger->params[i];
        json_t *schema = describe_schema(param->type);

        describe_set_text(schema, "description", param->description);
        if (param->default_value)
            json_object_set_new(schema, "default",
                                describe_node(param->default_value, param->type));
        json_array_append_new(
            params, json_pack("{s:o,s:o,s:b}", "name", describe_text_json(param->name),
                              "schema", schema, "required",
                              !param->type->is_optional && !param->default_value));
    }
    json_object_set_new(json, "params", params);
    return json;
}

static void add_dominant(json_t *most, const char *bound,
                         const struct dominant *dominant)
{
    json_t *steps = json_array();

    for (size_t i = 0; i < dominant->count; i++)
        json_array_append_new(steps, describe_text_json(dominant->steps[i]->id.text));
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
                             describe_schema(type));
        if (!type->is_optional)
            json_array_append_new(required, describe_text_json(output->name.text));
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
        describe_set_text(json, "key", concurrency->key->node->text);
    return json;
}

static json_t *names_json(const struct str *items, size_t count)
{
    json_t *names = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(names, describe_text_json(items[i]));
    return names;
}

json_t *describe_workflow(struct arena *arena, const struct workflow *workflow)
{
    json_t *json = json_object(), *triggers = json_array();

    describe_set_text(json, "id", workflow->id.text);
    describe_set_text(json, "name", workflow->name);
    describe_set_text(json, "version", workflow->version);
    describe_set_text(json, "description", workflow->description);
    describe_set_text(json, "source", workflow->source->path);
    for (size_t i = 0; i < workflow->trigger_count; i++)
        json_array_append_new(triggers, trigger_json(&workflow->triggers[i]));
    json_object_set_new(json, "triggers", triggers);
    json_object_set_new(json, "steps",
                        describe_steps(arena, workflow, 0, workflow->step_count));
    if (workflow->output_count)
        json_object_set_new(json, "outputs", outputs_json(workflow));
    if (workflow->timeout_ms)
        json_object_set_new(json, "timeoutMs", json_integer(workflow->timeout_ms));
    if (workflow->concurrency)
        json_object_set_new(json, "concurrency",
                            concurrency_json(workflow->concurrency));
    if (workflow->is_in_worktree)
        json_object_set_new(json, "workspace", json_string("worktree"));
    if (workflow->env.count)
        json_object_set_new(json, "env",
                            names_json(workflow->env.items, workflow->env.count));
    if (workflow->secrets.count)
        json_object_set_new(
            json, "secrets",
            names_json(workflow->secrets.items, workflow->secrets.count));
    json_object_set_new(json, "bounds", bounds_json(workflow->graph));
    return json;
}

struct str describe_text(struct arena *arena, const struct workflow *workflow)
{
    return dump(arena, describe_workflow(arena, workflow));
}
