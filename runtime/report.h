/* report.h: executions as people and programs read them: status, history, list.
 *
 * Text for terminals (colour, widths) and one JSON document with --json, from the same
 * rows; shared by `kad workflow status|history|list` and `wf-ID --status`. A row that
 * says running while nobody holds its lock is shown as `interrupted`. */
#ifndef KAD_REPORT_H
#define KAD_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "engine/lock.h"
#include "project.h"
#include "store/store.h"

struct report {
    FILE *out;
    bool is_json;
    bool has_color;
    bool shows_all;   /* each item of a forEach, each thing that is waited for */
    unsigned columns; /* 0: no terminal */
    struct arena *arena;
    struct journal *journal;
    struct lock_file *locks;
    const struct project *project;
};

/* The status to show: "completed", ..., "interrupted"; *owner is its process or 0. */
const char *report_status_name(const struct report *report,
                               const struct execution_row *row, pid_t *owner);

/* One execution: its facts, a line a step run, its error, and the next command to type.
 * STORE_NOT_FOUND and STORE_AMBIGUOUS print nothing. */
enum store_error report_execution(const struct report *report, const char *prefix);
enum store_error report_history(const struct report *report, const char *prefix);
/* The newest executions that nobody has called, and whether there are more. workflow_id NULL:
 * of all workflows; limit 0: all. */
enum store_error report_list(const struct report *report, const char *workflow_id,
                             size_t limit);

#endif
