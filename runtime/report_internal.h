/* report_internal.h: what is reported of an execution: gathered once, printed twice.
 *
 * report.c        the reports, and their JSON
 * report_facts.c  gathers
 * report_text.c   lines and tables; one execution, history, list
 * report_steps.c  where it stands: steps under their blocks, items of a forEach in brief
 * report_next.c   what it waits for, and the next command to type */
#ifndef KAD_REPORT_INTERNAL_H
#define KAD_REPORT_INTERNAL_H

#include "base/vec.h"
#include "report.h"

/* What one execution waits for. */
struct waits {
    struct execution_row row;
    const char *short_id; /* the shortest unique prefix of four characters or more */
    struct gate_row *gates;
    size_t gate_count;
    size_t attempt_count; /* that the gates belong to */
};

struct execution_facts {
    struct execution_row row;
    const char *status; /* as shown, see report_status_name */
    pid_t owner;        /* 0: nobody runs it */
    struct step_row *steps;
    size_t step_count;
    struct position_row *positions;
    size_t position_count;
    /* That its steps have called, and those that the steps of these have. */
    VEC(struct execution_row) called;
    const char *definition; /* of the workflow; NULL: no step is inside a block */
    /* Its own first, then of those that it has called and that have not ended. */
    VEC(struct waits) waits;
};

/* Of many of one kind so many are told one by one, unless all are wanted. */
enum { REPORT_MANY = 10 };

/* ---- report_facts.c -------------------------------------------------------------- */

enum store_error report_gather(const struct report *report, const char *prefix,
                               struct execution_facts *facts);

/* Reads the JSON of a struct kad_error; false: it is none. In the report's arena. */
bool report_error_read(const struct report *report, const char *text, const char **code,
                       const char **message, const char **step);

/* What a step that runs has written last to its log; "": nothing, or it does not run. */
const char *report_last_line(const struct report *report,
                             const struct execution_facts *facts,
                             const struct step_row *step);

/* The step, with its item, of "EXECUTION/STEP[3]/VISIT/ATTEMPT". */
const char *report_step_of_key(const struct report *report, const char *key);

/* ---- report_text.c --------------------------------------------------------------- */

#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define CYAN "\033[36m"
#define DIM "\033[2m"
#define BOLD "\033[1m"

struct cell {
    const char *text;
    const char *color; /* or NULL */
};

enum { CELLS_MAX = 6 };

struct line {
    struct cell cells[CELLS_MAX];
};

/* The colour of a status, or NULL. */
const char *report_status_color(const char *status);
void report_colored(const struct report *report, const char *color, const char *text);
/* Aligned columns, cut at the terminal's edge. */
void report_table(const struct report *report, const struct line *lines,
                  size_t line_count, size_t cell_count, unsigned indent);
/* "  started    text", further lines of the text under the first. */
void report_fact(const struct report *report, const char *name, const char *text);

void report_execution_text(const struct report *report,
                           const struct execution_facts *facts);
void report_history_text(const struct report *report, const struct history_row *events,
                         size_t count);
void report_list_text(const struct report *report, const struct execution_row *rows,
                      size_t count, bool has_more);

/* ---- report_steps.c -------------------------------------------------------------- */

/* "stands at": the step, and the branches of the blocks that are under way. */
void report_positions(const struct report *report, const struct execution_facts *facts);
void report_steps(const struct report *report, const struct execution_facts *facts);

/* ---- report_next.c --------------------------------------------------------------- */

void report_next(const struct report *report, const struct execution_facts *facts);

#endif
