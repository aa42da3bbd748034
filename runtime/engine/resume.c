/* resume.c: an execution as the journal has it, and where it goes on.
 *
 *     status    last row of the current step     a plain resume
 *     running   running, idempotent action       the same attempt again
 *     running   running, other action            paused: "did it happen?"
 *     running   failed: it was not called        its route (engine.h (3))
 *     any       failed, with a gate `retry`      the next attempt, when its time comes
 *     any       running, with a gate `timer` or
 *               `approval`                       goes on waiting
 *     running   none                             the step's first visit
 *     paused    running, no question             the same attempt again
 *     paused    running, a question              asks again
 *     paused    any other                        a new visit of the step
 *     failed    -                                a new visit of the step of workflow.error
 *
 * Everything that was decided is stored with the first boundary that follows. */
#include <string.h>

#include "base/buf.h"
#include "codec.h"
#include "engine/gate.h"

/* ---- Questions ---------------------------------------------------------------------- */

void resume_ask(struct kad_run *run)
{
    struct kad_step *step = &run->step;

    step->gate = (struct gate_row){
        .step_key = step->key,
        .kind = "question",
        .prompt =
            arena_printf(&run->memory,
                         "`%s` was interrupted, and may not simply run again: did "
                         "it happen?",
                         step->info->id),
        .opened_ms = run_now_ms(run),
    };
}

/* ---- Outputs that are needed -------------------------------------------------------- */

/* A start at `info` needs outputs that a step has not left. */
static void check_needs(struct kad_run *run, const struct kad_step_info *info)
{
    for (size_t i = 0; info->needs && info->needs[i]; i++) {
        const struct kad_step_info *needed = run_find_step(run, info->needs[i]);

        if (needed && !run_state(run, needed)->has_outputs) {
            run_refuse(run,
                       "a start at `%s` needs the outputs of `%s`, which has left none",
                       info->id, needed->id);
            return;
        }
    }
}

static bool has_required_field(const struct kad_type *type)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct kad_field *field = &type->fields[i];

        if (!field->default_json &&
            (!field->type->is_optional || field->is_needed_on_success))
            return true;
    }
    return false;
}

/* The outputs of a step that a person says has happened; read back from the stored form. */
static void take_given_outputs(struct kad_run *run, const char *given)
{
    struct kad_step *step = &run->step;
    const struct kad_type *type = run_outputs_type(step->info);
    void *value = arena_alloc(&step->outputs_memory, type->size_bytes);
    const char *problem = codec_decode(&step->outputs_memory, type, CODEC_AFTER_SUCCESS,
                                       given, strlen(given), value);

    if (!problem)
        problem = codec_encode(&step->memory, type, CODEC_AFTER_SUCCESS, value,
                               &step->outputs);
    if (problem)
        run_refuse(run, "--outputs: %s", problem);
    else
        step->value = value;
}

/* ---- The attempt in flight ---------------------------------------------------------- */

static void retry(struct kad_run *run)
{
    struct kad_step *step = &run->step;
    const struct kad_step_info *info = step->info;
    const uint32_t visit = step->visit, attempt = step->attempt;

    step->failure = failure_new(&step->memory, info, KAD_FAILURE_INTERRUPTED,
                                kad_failure_text(KAD_FAILURE_INTERRUPTED));
    pending_event(run, "execution_resumed", NULL, "{\"answer\":\"retry\"}");
    pending_end(run, STEP_RUN_FAILED);
    attempt_begin(run, info, visit, attempt + 1);
    run->entry = ENTRY_RETRY;
}

/* Which of its outcomes it had: somebody has to say, if the route depends on it. */
static void take_given_outcome(struct kad_run *run, const char *given)
{
    struct kad_step *step = &run->step;

    if (given)
        step->named_outcome = run_find_outcome(step->info, given);
    if (given && !step->named_outcome)
        run_refuse(run, "--outcome: `%s` has no outcome `%s`", step->info->id, given);
    else if (!given && step->info->routes_by_outcome)
        run_refuse(run,
                   "the route depends on the outcome of `%s`: give it with "
                   "--outcome NAME",
                   step->info->id);
}

static void skip(struct kad_run *run, const struct answer *answer)
{
    const struct kad_step_info *info = run->step.info;
    const bool is_needed =
        !info->outputs_unread && has_required_field(run_outputs_type(info));

    take_given_outcome(run, answer->outcome);
    if (run->stop != STOP_NONE)
        return;
    if (answer->outputs)
        take_given_outputs(run, answer->outputs);
    else if (is_needed)
        run_refuse(run,
                   "later steps may read the outputs of `%s`: give them with "
                   "--outputs JSON",
                   info->id);
    if (run->stop != STOP_NONE)
        return;
    pending_event(run, "execution_resumed", NULL, "{\"answer\":\"skip\"}");
    attempt_decide(run, STEP_RUN_SKIPPED);
}

static void abort_step(struct kad_run *run)
{
    struct kad_step *step = &run->step;

    step->failure = failure_new(&step->memory, step->info, KAD_FAILURE_ABORTED_BY_USER,
                                kad_failure_text(KAD_FAILURE_ABORTED_BY_USER));
    pending_event(run, "execution_resumed", NULL, "{\"answer\":\"fail\"}");
    attempt_decide(run, STEP_RUN_FAILED);
}

static void refuse_choice(struct kad_run *run, const char *choice)
{
    const char *const *choices = run->step.info->choices;
    struct buf list;

    buf_init(&list, &run->memory);
    for (size_t i = 0; choices[i]; i++)
        buf_printf(&list, "%s`%s`", i ? ", " : "", choices[i]);
    run_refuse(run, "`%s` has the choices %s, not `%s`", run->step.info->id, list.p,
               choice);
}

/* A person has decided. */
static void choose(struct kad_run *run, const struct answer *answer)
{
    struct kad_step *step = &run->step;
    const char *given;

    if (!gate_is(&step->gate, "approval")) {
        run_refuse(run, "`%s` asks for no choice", step->info->id);
        return;
    }
    if (gate_is_due(&step->gate, run_now_ms(run))) {
        run_refuse(run, "`%s` has timed out: a plain resume goes on", step->info->id);
        return;
    }
    step->named_outcome = run_find_outcome(step->info, answer->choice);
    if (!step->named_outcome) {
        refuse_choice(run, answer->choice);
        return;
    }
    given = approval_outputs(step, answer);
    take_given_outputs(run, given);
    if (run->stop != STOP_NONE)
        return;
    gate_close(run);
    pending_event(run, "execution_resumed", NULL,
                  arena_printf(&run->pending.memory, "{\"answer\":%s}", given));
    attempt_decide(run, STEP_RUN_COMPLETED);
}

/* It has waited before, and nobody stays with it now. */
static bool is_not_due(const struct kad_run *run)
{
    const struct gate_row *gate = &run->step.gate;

    return run->row->status == EXECUTION_WAITING &&
           (run->engine->leaves_waits || gate_is(gate, "approval")) &&
           !gate_is_due(gate, run_now_ms(run));
}

/* Without an answer: again, or with a question. */
static void again(struct kad_run *run)
{
    const struct kad_step_info *info = run->step.info;
    const bool may_repeat = gate_is(&run->step.gate, "ask") || info->is_idempotent ||
                            info->action->is_idempotent;

    if (gate_is(&run->step.gate, "question")) {
        run->stop = STOP_ASKED;
        return;
    }
    if (run->row->status == EXECUTION_RUNNING)
        pending_event(run, "step_interrupted", info->id, NULL);
    if (!may_repeat) {
        resume_ask(run);
        run->stop = STOP_PAUSE;
        return;
    }
    if (is_not_due(run)) {
        run->stop = STOP_NOT_DUE;
        return;
    }
    if (gate_is(&run->step.gate, "ask"))
        gate_close(run);
    pending_event(run, "execution_resumed", NULL, NULL);
    run->entry = ENTRY_AGAIN;
}

static void go_on_in_flight(struct kad_run *run, const struct answer *answer)
{
    switch (answer->kind) {
    case ANSWER_NONE: again(run); return;
    case ANSWER_RETRY:
        gate_close(run);
        retry(run);
        return;
    case ANSWER_SKIP:
        gate_close(run);
        skip(run, answer);
        return;
    case ANSWER_FAIL:
        gate_close(run);
        abort_step(run);
        return;
    case ANSWER_CHOICE: choose(run, answer); return;
    case ANSWER_FROM: break;
    }
    kad_unreachable();
}

/* ---- Between attempts --------------------------------------------------------------- */

/* run->step is the attempt that waits for its time. `--retry`: it waits no longer. */
static void go_on_waiting(struct kad_run *run, const struct answer *answer)
{
    if (answer->kind != ANSWER_NONE && answer->kind != ANSWER_RETRY) {
        run_refuse(run, "`%s` waits for its next attempt: --retry starts it now",
                   run->step.info->id);
        return;
    }
    if (answer->kind == ANSWER_RETRY) {
        run->step.gate.due_ms = 0;
    } else if (is_not_due(run)) {
        run->stop = STOP_NOT_DUE;
        return;
    }
    pending_event(run, "execution_resumed", NULL, NULL);
    run->entry = ENTRY_RETRY;
}

/* ---- Between steps ------------------------------------------------------------------ */

/* No step is in flight. */
static void go_on_at(struct kad_run *run, const struct kad_step_info *info,
                     const struct answer *answer)
{
    const struct step_state *state = run_state(run, info);

    if (answer->kind != ANSWER_NONE) {
        run_refuse(run, "no step is in question: resume it without an answer");
        return;
    }
    pending_event(run, "execution_resumed", NULL, NULL);
    if (run->row->status != EXECUTION_RUNNING || state->visit == 0)
        return;
    run->step.info = info; /* engine.h (3) */
    run->entry = ENTRY_REPORT;
    run->reported = KAD_FAILURE;
}

/* A start with fresh budgets, at `info`. */
static void start_fresh(struct kad_run *run, const struct kad_step_info *info)
{
    if (run->stop == STOP_NONE)
        check_needs(run, info);
    if (run->stop != STOP_NONE)
        return;
    for (size_t i = 0; i < run->workflow->step_count; i++)
        run->steps[i].runs = run->steps[i].attempts = 0;
    run->deadline_ms = budget_deadline_ms(run);
    run->error = (struct kad_error){0};
    pending_event(run, "execution_resumed", NULL,
                  arena_printf(&run->pending.memory, "{\"fresh\":true,\"from\":\"%s\"}",
                               info->id));
}

/* ---- Where it goes on --------------------------------------------------------------- */

/* How the current step stands. */
enum standing {
    STANDS_BETWEEN, /* its last visit is over, or there is none */
    STANDS_IN_FLIGHT,
    STANDS_WAITING /* its next attempt has a time */
};

/* Makes run->step the attempt in flight, or the one that waits for its time. */
static enum standing find_standing(struct kad_run *run,
                                   const struct kad_step_info *info)
{
    struct journal *journal = run->engine->journal;
    const struct gate_row *gate;
    struct step_row row;
    const enum store_error error = journal->ops->last_step(
        journal, &run->memory, run->row->id, info->id, "", &row);
    bool is_in_flight;

    if (error == STORE_FAILED)
        run->stop = STOP_STORE;
    if (error != STORE_OK)
        return STANDS_BETWEEN;
    gate = run_gate_find(run, row.key);
    is_in_flight = row.status == STEP_RUN_RUNNING;
    if (!is_in_flight && !gate)
        return STANDS_BETWEEN;
    attempt_begin(run, info, row.visit, is_in_flight ? row.attempt : row.attempt + 1);
    if (gate)
        run->step.gate = *gate;
    return is_in_flight ? STANDS_IN_FLIGHT : STANDS_WAITING;
}

static const struct kad_step_info *resume_stopped(struct kad_run *run,
                                                  const struct answer *answer)
{
    const struct kad_step_info *info =
        run->row->current_step ? run_find_step(run, run->row->current_step) : NULL;
    enum standing standing;

    if (!info) {
        run_refuse(run, "this program has no step `%s`",
                   run->row->current_step ? run->row->current_step : "");
        return NULL;
    }
    standing = find_standing(run, info);
    if (run->stop != STOP_NONE)
        return info;
    switch (standing) {
    case STANDS_BETWEEN: go_on_at(run, info, answer); break;
    case STANDS_IN_FLIGHT: go_on_in_flight(run, answer); break;
    case STANDS_WAITING: go_on_waiting(run, answer); break;
    }
    return info;
}

static const struct kad_step_info *resume_failed(struct kad_run *run,
                                                 const struct answer *answer)
{
    const struct kad_step_info *info =
        run->error.step ? run_find_step(run, run->error.step) : NULL;

    if (!info)
        run_refuse(run, "it can't be told where it has failed: use --from STEP");
    else if (answer->kind != ANSWER_NONE && answer->kind != ANSWER_RETRY)
        run_refuse(run,
                   "it has failed, no step is in question: a plain resume runs `%s` "
                   "again",
                   info->id);
    else
        start_fresh(run, info);
    return info;
}

static const struct kad_step_info *resume_from(struct kad_run *run, const char *id)
{
    const struct kad_step_info *info = run_find_step(run, id);
    const struct kad_step_info *current =
        run->row->current_step ? run_find_step(run, run->row->current_step) : NULL;
    enum standing standing;

    if (!info) {
        run_refuse(run, "--from: there is no step `%s`", id);
        return NULL;
    }
    standing = current ? find_standing(run, current) : STANDS_BETWEEN;
    if (standing != STANDS_BETWEEN)
        gate_close(run);
    if (standing == STANDS_IN_FLIGHT)
        attempt_abandon(run);
    start_fresh(run, info);
    return info;
}

/* An execution that has ended well, or for ever: says so. */
static bool is_over(struct kad_run *run)
{
    const enum execution_status status = run->row->status;

    if (status != EXECUTION_COMPLETED && status != EXECUTION_CANCELLED)
        return false;
    run->end = status == EXECUTION_COMPLETED ? ENGINE_COMPLETED : ENGINE_CANCELLED;
    run->outputs = run->row->outputs;
    run->stop = STOP_OVER;
    return true;
}

static const struct kad_step_info *decide(struct kad_run *run,
                                          const struct answer *answer)
{
    if (is_over(run))
        return NULL;
    run_load(run);
    if (run->stop != STOP_NONE)
        return NULL;
    if (answer->kind == ANSWER_FROM)
        return resume_from(run, answer->from);
    return run->row->status == EXECUTION_FAILED ? resume_failed(run, answer)
                                                : resume_stopped(run, answer);
}

void engine_resume(struct engine *engine, struct arena *arena,
                   const struct execution_row *row, const struct answer *answer,
                   struct engine_result *result)
{
    const struct kad_step_info *info = NULL;
    struct kad_run run;

    run_init(&run, engine, row);
    if (run.stop == STOP_NONE)
        info = decide(&run, answer);
    run_from(&run, info ? (int)(info - engine->workflow->steps) : KAD_END_FAIL);
    run_result(&run, arena, result);
    run_release(&run);
}
