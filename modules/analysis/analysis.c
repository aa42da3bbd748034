/* analysis.c: asks the agent how hard a feature is; see module.yaml. */
#include "modules/analysis.h"

#include "common/prompt.h"

enum kad_outcome
analysis_analyze_requirements(struct kad_step *step,
                              const struct analysis_analyze_requirements_inputs *in,
                              struct analysis_analyze_requirements_outputs *out)
{
    const char *repository;
    const enum kad_outcome outcome = prompt_repository(step, &repository);

    if (outcome != KAD_SUCCESS)
        return outcome;
    return kad_ask(
        step,
        kad_printf(step,
                   "# Analyse a request\n\n"
                   "Look at the repository in the working directory, and judge "
                   "how hard the feature below is to build there and how many "
                   "hours it takes. Change nothing.\n\n"
                   "## Feature\n\n%s\n\n%s",
                   in->feature, repository),
        analysis_analyze_requirements_action.outputs, out);
}
