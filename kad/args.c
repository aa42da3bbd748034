/* args.c: see cli.h. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "cli.h"
#include "kad/errors.h"
#include "kad/workflow.h"

void cli_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("kad: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

const char *did_you_mean(struct arena *arena, const char *wrong,
                         const char *const names[], size_t count)
{
    const size_t len = strlen(wrong);
    size_t best = (len > 3 ? len : 3) / 3 + 1;
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        const size_t distance = str_distance(str_of(wrong), str_of(names[i]), best);

        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest ? arena_printf(arena, ", did you mean `%s`?", nearest) : "";
}

/* ---- Commands -------------------------------------------------------------------- */

const struct command *command_find(const struct command commands[], size_t count,
                                   const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
           strcmp(word, "help") == 0;
}

int command_run(struct cli *cli, const struct command *command)
{
    cli->path = arena_printf(cli->arena, "%s %s", cli->path, command->name);
    cli->command = command;
    cli->argv++;
    cli->argc--;
    return command->run(cli);
}

void command_list(const struct command commands[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].about);
}

/* ---- Options --------------------------------------------------------------------- */

static void print_option(const struct arg_option *option)
{
    const int name_width = 20;
    const int len = (int)strlen(option->name);

    printf("  %s %-*s %s\n", option->name, name_width - len - 1,
           option->value_name ? option->value_name : "", option->about);
}

static void print_options(const struct arg_option options[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_option(&options[i]);
}

/* Those that every command has; `help` is set when it is wanted. */
enum { COMMON_COUNT = 3 };

struct common_options {
    struct arg_option items[COMMON_COUNT];
};

static struct common_options common_options(struct cli *cli, bool *help)
{
    return (struct common_options){{
        {"--db", "FILE", "the store, instead of .kad/kad.db", &cli->db, NULL},
        {"--json", NULL, "one JSON document on stdout", NULL, &cli->is_json},
        {"--help", NULL, "this text", NULL, help},
    }};
}

static void print_help(const struct cli *cli, const struct arg_rules *rules,
                       const struct common_options *common)
{
    const char *arguments = cli->command->arguments;

    printf("Usage: %s [OPTION...]%s%s\n\n%s.\n", cli->path, *arguments ? " " : "",
           arguments, cli->command->about);
    if (rules->details)
        printf("\n%s\n", rules->details);
    puts("\nOptions:");
    print_options(rules->options, rules->option_count);
    print_options(common->items, COMMON_COUNT);
}

static const struct arg_option *option_find(const struct arg_option options[],
                                            size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, options[i].name))
            return &options[i];
    return NULL;
}

static void unknown_option(const struct cli *cli, const struct arg_rules *rules,
                           const struct common_options *common, const char *text)
{
    VEC(const char *) names = {0};

    for (size_t i = 0; i < rules->option_count; i++)
        vec_push(cli->arena, &names, rules->options[i].name);
    for (size_t i = 0; i < COMMON_COUNT; i++)
        vec_push(cli->arena, &names, common->items[i].name);
    cli_error("unknown option `%s`%s (%s --help lists them)", text,
              did_you_mean(cli->arena, text, names.items, names.count), cli->path);
}

/* --name, --name VALUE, --name=VALUE; returns how many arguments it took, 0:
 * refused. */
static size_t read_option(struct cli *cli, const struct arg_rules *rules,
                          const struct common_options *common, size_t at)
{
    const char *text = cli->argv[at];
    const struct str all = str_of(text);
    const struct str written = str_part(all, 0, str_find(all, S("=")));
    const struct str name = str_is(written, "-h") ? S("--help") : written;
    const char *given = written.len < all.len ? text + written.len + 1 : NULL;
    const struct arg_option *option =
        option_find(rules->options, rules->option_count, name);

    if (!option)
        option = option_find(common->items, COMMON_COUNT, name);
    if (!option) {
        unknown_option(cli, rules, common, str_copy(cli->arena, name));
        return 0;
    }
    if (!option->value_name) {
        if (given)
            cli_error("option `%s` takes no value", option->name);
        *option->flag = true;
        return given ? 0 : 1;
    }
    if (!given && at + 1 == cli->argc) {
        cli_error("option `%s` needs a value: %s", option->name, option->value_name);
        return 0;
    }
    if (*option->value) {
        cli_error("option `%s` is given twice", option->name);
        return 0;
    }
    *option->value = given ? given : cli->argv[at + 1];
    return given ? 1 : 2;
}

static bool is_given(const struct arg_rules *rules, const char *name)
{
    const struct arg_option *option =
        option_find(rules->options, rules->option_count, str_of(name));

    return option->value ? *option->value != NULL : *option->flag;
}

/* false: reported. */
static bool is_in_company(const struct cli *cli, const struct arg_limit *limit)
{
    switch (limit->company) {
    case ARG_WITH_OPERAND:
        if (cli->argc > 0)
            return true;
        cli_error("option `%s` needs an argument: %s %s", limit->name, cli->path,
                  cli->command->arguments);
        return false;
    case ARG_WITHOUT_OPERAND:
        if (cli->argc == 0)
            return true;
        cli_error("option `%s` does not go with `%s`", limit->name, cli->argv[0]);
        return false;
    case ARG_WITHOUT_JSON:
        if (!cli->is_json)
            return true;
        cli_error("option `%s` does not go with --json", limit->name);
        return false;
    }
    kad_unreachable();
}

/* What would be read and then ignored is a mistake. */
static bool are_in_company(const struct cli *cli, const struct arg_rules *rules)
{
    bool are = true;

    for (size_t i = 0; i < rules->limit_count; i++)
        if (is_given(rules, rules->limits[i].name))
            are = is_in_company(cli, &rules->limits[i]) && are;
    return are;
}

/* What is left unset in a script: as an execution's id it would fit each of them. */
static bool has_empty_operand(const struct cli *cli, const struct arg_rules *rules)
{
    const size_t own_count = rules->stops_at_operand && cli->argc > 1 ? 1 : cli->argc;

    for (size_t i = 0; i < own_count; i++)
        if (!*cli->argv[i]) {
            cli_error("argument %zu of `%s` is empty", i + 1, cli->path);
            return true;
        }
    return false;
}

static bool operand_count_fits(const struct cli *cli, const struct arg_rules *rules)
{
    if (cli->argc >= rules->min_operands &&
        (rules->stops_at_operand || cli->argc <= rules->max_operands))
        return true;
    if (cli->argc > rules->max_operands)
        cli_error("`%s` is one argument too many", cli->argv[rules->max_operands]);
    else
        cli_error("an argument is missing");
    fprintf(stderr, "Usage: %s%s%s\n", cli->path, *cli->command->arguments ? " " : "",
            cli->command->arguments);
    return false;
}

bool args_read_leading(struct cli *cli)
{
    const struct arg_rules rules = {0};
    bool help = false;
    const struct common_options common = common_options(cli, &help);

    while (cli->argc > 0) {
        const struct str all = str_of(cli->argv[0]);
        const struct str name = str_part(all, 0, str_find(all, S("=")));
        size_t used;

        if (str_is(name, "--help") || !option_find(common.items, COMMON_COUNT, name))
            return true;
        used = read_option(cli, &rules, &common, 0);
        if (used == 0)
            return false;
        cli->argv += used;
        cli->argc -= used;
    }
    return true;
}

bool args_read(struct cli *cli, const struct arg_rules *rules, int *exit_code)
{
    bool help = false;
    const struct common_options common = common_options(cli, &help);
    VEC(char *) operands = {0};
    bool only_operands = false;

    *exit_code = KAD_EXIT_USAGE;
    for (size_t at = 0; at < cli->argc;) {
        char *text = cli->argv[at];
        size_t used = 1;

        if (!only_operands && strcmp(text, "--") == 0)
            only_operands = true;
        else if (!only_operands && text[0] == '-' && text[1])
            used = read_option(cli, rules, &common, at);
        else
            vec_push(cli->arena, &operands, text);
        if (used == 0)
            return false;
        if (operands.count > 0 && rules->stops_at_operand)
            only_operands = true;
        at += used;
    }
    cli->argv = operands.items;
    cli->argc = operands.count;
    if (help) {
        print_help(cli, rules, &common);
        *exit_code = KAD_EXIT_COMPLETED;
        return false;
    }
    return operand_count_fits(cli, rules) && !has_empty_operand(cli, rules) &&
           are_in_company(cli, rules);
}

bool args_count(const char *option, const char *text, size_t *count)
{
    if (str_count(str_of(text), SIZE_MAX, count))
        return true;
    cli_error("%s takes a number, not `%s`", option, text);
    return false;
}
