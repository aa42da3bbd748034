/* test_store_admit.c: what both journals promise about how many executions are under way. */
#include "store_fixture.h"

TestSuite(store_admit, .fini = clean_up);

#define BOTH(sentence) BOTH_IN(store_admit, sentence)

static const struct workflow_row flow = {
    .id = "flow", .name = "Name", .version = "1.0.0", .definition = "{}"};

/* A new execution; where it is refused, its slot is 0. */
static struct execution_row create_with(const char *id, const char *key, bool refuses)
{
    struct admission admission = {.limit = 2, .refuses = refuses};
    struct execution_row row = {
        .id = id,
        .workflow_id = "flow",
        .workflow_version = "1.0.0",
        .trigger_type = "cli",
        .status = EXECUTION_RUNNING,
        .current_step = "x",
        .started_ms = now_ms,
        .concurrency_key = key,
        .admission = &admission,
    };
    bool existed;

    cr_assert_eq(journal->ops->create(journal, &arena, &flow, &row, &existed),
                 STORE_OK);
    cr_assert(!existed);
    cr_assert_eq(admission.is_full, row.status == EXECUTION_QUEUED);
    return row;
}

static void end(const char *id)
{
    cr_assert_eq(commit_of(id, (struct journal_commit){.sets_execution = true,
                                                       .status = EXECUTION_FAILED}),
                 STORE_OK);
}

static enum store_error admit(const char *id)
{
    return journal->ops->admit(journal, id, 2, now_ms + 1000);
}

BOTH(what_finds_no_room_is_queued)
{
    cr_assert_eq(create_with("a", "k", false).status, EXECUTION_RUNNING);
    cr_assert_eq(create_with("b", "k", false).status, EXECUTION_RUNNING);
    cr_assert_eq(create_with("c", "k", false).status, EXECUTION_QUEUED);
    cr_assert_eq(create_with("d", "other", false).status, EXECUTION_RUNNING);
    reopen();
    cr_assert_eq(found("c").status, EXECUTION_QUEUED);
    cr_assert_str_eq(found("c").concurrency_key, "k");
}

BOTH(queued_ones_come_before_a_new_one)
{
    create_with("a", "k", false);
    create_with("b", "k", false);
    create_with("c", "k", false);
    end("a");
    cr_assert_eq(create_with("d", "k", false).status, EXECUTION_QUEUED);
}

BOTH(what_is_refused_is_not_stored)
{
    struct execution_row row;

    create_with("a", "k", true);
    create_with("b", "k", true);
    cr_assert_eq(create_with("c", "k", true).slot, 0);
    cr_assert_eq(journal->ops->find(journal, &arena, "c", &row), STORE_NOT_FOUND);
    end("a");
    cr_assert_eq(create_with("d", "k", true).status, EXECUTION_RUNNING);
}

BOTH(a_queued_one_starts_when_there_is_room_and_only_once)
{
    struct history_row *events;
    size_t count;

    create_with("a", "k", false);
    create_with("b", "k", false);
    create_with("c", "k", false);
    cr_assert_eq(admit("c"), STORE_NOT_FOUND);
    end("b");
    cr_assert_eq(admit("c"), STORE_OK);
    cr_assert_eq(admit("c"), STORE_NOT_FOUND);
    reopen();
    cr_assert_eq(found("c").status, EXECUTION_RUNNING);
    cr_assert_eq(found("c").started_ms, now_ms + 1000);
    cr_assert_eq(journal->ops->history(journal, &arena, "c", 0, &events, &count),
                 STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(events[0].event_type, "execution_queued");
    cr_assert_str_eq(events[1].event_type, "execution_started");
    cr_assert_eq(events[1].seq, 2);
}

BOTH(those_under_way_are_listed_oldest_first)
{
    struct execution_row *rows;
    size_t count;

    create_with("a", "k", false);
    create_with("b", "k", false);
    create_with("c", "k", false);
    create_with("d", "other", false);
    end("a");
    reopen();
    cr_assert_eq(journal->ops->under_way(journal, &arena, "flow", "k", &rows, &count),
                 STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(rows[0].id, "b");
    cr_assert_str_eq(rows[1].id, "c");
}

BOTH(the_next_event_comes_after_those_of_the_queue)
{
    struct history_row *events;
    size_t count;
    const struct history_row more = {.event_type = "step_started", .at_ms = now_ms};

    create_with("a", "k", false);
    create_with("b", "k", false);
    create_with("c", "k", false);
    end("a");
    cr_assert_eq(admit("c"), STORE_OK);
    cr_assert_eq(
        commit_of("c", (struct journal_commit){.events = &more, .event_count = 1}),
        STORE_OK);
    cr_assert_eq(journal->ops->history(journal, &arena, "c", 0, &events, &count),
                 STORE_OK);
    cr_assert_eq(events[2].seq, 3);
}
