/* dominators.h: which nodes lie on every path from the entry of a graph to another node. */
#ifndef KADC_DOMINATORS_H
#define KADC_DOMINATORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* A graph as lists of successors: those of node i are to[first[i]] .. to[first[i + 1] - 1].
 * Node 0 is the entry. */
struct flow_graph {
    size_t count;
    uint32_t *first;
    uint32_t *to;
};

/* The dominator tree, as intervals of a walk through it. */
struct dominators {
    uint32_t
        *before; /* place in the walk, from 1; 0: the entry does not reach the node */
    uint32_t *width; /* size of its subtree */
};

/* Takes O(edges * log nodes), without recursion. */
void dominators_find(struct dominators *dominators, struct arena *arena,
                     const struct flow_graph *graph);

/* Whether every path to `node` goes through `by`; a node dominates itself. Both reached. */
bool dominators_has(const struct dominators *dominators, size_t by, size_t node);

#endif
