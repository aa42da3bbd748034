/* op_expr.c: broken expressions, conditions and types: groups 05 and 06. */
#include <string.h>

#include "mutants.h"

#define EACH_SLOT(s, slot)                                                             \
    for (size_t slot_at = 0; slot_at < (s)->slots.count; slot_at++)                    \
        for (const struct slot *slot = (s)->slots.items[slot_at]; slot; slot = NULL)

/* A mutant in each expression, or in those alone whose value becomes text: what is there
 * stands between `before` and `after`; without `after`, `before` is in its place. */
static void in_uses(const struct subject *s, struct mutants *out, bool is_text,
                    enum diag_code code, const char *before, const char *after)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        const struct str kept =
            after ? subject_text(s, use->start, use->end) : (struct str){"", 0};
        struct mutant *m;

        if (is_text && use->is_whole && !slot_is(use->slot, "run"))
            continue;
        m = mutant_new(s, out);
        mutant_replace(
            m, use->start, use->end,
            str_printf(s->arena, "%s%.*s%s", before, STR(kept), after ? after : ""));
        mutant_code(m, code);
        mutant_expect_new(m, 0);
    }
}

static void in_each_use(const struct subject *s, struct mutants *out,
                        enum diag_code code, const char *before, const char *after)
{
    in_uses(s, out, false, code, before, after);
}

static void open_brace(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        const uint32_t end =
            use->end +
            (uint32_t)str_find(subject_text(s, use->end, UINT32_MAX), S("}}"));
        struct mutant *m = mutant_new(s, out);

        mutant_replace(m, end, end + 1, S(""));
        mutant_code(m, KAD0601);
        mutant_expect_new(m, 0);
    }
}

static void missing_operand(const struct subject *s, struct mutants *out)
{
    in_each_use(s, out, KAD0601, "", " +");
}

static void open_parenthesis(const struct subject *s, struct mutants *out)
{
    in_each_use(s, out, KAD0601, "(", "");
}

static void empty_expression(const struct subject *s, struct mutants *out)
{
    in_each_use(s, out, KAD0601, "", NULL);
}

static void single_equals(const struct subject *s, struct mutants *out)
{
    in_each_use(s, out, KAD0601, "", " = 1");
}

static void unknown_function(const struct subject *s, struct mutants *out)
{
    in_each_use(s, out, KAD0603, "frobnicate(", ")");
}

static void wrong_arity(const struct subject *s, struct mutants *out)
{
    in_each_use(s, out, KAD0604, "toJson(", ", 1)");
}

static void argument_type(const struct subject *s, struct mutants *out)
{
    in_uses(s, out, true, KAD0605, "upper(length(toJson(", ")))");
}

static void unknown_root(const struct subject *s, struct mutants *out)
{
    in_each_use(s, out, KAD0216, "inputs.value", NULL);
}

static void secret_misused(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && !slot->is_named && slot_is(slot, "run")) {
        struct mutant *m = mutant_new(s, out);

        mutant_append(m, slot->value, "\"{{ secrets.API_KEY }}\"");
        mutant_code(m, KAD0906);
    }
}

static void division_by_zero(const struct subject *s, struct mutants *out)
{
    in_uses(s, out, true, KAD0608, "length(toJson(", ")) / 0");
}

static void integer_overflow(const struct subject *s, struct mutants *out)
{
    in_uses(s, out, true, KAD0611, "length(toJson(", ")) + 9223372036854775808");
}

static void object_in_text(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        struct mutant *m;

        if (!use->slot || !slot_is(use->slot, "run"))
            continue;
        m = mutant_new(s, out);
        mutant_replace(
            m, use->start, use->end,
            str_printf(s->arena, "[%.*s]", STR(subject_text(s, use->start, use->end))));
        mutant_code(m, KAD0507);
        mutant_code(m, KAD0503);
        mutant_expect_new(m, 0);
    }
}

/* The same in conditions only. */
__attribute__((format(printf, 4, 0))) static void
in_each_condition(const struct subject *s, struct mutants *out, enum diag_code code,
                  const char *format)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        struct mutant *m;

        if (use->slot->is_named || use->scalar->style != NODE_DOUBLE_QUOTED ||
            !(slot_is(use->slot, "condition") || slot_is(use->slot, "when")))
            continue;
        m = mutant_new(s, out);
        mutant_replace(
            m, use->start, use->end,
            str_printf(s->arena, format, STR(subject_text(s, use->start, use->end))));
        mutant_code(m, code);
        mutant_expect_new(m, 0);
    }
}

static void text_condition(const struct subject *s, struct mutants *out)
{
    in_each_condition(s, out, KAD0505, "toJson(%.*s)");
}

static void number_condition(const struct subject *s, struct mutants *out)
{
    in_each_condition(s, out, KAD0505, "length(toJson(%.*s))");
}

static void incomparable(const struct subject *s, struct mutants *out)
{
    in_each_condition(s, out, KAD0506, "toJson(%.*s) == 7");
}

static void text_order(const struct subject *s, struct mutants *out)
{
    in_each_condition(s, out, KAD0506, "length(toJson(%.*s)) > 'three'");
}

/* Said of the condition, or of the step that it cuts off. */
static void constant_condition(const struct subject *s, struct mutants *out)
{
    in_each_condition(s, out, KAD0606, "true || (%.*s)");
    for (size_t i = 0; i < out->all.count; i++) {
        struct mutant *m = out->all.items[i];

        if (m->made_by != out->operator)
            continue;
        mutant_code(m, KAD0302);
        for (size_t k = 0; k < s->targets.count; k++)
            if (s->targets.items[k].to != NO_STEP &&
                s->targets.items[k].value->span.start > m->edits[0].start)
                mutant_expect(m, s->steps.items[s->targets.items[k].to].id->span.start);
    }
}

static void text_around(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!slot->is_named && slot->value->kind == NODE_SCALAR &&
        slot->value->style == NODE_DOUBLE_QUOTED &&
        (slot_is(slot, "condition") || slot_is(slot, "when"))) {
        const uint32_t start = slot->value->span.start + 1;
        struct mutant *m = mutant_new(s, out);

        mutant_replace(m, start, start, S("if "));
        mutant_code(m, KAD0602);
        mutant_expect_new(m, 0);
    }
}

static void mixed_and_or(const struct subject *s, struct mutants *out)
{
    in_each_condition(s, out, KAD0609,
                      "length(workflow.id) > 3 && (%.*s) || length(workflow.name) > 4");
}

static void not_an_array(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        struct mutant *m;

        if (!slot_is(use->slot, "forEach"))
            continue;
        m = mutant_new(s, out);
        mutant_replace(m, use->start, use->end,
                       str_printf(s->arena, "toJson(%.*s)",
                                  STR(subject_text(s, use->start, use->end))));
        mutant_code(m, KAD0503);
        mutant_expect_new(m, 0);
    }
}

/* A field of what is plain text. */
static void field_of_text(const struct subject *s, struct mutants *out)
{
    in_each_use(s, out, KAD0217, "workflow.id.length", NULL);
    for (size_t i = 0; i < out->all.count; i++)
        if (out->all.items[i]->made_by == out->operator)
            mutant_code(out->all.items[i], KAD0514);
}

static const struct node *param_type(const struct subject *s, const struct use *use,
                                     const struct node **entry)
{
    const struct str text = subject_text(s, use->start, use->end);

    if (!str_starts_with(text, S("trigger.")))
        return NULL;
    EACH_SLOT(s, slot)
    if (slot_is(slot, "params") && slot_is_in(slot, "triggers")) {
        *entry = entry_find(slot->value, str_part(text, 8, text.len));
        return *entry ? node_find(*entry, "type") : NULL;
    }
    return NULL;
}

/* Uses of the same parameter, as a whole or within an expression. */
static size_t use_count(const struct subject *s, const struct use *use)
{
    const struct str name = subject_text(s, use->start, use->end);
    size_t count = 0;

    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *other = &s->uses.items[i];
        const struct str text = subject_text(s, other->start, other->end);

        count += str_find(text, name) < text.len;
    }
    return count;
}

/* The parameters that are used once, in an argument. */
static void change_parameter(const struct subject *s, struct mutants *out, bool is_type)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        const struct node *entry = NULL;
        const struct node *type = param_type(s, use, &entry);
        struct mutant *m;

        if (!type || !use->slot || !slot_is(use->slot, "run") ||
            use_count(s, use) > 1 || type->kind != NODE_SCALAR ||
            node_find(entry, "default") || node_find(entry, "required") ||
            node_find(entry, "enum"))
            continue;
        m = mutant_new(s, out);
        if (is_type)
            mutant_replace_node(m, type, "{type: array, items: string}");
        else
            mutant_insert(m, entry, "required: false");
        m->place_count = 0;
        mutant_code(m, is_type ? KAD0507 : KAD0404);
        if (is_type)
            mutant_code(m, KAD0503);
        mutant_expect(m, use->start);
    }
}

static void changed_type(const struct subject *s, struct mutants *out)
{
    change_parameter(s, out, true);
}

static void nullable_source(const struct subject *s, struct mutants *out)
{
    change_parameter(s, out, false);
}

static void bad_default(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot_is(slot, "default") && slot_is_in(slot, "params"))
        mutant_simple(s, out, slot->value, "[[17]]", KAD0511);
}

/* Inputs by their types in the manifest: what is there stands between `before` and `after`;
 * without `after`, `before` is in its place. */
static void wrong_input(const struct subject *s, struct mutants *out,
                        const char *type_name, const char *before, const char *after,
                        enum diag_code code)
{
    EACH_SLOT(s, slot)
    {
        const struct node *action, *input, *type;
        const struct span span = slot->value->span;

        if (!slot->is_named || slot->step == NO_STEP || !slot_is_in(slot, "inputs") ||
            slot->value->kind != NODE_SCALAR || slot->value->style == NODE_LITERAL)
            continue;
        action = action_of_step(s, slot->step);
        input =
            action ? entry_find(node_find(action, "inputs"), slot->key->text) : NULL;
        type = input ? node_find(input, "type") : NULL;
        if (type && str_starts_with(type->text, str_of(type_name)))
            mutant_simple(
                s, out, slot->value,
                after ? arena_printf(s->arena, "%s%.*s%s", before,
                                     STR(subject_text(s, span.start, span.end)), after)
                      : before,
                code);
    }
}

static void list_for_text_input(const struct subject *s, struct mutants *out)
{
    wrong_input(s, out, "string", "[", "]", KAD0503);
}

static void text_for_number(const struct subject *s, struct mutants *out)
{
    wrong_input(s, out, "number", "some-word", NULL, KAD0503);
    wrong_input(s, out, "integer", "some-word", NULL, KAD0503);
    wrong_input(s, out, "boolean", "some-word", NULL, KAD0503);
}

static void text_for_array(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        const struct node *action, *input, *type;
        struct mutant *m;

        if (!use->is_whole || use->step == NO_STEP || !slot_is_in(use->slot, "inputs"))
            continue;
        action = action_of_step(s, use->step);
        input = action ? entry_find(node_find(action, "inputs"), use->slot->key->text)
                       : NULL;
        type = input ? node_find(input, "type") : NULL;
        if (!type || use->slot->value != use->scalar || type->kind != NODE_SCALAR ||
            !(str_starts_with(type->text, S("array")) ||
              str_starts_with(type->text, S("object"))))
            continue;
        m = mutant_new(s, out);
        mutant_replace(m, use->start, use->end,
                       str_printf(s->arena, "toJson(%.*s)",
                                  STR(subject_text(s, use->start, use->end))));
        mutant_code(m, KAD0503);
        mutant_expect_new(m, 0);
    }
}

static void lossy_number(const struct subject *s, struct mutants *out)
{
    wrong_input(s, out, "integer", "1.5", NULL, KAD0504);
    for (size_t i = 0; i < out->all.count; i++)
        if (out->all.items[i]->made_by == out->operator)
            mutant_code(out->all.items[i], KAD0503);
}

static void output_not_in_manifest(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && slot_is(slot, "outputs") &&
        slot->map == s->steps.items[slot->step].map && !node_is_flow(slot->value)) {
        const struct node *first = slot->value->items[0];
        const int column = (int)source_place(s->source, first->span.start).column - 3;
        struct mutant *m = mutant_new(s, out);

        mutant_replace(
            m, slot->value->span.end, slot->value->span.end,
            str_printf(s->arena, "\n%*s- {name: miracle, type: string}", column, ""));
        mutant_code(m, KAD0512);
        mutant_expect_new(m, (uint32_t)column + 3);
    }
}

static void contradicting_output(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->step != NO_STEP && slot_is(slot, "type") && slot_is_in(slot, "outputs") &&
        slot->value->kind == NODE_SCALAR && slot->map->count < 3)
        mutant_simple(s, out, slot->value, "duration", KAD0515);
}

static void enum_literal(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        const struct str text = subject_text(s, use->start, use->end);
        const struct node *entry = NULL;
        const size_t equals = str_find(text, S(" == '"));
        const struct use left = {.start = use->start,
                                 .end = use->start + (uint32_t)equals};

        if (equals < text.len && param_type(s, &left, &entry) &&
            node_find(entry, "enum")) {
            struct mutant *m = mutant_new(s, out);

            mutant_replace(m, use->start + (uint32_t)equals + 4, use->end,
                           S("'purple'"));
            mutant_code(m, KAD0508);
            mutant_expect_new(m, 0);
        }
    }
}

const struct operator expr_operators[] = {
    {"open-brace", open_brace, REACH_LOCAL},
    {"missing-operand", missing_operand, REACH_LOCAL},
    {"open-parenthesis", open_parenthesis, REACH_LOCAL},
    {"empty-expression", empty_expression, REACH_LOCAL},
    {"single-equals", single_equals, REACH_LOCAL},
    {"unknown-function", unknown_function, REACH_LOCAL},
    {"wrong-arity", wrong_arity, REACH_LOCAL},
    {"argument-type", argument_type, REACH_LOCAL},
    {"unknown-root", unknown_root, REACH_LOCAL},
    {"field-of-text", field_of_text, REACH_LOCAL},
    {"secret-misused", secret_misused, REACH_LOCAL},
    {"division-by-zero", division_by_zero, REACH_LOCAL},
    {"integer-overflow", integer_overflow, REACH_LOCAL},
    {"object-in-text", object_in_text, REACH_LOCAL},
    {"text-condition", text_condition, REACH_LOCAL},
    {"number-condition", number_condition, REACH_LOCAL},
    {"incomparable", incomparable, REACH_LOCAL},
    {"text-order", text_order, REACH_LOCAL},
    {"constant-condition", constant_condition, REACH_GRAPH},
    {"text-around-condition", text_around, REACH_LOCAL},
    {"mixed-and-or", mixed_and_or, REACH_LOCAL},
    {"not-an-array", not_an_array, REACH_LOCAL},
    {"changed-type", changed_type, REACH_GRAPH},
    {"nullable-source", nullable_source, REACH_GRAPH},
    {"bad-default", bad_default, REACH_LOCAL},
    {"list-for-text-input", list_for_text_input, REACH_LOCAL},
    {"text-for-number", text_for_number, REACH_LOCAL},
    {"text-for-array", text_for_array, REACH_LOCAL},
    {"lossy-number", lossy_number, REACH_LOCAL},
    {"output-not-in-manifest", output_not_in_manifest, REACH_LOCAL},
    {"contradicting-output", contradicting_output, REACH_LOCAL},
    {"enum-literal", enum_literal, REACH_LOCAL},
    {0},
};
