/* sqlite_open.c: the database file: making it, checking it, bringing it up to date.
 *
 * A new database is built in memory, written beside its place, synced and renamed:
 * nobody ever sees a half-made one, and it costs one sync. An existing one is known by
 * its application_id and its user_version, which counts the migrations; nothing else is
 * looked at, so that opening is cheap. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "project.h"
#include "schema-2.h"
#include "schema-3.h"
#include "schema-4.h"
#include "schema-5.h"
#include "schema-6.h"
#include "schema-7.h"
#include "schema.h"
#include "store/sqlite.h"

enum {
    APPLICATION_ID = 0x6b616431, /* "kad1" */
    BUSY_TIMEOUT_MS = 30000,
    FILE_NAME_MAX = 500, /* SQLite takes a few bytes more */
    /* In the header of a database file: the versions of its format, 2 for WAL. */
    WRITE_VERSION_AT = 18,
    READ_VERSION_AT = 19,
    FORMAT_WAL = 2
};

/* migrations[n] leads from version n to n + 1. */
static const char *const migrations[] = {SCHEMA_SQL,   SCHEMA_2_SQL, SCHEMA_3_SQL,
                                         SCHEMA_4_SQL, SCHEMA_5_SQL, SCHEMA_6_SQL,
                                         SCHEMA_7_SQL};
enum { SCHEMA_VERSION = sizeof(migrations) / sizeof(migrations[0]) };

/* ---- The schema ------------------------------------------------------------------ */

int sqlite_pragma_read(sqlite3 *db, const char *text, int *value)
{
    sqlite3_stmt *statement;
    int result = sqlite3_prepare_v2(db, text, -1, &statement, NULL);

    if (result == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        *value = sqlite3_column_int(statement, 0);
    return result == SQLITE_OK ? sqlite3_finalize(statement) : result;
}

/* An SQLite result code. Inside a transaction. */
static int migrate(sqlite3 *db)
{
    char text[64];
    int version = 0;
    int result = sqlite_pragma_read(db, "PRAGMA user_version", &version);

    for (; result == SQLITE_OK && version < SCHEMA_VERSION; version++)
        result = sqlite3_exec(db, migrations[version], NULL, NULL, NULL);
    snprintf(text, sizeof(text), "PRAGMA user_version = %d", SCHEMA_VERSION);
    return result == SQLITE_OK ? sqlite3_exec(db, text, NULL, NULL, NULL) : result;
}

static enum store_error migrate_file(struct sqlite_journal *journal)
{
    enum store_error error = sqlite_write_begin(journal);
    int result;

    if (error != STORE_OK)
        return error;
    result = migrate(journal->db);
    if (result != SQLITE_OK)
        error = sqlite_fail(journal, result);
    return sqlite_write_end(journal, error, WAL_PAGES_AT_START);
}

/* ---- A new file ------------------------------------------------------------------ */

/* The bytes of an empty database, from sqlite3_malloc; NULL: out of memory. */
static unsigned char *image_new(sqlite3_int64 *size)
{
    unsigned char *image = NULL;
    char text[128];
    sqlite3 *db;

    snprintf(text, sizeof(text),
             "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = %d",
             APPLICATION_ID);
    if (sqlite3_open(":memory:", &db) == SQLITE_OK &&
        sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK &&
        migrate(db) == SQLITE_OK)
        image = sqlite3_serialize(db, "main", size, 0);
    sqlite3_close(db);
    if (image)
        image[WRITE_VERSION_AT] = image[READ_VERSION_AT] = FORMAT_WAL;
    return image;
}

static void remove_beside(const char *file, const char *suffix)
{
    char path[FILE_NAME_MAX + 16];

    snprintf(path, sizeof(path), "%s%s", file, suffix);
    unlink(path);
}

/* Writes the image beside the file and renames it; false: errno. The first commit makes
 * SQLite sync the folder, and with it the new name. */
static bool image_place(const char *file, const unsigned char *image, size_t len)
{
    char path[FILE_NAME_MAX + 16];
    int fd, error;
    bool is_ok;

    snprintf(path, sizeof(path), "%s-new", file);
    unlink(path); /* left by a crash, perhaps with another mode */
    remove_beside(file,
                  "-wal"); /* of a database that was deleted: it would be replayed */
    remove_beside(file, "-shm");
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    is_ok = file_write_all(fd, (struct str){(const char *)image, len}) &&
            fsync(fd) == 0 && rename(path, file) == 0;
    error = errno;
    close(fd);
    if (!is_ok)
        unlink(path);
    errno = error;
    return is_ok;
}

static bool is_missing(const char *file)
{
    struct stat about;

    return stat(file, &about) != 0 ? errno == ENOENT
                                   : S_ISREG(about.st_mode) && about.st_size == 0;
}

static enum store_error folder_make(struct sqlite_journal *journal)
{
    struct arena arena = {0};
    const char *slash = strrchr(journal->file, '/');
    size_t len = slash ? (size_t)(slash - journal->file) : 0;
    bool is_ok = !len || make_folders(&arena, arena_copy(&arena, journal->file, len));

    arena_release(&arena);
    if (is_ok)
        return STORE_OK;
    return sqlite_fail_text(journal,
                            "its folder can't be made: %s; make it yourself, or "
                            "choose another file with --db",
                            strerror(errno));
}

/* In the queue: of several processes that find no file, one makes it. */
static enum store_error file_make(struct sqlite_journal *journal)
{
    enum store_error error = STORE_OK;
    sqlite3_int64 size;
    unsigned char *image;

    if (folder_make(journal) != STORE_OK || sqlite_queue_enter(journal) != STORE_OK)
        return STORE_FAILED;
    if (is_missing(journal->file)) {
        image = image_new(&size);
        if (!image)
            error = sqlite_fail_text(journal, "out of memory");
        else if (!image_place(journal->file, image, (size_t)size))
            error = sqlite_fail_text(journal,
                                     "it can't be made: %s; check the folder "
                                     "and the free space of the disk",
                                     strerror(errno));
        sqlite3_free(image);
    }
    sqlite_queue_leave(journal);
    return error;
}

/* ---- Opening --------------------------------------------------------------------- */

static int note_wal_pages(void *context, sqlite3 *db, const char *schema, int pages)
{
    struct sqlite_journal *journal = context;

    (void)db, (void)schema;
    journal->wal_pages = pages;
    return SQLITE_OK;
}

static void configure(struct sqlite_journal *journal)
{
    sqlite3_busy_timeout(journal->db, BUSY_TIMEOUT_MS);
    sqlite3_db_config(journal->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    /* Neither at exit nor by itself: see sqlite_queue.c. The hook replaces SQLite's
     * own, which is wal_autocheckpoint. */
    sqlite3_db_config(journal->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_wal_hook(journal->db, note_wal_pages, journal);
}

/* It is ours, and not from the future. */
static enum store_error check_file(struct sqlite_journal *journal, int *version)
{
    int application = 0;
    int result = sqlite_pragma_read(journal->db, "PRAGMA application_id", &application);

    if (result == SQLITE_OK)
        result = sqlite_pragma_read(journal->db, "PRAGMA user_version", version);
    if (result != SQLITE_OK)
        return sqlite_fail(journal, result);
    if (!application && is_missing(journal->file))
        return sqlite_fail_text(journal, "it is empty; restore a backup, or choose "
                                         "another file with --db");
    if (application != APPLICATION_ID)
        return sqlite_fail_text(journal, "it is a database of another program; choose "
                                         "another file with --db");
    if (*version > SCHEMA_VERSION)
        return sqlite_fail_text(
            journal,
            "it was written by a newer kad (schema %d, this program "
            "knows %d); use that kad, or choose another file with "
            "--db",
            *version, SCHEMA_VERSION);
    return STORE_OK;
}

/* The file as it is. What may not be written, SQLite opens for reading: enough to look at it,
 * but not for a writer. */
static enum store_error file_look(struct sqlite_journal *journal, int *version)
{
    const int result = sqlite3_open_v2(
        journal->file, &journal->db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

    if (result != SQLITE_OK)
        return sqlite_fail(journal, result);
    configure(journal);
    return check_file(journal, version);
}

static enum store_error check_writable(struct sqlite_journal *journal)
{
    if (sqlite3_db_readonly(journal->db, "main"))
        return sqlite_fail_text(journal,
                                "it is read-only; make the file and its folder "
                                "writable");
    return STORE_OK;
}

static enum store_error file_open(struct sqlite_journal *journal, bool create)
{
    int version = 0;

    if (create && is_missing(journal->file) && file_make(journal) != STORE_OK)
        return STORE_FAILED;
    if (file_look(journal, &version) != STORE_OK)
        return STORE_FAILED;
    if (version < SCHEMA_VERSION && migrate_file(journal) != STORE_OK)
        return STORE_FAILED;
    return create ? check_writable(journal) : STORE_OK;
}

static struct sqlite_journal *journal_new(const char *file, bool is_relaxed)
{
    struct sqlite_journal *journal = calloc(1, sizeof(*journal));

    if (!journal)
        return NULL;
    /* Nobody reads SQLite's count of its memory, which locks a mutex at each allocation. Too
     * late once SQLite is in use; then it counts. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    journal->file = strdup(file);
    if (!journal->file) {
        free(journal);
        return NULL;
    }
    journal->base.ops = &sqlite_journal_ops;
    journal->queue_fd = -1;
    journal->queue_wait_ms = BUSY_TIMEOUT_MS;
    journal->sync = journal->sync_wanted = is_relaxed ? SYNC_NORMAL : SYNC_FULL;
    if (strlen(file) > FILE_NAME_MAX)
        sqlite_fail_text(journal,
                         "its path is longer than %d bytes; choose a "
                         "shorter one with --db",
                         FILE_NAME_MAX);
    return journal;
}

enum store_error store_open(const char *file, bool create, bool is_relaxed,
                            struct journal **journal)
{
    struct sqlite_journal *opened = journal_new(file, is_relaxed);

    *journal = opened ? &opened->base : NULL;
    if (!opened || strlen(file) > FILE_NAME_MAX)
        return STORE_FAILED;
    return file_open(opened, create);
}

/* That all of it hangs together, for which all of it is read. */
static enum store_error check_whole(struct sqlite_journal *journal)
{
    sqlite3_stmt *statement;
    enum store_error error = STORE_OK;
    const char *found;
    int result =
        sqlite3_prepare_v2(journal->db, "PRAGMA quick_check(1)", -1, &statement, NULL);

    if (result != SQLITE_OK)
        return sqlite_fail(journal, result);
    result = sqlite3_step(statement);
    found =
        result == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    if (!found)
        error = sqlite_fail(journal, result);
    else if (strcmp(found, "ok") != 0)
        error =
            sqlite_fail_text(journal, "it is damaged (%s); restore a backup", found);
    sqlite3_finalize(statement);
    return error;
}

const char *store_look(const char *file, struct arena *arena, struct store_facts *facts)
{
    struct sqlite_journal *journal = journal_new(file, false);
    const char *error = NULL;
    const char *text;

    *facts = (struct store_facts){.newest_schema = SCHEMA_VERSION};
    if (!journal)
        return "out of memory";
    if (strlen(file) > FILE_NAME_MAX ||
        file_look(journal, &facts->schema) != STORE_OK ||
        check_writable(journal) != STORE_OK || check_whole(journal) != STORE_OK) {
        text = store_message(&journal->base);
        error = arena_copy(arena, text, strlen(text));
    }
    journal_close(&journal->base);
    return error;
}

const char *store_sqlite_version(bool *is_old)
{
    *is_old = sqlite3_libversion_number() < SQLITE_VERSION_NUMBER;
    return sqlite3_libversion();
}
