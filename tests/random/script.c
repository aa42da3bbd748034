/* script.c: see script.h. */
#include "script.h"

static const int64_t wild_numbers[] = {INT64_MAX, INT64_MIN, INT64_MAX - 1, 3037000500};

static struct value number_make(struct dice *dice, bool is_wild)
{
    int64_t number = (int64_t)dice_below(dice, 9) - 3;

    if (is_wild && dice_chance(dice, 25))
        number = wild_numbers[dice_below(dice, sizeof(wild_numbers) /
                                                   sizeof(wild_numbers[0]))];
    return (struct value){.is_set = true, .integer = number};
}

/* Of a list of texts or a text; the model's own literals are others. */
static struct value text_make(struct dice *dice)
{
    static const char *const texts[] = {"",   "a",  "b",   "a,b",
                                        "ba", "go", " x ", "日本語"};

    return (struct value){
        .is_set = true,
        .text = texts[dice_below(dice, sizeof(texts) / sizeof(texts[0]))]};
}

static struct value texts_make(struct arena *arena, struct dice *dice)
{
    const size_t count = dice_below(dice, 4);
    struct value *items = arena_array(arena, struct value, count);

    for (size_t i = 0; i < count; i++)
        items[i] = text_make(dice);
    return (struct value){.is_set = true, .items = items, .count = count};
}

static struct value value_of(struct arena *arena, struct dice *dice, struct kind kind,
                             bool is_wild)
{
    if (kind.depth)
        return texts_make(arena, dice);
    switch (kind.base) {
    case INTEGER: return number_make(dice, is_wild);
    case BOOLEAN:
        return (struct value){.is_set = true, .integer = dice_chance(dice, 50)};
    case TEXT: break;
    }
    return text_make(dice);
}

struct scripted script_answer(struct arena *arena, const struct script *script,
                              enum action action, const char *key)
{
    struct dice dice = {dice_hash(script->seed, key)};
    struct scripted answer = {.rank = dice_next(&dice)};

    answer.outcome = (unsigned)dice_below(&dice, OUTCOME_COUNT);
    if (dice_chance(&dice, script->failures)) {
        answer.kind = dice_chance(&dice, 30) ? TIMES_OUT : FAILS;
        answer.code = failure_codes[dice_below(&dice, CODE_COUNT)];
    }
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        const bool is_left =
            answer.kind == SUCCEEDS || (action == KEEP && dice_chance(&dice, 60));

        if (is_left)
            answer.outputs[i] = value_of(arena, &dice, field_kinds[i], script->is_wild);
    }
    return answer;
}

void script_parameters(struct arena *arena, const struct script *script,
                       const struct flow *flow, struct value *values)
{
    struct dice dice = {dice_hash(script->seed, "parameters")};

    for (size_t i = 0; i < flow->parameters.count; i++) {
        const struct parameter *parameter = &flow->parameters.items[i];
        const bool may_miss = parameter->is_optional || parameter->preset.is_set;

        values[i] = may_miss && dice_chance(&dice, 40)
                        ? (struct value){0}
                        : value_of(arena, &dice, parameter->kind, script->is_wild);
    }
}
