/* codec.h: typed C values to JSON and back, driven by struct kad_type.
 *
 * Strict: unknown fields of an object are ignored when decoding (a module may say more
 * than its manifest), missing required ones and wrong types are errors with the path of
 * the value: "testResults.failures[3].line: expected integer, found string". Fields
 * that are left out and have a default get it. Enums, bounds, lengths and patterns are
 * checked. Integers keep 64 bits, numbers round-trip, a duration is text ("1h30m") in
 * JSON. */
#ifndef KAD_CODEC_H
#define KAD_CODEC_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "kad/value.h"

/* Whether fields with is_needed_on_success have to be set. */
enum codec_mode { CODEC_AFTER_SUCCESS, CODEC_AFTER_FAILURE };

/* Compact JSON text of `value`, keys in the order of the fields; unset optional fields
 * are left out. The value must be complete: a required text that is NULL is an error.
 * Returns NULL or the error, in the arena. */
const char *codec_encode(struct arena *arena, const struct kad_type *type,
                         enum codec_mode mode, const void *value,
                         struct kad_json *json);

/* Fills `value` (of type->size_bytes). Returns NULL or the error, in the arena. */
const char *codec_decode(struct arena *arena, const struct kad_type *type,
                         enum codec_mode mode, const char *text, size_t len,
                         void *value);
const char *codec_decode_json(struct arena *arena, const struct kad_type *type,
                              enum codec_mode mode, const json_t *json, void *value);

/* Bytes of the C value, as a field or an item: optional ones have another shape. */
size_t codec_value_size(const struct kad_type *type);

/* Compact text of a JSON tree, in the form that codec_encode writes. */
struct kad_json codec_compact(struct arena *arena, const json_t *json);

/* The shortest text of a finite number that reads back as the same number. */
const char *codec_number_text(struct arena *arena, double value);

/* JSON Schema (draft 2020-12) of a type; a new reference. */
json_t *codec_schema(const struct kad_type *type);

/* Command-line text to a JSON value of the type: text as it is, numbers and booleans
 * read, arrays and objects as JSON or @file. A new reference, or NULL with *error in
 * the arena. */
json_t *codec_from_text(struct arena *arena, const struct kad_type *type,
                        const char *text, const char **error);

#endif
