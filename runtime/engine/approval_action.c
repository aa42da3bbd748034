/* approval_action.c: the built-in action of `approval:` steps: a person decides.
 *
 *     start -> waiting -- a choice --> completed, the choice is its outcome
 *                      -- its time --> timed out
 *
 * No process waits meanwhile. */
#include <string.h>

#include "codec.h"
#include "engine/gate.h"

static const struct kad_field input_fields[] = {
    {.name = "prompt",
     .offset = offsetof(struct kad_approval_inputs, prompt),
     .type = &kad_string_type},
};

static const struct kad_type inputs_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_approval_inputs),
    .fields = input_fields,
    .field_count = KAD_COUNT(input_fields),
};

static const char *choices_json(struct kad_step *step)
{
    const char *const *choices = step->info->choices;
    json_t *list = json_array();
    const char *text;

    for (; *choices; choices++)
        json_array_append_new(list, json_string(*choices));
    text = codec_compact(&step->memory, list).text;
    json_decref(list);
    return text;
}

const char *approval_open(struct kad_step *step, const void *inputs)
{
    const struct kad_approval_inputs *in = inputs;
    const int64_t timeout_ms = step->info->timeout_ms;

    step->gate = gate_until(step->run, step->key, "approval",
                            timeout_ms ? run_now_ms(step->run) + timeout_ms : 0);
    step->gate.prompt = arena_copy(&step->memory, in->prompt, strlen(in->prompt));
    step->gate.choices = choices_json(step);
    return NULL;
}

static enum kad_outcome wait_for_person(struct kad_step *step, const void *in,
                                        void *out)
{
    (void)in, (void)out;
    if (gate_is_due(&step->gate, run_now_ms(step->run)))
        return KAD_TIMEOUT;
    if (step->run->stop == STOP_NONE)
        step->run->stop = STOP_WAITING;
    return KAD_LATER;
}

const struct kad_action kad_approval_action = {
    .module = "",
    .name = "approval",
    .module_version = "",
    .inputs = &inputs_type,
    .outputs = &kad_nothing_type, /* each step has its own, with its choices */
    .call = wait_for_person,
    .is_idempotent = true,
};

const char *approval_outputs(struct kad_step *step, const struct answer *answer)
{
    const char *comment = answer->comment
                              ? kad_copy(step, answer->comment, strlen(answer->comment))
                              : NULL;
    json_t *outputs =
        json_pack("{s:s, s:s, s:s*}", "choice", answer->choice, "by",
                  kad_copy(step, answer->by, strlen(answer->by)), "comment", comment);
    const char *text = codec_compact(&step->memory, outputs).text;

    json_decref(outputs);
    return text;
}
