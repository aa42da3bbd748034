/* test_model.c: what is read from a workflow's YAML, and how mistakes in it are met. */
#include <criterion/criterion.h>

#include "checked.h"

#define STEP_BUILD "steps:\n  - id: build\n    run: [make]\n"

static int64_t duration_of(const char *text)
{
    int64_t duration_ms = -1;

    return duration_parse(str_of(text), &duration_ms) ? duration_ms : -1;
}

Test(model, a_duration_is_a_sum_of_units)
{
    cr_assert_eq(duration_of("500ms"), 500);
    cr_assert_eq(duration_of("30s"), 30000);
    cr_assert_eq(duration_of("1h30m"), 5400000);
    cr_assert_eq(duration_of("1w2d"), INT64_C(9) * 24 * 3600 * 1000);
}

Test(model, a_duration_has_units_that_fall_and_is_over_zero)
{
    const char *const wrong[] = {"",    "5",    "m",    "0s", "-5s",
                                 "5 s", "5m1h", "1.5h", "5x", "99999999999999w"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_assert_eq(duration_of(wrong[i]), -1, "%s", wrong[i]);
}

Test(model, a_workflow_without_mistakes_has_no_finding)
{
    expect_found(STEP_BUILD, "");
}

Test(model, a_workflow_without_a_name_has_its_id)
{
    struct checked *c = check(STEP_BUILD);

    cr_assert(str_equal(c->workflow->name, c->workflow->id.text));
    cr_assert(c->workflow->name.len > 0);
    cr_assert(str_is(c->workflow->version, "0.0.0"));
    checked_release(c);
}

Test(model, a_step_is_read_whole)
{
    struct checked *c = check("steps:\n"
                              "  - id: build\n"
                              "    name: Build it\n"
                              "    run: [make, all]\n"
                              "    okExit: [0, 3]\n"
                              "    idempotent: true\n"
                              "    maxRetries: 2\n"
                              "    timeout: 5m\n"
                              "    recovers: true\n");
    const struct step *step = c->workflow->steps[0];

    cr_assert_str_eq(c->found, "");
    cr_assert_eq(step->kind, STEP_RUN);
    cr_assert(str_is(step->title, "Build it"));
    cr_assert_eq(step->run.arg_count, 2);
    cr_assert_eq(step->run.ok_exits[1], 3);
    cr_assert(step->run.is_idempotent && step->recovers && step->has_max_retries);
    cr_assert_eq(step->max_retries, 2);
    cr_assert_eq(step->timeout_ms, 300000);
    cr_assert_eq(step->on_success->kind, ROUTE_COMPLETE);
    cr_assert(step->on_failure->is_default && step->on_failure->kind == ROUTE_FAIL);
    checked_release(c);
}

Test(model, a_misspelt_key_is_taken_as_meant)
{
    struct checked *c =
        check("steps:\n  - id: build\n    run: [make]\n    maxRetires: 2\n");

    cr_assert_str_eq(c->found, "4:KAD0104");
    cr_assert_eq(c->workflow->steps[0]->max_retries, 2);
    checked_release(c);
}

Test(model, a_misspelt_key_beside_the_right_one_is_not_taken)
{
    struct checked *c = check("steps:\n  - id: build\n    run: [make]\n"
                              "    maxRetries: 1\n    maxRetires: 2\n");

    cr_assert_str_eq(c->found, "5:KAD0104");
    cr_assert_eq(c->workflow->steps[0]->max_retries, 1);
    checked_release(c);
}

Test(model, each_mistake_has_its_finding)
{
    expect_found("version: one\nsteps:\n  - id: Build\n    run: [make]\n"
                 "    maxRetries: 1.5\n    timeout: soon\n    colour: red\n",
                 "1:KAD0114 3:KAD0209 5:KAD0802 6:KAD0801 7:KAD0104");
}

Test(model, a_root_that_is_no_map_is_one_finding)
{
    expect_found("- a\n- b\n", "1:KAD0106");
    expect_found("", "1:KAD0109");
}

Test(model, inputs_that_cannot_be_read_are_not_missing_too)
{
    expect_found(
        "steps:\n  - id: a\n    module: demo\n    action: show\n    inputs: []\n",
        "5:KAD0106");
}

Test(model, a_parameter_that_a_trigger_lacks_is_optional)
{
    struct checked *c = check("triggers:\n  - type: cli\n    params:\n"
                              "      - {name: a, type: string}\n  - type: cli\n"
                              "steps:\n  - id: build\n"
                              "    run: [make, \"{{ trigger.a ?? 'x' }}\"]\n");

    cr_assert_str_eq(c->found, "");
    cr_assert_eq(c->workflow->params->field_count, 1);
    cr_assert(c->workflow->params->fields[0].type->is_optional);
    checked_release(c);
}

Test(model, a_default_makes_a_parameter_required_and_known)
{
    struct checked *c = check("triggers:\n  - type: cli\n    params:\n"
                              "      - {name: a, type: string?, default: x}\n"
                              "steps:\n  - id: build\n"
                              "    run: [make, \"{{ trigger.a }}\"]\n");

    cr_assert_str_eq(c->found, "");
    cr_assert_not(c->workflow->params->fields[0].type->is_optional);
    cr_assert_not_null(c->workflow->params->fields[0].default_value);
    checked_release(c);
}

Test(model, named_types_may_stand_in_any_order)
{
    struct checked *c = check("types:\n  List: {type: array, items: Item}\n"
                              "  Item: {type: object, properties: {price: number}}\n"
                              "triggers:\n  - type: cli\n    params:\n"
                              "      - {name: items, type: List}\n"
                              "steps:\n  - id: build\n"
                              "    run: [make, \"{{ length(trigger.items) }}\"]\n");
    const struct type *list = c->workflow->params->fields[0].type;

    cr_assert_str_eq(c->found, "");
    cr_assert_eq(list->kind, TYPE_ARRAY);
    cr_assert_eq(list->items->fields[0].type->kind, TYPE_NUMBER);
    checked_release(c);
}

Test(model, limits_that_nothing_can_keep_are_refused)
{
    expect_found("triggers:\n  - type: cli\n    params:\n"
                 "      - {name: a, type: integer, min: 5, max: 1}\n"
                 "      - name: b\n        type: string\n        pattern: \"(\"\n"
                 "steps:\n  - id: build\n"
                 "    run: [make, \"{{ trigger.a }}\", \"{{ trigger.b }}\"]\n",
                 "4:KAD0114 7:KAD0114");
}

Test(model, patterns_are_matched_with_literals)
{
    expect_found("triggers:\n  - type: cli\n    params:\n"
                 "      - {name: a, type: string, pattern: '^[0-9]+$', default: '12'}\n"
                 "      - {name: b, type: string, pattern: '^[0-9]+$', default: 'x'}\n"
                 "steps:\n  - id: build\n"
                 "    run: [make, \"{{ trigger.a }}\", \"{{ trigger.b }}\"]\n",
                 "5:KAD0511");
}

/* ---- Triggers ------------------------------------------------------------------------ */

static const char steps_of_triggers[] = "steps:\n  - id: build\n    run: [make]\n";

static struct checked *check_trigger(struct arena *arena, const char *trigger)
{
    return check(
        arena_printf(arena, "triggers:\n  - %s\n%s", trigger, steps_of_triggers));
}

Test(model, a_schedule_is_read_whole)
{
    struct arena arena = {0};
    struct checked *c = check_trigger(
        &arena, "{type: schedule, cron: '0 3 * * *', timezone: Europe/Berlin,"
                " catchUp: all, overlap: cancel}");
    const struct trigger *trigger = &c->workflow->triggers[0];

    cr_expect_eq(trigger->kind, TRIGGER_SCHEDULE);
    cr_expect(str_is(trigger->schedule.cron.text, "0 3 * * *"));
    cr_expect(str_is(trigger->schedule.timezone.text, "Europe/Berlin"));
    cr_expect_eq(trigger->schedule.catch_up, CATCH_UP_ALL);
    cr_expect_eq(trigger->schedule.overlap, OVERLAP_CANCEL);
    checked_release(c);
    arena_release(&arena);
}

Test(model, triggers_have_defaults)
{
    struct arena arena = {0};
    struct checked *c = check_trigger(&arena, "{type: schedule, cron: '0 3 * * *'}");

    cr_expect_eq(c->workflow->triggers[0].schedule.catch_up, CATCH_UP_NONE);
    cr_expect_eq(c->workflow->triggers[0].schedule.overlap, OVERLAP_SKIP);
    cr_expect_null(c->workflow->triggers[0].schedule.timezone.text.p);
    checked_release(c);
    c = check_trigger(&arena,
                      "{type: webhook, path: /x, secret: \"{{ secrets.HOOK }}\"}");
    cr_expect(str_is(c->workflow->triggers[0].webhook.method, "POST"));
    cr_expect_str_empty(c->text);
    checked_release(c);
    c = check_trigger(&arena, "{type: watch, paths: [a, 'b*']}");
    cr_expect_eq(c->workflow->triggers[0].watch.path_count, 2);
    cr_expect_eq(c->workflow->triggers[0].watch.debounce_ms, 1000);
    checked_release(c);
    arena_release(&arena);
}

Test(model, a_trigger_without_a_type_is_what_its_keys_say)
{
    struct arena arena = {0};
    struct checked *c = check_trigger(&arena, "{event: order.paid, filter: 'true'}");

    cr_expect_eq(c->workflow->triggers[0].kind, TRIGGER_EVENT);
    cr_expect(strstr(c->text, "KAD0105"), "%s", c->text);
    cr_expect(strstr(c->text, "missing key `type`"), "%s", c->text);
    checked_release(c);
    c = check_trigger(&arena, "{type: shedule, cron: '0 3 * * *'}");
    cr_expect_eq(c->workflow->triggers[0].kind, TRIGGER_SCHEDULE);
    checked_release(c);
    arena_release(&arena);
}

Test(model, a_default_of_one_trigger_is_not_that_of_another)
{
    struct checked *c =
        check("triggers:\n"
              "  - {type: cli, params: [{name: a, type: integer, default: 1}]}\n"
              "  - {type: event, event: x}\n"
              "steps:\n  - id: build\n    run: [make, \"{{ trigger.a ?? 2 }}\"]\n");
    const struct type_field *a = type_field_find(c->workflow->params, S("a"));

    cr_assert(a);
    cr_expect(a->type->is_optional);
    cr_expect_null(a->default_value);
    cr_expect_str_empty(c->text);
    checked_release(c);
}
