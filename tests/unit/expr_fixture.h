/* expr_fixture.h: expressions in a small workflow, and what is found in them. */
#ifndef TESTS_EXPR_FIXTURE_H
#define TESTS_EXPR_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "diag.h"
#include "doc.h"
#include "expr.h"
#include "model.h"
#include "source.h"
#include "table.h"

struct fixture {
    struct arena arena;
    struct diags *diags;
    struct workflow workflow;
    struct step step;
    struct step *steps[1];
};

static inline struct type_field fixture_field(const char *name, const struct type *type)
{
    return (struct type_field){.name = str_of(name), .type = type};
}

static inline const struct type *
fixture_object(struct fixture *f, const struct type_field *fields, size_t count)
{
    struct type *type = arena_new(&f->arena, struct type);
    struct type_field *copy = arena_array(&f->arena, struct type_field, count);

    memcpy(copy, fields, count * sizeof(*fields));
    type->kind = TYPE_OBJECT;
    type->fields = copy;
    type->field_count = count;
    return type;
}

/* Parameters: feature, count, limit?, level, ticket?, ratio, wait. One step `test`
 * with the outputs results {passed, coverage}, files, data, names. */
static inline void fixture_init(struct fixture *f)
{
    static const char *const levels[] = {"low", "high"};
    const struct type *text = type_simple(TYPE_STRING);
    const struct type *integer = type_simple(TYPE_INTEGER);
    const struct type *results;

    memset(f, 0, sizeof(*f));
    f->diags = diags_new(&f->arena);
    f->workflow.params =
        fixture_object(f,
                       (const struct type_field[]){
                           fixture_field("feature", text),
                           fixture_field("count", integer),
                           fixture_field("limit", type_optional(&f->arena, integer)),
                           fixture_field("level", type_enum_of(&f->arena, levels, 2)),
                           fixture_field("ticket", type_optional(&f->arena, text)),
                           fixture_field("ratio", type_simple(TYPE_NUMBER)),
                           fixture_field("wait", type_simple(TYPE_DURATION)),
                       },
                       7);
    results = fixture_object(f,
                             (const struct type_field[]){
                                 fixture_field("passed", type_simple(TYPE_BOOLEAN)),
                                 fixture_field("coverage", type_simple(TYPE_NUMBER)),
                             },
                             2);
    f->step.id.text = S("test");
    f->step.c_name = "test";
    f->step.is_reachable = true;
    f->step.outputs =
        fixture_object(f,
                       (const struct type_field[]){
                           fixture_field("results", results),
                           fixture_field("files", type_array_of(&f->arena, results)),
                           fixture_field("data", type_simple(TYPE_ANY)),
                           fixture_field("names", type_array_of(&f->arena, text)),
                       },
                       4);
    f->workflow.step_table = arena_new(&f->arena, struct table);
    table_init(f->workflow.step_table, &f->arena);
    table_add(f->workflow.step_table, f->step.id.text, &f->step);
    f->steps[0] = &f->step;
    f->workflow.id.text = S("demo");
    f->workflow.name = S("Demo");
    f->workflow.version = S("1.0.0");
    f->workflow.steps = f->steps;
    f->workflow.step_count = 1;
}

static inline void fixture_release(struct fixture *f)
{
    arena_release(&f->arena);
}

static inline struct template *fixture_parse(struct fixture *f, const char *text)
{
    struct source *source = source_of_text(&f->arena, "t.yaml", str_of(text));
    struct node *node = arena_new(&f->arena, struct node);

    node->kind = NODE_SCALAR;
    node->text = source->text;
    node->span = (struct span){source, 0, (uint32_t)source->text.len};
    return template_parse(&f->arena, node, f->diags);
}

static inline struct scope fixture_scope(struct fixture *f)
{
    return (struct scope){.arena = &f->arena,
                          .diags = f->diags,
                          .workflow = &f->workflow,
                          .step = &f->step};
}

/* The findings so far, as the short form prints them, in the arena. */
static inline const char *fixture_findings(struct fixture *f)
{
    char *printed = NULL, *copy, *line, *rest;
    size_t len = 0;
    FILE *out = open_memstream(&printed, &len);
    struct buf kept;

    diag_print(f->diags, out, (struct diag_style){.format = DIAG_SHORT}, 1);
    fclose(out);
    buf_init(&kept, &f->arena);
    copy = arena_copy(&f->arena, printed, len);
    free(printed);
    for (line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (strncmp(line, "t.yaml:", 7) == 0)
            buf_printf(&kept, "%s\n", line);
    return kept.p;
}

#endif
