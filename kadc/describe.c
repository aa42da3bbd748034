/* describe.c: a checked workflow as the JSON of definition.h, for --emit=describe, for
 * pictures, and for the generated program. Its steps and triggers are those of
 * describe_step.c and describe_trigger.c. The one place of kadc that makes JSON of types; the schemas are those that the runtime's codec makes
 * of the same types. */
#include "describe.h"

#include <math.h>

#include "describe_parts.h"
#include "gen.h"
#include "graph.h"

static const double exact_integer_max = 9007199254740992; /* 2 to the 53rd */

void describe_set_text(struct json_out *out, struct str key, struct str text)
{
    if (text.len)
        json_out_text(out, key, text);
}

/* ---- Constants ------------------------------------------------------------------------ */

static void put_scalar(struct json_out *out, struct str key, const struct node *node,
                       const struct type *type)
{
    const bool is_free = !type || type->kind == TYPE_ANY;
    const bool is_text =
        type && (type->kind == TYPE_STRING || type->kind == TYPE_DURATION);
    int64_t integer;
    double number;
    bool boolean;

    if (is_text)
        json_out_text(out, key, node->text);
    else if (node_is_null(node))
        json_out_null(out, key);
    else if ((is_free || type->kind == TYPE_BOOLEAN) && node_is_boolean(node, &boolean))
        json_out_boolean(out, key, boolean);
    else if (node_is_integer(node, &integer))
        json_out_integer(out, key, integer);
    else if (node_is_number(node, &number))
        json_out_real(out, key, number);
    else
        json_out_text(out, key, node->text);
}

static const struct type *type_of_field(const struct type *object, struct str name)
{
    const struct type_field *field =
        object && object->kind == TYPE_OBJECT ? type_field_find(object, name) : NULL;

    return field ? field->type : NULL;
}

/* `type` NULL: nothing is known, YAML's own types count. */
void describe_node(struct json_out *out, struct str key, const struct node *node,
                   const struct type *type)
{
    switch (node->kind) {
    case NODE_SCALAR: put_scalar(out, key, node, type); return;
    case NODE_LIST:
        json_out_array(out, key);
        for (size_t i = 0; i < node->count; i++)
            describe_node(out, JSON_ITEM, node->items[i], type ? type->items : NULL);
        json_out_end_array(out);
        return;
    case NODE_MAP: break;
    }
    json_out_object(out, key);
    for (size_t i = 0; i < node->count; i++) {
        const struct str name = node->keys[i]->text;

        describe_node(out, name, node->items[i], type_of_field(type, name));
    }
    json_out_end_object(out);
}

struct str describe_constant(struct arena *arena, const struct node *node,
                             const struct type *type)
{
    struct json_out out;

    json_out_init(&out, arena);
    describe_node(&out, JSON_ITEM, node, type);
    return buf_str(&out.text);
}

/* ---- Schemas -------------------------------------------------------------------------- */

/* 3 rather than 3.0. */
void describe_limit(struct json_out *out, struct str key, double value)
{
    if (value == trunc(value) && fabs(value) < exact_integer_max)
        json_out_integer(out, key, (int64_t)value);
    else
        json_out_real(out, key, value);
}

static void put_schema_members(struct json_out *out, const struct type *type);

bool describe_is_required(const struct type_field *field)
{
    return !field->default_value && !field->type->is_optional;
}

void describe_field(struct json_out *out, struct str key,
                    const struct type_field *field)
{
    json_out_object(out, key);
    put_schema_members(out, field->type);
    describe_set_text(out, S("description"), field->description);
    if (field->default_value)
        describe_node(out, S("default"), field->default_value, field->type);
    json_out_end_object(out);
}

static void put_fields(struct json_out *out, const struct type *type)
{
    bool has_required = false;

    json_out_object(out, S("properties"));
    for (size_t i = 0; i < type->field_count; i++) {
        describe_field(out, type->fields[i].name, &type->fields[i]);
        has_required |= describe_is_required(&type->fields[i]);
    }
    json_out_end_object(out);
    if (!has_required)
        return;
    json_out_array(out, S("required"));
    for (size_t i = 0; i < type->field_count; i++)
        if (describe_is_required(&type->fields[i]))
            json_out_text(out, JSON_ITEM, type->fields[i].name);
    json_out_end_array(out);
}

static void put_items(struct json_out *out, const struct type *items)
{
    if (!items->is_optional || items->kind == TYPE_ANY) {
        describe_schema(out, S("items"), items);
        return;
    }
    json_out_object(out, S("items"));
    json_out_array(out, S("anyOf"));
    describe_schema(out, JSON_ITEM, items);
    json_out_object(out, JSON_ITEM);
    json_out_text(out, S("type"), S("null"));
    json_out_end_object(out);
    json_out_end_array(out);
    json_out_end_object(out);
}

static void put_values(struct json_out *out, const struct type *type)
{
    if (!type->value_count)
        return;
    json_out_array(out, S("enum"));
    for (size_t i = 0; i < type->value_count; i++)
        json_out_text(out, JSON_ITEM, type->values[i]);
    json_out_end_array(out);
}

static void put_limits(struct json_out *out, const struct type *type)
{
    const bool is_text = type->kind == TYPE_STRING;

    if (type->has_min)
        describe_limit(out, S("minimum"), type->min);
    if (type->has_max)
        describe_limit(out, S("maximum"), type->max);
    if (type->has_min_len)
        json_out_integer(out, is_text ? S("minLength") : S("minItems"),
                         (int64_t)type->min_len);
    if (type->has_max_len)
        json_out_integer(out, is_text ? S("maxLength") : S("maxItems"),
                         (int64_t)type->max_len);
    if (type->kind == TYPE_DURATION)
        json_out_text(out, S("pattern"), S(DURATION_PATTERN));
    else
        describe_set_text(out, S("pattern"), type->pattern);
    if (type->is_secret)
        json_out_boolean(out, S("writeOnly"), true);
}

static struct str schema_name(enum type_kind kind)
{
    switch (kind) {
    case TYPE_STRING:
    case TYPE_DURATION: return S("string");
    case TYPE_NUMBER: return S("number");
    case TYPE_INTEGER: return S("integer");
    case TYPE_BOOLEAN: return S("boolean");
    case TYPE_OBJECT: return S("object");
    case TYPE_ARRAY: return S("array");
    case TYPE_ANY:
    case TYPE_POISON:
    case TYPE_NULL: break;
    }
    return S("");
}

static void put_schema_members(struct json_out *out, const struct type *type)
{
    describe_set_text(out, S("type"), schema_name(type->kind));
    put_values(out, type);
    put_limits(out, type);
    if (type->kind == TYPE_OBJECT && !type->is_opaque)
        put_fields(out, type);
    if (type->kind == TYPE_ARRAY && !type->is_opaque)
        put_items(out, type->items);
}

void describe_schema(struct json_out *out, struct str key, const struct type *type)
{
    json_out_object(out, key);
    put_schema_members(out, type);
    json_out_end_object(out);
}

/* ---- Workflows ------------------------------------------------------------------------ */

static void put_dominant(struct json_out *out, struct str bound,
                         const struct dominant *dominant)
{
    if (!dominant->count || dominant->weight > INT64_MAX)
        return;
    json_out_object(out, bound);
    json_out_array(out, S("steps"));
    for (size_t i = 0; i < dominant->count; i++)
        json_out_text(out, JSON_ITEM, dominant->steps[i]->id.text);
    json_out_end_array(out);
    json_out_integer(out, S("share"), (int64_t)dominant->weight);
    json_out_end_object(out);
}

/* And which step or loop takes the most of each. */
static void put_bounds(struct json_out *out, const struct graph *graph)
{
    json_out_object(out, S("bounds"));
    if (graph->worst_runs <= INT64_MAX)
        json_out_integer(out, S("stepRuns"), (int64_t)graph->worst_runs);
    if (graph->worst_agent_calls <= INT64_MAX)
        json_out_integer(out, S("agentCalls"), (int64_t)graph->worst_agent_calls);
    if (graph->worst_ms >= 0)
        json_out_integer(out, S("timeMs"), graph->worst_ms);
    json_out_object(out, S("most"));
    put_dominant(out, S("stepRuns"), &graph->most_runs);
    put_dominant(out, S("agentCalls"), &graph->most_agent_calls);
    if (graph->worst_ms >= 0)
        put_dominant(out, S("timeMs"), &graph->most_ms);
    json_out_end_object(out);
    json_out_end_object(out);
}

static const struct type *output_type(const struct workflow_output *output)
{
    return output->declared ? output->declared : output->value->type;
}

static void put_outputs(struct json_out *out, const struct workflow *workflow)
{
    json_out_object(out, S("outputs"));
    json_out_text(out, S("type"), S("object"));
    json_out_object(out, S("properties"));
    for (size_t i = 0; i < workflow->output_count; i++)
        describe_schema(out, workflow->outputs[i].name.text,
                        output_type(&workflow->outputs[i]));
    json_out_end_object(out);
    json_out_array(out, S("required"));
    for (size_t i = 0; i < workflow->output_count; i++)
        if (!output_type(&workflow->outputs[i])->is_optional)
            json_out_text(out, JSON_ITEM, workflow->outputs[i].name.text);
    json_out_end_array(out);
    json_out_end_object(out);
}

static void put_concurrency(struct json_out *out, const struct concurrency *concurrency)
{
    static const char *const names[] = {
        [ON_FULL_QUEUE] = "queue",
        [ON_FULL_SKIP] = "skip",
        [ON_FULL_CANCEL_OLDEST] = "cancel-oldest",
    };

    json_out_object(out, S("concurrency"));
    json_out_integer(out, S("limit"), concurrency->limit);
    json_out_text(out, S("onFull"), str_of(names[concurrency->on_full]));
    if (concurrency->key)
        describe_set_text(out, S("key"), concurrency->key->node->text);
    json_out_end_object(out);
}

static void put_names(struct json_out *out, struct str key, const struct str *items,
                      size_t count)
{
    if (!count)
        return;
    json_out_array(out, key);
    for (size_t i = 0; i < count; i++)
        json_out_text(out, JSON_ITEM, items[i]);
    json_out_end_array(out);
}

void describe_begin(struct json_out *out, const struct workflow *workflow)
{
    json_out_object(out, JSON_ITEM);
    describe_set_text(out, S("id"), workflow->id.text);
    describe_set_text(out, S("name"), workflow->name);
    describe_set_text(out, S("version"), workflow->version);
    describe_set_text(out, S("description"), workflow->description);
    describe_set_text(out, S("source"), workflow->source->path);
    json_out_array(out, S("triggers"));
    for (size_t i = 0; i < workflow->trigger_count; i++)
        describe_trigger(out, &workflow->triggers[i]);
    json_out_end_array(out);
    json_out_array(out, S("steps"));
}

void describe_end(struct json_out *out, const struct workflow *workflow)
{
    json_out_end_array(out);
    if (workflow->output_count)
        put_outputs(out, workflow);
    if (workflow->timeout_ms)
        json_out_integer(out, S("timeoutMs"), workflow->timeout_ms);
    if (workflow->concurrency)
        put_concurrency(out, workflow->concurrency);
    if (workflow->is_in_worktree)
        json_out_text(out, S("workspace"), S("worktree"));
    put_names(out, S("env"), workflow->env.items, workflow->env.count);
    put_names(out, S("secrets"), workflow->secrets.items, workflow->secrets.count);
    put_bounds(out, workflow->graph);
    json_out_end_object(out);
}

json_t *describe_workflow(const struct workflow *workflow)
{
    struct arena arena = {0};
    struct json_out out;
    json_t *json;

    json_out_init(&out, &arena);
    describe_begin(&out, workflow);
    for (size_t i = 0; i < workflow->step_count; i = gen_step_after(workflow->steps[i]))
        describe_step(&out, workflow, workflow->steps[i]);
    describe_end(&out, workflow);
    json = json_loadb(out.text.p, out.text.len, JSON_ALLOW_NUL, NULL);
    arena_release(&arena);
    return json;
}
