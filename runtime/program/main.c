/* main.c: the program wf-<id>: options, project, store, lock, and then the engine.
 *
 * The lock of an execution is taken before the engine touches it and dropped by the kernel
 * with the process, so that an execution never has two owners. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "codec.h"
#include "engine/engine.h"
#include "engine/lock.h"
#include "process/host.h"
#include "process/linux.h"
#include "program/builds.h"
#include "program/modules.h"
#include "program/options.h"
#include "program/outcome.h"
#include "program/progress.h"
#include "program/queue.h"
#include "program/worktree.h"
#include "report.h"
#include "secrets.h"

struct program {
    struct arena arena;
    const struct kad_workflow *workflow;
    struct options options;
    char **argv;
    struct project project;
    struct journal *journal;
    struct lock_file locks;
    const char *build_id; /* or NULL */
    struct process_host host;
    struct engine engine;
    struct worktree worktree;
    struct admission admission;
    const struct execution_row *new_row; /* while it is being created */
};

static int fail(const struct program *program, int exit_code, const char *text)
{
    fprintf(stderr, "wf-%s: %s\n", program->workflow->id, text);
    return exit_code;
}

static int fail_store(const struct program *program)
{
    return fail(program, KAD_EXIT_STORE,
                program->journal ? store_message(program->journal) : "out of memory");
}

/* ---- Without a store ---------------------------------------------------------------- */

static int print_definition(const struct program *program)
{
    const enum mode mode = program->options.mode;
    json_t *definition = json_loads(program->workflow->definition, 0, NULL);

    if (!definition)
        return fail(program, KAD_EXIT_BUG, "its definition is not JSON");
    if (mode == MODE_DESCRIBE) {
        json_dumpf(definition, stdout, JSON_INDENT(2));
        fputc('\n', stdout);
    } else {
        definition_draw(definition, program->options.graph_format, stdout);
    }
    json_decref(definition);
    return KAD_EXIT_COMPLETED;
}

/* ---- Opening ------------------------------------------------------------------------ */

/* 0, or the exit code; reported. */
static int open_state(struct program *program, bool creates)
{
    struct arena *arena = &program->arena;
    const char *error =
        project_find(arena, program->options.database, &program->project);

    if (error)
        return fail(program, KAD_EXIT_USAGE, error);
    if (store_open(program->project.database, creates, program->options.is_relaxed,
                   &program->journal) != STORE_OK)
        return fail_store(program);
    /* Only now: beside a file of somebody else's nothing is made. */
    if (creates && (error = project_prepare(arena, &program->project)))
        return fail(program, KAD_EXIT_STORE, error);
    if (!lock_file_open(&program->locks, program->project.state))
        return fail(program, KAD_EXIT_STORE,
                    arena_printf(arena, "%s/locks: %s", program->project.state,
                                 strerror(errno)));
    return 0;
}

static int take_lock(struct program *program, const struct execution_row *row)
{
    pid_t owner;

    if (lock_take(&program->locks, row->slot, &owner))
        return 0;
    if (errno)
        return fail(program, KAD_EXIT_STORE,
                    arena_printf(&program->arena, "%s/locks: %s",
                                 program->project.state, strerror(errno)));
    return fail(program, KAD_EXIT_HELD,
                arena_printf(&program->arena, "execution %s is run by process %ld",
                             row->id, (long)owner));
}

/* See struct claimer. */
static bool claim(void *context, int64_t slot)
{
    struct program *program = context;
    pid_t owner;

    if (!lock_take(&program->locks, slot, &owner))
        return false;
    return !program->options.input_text ||
           secret_hold(&program->arena, &program->project, program->new_row->id,
                       program->options.input_text);
}

/* 0: the row is this program's to run. Otherwise the exit code; reported. */
static int find_own(struct program *program, const char *prefix,
                    struct execution_row *row)
{
    struct arena *arena = &program->arena;
    const char *id = program->workflow->id;

    switch (program->journal->ops->find(program->journal, arena, prefix, row)) {
    case STORE_OK: break;
    case STORE_NOT_FOUND:
        return fail(program, KAD_EXIT_USAGE,
                    arena_printf(arena, "there is no execution `%s`", prefix));
    case STORE_AMBIGUOUS:
        return fail(program, KAD_EXIT_USAGE,
                    arena_printf(arena, "several executions begin with `%s`", prefix));
    case STORE_FAILED: return fail_store(program);
    }
    if (strcmp(row->workflow_id, id) != 0)
        return fail(program, KAD_EXIT_USAGE,
                    arena_printf(arena, "execution %s is one of %s: use wf-%s", row->id,
                                 row->workflow_id, row->workflow_id));
    return 0;
}

/* ---- Secrets ------------------------------------------------------------------------ */

/* `parameters` as they are stored. 0, or the exit code; reported. */
static int read_secrets(struct program *program, const char *parameters)
{
    const char *error;

    if (!workflow_has_secrets(program->workflow))
        return 0;
    error = secrets_load(&program->arena, &program->project, program->workflow);
    if (error)
        return fail(program, KAD_EXIT_USAGE, error);
    secrets_leave_environment(parameters);
    return 0;
}

/* Of an execution that goes on. */
static int restore_secrets(struct program *program, struct execution_row *row)
{
    const char *stored = row->trigger_data ? row->trigger_data : "{}";
    const char *error;

    row->trigger_data =
        secret_parameters_read(&program->arena, &program->project,
                               program->workflow->trigger, row->id, stored, &error);
    if (!row->trigger_data)
        return fail(program, KAD_EXIT_USAGE, error);
    return read_secrets(program, stored);
}

/* ---- Running ------------------------------------------------------------------------ */

static int report(struct program *program, const struct engine_result *result)
{
    const struct outcome_style style = {
        .terminal = terminal_look(STDERR_FILENO),
        .is_json = program->options.is_json,
        .is_quiet = program->options.is_quiet,
        .database = program->options.database,
    };

    return outcome_report(&program->arena, &program->engine, result, style);
}

/* Opens everything that an engine needs. 0, or the exit code; reported. */
static int open_engine(struct program *program, bool creates)
{
    const int exit_code = open_state(program, creates);

    if (exit_code)
        return exit_code;
    process_host_init(&program->host);
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

/* ---- Where it works ----------------------------------------------------------------- */

static const char *workspace_of(const void *context, const char *execution)
{
    return worktree_workspace(context, execution);
}

/* 0, or the exit code; reported. */
static int open_workspace(struct program *program)
{
    const char *error;

    if (!program->workflow->is_in_worktree)
        return 0;
    error = worktree_init(&program->worktree, &program->host.host, &program->arena,
                          &program->project);
    if (error)
        return fail(program, KAD_EXIT_USAGE, error);
    program->engine.workspace = workspace_of;
    program->engine.workspace_context = &program->worktree;
    return 0;
}

/* The worktree is there when the engine begins. 0, or the exit code; reported. */
static int enter_workspace(struct program *program, const struct execution_row *row)
{
    struct arena scratch = {0};
    struct step_row *steps;
    size_t step_count = 0;
    const char *error;

    if (!program->workflow->is_in_worktree)
        return 0;
    if (program->journal->ops->steps(program->journal, &scratch, row->id, &steps,
                                     &step_count) != STORE_OK)
        return fail_store(program);
    arena_release(&scratch);
    error = worktree_make(&program->worktree, row->id, step_count == 0);
    return error ? fail(program, KAD_EXIT_USAGE, error) : 0;
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
    if (rest.path)
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

/* Runs, or goes on with, an execution whose lock is held. */
static int drive(struct program *program, const struct execution_row *row,
                 bool is_fresh)
{
    struct engine *engine = &program->engine;
    struct engine_result result = {0};
    struct progress progress;
    int exit_code = enter_workspace(program, row);

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
    exit_code = report(program, &result);
    leave_workspace(program, row, result.end);
    clear_up(program, row, result.end);
    process_host_release(&program->host);
    return exit_code;
}

/* ---- A new execution ---------------------------------------------------------------- */

static enum engine_end end_of(enum execution_status status)
{
    switch (status) {
    case EXECUTION_COMPLETED: return ENGINE_COMPLETED;
    case EXECUTION_FAILED: return ENGINE_FAILED;
    case EXECUTION_CANCELLED: return ENGINE_CANCELLED;
    case EXECUTION_WAITING: return ENGINE_WAITING;
    case EXECUTION_QUEUED: return ENGINE_QUEUED;
    case EXECUTION_RUNNING:
    case EXECUTION_PAUSED: return ENGINE_PAUSED;
    }
    kad_unreachable();
}

/* What is stored of an execution that is not to be run (again). */
static int report_stored(struct program *program, const struct execution_row *row)
{
    struct engine_result result = {
        .end = end_of(row->status),
        .execution = row->id,
        .outputs = row->outputs,
        .step = row->current_step,
        .started_ms = row->started_ms,
        .ended_ms = row->completed_ms ? row->completed_ms : row->started_ms,
    };

    if (row->error &&
        codec_decode(&program->arena, &kad_error_type, CODEC_AFTER_SUCCESS, row->error,
                     strlen(row->error), &result.error))
        return fail(program, KAD_EXIT_STORE, "its stored error is not readable");

    return report(program, &result);
}

static int run_existing(struct program *program, struct execution_row *row)
{
    int exit_code = row->completed_ms ? 0 : take_lock(program, row);

    if (!exit_code) /* its owner may have gone on since the row was read */
        exit_code = find_own(program, row->id, row);
    if (exit_code)
        return exit_code;
    if (!program->options.is_quiet)
        fprintf(stderr, "wf-%s: execution %s has this key already\n",
                program->workflow->id, row->id);
    return report_stored(program, row);
}

/* ---- Beside others ------------------------------------------------------------------ */

/* 0, or the exit code; reported. */
static int open_concurrency(struct program *program)
{
    const struct kad_concurrency *concurrency = program->workflow->concurrency;
    const char *problem;

    if (!concurrency)
        return 0;
    program->admission = (struct admission){
        .limit = concurrency->limit,
        .refuses = concurrency->on_full == KAD_SKIP,
    };
    program->engine.admission = &program->admission;
    program->engine.concurrency_key = engine_concurrency_key(
        &program->engine, &program->arena, program->options.parameters, &problem);
    if (program->engine.concurrency_key)
        return 0;
    return fail(program, KAD_EXIT_USAGE,
                arena_printf(&program->arena, "concurrency: key: %s", problem));
}

static int report_skipped(const struct program *program)
{
    if (!program->options.is_quiet)
        fprintf(stderr,
                "wf-%s: not started: as many executions as may be are under way\n",
                program->workflow->id);
    if (program->options.is_json)
        printf("{\n  \"execution\": null,\n  \"workflow\": \"%s\",\n"
               "  \"status\": \"skipped\",\n  \"exit\": 0\n}\n",
               program->workflow->id);
    return KAD_EXIT_COMPLETED;
}

static void say_queued(const struct program *program, const struct queue *queue)
{
    size_t ahead;

    if (program->options.is_quiet || program->options.leaves_waits ||
        queue_count_ahead(queue, &ahead) != STORE_OK ||
        ahead < queue->concurrency->limit)
        return;
    fprintf(stderr, "wf-%s: execution %s is queued: %zu %s under way\n",
            program->workflow->id, queue->row->id, ahead,
            ahead == 1 ? "other is" : "others are");
}

/* A queued execution, whose lock is held, begins when it can. */
static int begin_queued(struct program *program, struct execution_row *row, bool is_new)
{
    /* A later build of the workflow may limit nothing. */
    static const struct kad_concurrency unlimited = {.limit = UINT32_MAX};
    struct queue queue = {
        .arena = &program->arena,
        .journal = program->journal,
        .locks = &program->locks,
        .host = &program->host.host,
        .concurrency = program->workflow->concurrency ? program->workflow->concurrency
                                                      : &unlimited,
        .row = row,
    };

    if (is_new && queue.concurrency->on_full == KAD_CANCEL_OLDEST &&
        queue_cancel_oldest(&queue) != STORE_OK)
        return fail_store(program);
    say_queued(program, &queue);
    switch (queue_enter(&queue, !program->options.leaves_waits)) {
    case QUEUE_ADMITTED: return drive(program, row, true);
    case QUEUE_STORE_FAILED: return fail_store(program);
    case QUEUE_CANCELLED: clear_up(program, row, ENGINE_CANCELLED); break;
    case QUEUE_LEFT: break;
    }
    return report_stored(program, row);
}

/* An execution that has ended begins again only where there is room. 0, or the exit code. */
static int check_room(struct program *program, struct execution_row *row)
{
    const struct queue queue = {
        .arena = &program->arena,
        .journal = program->journal,
        .locks = &program->locks,
        .concurrency = program->workflow->concurrency,
        .row = row,
    };
    size_t ahead;

    if (row->status != EXECUTION_FAILED || !row->concurrency_key || !queue.concurrency)
        return 0;
    if (queue_count_ahead(&queue, &ahead) != STORE_OK)
        return fail_store(program);
    if (ahead < queue.concurrency->limit)
        return 0;
    return fail(
        program, KAD_EXIT_USAGE,
        "as many executions of its workflow as may be are under way: resume it when "
        "one has ended");
}

static int run_new(struct program *program)
{
    struct execution_row row;
    const char *error = NULL;
    bool existed;
    int exit_code = open_engine(program, true);

    if (!exit_code)
        exit_code = read_secrets(program, program->options.stored_parameters);
    if (!exit_code)
        exit_code = open_workspace(program);
    if (!exit_code)
        exit_code = open_concurrency(program);
    if (exit_code)
        return exit_code;
    program->journal->claimer = (struct claimer){claim, program};
    if (program->build_id)
        error = build_pin(&program->arena, &program->project, program->workflow,
                          program->build_id);
    if (!error)
        error = modules_pin(&program->arena, &program->project, program->workflow,
                            &program->engine.modules);
    if (error)
        return fail(program, KAD_EXIT_STORE, error);
    program->new_row = &row;
    if (engine_create(&program->engine, &program->arena,
                      program->options.stored_parameters, program->options.key,
                      program->build_id, &row, &existed) != STORE_OK) {
        secret_forget(&program->arena, &program->project, row.id);
        return fail_store(program);
    }
    if (existed)
        return run_existing(program, &row);
    if (program->admission.is_full && program->admission.refuses)
        return report_skipped(program);
    row.trigger_data = program->options.parameters;
    return row.status == EXECUTION_QUEUED ? begin_queued(program, &row, true)
                                          : drive(program, &row, true);
}

/* ---- Going on ----------------------------------------------------------------------- */

static bool is_of_other_build(const struct program *program,
                              const struct execution_row *row)
{
    return row->build_id && program->build_id &&
           strcmp(row->build_id, program->build_id) != 0;
}

static int resume(struct program *program)
{
    struct execution_row row;
    int exit_code = open_engine(program, false);

    if (!exit_code)
        exit_code = find_own(program, program->options.execution, &row);
    if (exit_code)
        return exit_code;
    if (is_of_other_build(program, &row))
        return fail(program, KAD_EXIT_USAGE,
                    build_exec(&program->arena, &program->project, program->workflow,
                               row.build_id, program->argv));
    exit_code = take_lock(program, &row);
    /* The last owner may have gone on since the row was read. */
    if (!exit_code)
        exit_code = find_own(program, row.id, &row);
    if (exit_code)
        return exit_code;
    if (row.status == EXECUTION_COMPLETED || row.status == EXECUTION_CANCELLED) {
        if (!program->options.is_quiet)
            fprintf(stderr, "wf-%s: execution %s has ended already\n",
                    program->workflow->id, row.id);
        return report_stored(program, &row);
    }
    exit_code = check_room(program, &row);
    if (!exit_code)
        exit_code = restore_secrets(program, &row);
    if (!exit_code)
        exit_code = open_workspace(program);
    if (exit_code)
        return exit_code;
    return row.status == EXECUTION_QUEUED ? begin_queued(program, &row, false)
                                          : drive(program, &row, false);
}

/* ---- Status ------------------------------------------------------------------------- */

static int print_status(struct program *program)
{
    const struct terminal terminal = terminal_look(STDOUT_FILENO);
    int exit_code = open_state(program, false);
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
        exit_code = find_own(program, program->options.execution, &row);
    if (exit_code)
        return exit_code;
    return report_execution(&page, row.id) == STORE_OK ? KAD_EXIT_COMPLETED
                                                       : fail_store(program);
}

/* ---- Main --------------------------------------------------------------------------- */

static int dispatch(struct program *program)
{
    switch (program->options.mode) {
    case MODE_RUN: return run_new(program);
    case MODE_RESUME: return resume(program);
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

/* What could not be written, to a full disk for instance, was not told; who has closed the
 * pipe did not want it. */
static int close_output(struct program *program, int exit_code)
{
    if (fflush(stdout) == 0 || errno == EPIPE)
        return exit_code;
    return fail(program, exit_code ? exit_code : KAD_EXIT_STORE,
                arena_printf(&program->arena, "standard output: %s", strerror(errno)));
}

int kad_main(int argc, char **argv, const struct kad_workflow *workflow)
{
    struct program program = {.workflow = workflow, .argv = argv, .locks = {-1}};
    int exit_code = KAD_EXIT_USAGE;

    file_keep_standard();
    if (workflow_has_secrets(workflow))
        linux_hide_memory();
    if (options_read(&program.arena, workflow, argc, argv, stderr, &program.options)) {
        program.build_id = build_id(&program.arena);
        exit_code = dispatch(&program);
    }
    exit_code = close_output(&program, exit_code);
    if (program.journal)
        journal_close(program.journal);
    lock_file_close(&program.locks);
    arena_release(&program.arena);
    return exit_code;
}
