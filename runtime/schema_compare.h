/* schema_compare.h: in what two types differ, as the schemas of a definition have them.
 *
 * The same type: every value of one is a value of the other, and means the same. What is only
 * said about it (`description`, the value of a default, the order of properties) does not
 * count. */
#ifndef KAD_SCHEMA_COMPARE_H
#define KAD_SCHEMA_COMPARE_H

#include <jansson.h>

#include "base/arena.h"
#include "base/vec.h"

/* Sentences for people, without a full stop. */
struct reasons {
    struct arena *arena; /* of the texts */
    VEC(const char *) list;
};

void reasons_add(struct reasons *reasons, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What a schema is of: "output `count` of `list`". */
struct subject {
    const char *what; /* "output" */
    const char *of;   /* " of `list`"; or "" */
};

/* Adds a reason for each difference: "output `items[].count` of `list` was integer, is text".
 * `path`: of the value. */
void schema_compare(struct reasons *reasons, const struct subject *subject,
                    const char *path, const json_t *was, const json_t *is);

/* The same for the properties of two objects whose values are stored one by one: one that is
 * not there any more does not matter, a new one only where it has to be set. */
void schema_compare_values(struct reasons *reasons, const struct subject *subject,
                           const json_t *was, const json_t *is);

#endif
