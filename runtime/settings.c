/* settings.c: what a module may know of the project that it works for. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config.h"
#include "engine/step_internal.h"
#include "project.h"

const char *kad_step_database(const struct kad_step *step)
{
    return rt_step_project(step)->database;
}

enum kad_outcome kad_setting(struct kad_step *step, const char *name,
                             struct kad_json *value)
{
    struct arena *arena = rt_step_arena(step);
    const char *error = NULL;
    json_t *settings = config_load(arena, rt_step_project(step)->state, &error);
    const json_t *setting = json_object_get(settings, name);

    *value = (struct kad_json){0};
    if (!settings)
        return kad_fail(step, kad_failure_name(KAD_FAILURE_BAD_CONFIG), "%s", error);
    if (setting && !json_is_null(setting)) {
        char *text = json_dumps(setting, JSON_COMPACT | JSON_ENCODE_ANY);

        value->len = strlen(text);
        value->text = arena_copy(arena, text, value->len);
        free(text);
    }
    json_decref(settings);
    return KAD_SUCCESS;
}
