/* stage.h: where the compiled programs run: a host without clock or processes, a journal in
 * memory that can die, and the script behind the actions.
 *
 * An action runs when it is started; its end is told in the order of the script's ranks. */
#ifndef TESTS_RANDOM_STAGE_H
#define TESTS_RANDOM_STAGE_H

#include "engine/engine.h"
#include "kad/workflow.h"
#include "script.h"

struct stage {
    struct arena arena;
    const struct script *script;
    struct journal *journal;
    struct engine engine;
    const char *execution; /* id of the outermost */
    struct engine_result result;
    unsigned calls; /* of actions */
};

/* A new execution, to its end or to the death of its journal, `commits` later (-1: never). */
void stage_open(struct stage *stage, const struct kad_workflow *workflow,
                const struct script *script, const char *parameters);
void stage_run(struct stage *stage, int commits);
/* On with the execution. */
void stage_resume(struct stage *stage, int commits);
void stage_close(struct stage *stage);

/* SCRIPT/KEY of a row: as attempt_key writes it. */
const char *stage_key(struct arena *arena, const char *row_key);
/* The ids of the execution and of those that it has called, in the order of their starts. */
size_t stage_executions(struct stage *stage, const char *const **ids);

/* ---- For the module `probe` ------------------------------------------------------------- */

struct scripted stage_call(struct kad_step *step, enum action action);
enum kad_outcome stage_fail(struct kad_step *step, const struct scripted *answer);
struct kad_strings stage_texts(struct kad_step *step, struct value value);

#endif
