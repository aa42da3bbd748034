/* node.c: questions to a node of the tree; see doc.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "doc.h"

struct node *node_find(const struct node *map, const char *key)
{
    for (size_t i = 0; map->kind == NODE_MAP && i < map->count; i++)
        if (str_is(map->keys[i]->text, key))
            return map->items[i];
    return NULL;
}

/* The byte after the value's byte `last`. A byte that stands for itself ends after
 * itself; after anything else (an escape, a fold) comes the origin of the next byte. */
static uint32_t end_of_byte(const struct node *scalar, size_t last)
{
    const uint32_t origin = scalar->origins[last];
    const char c = scalar->span.source->text.p[origin];

    if (c == scalar->text.p[last] && c != '\\' && c != '\'')
        return origin + 1;
    return scalar->origins[last + 1];
}

struct span node_range(const struct node *scalar, size_t from, size_t to)
{
    struct span span = scalar->span;

    if (scalar->kind != NODE_SCALAR)
        return span;
    if (to > scalar->text.len)
        to = scalar->text.len;
    if (from > to)
        from = to;
    if (!scalar->origins) {
        span.start = scalar->text_start + (uint32_t)from;
        span.end = scalar->text_start + (uint32_t)to;
        return span;
    }
    span.start = scalar->origins[from];
    span.end = from < to ? end_of_byte(scalar, to - 1) : span.start;
    /* The scalar could not be followed: scalar (1). */
    if (from < to && span.end <= span.start)
        return scalar->span;
    return span;
}

/* ---- Bare words ------------------------------------------------------------------ */

static bool is_one_of(const struct node *node, const char *const words[])
{
    if (node->kind != NODE_SCALAR || node->style != NODE_PLAIN || node->is_poisoned)
        return false;
    for (size_t i = 0; words[i]; i++)
        if (str_is(node->text, words[i]))
            return true;
    return false;
}

bool node_is_null(const struct node *node)
{
    return is_one_of(node,
                     (const char *const[]){"", "~", "null", "Null", "NULL", NULL});
}

bool node_is_boolean(const struct node *node, bool *value)
{
    *value = is_one_of(node, (const char *const[]){"true", "True", "TRUE", NULL});
    return *value ||
           is_one_of(node, (const char *const[]){"false", "False", "FALSE", NULL});
}

/* Copies a plain scalar to be read by strtoll or strtod; no number is longer. */
enum { NUMBER_CAPACITY = 400 };

static bool copy_plain(const struct node *node, char text[NUMBER_CAPACITY])
{
    if (node->kind != NODE_SCALAR || node->style != NODE_PLAIN || node->is_poisoned ||
        node->text.len == 0 || node->text.len >= NUMBER_CAPACITY ||
        !strchr("0123456789+-.", node->text.p[0]))
        return false;
    memcpy(text, node->text.p, node->text.len);
    text[node->text.len] = '\0';
    return true;
}

/* integer = [-+]? digit+ | "0x" hexdigit+ | "0o" octdigit+ */
bool node_is_integer(const struct node *node, int64_t *value)
{
    static const char *const DIGITS[] = {
        [8] = "01234567",
        [10] = "0123456789",
        [16] = "0123456789abcdefABCDEF",
    };
    char text[NUMBER_CAPACITY];
    const char *digits = text;
    int base = 10;

    if (!copy_plain(node, text))
        return false;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'o')) {
        base = text[1] == 'x' ? 16 : 8;
        digits += 2;
    }
    if (base == 10 && (*digits == '-' || *digits == '+'))
        digits++;
    if (!*digits || digits[strspn(digits, DIGITS[base])])
        return false;
    errno = 0;
    *value = strtoll(base == 10 ? text : digits, NULL, base);
    return errno == 0;
}

static const char *skip_digits(const char *p, size_t *count)
{
    *count = strspn(p, "0123456789");
    return p + *count;
}

/* number = [-+]? (digit+ ("." digit*)? | "." digit+) ([eE] [-+]? digit+)? */
static bool has_number_form(const char *p)
{
    size_t whole, fraction = 0, exponent;

    p += *p == '-' || *p == '+';
    p = skip_digits(p, &whole);
    if (*p == '.')
        p = skip_digits(p + 1, &fraction);
    if (whole + fraction == 0)
        return false;
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '-' || *p == '+';
        p = skip_digits(p, &exponent);
        if (exponent == 0)
            return false;
    }
    return !*p;
}

bool node_is_number(const struct node *node, double *value)
{
    char text[NUMBER_CAPACITY];
    int64_t integer;

    if (node_is_integer(node, &integer)) {
        *value = (double)integer;
        return true;
    }
    if (!copy_plain(node, text) || !has_number_form(text))
        return false;
    *value = strtod(text, NULL);
    return isfinite(*value) != 0;
}

const char *node_kind_text(const struct node *node)
{
    bool boolean;
    double number;

    switch (node->kind) {
    case NODE_LIST: return "a list";
    case NODE_MAP: return "a map";
    case NODE_SCALAR: break;
    }
    if (node_is_null(node))
        return "nothing";
    if (node_is_boolean(node, &boolean))
        return "a boolean";
    return node_is_number(node, &number) ? "a number" : "a string";
}
