/* yaml.c: a random workflow as the file that kadc reads. */
#include <stdio.h>

#include "model.h"

struct writer {
    struct buf *buf;
    const struct flow *flow;
};

static void indent(const struct writer *w, unsigned depth)
{
    buf_fill(w->buf, ' ', (size_t)depth * 2);
}

/* A whole value; in double quotes, since the texts inside are in single ones. */
static void value(const struct writer *w, const struct tree *tree)
{
    if (tree->op == MIXED) {
        buf_add_char(w->buf, '"');
        tree_write(w->buf, w->flow, tree);
        buf_add_char(w->buf, '"');
        return;
    }
    buf_printf(w->buf, "\"{{ ");
    tree_write(w->buf, w->flow, tree);
    buf_printf(w->buf, " }}\"");
}

static const char *base_name(enum base base)
{
    switch (base) {
    case INTEGER: return "integer";
    case BOOLEAN: return "boolean";
    case TEXT: break;
    }
    return "string";
}

/* ", type: array, items: string" */
static void type(const struct writer *w, struct kind kind)
{
    if (kind.depth)
        buf_printf(w->buf, ", type: array, items: %s", base_name(kind.base));
    else
        buf_printf(w->buf, ", type: %s", base_name(kind.base));
}

/* Where a type has no keys beside it. */
static void output_type(const struct writer *w, struct kind kind)
{
    if (kind.depth)
        buf_printf(w->buf, ", type: {type: array, items: %s}", base_name(kind.base));
    else
        type(w, kind);
}

/* ---- Routes -------------------------------------------------------------------------- */

static void route(const struct writer *w, const struct route *to);

static void cases(const struct writer *w, const struct route *to)
{
    if (to->is_switch) {
        buf_printf(w->buf, "{switch: [");
        for (unsigned i = 0; i < to->case_count; i++) {
            buf_printf(w->buf, "%s{when: ", i ? ", " : "");
            value(w, to->cases[i].when);
            buf_printf(w->buf, ", then: ");
            route(w, to->cases[i].then);
            buf_add_char(w->buf, '}');
        }
        buf_add_char(w->buf, ']');
    } else {
        buf_printf(w->buf, "{condition: ");
        value(w, to->cases[0].when);
        buf_printf(w->buf, ", then: ");
        route(w, to->cases[0].then);
    }
    if (to->otherwise) {
        buf_printf(w->buf, ", else: ");
        route(w, to->otherwise);
    }
    buf_add_char(w->buf, '}');
}

static void route(const struct writer *w, const struct route *to)
{
    switch (to->target) {
    case TO_STEP: buf_printf(w->buf, "%s", to->step->id); break;
    case TO_COMPLETE: buf_printf(w->buf, "$complete"); break;
    case TO_FAIL: buf_printf(w->buf, "$fail"); break;
    case TO_CASES: cases(w, to); break;
    }
}

static void route_key(const struct writer *w, unsigned depth, const char *key,
                      const struct route *to)
{
    if (!to)
        return;
    indent(w, depth);
    buf_printf(w->buf, "%s: ", key);
    route(w, to);
    buf_add_char(w->buf, '\n');
}

static void routes(const struct writer *w, unsigned depth, const struct step *step)
{
    if (step->kind == ROUTE) {
        route_key(w, depth, "route", step->on_success);
    } else if (step->by_outcome) {
        indent(w, depth);
        buf_printf(w->buf, "onOutcome:\n");
        for (unsigned i = 0; i < OUTCOME_COUNT; i++)
            route_key(w, depth + 1, outcome_names[i], step->on_outcome[i]);
    } else {
        route_key(w, depth, "onSuccess", step->on_success);
    }
    route_key(w, depth, "onFailure", step->on_failure);
    route_key(w, depth, "onTimeout", step->on_timeout);
}

/* ---- Steps --------------------------------------------------------------------------- */

static void line(const struct writer *w, unsigned depth, const struct line *steps);

static void action(const struct writer *w, unsigned depth, const struct step *step)
{
    bool has_inputs = false;

    indent(w, depth);
    buf_printf(w->buf, "module: probe\n");
    indent(w, depth);
    buf_printf(w->buf, "action: %s\n", action_names[step->action]);
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        if (!step->inputs[i])
            continue;
        if (!has_inputs) {
            indent(w, depth);
            buf_printf(w->buf, "inputs:\n");
        }
        has_inputs = true;
        indent(w, depth + 1);
        buf_printf(w->buf, "%s: ", field_names[i]);
        value(w, step->inputs[i]);
        buf_add_char(w->buf, '\n');
    }
}

static void retry(const struct writer *w, unsigned depth, const struct retry *retry)
{
    const char *separator = "";

    if (!retry->max_attempts)
        return;
    indent(w, depth);
    buf_printf(w->buf, "retry: {maxAttempts: %u", retry->max_attempts);
    if (retry->is_limited) {
        buf_printf(w->buf, ", %s: [", retry->is_not ? "notOn" : "on");
        for (unsigned i = 0; i <= CODE_COUNT; i++) {
            if (!retry->codes[i])
                continue;
            buf_printf(w->buf, "%s%s", separator,
                       i < CODE_COUNT ? failure_codes[i] : "timed_out");
            separator = ", ";
        }
        buf_add_char(w->buf, ']');
    }
    buf_printf(w->buf, "}\n");
}

static void mode(const struct writer *w, unsigned depth, const struct step *step)
{
    static const char *const names[] = {
        [ALL] = "all", [ANY] = "any", [SETTLE] = "settle"};

    indent(w, depth);
    if (step->mode == AT_LEAST)
        buf_printf(w->buf, "mode: {atLeast: %u}\n", step->at_least);
    else
        buf_printf(w->buf, "mode: %s\n", names[step->mode]);
}

static void parallel(const struct writer *w, unsigned depth, const struct step *step)
{
    indent(w, depth);
    buf_printf(w->buf, "parallel:\n");
    indent(w, depth + 1);
    buf_printf(w->buf, "branches:\n");
    for (unsigned i = 0; i < step->branch_count; i++) {
        const struct line *branch = step->branches[i];

        indent(w, depth + 2);
        buf_printf(w->buf, "%s:\n", branch->name);
        if (branch->when) {
            indent(w, depth + 3);
            buf_printf(w->buf, "when: ");
            value(w, branch->when);
            buf_add_char(w->buf, '\n');
            indent(w, depth + 3);
            buf_printf(w->buf, "steps:\n");
        }
        line(w, depth + 3 + (branch->when != NULL), branch);
    }
    mode(w, depth + 1, step);
}

static void for_each(const struct writer *w, unsigned depth, const struct step *step)
{
    indent(w, depth);
    buf_printf(w->buf, "forEach: ");
    value(w, step->items);
    buf_add_char(w->buf, '\n');
    indent(w, depth);
    buf_printf(w->buf, "max: %u\n", step->max_items);
    if (step->as) {
        indent(w, depth);
        buf_printf(w->buf, "as: %s\n", step->as);
    }
    if (step->concurrency) {
        indent(w, depth);
        buf_printf(w->buf, "concurrency: %u\n", step->concurrency);
    }
    mode(w, depth, step);
    indent(w, depth);
    buf_printf(w->buf, "steps:\n");
    line(w, depth + 1, step->branches[0]);
}

static void call(const struct writer *w, unsigned depth, const struct step *step)
{
    const struct flow *callee = step->callee;
    bool has_inputs = false;

    indent(w, depth);
    buf_printf(w->buf, "workflow: %s\n", callee->id);
    for (size_t i = 0; i < callee->parameters.count; i++) {
        if (!step->arguments[i])
            continue;
        if (!has_inputs) {
            indent(w, depth);
            buf_printf(w->buf, "inputs:\n");
        }
        has_inputs = true;
        indent(w, depth + 1);
        buf_printf(w->buf, "%s: ", callee->parameters.items[i].name);
        value(w, step->arguments[i]);
        buf_add_char(w->buf, '\n');
    }
}

static void one_step(const struct writer *w, unsigned depth, const struct step *step)
{
    indent(w, depth);
    buf_printf(w->buf, "- id: %s\n", step->id);
    depth++;
    switch (step->kind) {
    case ACTION: action(w, depth, step); break;
    case ROUTE: break;
    case PARALLEL: parallel(w, depth, step); break;
    case FOR_EACH: for_each(w, depth, step); break;
    case CALL: call(w, depth, step); break;
    }
    if (step->is_bounded) {
        indent(w, depth);
        buf_printf(w->buf, "maxRetries: %u\n", step->max_retries);
    }
    retry(w, depth, &step->retry);
    if (step->on_timeout) { /* that no clock ever reaches */
        indent(w, depth);
        buf_printf(w->buf, "timeout: 1h\n");
    }
    if (step->recovers) {
        indent(w, depth);
        buf_printf(w->buf, "recovers: true\n");
    }
    routes(w, depth, step);
}

static void line(const struct writer *w, unsigned depth, const struct line *steps)
{
    for (size_t i = 0; i < steps->steps.count; i++)
        one_step(w, depth, steps->steps.items[i]);
}

/* ---- The whole ----------------------------------------------------------------------- */

static void parameter(const struct writer *w, const struct parameter *parameter)
{
    buf_printf(w->buf, "      - {name: %s", parameter->name);
    type(w, parameter->kind);
    if (parameter->is_optional)
        buf_printf(w->buf, ", required: false");
    if (parameter->preset.is_set) {
        buf_printf(w->buf, ", default: ");
        value_write(w->buf, parameter->kind, parameter->preset);
    }
    buf_printf(w->buf, "}\n");
}

void flow_write(struct buf *yaml, const struct flow *flow)
{
    const struct writer w = {yaml, flow};

    buf_printf(yaml,
               "name: \"Random %s\"\nversion: \"1.0.0\"\ntriggers:\n  - type: cli\n"
               "    command: kad workflow %s\n",
               flow->id, flow->id);
    if (flow->parameters.count)
        buf_printf(yaml, "    params:\n");
    for (size_t i = 0; i < flow->parameters.count; i++)
        parameter(&w, &flow->parameters.items[i]);
    buf_printf(yaml, "steps:\n");
    line(&w, 1, &flow->main);
    if (flow->output_count)
        buf_printf(yaml, "outputs:\n");
    for (unsigned i = 0; i < flow->output_count; i++) {
        buf_printf(yaml, "  - {name: %s", flow->outputs[i].name);
        output_type(&w, flow->outputs[i].value->kind);
        buf_printf(yaml, ", value: ");
        value(&w, flow->outputs[i].value);
        buf_printf(yaml, "}\n");
    }
}
