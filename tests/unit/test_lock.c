/* test_lock.c: one owner for each slot; the kernel frees what the dead held. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/lock.h"
#include "skip.h"

static char folder[64];
static struct lock_file locks;

static void open_locks(void)
{
    snprintf(folder, sizeof(folder), P_tmpdir "/kad-lock-XXXXXX");
    cr_assert(mkdtemp(folder));
    cr_assert(lock_file_open(&locks, folder));
}

static void clean_up(void)
{
    char path[80];

    lock_file_close(&locks);
    snprintf(path, sizeof(path), "%s/locks", folder);
    unlink(path);
    rmdir(folder);
}

TestSuite(lock, .init = open_locks, .fini = clean_up, .timeout = 60);

/* A process that holds `slot` until it is killed; returns when it has it. */
static pid_t start_owner(int64_t slot)
{
    int ready[2];
    char byte;
    pid_t pid;

    cr_assert_eq(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        struct lock_file own;
        pid_t owner;

        if (!lock_file_open(&own, folder) || !lock_take(&own, slot, &owner) ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void kill_owner(pid_t pid)
{
    int status;

    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
}

Test(lock, a_free_slot_has_no_owner_and_can_be_taken)
{
    pid_t owner;

    cr_assert_eq(lock_owner(&locks, 1), 0);
    cr_assert(lock_take(&locks, 1, &owner));
}

Test(lock, the_second_process_learns_who_owns_the_slot)
{
    pid_t pid = start_owner(7);
    pid_t owner;

    cr_assert_not(lock_take(&locks, 7, &owner));
    cr_assert_eq(owner, pid);
    cr_assert_eq(lock_owner(&locks, 7), pid);
    cr_assert(lock_take(&locks, 8, &owner), "the next slot is free");
    kill_owner(pid);
}

/* What is seen of slot 7 from a container: a PID namespace in which its owner has no number.
 * -1: none may be made here. */
static int seen_from_elsewhere(void)
{
    int status = 0;
    const pid_t outer = fork();

    if (outer == 0) {
        pid_t inner, owner = 0;

        if (unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0)
            _exit(77);
        inner = fork();
        if (inner == 0)
            _exit((lock_owner(&locks, 7) == LOCK_OWNER_ELSEWHERE ? 1 : 0) +
                  (!lock_take(&locks, 7, &owner) && owner == LOCK_OWNER_ELSEWHERE ? 2
                                                                                  : 0));
        waitpid(inner, &status, 0);
        _exit(WEXITSTATUS(status));
    }
    waitpid(outer, &status, 0);
    return WEXITSTATUS(status) == 77 ? -1 : WEXITSTATUS(status);
}

Test(lock, an_owner_in_another_container_is_one)
{
    const pid_t pid = start_owner(7);
    const int seen = seen_from_elsewhere();

    kill_owner(pid);
    if (seen < 0)
        SKIP_TEST("no PID namespace can be made here");
    cr_expect_eq(seen, 3);
}

Test(lock, who_is_not_known_is_not_told)
{
    struct arena arena = {0};

    cr_expect(lock_tell(getpid(), 0));
    cr_expect_not(lock_tell(LOCK_OWNER_ELSEWHERE, SIGKILL));
    cr_expect_not(lock_tell(0, SIGKILL));
    cr_expect_str_eq(lock_owner_text(&arena, 12), "process 12");
    cr_expect_str_eq(lock_owner_text(&arena, LOCK_OWNER_ELSEWHERE),
                     "a process of another container or host");
    arena_release(&arena);
}

Test(lock, the_slot_of_a_killed_owner_is_free)
{
    pid_t owner, pid = start_owner(7);

    kill_owner(pid);
    cr_assert_eq(lock_owner(&locks, 7), 0);
    cr_assert(lock_take(&locks, 7, &owner));
}

Test(lock, a_child_does_not_inherit_a_lock)
{
    pid_t owner, pid;
    int status;

    cr_assert(lock_take(&locks, 3, &owner));
    pid = fork();
    if (pid == 0)
        _exit(lock_owner(&locks, 3) == getppid() ? 0 : 1);
    waitpid(pid, &status, 0);
    cr_assert_eq(status, 0);
}

Test(lock, a_dropped_slot_is_free_for_others)
{
    pid_t owner, pid;
    int status;

    cr_assert(lock_take(&locks, 3, &owner));
    lock_drop(&locks, 3);
    pid = fork();
    if (pid == 0)
        _exit(lock_take(&locks, 3, &owner) ? 0 : 1);
    waitpid(pid, &status, 0);
    cr_assert_eq(status, 0);
}

Test(lock, a_link_in_its_place_is_not_followed)
{
    struct lock_file other;
    char path[80], target[96];

    snprintf(path, sizeof(path), "%s/locks", folder);
    snprintf(target, sizeof(target), "%s-target", folder);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(symlink(target, path), 0);
    cr_expect_not(lock_file_open(&other, folder));
    cr_expect_eq(errno, ELOOP);
    cr_expect_eq(access(target, F_OK), -1);
}

Test(lock, the_file_is_the_owners_alone)
{
    struct stat about;

    cr_assert_eq(fstat(locks.fd, &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0600);
}
