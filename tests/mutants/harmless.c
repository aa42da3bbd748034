/* harmless.c: edits that change nothing of what a workflow means. */
#include <stdlib.h>
#include <string.h>

#include "mutants.h"

#define EACH_SLOT(s, slot)                                                             \
    for (size_t slot_at = 0; slot_at < (s)->slots.count; slot_at++)                    \
        for (const struct slot *slot = (s)->slots.items[slot_at]; slot; slot = NULL)

static void whole(const struct subject *s, struct mutants *out, struct str text)
{
    mutant_replace(mutant_new(s, out), 0, (uint32_t)s->source->text.len, text);
}

static void comments(const struct subject *s, struct mutants *out)
{
    struct mutant *m = mutant_new(s, out);

    for (size_t i = 0; i < s->root->count; i++)
        mutant_replace(m, s->root->keys[i]->span.start, s->root->keys[i]->span.start,
                       S("# {{ a comment: [with, {odd: \"things'\n"));
    for (size_t i = 0; i < s->steps.count; i++) {
        const uint32_t end = s->steps.items[i].map->span.end;

        if (s->source->text.p[end] == '\n')
            mutant_replace(mutant_new(s, out), end, end, S(" # a comment"));
    }
}

static void blank_lines(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (!node_is_flow(slot->map) && slot->index > 0) {
        const uint32_t start = slot->key->span.start;
        const uint32_t line = start - source_place(s->source, start).column + 1;

        mutant_replace(mutant_new(s, out), line, line, S("\n   \n"));
    }
}

static void line_ends(const struct subject *s, struct mutants *out)
{
    struct buf buf;

    buf_init(&buf, s->arena);
    for (size_t i = 0; i < s->source->text.len; i++) {
        if (s->source->text.p[i] == '\n')
            buf_add_char(&buf, '\r');
        buf_add_char(&buf, s->source->text.p[i]);
    }
    whole(s, out, buf_str(&buf));
}

static void document_start(const struct subject *s, struct mutants *out)
{
    mutant_replace(mutant_new(s, out), 0, 0, S("%YAML 1.2\n---\n"));
    mutant_replace(mutant_new(s, out), 0, 0, S("\xEF\xBB\xBF"));
}

static bool is_text(const struct node *node)
{
    double number;
    bool value;

    return node->kind == NODE_SCALAR && !node_is_null(node) &&
           !node_is_number(node, &number) && !node_is_boolean(node, &value);
}

static bool has_any(struct str text, const char *bytes)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(bytes, text.p[i]))
            return true;
    return false;
}

static void requoted(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    {
        const struct node *node = slot->value;

        if (!is_text(node) || has_any(node->text, "\"'\\\n"))
            continue;
        if (node->style != NODE_DOUBLE_QUOTED)
            mutant_replace_node(mutant_new(s, out), node,
                                arena_printf(s->arena, "\"%.*s\"", STR(node->text)));
        if (node->style != NODE_SINGLE_QUOTED)
            mutant_replace_node(mutant_new(s, out), node,
                                arena_printf(s->arena, "'%.*s'", STR(node->text)));
    }
}

static void quoted_keys(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->key->style == NODE_PLAIN)
        mutant_replace_node(mutant_new(s, out), slot->key,
                            arena_printf(s->arena, "\"%.*s\"", STR(slot->key->text)));
}

static void folded(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    {
        const struct node *node = slot->value;
        const int column =
            (int)source_place(s->source, slot->key->span.start).column + 2;

        if (node->style == NODE_DOUBLE_QUOTED && node->kind == NODE_SCALAR &&
            node->text.len && !has_any(node->text, "\n\t") &&
            !node_is_flow(slot->map) && node->text.p[0] != ' ' &&
            slot->key->span.end + 2 == node->span.start &&
            s->source->text.p[node->span.end] == '\n')
            mutant_replace_node(
                mutant_new(s, out), node,
                arena_printf(s->arena, ">-\n%*s%.*s", column, "", STR(node->text)));
    }
}

static void keys_swapped(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (slot->index + 1 < slot->map->count) {
        const struct node *next = slot->map->items[slot->index + 1];
        const struct node *key = slot->map->keys[slot->index + 1];
        const uint32_t end = slot->value->span.end;
        struct mutant *m;

        if (slot->value->style == NODE_LITERAL || next->style == NODE_LITERAL ||
            slot->value->style == NODE_FOLDED || next->style == NODE_FOLDED)
            continue;
        m = mutant_new(s, out);
        mutant_replace(m, slot->key->span.start, end,
                       subject_text(s, key->span.start, next->span.end));
        mutant_replace(m, key->span.start, next->span.end,
                       subject_text(s, slot->key->span.start, end));
    }
}

static void steps_swapped(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        const struct step_site *site = &s->steps.items[i];
        const struct node *next;
        struct mutant *m;

        if (site->index == 0 || site->index + 1 >= site->list->count)
            continue;
        next = site->list->items[site->index + 1];
        m = mutant_new(s, out);
        mutant_replace(m, site->map->span.start, site->map->span.end,
                       subject_text(s, next->span.start, next->span.end));
        mutant_replace(m, next->span.start, next->span.end,
                       subject_text(s, site->map->span.start, site->map->span.end));
    }
}

/* All of `old` that stand as a whole word behind `before`. */
static void rename_words(struct mutant *m, struct str before, struct str old,
                         const char *name, uint32_t from, uint32_t to)
{
    const char *text = m->subject->source->text.p;

    for (uint32_t at = from; at + before.len + old.len <= to; at++) {
        const char *word = text + at + before.len;
        const char end = word[old.len];

        if (memcmp(text + at, before.p, before.len) != 0 ||
            memcmp(word, old.p, old.len) != 0 || (at > from && text[at - 1] == '.') ||
            strchr("_-", end) || (end >= '0' && end <= '9') ||
            ((end | 32) >= 'a' && (end | 32) <= 'z'))
            continue;
        mutant_replace(m, at + (uint32_t)before.len,
                       at + (uint32_t)(before.len + old.len), str_of(name));
    }
}

static int compare_edits(const void *a, const void *b)
{
    const struct text_edit *left = a, *right = b;

    return left->start < right->start ? -1 : left->start > right->start;
}

static void rename_step(struct mutant *m, const struct step_site *step)
{
    const struct subject *s = m->subject;
    const struct str id = step->id->text;
    const char *name = arena_printf(s->arena, "other-%.*s", STR(id));

    mutant_replace_node(m, step->id, name);
    for (size_t i = 0; i < s->targets.count; i++)
        if (str_equal(s->targets.items[i].value->text, id))
            mutant_replace_node(m, s->targets.items[i].value, name);
    for (size_t i = 0; i < s->uses.count; i++)
        rename_words(m, S("steps."), id, name, s->uses.items[i].start,
                     s->uses.items[i].end);
    EACH_SLOT(s, slot)
    if (slot_is_in(slot, "guarantees")) {
        if (str_equal(slot->value->text, id))
            mutant_replace_node(m, slot->value, name);
        for (size_t i = 0; slot->value->kind == NODE_LIST && i < slot->value->count;
             i++)
            if (str_equal(slot->value->items[i]->text, id))
                mutant_replace_node(m, slot->value->items[i], name);
    }
}

static void renamed_step(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++) {
        struct mutant *m = mutant_new(s, out);

        rename_step(m, &s->steps.items[i]);
        qsort(m->edits, m->edit_count, sizeof(m->edits[0]), compare_edits);
    }
}

static bool is_param_name(const struct slot *slot)
{
    return slot_is(slot, "name") && slot_is_in(slot, "params");
}

/* In all triggers that have it. */
static void rename_params(struct mutant *m, struct str name, const char *text)
{
    EACH_SLOT(m->subject, slot)
    if (is_param_name(slot) && str_equal(slot->value->text, name))
        mutant_replace_node(m, slot->value, text);
}

static void renamed_parameter(const struct subject *s, struct mutants *out)
{
    EACH_SLOT(s, slot)
    if (is_param_name(slot)) {
        const char *name = arena_printf(s->arena, "other-%.*s", STR(slot->value->text));
        struct mutant *m = mutant_new(s, out);

        rename_params(m, slot->value->text, name);
        for (size_t i = 0; i < s->uses.count; i++)
            rename_words(m, S("trigger."), slot->value->text, name,
                         s->uses.items[i].start, s->uses.items[i].end);
        qsort(m->edits, m->edit_count, sizeof(m->edits[0]), compare_edits);
    }
}

static void blanks_in_braces(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->uses.count; i++) {
        const struct use *use = &s->uses.items[i];
        struct mutant *m = mutant_new(s, out);

        mutant_replace(m, use->start, use->start, S("  ("));
        mutant_replace(m, use->end, use->end, S(")  "));
    }
}

static void add_text(struct buf *buf, struct str text)
{
    buf_add_char(buf, '"');
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.p[i];

        if (c < ' ')
            buf_printf(buf, "\\u%04x", (unsigned)c);
        else if (c == '"' || c == '\\')
            buf_printf(buf, "\\%c", c);
        else
            buf_add_char(buf, (char)c);
    }
    buf_add_char(buf, '"');
}

static void add_json(struct buf *buf, const struct node *node)
{
    if (node->kind == NODE_SCALAR && (node->style != NODE_PLAIN || is_text(node)))
        add_text(buf, node->text);
    else if (node->kind == NODE_SCALAR)
        buf_add(buf, node->text);
    else {
        buf_add_char(buf, node->kind == NODE_MAP ? '{' : '[');
        for (size_t i = 0; i < node->count; i++) {
            if (i > 0)
                buf_add(buf, S(",\n"));
            if (node->kind == NODE_MAP) {
                add_text(buf, node->keys[i]->text);
                buf_add(buf, S(": "));
            }
            add_json(buf, node->items[i]);
        }
        buf_add_char(buf, node->kind == NODE_MAP ? '}' : ']');
    }
}

static void json_form(const struct subject *s, struct mutants *out)
{
    struct buf buf;

    buf_init(&buf, s->arena);
    add_json(&buf, s->root);
    whole(s, out, buf_str(&buf));
}

static void described(const struct subject *s, struct mutants *out)
{
    for (size_t i = 0; i < s->steps.count; i++)
        if (!node_find(s->steps.items[i].map, "description"))
            mutant_insert(mutant_new(s, out), s->steps.items[i].map,
                          "description: \"Why: \\\"{because\\\" # of \\u00e9\"");
}

const struct operator harmless_operators[] = {
    {"comments", comments, REACH_ALONE},
    {"blank-lines", blank_lines, REACH_ALONE},
    {"line-ends", line_ends, REACH_ALONE},
    {"document-start", document_start, REACH_ALONE},
    {"requoted", requoted, REACH_ALONE},
    {"quoted-keys", quoted_keys, REACH_ALONE},
    {"folded", folded, REACH_ALONE},
    {"keys-swapped", keys_swapped, REACH_ALONE},
    {"steps-swapped", steps_swapped, REACH_ALONE},
    {"renamed-step", renamed_step, REACH_ALONE},
    {"renamed-parameter", renamed_parameter, REACH_ALONE},
    {"blanks-in-braces", blanks_in_braces, REACH_ALONE},
    {"json-form", json_form, REACH_ALONE},
    {"described", described, REACH_ALONE},
    {0},
};
