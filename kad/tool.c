/* tool.c: see tool.h. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "process/signals.h"

extern char **environ;

static bool start(const struct tool *tool, int stdout_fd, int stderr_fd, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t untouched;
    int error = posix_spawn_file_actions_init(&actions);

    signals_changed(&untouched);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &untouched);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, stdout_fd, STDOUT_FILENO);
    if (!error && tool->errors)
        error = posix_spawn_file_actions_adddup2(&actions, stderr_fd, STDERR_FILENO);
    if (!error && tool->is_quiet)
        error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                                 O_WRONLY, 0);
    if (!error && tool->cwd)
        error = posix_spawn_file_actions_addchdir_np(&actions, tool->cwd);
    if (!error) /* posix_spawn takes char *const[], and changes nothing */
        error = posix_spawnp(pid, tool->argv[0], &actions, &attributes,
                             (char *const *)tool->argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    errno = error;
    return error == 0;
}

static struct str read_all(struct arena *arena, int fd)
{
    struct buf text;
    char chunk[4096];
    ssize_t got;

    buf_init(&text, arena);
    while ((got = read(fd, chunk, sizeof(chunk))) > 0 || (got < 0 && errno == EINTR))
        if (got > 0)
            buf_add(&text, (struct str){chunk, (size_t)got});
    return buf_str(&text);
}

/* false: errno; how it has ended can't be known. */
static bool wait_for(pid_t pid, int *exit_code)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    *exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

bool tool_run(const struct tool *tool, int *exit_code)
{
    struct str *taken = tool->output ? tool->output : tool->errors;
    int pipe_fds[2] = {-1, STDERR_FILENO};
    pid_t pid;
    bool is_started;

    if (taken && pipe2(pipe_fds, O_CLOEXEC) < 0)
        return false;
    is_started = start(tool, pipe_fds[1], pipe_fds[1], &pid);
    if (taken) {
        close(pipe_fds[1]);
        if (is_started)
            *taken = read_all(tool->arena, pipe_fds[0]);
        close(pipe_fds[0]);
    }
    return is_started && wait_for(pid, exit_code);
}
