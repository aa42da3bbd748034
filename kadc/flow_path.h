/* flow_path.h: a path on which a step's outputs stay unset, to be shown to the author. */
#ifndef KADC_FLOW_PATH_H
#define KADC_FLOW_PATH_H

#include "graph.h"

struct flow_path {
    const struct edge **edges; /* until the next search */
    size_t count;
    bool is_found;
    bool meets_producer; /* it goes through the producer, which does not succeed */
};

/* Searches of one workflow: what they need is allocated once. */
struct flow_paths;
struct flow_paths *flow_paths_new(struct arena *arena, const struct workflow *workflow);

/* The shortest path from the entry to `goal` without a success of `producer`. Without a
 * goal: to an end that completes the workflow, with every failure recovered. */
struct flow_path flow_path_find(struct flow_paths *paths, const struct step *producer,
                                const struct step *goal);

/* Adds its stops to the latest finding; many in the middle are only counted. */
void flow_path_stops(struct diags *diags, const struct flow_path *path);
/* The same, with the trigger as its first stop. */
void flow_path_show(struct diags *diags, const struct workflow *workflow,
                    const struct flow_path *path, const struct step *producer);

#endif
