/* scope.h: what expressions see while a workflow is played. */
#ifndef TESTS_RANDOM_SCOPE_H
#define TESTS_RANDOM_SCOPE_H

#include "model.h"

/* What a step's last visit has left. */
struct left {
    const char *status;
    const char *code; /* of its error; NULL: none */
    bool has_outputs;
    struct value outputs[FIELD_COUNT];
    unsigned runs;     /* that count for maxRetries */
    unsigned attempts; /* as expressions see it */
};

/* Where steps leave things: the workflow's, or one of an item of a forEach. */
struct frame {
    struct frame *outer;
    const struct step *loop; /* NULL: the workflow's */
    const char *item;        /* "[3][0]", or "" */
    struct value value;      /* of the item */
    int64_t index;
    struct left left[STEPS_MAX];
    struct {
        struct frame **frames;
        size_t count;
    } items[STEPS_MAX]; /* of forEach steps */
};

struct scope {
    struct arena *arena;
    const struct flow *flow;
    const struct value *parameters;
    const struct frame *frame;
    const char *error_code, *error_step; /* of workflow.error; NULL: none */
    bool is_failed;                      /* workflow.status */
    bool has_fault;                      /* some expression has had no value */
};

/* Not set: the value is null, or there was a fault. */
struct value scope_value(struct scope *scope, const struct tree *tree);
bool scope_is(struct scope *scope, const struct tree *condition);

#endif
