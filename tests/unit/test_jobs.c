/* test_jobs.c: calls at the same time, with real programs: who ends what, and what stays. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process/host.h"
#include "process/linux.h"
#include "process/signals.h"

enum { CALL_COUNT = 200, LONG_MS = 1000 * 1000 };

/* A job that runs a program through the shell, or waits if it has none. */
struct call {
    struct job job;
    const char *script;
    int64_t timeout_ms; /* -1: none */
    atomic_int verdict; /* of its waiter */
    atomic_int asked_count;
    struct arena arena;
    struct exec_result result;
    enum exec_end end;
    bool has_waited;
};

static struct process_host host;
static struct call calls[CALL_COUNT];

static void set_up(void)
{
    process_host_init(&host);
}

static void clean_up(void)
{
    process_host_release(&host);
    for (size_t i = 0; i < CALL_COUNT; i++)
        arena_release(&calls[i].arena);
}

TestSuite(jobs, .init = set_up, .fini = clean_up, .timeout = 100);

static enum wait_verdict verdict_of(void *context)
{
    struct call *call = context;

    atomic_fetch_add(&call->asked_count, 1);
    return (enum wait_verdict)atomic_load(&call->verdict);
}

static void run_call(struct job *job)
{
    struct call *call = (struct call *)job;
    const char *const argv[] = {"sh", "-c", call->script, NULL};
    const struct exec_request request = {
        .program = {.argv = argv, .cwd = "/"},
        .timeout_ms = call->timeout_ms,
        .waiter = {.context = call, .is_over = verdict_of},
    };

    if (call->script)
        call->end =
            host.host.execute(&host.host, &call->arena, &request, &call->result);
    else
        call->has_waited = host.host.wait(&host.host, &request.waiter, LONG_MS);
}

/* Taken by `start`: `next` gives them first. */
static struct job *over[CALL_COUNT + 1];
static size_t over_count;

/* It is called from here on, whether anybody asks for what is over or not. */
static struct call *start(size_t index, const char *script)
{
    struct call *call = &calls[index];

    arena_release(&call->arena);
    *call = (struct call){.job = {.run = run_call}, .script = script, .timeout_ms = -1};
    host.host.start(&host.host, &call->job);
    over[over_count] = host.host.also(&host.host);
    over_count += over[over_count] != NULL;
    return call;
}

static void wake(struct call *call, enum wait_verdict verdict)
{
    atomic_store(&call->verdict, (int)verdict);
    host.host.wake(&host.host, &call->job);
}

/* The next that is over; signals may come in between. */
static struct call *next(void)
{
    struct job *job = over_count ? over[--over_count] : NULL;

    while (!job)
        job = host.host.next(&host.host, 0);
    return (struct call *)job;
}

static void moment(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
}

/* Until the program that runs in a call has printed that into a pipe. */
static void read_some(int fd, size_t count)
{
    char byte;

    while (count > 0)
        if (read(fd, &byte, 1) == 1)
            count--;
}

/* Programs have no descriptor of ours: they open this one. Once a test: jobs read it. */
static const char *script_with(const char *format, int fd)
{
    static char script[512];

    snprintf(script, sizeof(script), format, (int)getpid(), fd);
    return script;
}

/* ---- Many --------------------------------------------------------------------------- */

static void prepare(size_t i)
{
    static const char *const scripts[] = {
        "echo out; echo err >&2; exit 3",
        "head -c 300000 /dev/zero; head -c 100000 /dev/zero >&2",
        "exec sleep 1000", /* with a timeout */
        "exec sleep 1000", /* woken: stop */
        "trap '' TERM; while :; do sleep 0.01; done",
    };
    struct call *call = &calls[i];

    *call = (struct call){.job = {.run = run_call},
                          .script = scripts[i % 5],
                          .timeout_ms = i % 5 == 2 ? (int64_t)i : -1};
    host.host.start(&host.host, &call->job);
    if (i % 5 >= 3)
        wake(call, i % 5 == 3 ? WAIT_STOP : WAIT_KILL);
}

static void check(const struct call *call)
{
    const struct kad_output *output = &call->result.output;

    switch ((call - calls) % 5) {
    case 0:
        cr_expect_eq(call->end, EXEC_ENDED);
        cr_expect_eq(output->exit_code, 3);
        cr_expect_str_eq(output->out, "out\n");
        cr_expect_str_eq(output->err, "err\n");
        break;
    case 1:
        cr_expect_eq(call->end, EXEC_ENDED);
        cr_expect_eq(output->out_len, (size_t)300000);
        cr_expect_eq(output->err_len, (size_t)KAD_TAIL_MAX);
        break;
    case 2:
        cr_expect_eq(call->end, EXEC_TIMED_OUT);
        cr_expect_eq(output->signal, SIGTERM);
        break;
    case 3: cr_expect_eq(call->end, EXEC_STOPPED); break;
    case 4: cr_expect_eq(call->end, EXEC_STOPPED); break;
    }
}

Test(jobs, two_hundred_at_once_end_each_in_its_way)
{
    bool has_come[CALL_COUNT] = {false};

    for (size_t i = 0; i < CALL_COUNT; i++)
        prepare(i);
    for (size_t i = 0; i < CALL_COUNT; i++) {
        const struct call *call = next();

        cr_expect_not(has_come[call - calls]);
        has_come[call - calls] = true;
        check(call);
    }
    cr_expect_null(host.host.next(&host.host, 1), "its time has passed");
}

static size_t descriptor_count(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;

    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

Test(jobs, a_thousand_leave_no_descriptor)
{
    size_t before = 0;

    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < 50; i++)
            start(i, "exit 0");
        for (size_t i = 0; i < 50; i++)
            cr_assert_eq(next()->end, EXEC_ENDED);
        if (round == 0)
            before = descriptor_count();
    }
    /* A worker that was not needed in the first round may have opened its line since. */
    cr_expect_leq(descriptor_count(), before + 50 * 2);
    process_host_release(&host);
    cr_expect_leq(descriptor_count(), before);
    process_host_init(&host);
}

/* ---- Order -------------------------------------------------------------------------- */

Test(jobs, they_come_in_the_order_in_which_they_end)
{
    for (size_t i = 0; i < 10; i++)
        start(i, NULL);
    for (size_t i = 10; i-- > 0;) {
        wake(&calls[i], WAIT_STOP);
        cr_expect_eq(next(), &calls[i]);
        cr_expect_not(calls[i].has_waited);
    }
}

Test(jobs, those_that_are_too_many_wait_in_order)
{
    for (size_t i = 0; i < POOL_WORKERS_MAX; i++)
        start(i, NULL);
    for (size_t i = POOL_WORKERS_MAX; i < POOL_WORKERS_MAX + 3; i++)
        start(i, "exit 0");
    cr_expect_null(host.host.next(&host.host, 1));
    wake(&calls[0], WAIT_STOP);
    cr_expect_eq(next(), &calls[0]);
    for (size_t i = POOL_WORKERS_MAX; i < POOL_WORKERS_MAX + 3; i++)
        cr_expect_eq(next(), &calls[i]);
}

Test(jobs, who_is_woken_alone_is_asked)
{
    for (size_t i = 0; i < 10; i++)
        start(i, "exec sleep 1000");
    wake(&calls[7], WAIT_KILL);
    cr_expect_eq(next(), &calls[7]);
    cr_expect_eq(calls[7].end, EXEC_STOPPED);
    for (size_t i = 0; i < 10; i++)
        if (i != 7)
            cr_expect_eq(atomic_load(&calls[i].asked_count), 0);
}

Test(jobs, a_wake_in_the_queue_is_not_lost)
{
    for (size_t i = 0; i < POOL_WORKERS_MAX + 1; i++)
        start(i, "exec sleep 1000");
    wake(&calls[POOL_WORKERS_MAX], WAIT_KILL);
    wake(&calls[0], WAIT_KILL);
    cr_expect_eq(next(), &calls[0]);
    cr_expect_eq(next(), &calls[POOL_WORKERS_MAX]);
}

/* ---- Signals ------------------------------------------------------------------------ */

Test(jobs, a_stop_interrupts_the_engine_alone)
{
    for (size_t i = 0; i < 10; i++)
        start(i, "exec sleep 1000");
    kill(getpid(), SIGINT);
    while (host.host.stop_count(&host.host) == 0)
        cr_assert_null(host.host.next(&host.host, 0));
    for (size_t i = 0; i < 10; i++) {
        cr_expect_eq(atomic_load(&calls[i].asked_count), 0);
        wake(&calls[i], WAIT_STOP);
    }
    for (size_t i = 0; i < 10; i++)
        cr_expect_eq(next()->end, EXEC_STOPPED);
}

Test(jobs, a_nudge_is_seen_while_workers_run)
{
    start(0, "exec sleep 1000");
    kill(getpid(), SIGUSR1);
    cr_expect_null(host.host.next(&host.host, 0));
    cr_expect(host.host.takes_nudge(&host.host));
    cr_expect_not(host.host.takes_nudge(&host.host));
}

/* How a process ends that does this with a host of its own. */
static int end_of(void (*act)(void))
{
    const pid_t child = fork();
    int status;

    if (child == 0) {
        process_host_init(&host);
        act();
        _exit(100);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status), "signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

static void stop_thrice_with_programs(void)
{
    for (size_t i = 0; i < 10; i++)
        start(i, "trap '' TERM; while :; do sleep 0.01; done");
    for (unsigned count = 1; count <= 3; count++) {
        kill(getpid(), SIGINT);
        if (host.host.stop_count(&host.host) < count &&
            host.host.next(&host.host, 0) != NULL)
            _exit(1);
        if (host.host.stop_count(&host.host) != count)
            _exit(2);
    }
}

Test(jobs, the_third_stop_ends_it_at_once_with_programs_running)
{
    cr_expect_eq(end_of(stop_thrice_with_programs), 3);
}

/* ---- The end ------------------------------------------------------------------------ */

Test(jobs, the_release_ends_programs_and_waits)
{
    const char *script;
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    script = script_with("trap '' TERM; printf x >/proc/%d/fd/%d; "
                         "while :; do sleep 0.01; done",
                         ends[1]);
    for (size_t i = 0; i < 10; i++)
        start(i, script);
    for (size_t i = 10; i < 20; i++)
        start(i, NULL);
    read_some(ends[0], 10);
    process_host_release(&host);
    for (size_t i = 0; i < 10; i++)
        cr_expect_eq(calls[i].end, EXEC_STOPPED);
    for (size_t i = 10; i < 20; i++)
        cr_expect_not(calls[i].has_waited);
    process_host_init(&host);
}

static bool has_children(void)
{
    siginfo_t child;

    return waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* This process adopts what outlives the engine: in the end there is nothing. */
Test(jobs, the_death_of_the_engine_is_the_death_of_twenty_programs)
{
    int ends[2];
    pid_t engine;

    cr_assert_eq(pipe(ends), 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    engine = fork();
    if (engine == 0) {
        const char *script =
            script_with("exec 3>/proc/%d/fd/%d; setsid sleep 1000 & sleep 1000 & "
                        "printf x >&3; exec 3>&-; wait",
                        ends[1]);

        process_host_init(&host);
        for (size_t i = 0; i < 20; i++)
            start(i, script);
        for (;;)
            host.host.next(&host.host, 0);
    }
    read_some(ends[0], 20);
    kill(engine, SIGKILL);
    waitpid(engine, NULL, 0);
    for (int i = 0; i < 5000 && has_children(); i++) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        moment();
    }
    cr_expect_not(has_children());
}

Test(jobs, the_death_of_the_keeper_ends_what_runs_and_no_more)
{
    const char *script;
    int ends[2];
    size_t lost_count = 0;

    cr_assert_eq(pipe(ends), 0);
    script = script_with("printf x >/proc/%d/fd/%d; exec sleep 1000", ends[1]);
    for (size_t i = 0; i < 20; i++)
        start(i, script);
    read_some(ends[0], 20);
    kill(host.keeper.pid, SIGKILL);
    for (size_t i = 0; i < 20; i++)
        lost_count += next()->end == EXEC_LOST;
    cr_expect_eq(lost_count, (size_t)20);
    for (size_t i = 0; i < 20; i++)
        start(i, "exit 0");
    for (size_t i = 0; i < 20; i++)
        cr_expect_eq(next()->end, EXEC_ENDED);
    close(ends[0]);
    close(ends[1]);
}

/* ---- Limits ------------------------------------------------------------------------- */

/* Returns what it was. */
static rlim_t limit(__rlimit_resource_t resource, rlim_t value)
{
    struct rlimit limits;
    rlim_t before;

    getrlimit(resource, &limits);
    before = limits.rlim_cur;
    limits.rlim_cur = value;
    cr_assert_eq(setrlimit(resource, &limits), 0);
    return before;
}

/* Each ends well, or was not started for that reason. */
static size_t count_not_started(size_t count, int error)
{
    size_t not_started_count = 0;

    for (size_t i = 0; i < count; i++) {
        const struct call *call = next();

        if (call->end == EXEC_NOT_STARTED) {
            not_started_count++;
            cr_expect_eq(call->result.error, error);
        } else {
            cr_expect_eq(call->end, EXEC_ENDED);
        }
    }
    return not_started_count;
}

Test(jobs, with_few_descriptors_fewer_run_at_once)
{
    limit(RLIMIT_NOFILE, (rlim_t)descriptor_count() + 30);
    for (size_t i = 0; i < 50; i++)
        start(i, "exit 0");
    cr_expect_eq(count_not_started(50, 0), (size_t)0);
}

Test(jobs, without_descriptors_only_those_fail_that_need_more)
{
    const char *script;
    int ends[2];
    rlim_t before;

    cr_assert_eq(pipe(ends), 0);
    script = script_with("printf x >/proc/%d/fd/%d; exec sleep 1000", ends[1]);
    for (size_t i = 0; i < 20; i++)
        start(i, script);
    read_some(ends[0], 20);
    for (size_t i = 10; i < 20; i++)
        wake(&calls[i], WAIT_KILL);
    for (size_t i = 10; i < 20; i++)
        cr_expect_eq(next()->end, EXEC_STOPPED);
    before = limit(RLIMIT_NOFILE, 3); /* ten workers are idle, ten programs run */
    for (size_t i = 10; i < 20; i++)
        start(i, "exit 0");
    cr_expect_eq(count_not_started(10, EMFILE), (size_t)10);
    limit(RLIMIT_NOFILE, before);
    for (size_t i = 0; i < 10; i++)
        wake(&calls[i], WAIT_KILL);
    for (size_t i = 0; i < 10; i++)
        cr_expect_eq(next()->end, EXEC_STOPPED);
    start(0, "exit 0");
    cr_expect_eq(next()->end, EXEC_ENDED);
}

Test(jobs, without_any_descriptor_each_fails_and_later_none)
{
    const rlim_t before = limit(RLIMIT_NOFILE, 3);

    for (size_t i = 0; i < 10; i++)
        start(i, "exit 0");
    cr_expect_eq(count_not_started(10, EMFILE), (size_t)10);
    limit(RLIMIT_NOFILE, before);
    for (size_t i = 0; i < 10; i++)
        start(i, "exit 0");
    cr_expect_eq(count_not_started(10, 0), (size_t)0);
}

/* The limit does not bind root. */
static void become_somebody(void)
{
    if (getuid() == 0 && setuid(65534) < 0)
        _exit(0);
}

/* Neither a thread nor a keeper can be had. */
static void work_without_threads(void)
{
    rlim_t before;

    become_somebody();
    before = limit(RLIMIT_NPROC, 0);
    for (size_t i = 0; i < 10; i++)
        start(i, "exit 0");
    for (size_t i = 0; i < 10; i++) {
        const struct call *call = next();

        if (call != &calls[i] || call->end != EXEC_NOT_STARTED ||
            call->result.error != EAGAIN)
            _exit(1);
    }
    limit(RLIMIT_NPROC, before);
    start(0, "exit 0");
    _exit(next()->end == EXEC_ENDED ? 0 : 2);
}

Test(jobs, without_threads_each_fails_in_order_and_later_none)
{
    cr_expect_eq(end_of(work_without_threads), 0);
}

/* The keeper has been started with the limit as it was; threads are not. */
static void work_in_place(void)
{
    become_somebody();
    if (!keeper_start(&host.keeper))
        _exit(1);
    limit(RLIMIT_NPROC, 0);
    for (size_t i = 0; i < 10; i++)
        start(i, "exit 0");
    for (size_t i = 0; i < 10; i++)
        if (next() != &calls[i] || calls[i].end != EXEC_ENDED)
            _exit(2);
    _exit(0);
}

Test(jobs, without_threads_the_engine_does_the_work_in_order)
{
    cr_expect_eq(end_of(work_in_place), 0);
}

/* ---- News --------------------------------------------------------------------------- */

/* A process that dies with the lock of byte 1. */
static void take_lock_and_die(const char *path)
{
    const pid_t child = fork();

    if (child == 0) {
        linux_lock_byte(open(path, O_RDWR | O_CLOEXEC), 1);
        raise(SIGKILL);
    }
    cr_assert_eq(waitpid(child, NULL, 0), child);
}

Test(jobs, a_wait_ends_when_somebody_lets_go_of_a_lock)
{
    char path[] = P_tmpdir "/kad-lock-XXXXXX";
    const int holder = mkstemp(path), other = open(path, O_RDWR | O_CLOEXEC);
    const struct waiter waiter = {.news_fd = linux_watch_closes(path)};
    char events[4096];

    cr_assert_gt(waiter.news_fd, 0);
    cr_assert(linux_lock_byte(holder, 1));
    cr_expect_not(linux_lock_byte(other, 1));
    cr_expect_lt(read(waiter.news_fd, events, sizeof(events)), 0);
    close(holder);
    cr_expect(host.host.wait(&host.host, &waiter, LONG_MS));
    cr_expect(linux_lock_byte(other, 1));
    linux_unlock_byte(other, 1);

    cr_expect_gt(read(waiter.news_fd, events, sizeof(events)), 0);
    take_lock_and_die(path);
    cr_expect(host.host.wait(&host.host, &waiter, LONG_MS));
    close(other);
    close(waiter.news_fd);
    unlink(path);
}
