/* test_store_group.c: what is written in a group of a journal is stored together. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "store/sqlite.h"
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

/* ---- The queue of writers ------------------------------------------------------------ */

/* See sqlite_queue.c. */
enum { FIRST_IN_LINE = 1, BESIDE_THE_LINE, DOOR = 4 };

/* Another process, as far as the queue goes. */
static struct journal *open_other(void)
{
    struct journal *other;

    cr_assert_eq(store_open(file, false, false, &other), STORE_OK);
    return other;
}

static void *start_step_of_a(void *context)
{
    struct journal *other = open_other();
    const struct step_row step = step_of("a", "plan", 1, 1);
    const struct journal_commit commit = {
        .execution_id = "a", .now_ms = now_ms, .started = &step};

    (void)context;
    cr_assert_eq(other->ops->commit(other, &commit), STORE_OK);
    journal_close(other);
    return NULL;
}

static void *pause_a(void *context)
{
    struct journal *other = open_other();

    (void)context;
    cr_assert_eq(other->ops->request(other, "a", "pause"), STORE_OK);
    journal_close(other);
    return NULL;
}

static int open_queue(void)
{
    const int fd = open(arena_printf(&arena, "%s-queue", file), O_RDWR);

    cr_assert_geq(fd, 0);
    return fd;
}

static short lock_place(int fd, int command, int place)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = place, .l_len = 1};

    cr_assert_eq(fcntl(fd, command, &lock), 0);
    return lock.l_type;
}

static void wait_until_taken(int fd, int place)
{
    while (lock_place(fd, F_OFD_GETLK, place) == F_UNLCK)
        sched_yield();
}

Test(store_group, who_waits_comes_before_the_next_group)
{
    pthread_t thread;
    int fd;

    use_folder();
    open_file();
    start_execution("a");
    begin();
    cr_assert_eq(pthread_create(&thread, NULL, start_step_of_a, NULL), 0);
    fd = open_queue();
    wait_until_taken(fd, FIRST_IN_LINE);
    cr_assert_eq(end(), STORE_OK);
    begin();
    cr_expect_str_eq(last_step("a", "plan").key, "a/plan/1/1");
    cr_assert_eq(end(), STORE_OK);
    pthread_join(thread, NULL);
    close(fd);
}

Test(store_group, what_a_person_asks_does_not_stand_in_line)
{
    const char *request = NULL;
    pthread_t thread;
    int fd;

    use_folder();
    open_file();
    start_execution("a");
    begin();
    fd = open_queue();
    lock_place(fd, F_OFD_SETLK, FIRST_IN_LINE); /* somebody who never gets his turn */
    cr_assert_eq(pthread_create(&thread, NULL, pause_a, NULL), 0);
    wait_until_taken(fd, BESIDE_THE_LINE);
    cr_assert_eq(end(), STORE_OK);
    pthread_join(thread, NULL);
    close(fd);
    cr_expect_eq(journal->ops->requested(journal, &arena, "a", &request), STORE_OK);
    cr_expect_str_eq(request, "pause");
}

static atomic_bool is_stored;

static void *store_group(void *context)
{
    struct journal *other = open_other();

    (void)context;
    cr_assert_eq(other->ops->group_begin(other), STORE_OK);
    cr_assert_eq(other->ops->group_end(other), STORE_OK);
    atomic_store(&is_stored, true);
    journal_close(other);
    return NULL;
}

Test(store_group, a_group_lets_a_person_go_first_who_is_not_awake_yet)
{
    pthread_t thread;
    int fd;

    use_folder();
    open_file();
    start_execution("a");
    fd = open_queue();
    lock_place(fd, F_OFD_SETLK, BESIDE_THE_LINE);
    cr_assert_eq(pthread_create(&thread, NULL, store_group, NULL), 0);
    while (lock_place(fd, F_OFD_GETLK, DOOR) == F_UNLCK && !atomic_load(&is_stored))
        sched_yield();
    cr_expect_not(atomic_load(&is_stored));
    close(fd);
    pthread_join(thread, NULL);
    cr_expect(atomic_load(&is_stored));
}

static int log_pages(void)
{
    return ((const struct sqlite_journal *)journal)->wal_pages;
}

/* Until the log has so many pages, or has been begun anew. */
static void fill_log(int pages)
{
    static int count;
    int before = 0;

    while (log_pages() < pages && log_pages() >= before) {
        before = log_pages();
        start_execution(arena_printf(&arena, "e%d", count++));
    }
}

Test(store_group, an_early_checkpoint_is_put_off_where_somebody_waits)
{
    int fd;

    use_folder();
    open_file();
    start_execution("a");
    fd = open_queue();
    lock_place(fd, F_OFD_SETLK, FIRST_IN_LINE);
    fill_log(2 * WAL_PAGES_AT_START);
    cr_expect_geq(log_pages(), 2 * WAL_PAGES_AT_START);
    close(fd);
    fill_log(4 * WAL_PAGES_AT_START);
    cr_expect_lt(log_pages(), 2 * WAL_PAGES_AT_START);
}

Test(store_group, a_full_log_is_put_into_the_file_though_somebody_waits)
{
    int fd;

    use_folder();
    open_file();
    start_execution("a");
    fd = open_queue();
    lock_place(fd, F_OFD_SETLK, FIRST_IN_LINE);
    fill_log(WAL_PAGES_MAX + WAL_PAGES_AT_START);
    cr_expect_lt(log_pages(), WAL_PAGES_IN_RUN);
    close(fd);
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
