/* guarantees.c: what the author says of every path holds on every path.
 *
 * In: the routing graph. Out: 0314 with the shortest path that breaks a guarantee. Whether a
 * path can be taken in fact is not looked at: conditions may go either way.
 *
 *   after     no path from the entry to the step without a success of the other one
 *   leadsTo   no path from a failure of the step to an end without entering the other one
 *   never     no path that enters two of the steps
 *
 * A block leads into its branches. When a branch has ended the block may go on either way; where
 * its mode is `all`, a branch that failed has failed it. That a step is cancelled is not
 * counted, as it is not where a person cancels the workflow. For `never`, what runs at the same
 * time runs, too.
 *
 * A guarantee about a step that nothing leads to is silent: that is reported as 0301. */
#include "blocks.h"
#include "flow_path.h"
#include "graph.h"
#include "passes.h"

/* ---- Searching ----------------------------------------------------------------------- */

/* Where a search can be: a step is entered; a block is over, after an end of one of its
 * branches that was good, or that failed. */
enum stage { STAGE_ENTERED, STAGE_ENDED, STAGE_FAILED, STAGE_COUNT };

/* The places that a search has come to; the edge that led to each and the place before it;
 * SIZE_MAX: the search began with this edge. */
struct search {
    struct arena *arena;
    const struct workflow *workflow;
    const struct step *avoided; /* or NULL */
    const struct edge *end; /* the first that was found to end the workflow; or NULL */
    size_t end_from;
    const struct edge **by;
    size_t *from;
    bool *is_seen;
    size_t *queue;
    size_t head, tail;
};

static size_t stage_of(const struct step *step, enum stage stage)
{
    return step->index * STAGE_COUNT + stage;
}

static void search_init(struct search *search, struct arena *arena,
                        const struct workflow *workflow, const struct step *avoided)
{
    size_t count = workflow->step_count * STAGE_COUNT;
    *search = (struct search){
        .arena = arena,
        .workflow = workflow,
        .avoided = avoided,
        .by = arena_array(arena, const struct edge *, count),
        .from = arena_array(arena, size_t, count),
        .is_seen = arena_array(arena, bool, count),
        .queue = arena_array(arena, size_t, count),
    };
}

static void place_add(struct search *search, size_t place, const struct edge *edge,
                      size_t from)
{
    if (search->is_seen[place])
        return;
    search->is_seen[place] = true;
    search->by[place] = edge;
    search->from[place] = from;
    search->queue[search->tail++] = place;
}

/* To the next step, out of a block, or out of the workflow. */
static void edge_follow(struct search *search, const struct edge *edge, size_t from)
{
    bool is_end = edge->route && edge->route->kind == ROUTE_FAIL;
    if (edge->to && edge->to != search->avoided)
        place_add(search, stage_of(edge->to, STAGE_ENTERED), edge, from);
    if (edge->to)
        return;
    if (edge->from->outer) {
        place_add(
            search,
            stage_of(edge->from->outer->step, is_end ? STAGE_FAILED : STAGE_ENDED),
            edge, from);
    } else if (!search->end) {
        search->end = edge;
        search->end_from = from;
    }
}

/* The ways on from a step: its successes, its failures and timeouts, or both. */
static void edges_follow(struct search *search, const struct step *step, size_t from,
                         bool succeeds, bool fails)
{
    const struct graph *graph = search->workflow->graph;
    for (size_t e = graph->first[step->index]; e < graph->first[step->index + 1]; e++) {
        const struct edge *edge = &graph->edges[e];
        if (edge->kind == EDGE_SUCCESS ? succeeds : fails)
            edge_follow(search, edge, from);
    }
}

static void branch_enter(struct search *search, const struct branch *branch,
                         const struct step *block, size_t from)
{
    struct edge *edge = arena_new(search->arena, struct edge);
    edge->kind = EDGE_INSIDE;
    edge->from = block;
    edge->to = search->workflow->steps[branch->first];
    edge_follow(search, edge, from);
}

/* Whether all that goes through the block also goes through the branch that has the avoided
 * step in it, if nothing fails meanwhile. */
static bool must_enter(const struct search *search, const struct block *block)
{
    const struct step *inside = search->avoided;
    if (!inside || !step_is_inside(inside, block) || block->mode != MODE_ALL ||
        block->step->kind != STEP_PARALLEL)
        return false;
    while (inside->outer != block)
        inside = inside->outer->step;
    return !inside->branch->when;
}

static void entered_follow(struct search *search, const struct step *step)
{
    size_t place = stage_of(step, STAGE_ENTERED);
    const struct block *block = step->block;
    for (size_t i = 0; block && i < block->branch_count; i++) {
        const struct branch *branch = &block->branches[i];
        bool has_avoided = search->avoided && search->avoided->index >= branch->first &&
                           search->avoided->index < branch->first + branch->count;
        if (has_avoided || !search->avoided)
            branch_enter(search, branch, step, place);
    }
    edges_follow(search, step, place, !block || !must_enter(search, block), true);
}

static void search_run(struct search *search)
{
    while (search->head < search->tail) {
        size_t place = search->queue[search->head++];
        const struct step *step = search->workflow->steps[place / STAGE_COUNT];
        switch ((enum stage)(place % STAGE_COUNT)) {
        case STAGE_ENTERED: entered_follow(search, step); break;
        case STAGE_ENDED: edges_follow(search, step, place, true, true); break;
        case STAGE_FAILED:
            edges_follow(search, step, place, step->block->mode != MODE_ALL, true);
            break;
        case STAGE_COUNT: break;
        }
    }
}

/* The edges that led to a place, and then `last`, if there is one. */
static struct flow_path path_to(const struct search *search, size_t place,
                                const struct edge *last)
{
    VEC(const struct edge *) back = {0};
    struct flow_path path = {.is_found = true};
    if (last)
        vec_push(search->arena, &back, last);
    for (; place != SIZE_MAX && search->by[place]; place = search->from[place])
        vec_push(search->arena, &back, search->by[place]);
    path.count = back.count;
    path.edges = arena_array(search->arena, const struct edge *, back.count);
    for (size_t i = 0; i < back.count; i++)
        path.edges[i] = back.items[back.count - 1 - i];
    return path;
}

/* ---- The three kinds ----------------------------------------------------------------- */

/* Whose success comes with one of `step`, as far out as `goal` sees it. A forEach may have no
 * items. */
static const struct step *success_of(const struct step *step, const struct step *goal)
{
    const struct step *stand_in = step_stand_in(step, goal);
    const struct step *at = step;
    for (; at != stand_in; at = at->outer->step)
        if (!at->is_passed || at->branch->when || at->outer->mode != MODE_ALL ||
            at->outer->step->kind != STEP_PARALLEL)
            return step;
    return at;
}

static void after_check(struct program *program, const struct workflow *workflow,
                        struct flow_paths *paths, const struct guarantee *guarantee)
{
    const struct step *step = guarantee->steps[0], *before = guarantee->steps[1];
    const struct step *success = success_of(before, step);
    if (graph_is_passed(workflow->graph, graph_node(success, NODE_SUCCEEDED),
                        graph_node(step, NODE_ENTERED)))
        return;
    struct flow_path path = flow_path_find(paths, success, step);
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
                       graph_end_verb(edge));
}

/* The block that can't be entered without the step. */
static const struct step *entry_of(const struct step *step)
{
    while (step->branch && step->index == step->branch->first && !step->branch->when &&
           step->outer->step->kind == STEP_PARALLEL)
        step = step->outer->step;
    return step;
}

/* The way from a failure of `step` to an end that avoids `wanted`. */
static struct flow_path escape_find(struct arena *arena,
                                    const struct workflow *workflow,
                                    const struct step *step, const struct step *wanted)
{
    struct search search;
    search_init(&search, arena, workflow, entry_of(wanted));
    edges_follow(&search, step, SIZE_MAX, false, true);
    search_run(&search);
    return search.end ? path_to(&search, search.end_from, search.end)
                      : (struct flow_path){0};
}

static void escape_report(struct program *program, const struct guarantee *guarantee,
                          const struct flow_path *path)
{
    diag_report(program->diags, guarantee->names[0].span, KAD0314,
                "a failure of `%.*s` need not lead to `%.*s`",
                STR(guarantee->steps[0]->id.text), STR(guarantee->steps[1]->id.text));
    diag_path(program->diags, "a path that avoids it");
    flow_path_stops(program->diags, path);
    end_stop(program->diags, path->edges[path->count - 1]);
}

static void leads_to_check(struct program *program, const struct workflow *workflow,
                           const struct guarantee *guarantee)
{
    const struct step *step = guarantee->steps[0], *wanted = guarantee->steps[1];
    struct arena scratch = {0};
    struct flow_path path = escape_find(&scratch, workflow, step, wanted);
    if (path.is_found)
        escape_report(program, guarantee, &path);
    arena_release(&scratch);
}

static void both_report(struct program *program, const struct workflow *workflow,
                        const struct name *name, const struct search *search,
                        const struct step *first, const struct step *second)
{
    struct search before;
    search_init(&before, search->arena, workflow, NULL);
    place_add(&before, stage_of(workflow->steps[0], STAGE_ENTERED), NULL, SIZE_MAX);
    search_run(&before);
    struct flow_path to_first = path_to(&before, stage_of(first, STAGE_ENTERED), NULL);
    struct flow_path to_second = path_to(search, stage_of(second, STAGE_ENTERED), NULL);
    diag_report(program->diags, name->span, KAD0314,
                "`%.*s` and `%.*s` can both run in one execution", STR(first->id.text),
                STR(second->id.text));
    diag_path(program->diags, "a path through both");
    flow_path_stops(program->diags, &to_first);
    flow_path_stops(program->diags, &to_second);
    diag_path_stop(program->diags, second->id.span, "`%.*s` runs",
                   STR(second->id.text));
}

/* What runs at the same time: other branches, other items. */
static void beside_add(struct search *search, const struct step *step)
{
    for (; step->outer; step = step->outer->step) {
        const struct block *block = step->outer;
        for (size_t i = 0; i < block->branch_count; i++)
            if (&block->branches[i] != step->branch ||
                (block->step->kind == STEP_FOR_EACH && block->max_items > 1))
                branch_enter(search, &block->branches[i], block->step, SIZE_MAX);
    }
}

/* Whether `first` and another one can both run, which is reported. */
static bool can_both_run(struct program *program, struct arena *scratch,
                         const struct workflow *workflow,
                         const struct guarantee *guarantee, size_t index)
{
    const struct step *first = guarantee->steps[index];
    const struct block *block = first->block;
    struct search search;
    search_init(&search, scratch, workflow, NULL);
    edges_follow(&search, first, SIZE_MAX, true, true);
    for (size_t b = 0; block && b < block->branch_count; b++)
        branch_enter(&search, &block->branches[b], first, SIZE_MAX);
    beside_add(&search, first);
    search_run(&search);
    for (size_t j = 0; j < guarantee->count; j++) {
        const struct step *second = guarantee->steps[j];
        if (second == first || !search.is_seen[stage_of(second, STAGE_ENTERED)])
            continue;
        both_report(program, workflow, &guarantee->names[index], &search, first,
                    second);
        return true;
    }
    return false;
}

static void never_check(struct program *program, const struct workflow *workflow,
                        const struct guarantee *guarantee)
{
    bool is_reported = false;
    for (size_t i = 0; i < guarantee->count && !is_reported; i++) {
        struct arena scratch = {0};
        is_reported = can_both_run(program, &scratch, workflow, guarantee, i);
        arena_release(&scratch);
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
    struct arena scratch = {0};
    struct flow_paths *paths = flow_paths_new(&scratch, workflow);
    for (size_t i = 0; i < workflow->guarantee_count; i++) {
        const struct guarantee *guarantee = &workflow->guarantees[i];
        if (!is_about_reachable_steps(guarantee))
            continue;
        switch (guarantee->kind) {
        case GUARANTEE_BROKEN: break;
        case GUARANTEE_AFTER: after_check(program, workflow, paths, guarantee); break;
        case GUARANTEE_LEADS_TO: leads_to_check(program, workflow, guarantee); break;
        case GUARANTEE_NEVER: never_check(program, workflow, guarantee); break;
        }
    }
    arena_release(&scratch);
}
