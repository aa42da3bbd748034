/* gen_block.c: what blocks add to a workflow's C.
 *
 *     struct files_item {          what one item of a forEach remembers
 *         const char *value;
 *         int64_t index;
 *         struct kad_run_outputs review;
 *     };
 *
 *     struct frame {
 *         struct {                 a block's own outputs, and those of its steps
 *             struct kad_parallel_outputs outputs;
 *             struct kad_run_outputs lint;
 *         } checks;
 *
 * and a struct kad_block for each of them. */
#include <inttypes.h>

#include "gen.h"

/* ---- Names ---------------------------------------------------------------------------- */

/* {items: array}, with items as the forEach sees them. */
static const struct type *inputs_of(struct gen *gen, const struct block *block)
{
    struct type *inputs = arena_new(gen->arena, struct type);
    struct type_field *field = arena_new(gen->arena, struct type_field);

    field->name = S("items");
    field->type = type_array_of(gen->kept, block->item);
    inputs->kind = TYPE_OBJECT;
    inputs->fields = field;
    inputs->field_count = 1;
    return inputs;
}

void gen_blocks_init(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;

    gen->inputs = arena_array(gen->arena, const struct type *, workflow->step_count);
    gen->items = arena_array(gen->arena, const char *, workflow->step_count);
    gen->has_flag = arena_array(gen->arena, bool, workflow->step_count);
    gen->is_gathered = arena_array(gen->arena, bool, workflow->step_count);
    for (size_t i = 0; i < workflow->step_count; i++)
        if (workflow->steps[i]->kind == STEP_FOR_EACH)
            gen->inputs[i] = inputs_of(gen, workflow->steps[i]->block);
}

void gen_name_items(struct gen *gen)
{
    for (size_t i = 0; i < gen->workflow->step_count; i++) {
        const struct step *step = gen->workflow->steps[i];

        if (step->kind == STEP_FOR_EACH)
            gen->items[i] = arena_printf(
                gen->arena, "struct %s",
                gen_own_name(gen, arena_printf(gen->arena, "%s_item", step->c_name)));
    }
}

/* ---- Frames --------------------------------------------------------------------------- */

static void put_branches(struct gen *gen, const struct block *block)
{
    for (size_t i = 0; i < block->branch_count; i++)
        gen_frame_members(gen, block->branches[i].first,
                          block->branches[i].first + block->branches[i].count);
}

static void put_member(struct gen *gen, const struct step *step)
{
    const char *outputs = gen_step_struct(gen, step);
    const char *member = gen_step_member(gen, step);

    if (!gen_has_inside(step)) {
        if (outputs)
            emit_line(gen->code, "%s %s;", outputs, member);
        return;
    }
    emit_open(gen->code, "struct");
    emit_line(gen->code, "%s outputs;", outputs);
    if (step->kind == STEP_FOR_EACH)
        emit_line(gen->code, "struct kad_items items; /* of %s */",
                  gen->items[step->index]);
    else
        put_branches(gen, step->block);
    emit_close(gen->code, arena_printf(gen->arena, " %s;", member));
}

void gen_frame_members(struct gen *gen, size_t first, size_t after)
{
    for (size_t i = first; i < after; i = gen_step_after(gen->workflow->steps[i]))
        put_member(gen, gen->workflow->steps[i]);
}

/* `has`: which steps of the item have outputs, where an array wants to know. */
static void put_flags(struct gen *gen, const struct block *block)
{
    const size_t first = block->branches->first;
    bool is_open = false;

    for (size_t i = first; i < first + block->branches->count; i++) {
        const struct step *step = gen->workflow->steps[i];

        if (!gen->has_flag[i] || gen_for_each_of(step) != block)
            continue;
        if (!is_open)
            emit_open(gen->code, "struct");
        is_open = true;
        emit_line(gen->code, "bool %s;", step->c_name);
    }
    if (is_open)
        emit_close(gen->code, " has; /* outputs */");
}

static void put_item_frame(struct gen *gen, const struct block *block)
{
    const struct step *step = block->step;
    const struct type *value = gen->inputs[step->index]->fields->type->items;
    const struct branch *body = block->branches;

    emit_blank(gen->code);
    emit_comment(gen->code, "What is remembered of each item of %.*s: %s",
                 STR(step->id.text), gen_place(gen, step->id.span));
    emit_open(gen->code, "%s", gen->items[step->index]);
    emit_line(gen->code, "%svalue;", gen_type(gen, value));
    emit_line(gen->code, "int64_t index;");
    gen_frame_members(gen, body->first, body->first + body->count);
    put_flags(gen, block);
    emit_close(gen->code, ";");
}

static void put_item_frames(struct gen *gen, size_t first, size_t after)
{
    for (size_t i = first; i < after; i = gen_step_after(gen->workflow->steps[i])) {
        const struct step *step = gen->workflow->steps[i];

        if (gen_has_inside(step))
            put_item_frames(gen, i + 1, gen_step_after(step));
        if (step->kind == STEP_FOR_EACH)
            put_item_frame(gen, step->block);
    }
}

/* Those inside stand before what they are in. */
void gen_item_frames(struct gen *gen)
{
    put_item_frames(gen, 0, gen->workflow->step_count);
}

/* ---- Tables --------------------------------------------------------------------------- */

static const char *mode_name(enum block_mode mode)
{
    switch (mode) {
    case MODE_ALL: return "KAD_MODE_ALL";
    case MODE_ANY: return "KAD_MODE_ANY";
    case MODE_SETTLE: return "KAD_MODE_SETTLE";
    case MODE_AT_LEAST: break;
    }
    return "KAD_MODE_AT_LEAST";
}

static void put_branch_table(struct gen *gen, const struct block *block)
{
    struct str *items = arena_array(gen->arena, struct str, block->branch_count);

    for (size_t i = 0; i < block->branch_count; i++) {
        const struct branch *branch = &block->branches[i];
        const struct str name = branch->name.text.p ? branch->name.text : S("");

        items[i] = str_printf(gen->arena, "{%s, %s, %zu}", emit_quote(gen->arena, name),
                              gen_step_name(gen, gen->workflow->steps[branch->first]),
                              branch->count);
    }
    emit_list(gen->code,
              arena_printf(gen->arena, "static const struct kad_branch %s_branches[]",
                           block->step->c_name),
              items, block->branch_count);
}

static void put_mode(struct gen *gen, const struct block *block)
{
    emit_line(gen->code, ".mode = %s,", mode_name(block->mode));
    if (block->mode == MODE_AT_LEAST)
        emit_line(gen->code, ".at_least = %" PRIu32 ",", block->at_least);
    emit_line(gen->code, ".branches = %s_branches,", block->step->c_name);
    emit_line(gen->code, ".branch_count = KAD_COUNT(%s_branches),",
              block->step->c_name);
}

static void put_for_each(struct gen *gen, const struct block *block)
{
    const struct step *step = block->step;
    const char *item = gen->items[step->index];

    emit_line(gen->code, ".max_items = %" PRIu32 ",", block->max_items);
    emit_line(gen->code, ".concurrency = %" PRIu32 ",", block->concurrency);
    emit_line(gen->code, ".items_offset = offsetof(%s, %s.items),",
              gen_frame_struct(gen, step), gen_step_path(gen, step));
    emit_line(gen->code, ".item_size = sizeof(%s),", item);
    emit_line(gen->code, ".item_offset = offsetof(%s, value),", item);
    emit_line(gen->code, ".index_offset = offsetof(%s, index),", item);
}

static const char *kind_name(enum step_kind kind)
{
    if (kind == STEP_PARALLEL)
        return "KAD_PARALLEL";
    return kind == STEP_FOR_EACH ? "KAD_FOR_EACH" : "KAD_CHILD";
}

void gen_block_constants(struct gen *gen, const struct step *step)
{
    const struct block *block = step->block;

    if (!block)
        return;
    emit_blank(gen->code);
    if (gen_has_inside(step))
        put_branch_table(gen, block);
    emit_open(gen->code, "static const struct kad_block %s_block =", step->c_name);
    emit_line(gen->code, ".kind = %s,", kind_name(step->kind));
    if (gen_has_inside(step))
        put_mode(gen, block);
    if (step->kind == STEP_FOR_EACH)
        put_for_each(gen, block);
    if (step->kind == STEP_WORKFLOW)
        emit_line(gen->code, ".workflow = &%sworkflow,",
                  gen_workflow_prefix(gen->arena, block->workflow));
    emit_close(gen->code, ";");
}
