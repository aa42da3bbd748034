/* mutant.c: edits of a valid text, and where the fault then is. */
#include <string.h>

#include "mutants.h"

struct mutant *mutant_new(const struct subject *s, struct mutants *out)
{
    struct mutant *m = arena_array(out->arena, struct mutant, 1);

    m->subject = s;
    m->made_by = out->operator;
    vec_push(out->arena, &out->all, m);
    return m;
}

void mutant_code(struct mutant *m, enum diag_code code)
{
    if (m->code_count < CODES_MAX)
        m->codes[m->code_count++] = code;
}

/* Edits stay in the order of the file. */
void mutant_replace(struct mutant *m, uint32_t start, uint32_t end, struct str text)
{
    if (m->edit_count < EDITS_MAX)
        m->edits[m->edit_count++] = (struct text_edit){start, end, text};
}

void mutant_replace_node(struct mutant *m, const struct node *node, const char *text)
{
    mutant_replace(m, node->span.start, node->span.end, str_of(text));
}

void mutant_expect(struct mutant *m, uint32_t at)
{
    if (m->place_count < PLACES_MAX)
        m->places[m->place_count++] = (struct expected_place){-1, at};
}

void mutant_expect_new(struct mutant *m, uint32_t offset)
{
    if (m->place_count < PLACES_MAX)
        m->places[m->place_count++] =
            (struct expected_place){(int)m->edit_count - 1, offset};
}

bool mutant_delete_slot(struct mutant *m, const struct slot *slot)
{
    const struct node *map = slot->map;

    if (slot->index + 1 < map->count)
        mutant_replace(m, slot->key->span.start, map->keys[slot->index + 1]->span.start,
                       S(""));
    else if (slot->index > 0)
        mutant_replace(m, map->items[slot->index - 1]->span.end, slot->value->span.end,
                       S(""));
    else
        return false;
    return true;
}

static int column_of(const struct node *node)
{
    return (int)source_place(node->span.source, node->span.start).column - 1;
}

void mutant_insert(struct mutant *m, const struct node *map, const char *text)
{
    struct arena *arena = m->subject->arena;
    const uint32_t end = map->items[map->count - 1]->span.end;
    const int indent = column_of(map->keys[0]);

    if (node_is_flow(map)) {
        mutant_replace(m, end, end, str_printf(arena, ", %s", text));
        mutant_expect_new(m, 2);
    } else {
        mutant_replace(m, end, end, str_printf(arena, "\n%*s%s", indent, "", text));
        mutant_expect_new(m, (uint32_t)indent + 1);
    }
}

void mutant_append(struct mutant *m, const struct node *list, const char *text)
{
    const struct node *last = list->items[list->count - 1];

    if (node_is_flow(list)) {
        mutant_replace(m, last->span.end, last->span.end,
                       str_printf(m->subject->arena, ", %s", text));
        mutant_expect_new(m, 2);
    } else {
        const int indent = column_of(last) - 2;

        mutant_replace(m, last->span.end, last->span.end,
                       str_printf(m->subject->arena, "\n%*s- %s", indent, "", text));
        mutant_expect_new(m, (uint32_t)indent + 1);
    }
}

void mutant_simple(const struct subject *s, struct mutants *out,
                   const struct node *node, const char *text, enum diag_code code)
{
    struct mutant *m = mutant_new(s, out);

    mutant_replace_node(m, node, text);
    mutant_code(m, code);
    mutant_expect_new(m, 0);
}

struct str misspelt(struct arena *arena, struct str name, size_t turn)
{
    const size_t at = name.len > 2 ? 1 + turn % (name.len - 2) : name.len;
    struct buf buf;

    buf_init(&buf, arena);
    buf_add(&buf, str_part(name, 0, at));
    if (name.len < 3)
        buf_add(&buf, S("x"));
    else if (turn % 3 == 0 && name.len > 3) /* a letter is missing */
        buf_add(&buf, str_part(name, at + 1, name.len));
    else if (turn % 3 == 1 && name.p[at] != name.p[at + 1] && name.p[at] != '-') {
        buf_add_char(&buf, name.p[at + 1]);
        buf_add_char(&buf, name.p[at]);
        buf_add(&buf, str_part(name, at + 2, name.len));
    } else {
        buf_add_char(&buf, name.p[at] == 'q' ? 'w' : 'q');
        buf_add(&buf, str_part(name, at, name.len));
    }
    return buf_str(&buf);
}

struct str mutant_text(struct arena *arena, const struct mutant *m)
{
    const struct str old = m->subject->source->text;
    size_t at = 0;
    struct buf buf;

    buf_init(&buf, arena);
    for (size_t i = 0; i < m->edit_count; i++) {
        buf_add(&buf, str_part(old, at, m->edits[i].start));
        buf_add(&buf, m->edits[i].text);
        at = m->edits[i].end;
    }
    buf_add(&buf, str_part(old, at, old.len));
    return buf_str(&buf);
}

/* Where a byte of the old text is in the new one. */
static size_t moved(const struct mutant *m, const struct expected_place *place)
{
    size_t shift = 0;

    for (size_t i = 0; i < m->edit_count; i++) {
        const struct text_edit *edit = &m->edits[i];

        if (place->edit == (int)i)
            return edit->start + shift + place->at;
        if (place->edit < 0 && edit->end > place->at)
            return (edit->start < place->at ? edit->start : place->at) + shift;
        shift += edit->text.len - (edit->end - edit->start);
    }
    return place->at + shift;
}

uint32_t mutant_line(const struct mutant *m, struct str text, size_t place)
{
    const size_t at = moved(m, &m->places[place]);
    uint32_t line = 1;

    for (size_t i = 0; i < at && i < text.len; i++)
        line += text.p[i] == '\n';
    return line;
}
