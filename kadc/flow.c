/* flow.c: a step reads only outputs that every path to it has set.
 *
 * In: the routing graph, names and types resolved. Out: diagnostics, and may_be_unset of
 * bindings; of each step, whether its outputs are needed, and what a start there needs; the
 * variables that the workflow reads.
 *
 * Outputs are those of the producer's last visit, and a visit that fails leaves none. So a
 * read is safe if and only if every path to it goes through a success of the producer: were
 * there a path whose last visit fails, there would also be one on which already the first
 * visit fails. "Every path goes through" is dominance, in a graph where each step is three
 * nodes: it is entered, it has succeeded, it has failed (graph_nodes.c). A step inside of a
 * block is seen from outside as the block that stands for it there, which may or may not have
 * set the output when it succeeds (blocks.c).
 *
 * Without errors, later passes may rely on:
 *   (1) an output is read only where it is set, or where being unset is harmless: left of
 *       `??`, compared with null, or alone in an optional place;
 *   (2) in the latter case its binding says may_be_unset. */
#include "blocks.h"
#include "flow_needs.h"
#include "flow_path.h"
#include "flow_report.h"
#include "graph.h"
#include "keys.h"
#include "passes.h"

struct flow {
    struct program *program;
    struct workflow *workflow;
    struct flow_paths *paths;
    struct flow_reads reads;
    struct flow_needs needs;
    struct table env;     /* names in workflow->env */
    struct table secrets; /* names in workflow->secrets */
    /* Where the expression stands that is being looked at. */
    const struct step *step; /* NULL: the workflow's outputs */
    enum node_part part;
    bool is_silent; /* what stands there has been refused already */
    bool *is_param_used;
    bool is_chosen;      /* a condition decides whether it is read */
    bool is_usage_known; /* every name in every expression was understood */
};

/* ---- One read ------------------------------------------------------------------------ */

static bool is_dominated(const struct flow *flow, const struct step *by,
                         enum node_part part)
{
    return graph_is_passed(flow->workflow->graph, graph_node(by, part),
                           graph_node(flow->step, flow->part));
}

/* What stands for a producer where something reads it, and whether a success of that is
 * enough. */
struct seen {
    const struct step *step;
    bool is_sure;
};

static struct seen seen_here(const struct flow *flow, const struct step *producer)
{
    const struct step *stand_in = step_stand_in(producer, flow->step);
    struct outside outside =
        step_outside(flow->program->arena, producer, stand_in, type_poison());
    return (struct seen){stand_in, outside.is_sure};
}

/* What is wrong with reading an output of `producer` here; 0: it is set. */
static unsigned read_fault(const struct flow *flow, const struct step *producer,
                           const struct seen *seen)
{
    bool is_own_input = producer == flow->step && flow->part == NODE_ENTERED;
    if (step_is_inside(flow->step, seen->step->block))
        return KAD0403; /* it has not ended yet */
    if (is_dominated(flow, seen->step, NODE_SUCCEEDED))
        return seen->is_sure ? 0 : KAD0401;
    if (seen->step == producer && producer->outputs_on_failure && !is_own_input &&
        is_dominated(flow, producer, NODE_ENTERED))
        return KAD0404;
    if (is_dominated(flow, seen->step, NODE_FAILED))
        return KAD0402;
    return KAD0401;
}

/* Whether every end that completes the workflow comes after a success of the step, also one
 * that a failure leads to. */
static bool is_before_all_ends(const struct flow *flow, const struct step *step)
{
    const struct graph *graph = flow->workflow->graph;
    for (size_t e = 0; e < graph->edge_count; e++) {
        const struct edge *edge = &graph->edges[e];
        if (edge->to || edge->from->branch || edge->is_refused ||
            edge->route->kind != ROUTE_COMPLETE || !edge->from->is_reachable)
            continue;
        if (!graph_is_passed(graph, graph_node(step, NODE_SUCCEEDED),
                             graph_node(edge->from, edge->kind == EDGE_SUCCESS
                                                        ? NODE_SUCCEEDED
                                                        : NODE_FAILED)))
            return false;
    }
    return true;
}

/* Of the workflow's outputs: unset at some end that completes. */
static bool is_unset_at_end(const struct flow *flow, const struct seen *seen)
{
    if (!seen->is_sure)
        return true;
    return !is_before_all_ends(flow, seen->step) &&
           flow_path_find(flow->paths, seen->step, NULL).is_found;
}

static const struct step *main_step(const struct step *step)
{
    while (step && step->outer)
        step = step->outer->step;
    return step;
}

/* A start is possible at steps of the main line alone, and what is inside of a block is left
 * by the block. */
static void output_need(struct flow *flow, const struct step *producer)
{
    const struct step *reader = main_step(flow->step);
    bool is_own_input = flow->step == reader && flow->part == NODE_ENTERED;
    for (const struct step *at = producer; at; at = at->outer ? at->outer->step : NULL)
        if (!flow->step || !step_is_inside(flow->step, at->block))
            flow->workflow->steps[at->index]->are_outputs_needed = true;
    producer = main_step(producer);
    if (producer != reader || is_own_input)
        flow_needs_add(&flow->needs, producer, reader);
}

/* 0406: in the first round of a loop it has no value, and then that of the round before; and
 * nothing in the expression says that this is meant. */
static void stale_check(struct flow *flow, const struct expr *expr,
                        const struct seen *seen)
{
    const struct step *reader = flow->step;
    struct diags *diags = flow->program->diags;
    if (expr->is_guarded || flow->is_chosen || flow->is_silent || !reader ||
        flow->part != NODE_ENTERED || seen->step->loop != reader->loop ||
        line_key(seen->step) != line_key(reader) ||
        !graph_is_passed(flow->workflow->graph, graph_node(reader, NODE_ENTERED),
                         graph_node(seen->step, NODE_SUCCEEDED)))
        return;
    diag_report(diags, expr->span, KAD0406,
                "`%.*s` is of the last round of the loop, and in the first one unset",
                STR(span_text(expr->span)));
    diag_subject(diags, "stale `%.*s` in `%.*s`", STR(span_text(expr->span)),
                 STR(reader->id.text));
    diag_note(diags, seen->step->id.span,
              "`%.*s` sets it, which comes after `%.*s` in the loop",
              STR(seen->step->id.text), STR(reader->id.text));
    diag_help(diags, "if that is meant, say what stands for it at first: `%.*s ?? %s`",
              STR(span_text(expr->span)), type_fallback_text(expr->type));
}

/* Returns whether the value may be unset. */
static bool output_read(struct flow *flow, struct expr *expr, bool is_harmless)
{
    const struct step *producer = expr->binding.step;
    unsigned code = 0;
    /* What can't be reached has been reported (0301), or something that led there. */
    if (!producer->is_reachable || (flow->step && !flow->step->is_reachable))
        return false;
    struct seen seen = seen_here(flow, producer);
    if (flow->step)
        code = read_fault(flow, producer, &seen);
    else if (is_unset_at_end(flow, &seen))
        code = KAD0408;
    if (code == 0 || !is_harmless)
        output_need(flow, producer);
    if (code == 0)
        return false;
    expr->binding.may_be_unset = is_harmless;
    if (is_harmless && code == KAD0401)
        stale_check(flow, expr, &seen);
    if (!is_harmless && !flow->is_silent)
        flow_reads_add(&flow->reads, (struct flow_read){expr, flow->step, seen.step,
                                                        !seen.is_sure, code});
    return true;
}

/* Whether routes that are missing may be why a value is always set, or an error always
 * null. */
static bool is_in_doubt(const struct workflow *workflow)
{
    return workflow->has_doubtful_routes || workflow->has_odd_routes;
}

/* 0409; where the type has already been refused as optional, that is enough. */
static void error_read(struct flow *flow, const struct expr *expr, bool is_harmless)
{
    if (!flow->step || !flow->step->is_reachable || flow->part == NODE_FAILED ||
        !is_harmless || flow->step->can_be_after_failure || is_in_doubt(flow->workflow))
        return;
    diag_report(flow->program->diags, expr->span, KAD0409,
                "`workflow.error` is always null here: nothing can have failed before");
}

/* The same of one step: it can't be passed but by a success. */
static void step_error_read(struct flow *flow, const struct expr *expr,
                            bool is_harmless)
{
    const struct step *step = expr->binding.step;
    if (!flow->step || !flow->step->is_reachable || !step->is_reachable ||
        !is_harmless || is_in_doubt(flow->workflow))
        return;
    const struct seen seen = seen_here(flow, step);
    if (seen.step != step || read_fault(flow, step, &seen) != 0)
        return;
    diag_report(flow->program->diags, expr->span, KAD0409,
                "`%.*s` is always null here: step `%.*s` has succeeded",
                STR(span_text(expr->span)), STR(step->id.text));
}

static void env_read(struct flow *flow, struct str name)
{
    if (!table_add(&flow->env, name, flow))
        vec_push(flow->program->arena, &flow->workflow->env, name);
}

static void secret_read(struct flow *flow, struct str name)
{
    if (!table_add(&flow->secrets, name, flow))
        vec_push(flow->program->arena, &flow->workflow->secrets, name);
}

/* 0403: what a block decides and goes through before it begins can't hang on what is inside
 * of it, not even on what that has left the last time. */
static bool is_own_inside_read(struct flow *flow, const struct expr *expr)
{
    const struct step *step = flow->step, *read = expr->binding.step;
    struct diags *diags = flow->program->diags;
    if (!step || !read || flow->part != NODE_ENTERED || read == step ||
        !step_is_inside(read, step->block))
        return false;
    if (flow->is_silent || !step->is_reachable)
        return true;
    diag_report(diags, expr->span, KAD0403,
                "`%.*s` is inside of `%.*s`, which has not begun here",
                STR(read->id.text), STR(step->id.text));
    diag_subject(diags, "inside `%.*s` in `%.*s`", STR(span_text(expr->span)),
                 STR(step->id.text));
    diag_note(diags, read->id.span, "`%.*s` stands here", STR(read->id.text));
    return true;
}

static bool binding_read(struct flow *flow, struct expr *expr, bool is_harmless)
{
    const struct binding *binding = &expr->binding;
    if (binding->step)
        flow->workflow->steps[binding->step->index]->is_read = true;
    if (is_own_inside_read(flow, expr))
        return true;
    switch (binding->kind) {
    case BIND_OUTPUT: return output_read(flow, expr, is_harmless);
    case BIND_PARAMETER:
        flow->is_param_used[binding->field - flow->workflow->params->fields] = true;
        return false;
    case BIND_ENV: env_read(flow, binding->name); return false;
    case BIND_SECRET: secret_read(flow, binding->name); return false;
    case BIND_WORKFLOW_ERROR: error_read(flow, expr, is_harmless); return false;
    case BIND_STEP_ERROR: step_error_read(flow, expr, is_harmless); return false;
    default: return false;
    }
}

/* ---- Expressions --------------------------------------------------------------------- */

static bool expr_read(struct flow *flow, struct expr *expr, bool is_harmless);

/* 0405: a fallback for a value that is always there. */
static void null_check_read(struct flow *flow, const struct expr *check,
                            struct expr *value)
{
    bool may_be_unset = expr_read(flow, value, true);
    enum type_kind kind = value->type->kind;
    bool is_reachable = !flow->step || flow->step->is_reachable;
    if (may_be_unset || !is_reachable || is_in_doubt(flow->workflow) ||
        flow->workflow->has_gaps || value->type->is_optional || kind == TYPE_POISON ||
        kind == TYPE_ANY || kind == TYPE_NULL)
        return;
    struct str text = span_text(value->span);
    if (check->op == OP_COALESCE)
        diag_report(flow->program->diags, check->right->span, KAD0405,
                    "`%.*s` is always set here, so that its fallback is never used",
                    STR(text));
    else
        diag_report(flow->program->diags, check->span, KAD0405,
                    "`%.*s` is never null here", STR(text));
}

static bool binary_read(struct flow *flow, struct expr *expr, bool is_harmless)
{
    bool is_equality = expr->op == OP_EQUAL || expr->op == OP_UNEQUAL;
    if (expr->op == OP_COALESCE) {
        null_check_read(flow, expr, expr->left);
        return expr_read(flow, expr->right, is_harmless);
    }
    if (is_equality && expr->right->kind == EXPR_NULL)
        null_check_read(flow, expr, expr->left);
    else if (is_equality && expr->left->kind == EXPR_NULL)
        null_check_read(flow, expr, expr->right);
    else {
        expr_read(flow, expr->left, false);
        expr_read(flow, expr->right, false);
    }
    return false;
}

static bool choice_read(struct flow *flow, struct expr *expr, bool is_harmless)
{
    const bool was_chosen = flow->is_chosen;
    bool may_be_unset;
    expr_read(flow, expr->args[0], false);
    flow->is_chosen = true;
    may_be_unset = expr_read(flow, expr->args[1], is_harmless);
    may_be_unset = expr_read(flow, expr->args[2], is_harmless) || may_be_unset;
    flow->is_chosen = was_chosen;
    return may_be_unset;
}

/* Reads all that an expression names. `is_harmless`: its value may be unset. Returns whether
 * it may be, for a reason that its type does not show. */
static bool expr_read(struct flow *flow, struct expr *expr, bool is_harmless)
{
    if (expr->binding.kind != BIND_NONE)
        return binding_read(flow, expr, is_harmless);
    bool may_be_unset;
    switch (expr->kind) {
    case EXPR_FIELD:
        if (expr->type->kind == TYPE_POISON)
            flow->is_usage_known = false;
        return expr_read(flow, expr->left, is_harmless);
    case EXPR_INDEX:
        may_be_unset = expr_read(flow, expr->left, is_harmless);
        expr_read(flow, expr->right, false);
        return may_be_unset;
    case EXPR_BINARY: return binary_read(flow, expr, is_harmless);
    case EXPR_CHOICE: return choice_read(flow, expr, is_harmless);
    case EXPR_NOT:
    case EXPR_NEGATE: expr_read(flow, expr->left, false); return false;
    case EXPR_LIST:
    case EXPR_CALL:
        for (size_t i = 0; i < expr->arg_count; i++)
            expr_read(flow, expr->args[i], false);
        return false;
    case EXPR_BROKEN:
    case EXPR_NAME: flow->is_usage_known = false; return false;
    case EXPR_TEXT:
    case EXPR_INTEGER:
    case EXPR_NUMBER:
    case EXPR_BOOLEAN:
    case EXPR_NULL: return false;
    }
    return false;
}

static void template_read_all(struct flow *flow, struct template *value,
                              bool is_optional_place)
{
    for (size_t i = 0; value && i < value->part_count; i++)
        if (value->parts[i].expr)
            expr_read(flow, value->parts[i].expr, value->is_lone && is_optional_place);
}

static void value_read_all(struct flow *flow, struct value *value)
{
    bool is_optional = value->wanted && value->wanted->is_optional;
    flow->is_silent = value->is_reported;
    template_read_all(flow, value->scalar, is_optional);
    flow->is_silent = false;
    for (size_t i = 0; i < value->count; i++)
        value_read_all(flow, value->items[i]);
}

/* ---- Steps --------------------------------------------------------------------------- */

static void route_read_all(struct flow *flow, struct route *route)
{
    template_read_all(flow, route->condition, false);
    for (size_t i = 0; i < route->case_count; i++) {
        template_read_all(flow, route->cases[i].when, false);
        route_read_all(flow, route->cases[i].then);
    }
    if (route->yes)
        route_read_all(flow, route->yes);
    if (route->no)
        route_read_all(flow, route->no);
}

static void way_read_all(struct flow *flow, const struct wait_way *way)
{
    if (way->duration)
        value_read_all(flow, way->duration);
    if (way->until)
        value_read_all(flow, way->until);
    for (size_t i = 0; i < way->match_count; i++)
        value_read_all(flow, way->match[i].value);
}

/* What a block itself reads; the steps in it are steps of their own. */
static void block_read_all(struct flow *flow, const struct block *block)
{
    if (block->each)
        value_read_all(flow, block->each);
    for (size_t i = 0; i < block->branch_count; i++)
        template_read_all(flow, block->branches[i].when, false);
}

static void step_read_all(struct flow *flow, struct step *step)
{
    flow->step = step;
    flow->part = NODE_ENTERED;
    for (size_t i = 0; i < step->input_count; i++)
        value_read_all(flow, step->inputs[i].value);
    for (size_t i = 0; i < step->run.arg_count; i++)
        value_read_all(flow, step->run.args[i]);
    for (size_t i = 0; i < step->run.env_count; i++)
        value_read_all(flow, step->run.env[i].value);
    template_read_all(flow, step->run.cwd, false);
    template_read_all(flow, step->run.stdin_text, false);
    for (size_t i = 0; i < step->wait.way_count; i++)
        way_read_all(flow, &step->wait.ways[i]);
    if (step->block)
        block_read_all(flow, step->block);
    if (step->approval.prompt)
        value_read_all(flow, step->approval.prompt);
    flow->part = NODE_SUCCEEDED;
    route_read_all(flow, step->on_success);
    flow->part = NODE_FAILED;
    route_read_all(flow, step->on_failure);
    if (step->on_timeout)
        route_read_all(flow, step->on_timeout);
}

/* ---- 0212 ---------------------------------------------------------------------------- */

static void params_report_unused(const struct flow *flow)
{
    const struct type *params = flow->workflow->params;
    for (size_t i = 0; i < params->field_count; i++)
        if (!flow->is_param_used[i] && name_is_identifier(params->fields[i].name))
            diag_report(flow->program->diags, params->fields[i].name_span, KAD0212,
                        "parameter `%.*s` is never used", STR(params->fields[i].name));
}

/* ---- 0407 ---------------------------------------------------------------------------- */

/* Whether nothing is left of a run of it. That it fails, or how it succeeds, may be what it
 * is there for. */
static bool is_in_vain(const struct step *step)
{
    return step->action && step->action->is_pure && step->is_reachable &&
           !step->is_read && step->action->outputs->field_count > 0 &&
           step->action->outcome_count == 0 && step->action->error_count == 0 &&
           step->on_failure->kind != ROUTE_STEP;
}

static void dead_stores_report(const struct flow *flow)
{
    const struct workflow *workflow = flow->workflow;
    struct diags *diags = flow->program->diags;
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        if (!is_in_vain(step))
            continue;
        diag_report(diags, step->id.span, KAD0407,
                    "step `%.*s` has no effect but its outputs, and none is read",
                    STR(step->id.text));
        diag_note(diags, step->action->name.span, "its action is `pure`");
        diag_help(diags, "leave the step out, or use its outputs");
    }
}

void flow_check(struct program *program, struct workflow *workflow)
{
    struct arena scratch = {0};
    struct flow flow = {
        .program = program,
        .workflow = workflow,
        .paths = flow_paths_new(&scratch, workflow),
        .is_param_used = arena_array(&scratch, bool, workflow->params->field_count),
        .is_usage_known = !workflow->has_gaps,
    };
    flow_reads_init(&flow.reads, &scratch);
    flow_needs_init(&flow.needs, &scratch, workflow);
    table_init(&flow.env, &scratch);
    table_init(&flow.secrets, &scratch);
    for (size_t i = 0; i < workflow->step_count; i++)
        step_read_all(&flow, workflow->steps[i]);
    flow.step = NULL;
    for (size_t i = 0; i < workflow->output_count; i++)
        value_read_all(&flow, workflow->outputs[i].value);
    for (size_t i = 0; i < workflow->trigger_count; i++)
        template_read_all(&flow, workflow->triggers[i].event.filter, false);
    if (workflow->concurrency)
        template_read_all(&flow, workflow->concurrency->key, false);
    flow_needs_find(&flow.needs, program, workflow);
    flow_reads_report(&flow.reads, flow.paths, program, workflow);
    if (flow.is_usage_known) {
        params_report_unused(&flow);
        dead_stores_report(&flow);
    }
    arena_release(&scratch);
}
