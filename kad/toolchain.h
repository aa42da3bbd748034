/* toolchain.h: what `kad build` builds with, found relative to the kad program.
 *
 *     bin/kad  bin/kadc  bin/wf-ID        programs
 *     lib/libkad.a  lib/libkad_modules.a  the runtime; the shipped modules
 *     lib/kad/link-flags                  one line: what the linker needs beside them
 *     include/kad/                        headers
 *     share/kad/modules/                  manifests of the shipped modules
 *
 * The build tree and the installed tree are laid out alike. */
#ifndef KAD_TOOLCHAIN_H
#define KAD_TOOLCHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct toolchain {
    const char *bin; /* folder of the programs */
    const char *kadc;
    const char *cc; /* $CC, or cc */
    const char *include;
    const char *runtime;   /* libkad.a */
    const char *modules;   /* libkad_modules.a */
    const char *manifests; /* folder */
    const char *const *link_flags;
    size_t link_flag_count;
    const char *digest; /* of all their contents */
};

/* Absolute folder of the running program. */
const char *program_folder(struct arena *arena);

/* Absolute path of a program, see base/path_search.h, for who is here; NULL: nowhere. */
const char *program_path(struct arena *arena, const char *name);

/* NULL, or what is missing. */
const char *toolchain_find(struct arena *arena, struct toolchain *tools);

#endif
