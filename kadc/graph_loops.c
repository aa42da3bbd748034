/* graph_loops.c: every execution ends.
 *
 * A step that has used up its `maxRetries` only fails. If what is then left of the graph has
 * no loop, every execution ends: each bounded step runs at most maxRetries + 1 times, and
 * between two such runs no step comes twice. Each branch of a block is proved
 * for itself: its bounds count from zero in each run of the block. Reports 0303, 0304, 0306. */
#include "blocks.h"
#include "components.h"
#include "graph.h"

static bool is_any(const struct edge *edge)
{
    (void)edge;
    return true;
}

bool graph_edge_is_left(const struct edge *edge)
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
    const char *what = line_word(steps[0]);
    if (count == 1)
        diag_report(program->diags, steps[0]->id.span, KAD0303,
                    "no path from step `%.*s` ends the %s", STR(steps[0]->id.text),
                    what);
    else
        diag_report(program->diags, steps[0]->id.span, KAD0303,
                    "no path from step `%.*s` ends the %s, nor from %.*s",
                    STR(steps[0]->id.text), what,
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
            bool is_back = edge->to && graph_edge_is_left(edge) &&
                           edge->to->index <= at &&
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
            if (!edge->to || !graph_edge_is_left(edge) || edge->to == back->to ||
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

/* A loop in a workflow that is called has been reported there. */
static bool are_calls_bounded(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        if (step->kind == STEP_WORKFLOW &&
            (!step->block->workflow || !step->block->workflow->graph->is_bounded))
            return false;
    }
    return true;
}

void graph_loops_check(struct program *program, struct workflow *workflow)
{
    struct arena scratch = {0};
    struct components all, left;
    struct graph *graph = workflow->graph;
    components_find(&all, &scratch, workflow, is_any);
    components_find(&left, &scratch, workflow, graph_edge_is_left);
    for (size_t i = 0; i < workflow->step_count; i++)
        workflow->steps[i]->loop = all.of[i];
    const bool *is_endless = endless_steps(&scratch, workflow, &all);
    graph_groups_each(workflow, is_endless, endless_report, program);
    graph->worst_runs = graph->worst_agent_calls = UINT64_MAX;
    graph->worst_ms = -1;
    graph->is_bounded = loops_check(program, workflow, &all, &left, is_endless) &&
                        are_calls_bounded(workflow);
    if (graph->is_bounded)
        graph_worst_check(program, workflow, &all, &left);
    arena_release(&scratch);
}
