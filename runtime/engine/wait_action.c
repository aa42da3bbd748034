/* wait_action.c: the built-in action of `wait:` steps: its gate opens at a time. */
#include "base/moment.h"
#include "engine/gate.h"

static const struct kad_field input_fields[] = {
    {.name = "duration",
     .offset = offsetof(struct kad_wait_inputs, duration),
     .type = &kad_optional_duration_type},
    {.name = "until",
     .offset = offsetof(struct kad_wait_inputs, until),
     .type = &kad_optional_string_type},
};

static const struct kad_type inputs_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_wait_inputs),
    .fields = input_fields,
    .field_count = KAD_COUNT(input_fields),
};

const char *wait_open(struct kad_step *step, const void *inputs)
{
    const struct kad_wait_inputs *in = inputs;
    int64_t due_ms = run_now_ms(step->run) + in->duration.value;

    if (in->until && !moment_parse(str_of(in->until), &due_ms))
        return arena_printf(&step->memory,
                            "until: `%s` is no moment like 2026-12-24T18:00:00Z",
                            in->until);
    step->gate = gate_until(step->run, step->key, "timer", due_ms);
    return NULL;
}

static enum kad_outcome wait_for_gate(struct kad_step *step, const void *in, void *out)
{
    (void)in, (void)out;
    return gate_wait(step) ? KAD_SUCCESS : KAD_LATER;
}

const struct kad_action kad_wait_action = {
    .module = "",
    .name = "wait",
    .module_version = "",
    .inputs = &inputs_type,
    .outputs = &kad_nothing_type,
    .call = wait_for_gate,
    .is_idempotent = true,
};
