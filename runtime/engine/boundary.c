/* boundary.c: what is stored together: engine.h (1).
 *
 * The end of a step is only remembered. It is committed with what comes next, when that is
 * known: the start of another attempt, a pause, or the execution's end. */
#include "engine/gate.h"
#include "engine/secret.h"

/* ---- Pending ------------------------------------------------------------------------ */

void pending_event(struct kad_run *run, const char *type, const char *step_id,
                   const char *data)
{
    struct pending *pending = &run->pending;

    if (pending->event_count == PENDING_EVENTS_MAX)
        kad_unreachable();
    pending->events[pending->event_count++] = (struct history_row){
        .event_type = type,
        .step_id = step_id,
        .data = data,
        .at_ms = run_now_ms(run),
    };
}

void pending_end(struct kad_run *run, enum step_status status)
{
    struct kad_step *step = &run->step;

    run->pending.ended = step->info;
    run->pending.visit = step->visit;
    run->pending.attempt = step->attempt;
    run->pending.ending = (struct step_ending){
        .key = step->key,
        .status = status,
        .outputs = step->outputs.text,
        .outcome = step->named_outcome && !step->failure.code
                       ? run_outcomes(step->info)[step->named_outcome - 1]
                       : NULL,
        .error = failure_json(&step->memory, &step->failure),
    };
    run->pending.ended_memory = step->memory;
    step->memory = (struct arena){0};
}

static const char *ended_event_type(enum step_status status)
{
    switch (status) {
    case STEP_RUN_COMPLETED: return "step_completed";
    case STEP_RUN_FAILED: return "step_failed";
    case STEP_RUN_TIMED_OUT: return "step_timed_out";
    case STEP_RUN_CANCELLED: return "step_cancelled";
    case STEP_RUN_SKIPPED: return "step_skipped";
    case STEP_RUN_RUNNING: break;
    }
    kad_unreachable();
}

static void step_event(struct kad_run *run, const char *type, const char *step_id,
                       uint32_t visit, uint32_t attempt, const char *error,
                       const char *outcome)
{
    struct arena *memory = &run->pending.memory;
    const char *rest = error     ? arena_printf(memory, ",\"error\":%s", error)
                       : outcome ? arena_printf(memory, ",\"outcome\":\"%s\"", outcome)
                                 : "";

    pending_event(
        run, type, step_id,
        arena_printf(memory, "{\"visit\":%u,\"attempt\":%u%s}", visit, attempt, rest));
}

/* ---- Commit ------------------------------------------------------------------------- */

static void forget_pending(struct pending *pending)
{
    arena_release(&pending->ended_memory);
    arena_release(&pending->memory);
    *pending = (struct pending){0};
}

static void ended_event(struct kad_run *run)
{
    const struct pending *pending = &run->pending;

    if (pending->ended)
        step_event(run, ended_event_type(pending->ending.status), pending->ended->id,
                   pending->visit, pending->attempt, pending->ending.error,
                   pending->ending.outcome);
}

/* All events are pending by now. */
static bool commit(struct kad_run *run, struct journal_commit commit)
{
    struct pending *pending = &run->pending;

    commit.execution_id = run->row->id;
    commit.now_ms = run_now_ms(run);
    commit.ended = pending->ended ? &pending->ending : NULL;
    commit.close_gate = pending->close_gate;
    commit.sets_execution = true;
    commit.error = failure_json(&pending->memory, &run->error);
    commit.clears_request = run->clears_request;
    commit.events = pending->events;
    commit.event_count = pending->event_count;
    secret_mask_commit(&pending->memory, &commit);
    if (run->engine->journal->ops->commit(run->engine->journal, &commit) != STORE_OK) {
        run->stop = STOP_STORE;
        return false;
    }
    run->clears_request = false;
    forget_pending(pending);
    return true;
}

static struct step_row row_of(struct kad_step *step)
{
    return (struct step_row){
        .key = step->key,
        .execution_id = step->run->row->id,
        .step_id = step->info->id,
        .module = step->info->action->module,
        .action = step->info->action->name,
        .inputs = secret_inputs(step),
        .status = STEP_RUN_RUNNING,
        .started_ms = run_now_ms(step->run),
        .visit = step->visit,
        .attempt = step->attempt,
        .run = step->state->runs,
    };
}

bool boundary_start(struct kad_run *run)
{
    struct kad_step *step = &run->step;
    const struct step_row row = row_of(step);

    ended_event(run);
    step_event(run, step->attempt > 1 ? "step_retried" : "step_started", step->info->id,
               step->visit, step->attempt, NULL, NULL);
    return commit(run, (struct journal_commit){
                           .started = &row,
                           .open_gates = &step->gate,
                           .open_gate_count = step->gate.kind ? 1 : 0,
                           .status = EXECUTION_RUNNING,
                           .current_step = step->info->id,
                       });
}

bool boundary_again(struct kad_run *run)
{
    return commit(run, (struct journal_commit){
                           .status = EXECUTION_RUNNING,
                           .current_step = run->step.info->id,
                       });
}

bool boundary_uncalled(struct kad_run *run)
{
    struct kad_step *step = &run->step;
    struct step_row row = row_of(step);

    row.status = STEP_RUN_FAILED;
    row.completed_ms = row.started_ms;
    row.error = failure_json(&step->memory, &step->failure);
    ended_event(run);
    step_event(run, "step_failed", step->info->id, step->visit, step->attempt,
               row.error, NULL);
    return commit(run, (struct journal_commit){
                           .started = &row,
                           .status = EXECUTION_RUNNING,
                           .current_step = step->info->id,
                       });
}

bool boundary_backoff(struct kad_run *run)
{
    ended_event(run);
    return commit(run, (struct journal_commit){
                           .open_gates = &run->step.gate,
                           .open_gate_count = 1,
                           .status = EXECUTION_RUNNING,
                           .current_step = run->step.info->id,
                       });
}

bool boundary_wait(struct kad_run *run, const struct kad_step_info *info)
{
    struct arena *memory = &run->pending.memory;
    const struct gate_row *gate = &run->step.gate;

    ended_event(run);
    pending_event(run, "execution_waiting", info->id,
                  gate_is(gate, "approval")
                      ? "{\"for\":\"approval\"}"
                      : arena_printf(memory, "{\"until\":\"%s\"}",
                                     time_text(memory, gate->due_ms)));
    return commit(run, (struct journal_commit){
                           .open_gates = gate,
                           .open_gate_count = 1,
                           .status = EXECUTION_WAITING,
                           .current_step = info->id,
                       });
}

bool boundary_pause(struct kad_run *run, const struct kad_step_info *info)
{
    const struct gate_row *gate = &run->step.gate;

    ended_event(run);
    pending_event(run, "execution_paused", NULL, NULL);
    return commit(run, (struct journal_commit){
                           .open_gates = gate,
                           .open_gate_count = gate->kind ? 1 : 0,
                           .status = EXECUTION_PAUSED,
                           .current_step = info->id,
                       });
}

bool boundary_cancel(struct kad_run *run)
{
    ended_event(run);
    pending_event(run, "execution_cancelled", NULL, NULL);
    return commit(run, (struct journal_commit){.status = EXECUTION_CANCELLED});
}

bool boundary_end(struct kad_run *run)
{
    const bool has_failed = run->error.code;

    ended_event(run);
    pending_event(run, has_failed ? "execution_failed" : "execution_completed", NULL,
                  failure_json(&run->pending.memory, &run->error));
    return commit(run,
                  (struct journal_commit){
                      .status = has_failed ? EXECUTION_FAILED : EXECUTION_COMPLETED,
                      .outputs = has_failed ? NULL : run->outputs,
                  });
}
