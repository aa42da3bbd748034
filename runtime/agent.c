/* agent.c: kad_ask.
 *
 * In: a prompt and the type of the answer. Out: an answer of that type, by whoever
 * .kad/config.yaml names: a command line, recorded answers, or, when it names nobody, a
 * person. An answer that a person has already left always counts. */
#include "agent.h"

#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "engine/step_internal.h"
#include "mask.h"
#include "project.h"

enum { TRIES_MAX = 3, TAIL_MAX_BYTES = 2000, ANSWER_SHOWN_BYTES = 8000 };

static enum kad_outcome fail_config(struct kad_step *step, const char *text)
{
    return kad_fail(step, kad_failure_name(KAD_FAILURE_BAD_CONFIG), "%s", text);
}

/* ---- The choice ------------------------------------------------------------------ */

/* `agent: {...}`; config.c has checked its shape. */
struct agent_setting {
    struct kad_strings command;
    const char *replay;
};

static const struct kad_field agent_setting_fields[] = {
    {.name = "command",
     .offset = offsetof(struct agent_setting, command),
     .type = &kad_optional_strings_type},
    {.name = "replay",
     .offset = offsetof(struct agent_setting, replay),
     .type = &kad_optional_string_type},
};

static const struct kad_type agent_setting_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct agent_setting),
    .fields = agent_setting_fields,
    .field_count = 2,
};

/* Who answers: argv, or a recording, or neither: a person. */
struct agent_choice {
    const char *const *argv;
    const char *replay;
};

static bool is_in_path(void *step, const char *program)
{
    return kad_find_program(step, program) != NULL;
}

static enum kad_outcome choose_preset(struct kad_step *step, const char *name,
                                      struct agent_choice *choice)
{
    struct arena *arena = rt_step_arena(step);

    if (!strcmp(name, "auto")) {
        choice->argv = agent_preset_installed(is_in_path, step);
        return KAD_SUCCESS;
    }
    choice->argv = agent_preset_find(name);
    if (choice->argv)
        return KAD_SUCCESS;
    return fail_config(step, arena_printf(arena,
                                          "unknown agent `%s`: known are auto, %s, or "
                                          "any program with agent: {command: [...]}",
                                          name, agent_preset_names(arena)));
}

static const char *const *argv_of(struct arena *arena, struct kad_strings list)
{
    const char **argv = arena_array(arena, const char *, list.count + 1);

    for (size_t i = 0; i < list.count; i++)
        argv[i] = list.items[i];
    return argv;
}

static void choose_listed(struct kad_step *step, const struct agent_setting *setting,
                          struct agent_choice *choice)
{
    struct arena *arena = rt_step_arena(step);

    if (setting->command.count)
        choice->argv = argv_of(arena, setting->command);
    else if (setting->replay && setting->replay[0] == '/')
        choice->replay = setting->replay;
    else if (setting->replay)
        choice->replay =
            arena_printf(arena, "%s/%s", rt_step_project(step)->root, setting->replay);
}

static enum kad_outcome choose(struct kad_step *step, struct agent_choice *choice)
{
    struct agent_setting setting = {0};
    const char *name = NULL, *wrong;
    struct kad_json json;
    const enum kad_outcome outcome = kad_setting(step, "agent", &json);

    *choice = (struct agent_choice){0};
    if (outcome != KAD_SUCCESS || !json.text)
        return outcome;
    if (json.text[0] == '{')
        wrong = kad_json_decode(step, &agent_setting_type, json, &setting);
    else
        wrong = kad_json_decode(step, &kad_string_type, json, &name);
    if (wrong)
        return fail_config(step, wrong);
    if (name)
        return choose_preset(step, name, choice);
    choose_listed(step, &setting, choice);
    return KAD_SUCCESS;
}

/* ---- A command line -------------------------------------------------------------- */

static struct str tail_of(const char *text, size_t len, size_t max_bytes)
{
    const struct str tail = str_trim((struct str){text, len});

    return str_part(tail, tail.len > max_bytes ? tail.len - max_bytes : 0, tail.len);
}

static enum kad_outcome fail_program(struct kad_step *step, const char *program,
                                     const struct kad_output *output)
{
    const struct str tail = output->err_len
                                ? tail_of(output->err, output->err_len, TAIL_MAX_BYTES)
                                : tail_of(output->out, output->out_len, TAIL_MAX_BYTES);

    if (output->exit_code < 0)
        return kad_fail(step, "agent_failed", "`%s` was ended by signal %d: %.*s",
                        program, output->signal, STR(tail));
    return kad_fail(step, "agent_failed", "`%s` ended with exit status %d: %.*s",
                    program, output->exit_code, STR(tail));
}

/* The agent remembers nothing between two runs, so it gets all of it again. */
static const char *prompt_again(const struct agent_question *question,
                                const char *wrong, const struct kad_output *output)
{
    const struct str answer = tail_of(output->out, output->out_len, ANSWER_SHOWN_BYTES);

    return arena_printf(
        rt_step_arena(question->step),
        "%s\n## Your last answer could not be used\n\n%s\n\nThe working "
        "tree is as you left it. This was the answer:\n\n%.*s\n",
        question->prompt, wrong, STR(answer));
}

static enum kad_outcome ask_command(const struct agent_question *question,
                                    const char *const *argv)
{
    struct kad_step *step = question->step;
    struct kad_program program = {.argv = argv, .stdin_text = question->prompt};
    const char *wrong = NULL;

    for (int tries = 0; tries < TRIES_MAX; tries++) {
        struct kad_output output;
        enum kad_outcome outcome;

        outcome = rt_step_call_agent(step);
        if (outcome != KAD_SUCCESS)
            return outcome;
        program.stdin_len = strlen(program.stdin_text);
        kad_progress(step, tries ? "asks %s again" : "asks %s", argv[0]);
        outcome = kad_exec(step, &program, &output);
        if (outcome != KAD_SUCCESS)
            return outcome;
        if (output.exit_code != 0)
            return fail_program(step, argv[0], &output);
        wrong = agent_answer_find(rt_step_arena(step), question->type,
                                  (struct str){output.out, output.out_len},
                                  question->answer);
        if (!wrong)
            return KAD_SUCCESS;
        kad_log(step, "the answer can't be used: %s", wrong);
        program.stdin_text = prompt_again(question, wrong, &output);
    }
    return kad_fail(step, "bad_answer", "`%s` gave no usable answer in %d tries: %s",
                    argv[0], TRIES_MAX, wrong);
}

/* ---- Asking ---------------------------------------------------------------------- */

static const char *schema_of(struct arena *arena, const struct kad_type *type)
{
    json_t *schema = codec_schema(type);
    char *text = json_dumps(schema, JSON_INDENT(2));
    const char *copy = arena_copy(arena, text, strlen(text));

    json_decref(schema);
    free(text);
    return copy;
}

static const char *prompt_with_schema(struct arena *arena, const char *prompt,
                                      const char *schema)
{
    return arena_printf(arena,
                        "%s\n## Answer\n\nWhen everything is done, end with one JSON "
                        "object that fits this JSON Schema, and nothing after "
                        "it:\n\n```json\n%s\n```\n",
                        prompt, schema);
}

/* A person answers instead of an agent that is not installed. */
static bool is_there(struct kad_step *step, const char *program)
{
    if (strchr(program, '/') || kad_find_program(step, program))
        return true;
    kad_progress(step, "the agent `%s` is not found in PATH", program);
    return false;
}

bool kad_ask_is_parked(struct kad_step *step)
{
    return agent_person_is_asked(step);
}

enum kad_outcome kad_ask(struct kad_step *step, const char *prompt,
                         const struct kad_type *answer_type, void *answer)
{
    struct arena *arena = rt_step_arena(step);
    const char *schema = schema_of(arena, answer_type);
    const struct agent_question question = {
        .step = step,
        .prompt = prompt_with_schema(arena, mask_text(arena, prompt), schema),
        .schema = schema,
        .type = answer_type,
        .answer = answer,
    };
    struct agent_choice choice;
    enum kad_outcome outcome;

    if (agent_person_has_answered(step))
        return agent_person_take(&question);
    outcome = choose(step, &choice);
    if (outcome != KAD_SUCCESS)
        return outcome;
    if (choice.argv && !is_there(step, choice.argv[0]))
        choice.argv = NULL;
    if (!choice.argv && !choice.replay)
        return agent_person_ask(&question);
    agent_person_withdraw(step);
    return choice.argv ? ask_command(&question, choice.argv)
                       : agent_replay_ask(&question, choice.replay);
}
