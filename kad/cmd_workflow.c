/* cmd_workflow.c: kad workflow ...: the commands about workflows and their
 * executions.
 *
 * A word that is none of the commands is the id of a workflow to run: `kad workflow
 * implement-feature --feature "..."`. An id never equals a command (kadc refuses
 * it). */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "kad/errors.h"

static const struct command commands[] = {
    {"run", "ID [--PARAMETER VALUE ...]", "Start a workflow and stay with it", cmd_run},
    {"list", "", "List the workflows, each with its last execution", cmd_list},
    {"show", "ID", "Show a workflow's parameters, steps and bounds", cmd_show},
    {"define", "", "Write a new workflow from answers to questions", cmd_define},
    {"status", "[EXECUTION]", "Show an execution, or list the newest", cmd_status},
    {"resume", "EXECUTION", "Go on with an execution where it stopped", cmd_resume},
    {"approve", "EXECUTION --choice C", "Decide what an execution waits for",
     cmd_approve},
    {"history", "EXECUTION", "Show what happened, event by event", cmd_history},
    {"logs", "EXECUTION", "Print what the steps wrote", cmd_logs},
    {"pause", "EXECUTION", "Stop a running execution so that it can be resumed",
     cmd_pause},
    {"cancel", "EXECUTION", "End an execution for good", cmd_cancel},
    {"prune", "--older-than DURATION", "Delete executions that ended long ago",
     cmd_prune},
};

bool is_workflow_command(const char *name)
{
    return command_find(commands, COUNT_OF(commands), name);
}

static int print_usage(const struct cli *cli)
{
    printf("Usage: %s COMMAND [ARGUMENTS]\n"
           "       %s ID [--PARAMETER VALUE ...]      the same as run\n\nCommands:\n",
           cli->path, cli->path);
    command_list(commands, COUNT_OF(commands));
    puts("\nAn execution may be named by the first characters of its id.");
    return KAD_EXIT_COMPLETED;
}

int cmd_workflow(struct cli *cli)
{
    const struct command *run = &commands[0];
    const struct command *command;

    if (!args_read_leading(cli))
        return KAD_EXIT_USAGE;
    if (cli->argc == 0) {
        cli_error("which command? (kad workflow --help lists them)");
        return KAD_EXIT_USAGE;
    }
    if (is_help(cli->argv[0]))
        return print_usage(cli);
    command = command_find(commands, COUNT_OF(commands), cli->argv[0]);
    if (command)
        return command_run(cli, command);
    cli->siblings = commands;
    cli->sibling_count = COUNT_OF(commands);
    cli->path = arena_printf(cli->arena, "%s %s", cli->path, run->name);
    cli->command = run;
    return run->run(cli);
}
