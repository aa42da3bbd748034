/* resume.c: an execution as the journal has it, and where its branches go on.
 *
 *     status    last row of a branch's step      a plain resume
 *     running   running, idempotent action       the same attempt again
 *     running   running, other action            paused: "did it happen?"
 *     any       running, with steps inside       so does each of its branches
 *     running   failed: it was not called        its route (engine.h (3), (4))
 *     any       failed, with a gate `retry`      the next attempt, when its time comes
 *     any       running, with a gate `timer`,
 *               `event` or `approval`            goes on waiting
 *     running   none                             the step's first visit
 *     paused    running, no question             the same attempt again
 *     paused    running, a question              asks again
 *     paused    any other                        a new visit of the step
 *     failed    -                                a new visit of the step of workflow.error
 *
 * All questions are asked before anything runs; an answer is for one of them. Everything
 * that was decided is stored with the first boundary that follows. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "codec.h"
#include "engine/gate.h"

/* ---- Questions ---------------------------------------------------------------------- */

void resume_ask(struct kad_run *run)
{
    struct kad_step *step = &run->step;

    gate_set(step, gate_until(run, step->key, "question", 0));
    step->gates[0].prompt =
        arena_printf(&step->memory,
                     "`%s` was interrupted, and may not simply run again: did "
                     "it happen?",
                     step_label(&step->memory, step));
}

/* In the history, with the answer if there is one: JSON. */
static void say_resumed(struct kad_run *run, const char *answer)
{
    const char *data =
        answer ? arena_printf(&run->memory, "{\"answer\":%s}", answer) : NULL;

    if (answer && !run_is_main_line(run))
        data = arena_printf(&run->memory, "{\"answer\":%s,\"step\":\"%s\"}", answer,
                            step_label(&run->memory, &run->step));
    execution_event(run->execution, "execution_resumed", NULL, data);
}

/* ---- Outputs that are needed -------------------------------------------------------- */

/* What is given up for the start leaves none, whatever it has left before. */
static bool leaves_outputs(const struct execution *execution,
                           const struct kad_step_info *info)
{
    const struct kad_run *root = execution->root;

    return run_state(root, info)->has_outputs &&
           (root->standing != STANDS_IN_FLIGHT || root->step.info != info);
}

/* A start at `info` needs outputs that a step has not left, or a failure. */
static void check_needs(struct execution *execution, const struct kad_step_info *info)
{
    if (info->is_after_failure && !execution->root->error.code)
        execution_refuse(execution,
                         "`%s` is reached through a failure alone, and nothing has "
                         "failed",
                         info->id);
    for (size_t i = 0; info->needs && info->needs[i]; i++) {
        const struct kad_step_info *needed =
            execution_find_step(execution, info->needs[i]);

        if (needed && !leaves_outputs(execution, needed)) {
            execution_refuse(
                execution,
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

/* ---- Answers ------------------------------------------------------------------------ */

/* An attempt that waits for somebody or something has not been interrupted. */
static void retry(struct kad_run *run)
{
    struct kad_step *step = &run->step;
    const struct kad_step_info *info = step->info;
    const uint32_t visit = step->visit, attempt = step->attempt;
    const bool waits = step->gate_count && !gate_is_paused(&step->gates[0]);

    gate_close(run);
    if (!waits)
        step->failure = failure_new(&step->memory, info, KAD_FAILURE_INTERRUPTED,
                                    kad_failure_text(KAD_FAILURE_INTERRUPTED));
    say_resumed(run, "\"retry\"");
    pending_end(run, waits ? STEP_RUN_CANCELLED : STEP_RUN_FAILED);
    attempt_begin(run, info, visit, attempt + 1);
    run->entry = ENTRY_RETRY;
}

/* Which of its outcomes it had: somebody has to say, if the route depends on it. */
static bool take_given_outcome(struct kad_run *run, const char *given)
{
    struct kad_step *step = &run->step;

    if (given)
        step->named_outcome = info_find_outcome(step->info, given);
    if (given && !step->named_outcome)
        execution_refuse(run->execution, "--outcome: `%s` has no outcome `%s`",
                         step->info->id, given);
    else if (!given && step->info->routes_by_outcome)
        execution_refuse(run->execution,
                         "the route depends on the outcome of `%s`: give it with "
                         "--outcome NAME",
                         step->info->id);
    else
        return true;
    return false;
}

/* The outputs of a step that a person says has happened. */
static bool take_given_outputs(struct kad_run *run, const char *given)
{
    const struct kad_step_info *info = run->step.info;
    const char *problem;

    if (!given && !info->outputs_unread &&
        has_required_field(info_outputs_type(info))) {
        execution_refuse(run->execution,
                         "later steps may read the outputs of `%s`: give them with "
                         "--outputs JSON",
                         info->id);
        return false;
    }
    problem = given ? call_take_given(&run->step, given) : NULL;
    if (problem)
        execution_refuse(run->execution, "--outputs: %s", problem);
    return !problem;
}

static void skip(struct kad_run *run, const struct answer *answer)
{
    if (!take_given_outcome(run, answer->outcome) ||
        !take_given_outputs(run, answer->outputs))
        return;
    say_resumed(run, "\"skip\"");
    attempt_decide(run, STEP_RUN_SKIPPED);
}

static void abort_step(struct kad_run *run)
{
    struct kad_step *step = &run->step;

    step->failure = failure_new(&step->memory, step->info, KAD_FAILURE_ABORTED_BY_USER,
                                kad_failure_text(KAD_FAILURE_ABORTED_BY_USER));
    say_resumed(run, "\"fail\"");
    attempt_decide(run, STEP_RUN_FAILED);
}

static void refuse_choice(struct kad_run *run, const char *choice)
{
    const char *const *choices = run->step.info->choices;
    struct buf list;

    buf_init(&list, &run->memory);
    for (size_t i = 0; choices[i]; i++)
        buf_printf(&list, "%s`%s`", i ? ", " : "", choices[i]);
    execution_refuse(run->execution, "`%s` has the choices %s, not `%s`",
                     run->step.info->id, list.p, choice);
}

/* A person has decided. */
static void choose(struct kad_run *run, const struct answer *answer)
{
    struct kad_step *step = &run->step;
    const char *given;

    if (!step_waits_for(step, "approval")) {
        execution_refuse(run->execution, "`%s` asks for no choice", step->info->id);
        return;
    }
    if (gate_is_due(&step->gates[0], run_now_ms(run))) {
        execution_refuse(run->execution, "`%s` has timed out: a plain resume goes on",
                         step->info->id);
        return;
    }
    given = approval_outputs(&step->memory, answer);
    if (!approval_take(step, given)) {
        refuse_choice(run, answer->choice);
        return;
    }
    say_resumed(run, given);
    gate_close(run);
    attempt_decide(run, STEP_RUN_COMPLETED);
}

static void answer_in_flight(struct kad_run *run, const struct answer *answer)
{
    switch (answer->kind) {
    case ANSWER_CHOICE: choose(run, answer); return;
    case ANSWER_RETRY: retry(run); return;
    case ANSWER_SKIP:
        gate_close(run);
        skip(run, answer);
        return;
    case ANSWER_FAIL:
        gate_close(run);
        abort_step(run);
        return;
    case ANSWER_NONE:
    case ANSWER_FROM: break;
    }
    kad_unreachable();
}

/* run->step is the attempt that waits for its time. `--retry`: it waits no longer. */
static void answer_waiting(struct kad_run *run, const struct answer *answer)
{
    if (answer->kind != ANSWER_RETRY) {
        execution_refuse(run->execution,
                         "`%s` waits for its next attempt: --retry starts it now",
                         run->step.info->id);
        return;
    }
    run->step.gates[0].due_ms = 0;
    run->step.phase = PHASE_GATE;
    run->entry = ENTRY_RETRY;
    say_resumed(run, NULL);
}

/* ---- Branches ----------------------------------------------------------------------- */

/* Those whose step is in flight or waits, and has no steps inside; in their order. */
struct leaves {
    struct arena memory;
    VEC(struct kad_run *) items;
};

static void find_leaves(struct leaves *leaves, struct kad_run *run)
{
    if (run->inside) {
        for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
            find_leaves(leaves, inner);
    } else if (run->standing == STANDS_IN_FLIGHT || run->standing == STANDS_WAITING) {
        vec_push(&leaves->memory, &leaves->items, run);
    }
}

/* A person has to say what has become of it. */
static bool is_in_question(const struct kad_run *run)
{
    const struct kad_step *step = &run->step;

    return run->standing == STANDS_IN_FLIGHT && !run->is_cancelled &&
           (step_waits_for(step, "question") ||
            (!step_waits_for(step, "ask") && !info_is_idempotent(step->info)));
}

static void ask(struct kad_run *run)
{
    if (!step_waits_for(&run->step, "question"))
        resume_ask(run);
    run->execution->drive->stop = STOP_PAUSE;
    run->execution->drive->is_asking = true;
}

/* It has waited before, and nobody stays with it now: it is not even touched. */
static bool is_left(const struct kad_run *run)
{
    const struct kad_step *step = &run->step;

    return step->gate_count && run->execution->row->status == EXECUTION_WAITING &&
           !step_waits_for(step, "ask") &&
           (run->execution->drive->engine->leaves_waits ||
            !gate_is_timed(&step->gates[0]));
}

/* Without an answer. */
static void again(struct kad_run *run)
{
    if (run->standing == STANDS_WAITING) {
        run->step.phase = PHASE_GATE;
        run->entry = ENTRY_RETRY;
    } else if (is_left(run)) {
        run->step.phase = PHASE_GATE;
    } else {
        run->entry = ENTRY_AGAIN;
    }
}

static void go_on_between(struct kad_run *run)
{
    if (run->standing != STANDS_UNCALLED)
        return;
    run->step.run = run;
    run->step.info = &run->execution->workflow->steps[run->position];
    run->entry = ENTRY_REPORT;
    run->reported = KAD_FAILURE;
}

static bool is_leaf_in_flight(const struct kad_run *run)
{
    return !run->inside && run->standing == STANDS_IN_FLIGHT;
}

/* Asks about all that is in question and has not been answered. */
static void ask_all(struct kad_run *run, const struct kad_run *answered)
{
    struct execution *execution = run->execution;

    if (run->inside)
        for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
            ask_all(inner, answered);
    if (run == answered || !is_leaf_in_flight(run))
        return;
    if (execution->row->status == EXECUTION_RUNNING)
        execution_event(execution, "step_interrupted", run->step.info->id,
                        run->item[0]
                            ? arena_printf(&run->memory, "{\"item\":\"%s\"}", run->item)
                            : NULL);
    if (is_in_question(run))
        ask(run);
}

/* All that has not been answered, when nothing is in question. */
static void go_on(struct kad_run *run, const struct kad_run *answered)
{
    if (run->inside)
        for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
            go_on(inner, answered);
    else if (run == answered)
        return;
    else if (run->standing == STANDS_IN_FLIGHT || run->standing == STANDS_WAITING)
        again(run);
    else
        go_on_between(run);
}

static void say_all_resumed(struct kad_run *run, const struct execution *answered)
{
    if (run_is_main_line(run) && run->execution != answered)
        say_resumed(run, NULL);
    if (!run->inside)
        return;
    for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
        say_all_resumed(inner, answered);
}

/* ---- For which branch an answer is -------------------------------------------------- */

static bool is_meant(struct arena *scratch, const struct kad_run *run,
                     const struct answer *answer)
{
    return (!answer->step || !strcmp(step_label(scratch, &run->step), answer->step)) &&
           (!answer->execution || !strcmp(run->execution->row->id, answer->execution));
}

/* A choice is for who asks for one, another answer for a step in question, if there are
 * such. */
static bool is_asked(const struct kad_run *run, const struct answer *answer)
{
    return answer->kind == ANSWER_CHOICE ? step_waits_for(&run->step, "approval")
                                         : is_in_question(run);
}

static void keep_asked(struct leaves *leaves, const struct answer *answer)
{
    size_t count = 0;

    for (size_t i = 0; i < leaves->items.count; i++)
        if (is_asked(leaves->items.items[i], answer))
            leaves->items.items[count++] = leaves->items.items[i];
    if (count)
        leaves->items.count = count;
}

static void keep_meant(struct leaves *leaves, const struct answer *answer)
{
    size_t count = 0;

    for (size_t i = 0; i < leaves->items.count; i++)
        if (is_meant(&leaves->memory, leaves->items.items[i], answer))
            leaves->items.items[count++] = leaves->items.items[i];
    leaves->items.count = count;
}

/* What is not said to be a child's is the own step of the execution, if there is one. */
static void keep_own(struct leaves *leaves, const struct execution *execution)
{
    size_t count = 0;

    for (size_t i = 0; i < leaves->items.count; i++)
        if (leaves->items.items[i]->execution == execution)
            leaves->items.items[count++] = leaves->items.items[i];
    if (count)
        leaves->items.count = count;
}

static void refuse_several(struct execution *execution, const struct leaves *leaves)
{
    struct buf list;

    buf_init(&list, &execution->memory);
    for (size_t i = 0; i < leaves->items.count; i++)
        buf_printf(&list, "%s`%s`", i ? ", " : "",
                   step_label(&execution->memory, &leaves->items.items[i]->step));
    execution_refuse(
        execution, "several steps are in question: say with --step which: %s", list.p);
}

/* NULL: drive->stop is set. */
static struct kad_run *find_answered(struct execution *execution,
                                     const struct answer *answer)
{
    struct leaves leaves = {0};
    struct kad_run *run = NULL;

    find_leaves(&leaves, execution->root);
    keep_meant(&leaves, answer);
    keep_asked(&leaves, answer);
    if (answer->step && !answer->execution)
        keep_own(&leaves, execution);
    if (leaves.items.count == 1)
        run = leaves.items.items[0];
    else if (leaves.items.count)
        refuse_several(execution, &leaves);
    else if (answer->step)
        execution_refuse(execution, "--step: `%s` is not in question", answer->step);
    else
        execution_refuse(execution,
                         "no step is in question: resume it without an answer");
    arena_release(&leaves.memory);
    return run;
}

/* ---- Where it goes on --------------------------------------------------------------- */

/* How often each step has been visited by then: load.c tells from it what has run since. */
static const char *fresh_data(struct execution *execution, const char *from)
{
    const struct block_place *places = execution->places;
    const char *separator = "";
    struct buf data;

    buf_init(&data, &execution->memory);
    buf_printf(&data, "{\"fresh\":true,\"from\":\"%s\",\"visits\":{", from);
    for (size_t i = 0; i < execution->workflow->step_count; i++) {
        const struct kad_step_info *info = &execution->workflow->steps[i];
        const uint32_t visit = places && places[i].for_each >= 0
                                   ? 0 /* of many items: they are not counted on */
                                   : load_last_visit(execution->root, info);

        if (visit) {
            buf_printf(&data, "%s\"%s\":%" PRIu32, separator, info->id, visit);
            separator = ",";
        }
    }
    buf_printf(&data, "}}");
    return data.p;
}

/* A start with fresh budgets, at `info`. */
static void start_fresh(struct execution *execution, const struct kad_step_info *info)
{
    struct kad_run *root = execution->root;

    if (execution->drive->stop == STOP_NONE)
        check_needs(execution, info);
    if (execution->drive->stop != STOP_NONE)
        return;
    for (size_t i = 0; i < execution->workflow->step_count; i++)
        execution->steps[i].runs = execution->steps[i].attempts = 0;
    execution->used_runs = execution->used_calls = 0;
    execution->deadline_ms = budget_deadline_ms(execution);
    if (!info->is_after_failure)
        root->error = (struct kad_error){0};
    root->position = (int)(info - execution->workflow->steps);
    execution_event(execution, "execution_resumed", NULL,
                    fresh_data(execution, info->id));
}

/* false: drive->stop is set. */
static bool restore(struct execution *execution)
{
    const char *id = execution->row->current_step;
    const struct kad_step_info *info = id ? execution_find_step(execution, id) : NULL;
    struct kad_run *root = execution->root;

    if (!info) {
        execution_refuse(execution, "this program has no step `%s`", id ? id : "");
        return false;
    }
    root->position = (int)(info - execution->workflow->steps);
    root->standing = restore_step(root, info);
    return execution->drive->stop == STOP_NONE;
}

/* The engine has died before all that was to be cancelled was. */
static bool is_to_be_cancelled(const struct execution *execution)
{
    const struct execution_row *row = execution->row;

    return !execution_is_ended(row->status) && row->request &&
           !strcmp(row->request, "cancel");
}

static void resume_stopped(struct execution *execution, const struct answer *answer)
{
    struct kad_run *root = execution->root, *answered = NULL;

    if (!restore(execution))
        return;
    if (answer->kind != ANSWER_NONE)
        answered = find_answered(execution, answer);
    if (answered && answered->standing == STANDS_WAITING)
        answer_waiting(answered, answer);
    else if (answered)
        answer_in_flight(answered, answer);
    if (execution->drive->stop != STOP_NONE)
        return;
    ask_all(root, answered);
    if (execution->drive->stop != STOP_NONE)
        return;
    go_on(root, answered);
    say_all_resumed(root, answered ? answered->execution : NULL);
}

static void resume_failed(struct execution *execution, const struct answer *answer)
{
    const char *id = execution->root->error.step;
    const struct kad_step_info *info = id ? execution_find_step(execution, id) : NULL;

    if (!info)
        execution_refuse(execution,
                         "it can't be told where it has failed: use --from STEP");
    else if (answer->kind != ANSWER_NONE && answer->kind != ANSWER_RETRY)
        execution_refuse(execution,
                         "it has failed, no step is in question: a plain resume runs "
                         "`%s` again",
                         info->id);
    else
        start_fresh(execution, execution_outer_step(execution, info));
}

/* The block at hand goes with all that is inside, in one commit with the start of what comes
 * instead. */
static void abandon_block(struct kad_run *root)
{
    struct drive *drive = root->execution->drive;

    if (crew_begin_group(drive->crew))
        block_abandon(root);
    else
        drive->stop = STOP_STORE;
}

/* What is under way is given up. */
static void abandon(struct kad_run *root)
{
    const struct drive *drive = root->execution->drive;

    if (root->inside)
        abandon_block(root);
    gate_close(root);
    if (root->standing == STANDS_IN_FLIGHT && drive->stop == STOP_NONE)
        attempt_abandon(root);
}

/* All that may be refused is, before anything is stored. */
static void resume_from(struct execution *execution, const char *id)
{
    const struct kad_step_info *info = execution_find_step(execution, id), *at = NULL;
    struct kad_run *root = execution->root;

    if (!info) {
        execution_refuse(execution, "--from: there is no step `%s`", id);
        return;
    }
    if (execution_outer_step(execution, info) != info) {
        execution_refuse(execution, "--from: `%s` is inside of `%s`: start there", id,
                         execution_outer_step(execution, info)->id);
        return;
    }
    if (execution->row->current_step)
        at = execution_find_step(execution, execution->row->current_step);
    if (at)
        root->standing = restore_step(root, at);
    if (execution->drive->stop == STOP_NONE)
        check_needs(execution, info);
    if (execution->drive->stop != STOP_NONE)
        return;
    abandon(root);
    start_fresh(execution, info);
}

/* An execution that has ended well, or for ever: says so. */
static bool is_over(struct execution *execution)
{
    const enum execution_status status = execution->row->status;

    if (status != EXECUTION_COMPLETED && status != EXECUTION_CANCELLED)
        return false;
    execution->end =
        status == EXECUTION_COMPLETED ? ENGINE_COMPLETED : ENGINE_CANCELLED;
    execution->outputs = execution->row->outputs;
    execution->drive->stop = STOP_OVER;
    return true;
}

static void decide(struct execution *execution, const struct answer *answer)
{
    if (is_over(execution))
        return;
    execution_load(execution);
    if (execution->drive->stop != STOP_NONE)
        return;
    if (is_to_be_cancelled(execution)) {
        if (restore(execution))
            execution->drive->stop = STOP_CANCEL;
    } else if (answer->kind == ANSWER_FROM) {
        resume_from(execution, answer->from);
    } else if (execution->row->status == EXECUTION_FAILED) {
        resume_failed(execution, answer);
    } else {
        resume_stopped(execution, answer);
    }
}

static void resume(struct engine *engine, struct arena *arena,
                   const struct execution_row *row, const struct answer *answer,
                   struct engine_result *result, bool *is_asking)
{
    struct crew crew;
    struct drive drive;

    crew_init(&crew, engine);
    drive_init(&drive, &crew);
    execution_open(&drive, engine->workflow, row, NULL);
    if (drive.stop == STOP_NONE)
        decide(drive.execution, answer);
    if (engine->upgrade && (drive.stop == STOP_NONE || drive.stop == STOP_PAUSE))
        upgrade_move(drive.execution);
    crew_add(&crew, &drive);
    crew_run(&crew);
    drive_result(&drive, arena, result);
    *is_asking = drive.is_asking;
    drive_release(&drive);
    crew_release(&crew);
}

static bool has_question(const struct engine_result *result)
{
    for (size_t i = 0; i < result->gate_count; i++)
        if (gate_is_paused(&result->gates[i].row))
            return true;
    return false;
}

/* An answer may end a block with all that is in question in it: then nothing is left to ask,
 * and it goes on. */
void engine_resume(struct engine *engine, struct arena *arena,
                   const struct execution_row *row, const struct answer *answer,
                   struct engine_result *result)
{
    static const struct answer none_given = {.kind = ANSWER_NONE};
    struct journal *journal = engine->journal;
    struct execution_row again;
    bool is_asking;

    resume(engine, arena, row, answer, result, &is_asking);
    if (!is_asking || result->end != ENGINE_PAUSED || has_question(result) ||
        engine->host->stop_count(engine->host))
        return;
    if (journal->ops->find(journal, arena, row->id, &again) != STORE_OK) {
        result->end = ENGINE_STORE_FAILED;
        return;
    }
    resume(engine, arena, &again, &none_given, result, &is_asking);
}
