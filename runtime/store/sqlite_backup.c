/* sqlite_backup.c: a copy of the database, as of one moment, while others go on; see
 * upkeep.h.
 *
 * SQLite copies the pages that a reader sees; the large values that they refer to follow. All
 * is written as a draft, under another name, and synced. It gets its place at the end: first
 * the values, then the file. What has failed before leaves nothing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "base/vec.h"
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

static const char *values_of(struct arena *arena, const char *file)
{
    return arena_printf(arena, "%s/values", database_state(arena, file));
}

/* Those that the copy refers to. */
static const char *copy_values(struct sqlite_journal *journal, struct arena *arena,
                               sqlite3 *copy, const char *draft)
{
    const char *from = sqlite_values_folder(journal);
    const char *to = values_of(arena, draft);
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

/* Those that were not there before. */
struct moved {
    VEC(const char *) hashes;
};

/* false: errno. */
static bool move_each(struct arena *arena, DIR *dir, const char *from, const char *to,
                      struct moved *moved)
{
    const struct dirent *entry;
    bool is_new, is_moved = true;

    while (is_moved && (entry = readdir(dir))) {
        if (!value_hash_is(entry->d_name))
            continue;
        is_moved = value_file_move(arena, from, to, entry->d_name, &is_new);
        if (is_moved && is_new)
            vec_push(arena, &moved->hashes, str_copy(arena, str_of(entry->d_name)));
    }
    return is_moved && folder_sync(to);
}

/* Those of the draft come to their place. false: errno. */
static bool move_values(struct arena *arena, const char *draft, const char *file,
                        struct moved *moved)
{
    const char *from = values_of(arena, draft);
    DIR *dir = opendir(from);
    bool is_moved;
    int error;

    if (!dir)
        return errno == ENOENT; /* there are none */
    is_moved = move_each(arena, dir, from, values_of(arena, file), moved);
    error = errno;
    closedir(dir);
    errno = error;
    return is_moved;
}

static void take_back(struct arena *arena, const char *file, const struct moved *moved)
{
    const char *folder = values_of(arena, file);

    for (size_t i = 0; i < moved->hashes.count; i++)
        unlink(value_path(arena, folder, moved->hashes.items[i]));
    if (rmdir(folder) == 0) /* there is nothing else in it */
        rmdir(database_state(arena, file));
}

/* ---- The file ---------------------------------------------------------------------- */

static const char *fill(struct sqlite_journal *journal, struct arena *arena,
                        const char *draft)
{
    const char *error = NULL;
    sqlite3 *copy;
    int result = sqlite3_open_v2(draft, &copy, SQLITE_OPEN_READWRITE, NULL);

    if (result == SQLITE_OK)
        result = copy_pages(journal->db, copy);
    if (result != SQLITE_OK)
        error = arena_printf(arena, "%s", sqlite3_errmsg(copy));
    else
        error = copy_values(journal, arena, copy, draft);
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

/* false: errno; EEXIST where somebody has taken the name meanwhile, whose values stay, too. */
static bool place_file(struct arena *arena, const char *draft, const char *file)
{
    if (link(draft, file) < 0)
        return false;
    if (folder_sync(folder_of(arena, file)))
        return true;
    unlink(file);
    return false;
}

/* A name that is taken meanwhile stays whose it is, with the log beside it. A log of a database
 * that is gone would be replayed. */
static const char *place(struct arena *arena, const char *draft, const char *file,
                         bool *is_there)
{
    struct moved moved = {0};
    const char *error;

    if (!sync_file(draft))
        return strerror(errno);
    *is_there = access(file, F_OK) == 0;
    if (*is_there)
        return is_taken;
    remove_beside(arena, file);
    if (!move_values(arena, draft, file, &moved)) {
        error = strerror(errno);
    } else if (place_file(arena, draft, file)) {
        return NULL;
    } else {
        error = strerror(errno);
        *is_there = errno == EEXIST;
    }
    if (*is_there)
        return is_taken;
    take_back(arena, file, &moved);
    return error;
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
    error = fill(journal, arena, draft);
    sqlite_values_leave(journal);
    if (!error)
        error = place(arena, draft, file, is_there);
    remove_beside(arena, draft);
    unlink(draft);
    file_remove(database_state(arena, draft));
    return error ? failure(arena, file, error) : NULL;
}
