/* keeper.c: the engine's end of the keeper; see keeper.h. */
#include "process/keeper.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "process/linux.h"
#include "process/signals.h"

enum { SLOTS_BYTES = KEEPER_LINE_COUNT * sizeof(struct keeper_slot) };

void keeper_init(struct keeper *keeper)
{
    *keeper = (struct keeper){.socket = -1};
    pthread_mutex_init(&keeper->mutex, NULL);
}

/* ---- Its start and end -------------------------------------------------------------- */

static void hang_up(struct keeper *keeper)
{
    if (keeper->socket < 0)
        return;
    close(keeper->socket);
    if (!linux_child_ends(keeper->pid, KEEPER_PATIENCE_MS))
        kill(keeper->pid, SIGKILL);
    while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    keeper->socket = -1;
}

void keeper_close(struct keeper *keeper)
{
    hang_up(keeper);
    if (keeper->slots)
        munmap(keeper->slots, SLOTS_BYTES);
    pthread_mutex_destroy(&keeper->mutex);
    keeper->slots = NULL;
}

/* A signal must not run a handler of the engine in the child: it starts with all blocked. */
static pid_t fork_keeper(const struct keeper *keeper, const int ends[2])
{
    sigset_t before;
    pid_t pid;

    signals_block(&before);
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        keeper_live(ends[1], keeper->slots);
    }
    signals_restore(&before);
    return pid;
}

static bool map_slots(struct keeper *keeper)
{
    void *slots;

    if (keeper->slots)
        return true;
    slots = mmap(NULL, SLOTS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                 -1, 0);
    if (slots != MAP_FAILED)
        keeper->slots = slots;
    return slots != MAP_FAILED;
}

/* With the mutex held. */
static bool start(struct keeper *keeper)
{
    const struct timeval patience = {.tv_sec = KEEPER_PATIENCE_MS / 1000};
    int ends[2];
    int error;

    if (keeper->socket >= 0)
        return true;
    if (!map_slots(keeper) ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return false;
    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    keeper->pid = fork_keeper(keeper, ends);
    error = errno;
    close(ends[1]);
    keeper->socket = ends[0];
    keeper->life++;
    if (keeper->pid > 0)
        return true;
    close(ends[0]);
    keeper->socket = -1;
    errno = error;
    return false;
}

bool keeper_start(struct keeper *keeper)
{
    bool is_started;

    pthread_mutex_lock(&keeper->mutex);
    is_started = start(keeper);
    pthread_mutex_unlock(&keeper->mutex);
    return is_started;
}

/* ---- Packets ------------------------------------------------------------------------ */

static bool send_packet(int socket, const struct keeper_request *request,
                        struct str texts, const int *fds, size_t fd_count)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(KEEPER_FD_COUNT * sizeof(int))];
    } control = {0};
    struct iovec packet[] = {{(void *)request, sizeof(*request)},
                             {(void *)texts.p, texts.len}};
    struct msghdr message = {.msg_iov = packet, .msg_iovlen = texts.len ? 2 : 1};
    ssize_t sent;

    if (fd_count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        control.header = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET,
            .cmsg_type = SCM_RIGHTS,
            .cmsg_len = CMSG_LEN(fd_count * sizeof(int)),
        };
        memcpy(CMSG_DATA(&control.header), fds, fd_count * sizeof(int));
    }
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

/* Whether the last packet was not sent because the other end is closed. */
static bool is_hung_up(void)
{
    return errno == EPIPE || errno == ECONNRESET;
}

/* ---- Lines -------------------------------------------------------------------------- */

void keeper_line_init(struct keeper_line *line, struct keeper *keeper)
{
    uint32_t index = 0;

    pthread_mutex_lock(&keeper->mutex);
    while (index < KEEPER_LINE_COUNT && keeper->is_taken[index])
        index++;
    if (index < KEEPER_LINE_COUNT)
        keeper->is_taken[index] = true;
    pthread_mutex_unlock(&keeper->mutex);
    *line = (struct keeper_line){.keeper = keeper, .index = index, .socket = -1};
}

static void disconnect(struct keeper_line *line)
{
    if (line->socket >= 0)
        close(line->socket);
    line->socket = -1;
}

void keeper_line_close(struct keeper_line *line)
{
    struct keeper *keeper = line->keeper;

    disconnect(line);
    if (line->index == KEEPER_LINE_COUNT)
        return;
    pthread_mutex_lock(&keeper->mutex);
    keeper->is_taken[line->index] = false;
    pthread_mutex_unlock(&keeper->mutex);
    line->index = KEEPER_LINE_COUNT;
}

/* The other end is closed: the keeper is dead or about to be. */
static void lose(struct keeper_line *line)
{
    struct keeper *keeper = line->keeper;

    disconnect(line);
    pthread_mutex_lock(&keeper->mutex);
    if (line->life == keeper->life)
        hang_up(keeper);
    pthread_mutex_unlock(&keeper->mutex);
}

/* An event; false: there will be none any more. */
static bool receive(int socket, struct keeper_event *event)
{
    ssize_t len;

    do
        len = recv(socket, event, sizeof(*event), 0);
    while (len < 0 && errno == EINTR);
    if (len >= 0 && len != (ssize_t)sizeof(*event))
        errno = EPIPE;
    return len == (ssize_t)sizeof(*event);
}

/* What the keeper says on its control socket. It may be slow: only one that was stopped is not
 * waited for. */
static bool receive_answer(const struct keeper *keeper, struct keeper_event *event)
{
    bool is_heard;

    do
        is_heard = receive(keeper->socket, event);
    while (!is_heard && errno == EAGAIN && !linux_is_stopped(keeper->pid));
    return is_heard;
}

/* With the mutex held. Somebody may have killed the keeper: then a new one gets it. */
static bool hand_over(struct keeper *keeper, uint32_t index, int end)
{
    const struct keeper_request request = {.kind = KEEPER_LINE, .line = index};
    struct keeper_event event = {.value = EPIPE};

    for (int attempt = 0; attempt < 2; attempt++) {
        if (!start(keeper))
            return false;
        if (!send_packet(keeper->socket, &request, (struct str){0}, &end, 1)) {
            if (!is_hung_up())
                return false;
        } else if (receive_answer(keeper, &event)) {
            break;
        }
        hang_up(keeper);
    }
    errno = event.value;
    return !event.value;
}

static bool connect_line(struct keeper_line *line)
{
    struct keeper *keeper = line->keeper;
    int ends[2];
    bool is_connected;
    int error;

    if (line->index == KEEPER_LINE_COUNT) {
        errno = EAGAIN;
        return false;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return false;
    pthread_mutex_lock(&keeper->mutex);
    is_connected = hand_over(keeper, line->index, ends[1]);
    error = errno;
    line->life = keeper->life;
    pthread_mutex_unlock(&keeper->mutex);
    close(ends[1]);
    line->socket = ends[0];
    if (!is_connected)
        disconnect(line);
    errno = error;
    return is_connected;
}

/* ---- Programs ----------------------------------------------------------------------- */

static uint32_t add_texts(struct buf *texts, const char *const *list)
{
    uint32_t count = 0;

    for (; list && list[count]; count++)
        buf_add(texts, (struct str){list[count], strlen(list[count]) + 1});
    return count;
}

/* A packet that the keeper has not got is sent again, to the keeper that replaces it. */
static bool send_program(struct keeper_line *line, const struct keeper_request *request,
                         struct str texts, const int *fds, size_t fd_count)
{
    if (line->socket >= 0) {
        if (send_packet(line->socket, request, texts, fds, fd_count))
            return true;
        if (!is_hung_up())
            return false;
        lose(line);
    }
    return connect_line(line) &&
           send_packet(line->socket, request, texts, fds, fd_count);
}

static bool send_texts(struct keeper_line *line, const struct keeper_program *program,
                       struct keeper_request *request, struct str texts)
{
    int fds[KEEPER_FD_COUNT] = {program->out, program->err};
    size_t fd_count = 2;
    int file = -1;
    bool is_sent;
    int error;

    if (request->flags & KEEPER_HAS_IN)
        fds[fd_count++] = program->in;
    if (texts.len > KEEPER_TEXTS_BYTES) {
        file = linux_memory_file(texts);
        if (file < 0)
            return false;
        request->flags |= KEEPER_HAS_FILE;
        fds[fd_count++] = file;
        texts.len = 0;
    }
    is_sent = send_program(line, request, texts, fds, fd_count);
    error = errno;
    if (file >= 0)
        close(file);
    errno = error;
    return is_sent;
}

bool keeper_spawn(struct keeper_line *line, const struct keeper_program *program)
{
    struct keeper_request request = {
        .kind = KEEPER_SPAWN,
        .flags = program->in >= 0 ? KEEPER_HAS_IN : 0,
        .limits = program->limits,
    };
    struct arena arena;
    struct buf texts;
    bool is_sent;
    int error;

    arena_init(&arena);
    buf_init(&texts, &arena);
    buf_add(&texts, (struct str){program->cwd, strlen(program->cwd) + 1});
    request.argument_count = add_texts(&texts, program->argv);
    request.env_count = add_texts(&texts, program->env);
    is_sent = send_texts(line, program, &request, buf_str(&texts));
    error = errno;
    arena_release(&arena);
    errno = error;
    return is_sent;
}

/* With the mutex held: 0 when it is dead, or another. */
static pid_t keeper_of(const struct keeper_line *line)
{
    const struct keeper *keeper = line->keeper;

    return line->life == keeper->life && keeper->socket >= 0 ? keeper->pid : 0;
}

void keeper_signal(struct keeper_line *line, int signal_number)
{
    const struct keeper_request request = {.kind = KEEPER_SIGNAL,
                                           .signal_number = signal_number};

    pid_t pid;

    pthread_mutex_lock(&line->keeper->mutex);
    pid = keeper_of(line);
    if (pid)
        kill(pid, SIGCONT);
    pthread_mutex_unlock(&line->keeper->mutex);
    /* A keeper that is gone has killed the program, or keeper_read will tell. */
    (void)send_packet(line->socket, &request, (struct str){0}, NULL, 0);
}

bool keeper_give_up(struct keeper_line *line)
{
    bool is_stopped;
    pid_t pid;

    pthread_mutex_lock(&line->keeper->mutex);
    pid = keeper_of(line);
    is_stopped = !pid || linux_is_stopped(pid);
    if (pid && is_stopped)
        kill(pid, SIGKILL);
    pthread_mutex_unlock(&line->keeper->mutex);
    return is_stopped;
}

bool keeper_read(struct keeper_line *line, struct keeper_event *event)
{
    pid_t leader;

    if (receive(line->socket, event))
        return true;
    leader = atomic_exchange(&line->keeper->slots[line->index].leader, 0);
    if (leader)
        kill(-leader, SIGKILL); /* keeper.h (2) */
    lose(line);
    return false;
}
