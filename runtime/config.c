/* config.c: see config.h.
 *
 * In: a YAML file. Out: the same as JSON. libyaml makes a tree of nodes with their
 * places; settings are checked on that tree, so that errors have a line, then it is
 *   converted. (1) The tree is finite: aliases are refused, depth is at most DEPTH_MAX;
 *   (2) a mapping has each key once, and keys are text. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "base/file.h"
#include "base/str.h"

enum { DEPTH_MAX = 100, FILE_MAX_BYTES = 16 * 1024 * 1024 };

struct loader {
    struct arena *arena;
    const char *path;
    yaml_document_t document;
    const char *error; /* the first one */
};

/* What a setting may be. */
struct setting {
    const char *name;
    bool may_be_text, may_be_texts;
    const struct setting
        *members; /* a mapping, up to an entry without a name; or NULL */
};

static const struct setting agent_settings[] = {
    {.name = "command", .may_be_texts = true},
    {.name = "replay", .may_be_text = true},
    {0},
};
static const struct setting tests_settings[] = {
    {.name = "command", .may_be_texts = true},
    {0},
};
static const struct setting all_settings[] = {
    {.name = "agent", .may_be_text = true, .members = agent_settings},
    {.name = "tests", .members = tests_settings},
    {0},
};
static const struct setting settings_root = {.members = all_settings};

static void fail_at(struct loader *loader, size_t line, const char *text)
{
    if (!loader->error)
        loader->error =
            arena_printf(loader->arena, "%s:%zu: %s", loader->path, line + 1, text);
}

static struct str scalar(const yaml_node_t *node)
{
    return (struct str){(const char *)node->data.scalar.value,
                        node->data.scalar.length};
}

/* ---- YAML to JSON ---------------------------------------------------------------- */

static bool is_one_of(const char *text, const char *const words[])
{
    for (; *words; words++)
        if (!strcmp(text, *words))
            return true;
    return false;
}

/* A plain scalar by the core schema; NULL: it is text. */
static json_t *plain_value(const char *text)
{
    char *end;

    if (is_one_of(text, (const char *[]){"", "~", "null", "Null", "NULL", NULL}))
        return json_null();
    if (is_one_of(text, (const char *[]){"true", "True", "TRUE", NULL}))
        return json_true();
    if (is_one_of(text, (const char *[]){"false", "False", "FALSE", NULL}))
        return json_false();
    if (!isdigit((unsigned char)text[strspn(text, "+-.")]) || strpbrk(text, "xXpP"))
        return NULL;

    errno = 0;
    const long long integer = strtoll(text, &end, 10);

    if (!*end && errno == 0)
        return json_integer(integer);

    const double number = strtod(text, &end);

    return *end || !isfinite(number) ? NULL : json_real(number);
}

static json_t *json_of(struct loader *loader, const yaml_node_t *node, int depth);

static json_t *json_of_scalar(const yaml_node_t *node)
{
    const struct str text = scalar(node);
    json_t *json = NULL;

    if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        json = plain_value(text.p);
    return json ? json : json_stringn(text.p, text.len);
}

static json_t *json_of_sequence(struct loader *loader, const yaml_node_t *node,
                                int depth)
{
    json_t *array = json_array();
    const yaml_node_item_t *item = node->data.sequence.items.start;

    for (; item < node->data.sequence.items.top && !loader->error; item++) {
        const yaml_node_t *child = yaml_document_get_node(&loader->document, *item);

        json_array_append_new(array, json_of(loader, child, depth + 1));
    }
    return array;
}

static json_t *json_of_mapping(struct loader *loader, const yaml_node_t *node,
                               int depth)
{
    json_t *object = json_object();
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;

    for (; pair < node->data.mapping.pairs.top && !loader->error; pair++) {
        const yaml_node_t *key = yaml_document_get_node(&loader->document, pair->key);
        const yaml_node_t *child =
            yaml_document_get_node(&loader->document, pair->value);

        if (key->type != YAML_SCALAR_NODE)
            fail_at(loader, key->start_mark.line, "a key has to be text");
        else if (json_object_get(object, scalar(key).p))
            fail_at(loader, key->start_mark.line,
                    arena_printf(loader->arena, "the key `%s` is there twice",
                                 scalar(key).p));
        else
            json_object_set_new(object, scalar(key).p,
                                json_of(loader, child, depth + 1));
    }
    return object;
}

/* A new reference; null after an error. */
static json_t *json_of(struct loader *loader, const yaml_node_t *node, int depth)
{
    json_t *json = NULL;

    if (depth > DEPTH_MAX)
        fail_at(loader, node->start_mark.line, "it is nested too deep");
    else if (node->type == YAML_SCALAR_NODE)
        json = json_of_scalar(node);
    else if (node->type == YAML_SEQUENCE_NODE)
        json = json_of_sequence(loader, node, depth);
    else if (node->type == YAML_MAPPING_NODE)
        json = json_of_mapping(loader, node, depth);
    return json ? json : json_null();
}

/* ---- Checking settings ----------------------------------------------------------- */

static bool is_texts(struct loader *loader, const yaml_node_t *node)
{
    const yaml_node_item_t *item;

    if (node->type != YAML_SEQUENCE_NODE ||
        node->data.sequence.items.start == node->data.sequence.items.top)
        return false;
    for (item = node->data.sequence.items.start; item < node->data.sequence.items.top;
         item++)
        if (yaml_document_get_node(&loader->document, *item)->type != YAML_SCALAR_NODE)
            return false;
    return true;
}

/* Arguments are text, also those that look like numbers: [make, -j, 4]. */
static void keep_as_text(struct loader *loader, const yaml_node_t *list)
{
    yaml_node_item_t *item = list->data.sequence.items.start;

    for (; item < list->data.sequence.items.top; item++)
        yaml_document_get_node(&loader->document, *item)->data.scalar.style =
            YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

static const struct setting *find_setting(const struct setting *settings,
                                          struct str name)
{
    for (; settings->name; settings++)
        if (str_is(name, settings->name))
            return settings;
    return NULL;
}

static void fail_unknown(struct loader *loader, const yaml_node_t *key,
                         const struct setting *known)
{
    const char *text = arena_printf(loader->arena, "unknown key `%s`", scalar(key).p);

    for (; known->name; known++)
        if (str_distance(scalar(key), str_of(known->name), 2) <= 2) {
            text = arena_printf(loader->arena, "%s; did you mean `%s`?", text,
                                known->name);
            break;
        }
    fail_at(loader, key->start_mark.line, text);
}

static void check_setting(struct loader *loader, yaml_node_t *node,
                          const struct setting *setting);

static void check_members(struct loader *loader, const yaml_node_t *node,
                          const struct setting *members)
{
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;

    for (; pair < node->data.mapping.pairs.top && !loader->error; pair++) {
        const yaml_node_t *key = yaml_document_get_node(&loader->document, pair->key);
        yaml_node_t *child = yaml_document_get_node(&loader->document, pair->value);
        const struct setting *member;

        if (key->type != YAML_SCALAR_NODE)
            return; /* said by json_of_mapping */
        member = find_setting(members, scalar(key));
        if (member)
            check_setting(loader, child, member);
        else
            fail_unknown(loader, key, members);
    }
}

static bool is_null(const yaml_node_t *scalar_node)
{
    json_t *json = json_of_scalar(scalar_node);
    const bool is_so = json_is_null(json);

    json_decref(json);
    return is_so;
}

static void check_setting(struct loader *loader, yaml_node_t *node,
                          const struct setting *setting)
{
    if (setting->members && node->type == YAML_MAPPING_NODE)
        check_members(loader, node, setting->members);
    else if (setting->may_be_texts && is_texts(loader, node))
        keep_as_text(loader, node);
    else if (setting->may_be_text && node->type == YAML_SCALAR_NODE) {
        if (!is_null(node)) /* `agent: 5` names one */
            node->data.scalar.style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    } else
        fail_at(loader, node->start_mark.line,
                arena_printf(loader->arena, "`%s` has to be %s",
                             setting->name ? setting->name : "the file",
                             setting->may_be_texts ? "a list of texts"
                             : setting->members    ? "a mapping"
                                                   : "text"));
}

/* ---- Files ----------------------------------------------------------------------- */

/* Aliases could make the tree endless (1). */
static bool has_alias(struct str text)
{
    yaml_parser_t parser;
    yaml_event_t event;
    bool is_found = false, is_over = false;

    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.len);
    while (!is_over && yaml_parser_parse(&parser, &event)) {
        is_found = is_found || event.type == YAML_ALIAS_EVENT;
        is_over = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return is_found;
}

/* The document's tree; the caller deletes loader->document when there is no error. */
static void parse(struct loader *loader, struct str text)
{
    yaml_parser_t parser;

    if (!str_is_utf8(text)) {
        fail_at(loader, 0, "it is not UTF-8");
        return;
    }
    if (has_alias(text)) {
        fail_at(loader, 0, "aliases (`*name`) are not supported here");
        return;
    }
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.len);
    if (!yaml_parser_load(&parser, &loader->document))
        fail_at(loader, parser.problem_mark.line,
                parser.problem ? arena_printf(loader->arena, "%s", parser.problem)
                               : "it can't be read as YAML");
    yaml_parser_delete(&parser);
}

static json_t *load(struct arena *arena, const char *path,
                    const struct setting *setting, const char **error)
{
    struct loader loader = {.arena = arena, .path = path};
    yaml_node_t *root;
    struct str text;
    json_t *json = NULL;

    if (!file_read(arena, path, FILE_MAX_BYTES, &text)) {
        *error = arena_printf(arena, "%s: %s", path, strerror(errno));
        return NULL;
    }
    parse(&loader, text);
    if (!loader.error) {
        root = yaml_document_get_root_node(&loader.document);
        if (root && setting)
            check_setting(&loader, root, setting);
        json = root ? json_of(&loader, root, 0) : json_null();
        yaml_document_delete(&loader.document);
    }
    if (!loader.error)
        return json;
    json_decref(json);
    *error = loader.error;
    return NULL;
}

json_t *yaml_load(struct arena *arena, const char *path, const char **error)
{
    return load(arena, path, NULL, error);
}

json_t *config_load(struct arena *arena, const char *state, const char **error)
{
    const char *path = arena_printf(arena, "%s/config.yaml", state);
    json_t *json;

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return json_object();
    json = load(arena, path, &settings_root, error);
    if (!json_is_null(json)) /* also NULL */
        return json;
    json_decref(json);
    return json_object();
}
