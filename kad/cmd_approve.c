/* cmd_approve.c: kad workflow approve: a person decides.
 *
 * Mostly nobody runs the execution: it goes on here. While other branches of it are at work,
 * the choice is written to the gate, and the process that runs it is told by SIGUSR1; if that
 * ends without having seen it, the execution goes on here. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "document.h"
#include "engine/engine.h"
#include "kad/errors.h"
#include "resume.h"
#include "session.h"

static const char details[] =
    "The choice and your user name are stored, and the execution goes on from there.";

/* "test" of EXECUTION/test/1/1; "test[3]" of an item. */
static bool is_of_step(const struct gate_row *gate, const char *execution_id,
                       const char *step)
{
    const size_t id_len = strlen(execution_id), len = strlen(step);
    const char *name = gate->step_key + id_len + 1;

    return !strncmp(gate->step_key, execution_id, id_len) &&
           !strncmp(name, step, len) && name[len] == '/';
}

/* The last approval that fits, and how many do. */
struct approvals {
    const struct gate_row *gate;
    const char *execution_id; /* its own: perhaps one that was called */
    size_t count;
};

/* Those of an execution, and of what it has called. */
static enum store_error find_approvals(struct session *session,
                                       const char *execution_id, const char *step,
                                       struct approvals *found)
{
    struct journal *journal = session->journal;
    struct arena *arena = session->cli->arena;
    struct execution_row *children;
    struct gate_row *gates;
    size_t count;
    enum store_error error =
        journal->ops->gates(journal, arena, execution_id, &gates, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        if (!strcmp(gates[i].kind, "approval") &&
            (!step || is_of_step(&gates[i], execution_id, step)))
            *found = (struct approvals){&gates[i], execution_id, found->count + 1};
    if (error == STORE_OK)
        error = journal->ops->children(journal, arena, execution_id, &children, &count);
    for (size_t i = 0; error == STORE_OK && i < count; i++)
        if (!execution_is_ended(children[i].status))
            error = find_approvals(session, children[i].id, step, found);
    return error;
}

/* The approval that is meant. false: reported, *exit_code. */
static bool find_approval(struct session *session, const char *execution_id,
                          const char *step, struct approvals *found, int *exit_code)
{
    *found = (struct approvals){0};
    *exit_code = session_exit(
        session, find_approvals(session, execution_id, step, found), execution_id);
    if (*exit_code)
        return false;
    if (found->count == 1)
        return true;
    *exit_code = KAD_EXIT_USAGE;
    if (found->count)
        cli_error("%s has several approvals open: say which with --step STEP",
                  execution_id);
    else
        cli_error("%s waits for no approval%s%s", execution_id, step ? " at " : "",
                  step ? step : "");
    return false;
}

static bool offers(const struct gate_row *gate, const char *choice)
{
    json_t *choices = gate->choices ? json_loads(gate->choices, 0, NULL) : NULL;
    bool does = false;

    for (size_t i = 0; i < json_array_size(choices); i++)
        does = does || !strcmp(json_string_value(json_array_get(choices, i)), choice);
    json_decref(choices);
    return does;
}

static const char *answer_json(struct arena *arena, const struct resume_answer *answer)
{
    const struct answer given = {
        .choice = answer->choice, .comment = answer->comment, .by = user_name(arena)};

    return approval_outputs(arena, &given);
}

/* false: nobody runs it any more, but the choice is stored. */
static bool tell(struct session *session, const struct execution_row *root,
                 const char *execution_id, const struct resume_answer *answer,
                 pid_t owner, int *exit_code)
{
    struct journal *journal = session->journal;
    const struct gate_row *gate;
    struct approvals found;
    enum store_error error;

    if (!find_approval(session, execution_id, answer->step, &found, exit_code))
        return true;
    gate = found.gate;
    *exit_code = KAD_EXIT_USAGE;
    if (!offers(gate, answer->choice)) {
        cli_error("%s does not offer `%s`: %s", execution_id, answer->choice,
                  gate->choices);
        return true;
    }
    error = journal->ops->answer(journal, gate->step_key, gate->way,
                                 answer_json(session->cli->arena, answer));
    if (error == STORE_NOT_FOUND) {
        cli_error("somebody else has decided already");
        return true;
    }
    *exit_code = session_exit(session, error, execution_id);
    if (error != STORE_OK)
        return true;
    if (!session_tell(session, root, found.execution_id, gate->step_key, owner))
        return false;
    if (session->cli->is_json)
        *exit_code =
            document_print(json_pack("{s:s, s:s, s:o}", "execution", execution_id,
                                     "choice", answer->choice, "process",
                                     owner > 0 ? json_integer(owner) : json_null()),
                           KAD_EXIT_COMPLETED);
    else
        printf("%s %s, which runs %s: %s\n", owner > 0 ? "told" : "stored for",
               lock_owner_text(session->cli->arena, owner), execution_id,
               answer->choice);
    return true;
}

/* Whether somebody runs it: then it is told, with *exit_code. Otherwise it is to be resumed,
 * with what is left of *answer. */
static bool is_told(struct cli *cli, struct resume_answer *answer, int *exit_code)
{
    struct execution_row execution, root;
    struct session session;
    pid_t owner = 0;
    bool is_told = false;
    enum store_error error;

    if (!session_open(&session, cli, exit_code))
        return true;
    if (!session_find(&session, cli->argv[0], &execution, exit_code)) {
        session_close(&session);
        return true;
    }
    error = session_find_root(&session, execution.id, &root);
    if (error == STORE_OK)
        owner = lock_owner(&session.locks, root.slot);
    if (owner) {
        is_told = tell(&session, &root, execution.id, answer, owner, exit_code);
        answer->choice = answer->step = answer->comment = NULL; /* stored */
    }
    session_close(&session);
    return is_told;
}

int cmd_approve(struct cli *cli)
{
    struct resume_answer answer = {0};
    const struct arg_option options[] = {
        {"--choice", "C", "one of the choices that the approval offers", &answer.choice,
         NULL},
        {"--step", "STEP", "which approval, where several are open", &answer.step,
         NULL},
        {"--comment", "TEXT", "why; kept with the choice", &answer.comment, NULL},
        {"--verbose", NULL, "also show what the steps log", NULL, &answer.is_verbose},
        {"--no-wait", NULL, "leave when there is something to wait for", NULL,
         &answer.leaves_waits},
    };
    const struct arg_rules rules = {
        .options = options,
        .option_count = COUNT_OF(options),
        .min_operands = 1,
        .max_operands = 1,
        .details = details,
    };
    int exit_code;

    if (!args_read(cli, &rules, &exit_code))
        return exit_code;
    if (!answer.choice) {
        cli_error("kad workflow approve: --choice is missing (kad workflow status %s "
                  "lists the choices)",
                  cli->argv[0]);
        return KAD_EXIT_USAGE;
    }
    return is_told(cli, &answer, &exit_code) ? exit_code : resume_exec(cli, &answer);
}
