/* schedule.c: how an execution and its children go on: what can go on goes on, until all
 * waits for the next thing that happens: see crew.c.
 *
 * (1) The order is fixed: outer before inner, the branches of a block in the order of the
 *     file, items in theirs. What a run does depends on nothing but what is answered, when.
 * (2) A branch that is to end (run_cancel) or whose execution is to stop enters no step any
 *     more; what is called elsewhere is told, and its answer is still taken.
 * (3) It ends with the main line, or when nothing can go on: then the execution is left, as
 *     paused or waiting. */
#include "codec.h"
#include "engine/gate.h"

static bool is_given_up(const struct drive *drive)
{
    return drive->stop == STOP_STORE || drive->stop == STOP_REFUSED ||
           drive->stop == STOP_OVER;
}

/* ---- The end of a branch ------------------------------------------------------------ */

static void fail_here(struct kad_run *run, const struct kad_step_info *info,
                      enum kad_failure_code code, const char *message)
{
    if (!run->error.code)
        run->error = failure_new(&run->memory, info, code, message);
}

static void fail_by_route(struct kad_run *run)
{
    fail_here(run, run->step.info, KAD_FAILURE_FAILED_BY_ROUTE,
              kad_failure_text(KAD_FAILURE_FAILED_BY_ROUTE));
}

void kad_finish(struct kad_run *run, const void *outputs)
{
    struct execution *execution = run->execution;
    struct kad_json json = {0};
    const char *problem = NULL;

    if (!run->fault[0])
        problem = codec_encode(&execution->memory, execution->workflow->outputs,
                               CODEC_AFTER_SUCCESS, outputs, &json);
    if (!problem && json.len > JOURNAL_VALUE_MAX)
        problem = "the outputs are larger than 64 MiB";
    if (problem)
        kad_fault(run, "%s", problem);
    execution->outputs = json.text;
}

static void compute_outputs(struct kad_run *run)
{
    const struct execution *execution = run->execution;

    if (!execution->workflow->outputs)
        return;
    execution->workflow->finish(run, execution->frame);
    if (run->fault[0])
        fail_here(run, run->step.info, KAD_FAILURE_EXPRESSION, run->fault);
}

static void close_main_line(struct kad_run *run, enum engine_end end)
{
    run->execution->end = end;
    branch_close(run);
    if (run->block)
        child_end(run->execution);
}

static void end_main_line(struct kad_run *run)
{
    struct execution *execution = run->execution;

    if (execution->is_late && run->step.is_in_flight)
        attempt_run_late(run);
    if (execution->is_late && !run->error.code)
        run->error = budget_deadline_error(execution, &run->memory,
                                           &execution->workflow->steps[run->position]);
    else if (run->position == KAD_END_FAIL)
        fail_by_route(run);
    else if (!run->error.code)
        compute_outputs(run);
    if (boundary_end(execution))
        close_main_line(run, run->error.code ? ENGINE_FAILED : ENGINE_COMPLETED);
}

/* The branch is over and gone; with its end, what takes its place begins. */
static void end_branch(struct kad_run *run, enum line_status line,
                       enum position_status position)
{
    struct block *block = run->block;

    block_end_line(block, run->line, line, &run->error);
    block_start_items(block, run);
    if (boundary_branch(run, position))
        branch_free(run);
}

static void end(struct kad_run *run)
{
    if (run_is_main_line(run)) {
        end_main_line(run);
    } else if (run->position == KAD_END_FAIL) {
        fail_by_route(run);
        end_branch(run, LINE_FAILED, POSITION_FAILED);
    } else {
        end_branch(run, LINE_COMPLETED, POSITION_COMPLETED);
    }
}

static void end_cancelled(struct kad_run *run)
{
    struct kad_step *step = &run->step;

    if (step->phase == PHASE_OVER)
        attempt_conclude(run);
    if (step->gate_count)
        gate_close(run);
    if (step->is_in_flight)
        attempt_abandon(run);
    if (!run_is_main_line(run))
        end_branch(run, LINE_CANCELLED, POSITION_CANCELLED);
    else if (boundary_cancel(run->execution))
        close_main_line(run, ENGINE_CANCELLED);
}

/* ---- Going on ----------------------------------------------------------------------- */

/* One entry of the workflow, and what to make of a routing expression without a value: the
 * step that has just succeeded has failed after all; one that has failed has no route. */
static int advance(struct kad_run *run)
{
    const struct kad_workflow *workflow = run->execution->workflow;
    void *frame = run->execution->frame;
    int next = workflow->advance(run, frame, run->position);

    if (run->fault[0] && run->reported == KAD_SUCCESS) {
        attempt_fail_route(run);
        run->fault[0] = '\0';
        next = workflow->advance(run, frame, run->position);
    }
    if (run->fault[0] && run->reported != KAD_LATER)
        next = KAD_END_FAIL;
    run->fault[0] = '\0';
    return next;
}

/* false: the branch has ended. */
static bool enter(struct kad_run *run)
{
    const int next = advance(run);

    run->has_moved |= next != run->position;
    run->position = next;
    if (next >= 0 || is_given_up(run->execution->drive))
        return true;
    end(run);
    return false;
}

static bool can_enter(struct kad_run *run)
{
    const enum phase phase = run->step.phase;

    if (run->entry == ENTRY_REPORT || phase == PHASE_OVER)
        return true;
    if (run_is_stopped(run))
        return false;
    if (phase == PHASE_GATE && gate_opens(&run->step))
        return true;
    if (run_is_past_limit(run) && run_is_main_line(run) && phase != PHASE_CALL &&
        phase != PHASE_READY && run_limit_ms(run) == run->execution->deadline_ms)
        run->execution->is_late = true;
    return phase == PHASE_NONE && !run_is_past_limit(run);
}

/* Or about to be. */
static bool is_called(const struct kad_run *run)
{
    return run->step.phase == PHASE_CALL || run->step.phase == PHASE_READY;
}

static bool go_on(struct kad_run *run);

/* Whether anything in the block has gone on. */
static bool go_on_inside(struct block *block)
{
    bool has_moved = false, has_just_moved;

    do {
        has_just_moved = false;
        block_decide(block);
        for (struct kad_run *run = block->open, *next; run; run = next) {
            next = run->next; /* it may be gone; others are only told */
            has_just_moved |= go_on(run);
        }
        has_moved |= has_just_moved;
    } while (has_just_moved && !is_given_up(block->caller->execution->drive));
    return has_moved;
}

/* The block of the branch's step; whether it has gone on. */
static bool go_on_at_block(struct kad_run *run)
{
    const struct block *block = run->inside;
    bool has_moved = false;

    if (block->about->kind == KAD_CHILD && !block->child && !block->child_outputs &&
        block->counts[LINE_OPEN] && block->verdict == BLOCK_UNDECIDED &&
        !run_is_stopped(run)) {
        child_open(run);
        has_moved = true;
    }
    has_moved |= go_on_inside(run->inside);
    if (is_given_up(run->execution->drive) || !block_is_over(run->inside))
        return has_moved;
    if (run->is_cancelled) {
        block_free(run->inside);
        run->inside = NULL;
        run->step.phase = PHASE_PARKED;
    } else {
        block_answer(run);
    }
    return true;
}

void block_abandon(struct kad_run *run)
{
    run->inside->verdict = BLOCK_FAILS; /* nothing more starts */
    block_cancel(run->inside);
    go_on_inside(run->inside);
    block_free(run->inside);
    run->inside = NULL;
    run->step.phase = PHASE_NONE;
}

/* Whether the branch has gone on; it may have ended, and be gone. */
static bool go_on(struct kad_run *run)
{
    const struct drive *drive = run->execution->drive;
    bool has_moved = false;

    while (!is_given_up(drive)) {
        if (run->step.phase == PHASE_INSIDE) {
            if (!go_on_at_block(run))
                return has_moved;
        } else if (run->is_cancelled && !is_called(run)) {
            end_cancelled(run);
            return true;
        } else if (can_enter(run)) {
            if (!enter(run))
                return true;
        } else if (run->execution->is_late && run_is_main_line(run)) {
            end_main_line(run);
            return true;
        } else {
            return has_moved;
        }
        has_moved = true;
    }
    return has_moved;
}

/* ---- Waiting ------------------------------------------------------------------------ */

/* What the open branches wait for, over the whole tree. */
struct outlook {
    int64_t now_ms;  /* what was due by then has been seen to */
    int64_t due_ms;  /* when the next of it happens by itself; 0: never */
    bool has_timer;  /* somebody may stay for it */
    bool has_paused; /* somebody has to say something */
};

static void look_at(struct outlook *outlook, int64_t due_ms)
{
    if (due_ms > outlook->now_ms)
        outlook->due_ms = earlier_ms(outlook->due_ms, due_ms);
}

static void look_out(struct outlook *outlook, const struct kad_run *run)
{
    const struct kad_step *step = &run->step;

    look_at(outlook, run->execution->deadline_ms);
    for (size_t i = 0; i < step->gate_count; i++) {
        outlook->has_timer |= gate_is_timed(&step->gates[i]);
        outlook->has_paused |= gate_is_paused(&step->gates[i]);
    }
    if (step->phase == PHASE_GATE)
        look_at(outlook, gate_due_ms(step));
    if (!run->inside)
        return;
    look_at(outlook, step->deadline_ms);
    for (const struct kad_run *inner = run->inside->open; inner; inner = inner->next)
        look_out(outlook, inner);
}

static void tell_all(struct kad_run *run, enum wait_verdict verdict)
{
    if (run->step.phase == PHASE_CALL)
        call_tell(&run->step, verdict);
    if (!run->inside)
        return;
    for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
        tell_all(inner, verdict);
}

void drive_tick(const struct drive *drive)
{
    const struct kad_run *root = drive->execution->root;

    run_notify(root, &(struct notice){.kind = NOTICE_TICK,
                                      .step = root->step.info,
                                      .item = "",
                                      .now_ms = run_now_ms(root)});
}

/* Tells, once, who stays until when. */
static void say_until(struct kad_run *run)
{
    struct kad_step *step = &run->step;

    if (step->phase == PHASE_GATE && step->gate_count && !step->is_wait_said &&
        gate_is_timed(&step->gates[0]) && step->gates[0].due_ms) {
        step->is_wait_said = true;
        run_notify(run, &(struct notice){
                            .kind = NOTICE_PROGRESS,
                            .step = step->info,
                            .item = run->item,
                            .run = step->state->runs,
                            .attempt = step->attempt,
                            .started_ms = step->started_ms,
                            .now_ms = run_now_ms(run),
                            .text = arena_printf(
                                &step->memory, "waits until %s",
                                time_text(&step->memory, step->gates[0].due_ms)),
                        });
    }
    if (!run->inside)
        return;
    for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
        say_until(inner);
}

void drive_look(struct drive *drive)
{
    struct kad_run *root = drive->execution->root;
    const enum wait_verdict verdict = run_look(root);

    if (verdict != WAIT_ON)
        tell_all(root, verdict);
    if (drive->crew->has_news && drive->stop == STOP_NONE)
        gate_read_answers(root);
    drive->may_move = true;
}

/* ---- Leaving ------------------------------------------------------------------------ */

/* The next attempt that has not begun is one that waits for its time: now. */
static void keep_retry(struct kad_run *run)
{
    struct kad_step *step = &run->step;
    const char *key = run->pending.ending.key;

    if (run->entry != ENTRY_RETRY || !run->pending.ended || step->gate_count)
        return;
    key = str_copy(&step->memory, str_of(key));
    gate_set(step, gate_until(run, key, "retry", run_now_ms(run)));
}

/* From the inside out, so that an outer one that is left has nothing in it that is not. */
static void leave(struct kad_run *run, bool is_paused)
{
    struct outlook outlook = {0};

    if (run->inside)
        for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
            leave(inner, is_paused);
    if (is_given_up(run->execution->drive))
        return;
    keep_retry(run);
    if (!run_is_main_line(run)) {
        if (run->pending.ended || run->has_moved)
            boundary_flush(run);
        return;
    }
    look_out(&outlook, run);
    is_paused |= outlook.has_paused;
    run->execution->end = is_paused ? ENGINE_PAUSED : ENGINE_WAITING;
    if (is_paused)
        boundary_pause(run->execution);
    else
        boundary_wait(run->execution);
}

/* ---- All of it ---------------------------------------------------------------------- */

static void call_ready_steps(struct kad_run *run)
{
    if (run->step.phase == PHASE_READY)
        call_ready(&run->step);
    if (!run->inside)
        return;
    for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
        call_ready_steps(inner);
}

void drive_call_ready(struct drive *drive)
{
    if (drive->ready_count && !is_given_up(drive))
        call_ready_steps(drive->execution->root);
    drive->ready_count = 0;
}

static bool is_waited_for(const struct drive *drive, const struct outlook *outlook)
{
    return drive->job_count || drive->ready_count ||
           (outlook->has_timer && drive->stop == STOP_NONE &&
            !drive->engine->leaves_waits);
}

bool drive_go_on(struct drive *drive)
{
    struct kad_run *root = drive->execution->root;
    struct outlook outlook = {.now_ms = run_now_ms(root)};

    if (root->is_open && !is_given_up(drive)) {
        if (drive->stop == STOP_CANCEL)
            run_cancel(root);
        if (go_on(root) && root->is_open)
            return true;
    }
    if (root->is_open && !is_given_up(drive)) {
        look_out(&outlook, root);
        drive->due_ms = outlook.due_ms;
        if (is_waited_for(drive, &outlook)) {
            say_until(root);
            return false;
        }
    }
    if (drive->job_count) { /* given up: nothing may use the memory any more */
        tell_all(root, WAIT_STOP);
        drive->due_ms = 0;
        return false;
    }
    if (root->is_open && !is_given_up(drive))
        leave(root, drive->stop == STOP_PAUSE);
    drive->is_over = true;
    return true;
}
