/* prompt.h: parts of prompts that several modules need. Texts are the step's. */
#ifndef KAD_COMMON_PROMPT_H
#define KAD_COMMON_PROMPT_H

#include "kad/step.h"

/* "## Repository" with the kinds of files and their first names, as git lists them.
 * Without a repository it says so. KAD_TIMEOUT and KAD_LATER as kad_exec. */
KAD_MUST_USE enum kad_outcome prompt_repository(struct kad_step *step,
                                                const char **text);

/* A section with a JSON value; "" when it is unset. */
const char *prompt_json(struct kad_step *step, const char *title, struct kad_json json);

#endif
