/* find_command.h: which command runs a project's tests. */
#ifndef KAD_TESTING_FIND_COMMAND_H
#define KAD_TESTING_FIND_COMMAND_H

#include "kad/step.h"

struct test_command {
    const char *framework;     /* of report_read */
    const char *const *argv;   /* NULL-terminated; NULL: none was found */
    const char *const *before; /* a build that has to succeed first; or NULL */
};

/* What .kad/config.yaml says under `tests`, else what the files in `folder` suggest:
 * the first of make, ctest, npm, node, pytest, go, cargo. KAD_FAILURE: said,
 * `bad_config`. */
KAD_MUST_USE enum kad_outcome find_test_command(struct kad_step *step,
                                                const char *folder,
                                                struct test_command *command);

#endif
