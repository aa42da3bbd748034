/* sqlite_read.c: what the SQLite journal reads: rows, copied into the caller's arena.
 *
 * Each query is one statement, so it sees one moment; each goes through an index. */
#include <string.h>

#include "base/vec.h"
#include "project.h"
#include "store/sqlite.h"

/* ---- Columns --------------------------------------------------------------------- */

const char *column_text(struct arena *arena, sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    if (!text)
        return NULL;
    return arena_copy(arena, text, (size_t)sqlite3_column_bytes(statement, column));
}

/* The same text again where it is that of the row before. */
static const char *column_text_again(struct arena *arena, sqlite3_stmt *statement,
                                     int column, const char *before)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return text && before && !strcmp(text, before)
               ? before
               : column_text(arena, statement, column);
}

/* 0 for NULL. */
static int64_t column_time(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return text ? time_parse(text) : 0;
}

static enum store_error unknown_status(struct sqlite_journal *journal,
                                       sqlite3_stmt *statement, int column)
{
    return sqlite_fail_text(journal,
                            "it holds the unknown status `%s`; use the kad that "
                            "wrote it",
                            (const char *)sqlite3_column_text(statement, column));
}

static enum store_error execution_read(struct sqlite_journal *journal,
                                       struct arena *arena, sqlite3_stmt *statement,
                                       struct execution_row *row)
{
    enum { TRIGGER_DATA = 5, STATUS = 6, OUTPUTS = 12 };
    enum store_error error;

    *row = (struct execution_row){
        .slot = sqlite3_column_int64(statement, 0),
        .id = column_text(arena, statement, 1),
        .workflow_id = column_text(arena, statement, 2),
        .workflow_version = column_text(arena, statement, 3),
        .trigger_type = column_text(arena, statement, 4),
        .current_step = column_text(arena, statement, 7),
        .state = column_text(arena, statement, 8),
        .started_ms = column_time(statement, 9),
        .completed_ms = column_time(statement, 10),
        .error = column_text(arena, statement, 11),
        .key = column_text(arena, statement, 13),
        .build_id = column_text(arena, statement, 14),
        .workspace = column_text(arena, statement, 15),
        .request = column_text(arena, statement, 16),
        .history_seq = sqlite3_column_int64(statement, 17),
        .parent_id = column_text(arena, statement, 18),
        .parent_key = column_text(arena, statement, 19),
        .concurrency_key = column_text(arena, statement, 20),
    };
    if (!execution_status_find((const char *)sqlite3_column_text(statement, STATUS),
                               &row->status))
        return unknown_status(journal, statement, STATUS);
    error =
        sqlite_value_read(journal, arena, statement, TRIGGER_DATA, &row->trigger_data);
    return error == STORE_OK
               ? sqlite_value_read(journal, arena, statement, OUTPUTS, &row->outputs)
               : error;
}

enum store_error sqlite_step_read(struct sqlite_journal *journal, struct arena *arena,
                                  sqlite3_stmt *statement, struct step_row *row)
{
    enum { INPUTS = 5, OUTPUTS = 6, STATUS = 7 };
    enum store_error error;

    *row = (struct step_row){
        .key = column_text(arena, statement, 0),
        .execution_id = column_text(arena, statement, 1),
        .step_id = column_text(arena, statement, 2),
        .module = column_text(arena, statement, 3),
        .action = column_text(arena, statement, 4),
        .started_ms = column_time(statement, 8),
        .completed_ms = column_time(statement, 9),
        .error = column_text(arena, statement, 10),
        .visit = (uint32_t)sqlite3_column_int64(statement, 11),
        .attempt = (uint32_t)sqlite3_column_int64(statement, 12),
        .run = (uint32_t)sqlite3_column_int64(statement, 13),
        .outcome = column_text(arena, statement, 14),
        .item = column_text(arena, statement, 15),
        .parent = column_text(arena, statement, 16),
        .place = sqlite3_column_int64(statement, 17),
    };
    if (!step_status_find((const char *)sqlite3_column_text(statement, STATUS),
                          &row->status))
        return unknown_status(journal, statement, STATUS);
    error = sqlite_value_read(journal, arena, statement, INPUTS, &row->inputs);
    return error == STORE_OK
               ? sqlite_value_read(journal, arena, statement, OUTPUTS, &row->outputs)
               : error;
}

static struct gate_row gate_read(struct arena *arena, sqlite3_stmt *statement)
{
    return (struct gate_row){
        .step_key = column_text(arena, statement, 0),
        .kind = column_text(arena, statement, 1),
        .prompt = column_text(arena, statement, 2),
        .opened_ms = column_time(statement, 3),
        .due_ms = column_time(statement, 4),
        .choices = column_text(arena, statement, 5),
        .way = column_text(arena, statement, 6),
        .event = column_text(arena, statement, 7),
        .match = column_text(arena, statement, 8),
        .answer = column_text(arena, statement, 9),
    };
}

/* `row` has the one before. */
static enum store_error position_read(struct sqlite_journal *journal,
                                      struct arena *arena, sqlite3_stmt *statement,
                                      struct position_row *row)
{
    enum { STATUS = 2 };
    *row = (struct position_row){
        .block_key = column_text_again(arena, statement, 0, row->block_key),
        .branch = column_text(arena, statement, 1),
        .current_step = column_text(arena, statement, 3),
        .error = column_text(arena, statement, 4),
    };
    if (position_status_find((const char *)sqlite3_column_text(statement, STATUS),
                             &row->status))
        return STORE_OK;
    return unknown_status(journal, statement, STATUS);
}

/* ---- One row --------------------------------------------------------------------- */

enum store_error sqlite_find(struct journal *base, struct arena *arena,
                             const char *prefix, struct execution_row *row)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement;
    enum store_error error, next;

    if (!*prefix)
        return STORE_NOT_FOUND;
    statement = sqlite_statement(journal, EXECUTION_FIND);
    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":prefix", prefix);
    error = sqlite_next(journal, statement);
    if (error == STORE_OK)
        error = execution_read(journal, arena, statement, row);
    /* A whole id comes first and needs no second look. */
    if (error == STORE_OK && strcmp(row->id, prefix) != 0) {
        next = sqlite_next(journal, statement);
        if (next != STORE_NOT_FOUND)
            error = next == STORE_OK ? STORE_AMBIGUOUS : next;
    }
    sqlite_reset(statement);
    return error;
}

enum store_error sqlite_child(struct journal *base, struct arena *arena,
                              const char *parent_key, struct execution_row *row)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_OF_PARENT_KEY);
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":parent_key", parent_key);
    error = sqlite_next(journal, statement);
    if (error == STORE_OK)
        error = execution_read(journal, arena, statement, row);
    sqlite_reset(statement);
    return error;
}

enum store_error sqlite_requested(struct journal *base, struct arena *arena,
                                  const char *execution_id, const char **request)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_REQUESTED);
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":id", execution_id);
    error = sqlite_next(journal, statement);
    if (error == STORE_OK)
        *request = column_text(arena, statement, 0);
    sqlite_reset(statement);
    return error;
}

/* ---- Many rows ------------------------------------------------------------------- */

/* Borrowed, but for a large value, which is in the arena. */
static enum store_error value_borrow(struct sqlite_journal *journal,
                                     struct arena *arena, sqlite3_stmt *statement,
                                     int column, const char **value)
{
    *value = (const char *)sqlite3_column_text(statement, column);
    return sqlite_value_is_large(*value)
               ? sqlite_value_read(journal, arena, statement, column, value)
               : STORE_OK;
}

static enum store_error outputs_borrow(struct sqlite_journal *journal,
                                       struct arena *arena, sqlite3_stmt *statement,
                                       struct step_row *row)
{
    enum { STATUS = 2, OUTPUTS = 3 };

    row->step_id = (const char *)sqlite3_column_text(statement, 0);
    row->item = (const char *)sqlite3_column_text(statement, 1);
    return step_status_find((const char *)sqlite3_column_text(statement, STATUS),
                            &row->status)
               ? value_borrow(journal, arena, statement, OUTPUTS, &row->outputs)
               : unknown_status(journal, statement, STATUS);
}

/* What is not about its outputs. */
static enum store_error rest_borrow(struct sqlite_journal *journal, struct arena *arena,
                                    sqlite3_stmt *statement, struct step_row *row)
{
    enum { INPUTS = 5 };

    row->key = (const char *)sqlite3_column_text(statement, 4);
    row->error = (const char *)sqlite3_column_text(statement, 6);
    row->visit = (uint32_t)sqlite3_column_int64(statement, 7);
    row->run = (uint32_t)sqlite3_column_int64(statement, 8);
    row->outcome = (const char *)sqlite3_column_text(statement, 9);
    return value_borrow(journal, arena, statement, INPUTS, &row->inputs);
}

static enum store_error inside_borrow(struct sqlite_journal *journal,
                                      struct arena *arena, sqlite3_stmt *statement,
                                      bool outputs_only, struct step_row *row)
{
    const enum store_error error = outputs_borrow(journal, arena, statement, row);

    return error == STORE_OK && !outputs_only
               ? rest_borrow(journal, arena, statement, row)
               : error;
}

enum store_error sqlite_inside(struct journal *base, const char *parent, size_t limit,
                               bool outputs_only, const struct step_taker *taker)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement =
        sqlite_statement(journal, outputs_only ? STEP_INSIDE_OUTPUTS : STEP_INSIDE);
    struct arena large = {0};
    struct step_row row = {.parent = parent};
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":parent", parent);
    bind_integer(statement, ":limit", (int64_t)limit);
    while ((error = sqlite_next(journal, statement)) == STORE_OK &&
           (error = inside_borrow(journal, &large, statement, outputs_only, &row)) ==
               STORE_OK) {
        taker->take(taker->context, &row);
        arena_release(&large);
    }
    arena_release(&large);
    return sqlite_rows_end(statement, error);
}

enum store_error sqlite_steps(struct journal *base, struct arena *arena,
                              const char *execution_id, struct step_row **rows,
                              size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, STEP_LIST);
    VEC(struct step_row) found = {0};
    struct step_row row;
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", execution_id);
    while ((error = sqlite_next(journal, statement)) == STORE_OK &&
           (error = sqlite_step_read(journal, arena, statement, &row)) == STORE_OK)
        vec_push(arena, &found, row);
    *rows = found.items;
    *count = found.count;
    return sqlite_rows_end(statement, error);
}

/* The rows of a statement that is bound. */
static enum store_error history_read(struct sqlite_journal *journal,
                                     struct arena *arena, sqlite3_stmt *statement,
                                     struct history_row **rows, size_t *count)
{
    VEC(struct history_row) found = {0};
    enum store_error error;

    while ((error = sqlite_next(journal, statement)) == STORE_OK) {
        const struct history_row row = {
            .seq = sqlite3_column_int64(statement, 0),
            .event_type = column_text(arena, statement, 1),
            .step_id = column_text(arena, statement, 2),
            .data = column_text(arena, statement, 3),
            .at_ms = column_time(statement, 4),
        };
        vec_push(arena, &found, row);
    }
    *rows = found.items;
    *count = found.count;
    return sqlite_rows_end(statement, error);
}

enum store_error sqlite_history(struct journal *base, struct arena *arena,
                                const char *execution_id, int64_t after_seq,
                                struct history_row **rows, size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, HISTORY_LIST);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", execution_id);
    bind_integer(statement, ":after", after_seq);
    return history_read(journal, arena, statement, rows, count);
}

enum store_error sqlite_turns(struct journal *base, struct arena *arena,
                              const char *execution_id, struct history_row **rows,
                              size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, HISTORY_TURNS);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", execution_id);
    return history_read(journal, arena, statement, rows, count);
}

enum store_error sqlite_starts(struct journal *base, struct arena *arena,
                               const char *execution_id, int64_t after_seq,
                               struct start_count **counts, size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, HISTORY_STARTS);
    struct start_counts found = {.arena = arena};
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", execution_id);
    bind_integer(statement, ":after", after_seq);
    while ((error = sqlite_next(journal, statement)) == STORE_OK)
        start_counts_add(&found, (const char *)sqlite3_column_text(statement, 0),
                         (const char *)sqlite3_column_text(statement, 1));
    *counts = found.items.items;
    *count = found.items.count;
    return sqlite_rows_end(statement, error);
}

enum store_error sqlite_gates(struct journal *base, struct arena *arena,
                              const char *execution_id, struct gate_row **rows,
                              size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, GATE_LIST);
    VEC(struct gate_row) found = {0};
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", execution_id);
    while ((error = sqlite_next(journal, statement)) == STORE_OK)
        vec_push(arena, &found, gate_read(arena, statement));
    *rows = found.items;
    *count = found.count;
    return sqlite_rows_end(statement, error);
}

enum store_error sqlite_gates_for_event(struct journal *base, struct arena *arena,
                                        const char *name, struct gate_row **rows,
                                        const char ***executions, size_t *count)
{
    enum { EXECUTION = 10 };
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, GATE_LIST_OF_EVENT);
    VEC(struct gate_row) found = {0};
    VEC(const char *) ids = {0};
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":event", name);
    while ((error = sqlite_next(journal, statement)) == STORE_OK) {
        vec_push(arena, &found, gate_read(arena, statement));
        vec_push(arena, &ids, column_text(arena, statement, EXECUTION));
    }
    *rows = found.items;
    *executions = ids.items;
    *count = found.count;
    return sqlite_rows_end(statement, error);
}

enum store_error sqlite_positions(struct journal *base, struct arena *arena,
                                  const char *execution_id, struct position_row **rows,
                                  size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, POSITION_LIST);
    VEC(struct position_row) found = {0};
    struct position_row row = {0};
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", execution_id);
    while ((error = sqlite_next(journal, statement)) == STORE_OK &&
           (error = position_read(journal, arena, statement, &row)) == STORE_OK)
        vec_push(arena, &found, row);
    *rows = found.items;
    *count = found.count;
    return sqlite_rows_end(statement, error);
}

enum store_error sqlite_events(struct journal *base, struct arena *arena,
                               const char *execution_id, const char *name,
                               int64_t since_ms, struct event_row **rows, size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, EVENT_LIST);
    VEC(struct event_row) found = {0};
    char since[TIME_TEXT_SIZE];
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    time_write(since_ms, since);
    bind_text(statement, ":execution", execution_id);
    bind_text(statement, ":name", name);
    bind_text(statement, ":since", since);
    while ((error = sqlite_next(journal, statement)) == STORE_OK) {
        const struct event_row row = {
            .id = sqlite3_column_int64(statement, 0),
            .name = column_text(arena, statement, 1),
            .data = column_text(arena, statement, 2),
            .source = column_text(arena, statement, 3),
            .at_ms = column_time(statement, 4),
        };
        vec_push(arena, &found, row);
    }
    *rows = found.items;
    *count = found.count;
    return sqlite_rows_end(statement, error);
}

enum store_error sqlite_read_executions(struct sqlite_journal *journal,
                                        struct arena *arena, sqlite3_stmt *statement,
                                        struct execution_row **rows, size_t *count)
{
    VEC(struct execution_row) found = {0};
    struct execution_row row;
    enum store_error error;

    while ((error = sqlite_next(journal, statement)) == STORE_OK &&
           (error = execution_read(journal, arena, statement, &row)) == STORE_OK)
        vec_push(arena, &found, row);
    *rows = found.items;
    *count = found.count;
    return sqlite_rows_end(statement, error);
}

enum store_error sqlite_list(struct journal *base, struct arena *arena,
                             const char *workflow_id, size_t limit,
                             struct execution_row **rows, size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(
        journal, workflow_id ? EXECUTION_LIST_OF_WORKFLOW : EXECUTION_LIST);

    if (!statement)
        return STORE_FAILED;
    if (workflow_id)
        bind_text(statement, ":workflow", workflow_id);
    bind_integer(statement, ":limit", limit ? (int64_t)limit : -1);
    return sqlite_read_executions(journal, arena, statement, rows, count);
}

enum store_error sqlite_children(struct journal *base, struct arena *arena,
                                 const char *execution_id, struct execution_row **rows,
                                 size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_CHILDREN);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":parent", execution_id);
    return sqlite_read_executions(journal, arena, statement, rows, count);
}

enum store_error sqlite_under_way(struct journal *base, struct arena *arena,
                                  const char *workflow_id, const char *concurrency_key,
                                  struct execution_row **rows, size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_UNDER_WAY);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":workflow", workflow_id);
    bind_text(statement, ":concurrency", concurrency_key);
    return sqlite_read_executions(journal, arena, statement, rows, count);
}

enum store_error sqlite_workflows(struct journal *base, struct arena *arena,
                                  struct workflow_row **rows, size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, WORKFLOW_LIST);
    VEC(struct workflow_row) found = {0};
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    while ((error = sqlite_next(journal, statement)) == STORE_OK) {
        struct workflow_row row = {
            .id = column_text(arena, statement, 0),
            .name = column_text(arena, statement, 1),
            .version = column_text(arena, statement, 2),
            .definition = column_text(arena, statement, 3),
            .created_at = column_text(arena, statement, 4),
            .updated_at = column_text(arena, statement, 5),
        };
        vec_push(arena, &found, row);
    }
    *rows = found.items;
    *count = found.count;
    return sqlite_rows_end(statement, error);
}
