/* test_engine.c: what an execution does, step by step, over both journals. */
#include "engine_fixture.h"

TestSuite(engine, .fini = clean_up);

#define BOTH(sentence) BOTH_IN(engine, sentence)

/* The output of the workflow is that of check. */
static void fix_finish(struct kad_run *run, const void *frame)
{
    const struct frame *f = frame;
    const struct text_value out = {f->outputs[CHECK].text};

    kad_finish(run, &out);
}

static void large_finish(struct kad_run *run, const void *frame)
{
    char *text = kad_run_alloc(run, JOURNAL_VALUE_MAX + 1);
    const struct text_value out = {memset(text, 'x', JOURNAL_VALUE_MAX)};

    (void)frame;
    kad_finish(run, &out);
}

/* ---- Routes ------------------------------------------------------------------------- */

BOTH(each_step_reads_what_the_one_before_has_left)
{
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.trace.p, "work.1.1=go check.1.1=work1 ");
    cr_expect_str_eq(fix_rows(), "work/1/1=completed check/1/1=completed");
    cr_expect_str_eq(fix_history(),
                     "execution_started step_started:work step_completed:work "
                     "step_started:check step_completed:check execution_completed");
}

BOTH(a_failure_goes_its_route_and_fails_the_execution)
{
    fix.scripts[WORK].outcomes = "f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "broken");
    cr_expect_str_eq(fix.result.error.step, "work");
    cr_expect_str_eq(fix.trace.p, "work.1.1=go handler.1.1=broken ");
    cr_expect_eq(fix_status(), EXECUTION_FAILED);
}

BOTH(the_first_failure_is_the_error)
{
    fix.scripts[WORK].outcomes = "f";
    fix.scripts[HANDLER].outcomes = "n";
    fix_run();
    cr_expect_str_eq(fix.result.error.code, "broken");
    cr_expect_str_eq(fix_rows(),
                     "work/1/1=failed(broken) handler/1/1=failed(unexplained)");
}

BOTH(a_step_that_recovers_makes_it_complete)
{
    fix.scripts[WORK].outcomes = "f";
    fix.infos[HANDLER].recovers = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_null(fix.result.error.code);
}

BOTH(a_recovering_step_that_fails_recovers_nothing)
{
    fix.scripts[WORK].outcomes = "f";
    fix.scripts[HANDLER].outcomes = "f";
    fix.infos[HANDLER].recovers = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.step, "work");
}

BOTH(a_route_to_fail_is_a_failure_by_itself)
{
    fix.scripts[WORK].on_success = KAD_END_FAIL;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "failed_by_route");
    cr_expect_str_eq(fix.result.error.step, "work");
}

BOTH(a_timeout_has_a_status_of_its_own)
{
    fix.scripts[WORK].outcomes = "t";
    fix_run();
    cr_expect_str_eq(fix_rows(), "work/1/1=timed_out(timed_out) handler/1/1=completed");
}

BOTH(missing_outputs_are_a_failure)
{
    fix.scripts[WORK].outcomes = "b";
    fix_run();
    cr_expect_str_eq(fix_rows(), "work/1/1=failed(bad_output) handler/1/1=completed");
}

BOTH(the_outputs_of_the_workflow_are_those_of_its_last_values)
{
    fix.workflow.outputs = &fix_text_type;
    fix.workflow.finish = fix_finish;
    fix_run();
    cr_expect_str_eq(fix.result.outputs, "{\"text\":\"check1\"}");
}

BOTH(outputs_of_the_workflow_that_are_not_there_fail_it)
{
    fix.workflow.outputs = &fix_text_type;
    fix.workflow.finish = fix_finish;
    fix.scripts[WORK].on_success = KAD_END_COMPLETE;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "expression");
    cr_expect_null(fix.result.outputs);
}

Test(engine, outputs_of_the_workflow_that_are_too_large_to_be_kept_fail_it)
{
    use_memory();
    fix.workflow.outputs = &fix_text_type;
    fix.workflow.finish = large_finish;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.message, "the outputs are larger than 64 MiB");
}

/* ---- Faults ------------------------------------------------------------------------- */

BOTH(a_fault_in_an_input_fails_the_step_without_a_call)
{
    fix.scripts[CHECK].faults_input = true;
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go handler.1.1=expression ");
    cr_expect_str_eq(
        fix_rows(),
        "work/1/1=completed check/1/1=failed(expression) handler/1/1=completed");
}

BOTH(an_input_that_is_not_set_fails_the_step_without_a_call)
{
    fix.scripts[WORK].outcomes = "f";
    fix.scripts[WORK].on_failure = CHECK;
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go handler.1.1=broken ");
    cr_expect_str_eq(
        fix_rows(),
        "work/1/1=failed(broken) check/1/1=failed(bad_input) handler/1/1=completed");
}

BOTH(a_fault_in_a_route_fails_the_step_that_has_ended)
{
    fix.scripts[WORK].faults_route = true;
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go handler.1.1=expression ");
    cr_expect_str_eq(fix_rows(), "work/1/1=failed(expression) handler/1/1=completed");
    cr_expect_str_eq(fix.result.error.message, "the route has no value");
}

BOTH(a_fault_in_the_route_of_a_failure_ends_the_execution)
{
    fix.scripts[WORK].outcomes = "f";
    fix.scripts[WORK].faults_failure_route = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "broken");
    cr_expect_str_eq(fix_rows(), "work/1/1=failed(broken)");
}

BOTH(a_fault_in_the_route_of_a_recovering_step_brings_the_error_back)
{
    fix.scripts[WORK].outcomes = "f";
    fix.infos[HANDLER].recovers = true;
    fix.scripts[HANDLER].faults_route = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "broken");
}

/* ---- Budgets ------------------------------------------------------------------------ */

static void bound_work(uint32_t max_retries)
{
    fix.infos[WORK].is_bounded = true;
    fix.infos[WORK].max_retries = max_retries;
}

BOTH(a_failed_attempt_is_repeated_within_the_budget)
{
    bound_work(2);
    fix.scripts[WORK].outcomes = "ft";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(),
                     "work/1/1=failed(broken) work/1/2=timed_out(timed_out) "
                     "work/1/3=completed check/1/1=completed");
    cr_expect_str_eq(fix_history(),
                     "execution_started step_started:work step_failed:work "
                     "step_retried:work step_timed_out:work step_retried:work "
                     "step_completed:work step_started:check step_completed:check "
                     "execution_completed");
}

BOTH(a_spent_budget_lets_the_failure_go_its_route)
{
    bound_work(1);
    fix.scripts[WORK].outcomes = "fff";
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go work.1.2=go handler.1.1=broken ");
}

BOTH(a_route_back_to_a_spent_step_fails_it_without_a_call)
{
    bound_work(1);
    fix.scripts[CHECK].on_success = WORK;
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go check.1.1=work1 work.2.1=go "
                                  "check.2.1=work2 handler.1.1=retries_exhausted ");
    cr_expect_str_eq(fix_rows(), "work/1/1=completed check/1/1=completed "
                                 "work/2/1=completed check/2/1=completed "
                                 "work/3/1=failed(retries_exhausted) "
                                 "handler/1/1=completed");
}

BOTH(no_retries_means_one_run)
{
    bound_work(0);
    fix.scripts[WORK].outcomes = "f";
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go handler.1.1=broken ");
}

BOTH(a_failed_execution_starts_again_with_fresh_budgets)
{
    bound_work(1);
    fix.scripts[WORK].outcomes = "ffffs";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_null(fix.result.error.code);
    cr_expect_str_eq(fix.trace.p, "work.1.1=go work.1.2=go handler.1.1=broken "
                                  "work.2.1=go work.2.2=go handler.2.1=broken "
                                  "work.3.1=go check.1.1=work5 ");
}

BOTH(fresh_budgets_stay_fresh_when_it_is_interrupted_again)
{
    bound_work(1);
    fix.scripts[WORK].outcomes = "ff";
    fix.scripts[WORK].on_failure = CHECK;
    fix.scripts[CHECK].on_failure = HANDLER;
    fix_run(); /* work is spent, check has no input */
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    fix.infos[CHECK].is_idempotent = true;
    fix.scripts[CHECK].outcomes = "pf";
    fix.scripts[CHECK].on_failure = WORK;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    fix_resume(); /* check fails, and goes back to work, which has run once since */
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows(),
                     "work/1/1=failed(broken) work/1/2=failed(broken) "
                     "check/1/1=failed(bad_input) handler/1/1=completed "
                     "work/2/1=completed check/2/1=failed(broken) work/3/1=completed "
                     "check/3/1=completed");
}

/* ---- Interruptions ------------------------------------------------------------------ */

BOTH(a_wish_to_stop_between_steps_pauses_before_the_next)
{
    fix.scripts[WORK].outcomes = "s";
    fix.stop_count = 1;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(fix.result.step, "work");
    cr_expect_str_eq(fix.trace.p, "");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_history(),
                     "execution_started execution_paused execution_resumed "
                     "step_started:work step_completed:work step_started:check "
                     "step_completed:check execution_completed");
}

BOTH(an_idempotent_step_that_was_stopped_is_the_same_attempt_again)
{
    fix.infos[CHECK].is_idempotent = true;
    fix.scripts[CHECK].outcomes = "p";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_null(fix.result.gate.kind);
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.trace.p, "work.1.1=go check.1.1=work1 check.1.1=work1 ");
    cr_expect_str_eq(fix_rows(), "work/1/1=completed check/1/1=completed");
    cr_expect_str_eq(fix_history(),
                     "execution_started step_started:work step_completed:work "
                     "step_started:check step_interrupted:check execution_paused "
                     "execution_resumed step_completed:check execution_completed");
}

BOTH(another_step_that_was_stopped_asks_whether_it_happened)
{
    fix.scripts[CHECK].outcomes = "p";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(fix.result.gate.kind, "question");
    cr_expect_str_eq(fix.result.gate.step_key, "e1/check/1/1");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED, "it asks again");
    cr_expect_str_eq(fix.result.gate.kind, "question");
    cr_expect_str_eq(fix.trace.p, "work.1.1=go check.1.1=work1 ");
    cr_expect_eq(fix_status(), EXECUTION_PAUSED);
}

BOTH(no_it_did_not_happen_makes_the_next_attempt)
{
    fix.scripts[CHECK].outcomes = "p";
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_RETRY});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(
        fix_rows(),
        "work/1/1=completed check/1/1=failed(interrupted) check/1/2=completed");
}

BOTH(yes_it_happened_needs_the_outputs_that_are_read)
{
    fix.scripts[WORK].outcomes = "p";
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_SKIP});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    fix_resume_with((struct answer){.kind = ANSWER_SKIP, .outputs = "{\"text\":1}"});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    cr_expect_eq(fix_status(), EXECUTION_PAUSED);
    fix_resume_with(
        (struct answer){.kind = ANSWER_SKIP, .outputs = "{\"text\":\"x\"}"});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.trace.p, "work.1.1=go check.1.1=x ");
    cr_expect_str_eq(fix_rows(), "work/1/1=skipped check/1/1=completed");
}

BOTH(yes_it_happened_is_enough_when_nobody_reads_its_outputs)
{
    fix.infos[CHECK].outputs_unread = true;
    fix.scripts[CHECK].outcomes = "p";
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_SKIP});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(), "work/1/1=completed check/1/1=skipped");
}

BOTH(a_person_can_say_that_it_failed)
{
    fix.scripts[CHECK].outcomes = "p";
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_FAIL});
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "aborted_by_user");
    cr_expect_str_eq(fix.trace.p,
                     "work.1.1=go check.1.1=work1 handler.1.1=aborted_by_user ");
}

BOTH(an_answer_without_a_question_is_refused)
{
    fix.stop_count = 1;
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_SKIP});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    cr_expect_eq(fix_status(), EXECUTION_PAUSED);
}

BOTH(a_parked_step_is_called_again_with_the_same_key)
{
    fix.scripts[WORK].outcomes = "kk";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(fix.result.gate.kind, "ask");
    cr_expect_str_eq(fix.result.gate.prompt, "who?");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(fix.result.gate.kind, "ask");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.trace.p,
                     "work.1.1=go work.1.1=go work.1.1=go check.1.1=work3 ");
}

BOTH(a_cancelled_execution_is_over)
{
    fix.scripts[WORK].outcomes = "c";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_CANCELLED);
    cr_expect_str_eq(fix_rows(), "work/1/1=cancelled");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_CANCELLED);
    cr_expect_str_eq(fix.trace.p, "work.1.1=go ");
}

BOTH(a_completed_execution_says_so)
{
    fix.workflow.outputs = &fix_text_type;
    fix.workflow.finish = fix_finish;
    fix_run();
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.result.outputs, "{\"text\":\"check1\"}");
    cr_expect_str_eq(fix.trace.p, "work.1.1=go check.1.1=work1 ");
}

/* ---- Elsewhere ---------------------------------------------------------------------- */

BOTH(a_person_can_start_at_another_step)
{
    static const char *const needs_work[] = {"work", NULL};

    fix.infos[CHECK].needs = needs_work;
    fix.scripts[CHECK].outcomes = "f";
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_FROM, .from = "nowhere"});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    fix_resume_with((struct answer){.kind = ANSWER_FROM, .from = "work"});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.trace.p, "work.1.1=go check.1.1=work1 handler.1.1=broken "
                                  "work.2.1=go check.2.1=work2 ");
}

BOTH(a_start_elsewhere_needs_what_is_read_there)
{
    static const char *const needs_work[] = {"work", NULL};

    fix.infos[CHECK].needs = needs_work;
    fix.scripts[WORK].outcomes = "f";
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_FROM, .from = "check"});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    cr_expect_eq(fix_status(), EXECUTION_FAILED);
}

BOTH(a_start_elsewhere_gives_the_step_in_flight_up)
{
    fix.scripts[CHECK].outcomes = "p";
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_FROM, .from = "work"});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(), "work/1/1=completed check/1/1=cancelled "
                                 "work/2/1=completed check/2/1=completed");
}

/* ---- Time --------------------------------------------------------------------------- */

BOTH(a_workflow_past_its_timeout_starts_no_step)
{
    fix.workflow.timeout_ms = HOUR_MS;
    fix.scripts[WORK].outcomes = "h";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "timed_out");
    cr_expect_str_eq(fix.result.error.step, "check");
    cr_expect_str_eq(fix.trace.p, "work.1.1=go ");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED, "the time is fresh");
}

BOTH(time_that_it_was_paused_does_not_count)
{
    fix.workflow.timeout_ms = 2 * HOUR_MS;
    fix.infos[CHECK].is_idempotent = true;
    fix.scripts[WORK].outcomes = "h";
    fix.scripts[CHECK].outcomes = "ph";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    fix.now_ms += 5 * HOUR_MS;
    fix.scripts[CHECK].on_success = HANDLER;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.step, "handler",
                     "two hours of its own have passed");
    cr_expect_str_eq(fix.trace.p, "work.1.1=go check.1.1=work1 check.1.1=work1 ");
}

/* ---- The environment ---------------------------------------------------------------- */

static int advance_with_env(struct kad_run *run, void *frame, int position)
{
    struct frame *f = frame;

    if (position == WORK)
        f->trigger.text = kad_env(run, "KAD_TEST_NAME");
    return fix_advance(run, frame, position);
}

BOTH(variables_are_read_once_at_the_start)
{
    static const char *const names[] = {"KAD_TEST_NAME", "KAD_TEST_UNSET", NULL};

    fix.workflow.env = names;
    fix.workflow.advance = advance_with_env;
    fix.stop_count = 1;
    setenv("KAD_TEST_NAME", "then", 1);
    fix_run();
    setenv("KAD_TEST_NAME", "now", 1);
    fix_resume();
    cr_expect_str_eq(fix.trace.p, "work.1.1=then check.1.1=work1 ");
}

/* ---- Crashes ------------------------------------------------------------------------ */

BOTH(a_crash_in_an_idempotent_step_is_the_same_attempt_again)
{
    fix.infos[WORK].is_idempotent = true;
    fix.commits_left = 1;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_STORE_FAILED);
    fix.commits_left = -1;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.trace.p, "work.1.1=go work.1.1=go check.1.1=work2 ");
    cr_expect_str_eq(fix_history(),
                     "execution_started step_started:work step_interrupted:work "
                     "execution_resumed step_completed:work step_started:check "
                     "step_completed:check execution_completed");
}

BOTH(a_crash_in_another_step_asks_whether_it_happened)
{
    fix.commits_left = 1;
    fix_run();
    fix.commits_left = -1;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(fix.result.gate.kind, "question");
    cr_expect_str_eq(fix.trace.p, "work.1.1=go ");
}

BOTH(an_answer_may_come_with_the_first_resume)
{
    fix.commits_left = 1;
    fix_run();
    fix.commits_left = -1;
    fix_resume_with((struct answer){.kind = ANSWER_RETRY});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.trace.p, "work.1.1=go work.1.2=go check.1.1=work2 ");
}

/* A loop with a spent budget, a failure without a call, a handler: the rows of an execution
 * that has crashed at any commit are those of one that has not. */
static const char *rows_with_crash_at(int commit)
{
    const char *rows;

    use_memory();
    bound_work(1);
    fix.scripts[WORK].outcomes = NULL;
    fix.scripts[CHECK].on_success = WORK;
    for (size_t i = 0; i < STEP_COUNT; i++)
        fix.infos[i].is_idempotent = true;
    fix.commits_left = commit;
    fix_run();
    fix.commits_left = -1;
    if (fix.result.end == ENGINE_STORE_FAILED)
        fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "retries_exhausted");
    rows = strdup(fix_rows());
    fix_release();
    return rows;
}

Test(engine, a_crash_at_any_commit_changes_nothing)
{
    enum { COMMITS = 7 };
    char *unharmed = (char *)rows_with_crash_at(-1);

    for (int commit = 0; commit < COMMITS; commit++) {
        char *rows = (char *)rows_with_crash_at(commit);

        cr_expect_str_eq(rows, unharmed, "commit %d", commit);
        free(rows);
    }
    free(unharmed);
    fix = (struct fixture){0};
}

BOTH(a_visit_that_runs_again_sees_what_the_one_before_has_left)
{
    fix.scripts[CHECK].on_success = WORK;
    fix.scripts[WORK].outcomes = "sp";
    fix.infos[WORK].is_idempotent = true;
    bound_work(1);
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    fix.scripts[CHECK].on_success = KAD_END_COMPLETE;
    fix_resume();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go check.1.1=work1 work.2.1=go work.2.1=go "
                                  "check.2.1=work3 ");
}

/* Rows that a resume has asked for. */
static size_t read_count;
static enum store_error (*real_last_step)(struct journal *journal, struct arena *arena,
                                          const char *execution_id, const char *step_id,
                                          const char *item, uint32_t before_visit,
                                          struct step_row *row);

static enum store_error count_last_step(struct journal *journal, struct arena *arena,
                                        const char *execution_id, const char *step_id,
                                        const char *item, uint32_t before_visit,
                                        struct step_row *row)
{
    read_count++;
    return real_last_step(journal, arena, execution_id, step_id, item, before_visit,
                          row);
}

static enum store_error no_steps(struct journal *journal, struct arena *arena,
                                 const char *execution_id, struct step_row **rows,
                                 size_t *count)
{
    (void)journal, (void)arena, (void)execution_id, (void)rows, (void)count;
    cr_assert_fail("it reads all rows of the steps");
    return STORE_FAILED;
}

static enum store_error no_history(struct journal *journal, struct arena *arena,
                                   const char *execution_id, int64_t after_seq,
                                   struct history_row **rows, size_t *count)
{
    (void)journal, (void)arena, (void)execution_id, (void)after_seq;
    (void)rows, (void)count;
    cr_assert_fail("it reads the whole history");
    return STORE_FAILED;
}

/* Of an execution that has gone around so often, and was interrupted in `work`. */
static size_t reads_of_a_resume(unsigned rounds)
{
    static const struct kad_budget budget = {
        .steps = 1000, .agent_calls = KAD_NO_LIMIT, .time_ms = HOUR_MS};
    struct kad_journal_ops ops;
    char outcomes[64] = "";

    memset(outcomes, 's', rounds);
    outcomes[rounds] = 'p';
    fix_init(memory_journal_new());
    fix.workflow.budget = &budget;
    fix.scripts[CHECK].on_success = WORK;
    fix.scripts[WORK].outcomes = outcomes;
    fix.infos[WORK].is_idempotent = true;
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_PAUSED);
    fix.scripts[CHECK].on_success = KAD_END_COMPLETE;
    ops = fix.ops;
    real_last_step = ops.last_step;
    fix.ops.last_step = count_last_step;
    fix.ops.steps = no_steps;
    fix.ops.history = no_history;
    read_count = 0;
    fix_resume();
    cr_assert_eq(fix.result.end, ENGINE_COMPLETED);
    fix.ops = ops;
    fix_release();
    return read_count;
}

Test(engine, a_resume_reads_nothing_more_after_many_visits)
{
    const size_t few = reads_of_a_resume(2), many = reads_of_a_resume(40);

    cr_expect_gt(few, 0);
    cr_expect_eq(many, few);
    fix = (struct fixture){0};
}

BOTH(nothing_is_called_when_its_start_is_not_stored)
{
    fix.commits_left = 0;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_STORE_FAILED);
    cr_expect_str_eq(fix.trace.p, "");
}

/* ---- Named outcomes ----------------------------------------------------------------- */

static const char *const work_outcomes[] = {"approved", "rejected", NULL};

/* `approved` goes on to check, `rejected` to the handler. */
static void name_outcomes(void)
{
    static const int targets[] = {KAD_END_FAIL, CHECK, HANDLER};
    static struct kad_action decide;

    decide = fix.action;
    decide.outcomes = work_outcomes;
    fix.infos[WORK].action = &decide;
    fix.infos[WORK].routes_by_outcome = true;
    fix.scripts[WORK].on_outcome = targets;
}

static const char *stored_outcome(void)
{
    struct step_row row;

    cr_assert_eq(
        fix.journal->ops->last_step(fix.journal, &fix.arena, "e1", "work", "", 0, &row),
        STORE_OK);
    return row.outcome;
}

BOTH(a_named_outcome_picks_the_route_and_is_stored)
{
    name_outcomes();
    fix.scripts[WORK].outcomes = "2";
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go handler.1.1=none ");
    cr_expect_str_eq(stored_outcome(), "rejected");
}

BOTH(a_success_without_one_of_the_outcomes_is_a_failure)
{
    name_outcomes();
    fix_run();
    cr_expect_str_eq(fix_rows(), "work/1/1=failed(bad_output) handler/1/1=completed");
    cr_expect_null(stored_outcome());
}

BOTH(a_failure_has_no_outcome)
{
    name_outcomes();
    fix.infos[WORK].is_bounded = true;
    fix.infos[WORK].max_retries = 1;
    fix.scripts[WORK].outcomes = "f1";
    fix_run();
    cr_expect_str_eq(fix_rows(),
                     "work/1/1=failed(broken) work/1/2=completed check/1/1=completed");
    cr_expect_str_eq(stored_outcome(), "approved");
}

BOTH(a_skipped_step_with_outcomes_needs_one_that_it_has)
{
    name_outcomes();
    fix.scripts[WORK].outcomes = "p";
    fix_run();
    fix_resume_with(
        (struct answer){.kind = ANSWER_SKIP, .outputs = "{\"text\":\"x\"}"});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    fix_resume_with((struct answer){
        .kind = ANSWER_SKIP, .outputs = "{\"text\":\"x\"}", .outcome = "postponed"});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    fix_resume_with((struct answer){
        .kind = ANSWER_SKIP, .outputs = "{\"text\":\"x\"}", .outcome = "rejected"});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(), "work/1/1=skipped handler/1/1=completed");
    cr_expect_str_eq(stored_outcome(), "rejected");
}

BOTH(an_execution_that_died_after_an_outcome_goes_on_behind_it)
{
    name_outcomes();
    fix.scripts[WORK].outcomes = "1";
    fix.scripts[CHECK].outcomes = "p";
    fix.action.is_idempotent = true;
    fix_run();
    fix_resume();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go check.1.1=work1 check.1.1=work1 ");
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

/* ---- The budget --------------------------------------------------------------------- */

static void allow(uint32_t steps, uint32_t agent_calls, int64_t time_ms)
{
    static struct kad_budget budget;

    budget = (struct kad_budget){steps, agent_calls, time_ms};
    fix.workflow.budget = &budget;
}

static const char *error_code(void)
{
    return fix.result.error.code ? fix.result.error.code : "none";
}

BOTH(a_step_beyond_the_budget_fails_without_a_call)
{
    allow(1, KAD_NO_LIMIT, 0);
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go ");
    cr_expect_str_eq(fix_rows(),
                     "work/1/1=completed check/1/1=failed(budget_exhausted) "
                     "handler/1/1=failed(budget_exhausted)");
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(error_code(), "budget_exhausted");
}

BOTH(a_budget_that_is_just_enough_is_enough)
{
    allow(2, KAD_NO_LIMIT, 0);
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

BOTH(each_attempt_is_a_run_of_the_budget)
{
    allow(3, KAD_NO_LIMIT, 0);
    fix.infos[WORK].is_bounded = true;
    fix.infos[WORK].max_retries = 9;
    fix.scripts[WORK].outcomes = "fffff";
    fix_run();
    cr_expect_str_eq(fix_rows(),
                     "work/1/1=failed(broken) work/1/2=failed(broken) "
                     "work/1/3=failed(broken) handler/1/1=failed(budget_exhausted)");
    cr_expect_str_eq(error_code(), "broken");
}

BOTH(a_resumed_execution_has_the_rest_of_its_budget)
{
    allow(2, KAD_NO_LIMIT, 0);
    fix.action.is_idempotent = true;
    fix.scripts[CHECK].outcomes = "kf";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    fix_resume();
    cr_expect_str_eq(fix_rows(), "work/1/1=completed check/1/1=failed(broken) "
                                 "handler/1/1=failed(budget_exhausted)");
}

BOTH(a_failed_execution_that_is_resumed_has_a_fresh_budget)
{
    allow(2, KAD_NO_LIMIT, 0);
    fix.scripts[CHECK].outcomes = "f";
    fix_run();
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

BOTH(agent_calls_are_charged_as_the_action_declares_them)
{
    allow(KAD_NO_LIMIT, 3, 0);
    fix.action.agent_calls = 2;
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go ");
    cr_expect_str_eq(error_code(), "budget_exhausted");
}

BOTH(time_that_is_used_up_ends_the_execution)
{
    allow(KAD_NO_LIMIT, KAD_NO_LIMIT, HOUR_MS / 2);
    fix.scripts[WORK].outcomes = "h";
    fix_run();
    cr_expect_str_eq(fix.trace.p, "work.1.1=go ");
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(error_code(), "budget_exhausted");
}

BOTH(a_timeout_that_is_shorter_than_the_budget_is_what_ends_it)
{
    allow(KAD_NO_LIMIT, KAD_NO_LIMIT, HOUR_MS);
    fix.workflow.timeout_ms = HOUR_MS / 2;
    fix.scripts[WORK].outcomes = "h";
    fix_run();
    cr_expect_str_eq(error_code(), "timed_out");
}
