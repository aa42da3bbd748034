/* report_internal.h: what is reported of an execution: gathered once, printed twice. */
#ifndef KAD_REPORT_INTERNAL_H
#define KAD_REPORT_INTERNAL_H

#include "report.h"

struct execution_facts {
    struct execution_row row;
    const char *status; /* as shown, see report_status_name */
    pid_t owner;        /* 0: nobody runs it */
    struct step_row *steps;
    size_t step_count;
    struct gate_row *gates;
    size_t gate_count;
    const char *short_id; /* the shortest unique prefix of four characters or more */
};

/* Reads the JSON of a struct kad_error; false: it is none. In the report's arena. */
bool report_error_read(const struct report *report, const char *text, const char **code,
                       const char **message, const char **step);

/* ---- report_text.c --------------------------------------------------------------- */

void report_execution_text(const struct report *report,
                           const struct execution_facts *facts);
void report_history_text(const struct report *report, const struct history_row *events,
                         size_t count);
void report_list_text(const struct report *report, const struct execution_row *rows,
                      size_t count);

#endif
