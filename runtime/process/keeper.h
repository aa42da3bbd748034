/* keeper.h: the process that starts, watches and kills the programs of steps.
 *
 *     engine's thread ---- line ----\
 *     worker ------------- line -----> keeper ----> program (leader of its group)
 *     engine ---- control socket ---/        \---> orphans of programs, adopted
 *
 * The keeper is forked with the first program, in a session of its own. It outlives the
 * engine by a moment: when the engine's end of the control socket closes, for whatever
 * reason, it kills every program, with its group and what has escaped from it, and ends.
 * Each thread that runs programs has a line, a socket of its own, with at most one program at
 * a time: nobody reads what is meant for another. The keeper's end of an open line closes only
 * with the keeper. While the engine lives:
 *   (1) the group of a program that has ended is killed before its end is reported, while
 *       its leader is still a zombie: the group's number can't belong to anybody else;
 *   (2) a line's slot names the leader of the program that the line has, 0 when its number
 *       may be another's: who finds the keeper dead kills that group;
 *   (3) no program leaves a core file, and none starts without the limits that it has to
 *       keep. What it may not have more processes than is killed with all that it has started,
 *       in whatever group, when it wants more, and when it ends. */
#ifndef KAD_PROCESS_KEEPER_H
#define KAD_PROCESS_KEEPER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kad/workflow.h"

enum {
    KEEPER_LINE_COUNT = 128,
    KEEPER_PATIENCE_MS = 5 * 1000 /* for what it does at once, unless it was stopped */
};

/* In memory that both sides see. */
struct keeper_slot {
    _Atomic pid_t leader;
    /* Of the start; the keeper's. */
    int error;
    bool is_limit; /* the error is that a limit could not be set */
};

/* The engine's end; one a process. Everything but init and close is for any thread. */
struct keeper {
    pthread_mutex_t mutex; /* of what follows */
    int socket;            /* control; -1: not started */
    pid_t pid;
    unsigned life;             /* counts starts */
    struct keeper_slot *slots; /* KEEPER_LINE_COUNT; NULL before the first start */
    bool is_taken[KEEPER_LINE_COUNT];
};

/* One thread's. */
struct keeper_line {
    struct keeper *keeper;
    uint32_t index; /* KEEPER_LINE_COUNT: there are no more */
    int socket;     /* -1: not open: the next program opens it */
    unsigned life;  /* of the keeper at the other end */
};

/* What a new program gets. Descriptors stay the caller's. */
struct keeper_program {
    const char *const *argv;
    const char *const *env; /* added to the engine's environment; or NULL */
    const char *cwd;
    struct kad_limits limits;
    int in; /* -1: nothing to read */
    int out, err;
};

enum keeper_event_kind {
    KEEPER_LINE_OPEN,
    KEEPER_NOT_STARTED,
    KEEPER_NOT_LIMITED, /* and so not started */
    KEEPER_ENDED
};

struct keeper_event {
    enum keeper_event_kind kind;
    int value; /* 0 or errno; errno; errno; the wait status */
    /* KEEPER_ENDED */
    int64_t cpu_ms;  /* of the program, and of those that it has waited for */
    bool is_crowded; /* killed: it wanted more processes than it may have */
};

void keeper_init(struct keeper *keeper);
/* Forks the keeper, if it is not there: best before other threads are. false: errno. */
bool keeper_start(struct keeper *keeper);
/* Ends the keeper, and with it all that it keeps. No line may have a program. */
void keeper_close(struct keeper *keeper);

void keeper_line_init(struct keeper_line *line, struct keeper *keeper);
void keeper_line_close(struct keeper_line *line);

/* Asks for a program; one event comes for it: that it was not started, or has ended. A keeper
 * that somebody has killed is replaced. false: errno. */
bool keeper_spawn(struct keeper_line *line, const struct keeper_program *program);
/* Sends a signal to the group of the program; nothing happens when it has ended. A keeper that
 * the program has stopped goes on. */
void keeper_signal(struct keeper_line *line, int signal_number);
/* The program should have ended long ago. Kills a keeper that somebody has stopped, so that the
 * line has an event, and all others that it serves. false: it has not been; the kernel takes
 * its time to end the program. */
bool keeper_give_up(struct keeper_line *line);
/* Waits for the event. false: the keeper is gone, the program's group killed, the line
 * closed. */
bool keeper_read(struct keeper_line *line, struct keeper_event *event);

/* ---- Between the two ends ----------------------------------------------------------- */

enum keeper_request_kind {
    KEEPER_LINE, /* on the control socket, with the keeper's end of the line; the answer
                     is KEEPER_LINE_OPEN, there too */
    KEEPER_SPAWN, /* on a line, like the next */
    KEEPER_SIGNAL
};

/* One packet. KEEPER_SPAWN brings descriptors: out, err, and in, if there is one. Its texts,
 * each NUL-terminated, are cwd, argv, env; they follow in the packet, or come as a file, the
 * last descriptor, if they are longer than KEEPER_TEXTS_BYTES. */
struct keeper_request {
    enum keeper_request_kind kind;
    uint32_t line;
    uint32_t argument_count, env_count;
    uint32_t flags;
    int signal_number;
    struct kad_limits limits;
};

enum { KEEPER_HAS_IN = 1, KEEPER_HAS_FILE = 2 };
enum { KEEPER_FD_COUNT = 4, KEEPER_TEXTS_BYTES = 32 * 1024 };

/* The keeper's own life; `socket` is its end. Calls nothing that the threads of the engine
 * could have locked. */
_Noreturn void keeper_live(int socket, struct keeper_slot *slots);

#endif
