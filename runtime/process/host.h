/* host.h: the real host: this machine's clock, processes and signals. */
#ifndef KAD_PROCESS_HOST_H
#define KAD_PROCESS_HOST_H

#include "engine/host.h"
#include "process/exec.h"
#include "process/keeper.h"
#include "process/pool.h"
#include "project.h"

struct process_host {
    struct host host; /* first: the functions find the rest */
    struct keeper keeper;
    struct exec_caller caller; /* the engine's thread */
    struct pool pool;
    struct id_series ids; /* of the executions that it begins */
};

/* Installs the signal handlers too. */
void process_host_init(struct process_host *host);
/* Ends the jobs that are under way, see pool.h, and kills whatever programs have left
 * behind. */
void process_host_release(struct process_host *host);

#endif
