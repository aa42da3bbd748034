/* model.h: a workflow as its author wrote it, with every name and type resolved later.
 *
 * model.c makes it from the YAML tree and reports group 01 (structure), 0209 and 0218;
 * names.c, types.c and graph.c fill what is marked as theirs. A part that could not be read
 * is absent or poisoned, and has been reported. All memory is the compilation's arena.
 *
 * Not in the language yet, and refused as an unknown or unsupported key: parallel, forEach,
 * wait, approval, workflow, route, retry, guarantees, budget, concurrency, workspace. */
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
#include "types.h"

/* A name with its place; `text.p` NULL: not given. */
struct name {
    struct str text;
    struct span span;
};

/* ---- Modules ------------------------------------------------------------------------ */

struct action {
    struct module *module;
    struct name name;
    struct str description;
    /* Objects with a field for each input and output. */
    const struct type *inputs;
    const struct type *outputs;
    bool outputs_on_failure; /* outputs may be read, as optional, after a failure */
    bool is_idempotent, is_pure, is_privileged;
    struct name *outcomes;
    size_t outcome_count;
    struct name *errors;
    size_t error_count;
    int64_t timeout_ms; /* 0: none */
    bool calls_agent;   /* agentCalls: N > 0 */
    uint32_t agent_calls;
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
    const struct type *type; /* by types.c: what the value is */
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
    ROUTE_SWITCH     /* the first case that holds, else `no` */
};

struct route_case {
    struct template *when;
    struct route *then;
};

/* A decision tree whose leaves are targets. */
struct route {
    enum route_kind kind;
    struct span span;
    bool is_default;         /* nothing was written here */
    struct name target_name; /* ROUTE_STEP */
    struct step *target;     /* by names.c */
    struct template *condition;
    struct route *yes;
    struct route *no;
    struct route_case *cases;
    size_t case_count;
    bool is_blamed; /* by graph.c: it has cut off a step, which has been reported */
};

/* ---- Steps -------------------------------------------------------------------------- */

enum step_kind { STEP_ACTION, STEP_RUN };

/* `run:` a program without a shell; its outputs are exitCode, stdout, stderr. */
struct run {
    struct value **args;
    size_t arg_count;
    struct input *env;
    size_t env_count;
    struct template *cwd;   /* or NULL */
    struct template *stdin_text;
    int32_t *ok_exits;
    size_t ok_exit_count;   /* 0: only 0 */
    bool is_idempotent;
};

struct step {
    enum step_kind kind;
    const struct node *node;
    size_t index; /* in workflow->steps */
    struct name id;
    bool is_duplicate; /* an earlier step has this id: no route leads here */
    bool is_misnamed;  /* its id is not formed as ids are: reported */
    bool is_merged;    /* it may be two, whose border is lost: reported */
    bool has_lost_outputs; /* some entry of `outputs` has no name: reported */
    struct str title;       /* key `name` */
    struct str description;
    /* STEP_ACTION */
    struct name module_name;
    struct name action_name;
    const struct action *action; /* by names.c; NULL: reported */
    struct input *inputs;
    size_t input_count;
    struct span inputs_span;
    struct type_field *declared_outputs; /* key `outputs`, a refinement */
    size_t declared_output_count;
    /* STEP_RUN */
    struct run run;
    /* By types.c: what is readable as steps.ID.outputs: the manifest's outputs as refined by
     * the step. `is_refined`: it differs from the manifest's, so that the step has a C
     * struct of its own. */
    const struct type *outputs;
    bool is_refined;
    bool outputs_on_failure; /* by types.c */
    struct route *on_success;
    struct route *on_failure;
    struct route *on_timeout; /* NULL: as on_failure */
    struct span on_timeout_span;
    bool recovers;
    bool has_max_retries;
    uint32_t max_retries;
    struct span max_retries_span;
    int64_t timeout_ms; /* 0: the manifest's, or none */
    /* By names.c: the id in C (`fix_tests`), mangled if it must be. */
    const char *c_name;
    bool is_cut_off; /* by graph.c: nothing leads here, as was said where the cause is */
    /* By graph.c: from the entry; every path to it, or some path to it, comes through a
     * failure that nothing has recovered from. */
    bool is_reachable;
    bool is_after_failure;
    bool can_be_after_failure;
    /* By flow.c: some expression reads an output and has no other value for it. */
    bool are_outputs_needed;
    /* By flow.c: whose outputs a start at this step needs. */
    VEC(const struct step *) needs;
};

/* ---- Triggers and workflows ---------------------------------------------------------- */

enum trigger_kind { TRIGGER_CLI }; /* schedule, webhook, event, watch: not yet */

struct trigger {
    enum trigger_kind kind;
    struct span span;
    struct name command; /* cli */
    struct type_field *params;
    size_t param_count;
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
    struct missing_steps *missing_steps; /* names that are no steps', once one was met */
    struct workflow_output *outputs;
    size_t output_count;
    int64_t timeout_ms;
    const char *c_name; /* `implement_feature` */
    struct graph *graph; /* by graph.c */
    bool is_broken;      /* not even its steps could be read: later passes skip it */
    bool has_gaps;       /* some part could not be read and may have used any name */
    /* By graph.c: a route is broken, or something is wrong with where routes lead. That
     * nothing else can happen than what they say is no ground for a finding then. */
    bool has_doubtful_routes;
    bool has_odd_routes; /* by graph.c: the same, where there is only a warning */
    VEC(struct str) env; /* by flow.c: the variables that expressions name */
};

/* One run of kadc. */
struct program {
    struct arena *arena;
    struct diags *diags;
    struct str *module_dirs;
    size_t module_dir_count;
    bool has_shipped_modules; /* the last folder is that of the modules of kad */
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

struct step *workflow_step_find(const struct workflow *workflow, struct str id);

/* Reads a type (`string`, `string?`, a mapping), for model.c and manifest.c. `named`: the
 * types of `types:`, or NULL. Poison when it was broken and reported. */
struct type_reader;
const struct type *type_read(struct program *program, const struct workflow *workflow,
                             const struct node *node);

#endif
