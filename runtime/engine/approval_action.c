/* approval_action.c: the built-in action of `approval:` steps: a person decides.
 *
 *     start -> waiting -- a choice --> completed, the choice is its outcome
 *                      -- its time --> timed out
 *
 * No process waits meanwhile, and none is called: see gate.c. */
#include <string.h>

#include "codec.h"
#include "document.h"
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

    gate_set(step, gate_until(step->run, step->key, "approval", step->own_deadline_ms));
    step->gates[0].prompt = arena_copy(&step->memory, in->prompt, strlen(in->prompt));
    step->gates[0].choices = choices_json(step);
    return NULL;
}

static enum kad_outcome never_called(struct kad_step *step, const void *in, void *out)
{
    (void)step, (void)in, (void)out;
    kad_unreachable();
}

const struct kad_action kad_approval_action = {
    .module = "",
    .name = "approval",
    .module_version = "",
    .inputs = &inputs_type,
    .outputs = &kad_nothing_type, /* each step has its own, with its choices */
    .call = never_called,
    .is_idempotent = true,
};

const char *approval_outputs(struct arena *arena, const struct answer *answer)
{
    json_t *outputs = json_pack("{s:o, s:o}", "choice", document_text(answer->choice),
                                "by", document_text(answer->by));
    const char *text;

    if (answer->comment)
        json_object_set_new(outputs, "comment", document_text(answer->comment));
    text = codec_compact(arena, outputs).text;
    json_decref(outputs);
    return text;
}

bool approval_take(struct kad_step *step, const char *outputs)
{
    json_t *given = json_loads(outputs, 0, NULL);
    const char *choice = json_string_value(json_object_get(given, "choice"));

    step->named_outcome = choice ? info_find_outcome(step->info, choice) : 0;
    json_decref(given);
    return step->named_outcome && !call_take_given(step, outputs);
}
