/* exec.c: see exec.h.
 *
 * One loop over the program's two pipes and the caller's line to the keeper. The program is
 * over when the keeper says so, not when its pipes close: what it has written is in them by
 * then, and what still holds them is nobody's business.
 *
 *                 RUNNING -> OVER
 *                    |  ^
 *     deadline, or   v  | ended
 *     the waiter:  ENDING (TERM) -> KILLED -> GIVEN_UP
 *
 * What is KILLED ends at once, or when the kernel lets go of it. If nothing is heard of it
 * because the keeper has been stopped, that is killed. */
#include "process/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "process/linux.h"
#include "process/progress_pipe.h"
#include "process/signals.h"

/* At its end all that a pipe can hold is read, and no more: others may write for ever. */
enum { CHUNK_BYTES = 64 * 1024, PROGRESS_READS_MAX = CHUNK_BYTES / PIPE_BUF };
enum { OUT_BYTES_SMALL = 256 * 1024 };

enum exec_phase { RUNNING, ENDING, KILLED, GIVEN_UP, OVER };

/* The parent's end of a pipe. */
struct stream {
    int fd; /* -1: closed */
};

struct exec {
    struct exec_caller *caller;
    const struct exec_request *request;
    struct exec_result *result;
    enum exec_phase phase;
    enum exec_end end;
    int64_t deadline_ms; /* monotonic; -1: none */
    int64_t next_ms;     /* monotonic: end of the phase, while ENDING or KILLED */
    struct stream out, err;
    struct progress_pipe progress;
    struct buf out_text;
    struct buf err_tail; /* cut to KAD_TAIL_MAX when it has twice as much */
    int64_t printed_bytes;
    struct keeper_event last; /* KEEPER_ENDED, once it has come */
};

static int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Its caller ---------------------------------------------------------------------- */

enum wait_verdict exec_verdict(struct exec_caller *caller, const struct waiter *waiter)
{
    if (atomic_load(&caller->is_closing))
        return WAIT_KILL;
    return waiter->is_over ? waiter->is_over(waiter->context) : WAIT_ON;
}

int exec_poll(struct exec_caller *caller, struct pollfd *fds, nfds_t count,
              int64_t timeout_ms)
{
    const struct timespec limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000000};
    uint64_t wakes;
    int ready;

    fds[0] = (struct pollfd){.fd = caller->wake_fd, .events = POLLIN};
    if (caller->wake_fd < 0)
        return signals_poll(fds, count, timeout_ms);
    ready = ppoll(fds, count, timeout_ms < 0 ? NULL : &limit, NULL);
    if (ready <= 0 || !fds[0].revents)
        return ready;
    if (read(caller->wake_fd, &wakes, sizeof(wakes)) < 0)
        return -1; /* nobody else reads: it was interrupted, and is ready still */
    errno = EINTR;
    return -1;
}

/* ---- What it prints ----------------------------------------------------------------- */

/* What is much may become all that is allowed: memory for that is asked once, and only what
 * is written to is taken. */
static void keep_out(struct exec *exec, const char *bytes, size_t len)
{
    const size_t wanted = exec->request->program.out_max;
    const size_t room = (wanted ? wanted : KAD_OUTPUT_MAX) - exec->out_text.len;

    if (exec->out_text.len > OUT_BYTES_SMALL)
        buf_reserve(&exec->out_text, room);
    if (len > room) {
        len = room;
        exec->result->output.is_cut = true;
    }
    buf_add(&exec->out_text, (struct str){bytes, len});
}

static void cut_to_tail(struct buf *text)
{
    const size_t surplus = text->len > KAD_TAIL_MAX ? text->len - KAD_TAIL_MAX : 0;

    memmove(text->p, text->p + surplus, text->len - surplus);
    text->len -= surplus;
    text->p[text->len] = '\0';
}

static void keep_err(struct exec *exec, const char *bytes, size_t len)
{
    buf_add(&exec->err_tail, (struct str){bytes, len});
    if (exec->err_tail.len > (size_t)2 * KAD_TAIL_MAX)
        cut_to_tail(&exec->err_tail);
}

static void close_stream(struct stream *stream)
{
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}

/* At most `limit` bytes of what is there; returns their number. */
static size_t read_stream(struct exec *exec, struct stream *stream, size_t limit)
{
    char bytes[CHUNK_BYTES];
    ssize_t len;

    do
        len = read(stream->fd, bytes, limit < sizeof(bytes) ? limit : sizeof(bytes));
    while (len < 0 && errno == EINTR);
    if (len < 0 && errno == EAGAIN)
        return 0;
    if (len <= 0) {
        close_stream(stream);
        return 0;
    }
    if (stream == &exec->out)
        keep_out(exec, bytes, (size_t)len);
    else
        keep_err(exec, bytes, (size_t)len);
    exec->printed_bytes += len;
    if (exec->request->on_output)
        exec->request->on_output(exec->request->waiter.context, bytes, (size_t)len);
    return (size_t)len;
}

/* false: there is none. */
static bool read_progress(struct exec *exec)
{
    const struct exec_request *request = exec->request;
    size_t len;

    if (exec->progress.fd < 0)
        return false;
    len = progress_pipe_read(&exec->progress, request->on_progress,
                             request->waiter.context);
    exec->printed_bytes += (int64_t)len;
    return len > 0;
}

/* What is in the pipe now, and no more: a daemon may hold it and write for ever. */
static void drain(struct exec *exec, struct stream *stream)
{
    int left = 0;

    if (stream->fd < 0 || ioctl(stream->fd, FIONREAD, &left) < 0)
        return;
    while (left > 0 && stream->fd >= 0) {
        const size_t len = read_stream(exec, stream, (size_t)left);

        if (!len)
            break;
        left -= (int)len;
    }
}

/* ---- Start -------------------------------------------------------------------------- */

/* false: errno. */
static bool open_input(const struct kad_program *program, int *in)
{
    if (!program->stdin_text)
        return true;
    *in = linux_memory_file((struct str){program->stdin_text, program->stdin_len});
    return *in >= 0;
}

static bool open_pipe(struct stream *ours, int *theirs)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    ours->fd = ends[0];
    *theirs = ends[1];
    return true;
}

/* false: errno. */
static bool spawn(struct exec *exec)
{
    const struct kad_program *program = &exec->request->program;
    struct keeper_program kept = {
        .limits = exec->request->limits,
        .argv = program->argv,
        .env = program->env,
        .cwd = program->cwd,
        .in = -1,
        .out = -1,
        .err = -1,
    };
    const bool is_sent =
        open_input(program, &kept.in) && open_pipe(&exec->out, &kept.out) &&
        open_pipe(&exec->err, &kept.err) && keeper_spawn(&exec->caller->line, &kept);
    const int error = errno;
    const int theirs[] = {kept.in, kept.out, kept.err};

    for (size_t i = 0; i < 3; i++)
        if (theirs[i] >= 0)
            close(theirs[i]);
    errno = error;
    return is_sent;
}

/* ---- Its life ----------------------------------------------------------------------- */

static void is_over(struct exec *exec, enum exec_end end, int error)
{
    exec->phase = OVER;
    exec->end = end;
    exec->result->error = error;
}

/* The first reason counts; a second wish to end it kills. */
static void end_program(struct exec *exec, enum exec_end why, bool at_once)
{
    if (exec->phase == RUNNING) {
        exec->end = why;
        exec->next_ms = monotonic_ms() + EXEC_GRACE_MS;
        exec->phase = ENDING;
        keeper_signal(&exec->caller->line, SIGTERM);
    }
    if (exec->phase == ENDING && at_once) {
        exec->next_ms = monotonic_ms() + KEEPER_PATIENCE_MS;
        exec->phase = KILLED;
        keeper_signal(&exec->caller->line, SIGKILL);
    }
}

static void give_up(struct exec *exec)
{
    exec->next_ms = monotonic_ms() + KEEPER_PATIENCE_MS;
    if (keeper_give_up(&exec->caller->line))
        exec->phase = GIVEN_UP;
}

static void take_status(struct exec *exec, int status)
{
    struct kad_output *output = &exec->result->output;

    if (WIFSIGNALED(status))
        output->signal = WTERMSIG(status);
    else
        output->exit_code = WEXITSTATUS(status);
    exec->phase = OVER;
}

static void read_event(struct exec *exec)
{
    struct keeper_event event;

    if (!keeper_read(&exec->caller->line, &event)) {
        is_over(exec, exec->phase == RUNNING ? EXEC_LOST : exec->end, 0);
        return;
    }
    switch (event.kind) {
    case KEEPER_LINE_OPEN: break; /* is told on the control socket */
    case KEEPER_NOT_STARTED: is_over(exec, EXEC_NOT_STARTED, event.value); break;
    case KEEPER_NOT_LIMITED: is_over(exec, EXEC_NOT_LIMITED, event.value); break;
    case KEEPER_ENDED:
        exec->last = event;
        take_status(exec, event.value);
        break;
    }
}

static void ask_waiter(struct exec *exec)
{
    switch (exec_verdict(exec->caller, &exec->request->waiter)) {
    case WAIT_ON: break;
    case WAIT_STOP: end_program(exec, EXEC_STOPPED, false); break;
    case WAIT_KILL: end_program(exec, EXEC_STOPPED, true); break;
    }
}

/* How long the loop may sleep; -1: for ever. */
static int64_t sleep_ms(const struct exec *exec, int64_t now_ms)
{
    const unsigned tick_ms = exec->request->waiter.tick_ms;
    const int64_t left_ms = tick_ms ? (int64_t)tick_ms : -1;
    int64_t due_ms = -1;

    if (exec->phase == RUNNING)
        due_ms = exec->deadline_ms;
    else if (exec->phase == ENDING || exec->phase == KILLED)
        due_ms = exec->next_ms;
    if (due_ms < 0)
        return left_ms;
    if (due_ms < now_ms)
        return 0;
    return left_ms < 0 || due_ms - now_ms < left_ms ? due_ms - now_ms : left_ms;
}

static void check_time(struct exec *exec)
{
    const int64_t now_ms = monotonic_ms();

    if (exec->phase == RUNNING && exec->deadline_ms >= 0 && now_ms >= exec->deadline_ms)
        end_program(exec, EXEC_TIMED_OUT, false);
    else if (exec->phase == ENDING && now_ms >= exec->next_ms)
        end_program(exec, exec->end, true);
    else if (exec->phase == KILLED && now_ms >= exec->next_ms)
        give_up(exec);
}

/* ---- Limits -------------------------------------------------------------------------- */

/* It has printed more than it may; what it has written to files is the kernel's to see. */
static bool prints_too_much(const struct exec *exec)
{
    const int64_t limit = exec->request->limits.output_bytes;

    return limit && exec->printed_bytes > limit;
}

/* By the signal, or as a shell tells that of its child. */
static bool is_ended_by(const struct exec *exec, int signal_number)
{
    const struct kad_output *output = &exec->result->output;

    return output->signal == signal_number || output->exit_code == 128 + signal_number;
}

static bool has_computed_too_long(const struct exec *exec)
{
    const int64_t limit_ms = exec->request->limits.cpu_ms;

    return limit_ms && (is_ended_by(exec, SIGXCPU) ||
                        (is_ended_by(exec, SIGKILL) && exec->last.cpu_ms >= limit_ms));
}

/* The limit that a program has gone past which has ended, or was killed for it. */
static enum exec_limit limit_of(const struct exec *exec)
{
    if (exec->last.is_crowded)
        return EXEC_LIMIT_PROCESSES;
    if (prints_too_much(exec))
        return EXEC_LIMIT_OUTPUT;
    if (exec->request->limits.output_bytes && is_ended_by(exec, SIGXFSZ))
        return EXEC_LIMIT_OUTPUT;
    return has_computed_too_long(exec) ? EXEC_LIMIT_CPU : EXEC_LIMIT_NONE;
}

static void judge(struct exec *exec)
{
    if (exec->end != EXEC_ENDED && exec->end != EXEC_LIMITED)
        return;
    exec->result->limit = limit_of(exec);
    if (exec->result->limit != EXEC_LIMIT_NONE)
        exec->end = EXEC_LIMITED;
}

static void turn(struct exec *exec)
{
    struct pollfd fds[] = {{0},
                           {.fd = exec->caller->line.socket, .events = POLLIN},
                           {.fd = exec->out.fd, .events = POLLIN},
                           {.fd = exec->err.fd, .events = POLLIN},
                           {.fd = exec->progress.fd, .events = POLLIN}};
    const int ready = exec_poll(exec->caller, fds, 5, sleep_ms(exec, monotonic_ms()));

    if (ready <= 0) { /* a signal, or time has passed */
        ask_waiter(exec);
        check_time(exec);
        return;
    }
    if (fds[2].revents)
        read_stream(exec, &exec->out, CHUNK_BYTES);
    if (fds[3].revents)
        read_stream(exec, &exec->err, CHUNK_BYTES);
    if (fds[4].revents)
        read_progress(exec);
    if (prints_too_much(exec))
        end_program(exec, EXEC_LIMITED, true);
    if (fds[1].revents)
        read_event(exec);
    check_time(exec);
}

static void finish(struct exec *exec)
{
    struct kad_output *output = &exec->result->output;

    drain(exec, &exec->out);
    drain(exec, &exec->err);
    for (int i = 0; i < PROGRESS_READS_MAX && read_progress(exec); i++)
        continue;
    progress_pipe_close(&exec->progress);
    judge(exec);
    close_stream(&exec->out);
    close_stream(&exec->err);
    cut_to_tail(&exec->err_tail);
    output->out = exec->out_text.p;
    output->out_len = exec->out_text.len;
    output->err = exec->err_tail.p;
    output->err_len = exec->err_tail.len;
}

enum exec_end exec_run(struct exec_caller *caller, struct arena *arena,
                       const struct exec_request *request, struct exec_result *result)
{
    struct exec exec = {
        .caller = caller,
        .request = request,
        .result = result,
        .end = EXEC_ENDED,
        .deadline_ms = -1,
        .out = {-1},
        .err = {-1},
    };

    *result = (struct exec_result){.output.exit_code = -1};
    buf_init(&exec.out_text, arena);
    buf_init(&exec.err_tail, arena);
    if (request->timeout_ms >= 0 &&
        __builtin_add_overflow(monotonic_ms(), request->timeout_ms, &exec.deadline_ms))
        exec.deadline_ms = INT64_MAX;
    progress_pipe_open(&exec.progress, request->progress_path);
    if (atomic_load(&caller->is_closing))
        is_over(&exec, EXEC_NOT_STARTED, ECANCELED);
    else if (!spawn(&exec))
        is_over(&exec, EXEC_NOT_STARTED, errno);
    while (exec.phase != OVER)
        turn(&exec);
    finish(&exec);
    return exec.end;
}
