/* test_names.c: what names stand for, and as which identifiers they go on. */
#include <criterion/criterion.h>

#include "c_name.h"
#include "checked.h"
#include "table.h"

Test(names, words_are_joined_by_underscores_in_c)
{
    const char *const cases[][2] = {
        {"fix-tests", "fix_tests"},
        {"fix_tests", "fix_tests"},
        {"codeChanges", "code_changes"},
        {"testURL", "test_url"},
        {"URLPath", "url_path"},
        {"a1B", "a1_b"},
        {"default", "default_"},
        {"stdin", "stdin_"},
        {"Int", "int_"},
        {"3d", "n3d"},
        {"x", "x"},
    };
    struct arena arena = {0};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_assert_str_eq(c_name(&arena, str_of(cases[i][0])), cases[i][1]);
    arena_release(&arena);
}

Test(names, a_table_keeps_the_first_of_each_key)
{
    struct arena arena = {0};
    struct table table;
    int values[1000];

    table_init(&table, &arena);
    for (int i = 0; i < 1000; i++)
        cr_assert_null(table_add(&table, str_printf(&arena, "k%d", i), &values[i]));
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(table_add(&table, str_printf(&arena, "k%d", i), &arena),
                     &values[i]);
    cr_assert_null(table_find(&table, S("k1000")));
    arena_release(&arena);
}

Test(names, an_id_that_is_a_command_is_refused)
{
    const char *const commands[] = {"run",    "list",   "show",    "define",
                                    "status", "resume", "history", "logs",
                                    "pause",  "cancel", "approve", "prune"};

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        char path[64];
        snprintf(path, sizeof(path), "workflows/%s.yaml", commands[i]);
        struct checked *c = check_named(path, "steps:\n  - id: a\n    run: [make]\n");
        cr_assert_not_null(strstr(c->text, "KAD0210"), "%s", commands[i]);
        checked_release(c);
    }
}

Test(names, a_file_name_gives_the_nearest_id)
{
    struct checked *c =
        check_named("a/My Work_2.yaml", "steps:\n  - id: a\n    run: [make]\n");

    cr_assert_not_null(strstr(c->text, "KAD1003"));
    cr_assert(str_is(c->workflow->id.text, "my-work-2"));
    cr_assert_str_eq(c->workflow->c_name, "my_work_2");
    checked_release(c);
}

Test(names, a_misspelt_target_leads_where_it_was_meant_to)
{
    struct checked *c = check("steps:\n  - id: build\n    run: [make]\n"
                              "    onSuccess: tset\n"
                              "  - id: test\n    run: [make, test]\n");

    cr_assert_str_eq(c->found, "4:KAD0202");
    cr_assert_eq(c->workflow->steps[0]->on_success->target, c->workflow->steps[1]);
    checked_release(c);
}

Test(names, a_hopeless_target_is_the_only_finding)
{
    expect_found("steps:\n  - id: build\n    run: [make]\n    onSuccess: elsewhere\n"
                 "  - id: test\n    run: [make, test]\n",
                 "4:KAD0202");
}

Test(names, targets_inside_switches_are_looked_up)
{
    expect_found("steps:\n  - id: build\n    run: [make]\n    onSuccess:\n"
                 "      switch:\n"
                 "        - {when: \"{{ steps.build.attempts > 1 }}\", then: nowhere}\n"
                 "      else: {condition: \"{{ steps.build.attempts > 2 }}\","
                 " then: $fail, else: elsewhere}\n",
                 "6:KAD0202 7:KAD0202");
}

Test(names, a_step_of_an_unknown_module_is_silent_downstream)
{
    expect_found("steps:\n  - id: build\n    module: nowhere\n    action: none\n"
                 "    inputs: {a: 1}\n    outputs: [{name: x, type: string}]\n"
                 "    onSuccess: show\n"
                 "  - id: show\n    run: [echo, \"{{ steps.build.outputs.y.z }}\"]\n",
                 "3:KAD0207");
}

Test(names, a_manifest_is_read_once_for_all_steps)
{
    struct checked *c =
        check("steps:\n  - id: a\n    module: demo\n    action: attempt\n"
              "    onSuccess: b\n"
              "  - id: b\n    module: demo\n    action: attempt\n");

    cr_assert_str_eq(c->found, "");
    cr_assert_eq(c->program.modules.count, 1);
    cr_assert_eq(c->workflow->steps[0]->action, c->workflow->steps[1]->action);
    checked_release(c);
}

Test(names, a_module_cannot_be_looked_for_outside_its_folder)
{
    expect_found(
        "steps:\n  - id: a\n    module: ../modules/demo\n    action: attempt\n",
        "3:KAD0207");
}

Test(names, names_that_clash_in_c_are_found_in_lists_too)
{
    expect_found(
        "triggers:\n  - type: cli\n    params:\n"
        "      - {name: dry_run, type: string}\n"
        "      - {name: dry-run, type: string}\n"
        "steps:\n  - id: a\n"
        "    run: [make, \"{{ trigger.dry_run }}\", \"{{ trigger.dry-run }}\"]\n",
        "5:KAD1001");
}

Test(names, a_command_may_be_left_out_but_not_wrong)
{
    expect_found("triggers:\n  - type: cli\n    command: kad workflow wf\n"
                 "steps:\n  - id: a\n    run: [make]\n",
                 "");
    expect_found("triggers:\n  - type: cli\n    command: kad workflow fw\n"
                 "steps:\n  - id: a\n    run: [make]\n",
                 "3:KAD0712");
}

Test(names, a_name_that_is_nowhere_is_that_of_a_step_without_one)
{
    expect_found("steps:\n  - id: build\n    run: [make]\n    onSuccess: test\n"
                 "  - run: [make, test]\n    onSuccess: show\n"
                 "  - id: show\n    run: [echo, \"{{ steps.test.outputs.stdout }}\"]\n",
                 "5:KAD0105");
}

Test(names, one_missing_target_is_one_finding_for_all_its_routes)
{
    expect_found("steps:\n  - {id: a, run: [make], onSuccess: b, onFailure: nowhere}\n"
                 "  - {id: b, run: [make], onFailure: nowhere}\n",
                 "2:KAD0202");
}
