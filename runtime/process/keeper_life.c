/* keeper_life.c: what the keeper does; see keeper.h.
 *
 * A loop over two things: packets from the engine, and children that have ended. It keeps
 * nothing of the engine open but the socket, so that the end of the engine is seen at once
 * wherever its pipes lead. */
#include "process/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/vec.h"
#include "process/linux.h"
#include "process/signals.h"

extern char **environ;

enum { OWN_SOCKET = 3 };

/* One program that has started and not ended. */
struct kept {
    uint32_t id;
    pid_t pid;
};

struct life {
    struct arena arena; /* of `programs` */
    VEC(struct kept) programs;
};

static void report(enum keeper_event_kind kind, uint32_t id, int value)
{
    const struct keeper_event event = {kind, id, value};

    while (send(OWN_SOCKET, &event, sizeof(event), MSG_NOSIGNAL) < 0 && errno == EINTR)
        continue;
}

/* ---- Starting ----------------------------------------------------------------------- */

/* Texts of a request, taken one after the other. */
struct texts {
    const char *p, *end;
};

static const char *next_text(struct texts *texts)
{
    const char *text = texts->p;

    texts->p += strnlen(text, (size_t)(texts->end - text)) + 1;
    return text;
}

static char **take_list(struct arena *arena, struct texts *texts, uint32_t count)
{
    const char **list = arena_array(arena, const char *, (size_t)count + 1);

    for (uint32_t i = 0; i < count; i++)
        list[i] = next_text(texts);
    return (char **)list;
}

static size_t name_len(const char *entry)
{
    return strcspn(entry, "=");
}

static bool is_replaced(const char *entry, char *const *added)
{
    const size_t len = name_len(entry);

    for (; *added; added++)
        if (name_len(*added) == len && !strncmp(*added, entry, len))
            return true;
    return false;
}

/* The engine's environment without secrets, and what is added. */
static char **environment(struct arena *arena, char *const *added)
{
    static const char secret[] = "KAD_SECRET_";
    VEC(char *) env = {0};

    for (char **entry = environ; *entry; entry++)
        if (strncmp(*entry, secret, sizeof(secret) - 1) && !is_replaced(*entry, added))
            vec_push(arena, &env, *entry);
    for (; *added; added++)
        vec_push(arena, &env, *added);
    vec_push(arena, &env, NULL);
    return env.items;
}

static int spawn(struct arena *arena, const struct keeper_request *request,
                 struct texts *texts, const int fds[KEEPER_FD_COUNT], pid_t *pid)
{
    const char *cwd = next_text(texts);
    char **argv = take_list(arena, texts, request->argument_count);
    char **env = environment(arena, take_list(arena, texts, request->env_count));
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t changed, none;
    int error;

    signals_changed(&changed);
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
                                              POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigdefault(&attributes, &changed);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    posix_spawn_file_actions_addchdir_np(&actions, cwd);
    error = posix_spawnp(pid, argv[0], &actions, &attributes, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

static int spawn_from_file(const struct keeper_request *request,
                           const int fds[KEEPER_FD_COUNT], pid_t *pid)
{
    struct arena arena;
    struct stat file;
    struct texts texts;
    char *content;
    int error;

    if (fstat(fds[3], &file) < 0)
        return errno;
    content = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fds[3], 0);
    if (content == MAP_FAILED)
        return errno;
    arena_init(&arena);
    texts = (struct texts){content, content + file.st_size};
    error = spawn(&arena, request, &texts, fds, pid);
    arena_release(&arena);
    munmap(content, (size_t)file.st_size);
    return error;
}

static void start_program(struct life *life, const struct keeper_request *request,
                          const int fds[KEEPER_FD_COUNT], size_t fd_count)
{
    pid_t pid;
    /* Fewer have arrived than were sent: this process may not open more. */
    const int error =
        fd_count < KEEPER_FD_COUNT ? EMFILE : spawn_from_file(request, fds, &pid);

    for (size_t i = 0; i < fd_count; i++)
        close(fds[i]);
    if (error) {
        report(KEEPER_NOT_STARTED, request->id, error);
        return;
    }
    vec_push(&life->arena, &life->programs, ((struct kept){request->id, pid}));
    report(KEEPER_STARTED, request->id, pid);
}

static void signal_program(const struct life *life,
                           const struct keeper_request *request)
{
    for (size_t i = 0; i < life->programs.count; i++)
        if (life->programs.items[i].id == request->id)
            kill(-life->programs.items[i].pid, request->signal_number);
}

/* ---- The engine's packets ----------------------------------------------------------- */

static size_t descriptors_of(struct msghdr *message, int fds[KEEPER_FD_COUNT])
{
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    size_t len;

    if (!control || control->cmsg_type != SCM_RIGHTS)
        return 0;
    len = control->cmsg_len - CMSG_LEN(0);
    memcpy(fds, CMSG_DATA(control), len);
    return len / sizeof(int);
}

/* false: the engine is gone. */
static bool serve_request(struct life *life)
{
    char control[CMSG_SPACE(KEEPER_FD_COUNT * sizeof(int))];
    struct keeper_request request;
    struct iovec packet = {&request, sizeof(request)};
    struct msghdr message = {.msg_iov = &packet,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    int fds[KEEPER_FD_COUNT];
    const ssize_t len = recvmsg(OWN_SOCKET, &message, MSG_CMSG_CLOEXEC);

    if (len < 0 && errno == EINTR)
        return true;
    if (len != (ssize_t)sizeof(request))
        return false;
    switch (request.kind) {
    case KEEPER_SPAWN:
        start_program(life, &request, fds, descriptors_of(&message, fds));
        break;
    case KEEPER_SIGNAL: signal_program(life, &request); break;
    }
    return true;
}

/* ---- Children that have ended ------------------------------------------------------- */

static void forget(struct life *life, size_t index, int status)
{
    const uint32_t id = life->programs.items[index].id;

    life->programs.items[index] = life->programs.items[--life->programs.count];
    report(KEEPER_ENDED, id, status);
}

static void reap(struct life *life)
{
    siginfo_t child = {0};
    int status;

    while (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid) {
        const pid_t pid = child.si_pid;
        size_t index = 0;

        while (index < life->programs.count && life->programs.items[index].pid != pid)
            index++;
        if (index < life->programs.count)
            kill(-pid, SIGKILL); /* keeper.h (1) */
        waitpid(pid, &status, 0);
        if (index < life->programs.count)
            forget(life, index, status);
        child.si_pid = 0;
    }
}

/* ---- Life --------------------------------------------------------------------------- */

static void on_child(int signal_number)
{
    (void)signal_number; /* only to wake the loop */
}

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
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    sigemptyset(while_waiting);
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

_Noreturn void keeper_live(int socket)
{
    struct life life = {0};
    struct pollfd engine = {.fd = OWN_SOCKET, .events = POLLIN};
    sigset_t while_waiting;
    bool is_alive = true;

    setsid();
    linux_adopt_orphans();
    prepare_signals(&while_waiting);
    prepare_files(socket);
    while (is_alive) {
        if (ppoll(&engine, 1, NULL, &while_waiting) > 0)
            is_alive = serve_request(&life);
        reap(&life);
    }
    for (size_t i = 0; i < life.programs.count; i++)
        kill(-life.programs.items[i].pid, SIGKILL);
    while (linux_kill_children())
        waitpid(-1, NULL, 0);
    _exit(0);
}
