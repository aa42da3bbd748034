/* run.h: one execution while it runs, and the attempt that it is at; inside the engine.
 *
 * Memory: `memory` lives as long as the run; `values` holds what one entry of the workflow
 * computes and is emptied when kad_do returns; each step owns its last outputs and error;
 * each attempt has an arena, which is freed when its end is stored. */
#ifndef KAD_ENGINE_RUN_H
#define KAD_ENGINE_RUN_H

#include <jansson.h>

#include "engine/engine.h"
#include "engine/step_log.h"

/* What the next kad_do is to do. */
enum entry {
    ENTRY_VISIT, /* a new visit of the step */
    ENTRY_AGAIN, /* the attempt that was in flight, once more */
    ENTRY_RETRY, /* the next attempt of the visit */
    ENTRY_REPORT /* nothing: the step is over, `reported` is its outcome */
};

enum stop {
    STOP_NONE,
    STOP_PAUSE,    /* a person asked */
    STOP_CANCEL,   /* a person asked */
    STOP_PARKED,   /* the step waits for a person */
    STOP_WAITING,  /* the step waits for a time, and nobody stays with it */
    STOP_DEADLINE, /* the workflow's */
    STOP_ASKED,    /* a person has been asked before, and has not answered */
    STOP_NOT_DUE,  /* it has waited before, and its time has not come */
    STOP_OVER,     /* the execution has ended before */
    STOP_REFUSED,  /* a resume can't go on */
    STOP_STORE     /* the journal has failed */
};

/* What the execution knows about a step: its last visit that is over. */
struct step_state {
    const char *status;     /* as expressions see it */
    struct kad_error error; /* code NULL: none */
    bool has_outputs;
    uint32_t outcome;    /* which of the action's, from 1; 0: none */
    struct arena memory; /* of the error, and of the outputs in the frame */
    uint32_t visit;      /* the last one, over or not */
    uint32_t runs;       /* since the budget was fresh */
    uint32_t attempts;   /* `runs` when the last visit ended */
};

/* One attempt of a step. */
struct kad_step {
    struct kad_run *run;
    const struct kad_step_info *info;
    struct step_state *state;
    uint32_t visit, attempt;
    const char *key;
    struct arena memory;
    struct kad_json inputs;
    int64_t deadline_ms; /* 0: none */
    struct step_log log;
    struct kad_error failure; /* of kad_fail; code NULL: none */
    struct gate_row gate;     /* see gate.h; kind NULL: none */
    bool has_timed_out;
    uint32_t agent_calls; /* that it has made */

    /* Once it is over: */
    enum kad_outcome outcome;
    uint32_t named_outcome;      /* which of the action's, from 1; 0: none */
    struct kad_json outputs;     /* text NULL: none */
    struct arena outputs_memory; /* of `value` */
    void *value;                 /* the outputs, of the step's type; or NULL */
};

enum { PENDING_EVENTS_MAX = 8 };

/* What has happened and is stored with the next commit. */
struct pending {
    const struct kad_step_info *ended; /* or NULL: no step has ended */
    uint32_t visit, attempt;           /* of it */
    struct step_ending ending;
    struct arena ended_memory; /* of `ending` */
    const char *close_gate;
    struct history_row events[PENDING_EVENTS_MAX];
    size_t event_count;
    struct arena memory; /* of the events */
};

struct kad_run {
    struct engine *engine;
    const struct kad_workflow *workflow;
    const struct execution_row *row;
    struct arena memory, values;
    void *frame;
    json_t *env;            /* or NULL */
    json_t *modules;        /* see struct engine; or NULL */
    struct gate_row *gates; /* that were open when it was loaded */
    size_t gate_count;
    struct step_state *steps; /* one for each step */

    enum entry entry;
    enum kad_outcome reported;
    struct kad_step step;
    struct pending pending;
    bool clears_request;

    struct kad_error error;        /* workflow.error; code NULL: none */
    struct kad_error error_before; /* the same before the last step ended */
    char fault[512];               /* of an expression; empty: none */
    enum stop stop;
    enum engine_end end;    /* when it is over */
    const char *ended_step; /* ENGINE_PAUSED: where it is */
    int64_t deadline_ms;    /* of the workflow; 0: none */
    const char *outputs;    /* JSON of the workflow's */
    const char *refusal;
};

/* ---- run.c -------------------------------------------------------------------------- */

/* Reads the parameters and the environment from the row; run->stop says when it can't. */
void run_init(struct kad_run *run, struct engine *engine,
              const struct execution_row *row);
void run_release(struct kad_run *run);
/* What a new execution reads once: row->state. */
const char *run_state_json(struct arena *arena, const struct engine *engine);
/* From `position` to an end or a stop. */
void run_from(struct kad_run *run, int position);
/* What has become of it; texts are copied to the arena. */
void run_result(const struct kad_run *run, struct arena *arena,
                struct engine_result *result);

int64_t run_now_ms(const struct kad_run *run);
struct step_state *run_state(const struct kad_run *run,
                             const struct kad_step_info *info);
/* NULL: no such step. */
const struct kad_step_info *run_find_step(const struct kad_run *run, const char *id);
/* The names of its outcomes, NULL-terminated; NULL: it has none. */
const char *const *run_outcomes(const struct kad_step_info *info);
/* Which of them has this name, from 1; 0: none. */
uint32_t run_find_outcome(const struct kad_step_info *info, const char *name);
/* The type of its outputs in the frame. */
const struct kad_type *run_outputs_type(const struct kad_step_info *info);
/* Asks whether somebody wants the run to stop; sets run->stop. */
enum wait_verdict run_is_over(struct kad_run *run);
/* The request can't be fulfilled: nothing more happens. */
void run_refuse(struct kad_run *run, const char *format, ...) KAD_PRINTF(2, 3);
void run_notify(struct kad_run *run, const struct notice *notice);

/* ---- failure.c ---------------------------------------------------------------------- */

struct kad_error failure_new(struct arena *arena, const struct kad_step_info *info,
                             enum kad_failure_code code, const char *message);
struct kad_error failure_copy(struct arena *arena, const struct kad_error *failure);
/* NULL when its code is NULL. */
const char *failure_json(struct arena *arena, const struct kad_error *failure);
/* Of a stored text; code NULL: none, or not readable. */
struct kad_error failure_parse(struct arena *arena, const char *json);

/* ---- budget.c ----------------------------------------------------------------------- */

/* Whether one more run of the step fits the workflow's budget. */
bool budget_has_room(const struct kad_step *step);
/* When an execution that starts now has no more time; 0: never. */
int64_t budget_deadline_ms(const struct kad_run *run);
/* That its time is over. */
struct kad_error budget_deadline_error(struct kad_run *run, struct arena *arena,
                                       const struct kad_step_info *info);

/* ---- attempt.c ---------------------------------------------------------------------- */

/* Makes run->step this attempt. */
void attempt_begin(struct kad_run *run, const struct kad_step_info *info,
                   uint32_t visit, uint32_t attempt);
/* run->step is over without a call, as a person has decided: the next kad_do reports it.
 * Skipped, completed: step->outputs and step->value may be set. Failed: step->failure is. */
void attempt_decide(struct kad_run *run, enum step_status status);
/* run->step is given up: the execution starts elsewhere. */
void attempt_abandon(struct kad_run *run);
/* The step that has just reported success turns out to have failed: no route. */
void attempt_fail_route(struct kad_run *run);

/* ---- boundary.c --------------------------------------------------------------------- */

/* Remembers an event for the next commit; `data` is JSON, static or in pending.memory; or
 * NULL. */
void pending_event(struct kad_run *run, const char *type, const char *step_id,
                   const char *data);
/* Remembers the end of run->step, and takes its memory. */
void pending_end(struct kad_run *run, enum step_status status);

/* Each is one commit. false: the journal has failed, run->stop says so. */
bool boundary_start(struct kad_run *run);
/* The attempt in flight runs again. */
bool boundary_again(struct kad_run *run);
/* run->step has failed before it was called. */
bool boundary_uncalled(struct kad_run *run);
/* An attempt has failed; run->step is the next one, with the gate that it waits at. */
bool boundary_backoff(struct kad_run *run);
/* With run->step's gate, if it has one. */
bool boundary_pause(struct kad_run *run, const struct kad_step_info *info);
bool boundary_wait(struct kad_run *run, const struct kad_step_info *info);
bool boundary_cancel(struct kad_run *run);
/* Completed, or failed with run->error. */
bool boundary_end(struct kad_run *run);

/* ---- load.c ------------------------------------------------------------------------- */

/* What has happened, from the journal: errors, outputs, budgets, the time that is left. */
void run_load(struct kad_run *run);
/* The open gate of this attempt; NULL: none. */
const struct gate_row *run_gate_find(const struct kad_run *run, const char *step_key);

/* ---- resume.c ----------------------------------------------------------------------- */

/* "question": did it happen? Opened for run->step. */
void resume_ask(struct kad_run *run);

/* ---- external.c --------------------------------------------------------------------- */

/* An action of a module that is a program. */
enum kad_outcome external_call(struct kad_step *step, void *out);

#endif
