/* test_batch.c: many executions side by side, over both journals. */
#include "engine_fixture.h"

enum { EXECUTIONS_MAX = 8 };

static struct {
    size_t left, under_way, most, ended, completed;
    size_t groups, commits_in_group, commits_in_this_group, most_in_group;
    bool has_group, was_called_too_early;
    struct kad_journal_ops ops; /* below those that count */
} seen;

TestSuite(batch, .fini = clean_up);

#define BOTH(sentence) BOTH_IN(batch, sentence)

/* ---- What is seen -------------------------------------------------------------------- */

static enum store_error count_begin(struct journal *journal)
{
    seen.groups++;
    seen.commits_in_this_group = 0;
    seen.has_group = true;
    return seen.ops.group_begin(journal);
}

static enum store_error count_end(struct journal *journal)
{
    seen.has_group = false;
    return seen.ops.group_end(journal);
}

static enum store_error count_commit(struct journal *journal,
                                     const struct journal_commit *commit)
{
    seen.commits_in_group += seen.has_group;
    seen.commits_in_this_group += seen.has_group;
    if (seen.commits_in_this_group > seen.most_in_group)
        seen.most_in_group = seen.commits_in_this_group;
    return seen.ops.commit(journal, commit);
}

static enum kad_outcome act(struct kad_step *step, const void *in, void *out)
{
    seen.was_called_too_early |= seen.has_group;
    return fix_act(step, in, out);
}

/* All that have been started are over. */
static struct job *also(struct host *host)
{
    return fix.jobs ? fix_next(host, 0) : NULL;
}

/* None is over before something is to be stored. */
static struct job *also_in_group(struct host *host)
{
    return seen.has_group ? also(host) : NULL;
}

static void look_on(void)
{
    seen.ops = fix.ops;
    fix.ops.group_begin = count_begin;
    fix.ops.group_end = count_end;
    fix.ops.commit = count_commit;
    fix.action.call = act;
    fix.action.is_idempotent = true;
}

/* ---- A batch ------------------------------------------------------------------------- */

static const struct execution_row *next(void *context, struct arena *arena)
{
    struct execution_row *row = arena_new(arena, struct execution_row);
    bool existed;

    (void)context;
    if (!seen.left || fix.commits_left == 0 || fix.stop_count)
        return NULL;
    seen.left--;
    cr_assert_eq(engine_create(&fix.engine, arena, "{\"text\":\"go\"}", NULL, NULL, row,
                               &existed),
                 STORE_OK);
    seen.under_way++;
    seen.most = seen.under_way > seen.most ? seen.under_way : seen.most;
    return row;
}

static void ended(void *context, const struct execution_row *row,
                  const struct engine_result *result)
{
    (void)context;
    cr_expect_str_eq(result->execution, row->id);
    seen.under_way--;
    seen.ended++;
    seen.completed += result->end == ENGINE_COMPLETED;
    fix.result.end = result->end;
}

static void run_batch(size_t count, size_t concurrency)
{
    const struct engine_batch batch = {
        .concurrency = concurrency, .next = next, .ended = ended};

    look_on();
    seen.left = count;
    engine_batch(&fix.engine, &batch);
}

static enum execution_status status_of(size_t number)
{
    struct execution_row row;

    cr_assert_eq(fix.ops.find(fix.journal, &fix.arena,
                              arena_printf(&fix.arena, "e%zu", number), &row),
                 STORE_OK);
    return row.status;
}

/* ---- Side by side -------------------------------------------------------------------- */

BOTH(all_of_them_come_to_their_end)
{
    run_batch(5, 2);
    cr_expect_eq(seen.completed, 5);
    cr_expect_eq(seen.most, 2);
    for (size_t i = 1; i <= 5; i++)
        cr_expect_eq(status_of(i), EXECUTION_COMPLETED);
}

BOTH(one_after_the_other_is_possible)
{
    run_batch(3, 1);
    cr_expect_eq(seen.completed, 3);
    cr_expect_eq(seen.most, 1);
    cr_expect_eq(seen.groups, 0, "what is alone shares nothing");
}

BOTH(what_is_ready_at_once_is_stored_at_once)
{
    fix.runs_early = true;
    fix.host.also = also;
    run_batch(EXECUTIONS_MAX, EXECUTIONS_MAX);
    cr_expect_eq(seen.completed, EXECUTIONS_MAX);
    cr_expect_eq(seen.commits_in_group, 3 * EXECUTIONS_MAX, "two starts, and the end");
    cr_expect_leq(seen.groups, 4, "one more that finds nothing to begin");
}

BOTH(what_is_over_before_the_group_is_stored_shares_it)
{
    fix.runs_early = true;
    fix.host.also = also_in_group;
    run_batch(EXECUTIONS_MAX, EXECUTIONS_MAX);
    cr_expect_eq(seen.completed, EXECUTIONS_MAX);
    cr_expect_eq(seen.most_in_group, EXECUTIONS_MAX);
    cr_expect_leq(seen.groups, 4, "one more that finds nothing to begin");
    cr_expect_not(seen.was_called_too_early);
}

BOTH(a_group_is_over_before_others_have_to_wait_long)
{
    enum { MANY = 250, PARTS_MAX = 100 };

    fix.runs_early = true;
    fix.host.also = also;
    run_batch(MANY, MANY);
    cr_expect_eq(seen.completed, MANY);
    cr_expect_eq(seen.commits_in_group, 3 * MANY);
    cr_expect_eq(seen.most_in_group, PARTS_MAX);
    cr_expect_not(seen.was_called_too_early);
}

BOTH(an_action_is_called_after_its_start_is_stored)
{
    run_batch(4, 4);
    cr_expect_eq(seen.completed, 4);
    cr_expect_not(seen.was_called_too_early);
}

BOTH(a_failure_is_that_of_one)
{
    fix.scripts[WORK].outcomes = "sf";
    run_batch(3, 3);
    cr_expect_eq(seen.ended, 3);
    cr_expect_eq(seen.completed, 2);
    cr_expect_eq(status_of(2), EXECUTION_FAILED);
}

BOTH(a_wish_to_stop_pauses_all_and_begins_no_more)
{
    fix.scripts[WORK].outcomes = "p";
    run_batch(5, 2);
    cr_expect_eq(seen.ended, 2);
    cr_expect_eq(status_of(1), EXECUTION_PAUSED);
    cr_expect_eq(status_of(2), EXECUTION_PAUSED);
}

/* ---- Crashes ------------------------------------------------------------------------- */

static void resume(size_t number)
{
    struct execution_row row;

    cr_assert_eq(fix.ops.find(fix.journal, &fix.arena,
                              arena_printf(&fix.arena, "e%zu", number), &row),
                 STORE_OK);
    fix.jobs = NULL;
    engine_resume(&fix.engine, &fix.arena, &row, &(struct answer){.kind = ANSWER_NONE},
                  &fix.result);
}

BOTH(after_a_crash_each_is_resumed_by_itself)
{
    const size_t commits = 9; /* three of each: two starts, and the end */

    look_on();
    for (size_t kept = 0; kept < commits; kept++) {
        const size_t before = fix.ids;

        fix.commits_left = (int)kept;
        seen.left = 3;
        engine_batch(&fix.engine, &(struct engine_batch){
                                      .concurrency = 3, .next = next, .ended = ended});
        fix.commits_left = -1;
        for (size_t i = before + 1; i <= fix.ids; i++) {
            if (status_of(i) != EXECUTION_COMPLETED)
                resume(i);
            cr_expect_eq(status_of(i), EXECUTION_COMPLETED, "after %zu commits", kept);
        }
    }
}
