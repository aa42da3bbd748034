/* concurrency.c: what executions of a workflow are counted by, before there is one. */
#include <string.h>

#include "engine/run.h"
#include "mask.h"

const char *engine_concurrency_key(struct engine *engine, struct arena *arena,
                                   const char *parameters, const char **problem)
{
    const struct kad_concurrency *concurrency = engine->workflow->concurrency;
    const struct execution_row row = {
        .id = "",
        .trigger_data = parameters,
        .state = run_state_json(arena, engine),
    };
    const char *key;
    struct kad_run run;

    *problem = NULL;
    if (!concurrency->key)
        return "";
    run_init(&run, engine, &row);
    key = run.stop == STOP_NONE ? concurrency->key(&run, run.frame) : NULL;
    if (key && !run.fault[0])
        key = mask_text(arena, arena_copy(arena, key, strlen(key)));
    else
        *problem = arena_printf(arena, "%s", run.refusal ? run.refusal : run.fault);
    run_release(&run);
    return *problem ? NULL : key;
}
