/* programs.h: the workflows that can be run here, and the program of each.
 *
 * A workflow is the project's own (workflows/ID.yaml, built into .kad/bin when it has
 * changed) or a shipped one (wf-ID beside kad). The project's own comes first. */
#ifndef KAD_PROGRAMS_H
#define KAD_PROGRAMS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/vec.h"
#include "cli.h"
#include "project.h"
#include "store/store.h"

struct program {
    const char *id;
    const char *path;
    bool is_own;
};

struct programs {
    struct program *items;
    size_t count;
};

/* Every workflow by id, sorted, own ones first; nothing is built. */
bool programs_list(struct cli *cli, const struct project *project,
                   struct programs *programs);

/* The program of a workflow, built first if it must be. false: reported, *exit_code. */
bool program_get(struct cli *cli, const struct project *project, const char *id,
                 struct program *program, int *exit_code);

/* The program that goes on with an execution: of the build that it began with, which is kept
 * in builds/BUILD-ID/ of the state folder; if that is gone, the workflow's present one, which
 * refuses what it can't continue. NULL: reported, *exit_code. */
const char *program_of_execution(struct cli *cli, const struct project *project,
                                 const struct execution_row *execution, int *exit_code);

/* What `PROGRAM --describe` prints; NULL: reported. A new reference. */
json_t *program_definition(struct cli *cli, const struct program *program);

/* The command line of a workflow's program: --db and --json go in front. */
struct engine_argv {
    VEC(const char *) list;
};

struct engine_argv engine_argv(struct cli *cli, const char *path);
void engine_argv_add(struct cli *cli, struct engine_argv *argv, const char *text);
/* An option with its value, or none of both when that is NULL. */
void engine_argv_option(struct cli *cli, struct engine_argv *argv, const char *name,
                        const char *value);

/* Becomes the program. Returns, with the exit code, only if that fails. */
int engine_exec(struct cli *cli, struct engine_argv *argv);

#endif
