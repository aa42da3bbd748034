/* check.h: what must hold at every moment of a simulation; complains when it does not. */
#ifndef TESTS_SIM_CHECK_H
#define TESTS_SIM_CHECK_H

#include "world.h"

/* Around a commit. */
void check_before(const struct journal_commit *commit);
void check_after(const struct journal_commit *commit);
/* An action is about to be called. */
void check_call(const struct kad_step *step, const struct call *call);
/* The engine has returned. */
void check_left(const struct engine_result *result);

/* A long loop leaves no memory behind. */
void check_memory(void);

#endif
