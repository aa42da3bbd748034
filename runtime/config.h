/* config.h: the project's settings, `.kad/config.yaml`, as a JSON tree.
 *
 *     agent: claude                     a preset
 *     agent: {command: [my-agent, -p]}  a command line; the prompt goes in on stdin
 *     agent: {replay: recorded.yaml}    recorded answers, for tests and demonstrations
 *     tests: {command: [make, check]}   instead of what run-tests would find
 *
 * Unknown keys are errors, with file and line. The one place of the runtime with yaml.h. */
#ifndef KAD_CONFIG_H
#define KAD_CONFIG_H

#include <jansson.h>

#include "base/arena.h"

/* A YAML file as JSON (core schema); NULL and *error ("file:line: text") in the arena. */
json_t *yaml_load(struct arena *arena, const char *path, const char **error);

/* The settings of a state folder; an empty object when the file is absent; NULL: *error. */
json_t *config_load(struct arena *arena, const char *state, const char **error);

#endif
