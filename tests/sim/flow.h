/* flow.h: random workflows as tables: made from dice in memory, entered by the engine like
 * generated code.
 *
 * Every step of a table may be any kind of step. Routes lead forward, or back to a step with
 * a budget; when that is spent, its failure leads to the end of its line: so each table ends,
 * and flow_most_runs says after how many runs of steps. */
#ifndef TESTS_SIM_FLOW_H
#define TESTS_SIM_FLOW_H

#include "kad/workflow.h"
#include "model.h"

enum { NODES_MAX = 24, BRANCHES_MAX = 3, ITEMS_MAX = 4, FLOWS_MAX = 3, READS_MAX = 2 };
enum { HOUR_MS = 60 * 60 * 1000 };

enum node_kind {
    NODE_ACT,
    NODE_CHOOSE, /* with two outcomes */
    NODE_ROUTE,
    NODE_TIMER,
    NODE_EVENT,
    NODE_FIRST,
    NODE_APPROVAL,
    NODE_PARALLEL,
    NODE_FOR_EACH,
    NODE_CHILD
};

/* What a step reads: the outputs of another one, or these. */
enum { READS_NOTHING = -1, READS_TRIGGER = -2, READS_ITEM = -3, READS_ERROR = -4 };

struct node {
    enum node_kind kind;
    char id[8];
    int block; /* that it is in, or -1 */
    int branch;
    int for_each; /* the innermost that it is in, or -1 */
    int reads[READS_MAX];
    bool is_strict; /* what it reads must be there */
    int on_success, on_failure, on_timeout;
    int on_outcome[2]; /* by_output: [1] where the output is odd */
    bool by_outcome, by_output;
    const char *event; /* that it waits for */
    bool has_match;
    int64_t wait_ms;
    unsigned item_count; /* of a forEach */
    unsigned skips;      /* of a parallel: bits of the branches that do not run */
};

struct flow_table {
    struct kad_workflow workflow;
    char id[8];
    struct kad_budget budget;
    unsigned count;
    struct node nodes[NODES_MAX];
    struct kad_step_info infos[NODES_MAX];
    struct kad_block blocks[NODES_MAX];
    struct kad_branch branches[NODES_MAX][BRANCHES_MAX];
    char branch_names[NODES_MAX][BRANCHES_MAX][8];
};

/* `is_timeless`: what it does depends on no clock and no chance, if its actions do not: no
 * timeouts, no budgets of the whole, nothing that is over by whichever comes first. */
void flows_make(struct dice *dice, bool is_timeless);
/* One that goes round so often: a parallel with a forEach in it, and a step. */
void flows_make_loop(uint32_t turns);
/* The outermost is the first; those that it calls follow. */
extern struct flow_table flows[FLOWS_MAX];

/* The worst case; `flow` and all that it calls. */
uint64_t flow_most_runs(const struct flow_table *flow);
/* NULL: none of the tables has that step. */
const struct node *flow_find(const char *workflow_id, const char *step_id);

struct text_value {
    const char *text;
};
extern const struct kad_type text_type;
/* The test's own actions: once means not idempotent. */
extern const struct kad_action act_action, act_once_action, choose_action,
    choose_once_action;
/* They all call this. */
enum kad_outcome sim_act(struct kad_step *step, const void *in, void *out);

#endif
