/* doc.h: a YAML (or JSON) file as a tree in which everything knows its place.
 *
 * libyaml reads, this keeps: the one place that sees yaml.h is doc.c. libyaml's line and
 * column are not used (they count U+0085 as a line end), only its byte index.
 *
 * Reported here: 0101 syntax, 0102 tabs, 0103 duplicate keys (the first one stays), 0106
 * keys that are no scalars, 0108 expressions without quotes, 0110 anchors, 0111 encoding,
 * 0112 several documents, 1301 too big or too deep. Aliases are resolved: the tree has no
 * cycles, and an aliased node has the place of its anchor.
 *
 * Later passes may rely on:
 *   (1) text of scalars is valid UTF-8 without NUL;
 *   (2) keys of a map are scalars and differ;
 *   (3) depth is at most DOC_DEPTH_MAX. */
#ifndef KADC_DOC_H
#define KADC_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "diag.h"
#include "source.h"

enum { DOC_DEPTH_MAX = 250 };

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };
enum node_style {
    NODE_PLAIN,
    NODE_SINGLE_QUOTED,
    NODE_DOUBLE_QUOTED,
    NODE_LITERAL,
    NODE_FOLDED
};

struct node {
    enum node_kind kind : 8;
    enum node_style style : 8; /* of a scalar */
    /* Stands for something that could not be read and has been reported, such as an
     * expression without quotes: an empty scalar that passes stay silent about. */
    bool is_poisoned;
    uint32_t text_start; /* of a scalar, see `origins` */
    struct span span;    /* a scalar with its quotes; a block without trailing blanks */
    struct str text; /* of a scalar: its value after escapes and folding; else empty */
    uint32_t count;  /* of items; of a scalar 0 */
    uint32_t dropped_count; /* of a map: keys that stood twice, and were reported */
    union {
        /* NODE_SCALAR: for each byte of `text`, and one more for its end, the byte of the
         * source that it comes from. NULL: the bytes follow each other from text_start. */
        const uint32_t *origins;
        /* NODE_LIST: items. NODE_MAP: values, whose keys (scalars) are keys[i]. */
        struct {
            struct node **items;
            struct node **keys;
        };
    };
};

/* The tree of a file, in the arena; NULL when there is none worth going on with (the
 * finding says why). An empty file gives a plain scalar with empty text. */
struct node *doc_parse(struct arena *arena, const struct source *source,
                       struct diags *diags);

/* Value of a key of a map, or NULL. */
struct node *node_find(const struct node *map, const char *key);

/* Where bytes [from, to) of a scalar's value stand in the source; of another node, all of it. */
struct span node_range(const struct node *scalar, size_t from, size_t to);

/* The bare words of YAML's core schema: plain scalars only. A quoted one is text. */
bool node_is_null(const struct node *node);
bool node_is_boolean(const struct node *node, bool *value);
bool node_is_integer(const struct node *node, int64_t *value); /* decimal, 0x, 0o */
bool node_is_number(const struct node *node, double *value);

/* "a list", "a map", "a string", "a number", "a boolean", "nothing": for messages. */
const char *node_kind_text(const struct node *node);

#endif
