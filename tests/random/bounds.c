/* bounds.c: every loop of a random workflow ends.
 *
 * A step whose `maxRetries` are used up only fails: with only the failure routes of such
 * steps, the graph must have no loop. Each line is looked at alone. */
#include "make.h"

/* ---- Leaves of routes ------------------------------------------------------------------ */

void route_leaves(const struct route *route, enum target absent, leaf_fn visit,
                  void *context)
{
    if (!route) {
        visit(context, absent, NULL);
        return;
    }
    if (route->target != TO_CASES) {
        visit(context, route->target, route->step);
        return;
    }
    for (unsigned i = 0; i < route->case_count; i++)
        route_leaves(route->cases[i].then, TO_COMPLETE, visit, context);
    route_leaves(route->otherwise, TO_COMPLETE, visit, context);
}

void success_leaves(const struct step *step, leaf_fn visit, void *context)
{
    if (!step->by_outcome) {
        route_leaves(step->on_success, TO_COMPLETE, visit, context);
        return;
    }
    for (unsigned i = 0; i < OUTCOME_COUNT; i++)
        route_leaves(step->on_outcome[i], TO_COMPLETE, visit, context);
}

void failure_leaves(const struct step *step, leaf_fn visit, void *context)
{
    route_leaves(step->on_failure, TO_FAIL, visit, context);
}

void timeout_leaves(const struct step *step, leaf_fn visit, void *context)
{
    if (step->kind != ROUTE)
        route_leaves(step->on_timeout ? step->on_timeout : step->on_failure, TO_FAIL,
                     visit, context);
}

/* ---- Loops --------------------------------------------------------------------------- */

static void add_leaf(void *context, enum target target, const struct step *step)
{
    steps_t *next = context;

    if (target == TO_STEP)
        *next |= step_bit(step);
}

/* Where the step leads when it has no more runs, if it is bounded. */
static steps_t left_of(const struct step *step)
{
    steps_t next = 0;

    failure_leaves(step, add_leaf, &next);
    if (!step->is_bounded) {
        success_leaves(step, add_leaf, &next);
        timeout_leaves(step, add_leaf, &next);
    }
    return next;
}

/* A step of the line from which a way leads back to it; NULL: there is none. */
static struct step *loop_find(const struct line *line)
{
    for (size_t i = 0; i < line->steps.count; i++) {
        steps_t reached = left_of(line->steps.items[i]), before;

        do {
            before = reached;
            for (size_t j = 0; j < line->steps.count; j++)
                if (reached & step_bit(line->steps.items[j]))
                    reached |= left_of(line->steps.items[j]);
        } while (reached != before);
        if (reached & step_bit(line->steps.items[i]))
            return line->steps.items[i];
    }
    return NULL;
}

/* A step on the loop whose bound helps; else its failures may not go back any more. */
static void loop_bound(struct maker *maker, struct step *step)
{
    if (step->is_bounded) {
        step->on_failure = NULL;
        return;
    }
    step->is_bounded = true;
    step->max_retries = (unsigned)dice_below(&maker->dice, 4);
}

static bool reaches(const struct line *line, const struct step *from,
                    const struct step *to)
{
    steps_t reached = left_of(from), before;

    do {
        before = reached;
        for (size_t j = 0; j < line->steps.count; j++)
            if (reached & step_bit(line->steps.items[j]))
                reached |= left_of(line->steps.items[j]);
    } while (reached != before);
    return reached & step_bit(to);
}

/* Any step of the loop through `step`. */
static struct step *on_loop(struct maker *maker, const struct line *line,
                            struct step *step)
{
    struct step *other = line->steps.items[dice_below(&maker->dice, line->steps.count)];

    return reaches(line, step, other) && reaches(line, other, step) ? other : step;
}

static void line_bound(struct maker *maker, const struct line *line)
{
    struct step *step;

    while ((step = loop_find(line)))
        loop_bound(maker, on_loop(maker, line, step));
}

/* Each line once: with its first step. */
static bool is_first(const struct step *step)
{
    return step->line->steps.items[0] == step;
}

void bounds_make(struct maker *maker)
{
    for (unsigned i = 0; i < maker->flow->step_count; i++)
        if (is_first(maker->flow->steps[i]))
            line_bound(maker, maker->flow->steps[i]->line);
}

bool bounds_miss(const struct flow *flow)
{
    for (unsigned i = 0; i < flow->step_count; i++)
        if (is_first(flow->steps[i]) && loop_find(flow->steps[i]->line))
            return true;
    return false;
}
