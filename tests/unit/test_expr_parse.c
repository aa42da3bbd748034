/* test_expr_parse.c: scalars to trees, and the mistakes that make this impossible. */
#include <criterion/criterion.h>

#include "expr_fixture.h"

static struct fixture f;

static void setup(void)
{
    fixture_init(&f);
}

static void teardown(void)
{
    fixture_release(&f);
}

TestSuite(expr_parse, .init = setup, .fini = teardown);

/* The tree with all its parentheses. */
static void show(struct buf *out, const struct expr *e)
{
    static const char *const ops[] = {"??", "||", "&&", "==", "!=", "<", "<=", ">",
                                      ">=", "in", "+",  "-",  "*",  "/", "%"};

    switch (e->kind) {
    case EXPR_TEXT: buf_printf(out, "'%.*s'", STR(e->text)); break;
    case EXPR_INTEGER: buf_printf(out, "%lld", (long long)e->integer); break;
    case EXPR_NUMBER: buf_printf(out, "%g", e->number); break;
    case EXPR_BOOLEAN: buf_add(out, e->boolean ? S("true") : S("false")); break;
    case EXPR_NULL: buf_add(out, S("null")); break;
    case EXPR_NAME: buf_add(out, e->text); break;
    case EXPR_BROKEN: buf_add(out, S("BROKEN")); break;
    case EXPR_FIELD:
        show(out, e->left);
        buf_printf(out, ".%.*s", STR(e->text));
        break;
    case EXPR_INDEX:
        show(out, e->left);
        buf_add_char(out, '[');
        show(out, e->right);
        buf_add_char(out, ']');
        break;
    case EXPR_NOT:
    case EXPR_NEGATE:
        buf_add(out, e->kind == EXPR_NOT ? S("(!") : S("(-"));
        show(out, e->left);
        buf_add_char(out, ')');
        break;
    case EXPR_BINARY:
        buf_add_char(out, '(');
        show(out, e->left);
        buf_printf(out, " %s ", ops[e->op]);
        show(out, e->right);
        buf_add_char(out, ')');
        break;
    case EXPR_LIST:
    case EXPR_CHOICE:
    case EXPR_CALL:
        buf_printf(out, "%.*s{",
                   STR(e->kind == EXPR_CALL     ? e->text
                       : e->kind == EXPR_CHOICE ? S("?")
                                                : S("list")));
        for (size_t i = 0; i < e->arg_count; i++) {
            buf_add(out, i ? S(", ") : S(""));
            show(out, e->args[i]);
        }
        buf_add_char(out, '}');
        break;
    }
}

static const char *shown(const char *expression)
{
    const char *text = arena_printf(&f.arena, "{{ %s }}", expression);
    const struct template *value = fixture_parse(&f, text);
    struct buf out;

    buf_init(&out, &f.arena);
    cr_assert(value->is_lone);
    show(&out, value->parts[0].expr);
    return out.p;
}

static void finds(const char *text, const char *findings)
{
    fixture_parse(&f, text);
    cr_expect_str_eq(fixture_findings(&f), findings);
}

Test(expr_parse, operators_bind_by_their_precedence)
{
    cr_expect_str_eq(shown("a.x ?? b || c && d == e < f + g * !h"),
                     "(a.x ?? (b || (c && (d == (e < (f + (g * (!h))))))))");
    cr_expect_str_eq(shown("a * b + c - d / e % f"), "(((a * b) + c) - ((d / e) % f))");
    cr_expect_str_eq(shown("a ? b : c ? d : e"), "?{a, b, ?{c, d, e}}");
    cr_expect_str_eq(shown("a ?? b ?? c"), "(a ?? (b ?? c))");
    cr_expect_str_eq(shown("a in b == c"), "((a in b) == c)");
    cr_expect_str_eq(shown("(a + b) * -c[0].d"), "((a + b) * (-c[0].d))");
}

Test(expr_parse, a_name_may_contain_a_minus_and_subtraction_has_blanks)
{
    cr_expect_str_eq(shown("steps.fix-tests.attempts - 1"),
                     "(steps.fix-tests.attempts - 1)");
    cr_expect_str_eq(shown("3-1"), "(3 - 1)");
}

Test(expr_parse, words_of_the_language_are_names_behind_a_dot)
{
    cr_expect_str_eq(shown("trigger.in.true"), "trigger.in.true");
}

Test(expr_parse, text_has_two_quotes_and_the_escapes_of_json)
{
    cr_expect_str_eq(shown("'say \"hi\"'"), "'say \"hi\"'");
    cr_expect_str_eq(shown("\"a\\n\\u00e4\\ud83d\\ude00\\\"\""), "'a\nä😀\"'");
}

Test(expr_parse, a_brace_pair_in_text_ends_nothing)
{
    const struct template *value = fixture_parse(&f, "a {{ \"{{\" }}b{{ '}}' }}");

    cr_assert_eq(value->part_count, 4);
    cr_expect(str_is(value->parts[1].expr->text, "{{"));
    cr_expect(str_is(value->parts[2].text, "b"));
    cr_expect(str_is(value->parts[3].expr->text, "}}"));
    cr_expect_str_eq(fixture_findings(&f), "");
}

Test(expr_parse, white_space_round_a_lone_expression_does_not_count)
{
    cr_expect(fixture_parse(&f, "  {{ a }}\n")->is_lone);
    cr_expect_not(fixture_parse(&f, "x {{ a }}")->is_lone);
    cr_expect_not(fixture_parse(&f, "{{ a }} {{ b }}")->is_lone);
    cr_expect(fixture_parse(&f, "plain }} text")->is_literal);
    cr_expect(fixture_parse(&f, "")->is_literal);
}

Test(expr_parse, the_smallest_integer_can_be_written)
{
    cr_expect_str_eq(shown("-9223372036854775808"), "-9223372036854775808");
    cr_expect_str_eq(shown("9223372036854775807"), "9223372036854775807");
    cr_expect_str_eq(fixture_findings(&f), "");
}

Test(expr_parse, an_integer_beyond_64_bits_is_refused)
{
    finds(
        "{{ 9223372036854775808 }}",
        "t.yaml:1:4: error[KAD0611]: `9223372036854775808` is too large for an integer of "
        "64 bits\n");
}

Test(expr_parse, each_expression_of_a_scalar_has_its_own_mistake)
{
    finds("{{ a + }} and {{ b c }} and {{ }} and {{ d }}",
          "t.yaml:1:8: error[KAD0601]: expected a value, found `}}`\n"
          "t.yaml:1:20: error[KAD0601]: expected an operator or `}}`, found `c`\n"
          "t.yaml:1:29: error[KAD0601]: an expression with nothing in it\n");
}

Test(expr_parse, what_is_not_closed_is_reported_where_it_opens)
{
    finds("a {{ b", "t.yaml:1:3: error[KAD0601]: `{{` without its `}}`\n");
}

Test(expr_parse, a_missing_quote_does_not_swallow_the_next_expression)
{
    const struct template *value = fixture_parse(&f, "{{ 'a }} {{ b }}");

    cr_expect_str_eq(fixture_findings(&f),
                     "t.yaml:1:4: error[KAD0601]: text without its closing quote\n");
    cr_expect_eq(value->parts[value->part_count - 1].expr->kind, EXPR_NAME);
}

Test(expr_parse, an_unknown_function_is_reported_and_taken_as_meant)
{
    cr_expect_str_eq(shown("lenght(a)"), "length{a}");
    cr_expect_str_eq(fixture_findings(&f),
                     "t.yaml:1:4: error[KAD0603]: there is no function `lenght`\n");
}

Test(expr_parse, a_function_wants_its_number_of_arguments)
{
    finds("{{ replace(a, b) }}{{ min(1) }}{{ upper() }}",
          "t.yaml:1:4: error[KAD0604]: `replace` takes 3 arguments, found 2\n"
          "t.yaml:1:23: error[KAD0604]: `min` takes at least 2 arguments, found 1\n"
          "t.yaml:1:35: error[KAD0604]: `upper` takes 1 argument, found 0\n");
}

Test(expr_parse, and_beside_or_wants_parentheses_once)
{
    finds("{{ a && b || c && d || e }}{{ (a && b) || c }}",
          "t.yaml:1:4: warning[KAD0609]: `&&` and `||` without parentheses\n");
}

Test(expr_parse, deep_nesting_is_refused)
{
    char text[1000] = "{{ ";

    memset(text + 3, '(', 500);
    strcpy(text + 503, " }}");
    finds(
        text,
        "t.yaml:1:68: error[KAD1301]: the expression is nested deeper than 64 levels\n");
}

Test(expr_parse, a_long_chain_is_refused)
{
    struct buf text;

    buf_init(&text, &f.arena);
    buf_add(&text, S("{{ 1"));
    for (int i = 0; i < 2000; i++)
        buf_add(&text, S("+1"));
    buf_add(&text, S(" }}"));
    fixture_parse(&f, text.p);
    cr_expect(strstr(fixture_findings(&f), "KAD1301"));
}
