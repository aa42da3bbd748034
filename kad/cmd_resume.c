/* cmd_resume.c: kad workflow resume: go on with an execution, on the build it began with. */
#include "commands.h"
#include "kad/errors.h"
#include "programs.h"
#include "resume.h"
#include "session.h"

static const char details[] =
    "A step that was running when the engine died runs again if its action is\n"
    "idempotent. If not, the execution asks whether it happened: --retry, --skip and\n"
    "--fail answer. It goes on with the build that it began with, or, with --upgrade, with\n"
    "the newest one, where its position and all that it has stored mean the same there;\n"
    "what does not is listed, and nothing is changed.";

/* NULL: reported. */
static const char *program_of(struct session *session, const char *prefix,
                              bool is_upgrade, const char **execution_id,
                              int *exit_code)
{
    struct execution_row execution, root;
    struct program newest;
    enum store_error error;

    if (!session_find(session, prefix, &execution, exit_code))
        return NULL;
    *execution_id = execution.id;
    error = session_find_root(session, execution.id, &root);
    *exit_code = session_exit(session, error, execution.id);
    if (error != STORE_OK)
        return NULL;
    if (!is_upgrade)
        return program_of_execution(session->cli, &session->project, &root, exit_code);
    return program_get(session->cli, &session->project, root.workflow_id, &newest,
                       exit_code)
               ? newest.path
               : NULL;
}

static int hand_over(struct cli *cli, const char *path, const char *execution_id,
                     const struct resume_answer *answer)
{
    struct engine_argv argv = engine_argv(cli, path);

    engine_argv_option(cli, &argv, "--resume", execution_id);
    if (answer->retries)
        engine_argv_add(cli, &argv, "--retry");
    if (answer->skips)
        engine_argv_add(cli, &argv, "--skip");
    if (answer->fails)
        engine_argv_add(cli, &argv, "--fail");
    if (answer->is_upgrade)
        engine_argv_add(cli, &argv, "--upgrade");
    if (answer->is_verbose)
        engine_argv_add(cli, &argv, "--verbose");
    if (answer->leaves_waits)
        engine_argv_add(cli, &argv, "--no-wait");
    engine_argv_option(cli, &argv, "--outputs", answer->outputs);
    engine_argv_option(cli, &argv, "--outcome", answer->outcome);
    engine_argv_option(cli, &argv, "--from", answer->from);
    engine_argv_option(cli, &argv, "--step", answer->step);
    engine_argv_option(cli, &argv, "--choice", answer->choice);
    engine_argv_option(cli, &argv, "--comment", answer->comment);
    return engine_exec(cli, &argv);
}

int resume_exec(struct cli *cli, const struct resume_answer *answer)
{
    struct session session;
    const char *path, *execution_id;
    int exit_code;

    if (!session_open(&session, cli, &exit_code))
        return exit_code;
    path = program_of(&session, cli->argv[0], answer->is_upgrade, &execution_id,
                      &exit_code);
    session_close(&session);
    return path ? hand_over(cli, path, execution_id, answer) : exit_code;
}

int cmd_resume(struct cli *cli)
{
    struct resume_answer answer = {0};
    const struct arg_option options[] = {
        {"--retry", NULL, "it did not happen: run the step again", NULL,
         &answer.retries},
        {"--skip", NULL, "it happened: go on along onSuccess", NULL, &answer.skips},
        {"--outputs", "JSON", "the outputs of the step that --skip skips",
         &answer.outputs, NULL},
        {"--outcome", "NAME", "which of its outcomes that step had", &answer.outcome,
         NULL},
        {"--fail", NULL, "it failed: go on along onFailure", NULL, &answer.fails},
        {"--step", "STEP", "whose question is answered, where several are open",
         &answer.step, NULL},
        {"--from", "STEP", "go on at this step", &answer.from, NULL},
        {"--upgrade", NULL, "on the newest build, if what is stored fits it", NULL,
         &answer.is_upgrade},
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

    return args_read(cli, &rules, &exit_code) ? resume_exec(cli, &answer) : exit_code;
}
