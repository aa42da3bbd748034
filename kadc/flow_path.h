/* flow_path.h: a path on which a step's outputs stay unset, to be shown to the author. */
#ifndef KADC_FLOW_PATH_H
#define KADC_FLOW_PATH_H

#include "graph.h"

struct flow_path {
    const struct edge **edges;
    size_t count;
    bool is_found;
    bool meets_producer; /* it goes through the producer, which does not succeed */
};

/* The shortest path from the entry to `goal` without a success of `producer`. Without a
 * goal: to an end that completes the workflow, with every failure recovered. */
struct flow_path flow_path_find(struct arena *arena, const struct workflow *workflow,
                                const struct step *producer, const struct step *goal);

/* Adds it to the latest finding, with the trigger as its first stop. */
/* Its stops; many in the middle are only counted. */
void flow_path_stops(struct diags *diags, const struct flow_path *path);
void flow_path_show(struct diags *diags, const struct workflow *workflow,
                    const struct flow_path *path, const struct step *producer);

#endif
