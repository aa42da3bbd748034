/* test_doc.c: the YAML tree and the findings about it. */
#include "base/buf.h"
#include "doc_fixture.h"

TestSuite(doc, .init = set_up, .fini = tear_down);

/* ---- The tree -------------------------------------------------------------------- */

Test(doc, maps_and_lists_keep_their_order)
{
    const struct node *root = parse_clean("b: 1\na: [x, {k: v}]\n");
    const struct node *list = node_find(root, "a");

    cr_assert_eq(root->count, 2);
    cr_assert(str_is(root->keys[0]->text, "b"));
    cr_assert_eq(list->count, 2);
    cr_assert(str_is(list->items[0]->text, "x"));
    assert_scalar(list->items[1], "k", "v", "v");
    cr_assert_null(node_find(root, "c"));
    cr_assert_null(node_find(list, "x"));
}

Test(doc, a_block_ends_with_its_last_word)
{
    const struct node *root =
        parse_clean("a:\n  - b: c # d\n\n# e\nf:\n  - |\n    g\n\n");

    assert_covers(node_find(root, "a"), "- b: c");
    assert_covers(node_find(root, "f"), "- |\n    g");
    assert_covers(root, "a:\n  - b: c # d\n\n# e\nf:\n  - |\n    g");
}

Test(doc, a_flow_collection_ends_with_its_bracket)
{
    const struct node *root = parse_clean("a: [ b, {c: d } ] # e\n");

    assert_covers(node_find(root, "a"), "[ b, {c: d } ]");
    assert_covers(node_find(root, "a")->items[1], "{c: d }");
}

Test(doc, json_is_read)
{
    const struct node *root =
        parse_clean("{\n\t\"a\": [1, true, null],\n\t\"b\": \"\\/x\"\n}");

    cr_assert_eq(node_find(root, "a")->count, 3);
    assert_scalar(root, "b", "/x", "\"\\/x\"");
}

Test(doc, an_empty_file_is_nothing)
{
    const char *const files[] = {"", "\n\n", "# only this\n", "---\n", "\xef\xbb\xbf"};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        cr_assert(node_is_null(parse_clean(files[i])));
}

Test(doc, a_missing_value_stands_behind_its_colon)
{
    const struct node *node = node_find(parse_clean("ab:\nc: d\n"), "ab");

    cr_assert(node_is_null(node));
    cr_assert_eq(node->span.start, 3);
    cr_assert_eq(node->span.end, 3);
}

Test(doc, a_byte_order_mark_moves_nothing)
{
    assert_stands(assert_scalar(parse_clean("\xef\xbb\xbf"
                                            "a: \"b\\tc\"\n"),
                                "a", "b\tc", "\"b\\tc\""),
                  "c", "c", 1, 8);
}

/* ---- Anchors --------------------------------------------------------------------- */

Test(doc, an_alias_is_the_node_of_its_anchor)
{
    const struct node *root =
        parse_clean("a: &x {k: v}\nb: *x\nc: &y # d\n  - 1\ne: *y\n");

    cr_assert_eq(node_find(root, "a"), node_find(root, "b"));
    assert_covers(node_find(root, "b"), "{k: v}");
    assert_covers(node_find(root, "e"), "- 1");
}

Test(doc, an_anchored_scalar_begins_after_its_anchor)
{
    const struct node *root = parse_clean("a: &x \"b\\tc\"\nd: &y\ne: *y\n");

    assert_stands(assert_scalar(root, "a", "b\tc", "\"b\\tc\""), "c", "c", 1, 11);
    cr_assert(node_is_null(node_find(root, "e")));
}

Test(doc, a_later_anchor_of_the_same_name_counts)
{
    assert_scalar(parse_clean("a: &x 1\nb: &x 2\nc: *x\n"), "c", "2", "2");
}

Test(doc, bad_aliases_are_reported_and_poisoned)
{
    const struct node *root = parse("a: &name [*name]\nb: *nane\nc: *qqqq\n");

    cr_assert_str_eq(
        findings(),
        "a.yaml:1:11: error[KAD0110]: the alias `*name` stands inside its own anchor\n"
        "a.yaml:2:4: error[KAD0110]: no anchor `&nane` stands before this alias\n"
        "a.yaml:3:4: error[KAD0110]: no anchor `&qqqq` stands before this alias\n");
    cr_assert(node_find(root, "b")->is_poisoned);
    cr_assert(node_find(root, "a")->items[0]->is_poisoned);
    cr_assert(strstr(printed((struct diag_style){DIAG_TEXT, false, 0}),
                     "help: did you mean `name`?\n"));
}

/* ---- Limits ---------------------------------------------------------------------- */

static struct node *parse_nested(size_t depth, const char *open, const char *close)
{
    struct buf text;

    buf_init(&text, &arena);
    for (size_t i = 0; i < depth; i++)
        buf_add(&text, str_of(open));
    buf_add_char(&text, 'x');
    for (size_t i = 0; i < depth; i++)
        buf_add(&text, str_of(close));
    return parse_bytes(buf_str(&text));
}

Test(doc, the_deepest_level_is_read)
{
    cr_assert_not_null(parse_nested(DOC_DEPTH_MAX, "[", "]"));
    cr_assert_not_null(parse_nested(DOC_DEPTH_MAX, "- ", ""));
    cr_assert_str_eq(findings(), "");
}

Test(doc, one_level_more_is_too_deep)
{
    cr_assert_null(parse_nested(DOC_DEPTH_MAX + 1, "[", "]"));
    cr_assert_str_eq(
        findings(),
        "a.yaml:1:251: error[KAD1301]: lists and maps are nested deeper than 250 levels\n");
}

Test(doc, a_hundred_thousand_levels_are_refused_at_once)
{
    cr_assert_null(parse_nested(100 * 1000, "[\n", ""));
    cr_assert_null(parse_nested(100 * 1000, "{a: ", ""));
    cr_assert_null(parse_nested(100 * 1000, "- ", ""));
    cr_assert_eq(diag_error_count(diags), 3);
}

Test(doc, brackets_in_text_have_no_depth)
{
    struct buf text;

    buf_init(&text, &arena);
    buf_printf(&text, "a: '");
    buf_fill(&text, '[', DOC_DEPTH_MAX + 1);
    buf_printf(&text, "' # ");
    buf_fill(&text, '{', DOC_DEPTH_MAX + 1);
    buf_printf(&text, "\nb: |\n  ");
    buf_fill(&text, '[', DOC_DEPTH_MAX + 1);
    cr_assert_not_null(parse_bytes(buf_str(&text)));
    cr_assert_str_eq(findings(), "");
}

Test(doc, aliases_can_not_go_deeper_than_text)
{
    struct buf text;

    buf_init(&text, &arena);
    buf_printf(&text, "- &a0 x\n");
    for (int i = 1; i < DOC_DEPTH_MAX; i++)
        buf_printf(&text, "- &a%d [*a%d]\n", i, i - 1);
    cr_assert_null(parse_bytes(
        str_printf(&arena, "%s- [[*a%d]]\n", text.p, (int)DOC_DEPTH_MAX - 1)));
    cr_assert(strstr(findings(), "KAD1301"));
}

Test(doc, an_alias_bomb_does_not_go_off)
{
    struct buf text;

    buf_init(&text, &arena);
    buf_printf(&text, "- &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++)
        buf_printf(&text, "- &a%d [*a%d, *a%d, *a%d, *a%d]\n", i, i - 1, i - 1, i - 1,
                   i - 1);
    cr_assert_null(parse_bytes(buf_str(&text)));
    cr_assert(
        strstr(findings(), "error[KAD1301]: more than 100000 values behind aliases\n"));
}

/* ---- Encoding -------------------------------------------------------------------- */

static void assert_encoding(struct str text, const char *expected)
{
    diags = diags_new(&arena);
    parse_bytes(text);
    cr_assert_str_eq(findings(), expected, "found: %s", findings());
}

Test(doc, what_is_no_clean_utf8_is_refused)
{
    assert_encoding(S("a: \xc3\xa9\n"
                      "b: \xe9\n"),
                    "a.yaml:2:4: error[KAD0111]: byte 0xE9 is not UTF-8\n");
    assert_encoding(S("a: b\0c\n"),
                    "a.yaml:1:5: error[KAD0111]: a NUL character (U+0000) "
                    "is not allowed in a file\n");
    assert_encoding(S("a: \x1b[0m\n"),
                    "a.yaml:1:4: error[KAD0111]: the control character "
                    "U+001B is not allowed in a file\n");
    assert_encoding(
        S("\xff\xfe"
          "a\0:\0"),
        "a.yaml:1:1: error[KAD0111]: the file is in UTF-16, not in UTF-8\n");
    assert_encoding(S("a: \xed\xa0\x80\n"),
                    "a.yaml:1:4: error[KAD0111]: byte 0xED is not UTF-8\n");
    assert_encoding(S("a: \xe6\x97"),
                    "a.yaml:1:4: error[KAD0111]: byte 0xE6 is not UTF-8\n");
}

Test(doc, bidi_controls_are_found_also_in_comments)
{
    cr_assert_not_null(parse("a: b # \xe2\x80\xae\nc: \xe2\x81\xa6x\n"));
    cr_assert_eq(diag_error_count(diags), 2);
    cr_assert(strstr(findings(),
                     "a.yaml:1:8: error[KAD0111]: the invisible character U+202E"));
    cr_assert(strstr(findings(),
                     "a.yaml:2:4: error[KAD0111]: the invisible character U+2066"));
}

Test(doc, an_escaped_nul_is_reported_at_its_escape)
{
    const struct node *root = parse("a: \"b\\0\"\n");

    cr_assert_str_eq(findings(),
                     "a.yaml:1:6: error[KAD0111]: text can't hold a NUL character\n");
    cr_assert(node_find(root, "a")->is_poisoned);
}

/* ---- Keys ------------------------------------------------------------------------ */

Test(doc, a_duplicate_key_is_reported_once_and_the_first_stays)
{
    const struct node *root = parse("a: 1\nb: 2\n\"a\": 3\n");

    cr_assert_str_eq(
        findings(),
        "a.yaml:3:1: error[KAD0103]: the key `a` stands twice in this map\n");
    cr_assert_eq(root->count, 2);
    assert_scalar(root, "a", "1", "1");
}

Test(doc, the_same_key_in_two_maps_is_no_duplicate)
{
    parse_clean("a: {x: 1}\nb: {x: 1, a: 2}\n");
}

Test(doc, duplicates_are_found_among_thousands_of_keys)
{
    struct buf text;
    struct node *root;

    buf_init(&text, &arena);
    for (int i = 0; i < 10000; i++)
        buf_printf(&text, "k%d: 1\n", i % 9999);
    root = parse_bytes(buf_str(&text));
    cr_assert_str_eq(
        findings(),
        "a.yaml:10000:1: error[KAD0103]: the key `k0` stands twice in this map\n");
    cr_assert_eq(root->count, 9999);
}

Test(doc, a_key_must_be_text)
{
    const struct node *root = parse("? [a]\n: b\nc: d\n");

    cr_assert_str_eq(findings(),
                     "a.yaml:1:3: error[KAD0106]: a key must be text, found a list\n");
    cr_assert_eq(root->count, 1);
}

/* ---- Expressions without quotes -------------------------------------------------- */

static void assert_fix(const char *text, const char *fixed)
{
    const char *report;

    diags = diags_new(&arena);
    parse(text);
    report = printed((struct diag_style){DIAG_TEXT, false, 0});
    cr_assert(
        strstr(report, arena_printf(&arena, "help: put it in quotes: `%s`\n", fixed)),
        "%s", report);
    cr_assert_eq(diag_error_count(diags), 1, "%s", report);
}

Test(doc, an_expression_without_quotes_is_poisoned_and_the_rest_is_read)
{
    const struct node *root = parse("a: {{ steps.a }}\nb: c\n");

    cr_assert_str_eq(findings(),
                     "a.yaml:1:4: error[KAD0108]: `{{` without quotes begins a "
                     "map, no expression\n");
    cr_assert(node_find(root, "a")->is_poisoned);
    assert_scalar(root, "b", "c", "c");
}

Test(doc, the_quotes_hold_all_of_the_value)
{
    assert_fix("a: {{ x }}\n", "\"{{ x }}\"");
    assert_fix("a: {{ x }} and {{ y }}  # c\n", "\"{{ x }} and {{ y }}\"");
    assert_fix("a: {{ x == \"y\" }}\n", "'{{ x == \"y\" }}'");
    assert_fix("a: {{ x == 'y' }}\n", "\"{{ x == 'y' }}\"");
    assert_fix("a: {{ x[\"it's\"] }}\n", "'{{ x[\"it''s\"] }}'");
    assert_fix("a: {{ x ? \"}}, b: c # d\" : 1 }}\n",
               "'{{ x ? \"}}, b: c # d\" : 1 }}'");
    assert_fix("a: [b, {{ x }}-c, d]\n", "\"{{ x }}-c\"");
    assert_fix("a: {b: {{ x }}, c: d}\n", "\"{{ x }}\"");
    assert_fix("- {{ x }}\n", "\"{{ x }}\"");
    assert_fix("- a: {{ f(x, [1]) }}\n", "\"{{ f(x, [1]) }}\"");
    assert_fix("a: {{ \xe6\x97\xa5 }}\n", "\"{{ \xe6\x97\xa5 }}\"");
    assert_fix("{{ x }}: a\n", "\"{{ x }}\"");
}

Test(doc, an_expression_that_is_not_closed_has_no_certain_edit)
{
    parse("a: {{ x\nb: c\n");
    cr_assert_eq(diag_error_count(diags), 1);
    cr_assert_not(strstr(printed((struct diag_style){DIAG_TEXT, false, 0}), "--fix"));
}

Test(doc, other_mistakes_are_found_beside_expressions_without_quotes)
{
    assert_findings("a: {{ x[\"y\"] }}\nb: {{ z }} z\nb: 1\nc: \"open\n",
                    "a.yaml:1:4: error[KAD0108]: `{{` without quotes begins a map, no "
                    "expression\n"
                    "a.yaml:2:4: error[KAD0108]: `{{` without quotes begins a map, no "
                    "expression\n"
                    "a.yaml:4:4: error[KAD0101]: `\"` is never closed\n");
}

Test(doc, very_many_expressions_without_quotes_end)
{
    struct buf text;

    buf_init(&text, &arena);
    for (int i = 0; i < 500; i++)
        buf_printf(&text, "k%d: {{ x }}\n", i);
    cr_assert_null(parse_bytes(buf_str(&text)));
    cr_assert_geq(diag_error_count(diags), 100);
}

/* ---- Syntax ---------------------------------------------------------------------- */

Test(doc, a_tab_in_the_indentation_is_said_so)
{
    assert_findings("a:\n \t b: 1\n",
                    "a.yaml:2:2: error[KAD0102]: a tab in the indentation\n");
}

Test(doc, a_tab_under_a_plain_value_is_said_so)
{
    assert_findings("a: x\n\tb: 1\n",
                    "a.yaml:2:1: error[KAD0102]: a tab in the indentation\n");
}

Test(doc, a_tab_in_a_block_is_said_so)
{
    assert_findings("a: |\n\tb\n",
                    "a.yaml:2:1: error[KAD0102]: a tab in the indentation\n");
}

Test(doc, tabs_elsewhere_are_allowed)
{
    parse_clean("{\n\t\"a\":\t[1,\n\t2\n\t]\n}\n");
    parse_clean("a:\t'x\ty'\t# z\n");
}

Test(doc, several_documents_are_one_too_many)
{
    const struct node *root = parse("a: 1\n---\nb: 2\n");

    cr_assert_str_eq(
        findings(), "a.yaml:2:1: error[KAD0112]: a second YAML document begins here\n");
    assert_scalar(root, "a", "1", "1");
}

/* Text with one mistake, and where it is reported. */
static const struct mistake {
    const char *text;
    const char *finding;
} MISTAKES[] = {
    {"a: \"b\nc: d\n", "1:4: `\"` is never closed"},
    {"a: 'b\nc: d\n", "1:4: `'` is never closed"},
    {"a: \"b\nc: \"d\"\n", "1:4: `\"` is not closed on its line"},
    {"a: [b, c\nd: e\n", "1:4: `[` is never closed"},
    {"a: {b: c\nd: e\n", "1:4: `{` is never closed"},
    {"a: [b, c", "1:4: `[` is never closed"},
    {"a: {\"b\": 1 \"c\": 2}", "1:15: expected `,` or `}`"},
    {"{\n\"b\": 1\n\"c\": 2}", "2:7: expected `,` or `}`"},
    {"a: b: c\n", "1:5: a second `:` in one value without quotes"},
    {"a: b\n  c: d\n",
     "2:4: a key is not allowed here, as the line above already has a value"},
    {"a: 1\nb\nc: 2\n", "2:1: expected `:` after this key"},
    {"a:\n  b: 1\n c: 2\n",
     "3:2: the indentation of this line fits no list or map above"},
    {"a:\n  - b\n - c\nd: e\n",
     "3:2: the indentation of this line fits no list or map above"},
    {"- a: 1\n  - b\n", "2:3: a list item where a key of the map is expected"},
    {"- a\nb: 1\n", "2:1: expected an item of the list (`- `)"},
    {"a: 'b' c\n", "1:8: text after the end of a value"},
    {"a: - b\n", "1:4: a list item is not allowed here"},
    {"a: ]\n", "1:4: expected a value, found `]`"},
    {"a: b\n]\n", "2:1: `]` closes nothing"},
    {"a: @b\n", "1:4: a value without quotes can't begin with `@`"},
    {"a: `b`\n", "1:4: a value without quotes can't begin with ```"},
    {"a: *.c\n", "1:4: `*` must be followed by the name of an anchor"},
    {"a: &\n", "1:4: `&` must be followed by a name for the anchor"},
    {"a: !t b\n", "1:4: a tag such as `!t` has no meaning here"},
    {"a: \"\\q\"\n", "1:5: unknown escape `\\q`"},
    {"a: \"\\ud83d\"\n", "1:5: `\\ud83d` is no Unicode character"},
    {"a: \"\\x4z\"\n", "1:5: `\\x4z` is no Unicode character"},
    {"a: |x\n  b\n", "1:5: text after `|` or `>`"},
    {"a: |0\n  b\n", "1:5: a block can't be indented by 0"},
    {"%x\n", "1:1: a line that begins with `%` is no value"},
    {"[a] b\n", "1:5: text after the end of the document"},
};

Test(doc, a_syntax_error_has_one_finding_in_our_words_at_its_place)
{
    for (size_t i = 0; i < sizeof MISTAKES / sizeof MISTAKES[0]; i++) {
        const struct mistake *mistake = &MISTAKES[i];
        const size_t place_len =
            (size_t)(strstr(mistake->finding, ": ") - mistake->finding);
        const char *expected =
            arena_printf(&arena, "a.yaml:%.*s: error[KAD0101]: %s\n", (int)place_len,
                         mistake->finding, mistake->finding + place_len + 2);

        diags = diags_new(&arena);
        parse(mistake->text);
        cr_expect_str_eq(findings(), expected, "%s\nexpected: %sfound: %s",
                         mistake->text, expected, findings());
    }
}
