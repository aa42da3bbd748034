/* call.c: an action is called, and what its answer means.
 *
 *     in place     the branch is alone: nothing else can go on meanwhile
 *     elsewhere    a job of the host's; kad_do takes the answer when the host has it back
 *
 * Where its start is stored together with others, it is called when that is done.
 *
 * (1) A call elsewhere touches only its struct kad_step, and what does not change while it
 *     is under way: the execution's row and modules, the engine, the step's budget. Its
 *     inputs are a copy of its own; observers are told under a lock; whether it is to stop is
 *     one atomic number.
 * (2) Everything else about a step is done by the engine's thread. */
#include <string.h>

#include "codec.h"
#include "engine/run.h"
#include "engine/secret.h"
#include "engine/step_lock.h"

void call_fail(struct kad_step *step, enum kad_failure_code code, const char *message)
{
    step->outcome = KAD_FAILURE;
    step->failure = failure_new(&step->memory, step->info, code, message);
}

/* ---- Calling ------------------------------------------------------------------------ */

static enum kad_outcome call_action(struct kad_step *step, const void *in)
{
    const struct kad_action *action = step->info->action;

    return action->call ? action->call(step, in, step->produced)
                        : external_call(step, step->produced);
}

/* On whatever thread. */
static void call(struct kad_step *step, const void *in)
{
    struct step_lock lock;

    step->produced =
        arena_alloc(&step->memory, step->info->action->outputs->size_bytes);
    step->outcome = step_lock_take(&lock, step);
    if (step->outcome == KAD_SUCCESS)
        step->outcome = call_action(step, in);
    step_lock_drop(&lock);
    step_log_close(&step->log);
}

/* With inputs that are its own. */
static void call_alone(struct kad_step *step)
{
    const struct kad_type *type = info_inputs_type(step->info);
    void *in = arena_alloc(&step->memory, type->size_bytes);
    const char *problem = codec_decode(&step->memory, type, CODEC_AFTER_SUCCESS,
                                       step->inputs.text, step->inputs.len, in);

    if (problem)
        call_fail(step, KAD_FAILURE_BAD_INPUT, problem);
    else
        call(step, in);
}

static void call_elsewhere(struct job *job)
{
    struct kad_step *step = (struct kad_step *)job;

    if (call_verdict(step) == WAIT_ON)
        call_alone(step);
    else
        step->outcome = KAD_LATER; /* it has waited for a thread meanwhile */
}

static void start_elsewhere(struct kad_step *step)
{
    struct drive *drive = step->run->execution->drive;
    struct host *host = drive->engine->host;

    step->phase = PHASE_CALL;
    step->job = (struct job){.run = call_elsewhere};
    atomic_init(&step->verdict, WAIT_ON);
    drive->job_count++;
    host->start(host, &step->job);
}

void call_start(struct kad_step *step, const void *in)
{
    struct drive *drive = step->run->execution->drive;
    const bool is_route = step->info->action == &kad_route_action;

    if (drive->crew->has_group && !is_route) {
        step->phase = PHASE_READY;
        drive->ready_count++;
    } else if (is_route || run_is_alone(step->run)) {
        call(step, in);
        step->phase = PHASE_OVER;
    } else {
        start_elsewhere(step);
    }
}

/* What has been cancelled since it started is told so, as if it had been called then. */
void call_ready(struct kad_step *step)
{
    const bool is_cancelled = step->run->is_cancelled;

    if (run_is_alone(step->run) && !is_cancelled) {
        call_alone(step);
        step->phase = PHASE_OVER;
        step->run->execution->drive->may_move = true;
    } else {
        start_elsewhere(step);
        if (is_cancelled)
            call_tell(step, WAIT_STOP);
    }
}

void call_end(struct job *job)
{
    struct kad_step *step = (struct kad_step *)job;

    struct drive *drive = step->run->execution->drive;

    step->phase = PHASE_OVER;
    step->was_elsewhere = true;
    drive->job_count--;
    drive->may_move = true;
}

/* ---- Wishes to stop ----------------------------------------------------------------- */

void call_tell(struct kad_step *step, enum wait_verdict verdict)
{
    struct host *host = step->run->execution->drive->engine->host;

    if (atomic_exchange(&step->verdict, (int)verdict) != (int)verdict)
        host->wake(host, &step->job);
}

enum wait_verdict call_verdict(struct kad_step *step)
{
    if (step->phase == PHASE_CALL)
        return (enum wait_verdict)atomic_load(&step->verdict);
    return run_look(step->run);
}

/* ---- The answer --------------------------------------------------------------------- */

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

/* It did not end by itself: a call that somebody asked to stop, or that is a person's now.
 * Gates and blocks are not called. */
static bool is_interrupted(const struct kad_step *step)
{
    if (step->is_parked)
        return true;
    if (!(step->produced || step->was_elsewhere) || !run_is_stopped(step->run))
        return false;
    return !step->was_elsewhere || atomic_load(&step->verdict) != WAIT_ON;
}

/* What has passed: the step's own time, or that of its workflow. */
static struct kad_error time_error(struct kad_step *step)
{
    struct kad_run *run = step->run;
    struct execution *execution = run->execution;

    if (execution->deadline_ms && run_now_ms(run) >= execution->deadline_ms) {
        execution->is_late = execution->is_late || run_is_main_line(run);
        return budget_deadline_error(execution, &step->memory, step->info);
    }
    return failure_new(&step->memory, step->info, KAD_FAILURE_TIMED_OUT,
                       kad_failure_text(KAD_FAILURE_TIMED_OUT));
}

bool call_is_cut_off(struct kad_step *step)
{
    struct kad_run *run = step->run;
    const int64_t limit_ms = run->block ? run->block->caller->step.deadline_ms : 0;

    if (!limit_ms || step->deadline_ms != limit_ms)
        return false;
    block_decide(run->block);
    return run->is_cancelled;
}

enum kad_outcome call_judge(struct kad_step *step, enum kad_outcome outcome)
{
    if (outcome == KAD_SUCCESS && step->info->action->outcomes && !has_outcome(step)) {
        call_fail(step, KAD_FAILURE_BAD_OUTPUT,
                  "it succeeded with none of its outcomes");
        return KAD_FAILURE;
    }
    if (outcome == KAD_SUCCESS) /* if parked, it found an answer without the person */
        return outcome;
    if (is_interrupted(step))
        return KAD_LATER;
    if ((outcome == KAD_TIMEOUT || step->has_timed_out) && call_is_cut_off(step))
        return KAD_LATER;
    if (outcome == KAD_TIMEOUT || (step->has_timed_out && !step->failure.code)) {
        step->failure = time_error(step);
        return KAD_TIMEOUT;
    }
    if (!step->failure.code)
        call_fail(step, KAD_FAILURE_UNEXPLAINED,
                  kad_failure_text(KAD_FAILURE_UNEXPLAINED));
    if (!is_declared(step->info->action, step->failure.code))
        kad_log(step,
                "the module failed with `%s`, which its manifest does not declare",
                step->failure.code);
    return KAD_FAILURE;
}

static void drop_outputs(struct kad_step *step, enum codec_mode mode,
                         enum kad_failure_code code, const char *problem)
{
    step->outputs = (struct kad_json){0};
    if (mode == CODEC_AFTER_SUCCESS)
        call_fail(step, code, problem);
    else
        kad_log(step, "the outputs of the failed step are dropped: %s", problem);
}

void call_take_outputs(struct kad_step *step)
{
    const struct kad_type *type = info_outputs_type(step->info);
    const enum codec_mode mode =
        step->outcome == KAD_SUCCESS ? CODEC_AFTER_SUCCESS : CODEC_AFTER_FAILURE;
    const char *problem;
    void *value;

    if (step->value || !step->produced)
        return;
    value = arena_alloc(&step->outputs_memory, type->size_bytes);
    problem = codec_encode(&step->memory, step->info->action->outputs, mode,
                           step->produced, &step->outputs);
    if (!problem && step->outputs.len > KAD_OUTPUTS_MAX)
        return drop_outputs(step, mode, KAD_FAILURE_OUTPUT_TOO_LARGE,
                            kad_failure_text(KAD_FAILURE_OUTPUT_TOO_LARGE));
    if (!problem)
        problem = secret_outputs(step);
    if (!problem)
        problem = codec_decode(&step->outputs_memory, type, mode, step->outputs.text,
                               step->outputs.len, value);
    if (problem)
        drop_outputs(step, mode, KAD_FAILURE_BAD_OUTPUT, problem);
    else
        step->value = value;
}

const char *call_take_given(struct kad_step *step, const char *given)
{
    const struct kad_type *type = info_outputs_type(step->info);
    void *value = arena_alloc(&step->outputs_memory, type->size_bytes);
    const char *problem = codec_decode(&step->outputs_memory, type, CODEC_AFTER_SUCCESS,
                                       given, strlen(given), value);

    if (!problem)
        problem = codec_encode(&step->memory, type, CODEC_AFTER_SUCCESS, value,
                               &step->outputs);
    if (!problem && step->outputs.len > JOURNAL_VALUE_MAX)
        problem = "the outputs are larger than 64 MiB";
    if (!problem)
        step->value = value;
    return problem;
}
