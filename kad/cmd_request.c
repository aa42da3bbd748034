/* cmd_request.c: kad workflow pause and cancel: ask the process that runs an
 * execution.
 *
 * The request is written to the execution's row first, then its owner is told by
 * SIGUSR1 to look. What nobody runs is cancelled here, under the lock. One that another has
 * called stops together with that one: the request is for the outermost. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "document.h"
#include "kad/errors.h"
#include "process/host.h"
#include "program/idle.h"
#include "session.h"

/* For `*owner`, or for the one that has taken its place meanwhile: who takes up an execution
 * forgets what was asked before. */
static enum store_error write_request(struct session *session,
                                      const struct execution_row *execution,
                                      const char *request, pid_t *owner)
{
    pid_t next = *owner;
    enum store_error error = STORE_OK;

    while (error == STORE_OK && next != 0) {
        *owner = next;
        error =
            session->journal->ops->request(session->journal, execution->id, request);
        next = lock_owner(&session->locks, execution->slot);
        if (next == *owner)
            break;
    }
    return error;
}

/* The owner answers for itself, once the signal makes it look. */
static int ask_owner(struct session *session, const struct execution_row *execution,
                     const char *request, pid_t owner)
{
    const enum store_error error = write_request(session, execution, request, &owner);

    if (error != STORE_OK)
        return session_exit(session, error, execution->id);
    if (!lock_tell(owner, SIGUSR1) && owner == LOCK_OWNER_ELSEWHERE) {
        cli_error("execution %s is run by %s, which can't be told from here: send it "
                  "SIGUSR1 there; what is asked is stored",
                  execution->id, lock_owner_text(session->cli->arena, owner));
        return KAD_EXIT_HELD;
    }
    if (session->cli->is_json)
        return document_print(json_pack("{s:s, s:s, s:i}", "execution", execution->id,
                                        "asked", request, "process", (int)owner),
                              KAD_EXIT_COMPLETED);
    printf("asked process %d, which runs %s, to %s\n", (int)owner, execution->id,
           request);
    return KAD_EXIT_COMPLETED;
}

/* Nobody runs it. */
static int cancel_here(struct session *session, const struct execution_row *execution)
{
    struct process_host host;
    const struct idle idle = {session->cli->arena, &session->project, session->journal,
                              &session->locks, &host.host};
    enum store_error error;

    process_host_init(&host);
    error = idle_cancel(&idle, execution);
    process_host_release(&host);
    if (error == STORE_OK && session->cli->is_json)
        return document_print(
            json_pack("{s:s, s:s}", "execution", execution->id, "status", "cancelled"),
            KAD_EXIT_COMPLETED);
    if (error == STORE_OK)
        printf("%s is cancelled\n", execution->id);
    return session_exit(session, error, execution->id);
}

static int refuse(const struct execution_row *execution, const char *status)
{
    cli_error("nothing to stop: execution %s is %s", execution->id, status);
    return KAD_EXIT_USAGE;
}

static int carry_out(struct session *session, const struct execution_row *execution,
                     const char *request)
{
    pid_t owner = 0;
    int exit_code;

    if (execution_is_ended(execution->status))
        return refuse(execution, execution_status_name(execution->status));
    /* While this process has the lock, another may take it for the engine. */
    signal(SIGUSR1, SIG_IGN);
    if (!lock_take(&session->locks, execution->slot, &owner)) {
        if (owner != 0)
            return ask_owner(session, execution, request, owner);
        cli_error("%s", lock_problem(session->cli->arena, session->project.state));
        return KAD_EXIT_STORE;
    }
    if (strcmp(request, "cancel") == 0)
        exit_code = cancel_here(session, execution);
    else
        exit_code = refuse(execution, execution->status == EXECUTION_RUNNING
                                          ? "interrupted"
                                          : execution_status_name(execution->status));
    lock_drop(&session->locks, execution->slot);
    return exit_code;
}

static int request_command(struct cli *cli, const char *request)
{
    const struct arg_rules rules = {.min_operands = 1, .max_operands = 1};
    struct session session;
    struct execution_row execution, root;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) || !session_open(&session, cli, &exit_code))
        return exit_code;
    if (session_find(&session, cli->argv[0], &execution, &exit_code)) {
        exit_code = session_exit(
            &session, session_find_root(&session, execution.id, &root), execution.id);
        if (!exit_code)
            exit_code = carry_out(&session, &root, request);
    }
    session_close(&session);
    return exit_code;
}

int cmd_pause(struct cli *cli)
{
    return request_command(cli, "pause");
}

int cmd_cancel(struct cli *cli)
{
    return request_command(cli, "cancel");
}
