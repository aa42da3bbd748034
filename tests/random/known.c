/* known.c: which outputs are there, at each place of a random workflow.
 *
 * A success sets them, a failure unsets them (those of a block: with all that is inside).
 * Within a block, the steps inside start unset. What is sure after a block follows from its
 * mode and from the good ends of its lines. */
#include "make.h"

static const struct known everything = {.sure = ~(steps_t)0};

steps_t step_bit(const struct step *step)
{
    return (steps_t)1 << step->index;
}

steps_t step_bits(const struct flow *flow, const struct step *step)
{
    steps_t bits = step_bit(step);

    for (unsigned i = 0; i < flow->step_count; i++)
        if (step_is_inside(flow->steps[i], step))
            bits |= step_bit(flow->steps[i]);
    return bits;
}

static struct known join(struct known a, struct known b)
{
    return (struct known){a.sure & b.sure, a.some | b.some};
}

/* Where the leaves of a step lead, with what is known there. */
struct flowing {
    struct maker *maker;
    struct known known;
    struct known *end; /* where the line ends well */
};

static void flow_leaf(void *context, enum target target, const struct step *step)
{
    struct flowing *flowing = context;

    if (target == TO_STEP) {
        struct known *before = &flowing->maker->before[step->index];

        *before = join(*before, flowing->known);
    } else if (target == TO_COMPLETE) {
        *flowing->end = join(*flowing->end, flowing->known);
    }
}

static struct known line_find(struct maker *maker, const struct line *line,
                              struct known start);

static struct known after_block(struct maker *maker, const struct step *step,
                                struct known inside)
{
    const steps_t inner = step_bits(maker->flow, step) & ~step_bit(step);
    struct known after = {0};

    for (unsigned i = 0; i < step->branch_count; i++) {
        const struct line *branch = step->branches[i];
        const struct known end = line_find(maker, branch, inside);
        steps_t sure = end.sure & inner;

        if (end.sure == everything.sure || step->mode != ALL || branch->when)
            sure = 0;
        after.sure |= sure;
    }
    after.some = inner;
    if (step->kind != FOR_EACH)
        return after;
    for (unsigned i = 0; i < maker->flow->step_count; i++)
        if (step_loop(maker->flow->steps[i]) == step)
            maker->in_every_item &= ~step_bit(maker->flow->steps[i]) | after.sure;
    after.sure = inner; /* arrays */
    return after;
}

static void step_find(struct maker *maker, const struct step *step, struct known *end)
{
    const steps_t all = step_bits(maker->flow, step);
    struct known before = maker->before[step->index];
    struct flowing flowing = {maker, before, end};
    struct known inside = {0};

    before.sure &= ~all;
    before.some &= ~all;
    if (step->branch_count)
        inside = after_block(maker, step, before);
    maker->after_failure[step->index] = flowing.known = before;
    failure_leaves(step, flow_leaf, &flowing);
    timeout_leaves(step, flow_leaf, &flowing);
    flowing.known.sure |= step_bit(step) | inside.sure;
    flowing.known.some |= step_bit(step) | inside.some;
    maker->after_success[step->index] = flowing.known;
    success_leaves(step, flow_leaf, &flowing);
}

static bool is_same(struct known a, struct known b)
{
    return a.sure == b.sure && a.some == b.some;
}

/* One time through; whether something is known otherwise than before. */
static bool line_pass(struct maker *maker, const struct line *line, struct known *end)
{
    const size_t count = line->steps.count;
    const struct known last = *end;
    struct known before[STEPS_MAX];
    bool is_changed = false;

    for (size_t i = 0; i < count; i++)
        before[i] = maker->before[line->steps.items[i]->index];
    for (size_t i = 0; i < count; i++)
        step_find(maker, line->steps.items[i], end);
    for (size_t i = 0; i < count; i++)
        is_changed |= !is_same(before[i], maker->before[line->steps.items[i]->index]);
    return is_changed || !is_same(last, *end);
}

/* Until nothing changes; what is known where the line ends well. */
static struct known line_find(struct maker *maker, const struct line *line,
                              struct known start)
{
    struct known end = everything;

    for (size_t i = 0; i < line->steps.count; i++)
        maker->before[line->steps.items[i]->index] = everything;
    maker->before[line->steps.items[0]->index] = start;
    while (line_pass(maker, line, &end))
        ;
    return end;
}

void known_find(struct maker *maker)
{
    maker->in_every_item = ~(steps_t)0;
    maker->at_end = line_find(maker, &maker->flow->main, (struct known){0});
    if (maker->at_end.sure == everything.sure) /* it never completes */
        maker->at_end = (struct known){0};
}
