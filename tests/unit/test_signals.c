/* test_signals.c: wishes to stop, those that somebody looks for and those that nobody does. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kad/errors.h"
#include "process/signals.h"

enum { SURVIVED = 100 };

/* How a process ends that does this. */
static int end_of(void (*act)(void))
{
    const pid_t child = fork();
    int status;

    if (child == 0) {
        signals_install();
        act();
        _exit(SURVIVED);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void stop_twice_unseen(void)
{
    raise(SIGINT);
    raise(SIGTERM);
}

static void stop_twice_seen(void)
{
    raise(SIGINT);
    if (signals_stop_count() != 1)
        _exit(1);
    raise(SIGINT);
    if (signals_stop_count() != 2)
        _exit(1);
}

static void stop_three_times(void)
{
    stop_twice_seen();
    raise(SIGINT);
}

static void wait_after_a_stop(void)
{
    raise(SIGINT);
    if (signals_poll(NULL, 0, -1) != -1 || errno != EINTR)
        _exit(1);
}

Test(signals, a_second_wish_ends_what_has_not_looked_for_the_first)
{
    cr_assert_eq(end_of(stop_twice_unseen), KAD_EXIT_WAITING);
}

Test(signals, a_second_wish_is_counted_when_the_first_was_seen)
{
    cr_assert_eq(end_of(stop_twice_seen), SURVIVED);
}

Test(signals, a_third_wish_ends_it_at_once)
{
    cr_assert_eq(end_of(stop_three_times), KAD_EXIT_WAITING);
}

Test(signals, a_wish_just_before_the_wait_is_not_lost)
{
    cr_assert_eq(end_of(wait_after_a_stop), SURVIVED);
}

static void stop_twice_while_waiting(void)
{
    sigset_t both, before;

    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    raise(SIGINT);
    pthread_sigmask(SIG_BLOCK, &both, &before);
    if (signals_poll(NULL, 0, -1) != -1 || errno != EINTR)
        _exit(1);
    raise(SIGTERM); /* comes before anybody could ask for the first */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (signals_stop_count() != 2)
        _exit(2);
}

Test(signals, a_second_wish_is_counted_while_who_waited_wakes)
{
    cr_assert_eq(end_of(stop_twice_while_waiting), SURVIVED);
}
