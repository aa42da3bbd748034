/* test_emit.c: the look of generated C: line breaks, braces, comments, escapes. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "emit.h"

static struct arena arena;
static struct emit e;

static void setup(void)
{
    arena_init(&arena);
    emit_init(&e, &arena);
}

static void teardown(void)
{
    arena_release(&arena);
}

TestSuite(emit, .init = setup, .fini = teardown);

static void expect(const char *text)
{
    cr_expect_str_eq(emit_text(&e).p, text);
}

Test(emit, a_line_that_fits_stays_as_it_is)
{
    emit_line(&e, "const int64_t x = f(a, b);");
    expect("const int64_t x = f(a, b);\n");
}

Test(emit, arguments_are_aligned_behind_the_parenthesis)
{
    emit_line(&e, "planning_create_implementation_plan_do(run, &steps[STEP_PLAN], "
                  "&in, &f->plan_of_this_day);");
    expect("planning_create_implementation_plan_do(run, &steps[STEP_PLAN], &in,\n"
           "                                       &f->plan_of_this_day);\n");
}

Test(emit, a_call_that_is_too_far_right_moves_behind_the_assignment)
{
    emit_line(&e, "const enum kad_outcome outcome = testing_fix_failing_tests_do(run, "
                  "&steps[STEP_FIX], &in);");
    expect("const enum kad_outcome outcome =\n"
           "    testing_fix_failing_tests_do(run, &steps[STEP_FIX], &in);\n");
}

Test(emit, operators_end_lines_and_operands_are_aligned)
{
    emit_line(&e, "return f->count.value_of_the_first == 0 && "
                  "f->trigger.limit_of_all < 1000 && is_open_now;");
    expect(
        "return f->count.value_of_the_first == 0 && f->trigger.limit_of_all < 1000 &&\n"
        "       is_open_now;\n");
}

Test(emit, a_choice_is_broken_before_its_signs)
{
    emit_line(&e, "value = f->trigger.contact_person_of_the_order ? "
                  "f->trigger.contact_person_of_that_order_ : nobody;");
    expect("value = f->trigger.contact_person_of_the_order\n"
           "            ? f->trigger.contact_person_of_that_order_\n"
           "            : nobody;\n");
}

static const char *without_space(struct str text)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] != ' ' && text.p[i] != '\n')
            buf_add_char(&buf, text.p[i]);
    return buf.p;
}

/* There are more ways to break it than are looked at. */
Test(emit, nothing_of_a_long_line_is_lost)
{
    enum { DEPTH = 24 };
    struct buf line;

    buf_init(&line, &arena);
    for (int i = 0; i < DEPTH; i++)
        buf_printf(&line, "add(run, f->value.is_set ? f->value.number : ");
    buf_add_char(&line, '1');
    buf_fill(&line, ')', DEPTH);
    buf_add_char(&line, ';');
    emit_line(&e, "%s", line.p);
    cr_expect_str_eq(without_space(emit_text(&e)), without_space(buf_str(&line)));
}

Test(emit, a_text_is_never_broken)
{
    emit_line(
        &e, "kad_text_join(run, \"%s\");",
        "a, b; c = d ? e : f && g, and a good deal more, up to the end of the line");
    expect(
        "kad_text_join(\n"
        "    run, \"a, b; c = d ? e : f && g, and a good deal more, up to the end of "
        "the line\");\n");
}

Test(emit, a_long_signature_has_its_name_on_a_line_of_its_own)
{
    emit_prototype(&e, "enum kad_outcome documentation_update_docs_of_all_parts_do("
                       "struct kad_run *run, const struct kad_step_info *step);");
    expect(
        "enum kad_outcome\n"
        "documentation_update_docs_of_all_parts_do(struct kad_run *run,\n"
        "                                          const struct kad_step_info *step);\n");
}

Test(emit, functions_open_on_a_line_of_their_own)
{
    emit_function(&e, "int main(void)");
    emit_open(&e, "switch (at)");
    emit_case(&e, "ONE");
    emit_case_line(&e, "TWO", "return %d;", 2);
    emit_case_at(&e, "THREE", "a.yaml:3");
    emit_if(&e, "x");
    emit_nested(&e, "return 3;");
    emit_close(&e, "");
    emit_close(&e, "");
    expect(
        "int main(void)\n{\n    switch (at) {\n    case ONE:\n    case TWO: return 2;\n"
        "    case THREE: /* a.yaml:3 */\n        if (x)\n            return 3;\n"
        "    }\n}\n");
}

Test(emit, a_case_without_room_has_its_statement_below)
{
    emit_open(&e, "switch (at)");
    emit_case_line(&e, "STEP_WITH_A_NAME_THAT_GOES_ON_AND_ON", "return %s;",
                   "step_with_a_name_that_goes_on_and_on(run, f)");
    emit_close(&e, "");
    expect("switch (at) {\n"
           "case STEP_WITH_A_NAME_THAT_GOES_ON_AND_ON:\n"
           "    return step_with_a_name_that_goes_on_and_on(run, f);\n"
           "}\n");
}

Test(emit, an_initializer_of_a_long_declaration_is_indented_once_more)
{
    emit_open(&e, "const struct kad_type "
                  "planning_create_implementation_plan_outputs_plan_tasks_item_type =");
    emit_line(&e, ".kind = KAD_OBJECT,");
    emit_close(&e, ";");
    expect("const struct kad_type "
           "planning_create_implementation_plan_outputs_plan_tasks_item_type =\n"
           "    {\n"
           "        .kind = KAD_OBJECT,\n"
           "};\n");
}

Test(emit, blank_lines_neither_double_nor_stand_at_braces)
{
    emit_blank(&e);
    emit_open(&e, "if (x)");
    emit_blank(&e);
    emit_line(&e, "a();");
    emit_blank(&e);
    emit_blank(&e);
    emit_line(&e, "b();");
    emit_blank(&e);
    emit_close(&e, "");
    expect("if (x) {\n    a();\n\n    b();\n}\n");
}

Test(emit, comments_are_wrapped_at_blanks)
{
    emit_comment(&e, "Finds and runs the project's test command, and reads counts and "
                     "coverage from what it prints.");
    expect(
        "/* Finds and runs the project's test command, and reads counts and coverage "
        "from what\n * it prints. */\n");
}

Test(emit, nothing_that_an_author_writes_ends_a_comment)
{
    emit_comment(&e, "a */ b /* c \?\?/");
    expect("/* a * / b / * c ? ?/ */\n");
}

Test(emit, literals_escape_quotes_control_characters_and_trigraphs)
{
    cr_expect_str_eq(emit_quote(&arena, S("a\"b\\c\n\x01"
                                          "1\?\?=")),
                     "\"a\\\"b\\\\c\\n\\0011?\\?=\"");
}

Test(emit, a_short_list_stands_on_one_line)
{
    emit_list(&e, "static const char *const x[]", (struct str[]){S("a"), S("b")}, 2);
    expect("static const char *const x[] = {a, b};\n");
}

Test(emit, a_list_of_few_long_items_has_a_line_for_each)
{
    const struct str item = S("\"a text of thirty-two characters\"");

    emit_list(&e, "const char *const x[]", (struct str[]){item, item, item}, 3);
    expect("const char *const x[] = {\n"
           "    \"a text of thirty-two characters\",\n"
           "    \"a text of thirty-two characters\",\n"
           "    \"a text of thirty-two characters\",\n"
           "};\n");
}

Test(emit, a_list_of_many_even_items_has_columns)
{
    struct str items[7];

    for (size_t i = 0; i < 7; i++)
        items[i] = str_printf(&arena, "\"%.*s\"", (int)(12 + i), "abcdefghijklmnopqrs");
    emit_list(&e, "const char *const x[]", items, 7);
    expect("const char *const x[] = {\n"
           "    \"abcdefghijkl\",     \"abcdefghijklm\",     \"abcdefghijklmn\",     "
           "\"abcdefghijklmno\",\n"
           "    \"abcdefghijklmnop\", \"abcdefghijklmnopq\", \"abcdefghijklmnopqr\",\n"
           "};\n");
}

Test(emit, a_text_constant_has_a_line_for_each_object_of_a_list)
{
    emit_text_constant(&e, "static const char definition[]",
                       S("{\"steps\":[{\"id\":\"analyze\",\"line\":14},"
                         "{\"id\":\"plan\",\"line\":27}],\"version\":\"1.0.0\"}"));
    expect(
        "static const char definition[] =\n"
        "    \"{\\\"steps\\\":[{\\\"id\\\":\\\"analyze\\\",\\\"line\\\":14},\"\n"
        "    \"{\\\"id\\\":\\\"plan\\\",\\\"line\\\":27}],\\\"version\\\":\\\"1.0.0\\\"}\";\n");
}
