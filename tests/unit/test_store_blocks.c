/* test_store_blocks.c: what both journals promise about branches, gates with several ways,
 * executions that steps have called, and events. */
#include "base/buf.h"
#include "store_fixture.h"

TestSuite(store_blocks, .fini = clean_up);

#define BOTH(sentence) BOTH_IN(store_blocks, sentence)

/* ---- Branches -------------------------------------------------------------------- */

static size_t positions(const char *execution, struct position_row **rows)
{
    size_t count;

    cr_assert_eq(journal->ops->positions(journal, &arena, execution, rows, &count),
                 STORE_OK);
    return count;
}

BOTH(branches_stand_in_the_order_in_which_they_were_opened)
{
    const struct step_row block = start_with_step("e", "checks");
    const struct position_row opened[] = {
        {.block_key = block.key, .branch = "unit", .current_step = "compile"},
        {.block_key = block.key, .branch = "lint", .status = POSITION_SKIPPED},
        {.block_key = block.key, .branch = "[10]", .current_step = "work"},
    };
    const struct position_row moved = {.block_key = block.key,
                                       .branch = "unit",
                                       .current_step = "test",
                                       .error = "{\"code\":\"x\"}"};
    struct position_row *rows;

    cr_assert_eq(commit_of("e", (struct journal_commit){.positions = opened,
                                                        .position_count = 3}),
                 STORE_OK);
    cr_assert_eq(commit_of("e", (struct journal_commit){.positions = &moved,
                                                        .position_count = 1}),
                 STORE_OK);
    reopen();
    cr_assert_eq(positions("e", &rows), 3);
    cr_assert_str_eq(rows[0].branch, "unit");
    cr_assert_str_eq(rows[0].block_key, "e/checks/1/1");
    cr_assert_str_eq(rows[0].current_step, "test");
    cr_assert_str_eq(rows[0].error, "{\"code\":\"x\"}");
    cr_assert_eq(rows[0].status, POSITION_OPEN);
    cr_assert_str_eq(rows[1].branch, "lint");
    cr_assert_eq(rows[1].status, POSITION_SKIPPED);
    cr_assert_null(rows[1].current_step);
    cr_assert_str_eq(rows[2].branch, "[10]");
    cr_assert_eq(positions("other", &rows), 0);
}

BOTH(branches_go_with_their_block)
{
    const struct step_row outer = start_with_step("e", "outer");
    const struct step_row inner = step_of("e", "inner", 1, 1);
    const struct position_row opened[] = {
        {.block_key = outer.key, .branch = "a", .current_step = "inner"},
        {.block_key = inner.key, .branch = "b", .current_step = "x"},
    };
    const struct position_row last = {
        .block_key = inner.key, .branch = "b", .status = POSITION_COMPLETED};
    struct position_row *rows;

    cr_assert_eq(start_step(&inner), STORE_OK);
    cr_assert_eq(commit_of("e", (struct journal_commit){.positions = opened,
                                                        .position_count = 2}),
                 STORE_OK);
    cr_assert_eq(commit_of("e", (struct journal_commit){.positions = &last,
                                                        .position_count = 1,
                                                        .close_block = inner.key}),
                 STORE_OK);
    cr_assert_eq(positions("e", &rows), 1);
    cr_assert_str_eq(rows[0].branch, "a");
    cr_assert_eq(commit_of("e", (struct journal_commit){.sets_execution = true,
                                                        .status = EXECUTION_CANCELLED}),
                 STORE_OK);
    cr_assert_eq(positions("e", &rows), 0);
}

static struct step_row item_step(const char *execution, const char *item,
                                 uint32_t visit)
{
    struct step_row row = step_of(execution, "work", visit, 1);

    row.key = arena_printf(&arena, "%s/work%s/%u/1", execution, item, visit);
    row.item = item;
    row.parent = arena_printf(&arena, "%s/files/1/1", execution);
    return row;
}

BOTH(a_step_has_a_last_row_for_each_item)
{
    const struct step_row rows[] = {item_step("e", "[0]", 1), item_step("e", "[1]", 1),
                                    item_step("e", "[0]", 2),
                                    item_step("e", "[0][1]", 1)};
    struct step_row row;

    start_with_step("e", "files");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_eq(start_step(&rows[i]), STORE_OK);
    reopen();
    cr_assert_eq(journal->ops->last_step(journal, &arena, "e", "work", "[0]", 0, &row),
                 STORE_OK);
    cr_assert_str_eq(row.key, "e/work[0]/2/1");
    cr_assert_str_eq(row.item, "[0]");
    cr_assert_str_eq(row.parent, "e/files/1/1");
    cr_assert_eq(
        journal->ops->last_step(journal, &arena, "e", "work", "[0][1]", 0, &row),
        STORE_OK);
    cr_assert_str_eq(row.key, "e/work[0][1]/1/1");
    cr_assert_eq(journal->ops->last_step(journal, &arena, "e", "work", "", 0, &row),
                 STORE_NOT_FOUND);
    cr_assert_eq(journal->ops->last_step(journal, &arena, "e", "files", NULL, 0, &row),
                 STORE_OK);
    cr_assert_str_eq(row.item, "");
    cr_assert_null(row.parent);
}

static struct buf taken;

static void take_row(void *context, const struct step_row *row)
{
    cr_assert_eq(context, &taken);
    cr_assert_str_eq(row->parent, "e/files/1/1");
    cr_assert_null(row->module);
    buf_printf(&taken, "%s:%s%s ", row->key, step_status_name(row->status),
               row->inputs ? row->inputs : "");
}

static const char *taken_inside(const char *parent, size_t limit)
{
    const struct step_taker taker = {take_row, &taken};

    buf_init(&taken, &arena);
    cr_assert_eq(journal->ops->inside(journal, parent, limit, false, &taker), STORE_OK);
    return taken.p;
}

static void take_outputs(void *context, const struct step_row *row)
{
    cr_assert_eq(context, &taken);
    cr_assert_null(row->key);
    cr_assert_null(row->inputs);
    cr_assert_null(row->error);
    buf_printf(&taken, "%s%s:%s%s ", row->step_id, row->item,
               step_status_name(row->status), row->outputs ? row->outputs : "");
}

BOTH(what_has_run_in_a_block_is_told_from_the_newest_on)
{
    struct step_row rows[] = {item_step("e", "[0]", 1), item_step("e", "[1]", 1),
                              item_step("e", "[0]", 2), item_step("e", "[2]", 1)};
    const struct step_row other = step_of("e", "after", 1, 1);

    rows[1].module = ""; /* a step of kad's own tells its inputs */
    rows[3].parent = NULL;
    start_with_step("e", "files");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_eq(start_step(&rows[i]), STORE_OK);
    cr_assert_eq(start_step(&other), STORE_OK);
    reopen();
    cr_assert_str_eq(taken_inside("e/files/1/1", 9),
                     "e/work[0]/2/1:running e/work[1]/1/1:running{\"n\":1} "
                     "e/work[0]/1/1:running ");
    cr_assert_str_eq(taken_inside("e/files/1/1", 1), "e/work[0]/2/1:running ");
    cr_assert_str_eq(taken_inside("e/files/2/1", 9), "");
}

BOTH(what_has_run_in_a_block_is_told_by_its_outputs_alone)
{
    const struct step_taker taker = {take_outputs, &taken};
    struct step_row rows[] = {item_step("e", "[0]", 1), item_step("e", "[1]", 1)};

    rows[0].module = "";
    rows[0].status = STEP_RUN_COMPLETED;
    rows[0].outputs = "{\"m\":1}";
    start_with_step("e", "files");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_eq(start_step(&rows[i]), STORE_OK);
    reopen();
    buf_init(&taken, &arena);
    cr_assert_eq(journal->ops->inside(journal, "e/files/1/1", 9, true, &taker),
                 STORE_OK);
    cr_assert_str_eq(taken.p, "work[1]:running work[0]:completed{\"m\":1} ");
}

/* ---- Gates ----------------------------------------------------------------------- */

static struct gate_row way_of(const struct step_row *step, const char *way,
                              const char *event)
{
    return (struct gate_row){
        .step_key = step->key,
        .kind = event ? "event" : "timer",
        .prompt = "",
        .opened_ms = now_ms,
        .due_ms = event ? 0 : now_ms + 1000,
        .way = way,
        .event = event,
        .match = event ? "{\"order\":7}" : NULL,
    };
}

static enum store_error open_gates(const char *execution, const struct gate_row *gates,
                                   size_t count)
{
    return commit_of(execution, (struct journal_commit){.open_gates = gates,
                                                        .open_gate_count = count});
}

static size_t gates_of(const char *execution, struct gate_row **rows)
{
    size_t count;

    cr_assert_eq(journal->ops->gates(journal, &arena, execution, rows, &count),
                 STORE_OK);
    return count;
}

BOTH(one_attempt_waits_for_the_first_of_several_ways)
{
    const struct step_row step = start_with_step("e", "pay");
    const struct gate_row ways[] = {way_of(&step, "paid", "order.paid"),
                                    way_of(&step, "late", NULL)};
    struct gate_row *rows;

    cr_assert_eq(open_gates("e", ways, 2), STORE_OK);
    reopen();
    cr_assert_eq(gates_of("e", &rows), 2);
    cr_assert_str_eq(rows[0].way, "late");
    cr_assert_eq(rows[0].due_ms, now_ms + 1000);
    cr_assert_null(rows[0].event);
    cr_assert_str_eq(rows[1].way, "paid");
    cr_assert_str_eq(rows[1].event, "order.paid");
    cr_assert_str_eq(rows[1].match, "{\"order\":7}");
    cr_assert_null(rows[1].answer);
    cr_assert_eq(commit_of("e", (struct journal_commit){.close_gate = step.key}),
                 STORE_OK);
    cr_assert_eq(gates_of("e", &rows), 0, "all ways are closed together");
}

BOTH(an_attempt_is_answered_once)
{
    const struct step_row step = start_with_step("e", "pay");
    const struct gate_row ways[] = {way_of(&step, "paid", "order.paid"),
                                    way_of(&step, "refused", "order.refused")};
    struct gate_row *rows;

    cr_assert_eq(open_gates("e", ways, 2), STORE_OK);
    cr_assert_eq(journal->ops->answer(journal, step.key, "", "{}"), STORE_NOT_FOUND);
    cr_assert_eq(journal->ops->answer(journal, "e/x/1/1", "paid", "{}"),
                 STORE_NOT_FOUND);
    cr_assert_eq(journal->ops->answer(journal, step.key, "paid", "{\"data\":1}"),
                 STORE_OK);
    cr_assert_eq(journal->ops->answer(journal, step.key, "paid", "{}"),
                 STORE_NOT_FOUND);
    cr_assert_eq(journal->ops->answer(journal, step.key, "refused", "{}"),
                 STORE_NOT_FOUND, "the other way is closed to others");
    reopen();
    cr_assert_eq(gates_of("e", &rows), 2);
    cr_assert_str_eq(rows[0].answer, "{\"data\":1}");
    cr_assert_null(rows[1].answer);
}

BOTH(an_answer_stays_when_its_gate_is_opened_again)
{
    const struct step_row step = start_with_step("e", "pay");
    struct gate_row gate = way_of(&step, NULL, "order.paid");
    struct gate_row *rows;

    cr_assert_eq(open_gates("e", &gate, 1), STORE_OK);
    cr_assert_eq(journal->ops->answer(journal, step.key, NULL, "{}"), STORE_OK);
    gate.prompt = "again";
    cr_assert_eq(open_gates("e", &gate, 1), STORE_OK);
    cr_assert_eq(gates_of("e", &rows), 1);
    cr_assert_str_eq(rows[0].prompt, "again");
    cr_assert_str_eq(rows[0].answer, "{}");
}

BOTH(an_event_finds_the_gates_of_all_executions_oldest_first)
{
    const struct step_row first = start_with_step("e1", "pay");
    const struct step_row second = start_with_step("e2", "pay");
    const struct step_row third = start_with_step("e3", "pay");
    struct gate_row gate = way_of(&first, NULL, "order.paid");
    const struct gate_row ways[] = {way_of(&third, "paid", "order.paid"),
                                    way_of(&third, "late", NULL)};
    const char **executions;
    struct gate_row *rows;
    size_t count;

    cr_assert_eq(open_gates("e1", &gate, 1), STORE_OK);
    gate = way_of(&second, NULL, "order.paid");
    gate.opened_ms = now_ms - 1;
    cr_assert_eq(open_gates("e2", &gate, 1), STORE_OK);
    cr_assert_eq(open_gates("e3", ways, 2), STORE_OK);
    cr_assert_eq(journal->ops->gates_for_event(journal, &arena, "order.paid", &rows,
                                               &executions, &count),
                 STORE_OK);
    cr_assert_eq(count, 3);
    cr_assert_str_eq(executions[0], "e2");
    cr_assert_str_eq(rows[0].step_key, second.key);
    cr_assert_str_eq(executions[1], "e1");
    cr_assert_str_eq(executions[2], "e3");
    cr_assert_str_eq(rows[2].way, "paid");
    cr_assert_eq(journal->ops->answer(journal, third.key, "late", "{}"), STORE_OK);
    cr_assert_eq(journal->ops->answer(journal, first.key, NULL, "{}"), STORE_OK);
    cr_assert_eq(journal->ops->gates_for_event(journal, &arena, "order.paid", &rows,
                                               &executions, &count),
                 STORE_OK);
    cr_assert_eq(count, 1, "an attempt with an answer waits no longer");
    cr_assert_str_eq(executions[0], "e2");
}

/* ---- Children -------------------------------------------------------------------- */

static enum store_error call(const char *parent_key, const char *id,
                             struct execution_row *row, bool *existed)
{
    const struct workflow_row definition = {
        .id = "mail", .name = "Mail", .version = "1.0.0", .definition = "{}"};

    *row = (struct execution_row){
        .id = id,
        .workflow_id = "mail",
        .workflow_version = "1.0.0",
        .trigger_type = "workflow",
        .status = EXECUTION_RUNNING,
        .started_ms = now_ms,
        .parent_id = "root",
        .parent_key = parent_key,
    };
    return journal->ops->create(journal, &arena, &definition, row, existed);
}

BOTH(an_attempt_calls_one_execution_however_often_it_asks)
{
    const struct step_row step = start_with_step("root", "notify");
    struct execution_row row;
    bool existed;

    cr_assert_eq(journal->ops->child(journal, &arena, step.key, &row), STORE_NOT_FOUND);
    cr_assert_eq(call(step.key, "c1", &row, &existed), STORE_OK);
    cr_assert_not(existed);
    cr_assert_eq(row.slot, 2);
    reopen();
    cr_assert_eq(call(step.key, "c2", &row, &existed), STORE_OK);
    cr_assert(existed);
    cr_assert_str_eq(row.id, "c1");
    cr_assert_eq(journal->ops->find(journal, &arena, "c2", &row), STORE_NOT_FOUND);
    cr_assert_eq(journal->ops->child(journal, &arena, step.key, &row), STORE_OK);
    cr_assert_str_eq(row.id, "c1");
    cr_assert_str_eq(row.parent_id, "root");
    cr_assert_str_eq(row.parent_key, step.key);
    cr_assert_str_eq(row.trigger_type, "workflow");
    cr_assert_null(found("root").parent_id);
}

BOTH(the_list_has_no_children_but_their_caller_knows_them)
{
    const struct step_row first = start_with_step("root", "notify");
    const struct step_row second = step_of("root", "notify", 2, 1);
    struct execution_row row, *rows;
    size_t count;
    bool existed;

    cr_assert_eq(start_step(&second), STORE_OK);
    cr_assert_eq(call(first.key, "c1", &row, &existed), STORE_OK);
    cr_assert_eq(call(second.key, "c2", &row, &existed), STORE_OK);
    start_execution("later");
    reopen();
    cr_assert_eq(journal->ops->list(journal, &arena, NULL, 2, &rows, &count), STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(rows[0].id, "later");
    cr_assert_str_eq(rows[1].id, "root");
    cr_assert_eq(journal->ops->list(journal, &arena, "mail", 0, &rows, &count),
                 STORE_OK);
    cr_assert_eq(count, 0);
    cr_assert_eq(journal->ops->children(journal, &arena, "root", &rows, &count),
                 STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(rows[0].id, "c1");
    cr_assert_str_eq(rows[1].id, "c2");
    cr_assert_eq(journal->ops->children(journal, &arena, "c1", &rows, &count),
                 STORE_OK);
    cr_assert_eq(count, 0);
}

static const char *starts_since(const char *execution, int64_t seq)
{
    struct start_count *counts;
    struct buf text;
    size_t count;

    buf_init(&text, &arena);
    cr_assert_eq(journal->ops->starts(journal, &arena, execution, seq, &counts, &count),
                 STORE_OK);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s/%s=%d ", counts[i].workflow_id, counts[i].step_id,
                   (int)counts[i].count);
    return text.p;
}

BOTH(starts_are_counted_with_those_of_what_is_called_since_then)
{
    const struct step_row first = start_with_step("root", "notify");
    const struct step_row second = step_of("root", "notify", 2, 1);
    const struct step_row own[] = {step_of("c1", "send", 1, 1),
                                   step_of("c2", "send", 1, 1)};
    const struct history_row retried = {.event_type = "step_retried",
                                        .step_id = "notify"};
    const struct history_row ended = {.event_type = "step_completed",
                                      .step_id = "notify"};
    struct execution_row row;
    bool existed;

    start_with_step("alone", "plan");
    cr_assert_eq(call(first.key, "c1", &row, &existed), STORE_OK);
    cr_assert_eq(start_step(&own[0]), STORE_OK);
    cr_assert_eq(
        commit_of("root", (struct journal_commit){.events = &ended, .event_count = 1}),
        STORE_OK);
    cr_assert_eq(start_step(&second), STORE_OK);
    cr_assert_eq(commit_of("root", (struct journal_commit){.events = &retried,
                                                           .event_count = 1}),
                 STORE_OK);
    cr_assert_eq(call(second.key, "c2", &row, &existed), STORE_OK);
    cr_assert_eq(start_step(&own[1]), STORE_OK);
    reopen();
    cr_assert_str_eq(starts_since("root", 0), "flow/notify=3 mail/send=2 ");
    cr_assert_str_eq(starts_since("root", 3), "flow/notify=2 mail/send=1 ");
    cr_assert_str_eq(starts_since("c1", 0), "mail/send=1 ");
    cr_assert_str_eq(starts_since("c1", 2), "");
}

/* ---- Events ---------------------------------------------------------------------- */

static int64_t emit(const char *name, const char *data, int64_t at_ms)
{
    struct event_row event = {
        .name = name, .data = data, .source = "shop", .at_ms = at_ms};

    cr_assert_eq(journal->ops->emit(journal, &event), STORE_OK);
    return event.id;
}

static size_t events_for(const char *execution, struct event_row **rows)
{
    size_t count;

    cr_assert_eq(
        journal->ops->events(journal, &arena, execution, "paid", now_ms, rows, &count),
        STORE_OK);
    return count;
}

BOTH(events_of_a_name_come_back_oldest_first_since_a_moment)
{
    struct event_row *rows;
    int64_t first, second;

    start_execution("e");
    emit("paid", "0", now_ms - 1);
    first = emit("paid", "{\"order\":1}", now_ms);
    emit("refused", "{}", now_ms);
    second = emit("paid", "{\"order\":2}", now_ms + 5);
    cr_assert_lt(first, second);
    reopen();
    cr_assert_eq(events_for("e", &rows), 2);
    cr_assert_eq(rows[0].id, first);
    cr_assert_str_eq(rows[0].name, "paid");
    cr_assert_str_eq(rows[0].data, "{\"order\":1}");
    cr_assert_str_eq(rows[0].source, "shop");
    cr_assert_eq(rows[0].at_ms, now_ms);
    cr_assert_eq(rows[1].id, second);
}

BOTH(an_execution_uses_an_event_once_and_others_may_still)
{
    struct event_row *rows;
    int64_t event;

    start_execution("e");
    start_execution("f");
    event = emit("paid", "{}", now_ms);
    cr_assert_eq(commit_of("e", (struct journal_commit){.taken_event = event}),
                 STORE_OK);
    cr_assert_eq(events_for("e", &rows), 0);
    cr_assert_eq(events_for("f", &rows), 1);
    cr_assert_eq(commit_of("e", (struct journal_commit){.taken_event = event,
                                                        .sets_execution = true,
                                                        .status = EXECUTION_FAILED}),
                 STORE_FAILED);
    cr_assert_eq(found("e").status, EXECUTION_RUNNING, "nothing of it was written");
    cr_assert_eq(commit_of("f", (struct journal_commit){.taken_event = event + 1}),
                 STORE_FAILED, "it has never happened");
}

Test(store_blocks, statuses_of_branches_have_names)
{
    enum position_status status;

    for (int i = POSITION_OPEN; i <= POSITION_SKIPPED; i++) {
        const char *name = position_status_name((enum position_status)i);

        cr_assert(position_status_find(name, &status), "%s", name);
        cr_assert_eq((int)status, i);
    }
    cr_assert_not(position_status_find("asleep", &status));
}
