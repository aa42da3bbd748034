/* cmd_resume.c: kad workflow resume and approve: go on with an execution, on the build
 * it began with.
 *
 * That build is kept in builds/BUILD-ID/ of the state folder. If it is gone, the
 * workflow's present program takes over; it refuses what it cannot continue. */
#include <unistd.h>

#include "commands.h"
#include "kad/errors.h"
#include "programs.h"
#include "session.h"

static const char details[] =
    "A step that was running when the engine died runs again if its action is\n"
    "idempotent. If not, the execution asks whether it happened: --retry, --skip and\n"
    "--fail answer.";

static const char approve_details[] =
    "The choice and your user name are stored, and the execution goes on from there.";

/* What resume hands on to the engine. */
struct answer {
    bool retries, skips, fails, is_verbose, leaves_waits;
    const char *outputs, *outcome;
    const char *from;
    const char *choice, *comment;
};

static const char *pinned_program(const struct session *session,
                                  const struct execution_row *execution)
{
    const char *path;

    if (!execution->build_id)
        return NULL;
    path =
        arena_printf(session->cli->arena, "%s/builds/%s/wf-%s", session->project.state,
                     execution->build_id, execution->workflow_id);
    return access(path, X_OK) == 0 ? path : NULL;
}

/* NULL: reported. */
static const char *program_of(struct session *session, const char *prefix,
                              const char **execution_id, int *exit_code)
{
    struct execution_row execution;
    struct program program;
    const char *pinned;

    if (!session_find(session, prefix, &execution, exit_code))
        return NULL;
    *execution_id = execution.id;
    pinned = pinned_program(session, &execution);
    if (pinned)
        return pinned;
    return program_get(session->cli, &session->project, execution.workflow_id, &program,
                       exit_code)
               ? program.path
               : NULL;
}

static int hand_over(struct cli *cli, const char *path, const char *execution_id,
                     const struct answer *answer)
{
    struct engine_argv argv = engine_argv(cli, path);

    engine_argv_option(cli, &argv, "--resume", execution_id);
    if (answer->retries)
        engine_argv_add(cli, &argv, "--retry");
    if (answer->skips)
        engine_argv_add(cli, &argv, "--skip");
    if (answer->fails)
        engine_argv_add(cli, &argv, "--fail");
    if (answer->is_verbose)
        engine_argv_add(cli, &argv, "--verbose");
    if (answer->leaves_waits)
        engine_argv_add(cli, &argv, "--no-wait");
    engine_argv_option(cli, &argv, "--outputs", answer->outputs);
    engine_argv_option(cli, &argv, "--outcome", answer->outcome);
    engine_argv_option(cli, &argv, "--from", answer->from);
    engine_argv_option(cli, &argv, "--choice", answer->choice);
    engine_argv_option(cli, &argv, "--comment", answer->comment);
    return engine_exec(cli, &argv);
}

/* With the execution that the operand names. */
static int go_on(struct cli *cli, const struct answer *answer)
{
    struct session session;
    const char *path, *execution_id;
    int exit_code;

    if (!session_open(&session, cli, &exit_code))
        return exit_code;
    path = program_of(&session, cli->argv[0], &execution_id, &exit_code);
    session_close(&session);
    return path ? hand_over(cli, path, execution_id, answer) : exit_code;
}

int cmd_resume(struct cli *cli)
{
    struct answer answer = {0};
    const struct arg_option options[] = {
        {"--retry", NULL, "it did not happen: run the step again", NULL,
         &answer.retries},
        {"--skip", NULL, "it happened: go on along onSuccess", NULL, &answer.skips},
        {"--outputs", "JSON", "the outputs of the step that --skip skips",
         &answer.outputs, NULL},
        {"--outcome", "NAME", "which of its outcomes that step had", &answer.outcome,
         NULL},
        {"--fail", NULL, "it failed: go on along onFailure", NULL, &answer.fails},
        {"--from", "STEP", "go on at this step", &answer.from, NULL},
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

    return args_read(cli, &rules, &exit_code) ? go_on(cli, &answer) : exit_code;
}

int cmd_approve(struct cli *cli)
{
    struct answer answer = {0};
    const struct arg_option options[] = {
        {"--choice", "C", "one of the choices that the approval offers", &answer.choice,
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
        .details = approve_details,
    };
    int exit_code;

    if (!args_read(cli, &rules, &exit_code))
        return exit_code;
    if (answer.choice)
        return go_on(cli, &answer);
    cli_error("kad workflow approve: --choice is missing (kad workflow status %s "
              "lists the choices)",
              cli->argv[0]);
    return KAD_EXIT_USAGE;
}
