/* graph_budget.c: the worst case of one execution fits its timeout and its budget: 0308, 0316.
 *
 * In: the worst case. It is never less than what can happen, so a budget that it fits is
 * kept by every execution that nobody helps along by hand. */
#include <inttypes.h>

#include "base/duration.h"
#include "graph.h"

/* "step `a`", "the loop of `a` and `b`" */
static struct str dominant_text(struct arena *arena, const struct dominant *most)
{
    struct str first = most->steps[0]->id.text;
    if (most->count == 1)
        return str_printf(arena, "step `%.*s`", STR(first));
    return str_printf(arena, "the loop of `%.*s` and %.*s", STR(first),
                      STR(graph_others_text(arena, most->steps, most->count)));
}

static void dominant_note(struct program *program, const struct dominant *most,
                          const char *weight)
{
    if (most->count > 0)
        diag_note(program->diags, most->steps[0]->id.span,
                  "%.*s takes the most of it: %s",
                  STR(dominant_text(program->arena, most)), weight);
    diag_help(program->diags,
              "lower the bounds of the steps, or raise the budget to the worst case");
}

static const char *count_text(struct arena *arena, uint64_t count)
{
    return count == UINT64_MAX ? "more than can be counted"
                               : arena_printf(arena, "%" PRIu64, count);
}

static void count_check(struct program *program, const char *what, uint64_t worst,
                        const struct dominant *most, uint32_t budget, struct span span)
{
    if (!span.source || budget == UINT32_MAX || worst <= budget)
        return;
    diag_report(program->diags, span, KAD0316,
                "one execution may take %s %s, over the budget of %" PRIu32,
                count_text(program->arena, worst), what, budget);
    dominant_note(program, most, count_text(program->arena, most->weight));
}

/* It could not be read, which has been reported. */
static bool has_lost_timeout(const struct step *step)
{
    return step->timeout_ms == 0 && node_find(step->node, "timeout");
}

static void time_check(struct program *program, const struct workflow *workflow)
{
    const struct budget *budget = &workflow->budget;
    const struct graph *graph = workflow->graph;
    const struct step *step = graph_timeless_step(workflow);
    struct diags *diags = program->diags;
    if (budget->time_ms == 0 ||
        (graph->worst_ms >= 0 && graph->worst_ms <= budget->time_ms))
        return;
    if (graph->worst_ms >= 0) {
        diag_report(diags, budget->time_span, KAD0316,
                    "one execution may take %s, over the budget of %s",
                    duration_text(program->arena, graph->worst_ms),
                    duration_text(program->arena, budget->time_ms));
        dominant_note(program, &graph->most_ms,
                      duration_text(program->arena, (int64_t)graph->most_ms.weight));
    } else if (step && !step->has_two_kinds && !has_lost_timeout(step)) {
        diag_report(diags, budget->time_span, KAD0316,
                    "nothing bounds the time: step `%.*s` %s", STR(step->id.text),
                    step->lock.text.p ? "may wait for its lock" : "has no timeout");
        diag_note(diags, step->id.span, "the step is declared here");
        diag_help(diags, "give each step a timeout, or the workflow: `timeout: %s`",
                  duration_text(program->arena, budget->time_ms));
    }
}

/* Where a person's time is part of the worst case, which does not count; and where a retry
 * alone takes too long, which is a 0804. */
static bool is_timeout_in_doubt(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        const struct retry *retry = step->retry;
        if (step->kind == STEP_APPROVAL ||
            (retry &&
             retry_waits_ms(retry, retry->max_attempts) >= workflow->timeout_ms))
            return true;
    }
    return false;
}

void graph_slowest_note(struct program *program, const struct workflow *workflow)
{
    const struct dominant *most = &workflow->graph->most_ms;
    if (most->count > 0)
        diag_note(program->diags, most->steps[0]->id.span,
                  "%.*s takes the most of it: %s",
                  STR(dominant_text(program->arena, most)),
                  duration_text(program->arena, (int64_t)most->weight));
}

void graph_timeout_check(struct program *program, const struct workflow *workflow)
{
    const struct graph *graph = workflow->graph;
    const struct node *timeout = node_find(workflow->root, "timeout");
    struct diags *diags = program->diags;
    if (!timeout || workflow->timeout_ms == 0 ||
        graph->worst_ms <= workflow->timeout_ms || is_timeout_in_doubt(workflow))
        return;
    diag_report(diags, timeout->span, KAD0308,
                "the steps may take %s, but the workflow ends after %s",
                duration_text(program->arena, graph->worst_ms),
                duration_text(program->arena, workflow->timeout_ms));
    graph_slowest_note(program, workflow);
    diag_help(diags,
              "lower the timeouts and bounds of the steps, or give it more time");
}

void graph_budget_check(struct program *program, const struct workflow *workflow)
{
    const struct budget *budget = &workflow->budget;
    const struct graph *graph = workflow->graph;
    count_check(program, "step runs", graph->worst_runs, &graph->most_runs,
                budget->steps, budget->steps_span);
    count_check(program, "agent calls", graph->worst_agent_calls,
                &graph->most_agent_calls, budget->agent_calls,
                budget->agent_calls_span);
    time_check(program, workflow);
}
