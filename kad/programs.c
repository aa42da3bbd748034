/* programs.c: see programs.h. */
#include "programs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/vec.h"
#include "build.h"
#include "folder.h"
#include "kad/errors.h"
#include "tool.h"
#include "toolchain.h"

struct found {
    VEC(struct program) list;
};

static const struct program *find(const struct program items[], size_t count,
                                  const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].id, id) == 0)
            return &items[i];
    return NULL;
}

static void add_own(struct arena *arena, const struct project *project,
                    const struct folder_names *files, struct found *found)
{
    for (size_t i = 0; i < files->count; i++) {
        const struct str file = str_of(files->items[i]);
        const char *id = str_copy(arena, str_part(file, 0, file.len - strlen(".yaml")));
        const struct program program = {
            .id = id,
            .path = arena_printf(arena, "%s/.kad/bin/wf-%s", project->root, id),
            .is_own = true,
        };

        vec_push(arena, &found->list, program);
    }
}

static void add_shipped(struct arena *arena, const char *bin,
                        const struct folder_names *files, struct found *found)
{
    for (size_t i = 0; i < files->count; i++) {
        const struct str file = str_of(files->items[i]);
        const struct program program = {
            .id = str_copy(arena, str_part(file, strlen("wf-"), file.len)),
            .path = arena_printf(arena, "%s/%s", bin, files->items[i]),
        };

        if (str_starts_with(file, S("wf-")) &&
            !find(found->list.items, found->list.count, program.id))
            vec_push(arena, &found->list, program);
    }
}

bool programs_list(struct cli *cli, const struct project *project,
                   struct programs *programs)
{
    const char *sources = arena_printf(cli->arena, "%s/workflows", project->root);
    const char *bin = program_folder(cli->arena);
    struct folder_names own, shipped;
    struct found found = {0};

    if (!folder_list(cli->arena, sources, ".yaml", &own) ||
        !folder_list(cli->arena, bin, "", &shipped)) {
        cli_error("cannot read %s: %s", sources, strerror(errno));
        return false;
    }
    add_own(cli->arena, project, &own, &found);
    add_shipped(cli->arena, bin, &shipped, &found);
    *programs = (struct programs){found.list.items, found.list.count};
    return true;
}

static void unknown_workflow(struct cli *cli, const struct programs *programs,
                             const char *id)
{
    VEC(const char *) names = {0};

    for (size_t i = 0; i < programs->count; i++)
        vec_push(cli->arena, &names, programs->items[i].id);
    for (size_t i = 0; i < cli->sibling_count; i++)
        vec_push(cli->arena, &names, cli->siblings[i].name);
    cli_error("no %sworkflow `%s`%s (kad workflow list shows them)",
              cli->siblings ? "command or " : "", id,
              did_you_mean(cli->arena, id, names.items, names.count));
}

static bool build_own(struct cli *cli, const struct project *project, const char *id,
                      int *exit_code)
{
    struct build *build = build_open(cli->arena, project);
    enum build_result result = BUILD_FAILED;

    if (build) {
        result = build_workflow(build, id);
        build_close(build);
    }
    *exit_code = KAD_EXIT_USAGE;
    if (result == BUILD_DONE)
        fprintf(stderr, "built wf-%s\n", id);
    return result == BUILD_DONE || result == BUILD_CURRENT;
}

bool program_get(struct cli *cli, const struct project *project, const char *id,
                 struct program *program, int *exit_code)
{
    struct programs programs;
    const struct program *found;

    *exit_code = KAD_EXIT_USAGE;
    if (!programs_list(cli, project, &programs))
        return false;
    found = find(programs.items, programs.count, id);
    if (!found) {
        unknown_workflow(cli, &programs, id);
        return false;
    }
    *program = *found;
    return !found->is_own || build_own(cli, project, id, exit_code);
}

json_t *program_definition(struct cli *cli, const struct program *program)
{
    const char *const argv[] = {program->path, "--describe", NULL};
    struct str text = {0};
    const struct tool tool = {.argv = argv, .arena = cli->arena, .output = &text};
    json_t *definition = NULL;
    int exit_code;

    if (tool_run(&tool, &exit_code) && exit_code == 0)
        definition = json_loadb(text.p, text.len, 0, NULL);
    if (!definition)
        cli_error("%s --describe does not work", program->path);
    return definition;
}

/* ---- The engine ------------------------------------------------------------------ */

const char *program_of_execution(struct cli *cli, const struct project *project,
                                 const struct execution_row *execution, int *exit_code)
{
    struct program program;
    const char *pinned =
        execution->build_id
            ? arena_printf(cli->arena, "%s/builds/%s/wf-%s", project->state,
                           execution->build_id, execution->workflow_id)
            : NULL;

    if (pinned && access(pinned, X_OK) == 0)
        return pinned;
    return program_get(cli, project, execution->workflow_id, &program, exit_code)
               ? program.path
               : NULL;
}

void engine_argv_add(struct cli *cli, struct engine_argv *argv, const char *text)
{
    vec_push(cli->arena, &argv->list, text);
}

void engine_argv_option(struct cli *cli, struct engine_argv *argv, const char *name,
                        const char *value)
{
    if (!value)
        return;
    engine_argv_add(cli, argv, name);
    engine_argv_add(cli, argv, value);
}

struct engine_argv engine_argv(struct cli *cli, const char *path)
{
    struct engine_argv argv = {0};

    engine_argv_add(cli, &argv, path);
    engine_argv_option(cli, &argv, "--db", cli->db);
    if (cli->is_json)
        engine_argv_add(cli, &argv, "--json");
    return argv;
}

int engine_exec(struct cli *cli, struct engine_argv *argv)
{
    engine_argv_add(cli, argv, NULL);
    /* execv takes char *const[], and changes nothing. */
    execv(argv->list.items[0], (char *const *)argv->list.items);
    cli_error("cannot run %s: %s", argv->list.items[0], strerror(errno));
    return KAD_EXIT_USAGE;
}
