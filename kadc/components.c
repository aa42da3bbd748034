/* components.c: Tarjan's algorithm with a stack of its own, for graphs of any depth. */
#include "components.h"

enum { UNSEEN = 0 };

struct tarjan {
    const struct workflow *workflow;
    bool (*is_open)(const struct edge *edge);
    struct components *out;
    size_t *number;    /* order of discovery, from 1; UNSEEN */
    size_t *low;       /* lowest number that is known to be reached */
    size_t *next_edge; /* where each step on the path goes on */
    bool *is_placed;   /* its component is complete */
    size_t *path;      /* steps that are being searched */
    size_t path_count;
    size_t *open; /* steps without a component yet */
    size_t open_count;
    size_t seen_count;
    size_t placed_count;
};

static void step_enter(struct tarjan *t, size_t at)
{
    t->number[at] = t->low[at] = ++t->seen_count;
    t->next_edge[at] = t->workflow->graph->first[at];
    t->path[t->path_count++] = at;
    t->open[t->open_count++] = at;
}

static void component_close(struct tarjan *t, size_t head)
{
    size_t at;
    t->out->start[t->out->count] = t->placed_count;
    do {
        at = t->open[--t->open_count];
        t->is_placed[at] = true;
        t->out->of[at] = t->out->count;
        t->out->order[t->placed_count++] = at;
    } while (at != head);
    t->out->start[++t->out->count] = t->placed_count;
}

static void step_leave(struct tarjan *t, size_t at)
{
    t->path_count--;
    if (t->low[at] == t->number[at])
        component_close(t, at);
    if (t->path_count == 0)
        return;
    size_t before = t->path[t->path_count - 1];
    if (t->low[at] < t->low[before])
        t->low[before] = t->low[at];
}

static void edge_follow(struct tarjan *t, size_t at, const struct edge *edge)
{
    if (!edge->to || !t->is_open(edge))
        return;
    size_t to = edge->to->index;
    if (t->number[to] == UNSEEN)
        step_enter(t, to);
    else if (!t->is_placed[to] && t->number[to] < t->low[at])
        t->low[at] = t->number[to];
}

static void tarjan_run(struct tarjan *t, size_t root)
{
    const struct graph *graph = t->workflow->graph;
    step_enter(t, root);
    while (t->path_count > 0) {
        size_t at = t->path[t->path_count - 1];
        if (t->next_edge[at] < graph->first[at + 1])
            edge_follow(t, at, &graph->edges[t->next_edge[at]++]);
        else
            step_leave(t, at);
    }
}

void components_find(struct components *components, struct arena *arena,
                     const struct workflow *workflow,
                     bool (*is_open)(const struct edge *edge))
{
    size_t count = workflow->step_count;
    struct arena scratch = {0};
    *components = (struct components){
        .of = arena_array(arena, size_t, count),
        .order = arena_array(arena, size_t, count),
        .start = arena_array(arena, size_t, count + 1),
    };
    struct tarjan tarjan = {
        .workflow = workflow,
        .is_open = is_open,
        .out = components,
        .number = arena_array(&scratch, size_t, count),
        .low = arena_array(&scratch, size_t, count),
        .next_edge = arena_array(&scratch, size_t, count),
        .is_placed = arena_array(&scratch, bool, count),
        .path = arena_array(&scratch, size_t, count),
        .open = arena_array(&scratch, size_t, count),
    };
    for (size_t i = 0; i < count; i++)
        if (workflow->steps[i]->is_reachable && tarjan.number[i] == UNSEEN)
            tarjan_run(&tarjan, i);
    arena_release(&scratch);
}
