/* test_exec.c: real programs: what they print, how they end, and that nothing of them stays. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "exec_fixture.h"
#include "skip.h"

TestSuite(exec, .init = set_up, .fini = clean_up, .timeout = 60);

/* valgrind runs our programs too, with files of its own, and dies of an execve that fails
 * late. */
static void skip_under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    if (preloaded && strstr(preloaded, "vgpreload"))
        SKIP_TEST("valgrind does not do this as the kernel does");
}

static bool is_alive(pid_t pid)
{
    return kill(pid, 0) == 0 || errno != ESRCH;
}

/* A process that was killed is gone once it has been reaped: by the keeper, in a moment. */
static bool is_gone_soon(pid_t pid)
{
    const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};

    for (int i = 0; i < 500 && is_alive(pid); i++)
        nanosleep(&moment, NULL);
    return !is_alive(pid);
}

/* ---- Output ------------------------------------------------------------------------- */

Test(exec, both_streams_and_the_exit_code_are_kept)
{
    cr_expect_eq(run("echo out; echo err >&2; exit 3"), EXEC_ENDED);
    cr_expect_eq(result.output.exit_code, 3);
    cr_expect_eq(result.output.signal, 0);
    cr_expect_str_eq(result.output.out, "out\n");
    cr_expect_str_eq(result.output.err, "err\n");
    cr_expect_not(result.output.is_cut);
}

Test(exec, a_signal_is_told_from_an_exit)
{
    cr_expect_eq(run("kill -SEGV $$"), EXEC_ENDED);
    cr_expect_eq(result.output.exit_code, -1);
    cr_expect_eq(result.output.signal, SIGSEGV);
}

Test(exec, what_is_too_much_is_cut)
{
    cr_expect_eq(run("head -c 20000000 /dev/zero; head -c 300000 /dev/zero >&2; "
                     "printf end >&2"),
                 EXEC_ENDED);
    cr_expect_eq(result.output.out_len, (size_t)KAD_OUTPUT_MAX);
    cr_expect(result.output.is_cut);
    cr_expect_eq(result.output.err_len, (size_t)KAD_TAIL_MAX);
    cr_expect_str_eq(result.output.err + KAD_TAIL_MAX - 3, "end");
}

Test(exec, no_more_is_kept_than_is_wanted)
{
    request.program.out_max = 300000;
    cr_expect_eq(run("head -c 300000 /dev/zero"), EXEC_ENDED);
    cr_expect_not(result.output.is_cut);
    cr_expect_eq(run("head -c 300001 /dev/zero"), EXEC_ENDED);
    cr_expect_eq(result.output.out_len, (size_t)300000);
    cr_expect(result.output.is_cut);
}

static void count_output(void *context, const char *bytes, size_t len)
{
    (void)bytes;
    *(size_t *)context += len;
}

Test(exec, all_of_the_output_is_handed_on_as_it_comes)
{
    size_t len = 0;

    request.waiter.context = &len;
    request.on_output = count_output;
    run("head -c 20000000 /dev/zero; head -c 300000 /dev/zero >&2");
    cr_expect_eq(len, (size_t)20300000);
}

Test(exec, stdin_is_the_text_or_nothing)
{
    request.program.stdin_text = "some\0text";
    request.program.stdin_len = 9;
    run("wc -c");
    cr_expect_eq(atoi(result.output.out), 9);
    request.program.stdin_text = NULL;
    run("wc -c");
    cr_expect_eq(atoi(result.output.out), 0);
}

Test(exec, stdin_that_is_never_read_holds_nobody_up)
{
    const size_t len = 8 * 1024 * 1024;

    request.program.stdin_text = arena_alloc(&arena, len);
    request.program.stdin_len = len;
    cr_expect_eq(run("exit 0"), EXEC_ENDED);
    cr_expect_eq(result.output.exit_code, 0);
}

/* ---- Its surroundings --------------------------------------------------------------- */

Test(exec, variables_are_added_and_secrets_left_out)
{
    setenv("KAD_SECRET_TOKEN", "x", 1);
    setenv("KAD_TEST_OLD", "old", 1);
    setenv("KAD_TEST_KEPT", "kept", 1);
    request.program.env =
        (const char *const[]){"KAD_TEST_OLD=new", "KAD_TEST_MORE=1", NULL};
    run("echo $KAD_SECRET_TOKEN.$KAD_TEST_OLD.$KAD_TEST_KEPT.$KAD_TEST_MORE");
    cr_expect_str_eq(result.output.out, ".new.kept.1\n");
}

Test(exec, it_works_in_the_folder_that_is_named)
{
    request.program.cwd = "/usr";
    run("pwd");
    cr_expect_str_eq(result.output.out, "/usr\n");
}

Test(exec, no_descriptor_of_ours_is_open_in_it)
{
    const int extra = open("/dev/null", O_RDONLY); /* not close-on-exec */

    skip_under_valgrind();
    run("ls /proc/self/fd | wc -l");
    cr_expect_eq(atoi(result.output.out), 4, "stdin, stdout, stderr and ls's own");
    close(extra);
}

Test(exec, signals_are_as_a_program_expects_them)
{
    enum { REAL_TIME = 31 }; /* the C library keeps the first of these for itself */
    const char *bits;

    run("grep -h -E '^Sig(Blk|Ign):' /proc/self/status");
    bits = strstr(result.output.out, "SigBlk:");
    cr_assert(bits);
    cr_expect_eq(strtoull(bits + strlen("SigBlk:"), NULL, 16), 0);
    bits = strstr(bits, "SigIgn:");
    cr_assert(bits);
    cr_expect_eq(strtoull(bits + strlen("SigIgn:"), NULL, 16) % (1ull << REAL_TIME), 0);
}

/* ---- Those that fight it ------------------------------------------------------------- */

Test(exec, a_program_that_has_stopped_itself_is_ended)
{
    request.timeout_ms = 100;
    cr_expect_eq(run("kill -STOP $$"), EXEC_TIMED_OUT);
    cr_expect_eq(result.output.signal, SIGTERM);
}

Test(exec, a_program_that_stops_the_keeper_is_ended)
{
    request.timeout_ms = 100;
    cr_expect_eq(run("kill -STOP $PPID; exec sleep 1000"), EXEC_TIMED_OUT);
    cr_expect_eq(result.output.signal, SIGTERM);
    request.timeout_ms = -1;
    cr_expect_eq(run("exit 3"), EXEC_ENDED);
    cr_expect_eq(result.output.exit_code, 3);
}

Test(exec, only_a_keeper_that_was_stopped_is_given_up)
{
    const char *const argv[] = {"sleep", "1000", NULL};
    const struct keeper_program program = {
        .argv = argv, .cwd = "/", .in = -1, .out = 1, .err = 2};
    struct keeper_event event;
    int status;

    cr_assert(keeper_spawn(&caller.line, &program));
    cr_expect_not(keeper_give_up(&caller.line), "it is slow, but at work");
    keeper_signal(&caller.line, SIGTERM);
    cr_assert(keeper_read(&caller.line, &event));
    cr_expect_eq(event.kind, KEEPER_ENDED);

    cr_assert(keeper_spawn(&caller.line, &program));
    kill(keeper.pid, SIGSTOP);
    cr_assert_eq(waitpid(keeper.pid, &status, WUNTRACED), keeper.pid);
    cr_assert(WIFSTOPPED(status));
    cr_expect(keeper_give_up(&caller.line));
    cr_expect_not(keeper_read(&caller.line, &event));
}

Test(exec, a_program_that_kills_the_keeper_is_lost_and_the_next_one_runs)
{
    cr_expect_eq(run("kill -KILL $PPID; exec sleep 1000"), EXEC_LOST);
    cr_expect_eq(run("exit 3"), EXEC_ENDED);
    cr_expect_eq(result.output.exit_code, 3);
}

static enum wait_verdict trace_keeper(void *context)
{
    (void)context;
    ptrace(PTRACE_INTERRUPT, keeper.pid, NULL, NULL);
    return WAIT_KILL;
}

Test(exec, a_keeper_that_nothing_wakes_is_replaced)
{
    cr_assert(keeper_start(&keeper));
    if (ptrace(PTRACE_SEIZE, keeper.pid, NULL, NULL) < 0)
        SKIP_TEST("this user may trace no process that hides its memory");
    request.waiter = (struct waiter){.is_over = trace_keeper, .tick_ms = 100};
    cr_expect_eq(run("exec sleep 1000"), EXEC_STOPPED);
    request.waiter = (struct waiter){0};
    cr_expect_eq(run("exit 3"), EXEC_ENDED);
    cr_expect_eq(result.output.exit_code, 3);
}

Test(exec, a_program_without_descriptors_is_like_any_other)
{
    cr_expect_eq(run("echo out; exec 0<&- 1>&- 2>&-; exit 3"), EXEC_ENDED);
    cr_expect_eq(result.output.exit_code, 3);
    cr_expect_str_eq(result.output.out, "out\n");
}

/* ---- Not started -------------------------------------------------------------------- */

Test(exec, a_program_that_is_not_there_is_an_error)
{
    request.program.argv = (const char *const[]){"kad-no-such-program", NULL};
    cr_expect_eq(exec_run(&caller, &arena, &request, &result), EXEC_NOT_STARTED);
    cr_expect_eq(result.error, ENOENT);
}

Test(exec, a_folder_that_is_not_there_is_an_error)
{
    request.program.cwd = "/no/such/folder";
    cr_expect_eq(run("true"), EXEC_NOT_STARTED);
    cr_expect_eq(result.error, ENOENT);
}

Test(exec, arguments_that_are_too_long_are_an_error)
{
    char *text = arena_alloc(&arena, 4 * 1024 * 1024);

    skip_under_valgrind();
    memset(text, 'x', 4 * 1024 * 1024 - 1);
    request.program.argv = (const char *const[]){"true", text, NULL};
    cr_expect_eq(exec_run(&caller, &arena, &request, &result), EXEC_NOT_STARTED);
    cr_expect_eq(result.error, E2BIG);
}

Test(exec, without_descriptors_nothing_starts_and_later_it_does)
{
    struct rlimit limit, few;

    getrlimit(RLIMIT_NOFILE, &limit);
    few = limit;
    few.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &few);
    cr_expect_eq(run("true"), EXEC_NOT_STARTED);
    cr_expect_eq(result.error, EMFILE);
    setrlimit(RLIMIT_NOFILE, &limit);
    cr_expect_eq(run("true"), EXEC_ENDED);
}

/* ---- Groups ------------------------------------------------------------------------- */

Test(exec, what_is_left_in_its_group_is_killed)
{
    run("sleep 1000 >/dev/null 2>&1 & echo $!");
    cr_expect(is_gone_soon(atoi(result.output.out)));
}

Test(exec, nobody_waits_for_a_daemon_that_holds_the_pipe)
{
    cr_expect_eq(run("setsid sleep 1000 & echo $!"), EXEC_ENDED);
    cr_expect_eq(result.output.exit_code, 0);
}

Test(exec, the_end_of_the_keeper_is_the_end_of_what_has_escaped)
{
    pid_t pid;

    run("setsid sleep 1000 & until test $(cut -d' ' -f6 /proc/$!/stat) = $!; do :; done; "
        "echo $!");
    pid = atoi(result.output.out);
    cr_assert_gt(pid, 0);
    cr_expect(is_alive(pid));
    clean_up();
    cr_expect_not(is_alive(pid));
    set_up();
}

static enum wait_verdict stop_at_once(void *context)
{
    (void)context;
    return WAIT_STOP;
}

static enum wait_verdict kill_at_once(void *context)
{
    (void)context;
    return WAIT_KILL;
}

Test(exec, a_deadline_ends_it_with_a_signal)
{
    request.timeout_ms = 0;
    cr_expect_eq(run("sleep 1000"), EXEC_TIMED_OUT);
    cr_expect_eq(result.output.signal, SIGTERM);
}

Test(exec, a_program_may_clean_up_when_it_is_told_to_end)
{
    request.waiter = (struct waiter){.is_over = stop_at_once, .tick_ms = 500};
    cr_expect_eq(run("trap 'echo cleaned; exit 0' TERM; while :; do sleep 0.05; done"),
                 EXEC_STOPPED);
    cr_expect_str_eq(result.output.out, "cleaned\n");
}

Test(exec, a_second_wish_to_stop_does_not_wait)
{
    request.waiter = (struct waiter){.is_over = kill_at_once, .tick_ms = 500};
    cr_expect_eq(run("trap '' TERM; while :; do sleep 0.05; done"), EXEC_STOPPED);
    cr_expect_eq(result.output.signal, SIGKILL);
}

/* This program itself: it goes over into a group that its child has made. */
__attribute__((constructor)) static void leave_group(void)
{
    pid_t child;

    if (!getenv("LEAVES_ITS_GROUP"))
        return;
    child = fork();
    if (child == 0)
        setpgid(0, 0);
    else if (setpgid(child, child), setpgid(0, child) == 0)
        puts("left"), fflush(stdout);
    for (;;)
        pause();
}

static bool has_left;

static void hear(void *context, const char *bytes, size_t len)
{
    (void)context, (void)bytes;
    has_left |= len > 0;
}

static enum wait_verdict stop_when_left(void *context)
{
    (void)context;
    return has_left ? WAIT_STOP : WAIT_ON;
}

Test(exec, a_program_that_leaves_its_group_is_ended)
{
    request.program.argv = (const char *const[]){"/proc/self/exe", NULL};
    request.program.env = (const char *const[]){"LEAVES_ITS_GROUP=1", NULL};
    request.on_output = hear;
    request.waiter = (struct waiter){.is_over = stop_when_left, .tick_ms = 50};
    cr_expect_eq(exec_run(&caller, &arena, &request, &result), EXEC_STOPPED);
    cr_expect_eq(result.output.signal, SIGTERM);
}

/* ---- The keeper --------------------------------------------------------------------- */

Test(exec, a_keeper_that_was_killed_is_replaced)
{
    siginfo_t dead;

    run("true");
    kill(keeper.pid, SIGKILL);
    waitid(P_PID, (id_t)keeper.pid, &dead, WEXITED | WNOWAIT);
    cr_expect_eq(run("true"), EXEC_ENDED);
}

static enum wait_verdict kill_keeper(void *context)
{
    (void)context;
    kill(keeper.pid, SIGKILL);
    return WAIT_ON;
}

Test(exec, a_program_dies_with_its_keeper)
{
    request.waiter = (struct waiter){.is_over = kill_keeper, .tick_ms = 50};
    cr_expect_eq(run("sleep 1000"), EXEC_LOST);
    request.waiter = (struct waiter){0};
    cr_expect_eq(run("true"), EXEC_ENDED);
}

/* An engine of its own: starts a program that starts more, and is killed by SIGKILL. */
Test(exec, the_death_of_the_engine_is_the_death_of_all_its_programs)
{
    int ends[2];
    char line[64] = "";
    int escaped = 0, grandchild = 0;
    pid_t engine;

    cr_assert_eq(pipe(ends), 0);
    engine = fork();
    if (engine == 0) {
        char script[256];

        snprintf(script, sizeof(script),
                 "exec 3>/proc/%d/fd/%d; setsid sleep 1000 & a=$!; sleep 1000 & "
                 "echo $a $! >&3; exec 3>&-; wait",
                 (int)getpid(), ends[1]);
        run(script);
        _exit(0);
    }
    close(ends[1]);
    cr_assert_gt(read(ends[0], line, sizeof(line) - 1), 0);
    cr_assert_eq(sscanf(line, "%d %d", &escaped, &grandchild), 2);
    kill(engine, SIGKILL);
    waitpid(engine, NULL, 0);
    cr_expect(is_gone_soon(grandchild));
    cr_expect(is_gone_soon(escaped));
}
