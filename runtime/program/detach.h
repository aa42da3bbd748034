/* detach.h: wf-<id> --detach: the execution goes on in a process of its own.
 *
 *     who has asked   fork ---- waits for the id ------------> prints it, exit 0
 *                      |              ^        or the end ---> the same exit code
 *     who runs it      +-- creates ---+-- runs
 *
 * The fork comes before anything is open: neither a store's connection nor a lock is shared.
 * Until the execution is stored, what is wrong is said to who has asked. */
#ifndef KAD_PROGRAM_DETACH_H
#define KAD_PROGRAM_DETACH_H

#include "program/program.h"

/* true: this is the process that runs it, in a session of its own. false: the one that has
 * asked, or nothing could be started; *exit_code is what it ends with. */
bool detach_begin(struct program *program, int *exit_code);

/* The execution is stored and locked: tells who has asked, and leaves standard input and
 * output; what is said from now on is in logs/EXECUTION/output.log of the state folder.
 * 0, or the exit code; reported. */
int detach_leave(struct program *program, const struct execution_row *row);

#endif
