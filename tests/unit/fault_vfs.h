/* fault_vfs.h: a disk that fails, or loses power: an SQLite VFS before the system's own.
 *
 * Operations that change a file are counted, over all files. At a chosen one, or from it on,
 * they fail; or the power is cut: that one and all that follow do nothing, and `power_back`
 * gives each file the content that a disk may have then: what was synced, and of what was
 * written since, some sectors. A file that was never synced may be gone. After a sync that
 * has failed, what it was to write is forgotten: as with Linux, no later one writes it. */
#ifndef KAD_TESTS_FAULT_VFS_H
#define KAD_TESTS_FAULT_VFS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DISK_FILES_MAX = 8, SECTOR_BYTES = 512 };

/* A write since the last sync; without bytes: the file was cut to `at`. */
struct disk_write {
    size_t at, len;
    unsigned char *bytes;
};

struct disk_file {
    char path[512];
    bool is_new; /* it was never synced */
    unsigned char *synced;
    size_t synced_len;
    struct disk_write *writes;
    size_t write_count;
};

enum disk_fault { DISK_WRITE, DISK_SYNC, DISK_READ, DISK_LOCK };

static struct disk {
    sqlite3_vfs vfs;
    sqlite3_vfs *system;
    struct disk_file files[DISK_FILES_MAX];
    size_t file_count;
    uint64_t random;
    unsigned fault_kinds; /* bits of enum disk_fault */
    unsigned operation_count, fail_at;
    bool is_lasting, cuts_power, is_cut;
    int error;                 /* what an operation fails with */
    void (*before_sync)(void); /* or NULL; called once, before the sync of a log */
} disk;

/* As SQLite allocates it: the system's file follows. */
struct disk_handle {
    sqlite3_file base;
    struct disk_file *file; /* NULL: a temporary one */
    sqlite3_file *system;
};

static inline unsigned disk_random(unsigned limit)
{
    disk.random = disk.random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(disk.random >> 33) % limit;
}

/* ---- What is on the disk ------------------------------------------------------------ */

static inline void disk_apply(struct disk_file *file, const struct disk_write *write,
                              size_t at, size_t len)
{
    if (!write->bytes) {
        if (write->at < file->synced_len)
            file->synced_len = write->at;
        return;
    }
    if (at + len > file->synced_len) {
        file->synced = realloc(file->synced, at + len);
        memset(file->synced + file->synced_len, 0, at + len - file->synced_len);
        file->synced_len = at + len;
    }
    memcpy(file->synced + at, write->bytes + (at - write->at), len);
}

static inline void disk_forget_writes(struct disk_file *file)
{
    for (size_t i = 0; i < file->write_count; i++)
        free(file->writes[i].bytes);
    free(file->writes);
    file->writes = NULL;
    file->write_count = 0;
}

static inline void disk_sync(struct disk_file *file)
{
    for (size_t i = 0; i < file->write_count; i++)
        disk_apply(file, &file->writes[i], file->writes[i].at, file->writes[i].len);
    disk_forget_writes(file);
    file->is_new = false;
}

static inline void disk_note(struct disk_file *file, const void *bytes, size_t len,
                             size_t at)
{
    struct disk_write *write;

    file->writes =
        realloc(file->writes, (file->write_count + 1) * sizeof(*file->writes));
    write = &file->writes[file->write_count++];
    *write = (struct disk_write){.at = at, .len = len};
    if (!bytes)
        return;
    write->bytes = malloc(len);
    memcpy(write->bytes, bytes, len);
}

/* Some sectors of what was not synced. */
static inline void disk_lose(struct disk_file *file)
{
    for (size_t i = 0; i < file->write_count; i++) {
        const struct disk_write *write = &file->writes[i];
        size_t at = write->at;

        if (!write->bytes && disk_random(2))
            disk_apply(file, write, at, 0);
        while (write->bytes && at < write->at + write->len) {
            size_t end = (at / SECTOR_BYTES + 1) * SECTOR_BYTES;

            if (end > write->at + write->len)
                end = write->at + write->len;
            if (disk_random(2))
                disk_apply(file, write, at, end - at);
            at = end;
        }
    }
    disk_forget_writes(file);
}

/* The files are as the disk has them, and it works again. */
static inline void power_back(void)
{
    for (size_t i = 0; i < disk.file_count; i++) {
        struct disk_file *file = &disk.files[i];
        FILE *out;

        disk_lose(file);
        if (file->is_new && disk_random(2)) {
            unlink(file->path);
        } else if ((out = fopen(file->path, "w"))) {
            fwrite(file->synced, 1, file->synced_len, out);
            fclose(out);
        }
        free(file->synced);
    }
    disk.file_count = 0;
    disk.is_cut = disk.cuts_power = false;
    disk.fail_at = 0;
}

static inline void disk_forget(void)
{
    for (size_t i = 0; i < disk.file_count; i++) {
        disk_forget_writes(&disk.files[i]);
        free(disk.files[i].synced);
    }
    disk.file_count = 0;
}

/* ---- Operations --------------------------------------------------------------------- */

/* SQLITE_OK, or what this operation fails with. */
static inline int disk_operate(enum disk_fault kind)
{
    if (disk.is_cut)
        return SQLITE_IOERR;
    if (!(disk.fault_kinds & 1u << kind))
        return SQLITE_OK;
    disk.operation_count++;
    if (!disk.fail_at || disk.operation_count < disk.fail_at ||
        (disk.operation_count > disk.fail_at && !disk.is_lasting))
        return SQLITE_OK;
    disk.is_cut = disk.cuts_power;
    return disk.cuts_power ? SQLITE_IOERR : disk.error;
}

#define HANDLE(base) ((struct disk_handle *)(base))
#define SYSTEM(base) (HANDLE(base)->system)
#define FORWARD(base, method, ...)                                                     \
    SYSTEM(base)->pMethods->method(SYSTEM(base), __VA_ARGS__)

static int disk_close(sqlite3_file *base)
{
    return SYSTEM(base)->pMethods->xClose(SYSTEM(base));
}

static int disk_read(sqlite3_file *base, void *bytes, int len, sqlite3_int64 at)
{
    const int error = disk_operate(DISK_READ);

    return error ? error : FORWARD(base, xRead, bytes, len, at);
}

static int disk_write_at(sqlite3_file *base, const void *bytes, int len,
                         sqlite3_int64 at)
{
    int error = disk_operate(DISK_WRITE);

    if (!error)
        error = FORWARD(base, xWrite, bytes, len, at);
    if (!error && HANDLE(base)->file)
        disk_note(HANDLE(base)->file, bytes, (size_t)len, (size_t)at);
    return error;
}

static int disk_truncate(sqlite3_file *base, sqlite3_int64 len)
{
    int error = disk_operate(DISK_WRITE);

    if (!error)
        error = FORWARD(base, xTruncate, len);
    if (!error && HANDLE(base)->file)
        disk_note(HANDLE(base)->file, NULL, 0, (size_t)len);
    return error;
}

static inline bool disk_is_log(const struct disk_file *file)
{
    const char *suffix = file ? strrchr(file->path, '-') : NULL;

    return suffix && !strcmp(suffix, "-wal");
}

/* Not the real one: nothing here has to outlive a real power cut. */
static int disk_sync_file(sqlite3_file *base, int flags)
{
    struct disk_file *file = HANDLE(base)->file;
    void (*before)(void) = disk.before_sync;
    int error;

    (void)flags;
    if (before && disk_is_log(file)) {
        disk.before_sync = NULL;
        before();
    }
    error = disk_operate(DISK_SYNC);
    if (file && !error)
        disk_sync(file);
    if (file && error && !disk.is_cut)
        disk_lose(file);
    return error;
}

static int disk_size(sqlite3_file *base, sqlite3_int64 *len)
{
    return FORWARD(base, xFileSize, len);
}

static int disk_lock(sqlite3_file *base, int level)
{
    const int error = disk_operate(DISK_LOCK);

    return error ? error : FORWARD(base, xLock, level);
}

static int disk_unlock(sqlite3_file *base, int level)
{
    return FORWARD(base, xUnlock, level);
}

static int disk_reserved(sqlite3_file *base, int *is_reserved)
{
    return FORWARD(base, xCheckReservedLock, is_reserved);
}

static int disk_control(sqlite3_file *base, int operation, void *argument)
{
    return FORWARD(base, xFileControl, operation, argument);
}

static int disk_sector(sqlite3_file *base)
{
    return SYSTEM(base)->pMethods->xSectorSize(SYSTEM(base));
}

static int disk_traits(sqlite3_file *base)
{
    return SYSTEM(base)->pMethods->xDeviceCharacteristics(SYSTEM(base));
}

static int disk_shm_map(sqlite3_file *base, int region, int len, int extends,
                        void volatile **memory)
{
    return FORWARD(base, xShmMap, region, len, extends, memory);
}

static int disk_shm_lock(sqlite3_file *base, int at, int count, int flags)
{
    const int error = flags & SQLITE_SHM_UNLOCK ? SQLITE_OK : disk_operate(DISK_LOCK);

    return error && !disk.is_cut ? error : FORWARD(base, xShmLock, at, count, flags);
}

static void disk_shm_barrier(sqlite3_file *base)
{
    SYSTEM(base)->pMethods->xShmBarrier(SYSTEM(base));
}

static int disk_shm_unmap(sqlite3_file *base, int deletes)
{
    return FORWARD(base, xShmUnmap, deletes);
}

static const sqlite3_io_methods disk_methods = {
    .iVersion = 2,
    .xClose = disk_close,
    .xRead = disk_read,
    .xWrite = disk_write_at,
    .xTruncate = disk_truncate,
    .xSync = disk_sync_file,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_unlock,
    .xCheckReservedLock = disk_reserved,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector,
    .xDeviceCharacteristics = disk_traits,
    .xShmMap = disk_shm_map,
    .xShmLock = disk_shm_lock,
    .xShmBarrier = disk_shm_barrier,
    .xShmUnmap = disk_shm_unmap,
};

/* ---- Files -------------------------------------------------------------------------- */

/* What is there already is taken for synced. */
static inline struct disk_file *disk_file_of(const char *path)
{
    struct disk_file *file = disk.files;
    FILE *in;

    for (; file < disk.files + disk.file_count; file++)
        if (!strcmp(file->path, path))
            return file;
    if (disk.file_count++ == DISK_FILES_MAX)
        abort();
    *file = (struct disk_file){.is_new = true};
    snprintf(file->path, sizeof(file->path), "%s", path);
    in = fopen(path, "r");
    if (!in)
        return file;
    fseek(in, 0, SEEK_END);
    file->synced_len = (size_t)ftell(in);
    rewind(in);
    file->synced = malloc(file->synced_len + 1);
    file->synced_len = fread(file->synced, 1, file->synced_len, in);
    file->is_new = false;
    fclose(in);
    return file;
}

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags,
                     int *out_flags)
{
    struct disk_handle *handle = HANDLE(base);
    int error;

    (void)vfs;
    base->pMethods = NULL;
    if (disk.is_cut)
        return SQLITE_CANTOPEN;
    handle->system = (sqlite3_file *)(handle + 1);
    handle->file = path ? disk_file_of(path) : NULL;
    error = disk.system->xOpen(disk.system, path, handle->system, flags, out_flags);
    if (handle->system->pMethods)
        base->pMethods = &disk_methods;
    return error;
}

static inline void disk_use(void)
{
    if (disk.system)
        return;
    disk.system = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.system;
    disk.vfs.zName = "faulty-disk";
    disk.vfs.szOsFile = (int)sizeof(struct disk_handle) + disk.system->szOsFile;
    disk.vfs.xOpen = disk_open;
    sqlite3_vfs_register(&disk.vfs, 1);
}

#endif
