/* spawn.c: times a program's start and end through the engine's host beside posix_spawn.
 *
 *     spawn RUNS [MEGABYTES [PROGRAM]]
 *
 * One side is host->execute, as a step of kind run has it: the keeper, a group of its own,
 * both outputs kept. The other is posix_spawnp and waitpid in this process, nothing else. The
 * two take turns, so that a noisy moment hits both. MEGABYTES of this process's memory are
 * touched first. Prints both medians and their ratio; the first run of each, which starts the
 * keeper, is told apart. Any failure ends it with exit 1. */
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process/host.h"

extern char **environ;

enum { RUNS_MAX = 100000, BYTES_PER_MEGABYTE = 1 << 20 };

static double host_us[RUNS_MAX], bare_us[RUNS_MAX];
static struct process_host host;
static const char *program = "/bin/true";

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static bool run_host(void)
{
    const char *const argv[] = {program, NULL};
    const struct exec_request request = {
        .program = {.argv = argv, .cwd = "/"},
        .timeout_ms = -1,
    };
    struct exec_result result;
    struct arena arena;
    enum exec_end end;

    arena_init(&arena);
    end = host.host.execute(&host.host, &arena, &request, &result);
    arena_release(&arena);
    return end == EXEC_ENDED && result.output.exit_code == 0;
}

static bool run_bare(void)
{
    char *const argv[] = {(char *)program, NULL};
    int status;
    pid_t pid;

    return posix_spawnp(&pid, program, NULL, NULL, argv, environ) == 0 &&
           waitpid(pid, &status, 0) == pid && status == 0;
}

static bool time_one(bool (*run)(void), double *took_us)
{
    const double start = now_us();

    if (!run()) {
        fprintf(stderr, "spawn: %s did not end well\n", program);
        return false;
    }
    *took_us = now_us() - start;
    return true;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double print_side(const char *name, double *took_us, size_t count)
{
    const double first = took_us[0];

    qsort(took_us, count, sizeof(*took_us), by_size);
    printf("  %-28s us: min %.0f  median %.0f  90%% %.0f   first: %.0f\n", name,
           took_us[0], took_us[count / 2], took_us[count * 9 / 10], first);
    return took_us[count / 2];
}

int main(int argc, char **argv)
{
    const int count = argc > 1 ? atoi(argv[1]) : 0;
    const size_t bytes =
        argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) * BYTES_PER_MEGABYTE : 0;
    char *memory = malloc(bytes + 1);
    double ratio;

    if (count < 1 || count > RUNS_MAX || !memory) {
        fprintf(stderr, "usage: spawn RUNS [MEGABYTES [PROGRAM]]\n");
        return 2;
    }
    if (argc > 3)
        program = argv[3];
    memset(memory, 1, bytes + 1);
    process_host_init(&host);
    for (int i = 0; i < count; i++)
        if (!time_one(run_host, &host_us[i]) || !time_one(run_bare, &bare_us[i]))
            return 1;
    ratio = print_side("host->execute", host_us, (size_t)count);
    ratio /= print_side("posix_spawnp, waitpid", bare_us, (size_t)count);
    printf("  ratio of medians: %.2f\n", ratio);
    process_host_release(&host);
    free(memory);
    return 0;
}
