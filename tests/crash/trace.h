/* trace.h: runs a program so that something happens to it at one of its system calls.
 *
 * The program and all that it starts are traced (ptrace, and a seccomp filter that stops only
 * the calls of one set): nothing that it leaves behind is missed. Calls are counted in the
 * engine alone: the program itself, its threads, and each `wf-*` that it starts. */
#ifndef KAD_TESTS_TRACE_H
#define KAD_TESTS_TRACE_H

#include <stdbool.h>
#include <stddef.h>

/* Sets of system calls. */
enum trace_set {
    TRACE_WRITES = 1, /* whatever writes: files, pipes, packets to the keeper */
    TRACE_FILES = 2, /* what changes the file system; of write, only to regular files */
    TRACE_SPAWN = 4, /* what the start of a program needs, the keeper's calls too */
    TRACE_WAITS = 8  /* what a signal can interrupt */
};

enum trace_act {
    TRACE_WATCH, /* nothing: it is only counted */
    TRACE_KILL,  /* the engine is killed before the call */
    TRACE_FAIL   /* the call is not made and fails with `error` */
};

struct trace_plan {
    enum trace_set set;
    enum trace_act act;
    unsigned at;     /* which call, from 1 */
    unsigned period; /* 0: only that one; N: each Nth from there on */
    int error;       /* errno */
};

struct trace_result {
    unsigned call_count;
    unsigned strike_count; /* calls at which it was killed, or that have failed */
    char struck[64];       /* name of the last one */
    int status;            /* as waitpid gives it */
    unsigned
        left_count; /* processes that were there seconds after its end, then killed */
};

/* The program's output goes to the file `output`. false: it could not be traced; reported. */
bool trace_run(char *const argv[], const char *output, const struct trace_plan *plan,
               struct trace_result *result);

#endif
