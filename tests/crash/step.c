/* step.c: the program of each step: crash-step NAME [TEXT...]
 *
 * Leaves a line with its key beside the database, and says NAME and TEXT. `flaky` fails at its
 * first attempt, `check` at its first two visits; `leave` leaves a process behind that has a
 * session of its own and ends when it is killed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int environment_number(const char *name)
{
    const char *text = getenv(name);

    return text ? atoi(text) : 0;
}

static void note_call(void)
{
    char path[4096], line[256];
    int file, len;

    snprintf(path, sizeof(path), "%s.calls", getenv("KAD_DB"));
    len = snprintf(line, sizeof(line), "%s\n", getenv("KAD_KEY"));
    file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || write(file, line, (size_t)len) != len)
        abort();
    close(file);
}

static void leave_somebody(void)
{
    if (fork() != 0)
        return;
    setsid();
    if (fork() != 0)
        _exit(0);
    for (;;)
        pause();
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    note_call();
    for (int i = 1; i < argc; i++)
        printf("%s%s", i > 1 ? " " : "", argv[i]);
    fprintf(stderr, "%s runs\n", name);
    fflush(stdout);
    if (!strcmp(name, "leave"))
        leave_somebody();
    if (!strcmp(name, "flaky"))
        return environment_number("KAD_ATTEMPT") < 2;
    if (!strcmp(name, "check"))
        return environment_number("KAD_VISIT") < 3;
    return 0;
}
