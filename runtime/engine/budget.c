/* budget.c: what an execution may still use up: step runs, agent calls, time.
 *
 * What it has used follows from how often each step has run, which the rows know: a resume
 * goes on with the same sums. Agent calls are charged as the manifest declares them, when
 * the step starts. */
#include "engine/run.h"
#include "engine/step_internal.h"

bool budget_has_room(const struct kad_step *step)
{
    const struct kad_run *run = step->run;
    const struct kad_budget *budget = run->workflow->budget;
    uint64_t runs = 1, calls = step->info->action->agent_calls;

    if (!budget)
        return true;
    for (size_t i = 0; i < run->workflow->step_count; i++) {
        const struct kad_action *action = run->workflow->steps[i].action;

        runs += run->steps[i].runs;
        calls += (uint64_t)run->steps[i].runs * action->agent_calls;
    }
    return (budget->steps == KAD_NO_LIMIT || runs <= budget->steps) &&
           (budget->agent_calls == KAD_NO_LIMIT || calls <= budget->agent_calls);
}

enum kad_outcome rt_step_call_agent(struct kad_step *step)
{
    const struct kad_budget *budget = step->run->workflow->budget;

    step->agent_calls++;
    if (!budget || budget->agent_calls == KAD_NO_LIMIT ||
        step->agent_calls <= step->info->action->agent_calls)
        return KAD_SUCCESS;
    return kad_fail(step, kad_failure_name(KAD_FAILURE_BUDGET_EXHAUSTED),
                    "the workflow's budget has no more calls of the agent than the "
                    "manifest declares: %u",
                    step->info->action->agent_calls);
}

/* ---- Time --------------------------------------------------------------------------- */

/* The budget's time is what limits the workflow, not its timeout. */
static bool is_limit(const struct kad_workflow *workflow)
{
    const int64_t time_ms = workflow->budget ? workflow->budget->time_ms : 0;

    return time_ms && (!workflow->timeout_ms || time_ms < workflow->timeout_ms);
}

int64_t budget_deadline_ms(const struct kad_run *run)
{
    const struct kad_workflow *workflow = run->workflow;
    const int64_t limit_ms =
        is_limit(workflow) ? workflow->budget->time_ms : workflow->timeout_ms;

    return limit_ms ? run_now_ms(run) + limit_ms : 0;
}

struct kad_error budget_deadline_error(struct kad_run *run, struct arena *arena,
                                       const struct kad_step_info *info)
{
    return is_limit(run->workflow)
               ? failure_new(arena, info, KAD_FAILURE_BUDGET_EXHAUSTED,
                             "the workflow has used up the time of its budget")
               : failure_new(arena, info, KAD_FAILURE_TIMED_OUT,
                             "the workflow ran past its timeout");
}
