/* checked.h: a workflow in memory through all passes, and what they found, for unit tests.
 *
 *     struct checked *c = check("steps: ...");
 *     cr_assert_str_eq(c->found, "3:KAD0301 7:KAD0401");
 *     checked_release(c);
 *
 * expect_found does the three at once. */
#ifndef KADC_TEST_CHECKED_H
#define KADC_TEST_CHECKED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "calls.h"
#include "graph.h"
#include "passes.h"

struct checked {
    struct arena arena;
    struct program program;
    struct str module_dir;
    struct workflow *workflow;
    const char *found; /* "LINE:CODE LINE:CODE", in the order of the file */
    const char *text;  /* as printed, in the short form */
};

/* "wf.yaml:3:9: error[KAD0301 ...]: ..." to "3:KAD0301"; other files with their name. */
static inline void checked_add_line(struct buf *found, const char *line)
{
    const char *code = strstr(line, "[KAD");
    const char *start = strncmp(line, "wf.yaml:", 8) == 0 ? line + 8 : line;
    const char *colon = strchr(start, ':');

    if (start == line && colon) /* a manifest: its path stays */
        colon = strchr(colon + 1, ':');
    if (!code || !colon)
        return;
    buf_printf(found, "%s%.*s:%.7s", found->len ? " " : "", (int)(colon - start), start,
               code + 1);
}

static inline void checked_print(struct checked *c)
{
    struct buf found;
    char *printed = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&printed, &len);

    diag_print(c->program.diags, out, (struct diag_style){.format = DIAG_SHORT}, 1);
    fclose(out);
    buf_init(&found, &c->arena);
    c->text = arena_copy(&c->arena, printed, len);
    for (char *line = strtok(printed, "\n"); line; line = strtok(NULL, "\n"))
        checked_add_line(&found, line);
    c->found = buf_str(&found).p;
    free(printed);
}

/* The passes over `yaml` as a file of the given name; the modules are those of the golden
 * tests. */
static inline struct checked *check_named(const char *path, const char *yaml)
{
    struct checked *c = calloc(1, sizeof(*c));
    struct source *source;
    struct node *root;

    arena_init(&c->arena);
    c->module_dir = S("tests/golden/diag/modules");
    c->program = (struct program){.arena = &c->arena,
                                  .diags = diags_new(&c->arena),
                                  .module_dirs = &c->module_dir,
                                  .module_dir_count = 1};
    source = source_of_text(&c->arena, path, str_of(yaml));
    root = doc_parse(&c->arena, source, c->program.diags);
    c->workflow = model_read(&c->program, source, root);
    vec_push(&c->arena, &c->program.workflows, c->workflow);
    calls_resolve(&c->program);
    if (!c->workflow->is_broken) {
        names_check(&c->program, c->workflow);
        graph_check(&c->program, c->workflow);
        types_check(&c->program, c->workflow);
        triggers_check(&c->program, c->workflow);
        concurrency_check(&c->program, c->workflow);
        secrets_check(&c->program, c->workflow);
        flow_check(&c->program, c->workflow);
        taint_check(&c->program, c->workflow);
        schedules_check(&c->program, c->workflow);
    }
    webhooks_check(&c->program);
    events_check(&c->program);
    checked_print(c);
    return c;
}

static inline struct checked *check(const char *yaml)
{
    return check_named("wf.yaml", yaml);
}

static inline void checked_release(struct checked *c)
{
    arena_release(&c->arena);
    free(c);
}

/* The codes and lines that a workflow is found to have, and nothing else. */
#define expect_found(yaml, expected)                                                   \
    do {                                                                               \
        struct checked *checked_ = check(yaml);                                        \
        cr_assert_str_eq(checked_->found ? checked_->found : "", (expected), "%s",     \
                         checked_->text);                                              \
        checked_release(checked_);                                                     \
    } while (0)

#endif
