/* table.h: the random workflows that are compiled into the driver. */
#ifndef TESTS_RANDOM_TABLE_H
#define TESTS_RANDOM_TABLE_H

#include "kad/workflow.h"

struct random_entry {
    const char *id;
    uint64_t seed;
    unsigned blocks;
    const struct kad_workflow *workflow;
};

extern const struct random_entry random_table[];
extern const size_t random_count;

#endif
