/* signals.h: how people and other processes interrupt this one.
 *
 * They come to the engine's thread alone: it starts others between signals_block and
 * signals_restore. SIGINT, SIGTERM and SIGHUP ask to stop, SIGUSR1 to look into the journal.
 * Handlers only count; who waits does so through signals_poll, which loses none that comes
 * just before. The third wish to stop ends the process at once, as a crash would; so does the
 * second, if nobody has asked for the first: a step computes that looks at nothing. */
#ifndef KAD_PROCESS_SIGNALS_H
#define KAD_PROCESS_SIGNALS_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* At the start of a program, whatever its parent ignores or does not: a pipe that nobody reads
 * is an error of writing, not the end in the midst of things, and children can be waited for. */
void signals_begin(void);
void signals_install(void);

/* For any thread. */
unsigned signals_stop_count(void);
bool signals_take_nudge(void);

/* Blocks all but those that a fault raises, for the thread or process that is started next. */
void signals_block(sigset_t *before);
void signals_restore(const sigset_t *before);

/* On the engine's thread: poll(2), at most `timeout_ms` (-1: for ever). EINTR also for a signal
 * that came since the last call. */
int signals_poll(struct pollfd *fds, nfds_t count, int64_t timeout_ms);

/* The signals that a program must find untouched, whatever this process does with them. */
void signals_changed(sigset_t *changed);

#endif
