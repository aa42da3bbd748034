/* test_blocks.c: steps with steps inside: how they end, what is stored, and that it does not
 * matter when the engine dies. */
#include "child_fixture.h"

TestSuite(blocks, .fini = clean_up);

#define BOTH(sentence) BOTH_IN(blocks, sentence)

/* ---- parallel ----------------------------------------------------------------------- */

/* block: lint (lint), unit (unit -> report); then: done, on failure: sorry. */
enum { BLOCK, LINT, UNIT, REPORT, AFTER, SORRY };

static struct kad_block two = {.kind = KAD_PARALLEL};

static void use_two(enum kad_block_mode mode, uint32_t at_least)
{
    two.mode = mode;
    two.at_least = at_least;
    use((struct node[]){
        {.id = "block",
         .on_success = AFTER,
         .on_failure = SORRY,
         .about = &two,
         .names = {"lint", "unit"},
         .counts = {1, 2}},
        {.id = "lint", .on_success = DONE, .on_failure = FAIL, .reads = READS_TRIGGER},
        {.id = "unit",
         .on_success = REPORT,
         .on_failure = FAIL,
         .reads = READS_NOTHING},
        {.id = "report", .on_success = DONE, .on_failure = FAIL, .reads = UNIT},
        {.id = "after", .on_success = DONE, .on_failure = FAIL, .reads = LINT},
        {.id = "sorry", .on_success = DONE, .on_failure = FAIL, .reads = READS_ERROR},
        {0}});
}

BOTH(branches_run_beside_each_other_and_join)
{
    use_two(KAD_MODE_ALL, 0);
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.trace.p, "lint/1/1=go unit/1/1=- report/1/1=unit:1.1 "
                                  "after/1/1=lint:1.1 ");
    cr_expect_str_eq(fix_rows(),
                     "block/1/1=completed lint/1/1=completed unit/1/1=completed "
                     "report/1/1=completed after/1/1=completed");
    cr_expect_str_eq(
        fix_history(),
        "execution_started step_started:block step_started:lint step_started:unit "
        "step_completed:lint step_completed:unit step_started:report "
        "step_completed:report step_completed:block step_started:after "
        "step_completed:after execution_completed");
    cr_expect_str_eq(positions_of("e1"), "");
    cr_expect_str_eq(row_of("block", "").outputs,
                     "{\"succeeded\":[\"lint\",\"unit\"]}");
    cr_expect_str_eq(row_of("block", "").inputs, "{\"when\":[true,true]}");
    cr_expect_str_eq(row_of("report", "").parent, "e1/block/1/1");
    cr_expect_null(row_of("after", "").parent);
}

BOTH(the_first_failure_cancels_the_others)
{
    use_two(KAD_MODE_ALL, 0);
    fix_plan = "lint/1/1=f unit/1/1=w";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows(), "block/1/1=failed(branch_failed) "
                                 "lint/1/1=failed(broken) unit/1/1=cancelled "
                                 "sorry/1/1=completed");
    cr_expect_str_eq(fix.result.error.code, "branch_failed");
    cr_expect_str_eq(fix.result.error.step, "block");
    cr_expect_str_eq(fix.result.error.message,
                     "branch `lint`: `lint` failed with broken: it is broken");
    cr_expect_str_eq(
        fix.result.error.details.text,
        "{\"code\":\"broken\",\"message\":\"it is broken\",\"step\":\"lint\"}");
    cr_expect_eq(fix.now_ms, 1000, "nobody has waited");
    cr_expect(was_called("sorry/1/1=block"));
}

BOTH(what_is_cancelled_and_has_succeeded_all_the_same_says_so)
{
    use_two(KAD_MODE_ALL, 0);
    fix_plan = "lint/1/1=f";
    fix.runs_early = true;
    fix_run();
    cr_expect_str_eq(fix_rows(), "block/1/1=failed(branch_failed) "
                                 "lint/1/1=failed(broken) unit/1/1=completed "
                                 "sorry/1/1=completed");
}

BOTH(any_is_over_with_the_first_that_ends_well)
{
    use_two(KAD_MODE_ANY, 0);
    fix_plan = "unit/1/1=w";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(), "block/1/1=completed lint/1/1=completed "
                                 "unit/1/1=cancelled after/1/1=completed");
    cr_expect_str_eq(row_of("block", "").outputs, "{\"succeeded\":[\"lint\"]}");
}

BOTH(any_fails_when_none_can_end_well)
{
    use_two(KAD_MODE_ANY, 0);
    fix_plan = "lint/1/1=f report/1/1=f";
    fix_run();
    cr_expect_str_eq(fix_rows(), "block/1/1=failed(branch_failed) "
                                 "lint/1/1=failed(broken) unit/1/1=completed "
                                 "report/1/1=failed(broken) sorry/1/1=completed");
}

BOTH(settle_waits_for_all_and_never_fails)
{
    use_two(KAD_MODE_SETTLE, 0);
    fix_plan = "lint/1/1=f unit/1/1=f";
    table.nodes[AFTER].reads = READS_ERROR;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("block", "").outputs, "{\"succeeded\":[]}");
    cr_expect(was_called("after/1/1=none"), "what the mode tolerates is no error");
}

BOTH(enough_that_end_well_cancel_the_rest)
{
    use_two(KAD_MODE_AT_LEAST, 1);
    table.nodes[AFTER].reads = READS_NOTHING;
    fix_plan = "lint/1/1=f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("block", "").outputs, "{\"succeeded\":[\"unit\"]}");
}

BOTH(too_few_that_still_can_fail_it)
{
    use_two(KAD_MODE_AT_LEAST, 2);
    fix_plan = "lint/1/1=f unit/1/1=w";
    fix_run();
    cr_expect_str_eq(fix_rows(), "block/1/1=failed(branch_failed) "
                                 "lint/1/1=failed(broken) unit/1/1=cancelled "
                                 "sorry/1/1=completed");
}

BOTH(a_skipped_branch_counts_neither_way)
{
    use_two(KAD_MODE_ALL, 0);
    table.nodes[BLOCK].when = "10";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(),
                     "block/1/1=completed lint/1/1=completed after/1/1=completed");
    cr_expect_str_eq(row_of("block", "").outputs, "{\"succeeded\":[\"lint\"]}");
}

BOTH(without_any_branch_all_succeeds)
{
    use_two(KAD_MODE_ALL, 0);
    table.nodes[BLOCK].when = "00";
    table.nodes[AFTER].reads = READS_NOTHING;
    fix_run();
    cr_expect_str_eq(fix_rows(), "block/1/1=completed after/1/1=completed");
}

BOTH(without_any_branch_any_fails)
{
    use_two(KAD_MODE_ANY, 0);
    table.nodes[BLOCK].when = "00";
    fix_run();
    cr_expect_str_eq(fix_rows(), "block/1/1=failed(branch_failed) sorry/1/1=completed");
    cr_expect_str_eq(fix.result.error.message, "no branch of it has run");
}

BOTH(a_block_that_takes_too_long_is_cancelled)
{
    use_two(KAD_MODE_ALL, 0);
    info_of("block")->timeout_ms = HOUR_MS / 2;
    fix_plan = "lint/1/1=w unit/1/1=w";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows(), "block/1/1=timed_out(timed_out) "
                                 "lint/1/1=cancelled unit/1/1=cancelled "
                                 "sorry/1/1=completed");
    cr_expect_eq(fix.now_ms, 1000 + HOUR_MS / 2);
}

BOTH(a_step_whose_own_time_is_over_first_has_timed_out)
{
    use_two(KAD_MODE_SETTLE, 0);
    info_of("block")->timeout_ms = HOUR_MS / 2;
    info_of("lint")->timeout_ms = HOUR_MS / 4;
    fix_plan = "lint/1/1=w unit/1/1=w";
    fix_run();
    cr_expect_str_eq(fix_rows(), "block/1/1=timed_out(timed_out) "
                                 "lint/1/1=timed_out(timed_out) unit/1/1=cancelled "
                                 "sorry/1/1=completed");
}

BOTH(a_block_may_run_again_with_fresh_budgets_inside)
{
    use_two(KAD_MODE_ALL, 0);
    info_of("block")->is_bounded = true;
    info_of("block")->max_retries = 1;
    info_of("lint")->is_bounded = true;
    info_of("lint")->max_retries = 1;
    table.nodes[LINT].reads = READS_ERROR;
    fix_plan = "lint/1/1=f lint/1/2=f lint/2/1=f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect(was_called("lint/1/1=none lint") || was_called("lint/1/1=none"));
    cr_expect(was_called("lint/1/2=none"));
    cr_expect(was_called("lint/2/1=none"));
    cr_expect(was_called("lint/2/2=none"));
    cr_expect(was_called("after/1/1=lint:2.2"));
    cr_expect_eq(row_of("lint", "").run, 2);
    cr_expect_str_eq(row_of("lint", "").parent, "e1/block/1/2");
}

static unsigned clock_calls, jump_at;

static int64_t jumping_now_ms(struct host *host)
{
    (void)host;
    fix.now_ms += ++clock_calls == jump_at ? HOUR_MS : 0;
    return fix.now_ms;
}

/* The journal in memory refuses a visit that is not the next. */
Test(blocks, visits_have_no_gap_when_the_time_of_a_block_is_over_anywhere)
{
    for (jump_at = 1, clock_calls = 1; jump_at <= clock_calls; jump_at++) {
        use_memory();
        use_two(KAD_MODE_ALL, 0);
        info_of("block")->timeout_ms = HOUR_MS / 2;
        info_of("block")->is_bounded = true;
        info_of("block")->max_retries = 1;
        fix.host.now_ms = jumping_now_ms;
        clock_calls = 0;
        fix_run();
        cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
        fix_release();
    }
    cr_expect_gt(jump_at, 20);
    use_memory();
}

/* ---- Errors ------------------------------------------------------------------------- */

BOTH(a_branch_that_ends_well_hands_its_error_on)
{
    use_two(KAD_MODE_ALL, 0);
    table.nodes[UNIT].on_failure = REPORT;
    table.nodes[REPORT].reads = READS_ERROR;
    table.nodes[AFTER].reads = READS_ERROR;
    fix_plan = "unit/1/1=f";
    fix_run();
    cr_expect(was_called("report/1/1=unit"), "its own error");
    cr_expect(was_called("lint/1/1=go"));
    cr_expect(was_called("after/1/1=unit"), "handed on");
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.step, "unit");
}

BOTH(what_a_branch_recovers_from_is_no_error_outside)
{
    use_two(KAD_MODE_ALL, 0);
    table.nodes[UNIT].on_failure = REPORT;
    table.nodes[REPORT].reads = READS_ERROR;
    info_of("report")->recovers = true;
    fix_plan = "unit/1/1=f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("block", "").outputs,
                     "{\"succeeded\":[\"lint\",\"unit\"]}");
}

/* ---- forEach ------------------------------------------------------------------------ */

/* each over letters: look -> fix; then after. */
enum { EACH, LOOK, MEND, THEN };

static struct kad_block each = {.kind = KAD_FOR_EACH};

static void use_each(const char *items, uint32_t concurrency, enum kad_block_mode mode)
{
    each.mode = mode;
    each.concurrency = concurrency;
    each.max_items = 4;
    use((struct node[]){
        {.id = "each",
         .on_success = THEN,
         .on_failure = FAIL,
         .about = &each,
         .counts = {2},
         .items = items},
        {.id = "look", .on_success = MEND, .on_failure = FAIL, .reads = READS_ITEM},
        {.id = "mend", .on_success = DONE, .on_failure = FAIL, .reads = LOOK},
        {.id = "then", .on_success = DONE, .on_failure = FAIL, .reads = READS_ERROR},
        {0}});
}

/* What the items have left, after the forEach: "look[0]:1.1,mend[0]:1.1 ". */
static char seen[1024];

static int see_items(struct kad_run *run, void *frame, int position)
{
    const struct outer_frame *f = frame;
    const struct kad_items *items = &f->items[EACH];
    size_t len = 0;

    if (position == THEN)
        for (size_t i = 0; i < items->count; i++) {
            const struct inner_frame *item = (struct inner_frame *)items->items + i;

            len += (size_t)snprintf(
                seen + len, sizeof(seen) - len, "%s%lld:%s,%s ", item->item,
                (long long)item->index,
                item->has[LOOK] ? item->slots[LOOK].text.text : "null",
                item->has[MEND] ? item->slots[MEND].text.text : "null");
        }
    return table_advance(run, frame, position);
}

BOTH(items_run_one_after_the_other_and_leave_values_in_their_order)
{
    use_each("xyz", 1, KAD_MODE_ALL);
    fix.workflow.advance = see_items;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.trace.p,
                     "look[0]/1/1=x mend[0]/1/1=look[0]:1.1 "
                     "look[1]/1/1=y mend[1]/1/1=look[1]:1.1 "
                     "look[2]/1/1=z mend[2]/1/1=look[2]:1.1 then/1/1=none ");
    cr_expect_str_eq(seen, "x0:look[0]:1.1,mend[0]:1.1 y1:look[1]:1.1,mend[1]:1.1 "
                           "z2:look[2]:1.1,mend[2]:1.1 ");
    cr_expect_str_eq(row_of("each", "").outputs, "{\"count\":3,\"failed\":0}");
    cr_expect_str_eq(row_of("each", "").inputs, "{\"items\":[\"x\",\"y\",\"z\"]}");
    cr_expect_str_eq(row_of("look", "[1]").key, "e1/look[1]/1/1");
    cr_expect_str_eq(positions_of("e1"), "");
}

BOTH(as_many_items_as_allowed_are_at_work)
{
    use_each("xyz", 2, KAD_MODE_ALL);
    fix_run();
    cr_expect_str_eq(fix.trace.p,
                     "look[0]/1/1=x look[1]/1/1=y mend[0]/1/1=look[0]:1.1 "
                     "mend[1]/1/1=look[1]:1.1 look[2]/1/1=z mend[2]/1/1=look[2]:1.1 "
                     "then/1/1=none ");
}

BOTH(an_empty_array_is_over_at_once)
{
    use_each("", 0, KAD_MODE_ALL);
    fix_run();
    cr_expect_str_eq(fix_rows(), "each/1/1=completed then/1/1=completed");
    cr_expect_str_eq(row_of("each", "").outputs, "{\"count\":0,\"failed\":0}");
}

BOTH(more_items_than_allowed_fail_before_any_runs)
{
    use_each("abcde", 0, KAD_MODE_ALL);
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows(), "each/1/1=failed(too_many_items)");
    cr_expect_str_eq(fix.result.error.message, "the array has 5 items, and `max` is 4");
}

BOTH(an_item_that_fails_stops_those_that_have_not_started)
{
    use_each("xyz", 1, KAD_MODE_ALL);
    fix_plan = "mend[1]/1/1=f";
    fix_run();
    cr_expect_str_eq(fix_rows(), "each/1/1=failed(branch_failed) "
                                 "look[0]/1/1=completed mend[0]/1/1=completed "
                                 "look[1]/1/1=completed mend[1]/1/1=failed(broken)");
    cr_expect_str_eq(fix.result.error.message,
                     "item 1: `mend` failed with broken: it is broken");
}

BOTH(settled_items_leave_null_for_what_has_failed)
{
    use_each("xyz", 0, KAD_MODE_SETTLE);
    fix.workflow.advance = see_items;
    fix_plan = "look[0]/1/1=f mend[2]/1/1=f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(seen, "x0:null,null y1:look[1]:1.1,mend[1]:1.1 "
                           "z2:look[2]:1.1,null ");
    cr_expect_str_eq(row_of("each", "").outputs, "{\"count\":3,\"failed\":2}");
}

BOTH(values_of_items_are_there_after_a_resume)
{
    use_each("xyz", 0, KAD_MODE_SETTLE);
    fix.workflow.advance = see_items;
    fix_plan = "look[0]/1/1=f then/1/1=p";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    seen[0] = '\0';
    fix_plan = "";
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(seen, "x0:null,null y1:look[1]:1.1,mend[1]:1.1 "
                           "z2:look[2]:1.1,mend[2]:1.1 ");
}

BOTH(values_of_many_items_are_there_in_the_midst_of_them)
{
    use_each("abcdefghijklmnopqrstuvwxyz", 1, KAD_MODE_ALL);
    table.blocks[0].max_items = 26;
    fix.workflow.advance = see_items;
    fix_plan = "mend[24]/1/1=p";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    fix_plan = "";
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(
        strncmp(seen, "a0:look[0]:1.1,mend[0]:1.1 b1:look[1]:1.1,mend[1]:1.1 ", 54), 0,
        "%s", seen);
    cr_expect(strstr(seen, " x23:look[23]:1.1,mend[23]:1.1 y24:look[24]:1.1,mend[24]:1."
                           "1 z25:look[25]:1.1,mend[25]:1.1 "),
              "%s", seen);
    cr_expect_null(strstr(seen, "null"), "%s", seen);
    cr_expect(was_called("mend[24]/1/1=look[24]:1.1"), "%s", fix.trace.p);
}

BOTH(values_of_items_are_there_behind_many_visits_of_the_last)
{
    use_each("xyz", 1, KAD_MODE_ALL);
    table.nodes[MEND].on_success = MEND;
    table.nodes[MEND].on_failure = DONE;
    info_of("mend")->is_bounded = true;
    info_of("mend")->max_retries = 40;
    fix.workflow.advance = see_items;
    fix_plan = "then/1/1=p";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    seen[0] = '\0';
    fix_plan = "";
    fix_resume();
    cr_expect_str_eq(seen, "x0:look[0]:1.1,null y1:look[1]:1.1,null "
                           "z2:look[2]:1.1,null ");
}

BOTH(visits_of_items_go_on_counting_after_a_resume)
{
    use_each("xyz", 1, KAD_MODE_ALL);
    table.nodes[EACH].on_failure = FAIL;
    fix_plan = "mend[1]/1/1=f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    fix_plan = "";
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect(was_called("look[0]/2/1=x"), "%s", fix.trace.p);
    cr_expect(was_called("mend[1]/2/1="), "%s", fix.trace.p);
    cr_expect(was_called("look[2]/1/1=z"), "%s", fix.trace.p);
}

/* ---- Nested ------------------------------------------------------------------------- */

/* all: a (rows over "xy": cols over "pq": cell -> edge), b (lone); after. */
enum { ALL, ROWS, COLS, CELL, EDGE, LONE, LAST };

static struct kad_block rows_block = {
    .kind = KAD_FOR_EACH, .max_items = 9, .concurrency = 0};
static struct kad_block cols_block = {
    .kind = KAD_FOR_EACH, .max_items = 9, .concurrency = 1};

static void use_nested(void)
{
    two.mode = KAD_MODE_ALL;
    use((struct node[]){
        {.id = "all",
         .on_success = LAST,
         .on_failure = FAIL,
         .about = &two,
         .names = {"a", "b"},
         .counts = {4, 1}},
        {.id = "rows",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &rows_block,
         .counts = {3},
         .items = "xy"},
        {.id = "cols",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &cols_block,
         .counts = {2},
         .items = "pq"},
        {.id = "cell", .on_success = EDGE, .on_failure = FAIL, .reads = READS_ITEM},
        {.id = "edge", .on_success = DONE, .on_failure = FAIL, .reads = CELL},
        {.id = "lone", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {.id = "last", .on_success = DONE, .on_failure = FAIL, .reads = LONE},
        {0}});
}

BOTH(blocks_nest)
{
    use_nested();
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect(was_called("edge[1][0]/1/1=cell[1][0]:1.1"));
    cr_expect_str_eq(row_of("cell", "[1][1]").key, "e1/cell[1][1]/1/1");
    cr_expect_str_eq(row_of("cell", "[1][1]").parent, "e1/cols[1]/1/1");
    cr_expect_str_eq(row_of("cols", "[1]").parent, "e1/rows/1/1");
    cr_expect_str_eq(positions_of("e1"), "");
}

BOTH(a_failure_deep_inside_comes_up_as_one_of_each_block)
{
    use_nested();
    fix_plan = "edge[1][0]/1/1=f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.step, "all");
    cr_expect_eq(row_of("cols", "[1]").status, STEP_RUN_FAILED);
    cr_expect_eq(row_of("rows", "").status, STEP_RUN_FAILED);
    cr_expect_str_eq(positions_of("e1"), "");
}

/* ---- Children ----------------------------------------------------------------------- */

/* call -> after; the child: first -> second, leaves the text of the second. */
enum { CALL, CALLED };

static void use_call(void)
{
    use_child((struct kad_step_info[]){{.id = "first", .is_idempotent = true},
                                       {.id = "second", .is_idempotent = true},
                                       {0}});
    use((struct node[]){
        {.id = "call",
         .on_success = CALLED,
         .on_failure = FAIL,
         .about = &call_child,
         .reads = READS_TRIGGER},
        {.id = "called", .on_success = DONE, .on_failure = FAIL, .reads = CALL},
        {0}});
}

BOTH(a_child_is_an_execution_of_its_own)
{
    struct execution_row row;

    use_call();
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix.trace.p, "first/1/1=go second/1/1=first:1.1 "
                                  "called/1/1=second:1.1 ");
    cr_expect_str_eq(fix_rows(), "call/1/1=completed called/1/1=completed");
    cr_expect_str_eq(fix_rows_of("e2"), "first/1/1=completed second/1/1=completed");
    cr_assert_eq(fix.journal->ops->child(fix.journal, &fix.arena, "e1/call/1/1", &row),
                 STORE_OK);
    cr_expect_str_eq(row.parent_id, "e1");
    cr_expect_str_eq(row.trigger_type, "workflow");
    cr_expect_str_eq(row.trigger_data, "{\"text\":\"go\"}");
    cr_expect_eq(row.status, EXECUTION_COMPLETED);
    cr_expect_str_eq(row_of("call", "").outputs, "{\"text\":\"second:1.1\"}");
}

BOTH(a_child_that_fails_fails_the_step_that_called_it)
{
    use_call();
    fix_plan = "second/1/1=f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "child_failed");
    cr_expect_str_eq(fix.result.error.message,
                     "workflow `child`: `second` failed with broken: it is broken");
    cr_expect_eq(fix_status_of("e2"), EXECUTION_FAILED);
    fix_plan = "";
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED, "with a child of its own");
    cr_expect_str_eq(fix_rows_of("e3"), "first/1/1=completed second/1/1=completed");
}

BOTH(a_child_is_paused_and_goes_on_with_who_called_it)
{
    use_call();
    fix_plan = "second/1/1=p";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(fix.result.step, "call");
    cr_expect_eq(fix_status_of("e2"), EXECUTION_PAUSED);
    fix_plan = "";
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows_of("e2"), "first/1/1=completed second/1/1=completed");
    cr_expect_str_eq(fix_history_of("e2"),
                     "execution_started step_started:first step_completed:first "
                     "step_started:second step_interrupted:second execution_paused "
                     "execution_resumed step_completed:second execution_completed");
}

BOTH(a_child_is_cancelled_with_who_called_it)
{
    use_call();
    fix_plan = "second/1/1=c";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_CANCELLED);
    cr_expect_eq(fix_status_of("e2"), EXECUTION_CANCELLED);
    cr_expect_str_eq(fix_rows(), "call/1/1=cancelled");
    cr_expect_str_eq(fix_rows_of("e2"), "first/1/1=completed second/1/1=cancelled");
}

BOTH(a_question_in_a_child_is_answered_through_who_called_it)
{
    use_call();
    block_action.is_idempotent = false;
    child_infos[0].is_idempotent = false;
    fix_plan = "first/1/1=p";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_eq(fix.result.gate_count, 1);
    cr_expect_str_eq(fix.result.gates[0].execution, "e2");
    cr_expect_str_eq(fix.result.gates[0].step, "first");
    fix_plan = "";
    fix_resume_with((struct answer){.kind = ANSWER_RETRY, .execution = "e2"});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows_of("e2"), "first/1/1=failed(interrupted) "
                                        "first/1/2=completed second/1/1=completed");
}

BOTH(the_budget_counts_what_a_child_does)
{
    static struct kad_budget budget;

    use_call();
    budget = (struct kad_budget){.steps = 2, .agent_calls = KAD_NO_LIMIT};
    fix.workflow.budget = &budget;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix_rows_of("e2"),
                     "first/1/1=completed second/1/1=failed(budget_exhausted)");
}

/* ---- People ------------------------------------------------------------------------- */

BOTH(questions_of_several_branches_are_answered_one_by_one)
{
    use_two(KAD_MODE_ALL, 0);
    block_action.is_idempotent = false;
    fix.commits_left = 3; /* both have started */
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_STORE_FAILED);
    fix.commits_left = -1;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_eq(fix.result.gate_count, 2);
    cr_expect_str_eq(fix.result.gates[1].step, "unit");
    cr_expect_str_eq(gates_of("e1"), "lint/1/1:question unit/1/1:question ");
    fix_resume_with((struct answer){.kind = ANSWER_RETRY});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    cr_expect_str_eq(
        fix.result.refusal,
        "several steps are in question: say with --step which: `lint`, `unit`");
    fix_resume_with((struct answer){.kind = ANSWER_RETRY, .step = "report"});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    fix_resume_with((struct answer){.kind = ANSWER_RETRY, .step = "unit"});
    cr_expect_eq(fix.result.end, ENGINE_PAUSED, "lint is still in question");
    cr_expect_eq(fix_status(), EXECUTION_PAUSED);
    cr_expect_str_eq(gates_of("e1"), "lint/1/1:question unit/1/1:retry ");
    fix_resume_with((struct answer){
        .kind = ANSWER_SKIP, .step = "lint", .outputs = "{\"text\":\"said\"}"});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect(was_called("after/1/1=said"));
    cr_expect_str_eq(fix_rows(), "block/1/1=completed lint/1/1=skipped "
                                 "unit/1/1=failed(interrupted) unit/1/2=completed "
                                 "report/1/1=completed after/1/1=completed");
}

BOTH(a_parked_branch_lets_the_others_go_on)
{
    use_two(KAD_MODE_ALL, 0);
    fix_plan = "lint/1/1=k";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(fix.result.gate.kind, "ask");
    cr_expect_str_eq(positions_of("e1"),
                     "block/1/1:lint=open@lint block/1/1:unit=completed ");
    fix_plan = "";
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(gates_of("e1"), "");
}

/* `lint` is an approval. */
static void let_lint_ask(void)
{
    static const struct kad_approval_inputs inputs = {.prompt = "May it?"};

    info_of("lint")->action = &kad_approval_action;
    info_of("lint")->outputs = &decision_type;
    info_of("lint")->choices = decision_choices;
    table.nodes[LINT].inputs = &inputs;
    table.nodes[AFTER].reads = READS_NOTHING;
}

BOTH(an_approval_in_a_branch_waits_while_the_others_go_on)
{
    use_two(KAD_MODE_ALL, 0);
    let_lint_ask();
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_eq(fix_status(), EXECUTION_WAITING);
    cr_expect_str_eq(fix.trace.p, "unit/1/1=- report/1/1=unit:1.1 ");
    cr_expect_str_eq(fix.result.gates[0].step, "lint");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    fix_resume_with(
        (struct answer){.kind = ANSWER_CHOICE, .choice = "go", .by = "ada"});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("lint", "").outcome, "go");
}

/* The next thing that `unit` does is that somebody approves. */
static int approve_meanwhile(struct kad_run *run, void *frame, int position)
{
    if (position == REPORT && !fix.is_nudged) {
        fix.journal->ops->answer(fix.journal, "e1/lint/1/1", "",
                                 "{\"choice\":\"stop\",\"by\":\"ada\"}");
        fix.is_nudged = true;
    }
    return table_advance(run, frame, position);
}

BOTH(an_answer_is_taken_up_while_the_others_run)
{
    use_two(KAD_MODE_ALL, 0);
    let_lint_ask();
    fix.workflow.advance = approve_meanwhile;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("lint", "").outcome, "stop");
}

/* ---- Time --------------------------------------------------------------------------- */

static const struct kad_retry patient = {
    .max_attempts = 3, .initial_ms = HOUR_MS, .factor = 2};

BOTH(an_attempt_in_a_branch_waits_for_its_time)
{
    use_two(KAD_MODE_ALL, 0);
    info_of("unit")->retry = &patient;
    fix_plan = "unit/1/1=f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(fix.now_ms, 1000 + HOUR_MS);
    cr_expect(was_called("report/1/1=unit:1.2"));
}

BOTH(nobody_has_to_stay_with_a_branch_that_waits)
{
    use_two(KAD_MODE_ALL, 0);
    info_of("unit")->retry = &patient;
    fix_plan = "unit/1/1=f";
    fix.engine.leaves_waits = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_str_eq(gates_of("e1"), "unit/1/1:retry ");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    fix.now_ms += HOUR_MS;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

BOTH(the_workflows_time_ends_blocks_too)
{
    use_two(KAD_MODE_ALL, 0);
    fix.workflow.timeout_ms = HOUR_MS / 2;
    fix_plan = "lint/1/1=w unit/1/1=w";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_str_eq(fix.result.error.code, "timed_out");
    cr_expect_eq(row_of("block", "").status, STEP_RUN_TIMED_OUT);
    cr_expect_str_eq(positions_of("e1"), "");
    cr_expect_not(was_called("sorry"));
}

/* ---- Events ------------------------------------------------------------------------- */

static void emit(const char *name, const char *data)
{
    struct event_row event = {.name = name, .data = data, .at_ms = fix.now_ms};

    cr_assert_eq(fix.journal->ops->emit(fix.journal, &event), STORE_OK);
}

static const struct kad_wait_inputs for_paid = {.event = "paid",
                                                .match = {"{\"order\":7}", 11}};

/* wait -> then, which reads nothing. */
static void use_wait(const struct kad_action *action, const void *inputs,
                     const char *const *ways)
{
    use((struct node[]){
        {.id = "wait",
         .on_success = 1,
         .on_failure = FAIL,
         .action = action,
         .inputs = inputs,
         .choices = ways},
        {.id = "done", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {0}});
    info_of("wait")->outputs = &kad_wait_outputs_type;
}

BOTH(an_event_opens_the_wait_that_it_fits)
{
    use_wait(&kad_wait_action, &for_paid, NULL);
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_str_eq(fix.result.gate.event, "paid");
    emit("paid", "{\"order\":8}");
    emit("sent", "{\"order\":7}");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    emit("paid", "{\"order\":7,\"by\":\"ada\"}");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("wait", "").outputs,
                     "{\"data\":{\"order\":7,\"by\":\"ada\"}}");
    cr_expect_str_eq(gates_of("e1"), "");
}

BOTH(an_event_counts_from_the_start_of_the_execution_and_once)
{
    use_wait(&kad_wait_action, &for_paid, NULL);
    emit("paid", "{\"order\":7}");
    fix.now_ms += 1;
    table.nodes[1].on_success = 0;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_WAITING, "it came before");
    emit("paid", "{\"order\":7}");
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_WAITING, "at the next visit");
    cr_expect_str_eq(fix_rows(),
                     "wait/1/1=completed done/1/1=completed wait/2/1=running");
    emit("paid", "{\"order\":7}");
    table.nodes[1].on_success = DONE;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
}

BOTH(an_event_that_does_not_come_in_time_times_out)
{
    use_wait(&kad_wait_action, &for_paid, NULL);
    info_of("wait")->timeout_ms = HOUR_MS;
    fix_run();
    cr_expect_eq(fix.result.gate.due_ms, 1000 + HOUR_MS);
    fix.now_ms += HOUR_MS;
    fix_resume();
    cr_expect_str_eq(fix_rows(), "wait/1/1=timed_out(timed_out)");
}

static const char *const ways[] = {"paid", "late", NULL};
static const struct kad_wait_inputs paid_or_late[] = {{.event = "paid"},
                                                      {.duration = {true, HOUR_MS}}};
static const struct kad_first_inputs first_of_two = {paid_or_late, 2};

BOTH(the_first_way_that_opens_is_the_outcome)
{
    use_wait(&kad_first_action, &first_of_two, ways);
    fix.engine.leaves_waits = true;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_WAITING);
    cr_expect_eq(fix.result.gate_count, 2);
    emit("paid", "{\"n\":1}");
    fix.now_ms += 2 * HOUR_MS;
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("wait", "").outcome, "paid", "it came before the time");
    cr_expect_str_eq(row_of("wait", "").outputs, "{\"data\":{\"n\":1}}");
}

BOTH(a_time_may_be_the_way_that_comes_first)
{
    use_wait(&kad_first_action, &first_of_two, ways);
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("wait", "").outcome, "late");
    cr_expect_str_eq(row_of("wait", "").outputs, "{}");
    cr_expect_eq(fix.now_ms, 1000 + HOUR_MS);
}

/* ---- Stopping ----------------------------------------------------------------------- */

BOTH(a_pause_stops_all_branches_and_they_go_on_where_they_were)
{
    use_two(KAD_MODE_ALL, 0);
    fix_plan = "unit/1/1=p";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_PAUSED);
    cr_expect_str_eq(fix.result.step, "block");
    cr_expect_str_eq(positions_of("e1"),
                     "block/1/1:lint=completed block/1/1:unit=open@unit ");
    fix_plan = "";
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(),
                     "block/1/1=completed lint/1/1=completed unit/1/1=completed "
                     "report/1/1=completed after/1/1=completed");
}

BOTH(a_cancelled_execution_has_nothing_under_way)
{
    use_nested();
    fix_plan = "cell[1][0]/1/1=c";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_CANCELLED);
    cr_expect_null(strstr(fix_rows(), "running"));
    cr_expect_eq(row_of("cell", "[1][0]").status, STEP_RUN_CANCELLED);
    cr_expect_eq(row_of("all", "").status, STEP_RUN_CANCELLED);
    cr_expect_str_eq(positions_of("e1"), "");
}

BOTH(a_start_elsewhere_gives_a_block_up)
{
    use_two(KAD_MODE_ALL, 0);
    fix_plan = "unit/1/1=p";
    fix_run();
    fix_resume_with((struct answer){.kind = ANSWER_FROM, .from = "report"});
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    cr_expect_str_eq(fix.result.refusal,
                     "--from: `report` is inside of `block`: start there");
    fix_resume_with((struct answer){.kind = ANSWER_FROM, .from = "after"});
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(fix_rows(), "block/1/1=cancelled lint/1/1=completed "
                                 "unit/1/1=cancelled after/1/1=completed");
    cr_expect_str_eq(positions_of("e1"), "");
}

BOTH(a_failed_block_runs_again_as_a_whole)
{
    use_two(KAD_MODE_ALL, 0);
    table.nodes[BLOCK].on_failure = FAIL;
    fix_plan = "lint/1/1=f";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    fix_plan = "";
    fix_resume();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect(was_called("lint/2/1=go"));
    cr_expect(was_called("after/1/1=lint:2.1"));
}
