/* definition.c: pictures of a workflow's definition.
 *
 * In: the JSON of definition.h, as kadc wrote it. Out: text, a graph of Graphviz, or one of
 * Mermaid, on a stream. Same definition, same bytes. */
#include "definition.h"

#include <inttypes.h>
#include <string.h>

enum {
    LABEL_MAX = 56, /* characters of a route's label; longer ones are cut */
    MS_PER_MINUTE = 60 * 1000,
    MINUTES_PER_HOUR = 60
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

bool graph_format_find(const char *name, enum graph_format *format)
{
    static const char *const names[] = {
        [GRAPH_TEXT] = "text",
        [GRAPH_DOT] = "dot",
        [GRAPH_MERMAID] = "mermaid",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            *format = (enum graph_format)i;
            return true;
        }
    }
    return false;
}

/* "success", or "success, `x > 0`". */
static void route_label(const json_t *route, char *label, size_t size)
{
    const char *when = text_of(route, "when");
    const int len =
        snprintf(label, size, "%s%s%s", text_of(route, "on"), *when ? ", " : "", when);

    if (len >= (int)size)
        snprintf(label + size - sizeof("..."), sizeof("..."), "...");
}

/* "fix-tests (at most 4 runs)" */
static void step_label(const json_t *step, FILE *out)
{
    const json_t *retries = json_object_get(step, "maxRetries");

    fputs(text_of(step, "id"), out);
    if (retries)
        fprintf(out, " (at most %" JSON_INTEGER_FORMAT " runs)",
                json_integer_value(retries) + 1);
}

/* ---- Text ----------------------------------------------------------------------------- */

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
        route_label(route, label, sizeof(label));
        widest = larger(widest, characters(label));
    }
    return widest;
}

/* One step: its id, then a line for each route, arrows below each other. */
static void draw_step_text(const json_t *step, size_t id_width, FILE *out)
{
    const json_t *routes = json_object_get(step, "routes"), *route;
    const size_t label_width = widest_label(routes);
    const char *id = text_of(step, "id");
    char label[LABEL_MAX];
    size_t i;

    json_array_foreach(routes, i, route)
    {
        route_label(route, label, sizeof(label));
        fputs(i == 0 ? id : "", out);
        fputs(i == 0 ? " " : "", out);
        fill(out, i == 0 ? '-' : ' ',
             id_width + (i == 0 ? 1 : 2) - (i ? 0 : strlen(id)));
        fprintf(out, "+-- %s ", label);
        fill(out, '-', label_width - characters(label));
        fprintf(out, "-> %s", text_of(route, "to"));
        fputc('\n', out);
    }
}

static void draw_text(const json_t *definition, FILE *out)
{
    const json_t *steps = json_object_get(definition, "steps"), *step;
    size_t id_width = 0, i;

    json_array_foreach(steps, i, step) id_width =
        larger(id_width, strlen(text_of(step, "id")));
    json_array_foreach(steps, i, step) draw_step_text(step, id_width, out);
    json_array_foreach(steps, i, step)
    {
        const json_t *retries = json_object_get(step, "maxRetries");

        if (retries)
            fprintf(out, "%s runs at most %" JSON_INTEGER_FORMAT " times\n",
                    text_of(step, "id"), json_integer_value(retries) + 1);
    }
}

/* ---- Graphviz and Mermaid -------------------------------------------------------------- */

/* Text inside double quotes; `quote` is what stands for a quote there. */
static void put_quoted(const char *text, const char *quote, const char *backslash,
                       FILE *out)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputs(quote, out);
        else if (*text == '\\')
            fputs(backslash, out);
        else
            fputc(*text, out);
    }
    fputc('"', out);
}

static bool is_end(const char *target)
{
    return target[0] == '$';
}

/* Whether some route leads to the end of that name. */
static bool has_end(const json_t *definition, const char *end)
{
    const json_t *steps = json_object_get(definition, "steps"), *step, *route;
    size_t i, j;

    json_array_foreach(steps, i, step)
    {
        json_array_foreach(json_object_get(step, "routes"), j, route)
        {
            if (strcmp(text_of(route, "to"), end) == 0)
                return true;
        }
    }
    return false;
}

static const char *const ends[] = {"$complete", "$fail"};
enum { END_COUNT = sizeof(ends) / sizeof(ends[0]) };

static void draw_dot(const json_t *definition, FILE *out)
{
    const json_t *steps = json_object_get(definition, "steps"), *step, *route;
    char label[LABEL_MAX];
    size_t i, j;

    fputs("digraph ", out);
    put_quoted(text_of(definition, "id"), "\\\"", "\\\\", out);
    fputs(" {\n    node [shape=box];\n", out);
    for (i = 0; i < END_COUNT; i++)
        if (has_end(definition, ends[i]))
            fprintf(out, "    \"%s\" [shape=ellipse, label=\"%s\"];\n", ends[i],
                    ends[i] + 1);
    json_array_foreach(steps, i, step)
    {
        fprintf(out, "    \"%s\" [label=\"", text_of(step, "id"));
        step_label(step, out);
        fputs("\"];\n", out);
        json_array_foreach(json_object_get(step, "routes"), j, route)
        {
            route_label(route, label, sizeof(label));
            fprintf(out, "    \"%s\" -> \"%s\" [label=", text_of(step, "id"),
                    text_of(route, "to"));
            put_quoted(label, "\\\"", "\\\\", out);
            fputs("];\n", out);
        }
    }
    fputs("}\n", out);
}

/* Names of nodes are made safe: `end` is a word of Mermaid. */
static void put_mermaid_node(const char *target, FILE *out)
{
    fprintf(out, is_end(target) ? "end_%s" : "step_%s", target + is_end(target));
}

static void draw_mermaid(const json_t *definition, FILE *out)
{
    const json_t *steps = json_object_get(definition, "steps"), *step, *route;
    char label[LABEL_MAX];
    size_t i, j;

    fputs("flowchart TD\n", out);
    json_array_foreach(steps, i, step)
    {
        fputs("    ", out);
        put_mermaid_node(text_of(step, "id"), out);
        fputs("[\"", out);
        step_label(step, out);
        fputs("\"]\n", out);
    }
    for (i = 0; i < END_COUNT; i++)
        if (has_end(definition, ends[i]))
            fprintf(out, "    end_%s([\"%s\"])\n", ends[i] + 1, ends[i] + 1);
    json_array_foreach(steps, i, step)
    {
        json_array_foreach(json_object_get(step, "routes"), j, route)
        {
            route_label(route, label, sizeof(label));
            fputs("    ", out);
            put_mermaid_node(text_of(step, "id"), out);
            fputs(" -->|", out);
            put_quoted(label, "#quot;", "#92;", out);
            fputs("| ", out);
            put_mermaid_node(text_of(route, "to"), out);
            fputc('\n', out);
        }
    }
}

void definition_draw(const json_t *definition, enum graph_format format, FILE *out)
{
    switch (format) {
    case GRAPH_TEXT: draw_text(definition, out); break;
    case GRAPH_DOT: draw_dot(definition, out); break;
    case GRAPH_MERMAID: draw_mermaid(definition, out); break;
    }
}

/* ---- Bounds --------------------------------------------------------------------------- */

static void put_time(json_int_t time_ms, FILE *out)
{
    const json_int_t minutes = (time_ms + MS_PER_MINUTE - 1) / MS_PER_MINUTE;

    if (minutes >= MINUTES_PER_HOUR)
        fprintf(out, "%" JSON_INTEGER_FORMAT "h ", minutes / MINUTES_PER_HOUR);
    fprintf(out, "%" JSON_INTEGER_FORMAT "m", minutes % MINUTES_PER_HOUR);
}

/* "16 step runs", "1 agent call" */
static void put_count(const json_t *count, const char *what, FILE *out)
{
    const json_int_t value = json_integer_value(count);

    fprintf(out, "%" JSON_INTEGER_FORMAT " %s%s", value, what, value == 1 ? "" : "s");
}

/* " (10 in the loop of test and fix-tests)", if a step or loop takes the most of it. */
static void put_most(const json_t *most, bool is_time, FILE *out)
{
    const json_t *steps = json_object_get(most, "steps");
    const json_t *share = json_object_get(most, "share");
    const size_t count = json_array_size(steps);

    if (!count)
        return;
    fputs(" (", out);
    if (is_time)
        put_time(json_integer_value(share), out);
    else
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(share));
    fprintf(out, " in %s%s", count > 1 ? "the loop of " : "",
            json_string_value(json_array_get(steps, 0)));
    if (count == 2)
        fprintf(out, " and %s", json_string_value(json_array_get(steps, 1)));
    else if (count > 2)
        fprintf(out, " and %zu more", count - 1);
    fputc(')', out);
}

/* `most`: what takes the most of each, or NULL. */
static void put_bounds(const json_t *bounds, const json_t *most, FILE *out)
{
    const json_t *runs = json_object_get(bounds, "stepRuns");
    const json_t *calls = json_object_get(bounds, "agentCalls");
    const json_t *time_ms = json_object_get(bounds, "timeMs");

    if (!runs) {
        fputs("More step runs than can be counted", out);
        return;
    }
    fputs("At most ", out);
    put_count(runs, "step run", out);
    put_most(json_object_get(most, "stepRuns"), false, out);
    if (calls) {
        fputs(", ", out);
        put_count(calls, "agent call", out);
        put_most(json_object_get(most, "agentCalls"), false, out);
    }
    if (time_ms) {
        fputs(", ", out);
        put_time(json_integer_value(time_ms), out);
        put_most(json_object_get(most, "timeMs"), true, out);
    }
}

void definition_bounds_line(const json_t *definition, FILE *out)
{
    put_bounds(json_object_get(definition, "bounds"), NULL, out);
}

void definition_bounds_detail(const json_t *definition, FILE *out)
{
    const json_t *bounds = json_object_get(definition, "bounds");

    put_bounds(bounds, json_object_get(bounds, "most"), out);
    if (!json_object_get(bounds, "timeMs"))
        fputs(", no limit on time", out);
}
