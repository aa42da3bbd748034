/* step_log.h: the log file of one attempt, logs/EXECUTION/STEP.VISIT.ATTEMPT.log.
 *
 * Made with its first line, private, appended to when the attempt runs again, and cut with a
 * mark at STEP_LOG_MAX_BYTES. A log that can't be written never fails a step: it is given
 * up, and `error` says why. */
#ifndef KAD_ENGINE_STEP_LOG_H
#define KAD_ENGINE_STEP_LOG_H

#include <stdbool.h>

#include "mask.h"

enum { STEP_LOG_MAX_BYTES = 64 * 1024 * 1024 };

struct step_log {
    const char *folder; /* NULL: not named yet */
    const char *path;
    int fd;                  /* -1: not open */
    size_t len;              /* bytes in the file */
    bool is_over;            /* cut, or given up */
    int error;               /* errno, or 0 */
    struct mask_stream mask; /* what the step writes has come through it */
};

void step_log_init(struct step_log *log, bool is_kept);
/* Before anything is added, if it is kept. Both are borrowed as long as the log is open. */
void step_log_name(struct step_log *log, const char *folder, const char *path);
void step_log_add(struct step_log *log, struct str text);
void step_log_close(struct step_log *log);

#endif
