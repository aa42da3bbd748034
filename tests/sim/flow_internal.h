/* flow_internal.h: what flow.c and flow_make.c share. */
#ifndef TESTS_SIM_FLOW_INTERNAL_H
#define TESTS_SIM_FLOW_INTERNAL_H

#include "flow.h"

struct decision {
    const char *choice, *by, *comment;
};

union slot {
    struct text_value text;
    struct kad_parallel_outputs names;
    struct kad_for_each_outputs counts;
    struct kad_wait_outputs data;
    struct decision decision;
};

struct item_frame {
    const char *item;
    int64_t index;
    bool has[NODES_MAX];
    union slot slots[NODES_MAX];
    struct kad_items items[NODES_MAX];
};

/* Of the workflow. */
struct flow_frame {
    struct text_value trigger;
    union slot slots[NODES_MAX];
    struct kad_items items[NODES_MAX];
};

extern const struct kad_type items_type, decision_type;
extern int (*const flow_advance[FLOWS_MAX])(struct kad_run *, void *, int);
extern void (*const flow_finish[FLOWS_MAX])(struct kad_run *, const void *);

#endif
