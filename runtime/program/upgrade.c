/* upgrade.c: `--resume EXECUTION --upgrade`: an execution moves to this program from the build
 * that it has begun with, which still describes itself. */
#include "engine/upgrade.h"

#include <stdio.h>
#include <string.h>

#include "program/builds.h"
#include "program/program.h"

/* What the program of that build prints for --describe. NULL: reported, *exit_code. */
static json_t *old_definition(struct program *program, const char *build,
                              int *exit_code)
{
    struct arena *arena = &program->arena;
    const char *path = build_path(arena, &program->project, program->workflow, build);
    const char *const argv[] = {path, "--describe", NULL};
    const struct exec_request request = {
        .program = {.argv = argv, .cwd = program->project.root},
        .timeout_ms = -1,
    };
    struct exec_result result = {.output = {.exit_code = -1, .out = "", .err = ""}};
    json_t *definition = NULL;

    if (program->engine.host->execute(program->engine.host, arena, &request, &result) ==
            EXEC_ENDED &&
        result.output.exit_code == 0)
        definition = json_loadb(result.output.out, result.output.out_len, 0, NULL);
    if (!definition)
        *exit_code = program_fail(
            program, KAD_EXIT_USAGE,
            arena_printf(arena,
                         "the execution was started by build %s, and %s does not say "
                         "what it was: it can't be told whether it may move to this "
                         "build",
                         build, path));
    return definition;
}

static int refuse(struct program *program, const struct execution_row *row,
                  const struct reasons *reasons)
{
    const struct engine_result result = {
        .end = ENGINE_REFUSED,
        .execution = row->id,
        .refusal = upgrade_refusal(&program->arena, reasons),
        .started_ms = row->started_ms,
        .ended_ms = row->started_ms,
    };

    return program_report(program, &result);
}

static int compare(struct program *program, const struct execution_row *row,
                   const struct engine_upgrade *upgrade)
{
    struct reasons reasons = {.arena = &program->arena};

    if (upgrade_compare(program->journal, &program->arena, row, upgrade, &reasons) !=
        STORE_OK)
        return program_fail_store(program);
    return reasons.list.count ? refuse(program, row, &reasons) : program_pin(program);
}

static bool is_here_already(const struct program *program,
                            const struct execution_row *row)
{
    return row->build_id && !strcmp(row->build_id, program->build_id);
}

int program_upgrade(struct program *program, const struct execution_row *row)
{
    struct engine_upgrade *upgrade = &program->upgrade;
    json_t *was;
    int exit_code = 0;

    if (!program->build_id)
        return program_fail(program, KAD_EXIT_USAGE,
                            "--upgrade: this program was linked without a build id");
    if (is_here_already(program, row)) {
        if (!program->options.is_quiet)
            fprintf(stderr, "wf-%s: execution %s is on this build already\n",
                    program->workflow->id, row->id);
        return 0;
    }
    was = old_definition(program, row->build_id ? row->build_id : "none", &exit_code);
    if (!was)
        return exit_code;
    /* Both live as long as the engine. */
    *upgrade = (struct engine_upgrade){
        .build_id = program->build_id,
        .was = was,
        .is = program_describe(program->workflow),
    };
    exit_code = compare(program, row, upgrade);
    if (!exit_code)
        program->engine.upgrade = upgrade;
    return exit_code;
}

void program_upgrade_release(struct program *program)
{
    json_decref(program->upgrade.was);
    json_decref(program->upgrade.is);
}
