/* run_action.c: the built-in action of `run:` steps: a program, no shell. */
#include <string.h>

#include "engine/answer.h"
#include "engine/run.h"

/* What it may print on standard output, all of which is kept: less than a module may answer,
 * since nobody asks it to be JSON, where a byte may become six. */
enum { PRINTED_MAX = 4 * 1024 * 1024 };

/* ---- Types -------------------------------------------------------------------------- */

static const struct kad_field input_fields[] = {
    {.name = "argv",
     .offset = offsetof(struct kad_run_inputs, argv),
     .type = &kad_strings_type},
    {.name = "env",
     .offset = offsetof(struct kad_run_inputs, env),
     .type = &kad_optional_strings_type},
    {.name = "cwd",
     .offset = offsetof(struct kad_run_inputs, cwd),
     .type = &kad_optional_string_type},
    {.name = "stdin",
     .offset = offsetof(struct kad_run_inputs, stdin_text),
     .type = &kad_optional_string_type},
};

const struct kad_type kad_run_inputs_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_run_inputs),
    .fields = input_fields,
    .field_count = sizeof(input_fields) / sizeof(input_fields[0]),
};

/* What stands in them may be secret. */
static const struct kad_type secret_text_type = {
    .kind = KAD_STRING,
    .is_optional = true,
    .is_secret = true,
    .size_bytes = sizeof(const char *),
};

static const struct kad_type secret_texts_type = {
    .kind = KAD_ARRAY,
    .is_optional = true,
    .is_secret = true,
    .size_bytes = sizeof(struct kad_strings),
    .items = &kad_string_type,
};

static const struct kad_field secret_input_fields[] = {
    {.name = "argv",
     .offset = offsetof(struct kad_run_inputs, argv),
     .type = &kad_strings_type},
    {.name = "env",
     .offset = offsetof(struct kad_run_inputs, env),
     .type = &secret_texts_type},
    {.name = "cwd",
     .offset = offsetof(struct kad_run_inputs, cwd),
     .type = &kad_optional_string_type},
    {.name = "stdin",
     .offset = offsetof(struct kad_run_inputs, stdin_text),
     .type = &secret_text_type},
};

const struct kad_type kad_run_secret_inputs_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_run_inputs),
    .fields = secret_input_fields,
    .field_count = sizeof(secret_input_fields) / sizeof(secret_input_fields[0]),
};

static const struct kad_field output_fields[] = {
    {.name = "exitCode",
     .offset = offsetof(struct kad_run_outputs, exit_code),
     .type = &kad_optional_integer_type,
     .is_needed_on_success = true},
    {.name = "stdout",
     .offset = offsetof(struct kad_run_outputs, stdout_text),
     .type = &kad_optional_string_type,
     .is_needed_on_success = true},
    {.name = "stderr",
     .offset = offsetof(struct kad_run_outputs, stderr_text),
     .type = &kad_optional_string_type,
     .is_needed_on_success = true},
};

const struct kad_type kad_run_outputs_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_run_outputs),
    .fields = output_fields,
    .field_count = sizeof(output_fields) / sizeof(output_fields[0]),
};

/* ---- Call --------------------------------------------------------------------------- */

/* NULL-terminated, in the step's memory. */
static const char *const *list_of(struct kad_step *step, struct kad_strings texts)
{
    const char **list = arena_array(&step->memory, const char *, texts.count + 1);

    for (size_t i = 0; i < texts.count; i++)
        list[i] = texts.items[i];
    return list;
}

/* A relative folder counts from the workspace. */
static const char *folder_of(struct kad_step *step, const char *cwd)
{
    if (!cwd || cwd[0] == '/')
        return cwd;
    return kad_printf(step, "%s/%s", kad_step_workspace(step), cwd);
}

static bool is_ok(const struct kad_step_info *info, int exit_code)
{
    if (!info->ok_exits)
        return exit_code == 0;
    for (size_t i = 0; i < info->ok_exit_count; i++)
        if (info->ok_exits[i] == exit_code)
            return true;
    return false;
}

static enum kad_outcome run_program(struct kad_step *step, const void *inputs,
                                    void *outputs)
{
    const struct kad_run_inputs *in = inputs;
    struct kad_run_outputs *out = outputs;
    const struct kad_program program = {
        .argv = list_of(step, in->argv),
        .cwd = folder_of(step, in->cwd),
        .env = answer_env(step, in->env),
        .stdin_text = in->stdin_text,
        .stdin_len = in->stdin_text ? strlen(in->stdin_text) : 0,
        .out_max = PRINTED_MAX,
    };
    struct kad_output output;
    enum kad_outcome outcome;

    if (!in->argv.count || !in->argv.items[0][0])
        return kad_fail(step, kad_failure_name(KAD_FAILURE_BAD_INPUT),
                        "run: no program is named");
    outcome = kad_exec(step, &program, &output);
    if (outcome != KAD_SUCCESS)
        return outcome;
    if (output.is_cut) /* the log has it, as far as it reaches */
        return kad_fail(step, kad_failure_name(KAD_FAILURE_OUTPUT_TOO_LARGE),
                        "it printed more than 4 MiB");
    out->stdout_text = kad_copy(step, output.out, output.out_len);
    out->stderr_text = kad_copy(step, output.err, output.err_len);
    if (output.signal)
        return answer_fail_end(step, &output);
    out->exit_code = (struct kad_optional_integer){true, output.exit_code};
    if (!is_ok(step->info, output.exit_code))
        return answer_fail_end(step, &output);
    return KAD_SUCCESS;
}

const struct kad_action kad_run_action = {
    .module = "",
    .name = "run",
    .module_version = "",
    .inputs = &kad_run_inputs_type,
    .outputs = &kad_run_outputs_type,
    .call = run_program,
    .outputs_on_failure = true,
};
