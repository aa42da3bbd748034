/* probe.c: see module.yaml. What happens is up to the driver's stage. */
#include "modules/probe.h"

#include "stage.h"

enum kad_outcome probe_act(struct kad_step *step, const struct probe_act_inputs *in,
                           struct probe_act_outputs *out)
{
    const struct scripted answer = stage_call(step, ACT);

    (void)in; /* as it is stored */
    if (answer.kind != SUCCEEDS)
        return stage_fail(step, &answer);
    out->count = answer.outputs[NUMBER].integer;
    out->flag = answer.outputs[FLAG].integer;
    out->label = answer.outputs[LABEL].text;
    out->names = stage_texts(step, answer.outputs[NAMES]);
    return KAD_SUCCESS;
}

enum kad_outcome probe_choose(struct kad_step *step,
                              const struct probe_choose_inputs *in,
                              struct probe_choose_outputs *out,
                              enum probe_choose_outcome *outcome)
{
    static const enum probe_choose_outcome outcomes[OUTCOME_COUNT] = {
        PROBE_CHOOSE_LEFT, PROBE_CHOOSE_RIGHT, PROBE_CHOOSE_STRAIGHT_ON};
    const struct scripted answer = stage_call(step, CHOOSE);

    (void)in; /* as it is stored */
    if (answer.kind != SUCCEEDS)
        return stage_fail(step, &answer);
    *outcome = outcomes[answer.outcome];
    out->count = answer.outputs[NUMBER].integer;
    out->flag = answer.outputs[FLAG].integer;
    out->label = answer.outputs[LABEL].text;
    out->names = stage_texts(step, answer.outputs[NAMES]);
    return KAD_SUCCESS;
}

enum kad_outcome probe_keep(struct kad_step *step, const struct probe_keep_inputs *in,
                            struct probe_keep_outputs *out)
{
    const struct scripted answer = stage_call(step, KEEP);

    (void)in;
    out->count.is_set = answer.outputs[NUMBER].is_set;
    out->count.value = answer.outputs[NUMBER].integer;
    out->flag.is_set = answer.outputs[FLAG].is_set;
    out->flag.value = answer.outputs[FLAG].integer;
    out->label = answer.outputs[LABEL].text;
    out->names = stage_texts(step, answer.outputs[NAMES]);
    return answer.kind == SUCCEEDS ? KAD_SUCCESS : stage_fail(step, &answer);
}
