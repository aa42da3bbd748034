/* items.c: what steps in a forEach keep, for each item: their states, and a frame.
 *
 *     state of the forEach -- items[i] --> the states of the steps inside, of item i
 *     frame of the forEach -- struct kad_items --> the frame of item i
 *
 * (1) Frames and states are as many as the last attempt of the forEach had items; states of
 *     earlier items stay, because visits go on counting, and keys must not come again.
 * (2) A step that is in several forEach is found from the outside in. */
#include <string.h>

#include "codec.h"
#include "engine/run.h"

/* ---- States ------------------------------------------------------------------------- */

static const struct kad_branch *body_of(const struct kad_step_info *info)
{
    return &info->block->branches[0];
}

static void reserve(struct execution *execution, struct step_state *state, size_t count)
{
    struct step_state **items;
    size_t capacity = state->item_capacity ? state->item_capacity : 4;

    if (count <= state->item_capacity)
        return;
    while (capacity < count)
        capacity *= 2;
    items = arena_array(&execution->memory, struct step_state *, capacity);
    if (state->item_capacity)
        memcpy(items, state->items, state->item_capacity * sizeof(struct step_state *));
    state->items = items;
    state->item_capacity = capacity;
}

struct step_state *items_states(struct execution *execution, struct step_state *state,
                                const struct kad_step_info *info, size_t index,
                                bool is_first)
{
    const size_t count = (size_t)body_of(info)->count;

    reserve(execution, state, index + 1);
    if (!state->items[index]) {
        state->items[index] = arena_array(&execution->memory, struct step_state, count);
        for (size_t i = 0; i < count; i++)
            state->items[index][i] = (struct step_state){
                .status = "pending", .has_visit = is_first || !execution->is_loaded};
    }
    return state->items[index];
}

static bool has_items(const struct kad_step_info *info)
{
    return info->block && info->block->kind == KAD_FOR_EACH;
}

void step_state_release(struct execution *execution, struct step_state *state,
                        const struct kad_step_info *info)
{
    arena_release(&state->memory);
    arena_release(&state->items_memory);
    for (size_t i = 0; has_items(info) && i < state->item_capacity; i++)
        for (int s = 0; state->items[i] && s < body_of(info)->count; s++)
            step_state_release(execution, &state->items[i][s],
                               &execution->workflow->steps[body_of(info)->first + s]);
}

/* ---- Forgetting --------------------------------------------------------------------- */

/* The steps of one item, or of no forEach. */
struct scope {
    const struct execution *execution;
    struct step_state *steps;
    int first;    /* the step whose state is the first */
    int for_each; /* that they are in, or -1 */
    char *frame;  /* NULL: it goes anyway */
};

static void forget_state(const struct scope *scope, struct step_state *state,
                         const struct kad_step_info *info);

/* Those of forEach inside are forgotten with these. */
static void forget_steps(const struct scope *scope, const struct kad_branch *branch)
{
    const struct execution *execution = scope->execution;

    for (int s = branch->first; s < branch->first + branch->count; s++)
        if (execution->places[s].for_each == scope->for_each)
            forget_state(scope, &scope->steps[s - scope->first],
                         &execution->workflow->steps[s]);
}

static void forget_items(const struct scope *scope, struct step_state *state,
                         const struct kad_step_info *info)
{
    const struct execution *execution = scope->execution;
    struct scope item = {
        .execution = execution,
        .first = body_of(info)->first,
        .for_each = (int)(info - execution->workflow->steps),
    };

    arena_release(&state->items_memory);
    if (scope->frame)
        memset(scope->frame + info->block->items_offset, 0, sizeof(struct kad_items));
    for (size_t i = 0; i < state->item_capacity; i++) {
        item.steps = state->items[i];
        if (item.steps)
            forget_steps(&item, body_of(info));
    }
}

static void forget_state(const struct scope *scope, struct step_state *state,
                         const struct kad_step_info *info)
{
    const size_t size_bytes = info_outputs_type(info)->size_bytes;

    arena_release(&state->memory);
    state->status = "pending";
    state->error = (struct kad_error){0};
    state->has_outputs = false;
    state->outcome = state->runs = state->attempts = 0;
    if (scope->frame && size_bytes)
        memset(scope->frame + info->outputs_offset, 0, size_bytes);
    if (scope->frame && info->has_outputs_offset)
        *(bool *)(void *)(scope->frame + info->has_outputs_offset) = false;
    if (has_items(info))
        forget_items(scope, state, info);
}

void items_forget(struct kad_run *run, const struct kad_step_info *block)
{
    struct execution *execution = run->execution;
    const struct kad_step_info *steps = execution->workflow->steps;
    const struct block_place *place = &execution->places[block - steps];
    struct step_state *state = run_state(run, block);
    const struct scope scope = {
        .execution = execution,
        .steps = state,
        .first = (int)(block - steps),
        .for_each = place->for_each,
        .frame = run_frame(run, block),
    };

    if (has_items(block))
        forget_items(&scope, state, block);
    for (size_t i = 0; !has_items(block) && i < block->block->branch_count; i++)
        forget_steps(&scope, &block->block->branches[i]);
}

/* ---- Frames ------------------------------------------------------------------------- */

/* The layout of every array in C. */
struct array {
    const char *items;
    size_t count;
};

static const struct kad_field *items_field(const struct kad_step_info *info)
{
    const struct kad_type *type = info_inputs_type(info);

    for (size_t i = 0; i < type->field_count; i++)
        if (!strcmp(type->fields[i].name, "items"))
            return &type->fields[i];
    kad_unreachable(); /* generated code gives it */
}

size_t items_index(const char *name)
{
    size_t index = 0;

    for (name++; *name >= '0' && *name <= '9'; name++)
        index = index * 10 + (size_t)(*name - '0');
    return index;
}

size_t items_count(const struct kad_step_info *info, const void *in)
{
    const struct array *array =
        (const void *)((const char *)in + items_field(info)->offset);

    return array->count;
}

static void make_frames(struct step_state *state, const struct kad_step_info *info,
                        char *enclosing, const struct array *array)
{
    const struct kad_block *about = info->block;
    const size_t size_bytes = codec_value_size(items_field(info)->type->items);
    char *frame =
        arena_alloc_array(&state->items_memory, about->item_size, array->count);
    const struct kad_items items = {frame, array->count};

    memcpy(enclosing + about->items_offset, &items, sizeof(items));
    for (size_t i = 0; i < array->count; i++, frame += about->item_size) {
        const int64_t index = (int64_t)i;

        memcpy(frame + about->item_offset, array->items + i * size_bytes, size_bytes);
        memcpy(frame + about->index_offset, &index, sizeof(index));
    }
}

size_t items_make(struct step_state *state, const struct kad_step_info *info,
                  char *frame, const char *inputs)
{
    const struct kad_type *type = info_inputs_type(info);
    void *in = arena_alloc(&state->items_memory, type->size_bytes);
    const struct array *array = (const void *)((char *)in + items_field(info)->offset);

    if (!inputs ||
        codec_decode(&state->items_memory, type, CODEC_AFTER_SUCCESS, inputs,
                     strlen(inputs), in) ||
        array->count > info->block->max_items)
        return 0;
    make_frames(state, info, frame, array);
    return array->count;
}
