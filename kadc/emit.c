/* emit.c: the text of generated C, line by line. Breaks inside a line are wrap.c's.
 *
 * Keeps the invariants of emit.h by one function that starts every line (start_line). */
#include "emit.h"

#include <stdarg.h>
#include <string.h>

#include "wrap.h"

enum {
    COMMENT_ROOM = 3, /* for the comment's end behind its last line */
    BRACE_ROOM = 2,
    ESCAPE_BYTES_MAX = 4,
    SEGMENT_BYTES = 64,
    PART_ROOM = 4000,                  /* for the line that completes a part */
    PART_BYTES = (1 << 16) - PART_ROOM /* one that has so many is complete */
};

/* The text is that of the line buffer: it stays until the next one is formatted. */
static struct str format_text_of(struct emit *e, const char *format, va_list args)
{
    e->line.len = 0;
    buf_vprintf(&e->line, format, args);
    return buf_str(&e->line);
}

#define FORMAT(e, format, text)                                                        \
    struct str text;                                                                   \
    do {                                                                               \
        va_list args_;                                                                 \
        va_start(args_, format);                                                       \
        (text) = format_text_of((e), (format), args_);                                 \
        va_end(args_);                                                                 \
    } while (0)

void emit_init(struct emit *e, struct arena *arena)
{
    *e = (struct emit){.arena = arena};
    buf_init(&e->text, arena);
    buf_init(&e->line, arena);
    buf_init(&e->flat, arena);
    buf_init(&e->comment, arena);
}

void emit_start_body(struct emit *e)
{
    e->parts.count = 0;
    e->text.len = 0;
    e->indent = WRAP_INDENT;
    e->wants_blank = false;
    e->is_at_open = false;
}

/* ---- Parts ---------------------------------------------------------------------------- */

static bool is_empty(const struct emit *e)
{
    return !e->text.len && !e->parts.count;
}

static void end_part(struct emit *e)
{
    vec_push(e->arena, &e->parts, buf_str(&e->text));
    buf_init(&e->text, e->arena);
}

/* Between two lines. */
static void end_full_part(struct emit *e)
{
    if (e->text.len < PART_BYTES)
        return;
    end_part(e);
    buf_reserve(&e->text, PART_BYTES + PART_ROOM - 1);
}

struct emit_parts emit_parts(struct emit *e)
{
    if (e->text.len)
        end_part(e);
    return e->parts;
}

struct str emit_text(const struct emit *e)
{
    struct buf whole;

    if (!e->parts.count)
        return buf_str(&e->text);
    buf_init(&whole, e->arena);
    for (size_t i = 0; i < e->parts.count; i++)
        buf_add(&whole, e->parts.items[i]);
    buf_add(&whole, buf_str(&e->text));
    return buf_str(&whole);
}

static void start_line(struct emit *e)
{
    if (e->wants_blank && !e->is_at_open && !is_empty(e))
        buf_add_char(&e->text, '\n');
    e->wants_blank = false;
    e->is_at_open = false;
    end_full_part(e);
}

void emit_append(struct emit *e, const struct emit *other)
{
    if (is_empty(other))
        return;
    start_line(e);
    for (size_t i = 0; i < other->parts.count; i++)
        buf_add(&e->text, other->parts.items[i]);
    buf_add(&e->text, buf_str(&other->text));
}

void emit_take(struct emit *e, struct emit *other)
{
    const struct emit_parts parts = emit_parts(other);

    if (!parts.count)
        return;
    start_line(e);
    end_part(e);
    for (size_t i = 0; i < parts.count; i++)
        vec_push(e->arena, &e->parts, parts.items[i]);
}

/* ---- Lines ---------------------------------------------------------------------------- */

static void add_line(struct emit *e, struct str text, enum wrap_kind kind,
                     unsigned room)
{
    start_line(e);
    wrap_line(&e->text, text, kind, e->indent, room, e->list_depth);
}

static enum wrap_kind kind_here(const struct emit *e)
{
    return e->list_depth ? WRAP_ELEMENT : WRAP_STATEMENT;
}

static void end_line(struct emit *e)
{
    buf_add_char(&e->text, '\n');
}

void emit_line(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    add_line(e, text, kind_here(e), 0);
    end_line(e);
}

void emit_nested(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    e->indent += WRAP_INDENT;
    add_line(e, text, kind_here(e), 0);
    e->indent -= WRAP_INDENT;
    end_line(e);
}

void emit_directive(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    start_line(e);
    buf_add(&e->text, text);
    end_line(e);
}

void emit_blank(struct emit *e)
{
    e->wants_blank = true;
}

bool emit_fits(const struct emit *e, size_t len)
{
    return e->indent + len <= WRAP_COLUMNS;
}

/* ---- Braces --------------------------------------------------------------------------- */

/* What follows is indented by `columns`; the brace that ends it by `close_columns`. */
static void open_brace(struct emit *e, unsigned columns, unsigned close_columns)
{
    const struct emit_brace brace = {e->indent + close_columns, e->indent};

    vec_push(e->arena, &e->braces, brace);
    buf_add_char(&e->text, '\n');
    e->indent += columns;
    e->is_at_open = true;
}

/* Columns before the first character of the last line. */
static unsigned last_indent(struct str text)
{
    size_t start = text.len, end;

    while (start > 0 && text.p[start - 1] != '\n')
        start--;
    for (end = start; end < text.len && text.p[end] == ' ';)
        end++;
    return (unsigned)(end - start);
}

/* Of the line buffer. An initializer whose declaration takes several lines is indented from
 * the last of them. */
static void open_initializer(struct emit *e)
{
    unsigned further;

    buf_add(&e->line, S(" {"));
    add_line(e, buf_str(&e->line), WRAP_STATEMENT, 0);
    further = last_indent(buf_str(&e->text)) - e->indent;
    open_brace(e, further + WRAP_INDENT, e->indent > 0 ? further : 0);
    e->list_depth = 1;
}

void emit_open(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    if (!e->list_depth && str_ends_with(text, S("="))) {
        open_initializer(e);
        return;
    }
    add_line(e, text, kind_here(e), text.len ? BRACE_ROOM : 0);
    buf_add(&e->text, text.len ? S(" {") : S("{"));
    open_brace(e, WRAP_INDENT, 0);
    e->list_depth += e->list_depth > 0;
}

void emit_close(struct emit *e, const char *end)
{
    const struct emit_brace brace = e->braces.items[--e->braces.count];

    e->indent = brace.outer_indent;
    e->list_depth -= e->list_depth > 0;
    e->wants_blank = false;
    e->is_at_open = false;
    buf_fill(&e->text, ' ', brace.close_indent);
    buf_printf(&e->text, "}%s\n", end);
}

void emit_function(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    add_line(e, text, WRAP_SIGNATURE, 0);
    buf_add(&e->text, S("\n{"));
    open_brace(e, WRAP_INDENT, 0);
}

void emit_prototype(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    add_line(e, text, WRAP_SIGNATURE, 0);
    end_line(e);
}

/* ---- Cases and conditions -------------------------------------------------------------- */

/* Labels stand one level further left than what they label. */
static void add_case(struct emit *e, const char *label)
{
    struct buf text;

    e->indent -= WRAP_INDENT;
    if (emit_fits(e, sizeof("case :") - 1 + strlen(label))) {
        start_line(e);
        buf_fill(&e->text, ' ', e->indent);
        buf_printf(&e->text, "case %s:", label);
    } else {
        buf_init(&text, e->arena);
        buf_printf(&text, "case %s:", label);
        add_line(e, buf_str(&text), WRAP_STATEMENT, 0);
    }
    e->indent += WRAP_INDENT;
}

void emit_case(struct emit *e, const char *label)
{
    add_case(e, label);
    end_line(e);
}

void emit_case_at(struct emit *e, const char *label, const char *place)
{
    add_case(e, label);
    buf_printf(&e->text, " /* %s */\n", place);
}

void emit_case_line(struct emit *e, const char *label, const char *format, ...)
{
    FORMAT(e, format, text);
    const size_t len = sizeof("case : ") - 1 + str_of(label).len + text.len;

    add_case(e, label);
    if (e->indent - WRAP_INDENT + len <= WRAP_COLUMNS) {
        buf_printf(&e->text, " %.*s", STR(text));
    } else {
        end_line(e);
        add_line(e, text, WRAP_STATEMENT, 0);
    }
    end_line(e);
}

void emit_default_line(struct emit *e, const char *statement)
{
    e->indent -= WRAP_INDENT;
    emit_line(e, "default: %s", statement);
    e->indent += WRAP_INDENT;
}

void emit_if(struct emit *e, const char *condition)
{
    e->line.len = 0;
    buf_printf(&e->line, "if (%s)", condition);
    add_line(e, buf_str(&e->line), WRAP_STATEMENT, 0);
    end_line(e);
}

void emit_open_if(struct emit *e, const char *condition)
{
    emit_open(e, "if (%s)", condition);
}

/* ---- Comments ------------------------------------------------------------------------- */

/* Without what begins or ends a comment, and without trigraphs. Until the next one. */
static struct str defuse(struct emit *e, struct str text)
{
    struct buf *safe = &e->flat;
    char last = '\0';

    safe->len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.p[i] == '\n' || text.p[i] == '\t' ? ' ' : text.p[i];

        if ((last == '*' && c == '/') || (last == '/' && c == '*') ||
            (last == '?' && c == '?'))
            buf_add_char(safe, ' ');
        if ((unsigned char)c < ' ')
            continue;
        buf_add_char(safe, c);
        last = c;
    }
    return buf_str(safe);
}

static void add_comment_line(struct emit *e, struct str line)
{
    if (e->has_comment)
        buf_add_char(&e->comment, '\n');
    e->has_comment = true;
    buf_add(&e->comment, line);
}

void emit_comment_line(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    add_comment_line(e, defuse(e, text));
}

void emit_comment_blank(struct emit *e)
{
    if (e->has_comment)
        add_comment_line(e, S(""));
}

/* The part of `text` that fills one line, at least a word. */
static size_t line_len(struct str text, size_t columns)
{
    size_t end = 0;

    for (size_t i = 1; i <= text.len; i++) {
        const bool is_break = i == text.len || text.p[i] == ' ';

        if (is_break && end && str_utf8_count(str_part(text, 0, i)) > columns)
            break;
        if (is_break)
            end = i;
    }
    return end;
}

static void add_paragraph(struct emit *e, struct str text)
{
    const size_t columns = WRAP_COLUMNS - COMMENT_ROOM - COMMENT_ROOM - e->indent;

    text = str_trim(defuse(e, text));
    while (text.len) {
        const size_t len = line_len(text, columns);

        add_comment_line(e, str_part(text, 0, len));
        text = str_trim(str_part(text, len, text.len));
    }
}

void emit_comment_text(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    add_paragraph(e, text);
}

void emit_comment_end(struct emit *e)
{
    struct str rest = buf_str(&e->comment);
    const char *start = "/*";

    start_line(e);
    while (e->has_comment) {
        const struct str line = str_part(rest, 0, str_find(rest, S("\n")));

        e->has_comment = line.len < rest.len;
        rest = str_part(rest, line.len + 1, rest.len);
        buf_fill(&e->text, ' ', e->indent);
        buf_printf(&e->text, "%s%s%.*s%s\n", start, line.len ? " " : "", STR(line),
                   e->has_comment ? "" : " */");
        start = " *";
    }
    e->comment.len = 0;
}

void emit_comment(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    add_paragraph(e, text);
    emit_comment_end(e);
}

/* ---- Text constants ------------------------------------------------------------------- */

/* Writes a character as it stands in a constant; the number of bytes. */
static size_t write_escaped(char *out, char c, char before)
{
    const unsigned char byte = (unsigned char)c;
    const bool is_control = byte < ' ' || byte == 0x7f;

    if (!is_control && c != '"' && c != '\\' && (c != '?' || before != '?')) {
        *out = c;
        return 1;
    }
    *out++ = '\\';
    if (is_control && c != '\n' && c != '\t') {
        *out++ = (char)('0' + byte / 64);
        *out++ = (char)('0' + byte / 8 % 8);
        *out = (char)('0' + byte % 8);
        return ESCAPE_BYTES_MAX;
    }
    *out = c;
    if (c == '\n')
        *out = 'n';
    else if (c == '\t')
        *out = 't';
    return 2;
}

const char *emit_quote(struct arena *arena, struct str text)
{
    char *quoted = arena_array(arena, char, text.len *ESCAPE_BYTES_MAX + 3);
    char *end = quoted;

    *end++ = '"';
    for (size_t i = 0; i < text.len; i++)
        end += write_escaped(end, text.p[i], i ? text.p[i - 1] : '\0');
    *end = '"';
    return quoted;
}

/* The quote that begins a line of a constant. */
static void start_piece(struct emit *e)
{
    end_full_part(e);
    buf_fill(&e->text, ' ', e->indent + WRAP_INDENT);
    buf_add_char(&e->text, '"');
    e->piece_start = e->text.len;
    e->piece_end = 0;
}

/* Ends the line, and begins another, behind the last place that allows it. */
static void end_piece(struct emit *e)
{
    e->line.len = 0;
    buf_add(&e->line, str_part(buf_str(&e->text), e->piece_end, e->text.len));
    e->text.len = e->piece_end;
    buf_add(&e->text, S("\"\n"));
    start_piece(e);
    buf_add(&e->text, buf_str(&e->line));
}

/* Here a line may end. It does earlier if it would be too long. */
static void may_end_piece(struct emit *e)
{
    const size_t columns = WRAP_COLUMNS - WRAP_INDENT - 1 - e->indent - 2;
    const struct str piece = str_part(buf_str(&e->text), e->piece_start, e->text.len);

    if (e->piece_end && piece.len > columns &&
        (!e->is_piece_wide || str_utf8_count(piece) > columns))
        end_piece(e);
    e->piece_end = e->text.len;
}

void emit_open_text(struct emit *e, const char *declaration)
{
    start_line(e);
    buf_fill(&e->text, ' ', e->indent);
    buf_printf(&e->text, "%s =\n", declaration);
    e->last = '\0';
    e->is_piece_wide = false;
    start_piece(e);
}

/* Writes up to a place where a line may end; the bytes that this takes. */
static size_t add_segment(struct emit *e, struct str text)
{
    const size_t max = text.len < SEGMENT_BYTES ? text.len : SEGMENT_BYTES;
    char last = e->last, *out;
    unsigned wide = 0;
    size_t len = 0;

    buf_reserve(&e->text, max * ESCAPE_BYTES_MAX);
    out = e->text.p + e->text.len;
    do {
        const char c = text.p[len++];

        out += write_escaped(out, c, last);
        wide |= (unsigned char)c;
        last = c;
    } while (len < max && last != ',' && last != ' ');
    e->text.len = (size_t)(out - e->text.p);
    e->is_piece_wide |= wide >= 0x80;
    e->last = last;
    return len;
}

/* A line for each object of a list reads best. */
void emit_add_text(struct emit *e, struct str text)
{
    while (text.len) {
        if (text.p[0] == '{' && e->last == ',')
            end_piece(e);
        text = str_part(text, add_segment(e, text), text.len);
        if (e->last == ',' || e->last == ' ')
            may_end_piece(e);
    }
}

void emit_close_text(struct emit *e)
{
    may_end_piece(e);
    buf_add(&e->text, S("\";\n"));
}

void emit_text_constant(struct emit *e, const char *declaration, struct str text)
{
    const char *quoted = emit_quote(e->arena, text);

    if (emit_fits(e, strlen(declaration) + sizeof(" = ;") - 1 + strlen(quoted))) {
        emit_line(e, "%s = %s;", declaration, quoted);
        return;
    }
    emit_open_text(e, declaration);
    emit_add_text(e, text);
    emit_close_text(e);
}
