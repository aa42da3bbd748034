/* outcome.h: how an execution ended, for people on standard error and, with --json, as one
 * document on standard output. */
#ifndef KAD_PROGRAM_OUTCOME_H
#define KAD_PROGRAM_OUTCOME_H

#include <jansson.h>

#include "base/terminal.h"
#include "engine/engine.h"

struct outcome_style {
    struct terminal terminal; /* of standard error */
    bool is_json;
    bool is_quiet;
    const char *database; /* of --db, to be repeated in the next command; or NULL */
};

int outcome_exit(enum engine_end end);
/* "completed", "failed", ... */
const char *outcome_word(enum engine_end end);
/* What --json prints of one execution: a new reference. */
json_t *outcome_json(const struct engine *engine, const struct engine_result *result);

/* Returns the exit code. */
int outcome_report(struct arena *arena, const struct engine *engine,
                   const struct engine_result *result, struct outcome_style style);

#endif
