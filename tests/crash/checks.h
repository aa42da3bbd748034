/* checks.h: what a database says about its execution, and what must hold of it. */
#ifndef KAD_TESTS_CHECKS_H
#define KAD_TESTS_CHECKS_H

#include <stdbool.h>

/* What can be done next. */
enum next {
    NEXT_START,  /* there is no execution */
    NEXT_RESUME, /* nothing is asked */
    NEXT_RETRY,  /* a step may have happened: run it again */
    NEXT_APPROVE,
    NEXT_EMIT,
    NEXT_END /* it is completed */
};

struct checks;

/* Of a database that may not be there yet; what is known of it is forgotten. */
struct checks *checks_new(const char *database);
void checks_free(struct checks *checks);

/* Looks; `id` (of the outermost execution) and `step` are borrowed until the next look. */
enum next checks_next(struct checks *checks, const char **id, const char **step);

/* The engine has died: remembers which attempts have ended, and which may not be repeated. */
void checks_note_death(struct checks *checks);
/* Of an end or a stop: what was remembered was not called again. NULL, or what is wrong. */
const char *checks_calls(struct checks *checks);
/* Whether the execution has ended and its file is sound. NULL, or what is wrong. */
const char *checks_end(struct checks *checks);
/* Whether the file is sound. NULL, or what is wrong. */
const char *checks_file(struct checks *checks);

/* Route, statuses, outputs: what is the same however often it was killed. Freed by the caller. */
char *checks_outcome(struct checks *checks);
int checks_count_calls(struct checks *checks);
/* Attempts that a person has said may be run again. */
int checks_count_interrupted(struct checks *checks);

#endif
