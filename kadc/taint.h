/* taint.h: text from outside: where it comes from, and which steps hand it on. */
#ifndef KADC_TAINT_H
#define KADC_TAINT_H

#include "model.h"

/* Who gives text: the steps by their indices, and behind them the parameters. */
size_t taint_node(const struct workflow *workflow, const struct expr *carrier);

/* A step reads text of another one, or of a parameter, which may become part of what it gives
 * itself. */
struct taint_read {
    size_t producer; /* a node */
    const struct step *reader;
    const struct expr *expr;
    struct taint_read *next; /* of the same producer */
};

/* Where a parameter has text from outside: from a trigger, or from a workflow that calls this
 * one. Neither: it is trusted. */
struct taint_param {
    const struct trigger *trigger;
    struct span span; /* of the parameter in the trigger */
    const struct taint *caller;
    const struct expr *given; /* by it */
};

/* By node. What is handed on starts at an event, at a parameter or at a called workflow. */
struct taint {
    struct arena *arena;
    const struct workflow *workflow;
    struct taint_read **reads;
    bool *is_untrusted;           /* its outputs that are text */
    const struct taint_read **by; /* from which it has that; NULL: from outside */
    size_t *origin;               /* where it came in */
};

/* The part of an expression that brings text from outside; NULL: there is none. Numbers,
 * booleans, durations and enums are no text. */
const struct expr *taint_in(const struct taint *taint, const struct expr *expr);
/* The same of a scalar. */
const struct expr *taint_in_template(const struct taint *taint,
                                     const struct template *value);

/* The first part of a scalar whose text is of a wanted binding, or NULL. */
const struct expr *taint_text_find(const struct template *value,
                                   bool (*is_wanted)(const struct expr *bound,
                                                     void *context),
                                   void *context);
/* Whether a value of the type has text that could be obeyed. */
bool taint_holds_text(const struct type *type);

/* The way of the text to the node, to the latest finding. */
void taint_path(struct diags *diags, const struct taint *taint, size_t node);

/* taint_params.c: the parameters whose text comes from the workflow's own triggers; and what
 * it hands to those that it calls. Both set workflow->taint_params. */
void taint_params_find(struct arena *arena, struct workflow *workflow);
void taint_params_hand_on(const struct taint *taint);
/* The stops of the way on which a parameter has its text. */
void taint_param_stops(struct diags *diags, const struct workflow *workflow,
                       const struct taint_param *param);

/* taint_prompt.c: 0905. */
void taint_prompts_check(struct program *program, const struct taint *taint);

#endif
