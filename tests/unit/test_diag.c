/* test_diag.c: collecting, sorting and printing of findings. */
#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "diag_fixture.h"

TestSuite(diag, .init = set_up, .fini = tear_down);

static const struct diag_style TEXT = {DIAG_TEXT, false, 80};
static const struct diag_style SHORT = {DIAG_SHORT, false, 0};
static const struct diag_style JSON = {DIAG_JSON, false, 0};
static const struct diag_style SARIF = {DIAG_SARIF, false, 0};

static const struct source *source_from(const char *text)
{
    return source_of_text(&arena, "a.yaml", str_of(text));
}

/* The first place where `word` stands. */
static struct span span_of(const struct source *source, const char *word)
{
    const uint32_t at = (uint32_t)str_find(source->text, str_of(word));

    return (struct span){source, at, at + (uint32_t)strlen(word)};
}

static void assert_printed(struct diag_style style, const char *expected)
{
    const char *actual = printed(style);

    cr_assert_str_eq(actual, expected, "expected:\n%s\nprinted:\n%s", expected, actual);
}

/* From a fixed seed; half of them begin alike. */
static struct str random_name(uint32_t *seed)
{
    char name[32];
    size_t len = 0;

    *seed = *seed * 1664525U + 1013904223U;
    if (*seed & 1U << 20)
        len = (size_t)snprintf(name, sizeof(name), "step-of-");
    for (size_t i = 0; i < 1 + (*seed >> 28) % 8; i++)
        name[len++] = (char)("abcA1-"[(*seed >> (3 * i)) % 6]);
    return (struct str){arena_copy(&arena, name, len), len};
}

Test(diag, among_many_names_the_index_finds_what_a_plain_search_finds)
{
    enum { COUNT = 400 };
    struct str items[COUNT];
    const struct names names = {items, COUNT};
    uint32_t seed = 1;

    for (size_t i = 0; i < COUNT; i++)
        items[i] = random_name(&seed);
    for (int round = 0; round < 1000; round++) {
        const struct str wrong = random_name(&seed);
        const struct nearest plain = names_nearest(wrong, names);
        const struct nearest found = diag_nearest(diags, wrong, names);

        cr_assert_eq(found.count, plain.count, "%.*s", STR(wrong));
        for (size_t i = 0; i < plain.count && i < NEAREST_SHOWN; i++)
            cr_assert_eq(found.shown[i], plain.shown[i], "%.*s", STR(wrong));
    }
}

/* ---- Collecting ------------------------------------------------------------------ */

Test(diag, the_same_finding_is_kept_once_and_its_notes_too)
{
    const struct source *source = source_from("abc\n");

    for (int i = 0; i < 3; i++) {
        diag_report(diags, span_of(source, "b"), KAD0104, "unknown key `b`");
        diag_note(diags, span_of(source, "a"), "a note");
        diag_help(diags, "a help");
    }
    cr_assert_eq(diag_error_count(diags), 1);
    assert_printed(TEXT, "error[KAD0104 unknown-key]: unknown key `b`\n"
                         " --> a.yaml:1:2\n"
                         "  |\n"
                         "1 | abc\n"
                         "  |  ^\n"
                         "note: a note\n"
                         " --> a.yaml:1:1\n"
                         "  |\n"
                         "1 | abc\n"
                         "  | ^\n"
                         "help: a help\n"
                         "\n"
                         "1 error in 1 file\n");
}

Test(diag, many_findings_at_one_place_are_all_kept)
{
    const struct source *source = source_from("abc\n");

    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 1000; i++)
            diag_report(diags, span_of(source, "b"), KAD0104, "finding %d", i);
    cr_assert_eq(diag_error_count(diags), 1000);
}

Test(diag, of_very_many_findings_the_first_are_shown_and_all_are_counted)
{
    const struct source *source = source_from("abc\n");
    const char *text;

    for (int i = 0; i < 1002; i++)
        diag_report(diags, span_of(source, "b"), KAD0104, "finding %d", i);
    text = strstr(printed(SHORT), "finding 999\n");
    cr_assert_not_null(text);
    cr_assert_str_eq(text, "finding 999\n"
                           "note[KAD1304]: 2 more findings are not shown\n"
                           "1002 errors in 1 file\n");
}

Test(diag, of_very_many_findings_errors_are_shown_before_warnings)
{
    const struct source *source = source_from("abc\n");
    const char *text;

    for (int i = 0; i < FINDINGS_MAX + 10; i++)
        diag_report(diags, span_of(source, "a"), KAD0107, "warning %d", i);
    diag_report(diags, span_of(source, "c"), KAD0104, "the error");
    text = strstr(printed(SHORT), "warning 997\n");
    cr_assert_not_null(text);
    cr_assert_not_null(strstr(text, "the error\nnote[KAD1304]: 9002 more"), "%s", text);
}

Test(diag, findings_are_sorted_by_file_and_place)
{
    const struct source *a = source_from("abc\n");
    const struct source *b = source_of_text(&arena, "b.yaml", S("abc\n"));

    diag_report(diags, span_of(b, "a"), KAD0104, "fourth");
    diag_report(diags, span_of(a, "c"), KAD0106, "second");
    diag_report(diags, span_of(a, "a"), KAD0104, "first");
    diag_report(diags, span_of(a, "c"), KAD0104, "third");
    diag_report(diags, (struct span){0}, KAD0104, "without a place");
    assert_printed(SHORT, "error[KAD0104]: without a place\n"
                          "a.yaml:1:1: error[KAD0104]: first\n"
                          "a.yaml:1:3: error[KAD0106]: second\n"
                          "a.yaml:1:3: error[KAD0104]: third\n"
                          "b.yaml:1:1: error[KAD0104]: fourth\n"
                          "5 errors in 1 file\n");
}

Test(diag, an_error_of_the_language_keeps_its_level)
{
    cr_assert_not(diag_set_level(diags, KAD0104, DIAG_OFF));
    cr_assert_not(diag_set_level(diags, KAD1101, DIAG_WARNING));
    cr_assert(diag_set_level(diags, KAD0801, DIAG_WARNING));
    cr_assert(diag_set_level(diags, KAD0107, DIAG_OFF));
}

Test(diag, levels_may_be_set_after_the_finding)
{
    const struct source *source = source_from("abc\n");

    diag_report(diags, span_of(source, "a"), KAD0107, "one");
    diag_report(diags, span_of(source, "b"), KAD0212, "two");
    diag_set_level(diags, KAD0107, DIAG_OFF);
    cr_assert_eq(diag_warning_count(diags), 1);
    diag_warnings_are_errors(diags);
    cr_assert_eq(diag_warning_count(diags), 0);
    assert_printed(SHORT, "a.yaml:1:2: error[KAD0212]: two\n"
                          "1 error in 1 file\n");
}

Test(diag, a_code_is_found_by_name_and_slug)
{
    cr_assert_eq(diag_code_find(S("KAD0301")), KAD0301);
    cr_assert_eq(diag_code_find(S("unreachable-step")), KAD0301);
    cr_assert_eq(diag_code_find(S("KAD9999")), -1);
    cr_assert_str_eq(diag_code_name(KAD0301), "KAD0301");
    cr_assert_str_eq(diag_code_slug(KAD0301), "unreachable-step");
}

/* ---- Did you mean ---------------------------------------------------------------- */

static const struct str STEPS[] = {
    {"analyze", 7}, {"plan", 4}, {"play", 4}, {"test", 4}, {"a", 1},
};
static const struct names NAMES = {STEPS, sizeof STEPS / sizeof STEPS[0]};

/* The index of the one good candidate, or -1. */
static int closest(struct str wrong, struct names names)
{
    const struct nearest nearest = names_nearest(wrong, names);

    return nearest.count == 1 ? (int)nearest.shown[0] : -1;
}

Test(diag, the_only_near_name_is_a_certain_edit)
{
    const struct source *source = source_from("onSuccess: analize\n");

    diag_report(diags, span_of(source, "analize"), KAD0202, "no step `analize`");
    cr_assert_eq(
        diag_did_you_mean(diags, span_of(source, "analize"), S("analize"), NAMES), 0);
    assert_printed(TEXT, "error[KAD0202 unknown-target]: no step `analize`\n"
                         " --> a.yaml:1:12\n"
                         "  |\n"
                         "1 | onSuccess: analize\n"
                         "  |            ^^^^^^^\n"
                         "help: did you mean `analyze`?\n"
                         "\n"
                         "1 error in 1 file; 1 can be fixed with --fix\n");
}

Test(diag, several_near_names_are_listed_and_none_is_chosen)
{
    const struct source *source = source_from("onSuccess: plam\n");

    diag_report(diags, span_of(source, "plam"), KAD0202, "no step `plam`");
    cr_assert_eq(diag_did_you_mean(diags, span_of(source, "plam"), S("plam"), NAMES),
                 -1);
    cr_assert(strstr(printed(TEXT), "help: did you mean `plan` or `play`?\n"));
    cr_assert_not(strstr(printed(TEXT), "--fix"));
}

Test(diag, a_nearer_name_hides_a_farther_one)
{
    const struct str items[] = {{"analyse-it", 10}, {"analyze-is", 10}};

    cr_assert_eq(closest(S("analyze-it"), (struct names){items, 2}), -1);
    cr_assert_eq(closest(S("analyse-i"), (struct names){items, 2}), 0);
}

Test(diag, two_letters_that_changed_places_are_one_mistake)
{
    cr_assert_eq(closest(S("tset"), NAMES), 3);
}

Test(diag, a_name_without_a_common_letter_is_not_near)
{
    cr_assert_eq(closest(S("b"), NAMES), -1);
    cr_assert_eq(closest(S(""), NAMES), -1);
    cr_assert_eq(closest(S("document"), NAMES), -1);
}

/* ---- Text ------------------------------------------------------------------------ */

Test(diag, a_path_is_numbered_and_aligned)
{
    const struct source *source = source_from("a\nb\nc\nd\ne\nf\ng\nh\ni\n  txn\n");

    diag_report(diags, span_of(source, "txn"), KAD0401, "`txn` may be unset here");
    diag_label(diags, "read here");
    diag_path(diags, "`charge` does not run on this path");
    diag_path_stop(diags, span_of(source, "a"), "started by webhook");
    diag_path_stop(diags, span_of(source, "txn"), "`validate` succeeds");
    diag_path_stop(diags, (struct span){0}, "somewhere");
    diag_help(diags, "give a fallback value");
    assert_printed(TEXT, "error[KAD0401 maybe-unset]: `txn` may be unset here\n"
                         "  --> a.yaml:10:3\n"
                         "   |\n"
                         "10 |   txn\n"
                         "   |   ^^^ read here\n"
                         "note: `charge` does not run on this path\n"
                         "  --> a.yaml:1:1   (1) started by webhook\n"
                         "  --> a.yaml:10:3  (2) `validate` succeeds\n"
                         "                   (3) somewhere\n"
                         "help: give a fallback value\n"
                         "\n"
                         "1 error in 1 file\n");
}

Test(diag, two_files_have_one_gutter)
{
    const struct source *manifest = source_of_text(
        &arena, "m/module.yaml", S("1\n2\n3\n4\n5\n6\n7\n8\n9\nname: x\n"));
    const struct source *source = source_from("id: y\n");

    diag_report(diags, span_of(source, "y"), KAD0208, "no action `y`");
    diag_note(diags, span_of(manifest, "x"), "the module has this one");
    diag_note(diags, (struct span){0}, "a note alone");
    assert_printed(TEXT, "error[KAD0208 unknown-action]: no action `y`\n"
                         "  --> a.yaml:1:5\n"
                         "   |\n"
                         " 1 | id: y\n"
                         "   |     ^\n"
                         "note: the module has this one\n"
                         "  --> m/module.yaml:10:7\n"
                         "   |\n"
                         "10 | name: x\n"
                         "   |       ^\n"
                         "note: a note alone\n"
                         "\n"
                         "1 error in 1 file\n");
}

/* The two lines of the excerpt, for a finding at `word`. */
static const char *excerpt(const char *text, const char *word, unsigned columns)
{
    const struct diag_style style = {DIAG_TEXT, false, columns};
    const char *report, *end;

    diag_report(diags, span_of(source_from(text), word), KAD0104, "x");
    report = strstr(printed(style), "1 | ");
    cr_assert_not_null(report);
    end = strchr(strchr(report, '\n') + 1, '\n');
    return arena_printf(&arena, "%.*s", (int)(end - report), report);
}

Test(diag, tabs_are_expanded)
{
    cr_assert_str_eq(excerpt("a\tbc\tde\n", "de", 80), "1 | a   bc  de\n"
                                                       "  |         ^^");
}

Test(diag, wide_characters_take_two_columns)
{
    cr_assert_str_eq(excerpt("\xe6\x97\xa5\xe6\x9c\xac x\n", "x", 80),
                     "1 | \xe6\x97\xa5\xe6\x9c\xac x\n"
                     "  |      ^");
}

Test(diag, wide_characters_are_underlined_whole)
{
    cr_assert_str_eq(excerpt("a\xe6\x97\xa5\xe6\x9c\xac.\n", "\xe6\x97\xa5", 80),
                     "1 | a\xe6\x97\xa5\xe6\x9c\xac.\n"
                     "  |  ^^");
}

Test(diag, combining_characters_take_no_column)
{
    cr_assert_str_eq(excerpt("e\xcc\x81 x\n", "x", 80), "1 | e\xcc\x81 x\n"
                                                        "  |   ^");
}

Test(diag, the_carriage_return_of_a_line_end_is_not_printed)
{
    cr_assert_str_eq(excerpt("a: b\r\nc: d\r\n", "b", 80), "1 | a: b\n"
                                                           "  |    ^");
}

Test(diag, an_empty_range_has_one_caret)
{
    cr_assert_str_eq(excerpt("abc\n", "", 80), "1 | abc\n"
                                               "  | ^");
}

Test(diag, an_empty_range_at_the_end_of_a_line_has_one_caret)
{
    const struct source *source = source_from("abc\nd");

    diag_report(diags, (struct span){source, 3, 3}, KAD0104, "x");
    cr_assert(strstr(printed(TEXT), "1 | abc\n"
                                    "  |    ^\n"));
}

Test(diag, a_range_over_lines_is_underlined_to_the_end_of_the_first)
{
    cr_assert_str_eq(excerpt("a: one  \n  two\nb\n", "one  \n  two", 80),
                     "1 | a: one  \n"
                     "  |    ^^^ to line 2");
}

Test(diag, a_long_line_is_shown_round_its_range)
{
    const char *shown = excerpt("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                "here"
                                "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n",
                                "here", 44);

    cr_assert_str_eq(shown, "1 | ...aaaaaaaaaaaaaaahere"
                            "bbbbbbbbbbbbbbb...\n"
                            "  |                   ^^^^");
}

/* Of a line that is much longer than any terminal, only the part round the range counts. */
Test(diag, a_very_long_line_is_shown_round_its_range)
{
    struct buf text;
    const struct source *source;
    const char *found;

    buf_init(&text, &arena);
    for (int i = 0; i < 2000; i++)
        buf_add(&text, S("\xc3\xa9 "));
    buf_add(&text, S("plam"));
    for (int i = 0; i < 2000; i++)
        buf_add(&text, S(" \xc3\xa9"));
    source = source_from(buf_str(&text).p);
    diag_report(diags, span_of(source, "plam"), KAD0202, "x");
    found = printed(TEXT);
    cr_assert(strstr(found, "--> a.yaml:1:4001\n"));
    cr_assert(strstr(found, "\n1 | ..."));
    cr_assert(strstr(found, " \xc3\xa9 plam \xc3\xa9 "));
    cr_assert(strstr(found, "...\n  | "));
}

Test(diag, a_long_line_is_cut_at_its_end_when_the_range_is_at_its_start)
{
    cr_assert_str_eq(
        excerpt("here aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "here", 44),
        "1 | here aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\n"
        "  | ^^^^");
}

Test(diag, a_range_longer_than_the_terminal_is_cut)
{
    const char *range = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    cr_assert_str_eq(excerpt(arena_printf(&arena, "aaaaaaaa%scc\n", range), range, 44),
                     "1 | ...aaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbb...\n"
                     "  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^");
}

Test(diag, half_a_wide_character_at_the_cut_is_a_blank)
{
    const char *shown = excerpt(
        "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
        "xyaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "here"
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n",
        "xyaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 45);

    cr_assert(strstr(shown, "1 | ...\xe6\x97\xa5\xe6\x97\xa5xyaaa"));
    cr_assert(strstr(shown, "\n  |        ^^^"));
}

Test(diag, what_a_terminal_would_obey_is_replaced)
{
    const struct source *source = source_from("a: \x1b[31m\xff\xe2\x80\xae\n");

    diag_report(diags, span_of(source, "a"), KAD0104, "unknown key `\x1b[2J\n`");
    cr_assert(strstr(printed(TEXT), "unknown key `\xef\xbf\xbd[2J `\n"));
    cr_assert(
        strstr(printed(TEXT), "1 | a: \xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd\n"));
    cr_assert(strstr(printed(SHORT), "`\xef\xbf\xbd[2J `\n"));
}

Test(diag, color_is_there_only_when_asked_for)
{
    diag_report(diags, span_of(source_from("abc\n"), "b"), KAD0104, "x");
    cr_assert_not(strchr(printed(TEXT), '\x1b'));
    cr_assert(strstr(printed((struct diag_style){DIAG_TEXT, true, 80}),
                     "\x1b[1;31merror[KAD0104 unknown-key]\x1b[0m"));
}

Test(diag, nothing_found_prints_nothing)
{
    assert_printed(TEXT, "");
    assert_printed(SHORT, "");
}

Test(diag, the_summary_counts_errors_warnings_and_fixes)
{
    const struct source *source = source_from("abc\n");

    diag_report(diags, span_of(source, "a"), KAD0107, "one");
    diag_report(diags, span_of(source, "b"), KAD0104, "two");
    diag_fix(diags, span_of(source, "b"), "B", false, "perhaps");
    diag_report(diags, span_of(source, "c"), KAD0104, "three");
    diag_fix(diags, span_of(source, "c"), "C", true, "surely");
    cr_assert(strstr(printed(SHORT), "\n2 errors, 1 warning in 1 file; "
                                     "1 can be fixed with --fix\n"));
}

Test(diag, a_message_that_quotes_several_lines_is_one_line)
{
    diag_report(diags, span_of(source_from("abc\n"), "a"), KAD0606, "`%s` is true",
                "a ||\r\n    b");
    assert_printed(SHORT, "a.yaml:1:1: warning[KAD0606]: `a || b` is true\n"
                          "1 warning in 1 file\n");
}

/* ---- Expected findings ----------------------------------------------------------- */

static void expect_code(const struct source *source, const char *word,
                        enum diag_code code)
{
    diag_expect(diags, span_of(source, word), code, span_of(source, word),
                S("it is meant"));
}

Test(diag, an_expected_finding_is_counted_and_not_shown)
{
    const struct source *source = source_from("abc\ndef\n");

    expect_code(source, "abc", KAD0803);
    diag_report(diags, span_of(source, "b"), KAD0803, "twice");
    diag_warnings_are_errors(diags);
    cr_assert_eq(diag_error_count(diags), 0);
    assert_printed(SHORT, "no errors in 1 file; 1 suppressed\n");
    diag_report(diags, span_of(source, "d"), KAD0803, "elsewhere");
    cr_assert_eq(diag_error_count(diags), 1);
    cr_assert(strstr(printed(SARIF), "\"justification\": \"it is meant\""));
}

Test(diag, an_expectation_that_is_not_met_warns)
{
    const struct source *source = source_from("abc\ndef\n");

    expect_code(source, "abc", KAD0803);
    assert_printed(SHORT, "a.yaml:1:1: warning[KAD0117]: there is no `KAD0803` here to "
                          "be expected\n"
                          "1 warning in 1 file\n");
    diag_set_level(diags, KAD0803, DIAG_OFF);
    cr_assert_eq(diag_warning_count(diags), 0, "who allows it expects nothing");
}

Test(diag, behind_an_error_nobody_knows_what_would_have_been_found)
{
    const struct source *source = source_from("abc\ndef\n");

    expect_code(source, "abc", KAD0803);
    diag_report(diags, span_of(source, "d"), KAD0104, "unknown key");
    cr_assert_eq(diag_warning_count(diags), 0);
}

Test(diag, what_stays_an_error_or_is_about_security_is_not_expected_away)
{
    for (int code = 0; code < DIAG_CODE_COUNT; code++) {
        const char *name = diag_code_name((enum diag_code)code);
        const bool is_fixed = !diag_set_level(diags, (enum diag_code)code, DIAG_OFF);

        cr_assert_eq(diag_may_be_expected((enum diag_code)code),
                     !is_fixed && strncmp(name, "KAD09", strlen("KAD09")) != 0, "%s",
                     name);
    }
}

/* ---- JSON ------------------------------------------------------------------------ */

/* The object on line `number`, from 0. */
static json_t *json_line(const char *text, int number)
{
    json_t *object;

    while (number--)
        text = strchr(text, '\n') + 1;
    object = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
    cr_assert_not_null(object);
    return object;
}

Test(diag, json_has_places_edits_and_a_path)
{
    const struct source *source = source_from("x\n\xc3\xa9: plam\n");
    const char *code, *level, *label, *note, *text, *alone;
    int line, column, end_column, start, end, edit_start, edit_end, is_primary, certain,
        stop_line;
    json_t *finding;

    diag_report(diags, span_of(source, "plam"), KAD0202, "no step `plam`");
    diag_label(diags, "here");
    diag_note(diags, span_of(source, "x"), "there");
    diag_note(diags, (struct span){0}, "nowhere");
    diag_path(diags, "heading");
    diag_path_stop(diags, span_of(source, "x"), "stop");
    diag_did_you_mean(diags, span_of(source, "plam"), S("plam"),
                      (struct names){STEPS + 1, 1});
    finding = json_line(printed(JSON), 0);
    cr_assert_eq(json_unpack(finding,
                             "{ss ss s[{si si si si si sb ss}{sb ss}] s[{s{si}}] s[ss]"
                             " s[{s[{si si ss}] sb}]}",
                             "code", &code, "level", &level, "spans", "line", &line,
                             "column", &column, "end_column", &end_column, "byte_start",
                             &start, "byte_end", &end, "is_primary", &is_primary,
                             "label", &label, "is_primary", &stop_line, "label", &note,
                             "path", "span", "line", &stop_line, "notes", &alone, &text,
                             "suggestions", "edits", "byte_start", &edit_start,
                             "byte_end", &edit_end, "text", &text, "certain", &certain),
                 0);
    cr_assert_str_eq(code, "KAD0202");
    cr_assert_str_eq(level, "error");
    cr_assert_str_eq(label, "here");
    cr_assert_str_eq(note, "there");
    cr_assert_str_eq(alone, "nowhere");
    cr_assert_str_eq(text, "plan");
    cr_assert_eq(line, 2);
    cr_assert_eq(column, 4);
    cr_assert_eq(end_column, 8);
    cr_assert_eq(start, 6);
    cr_assert_eq(end, 10);
    cr_assert(is_primary);
    cr_assert(certain);
    cr_assert_eq(edit_start, 6);
    cr_assert_eq(edit_end, 10);
    cr_assert_eq(stop_line, 1);
    json_decref(finding);
}

Test(diag, json_always_ends_with_a_summary)
{
    json_t *summary = json_line(printed(JSON), 0);
    int errors = -1, files = -1;

    cr_assert_eq(json_unpack(summary, "{s{si si}}", "summary", "errors", &errors,
                             "files", &files),
                 0);
    cr_assert_eq(errors, 0);
    cr_assert_eq(files, 1);
    json_decref(summary);
}

static const char *fingerprint_in(const char *text)
{
    const char *found;

    diags = diags_new(&arena);
    diag_report(diags, span_of(source_from(text), "plam"), KAD0202, "no step `plam`");
    found = strstr(printed(JSON), "\"fingerprint\":");
    cr_assert_not_null(found);
    return arena_printf(&arena, "%.40s", found);
}

Test(diag, a_fingerprint_survives_moved_lines)
{
    cr_assert_str_eq(fingerprint_in("to: plam\n"),
                     fingerprint_in("# x\n\n  to: plam\n"));
    cr_assert_str_neq(fingerprint_in("to: plam\n"), fingerprint_in("else: plam\n"));
}

Test(diag, json_of_broken_text_is_json)
{
    const struct source *source = source_of_text(&arena, "\xff.yaml", S("a\n"));

    diag_report(diags, span_of(source, "a"), KAD0104, "key `\x01\xff\"`");
    json_decref(json_line(printed(JSON), 0));
}

/* ---- Subjects -------------------------------------------------------------------- */

/* A finding for each `plam` of the text, with one subject, from the last to the first. */
static void report_each(const struct source *source)
{
    for (size_t at = source->text.len; at-- > 0;) {
        const struct span span = {source, (uint32_t)at, (uint32_t)at + 4};

        if (!str_is(span_text(span), "plam"))
            continue;
        diag_report(diags, span, KAD0202, "no step `plam`");
        diag_subject(diags, "step `plam`");
        diag_did_you_mean(diags, span, S("plam"), (struct names){STEPS + 1, 1});
    }
}

Test(diag, findings_with_one_subject_are_one_at_the_first_place)
{
    report_each(source_from("a: plam\nb: plam\nc: plam\n"));
    cr_assert_eq(diag_error_count(diags), 1);
    assert_printed(TEXT, "error[KAD0202 unknown-target]: no step `plam`\n"
                         " --> a.yaml:1:4\n"
                         "  |\n"
                         "1 | a: plam\n"
                         "  |    ^^^^\n"
                         "note: the same at 2 other places\n"
                         " --> a.yaml:2:4\n"
                         " --> a.yaml:3:4\n"
                         "help: did you mean `plan`?\n"
                         "\n"
                         "1 error in 1 file; 1 can be fixed with --fix\n");
    assert_printed(SHORT, "a.yaml:1:4: error[KAD0202]: no step `plam` (also 2:4, 3:4)\n"
                          "1 error in 1 file; 1 can be fixed with --fix\n");
}

Test(diag, at_most_five_other_places_are_shown)
{
    report_each(source_from("plam plam plam plam plam plam plam plam\n"));
    cr_assert(strstr(printed(TEXT), " --> a.yaml:1:26\n  ... and 2 more\n"));
    cr_assert(strstr(printed(SHORT), "1:26 and 2 more)\n"));
}

Test(diag, the_same_subject_in_two_files_is_two_findings)
{
    report_each(source_from("plam\n"));
    report_each(source_from("plam\n"));
    cr_assert_eq(diag_error_count(diags), 2);
}

Test(diag, json_has_the_edits_of_all_places)
{
    json_t *finding, *spans, *edits;

    report_each(source_from("a: plam\nb: plam\n"));
    finding = json_line(printed(JSON), 0);
    cr_assert_eq(json_unpack(finding, "{so s[{so}]}", "spans", &spans, "suggestions",
                             "edits", &edits),
                 0);
    cr_assert_eq(json_array_size(spans), 2);
    cr_assert_eq(json_array_size(edits), 2);
    json_decref(finding);
}

/* ---- Edits ----------------------------------------------------------------------- */

Test(diag, certain_edits_are_in_order_and_do_not_overlap)
{
    const struct source *source = source_from("abcdef\n");
    struct edits edits;

    diag_report(diags, span_of(source, "de"), KAD0202, "one");
    diag_fix(diags, span_of(source, "de"), "1", true, "one");
    diag_report(diags, span_of(source, "abc"), KAD0203, "two");
    diag_fix(diags, span_of(source, "abc"), "2", true, "two");
    diag_report(diags, span_of(source, "cd"), KAD0204, "three");
    diag_fix(diags, span_of(source, "cd"), "3", true, "three");
    diag_report(diags, span_of(source, "f"), KAD0204, "four");
    diag_fix(diags, span_of(source, "f"), "4", false, "four");
    diag_report(diags, span_of(source, "bc"), KAD0107, "five");
    diag_fix(diags, span_of(source, "f"), "5", true, "five");
    diag_set_level(diags, KAD0107, DIAG_OFF);
    edits = diag_certain_edits(diags, source);
    cr_assert_eq(edits.count, 2);
    cr_assert(str_is(edits.items[0].text, "2"));
    cr_assert(str_is(edits.items[1].text, "1"));
}

Test(diag, files_that_were_not_named_are_not_mended)
{
    struct source *source = source_of_text(&arena, "a.yaml", S("plam\n"));

    source->is_foreign = true;
    report_each(source);
    cr_assert_eq(diag_certain_edits(diags, source).count, 0);
    assert_printed(SHORT, "a.yaml:1:1: error[KAD0202]: no step `plam`\n"
                          "1 error in 1 file\n");
}

/* The text of the certain edit for `plam`, which stands in a range; NULL: there is none. */
static const char *edit_of(const char *range, const char *meant)
{
    const struct source *source = source_from(range);
    const struct str name = str_of(meant);
    struct edits edits;

    diags = diags_new(&arena);
    diag_report(diags, (struct span){source, 0, (uint32_t)source->text.len}, KAD0202,
                "x");
    diag_did_you_mean(diags, (struct span){source, 0, (uint32_t)source->text.len},
                      S("plam"), (struct names){&name, 1});
    edits = diag_certain_edits(diags, source);
    if (edits.count == 0)
        return NULL;
    return arena_printf(&arena, "%.*s%s%.*s", (int)edits.items[0].span.start, range,
                        edits.items[0].text.p,
                        (int)(source->text.len - edits.items[0].span.end),
                        range + edits.items[0].span.end);
}

Test(diag, quotes_round_a_mended_name_stay)
{
    cr_assert_str_eq(edit_of("plam", "plan"), "plan");
    cr_assert_str_eq(edit_of("\"plam\"", "plan"), "\"plan\"");
    cr_assert_str_eq(edit_of("''plam''", "plan"), "''plan''");
    cr_assert_str_eq(edit_of("\\\"plam\\\"", "plan"), "\\\"plan\\\"");
}

Test(diag, an_edit_is_certain_only_if_the_text_is_known)
{
    cr_assert_null(edit_of("\"pl\\x61m\"", "plan"));
    cr_assert_null(edit_of("pl\n  am", "plan"));
    cr_assert_null(edit_of("plam", "p: n"));
    cr_assert_null(edit_of("plam", "1lam"));
}

Test(diag, cleared_findings_are_forgotten_and_levels_are_not)
{
    diag_set_level(diags, KAD0107, DIAG_ERROR);
    diag_report(diags, span_of(source_from("a"), "a"), KAD0107, "one");
    diags_clear(diags);
    cr_assert_eq(diag_error_count(diags), 0);
    diag_report(diags, span_of(source_from("a"), "a"), KAD0107, "one");
    cr_assert_eq(diag_error_count(diags), 1);
}

Test(diag, of_very_many_findings_the_first_are_kept)
{
    for (int i = 0; i < FINDINGS_MAX + 10; i++)
        diag_report(diags, (struct span){0}, KAD0301, "finding %d", i);
    cr_assert_eq(diag_error_count(diags) + diag_warning_count(diags), FINDINGS_MAX + 1);
    cr_assert(strstr(printed((struct diag_style){.format = DIAG_SHORT}), "9001 more"));
}
