/* observer.h: who is told what an execution does while it runs: the progress display. */
#ifndef KAD_ENGINE_OBSERVER_H
#define KAD_ENGINE_OBSERVER_H

#include <stddef.h>
#include <stdint.h>

#include "kad/workflow.h"
#include "store/store.h"

enum notice_kind {
    NOTICE_STARTED,  /* an attempt; stored */
    NOTICE_ENDED,    /* an attempt, with its status; text: what went wrong, or NULL */
    NOTICE_PROGRESS, /* text: what the step is doing now */
    NOTICE_LOG,      /* text, len: more of the step's log */
    NOTICE_TICK      /* time has passed */
};

struct notice {
    enum notice_kind kind;
    const struct kad_step_info *step;
    const char *item; /* "[3]" inside a forEach, else "" */
    uint32_t run;     /* how often the step has run, this time included */
    uint32_t attempt;
    enum step_status status;
    int64_t started_ms; /* of the attempt, as it is stored; 0: not known */
    int64_t now_ms;
    const char *text;
    size_t len;
};

/* Told from any thread, by one at a time. */
struct observer {
    void (*notice)(struct observer *observer, const struct notice *notice);
    unsigned
        tick_ms; /* how often it wants NOTICE_TICK while a program runs; 0: never */
};

#endif
