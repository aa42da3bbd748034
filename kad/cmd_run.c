/* cmd_run.c: kad workflow run: finds the workflow's program and becomes it.
 *
 * Options of the engine stand before the id; what follows it are the workflow's
 * parameters and is handed on as it is. */
#include "commands.h"
#include "kad/errors.h"
#include "programs.h"
#include "session.h"

static const char details[] =
    "What follows ID are the workflow's parameters, by name or in kebab-case:\n"
    "--name VALUE, --flag, --no-flag, or -p name=value. `kad workflow show ID` lists\n"
    "them. A workflow that has changed is built first.\n"
    "\n"
    "Exit code: 0 completed, 1 failed, 2 bad arguments, 3 paused, waiting or queued,\n"
    "4 cancelled, 5 held by another process, 74 the store cannot be used.";

int cmd_run(struct cli *cli)
{
    const char *key = NULL;
    bool is_verbose = false, leaves_waits = false, detaches = false;
    const struct arg_option options[] = {
        {"--key", "KEY", "return the execution with this key if there is one", &key,
         NULL},
        {"--verbose", NULL, "also show what the steps log", NULL, &is_verbose},
        {"--no-wait", NULL, "leave when there is something to wait for", NULL,
         &leaves_waits},
        {"--detach", NULL, "print the execution's id and run it in the background",
         NULL, &detaches},
    };
    const struct arg_rules rules = {
        .options = options,
        .option_count = COUNT_OF(options),
        .min_operands = 1,
        .stops_at_operand = true,
        .details = details,
    };
    struct project project;
    struct program program;
    struct engine_argv argv;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) ||
        !session_project(cli, &project, &exit_code) ||
        !program_get(cli, &project, cli->argv[0], &program, &exit_code))
        return exit_code;
    argv = engine_argv(cli, program.path);
    engine_argv_option(cli, &argv, "--key", key);
    if (is_verbose)
        engine_argv_add(cli, &argv, "--verbose");
    if (leaves_waits)
        engine_argv_add(cli, &argv, "--no-wait");
    if (detaches)
        engine_argv_add(cli, &argv, "--detach");
    for (size_t i = 1; i < cli->argc; i++)
        engine_argv_add(cli, &argv, cli->argv[i]);
    return engine_exec(cli, &argv);
}
