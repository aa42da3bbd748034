/* wait_action.c: the built-in actions of `wait:` steps: their gates open at a time, or by an
 * event; or the first of several does. They are never called: see gate.c. */
#include <string.h>

#include "base/moment.h"
#include "codec.h"
#include "engine/gate.h"

/* ---- Types -------------------------------------------------------------------------- */

static const struct kad_field input_fields[] = {
    {.name = "duration",
     .offset = offsetof(struct kad_wait_inputs, duration),
     .type = &kad_optional_duration_type},
    {.name = "until",
     .offset = offsetof(struct kad_wait_inputs, until),
     .type = &kad_optional_string_type},
    {.name = "event",
     .offset = offsetof(struct kad_wait_inputs, event),
     .type = &kad_optional_string_type},
    {.name = "match",
     .offset = offsetof(struct kad_wait_inputs, match),
     .type = &kad_optional_opaque_object_type},
};

static const struct kad_type inputs_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_wait_inputs),
    .fields = input_fields,
    .field_count = KAD_COUNT(input_fields),
};

static const struct kad_type ways_type = {
    .kind = KAD_ARRAY,
    .size_bytes = sizeof(struct kad_first_inputs),
    .items = &inputs_type,
};

static const struct kad_field first_fields[] = {
    {.name = "ways", .offset = 0, .type = &ways_type},
};

static const struct kad_type first_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_first_inputs),
    .fields = first_fields,
    .field_count = KAD_COUNT(first_fields),
};

static const struct kad_field output_fields[] = {
    {.name = "data",
     .offset = offsetof(struct kad_wait_outputs, data),
     .type = &kad_optional_any_type},
};

const struct kad_type kad_wait_outputs_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_wait_outputs),
    .fields = output_fields,
    .field_count = KAD_COUNT(output_fields),
};

/* ---- Gates -------------------------------------------------------------------------- */

static const char *copy(struct kad_step *step, const char *text)
{
    return arena_copy(&step->memory, text, strlen(text));
}

static struct gate_row event_gate(struct kad_step *step,
                                  const struct kad_wait_inputs *in)
{
    struct gate_row gate =
        gate_until(step->run, step->key, "event", step->own_deadline_ms);

    gate.event = copy(step, in->event);
    gate.match = in->match.text ? copy(step, in->match.text) : NULL;
    return gate;
}

/* NULL, or what is wrong. */
static const char *make_gate(struct kad_step *step, const struct kad_wait_inputs *in,
                             struct gate_row *gate)
{
    int64_t due_ms = later_ms(run_now_ms(step->run), in->duration.value);

    if (in->event) {
        *gate = event_gate(step, in);
        return in->event[0] ? NULL : "event: it has no name";
    }
    if (in->until && !moment_parse(str_of(in->until), &due_ms))
        return arena_printf(&step->memory,
                            "until: `%s` is no moment like 2026-12-24T18:00:00Z",
                            in->until);
    *gate = gate_until(step->run, step->key, "timer", due_ms);
    return NULL;
}

const char *wait_open(struct kad_step *step, const void *inputs)
{
    struct gate_row gate = {0};
    const char *problem = make_gate(step, inputs, &gate);

    if (!problem)
        gate_set(step, gate);
    return problem;
}

const char *first_open(struct kad_step *step, const void *inputs)
{
    const struct kad_first_inputs *in = inputs;
    const char *problem = NULL;

    step->gates = arena_array(&step->memory, struct gate_row, in->count);
    for (size_t i = 0; i < in->count && !problem; i++) {
        problem = make_gate(step, &in->ways[i], &step->gates[i]);
        step->gates[i].way = step->info->choices[i];
    }
    step->gate_count = problem ? 0 : in->count;
    step->has_unstored_gates = true;
    return problem;
}

/* ---- Actions ------------------------------------------------------------------------ */

static enum kad_outcome never_called(struct kad_step *step, const void *in, void *out)
{
    (void)step, (void)in, (void)out;
    kad_unreachable();
}

const struct kad_action kad_wait_action = {
    .module = "",
    .name = "wait",
    .module_version = "",
    .inputs = &inputs_type,
    .outputs = &kad_nothing_type, /* with an event each step has its own */
    .call = never_called,
    .is_idempotent = true,
};

const struct kad_action kad_first_action = {
    .module = "",
    .name = "wait",
    .module_version = "",
    .inputs = &first_type,
    .outputs = &kad_wait_outputs_type,
    .call = never_called,
    .is_idempotent = true,
};
