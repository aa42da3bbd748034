/* together.c: how long a program takes while others run beside it.
 *
 *     together PROCESSES RUNS PROGRAM [ARG...]
 *
 * RUNS runs in all, PROCESSES of them at once: whenever one has ended, the next is started.
 * Prints the rate of all, and of the single ones median and longest. A run that does not exit
 * with 0 ends it with exit 1. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { RUNS_MAX = 100000, PROCESSES_MAX = 1000 };

struct slot {
    pid_t pid;
    double start_ms;
};

static struct slot slots[PROCESSES_MAX];
static double took_ms[RUNS_MAX];

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void start(struct slot *slot, char **argv)
{
    posix_spawn_file_actions_t quiet;

    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    slot->start_ms = now_ms();
    if (posix_spawnp(&slot->pid, argv[0], &quiet, NULL, argv, environ)) {
        fprintf(stderr, "together: %s can't be started\n", argv[0]);
        exit(1);
    }
    posix_spawn_file_actions_destroy(&quiet);
}

/* The slot of the next that ends. */
static struct slot *wait_for_one(const char *program)
{
    struct slot *slot = slots;
    int status;
    const pid_t pid = wait(&status);

    if (pid < 0 || status != 0) {
        fprintf(stderr, "together: %s did not end well\n", program);
        exit(1);
    }
    while (slot->pid != pid)
        slot++;
    return slot;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
    const int processes = argc > 3 ? atoi(argv[1]) : 0;
    const int runs = argc > 3 ? atoi(argv[2]) : 0;
    const double start_ms = now_ms();
    int started = 0;

    if (processes < 1 || processes > PROCESSES_MAX || runs < processes ||
        runs > RUNS_MAX) {
        fprintf(stderr, "usage: together PROCESSES RUNS PROGRAM [ARG...]\n");
        return 2;
    }
    for (; started < processes; started++)
        start(&slots[started], argv + 3);
    for (int ended = 0; ended < runs; ended++) {
        struct slot *slot = wait_for_one(argv[3]);

        took_ms[ended] = now_ms() - slot->start_ms;
        slot->pid = 0;
        if (started++ < runs)
            start(slot, argv + 3);
    }
    qsort(took_ms, (size_t)runs, sizeof(took_ms[0]), by_size);
    printf("  %2d at once: %.0f runs/s   one: median %.2f ms  longest %.2f ms\n",
           processes, runs / (now_ms() - start_ms) * 1e3, took_ms[runs / 2],
           took_ms[runs - 1]);
    return 0;
}
