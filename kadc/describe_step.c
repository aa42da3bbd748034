/* describe_step.c: the steps of a definition: what they do, where they lead, what is inside
 * of them. */
#include "describe.h"
#include "describe_parts.h"
#include "gen.h"

/* ---- Routes --------------------------------------------------------------------------- */

/* One outcome of a step, and the conditions on the way to where it leads. */
struct way {
    struct json_out *out;
    struct str on;
    struct buf *when;
};

/* "`x > 0`" of `{{ x > 0 }}`, on one line. */
static void add_condition(struct buf *line, const struct template *condition)
{
    struct str text = str_trim(condition->node->text);

    if (str_starts_with(text, S("{{")) && str_ends_with(text, S("}}")))
        text = str_trim(str_part(text, 2, text.len - 2));
    buf_add_char(line, '`');
    for (size_t i = 0; i < text.len; i++)
        buf_add_char(line, text.p[i] == '\n' ? ' ' : text.p[i]);
    buf_add_char(line, '`');
}

static struct str target_text(const struct route *route)
{
    if (route->kind == ROUTE_STEP)
        return route->target->id.text;
    return route->kind == ROUTE_FAIL ? S("$fail") : S("$complete");
}

static void put_leaf(const struct way *way, const struct route *route)
{
    json_out_object(way->out, JSON_ITEM);
    json_out_text(way->out, S("on"), way->on);
    describe_set_text(way->out, S("when"), buf_str(way->when));
    json_out_text(way->out, S("to"), target_text(route));
    json_out_end_object(way->out);
}

static void put_routes(const struct way *way, const struct route *route);

/* What is said from here on holds for one way of a decision. A decision inside a decision
 * holds under both conditions. */
static size_t open_when(const struct way *way)
{
    const size_t outer_len = way->when->len;

    if (outer_len)
        buf_add(way->when, S(", "));
    return outer_len;
}

static void put_way(const struct way *way, const struct route *route, size_t outer_len)
{
    put_routes(way, route);
    way->when->len = outer_len;
}

static void put_case(const struct way *way, const struct route_case *one)
{
    const size_t outer_len = open_when(way);

    if (one->when)
        add_condition(way->when, one->when);
    else
        buf_printf(way->when, "outcome `%.*s`", STR(one->outcome.text));
    put_way(way, one->then, outer_len);
}

/* The leaves of a decision tree, each with the conditions on its way. */
static void put_routes(const struct way *way, const struct route *route)
{
    size_t outer_len;

    switch (route->kind) {
    case ROUTE_BROKEN:
    case ROUTE_STEP:
    case ROUTE_COMPLETE:
    case ROUTE_FAIL: put_leaf(way, route); return;
    case ROUTE_CONDITION:
        outer_len = open_when(way);
        add_condition(way->when, route->condition);
        put_way(way, route->yes, outer_len);
        break;
    case ROUTE_OUTCOME:
    case ROUTE_SWITCH: break;
    }
    for (size_t i = 0; i < route->case_count; i++)
        put_case(way, &route->cases[i]);
    if (route->kind == ROUTE_OUTCOME)
        return;
    outer_len = open_when(way);
    buf_add(way->when, S("else"));
    put_way(way, route->no, outer_len);
}

static void put_all_routes(struct json_out *out, const struct step *step)
{
    struct arena scratch = {0};
    struct buf when;
    struct way way = {out, S("success"), &when};

    buf_init(&when, &scratch);
    json_out_array(out, S("routes"));
    put_routes(&way, step->on_success);
    way.on = S("failure");
    put_routes(&way, step->on_failure);
    way.on = S("timeout");
    if (step->on_timeout)
        put_routes(&way, step->on_timeout);
    json_out_end_array(out);
    arena_release(&scratch);
}

/* ---- Kinds of steps ---------------------------------------------------------------- */

static void put_run(struct json_out *out, const struct run *run)
{
    json_out_array(out, S("run"));
    for (size_t i = 0; i < run->arg_count; i++)
        json_out_text(out, JSON_ITEM, run->args[i]->node->text);
    json_out_end_array(out);
    json_out_boolean(out, S("idempotent"), run->is_idempotent);
}

static void put_match(struct json_out *out, const struct wait_way *way)
{
    json_out_object(out, S("match"));
    for (size_t i = 0; i < way->match_count; i++)
        describe_node(out, way->match[i].name.text, way->match[i].value->node, NULL);
    json_out_end_object(out);
}

static void put_wait_way(struct json_out *out, struct str key,
                         const struct wait_way *way)
{
    json_out_object(out, key);
    if (way->duration)
        describe_set_text(out, S("after"), way->duration->node->text);
    if (way->until)
        describe_set_text(out, S("until"), way->until->node->text);
    describe_set_text(out, S("event"), way->event.text);
    if (way->match_count)
        put_match(out, way);
    json_out_end_object(out);
}

/* As it is written: "10m", {"until"}, {"event", "match"?}, {"first": {name: way}}. */
static void put_wait(struct json_out *out, const struct wait *wait)
{
    if (!wait->is_first && wait->ways->duration) {
        json_out_text(out, S("wait"), wait->ways->duration->node->text);
        return;
    }
    if (!wait->is_first) {
        put_wait_way(out, S("wait"), wait->ways);
        return;
    }
    json_out_object(out, S("wait"));
    json_out_object(out, S("first"));
    for (size_t i = 0; i < wait->way_count; i++)
        put_wait_way(out, wait->ways[i].name.text, &wait->ways[i]);
    json_out_end_object(out);
    json_out_end_object(out);
}

static void put_approval(struct json_out *out, const struct approval *approval)
{
    json_out_object(out, S("approval"));
    json_out_text(out, S("prompt"), approval->prompt->node->text);
    json_out_array(out, S("choices"));
    for (size_t i = 0; i < approval->choice_count; i++)
        json_out_text(out, JSON_ITEM, approval->choices[i].text);
    json_out_end_array(out);
    json_out_end_object(out);
}

static struct str mode_name(enum block_mode mode)
{
    switch (mode) {
    case MODE_ALL: return S("all");
    case MODE_ANY: return S("any");
    case MODE_SETTLE: return S("settle");
    case MODE_AT_LEAST: break;
    }
    return S("atLeast");
}

static void put_mode(struct json_out *out, const struct block *block)
{
    json_out_text(out, S("mode"), mode_name(block->mode));
    if (block->mode == MODE_AT_LEAST)
        json_out_integer(out, S("atLeast"), block->at_least);
}

static void put_inside(struct json_out *out, const struct workflow *workflow,
                       const struct branch *branch)
{
    const size_t after = branch->first + branch->count;

    json_out_array(out, S("steps"));
    for (size_t i = branch->first; i < after; i = gen_step_after(workflow->steps[i]))
        describe_step(out, workflow, workflow->steps[i]);
    json_out_end_array(out);
}

static void put_branch(struct json_out *out, const struct workflow *workflow,
                       const struct branch *branch)
{
    struct arena scratch = {0};
    struct buf when;

    json_out_object(out, JSON_ITEM);
    describe_set_text(out, S("name"), branch->name.text);
    if (branch->when) {
        buf_init(&when, &scratch);
        add_condition(&when, branch->when);
        json_out_text(out, S("when"), buf_str(&when));
        arena_release(&scratch);
    }
    put_inside(out, workflow, branch);
    json_out_end_object(out);
}

static void put_parallel(struct json_out *out, const struct workflow *workflow,
                         const struct block *block)
{
    json_out_object(out, S("parallel"));
    put_mode(out, block);
    json_out_array(out, S("branches"));
    for (size_t i = 0; i < block->branch_count; i++)
        put_branch(out, workflow, &block->branches[i]);
    json_out_end_array(out);
    json_out_end_object(out);
}

static void put_for_each(struct json_out *out, const struct workflow *workflow,
                         const struct block *block)
{
    json_out_object(out, S("forEach"));
    describe_node(out, S("items"), block->each->node, NULL);
    json_out_text(out, S("as"), block->as.text.p ? block->as.text : S("item"));
    json_out_integer(out, S("max"), block->max_items);
    json_out_integer(out, S("concurrency"), block->concurrency);
    put_mode(out, block);
    put_inside(out, workflow, block->branches);
    json_out_end_object(out);
}

static void put_action(struct json_out *out, const struct step *step)
{
    describe_set_text(out, S("module"), step->module_name.text);
    describe_set_text(out, S("action"), step->action_name.text);
    json_out_boolean(out, S("idempotent"), step->action->is_idempotent);
}

/* What the step does, under the key that says it in YAML. */
static void put_work(struct json_out *out, const struct workflow *workflow,
                     const struct step *step)
{
    switch (step->kind) {
    case STEP_ACTION: put_action(out, step); break;
    case STEP_RUN: put_run(out, &step->run); break;
    case STEP_APPROVAL: put_approval(out, &step->approval); break;
    case STEP_WAIT: put_wait(out, &step->wait); break;
    case STEP_ROUTE: json_out_boolean(out, S("route"), true); break;
    case STEP_PARALLEL: put_parallel(out, workflow, step->block); break;
    case STEP_FOR_EACH: put_for_each(out, workflow, step->block); break;
    case STEP_WORKFLOW:
        describe_set_text(out, S("workflow"), step->block->workflow_name.text);
        break;
    }
}

static void put_codes(struct json_out *out, struct str key,
                      const struct retry_codes *codes)
{
    if (!codes->count)
        return;
    json_out_array(out, key);
    for (size_t i = 0; i < codes->count; i++)
        json_out_text(out, JSON_ITEM, codes->items[i].text);
    json_out_end_array(out);
}

static void put_retry(struct json_out *out, const struct retry *retry)
{
    json_out_object(out, S("retry"));
    json_out_integer(out, S("maxAttempts"), retry->max_attempts);
    if (retry->initial_ms) {
        json_out_object(out, S("backoff"));
        json_out_integer(out, S("initialMs"), retry->initial_ms);
        describe_limit(out, S("factor"), retry->factor);
        describe_limit(out, S("jitter"), retry->jitter);
        if (retry->max_ms)
            json_out_integer(out, S("maxMs"), retry->max_ms);
        json_out_end_object(out);
    }
    put_codes(out, S("on"), &retry->on);
    put_codes(out, S("notOn"), &retry->not_on);
    json_out_end_object(out);
}

static void put_bounds(struct json_out *out, const struct step *step)
{
    describe_set_text(out, S("lock"), step->lock.text);
    if (step->has_max_retries)
        json_out_integer(out, S("maxRetries"), step->max_retries);
    if (step->retry)
        put_retry(out, step->retry);
    if (step->timeout_ms)
        json_out_integer(out, S("timeoutMs"), step->timeout_ms);
    if (step->recovers)
        json_out_boolean(out, S("recovers"), true);
}

/* What a forEach keeps while it is under way. */
static void put_item_inputs(struct json_out *out, const struct type *items)
{
    json_out_object(out, S("inputs"));
    json_out_text(out, S("type"), S("object"));
    json_out_object(out, S("properties"));
    describe_schema(out, S("items"), items);
    json_out_end_object(out);
    json_out_array(out, S("required"));
    json_out_text(out, JSON_ITEM, S("items"));
    json_out_end_array(out);
    json_out_end_object(out);
}

void describe_step(struct json_out *out, const struct workflow *workflow,
                   const struct step *step)
{
    const struct span span = step->id.span;

    json_out_object(out, JSON_ITEM);
    json_out_text(out, S("id"), step->id.text);
    describe_set_text(out, S("name"), step->title);
    describe_set_text(out, S("description"), step->description);
    json_out_integer(out, S("line"), source_line_of(span.source, span.start));
    put_work(out, workflow, step);
    put_bounds(out, step);
    if (step->action)
        describe_schema(out, S("inputs"), step->action->inputs);
    else if (step->kind == STEP_WORKFLOW)
        describe_schema(out, S("inputs"), step->block->workflow->params);
    else if (step->kind == STEP_FOR_EACH)
        put_item_inputs(out, step->block->each->type);
    describe_schema(out, S("outputs"), step->outputs);
    put_all_routes(out, step);
    json_out_end_object(out);
}
