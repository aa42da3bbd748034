/* test_agent.c: kad_ask with command lines, recordings and people. */
#include <sys/stat.h>

#include "agent.h"
#include "base/buf.h"
#include "step_fixture.h"

TestSuite(agent, .init = open_fixture, .fini = close_fixture);

struct reply {
    const char *summary;
};

static const struct kad_field reply_fields[] = {
    {.name = "summary",
     .offset = offsetof(struct reply, summary),
     .type = &kad_string_type},
};

static const struct kad_type reply_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct reply),
    .fields = reply_fields,
    .field_count = 1,
};

static struct reply reply;

/* Asks with these settings; reply is what came. */
static enum kad_outcome ask(const char *config)
{
    reply = (struct reply){0};
    write_file(".kad/config.yaml", config);
    return kad_ask(begin_step("implement", 1, 1), "Do it.\n", &reply_type, &reply);
}

/* ---- Finding the answer ---------------------------------------------------------- */

static const char *find(const char *text)
{
    reply = (struct reply){0};
    return agent_answer_find(&fixture.arena, &reply_type, str_of(text), &reply);
}

Test(agent, the_answer_is_the_last_object_that_fits)
{
    cr_expect_null(find("I looked at {a, b}.\n```json\n{\"summary\": \"first\"}\n```\n"
                        "No: {\"summary\": \"second {x}\"}\nDone, {} it is.\n"));
    cr_expect_str_eq(reply.summary, "second {x}");
}

Test(agent, an_answer_that_is_nothing_but_json_is_found)
{
    cr_expect_null(find("{\"summary\":\"all\"}"));
    cr_expect_str_eq(reply.summary, "all");
}

Test(agent, an_object_inside_another_is_no_answer)
{
    cr_expect_not_null(find("{\"result\": {\"summary\": \"inner\"}}"));
}

Test(agent, what_is_wrong_with_the_last_object_is_said)
{
    cr_expect_not_null(strstr(find("{\"summary\": 3}"), "summary"));
    cr_expect_str_eq(find("done"), "there is no JSON object in the answer");
    cr_expect_not_null(find("{\"summary\": \"cut"));
}

Test(agent, an_object_that_is_too_large_is_no_answer_nor_what_is_inside)
{
    struct buf text;

    buf_init(&text, &fixture.arena);
    buf_add(&text, S("{\"summary\": \"draft\"} {\"text\": \""));
    buf_fill(&text, 'x', KAD_OUTPUTS_MAX);
    buf_add(&text, S("\", \"inner\": {\"summary\": \"inner\"}}"));
    cr_expect_str_eq(find(text.p), "an object in the answer is larger than 16 MiB");
    cr_expect_null(reply.summary);
}

/* ---- Command lines --------------------------------------------------------------- */

Test(agent, a_command_gets_the_prompt_and_the_schema_on_stdin)
{
    const char *prompt;

    /* tee keeps what it was given, and prints it: there is an object, but none that
     * fits. */
    cr_expect_eq(ask("agent: {command: [tee, seen.txt]}\n"), KAD_FAILURE);
    prompt = text_of("seen.txt");
    cr_expect_not_null(strstr(prompt, "Do it.\n"));
    cr_expect_not_null(strstr(prompt, "\"summary\""));
    cr_expect_not_null(strstr(prompt, "Your last answer could not be used"));
    cr_expect_str_eq(failure_code(), "bad_answer");
    cr_expect_not_null(strstr(failure_message(), "3 tries"));
}

Test(agent, the_answer_of_a_command_is_taken)
{
    cr_expect_eq(ask("agent: {command: [echo, '{\"summary\": \"built\"}']}\n"),
                 KAD_SUCCESS, "%s", failure_message());
    cr_expect_str_eq(reply.summary, "built");
}

Test(agent, a_command_that_fails_is_a_failure_with_what_it_said)
{
    cr_expect_eq(ask("agent: {command: [git, no-such-command]}\n"), KAD_FAILURE);
    cr_expect_str_eq(failure_code(), "agent_failed");
    cr_expect_not_null(strstr(failure_message(), "no-such-command"));
}

Test(agent, an_unknown_preset_is_a_failure_that_lists_the_known_ones)
{
    cr_expect_eq(ask("agent: nobody\n"), KAD_FAILURE);
    cr_expect_str_eq(failure_code(), "bad_config");
    cr_expect_not_null(strstr(failure_message(), "claude"));
    cr_expect_not_null(agent_preset_find("codex"));
}

/* ---- People ---------------------------------------------------------------------- */

static const char ask_folder[] = ".kad/asks/abcdefgh12345678/implement/1/1";

static const char *in_ask(const char *name)
{
    return arena_printf(&fixture.arena, "%s/%s", ask_folder, name);
}

Test(agent, without_an_agent_the_question_is_left_for_a_person)
{
    cr_expect_eq(ask(""), KAD_LATER);
    cr_expect_str_eq(fixture.run.step.gates[0].kind, "ask");
    cr_expect_not_null(strstr(text_of(in_ask("prompt.md")), "Do it.\n"));
    cr_expect_not_null(strstr(text_of(in_ask("schema.json")), "summary"));
    cr_expect(kad_ask_is_parked(&fixture.run.step));
}

Test(agent, the_answer_of_a_person_is_taken_up)
{
    cr_assert_eq(ask(""), KAD_LATER);
    write_file(in_ask("answer.json"), "{\"summary\": \"by hand\"}\n");
    cr_expect_eq(ask(""), KAD_SUCCESS, "%s", failure_message());
    cr_expect_str_eq(reply.summary, "by hand");
}

Test(agent, a_bad_answer_of_a_person_is_asked_for_again)
{
    cr_assert_eq(ask(""), KAD_LATER);
    write_file(in_ask("answer.json"), "{\"sumary\": \"by hand\"}\n");
    cr_expect_eq(ask(""), KAD_LATER);
    cr_expect_not_null(strstr(text_of(in_ask("errors.txt")), "summary"));
    write_file(in_ask("answer.json"), "{\"summary\": \"by hand\"}\n");
    cr_expect_eq(ask(""), KAD_SUCCESS);
    cr_expect_not(is_there(in_ask("errors.txt")));
}

Test(agent, an_agent_that_was_configured_meanwhile_is_asked)
{
    cr_assert_eq(ask(""), KAD_LATER);
    cr_expect_eq(ask("agent: {command: [echo, '{\"summary\": \"agent\"}']}\n"),
                 KAD_SUCCESS);
    cr_expect_not(kad_ask_is_parked(&fixture.run.step));
}

/* ---- Recordings ------------------------------------------------------------------ */

static enum kad_outcome replay(const char *recording)
{
    write_file("recorded.yaml", recording);
    return ask("agent: {replay: recorded.yaml}\n");
}

Test(agent, a_recording_edits_files_and_answers)
{
    write_file("old.txt", "old\n");
    write_file("text.txt", "one\ntwo\n");
    cr_expect_eq(replay("- step: implement\n"
                        "  edits:\n"
                        "    - {path: a/new.txt, content: \"new\\n\"}\n"
                        "    - {takes: 1ms}\n"
                        "    - {path: old.txt, delete: true}\n"
                        "    - patch: |\n"
                        "        --- a/text.txt\n"
                        "        +++ b/text.txt\n"
                        "        @@ -1,2 +1,2 @@\n"
                        "        -one\n"
                        "        +1\n"
                        "         two\n"
                        "  answer: {summary: recorded}\n"),
                 KAD_SUCCESS, "%s", failure_message());
    cr_expect_str_eq(text_of("a/new.txt"), "new\n");
    cr_expect_not(is_there("old.txt"));
    cr_expect_str_eq(text_of("text.txt"), "1\ntwo\n");
    cr_expect_str_eq(reply.summary, "recorded");
}

Test(agent, a_recorded_answer_is_labelled_in_the_log)
{
    cr_assert_eq(replay("- {step: implement, answer: {summary: recorded}}\n"),
                 KAD_SUCCESS);
    cr_expect_not_null(strstr(text_of(".kad/logs/abcdefgh12345678/implement.1.1.log"),
                              "recorded answer (replay), not a live agent"));
}

Test(agent, a_step_without_a_recording_fails)
{
    cr_expect_eq(replay("- {step: implement, visit: 2, answer: {summary: x}}\n"),
                 KAD_FAILURE);
    cr_expect_str_eq(failure_code(), "agent_failed");
}

Test(agent, a_recorded_answer_that_does_not_fit_fails)
{
    cr_expect_eq(replay("- {step: implement, answer: {}}\n"), KAD_FAILURE);
    cr_expect_str_eq(failure_code(), "bad_answer");
}

static void expect_refused(const char *path)
{
    const char *recording = arena_printf(&fixture.arena,
                                         "- step: implement\n"
                                         "  edits: [{path: \"%s\", content: x}]\n"
                                         "  answer: {summary: x}\n",
                                         path);

    cr_expect_eq(replay(recording), KAD_FAILURE, "%s", path);
    cr_expect_str_eq(failure_code(), "agent_failed");
}

Test(agent, recorded_edits_stay_inside_the_workspace)
{
    cr_assert_eq(symlink("/tmp", path_of("link")), 0);
    cr_assert_eq(symlink("/tmp/kad-outside", path_of("file-link")), 0);
    expect_refused("../outside");
    expect_refused("/tmp/outside");
    expect_refused("a/../../outside");
    expect_refused("link/kad-outside");
    expect_refused("file-link");
    expect_refused(".git/config");
    expect_refused(".kad/config.yaml");
    cr_expect_eq(access("/tmp/kad-outside", F_OK), -1);
}

/* The error of a recording, after the file's name. */
static const char *load_error(const char *recording)
{
    const char *path = path_of("recorded.yaml"), *error = NULL;
    json_t *json;

    write_file("recorded.yaml", recording);
    json = agent_replay_load(&fixture.arena, path, &error);
    cr_assert_null(json);
    return error + strlen(path);
}

Test(agent, a_faulty_recording_is_refused_with_the_entry)
{
    cr_expect_str_eq(load_error("step: x\n"), ": a recording is a list");
    cr_expect_str_eq(load_error("- {step: a, answer: {}}\n- {answer: {}}\n"),
                     ": entry 2: `step` is missing");
    cr_expect_str_eq(load_error("- {step: a}\n"), ": entry 1: `answer` is missing");
    cr_expect_str_eq(load_error("- {step: a, visits: 1, answer: {}}\n"),
                     ": entry 1: unknown key `visits`");
    cr_expect_str_eq(load_error("- {step: a, edits: [{takes: long}], answer: {}}\n"),
                     ": entry 1: `long` is not a duration");
    cr_expect_str_eq(load_error("- {step: a, edits: [{path: x}], answer: {}}\n"),
                     ": entry 1: an edit is {path, content}, {path, delete: true}, "
                     "{patch} or {takes}");
}

Test(agent, the_first_entry_that_fits_answers)
{
    const char *error = NULL;
    json_t *json;

    write_file("recorded.yaml", "- {step: a, visit: 2, answer: {n: 1}}\n"
                                "- {step: a, attempt: 2, answer: {n: 2}}\n"
                                "- {step: a, answer: {n: 3}}\n");
    json = agent_replay_load(&fixture.arena, path_of("recorded.yaml"), &error);
    cr_assert_not_null(json, "%s", error);
    cr_expect_eq(agent_replay_find(json, "a", 2, 2), json_array_get(json, 0));
    cr_expect_eq(agent_replay_find(json, "a", 1, 2), json_array_get(json, 1));
    cr_expect_eq(agent_replay_find(json, "a", 1, 1), json_array_get(json, 2));
    cr_expect_null(agent_replay_find(json, "b", 1, 1));
    json_decref(json);
}
