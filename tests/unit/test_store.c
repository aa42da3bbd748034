/* test_store.c: what both journals promise, the one in memory and the one in SQLite. */
#include "store_fixture.h"

TestSuite(store, .fini = clean_up);

#define BOTH(sentence) BOTH_IN(store, sentence)

BOTH(a_new_execution_is_found_by_a_prefix)
{
    struct execution_row row;

    start_execution("abcd2345");
    reopen();
    row = found("abc");
    cr_assert_str_eq(row.id, "abcd2345");
    cr_assert_str_eq(row.trigger_data, "{\"feature\":\"ü\"}");
    cr_assert_str_eq(row.current_step, "plan");
    cr_assert_eq(row.status, EXECUTION_RUNNING);
    cr_assert_eq(row.started_ms, now_ms);
    cr_assert_eq(row.completed_ms, 0);
    cr_assert_eq(row.slot, 1);
    cr_assert_eq(row.history_seq, 1);
    cr_assert_null(row.error);
    cr_assert_null(row.outputs);
}

BOTH(a_prefix_of_two_is_ambiguous_but_a_whole_id_is_not)
{
    struct execution_row row;

    start_execution("abcd");
    start_execution("abcdef");
    cr_assert_eq(journal->ops->find(journal, &arena, "abc", &row), STORE_AMBIGUOUS);
    cr_assert_str_eq(found("abcd").id, "abcd");
    cr_assert_str_eq(found("abcde").id, "abcdef");
}

BOTH(an_empty_prefix_is_that_of_none)
{
    struct execution_row row;

    start_execution("abcd");
    cr_assert_eq(journal->ops->find(journal, &arena, "", &row), STORE_NOT_FOUND);
}

BOTH(what_is_unknown_is_not_found)
{
    const struct step_ending ended = {.key = "a/x/1/1", .status = STEP_RUN_COMPLETED};
    struct journal_commit commit = {.execution_id = "z", .now_ms = now_ms};
    struct execution_row row;
    struct step_row step;
    const char *request;

    start_execution("a");
    cr_assert_eq(journal->ops->find(journal, &arena, "b", &row), STORE_NOT_FOUND);
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_NOT_FOUND);
    commit =
        (struct journal_commit){.execution_id = "a", .now_ms = now_ms, .ended = &ended};
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_NOT_FOUND);
    cr_assert_eq(journal->ops->last_step(journal, &arena, "a", "x", "", 0, &step),
                 STORE_NOT_FOUND);
    cr_assert_eq(journal->ops->request(journal, "z", "pause"), STORE_NOT_FOUND);
    cr_assert_eq(journal->ops->requested(journal, &arena, "z", &request),
                 STORE_NOT_FOUND);
}

BOTH(a_second_run_with_a_key_is_the_first)
{
    struct execution_row first, second, other;
    bool existed;

    cr_assert_eq(create("flow", "aaaa", "k", &first, &existed), STORE_OK);
    cr_assert_not(existed);
    cr_assert_eq(create("flow", "bbbb", "k", &second, &existed), STORE_OK);
    cr_assert(existed);
    cr_assert_str_eq(second.id, "aaaa");
    cr_assert_eq(create("another", "cccc", "k", &other, &existed), STORE_OK);
    cr_assert_not(existed);
    cr_assert_eq(journal->ops->find(journal, &arena, "bbbb", &other), STORE_NOT_FOUND);
}

BOTH(one_commit_ends_a_step_starts_the_next_and_moves_on)
{
    const struct step_ending ended = {
        .key = "e/plan/1/1", .status = STEP_RUN_COMPLETED, .outputs = "{\"plan\":[]}"};
    const struct step_row plan = step_of("e", "plan", 1, 1);
    const struct step_row work = step_of("e", "work", 1, 1);
    const struct history_row events[] = {
        {.event_type = "step_completed", .step_id = "plan", .at_ms = now_ms + 5},
        {.event_type = "step_started",
         .step_id = "work",
         .data = "{\"key\":\"e/work/1/1\"}",
         .at_ms = now_ms + 5},
    };
    const struct journal_commit commit = {.execution_id = "e",
                                          .now_ms = now_ms + 5,
                                          .ended = &ended,
                                          .started = &work,
                                          .sets_execution = true,
                                          .status = EXECUTION_RUNNING,
                                          .current_step = "work",
                                          .events = events,
                                          .event_count = 2};
    struct history_row *history;
    struct step_row *steps;
    size_t count;

    start_execution("e");
    cr_assert_eq(start_step(&plan), STORE_OK);
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_OK);
    reopen();
    cr_assert_eq(journal->ops->steps(journal, &arena, "e", &steps, &count), STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(steps[0].key, "e/plan/1/1");
    cr_assert_eq(steps[0].status, STEP_RUN_COMPLETED);
    cr_assert_str_eq(steps[0].outputs, "{\"plan\":[]}");
    cr_assert_eq(steps[0].completed_ms, now_ms + 5);
    cr_assert_str_eq(steps[1].step_id, "work");
    cr_assert_eq(steps[1].status, STEP_RUN_RUNNING);
    cr_assert_eq(steps[1].completed_ms, 0);
    cr_assert_str_eq(found("e").current_step, "work");
    cr_assert_eq(found("e").history_seq, 4);
    cr_assert_eq(journal->ops->history(journal, &arena, "e", 1, &history, &count),
                 STORE_OK);
    cr_assert_eq(count, 3);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(history[i].seq, (int64_t)i + 2);
    cr_assert_str_eq(history[2].data, "{\"key\":\"e/work/1/1\"}");
    cr_assert_eq(history[2].at_ms, now_ms + 5);
}

BOTH(a_refused_commit_changes_nothing)
{
    const struct step_row step = step_of("e", "plan", 1, 1);
    const struct step_ending ended = {.key = step.key, .status = STEP_RUN_FAILED};
    const struct history_row event = {.event_type = "step_failed", .at_ms = now_ms};
    const struct journal_commit commit = {.execution_id = "e",
                                          .now_ms = now_ms,
                                          .ended = &ended,
                                          .started = &step,
                                          .sets_execution = true,
                                          .status = EXECUTION_FAILED,
                                          .events = &event,
                                          .event_count = 1};

    start_execution("e");
    cr_assert_eq(start_step(&step), STORE_OK);
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_FAILED);
    cr_assert(*store_message(journal));
    cr_assert_eq(found("e").status, EXECUTION_RUNNING);
    cr_assert_eq(found("e").history_seq, 2);
    cr_assert_eq(last_step("e", "plan").status, STEP_RUN_RUNNING);
}

BOTH(the_last_step_is_of_the_highest_visit_then_attempt)
{
    start_execution("e");
    for (uint32_t visit = 1; visit <= 11; visit++)
        for (uint32_t attempt = 1; attempt <= 2; attempt++) {
            const struct step_row step = step_of("e", "fix", visit, attempt);

            cr_assert_eq(start_step(&step), STORE_OK);
        }
    reopen();
    cr_assert_str_eq(last_step("e", "fix").key, "e/fix/11/2");
    cr_assert_eq(last_step("e", "fix").run, 11);
}

BOTH(the_last_step_before_a_visit_is_found)
{
    struct step_row row;

    start_execution("e");
    for (uint32_t visit = 1; visit <= 3; visit++)
        for (uint32_t attempt = 1; attempt <= 2; attempt++) {
            const struct step_row step = step_of("e", "fix", visit, attempt);

            cr_assert_eq(start_step(&step), STORE_OK);
        }
    reopen();
    cr_assert_eq(journal->ops->last_step(journal, &arena, "e", "fix", "", 3, &row),
                 STORE_OK);
    cr_assert_str_eq(row.key, "e/fix/2/2");
    cr_assert_lt(row.place, last_step("e", "fix").place);
    cr_assert_eq(journal->ops->last_step(journal, &arena, "e", "fix", "", 1, &row),
                 STORE_NOT_FOUND);
}

/* Keys are in the order of their text, in which 10 comes before 9. */
BOTH(the_last_step_is_found_after_any_number_of_visits_and_attempts)
{
    enum { MANY = 120 };
    struct step_row row;

    start_execution("e");
    for (uint32_t n = 1; n <= MANY; n++) {
        const struct step_row visit = step_of("e", "fix", n, 1);
        const struct step_row attempt = step_of("e", "test", 1, n);

        cr_assert_eq(start_step(&visit), STORE_OK);
        cr_assert_str_eq(last_step("e", "fix").key, visit.key);
        cr_assert_eq(journal->ops->last_step(journal, &arena, "e", "fix", "", n, &row),
                     n > 1 ? STORE_OK : STORE_NOT_FOUND);
        cr_assert(n == 1 || row.visit == n - 1);
        cr_assert_eq(start_step(&attempt), STORE_OK);
        cr_assert_str_eq(last_step("e", "test").key, attempt.key);
    }
    cr_assert_eq(
        journal->ops->last_step(journal, &arena, "e", "fix", "", MANY + 9, &row),
        STORE_OK);
    cr_assert_eq(row.visit, MANY);
    cr_assert_eq(journal->ops->last_step(journal, &arena, "e", "test", "", 2, &row),
                 STORE_OK);
    cr_assert_eq(row.attempt, MANY);
    cr_assert_eq(journal->ops->last_step(journal, &arena, "e", "tes", "", 0, &row),
                 STORE_NOT_FOUND);
}

/* Its first event is of its start. */
static void add_events(const char *execution, const char *const *types, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct history_row event = {.event_type = types[i], .at_ms = now_ms};
        const struct journal_commit commit = {.execution_id = execution,
                                              .now_ms = now_ms,
                                              .events = &event,
                                              .event_count = 1};

        cr_assert_eq(journal->ops->commit(journal, &commit), STORE_OK);
    }
}

BOTH(turns_are_the_events_between_which_an_execution_was_at_work)
{
    static const char *const types[] = {"step_started",      "step_completed",
                                        "execution_resumed", "step_started",
                                        "execution_resumed", "execution_resumed",
                                        "step_started",      "step_completed"};
    static const int64_t wanted[] = {1, 3, 4, 5, 6, 7, 9};
    struct history_row *turns;
    size_t count;

    start_execution("e");
    start_execution("other");
    add_events("other", types, 8);
    add_events("e", types, 8);
    reopen();
    cr_assert_eq(journal->ops->turns(journal, &arena, "e", &turns, &count), STORE_OK);
    cr_assert_eq(count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(turns[i].seq, wanted[i]);
    cr_assert_str_eq(turns[2].event_type, "execution_resumed");
}

BOTH(what_is_read_together_is_of_one_moment)
{
    start_execution("e");
    cr_assert_eq(journal->ops->reads_begin(journal), STORE_OK);
    cr_assert_eq(found("e").history_seq, 1);
    cr_assert_eq(journal->ops->reads_end(journal), STORE_OK);
    add_events("e", (const char *const[]){"step_started"}, 1);
    cr_assert_eq(found("e").history_seq, 2);
}

BOTH(a_gate_is_there_until_it_is_closed)
{
    const struct step_row step = step_of("e", "plan", 1, 1);
    const struct gate_row gate = {.step_key = step.key,
                                  .kind = "question",
                                  .prompt = "did it happen?",
                                  .opened_ms = now_ms};
    struct journal_commit commit = {.execution_id = "e",
                                    .now_ms = now_ms,
                                    .open_gates = &gate,
                                    .open_gate_count = 1};
    struct gate_row *gates;
    size_t count;

    start_execution("e");
    cr_assert_eq(start_step(&step), STORE_OK);
    for (int twice = 0; twice < 2; twice++)
        cr_assert_eq(journal->ops->commit(journal, &commit), STORE_OK);
    reopen();
    cr_assert_eq(journal->ops->gates(journal, &arena, "e", &gates, &count), STORE_OK);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(gates[0].prompt, "did it happen?");
    cr_assert_eq(gates[0].opened_ms, now_ms);
    commit = (struct journal_commit){
        .execution_id = "e", .now_ms = now_ms, .close_gate = step.key};
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_OK);
    cr_assert_eq(journal->ops->gates(journal, &arena, "e", &gates, &count), STORE_OK);
    cr_assert_eq(count, 0);
}

BOTH(a_request_is_seen_until_it_is_cleared)
{
    const struct journal_commit commit = {
        .execution_id = "e", .now_ms = now_ms, .clears_request = true};
    const char *request = "?";

    start_execution("e");
    cr_assert_eq(journal->ops->requested(journal, &arena, "e", &request), STORE_OK);
    cr_assert_null(request);
    cr_assert_eq(journal->ops->request(journal, "e", "pause"), STORE_OK);
    reopen();
    cr_assert_eq(journal->ops->requested(journal, &arena, "e", &request), STORE_OK);
    cr_assert_str_eq(request, "pause");
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_OK);
    cr_assert_eq(journal->ops->requested(journal, &arena, "e", &request), STORE_OK);
    cr_assert_null(request);
}

BOTH(an_execution_that_goes_on_is_no_longer_completed)
{
    struct journal_commit commit = {.execution_id = "e",
                                    .now_ms = now_ms + 9,
                                    .sets_execution = true,
                                    .status = EXECUTION_FAILED,
                                    .error = "{\"code\":\"x\"}"};

    start_execution("e");
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_OK);
    cr_assert_eq(found("e").completed_ms, now_ms + 9);
    cr_assert_str_eq(found("e").error, "{\"code\":\"x\"}");
    cr_assert_null(found("e").current_step);
    commit.status = EXECUTION_RUNNING;
    commit.current_step = "plan";
    commit.error = NULL;
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_OK);
    reopen();
    cr_assert_eq(found("e").completed_ms, 0);
    cr_assert_null(found("e").error);
}

BOTH(an_execution_moves_to_another_build_with_its_version_and_state)
{
    const struct build_change build = {"beef", "2.0.0", "{\"env\":{}}"};
    struct journal_commit commit = {
        .execution_id = "e", .now_ms = now_ms, .build = &build};

    start_execution("e");
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_OK);
    commit.build = NULL;
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_OK);
    reopen();
    cr_assert_str_eq(found("e").build_id, "beef", "NULL leaves the build as it is");
    cr_assert_str_eq(found("e").workflow_version, "2.0.0");
    cr_assert_str_eq(found("e").state, "{\"env\":{}}");
    cr_assert_eq(found("e").status, EXECUTION_RUNNING, "all else is as it was");
}

BOTH(the_list_is_newest_first)
{
    struct execution_row row, *rows;
    size_t count;
    bool existed;

    start_execution("a");
    cr_assert_eq(create("another", "b", NULL, &row, &existed), STORE_OK);
    start_execution("c");
    cr_assert_eq(journal->ops->list(journal, &arena, NULL, 0, &rows, &count), STORE_OK);
    cr_assert_eq(count, 3);
    cr_assert_str_eq(rows[0].id, "c");
    cr_assert_str_eq(rows[2].id, "a");
    cr_assert_eq(journal->ops->list(journal, &arena, "flow", 0, &rows, &count),
                 STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(rows[1].id, "a");
    cr_assert_eq(journal->ops->list(journal, &arena, NULL, 1, &rows, &count), STORE_OK);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(rows[0].id, "c");
}

BOTH(a_workflow_keeps_its_birthday_and_its_latest_definition)
{
    struct workflow_row workflow = {
        .id = "flow", .name = "Name", .version = "1.1.0", .definition = "{\"new\":1}"};
    struct execution_row row = {.id = "b",
                                .workflow_id = "flow",
                                .workflow_version = "1.1.0",
                                .trigger_type = "cli",
                                .started_ms = now_ms + 1000};
    struct workflow_row *rows;
    size_t count;
    bool existed;

    start_execution("a");
    cr_assert_eq(journal->ops->create(journal, &arena, &workflow, &row, &existed),
                 STORE_OK);
    cr_assert_eq(journal->ops->workflows(journal, &arena, &rows, &count), STORE_OK);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(rows[0].version, "1.1.0");
    cr_assert_str_eq(rows[0].definition, "{\"new\":1}");
    cr_assert_str_eq(rows[0].created_at, "2023-11-14T22:13:20.123Z");
    cr_assert_str_eq(rows[0].updated_at, "2023-11-14T22:13:21.123Z");
}

static int64_t claimed_slot;
static bool may_claim;

static bool claim(void *context, int64_t slot)
{
    (void)context;
    claimed_slot = slot;
    return may_claim;
}

BOTH(a_new_execution_has_an_owner_or_is_not_there)
{
    struct execution_row row;
    bool existed;

    start_execution("a");
    journal->claimer.claim = claim;
    cr_assert_eq(create("flow", "b", "k", &row, &existed), STORE_FAILED);
    cr_assert(strstr(store_message(journal), "lock of a new execution"));
    cr_assert_eq(journal->ops->find(journal, &arena, "b", &row), STORE_NOT_FOUND);
    may_claim = true;
    cr_assert_eq(create("flow", "b", "k", &row, &existed), STORE_OK);
    cr_assert_eq(claimed_slot, row.slot);
    cr_assert_eq(row.slot, 2);
    claimed_slot = 0;
    cr_assert_eq(create("flow", "c", "k", &row, &existed), STORE_OK);
    cr_assert(existed);
    cr_assert_eq(claimed_slot, 0, "it is somebody else's");
}
