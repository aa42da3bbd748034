/* expr.c: arithmetic, comparisons and arrays of expressions. See kad/expr.h.
 *
 * Signed overflow and conversions out of range are undefined in C: every operation
 * that can meet them is checked here, so that generated code has none. */
#include "kad/expr.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- Integers -------------------------------------------------------------------- */

static int64_t overflow(struct kad_run *run, int64_t a, char op, int64_t b)
{
    kad_fault(run, "%" PRId64 " %c %" PRId64 " is too large for an integer", a, op, b);
    return 0;
}

int64_t kad_add(struct kad_run *run, int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? overflow(run, a, '+', b) : sum;
}

int64_t kad_subtract(struct kad_run *run, int64_t a, int64_t b)
{
    int64_t difference;

    return __builtin_sub_overflow(a, b, &difference) ? overflow(run, a, '-', b)
                                                     : difference;
}

int64_t kad_multiply(struct kad_run *run, int64_t a, int64_t b)
{
    int64_t product;

    return __builtin_mul_overflow(a, b, &product) ? overflow(run, a, '*', b) : product;
}

int64_t kad_negate(struct kad_run *run, int64_t value)
{
    return kad_subtract(run, 0, value);
}

int64_t kad_modulo(struct kad_run *run, int64_t a, int64_t b)
{
    if (b == 0) {
        kad_fault(run, "%" PRId64 " %% 0: division by zero", a);
        return 0;
    }
    return b == -1 ? 0 : a % b; /* INT64_MIN % -1 is undefined in C */
}

int64_t kad_min_integer(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t kad_max_integer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- Numbers --------------------------------------------------------------------- */

double kad_divide(struct kad_run *run, double a, double b)
{
    if (b == 0) {
        kad_fault(run, "%g / 0: division by zero", a);
        return 0;
    }
    return kad_finite(run, a / b);
}

double kad_finite(struct kad_run *run, double value)
{
    if (isfinite(value))
        return value;
    kad_fault(run, "the result is too large for a number");
    return 0;
}

int64_t kad_round(struct kad_run *run, double value)
{
    static const double limit =
        9223372036854775808.0; /* 2^63; INT64_MAX is no double */
    const double rounded = round(value);

    if (rounded >= -limit && rounded < limit)
        return (int64_t)rounded;
    kad_fault(run, "%g is too large for an integer", value);
    return 0;
}

double kad_number(int64_t value)
{
    return (double)value;
}

double kad_min_number(double a, double b)
{
    return a < b ? a : b;
}

double kad_max_number(double a, double b)
{
    return a > b ? a : b;
}

bool kad_integer_equal(struct kad_optional_integer a, struct kad_optional_integer b)
{
    return a.is_set == b.is_set && (!a.is_set || a.value == b.value);
}

bool kad_number_equal(struct kad_optional_number a, struct kad_optional_number b)
{
    return a.is_set == b.is_set && (!a.is_set || a.value == b.value);
}

bool kad_boolean_equal(struct kad_optional_boolean a, struct kad_optional_boolean b)
{
    return a.is_set == b.is_set && (!a.is_set || a.value == b.value);
}

/* ---- Arrays ---------------------------------------------------------------------- */

int64_t kad_count(size_t count)
{
    return (int64_t)count;
}

int64_t kad_last_index(size_t count)
{
    return (int64_t)count - 1;
}

bool kad_has_index(size_t count, int64_t index)
{
    return index >= 0 && (uint64_t)index < count;
}

const char *kad_strings_at(struct kad_strings array, int64_t index)
{
    return kad_has_index(array.count, index) ? array.items[index] : NULL;
}

struct kad_optional_integer kad_integers_at(struct kad_integers array, int64_t index)
{
    if (!kad_has_index(array.count, index))
        return (struct kad_optional_integer){0};
    return (struct kad_optional_integer){true, array.items[index]};
}

struct kad_optional_number kad_numbers_at(struct kad_numbers array, int64_t index)
{
    if (!kad_has_index(array.count, index))
        return (struct kad_optional_number){0};
    return (struct kad_optional_number){true, array.items[index]};
}

struct kad_optional_boolean kad_booleans_at(struct kad_booleans array, int64_t index)
{
    if (!kad_has_index(array.count, index))
        return (struct kad_optional_boolean){0};
    return (struct kad_optional_boolean){true, array.items[index]};
}

struct kad_optional_integer kad_sparse_integers_at(struct kad_sparse_integers array,
                                                   int64_t index)
{
    return kad_has_index(array.count, index) ? array.items[index]
                                             : (struct kad_optional_integer){0};
}

struct kad_optional_number kad_sparse_numbers_at(struct kad_sparse_numbers array,
                                                 int64_t index)
{
    return kad_has_index(array.count, index) ? array.items[index]
                                             : (struct kad_optional_number){0};
}

struct kad_optional_boolean kad_sparse_booleans_at(struct kad_sparse_booleans array,
                                                   int64_t index)
{
    return kad_has_index(array.count, index) ? array.items[index]
                                             : (struct kad_optional_boolean){0};
}

bool kad_strings_contain(struct kad_strings array, const char *item)
{
    for (size_t i = 0; i < array.count; i++)
        if (kad_text_equal(array.items[i], item))
            return true;
    return false;
}

bool kad_integers_contain(struct kad_integers array, int64_t item)
{
    for (size_t i = 0; i < array.count; i++)
        if (array.items[i] == item)
            return true;
    return false;
}

bool kad_numbers_contain(struct kad_numbers array, double item)
{
    for (size_t i = 0; i < array.count; i++)
        if (array.items[i] == item)
            return true;
    return false;
}
