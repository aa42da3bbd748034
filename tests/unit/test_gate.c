/* test_gate.c: executions that wait: for the time of a next attempt, or
 * for a time, or for a person; over both journals. */
#include "engine_fixture.h"

TestSuite(gate, .fini = clean_up);

#define BOTH(sentence) BOTH_IN(gate, sentence)

static const struct kad_retry patient = {
    .max_attempts = 3, .initial_ms = HOUR_MS, .factor = 2};

static const char *const unknown_codes[] = {"unknown", NULL};
static const struct kad_retry choosy = {
    .max_attempts = 3, .factor = 2, .on = unknown_codes};

/* The open gates: "retry@3601000 ". */
static const char *open_gates(void)
{
    struct gate_row *gates;
    struct buf text;
    size_t count;

    buf_init(&text, &fix.arena);
    cr_assert_eq(fix.journal->ops->gates(fix.journal, &fix.arena, "e1", &gates, &count),
                 STORE_OK);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s:%s@%lld ", gates[i].step_key + strlen("e1/"),
                   gates[i].kind, (long long)gates[i].due_ms);
    return text.p;
}

/* ---- The next attempt --------------------------------------------------------------- */

BOTH(an_attempt_waits_longer_after_each_failure)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "ff";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 1000 + 3 * HOUR_MS);
    cr_expect_str_eq(fix_rows(), "work/1/1=failed(broken) work/1/2=failed(broken) "
                                 "work/1/3=completed check/1/1=completed");
    cr_expect_str_eq(open_gates(), "");
}

BOTH(the_last_attempt_lets_the_failure_go_its_route)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "fffs";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.trace.p,
                     "work.1.1=go work.1.2=go work.1.3=go handler.1.1=broken ");
}

BOTH(another_failure_is_not_tried_again)
{
    fix.infos[WORK].retry = &choosy;
    fix.scripts[WORK].outcomes = "f";
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go handler.1.1=broken ");
}

BOTH(attempts_use_up_the_budget_of_the_step)
{
    fix.infos[WORK].retry = &patient;
    fix.infos[WORK].is_bounded = true;
    fix.infos[WORK].max_retries = 1;
    fix.scripts[WORK].outcomes = "fff";
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go work.1.2=go handler.1.1=broken ");
}

BOTH(the_time_of_an_attempt_begins_after_the_wait)
{
    fix.infos[WORK].retry = &patient;
    fix.infos[WORK].timeout_ms = 1000;
    fix.scripts[WORK].outcomes = "f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

BOTH(the_workflows_timeout_ends_a_wait)
{
    fix.infos[WORK].retry = &patient;
    fix.workflow.timeout_ms = HOUR_MS / 2;
    fix.scripts[WORK].outcomes = "f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "timed_out");
    cr_expect_eq(fix.now_ms, 1000 + HOUR_MS / 2);
    cr_expect_str_eq(open_gates(), "");
}

BOTH(a_killed_wait_goes_on_until_the_same_moment)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "f";
    fix.commits_left = 2; /* the start, and the failure with its gate */
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_STORE_FAILED);
    cr_expect_str_eq(open_gates(), "work/1/1:retry@3601000 ");
    fix.commits_left = -1;
    fix.now_ms = 2000;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 1000 + HOUR_MS);
    cr_expect_str_eq(fix_rows(), "work/1/1=failed(broken) work/1/2=completed "
                                 "check/1/1=completed");
    cr_expect_str_eq(open_gates(), "");
}

BOTH(a_wait_that_a_person_stops_is_taken_up_again)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "f";
    fix.stops_waits = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(open_gates(), "work/1/1:retry@3601000 ");
    fix.stops_waits = false;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 1000 + HOUR_MS);
    cr_expect_str_eq(fix.trace.p, "work.1.1=go work.1.2=go check.1.1=work2 ");
}

BOTH(a_person_may_start_the_next_attempt_now)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "f";
    fix.stops_waits = true;
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_SKIP});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    fix_resume_with((struct answer){.kind = ANSWER_RETRY});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 1000);
    cr_expect_str_eq(open_gates(), "");
}

BOTH(a_start_elsewhere_gives_the_wait_up)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "f";
    fix.stops_waits = true;
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_FROM, .from = "handler"});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(), "work/1/1=failed(broken) handler/1/1=completed");
    cr_expect_str_eq(open_gates(), "");
}

BOTH(an_attempt_that_waited_sees_what_the_visit_before_has_left)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "sf";
    fix.scripts[WORK].reads_itself = true;
    fix.scripts[CHECK].on_success = WORK;
    fix.stops_waits = true;
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_PAUSED);
    fix.stops_waits = false;
    fix.scripts[CHECK].on_success = KAD_END_COMPLETE;
    fix_resume();
    cr_expect_str_eq(fix.trace.p,
                     "work.1.1=go check.1.1=work1 work.2.1=work1 work.2.2=work1 "
                     "check.2.1=work3 ");
}

/* ---- Nobody stays ------------------------------------------------------------------- */

BOTH(without_a_wait_the_execution_is_left_waiting)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "f";
    fix.engine.leaves_waits = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_eq(fix.result.gate.due_ms, 1000 + HOUR_MS);
    cr_expect_eq(fix_status(), EXECUTION_WAITING);
    cr_expect_str_eq(fix_history(), "execution_started step_started:work "
                                    "step_failed:work execution_waiting:work");
}

BOTH(a_resume_that_comes_too_early_changes_nothing)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "f";
    fix.engine.leaves_waits = true;
    fix_run();
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_str_eq(fix_history(), "execution_started step_started:work "
                                    "step_failed:work execution_waiting:work");
}

BOTH(a_resume_when_it_is_due_goes_on)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "f";
    fix.engine.leaves_waits = true;
    fix_run();
    fix.now_ms += HOUR_MS;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(open_gates(), "");
}

BOTH(time_that_nobody_waited_counts_for_the_workflows_timeout)
{
    fix.infos[WORK].retry = &patient;
    fix.workflow.timeout_ms = HOUR_MS / 2;
    fix.scripts[WORK].outcomes = "f";
    fix.engine.leaves_waits = true;
    fix_run();
    fix.now_ms += HOUR_MS;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "timed_out");
}

/* ---- Waiting for a time ------------------------------------------------------------- */

/* Makes `work` a step that waits. */
static void let_work_wait(const struct kad_wait_inputs *inputs)
{
    fix.infos[WORK].action = &kad_wait_action;
    fix.scripts[WORK].inputs = inputs;
    fix.scripts[WORK].on_success = HANDLER;
}

static const struct kad_wait_inputs an_hour = {.duration = {true, HOUR_MS}};
static const struct kad_wait_inputs some_moment = {.until =
                                                       "1970-01-01T03:00:00+01:00"};
static const struct kad_wait_inputs no_moment = {.until = "tomorrow"};

BOTH(a_wait_succeeds_when_its_time_has_passed)
{
    let_work_wait(&an_hour);
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 1000 + HOUR_MS);
    cr_expect_str_eq(fix_rows(), "work/1/1=completed handler/1/1=completed");
    cr_expect_str_eq(open_gates(), "");
}

static int64_t told_start_ms;

static void take_start(struct observer *observer, const struct notice *notice)
{
    (void)observer;
    if (notice->kind == NOTICE_ENDED && notice->step == &fix.infos[WORK])
        told_start_ms = notice->started_ms;
}

BOTH(a_wait_that_ends_in_another_process_has_lasted_from_its_start)
{
    struct observer observer = {.notice = take_start};

    fix.engine.observer = &observer;
    fix.engine.leaves_waits = true;
    let_work_wait(&an_hour);
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_WAITING);
    fix.now_ms += 2 * HOUR_MS;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(told_start_ms, 1000);
}

BOTH(a_wait_for_a_moment_ends_at_that_moment)
{
    let_work_wait(&some_moment);
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 2 * HOUR_MS);
}

BOTH(a_moment_that_has_passed_is_not_waited_for)
{
    let_work_wait(&some_moment);
    fix.now_ms = 3 * HOUR_MS;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 3 * HOUR_MS);
}

BOTH(a_wait_for_what_is_no_moment_fails)
{
    let_work_wait(&no_moment);
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows(), "work/1/1=failed(bad_input) handler/1/1=completed");
    cr_expect_str_eq(open_gates(), "");
}

BOTH(a_killed_timer_goes_on_until_the_same_moment)
{
    let_work_wait(&an_hour);
    fix.commits_left = 1; /* the start, with its gate */
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_STORE_FAILED);
    fix.commits_left = -1;
    fix.now_ms = 2000;
    cr_expect_str_eq(open_gates(), "work/1/1:timer@3601000 ");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 1000 + HOUR_MS);
}

BOTH(a_timer_that_a_person_stops_is_taken_up_again)
{
    let_work_wait(&an_hour);
    fix.stops_waits = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(open_gates(), "work/1/1:timer@3601000 ");
    fix.stops_waits = false;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 1000 + HOUR_MS);
    cr_expect_str_eq(fix_rows(), "work/1/1=completed handler/1/1=completed");
}

BOTH(a_timer_that_nobody_stays_with_goes_on_when_it_is_due)
{
    let_work_wait(&an_hour);
    fix.engine.leaves_waits = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_eq(fix_status(), EXECUTION_WAITING);
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_str_eq(fix_history(),
                     "execution_started step_started:work execution_waiting:work");
    fix.now_ms += HOUR_MS;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_history(),
                     "execution_started step_started:work execution_waiting:work "
                     "execution_resumed step_completed:work step_started:handler "
                     "step_completed:handler execution_completed");
}

BOTH(the_workflows_timeout_ends_a_timer)
{
    let_work_wait(&an_hour);
    fix.workflow.timeout_ms = HOUR_MS / 2;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows(), "work/1/1=timed_out(timed_out)");
    cr_expect_str_eq(open_gates(), "");
}

BOTH(a_person_may_skip_a_timer)
{
    let_work_wait(&an_hour);
    fix.infos[WORK].outputs_unread = true;
    fix.stops_waits = true;
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_SKIP});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 1000);
    cr_expect_str_eq(open_gates(), "");
}

/* ---- Waiting for a person ----------------------------------------------------------- */

/* Makes `work` an approval. */
static void let_work_ask(void)
{
    static const struct kad_approval_inputs inputs = {.prompt = "May it?"};

    fix.infos[WORK].action = &kad_approval_action;
    fix.infos[WORK].outputs = &decision_type;
    fix.infos[WORK].outputs_offset = offsetof(struct frame, decision);
    fix.infos[WORK].choices = decision_choices;
    fix.scripts[WORK].inputs = &inputs;
    fix.scripts[WORK].on_success = HANDLER;
}

static void choose(const char *choice)
{
    fix_resume_with((struct answer){
        .kind = ANSWER_CHOICE, .choice = choice, .comment = "why not", .by = "ada"});
}

BOTH(an_approval_that_is_asked_once_more_was_not_interrupted)
{
    let_work_ask();
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_RETRY});
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_str_eq(fix_rows(), "work/1/1=cancelled work/1/2=running");
    cr_expect_str_eq(open_gates(), "work/1/2:approval@0 ");
    choose("go");
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

BOTH(an_approval_waits_for_a_person_without_a_process)
{
    let_work_ask();
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_str_eq(fix.result.gate.kind, "approval");
    cr_expect_str_eq(fix.result.gate.prompt, "May it?");
    cr_expect_str_eq(fix.result.gate.choices, "[\"go\",\"stop\"]");
    cr_expect_eq(fix_status(), EXECUTION_WAITING);
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_str_eq(fix_history(),
                     "execution_started step_started:work execution_waiting:work");
}

BOTH(a_choice_is_the_outcome_and_says_who_made_it)
{
    struct step_row row;

    let_work_ask();
    fix_run();
    choose("stop");
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_assert_eq(
        fix.journal->ops->last_step(fix.journal, &fix.arena, "e1", "work", "", 0, &row),
        STORE_OK);
    cr_expect_eq(row.status, STEP_RUN_COMPLETED);
    cr_expect_str_eq(row.outcome, "stop");
    cr_expect_str_eq(row.outputs, "{\"choice\":\"stop\",\"by\":\"ada\","
                                  "\"comment\":\"why not\"}");
    cr_expect_str_eq(fix_history(),
                     "execution_started step_started:work execution_waiting:work "
                     "execution_resumed step_completed:work step_started:handler "
                     "step_completed:handler execution_completed");
    cr_expect_str_eq(open_gates(), "");
}

BOTH(what_is_no_choice_changes_nothing)
{
    let_work_ask();
    fix_run();
    choose("perhaps");
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    cr_expect_str_eq(fix.result.refusal,
                     "`work` has the choices `go`, `stop`, not `perhaps`");
    cr_expect_eq(fix_status(), EXECUTION_WAITING);
    cr_expect_str_eq(open_gates(), "work/1/1:approval@0 ");
}

BOTH(a_step_that_asks_nothing_takes_no_choice)
{
    fix.scripts[WORK].outcomes = "p";
    fix_run();
    choose("go");
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
}

BOTH(an_approval_may_time_out)
{
    let_work_ask();
    fix.infos[WORK].timeout_ms = HOUR_MS;
    fix_run();
    cr_expect_str_eq(open_gates(), "work/1/1:approval@3601000 ");
    fix.now_ms += HOUR_MS;
    choose("go");
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    fix_resume();
    cr_expect_str_eq(fix_rows(), "work/1/1=timed_out(timed_out) handler/1/1=completed");
    cr_expect_str_eq(open_gates(), "");
}

BOTH(an_approval_that_was_killed_before_it_waited_takes_a_choice)
{
    let_work_ask();
    fix.commits_left = 1; /* the start, with its gate */
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_STORE_FAILED);
    fix.commits_left = -1;
    choose("go");
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(), "work/1/1=completed handler/1/1=completed");
}

BOTH(a_choice_that_was_not_stored_can_be_made_again)
{
    let_work_ask();
    fix_run();
    fix.commits_left = 0;
    choose("go");
    cr_assert_eq(fix.result.end, ENGINE_STORE_FAILED);
    fix.commits_left = -1;
    cr_expect_str_eq(open_gates(), "work/1/1:approval@0 ");
    choose("stop");
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

BOTH(a_person_is_asked_anew_at_each_visit)
{
    let_work_ask();
    fix.scripts[WORK].on_success = CHECK;
    fix.scripts[CHECK].reads_trigger = true;
    fix.scripts[CHECK].on_success = WORK;
    fix_run();
    choose("go");
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_str_eq(open_gates(), "work/2/1:approval@0 ");
    fix.scripts[WORK].on_success = HANDLER;
    choose("stop");
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

BOTH(time_that_a_person_takes_does_not_count_for_the_workflows_timeout)
{
    let_work_ask();
    fix.workflow.timeout_ms = HOUR_MS;
    fix_run();
    fix.now_ms += 2 * HOUR_MS;
    choose("go");
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

/* ---- Crashes ------------------------------------------------------------------------ */

/* Two attempts that fail, and waits between them. */
static void let_work_fail_patiently(void)
{
    fix.infos[WORK].retry = &patient;
    fix.scripts[WORK].outcomes = "fffffffff";
}

/* An hour, and then a step that fails for good. */
static void let_work_wait_an_hour(void)
{
    let_work_wait(&an_hour);
    fix.scripts[HANDLER].outcomes = "fffffffff";
}

/* The rows of an execution that has crashed at this commit, and been resumed; and when it
 * ended. */
static char *story_with_crash_at(int commit, void (*set_up)(void))
{
    char *story = NULL;

    use_memory();
    set_up();
    for (size_t i = 0; i < STEP_COUNT; i++)
        fix.infos[i].is_idempotent = true;
    fix.commits_left = commit;
    fix_run();
    fix.commits_left = -1;
    if (fix.result.end == ENGINE_STORE_FAILED)
        fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(open_gates(), "");
    cr_assert_gt(asprintf(&story, "%s at %lld", fix_rows(), (long long)fix.now_ms), 0);
    fix_release();
    return story;
}

static void expect_the_same_story(void (*set_up)(void), int commit_count)
{
    char *unharmed = story_with_crash_at(-1, set_up);

    for (int commit = 0; commit < commit_count; commit++) {
        char *story = story_with_crash_at(commit, set_up);

        cr_expect_str_eq(story, unharmed, "commit %d", commit);
        free(story);
    }
    free(unharmed);
    fix = (struct fixture){0};
}

Test(gate, a_crash_at_any_commit_changes_no_attempt)
{
    expect_the_same_story(let_work_fail_patiently, 7);
}

Test(gate, a_crash_at_any_commit_changes_no_wait)
{
    expect_the_same_story(let_work_wait_an_hour, 3);
}
