/* graph_routes.c: routes that say less, or more, than their author can have meant: 0305,
 * 0309, 0310, 0311, 0312. Each looks at one step alone. */
#include "graph.h"

/* ---- One route ----------------------------------------------------------------------- */

static bool route_same(const struct route *a, const struct route *b)
{
    return a->kind == b->kind && (a->kind == ROUTE_COMPLETE || a->kind == ROUTE_FAIL ||
                                  (a->kind == ROUTE_STEP && a->target == b->target));
}

static bool is_decision(const struct route *route)
{
    return route->kind == ROUTE_CONDITION || route->kind == ROUTE_SWITCH ||
           route->kind == ROUTE_OUTCOME;
}

const struct route *route_last_way(const struct route *route)
{
    return route->no ? route->no : route->cases[route->case_count - 1].then;
}

/* Whether all ways of a decision lead to the same place. */
static bool is_no_decision(const struct route *route)
{
    if (route->kind == ROUTE_CONDITION)
        return route_same(route->yes, route->no);
    if (route->kind == ROUTE_OUTCOME && route->case_count == 1)
        return false; /* the action has no other outcome */
    for (size_t i = 0; i < route->case_count; i++)
        if (!route_same(route->cases[i].then, route_last_way(route)))
            return false;
    return true;
}

static struct str target_text(struct arena *arena, const struct route *route)
{
    if (route->kind == ROUTE_STEP)
        return str_printf(arena, "step `%.*s`", STR(route->target->id.text));
    return route->kind == ROUTE_COMPLETE ? S("`$complete`") : S("`$fail`");
}

static void else_missing_report(struct program *program, const struct route *route)
{
    const struct template *condition =
        route->kind == ROUTE_CONDITION ? route->condition : NULL;
    struct span span = condition ? condition->node->span : route->span;
    diag_report(program->diags, span, KAD0311,
                "without `else` the workflow completes here when %s",
                condition ? "the condition is false" : "no case holds");
    diag_help(program->diags, "say it: `else: $complete`, or name a step");
}

static void same_branches_report(struct program *program, const struct route *route)
{
    const struct route *first =
        route->kind == ROUTE_CONDITION ? route->yes : route->cases[0].then;
    const struct route *last = route_last_way(route);
    diag_report(program->diags, last->span, KAD0310, "all ways lead to %.*s",
                STR(target_text(program->arena, last)));
    diag_note(program->diags, first->span, "here, too");
}

static void decision_check(struct program *program, const struct route *route)
{
    if (route->is_blamed)
        return;
    if (route->no && route->no->is_default)
        else_missing_report(program, route);
    else if (is_no_decision(route))
        same_branches_report(program, route);
}

/* As deep as the YAML at most. */
static void route_check(struct program *program, const struct route *route)
{
    if (!is_decision(route))
        return;
    decision_check(program, route);
    for (size_t i = 0; i < route->case_count; i++)
        route_check(program, route->cases[i].then);
    if (route->yes)
        route_check(program, route->yes);
    if (route->no)
        route_check(program, route->no);
}

/* ---- One step ------------------------------------------------------------------------ */

/* 0305; without a bound it is 0304, and a failure that leads back here is 0306. */
static void self_route_check(struct program *program, const struct workflow *workflow,
                             const struct step *step)
{
    const struct graph *graph = workflow->graph;
    for (size_t e = graph->first[step->index]; e < graph->first[step->index + 1]; e++) {
        const struct edge *edge = &graph->edges[e];
        if (edge->to != step || edge->kind == EDGE_FAILURE || !step->has_max_retries)
            continue;
        diag_report(program->diags, edge->route->span, KAD0305,
                    "step `%.*s` routes to itself", STR(step->id.text));
        diag_help(program->diags,
                  "let it fail instead: `maxRetries` runs a failed step again");
        return;
    }
}

/* Nothing handles this step's failure, which leaves other steps undone. */
static bool is_unhandled(const struct workflow *workflow, const struct step *step)
{
    const struct graph *graph = workflow->graph;
    bool goes_on = false;
    for (size_t e = graph->first[step->index]; e < graph->first[step->index + 1]; e++)
        goes_on =
            goes_on || (graph->edges[e].kind == EDGE_SUCCESS && graph->edges[e].to);
    bool is_sure =
        step->kind == STEP_ROUTE ||
        (step->kind == STEP_WAIT && wait_literal_ms(&step->wait) > 0) ||
        (step->kind == STEP_APPROVAL && (step->timeout_ms == 0 || step->on_timeout));
    bool can_fail = !is_sure || step->has_max_retries;
    return step->on_failure->is_default && goes_on && step->is_reachable && can_fail;
}

/* 0309, where other steps' failures are handled. */
static void failure_check(struct program *program, const struct workflow *workflow,
                          const struct step *step)
{
    if (!is_unhandled(workflow, step) || step->on_failure->is_blamed)
        return;
    diag_report(program->diags, step->id.span, KAD0309,
                "nothing handles the failure of step `%.*s`", STR(step->id.text));
    diag_help(
        program->diags,
        "add `onFailure`, as other steps have it; `onFailure: $fail` says that the "
        "workflow fails here");
}

/* 0312: what cannot happen needs no route. */
static void timeout_route_check(struct program *program, const struct step *step)
{
    bool is_known =
        step->kind == STEP_RUN || step->kind == STEP_APPROVAL || step->action;
    bool has_timeout = step->timeout_ms > 0 || node_find(step->node, "timeout") ||
                       (step->action && step->action->timeout_ms > 0);
    if (!step->on_timeout || !is_known || has_timeout)
        return;
    diag_report(program->diags, step->on_timeout_span, KAD0312,
                "step `%.*s` has no timeout, so `onTimeout` is never taken",
                STR(step->id.text));
    diag_help(program->diags, "give it one: `timeout: 10m`");
}

static bool has_handler(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++)
        if (workflow->steps[i]->on_failure->kind != ROUTE_FAIL)
            return true;
    return false;
}

void graph_routes_check(struct program *program, const struct workflow *workflow)
{
    bool handles_failures = has_handler(workflow);
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        route_check(program, step->on_success);
        route_check(program, step->on_failure);
        if (step->on_timeout)
            route_check(program, step->on_timeout);
        self_route_check(program, workflow, step);
        timeout_route_check(program, step);
        if (handles_failures)
            failure_check(program, workflow, step);
    }
}

/* ---- What may have cut off a step ---------------------------------------------------- */

/* As deep as the YAML at most. */
static void suspects_add(struct arena *arena, struct graph_suspects *suspects,
                         struct route *route)
{
    if (!is_decision(route))
        return;
    if ((route->no && route->no->is_default) || is_no_decision(route))
        vec_push(arena, suspects, route);
    for (size_t i = 0; i < route->case_count; i++)
        suspects_add(arena, suspects, route->cases[i].then);
    if (route->yes)
        suspects_add(arena, suspects, route->yes);
    if (route->no)
        suspects_add(arena, suspects, route->no);
}

struct graph_suspects graph_suspects_find(struct arena *arena,
                                          const struct workflow *workflow)
{
    struct graph_suspects suspects = {0};
    bool handles_failures = has_handler(workflow);
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        if (!step->is_reachable)
            continue;
        suspects_add(arena, &suspects, step->on_success);
        suspects_add(arena, &suspects, step->on_failure);
        if (step->on_timeout)
            suspects_add(arena, &suspects, step->on_timeout);
        if (handles_failures && is_unhandled(workflow, step))
            vec_push(arena, &suspects, step->on_failure);
    }
    return suspects;
}
