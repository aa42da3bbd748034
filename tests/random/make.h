/* make.h: the parts of making a random workflow.
 *
 *     flow_new: shape_make   steps, blocks and routes, without any expression
 *            -> bounds_make  every loop ends
 *            -> known_find   which outputs are there, where
 *            -> values_make  expressions in all places */
#ifndef TESTS_RANDOM_MAKE_H
#define TESTS_RANDOM_MAKE_H

#include "model.h"

/* Steps, by their index in the flow. */
typedef uint64_t steps_t;

/* What is known at a place about the steps' outputs. */
struct known {
    steps_t sure; /* every path has set them */
    steps_t some; /* some path has */
};

struct maker {
    struct arena *arena;
    struct flow *flow;
    struct dice dice;
    unsigned blocks;    /* that may be in it */
    unsigned most;      /* steps */
    unsigned name_seed; /* for names of branches */
    struct known before[STEPS_MAX];
    struct known after_success[STEPS_MAX], after_failure[STEPS_MAX];
    struct known at_end;   /* of the whole workflow, where it completes */
    steps_t in_every_item; /* each good end of the items' lines has passed them */
};

/* Where an expression stands. */
struct place {
    const struct step *step; /* NULL: the workflow's outputs */
    struct known known;
    bool is_input; /* of the step; what is inside of it has not run then */
};

/* A condition that is not made yet. */
extern const struct tree no_tree;

steps_t step_bit(const struct step *step);
/* The step itself, and all that are inside. */
steps_t step_bits(const struct flow *flow, const struct step *step);

/* ---- shape.c ------------------------------------------------------------------------- */

void shape_make(struct maker *maker);
/* Leads a route to each step that has none; false: there was no such step. */
bool shape_reach(struct maker *maker);

/* ---- bounds.c ------------------------------------------------------------------------ */

/* Calls `visit` for each end of a route: a step, $complete or $fail. `to` NULL: the route is
 * not written, and `absent` is what that means. */
typedef void (*leaf_fn)(void *context, enum target target, const struct step *step);
void route_leaves(const struct route *route, enum target absent, leaf_fn visit,
                  void *context);
void success_leaves(const struct step *step, leaf_fn visit, void *context);
void failure_leaves(const struct step *step, leaf_fn visit, void *context);
void timeout_leaves(const struct step *step, leaf_fn visit, void *context);

/* Gives bounds to steps until no loop is without. */
void bounds_make(struct maker *maker);
/* Whether some loop has no bound. */
bool bounds_miss(const struct flow *flow);

/* ---- known.c ------------------------------------------------------------------------- */

void known_find(struct maker *maker);

/* ---- values.c ------------------------------------------------------------------------ */

void values_make(struct maker *maker);
/* A value that reads what some path leaves unset; false: there is none. */
bool values_break(struct maker *maker);
/* A literal of this kind. */
struct value value_make(struct arena *arena, struct dice *dice, struct kind kind);

/* ---- tree_make.c --------------------------------------------------------------------- */

/* Of no more than `depth` operators one in the other. */
const struct tree *tree_make(struct maker *maker, const struct place *place,
                             struct kind kind, unsigned depth);
/* Of a forEach: texts that are no enum, whatever literals are around. */
const struct tree *tree_make_items(struct maker *maker, const struct place *place);
/* An optional value, as it may stand in an optional input: without a default. NULL: there is
 * none here. */
const struct tree *tree_make_optional(struct maker *maker, const struct place *place,
                                      struct kind kind);
/* Text with expressions in it. */
const struct tree *tree_make_mixed(struct maker *maker, const struct place *place);
/* Reads an output that is not sure, and where its kind must not be unset. NULL: none. */
const struct tree *tree_make_unset(struct maker *maker, const struct place *place);

#endif
