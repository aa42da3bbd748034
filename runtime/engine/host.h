/* host.h: what the engine asks of the world outside: time, chance, programs, people's wish
 * to stop.
 *
 * The real one is process/host.c. Tests and simulations bring their own, so that nothing in
 * the engine reads a clock or starts a process by itself. */
#ifndef KAD_ENGINE_HOST_H
#define KAD_ENGINE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "kad/workflow.h"

/* ---- Waiting ------------------------------------------------------------------------ */

enum wait_verdict {
    WAIT_ON,
    WAIT_STOP, /* end the program: TERM, then after a while KILL */
    WAIT_KILL  /* at once */
};

/* Who waits is asked after each signal, and every `tick_ms` if that is not 0. */
struct waiter {
    void *context;
    enum wait_verdict (*is_over)(void *context); /* NULL, for a program: WAIT_ON */
    unsigned tick_ms;
    int news_fd; /* `wait` returns when there is something to read; 0: none */
};

/* ---- Programs ----------------------------------------------------------------------- */

struct exec_request {
    struct kad_program program; /* `cwd` is set; is_quiet is the caller's matter */
    struct kad_limits limits;
    int64_t timeout_ms;        /* -1: none */
    const char *progress_path; /* of a pipe for `kad progress`; or NULL */
    struct waiter waiter;
    /* What the program prints, as it comes, stdout and stderr; or NULL. */
    void (*on_output)(void *context, const char *bytes, size_t len);
    /* A line that says what it is doing; with progress_path. */
    void (*on_progress)(void *context, struct str line);
};

enum exec_end {
    EXEC_ENDED,
    EXEC_NOT_STARTED, /* see error */
    EXEC_NOT_LIMITED, /* and not started: no cgroup can be had; see error */
    EXEC_LIMITED,     /* it has gone past a limit, see `limit` */
    EXEC_TIMED_OUT,   /* killed */
    EXEC_STOPPED,     /* killed: the waiter said so */
    EXEC_LOST         /* killed: it can't be told how it ended */
};

enum exec_limit {
    EXEC_LIMIT_NONE,
    EXEC_LIMIT_CPU,
    EXEC_LIMIT_OUTPUT,
    EXEC_LIMIT_PROCESSES
};

struct exec_result {
    struct kad_output output; /* in the arena */
    int error;                /* errno */
    enum exec_limit limit;
};

/* ---- Calls at the same time ----------------------------------------------------------- */

/* A call of an action beside others. `run` is called on a thread of its own; from there only
 * `execute`, `wait` and `stop_count` of the host may be used. The engine's thread owns it
 * before `start` and after `next` has returned it. */
struct job {
    void (*run)(struct job *job);
    struct job *next; /* the host's, meanwhile */
    void *worker;     /* likewise */
};

/* ---- The host ----------------------------------------------------------------------- */

struct host {
    int64_t (*now_ms)(struct host *host); /* Unix time */
    /* Of an execution that another one calls: unlike the caller's from its first character. */
    const char *(*new_id)(struct host *host, struct arena *arena, bool is_called);
    /* How often a person has asked to stop (signals). No system call: asked at each step. */
    unsigned (*stop_count)(struct host *host);
    /* Whether somebody has written a request to the journal since the last call. */
    bool (*takes_nudge)(struct host *host);
    /* Runs a program to its end; the group that it leaves behind is killed. */
    enum exec_end (*execute)(struct host *host, struct arena *arena,
                             const struct exec_request *request,
                             struct exec_result *result);
    /* false: the waiter said that it is over. true: the time is, or there are news. */
    bool (*wait)(struct host *host, const struct waiter *waiter, int64_t duration_ms);
    /* Calls job->run on some thread, as soon as `next` or `also` is called; when all threads are busy, in order. If there can't
     * be any thread, `next` calls it. Any number may be under way. */
    void (*start)(struct host *host, struct job *job);
    /* Has the waiter of a job that is under way asked again, from whatever thread it waits. */
    void (*wake)(struct host *host, struct job *job);
    /* The next job that is over. NULL: a signal has come, or it is `due_ms` (0: never). With
     * no job under way it waits all the same. */
    struct job *(*next)(struct host *host, int64_t due_ms);
    /* One more that is over by now; NULL: none. The host may have no such function. */
    struct job *(*also)(struct host *host);
};

#endif
