/* test_config.c: .kad/config.yaml, and YAML files as JSON. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "config.h"

static struct arena arena;
static char folder[] = "/tmp/kad-config-XXXXXX";

static void set_up(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void tear_down(void)
{
    unlink(arena_printf(&arena, "%s/config.yaml", folder));
    rmdir(folder);
    arena_release(&arena);
}

TestSuite(config, .init = set_up, .fini = tear_down);

/* The settings as compact JSON with sorted keys, or the error after the file's name. */
static const char *load(const char *yaml)
{
    const char *path = arena_printf(&arena, "%s/config.yaml", folder);
    const char *error = NULL;
    json_t *json;
    char *text;
    const char *copy;

    cr_assert(file_write(&arena, path, str_of(yaml)));
    json = config_load(&arena, folder, &error);
    if (!json)
        return error + strlen(path);
    text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    copy = arena_printf(&arena, "%s", text);
    free(text);
    json_decref(json);
    return copy;
}

Test(config, no_file_is_no_settings)
{
    const char *error = NULL;
    json_t *json = config_load(&arena, folder, &error);

    cr_assert_not_null(json);
    cr_expect_eq(json_object_size(json), 0);
    json_decref(json);
}

Test(config, an_empty_file_is_no_settings)
{
    cr_expect_str_eq(load("# nothing yet\n"), "{}");
}

Test(config, an_agent_is_a_name_a_command_or_a_recording)
{
    cr_expect_str_eq(load("agent: claude\n"), "{\"agent\":\"claude\"}");
    cr_expect_str_eq(load("agent: 5\n"), "{\"agent\":\"5\"}");
    cr_expect_str_eq(load("agent:\n"), "{\"agent\":null}");
    cr_expect_str_eq(load("agent: {command: [my-agent, -p]}\n"),
                     "{\"agent\":{\"command\":[\"my-agent\",\"-p\"]}}");
    cr_expect_str_eq(load("agent: {replay: recorded.yaml}\n"),
                     "{\"agent\":{\"replay\":\"recorded.yaml\"}}");
}

Test(config, arguments_are_text_also_those_that_look_like_numbers)
{
    cr_expect_str_eq(
        load("tests: {command: [make, -j, 4, yes, null]}\n"),
        "{\"tests\":{\"command\":[\"make\",\"-j\",\"4\",\"yes\",\"null\"]}}");
}

Test(config, an_unknown_key_is_an_error_with_its_line_and_a_suggestion)
{
    cr_expect_str_eq(load("tests:\n  command: [make]\nagnet: claude\n"),
                     ":3: unknown key `agnet`; did you mean `agent`?");
    cr_expect_str_eq(load("agent:\n  url: x\n"), ":2: unknown key `url`");
}

Test(config, a_wrong_shape_is_an_error_with_its_line)
{
    cr_expect_str_eq(load("tests: {command: make test}\n"),
                     ":1: `command` has to be a list of texts");
    cr_expect_str_eq(load("tests: {command: []}\n"),
                     ":1: `command` has to be a list of texts");
    cr_expect_str_eq(load("- agent\n"), ":1: `the file` has to be a mapping");
}

Test(config, a_key_that_is_there_twice_is_an_error)
{
    cr_expect_str_eq(load("agent: claude\nagent: codex\n"),
                     ":2: the key `agent` is there twice");
}

Test(config, what_is_no_yaml_is_an_error_with_its_line)
{
    cr_expect_str_eq(load("agent: claude\ntests: [\n"),
                     ":3: did not find expected node content");
    cr_expect_str_eq(load("agent: \xff\n"), ":1: it is not UTF-8");
    cr_expect_str_eq(load("agent: &a {command: [x]}\ntests: *a\n"),
                     ":1: aliases (`*name`) are not supported here");
}

Test(config, plain_scalars_have_the_types_of_the_core_schema)
{
    const char *path = arena_printf(&arena, "%s/config.yaml", folder);
    const char *error = NULL;
    json_t *json;
    char *text;

    file_write(&arena, path,
               S("[1, -2, 1.5, 1e3, true, False, ~, yes, '1', 1.2.3, 0x10, .5, '']\n"));
    json = yaml_load(&arena, path, &error);
    cr_assert_not_null(json, "%s", error);
    text = json_dumps(json, JSON_COMPACT);
    cr_expect_str_eq(text, "[1,-2,1.5,1000.0,true,false,null,\"yes\",\"1\",\"1.2.3\","
                           "\"0x10\",0.5,\"\"]");
    free(text);
    json_decref(json);
}
