/* test_expr_check.c: types and names of expressions, and the mistakes in them. */
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

TestSuite(expr_check, .init = setup, .fini = teardown);

static const struct type *check(const char *text)
{
    const struct scope scope = fixture_scope(&f);

    return template_check(&scope, fixture_parse(&f, text));
}

/* The type of a scalar, and that nothing is wrong with it. */
static void has_type(const char *text, const char *type)
{
    cr_expect_str_eq(type_text(&f.arena, check(text)).p, type);
    cr_expect_str_eq(fixture_findings(&f), "");
}

/* The first finding of a scalar is this one, and there is no other. */
static void finds(const char *text, const char *finding)
{
    struct fixture outer = f;

    fixture_init(&f);
    check(text);
    cr_expect_str_eq(fixture_findings(&f),
                     arena_printf(&f.arena, "t.yaml:1:%s\n", finding));
    fixture_release(&f);
    f = outer;
}

Test(expr_check, a_lone_expression_keeps_its_type)
{
    has_type("{{ trigger.feature }}", "string");
    has_type("{{ trigger.limit }}", "integer?");
    has_type("{{ steps.test.outputs.results.passed }}", "boolean");
    has_type("{{ steps.test.status }}",
             "string {pending, completed, failed, timed_out, skipped, cancelled}");
    has_type("{{ steps.test.attempts }}", "integer");
    has_type("{{ steps.test.error.details }}", "any?");
    has_type("{{ workflow.status }}", "string {completed, failed}");
    has_type("{{ execution.startedAt }}", "string");
    has_type("{{ env.HOME }}", "string?");
    has_type("in {{ trigger.count }} parts", "string");
}

Test(expr_check, a_literal_scalar_has_the_type_that_yaml_gives_it)
{
    has_type("12", "integer");
    has_type("1.5", "number");
    has_type("true", "boolean");
    has_type("null", "null");
    has_type("text", "string");
}

Test(expr_check, operators_have_the_types_of_their_operands)
{
    has_type("{{ trigger.count + 1 }}", "integer");
    has_type("{{ trigger.count + 1.5 }}", "number");
    has_type("{{ trigger.count / 2 }}", "number");
    has_type("{{ trigger.count % 2 }}", "integer");
    has_type("{{ -trigger.ratio }}", "number");
    has_type("{{ trigger.limit ?? 3 }}", "integer");
    has_type("{{ trigger.limit ?? 3.5 }}", "number");
    has_type("{{ split(trigger.feature, ' ') ?? [] }}", "array of string");
    has_type("{{ trigger.count > 3 ? [] : ['a'] }}", "array of string {a}");
    has_type("{{ trigger.ticket ?? env.TICKET ?? '' }}", "string");
    has_type("{{ trigger.count > 1 ? 'many' : 'one' }}", "string {many, one}");
    has_type("{{ trigger.count > 1 ? trigger.feature : null }}", "string?");
    has_type("{{ trigger.level == 'low' || trigger.ticket == 'x' }}", "boolean");
    has_type("{{ trigger.level in ['low', 'high'] }}", "boolean");
    has_type("{{ [1, 2.5] }}", "array of number");
    has_type("{{ steps.test.outputs.files[0] }}", "object? {passed, coverage}");
    has_type("{{ steps.test.outputs.files[0].passed ?? false }}", "boolean");
}

Test(expr_check, functions_have_their_results)
{
    has_type("{{ length(trigger.feature) + length(steps.test.outputs.names) }}",
             "integer");
    has_type("{{ split(trigger.feature, ',') }}", "array of string");
    has_type("{{ first(steps.test.outputs.names) }}", "string?");
    has_type("{{ max(1, trigger.count) }}", "integer");
    has_type("{{ max(1, trigger.ratio) }}", "number");
    has_type("{{ round(trigger.ratio) }}", "integer");
    has_type("{{ keys(steps.test.outputs.results) }}", "array of string");
    has_type("{{ toJson(trigger.ticket) }}", "string");
    has_type("{{ contains(steps.test.outputs.names, 'a') }}", "boolean");
    has_type("{{ format('{0} of {1}', trigger.count, trigger.feature) }}", "string");
}

Test(expr_check, unknown_names_are_reported_at_the_name)
{
    finds("{{ triger.feature }}", "4: error[KAD0216]: unknown name `triger`");
    finds("{{ foo }}", "4: error[KAD0216]: unknown name `foo`");
    finds("{{ trigger.feture }}",
          "12: error[KAD0205]: the trigger has no parameter `feture`");
    finds("{{ steps.tset.attempts }}", "10: error[KAD0203]: there is no step `tset`");
    finds("{{ steps.test.outputs.nmaes }}",
          "23: error[KAD0204]: step `test` has no output `nmaes`");
    finds("{{ steps.test.output.names }}",
          "15: error[KAD0217]: a step has no field `output`");
    finds("{{ steps.test.names }}", "15: error[KAD0217]: a step has no field `names`");
    finds("{{ steps.test.outputs.results.pased }}",
          "31: error[KAD0217]: `steps.test.outputs.results` has no field `pased`");
    finds("{{ workflow.foo }}", "13: error[KAD0217]: `workflow` has no field `foo`");
    finds("{{ steps.test }}", "4: error[KAD0217]: `steps.test` is not a value");
    finds("{{ steps.test.outputs }}",
          "4: error[KAD0217]: `steps.test.outputs` is not a value");
}

Test(expr_check, a_misspelt_name_is_taken_as_meant)
{
    cr_expect_eq(check("{{ triger.feture }}")->kind, TYPE_STRING);
    cr_expect_eq(check("{{ steps.tset.outptus.results.passed }}")->kind, TYPE_BOOLEAN);
    cr_expect_eq(check("{{ steps.test.names }}")->kind, TYPE_ARRAY);
}

Test(expr_check, a_value_that_may_be_unset_is_refused_where_one_is_needed)
{
    finds("{{ trigger.limit + 1 }}", "4: error[KAD0404]: `trigger.limit` may be unset");
    finds("{{ upper(trigger.ticket) }}",
          "10: error[KAD0404]: `trigger.ticket` may be unset");
    finds("for {{ trigger.ticket }}",
          "8: error[KAD0404]: `trigger.ticket` may be unset");
    finds("{{ trigger.limit > 1 }}", "4: error[KAD0404]: `trigger.limit` may be unset");
    finds("{{ 1 + null }}", "8: error[KAD0404]: `null` where a value is needed");
}

Test(expr_check, operands_of_the_wrong_type_are_refused)
{
    finds("{{ trigger.feature + 1 }}",
          "4: error[KAD0503]: expected a number, found string");
    finds("{{ trigger.ratio % 2 }}",
          "4: error[KAD0504]: expected an integer, found number");
    finds("{{ trigger.count && true }}",
          "4: error[KAD0505]: expected a boolean, found integer");
    finds("{{ !trigger.feature }}",
          "5: error[KAD0505]: expected a boolean, found string");
    finds("{{ trigger.count == 'a' }}",
          "4: error[KAD0506]: integer and string {a} cannot be compared");
    finds("{{ trigger.level < 'low' }}",
          "4: error[KAD0506]: string {low, high} and string {low} cannot be compared");
    finds("{{ trigger.level == 'lwo' }}",
          "21: error[KAD0508]: `lwo` is none of the allowed values");
    finds("{{ trigger.level in ['low', 1] }}",
          "29: error[KAD0503]: expected string {low} as before, found integer");
    finds("{{ trigger.feature in trigger.feature }}",
          "23: error[KAD0503]: expected an array, found string");
    finds("{{ trigger.count > 0 ? 1 : 'a' }}",
          "28: error[KAD0503]: expected integer as in the first case, found string");
    finds("{{ trigger.limit ?? 'none' }}",
          "21: error[KAD0503]: expected integer as the fallback, found string");
}

Test(expr_check, arguments_of_the_wrong_type_are_refused)
{
    finds(
        "{{ upper(trigger.count) }}",
        "10: error[KAD0605]: expected a string as argument 1 of `upper`, found integer");
    finds(
        "{{ contains(trigger.feature, 1) }}",
        "30: error[KAD0605]: expected a string as argument 2 of `contains`, found integer");
    finds("{{ contains(steps.test.outputs.names, 1) }}",
          "39: error[KAD0506]: integer cannot be an element of an array of string");
    finds("{{ format('{0} {1}', 1) }}",
          "11: error[KAD0604]: `{1}` has no argument, `format` was given 1");
}

Test(expr_check, fields_and_items_need_something_to_be_in)
{
    finds(
        "{{ steps.test.outputs.names.first }}",
        "29: error[KAD0514]: `steps.test.outputs.names` is of type array of string, which "
        "has no fields");
    finds(
        "{{ trigger.feature.x }}",
        "20: error[KAD0217]: `trigger.feature` is of type string, which has no fields");
    finds("{{ steps.test.outputs.results['passed'] }}",
          "4: error[KAD0514]: `steps.test.outputs.results` is of type object {passed, "
          "coverage}, which has no items");
    finds("{{ steps.test.outputs.names[1.5] }}",
          "29: error[KAD0504]: expected an integer as index, found number");
    finds(
        "{{ steps.test.outputs.data.a.b.c }}",
        "28: warning[KAD0513]: nothing says that `steps.test.outputs.data` has a field `a`");
}

Test(expr_check, constants_that_have_no_value_are_refused)
{
    finds("{{ 9223372036854775807 + 1 }}",
          "4: error[KAD0611]: the result is too large for an integer of 64 bits");
    finds("{{ -(-9223372036854775808) }}",
          "4: error[KAD0611]: the result is too large for an integer of 64 bits");
    finds("{{ trigger.count / 0 }}", "20: error[KAD0608]: division by zero");
    finds("{{ trigger.count % (2 - 2) }}", "20: error[KAD0608]: division by zero");
}

Test(expr_check, text_takes_scalars_only)
{
    finds("is {{ steps.test.outputs.results }}",
          "7: error[KAD0507]: an object inside text");
    finds("is {{ steps.test.outputs.names }}",
          "7: error[KAD0507]: an array inside text");
}

Test(expr_check, one_mistake_gives_one_finding)
{
    finds("{{ -foo.bar + 1 > length(foo.x[0]) }}",
          "5: error[KAD0216]: unknown name `foo` (also 1:26)");
    finds("{{ upper(trigger.xyzzy + 1) in [trigger.feature] ? 1 : 2 }}",
          "18: error[KAD0205]: the trigger has no parameter `xyzzy`");
}

Test(expr_check, an_error_is_there_where_every_path_comes_through_a_failure)
{
    has_type("{{ workflow.error }}", "object? {code, message, step, details}");
    f.step.is_after_failure = true;
    has_type("{{ workflow.error.code }}", "string");
}

/* ---- Conditions ------------------------------------------------------------------ */

static void condition_finds(const char *text, const char *finding)
{
    struct fixture outer = f;
    struct scope scope;

    fixture_init(&f);
    scope = fixture_scope(&f);
    condition_check(&scope, fixture_parse(&f, text));
    cr_expect_str_eq(fixture_findings(&f),
                     *finding ? arena_printf(&f.arena, "t.yaml:1:%s\n", finding)
                              : "", );
    fixture_release(&f);
    f = outer;
}

Test(expr_check, a_condition_is_one_boolean_expression)
{
    condition_finds("{{ steps.test.outputs.results.passed }}", "");
    condition_finds("{{ trigger.count }}",
                    "4: error[KAD0505]: expected a boolean, found integer");
    condition_finds("{{ trigger.count }} > 3",
                    "1: error[KAD0602]: text around the expression of a condition");
    condition_finds("trigger.count > 3",
                    "1: error[KAD0505]: expected a boolean, found a string");
    condition_finds("{{ 1 < 2 }}", "4: warning[KAD0606]: the condition is always true");
    condition_finds("{{ trigger.count > 1 && false }}",
                    "4: warning[KAD0606]: the condition is always false");
    condition_finds("{{ trigger.count > trigger.count }}",
                    "4: warning[KAD0606]: the condition is always false");
    condition_finds("true", "1: warning[KAD0606]: the condition is always true");
}

Test(expr_check, a_constant_condition_is_known)
{
    const struct scope scope = fixture_scope(&f);
    struct template *condition =
        fixture_parse(&f, "{{ 'a' == 'b' ? true : 2 * 3 >= 6 }}");
    bool value = false;

    condition_check(&scope, condition);
    cr_expect(condition_is_constant(condition, &value));
    cr_expect(value);
    condition = fixture_parse(&f, "{{ trigger.count > 1 }}");
    condition_check(&scope, condition);
    cr_expect_not(condition_is_constant(condition, &value));
}

/* ---- Bindings -------------------------------------------------------------------- */

static void collect(struct expr *bound, void *context)
{
    buf_printf(context, "%.*s%s;", STR(bound->text), bound->is_guarded ? "?" : "");
}

Test(expr_check, bindings_are_visited_in_the_order_of_the_source)
{
    struct template *value = fixture_parse(
        &f,
        "{{ trigger.feature }} {{ steps.test.outputs.results.passed ? env.A ?? '' : "
        "workflow.error.code ?? '' }}");
    const struct scope scope = fixture_scope(&f);
    struct buf out;

    buf_init(&out, &f.arena);
    template_check(&scope, value);
    template_each_binding(value, collect, &out);
    cr_expect_str_eq(out.p, "feature;results;A?;error?;");
    cr_expect_str_eq(fixture_findings(&f), "");
}
