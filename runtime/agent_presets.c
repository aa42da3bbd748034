/* agent_presets.c: the command lines of well-known coding agents.
 *
 * Each reads the prompt on stdin, edits files in its working directory without asking,
 * and prints its final message on stdout. None of them gets more rights than that
 * needs; who wants another model or more rights writes the command line out:
 * `agent: {command: [...]}`. */
#include "agent.h"

#include <string.h>

#include "base/buf.h"

struct preset {
    const char *name;
    const char *const *argv;
};

/* In the order in which `agent: auto` looks for them. */
static const struct preset presets[] = {
    {"claude",
     (const char *const[]){"claude", "-p", "--permission-mode", "acceptEdits", NULL}},
    {"codex",
     (const char *const[]){"codex", "exec", "--sandbox", "workspace-write", "-", NULL}},
    {"gemini", (const char *const[]){"gemini", "--approval-mode", "auto_edit", NULL}},
    {"opencode", (const char *const[]){"opencode", "run", NULL}},
    /* Commits are the workflow's business, so aider leaves them alone. */
    {"aider", (const char *const[]){"aider", "--yes-always", "--no-auto-commits",
                                    "--no-dirty-commits", "--no-pretty", "--no-stream",
                                    "--message-file", "/dev/stdin", NULL}},
};

enum { PRESET_COUNT = sizeof(presets) / sizeof(presets[0]) };

const char *const *agent_preset_find(const char *name)
{
    for (size_t i = 0; i < PRESET_COUNT; i++)
        if (!strcmp(presets[i].name, name))
            return presets[i].argv;
    return NULL;
}

const char *const *agent_preset_installed(bool (*is_there)(void *context,
                                                           const char *program),
                                          void *context)
{
    for (size_t i = 0; i < PRESET_COUNT; i++)
        if (is_there(context, presets[i].argv[0]))
            return presets[i].argv;
    return NULL;
}

const char *agent_preset_names(struct arena *arena)
{
    struct buf names;

    buf_init(&names, arena);
    for (size_t i = 0; i < PRESET_COUNT; i++)
        buf_printf(&names, "%s%s", i ? ", " : "", presets[i].name);
    return buf_str(&names).p;
}
