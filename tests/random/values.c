/* values.c: expressions in all places of a random workflow. */
#include "make.h"

enum { DEPTH = 3 };

/* ---- Literals ------------------------------------------------------------------------- */

static const char *text_literal(struct dice *dice)
{
    static const char *const texts[] = {"",  "a",  "b",    "ab",   "b,a",
                                        "A", " c", "日本", "true", "0"};

    return texts[dice_below(dice, sizeof(texts) / sizeof(texts[0]))];
}

/* Not empty: kadc does not know what an empty list is a list of. */
static struct value array_make(struct arena *arena, struct dice *dice, struct kind kind)
{
    const size_t count = 1 + dice_below(dice, 3);
    struct value *items = arena_array(arena, struct value, count);

    kind.depth--;
    for (size_t i = 0; i < count; i++)
        items[i] = value_make(arena, dice, kind);
    return (struct value){.is_set = true, .items = items, .count = count};
}

struct value value_make(struct arena *arena, struct dice *dice, struct kind kind)
{
    struct value value = {.is_set = true};

    if (kind.depth)
        return array_make(arena, dice, kind);
    switch (kind.base) {
    case INTEGER: value.integer = (int64_t)dice_below(dice, 9) - 3; break;
    case BOOLEAN: value.integer = dice_chance(dice, 50); break;
    case TEXT: value.text = text_literal(dice); break;
    }
    return value;
}

/* ---- Places --------------------------------------------------------------------------- */

static void route_fill(struct maker *maker, const struct step *step, struct known known,
                       struct route *route)
{
    const struct place place = {step, known, false};
    const struct kind boolean = {BOOLEAN, 0, false};

    if (!route || route->target != TO_CASES)
        return;
    for (unsigned i = 0; i < route->case_count; i++) {
        route->cases[i].when = tree_make(maker, &place, boolean, DEPTH);
        route_fill(maker, step, known, route->cases[i].then);
    }
    route_fill(maker, step, known, route->otherwise);
}

static void routes_fill(struct maker *maker, struct step *step)
{
    const struct known failed = maker->after_failure[step->index];
    /* A route step decides before it is over. */
    const struct known succeeded = maker->after_success[step->index];

    route_fill(maker, step, succeeded, step->on_success);
    for (unsigned i = 0; i < OUTCOME_COUNT; i++)
        route_fill(maker, step, succeeded, step->on_outcome[i]);
    route_fill(maker, step, failed, step->on_failure);
    route_fill(maker, step, failed, step->on_timeout);
}

/* Of an optional input or parameter, or (`is_needed`) of one that is not. */
static const struct tree *value_fill(struct maker *maker, const struct place *place,
                                     struct kind kind, bool is_needed)
{
    const struct tree *tree = NULL;

    if (!is_needed && dice_chance(&maker->dice, 25))
        tree = tree_make_optional(maker, place, kind);
    if (!tree && kind.base == TEXT && !kind.depth && dice_chance(&maker->dice, 25))
        tree = tree_make_mixed(maker, place);
    return tree ? tree : tree_make(maker, place, kind, DEPTH);
}

static void inputs_fill(struct maker *maker, struct step *step)
{
    const struct place place = {step, maker->before[step->index], true};

    for (unsigned i = 0; i < FIELD_COUNT; i++)
        if (dice_chance(&maker->dice, 35))
            step->inputs[i] = value_fill(maker, &place, field_kinds[i], false);
}

static void arguments_fill(struct maker *maker, struct step *step)
{
    const struct place place = {step, maker->before[step->index], true};

    for (size_t i = 0; i < step->callee->parameters.count; i++) {
        const struct parameter *parameter = &step->callee->parameters.items[i];
        const bool is_needed = !parameter->is_optional && !parameter->preset.is_set;

        if (is_needed || dice_chance(&maker->dice, 50))
            step->arguments[i] =
                value_fill(maker, &place, parameter->kind, !parameter->is_optional);
    }
}

static void block_fill(struct maker *maker, struct step *step)
{
    const struct place place = {step, maker->before[step->index], true};
    const struct kind boolean = {BOOLEAN, 0, false};

    if (step->kind == FOR_EACH)
        step->items = tree_make_items(maker, &place);
    for (unsigned i = 0; i < step->branch_count; i++)
        if (step->branches[i]->when)
            step->branches[i]->when = tree_make(maker, &place, boolean, DEPTH);
}

/* Blocks before what is inside: the items' kind is known first. */
void values_make(struct maker *maker)
{
    static const char *const names[] = {"total", "isFine", "note", "list"};
    struct flow *flow = maker->flow;
    const struct place end = {NULL, maker->at_end, false};

    for (unsigned i = 0; i < flow->step_count; i++)
        block_fill(maker, flow->steps[i]);
    for (unsigned i = 0; i < flow->step_count; i++) {
        if (flow->steps[i]->kind == ACTION)
            inputs_fill(maker, flow->steps[i]);
        else if (flow->steps[i]->kind == CALL)
            arguments_fill(maker, flow->steps[i]);
        routes_fill(maker, flow->steps[i]);
    }
    for (unsigned i = 0; i < FIELD_COUNT && flow->output_count < 3; i++) {
        if (!dice_chance(&maker->dice, 40))
            continue;
        flow->outputs[flow->output_count].name = names[i];
        flow->outputs[flow->output_count++].value =
            tree_make(maker, &end, field_kinds[i], DEPTH);
    }
}

bool values_break(struct maker *maker)
{
    struct flow *flow = maker->flow;
    const size_t start = dice_below(&maker->dice, flow->step_count);

    for (size_t i = 0; i < flow->step_count; i++) {
        struct step *step = flow->steps[(start + i) % flow->step_count];
        const struct place place = {step, maker->before[step->index], true};
        const struct tree *tree =
            step->kind == ACTION ? tree_make_unset(maker, &place) : NULL;

        if (!tree)
            continue;
        step->inputs[NUMBER] = tree;
        return true;
    }
    return false;
}
