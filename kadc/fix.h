/* fix.h: `--fix`: the certain edits, made in the files that were named. */
#ifndef KADC_FIX_H
#define KADC_FIX_H

#include "model.h"

/* `text` with the edits made; they are in order and do not overlap. */
struct str fix_text(struct arena *arena, struct str text, struct edits edits);

/* Makes the certain edits of all findings in the program's workflows, one file at a time and
 * each at once, and says on standard error what it has done. *count: how many edits. false:
 * a file can't be written, which has been said. */
bool fix_workflows(struct program *program, size_t *count);

#endif
