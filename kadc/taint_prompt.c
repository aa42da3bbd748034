/* taint_prompt.c: text from outside asks an agent, and its answer decides what a privileged
 * action does: 0905.
 *
 * Where a person approves on the way, or where the answer is no text, that is no harm. Two
 * searches from all such agents together: along the reads, and along the routes without a
 * way through an approval. */
#include "blocks.h"
#include "graph.h"
#include "taint.h"

static bool is_agent(const struct step *step)
{
    return step->action && step->action->agent_calls > 0;
}

struct prompts {
    const struct taint *taint;
    const struct step *
        *asked;   /* by step: the agent whose answer it hands on; NULL: none */
    bool *is_met; /* it runs after an agent, unapproved */
    const struct step **queue;
    size_t head, tail;
};

/* ---- Answers ------------------------------------------------------------------------- */

static void answer_hand_on(struct prompts *prompts, const struct step *step)
{
    const struct taint_read *read = prompts->taint->reads[step->index];
    for (; read; read = read->next) {
        if (prompts->asked[read->reader->index])
            continue;
        prompts->asked[read->reader->index] = prompts->asked[step->index];
        prompts->queue[prompts->tail++] = read->reader;
    }
}

static void answers_find(struct prompts *prompts)
{
    const struct taint *taint = prompts->taint;
    for (size_t i = 0; i < taint->workflow->step_count; i++) {
        const struct step *step = taint->workflow->steps[i];
        if (!taint->is_untrusted[i] || !is_agent(step))
            continue;
        prompts->asked[i] = step;
        prompts->queue[prompts->tail++] = step;
    }
    while (prompts->head < prompts->tail)
        answer_hand_on(prompts, prompts->queue[prompts->head++]);
}

/* ---- Ways without an approval -------------------------------------------------------- */

static void met_add(struct prompts *prompts, const struct step *step)
{
    if (prompts->is_met[step->index] || step->kind == STEP_APPROVAL)
        return;
    prompts->is_met[step->index] = true;
    prompts->queue[prompts->tail++] = step;
}

/* Into the step's branches, to where it leads, and out of the block that its line is in. */
static void met_go_on(struct prompts *prompts, const struct step *step)
{
    const struct workflow *workflow = prompts->taint->workflow;
    const struct graph *graph = workflow->graph;
    for (size_t i = 0; step->block && i < step->block->branch_count; i++)
        if (step->block->branches[i].count > 0)
            met_add(prompts, workflow->steps[step->block->branches[i].first]);
    for (size_t i = graph->first[step->index]; i < graph->first[step->index + 1]; i++) {
        const struct edge *edge = &graph->edges[i];
        if (edge->to)
            met_add(prompts, edge->to);
        else if (step->outer)
            met_add(prompts, step->outer->step);
    }
}

static void met_find(struct prompts *prompts)
{
    const size_t agent_count =
        prompts->tail; /* the queue holds who hands on an answer */
    prompts->head = 0;
    prompts->tail = 0;
    for (size_t i = 0; agent_count > 0 && i < prompts->taint->workflow->step_count;
         i++) {
        const struct step *step = prompts->taint->workflow->steps[i];
        if (prompts->asked[i] == step)
            met_add(prompts, step);
    }
    while (prompts->head < prompts->tail)
        met_go_on(prompts, prompts->queue[prompts->head++]);
}

/* ---- Powers -------------------------------------------------------------------------- */

static void power_report(struct program *program, const struct prompts *prompts,
                         const struct taint_read *read)
{
    struct diags *diags = program->diags;
    const struct step *agent = prompts->asked[read->producer];
    diag_report(diags, read->expr->span, KAD0905,
                "text from outside may steer the privileged action `%.*s`",
                STR(read->reader->action->name.text));
    diag_subject(diags, "prompt to `%.*s`", STR(read->reader->id.text));
    taint_path(diags, prompts->taint, agent->index);
    diag_path_stop(diags, read->expr->span, "its answer comes to `%.*s`",
                   STR(read->reader->id.text));
    diag_help(diags,
              "let a person approve before, or have the agent choose from an enum");
}

void taint_prompts_check(struct program *program, const struct taint *taint)
{
    const size_t count = taint->workflow->step_count;
    struct prompts prompts = {
        .taint = taint,
        .asked = arena_array(program->arena, const struct step *, count),
        .is_met = arena_array(program->arena, bool, count),
        .queue = arena_array(program->arena, const struct step *, count),
    };
    answers_find(&prompts);
    met_find(&prompts);
    for (size_t i = 0; i < count; i++) {
        const struct taint_read *read = prompts.asked[i] ? taint->reads[i] : NULL;
        for (; read; read = read->next) {
            const struct action *action = read->reader->action;
            if (action && action->is_privileged && prompts.is_met[read->reader->index])
                power_report(program, &prompts, read);
        }
    }
}
