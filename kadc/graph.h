/* graph.h: the routing graph of a workflow: an edge for each way from a step to the next. */
#ifndef KADC_GRAPH_H
#define KADC_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dominators.h"
#include "model.h"

enum edge_kind {
    EDGE_SUCCESS,
    EDGE_FAILURE,
    EDGE_TIMEOUT,
    EDGE_INSIDE /* from a block to the entry of a branch; of paths alone */
};

/* One leaf of a route. */
struct edge {
    enum edge_kind kind : 8;
    bool is_conditional;    /* `span` and `reason` are those of a condition */
    bool is_constant_false; /* a constant condition excludes it */
    bool is_refused;        /* it closes a loop that must not be: reported */
    const struct step *from;
    const struct step *to; /* NULL: an end, see `route->kind` */
    const struct route *route;
    /* Why it is taken: "succeeds", "fails", "`x > 0` is false". */
    struct str reason;
    struct span span;           /* of the target, or of the deciding condition */
    struct template *condition; /* the innermost that decides; NULL: none */
};

/* The step, or the steps of the loop, that weigh more than all others on the heaviest path;
 * count 0: none does. */
struct dominant {
    const struct step **steps; /* in the order of the file */
    size_t count;
    uint64_t weight;
};

struct graph {
    struct edge *edges; /* by step, in the order of the file */
    size_t edge_count;
    size_t *first;   /* edges of step i: [first[i], first[i + 1]) */
    bool is_bounded; /* every loop is, also of the workflows that are called */
    /* Most step runs that can happen, UINT64_MAX: more than can be counted. */
    uint64_t worst_runs;
    uint64_t worst_agent_calls;
    int64_t worst_ms; /* -1: nothing bounds the time */
    struct dominant most_runs, most_agent_calls, most_ms;
    struct dominators dominators; /* of graph_node */
};

/* ---- What every path comes through ---------------------------------------------------- */

enum node_part {
    NODE_ENTERED,
    NODE_SUCCEEDED,
    NODE_FAILED,
    NODE_ENDED, /* the branch whose entry the step is has ended well */
    NODE_PART_COUNT
};

uint32_t graph_node(const struct step *step, enum node_part part);

/* Whether every path to `node` comes through `by`. Both reached. */
bool graph_is_passed(const struct graph *graph, size_t by, size_t node);

/* Sets graph->dominators, and step->is_passed of all steps. */
void graph_nodes_find(struct arena *arena, struct workflow *workflow);

/* "completes", "fails": what the line does where the edge ends. */
const char *graph_end_verb(const struct edge *edge);

/* "`a` succeeds" and, where a condition decides, "`x > 0` is false: on to `b`": one or two
 * stops of the latest finding's path. */
void graph_path_stops(struct diags *diags, const struct edge *edge);

/* ---- The parts of graph_check -------------------------------------------------------- */

/* graph_routes.c: what each step's routes say: 0305, 0309-0312. */
void graph_routes_check(struct program *program, const struct workflow *workflow);

/* Routes of which 0309, 0310 or 0311 warns, in the order of the file: a step that nothing
 * leads to may have been cut off there. */
struct graph_suspects {
    struct route **items;
    size_t count;
    size_t capacity;
};
/* Of a decision: its `else`, or the route of its last outcome. */
const struct route *route_last_way(const struct route *route);
struct graph_suspects graph_suspects_find(struct arena *arena,
                                          const struct workflow *workflow);

/* graph_loops.c: 0303, 0304, 0306. */
void graph_loops_check(struct program *program, struct workflow *workflow);
/* Of what is left when all bounds are used up. */
bool graph_edge_is_left(const struct edge *edge);

/* graph_worst.c: the worst case; 0307. */
struct components;
void graph_worst_check(struct program *program, struct workflow *workflow,
                       const struct components *all, const struct components *left);

/* A step that may take any time, for want of a timeout; NULL: there is none. A workflow that is
 * called may be why. */
const struct step *graph_timeless_step(const struct workflow *workflow);

/* graph_budget.c: 0308, with graph->worst_ms that of the steps alone. */
void graph_timeout_check(struct program *program, const struct workflow *workflow);
/* A note of where the time of the worst case goes. */
void graph_slowest_note(struct program *program, const struct workflow *workflow);
/* graph_budget.c: 0316. */
void graph_budget_check(struct program *program, const struct workflow *workflow);

/* graph_groups.c: the marked steps, in groups that routes connect, each in the order of the
 * file; calls `report` for each group. */
void graph_groups_each(const struct workflow *workflow, const bool *is_marked,
                       void (*report)(void *context, const struct step *const *steps,
                                      size_t count),
                       void *context);

/* "`b`, `c` and 5 more", without the first. */
struct str graph_others_text(struct arena *arena, const struct step *const *steps,
                             size_t count);

#endif
