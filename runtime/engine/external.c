/* external.c: actions of modules that are programs in any language.
 *
 *     stdin   {"action", "inputs", "context": {...}}
 *     stdout  {"outputs"?, "outcome"?} and exit status 0, or {"error": {"code", "message", "details"?}}
 *
 * Exactly one JSON document comes back, white space around it allowed. An error counts
 * whatever the exit status; what is neither is `bad_output`. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "codec.h"
#include "engine/answer.h"
#include "engine/run.h"
#include "mask.h"

enum { MESSAGE_MAX_BYTES = 1000, DETAILS_MAX = 1024 * 1024, VALUES_MAX = 200 * 1000 };

/* ---- How a program ended ------------------------------------------------------------ */

/* The last whole lines that fit a message. */
static const char *last_lines(struct kad_step *step, const struct kad_output *output)
{
    const struct str text =
        str_trim(mask_str(&step->memory, (struct str){output->err, output->err_len}));
    struct str tail = text;

    if (text.len > MESSAGE_MAX_BYTES) {
        size_t line;

        tail = str_part(text, text.len - MESSAGE_MAX_BYTES, text.len);
        line = str_find(tail, S("\n"));
        tail = str_part(tail, line < tail.len ? line + 1 : 0, tail.len);
    }
    return kad_copy(step, tail.p, tail.len);
}

/* Programs fail in their own ways where there is no memory. */
static const char *memory_note(struct kad_step *step)
{
    const int64_t limit = step->info->action->limits.memory_bytes;

    return limit ? kad_printf(step, " (its memory is limited to %s)",
                              bytes_text(&step->memory, limit))
                 : "";
}

enum kad_outcome answer_fail_end(struct kad_step *step, const struct kad_output *output)
{
    const char *lines = last_lines(step, output);
    const char *between = lines[0] ? ": " : "";

    if (output->signal)
        return kad_fail(step, kad_failure_name(KAD_FAILURE_SIGNAL),
                        "signal %d (%s)%s%s%s", output->signal,
                        strsignal(output->signal), memory_note(step), between, lines);
    return kad_fail(step, kad_failure_name(KAD_FAILURE_EXIT_STATUS),
                    "exit status %d%s%s%s", output->exit_code, memory_note(step),
                    between, lines);
}

/* ---- The request -------------------------------------------------------------------- */

static json_t *context_json(struct kad_step *step)
{
    const int64_t deadline_ms = kad_step_deadline_ms(step);

    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:s?}", "execution",
                     kad_step_execution(step), "workflow",
                     step->run->execution->workflow->id, "step", kad_step_id(step),
                     "visit", (json_int_t)step->visit, "attempt",
                     (json_int_t)step->attempt, "key", kad_step_key(step), "workspace",
                     kad_step_workspace(step), "deadline",
                     deadline_ms ? time_text(&step->memory, deadline_ms) : NULL);
}

static struct kad_json request_of(struct kad_step *step)
{
    json_t *inputs =
        json_loadb(step->inputs.text, step->inputs.len, JSON_ALLOW_NUL, NULL);
    json_t *request = json_pack("{s:s, s:o, s:o}", "action", step->info->action->name,
                                "inputs", inputs, "context", context_json(step));
    const struct kad_json text = codec_compact(&step->memory, request);

    json_decref(request);
    return text;
}

/* The module's folder, as it was when the execution started. */
static const char *folder_of(struct kad_step *step)
{
    const struct project *project = step->run->execution->drive->engine->project;
    const char *folder = step->info->action->folder;
    const char *copy =
        json_string_value(json_object_get(step->run->execution->modules, folder));

    if (copy)
        return kad_printf(step, "%s/%s", project->state, copy);
    return folder[0] == '/' ? folder : kad_printf(step, "%s/%s", project->root, folder);
}

/* argv[0] with a slash lies in the module's folder. */
static const char *const *argv_of(struct kad_step *step)
{
    const char *const *command = step->info->action->command;
    size_t count = 0;
    const char **argv;

    while (command[count])
        count++;
    argv = arena_array(&step->memory, const char *, count + 1);
    memcpy(argv, command, count * sizeof(*argv));
    if (argv[0][0] != '/' && strchr(argv[0], '/'))
        argv[0] = kad_printf(step, "%s/%s", folder_of(step), argv[0]);
    return argv;
}

const char *const *answer_env(struct kad_step *step, struct kad_strings more)
{
    enum { OWN_COUNT = 6 };
    const char **env =
        arena_array(&step->memory, const char *, OWN_COUNT + more.count + 1);

    env[0] = kad_printf(step, "KAD_DB=%s",
                        step->run->execution->drive->engine->project->database);
    env[1] = kad_printf(step, "KAD_EXECUTION=%s", kad_step_execution(step));
    env[2] = kad_printf(step, "KAD_STEP=%s", kad_step_id(step));
    env[3] = kad_printf(step, "KAD_VISIT=%" PRIu32, step->visit);
    env[4] = kad_printf(step, "KAD_ATTEMPT=%" PRIu32, step->attempt);
    env[5] = kad_printf(step, "KAD_KEY=%s", kad_step_key(step));
    for (size_t i = 0; i < more.count; i++)
        env[OWN_COUNT + i] = more.items[i];
    return env;
}

/* ---- The answer --------------------------------------------------------------------- */

static enum kad_outcome bad_output(struct kad_step *step, const char *problem)
{
    return kad_fail(step, kad_failure_name(KAD_FAILURE_BAD_OUTPUT), "%s", problem);
}

/* As much as is read of a text of errors. */
static struct str message_of(const char *message)
{
    const struct str near = str_part(str_of(message), 0, KAD_TAIL_MAX);

    return str_part(near, 0, str_utf8_valid_len(near));
}

static struct kad_json details_of(struct kad_step *step, const json_t *details)
{
    const struct kad_json compact = codec_compact(&step->memory, details);
    const char *text;

    if (compact.len > DETAILS_MAX) {
        kad_log(step,
                "the details of the failure are dropped: they have more than 1 MiB");
        return (struct kad_json){0};
    }
    text = mask_json(&step->memory, compact.text);
    return (struct kad_json){text, strlen(text)};
}

static enum kad_outcome take_error(struct kad_step *step, const json_t *error)
{
    const json_t *details = json_object_get(error, "details");
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));

    if (!code || !code[0] || !message)
        return bad_output(step, "error: expected {code, message, details?}");
    kad_fail(step, code, "%.*s", STR(message_of(message)));
    if (details && !json_is_null(details))
        step->failure.details = details_of(step, details);
    return KAD_FAILURE;
}

/* NULL, or what is wrong. */
static const char *take_outputs(struct kad_step *step, const json_t *answer,
                                enum codec_mode mode, void *out)
{
    const struct kad_type *type = step->info->action->outputs;
    const json_t *outputs = json_object_get(answer, "outputs");

    if (outputs)
        return codec_decode_json(&step->memory, type, mode, outputs, out);
    return codec_decode(&step->memory, type, mode, "{}", 2, out);
}

/* NULL, or what is wrong. */
static const char *take_outcome(struct kad_step *step, const json_t *outcome)
{
    const struct kad_action *action = step->info->action;
    const char *name = json_string_value(outcome);

    if (!action->outcomes)
        return outcome ? "outcome: the manifest declares none" : NULL;
    if (!name)
        return "outcome: expected the name of one";
    step->named_outcome = info_find_outcome(step->info, name);
    return step->named_outcome
               ? NULL
               : kad_printf(step, "outcome: the manifest declares no `%s`", name);
}

static enum kad_outcome take_answer(struct kad_step *step, const json_t *answer,
                                    const struct kad_output *output, void *out)
{
    const json_t *error = json_object_get(answer, "error");
    const char *problem;

    if (error) {
        problem = take_outputs(step, answer, CODEC_AFTER_FAILURE, out);
        if (problem)
            memset(out, 0, step->info->action->outputs->size_bytes);
        return take_error(step, error);
    }
    if (output->signal || output->exit_code)
        return answer_fail_end(step, output);
    problem = take_outcome(step, json_object_get(answer, "outcome"));
    if (problem)
        return bad_output(step, problem);
    problem = take_outputs(step, answer, CODEC_AFTER_SUCCESS, out);
    return problem ? bad_output(step, problem) : KAD_SUCCESS;
}

/* How many values and names of fields a JSON document has. Each of them takes many times the
 * memory of its text, lists and objects even more: they count twice. */
static size_t count_values(struct str json)
{
    bool is_in_text = false, is_at_value = true;
    size_t count = 0;

    for (size_t i = 0; i < json.len; i++) {
        const char c = json.p[i];

        if (is_in_text) {
            i += c == '\\';
            is_in_text = c != '"';
        } else if (!strchr(" \t\r\n", c)) {
            count += is_at_value && c != ']' && c != '}';
            count += c == '[' || c == '{';
            is_at_value = c == ',' || c == ':' || c == '[' || c == '{';
            is_in_text = c == '"';
        }
    }
    return count;
}

static enum kad_outcome read_answer(struct kad_step *step,
                                    const struct kad_output *output, void *out)
{
    json_error_t wrong;
    json_t *answer;
    enum kad_outcome outcome;

    if (output->is_cut)
        return kad_fail(step, kad_failure_name(KAD_FAILURE_OUTPUT_TOO_LARGE), "%s",
                        kad_failure_text(KAD_FAILURE_OUTPUT_TOO_LARGE));
    if (count_values((struct str){output->out, output->out_len}) > VALUES_MAX)
        return kad_fail(step, kad_failure_name(KAD_FAILURE_OUTPUT_TOO_LARGE),
                        "the answer has more than %d values and names", VALUES_MAX);
    answer = json_loadb(output->out, output->out_len, JSON_REJECT_DUPLICATES, &wrong);
    if (json_is_object(answer))
        outcome = take_answer(step, answer, output, out);
    else if (output->signal || output->exit_code)
        outcome = answer_fail_end(step, output);
    else if (answer)
        outcome = bad_output(step, "expected an object with `outputs` or `error`");
    else
        outcome = bad_output(
            step, kad_printf(step, "expected one JSON document: %s", wrong.text));
    json_decref(answer);
    return outcome;
}

enum kad_outcome external_call(struct kad_step *step, void *out)
{
    const struct kad_json request = request_of(step);
    const struct kad_program program = {
        .argv = argv_of(step),
        .env = answer_env(step, (struct kad_strings){0}),
        .stdin_text = request.text,
        .stdin_len = request.len,
        .out_max = KAD_OUTPUTS_MAX,
    };
    struct kad_output output;
    const enum kad_outcome outcome = kad_exec(step, &program, &output);

    return outcome == KAD_SUCCESS ? read_answer(step, &output, out) : outcome;
}
