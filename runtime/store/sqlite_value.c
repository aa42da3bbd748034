/* sqlite_value.c: values of rows, of which the large ones are in files of their own.
 *
 * The row of a large value has `file:HASH` instead. What is stored in such a column is JSON,
 * which never begins like that; a text that does is kept in a file whatever its length, so
 * that nothing can be taken for a reference that is none.
 *   (1) A file is written, synced with its name, in the transaction that refers to it, and
 *       before that commits.
 *   (2) Files come and go in the writer's queue only: what nobody refers to there is not
 *       needed by anybody (a crash, or a transaction that was taken back, has left it). */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "project.h"
#include "store/sqlite.h"
#include "store/value_file.h"

#define REFERENCE "file:"
static_assert(sizeof(REFERENCE) - 1 + VALUE_HASH_SIZE == sizeof(struct reference),
              "a reference has room for its hash");

const char *sqlite_values_folder(struct sqlite_journal *journal)
{
    if (!journal->values_folder)
        journal->values_folder =
            arena_printf(&journal->memory, "%s/values",
                         database_state(&journal->memory, journal->file));
    return journal->values_folder;
}

bool sqlite_value_is_large(const char *text)
{
    return text && !strncmp(text, REFERENCE, sizeof(REFERENCE) - 1);
}

/* ---- Writing ---------------------------------------------------------------------- */

static enum store_error refer(struct sqlite_journal *journal, const char *execution,
                              const char *hash)
{
    sqlite3_stmt *statement = sqlite_statement(journal, LARGE_VALUE_INSERT);

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":execution", execution);
    bind_text(statement, ":hash", hash);
    return sqlite_run(journal, statement);
}

static enum store_error spill(struct sqlite_journal *journal, const char *execution,
                              struct str text, struct reference *reference)
{
    const char *folder = sqlite_values_folder(journal);
    char *hash = reference->text + sizeof(REFERENCE) - 1;
    struct arena scratch = {0};
    bool is_written;

    memcpy(reference->text, REFERENCE, sizeof(REFERENCE) - 1);
    value_hash(text, hash);
    is_written = value_file_write(&scratch, folder, hash, text);
    arena_release(&scratch);
    if (is_written)
        return refer(journal, execution, hash);
    return sqlite_fail_text(journal,
                            "a large value can't be written to %s/%s: %s; check the "
                            "folder and the free space of the disk, then resume",
                            folder, hash, strerror(errno));
}

enum store_error sqlite_value_keep(struct sqlite_journal *journal,
                                   const char *execution, const char **text,
                                   struct reference *reference)
{
    const struct str all = str_of(*text);
    enum store_error error;

    if (!*text || (all.len <= VALUE_IN_ROW_MAX && !sqlite_value_is_large(*text)))
        return STORE_OK;
    error = spill(journal, execution, all, reference);
    *text = reference->text;
    return error;
}

/* ---- Reading ---------------------------------------------------------------------- */

enum store_error sqlite_value_read(struct sqlite_journal *journal, struct arena *arena,
                                   sqlite3_stmt *statement, int column,
                                   const char **value)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    const char *folder, *hash;
    struct str whole;

    *value =
        text ? arena_copy(arena, text, (size_t)sqlite3_column_bytes(statement, column))
             : NULL;
    if (!sqlite_value_is_large(*value))
        return STORE_OK;
    folder = sqlite_values_folder(journal);
    hash = *value + sizeof(REFERENCE) - 1;
    if (value_file_read(arena, folder, hash, &whole)) {
        *value = whole.p;
        return STORE_OK;
    }
    return sqlite_fail_text(
        journal, "the value in %s/%s %s%s; restore that file from a backup", folder,
        hash, errno == EBADMSG ? "is damaged" : "can't be read: ",
        errno == EBADMSG ? "" : strerror(errno));
}
