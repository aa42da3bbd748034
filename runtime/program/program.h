/* program.h: the program wf-<id>, as its parts share it.
 *
 *     main.c    options, project, store, lock; which part is meant
 *     begin.c   new executions, and those that go on
 *     stored.c  what is stored of those that do not
 *     detach.c  a new one goes on in a process of its own
 *     upgrade.c what goes on moves to this build
 *     drive.c   one execution, while the engine runs it
 *     batch.c   many of them
 *
 * Functions that return an exit code have reported what is wrong; 0: nothing is. */
#ifndef KAD_PROGRAM_PROGRAM_H
#define KAD_PROGRAM_PROGRAM_H

#include "engine/engine.h"
#include "engine/lock.h"
#include "engine/upgrade.h"
#include "process/host.h"
#include "program/options.h"
#include "program/worktree.h"

struct program {
    struct arena arena;
    const struct kad_workflow *workflow;
    struct options options;
    char **argv;
    struct project project;
    struct journal *journal;
    struct lock_file locks;
    const char *build_id; /* or NULL */
    struct process_host host;
    struct engine engine;
    struct worktree worktree;
    struct admission admission;
    struct execution_row new_row; /* that is being created */
    struct engine_upgrade upgrade;
    int asker_fd; /* where the id of a detached execution is told; -1: nobody waits for it */
};

/* ---- main.c ------------------------------------------------------------------------- */

/* Says it, and returns the exit code. */
int program_fail(const struct program *program, int exit_code, const char *text);
int program_fail_store(const struct program *program);

/* Opens project, store and locks. */
int program_open_state(struct program *program, bool creates);
int program_lock(struct program *program, const struct execution_row *row);
/* The row of an execution of this workflow. */
int program_find(struct program *program, const char *prefix,
                 struct execution_row *row);

/* ---- begin.c ------------------------------------------------------------------------ */

int program_run(struct program *program);
/* Keeps what a new execution runs on: this program, and the modules that are programs. */
int program_pin(struct program *program);
/* What the next new execution shares its limit with; texts in the arena. */
int program_open_concurrency(struct program *program, struct arena *arena,
                             const char *parameters);
int program_resume(struct program *program);

/* ---- stored.c ----------------------------------------------------------------------- */

/* What is stored of an execution that is not to be run (again). */
int program_stored_result(struct program *program, const struct execution_row *row,
                          struct engine_result *result);

/* ---- describe.c --------------------------------------------------------------------- */

/* What --describe prints: a new reference; NULL: it is not JSON. */
json_t *program_describe(const struct kad_workflow *workflow);

/* ---- upgrade.c ---------------------------------------------------------------------- */

/* The execution, whose lock is held, is to move to this program when it goes on: where that is
 * safe, engine.upgrade is set. */
int program_upgrade(struct program *program, const struct execution_row *row);
void program_upgrade_release(struct program *program);

/* ---- drive.c ------------------------------------------------------------------------ */

/* Opens everything that an engine needs. */
int program_open_engine(struct program *program, bool creates);
/* `parameters` as they are stored. */
int program_read_secrets(struct program *program, const char *parameters);
/* Of an execution that goes on: its parameters, too. */
int program_restore_secrets(struct program *program, struct execution_row *row);
int program_open_workspace(struct program *program);

/* Runs, or goes on with, an execution whose lock is held. */
int program_drive(struct program *program, const struct execution_row *row,
                  bool is_fresh);
/* The workspace is there when the engine begins. */
int program_enter_workspace(struct program *program, const struct execution_row *row);
/* What is not needed once the execution is over goes; others may begin. */
void program_leave(struct program *program, const struct execution_row *row,
                   enum engine_end end);
int program_report(struct program *program, const struct engine_result *result);

/* ---- batch.c ------------------------------------------------------------------------ */

int program_batch(struct program *program);

#endif
