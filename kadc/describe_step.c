/* describe_step.c: the steps of a definition: what they do, where they lead, what is inside
 * of them. */
#include <stdlib.h>

#include "base/buf.h"
#include "describe_parts.h"
#include "gen.h"

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
    json_object_set_new(leaf, "to", describe_text_json(target_text(route)));
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

/* ---- Kinds of steps ---------------------------------------------------------------- */

static json_t *run_json(const struct run *run)
{
    json_t *argv = json_array();

    for (size_t i = 0; i < run->arg_count; i++)
        json_array_append_new(argv, describe_text_json(run->args[i]->node->text));
    return argv;
}

static json_t *match_json(const struct wait_way *way)
{
    json_t *match = json_object();

    for (size_t i = 0; i < way->match_count; i++) {
        const struct input *field = &way->match[i];

        json_object_setn_new(match, field->name.text.p, field->name.text.len,
                             describe_node(field->value->node, NULL));
    }
    return match;
}

static json_t *way_json(const struct wait_way *way)
{
    json_t *json = json_object();

    if (way->duration)
        describe_set_text(json, "after", way->duration->node->text);
    if (way->until)
        describe_set_text(json, "until", way->until->node->text);
    describe_set_text(json, "event", way->event.text);
    if (way->match_count)
        json_object_set_new(json, "match", match_json(way));
    return json;
}

/* As it is written: "10m", {"until"}, {"event", "match"?}, {"first": {name: way}}. */
static json_t *wait_json(const struct wait *wait)
{
    json_t *ways;

    if (!wait->is_first && wait->ways->duration)
        return describe_text_json(wait->ways->duration->node->text);
    if (!wait->is_first)
        return way_json(wait->ways);
    ways = json_object();
    for (size_t i = 0; i < wait->way_count; i++)
        json_object_setn_new(ways, wait->ways[i].name.text.p,
                             wait->ways[i].name.text.len, way_json(&wait->ways[i]));
    return json_pack("{s:o}", "first", ways);
}

static json_t *approval_json(const struct approval *approval)
{
    json_t *choices = json_array();

    for (size_t i = 0; i < approval->choice_count; i++)
        json_array_append_new(choices, describe_text_json(approval->choices[i].text));
    return json_pack("{s:o,s:o}", "prompt",
                     describe_text_json(approval->prompt->node->text), "choices",
                     choices);
}

static const char *mode_name(enum block_mode mode)
{
    switch (mode) {
    case MODE_ALL: return "all";
    case MODE_ANY: return "any";
    case MODE_SETTLE: return "settle";
    case MODE_AT_LEAST: break;
    }
    return "atLeast";
}

static void add_mode(json_t *json, const struct block *block)
{
    json_object_set_new(json, "mode", json_string(mode_name(block->mode)));
    if (block->mode == MODE_AT_LEAST)
        json_object_set_new(json, "atLeast", json_integer(block->at_least));
}

static json_t *branch_json(struct arena *arena, const struct workflow *workflow,
                           const struct branch *branch)
{
    json_t *json = json_object();

    describe_set_text(json, "name", branch->name.text);
    if (branch->when)
        json_object_set_new(json, "when",
                            json_string(condition_text(arena, branch->when)));
    json_object_set_new(
        json, "steps",
        describe_steps(arena, workflow, branch->first, branch->first + branch->count));
    return json;
}

static json_t *parallel_json(struct arena *arena, const struct workflow *workflow,
                             const struct block *block)
{
    json_t *json = json_object(), *branches = json_array();

    add_mode(json, block);
    for (size_t i = 0; i < block->branch_count; i++)
        json_array_append_new(branches,
                              branch_json(arena, workflow, &block->branches[i]));
    json_object_set_new(json, "branches", branches);
    return json;
}

static json_t *for_each_json(struct arena *arena, const struct workflow *workflow,
                             const struct block *block)
{
    json_t *json = json_object();
    const struct branch *body = block->branches;

    json_object_set_new(json, "items", describe_node(block->each->node, NULL));
    describe_set_text(json, "as", block->as.text.p ? block->as.text : S("item"));
    json_object_set_new(json, "max", json_integer(block->max_items));
    json_object_set_new(json, "concurrency", json_integer(block->concurrency));
    add_mode(json, block);
    json_object_set_new(
        json, "steps",
        describe_steps(arena, workflow, body->first, body->first + body->count));
    return json;
}

static void add_action(json_t *json, const struct step *step)
{
    describe_set_text(json, "module", step->module_name.text);
    describe_set_text(json, "action", step->action_name.text);
    json_object_set_new(json, "idempotent", json_boolean(step->action->is_idempotent));
}

/* What the step does, under the key that says it in YAML. */
static void add_work(struct arena *arena, const struct workflow *workflow, json_t *json,
                     const struct step *step)
{
    switch (step->kind) {
    case STEP_ACTION: add_action(json, step); break;
    case STEP_RUN:
        json_object_set_new(json, "run", run_json(&step->run));
        json_object_set_new(json, "idempotent", json_boolean(step->run.is_idempotent));
        break;
    case STEP_APPROVAL:
        json_object_set_new(json, "approval", approval_json(&step->approval));
        break;
    case STEP_WAIT: json_object_set_new(json, "wait", wait_json(&step->wait)); break;
    case STEP_ROUTE: json_object_set_new(json, "route", json_true()); break;
    case STEP_PARALLEL:
        json_object_set_new(json, "parallel",
                            parallel_json(arena, workflow, step->block));
        break;
    case STEP_FOR_EACH:
        json_object_set_new(json, "forEach",
                            for_each_json(arena, workflow, step->block));
        break;
    case STEP_WORKFLOW:
        describe_set_text(json, "workflow", step->block->workflow_name.text);
        break;
    }
}

static json_t *codes_json(const struct retry_codes *codes)
{
    json_t *list = json_array();

    for (size_t i = 0; i < codes->count; i++)
        json_array_append_new(list, describe_text_json(codes->items[i].text));
    return list;
}

static json_t *retry_json(const struct retry *retry)
{
    json_t *json = json_pack("{s:I}", "maxAttempts", (json_int_t)retry->max_attempts);

    if (retry->initial_ms)
        json_object_set_new(json, "backoff",
                            json_pack("{s:I,s:o,s:o}", "initialMs",
                                      (json_int_t)retry->initial_ms, "factor",
                                      describe_limit(retry->factor), "jitter",
                                      describe_limit(retry->jitter)));
    if (retry->max_ms)
        json_object_set_new(json_object_get(json, "backoff"), "maxMs",
                            json_integer(retry->max_ms));
    if (retry->on.count)
        json_object_set_new(json, "on", codes_json(&retry->on));
    if (retry->not_on.count)
        json_object_set_new(json, "notOn", codes_json(&retry->not_on));
    return json;
}

/* What a forEach keeps while it is under way. */
static json_t *items_schema(const struct type *items)
{
    return json_pack("{s:s, s:{s:o}, s:[s]}", "type", "object", "properties", "items",
                     describe_schema(items), "required", "items");
}

static json_t *step_json(struct arena *arena, const struct workflow *workflow,
                         const struct step *step)
{
    json_t *json = json_object();
    const struct place place = source_place(step->id.span.source, step->id.span.start);

    describe_set_text(json, "id", step->id.text);
    describe_set_text(json, "name", step->title);
    describe_set_text(json, "description", step->description);
    json_object_set_new(json, "line", json_integer(place.line));
    add_work(arena, workflow, json, step);
    describe_set_text(json, "lock", step->lock.text);
    if (step->has_max_retries)
        json_object_set_new(json, "maxRetries", json_integer(step->max_retries));
    if (step->retry)
        json_object_set_new(json, "retry", retry_json(step->retry));
    if (step->timeout_ms)
        json_object_set_new(json, "timeoutMs", json_integer(step->timeout_ms));
    if (step->recovers)
        json_object_set_new(json, "recovers", json_true());
    if (step->action)
        json_object_set_new(json, "inputs", describe_schema(step->action->inputs));
    else if (step->kind == STEP_WORKFLOW)
        json_object_set_new(json, "inputs",
                            describe_schema(step->block->workflow->params));
    else if (step->kind == STEP_FOR_EACH)
        json_object_set_new(json, "inputs", items_schema(step->block->each->type));
    json_object_set_new(json, "outputs", describe_schema(step->outputs));
    json_object_set_new(json, "routes", routes_json(arena, step));
    return json;
}

json_t *describe_steps(struct arena *arena, const struct workflow *workflow,
                       size_t first, size_t after)
{
    json_t *steps = json_array();

    for (size_t i = first; i < after; i = gen_step_after(workflow->steps[i]))
        json_array_append_new(steps, step_json(arena, workflow, workflow->steps[i]));
    return steps;
}
