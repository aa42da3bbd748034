/* test_store_group.c: what is written in a group of a journal is stored together. */
#include "store_fixture.h"

TestSuite(store_group, .fini = clean_up);

#define BOTH(sentence) BOTH_IN(store_group, sentence)

static void begin(void)
{
    cr_assert_eq(journal->ops->group_begin(journal), STORE_OK);
}

static enum store_error end(void)
{
    return journal->ops->group_end(journal);
}

static enum store_error look_for(const char *id)
{
    struct execution_row row;

    return journal->ops->find(journal, &arena, id, &row);
}

static void start_in(const char *execution)
{
    const struct step_row step = step_of(execution, "plan", 1, 1);

    cr_assert_eq(start_step(&step), STORE_OK);
}

BOTH(a_group_is_stored_at_its_end)
{
    begin();
    start_execution("a");
    start_in("a");
    start_execution("b");
    start_in("b");
    cr_assert_eq(end(), STORE_OK);
    reopen();
    cr_assert_eq(look_for("a"), STORE_OK);
    cr_assert_eq(look_for("b"), STORE_OK);
}

BOTH(who_writes_in_a_group_sees_it)
{
    begin();
    start_execution("a");
    cr_assert_eq(look_for("a"), STORE_OK);
    cr_assert_eq(end(), STORE_OK);
}

BOTH(after_a_group_commits_are_alone_again)
{
    begin();
    start_execution("a");
    cr_assert_eq(end(), STORE_OK);
    start_in("a");
    start_execution("b");
    reopen();
    cr_assert_eq(look_for("b"), STORE_OK);
}

BOTH(an_empty_group_is_no_failure)
{
    begin();
    cr_assert_eq(end(), STORE_OK);
    start_execution("a");
}

Test(store_group, nobody_else_sees_a_part_of_it)
{
    struct journal *own;

    use_folder();
    open_file();
    begin();
    start_execution("a");
    own = journal;
    open_file();
    cr_expect_eq(look_for("a"), STORE_NOT_FOUND);
    journal_close(journal);
    journal = own;
    cr_assert_eq(end(), STORE_OK);
}

Test(store_group, a_part_that_fails_takes_all_of_it_back)
{
    struct execution_row row;
    bool existed;

    use_folder();
    open_file();
    start_execution("before");
    begin();
    start_execution("a");
    cr_expect_eq(create("flow", "before", NULL, &row, &existed), STORE_FAILED);
    cr_expect_eq(create("flow", "b", NULL, &row, &existed), STORE_FAILED,
                 "what follows is refused");
    cr_expect_eq(end(), STORE_FAILED);
    cr_expect_eq(look_for("a"), STORE_NOT_FOUND);
    start_execution("later");
    reopen();
    cr_expect_eq(look_for("a"), STORE_NOT_FOUND);
    cr_expect_eq(look_for("later"), STORE_OK);
}
