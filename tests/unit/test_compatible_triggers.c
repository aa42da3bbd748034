/* test_compatible_triggers.c: parameters of an execution under another build of its workflow. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "compatible.h"

TestSuite(compatible_triggers);

/* The reasons why an execution that these triggers have started can't go on with those. */
static size_t reasons_of(const char *was, const char *is)
{
    struct arena arena = {0};
    struct reasons reasons = {.arena = &arena};
    json_t *before = json_loads(was, 0, NULL), *now = json_loads(is, 0, NULL);
    size_t count;

    cr_assert(before && now);
    compatible_check(&reasons, before, now, NULL, 0);
    count = reasons.list.count;
    json_decref(before);
    json_decref(now);
    arena_release(&arena);
    return count;
}

#define CLI                                                                            \
    "{\"type\": \"cli\", \"params\": [{\"name\": \"to\", \"required\": true,"          \
    " \"schema\": {\"type\": \"string\"}}]}"
#define EVENT "{\"type\": \"event\", \"event\": \"x\", \"params\": []}"
#define DEFINITION(triggers) "{\"triggers\": [" triggers "], \"steps\": []}"

Test(compatible_triggers, a_trigger_without_the_parameter_makes_it_optional)
{
    cr_expect_eq(reasons_of(DEFINITION(CLI), DEFINITION(CLI)), 0);
    cr_expect_eq(reasons_of(DEFINITION(CLI "," EVENT), DEFINITION(CLI "," EVENT)), 0);
    cr_expect_eq(reasons_of(DEFINITION(CLI), DEFINITION(CLI "," EVENT)), 1);
    cr_expect_eq(reasons_of(DEFINITION(CLI "," EVENT), DEFINITION(CLI)), 1);
}

Test(compatible_triggers, a_new_parameter_may_not_be_needed)
{
    cr_expect_eq(reasons_of(DEFINITION(EVENT), DEFINITION(CLI "," EVENT)), 0);
    cr_expect_eq(reasons_of(DEFINITION(EVENT), DEFINITION(CLI)), 1);
}
