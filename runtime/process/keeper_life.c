/* keeper_life.c: what the keeper does; see keeper.h.
 *
 * A loop over two things: packets from the engine, and children that have ended. It keeps
 * nothing of the engine open but the control socket, so that the end of the engine is seen at
 * once wherever its pipes lead. A program's own ends are kept open until it has ended: their
 * closing would wake the engine for nothing. */
#include "process/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/launch.h"
#include "process/linux.h"
#include "process/signals.h"

enum { OWN_SOCKET = 3 };

/* A line and its program, if its slot names one. */
struct end {
    int fds[KEEPER_FD_COUNT]; /* of the program */
    size_t fd_count;
};

struct life {
    struct keeper_slot *slots; /* of the lines */
    struct end ends[KEEPER_LINE_COUNT];
    struct pollfd sockets[1 + KEEPER_LINE_COUNT]; /* control, then the lines */
    nfds_t socket_count;                          /* those after are closed */
};

static struct life life;

static void tell(int socket, enum keeper_event_kind kind, int value)
{
    const struct keeper_event event = {kind, value};

    while (send(socket, &event, sizeof(event), MSG_NOSIGNAL) < 0 && errno == EINTR)
        continue;
}

static void report(size_t line, enum keeper_event_kind kind, int value)
{
    tell(life.sockets[1 + line].fd, kind, value);
}

static void close_files(struct end *end)
{
    for (size_t i = 0; i < end->fd_count; i++)
        close(end->fds[i]);
    end->fd_count = 0;
}

/* ---- Packets ------------------------------------------------------------------------ */

/* A packet that has come. */
struct packet {
    struct keeper_request request;
    struct str texts;
    int fds[KEEPER_FD_COUNT];
    size_t fd_count;
};

static void take_descriptors(struct packet *packet, struct msghdr *message)
{
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    size_t len;

    if (!control || control->cmsg_type != SCM_RIGHTS)
        return;
    len = control->cmsg_len - CMSG_LEN(0);
    memcpy(packet->fds, CMSG_DATA(control), len);
    packet->fd_count = len / sizeof(int);
}

/* false: the other end is closed. */
static bool receive(int socket, struct packet *packet)
{
    static char texts[KEEPER_TEXTS_BYTES];
    char control[CMSG_SPACE(KEEPER_FD_COUNT * sizeof(int))];
    struct iovec parts[] = {{&packet->request, sizeof(packet->request)},
                            {texts, sizeof(texts)}};
    struct msghdr message = {.msg_iov = parts,
                             .msg_iovlen = 2,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t len;

    do
        len = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (len < 0 && errno == EINTR);
    if (len < (ssize_t)sizeof(packet->request))
        return false;
    packet->texts = (struct str){texts, (size_t)len - sizeof(packet->request)};
    packet->fd_count = 0;
    take_descriptors(packet, &message);
    return true;
}

/* The texts are in the last descriptor. */
static int launch_from_file(const struct packet *packet, struct keeper_slot *slot)
{
    const int file = packet->fds[packet->fd_count - 1];
    struct stat status;
    struct str texts;
    void *content;
    int error;

    if (fstat(file, &status) < 0)
        return errno;
    texts.len = (size_t)status.st_size;
    content = mmap(NULL, texts.len, PROT_READ, MAP_PRIVATE, file, 0);
    if (content == MAP_FAILED)
        return errno;
    texts.p = content;
    error = launch(&packet->request, texts, packet->fds, slot);
    munmap(content, texts.len);
    return error;
}

static size_t wanted_descriptors(const struct keeper_request *request)
{
    size_t count = 2;

    if (request->flags & KEEPER_HAS_IN)
        count++;
    if (request->flags & KEEPER_HAS_FILE)
        count++;
    return count;
}

static void start_program(size_t line, struct packet *packet)
{
    struct keeper_slot *slot = &life.slots[line];
    struct end *end = &life.ends[line];
    int error = EMFILE; /* fewer have arrived: this process may not open more */

    memcpy(end->fds, packet->fds, sizeof(end->fds));
    end->fd_count = packet->fd_count;
    if (packet->fd_count == wanted_descriptors(&packet->request))
        error = packet->request.flags & KEEPER_HAS_FILE
                    ? launch_from_file(packet, slot)
                    : launch(&packet->request, packet->texts, packet->fds, slot);
    if (!error)
        return;
    close_files(end);
    report(line, KEEPER_NOT_STARTED, error);
}

static void signal_program(size_t line, int signal_number)
{
    const pid_t leader = atomic_load(&life.slots[line].leader);

    if (leader)
        kill(-leader, signal_number);
}

static void hang_up(size_t line)
{
    signal_program(line, SIGKILL);
    close(life.sockets[1 + line].fd);
    life.sockets[1 + line].fd = -1;
}

static void serve_line(size_t line)
{
    struct packet packet;

    if (!receive(life.sockets[1 + line].fd, &packet))
        hang_up(line);
    else if (packet.request.kind == KEEPER_SPAWN)
        start_program(line, &packet);
    else if (packet.request.kind == KEEPER_SIGNAL)
        signal_program(line, packet.request.signal_number);
}

/* false: the engine is gone. */
static bool serve_control(void)
{
    struct packet packet;
    nfds_t index;

    if (!receive(OWN_SOCKET, &packet))
        return false;
    index = 1 + (nfds_t)packet.request.line;
    if (!packet.fd_count) { /* it has not arrived: this process may not open more */
        tell(OWN_SOCKET, KEEPER_LINE_OPEN, EMFILE);
        return true;
    }
    for (; life.socket_count <= index; life.socket_count++)
        life.sockets[life.socket_count].fd = -1;
    if (life.sockets[index].fd >= 0)
        hang_up(packet.request.line);
    life.sockets[index] = (struct pollfd){.fd = packet.fds[0], .events = POLLIN};
    tell(OWN_SOCKET, KEEPER_LINE_OPEN, 0);
    return true;
}

/* ---- Children that have ended ------------------------------------------------------- */

/* KEEPER_LINE_COUNT: it is an orphan that was adopted. */
static size_t line_of(pid_t pid)
{
    size_t line = 0;

    while (line < KEEPER_LINE_COUNT && atomic_load(&life.slots[line].leader) != pid)
        line++;
    return line;
}

static void bury(pid_t pid)
{
    const size_t line = line_of(pid);
    int status;

    if (line < KEEPER_LINE_COUNT) {
        kill(-pid, SIGKILL); /* keeper.h (1) */
        atomic_store(&life.slots[line].leader, 0);
    }
    waitpid(pid, &status, 0);
    if (line < KEEPER_LINE_COUNT) {
        report(line, KEEPER_ENDED, status);
        close_files(&life.ends[line]);
    }
}

static void reap(void)
{
    siginfo_t child = {0};

    while (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid) {
        bury(child.si_pid);
        child.si_pid = 0;
    }
}

/* ---- Life --------------------------------------------------------------------------- */

static void on_child(int signal_number)
{
    (void)signal_number; /* only to wake the loop */
}

/* A child's end comes only while the loop waits. */
static void prepare_signals(sigset_t *while_waiting)
{
    struct sigaction wake = {.sa_handler = on_child};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t child;

    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGTERM, &ignore, NULL);
    sigaction(SIGHUP, &ignore, NULL);
    sigaction(SIGUSR1, &ignore, NULL);
    sigaction(SIGCHLD, &wake, NULL);
    sigemptyset(while_waiting);
    child = *while_waiting;
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_SETMASK, &child, NULL);
}

/* Keeps the socket alone, at a known number. */
static void prepare_files(int socket)
{
    int null;

    if (socket != OWN_SOCKET)
        dup2(socket, OWN_SOCKET);
    fcntl(OWN_SOCKET, F_SETFD, FD_CLOEXEC);
    null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < OWN_SOCKET; fd++)
        dup2(null, fd);
    linux_close_from(OWN_SOCKET + 1);
}

/* false: the engine is gone. */
static bool serve_packets(void)
{
    for (size_t i = 1; i < life.socket_count; i++)
        if (life.sockets[i].revents)
            serve_line(i - 1);
    return !life.sockets[0].revents || serve_control();
}

_Noreturn void keeper_live(int socket, struct keeper_slot *slots)
{
    sigset_t while_waiting;
    bool is_alive = true;

    setsid();
    linux_adopt_orphans();
    prepare_signals(&while_waiting);
    prepare_files(socket);
    life.slots = slots;
    life.sockets[0] = (struct pollfd){.fd = OWN_SOCKET, .events = POLLIN};
    life.socket_count = 1;
    while (is_alive) {
        if (ppoll(life.sockets, life.socket_count, NULL, &while_waiting) > 0)
            is_alive = serve_packets();
        reap();
    }
    for (size_t line = 0; line < KEEPER_LINE_COUNT; line++)
        signal_program(line, SIGKILL);
    while (linux_kill_children())
        waitpid(-1, NULL, 0);
    _exit(0);
}
