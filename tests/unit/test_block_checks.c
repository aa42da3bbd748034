/* test_block_checks.c: steps inside of steps: how they are read, what every path through them comes
 * to, what they weigh, and calls of other workflows. */
#include <criterion/criterion.h>

#include "blocks.h"
#include "checked.h"

#define RUN(id) "{id: " id ", run: [x], onFailure: $fail}"

/* A parallel with one branch `a`, and a step behind it that reads `a`. */
#define AFTER(mode, branch)                                                            \
    "steps:\n"                                                                         \
    "  - id: p\n"                                                                      \
    "    parallel:\n"                                                                  \
    "      mode: " mode "\n"                                                           \
    "      branches:\n"                                                                \
    "        one: " branch "\n"                                                        \
    "        two: [" RUN(                                                              \
        "other") "]\n"                                                                 \
                 "    onSuccess: end\n"                                                \
                 "  - {id: end, run: [x, \"{{ steps.a.outputs.stdout }}\"]}\n"

static const struct step *step_of(const struct checked *c, const char *id)
{
    const struct step *step = workflow_step_find(c->workflow, str_of(id));

    cr_assert_not_null(step, "%s", id);
    return step;
}

/* ---- Reading ------------------------------------------------------------------------- */

Test(block_checks, stand_before_the_steps_in_them)
{
    struct checked *c =
        check("steps:\n"
              "  - onSuccess: end\n"
              "    forEach: \"{{ ['a'] }}\"\n"
              "    max: 2\n"
              "    steps:\n"
              "      - id: p\n"
              "        parallel: {branches: {x: [" RUN("a") "], z: [" RUN(
                  "b") "]}}\n"
                       "      - " RUN("c") "\n"
                                           "    id: f\n"
                                           "  - " RUN("end") "\n");
    const char *const ids[] = {"f", "p", "a", "b", "c", "end"};

    cr_assert_str_eq(c->found, "8:KAD0301", "%s", c->text);
    cr_assert_eq(c->workflow->step_count, 6);
    for (size_t i = 0; i < 6; i++) {
        cr_assert(str_is(c->workflow->steps[i]->id.text, ids[i]), "%s", ids[i]);
        cr_assert_eq(c->workflow->steps[i]->index, i);
    }
    cr_assert_eq(step_of(c, "f")->block->branches[0].count, 4);
    cr_assert_eq(step_of(c, "b")->branch, &step_of(c, "p")->block->branches[1]);
    cr_assert_eq(step_of(c, "c")->outer, step_of(c, "f")->block);
    cr_assert_eq(line_next(step_of(c, "f")), 5);
    cr_assert_eq(line_next(step_of(c, "p")), 4);
    checked_release(c);
}

Test(block_checks, run_one_item_after_the_other_unless_told_otherwise)
{
    struct checked *c = check("steps:\n"
                              "  - {id: f, forEach: \"{{ ['a'] }}\", max: 2,"
                              " steps: [" RUN("a") "]}\n");
    const struct block *block = c->workflow->steps[0]->block;

    cr_assert_str_eq(c->found, "", "%s", c->text);
    cr_assert_eq(block->concurrency, 1);
    cr_assert_eq(block->mode, MODE_ALL);
    cr_assert_eq(block->item->kind, TYPE_STRING);
    checked_release(c);
}

Test(block_checks, of_two_waits_the_first_bounds_the_time)
{
    struct checked *c =
        check("steps:\n"
              "  - {id: w, wait: {first: {a: {after: 2h}, b: {after: 1h},"
              " c: {event: e}}, timeout: 90m}}\n");

    cr_assert_str_eq(c->found, "", "%s", c->text);
    cr_assert_eq(wait_literal_ms(&c->workflow->steps[0]->wait), 3600000);
    cr_assert_eq(c->workflow->graph->worst_ms, 3600000);
    checked_release(c);
}

/* ---- What is set behind a block ------------------------------------------------------- */

Test(block_checks, that_need_all_branches_leave_what_each_has_passed)
{
    expect_found(AFTER("all", "[" RUN("a") "]"), "");
    expect_found(AFTER("all", "[{id: z, run: [x], onSuccess: a}, " RUN("a") "]"), "");
}

Test(block_checks, that_do_without_a_branch_leave_it_open)
{
    expect_found(AFTER("any", "[" RUN("a") "]"), "9:KAD0401");
    expect_found(AFTER("settle", "[" RUN("a") "]"), "9:KAD0401");
    expect_found(AFTER("{atLeast: 2}", "[" RUN("a") "]"), "9:KAD0401");
    expect_found(
        AFTER("all", "{when: \"{{ execution.id == 'x' }}\", steps: [" RUN("a") "]}"),
        "9:KAD0401");
}

Test(block_checks, with_a_way_round_a_step_leave_it_open)
{
    expect_found(
        AFTER("all",
              "[{id: z, run: [x], onSuccess: a, onFailure: $complete}, " RUN("a") "]"),
        "9:KAD0401");
}

Test(block_checks, give_arrays_of_what_items_have_left)
{
    struct checked *c = check(
        "steps:\n"
        "  - id: f\n    forEach: \"{{ ['a'] }}\"\n    max: 2\n    onSuccess: end\n"
        "    steps:\n"
        "      - {id: a, run: [x], onSuccess: g}\n"
        "      - {id: g, forEach: \"{{ ['a'] }}\", as: b, max: 2, mode: settle, steps: [" RUN(
            "c") "]}\n"
                 "  - {id: end, module: demo, action: show, inputs: {text: \"x\"}}\n"
                 "outputs:\n"
                 "  - {name: a, value: \"{{ steps.a.outputs.stdout }}\"}\n"
                 "  - {name: c, value: \"{{ steps.c.outputs.stdout }}\"}\n");
    struct arena *arena = &c->arena;

    cr_assert_str_eq(c->found, "", "%s", c->text);
    cr_assert(str_is(type_text(arena, c->workflow->outputs[0].value->type),
                     "array of string"));
    cr_assert(str_is(type_text(arena, c->workflow->outputs[1].value->type),
                     "array of array of string?"));
    checked_release(c);
}

Test(block_checks, need_what_their_steps_read)
{
    struct checked *c =
        check("steps:\n"
              "  - {id: a, run: [x], onSuccess: f}\n"
              "  - {id: f, forEach: \"{{ ['a'] }}\", max: 2, onSuccess: end, steps:"
              " [{id: b, run: [x, \"{{ steps.a.outputs.stdout }}\"]}]}\n"
              "  - {id: end, run: [x, \"{{ join(steps.b.outputs.stdout, '') }}\"]}\n");

    cr_assert_str_eq(c->found, "", "%s", c->text);
    cr_assert_eq(step_of(c, "f")->needs.count, 1);
    cr_assert_eq(step_of(c, "f")->needs.items[0], step_of(c, "a"));
    cr_assert_eq(step_of(c, "b")->needs.count, 0);
    cr_assert_eq(step_of(c, "end")->needs.count, 1);
    cr_assert_eq(step_of(c, "end")->needs.items[0], step_of(c, "f"));
    cr_assert(step_of(c, "b")->are_outputs_needed);
    cr_assert(step_of(c, "f")->are_outputs_needed);
    cr_assert_not(step_of(c, "end")->are_outputs_needed);
    checked_release(c);
}

/* ---- Errors -------------------------------------------------------------------------- */

Test(block_checks, hand_over_the_error_of_a_branch_that_ended_well)
{
    struct checked *c =
        check("steps:\n"
              "  - id: p\n"
              "    parallel:\n"
              "      branches:\n"
              "        one: [{id: a, run: [x], onFailure: h}, {id: h, run: [x]}]\n"
              "        two: [{id: b, run: [x]}]\n"
              "    onSuccess: q\n"
              "    onFailure: $fail\n"
              "  - id: q\n"
              "    parallel: {branches: {one: [{id: d, run: [x]}]}}\n"
              "    onSuccess: end\n"
              "    onFailure: $fail\n"
              "  - {id: end, run: [x]}\n");

    cr_assert_str_eq(c->found, "", "%s", c->text);
    cr_assert(step_of(c, "h")->is_after_failure);
    cr_assert_not(step_of(c, "b")->can_be_after_failure);
    cr_assert(step_of(c, "q")->can_be_after_failure);
    cr_assert_not(step_of(c, "q")->is_after_failure);
    cr_assert(step_of(c, "d")->can_be_after_failure);
    checked_release(c);
}

Test(block_checks, recover_inside_from_what_has_failed_inside_alone)
{
    struct checked *c = check(
        "steps:\n"
        "  - {id: a, run: [x], onSuccess: $complete, onFailure: p}\n"
        "  - id: p\n"
        "    parallel: {branches: {one: [{id: b, run: [x], recovers: true, onSuccess: e},"
        " {id: e, run: [x]}]}}\n"
        "    onFailure: $fail\n");

    cr_assert_str_eq(c->found, "", "%s", c->text);
    cr_assert(step_of(c, "e")->is_after_failure);
    checked_release(c);
}

/* ---- The worst case ------------------------------------------------------------------- */

#define TIMED(id) "{id: " id ", run: [x], timeout: 1m, onFailure: $fail}"

Test(block_checks, weigh_the_sum_of_their_branches_and_the_time_of_the_longest)
{
    struct checked *c = check(
        "steps:\n"
        "  - id: p\n"
        "    parallel: {branches: {x: [{id: a, run: [x], timeout: 1m, maxRetries: 1}],"
        " z: [" TIMED("b") "]}}\n"
                           "    maxRetries: 2\n");

    cr_assert_str_eq(c->found, "", "%s", c->text);
    cr_assert_eq(c->workflow->graph->worst_runs, 3 * (1 + 2 + 1));
    cr_assert_eq(c->workflow->graph->worst_ms, 3 * 2 * 60000);
    checked_release(c);
}

Test(block_checks, weigh_their_items_in_rounds)
{
    struct checked *c = check("steps:\n"
                              "  - {id: f, forEach: \"{{ ['a'] }}\", max: 10,"
                              " concurrency: 4, steps: [" TIMED("a") "]}\n");

    cr_assert_eq(c->workflow->graph->worst_runs, 11);
    cr_assert_eq(c->workflow->graph->worst_ms, 3 * 60000);
    checked_release(c);
}

Test(block_checks, end_with_their_timeout_whatever_is_in_them)
{
    struct checked *c = check(
        "steps:\n"
        "  - {id: f, forEach: \"{{ ['a'] }}\", max: 10, timeout: 5m, steps: [" RUN(
            "a") "]}\n");

    cr_assert_eq(c->workflow->graph->worst_ms, 5 * 60000);
    checked_release(c);
}

Test(block_checks, with_more_runs_than_can_be_counted_are_no_less)
{
    struct checked *c = check(
        "steps:\n"
        "  - id: f\n    forEach: \"{{ ['a'] }}\"\n    max: 4294967294\n    steps:\n"
        "      - id: g\n        forEach: \"{{ ['a'] }}\"\n        as: b\n"
        "        max: 4294967294\n        steps:\n"
        "          - id: h\n            forEach: \"{{ ['a'] }}\"\n            as: c\n"
        "            max: 4294967294\n            steps: [" RUN("a") "]\n");

    cr_assert_eq(c->workflow->graph->worst_runs, UINT64_MAX);
    cr_assert_str_eq(c->found, "4:KAD0307", "%s", c->text);
    checked_release(c);
}

/* ---- Calls --------------------------------------------------------------------------- */

struct pair {
    struct arena arena;
    struct program program;
    struct workflow **order;
};

/* Two workflows in memory, `a.yaml` and `b.yaml`, through all passes that have to do with
 * calls. */
static struct pair *pair_new(const char *a, const char *b)
{
    struct pair *pair = calloc(1, sizeof(*pair));
    const char *const texts[] = {a, b}, *const paths[] = {"a.yaml", "b.yaml"};
    struct arena *arena = &pair->arena;

    pair->program = (struct program){.arena = arena, .diags = diags_new(arena)};
    for (size_t i = 0; i < 2; i++) {
        struct source *source = source_of_text(arena, paths[i], str_of(texts[i]));
        struct node *root = doc_parse(arena, source, pair->program.diags);

        vec_push(arena, &pair->program.workflows,
                 model_read(&pair->program, source, root));
    }
    pair->order = calls_resolve(&pair->program);
    for (size_t i = 0; i < 2; i++) {
        names_check(&pair->program, pair->order[i]);
        graph_check(&pair->program, pair->order[i]);
        types_check(&pair->program, pair->order[i]);
        flow_check(&pair->program, pair->order[i]);
    }
    return pair;
}

static void pair_release(struct pair *pair)
{
    arena_release(&pair->arena);
    free(pair);
}

#define CALL(id, other) "steps: [{id: " id ", workflow: " other "}]\n"

Test(block_checks, that_call_a_workflow_come_after_it)
{
    struct pair *pair = pair_new(
        CALL("one", "b"), "steps: [{id: x, run: [x], maxRetries: 3, timeout: 1m}]\n"
                          "outputs: [{name: o, value: \"{{ 1 + 1 }}\"}]\n");
    const struct workflow *a = pair->program.workflows.items[0];
    const struct workflow *b = pair->program.workflows.items[1];

    cr_assert_eq(diag_error_count(pair->program.diags), 0);
    cr_assert_eq(pair->order[0], b);
    cr_assert_eq(pair->order[1], a);
    cr_assert_eq(a->steps[0]->block->workflow, b);
    cr_assert_eq(a->graph->worst_runs, 5);
    cr_assert_eq(a->graph->worst_ms, 4 * 60000);
    cr_assert(str_is(a->steps[0]->outputs->fields[0].name, "o"));
    cr_assert_eq(a->steps[0]->outputs->fields[0].type->kind, TYPE_INTEGER);
    pair_release(pair);
}

Test(block_checks, that_call_in_a_circle_are_one_error)
{
    struct pair *pair = pair_new(CALL("one", "b"), CALL("two", "a"));
    const struct workflow *a = pair->program.workflows.items[0];
    const struct workflow *b = pair->program.workflows.items[1];

    cr_assert_eq(diag_error_count(pair->program.diags), 1);
    cr_assert_eq(a->steps[0]->block->workflow, b);
    cr_assert_null(b->steps[0]->block->workflow);
    pair_release(pair);
}

Test(block_checks, of_many_branches_are_no_recursion)
{
    enum { COUNT = 20000 };
    char *yaml = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&yaml, &len);
    struct checked *c;

    fputs("steps:\n  - id: p\n    parallel:\n      branches:\n", out);
    for (int i = 0; i < COUNT; i++)
        fprintf(out, "        b%d: [{id: s%d, run: [x]}]\n", i, i);
    fclose(out);
    c = check(yaml);
    cr_assert_eq(c->workflow->graph->worst_runs, COUNT + 1);
    checked_release(c);
    free(yaml);
}
