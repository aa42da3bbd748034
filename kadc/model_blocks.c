/* model_blocks.c: steps with steps inside.
 *
 *     parallel = {branches: {NAME: branch...}, mode}
 *     branch   = [step...] | {when: template, steps: [step...]}
 *     forEach  = {forEach: template, as, max, concurrency, mode, steps: [step...]}
 *     mode     = "all" | "any" | "settle" | {atLeast: count}
 *
 * The keys of forEach stand in the step itself. Reports 0114 (mode), 0218 and 1001 (branches),
 * 0802, 1301 (nesting) and, by keys.c, group 01. A branch in which no step can be read is
 * left out. */
#include "key_values.h"
#include "model_read.h"
#include "unique.h"

/* What a branch says beside its name. */
struct branch_parts {
    struct template *when;
    const struct node *steps;
};

#define AT(field) offsetof(struct branch_parts, field)
static const struct key branch_keys[] = {
    {"when", KEY_TEMPLATE, .offset = AT(when),
     .about = "a condition; false: the branch is skipped"},
    {"steps", KEY_LIST, KEY_REQUIRED_AND_NOT_EMPTY, AT(steps), .of = &step_set,
     .about = "what is done; the first step is the entry"},
};
#undef AT
static const struct key_set branch_set = KEY_SET("branch", NULL, branch_keys);

static key_reader branches_read, parallel_mode_read;

static const struct key parallel_keys[] = {
    {"branches", KEY_MAP, KEY_REQUIRED_AND_NOT_EMPTY, .read = branches_read,
     .of = &branch_set, .shape = SHAPE_BRANCH,
     .about = "steps by the name of their branch"},
    {"mode", KEY_NODE, .read = parallel_mode_read, .of = &mode_set, .texts = MODE_TEXTS,
     .about = "when it is over: all, any, settle or {atLeast}"},
};
const struct key_set parallel_set = KEY_SET("parallel", NULL, parallel_keys);

static key_reader at_least_read;

static const struct key mode_keys[] = {
    {"atLeast", KEY_COUNT, KEY_REQUIRED, .read = at_least_read,
     .about = "how many have to end well"},
};
const struct key_set mode_set = KEY_SET("mode", NULL, mode_keys);

struct block *block_get(struct reader *reader, struct step *step,
                        const struct node *key)
{
    if (step->block)
        return step->block;
    step->block = arena_new(reader->program->arena, struct block);
    step->block->step = step;
    step->block->span = key->span;
    step->block->concurrency = 1;
    return step->block;
}

/* ---- Mode ---------------------------------------------------------------------------- */

static void at_least_read(struct reader *reader, const struct node *key,
                          const struct node *value, void *target)
{
    struct block *block = target;
    (void)key;
    block->mode_span = value->span;
    positive_read(reader, value, "atLeast", &block->at_least);
    if (block->at_least > 0)
        block->mode = MODE_AT_LEAST;
}

void mode_read(struct reader *reader, const struct node *key, const struct node *value,
               struct block *block)
{
    static const struct str modes[] = {[MODE_ALL] = {"all", 3},
                                       [MODE_ANY] = {"any", 3},
                                       [MODE_SETTLE] = {"settle", 6}};
    const struct names names = {modes, sizeof(modes) / sizeof(modes[0])};
    struct diags *diags = reader->program->diags;
    (void)key;
    block->mode_span = value->span;
    if (value->kind == NODE_MAP) {
        keys_read(reader, &mode_set, value, block);
        return;
    }
    struct str mode = text_read(reader, value, "mode");
    double number;
    if (!mode.p || node_is_number(value, &number)) /* reported */
        return;
    for (size_t i = 0; i < names.count; i++)
        if (str_equal(mode, modes[i])) {
            block->mode = (enum block_mode)i;
            return;
        }
    reader->has_gaps = true;
    diag_report(diags, value->span, KAD0114, "unknown mode `%.*s`", STR(mode));
    ptrdiff_t meant = diag_did_you_mean(diags, value->span, mode, names);
    if (meant >= 0)
        block->mode = (enum block_mode)meant;
    else
        diag_help(diags, "the modes are `all`, `any`, `settle` and `{atLeast: N}`");
}

static void parallel_mode_read(struct reader *reader, const struct node *key,
                               const struct node *value, void *target)
{
    mode_read(reader, key, value, target);
}

/* ---- Branches ------------------------------------------------------------------------ */

static bool is_too_deep(const struct block *block)
{
    int depth = 0;
    for (; block; block = block->step->outer)
        depth++;
    return depth > BLOCK_DEPTH_MAX;
}

/* Reads the steps of `branch`, the next one of the block, which is kept if it has any. */
static void branch_steps_read(struct reader *reader, struct block *block,
                              struct branch *branch, const struct node *list)
{
    struct block *outer_block = reader->block;
    struct branch *outer_branch = reader->branch;
    reader->block = block;
    reader->branch = branch;
    branch->first = reader->steps.count;
    line_read(reader, list);
    branch->count = reader->steps.count - branch->first;
    reader->block = outer_block;
    reader->branch = outer_branch;
    if (branch->count > 0)
        block->branch_count++;
    else
        reader->has_gaps = true;
}

static void branch_read(struct reader *reader, struct block *block,
                        const struct node *key, const struct node *value)
{
    struct branch *branch = &block->branches[block->branch_count];
    struct branch_parts parts = {.steps = value};
    *branch = (struct branch){.span = key->span};
    branch->name = identifier_read(reader, key, "branch");
    bool is_nothing =
        value->kind == NODE_SCALAR ? node_is_null(value) : value->count == 0;
    if (is_nothing) {
        reader->has_gaps = true;
        diag_report(reader->program->diags, key->span, KAD0109,
                    "branch `%.*s` has nothing in it", STR(key->text));
        diag_help(reader->program->diags, "give it a list of steps, or leave it out");
        return;
    }
    if (value->kind == NODE_MAP) {
        parts.steps = NULL;
        keys_read(reader, &branch_set, value, &parts);
    } else if (!node_expect(reader, value, NODE_LIST, "branch")) {
        parts.steps = NULL;
    }
    branch->when = parts.when;
    if (parts.steps)
        branch_steps_read(reader, block, branch, parts.steps);
    else
        reader->has_gaps = true;
}

static void branches_read(struct reader *reader, const struct node *key,
                          const struct node *map, void *target)
{
    struct arena *arena = reader->program->arena;
    struct block *block = target;
    struct name *names = arena_array(arena, struct name, map->count);
    (void)key;
    block->branches = arena_array(arena, struct branch, map->count);
    for (size_t i = 0; i < map->count; i++)
        branch_read(reader, block, map->keys[i], map->items[i]);
    for (size_t i = 0; i < block->branch_count; i++)
        names[i] = block->branches[i].name;
    names_unique(reader->program, "branch", names, block->branch_count, KAD0218,
                 KAD1001);
}

/* False: reported. */
static bool depth_check(struct reader *reader, const struct block *block,
                        const struct node *key)
{
    if (!is_too_deep(block))
        return true;
    reader->has_gaps = true;
    diag_report(reader->program->diags, key->span, KAD1301,
                "blocks stand inside each other more than %d deep", BLOCK_DEPTH_MAX);
    return false;
}

void parallel_read(struct reader *reader, const struct node *key,
                   const struct node *map, struct step *step)
{
    struct block *block = block_get(reader, step, key);
    block->span = key->span;
    if (depth_check(reader, block, key))
        keys_read(reader, &parallel_set, map, block);
}

void body_read(struct reader *reader, const struct node *key, const struct node *list,
               struct step *step)
{
    struct block *block = block_get(reader, step, key);
    if (block->branches || !depth_check(reader, block, key))
        return;
    block->branches = arena_new(reader->program->arena, struct branch);
    block->branches->span = key->span;
    branch_steps_read(reader, block, block->branches, list);
}

/* ---- The whole ----------------------------------------------------------------------- */

/* 0802: that many can't end well. */
static void at_least_check(struct reader *reader, const struct step *step)
{
    const struct block *block = step->block;
    struct diags *diags = reader->program->diags;
    const bool is_parallel = step->kind == STEP_PARALLEL;
    const size_t most = is_parallel ? block->branch_count : block->max_items;
    if (block->mode != MODE_AT_LEAST || most == 0 || block->at_least <= most ||
        reader->has_gaps)
        return;
    diag_report(diags, block->mode_span, KAD0802,
                "`atLeast`: %u can't end well of %zu %s", block->at_least, most,
                is_parallel ? most == 1 ? "branch" : "branches"
                : most == 1 ? "item"
                            : "items");
    diag_note(diags, is_parallel ? block->span : block->max_span, "%s",
              is_parallel ? "the branches stand here" : "that many items there may be");
}

void block_finish(struct reader *reader, struct step *step)
{
    const struct block *block = step->block;
    if (block->branch_count > 0)
        step->kind =
            block->branches[0].name.span.source ? STEP_PARALLEL : STEP_FOR_EACH;
    else if (step->kind != STEP_PARALLEL && step->kind != STEP_WORKFLOW)
        step->kind = STEP_FOR_EACH;
    at_least_check(reader, step);
}
