/* secret.c: see secret.h. */
#include "engine/secret.h"

#include <string.h>

#include "codec.h"
#include "mask.h"
#include "secrets.h"

/* ---- Inputs ------------------------------------------------------------------------- */

/* "NAME=value" of a program's environment: only the value is to be looked for. */
static void remember(const char *text)
{
    const char *equals = strchr(text, '=');

    mask_add(str_of(text), NULL);
    if (equals)
        mask_add(str_of(equals + 1), NULL);
}

/* A new reference. */
static json_t *hidden_text(struct arena *arena, const char *text)
{
    const char *name = mask_name(str_of(text));

    if (name)
        return json_pack("{s:s}", "$secret", name);
    if (!mask_is_in(
            str_of(text))) { /* what is made of a secret, or nobody knows whence */
        remember(text);
        return json_string(text[0] ? MASK_TEXT : "");
    }
    return json_string(mask_text(arena, text));
}

/* A new reference; `type` NULL: of what is secret as a whole. */
static json_t *hidden(struct arena *arena, const struct kad_type *type,
                      const json_t *value, bool is_secret)
{
    json_t *copy;
    const json_t *item;
    const char *key;
    size_t i;

    is_secret = is_secret || (type && type->is_secret);
    switch (json_typeof(value)) {
    case JSON_NULL:
    case JSON_TRUE:
    case JSON_FALSE: return json_incref((json_t *)value);
    case JSON_INTEGER:
    case JSON_REAL:
        return is_secret ? json_string(MASK_TEXT) : json_incref((json_t *)value);
    case JSON_STRING:
        return is_secret ? hidden_text(arena, json_string_value(value))
                         : json_incref((json_t *)value);
    case JSON_ARRAY:
        copy = json_array();
        json_array_foreach(value, i, item) json_array_append_new(
            copy, hidden(arena, type && type->kind == KAD_ARRAY ? type->items : NULL,
                         item, is_secret));
        return copy;
    case JSON_OBJECT: break;
    }
    copy = json_object();
    json_object_foreach((json_t *)value, key, item)
    {
        const struct kad_type *of_field = NULL;

        for (i = 0; type && i < type->field_count; i++)
            if (!strcmp(type->fields[i].name, key))
                of_field = type->fields[i].type;
        json_object_set_new(copy, key, hidden(arena, of_field, item, is_secret));
    }
    return copy;
}

const char *secret_inputs(struct kad_step *step)
{
    const struct kad_type *type = info_inputs_type(step->info);
    json_t *inputs, *copy;
    const char *text;

    if (!step->inputs.text || !type_has_secret(type))
        return mask_json(&step->memory, step->inputs.text);
    inputs = json_loadb(step->inputs.text, step->inputs.len, JSON_ALLOW_NUL, NULL);
    copy = inputs ? hidden(&step->memory, type, inputs, false) : NULL;
    text =
        copy ? mask_json(&step->memory, codec_compact(&step->memory, copy).text) : NULL;
    json_decref(copy);
    json_decref(inputs);
    return text;
}

/* A new reference. What nobody knows stays as it is, and fits no type. */
static json_t *restored(const json_t *value)
{
    const char *name = json_string_value(json_object_get(value, "$secret"));
    const char *secret = name ? mask_find(name) : NULL;
    const char *key;
    json_t *item, *copy;

    if (secret)
        return json_string(secret);
    if (!json_is_object(value) || name)
        return json_incref((json_t *)value);
    copy = json_object();
    json_object_foreach((json_t *)value, key, item)
        json_object_set_new(copy, key, restored(item));
    return copy;
}

struct kad_json secret_restore(struct kad_step *step, const char *stored)
{
    struct kad_json text = {stored, strlen(stored)};
    json_t *inputs, *copy;

    if (!type_has_secret(info_inputs_type(step->info)))
        return text;
    inputs = json_loads(stored, JSON_ALLOW_NUL, NULL);
    copy = inputs ? restored(inputs) : NULL;
    if (copy)
        text = codec_compact(&step->memory, copy);
    json_decref(copy);
    json_decref(inputs);
    return text;
}

/* ---- Outputs ------------------------------------------------------------------------ */

/* The first that has a secret in it. */
static const char *name_of_exposed(struct kad_step *step)
{
    json_t *outputs =
        json_loadb(step->outputs.text, step->outputs.len, JSON_ALLOW_NUL, NULL);
    const char *name, *found = NULL;
    json_t *value;

    json_object_foreach(outputs, name, value)
    {
        const struct kad_json text = codec_compact(&step->memory, value);

        if (!found && mask_is_in((struct str){text.text, text.len}))
            found = kad_printf(step, "%s", name);
    }
    json_decref(outputs);
    return found;
}

const char *secret_outputs(struct kad_step *step)
{
    const char *name;

    if (!step->outputs.text ||
        !mask_is_in((struct str){step->outputs.text, step->outputs.len}))
        return NULL;
    if (step->info->action == &kad_run_action) {
        step->outputs.text = mask_json(&step->memory, step->outputs.text);
        step->outputs.len = strlen(step->outputs.text);
        return NULL;
    }
    name = name_of_exposed(step);
    return kad_printf(step, "the output `%s` has a secret in it",
                      name ? name : MASK_TEXT);
}

/* ---- Commits ------------------------------------------------------------------------ */

static void mask_ending(struct arena *arena, struct step_ending *ending)
{
    ending->outputs = mask_json(arena, ending->outputs);
    ending->error = mask_json(arena, ending->error);
}

static void mask_step(struct arena *arena, struct step_row *row)
{
    row->inputs = mask_json(arena, row->inputs);
    row->outputs = mask_json(arena, row->outputs);
    row->error = mask_json(arena, row->error);
}

static void mask_gates(struct arena *arena, struct journal_commit *commit)
{
    struct gate_row *gates =
        arena_array(arena, struct gate_row, commit->open_gate_count);

    for (size_t i = 0; i < commit->open_gate_count; i++) {
        gates[i] = commit->open_gates[i];
        gates[i].prompt = mask_text(arena, gates[i].prompt);
        gates[i].match = mask_json(arena, gates[i].match);
    }
    commit->open_gates = gates;
}

static void mask_positions(struct arena *arena, struct journal_commit *commit)
{
    struct position_row *positions =
        arena_array(arena, struct position_row, commit->position_count);

    for (size_t i = 0; i < commit->position_count; i++) {
        positions[i] = commit->positions[i];
        positions[i].error = mask_json(arena, positions[i].error);
    }
    commit->positions = positions;
}

static void mask_events(struct arena *arena, struct journal_commit *commit)
{
    struct history_row *events =
        arena_array(arena, struct history_row, commit->event_count);

    for (size_t i = 0; i < commit->event_count; i++) {
        events[i] = commit->events[i];
        events[i].data = mask_json(arena, events[i].data);
    }
    commit->events = events;
}

void secret_mask_commit(struct arena *arena, struct journal_commit *commit)
{
    struct step_ending *ending;
    struct step_row *row;

    if (mask_is_empty())
        return;
    if (commit->ended) {
        ending = arena_new(arena, struct step_ending);
        *ending = *commit->ended;
        mask_ending(arena, ending);
        commit->ended = ending;
    }
    if (commit->started) {
        row = arena_new(arena, struct step_row);
        *row = *commit->started;
        mask_step(arena, row);
        commit->started = row;
    }
    mask_gates(arena, commit);
    mask_positions(arena, commit);
    mask_events(arena, commit);
    commit->error = mask_json(arena, commit->error);
    commit->outputs = mask_json(arena, commit->outputs);
}
