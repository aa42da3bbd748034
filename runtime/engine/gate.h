/* gate.h: what a step waits for before it goes on: one table, a row for each way that an
 * attempt may go on.
 *
 *     kind        opens by                         meanwhile
 *     question    resume --retry, --skip, --fail   paused: did the step happen?
 *     ask         resume                           paused: no agent
 *     retry       its time                         running, or waiting with --no-wait
 *     timer       its time                         running, or waiting with --no-wait
 *     approval    a choice, or its time            waiting
 *     event       an event, or its time            waiting
 *
 * (1) A gate is stored with what it follows: the attempt that failed or started.
 * (2) It is closed with what follows it, and an execution that has ended has none.
 * (3) A gate with a time outlives crashes and pauses: a resume waits for the same moment.
 * (4) Of several ways the one counts that came first, whenever the engine looks.
 *
 * The answer of an approval is what the step leaves: {choice, by, comment?}. That of an event
 * only says that there is one: which, is in the table of events. */
#ifndef KAD_ENGINE_GATE_H
#define KAD_ENGINE_GATE_H

#include <stdbool.h>

#include "engine/run.h"

bool gate_is(const struct gate_row *gate, const char *kind);
/* The first gate of a step is of this kind. */
bool step_waits_for(const struct kad_step *step, const char *kind);
bool gate_is_due(const struct gate_row *gate, int64_t now_ms);
/* It opens by its time, and who stays may wait for that. */
bool gate_is_timed(const struct gate_row *gate);
/* Somebody has to say something before it opens. */
bool gate_is_paused(const struct gate_row *gate);

/* A gate with a time (0: none); `key` is borrowed. */
struct gate_row gate_until(const struct kad_run *run, const char *key, const char *kind,
                           int64_t due_ms);
/* The step waits at this one alone. It is not stored yet. */
void gate_set(struct kad_step *step, struct gate_row gate);

/* Makes the gates of a step that waits for more than its action; before its start is stored.
 * NULL, or what is wrong with its inputs. */
const char *gate_open(struct kad_step *step, const void *in);
/* Those of `wait:` and `approval:`. */
const char *wait_open(struct kad_step *step, const void *inputs);
const char *first_open(struct kad_step *step, const void *inputs);
const char *approval_open(struct kad_step *step, const void *inputs);

/* Whether a gate of the step has opened. Unless it is of kind `retry`, the step then has its
 * answer. */
bool gate_opens(struct kad_step *step);
/* When one of them opens by itself; 0: never. */
int64_t gate_due_ms(const struct kad_step *step);
/* Reads what others have answered. */
void gate_read_answers(struct kad_run *run);

/* The step's answer is this choice. false: it is none of them. */
bool approval_take(struct kad_step *step, const char *outputs);

/* run->step goes on: its gates are closed with the next commit. */
void gate_close(struct kad_run *run);

#endif
