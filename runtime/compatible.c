/* compatible.c: see compatible.h. */
#include "compatible.h"

#include <string.h>

#include "base/buf.h"
#include "definition_parts.h"

struct comparison {
    struct reasons *reasons;
    json_t *was, *is; /* by step id: {"step", "place"} */
};

/* A step as both definitions have it. */
struct pair {
    const char *id;
    const json_t *was, *is;
};

static const char main_line[] = "on the main line";

/* ---- Where steps stand ------------------------------------------------------------------ */

static void index_steps(struct arena *arena, json_t *index, const json_t *steps,
                        const char *place)
{
    const json_t *step;
    size_t i;

    json_array_foreach(steps, i, step)
    {
        const char *id = definition_text(step, "id");

        json_object_set_new(index, id,
                            json_pack("{s:O, s:s}", "step", step, "place", place));
        for (size_t b = 0; b < definition_branch_count(step); b++) {
            const json_t *branch = definition_branch(step, b);
            const char *name = definition_text(branch, "name");

            index_steps(arena, index, json_object_get(branch, "steps"),
                        json_object_get(step, "forEach")
                            ? arena_printf(arena, "inside of forEach `%s`", id)
                            : arena_printf(arena, "in branch `%s` of `%s`", name, id));
        }
    }
}

static json_t *steps_of(struct arena *arena, const json_t *definition)
{
    json_t *index = json_object();

    index_steps(arena, index, json_object_get(definition, "steps"), main_line);
    return index;
}

static const json_t *find_step(const json_t *index, const char *id)
{
    return json_object_get(json_object_get(index, id), "step");
}

static const char *place_of(const json_t *index, const char *id)
{
    return definition_text(json_object_get(index, id), "place");
}

/* ---- What steps do ---------------------------------------------------------------------- */

static const char *kind_of(const json_t *step)
{
    static const char *const kinds[] = {"module",   "run",     "wait",    "approval",
                                        "parallel", "forEach", "workflow"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (json_object_get(step, kinds[i]))
            return kinds[i];
    return "route";
}

/* "action run-tests of module testing"; what a program is called with may change. */
static const char *work_of(struct arena *arena, const json_t *step)
{
    const char *kind = kind_of(step);

    if (!strcmp(kind, "module"))
        return arena_printf(arena, "action `%s` of module `%s`",
                            definition_text(step, "action"),
                            definition_text(step, "module"));
    if (!strcmp(kind, "workflow"))
        return arena_printf(arena, "a call of workflow `%s`",
                            definition_text(step, "workflow"));
    return arena_printf(arena, "`%s`", kind);
}

/* "`a`, `b`" of a list of texts, or of the values of a key in a list of objects. */
static const char *list_words(struct arena *arena, const json_t *list, const char *key)
{
    const json_t *item;
    struct buf words;
    size_t i;

    buf_init(&words, arena);
    json_array_foreach(list, i, item)
        buf_printf(&words, "%s`%s`", i ? ", " : "",
                   key ? definition_text(item, key) : json_string_value(item));
    return json_array_size(list) ? words.p : "none";
}

static bool compare_words(const struct comparison *comparison, const char *what,
                          const char *of, const char *was, const char *is)
{
    if (!strcmp(was, is))
        return true;
    reasons_add(comparison->reasons, "%s `%s`: %s before, now %s", what, of, was, is);
    return false;
}

/* "a time", "a moment", "event `paid`" */
static const char *way_words(struct arena *arena, const json_t *way)
{
    if (json_object_get(way, "event"))
        return arena_printf(arena, "event `%s`", definition_text(way, "event"));
    return json_object_get(way, "until") ? "a moment" : "a time";
}

static const char *wait_words(struct arena *arena, const json_t *wait)
{
    json_t *ways = json_object_get(wait, "first"), *way;
    const char *name;
    struct buf words;

    if (!ways)
        return way_words(arena, wait);
    buf_init(&words, arena);
    buf_printf(&words, "the first of");
    json_object_foreach(ways, name, way)
        buf_printf(&words, " `%s`: %s;", name, way_words(arena, way));
    return words.p;
}

/* ---- Blocks ----------------------------------------------------------------------------- */

static const json_t *block_of(const json_t *step)
{
    return json_object_get(step, kind_of(step));
}

static const char *mode_words(struct arena *arena, const json_t *block)
{
    const json_t *at_least = json_object_get(block, "atLeast");

    return at_least ? arena_printf(arena, "%s: %" JSON_INTEGER_FORMAT,
                                   definition_text(block, "mode"),
                                   json_integer_value(at_least))
                    : definition_text(block, "mode");
}

/* Where it leads, whatever the conditions say. */
static const char *route_words(struct arena *arena, const json_t *step)
{
    const json_t *route;
    struct buf words;
    size_t i;

    buf_init(&words, arena);
    json_array_foreach(json_object_get(step, "routes"), i, route)
        buf_printf(&words, "%s%s to `%s`", i ? ", " : "", definition_text(route, "on"),
                   definition_text(route, "to"));
    return words.p;
}

static void compare_block(const struct comparison *comparison, const struct pair *pair);

static void compare_lines(const struct comparison *comparison, const struct pair *block,
                          size_t branch)
{
    struct arena *arena = comparison->reasons->arena;
    const json_t *was = json_object_get(definition_branch(block->was, branch), "steps");
    const json_t *is = json_object_get(definition_branch(block->is, branch), "steps");

    if (!compare_words(comparison, "what is inside of", block->id,
                       list_words(arena, was, "id"), list_words(arena, is, "id")))
        return;
    for (size_t i = 0; i < json_array_size(was); i++) {
        const struct pair inner = {
            .id = definition_text(json_array_get(was, i), "id"),
            .was = json_array_get(was, i),
            .is = json_array_get(is, i),
        };

        compare_words(comparison, "what follows", inner.id,
                      route_words(arena, inner.was), route_words(arena, inner.is));
        if (compare_words(comparison, "step", inner.id, work_of(arena, inner.was),
                          work_of(arena, inner.is)))
            compare_block(comparison, &inner);
    }
}

/* (4): what has ended in it and what has not fit together by its routes and its mode. Both
 * are of the same kind. */
static void compare_block(const struct comparison *comparison, const struct pair *pair)
{
    struct arena *arena = comparison->reasons->arena;
    const json_t *was = block_of(pair->was), *is = block_of(pair->is);
    const size_t count = definition_branch_count(pair->was);

    if (!count)
        return;
    compare_words(comparison, "the mode of", pair->id, mode_words(arena, was),
                  mode_words(arena, is));
    if (json_integer_value(json_object_get(is, "max")) <
        json_integer_value(json_object_get(was, "max")))
        reasons_add(comparison->reasons, "`%s` may have fewer items than before",
                    pair->id);
    if (compare_words(comparison, "the branches of", pair->id,
                      list_words(arena, json_object_get(was, "branches"), "name"),
                      list_words(arena, json_object_get(is, "branches"), "name")))
        for (size_t i = 0; i < count; i++)
            compare_lines(comparison, pair, i);
}

/* ---- Steps ------------------------------------------------------------------------------ */

/* (2) */
static void compare_attempt(const struct comparison *comparison,
                            const struct pair *pair)
{
    struct arena *arena = comparison->reasons->arena;
    const struct subject input = {"input", arena_printf(arena, " of `%s`", pair->id)};
    const json_t *was = block_of(pair->was), *is = block_of(pair->is);

    if (!compare_words(comparison, "step", pair->id, work_of(arena, pair->was),
                       work_of(arena, pair->is)))
        return;
    schema_compare(comparison->reasons, &input, "",
                   json_object_get(pair->was, "inputs"),
                   json_object_get(pair->is, "inputs"));
    if (!strcmp(kind_of(pair->was), "approval"))
        compare_words(comparison, "the choices of", pair->id,
                      list_words(arena, json_object_get(was, "choices"), NULL),
                      list_words(arena, json_object_get(is, "choices"), NULL));
    if (!strcmp(kind_of(pair->was), "wait"))
        compare_words(comparison, "what is waited for in", pair->id,
                      wait_words(arena, was), wait_words(arena, is));
}

/* A block of the main line that has run, and does not begin anew; one inside of another is
 * compared with that. */
static void compare_inside(const struct comparison *comparison, const struct pair *pair,
                           const struct stored_step *step)
{
    struct arena *arena = comparison->reasons->arena;
    const char *was = work_of(arena, pair->was), *is = work_of(arena, pair->is);

    if (definition_branch_count(pair->was) + definition_branch_count(pair->is) == 0 ||
        (step->is_next && !step->is_under_way) ||
        strcmp(place_of(comparison->was, pair->id), main_line))
        return;
    if (!strcmp(was, is))
        compare_block(comparison, pair);
    else if (!step->is_under_way) /* else it is told as an attempt */
        compare_words(comparison, "step", pair->id, was, is);
}

static void compare_step(const struct comparison *comparison,
                         const struct stored_step *step)
{
    struct reasons *reasons = comparison->reasons;
    const struct pair pair = {
        .id = step->id,
        .was = find_step(comparison->was, step->id),
        .is = find_step(comparison->is, step->id),
    };
    const struct subject output = {"output",
                                   arena_printf(reasons->arena, " of `%s`", step->id)};

    if (!pair.is && (step->is_next || step->is_under_way))
        reasons_add(reasons,
                    "step `%s`, which the execution is at, is not there any more",
                    step->id);
    if (!pair.is || !pair.was)
        return;
    if ((step->is_next || step->is_under_way || step->has_outputs) &&
        !compare_words(comparison, "step", step->id,
                       place_of(comparison->was, step->id),
                       place_of(comparison->is, step->id)))
        return;
    if (step->is_under_way)
        compare_attempt(comparison, &pair);
    if (step->has_outputs)
        schema_compare_values(reasons, &output, json_object_get(pair.was, "outputs"),
                              json_object_get(pair.is, "outputs"));
    if (step->has_run)
        compare_inside(comparison, &pair, step);
}

/* ---- Parameters ------------------------------------------------------------------------- */

/* Those of all triggers as the properties of one object. A value is there in any case where
 * every trigger that has the parameter needs it. */
static json_t *parameters_of(const json_t *definition)
{
    json_t *properties = json_object(), *required = json_object();
    json_t *names = json_array();
    const json_t *trigger, *parameter;
    const char *name;
    json_t *is_required;
    size_t i, j;

    json_array_foreach(json_object_get(definition, "triggers"), i, trigger)
        json_array_foreach(json_object_get(trigger, "params"), j, parameter)
    {
        name = definition_text(parameter, "name");
        json_object_set(properties, name, json_object_get(parameter, "schema"));
        if (!json_is_false(json_object_get(required, name)))
            json_object_set(required, name, json_object_get(parameter, "required"));
    }
    json_object_foreach(required, name, is_required) if (json_is_true(is_required))
        json_array_append_new(names, json_string(name));
    json_decref(required);
    return json_pack("{s:o, s:o}", "properties", properties, "required", names);
}

static void compare_parameters(struct reasons *reasons, const json_t *was,
                               const json_t *is)
{
    static const struct subject parameter = {"parameter", ""};
    json_t *before = parameters_of(was), *now = parameters_of(is);

    schema_compare_values(reasons, &parameter, before, now);
    json_decref(before);
    json_decref(now);
}

/* ---- All -------------------------------------------------------------------------------- */

void compatible_check(struct reasons *reasons, const json_t *was, const json_t *is,
                      const struct stored_step *steps, size_t count)
{
    const struct comparison comparison = {
        .reasons = reasons,
        .was = steps_of(reasons->arena, was),
        .is = steps_of(reasons->arena, is),
    };

    if (strcmp(definition_text(was, "workspace"), definition_text(is, "workspace")))
        reasons_add(reasons, "`workspace:` %s before, now %s",
                    *definition_text(was, "workspace") ? "worktree" : "here",
                    *definition_text(is, "workspace") ? "worktree" : "here");
    compare_parameters(reasons, was, is);
    for (size_t i = 0; i < count; i++)
        compare_step(&comparison, &steps[i]);
    json_decref(comparison.was);
    json_decref(comparison.is);
}
