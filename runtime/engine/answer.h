/* answer.h: what a program that a step has run makes of the step; for `run:` and modules
 * that are programs. */
#ifndef KAD_ENGINE_ANSWER_H
#define KAD_ENGINE_ANSWER_H

#include "kad/step.h"

/* What the program is told besides the engine's environment, NULL-terminated "NAME=value":
 * the store, and who it is (KAD_EXECUTION, KAD_STEP, KAD_VISIT, KAD_ATTEMPT, KAD_KEY); `more`
 * comes after it. In the step's memory. */
const char *const *answer_env(struct kad_step *step, struct kad_strings more);

/* The step has failed because of how its program ended: `exit_status` or `signal`, with the
 * last lines of stderr. Returns KAD_FAILURE. */
enum kad_outcome answer_fail_end(struct kad_step *step,
                                 const struct kad_output *output);

#endif
