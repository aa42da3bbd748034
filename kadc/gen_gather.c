/* gen_gather.c: what the items of a forEach have left, as one array.
 *
 *     static struct kad_strings stdout_of_each_review(struct kad_run *run,
 *                                                     const struct frame *f)
 *
 * A step inside a forEach that is read outside of it stands for an array, in the order of
 * the items. Of a forEach in a forEach it is an array of arrays: the function of the outer
 * one calls that of the inner one. Each is written once a file. */
#include <string.h>

#include "gen_c.h"

struct gen_gather {
    struct gen_gather *next;
    const struct step *step;
    struct str output;
    const struct block *block;
    const char *name; /* of the function */
    const struct type *array;
};

static const struct gen_gather *find(const struct gen *gen, const struct step *step,
                                     struct str output, const struct block *block)
{
    for (const struct gen_gather *each = gen->gathered; each; each = each->next)
        if (each->step == step && each->block == block &&
            str_equal(each->output, output))
            return each;
    return NULL;
}

/* "words_of_each_count", and for a forEach around that of its step "..._of_files". */
static const char *function_name(struct gen *gen, const struct step *step,
                                 const struct type_field *output,
                                 const struct block *block)
{
    const char *member = gen_output_member(gen, step, output);
    const int len = (int)strlen(member) - str_ends_with(str_of(member), S("_"));
    const char *name =
        arena_printf(gen->arena, "%.*s_of_each_%s", len, member, step->c_name);

    if (gen_for_each_of(step) == block)
        return name;
    return arena_printf(gen->arena, "%s_of_%s", name, block->step->c_name);
}

/* The forEach directly inside of `block` that the step is in; NULL: none. */
static const struct block *next_inside(const struct step *step,
                                       const struct block *block)
{
    const struct block *inside = NULL;

    for (const struct block *each = gen_for_each_of(step); each != block;
         each = gen_for_each_of(each->step))
        inside = each;
    return inside;
}

/* Under the condition that the item has outputs of the step. */
static struct c_value flagged(struct gen *gen, const struct step *step,
                              struct c_value value)
{
    gen->has_flag[step->index] = true;
    return c_guarded(gen, c_make(gen, C_POSTFIX, "each[i].has.%s", step->c_name),
                     value);
}

/* The output of one item. A step that has left none has zeros, so that text, arrays and
 * JSON say themselves that they are unset. */
static struct c_value of_item(struct gen *gen, const struct step *step,
                              const struct type_field *output, bool is_optional)
{
    const struct type *stored = gen_stored_type(gen, step, output);
    const struct c_expr lvalue =
        c_make(gen, C_POSTFIX, "each[i].%s.%s", gen_outputs_path(gen, step),
               gen_output_member(gen, step, output));
    const enum c_shape shape = c_shape(stored);
    struct c_value value;

    if (is_optional && !stored->is_optional) {
        if (shape == SHAPE_TEXT || shape == SHAPE_ARRAY || shape == SHAPE_JSON)
            return c_stored(gen, type_optional(gen->kept, stored), lvalue);
        return flagged(gen, step, c_stored(gen, stored, lvalue));
    }
    value = c_stored(gen, stored, lvalue);
    if (!is_optional)
        value.guard = value.whole = (struct c_expr){0};
    return value;
}

/* The array of one item, of a forEach inside. */
static struct c_value of_inside(struct gen *gen, const struct step *step,
                                const struct type_field *output,
                                const struct block *inside, const struct type *array)
{
    const struct type *inner = type_required(gen->kept, array);
    const char *function = gen_gather(gen, step, output, inside, &inner);
    const struct c_value value =
        c_set(inner, c_make(gen, C_POSTFIX, "%s(run, &each[i])", function));

    return array->is_optional ? flagged(gen, inside->step, value) : value;
}

static void define(struct gen *gen, const struct gen_gather *gather,
                   const struct type_field *output)
{
    const struct type *array = gather->array;
    const struct step *owner = gather->block->step;
    const struct block *inside = next_inside(gather->step, gather->block);
    const struct type *item = array->items;
    const struct c_value value =
        inside ? of_inside(gen, gather->step, output, inside, item)
               : of_item(gen, gather->step, output, item->is_optional);
    const char *part = c_convert(gen, value, item).text;
    const char *frame = gen_frame(gen, owner), *path = gen_step_path(gen, owner);
    struct emit *e = gen->gathers;

    emit_comment(e, "%.*s of %.*s, for each item of %.*s.", STR(output->name),
                 STR(gather->step->id.text), STR(owner->id.text));
    emit_function(e, "static %s %s(struct kad_run *run, const %s *%s)",
                  gen_struct(gen, array), gather->name, gen_frame_struct(gen, owner),
                  frame);
    emit_line(e, "const %s *each = %s->%s.items.items;", gen->items[owner->index],
              frame, path);
    emit_line(e, "const size_t count = %s->%s.items.count;", frame, path);
    emit_line(e, "%s*items = kad_run_alloc(run, count * sizeof(*items));",
              gen_type(gen, item));
    emit_blank(e);
    emit_line(e, "for (size_t i = 0; i < count; i++)");
    emit_nested(e, "items[i] = %s;", part);
    emit_line(e, "return (%s){items, count};", gen_struct(gen, array));
    emit_close(e, "");
    emit_blank(e);
}

const char *gen_gather(struct gen *gen, const struct step *step,
                       const struct type_field *output, const struct block *block,
                       const struct type **array)
{
    const struct gen_gather *known = find(gen, step, output->name, block);
    const struct step *reader = gen->step;
    struct gen_gather *gather;

    if (known) {
        *array = known->array;
        return known->name;
    }
    gather = arena_new(gen->kept, struct gen_gather);
    *gather = (struct gen_gather){
        .next = gen->gathered,
        .step = step,
        .output = output->name,
        .block = block,
        .array = *array,
        .name = str_copy(gen->kept, str_of(function_name(gen, step, output, block)))};
    gen->gathered = gather;
    gen->is_gathered[step->index] = true;
    gen->step = block->step; /* its frame is all that the function sees */
    define(gen, gather, output);
    gen->step = reader;
    return gather->name;
}
