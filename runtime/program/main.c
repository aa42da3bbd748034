/* main.c: the program wf-<id>: options, project, store, lock, and then the engine.
 *
 * The lock of an execution is taken before the engine touches it and dropped by the kernel
 * with the process, so that an execution never has two owners. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/file.h"
#include "base/terminal.h"
#include "document.h"
#include "process/linux.h"
#include "process/signals.h"
#include "program/builds.h"
#include "program/detach.h"
#include "program/program.h"
#include "report.h"
#include "secrets.h"

int program_fail(const struct program *program, int exit_code, const char *text)
{
    fprintf(stderr, "wf-%s: %s\n", program->workflow->id, text);
    return exit_code;
}

int program_fail_store(const struct program *program)
{
    return program_fail(program, KAD_EXIT_STORE,
                        program->journal ? store_message(program->journal)
                                         : "out of memory");
}

/* ---- Without a store ---------------------------------------------------------------- */

static int print_definition(const struct program *program)
{
    const enum mode mode = program->options.mode;
    json_t *definition = program_describe(program->workflow);

    if (!definition)
        return program_fail(program, KAD_EXIT_BUG, "its definition is not JSON");
    if (mode == MODE_DESCRIBE)
        return document_print(definition, KAD_EXIT_COMPLETED);
    definition_draw(definition, program->options.graph_format, stdout);
    json_decref(definition);
    return KAD_EXIT_COMPLETED;
}

/* ---- Opening ------------------------------------------------------------------------ */

/* 0, or the exit code; reported. */
int program_open_state(struct program *program, bool creates)
{
    struct arena *arena = &program->arena;
    const char *error =
        project_find(arena, program->options.database, &program->project);

    if (error)
        return program_fail(program, KAD_EXIT_USAGE, error);
    if (store_open(program->project.database, creates, program->options.is_relaxed,
                   &program->journal) != STORE_OK)
        return program_fail_store(program);
    /* Only now: beside a file of somebody else's nothing is made. */
    if (creates && (error = project_prepare(arena, &program->project)))
        return program_fail(program, KAD_EXIT_STORE, error);
    if (!lock_file_open(&program->locks, program->project.state))
        return program_fail(program, KAD_EXIT_STORE,
                            lock_problem(arena, program->project.state));
    return 0;
}

int program_lock(struct program *program, const struct execution_row *row)
{
    pid_t owner;

    if (lock_take(&program->locks, row->slot, &owner))
        return 0;
    if (errno)
        return program_fail(program, KAD_EXIT_STORE,
                            lock_problem(&program->arena, program->project.state));
    return program_fail(program, KAD_EXIT_HELD,
                        arena_printf(&program->arena, "execution %s is run by %s",
                                     row->id, lock_owner_text(&program->arena, owner)));
}

/* 0: the row is this program's to run. Otherwise the exit code; reported. */
int program_find(struct program *program, const char *prefix, struct execution_row *row)
{
    struct arena *arena = &program->arena;
    const char *id = program->workflow->id;

    switch (program->journal->ops->find(program->journal, arena, prefix, row)) {
    case STORE_OK: break;
    case STORE_NOT_FOUND:
        return program_fail(program, KAD_EXIT_USAGE,
                            arena_printf(arena, "there is no execution `%s`", prefix));
    case STORE_AMBIGUOUS:
        return program_fail(
            program, KAD_EXIT_USAGE,
            arena_printf(arena, "several executions begin with `%s`", prefix));
    case STORE_FAILED: return program_fail_store(program);
    }
    if (strcmp(row->workflow_id, id) != 0)
        return program_fail(program, KAD_EXIT_USAGE,
                            arena_printf(arena, "execution %s is one of %s: use wf-%s",
                                         row->id, row->workflow_id, row->workflow_id));
    return 0;
}

/* ---- Status ------------------------------------------------------------------------- */

static int print_status(struct program *program)
{
    const struct terminal terminal = terminal_look(STDOUT_FILENO);
    int exit_code = program_open_state(program, false);
    struct execution_row row;
    const struct report page = {
        .out = stdout,
        .is_json = program->options.is_json,
        .has_color = terminal.has_color,
        .columns = terminal.columns,
        .arena = &program->arena,
        .journal = program->journal,
        .locks = &program->locks,
        .project = &program->project,
    };

    if (!exit_code)
        exit_code = program_find(program, program->options.execution, &row);
    if (exit_code)
        return exit_code;
    return report_execution(&page, row.id) == STORE_OK ? KAD_EXIT_COMPLETED
                                                       : program_fail_store(program);
}

/* ---- Main --------------------------------------------------------------------------- */

static int dispatch(struct program *program)
{
    switch (program->options.mode) {
    case MODE_RUN: return program_run(program);
    case MODE_RESUME: return program_resume(program);
    case MODE_BATCH: return program_batch(program);
    case MODE_STATUS: return print_status(program);
    case MODE_DESCRIBE:
    case MODE_GRAPH: return print_definition(program);
    case MODE_HELP:
        help_print(stdout, &program->arena, program->workflow);
        return KAD_EXIT_COMPLETED;
    case MODE_VERSION:
        printf("wf-%s %s (build %s)\n", program->workflow->id,
               program->workflow->version,
               program->build_id ? program->build_id : "unknown");
        return KAD_EXIT_COMPLETED;
    }
    kad_unreachable();
}

static int close_output(struct program *program, int exit_code)
{
    if (file_finish_output())
        return exit_code;
    return program_fail(
        program, exit_code ? exit_code : KAD_EXIT_STORE,
        arena_printf(&program->arena, "standard output: %s", strerror(errno)));
}

/* Jansson would open /dev/urandom for it; without, it still does. */
static void seed_hashes(void)
{
    size_t seed;

    if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == (ssize_t)sizeof(seed))
        json_object_seed(seed);
}

int kad_main(int argc, char **argv, const struct kad_workflow *workflow)
{
    struct program program = {
        .workflow = workflow, .argv = argv, .locks = {-1}, .asker_fd = -1};
    int exit_code = KAD_EXIT_USAGE;

    file_keep_standard();
    seed_hashes();
    signals_begin();
    if (workflow_has_secrets(workflow))
        linux_hide_memory();
    if (workflow->is_in_worktree)
        worktree_leave_hook();
    if (options_read(&program.arena, workflow, argc, argv, stderr, &program.options) &&
        (!program.options.detaches || detach_begin(&program, &exit_code))) {
        program.build_id = build_id(&program.arena);
        exit_code = dispatch(&program);
    }
    exit_code = close_output(&program, exit_code);
    if (program.journal)
        journal_close(program.journal);
    lock_file_close(&program.locks);
    program_upgrade_release(&program);
    arena_release(&program.arena);
    return exit_code;
}
