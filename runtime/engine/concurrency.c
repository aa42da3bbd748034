/* concurrency.c: what executions of a workflow are counted by, before there is one. */
#include <string.h>

#include "engine/run.h"
#include "mask.h"

const char *engine_concurrency_key(struct engine *engine, struct arena *arena,
                                   const char *parameters, const char **problem)
{
    const struct kad_workflow *workflow = engine->workflow;
    const struct execution_row row = {
        .id = "",
        .trigger_data = parameters,
        .state = execution_state(arena, workflow, NULL),
    };
    struct execution *execution;
    struct crew crew;
    struct drive drive;
    const char *key = "";

    *problem = NULL;
    if (!workflow->concurrency->key)
        return key;
    crew_init(&crew, engine);
    drive_init(&drive, &crew);
    execution = execution_open(&drive, workflow, &row, NULL);
    if (drive.stop == STOP_NONE)
        key = workflow->concurrency->key(execution->root, execution->frame);
    if (drive.stop != STOP_NONE || execution->root->fault[0])
        *problem = arena_printf(arena, "%s",
                                drive.refusal ? drive.refusal : execution->root->fault);
    key = mask_text(arena, arena_copy(arena, key, strlen(key)));
    drive_release(&drive);
    crew_release(&crew);
    return *problem ? NULL : key;
}
