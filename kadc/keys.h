/* keys.h: which keys a map may have, as tables, and how a map is read by one.
 *
 * There is one table for each kind of map in a workflow or manifest. It is all that is known
 * about the keys: the reader, the checks and the JSON Schema are made from it.
 *
 *     static const struct key step_keys[] = {
 *         {"id", KEY_NAME, KEY_REQUIRED, offsetof(struct step, id), .about = "..."},
 *         {"inputs", KEY_MAP, .read = step_inputs_read},
 *     };
 *     static const struct key_set step_set = KEY_SET("step", "id", step_keys);
 *
 * keys_read reports 0104 (unknown, or at odds with another key), 0105,
 * 0106, 0107, 0109, 0114, 0801, 0802, and stores what it can in the target. A misspelt key
 * with one near candidate is taken as meant. */
#ifndef KADC_KEYS_H
#define KADC_KEYS_H

#include "model.h"

/* What is being read. */
struct reader {
    struct program *program;
    const struct workflow *workflow; /* NULL: a manifest */
    bool has_gaps;                   /* set when some part was not read */
    bool is_merged; /* the map may be two, which is reported: keys may be at odds */
    /* All steps that were begun, and what those that are being read stand in. */
    VEC(struct step *) steps;
    struct block *block; /* NULL: in none */
    struct branch *branch;
};

/* What stands under a key, and what it is stored as. */
enum key_type {
    KEY_TEXT,       /* struct str: text without expressions */
    KEY_NAME,       /* struct name: any text */
    KEY_IDENTIFIER, /* struct name: [A-Za-z][A-Za-z0-9_-]*, else 0209 */
    KEY_VERSION,    /* struct str: MAJOR.MINOR.PATCH */
    KEY_BOOLEAN,    /* bool */
    KEY_COUNT,      /* uint32_t */
    KEY_DURATION,   /* int64_t, milliseconds */
    KEY_BYTES,      /* int64_t */
    KEY_TEMPLATE,   /* struct template * */
    KEY_NODE,       /* const struct node *: anything */
    KEY_LIST,       /* const struct node *, or by `read` */
    KEY_MAP         /* const struct node *, or by `read` */
};

enum key_rule {
    KEY_OPTIONAL,
    KEY_REQUIRED,
    KEY_NOT_EMPTY, /* a list or map with something in it */
    KEY_REQUIRED_AND_NOT_EMPTY
};

/* What a KEY_NODE is, or each entry of a list or map: for the JSON Schema; the reader of the
 * key knows it by itself. */
enum key_shape {
    SHAPE_ANY,
    SHAPE_TEXT,
    SHAPE_SCALAR,
    SHAPE_INTEGER,
    SHAPE_NUMBER,
    SHAPE_ROUTE,    /* a target or a decision */
    SHAPE_DECISION, /* the map itself is one */
    SHAPE_NAMED,    /* text, or a map of the keys `of`; the names are the author's */
    SHAPE_ENTRY,    /* a map of the keys `of`, under the author's name */
    SHAPE_BRANCH    /* a list of steps, or a map of the keys `of`; named likewise */
};

/* Reads the value of one key into the target. */
typedef void key_reader(struct reader *reader, const struct node *key,
                        const struct node *value, void *target);

struct key {
    const char *name;
    enum key_type type;
    enum key_rule rule;
    size_t offset; /* in the target */
    key_reader
        *read; /* for what a plain store can't do; the value has the right kind */
    const char *not_with; /* keys that make this one meaningless, with blanks between */
    const char *with;     /* keys that have to be there with this one, blanks between */
    /* Keys of the map, or of the list's entries; of a KEY_NODE: if it is a map. */
    const struct key_set *of;
    enum key_shape shape;
    /* In a type: the simple types that it narrows, blanks between; NULL: any. */
    const char *for_types;
    /* SHAPE_TEXT, SHAPE_NAMED: what the text may be, blanks between; NULL: anything. */
    const char *texts;
    const char *about; /* one line for people */
};

struct key_set {
    const char *what;     /* "step": for messages */
    const char *name_key; /* the key that names it; NULL: it has none */
    const struct key *keys;
    size_t count;
    const char *one_of; /* exactly one of these has to be there; NULL: no such rule */
    const char *id;     /* in the JSON Schema; NULL: `what` */
    /* Where the kinds of a thing have keys of their own: a set for each, NULL ends them. A
     * set of no keys stands for them all; to each of them the others are relatives. */
    const struct key_set *const *kinds;
    const char *owner; /* "a schedule": that the keys belong to, for its relatives */
};

#define KEY_SET(what, name_key, keys) KEY_SET_ONE_OF(what, name_key, keys, NULL)
#define KEY_SET_ONE_OF(what, name_key, keys, one_of)                                   \
    {                                                                                  \
        (what), (name_key), (keys), sizeof(keys) / sizeof((keys)[0]), (one_of), NULL,  \
            NULL, NULL                                                                 \
    }
#define KEY_SET_KIND(what, name_key, keys, id, kinds, owner)                           \
    {                                                                                  \
        (what), (name_key), (keys), sizeof(keys) / sizeof((keys)[0]), NULL, (id),      \
            (kinds), (owner)                                                           \
    }

/* The key of a name, or NULL. */
const struct key *key_find(const struct key_set *set, struct str name);

/* The first of the names, which blanks separate; *names goes on behind it. */
struct str name_take(struct str *names);

/* Reads a map into `target`, whose fields the offsets mean. False: it is no map (0106), and
 * nothing was stored. */
bool keys_read(struct reader *reader, const struct key_set *set, const struct node *map,
               void *target);

/* "step `test`", or "a step" where it has no name. */
struct str keys_owner(struct reader *reader, const struct key_set *set,
                      const struct node *map);

/* Where a finding about a map as a whole is shown: its name, or else its first key. */
struct span keys_place(const struct key_set *set, const struct node *map);

/* ---- Single values ------------------------------------------------------------------- */

/* 0106 unless the node is of the kind; `what` says where: "`steps`". */
bool node_expect(struct reader *reader, const struct node *node, enum node_kind kind,
                 const char *what);

/* Text of a scalar: 0106 for another kind or another type of scalar (`1.0`, `true`), 0107
 * for words that YAML 1.1 takes for something else. Absent when it was reported as 0106. */
struct str text_read(struct reader *reader, const struct node *node, const char *what);

/* Whether a scalar is text by itself: not a bare number, boolean or nothing. */
bool node_is_text(const struct node *node);

/* Reports 0107 where a bare word is text now but was none in YAML 1.1. */
void text_check_yaml11(struct diags *diags, const struct node *scalar);

/* [A-Za-z][A-Za-z0-9_-]*: parameters, inputs, outputs, properties; else 0209. */
struct name identifier_read(struct reader *reader, const struct node *node,
                            const char *what);
bool name_is_identifier(struct str text);
/* 1303, of a name that is part of names in C. */
enum { NAME_LEN_MAX = 100 };
void name_length_check(struct reader *reader, struct name name);

#endif
