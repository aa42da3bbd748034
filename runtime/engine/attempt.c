/* attempt.c: kad_do: a visit of a step, with as many attempts as its budget allows.
 *
 *     may it start? -> inputs -> stored start -+-> the action, here -------------+-> answer
 *            ^                                 +-> elsewhere: PHASE_CALL ........+     |
 *            |                                 +-> a gate: PHASE_GATE ...........+     |
 *            |                                 +-> steps inside: PHASE_INSIDE ...+     |
 *            +------------ a wait at a gate -------- failed, may be repeated ----------+
 *
 * On a dotted way kad_do returns KAD_LATER, and is entered again when there is an answer, or
 * when the time of the next attempt has come.
 *
 * Values that the step's inputs may point to, its own last outputs and error among them,
 * stay until its last attempt is over; only then `settle` replaces them. */
#include <inttypes.h>
#include <string.h>

#include "codec.h"
#include "engine/gate.h"
#include "engine/retry.h"

/* ---- Beginning ---------------------------------------------------------------------- */

void attempt_set_deadlines(struct kad_step *step)
{
    const struct kad_run *run = step->run;
    const struct kad_step_info *info = step->info;
    const int64_t timeout_ms =
        info->timeout_ms ? info->timeout_ms : info->action->timeout_ms;

    step->own_deadline_ms =
        earlier_ms(timeout_ms ? later_ms(run_now_ms(run), timeout_ms) : 0,
                   run_block_limit_ms(run));
    step->deadline_ms = earlier_ms(step->own_deadline_ms, run_limit_ms(run));
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
        .started_ms = run_now_ms(run),
    };
    step->key =
        arena_printf(&step->memory, "%s/%s%s/%" PRIu32 "/%" PRIu32,
                     run->execution->row->id, info->id, run->item, visit, attempt);
    attempt_set_deadlines(step);
    step_log_init(&step->log, run->execution->drive->engine->project);
}

/* false: something is to stop. */
static bool may_start(struct kad_run *run)
{
    if (run_look(run) != WAIT_ON || run_is_stopped(run))
        return false;
    if (run_is_past_limit(run) && run_is_main_line(run))
        run->execution->is_late = true;
    return !run_is_past_limit(run);
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
                              .item = step->run->item,
                              .run = step->state->runs,
                              .attempt = step->attempt,
                              .status = status,
                              .started_ms = step->started_ms,
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

/* The outputs come to their place in the frame. */
static void place_outputs(const struct kad_step *step)
{
    const struct kad_step_info *info = step->info;
    const size_t size_bytes = info_outputs_type(info)->size_bytes;
    char *frame = run_frame(step->run, info);

    if (size_bytes && step->value) /* without outputs there is no place for them */
        memcpy(frame + info->outputs_offset, step->value, size_bytes);
    else if (size_bytes)
        memset(frame + info->outputs_offset, 0, size_bytes);
    if (info->has_outputs_offset)
        *(bool *)(void *)(frame + info->has_outputs_offset) = step->value;
}

/* A failure that nothing has recovered from is the branch's first; what the branches of a
 * block have left unrecovered comes before its own success. */
static void settle_error(struct kad_step *step, enum step_status status)
{
    struct kad_run *run = step->run;
    const struct kad_error *error = &step->failure;

    run->error_before = run->error;
    if (!error->code && status == STEP_RUN_COMPLETED)
        error = &step->handed;
    if (error->code && !run->error.code)
        run->error = failure_copy(&run->memory, error);
    if (status == STEP_RUN_COMPLETED && step->info->recovers)
        run->error = (struct kad_error){0};
}

/* The last outcome of a visit becomes what expressions see, and what the branch's error
 * is. */
static void settle(struct kad_step *step, enum step_status status)
{
    struct step_state *state = step->state;

    arena_release(&state->memory);
    state->memory = step->outputs_memory;
    step->outputs_memory = (struct arena){0};
    state->status = step_status_name(status);
    state->error = failure_copy(&state->memory, &step->failure);
    state->attempts = state->runs;
    state->has_outputs = step->value;
    state->outcome = step->failure.code ? 0 : step->named_outcome;
    place_outputs(step);
    settle_error(step, status);
}

void attempt_decide(struct kad_run *run, enum step_status status)
{
    settle(&run->step, status);
    pending_end(run, status);
    run->step.phase = PHASE_NONE;
    run->entry = ENTRY_REPORT;
    run->reported = status == STEP_RUN_FAILED ? KAD_FAILURE : KAD_SUCCESS;
}

void attempt_abandon(struct kad_run *run)
{
    notify(&run->step, NOTICE_ENDED, STEP_RUN_CANCELLED, NULL);
    settle(&run->step, STEP_RUN_CANCELLED);
    pending_end(run, STEP_RUN_CANCELLED);
}

void attempt_run_late(struct kad_run *run)
{
    struct kad_step *step = &run->step;

    step->failure = budget_deadline_error(run->execution, &step->memory, step->info);
    notify(step, NOTICE_ENDED, STEP_RUN_TIMED_OUT, step->failure.message);
    gate_close(run);
    settle(step, STEP_RUN_TIMED_OUT);
    pending_end(run, STEP_RUN_TIMED_OUT);
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
    settle(step, STEP_RUN_FAILED);
    notify(step, NOTICE_ENDED, STEP_RUN_FAILED, run->fault);
    run->entry = ENTRY_REPORT;
    run->reported = KAD_FAILURE;
}

/* The step fails before it is called. */
static enum kad_outcome fail_uncalled(struct kad_step *step, enum kad_failure_code code,
                                      const char *message)
{
    struct kad_run *run = step->run;

    gate_close(run);
    call_fail(step, code, message);
    notify(step, NOTICE_ENDED, STEP_RUN_FAILED, message);
    if (step->info->block)
        items_forget(run, step->info);
    settle(step, STEP_RUN_FAILED);
    if (run->entry == ENTRY_AGAIN)
        pending_end(run, STEP_RUN_FAILED);
    else if (!boundary_uncalled(run))
        return KAD_LATER;
    run->entry = ENTRY_VISIT;
    return KAD_FAILURE;
}

/* ---- The start ---------------------------------------------------------------------- */

static bool store_start(struct kad_step *step)
{
    struct kad_run *run = step->run;

    if (run->entry == ENTRY_AGAIN) {
        step->is_in_flight = boundary_again(run);
    } else {
        budget_charge(step);
        if (step->info->block)
            block_prepare(run);
        step->is_in_flight = boundary_start(run);
    }
    if (step->is_in_flight)
        notify(step, NOTICE_STARTED, STEP_RUN_RUNNING, NULL);
    return step->is_in_flight;
}

/* The attempt may be called for. KAD_SUCCESS: it may. */
static enum kad_outcome check(struct kad_step *step)
{
    struct kad_run *run = step->run;

    if (run->fault[0])
        return fail_uncalled(step, KAD_FAILURE_EXPRESSION, run->fault);
    if (run->entry == ENTRY_VISIT && !has_budget(step))
        return fail_uncalled(step, KAD_FAILURE_RETRIES_EXHAUSTED,
                             kad_failure_text(KAD_FAILURE_RETRIES_EXHAUSTED));
    if (run->entry != ENTRY_AGAIN && !budget_has_room(step))
        return fail_uncalled(step, KAD_FAILURE_BUDGET_EXHAUSTED,
                             kad_failure_text(KAD_FAILURE_BUDGET_EXHAUSTED));
    return KAD_SUCCESS;
}

/* A wait before the attempt, or for a person, is over, and its own time begins; one that was
 * left to a person looks for itself whether that has been seen to. */
static void leave_gate(struct kad_step *step)
{
    if (!step_waits_for(step, "ask") && !step_waits_for(step, "retry"))
        return;
    gate_close(step->run);
    attempt_set_deadlines(step);
}

/* KAD_SUCCESS: its start is stored. */
static enum kad_outcome begin(struct kad_step *step, const void *in)
{
    struct kad_run *run = step->run;
    enum kad_outcome outcome = check(step);
    const char *problem;

    if (outcome != KAD_SUCCESS)
        return outcome;
    problem = codec_encode(&step->memory, info_inputs_type(step->info),
                           CODEC_AFTER_SUCCESS, in, &step->inputs);
    if (!problem && step->inputs.len > JOURNAL_VALUE_MAX)
        problem = "the inputs are larger than 64 MiB";
    if (problem)
        return fail_uncalled(step, KAD_FAILURE_BAD_INPUT, problem);
    problem = block_too_large(step, in);
    if (problem)
        return fail_uncalled(step, KAD_FAILURE_TOO_MANY_ITEMS, problem);
    if (!may_start(run))
        return KAD_LATER;
    leave_gate(step);
    problem = run->entry == ENTRY_AGAIN ? NULL : gate_open(step, in);
    if (problem)
        return fail_uncalled(step, KAD_FAILURE_BAD_INPUT, problem);
    return store_start(step) ? KAD_SUCCESS : KAD_LATER;
}

static void proceed(struct kad_step *step, const void *in)
{
    if (step->info->block) {
        step->phase = PHASE_INSIDE;
    } else if (step->gate_count) {
        step->phase = PHASE_GATE;
        gate_opens(step);
    } else {
        call_start(step, in);
    }
}

/* ---- The answer --------------------------------------------------------------------- */

/* The step was interrupted, or waits for a person: its row goes on running. */
static void suspend(struct kad_step *step)
{
    struct kad_run *run = step->run;
    struct execution *execution = run->execution;
    const char *item = run->item[0]
                           ? arena_printf(&step->memory, "{\"item\":\"%s\"}", run->item)
                           : NULL;

    step->phase = PHASE_PARKED;
    if (run->is_cancelled || execution->drive->stop == STOP_CANCEL) {
        gate_close(run);
        attempt_abandon(run);
        return;
    }
    if (step->is_parked && !run_is_main_line(run))
        boundary_flush(run); /* the others go on */
    if (execution->drive->stop == STOP_PAUSE && !step->is_parked) {
        execution_event(execution, "step_interrupted", step->info->id, item);
        if (!info_is_idempotent(step->info))
            resume_ask(run);
    }
}

/* The attempt is over, unless it was interrupted: false. */
static bool finish(struct kad_step *step)
{
    struct kad_run *run = step->run;

    step->outcome = call_judge(step, step->outcome);
    if (step->outcome == KAD_SUCCESS ||
        (step->outcome != KAD_LATER && step->info->action->outputs_on_failure))
        call_take_outputs(step);
    if (step->outcome == KAD_LATER) {
        suspend(step);
        return false;
    }
    notify(step, NOTICE_ENDED, status_of(step->outcome), step->failure.message);
    gate_close(run);
    pending_end(run, status_of(step->outcome));
    step->phase = PHASE_NONE;
    return true;
}

void attempt_conclude(struct kad_run *run)
{
    struct kad_step *step = &run->step;

    if (finish(step))
        settle(step, status_of(step->outcome));
}

static bool may_repeat(const struct kad_step *step)
{
    const struct kad_step_info *info = step->info;

    if (step->outcome == KAD_SUCCESS || !has_budget(step) || !budget_has_room(step) ||
        step->run->execution->is_late)
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
    const uint32_t visit = step->visit, attempt = step->attempt;
    const char *key = step->key; /* pending */
    int64_t wait_ms = 0;

    if (!may_repeat(step))
        return false;
    if (info->retry)
        wait_ms = retry_wait_ms(info->retry, attempt, key);
    attempt_begin(run, info, visit, attempt + 1);
    run->entry = ENTRY_RETRY;
    if (wait_ms > 0 || run_is_stopped(run)) {
        key = arena_copy(&step->memory, key, strlen(key));
        gate_set(step,
                 gate_until(run, key, "retry", later_ms(run_now_ms(run), wait_ms)));
        step->phase = PHASE_GATE;
        boundary_backoff(run); /* else drive->stop ends the visit */
    }
    return true;
}

/* A step that the time of the whole has ended goes nowhere. */
static enum kad_outcome end_visit(struct kad_step *step)
{
    struct kad_run *run = step->run;

    settle(step, status_of(step->outcome));
    run->entry = ENTRY_VISIT;
    if (step->outcome != KAD_TIMEOUT || !run_is_past_limit(run))
        return step->outcome;
    step->phase = PHASE_PARKED;
    return KAD_LATER;
}

/* ---- A visit ------------------------------------------------------------------------ */

static enum kad_outcome visit(struct kad_step *step, const void *in)
{
    enum kad_outcome outcome = KAD_SUCCESS;

    do {
        if (step->phase == PHASE_NONE) {
            outcome = begin(step, in);
            if (outcome != KAD_SUCCESS)
                return outcome;
            proceed(step, in);
        }
        if (step->phase != PHASE_OVER || !finish(step))
            return KAD_LATER;
    } while (retries(step) && step->phase == PHASE_NONE);
    return step->phase == PHASE_GATE ? KAD_LATER : end_visit(step);
}

enum kad_outcome kad_do(struct kad_run *run, const struct kad_step_info *info,
                        const void *in, void *out)
{
    enum kad_outcome outcome = run->reported;

    (void)out; /* it is where place_outputs puts them */
    if (run->entry == ENTRY_REPORT) {
        run->entry = ENTRY_VISIT;
    } else if (run->step.phase == PHASE_OVER) {
        outcome = visit(&run->step, in);
    } else if (run_is_stopped(run)) {
        outcome = KAD_LATER;
    } else {
        if (run->entry == ENTRY_VISIT)
            attempt_begin(run, info, load_last_visit(run, info) + 1, 1);
        outcome = run_is_stopped(run) ? KAD_LATER /* the journal has failed */
                                      : visit(&run->step, in);
    }
    run->reported = outcome;
    run->fault[0] = '\0';
    arena_release(&run->values);
    return outcome;
}

void kad_name_outcome(struct kad_step *step, uint32_t outcome)
{
    step->named_outcome = outcome;
}

uint32_t kad_step_outcome(struct kad_run *run, const struct kad_step_info *info)
{
    return run_state(run, info)->outcome;
}
