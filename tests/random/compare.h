/* compare.h: what has happened against what should have. */
#ifndef TESTS_RANDOM_COMPARE_H
#define TESTS_RANDOM_COMPARE_H

#include "play.h"
#include "stage.h"

/* Rows and result of the stage's execution against the reference. NULL: as expected; else
 * what is different, in the stage's arena. */
const char *compare_play(struct stage *stage, const struct play *play);

/* All that is to be the same after crashes and resumes, as text. */
const char *compare_text(struct stage *stage);
/* What must hold after any crashes, whatever has run; NULL: it does. */
const char *compare_sound(struct stage *stage, uint64_t most_runs);

#endif
