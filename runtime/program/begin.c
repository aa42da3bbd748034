/* begin.c: how executions begin: new ones, those that have waited for their turn, and those
 * that go on. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "program/builds.h"
#include "program/detach.h"
#include "program/modules.h"
#include "program/program.h"
#include "program/queue.h"
#include "secrets.h"

/* ---- A new execution ---------------------------------------------------------------- */

static int report_stored(struct program *program, const struct execution_row *row)
{
    struct engine_result result;
    const int exit_code = program_stored_result(program, row, &result);

    return exit_code ? exit_code : program_report(program, &result);
}

static int run_existing(struct program *program, struct execution_row *row)
{
    int exit_code = row->completed_ms ? 0 : program_lock(program, row);

    if (!exit_code) /* its owner may have gone on since the row was read */
        exit_code = program_find(program, row->id, row);
    if (exit_code)
        return exit_code;
    if (!program->options.is_quiet)
        fprintf(stderr, "wf-%s: execution %s has this key already\n",
                program->workflow->id, row->id);
    return report_stored(program, row);
}

/* ---- Beside others ------------------------------------------------------------------ */

int program_open_concurrency(struct program *program, struct arena *arena,
                             const char *parameters)
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
    program->engine.concurrency_key =
        engine_concurrency_key(&program->engine, arena, parameters, &problem);
    if (program->engine.concurrency_key)
        return 0;
    return program_fail(program, KAD_EXIT_USAGE,
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

/* A queued execution, whose lock is held, begins when it can. Whoever has made it may have
 * died before all that stands in its way was told to end. */
static int begin_queued(struct program *program, struct execution_row *row)
{
    /* A later build of the workflow may limit nothing. */
    static const struct kad_concurrency unlimited = {.limit = UINT32_MAX};
    struct queue queue = {
        .arena = &program->arena,
        .project = &program->project,
        .journal = program->journal,
        .locks = &program->locks,
        .host = &program->host.host,
        .concurrency = program->workflow->concurrency ? program->workflow->concurrency
                                                      : &unlimited,
        .row = row,
    };

    if (queue.concurrency->on_full == KAD_CANCEL_OLDEST &&
        queue_cancel_oldest(&queue) != STORE_OK)
        return program_fail_store(program);
    if (program->engine.upgrade &&
        upgrade_queued(&program->engine, &program->arena, row) != STORE_OK)
        return program_fail_store(program);
    say_queued(program, &queue);
    switch (queue_enter(&queue, !program->options.leaves_waits)) {
    case QUEUE_ADMITTED: return program_drive(program, row, true);
    case QUEUE_STORE_FAILED: return program_fail_store(program);
    case QUEUE_CANCELLED:
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
        return program_fail_store(program);
    if (ahead < queue.concurrency->limit)
        return 0;
    return program_fail(
        program, KAD_EXIT_USAGE,
        "as many executions of its workflow as may be are under way: resume it when "
        "one has ended");
}

int program_pin(struct program *program)
{
    const char *error = NULL;

    if (program->build_id)
        error = build_pin(&program->arena, &program->project, program->workflow,
                          program->build_id);
    if (!error)
        error = modules_pin(&program->arena, &program->project, program->workflow,
                            &program->engine.modules);
    return error ? program_fail(program, KAD_EXIT_STORE, error) : 0;
}

int program_run(struct program *program)
{
    struct execution_row *row = &program->new_row;
    bool existed;
    int exit_code = program_open_engine(program, true);

    if (!exit_code)
        exit_code = program_read_secrets(program, program->options.stored_parameters);
    if (!exit_code)
        exit_code = program_open_workspace(program);
    if (!exit_code)
        exit_code = program_open_concurrency(program, &program->arena,
                                             program->options.parameters);
    if (!exit_code)
        exit_code = program_pin(program);
    if (exit_code)
        return exit_code;
    if (engine_create(&program->engine, &program->arena,
                      program->options.stored_parameters, program->options.key,
                      program->build_id, row, &existed) != STORE_OK) {
        secret_forget(&program->arena, &program->project, row->id);
        return program_fail_store(program);
    }
    program->options.input_text = NULL; /* it is held; what is called holds nothing */
    if (existed)
        return run_existing(program, row);
    if (program->admission.is_full && program->admission.refuses)
        return report_skipped(program);
    row->trigger_data = program->options.parameters;
    exit_code = program->options.detaches ? detach_leave(program, row) : 0;
    if (exit_code)
        return exit_code;
    return row->status == EXECUTION_QUEUED ? begin_queued(program, row)
                                           : program_drive(program, row, true);
}

/* ---- Going on ----------------------------------------------------------------------- */

static bool is_of_other_build(const struct program *program,
                              const struct execution_row *row)
{
    return row->build_id && program->build_id &&
           strcmp(row->build_id, program->build_id) != 0;
}

/* An execution that another one has called goes on with that one, and an answer is for a step
 * of it. What can't be found, program_find reports. */
static const char *outermost(struct program *program)
{
    struct journal *journal = program->journal;
    const char *prefix = program->options.execution;
    struct execution_row called, root;

    if (journal->ops->find(journal, &program->arena, prefix, &called) != STORE_OK ||
        !called.parent_id)
        return prefix;
    program->options.answer.execution = called.id;
    return journal_find_root(journal, &program->arena, called.parent_id, &root) ==
                   STORE_OK
               ? root.id
               : called.parent_id;
}

/* A pause that was there before the lock was taken is for an owner that is gone. Both in one
 * transaction: whoever asks of this process, since it has the lock, writes after that. */
static int lock_and_forget_pause(struct program *program,
                                 const struct execution_row *row)
{
    struct journal *journal = program->journal;
    struct host *host = &program->host.host;
    const struct journal_commit taken = {
        .execution_id = row->id,
        .now_ms = host->now_ms(host),
        .clears_request = true,
    };
    enum store_error error;
    int exit_code;

    if (journal->ops->group_begin(journal) != STORE_OK)
        return program_fail_store(program);
    exit_code = program_lock(program, row);
    if (!exit_code)
        journal->ops->commit(journal, &taken); /* the group fails with it */
    error = journal->ops->group_end(journal);
    return exit_code || error == STORE_OK ? exit_code : program_fail_store(program);
}

static bool is_pause(const char *request)
{
    return request && strcmp(request, "cancel") != 0;
}

/* What has come since the lock was taken stays, and is looked at: whoever has written it may
 * have told the last owner. To cancel what that one was to cancel goes on. */
static void heed_request(struct execution_row *row, bool had_cancel)
{
    if (!row->request || (had_cancel && !is_pause(row->request)))
        return;
    row->request = NULL;
    raise(SIGUSR1);
}

/* A start elsewhere is one of the outermost: what is named has to be that. */
static int refuse_start(struct program *program, const struct execution_row *root)
{
    return program_fail(program, KAD_EXIT_USAGE,
                        arena_printf(&program->arena,
                                     "execution %s is called by %s, and starts "
                                     "elsewhere only with that one: `kad workflow "
                                     "resume %s --from STEP`",
                                     program->options.answer.execution, root->id,
                                     root->id));
}

int program_resume(struct program *program)
{
    const struct answer *answer = &program->options.answer;
    struct execution_row row;
    bool had_cancel;
    int exit_code = program_open_engine(program, false);

    if (!exit_code)
        exit_code = program_find(program, outermost(program), &row);
    if (exit_code)
        return exit_code;
    if (answer->kind == ANSWER_FROM && answer->execution)
        return refuse_start(program, &row);
    if (!program->options.is_upgrade && is_of_other_build(program, &row))
        return program_fail(program, KAD_EXIT_USAGE,
                            build_exec(&program->arena, &program->project,
                                       program->workflow, row.build_id, program->argv));
    had_cancel = row.request && !is_pause(row.request);
    exit_code = is_pause(row.request) ? lock_and_forget_pause(program, &row)
                                      : program_lock(program, &row);
    /* The last owner may have gone on since the row was read. */
    if (!exit_code)
        exit_code = program_find(program, row.id, &row);
    if (exit_code)
        return exit_code;
    heed_request(&row, had_cancel);
    if (row.status == EXECUTION_COMPLETED || row.status == EXECUTION_CANCELLED) {
        if (answer->kind == ANSWER_CHOICE)
            return program_fail(program, KAD_EXIT_USAGE,
                                arena_printf(&program->arena,
                                             "execution %s has ended already", row.id));
        if (!program->options.is_quiet)
            fprintf(stderr, "wf-%s: execution %s has ended already\n",
                    program->workflow->id, row.id);
        return report_stored(program, &row);
    }
    exit_code = check_room(program, &row);
    if (!exit_code)
        exit_code = program_restore_secrets(program, &row);
    if (!exit_code && program->options.is_upgrade) /* runs a program */
        exit_code = program_upgrade(program, &row);
    if (!exit_code)
        exit_code = program_open_workspace(program);
    if (exit_code)
        return exit_code;
    return row.status == EXECUTION_QUEUED ? begin_queued(program, &row)
                                          : program_drive(program, &row, false);
}
