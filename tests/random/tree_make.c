/* tree_make.c: random expressions that kadc accepts.
 *
 * What may be unset gets a default. Arithmetic always has something of the run in it: what
 * fails for certain would be refused (0608, 0611). */
#include <string.h>

#include "make.h"

static const struct kind integer = {INTEGER, 0, false}, boolean = {BOOLEAN, 0, false},
                         text = {TEXT, 0, false}, texts = {TEXT, 1, false};

static bool kind_is(struct kind a, struct kind b)
{
    return a.base == b.base && a.depth == b.depth && a.has_holes == b.has_holes;
}

/* ---- Nodes --------------------------------------------------------------------------- */

static struct tree *leaf(struct maker *maker, enum op op, struct kind kind)
{
    struct tree *tree = arena_new(maker->arena, struct tree);

    tree->op = op;
    tree->kind = kind;
    return tree;
}

static const struct tree *literal(struct maker *maker, struct kind kind)
{
    struct tree *tree = leaf(maker, LITERAL, kind);

    tree->is_constant = true;
    tree->literal = value_make(maker->arena, &maker->dice, kind);
    return tree;
}

static const struct tree *text_literal(struct maker *maker, const char *of)
{
    struct tree *tree = leaf(maker, LITERAL, text);

    tree->is_constant = true;
    tree->literal = (struct value){.is_set = true, .text = of};
    return tree;
}

static const struct tree *node(struct maker *maker, enum op op, struct kind kind,
                               const struct tree *a, const struct tree *b,
                               const struct tree *c)
{
    struct tree *tree = leaf(maker, op, kind);

    tree->operands[0] = a;
    tree->operands[1] = b;
    tree->operands[2] = c;
    tree->count = c ? 3 : b ? 2 : 1;
    tree->is_constant =
        a->is_constant && (!b || b->is_constant) && (!c || c->is_constant);
    return tree;
}

/* ---- What can be read ------------------------------------------------------------------ */

/* The branch of `block` in which the step is. */
static const struct line *line_in(const struct step *step, const struct step *block)
{
    const struct line *line = step->line;

    while (line->block != block)
        line = line->block->line;
    return line;
}

/* Not of the blocks around, and not of a branch that runs at the same time. */
static bool is_near(const struct place *place, const struct step *step)
{
    const struct step *block = step->line->block;

    if (!place->step)
        return true;
    if (step_is_inside(place->step, step) ||
        (place->is_input && step_is_inside(step, place->step)))
        return false;
    for (; block; block = block->line->block)
        if (step_is_inside(place->step, block))
            return line_in(step, block) == line_in(place->step, block);
    return true;
}

/* How many forEach are around the step, but not around the place. */
static unsigned loops_between(const struct place *place, const struct step *step)
{
    unsigned count = 0;

    for (const struct step *loop = step_loop(step); loop; loop = step_loop(loop))
        count += !place->step || !step_is_inside(place->step, loop);
    return count;
}

struct leaves {
    VEC(const struct tree *) sure;
    VEC(const struct tree *) unsure;
};

static void add_outputs(struct maker *maker, const struct place *place,
                        const struct step *step, struct leaves *leaves)
{
    const unsigned loops = loops_between(place, step);

    if (!is_near(place, step) || loops > 1)
        return;
    for (unsigned i = 0; i < step_output_count(step); i++) {
        struct kind kind = step_output(step, i).kind;
        struct tree *tree;

        kind.depth += loops;
        kind.has_holes = loops && !(maker->in_every_item & step_bit(step));
        tree = leaf(maker, OUTPUT, kind);
        tree->step = step;
        tree->index = i;
        if (place->known.sure & step_bit(step))
            vec_push(maker->arena, &leaves->sure, tree);
        else
            vec_push(maker->arena, &leaves->unsure, tree);
    }
}

static void add_parameters(struct maker *maker, struct leaves *leaves)
{
    for (size_t i = 0; i < maker->flow->parameters.count; i++) {
        const struct parameter *parameter = &maker->flow->parameters.items[i];
        struct tree *tree = leaf(maker, TRIGGER, parameter->kind);

        tree->index = (unsigned)i;
        if (parameter->is_optional)
            vec_push(maker->arena, &leaves->unsure, tree);
        else
            vec_push(maker->arena, &leaves->sure, tree);
    }
}

static void add_items(struct maker *maker, const struct place *place,
                      struct leaves *leaves)
{
    const struct step *loop = place->step ? step_loop(place->step) : NULL;

    if (loop)
        vec_push(maker->arena, &leaves->sure, leaf(maker, INDEX, integer));
    for (; loop; loop = step_loop(loop)) {
        struct kind kind = loop->items->kind;
        struct tree *tree;

        kind.depth--;
        tree = leaf(maker, ITEM, kind);
        tree->step = loop;
        vec_push(maker->arena, &leaves->sure, tree);
    }
}

static void add_attempts(struct maker *maker, const struct place *place,
                         const struct step *step, struct leaves *leaves)
{
    struct tree *tree = leaf(maker, ATTEMPTS, integer);

    tree->step = step;
    if (is_near(place, step) && !loops_between(place, step))
        vec_push(maker->arena, &leaves->sure, tree);
}

static struct leaves leaves_find(struct maker *maker, const struct place *place)
{
    struct leaves leaves = {0};

    add_parameters(maker, &leaves);
    add_items(maker, place, &leaves);
    for (unsigned i = 0; i < maker->flow->step_count; i++) {
        add_outputs(maker, place, maker->flow->steps[i], &leaves);
        if (dice_chance(&maker->dice, 20))
            add_attempts(maker, place, maker->flow->steps[i], &leaves);
    }
    return leaves;
}

/* One of the first `count` trees that has this kind; NULL: none. */
static const struct tree *pick(struct maker *maker, const struct tree *const *trees,
                               size_t count, struct kind kind)
{
    const size_t start = count ? dice_below(&maker->dice, count) : 0;

    for (size_t i = 0; i < count; i++) {
        const struct tree *tree = trees[(start + i) % count];

        if (kind_is(tree->kind, kind))
            return tree;
    }
    return NULL;
}

static const struct tree *leaf_make(struct maker *maker, const struct place *place,
                                    struct kind kind)
{
    const struct leaves leaves = leaves_find(maker, place);
    const struct tree *unsure =
        pick(maker, leaves.unsure.items, leaves.unsure.count, kind);
    const struct tree *sure = pick(maker, leaves.sure.items, leaves.sure.count, kind);

    if (unsure && (!sure || dice_chance(&maker->dice, 40)))
        return node(maker, DEFAULT, kind, unsure, sure ? sure : literal(maker, kind),
                    NULL);
    if (sure && dice_chance(&maker->dice, 85))
        return sure;
    return literal(maker, kind);
}

/* An array of whatever; NULL: there is none here. */
static const struct tree *any_array(struct maker *maker, const struct place *place,
                                    unsigned most_depth)
{
    const struct leaves leaves = leaves_find(maker, place);
    const size_t count = leaves.sure.count;
    const size_t start = count ? dice_below(&maker->dice, count) : 0;

    for (size_t i = 0; i < count; i++) {
        const struct tree *tree = leaves.sure.items[(start + i) % count];

        if (tree->kind.depth && tree->kind.depth <= most_depth)
            return tree;
    }
    return NULL;
}

/* Some step whose status can be asked for; NULL: none. */
static const struct step *any_step(struct maker *maker, const struct place *place)
{
    const struct flow *flow = maker->flow;
    const size_t start = dice_below(&maker->dice, flow->step_count);

    for (size_t i = 0; i < flow->step_count; i++) {
        const struct step *step = flow->steps[(start + i) % flow->step_count];

        if (is_near(place, step) && !loops_between(place, step))
            return step;
    }
    return NULL;
}

/* ---- Operators ------------------------------------------------------------------------ */

static const struct tree *choice(struct maker *maker, const struct place *place,
                                 struct kind kind, unsigned depth)
{
    return node(maker, CHOICE, kind, tree_make(maker, place, boolean, depth),
                tree_make(maker, place, kind, depth),
                tree_make(maker, place, kind, depth));
}

/* An item of an array, or a default. */
static const struct tree *item_of(struct maker *maker, const struct place *place,
                                  struct kind kind, unsigned depth)
{
    static const enum op ops[] = {FIRST, LAST, AT};
    const struct leaves leaves = leaves_find(maker, place);
    const enum op op = ops[dice_below(&maker->dice, 3)];
    const struct tree *array, *item;
    struct kind outer = kind;

    outer.depth++;
    outer.has_holes = dice_chance(&maker->dice, 50);
    array = pick(maker, leaves.sure.items, leaves.sure.count, outer);
    if (!array)
        return leaf_make(maker, place, kind);
    item = node(maker, op, kind, array,
                op == AT ? tree_make(maker, place, integer, depth) : NULL, NULL);
    return node(maker, DEFAULT, kind, item, tree_make(maker, place, kind, depth), NULL);
}

static const struct tree *not_zero(struct maker *maker)
{
    struct tree *tree = leaf(maker, LITERAL, integer);

    tree->is_constant = true;
    tree->literal = (struct value){.is_set = true,
                                   .integer = 1 + (int64_t)dice_below(&maker->dice, 4)};
    return tree;
}

static const struct tree *arithmetic(struct maker *maker, const struct place *place,
                                     unsigned depth)
{
    static const enum op ops[] = {ADD, SUBTRACT, MULTIPLY, QUOTIENT, MODULO, ADD};
    const enum op op = ops[dice_below(&maker->dice, 6)];
    const struct tree *a = tree_make(maker, place, integer, depth);
    const struct tree *b = tree_make(maker, place, integer, depth);

    if (a->is_constant)
        return a;
    if (b->is_constant && (op == MODULO || op == QUOTIENT))
        b = not_zero(maker);
    return node(maker, op, integer, a, b, NULL);
}

static const struct tree *integer_make(struct maker *maker, const struct place *place,
                                       unsigned depth)
{
    const struct tree *a, *b;

    switch (dice_below(&maker->dice, 7)) {
    case 0:
        a = tree_make(maker, place, integer, depth);
        return a->is_constant ? a : node(maker, NEGATE, integer, a, NULL, NULL);
    case 1:
        a = tree_make(maker, place, integer, depth);
        b = tree_make(maker, place, integer, depth);
        return node(maker, dice_chance(&maker->dice, 50) ? MIN : MAX, integer, a, b,
                    NULL);
    case 2:
        a = any_array(maker, place, 3);
        return node(maker, LENGTH, integer,
                    a ? a : tree_make(maker, place, text, depth), NULL, NULL);
    case 3: return choice(maker, place, integer, depth);
    case 4: return item_of(maker, place, integer, depth);
    default: return arithmetic(maker, place, depth);
    }
}

static const struct tree *compare(struct maker *maker, const struct place *place,
                                  unsigned depth)
{
    static const enum op ops[] = {EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, MORE, MORE_EQUAL};
    static const struct kind kinds[] = {{INTEGER, 0, false},
                                        {INTEGER, 0, false},
                                        {TEXT, 0, false},
                                        {BOOLEAN, 0, false}};
    const struct kind kind = kinds[dice_below(&maker->dice, 4)];
    const enum op op = ops[dice_below(&maker->dice, kind.base == INTEGER ? 6 : 2)];

    return node(maker, op, boolean, tree_make(maker, place, kind, depth),
                tree_make(maker, place, kind, depth), NULL);
}

/* A question about how a step, or the workflow, stands. */
static const struct tree *standing(struct maker *maker, const struct place *place)
{
    static const char *const statuses[] = {"pending", "completed", "failed",
                                           "timed_out"};
    const struct step *step = any_step(maker, place);
    struct tree *status;

    if (!step || dice_chance(&maker->dice, 25))
        return node(maker, EQUAL, boolean, leaf(maker, FLOW_STATUS, text),
                    text_literal(maker, statuses[1 + dice_below(&maker->dice, 2)]),
                    NULL);
    status = leaf(maker, STATUS, text);
    status->step = step;
    return node(maker, dice_chance(&maker->dice, 70) ? EQUAL : NOT_EQUAL, boolean,
                status, text_literal(maker, statuses[dice_below(&maker->dice, 4)]),
                NULL);
}

static const struct tree *boolean_make(struct maker *maker, const struct place *place,
                                       unsigned depth)
{
    static const enum op texts_ops[] = {CONTAINS, STARTS_WITH, ENDS_WITH};
    const struct tree *a, *b;

    switch (dice_below(&maker->dice, 9)) {
    case 0:
        return node(maker, NOT, boolean, tree_make(maker, place, boolean, depth), NULL,
                    NULL);
    case 1:
    case 2:
        a = tree_make(maker, place, boolean, depth);
        b = tree_make(maker, place, boolean, depth);
        return node(maker, dice_chance(&maker->dice, 50) ? AND : OR, boolean, a, b,
                    NULL);
    case 3:
        a = tree_make(maker, place, text, depth);
        b = tree_make(maker, place, text, depth);
        return node(maker, texts_ops[dice_below(&maker->dice, 3)], boolean, a, b, NULL);
    case 4:
        a = tree_make(maker, place, text, depth);
        b = tree_make(maker, place, texts, depth);
        if (a->is_constant) /* kadc takes lists of literals for enums */
            return standing(maker, place);
        return dice_chance(&maker->dice, 50)
                   ? node(maker, IN, boolean, a, b, NULL)
                   : node(maker, CONTAINS, boolean, b, a, NULL);
    case 5: return standing(maker, place);
    case 6: return item_of(maker, place, boolean, depth);
    default: return compare(maker, place, depth);
    }
}

static const struct tree *failure_code(struct maker *maker, const struct place *place)
{
    const struct step *step = any_step(maker, place);
    struct tree *code;

    if (!step || dice_chance(&maker->dice, 50)) {
        code = leaf(maker,
                    dice_chance(&maker->dice, 60) ? FLOW_ERROR_CODE : FLOW_ERROR_STEP,
                    text);
    } else {
        code = leaf(maker, ERROR_CODE, text);
        code->step = step;
    }
    return node(maker, DEFAULT, text, code, literal(maker, text), NULL);
}

static const struct tree *format_make(struct maker *maker, const struct place *place,
                                      unsigned depth)
{
    static const char *const patterns[] = {"{0}", "{0} of {1}", "{1}{0}{1}"};
    const size_t which = dice_below(&maker->dice, 3);
    const struct tree *pattern = text_literal(maker, patterns[which]);

    return node(maker, FORMAT, text, pattern, tree_make(maker, place, text, depth),
                which ? tree_make(maker, place, integer, depth) : NULL);
}

static const struct tree *text_make(struct maker *maker, const struct place *place,
                                    unsigned depth)
{
    static const enum op ops[] = {LOWER, UPPER, TRIM};
    static const struct kind kinds[] = {
        {INTEGER, 0, false}, {BOOLEAN, 0, false}, {TEXT, 0, false}, {TEXT, 1, false}};

    switch (dice_below(&maker->dice, 8)) {
    case 0:
        return node(maker, ops[dice_below(&maker->dice, 3)], text,
                    tree_make(maker, place, text, depth), NULL, NULL);
    case 1:
        return node(maker, REPLACE, text, tree_make(maker, place, text, depth),
                    text_literal(maker, dice_chance(&maker->dice, 50) ? "a" : "ab"),
                    tree_make(maker, place, text, depth));
    case 2:
        return node(maker, JOIN, text, tree_make(maker, place, texts, depth),
                    text_literal(maker, dice_chance(&maker->dice, 50) ? "," : ""),
                    NULL);
    case 3: return format_make(maker, place, depth);
    case 4: return choice(maker, place, text, depth);
    case 5:
        return node(maker, TO_JSON, text,
                    tree_make(maker, place, kinds[dice_below(&maker->dice, 4)], depth),
                    NULL, NULL);
    case 6: return item_of(maker, place, text, depth);
    default: return failure_code(maker, place);
    }
}

static const struct tree *texts_make(struct maker *maker, const struct place *place,
                                     unsigned depth)
{
    const struct tree *a = tree_make(maker, place, text, depth);

    switch (dice_below(&maker->dice, 3)) {
    case 0:
        return node(maker, SPLIT, texts, a,
                    text_literal(maker, dice_chance(&maker->dice, 50) ? "a" : ","),
                    NULL);
    case 1:
        return node(maker, LIST, texts, a, tree_make(maker, place, text, depth), NULL);
    default: return choice(maker, place, texts, depth);
    }
}

/* ---- Trees --------------------------------------------------------------------------- */

const struct tree *tree_make(struct maker *maker, const struct place *place,
                             struct kind kind, unsigned depth)
{
    if (!depth || dice_chance(&maker->dice, 35))
        return leaf_make(maker, place, kind);
    if (kind.depth)
        return texts_make(maker, place, depth - 1);
    switch (kind.base) {
    case INTEGER: return integer_make(maker, place, depth - 1);
    case BOOLEAN: return boolean_make(maker, place, depth - 1);
    case TEXT: break;
    }
    return text_make(maker, place, depth - 1);
}

const struct tree *tree_make_items(struct maker *maker, const struct place *place)
{
    const struct leaves leaves = leaves_find(maker, place);
    const struct tree *sure = pick(maker, leaves.sure.items, leaves.sure.count, texts);

    if (sure && dice_chance(&maker->dice, 70))
        return sure;
    return node(maker, SPLIT, texts, tree_make(maker, place, text, 2),
                text_literal(maker, dice_chance(&maker->dice, 50) ? "a" : ","), NULL);
}

const struct tree *tree_make_optional(struct maker *maker, const struct place *place,
                                      struct kind kind)
{
    const struct leaves leaves = leaves_find(maker, place);
    const struct tree *tree =
        pick(maker, leaves.unsure.items, leaves.unsure.count, kind);

    if (tree && tree->op == OUTPUT && !(place->known.some & step_bit(tree->step)))
        return NULL;
    return tree;
}

const struct tree *tree_make_mixed(struct maker *maker, const struct place *place)
{
    static const char *const glue[] = {"x", " and ", "-", ": "};
    static const struct kind kinds[] = {
        {INTEGER, 0, false}, {BOOLEAN, 0, false}, {TEXT, 0, false}};
    struct tree *tree = leaf(maker, MIXED, text);

    tree->count = 2 + (unsigned)dice_below(&maker->dice, OPERANDS_MAX - 1);
    for (unsigned i = 0; i < tree->count; i++)
        tree->operands[i] =
            i % 2 ? tree_make(maker, place, kinds[dice_below(&maker->dice, 3)], 1)
                  : text_literal(maker, glue[dice_below(&maker->dice, 4)]);
    return tree;
}

const struct tree *tree_make_unset(struct maker *maker, const struct place *place)
{
    const struct leaves leaves = leaves_find(maker, place);
    const struct tree *tree =
        pick(maker, leaves.unsure.items, leaves.unsure.count, integer);

    if (!tree || tree->op != OUTPUT)
        return NULL;
    return node(maker, ADD, integer, tree, not_zero(maker), NULL);
}
