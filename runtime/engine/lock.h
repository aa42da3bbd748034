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

/* Somebody has it who has no number here: in another container, or on another computer. */
enum { LOCK_OWNER_ELSEWHERE = -1 };

/* Takes a byte without waiting. false: *owner has it, and errno is 0; else that says why the
 * lock itself has failed. */
bool lock_take(struct lock_file *file, int64_t slot, pid_t *owner);
void lock_drop(struct lock_file *file, int64_t slot);

/* What errno says about the file, and what to do. */
const char *lock_problem(struct arena *arena, const char *state);

/* The process that holds the byte, or LOCK_OWNER_ELSEWHERE; 0: nobody. Not for bytes of one's
 * own. */
pid_t lock_owner(struct lock_file *file, int64_t slot);
/* "process 12", or that it is somewhere else. */
const char *lock_owner_text(struct arena *arena, pid_t owner);
/* Sends the owner a signal; false: there is none that can be told. */
bool lock_tell(pid_t owner, int signal_number);

#endif
