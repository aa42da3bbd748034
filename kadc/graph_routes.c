/* graph_routes.c: routes that say less, or more, than their author can have meant: 0305,
 * 0309, 0310, 0311, 0312. Each looks at one step alone. */
#include "blocks.h"
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

static void else_missing_report(struct program *program, const struct step *step,
                                const struct route *route)
{
    const char *ends = step->branch ? "ends" : "completes";
    const struct template *condition =
        route->kind == ROUTE_CONDITION ? route->condition : NULL;
    struct span span = condition ? condition->node->span : route->span;
    diag_report(program->diags, span, KAD0311, "without `else` the %s %s here when %s",
                line_word(step), ends,
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

static void decision_check(struct program *program, const struct step *step,
                           const struct route *route)
{
    if (route->is_blamed)
        return;
    if (route->no && route->no->is_default)
        else_missing_report(program, step, route);
    else if (is_no_decision(route))
        same_branches_report(program, route);
}

/* As deep as the YAML at most. */
static void route_check(struct program *program, const struct step *step,
                        const struct route *route)
{
    if (!is_decision(route))
        return;
    decision_check(program, step, route);
    for (size_t i = 0; i < route->case_count; i++)
        route_check(program, step, route->cases[i].then);
    if (route->yes)
        route_check(program, step, route->yes);
    if (route->no)
        route_check(program, step, route->no);
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

/* It comes, or something else does in time, whatever happens. */
static bool is_sure_wait(const struct step *step)
{
    if (step->timeout_ms > 0 && !step->on_timeout)
        return false;
    for (size_t i = 0; i < step->wait.way_count; i++) {
        const struct wait_way *way = &step->wait.ways[i];
        const struct value *time = way->duration ? way->duration : way->until;
        if (time && !time->scalar->is_literal)
            return false;
        for (size_t j = 0; j < way->match_count; j++)
            if (!way->match[j].value->scalar ||
                !way->match[j].value->scalar->is_literal)
                return false;
    }
    return true;
}

/* It waits for its branches, whatever becomes of them. */
static bool is_sure_block(const struct step *step)
{
    const struct block *block = step->block;
    bool is_sure = step->kind == STEP_PARALLEL && block->mode == MODE_SETTLE &&
                   (step->timeout_ms == 0 || step->on_timeout);
    for (size_t i = 0; i < block->branch_count; i++)
        is_sure = is_sure && !block->branches[i].when;
    return is_sure;
}

/* Whether its work can't fail. */
static bool is_sure(const struct step *step)
{
    switch (step->kind) {
    case STEP_ROUTE: return true;
    case STEP_WAIT: return is_sure_wait(step);
    case STEP_APPROVAL: return step->timeout_ms == 0 || step->on_timeout;
    case STEP_PARALLEL: return is_sure_block(step);
    case STEP_ACTION:
    case STEP_RUN:
    case STEP_FOR_EACH:
    case STEP_WORKFLOW: break;
    }
    return false;
}

/* A failure of one branch is what the block fails with, or does not matter to it. */
static bool is_for_block(const struct step *step)
{
    const struct block *block = step->outer;
    return block && (block->mode != MODE_ALL || !block->step->on_failure->is_default);
}

/* Nothing handles this step's failure, which leaves other steps undone. */
static bool is_unhandled(const struct workflow *workflow, const struct step *step)
{
    const struct graph *graph = workflow->graph;
    bool goes_on = false;
    for (size_t e = graph->first[step->index]; e < graph->first[step->index + 1]; e++)
        goes_on =
            goes_on || (graph->edges[e].kind == EDGE_SUCCESS && graph->edges[e].to);
    bool can_fail = !is_sure(step) || step->has_max_retries;
    return step->on_failure->is_default && goes_on && step->is_reachable && can_fail &&
           !is_for_block(step);
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
        "%s fails here",
        line_word(step));
}

/* Also one that could not be read. */
static bool has_timeout(const struct step *step)
{
    const struct node *wait = node_find(step->node, "wait");
    const struct node *gate = wait ? wait : node_find(step->node, "approval");
    const struct node *map = gate ? gate : step->node;
    return step->timeout_ms > 0 || (step->action && step->action->timeout_ms > 0) ||
           (map->kind == NODE_MAP && node_find(map, "timeout"));
}

/* 0312: what cannot happen needs no route. */
static void timeout_route_check(struct program *program, const struct step *step)
{
    bool is_known = step->kind != STEP_ACTION || step->action;
    if (!step->on_timeout || !is_known || has_timeout(step))
        return;
    diag_report(program->diags, step->on_timeout_span, KAD0312,
                "step `%.*s` has no timeout, so `onTimeout` is never taken",
                STR(step->id.text));
    diag_help(program->diags, "give it one: `timeout: 10m`");
}

/* The same of the failure of a wait: it comes, or is cancelled with all the rest. */
static void failure_route_check(struct program *program, const struct step *step)
{
    if (step->kind != STEP_WAIT || step->on_failure->is_default ||
        step->on_failure->kind == ROUTE_BROKEN ||
        step->on_failure->kind == ROUTE_FAIL || step->has_max_retries ||
        !is_sure_wait(step) || (step->timeout_ms == 0 && has_timeout(step)))
        return;
    diag_report(program->diags, step->on_failure->span, KAD0312,
                "step `%.*s` cannot fail, so `onFailure` is never taken",
                STR(step->id.text));
    diag_help(program->diags, "leave it out");
}

/* Of each line, by its key, whether some step in it handles its failure. */
static bool *handlers_find(struct arena *arena, const struct workflow *workflow)
{
    bool *has_handler = arena_array(arena, bool, workflow->step_count);
    for (size_t i = 0; i < workflow->step_count; i++)
        if (workflow->steps[i]->on_failure->kind != ROUTE_FAIL)
            has_handler[line_key(workflow->steps[i])] = true;
    return has_handler;
}

void graph_routes_check(struct program *program, const struct workflow *workflow)
{
    struct arena scratch = {0};
    const bool *has_handler = handlers_find(&scratch, workflow);
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        route_check(program, step, step->on_success);
        route_check(program, step, step->on_failure);
        if (step->on_timeout)
            route_check(program, step, step->on_timeout);
        self_route_check(program, workflow, step);
        timeout_route_check(program, step);
        failure_route_check(program, step);
        if (has_handler[line_key(step)])
            failure_check(program, workflow, step);
    }
    arena_release(&scratch);
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
    const bool *has_handler = handlers_find(arena, workflow);
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        if (!step->is_reachable)
            continue;
        suspects_add(arena, &suspects, step->on_success);
        suspects_add(arena, &suspects, step->on_failure);
        if (step->on_timeout)
            suspects_add(arena, &suspects, step->on_timeout);
        if (has_handler[line_key(step)] && is_unhandled(workflow, step))
            vec_push(arena, &suspects, step->on_failure);
    }
    return suspects;
}
