/* session.h: the project and its store, as the commands about executions need them. */
#ifndef KAD_SESSION_H
#define KAD_SESSION_H

#include <stdbool.h>
#include <sys/types.h>

#include "cli.h"
#include "engine/lock.h"
#include "project.h"
#include "report.h"
#include "store/store.h"

struct session {
    struct cli *cli;
    struct project project;
    struct journal *journal; /* empty when nothing has ever run here */
    struct lock_file locks;
    struct report report;
};

/* The project that the current folder belongs to. false: reported, *exit_code. */
bool session_project(struct cli *cli, struct project *project, int *exit_code);

/* The project and its store, which is never created here. false: reported,
 * *exit_code. */
bool session_open(struct session *session, struct cli *cli, int *exit_code);
/* The same, but the store is made where there is none. */
bool session_make(struct session *session, struct cli *cli, int *exit_code);
void session_close(struct session *session);

/* By unique prefix of its id, in the arena. */
enum store_error session_read(const struct session *session, struct arena *arena,
                              const char *prefix, struct execution_row *row);
/* The execution whose id begins with `prefix`. false: reported, *exit_code. */
bool session_find(struct session *session, const char *prefix,
                  struct execution_row *execution, int *exit_code);

/* The execution that runs this one: itself, or the one that called it, and so on. */
enum store_error session_find_root(struct session *session, const char *execution_id,
                                   struct execution_row *root);

/* Tells the owner of `root` that a gate has its answer, and waits until it has taken it.
 * false: it has ended without: the execution is to be resumed. */
bool session_tell(struct session *session, const struct execution_row *root,
                  const char *execution_id, const char *step_key, pid_t owner);

/* Between two looks of a command that follows an execution. false: nobody reads any more what
 * it prints. */
bool session_pause(void);

/* Exit code for a store's answer about the execution `prefix`; reports what is
 * wrong. */
int session_exit(const struct session *session, enum store_error error,
                 const char *prefix);

#endif
