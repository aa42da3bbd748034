/* compatible.h: whether what an execution has stored under one definition of its workflow
 * means the same under another.
 *
 * A definition is what --describe prints: see definition.h. That of each workflow that is
 * called is below "called". The same:
 *   (1) each step that the execution is at, or has left outputs of, stands where it stood, on
 *       the main line or in the same branch of the same block;
 *   (2) an attempt that is under way is of the same work, with the same inputs;
 *   (3) outputs that are stored, and parameters, have the same type;
 *   (4) a block that has begun has the same steps inside, with the same routes;
 *   (5) it works in the same kind of workspace.
 * Whether the outputs that are read are there, and what the budgets leave, depends on values:
 * engine/upgrade.c. */
#ifndef KAD_COMPATIBLE_H
#define KAD_COMPATIBLE_H

#include <stdbool.h>

#include "schema_compare.h"

/* What is stored of a step. */
struct stored_step {
    const char *id;
    bool is_next;      /* the execution goes on at it */
    bool is_under_way; /* an attempt of it is in flight, or waits */
    bool has_run;
    bool has_outputs;
};

/* Adds a reason for each thing that is not the same, naming step, output and type. */
void compatible_check(struct reasons *reasons, const json_t *was, const json_t *is,
                      const struct stored_step *steps, size_t count);

#endif
