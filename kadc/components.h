/* components.h: strongly connected components of the routing graph: the loops. */
#ifndef KADC_COMPONENTS_H
#define KADC_COMPONENTS_H

#include "graph.h"

/* (1) Components are numbered so that edges between them lead to lower numbers.
 * (2) `order` has the reachable steps by component, lowest first. */
struct components {
    size_t count;
    size_t *of;    /* component of each reachable step */
    size_t *order; /* indexes of steps */
    size_t
        *start; /* steps of component c: order[start[c]] .. order[start[c + 1] - 1] */
};

/* Of the reachable steps and the edges that `is_open` lets through. */
void components_find(struct components *components, struct arena *arena,
                     const struct workflow *workflow,
                     bool (*is_open)(const struct edge *edge));

#endif
