/* session.c: see session.h. */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/terminal.h"
#include "kad/errors.h"

/* How long an owner may take to see an answer; one that is stopping may take longer. */
enum { TELL_ROUNDS = 200, TELL_ROUND_MS = 20 };

enum { LOOK_EVERY_MS = 200 };

bool session_pause(void)
{
    const struct timespec look_every = {0, LOOK_EVERY_MS * 1000 * 1000};
    struct pollfd output = {.fd = STDOUT_FILENO};

    /* POLLERR and POLLHUP are told whether asked for or not. */
    return ppoll(&output, 1, &look_every, NULL) <= 0 && !ferror(stdout);
}

bool session_project(struct cli *cli, struct project *project, int *exit_code)
{
    const char *error = project_find(cli->arena, cli->db, project);

    if (error) {
        cli_error("%s", error);
        *exit_code = KAD_EXIT_USAGE;
    }
    return !error;
}

static struct report report_of(struct session *session)
{
    const struct terminal terminal = terminal_look(STDOUT_FILENO);

    return (struct report){
        .out = stdout,
        .is_json = session->cli->is_json,
        .has_color = terminal.has_color,
        .columns = terminal.columns,
        .arena = session->cli->arena,
        .journal = session->journal,
        .locks = &session->locks,
        .project = &session->project,
    };
}

/* A copy of a store has no state folder yet. */
static bool open_locks(struct session *session)
{
    const struct project *project = &session->project;

    if (lock_file_open(&session->locks, project->state))
        return true;
    return errno == ENOENT && !project_prepare(session->cli->arena, project) &&
           lock_file_open(&session->locks, project->state);
}

static bool open_store(struct session *session, bool makes)
{
    const char *error =
        makes ? project_prepare(session->cli->arena, &session->project) : NULL;

    if (error) {
        cli_error("%s", error);
        return false;
    }
    if (store_open(session->project.database, makes, false, &session->journal) !=
        STORE_OK) {
        cli_error("%s",
                  session->journal ? store_message(session->journal) : "out of memory");
        return false;
    }
    if (!open_locks(session)) {
        cli_error("%s", lock_problem(session->cli->arena, session->project.state));
        return false;
    }
    return true;
}

/* What a name that is misspelt leads to is not empty, but an error. false: reported. */
static bool may_be_missing(const struct project *project)
{
    if (!project->is_named)
        return true;
    cli_error("there is no store %s: its first run makes it", project->database);
    return false;
}

static bool open_session(struct session *session, struct cli *cli, bool makes,
                         int *exit_code)
{
    *session = (struct session){.cli = cli, .locks = {.fd = -1}};
    if (!session_project(cli, &session->project, exit_code))
        return false;
    if (!makes && access(session->project.database, F_OK) < 0 && errno == ENOENT) {
        *exit_code = KAD_EXIT_USAGE;
        if (!may_be_missing(&session->project))
            return false;
        session->journal = memory_journal_new();
    } else if (!open_store(session, makes)) {
        *exit_code = KAD_EXIT_STORE;
        session_close(session);
        return false;
    }
    session->report = report_of(session);
    return true;
}

bool session_open(struct session *session, struct cli *cli, int *exit_code)
{
    return open_session(session, cli, false, exit_code);
}

bool session_make(struct session *session, struct cli *cli, int *exit_code)
{
    return open_session(session, cli, true, exit_code);
}

void session_close(struct session *session)
{
    if (session->journal)
        journal_close(session->journal);
    if (session->locks.fd >= 0)
        lock_file_close(&session->locks);
}

int session_exit(const struct session *session, enum store_error error,
                 const char *prefix)
{
    switch (error) {
    case STORE_OK: return KAD_EXIT_COMPLETED;
    case STORE_NOT_FOUND:
        cli_error("no execution `%s` (kad workflow status lists them)", prefix);
        return KAD_EXIT_USAGE;
    case STORE_AMBIGUOUS:
        cli_error("several executions begin with `%s`: give more of the id", prefix);
        return KAD_EXIT_USAGE;
    case STORE_FAILED: break;
    }
    cli_error("%s", store_message(session->journal));
    return KAD_EXIT_STORE;
}

/* A prune meanwhile takes nothing of it away. */
enum store_error session_read(const struct session *session, struct arena *arena,
                              const char *prefix, struct execution_row *row)
{
    struct journal *journal = session->journal;
    enum store_error error = journal->ops->reads_begin(journal);

    if (error == STORE_OK)
        error = journal->ops->find(journal, arena, prefix, row);
    return journal_reads_end(journal, error);
}

enum store_error session_find_root(struct session *session, const char *execution_id,
                                   struct execution_row *root)
{
    return journal_find_root(session->journal, session->cli->arena, execution_id, root);
}

bool session_find(struct session *session, const char *prefix,
                  struct execution_row *execution, int *exit_code)
{
    const enum store_error error =
        session_read(session, session->cli->arena, prefix, execution);

    *exit_code = session_exit(session, error, prefix);
    return error == STORE_OK;
}

static bool is_open(struct session *session, const char *execution_id,
                    const char *step_key)
{
    struct arena scratch = {0};
    struct gate_row *gates;
    size_t count = 0;
    bool found = false;

    if (session->journal->ops->gates(session->journal, &scratch, execution_id, &gates,
                                     &count) == STORE_OK)
        for (size_t i = 0; i < count && !found; i++)
            found = strcmp(gates[i].step_key, step_key) == 0;
    arena_release(&scratch);
    return found;
}

/* An owner that was just about to leave the execution as waiting does not look again. */
bool session_tell(struct session *session, const struct execution_row *root,
                  const char *execution_id, const char *step_key, pid_t owner)
{
    const struct timespec round = {.tv_nsec = TELL_ROUND_MS * 1000 * 1000};
    bool is_owned = true;

    (void)lock_tell(owner, SIGUSR1); /* elsewhere it has to look by itself */
    for (int i = 0; i < TELL_ROUNDS && is_owned; i++) {
        is_owned = lock_owner(&session->locks, root->slot) != 0; /* asked first */
        if (!is_open(session, execution_id, step_key))
            return true;
        if (is_owned)
            nanosleep(&round, NULL);
    }
    return is_owned;
}
