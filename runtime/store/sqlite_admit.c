/* sqlite_admit.c: how many executions of one workflow and key are under way; see struct
 * admission. */
#include "base/vec.h"
#include "store/sqlite.h"

enum store_error sqlite_count_under_way(struct sqlite_journal *journal,
                                        const struct execution_row *row,
                                        struct under_way *under_way)
{
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_COUNT_UNDER_WAY);
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":workflow", row->workflow_id);
    bind_text(statement, ":concurrency", row->concurrency_key);
    error = sqlite_next(journal, statement);
    if (error == STORE_OK)
        *under_way = (struct under_way){
            .started = sqlite3_column_int64(statement, 0),
            .queued = sqlite3_column_int64(statement, 1),
        };
    sqlite_reset(statement);
    return error;
}

/* In a transaction. STORE_NOT_FOUND: there is no room, or it is not queued. */
static enum store_error admit_row(struct sqlite_journal *journal,
                                  const char *execution_id, uint32_t limit,
                                  int64_t now_ms)
{
    const struct history_row started = {.event_type = "execution_started",
                                        .at_ms = now_ms};
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_ADMIT);
    struct history_end end = {.execution = execution_id};
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":id", execution_id);
    bind_integer(statement, ":limit", limit);
    bind_time(statement, ":now", now_ms);
    error = sqlite_next(journal, statement);
    if (error == STORE_OK) {
        end.slot = sqlite3_column_int64(statement, 0);
        end.seq = sqlite3_column_int64(statement, 1);
    }
    sqlite_reset(statement);
    return error == STORE_OK ? sqlite_history_insert(journal, &end, &started) : error;
}

enum store_error sqlite_admit(struct journal *base, const char *execution_id,
                              uint32_t limit, int64_t now_ms)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    enum store_error error = sqlite_write_begin(journal);

    if (error != STORE_OK)
        return error;
    error = admit_row(journal, execution_id, limit, now_ms);
    if (error == STORE_NOT_FOUND) { /* nothing was written: a group goes on */
        error = sqlite_write_end(journal, STORE_OK, WAL_PAGES_AT_START);
        return error == STORE_OK ? STORE_NOT_FOUND : error;
    }
    return sqlite_write_end(journal, error, WAL_PAGES_AT_START);
}
