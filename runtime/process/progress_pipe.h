/* progress_pipe.h: how `kad progress` reaches the engine: a named pipe beside the log of the
 * step, read by the thread that runs the step's program, and there as long as that program.
 *
 * A line is one message, short enough to come as a whole. */
#ifndef KAD_PROCESS_PROGRESS_PIPE_H
#define KAD_PROCESS_PROGRESS_PIPE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct progress_pipe {
    const char *path; /* borrowed */
    int fd;           /* -1: there is none */
    size_t len;       /* of the line that has begun */
    char line[PIPE_BUF];
};

/* A path of NULL, or one where no pipe can be made: there is none, and nothing comes. */
void progress_pipe_open(struct progress_pipe *pipe, const char *path);
void progress_pipe_close(struct progress_pipe *pipe);

/* Reads what is there, once; how many bytes. Calls `take` for each line that is over. */
size_t progress_pipe_read(struct progress_pipe *pipe,
                          void (*take)(void *context, struct str line), void *context);

/* The other end: sends one line, cut to PIPE_BUF. false: errno; ENXIO, ENOENT: nobody runs
 * such a step. */
bool progress_pipe_send(const char *path, struct str line);

#endif
