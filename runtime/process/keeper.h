/* keeper.h: the process that starts, watches and kills the programs of steps.
 *
 *     engine ---- packets, one socket ----> keeper ----> program (leader of its group)
 *                                              \---> orphans of programs, adopted
 *
 * The keeper is forked with the first program, in a session of its own. It outlives the
 * engine by a moment: when the engine's end of the socket closes, for whatever reason, it
 * kills every program, with its group and what has escaped from it, and ends. While the
 * engine lives:
 *   (1) the group of a program that has ended is killed before its end is reported, while
 *       its leader is still a zombie: the group's number can't belong to anybody else. */
#ifndef KAD_PROCESS_KEEPER_H
#define KAD_PROCESS_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The engine's end; one a process. */
struct keeper {
    int socket; /* -1: not started */
    pid_t pid;
    uint32_t last_id; /* of a program */
};

/* What a new program gets. Descriptors stay the caller's. */
struct keeper_program {
    const char *const *argv;
    const char *const *env; /* added to the engine's environment; or NULL */
    const char *cwd;
    int in, out, err;
};

enum keeper_event_kind { KEEPER_STARTED, KEEPER_NOT_STARTED, KEEPER_ENDED };

struct keeper_event {
    enum keeper_event_kind kind;
    uint32_t id;
    int value; /* the process; errno; the wait status */
};

void keeper_init(struct keeper *keeper);
/* Ends the keeper, and with it all that it keeps. */
void keeper_close(struct keeper *keeper);

/* Asks for a program; an event tells whether it has started. false: errno. */
bool keeper_spawn(struct keeper *keeper, const struct keeper_program *program,
                  uint32_t *id);
/* Sends a signal to the group of a program; nothing happens when it has ended. */
void keeper_signal(struct keeper *keeper, uint32_t id, int signal_number);
/* Waits for the next event. false: the keeper is gone, and closed. */
bool keeper_read(struct keeper *keeper, struct keeper_event *event);

/* ---- Between the two ends ----------------------------------------------------------- */

enum keeper_request_kind { KEEPER_SPAWN, KEEPER_SIGNAL };

/* One packet. KEEPER_SPAWN brings four descriptors: in, out, err, and a file with the texts,
 * each NUL-terminated: cwd, argv, env. */
struct keeper_request {
    enum keeper_request_kind kind;
    uint32_t id;
    uint32_t argument_count, env_count;
    int signal_number;
};

enum { KEEPER_FD_COUNT = 4 };

/* The keeper's own life; `socket` is its end. */
_Noreturn void keeper_live(int socket);

#endif
