/* route_action.c: the built-in action of `route:` steps, which only decide: the decision is
 * the step's route, in the generated code. */
#include "kad/workflow.h"

static enum kad_outcome decide(struct kad_step *step, const void *in, void *out)
{
    (void)step, (void)in, (void)out;
    return KAD_SUCCESS;
}

const struct kad_action kad_route_action = {
    .module = "",
    .name = "route",
    .module_version = "",
    .inputs = &kad_nothing_type,
    .outputs = &kad_nothing_type,
    .call = decide,
    .is_idempotent = true,
};
