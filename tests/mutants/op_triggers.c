/* op_triggers.c: what starts a workflow: group 07, and what triggers read. */
#include <string.h>

#include "mutants.h"

#define EACH_SLOT(s, slot)                                                             \
    for (size_t slot_at = 0; slot_at < (s)->slots.count; slot_at++)                    \
        for (const struct slot *slot = (s)->slots.items[slot_at]; slot; slot = NULL)

static bool is_of_trigger(const struct slot *slot, const char *key)
{
    return slot_is(slot, key) && slot_is_in(slot, "triggers");
}

static bool is_of_type(const struct node *map, const char *type)
{
    const struct node *found = node_find(map, "type");

    return found && str_is(found->text, type);
}

/* ---- Keys ----------------------------------------------------------------------------- */

static void unknown_trigger(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_of_trigger(slot, "type")) {
        mutant_simple(s, out, slot->value, "telepathy", KAD0114);
        mutant_simple(s, out, slot->value,
                      misspelt(s->arena, slot->value->text, slot->index).p, KAD0114);
    }
}

static void misspelt_trigger_key(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is_in(slot, "triggers"))
        mutant_simple(s, out, slot->key,
                      misspelt(s->arena, slot->key->text, slot->index).p, KAD0104);
}

static void key_of_another_trigger(const struct subject *s, struct mutants *out)
{
    static const char *const keys[] = {"cron: \"0 3 * * *\"", "method: PUT",
                                       "filter: \"{{ 1 > 2 }}\"", "debounce: 3s",
                                       "command: kad workflow x"};
    static const char *const types[] = {"schedule", "webhook", "event", "watch", "cli"};

    EACH_SLOT(s, slot)
    for (size_t i = 0; is_of_trigger(slot, "type") && i < 5; i++)
        if (!str_is(slot->value->text, types[i])) {
            struct mutant *m = mutant_new(s, out);

            mutant_insert(m, slot->map, keys[i]);
            mutant_code(m, KAD0104);
        }
}

static void trigger_key_deleted(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_of_trigger(slot, "cron") || is_of_trigger(slot, "path") ||
        is_of_trigger(slot, "event") || is_of_trigger(slot, "paths")) {
        struct mutant *m = mutant_new(s, out);

        mutant_delete_slot(m, slot);
        mutant_code(m, KAD0105);
        mutant_expect(m, node_find(slot->map, "type")->span.start);
    }
}

static void bad_choice(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_of_trigger(slot, "catchUp") || is_of_trigger(slot, "overlap") ||
        is_of_trigger(slot, "method"))
        mutant_simple(s, out, slot->value, "FETCH", KAD0114);
}

/* ---- Webhooks ------------------------------------------------------------------------- */

static void bad_path(const struct subject *s, struct mutants *out)
{
    static const char *const paths[] = {"hooks/x",    "\"/a b\"",    "/a/../b",
                                        "\"/a?b=c\"", "\"/a/{id}\"", "//x"};

    EACH_SLOT(s, slot)
    for (size_t i = 0; is_of_trigger(slot, "path") && i < 6; i++)
        mutant_simple(s, out, slot->value, paths[i], KAD0708);
}

/* The same trigger once more, before it. */
static void webhook_twice(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_of_trigger(slot, "path") && !node_is_flow(slot->map)) {
        const struct span span = slot->map->span;
        const struct str copy = subject_text(s, span.start, span.end);
        const uint32_t column = source_place(s->source, span.start).column;
        struct mutant *m = mutant_new(s, out);

        mutant_replace(
            m, span.start, span.start,
            str_printf(s->arena, "%.*s\n%*s- ", STR(copy), (int)column - 3, ""));
        mutant_code(m, KAD0707);
        mutant_expect(m, slot->value->span.start);
    }
}

static void unsigned_webhook(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_of_trigger(slot, "secret")) {
        struct mutant *m = mutant_new(s, out);

        mutant_delete_slot(m, slot);
        mutant_code(m, KAD0908);
        mutant_expect(m, node_find(slot->map, "path")->span.start);
    }
}

static void secret_in_the_file(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_of_trigger(slot, "secret")) {
        mutant_simple(s, out, slot->value, "hunter2", KAD0907);
        mutant_simple(s, out, slot->value, "\"{{ env.HOOK }}\"", KAD0610);
    }
}

/* ---- Expressions ---------------------------------------------------------------------- */

static const char *status_of_a_step(const struct subject *s, const char *rest)
{
    return arena_printf(s->arena, "\"{{ steps.%.*s.status%s }}\"",
                        STR(s->steps.items[0].id->text), rest);
}

static void trigger_reads_steps(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_of_trigger(slot, "filter"))
        mutant_simple(s, out, slot->value, status_of_a_step(s, " == 'failed'"),
                      KAD0610);
    else if (slot_is_in(slot, "params") && is_of_type(slot->map, "string") &&
             (slot_is(slot, "from") || slot_is(slot, "value")) &&
             !node_find(slot->map, "enum") && !node_find(slot->map, "secret"))
        mutant_simple(s, out, slot->value, status_of_a_step(s, ""), KAD0610);
}

static void filter_is_text(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_of_trigger(slot, "filter")) {
        mutant_simple(s, out, slot->value, "\"{{ event.type }}\"", KAD0505);
        mutant_simple(s, out, slot->value, "\"{{ event.typ == 'x' }}\"", KAD0217);
    }
}

static void from_is_literal(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "from") && slot_is_in(slot, "params")) {
        mutant_simple(s, out, slot->value, "request.body.x", KAD0114);
        mutant_simple(s, out, slot->value, "\"{{ parcel.x }}\"", KAD0216);
    }
}

static void value_deleted(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "value") && slot_is_in(slot, "params") &&
        !str_ends_with(node_find(slot->map, "type")->text, S("?"))) {
        struct mutant *m = mutant_new(s, out);

        mutant_delete_slot(m, slot);
        mutant_code(m, KAD0105);
        mutant_expect(m, node_find(slot->map, "name")->span.start);
    }
}

static void value_of_wrong_type(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "value") && slot_is_in(slot, "params") &&
        is_of_type(slot->map, "integer"))
        mutant_simple(s, out, slot->value, "many", KAD0503);
}

/* ---- Text from outside ---------------------------------------------------------------- */

static bool brings_text(const struct slot *name)
{
    const struct node *from = node_find(name->map, "from");

    return slot_is(name, "name") && slot_is_in(name, "params") &&
           (is_of_type(name->parent->map, "webhook") ||
            is_of_type(name->parent->map, "event")) &&
           is_of_type(name->map, "string") && !node_find(name->map, "enum") &&
           (!from || str_find(from->text, S("request.body")) < from->text.len);
}

/* A use of a parameter that is all of an expression, in the program of a step. */
static bool is_use_of(const struct subject *s, const struct use *use, struct str param)
{
    const struct str text = subject_text(s, use->start, use->end);

    return slot_is(use->slot, "run") && node_is_flow(use->slot->value) &&
           str_starts_with(text, S("trigger.")) &&
           str_equal(str_part(text, 8, text.len), param);
}

static void untrusted_in_shell(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    for (size_t i = 0; brings_text(slot) && i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        const uint32_t at = use->slot->value->span.start + 1;
        struct mutant *m;

        if (!is_use_of(s, use, slot->value->text))
            continue;
        m = mutant_new(s, out);
        mutant_replace(m, at, at,
                       str_printf(s->arena, "sh, -c, \"echo {{ trigger.%.*s }}\", ",
                                  STR(slot->value->text)));
        mutant_code(m, KAD0901);
        mutant_expect_new(m, 0);
    }
}

/* ---- Events --------------------------------------------------------------------------- */

static const struct slot *trigger_of_event(const struct subject *s, struct str name)
{
    EACH_SLOT(s, slot)
    if (is_of_trigger(slot, "event") && str_equal(slot->value->text, name))
        return slot;
    return NULL;
}

/* The trigger whose event a step emits, or NULL. */
static const struct slot *emitted(const struct subject *s, const struct node **name)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "run") && slot->value->kind == NODE_LIST &&
        slot->value->count > 2 && str_is(slot->value->items[1]->text, "emit")) {
        *name = slot->value->items[2];
        if (trigger_of_event(s, (*name)->text))
            return trigger_of_event(s, (*name)->text);
    }
    return NULL;
}

static void event_misspelt(const struct subject *s, struct mutants *out)
{
    const struct node *name;
    const struct slot *trigger = emitted(s, &name);
    struct mutant *m;

    if (!trigger)
        return;
    mutant_simple(s, out, trigger->value, misspelt(s->arena, name->text, 1).p, KAD0710);
    m = mutant_new(s, out);
    mutant_replace_node(m, name, misspelt(s->arena, name->text, 2).p);
    mutant_code(m, KAD0710);
    mutant_expect(m, trigger->value->span.start);
}

const struct operator trigger_operators[] = {
    {"unknown-trigger", unknown_trigger, REACH_ALONE},
    {"misspelt-trigger-key", misspelt_trigger_key, REACH_ALONE},
    {"key-of-another-trigger", key_of_another_trigger, REACH_ALONE},
    {"trigger-key-deleted", trigger_key_deleted, REACH_ALONE},
    {"bad-choice", bad_choice, REACH_LOCAL},
    {"bad-path", bad_path, REACH_LOCAL},
    {"webhook-twice", webhook_twice, REACH_ALONE},
    {"unsigned-webhook", unsigned_webhook, REACH_ALONE},
    {"secret-in-the-file", secret_in_the_file, REACH_LOCAL},
    {"trigger-reads-steps", trigger_reads_steps, REACH_LOCAL},
    {"filter-is-text", filter_is_text, REACH_LOCAL},
    {"from-is-literal", from_is_literal, REACH_LOCAL},
    {"value-deleted", value_deleted, REACH_LOCAL},
    {"value-of-wrong-type", value_of_wrong_type, REACH_LOCAL},
    {"untrusted-in-shell", untrusted_in_shell, REACH_LOCAL},
    {"event-misspelt", event_misspelt, REACH_ALONE},
    {0},
};
