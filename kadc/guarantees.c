/* guarantees.c: what the author says of every path holds on every path.
 *
 * In: the routing graph. Out: 0314 with the shortest path that breaks a guarantee. Whether a
 * path can be taken in fact is not looked at: conditions may go either way.
 *
 *   after     no path from the entry to the step without a success of the other one
 *   leadsTo   no path from a failure of the step to an end without entering the other one
 *   never     no path that enters two of the steps
 *
 * A guarantee about a step that nothing leads to is silent: that is reported as 0301. */
#include "flow_path.h"
#include "graph.h"
#include "passes.h"

/* ---- Searching ----------------------------------------------------------------------- */

/* Steps that a search has come to; the edge that led to each, and whether it was one of those
 * that the search began with. */
struct search {
    const struct workflow *workflow;
    const struct step *avoided; /* or NULL */
    const struct edge **by;
    bool *is_first;
    bool *is_seen;
    size_t *queue;
    size_t head, tail;
};

static void search_init(struct search *search, struct arena *arena,
                        const struct workflow *workflow, const struct step *avoided)
{
    size_t count = workflow->step_count;
    *search = (struct search){
        .workflow = workflow,
        .avoided = avoided,
        .by = arena_array(arena, const struct edge *, count),
        .is_first = arena_array(arena, bool, count),
        .is_seen = arena_array(arena, bool, count),
        .queue = arena_array(arena, size_t, count),
    };
}

static void search_add(struct search *search, const struct edge *edge, bool is_first)
{
    const struct step *to = edge->to;
    if (!to || to == search->avoided || search->is_seen[to->index])
        return;
    search->is_seen[to->index] = true;
    search->by[to->index] = edge;
    search->is_first[to->index] = is_first;
    search->queue[search->tail++] = to->index;
}

static void search_start(struct search *search, const struct step *step)
{
    search->is_seen[step->index] = true;
    search->queue[search->tail++] = step->index;
}

/* Follows all edges; stops at the first that ends the workflow, if `to_end`, and returns it.
 * NULL: there is none, or none was wanted. */
static const struct edge *search_run(struct search *search, bool to_end)
{
    const struct graph *graph = search->workflow->graph;
    while (search->head < search->tail) {
        size_t at = search->queue[search->head++];
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
            if (to_end && !graph->edges[e].to)
                return &graph->edges[e];
            search_add(search, &graph->edges[e], false);
        }
    }
    return NULL;
}

/* The edges that led to `step`, and then `last`, if there is one. */
static struct flow_path path_to(struct arena *arena, const struct search *search,
                                const struct step *step, const struct edge *last)
{
    VEC(const struct edge *) back = {0};
    struct flow_path path = {.is_found = true};
    if (last)
        vec_push(arena, &back, last);
    for (bool is_start = false; !is_start && search->by[step->index];) {
        vec_push(arena, &back, search->by[step->index]);
        is_start = search->is_first[step->index];
        step = search->by[step->index]->from;
    }
    path.count = back.count;
    path.edges = arena_array(arena, const struct edge *, back.count);
    for (size_t i = 0; i < back.count; i++)
        path.edges[i] = back.items[back.count - 1 - i];
    return path;
}

/* ---- The three kinds ----------------------------------------------------------------- */

static void after_check(struct program *program, const struct workflow *workflow,
                        const struct guarantee *guarantee)
{
    const struct step *step = guarantee->steps[0], *before = guarantee->steps[1];
    struct flow_path path = flow_path_find(program->arena, workflow, before, step);
    if (!path.is_found)
        return;
    diag_report(program->diags, guarantee->names[0].span, KAD0314,
                "`%.*s` can run without a success of `%.*s` before it",
                STR(step->id.text), STR(before->id.text));
    if (path.count > 0)
        flow_path_show(program->diags, workflow, &path, before);
    else
        diag_note(program->diags, step->id.span, "the workflow starts with it");
}

static void end_stop(struct diags *diags, const struct edge *edge)
{
    if (!edge->is_conditional)
        diag_path_stop(diags, edge->route->span, "the workflow %s",
                       edge->route->kind == ROUTE_FAIL ? "fails" : "completes");
}

/* The way from a failure of `step` to an end that avoids `wanted`. */
static struct flow_path escape_find(struct arena *arena,
                                    const struct workflow *workflow,
                                    const struct step *step, const struct step *wanted)
{
    const struct graph *graph = workflow->graph;
    struct search search;
    search_init(&search, arena, workflow, wanted);
    for (size_t e = graph->first[step->index]; e < graph->first[step->index + 1]; e++) {
        const struct edge *edge = &graph->edges[e];
        if (edge->kind == EDGE_SUCCESS)
            continue;
        if (!edge->to) {
            const struct edge **edges = arena_new(arena, const struct edge *);
            edges[0] = edge;
            return (struct flow_path){.edges = edges, .count = 1, .is_found = true};
        }
        search_add(&search, edge, true);
    }
    const struct edge *end = search_run(&search, true);
    return end ? path_to(arena, &search, end->from, end) : (struct flow_path){0};
}

static void leads_to_check(struct program *program, const struct workflow *workflow,
                           const struct guarantee *guarantee)
{
    const struct step *step = guarantee->steps[0], *wanted = guarantee->steps[1];
    struct flow_path path = escape_find(program->arena, workflow, step, wanted);
    if (!path.is_found)
        return;
    diag_report(program->diags, guarantee->names[0].span, KAD0314,
                "a failure of `%.*s` need not lead to `%.*s`", STR(step->id.text),
                STR(wanted->id.text));
    diag_path(program->diags, "a path that avoids it");
    flow_path_stops(program->diags, &path);
    end_stop(program->diags, path.edges[path.count - 1]);
}

static void both_report(struct program *program, const struct workflow *workflow,
                        const struct name *name, const struct search *search,
                        const struct step *first, const struct step *second)
{
    struct search before;
    search_init(&before, program->arena, workflow, NULL);
    search_start(&before, workflow->steps[0]);
    search_run(&before, false);
    struct flow_path to_first = path_to(program->arena, &before, first, NULL);
    struct flow_path to_second = path_to(program->arena, search, second, NULL);
    diag_report(program->diags, name->span, KAD0314,
                "`%.*s` and `%.*s` can both run in one execution", STR(first->id.text),
                STR(second->id.text));
    diag_path(program->diags, "a path through both");
    flow_path_stops(program->diags, &to_first);
    flow_path_stops(program->diags, &to_second);
    diag_path_stop(program->diags, second->id.span, "`%.*s` runs",
                   STR(second->id.text));
}

static void never_check(struct program *program, const struct workflow *workflow,
                        const struct guarantee *guarantee)
{
    const struct graph *graph = workflow->graph;
    for (size_t i = 0; i < guarantee->count; i++) {
        const struct step *first = guarantee->steps[i];
        struct search search;
        search_init(&search, program->arena, workflow, NULL);
        for (size_t e = graph->first[first->index]; e < graph->first[first->index + 1];
             e++)
            search_add(&search, &graph->edges[e], true);
        search_run(&search, false);
        for (size_t j = 0; j < guarantee->count; j++) {
            const struct step *second = guarantee->steps[j];
            if (second != first && search.is_seen[second->index]) {
                both_report(program, workflow, &guarantee->names[i], &search, first,
                            second);
                return;
            }
        }
    }
}

static bool is_about_reachable_steps(const struct guarantee *guarantee)
{
    for (size_t i = 0; i < guarantee->count; i++)
        if (!guarantee->steps[i] || !guarantee->steps[i]->is_reachable)
            return false;
    return true;
}

void guarantees_check(struct program *program, const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->guarantee_count; i++) {
        const struct guarantee *guarantee = &workflow->guarantees[i];
        if (!is_about_reachable_steps(guarantee))
            continue;
        switch (guarantee->kind) {
        case GUARANTEE_BROKEN: break;
        case GUARANTEE_AFTER: after_check(program, workflow, guarantee); break;
        case GUARANTEE_LEADS_TO: leads_to_check(program, workflow, guarantee); break;
        case GUARANTEE_NEVER: never_check(program, workflow, guarantee); break;
        }
    }
}
