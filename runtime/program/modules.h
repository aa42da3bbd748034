/* modules.h: an execution ends on the modules that it started with.
 *
 * The folder of a module that is a program is copied to `modules/NAME-HASH` in the state
 * folder when an execution starts; the hash is over names, sizes, modes and times of its
 * files, so that a copy is shared until something is edited. */
#ifndef KAD_PROGRAM_MODULES_H
#define KAD_PROGRAM_MODULES_H

#include "base/arena.h"
#include "kad/workflow.h"
#include "project.h"

/* Copies what the workflow needs and is not there. *copies: JSON, from a module's folder to
 * its copy, or NULL when no module is a program. NULL or an error text. */
const char *modules_pin(struct arena *arena, const struct project *project,
                        const struct kad_workflow *workflow, const char **copies);

#endif
