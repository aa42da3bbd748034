/* sqlite.c: the statements of the SQLite journal, all of them, and failures in words.
 *
 * Statements are prepared at their first use and kept: a short command pays only for
 * what it asks. Parameters are bound by name. */
#include "store/sqlite.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "project.h"

/* In the order in which sqlite_read.c takes the columns. */
#define EXECUTION_COLUMNS                                                              \
    "slot, id, workflow_id, workflow_version, trigger_type, trigger_data, status,"     \
    " current_step, state, started_at, completed_at, error, outputs, key, build_id,"   \
    " workspace, request, event_count, parent_id, parent_key, concurrency_key"
/* The same without what may be large. */
#define LISTED_COLUMNS                                                                 \
    "slot, id, workflow_id, workflow_version, trigger_type, NULL, status,"             \
    " current_step, NULL, started_at, completed_at, error, NULL, key, build_id,"       \
    " workspace, request, event_count, parent_id, parent_key, concurrency_key"
#define STEP_COLUMNS                                                                   \
    "id, execution_id, step_id, module, action, inputs, outputs, status, started_at,"  \
    " completed_at, error, visit, attempt, run, outcome, item, parent"
#define INSIDE_OUTPUTS "step_id, item, status, outputs"
#define ROWS_INSIDE                                                                    \
    " FROM step_executions WHERE parent = :parent ORDER BY rowid DESC LIMIT :limit"
#define HISTORY_COLUMNS "seq, event_type, step_id, data, timestamp"
#define RESUMES                                                                        \
    " execution_history WHERE execution_id = :execution"                               \
    " AND event_type = 'execution_resumed'"
/* Rows of the history by execution: schema-7.sql. */
#define HISTORY_AFTER(slot, seq)                                                       \
    " event.id > (" slot " << 32) + " seq " AND event.id < ((" slot " + 1) << 32)"
#define SLOT_OF_EXECUTION "(SELECT slot FROM executions WHERE id = :execution)"
/* All whose keys begin with its id; '0' is the character behind '/'. */
#define STEPS_OF_EXECUTION "id > :execution || '/' AND id < :execution || '0'"
#define IS_START " (event_type = 'step_started' OR event_type = 'step_retried')"
#define GATE_COLUMNS                                                                   \
    "step_key, kind, prompt, opened_at, due_at, choices, way, event, \"match\","       \
    " answer, execution_id"
#define GATE_ORDER " ORDER BY opened_at, step_key, way"

const char *const sqlite_statement_texts[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [BEGIN_READS] = "BEGIN",
    [COMMIT] = "COMMIT",

    /* An unchanged workflow costs no write, nor the preparing of one. */
    [WORKFLOW_KNOWN] = "SELECT 1 FROM workflows WHERE id = :id AND name = :name"
                       " AND version = :version AND definition = :definition",
    [WORKFLOW_SAVE] =
        "INSERT INTO workflows (id, name, version, definition, created_at, updated_at)"
        " VALUES (:id, :name, :version, :definition, :now, :now)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " version = excluded.version, definition = excluded.definition,"
        " updated_at = excluded.updated_at",
    [EXECUTION_INSERT] =
        "INSERT INTO executions (id, workflow_id, workflow_version, trigger_type,"
        " trigger_data, status, current_step, state, started_at, key, build_id,"
        " workspace, parent_id, parent_key, concurrency_key, event_count, parent_seq)"
        " VALUES (:id, :workflow, :version, :trigger_type, :trigger_data, :status,"
        " :current_step, :state, :started_at, :key, :build_id, :workspace, :parent,"
        " :parent_key, :concurrency, 1,"
        " (SELECT event_count FROM executions WHERE id = :parent))",
    [EXECUTION_OF_KEY] = "SELECT id FROM executions"
                         " WHERE workflow_id = :workflow AND key = :key",
    /* Not by RETURNING, which makes a table of its own for each run. */
    [EXECUTION_SEQ] = "SELECT slot, event_count FROM executions WHERE id = :id",
    [EXECUTION_SET] =
        "UPDATE executions SET status = :status, current_step = :current_step,"
        " error = :error, outputs = :outputs, completed_at = :completed_at,"
        " request = iif(:clears_request, NULL, request),"
        " event_count = :event_count WHERE slot = :slot",
    [EXECUTION_TOUCH] =
        "UPDATE executions SET request = iif(:clears_request, NULL, request),"
        " event_count = :event_count WHERE slot = :slot",
    [EXECUTION_MOVE] =
        "UPDATE executions SET build_id = :build_id,"
        " workflow_version = :version, state = :state WHERE slot = :slot",
    [EXECUTION_REQUEST] = "UPDATE executions SET request = :request WHERE id = :id",
    [EXECUTION_ADMIT] = "UPDATE executions SET status = 'running', started_at = :now,"
                        " event_count = event_count + 1"
                        " WHERE id = :id AND status = 'queued' AND :limit >"
                        " (SELECT count(*) FROM executions AS other"
                        " WHERE other.workflow_id = executions.workflow_id"
                        " AND other.concurrency_key = executions.concurrency_key"
                        " AND other.completed_at IS NULL AND other.status <> 'queued')"
                        " RETURNING slot, event_count - 1",
    [EXECUTION_COUNT_UNDER_WAY] =
        "SELECT count(*) FILTER (WHERE status <> 'queued'),"
        " count(*) FILTER (WHERE status = 'queued') FROM executions"
        " WHERE workflow_id = :workflow AND concurrency_key = :concurrency"
        " AND completed_at IS NULL",
    [EXECUTION_UNDER_WAY] =
        "SELECT " LISTED_COLUMNS " FROM executions"
        " WHERE workflow_id = :workflow AND concurrency_key = :concurrency"
        " AND completed_at IS NULL ORDER BY slot",
    [STEP_INSERT] =
        "INSERT INTO step_executions (" STEP_COLUMNS ")"
        " VALUES (:id, :execution, :step, :module, :action, :inputs, :outputs, :status,"
        " :started_at, :completed_at, :error, :visit, :attempt, :run, :outcome, :item,"
        " :parent)",
    [STEP_END] = "UPDATE step_executions SET status = :status, outputs = :outputs,"
                 " error = :error, outcome = :outcome, completed_at = :now"
                 " WHERE id = :id",
    /* An answer that is there stays. */
    [GATE_OPEN] =
        "INSERT INTO gates (" GATE_COLUMNS ")"
        " VALUES (:step_key, :kind, :prompt, :opened_at, :due_at, :choices, :way,"
        " :event, :match, :answer, :execution)"
        " ON CONFLICT (step_key, way) DO UPDATE SET kind = excluded.kind,"
        " prompt = excluded.prompt, opened_at = excluded.opened_at,"
        " due_at = excluded.due_at, choices = excluded.choices,"
        " event = excluded.event, \"match\" = excluded.\"match\","
        " answer = coalesce(excluded.answer, answer)",
    [GATE_CLOSE] = "DELETE FROM gates WHERE step_key = :step_key",
    [GATE_CLOSE_ALL] = "DELETE FROM gates WHERE execution_id = :execution",
    [GATE_ANSWER] = "UPDATE gates SET answer = :answer"
                    " WHERE step_key = :step_key AND way = :way AND NOT EXISTS"
                    " (SELECT 1 FROM gates AS other WHERE other.step_key = :step_key"
                    " AND other.answer IS NOT NULL)",
    [POSITION_SET] =
        "INSERT INTO positions (execution_id, block_key, branch, status, current_step,"
        " error)"
        " VALUES (:execution, :block_key, :branch, :status, :current_step, :error)"
        " ON CONFLICT (block_key, branch) DO UPDATE SET status = excluded.status,"
        " current_step = excluded.current_step, error = excluded.error",
    [POSITION_CLOSE] = "DELETE FROM positions WHERE block_key = :block_key",
    [POSITION_CLOSE_ALL] = "DELETE FROM positions WHERE execution_id = :execution",
    [EVENT_INSERT] = "INSERT INTO events (name, data, source, emitted_at)"
                     " VALUES (:name, :data, :source, :at)",
    [EVENT_TAKE] = "INSERT INTO taken_events (execution_id, event_id)"
                   " VALUES (:execution, :event)",
    [HISTORY_INSERT] =
        "INSERT INTO execution_history (id, execution_id, event_type, step_id, data,"
        " timestamp, seq)"
        " VALUES (:id, :execution, :event_type, :step, :data, :at, :seq)",

    [LARGE_VALUE_INSERT] = "INSERT OR IGNORE INTO large_values (execution_id, hash)"
                           " VALUES (:execution, :hash)",

    /* '~' is behind all characters of an id. */
    [EXECUTION_FIND] = "SELECT " EXECUTION_COLUMNS " FROM executions"
                       " WHERE id >= :prefix AND id < :prefix || '~'"
                       " ORDER BY id LIMIT 2",
    [EXECUTION_REQUESTED] = "SELECT request FROM executions WHERE id = :id",
    [EXECUTION_OF_PARENT_KEY] = "SELECT " EXECUTION_COLUMNS " FROM executions"
                                " WHERE parent_key = :parent_key",
    [EXECUTION_CHILDREN] = "SELECT " LISTED_COLUMNS " FROM executions"
                           " WHERE parent_id = :parent ORDER BY slot",
    [EXECUTION_LIST] = "SELECT " LISTED_COLUMNS " FROM executions"
                       " WHERE parent_id IS NULL ORDER BY slot DESC LIMIT :limit",
    [EXECUTION_LIST_OF_WORKFLOW] =
        "SELECT " LISTED_COLUMNS " FROM executions"
        " WHERE workflow_id = :workflow AND parent_id IS NULL"
        " ORDER BY slot DESC LIMIT :limit",
    [STEP_LAST] = "SELECT " STEP_COLUMNS ", rowid FROM step_executions"
                  " WHERE id >= :first AND id < :end ORDER BY id DESC LIMIT 1",
    [STEP_IS_THERE] = "SELECT 1 FROM step_executions WHERE id = :id",
    [STEP_INSIDE] = "SELECT " INSIDE_OUTPUTS ", id, iif(module = '', inputs, NULL),"
                    " error, visit, run, outcome" ROWS_INSIDE,
    [STEP_INSIDE_OUTPUTS] = "SELECT " INSIDE_OUTPUTS ROWS_INSIDE,
    [STEP_LIST] = "SELECT " STEP_COLUMNS ", rowid FROM step_executions"
                  " WHERE " STEPS_OF_EXECUTION " ORDER BY rowid",
    [HISTORY_LIST] = "SELECT " HISTORY_COLUMNS " FROM execution_history AS event"
                     " WHERE" HISTORY_AFTER(SLOT_OF_EXECUTION, ":after") " ORDER BY id",
    [HISTORY_TURNS] =
        "SELECT " HISTORY_COLUMNS " FROM execution_history WHERE id IN"
        " (SELECT (slot << 32) + 1 FROM executions WHERE id = :execution UNION ALL"
        " SELECT (slot << 32) + event_count FROM executions WHERE id = :execution"
        " UNION ALL SELECT id FROM" RESUMES " UNION ALL SELECT id - 1 FROM" RESUMES ")"
        " ORDER BY id",
    /* Its own first, then of those that it has called since, and they. */
    [HISTORY_STARTS] =
        "WITH RECURSIVE counted (id, slot, workflow_id, after) AS"
        " (SELECT id, slot, workflow_id, :after FROM executions WHERE id = :execution"
        " UNION ALL SELECT child.id, child.slot, child.workflow_id, 0"
        " FROM counted CROSS JOIN executions AS child ON child.parent_id = counted.id"
        " AND child.parent_seq >= counted.after)"
        " SELECT workflow_id, step_id"
        " FROM counted CROSS JOIN execution_history AS event"
        " WHERE" HISTORY_AFTER("slot", "after") " AND" IS_START,
    [GATE_LIST] = "SELECT " GATE_COLUMNS " FROM gates"
                  " WHERE execution_id = :execution" GATE_ORDER,
    [GATE_LIST_OF_EVENT] =
        "SELECT " GATE_COLUMNS " FROM gates"
        " WHERE event = :event AND NOT EXISTS"
        " (SELECT 1 FROM gates AS other WHERE other.step_key = gates.step_key"
        " AND other.answer IS NOT NULL)" GATE_ORDER,
    [POSITION_LIST] = "SELECT block_key, branch, status, current_step, error"
                      " FROM positions WHERE execution_id = :execution ORDER BY id",
    [EVENT_LIST] = "SELECT id, name, data, source, emitted_at FROM events"
                   " WHERE name = :name AND emitted_at >= :since AND NOT EXISTS"
                   " (SELECT 1 FROM taken_events WHERE execution_id = :execution"
                   " AND event_id = events.id) ORDER BY id",
    [WORKFLOW_LIST] = "SELECT id, name, version, definition, created_at, updated_at"
                      " FROM workflows ORDER BY id",

    [EXECUTION_NEWEST] = "SELECT slot, id FROM executions"
                         " WHERE slot = (SELECT max(slot) FROM executions)",
    [EXECUTION_PAGE] = "SELECT " LISTED_COLUMNS " FROM executions"
                       " WHERE workflow_id = :workflow AND parent_id IS NULL"
                       " AND slot < :before ORDER BY slot DESC LIMIT :limit",
    /* With those that it has called; nothing unless it has ended by then. */
    [EXECUTION_TREE] =
        "WITH RECURSIVE tree (id, workspace, slot) AS"
        " (SELECT id, workspace, slot FROM executions WHERE id = :id"
        " AND parent_id IS NULL AND completed_at < :before"
        " UNION ALL SELECT child.id, child.workspace, child.slot"
        " FROM tree JOIN executions AS child ON child.parent_id = tree.id)"
        " SELECT id, workspace, slot FROM tree",
    [EXECUTION_DELETE] = "DELETE FROM executions WHERE id = :execution",
    [STEP_DELETE] = "DELETE FROM step_executions WHERE " STEPS_OF_EXECUTION,
    [HISTORY_DELETE] = "DELETE FROM execution_history AS event"
                       " WHERE" HISTORY_AFTER(SLOT_OF_EXECUTION, "0"),
    [TAKEN_DELETE] = "DELETE FROM taken_events WHERE execution_id = :execution",
    [LARGE_VALUE_DELETE] = "DELETE FROM large_values WHERE execution_id = :execution",
    [LARGE_VALUE_FIND] = "SELECT 1 FROM large_values WHERE hash = :hash LIMIT 1",
    [LARGE_VALUE_LIST] = "SELECT DISTINCT hash FROM large_values",
    [PRUNED_KNOWN] = "SELECT 1 FROM executions WHERE id = :execution UNION ALL"
                     " SELECT 1 FROM pruned_executions WHERE id = :execution LIMIT 1",
    [PRUNED_INSERT] = "INSERT OR REPLACE INTO pruned_executions (id, workspace)"
                      " VALUES (:id, :workspace)",
    [PRUNED_LIST] = "SELECT id, workspace FROM pruned_executions WHERE id > :after"
                    " ORDER BY id LIMIT :limit",
    [PRUNED_DELETE] = "DELETE FROM pruned_executions WHERE id = :execution",
    [EVENT_PAGE] = "SELECT id, emitted_at FROM events WHERE id > :after"
                   " ORDER BY id LIMIT :limit",
    [EVENT_UNTAKE] = "DELETE FROM taken_events WHERE event_id = :event",
    [EVENT_DELETE] = "DELETE FROM events WHERE id = :event",
    /* These read all rows, once in each upkeep. */
    [BUILD_LIST] = "SELECT DISTINCT build_id FROM executions"
                   " WHERE build_id IS NOT NULL",
    [MODULE_LIST] = "SELECT DISTINCT json_extract(state, '$.modules') FROM executions"
                    " WHERE json_extract(state, '$.modules') IS NOT NULL",
};

/* ---- Statements ------------------------------------------------------------------ */

/* The statement that was asked for last, and the parameter of it that was bound last. */
static _Thread_local struct {
    const sqlite3_stmt *statement;
    const char **names; /* see struct prepared */
    int last;
} bound;

static bool prepare(struct sqlite_journal *journal, const char *text,
                    struct prepared *prepared)
{
    const int result = sqlite3_prepare_v3(
        journal->db, text, -1, SQLITE_PREPARE_PERSISTENT, &prepared->statement, NULL);

    if (result != SQLITE_OK) {
        sqlite_fail(journal, result);
        return false;
    }
    prepared->names =
        arena_array(&journal->memory, const char *,
                    (size_t)sqlite3_bind_parameter_count(prepared->statement) + 1);
    return true;
}

sqlite3_stmt *sqlite_statement(struct sqlite_journal *journal, enum statement which)
{
    struct prepared *prepared = &journal->statements[which];

    if (!prepared->statement &&
        !prepare(journal, sqlite_statement_texts[which], prepared))
        return NULL;
    bound.statement = prepared->statement;
    bound.names = prepared->names;
    bound.last = 0;
    return prepared->statement;
}

void sqlite_prepare(struct sqlite_journal *journal, const enum statement *which,
                    size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)sqlite_statement(journal, which[i]);
}

/* Names are bound mostly in the order in which the text has them, and always by the same
 * literals: where this has been seen before, SQLite need not compare it with all names. */
static int parameter_get(sqlite3_stmt *statement, const char *name)
{
    const bool is_last_asked = bound.statement == statement;
    int parameter;

    if (is_last_asked && bound.names[bound.last] == name)
        return ++bound.last;
    parameter = sqlite3_bind_parameter_index(statement, name);
    assert(parameter > 0);
    if (is_last_asked) {
        bound.names[parameter - 1] = name;
        bound.last = parameter;
    }
    return parameter;
}

void bind_text(sqlite3_stmt *statement, const char *name, const char *text)
{
    const int parameter = parameter_get(statement, name);

    if (text) /* what is not bound is NULL */
        sqlite3_bind_text(statement, parameter, text, -1, SQLITE_STATIC);
}

void bind_integer(sqlite3_stmt *statement, const char *name, int64_t value)
{
    sqlite3_bind_int64(statement, parameter_get(statement, name), value);
}

/* Many rows are of the same moment. */
void bind_time(sqlite3_stmt *statement, const char *name, int64_t unix_ms)
{
    static _Thread_local char text[TIME_TEXT_SIZE];
    static _Thread_local int64_t text_ms;
    const int parameter = parameter_get(statement, name);

    if (!unix_ms)
        return; /* NULL */
    if (unix_ms != text_ms)
        time_write(unix_ms, text);
    text_ms = unix_ms;
    sqlite3_bind_text(statement, parameter, text, TIME_TEXT_SIZE - 1, SQLITE_TRANSIENT);
}

void sqlite_reset(sqlite3_stmt *statement)
{
    sqlite3_reset(statement); /* repeats the result of the last step */
    sqlite3_clear_bindings(statement);
}

enum store_error sqlite_rows_end(sqlite3_stmt *statement, enum store_error error)
{
    sqlite_reset(statement);
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

enum store_error sqlite_next(struct sqlite_journal *journal, sqlite3_stmt *statement)
{
    int result = sqlite3_step(statement);

    if (result == SQLITE_ROW)
        return STORE_OK;
    return result == SQLITE_DONE ? STORE_NOT_FOUND : sqlite_fail(journal, result);
}

enum store_error sqlite_run(struct sqlite_journal *journal, sqlite3_stmt *statement)
{
    enum store_error error;

    do
        error = sqlite_next(journal, statement);
    while (error == STORE_OK);
    sqlite_reset(statement);
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

/* ---- Failures -------------------------------------------------------------------- */

/* What to do about a primary result code; NULL: nothing is known. */
static const char *remedy_of(int result)
{
    switch (result & 0xff) {
    case SQLITE_NOTADB: return "move it away, or choose another file with --db";
    case SQLITE_CORRUPT:
        return "restore a backup, or salvage what is left with `sqlite3 FILE .recover`";
    case SQLITE_READONLY: return "make the file and its folder writable";
    case SQLITE_FULL: return "free some space, then resume";
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH: return "check that it is there and who may read and write it";
    case SQLITE_IOERR: return "check the disk and its free space, then resume";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return "end the program that keeps it locked, then resume";
    case SQLITE_NOMEM: return "free some memory, then resume";
    default: return NULL;
    }
}

static enum store_error fail(struct sqlite_journal *journal, int result,
                             const char *cause, int system_error)
{
    int code = result & 0xff;
    const char *remedy = remedy_of(result);
    bool is_system = (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && system_error;

    return sqlite_fail_text(journal, "%s%s%s%s%s", cause, is_system ? ": " : "",
                            is_system ? strerror(system_error) : "", remedy ? "; " : "",
                            remedy ? remedy : "");
}

enum store_error sqlite_fail(struct sqlite_journal *journal, int result)
{
    return fail(journal, result, sqlite3_errmsg(journal->db),
                sqlite3_system_errno(journal->db));
}

enum store_error sqlite_fail_file(struct sqlite_journal *journal, int result,
                                  int system_error)
{
    return fail(journal, result, sqlite3_errstr(result), system_error);
}

enum store_error sqlite_fail_text(struct sqlite_journal *journal, const char *format,
                                  ...)
{
    char *message = journal->base.message;
    size_t size = sizeof(journal->base.message);
    size_t len = (size_t)snprintf(message, size, "the store %.500s: ", journal->file);
    va_list args;

    va_start(args, format);
    vsnprintf(message + len, size - len, format, args);
    va_end(args);
    return STORE_FAILED;
}

/* ---- The journal ----------------------------------------------------------------- */

static void sqlite_close(struct journal *base)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;

    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(journal->statements[i].statement);
    sqlite3_close(journal->db);
    if (journal->queue_fd >= 0)
        close(journal->queue_fd);
    arena_release(&journal->memory);
    free(journal->file);
    free(journal);
}

const struct kad_journal_ops sqlite_journal_ops = {
    .name = "sqlite",
    .create = sqlite_create,
    .commit = sqlite_commit,
    .group_begin = sqlite_group_begin,
    .group_end = sqlite_group_end,
    .reads_begin = sqlite_reads_begin,
    .reads_end = sqlite_reads_end,
    .admit = sqlite_admit,
    .under_way = sqlite_under_way,
    .find = sqlite_find,
    .last_step = sqlite_last_step,
    .inside = sqlite_inside,
    .steps = sqlite_steps,
    .history = sqlite_history,
    .turns = sqlite_turns,
    .starts = sqlite_starts,
    .gates = sqlite_gates,
    .positions = sqlite_positions,
    .child = sqlite_child,
    .children = sqlite_children,
    .answer = sqlite_answer,
    .emit = sqlite_emit,
    .events = sqlite_events,
    .gates_for_event = sqlite_gates_for_event,
    .list = sqlite_list,
    .workflows = sqlite_workflows,
    .request = sqlite_request,
    .requested = sqlite_requested,
    .close = sqlite_close,
};
