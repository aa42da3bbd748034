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

#define kad_unreachable() kad_bug(__FILE__, __LINE__)
_Noreturn void kad_bug(const char *file, int line); /* a message, exit 70 */

struct kad_run; /* one execution in this process; opaque */

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
/* Module "", name "run"; the engine knows it by its address. Not idempotent. */
extern const struct kad_action kad_run_action;

/* `route:` steps do nothing, and succeed. Module "", name "route". */
extern const struct kad_action kad_route_action;

/* `wait:` steps: for a time, or until a moment (ISO 8601). */
struct kad_wait_inputs {
    struct kad_optional_integer duration; /* ms */
    const char *until;                    /* or NULL */
};

/* Module "", name "wait"; the engine knows it by its address. */
extern const struct kad_action kad_wait_action;

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
    /* The step's own refinement of the action's outputs, or NULL: as the action says. */
    const struct kad_type *outputs;
    size_t outputs_offset; /* in the workflow's frame */
    int64_t timeout_ms;    /* 0: the action's */
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
};

/* What one execution may use up, however often it is resumed. */
struct kad_budget {
    uint32_t steps;       /* runs of steps */
    uint32_t agent_calls; /* those that the actions declare */
    int64_t time_ms;      /* without the pauses; 0: no limit */
};
#define KAD_NO_LIMIT UINT32_MAX

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
    size_t trigger_offset;          /* in the frame */
    size_t frame_size;
    const struct kad_step_info *steps;
    size_t step_count;
    int64_t timeout_ms;              /* 0: none */
    const struct kad_budget *budget; /* or NULL */
    /* The variables that expressions name (`env.N`), read once, at the start:
     * NULL-terminated; NULL: none. */
    const char *const *env;
    /* `outputs:` of the workflow: its type and a function that computes them; or NULL. */
    const struct kad_type *outputs;
    void (*finish)(struct kad_run *run, const void *frame, void *outputs);
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

/* Memory for the values of one entry; freed after the step's inputs are stored. */
void *kad_run_alloc(struct kad_run *run, size_t size);

/* ---- Main --------------------------------------------------------------------------- */

/* The whole program wf-<id>: options, the store, the engine. Returns the exit code. */
int kad_main(int argc, char **argv, const struct kad_workflow *workflow);

#endif
