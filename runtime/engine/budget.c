/* budget.c: what an execution may still use up: step runs, agent calls, time.
 *
 * What it has used is how often steps have started, its children's too, which the history
 * knows: a resume goes on with the same sums. Agent calls are charged as the manifest
 * declares them, when the step starts. */
#include "engine/run.h"
#include "engine/step_internal.h"

/* The execution that has called this one; NULL: nobody has. */
static struct execution *caller_of(const struct execution *execution)
{
    const struct block *block = execution->root->block;

    return block ? block->caller->execution : NULL;
}

static bool has_room(const struct execution *execution, const struct kad_action *action)
{
    const struct kad_budget *budget = execution->workflow->budget;

    return !budget ||
           ((budget->steps == KAD_NO_LIMIT ||
             execution->used_runs + 1 <= budget->steps) &&
            (budget->agent_calls == KAD_NO_LIMIT ||
             execution->used_calls + action->agent_calls <= budget->agent_calls));
}

bool budget_has_room(const struct kad_step *step)
{
    const struct execution *execution = step->run->execution;

    for (; execution; execution = caller_of(execution))
        if (!has_room(execution, step->info->action))
            return false;
    return true;
}

void budget_charge(struct kad_step *step)
{
    struct execution *execution = step->run->execution;

    step->state->runs++;
    for (; execution; execution = caller_of(execution)) {
        execution->used_runs++;
        execution->used_calls += step->info->action->agent_calls;
    }
}

/* A budget of the agent's calls, here or in a workflow that has called this one. */
static bool counts_calls(const struct execution *execution)
{
    for (; execution; execution = caller_of(execution)) {
        const struct kad_budget *budget = execution->workflow->budget;

        if (budget && budget->agent_calls != KAD_NO_LIMIT)
            return true;
    }
    return false;
}

enum kad_outcome rt_step_call_agent(struct kad_step *step)
{
    step->agent_calls++;
    if (!counts_calls(step->run->execution) ||
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

int64_t budget_deadline_ms(const struct execution *execution)
{
    const struct kad_workflow *workflow = execution->workflow;
    struct host *host = execution->drive->engine->host;
    const int64_t limit_ms =
        is_limit(workflow) ? workflow->budget->time_ms : workflow->timeout_ms;

    return limit_ms ? later_ms(host->now_ms(host), limit_ms) : 0;
}

struct kad_error budget_deadline_error(const struct execution *execution,
                                       struct arena *arena,
                                       const struct kad_step_info *info)
{
    return is_limit(execution->workflow)
               ? failure_new(arena, info, KAD_FAILURE_BUDGET_EXHAUSTED,
                             "the workflow has used up the time of its budget")
               : failure_new(arena, info, KAD_FAILURE_TIMED_OUT,
                             "the workflow ran past its timeout");
}
