/* options.h: what was asked of kadc on its command line. */
#ifndef KADC_OPTIONS_H
#define KADC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "definition.h"
#include "diag.h"

/* Those behind EMIT_BOUNDS are about no FILE. */
enum emit_what {
    EMIT_C,
    EMIT_DESCRIBE,
    EMIT_GRAPH,
    EMIT_BOUNDS,
    EMIT_SCHEMA,
    EMIT_MODULES
};

/* What kadc's exit codes say; they are the same for every format. */
enum kadc_exit { EXIT_CLEAN, EXIT_ERRORS, EXIT_USAGE, EXIT_NO_INPUT, EXIT_BUG = 70 };

struct options {
    char **files;
    size_t file_count;
    struct str
        *module_dirs; /* as given, else `modules`; then those that come with kad */
    size_t module_dir_count;
    const char *shipped_modules; /* the last of them; NULL: there are none */
    const char *output;
    bool is_check; /* write no C */
    bool is_fix;   /* make the certain edits */
    enum emit_what emit;
    enum graph_format graph_format;
    struct diag_style style;
    bool is_done; /* --help and the like: it has been answered */
    enum kadc_exit
        exit_code; /* not EXIT_CLEAN: why it cannot go on; it has been said */
};

/* Levels of codes are set in `diags` at once. */
struct options options_read(struct arena *arena, struct diags *diags, int argc,
                            char **argv);

#endif
