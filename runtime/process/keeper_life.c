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
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/cgroup.h"
#include "process/launch.h"
#include "process/linux.h"
#include "process/signals.h"

enum { OWN_SOCKET = 3, CGROUPS_MAX = 2 * KEEPER_LINE_COUNT, CROWD_TICK_MS = 100 };

/* A line and its program, if its slot names one. */
struct end {
    int fds[KEEPER_FD_COUNT]; /* of the program */
    size_t fd_count;
    struct cgroup *cgroup; /* or NULL */
    bool is_crowded;       /* it was killed: there were too many processes */
};

struct life {
    struct keeper_slot *slots; /* of the lines */
    struct end ends[KEEPER_LINE_COUNT];
    /* Control, then the lines; while it waits, then the cgroups. */
    struct pollfd sockets[1 + 2 * KEEPER_LINE_COUNT];
    nfds_t socket_count; /* those after are closed */
    /* Of programs, and of some that have ended, which are dying. */
    struct cgroup cgroups[CGROUPS_MAX];
    size_t cgroup_count; /* those after are not open */
    bool is_ticking;     /* there is one that does not tell by itself when it is full */
};

static struct life life;

static void send_event(int socket, const struct keeper_event *event)
{
    while (send(socket, event, sizeof(*event), MSG_NOSIGNAL) < 0 && errno == EINTR)
        continue;
}

static void tell(int socket, enum keeper_event_kind kind, int value)
{
    send_event(socket, &(struct keeper_event){.kind = kind, .value = value});
}

static void close_files(struct end *end)
{
    for (size_t i = 0; i < end->fd_count; i++)
        close(end->fds[i]);
    end->fd_count = 0;
}

/* ---- Cgroups ------------------------------------------------------------------------- */

/* NULL: there are too many that are still dying. */
static struct cgroup *find_cgroup(void)
{
    for (size_t i = 0; i < CGROUPS_MAX; i++)
        if (!life.cgroups[i].is_open) {
            life.cgroup_count = i < life.cgroup_count ? life.cgroup_count : i + 1;
            return &life.cgroups[i];
        }
    return NULL;
}

/* 0, or errno. */
static int open_cgroup(struct end *end, uint32_t processes)
{
    int error;

    end->cgroup = NULL;
    end->is_crowded = false;
    if (!processes)
        return 0;
    end->cgroup = find_cgroup();
    if (!end->cgroup)
        return EAGAIN;
    error = cgroup_open(end->cgroup, processes);
    if (error)
        end->cgroup = NULL;
    return error;
}

static void close_cgroup(struct end *end)
{
    if (end->cgroup)
        cgroup_close(end->cgroup);
    end->cgroup = NULL;
}

static void close_dying(bool all)
{
    for (size_t i = 0; i < life.cgroup_count; i++)
        if (all || life.cgroups[i].is_dying)
            cgroup_close(&life.cgroups[i]);
    while (life.cgroup_count && !life.cgroups[life.cgroup_count - 1].is_open)
        life.cgroup_count--;
}

/* Kills the program that has wanted more processes than it may have. */
static void check_crowd(struct end *end)
{
    if (!end->cgroup || end->is_crowded)
        return;
    end->is_crowded = cgroup_is_exceeded(end->cgroup);
    if (end->is_crowded)
        cgroup_kill(end->cgroup);
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
static int launch_from_file(const struct packet *packet, int members,
                            struct keeper_slot *slot)
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
    error = launch(&packet->request, texts, packet->fds, members, slot);
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

/* 0, or errno; see the slot's is_limit. */
static int launch_in_cgroup(struct packet *packet, struct end *end,
                            struct keeper_slot *slot)
{
    const int error = open_cgroup(end, packet->request.limits.processes);
    const int members = end->cgroup ? end->cgroup->members : -1;

    slot->is_limit = error;
    if (error)
        return error;
    if (packet->request.flags & KEEPER_HAS_FILE)
        return launch_from_file(packet, members, slot);
    return launch(&packet->request, packet->texts, packet->fds, members, slot);
}

static void start_program(size_t line, struct packet *packet)
{
    struct keeper_slot *slot = &life.slots[line];
    struct end *end = &life.ends[line];
    int error = EMFILE; /* fewer have arrived: this process may not open more */

    memcpy(end->fds, packet->fds, sizeof(end->fds));
    end->fd_count = packet->fd_count;
    slot->is_limit = false;
    if (packet->fd_count == wanted_descriptors(&packet->request))
        error = launch_in_cgroup(packet, end, slot);
    if (!error)
        return;
    close_files(end);
    close_cgroup(end);
    tell(life.sockets[1 + line].fd,
         slot->is_limit ? KEEPER_NOT_LIMITED : KEEPER_NOT_STARTED, error);
}

/* A leader may have gone over into another group of the session; it is not reaped yet, so
 * that its number is its own. One that keeps changing hears SIGKILL. */
static void signal_group(pid_t leader, int signal_number)
{
    kill(-leader, signal_number);
    if (signal_number == SIGKILL || getpgid(leader) != leader)
        kill(leader, signal_number);
}

static void signal_program(size_t line, int signal_number)
{
    const pid_t leader = atomic_load(&life.slots[line].leader);

    if (!leader)
        return;
    signal_group(leader, signal_number);
    if (signal_number == SIGTERM)
        signal_group(leader, SIGCONT); /* what has stopped itself can't hear it */
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

static int64_t milliseconds(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000;
}

static void bury_leader(pid_t pid, size_t line)
{
    struct end *end = &life.ends[line];
    struct keeper_event event = {.kind = KEEPER_ENDED};
    struct rusage usage;

    kill(-pid, SIGKILL); /* keeper.h (1) */
    atomic_store(&life.slots[line].leader, 0);
    wait4(pid, &event.value, 0, &usage);
    event.cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
    check_crowd(end);
    event.is_crowded = end->is_crowded;
    close_cgroup(end);
    send_event(life.sockets[1 + line].fd, &event);
    close_files(end);
}

static void bury(pid_t pid)
{
    const size_t line = line_of(pid);

    if (line < KEEPER_LINE_COUNT)
        bury_leader(pid, line);
    else
        waitpid(pid, NULL, 0);
}

static void reap(void)
{
    siginfo_t child = {0};

    while (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid) {
        bury(child.si_pid);
        child.si_pid = 0;
    }
    close_dying(false);
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

/* Puts what tells of crowds behind the sockets; how many there are. */
static nfds_t watch_crowds(void)
{
    nfds_t count = 0;

    life.is_ticking = false;
    if (!life.cgroup_count)
        return 0;
    for (size_t i = 0; i < KEEPER_LINE_COUNT; i++) {
        const struct cgroup *cgroup = life.ends[i].cgroup;

        if (!cgroup || life.ends[i].is_crowded)
            continue;
        life.is_ticking |= cgroup->is_old;
        life.sockets[life.socket_count + count++] =
            (struct pollfd){.fd = cgroup->events, .events = POLLPRI};
    }
    return count;
}

/* How many files have something to say. */
static int wait_for_events(const sigset_t *while_waiting)
{
    const nfds_t sockets = life.socket_count, crowds = watch_crowds();
    const struct timespec tick = {.tv_nsec = CROWD_TICK_MS * 1000 * 1000};
    const int ready = ppoll(life.sockets, sockets + crowds,
                            life.is_ticking ? &tick : NULL, while_waiting);
    bool is_crowded = ready == 0;

    for (nfds_t i = 0; ready > 0 && i < crowds; i++)
        is_crowded |= life.sockets[sockets + i].revents != 0;
    for (size_t i = 0; is_crowded && i < KEEPER_LINE_COUNT; i++)
        check_crowd(&life.ends[i]);
    return ready;
}

/* false: the engine is gone. */
static bool serve_packets(void)
{
    for (size_t i = 1; i < life.socket_count; i++)
        if (life.sockets[i].revents)
            serve_line(i - 1);
    return !life.sockets[0].revents || serve_control();
}

static void kill_all(void)
{
    close_dying(true);
    for (size_t line = 0; line < KEEPER_LINE_COUNT; line++)
        signal_program(line, SIGKILL);
    while (linux_kill_children())
        waitpid(-1, NULL, 0);
    close_dying(true);
}

_Noreturn void keeper_live(int socket, struct keeper_slot *slots)
{
    sigset_t while_waiting;
    bool is_alive = true;

    setsid();
    setrlimit(RLIMIT_CORE, &(struct rlimit){0}); /* of programs: keeper.h (3) */
    linux_adopt_orphans();
    linux_hide_memory(); /* and its steps from a program that would trace it */
    prepare_signals(&while_waiting);
    prepare_files(socket);
    life.slots = slots;
    life.sockets[0] = (struct pollfd){.fd = OWN_SOCKET, .events = POLLIN};
    life.socket_count = 1;
    while (is_alive) {
        if (wait_for_events(&while_waiting) > 0)
            is_alive = serve_packets();
        reap();
    }
    kill_all();
    _exit(0);
}
