/* resume.h: what a person says to an execution that has stopped. */
#ifndef KAD_RESUME_H
#define KAD_RESUME_H

#include <stdbool.h>

#include "cli.h"

/* Handed on to the engine. */
struct resume_answer {
    bool retries, skips, fails, is_upgrade, is_verbose, leaves_waits;
    const char *outputs, *outcome;
    const char *from;
    const char *step; /* whose question it answers; NULL: there is only one */
    const char *choice, *comment;
};

/* Becomes the program that goes on with the execution that the operand names. Returns, with the
 * exit code, only if that fails. */
int resume_exec(struct cli *cli, const struct resume_answer *answer);

#endif
