/* pool.h: the threads on which jobs run beside the engine's.
 *
 *     start -> started -> queue -> worker -> finished -> next, also
 *
 * What is started comes into the queue when the engine asks for what is over. One thread is
 * called to it: most jobs are brief, and many threads would only take turns. It calls another
 * one before its job waits for something; and all that are needed are called when the engine
 * has waited for a moment and there are still jobs in the queue.
 * A thread is added when none is idle, up to POOL_WORKERS_MAX, or as many as RLIMIT_NOFILE has
 * room for; it stays. More jobs wait in the queue, first come, first served. If there can't be
 * a single thread, `next` runs the job itself. */
#ifndef KAD_PROCESS_POOL_H
#define KAD_PROCESS_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/host.h"
#include "process/exec.h"

enum { POOL_WORKERS_MAX = 64 };

struct worker {
    struct exec_caller caller;
    struct pool *pool;
    pthread_t thread;
};

/* First in, first out. */
struct job_list {
    struct job *first, *last;
    size_t count;
};

struct pool {
    struct keeper *keeper;
    struct exec_caller *engine; /* the caller of the engine's thread */
    struct job_list started;    /* the engine's thread's, too, */
    struct job_list taken;      /* and this: over, to be returned next */
    pthread_mutex_t mutex;      /* of what follows */
    pthread_cond_t has_work;    /* a job in the queue, or the end */
    struct job_list queue, finished;
    struct worker *workers[POOL_WORKERS_MAX];
    size_t worker_count, idle_count;
    int finished_fd; /* an eventfd; -1: none yet */
    bool is_awaited; /* the next job that is over is to be said there */
    bool is_hurried; /* who takes a job calls another thread to the queue */
    bool is_closing;
};

void pool_init(struct pool *pool, struct keeper *keeper, struct exec_caller *engine);
/* Kills the programs of jobs under way, ends their waits, and waits for the jobs. Those in the
 * queue are never run. */
void pool_close(struct pool *pool);

/* What the host does with jobs, on the engine's thread. `timeout_ms`: -1 for ever. */
void pool_start(struct pool *pool, struct job *job);
void pool_wake(struct pool *pool, struct job *job);
struct job *pool_next(struct pool *pool, int64_t timeout_ms);
/* One that is over already; NULL: none. */
struct job *pool_also(struct pool *pool);

/* The job that this thread runs is about to wait: another thread goes on with the queue. */
void pool_step_aside(struct pool *pool);
/* The caller that this thread is: the engine's, or a worker's. */
struct exec_caller *pool_caller(struct pool *pool);

#endif
