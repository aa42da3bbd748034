/* cmd_progress.c: kad progress: a step's program says what it is doing.
 *
 * The environment tells which step that is; the text goes to the engine that runs it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "kad/errors.h"
#include "process/progress_pipe.h"
#include "session.h"

static const char details[] =
    "For programs that run as steps, and what these start: the text is shown while the\n"
    "step runs, by `kad workflow status`, too, and is a line of the step's log.";

/* One line, whatever the text is. */
static struct str line_of(struct cli *cli)
{
    char *line = arena_copy(cli->arena, cli->argv[0], strlen(cli->argv[0]));

    for (char *c = line; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    return str_trim(str_of(line));
}

static int outside(const char *key)
{
    if (key)
        cli_error("no engine runs the step %s now", key);
    else
        cli_error("not inside of a step: KAD_DB and KAD_KEY say which one it is");
    return KAD_EXIT_USAGE;
}

static int send_line(struct cli *cli, struct str line)
{
    const char *key = getenv("KAD_KEY");
    struct project project;
    const char *path;
    int exit_code;

    if (!key || !(cli->db || getenv("KAD_DB")))
        return outside(NULL);
    if (!session_project(cli, &project, &exit_code))
        return exit_code;
    path = key_file(cli->arena, &project, key, "progress");
    if (path && progress_pipe_send(path, line))
        return KAD_EXIT_COMPLETED;
    if (!path || errno == ENXIO || errno == ENOENT || errno == EPIPE)
        return outside(key);
    cli_error("%s: %s", path, strerror(errno));
    return KAD_EXIT_STORE;
}

int cmd_progress(struct cli *cli)
{
    const struct arg_rules rules = {
        .min_operands = 1, .max_operands = 1, .details = details};
    struct str line;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code))
        return exit_code;
    line = line_of(cli);
    if (line.len)
        return send_line(cli, line);
    cli_error("the text is empty");
    return KAD_EXIT_USAGE;
}
