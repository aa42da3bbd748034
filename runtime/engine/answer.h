/* answer.h: what a program that a step has run makes of the step; for `run:` and modules
 * that are programs. */
#ifndef KAD_ENGINE_ANSWER_H
#define KAD_ENGINE_ANSWER_H

#include "kad/step.h"

/* The step has failed because of how its program ended: `exit_status` or `signal`, with the
 * last lines of stderr. Returns KAD_FAILURE. */
enum kad_outcome answer_fail_end(struct kad_step *step,
                                 const struct kad_output *output);

#endif
