/* boundary.c: what is stored together: engine.h (1).
 *
 * The end of a step is only remembered. It is committed with what comes next, when that is
 * known: the start of another attempt, a pause, or the end of the branch.
 *   (1) Commits of a main line set the execution's row. Those of a branch in a block set the
 *       branch's position, and the row only when it does not say `running`. */
#include <string.h>

#include "engine/gate.h"
#include "engine/secret.h"

/* ---- Pending ------------------------------------------------------------------------ */

void pending_event(struct kad_run *run, const char *type, const char *step_id,
                   const char *data)
{
    const struct history_row event = {
        .event_type = type,
        .step_id = step_id,
        .data = data,
        .at_ms = run_now_ms(run),
    };

    vec_push(&run->pending.memory, &run->pending.events, event);
}

void execution_event(struct execution *execution, const char *type, const char *step_id,
                     const char *data)
{
    const struct history_row event = {
        .event_type = type,
        .step_id = step_id,
        .data = data ? arena_copy(&execution->memory, data, strlen(data)) : NULL,
        .at_ms = run_now_ms(execution->root),
    };

    vec_push(&execution->memory, &execution->events, event);
}

void pending_end(struct kad_run *run, enum step_status status)
{
    struct kad_step *step = &run->step;

    run->pending.ended = step->info;
    run->pending.visit = step->visit;
    run->pending.attempt = step->attempt;
    run->pending.taken_event = step->taken_event;
    run->pending.ending = (struct step_ending){
        .key = step->key,
        .status = status,
        .outputs = step->outputs.text,
        .outcome = step->named_outcome && !step->failure.code
                       ? info_outcomes(step->info)[step->named_outcome - 1]
                       : NULL,
        .error = failure_json(&step->memory, &step->failure),
    };
    if (step->info->block)
        run->pending.close_block = step->key;
    run->pending.ended_memory = step->memory;
    step->memory = (struct arena){0};
    step->is_in_flight = false;
}

void pending_position(struct kad_run *run, const struct position_row *row)
{
    vec_push(&run->pending.memory, &run->pending.positions, *row);
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
    const char *item =
        run->item[0] ? arena_printf(memory, ",\"item\":\"%s\"", run->item) : "";
    const char *rest = error     ? arena_printf(memory, ",\"error\":%s", error)
                       : outcome ? arena_printf(memory, ",\"outcome\":\"%s\"", outcome)
                                 : "";

    pending_event(run, type, step_id,
                  arena_printf(memory, "{\"visit\":%u,\"attempt\":%u%s%s}", visit,
                               attempt, item, rest));
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

/* Those of the execution, and then those of the branch. */
static void add_events(struct kad_run *run, struct journal_commit *commit)
{
    const struct execution *execution = run->execution;
    const struct pending *pending = &run->pending;
    const size_t first = execution->events.count, rest = pending->events.count;
    struct history_row *events =
        arena_array(&run->pending.memory, struct history_row, first + rest);

    if (first)
        memcpy(events, execution->events.items, first * sizeof(*events));
    if (rest)
        memcpy(events + first, pending->events.items, rest * sizeof(*events));
    commit->events = events;
    commit->event_count = first + rest;
}

static const char *step_at(const struct kad_run *run)
{
    return run->position >= 0 ? run->execution->workflow->steps[run->position].id
                              : NULL;
}

static void add_position(struct kad_run *run, enum position_status status)
{
    const struct position_row row = {
        .block_key = run->block->caller->step.key,
        .branch = run->name,
        .status = status,
        .current_step = status == POSITION_OPEN ? step_at(run) : NULL,
        .error = failure_json(&run->pending.memory, &run->error),
    };

    pending_position(run, &row);
}

/* What was asked for is done with this commit. A wish to cancel stays until all is cancelled,
 * so that a resume after a crash knows. */
static bool fulfils_request(const struct execution *execution,
                            const struct journal_commit *commit)
{
    return execution->clears_request &&
           (execution->drive->stop != STOP_CANCEL ||
            (commit->sets_execution && execution_is_ended(commit->status)));
}

/* All events and positions are pending by now. */
static bool commit(struct kad_run *run, struct journal_commit commit)
{
    struct execution *execution = run->execution;
    struct journal *journal = execution->drive->engine->journal;
    struct pending *pending = &run->pending;
    struct journal_commit masked;

    if (!run_is_main_line(run) && execution->stored_status != EXECUTION_RUNNING) {
        commit.status = EXECUTION_RUNNING;
        commit.current_step = step_at(execution->root);
    }
    commit.execution_id = execution->row->id;
    commit.now_ms = run_now_ms(run);
    commit.ended = pending->ended ? &pending->ending : NULL;
    commit.close_gate = pending->close_gate;
    commit.close_block = pending->close_block;
    commit.taken_event = pending->taken_event;
    commit.positions = pending->positions.items;
    commit.position_count = pending->positions.count;
    execution->has_waits |= commit.open_gate_count || commit.position_count;
    commit.has_no_waits = !execution->has_waits;
    commit.sets_execution = run_is_main_line(run) || commit.current_step;
    commit.error = commit.sets_execution
                       ? failure_json(&pending->memory, &execution->root->error)
                       : NULL;
    commit.clears_request = fulfils_request(execution, &commit);
    add_events(run, &commit);
    masked = commit;
    secret_mask_commit(&pending->memory, &masked);
    if (!crew_open_group(execution->drive->crew, run) ||
        journal->ops->commit(journal, &masked) != STORE_OK) {
        execution->drive->stop = STOP_STORE;
        return false;
    }
    if (commit.sets_execution)
        execution->stored_status = commit.status;
    if (commit.open_gates == run->step.gates)
        run->step.has_unstored_gates = false;
    if (commit.clears_request)
        execution->clears_request = false;
    execution->events.count = 0;
    run->has_moved = false;
    forget_pending(pending);
    return true;
}

/* What goes on in a child goes on in those that have called it. */
static bool wake_callers(const struct execution *execution)
{
    const struct block *block = execution->root->block;
    struct execution *caller = block ? block->caller->execution : NULL;

    if (!caller)
        return true;
    if (!wake_callers(caller))
        return false;
    return caller->stored_status == EXECUTION_RUNNING ||
           commit(caller->root,
                  (struct journal_commit){.status = EXECUTION_RUNNING,
                                          .current_step = step_at(caller->root)});
}

/* The same for a branch that goes on; on a main line, at this step. */
static bool commit_at(struct kad_run *run, const struct kad_step_info *info,
                      struct journal_commit parts)
{
    if (!wake_callers(run->execution))
        return false;
    if (run_is_main_line(run)) {
        parts.status = EXECUTION_RUNNING;
        parts.current_step = info->id;
    } else {
        add_position(run, POSITION_OPEN);
    }
    return commit(run, parts);
}

/* ---- Steps -------------------------------------------------------------------------- */

static struct step_row row_of(struct kad_step *step)
{
    const struct kad_run *run = step->run;

    return (struct step_row){
        .key = step->key,
        .execution_id = run->execution->row->id,
        .step_id = step->info->id,
        .module = step->info->action->module,
        .action = step->info->action->name,
        .inputs = secret_inputs(step),
        .status = STEP_RUN_RUNNING,
        .started_ms = run_now_ms(run),
        .visit = step->visit,
        .attempt = step->attempt,
        .run = step->state->runs,
        .item = run->item,
        .parent = run_is_main_line(run) ? NULL : run->block->caller->step.key,
    };
}

/* Only now: no visit without a row, store.h. */
static void count_visit(struct kad_step *step)
{
    step->state->visit = step->visit;
    step->state->has_visit = true;
}

bool boundary_start(struct kad_run *run)
{
    struct kad_step *step = &run->step;
    const struct step_row row = row_of(step);

    count_visit(step);
    ended_event(run);
    step_event(run, step->attempt > 1 ? "step_retried" : "step_started", step->info->id,
               step->visit, step->attempt, NULL, NULL);
    return commit_at(run, step->info,
                     (struct journal_commit){.started = &row,
                                             .open_gates = step->gates,
                                             .open_gate_count = step->gate_count});
}

bool boundary_again(struct kad_run *run)
{
    const struct execution *execution = run->execution;

    if (!run_is_main_line(run) && execution->stored_status == EXECUTION_RUNNING &&
        !execution->events.count && !run->pending.close_gate)
        return true;
    return commit_at(run, run->step.info, (struct journal_commit){0});
}

bool boundary_uncalled(struct kad_run *run)
{
    struct kad_step *step = &run->step;
    struct step_row row = row_of(step);

    row.status = STEP_RUN_FAILED;
    row.completed_ms = row.started_ms;
    row.error = failure_json(&step->memory, &step->failure);
    count_visit(step);
    ended_event(run);
    step_event(run, "step_failed", step->info->id, step->visit, step->attempt,
               row.error, NULL);
    return commit_at(run, step->info, (struct journal_commit){.started = &row});
}

bool boundary_backoff(struct kad_run *run)
{
    ended_event(run);
    return commit_at(run, run->step.info,
                     (struct journal_commit){.open_gates = run->step.gates,
                                             .open_gate_count = run->step.gate_count});
}

/* ---- Branches ----------------------------------------------------------------------- */

bool boundary_branch(struct kad_run *run, enum position_status status)
{
    ended_event(run);
    add_position(run, status);
    return commit(run, (struct journal_commit){0});
}

bool boundary_flush(struct kad_run *run)
{
    if (!run->pending.ended && !run->has_moved && !run->step.has_unstored_gates)
        return true;
    ended_event(run);
    add_position(run, POSITION_OPEN);
    return commit(run,
                  (struct journal_commit){.open_gates = run->step.gates,
                                          .open_gate_count = run->step.gate_count});
}

/* ---- Executions --------------------------------------------------------------------- */

struct gates {
    struct arena memory;
    VEC(struct gate_row) rows;
};

/* Those of a branch and of what is inside, in the same execution. */
static void collect_gates(struct gates *gates, const struct kad_run *run,
                          bool unstored_only)
{
    const struct kad_step *step = &run->step;

    if (!unstored_only || step->has_unstored_gates)
        for (size_t i = 0; i < step->gate_count; i++)
            vec_push(&gates->memory, &gates->rows, step->gates[i]);
    if (!run->inside || run->inside->child)
        return;
    for (const struct kad_run *inner = run->inside->open; inner; inner = inner->next)
        collect_gates(gates, inner, unstored_only);
}

static void mark_stored(struct kad_run *run)
{
    run->step.has_unstored_gates = false;
    if (!run->inside || run->inside->child)
        return;
    for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
        mark_stored(inner);
}

/* The execution is left as it is. Nothing is stored when its row says so already. */
static bool leave(struct execution *execution, enum execution_status status,
                  const char *type, const char *step_id, const char *data)
{
    struct kad_run *root = execution->root;
    struct gates gates = {0};
    bool is_stored = true;

    collect_gates(&gates, root, true);
    if (execution->stored_status != status || gates.rows.count || root->pending.ended ||
        execution->clears_request) {
        ended_event(root);
        pending_event(root, type, step_id, data);
        is_stored =
            commit(root, (struct journal_commit){.open_gates = gates.rows.items,
                                                 .open_gate_count = gates.rows.count,
                                                 .status = status,
                                                 .current_step = step_at(root)});
    }
    if (is_stored)
        mark_stored(root);
    arena_release(&gates.memory);
    return is_stored;
}

/* The first moment counts, if one is waited for: load.c reads it back. */
static const char *waiting_data(struct arena *memory, const struct gates *gates)
{
    int64_t due_ms = 0;
    const char *kind = NULL;

    for (size_t i = 0; i < gates->rows.count; i++) {
        const struct gate_row *gate = &gates->rows.items[i];

        if (gate_is_timed(gate))
            due_ms = earlier_ms(due_ms, gate->due_ms);
        else if (!kind)
            kind = gate->kind;
    }
    if (due_ms)
        return arena_printf(memory, "{\"until\":\"%s\"}", time_text(memory, due_ms));
    return kind ? arena_printf(memory, "{\"for\":\"%s\"}", kind) : NULL;
}

bool boundary_wait(struct execution *execution)
{
    struct kad_run *root = execution->root;
    struct gates gates = {0};
    const char *data;

    collect_gates(&gates, root, false);
    data = waiting_data(&root->pending.memory, &gates);
    arena_release(&gates.memory);
    return leave(execution, EXECUTION_WAITING, "execution_waiting", step_at(root),
                 data);
}

bool boundary_pause(struct execution *execution)
{
    return leave(execution, EXECUTION_PAUSED, "execution_paused", NULL, NULL);
}

bool boundary_cancel(struct execution *execution)
{
    ended_event(execution->root);
    pending_event(execution->root, "execution_cancelled", NULL, NULL);
    return commit(execution->root,
                  (struct journal_commit){.status = EXECUTION_CANCELLED});
}

bool boundary_end(struct execution *execution)
{
    struct kad_run *root = execution->root;
    const bool has_failed = root->error.code;

    ended_event(root);
    pending_event(root, has_failed ? "execution_failed" : "execution_completed", NULL,
                  failure_json(&root->pending.memory, &root->error));
    return commit(root,
                  (struct journal_commit){
                      .status = has_failed ? EXECUTION_FAILED : EXECUTION_COMPLETED,
                      .outputs = has_failed ? NULL : execution->outputs,
                  });
}

const char *step_label(struct arena *arena, const struct kad_step *step)
{
    return arena_printf(arena, "%s%s", step->info->id, step->run->item);
}
