/* describe.c: the definition of the program's workflow, with those of all that it calls. */
#include "definition.h"
#include "program/program.h"

static bool add_called(json_t *called, const struct kad_workflow *workflow)
{
    bool is_whole = true;

    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct kad_block *block = workflow->steps[i].block;
        const struct kad_workflow *inner = block ? block->workflow : NULL;
        json_t *definition;

        if (!inner || json_object_get(called, inner->id))
            continue;
        definition = json_loads(inner->definition, 0, NULL);
        is_whole &= definition && add_called(called, inner);
        json_object_set_new(called, inner->id, definition);
    }
    return is_whole;
}

json_t *program_describe(const struct kad_workflow *workflow)
{
    json_t *definition = json_loads(workflow->definition, 0, NULL);
    json_t *called = json_object();

    if (!definition || !add_called(called, workflow)) {
        json_decref(definition);
        definition = NULL;
    } else if (json_object_size(called)) {
        json_object_set(definition, "called", called);
    }
    json_decref(called);
    return definition;
}
