/* test_options.c: the command line of a wf-<id> program. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/options.h"

/* ---- A workflow with a parameter of each kind --------------------------------------- */

struct trigger {
    const char *feature;
    const char *level;
    int64_t item_count;
    bool is_urgent;
    struct kad_strings tags;
    struct kad_json options;
    struct kad_optional_number ratio;
    struct kad_optional_number n;
};

static const char *const levels[] = {"low", "high", NULL};
static const struct kad_type level_type = {
    .kind = KAD_STRING, .size_bytes = sizeof(const char *), .values = levels};

static const struct kad_field fields[] = {
    {.name = "feature",
     .offset = offsetof(struct trigger, feature),
     .type = &kad_string_type},
    {.name = "level",
     .offset = offsetof(struct trigger, level),
     .type = &level_type,
     .default_json = "\"low\""},
    {.name = "itemCount",
     .offset = offsetof(struct trigger, item_count),
     .type = &kad_integer_type,
     .default_json = "1"},
    {.name = "is_urgent",
     .offset = offsetof(struct trigger, is_urgent),
     .type = &kad_boolean_type,
     .default_json = "false"},
    {.name = "tags",
     .offset = offsetof(struct trigger, tags),
     .type = &kad_optional_strings_type},
    {.name = "options",
     .offset = offsetof(struct trigger, options),
     .type = &kad_optional_opaque_object_type},
    {.name = "ratio",
     .offset = offsetof(struct trigger, ratio),
     .type = &kad_optional_number_type},
    {.name = "n",
     .offset = offsetof(struct trigger, n),
     .type = &kad_optional_number_type},
};

static const struct kad_type trigger_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct trigger),
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
};

static const struct kad_workflow workflow = {
    .id = "shop", .name = "Shop", .version = "1.0.0", .trigger = &trigger_type};

/* The same, where other things start it, too: a person gives three of the parameters. */
static const struct kad_hand_parameter hand[] = {
    {.is_offered = true, .is_required = true},
    {.is_offered = true, .is_required = true},
    {.is_offered = true, .default_json = "7"},
    {.is_offered = false},
    {.is_offered = false},
    {.is_offered = false},
    {.is_offered = false},
    {.is_offered = false},
};
_Static_assert(sizeof(hand) / sizeof(hand[0]) == sizeof(fields) / sizeof(fields[0]),
               "one for each parameter");

static const struct kad_workflow shared = {.id = "shop",
                                           .name = "Shop",
                                           .version = "1.0.0",
                                           .trigger = &trigger_type,
                                           .by_hand = hand};

static const struct kad_workflow *read_for = &workflow;

static struct arena arena;
static struct options options;
static char *messages;
static size_t messages_len;

static void clean_up(void)
{
    free(messages);
    arena_release(&arena);
}

TestSuite(options, .fini = clean_up);

static bool read_list(const char *const *argv, int argc)
{
    FILE *err;
    bool is_read;

    free(messages);
    err = open_memstream(&messages, &messages_len);
    is_read = options_read(&arena, read_for, argc, (char **)argv, err, &options);
    fclose(err);
    return is_read;
}

/* The arguments after the program's name. */
#define READ(...)                                                                      \
    read_list((const char *const[]){"wf-shop", __VA_ARGS__, NULL},                     \
              sizeof((const char *const[]){"wf-shop", __VA_ARGS__}) /                  \
                  sizeof(const char *))

/* ---- Parameters --------------------------------------------------------------------- */

Test(options, parameters_have_their_defaults)
{
    cr_assert(READ("--feature", "cart"), "%s", messages);
    cr_expect_eq(options.mode, MODE_RUN);
    cr_expect_str_eq(options.parameters, "{\"feature\":\"cart\",\"level\":\"low\","
                                         "\"itemCount\":1,\"is_urgent\":false}");
}

Test(options, names_are_exact_or_in_kebab_case)
{
    cr_assert(READ("--feature=a=b", "--item-count", "3", "--is-urgent"), "%s",
              messages);
    cr_expect_str_eq(options.parameters, "{\"feature\":\"a=b\",\"level\":\"low\","
                                         "\"itemCount\":3,\"is_urgent\":true}");
    cr_assert(READ("--feature=", "--itemCount", "3", "--no-is_urgent"), "%s", messages);
    cr_expect_str_eq(options.parameters, "{\"feature\":\"\",\"level\":\"low\","
                                         "\"itemCount\":3,\"is_urgent\":false}");
}

Test(options, a_value_may_look_like_an_option)
{
    cr_assert(READ("--feature", "--json"), "%s", messages);
    cr_expect_not(options.is_json);
    cr_expect(strstr(options.parameters, "\"feature\":\"--json\""));
}

Test(options, arrays_are_repeated_or_json)
{
    cr_assert(READ("--feature", "a", "--tags", "x", "--tags", "y"), "%s", messages);
    cr_expect(strstr(options.parameters, "\"tags\":[\"x\",\"y\"]"));
    cr_assert(READ("--feature", "a", "--tags", "[\"x\", \"y\"]"), "%s", messages);
    cr_expect(strstr(options.parameters, "\"tags\":[\"x\",\"y\"]"));
}

Test(options, objects_are_json)
{
    cr_assert(READ("--feature", "a", "--options", "{\"a\": [1]}"), "%s", messages);
    cr_expect(strstr(options.parameters, "\"options\":{\"a\":[1]}"));
}

Test(options, a_pair_always_works)
{
    cr_assert(READ("-p", "feature=a", "-p", "is_urgent=true"), "%s", messages);
    cr_expect(strstr(options.parameters, "\"feature\":\"a\""));
    cr_expect(strstr(options.parameters, "\"is_urgent\":true"));
}

Test(options, a_person_gives_what_the_trigger_for_people_has)
{
    read_for = &shared;
    cr_assert(READ("--feature", "a", "--level", "high"), "%s", messages);
    cr_expect_str_eq(options.parameters, "{\"feature\":\"a\",\"level\":\"high\","
                                         "\"itemCount\":7,\"is_urgent\":false}");
    cr_assert_not(READ("--feature", "a", "--is-urgent", "-p", "ratio=1"));
    cr_expect(strstr(messages, "unknown option --is-urgent"));
    cr_expect(strstr(messages, "unknown option --ratio"));
    cr_expect(strstr(messages, "--level is missing"));
    cr_assert_not(READ("--feature", "a", "--level", "low", "--tag", "x"));
    cr_expect_null(strstr(messages, "--tags"), "it is not offered: %s", messages);
}

Test(options, every_mistake_is_said)
{
    cr_assert_not(READ("--level", "hihg", "--item-count", "x", "--ratio", "y", "--tags",
                       "[1]", "more"));
    cr_expect(strstr(messages, "--feature is missing"));
    cr_expect(strstr(messages, "--level: "));
    cr_expect(strstr(messages, "--item-count: "));
    cr_expect(strstr(messages, "--ratio: "));
    cr_expect(strstr(messages, "--tags: "));
    cr_expect(strstr(messages, "more"));
}

Test(options, an_unknown_option_has_a_suggestion)
{
    cr_assert_not(READ("--featrue", "x"));
    cr_expect(strstr(messages, "did you mean --feature?"));
    cr_expect_null(strstr(messages, "missing"), "the value was meant for it");
    cr_assert_not(READ("--feature", "x", "--verbos"));
    cr_expect(strstr(messages, "did you mean --verbose?"));
}

Test(options, an_option_without_a_common_letter_is_no_suggestion)
{
    cr_assert_not(READ("--feature", "x", "--"));
    cr_expect(strstr(messages, "unknown option --"));
    cr_expect_null(strstr(messages, "did you mean"));
}

Test(options, how_a_boolean_is_given_is_said_where_it_was_given_wrongly)
{
    cr_assert_not(READ("--feature", "x", "--is-urgent", "false"));
    cr_expect(strstr(messages, "--no-name or --name=false"));
}

Test(options, a_parameter_is_given_once)
{
    cr_assert_not(READ("--feature", "a", "--feature", "b"));
    cr_expect(strstr(messages, "--feature is given twice"));
}

Test(options, a_value_may_not_be_left_out)
{
    cr_assert_not(READ("--feature"));
    cr_expect(strstr(messages, "--feature needs a value"));
    cr_assert_not(READ("--feature", "a", "--db"));
    cr_expect(strstr(messages, "--db needs a value"));
}

Test(options, an_id_or_a_key_is_not_empty)
{
    cr_assert_not(READ("--resume", ""));
    cr_expect_str_eq(messages, "wf-shop: the value of --resume is empty\n"
                               "wf-shop: --help lists what there is\n");
    cr_expect_not(READ("--status="));
    cr_expect_not(READ("--feature", "a", "--key", ""));
    cr_expect_not(READ("--feature", "a", "--key="));
    cr_expect_not(READ("--batch="));
    cr_expect(READ("--resume", "abc", "--choice", "go", "--comment", ""), "%s",
              messages);
}

/* ---- The engine's ------------------------------------------------------------------- */

Test(options, an_execution_is_resumed_with_an_answer)
{
    cr_assert(READ("--resume", "abc", "--skip", "--outputs", "{}"), "%s", messages);
    cr_expect_eq(options.mode, MODE_RESUME);
    cr_expect_str_eq(options.execution, "abc");
    cr_expect_eq(options.answer.kind, ANSWER_SKIP);
    cr_expect_str_eq(options.answer.outputs, "{}");
}

Test(options, answers_exclude_each_other)
{
    cr_expect_not(READ("--resume", "abc", "--skip", "--fail"));
    cr_expect_not(READ("--resume", "abc", "--fail", "--outputs", "{}"));
    cr_expect_not(READ("--resume", "abc", "--fail", "--outcome", "approved"));
    cr_expect_not(READ("--resume", "abc", "--skip", "--comment", "so"));
    cr_expect_not(READ("--resume", "abc", "--skip", "--choice", "go"));
    cr_expect_not(READ("--feature", "a", "--retry"));
}

/* Each mode that takes a value has one here. */
static bool read_with(const char *mode, const char *option, const char *value)
{
    const char *argv[] = {"wf-shop", mode, option, value, NULL};

    return read_list(argv, value ? 4 : 3);
}

Test(options, what_a_mode_does_not_heed_is_refused)
{
    static const char *const idle[] = {"--relaxed", "--quiet", "--no-wait", "--verbose",
                                       "--detach"};

    for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++) {
        cr_expect_not(read_with("--status=abc", idle[i], NULL), "%s", idle[i]);
        cr_expect(strstr(messages, "does not go with --status"), "%s", messages);
        cr_expect_not(read_with("--describe", idle[i], NULL), "%s", idle[i]);
        cr_expect_not(read_with("--graph", idle[i], NULL), "%s", idle[i]);
        cr_expect_not(read_with("--version", idle[i], NULL), "%s", idle[i]);
    }
    cr_expect_not(read_with("--graph", "--json", NULL));
    cr_expect_not(read_with("--describe", "--db", "x.db"));
    cr_expect_not(read_with("--status=abc", "--key", "k"));
    cr_expect_not(read_with("--resume=abc", "--detach", NULL));
    cr_expect_not(read_with("--batch=lines", "--verbose", NULL));
    cr_expect(read_with("--describe", "--json", NULL), "%s", messages);
    cr_expect(read_with("--status=abc", "--json", NULL), "%s", messages);
    cr_expect(read_with("--batch=lines", "--key", "k"), "%s", messages);
}

Test(options, modes_exclude_each_other)
{
    cr_expect_not(READ("--resume", "abc", "--status", "abc"));
    cr_expect(strstr(messages, "--resume does not go with --status"), "%s", messages);
    cr_expect_not(READ("--batch", "lines", "--describe"));
    cr_expect_not(READ("--describe", "--graph"));
    cr_expect_not(READ("--resume", "abc", "--resume", "abd"));
    cr_expect(strstr(messages, "--resume is given twice"), "%s", messages);
    cr_expect(READ("--resume", "abc", "--help"), "%s", messages);
}

Test(options, a_resumed_execution_keeps_its_parameters)
{
    cr_expect_not(READ("--resume", "abc", "--feature", "a"));
}

Test(options, help_is_there_whatever_else_is_wrong)
{
    cr_expect(READ("--nonsense", "--help"));
    cr_expect_eq(options.mode, MODE_HELP);
}

Test(options, a_graph_has_a_format)
{
    cr_assert(READ("--graph"), "%s", messages);
    cr_expect_eq(options.graph_format, GRAPH_TEXT);
    cr_assert(READ("--graph=dot"), "%s", messages);
    cr_expect_eq(options.graph_format, GRAPH_DOT);
    cr_expect_not(READ("--graph=svg"));
}

Test(options, the_help_names_only_what_is_offered)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    help_print(out, &arena, &shared);
    fclose(out);
    cr_expect(strstr(text, "--item-count INTEGER"));
    cr_expect(strstr(text, "(default: 7)"));
    cr_expect_null(strstr(text, "--ratio"));
    free(text);
}

Test(options, the_help_names_every_parameter)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    help_print(out, &arena, &workflow);
    fclose(out);
    for (size_t i = 0; i < trigger_type.field_count; i++)
        cr_expect(strstr(text, arena_printf(&arena, "--%s",
                                            option_name(&arena, fields[i].name))),
                  "%s", fields[i].name);
    cr_expect(strstr(text, "low, high"));
    cr_expect(strstr(text, "do not fall"));
    free(text);
}
