/* builds.h: an execution ends on the program that it started with.
 *
 * `builds/BUILD-ID/wf-<id>` in the state folder is a copy of the program, made when the first
 * execution of a build starts. The build id is the linker's: a hash of what was linked. */
#ifndef KAD_PROGRAM_BUILDS_H
#define KAD_PROGRAM_BUILDS_H

#include "base/arena.h"
#include "kad/workflow.h"
#include "project.h"

/* Of this program, in hex, in the arena; NULL: it was linked without one. */
const char *build_id(struct arena *arena);

/* Where the program of a build is kept. */
const char *build_path(struct arena *arena, const struct project *project,
                       const struct kad_workflow *workflow, const char *id);

/* Keeps a copy of this program, unless it is there. NULL or an error text. */
const char *build_pin(struct arena *arena, const struct project *project,
                      const struct kad_workflow *workflow, const char *id);

/* Becomes the program of another build, with the same arguments. Returns only if it can't:
 * an error text that names the remedy. */
const char *build_exec(struct arena *arena, const struct project *project,
                       const struct kad_workflow *workflow, const char *id,
                       char **argv);

#endif
