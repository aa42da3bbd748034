/* engine.h: runs executions of a workflow over a journal.
 *
 *     engine_create -> row -> engine_run -----> result
 *              found -> row -> engine_resume -> result
 *
 * The caller holds the execution's lock and prints the result. Rules of a run:
 *   (1) everything about one moment of a branch is one journal_commit: a step's end, and the
 *       next step's start or the end of the branch;
 *   (2) an action is called only after its start is stored;
 *   (3) while a row says `running`, the last row of its current step is either running (in
 *       flight), or a failure: with a gate `retry` before its next attempt, else without a
 *       call and not routed yet;
 *   (4) a block's row is `running` from its start to its join; meanwhile each branch that has
 *       started has a position. (3) holds for an open position, too, unless the last row of
 *       the branch is of another step, or has not failed: then its current step is next;
 *   (5) a child is made after the start of the step that calls it, and has its own row,
 *       position, steps and history; its last commit comes before the end of that step;
 *   (6) branches are entered by one thread, outer before inner, in the order of the file
 *       and of the items. Only actions run beside each other. */
#ifndef KAD_ENGINE_ENGINE_H
#define KAD_ENGINE_ENGINE_H

#include "engine/host.h"
#include "engine/observer.h"
#include "kad/workflow.h"
#include "project.h"
#include "store/store.h"

struct engine {
    const struct kad_workflow *workflow;
    const struct project *project;
    struct journal *journal;
    struct host *host;
    struct observer *observer; /* or NULL */
    /* JSON, from the folder of a module that is a program to its copy in the state folder,
     * for new executions; NULL: it runs where it is. */
    const char *modules;
    bool leaves_waits; /* a time to wait for ends the run; a later resume goes on */
    /* Of a new execution: see its row. */
    const char *concurrency_key; /* or NULL */
    struct admission *admission; /* or NULL */
    /* Where the steps of a new execution work; `context` is borrowed. NULL: in the project. */
    const char *(*workspace)(const void *context, const char *execution);
    const void *workspace_context;
    const struct engine_upgrade
        *upgrade; /* what is resumed moves to this program; or NULL */
};

/* What a person says about a step in flight, or where to go on. */
enum answer_kind {
    ANSWER_NONE,
    ANSWER_RETRY,  /* it did not happen: the next attempt */
    ANSWER_SKIP,   /* it did: on along onSuccess, with `outputs` */
    ANSWER_FAIL,   /* on along onFailure */
    ANSWER_CHOICE, /* an approval: `choice` */
    ANSWER_FROM    /* start at `from`, with all budgets fresh */
};

struct answer {
    enum answer_kind kind;
    const char *outputs; /* JSON, or NULL */
    const char *outcome; /* which of the action's, or NULL */
    const char *from;
    const char *choice;
    const char *comment; /* or NULL */
    const char *by;      /* the user's name */
    /* Which step is meant, when several are in question: "check", "check[3]"; or NULL. */
    const char *step;
    const char *execution; /* the child that it is a step of, or NULL */
};

/* What an approval leaves when a person has chosen: JSON, in the arena. */
const char *approval_outputs(struct arena *arena, const struct answer *answer);

enum engine_end {
    ENGINE_COMPLETED,
    ENGINE_FAILED,
    ENGINE_PAUSED,
    ENGINE_WAITING,
    ENGINE_CANCELLED,
    ENGINE_QUEUED,  /* it has not started: others of its workflow are under way */
    ENGINE_HELD,    /* another process runs it; no end of this engine's */
    ENGINE_REFUSED, /* nothing has been done: see refusal */
    ENGINE_STORE_FAILED
};

/* What an execution that was left waits for. */
struct engine_gate {
    const char *execution; /* a child may wait, too */
    const char *step;      /* "check", "check[3]" */
    struct gate_row row;
};

/* Texts are in the caller's arena. */
struct engine_result {
    enum engine_end end;
    const char *execution;
    struct kad_error error; /* workflow.error; code NULL: none */
    const char *outputs;    /* JSON of the workflow's outputs, or NULL */
    const char *refusal;    /* what is wrong with the request */
    /* ENGINE_PAUSED, ENGINE_WAITING: where it is, and for what: the first of its open gates
     * (kind NULL: none), and all of them. */
    const char *step;
    struct gate_row gate;
    const struct engine_gate *gates;
    size_t gate_count;
    int64_t started_ms, ended_ms;
};

/* Stores a new execution at the first step; *row is in the arena. With `key`, *existed: an
 * execution with that key was there, and is *row. */
enum store_error engine_create(struct engine *engine, struct arena *arena,
                               const char *parameters, const char *key,
                               const char *build_id, struct execution_row *row,
                               bool *existed);

/* What `concurrency` counts a new execution by, in the arena; "": all together. `parameters` as
 * they are given to it. NULL: *problem. */
const char *engine_concurrency_key(struct engine *engine, struct arena *arena,
                                   const char *parameters, const char **problem);

void engine_run(struct engine *engine, struct arena *arena,
                const struct execution_row *row, struct engine_result *result);

/* The lock of a child that goes on is asked of the journal's claimer, as that of a new one
 * is. */
void engine_resume(struct engine *engine, struct arena *arena,
                   const struct execution_row *row, const struct answer *answer,
                   struct engine_result *result);

/* Many executions of the workflow, side by side in one process. */
struct engine_batch {
    size_t concurrency; /* how many are under way at most */
    /* One more that has been created, whose lock is held; texts live in `arena`, as long as it
     * is under way. NULL: none, or none until another one has ended. */
    const struct execution_row *(*next)(void *context, struct arena *arena);
    /* What has become of one: stored, and not under way any more. */
    void (*ended)(void *context, const struct execution_row *row,
                  const struct engine_result *result);
    void *context;
};

/* Until there is none any more: each has ended, or is left as engine_run leaves it. */
void engine_batch(struct engine *engine, const struct engine_batch *batch);

#endif
