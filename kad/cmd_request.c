/* cmd_request.c: kad workflow pause and cancel: ask the process that runs an
 * execution.
 *
 * The request is written to the execution's row first, then its owner is told by
 * SIGUSR1 to look. What nobody runs is cancelled here, under the lock. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "kad/errors.h"
#include "secrets.h"
#include "session.h"

/* The owner answers for itself, once the signal makes it look. */
static int ask_owner(struct session *session, const struct execution_row *execution,
                     const char *request, pid_t owner)
{
    const enum store_error error =
        session->journal->ops->request(session->journal, execution->id, request);

    if (error != STORE_OK)
        return session_exit(session, error, execution->id);
    kill(owner, SIGUSR1);
    if (session->cli->is_json)
        cli_print_json(json_pack("{s:s, s:s, s:i}", "execution", execution->id, "asked",
                                 request, "process", (int)owner));
    else
        printf("asked process %d, which runs %s, to %s\n", (int)owner, execution->id,
               request);
    return KAD_EXIT_COMPLETED;
}

/* The key of the step run that nobody ended; NULL: there is none. */
static enum store_error find_open_step(struct session *session,
                                       const struct execution_row *execution,
                                       const char **key)
{
    struct step_row row;
    enum store_error error = STORE_NOT_FOUND;

    *key = NULL;
    if (execution->current_step)
        error = session->journal->ops->last_step(session->journal, session->cli->arena,
                                                 execution->id, execution->current_step,
                                                 "", &row);
    if (error == STORE_OK && row.status == STEP_RUN_RUNNING)
        *key = row.key;
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

/* Nobody runs it: it ends here, with the step that was caught in flight and its
 * question. */
static enum store_error end_cancelled(struct session *session,
                                      const struct execution_row *execution)
{
    const char *key;
    const enum store_error error = find_open_step(session, execution, &key);
    const struct step_ending ended = {.key = key, .status = STEP_RUN_CANCELLED};
    const struct history_row events[] = {
        {.event_type = "step_cancelled", .step_id = execution->current_step},
        {.event_type = "execution_cancelled"},
    };
    const struct journal_commit commit = {
        .execution_id = execution->id,
        .now_ms = time_now_ms(),
        .ended = key ? &ended : NULL,
        .close_gate = key,
        .sets_execution = true,
        .status = EXECUTION_CANCELLED,
        .error = execution->error,
        .clears_request = true,
        .events = key ? events : events + 1,
        .event_count = key ? 2 : 1,
    };

    return error == STORE_OK ? session->journal->ops->commit(session->journal, &commit)
                             : error;
}

static int cancel_here(struct session *session, const struct execution_row *execution)
{
    const enum store_error error = end_cancelled(session, execution);

    if (error == STORE_OK)
        secret_forget(session->cli->arena, &session->project, execution->id);
    if (error == STORE_OK && session->cli->is_json)
        cli_print_json(
            json_pack("{s:s, s:s}", "execution", execution->id, "status", "cancelled"));
    else if (error == STORE_OK)
        printf("%s is cancelled\n", execution->id);
    return session_exit(session, error, execution->id);
}

static int refuse(const struct execution_row *execution, const char *status)
{
    cli_error("nobody runs %s: it is %s", execution->id, status);
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
        cli_error("cannot lock %s: %s", execution->id, strerror(errno));
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
    struct execution_row execution;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) || !session_open(&session, cli, &exit_code))
        return exit_code;
    if (session_find(&session, cli->argv[0], &execution, &exit_code))
        exit_code = carry_out(&session, &execution, request);
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
