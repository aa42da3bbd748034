/* linux.c: see linux.h. */
#include "process/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"

int linux_memory_file(struct str text)
{
    const int fd = memfd_create("kad", MFD_CLOEXEC);

    if (fd < 0)
        return -1;
    if (!file_write_all(fd, text) || lseek(fd, 0, SEEK_SET) < 0) {
        const int error = errno;

        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

void linux_adopt_orphans(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void linux_hide_memory(void)
{
    prctl(PR_SET_DUMPABLE, 0);
}

void linux_close_from(int first_fd)
{
    close_range((unsigned)first_fd, ~0u, 0);
}

static struct flock lock_of(int64_t byte, short type)
{
    return (struct flock){
        .l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)byte, .l_len = 1};
}

bool linux_lock_byte(int fd, int64_t byte)
{
    struct flock lock = lock_of(byte, F_WRLCK);

    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

void linux_unlock_byte(int fd, int64_t byte)
{
    struct flock lock = lock_of(byte, F_UNLCK);

    /* Unlocking a byte of an open file fails only for what close would drop anyway. */
    (void)fcntl(fd, F_OFD_SETLK, &lock);
}

int linux_watch_closes(const char *path)
{
    const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (fd < 0 || inotify_add_watch(fd, path, IN_CLOSE_WRITE) >= 0)
        return fd;
    close(fd);
    return -1;
}

bool linux_child_ends(pid_t pid, int timeout_ms)
{
    const int fd = pidfd_open(pid, 0);
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    int ready;

    if (fd < 0)
        return true; /* it can't be told; nor can it that the child is stopped */
    do
        ready = poll(&ended, 1, timeout_ms);
    while (ready < 0 && errno == EINTR);
    close(fd);
    return ready != 0;
}

/* The file says PID (NAME) STATE ..., and a name may have any characters. */
bool linux_is_stopped(pid_t pid)
{
    char path[64], text[512], *state;
    ssize_t len;
    int file;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    file = open(path, O_RDONLY | O_CLOEXEC);
    len = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
    if (file >= 0)
        close(file);
    text[len > 0 ? len : 0] = '\0';
    state = strrchr(text, ')');
    return !state || state[1] != ' ' || state[2] == 'T' || state[2] == 't';
}

bool linux_kill_children(void)
{
    const int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    char list[4096];
    const ssize_t len = file < 0 ? -1 : read(file, list, sizeof(list) - 1);
    char *end = list;

    if (file >= 0)
        close(file);
    list[len > 0 ? len : 0] = '\0';
    for (const char *at = list; *at; at = end) {
        const pid_t pid = (pid_t)strtol(at, &end, 10);

        if (end == at || *end != ' ')
            break; /* cut off: the next call has it */
        end++;
        kill(-pid, SIGKILL); /* a group of that name is its own: it has led it */
        kill(pid, SIGKILL);
    }
    return len > 0;
}
