/* linux.c: see linux.h. */
#include "process/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
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

bool linux_kill_children(void)
{
    char path[64];
    FILE *children;
    bool found = false;
    int pid;

    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    children = fopen(path, "re");
    if (!children)
        return false;
    while (fscanf(children, "%d", &pid) == 1) {
        kill(-pid, SIGKILL); /* a group of that name is its own: it has led it */
        kill(pid, SIGKILL);
        found = true;
    }
    fclose(children);
    return found;
}
