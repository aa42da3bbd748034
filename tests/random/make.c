/* make.c: a random workflow from a seed: see make.h. */
#include "make.h"

#include <stdio.h>

/* The step that loses its bound is one without which a loop is endless. */
static bool bound_break(struct maker *maker)
{
    struct flow *flow = maker->flow;
    const size_t start = dice_below(&maker->dice, flow->step_count);

    for (size_t i = 0; i < flow->step_count; i++) {
        struct step *step = flow->steps[(start + i) % flow->step_count];

        if (!step->is_bounded)
            continue;
        step->is_bounded = false;
        if (bounds_miss(flow))
            return true;
        step->is_bounded = true;
    }
    return false;
}

struct flow *flow_new(struct arena *arena, const char *id, uint64_t seed,
                      unsigned blocks, enum flaw flaw)
{
    struct flow *flow = arena_new(arena, struct flow);
    struct maker maker = {
        .arena = arena,
        .flow = flow,
        .dice = {dice_hash(seed, "workflow")},
        .blocks = blocks,
        .most = blocks & SMALL ? 5
                : blocks       ? 12
                               : 8,
    };

    flow->arena = arena;
    flow->seed = seed;
    snprintf(flow->id, sizeof(flow->id), "%s", id);
    shape_make(&maker);
    do
        bounds_make(&maker);
    while (shape_reach(&maker));
    if (flaw == ENDLESS_LOOP && !bound_break(&maker))
        return NULL;
    known_find(&maker);
    values_make(&maker);
    if (flaw == UNSET_VALUE && !values_break(&maker))
        return NULL;
    return flow;
}
