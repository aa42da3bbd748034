/* keys.c: reads a map by its table of keys; see keys.h. */
#include "keys.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "key_values.h"

enum { KEY_COUNT_MAX = 48 };

/* ---- Messages ------------------------------------------------------------------------ */

struct str keys_owner(struct reader *reader, const struct key_set *set,
                      const struct node *map)
{
    const struct node *name = set->name_key ? node_find(map, set->name_key) : NULL;
    if (name && name->kind == NODE_SCALAR && name->text.len > 0)
        return str_printf(reader->program->arena, "%s `%.*s`", set->what,
                          STR(name->text));
    const char *article = strchr("aeiou", set->what[0]) ? "an" : "a";
    return str_printf(reader->program->arena, "%s %s", article, set->what);
}

struct span keys_place(const struct key_set *set, const struct node *map)
{
    const struct node *name = set->name_key ? node_find(map, set->name_key) : NULL;
    if (name && name->kind == NODE_SCALAR && name->text.len > 0)
        return name->span;
    return map->count > 0 ? map->keys[0]->span : map->span;
}

/* ---- Which key ----------------------------------------------------------------------- */

const struct key *key_find(const struct key_set *set, struct str name)
{
    for (size_t i = 0; i < set->count; i++)
        if (str_is(name, set->keys[i].name))
            return &set->keys[i];
    return NULL;
}

struct str name_take(struct str *names)
{
    size_t end = str_find(*names, S(" "));
    struct str name = str_part(*names, 0, end);
    *names = str_part(*names, end < names->len ? end + 1 : end, names->len);
    return name;
}

/* Of the map, the key that makes this one meaningless; absent: none. */
static struct str key_conflict(const struct key *key, const struct node *map)
{
    struct str rest = str_of(key->not_with ? key->not_with : "");
    while (rest.len > 0) {
        struct str other = name_take(&rest);
        for (size_t i = 0; i < map->count; i++)
            if (str_equal(map->keys[i]->text, other))
                return other;
    }
    return (struct str){0};
}

/* Of keys that exclude each other, another one is there. */
static bool is_excluded(const struct key_set *set, const struct key *key,
                        const struct node *map)
{
    struct str rest = str_of(set->one_of ? set->one_of : "");
    bool is_one = false, has_one = false;
    while (rest.len > 0) {
        const struct str name = name_take(&rest);
        is_one = is_one || str_is(name, key->name);
        for (size_t i = 0; i < map->count; i++)
            has_one = has_one || str_equal(map->keys[i]->text, name);
    }
    return is_one && has_one;
}

/* What was found out about a map at its first unknown key: it may have very many. */
struct guess {
    bool is_ready;
    bool is_out[KEY_COUNT_MAX]; /* it is there, or has no meaning beside another key */
    struct str owner;
};

static void guess_prepare(struct guess *guess, struct reader *reader,
                          const struct key_set *set, const struct node *map)
{
    if (guess->is_ready)
        return;
    guess->is_ready = true;
    guess->owner = keys_owner(reader, set, map);
    for (size_t i = 0; i < set->count; i++)
        guess->is_out[i] = node_find(map, set->keys[i].name) ||
                           key_conflict(&set->keys[i], map).p ||
                           is_excluded(set, &set->keys[i], map);
}

/* Whose key it is, if it is that of another kind of the same thing. */
static void relative_help(struct diags *diags, const struct key_set *set,
                          const struct node *name)
{
    for (size_t i = 0; set->kinds && set->kinds[i]; i++)
        if (key_find(set->kinds[i], name->text)) {
            diag_help(diags, "`%.*s` belongs to %s", STR(name->text),
                      set->kinds[i]->owner);
            return;
        }
}

/* Reports 0104; the key that was meant, if that is clear: one that is not there yet. */
static const struct key *key_guess(struct reader *reader, const struct key_set *set,
                                   const struct guess *guess, const struct node *name,
                                   const bool *is_present)
{
    struct str items[KEY_COUNT_MAX];
    const struct key *keys[KEY_COUNT_MAX];
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++)
        if (!is_present[i] && !guess->is_out[i]) {
            keys[count] = &set->keys[i];
            items[count++] = str_of(set->keys[i].name);
        }
    struct diags *diags = reader->program->diags;
    diag_report(diags, name->span, KAD0104, "unknown key `%.*s` in %.*s",
                STR(name->text), STR(guess->owner));
    ptrdiff_t meant =
        diag_did_you_mean(diags, name->span, name->text, (struct names){items, count});
    if (meant < 0 && str_is(name->text, "<<"))
        diag_help(diags, "maps are not merged: write its keys out; an alias (`*name`) "
                         "stands for a whole value");
    else if (meant < 0)
        relative_help(diags, set, name);
    return meant < 0 ? NULL : keys[meant];
}

/* NULL: reported. */
static const struct key *key_get(struct reader *reader, const struct key_set *set,
                                 const struct node *map, const struct node *name,
                                 const bool *is_present, struct guess *guess)
{
    struct diags *diags = reader->program->diags;
    const struct key *key = key_find(set, name->text);
    if (!key) {
        guess_prepare(guess, reader, set, map);
        return key_guess(reader, set, guess, name, is_present);
    }
    struct str other = key_conflict(key, map);
    if (other.p) {
        if (reader->is_merged)
            return NULL;
        diag_report(diags, name->span, KAD0104,
                    "`%s` has no meaning beside `%.*s` in %.*s", key->name, STR(other),
                    STR(keys_owner(reader, set, map)));
        return NULL;
    }
    return key;
}

/* ---- The value of a key -------------------------------------------------------------- */

/* Whether it can stand in a list as it is, or as words with blanks between them. */
static bool is_plain(struct str text, bool has_blanks)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.p[i]) && !strchr("_./-", text.p[i]) &&
            !(has_blanks && text.p[i] == ' '))
            return false;
    return text.len > 0 && isalnum((unsigned char)text.p[0]);
}

/* A single value where a list belongs: how it is written. A list of plain values may be a
 * command line, which is an entry for each word. */
static void list_help(struct reader *reader, const struct key *key,
                      const struct node *value)
{
    const bool has_words = key->shape == SHAPE_SCALAR;
    struct buf list;
    struct str rest = value->text;
    if (value->kind != NODE_SCALAR || value->is_poisoned || key->type != KEY_LIST)
        return;
    if (!is_plain(rest, has_words)) {
        if (has_words)
            diag_help(reader->program->diags,
                      "each word is an entry: `%s: [make, test]`; there is no shell",
                      key->name);
        return;
    }
    buf_init(&list, reader->program->arena);
    for (const char *between = ""; rest.len > 0; between = ", ") {
        const struct str word = name_take(&rest);
        buf_printf(&list, "%s%.*s", between, STR(word));
    }
    diag_help(reader->program->diags, "write `%s: [%.*s]`", key->name,
              STR(buf_str(&list)));
}

/* Lists and maps: the right kind, and not empty where that makes no sense. */
static bool section_check(struct reader *reader, const struct key *key,
                          const struct node *name, const struct node *value)
{
    enum node_kind kind = key->type == KEY_LIST ? NODE_LIST : NODE_MAP;
    bool is_nothing = value->kind == NODE_SCALAR && node_is_null(value);
    bool needs_content =
        key->rule == KEY_NOT_EMPTY || key->rule == KEY_REQUIRED_AND_NOT_EMPTY;
    if (is_nothing || (needs_content && value->kind == kind && value->count == 0)) {
        reader->has_gaps = true;
        diag_report(reader->program->diags, name->span, KAD0109,
                    "`%s` has nothing in it", key->name);
        if (needs_content)
            diag_help(reader->program->diags, "give it at least one entry");
        else
            diag_help(reader->program->diags, "leave the key out");
        return false;
    }
    if (node_expect(reader, value, kind, key->name))
        return true;
    list_help(reader, key, value);
    return false;
}

static void value_store(struct reader *reader, const struct key *key,
                        const struct node *value, void *field)
{
    switch (key->type) {
    case KEY_TEXT: *(struct str *)field = text_read(reader, value, key->name); return;
    case KEY_NAME:
        *(struct name *)field =
            (struct name){text_read(reader, value, key->name), value->span};
        return;
    case KEY_IDENTIFIER:
        *(struct name *)field = identifier_read(reader, value, key->name);
        return;
    case KEY_VERSION: version_read(reader, value, key->name, field); return;
    case KEY_BOOLEAN: boolean_read(reader, value, key->name, field); return;
    case KEY_COUNT: count_read(reader, value, key->name, field); return;
    case KEY_DURATION: duration_read(reader, value, key->name, field); return;
    case KEY_BYTES: bytes_read(reader, value, key->name, field); return;
    case KEY_TEMPLATE:
        *(struct template **)field = template_read(reader, value, key->name);
        return;
    case KEY_NODE:
    case KEY_LIST:
    case KEY_MAP: *(const struct node **)field = value; return;
    }
}

static void key_value_read(struct reader *reader, const struct key *key,
                           const struct node *name, const struct node *value,
                           void *target)
{
    if ((key->type == KEY_LIST || key->type == KEY_MAP) &&
        !section_check(reader, key, name, value))
        return;
    if (key->read)
        key->read(reader, name, value, target);
    else
        value_store(reader, key, value, (char *)target + key->offset);
}

/* ---- The map ------------------------------------------------------------------------- */

static void required_check(struct reader *reader, const struct key_set *set,
                           const struct node *map, const bool *is_present)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct key *key = &set->keys[i];
        bool is_required =
            key->rule == KEY_REQUIRED || key->rule == KEY_REQUIRED_AND_NOT_EMPTY;
        if (!is_required || is_present[i])
            continue;
        reader->has_gaps = true;
        diag_report(reader->program->diags, keys_place(set, map), KAD0105,
                    "missing key `%s` in %.*s", key->name,
                    STR(keys_owner(reader, set, map)));
    }
}

/* Keys that make no sense without others. */
static void company_check(struct reader *reader, const struct key_set *set,
                          const struct node *map, const struct key *key,
                          const struct node *name, const bool *is_present)
{
    struct str rest = str_of(key->with && !reader->is_merged ? key->with : "");
    while (rest.len > 0) {
        struct str other = name_take(&rest);
        if (is_present[key_find(set, other) - set->keys])
            continue;
        diag_report(reader->program->diags, name->span, KAD0105,
                    "missing key `%.*s` beside `%s` in %.*s", STR(other), key->name,
                    STR(keys_owner(reader, set, map)));
    }
}

bool keys_read(struct reader *reader, const struct key_set *set, const struct node *map,
               void *target)
{
    assert(set->count <= KEY_COUNT_MAX);
    bool is_present[KEY_COUNT_MAX] = {false};
    const struct node *names[KEY_COUNT_MAX] = {NULL}; /* some may be misspelt */
    bool has_unknown = false; /* which may be meant for any: reported */
    struct guess guess = {.is_ready = false};
    if (!node_expect(reader, map, NODE_MAP, set->what))
        return false;
    for (size_t i = 0; i < map->count; i++) {
        const struct key *key =
            key_get(reader, set, map, map->keys[i], is_present, &guess);
        if (!key) {
            reader->has_gaps = true;
            has_unknown = has_unknown || !key_find(set, map->keys[i]->text);
            continue;
        }
        is_present[key - set->keys] = true;
        names[key - set->keys] = map->keys[i];
        key_value_read(reader, key, map->keys[i], map->items[i], target);
    }
    required_check(reader, set, map, is_present);
    for (size_t i = 0; i < set->count; i++)
        if (is_present[i] && !has_unknown)
            company_check(reader, set, map, &set->keys[i], names[i], is_present);
    return true;
}
