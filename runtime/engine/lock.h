/* lock.h: who runs an execution: a byte of one lock file for each (its row's slot).
 *
 * POSIX record locks (fcntl F_SETLK): the kernel drops them with their process, and children
 * do not inherit them, so that a killed owner never blocks a resume. They belong to the
 * process, and closing any descriptor of the file drops them all: the file is opened once. */
#ifndef KAD_ENGINE_LOCK_H
#define KAD_ENGINE_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

struct lock_file {
    int fd;
};

/* `state`: the project's state folder; makes `state/locks` (0600). false: errno. */
bool lock_file_open(struct lock_file *file, const char *state);
void lock_file_close(struct lock_file *file);

/* Takes a byte without waiting. false: *owner has it (0 when it can't be told; errno is set
 * when the lock itself failed). */
bool lock_take(struct lock_file *file, int64_t slot, pid_t *owner);
void lock_drop(struct lock_file *file, int64_t slot);

/* What errno says about the file, and what to do. */
const char *lock_problem(struct arena *arena, const char *state);

/* The process that holds the byte, 0: nobody. Not for bytes of one's own. */
pid_t lock_owner(struct lock_file *file, int64_t slot);

#endif
