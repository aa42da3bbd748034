/* cli.h: what every command of kad gets, and how it reads its options.
 *
 * A command is a row of a table (main.c, cmd_workflow.c) and one function in
 * cmd_NAME.c. It declares its options as a table too: the same rows read the command
 * line and print --help. --db FILE, --json and --help are understood everywhere. */
#ifndef KAD_CLI_H
#define KAD_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct cli;

struct command {
    const char *name;
    const char *arguments;       /* as in the usage line: "EXECUTION [--follow]" */
    const char *about;           /* one line */
    int (*run)(struct cli *cli); /* returns the exit code */
};

struct cli {
    struct arena *arena;
    const char *path; /* of the command so far: "kad workflow logs" */
    const struct command *command;
    /* What may have been meant where a workflow's id is unknown: the commands beside it. */
    const struct command *siblings;
    size_t sibling_count;
    const char *db; /* of --db, or NULL */
    bool is_json;
    /* What is not read yet; after args_read the operands. */
    char **argv;
    size_t argc;
};

/* An option of a command. */
struct arg_option {
    const char *name;       /* "--step" */
    const char *value_name; /* "STEP"; NULL: it takes no value */
    const char *about;
    const char **value; /* where its value goes: NULL before it is given */
    bool *flag;         /* or, without a value, what it sets */
};

/* Without which, or with which, an option would be read and then ignored. */
enum arg_company { ARG_WITH_OPERAND, ARG_WITHOUT_OPERAND, ARG_WITHOUT_JSON };

struct arg_limit {
    const char *name; /* of the option */
    enum arg_company company;
};

struct arg_rules {
    const struct arg_option *options;
    size_t option_count;
    const struct arg_limit *limits; /* those that do not go with everything */
    size_t limit_count;
    size_t min_operands, max_operands;
    /* Whatever follows the first operand belongs to another program. */
    bool stops_at_operand;
    const char *details; /* more for --help, or NULL */
};

/* Reads cli->argv: true, and the operands are left in it. false: the command is over
 * with *exit_code; help or what is wrong with the arguments has been printed. */
bool args_read(struct cli *cli, const struct arg_rules *rules, int *exit_code);

/* Reads those options of cli->argv that every command has, as far as they stand before
 * the command's name. false: one of them is wrong; it has been said. */
bool args_read_leading(struct cli *cli);

/* Reads the value of an option that is a number. false: reported. */
bool args_count(const char *option, const char *text, size_t *count);

/* Runs the command that cli->argv[0] names; NULL: there is none. */
const struct command *command_find(const struct command commands[], size_t count,
                                   const char *name);
int command_run(struct cli *cli, const struct command *command);
void command_list(const struct command commands[], size_t count);

/* Whether a word in the place of a command asks for a list of them. */
bool is_help(const char *word);

/* "kad: ...", a line on stderr. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ", did you mean `status`?" for the nearest of the names, or "". */
const char *did_you_mean(struct arena *arena, const char *wrong,
                         const char *const names[], size_t count);

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
