/* cmd_status.c: kad workflow status: one execution, or all of them. */
#include "commands.h"
#include "session.h"

int cmd_status(struct cli *cli)
{
    const struct arg_rules rules = {
        .max_operands = 1,
        .details =
            "Without EXECUTION: all executions, the newest first. Those that steps\n"
            "have called are told with their callers.",
    };
    struct session session;
    const char *prefix;
    enum store_error error;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) || !session_open(&session, cli, &exit_code))
        return exit_code;
    prefix = cli->argc > 0 ? cli->argv[0] : NULL;
    error = prefix ? report_execution(&session.report, prefix)
                   : report_list(&session.report, NULL, 0);
    exit_code = session_exit(&session, error, prefix);
    session_close(&session);
    return exit_code;
}
