/* batch.h: the file of a batch: one JSON object of parameters a line. */
#ifndef KAD_PROGRAM_BATCH_H
#define KAD_PROGRAM_BATCH_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/vec.h"
#include "kad/workflow.h"

struct batch_line {
    size_t number; /* from 1 */
    /* JSON, complete and checked; and as it is stored. */
    const char *parameters, *stored;
};

struct batch_lines {
    VEC(struct batch_line) items;
};

/* Reads all of it; empty lines count, but are passed over. false: the mistakes have been
 * printed to `err`, as FILE:LINE: what is wrong. */
bool batch_read(struct arena *arena, const struct kad_workflow *workflow,
                const char *path, FILE *err, struct batch_lines *lines);

#endif
