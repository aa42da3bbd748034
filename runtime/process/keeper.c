/* keeper.c: the engine's end of the keeper; see keeper.h. */
#include "process/keeper.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "process/linux.h"

void keeper_init(struct keeper *keeper)
{
    *keeper = (struct keeper){.socket = -1};
}

void keeper_close(struct keeper *keeper)
{
    if (keeper->socket < 0)
        return;
    close(keeper->socket);
    while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    keeper->socket = -1;
}

static bool start(struct keeper *keeper)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return false;
    keeper->pid = fork();
    if (keeper->pid == 0) {
        close(ends[0]);
        keeper_live(ends[1]);
    }
    close(ends[1]);
    keeper->socket = ends[0];
    if (keeper->pid > 0)
        return true;
    close(ends[0]);
    keeper->socket = -1;
    return false;
}

static uint32_t add_texts(struct buf *texts, const char *const *list)
{
    uint32_t count = 0;

    for (; list && list[count]; count++)
        buf_add(texts, (struct str){list[count], strlen(list[count]) + 1});
    return count;
}

/* The file of texts; -1: errno. */
static int pack(const struct keeper_program *program, struct keeper_request *request)
{
    struct arena arena;
    struct buf texts;
    int fd;

    arena_init(&arena);
    buf_init(&texts, &arena);
    buf_add(&texts, (struct str){program->cwd, strlen(program->cwd) + 1});
    request->argument_count = add_texts(&texts, program->argv);
    request->env_count = add_texts(&texts, program->env);
    fd = linux_memory_file(buf_str(&texts));
    arena_release(&arena);
    return fd;
}

static bool send_request(struct keeper *keeper, struct keeper_request *request,
                         const int fds[KEEPER_FD_COUNT])
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(KEEPER_FD_COUNT * sizeof(int))];
    } control = {0};
    struct iovec packet = {request, sizeof(*request)};
    struct msghdr message = {.msg_iov = &packet, .msg_iovlen = 1};
    ssize_t sent;

    if (fds) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        control.header = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET,
            .cmsg_type = SCM_RIGHTS,
            .cmsg_len = CMSG_LEN(KEEPER_FD_COUNT * sizeof(int)),
        };
        memcpy(CMSG_DATA(&control.header), fds, KEEPER_FD_COUNT * sizeof(int));
    }
    do
        sent = sendmsg(keeper->socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

bool keeper_spawn(struct keeper *keeper, const struct keeper_program *program,
                  uint32_t *id)
{
    struct keeper_request request = {.kind = KEEPER_SPAWN};
    int texts;
    bool is_sent;

    if (keeper->socket < 0 && !start(keeper))
        return false;
    texts = pack(program, &request);
    if (texts < 0)
        return false;
    request.id = *id = ++keeper->last_id;
    is_sent = send_request(keeper, &request,
                           (int[]){program->in, program->out, program->err, texts});
    close(texts);
    if (!is_sent &&
        errno == EPIPE) { /* somebody has killed it: the next call starts anew */
        keeper_close(keeper);
        errno = EPIPE;
    }
    return is_sent;
}

void keeper_signal(struct keeper *keeper, uint32_t id, int signal_number)
{
    struct keeper_request request = {
        .kind = KEEPER_SIGNAL, .id = id, .signal_number = signal_number};

    /* A keeper that is gone has killed the program, or keeper_read will tell. */
    (void)send_request(keeper, &request, NULL);
}

bool keeper_read(struct keeper *keeper, struct keeper_event *event)
{
    ssize_t len;

    do
        len = recv(keeper->socket, event, sizeof(*event), 0);
    while (len < 0 && errno == EINTR);
    if (len == (ssize_t)sizeof(*event))
        return true;
    keeper_close(keeper);
    return false;
}
