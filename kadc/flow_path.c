/* flow_path.c: a breadth-first search over steps, each with and without a failure that is not
 * recovered. */
#include "flow_path.h"

#include "blocks.h"

/* How many edges a path shows at each of its ends. */
enum { SHOWN_MAX = 10 };

/* Twice the step's index, and one more after a failure. */
static size_t state_of(const struct step *step, bool is_failed)
{
    return step->index * 2 + is_failed;
}

struct path_search {
    const struct workflow *workflow;
    const struct step *producer, *goal;
    struct arena *arena;
    const struct edge **by; /* the edge that led to each state */
    size_t *from;           /* the state before it */
    bool *is_seen;
    size_t *queue;
    size_t head, tail;
};

static bool is_failed_after(const struct edge *edge, bool is_failed)
{
    return edge->kind != EDGE_SUCCESS || (is_failed && !edge->from->recovers);
}

static bool is_goal_end(const struct path_search *search, const struct edge *edge,
                        bool is_failed)
{
    return !search->goal && !edge->to && !is_failed &&
           edge->route->kind == ROUTE_COMPLETE;
}

/* The edges up to a state, and perhaps one more. */
static struct flow_path path_to(struct arena *arena, const struct path_search *search,
                                size_t state, const struct edge *last)
{
    struct flow_path path = {.is_found = true};
    size_t count = last ? 1 : 0;
    for (size_t at = state; search->by[at]; at = search->from[at])
        count++;
    path.edges = arena_array(arena, const struct edge *, count);
    path.count = count;
    if (last)
        path.edges[--count] = last;
    for (size_t at = state; search->by[at]; at = search->from[at])
        path.edges[--count] = search->by[at];
    for (size_t i = 0; i < path.count; i++)
        path.meets_producer =
            path.meets_producer || path.edges[i]->from == search->producer;
    return path;
}

static void state_add(struct path_search *search, const struct edge *edge, size_t from,
                      bool is_failed)
{
    size_t next = state_of(edge->to, is_failed);
    if (search->is_seen[next])
        return;
    search->is_seen[next] = true;
    search->by[next] = edge;
    search->from[next] = from;
    search->queue[search->tail++] = next;
}

/* Into the block that the goal is in. */
static void inside_add(struct path_search *search, const struct step *step,
                       size_t state)
{
    if (!search->goal || !step_is_inside(search->goal, step->block))
        return;
    const struct step *in = search->goal;
    while (in->outer != step->block)
        in = in->outer->step;
    struct edge *edge = arena_new(search->arena, struct edge);
    edge->kind = EDGE_INSIDE;
    edge->from = step;
    edge->to = search->workflow->steps[in->branch->first];
    state_add(search, edge, state, state & 1);
}

static struct flow_path search_run(struct arena *arena, struct path_search *search)
{
    const struct graph *graph = search->workflow->graph;
    while (search->head < search->tail) {
        size_t state = search->queue[search->head++];
        size_t at = state / 2;
        if (search->goal == search->workflow->steps[at])
            return path_to(arena, search, state, NULL);
        inside_add(search, search->workflow->steps[at], state);
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
            const struct edge *edge = &graph->edges[e];
            bool is_failed = is_failed_after(edge, state & 1);
            if (edge->is_refused ||
                (edge->kind == EDGE_SUCCESS && edge->from == search->producer))
                continue;
            if (is_goal_end(search, edge, is_failed))
                return path_to(arena, search, state, edge);
            if (edge->to)
                state_add(search, edge, state, is_failed);
        }
    }
    return (struct flow_path){0};
}

struct flow_path flow_path_find(struct arena *arena, const struct workflow *workflow,
                                const struct step *producer, const struct step *goal)
{
    size_t count = workflow->step_count * 2;
    struct path_search search = {
        .workflow = workflow,
        .producer = producer,
        .goal = goal,
        .arena = arena,
        .by = arena_array(arena, const struct edge *, count),
        .from = arena_array(arena, size_t, count),
        .is_seen = arena_array(arena, bool, count),
        .queue = arena_array(arena, size_t, count),
    };
    search.is_seen[0] = true;
    search.queue[search.tail++] = 0;
    return search_run(arena, &search);
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
