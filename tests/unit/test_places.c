/* test_places.c: a misspelt step in an expression is found at its line and column in every
 * form of scalar that YAML has. */
#include <criterion/criterion.h>

#include "checked.h"

TestSuite(places);

/* `argument`: the value that stands under `run: -`; the misspelt name is `biuld`. */
static void assert_place(const char *argument, unsigned line, unsigned column)
{
    struct arena arena = {0};
    struct checked *c = check(arena_printf(&arena,
                                           "steps:\n"
                                           "  - id: build\n"
                                           "    run: [make]\n"
                                           "    onSuccess: show\n"
                                           "    onFailure: $fail\n"
                                           "  - id: show\n"
                                           "    onFailure: $fail\n"
                                           "    run:\n"
                                           "      - echo\n"
                                           "%s",
                                           argument));
    const char *expected =
        arena_printf(&arena, "wf.yaml:%u:%u: error[KAD0203", line, column);

    cr_assert(strstr(c->text, expected), "%s\nexpected %s, found\n%s", argument,
              expected, c->text);
    checked_release(c);
    arena_release(&arena);
}

Test(places, are_exact_in_plain_and_quoted_scalars)
{
    assert_place("      - x {{ steps.biuld.outputs.stdout }}\n", 10, 20);
    assert_place("      - x\n        y {{ steps.biuld.outputs.stdout }}\n", 11, 20);
    assert_place("      - '{{ steps.biuld.outputs.stdout }}'\n", 10, 19);
    assert_place("      - 'it''s {{ steps.biuld.outputs.stdout }}'\n", 10, 25);
    assert_place("      - 'x\n\n\n        {{ steps.biuld.outputs.stdout }}'\n", 13, 18);
    assert_place("      - \"\\t\\u00e9\\x41 {{ steps.biuld.outputs.stdout }}\"\n", 10,
                 32);
    assert_place("      - \"x\\\n        \\ {{ steps.biuld.outputs.stdout }}\"\n", 11,
                 20);
    assert_place("      - \"\xe6\x97\xa5 {{ steps.\\x62iuld.outputs.stdout }}\"\n", 10,
                 21);
}

Test(places, are_exact_in_literal_and_folded_scalars)
{
    static const char *const headers[] = {"|", "|-", "|+", ">", ">-", ">+"};
    struct arena arena = {0};

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        assert_place(arena_printf(&arena,
                                  "      - %s # c\n\n          x\n"
                                  "          y {{ steps.biuld.outputs.stdout }}\n\n",
                                  headers[i]),
                     13, 22);
        for (unsigned indent = 1; indent <= 9; indent++)
            assert_place(arena_printf(&arena,
                                      "      - %s%u\n%*sx\n"
                                      "%*s{{ steps.biuld.outputs.stdout }}\n\n",
                                      headers[i], indent, (int)indent + 6, "",
                                      (int)indent + 8, ""),
                         12, indent + 8 + 10);
    }
    arena_release(&arena);
}

Test(places, are_exact_in_flow_style_and_behind_anchors)
{
    assert_place("      - &a '{{ steps.biuld.outputs.stdout }}'\n      - *a\n", 10, 22);
    assert_place("      - &a\n        \"\\x41 {{ steps.biuld.outputs.stdout }}\"\n", 11,
                 24);
    assert_place("      - &a |2-\n          {{ steps.biuld.outputs.stdout }}\n", 11,
                 20);
    assert_place("    env: {A: &a 'x', B: \"{{ steps.biuld.outputs.stdout }}\"}\n", 10,
                 35);
    assert_place(
        "    env: {\"A\": 'a', \"B\":\n      'it''s {{ steps.biuld.outputs.stdout }}'}\n",
        11, 23);
}

/* `lines`: the keys of an event, with a wrong name `trigger.totl` or `event.dta`. */
static void assert_trigger_place(const char *lines, const char *code, unsigned line,
                                 unsigned column)
{
    struct arena arena = {0};
    struct checked *c = check(arena_printf(&arena,
                                           "triggers:\n"
                                           "  - type: event\n"
                                           "    event: order.paid\n"
                                           "%s"
                                           "steps:\n"
                                           "  - id: show\n"
                                           "    run: [echo, \"{{ trigger.total }}\"]\n",
                                           lines));
    const char *expected =
        arena_printf(&arena, "wf.yaml:%u:%u: error[%s", line, column, code);

    cr_assert(strstr(c->text, expected), "%s\nexpected %s, found\n%s", lines, expected,
              c->text);
    cr_expect(strstr(c->text, "1 error in"), "%s", c->text);
    checked_release(c);
    arena_release(&arena);
}

Test(places, are_exact_in_what_triggers_read)
{
    static const char params[] = "    params: [{name: total, type: number}]\n";
    struct arena arena = {0};

    assert_trigger_place(
        arena_printf(&arena, "    filter: \"{{ trigger.totl > 3 }}\"\n%s", params),
        "KAD0205", 4, 25);
    assert_trigger_place(arena_printf(&arena,
                                      "%s    filter: >-\n      {{ event.type == 'x'\n"
                                      "      && event.dta.x }}\n",
                                      params),
                         "KAD0217", 7, 16);
    assert_trigger_place("    params:\n"
                         "      - name: total\n"
                         "        type: number\n"
                         "        from: '{{ event.dta.total }}'\n",
                         "KAD0217", 7, 25);
    arena_release(&arena);
}
