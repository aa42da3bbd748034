/* launch.h: the keeper's way to start a program. */
#ifndef KAD_PROCESS_LAUNCH_H
#define KAD_PROCESS_LAUNCH_H

#include "base/str.h"
#include "process/keeper.h"

/* Starts what the packet asks for, in a group of its own, and names its leader in the slot;
 * `fds` are out, err, and in, if there is one, all above 2; `members` is that of its cgroup,
 * or -1. 0, or errno; see the slot's is_limit. */
int launch(const struct keeper_request *request, struct str texts, const int *fds,
           int members, struct keeper_slot *slot);

#endif
