/* drive.c: one execution, while the engine runs it: its secrets, where it works, and what is
 * left when it is over. */
#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "program/outcome.h"
#include "program/program.h"
#include "program/progress.h"
#include "program/queue.h"
#include "secrets.h"

/* ---- The engine --------------------------------------------------------------------- */

int program_report(struct program *program, const struct engine_result *result)
{
    const struct outcome_style style = {
        .terminal = terminal_look(STDERR_FILENO),
        .is_json = program->options.is_json,
        .is_quiet = program->options.is_quiet,
        .database = program->options.database,
    };

    return outcome_report(&program->arena, &program->engine, result, style);
}

/* See struct claimer. What was given on stdin is kept with a new execution. */
static bool claim(void *context, int64_t slot)
{
    struct program *program = context;
    pid_t owner;

    if (!lock_take(&program->locks, slot, &owner))
        return false;
    return !program->options.input_text ||
           secret_hold(&program->arena, &program->project, program->new_row.id,
                       program->options.input_text);
}

int program_open_engine(struct program *program, bool creates)
{
    const int exit_code = program_open_state(program, creates);

    if (exit_code)
        return exit_code;
    process_host_init(&program->host);
    program->journal->claimer = (struct claimer){claim, program};
    if (program->options.answer.kind == ANSWER_CHOICE) /* nobody else asks */
        program->options.answer.by = user_name(&program->arena);
    program->engine = (struct engine){
        .workflow = program->workflow,
        .project = &program->project,
        .journal = program->journal,
        .host = &program->host.host,
        .leaves_waits = program->options.leaves_waits,
    };
    return 0;
}

/* ---- Secrets ------------------------------------------------------------------------ */

/* `parameters` as they are stored. 0, or the exit code; reported. What programs get is what the
 * keeper has when it starts: it has not. */
int program_read_secrets(struct program *program, const char *parameters)
{
    const char *error;

    if (!workflow_has_secrets(program->workflow))
        return 0;
    assert(program->host.keeper.socket < 0);
    error = secrets_load(&program->arena, &program->project, program->workflow);
    if (error)
        return program_fail(program, KAD_EXIT_USAGE, error);
    secrets_leave_environment(parameters);
    return 0;
}

/* Of an execution that goes on. */
int program_restore_secrets(struct program *program, struct execution_row *row)
{
    const char *stored = row->trigger_data ? row->trigger_data : "{}";
    const char *error;

    row->trigger_data =
        secret_parameters_read(&program->arena, &program->project,
                               program->workflow->trigger, row->id, stored, &error);
    if (!row->trigger_data)
        return program_fail(program, KAD_EXIT_USAGE, error);
    return program_read_secrets(program, stored);
}

/* ---- Where it works ----------------------------------------------------------------- */

static const char *workspace_of(const void *context, const char *execution)
{
    return worktree_workspace(context, execution);
}

/* 0, or the exit code; reported. */
int program_open_workspace(struct program *program)
{
    const char *error;

    if (!program->workflow->is_in_worktree)
        return 0;
    error = worktree_init(&program->worktree, &program->host.host, &program->arena,
                          &program->project);
    if (error)
        return program_fail(program, KAD_EXIT_USAGE, error);
    program->engine.workspace = workspace_of;
    program->engine.workspace_context = &program->worktree;
    return 0;
}

int program_enter_workspace(struct program *program, const struct execution_row *row)
{
    struct arena scratch = {0};
    struct step_row *steps;
    size_t step_count = 0;
    const char *error;
    enum store_error wrong;

    if (!program->workflow->is_in_worktree)
        return 0;
    wrong = program->journal->ops->steps(program->journal, &scratch, row->id, &steps,
                                         &step_count);
    arena_release(&scratch);
    if (wrong != STORE_OK)
        return program_fail_store(program);
    error = worktree_make(&program->worktree, row->id, step_count == 0);
    return error ? program_fail(program, KAD_EXIT_USAGE, error) : 0;
}

static void leave_workspace(struct program *program, const struct execution_row *row,
                            enum engine_end end)
{
    struct worktree_rest rest;

    if (!program->workflow->is_in_worktree ||
        (end != ENGINE_COMPLETED && end != ENGINE_FAILED && end != ENGINE_CANCELLED))
        return;
    rest = worktree_end(&program->worktree, row->id, end != ENGINE_FAILED);
    if (program->options.is_quiet || !rest.branch)
        return;
    if (rest.problem)
        fprintf(stderr, "  %s\n", rest.problem);
    else if (rest.path)
        fprintf(stderr, "  its work is in %s, on branch %s\n", rest.path, rest.branch);
    else
        fprintf(stderr, "  its commits are on branch %s\n", rest.branch);
}

/* ---- Running ------------------------------------------------------------------------ */

/* What is not needed once an execution has ended; others may begin. */
static void clear_up(struct program *program, const struct execution_row *row,
                     enum engine_end end)
{
    if (end == ENGINE_COMPLETED || end == ENGINE_CANCELLED)
        secret_forget(&program->arena, &program->project, row->id);
    if (end == ENGINE_COMPLETED || end == ENGINE_CANCELLED || end == ENGINE_FAILED)
        queue_tell(&program->arena, program->journal, &program->locks, row);
}

void program_leave(struct program *program, const struct execution_row *row,
                   enum engine_end end)
{
    leave_workspace(program, row, end);
    clear_up(program, row, end);
}

/* Runs, or goes on with, an execution whose lock is held. */
int program_drive(struct program *program, const struct execution_row *row,
                  bool is_fresh)
{
    struct engine *engine = &program->engine;
    struct engine_result result = {0};
    struct progress progress;
    int exit_code = program_enter_workspace(program, row);

    if (exit_code)
        return exit_code;
    setvbuf(stderr, NULL, _IOLBF, 0); /* a line is one write, nobody's comes between */
    progress_init(&progress, stderr, terminal_look(STDERR_FILENO),
                  program->options.is_verbose, program->workflow);
    engine->observer = program->options.is_quiet ? NULL : &progress.observer;
    if (is_fresh)
        engine_run(engine, &program->arena, row, &result);
    else
        engine_resume(engine, &program->arena, row, &program->options.answer, &result);
    progress_end(&progress);
    exit_code = program_report(program, &result);
    program_leave(program, row, result.end);
    process_host_release(&program->host);
    return exit_code;
}
