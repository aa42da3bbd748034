/* main.c: the program kad: from a project's YAML files to running workflows.
 *
 * In: the command line. Out: the exit code of kad/errors.h. One table of commands;
 * `kad help COMMAND` is `kad COMMAND --help`. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/vec.h"
#include "commands.h"
#include "kad/errors.h"
#include "process/signals.h"

static int cmd_help(struct cli *cli);

static const struct command commands[] = {
    {"init", "", "Make this folder a project, with a first workflow", cmd_init},
    {"build", "[ID...]", "Compile the project's workflows into programs", cmd_build},
    {"workflow", "COMMAND ...", "Run workflows, and see and steer what runs",
     cmd_workflow},
    {"emit", "EVENT [NAME=TEXT | NAME:=JSON]...",
     "Tell the workflows that wait for it that something has happened", cmd_emit},
    {"progress", "TEXT", "Say what the step is doing whose program calls this",
     cmd_progress},
    {"backup", "FILE", "Copy the store, also while workflows run", cmd_backup},
    {"doctor", "", "See whether everything is there that kad needs", cmd_doctor},
    {"version", "", "Print the version", cmd_version},
    {"help", "[COMMAND]", "Explain a command", cmd_help},
};

static int print_usage(void)
{
    puts("Usage: kad COMMAND [ARGUMENTS]\n\nCommands:");
    command_list(commands, COUNT_OF(commands));
    puts("\n`kad COMMAND --help` says more about each. Everywhere: --db FILE, --json.");
    return KAD_EXIT_COMPLETED;
}

static int unknown_command(struct cli *cli)
{
    const char *names[COUNT_OF(commands)];

    for (size_t i = 0; i < COUNT_OF(commands); i++)
        names[i] = commands[i].name;
    cli_error("unknown command `%s`%s (kad help lists them)", cli->argv[0],
              did_you_mean(cli->arena, cli->argv[0], names, COUNT_OF(names)));
    return KAD_EXIT_USAGE;
}

static int dispatch(struct cli *cli)
{
    const struct command *command =
        command_find(commands, COUNT_OF(commands), cli->argv[0]);

    return command ? command_run(cli, command) : unknown_command(cli);
}

/* `kad help workflow run` is `kad workflow run --help`. */
static int cmd_help(struct cli *cli)
{
    VEC(char *) words = {0};

    if (cli->argc == 0 || is_help(cli->argv[0]))
        return print_usage();
    for (size_t i = 0; i < cli->argc; i++)
        vec_push(cli->arena, &words, cli->argv[i]);
    vec_push(cli->arena, &words, arena_copy(cli->arena, "--help", 6));
    cli->path = "kad";
    cli->argv = words.items;
    cli->argc = words.count;
    return dispatch(cli);
}

/* Options may stand before the command: they are read with those of the command
 * itself. */
static int run(struct cli *cli)
{
    static const struct command whole = {"kad", "COMMAND ...", "", NULL};
    const struct arg_rules rules = {.max_operands = 1, .stops_at_operand = true};
    int exit_code;

    if (cli->argc > 0 && cli->argv[0][0] == '-' && is_help(cli->argv[0]))
        return print_usage();
    if (cli->argc == 1 && strcmp(cli->argv[0], "--version") == 0)
        return cmd_version(&(struct cli){.arena = cli->arena, .command = &whole});
    cli->command = &whole;
    if (!args_read(cli, &rules, &exit_code))
        return exit_code;
    if (cli->argc == 0) {
        cli_error("which command? (kad help lists them)");
        return KAD_EXIT_USAGE;
    }
    return dispatch(cli);
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct cli cli = {
        .arena = &arena,
        .path = "kad",
        .argv = argv + 1,
        .argc = argc > 0 ? (size_t)argc - 1 : 0,
    };
    int exit_code;

    file_keep_standard();
    signals_begin();
    exit_code = run(&cli);
    if (!file_finish_output()) {
        cli_error("standard output: %s", strerror(errno));
        exit_code = exit_code ? exit_code : KAD_EXIT_STORE;
    }
    arena_release(&arena);
    return exit_code;
}
