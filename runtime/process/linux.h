/* linux.h: what the process layer needs beyond POSIX; nothing else of kad does. */
#ifndef KAD_PROCESS_LINUX_H
#define KAD_PROCESS_LINUX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/str.h"

/* A file without a name that holds `text`, read from its start. -1: errno. */
int linux_memory_file(struct str text);

/* From now on, descendants whose parent dies become children of this process. */
void linux_adopt_orphans(void);

/* What this process remembers goes into no core file, and no other process of the user's may
 * look at it; the programs that it starts may again. */
void linux_hide_memory(void);

void linux_close_from(int first_fd);

/* Takes a byte of a file for this open file description, without waiting: other ones of the
 * same process are kept out, too. false: errno; EAGAIN, EACCES: somebody has it. */
bool linux_lock_byte(int fd, int64_t byte);
void linux_unlock_byte(int fd, int64_t byte);

/* A descriptor that has something to read when somebody has closed the file that could write
 * to it, also by dying; a lock of theirs may be gone a moment later. Reads do not wait.
 * -1: errno; there are not many of them. */
int linux_watch_closes(const char *path);

/* Whether a child ends in this time; it is not waited for. */
bool linux_child_ends(pid_t pid, int timeout_ms);

/* Whether a signal or a debugger has stopped it; true where it can't be told. */
bool linux_is_stopped(pid_t pid);

/* SIGKILL to the children of this process, of which it has one thread, and to their groups;
 * to the first few hundred. false: it has none, or they can't be told. */
bool linux_kill_children(void);

#endif
