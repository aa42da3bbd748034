/* model.h: a workflow as its author wrote it, with every name and type resolved later.
 *
 * model.c makes it from the YAML tree and reports group 01 (structure), 0209 and 0218;
 * names.c, types.c and graph.c fill what is marked as theirs. A part that could not be read
 * is absent or poisoned, and has been reported. All memory is the compilation's arena.
 *
 * workflow->steps has all steps, those inside blocks too, in the order of the file: a block
 * is followed by the steps of its branches. */
#ifndef KADC_MODEL_H
#define KADC_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/duration.h"
#include "base/str.h"
#include "base/vec.h"
#include "doc.h"
#include "expr.h"
#include "table.h"
#include "types.h"

/* A name with its place; `text.p` NULL: not given. */
struct name {
    struct str text;
    struct span span;
};

/* ---- Modules ------------------------------------------------------------------------ */

/* Of each program that runs an action; 0: none. */
struct limits {
    int64_t memory_bytes, cpu_ms, output_bytes;
    uint32_t processes;
};

struct action {
    struct module *module;
    struct name name;
    struct str description;
    struct name deprecated; /* what to do instead; absent: it is not */
    /* Objects with a field for each input and output. */
    const struct type *inputs;
    const struct type *outputs;
    bool outputs_on_failure; /* outputs may be read, as optional, after a failure */
    bool is_idempotent, is_pure, is_privileged;
    struct name *outcomes;
    size_t outcome_count;
    struct name *errors;
    size_t error_count;
    int64_t timeout_ms;   /* 0: none */
    uint32_t agent_calls; /* of one run, at most */
    struct limits limits;
    struct str *effects;
    size_t effect_count;
};

struct module {
    const struct source *source;
    struct str folder; /* that holds module.yaml */
    bool is_broken;    /* reported; it has no actions */
    struct name name;
    struct str version;
    struct str description;
    /* An external program instead of C functions: argv of `command`; 0: native. */
    struct str *command;
    size_t command_count;
    struct action *actions;
    size_t action_count;
};

/* ---- Values ------------------------------------------------------------------------- */

/* What stands behind an input: a scalar, or a list or map of values. */
struct value {
    const struct node *node;
    struct template *scalar; /* NODE_SCALAR */
    struct value **items;    /* NODE_LIST, NODE_MAP */
    struct name *keys;       /* NODE_MAP */
    size_t count;
    const struct type *type;   /* by types.c: what the value is */
    const struct type *wanted; /* by types.c: what its place wants; NULL: unknown */
    bool is_reported; /* by types.c: it does not fit, and nothing more is said of it */
};

struct input {
    struct name name;
    struct value *value;
    const struct type_field *field; /* by types.c: the manifest's; NULL: reported */
};

/* ---- Routing ------------------------------------------------------------------------ */

enum route_kind {
    ROUTE_BROKEN,
    ROUTE_STEP,      /* target */
    ROUTE_COMPLETE,  /* $complete, or nothing said */
    ROUTE_FAIL,      /* $fail, or nothing said */
    ROUTE_CONDITION, /* condition ? yes : no */
    ROUTE_SWITCH,    /* the first case that holds, else `no` */
    ROUTE_OUTCOME    /* the case of the outcome that the action has named */
};

struct route_case {
    struct template *when; /* ROUTE_SWITCH */
    struct name outcome;   /* ROUTE_OUTCOME; absent: an `onSuccess` that was refused */
    struct route *then;
};

/* A decision tree whose leaves are targets. */
struct route {
    enum route_kind kind : 8;
    bool is_default; /* nothing was written here */
    bool is_blamed;  /* by graph.c: it has cut off a step, which has been reported */
    struct span span;
    struct name target_name; /* ROUTE_STEP */
    struct step *target;     /* by names.c */
    struct template *condition;
    struct route *yes;
    struct route *no; /* NULL: ROUTE_OUTCOME, whose cases are all there can be */
    struct route_case *cases;
    size_t case_count;
};

/* ---- Steps -------------------------------------------------------------------------- */

/* Failure codes, as written. */
struct retry_codes {
    struct name *items;
    size_t count;
};

/* `retry:`: how a failed attempt is repeated within its visit. */
struct retry {
    struct span span; /* of the key */
    uint32_t max_attempts;
    struct span max_attempts_span;
    int64_t initial_ms; /* 0: no wait */
    double factor;
    int64_t max_ms; /* 0: no cap */
    struct span max_span;
    double jitter;
    struct retry_codes on, not_on; /* at most one of them; none: all codes */
};

/* The longest that the waits between so many attempts take together. */
int64_t retry_waits_ms(const struct retry *retry, uint32_t attempt_count);

enum step_kind {
    STEP_ACTION,
    STEP_RUN,
    STEP_WAIT,
    STEP_APPROVAL,
    STEP_ROUTE, /* a decision alone: its `route` is on_success */
    STEP_PARALLEL,
    STEP_FOR_EACH,
    STEP_WORKFLOW
};

/* `run:` a program without a shell; its outputs are exitCode, stdout, stderr. */
struct run {
    struct value **args;
    size_t arg_count;
    struct input *env;
    size_t env_count;
    struct template *cwd; /* or NULL */
    struct template *stdin_text;
    int32_t *ok_exits;
    size_t ok_exit_count; /* 0: only 0 */
    bool is_idempotent;
};

/* One thing that a `wait:` waits for: a time, a moment, or an event; none: not readable,
 * reported. */
struct wait_way {
    struct name name;               /* of `first:`; absent: the only way */
    struct value *duration, *until; /* or NULL */
    struct name event;              /* or absent */
    struct input *match;            /* fields of the event's data */
    size_t match_count;
};

/* `wait:` its timeout is the step's. */
struct wait {
    struct wait_way *ways; /* in the order of the file; one, if it is not `first:` */
    size_t way_count;
    bool is_first;
    struct span span;   /* of `first`, or of the value */
    struct name *names; /* of the ways of `first`: the outcomes */
    size_t name_count;
};

/* The longest that it can take, by its literal durations; 0: they do not bound it. */
int64_t wait_literal_ms(const struct wait *wait);

/* `approval:` a person decides; its timeout is the step's. */
struct approval {
    struct span span; /* of the key */
    struct value *prompt;
    struct name *choices;
    size_t choice_count;
};

/* ---- Blocks ------------------------------------------------------------------------- */

/* How deep blocks may stand inside each other: 1301. */
enum { BLOCK_DEPTH_MAX = 16 };

enum block_mode { MODE_ALL, MODE_ANY, MODE_SETTLE, MODE_AT_LEAST };

/* A line of steps inside a block: steps [first, first + count) of the workflow, those of the
 * blocks inside included. The first is its entry. */
struct branch {
    struct name name;      /* parallel */
    struct template *when; /* parallel, or NULL: always */
    struct span span;      /* of the name, or of `steps` */
    size_t first, count;
};

/* What STEP_PARALLEL, STEP_FOR_EACH and STEP_WORKFLOW do. */
struct block {
    struct step *step;       /* whose block it is */
    struct span span;        /* of the key */
    struct branch *branches; /* forEach: one, without a name */
    size_t branch_count;
    enum block_mode mode;
    struct span mode_span;
    uint32_t at_least;
    /* STEP_FOR_EACH */
    struct value *each; /* the array */
    struct name as;     /* absent: `item`, and `index` */
    uint32_t max_items;
    struct span max_span;
    uint32_t concurrency;    /* 1: one after the other */
    const struct type *item; /* by types.c: of the array's items; poison: reported */
    /* STEP_WORKFLOW; the inputs are the step's */
    struct name workflow_name;
    struct workflow *workflow; /* by calls.c; NULL: reported */
};

/* What most passes look at stands first, and close together: there may be very many steps. */
struct step {
    enum step_kind kind : 8;
    bool is_duplicate;     /* an earlier step has this id: no route leads here */
    bool is_in_duplicate;  /* it stands in a step that is */
    bool is_misnamed;      /* its id is not formed as ids are: reported */
    bool is_merged;        /* it may be two, whose border is lost: reported */
    bool has_two_kinds;    /* it says two things to do: reported */
    bool has_lost_outputs; /* some entry of `outputs` has no name: reported */
    bool recovers;
    bool has_max_retries;
    bool
        is_cut_off; /* by graph.c: nothing leads here, as was said where the cause is */
    /* By graph.c: from the entry; every path to it, or some path to it, comes through a
     * failure that nothing has recovered from. */
    bool is_reachable;
    bool is_after_failure;
    bool can_be_after_failure;
    bool is_passed; /* of a step in a branch: each of its good ends has come through a
                     * success of it */
    /* By flow.c: some expression reads what became of the step. */
    bool is_read;
    /* By flow.c: some expression reads an output and has no other value for it. */
    bool are_outputs_needed;
    bool is_refined;         /* by types.c, see `outputs` */
    bool outputs_on_failure; /* by types.c */
    uint32_t max_retries;
    size_t index; /* in workflow->steps */
    size_t loop;  /* by graph.c: steps that lead to each other have the same */
    struct name id;
    struct route *on_success; /* `onOutcome`, too */
    struct route *on_failure;
    struct route *on_timeout; /* NULL: as on_failure */
    /* STEP_PARALLEL, STEP_FOR_EACH, STEP_WORKFLOW; NULL: another kind */
    struct block *block;
    /* The block and the branch that the step stands in; NULL: in none. */
    struct block *outer;
    struct branch *branch;
    const struct action *action; /* by names.c; NULL: reported */
    const struct node *node;
    struct input *inputs;
    size_t input_count;
    /* STEP_RUN */
    struct run run;
    /* STEP_WAIT */
    struct wait wait;
    /* STEP_APPROVAL */
    struct approval approval;
    struct retry *retry; /* or NULL */
    int64_t timeout_ms;  /* 0: the manifest's, or none */
    /* By types.c: what is readable as steps.ID.outputs: the manifest's outputs as refined by
     * the step. `is_refined`: it differs from the manifest's, so that the step has a C
     * struct of its own. */
    const struct type *outputs;
    struct type_field *declared_outputs; /* key `outputs`, a refinement */
    size_t declared_output_count;
    /* By names.c: the id in C (`fix_tests`), mangled if it must be. */
    const char *c_name;
    struct str title; /* key `name` */
    struct str description;
    /* STEP_ACTION */
    struct name module_name;
    struct name action_name;
    struct name lock; /* absent: none */
    struct span inputs_span, max_retries_span;
    struct span on_success_span, on_outcome_span, on_timeout_span; /* of the keys */
    /* By flow.c: whose outputs a start at this step needs. */
    VEC(const struct step *) needs;
};

/* ---- Guarantees ---------------------------------------------------------------------- */

enum guarantee_kind {
    GUARANTEE_BROKEN,
    GUARANTEE_AFTER,    /* steps[0] runs only after a success of steps[1] */
    GUARANTEE_LEADS_TO, /* a failure of steps[0] leads to steps[1] */
    GUARANTEE_NEVER     /* no two of them run in one execution */
};

struct guarantee {
    enum guarantee_kind kind;
    struct name *names;
    struct step **steps; /* by names.c; NULL: reported */
    size_t count;
};

/* ---- Triggers and workflows ---------------------------------------------------------- */

enum trigger_kind {
    TRIGGER_UNKNOWN, /* reported; only the names of its parameters are known */
    TRIGGER_CLI,
    TRIGGER_SCHEDULE,
    TRIGGER_WEBHOOK,
    TRIGGER_EVENT,
    TRIGGER_WATCH
};

/* What becomes of the times that pass while nobody keeps watch. */
enum catch_up { CATCH_UP_NONE, CATCH_UP_LAST, CATCH_UP_ALL };

/* What becomes of a time at which an execution of the trigger is still under way. */
enum overlap { OVERLAP_SKIP, OVERLAP_QUEUE, OVERLAP_ALL, OVERLAP_CANCEL };

struct schedule {
    struct name cron;     /* as written; absent: not given, reported */
    struct name timezone; /* as written; absent: UTC */
    enum catch_up catch_up;
    enum overlap overlap;
};

struct webhook {
    struct name path;
    struct str method;       /* "POST" */
    struct template *secret; /* or NULL */
};

/* What starts the workflow when an event comes. */
struct event_source {
    struct name name;
    struct template *filter; /* or NULL: every event of the name */
};

struct watch {
    struct name *paths; /* globs */
    size_t path_count;
    int64_t debounce_ms; /* how long they have to rest */
};

/* Where a trigger has the value of a parameter from. */
struct param_source {
    struct template *from; /* webhook, event, watch; NULL: the field of its name */
    struct value *value;   /* schedule; NULL: its default */
};

struct trigger {
    enum trigger_kind kind;
    const struct node *node;
    struct span span;    /* where findings about it as a whole are shown */
    struct name type;    /* as written */
    struct name command; /* cli */
    struct schedule schedule;
    struct webhook webhook;
    struct event_source event;
    struct watch watch;
    struct type_field *params;
    struct param_source *sources; /* of each parameter */
    size_t param_count;
};

/* `budget:`: what the worst case of one execution must not exceed. A place: it is given. */
struct budget {
    uint32_t steps;
    struct span steps_span;
    uint32_t agent_calls;
    struct span agent_calls_span;
    int64_t time_ms; /* 0: not given */
    struct span time_span;
};

enum on_full { ON_FULL_QUEUE, ON_FULL_SKIP, ON_FULL_CANCEL_OLDEST };

/* `concurrency:`: how many executions may be under way at the same time. */
struct concurrency {
    struct template *key; /* NULL: all executions count together */
    uint32_t limit;
    enum on_full on_full;
};

struct workflow_output {
    struct name name;
    const struct type *declared; /* or NULL */
    struct value *value;
};

struct workflow {
    const struct source *source;
    const struct node *root;
    struct name id; /* the file's stem */
    struct str name;
    struct str version;
    struct str description;
    struct trigger *triggers;
    size_t trigger_count;
    /* All parameters of all triggers, in order of first appearance: an object type. A
     * parameter that not every trigger has is optional. */
    const struct type *params;
    struct type_field *types; /* `types:` by name */
    size_t type_count;
    struct type_table *type_table; /* of model_types.c; NULL: no `types:` */
    struct step **steps;
    size_t step_count;
    struct table *step_table; /* by id: for workflow_step_find */
    struct table
        *loop_table; /* the first forEach for each name of an item, and `index` */
    struct missing_steps
        *missing_steps;       /* names that are no steps', once one was met */
    struct table field_names; /* by expr_bind.c: of types that lack a name */
    struct workflow_output *outputs;
    size_t output_count;
    struct budget budget;
    struct guarantee *guarantees;
    size_t guarantee_count;
    int64_t timeout_ms;
    struct concurrency *concurrency; /* NULL: any number */
    bool is_in_worktree; /* each execution works in a git worktree of its own */
    const char *c_name;  /* `implement_feature` */
    struct graph *graph; /* by graph.c */
    size_t number;       /* by calls.c: in program->workflows */
    bool is_called;      /* not named by the user: read because another one calls it */
    bool is_broken;      /* not even its steps could be read: later passes skip it */
    bool has_gaps;       /* some part could not be read and may have used any name */
    /* By graph.c: a route is broken, or something is wrong with where routes lead. That
     * nothing else can happen than what they say is no ground for a finding then. */
    bool has_doubtful_routes;
    bool has_odd_routes;     /* by graph.c: the same, where there is only a warning */
    bool hands_on_untrusted; /* by taint.c: text from outside is in its outputs */
    struct taint_param *taint_params; /* by taint_params.c: of each parameter */
    const struct step
        *unrepeatable;       /* by effects.c: the first that may not run twice */
    VEC(struct str) env;     /* by flow.c: the variables that expressions name */
    VEC(struct str) secrets; /* by flow.c: likewise */
};

/* One run of kadc. */
struct program {
    struct arena *arena;
    struct diags *diags;
    struct str *module_dirs;
    size_t module_dir_count;
    bool has_shipped_modules;     /* the last folder is that of the modules of kad */
    VEC(struct module *) modules; /* read on demand, by name; also the broken ones */
    struct names module_names;    /* of manifest_names, once it was asked */
    VEC(struct workflow *) workflows;
};

/* Reads one workflow. Never NULL; see is_broken. */
struct workflow *model_read(struct program *program, const struct source *source,
                            const struct node *root);

/* The manifest of `name` in the program's module folders (DIR/NAME/module.yaml), read once.
 * NULL: there is none, or it was broken (then *is_reported). */
struct module *manifest_find(struct program *program, struct str name,
                             bool *is_reported);
/* Reads the manifest of module `name`: the part of manifest_find that looks at no folder.
 * `module` is zeroed; `is_broken` is set when it can't be used. */
void manifest_parse(struct program *program, struct str name,
                    const struct source *source, struct module *module);
/* Names of all modules in the folders, sorted, for did-you-mean. */
struct names manifest_names(struct program *program);

const struct action *module_action_find(const struct module *module, struct str name);

/* "webhook", of a known one. */
struct str trigger_kind_text(enum trigger_kind kind);
const struct type_field *trigger_param_find(const struct trigger *trigger,
                                            struct str name);

struct step *workflow_step_find(const struct workflow *workflow, struct str id);

/* The named outcomes that a success of the step has one of; none: it just succeeds. */
const struct name *step_outcomes(const struct step *step, size_t *count);

/* Reads a type (`string`, `string?`, a mapping), for model.c and manifest.c. `named`: the
 * types of `types:`, or NULL. Poison when it was broken and reported. */
struct type_reader;
const struct type *type_read(struct program *program, const struct workflow *workflow,
                             const struct node *node);

#endif
