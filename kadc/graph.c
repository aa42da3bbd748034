/* graph.c: the routing graph, and what can be reached in it.
 *
 * In: names resolved. Out: workflow->graph; of each step is_reachable, is_after_failure and
 * can_be_after_failure. Reports 0301 and 0302; its parts report the rest of group 03.
 *
 * (1) Edges stand by step, in the order of the file: successes, failures, timeouts.
 * (2) A route that is broken has no edge.
 * (3) All is linear in steps and routes, and no recursion follows steps. */
#include "graph.h"

#include "blocks.h"
#include "passes.h"

/* ---- Edges --------------------------------------------------------------------------- */

struct builder {
    struct arena *arena;
    struct arena scratch;
    VEC(struct edge) edges; /* in `scratch`: they grow */
};

/* A condition's text without its braces, and where it stands. */
static struct span condition_span(const struct template *condition)
{
    const struct expr *expr = template_lone(condition);
    return expr ? expr->span : condition->node->span;
}

/* The edge of one branch of a condition. */
static struct edge branch_edge(struct builder *builder, const struct edge *outer,
                               struct template *condition, const char *outcome,
                               bool wanted)
{
    struct edge edge = *outer;
    bool value;
    struct str text = span_text(condition_span(condition));
    edge.reason = outer->is_conditional
                      ? str_printf(builder->arena, "%.*s, `%.*s` %s",
                                   STR(outer->reason), STR(text), outcome)
                      : str_printf(builder->arena, "`%.*s` %s", STR(text), outcome);
    edge.is_conditional = true;
    edge.span = condition_span(condition);
    edge.condition = condition;
    if (condition_is_constant(condition, &value) && value != wanted)
        edge.is_constant_false = true;
    return edge;
}

static void edges_add(struct builder *builder, struct route *route,
                      const struct edge *outer);

static void switch_edges_add(struct builder *builder, struct route *route,
                             const struct edge *outer)
{
    struct edge none = *outer;
    for (size_t i = 0; i < route->case_count; i++) {
        struct template *when = route->cases[i].when;
        if (!when) { /* reported */
            edges_add(builder, route->cases[i].then, outer);
            continue;
        }
        struct edge edge = branch_edge(builder, outer, when, "is true", true);
        edge.is_constant_false = edge.is_constant_false || none.is_constant_false;
        edges_add(builder, route->cases[i].then, &edge);
        bool value;
        if (condition_is_constant(when, &value) && value) {
            none.is_constant_false = true; /* what follows is never looked at */
            none.condition = when;
        }
    }
    none.is_conditional = true;
    none.reason = S("no case holds");
    none.span = route->span;
    edges_add(builder, route->no, &none);
}

static void outcome_edges_add(struct builder *builder, const struct route *route,
                              const struct edge *outer)
{
    for (size_t i = 0; i < route->case_count; i++) {
        const struct route_case *one = &route->cases[i];
        struct edge edge = *outer;
        if (one->outcome.text.p) {
            edge.is_conditional = true;
            edge.span = one->outcome.span;
            edge.reason = str_printf(builder->arena, "its outcome is `%.*s`",
                                     STR(one->outcome.text));
        }
        edges_add(builder, one->then, &edge);
    }
}

/* An edge for each leaf of a route; as deep as the YAML at most. */
static void edges_add(struct builder *builder, struct route *route,
                      const struct edge *outer)
{
    struct edge edge = *outer;
    switch (route->kind) {
    case ROUTE_BROKEN: return;
    case ROUTE_STEP:
    case ROUTE_COMPLETE:
    case ROUTE_FAIL:
        edge.to = route->target;
        edge.route = route;
        if (!edge.is_conditional)
            edge.span = route->span;
        vec_push(&builder->scratch, &builder->edges, edge);
        return;
    case ROUTE_CONDITION:
        edge = branch_edge(builder, outer, route->condition, "is true", true);
        edges_add(builder, route->yes, &edge);
        edge = branch_edge(builder, outer, route->condition, "is false", false);
        edges_add(builder, route->no, &edge);
        return;
    case ROUTE_SWITCH: switch_edges_add(builder, route, outer); return;
    case ROUTE_OUTCOME: outcome_edges_add(builder, route, outer); return;
    }
}

static void step_edges_add(struct builder *builder, const struct step *step)
{
    struct edge edge = {.from = step, .kind = EDGE_SUCCESS, .reason = S("succeeds")};
    edges_add(builder, step->on_success, &edge);
    edge.kind = EDGE_FAILURE;
    edge.reason = S("fails");
    edges_add(builder, step->on_failure, &edge);
    edge.kind = EDGE_TIMEOUT;
    edge.reason = S("times out");
    if (step->on_timeout)
        edges_add(builder, step->on_timeout, &edge);
}

static struct graph *graph_build(struct arena *arena, const struct workflow *workflow)
{
    struct builder builder = {.arena = arena};
    struct graph *graph = arena_new(arena, struct graph);
    graph->first = arena_array(arena, size_t, workflow->step_count + 1);
    for (size_t i = 0; i < workflow->step_count; i++) {
        graph->first[i] = builder.edges.count;
        step_edges_add(&builder, workflow->steps[i]);
    }
    graph->first[workflow->step_count] = builder.edges.count;
    graph->edge_count = builder.edges.count;
    graph->edges = arena_array(arena, struct edge, graph->edge_count);
    for (size_t e = 0; e < graph->edge_count; e++)
        graph->edges[e] = builder.edges.items[e];
    arena_release(&builder.scratch);
    return graph;
}

const char *graph_end_verb(const struct edge *edge)
{
    if (edge->route->kind == ROUTE_FAIL)
        return "fails";
    return edge->from->branch ? "ends" : "completes";
}

void graph_path_stops(struct diags *diags, const struct edge *edge)
{
    static const char *const outcomes[] = {[EDGE_SUCCESS] = "succeeds",
                                           [EDGE_FAILURE] = "fails",
                                           [EDGE_TIMEOUT] = "times out"};
    if (edge->kind == EDGE_INSIDE) {
        diag_path_stop(diags, edge->from->id.span, "`%.*s` begins with `%.*s`",
                       STR(edge->from->id.text), STR(edge->to->id.text));
        return;
    }
    diag_path_stop(diags, edge->from->id.span, "`%.*s` %s", STR(edge->from->id.text),
                   outcomes[edge->kind]);
    if (!edge->is_conditional)
        return;
    if (edge->to)
        diag_path_stop(diags, edge->span, "%.*s: on to `%.*s`", STR(edge->reason),
                       STR(edge->to->id.text));
    else
        diag_path_stop(diags, edge->span, "%.*s: the %s %s", STR(edge->reason),
                       line_word(edge->from), graph_end_verb(edge));
}

/* ---- Reachability -------------------------------------------------------------------- */

/* Steps that a search has come to, and those whose edges are still to be followed. */
struct search {
    const struct workflow *workflow;
    bool goes_inside; /* a block leads to the entries of its branches */
    bool *is_seen;
    size_t *queue;
    size_t head, tail;
};

static void search_init(struct search *search, struct arena *arena,
                        const struct workflow *workflow)
{
    *search = (struct search){
        .workflow = workflow,
        .is_seen = arena_array(arena, bool, workflow->step_count),
        .queue = arena_array(arena, size_t, workflow->step_count),
    };
}

static void search_add(struct search *search, const struct step *step)
{
    if (!step || search->is_seen[step->index])
        return;
    search->is_seen[step->index] = true;
    search->queue[search->tail++] = step->index;
}

/* The entry of each branch of a block. */
static void search_add_inside(struct search *search, const struct step *step)
{
    const struct block *block = step->block;
    for (size_t i = 0; block && i < block->branch_count; i++)
        search_add(search, search->workflow->steps[block->branches[i].first]);
}

/* Follows the edges that `is_open` lets through from all that was added. */
static void search_run(struct search *search, bool (*is_open)(const struct edge *edge))
{
    const struct graph *graph = search->workflow->graph;
    while (search->head < search->tail) {
        size_t at = search->queue[search->head++];
        if (search->goes_inside)
            search_add_inside(search, search->workflow->steps[at]);
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++)
            if (is_open(&graph->edges[e]))
                search_add(search, graph->edges[e].to);
    }
}

static bool is_any(const struct edge *edge)
{
    (void)edge;
    return true;
}

static bool is_live(const struct edge *edge)
{
    return !edge->is_constant_false;
}

/* It does not end an unrecovered failure, and is none. */
static bool is_clean(const struct edge *edge)
{
    return edge->kind == EDGE_SUCCESS;
}

static bool is_not_recovery(const struct edge *edge)
{
    return edge->kind != EDGE_SUCCESS || !edge->from->recovers;
}

/* ---- What comes after failures ------------------------------------------------------- */

/* Each branch has an error of its own. A block that succeeds hands over those of branches that
 * have ended well in spite of one. */
struct failures {
    struct workflow *workflow;
    struct search clean;  /* some path from the entry of the workflow has no error */
    struct search failed; /* some path from the entry of the line has one */
    bool *hands_over;     /* of blocks */
};

/* It takes what comes before an error along, or makes one. */
static bool leaves_error(const struct failures *failures, const struct edge *edge)
{
    size_t from = edge->from->index;
    return edge->kind != EDGE_SUCCESS || failures->hands_over[from] ||
           (failures->failed.is_seen[from] && !edge->from->recovers);
}

static struct edge *edges_of(const struct failures *failures, const struct step *step,
                             size_t *count)
{
    const struct graph *graph = failures->workflow->graph;
    *count = graph->first[step->index + 1] - graph->first[step->index];
    return *count > 0 ? graph->edges + graph->first[step->index] : NULL;
}

/* The places in a line after an error; whether it can end well there. What blocks inside
 * hand over is known. */
static bool failed_find(struct failures *failures, struct line line)
{
    struct step **steps = failures->workflow->steps;
    size_t count;
    bool ends_well = false;
    for (size_t i = line.first; i < line.end; i = line_next(steps[i])) {
        const struct edge *edges = edges_of(failures, steps[i], &count);
        for (size_t e = 0; e < count && steps[i]->is_reachable; e++)
            if (edges[e].kind != EDGE_SUCCESS || failures->hands_over[i])
                search_add(&failures->failed, edges[e].to);
    }
    search_run(&failures->failed, is_not_recovery);
    for (size_t i = line.first; i < line.end; i = line_next(steps[i])) {
        const struct edge *edges = edges_of(failures, steps[i], &count);
        for (size_t e = 0; e < count && steps[i]->is_reachable; e++)
            ends_well = ends_well || (edges[e].route->kind == ROUTE_COMPLETE &&
                                      leaves_error(failures, &edges[e]));
    }
    return ends_well;
}

/* The places in a line without an error, when it was entered without one: after the entry and
 * after recoveries there are only successes. */
static void clean_find(struct failures *failures, struct line line)
{
    struct step **steps = failures->workflow->steps;
    size_t count;
    search_add(&failures->clean, steps[line.first]);
    for (size_t i = line.first; i < line.end; i = line_next(steps[i])) {
        const struct edge *edges = edges_of(failures, steps[i], &count);
        for (size_t e = 0; e < count; e++)
            if (steps[i]->is_reachable && steps[i]->recovers &&
                edges[e].kind == EDGE_SUCCESS)
                search_add(&failures->clean, edges[e].to);
    }
    search_run(&failures->clean, is_clean);
}

static void failures_mark(struct workflow *workflow)
{
    struct arena scratch = {0};
    struct failures failures = {
        .workflow = workflow,
        .hands_over = arena_array(&scratch, bool, workflow->step_count),
    };
    search_init(&failures.clean, &scratch, workflow);
    search_init(&failures.failed, &scratch, workflow);
    /* Blocks inside first. */
    for (size_t i = workflow->step_count; i-- > 0;) {
        const struct block *block = workflow->steps[i]->block;
        for (size_t b = 0; block && b < block->branch_count; b++)
            if (failed_find(&failures, line_of_branch(&block->branches[b])))
                failures.hands_over[i] = true;
    }
    failed_find(&failures, line_main(workflow));
    clean_find(&failures, line_main(workflow));
    for (size_t i = 0; i < workflow->step_count; i++) {
        struct step *step = workflow->steps[i];
        const struct block *block = step->block;
        bool is_clean_outside = failures.clean.is_seen[i];
        for (size_t b = 0; block && b < block->branch_count && is_clean_outside; b++)
            clean_find(&failures, line_of_branch(&block->branches[b]));
        step->is_after_failure = step->is_reachable && !is_clean_outside;
        step->can_be_after_failure =
            failures.failed.is_seen[i] ||
            (step->outer && step->outer->step->can_be_after_failure);
    }
    arena_release(&scratch);
}

/* ---- 0301 ---------------------------------------------------------------------------- */

struct reach_report {
    struct program *program;
    struct workflow *workflow;
    struct route *suspect; /* that has cut off the only island; NULL: who knows */
};

/* The warning about the suspect becomes a note here: that is one mistake. */
static void suspect_note(struct diags *diags, struct route *suspect)
{
    suspect->is_blamed = true;
    if (suspect->is_default)
        diag_note(diags, suspect->span, "nothing handles the failure of this step");
    else if (suspect->no && suspect->no->is_default)
        diag_note(diags, suspect->span, "without `else` nothing follows here");
    else
        diag_note(diags, route_last_way(suspect)->span,
                  "all ways of this decision are the same");
}

static void island_count(void *context, const struct step *const *steps, size_t count)
{
    (void)steps, (void)count;
    ++*(size_t *)context;
}

static void island_report(void *context, const struct step *const *steps, size_t count)
{
    struct reach_report *report = context;
    struct diags *diags = report->program->diags;
    const struct step *step = steps[0];
    report->workflow->has_doubtful_routes = true;
    const struct step *before =
        step->index > 0 ? report->workflow->steps[step->index - 1] : NULL;
    while (before && before->branch != step->branch) /* of the same line */
        before = before->outer ? before->outer->step : NULL;
    if (count == 1)
        diag_report(diags, step->id.span, KAD0301, "no path leads to step `%.*s`",
                    STR(step->id.text));
    else
        diag_report(diags, step->id.span, KAD0301,
                    "no path leads to step `%.*s`, nor to %.*s", STR(step->id.text),
                    STR(graph_others_text(report->program->arena, steps, count)));
    if (report->suspect)
        suspect_note(diags, report->suspect);
    if (before && before->on_success->is_default)
        diag_help(diags,
                  "the order of the file is no route: if it follows `%.*s`, say there "
                  "`onSuccess: %.*s`",
                  STR(before->id.text), STR(step->id.text));
    else
        diag_help(diags, "name it in a route of another step, or remove it");
}

static bool route_is_broken(const struct route *route)
{
    if (route->kind == ROUTE_BROKEN)
        return true;
    if (route->kind == ROUTE_CONDITION)
        return route_is_broken(route->yes) || route_is_broken(route->no);
    if (route->kind != ROUTE_SWITCH && route->kind != ROUTE_OUTCOME)
        return false;
    bool is_broken = route->no && route_is_broken(route->no);
    for (size_t i = 0; i < route->case_count; i++)
        is_broken = is_broken || route_is_broken(route->cases[i].then);
    return is_broken;
}

/* A target that could not be understood may have been any step. */
static bool has_broken_route(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        if (route_is_broken(step->on_success) || route_is_broken(step->on_failure) ||
            (step->on_timeout && route_is_broken(step->on_timeout)))
            return true;
    }
    return false;
}

/* Inside a block that nothing leads to, which is reported. */
static bool is_in_island(const struct step *step)
{
    return step->outer && !step->outer->step->is_reachable;
}

/* Steps whose id is missing or shared can't be reached, which is no second mistake. */
static void islands_report(struct program *program, struct workflow *workflow,
                           struct arena *scratch, const struct graph_suspects *suspects)
{
    struct search excused;
    bool *is_island = arena_array(scratch, bool, workflow->step_count);
    if (has_broken_route(workflow))
        return;
    search_init(&excused, scratch, workflow);
    excused.goes_inside = true;
    for (size_t i = 0; i < workflow->step_count; i++) {
        struct step *step = workflow->steps[i];
        if (!step->id.text.p || step->is_duplicate || step->is_cut_off)
            search_add(&excused, step);
        if (step->is_duplicate)
            search_add(&excused, workflow_step_find(workflow, step->id.text));
    }
    search_run(&excused, is_any);
    for (size_t i = 0; i < workflow->step_count; i++)
        is_island[i] = !workflow->steps[i]->is_reachable && !excused.is_seen[i] &&
                       !is_in_island(workflow->steps[i]);
    struct reach_report report = {.program = program, .workflow = workflow};
    size_t island_total = 0;
    graph_groups_each(workflow, is_island, island_count, &island_total);
    if (suspects->count == 1 && island_total == 1)
        report.suspect = suspects->items[0];
    graph_groups_each(workflow, is_island, island_report, &report);
}

/* ---- 0302 ---------------------------------------------------------------------------- */

/* Reported where the constant cuts, not for all that lies behind. */
static void constants_report(struct program *program, const struct workflow *workflow,
                             struct arena *scratch)
{
    const struct graph *graph = workflow->graph;
    struct search live;
    search_init(&live, scratch, workflow);
    live.goes_inside = true;
    search_add(&live, workflow->steps[0]);
    search_run(&live, is_live);
    for (size_t e = 0; e < graph->edge_count; e++) {
        const struct edge *edge = &graph->edges[e];
        if (!edge->is_constant_false || !edge->to || !live.is_seen[edge->from->index] ||
            live.is_seen[edge->to->index])
            continue;
        diag_report(program->diags, edge->to->id.span, KAD0302,
                    "step `%.*s` never runs: a condition on the way is constant",
                    STR(edge->to->id.text));
        diag_note(program->diags, condition_span(edge->condition), "this condition");
        edge->condition->is_constant_reported = true;
    }
}

void graph_check(struct program *program, struct workflow *workflow)
{
    struct arena scratch = {0};
    struct search reachable;
    workflow->graph = graph_build(program->arena, workflow);
    search_init(&reachable, &scratch, workflow);
    reachable.goes_inside = true;
    search_add(&reachable, workflow->steps[0]);
    search_run(&reachable, is_any);
    for (size_t i = 0; i < workflow->step_count; i++)
        workflow->steps[i]->is_reachable = reachable.is_seen[i];
    workflow->has_doubtful_routes = has_broken_route(workflow);
    workflow->has_gaps = workflow->has_gaps || workflow->has_doubtful_routes;
    graph_loops_check(program, workflow);
    const struct graph_suspects suspects = graph_suspects_find(&scratch, workflow);
    workflow->has_odd_routes = suspects.count > 0;
    islands_report(program, workflow, &scratch, &suspects);
    constants_report(program, workflow, &scratch);
    failures_mark(workflow);
    graph_nodes_find(program->arena, workflow);
    graph_routes_check(program, workflow);
    arena_release(&scratch);
}
