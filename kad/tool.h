/* tool.h: runs a program with an argument vector, without a shell, and waits for it. */
#ifndef KAD_TOOL_H
#define KAD_TOOL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct tool {
    const char *const *argv; /* NULL-terminated; argv[0] is found in PATH */
    const char *cwd;         /* or NULL */
    /* Where its stdout goes: into *output, in the arena; NULL: to our stderr, so
     * that our own stdout holds nothing but results. */
    struct arena *arena;
    struct str *output;
    bool is_quiet; /* its stderr goes nowhere */
    /* Where its stderr goes: into *errors, in the arena; NULL: as said above. Not together
     * with `output`. */
    struct str *errors;
};

/* *exit_code is 128 + n after signal n. false: it could not be run, see errno. */
bool tool_run(const struct tool *tool, int *exit_code);

#endif
