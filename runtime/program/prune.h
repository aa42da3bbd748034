/* prune.h: executions that ended long ago go, with all that they have left.
 *
 *     rows -> a note of their ids, in the same transaction -> files, worktrees, git refs -> the
 *     note; then events, large values, programs and modules that nothing refers to, and the
 *     space in the file
 *
 * Killed anywhere, the next prune goes on: what has no row any more has a note, or is found
 * by looking at what nothing refers to. Others go on working meanwhile. */
#ifndef KAD_PROGRAM_PRUNE_H
#define KAD_PROGRAM_PRUNE_H

#include "engine/host.h"
#include "engine/lock.h"
#include "project.h"
#include "store/upkeep.h"

struct prune {
    struct arena *arena;
    const struct project *project;
    struct journal *journal;
    struct lock_file *locks;
    struct host *host;

    int64_t before_ms; /* what has ended before then */
    size_t keep;       /* the newest of each workflow stay, so many */
    bool is_dry;       /* nothing changes */
    void *context;
    /* An execution that goes. */
    void (*on_execution)(void *context, const struct execution_row *row);
    /* What stays though its execution is gone, and why. */
    void (*on_kept)(void *context, const char *path, const char *why);

    /* What has gone; of a dry run, what would: executions and events alone. */
    size_t executions, called, events, values, builds, modules;
    struct shrinking shrinking;

    const char *newest;     /* of all executions: it stays */
    int64_t oldest_open_ms; /* start of the oldest that may still take an event */
};

/* The journal is one of store_open. */
enum store_error prune(struct prune *prune);

/* prune_files.c: what deleted executions have left outside the store. */
enum store_error prune_files(struct prune *prune);
/* Programs and modules that no execution is pinned to. */
enum store_error prune_pins(struct prune *prune);

#endif
