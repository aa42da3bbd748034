/* block_action.c: the built-in actions of steps that have steps inside. They are never
 * called: see block.c. */
#include "kad/workflow.h"

/* ---- Types -------------------------------------------------------------------------- */

static const struct kad_field when_fields[] = {
    {.name = "when",
     .offset = offsetof(struct kad_parallel_inputs, when),
     .type = &kad_booleans_type},
};

static const struct kad_type parallel_inputs_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_parallel_inputs),
    .fields = when_fields,
    .field_count = KAD_COUNT(when_fields),
};

static const struct kad_field parallel_fields[] = {
    {.name = "succeeded",
     .offset = offsetof(struct kad_parallel_outputs, succeeded),
     .type = &kad_strings_type},
};

static const struct kad_type parallel_outputs_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_parallel_outputs),
    .fields = parallel_fields,
    .field_count = KAD_COUNT(parallel_fields),
};

static const struct kad_field for_each_fields[] = {
    {.name = "count",
     .offset = offsetof(struct kad_for_each_outputs, count),
     .type = &kad_integer_type},
    {.name = "failed",
     .offset = offsetof(struct kad_for_each_outputs, failed),
     .type = &kad_integer_type},
};

static const struct kad_type for_each_outputs_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_for_each_outputs),
    .fields = for_each_fields,
    .field_count = KAD_COUNT(for_each_fields),
};

/* ---- Actions ------------------------------------------------------------------------ */

static enum kad_outcome never_called(struct kad_step *step, const void *in, void *out)
{
    (void)step, (void)in, (void)out;
    kad_unreachable();
}

const struct kad_action kad_parallel_action = {
    .module = "",
    .name = "parallel",
    .module_version = "",
    .inputs = &parallel_inputs_type,
    .outputs = &parallel_outputs_type,
    .call = never_called,
    .is_idempotent = true, /* each step inside says for itself */
};

const struct kad_action kad_for_each_action = {
    .module = "",
    .name = "forEach",
    .module_version = "",
    .inputs = &kad_nothing_type, /* each step has its own */
    .outputs = &for_each_outputs_type,
    .call = never_called,
    .is_idempotent = true,
};

const struct kad_action kad_child_action = {
    .module = "",
    .name = "workflow",
    .module_version = "",
    .inputs = &kad_nothing_type, /* each step has its own */
    .outputs = &kad_nothing_type,
    .call = never_called,
    .is_idempotent = true,
};
