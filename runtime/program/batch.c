/* batch.c: wf-<id> --batch FILE: many executions in this one process.
 *
 *     a line of FILE -> created -+-> under way ---------> ended, or left
 *                                +-> queued ---^
 *                                +-> there already (--key), or skipped
 *
 * Each is an execution like any other: its own row, lock and history, to be resumed by
 * itself. Lines begin in their order, as there is room. */
#include "program/batch.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "document.h"
#include "program/outcome.h"
#include "program/program.h"
#include "program/queue.h"
#include "secrets.h"
#include "words.h"

enum { END_COUNT = ENGINE_STORE_FAILED + 1 };

/* One that waits for its turn; its lock is held. */
struct waiting {
    struct execution_row row;
    size_t line; /* index */
};

struct batch {
    struct program *program;
    struct batch_lines lines;
    size_t next_line;
    /* By slot less the first slot of all, from 1: the line that it comes from. */
    VEC(size_t) line_of_slot;
    int64_t first_slot;
    VEC(struct waiting) queued; /* from `first_queued` on */
    size_t first_queued;
    size_t under_way, done;
    size_t counts[END_COUNT]; /* of the results */
    size_t skipped;
    json_t *executions; /* for --json: by line; or NULL */
    int exit_code;      /* what has stopped the whole; 0: nothing */
};

/* ---- Results ------------------------------------------------------------------------ */

static void print_line(struct batch *batch, struct arena *arena,
                       const struct engine_result *result)
{
    const struct kad_error *error = &result->error;

    fprintf(stderr, "%s %s after %s (%zu of %zu)", result->execution,
            outcome_word(result->end),
            duration_words(arena, result->ended_ms - result->started_ms), batch->done,
            batch->lines.items.count);
    if (error->code)
        fprintf(stderr, ": %s: %s (%s)", error->step,
                line_words(arena, error->message, 0), error->code);
    fputc('\n', stderr);
}

static void add_json(struct batch *batch, size_t line, json_t *json)
{
    json_object_set_new(
        json, "line", json_integer((json_int_t)batch->lines.items.items[line].number));
    json_array_set_new(batch->executions, line, json);
}

static void record(struct batch *batch, size_t line, const struct engine_result *result)
{
    struct program *program = batch->program;
    struct arena scratch = {0};

    batch->done++;
    batch->counts[result->end]++;
    if (!program->options.is_quiet)
        print_line(batch, &scratch, result);
    if (batch->executions)
        add_json(batch, line, outcome_json(&program->engine, result));
    arena_release(&scratch);
}

/* Of one that is not run (any more) by this process. */
static void record_stored(struct batch *batch, size_t line,
                          const struct execution_row *row)
{
    struct engine_result result;

    batch->exit_code = program_stored_result(batch->program, row, &result);
    if (!batch->exit_code)
        record(batch, line, &result);
}

static void record_skipped(struct batch *batch, size_t line)
{
    batch->done++;
    batch->skipped++;
    if (batch->executions)
        add_json(batch, line,
                 json_pack("{s:n, s:s}", "execution", "status", "skipped"));
}

/* ---- Queued ones -------------------------------------------------------------------- */

static void lost_store(struct batch *batch)
{
    batch->exit_code = program_fail_store(batch->program);
}

static struct queue queue_of(struct batch *batch, struct execution_row *row)
{
    struct program *program = batch->program;

    return (struct queue){
        .arena = &program->arena,
        .project = &program->project,
        .journal = program->journal,
        .locks = &program->locks,
        .host = &program->host.host,
        .concurrency = program->workflow->concurrency,
        .row = row,
    };
}

/* Of those that wait; there is one. */
static struct waiting *first_queued(const struct batch *batch)
{
    assert(batch->queued.items);
    return &batch->queued.items[batch->first_queued];
}

/* NULL: it is not the turn of the first. */
static const struct execution_row *take_queued(struct batch *batch)
{
    struct execution_row *row = &first_queued(batch)->row;
    struct queue queue = queue_of(batch, row);
    const enum store_error error = queue_try(&queue);

    if (error == STORE_OK) {
        batch->first_queued++;
        return row;
    }
    if (error != STORE_NOT_FOUND)
        lost_store(batch);
    return NULL;
}

/* Others have to end before the first may begin. NULL: it will not, by now. */
static const struct execution_row *wait_for_turn(struct batch *batch)
{
    struct program *program = batch->program;
    struct waiting *first = first_queued(batch);
    struct queue queue = queue_of(batch, &first->row);

    batch->first_queued++;
    switch (queue_enter(&queue, !program->options.leaves_waits)) {
    case QUEUE_ADMITTED: return &first->row;
    case QUEUE_STORE_FAILED: lost_store(batch); return NULL;
    case QUEUE_CANCELLED:
    case QUEUE_LEFT: break;
    }
    record_stored(batch, first->line, &first->row);
    lock_drop(&program->locks, first->row.slot);
    return NULL;
}

/* ---- New ones ----------------------------------------------------------------------- */

static void remember_line(struct batch *batch, int64_t slot, size_t line)
{
    if (!batch->line_of_slot.count)
        batch->first_slot = slot;
    while (batch->line_of_slot.count <= (size_t)(slot - batch->first_slot))
        vec_push(&batch->program->arena, &batch->line_of_slot, 0);
    batch->line_of_slot.items[slot - batch->first_slot] = line;
}

/* Only this process's own wait with it. */
static void keep_queued(struct batch *batch, const struct execution_row *row,
                        size_t line)
{
    struct arena *arena = &batch->program->arena;
    struct waiting waiting = {*row, line};

    waiting.row.id = arena_copy(arena, row->id, strlen(row->id));
    waiting.row.concurrency_key =
        arena_copy(arena, row->concurrency_key, strlen(row->concurrency_key));
    if (row->state)
        waiting.row.state = arena_copy(arena, row->state, strlen(row->state));
    waiting.row.admission = NULL;
    assert(batch->queued.items || batch->queued.count == batch->queued.capacity);
    vec_push(arena, &batch->queued, waiting);
}

static const char *key_of(struct arena *arena, const struct options *options,
                          size_t number)
{
    return options->key ? arena_printf(arena, "%s:%zu", options->key, number) : NULL;
}

/* Makes the execution of the next line. NULL: it does not begin now. */
static const struct execution_row *create_next(struct batch *batch, struct arena *arena)
{
    struct program *program = batch->program;
    const size_t index = batch->next_line++;
    const struct batch_line *line = &batch->lines.items.items[index];
    struct execution_row *row = arena_new(arena, struct execution_row);
    bool existed;

    batch->exit_code = program_open_concurrency(program, arena, line->parameters);
    if (batch->exit_code)
        return NULL;
    if (engine_create(&program->engine, arena, line->stored,
                      key_of(arena, &program->options, line->number), program->build_id,
                      row, &existed) != STORE_OK) {
        lost_store(batch);
    } else if (existed) {
        record_stored(batch, index, row);
    } else if (program->admission.is_full && program->admission.refuses) {
        record_skipped(batch, index);
    } else {
        row->trigger_data = line->parameters;
        remember_line(batch, row->slot, index);
        if (row->status != EXECUTION_QUEUED)
            return row;
        keep_queued(batch, row, index);
    }
    return NULL;
}

/* ---- The engine's side -------------------------------------------------------------- */

static bool is_stopped(const struct batch *batch)
{
    struct host *host = &batch->program->host.host;

    return batch->exit_code || host->stop_count(host);
}

static size_t count_queued(const struct batch *batch)
{
    return batch->queued.count - batch->first_queued;
}

/* Queued ones take room, too, so that there is never more than that of a batch. */
static const struct execution_row *find_next(struct batch *batch, struct arena *arena)
{
    const size_t room = batch->program->options.concurrency_count;
    const struct execution_row *row = NULL;

    while (!row && !is_stopped(batch)) {
        const size_t queued = count_queued(batch);

        if (queued && (row = take_queued(batch)))
            break;
        if (batch->next_line < batch->lines.items.count &&
            queued + batch->under_way < room)
            row = create_next(batch, arena);
        else if (queued && !batch->under_way)
            row = wait_for_turn(batch);
        else
            break;
    }
    return row;
}

static const struct execution_row *next(void *context, struct arena *arena)
{
    struct batch *batch = context;
    const struct execution_row *row = find_next(batch, arena);

    if (row)
        batch->exit_code = program_enter_workspace(batch->program, row);
    if (!row || batch->exit_code)
        return NULL;
    batch->under_way++;
    return row;
}

static void ended(void *context, const struct execution_row *row,
                  const struct engine_result *result)
{
    struct batch *batch = context;
    struct program *program = batch->program;

    batch->under_way--;
    record(batch, batch->line_of_slot.items[row->slot - batch->first_slot], result);
    if (result->end == ENGINE_STORE_FAILED) {
        if (!batch->exit_code)
            lost_store(batch);
        return;
    }
    program_leave(program, row, result->end);
    lock_drop(&program->locks, row->slot);
}

/* ---- The whole ---------------------------------------------------------------------- */

static size_t count_left(const struct batch *batch)
{
    return batch->lines.items.count - batch->done;
}

static int exit_of(const struct batch *batch)
{
    const size_t *counts = batch->counts;

    if (batch->exit_code)
        return batch->exit_code;
    if (counts[ENGINE_FAILED])
        return KAD_EXIT_FAILED;
    if (counts[ENGINE_PAUSED] || counts[ENGINE_WAITING] || counts[ENGINE_QUEUED] ||
        count_left(batch))
        return KAD_EXIT_WAITING;
    if (counts[ENGINE_HELD])
        return KAD_EXIT_HELD;
    return counts[ENGINE_CANCELLED] ? KAD_EXIT_CANCELLED : KAD_EXIT_COMPLETED;
}

static void add_count(struct arena *arena, const char **text, json_t *counts,
                      const char *name, const char *word, size_t count)
{
    if (count)
        *text =
            arena_printf(arena, "%s%s%zu %s", *text, **text ? ", " : "", count, word);
    json_object_set_new(counts, name, json_integer((json_int_t)count));
}

/* In words, and by name. */
static const char *counts_of(struct batch *batch, struct arena *arena, json_t *counts)
{
    const char *text = "";

    for (int end = ENGINE_COMPLETED; end <= ENGINE_HELD; end++)
        add_count(arena, &text, counts, outcome_word((enum engine_end)end),
                  outcome_word((enum engine_end)end), batch->counts[end]);
    add_count(arena, &text, counts, "skipped", "skipped", batch->skipped);
    add_count(arena, &text, counts, "unfinished", "unfinished",
              batch->counts[ENGINE_REFUSED] + batch->counts[ENGINE_STORE_FAILED]);
    add_count(arena, &text, counts, "notStarted", "not started", count_left(batch));
    return *text ? text : "nothing to do";
}

static int report(struct batch *batch)
{
    struct program *program = batch->program;
    int exit_code = exit_of(batch);
    json_t *counts = json_object();
    const char *text = counts_of(batch, &program->arena, counts);

    if (!program->options.is_quiet)
        fprintf(stderr, "wf-%s: %zu in all: %s\n", program->workflow->id,
                batch->lines.items.count, text);
    if (batch->executions)
        exit_code = document_print(
            json_pack("{s:s, s:o, s:O, s:O, s:i}", "workflow", program->workflow->id,
                      "file", document_text(program->options.batch), "counts", counts,
                      "executions", batch->executions, "exit", exit_code),
            exit_code);
    json_decref(counts);
    return exit_code;
}

/* Executions of one batch would cancel each other. 0, or the exit code; reported. */
static int open_batch(struct batch *batch)
{
    struct program *program = batch->program;
    const struct kad_workflow *workflow = program->workflow;
    int exit_code;

    if (workflow->concurrency && workflow->concurrency->on_full == KAD_CANCEL_OLDEST)
        return program_fail(program, KAD_EXIT_USAGE,
                            "--batch: its executions would cancel each other: the "
                            "workflow has `onFull: cancel-oldest`");
    if (!batch_read(&program->arena, workflow, program->options.batch, stderr,
                    &batch->lines))
        return KAD_EXIT_USAGE;
    exit_code = program_open_engine(program, true);
    if (!exit_code)
        exit_code = program_read_secrets(program, "{}");
    for (size_t i = 0; type_has_secret(workflow->trigger) && !exit_code &&
                       i < batch->lines.items.count;
         i++)
        secrets_leave_environment(batch->lines.items.items[i].stored);
    if (!exit_code)
        exit_code = program_open_workspace(program);
    return exit_code ? exit_code : program_pin(program);
}

static json_t *none_started(const struct batch_lines *lines)
{
    json_t *executions = json_array();

    for (size_t i = 0; i < lines->items.count; i++)
        json_array_append_new(executions,
                              json_pack("{s:I, s:n, s:s}", "line",
                                        (json_int_t)lines->items.items[i].number,
                                        "execution", "status", "not started"));
    return executions;
}

int program_batch(struct program *program)
{
    struct batch batch = {.program = program};
    const struct engine_batch source = {
        .concurrency = program->options.concurrency_count,
        .next = next,
        .ended = ended,
        .context = &batch,
    };
    int exit_code = open_batch(&batch);

    if (exit_code)
        return exit_code;
    setvbuf(stderr, NULL, _IOLBF, 0); /* a line is one write, nobody's comes between */
    if (program->options.is_json)
        batch.executions = none_started(&batch.lines);
    engine_batch(&program->engine, &source);
    for (; batch.first_queued < batch.queued.count && !batch.exit_code;
         batch.first_queued++)
        record_stored(&batch, batch.queued.items[batch.first_queued].line,
                      &batch.queued.items[batch.first_queued].row);
    exit_code = report(&batch);
    json_decref(batch.executions);
    process_host_release(&program->host);
    return exit_code;
}
