/* graph_loops.c: every execution ends, and how many steps it may take at most.
 *
 * A step that has used up its `maxRetries` only fails. If what is then left of the graph has
 * no loop, every execution ends: each bounded step runs at most maxRetries + 1 times, and
 * between two such runs no step comes twice. Reports 0303, 0304, 0306, 0307. */
#include <stdlib.h>

#include "components.h"
#include "graph.h"

enum { RUNS_MAX = 10000 };

static bool is_any(const struct edge *edge)
{
    (void)edge;
    return true;
}

/* What is left when all bounds are used up. */
static bool is_left(const struct edge *edge)
{
    return !edge->from->has_max_retries || edge->kind == EDGE_FAILURE;
}

/* ---- 0303 ---------------------------------------------------------------------------- */

/* Marks the reachable steps from which no path ends: a component has an end if one of its
 * steps has, or leads to a component that has; those have lower numbers. */
static bool *endless_steps(struct arena *arena, const struct workflow *workflow,
                           const struct components *all)
{
    const struct graph *graph = workflow->graph;
    bool *ends = arena_array(arena, bool, all->count);
    bool *is_endless = arena_array(arena, bool, workflow->step_count);
    for (size_t c = 0; c < all->count; c++) {
        for (size_t i = all->start[c]; i < all->start[c + 1]; i++) {
            size_t at = all->order[i];
            bool has_edge = graph->first[at] < graph->first[at + 1];
            ends[c] = ends[c] || !has_edge;
            for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
                const struct step *to = graph->edges[e].to;
                ends[c] = ends[c] || !to || ends[all->of[to->index]];
            }
        }
        for (size_t i = all->start[c]; i < all->start[c + 1]; i++)
            is_endless[all->order[i]] = !ends[c];
    }
    return is_endless;
}

static void endless_report(void *context, const struct step *const *steps, size_t count)
{
    struct program *program = context;
    if (count == 1)
        diag_report(program->diags, steps[0]->id.span, KAD0303,
                    "no path from step `%.*s` ends the workflow",
                    STR(steps[0]->id.text));
    else
        diag_report(program->diags, steps[0]->id.span, KAD0303,
                    "no path from step `%.*s` ends the workflow, nor from %.*s",
                    STR(steps[0]->id.text),
                    STR(graph_others_text(program->arena, steps, count)));
    diag_help(program->diags,
              "let one of the routes lead out, to `$complete`, to `$fail` or to a step "
              "that ends");
}

/* ---- 0304, 0306 ---------------------------------------------------------------------- */

/* The first edge, in the order of the file, that goes back inside a component. */
static const struct edge *back_edge_find(const struct workflow *workflow,
                                         const struct components *left,
                                         size_t component)
{
    const struct graph *graph = workflow->graph;
    const struct edge *back = NULL;
    for (size_t i = left->start[component]; i < left->start[component + 1]; i++) {
        size_t at = left->order[i];
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
            const struct edge *edge = &graph->edges[e];
            bool is_back = edge->to && is_left(edge) && edge->to->index <= at &&
                           left->of[edge->to->index] == component;
            if (is_back && (!back || edge < back))
                back = edge;
        }
    }
    return back;
}

/* The shortest way from `from` to `to` in a component; by[i]: the edge that led to i. */
static void way_find(struct arena *arena, const struct workflow *workflow,
                     const struct components *left, const struct edge *back,
                     const struct edge **by)
{
    const struct graph *graph = workflow->graph;
    size_t component = left->of[back->from->index];
    size_t size = left->start[component + 1] - left->start[component];
    size_t *queue = arena_array(arena, size_t, size);
    size_t head = 0, tail = 0;
    queue[tail++] = back->to->index;
    while (head < tail) {
        size_t at = queue[head++];
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
            const struct edge *edge = &graph->edges[e];
            if (!edge->to || !is_left(edge) || edge->to == back->to ||
                by[edge->to->index] || left->of[edge->to->index] != component)
                continue;
            by[edge->to->index] = edge;
            queue[tail++] = edge->to->index;
        }
    }
}

/* The loop that `back` closes, as a path. */
static void loop_path(struct program *program, const struct workflow *workflow,
                      const struct components *left, const struct edge *back,
                      const struct edge **by)
{
    VEC(const struct edge *) way = {0};
    way_find(program->arena, workflow, left, back, by);
    for (const struct step *at = back->from; at != back->to; at = by[at->index]->from)
        vec_push(program->arena, &way, by[at->index]);
    diag_path(program->diags, "the loop");
    for (size_t i = way.count; i > 0; i--)
        graph_path_stops(program->diags, way.items[i - 1]);
    graph_path_stops(program->diags, back);
}

/* A step with a bound in the same loop of the whole graph, or NULL. */
static const struct step *bound_find(const struct workflow *workflow,
                                     const struct components *all,
                                     const struct step *step)
{
    size_t c = all->of[step->index];
    for (size_t i = all->start[c]; i < all->start[c + 1]; i++)
        if (workflow->steps[all->order[i]]->has_max_retries)
            return workflow->steps[all->order[i]];
    return NULL;
}

/* The step that comes next in the file, if nothing leads to it: the route that closes the
 * loop was meant to. */
static void cut_off_note(struct program *program, struct workflow *workflow,
                         const struct edge *back)
{
    const size_t next = back->from->index + 1;
    struct step *step = next < workflow->step_count ? workflow->steps[next] : NULL;
    if (!step || step->is_reachable)
        return;
    step->is_cut_off = true;
    diag_note(program->diags, step->id.span, "and so no path leads to step `%.*s`",
              STR(step->id.text));
}

static void loop_report(struct program *program, struct workflow *workflow,
                        const struct components *all, const struct components *left,
                        size_t component, const struct edge **by)
{
    const struct edge *back = back_edge_find(workflow, left, component);
    if (!back)
        return;
    workflow->has_doubtful_routes = true;
    workflow->graph->edges[back - workflow->graph->edges].is_refused = true;
    const struct step *bound = bound_find(workflow, all, back->from);
    if (bound) {
        diag_report(program->diags, bound->max_retries_span, KAD0306,
                    "`maxRetries` of step `%.*s` does not end this loop",
                    STR(bound->id.text));
        cut_off_note(program, workflow, back);
        loop_path(program, workflow, left, back, by);
        diag_help(
            program->diags,
            "a step without retries left still fails: its onFailure must leave the "
            "loop, or another step of the loop needs `maxRetries`");
    } else {
        diag_report(program->diags, back->route->span, KAD0304,
                    "nothing bounds the loop that is closed here");
        cut_off_note(program, workflow, back);
        loop_path(program, workflow, left, back, by);
        diag_help(program->diags,
                  "give a step of it a bound: `maxRetries: 3` in `%.*s`",
                  STR(back->from->id.text));
    }
}

/* Whether all loops are bounded. */
static bool loops_check(struct program *program, struct workflow *workflow,
                        const struct components *all, const struct components *left,
                        const bool *is_endless)
{
    const struct edge **by =
        arena_array(program->arena, const struct edge *, workflow->step_count);
    bool is_bounded = true;
    for (size_t c = 0; c < left->count; c++) {
        size_t at = left->order[left->start[c]];
        bool is_loop = back_edge_find(workflow, left, c);
        is_bounded = is_bounded && !is_loop;
        if (is_loop && !is_endless[at])
            loop_report(program, workflow, all, left, c, by);
    }
    return is_bounded;
}

/* ---- The worst case ------------------------------------------------------------------ */

static uint64_t add(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* Of an unbounded step each visit weighs; of a bounded one each run, whatever its visit. */
static uint64_t one_run(const struct step *step)
{
    return step->retry && !step->has_max_retries ? step->retry->max_attempts : 1;
}

static uint64_t agent_calls(const struct step *step)
{
    return step->action ? multiply(one_run(step), step->action->agent_calls) : 0;
}

static int64_t timeout_ms(const struct step *step)
{
    if (step->kind == STEP_WAIT)
        return wait_literal_ms(&step->wait);
    if (step->timeout_ms > 0 || !step->action)
        return step->timeout_ms;
    return step->action->timeout_ms;
}

/* Between the runs of a bounded step there are no more waits than runs, the last ones of a
 * visit being the longest. */
static uint64_t milliseconds(const struct step *step)
{
    const struct retry *retry = step->retry;
    uint64_t waits_ms = 0;
    if (retry)
        waits_ms = (uint64_t)retry_waits_ms(retry, retry->max_attempts);
    if (retry && step->has_max_retries && retry->max_attempts > 1)
        waits_ms -= (uint64_t)retry_waits_ms(retry, retry->max_attempts - 1);
    return add(multiply(one_run(step), (uint64_t)timeout_ms(step)), waits_ms);
}

/* What the whole and the left graph have been split into, for one weight of a step. */
struct worst_case {
    struct arena *arena;
    const struct workflow *workflow;
    const struct components *all, *left;
    uint64_t (*weight)(const struct step *step);
};

/* For each step the heaviest way that starts with it, stays in its loop of the whole graph,
 * and uses no bounded run. `left` has no loops, so its order is that of the ways. */
static uint64_t *free_ways(const struct worst_case *worst)
{
    const struct graph *graph = worst->workflow->graph;
    uint64_t *way = arena_array(worst->arena, uint64_t, worst->workflow->step_count);
    for (size_t c = 0; c < worst->left->count; c++) {
        size_t at = worst->left->order[c];
        const struct step *step = worst->workflow->steps[at];
        uint64_t heaviest = 0;
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
            const struct edge *edge = &graph->edges[e];
            if (edge->to && is_left(edge) &&
                worst->all->of[edge->to->index] == worst->all->of[at] &&
                way[edge->to->index] > heaviest)
                heaviest = way[edge->to->index];
        }
        way[at] = add(heaviest, step->has_max_retries ? 0 : worst->weight(step));
    }
    return way;
}

/* Of one loop: all bounded runs, and before, between and after them a free way each. */
static uint64_t component_weight(const struct worst_case *worst, size_t component,
                                 const uint64_t *ways)
{
    uint64_t bounded_weight = 0, bounded_runs = 0, heaviest = 0;
    const struct components *all = worst->all;
    for (size_t i = all->start[component]; i < all->start[component + 1]; i++) {
        const struct step *step = worst->workflow->steps[all->order[i]];
        uint64_t runs = step->has_max_retries ? (uint64_t)step->max_retries + 1 : 0;
        bounded_runs = add(bounded_runs, runs);
        bounded_weight = add(bounded_weight, multiply(runs, worst->weight(step)));
        if (ways[step->index] > heaviest)
            heaviest = ways[step->index];
    }
    return add(bounded_weight, multiply(add(bounded_runs, 1), heaviest));
}

static int by_index(const void *a, const void *b)
{
    const struct step *const *first = a, *const *second = b;
    return ((*first)->index > (*second)->index) - ((*first)->index < (*second)->index);
}

static void dominant_set(const struct worst_case *worst, size_t component,
                         struct dominant *most)
{
    const struct components *all = worst->all;
    size_t start = all->start[component];
    most->count = all->start[component + 1] - start;
    most->steps = arena_array(worst->arena, const struct step *, most->count);
    for (size_t i = 0; i < most->count; i++)
        most->steps[i] = worst->workflow->steps[all->order[start + i]];
    qsort(most->steps, most->count, sizeof(most->steps[0]), by_index);
}

/* Of the components on the heaviest path, the one that weighs most, if it is one. */
static void dominant_find(const struct worst_case *worst, const uint64_t *weights,
                          const size_t *next, struct dominant *most)
{
    size_t heaviest = worst->all->of[0];
    bool is_alone = true;
    *most = (struct dominant){.weight = weights[heaviest]};
    for (size_t c = next[heaviest]; c != SIZE_MAX; c = next[c]) {
        if (weights[c] >= most->weight)
            is_alone = weights[c] > most->weight;
        if (weights[c] > most->weight) {
            heaviest = c;
            most->weight = weights[c];
        }
    }
    if (is_alone && most->weight > 0)
        dominant_set(worst, heaviest, most);
}

/* The heaviest path through the loops, which among each other have none. */
static uint64_t worst_find(const struct worst_case *worst, struct dominant *most)
{
    const struct graph *graph = worst->workflow->graph;
    const struct components *all = worst->all;
    const uint64_t *ways = free_ways(worst);
    uint64_t *path = arena_array(worst->arena, uint64_t, all->count);
    uint64_t *weights = arena_array(worst->arena, uint64_t, all->count);
    size_t *next = arena_array(worst->arena, size_t, all->count);
    for (size_t c = 0; c < all->count; c++) {
        next[c] = SIZE_MAX;
        for (size_t i = all->start[c]; i < all->start[c + 1]; i++) {
            size_t at = all->order[i];
            for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
                const struct step *to = graph->edges[e].to;
                size_t other = to ? all->of[to->index] : c;
                if (other != c && path[other] > path[c]) {
                    path[c] = path[other];
                    next[c] = other;
                }
            }
        }
        weights[c] = component_weight(worst, c, ways);
        path[c] = add(path[c], weights[c]);
    }
    dominant_find(worst, weights, next, most);
    return path[all->of[0]];
}

const struct step *graph_timeless_step(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        bool takes_time = step->kind != STEP_ROUTE;
        if (step->is_reachable && takes_time && timeout_ms(step) == 0)
            return step;
    }
    return NULL;
}

static void worst_case_find(struct worst_case *worst, struct graph *graph)
{
    worst->weight = one_run;
    graph->worst_runs = worst_find(worst, &graph->most_runs);
    worst->weight = agent_calls;
    graph->worst_agent_calls = worst_find(worst, &graph->most_agent_calls);
    if (!graph_timeless_step(worst->workflow)) {
        worst->weight = milliseconds;
        uint64_t ms = worst_find(worst, &graph->most_ms);
        graph->worst_ms = ms > INT64_MAX ? INT64_MAX : (int64_t)ms;
    }
    int64_t limit_ms = worst->workflow->timeout_ms;
    if (limit_ms > 0 && (graph->worst_ms < 0 || graph->worst_ms > limit_ms)) {
        graph->worst_ms = limit_ms;
        graph->most_ms.count = 0;
    }
}

/* 0307, at the largest bound: that is what multiplies. */
static void runs_check(struct program *program, const struct workflow *workflow)
{
    const struct step *largest = NULL;
    if (workflow->graph->worst_runs <= RUNS_MAX)
        return;
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        if (step->has_max_retries &&
            (!largest || step->max_retries > largest->max_retries))
            largest = step;
    }
    diag_report(program->diags,
                largest ? largest->max_retries_span : workflow->steps[0]->id.span,
                KAD0307, "one execution may run %llu steps",
                (unsigned long long)workflow->graph->worst_runs);
    diag_help(program->diags, "that is the worst case; lower the bounds");
}

void graph_loops_check(struct program *program, struct workflow *workflow)
{
    struct components all, left;
    struct graph *graph = workflow->graph;
    components_find(&all, program->arena, workflow, is_any);
    components_find(&left, program->arena, workflow, is_left);
    const bool *is_endless = endless_steps(program->arena, workflow, &all);
    graph_groups_each(program->arena, workflow, is_endless, endless_report, program);
    graph->worst_runs = graph->worst_agent_calls = UINT64_MAX;
    graph->worst_ms = -1;
    if (!loops_check(program, workflow, &all, &left, is_endless))
        return;
    struct worst_case worst = {
        .arena = program->arena, .workflow = workflow, .all = &all, .left = &left};
    worst_case_find(&worst, graph);
    runs_check(program, workflow);
    graph_budget_check(program, workflow);
}
