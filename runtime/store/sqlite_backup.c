/* sqlite_backup.c: a copy of the database, as of one moment, while others go on; see
 * upkeep.h.
 *
 * SQLite copies the pages that a reader sees; the large values that they refer to follow. All
 * is written under another name, synced, and renamed at the end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "project.h"
#include "store/sqlite.h"
#include "store/upkeep.h"
#include "store/value_file.h"

static const char is_taken[] = "it is there already";

static const char *failure(struct arena *arena, const char *file, const char *why)
{
    return arena_printf(arena, "the backup %s can't be made: %s", file, why);
}

/* ---- Pages ------------------------------------------------------------------------- */

static bool make_empty(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    return fd >= 0 && close(fd) == 0;
}

/* An SQLite result code. */
static int copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");

    if (!backup)
        return sqlite3_errcode(to);
    while (sqlite3_backup_step(backup, -1) == SQLITE_OK)
        ;
    return sqlite3_backup_finish(backup);
}

/* ---- Large values ------------------------------------------------------------------ */

static const char *copy_value(struct arena *arena, const char *from, const char *to,
                              const char *hash)
{
    struct arena scratch = {0};
    const char *error = NULL;
    struct str text;

    if (!value_file_read(&scratch, from, hash, &text))
        error =
            arena_printf(arena, "the large value %s/%s can't be read: %s", from, hash,
                         errno == EBADMSG ? "it is damaged" : strerror(errno));
    else if (!value_file_write(&scratch, to, hash, text))
        error = arena_printf(arena, "%s/%s: %s", to, hash, strerror(errno));
    arena_release(&scratch);
    return error;
}

/* Those that the copy refers to. */
static const char *copy_values(struct sqlite_journal *journal, struct arena *arena,
                               sqlite3 *copy, const char *file)
{
    const char *from = sqlite_values_folder(journal);
    const char *to = arena_printf(arena, "%s/values", database_state(arena, file));
    const char *error = NULL;
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v2(copy, sqlite_statement_texts[LARGE_VALUE_LIST], -1,
                           &statement, NULL) != SQLITE_OK)
        return arena_printf(arena, "%s", sqlite3_errmsg(copy));
    while (!error && sqlite3_step(statement) == SQLITE_ROW)
        error = copy_value(arena, from, to,
                           (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return error;
}

/* ---- The file ---------------------------------------------------------------------- */

static const char *fill(struct sqlite_journal *journal, struct arena *arena,
                        const char *draft, const char *file)
{
    const char *error = NULL;
    sqlite3 *copy;
    int result = sqlite3_open_v2(draft, &copy, SQLITE_OPEN_READWRITE, NULL);

    if (result == SQLITE_OK)
        result = copy_pages(journal->db, copy);
    if (result != SQLITE_OK)
        error = arena_printf(arena, "%s", sqlite3_errmsg(copy));
    else
        error = copy_values(journal, arena, copy, file);
    sqlite3_close(copy);
    return error;
}

static const char *folder_of(struct arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash && slash != file ? arena_copy(arena, file, (size_t)(slash - file))
                                  : "/";
}

/* Reading what it refers to has made a log beside it, which is empty. */
static void remove_beside(struct arena *arena, const char *file)
{
    unlink(arena_printf(arena, "%s-wal", file));
    unlink(arena_printf(arena, "%s-shm", file));
}

/* false: errno. */
static bool sync_file(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool is_synced = fd >= 0 && fsync(fd) == 0;
    const int error = errno;

    if (fd >= 0)
        close(fd);
    errno = error;
    return is_synced;
}

/* A name that is taken meanwhile stays whose it is, with the log beside it. A log of a database
 * that is gone would be replayed. */
static const char *place(struct arena *arena, const char *draft, const char *file,
                         bool *is_there)
{
    if (!sync_file(draft))
        return strerror(errno);
    *is_there = access(file, F_OK) == 0;
    if (!*is_there)
        remove_beside(arena, file);
    if (!*is_there && link(draft, file) == 0)
        return folder_sync(folder_of(arena, file)) ? NULL : strerror(errno);
    *is_there = *is_there || errno == EEXIST;
    return *is_there ? is_taken : strerror(errno);
}

const char *store_backup(struct journal *base, struct arena *arena, const char *file,
                         bool *is_there)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    const char *draft = arena_printf(arena, "%s.%ld.new", file, (long)getpid());
    const char *error;

    *is_there = access(file, F_OK) == 0;
    if (*is_there)
        return failure(arena, file, is_taken);
    if (!make_empty(draft))
        return failure(arena, file, strerror(errno));
    sqlite_values_hold(journal);
    error = fill(journal, arena, draft, file);
    sqlite_values_leave(journal);
    if (!error)
        error = place(arena, draft, file, is_there);
    remove_beside(arena, draft);
    unlink(draft);
    return error ? failure(arena, file, error) : NULL;
}
