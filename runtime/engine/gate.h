/* gate.h: what an execution waits for: one table, one row for each attempt that waits.
 *
 *     kind        opens by                        meanwhile
 *     question    resume --retry, --skip, --fail  paused: did the step happen?
 *     ask         resume                          paused: no agent
 *     retry       its time                        running, or waiting with --no-wait
 *     timer       its time                        running, or waiting with --no-wait
 *     approval    resume --choice, or its time    waiting
 *
 * (1) A gate is stored with what it follows: the attempt that failed or started.
 * (2) It is closed with what follows it, and an execution that has ended has none.
 * (3) A gate with a time outlives crashes and pauses: a resume waits for the same moment. */
#ifndef KAD_ENGINE_GATE_H
#define KAD_ENGINE_GATE_H

#include <stdbool.h>

#include "engine/run.h"

bool gate_is(const struct gate_row *gate, const char *kind);
bool gate_is_due(const struct gate_row *gate, int64_t now_ms);

/* A gate with a time (0: none); `key` is borrowed. */
struct gate_row gate_until(const struct kad_run *run, const char *key, const char *kind,
                           int64_t due_ms);

/* Makes the gate of a step that waits for more than its action; before its start is stored.
 * NULL, or what is wrong with its inputs. */
const char *gate_open(struct kad_step *step, const void *in);
/* Those of `wait:` and `approval:`. */
const char *wait_open(struct kad_step *step, const void *inputs);
const char *approval_open(struct kad_step *step, const void *inputs);

/* What an approval leaves when a person has chosen: JSON, in the step's memory. */
const char *approval_outputs(struct kad_step *step, const struct answer *answer);

/* Waits until the gate of run->step opens by its time. false: run->stop says why not. */
bool gate_wait(struct kad_step *step);

/* run->step goes on: its gate is closed with the next commit. */
void gate_close(struct kad_run *run);

#endif
