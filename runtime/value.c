/* value.c: the descriptions of simple types; see kad/value.h. */
#include "kad/value.h"

/* A simple type and its optional twin. */
#define SIMPLE(name, of_kind, c_type)                                                  \
    const struct kad_type kad_##name##_type = {.kind = of_kind,                        \
                                               .size_bytes = sizeof(c_type)};          \
    const struct kad_type kad_optional_##name##_type = {                               \
        .kind = of_kind, .is_optional = true, .size_bytes = sizeof(c_type)};

SIMPLE(string, KAD_STRING, const char *)
SIMPLE(integer, KAD_INTEGER, int64_t)
SIMPLE(number, KAD_NUMBER, double)
SIMPLE(boolean, KAD_BOOLEAN, bool)
SIMPLE(duration, KAD_DURATION, int64_t)
SIMPLE(any, KAD_ANY, struct kad_json)
SIMPLE(opaque_object, KAD_OPAQUE_OBJECT, struct kad_json)
SIMPLE(opaque_array, KAD_OPAQUE_ARRAY, struct kad_json)

/* An array of simple items, which are set, and of those that may be unset. */
#define ARRAYS(name, item, c_type, sparse_type)                                        \
    const struct kad_type kad_##name##_type = {                                        \
        .kind = KAD_ARRAY,                                                             \
        .size_bytes = sizeof(c_type),                                                  \
        .items = &kad_##item##_type,                                                   \
    };                                                                                 \
    const struct kad_type kad_sparse_##name##_type = {                                 \
        .kind = KAD_ARRAY,                                                             \
        .size_bytes = sizeof(sparse_type),                                             \
        .items = &kad_optional_##item##_type,                                          \
    };

ARRAYS(strings, string, struct kad_strings, struct kad_strings)
ARRAYS(integers, integer, struct kad_integers, struct kad_sparse_integers)
ARRAYS(numbers, number, struct kad_numbers, struct kad_sparse_numbers)
ARRAYS(booleans, boolean, struct kad_booleans, struct kad_sparse_booleans)
ARRAYS(durations, duration, struct kad_integers, struct kad_sparse_integers)
ARRAYS(jsons, any, struct kad_jsons, struct kad_jsons)

const struct kad_type kad_optional_strings_type = {
    .kind = KAD_ARRAY,
    .is_optional = true,
    .size_bytes = sizeof(struct kad_strings),
    .items = &kad_string_type,
};
static const struct kad_field error_fields[] = {
    {.name = "code",
     .offset = offsetof(struct kad_error, code),
     .type = &kad_string_type},
    {.name = "message",
     .offset = offsetof(struct kad_error, message),
     .type = &kad_string_type},
    {.name = "step",
     .offset = offsetof(struct kad_error, step),
     .type = &kad_string_type},
    {.name = "details",
     .offset = offsetof(struct kad_error, details),
     .type = &kad_optional_any_type},
};

const struct kad_type kad_error_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_error),
    .fields = error_fields,
    .field_count = sizeof(error_fields) / sizeof(error_fields[0]),
};

const struct kad_type kad_nothing_type = {.kind = KAD_OBJECT};
