/* gen_definition.c: what a workflow's C says about it in words: a comment with a drawing at
 * its head, and the definition that --describe prints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "definition.h"
#include "describe.h"
#include "gen.h"

enum { DRAWN_STEPS_MAX = 64 }; /* more than a reader takes in */

/* The drawing that --graph shows, as lines of a comment. */
static void put_drawing(struct gen *gen)
{
    json_t *definition = describe_workflow(gen->workflow);
    char *text = NULL, *line, *rest;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    definition_draw(definition, GRAPH_TEXT, out);
    definition_bounds_line(definition, out);
    fclose(out);
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        emit_comment_line(gen->code, "    %s", line);
    free(text);
    json_decref(definition);
}

void gen_workflow_comment(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;

    gen_file_comment(gen, workflow->source, workflow->version);
    emit_comment_text(gen->code, "%.*s%s%.*s", STR(workflow->name),
                      workflow->description.len ? ": " : "",
                      STR(workflow->description));
    emit_comment_blank(gen->code);
    if (workflow->step_count <= DRAWN_STEPS_MAX)
        put_drawing(gen);
    else
        emit_comment_text(gen->code, "A drawing of its %zu steps: kadc --emit=graph",
                          workflow->step_count);
    emit_comment_end(gen->code);
}

void gen_definition(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;
    struct json_out json;

    json_out_init(&json, gen->arena);
    emit_blank(gen->code);
    emit_comment(gen->code, "Printed by --describe.");
    emit_open_text(gen->code, "static const char definition[]");
    describe_begin(&json, workflow);
    for (size_t i = 0; i < workflow->step_count;
         i = gen_step_after(workflow->steps[i])) {
        describe_step(&json, workflow, workflow->steps[i]);
        emit_add_text(gen->code, buf_str(&json.text));
        json.text.len = 0;
    }
    describe_end(&json, workflow);
    emit_add_text(gen->code, buf_str(&json.text));
    emit_close_text(gen->code);
}
