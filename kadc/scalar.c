/* scalar.c: reads a scalar a second time, beside the value that libyaml made of it.
 *
 * In: the source, the value. Out: for each byte of the value the byte that it comes
 * from. Escapes come from their backslash, a folded line end from the first blank
 * before it.
 *   (1) each byte is compared with libyaml's: the origins are exact. Should the two
 *       readings ever differ, all of them are the scalar's start. */
#include "scalar.h"

#include <string.h>

#include "base/arena.h"
#include "chars.h"

struct scan {
    const char *text; /* of the source, NUL-terminated */
    uint32_t at;
    uint32_t end;
    struct str value;
    uint32_t *origins;
    size_t len; /* bytes of the value that have been found */
    bool is_same;
};

static void put(struct scan *s, char c, uint32_t origin)
{
    if (s->len < s->value.len && s->value.p[s->len] == c)
        s->origins[s->len++] = origin;
    else
        s->is_same = false;
}

static void put_bytes(struct scan *s, uint32_t from, uint32_t to)
{
    for (uint32_t at = from; at < to; at++)
        put(s, s->text[at], at);
}

/* U+2028 and U+2029: the line ends that folding keeps. */
static bool is_wide_break(const char *p)
{
    return memcmp(p, "\xe2\x80\xa8", 3) == 0 || memcmp(p, "\xe2\x80\xa9", 3) == 0;
}

/* Length of the line end at `at` as libyaml sees it, with U+0085; 0: none. */
static uint32_t break_len(const struct scan *s, uint32_t at)
{
    const char *p = s->text + at;

    if (at >= s->end)
        return 0;
    switch (*p) {
    case '\n': return 1;
    case '\r': return p[1] == '\n' ? 2 : 1;
    case '\xc2': return p[1] == '\x85' ? 2 : 0;
    case '\xe2': return p[1] && is_wide_break(p) ? 3 : 0;
    default: return 0;
    }
}

static void put_break(struct scan *s, uint32_t at)
{
    if (s->text[at] == '\xe2')
        put_bytes(s, at, at + 3);
    else
        put(s, '\n', at);
}

/* ---- Plain and quoted ------------------------------------------------------------ */

static void skip_blanks(struct scan *s)
{
    while (s->at < s->end && is_blank(s->text[s->at]))
        s->at++;
}

/* Blanks and line ends between words: blanks alone stay; one line end is a blank, of
 * several the first is dropped, and blanks round them too. `is_escaped`: the first line
 * end has been read, it came after a backslash. */
static void scan_space(struct scan *s, bool is_escaped)
{
    const uint32_t space = s->at;
    bool is_folded = !is_escaped;
    uint32_t len;

    skip_blanks(s);
    len = break_len(s, s->at);
    if (!is_escaped && !len) {
        put_bytes(s, space, s->at);
        return;
    }
    if (!is_escaped) {
        if (s->text[s->at] == '\xe2') {
            put_break(s, s->at);
            is_folded = false;
        }
        s->at += len;
    }
    for (skip_blanks(s); (len = break_len(s, s->at)) > 0; skip_blanks(s)) {
        put_break(s, s->at);
        s->at += len;
        is_folded = false;
    }
    if (is_folded)
        put(s, ' ', space);
}

static bool is_at_space(const struct scan *s)
{
    return is_blank(s->text[s->at]) || break_len(s, s->at) > 0;
}

static size_t utf8_len(char lead)
{
    const unsigned char c = (unsigned char)lead;

    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* An escape makes one character; which one, libyaml has decided. */
static void scan_escape(struct scan *s)
{
    const uint32_t start = s->at;
    const uint32_t line_end = break_len(s, start + 1);
    size_t count;

    if (line_end) {
        s->at += 1 + line_end;
        scan_space(s, true);
        return;
    }
    switch (s->text[start + 1]) {
    case 'x': s->at += 4; break;
    case 'u': s->at += 6; break;
    case 'U': s->at += 10; break;
    default: s->at += 2; break;
    }
    count = s->len < s->value.len ? utf8_len(s->value.p[s->len]) : 1;
    for (; count && s->is_same; count--)
        put(s, s->len < s->value.len ? s->value.p[s->len] : '\0', start);
}

static void scan_words(struct scan *s, enum node_style style)
{
    while (s->at < s->end && s->is_same) {
        const char c = s->text[s->at];

        if (is_at_space(s)) {
            scan_space(s, false);
        } else if (style == NODE_DOUBLE_QUOTED && c == '\\') {
            scan_escape(s);
        } else {
            put(s, c, s->at);
            s->at += style == NODE_SINGLE_QUOTED && c == '\'' ? 2 : 1;
        }
    }
}

/* ---- Literal and folded ---------------------------------------------------------- */

struct block {
    uint32_t indent; /* 0: not yet known */
    uint32_t least_indent;
    bool is_stripped, is_kept;
    uint32_t content_end;
};

/* '|' or '>', then a digit and '+' or '-' in either order; then perhaps a comment. */
static void scan_header(struct scan *s, struct block *block, long parent_indent)
{
    const uint32_t parent = parent_indent > 0 ? (uint32_t)parent_indent : 0;

    block->least_indent = parent_indent < 0 ? 1 : parent + 1;
    for (s->at++; s->at < s->end; s->at++) {
        const char c = s->text[s->at];

        if (c == '-')
            block->is_stripped = true;
        else if (c == '+')
            block->is_kept = true;
        else if (c >= '1' && c <= '9')
            block->indent = parent + (uint32_t)(c - '0');
        else
            break;
    }
    block->content_end = s->at;
    while (s->at < s->end && !break_len(s, s->at))
        s->at++;
    s->at += break_len(s, s->at);
}

/* Passes empty lines and the indentation of the next line; returns that one's column.
 * The first text, or the widest empty line before it, sets an indentation not given. */
static uint32_t skip_empty_lines(struct scan *s, struct block *block)
{
    uint32_t line = s->at, widest = 0;

    for (;;) {
        uint32_t len;

        while (s->at < s->end && s->text[s->at] == ' ' &&
               (!block->indent || s->at - line < block->indent))
            s->at++;
        if (s->at - line > widest)
            widest = s->at - line;
        len = break_len(s, s->at);
        if (!len)
            break;
        s->at += len;
        line = s->at;
    }
    if (!block->indent)
        block->indent = widest > block->least_indent ? widest : block->least_indent;
    return s->at - line;
}

/* The line ends of the empty lines in [from, to). */
static size_t put_breaks(struct scan *s, uint32_t from, uint32_t to)
{
    size_t count = 0;

    for (uint32_t at = from, len; at < to; at += len ? len : 1) {
        len = break_len(s, at);
        if (len) {
            put_break(s, at);
            count++;
        }
    }
    return count;
}

static void scan_line(struct scan *s, struct block *block)
{
    const uint32_t start = s->at;
    uint32_t text_end;

    while (s->at < s->end && !break_len(s, s->at))
        s->at++;
    put_bytes(s, start, s->at);
    for (text_end = s->at; text_end > start && is_blank(s->text[text_end - 1]);)
        text_end--;
    if (text_end > start)
        block->content_end = text_end;
}

/* Lines of one indentation. Folding joins two lines unless one of them begins with a
 * blank; empty lines between them replace the line end. */
static uint32_t scan_block(struct scan *s, bool is_folding, long parent_indent)
{
    struct block block = {0};
    uint32_t line_end = 0, empty; /* the end of the line before; empty lines after it */
    bool was_blank = false;

    scan_header(s, &block, parent_indent);
    empty = s->at;
    while (skip_empty_lines(s, &block) == block.indent && s->at < s->end &&
           s->is_same) {
        const bool is_indented = is_blank(s->text[s->at]);
        const bool is_joined = is_folding && line_end && !was_blank && !is_indented &&
                               s->text[line_end] != '\xe2';

        if (line_end && !is_joined)
            put_break(s, line_end);
        if (put_breaks(s, empty, s->at) == 0 && is_joined)
            put(s, ' ', line_end);
        was_blank = is_indented;
        scan_line(s, &block);
        line_end = s->at < s->end ? s->at : 0;
        s->at += break_len(s, s->at);
        empty = s->at;
    }
    if (line_end && !block.is_stripped)
        put_break(s, line_end);
    if (block.is_kept)
        put_breaks(s, empty, s->at);
    return block.content_end;
}

/* ---- The door -------------------------------------------------------------------- */

/* A value whose bytes follow each other in the source is a slice of it. */
static bool take_slice(struct node *node)
{
    const bool is_quoted = node->style != NODE_PLAIN;
    const uint32_t start = node->span.start + is_quoted;
    const uint32_t len = node->span.end - node->span.start - 2u * is_quoted;
    const char *slice = node->span.source->text.p + start;

    if (node->text.len != len || memcmp(slice, node->text.p, len) != 0)
        return false;
    node->text.p = slice;
    node->text_start = start;
    return true;
}

void scalar_locate(struct arena *arena, struct node *node, long parent_indent)
{
    const bool is_block = node->style == NODE_LITERAL || node->style == NODE_FOLDED;
    struct scan scan = {
        .text = node->span.source->text.p,
        .at = node->span.start,
        .end = node->span.end,
        .is_same = true,
    };

    if (!is_block && take_slice(node))
        return;
    node->text.p = str_copy(arena, node->text);
    scan.value = node->text;
    scan.origins = arena_array(arena, uint32_t, node->text.len + 1);
    node->origins = scan.origins;
    if (is_block) {
        node->span.end = scan_block(&scan, node->style == NODE_FOLDED, parent_indent);
        scan.at = scan.len ? scan.origins[scan.len - 1] + 1 : node->span.end;
    } else {
        scan.at += node->style != NODE_PLAIN;
        scan.end -= node->style != NODE_PLAIN;
        scan_words(&scan, node->style);
    }
    if (scan.is_same && scan.len == scan.value.len) {
        scan.origins[scan.len] = scan.at;
        return;
    }
    for (size_t i = 0; i <= node->text.len; i++)
        scan.origins[i] = node->span.start;
}
