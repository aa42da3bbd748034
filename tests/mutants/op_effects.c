/* op_effects.c: durations, counts, retries, secrets: groups 08 and 09, and choices. */
#include <string.h>

#include "mutants.h"

#define EACH_SLOT(s, slot)                                                             \
    for (size_t slot_at = 0; slot_at < (s)->slots.count; slot_at++)                    \
        for (const struct slot *slot = (s)->slots.items[slot_at]; slot; slot = NULL)

static struct mutant *latest(struct mutants *out)
{
    return out->all.items[out->all.count - 1];
}

static bool is_duration(const struct slot *slot)
{
    return !slot->is_named && slot->value->kind == NODE_SCALAR &&
           node_is_literal(slot->value) &&
           (slot_is(slot, "timeout") || slot_is(slot, "initial") ||
            slot_is(slot, "wait") ||
            (slot_is(slot, "max") && slot_is_in(slot, "backoff")) ||
            (slot_is(slot, "time") && slot_is_in(slot, "budget")));
}

static void bad_duration(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_duration(slot)) {
        mutant_simple(s, out, slot->value, "10 parsecs", KAD0801);
        mutant_simple(s, out, slot->value, "10", KAD0801);
        mutant_simple(s, out, slot->value, "\"-5m\"", KAD0801);
    }
}

static bool is_count(const struct slot *slot)
{
    return !slot->is_named && slot->value->kind == NODE_SCALAR &&
           (slot_is(slot, "maxRetries") || slot_is(slot, "maxAttempts") ||
            slot_is(slot, "atLeast") || slot_is(slot, "limit") ||
            (slot_is(slot, "concurrency") && slot->step != NO_STEP) ||
            (slot_is(slot, "max") && node_find(slot->map, "forEach")));
}

static void bad_count(const struct subject *s, struct mutants *out)
{
    static const char *const texts[] = {"-1", "1.5", "99999999999"};

    EACH_SLOT(s, slot)
    for (size_t i = 0; is_count(slot) && i < 3; i++) {
        mutant_simple(s, out, slot->value, texts[i], KAD0802);
        mutant_code(latest(out), KAD0106);
    }
}

static void count_in_words(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_count(slot)) {
        mutant_simple(s, out, slot->value, "three", KAD0802);
        mutant_code(latest(out), KAD0106);
    }
}

static void unknown_error_code(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is_in(slot, "retry") && slot_of_step(s, slot->step, "run") &&
        (slot_is(slot, "on") || slot_is(slot, "notOn")))
        for (size_t i = 0; i < slot->value->count; i++) {
            const struct node *item = slot->value->items[i];

            mutant_simple(s, out, item, "sun_spots", KAD0807);
            mutant_simple(s, out, item,
                          misspelt(s->arena, item->text, item->span.start).p, KAD0807);
        }
}

static void bad_backoff(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is_in(slot, "backoff") &&
        (slot_is(slot, "factor") || slot_is(slot, "jitter"))) {
        mutant_simple(s, out, slot->value, slot_is(slot, "factor") ? "0.5" : "20",
                      KAD0806);
    } else if (slot_is_in(slot, "backoff") && slot_is(slot, "max")) {
        mutant_simple(s, out, slot->value, "1ms", KAD0806);
    }
}

static void not_idempotent(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && slot_is(slot, "idempotent") &&
        node_find(slot->map, "retry")) {
        struct mutant *m = mutant_new(s, out);

        mutant_delete_slot(m, slot);
        mutant_code(m, KAD0803);
        for (size_t i = 0; i < slot->map->count; i++)
            mutant_expect(m, slot->map->keys[i]->span.start);
    }
}

static void literal_credential(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "secret") && slot_is_in(slot, "params") &&
        !node_find(slot->map, "default") &&
        str_is(node_find(slot->map, "type")->text, "string")) {
        struct mutant *m = mutant_new(s, out);

        mutant_insert(m, slot->map, "default: hunter2");
        mutant_code(m, KAD0907);
    }
}

static void secret_in_output(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if ((slot_is(slot, "value") && slot_is_in(slot, "outputs") &&
         slot->step == NO_STEP && slot->value->kind == NODE_SCALAR &&
         !node_find(slot->map, "type")) ||
        (slot_is(slot, "prompt") && node_is_literal(slot->value)))
        mutant_simple(s, out, slot->value, "\"{{ secrets.API_KEY }}\"", KAD0906);
}

static void bad_exit_code(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "okExit")) {
        mutant_simple(s, out, slot->value->items[0], "256", KAD0802);
        mutant_code(latest(out), KAD0114);
    }
}

static void steps_too_early(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "key") && slot_is_in(slot, "concurrency")) {
        struct mutant *m = mutant_new(s, out);
        const uint32_t end = slot->value->span.end - 1;

        mutant_replace(m, end, end,
                       str_printf(s->arena, " {{ steps.%.*s.attempts }}",
                                  STR(s->steps.items[0].id->text)));
        mutant_code(m, KAD0610);
        mutant_expect_new(m, 0);
    }
}

static void bad_event(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "event"))
        mutant_simple(s, out, slot->value, "\"Order Paid!\"", KAD0209);
}

static void bad_pattern(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "pattern"))
        mutant_simple(s, out, slot->value, "\"[a-\"", KAD0114);
}

static void choice_without_route(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "choices") && slot_of_step(s, slot->step, "onOutcome")) {
        struct mutant *m = mutant_new(s, out);

        mutant_append(m, slot->value, "never-mind");
        m->place_count = 0;
        mutant_code(m, KAD0509);
        mutant_expect(m, slot_of_step(s, slot->step, "onOutcome")->key->span.start);
    }
}

static void choice_twice(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "choices")) {
        struct mutant *m = mutant_new(s, out);

        mutant_append(m, slot->value, str_copy(s->arena, slot->value->items[0]->text));
        mutant_code(m, KAD0218);
    }
}

static void bad_lock(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "lock"))
        mutant_simple(s, out, slot->value, "\"the lock!\"", KAD0209);
}

static void bad_bound(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->is_named && (slot_is(slot, "minLength") || slot_is(slot, "maxLength") ||
                            slot_is(slot, "min"))) {
        mutant_simple(s, out, slot->value, "few", KAD0106);
        mutant_code(latest(out), KAD0802);
    }
}

const struct operator effect_operators[] = {
    {"bad-duration", bad_duration, REACH_LOCAL},
    {"bad-count", bad_count, REACH_LOCAL},
    {"count-in-words", count_in_words, REACH_LOCAL},
    {"unknown-error-code", unknown_error_code, REACH_LOCAL},
    {"bad-backoff", bad_backoff, REACH_LOCAL},
    {"not-idempotent", not_idempotent, REACH_LOCAL},
    {"literal-credential", literal_credential, REACH_LOCAL},
    {"secret-in-output", secret_in_output, REACH_LOCAL},
    {"bad-exit-code", bad_exit_code, REACH_LOCAL},
    {"steps-too-early", steps_too_early, REACH_LOCAL},
    {"bad-event", bad_event, REACH_LOCAL},
    {"bad-pattern", bad_pattern, REACH_LOCAL},
    {"choice-without-route", choice_without_route, REACH_LOCAL},
    {"choice-twice", choice_twice, REACH_LOCAL},
    {"bad-lock", bad_lock, REACH_LOCAL},
    {"bad-bound", bad_bound, REACH_LOCAL},
    {0},
};
