/* test_gen_expr.c: expressions as C, in the style that people write. */
#include <criterion/criterion.h>

#include "expr_fixture.h"
#include "gen_expr.h"

static struct fixture f;
static struct gen gen;
static struct emit code, helpers;
static bool reads_frame[1];
static const struct type *stored[1];
static const char *step_names[] = {"STEP_TEST"};

static void setup(void)
{
    fixture_init(&f);
    emit_init(&code, &f.arena);
    emit_init(&helpers, &f.arena);
    stored[0] = f.step.outputs;
    gen = (struct gen){
        .arena = &f.arena,
        .kept = &f.arena,
        .workflow = &f.workflow,
        .names = type_names_new(&f.arena),
        .prefix = "demo_",
        .code = &code,
        .helpers = &helpers,
        .step_names = step_names,
        .reads_frame = reads_frame,
        .stored = stored,
    };
    gen_declare(&gen, f.workflow.params, "demo_trigger");
    gen_declare(&gen, f.step.outputs, "demo_test");
}

static void teardown(void)
{
    fixture_release(&f);
}

TestSuite(gen_expr, .init = setup, .fini = teardown);

static struct template *checked(const char *text)
{
    const struct scope scope = fixture_scope(&f);
    struct template *value = fixture_parse(&f, text);

    template_check(&scope, value);
    return value;
}

/* The C of an expression in its own type. */
static void gives(const char *expression, const char *c)
{
    const char *text = arena_printf(&f.arena, "{{ %s }}", expression);

    cr_expect_str_eq(gen_expr(&gen, template_lone(checked(text))).p, c);
}

/* The C of a scalar where a type is wanted. */
static void gives_wanted(const char *text, const struct type *wanted, const char *c)
{
    cr_expect_str_eq(gen_template(&gen, checked(text), wanted).p, c);
}

static void mark_unset(struct expr *bound, void *context)
{
    (void)context;
    bound->binding.may_be_unset = true;
}

/* The same where every binding may be unset. */
static void gives_unset(const char *text, const struct type *wanted, const char *c)
{
    struct template *value = checked(text);

    template_each_binding(value, mark_unset, NULL);
    cr_expect_str_eq(gen_template(&gen, value, wanted).p, c);
}

static const struct type *optional(enum type_kind kind)
{
    return type_optional(&f.arena, type_simple(kind));
}

Test(gen_expr, names_are_members_and_calls)
{
    gives("trigger.feature", "f->trigger.feature");
    gives("steps.test.outputs.results.passed", "f->test.results.passed");
    gives("workflow.status", "kad_workflow_status(run)");
    gives("workflow.version", "\"1.0.0\"");
    gives("steps.test.attempts", "kad_step_attempts(run, &steps[STEP_TEST])");
    gives("env.HOME ?? '/'", "kad_env(run, \"HOME\") ? kad_env(run, \"HOME\") : \"/\"");
}

Test(gen_expr, conditions_have_no_needless_parentheses)
{
    gives("!steps.test.outputs.results.passed && trigger.ratio > 0.5",
          "!f->test.results.passed && f->trigger.ratio > 0.5");
    gives("(trigger.count > 1 && trigger.count < 5) || trigger.level == 'low'",
          "(f->trigger.count > 1 && f->trigger.count < 5) || "
          "kad_text_equal(f->trigger.level, \"low\")");
    gives("!(trigger.count == 1)", "!(f->trigger.count == 1)");
    gives("trigger.feature != 'x'", "!kad_text_equal(f->trigger.feature, \"x\")");
    gives("trigger.ticket == null", "f->trigger.ticket == NULL");
    gives("trigger.limit != null", "f->trigger.limit.is_set");
    gives("trigger.limit == 3", "kad_integer_equal(f->trigger.limit, "
                                "(struct kad_optional_integer){true, 3})");
    gives("trigger.feature < 'm'", "kad_text_compare(f->trigger.feature, \"m\") < 0");
}

Test(gen_expr, arithmetic_is_checked)
{
    gives("trigger.count + 2 * 3",
          "kad_add(run, f->trigger.count, kad_multiply(run, 2, 3))");
    gives("trigger.ratio * (2 + trigger.ratio) - 1",
          "kad_finite(run, f->trigger.ratio * (2.0 + f->trigger.ratio) - 1.0)");
    gives("trigger.count / 4", "kad_divide(run, kad_number(f->trigger.count), 4.0)");
    gives("-trigger.ratio", "-f->trigger.ratio");
}

Test(gen_expr, what_is_compared_with_itself_is_known_unless_it_may_fault)
{
    gives("trigger.count == trigger.count", "true");
    gives("trigger.count + 1 != trigger.count + 1",
          "kad_add(run, f->trigger.count, 1) != kad_add(run, f->trigger.count, 1)");
}

Test(gen_expr, a_fallback_tests_what_says_that_it_is_unset)
{
    gives("trigger.limit ?? 3", "f->trigger.limit.is_set ? f->trigger.limit.value : 3");
    gives("trigger.ticket ?? 'none'",
          "f->trigger.ticket ? f->trigger.ticket : \"none\"");
    gives(
        "steps.test.error.code ?? ''",
        "kad_step_error(run, &steps[STEP_TEST]) ? kad_step_error(run, &steps[STEP_TEST])->code : \"\"");
}

Test(gen_expr, what_a_path_may_leave_unset_is_asked_of_the_engine)
{
    gives_unset(
        "{{ steps.test.outputs.results.passed ?? false }}", type_simple(TYPE_BOOLEAN),
        "kad_has_outputs(run, &steps[STEP_TEST]) ? f->test.results.passed : false");
    gives_unset("{{ steps.test.outputs.results.coverage }}", optional(TYPE_NUMBER),
                "kad_has_outputs(run, &steps[STEP_TEST]) ? (struct kad_optional_number)"
                "{true, f->test.results.coverage} : (struct kad_optional_number){0}");
    gives_unset("{{ steps.test.outputs.results }}",
                type_optional(&f.arena, f.step.outputs->fields[0].type),
                "kad_has_outputs(run, &steps[STEP_TEST]) ? &f->test.results : NULL");
    gives_unset("{{ steps.test.outputs.names }}",
                type_optional(&f.arena, f.step.outputs->fields[3].type),
                "f->test.names");
}

Test(gen_expr, an_error_that_is_there_for_certain_is_not_tested)
{
    f.step.is_after_failure = true;
    gives("workflow.error.code", "kad_workflow_error(run)->code");
    gives_wanted("{{ workflow.error }}", type_failure(), "*kad_workflow_error(run)");
    gives_wanted("{{ workflow.error }}", type_simple(TYPE_OBJECT),
                 "kad_to_json(run, &kad_error_type, kad_workflow_error(run))");
}

Test(gen_expr, values_are_converted_to_what_is_wanted)
{
    gives_wanted("{{ trigger.count }}", type_simple(TYPE_NUMBER),
                 "kad_number(f->trigger.count)");
    gives_wanted("{{ trigger.count }}", optional(TYPE_INTEGER),
                 "(struct kad_optional_integer){true, f->trigger.count}");
    gives_wanted("{{ trigger.limit }}", optional(TYPE_INTEGER), "f->trigger.limit");
    gives_wanted("{{ null }}", optional(TYPE_INTEGER),
                 "(struct kad_optional_integer){0}");
    gives_wanted("{{ steps.test.outputs.results }}", type_simple(TYPE_ANY),
                 "kad_to_json(run, &demo_test_results_type, &f->test.results)");
    gives_wanted("{{ steps.test.outputs.data }}", type_simple(TYPE_INTEGER),
                 "kad_integer_of_json(run, f->test.data)");
    gives_wanted("{{ steps.test.outputs.data.a ?? 'b' }}", type_simple(TYPE_STRING),
                 "kad_string_of_json(run, kad_json_find(run, f->test.data, \"a\").text "
                 "? kad_json_find(run, f->test.data, \"a\") : "
                 "kad_json_of_string(run, \"b\"))");
    cr_expect_eq(emit_text(&helpers).len, 0);
}

Test(gen_expr, json_becomes_a_struct_by_one_function)
{
    const struct type *results = f.step.outputs->fields[0].type;

    gives_wanted("{{ steps.test.outputs.data }}", results,
                 "as_results(run, f->test.data)");
    gives_wanted("{{ steps.test.outputs.data }}", results,
                 "as_results(run, f->test.data)");
    cr_expect_str_eq(str_copy(&f.arena, emit_text(&helpers)),
                     "static struct demo_test_results as_results(struct kad_run *run, "
                     "struct kad_json json)\n"
                     "{\n"
                     "    struct demo_test_results value = {0};\n"
                     "\n"
                     "    kad_from_json(run, &demo_test_results_type, json, &value);\n"
                     "    return value;\n"
                     "}\n");
}

Test(gen_expr, a_struct_becomes_another_member_by_member)
{
    const struct type *number = type_simple(TYPE_NUMBER);
    const struct type *other = fixture_object(
        &f,
        (const struct type_field[]){
            fixture_field("coverage", type_optional(&f.arena, number)),
            fixture_field("note", type_optional(&f.arena, type_simple(TYPE_STRING))),
        },
        2);

    gen_declare(&gen, other, "demo_other");
    gives_wanted("{{ steps.test.outputs.results }}", other,
                 "as_demo_other(&f->test.results)");
    cr_expect_str_eq(
        str_copy(&f.arena, emit_text(&helpers)),
        "static struct demo_other as_demo_other(const struct demo_test_results *from)\n"
        "{\n"
        "    const struct demo_other to = {\n"
        "        .coverage = (struct kad_optional_number){true, from->coverage},\n"
        "    };\n"
        "\n"
        "    return to;\n"
        "}\n");
}

Test(gen_expr, functions_are_calls_of_the_runtime)
{
    gives("length(trigger.feature)", "kad_length(f->trigger.feature)");
    gives("length(steps.test.outputs.names)", "kad_count(f->test.names.count)");
    gives("first(steps.test.outputs.names)", "kad_strings_at(f->test.names, 0)");
    gives(
        "steps.test.outputs.files[1].passed ?? false",
        "kad_has_index(f->test.files.count, 1) ? f->test.files.items[1].passed : false");
    gives("max(1, trigger.count, 3)",
          "kad_max_integer(kad_max_integer(1, f->trigger.count), 3)");
    gives(
        "trigger.level in ['low', 'high']",
        "kad_strings_contain((struct kad_strings){KAD_TEXTS(\"low\", \"high\")}, f->trigger.level)");
    gives("replace(trigger.feature, 'a', 'b')",
          "kad_replace(run, f->trigger.feature, \"a\", \"b\")");
    gives(
        "format('{0}!', trigger.count)",
        "kad_format(run, \"{0}!\", KAD_TEXTS(kad_text_of_integer(run, f->trigger.count)))");
}

Test(gen_expr, text_is_joined_from_its_parts)
{
    gives_wanted("{{ trigger.count }} of {{ trigger.feature }}",
                 type_simple(TYPE_STRING),
                 "kad_text_join(run, KAD_TEXTS(kad_text_of_integer(run, "
                 "f->trigger.count), \" of \", f->trigger.feature))");
}

Test(gen_expr, constants_have_the_type_of_their_place)
{
    gives_wanted("3", type_simple(TYPE_NUMBER), "3.0");
    gives_wanted("3", type_simple(TYPE_INTEGER), "3");
    gives_wanted("3", type_simple(TYPE_ANY), "KAD_JSON(\"3\")");
    gives_wanted("a \"b\"", type_simple(TYPE_ANY),
                 "KAD_JSON(\"\\\"a \\\\\\\"b\\\\\\\"\\\"\")");
    gives_wanted("1m", type_simple(TYPE_DURATION), "60000");
    gives_wanted("true", optional(TYPE_BOOLEAN),
                 "(struct kad_optional_boolean){true, true}");
    gives_wanted("null", optional(TYPE_STRING), "NULL");
}
