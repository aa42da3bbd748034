/* test_scalar.c: what a scalar's bytes mean, and where each of them stands. */
#include "doc_fixture.h"

TestSuite(scalar, .init = set_up, .fini = tear_down);

/* ---- Bare words ------------------------------------------------------------------ */

Test(scalar, bare_words_are_those_of_the_core_schema)
{
    const struct node *root =
        parse_clean("[null, ~, '', 'null', NULL, no, \"true\", TRUE]");
    const bool nulls[] = {true, true, false, false, true, false, false, false};
    bool value = false;

    for (size_t i = 0; i < root->count; i++)
        cr_assert_eq(node_is_null(root->items[i]), nulls[i]);
    cr_assert_not(node_is_boolean(root->items[5], &value));
    cr_assert_not(node_is_boolean(root->items[6], &value));
    cr_assert(node_is_boolean(root->items[7], &value));
    cr_assert(value);
}

Test(scalar, integers_are_decimal_hexadecimal_or_octal)
{
    const struct node *root = parse_clean("[12, -7, +3, 0x1F, 0o17, 012]");
    const int64_t values[] = {12, -7, 3, 31, 15, 12};
    int64_t value;

    for (size_t i = 0; i < root->count; i++) {
        cr_assert(node_is_integer(root->items[i], &value));
        cr_assert_eq(value, values[i]);
    }
}

Test(scalar, the_largest_integers_fit_and_larger_ones_do_not)
{
    const struct node *root = parse_clean(
        "[9223372036854775807, -9223372036854775808, 9223372036854775808, 1e3, 0x, 1_0]");
    int64_t value;

    cr_assert(node_is_integer(root->items[0], &value));
    cr_assert_eq(value, INT64_MAX);
    cr_assert(node_is_integer(root->items[1], &value));
    cr_assert_eq(value, INT64_MIN);
    for (size_t i = 2; i < root->count; i++)
        cr_assert_not(node_is_integer(root->items[i], &value));
}

Test(scalar, numbers_are_those_that_json_has_too)
{
    const struct node *root =
        parse_clean("[1.5, .5, 2., -1e-3, 7, 9223372036854775808]");
    const double values[] = {1.5, 0.5, 2, -0.001, 7, 9223372036854775808.0};
    const struct node *others =
        parse_clean("[., e1, 1e, .inf, .nan, 1e999, 1.5.2, '1']");
    double value;

    for (size_t i = 0; i < root->count; i++) {
        cr_assert(node_is_number(root->items[i], &value));
        cr_assert_eq(value, values[i]);
    }
    for (size_t i = 0; i < others->count; i++)
        cr_assert_not(node_is_number(others->items[i], &value));
}

Test(scalar, kinds_have_names_for_messages)
{
    const struct node *root = parse_clean("[[], {}, x, '1', 1.5, 3, false, ~]");
    const char *const names[] = {"a list",   "a map",    "a string",  "a string",
                                 "a number", "a number", "a boolean", "nothing"};

    for (size_t i = 0; i < root->count; i++)
        cr_assert_str_eq(node_kind_text(root->items[i]), names[i]);
}

/* ---- Places inside scalars ------------------------------------------------------- */

Test(scalar, a_plain_scalar_is_a_slice)
{
    const struct node *node = assert_scalar(parse_clean("a:  one {{ x }}  # c\n"), "a",
                                            "one {{ x }}", "one {{ x }}");

    cr_assert_null(node->origins);
    assert_stands(node, "x", "x", 1, 12);
}

Test(scalar, a_plain_scalar_is_folded)
{
    const struct node *node =
        assert_scalar(parse_clean("a: one  \n   two\n\n  three\n"), "a",
                      "one two\nthree", "one  \n   two\n\n  three");

    assert_stands(node, "one", "one", 1, 4);
    assert_stands(node, "two", "two", 2, 4);
    assert_stands(node, "three", "three", 4, 3);
}

Test(scalar, doubled_quotes_move_what_follows)
{
    const struct node *node = assert_scalar(parse_clean("a: 'it''s {{ x }}'\n"), "a",
                                            "it's {{ x }}", "'it''s {{ x }}'");

    assert_stands(node, "it", "it", 1, 5);
    assert_stands(node, "it's", "it''s", 1, 5);
    assert_stands(node, "x", "x", 1, 14);
}

Test(scalar, single_quotes_are_folded)
{
    const struct node *node = assert_scalar(parse_clean("a: 'one\n\n\n  two '\n"), "a",
                                            "one\n\ntwo ", "'one\n\n\n  two '");

    assert_stands(node, "two", "two", 4, 3);
}

Test(scalar, every_escape_is_followed)
{
    const char *const escapes[] = {
        "\\a", "\\b", "\\t",   "\\n",     "\\v",     "\\f",         "\\r",
        "\\e", "\\ ", "\\\"",  "\\/",     "\\\\",    "\\N",         "\\_",
        "\\L", "\\P", "\\x41", "\\u00e9", "\\u65e5", "\\U0001F600", "\\\t",
    };

    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        const struct node *root =
            parse_clean(arena_printf(&arena, "a: \"x%s{{ y }}\"\n", escapes[i]));
        const struct node *node = node_find(root, "a");
        const uint32_t len = (uint32_t)strlen(escapes[i]);

        assert_stands(node, "x", "x", 1, 5);
        assert_stands(node, "{{ y }}", "{{ y }}", 1, 6 + len);
        cr_assert(
            str_is(span_text(node_range(node, 1, node->text.len - 7)), escapes[i]));
    }
}

Test(scalar, double_quotes_are_folded_and_joined)
{
    const struct node *node = assert_scalar(
        parse_clean("a: \"one\n  two\\\n  \\ three\\n\n\n  four\"\n"), "a",
        "one two three\n\nfour", "\"one\n  two\\\n  \\ three\\n\n\n  four\"");

    assert_stands(node, "two", "two", 2, 3);
    assert_stands(node, "three", "three", 3, 5);
    assert_stands(node, "four", "four", 5, 3);
}

Test(scalar, columns_count_characters_inside_values)
{
    const struct node *node =
        node_find(parse_clean("a: \"\xc3\xa9\\t\xe6\x97\xa5 {{ x }}\"\n"), "a");

    assert_stands(node, "x", "x", 1, 13);
    assert_stands(node, "\xe6\x97\xa5", "\xe6\x97\xa5", 1, 8);
}

Test(scalar, a_literal_block_keeps_its_lines)
{
    const struct node *node = assert_scalar(
        parse_clean("a: | # c\n\n   one\n     two\n\n   {{ x }}\n\nb: 1\n"), "a",
        "\none\n  two\n\n{{ x }}\n", "| # c\n\n   one\n     two\n\n   {{ x }}");

    assert_stands(node, "one", "one", 3, 4);
    assert_stands(node, "  two", "  two", 4, 4);
    assert_stands(node, "x", "x", 6, 7);
}

Test(scalar, a_folded_block_joins_its_lines)
{
    const struct node *node =
        assert_scalar(parse_clean("a: >\n  one\n  two\n\n  three\n    four\n  five\n"),
                      "a", "one two\nthree\n  four\nfive\n",
                      ">\n  one\n  two\n\n  three\n    four\n  five");

    assert_stands(node, "two", "two", 3, 3);
    assert_stands(node, "three", "three", 5, 3);
    assert_stands(node, "four", "four", 6, 5);
    assert_stands(node, "five", "five", 7, 3);
}

Test(scalar, chomping_says_which_line_ends_stay)
{
    const struct {
        const char *text, *value;
    } cases[] = {
        {"|", "x {{ y }}\n"},  {"|-", "x {{ y }}"},   {"|+", "x {{ y }}\n\n"},
        {">", "x {{ y }}\n"},  {">-", "x {{ y }}"},   {">+", "x {{ y }}\n\n"},
        {"|2-", " x {{ y }}"}, {"|-2", " x {{ y }}"}, {">1+", "  x {{ y }}\n\n"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct node *root =
            parse_clean(arena_printf(&arena, "a: %s\n   x {{ y }}\n\n", cases[i].text));
        const struct node *node = node_find(root, "a");

        cr_assert(str_is(node->text, cases[i].value), "%s", cases[i].text);
        assert_stands(node, "y", "y", 2, 9);
        assert_covers(node, arena_printf(&arena, "%s\n   x {{ y }}", cases[i].text));
    }
}

Test(scalar, a_given_indentation_counts_from_the_block_around)
{
    const struct node *root =
        parse_clean("a:\n- - b: |2\n       x\n      y\nc: |1\n  z\n");
    const struct node *map = node_find(root, "a")->items[0]->items[0];

    assert_stands(assert_scalar(map, "b", " x\ny\n", "|2\n       x\n      y"), "y", "y",
                  4, 7);
    assert_stands(assert_scalar(root, "c", " z\n", "|1\n  z"), "z", "z", 6, 3);
}

Test(scalar, a_block_without_text_ends_with_its_header)
{
    assert_scalar(parse_clean("a: |\nb: 1\n"), "a", "", "|");
    assert_scalar(parse_clean("a: >-\n\n\nb: 1\n"), "a", "", ">-");
}

Test(scalar, a_block_ends_before_the_comment_below)
{
    assert_scalar(parse_clean("a: |\n  x\n\n# c\nb: 1\n"), "a", "x\n", "|\n  x");
}

Test(scalar, a_block_may_end_with_the_file)
{
    assert_stands(
        assert_scalar(parse_clean("a: |\n  x\n  y"), "a", "x\ny", "|\n  x\n  y"), "y",
        "y", 3, 3);
}

Test(scalar, crlf_and_cr_are_line_ends_in_values)
{
    const struct node *root =
        parse_clean("a: |\r\n  x\r\n  y\r\nb: \"p\r\n  q\"\r\nc: u\r  v\r");

    assert_stands(assert_scalar(root, "a", "x\ny\n", "|\r\n  x\r\n  y"), "y", "y", 3,
                  3);
    assert_stands(assert_scalar(root, "b", "p q", "\"p\r\n  q\""), "q", "q", 5, 3);
    assert_stands(assert_scalar(root, "c", "u v", "u\r  v"), "v", "v", 7, 3);
}

Test(scalar, line_ends_of_yaml_1_1_are_followed)
{
    const struct node *root = parse_clean("a: \"x\xc2\x85 y\xe2\x80\xa8 z\"\n"
                                          "b: >\n  x\xc2\x85  y\xe2\x80\xa9  z\n");

    assert_stands(node_find(root, "a"), "z", "z", 1, 11);
    assert_stands(node_find(root, "b"), "y", "y", 3, 7);
    assert_stands(node_find(root, "b"), "z", "z", 3, 11);
}
