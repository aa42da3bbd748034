/* test_codec.c: values to JSON and back, what is refused and how it is said. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "codec.h"

static struct arena arena;

static void release(void)
{
    arena_release(&arena);
}

TestSuite(codec, .fini = release);

/* ---- A type with one of everything ----------------------------------------------- */

struct failure {
    const char *test;
    int64_t line;
};

struct failures {
    const struct failure *items;
    size_t count;
};

struct result {
    bool passed;
    double coverage;
    struct kad_optional_integer total;
    int64_t took_ms;
    const char *level;
    struct kad_strings command;
    struct failures failures;
    struct failure worst;
    const struct failure *first; /* optional */
    struct kad_json details;
    const char *summary; /* needed on success */
};

static const struct kad_field failure_fields[] = {
    {.name = "test",
     .offset = offsetof(struct failure, test),
     .type = &kad_string_type},
    {.name = "line",
     .offset = offsetof(struct failure, line),
     .type = &kad_integer_type,
     .default_json = "1"},
};

static const struct kad_type failure_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct failure),
    .fields = failure_fields,
    .field_count = 2,
};

static const struct kad_type optional_failure_type = {
    .kind = KAD_OBJECT,
    .is_optional = true,
    .size_bytes = sizeof(struct failure),
    .fields = failure_fields,
    .field_count = 2,
};

static const struct kad_type failures_type = {
    .kind = KAD_ARRAY,
    .size_bytes = sizeof(struct failures),
    .items = &failure_type,
};

static const char *const levels[] = {"low", "high", NULL};
static const struct kad_type level_type = {
    .kind = KAD_STRING, .size_bytes = sizeof(const char *), .values = levels};

static const double zero = 0, hundred = 100;
static const struct kad_type percent_type = {
    .kind = KAD_NUMBER, .size_bytes = sizeof(double), .min = &zero, .max = &hundred};

static const struct kad_field result_fields[] = {
    {.name = "passed",
     .offset = offsetof(struct result, passed),
     .type = &kad_boolean_type},
    {.name = "coverage",
     .offset = offsetof(struct result, coverage),
     .type = &percent_type,
     .default_json = "0",
     .description = "Per cent of lines."},
    {.name = "total",
     .offset = offsetof(struct result, total),
     .type = &kad_optional_integer_type},
    {.name = "took",
     .offset = offsetof(struct result, took_ms),
     .type = &kad_duration_type},
    {.name = "level",
     .offset = offsetof(struct result, level),
     .type = &level_type,
     .default_json = "\"low\""},
    {.name = "command",
     .offset = offsetof(struct result, command),
     .type = &kad_strings_type},
    {.name = "failures",
     .offset = offsetof(struct result, failures),
     .type = &failures_type},
    {.name = "worst", .offset = offsetof(struct result, worst), .type = &failure_type},
    {.name = "first",
     .offset = offsetof(struct result, first),
     .type = &optional_failure_type},
    {.name = "details",
     .offset = offsetof(struct result, details),
     .type = &kad_optional_any_type},
    {.name = "summary",
     .offset = offsetof(struct result, summary),
     .type = &kad_optional_string_type,
     .is_needed_on_success = true},
};

static const struct kad_type result_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct result),
    .fields = result_fields,
    .field_count = sizeof(result_fields) / sizeof(result_fields[0]),
};

static const char full_text[] =
    "{\"passed\":true,\"coverage\":81.5,\"total\":9007199254740993,"
    "\"took\":\"1m30s\",\"level\":\"high\",\"command\":[\"make\",\"check\"],"
    "\"failures\":[{\"test\":\"a\",\"line\":7}],"
    "\"worst\":{\"test\":\"a\",\"line\":7},\"first\":{\"test\":\"b\",\"line\":8},"
    "\"details\":{\"x\":[1,null,0.1]},\"summary\":\"\\\"done\\\"\\n\"}";

static const char *decode(const struct kad_type *type, const char *text, void *value)
{
    return codec_decode(&arena, type, CODEC_AFTER_SUCCESS, text, strlen(text), value);
}

static const char *encode(const struct kad_type *type, const void *value)
{
    struct kad_json json;
    const char *error = codec_encode(&arena, type, CODEC_AFTER_SUCCESS, value, &json);

    cr_assert_null(error, "%s", error);
    cr_assert_eq(strlen(json.text), json.len);
    return json.text;
}

/* What the decoder says about `text`. */
static void assert_refused(const struct kad_type *type, const char *text,
                           const char *expected)
{
    struct result value;
    const char *error = decode(type, text, &value);

    cr_assert(error, "%s is accepted", text);
    cr_assert_str_eq(error, expected);
}

/* ---- Round trips ----------------------------------------------------------------- */

Test(codec, a_full_value_comes_back_as_it_was)
{
    struct result value;

    cr_assert_null(decode(&result_type, full_text, &value));
    cr_assert(value.passed);
    cr_assert(value.total.is_set);
    cr_assert_eq(value.total.value, 9007199254740993);
    cr_assert_eq(value.took_ms, 90000);
    cr_assert_eq(value.failures.count, 1);
    cr_assert_eq(value.failures.items[0].line, 7);
    cr_assert_str_eq(value.first->test, "b");
    cr_assert_str_eq(value.details.text, "{\"x\":[1,null,0.1]}");
    cr_assert_str_eq(value.summary, "\"done\"\n");
    cr_assert_str_eq(encode(&result_type, &value), full_text);
}

Test(codec, what_is_left_out_is_unset_or_gets_its_default)
{
    struct result value;

    cr_assert_null(decode(&result_type,
                          "{\"passed\":false,\"took\":\"1s\",\"command\":[],"
                          "\"failures\":[{\"test\":\"a\"}],\"worst\":{\"test\":\"a\"},"
                          "\"total\":null,\"summary\":\"s\",\"unknown\":1}",
                          &value));
    cr_assert_not(value.total.is_set);
    cr_assert_null(value.first);
    cr_assert_null(value.details.text);
    cr_assert_str_eq(value.level, "low");
    cr_assert_eq(value.failures.items[0].line, 1);
    cr_assert(value.command.items, "an empty array is set");
    cr_assert_str_eq(
        encode(&result_type, &value),
        "{\"passed\":false,\"coverage\":0,\"took\":\"1s\",\"level\":\"low\","
        "\"command\":[],\"failures\":[{\"test\":\"a\",\"line\":1}],"
        "\"worst\":{\"test\":\"a\",\"line\":1},\"summary\":\"s\"}");
}

Test(codec, numbers_round_trip_in_their_shortest_form)
{
    static const double numbers[] = {0.1,
                                     1.0 / 3,
                                     1e300,
                                     5e-324,
                                     -2.5,
                                     1e15,
                                     123456789012345680.0,
                                     0.84,
                                     3,
                                     -0.0,
                                     1.7976931348623157e308};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const char *text = encode(&kad_number_type, &numbers[i]);
        double back;

        cr_assert_null(decode(&kad_number_type, text, &back), "%s", text);
        cr_assert_eq(back, numbers[i], "%s", text);
        cr_assert_eq(signbit(back), signbit(numbers[i]), "%s", text);
    }
    cr_assert_str_eq(encode(&kad_number_type, &numbers[0]), "0.1");
    cr_assert_str_eq(encode(&kad_number_type, &numbers[8]), "3");
}

Test(codec, the_ends_of_the_integers_round_trip)
{
    static const int64_t integers[] = {INT64_MIN, -1, 0, INT64_MAX};

    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
        int64_t back;

        cr_assert_null(
            decode(&kad_integer_type, encode(&kad_integer_type, &integers[i]), &back));
        cr_assert_eq(back, integers[i]);
    }
}

Test(codec, every_character_of_a_text_round_trips)
{
    char text[200];
    const char *value = text, *back;
    size_t len = 0;

    for (char c = 1; c < 0x7f; c++)
        text[len++] = c;
    strcpy(text + len, "\x7f ü € 😀");
    cr_assert_null(decode(&kad_string_type, encode(&kad_string_type, &value), &back));
    cr_assert_str_eq(back, text);
}

Test(codec, items_that_may_be_absent_are_null)
{
    static const struct kad_type type = {.kind = KAD_ARRAY,
                                         .size_bytes = sizeof(struct kad_strings),
                                         .items = &kad_optional_integer_type};
    struct {
        const struct kad_optional_integer *items;
        size_t count;
    } value;

    cr_assert_null(decode(&type, "[1,null,3]", &value));
    cr_assert_eq(value.count, 3);
    cr_assert_not(value.items[1].is_set);
    cr_assert_eq(value.items[2].value, 3);
    cr_assert_str_eq(encode(&type, &value), "[1,null,3]");
}

/* `json` decoded into `value`, and what that is encoded as. */
static const char *through(const struct kad_type *type, const char *json, void *value)
{
    struct kad_json again = {0};

    cr_assert_null(
        codec_decode(&arena, type, CODEC_AFTER_SUCCESS, json, strlen(json), value));
    cr_assert_null(codec_encode(&arena, type, CODEC_AFTER_SUCCESS, value, &again));
    return again.text;
}

Test(codec, a_sparse_array_of_each_kind_comes_back)
{
    struct kad_sparse_integers integers;
    struct kad_sparse_numbers numbers;
    struct kad_sparse_booleans booleans;
    struct kad_strings strings;
    struct kad_jsons jsons;

    cr_expect_str_eq(through(&kad_sparse_integers_type, "[1,null,0]", &integers),
                     "[1,null,0]");
    cr_expect(integers.items[2].is_set && !integers.items[1].is_set);
    cr_expect_str_eq(through(&kad_sparse_numbers_type, "[null,0.5]", &numbers),
                     "[null,0.5]");
    cr_expect_str_eq(through(&kad_sparse_booleans_type, "[false,null]", &booleans),
                     "[false,null]");
    cr_expect_str_eq(through(&kad_sparse_strings_type, "[\"\",null]", &strings),
                     "[\"\",null]");
    cr_expect_str_eq(through(&kad_sparse_jsons_type, "[{\"a\":1},null]", &jsons),
                     "[{\"a\":1},null]");
    cr_expect_str_eq(through(&kad_sparse_durations_type, "[\"1m\",null]", &integers),
                     "[\"1m\",null]");
    cr_expect_eq(integers.items[0].value, 60000);
}

Test(codec, an_array_of_durations_is_an_array_of_texts)
{
    struct kad_integers durations;

    cr_expect_str_eq(through(&kad_durations_type, "[\"1h30m\",\"5s\"]", &durations),
                     "[\"1h30m\",\"5s\"]");
    cr_expect_eq(durations.items[1], 5000);
}

Test(codec, arrays_stand_in_arrays_and_may_be_absent)
{
    static const struct kad_type lists_type = {
        .kind = KAD_ARRAY,
        .size_bytes = sizeof(struct {
            const struct kad_strings *items;
            size_t count;
        }),
        .items = &kad_optional_strings_type,
    };
    struct {
        const struct kad_strings *items;
        size_t count;
    } lists;

    cr_expect_str_eq(through(&lists_type, "[[\"a\",\"b\"],null,[]]", &lists),
                     "[[\"a\",\"b\"],null,[]]");
    cr_expect_null(lists.items[1].items);
    cr_expect_not_null(lists.items[2].items);
}

/* ---- Without a tree -------------------------------------------------------------- */

/* Whether it was a value. What is decoded from a text is what is decoded from its tree. */
static bool expect_the_same(const char *text, size_t len)
{
    json_t *tree =
        json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    struct result by_text, by_tree;
    struct kad_json told_by_text = {0}, told_by_tree = {0};
    const char *error = codec_decode(&arena, &result_type, CODEC_AFTER_SUCCESS, text,
                                     len, &by_text),
               *tree_error = "no tree";

    if (tree)
        tree_error = codec_decode_json(&arena, &result_type, CODEC_AFTER_SUCCESS, tree,
                                       &by_tree);
    cr_assert_eq(!error, !tree_error, "%.*s: %s", (int)len, text, error);
    if (tree && error)
        cr_assert_str_eq(error, tree_error);
    json_decref(tree);
    if (error)
        return false;
    cr_assert_null(codec_encode(&arena, &result_type, CODEC_AFTER_SUCCESS, &by_text,
                                &told_by_text));
    cr_assert_null(codec_encode(&arena, &result_type, CODEC_AFTER_SUCCESS, &by_tree,
                                &told_by_tree));
    cr_assert_str_eq(told_by_text.text, told_by_tree.text, "%.*s", (int)len, text);
    return true;
}

Test(codec, a_value_is_the_same_whatever_way_it_is_read)
{
    static const char whole[] =
        "{\"passed\":true,\"coverage\":7,\"total\":-12,\"took\":\"1h30m\","
        "\"level\":\"high\",\"command\":[\"make\",\"a,]b\"],\"failures\":["
        "{\"test\":\"caf\303\251\",\"line\":120},{\"test\":\"\",\"line\":0}],"
        "\"worst\":{\"test\":\"x\",\"line\":9},\"first\":null,\"summary\":\"s\"}";
    static const char *const odd[] = {
        " {\"summary\" : \"s\" ,\n\"passed\":false,\"took\":\"1ms\",\"command\":[],"
        "\"failures\":[ ],\"worst\":{\"line\":-0,\"test\":\"y\"},\"coverage\":0.5,"
        "\"first\":{\"test\":\"z\",\"line\":1},\"level\":\"low\"} ",
        "{\"passed\":true,\"took\":\"1s\",\"command\":[\"\\u00e9\\n\"],\"failures\":[],"
        "\"worst\":{\"test\":\"y\"},\"summary\":\"s\",\"details\":{\"a\":[1]},\"more\":1}",
        "{\"passed\":true,\"coverage\":1e1,\"total\":9223372036854775807,"
        "\"took\":\"1s\",\"level\":\"low\",\"command\":null,\"failures\":[],"
        "\"worst\":{\"test\":\"y\",\"line\":3.0},\"summary\":\"s\"}",
    };
    static const char changes[] = "\"\\,:[]{}0-9.enul \n\001\377";
    char text[sizeof(whole)];

    cr_assert(expect_the_same(whole, strlen(whole)));
    cr_assert(expect_the_same(odd[0], strlen(odd[0])));
    cr_assert(expect_the_same(odd[1], strlen(odd[1])));
    expect_the_same(odd[2], strlen(odd[2]));
    for (size_t at = 0; at < sizeof(whole) - 1; at++) {
        expect_the_same(whole, at);
        for (const char *change = changes; *change; change++) {
            memcpy(text, whole, sizeof(whole));
            text[at] = *change;
            expect_the_same(text, sizeof(whole) - 1);
        }
        memcpy(text, whole, at);
        memcpy(text + at, whole + at + 1, sizeof(whole) - 1 - at);
        expect_the_same(text, sizeof(whole) - 2);
    }
}

Test(codec, an_integer_may_be_written_with_a_fraction_of_zero)
{
    int64_t value;

    cr_assert_null(decode(&kad_integer_type, "3.0", &value));
    cr_assert_eq(value, 3);
    assert_refused(&kad_integer_type, "3.5", "expected integer, found number");
    assert_refused(&kad_integer_type, "1e300", "expected integer, found number");
}

Test(codec, a_failure_may_leave_unset_what_success_needs)
{
    struct result value = {.took_ms = 1000,
                           .level = "low",
                           .command.items = (const char *const[]){""},
                           .failures.items = (const struct failure[]){{0}},
                           .worst = {"w", 1}};
    struct kad_json json;

    cr_assert_null(
        codec_encode(&arena, &result_type, CODEC_AFTER_FAILURE, &value, &json));
    cr_assert_null(codec_decode(&arena, &result_type, CODEC_AFTER_FAILURE, json.text,
                                json.len, &value));
    cr_assert_null(value.summary);
    cr_assert_str_eq(
        codec_encode(&arena, &result_type, CODEC_AFTER_SUCCESS, &value, &json),
        "summary: expected string, it is not set");
    assert_refused(&result_type, json.text, "summary: expected string, it is missing");
}

/* ---- What is refused ------------------------------------------------------------- */

Test(codec, an_error_names_the_place)
{
    assert_refused(&result_type,
                   "{\"passed\":true,\"took\":\"1s\",\"command\":[],"
                   "\"failures\":[{\"test\":\"a\"},{\"test\":\"b\",\"line\":\"x\"}]}",
                   "failures[1].line: expected integer, found string");
    assert_refused(&result_type, "[]", "expected object, found array");
    assert_refused(&result_type, "{\"passed\":null}",
                   "passed: expected boolean, found null");
    assert_refused(&result_type, "{}", "passed: expected boolean, it is missing");
}

Test(codec, a_refused_value_is_left_unset)
{
    struct result value;

    cr_assert(decode(&result_type, "{\"passed\":true}", &value));
    cr_assert_not(value.passed);
}

Test(codec, what_is_no_json_is_refused_with_line_and_column)
{
    int64_t value;
    const char *error = decode(&kad_integer_type, "[1,\n 2", &value);

    cr_assert(strstr(error, "not JSON: line 2"), "%s", error);
    cr_assert(decode(&kad_integer_type, "", &value));
    cr_assert(decode(&kad_integer_type, "1 2", &value));
    cr_assert(decode(&kad_any_type, "{\"a\":1,\"a\":2}", &(struct kad_json){0}));
    cr_assert(decode(&kad_string_type, "\"\\u0000\"", &(const char *){0}));
}

Test(codec, an_enum_names_what_it_takes)
{
    assert_refused(&level_type, "\"mid\"", "expected one of low, high, found \"mid\"");
}

Test(codec, bounds_are_checked_both_ways)
{
    const double value = 100.5;
    struct kad_json json;

    assert_refused(&percent_type, "-1", "expected at least 0, found -1");
    assert_refused(&percent_type, "100.5", "expected at most 100, found 100.5");
    cr_assert_str_eq(
        codec_encode(&arena, &percent_type, CODEC_AFTER_SUCCESS, &value, &json),
        "expected at most 100, found 100.5");
}

Test(codec, bounds_see_each_bit_of_an_integer)
{
    static const double most = 9007199254740992;
    static const struct kad_type type = {
        .kind = KAD_INTEGER, .size_bytes = sizeof(int64_t), .max = &most};
    int64_t value;

    cr_assert_null(decode(&type, "9007199254740992", &value));
    assert_refused(&type, "9007199254740993",
                   "expected at most 9007199254740992, found 9007199254740993");
}

Test(codec, lengths_count_characters_and_items)
{
    static const size_t one = 1, two = 2, three = 3;
    static const struct kad_type text = {.kind = KAD_STRING,
                                         .size_bytes = sizeof(char *),
                                         .min_len = &two,
                                         .max_len = &three};
    static const struct kad_type list = {.kind = KAD_ARRAY,
                                         .size_bytes = sizeof(struct kad_strings),
                                         .items = &kad_string_type,
                                         .max_len = &two};
    static const struct kad_type some = {.kind = KAD_OPAQUE_ARRAY,
                                         .size_bytes = sizeof(struct kad_json),
                                         .min_len = &one};
    const char *value;

    cr_assert_null(decode(&text, "\"üüü\"", &value));
    assert_refused(&some, "[]", "expected at least 1 item, found 0");
    assert_refused(&text, "\"ü\"", "expected at least 2 characters, found 1");
    assert_refused(&list, "[\"\",\"\",\"\"]", "expected at most 2 items, found 3");
}

Test(codec, a_pattern_is_searched_with_a_limit)
{
    static const struct kad_type version = {
        .kind = KAD_STRING, .size_bytes = sizeof(char *), .pattern = "^v[0-9]+$"};
    static const struct kad_type explosive = {
        .kind = KAD_STRING, .size_bytes = sizeof(char *), .pattern = "^(a+)+$"};
    const char *value, *error;

    cr_assert_null(decode(&version, "\"v12\"", &value));
    assert_refused(&version, "\"12\"", "\"12\" does not match the pattern ^v[0-9]+$");
    error = decode(&explosive, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
                   &value);
    cr_assert(strstr(error, "match limit"), "%s", error);
}

Test(codec, a_number_that_json_cannot_say_is_refused)
{
    const double values[] = {NAN, INFINITY};
    struct kad_json json;

    for (size_t i = 0; i < 2; i++)
        cr_assert_str_eq(codec_encode(&arena, &kad_number_type, CODEC_AFTER_SUCCESS,
                                      &values[i], &json),
                         "expected a finite number");
}

Test(codec, a_text_that_is_not_utf8_is_refused)
{
    const char *value = "\xff";
    struct kad_json json;

    cr_assert_str_eq(
        codec_encode(&arena, &kad_string_type, CODEC_AFTER_SUCCESS, &value, &json),
        "expected text in UTF-8");
}

Test(codec, an_opaque_value_has_its_kind)
{
    struct kad_json value;

    cr_assert_null(decode(&kad_opaque_object_type, "{ \"a\" : [] }", &value));
    cr_assert_str_eq(value.text, "{\"a\":[]}");
    cr_assert_null(decode(&kad_any_type, "null", &value));
    cr_assert_str_eq(value.text, "null");
    assert_refused(&kad_opaque_object_type, "[]", "expected object, found array");
    assert_refused(&kad_opaque_array_type, "{}", "expected array, found object");
}

/* ---- Durations ------------------------------------------------------------------- */

Test(codec, durations_are_read_and_written)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"500ms", 500},      {"30s", 30000},     {"1h30m", 5400000},
        {"1w1d", 691200000}, {"1m500ms", 60500}, {"2d", 172800000},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms;

        cr_assert(duration_parse(str_of(cases[i].text), &ms), "%s", cases[i].text);
        cr_assert_eq(ms, cases[i].ms);
        cr_assert_str_eq(duration_text(&arena, ms), cases[i].text);
    }
    cr_assert_str_eq(duration_text(&arena, 90000), "1m30s");
}

Test(codec, what_is_no_duration_is_refused)
{
    static const char *const texts[] = {
        "",
        "5",
        "s",
        "0s",
        "1x",
        "1m1h",
        "1s1s",
        "-1s",
        "1 s",
        "1.5h",
        "+1s",
        "99999999999999999999s",
        "9223372036854775807w",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t ms;

        cr_assert_not(duration_parse(str_of(texts[i]), &ms), "%s", texts[i]);
    }
}

Test(codec, a_duration_is_a_hundred_years_at_most)
{
    static const char *const longer[] = {"36500d1ms", "106751991167d",
                                         "99999999999999999999s"};
    int64_t ms;

    cr_assert(duration_parse(S(DURATION_MAX), &ms));
    cr_assert_eq(ms, DURATION_MAX_MS);
    cr_assert_not(duration_is_too_long(S(DURATION_MAX)));
    cr_assert_not(duration_is_too_long(S("99999999999999999999x")));
    for (size_t i = 0; i < sizeof(longer) / sizeof(longer[0]); i++) {
        cr_assert_not(duration_parse(str_of(longer[i]), &ms), "%s", longer[i]);
        cr_assert(duration_is_too_long(str_of(longer[i])), "%s", longer[i]);
    }
}

/* ---- Schema and parameters ------------------------------------------------------- */

#define FAILURE_SCHEMA                                                                 \
    "{\"type\":\"object\",\"properties\":{\"test\":{\"type\":\"string\"},"             \
    "\"line\":{\"type\":\"integer\",\"default\":1}},\"required\":[\"test\"]}"

Test(codec, the_schema_says_what_the_decoder_takes)
{
    json_t *schema = codec_schema(&result_type);
    const char *text = codec_compact(&arena, schema).text;

    json_decref(schema);
    cr_assert_str_eq(
        text,
        "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
        "\"type\":\"object\",\"properties\":{"
        "\"passed\":{\"type\":\"boolean\"},"
        "\"coverage\":{\"type\":\"number\",\"minimum\":0,\"maximum\":100,"
        "\"description\":\"Per cent of lines.\",\"default\":0},"
        "\"total\":{\"type\":\"integer\"},"
        "\"took\":{\"type\":\"string\",\"pattern\":\"^([0-9]+(w|d|h|m|s|ms))+$\"},"
        "\"level\":{\"type\":\"string\",\"enum\":[\"low\",\"high\"],"
        "\"default\":\"low\"},"
        "\"command\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
        "\"failures\":{\"type\":\"array\",\"items\":" FAILURE_SCHEMA "},"
        "\"worst\":" FAILURE_SCHEMA ",\"first\":" FAILURE_SCHEMA ","
        "\"details\":{},\"summary\":{\"type\":\"string\"}},"
        "\"required\":[\"passed\",\"took\",\"command\",\"failures\",\"worst\","
        "\"summary\"]}");
}

/* The JSON of a parameter's text, or the error. */
static const char *from_text(const struct kad_type *type, const char *text)
{
    const char *error;
    json_t *json = codec_from_text(&arena, type, text, &error);
    const char *result = json ? codec_compact(&arena, json).text : error;

    json_decref(json);
    return result;
}

Test(codec, parameters_are_read_by_their_type)
{
    cr_assert_str_eq(from_text(&kad_string_type, "42"), "\"42\"");
    cr_assert_str_eq(from_text(&kad_integer_type, "-42"), "-42");
    cr_assert_str_eq(from_text(&kad_number_type, "1e3"), "1000");
    cr_assert_str_eq(from_text(&kad_boolean_type, "true"), "true");
    cr_assert_str_eq(from_text(&kad_duration_type, "5m"), "\"5m\"");
    cr_assert_str_eq(from_text(&kad_strings_type, "[\"a\"]"), "[\"a\"]");
    cr_assert_str_eq(from_text(&kad_any_type, "{\"a\":1}"), "{\"a\":1}");
    cr_assert_str_eq(from_text(&kad_any_type, "just words"), "\"just words\"");
}

Test(codec, a_parameter_that_does_not_fit_is_refused)
{
    static const struct {
        const struct kad_type *type;
        const char *text, *error;
    } cases[] = {
        {&kad_integer_type, "4x", "expected integer, found \"4x\""},
        {&kad_integer_type, "", "expected integer, found \"\""},
        {&kad_integer_type, " 4", "expected integer, found \" 4\""},
        {&kad_integer_type, "99999999999999999999",
         "expected integer, found \"99999999999999999999\""},
        {&kad_number_type, "inf", "expected number, found \"inf\""},
        {&kad_number_type, "0x10", "expected number, found \"0x10\""},
        {&kad_boolean_type, "yes", "expected boolean, found \"yes\""},
        {&kad_string_type, "\xff", "expected text in UTF-8"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_assert_str_eq(from_text(cases[i].type, cases[i].text), cases[i].error);
}

Test(codec, a_structured_parameter_may_come_from_a_file)
{
    char path[] = P_tmpdir "/kad-codec-XXXXXX";
    int fd = mkstemp(path);

    cr_assert_eq(write(fd, "[1]", 3), 3);
    close(fd);
    cr_assert_str_eq(
        from_text(&kad_opaque_array_type, arena_printf(&arena, "@%s", path)), "[1]");
    unlink(path);
    cr_assert(strstr(
        from_text(&kad_opaque_array_type, arena_printf(&arena, "@%s", path)), path));
}
