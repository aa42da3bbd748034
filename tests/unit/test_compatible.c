/* test_compatible.c: in what two definitions of a workflow differ over what is stored. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compatible.h"

static struct arena arena;

static void clean_up(void)
{
    arena_release(&arena);
}

TestSuite(compatible, .fini = clean_up);

/* ' stands for ". */
static json_t *parse(const char *text)
{
    char *json = strdup(text);
    json_t *root;

    for (char *c = json; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    root = json_loads(json, JSON_DECODE_ANY, NULL);
    free(json);
    cr_assert_not_null(root, "%s", text);
    return root;
}

/* One a line. */
static const char *lines_of(const struct reasons *reasons)
{
    const char *lines = "";

    for (size_t i = 0; i < reasons->list.count; i++)
        lines = arena_printf(&arena, "%s%s\n", lines, reasons->list.items[i]);
    return lines;
}

/* ---- Types ------------------------------------------------------------------------------ */

static void differ(const char *was, const char *is, const char *reasons)
{
    static const struct subject output = {"output", " of `s`"};
    struct reasons found = {.arena = &arena};
    json_t *before = parse(was), *now = parse(is);

    schema_compare(&found, &output, "o", before, now);
    cr_expect_str_eq(lines_of(&found), reasons);
    json_decref(before);
    json_decref(now);
}

static void are_same(const char *was, const char *is)
{
    differ(was, is, "");
    differ(is, was, "");
}

Test(compatible, types_are_the_same_whatever_is_said_about_them)
{
    are_same("{'type':'string'}", "{'type':'string','description':'text'}");
    are_same("{'type':'string','enum':['a','b']}",
             "{'type':'string','enum':['b','a']}");
    are_same("{'type':'object','properties':{'a':{},'b':{}},'required':['a','b']}",
             "{'type':'object','properties':{'b':{},'a':{}},'required':['b','a']}");
    are_same("{'type':'object','properties':{'a':{'type':'integer','default':1}}}",
             "{'type':'object','properties':{'a':{'type':'integer','default':2}}}");
    are_same("{}", "{}");
}

Test(compatible, types_of_another_kind_differ)
{
    differ("{'type':'integer'}", "{'type':'number'}",
           "output `o` of `s` was integer, is number\n");
    differ("{'type':'string'}", "{}", "output `o` of `s` was string, is any\n");
    differ("{'type':'string'}", "{'type':'string','enum':['a','b']}",
           "output `o` of `s` was string, is one of `a`, `b`\n");
    differ("{'type':'string','enum':['a','c']}", "{'type':'string','enum':['a','b']}",
           "output `o` of `s` was one of `a`, `c`, is one of `a`, `b`\n");
    differ("{'type':'array','items':{'type':'integer'}}",
           "{'type':'array','items':{'anyOf':[{'type':'integer'},{'type':'null'}]}}",
           "output `o[]` of `s` was integer, is integer or null\n");
    differ("{'type':'array'}", "{'type':'array','items':{'type':'integer'}}",
           "output `o` of `s` was array, is array of integer\n");
    differ("{'type':'object'}", "{'type':'object','properties':{}}",
           "output `o` of `s` was an object of any shape, and has properties\n");
}

Test(compatible, limits_are_of_the_type)
{
    differ("{'type':'integer'}", "{'type':'integer','minimum':1}",
           "output `o` of `s` has other limits\n");
    differ("{'type':'string'}", "{'type':'string','writeOnly':true}",
           "output `o` of `s` has other limits\n");
}

Test(compatible, what_is_inside_is_told_by_its_path)
{
    differ(
        "{'type':'array','items':{'type':'object','properties':{'a':{'type':'string'},"
        "'b':{},'c':{}},'required':['a','c']}}",
        "{'type':'array','items':{'type':'object','properties':{'a':{'type':'boolean'},"
        "'c':{'default':1},'d':{}},'required':['a']}}",
        "output `o[].a` of `s` was string, is boolean\n"
        "output `o[].b` of `s` is not there any more\n"
        "output `o[].c` of `s` was always set, is one with a default\n"
        "output `o[].d` of `s` is new\n");
}

Test(compatible, values_of_their_own_may_go_and_come)
{
    static const struct subject parameter = {"parameter", ""};
    struct reasons found = {.arena = &arena};
    json_t *was = parse("{'properties':{'gone':{},'kept':{'type':'string'}}}");
    json_t *is = parse("{'properties':{'kept':{'type':'string'},'may':{},'must':{}},"
                       "'required':['must']}");

    schema_compare_values(&found, &parameter, was, is);
    cr_expect_str_eq(lines_of(&found), "parameter `must` is new, and has to be set\n");
    json_decref(was);
    json_decref(is);
}

/* ---- Steps ------------------------------------------------------------------------------ */

static void compare(const char *was, const char *is, struct stored_step step,
                    const char *reasons)
{
    struct reasons found = {.arena = &arena};
    json_t *before = parse(was), *now = parse(is);

    compatible_check(&found, before, now, &step, 1);
    cr_expect_str_eq(lines_of(&found), reasons);
    json_decref(before);
    json_decref(now);
}

#define RUN(id) "{'id':'" id "','run':['x'],'outputs':{}}"
#define BLOCK(inner)                                                                   \
    "{'id':'b','parallel':{'mode':'all','branches':[{'name':'l','steps':[" inner       \
    "]}]},'outputs':{}}"
#define STEPS(steps) "{'steps':[" steps "]}"

static const struct stored_step next = {.id = "a", .is_next = true};
static const struct stored_step done = {
    .id = "a", .has_run = true, .has_outputs = true};
static const struct stored_step begun = {
    .id = "b", .has_run = true, .is_under_way = true};
static const struct stored_step anew = {.id = "b", .has_run = true, .is_next = true};

Test(compatible, a_step_that_is_gone_matters_where_the_execution_is_at_it)
{
    compare(STEPS(RUN("a")), STEPS(RUN("c")), next,
            "step `a`, which the execution is at, is not there any more\n");
    compare(STEPS(RUN("a")), STEPS(RUN("c")), done, "");
}

Test(compatible, a_step_stays_where_it_was)
{
    compare(STEPS(RUN("a")), STEPS(BLOCK(RUN("a"))), next,
            "step `a`: on the main line before, now in branch `l` of `b`\n");
    compare(STEPS(BLOCK(RUN("a"))), STEPS(RUN("a")), done,
            "step `a`: in branch `l` of `b` before, now on the main line\n");
}

Test(compatible, a_block_that_has_begun_keeps_what_is_inside)
{
    compare(STEPS(BLOCK(RUN("a"))), STEPS(BLOCK(RUN("a") "," RUN("c"))), begun,
            "what is inside of `b`: `a` before, now `a`, `c`\n");
    compare(STEPS(BLOCK(RUN("a"))), STEPS(BLOCK("{'id':'a','route':true}")), begun,
            "step `a`: `run` before, now `route`\n");
    compare(STEPS(BLOCK(RUN("a"))), STEPS(BLOCK(RUN("a") "," RUN("c"))), anew, "");
}

Test(compatible, a_workspace_and_what_a_step_in_flight_does_stay)
{
    compare("{'workspace':'worktree','steps':[" RUN("b") "]}",
            STEPS("{'id':'b','module':'m','action':'x'}"), begun,
            "`workspace:` worktree before, now here\n"
            "step `b`: `run` before, now action `x` of module `m`\n");
    compare(
        STEPS("{'id':'b','wait':{'event':'e'}}"),
        STEPS("{'id':'b','wait':{'first':{'x':{'event':'e'},'y':{'after':'1h'}}}}"),
        begun,
        "what is waited for in `b`: event `e` before, now the first of `x` (event `e`) "
        "`y` (a time)\n");
}
