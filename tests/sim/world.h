/* world.h: what is around the engine in one simulation: its host, its journal, the actions,
 * and all that disturbs them. One at a time.
 *
 * The clock is a number; a job is over when the dice say so; the process dies in that its
 * journal takes nothing more: the engine gives up, and its memory with it. */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "engine/engine.h"
#include "flow.h"
#include "store/memory.h"

enum { JOBS_MAX = 4096, CALLS_MAX = 16384 };

/* What is known of an attempt that was called. */
struct call {
    uint64_t key; /* hash */
    unsigned count, parks;
    bool has_parked; /* its last call */
};

struct world {
    uint64_t seed;
    struct dice dice; /* of what happens; the script has its own */
    uint64_t script;
    unsigned failures; /* percent */
    bool is_timeless;  /* see flows_make */
    bool is_loud;
    bool is_forgetful; /* its journal keeps nothing: there are no rows to look at */
    struct arena arena;
    struct memory_journal *journal;
    struct engine engine;
    struct host host;

    int64_t now_ms;
    unsigned disturbances; /* that may still come */
    bool is_dead;
    unsigned stop_count;
    bool is_nudged;
    bool may_pause; /* somebody has asked this drive to */
    struct {
        struct job *job;
        bool has_run;
    } jobs[JOBS_MAX];
    size_t job_count;
    unsigned ids, turns;
    struct call calls[CALLS_MAX];
    size_t call_count;

    bool has_cut; /* some branch was cancelled, or has never started */
    uint64_t started_runs;
    unsigned deaths, commits;
    bool has_failed; /* a violation was told */
};

extern struct world world;

void world_open(uint64_t seed, uint64_t script, bool is_timeless);
void world_close(void);
/* A process begins. */
void world_boot(void);
/* An event is there, for who waits for it, as `kad emit` does. */
void world_emit(const char *name, const char *data);
/* A person answers an approval of a run as `kad workflow approve` does. */
void world_choose(const struct gate_row *gate);
/* What is chosen: by the attempt's key. */
const char *world_choice(const char *step_key);
/* The execution with what belongs to it; NULL: none. */
struct entry *world_entry(const char *execution_id);

/* A key with the path of its execution instead of its id, which depends on the order. */
const char *world_path(struct arena *arena, const char *step_key);

/* For who replays a seed. */
void world_say(const char *format, ...) KAD_PRINTF(1, 2);
/* Something is not as it should be. */
void complain(const char *format, ...) KAD_PRINTF(1, 2);

#endif
