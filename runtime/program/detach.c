/* detach.c: see detach.h. */
#include "program/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "document.h"

/* What is told: the execution's id and its status, a line each. */
enum { TOLD_BYTES_MAX = 256 };

static bool fail(const struct program *program, const char *what, int *exit_code)
{
    *exit_code = KAD_EXIT_STORE;
    fprintf(stderr, "wf-%s: --detach: %s: %s\n", program->workflow->id, what,
            strerror(errno));
    return false;
}

/* ---- Who has asked ------------------------------------------------------------------ */

/* All that the other process tells; nothing: it has ended without. */
static size_t hear(int fd, char told[TOLD_BYTES_MAX])
{
    size_t len = 0;
    ssize_t got = 1;

    while (len < TOLD_BYTES_MAX - 1 && got) {
        got = read(fd, told + len, TOLD_BYTES_MAX - 1 - len);
        if (got > 0)
            len += (size_t)got;
        else if (got < 0 && errno != EINTR)
            break;
    }
    told[len] = '\0';
    return len;
}

/* Returns the exit code. */
static int print_told(const struct program *program, char *told)
{
    const char *status = "";
    char *end = strchr(told, '\n');

    if (end) {
        *end = '\0';
        status = end + 1;
    }
    if (program->options.is_json)
        return document_print(json_pack("{s:s, s:s, s:s, s:i}", "execution", told,
                                        "workflow", program->workflow->id, "status",
                                        status, "exit", KAD_EXIT_COMPLETED),
                              KAD_EXIT_COMPLETED);
    printf("%s\n", told);
    return KAD_EXIT_COMPLETED;
}

/* Its exit code, where it has ended before it began. */
static int exit_code_of(pid_t process)
{
    int status;

    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR)
            return KAD_EXIT_BUG;
    return WIFEXITED(status) ? WEXITSTATUS(status) : KAD_EXIT_BUG;
}

/* ---- Both --------------------------------------------------------------------------- */

bool detach_begin(struct program *program, int *exit_code)
{
    char told[TOLD_BYTES_MAX];
    int ends[2];
    pid_t process;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return fail(program, "no socket", exit_code);
    process = fork();
    if (process == 0) {
        setsid();
        close(ends[0]);
        program->asker_fd = ends[1];
        return true;
    }
    close(ends[1]);
    if (process < 0)
        (void)fail(program, "no process", exit_code);
    else if (!hear(ends[0], told))
        *exit_code = exit_code_of(process);
    else
        *exit_code = print_told(program, told);
    close(ends[0]);
    return false;
}

/* ---- Who runs it -------------------------------------------------------------------- */

/* Standard input is empty from now on, and what is printed goes into the file. */
static bool leave_standard(const char *file)
{
    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int log = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const bool is_done = null >= 0 && log >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
                         dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0;

    if (null >= 0)
        close(null);
    if (log >= 0)
        close(log);
    return is_done;
}

int detach_leave(struct program *program, const struct execution_row *row)
{
    struct arena *arena = &program->arena;
    const char *folder =
        arena_printf(arena, "%s/logs/%s", program->project.state, row->id);
    const char *told =
        arena_printf(arena, "%s\n%s", row->id, execution_status_name(row->status));
    int exit_code = 0;

    if (!make_folders(arena, folder) ||
        !leave_standard(arena_printf(arena, "%s/output.log", folder))) {
        (void)fail(program, folder, &exit_code);
        fprintf(stderr, "  go on: kad workflow resume %s\n", row->id);
        return exit_code;
    }
    /* Where who has asked is gone, it goes on all the same. */
    (void)send(program->asker_fd, told, strlen(told), MSG_NOSIGNAL);
    close(program->asker_fd);
    program->asker_fd = -1;
    return 0;
}
