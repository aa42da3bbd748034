/* test_block_faults.c: what happens at bad moments: a pause between two attempts, a clock that
 * is set back, a journal that fails while something else is under way. The simulation
 * (tests/sim) has come upon each of them. */
#include "child_fixture.h"
#include "engine/event.h"

TestSuite(block_faults, .init = use_memory, .fini = clean_up);

/* ---- A child ------------------------------------------------------------------------ */

static enum execution_status
    seen_status; /* of the root, while the child is at its second */

static enum kad_outcome see_status(struct kad_step *step, const void *in, void *out)
{
    (void)in;
    ((struct text_value *)out)->text = kad_printf(step, "seen");
    seen_status = fix_status_of("e1");
    return KAD_SUCCESS;
}

static const struct kad_action see_action = {
    .module = "tests",
    .name = "see",
    .module_version = "1.0.0",
    .inputs = &fix_text_type,
    .outputs = &fix_text_type,
    .call = see_status,
    .is_idempotent = true,
};

static void set_child(const struct kad_action *first)
{
    use_child((struct kad_step_info[]){
        {.id = "first", .action = first, .outputs_unread = true},
        {.id = "second", .action = &see_action},
        {0}});
}

/* ---- Workflows ---------------------------------------------------------------------- */

static struct kad_block any_of = {.kind = KAD_PARALLEL, .mode = KAD_MODE_ANY};
static struct kad_block all_of = {.kind = KAD_PARALLEL};
static struct kad_block each_of = {.kind = KAD_FOR_EACH, .max_items = 4};

static const struct kad_wait_inputs for_paid = {.event = "paid"};

static void use_two(const struct kad_block *about)
{
    use((struct node[]){
        {.id = "block",
         .on_success = 3,
         .on_failure = FAIL,
         .about = about,
         .names = {"a", "b"},
         .counts = {1, 1}},
        {.id = "a", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {.id = "b", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {.id = "then", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {0}});
}

static void use_call(const struct kad_action *first)
{
    set_child(first);
    use((struct node[]){{.id = "call",
                         .on_success = DONE,
                         .on_failure = FAIL,
                         .about = &call_child,
                         .reads = READS_TRIGGER},
                        {0}});
}

static void use_wait(const struct kad_wait_inputs *inputs)
{
    use((struct node[]){{.id = "wait",
                         .on_success = DONE,
                         .on_failure = FAIL,
                         .action = &kad_wait_action,
                         .inputs = inputs},
                        {0}});
    if (inputs->event)
        info_of("wait")->outputs = &kad_wait_outputs_type;
}

static void resume_after(int commits)
{
    fix.commits_left = commits;
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_STORE_FAILED);
    fix.commits_left = -1;
    fix_resume();
}

/* ---- Journals that fail --------------------------------------------------------------- */

Test(block_faults, a_journal_may_fail_while_a_wait_is_cancelled_and_an_action_runs)
{
    use((struct node[]){
        {.id = "block",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &all_of,
         .names = {"a", "b", "c"},
         .counts = {1, 1, 1}},
        {.id = "a", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {.id = "b",
         .on_success = DONE,
         .on_failure = FAIL,
         .action = &kad_wait_action,
         .inputs = &for_paid},
        {.id = "c", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {0}});
    info_of("b")->outputs = &kad_wait_outputs_type;
    fix_plan = "a/1/1=f";
    resume_after(5); /* four starts, and the end of a */
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows(), "block/1/1=failed(branch_failed) a/1/1=failed(broken) "
                                 "b/1/1=cancelled c/1/1=cancelled");
}

/* Somebody asks to pause, and the journal works again. */
static bool is_asked(struct job *job)
{
    const struct kad_step *step = (const struct kad_step *)job;
    static bool is_told;

    if (is_told || strcmp(kad_step_id(step), "b") != 0)
        return false;
    is_told = fix.is_nudged = true;
    fix.commits_left = -1;
    fix.journal->ops->request(fix.journal, "e1", "pause");
    return true;
}

Test(block_faults, a_pause_does_not_hide_that_the_journal_has_failed)
{
    use_two(&all_of);
    fix.comes_before = is_asked;
    fix.commits_left = 3; /* the starts: not the end of a */
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_STORE_FAILED);
    cr_expect_eq(fix_status(), EXECUTION_RUNNING);
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

/* Whichever of its ends is the last that is stored. */
Test(block_faults, an_execution_that_was_being_cancelled_is_so_after_a_crash)
{
    for (int stored = 4; stored < 8; stored++) {
        if (stored > 4) {
            clean_up();
            use_memory();
        }
        use((struct node[]){
            {.id = "block",
             .on_success = DONE,
             .on_failure = FAIL,
             .about = &all_of,
             .names = {"a", "b", "c"},
             .counts = {1, 1, 1}},
            {.id = "a", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
            {.id = "b", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
            {.id = "c", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
            {0}});
        fix_plan = "a/1/1=c b/1/1=w c/1/1=w";
        resume_after(stored);
        cr_expect_eq(fix.result.end, ENGINE_CANCELLED, "after %d", stored);
        cr_expect_eq(fix_status(), EXECUTION_CANCELLED);
        cr_expect_not_null(strstr(fix_rows(), "block/1/1=cancelled "));
        cr_expect_null(strstr(fix_rows(), "failed"));
        cr_expect_null(strstr(fix_rows(), "running"));
    }
}

/* ---- Children ------------------------------------------------------------------------- */

Test(block_faults, a_child_that_was_cancelled_is_so_after_a_crash)
{
    use_call(&kad_wait_action);
    info_of("call")->timeout_ms = HOUR_MS;
    resume_after(4); /* the start, the child, its start and its end */
    cr_expect_eq(fix_status_of("e2"), EXECUTION_CANCELLED);
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows(), "call/1/1=timed_out(timed_out)");
}

Test(block_faults, a_child_is_not_made_when_its_time_is_over_before)
{
    use_call(&kad_wait_action);
    info_of("call")->timeout_ms = HOUR_MS;
    fix.commits_left = 1;
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_STORE_FAILED);
    fix.commits_left = -1;
    fix.now_ms += HOUR_MS;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows(), "call/1/1=timed_out(timed_out)");
}

Test(block_faults, who_calls_runs_while_the_child_does)
{
    use_call(&block_action);
    fix_plan = "first/1/1=p";
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_PAUSED);
    fix_plan = "";
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(seen_status, EXECUTION_RUNNING);
}

Test(block_faults, a_step_is_that_of_the_execution_itself_before_that_of_a_child)
{
    set_child(&block_action);
    use((struct node[]){
        {.id = "block",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &all_of,
         .names = {"a", "b"},
         .counts = {1, 1}},
        {.id = "first", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {.id = "call",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &call_child,
         .reads = READS_TRIGGER},
        {0}});
    block_action.is_idempotent = false;
    resume_after(5); /* all has started */
    cr_assert_eq(fix.result.gate_count, 2);
    fix_resume_with((struct answer){.kind = ANSWER_FAIL, .step = "first"});
    cr_expect_neq(fix.result.end, ENGINE_REFUSED, "%s", fix.result.refusal);
    cr_expect_eq(row_of("first", "").status, STEP_RUN_FAILED);
}

/* ---- Questions ------------------------------------------------------------------------ */

Test(block_faults, an_answer_that_settles_a_block_leaves_nothing_in_question)
{
    use_two(&any_of);
    block_action.is_idempotent = false;
    resume_after(3);
    cr_assert_eq(fix.result.gate_count, 2);
    fix_resume_with((struct answer){
        .kind = ANSWER_SKIP, .step = "a", .outputs = "{\"text\":\"said\"}"});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(), "block/1/1=completed a/1/1=skipped b/1/1=cancelled "
                                 "then/1/1=completed");
}

Test(block_faults, what_was_left_to_a_person_is_told_beside_a_question)
{
    use_two(&all_of);
    block_action.is_idempotent = false;
    fix_plan = "a/1/1=k";
    resume_after(4); /* three starts, and what a asks */
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(gates_of("e1"), "a/1/1:ask b/1/1:question ");
    cr_expect_eq(fix.result.gate_count, 2);
}

/* It waits an hour after the person has answered, and may take two. */
static void leave_to_a_person(void)
{
    fix_plan = "a/1/1=k";
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_PAUSED);
    fix.now_ms += 3 * HOUR_MS;
    fix_plan = "a/1/1=w";
    fix_resume();
}

Test(block_faults, the_time_of_a_step_does_not_run_while_it_is_left_to_a_person)
{
    use_two(&all_of);
    info_of("a")->timeout_ms = 2 * HOUR_MS;
    leave_to_a_person();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(row_of("a", "").status, STEP_RUN_COMPLETED);
}

Test(block_faults, what_a_person_has_answered_is_bounded_by_the_time_of_its_action)
{
    block_action.timeout_ms = HOUR_MS / 2;
    use_two(&all_of);
    leave_to_a_person();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_eq(row_of("a", "").status, STEP_RUN_TIMED_OUT);
}

Test(block_faults, a_wait_that_is_too_long_for_the_clock_is_not_over)
{
    static const struct kad_wait_inputs for_ever = {.duration = {true, INT64_MAX}};

    use_wait(&for_ever);
    fix.engine.leaves_waits = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_gt(fix.result.gate.due_ms, fix.now_ms);
}

Test(block_faults, a_timeout_that_is_too_long_for_the_clock_does_not_come)
{
    use_two(&all_of);
    info_of("a")->timeout_ms = INT64_MAX;
    fix.workflow.timeout_ms = INT64_MAX;
    fix_plan = "a/1/1=w";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

/* ---- Items ---------------------------------------------------------------------------- */

static bool has_left;

static int see_item(struct kad_run *run, void *frame, int position)
{
    const struct outer_frame *f = frame;

    if (position == 3)
        has_left = ((const struct inner_frame *)f->items[0].items)->has[2];
    return table_advance(run, frame, position);
}

Test(block_faults, what_a_block_in_an_item_has_left_goes_with_its_next_visit)
{
    use((struct node[]){
        {.id = "each",
         .on_success = 3,
         .on_failure = FAIL,
         .about = &each_of,
         .counts = {2},
         .items = "x"},
        {.id = "block",
         .on_success = 1,
         .on_failure = DONE,
         .about = &all_of,
         .names = {"a"},
         .counts = {1}},
        {.id = "a", .on_success = DONE, .on_failure = FAIL, .reads = READS_ITEM},
        {.id = "then", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {0}});
    info_of("block")->is_bounded = true;
    fix.workflow.advance = see_item;
    has_left = true;
    fix_run();
    cr_expect_str_eq(row_of("block", "[0]").key, "e1/block[0]/2/1");
    cr_expect_not(has_left);
}

/* ---- Time ----------------------------------------------------------------------------- */

Test(block_faults, a_wait_ends_with_the_time_of_its_workflow_though_nobody_stayed)
{
    use_wait(&two_hours);
    fix.workflow.timeout_ms = HOUR_MS;
    fix.engine.leaves_waits = true;
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_WAITING);
    fix.now_ms += HOUR_MS;
    fix.engine.leaves_waits = false;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows(), "wait/1/1=timed_out(timed_out)");
}

Test(block_faults, an_event_that_has_come_counts_though_the_clock_was_set_back)
{
    struct event_row event = {.name = "paid", .data = "{\"n\":1}", .at_ms = 500};

    use_wait(&for_paid);
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_WAITING);
    fix.now_ms = 500;
    cr_assert_eq(fix.journal->ops->emit(fix.journal, &event), STORE_OK);
    cr_assert_eq(fix.journal->ops->answer(fix.journal, "e1/wait/1/1", "",
                                          event_answer(&fix.arena, &event)),
                 STORE_OK);
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("wait", "").outputs, "{\"data\":{\"n\":1}}");
}

/* ---- A pause between two attempts -------------------------------------------------------- */

static enum kad_outcome fail_while_asked(struct kad_step *step, const void *in,
                                         void *out)
{
    (void)in;
    ((struct text_value *)out)->text = kad_printf(step, "done");
    if (kad_step_attempt(step) > 1 || kad_step_visit(step) > 1)
        return KAD_SUCCESS;
    fix.journal->ops->request(fix.journal, "e1", "pause");
    fix.is_nudged = true;
    return kad_fail(step, "broken", "it is broken");
}

static const struct kad_action paused_action = {
    .module = "tests",
    .name = "paused",
    .module_version = "1.0.0",
    .inputs = &fix_text_type,
    .outputs = &fix_text_type,
    .call = fail_while_asked,
};

Test(block_faults, a_pause_between_two_attempts_goes_on_with_the_next)
{
    static const struct kad_retry twice = {.max_attempts = 2, .factor = 1};

    use((struct node[]){{.id = "work",
                         .on_success = DONE,
                         .on_failure = FAIL,
                         .reads = READS_NOTHING,
                         .action = &paused_action},
                        {0}});
    info_of("work")->retry = &twice;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(gates_of("e1"), "work/1/1:retry ");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(), "work/1/1=failed(broken) work/1/2=completed");
}
