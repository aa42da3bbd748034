/* workflow.h: what generated workflows are made of, and the engine's side of them.
 *
 * A workflow is a re-entrant function: the engine enters it at a position, it computes the
 * inputs of that step, hands them to kad_do, and returns the next position once the step is
 * over. Everything it decides depends on inputs and results alone. */
#ifndef KAD_WORKFLOW_H
#define KAD_WORKFLOW_H

#include "kad/expr.h"
#include "kad/step.h"
#include "kad/value.h"

/* A parameter that a signature demands and a function does without. */
#define KAD_UNUSED __attribute__((__unused__))

/* A function that compilers are to leave on its own. */
#define KAD_NOINLINE __attribute__((__noinline__))

#define kad_unreachable() kad_bug(__FILE__, __LINE__)
_Noreturn void kad_bug(const char *file, int line); /* a message, exit 70 */

struct kad_run; /* one execution in this process; opaque */

/* What each program that runs an action may use; 0: no limit. */
struct kad_limits {
    int64_t memory_bytes; /* address space of a process */
    int64_t cpu_ms;       /* of a process; whole seconds, rounded up */
    int64_t output_bytes; /* of a file that it writes, and of all that it prints */
    uint32_t processes;   /* and threads, at the same time */
};

/* One action of a module. Generated into modules/<module>.c. */
struct kad_action {
    const char *module;
    const char *name;
    const char *module_version;
    const struct kad_type *inputs;  /* an object */
    const struct kad_type *outputs; /* an object; kad_nothing_type: none */
    /* Native: calls the module's function with its own types. NULL: external. */
    enum kad_outcome (*call)(struct kad_step *step, const void *in, void *out);
    /* External: argv, NULL-terminated; argv[0] with a slash is relative to `folder`, the
     * module's folder relative to the project's root. */
    const char *const *command;
    const char *folder;
    const char *const *outcomes; /* named, NULL-terminated; NULL: it just succeeds */
    const char *const *errors;   /* NULL-terminated; NULL: any code */
    int64_t timeout_ms;          /* 0: none */
    bool is_idempotent;
    bool outputs_on_failure;
    uint32_t agent_calls; /* of one run, at most */
    struct kad_limits limits;
};

/* `run:` steps: the inputs are {argv, env, cwd, stdin}; see kad_run_inputs. */
struct kad_run_inputs {
    struct kad_strings argv;
    struct kad_strings env; /* "NAME=value" */
    const char *cwd;        /* or NULL */
    const char *stdin_text; /* or NULL */
};

struct kad_run_outputs {
    struct kad_optional_integer exit_code;
    const char *stdout_text;
    const char *stderr_text;
};

extern const struct kad_type kad_run_inputs_type, kad_run_outputs_type;
/* The same inputs, of a step that hands a secret over as a variable or on standard input. */
extern const struct kad_type kad_run_secret_inputs_type;
/* Module "", name "run"; the engine knows it by its address. Not idempotent. */
extern const struct kad_action kad_run_action;

/* `route:` steps do nothing, and succeed. Module "", name "route". */
extern const struct kad_action kad_route_action;

/* `wait:` steps: for a time, until a moment (ISO 8601), or for an event; one of them. */
struct kad_wait_inputs {
    struct kad_optional_integer duration; /* ms */
    const char *until;                    /* or NULL */
    const char *event;                    /* its name, or NULL */
    struct kad_json
        match; /* an object: fields that the event's data must have, with these
                            * values; or unset */
};

/* `wait: {first: ...}`: whichever comes first; the step's `choices` name the ways, in this
 * order, and the one that came is the step's outcome. */
struct kad_first_inputs {
    const struct kad_wait_inputs *ways;
    size_t count;
};

/* Of a wait for an event, or for the first of several. */
struct kad_wait_outputs {
    struct kad_json data; /* the event's; unset: none has come */
};
extern const struct kad_type kad_wait_outputs_type;
/* Module "", name "wait"; with kad_first_inputs. */
extern const struct kad_action kad_first_action;

/* Module "", name "wait"; the engine knows it by its address. */
extern const struct kad_action kad_wait_action;

/* ---- Blocks ------------------------------------------------------------------------- */

/* A step that has steps inside: `parallel:`, `forEach:`, `workflow:`. Each branch of it is a
 * line of steps with a position of its own, which the engine enters like the workflow itself;
 * KAD_END_COMPLETE ends a branch well, KAD_END_FAIL fails it. The block is over when its mode
 * says so; branches that are not needed any more are cancelled. */
enum kad_block_kind {
    KAD_PARALLEL, /* each branch once */
    KAD_FOR_EACH, /* the only branch, once for each item */
    KAD_CHILD     /* another workflow, as an execution of its own; no branches here */
};

enum kad_block_mode {
    KAD_MODE_ALL, /* all end well; the first failure cancels the others, and fails it */
    KAD_MODE_ANY, /* the first that ends well cancels the others; all failed: it fails */
    KAD_MODE_SETTLE,  /* waits for all; never fails for a branch */
    KAD_MODE_AT_LEAST /* `at_least` end well; fails when that can't be any more */
};

/* Steps [first, first + count) of the workflow's table, those of blocks inside included. */
struct kad_branch {
    const char *name; /* of KAD_FOR_EACH: "" */
    int first;
    int count;
};

struct kad_block {
    enum kad_block_kind kind;
    enum kad_block_mode mode;
    uint32_t at_least;
    const struct kad_branch *branches;
    size_t branch_count;
    /* KAD_FOR_EACH: */
    uint32_t max_items;   /* more are failure `too_many_items` */
    uint32_t concurrency; /* items at work at the same time; 0: all */
    size_t items_offset;  /* of a struct kad_items, in the frame that the block is in */
    size_t item_size;     /* of one item's frame */
    size_t
        item_offset; /* in the item's frame: the item, of the input array's item type */
    size_t index_offset; /* and an int64_t: its index */
    /* KAD_CHILD: */
    const struct kad_workflow *workflow;
};

/* The items' frames, in the order of the items: what their steps have left. */
struct kad_items {
    void *items; /* an array of the generated item frame */
    size_t count;
};

/* Module "", name "parallel", "forEach", "workflow". The inputs of the first are {when:
 * array of boolean}, one for each branch; the others' are given by the step's `inputs`:
 * {items: array}, the child's parameters. The child's outputs are by the step's `outputs`. */
extern const struct kad_action kad_parallel_action, kad_for_each_action,
    kad_child_action;

struct kad_parallel_inputs {
    struct kad_booleans when;
};

struct kad_parallel_outputs {
    struct kad_strings succeeded; /* names of the branches, in the order of the file */
};

struct kad_for_each_outputs {
    int64_t count;  /* of the items */
    int64_t failed; /* of them */
};

/* `approval:` steps: a person decides. Their outputs are {choice, by, comment}. */
struct kad_approval_inputs {
    const char *prompt;
};

/* Module "", name "approval"; the engine knows it by its address. */
extern const struct kad_action kad_approval_action;

/* A wait between attempts that has no cap is never longer than a year. */
#define KAD_RETRY_WAIT_MAX_MS ((int64_t)365 * 24 * 60 * 60 * 1000)

/* How a failed attempt is repeated within its visit: `retry:`. */
struct kad_retry {
    uint32_t max_attempts; /* of one visit */
    int64_t initial_ms;    /* the wait before the second attempt; 0: none */
    double factor;         /* by which each further wait is longer; from 1 */
    int64_t max_ms;        /* the longest wait; 0: no cap */
    double jitter;         /* up to this part of a wait is left out; 0 to 1 */
    /* Failure codes, NULL-terminated; NULL: all. */
    const char *const *on, *const *not_on;
};

/* A step of a workflow: fixed facts. */
struct kad_step_info {
    const char *id;
    const char *title; /* or NULL */
    uint32_t line;     /* in the YAML file */
    const struct kad_action *action;
    /* The step's own inputs and outputs, or NULL: as the action says. */
    const struct kad_type *inputs;
    const struct kad_type *outputs;
    /* In the frame of the innermost item that the step is in; in no forEach: the workflow's
     * frame. */
    size_t outputs_offset;
    /* In an item's frame: of a bool that says whether the step's last visit left outputs;
     * 0: nobody reads it there. */
    size_t has_outputs_offset;
    bool is_gathered; /* in a forEach: an expression outside of it reads its outputs */
    const struct kad_block *block; /* NULL: nothing is inside */
    const char *lock;   /* at most one step with this lock runs at a time; or NULL */
    int64_t timeout_ms; /* 0: the action's */
    /* How often it may run in one execution beyond its first run. */
    bool is_bounded;
    uint32_t max_retries;
    /* NULL: a bounded step uses up its budget, at once; another one is not repeated. */
    const struct kad_retry *retry;
    bool recovers;
    bool is_idempotent;      /* `run:` says it per step; else the action does */
    const int32_t *ok_exits; /* `run:`; NULL: 0 */
    size_t ok_exit_count;
    /* `approval:` what a person may choose, its outcomes; NULL-terminated; else NULL. */
    const char *const *choices;
    bool routes_by_outcome; /* a person who skips it says which */
    /* No expression reads its outputs without a default: a person may skip it without giving
     * any. */
    bool outputs_unread;
    /* Steps that must have outputs when an execution starts here (`--from`), because this
     * step or what follows reads them before they are set again: ids, NULL-terminated;
     * NULL: none. */
    const char *const *needs;
    /* It is reached through a failure alone: `workflow.error` is always set there. */
    bool is_after_failure;
};

/* What one execution may use up, however often it is resumed. */
struct kad_budget {
    uint32_t steps;       /* runs of steps */
    uint32_t agent_calls; /* those that the actions declare */
    int64_t time_ms;      /* without the pauses; 0: no limit */
};
#define KAD_NO_LIMIT UINT32_MAX

/* How many executions of a workflow may be under way: those that have not ended. */
enum kad_on_full {
    KAD_QUEUE, /* another one waits, in the order of their creation */
    KAD_SKIP,  /* it is not started */
    KAD_CANCEL_OLDEST
};

struct kad_concurrency {
    uint32_t limit;
    enum kad_on_full on_full;
    /* What executions are counted by, from the parameters in the frame; NULL: all together. */
    const char *(*key)(struct kad_run *run, const void *frame);
};

/* How a person gives a parameter, where other triggers have parameters, too. */
struct kad_hand_parameter {
    bool is_offered; /* false: only other triggers have it */
    bool is_required;
    const char *default_json; /* or NULL */
};

/* Positions that are no steps. */
enum { KAD_END_COMPLETE = -1, KAD_END_FAIL = -2 };

struct kad_workflow {
    const char *id;
    const char *name;
    const char *version;
    const char *source;      /* path of the YAML file, relative to the project */
    const char *description; /* or NULL */
    /* The definition as one JSON document: printed by --describe, stored in `workflows`. */
    const char *definition;
    const struct kad_type *trigger; /* an object: the parameters */
    /* By field of `trigger`: what the triggers for people say; NULL: as the type says. */
    const struct kad_hand_parameter *by_hand;
    size_t trigger_offset; /* in the frame */
    size_t frame_size;
    const struct kad_step_info *steps;
    size_t step_count;
    int64_t timeout_ms;                        /* 0: none */
    const struct kad_budget *budget;           /* or NULL */
    const struct kad_concurrency *concurrency; /* NULL: any number */
    bool is_in_worktree; /* each execution works in a git worktree of its own */
    /* The variables that expressions name (`env.N`), read once, at the start:
     * NULL-terminated; NULL: none. */
    const char *const *env;
    /* The secrets that expressions name (`secrets.N`): NULL-terminated; NULL: none. */
    const char *const *secrets;
    /* `outputs:` of the workflow: its type and a function that computes them and hands them
     * to kad_finish; or NULL. */
    const struct kad_type *outputs;
    void (*finish)(struct kad_run *run, const void *frame);
    /* One step at `position`; returns the next position. */
    int (*advance)(struct kad_run *run, void *frame, int position);
};

/* Starts the step or reports its result. KAD_LATER: started, enter here again.
 *
 *   in   the step's inputs, of the action's type. Borrowed during the call.
 *   out  in the frame: filled on KAD_SUCCESS (and on failure if the action says so),
 *        zeroed otherwise.
 *
 * Only generated code calls it, through the typed function of the action. */
enum kad_outcome kad_do(struct kad_run *run, const struct kad_step_info *step,
                        const void *in, void *out);

/* The workflow is over with these outputs, of its type. Borrowed during the call: what they
 * point to may be on the caller's stack. Only generated code calls it. */
void kad_finish(struct kad_run *run, const void *outputs);

/* The action's word on which of its outcomes it was, from 1; from the step's own thread. */
void kad_name_outcome(struct kad_step *step, uint32_t outcome);
/* That of the step's last visit, which has succeeded. */
uint32_t kad_step_outcome(struct kad_run *run, const struct kad_step_info *step);

/* ---- What expressions read ---------------------------------------------------------- */

/* The workflow is over with what `status` says if it ended now: "completed", "failed". */
const char *kad_workflow_status(struct kad_run *run);
/* The first failure that nothing has recovered from, or NULL. */
const struct kad_error *kad_workflow_error(struct kad_run *run);
const char *kad_execution_id(struct kad_run *run);
const char *kad_execution_started_at(struct kad_run *run); /* ISO 8601, UTC */
const char *kad_step_status(struct kad_run *run, const struct kad_step_info *step);
int64_t kad_step_attempts(struct kad_run *run, const struct kad_step_info *step);
const struct kad_error *kad_step_error(struct kad_run *run,
                                       const struct kad_step_info *step);
/* Whether the step's last visit left outputs. */
bool kad_has_outputs(struct kad_run *run, const struct kad_step_info *step);
/* A variable as it was when the execution started; NULL: not set. */
const char *kad_env(struct kad_run *run, const char *name);

/* The frame of the item at which `run` works, of the forEach that is step `block`. */
void *kad_item(struct kad_run *run, const struct kad_step_info *block);

/* A secret by its name, for an input that is marked secret. An execution begins and goes on
 * only where all that its workflow names are there. */
const char *kad_secret(struct kad_run *run, const char *name);

/* Memory for the values of one entry; freed after the step's inputs are stored. */
void *kad_run_alloc(struct kad_run *run, size_t size);

/* ---- Main --------------------------------------------------------------------------- */

/* The program of a workflow; nothing where it is compiled into the program of another one
 * that calls it (KAD_CALLED). */
#ifdef KAD_CALLED
#define KAD_MAIN(workflow) struct kad_workflow
#else
#define KAD_MAIN(workflow)                                                             \
    int main(int argc, char **argv)                                                    \
    {                                                                                  \
        return kad_main(argc, argv, &(workflow));                                      \
    }                                                                                  \
    struct kad_workflow
#endif

/* The whole program wf-<id>: options, the store, the engine. Returns the exit code. */
int kad_main(int argc, char **argv, const struct kad_workflow *workflow);

#endif
