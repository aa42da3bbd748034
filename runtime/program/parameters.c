/* parameters.c: see parameters.h. */
#include "program/parameters.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "codec.h"
#include "mask.h"
#include "program/options.h"
#include "secrets.h"
#include "store/store.h"

const char *option_name(struct arena *arena, const char *parameter)
{
    struct buf name;

    buf_init(&name, arena);
    for (const char *c = parameter; *c; c++) {
        const bool is_upper = isupper((unsigned char)*c);
        const bool was_lower = c > parameter && !isupper((unsigned char)c[-1]) &&
                               c[-1] != '-' && c[-1] != '_';

        if (is_upper && was_lower)
            buf_add_char(&name, '-');
        buf_add_char(&name, *c == '_' ? '-' : (char)tolower((unsigned char)*c));
    }
    return buf_str(&name).p;
}

static struct kad_hand_parameter
hand_of(const struct kad_type *type, const struct kad_hand_parameter *by_hand, size_t i)
{
    const struct kad_field *field = &type->fields[i];

    return by_hand
               ? by_hand[i]
               : (struct kad_hand_parameter){
                     .is_offered = true,
                     .is_required = !field->type->is_optional && !field->default_json,
                     .default_json = field->default_json,
                 };
}

struct kad_hand_parameter parameter_by_hand(const struct kad_workflow *workflow,
                                            size_t field)
{
    return hand_of(workflow->trigger, workflow->by_hand, field);
}

static struct kad_hand_parameter by_hand(const struct parameters *parameters, size_t i)
{
    return hand_of(parameters->type, parameters->by_hand, i);
}

void parameters_init(struct parameters *parameters, struct arguments *arguments,
                     const struct kad_workflow *workflow)
{
    *parameters = (struct parameters){
        .arguments = arguments,
        .type = workflow->trigger,
        .by_hand = workflow->by_hand,
        .values = json_object(),
        .is_named = arena_array(arguments->arena, bool, workflow->trigger->field_count),
        .references =
            arena_array(arguments->arena, const char *, workflow->trigger->field_count),
    };
}

void parameters_release(struct parameters *parameters)
{
    json_decref(parameters->values);
}

/* ---- Finding ------------------------------------------------------------------------ */

static const struct kad_field *field_find(const struct parameters *parameters,
                                          struct str name)
{
    struct arena *arena = parameters->arguments->arena;

    for (size_t i = 0; i < parameters->type->field_count; i++) {
        const struct kad_field *field = &parameters->type->fields[i];

        if (!by_hand(parameters, i).is_offered)
            continue;
        if (str_is(name, field->name) || str_is(name, option_name(arena, field->name)))
            return field;
    }
    return NULL;
}

/* As the person has to write it. */
static const char *label(const struct parameters *parameters,
                         const struct kad_field *field)
{
    struct arena *arena = parameters->arguments->arena;

    return parameters->is_json
               ? arena_printf(arena, "`%s`", field->name)
               : arena_printf(arena, "--%s", option_name(arena, field->name));
}

struct candidate {
    struct str option;
    const struct kad_field *field; /* NULL: an option of the engine's */
};

/* option NULL: nothing is near. What shares no letter with a name is not near to it. */
static struct candidate nearest(struct parameters *parameters, struct str option)
{
    struct arena *arena = parameters->arguments->arena;
    const size_t field_count = parameters->type->field_count;
    size_t limit = (option.len > 3 ? option.len : 3) / 3;
    struct option_names names = {0};
    struct candidate best = {0};

    for (size_t i = 0; i < field_count; i++)
        vec_push(arena, &names,
                 str_printf(arena, "--%s",
                            option_name(arena, parameters->type->fields[i].name)));
    options_names(arena, &names);
    for (size_t i = 0; i < names.count; i++) {
        const size_t distance = str_distance(option, names.items[i], limit);

        if (distance > limit || distance + strlen("--") >= option.len ||
            (best.option.p && distance == limit) ||
            (i < field_count && !by_hand(parameters, i).is_offered))
            continue;
        limit = distance;
        best.option = names.items[i];
        best.field = i < field_count ? &parameters->type->fields[i] : NULL;
    }
    return best;
}

/* A misspelt parameter counts as named, and its value is passed over with it. */
static void report_unknown(struct parameters *parameters, struct str option,
                           bool has_value)
{
    struct arguments *arguments = parameters->arguments;
    const struct candidate best = nearest(parameters, option);
    const char *opener = options_opener(option);

    if (opener)
        arguments_error(arguments, "%.*s has to stand behind %s", STR(option), opener);
    else if (best.option.p)
        arguments_error(arguments, "unknown option %.*s: did you mean %.*s?",
                        STR(option), STR(best.option));
    else
        arguments_error(arguments, "unknown option %.*s", STR(option));
    if (best.field)
        parameters->is_named[best.field - parameters->type->fields] = true;
    if (!has_value && *arguments->rest && **arguments->rest != '-')
        arguments->rest++;
}

/* ---- Storing ------------------------------------------------------------------------ */

/* Text that starts with `[` is a whole array, anything else one more item. */
static void store_array(struct parameters *parameters, const struct kad_field *field,
                        const char *text, json_t *value)
{
    json_t *array = json_object_get(parameters->values, field->name);

    if (text[0] == '[' || text[0] == '@') {
        json_object_set_new(parameters->values, field->name, value);
        return;
    }
    if (!array) {
        array = json_array();
        json_object_set_new(parameters->values, field->name, array);
    }
    json_array_append_new(array, value);
}

/* The text that a reference leads to; NULL: reported, with nothing of what was given: it may
 * have been the secret itself. */
static const char *secret_text(struct parameters *parameters,
                               const struct kad_field *field, const char *reference)
{
    struct arena *arena = parameters->arguments->arena;
    const char *name = label(parameters, field);
    const char *error = NULL, *text;

    if (!secret_is_reference(reference) ||
        (parameters->is_json && !strcmp(reference, "-"))) {
        arguments_error(
            parameters->arguments,
            "%s is secret, and what stands here can be read by %s: give it as %s", name,
            parameters->is_json ? "others" : "every process",
            parameters->is_json ? "\"env:NAME\" or \"@file\""
                                : "env:NAME, @file, or - for standard input");
        return NULL;
    }
    if (!str_is_utf8(str_of(secret_reference(arena, reference)))) {
        arguments_error(parameters->arguments,
                        "%s: where the secret is can't be stored: its path or name is "
                        "not UTF-8",
                        name);
        return NULL;
    }
    if (!strcmp(reference, "-") && parameters->input_name) {
        arguments_error(parameters->arguments,
                        "%s: standard input has given %s already", name,
                        parameters->input_name);
        return NULL;
    }
    text = secret_read(arena, reference, NULL, &error);
    if (!strcmp(reference, "-")) {
        parameters->input_name = name;
        parameters->input_text = text;
    }
    if (!text)
        arguments_error(parameters->arguments, "%s: %s", name, error);
    return text;
}

static void store_secret(struct parameters *parameters, const struct kad_field *field,
                         const char *reference)
{
    struct arena *arena = parameters->arguments->arena;
    const size_t index = (size_t)(field - parameters->type->fields);
    const bool is_again = parameters->is_named[index];
    const char *text, *error = NULL;
    json_t *value;

    parameters->is_given = parameters->is_named[index] = true;
    if (is_again) {
        arguments_error(parameters->arguments, "%s is given twice",
                        label(parameters, field));
        return;
    }
    text = secret_text(parameters, field, reference);
    value = text ? codec_from_text(arena, field->type, text, &error) : NULL;
    if (!value) {
        if (text)
            arguments_error(parameters->arguments,
                            "%s: the value does not fit its type",
                            label(parameters, field));
        return;
    }
    if (field->type->kind == KAD_STRING && strlen(text) < MASK_MIN_BYTES)
        arguments_error(parameters->arguments,
                        "%s: a secret has at least %d characters: a shorter one could "
                        "not be told from other text",
                        label(parameters, field), MASK_MIN_BYTES);
    parameters->references[index] = secret_reference(arena, reference);
    secret_parameter_add(arena, field->name, field->type, value);
    json_object_set_new(parameters->values, field->name, value);
}

static void store_plain(struct parameters *parameters, const struct kad_field *field,
                        const char *text)
{
    struct arena *arena = parameters->arguments->arena;
    const struct kad_type *type = field->type;
    const bool is_item = type->kind == KAD_ARRAY && text[0] != '[' && text[0] != '@';
    const char *error = NULL;
    json_t *value = codec_from_text(arena, is_item ? type->items : type, text, &error);

    parameters->is_given = true;
    parameters->is_named[field - parameters->type->fields] = true;
    if (!value)
        arguments_error(parameters->arguments, "%s: %s", label(parameters, field),
                        error);
    else if (type->kind == KAD_ARRAY)
        store_array(parameters, field, text, value);
    else if (json_object_get(parameters->values, field->name)) {
        arguments_error(parameters->arguments, "%s is given twice",
                        label(parameters, field));
        json_decref(value);
    } else {
        json_object_set_new(parameters->values, field->name, value);
    }
}

static void store(struct parameters *parameters, const struct kad_field *field,
                  const char *text)
{
    if (type_has_secret(field->type))
        store_secret(parameters, field, text);
    else
        store_plain(parameters, field, text);
}

void parameters_read(struct parameters *parameters, struct str option,
                     const char *value)
{
    const struct str name = str_part(option, 2, option.len);
    const struct kad_field *field = field_find(parameters, name);
    const bool is_no = !field && str_starts_with(name, S("no-"));

    if (is_no)
        field = field_find(parameters, str_part(name, 3, name.len));
    if (!field || (is_no && field->type->kind != KAD_BOOLEAN)) {
        report_unknown(parameters, option, value != NULL);
        return;
    }
    if (is_no && value) {
        arguments_error(parameters->arguments, "%.*s takes no value", STR(option));
        return;
    }
    if (field->type->kind == KAD_BOOLEAN && !value && !type_has_secret(field->type))
        value = is_no ? "false" : "true";
    if (!value)
        value = arguments_next(parameters->arguments);
    if (value)
        store(parameters, field, value);
    else
        arguments_error(parameters->arguments, "%.*s needs a value", STR(option));
}

void parameters_read_pair(struct parameters *parameters, const char *pair)
{
    const char *equals = pair ? strchr(pair, '=') : NULL;
    const struct kad_field *field;
    struct str name;

    if (!equals) {
        arguments_error(parameters->arguments, "-p needs name=value");
        return;
    }
    name = (struct str){pair, (size_t)(equals - pair)};
    field = field_find(parameters, name);
    if (field)
        store(parameters, field, equals + 1);
    else
        report_unknown(parameters,
                       str_printf(parameters->arguments->arena, "--%.*s", STR(name)),
                       true);
}

/* ---- JSON --------------------------------------------------------------------------- */

static void report_unknown_member(struct parameters *parameters, const char *name)
{
    const size_t limit = (strlen(name) > 3 ? strlen(name) : 3) / 3;

    for (size_t i = 0; i < parameters->type->field_count; i++) {
        const char *known = parameters->type->fields[i].name;

        if (!by_hand(parameters, i).is_offered)
            continue;
        if (str_distance(str_of(name), str_of(known), limit) > limit)
            continue;
        parameters->is_named[i] = true; /* misspelt, not missing */
        arguments_error(parameters->arguments,
                        "unknown parameter `%s`: did you mean `%s`?", name, known);
        return;
    }
    arguments_error(parameters->arguments, "unknown parameter `%s`", name);
}

static void store_member(struct parameters *parameters, const char *name, json_t *value)
{
    const struct kad_field *field = NULL;

    for (size_t i = 0; i < parameters->type->field_count; i++)
        if (by_hand(parameters, i).is_offered &&
            !strcmp(parameters->type->fields[i].name, name))
            field = &parameters->type->fields[i];
    if (!field) {
        report_unknown_member(parameters, name);
        return;
    }
    if (type_has_secret(field->type)) {
        store_secret(parameters, field,
                     json_is_string(value) ? json_string_value(value) : "");
        return;
    }
    parameters->is_given = true;
    parameters->is_named[field - parameters->type->fields] = true;
    json_object_set(parameters->values, name, value);
}

void parameters_read_json(struct parameters *parameters, json_t *object)
{
    const char *name;
    json_t *value;

    parameters->is_json = true;
    json_object_foreach(object, name, value) store_member(parameters, name, value);
}

/* ---- The whole ---------------------------------------------------------------------- */

static void check_missing(struct parameters *parameters)
{
    for (size_t i = 0; i < parameters->type->field_count; i++) {
        const struct kad_field *field = &parameters->type->fields[i];

        if (by_hand(parameters, i).is_required && !parameters->is_named[i])
            arguments_error(parameters->arguments, "%s is missing",
                            label(parameters, field));
    }
}

/* The defaults of the command line, which may be others than those of the type. */
static void add_defaults(struct parameters *parameters)
{
    for (size_t i = 0; parameters->by_hand && i < parameters->type->field_count; i++) {
        const struct kad_field *field = &parameters->type->fields[i];
        const char *fallback = parameters->by_hand[i].default_json;

        if (fallback && !parameters->is_named[i])
            json_object_set_new(parameters->values, field->name,
                                json_loads(fallback, JSON_DECODE_ANY, NULL));
    }
}

/* Each value by itself, so that all that is wrong is said. */
static void check_values(struct parameters *parameters)
{
    struct arena *arena = parameters->arguments->arena;

    for (size_t i = 0; i < parameters->type->field_count; i++) {
        const struct kad_field *field = &parameters->type->fields[i];
        const json_t *value = json_object_get(parameters->values, field->name);
        /* What is optional takes a little more room than its type says. */
        void *place = arena_alloc(arena, field->type->size_bytes + sizeof(max_align_t));
        const char *error = value ? codec_decode_json(arena, field->type,
                                                      CODEC_AFTER_SUCCESS, value, place)
                                  : NULL;

        if (error) /* of a secret it would tell what it is */
            arguments_error(
                parameters->arguments, "%s: %s", label(parameters, field),
                parameters->references[i] ? "the value does not fit its type" : error);
    }
}

const char *parameters_finish(struct parameters *parameters)
{
    struct arena *arena = parameters->arguments->arena;
    const struct kad_type *type = parameters->type;
    struct kad_json json = {0};
    const char *error;
    void *decoded;

    check_missing(parameters);
    add_defaults(parameters);
    check_values(parameters);
    if (parameters->arguments->error_count)
        return NULL;
    decoded = arena_alloc(arena, type->size_bytes);
    error = codec_decode_json(arena, type, CODEC_AFTER_SUCCESS, parameters->values,
                              decoded);
    if (!error)
        error = codec_encode(arena, type, CODEC_AFTER_SUCCESS, decoded, &json);
    if (!error && json.len > JOURNAL_VALUE_MAX)
        error = "the parameters are larger than 64 MiB";
    if (error)
        arguments_error(parameters->arguments, "%s", error);
    return error ? NULL : json.text;
}

const char *parameters_stored(const struct parameters *parameters, const char *finished)
{
    struct arena *arena = parameters->arguments->arena;
    json_t *stored = finished ? json_loads(finished, 0, NULL) : NULL;
    const char *text = finished;
    bool has_secret = false;

    for (size_t i = 0; stored && i < parameters->type->field_count; i++) {
        if (!parameters->references[i])
            continue;
        has_secret = true;
        /* First of all the value goes, whatever becomes of the reference. */
        json_object_del(stored, parameters->type->fields[i].name);
        json_object_set_new(stored, parameters->type->fields[i].name,
                            json_pack("{s:s}", "$secret", parameters->references[i]));
    }
    if (has_secret)
        text = codec_compact(arena, stored).text;
    json_decref(stored);
    return text;
}
