/* definition_graph.c: a workflow as a graph of Graphviz, or one of Mermaid.
 *
 * A block is a box round its branches; each branch has ends of its own. Edges lead from the
 * block's own node to the first step of each branch. */
#include <string.h>

#include "definition_parts.h"

enum { INDENT = 4 };

static const char *const ends[] = {"$complete", "$fail"};
enum { END_COUNT = sizeof(ends) / sizeof(ends[0]) };

/* A line of steps: the workflow's, or that of a branch. */
struct line {
    const json_t *steps;
    const char *block;  /* the id of its step; NULL: the workflow's own line */
    const char *branch; /* of forEach: "" */
    const char *when;   /* the branch's condition, or "" */
    unsigned depth;
};

static struct line line_of(const json_t *step, size_t branch, unsigned depth)
{
    const json_t *inside = definition_branch(step, branch);

    return (struct line){
        .steps = json_object_get(inside, "steps"),
        .block = definition_text(step, "id"),
        .branch = definition_text(inside, "name"),
        .when = definition_text(inside, "when"),
        .depth = depth,
    };
}

static void indent(unsigned depth, FILE *out)
{
    fprintf(out, "%*s", (int)(depth * INDENT), "");
}

/* Text inside double quotes; `quote` is what stands for a quote there. */
static void put_escaped(const char *text, const char *quote, const char *backslash,
                        FILE *out)
{
    for (; *text; text++) {
        if (*text == '"')
            fputs(quote, out);
        else if (*text == '\\')
            fputs(backslash, out);
        else
            fputc(*text, out);
    }
}

static bool is_end(const char *target)
{
    return target[0] == '$';
}

/* Whether some route of the line leads to the end of that name. */
static bool has_end(const struct line *line, const char *end)
{
    const json_t *step, *route;
    size_t i, j;

    json_array_foreach(line->steps, i, step)
    {
        json_array_foreach(json_object_get(step, "routes"), j, route)
        {
            if (strcmp(definition_text(route, "to"), end) == 0)
                return true;
        }
    }
    return false;
}

static const char *first_id(const struct line *line)
{
    return definition_text(json_array_get(line->steps, 0), "id");
}

/* "fix-tests (at most 4 runs)", "notify (workflow send-mail)" */
static void put_step_label(const json_t *step, FILE *out)
{
    const json_t *retries = json_object_get(step, "maxRetries");
    const char *workflow = definition_text(step, "workflow");

    fputs(definition_text(step, "id"), out);
    if (*workflow)
        fprintf(out, " (workflow %s)", workflow);
    if (retries)
        fprintf(out, " (at most %" JSON_INTEGER_FORMAT " runs)",
                json_integer_value(retries) + 1);
}

/* ---- Graphviz ------------------------------------------------------------------------- */

static void put_dot_text(const char *text, FILE *out)
{
    put_escaped(text, "\\\"", "\\\\", out);
}

/* The ends of a branch are named after it: "checks.lint.$fail". */
static void put_dot_node(const struct line *line, const char *target, FILE *out)
{
    fputc('"', out);
    if (is_end(target) && line->block)
        fprintf(out, "%s%s%s.", line->block, *line->branch ? "." : "", line->branch);
    fprintf(out, "%s\"", target);
}

static void draw_dot_line(const struct line *line, FILE *out);

static void draw_dot_ends(const struct line *line, FILE *out)
{
    for (size_t i = 0; i < END_COUNT; i++) {
        if (!has_end(line, ends[i]))
            continue;
        indent(line->depth, out);
        put_dot_node(line, ends[i], out);
        fprintf(out, " [shape=ellipse, label=\"%s\"];\n", ends[i] + 1);
    }
}

static void draw_dot_routes(const struct line *line, const json_t *step, FILE *out)
{
    const json_t *route;
    char label[LABEL_MAX];
    size_t i;

    json_array_foreach(json_object_get(step, "routes"), i, route)
    {
        definition_route_label(route, label, sizeof(label));
        indent(line->depth, out);
        fprintf(out, "\"%s\" -> ", definition_text(step, "id"));
        put_dot_node(line, definition_text(route, "to"), out);
        fputs(" [label=\"", out);
        put_dot_text(label, out);
        fputs("\"];\n", out);
    }
}

static void draw_dot_branch(const json_t *step, const struct line *line, FILE *out)
{
    indent(line->depth - 1, out);
    fprintf(out, "subgraph \"cluster_%s%s%s\" {\n", line->block,
            *line->branch ? "." : "", line->branch);
    indent(line->depth, out);
    fputs("label=\"", out);
    if (*line->branch)
        put_dot_text(line->branch, out);
    else
        definition_block_label(step, out);
    fputs("\";\n", out);
    draw_dot_line(line, out);
    indent(line->depth - 1, out);
    fputs("}\n", out);
}

/* A box round the branches; that of a forEach is its only branch. */
static void draw_dot_block(const json_t *step, unsigned depth, FILE *out)
{
    const char *id = definition_text(step, "id");
    const size_t count = definition_branch_count(step);
    const bool is_parallel = json_object_get(step, "parallel") != NULL;
    const unsigned inside = depth + (is_parallel ? 2 : 1);

    if (is_parallel) {
        indent(depth, out);
        fprintf(out, "subgraph \"cluster_%s\" {\n", id);
        indent(depth + 1, out);
        fputs("label=\"", out);
        definition_block_label(step, out);
        fputs("\";\n", out);
    }
    for (size_t i = 0; i < count; i++) {
        const struct line line = line_of(step, i, inside);

        draw_dot_branch(step, &line, out);
    }
    if (is_parallel) {
        indent(depth, out);
        fputs("}\n", out);
    }
    for (size_t i = 0; i < count; i++) {
        const struct line line = line_of(step, i, inside);

        indent(depth, out);
        fprintf(out, "\"%s\" -> \"%s\" [style=dashed", id, first_id(&line));
        if (*line.when) {
            fputs(", label=\"if ", out);
            put_dot_text(line.when, out);
            fputc('"', out);
        }
        fputs("];\n", out);
    }
}

static void draw_dot_line(const struct line *line, FILE *out)
{
    const json_t *step;
    size_t i;

    draw_dot_ends(line, out);
    json_array_foreach(line->steps, i, step)
    {
        indent(line->depth, out);
        fprintf(out, "\"%s\" [label=\"", definition_text(step, "id"));
        put_step_label(step, out);
        fputs("\"];\n", out);
        draw_dot_routes(line, step, out);
        if (definition_branch_count(step))
            draw_dot_block(step, line->depth, out);
    }
}

void definition_draw_dot(const json_t *definition, FILE *out)
{
    const struct line line = {.steps = json_object_get(definition, "steps"),
                              .depth = 1};

    fputs("digraph \"", out);
    put_dot_text(definition_text(definition, "id"), out);
    fputs("\" {\n    node [shape=box];\n", out);
    draw_dot_line(&line, out);
    fputs("}\n", out);
}

/* ---- Mermaid -------------------------------------------------------------------------- */

/* Names of nodes are made safe: `end` is a word of Mermaid. */
static void put_mermaid_node(const struct line *line, const char *target, FILE *out)
{
    if (!is_end(target))
        fprintf(out, "step_%s", target);
    else if (line->block)
        fprintf(out, "end_%s%s%s_%s", line->block, *line->branch ? "_" : "",
                line->branch, target + 1);
    else
        fprintf(out, "end_%s", target + 1);
}

static void draw_mermaid_nodes(const struct line *line, FILE *out);

static void open_subgraph(const char *block, const char *branch, unsigned depth,
                          FILE *out)
{
    indent(depth, out);
    fprintf(out, "subgraph block_%s%s%s[\"", block, *branch ? "_" : "", branch);
}

static void close_subgraph(unsigned depth, FILE *out)
{
    indent(depth, out);
    fputs("end\n", out);
}

static void draw_mermaid_branch(const struct line *line, FILE *out)
{
    open_subgraph(line->block, line->branch, line->depth - 1, out);
    put_escaped(line->branch, "#quot;", "#92;", out);
    fputs("\"]\n", out);
    draw_mermaid_nodes(line, out);
    close_subgraph(line->depth - 1, out);
}

static void draw_mermaid_block(const json_t *step, unsigned depth, FILE *out)
{
    const bool is_parallel = json_object_get(step, "parallel") != NULL;

    open_subgraph(definition_text(step, "id"), "", depth, out);
    definition_block_label(step, out);
    fputs("\"]\n", out);
    for (size_t i = 0; i < definition_branch_count(step); i++) {
        const struct line line = line_of(step, i, depth + (is_parallel ? 2 : 1));

        if (is_parallel)
            draw_mermaid_branch(&line, out);
        else
            draw_mermaid_nodes(&line, out);
    }
    close_subgraph(depth, out);
}

static void draw_mermaid_nodes(const struct line *line, FILE *out)
{
    const json_t *step;
    size_t i;

    json_array_foreach(line->steps, i, step)
    {
        indent(line->depth, out);
        put_mermaid_node(line, definition_text(step, "id"), out);
        fputs("[\"", out);
        put_step_label(step, out);
        fputs("\"]\n", out);
        if (definition_branch_count(step))
            draw_mermaid_block(step, line->depth, out);
    }
    for (i = 0; i < END_COUNT; i++) {
        if (!has_end(line, ends[i]))
            continue;
        indent(line->depth, out);
        put_mermaid_node(line, ends[i], out);
        fprintf(out, "([\"%s\"])\n", ends[i] + 1);
    }
}

static void draw_mermaid_edges(const struct line *line, FILE *out);

static void draw_mermaid_routes(const struct line *line, const json_t *step, FILE *out)
{
    const json_t *route;
    char label[LABEL_MAX];
    size_t i;

    json_array_foreach(json_object_get(step, "routes"), i, route)
    {
        definition_route_label(route, label, sizeof(label));
        indent(1, out);
        put_mermaid_node(line, definition_text(step, "id"), out);
        fputs(" -->|\"", out);
        put_escaped(label, "#quot;", "#92;", out);
        fputs("\"| ", out);
        put_mermaid_node(line, definition_text(route, "to"), out);
        fputc('\n', out);
    }
}

/* From the block's own node to the first of the branch. */
static void draw_mermaid_entry(const struct line *line, FILE *out)
{
    indent(1, out);
    put_mermaid_node(line, line->block, out);
    fputs(" -.->", out);
    if (*line->when) {
        fputs("|\"if ", out);
        put_escaped(line->when, "#quot;", "#92;", out);
        fputs("\"|", out);
    }
    fputc(' ', out);
    put_mermaid_node(line, first_id(line), out);
    fputc('\n', out);
}

static void draw_mermaid_edges(const struct line *line, FILE *out)
{
    const json_t *step;
    size_t i;

    json_array_foreach(line->steps, i, step)
    {
        draw_mermaid_routes(line, step, out);
        for (size_t j = 0; j < definition_branch_count(step); j++) {
            const struct line inside = line_of(step, j, 1);

            draw_mermaid_entry(&inside, out);
            draw_mermaid_edges(&inside, out);
        }
    }
}

void definition_draw_mermaid(const json_t *definition, FILE *out)
{
    const struct line line = {.steps = json_object_get(definition, "steps"),
                              .depth = 1};

    fputs("flowchart TD\n", out);
    draw_mermaid_nodes(&line, out);
    draw_mermaid_edges(&line, out);
}
