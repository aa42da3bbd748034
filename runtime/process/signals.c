/* signals.c: see signals.h. */
#include "process/signals.h"

#include <errno.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "kad/errors.h"

enum { STOPS_MAX = 3 };

/* Handlers write these on the engine's thread; a waiter may read on another. */
static atomic_int stop_count;
static atomic_bool has_nudge, has_news;
/* Stops that somebody has asked for; in signals_poll, who waits will ask at once. */
static atomic_int seen_count;
static atomic_bool is_waiting;

static _Noreturn void end_at_once(void)
{
    static const char text[] = "\nended at once: `kad workflow resume` goes on\n";

    /* Who can't be told can't be helped. */
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        _exit(KAD_EXIT_WAITING);
    _exit(KAD_EXIT_WAITING);
}

static void on_stop(int signal_number)
{
    const bool was_ignored = !is_waiting && stop_count > seen_count;

    (void)signal_number;
    has_news = true;
    if (++stop_count >= STOPS_MAX || was_ignored)
        end_at_once();
}

static void on_nudge(int signal_number)
{
    (void)signal_number;
    has_nudge = true;
    has_news = true;
}

static void handle(int signal_number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

    sigaction(signal_number, &action, NULL);
}

void signals_begin(void)
{
    handle(SIGPIPE, SIG_IGN);
    handle(SIGCHLD, SIG_DFL);
}

void signals_install(void)
{
    struct sigaction hangup;

    handle(SIGINT, on_stop);
    handle(SIGTERM, on_stop);
    handle(SIGUSR1, on_nudge);
    signals_begin();
    sigaction(SIGHUP, NULL, &hangup);
    if (hangup.sa_handler != SIG_IGN) /* nohup */
        handle(SIGHUP, on_stop);
}

unsigned signals_stop_count(void)
{
    const int count = stop_count;

    seen_count = count;
    return (unsigned)count;
}

bool signals_take_nudge(void)
{
    return has_nudge && atomic_exchange(&has_nudge, false);
}

void signals_block(sigset_t *before)
{
    static const int faults[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                                 SIGTRAP, SIGABRT, SIGSYS};
    sigset_t others;

    sigfillset(&others);
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
        sigdelset(&others, faults[i]);
    pthread_sigmask(SIG_SETMASK, &others, before);
}

void signals_restore(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

static void our_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGUSR1);
}

void signals_changed(sigset_t *changed)
{
    our_signals(changed);
    sigaddset(changed, SIGPIPE);
    sigaddset(changed, SIGCHLD);
}

int signals_poll(struct pollfd *fds, nfds_t count, int64_t timeout_ms)
{
    const struct timespec limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000000};
    sigset_t ours, before;
    int ready = -1;
    int error = EINTR;

    our_signals(&ours);
    pthread_sigmask(SIG_BLOCK, &ours, &before);
    if (!has_news) {
        is_waiting = true;
        ready = ppoll(fds, count, timeout_ms < 0 ? NULL : &limit, &before);
        error = errno;
        is_waiting = false;
    }
    if (ready < 0)
        seen_count =
            stop_count; /* the next may come before the first has been asked for */
    has_news = false;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return ready;
}
