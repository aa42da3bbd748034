/* op_names.c: names that do not fit together: group 02, and what names inputs. */
#include <string.h>

#include "mutants.h"

#define EACH_SLOT(s, slot)                                                             \
    for (size_t slot_at = 0; slot_at < (s)->slots.count; slot_at++)                    \
        for (const struct slot *slot = (s)->slots.items[slot_at]; slot; slot = NULL)

static void misspell(const struct subject *s, struct mutants *out,
                     const struct node *node, enum diag_code code)
{
    mutant_simple(s, out, node, misspelt(s->arena, node->text, node->span.start).p,
                  code);
}

static void misspelt_target(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->targets.count; i++)
        if (s->targets.items[i].to != NO_STEP)
            misspell(s, out, s->targets.items[i].value, KAD0202);
}

static void unknown_target(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->targets.count; i++)
        mutant_simple(s, out, s->targets.items[i].value,
                      arena_printf(s->arena, "somewhere-else-%zu", i), KAD0202);
}

static void unknown_end(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->targets.count; i++)
        if (s->targets.items[i].to == NO_STEP)
            mutant_simple(s, out, s->targets.items[i].value, "$abort", KAD0202);
}

/* Where a path of names in an expression says `head` and then a name. */
static void misspell_after(const struct subject *s, struct mutants *out,
                           const char *head, enum diag_code code)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        const struct str text = subject_text(s, use->start, use->end);
        const size_t at = str_find(text, str_of(head)) + strlen(head);
        size_t end = at;
        struct mutant *m;

        if (at > text.len ||
            (at > strlen(head) && text.p[at - strlen(head) - 1] == '.'))
            continue;
        while (end < text.len &&
               (strchr("_-", text.p[end]) || (text.p[end] | 32) >= 'a'))
            end++;
        m = mutant_new(s, out);
        mutant_replace(m, use->start + (uint32_t)at, use->start + (uint32_t)end,
                       misspelt(s->arena, str_part(text, at, end), i));
        mutant_code(m, code);
        mutant_expect_new(m, 0);
    }
}

static void misspelt_step(const struct subject *s, struct mutants *out)
{
    misspell_after(s, out, "steps.", KAD0203);
}

static void misspelt_parameter(const struct subject *s, struct mutants *out)
{
    misspell_after(s, out, "trigger.", KAD0205);
}

static void misspelt_field(const struct subject *s, struct mutants *out)
{
    misspell_after(s, out, "workflow.", KAD0217);
    misspell_after(s, out, "execution.", KAD0217);
    misspell_after(s, out, "item.", KAD0217);
    misspell_after(s, out, "book.", KAD0217);
}

static void misspelt_output(const struct subject *s, struct mutants *out)
{
    misspell_after(s, out, ".outputs.", KAD0204);
}

static void misspelt_root(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        const struct str text = subject_text(s, use->start, use->end);
        struct mutant *m;

        if (!str_starts_with(text, S("trigger.")) &&
            !str_starts_with(text, S("steps.")))
            continue;
        m = mutant_new(s, out);
        mutant_replace(m, use->start + 1, use->start + 2, S(""));
        mutant_code(m, KAD0216);
        mutant_expect_new(m, 0);
    }
}

static void misspelt_module(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && !slot->is_named && slot_is(slot, "module"))
        misspell(s, out, slot->value, KAD0207);
}

static void unknown_module(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && !slot->is_named && slot_is(slot, "module"))
        mutant_simple(s, out, slot->value, "teleporter", KAD0207);
}

static void misspelt_action(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && !slot->is_named && slot_is(slot, "action"))
        misspell(s, out, slot->value, KAD0208);
}

static void unknown_action(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && !slot->is_named && slot_is(slot, "action"))
        mutant_simple(s, out, slot->value, "levitate", KAD0208);
}

static void misspelt_outcome(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->is_named && slot_is_in(slot, "onOutcome"))
        misspell(s, out, slot->key, KAD0219);
}

static void misspelt_type(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->is_named && slot_is(slot, "type") && !slot_is_in(slot, "triggers") &&
        slot->value->kind == NODE_SCALAR)
        misspell(s, out, slot->value, KAD0215);
}

static void unknown_type(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->is_named && slot_is(slot, "type") && !slot_is_in(slot, "triggers") &&
        slot->value->kind == NODE_SCALAR && slot->map->count < 3)
        mutant_simple(s, out, slot->value, "complex", KAD0215);
}

static void duplicate_parameter(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->is_named &&
        (slot_is(slot, "params") || (slot_is(slot, "outputs") && !slot->parent))) {
        const struct node *list = slot->value;

        for (size_t i = 0; i < list->count; i++) {
            const struct span span = list->items[i]->span;
            const uint32_t at = list->items[list->count - 1]->span.end;
            const int column = (int)source_place(s->source, span.start).column - 3;
            struct mutant *m;

            if (node_is_flow(list))
                continue;
            m = mutant_new(s, out);
            mutant_replace(m, at, at,
                           str_printf(s->arena, "\n%*s- %.*s", column, "",
                                      STR(subject_text(s, span.start, span.end))));
            mutant_code(m, KAD0218);
            mutant_expect_new(m, (uint32_t)column + 3);
        }
    }
}

static void misspelt_workflow(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && slot_is(slot, "workflow"))
        misspell(s, out, slot->value, KAD0214);
}

static void recursive_workflow(const struct subject *s, struct mutants *out)
{
    const char *name = strrchr(s->path, '/') + 1;

    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && slot_is(slot, "workflow"))
        mutant_simple(s, out, slot->value,
                      arena_printf(s->arena, "%.*s", (int)strcspn(name, "."), name),
                      KAD0315);
}

static bool is_read(const struct subject *s, const struct str id)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct str text =
            subject_text(s, s->uses.items[i].start, s->uses.items[i].end);

        if (str_find(text, str_printf(s->arena, "steps.%.*s", STR(id))) < text.len)
            return true;
    }
    return false;
}

static void bad_identifier(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        const struct node *id = s->steps.items[i].id;

        if (!is_read(s, id->text))
            mutant_simple(s, out, id, "7th Heaven", KAD0209);
    }
}

static void required_input(const struct subject *s, const struct slot *slot,
                           struct mutants *out)
{
    const struct node *action = action_of_step(s, slot->step);
    const struct node *input =
        action ? entry_find(node_find(action, "inputs"), slot->key->text) : NULL;
    const struct node *type = input ? node_find(input, "type") : NULL;
    const struct slot *inputs = slot->parent;
    bool is_given = true;
    struct mutant *m;

    if (!type || node_find(input, "default") || str_ends_with(type->text, S("?")) ||
        (node_find(input, "required") &&
         !node_is_boolean(node_find(input, "required"), &is_given)) ||
        (node_find(input, "required") &&
         str_is(node_find(input, "required")->text, "false")))
        return;
    m = mutant_new(s, out);
    if (!mutant_delete_slot(m, slot))
        mutant_delete_slot(m, inputs);
    mutant_code(m, KAD0501);
    for (size_t i = 0; i < inputs->map->count; i++)
        mutant_expect(m, inputs->map->keys[i]->span.start);
}

static void dropped_input(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->is_named && slot->step != NO_STEP && slot_is_in(slot, "inputs") &&
        slot->parent->map == s->steps.items[slot->step].map)
        required_input(s, slot, out);
}

static void misspelt_input(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->is_named && slot->step != NO_STEP && slot_is_in(slot, "inputs"))
        misspell(s, out, slot->key, KAD0502);
}

static void unknown_input(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->is_named && slot->step != NO_STEP && slot_is_in(slot, "inputs") &&
        slot->index == 0) {
        struct mutant *m = mutant_new(s, out);

        mutant_insert(m, slot->map, "frobnicate: 17");
        mutant_code(m, KAD0502);
    }
}

static void command_mismatch(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "command") && slot_is_in(slot, "triggers"))
        mutant_simple(s, out, slot->value, "kad workflow something", KAD0712);
}

/* Not the entry, which the next step would replace. */
static void step_deleted(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        const struct step_site *site = &s->steps.items[i];
        struct mutant *m;

        if (site->index == 0 || node_is_flow(site->list))
            continue;
        m = mutant_new(s, out);
        mutant_replace(m, site->list->items[site->index - 1]->span.end,
                       site->map->span.end, S(""));
        mutant_code(m, KAD0202);
        mutant_code(m, KAD0203);
        for (size_t k = 0; k < s->targets.count; k++)
            if (s->targets.items[k].to == (int)i)
                mutant_expect(m, s->targets.items[k].value->span.start);
        for (size_t k = 0; k < s->uses.count; k++) {
            const struct use *use = &s->uses.items[k];
            const struct str text = subject_text(s, use->start, use->end);

            if (str_find(text, str_printf(s->arena, "steps.%.*s.",
                                          STR(site->id->text))) < text.len)
                mutant_expect(m, use->start);
        }
    }
}

const struct operator name_operators[] = {
    {"misspelt-target", misspelt_target, REACH_LOCAL},
    {"unknown-target", unknown_target, REACH_LOCAL},
    {"unknown-end", unknown_end, REACH_LOCAL},
    {"misspelt-step", misspelt_step, REACH_LOCAL},
    {"misspelt-parameter", misspelt_parameter, REACH_LOCAL},
    {"misspelt-output", misspelt_output, REACH_LOCAL},
    {"misspelt-field", misspelt_field, REACH_LOCAL},
    {"misspelt-root", misspelt_root, REACH_LOCAL},
    {"misspelt-module", misspelt_module, REACH_LOCAL},
    {"unknown-module", unknown_module, REACH_LOCAL},
    {"misspelt-action", misspelt_action, REACH_LOCAL},
    {"unknown-action", unknown_action, REACH_LOCAL},
    {"misspelt-outcome", misspelt_outcome, REACH_LOCAL},
    {"misspelt-type", misspelt_type, REACH_LOCAL},
    {"unknown-type", unknown_type, REACH_LOCAL},
    {"duplicate-parameter", duplicate_parameter, REACH_LOCAL},
    {"misspelt-workflow", misspelt_workflow, REACH_LOCAL},
    {"recursive-workflow", recursive_workflow, REACH_LOCAL},
    {"bad-identifier", bad_identifier, REACH_LOCAL},
    {"dropped-input", dropped_input, REACH_LOCAL},
    {"misspelt-input", misspelt_input, REACH_LOCAL},
    {"unknown-input", unknown_input, REACH_LOCAL},
    {"command-mismatch", command_mismatch, REACH_LOCAL},
    {"step-deleted", step_deleted, REACH_GRAPH},
    {0},
};
