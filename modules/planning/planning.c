/* planning.c: asks the agent for a plan; see module.yaml. */
#include "modules/planning.h"

#include "common/prompt.h"

enum kad_outcome planning_create_implementation_plan(
    struct kad_step *step, const struct planning_create_implementation_plan_inputs *in,
    struct planning_create_implementation_plan_outputs *out)
{
    const char *repository;
    const enum kad_outcome outcome = prompt_repository(step, &repository);

    if (outcome != KAD_SUCCESS)
        return outcome;
    return kad_ask(
        step,
        kad_printf(step,
                   "# Plan a feature\n\n"
                   "Plan how the feature below is built in the repository in "
                   "the working directory: the tasks in their order, the files "
                   "of each, and the tests that show that it works. Change "
                   "nothing.\n\n"
                   "## Feature\n\n%s\n\nIts complexity is %s.\n\n%s",
                   in->feature, in->complexity, repository),
        planning_create_implementation_plan_action.outputs, out);
}
