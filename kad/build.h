/* build.h: makes the programs of a project's workflows: YAML -> C -> .kad/bin/wf-ID.
 *
 * A file is made again only when the content of something that it is made from has
 * changed: the workflow, the project's modules, kadc, the C compiler, libkad.
 * Programs appear at once and whole (rename), and one build at a time works in a
 * project. */
#ifndef KAD_BUILD_H
#define KAD_BUILD_H

#include <stdbool.h>

#include "base/arena.h"
#include "project.h"
#include "toolchain.h"

enum build_result {
    BUILD_CURRENT, /* nothing had changed */
    BUILD_DONE,
    BUILD_REFUSED, /* it does not compile; the reasons are on stderr */
    BUILD_FAILED   /* a tool or a file is missing; reported */
};

struct build; /* opaque; lives in the arena */

/* Takes the project's build lock. NULL: reported. */
struct build *build_open(struct arena *arena, const struct project *project);
void build_close(struct build *build);

/* Builds workflows/ID.yaml, which exists. */
enum build_result build_workflow(struct build *build, const char *id);

#endif
