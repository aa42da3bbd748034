/* launch.c: see launch.h.
 *
 * The child shares the keeper's memory until it becomes the program, and the keeper waits for
 * that: as posix_spawn does it, but without the heap, which a thread of the engine may have
 * locked when the keeper was forked, and with the few signals that kad changes. How it went
 * wrong is told in the slot, memory that even a copy of this process shares (valgrind makes
 * one). */
#include "process/launch.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path_search.h"
#include "process/signals.h"

extern char **environ;

enum { STACK_BYTES = 128 * 1024, NOT_RUN = 127 };

struct child {
    const char *cwd;
    char **argv, **env;
    const int *fds;
    bool has_in;
    const struct kad_limits *limits;
    int members;
    struct keeper_slot *slot;
};

/* ---- The texts ---------------------------------------------------------------------- */

/* Pointers of argv and env of the program that is being started. */
static char **pointers;
static size_t pointer_count, pointer_capacity;

static bool reserve(size_t count)
{
    const size_t capacity = count + 1024;
    void *bigger;

    pointer_count = 0;
    if (count <= pointer_capacity)
        return true;
    if (pointers)
        munmap(pointers, pointer_capacity * sizeof(*pointers));
    pointer_capacity = 0;
    pointers = NULL;
    bigger = mmap(NULL, capacity * sizeof(*pointers), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bigger == MAP_FAILED)
        return false;
    pointers = bigger;
    pointer_capacity = capacity;
    return true;
}

static const char *next_text(struct str *texts)
{
    const char *text = texts->p;
    const size_t len = strnlen(text, texts->len);

    texts->p += len + 1;
    texts->len -= len < texts->len ? len + 1 : len;
    return text;
}

static char **take_list(struct str *texts, uint32_t count)
{
    char **list = pointers + pointer_count;

    for (uint32_t i = 0; i < count; i++)
        pointers[pointer_count++] = (char *)next_text(texts);
    pointers[pointer_count++] = NULL;
    return list;
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

/* The engine's environment without secrets, and what is added, which lies at the end. */
static char **environment(char **added)
{
    static const char secret[] = "KAD_SECRET_";
    char **env = pointers + pointer_count;

    for (char **entry = environ; *entry; entry++)
        if (strncmp(*entry, secret, sizeof(secret) - 1) && !is_replaced(*entry, added))
            pointers[pointer_count++] = *entry;
    for (; *added; added++)
        pointers[pointer_count++] = *added;
    pointers[pointer_count++] = NULL;
    return env;
}

/* ---- The child ---------------------------------------------------------------------- */

static void reset_signals(void)
{
    struct sigaction untouched = {.sa_handler = SIG_DFL};
    sigset_t changed, none;

    signals_changed(&changed);
    for (int number = 1; number < NSIG; number++)
        if (sigismember(&changed, number) == 1)
            sigaction(number, &untouched, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* As execvp(3) does it, but what is not a program is not given to a shell. */
static int exec_in_path(const struct child *child)
{
    struct path_search search;
    bool is_forbidden = false;

    errno = ENOENT;
    if (strchr(child->argv[0], '/')) {
        execve(child->argv[0], child->argv, child->env);
        return errno;
    }
    path_search_init(&search, child->argv[0]);
    while (path_search_next(&search)) {
        execve(search.path, child->argv, child->env);
        is_forbidden |= errno == EACCES;
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
            return errno;
    }
    return is_forbidden ? EACCES : errno;
}

/* Both the soft and the hard one, but none that is more than it has now. 0, or errno. */
static int set_limit(unsigned resource, rlim_t soft, rlim_t hard)
{
    struct rlimit limit;

    getrlimit(resource, &limit);
    limit.rlim_max = hard < limit.rlim_max ? hard : limit.rlim_max;
    limit.rlim_cur = soft < limit.rlim_cur ? soft : limit.rlim_cur;
    return setrlimit(resource, &limit) < 0 ? errno : 0;
}

/* A second after SIGXCPU, which a program may ignore, comes SIGKILL. 0, or errno. */
static int set_limits(const struct child *child)
{
    const struct kad_limits *limits = child->limits;
    const rlim_t memory = (rlim_t)limits->memory_bytes;
    const rlim_t output = (rlim_t)limits->output_bytes;
    const rlim_t cpu = (rlim_t)((limits->cpu_ms + 999) / 1000);
    int error = 0;

    if (child->members >= 0 && write(child->members, "0", 1) < 0)
        error = errno;
    if (!error && cpu)
        error = set_limit(RLIMIT_CPU, cpu, cpu + 1);
    if (!error && output)
        error = set_limit(RLIMIT_FSIZE, output, output);
    if (!error && memory)
        error = set_limit(RLIMIT_AS, memory, memory);
    return error;
}

static int live_as(void *context)
{
    const struct child *child = context;

    setpgid(0, 0);
    atomic_store(&child->slot->leader, getpid());
    reset_signals();
    dup2(child->fds[0], STDOUT_FILENO);
    dup2(child->fds[1], STDERR_FILENO);
    if (child->has_in)
        dup2(child->fds[2], STDIN_FILENO);
    child->slot->error = chdir(child->cwd) < 0 ? errno : 0;
    if (!child->slot->error) {
        child->slot->error = set_limits(child);
        child->slot->is_limit = child->slot->error;
    }
    if (!child->slot->error)
        child->slot->error = exec_in_path(child);
    _exit(NOT_RUN);
}

/* ---- Launch ------------------------------------------------------------------------- */

static size_t environ_count(void)
{
    size_t count = 0;

    while (environ[count])
        count++;
    return count;
}

int launch(const struct keeper_request *request, struct str texts, const int *fds,
           int members, struct keeper_slot *slot)
{
    static alignas(16) char stack[STACK_BYTES];
    struct child child = {
        .fds = fds,
        .has_in = request->flags & KEEPER_HAS_IN,
        .limits = &request->limits,
        .members = members,
        .slot = slot,
    };
    pid_t pid;

    if (!reserve((size_t)request->argument_count + 2 * (size_t)request->env_count +
                 environ_count() + 3))
        return ENOMEM;
    child.cwd = next_text(&texts);
    child.argv = take_list(&texts, request->argument_count);
    child.env = environment(take_list(&texts, request->env_count));
    slot->error = 0;
    slot->is_limit = false;
    pid =
        clone(live_as, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &child);
    if (pid < 0)
        return errno;
    if (!slot->error)
        return 0;
    atomic_store(&slot->leader, 0);
    waitpid(pid, NULL, 0);
    return slot->error;
}
