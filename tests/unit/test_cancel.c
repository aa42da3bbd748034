/* test_cancel.c: what is given up from outside of a run is given up as a whole: whoever does
 * it dies between any two of its writes to the store, and all of it is stored, or nothing. */
#include <sys/wait.h>

#include "child_fixture.h"
#include "engine/cancel.h"

TestSuite(cancel, .init = use_file, .fini = clean_up, .timeout = 120);

enum { WRITES_MAX = 32 };

/* ---- An execution that has been left ------------------------------------------------ */

static struct kad_block all_of = {.kind = KAD_PARALLEL};

/* The called one waits for a person. */
static void leave_call(void)
{
    use_child((struct kad_step_info[]){{.id = "inner"}, {0}});
    use((struct node[]){
        {.id = "call",
         .on_success = 1,
         .on_failure = FAIL,
         .about = &call_child,
         .reads = READS_TRIGGER},
        {.id = "then", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {0}});
    fix_plan = "inner/1/1=k";
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_PAUSED);
    fix_plan = "";
}

/* Beside it, so does a step that may not simply run again. */
static void use_both(void)
{
    use_child((struct kad_step_info[]){{.id = "inner"}, {0}});
    use((struct node[]){
        {.id = "block",
         .on_success = 3,
         .on_failure = FAIL,
         .about = &all_of,
         .names = {"a", "b"},
         .counts = {1, 1}},
        {.id = "once", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {.id = "call",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &call_child,
         .reads = READS_TRIGGER},
        {.id = "then", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {0}});
    block_action.is_idempotent = false;
}

static void leave_both(void)
{
    use_both();
    fix_plan = "once/1/1=k inner/1/1=k";
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_PAUSED);
    fix_plan = "";
}

/* ---- A process that dies ------------------------------------------------------------ */

/* The file, for this process. */
static void open_again(void)
{
    struct journal *journal;
    char file[96];

    snprintf(file, sizeof(file), "%s/kad.db", folder);
    cr_assert_eq(store_open(file, false, true, &journal), STORE_OK);
    journal->ops = &fix.ops;
    fix.journal = fix.engine.journal = journal;
}

static int writes_left;

static enum store_error commit_and_die(struct journal *journal,
                                       const struct journal_commit *commit)
{
    const enum store_error error = fix.commit(journal, commit);

    if (--writes_left == 0)
        _exit(9);
    return error;
}

/* false: it was done before that. */
static bool dies_after(int writes, void (*act)(void))
{
    int status = 0;
    pid_t process;

    journal_close(fix.journal);
    process = fork();
    cr_assert_geq(process, 0);
    if (process == 0) {
        writes_left = writes;
        fix.ops.commit = commit_and_die;
        open_again();
        act();
        _exit(0);
    }
    cr_assert_eq(waitpid(process, &status, 0), process);
    open_again();
    return WIFEXITED(status) && WEXITSTATUS(status) == 9;
}

/* ---- What is stored ----------------------------------------------------------------- */

static const char *all_rows(void)
{
    return arena_printf(&fix.arena, "%s: %s | %s %s\n%s: %s | %s %s",
                        execution_status_name(fix_status_of("e1")), fix_rows_of("e1"),
                        positions_of("e1"), gates_of("e1"),
                        execution_status_name(fix_status_of("e2")), fix_rows_of("e2"),
                        positions_of("e2"), gates_of("e2"));
}

static void cancel_e1(void)
{
    struct execution_row row;

    cr_assert_eq(fix.journal->ops->find(fix.journal, &fix.arena, "e1", &row), STORE_OK);
    cr_assert_eq(cancel_idle(fix.journal, &fix.arena, &row, fix.now_ms), STORE_OK);
}

static void start_at_then(void)
{
    fix_resume_with((struct answer){.kind = ANSWER_FROM, .from = "then"});
}

/* Whatever it has come to, the last of `ends`, or what there was before. */
static void expect_all_or_nothing(void (*leave)(void), void (*act)(void),
                                  const char *moved)
{
    bool has_died = true;
    int writes = 1;

    for (; has_died && writes < WRITES_MAX; writes++) {
        const char *before, *after;

        clean_up();
        use_file();
        leave();
        before = all_rows();
        has_died = dies_after(writes, act);
        after = all_rows();
        cr_expect(!strcmp(before, after) || strstr(after, moved),
                  "after %d writes it is\n%s\nand was\n%s", writes, after, before);
    }
    cr_expect(!has_died && writes > 2, "it has written %d times", writes);
}

/* ---- Tests -------------------------------------------------------------------------- */

Test(cancel, all_that_is_under_way_is_over)
{
    leave_both();
    cancel_e1();
    cr_expect_str_eq(all_rows(),
                     "cancelled: block/1/1=cancelled once/1/1=cancelled "
                     "call/1/1=cancelled |  \ncancelled: inner/1/1=cancelled |  ");
}

Test(cancel, who_dies_while_he_cancels_has_cancelled_all_or_nothing)
{
    expect_all_or_nothing(leave_both, cancel_e1,
                          "cancelled: block/1/1=cancelled once/1/1=cancelled "
                          "call/1/1=cancelled |  \ncancelled: inner/1/1=cancelled |  ");
}

Test(cancel, what_a_killed_one_has_left_goes_on_as_if_he_had_not_come)
{
    for (int writes = 1; writes <= 5; writes++) {
        clean_up();
        use_file();
        leave_both();
        cr_assert(dies_after(writes, cancel_e1));
        fix_resume();
        cr_expect_eq(fix.result.end, ENGINE_COMPLETED, "after %d writes", writes);
        cr_expect_null(strstr(table.keys.p, "/2/1;"), "it has run twice: %s",
                       table.keys.p);
    }
}

Test(cancel, a_start_that_is_refused_gives_nothing_up)
{
    static const char *const needs[] = {"block", NULL};
    const char *before;

    use_both();
    table.nodes[3].on_success = 0;
    fix_plan = "once/2/1=k";
    fix_run();
    cr_assert_eq(fix.result.end, ENGINE_PAUSED);
    info_of("then")->needs = needs;
    before = all_rows();
    start_at_then();
    cr_expect_eq(fix.result.end, ENGINE_REFUSED);
    cr_expect_str_eq(all_rows(), before);
}

Test(cancel, who_dies_while_he_starts_elsewhere_has_given_up_all_or_nothing)
{
    expect_all_or_nothing(leave_call, start_at_then, "call/1/1=cancelled then/1/1=");
    expect_all_or_nothing(leave_both, start_at_then, "call/1/1=cancelled then/1/1=");
}
