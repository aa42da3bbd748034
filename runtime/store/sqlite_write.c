/* sqlite_write.c: what the SQLite journal writes: one transaction for each call. */
#include "store/sqlite.h"

/* ---- Parts of a transaction ------------------------------------------------------ */

/* STORE_NOT_FOUND: there is no such row. */
static enum store_error update_one(struct sqlite_journal *journal,
                                   sqlite3_stmt *statement)
{
    const enum store_error error = sqlite_run(journal, statement);

    if (error == STORE_OK && sqlite3_changes(journal->db) == 0)
        return STORE_NOT_FOUND;
    return error;
}

/* STORE_NOT_FOUND: there is no such workflow, or it was another one then. */
static enum store_error workflow_known(struct sqlite_journal *journal,
                                       const struct workflow_row *workflow)
{
    sqlite3_stmt *statement = sqlite_statement(journal, WORKFLOW_KNOWN);
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":id", workflow->id);
    bind_text(statement, ":name", workflow->name);
    bind_text(statement, ":version", workflow->version);
    bind_text(statement, ":definition", workflow->definition);
    error = sqlite_next(journal, statement);
    sqlite_reset(statement);
    return error;
}

static enum store_error workflow_save(struct sqlite_journal *journal,
                                      const struct workflow_row *workflow,
                                      int64_t now_ms)
{
    sqlite3_stmt *statement = sqlite_statement(journal, WORKFLOW_SAVE);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":id", workflow->id);
    bind_text(statement, ":name", workflow->name);
    bind_text(statement, ":version", workflow->version);
    bind_text(statement, ":definition", workflow->definition);
    bind_time(statement, ":now", now_ms);
    return sqlite_run(journal, statement);
}

static enum store_error execution_insert(struct sqlite_journal *journal,
                                         struct execution_row *row)
{
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_INSERT);
    const char *trigger_data = row->trigger_data;
    struct reference reference = {0};
    enum store_error error;

    if (!statement || sqlite_value_keep(journal, row->id, &trigger_data, &reference))
        return STORE_FAILED;
    bind_text(statement, ":id", row->id);
    bind_text(statement, ":workflow", row->workflow_id);
    bind_text(statement, ":version", row->workflow_version);
    bind_text(statement, ":trigger_type", row->trigger_type);
    bind_text(statement, ":trigger_data", trigger_data);
    bind_text(statement, ":status", execution_status_name(row->status));
    bind_text(statement, ":current_step", row->current_step);
    bind_text(statement, ":state", row->state);
    bind_time(statement, ":started_at", row->started_ms);
    bind_text(statement, ":key", row->key);
    bind_text(statement, ":build_id", row->build_id);
    bind_text(statement, ":workspace", row->workspace);
    bind_text(statement, ":parent", row->parent_id);
    bind_text(statement, ":parent_key", row->parent_key);
    bind_text(statement, ":concurrency", row->concurrency_key);
    error = sqlite_run(journal, statement);
    row->slot = sqlite3_last_insert_rowid(journal->db);
    row->history_seq = 1;
    return error;
}

/* STORE_NOT_FOUND: no execution has the key. */
static enum store_error execution_of_key(struct sqlite_journal *journal,
                                         struct arena *arena, struct execution_row *row)
{
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_OF_KEY);
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":workflow", row->workflow_id);
    bind_text(statement, ":key", row->key);
    error = sqlite_next(journal, statement);
    if (error == STORE_OK)
        row->id =
            arena_printf(arena, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite_reset(statement);
    return error;
}

/* STORE_NOT_FOUND: the calling attempt has no child yet. */
static enum store_error execution_of_parent_key(struct sqlite_journal *journal,
                                                struct arena *arena,
                                                struct execution_row *row)
{
    struct execution_row known;
    const enum store_error error =
        sqlite_child(&journal->base, arena, row->parent_key, &known);

    if (error == STORE_OK)
        row->id = known.id;
    return error;
}

/* What an id has below its slot. */
enum { SEQ_BITS = 32 };

enum store_error sqlite_history_insert(struct sqlite_journal *journal,
                                       struct history_end *end,
                                       const struct history_row *event)
{
    sqlite3_stmt *statement = sqlite_statement(journal, HISTORY_INSERT);

    if (!statement)
        return STORE_FAILED;
    end->seq++;
    bind_integer(statement, ":id", (end->slot << SEQ_BITS) + end->seq);
    bind_text(statement, ":execution", end->execution);
    bind_text(statement, ":event_type", event->event_type);
    bind_text(statement, ":step", event->step_id);
    bind_text(statement, ":data", event->data);
    bind_time(statement, ":at", event->at_ms);
    bind_integer(statement, ":seq", end->seq);
    return sqlite_run(journal, statement);
}

/* STORE_NOT_FOUND: there is no such execution. */
static enum store_error find_end(struct sqlite_journal *journal,
                                 struct history_end *end)
{
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_SEQ);
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":id", end->execution);
    error = sqlite_next(journal, statement);
    if (error == STORE_OK) {
        end->slot = sqlite3_column_int64(statement, 0);
        end->seq = sqlite3_column_int64(statement, 1);
    }
    sqlite_reset(statement);
    return error;
}

static enum store_error execution_update(struct sqlite_journal *journal,
                                         const struct journal_commit *commit,
                                         const struct history_end *end)
{
    sqlite3_stmt *statement = sqlite_statement(
        journal, commit->sets_execution ? EXECUTION_SET : EXECUTION_TOUCH);
    const char *outputs = commit->outputs;
    struct reference reference = {0};

    if (!statement ||
        sqlite_value_keep(journal, commit->execution_id, &outputs, &reference))
        return STORE_FAILED;
    if (commit->sets_execution) {
        bind_text(statement, ":status", execution_status_name(commit->status));
        bind_text(statement, ":current_step", commit->current_step);
        bind_text(statement, ":error", commit->error);
        bind_text(statement, ":outputs", outputs);
        bind_time(statement, ":completed_at",
                  execution_is_ended(commit->status) ? commit->now_ms : 0);
    }
    bind_integer(statement, ":clears_request", commit->clears_request);
    bind_integer(statement, ":event_count", end->seq + (int64_t)commit->event_count);
    bind_integer(statement, ":slot", end->slot);
    return sqlite_run(journal, statement);
}

static enum store_error execution_move(struct sqlite_journal *journal, int64_t slot,
                                       const struct build_change *build)
{
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_MOVE);

    if (!statement)
        return STORE_FAILED;
    bind_integer(statement, ":slot", slot);
    bind_text(statement, ":build_id", build->build_id);
    bind_text(statement, ":version", build->workflow_version);
    bind_text(statement, ":state", build->state);
    return sqlite_run(journal, statement);
}

static enum store_error step_end(struct sqlite_journal *journal, const char *execution,
                                 const struct step_ending *ended, int64_t now_ms)
{
    sqlite3_stmt *statement = sqlite_statement(journal, STEP_END);
    const char *outputs = ended->outputs;
    struct reference reference = {0};

    if (!statement || sqlite_value_keep(journal, execution, &outputs, &reference))
        return STORE_FAILED;
    bind_text(statement, ":status", step_status_name(ended->status));
    bind_text(statement, ":outputs", outputs);
    bind_text(statement, ":error", ended->error);
    bind_text(statement, ":outcome", ended->outcome);
    bind_time(statement, ":now", now_ms);
    bind_text(statement, ":id", ended->key);
    return update_one(journal, statement);
}

static enum store_error step_insert(struct sqlite_journal *journal,
                                    const struct step_row *row)
{
    sqlite3_stmt *statement = sqlite_statement(journal, STEP_INSERT);
    const char *inputs = row->inputs, *outputs = row->outputs;
    struct reference of_inputs = {0}, of_outputs = {0};

    if (!statement ||
        sqlite_value_keep(journal, row->execution_id, &inputs, &of_inputs) ||
        sqlite_value_keep(journal, row->execution_id, &outputs, &of_outputs))
        return STORE_FAILED;
    bind_text(statement, ":id", row->key);
    bind_text(statement, ":execution", row->execution_id);
    bind_text(statement, ":step", row->step_id);
    bind_text(statement, ":module", row->module);
    bind_text(statement, ":action", row->action);
    bind_text(statement, ":inputs", inputs);
    bind_text(statement, ":outputs", outputs);
    bind_text(statement, ":status", step_status_name(row->status));
    bind_time(statement, ":started_at", row->started_ms);
    bind_time(statement, ":completed_at", row->completed_ms);
    bind_text(statement, ":error", row->error);
    bind_integer(statement, ":visit", row->visit);
    bind_integer(statement, ":attempt", row->attempt);
    bind_integer(statement, ":run", row->run);
    bind_text(statement, ":outcome", row->outcome);
    bind_text(statement, ":item", text_or_empty(row->item));
    bind_text(statement, ":parent", row->parent);
    return sqlite_run(journal, statement);
}

static enum store_error gate_close(struct sqlite_journal *journal, const char *step_key)
{
    sqlite3_stmt *statement = sqlite_statement(journal, GATE_CLOSE);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":step_key", step_key);
    return sqlite_run(journal, statement);
}

static enum store_error gate_open(struct sqlite_journal *journal, const char *execution,
                                  const struct gate_row *gate)
{
    sqlite3_stmt *statement = sqlite_statement(journal, GATE_OPEN);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":step_key", gate->step_key);
    bind_text(statement, ":execution", execution);
    bind_text(statement, ":kind", gate->kind);
    bind_text(statement, ":prompt", gate->prompt);
    bind_time(statement, ":opened_at", gate->opened_ms);
    bind_time(statement, ":due_at", gate->due_ms);
    bind_text(statement, ":choices", gate->choices);
    bind_text(statement, ":way", text_or_empty(gate->way));
    bind_text(statement, ":event", gate->event);
    bind_text(statement, ":match", gate->match);
    bind_text(statement, ":answer", gate->answer);
    return sqlite_run(journal, statement);
}

static enum store_error position_set(struct sqlite_journal *journal,
                                     const char *execution,
                                     const struct position_row *position)
{
    sqlite3_stmt *statement = sqlite_statement(journal, POSITION_SET);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", execution);
    bind_text(statement, ":block_key", position->block_key);
    bind_text(statement, ":branch", position->branch);
    bind_text(statement, ":status", position_status_name(position->status));
    bind_text(statement, ":current_step", position->current_step);
    bind_text(statement, ":error", position->error);
    return sqlite_run(journal, statement);
}

static enum store_error positions_close(struct sqlite_journal *journal,
                                        const char *block_key)
{
    sqlite3_stmt *statement = sqlite_statement(journal, POSITION_CLOSE);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":block_key", block_key);
    return sqlite_run(journal, statement);
}

/* `which`: a statement about all rows of an execution. */
static enum store_error close_all(struct sqlite_journal *journal, enum statement which,
                                  const char *execution)
{
    sqlite3_stmt *statement = sqlite_statement(journal, which);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", execution);
    return sqlite_run(journal, statement);
}

static enum store_error event_take(struct sqlite_journal *journal,
                                   const char *execution, int64_t event_id)
{
    sqlite3_stmt *statement = sqlite_statement(journal, EVENT_TAKE);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", execution);
    bind_integer(statement, ":event", event_id);
    return sqlite_run(journal, statement);
}

/* ---- Transactions ---------------------------------------------------------------- */

/* In a transaction. An execution that there is no room for is queued, or not stored. */
static enum store_error insert_rows(struct sqlite_journal *journal,
                                    const struct workflow_row *workflow,
                                    struct execution_row *row)
{
    struct under_way under_way = {0};
    struct history_row first = {.event_type = "execution_started",
                                .at_ms = row->started_ms};
    enum store_error error = STORE_OK;

    if (row->admission) {
        error = sqlite_count_under_way(journal, row, &under_way);
        journal_admission(row, &under_way);
    }
    if (error == STORE_OK && row->admission && row->admission->is_full) {
        if (row->admission->refuses)
            return STORE_OK;
        first.event_type = "execution_queued";
    }
    if (error == STORE_OK)
        error = workflow_known(journal, workflow);
    if (error == STORE_NOT_FOUND)
        error = workflow_save(journal, workflow, row->started_ms);
    if (error == STORE_OK)
        error = execution_insert(journal, row);
    if (error == STORE_OK)
        error = sqlite_history_insert(
            journal, &(struct history_end){.execution = row->id, .slot = row->slot},
            &first);
    if (error == STORE_OK && !journal_claim(&journal->base, row->slot))
        error = STORE_FAILED;
    return error;
}

/* In a transaction. *existed: nothing was written. */
static enum store_error create_rows(struct sqlite_journal *journal, struct arena *arena,
                                    const struct workflow_row *workflow,
                                    struct execution_row *row, bool *existed)
{
    enum store_error error = STORE_NOT_FOUND;

    if (row->key)
        error = execution_of_key(journal, arena, row);
    if (error == STORE_NOT_FOUND && row->parent_key)
        error = execution_of_parent_key(journal, arena, row);
    *existed = error == STORE_OK;
    return error == STORE_NOT_FOUND ? insert_rows(journal, workflow, row) : error;
}

static enum store_error create(struct sqlite_journal *journal, struct arena *arena,
                               const struct workflow_row *workflow,
                               struct execution_row *row, bool *existed)
{
    static const enum statement used[] = {BEGIN, COMMIT, WORKFLOW_KNOWN,
                                          EXECUTION_INSERT, HISTORY_INSERT};
    enum store_error error;

    sqlite_prepare(journal, used, sizeof(used) / sizeof(used[0]));
    error = sqlite_write_begin(journal);
    if (error != STORE_OK)
        return error;
    error = create_rows(journal, arena, workflow, row, existed);
    return sqlite_write_end(journal, error, WAL_PAGES_AT_START);
}

/* Not synced: nothing has happened yet that a loss of power could make wrong, and the first
 * step's start syncs this too. What is part of a group is synced with that. */
enum store_error sqlite_create(struct journal *base, struct arena *arena,
                               const struct workflow_row *workflow,
                               struct execution_row *row, bool *existed)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    enum store_error error;

    if (journal->group == UNGROUPED)
        journal->sync_wanted = SYNC_NORMAL;
    error = create(journal, arena, workflow, row, existed);
    journal->sync_wanted = journal->sync;
    return error;
}

/* In a transaction: what the execution waits for, and where its branches are. */
static enum store_error commit_waits(struct sqlite_journal *journal,
                                     const struct journal_commit *commit)
{
    const char *execution = commit->execution_id;
    enum store_error error = STORE_OK;

    if (commit->close_gate)
        error = gate_close(journal, commit->close_gate);
    for (size_t i = 0; error == STORE_OK && i < commit->open_gate_count; i++)
        error = gate_open(journal, execution, &commit->open_gates[i]);
    for (size_t i = 0; error == STORE_OK && i < commit->position_count; i++)
        error = position_set(journal, execution, &commit->positions[i]);
    if (error == STORE_OK && commit->close_block)
        error = positions_close(journal, commit->close_block);
    if (error == STORE_OK && commit->taken_event)
        error = event_take(journal, execution, commit->taken_event);
    if (error != STORE_OK || commit->has_no_waits || !commit->sets_execution ||
        !execution_is_ended(commit->status))
        return error;
    error = close_all(journal, GATE_CLOSE_ALL, execution);
    return error == STORE_OK ? close_all(journal, POSITION_CLOSE_ALL, execution)
                             : error;
}

/* In a transaction. */
static enum store_error commit_rows(struct sqlite_journal *journal,
                                    const struct journal_commit *commit)
{
    struct history_end end = {.execution = commit->execution_id};
    enum store_error error = find_end(journal, &end);

    if (error == STORE_OK)
        error = execution_update(journal, commit, &end);
    if (error == STORE_OK && commit->build)
        error = execution_move(journal, end.slot, commit->build);
    if (error == STORE_OK && commit->ended)
        error = step_end(journal, commit->execution_id, commit->ended, commit->now_ms);
    if (error == STORE_OK && commit->started)
        error = step_insert(journal, commit->started);
    if (error == STORE_OK)
        error = commit_waits(journal, commit);
    for (size_t i = 0; error == STORE_OK && i < commit->event_count; i++)
        error = sqlite_history_insert(journal, &end, &commit->events[i]);
    return error;
}

static void prepare_commit(struct sqlite_journal *journal,
                           const struct journal_commit *commit)
{
    const enum statement used[] = {
        BEGIN,
        COMMIT,
        EXECUTION_SEQ,
        commit->sets_execution ? EXECUTION_SET : EXECUTION_TOUCH,
        commit->ended ? STEP_END : EXECUTION_SEQ,
        commit->started ? STEP_INSERT : EXECUTION_SEQ,
        commit->event_count ? HISTORY_INSERT : EXECUTION_SEQ,
    };

    sqlite_prepare(journal, used, sizeof(used) / sizeof(used[0]));
}

enum store_error sqlite_commit(struct journal *base,
                               const struct journal_commit *commit)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    enum store_error error;

    prepare_commit(journal, commit);
    error = sqlite_write_begin(journal);
    if (error != STORE_OK)
        return error;
    error = commit_rows(journal, commit);
    return sqlite_write_end(journal, error, WAL_PAGES_IN_RUN);
}

enum store_error sqlite_request(struct journal *base, const char *execution_id,
                                const char *request)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_REQUEST);
    enum store_error error;

    if (!statement || sqlite_write_begin_soon(journal) != STORE_OK)
        return STORE_FAILED;
    bind_text(statement, ":id", execution_id);
    bind_text(statement, ":request", request);
    error = update_one(journal, statement);
    return sqlite_write_end(journal, error, WAL_PAGES_MAX);
}

enum store_error sqlite_answer(struct journal *base, const char *step_key,
                               const char *way, const char *answer)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, GATE_ANSWER);
    enum store_error error;

    if (!statement || sqlite_write_begin_soon(journal) != STORE_OK)
        return STORE_FAILED;
    bind_text(statement, ":step_key", step_key);
    bind_text(statement, ":way", text_or_empty(way));
    bind_text(statement, ":answer", answer);
    error = update_one(journal, statement);
    return sqlite_write_end(journal, error, WAL_PAGES_MAX);
}

enum store_error sqlite_emit(struct journal *base, struct event_row *event)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, EVENT_INSERT);
    enum store_error error;

    if (!statement || sqlite_write_begin_soon(journal) != STORE_OK)
        return STORE_FAILED;
    bind_text(statement, ":name", event->name);
    bind_text(statement, ":data", event->data);
    bind_text(statement, ":source", event->source);
    bind_time(statement, ":at", event->at_ms);
    error = sqlite_run(journal, statement);
    event->id = sqlite3_last_insert_rowid(journal->db);
    return sqlite_write_end(journal, error, WAL_PAGES_MAX);
}
