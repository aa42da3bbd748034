/* trace.c: see trace.h. x86-64: a failed call is made by changing registers. */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TASKS_MAX = 4096, LEFT_SECONDS = 10 };

#define CALL(name, sets)                                                               \
    {                                                                                  \
        SYS_##name, #name, sets                                                        \
    }

static const struct call {
    int number;
    const char *name;
    int sets;
} calls[] = {
    CALL(write, TRACE_WRITES | TRACE_FILES | TRACE_WAITS),
    CALL(writev, TRACE_WRITES | TRACE_FILES | TRACE_WAITS),
    CALL(pwrite64, TRACE_WRITES | TRACE_FILES),
    CALL(fsync, TRACE_WRITES | TRACE_FILES),
    CALL(fdatasync, TRACE_WRITES | TRACE_FILES),
    CALL(ftruncate, TRACE_WRITES | TRACE_FILES),
    CALL(fallocate, TRACE_WRITES | TRACE_FILES),
    CALL(rename, TRACE_WRITES | TRACE_FILES),
    CALL(renameat, TRACE_WRITES | TRACE_FILES),
    CALL(renameat2, TRACE_WRITES | TRACE_FILES),
    CALL(link, TRACE_WRITES | TRACE_FILES),
    CALL(unlink, TRACE_WRITES | TRACE_FILES),
    CALL(unlinkat, TRACE_WRITES | TRACE_FILES),
    CALL(mkdir, TRACE_WRITES | TRACE_FILES),
    CALL(mkdirat, TRACE_WRITES | TRACE_FILES),
    CALL(openat, TRACE_WRITES | TRACE_FILES),
    CALL(sendmsg, TRACE_WRITES | TRACE_SPAWN | TRACE_WAITS),
    CALL(sendto, TRACE_WRITES | TRACE_WAITS),
    CALL(pipe2, TRACE_SPAWN),
    CALL(socketpair, TRACE_SPAWN),
    CALL(memfd_create, TRACE_SPAWN),
    CALL(clone, TRACE_SPAWN),
    CALL(fork, TRACE_SPAWN),
    CALL(vfork, TRACE_SPAWN),
    CALL(read, TRACE_WAITS),
    CALL(recvmsg, TRACE_WAITS),
    CALL(recvfrom, TRACE_WAITS),
    CALL(poll, TRACE_WAITS),
    CALL(ppoll, TRACE_WAITS),
    CALL(wait4, TRACE_WAITS),
    CALL(waitid, TRACE_WAITS),
};
enum { CALL_COUNT = sizeof(calls) / sizeof(calls[0]) };

/* A thread that is traced. */
struct task {
    pid_t id, process;
    bool is_engine; /* else: the keeper, a step's program */
};

struct tracer {
    const struct trace_plan *plan;
    struct trace_result *result;
    struct task tasks[TASKS_MAX];
    size_t task_count;
    pid_t root;
    bool is_over; /* the root has ended */
};

/* ---- The program -------------------------------------------------------------------- */

static void add(struct sock_filter *filter, unsigned short *count,
                struct sock_filter line)
{
    filter[(*count)++] = line;
}

/* From now on the calls of the set stop for the tracer. */
static bool filter_calls(enum trace_set set)
{
    struct sock_filter filter[2 * CALL_COUNT + 2];
    struct sock_fprog program = {.filter = filter};
    const struct sock_filter stop = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);

    add(filter, &program.len,
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                     offsetof(struct seccomp_data, nr)));
    for (size_t i = 0; i < CALL_COUNT; i++) {
        if (!(calls[i].sets & (int)set))
            continue;
        add(filter, &program.len,
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                         (unsigned)calls[i].number, 0, 1));
        add(filter, &program.len, stop);
    }
    add(filter, &program.len,
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

_Noreturn static void become(char *const argv[], const char *output, enum trace_set set)
{
    const int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int null = open("/dev/null", O_RDONLY);

    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    close(out);
    close(null);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    if (filter_calls(set))
        execv(argv[0], argv);
    _exit(127);
}

/* ---- Its threads and processes ------------------------------------------------------ */

static struct task *task_find(struct tracer *tracer, pid_t id)
{
    for (size_t i = 0; i < tracer->task_count; i++)
        if (tracer->tasks[i].id == id)
            return &tracer->tasks[i];
    return NULL;
}

static pid_t process_of(pid_t id)
{
    char path[64], line[128];
    int process = id;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", id);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "Tgid: %d", &process) == 1)
            break;
    if (file)
        fclose(file);
    return process;
}

/* A thread is as its process; a new process is an engine only when it says so by exec. */
static struct task *task_get(struct tracer *tracer, pid_t id)
{
    struct task *task = task_find(tracer, id);
    struct task *leader;

    if (task)
        return task;
    if (tracer->task_count == TASKS_MAX)
        abort();
    task = &tracer->tasks[tracer->task_count++];
    *task = (struct task){.id = id, .process = process_of(id)};
    leader = task->process == id ? NULL : task_find(tracer, task->process);
    task->is_engine = leader ? leader->is_engine : id == tracer->root;
    return task;
}

static void task_remove(struct tracer *tracer, pid_t id)
{
    struct task *task = task_find(tracer, id);

    if (task)
        *task = tracer->tasks[--tracer->task_count];
}

static void note_program(struct task *task)
{
    char path[64], target[512];
    ssize_t len;
    const char *name;

    snprintf(path, sizeof(path), "/proc/%d/exe", task->id);
    len = readlink(path, target, sizeof(target) - 1);
    target[len > 0 ? len : 0] = '\0';
    name = strrchr(target, '/');
    name = name ? name + 1 : target;
    task->is_engine = !strncmp(name, "wf-", 3) || !strcmp(name, "kad");
}

static void kill_engines(struct tracer *tracer)
{
    for (size_t i = 0; i < tracer->task_count; i++)
        if (tracer->tasks[i].is_engine)
            kill(tracer->tasks[i].process, SIGKILL);
}

/* ---- Calls -------------------------------------------------------------------------- */

static bool is_regular(pid_t id, int fd)
{
    char path[64];
    struct stat about;

    snprintf(path, sizeof(path), "/proc/%d/fd/%d", id, fd);
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

static const struct call *call_of(unsigned long long number)
{
    for (size_t i = 0; i < CALL_COUNT; i++)
        if ((unsigned long long)calls[i].number == number)
            return &calls[i];
    return NULL;
}

static bool is_counted(const struct tracer *tracer, const struct task *task,
                       const struct user_regs_struct *regs)
{
    const enum trace_set set = tracer->plan->set;

    if (!task->is_engine && set != TRACE_SPAWN)
        return false;
    switch (regs->orig_rax) {
    case SYS_openat: return regs->rdx & O_CREAT;
    case SYS_read:
    case SYS_write:
    case SYS_writev:
        if (set == TRACE_WRITES)
            return true;
        return (regs->rdi > STDERR_FILENO) &&
               is_regular(task->id, (int)regs->rdi) == (set == TRACE_FILES);
    default: return true;
    }
}

static bool is_due(const struct trace_plan *plan, unsigned count)
{
    if (plan->act == TRACE_WATCH || count < plan->at)
        return false;
    return count == plan->at ||
           (plan->period && (count - plan->at) % plan->period == 0);
}

static void strike(struct tracer *tracer, const struct task *task,
                   struct user_regs_struct *regs)
{
    const struct call *call = call_of(regs->orig_rax);

    tracer->result->strike_count++;
    snprintf(tracer->result->struck, sizeof(tracer->result->struck), "%s",
             call ? call->name : "?");
    if (tracer->plan->act == TRACE_KILL) {
        kill_engines(tracer);
        return;
    }
    regs->orig_rax = (unsigned long long)-1;
    regs->rax = (unsigned long long)-(long long)tracer->plan->error;
    ptrace(PTRACE_SETREGS, task->id, NULL, regs);
}

static void on_call(struct tracer *tracer, const struct task *task)
{
    struct user_regs_struct regs;

    if (ptrace(PTRACE_GETREGS, task->id, NULL, &regs) < 0 ||
        !is_counted(tracer, task, &regs))
        return;
    tracer->result->call_count++;
    if (is_due(tracer->plan, tracer->result->call_count))
        strike(tracer, task, &regs);
}

/* ---- The loop ----------------------------------------------------------------------- */

static void on_stop(struct tracer *tracer, pid_t id, int status)
{
    struct task *task = task_get(tracer, id);
    const int event = status >> 16;
    int signal_number = WSTOPSIG(status);

    if (event == PTRACE_EVENT_SECCOMP)
        on_call(tracer, task);
    else if (event == PTRACE_EVENT_EXEC)
        note_program(task);
    /* A new thread begins with a stop of its own. */
    if (event || signal_number == SIGSTOP || signal_number == SIGTRAP)
        signal_number = 0;
    ptrace(PTRACE_CONT, id, NULL, (void *)(long)signal_number);
}

static void on_end(struct tracer *tracer, pid_t id, int status)
{
    task_remove(tracer, id);
    if (id != tracer->root)
        return;
    tracer->result->status = status;
    tracer->is_over = true;
    alarm(LEFT_SECONDS);
}

static void wake(int signal_number)
{
    (void)signal_number;
}

/* Until nothing is left of it; what takes too long is counted and killed. */
static void follow(struct tracer *tracer)
{
    pid_t id;
    int status;

    for (;;) {
        id = waitpid(-1, &status, __WALL);
        if (id < 0 && errno == ECHILD)
            return;
        if (id < 0) { /* the alarm */
            tracer->result->left_count = (unsigned)tracer->task_count;
            for (size_t i = 0; i < tracer->task_count; i++)
                kill(tracer->tasks[i].id, SIGKILL);
        } else if (WIFSTOPPED(status)) {
            on_stop(tracer, id, status);
        } else {
            on_end(tracer, id, status);
        }
    }
}

bool trace_run(char *const argv[], const char *output, const struct trace_plan *plan,
               struct trace_result *result)
{
    static struct tracer tracer;
    const struct sigaction alarmed = {.sa_handler = wake};
    const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP |
                         PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                         PTRACE_O_TRACEVFORK;
    int status;

    *result = (struct trace_result){0};
    tracer = (struct tracer){.plan = plan, .result = result};
    sigaction(SIGALRM, &alarmed, NULL);
    tracer.root = fork();
    if (tracer.root == 0)
        become(argv, output, plan->set);
    if (tracer.root < 0 || waitpid(tracer.root, &status, 0) < 0 ||
        !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, tracer.root, NULL, (void *)options) < 0) {
        perror("trace");
        return false;
    }
    task_get(&tracer, tracer.root);
    ptrace(PTRACE_CONT, tracer.root, NULL, NULL);
    follow(&tracer);
    alarm(0);
    return true;
}
