/* sqlite_upkeep.c: deleting what is not needed any more, and giving its space back; see
 * upkeep.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "project.h"
#include "store/sqlite.h"
#include "store/upkeep.h"
#include "store/value_file.h"

enum {
    ROWS_PER_TRANSACTION = 5000,
    EVENTS_PER_TRANSACTION = 500,
    FILES_PER_TRANSACTION = 200,
    PAGES_PER_TRANSACTION = 500,
    AUTO_VACUUM_INCREMENTAL = 2
};

/* Runs a statement with one text. */
static enum store_error run_for(struct sqlite_journal *journal, enum statement which,
                                const char *name, const char *text)
{
    sqlite3_stmt *statement = sqlite_statement(journal, which);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, name, text);
    return sqlite_run(journal, statement);
}

/* The texts of a statement that is bound; files that they do not name are to be removed. */
static enum store_error read_texts(struct sqlite_journal *journal, struct arena *arena,
                                   enum statement which, const char ***texts,
                                   size_t *count)
{
    sqlite3_stmt *statement = sqlite_statement(journal, which);
    VEC(const char *) found = {0};
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    while ((error = sqlite_next(journal, statement)) == STORE_OK)
        vec_push(arena, &found, column_text(arena, statement, 0));
    *texts = found.items;
    *count = found.count;
    error = sqlite_rows_end(statement, error);
    return error == STORE_OK ? sqlite_sync(journal) : error;
}

/* ---- Executions ------------------------------------------------------------------ */

enum store_error store_page(struct journal *base, struct arena *arena,
                            const char *workflow_id, int64_t before_slot, size_t limit,
                            struct execution_row **rows, size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_PAGE);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":workflow", workflow_id);
    bind_integer(statement, ":before", before_slot);
    bind_integer(statement, ":limit", (int64_t)limit);
    return sqlite_read_executions(journal, arena, statement, rows, count);
}

static struct pruned_row pruned_of(struct arena *arena, sqlite3_stmt *statement)
{
    return (struct pruned_row){column_text(arena, statement, 0),
                               column_text(arena, statement, 1)};
}

/* Their files are to be removed. */
static enum store_error read_pruned(struct sqlite_journal *journal, struct arena *arena,
                                    sqlite3_stmt *statement, struct pruned_row **rows,
                                    size_t *count)
{
    VEC(struct pruned_row) found = {0};
    enum store_error error;

    while ((error = sqlite_next(journal, statement)) == STORE_OK)
        vec_push(arena, &found, pruned_of(arena, statement));
    *rows = found.items;
    *count = found.count;
    error = sqlite_rows_end(statement, error);
    return error == STORE_OK && found.count ? sqlite_sync(journal) : error;
}

static enum store_error note_pruned(struct sqlite_journal *journal,
                                    const struct pruned_row *row)
{
    sqlite3_stmt *statement = sqlite_statement(journal, PRUNED_INSERT);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":id", row->id);
    bind_text(statement, ":workspace", row->workspace);
    return sqlite_run(journal, statement);
}

/* What refers to its steps goes first, and the row that all refer to last. */
static enum store_error delete_rows(struct sqlite_journal *journal,
                                    const struct pruned_row *row)
{
    static const enum statement deletes[] = {
        HISTORY_DELETE,     GATE_CLOSE_ALL, POSITION_CLOSE_ALL, TAKEN_DELETE,
        LARGE_VALUE_DELETE, STEP_DELETE,    EXECUTION_DELETE,
    };
    enum store_error error = note_pruned(journal, row);

    for (size_t i = 0; error == STORE_OK && i < sizeof(deletes) / sizeof(deletes[0]);
         i++)
        error = run_for(journal, deletes[i], ":execution", row->id);
    return error;
}

/* STORE_NOT_FOUND: there is none. */
static enum store_error newest(struct sqlite_journal *journal, struct arena *arena,
                               int64_t *slot, const char **id)
{
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_NEWEST);
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    error = sqlite_next(journal, statement);
    if (error == STORE_OK) {
        *slot = sqlite3_column_int64(statement, 0);
        *id = column_text(arena, statement, 1);
    }
    sqlite_reset(statement);
    return error;
}

enum store_error store_newest(struct journal *base, struct arena *arena,
                              const char **id)
{
    struct execution_row row;
    int64_t slot;
    enum store_error error = newest((struct sqlite_journal *)base, arena, &slot, id);

    while (error == STORE_OK) {
        error = base->ops->find(base, arena, *id, &row);
        if (error != STORE_OK || !row.parent_id)
            break;
        *id = row.parent_id;
    }
    return error;
}

/* A tree that may go; the newest of all is none. */
static enum store_error read_tree(struct sqlite_journal *journal, struct arena *arena,
                                  const char *id, int64_t before_ms,
                                  struct pruned_row **rows, size_t *count)
{
    enum { SLOT = 2 };
    sqlite3_stmt *statement = sqlite_statement(journal, EXECUTION_TREE);
    VEC(struct pruned_row) found = {0};
    const char *newest_id;
    int64_t newest_slot = 0;
    bool has_newest = false;
    enum store_error error = newest(journal, arena, &newest_slot, &newest_id);

    if (!statement || error == STORE_FAILED)
        return STORE_FAILED;
    bind_text(statement, ":id", id);
    bind_time(statement, ":before", before_ms);
    while ((error = sqlite_next(journal, statement)) == STORE_OK) {
        has_newest = has_newest || sqlite3_column_int64(statement, SLOT) == newest_slot;
        vec_push(arena, &found, pruned_of(arena, statement));
    }
    *rows = found.items;
    *count = has_newest ? 0 : found.count;
    return sqlite_rows_end(statement, error);
}

static enum store_error delete_tree(struct sqlite_journal *journal, const char *id,
                                    int64_t before_ms, struct deletion *deletion)
{
    struct arena scratch = {0};
    struct pruned_row *rows;
    size_t count = 0;
    enum store_error error = read_tree(journal, &scratch, id, before_ms, &rows, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        error = delete_rows(journal, &rows[i]);
    if (count) {
        deletion->executions++;
        deletion->called += count - 1;
    }
    arena_release(&scratch);
    return error;
}

static enum store_error delete_some(struct sqlite_journal *journal,
                                    const char *const *ids, size_t count,
                                    int64_t before_ms, struct deletion *deletion)
{
    const int changes = sqlite3_total_changes(journal->db);
    enum store_error error = sqlite_write_begin(journal);

    if (error != STORE_OK)
        return error;
    while (error == STORE_OK && deletion->done < count &&
           sqlite3_total_changes(journal->db) - changes < ROWS_PER_TRANSACTION)
        error = delete_tree(journal, ids[deletion->done++], before_ms, deletion);
    return sqlite_write_end(journal, error, WAL_PAGES_IN_RUN);
}

/* SQLite would look in all rows of all executions for those that refer to one that goes: no
 * index has them. delete_rows leaves none. */
static void check_references(struct sqlite_journal *journal, bool checks)
{
    sqlite3_db_config(journal->db, SQLITE_DBCONFIG_ENABLE_FKEY, checks, NULL);
}

enum store_error store_delete(struct journal *base, const char *const *ids,
                              size_t count, int64_t before_ms,
                              struct deletion *deletion)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    enum store_error error;

    *deletion = (struct deletion){0};
    check_references(journal, false);
    error = delete_some(journal, ids, count, before_ms, deletion);
    check_references(journal, true);
    return error;
}

/* Whether the id has an execution, or a note already. */
static enum store_error is_known(struct sqlite_journal *journal, const char *id,
                                 bool *is)
{
    sqlite3_stmt *statement = sqlite_statement(journal, PRUNED_KNOWN);
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", id);
    error = sqlite_next(journal, statement);
    *is = error == STORE_OK;
    return sqlite_rows_end(statement, error);
}

/* From this one on; *at is `count` where all are known. */
static enum store_error next_lost(struct sqlite_journal *journal,
                                  const char *const *ids, size_t count, size_t *at)
{
    bool is = true;
    enum store_error error = STORE_OK;

    for (; error == STORE_OK && *at < count; ++*at) {
        error = is_known(journal, ids[*at], &is);
        if (!is)
            break;
    }
    return error;
}

enum store_error store_note_lost(struct journal *base, const char *const *ids,
                                 size_t count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    size_t at = 0;
    enum store_error error = next_lost(journal, ids, count, &at);

    if (error != STORE_OK || at == count)
        return error;
    error = sqlite_write_begin(journal); /* creating one is a transaction, too */
    if (error != STORE_OK)
        return error;
    for (; error == STORE_OK; at++) {
        error = next_lost(journal, ids, count, &at);
        if (error != STORE_OK || at == count)
            break;
        error = note_pruned(journal, &(struct pruned_row){.id = ids[at]});
    }
    return sqlite_write_end(journal, error, WAL_PAGES_IN_RUN);
}

enum store_error store_pruned(struct journal *base, struct arena *arena,
                              const char *after_id, size_t limit,
                              struct pruned_row **rows, size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    sqlite3_stmt *statement = sqlite_statement(journal, PRUNED_LIST);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":after", after_id);
    bind_integer(statement, ":limit", (int64_t)limit);
    return read_pruned(journal, arena, statement, rows, count);
}

enum store_error store_forget_pruned(struct journal *base,
                                     const struct pruned_row *rows, size_t count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    enum store_error error = sqlite_write_begin(journal);

    if (error != STORE_OK)
        return error;
    for (size_t i = 0; error == STORE_OK && i < count; i++)
        error = run_for(journal, PRUNED_DELETE, ":execution", rows[i].id);
    return sqlite_write_end(journal, error, WAL_PAGES_IN_RUN);
}

/* ---- Events ----------------------------------------------------------------------- */

/* Ids of the next events from before then, at most a transaction's. */
static enum store_error old_events(struct sqlite_journal *journal, int64_t after_id,
                                   int64_t before_ms, int64_t *ids, size_t *count)
{
    sqlite3_stmt *statement = sqlite_statement(journal, EVENT_PAGE);
    enum store_error error;

    *count = 0;
    if (!statement)
        return STORE_FAILED;
    bind_integer(statement, ":after", after_id);
    bind_integer(statement, ":limit", EVENTS_PER_TRANSACTION);
    while ((error = sqlite_next(journal, statement)) == STORE_OK &&
           time_parse((const char *)sqlite3_column_text(statement, 1)) < before_ms)
        ids[(*count)++] = sqlite3_column_int64(statement, 0);
    return sqlite_rows_end(statement, error);
}

static enum store_error delete_event(struct sqlite_journal *journal, int64_t id)
{
    static const enum statement deletes[] = {EVENT_UNTAKE, EVENT_DELETE};
    enum store_error error = STORE_OK;

    for (size_t i = 0; error == STORE_OK && i < 2; i++) {
        sqlite3_stmt *statement = sqlite_statement(journal, deletes[i]);

        if (!statement)
            return STORE_FAILED;
        bind_integer(statement, ":event", id);
        error = sqlite_run(journal, statement);
    }
    return error;
}

static enum store_error delete_page(struct sqlite_journal *journal, const int64_t *ids,
                                    size_t count)
{
    enum store_error error = sqlite_write_begin(journal);

    if (error != STORE_OK)
        return error;
    for (size_t i = 0; error == STORE_OK && i < count; i++)
        error = delete_event(journal, ids[i]);
    return sqlite_write_end(journal, error, WAL_PAGES_IN_RUN);
}

enum store_error store_delete_events(struct journal *base, int64_t before_ms,
                                     bool is_dry, size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    int64_t ids[EVENTS_PER_TRANSACTION], last = 0;
    enum store_error error;
    size_t found;

    *count = 0;
    do {
        error = old_events(journal, last, before_ms, ids, &found);
        if (error == STORE_OK && found && !is_dry)
            error = delete_page(journal, ids, found);
        if (found)
            last = ids[found - 1];
        *count += found;
    } while (error == STORE_OK && found == EVENTS_PER_TRANSACTION);
    return error;
}

/* ---- Large values ----------------------------------------------------------------- */

static enum store_error is_referred(struct sqlite_journal *journal, const char *hash,
                                    bool *is)
{
    sqlite3_stmt *statement = sqlite_statement(journal, LARGE_VALUE_FIND);
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":hash", hash);
    error = sqlite_next(journal, statement);
    *is = error == STORE_OK;
    return sqlite_rows_end(statement, error == STORE_OK ? STORE_NOT_FOUND : error);
}

static enum store_error remove_unreferred(struct sqlite_journal *journal,
                                          struct dirent **files, size_t count,
                                          size_t *swept)
{
    const char *folder = sqlite_values_folder(journal);
    struct arena scratch = {0};
    enum store_error error = STORE_OK;

    for (size_t i = 0; i < count && error == STORE_OK; i++) {
        const char *name = files[i]->d_name;
        bool is_needed = false;

        if (value_hash_is(name))
            error = is_referred(journal, name, &is_needed);
        if (error == STORE_OK && !is_needed &&
            unlink(value_path(&scratch, folder, name)) == 0)
            ++*swept;
    }
    arena_release(&scratch);
    return error;
}

/* In the queue: nobody writes a draft, or begins to refer to one of them. */
static enum store_error sweep_some(struct sqlite_journal *journal,
                                   struct dirent **files, size_t count, size_t *swept)
{
    enum store_error error = sqlite_write_begin(journal);

    if (error != STORE_OK)
        return error;
    if (sqlite_values_take(journal)) {
        error = sqlite_sync(journal); /* somebody's deletion, perhaps */
        if (error == STORE_OK)
            error = remove_unreferred(journal, files, count, swept);
        sqlite_values_leave(journal);
    }
    return sqlite_write_end(journal, error, WAL_PAGES_IN_RUN);
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

enum store_error store_sweep_values(struct journal *base, size_t *count)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    struct dirent **files;
    const int found = scandir(sqlite_values_folder(journal), &files, is_file, NULL);
    enum store_error error = STORE_OK;

    *count = 0;
    for (int i = 0; i < found && error == STORE_OK; i += FILES_PER_TRANSACTION) {
        const int left = found - i;

        error = sweep_some(
            journal, files + i,
            (size_t)(left < FILES_PER_TRANSACTION ? left : FILES_PER_TRANSACTION),
            count);
    }
    for (int i = 0; i < found; i++)
        free(files[i]);
    if (found >= 0)
        free(files);
    return error;
}

/* ---- Builds and modules ------------------------------------------------------------ */

enum store_error store_builds(struct journal *base, struct arena *arena,
                              const char ***ids, size_t *count)
{
    return read_texts((struct sqlite_journal *)base, arena, BUILD_LIST, ids, count);
}

enum store_error store_modules(struct journal *base, struct arena *arena,
                               const char ***texts, size_t *count)
{
    return read_texts((struct sqlite_journal *)base, arena, MODULE_LIST, texts, count);
}

/* ---- Space ------------------------------------------------------------------------- */

static int64_t bytes_of(const char *file, const char *suffix)
{
    struct arena scratch = {0};
    struct stat about;
    const bool is_there =
        stat(arena_printf(&scratch, "%s%s", file, suffix), &about) == 0;

    arena_release(&scratch);
    return is_there ? about.st_size : 0;
}

static int64_t bytes_of_both(const struct sqlite_journal *journal)
{
    return bytes_of(journal->file, "") + bytes_of(journal->file, "-wal");
}

static enum store_error pragma(struct sqlite_journal *journal, const char *text,
                               int *value)
{
    const int result = sqlite_pragma_read(journal->db, text, value);

    return result == SQLITE_OK ? STORE_OK : sqlite_fail(journal, result);
}

static enum store_error execute(struct sqlite_journal *journal, const char *text)
{
    const int result = sqlite3_exec(journal->db, text, NULL, NULL, NULL);

    return result == SQLITE_OK ? STORE_OK : sqlite_fail(journal, result);
}

/* Pages that are free, some at a time. */
static enum store_error vacuum_free_pages(struct sqlite_journal *journal)
{
    struct arena scratch = {0};
    const char *text =
        arena_printf(&scratch, "PRAGMA incremental_vacuum(%d)", PAGES_PER_TRANSACTION);
    enum store_error error = STORE_OK;
    int before = 0, left = 0;

    do {
        before = left;
        error = sqlite_write_begin(journal);
        if (error != STORE_OK)
            break;
        error = sqlite_write_end(journal, execute(journal, text), WAL_PAGES_IN_RUN);
        if (error == STORE_OK)
            error = pragma(journal, "PRAGMA freelist_count", &left);
    } while (error == STORE_OK && left && left != before);
    arena_release(&scratch);
    return error;
}

/* A database that was made without room for it is rewritten, once; the others wait. */
static enum store_error vacuum_all(struct sqlite_journal *journal)
{
    enum store_error error = sqlite_queue_enter(journal);

    if (error != STORE_OK)
        return error;
    error = execute(journal, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
    sqlite_queue_leave(journal);
    return error;
}

enum store_error store_shrink(struct journal *base, struct shrinking *shrinking)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    enum store_error error;
    int mode = 0;

    *shrinking = (struct shrinking){.bytes_before = bytes_of_both(journal)};
    error = pragma(journal, "PRAGMA auto_vacuum", &mode);
    shrinking->is_rewritten = mode != AUTO_VACUUM_INCREMENTAL;
    if (error == STORE_OK)
        error =
            shrinking->is_rewritten ? vacuum_all(journal) : vacuum_free_pages(journal);
    if (error == STORE_OK)
        shrinking->is_log_kept = !sqlite_log_truncate(journal);
    shrinking->bytes_after = bytes_of_both(journal);
    return error;
}
