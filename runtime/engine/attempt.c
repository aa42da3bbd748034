/* attempt.c: kad_do: a visit of a step, with as many attempts as its budget allows.
 *
 *     kad_do -> may it start? -> inputs -> stored start -> the action -> outputs or failure
 *                                  ^                                          |
 *                                  +-- a wait -- failed, may be repeated -----+
 *
 * Values that the step's inputs may point to, its own last outputs and error among them,
 * stay until its last attempt is over; only then `settle` replaces them. */
#include <inttypes.h>
#include <string.h>

#include "codec.h"
#include "engine/gate.h"
#include "engine/retry.h"
#include "engine/secret.h"

/* ---- Beginning ---------------------------------------------------------------------- */

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return !a_ms || (b_ms && b_ms < a_ms) ? b_ms : a_ms;
}

static int64_t deadline_of(const struct kad_run *run, const struct kad_step_info *info)
{
    const int64_t timeout_ms =
        info->timeout_ms ? info->timeout_ms : info->action->timeout_ms;

    return earlier(timeout_ms ? run_now_ms(run) + timeout_ms : 0, run->deadline_ms);
}

static void open_log(struct kad_step *step)
{
    const struct project *project = step->run->engine->project;
    const char *folder = project ? arena_printf(&step->memory, "%s/logs/%s",
                                                project->state, step->run->row->id)
                                 : NULL;

    step_log_init(&step->log, folder,
                  arena_printf(&step->memory, "%s/%s.%" PRIu32 ".%" PRIu32 ".log",
                               folder, step->info->id, step->visit, step->attempt));
}

void attempt_begin(struct kad_run *run, const struct kad_step_info *info,
                   uint32_t visit, uint32_t attempt)
{
    struct kad_step *step = &run->step;

    arena_release(&step->memory);
    arena_release(&step->outputs_memory);
    *step = (struct kad_step){
        .run = run,
        .info = info,
        .state = run_state(run, info),
        .visit = visit,
        .attempt = attempt,
    };
    step->state->visit = visit;
    step->key = arena_printf(&step->memory, "%s/%s/%" PRIu32 "/%" PRIu32, run->row->id,
                             info->id, visit, attempt);
    step->deadline_ms = deadline_of(run, info);
    open_log(step);
}

/* false: run->stop says why not. */
static bool may_start(struct kad_run *run)
{
    if (run_is_over(run) != WAIT_ON)
        return false;
    if (run->deadline_ms && run_now_ms(run) >= run->deadline_ms)
        run->stop = STOP_DEADLINE;
    return run->stop == STOP_NONE;
}

static bool has_budget(const struct kad_step *step)
{
    return !step->info->is_bounded || step->state->runs <= step->info->max_retries;
}

/* ---- The end of an attempt ---------------------------------------------------------- */

static void notify(const struct kad_step *step, enum notice_kind kind,
                   enum step_status status, const char *text)
{
    run_notify(step->run, &(struct notice){
                              .kind = kind,
                              .step = step->info,
                              .run = step->state->runs,
                              .attempt = step->attempt,
                              .status = status,
                              .now_ms = run_now_ms(step->run),
                              .text = text,
                          });
}

static enum step_status status_of(enum kad_outcome outcome)
{
    switch (outcome) {
    case KAD_SUCCESS: return STEP_RUN_COMPLETED;
    case KAD_FAILURE: return STEP_RUN_FAILED;
    case KAD_TIMEOUT: return STEP_RUN_TIMED_OUT;
    case KAD_LATER: break;
    }
    return STEP_RUN_RUNNING;
}

static void fail(struct kad_step *step, enum kad_failure_code code, const char *message)
{
    step->outcome = KAD_FAILURE;
    step->failure = failure_new(&step->memory, step->info, code, message);
}

/* The last outcome of a visit becomes what expressions see, and what the workflow's error
 * is. `out` is the step's place in the frame. */
static void settle(struct kad_step *step, enum step_status status, void *out)
{
    struct kad_run *run = step->run;
    struct step_state *state = step->state;
    const size_t size_bytes = run_outputs_type(step->info)->size_bytes;

    run->error_before = run->error;
    arena_release(&state->memory);
    state->memory = step->outputs_memory;
    step->outputs_memory = (struct arena){0};
    state->status = step_status_name(status);
    state->error = failure_copy(&state->memory, &step->failure);
    state->attempts = state->runs;
    state->has_outputs = step->value;
    state->outcome = step->failure.code ? 0 : step->named_outcome;
    if (size_bytes && step->value) /* without outputs there is no place for them */
        memcpy(out, step->value, size_bytes);
    else if (size_bytes)
        memset(out, 0, size_bytes);
    if (step->failure.code && !run->error.code)
        run->error = failure_copy(&run->memory, &step->failure);
    else if (status == STEP_RUN_COMPLETED && step->info->recovers)
        run->error = (struct kad_error){0};
}

static void *place_of(const struct kad_step *step)
{
    return (char *)step->run->frame + step->info->outputs_offset;
}

void attempt_decide(struct kad_run *run, enum step_status status)
{
    settle(&run->step, status, place_of(&run->step));
    pending_end(run, status);
    run->entry = ENTRY_REPORT;
    run->reported = status == STEP_RUN_FAILED ? KAD_FAILURE : KAD_SUCCESS;
}

void attempt_abandon(struct kad_run *run)
{
    settle(&run->step, STEP_RUN_CANCELLED, place_of(&run->step));
    pending_end(run, STEP_RUN_CANCELLED);
}

void attempt_fail_route(struct kad_run *run)
{
    struct pending *pending = &run->pending;
    struct kad_step *step = &run->step;
    const bool keeps_outputs = step->info->action->outputs_on_failure;

    step->failure = failure_new(&pending->ended_memory, step->info,
                                KAD_FAILURE_EXPRESSION, run->fault);
    pending->ending.status = STEP_RUN_FAILED;
    pending->ending.outcome = NULL;
    pending->ending.error = failure_json(&pending->ended_memory, &step->failure);
    run->error = run->error_before;
    if (keeps_outputs) {
        step->outputs_memory = step->state->memory;
        step->state->memory = (struct arena){0};
    } else {
        pending->ending.outputs = NULL;
        step->value = NULL;
    }
    settle(step, STEP_RUN_FAILED, place_of(step));
    notify(step, NOTICE_ENDED, STEP_RUN_FAILED, run->fault);
    run->entry = ENTRY_REPORT;
    run->reported = KAD_FAILURE;
}

/* The step fails before it is called. */
static enum kad_outcome fail_uncalled(struct kad_step *step, enum kad_failure_code code,
                                      const char *message, void *out)
{
    struct kad_run *run = step->run;

    gate_close(run);
    fail(step, code, message);
    notify(step, NOTICE_ENDED, STEP_RUN_FAILED, message);
    settle(step, STEP_RUN_FAILED, out);
    if (run->entry == ENTRY_AGAIN)
        pending_end(run, STEP_RUN_FAILED);
    else if (!boundary_uncalled(run))
        return KAD_LATER;
    run->entry = ENTRY_VISIT;
    return KAD_FAILURE;
}

/* ---- Calling ------------------------------------------------------------------------ */

static bool is_interrupted(enum stop stop)
{
    return stop != STOP_NONE && stop != STOP_DEADLINE;
}

static bool is_declared(const struct kad_action *action, const char *code)
{
    if (!action->errors)
        return true;
    for (size_t i = 0; action->errors[i]; i++)
        if (!strcmp(action->errors[i], code))
            return true;
    for (int i = 0; i < KAD_FAILURE_CODE_COUNT; i++)
        if (!strcmp(kad_failure_name((enum kad_failure_code)i), code))
            return true;
    return false;
}

/* Whether the action has named one of those that it declares. */
static bool has_outcome(const struct kad_step *step)
{
    uint32_t count = 0;

    while (step->info->action->outcomes[count])
        count++;
    return step->named_outcome >= 1 && step->named_outcome <= count;
}

void kad_name_outcome(struct kad_step *step, uint32_t outcome)
{
    step->named_outcome = outcome;
}

uint32_t kad_step_outcome(struct kad_run *run, const struct kad_step_info *info)
{
    return run_state(run, info)->outcome;
}

/* What the action's answer means when somebody asked to stop, or time is up. */
static enum kad_outcome judge(struct kad_step *step, enum kad_outcome outcome)
{
    struct kad_run *run = step->run;

    if (outcome == KAD_SUCCESS && step->info->action->outcomes && !has_outcome(step)) {
        fail(step, KAD_FAILURE_BAD_OUTPUT, "it succeeded with none of its outcomes");
        return KAD_FAILURE;
    }
    if (outcome == KAD_SUCCESS) {
        if (run->stop == STOP_PARKED) /* it found an answer without the person */
            run->stop = STOP_NONE;
        return outcome;
    }
    if (is_interrupted(run->stop))
        return KAD_LATER;
    if (outcome == KAD_TIMEOUT || (step->has_timed_out && !step->failure.code)) {
        if (run->deadline_ms && run_now_ms(run) >= run->deadline_ms)
            run->stop = STOP_DEADLINE;
        step->failure =
            run->stop == STOP_DEADLINE
                ? budget_deadline_error(run, &step->memory, step->info)
                : failure_new(&step->memory, step->info, KAD_FAILURE_TIMED_OUT,
                              kad_failure_text(KAD_FAILURE_TIMED_OUT));
        return KAD_TIMEOUT;
    }
    if (!step->failure.code)
        fail(step, KAD_FAILURE_UNEXPLAINED, kad_failure_text(KAD_FAILURE_UNEXPLAINED));
    if (!is_declared(step->info->action, step->failure.code))
        kad_log(step,
                "the module failed with `%s`, which its manifest does not declare",
                step->failure.code);
    return KAD_FAILURE;
}

/* Outputs are read back from the stored form, so that a resumed execution sees the same. */
static void take_outputs(struct kad_step *step, const void *produced)
{
    const struct kad_type *type = run_outputs_type(step->info);
    const enum codec_mode mode =
        step->outcome == KAD_SUCCESS ? CODEC_AFTER_SUCCESS : CODEC_AFTER_FAILURE;
    void *value = arena_alloc(&step->outputs_memory, type->size_bytes);
    const char *problem = codec_encode(&step->memory, step->info->action->outputs, mode,
                                       produced, &step->outputs);

    if (!problem)
        problem = secret_outputs(step);
    if (!problem)
        problem = codec_decode(&step->outputs_memory, type, mode, step->outputs.text,
                               step->outputs.len, value);
    if (!problem) {
        step->value = value;
        return;
    }
    step->outputs = (struct kad_json){0};
    if (mode == CODEC_AFTER_SUCCESS)
        fail(step, KAD_FAILURE_BAD_OUTPUT, problem);
    else
        kad_log(step, "the outputs of the failed step are dropped: %s", problem);
}

static void call(struct kad_step *step, const void *in)
{
    const struct kad_action *action = step->info->action;
    void *produced = arena_alloc(&step->memory, action->outputs->size_bytes);

    step->outcome = judge(step, action->call ? action->call(step, in, produced)
                                             : external_call(step, produced));
    if (step->outcome == KAD_SUCCESS ||
        (step->outcome != KAD_LATER && action->outputs_on_failure))
        take_outputs(step, produced);
    step_log_close(&step->log);
}

/* The step was interrupted, or waits for a person: its row goes on running. */
static void suspend(struct kad_step *step)
{
    struct kad_run *run = step->run;

    if (run->stop == STOP_CANCEL) {
        pending_end(run, STEP_RUN_CANCELLED);
        return;
    }
    if (run->stop != STOP_PAUSE)
        return;
    pending_event(run, "step_interrupted", step->info->id, NULL);
    if (!step->info->is_idempotent && !step->info->action->is_idempotent)
        resume_ask(run);
}

/* ---- A visit ------------------------------------------------------------------------ */

static bool store_start(struct kad_step *step)
{
    struct kad_run *run = step->run;
    bool is_stored;

    if (run->entry == ENTRY_AGAIN) {
        is_stored = boundary_again(run);
    } else {
        if (gate_is(&step->gate, "retry"))
            gate_close(run);
        step->state->runs++;
        is_stored = boundary_start(run);
    }
    if (is_stored)
        notify(step, NOTICE_STARTED, STEP_RUN_RUNNING, NULL);
    return is_stored;
}

static bool may_repeat(const struct kad_step *step)
{
    const struct kad_step_info *info = step->info;

    if (step->outcome == KAD_SUCCESS || !has_budget(step) || !budget_has_room(step) ||
        step->run->stop != STOP_NONE)
        return false;
    if (!info->retry)
        return info->is_bounded;
    return retry_is_wanted(info->retry, step->attempt, step->failure.code);
}

/* Whether the visit goes on with another attempt; run->step is then that, behind a gate if
 * it has to wait. */
static bool retries(struct kad_step *step)
{
    struct kad_run *run = step->run;
    const struct kad_step_info *info = step->info;
    const struct kad_step failed = *step;
    int64_t wait_ms = 0;

    if (!may_repeat(step))
        return false;
    if (info->retry)
        wait_ms = retry_wait_ms(info->retry, failed.attempt, failed.key);
    attempt_begin(run, info, failed.visit, failed.attempt + 1);
    run->entry = ENTRY_RETRY;
    if (wait_ms > 0) {
        const char *key = arena_copy(&step->memory, failed.key, strlen(failed.key));

        step->gate = gate_until(run, key, "retry", run_now_ms(run) + wait_ms);
        boundary_backoff(run); /* else run->stop ends the visit */
    }
    return true;
}

/* The time of the attempt has come; its own time begins. */
static bool wait_for_attempt(struct kad_step *step)
{
    if (!gate_is(&step->gate, "retry"))
        return true;
    if (!gate_wait(step))
        return false;
    step->deadline_ms = deadline_of(step->run, step->info);
    return true;
}

static enum kad_outcome end_visit(struct kad_step *step, void *out)
{
    struct kad_run *run = step->run;

    settle(step, status_of(step->outcome), out);
    run->entry = ENTRY_VISIT;
    return run->stop == STOP_NONE || step->outcome == KAD_SUCCESS ? step->outcome
                                                                  : KAD_LATER;
}

static enum kad_outcome visit(struct kad_step *step, const void *in, void *out)
{
    struct kad_run *run = step->run;

    do {
        const char *problem = codec_encode(&step->memory, step->info->action->inputs,
                                           CODEC_AFTER_SUCCESS, in, &step->inputs);

        if (!problem && run->entry != ENTRY_AGAIN)
            problem = gate_open(step, in);
        if (problem)
            return fail_uncalled(step, KAD_FAILURE_BAD_INPUT, problem, out);
        if (!wait_for_attempt(step) || !may_start(run) || !store_start(step))
            return KAD_LATER;
        call(step, in);
        if (step->outcome == KAD_LATER) {
            suspend(step);
            return KAD_LATER;
        }
        notify(step, NOTICE_ENDED, status_of(step->outcome), step->failure.message);
        gate_close(run);
        pending_end(run, status_of(step->outcome));
    } while (retries(step));
    return end_visit(step, out);
}

static enum kad_outcome start(struct kad_run *run, const struct kad_step_info *info,
                              const void *in, void *out)
{
    struct kad_step *step = &run->step;

    if (run->entry == ENTRY_VISIT)
        attempt_begin(run, info, run_state(run, info)->visit + 1, 1);
    if (run->fault[0])
        return fail_uncalled(step, KAD_FAILURE_EXPRESSION, run->fault, out);
    if (run->entry == ENTRY_VISIT && !has_budget(step))
        return fail_uncalled(step, KAD_FAILURE_RETRIES_EXHAUSTED,
                             kad_failure_text(KAD_FAILURE_RETRIES_EXHAUSTED), out);
    if (run->entry != ENTRY_AGAIN && !budget_has_room(step))
        return fail_uncalled(step, KAD_FAILURE_BUDGET_EXHAUSTED,
                             kad_failure_text(KAD_FAILURE_BUDGET_EXHAUSTED), out);
    return visit(step, in, out);
}

enum kad_outcome kad_do(struct kad_run *run, const struct kad_step_info *info,
                        const void *in, void *out)
{
    enum kad_outcome outcome = run->reported;

    if (run->entry == ENTRY_REPORT)
        run->entry = ENTRY_VISIT;
    else if (run->stop == STOP_NONE)
        outcome = start(run, info, in, out);
    else
        outcome = KAD_LATER;
    run->reported = outcome;
    run->fault[0] = '\0';
    arena_release(&run->values);
    return outcome;
}
