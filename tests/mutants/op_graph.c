/* op_graph.c: faults of routes, and of what a path has set: groups 03 and 04. */
#include <string.h>

#include "mutants.h"

static bool is_direct(const struct target *t)
{
    return slot_is(t->slot, "onSuccess") || slot_is(t->slot, "onFailure") ||
           (t->slot->is_named && slot_is_in(t->slot, "onOutcome"));
}

static size_t inbound_count(const struct subject *s, int step)
{
    size_t count = 0;

    for (size_t i = 0; i < s->targets.count; i++)
        count += s->targets.items[i].to == step && s->targets.items[i].step != step;
    return count;
}

static void cut_off(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->targets.count; i++) {
        const struct target *t = &s->targets.items[i];
        struct mutant *m;

        if (t->to == NO_STEP || t->to == t->step || !is_direct(t) ||
            s->steps.items[t->to].index == 0 || inbound_count(s, t->to) != 1)
            continue;
        m = mutant_new(s, out);
        mutant_replace_node(m, t->value,
                            slot_is(t->slot, "onFailure") ? "$fail" : "$complete");
        mutant_code(m, KAD0301);
        mutant_expect(m, s->steps.items[t->to].id->span.start);
    }
}

static bool is_bounded(const struct subject *s, int step)
{
    return slot_of_step(s, step, "maxRetries") != NULL;
}

/* From `at` back to `goal` over steps without a bound, `goal` aside. */
static bool leads_to(const struct subject *s, int at, int goal, bool *seen)
{
    for (size_t i = 0; i < s->targets.count; i++) {
        const struct target *t = &s->targets.items[i];

        if (t->step != at || t->to == NO_STEP)
            continue;
        if (t->to == goal)
            return true;
        if (seen[t->to] || is_bounded(s, t->to))
            continue;
        seen[t->to] = true;
        if (leads_to(s, t->to, goal, seen))
            return true;
    }
    return false;
}

static void unbounded_loop(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        const struct slot *bound = slot_of_step(s, (int)i, "maxRetries");
        bool *seen = arena_array(s->arena, bool, s->steps.count);
        struct mutant *m;

        if (!bound || !leads_to(s, (int)i, (int)i, seen))
            continue;
        m = mutant_new(s, out);
        mutant_delete_slot(m, bound);
        mutant_code(m, KAD0304);
        mutant_code(m, KAD0305);
        seen[i] = true;
        for (size_t k = 0; k < s->targets.count; k++)
            if (seen[s->targets.items[k].step == NO_STEP ? 0
                                                         : s->targets.items[k].step] &&
                s->targets.items[k].to != NO_STEP)
                mutant_expect(m, s->targets.items[k].value->span.start);
    }
}

/* The step goes to itself when it has succeeded, for ever. */
static void self_loop(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        struct mutant *m;

        if (slot_of_step(s, (int)i, "onSuccess") ||
            slot_of_step(s, (int)i, "onOutcome") || slot_of_step(s, (int)i, "route") ||
            is_bounded(s, (int)i))
            continue;
        m = mutant_new(s, out);
        mutant_insert(
            m, s->steps.items[i].map,
            arena_printf(s->arena, "onSuccess: %.*s", STR(s->steps.items[i].id->text)));
        mutant_code(m, KAD0304);
        mutant_code(m, KAD0303);
        mutant_code(m, KAD0306);
        for (size_t k = 0; k < s->steps.count; k++)
            if (is_bounded(s, (int)k)) /* the bound that does not bound it */
                mutant_expect(m,
                              slot_of_step(s, (int)k, "maxRetries")->key->span.start);
    }
}

static bool reads(const struct subject *s, const struct use *use, int step)
{
    const struct str text = subject_text(s, use->start, use->end);
    const struct str id = s->steps.items[step].id->text;

    return str_starts_with(text,
                           str_printf(s->arena, "steps.%.*s.outputs.", STR(id))) &&
           str_find(text, S("??")) == text.len;
}

/* A route to a producer goes to the reader behind it instead. */
static void bypass(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->targets.count; i++) {
        const struct target *t = &s->targets.items[i];
        const int producer = t->to;

        for (size_t k = 0; producer != NO_STEP && k < s->targets.count; k++) {
            const int reader =
                s->targets.items[k].step == producer ? s->targets.items[k].to : NO_STEP;
            struct mutant *m = NULL;

            for (size_t u = 0;
                 reader != NO_STEP && reader != producer && reader != t->step &&
                 producer != t->step && u < s->uses.count;
                 u++) {
                if (s->uses.items[u].step != reader ||
                    !reads(s, &s->uses.items[u], producer))
                    continue;
                if (!m) {
                    m = mutant_new(s, out);
                    mutant_replace_node(
                        m, t->value,
                        str_copy(s->arena, s->steps.items[reader].id->text));
                    mutant_code(m, KAD0401);
                    mutant_code(m, KAD0402);
                    mutant_code(m, KAD0403);
                    mutant_code(m, KAD0301);
                    mutant_expect(m, s->steps.items[producer].id->span.start);
                }
                mutant_expect(m, s->uses.items[u].start);
            }
        }
    }
}

static void read_of(const struct subject *s, struct mutants *out, int reader, int step)
{
    const struct slot *run = slot_of_step(s, reader, "run");
    struct mutant *m;

    if (!run || !slot_of_step(s, step, "run"))
        return;
    m = mutant_new(s, out);
    mutant_append(m, run->value,
                  arena_printf(s->arena, "\"{{ steps.%.*s.outputs.stdout }}\"",
                               STR(s->steps.items[step].id->text)));
    mutant_code(m, KAD0401);
    mutant_code(m, KAD0402);
    mutant_code(m, KAD0403);
    mutant_code(m, KAD0404);
    mutant_code(m, KAD0610);
}

static void failure_handler(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->targets.count; i++)
        if (s->targets.items[i].to != NO_STEP &&
            slot_is(s->targets.items[i].slot, "onFailure"))
            read_of(s, out, s->targets.items[i].to, s->targets.items[i].step);
}

static void read_of_itself(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++)
        read_of(s, out, (int)i, (int)i);
}

static void read_of_later(const struct subject *s, struct mutants *out)
{
    for (size_t i = 1; i < s->steps.count; i++)
        if (s->steps.items[i].list == s->steps.items[0].list)
            read_of(s, out, 0, (int)i);
}

static void read_of_sibling(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++)
        for (size_t k = 0; k < s->steps.count; k++) {
            const struct step_site *a = &s->steps.items[i], *b = &s->steps.items[k];

            if (a->parent != NO_STEP && a->parent == b->parent && a->list != b->list &&
                slot_of_step(s, a->parent, "parallel"))
                read_of(s, out, (int)i, (int)k);
        }
}

static void escape(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->targets.count; i++) {
        const struct target *t = &s->targets.items[i];
        const int parent =
            t->step == NO_STEP ? NO_STEP : s->steps.items[t->step].parent;

        if (parent == NO_STEP || (t->to != NO_STEP && inbound_count(s, t->to) < 2))
            continue;
        mutant_simple(s, out, t->value,
                      str_copy(s->arena, s->steps.items[parent].id->text), KAD0313);
    }
}

static void guarantee_added(const struct subject *s, struct mutants *out)
{
    for (size_t i = 1; i < s->steps.count; i++) {
        struct mutant *m;

        if (s->steps.items[i].list != s->steps.items[0].list ||
            node_find(s->root, "guarantees"))
            continue;
        m = mutant_new(s, out);
        mutant_insert(m, s->root,
                      arena_printf(s->arena, "guarantees: [{step: %.*s, after: %.*s}]",
                                   STR(s->steps.items[0].id->text),
                                   STR(s->steps.items[i].id->text)));
        mutant_code(m, KAD0314);
    }
}

static void guarantee_swapped(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->slots.count; i++) {
        const struct slot *slot = s->slots.items[i];
        const struct node *after = node_find(slot->map, "after");
        struct mutant *m;

        if (!slot_is_in(slot, "guarantees") || !slot_is(slot, "step") || !after ||
            slot->value->span.start > after->span.start)
            continue;
        m = mutant_new(s, out);
        mutant_replace_node(m, slot->value, str_copy(s->arena, after->text));
        mutant_replace_node(m, after, str_copy(s->arena, slot->value->text));
        mutant_code(m, KAD0314);
        mutant_expect(m, slot->key->span.start);
    }
}

static void guarantee_misspelt(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->slots.count; i++) {
        const struct slot *slot = s->slots.items[i];

        if (!slot_is_in(slot, "guarantees") || slot->value->kind != NODE_SCALAR ||
            slot_is(slot, "on"))
            continue;
        mutant_simple(s, out, slot->value,
                      misspelt(s->arena, slot->value->text, slot->key->span.start).p,
                      KAD0202);
        mutant_code(out->all.items[out->all.count - 1], KAD0203);
    }
}

static void over_budget(const struct subject *s, struct mutants *out)
{
    struct mutant *m;

    for (size_t i = 0; i < s->targets.count; i++)
        if (s->targets.items[i].step == 0 && s->targets.items[i].to != NO_STEP) {
            if (node_find(s->root, "budget"))
                return;
            m = mutant_new(s, out);
            mutant_insert(m, s->root, "budget: {steps: 1}");
            mutant_code(m, KAD0316);
            return;
        }
}

static void budget_lowered(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->slots.count; i++) {
        const struct slot *slot = s->slots.items[i];

        if (slot_is_in(slot, "budget") && slot_is(slot, "steps"))
            mutant_simple(s, out, slot->value, "1", KAD0316);
    }
}

/* Of these ways none is the only one to a step. */
static void way_deleted(const struct subject *s, struct mutants *out, bool is_outcome)
{
    for (size_t i = 0; i < s->targets.count; i++) {
        const struct target *t = &s->targets.items[i];
        struct mutant *m;

        if (is_outcome ? !(t->slot->is_named && slot_is_in(t->slot, "onOutcome"))
                       : t->slot->is_named || !slot_is(t->slot, "else"))
            continue;
        if (t->to != NO_STEP && inbound_count(s, t->to) < 2)
            continue;
        m = mutant_new(s, out);
        if (!mutant_delete_slot(m, t->slot))
            continue;
        mutant_code(m, is_outcome ? KAD0509 : KAD0311);
        if (is_outcome)
            mutant_expect(m, t->slot->parent->key->span.start);
        else
            for (size_t k = 0; k < t->slot->map->count; k++)
                mutant_expect(m, t->slot->map->keys[k]->span.start);
        if (!is_outcome && t->slot->parent)
            mutant_expect(m, t->slot->parent->key->span.start);
    }
}

static void missing_else(const struct subject *s, struct mutants *out)
{
    way_deleted(s, out, false);
}

static void missing_outcome(const struct subject *s, struct mutants *out)
{
    way_deleted(s, out, true);
}

static void routes_conflict(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        const struct slot *slot = slot_of_step(s, (int)i, "onOutcome");
        struct mutant *m;

        if (!slot)
            continue;
        m = mutant_new(s, out);
        mutant_insert(m, slot->map, "onSuccess: $complete");
        mutant_code(m, KAD0317);
        mutant_expect(m, slot->key->span.start);
    }
}

/* The workflow completes although the step that an output reads has failed. */
static void output_unset(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        const struct slot *slot = slot_of_step(s, (int)i, "onFailure");
        struct mutant *m = NULL;

        if (s->steps.items[i].parent != NO_STEP ||
            (slot && slot->value->kind != NODE_SCALAR) ||
            (slot && !str_is(slot->value->text, "$fail")) ||
            !slot_of_step(s, (int)i, "run"))
            continue;
        for (size_t u = 0; u < s->uses.count; u++) {
            if (s->uses.items[u].step != NO_STEP ||
                !reads(s, &s->uses.items[u], (int)i))
                continue;
            if (!m) {
                m = mutant_new(s, out);
                if (slot)
                    mutant_replace_node(m, slot->value, "$complete");
                else
                    mutant_insert(m, s->steps.items[i].map, "onFailure: $complete");
                m->place_count = 0;
                mutant_code(m, KAD0408);
                mutant_code(m, KAD0402);
            }
            mutant_expect(m, s->uses.items[u].start);
        }
    }
}

const struct operator graph_operators[] = {
    {"cut-off", cut_off, REACH_GRAPH},
    {"unbounded-loop", unbounded_loop, REACH_GRAPH},
    {"self-loop", self_loop, REACH_GRAPH},
    {"bypass", bypass, REACH_GRAPH},
    {"failure-handler", failure_handler, REACH_LOCAL},
    {"read-of-itself", read_of_itself, REACH_LOCAL},
    {"read-of-later", read_of_later, REACH_LOCAL},
    {"read-of-sibling", read_of_sibling, REACH_LOCAL},
    {"escape", escape, REACH_GRAPH},
    {"guarantee-added", guarantee_added, REACH_GRAPH},
    {"guarantee-swapped", guarantee_swapped, REACH_GRAPH},
    {"guarantee-misspelt", guarantee_misspelt, REACH_LOCAL},
    {"over-budget", over_budget, REACH_GRAPH},
    {"budget-lowered", budget_lowered, REACH_GRAPH},
    {"missing-else", missing_else, REACH_GRAPH},
    {"missing-outcome", missing_outcome, REACH_GRAPH},
    {"routes-conflict", routes_conflict, REACH_GRAPH},
    {"output-unset", output_unset, REACH_GRAPH},
    {0},
};
