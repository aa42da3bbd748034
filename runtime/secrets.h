/* secrets.h: where the values of secrets come from.
 *
 *     secrets.N            the variable KAD_SECRET_N, else the line `N=VALUE` of the file
 *                          `secrets` in the state folder, which only its owner may read
 *     a secret parameter   env:NAME, @file, or - (standard input)
 *
 * What is read is known to mask.h from then on. A parameter from standard input is kept in
 * `held/EXECUTION` of the state folder (0600) for as long as the execution can be resumed.
 * Error texts are in the arena, and have no secret in them. */
#ifndef KAD_SECRETS_H
#define KAD_SECRETS_H

#include <jansson.h>

#include "base/arena.h"
#include "kad/workflow.h"
#include "project.h"

/* Whether a value of the type is secret, or a part of it. */
bool type_has_secret(const struct kad_type *type);
/* Whether an execution of the workflow, or of one that it calls, has secrets. */
bool workflow_has_secrets(const struct kad_workflow *workflow);

/* Reads all that the workflow names, and those that it calls. NULL, or what is wrong. */
const char *secrets_load(struct arena *arena, const struct project *project,
                         const struct kad_workflow *workflow);

/* NULL, also where there is no file; or why it can't be used. */
const char *secrets_file_problem(struct arena *arena, const struct project *project);

/* Takes all KAD_SECRET_*, and the variables that secret parameters refer to, out of this
 * process's environment: its children, and whoever looks at it, no longer see them.
 * `parameters` as they are stored. After all have been read. */
void secrets_leave_environment(const char *parameters);

/* ---- Secret parameters ---------------------------------------------------------------- */

/* Whether `text` says where the value is: "env:NAME", "@file", "-". */
bool secret_is_reference(const char *text);

/* The reference as it is stored: a file's path is absolute. */
const char *secret_reference(struct arena *arena, const char *text);

/* What the reference leads to; `held`: of standard input, what was kept of it, or NULL: read
 * it now. NULL: *error. */
const char *secret_read(struct arena *arena, const char *reference, const char *held,
                        const char **error);

/* Remembers the texts in the value of a parameter. */
void secret_parameter_add(struct arena *arena, const char *name,
                          const struct kad_type *type, const json_t *value);

/* The parameters as they are stored, with the values that their references lead to. NULL:
 * *error. */
const char *secret_parameters_read(struct arena *arena, const struct project *project,
                                   const struct kad_type *trigger,
                                   const char *execution, const char *stored,
                                   const char **error);

/* Keeps what came from standard input. false: errno. */
bool secret_hold(struct arena *arena, const struct project *project,
                 const char *execution, const char *text);
/* No error where nothing is held. */
void secret_forget(struct arena *arena, const struct project *project,
                   const char *execution);

#endif
