/* progress.h: what an execution does, on standard error, while it runs.
 *
 * On a terminal one line for each step run that is over, and below them a line that is drawn
 * again and again for one that is running: of several the one that has said something last;
 * elsewhere plain lines, one for each thing that happens. */
#ifndef KAD_PROGRAM_PROGRESS_H
#define KAD_PROGRAM_PROGRESS_H

#include <stdio.h>

#include "base/terminal.h"
#include "base/vec.h"
#include "engine/observer.h"
#include "kad/workflow.h"

/* A step that is running. */
struct shown {
    const struct kad_step_info *step;
    char label[64]; /* its id, and its item */
    uint32_t run;
    int64_t started_ms;
    char text[256]; /* what it is doing */
};

struct progress {
    struct observer observer; /* first: the engine calls it with this */
    FILE *out;
    struct terminal terminal;
    bool is_verbose;
    int id_width;            /* of the longest step id */
    bool is_drawn;           /* the line of the running step is on the screen */
    bool is_mid_line;        /* of a log with --verbose */
    struct arena arena;      /* of `steps` */
    VEC(struct shown) steps; /* that are running; the last has the line */
};

void progress_init(struct progress *progress, FILE *out, struct terminal terminal,
                   bool is_verbose, const struct kad_workflow *workflow);

/* Takes the running step's line off the screen. */
void progress_end(struct progress *progress);

#endif
