/* cmd_build.c: kad build: makes the programs of the project's workflows. */
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "build.h"
#include "commands.h"
#include "document.h"
#include "kad/errors.h"
#include "programs.h"
#include "session.h"
#include "starts.h"

static const char *const result_names[] = {
    [BUILD_CURRENT] = "current",
    [BUILD_DONE] = "built",
    [BUILD_REFUSED] = "refused",
    [BUILD_FAILED] = "failed",
};

/* The project's own workflows: all, or those that are named. */
struct choice {
    VEC(struct program) list;
};

static const struct program *find_own(const struct programs *programs, const char *id)
{
    for (size_t i = 0; i < programs->count; i++)
        if (programs->items[i].is_own && strcmp(programs->items[i].id, id) == 0)
            return &programs->items[i];
    return NULL;
}

static bool choose(struct cli *cli, const struct programs *programs,
                   struct choice *choice)
{
    for (size_t i = 0; cli->argc == 0 && i < programs->count; i++)
        if (programs->items[i].is_own)
            vec_push(cli->arena, &choice->list, programs->items[i]);
    for (size_t i = 0; i < cli->argc; i++) {
        const struct program *program = find_own(programs, cli->argv[i]);

        if (!program) {
            cli_error(
                "no file workflows/%s.yaml (workflows are named by their ids, as in "
                "`kad build hello`)",
                cli->argv[i]);
            return false;
        }
        vec_push(cli->arena, &choice->list, *program);
    }
    if (choice->list.count == 0)
        cli_error("no workflows/*.yaml here (kad init makes a first one)");
    return choice->list.count > 0;
}

static void say(const struct cli *cli, const struct program *program,
                enum build_result result, json_t *results)
{
    json_array_append_new(results,
                          json_pack("{s:s, s:s, s:s}", "id", program->id, "result",
                                    result_names[result], "program", program->path));
    if (!cli->is_json && result == BUILD_CURRENT)
        printf("wf-%s is current\n", program->id);
    if (!cli->is_json && result == BUILD_DONE)
        printf("built wf-%s\n", program->id);
    fflush(stdout);
}

/* What its triggers do not do yet. */
static void say_missing(struct cli *cli, const struct program *program)
{
    json_t *definition = program_definition(cli, program);

    if (definition)
        starts_say_missing(cli->arena, definition, stderr);
    json_decref(definition);
}

static int build_chosen(struct cli *cli, struct build *build,
                        const struct choice *choice)
{
    json_t *results = json_array();
    int exit_code = KAD_EXIT_COMPLETED;

    for (size_t i = 0; i < choice->list.count; i++) {
        const struct program *program = &choice->list.items[i];
        const enum build_result result = build_workflow(build, program->id);

        say(cli, program, result, results);
        if (result == BUILD_CURRENT || result == BUILD_DONE)
            say_missing(cli, program);
        if (result == BUILD_REFUSED || result == BUILD_FAILED)
            exit_code = KAD_EXIT_USAGE;
    }
    if (cli->is_json)
        exit_code = document_print(json_pack("{s:O}", "workflows", results), exit_code);
    json_decref(results);
    return exit_code;
}

int cmd_build(struct cli *cli)
{
    const struct arg_rules rules = {
        .max_operands = 1000,
        .details =
            "Builds workflows/ID.yaml into .kad/bin/wf-ID, all of them when none "
            "is named.\nWhat has not changed is left alone. CC names the C "
            "compiler.",
    };
    struct project project;
    struct programs programs;
    struct choice choice = {0};
    struct build *build;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) ||
        !session_project(cli, &project, &exit_code))
        return exit_code;
    if (!programs_list(cli, &project, &programs) || !choose(cli, &programs, &choice))
        return KAD_EXIT_USAGE;
    build = build_open(cli->arena, &project);
    if (!build)
        return KAD_EXIT_USAGE;
    exit_code = build_chosen(cli, build, &choice);
    build_close(build);
    return exit_code;
}
