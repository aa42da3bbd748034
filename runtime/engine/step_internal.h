/* step_internal.h: what the runtime's own parts may do with a step beyond kad/step.h. */
#ifndef KAD_ENGINE_STEP_INTERNAL_H
#define KAD_ENGINE_STEP_INTERNAL_H

#include "kad/step.h"

struct project;
struct arena;

const struct project *rt_step_project(const struct kad_step *step);
/* The step's memory; freed when its outputs are replaced. */
struct arena *rt_step_arena(struct kad_step *step);
/* The name of the action that runs. */
const char *rt_step_action(const struct kad_step *step);

/* Before each call of the agent. KAD_FAILURE: the budget does not allow it, said. */
enum kad_outcome rt_step_call_agent(struct kad_step *step);

/* Parks the step for a person: the execution becomes `paused`, with a gate of this kind
 * ("ask") and text. A later resume calls the action again, same key. Returns KAD_LATER. */
enum kad_outcome rt_step_park(struct kad_step *step, const char *kind,
                              const char *prompt);

/* Waits without a child, e.g. for recorded answers that take their time. KAD_SUCCESS: the
 * time has passed. KAD_TIMEOUT, KAD_LATER as kad_exec. */
enum kad_outcome rt_step_wait(struct kad_step *step, int64_t duration_ms);
/* The same, until there are news: see struct waiter. */
enum kad_outcome rt_step_wait_for(struct kad_step *step, int news_fd,
                                  int64_t duration_ms);

#endif
