/* flow_path.c: a breadth-first search over steps, each with and without a failure that is not
 * recovered. */
#include "flow_path.h"

#include "blocks.h"

/* How many edges a path shows at each of its ends. */
enum { SHOWN_MAX = 10 };

/* Twice the step's index, and one more after a failure. */
static uint32_t state_of(const struct step *step, bool is_failed)
{
    return (uint32_t)step->index * 2 + is_failed;
}

/* A place that a search has come to. */
struct state {
    const struct edge *by; /* that led here; NULL: the search began here */
    uint32_t from;         /* the state before it */
    uint32_t round;        /* the search that was here last */
};

struct flow_paths {
    struct arena *arena;
    const struct workflow *workflow;
    struct state *states; /* this and what follows: from the first search on */
    uint32_t *queue;
    const struct edge **edges;           /* of the path that was found last */
    struct edge inside[BLOCK_DEPTH_MAX]; /* into the blocks round the goal */
    uint32_t round;
    /* Of the search that is going on. */
    const struct step *producer, *goal;
    size_t head, tail;
};

static bool is_failed_after(const struct edge *edge, bool is_failed)
{
    return edge->kind != EDGE_SUCCESS || (is_failed && !edge->from->recovers);
}

static bool is_goal_end(const struct flow_paths *search, const struct edge *edge,
                        bool is_failed)
{
    return !search->goal && !edge->to && !is_failed &&
           edge->route->kind == ROUTE_COMPLETE;
}

/* The edges up to a state, and perhaps one more. */
static struct flow_path path_to(const struct flow_paths *search, uint32_t state,
                                const struct edge *last)
{
    const struct state *states = search->states;
    struct flow_path path = {.edges = search->edges, .is_found = true};
    size_t count = last ? 1 : 0;
    for (size_t at = state; states[at].by; at = states[at].from)
        count++;
    path.count = count;
    if (last)
        path.edges[--count] = last;
    for (size_t at = state; states[at].by; at = states[at].from)
        path.edges[--count] = states[at].by;
    for (size_t i = 0; i < path.count; i++)
        path.meets_producer =
            path.meets_producer || path.edges[i]->from == search->producer;
    return path;
}

static void state_add(struct flow_paths *search, const struct step *step,
                      bool is_failed, const struct edge *by, uint32_t from)
{
    uint32_t next = state_of(step, is_failed);
    if (search->states[next].round == search->round)
        return;
    search->states[next] = (struct state){by, from, search->round};
    search->queue[search->tail++] = next;
}

/* Into the block that the goal is in. */
static void inside_add(struct flow_paths *search, const struct step *step,
                       uint32_t state)
{
    if (!search->goal || !step_is_inside(search->goal, step->block))
        return;
    const struct step *in = search->goal;
    while (in->outer != step->block)
        in = in->outer->step;
    size_t depth = 0;
    for (const struct step *at = step; at->outer; at = at->outer->step)
        depth++;
    struct edge *edge = &search->inside[depth];
    edge->kind = EDGE_INSIDE;
    edge->from = step;
    edge->to = search->workflow->steps[in->branch->first];
    state_add(search, edge->to, state & 1, edge, state);
}

static struct flow_path search_run(struct flow_paths *search)
{
    const struct graph *graph = search->workflow->graph;
    while (search->head < search->tail) {
        uint32_t state = search->queue[search->head++];
        size_t at = state / 2;
        if (search->goal == search->workflow->steps[at])
            return path_to(search, state, NULL);
        inside_add(search, search->workflow->steps[at], state);
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
            const struct edge *edge = &graph->edges[e];
            bool is_failed = is_failed_after(edge, state & 1);
            if (edge->is_refused ||
                (edge->kind == EDGE_SUCCESS && edge->from == search->producer))
                continue;
            if (is_goal_end(search, edge, is_failed))
                return path_to(search, state, edge);
            if (edge->to)
                state_add(search, edge->to, is_failed, edge, state);
        }
    }
    return (struct flow_path){0};
}

struct flow_paths *flow_paths_new(struct arena *arena, const struct workflow *workflow)
{
    struct flow_paths *paths = arena_new(arena, struct flow_paths);
    paths->arena = arena;
    paths->workflow = workflow;
    return paths;
}

static void room_make(struct flow_paths *paths)
{
    size_t count = paths->workflow->step_count * 2;
    paths->states = arena_array(paths->arena, struct state, count);
    paths->queue = arena_array(paths->arena, uint32_t, count);
    paths->edges = arena_array(paths->arena, const struct edge *, count);
}

struct flow_path flow_path_find(struct flow_paths *paths, const struct step *producer,
                                const struct step *goal)
{
    if (paths->round++ == 0)
        room_make(paths);
    paths->producer = producer;
    paths->goal = goal;
    paths->head = paths->tail = 0;
    state_add(paths, paths->workflow->steps[0], false, NULL, 0);
    return search_run(paths);
}

void flow_path_stops(struct diags *diags, const struct flow_path *path)
{
    for (size_t i = 0; i < path->count; i++) {
        bool is_shown = i < SHOWN_MAX || i + SHOWN_MAX >= path->count;
        if (is_shown)
            graph_path_stops(diags, path->edges[i]);
        else if (i == SHOWN_MAX)
            diag_path_stop(diags, path->edges[i]->from->id.span, "%zu more steps",
                           path->count - 2 * SHOWN_MAX);
    }
}

static void start_show(struct diags *diags, const struct workflow *workflow)
{
    const struct trigger *trigger = &workflow->triggers[0];
    switch (trigger->kind) {
    case TRIGGER_WEBHOOK:
        diag_path_stop(diags, trigger->span, "started by webhook `%.*s %.*s`",
                       STR(trigger->webhook.method), STR(trigger->webhook.path.text));
        return;
    case TRIGGER_EVENT:
        diag_path_stop(diags, trigger->span, "started by event `%.*s`",
                       STR(trigger->event.name.text));
        return;
    case TRIGGER_SCHEDULE:
        diag_path_stop(diags, trigger->span, "started by its schedule");
        return;
    case TRIGGER_WATCH:
        diag_path_stop(diags, trigger->span, "started by changed files");
        return;
    case TRIGGER_CLI:
    case TRIGGER_UNKNOWN: break;
    }
    diag_path_stop(diags, trigger->span, "started by `kad workflow %.*s`",
                   STR(workflow->id.text));
}

void flow_path_show(struct diags *diags, const struct workflow *workflow,
                    const struct flow_path *path, const struct step *producer)
{
    const char *heading = path->meets_producer ? "`%.*s` does not succeed on this path"
                                               : "`%.*s` does not run on this path";
    char text[256];
    snprintf(text, sizeof(text), heading, STR(producer->id.text));
    diag_path(diags, text);
    if (workflow->trigger_count > 0)
        start_show(diags, workflow);
    flow_path_stops(diags, path);
}
