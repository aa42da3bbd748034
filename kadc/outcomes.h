/* outcomes.h: `onOutcome` against the outcomes that there are. */
#ifndef KADC_OUTCOMES_H
#define KADC_OUTCOMES_H

#include "model.h"

/* Reports 0219 and 0509 of one step whose action is known. */
void outcomes_check(struct program *program, const struct step *step);

#endif
