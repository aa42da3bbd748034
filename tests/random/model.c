/* model.c: facts about random workflows that all of the tests' parts share. */
#include "model.h"

#include <inttypes.h>
#include <string.h>

const char *const field_names[FIELD_COUNT] = {"count", "flag", "label", "names"};
const struct kind field_kinds[FIELD_COUNT] = {
    {INTEGER, 0, false}, {BOOLEAN, 0, false}, {TEXT, 0, false}, {TEXT, 1, false}};
const char *const action_names[ACTION_COUNT] = {"act", "choose", "keep"};
const char *const outcome_names[OUTCOME_COUNT] = {"left", "right", "straight-on"};
const char *const failure_codes[CODE_COUNT] = {"broken", "lost", "refused"};

/* ---- Chance -------------------------------------------------------------------------- */

uint64_t dice_next(struct dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

size_t dice_below(struct dice *dice, size_t count)
{
    return (size_t)(dice_next(dice) % count);
}

bool dice_chance(struct dice *dice, unsigned percent)
{
    return dice_below(dice, 100) < percent;
}

uint64_t dice_hash(uint64_t seed, const char *text)
{
    struct dice dice = {seed};

    for (; *text; text++)
        dice.state = dice_next(&dice) ^ (unsigned char)*text;
    return dice_next(&dice);
}

/* ---- Values -------------------------------------------------------------------------- */

static void text_write(struct buf *buf, const char *text)
{
    buf_add_char(buf, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_add_char(buf, '\\');
        buf_add_char(buf, *text);
    }
    buf_add_char(buf, '"');
}

static void items_write(struct buf *buf, struct kind kind, struct value value)
{
    kind.depth--;
    buf_add_char(buf, '[');
    for (size_t i = 0; i < value.count; i++) {
        if (i)
            buf_add_char(buf, ',');
        value_write(buf, kind, value.items[i]);
    }
    buf_add_char(buf, ']');
}

void value_write(struct buf *buf, struct kind kind, struct value value)
{
    if (!value.is_set)
        buf_printf(buf, "null");
    else if (kind.depth)
        items_write(buf, kind, value);
    else if (kind.base == TEXT)
        text_write(buf, value.text);
    else if (kind.base == BOOLEAN)
        buf_printf(buf, "%s", value.integer ? "true" : "false");
    else
        buf_printf(buf, "%" PRId64, value.integer);
}

/* ---- Steps --------------------------------------------------------------------------- */

unsigned step_output_count(const struct step *step)
{
    switch (step->kind) {
    case ACTION: return FIELD_COUNT;
    case ROUTE: return 0;
    case PARALLEL: return 1;
    case FOR_EACH: return 2;
    case CALL: return step->callee->output_count;
    }
    return 0;
}

struct output step_output(const struct step *step, unsigned i)
{
    switch (step->kind) {
    case ACTION: return (struct output){field_kinds[i], field_names[i]};
    case PARALLEL: return (struct output){{TEXT, 1, false}, "succeeded"};
    case FOR_EACH: return (struct output){{INTEGER, 0, false}, i ? "failed" : "count"};
    case CALL:
        return (struct output){step->callee->outputs[i].value->kind,
                               step->callee->outputs[i].name};
    case ROUTE: break;
    }
    return (struct output){0};
}

const struct step *step_loop(const struct step *step)
{
    const struct step *block = step->line->block;

    while (block && block->kind != FOR_EACH)
        block = block->line->block;
    return block;
}

bool step_is_inside(const struct step *inner, const struct step *block)
{
    const struct step *outer = inner->line->block;

    while (outer && outer != block)
        outer = outer->line->block;
    return outer;
}
