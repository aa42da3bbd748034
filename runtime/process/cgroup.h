/* cgroup.h: a control group of its own for a program, so that its processes can be counted.
 *
 * It is made below the group of this process, which must be ours to divide: of cgroup v2, or,
 * where the controller `pids` is still there, of the old hierarchy. What is in it can't leave
 * by a new session or group, so that all of it can be killed.
 *
 * For the keeper: nothing here takes memory, or a lock that a thread may have held when the
 * keeper was forked. */
#ifndef KAD_PROCESS_CGROUP_H
#define KAD_PROCESS_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

struct cgroup {
    bool is_open;
    bool is_dying; /* killed; it goes when the last process in it is gone */
    bool is_old;   /* of the old hierarchy */
    int parent, folder, events, members; /* -1: not open */
    char name[48];
};

/* Makes one for at most so many processes and threads. Who writes "0" to `members` moves into
 * it. 0, or errno; ENODEV: this process is in no group that counts them. */
int cgroup_open(struct cgroup *cgroup, uint32_t processes);

/* Whether one could be made, as far as can be seen without making any: 0, or errno, as above.
 * Changes nothing. */
int cgroup_check(void);

/* Whether more processes were wanted than it may have. Then `events` is ready with POLLPRI,
 * but in the old hierarchy; asking takes that back. */
bool cgroup_is_exceeded(struct cgroup *cgroup);

/* SIGKILL to all that is in it; nothing new can start there. */
void cgroup_kill(struct cgroup *cgroup);

/* Kills what is in it, and takes it away; true: it is gone. Else to be called again when a
 * child has ended. */
bool cgroup_close(struct cgroup *cgroup);

#endif
