/* script.h: what the actions do in one play: a function of the seed and of the attempt, so
 * that an attempt which is run again after a crash does the same. */
#ifndef TESTS_RANDOM_SCRIPT_H
#define TESTS_RANDOM_SCRIPT_H

#include "model.h"

enum scripted_kind { SUCCEEDS, FAILS, TIMES_OUT };

struct script {
    uint64_t seed;
    unsigned failures; /* percent */
    bool is_wild;      /* very large numbers come, too */
};

struct scripted {
    enum scripted_kind kind;
    const char *code;                  /* FAILS: one of failure_codes */
    unsigned outcome;                  /* of CHOOSE: which */
    struct value outputs[FIELD_COUNT]; /* of KEEP that fails: some are not set */
    uint64_t rank; /* of attempts at the same time, the lowest is over first */
};

/* `key`: STEP[ITEM]/VISIT/ATTEMPT, after the path of the execution if it is a child. */
struct scripted script_answer(struct arena *arena, const struct script *script,
                              enum action action, const char *key);
/* The workflow's parameters; `values` in their order. */
void script_parameters(struct arena *arena, const struct script *script,
                       const struct flow *flow, struct value *values);

#endif
