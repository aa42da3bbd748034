/* test_store_group.c: what is written in a group of a journal is stored together. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

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

/* Another process, as far as the queue goes: it pauses `a`. */
static void *request_pause(void *context)
{
    struct journal *other;

    (void)context;
    cr_assert_eq(store_open(file, false, false, &other), STORE_OK);
    cr_assert_eq(other->ops->request(other, "a", "pause"), STORE_OK);
    journal_close(other);
    return NULL;
}

/* Until somebody waits for the writer who holds the queue. */
static void wait_for_line(void)
{
    const char *path = arena_printf(&arena, "%s-queue", file);
    const int fd = open(path, O_RDWR);
    struct flock first;

    cr_assert_geq(fd, 0);
    do {
        sched_yield();
        first = (struct flock){
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 1};
        cr_assert_eq(fcntl(fd, F_OFD_GETLK, &first), 0);
    } while (first.l_type == F_UNLCK);
    close(fd);
}

Test(store_group, who_waits_comes_before_the_next_group)
{
    pthread_t thread;
    const char *request = NULL;

    use_folder();
    open_file();
    start_execution("a");
    begin();
    cr_assert_eq(pthread_create(&thread, NULL, request_pause, NULL), 0);
    wait_for_line();
    cr_assert_eq(end(), STORE_OK);
    begin();
    cr_expect_eq(journal->ops->requested(journal, &arena, "a", &request), STORE_OK);
    cr_expect_str_eq(request, "pause");
    cr_assert_eq(end(), STORE_OK);
    pthread_join(thread, NULL);
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
