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

const struct kad_type kad_strings_type = {
    .kind = KAD_ARRAY,
    .size_bytes = sizeof(struct kad_strings),
    .items = &kad_string_type,
};
const struct kad_type kad_optional_strings_type = {
    .kind = KAD_ARRAY,
    .is_optional = true,
    .size_bytes = sizeof(struct kad_strings),
    .items = &kad_string_type,
};
const struct kad_type kad_integers_type = {
    .kind = KAD_ARRAY,
    .size_bytes = sizeof(struct kad_integers),
    .items = &kad_integer_type,
};
const struct kad_type kad_numbers_type = {
    .kind = KAD_ARRAY,
    .size_bytes = sizeof(struct kad_numbers),
    .items = &kad_number_type,
};
const struct kad_type kad_booleans_type = {
    .kind = KAD_ARRAY,
    .size_bytes = sizeof(struct kad_booleans),
    .items = &kad_boolean_type,
};
const struct kad_type kad_jsons_type = {
    .kind = KAD_ARRAY,
    .size_bytes = sizeof(struct kad_jsons),
    .items = &kad_any_type,
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
