/* expr.h: operators and functions of expressions, called by generated code.
 *
 * What has no value (a division by zero, an overflow, a field of JSON that is not
 * there) records a fault in the run and returns zero: the engine then fails the step
 * with `expression`, so that generated code needs no checks of its own. Text that a
 * fault has left NULL counts as empty here. */
#ifndef KAD_EXPR_H
#define KAD_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kad/value.h"

struct kad_run;

/* Records a fault; the first one counts. */
void kad_fault(struct kad_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- Numbers --------------------------------------------------------------------- */

/* Faults when 64 bits do not hold the result. */
int64_t kad_add(struct kad_run *run, int64_t a, int64_t b);
int64_t kad_subtract(struct kad_run *run, int64_t a, int64_t b);
int64_t kad_multiply(struct kad_run *run, int64_t a, int64_t b);
int64_t kad_negate(struct kad_run *run, int64_t value);
/* The remainder has the sign of `a`; a fault when `b` is 0. */
int64_t kad_modulo(struct kad_run *run, int64_t a, int64_t b);
/* A fault when `b` is 0. */
double kad_divide(struct kad_run *run, double a, double b);
/* `value`; a fault when arithmetic has made it infinite. */
double kad_finite(struct kad_run *run, double value);
/* To the nearest integer, halves away from zero; a fault when 64 bits do not hold
 * it. */
int64_t kad_round(struct kad_run *run, double value);
double kad_number(int64_t value);

int64_t kad_min_integer(int64_t a, int64_t b);
int64_t kad_max_integer(int64_t a, int64_t b);
double kad_min_number(double a, double b);
double kad_max_number(double a, double b);

/* Unset equals unset only. */
bool kad_integer_equal(struct kad_optional_integer a, struct kad_optional_integer b);
bool kad_number_equal(struct kad_optional_number a, struct kad_optional_number b);
bool kad_boolean_equal(struct kad_optional_boolean a, struct kad_optional_boolean b);

/* ---- Text ------------------------------------------------------------------------ */

bool kad_text_equal(const char *a, const char *b); /* NULL equals NULL only */
/* The order of their bytes: below, at or above 0. */
int kad_text_compare(const char *a, const char *b);
int64_t kad_length(const char *text); /* characters */
bool kad_contains(const char *text, const char *part);
bool kad_starts_with(const char *text, const char *prefix);
bool kad_ends_with(const char *text, const char *suffix);
const char *kad_lower(struct kad_run *run, const char *text);
const char *kad_upper(struct kad_run *run, const char *text);
const char *kad_trim(struct kad_run *run, const char *text);
/* At each `separator`; an empty one splits into characters. */
struct kad_strings kad_split(struct kad_run *run, const char *text,
                             const char *separator);
const char *kad_join(struct kad_run *run, struct kad_strings parts,
                     const char *separator);
const char *kad_replace(struct kad_run *run, const char *text, const char *from,
                        const char *to);
/* `{0}` is the first part, and so on; a fault where there is none. */
const char *kad_format(struct kad_run *run, const char *text, const char *const parts[],
                       size_t count);
/* The parts one after the other; none of them NULL. */
const char *kad_text_join(struct kad_run *run, const char *const parts[], size_t count);
const char *kad_text_of_integer(struct kad_run *run, int64_t value);
const char *kad_text_of_number(struct kad_run *run, double value); /* round-trips */
const char *kad_text_of_boolean(bool value);
const char *kad_text_of_duration(struct kad_run *run, int64_t duration_ms);

/* ---- Arrays ---------------------------------------------------------------------- */

int64_t kad_count(size_t count);
/* Of the last item; -1: there is none. */
int64_t kad_last_index(size_t count);
bool kad_has_index(size_t count, int64_t index);

/* Unset where the index is outside. */
const char *kad_strings_at(struct kad_strings array, int64_t index);
struct kad_optional_integer kad_integers_at(struct kad_integers array, int64_t index);
struct kad_optional_number kad_numbers_at(struct kad_numbers array, int64_t index);
struct kad_optional_boolean kad_booleans_at(struct kad_booleans array, int64_t index);
/* The same where the item itself may be unset. */
struct kad_optional_integer kad_sparse_integers_at(struct kad_sparse_integers array,
                                                   int64_t index);
struct kad_optional_number kad_sparse_numbers_at(struct kad_sparse_numbers array,
                                                 int64_t index);
struct kad_optional_boolean kad_sparse_booleans_at(struct kad_sparse_booleans array,
                                                   int64_t index);

bool kad_strings_contain(struct kad_strings array, const char *item);
bool kad_integers_contain(struct kad_integers array, int64_t item);
bool kad_numbers_contain(struct kad_numbers array, double item);

/* ---- JSON ------------------------------------------------------------------------ */

/* A constant. */
#define KAD_JSON(text) ((struct kad_json){(text), sizeof(text) - 1})

/* A field of an object: a fault, or unset (`find`), when it is missing or null. */
struct kad_json kad_json_get(struct kad_run *run, struct kad_json object,
                             const char *field);
struct kad_json kad_json_find(struct kad_run *run, struct kad_json object,
                              const char *field);
/* An item of an array; `kad_json_last`: the last one. Unset when it is missing or
 * null. */
struct kad_json kad_json_at(struct kad_run *run, struct kad_json array, int64_t index);
struct kad_json kad_json_last(struct kad_run *run, struct kad_json array);

/* Characters of text, items of an array, fields of an object. */
int64_t kad_json_length(struct kad_run *run, struct kad_json json);
struct kad_strings kad_json_keys(struct kad_run *run, struct kad_json object);
/* Part of a text, or item of an array. */
bool kad_json_contains(struct kad_run *run, struct kad_json json, struct kad_json item);
/* By value: 1 equals 1.0, the order of fields does not count. */
bool kad_json_equal(struct kad_json a, struct kad_json b);
/* Its text; "null" when it is unset. */
const char *kad_json_dump(struct kad_json json);

struct kad_member {
    const char *name;
    struct kad_json value; /* unset: left out */
};

struct kad_json kad_json_object(struct kad_run *run, const struct kad_member members[],
                                size_t count);
struct kad_json kad_json_array(struct kad_run *run, const struct kad_json items[],
                               size_t count);

/* From JSON: a fault when it is another kind of value. */
const char *kad_text_of_json(struct kad_run *run, struct kad_json json); /* a scalar */
const char *kad_string_of_json(struct kad_run *run, struct kad_json json);
int64_t kad_integer_of_json(struct kad_run *run, struct kad_json json);
double kad_number_of_json(struct kad_run *run, struct kad_json json);
bool kad_boolean_of_json(struct kad_run *run, struct kad_json json);
int64_t kad_duration_of_json(struct kad_run *run, struct kad_json json);
struct kad_json kad_object_of_json(struct kad_run *run, struct kad_json json);
struct kad_json kad_array_of_json(struct kad_run *run, struct kad_json json);

/* To JSON. */
struct kad_json kad_json_of_string(struct kad_run *run, const char *text);
struct kad_json kad_json_of_integer(struct kad_run *run, int64_t value);
struct kad_json kad_json_of_number(struct kad_run *run, double value);
struct kad_json kad_json_of_boolean(bool value);
struct kad_json kad_json_of_duration(struct kad_run *run, int64_t duration_ms);

/* JSON of a described value, for opaque places; and a described value from JSON, a
 * fault when it does not fit. */
struct kad_json kad_to_json(struct kad_run *run, const struct kad_type *type,
                            const void *value);
void kad_from_json(struct kad_run *run, const struct kad_type *type,
                   struct kad_json json, void *value);

#endif
