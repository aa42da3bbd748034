/* graph_groups.c: sets of steps that routes connect, for findings that concern several steps
 * at once. Union-find over the edges between marked steps. */
#include "base/buf.h"
#include "graph.h"

enum { SHOWN_MAX = 5 };

/* The representative; halves the way to it. */
static size_t root_of(size_t *parent, size_t at)
{
    while (parent[at] != at)
        at = parent[at] = parent[parent[at]];
    return at;
}

/* The first step of a group in the file is its representative. */
static void join(size_t *parent, size_t a, size_t b)
{
    size_t x = root_of(parent, a), y = root_of(parent, b);
    if (x < y)
        parent[y] = x;
    else
        parent[x] = y;
}

static size_t *groups_find(struct arena *arena, const struct workflow *workflow,
                           const bool *is_marked)
{
    const struct graph *graph = workflow->graph;
    size_t *parent = arena_array(arena, size_t, workflow->step_count);
    for (size_t i = 0; i < workflow->step_count; i++)
        parent[i] = i;
    for (size_t e = 0; e < graph->edge_count; e++) {
        const struct edge *edge = &graph->edges[e];
        if (edge->to && is_marked[edge->from->index] && is_marked[edge->to->index])
            join(parent, edge->from->index, edge->to->index);
    }
    return parent;
}

void graph_groups_each(const struct workflow *workflow, const bool *is_marked,
                       void (*report)(void *context, const struct step *const *steps,
                                      size_t count),
                       void *context)
{
    struct arena scratch = {0};
    size_t count = workflow->step_count;
    size_t *parent = groups_find(&scratch, workflow, is_marked);
    /* Steps sorted by group: where each group starts, then each step in its place. */
    size_t *start = arena_array(&scratch, size_t, count + 1);
    size_t *used = arena_array(&scratch, size_t, count);
    const struct step **steps = arena_array(&scratch, const struct step *, count);
    for (size_t i = 0; i < count; i++)
        if (is_marked[i])
            start[root_of(parent, i) + 1]++;
    for (size_t i = 0; i < count; i++)
        start[i + 1] += start[i];
    for (size_t i = 0; i < count; i++)
        if (is_marked[i]) {
            size_t group = root_of(parent, i);
            steps[start[group] + used[group]++] = workflow->steps[i];
        }
    for (size_t i = 0; i < count; i++)
        if (used[i] > 0)
            report(context, steps + start[i], used[i]);
    arena_release(&scratch);
}

struct str graph_others_text(struct arena *arena, const struct step *const *steps,
                             size_t count)
{
    struct buf text;
    size_t shown = count - 1 > SHOWN_MAX ? SHOWN_MAX : count - 1;
    buf_init(&text, arena);
    for (size_t i = 1; i <= shown; i++) {
        bool is_last = i == count - 1;
        buf_printf(&text, "%s`%.*s`",
                   i == 1    ? ""
                   : is_last ? " and "
                             : ", ",
                   STR(steps[i]->id.text));
    }
    if (count - 1 > shown)
        buf_printf(&text, " and %zu more", count - 1 - shown);
    return buf_str(&text);
}
