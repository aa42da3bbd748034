/* definition.c: what a workflow's definition says about bounds and blocks; see definition.h.
 * Pictures are made by definition_text.c and definition_graph.c. */
#include <inttypes.h>
#include <string.h>

#include "definition_parts.h"

enum { MS_PER_MINUTE = 60 * 1000, MINUTES_PER_HOUR = 60 };

const char *definition_text(const json_t *object, const char *key)
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

/* ---- Labels --------------------------------------------------------------------------- */

void definition_route_label(const json_t *route, char *label, size_t size)
{
    const char *when = definition_text(route, "when");
    const int len = snprintf(label, size, "%s%s%s", definition_text(route, "on"),
                             *when ? ", " : "", when);

    if (len >= (int)size)
        snprintf(label + size - sizeof("..."), sizeof("..."), "...");
}

/* "until 2 have ended well" */
static void put_mode(const json_t *block, FILE *out)
{
    const char *mode = definition_text(block, "mode");
    const json_int_t at_least = json_integer_value(json_object_get(block, "atLeast"));

    if (strcmp(mode, "all") == 0)
        fputs("until all have ended well", out);
    else if (strcmp(mode, "any") == 0 || at_least == 1)
        fputs("until one has ended well", out);
    else if (strcmp(mode, "settle") == 0)
        fputs("until all have ended", out);
    else
        fprintf(out, "until %" JSON_INTEGER_FORMAT " have ended well", at_least);
}

void definition_block_label(const json_t *step, FILE *out)
{
    const json_t *parallel = json_object_get(step, "parallel");
    const json_t *for_each = json_object_get(step, "forEach");

    if (parallel) {
        fputs("in parallel, ", out);
        put_mode(parallel, out);
        return;
    }
    fprintf(out,
            "for each %s, at most %" JSON_INTEGER_FORMAT ", %" JSON_INTEGER_FORMAT
            " at a time, ",
            definition_text(for_each, "as"),
            json_integer_value(json_object_get(for_each, "max")),
            json_integer_value(json_object_get(for_each, "concurrency")));
    put_mode(for_each, out);
}

/* ---- Blocks --------------------------------------------------------------------------- */

size_t definition_branch_count(const json_t *step)
{
    if (json_object_get(step, "forEach"))
        return 1;
    return json_array_size(
        json_object_get(json_object_get(step, "parallel"), "branches"));
}

const json_t *definition_branch(const json_t *step, size_t i)
{
    const json_t *for_each = json_object_get(step, "forEach");

    return for_each
               ? for_each
               : json_array_get(
                     json_object_get(json_object_get(step, "parallel"), "branches"), i);
}

static void each_step(const json_t *steps,
                      void (*visit)(const json_t *step, void *context), void *context)
{
    const json_t *step;
    size_t i;

    json_array_foreach(steps, i, step)
    {
        visit(step, context);
        for (size_t j = 0; j < definition_branch_count(step); j++)
            each_step(json_object_get(definition_branch(step, j), "steps"), visit,
                      context);
    }
}

void definition_each_step(const json_t *definition,
                          void (*visit)(const json_t *step, void *context),
                          void *context)
{
    each_step(json_object_get(definition, "steps"), visit, context);
}

/* Among `steps`, which are those of the branch called `branch`. */
static const char *branch_among(const json_t *steps, const char *branch,
                                const char *step_id)
{
    const json_t *step;
    size_t i;

    json_array_foreach(steps, i, step)
    {
        if (strcmp(definition_text(step, "id"), step_id) == 0)
            return branch;
        for (size_t j = 0; j < definition_branch_count(step); j++) {
            const json_t *inside = definition_branch(step, j);
            const char *found = branch_among(
                json_object_get(inside, "steps"),
                json_string_value(json_object_get(inside, "name")), step_id);

            if (found)
                return found;
        }
    }
    return NULL;
}

const char *definition_branch_of(const json_t *definition, const char *step_id)
{
    return branch_among(json_object_get(definition, "steps"), NULL, step_id);
}

void definition_draw(const json_t *definition, enum graph_format format, FILE *out)
{
    switch (format) {
    case GRAPH_TEXT: definition_draw_text(definition, out); break;
    case GRAPH_DOT: definition_draw_dot(definition, out); break;
    case GRAPH_MERMAID: definition_draw_mermaid(definition, out); break;
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
