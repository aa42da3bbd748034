/* progress_pipe.c: see progress_pipe.h.
 *
 * The engine opens its end for both directions, so that it is never told of an end of file.
 * What lies at the path is not trusted: other programs of the step may have put it there. */
#include "process/progress_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static bool is_pipe(int fd)
{
    struct stat file;

    if (fstat(fd, &file) == 0 && S_ISFIFO(file.st_mode))
        return true;
    errno = ENXIO;
    return false;
}

void progress_pipe_open(struct progress_pipe *pipe, const char *path)
{
    pipe->path = path;
    pipe->fd = -1;
    pipe->len = 0;
    if (!path || (mkfifo(path, 0600) < 0 && errno != EEXIST))
        return;
    pipe->fd = open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (pipe->fd < 0 || is_pipe(pipe->fd))
        return;
    close(pipe->fd);
    pipe->fd = -1;
}

void progress_pipe_close(struct progress_pipe *pipe)
{
    if (pipe->fd < 0)
        return;
    unlink(pipe->path);
    close(pipe->fd);
    pipe->fd = -1;
}

size_t progress_pipe_read(struct progress_pipe *pipe,
                          void (*take)(void *context, struct str line), void *context)
{
    const ssize_t got =
        read(pipe->fd, pipe->line + pipe->len, sizeof(pipe->line) - pipe->len);
    struct str text = {pipe->line, pipe->len + (got > 0 ? (size_t)got : 0)};
    size_t end;

    while ((end = str_find(text, S("\n"))) < text.len) {
        take(context, str_part(text, 0, end));
        text = str_part(text, end + 1, text.len);
    }
    if (text.len == sizeof(pipe->line)) {
        take(context, text);
        text.len = 0;
    }
    memmove(pipe->line, text.p, text.len);
    pipe->len = text.len;
    return got > 0 ? (size_t)got : 0;
}

bool progress_pipe_send(const char *path, struct str line)
{
    const int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    char message[PIPE_BUF];
    bool is_sent;
    int error;

    if (fd < 0)
        return false;
    line = str_part(line, 0, sizeof(message) - 1);
    memcpy(message, line.p, line.len);
    message[line.len] = '\n';
    is_sent = is_pipe(fd) && fcntl(fd, F_SETFL, 0) == 0 &&
              file_write_all(fd, (struct str){message, line.len + 1});
    error = errno;
    close(fd);
    errno = error;
    return is_sent;
}
