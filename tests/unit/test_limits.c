/* test_limits.c: what programs may use, with real ones: each limit ends what goes past it. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "exec_fixture.h"
#include "process/cgroup.h"
#include "skip.h"

TestSuite(limits, .init = set_up, .fini = clean_up, .timeout = 60);

/* ---- Limits of each process ---------------------------------------------------------- */

Test(limits, a_program_has_those_that_are_given_and_no_others)
{
    cr_expect_eq(run("ulimit -v; ulimit -t; ulimit -f"), EXEC_ENDED);
    cr_expect_str_eq(result.output.out, "unlimited\nunlimited\nunlimited\n");
    request.limits = (struct kad_limits){
        .memory_bytes = 1 << 30, .cpu_ms = 1500, .output_bytes = 1 << 20};
    cr_expect_eq(run("ulimit -v; ulimit -t; ulimit -f"), EXEC_ENDED);
    cr_expect_str_eq(result.output.out, "1048576\n2\n2048\n");
    cr_expect_eq(result.limit, EXEC_LIMIT_NONE);
}

Test(limits, no_program_leaves_a_core_file)
{
    run("ulimit -c; ulimit -H -c");
    cr_expect_str_eq(result.output.out, "0\n0\n");
}

Test(limits, a_program_cannot_take_back_what_it_may_not)
{
    request.limits.memory_bytes = 1 << 30;
    run("ulimit -H -v");
    cr_expect_str_eq(result.output.out, "1048576\n");
}

Test(limits, a_smaller_limit_of_the_user_stays)
{
    struct rlimit file;

    getrlimit(RLIMIT_FSIZE, &file);
    file.rlim_cur = 1 << 19;
    setrlimit(RLIMIT_FSIZE, &file);
    request.limits.output_bytes = 1 << 20;
    cr_expect_eq(run("ulimit -S -f; ulimit -H -f"), EXEC_ENDED);
    cr_expect_str_eq(result.output.out, "1024\n2048\n");
}

Test(limits, a_limit_that_the_user_cannot_raise_stays)
{
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){1 << 18, 1 << 19});
    request.limits.output_bytes = 1 << 20;
    cr_expect_eq(run("ulimit -S -f; ulimit -H -f"), EXEC_ENDED);
    cr_expect_str_eq(result.output.out, "512\n1024\n");
}

Test(limits, the_cpu_time_ends_what_computes_for_ever)
{
    request.limits.cpu_ms = 1000;
    cr_expect_eq(run("while :; do :; done"), EXEC_LIMITED);
    cr_expect_eq(result.limit, EXEC_LIMIT_CPU);
}

Test(limits, the_cpu_time_ends_a_child_and_what_ignores_the_signal)
{
    request.limits.cpu_ms = 1000;
    cr_expect_eq(run("sh -c 'while :; do :; done'; exit $?"), EXEC_LIMITED);
    cr_expect_eq(result.limit, EXEC_LIMIT_CPU);
    cr_expect_eq(run("trap '' XCPU; while :; do :; done"), EXEC_LIMITED);
    cr_expect_eq(result.limit, EXEC_LIMIT_CPU);
}

Test(limits, other_ends_are_not_taken_for_a_limit)
{
    cr_expect_eq(run("kill -XCPU $$"), EXEC_ENDED);
    cr_expect_eq(result.output.signal, SIGXCPU);
    request.limits.cpu_ms = 60 * 1000;
    cr_expect_eq(run("kill -KILL $$"), EXEC_ENDED);
    cr_expect_eq(result.output.signal, SIGKILL);
}

/* ---- Output -------------------------------------------------------------------------- */

Test(limits, the_output_ends_what_prints_for_ever)
{
    request.limits.output_bytes = 1000 * 1000;
    cr_expect_eq(run("exec yes"), EXEC_LIMITED);
    cr_expect_eq(result.limit, EXEC_LIMIT_OUTPUT);
    cr_expect_eq(run("exec yes >&2"), EXEC_LIMITED);
    cr_expect_eq(result.limit, EXEC_LIMIT_OUTPUT);
}

Test(limits, what_was_printed_before_the_end_counts)
{
    request.limits.output_bytes = 9;
    cr_expect_eq(run("echo 12345678"), EXEC_ENDED);
    cr_expect_eq(run("echo 1234; echo 5678 >&2"), EXEC_LIMITED);
    cr_expect_eq(result.limit, EXEC_LIMIT_OUTPUT);
}

Test(limits, the_output_ends_what_fills_a_file)
{
    request.limits.output_bytes = 1000 * 1000;
    cr_expect_eq(run("f=$(mktemp) && { yes >\"$f\"; s=$?; rm \"$f\"; exit $s; }"),
                 EXEC_LIMITED);
    cr_expect_eq(result.limit, EXEC_LIMIT_OUTPUT);
}

/* ---- Processes ----------------------------------------------------------------------- */

/* Whether this machine lets us count; where it does not, the program must not start. */
static bool has_cgroup(void)
{
    struct cgroup cgroup;
    const int error = cgroup_open(&cgroup, 1);

    if (!error) {
        cr_expect(cgroup_close(&cgroup), "an empty group goes at once");
        return true;
    }
    request.limits.processes = 8;
    cr_expect_eq(run("kill -KILL $PPID"), EXEC_NOT_LIMITED); /* would end the keeper */
    cr_expect_eq(result.error, error);
    SKIP_TEST(arena_printf(&arena,
                           "no cgroup can be had here (%s): only the refusal is tested",
                           strerror(error)));
    return false;
}

Test(limits, a_fork_bomb_is_killed)
{
    if (!has_cgroup())
        return;
    request.limits.processes = 16;
    cr_expect_eq(run("f() { f | f & }; f; while :; do :; done"), EXEC_LIMITED);
    cr_expect_eq(result.limit, EXEC_LIMIT_PROCESSES);
}

Test(limits, a_group_that_a_killed_keeper_has_left_is_in_nobodys_way)
{
    struct cgroup first, second;
    char left[sizeof(first.name)];

    if (cgroup_open(&first, 8))
        SKIP_TEST("this process may make no control groups");
    snprintf(left, sizeof(left), "kad-%d-1", (int)getpid());
    cr_assert_eq(mkdirat(first.parent, left, 0755), 0);
    cr_expect_eq(cgroup_open(&second, 8), 0);
    cr_expect(cgroup_close(&second));
    cr_expect_eq(unlinkat(first.parent, left, AT_REMOVEDIR), 0);
    cr_expect(cgroup_close(&first));
}

Test(limits, what_needs_fewer_processes_is_left_alone)
{
    if (!has_cgroup())
        return;
    request.limits.processes = 16;
    cr_expect_eq(run("for i in 1 2 3 4 5 6 7 8 9; do sleep 0 & done; wait; echo end"),
                 EXEC_ENDED);
    cr_expect_str_eq(result.output.out, "end\n");
}

Test(limits, a_daemon_in_a_session_of_its_own_is_killed_with_its_group)
{
    pid_t daemon;

    if (!has_cgroup())
        return;
    request.limits.processes = 16;
    cr_expect_eq(run("d=$(mktemp -d); mkfifo $d/told;"
                     "setsid sh -c \"echo \\$\\$ >$d/told; exec sleep 1000\" &"
                     "read pid <$d/told; rm -r $d; echo $pid"),
                 EXEC_ENDED);
    daemon = atoi(result.output.out);
    cr_assert_gt(daemon, 1);
    while (kill(daemon, 0) == 0 || errno != ESRCH)
        sched_yield(); /* the suite's timeout says that it never dies */
}

/* ---- Words --------------------------------------------------------------------------- */

Test(limits, bytes_have_a_unit)
{
    int64_t bytes = 0;

    cr_expect(bytes_parse(S("512MiB"), &bytes));
    cr_expect_eq(bytes, INT64_C(512) << 20);
    cr_expect(bytes_parse(S("2GB"), &bytes));
    cr_expect_eq(bytes, INT64_C(2000) * 1000 * 1000);
    cr_expect(bytes_parse(S("7B"), &bytes));
    cr_expect_eq(bytes, 7);
    cr_expect_not(bytes_parse(S("512"), &bytes));
    cr_expect_not(bytes_parse(S("0MiB"), &bytes));
    cr_expect_not(bytes_parse(S("MiB"), &bytes));
    cr_expect_not(bytes_parse(S("5 MiB"), &bytes));
    cr_expect_not(bytes_parse(S("8388608TiB"), &bytes));
    cr_expect_not(bytes_parse(S("99999999999999999999B"), &bytes));
    cr_expect_eq(bytes, 7);
}

Test(limits, bytes_are_written_as_they_are_read)
{
    static const char *const texts[] = {"1B",  "1000B",  "1kB",  "1500kB", "1KiB",
                                        "3MB", "512MiB", "2GiB", "9TB"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t bytes = 0;
        const char *text;

        cr_assert(bytes_parse(str_of(texts[i]), &bytes));
        text = bytes_text(&arena, bytes);
        cr_expect_str_eq(text, strcmp(texts[i], "1000B") ? texts[i] : "1kB");
    }
}
