/* lock.c: see lock.h. */
#include "engine/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Byte 0 belongs to no execution: slots count from 1. */
static struct flock byte_of(int64_t slot, short type)
{
    return (struct flock){
        .l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)slot, .l_len = 1};
}

bool lock_file_open(struct lock_file *file, const char *state)
{
    struct arena scratch = {0};

    file->fd = open(arena_printf(&scratch, "%s/locks", state),
                    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    arena_release(&scratch);
    return file->fd >= 0;
}

void lock_file_close(struct lock_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

bool lock_take(struct lock_file *file, int64_t slot, pid_t *owner)
{
    struct flock lock = byte_of(slot, F_WRLCK);

    do {
        *owner = 0;
        if (fcntl(file->fd, F_SETLK, &lock) == 0)
            return true;
        if (errno != EACCES && errno != EAGAIN)
            return false;
        *owner = lock_owner(file, slot);
    } while (!*owner); /* it has just gone */
    errno = 0;
    return false;
}

void lock_drop(struct lock_file *file, int64_t slot)
{
    struct flock lock = byte_of(slot, F_UNLCK);

    /* Unlocking a byte of an open file fails only for what close would drop anyway. */
    (void)fcntl(file->fd, F_SETLK, &lock);
}

pid_t lock_owner(struct lock_file *file, int64_t slot)
{
    struct flock lock = byte_of(slot, F_WRLCK);

    if (fcntl(file->fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
        return 0;
    return lock.l_pid > 0 ? lock.l_pid : LOCK_OWNER_ELSEWHERE;
}

const char *lock_owner_text(struct arena *arena, pid_t owner)
{
    return owner > 0 ? arena_printf(arena, "process %ld", (long)owner)
                     : "a process of another container or host";
}

bool lock_tell(pid_t owner, int signal_number)
{
    return owner > 0 && kill(owner, signal_number) == 0;
}

const char *lock_problem(struct arena *arena, const char *state)
{
    return arena_printf(arena,
                        "%s/locks: %s; it has to be a file that you may write, on a "
                        "disk of this computer with free space",
                        state, strerror(errno));
}
