/* flow_report.h: the findings of group 04 about outputs that are read unset. */
#ifndef KADC_FLOW_REPORT_H
#define KADC_FLOW_REPORT_H

#include "flow_path.h"
#include "model.h"
#include "table.h"

/* A read that may find nothing. */
struct flow_read {
    const struct expr *expr;     /* bound to the output */
    const struct step *step;     /* that reads it; NULL: the workflow's outputs */
    const struct step *stand_in; /* the producer, or the block that it is in */
    bool is_unsure; /* a success of the block does not mean that it is set */
    unsigned code;  /* 0401 to 0404, 0408 */
};

/* Reads, by producer and code: the first of each group is a finding, the others are listed. */
struct flow_group;

struct flow_reads {
    struct arena *arena;
    VEC(struct flow_group *) groups;
    struct table by_producer;
};

void flow_reads_init(struct flow_reads *reads, struct arena *arena);
void flow_reads_add(struct flow_reads *reads, struct flow_read read);
void flow_reads_report(struct flow_reads *reads, struct flow_paths *paths,
                       struct program *program, const struct workflow *workflow);

#endif
