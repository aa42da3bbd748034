/* test_report.c: what people and programs are told of executions. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

static struct arena arena;
static struct report report;
static char *printed;
static size_t printed_len;
static int64_t started_ms;

static const struct project own_project = {
    .root = "/p", .database = "/p/.kad/kad.db", .state = "/p/.kad"};

static void open_report(void)
{
    started_ms = time_now_ms() - 185000;
    report = (struct report){.arena = &arena,
                             .journal = memory_journal_new(),
                             .project = &own_project,
                             .out = open_memstream(&printed, &printed_len)};
}

static void clean_up(void)
{
    fclose(report.out);
    free(printed);
    journal_close(report.journal);
    arena_release(&arena);
}

TestSuite(report, .init = open_report, .fini = clean_up);

static void start_execution(const char *id)
{
    const struct workflow_row workflow = {
        .id = "flow", .name = "Flow", .version = "1.0.0", .definition = "{}"};
    struct execution_row row = {.id = id,
                                .workflow_id = "flow",
                                .workflow_version = "1.0.0",
                                .trigger_type = "cli",
                                .trigger_data = "{\"n\":1}",
                                .status = EXECUTION_RUNNING,
                                .current_step = "test",
                                .started_ms = started_ms};
    bool existed;

    cr_assert_eq(
        report.journal->ops->create(report.journal, &arena, &workflow, &row, &existed),
        STORE_OK);
}

static void commit(const struct journal_commit *changes)
{
    cr_assert_eq(report.journal->ops->commit(report.journal, changes), STORE_OK);
}

/* A step that ran for `took_ms`; 0: still running. */
static void run_step(const char *execution, const char *step, uint32_t visit,
                     int64_t took_ms, const char *error)
{
    const struct step_row row = {
        .key = arena_printf(&arena, "%s/%s/%u/1", execution, step, visit),
        .execution_id = execution,
        .step_id = step,
        .module = "m",
        .action = "a",
        .inputs = "{}",
        .status =
            error ? STEP_RUN_FAILED : (took_ms ? STEP_RUN_COMPLETED : STEP_RUN_RUNNING),
        .outputs = took_ms && !error ? "{\"ok\":true}" : NULL,
        .error = error,
        .started_ms = started_ms,
        .completed_ms = took_ms ? started_ms + took_ms : 0,
        .visit = visit,
        .attempt = 1,
        .run = visit};
    const struct history_row event = {
        .event_type = "step_started", .step_id = step, .at_ms = started_ms};

    commit(&(struct journal_commit){.execution_id = execution,
                                    .now_ms = started_ms,
                                    .started = &row,
                                    .events = &event,
                                    .event_count = 1});
}

static void set_status(const char *execution, enum execution_status status,
                       const char *error)
{
    commit(&(struct journal_commit){.execution_id = execution,
                                    .now_ms = started_ms + 134000,
                                    .sets_execution = true,
                                    .status = status,
                                    .current_step =
                                        execution_is_ended(status) ? NULL : "test",
                                    .error = error});
}

static void open_gate(const char *execution, const char *step, const char *kind,
                      const char *prompt)
{
    const struct gate_row gate = {
        .step_key = arena_printf(&arena, "%s/%s/1/1", execution, step),
        .kind = kind,
        .prompt = prompt,
        .opened_ms = started_ms};

    commit(&(struct journal_commit){.execution_id = execution,
                                    .now_ms = started_ms,
                                    .open_gates = &gate,
                                    .open_gate_count = 1});
}

static void assert_says(const char *text)
{
    fflush(report.out);
    cr_assert(strstr(printed, text), "`%s` is not in:\n%s", text, printed);
}

static void assert_silent_about(const char *text)
{
    fflush(report.out);
    cr_assert_not(strstr(printed, text), "`%s` is in:\n%s", text, printed);
}

/* ---- Text ------------------------------------------------------------------------ */

Test(report, steps_are_aligned_with_status_time_and_error)
{
    start_execution("abcd1234");
    run_step("abcd1234", "analyze", 1, 850, NULL);
    run_step("abcd1234", "test", 1, 1000, NULL);
    run_step("abcd1234", "test", 2, 134000,
             "{\"code\":\"exit_status\",\"message\":\"2 tests\\nfailed\",\"step\":"
             "\"test\"}");
    set_status("abcd1234", EXECUTION_FAILED,
               "{\"code\":\"exit_status\",\"message\":\"2 tests\\nfailed\",\"step\":"
               "\"test\"}");
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("flow 1.0.0  failed\n");
    assert_says(" UTC, 3m ago, took 2m 14s\n");
    assert_says("  analyze  completed  850ms\n"
                "  test     completed  1.0s\n"
                "  test     failed     2m 14s  visit 2; exit_status: 2 tests\n");
    assert_says("  error      exit_status in test: 2 tests\n             failed\n");
    assert_says("kad workflow resume abcd   try again where it failed\n");
    assert_silent_about("\033");
}

Test(report, a_running_row_that_nobody_holds_is_interrupted)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    cr_assert_eq(report_execution(&report, "abcd1234"), STORE_OK);
    assert_says("flow 1.0.0  interrupted\n");
    assert_says("  stands at  test\n");
    assert_says("  test  interrupted  -\n");
    assert_says("  next       kad workflow resume abcd   go on\n");
}

Test(report, a_question_shows_its_three_answers)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    open_gate("abcd1234", "test", "question", "did `test` happen?");
    set_status("abcd1234", EXECUTION_PAUSED, NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says(
        "  question   did `test` happen?\n"
        "  next       kad workflow resume abcd --retry   run the step again\n"
        "             kad workflow resume abcd --skip   it has happened: go on\n"
        "             kad workflow resume abcd --fail   it has failed\n");
}

Test(report, several_questions_need_the_step)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    run_step("abcd1234", "plan", 1, 0, NULL);
    open_gate("abcd1234", "test", "question", "did `test` happen?");
    open_gate("abcd1234", "plan", "ask", "/p/.kad/asks/abcd");
    set_status("abcd1234", EXECUTION_PAUSED, NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("kad workflow resume abcd --step test --retry ");
    assert_says("kad workflow resume abcd --step plan   take up the answer");
    assert_says("             /p/.kad/asks/abcd\n");
}

/* ---- Blocks and children --------------------------------------------------------- */

/* A step of execution abcd1234 inside the block step `block`. */
static void run_inside(const char *block, const char *step, const char *item,
                       int64_t took_ms)
{
    const struct step_row row = {
        .key = arena_printf(&arena, "abcd1234/%s%s/1/1", step, item),
        .execution_id = "abcd1234",
        .step_id = step,
        .module = "m",
        .action = "a",
        .status = took_ms ? STEP_RUN_COMPLETED : STEP_RUN_RUNNING,
        .started_ms = started_ms,
        .completed_ms = took_ms ? started_ms + took_ms : 0,
        .visit = 1,
        .attempt = 1,
        .run = 1,
        .item = item,
        .parent = arena_printf(&arena, "abcd1234/%s/1/1", block)};

    commit(&(struct journal_commit){
        .execution_id = "abcd1234", .now_ms = started_ms, .started = &row});
}

static void set_position(const char *block, const char *branch,
                         enum position_status status, const char *step)
{
    const struct position_row position = {
        .block_key = arena_printf(&arena, "abcd1234/%s/1/1", block),
        .branch = branch,
        .status = status,
        .current_step = step};

    commit(&(struct journal_commit){.execution_id = "abcd1234",
                                    .now_ms = started_ms,
                                    .positions = &position,
                                    .position_count = 1});
}

/* A child of an attempt of `parent`, or of its step `step`. */
static void call_from(const char *parent, const char *key, const char *id)
{
    const struct workflow_row workflow = {
        .id = "mail", .name = "Mail", .version = "2.0.0", .definition = "{}"};
    struct execution_row row = {.id = id,
                                .workflow_id = "mail",
                                .workflow_version = "2.0.0",
                                .trigger_type = "workflow",
                                .status = EXECUTION_RUNNING,
                                .current_step = "send",
                                .started_ms = started_ms,
                                .parent_id = parent,
                                .parent_key = key};
    bool existed;

    cr_assert_eq(
        report.journal->ops->create(report.journal, &arena, &workflow, &row, &existed),
        STORE_OK);
}

static void call(const char *parent, const char *step, const char *id)
{
    call_from(parent, arena_printf(&arena, "%s/%s/1/1", parent, step), id);
}

/* Describes where its steps are. */
static void start_with_branches(void)
{
    const struct workflow_row workflow = {
        .id = "flow",
        .name = "Flow",
        .version = "1.0.0",
        .definition = "{\"steps\":[{\"id\":\"test\",\"parallel\":{\"branches\":["
                      "{\"name\":\"lint\",\"steps\":[{\"id\":\"lint\"}]},"
                      "{\"name\":\"unit\",\"steps\":[{\"id\":\"compile\"}]}]}}]}"};
    struct execution_row row = {.id = "abcd1234",
                                .workflow_id = "flow",
                                .workflow_version = "1.0.0",
                                .trigger_type = "cli",
                                .status = EXECUTION_RUNNING,
                                .current_step = "test",
                                .started_ms = started_ms};
    bool existed;

    cr_assert_eq(
        report.journal->ops->create(report.journal, &arena, &workflow, &row, &existed),
        STORE_OK);
}

Test(report, steps_of_branches_stand_under_their_block)
{
    start_with_branches();
    run_step("abcd1234", "test", 1, 9000, NULL);
    run_inside("test", "lint", "", 1000);
    run_step("abcd1234", "after", 1, 2000, NULL);
    run_inside("test", "compile", "", 3000);
    set_status("abcd1234", EXECUTION_COMPLETED, NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  test             completed  9.0s\n"
                "    lint           completed  1.0s\n"
                "    unit: compile  completed  3.0s\n"
                "  after            completed  2.0s\n");
}

Test(report, items_are_told_apart_and_where_each_stands_is_said)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    run_inside("test", "work", "[0]", 1000);
    run_inside("test", "work", "[1]", 0);
    run_inside("test", "inner", "[2]", 0);
    set_position("test", "[0]", POSITION_COMPLETED, NULL);
    set_position("test", "[1]", POSITION_OPEN, "work");
    set_position("test", "[2]", POSITION_OPEN, "inner");
    set_position("test", "[3]", POSITION_COMPLETED, NULL);
    set_position("test", "[4]", POSITION_FAILED, NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  stands at  test\n"
                "             test: 2 completed, 1 failed\n"
                "             work in [1] of test\n"
                "             inner in [2] of test\n");
    assert_says("  test        interrupted  -\n"
                "    work[0]   completed    1.0s\n"
                "    work[1]   interrupted  -\n"
                "    inner[2]  interrupted  -\n");
}

/* Two steps in each of the items from `first` on. */
static void run_items(int first, int count, int64_t took_ms)
{
    for (int i = first; i < first + count; i++) {
        run_inside("test", "get", arena_printf(&arena, "[%d]", i), 1000);
        run_inside("test", "work", arena_printf(&arena, "[%d]", i), took_ms);
    }
}

static void fail_inside(const char *key)
{
    const struct step_ending ended = {
        .key = key,
        .status = STEP_RUN_FAILED,
        .error = "{\"code\":\"broken\",\"message\":\"no\",\"step\":\"work\"}"};

    commit(&(struct journal_commit){
        .execution_id = "abcd1234", .now_ms = started_ms + 3000, .ended = &ended});
}

Test(report, many_items_are_counted_and_those_told_that_are_not_well)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    run_items(0, 7, 2000);
    run_items(7, 3, 0);
    run_items(10, 2, 2000);
    fail_inside("abcd1234/work[8]/1/1");
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  test        interrupted  -\n"
                "    12 items                     "
                "2 interrupted, 1 failed, 9 completed; status --all tells each\n"
                "    work[7]   interrupted  -\n"
                "    work[9]   interrupted  -\n"
                "    work[8]   failed       3.0s  broken: no\n"
                "\n");
}

Test(report, of_those_that_are_not_well_ten_are_told)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    run_items(0, 200, 0);
    for (int i = 0; i < 200; i++)
        set_position("test", arena_printf(&arena, "[%d]", i), POSITION_OPEN, "work");
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("             work in [9] of test\n"
                "             and 190 more\n");
    assert_says("    work[9]    interrupted  -\n"
                "\n");
}

Test(report, each_item_is_told_to_who_wants_all)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    run_items(0, 200, 2000);
    set_position("test", "[199]", POSITION_OPEN, "work");
    report.shows_all = true;
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    for (int i = 0; i < 200; i++)
        assert_says(arena_printf(&arena, "work[%d] ", i));
}

Test(report, those_that_a_called_one_has_called_stand_under_that)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    call("abcd1234", "test", "chil5678");
    call_from("chil5678", "chil5678/send/1/1", "deep9012");
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  test      interrupted  -\n"
                "    mail    interrupted  -  execution chil5678\n"
                "      mail  interrupted  -  execution deep9012\n");
}

Test(report, a_list_that_is_cut_says_so)
{
    start_execution("abcd1234");
    start_execution("efgh5678");
    cr_assert_eq(report_list(&report, NULL, 1), STORE_OK);
    assert_says("the newest 1; --limit 0 shows all\n");
    assert_silent_about("abcd1234");
    rewind(report.out);
    cr_assert_eq(report_list(&report, NULL, 2), STORE_OK);
    fputc('\0', report.out);
    assert_silent_about("shows all");
    assert_says("abcd1234");
}

Test(report, a_called_execution_stands_under_its_caller_and_not_in_the_list)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    call("abcd1234", "test", "chil5678");
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  test    interrupted  -\n"
                "    mail  interrupted  -  execution chil5678\n");
    assert_silent_about("called by");
    rewind(report.out);
    cr_assert_eq(report_list(&report, NULL, 0), STORE_OK);
    fputc('\0', report.out);
    assert_says("abcd1234");
    assert_silent_about("chil5678");
    rewind(report.out);
    cr_assert_eq(report_execution(&report, "chil"), STORE_OK);
    assert_says("mail 2.0.0  interrupted\n");
    assert_says("  called by  abcd1234 at test\n");
}

/* ---- Gates ----------------------------------------------------------------------- */

static void open_way(const char *execution, const char *step, const char *way,
                     const char *event, const char *match)
{
    const struct gate_row gate = {
        .step_key = arena_printf(&arena, "%s/%s/1/1", execution, step),
        .kind = event ? "event" : "timer",
        .prompt = "",
        .opened_ms = started_ms,
        .due_ms = event ? 0 : 1900000000000,
        .way = way,
        .event = event,
        .match = match};

    commit(&(struct journal_commit){.execution_id = execution,
                                    .now_ms = started_ms,
                                    .open_gates = &gate,
                                    .open_gate_count = 1});
}

Test(report, the_first_of_several_is_one_attempt)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    open_way("abcd1234", "test", "paid", "order.paid", "{\"by\":\"O'Hara\"}");
    open_way("abcd1234", "test", "late", NULL, NULL);
    set_status("abcd1234", EXECUTION_WAITING, NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  test  waiting  -\n");
    assert_says("  waits      at test until 2030-03-17T17:46:40.000Z (late)\n"
                "  next       kad workflow resume abcd   go on when it is due\n"
                "  waits      at test for the event order.paid (paid) with "
                "{\"by\":\"O'Hara\"}\n"
                "  next       kad emit order.paid --data '{\"by\":\"O'\\''Hara\"}'   "
                "say that it has happened\n");
    assert_silent_about("--step");
}

static void open_approval(const char *execution, const char *key, const char *prompt)
{
    const struct gate_row gate = {.step_key = key,
                                  .kind = "approval",
                                  .prompt = prompt,
                                  .opened_ms = started_ms,
                                  .choices = "[\"yes\",\"no\"]"};

    commit(&(struct journal_commit){.execution_id = execution,
                                    .now_ms = started_ms,
                                    .open_gates = &gate,
                                    .open_gate_count = 1});
}

Test(report, several_that_wait_in_items_need_the_step_with_its_item)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    run_inside("test", "ask", "[0]", 0);
    run_inside("test", "ask", "[1]", 0);
    open_approval("abcd1234", "abcd1234/ask[0]/1/1", "first?");
    open_approval("abcd1234", "abcd1234/ask[1]/1/1", "second?");
    set_status("abcd1234", EXECUTION_WAITING, NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  test      waiting  -\n    ask[0]  waiting  -\n");
    assert_says(
        "  asks       first?\n"
        "  next       kad workflow approve abcd --step 'ask[0]' --choice yes\n"
        "             kad workflow approve abcd --step 'ask[0]' --choice no\n"
        "  asks       second?\n"
        "  next       kad workflow approve abcd --step 'ask[1]' --choice yes\n");
}

Test(report, of_many_that_wait_ten_are_told)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    run_items(0, 12, 0);
    for (int i = 0; i < 12; i++)
        open_approval("abcd1234", arena_printf(&arena, "abcd1234/work[%d]/1/1", i),
                      arena_printf(&arena, "%d?", i));
    set_status("abcd1234", EXECUTION_WAITING, NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  asks       7?\n"); /* the tenth: in the order of their keys */
    assert_says("  and        2 more; status --all tells each\n");
}

Test(report, what_a_called_execution_asks_is_answered_there)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    call("abcd1234", "test", "chil5678");
    run_step("chil5678", "send", 1, 0, NULL);
    open_approval("chil5678", "chil5678/send/1/1", "send it?");
    set_status("chil5678", EXECUTION_WAITING, NULL);
    set_status("abcd1234", EXECUTION_WAITING, NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  test    waiting  -\n");
    assert_says("  in         mail chil\n"
                "  asks       send it?\n"
                "  next       kad workflow approve chil --choice yes\n");
}

Test(report, an_answer_that_nobody_has_taken_up_needs_a_resume)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    open_way("abcd1234", "test", "", "order.paid", NULL);
    cr_assert_eq(
        report.journal->ops->answer(report.journal, "abcd1234/test/1/1", "", "{}"),
        STORE_OK);
    set_status("abcd1234", EXECUTION_WAITING, NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  answered   test\n"
                "  next       kad workflow resume abcd   take up the answer\n");
}

/* ---- Details --------------------------------------------------------------------- */

Test(report, a_completed_execution_needs_no_command)
{
    start_execution("abcd1234");
    set_status("abcd1234", EXECUTION_COMPLETED, NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("completed\n");
    assert_silent_about("next");
}

Test(report, the_command_names_a_database_of_its_own)
{
    const struct project other = {
        .root = "/p", .database = "/d/x.db", .state = "/d/x.db.d"};

    report.project = &other;
    start_execution("abcd1234");
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("kad workflow resume abcd --db /d/x.db ");
}

Test(report, the_short_id_is_as_long_as_it_must_be)
{
    start_execution("abcd1234");
    start_execution("abcd1299");
    cr_assert_eq(report_execution(&report, "abcd123"), STORE_OK);
    assert_says("kad workflow resume abcd123 ");
}

Test(report, lines_fit_the_terminal)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 1000,
             "{\"code\":\"x\",\"message\":\"世界世界世界世界世界世界\","
             "\"step\":\"s\"}");
    report.columns = 40;
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  test  failed  1.0s  x: 世界世界世界世…\n");
}

Test(report, a_long_name_leaves_room_for_the_status)
{
    start_execution("abcd1234");
    run_step("abcd1234", "a-name-of-more-than-twenty-characters", 1, 1000, NULL);
    run_step("abcd1234", "test", 1, 1000, NULL);
    report.columns = 40;
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("  a-name-of-more-than…  completed  1.0s\n"
                "  test                  completed  1.0s\n");
}

Test(report, control_characters_of_programs_are_not_shown)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 1000,
             "{\"code\":\"x\",\"message\":\"a\\u001b[2Jb\\u009bc\",\"step\":\"s\"}");
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("x: a[2Jbc\n");
}

Test(report, colour_is_for_those_who_want_it)
{
    start_execution("abcd1234");
    set_status("abcd1234", EXECUTION_COMPLETED, NULL);
    report.has_color = true;
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    assert_says("\033[32mcompleted\033[0m");
}

Test(report, an_unknown_execution_prints_nothing)
{
    start_execution("abcd1234");
    start_execution("abcd9999");
    cr_assert_eq(report_execution(&report, "x"), STORE_NOT_FOUND);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_AMBIGUOUS);
    cr_assert_eq(report_history(&report, "x"), STORE_NOT_FOUND);
    fflush(report.out);
    cr_assert_eq(printed_len, 0);
}

Test(report, the_history_is_one_line_an_event)
{
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    cr_assert_eq(report_history(&report, "abcd"), STORE_OK);
    assert_says("  execution_started\n");
    assert_says("  step_started       test\n");
}

Test(report, the_list_says_where_each_one_stands)
{
    cr_assert_eq(report_list(&report, NULL, 0), STORE_OK);
    assert_says("no executions yet\n");
    start_execution("abcd1234");
    set_status("abcd1234", EXECUTION_PAUSED, NULL);
    cr_assert_eq(report_list(&report, NULL, 0), STORE_OK);
    assert_says("EXECUTION  WORKFLOW  STATUS  STARTED  TOOK  STANDS AT\n"
                "abcd1234   flow      paused  3m ago         test\n");
}

/* ---- JSON ------------------------------------------------------------------------ */

static json_t *printed_json(void)
{
    json_t *json;

    fflush(report.out);
    json = json_loads(printed, 0, NULL);
    cr_assert(json, "%s", printed);
    return json;
}

Test(report, an_execution_is_one_json_object)
{
    const char *id, *status, *started, *step, *step_status;
    json_t *json, *error, *completed, *outputs;
    size_t gates;

    report.is_json = true;
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 1000, NULL);
    set_status("abcd1234", EXECUTION_FAILED,
               "{\"code\":\"x\",\"message\":\"m\",\"step\":\"test\"}");
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    json = printed_json();
    cr_assert_eq(json_unpack(json, "{s:s, s:s, s:s, s:o, s:{s:s}, s:[{s:s, s:s, s:o}]}",
                             "id", &id, "status", &status, "startedAt", &started,
                             "completedAt", &completed, "error", "code", &step, "steps",
                             "step", &step, "status", &step_status, "outputs",
                             &outputs),
                 0);
    error = json_object_get(json, "error");
    gates = json_array_size(json_object_get(json, "gates"));
    cr_assert_str_eq(id, "abcd1234");
    cr_assert_str_eq(status, "failed");
    cr_assert_eq(time_parse(started), started_ms);
    cr_assert_eq(time_parse(json_string_value(completed)), started_ms + 134000);
    cr_assert_str_eq(step, "test");
    cr_assert_str_eq(step_status, "completed");
    cr_assert(json_is_true(json_object_get(outputs, "ok")));
    cr_assert_str_eq(json_string_value(json_object_get(error, "message")), "m");
    cr_assert_eq(gates, 0);
    cr_assert(json_is_null(json_object_get(json, "pid")));
    json_decref(json);
}

Test(report, the_json_has_branches_children_and_the_caller)
{
    const char *item, *branch, *position, *child, *caller, *key, *way, *event;
    json_t *json, *parent;

    report.is_json = true;
    start_execution("abcd1234");
    run_step("abcd1234", "test", 1, 0, NULL);
    run_inside("test", "work", "[0]", 0);
    set_position("test", "[0]", POSITION_OPEN, "work");
    call("abcd1234", "test", "chil5678");
    open_way("abcd1234", "test", "paid", "order.paid", NULL);
    cr_assert_eq(report_execution(&report, "abcd"), STORE_OK);
    json = printed_json();
    cr_assert_eq(json_unpack(json,
                             "{s:o, s:[{}, {s:s, s:s}], s:[{s:s, s:s}], s:[{s:s, s:s, "
                             "s:s}], s:[{s:s, s:s}]}",
                             "parent", &parent, "steps", "item", &item, "parent", &key,
                             "positions", "branch", &branch, "status", &position,
                             "children", "id", &child, "parent", &caller, "parentKey",
                             &key, "gates", "way", &way, "event", &event),
                 0);
    cr_assert(json_is_null(parent));
    cr_assert_str_eq(item, "[0]");
    cr_assert_str_eq(branch, "[0]");
    cr_assert_str_eq(position, "open");
    cr_assert_str_eq(child, "chil5678");
    cr_assert_str_eq(caller, "abcd1234");
    cr_assert_str_eq(key, "abcd1234/test/1/1");
    cr_assert_str_eq(way, "paid");
    cr_assert_str_eq(event, "order.paid");
    json_decref(json);
}

Test(report, a_list_and_a_history_are_json_objects_too)
{
    const char *status, *execution, *type;
    int seq;
    json_t *json;

    report.is_json = true;
    start_execution("abcd1234");
    cr_assert_eq(report_list(&report, "flow", 10), STORE_OK);
    json = printed_json();
    cr_assert_eq(json_unpack(json, "{s:[{s:s}]}", "executions", "status", &status), 0);
    cr_assert_str_eq(status, "interrupted");
    cr_assert(json_is_false(json_object_get(json, "more")));
    json_decref(json);
    rewind(report.out);
    cr_assert_eq(report_history(&report, "abcd"), STORE_OK);
    fputc('\0', report.out);
    json = printed_json();
    cr_assert_eq(json_unpack(json, "{s:s, s:[{s:i, s:s}]}", "execution", &execution,
                             "events", "seq", &seq, "type", &type),
                 0);
    cr_assert_str_eq(execution, "abcd1234");
    cr_assert_eq(seq, 1);
    cr_assert_str_eq(type, "execution_started");
    json_decref(json);
}
