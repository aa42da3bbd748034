/* values.c: what the expressions of a workflow read from its execution, and where they put
 * what they compute. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "engine/run.h"
#include "mask.h"

void kad_bug(const char *file, int line)
{
    fprintf(stderr, "kad: a bug, please report it: %s:%d\n", file, line);
    exit(KAD_EXIT_BUG);
}

void kad_fault(struct kad_run *run, const char *format, ...)
{
    va_list args;
    const char *text;

    if (run->fault[0])
        return;
    va_start(args, format);
    text = arena_vprintf(&run->values, format, args);
    va_end(args);
    snprintf(run->fault, sizeof(run->fault), "%s", mask_text(&run->values, text));
}

void *kad_run_alloc(struct kad_run *run, size_t size)
{
    return arena_alloc(&run->values, size);
}

struct kad_json kad_to_json(struct kad_run *run, const struct kad_type *type,
                            const void *value)
{
    struct kad_json json = {0};
    const char *problem =
        codec_encode(&run->values, type, CODEC_AFTER_SUCCESS, value, &json);

    if (problem)
        kad_fault(run, "%s", problem);
    return json;
}

void kad_from_json(struct kad_run *run, const struct kad_type *type,
                   struct kad_json json, void *value)
{
    const char *problem = codec_decode(&run->values, type, CODEC_AFTER_SUCCESS,
                                       json.text, json.len, value);

    if (problem)
        kad_fault(run, "%s", problem);
}

/* ---- The execution ------------------------------------------------------------------ */

/* In a branch: its own, else what it was outside when the block started, which stands still
 * meanwhile. */
const char *kad_workflow_status(struct kad_run *run)
{
    return execution_status_name(kad_workflow_error(run) ? EXECUTION_FAILED
                                                         : EXECUTION_COMPLETED);
}

const struct kad_error *kad_workflow_error(struct kad_run *run)
{
    for (; run; run = run_outer(run))
        if (run->error.code)
            return &run->error;
    return NULL;
}

const char *kad_execution_id(struct kad_run *run)
{
    return run->execution->row->id;
}

const char *kad_execution_started_at(struct kad_run *run)
{
    return time_text(&run->values, run->execution->row->started_ms);
}

const char *kad_env(struct kad_run *run, const char *name)
{
    return json_string_value(json_object_get(run->execution->env, name));
}

const char *kad_secret(struct kad_run *run, const char *name)
{
    const char *value = mask_find(name);

    if (!value) /* secrets_load has refused to begin */
        kad_fault(run, "there is no secret `%s`", name);
    return value ? value : "";
}

/* ---- Its steps ---------------------------------------------------------------------- */

const char *kad_step_status(struct kad_run *run, const struct kad_step_info *step)
{
    return run_state(run, step)->status;
}

int64_t kad_step_attempts(struct kad_run *run, const struct kad_step_info *step)
{
    return run_state(run, step)->attempts;
}

const struct kad_error *kad_step_error(struct kad_run *run,
                                       const struct kad_step_info *step)
{
    const struct step_state *state = run_state(run, step);

    return state->error.code ? &state->error : NULL;
}

bool kad_has_outputs(struct kad_run *run, const struct kad_step_info *step)
{
    return run_state(run, step)->has_outputs;
}
