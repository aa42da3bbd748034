/* store.h: the journal of executions, as an interface; SQLite and memory behind it.
 *
 * A step boundary is one journal_commit: the ended step's row, the next step's row, the
 * execution's position and the history rows, all or nothing, durable when it returns.
 * SQL and sqlite3.h stay in this folder.
 *
 * Texts that are given are borrowed during the call; texts that come back are in the
 * caller's arena. Times are Unix milliseconds here, ISO 8601 UTC text on disk. Names,
 * never enum numbers, go to disk. */
#ifndef KAD_STORE_STORE_H
#define KAD_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "kad/step.h"

/* ---- Errors ---------------------------------------------------------------------- */

enum store_error {
    STORE_OK,
    STORE_NOT_FOUND, /* no such execution */
    STORE_AMBIGUOUS, /* the prefix fits several executions */
    STORE_FAILED     /* see store_message: file, cause, remedy; exit 74 */
};

/* ---- Values ---------------------------------------------------------------------- */

/* Bytes of one value, as JSON. Whoever makes a larger one refuses it: what is stored can be
 * read back. */
enum { JOURNAL_VALUE_MAX = 64 * 1024 * 1024 };

/* ---- Rows ------------------------------------------------------------------------ */

enum execution_status {
    EXECUTION_QUEUED,
    EXECUTION_RUNNING,
    EXECUTION_WAITING,
    EXECUTION_PAUSED,
    EXECUTION_COMPLETED,
    EXECUTION_FAILED,
    EXECUTION_CANCELLED
};
const char *execution_status_name(enum execution_status status);
bool execution_status_find(const char *name, enum execution_status *status);
/* Completed, failed or cancelled. */
bool execution_is_ended(enum execution_status status);

enum step_status {
    STEP_RUN_RUNNING,
    STEP_RUN_COMPLETED,
    STEP_RUN_FAILED,
    STEP_RUN_TIMED_OUT,
    STEP_RUN_CANCELLED,
    STEP_RUN_SKIPPED
};
const char *step_status_name(enum step_status status);
bool step_status_find(const char *name, enum step_status *status);

struct workflow_row {
    const char *id, *name, *version, *definition;
    const char *created_at, *updated_at; /* read only */
};

/* Whether a new execution may start while others of its workflow, with the same
 * concurrency_key, have not ended. Decided by `create`, in the commit that inserts it. */
struct admission {
    uint32_t limit; /* of those that are not queued */
    bool refuses;   /* when there is no room, it is not created; else it is queued */
    bool is_full;   /* out */
};

struct execution_row {
    int64_t slot; /* row number, from 1: its byte in the lock file */
    const char *id;
    const char *workflow_id;
    const char *workflow_version;
    const char *trigger_type;
    const char *trigger_data; /* JSON object: the parameters */
    enum execution_status status;
    const char *current_step; /* or NULL: ended */
    const char *state;        /* JSON object, small: {"env": {...}}, or NULL */
    int64_t started_ms;
    int64_t completed_ms; /* 0: not ended */
    const char *error;    /* JSON of struct kad_error: workflow.error, or NULL */
    const char *outputs;  /* JSON: the workflow's outputs, or NULL */
    const char *key;      /* of --key, unique per workflow, or NULL */
    const char *build_id; /* hex, or NULL */
    const char *workspace;
    const char *request; /* "pause", "cancel", or NULL: asked of the owner */
    /* A child: the execution that called it, and the attempt there that did; at most one
     * child an attempt. NULL: nobody did. */
    const char *parent_id;
    const char *parent_key;
    int64_t history_seq; /* of its last history row */
    /* What executions that limit each other have in common; NULL: any number may be under
     * way. */
    const char *concurrency_key;
    struct admission *admission; /* for `create`; or NULL */
};

struct step_row {
    const char *key; /* EXECUTION/STEP/VISIT/ATTEMPT, the row's id */
    const char *execution_id;
    const char *step_id;
    const char *module;
    const char *action;
    const char *inputs;  /* JSON or NULL */
    const char *outputs; /* JSON or NULL */
    enum step_status status;
    int64_t started_ms;
    int64_t completed_ms; /* 0: running */
    const char *error;    /* JSON of struct kad_error, or NULL */
    const char *outcome;  /* which of the action's outcomes a success had, or NULL */
    /* From 1 without gaps: visits of the step (of the item) in the execution, attempts of the
     * visit. */
    uint32_t visit;
    uint32_t attempt;
    /* How often the step has run since its budget was last fresh; this one counts. */
    uint32_t run;
    const char *item;   /* inside forEach: "[3]", nested "[3][0]"; else "" or NULL */
    const char *parent; /* inside a block: key of the block's attempt; else NULL */
    int64_t place; /* in the order in which rows were stored; given by the journal */
};

enum position_status {
    POSITION_OPEN,
    POSITION_COMPLETED,
    POSITION_FAILED,
    POSITION_CANCELLED,
    POSITION_SKIPPED /* its `when` was false */
};
const char *position_status_name(enum position_status status);
bool position_status_find(const char *name, enum position_status *status);

/* A branch of a block that is under way; those of a block go when the block ends. */
struct position_row {
    const char *block_key; /* key of the block's attempt */
    const char *branch;    /* its name; an item: "[3]" */
    enum position_status status;
    const char *current_step; /* or NULL: ended */
    const char *error; /* JSON: first failure that nothing in it has recovered from */
};

/* Something that has happened outside. */
struct event_row {
    int64_t id; /* order over all events */
    const char *name;
    const char *data;   /* JSON */
    const char *source; /* or NULL */
    int64_t at_ms;
};

struct history_row {
    int64_t seq;            /* from 1, without gaps, per execution */
    const char *event_type; /* "step_started", ... */
    const char *step_id;    /* or NULL */
    const char *data;       /* JSON or NULL */
    int64_t at_ms;
};

/* What an execution waits for before it goes on: a person, or a time. */
struct gate_row {
    const char *step_key; /* the attempt that waits; of "retry": the one that failed */
    const char *kind;     /* see engine/gate.h */
    const char *prompt;   /* text, or the folder of the ask */
    int64_t opened_ms;
    int64_t due_ms;      /* when it opens by itself; 0: never */
    const char *choices; /* JSON array of what a person may choose, or NULL */
    /* One attempt may wait for the first of several: which way this is; "": the only one. */
    const char *way;
    const char *event; /* that opens it, or NULL */
    const char *match; /* JSON object: what its data must have; or NULL */
    const char
        *answer; /* JSON: it has been opened, and the engine has not seen it; or NULL */
};

/* How often a step has started, retries included. */
struct start_count {
    const char *workflow_id; /* that the step is of */
    const char *step_id;
    uint64_t count;
};

/* Gets rows one by one: they are borrowed during the call. */
struct step_taker {
    void (*take)(void *context, const struct step_row *row);
    void *context;
};

/* ---- Writing --------------------------------------------------------------------- */

struct step_ending {
    const char *key;
    enum step_status status;
    const char *outputs; /* or NULL */
    const char *error;   /* or NULL */
    const char *outcome; /* or NULL */
};

/* An execution moves to another build of its workflow. */
struct build_change {
    const char *build_id, *workflow_version;
    const char *state; /* or NULL */
};

/* What happens at one moment of one execution. NULL and 0: nothing of that. Applied in
 * this order: ended, started, gates, positions, execution, events. An execution that ends has
 * no gates and no positions any more. */
struct journal_commit {
    const char *execution_id;
    int64_t now_ms;
    const struct step_ending *ended;
    const struct step_row *started; /* inserts it, running or already ended */
    const char *close_gate; /* step_key of gates that are answered: all its ways */
    /* Inserted, or replaced; an answer that is there stays. */
    const struct gate_row *open_gates;
    size_t open_gate_count;
    const struct position_row *positions; /* inserted, or replaced */
    size_t position_count;
    const char *close_block; /* block_key whose positions go, after they were written */
    bool has_no_waits;       /* it never had a gate or position: its end closes none */
    int64_t taken_event; /* id of an event that this execution has used up; 0: none */
    bool sets_execution; /* the fields below are written */
    enum execution_status status; /* an ended one sets completed_at */
    const char *current_step;
    const char *error;
    const char *outputs;
    const struct build_change *build; /* NULL: unchanged */
    bool clears_request;
    const struct history_row *events; /* seq is given by the journal */
    size_t event_count;
};

struct journal; /* opaque; from store_open or memory_journal_new */

/* What an implementation provides. All take the journal and return store_error. */
struct kad_journal_ops {
    const char *name;
    /* Upserts the workflow, inserts the execution (slot and history_seq are set in
     * *row) and its event execution_started, in one commit. When an execution with
     * row->key or row->parent_key is there, inserts nothing, sets row->id to it and
     * *existed. Where row->admission finds no room, the status is queued and the event
     * execution_queued, or nothing is inserted. */
    enum store_error (*create)(struct journal *journal, struct arena *arena,
                               const struct workflow_row *workflow,
                               struct execution_row *row, bool *existed);
    enum store_error (*commit)(struct journal *journal,
                               const struct journal_commit *commit);
    /* What is written between these two is stored together, when the second returns, and
     * with one sync; until then only this journal sees it. When one part of it fails, so
     * does all that follows, and nothing is stored. The other writers wait meanwhile: only
     * reads and writes of the journal belong in there. Groups do not nest; the second is
     * called whatever happens, unless the first has failed. */
    enum store_error (*group_begin)(struct journal *journal);
    enum store_error (*group_end)(struct journal *journal);
    /* What is read between these two is of one moment, and looks for it once. Nothing is
     * written meanwhile. The second is called whatever happens. */
    enum store_error (*reads_begin)(struct journal *journal);
    enum store_error (*reads_end)(struct journal *journal);
    /* Starts a queued execution, unless `limit` others have started and not ended:
     * NOT_FOUND. Its start time is `now_ms`. */
    enum store_error (*admit)(struct journal *journal, const char *execution_id,
                              uint32_t limit, int64_t now_ms);
    /* Rows of under_way, children and list are without trigger_data, state and outputs. */

    /* Executions with that key that have not ended, oldest first. */
    enum store_error (*under_way)(struct journal *journal, struct arena *arena,
                                  const char *workflow_id, const char *concurrency_key,
                                  struct execution_row **rows, size_t *count);
    /* By unique prefix of its id, which is not empty: else NOT_FOUND. */
    enum store_error (*find)(struct journal *journal, struct arena *arena,
                             const char *prefix, struct execution_row *row);
    /* The latest row of one step (highest visit, then attempt), of one item ("": in no
     * forEach), of the visits before `before_visit` (0: of all); NOT_FOUND: none. As fast
     * after many visits as after one. */
    enum store_error (*last_step)(struct journal *journal, struct arena *arena,
                                  const char *execution_id, const char *step_id,
                                  const char *item, uint32_t before_visit,
                                  struct step_row *row);
    /* What has run directly in an attempt of a block, newest first, at most `limit` rows;
     * those of modules without their inputs, all without what tells which action it was, which
     * attempt, when and in which place. `outputs_only`: and which step and item, and how it
     * ended, and no more. */
    enum store_error (*inside)(struct journal *journal, const char *parent,
                               size_t limit, bool outputs_only,
                               const struct step_taker *taker);
    /* All rows of an execution, oldest first. */
    enum store_error (*steps)(struct journal *journal, struct arena *arena,
                              const char *execution_id, struct step_row **rows,
                              size_t *count);
    enum store_error (*history)(struct journal *journal, struct arena *arena,
                                const char *execution_id, int64_t after_seq,
                                struct history_row **rows, size_t *count);
    /* Between which events it was at work: the first, the last, each `execution_resumed` and
     * the one before it; oldest first, each once. As fast after many steps as after few. */
    enum store_error (*turns)(struct journal *journal, struct arena *arena,
                              const char *execution_id, struct history_row **rows,
                              size_t *count);
    /* How often its steps have started since that event, and those of executions that they
     * have called since, each step once. */
    enum store_error (*starts)(struct journal *journal, struct arena *arena,
                               const char *execution_id, int64_t after_seq,
                               struct start_count **counts, size_t *count);
    enum store_error (*gates)(struct journal *journal, struct arena *arena,
                              const char *execution_id, struct gate_row **rows,
                              size_t *count);
    /* In the order in which they were opened. */
    enum store_error (*positions)(struct journal *journal, struct arena *arena,
                                  const char *execution_id, struct position_row **rows,
                                  size_t *count);
    /* The child that an attempt has called; NOT_FOUND: none yet. */
    enum store_error (*child)(struct journal *journal, struct arena *arena,
                              const char *parent_key, struct execution_row *row);
    /* The executions that the attempts of one have called, oldest first. */
    enum store_error (*children)(struct journal *journal, struct arena *arena,
                                 const char *execution_id, struct execution_row **rows,
                                 size_t *count);
    /* Opens a gate. NOT_FOUND: it is not there, or the attempt has been answered, one way
     * or another. */
    enum store_error (*answer)(struct journal *journal, const char *step_key,
                               const char *way, const char *answer);
    /* Stores an event; its id is set. */
    enum store_error (*emit)(struct journal *journal, struct event_row *event);
    /* Events of that name since then that the execution has not used up, oldest first. */
    enum store_error (*events)(struct journal *journal, struct arena *arena,
                               const char *execution_id, const char *name,
                               int64_t since_ms, struct event_row **rows,
                               size_t *count);
    /* Gates of all executions that an event of this name may open, of attempts that have no
     * answer, oldest first; `executions` has the ids, in the same order. */
    enum store_error (*gates_for_event)(struct journal *journal, struct arena *arena,
                                        const char *name, struct gate_row **rows,
                                        const char ***executions, size_t *count);
    /* Those that nobody has called, newest first; workflow_id NULL: all; limit 0: all. */
    enum store_error (*list)(struct journal *journal, struct arena *arena,
                             const char *workflow_id, size_t limit,
                             struct execution_row **rows, size_t *count);
    enum store_error (*workflows)(struct journal *journal, struct arena *arena,
                                  struct workflow_row **rows, size_t *count);
    /* Writes "pause" or "cancel" for the owner to see. */
    enum store_error (*request)(struct journal *journal, const char *execution_id,
                                const char *request);
    /* Reads it back (NULL: none). Cheap: the engine asks after SIGUSR1. */
    enum store_error (*requested)(struct journal *journal, struct arena *arena,
                                  const char *execution_id, const char **request);
    void (*close)(struct journal *journal);
};

/* Who is to own new executions: `create` asks for the lock of a slot before anybody else can
 * see the row. false: errno; nothing is created. */
struct claimer {
    bool (*claim)(void *context, int64_t slot); /* or NULL */
    void *context;
};

/* The first member of every implementation. */
struct journal {
    const struct kad_journal_ops *ops;
    struct claimer claimer;
    char message[1024]; /* of the last STORE_FAILED */
};

/* SQLite: makes the file (0600) and its folder (0700) if `create`, migrates an older
 * schema, refuses a newer one. *journal is NULL only when out of memory; on failure
 * close it after reading store_message. `is_relaxed`: synchronous=NORMAL. */
enum store_error store_open(const char *file, bool create, bool is_relaxed,
                            struct journal **journal);

/* What can be said of a file without changing it. */
struct store_facts {
    int schema; /* of the file; 0: not known */
    int newest_schema; /* that this program knows: an older file is brought there when opened */
};
/* NULL: it can be used and written to, and all of it, which is read, hangs together; else file,
 * cause and remedy, in the arena. */
const char *store_look(const char *file, struct arena *arena,
                       struct store_facts *facts);

/* Of the SQLite that this program runs with. *is_old: older than what it was built with. */
const char *store_sqlite_version(bool *is_old);

/* Everything in memory; for tests and simulation. */
struct journal *memory_journal_new(void);

/* For implementations: what may be NULL and stands for "". */
const char *text_or_empty(const char *text);

/* For implementations: gathers what `starts` tells; names are copied when they are new. */
struct start_counts {
    struct arena *arena;
    VEC(struct start_count) items;
    size_t last; /* that was added to */
};
void start_counts_add(struct start_counts *counts, const char *workflow_id,
                      const char *step_id);

/* For implementations: executions that have not ended, and what that means for a new one:
 * sets its admission, and its status. */
struct under_way {
    int64_t started, queued;
};
void journal_admission(struct execution_row *row, const struct under_way *under_way);

/* For implementations: false: the new execution has no owner, and the message says why. */
bool journal_claim(struct journal *journal, int64_t slot);

/* Calls reads_end; `error` is what came of the reads, and comes first. */
enum store_error journal_reads_end(struct journal *journal, enum store_error error);

const char *store_message(const struct journal *journal);
void journal_close(struct journal *journal);

/* The execution that runs the one whose id begins with `prefix`: itself, or the one that called
 * it, and so on. */
enum store_error journal_find_root(struct journal *journal, struct arena *arena,
                                   const char *prefix, struct execution_row *root);

#endif
