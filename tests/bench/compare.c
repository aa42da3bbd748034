/* compare.c: times two commands side by side and prints the ratios of their medians.
 *
 *     compare [--killed] RUNS PROGRAM [ARG...] [--vs PROGRAM [ARG...]]
 *
 * Each run is a whole process, from its start to its end, with its output thrown away. The
 * two take turns, so that a noisy moment hits both; cpu time hardly feels it. Wall time comes
 * from CLOCK_MONOTONIC, memory is the largest resident set that the kernel saw (getrusage). A
 * run that does not exit with 0 (with --killed: is not killed) ends the comparison with
 * exit 1. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { RUNS_MAX = 10000, WARM_UP_RUNS = 2 };

struct command {
    char **argv;
    double wall_ms[RUNS_MAX];
    double cpu_ms[RUNS_MAX];
    long peak_kb;
};

static bool ends_killed;

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double timeval_ms(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static bool is_well(int status)
{
    return ends_killed ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
                       : status == 0;
}

static bool run_once(struct command *command, int run)
{
    posix_spawn_file_actions_t quiet;
    struct rusage usage;
    const double start = now_ms();
    int status;
    pid_t pid;

    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&pid, command->argv[0], &quiet, NULL, command->argv, environ) ||
        wait4(pid, &status, 0, &usage) != pid || !is_well(status)) {
        fprintf(stderr, "compare: %s did not end well\n", command->argv[0]);
        return false;
    }
    posix_spawn_file_actions_destroy(&quiet);
    if (run >= 0) {
        command->wall_ms[run] = now_ms() - start;
        command->cpu_ms[run] = timeval_ms(usage.ru_utime) + timeval_ms(usage.ru_stime);
    }
    if (usage.ru_maxrss > command->peak_kb)
        command->peak_kb = usage.ru_maxrss;
    return true;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double print_command(struct command *command, int runs)
{
    qsort(command->wall_ms, (size_t)runs, sizeof(double), by_size);
    qsort(command->cpu_ms, (size_t)runs, sizeof(double), by_size);
    printf("  %-28s wall ms: min %.2f  median %.2f  max %.2f   cpu ms: %.2f   peak: "
           "%.1f MB\n",
           strrchr(command->argv[0], '/') ? strrchr(command->argv[0], '/') + 1
                                          : command->argv[0],
           command->wall_ms[0], command->wall_ms[runs / 2], command->wall_ms[runs - 1],
           command->cpu_ms[runs / 2], (double)command->peak_kb / 1024.0);
    return command->wall_ms[runs / 2];
}

static char **find_vs(char **argv)
{
    for (char **arg = argv; *arg; arg++)
        if (strcmp(*arg, "--vs") == 0)
            return arg;
    return NULL;
}

int main(int argc, char **argv)
{
    static struct command commands[2];
    const int first = argc > 1 && !strcmp(argv[1], "--killed") ? 2 : 1;
    const int runs = argc > first + 1 ? atoi(argv[first]) : 0;
    char **vs = argc > first + 1 ? find_vs(argv + first + 1) : NULL;
    const int count = vs ? 2 : 1;
    double median_ms[2] = {0};

    if (runs < 1 || runs > RUNS_MAX || (vs && !vs[1])) {
        fprintf(stderr, "usage: compare [--killed] RUNS PROGRAM [ARG...]"
                        " [--vs PROGRAM [ARG...]]\n");
        return 2;
    }
    ends_killed = first > 1;
    commands[0].argv = argv + first + 1;
    if (vs) {
        *vs = NULL;
        commands[1].argv = vs + 1;
    }
    for (int run = -WARM_UP_RUNS; run < runs; run++)
        for (int i = 0; i < count; i++)
            if (!run_once(&commands[i], run))
                return 1;
    for (int i = 0; i < count; i++)
        median_ms[i] = print_command(&commands[i], runs);
    if (vs)
        printf("  ratio of medians: %.2f, of cpu time: %.2f\n",
               median_ms[0] / median_ms[1],
               commands[0].cpu_ms[runs / 2] / commands[1].cpu_ms[runs / 2]);
    return 0;
}
