/* test_expr_runtime.c: what generated code calls to compute expressions. */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include "engine/run.h"
#include "kad/workflow.h"

static struct kad_run run;

static void setup(void)
{
    memset(&run, 0, sizeof(run));
}

static void teardown(void)
{
    arena_release(&run.values);
}

TestSuite(expr_runtime, .init = setup, .fini = teardown);

/* The calls since the last look have faulted with this. */
static void faulted(const char *message)
{
    cr_expect_str_eq(run.fault, message);
    run.fault[0] = '\0';
}

static struct kad_json json(const char *text)
{
    return (struct kad_json){text, strlen(text)};
}

static const struct kad_strings words = {(const char *const[]){"a", "b", "c"}, 3};
static const struct kad_integers primes = {(const int64_t[]){2, 3, 5}, 3};

/* ---- Numbers --------------------------------------------------------------------- */

Test(expr_runtime, arithmetic_with_integers_is_exact)
{
    cr_expect_eq(kad_add(&run, INT64_MAX - 1, 1), INT64_MAX);
    cr_expect_eq(kad_subtract(&run, -1, INT64_MAX), INT64_MIN);
    cr_expect_eq(kad_multiply(&run, -3, 4), -12);
    cr_expect_eq(kad_modulo(&run, -7, 3), -1);
    cr_expect_eq(kad_modulo(&run, INT64_MIN, -1), 0);
    faulted("");
}

Test(expr_runtime, an_overflow_is_a_fault)
{
    cr_expect_eq(kad_add(&run, INT64_MAX, 1), 0);
    faulted("9223372036854775807 + 1 is too large for an integer");
    kad_subtract(&run, INT64_MIN, 1);
    faulted("-9223372036854775808 - 1 is too large for an integer");
    kad_multiply(&run, INT64_MAX, 2);
    faulted("9223372036854775807 * 2 is too large for an integer");
    kad_negate(&run, INT64_MIN);
    faulted("0 - -9223372036854775808 is too large for an integer");
    kad_finite(&run, 1e308 * 10);
    faulted("the result is too large for a number");
}

Test(expr_runtime, a_division_by_zero_is_a_fault)
{
    kad_modulo(&run, 7, 0);
    faulted("7 % 0: division by zero");
    kad_divide(&run, 7, 0);
    faulted("7 / 0: division by zero");
    cr_expect_eq(kad_divide(&run, 7, 2), 3.5);
    faulted("");
}

Test(expr_runtime, halves_are_rounded_away_from_zero)
{
    cr_expect_eq(kad_round(&run, 2.5), 3);
    cr_expect_eq(kad_round(&run, -2.5), -3);
    cr_expect_eq(kad_round(&run, -0x1p63), INT64_MIN);
    faulted("");
    kad_round(&run, 0x1p63);
    faulted("9.22337e+18 is too large for an integer");
}

Test(expr_runtime, unset_equals_unset_only)
{
    const struct kad_optional_integer unset = {0}, zero = {true, 0};

    cr_expect(kad_integer_equal(unset, unset));
    cr_expect_not(kad_integer_equal(unset, zero));
    cr_expect(kad_text_equal(NULL, NULL));
    cr_expect_not(kad_text_equal(NULL, ""));
}

/* ---- Text ------------------------------------------------------------------------ */

Test(expr_runtime, length_counts_characters)
{
    cr_expect_eq(kad_length("aä😀"), 3);
    cr_expect_eq(kad_length(""), 0);
}

Test(expr_runtime, case_is_that_of_unicode)
{
    cr_expect_str_eq(kad_upper(&run, "abc äé"), "ABC ÄÉ");
    cr_expect_str_eq(kad_lower(&run, "ÄÉ ABC"), "äé abc");
}

Test(expr_runtime, text_is_searched_by_parts)
{
    cr_expect(kad_contains("abc", "bc"));
    cr_expect(kad_contains("abc", ""));
    cr_expect_not(kad_contains("abc", "cb"));
    cr_expect(kad_starts_with("abc", "ab"));
    cr_expect(kad_ends_with("abc", "bc"));
    cr_expect_not(kad_ends_with("c", "bc"));
    cr_expect_lt(kad_text_compare("a", "b"), 0);
}

/* The parts of a split text, joined by "|". */
static const char *split(const char *text, const char *separator)
{
    return kad_join(&run, kad_split(&run, text, separator), "|");
}

Test(expr_runtime, split_and_join_are_opposites)
{
    cr_expect_str_eq(split("a,b,,c", ","), "a|b||c");
    cr_expect_str_eq(split(",", ","), "|");
    cr_expect_str_eq(split("", ","), "");
    cr_expect_eq(kad_split(&run, "", ",").count, 1);
    cr_expect_str_eq(split("aä😀", ""), "a|ä|😀");
    cr_expect_str_eq(split("a--b", "--"), "a|b");
}

Test(expr_runtime, replace_takes_every_occurrence)
{
    cr_expect_str_eq(kad_replace(&run, "aXbXX", "X", "--"), "a--b----");
    cr_expect_str_eq(kad_replace(&run, "abc", "", "-"), "abc");
    cr_expect_str_eq(kad_trim(&run, " \t a b\r\n"), "a b");
}

Test(expr_runtime, format_puts_each_part_in_its_place)
{
    const char *const parts[] = {"one", "two"};

    cr_expect_str_eq(kad_format(&run, "{1} {0} {1} {x} {", parts, 2),
                     "two one two {x} {");
    cr_expect_str_eq(kad_format(&run, "", parts, 2), "");
    faulted("");
    kad_format(&run, "{2}", parts, 2);
    faulted("format: there is no argument for {2}");
}

Test(expr_runtime, numbers_are_written_with_the_fewest_digits_that_keep_them)
{
    cr_expect_str_eq(kad_text_of_number(&run, 0.1), "0.1");
    cr_expect_str_eq(kad_text_of_number(&run, 0.1 + 0.2), "0.30000000000000004");
    cr_expect_str_eq(kad_text_of_number(&run, 3), "3");
    cr_expect_str_eq(kad_text_of_number(&run, -0.0), "0");
    cr_expect_str_eq(kad_text_of_integer(&run, INT64_MIN), "-9223372036854775808");
    cr_expect_str_eq(kad_text_of_duration(&run, 5400000), "1h30m");
}

Test(expr_runtime, text_that_a_fault_left_unset_counts_as_empty)
{
    const char *const parts[] = {"a", NULL};

    cr_expect_eq(kad_length(NULL), 0);
    cr_expect_not(kad_contains(NULL, "a"));
    cr_expect_str_eq(kad_upper(&run, NULL), "");
    cr_expect_str_eq(kad_text_join(&run, parts, 2), "a");
    cr_expect_str_eq(kad_format(&run, "{1}", parts, 2), "");
    cr_expect_eq(kad_split(&run, NULL, ",").count, 1);
}

/* ---- Arrays ---------------------------------------------------------------------- */

Test(expr_runtime, an_index_outside_gives_unset)
{
    cr_expect_str_eq(kad_strings_at(words, 2), "c");
    cr_expect_null(kad_strings_at(words, 3));
    cr_expect_null(kad_strings_at(words, -1));
    cr_expect_eq(kad_integers_at(primes, 0).value, 2);
    cr_expect_not(kad_integers_at(primes, 3).is_set);
    cr_expect_null(kad_strings_at((struct kad_strings){0}, kad_last_index(0)));
}

Test(expr_runtime, an_array_contains_its_items)
{
    cr_expect(kad_strings_contain(words, "b"));
    cr_expect_not(kad_strings_contain(words, "d"));
    cr_expect(kad_integers_contain(primes, 5));
    cr_expect_not(kad_integers_contain(primes, 4));
}

/* ---- JSON ------------------------------------------------------------------------ */

Test(expr_runtime, a_field_of_json_is_read_or_a_fault)
{
    const struct kad_json object = json("{\"a\":{\"b\":[1,\"x\",null]},\"n\":null}");
    const struct kad_json list =
        kad_json_get(&run, kad_json_get(&run, object, "a"), "b");

    cr_expect_str_eq(list.text, "[1,\"x\",null]");
    cr_expect_str_eq(kad_json_at(&run, list, 1).text, "\"x\"");
    cr_expect_null(kad_json_last(&run, list).text);
    cr_expect_null(kad_json_find(&run, object, "n").text);
    cr_expect_null(kad_json_find(&run, (struct kad_json){0}, "n").text);
    faulted("");
    kad_json_get(&run, object, "n");
    faulted("`.n` is missing or null");
    kad_json_get(&run, list, "n");
    faulted("`.n`: expected an object, found an array");
}

Test(expr_runtime, json_is_compared_by_value)
{
    cr_expect(kad_json_equal(json("{\"a\":1,\"b\":2}"), json("{\"b\":2,\"a\":1}")));
    cr_expect(kad_json_equal(json("1"), json("1.0")));
    cr_expect_not(kad_json_equal(json("1"), json("\"1\"")));
    cr_expect(kad_json_equal((struct kad_json){0}, (struct kad_json){0}));
    cr_expect(kad_json_contains(&run, json("[1,{\"a\":2}]"), json("{\"a\":2}")));
    cr_expect(kad_json_contains(&run, json("\"text\""), json("\"ex\"")));
    faulted("");
    kad_json_contains(&run, json("1"), json("1"));
    faulted("contains: found an integer in an integer");
}

Test(expr_runtime, json_is_measured)
{
    cr_expect_eq(kad_json_length(&run, json("\"äö\"")), 2);
    cr_expect_eq(kad_json_length(&run, json("[1,2,3]")), 3);
    cr_expect_eq(kad_json_length(&run, json("{\"a\":1}")), 1);
    cr_expect_str_eq(
        kad_join(&run, kad_json_keys(&run, json("{\"b\":1,\"a\":2}")), " "), "b a");
    faulted("");
    kad_json_length(&run, json("true"));
    faulted("length: found a boolean");
}

Test(expr_runtime, json_is_built_from_parts)
{
    const struct kad_member members[] = {
        {"text", kad_json_of_string(&run, "a\"b")},
        {"unset", {0}},
        {"list", kad_json_array(&run,
                                (const struct kad_json[]){
                                    kad_json_of_integer(&run, INT64_MAX),
                                    kad_json_of_boolean(true), (struct kad_json){0}},
                                3)},
    };

    cr_expect_str_eq(kad_json_object(&run, members, 3).text,
                     "{\"text\":\"a\\\"b\",\"list\":[9223372036854775807,true,null]}");
    cr_expect_str_eq(kad_json_dump((struct kad_json){0}), "null");
}

Test(expr_runtime, json_is_converted_or_a_fault)
{
    cr_expect_eq(kad_integer_of_json(&run, json("12")), 12);
    cr_expect_eq(kad_number_of_json(&run, json("12")), 12.0);
    cr_expect(kad_boolean_of_json(&run, json("true")));
    cr_expect_str_eq(kad_string_of_json(&run, json("\"a\"")), "a");
    cr_expect_eq(kad_duration_of_json(&run, json("\"2s\"")), 2000);
    cr_expect_str_eq(kad_text_of_json(&run, json("1.5")), "1.5");
    cr_expect_str_eq(kad_text_of_json(&run, json("\"a\"")), "a");
    faulted("");
    cr_expect_eq(kad_integer_of_json(&run, json("\"a\"")), 0);
    cr_expect_neq(run.fault[0], '\0');
    run.fault[0] = '\0';
    kad_text_of_json(&run, json("[]"));
    faulted("text with an array in it");
    cr_expect_str_eq(kad_array_of_json(&run, (struct kad_json){0}).text, "[]");
    cr_expect_neq(run.fault[0], '\0');
}
