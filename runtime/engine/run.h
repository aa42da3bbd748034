/* run.h: executions while they run, their branches, and the attempts these are at; inside
 * the engine.
 *
 *     crew                   one call of engine_run, engine_resume or engine_batch
 *     drive                  one execution that was asked for, and what it calls
 *       execution            the one that was asked for, and each child that runs
 *         branch             struct kad_run: the main line, and those of open blocks
 *           step             the attempt that the branch is at
 *             block          if that has steps inside: its branches, or a child
 *
 * (1) Everything here belongs to the engine's thread. An action that is called elsewhere
 *     has its struct kad_step and what never changes; see call.c.
 * (2) Memory: `memory` of an execution lives as long as it runs, that of a branch as long as
 *     the branch is open; `values` holds what one entry of the workflow computes and is
 *     emptied when kad_do returns; each step owns its last outputs and error; each attempt
 *     has an arena, which is freed when its end is stored. */
#ifndef KAD_ENGINE_RUN_H
#define KAD_ENGINE_RUN_H

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/vec.h"
#include "engine/engine.h"
#include "engine/keyed.h"
#include "engine/step_log.h"

/* ---- Steps -------------------------------------------------------------------------- */

/* What the execution knows about a step (inside a forEach: of one item): its last visit that
 * is over. */
struct step_state {
    const char *status;     /* as expressions see it */
    struct kad_error error; /* code NULL: none */
    bool has_outputs;
    uint32_t outcome;    /* which of the action's, from 1; 0: none */
    struct arena memory; /* of the error, and of the outputs in the frame */
    uint32_t visit;      /* the last one, over or not; see has_visit */
    uint32_t runs;       /* since the budget was fresh */
    uint32_t attempts;   /* `runs` when the last visit ended */

    /* A forEach: its items at the last attempt; see items.c. */
    struct step_state **items;
    size_t item_capacity;
    struct arena items_memory; /* of their frames */

    bool has_visit; /* `visit` is known; else the journal has it: load.c (1) */
    const char
        *last_key; /* when it was loaded: of a block's attempt that counts; or NULL */
};

/* Where the attempt of a branch stands. */
enum phase {
    PHASE_NONE,  /* not under way: the branch may be entered */
    PHASE_GATE,  /* it waits for one of its gates */
    PHASE_READY, /* its action is called when the group is stored that its start is in */
    PHASE_CALL,  /* its action is being called, on another thread */
    PHASE_INSIDE, /* its block is under way */
    PHASE_OVER,   /* there is an answer, which the next entry takes */
    PHASE_PARKED  /* interrupted, or left to a person: no more in this process */
};

/* One attempt of a step. */
struct kad_step {
    struct job job; /* PHASE_CALL */
    struct kad_run *run;
    const struct kad_step_info *info;
    struct step_state *state;
    enum phase phase;
    uint32_t visit, attempt;
    const char *key;
    struct arena memory;
    struct kad_json inputs;
    int64_t started_ms;
    int64_t own_deadline_ms; /* of the step and the blocks around it; 0: none */
    int64_t deadline_ms;     /* that, and those of the workflows; 0: none */
    bool is_in_flight;       /* its stored row says `running` */
    struct step_log log;
    struct kad_error failure; /* of kad_fail; code NULL: none */
    struct gate_row *gates;   /* see gate.h */
    size_t gate_count;
    bool has_unstored_gates;
    bool is_wait_said;
    bool has_timed_out;
    bool is_parked;       /* rt_step_park */
    uint32_t agent_calls; /* that it has made */
    atomic_int verdict;   /* enum wait_verdict: for who waits on another thread */

    /* PHASE_OVER: */
    enum kad_outcome outcome;
    bool was_elsewhere;      /* it comes from another thread */
    void *produced;          /* by a call: the outputs, of the action's type; or NULL */
    uint32_t named_outcome;  /* which of the action's, from 1; 0: none */
    int64_t taken_event;     /* id of the event that has opened a gate; 0: none */
    struct kad_error handed; /* by the branches of a block; code NULL: none */

    /* Once that is judged: */
    struct kad_json outputs;     /* text NULL: none */
    struct arena outputs_memory; /* of `value` */
    void *value;                 /* the outputs, of the step's type; or NULL */
};

/* ---- Branches ----------------------------------------------------------------------- */

/* What the next kad_do of a branch is to do. */
enum entry {
    ENTRY_VISIT, /* a new visit of the step */
    ENTRY_AGAIN, /* the attempt that was in flight, once more */
    ENTRY_RETRY, /* the next attempt of the visit */
    ENTRY_REPORT /* nothing: the step is over, `reported` is its outcome */
};

/* How the step of a branch stands, as it is stored. */
enum standing {
    STANDS_BETWEEN, /* its last visit is over, or there is none */
    STANDS_IN_FLIGHT,
    STANDS_WAITING, /* its next attempt has a time */
    STANDS_UNCALLED /* it has failed without a call, and its route was not taken */
};

/* What has happened and is stored with the next commit. */
struct pending {
    const struct kad_step_info *ended; /* or NULL: no step has ended */
    uint32_t visit, attempt;           /* of it */
    struct step_ending ending;
    struct arena ended_memory; /* of `ending` */
    const char *close_gate;
    const char *close_block;
    int64_t taken_event;
    VEC(struct history_row) events;
    VEC(struct position_row) positions;
    struct arena memory; /* of the events and positions */
};

/* One branch: the main line of an execution, or a line of steps in a block. */
struct kad_run {
    struct execution *execution;
    struct block *block; /* that it belongs to; of a child's main line, that which calls
                           * it; NULL: the main line of all */
    struct kad_run *next; /* open branch of the same block, later in the order */
    size_t line;          /* of the block */
    const char *name;     /* as its position row has it; main line: "" */
    const char *item;     /* "[3][0]"; outside of any forEach: "" */
    unsigned depth;       /* number of branches around it, in all executions */
    /* An item of a forEach: */
    void *item_frame;
    struct step_state *item_steps;

    bool is_open;
    bool is_cancelled; /* not needed any more: it is to end */
    int position;      /* of the step that it is at, or KAD_END_* */
    enum entry entry;
    enum kad_outcome reported;
    struct kad_step step;
    struct block *inside; /* PHASE_INSIDE */
    struct pending pending;
    bool has_moved;         /* its position is not the stored one */
    enum standing standing; /* when it was restored */

    struct kad_error error;        /* the branch's own; code NULL: none */
    struct kad_error error_before; /* the same before the last step ended */
    char fault[512];               /* of an expression; empty: none */
    struct arena memory, values;
};

/* ---- Blocks ------------------------------------------------------------------------- */

/* How far a branch is. */
enum line_status {
    LINE_NEW, /* an item that has not started */
    LINE_OPEN,
    LINE_COMPLETED,
    LINE_FAILED,
    LINE_CANCELLED,
    LINE_SKIPPED
};
enum { LINE_STATUS_COUNT = LINE_SKIPPED + 1 };

struct line {
    enum line_status status;
    struct kad_error error; /* the branch's own when it ended; in block->memory */
};

enum block_verdict { BLOCK_UNDECIDED, BLOCK_SUCCEEDS, BLOCK_FAILS, BLOCK_TIMES_OUT };

/* One attempt of a step that has steps inside. */
struct block {
    struct kad_run *caller; /* its step is the block's */
    const struct kad_block *about;
    struct line *lines;
    size_t line_count;
    size_t counts[LINE_STATUS_COUNT]; /* of the lines */
    size_t next_line;                 /* no later one has started */
    struct kad_run *open;             /* in the order of the lines */
    enum block_verdict verdict;
    struct execution *child;   /* KAD_CHILD: its main line is the one line */
    const char *child_outputs; /* JSON, when it has ended well; or NULL */
    struct arena memory;
};

/* ---- Executions --------------------------------------------------------------------- */

/* Where a step is: the indices of its block and branch; block -1: on the main line. */
struct block_place {
    int block, branch;
    int for_each; /* the innermost forEach around it, or -1 */
};

struct execution {
    struct drive *drive;
    const struct kad_workflow *workflow;
    const struct execution_row *row;
    struct arena memory;
    void *frame;
    const struct block_place *places; /* of each step; NULL: there are no blocks */
    json_t *env;                      /* or NULL */
    json_t *modules;                  /* see struct engine; or NULL */
    struct keyed gates;               /* that were open when it was loaded: gate_row */
    struct keyed positions;           /* the same of its branches: position_row */
    bool is_loaded;                   /* from rows that were there before */
    struct step_state
        *steps;           /* one for each step; inside a forEach they are not used */
    struct kad_run *root; /* the main line */
    uint64_t used_runs, used_calls; /* since the budget was fresh */
    VEC(struct history_row) events; /* for its next commit, before the branch's own */
    VEC(int64_t) taken;             /* events that are used up, stored or not */
    enum execution_status stored_status; /* what its row says */
    bool has_waits; /* there may be gates or positions of it, open or closed */
    bool clears_request;
    bool is_late;        /* past its deadline */
    int64_t deadline_ms; /* of the workflow; 0: none */
    const char *outputs; /* JSON of the workflow's */
    enum engine_end end; /* when it is over */
};

/* Why nothing more is to begin. */
enum stop {
    STOP_NONE,
    STOP_PAUSE,   /* a person asked, or is to be asked */
    STOP_CANCEL,  /* a person asked */
    STOP_OVER,    /* the execution has ended before */
    STOP_REFUSED, /* a resume can't go on */
    STOP_STORE    /* the journal has failed */
};

struct drive {
    struct engine *engine;
    struct execution *execution; /* that was asked for */
    enum stop stop;
    const char *refusal; /* in the execution's memory */
    size_t open_count;   /* branches */
    size_t job_count;    /* jobs under way */
    bool is_asking;      /* STOP_PAUSE is for questions, and for nothing else */
    size_t ready_count;  /* steps in PHASE_READY */
    struct crew *crew;
    bool may_move;       /* something has happened to it */
    int64_t due_ms;      /* else it goes on by then; 0: never */
    bool is_over;        /* nothing more is done; stored with the group */
    struct arena memory; /* of a batch: of itself, and its row */
};

/* Executions that go on side by side: see crew.c. */
struct crew {
    struct engine *engine;
    VEC(struct drive *) drives;       /* in the order in which they have begun */
    const struct engine_batch *batch; /* where more come from; or NULL */
    bool asks;                        /* there may be one more now */
    bool has_group;                   /* of the journal: begun, and not ended */
    unsigned group_parts;             /* that are in it */
    bool is_whole;                    /* it is not cut, however many these are */
    bool has_news;                    /* the journal may have answers */
    pthread_mutex_t observing;
    struct arena memory;
};

/* ---- execution.c -------------------------------------------------------------------- */

void drive_init(struct drive *drive, struct crew *crew);
void drive_release(struct drive *drive);
/* Reads the parameters and the environment from the row, and makes the main line;
 * drive->stop says when it can't. `caller`: the block of the step that calls it, or NULL. */
struct execution *execution_open(struct drive *drive,
                                 const struct kad_workflow *workflow,
                                 const struct execution_row *row, struct block *caller);
void execution_close(struct execution *execution);
/* What is read once, at the start: {"env"?, "modules"?}; NULL: neither. */
const char *execution_state(struct arena *arena, const struct kad_workflow *workflow,
                            json_t *modules);
/* The same of one that moves to this program, which may read other variables: those that it
 * has read, `known_env`, or NULL, stay as they were. */
const char *execution_moved_state(struct execution *execution, const json_t *known_env);
/* The request can't be fulfilled: nothing more happens. */
void execution_refuse(struct execution *execution, const char *format, ...)
    KAD_PRINTF(2, 3);
/* NULL: no such step. */
const struct kad_step_info *execution_find_step(const struct execution *execution,
                                                const char *id);
/* The step of the main line that this one is, or is inside of. */
const struct kad_step_info *execution_outer_step(const struct execution *execution,
                                                 const struct kad_step_info *info);
/* What has become of it; texts are copied to the arena. */
void drive_result(const struct drive *drive, struct arena *arena,
                  struct engine_result *result);

/* The names of its outcomes, NULL-terminated; NULL: it has none. */
const char *const *info_outcomes(const struct kad_step_info *info);
/* Which of them has this name, from 1; 0: none. */
uint32_t info_find_outcome(const struct kad_step_info *info, const char *name);
/* The types of its values. */
const struct kad_type *info_inputs_type(const struct kad_step_info *info);
const struct kad_type *info_outputs_type(const struct kad_step_info *info);
/* Whether an attempt that was interrupted may simply run again. */
bool info_is_idempotent(const struct kad_step_info *info);

/* ---- branch.c ----------------------------------------------------------------------- */

/* A branch that is open; in the block's order, among its open ones. */
struct kad_run *branch_new(struct block *block, size_t line, int position);
void branch_init(struct kad_run *run, struct execution *execution, struct block *block);
/* It is not open any more. */
void branch_close(struct kad_run *run);
void branch_free(struct kad_run *run);

int64_t run_now_ms(const struct kad_run *run);
bool run_is_main_line(const struct kad_run *run);
/* The branch around it in the same execution; NULL: it is the main line. */
struct kad_run *run_outer(const struct kad_run *run);
/* No other branch is open but those around it. */
bool run_is_alone(const struct kad_run *run);
struct step_state *run_state(const struct kad_run *run,
                             const struct kad_step_info *info);
/* The frame that the step's outputs are in. */
char *run_frame(const struct kad_run *run, const struct kad_step_info *info);
/* When its time is over, by the workflows around it and by the blocks; 0: never. */
int64_t run_limit_ms(const struct kad_run *run);
int64_t run_block_limit_ms(const struct kad_run *run); /* by the blocks alone */
bool run_is_past_limit(const struct kad_run *run);
/* Whether something that was to go on is to stop, by a person or by what is around it. */
bool run_is_stopped(const struct kad_run *run);
/* Asks whether somebody wants all to stop; sets drive->stop. Engine's thread. */
enum wait_verdict run_look(struct kad_run *run);
void run_notify(const struct kad_run *run, const struct notice *notice);
int64_t earlier_ms(int64_t a_ms, int64_t b_ms); /* 0: never */
/* When it is over; never later than what can be written. */
int64_t later_ms(int64_t now_ms, int64_t duration_ms);

/* ---- failure.c ---------------------------------------------------------------------- */

struct kad_error failure_new(struct arena *arena, const struct kad_step_info *info,
                             enum kad_failure_code code, const char *message);
struct kad_error failure_copy(struct arena *arena, const struct kad_error *failure);
/* NULL when its code is NULL. */
const char *failure_json(struct arena *arena, const struct kad_error *failure);
/* Of a stored text; code NULL: none, or not readable. */
struct kad_error failure_parse(struct arena *arena, const char *json);

/* ---- budget.c ----------------------------------------------------------------------- */

/* Whether one more run of the step fits the budgets of its workflow and of those that have
 * called it. */
bool budget_has_room(const struct kad_step *step);
/* The step runs once more. */
void budget_charge(struct kad_step *step);
/* When an execution that starts now has no more time; 0: never. */
int64_t budget_deadline_ms(const struct execution *execution);
/* That its time is over. */
struct kad_error budget_deadline_error(const struct execution *execution,
                                       struct arena *arena,
                                       const struct kad_step_info *info);

/* ---- budget_load.c ------------------------------------------------------------------ */

/* What the journal says has been used, and what time is left. The steps are loaded. */
void budget_load(struct execution *execution);

/* ---- attempt.c ---------------------------------------------------------------------- */

/* The time of the attempt begins now. */
void attempt_set_deadlines(struct kad_step *step);

/* Makes run->step this attempt. */
void attempt_begin(struct kad_run *run, const struct kad_step_info *info,
                   uint32_t visit, uint32_t attempt);
/* Takes the answer of run->step without entering the workflow: where it leads does not
 * matter any more. */
void attempt_conclude(struct kad_run *run);
/* run->step is over without a call, as a person has decided: the next kad_do reports it.
 * Skipped, completed: step->outputs and step->value may be set. Failed: step->failure is. */
void attempt_decide(struct kad_run *run, enum step_status status);
/* run->step is given up. */
void attempt_abandon(struct kad_run *run);
/* run->step was to go on, and the time of its workflow is over. */
void attempt_run_late(struct kad_run *run);
/* The step that has just reported success turns out to have failed: no route. */
void attempt_fail_route(struct kad_run *run);

/* ---- call.c ------------------------------------------------------------------------- */

/* Calls the step's action: in place, or, beside others, on another thread: the phase then
 * is PHASE_CALL; or, while a group is open, not yet: PHASE_READY. */
void call_start(struct kad_step *step, const void *in);
/* The start of a step in PHASE_READY is stored. */
void call_ready(struct kad_step *step);
/* A job of the host's is over. */
void call_end(struct job *job);
/* Says to who waits for it elsewhere what is wanted. */
void call_tell(struct kad_step *step, enum wait_verdict verdict);
/* Whether who waits in a step may go on; from its own thread. */
enum wait_verdict call_verdict(struct kad_step *step);
/* What the answer means when somebody asked to stop, or time is up. KAD_LATER: nothing. */
enum kad_outcome call_judge(struct kad_step *step, enum kad_outcome outcome);
/* The time of the step is over: whether it was that of what is around it, a block or a
 * workflow that calls it. It is cancelled then, as all that is in there. */
bool call_is_cut_off(struct kad_step *step);
/* Outputs are read back from the stored form, so that a resumed execution sees the same. */
void call_take_outputs(struct kad_step *step);
/* The same of JSON that is given. NULL, or what is wrong. */
const char *call_take_given(struct kad_step *step, const char *given);
/* The step has failed. */
void call_fail(struct kad_step *step, enum kad_failure_code code, const char *message);

/* ---- boundary.c --------------------------------------------------------------------- */

/* Remembers an event for the next commit; `data` is JSON, static or in pending.memory; or
 * NULL. */
void pending_event(struct kad_run *run, const char *type, const char *step_id,
                   const char *data);
/* The same for the next commit of the execution, whatever branch makes it. */
void execution_event(struct execution *execution, const char *type, const char *step_id,
                     const char *data);
/* Remembers the end of run->step, and takes its memory. */
void pending_end(struct kad_run *run, enum step_status status);
/* Remembers the position of a branch of run->step's block. */
void pending_position(struct kad_run *run, const struct position_row *row);

/* Each is one commit. false: the journal has failed, drive->stop says so. */
bool boundary_start(struct kad_run *run);
/* The attempt in flight runs again. */
bool boundary_again(struct kad_run *run);
/* run->step has failed before it was called. */
bool boundary_uncalled(struct kad_run *run);
/* An attempt has failed; run->step is the next one, with the gate that it waits at. */
bool boundary_backoff(struct kad_run *run);
/* A branch in a block is over. */
bool boundary_branch(struct kad_run *run, enum position_status status);
/* What has happened in a branch and is not stored, if anything; its gates too. */
bool boundary_flush(struct kad_run *run);
/* The execution is left, with all gates that are not stored. */
bool boundary_pause(struct execution *execution);
bool boundary_wait(struct execution *execution);
bool boundary_cancel(struct execution *execution);
/* Completed, or failed with its main line's error. */
bool boundary_end(struct execution *execution);
/* "e1/check[3]/1/2" without the execution: the step and its item. */
const char *step_label(struct arena *arena, const struct kad_step *step);

/* ---- block.c ------------------------------------------------------------------------ */

/* NULL, or that a forEach has more items than it may have. */
const char *block_too_large(struct kad_step *step, const void *in);
/* The attempt's branches: all that start with it are in pending.positions. */
void block_prepare(struct kad_run *run);
struct block *block_new(struct kad_run *run, size_t line_count);
/* A line has started, and is at this position. */
struct kad_run *block_open_line(struct block *block, size_t line, int position);
/* The same of a line that has ended, as it is stored. */
void block_restore_line(struct block *block, size_t line, enum line_status status,
                        const struct kad_error *error);
/* It is restored: what is stored may have decided it. */
void block_resume(struct block *block);
void block_free(struct block *block);
/* An item starts; its row is in the pending positions of `run`. */
void block_start_items(struct block *block, struct kad_run *run);
/* Decides, cancels what is not needed any more. */
void block_decide(struct block *block);
/* All that is under way in it is to end. */
void block_cancel(struct block *block);
bool block_is_over(const struct block *block);
/* A line has ended. */
void block_end_line(struct block *block, size_t line, enum line_status status,
                    const struct kad_error *error);
/* The answer of run->step is that of its block, which goes. */
void block_answer(struct kad_run *run);
const char *block_line_name(struct arena *arena, const struct block *block,
                            size_t line);
void run_cancel(struct kad_run *run);

/* ---- items.c ------------------------------------------------------------------------ */

/* What steps inside have left is not seen any more; visits go on counting. */
void items_forget(struct kad_run *run, const struct kad_step_info *block);
/* How many items the inputs (of the step's type) have. */
size_t items_count(const struct kad_step_info *info, const void *in);
/* Frames for the items of stored inputs, in the frame that the step is in. Returns their
 * number; 0 also when they do not fit. */
size_t items_make(struct step_state *state, const struct kad_step_info *info,
                  char *frame, const char *inputs);
/* Of "[3]": 3. It may go on: "[3][0]". */
size_t items_index(const char *name);
/* The states of the steps inside, of one item; made when needed. `is_first`: those that are not
 * there have not been visited yet. */
struct step_state *items_states(struct execution *execution, struct step_state *state,
                                const struct kad_step_info *info, size_t index,
                                bool is_first);
void step_state_release(struct execution *execution, struct step_state *state,
                        const struct kad_step_info *info);

/* ---- child.c ------------------------------------------------------------------------ */

/* Makes the execution that run->step calls. */
void child_open(struct kad_run *run);
/* Opens the one that it has called before; if that has ended, run's block knows. false:
 * there is none that goes on. */
bool child_find(struct kad_run *run);
/* It has ended: the block that has called it knows. */
void child_end(struct execution *child);

/* ---- crew.c ------------------------------------------------------------------------- */

void crew_init(struct crew *crew, struct engine *engine);
void crew_release(struct crew *crew);
void crew_add(struct crew *crew, struct drive *drive);
/* Until all has ended, or nothing can go on. */
void crew_run(struct crew *crew);
/* What is about to be stored may share a commit with what others store at this moment.
 * false: the journal has failed. */
bool crew_open_group(struct crew *crew, const struct kad_run *run);
/* What is stored from now on, until the round is over, is stored together, however much.
 * false: the journal has failed. */
bool crew_begin_group(struct crew *crew);
/* Somebody has written to the journal. */
void crew_take_nudge(struct crew *crew);

/* ---- schedule.c --------------------------------------------------------------------- */

/* All that can go on goes on. false: it waits, until drive->due_ms at most. */
bool drive_go_on(struct drive *drive);
/* What was stored with the group is called. */
void drive_call_ready(struct drive *drive);
/* Somebody may want something of it: its own requests, answers, an end of all. */
void drive_look(struct drive *drive);
/* Shows that it is still there. */
void drive_tick(const struct drive *drive);
/* Reads what its owner is asked to do, unless it ends anyway. */
void drive_read_request(struct drive *drive);
/* The block of run->step is given up, at once: nothing in it is being called. */
void block_abandon(struct kad_run *run);

/* ---- load.c ------------------------------------------------------------------------- */

/* What has happened, from the journal: errors, outputs, budgets, the time that is left. */
void execution_load(struct execution *execution);
/* The last visit of a step of this branch, over or not; 0: none. A step of an item that was
 * loaded may have been visited when the item was another: then the journal is asked. */
uint32_t load_last_visit(struct kad_run *run, const struct kad_step_info *info);
/* The gates of this attempt are those that are stored. */
void gates_load(struct kad_step *step, const char *step_key);
bool has_gate(const struct execution *execution, const char *step_key);

/* ---- restore.c ---------------------------------------------------------------------- */

/* Makes run->step the attempt that is in flight or waits; what is inside of it is opened,
 * too, and stands as it is stored. */
enum standing restore_step(struct kad_run *run, const struct kad_step_info *info);

/* ---- upgrade.c ---------------------------------------------------------------------- */

/* The execution, restored, moves to engine->upgrade, if its values fit; else it is refused. */
void upgrade_move(struct execution *execution);

/* ---- resume.c ----------------------------------------------------------------------- */

/* "question": did it happen? Opened for run->step. */
void resume_ask(struct kad_run *run);

/* ---- external.c --------------------------------------------------------------------- */

/* An action of a module that is a program. */
enum kad_outcome external_call(struct kad_step *step, void *out);

#endif
