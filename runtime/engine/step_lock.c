/* step_lock.c: see step_lock.h. */
#include "engine/step_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "engine/step_internal.h"
#include "process/linux.h"

/* Between two looks whether it is free, while there are no news. */
enum { FIRST_WAIT_MS = 5, LONGEST_WAIT_MS = 500 };

/* Two names share a byte once in 2 to the 62nd. */
static int64_t byte_of(const char *name)
{
    return (int64_t)(str_hash(str_of(name)) >> 2);
}

static enum kad_outcome fail(struct kad_step *step, const char *path)
{
    return kad_fail(step, kad_failure_name(KAD_FAILURE_SPAWN_FAILED),
                    "lock `%s`: %s: %s", step->info->lock, path, strerror(errno));
}

/* Whether somebody has closed the file. */
static bool take_news(const struct step_lock *lock)
{
    char events[4096];

    return lock->news_fd >= 0 && read(lock->news_fd, events, sizeof(events)) > 0;
}

static bool is_held(int error)
{
    return error == EAGAIN || error == EACCES;
}

/* Until it is the step's, or who waits is to stop. */
static enum kad_outcome wait_for(struct step_lock *lock, struct kad_step *step,
                                 const char *path)
{
    int64_t wait_ms = FIRST_WAIT_MS;
    enum kad_outcome outcome = KAD_SUCCESS;

    kad_progress(step, "waits for the lock `%s`", step->info->lock);
    lock->news_fd = linux_watch_closes(path); /* before the next look */
    while (outcome == KAD_SUCCESS && !linux_lock_byte(lock->fd, lock->byte)) {
        if (!is_held(errno))
            return fail(step, path);
        outcome =
            rt_step_wait_for(step, lock->news_fd < 0 ? 0 : lock->news_fd, wait_ms);
        if (take_news(lock))
            wait_ms = FIRST_WAIT_MS;
        else
            wait_ms = 2 * wait_ms < LONGEST_WAIT_MS ? 2 * wait_ms : LONGEST_WAIT_MS;
    }
    return outcome;
}

static enum kad_outcome take(struct step_lock *lock, struct kad_step *step,
                             const char *path)
{
    enum kad_outcome outcome;

    step->deadline_ms = run_limit_ms(step->run);
    if (linux_lock_byte(lock->fd, lock->byte))
        return KAD_SUCCESS;
    if (!is_held(errno))
        return fail(step, path);
    outcome = wait_for(lock, step, path);
    if (lock->news_fd >= 0)
        close(lock->news_fd);
    return outcome;
}

enum kad_outcome step_lock_take(struct step_lock *lock, struct kad_step *step)
{
    const struct project *project = rt_step_project(step);
    enum kad_outcome outcome;
    const char *path;

    lock->fd = -1;
    if (!step->info->lock || !project)
        return KAD_SUCCESS;
    path = kad_printf(step, "%s/step-locks", project->state);
    lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock->fd < 0)
        return fail(step, path);
    lock->byte = byte_of(step->info->lock);
    outcome = take(lock, step, path);
    if (outcome == KAD_SUCCESS)
        attempt_set_deadlines(step);
    return outcome;
}

/* The keeper of programs may have been started meanwhile, and not have closed its copy yet:
 * the lock itself is dropped. */
void step_lock_drop(struct step_lock *lock)
{
    if (lock->fd < 0)
        return;
    linux_unlock_byte(lock->fd, lock->byte);
    close(lock->fd);
    lock->fd = -1;
}
