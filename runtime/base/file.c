/* file.c: see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

/* To its end, whatever it said: a pipe, and what the kernel makes up, has the size 0. */
static bool read_all(int fd, size_t max_bytes, struct buf *buf)
{
    while (buf->len <= max_bytes) {
        ssize_t got;

        buf_reserve(buf, 1);
        got = read(fd, buf->p + buf->len, buf->capacity - buf->len - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        buf->len += (size_t)got;
        buf->p[buf->len] = '\0';
    }
    errno = EFBIG;
    return false;
}

bool file_read(struct arena *arena, const char *path, size_t max_bytes,
               struct str *text)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    struct buf buf = {.arena = arena};
    bool is_read = false;

    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0) {
        if ((uint64_t)st.st_size > max_bytes) {
            errno = EFBIG;
        } else {
            buf_reserve(&buf, (size_t)st.st_size + 1);
            buf.p[0] = '\0';
            is_read = read_all(fd, max_bytes, &buf);
            if (is_read)
                *text = buf_str(&buf);
        }
    }

    const int error = errno;

    close(fd);
    errno = error;
    return is_read;
}

bool file_write_all(int fd, struct str text)
{
    while (text.len) {
        const ssize_t written = write(fd, text.p, text.len);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text = str_part(text, (size_t)written, text.len);
    }
    return true;
}

/* The new file has the mode of the one that it replaces. */
static void keep_mode(int fd, const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0)
        (void)fchmod(fd, st.st_mode & 07777);
}

static bool write_parts(int fd, const struct str *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!file_write_all(fd, parts[i]))
            return false;
    return true;
}

bool file_write(struct arena *arena, const char *path, struct str text)
{
    return file_write_parts(arena, path, &text, 1);
}

bool file_write_parts(struct arena *arena, const char *path, const struct str *parts,
                      size_t count)
{
    const char *draft = arena_printf(arena, "%s.%ld.new", path, (long)getpid());
    const int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool is_written;

    if (fd < 0)
        return false;
    keep_mode(fd, path);
    is_written = write_parts(fd, parts, count);

    const int error = errno;

    if (close(fd) == 0 && is_written)
        return rename(draft, path) == 0;
    unlink(draft);
    errno = is_written ? errno : error;
    return false;
}

static int remove_entry(const char *path, const struct stat *entry, int kind,
                        struct FTW *place)
{
    (void)entry, (void)kind, (void)place;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

bool file_remove(const char *path)
{
    enum { OPEN_FOLDERS_MAX = 16 };

    return nftw(path, remove_entry, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) == 0 ||
           errno == ENOENT;
}

void file_keep_standard(void)
{
    int fd;

    do /* the lowest number that is free */
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

bool file_finish_output(void)
{
    const bool was_lost = ferror(stdout) != 0;
    const bool is_written = fflush(stdout) == 0;
    struct pollfd output = {.fd = STDOUT_FILENO};

    if (is_written && !was_lost)
        return true;
    if (is_written) /* the reason was that of an earlier write */
        errno = poll(&output, 1, 0) > 0 && output.revents & POLLERR ? EPIPE : EIO;
    return errno == EPIPE;
}

bool folder_is_there(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool folder_sync(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_synced = fd >= 0 && fsync(fd) == 0;
    const int error = errno;

    if (fd >= 0)
        close(fd);
    errno = error;
    return is_synced;
}
