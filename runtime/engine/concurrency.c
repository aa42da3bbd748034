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
        .state = execution_state(arena, engine->workflow, NULL),
    };
    const struct execution *execution;
    const char *key = NULL;
    struct drive drive;

    *problem = NULL;
    if (!concurrency->key)
        return "";
    drive_init(&drive, engine);
    execution = execution_open(&drive, engine->workflow, &row, NULL);
    if (drive.stop == STOP_NONE)
        key = concurrency->key(execution->root, execution->frame);
    if (key && !execution->root->fault[0])
        key = mask_text(arena, arena_copy(arena, key, strlen(key)));
    else
        *problem = arena_printf(arena, "%s",
                                drive.refusal ? drive.refusal : execution->root->fault);
    drive_release(&drive);
    return *problem ? NULL : key;
}
