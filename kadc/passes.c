/* passes.c: see passes.h. */
#include "passes.h"

#include "calls.h"

static void check(struct program *program, struct workflow *workflow)
{
    if (workflow->is_broken)
        return;
    names_check(program, workflow);
    graph_check(program, workflow);
    types_check(program, workflow);
    triggers_check(program, workflow);
    concurrency_check(program, workflow);
    secrets_check(program, workflow);
    credentials_check(program, workflow);
    taint_summarize(program, workflow);
    flow_check(program, workflow);
    guarantees_check(program, workflow);
    effects_check(program, workflow);
    schedules_check(program, workflow);
}

/* Those that others call come first: their outputs and bounds are those of the callers'
 * steps. What they are given from outside is known of their callers: then they come last. */
void passes_run(struct program *program)
{
    struct workflow **workflows = calls_resolve(program);

    for (size_t i = 0; i < program->workflows.count; i++)
        check(program, workflows[i]);
    for (size_t i = program->workflows.count; i-- > 0;)
        if (!workflows[i]->is_broken)
            taint_check(program, workflows[i]);
    webhooks_check(program);
    events_check(program);
}
