/* test_words.c: durations and lines for people. */
#include <criterion/criterion.h>

#include "words.h"

static struct arena arena;

static void clean_up(void)
{
    arena_release(&arena);
}

TestSuite(words, .fini = clean_up);

Test(words, a_shell_word_is_quoted_where_it_has_to_be)
{
    cr_expect_str_eq(shell_word(&arena, "/d/x-1.db"), "/d/x-1.db");
    cr_expect_str_eq(shell_word(&arena, "/d/my store"), "'/d/my store'");
    cr_expect_str_eq(shell_word(&arena, "O'Hara"), "'O'\\''Hara'");
    cr_expect_str_eq(shell_word(&arena, ""), "''");
    cr_expect_str_eq(shell_word(&arena, "~"), "'~'");
}

Test(words, lines_stand_behind_a_margin_without_control_characters)
{
    cr_expect_str_eq(lines_words(&arena, "Well?\033[2J\nReally\r?\n", "  "),
                     "Well?[2J\n  Really?");
    cr_expect_str_eq(lines_words(&arena, "", "  "), "");
}

Test(words, a_duration_has_at_most_two_units)
{
    static const struct {
        int64_t duration_ms;
        const char *words;
    } cases[] = {
        {-5, "0ms"},          {0, "0ms"},           {999, "999ms"},
        {1000, "1.0s"},       {59999, "59.9s"},     {60000, "1m 0s"},
        {3599999, "59m 59s"}, {3600000, "1h 0m"},   {86399999, "23h 59m"},
        {86400000, "1d 0h"},  {694800000, "8d 1h"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_str_eq(duration_words(&arena, cases[i].duration_ms), cases[i].words);
}

Test(words, a_line_ends_with_the_first_one_of_the_text)
{
    cr_expect_str_eq(line_words(&arena, "one\ntwo", 0), "one");
    cr_expect_str_eq(line_words(&arena, "", 0), "");
}

Test(words, a_line_can_do_nothing_to_the_terminal)
{
    cr_expect_str_eq(line_words(&arena,
                                "a\033[2Jb\rc\x7f"
                                "d\xc2\x9b"
                                "e",
                                0),
                     "a[2Jbcde");
}

Test(words, a_line_is_cut_to_its_columns)
{
    cr_expect_str_eq(line_words(&arena, "abcdef", 6), "abcdef");
    cr_expect_str_eq(line_words(&arena, "abcdef", 5), "abcd…");
    cr_expect_str_eq(line_words(&arena, "漢字漢字", 5), "漢字…");
    cr_expect_eq(text_width(S("漢字")), 4);
}
