/* mask.c: see mask.h. */
#include "mask.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "codec.h"

/* What is looked for: each value once. */
struct secret {
    const char *name; /* the first that it was given, or NULL */
    struct str value;
    struct str in_json; /* between its quotes; absent: the same */
};

/* Several may have the same value. */
struct named {
    const char *name, *value;
};

static struct {
    pthread_mutex_t lock;
    struct arena memory;
    VEC(struct secret) secrets;
    VEC(struct named) names;
    size_t len_max; /* of what is looked for */
} list = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- The list ----------------------------------------------------------------------- */

static struct secret *secret_find(struct str value)
{
    for (size_t i = 0; i < list.secrets.count; i++)
        if (str_equal(list.secrets.items[i].value, value))
            return &list.secrets.items[i];
    return NULL;
}

/* As it stands inside a JSON text; absent where that is the value itself, or nothing. */
static struct str in_json(struct str value)
{
    struct arena scratch = {0};
    json_t *json = json_stringn(value.p, value.len);
    struct str text = {0}, copy = {0};

    if (json) {
        const struct kad_json quoted = codec_compact(&scratch, json);

        text = (struct str){quoted.text + 1, quoted.len - 2};
    }
    if (json && !str_equal(text, value))
        copy = str_of(str_copy(&list.memory, text));
    json_decref(json);
    arena_release(&scratch);
    return copy;
}

static struct secret *add_value(struct str value)
{
    struct secret secret = {.value = str_of(str_copy(&list.memory, value)),
                            .in_json = in_json(value)};

    vec_push(&list.memory, &list.secrets, secret);
    if (secret.value.len > list.len_max)
        list.len_max = secret.value.len;
    if (secret.in_json.len > list.len_max)
        list.len_max = secret.in_json.len;
    return &list.secrets.items[list.secrets.count - 1];
}

static const char *value_of(const char *name)
{
    for (size_t i = 0; i < list.names.count; i++)
        if (!strcmp(list.names.items[i].name, name))
            return list.names.items[i].value;
    return NULL;
}

static void add(struct str value, const char *name)
{
    struct secret *secret = secret_find(value);
    struct named named;

    if (!secret)
        secret = add_value(value);
    if (!name)
        return;
    named = (struct named){str_copy(&list.memory, str_of(name)), secret->value.p};
    if (!secret->name)
        secret->name = named.name;
    if (!value_of(name))
        vec_push(&list.memory, &list.names, named);
}

void mask_add(struct str value, const char *name)
{
    pthread_mutex_lock(&list.lock);
    if (name || value.len >= MASK_MIN_BYTES)
        add(value, name);
    pthread_mutex_unlock(&list.lock);
}

const char *mask_find(const char *name)
{
    const char *value;

    pthread_mutex_lock(&list.lock);
    value = value_of(name);
    pthread_mutex_unlock(&list.lock);
    return value;
}

const char *mask_name(struct str value)
{
    const struct secret *secret;
    const char *name;

    pthread_mutex_lock(&list.lock);
    secret = secret_find(value);
    name = secret ? secret->name : NULL;
    pthread_mutex_unlock(&list.lock);
    return name;
}

void mask_reset(void)
{
    pthread_mutex_lock(&list.lock);
    arena_release(&list.memory);
    memset(&list.secrets, 0, sizeof(list.secrets));
    memset(&list.names, 0, sizeof(list.names));
    list.len_max = 0;
    pthread_mutex_unlock(&list.lock);
}

/* ---- Finding ------------------------------------------------------------------------ */

struct match {
    size_t at, len; /* len 0: none */
};

static void match_nearer(struct match *best, struct str text, size_t from,
                         struct str secret)
{
    const size_t at = from + str_find(str_part(text, from, text.len), secret);

    if (secret.len < MASK_MIN_BYTES || at + secret.len > text.len)
        return;
    if (!best->len || at < best->at || (at == best->at && secret.len > best->len))
        *best = (struct match){at, secret.len};
}

/* The first, of several the longest. Under the lock. */
static struct match match_find(struct str text, size_t from)
{
    struct match best = {0};

    for (size_t i = 0; i < list.secrets.count; i++) {
        match_nearer(&best, text, from, list.secrets.items[i].value);
        match_nearer(&best, text, from, list.secrets.items[i].in_json);
    }
    return best;
}

bool mask_is_empty(void)
{
    bool is_empty;

    pthread_mutex_lock(&list.lock);
    is_empty = !list.secrets.count;
    pthread_mutex_unlock(&list.lock);
    return is_empty;
}

bool mask_is_in(struct str text)
{
    bool is_in;

    pthread_mutex_lock(&list.lock);
    is_in = match_find(text, 0).len > 0;
    pthread_mutex_unlock(&list.lock);
    return is_in;
}

/* *rest: where the text behind the last secret begins. Under the lock. */
static struct str replace_all(struct arena *arena, struct str text, size_t *rest)
{
    struct match match = match_find(text, 0);
    struct buf out;

    *rest = 0;
    if (!match.len)
        return text;
    buf_init(&out, arena);
    for (; match.len; match = match_find(text, *rest)) {
        buf_add(&out, str_part(text, *rest, match.at));
        buf_add(&out, S(MASK_TEXT));
        *rest = match.at + match.len;
    }
    buf_add(&out, str_part(text, *rest, text.len));
    return buf_str(&out);
}

struct str mask_str(struct arena *arena, struct str text)
{
    struct str masked;
    size_t rest;

    pthread_mutex_lock(&list.lock);
    masked = replace_all(arena, text, &rest);
    pthread_mutex_unlock(&list.lock);
    return masked;
}

const char *mask_text(struct arena *arena, const char *text)
{
    return text ? mask_str(arena, str_of(text)).p : NULL;
}

/* ---- In JSON ------------------------------------------------------------------------ */

/* A new reference. Depth is that of the document. */
static json_t *masked_json(struct arena *arena, const json_t *json)
{
    const char *key;
    json_t *value, *copy;
    size_t i;

    switch (json_typeof(json)) {
    case JSON_STRING: return json_string(mask_text(arena, json_string_value(json)));
    case JSON_ARRAY:
        copy = json_array();
        json_array_foreach(json, i, value)
            json_array_append_new(copy, masked_json(arena, value));
        return copy;
    case JSON_OBJECT:
        copy = json_object();
        json_object_foreach((json_t *)json, key, value)
            json_object_set_new(copy, mask_text(arena, key), masked_json(arena, value));
        return copy;
    default: return json_incref((json_t *)json);
    }
}

const char *mask_json(struct arena *arena, const char *json)
{
    json_t *tree, *masked;
    const char *text;

    if (!json || !mask_is_in(str_of(json)))
        return json;
    tree = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!tree)
        return mask_text(arena, json);
    masked = masked_json(arena, tree);
    text = codec_compact(arena, masked).text;
    json_decref(masked);
    json_decref(tree);
    return text;
}

/* ---- In pieces ---------------------------------------------------------------------- */

static bool is_beginning(struct str text)
{
    for (size_t i = 0; i < list.secrets.count; i++) {
        const struct secret *secret = &list.secrets.items[i];

        if (str_starts_with(secret->value, text) ||
            str_starts_with(secret->in_json, text))
            return true;
    }
    return false;
}

/* How much of the end of a text may be the beginning of a secret. Under the lock. */
static size_t open_end(struct str text)
{
    size_t len = list.len_max ? list.len_max - 1 : 0;

    if (len > text.len)
        len = text.len;
    while (len > 0 && !is_beginning(str_part(text, text.len - len, text.len)))
        len--;
    return len;
}

/* What was held, and the piece. */
static struct str take_held(struct mask_stream *stream, struct arena *arena,
                            struct str piece)
{
    struct buf all;

    if (!stream->held)
        return piece;
    buf_init(&all, arena);
    buf_add(&all, (struct str){stream->held, stream->held_len});
    buf_add(&all, piece);
    free(stream->held);
    *stream = (struct mask_stream){0};
    return buf_str(&all);
}

static void hold(struct mask_stream *stream, struct str text)
{
    if (!text.len)
        return;
    stream->held = malloc(text.len);
    if (!stream->held)
        arena_out_of_memory(text.len);
    memcpy(stream->held, text.p, text.len);
    stream->held_len = text.len;
}

struct str mask_stream_add(struct mask_stream *stream, struct arena *arena,
                           struct str piece)
{
    struct str text, masked;
    size_t rest, held_len;

    pthread_mutex_lock(&list.lock);
    text = take_held(stream, arena, piece);
    replace_all(arena, text, &rest);
    held_len = open_end(str_part(text, rest, text.len));
    hold(stream, str_part(text, text.len - held_len, text.len));
    masked = replace_all(arena, str_part(text, 0, text.len - held_len), &rest);
    pthread_mutex_unlock(&list.lock);
    return masked;
}

struct str mask_stream_end(struct mask_stream *stream, struct arena *arena)
{
    return take_held(stream, arena, (struct str){0});
}
