/* op_structure.c: faults in the form of a file: group 01. */
#include <string.h>

#include "mutants.h"

#define EACH_SLOT(s, slot)                                                             \
    for (size_t slot_at = 0; slot_at < (s)->slots.count; slot_at++)                    \
        for (const struct slot *slot = (s)->slots.items[slot_at]; slot; slot = NULL)

static void misspelt_key(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->is_named)
        mutant_simple(s, out, slot->key,
                      misspelt(s->arena, slot->key->text, slot->key->span.start).p,
                      KAD0104);
}

static void unknown_key(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->is_named && slot->index == 0) {
        struct mutant *m = mutant_new(s, out);

        mutant_insert(m, slot->map, "frobnicate: 17");
        mutant_code(m, KAD0104);
    }
}

static void duplicate_key(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->value->kind == NODE_SCALAR) {
        struct mutant *m = mutant_new(s, out);

        mutant_insert(m, slot->map,
                      arena_printf(s->arena, "%.*s: x", STR(slot->key->text)));
        mutant_code(m, KAD0103);
    }
}

/* A map without it is refused: keys whose place says so by themselves. */
static bool is_required(const struct slot *slot)
{
    if (slot->is_named)
        return false;
    if (slot_is(slot, "max"))
        return slot->step != NO_STEP && node_find(slot->map, "forEach");
    if (slot_is(slot, "id"))
        return slot->step != NO_STEP;
    if (slot_is(slot, "name") || slot_is(slot, "type"))
        return slot_is_in(slot, "params");
    if (slot_is(slot, "initial"))
        return slot_is_in(slot, "backoff");
    return slot_is(slot, "prompt") || slot_is(slot, "choices") ||
           slot_is(slot, "condition") || slot_is(slot, "then") ||
           slot_is(slot, "when") || slot_is(slot, "maxAttempts") ||
           slot_is(slot, "module") || slot_is(slot, "action") ||
           (slot_is(slot, "steps") && !slot_is_in(slot, "budget"));
}

static void missing_key(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_required(slot) && slot->map->count > 1 &&
        !(slot_is(slot, "when") && slot_is_in(slot, "branches")) &&
        !(slot_is(slot, "when") && !slot_is_in(slot, "switch"))) {
        struct mutant *m = mutant_new(s, out);

        mutant_delete_slot(m, slot);
        mutant_code(m, KAD0105);
        mutant_code(m, KAD0115);
        mutant_expect(m, slot->map->span.start);
        for (size_t i = 0; i < slot->map->count; i++)
            if (i != slot->index)
                mutant_expect(m, slot->map->keys[i]->span.start);
        if (slot->parent)
            mutant_expect(m, slot->parent->key->span.start);
    }
}

static bool takes_text(const struct slot *slot)
{
    static const char *const keys[] = {
        "name",     "description", "version",   "id",      "module",     "action",
        "as",       "onSuccess",   "onFailure", "timeout", "maxRetries", "command",
        "workflow", "forEach",     "prompt",    "lock"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (!slot->is_named && slot_is(slot, keys[i]))
            return slot->value->kind == NODE_SCALAR;
    return false;
}

static void list_for_text(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (takes_text(slot))
        mutant_simple(s, out, slot->value, "[one, two]", KAD0106);
}

static void text_for_collection(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->is_named && slot->value->kind != NODE_SCALAR && slot->index > 0 &&
        !slot_is(slot, "default") && !slot_is(slot, "wait") && !slot_is(slot, "type") &&
        !slot_is(slot, "value") && !slot_is(slot, "items") &&
        node_is_flow(slot->value) && !slot_is(slot, "onSuccess") &&
        !slot_is(slot, "onFailure"))
        mutant_simple(s, out, slot->value, "17", KAD0106);
}

static void tab_indent(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    {
        const uint32_t start = slot->key->span.start;
        const struct place place = source_place(s->source, start);
        struct mutant *m;

        if (node_is_flow(slot->map) || slot->index == 0 || place.column < 3)
            continue;
        m = mutant_new(s, out);
        mutant_replace(m, start - place.column + 1, start, S("\t"));
        mutant_code(m, KAD0102);
        mutant_expect_new(m, 0);
    }
}

static void unquoted_expression(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        const struct node *node = use->scalar;

        if (use->is_whole && node->style == NODE_DOUBLE_QUOTED)
            mutant_simple(s, out, node,
                          str_copy(s->arena, subject_text(s, node->span.start + 1,
                                                          node->span.end - 1)),
                          KAD0108);
    }
}

static void open_quote(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->value->kind == NODE_SCALAR && slot->value->style == NODE_DOUBLE_QUOTED) {
        struct mutant *m = mutant_new(s, out);
        const uint32_t end = slot->value->span.end;
        const size_t next = end + str_find(subject_text(s, end, UINT32_MAX), S("\""));

        mutant_replace(m, end - 1, end, S(""));
        mutant_code(m, KAD0101);
        mutant_expect(m, slot->value->span.start);
        mutant_expect(m, (uint32_t)next);
    }
}

static void missing_colon(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    {
        const uint32_t end = slot->key->span.end;
        struct mutant *m;

        if (node_is_flow(slot->map) || slot->value->kind != NODE_SCALAR)
            continue;
        m = mutant_new(s, out);
        mutant_replace(m, end, end + 1, S(""));
        mutant_code(m, KAD0101);
        mutant_code(m, KAD0106);
        mutant_expect(m, end);
    }
}

static void open_bracket(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->value->kind != NODE_SCALAR && node_is_flow(slot->value) &&
        !node_is_flow(slot->map)) {
        struct mutant *m = mutant_new(s, out);

        mutant_replace(m, slot->value->span.end - 1, slot->value->span.end, S(""));
        mutant_code(m, KAD0101);
        mutant_expect(m, slot->value->span.start);
        mutant_expect(m, slot->value->span.end - 1);
        for (size_t i = 0; i < s->slots.count; i++)
            if (s->slots.items[i]->key->span.start > slot->value->span.end) {
                mutant_expect(m, s->slots.items[i]->key->span.start);
                break;
            }
    }
}

static void empty_section(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    {
        struct mutant *m;

        if (slot->is_named || slot->value->kind == NODE_SCALAR ||
            slot_is(slot, "default") || slot_is(slot, "value") ||
            node_is_flow(slot->value))
            continue;
        m = mutant_new(s, out);
        mutant_replace(m, slot->key->span.end + 1, slot->value->span.end, S(""));
        mutant_code(m, KAD0109);
        mutant_code(m, KAD0106);
        mutant_expect(m, slot->key->span.start);
    }
}

static void two_documents(const struct subject *s, struct mutants *out)
{
    struct mutant *m = mutant_new(s, out);
    const uint32_t end = (uint32_t)s->source->text.len;

    mutant_replace(m, end, end, S("---\nname: Other\n"));
    mutant_code(m, KAD0112);
    mutant_expect_new(m, 0);
}

static void bad_alias(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->value->kind == NODE_SCALAR)
        mutant_simple(s, out, slot->value, "*nowhere", KAD0110);
}

static void bad_version(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->parent && slot_is(slot, "version"))
        mutant_simple(s, out, slot->value, "\"1.0\"", KAD0114);
}

static void bad_choice(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->is_named &&
        ((slot_is(slot, "mode") && slot->value->kind == NODE_SCALAR) ||
         slot_is(slot, "onFull") || slot_is(slot, "workspace") ||
         (slot_is(slot, "type") && slot_is_in(slot, "triggers"))))
        mutant_simple(s, out, slot->value, "elsewhere", KAD0114);
}

static void bad_boolean(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->is_named &&
        (slot_is(slot, "idempotent") || slot_is(slot, "required") ||
         (slot_is(slot, "secret") && !slot_is_in(slot, "triggers")) ||
         slot_is(slot, "recovers"))) {
        mutant_simple(s, out, slot->value, "certainly", KAD0106);
        mutant_code(out->all.items[out->all.count - 1], KAD0114);
    }
}

static void two_kinds(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        const struct node *map = s->steps.items[i].map;
        struct mutant *m = mutant_new(s, out);

        mutant_insert(m, map, node_find(map, "wait") ? "run: [date]" : "wait: 1s");
        mutant_code(m, KAD0115);
        mutant_code(m, KAD0104);
        for (size_t k = 0; k < map->count; k++)
            mutant_expect(m, map->keys[k]->span.start);
    }
}

static void no_kind(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && slot->map == s->steps.items[slot->step].map &&
        (slot_is(slot, "run") || slot_is(slot, "wait") || slot_is(slot, "approval") ||
         slot_is(slot, "workflow"))) {
        struct mutant *m = mutant_new(s, out);

        mutant_delete_slot(m, slot);
        mutant_code(m, KAD0115);
        mutant_expect(m, slot->map->span.start);
    }
}

static void step_duplicated(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        const struct step_site *site = &s->steps.items[i];
        const struct span span = site->map->span;
        const int column = (int)source_place(s->source, span.start).column - 3;
        struct mutant *m;

        if (node_is_flow(site->list) || !str_is(site->map->keys[0]->text, "id"))
            continue;
        m = mutant_new(s, out);
        mutant_replace(m, span.end, span.end,
                       str_printf(s->arena, "\n%*s- %.*s", column, "",
                                  STR(subject_text(s, span.start, span.end))));
        mutant_code(m, KAD0201);
        mutant_expect_new(m, (uint32_t)column + 3);
    }
}

const struct operator structure_operators[] = {
    {"misspelt-key", misspelt_key, REACH_LOCAL},
    {"unknown-key", unknown_key, REACH_LOCAL},
    {"duplicate-key", duplicate_key, REACH_LOCAL},
    {"missing-key", missing_key, REACH_LOCAL},
    {"list-for-text", list_for_text, REACH_LOCAL},
    {"text-for-collection", text_for_collection, REACH_LOCAL},
    {"tab-indent", tab_indent, REACH_ALONE},
    {"unquoted-expression", unquoted_expression, REACH_LOCAL},
    {"open-quote", open_quote, REACH_ALONE},
    {"missing-colon", missing_colon, REACH_ALONE},
    {"open-bracket", open_bracket, REACH_ALONE},
    {"empty-section", empty_section, REACH_LOCAL},
    {"two-documents", two_documents, REACH_ALONE},
    {"bad-alias", bad_alias, REACH_ALONE},
    {"bad-version", bad_version, REACH_LOCAL},
    {"bad-choice", bad_choice, REACH_LOCAL},
    {"bad-boolean", bad_boolean, REACH_LOCAL},
    {"two-kinds", two_kinds, REACH_LOCAL},
    {"no-kind", no_kind, REACH_LOCAL},
    {"step-duplicated", step_duplicated, REACH_LOCAL},
    {0},
};
