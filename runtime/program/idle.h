/* idle.h: an execution that nobody runs is cancelled, with what it leaves outside the store. */
#ifndef KAD_PROGRAM_IDLE_H
#define KAD_PROGRAM_IDLE_H

#include "engine/host.h"
#include "engine/lock.h"
#include "project.h"
#include "store/store.h"

struct idle {
    struct arena *arena;
    const struct project *project;
    struct journal *journal;
    struct lock_file *locks;
    struct host *host;
};

/* The caller holds its lock. */
enum store_error idle_cancel(const struct idle *idle, const struct execution_row *row);

#endif
