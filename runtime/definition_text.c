/* definition_text.c: a workflow as lines of text: each step, and where it leads; the steps of
 * a block are indented below it.
 *
 *     checks -+-- success -> publish
 *             +-- failure -> $fail
 *       in parallel, until all have ended well
 *       - lint
 *         lint -+-- success -> $complete
 *               +-- failure -> $fail */
#include <string.h>

#include "definition_parts.h"

enum { INDENT = 2 };

static void fill(FILE *out, char c, size_t count)
{
    while (count-- > 0)
        fputc(c, out);
}

static size_t characters(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t widest_label(const json_t *routes)
{
    char label[LABEL_MAX];
    size_t widest = 0, i;
    const json_t *route;

    json_array_foreach(routes, i, route)
    {
        definition_route_label(route, label, sizeof(label));
        widest = larger(widest, characters(label));
    }
    return widest;
}

static size_t widest_id(const json_t *steps)
{
    size_t widest = 0, i;
    const json_t *step;

    json_array_foreach(steps, i, step) widest =
        larger(widest, strlen(definition_text(step, "id")));
    return widest;
}

/* One step: its id, then a line for each route, arrows below each other. */
static void draw_routes(const json_t *step, size_t indent, size_t id_width, FILE *out)
{
    const json_t *routes = json_object_get(step, "routes"), *route;
    const size_t label_width = widest_label(routes);
    const char *id = definition_text(step, "id");
    char label[LABEL_MAX];
    size_t i;

    json_array_foreach(routes, i, route)
    {
        definition_route_label(route, label, sizeof(label));
        fill(out, ' ', indent);
        fputs(i == 0 ? id : "", out);
        fputs(i == 0 ? " " : "", out);
        fill(out, i == 0 ? '-' : ' ',
             id_width + (i == 0 ? 1 : 2) - (i ? 0 : strlen(id)));
        fprintf(out, "+-- %s ", label);
        fill(out, '-', label_width - characters(label));
        fprintf(out, "-> %s\n", definition_text(route, "to"));
    }
}

static void draw_steps(const json_t *steps, size_t indent, FILE *out);

/* "- unit, if `trigger.deep`" */
static void draw_branch(const json_t *branch, size_t indent, FILE *out)
{
    const char *when = definition_text(branch, "when");

    fill(out, ' ', indent);
    fprintf(out, "- %s%s%s\n", definition_text(branch, "name"), *when ? ", if " : "",
            when);
    draw_steps(json_object_get(branch, "steps"), indent + INDENT, out);
}

static void draw_block(const json_t *step, size_t indent, FILE *out)
{
    const size_t count = definition_branch_count(step);

    if (!count)
        return;
    fill(out, ' ', indent);
    definition_block_label(step, out);
    fputc('\n', out);
    if (json_object_get(step, "forEach"))
        draw_steps(json_object_get(definition_branch(step, 0), "steps"),
                   indent + INDENT, out);
    else
        for (size_t i = 0; i < count; i++)
            draw_branch(definition_branch(step, i), indent, out);
}

static void draw_call(const json_t *step, size_t indent, FILE *out)
{
    const char *workflow = definition_text(step, "workflow");

    if (!*workflow)
        return;
    fill(out, ' ', indent);
    fprintf(out, "calls workflow %s\n", workflow);
}

static void draw_steps(const json_t *steps, size_t indent, FILE *out)
{
    const size_t id_width = widest_id(steps);
    const json_t *step;
    size_t i;

    json_array_foreach(steps, i, step)
    {
        draw_routes(step, indent, id_width, out);
        draw_call(step, indent + INDENT, out);
        draw_block(step, indent + INDENT, out);
    }
}

static void draw_bound(const json_t *step, void *context)
{
    FILE *out = context;
    const json_t *retries = json_object_get(step, "maxRetries");

    if (retries)
        fprintf(out, "%s runs at most %" JSON_INTEGER_FORMAT " times\n",
                definition_text(step, "id"), json_integer_value(retries) + 1);
}

void definition_draw_text(const json_t *definition, FILE *out)
{
    draw_steps(json_object_get(definition, "steps"), 0, out);
    definition_each_step(definition, draw_bound, out);
}
