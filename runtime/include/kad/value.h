/* value.h: the C shapes of kad's types, and their descriptions.
 *
 *     string     const char *          UTF-8, NUL-terminated; NULL: unset
 *     integer    int64_t               optional: struct kad_optional_integer
 *     number     double                optional: struct kad_optional_number
 *     boolean    bool                  optional: struct kad_optional_boolean
 *     duration   int64_t, ms           optional: struct kad_optional_integer
 *     object     a generated struct    optional: a pointer to it; NULL: unset
 *     array      {items, count}        items NULL: unset; an empty array has items;
 *                                      items that may be unset: optional, as above
 *     any, an object without properties, an array without items: struct kad_json
 *
 * Values are immutable and owned by the step (or execution) that made them. Each generated
 * struct has a struct kad_type that describes it; one codec, driven by these, does JSON in
 * and out, command-line parameters and JSON Schema. */
#ifndef KAD_VALUE_H
#define KAD_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Items of an array (not of a pointer). */
#define KAD_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Texts as the two arguments, or members, `items, count`. */
#define KAD_TEXTS(...)                                                                 \
    (const char *const[]){__VA_ARGS__}, KAD_COUNT(((const char *const[]){__VA_ARGS__}))

/* One JSON value as compact text, valid, NUL-terminated. text NULL: unset. */
struct kad_json {
    const char *text;
    size_t len; /* bytes */
};

struct kad_optional_integer {
    bool is_set;
    int64_t value;
};

struct kad_optional_number {
    bool is_set;
    double value;
};

struct kad_optional_boolean {
    bool is_set;
    bool value;
};

/* Arrays of simple items. Arrays of objects have a generated struct of the same layout. */
struct kad_strings {
    const char *const *items;
    size_t count;
};

struct kad_integers {
    const int64_t *items;
    size_t count;
};

struct kad_numbers {
    const double *items;
    size_t count;
};

struct kad_booleans {
    const bool *items;
    size_t count;
};

struct kad_jsons {
    const struct kad_json *items;
    size_t count;
};

/* Arrays whose items may be unset; texts and JSON say so themselves. */
struct kad_sparse_integers {
    const struct kad_optional_integer *items;
    size_t count;
};

struct kad_sparse_numbers {
    const struct kad_optional_number *items;
    size_t count;
};

struct kad_sparse_booleans {
    const struct kad_optional_boolean *items;
    size_t count;
};

/* An error as expressions see it: workflow.error, steps.X.error. */
struct kad_error {
    const char *code;
    const char *message;
    const char *step;
    struct kad_json details; /* or unset */
};

/* ---- Descriptions ------------------------------------------------------------------- */

enum kad_kind {
    KAD_STRING,
    KAD_INTEGER,
    KAD_NUMBER,
    KAD_BOOLEAN,
    KAD_DURATION,
    KAD_OBJECT,
    KAD_ARRAY,
    KAD_ANY,           /* struct kad_json, any value */
    KAD_OPAQUE_OBJECT, /* struct kad_json, an object */
    KAD_OPAQUE_ARRAY   /* struct kad_json, an array */
};

struct kad_field;

struct kad_type {
    enum kad_kind kind;
    bool is_optional;
    bool is_secret;
    size_t size_bytes;              /* of the C value when it is not optional */
    const struct kad_field *fields; /* KAD_OBJECT */
    size_t field_count;
    const struct kad_type *items; /* KAD_ARRAY */
    const char *const *values;    /* KAD_STRING: an enum; NULL-terminated */
    const double *min, *max;      /* bounds of a number or integer, or NULL */
    const size_t *min_len,
        *max_len;        /* characters of a text, items of an array, or NULL */
    const char *pattern; /* PCRE2, or NULL */
};

struct kad_field {
    const char *name; /* as in YAML and JSON */
    size_t offset;    /* of the C member */
    const struct kad_type *type;
    const char *default_json; /* or NULL; a field with a default may be left out */
    /* Its type is optional only because a failure may leave it unset (outputsOnFailure):
     * a success has to set it. */
    bool is_needed_on_success;
    const char *description; /* or NULL */
};

/* Simple types, for fields. */
extern const struct kad_type kad_string_type, kad_integer_type, kad_number_type,
    kad_boolean_type, kad_duration_type, kad_any_type, kad_opaque_object_type,
    kad_opaque_array_type;
extern const struct kad_type kad_optional_string_type, kad_optional_integer_type,
    kad_optional_number_type, kad_optional_boolean_type, kad_optional_duration_type,
    kad_optional_any_type, kad_optional_opaque_object_type,
    kad_optional_opaque_array_type;
/* struct kad_strings and so on; durations are struct kad_integers. */
extern const struct kad_type kad_strings_type, kad_integers_type, kad_numbers_type,
    kad_booleans_type, kad_durations_type, kad_jsons_type, kad_optional_strings_type;
/* The same with items that may be unset: texts are struct kad_strings, JSON is struct
 * kad_jsons. */
extern const struct kad_type kad_sparse_strings_type, kad_sparse_integers_type,
    kad_sparse_numbers_type, kad_sparse_booleans_type, kad_sparse_durations_type,
    kad_sparse_jsons_type;
/* struct kad_error, and the object without any field. */
extern const struct kad_type kad_error_type, kad_nothing_type;

#endif
