/* play.h: the reference: plays a random workflow as the design says, step by step.
 *
 * It knows no journal and no crash. Attempts that are under way at the same time end in the
 * order of their script's rank: the driver's host keeps the same order. */
#ifndef TESTS_RANDOM_PLAY_H
#define TESTS_RANDOM_PLAY_H

#include "script.h"

/* One row of step_executions, in the order of the starts. */
struct attempt {
    const char *place; /* "", or the path of a child: "s3/1/1" */
    const struct step *step;
    const char *item; /* "[3]", or "" */
    unsigned visit, attempt;
    bool is_called; /* else it has failed before */
    const char *status;
    const char *code;   /* of its failure, or NULL */
    const char *inputs; /* JSON of what an action got, or NULL */
};

struct play {
    VEC(struct attempt *) attempts;
    bool is_completed;
    const char *code, *step; /* of workflow.error; or NULL */
    const char *outputs;     /* JSON, or NULL */
    unsigned runs;           /* of steps, with those of children */
    bool has_cut; /* some branch has been cancelled: a crash may change what is cut */
};

/* In the arena. */
struct play *play_flow(struct arena *arena, const struct flow *flow,
                       const struct script *script, const struct value *parameters);

/* "s3[1]/2/1", after the place. */
const char *attempt_key(struct arena *arena, const struct attempt *attempt);

#endif
