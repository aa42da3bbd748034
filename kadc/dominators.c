/* dominators.c: the algorithm of Lengauer and Tarjan, in its simple form.
 *
 * Nodes are numbered as a depth-first search meets them; all arrays but `number` and
 * `vertex` are indexed by that number. */
#include "dominators.h"

#include <stdint.h>

static const uint32_t NONE = UINT32_MAX;

struct search {
    const struct flow_graph *graph;
    uint32_t count;   /* nodes that were met */
    uint32_t *number; /* of each node; NONE: not met */
    uint32_t *vertex; /* the node of each number */
    uint32_t *parent; /* in the tree of the search */
    uint32_t *semi;   /* semidominator */
    uint32_t *idom;   /* immediate dominator */
    uint32_t *above;  /* in the forest of linked nodes; NONE: a root */
    uint32_t *best;   /* of the nodes up to the root, the one with the lowest semi */
    uint32_t *bucket; /* first node whose semidominator this is; NONE */
    uint32_t *next;   /* in the same bucket */
    uint32_t *stack;
    uint32_t *before_first, *before; /* predecessors, as in flow_graph */
};

static uint32_t *filled(struct arena *arena, size_t count)
{
    uint32_t *array = arena_array(arena, uint32_t, count);
    for (size_t i = 0; i < count; i++)
        array[i] = NONE;
    return array;
}

static void node_meet(struct search *s, uint32_t node, uint32_t parent)
{
    s->number[node] = s->count;
    s->vertex[s->count] = node;
    s->parent[s->count] = parent;
    s->semi[s->count] = s->best[s->count] = s->count;
    s->count++;
}

static void nodes_number(struct search *s, struct arena *arena)
{
    size_t depth = 0;
    uint32_t *at_edge = arena_array(arena, uint32_t, s->graph->count);
    node_meet(s, 0, 0);
    s->stack[depth++] = 0;
    at_edge[0] = s->graph->first[0];
    while (depth > 0) {
        uint32_t node = s->stack[depth - 1];
        if (at_edge[node] == s->graph->first[node + 1]) {
            depth--;
            continue;
        }
        uint32_t to = s->graph->to[at_edge[node]++];
        if (s->number[to] != NONE)
            continue;
        node_meet(s, to, s->number[node]);
        at_edge[to] = s->graph->first[to];
        s->stack[depth++] = to;
    }
}

static void predecessors_find(struct search *s, struct arena *arena)
{
    const struct flow_graph *graph = s->graph;
    size_t edge_count = graph->first[graph->count];
    uint32_t *used = arena_array(arena, uint32_t, graph->count);
    s->before_first = arena_array(arena, uint32_t, graph->count + 1);
    s->before = arena_array(arena, uint32_t, edge_count);
    for (size_t e = 0; e < edge_count; e++)
        s->before_first[graph->to[e] + 1]++;
    for (size_t i = 0; i < graph->count; i++)
        s->before_first[i + 1] += s->before_first[i];
    for (uint32_t i = 0; i < graph->count; i++)
        for (size_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
            uint32_t to = graph->to[e];
            s->before[s->before_first[to] + used[to]++] = i;
        }
}

/* The node with the lowest semidominator on the way up; shortens that way. */
static uint32_t best_find(struct search *s, uint32_t node)
{
    size_t depth = 0;
    if (s->above[node] == NONE)
        return node;
    for (uint32_t at = node; s->above[s->above[at]] != NONE; at = s->above[at])
        s->stack[depth++] = at;
    while (depth > 0) {
        uint32_t at = s->stack[--depth];
        uint32_t up = s->above[at];
        if (s->semi[s->best[up]] < s->semi[s->best[at]])
            s->best[at] = s->best[up];
        s->above[at] = s->above[up];
    }
    return s->best[node];
}

static void semi_find(struct search *s, uint32_t node)
{
    uint32_t vertex = s->vertex[node];
    for (size_t e = s->before_first[vertex]; e < s->before_first[vertex + 1]; e++) {
        uint32_t from = s->number[s->before[e]];
        if (from == NONE)
            continue;
        uint32_t best = best_find(s, from);
        if (s->semi[best] < s->semi[node])
            s->semi[node] = s->semi[best];
    }
    s->next[node] = s->bucket[s->semi[node]];
    s->bucket[s->semi[node]] = node;
}

static void bucket_empty(struct search *s, uint32_t parent)
{
    for (uint32_t at = s->bucket[parent]; at != NONE; at = s->next[at]) {
        uint32_t best = best_find(s, at);
        s->idom[at] = s->semi[best] < s->semi[at] ? best : parent;
    }
    s->bucket[parent] = NONE;
}

static void idoms_find(struct search *s)
{
    for (uint32_t node = s->count - 1; node > 0; node--) {
        semi_find(s, node);
        s->above[node] = s->parent[node];
        bucket_empty(s, s->parent[node]);
    }
    for (uint32_t node = 1; node < s->count; node++)
        if (s->idom[node] != s->semi[node])
            s->idom[node] = s->idom[s->idom[node]];
}

/* A dominator has a lower number than what it dominates, so that two plain passes walk the
 * tree: sizes from below, places from above. */
static void intervals_find(const struct search *s, const struct dominators *out,
                           struct arena *arena)
{
    uint32_t *next_place = arena_array(arena, uint32_t, s->count);
    uint32_t *width = arena_array(arena, uint32_t, s->count);
    for (uint32_t node = s->count; node-- > 0;) {
        width[node]++;
        if (node > 0)
            width[s->idom[node]] += width[node];
    }
    for (uint32_t node = 0; node < s->count; node++) {
        uint32_t place = 1;
        if (node > 0) {
            place = next_place[s->idom[node]];
            next_place[s->idom[node]] += width[node];
        }
        next_place[node] = place + 1;
        out->before[s->vertex[node]] = place;
        out->width[s->vertex[node]] = width[node];
    }
}

void dominators_find(struct dominators *dominators, struct arena *arena,
                     const struct flow_graph *graph)
{
    struct arena scratch = {0};
    struct search search = {
        .graph = graph,
        .number = filled(&scratch, graph->count),
        .vertex = arena_array(&scratch, uint32_t, graph->count),
        .parent = arena_array(&scratch, uint32_t, graph->count),
        .semi = arena_array(&scratch, uint32_t, graph->count),
        .idom = arena_array(&scratch, uint32_t, graph->count),
        .above = filled(&scratch, graph->count),
        .best = arena_array(&scratch, uint32_t, graph->count),
        .bucket = filled(&scratch, graph->count),
        .next = arena_array(&scratch, uint32_t, graph->count),
        .stack = arena_array(&scratch, uint32_t, graph->count),
    };
    *dominators = (struct dominators){
        .before = arena_array(arena, uint32_t, graph->count),
        .width = arena_array(arena, uint32_t, graph->count),
    };
    nodes_number(&search, &scratch);
    predecessors_find(&search, &scratch);
    idoms_find(&search);
    intervals_find(&search, dominators, &scratch);
    arena_release(&scratch);
}

bool dominators_has(const struct dominators *dominators, size_t by, size_t node)
{
    uint32_t from = dominators->before[by];
    uint32_t place = dominators->before[node];
    return from > 0 && from <= place && place < from + dominators->width[by];
}
