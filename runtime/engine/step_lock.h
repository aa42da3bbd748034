/* step_lock.h: `lock:` of a step: at most one step with that lock runs at a time, in all
 * executions of the store.
 *
 * A byte of `step-locks` in the state folder for each name, held by an open file description
 * of the attempt's own (F_OFD_SETLK): it also keeps steps of one process apart, and the
 * kernel drops it with the process. Programs do not inherit it. Who waits is woken when somebody
 * closes the file, and looks by himself now and then: the kernel may have no more watches. */
#ifndef KAD_ENGINE_STEP_LOCK_H
#define KAD_ENGINE_STEP_LOCK_H

#include "engine/run.h"

struct step_lock {
    int fd;      /* -1: nothing is held */
    int news_fd; /* while it waits; -1: none */
    int64_t byte;
};

/* Waits for the step's lock, if it has one; then the step's time begins. From whatever thread
 * calls the action. KAD_FAILURE: said. KAD_TIMEOUT: the time of what is around it is over.
 * KAD_LATER: somebody asks it to stop. */
enum kad_outcome step_lock_take(struct step_lock *lock, struct kad_step *step);
void step_lock_drop(struct step_lock *lock);

#endif
