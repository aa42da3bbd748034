/* cmd_history.c: kad workflow history: what happened in an execution, event by
 * event. */
#include "commands.h"
#include "session.h"

int cmd_history(struct cli *cli)
{
    const struct arg_rules rules = {.min_operands = 1, .max_operands = 1};
    struct session session;
    enum store_error error;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) || !session_open(&session, cli, &exit_code))
        return exit_code;
    error = report_history(&session.report, cli->argv[0]);
    exit_code = session_exit(&session, error, cli->argv[0]);
    session_close(&session);
    return exit_code;
}
