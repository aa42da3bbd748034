/* test_flow.c: what is set where it is read. `make` gives `text` and the optional `note`;
 * `report` takes an optional text, `show` a required one. */
#include <criterion/criterion.h>

#include "checked.h"

#define MAKE(id, routes)                                                               \
    "  - {id: " id ", module: demo, action: make, inputs: {title: x}" routes "}\n"
#define SHOW(id, text, routes)                                                         \
    "  - {id: " id ", module: demo, action: show, inputs: {text: \"" text "\"}" routes \
    "}\n"
#define REPORT(id, text, routes)                                                       \
    "  - {id: " id ", module: demo, action: report, inputs: {text: \"" text            \
    "\"}" routes "}\n"
#define ATTEMPT(id, routes)                                                            \
    "  - {id: " id ", module: demo, action: attempt" routes "}\n"

Test(flow, a_success_on_every_path_sets_the_outputs)
{
    expect_found("steps:\n" MAKE("a", ", onSuccess: b")
                     SHOW("b", "{{ steps.a.outputs.text }}", ""),
                 "");
}

Test(flow, a_way_round_the_producer_leaves_them_unset)
{
    expect_found("steps:\n"
                 "  - {id: s, run: [make], onSuccess: a, onFailure: b}\n" MAKE(
                     "a", ", onSuccess: b, onFailure: $fail")
                     SHOW("b", "{{ steps.a.outputs.text }}", ""),
                 "4:KAD0401");
}

Test(flow, the_handler_of_the_producer_finds_nothing)
{
    expect_found("steps:\n" MAKE("a", ", onFailure: b")
                     SHOW("b", "{{ steps.a.outputs.text }}", ""),
                 "3:KAD0402");
}

Test(flow, a_later_failure_of_the_producer_takes_its_outputs_away)
{
    /* a -> b -> a (again, may fail) -> c: c is reached by a's failure only. */
    expect_found("steps:\n" MAKE("a", ", onSuccess: b, onFailure: c")
                     SHOW("b", "{{ steps.a.outputs.text }}",
                          ", onSuccess: a, onFailure: $fail, maxRetries: 2")
                         SHOW("c", "{{ steps.a.outputs.text }}", ""),
                 "4:KAD0402");
}

Test(flow, a_step_cannot_read_its_own_outputs_before_it_ran)
{
    expect_found("steps:\n" MAKE("s", ", onSuccess: b")
                     SHOW("b", "{{ steps.c.outputs.text }}", ", onSuccess: c")
                         MAKE("c", ""),
                 "3:KAD0403");
}

Test(flow, a_steps_own_outputs_are_set_in_its_success_route_only)
{
    expect_found(
        "steps:\n"
        "  - id: a\n    module: demo\n    action: make\n    inputs: {title: x}\n"
        "    onSuccess:\n"
        "      {condition: \"{{ steps.a.outputs.size > 1 }}\", then: $complete,"
        " else: $fail}\n"
        "    onFailure:\n"
        "      {condition: \"{{ steps.a.outputs.size > 1 }}\", then: $complete,"
        " else: $fail}\n",
        "9:KAD0402");
}

Test(flow, a_fallback_makes_an_unset_value_harmless)
{
    struct checked *c = check("steps:\n" MAKE("a", ", onFailure: b")
                                  SHOW("b", "{{ steps.a.outputs.text ?? 'x' }}", ""));
    const struct expr *expr =
        template_lone(c->workflow->steps[1]->inputs[0].value->scalar);

    cr_assert_str_eq(c->found, "", "%s", c->text);
    cr_assert(expr->left->binding.may_be_unset);
    checked_release(c);
}

Test(flow, an_optional_place_takes_a_value_that_may_be_unset)
{
    struct checked *c = check("steps:\n" MAKE("a", ", onFailure: b")
                                  REPORT("b", "{{ steps.a.outputs.text }}", ""));

    cr_assert_str_eq(c->found, "", "%s", c->text);
    cr_assert(template_lone(c->workflow->steps[1]->inputs[0].value->scalar)
                  ->binding.may_be_unset);
    checked_release(c);
}

Test(flow, an_optional_place_does_not_help_inside_text_or_arithmetic)
{
    expect_found("steps:\n" MAKE("a", ", onFailure: b")
                     REPORT("b", "it is {{ steps.a.outputs.text }}", ""),
                 "3:KAD0402");
    expect_found("steps:\n" MAKE("a", ", onFailure: b")
                     REPORT("b", "{{ upper(steps.a.outputs.text) }}", ""),
                 "3:KAD0402");
}

Test(flow, outputs_that_stay_after_a_failure_are_optional_there)
{
    expect_found("steps:\n" ATTEMPT("a", ", onSuccess: b, onFailure: b")
                     REPORT("b", "{{ steps.a.outputs.log }}", ""),
                 "");
    expect_found("steps:\n" ATTEMPT("a", ", onSuccess: b, onFailure: b")
                     SHOW("b", "{{ steps.a.outputs.log }}", ""),
                 "3:KAD0404");
}

Test(flow, an_unreachable_producer_is_one_finding)
{
    expect_found("steps:\n  - {id: s, run: [make], onSuccess: b}\n" MAKE("a", "")
                     SHOW("b", "{{ steps.a.outputs.text }}", ""),
                 "3:KAD0301");
}

Test(flow, a_fallback_for_what_is_set_is_useless)
{
    expect_found("steps:\n" MAKE("a", ", onSuccess: b")
                     SHOW("b", "{{ steps.a.outputs.text ?? 'x' }}", ""),
                 "3:KAD0405");
    expect_found("steps:\n" MAKE("a", ", onSuccess: b")
                     SHOW("b", "{{ steps.a.outputs.note ?? 'x' }}", ""),
                 "");
}

Test(flow, outputs_of_the_workflow_count_on_completing_paths_only)
{
    const char *steps =
        "steps:\n"
        "  - {id: a, run: [make], onSuccess: b, onFailure: h}\n"
        "  - {id: b, run: [make]}\n"
        "  - {id: h, run: [make]%s}\n"
        "outputs: [{name: x, value: \"{{ steps.a.outputs.stdout }}\"}]\n";
    char yaml[512];

    snprintf(yaml, sizeof(yaml), steps, "");
    expect_found(yaml, "");
    snprintf(yaml, sizeof(yaml), steps, ", recovers: true");
    expect_found(yaml, "5:KAD0408");
}

Test(flow, an_error_is_there_where_something_may_have_failed)
{
    const char *steps = "steps:\n"
                        "  - {id: a, run: [make], onSuccess: b%s}\n"
                        "  - {id: b, module: demo, action: report,"
                        " inputs: {error: \"{{ workflow.error }}\"}}\n";
    char yaml[512];

    snprintf(yaml, sizeof(yaml), steps, "");
    expect_found(yaml, "3:KAD0409");
    snprintf(yaml, sizeof(yaml), steps, ", onFailure: b");
    expect_found(yaml, "");
}

Test(flow, a_parameter_is_unused_only_where_all_names_are_understood)
{
    const char *params =
        "triggers: [{type: cli, params: [{name: target, type: string}]}]\n"
        "steps:\n  - {id: a, run: [make, %s]}\n";
    char yaml[512];

    snprintf(yaml, sizeof(yaml), params, "all");
    expect_found(yaml, "1:KAD0212");
    snprintf(yaml, sizeof(yaml), params, "\"{{ trigger.nonsense }}\"");
    expect_found(yaml, "3:KAD0205");
    snprintf(yaml, sizeof(yaml), params, "\"{{ trigger.taget }}\"");
    expect_found(yaml, "3:KAD0205");
}
