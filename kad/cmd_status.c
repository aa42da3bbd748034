/* cmd_status.c: kad workflow status: one execution, or the newest of them. */

#include "commands.h"
#include "kad/errors.h"
#include "session.h"
#include "watch.h"

#define LIMIT "50" /* lines of a list, unless one says otherwise */

int cmd_status(struct cli *cli)
{
    const char *workflow = NULL, *limit_text = NULL;
    bool shows_all = false;
    bool watches = false;
    const struct arg_option options[] = {
        {"--workflow", "ID", "list those of this workflow", &workflow, NULL},
        {"--limit", "N", "list the N newest, " LIMIT " unless given; 0: all",
         &limit_text, NULL},
        {"--all", NULL,
         "of EXECUTION, tell each item of a forEach, also where many have run", NULL,
         &shows_all},
        {"--watch", NULL, "show it again and again until it stops", NULL, &watches},
    };
    static const struct arg_limit limits[] = {
        {"--workflow", ARG_WITHOUT_OPERAND},
        {"--limit", ARG_WITHOUT_OPERAND},
        {"--all", ARG_WITH_OPERAND},
        {"--watch", ARG_WITH_OPERAND},
    };
    const struct arg_rules rules = {
        .options = options,
        .option_count = COUNT_OF(options),
        .limits = limits,
        .limit_count = COUNT_OF(limits),
        .max_operands = 1,
        .details =
            "Without EXECUTION: a list of executions, the newest first. Those that steps\n"
            "have called are told with their callers. Of a forEach with more than 10 items it\n"
            "is told how many stand where, and which of them run, wait or have failed, 10 of\n"
            "each at most; --json has all of them, too.\n"
            "\n"
            "Exit code: 0; with --watch that of `kad workflow run`.",
    };
    struct session session;
    const char *prefix;
    enum store_error error;
    size_t limit;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code))
        return exit_code;
    if (!args_count("--limit", limit_text ? limit_text : LIMIT, &limit))
        return KAD_EXIT_USAGE;
    if (!session_open(&session, cli, &exit_code))
        return exit_code;
    session.report.shows_all = shows_all;
    prefix = cli->argc > 0 ? cli->argv[0] : NULL;
    if (watches) {
        exit_code = watch_execution(&session, prefix);
    } else {
        error = prefix ? report_execution(&session.report, prefix)
                       : report_list(&session.report, workflow, limit);
        exit_code = session_exit(&session, error, prefix);
    }
    session_close(&session);
    return exit_code;
}
