/* shape.c: steps, blocks and routes of a random workflow; conditions come later.
 *
 * Every step is reached: one that no route leads to gets one from an earlier step. */
#include <stdio.h>
#include <string.h>

#include "make.h"

enum { DEPTH_MAX = 2, BRANCHES_MAX = 3 };

const struct tree no_tree;

static void line_make(struct maker *maker, struct line *line, unsigned count,
                      unsigned depth);

/* ---- Steps --------------------------------------------------------------------------- */

static struct step *step_add(struct maker *maker, struct line *line)
{
    struct flow *flow = maker->flow;
    struct step *step = arena_new(maker->arena, struct step);

    step->index = flow->step_count;
    step->line = line;
    snprintf(step->id, sizeof(step->id), "s%u", step->index);
    flow->steps[flow->step_count++] = step;
    vec_push(maker->arena, &line->steps, step);
    return step;
}

static void retry_make(struct maker *maker, struct step *step)
{
    struct dice *dice = &maker->dice;
    struct retry *retry = &step->retry;

    retry->max_attempts = 1 + (unsigned)dice_below(dice, 3);
    if (step->kind != ACTION || dice_chance(dice, 40))
        return;
    retry->is_limited = true;
    retry->is_not = dice_chance(dice, 40);
    retry->codes[dice_below(dice, CODE_COUNT + 1)] = true;
    if (dice_chance(dice, 40))
        retry->codes[dice_below(dice, CODE_COUNT)] = true;
}

static struct line *branch_new(struct maker *maker, struct step *block)
{
    struct line *branch = arena_new(maker->arena, struct line);

    branch->block = block;
    return branch;
}

static unsigned room(const struct maker *maker)
{
    return maker->most > maker->flow->step_count ? maker->most - maker->flow->step_count
                                                 : 0;
}

static void mode_make(struct maker *maker, struct step *step, unsigned most)
{
    struct dice *dice = &maker->dice;
    static const enum mode modes[] = {ALL, ALL, ANY, SETTLE, SETTLE, AT_LEAST};

    step->mode = modes[dice_below(dice, sizeof(modes) / sizeof(modes[0]))];
    step->at_least = 1 + (unsigned)dice_below(dice, most);
}

static void parallel_make(struct maker *maker, struct step *step, unsigned depth)
{
    struct dice *dice = &maker->dice;
    const unsigned count = 1 + (unsigned)dice_below(dice, BRANCHES_MAX);

    step->branches = arena_array(maker->arena, struct line *, count);
    step->branch_count = count;
    mode_make(maker, step, count);
    for (unsigned i = 0; i < count; i++) {
        struct line *branch = step->branches[i] = branch_new(maker, step);

        branch->name = arena_printf(maker->arena, "b%u", maker->name_seed++);
        if (dice_chance(dice, 25))
            branch->when = &no_tree;
        line_make(maker, branch, 1 + (unsigned)dice_below(dice, 3), depth + 1);
    }
}

static void for_each_make(struct maker *maker, struct step *step, unsigned depth)
{
    struct dice *dice = &maker->dice;

    step->branches = arena_array(maker->arena, struct line *, 1);
    step->branch_count = 1;
    step->branches[0] = branch_new(maker, step);
    step->max_items = 1 + (unsigned)dice_below(dice, 4);
    step->concurrency = (unsigned)dice_below(dice, 4);
    step->as = dice_chance(dice, 50) || depth
                   ? arena_printf(maker->arena, "it%u", step->index)
                   : NULL;
    mode_make(maker, step, step->max_items);
    line_make(maker, step->branches[0], 1 + (unsigned)dice_below(dice, 3), depth + 1);
}

static void call_make(struct maker *maker, struct step *step)
{
    const char *id = arena_printf(maker->arena, "%s-%s", maker->flow->id, step->id);

    step->callee = flow_new(maker->arena, id, dice_next(&maker->dice),
                            (maker->blocks & ~(unsigned)WITH_CALL) | SMALL, SOUND);
    step->arguments =
        arena_array(maker->arena, const struct tree *, step->callee->parameters.count);
}

/* What the step does; its block's steps follow it in the flow. */
static void kind_make(struct maker *maker, struct step *step, unsigned depth)
{
    struct dice *dice = &maker->dice;
    const bool may_nest = depth < DEPTH_MAX && room(maker) > 1;

    if (may_nest && maker->blocks & WITH_PARALLEL && dice_chance(dice, 15)) {
        step->kind = PARALLEL;
        parallel_make(maker, step, depth);
    } else if (may_nest && maker->blocks & WITH_FOR_EACH && dice_chance(dice, 15)) {
        step->kind = FOR_EACH;
        for_each_make(maker, step, depth);
    } else if (maker->blocks & WITH_CALL && dice_chance(dice, 7)) {
        step->kind = CALL;
        call_make(maker, step);
    } else if (dice_chance(dice, 12)) {
        step->kind = ROUTE;
    } else {
        step->kind = ACTION;
        step->action = (enum action)dice_below(dice, ACTION_COUNT);
        step->by_outcome = step->action == CHOOSE && dice_chance(dice, 70);
    }
}

static void step_make(struct maker *maker, struct line *line, unsigned depth)
{
    struct dice *dice = &maker->dice;
    struct step *step = step_add(maker, line);

    kind_make(maker, step, depth);
    if (dice_chance(dice, 20)) {
        step->is_bounded = true;
        step->max_retries = (unsigned)dice_below(dice, 3);
    }
    if (step->kind != ROUTE && dice_chance(dice, 15))
        retry_make(maker, step);
    step->recovers = dice_chance(dice, 15);
}

/* ---- Routes -------------------------------------------------------------------------- */

static struct route *route_to(struct maker *maker, enum target target,
                              const struct step *step)
{
    struct route *route = arena_new(maker->arena, struct route);

    route->target = target;
    route->step = step;
    return route;
}

static struct route *leaf_make(struct maker *maker, const struct line *line, size_t at,
                               unsigned back)
{
    struct dice *dice = &maker->dice;
    const size_t count = line->steps.count;

    if (dice_chance(dice, back))
        return route_to(maker, TO_STEP, line->steps.items[dice_below(dice, at + 1)]);
    if (at + 1 < count && dice_chance(dice, 75)) {
        const size_t skip =
            dice_chance(dice, 60) ? 0 : dice_below(dice, count - at - 1);

        return route_to(maker, TO_STEP, line->steps.items[at + 1 + skip]);
    }
    return route_to(maker, dice_chance(dice, 70) ? TO_COMPLETE : TO_FAIL, NULL);
}

static struct route *route_make(struct maker *maker, const struct line *line, size_t at,
                                unsigned back, unsigned depth)
{
    struct dice *dice = &maker->dice;
    struct route *route;

    if (depth >= 2 || !dice_chance(dice, 30))
        return leaf_make(maker, line, at, back);
    route = route_to(maker, TO_CASES, NULL);
    route->is_switch = dice_chance(dice, 50);
    route->case_count = route->is_switch ? 1 + (unsigned)dice_below(dice, 3) : 1;
    for (unsigned i = 0; i < route->case_count; i++) {
        route->cases[i].when = &no_tree;
        route->cases[i].then = route_make(maker, line, at, back, depth + 1);
    }
    if (dice_chance(dice, 75))
        route->otherwise = route_make(maker, line, at, back, depth + 1);
    return route;
}

/* A decision alone. */
static struct route *decision_make(struct maker *maker, const struct line *line,
                                   size_t at)
{
    struct route *route = route_make(maker, line, at, 15, 0);
    struct route *decision;

    if (route->target == TO_CASES)
        return route;
    decision = route_to(maker, TO_CASES, NULL);
    decision->case_count = 1;
    decision->cases[0].when = &no_tree;
    decision->cases[0].then = route;
    decision->otherwise = leaf_make(maker, line, at, 0);
    return decision;
}

static void routes_make(struct maker *maker, const struct line *line, size_t at)
{
    struct dice *dice = &maker->dice;
    struct step *step = line->steps.items[at];
    const bool is_last = at + 1 == line->steps.count;

    if (step->kind == ROUTE)
        step->on_success = decision_make(maker, line, at);
    else if (step->by_outcome)
        for (unsigned i = 0; i < OUTCOME_COUNT; i++)
            step->on_outcome[i] = route_make(maker, line, at, 15, 1);
    else if (!is_last || dice_chance(dice, 60))
        step->on_success = route_make(maker, line, at, 15, 0);
    if (dice_chance(dice, 55))
        step->on_failure = route_make(maker, line, at, 4, 1);
    if (step->kind != ROUTE && dice_chance(dice, 20))
        step->on_timeout = route_make(maker, line, at, 4, 1);
}

/* ---- Every step is reached ------------------------------------------------------------ */

static void mark_leaf(void *context, enum target target, const struct step *step)
{
    steps_t *reached = context;

    if (target == TO_STEP)
        *reached |= step_bit(step);
}

static steps_t reached_find(const struct line *line)
{
    steps_t reached = step_bit(line->steps.items[0]), before;

    do {
        before = reached;
        for (size_t i = 0; i < line->steps.count; i++) {
            const struct step *step = line->steps.items[i];

            if (!(reached & step_bit(step)))
                continue;
            success_leaves(step, mark_leaf, &reached);
            failure_leaves(step, mark_leaf, &reached);
            timeout_leaves(step, mark_leaf, &reached);
        }
    } while (reached != before);
    return reached;
}

/* One more case, in front. */
static void lead(struct maker *maker, struct route **slot, const struct step *to)
{
    struct route *route = route_to(maker, TO_CASES, NULL);

    route->case_count = 1;
    route->cases[0].when = &no_tree;
    route->cases[0].then = route_to(maker, TO_STEP, to);
    route->otherwise = *slot ? *slot : route_to(maker, TO_COMPLETE, NULL);
    *slot = route;
}

/* false: all were. */
static bool reach(struct maker *maker, struct line *line)
{
    bool is_changed = false;

    for (size_t i = 1; i < line->steps.count; i++) {
        struct step *step = line->steps.items[i];
        const steps_t reached = reached_find(line);
        size_t from = i - 1;

        if (reached & step_bit(step))
            continue;
        is_changed = true;
        while (!(reached & step_bit(line->steps.items[from])))
            from--;
        if (!line->steps.items[from]->on_failure && dice_chance(&maker->dice, 50))
            line->steps.items[from]->on_failure = route_to(maker, TO_STEP, step);
        else if (line->steps.items[from]->by_outcome)
            lead(maker, &line->steps.items[from]->on_outcome[0], step);
        else
            lead(maker, &line->steps.items[from]->on_success, step);
    }
    return is_changed;
}

bool shape_reach(struct maker *maker)
{
    struct flow *flow = maker->flow;
    bool is_changed = false;

    for (unsigned i = 0; i < flow->step_count; i++)
        if (flow->steps[i]->line->steps.items[0] == flow->steps[i])
            is_changed |= reach(maker, flow->steps[i]->line);
    return is_changed;
}

/* ---- Lines --------------------------------------------------------------------------- */

static void line_make(struct maker *maker, struct line *line, unsigned count,
                      unsigned depth)
{
    do
        step_make(maker, line, depth);
    while (line->steps.count < count && room(maker));
    for (size_t i = 0; i < line->steps.count; i++)
        routes_make(maker, line, i);
}

static void parameters_make(struct maker *maker)
{
    static const char *const names[] = {"count", "isDeep", "title", "tags", "p-2"};
    struct dice *dice = &maker->dice;
    const size_t count = dice_below(dice, 5);

    for (size_t i = 0; i < count; i++) {
        struct parameter parameter = {
            .name = names[i],
            .kind = field_kinds[dice_below(dice, FIELD_COUNT)],
        };

        if (dice_chance(dice, 30))
            parameter.is_optional = true;
        else if (dice_chance(dice, 30))
            parameter.preset = value_make(maker->arena, dice, parameter.kind);
        vec_push(maker->arena, &maker->flow->parameters, parameter);
    }
}

void shape_make(struct maker *maker)
{
    parameters_make(maker);
    line_make(maker, &maker->flow->main, 1 + (unsigned)dice_below(&maker->dice, 7), 0);
}
