/* types.h: the types of the language, and which value fits where.
 *
 * A type is immutable once built, except by the pass that builds it; types may be shared.
 * TYPE_POISON is the type of whatever is broken and has been reported: it fits everywhere
 * and whatever touches it stays silent. */
#ifndef KADC_TYPES_H
#define KADC_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "source.h"

enum type_kind {
    TYPE_POISON,
    TYPE_NULL, /* of the literal `null` only */
    TYPE_STRING,
    TYPE_NUMBER,
    TYPE_INTEGER,
    TYPE_BOOLEAN,
    TYPE_DURATION,
    TYPE_OBJECT,
    TYPE_ARRAY,
    TYPE_ANY
};

struct type;

struct type_field {
    struct str name;
    struct span name_span;
    const struct type *type;          /* is_optional stands in the type */
    const struct node *default_value; /* or NULL */
    struct str description;
    /* Its type is optional only because a failure may leave it unset (gen_outputs_type). */
    bool is_needed_on_success;
};

struct type {
    enum type_kind kind;
    bool is_optional;
    bool is_secret;
    bool is_opaque; /* an object without properties, an array without items */
    struct span span;
    struct str name; /* of `types:`, or absent */
    /* TYPE_OBJECT */
    const struct type_field *fields;
    size_t field_count;
    /* TYPE_ARRAY */
    const struct type *items;
    /* TYPE_STRING: an enum when value_count > 0 */
    const struct str *values;
    size_t value_count;
    /* Constraints; has_* says which are set. Bounds of numbers and of lengths. */
    bool has_min, has_max, has_min_len, has_max_len;
    double min, max;
    uint64_t min_len, max_len;
    struct str pattern;
};

/* "integer": as its author calls it. */
const char *type_kind_name(enum type_kind kind);

/* Types without anything to add; static storage. */
const struct type *type_simple(enum type_kind kind);
const struct type *type_poison(void);
/* One that may be changed; what it points to stays shared. */
struct type *type_copy(struct arena *arena, const struct type *type);
/* The same type, optional or not. Returns `type` itself where it is so already. */
const struct type *type_optional(struct arena *arena, const struct type *type);
const struct type *type_required(struct arena *arena, const struct type *type);
/* The values in a value of the type, itself included; more than `max`: some number above. */
size_t type_parts(const struct type *type, size_t max);
/* The same type, of values that are not to be seen. */
const struct type *type_secret(struct arena *arena, const struct type *type);
/* Whether it is secret, or some part of it. */
bool type_holds_secret(const struct type *type);
const struct type *type_array_of(struct arena *arena, const struct type *items);
const struct type *type_enum_of(struct arena *arena, const char *const values[],
                                size_t count);
/* {code, message, step: string, details: any?}: of workflow.error and steps.X.error. */
const struct type *type_failure(void);

const struct type_field *type_field_find(const struct type *object, struct str name);

/* Whether an enum has the value. */
bool type_has_value(const struct type *type, struct str value);

/* What may stand behind `??`, for help texts: "0", "..." where nothing is certain to fit. */
const char *type_fallback_text(const struct type *type);

/* "string", "array of integer?", "object {a, b}": as an author would write it. */
struct str type_text(struct arena *arena, const struct type *type);

enum type_fit {
    FIT_YES,
    FIT_NULLABLE,   /* 0404: would fit if it were not optional */
    FIT_LOSSY,      /* 0504: number where an integer is wanted */
    FIT_PLAIN_TEXT, /* 0503: text where an enum is wanted */
    FIT_NO          /* 0503 */
};
/* Whether a value of type `from` may stand where `to` is wanted. Enum fits text; typed
 * objects and arrays fit opaque ones and `any`; opaque ones fit typed ones (checked at run
 * time); an object fits another when it has all its required properties, each fitting. */
enum type_fit type_fits(const struct type *from, const struct type *to);
/* Same values, same representation in C. */
bool type_same(const struct type *a, const struct type *b);
/* The type of `cond ? a : b` and of list items; NULL when nothing holds both. */
const struct type *type_join(struct arena *arena, const struct type *a,
                             const struct type *b);
/* What both say together, for a step's refinement of a manifest's output; NULL: nothing
 * satisfies both (0515). */
const struct type *type_meet(struct arena *arena, const struct type *declared,
                             const struct type *refined);

#endif
