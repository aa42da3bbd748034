/* flow_needs.h: which outputs have to be there when an execution starts at a step.
 *
 * A start at a step (`resume --from`) needs a producer's outputs if some path from there
 * comes to a read of them without passing the producer. */
#ifndef KADC_FLOW_NEEDS_H
#define KADC_FLOW_NEEDS_H

#include "model.h"

/* For each producer, the steps that read it and have no other value. */
struct flow_needs {
    struct arena *arena;
    struct flow_readers *of; /* by index of the producer */
    VEC(size_t) ends;        /* indices of the steps at which the workflow completes */
};

void flow_needs_init(struct flow_needs *needs, struct arena *arena,
                     const struct workflow *workflow);

/* `reader` NULL: the workflow's outputs, which each completing end reads. */
void flow_needs_add(struct flow_needs *needs, const struct step *producer,
                    const struct step *reader);

/* Sets step->needs of all steps, in the order of the file. */
void flow_needs_find(struct flow_needs *needs, struct program *program,
                     struct workflow *workflow);

#endif
