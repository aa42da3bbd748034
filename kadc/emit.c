/* emit.c: the text of generated C, line by line. Breaks inside a line are wrap.c's.
 *
 * Keeps the invariants of emit.h by one function that starts every line (start_line). */
#include "emit.h"

#include <stdarg.h>

#include "wrap.h"

enum {
    COMMENT_ROOM = 3, /* for the comment's end behind its last line */
    BRACE_ROOM = 2
};

static struct str format_text(struct emit *e, const char *format, va_list args)
{
    return str_of(arena_vprintf(e->arena, format, args));
}

#define FORMAT(e, format, text)                                                        \
    struct str text;                                                                   \
    do {                                                                               \
        va_list args_;                                                                 \
        va_start(args_, format);                                                       \
        (text) = format_text((e), (format), args_);                                    \
        va_end(args_);                                                                 \
    } while (0)

void emit_init(struct emit *e, struct arena *arena)
{
    *e = (struct emit){.arena = arena};
    buf_init(&e->text, arena);
}

void emit_init_body(struct emit *e, struct arena *arena)
{
    emit_init(e, arena);
    e->indent = WRAP_INDENT;
}

struct str emit_text(const struct emit *e)
{
    return buf_str(&e->text);
}

/* ---- Lines ---------------------------------------------------------------------------- */

static void start_line(struct emit *e)
{
    if (e->wants_blank && !e->is_at_open && e->text.len)
        buf_add_char(&e->text, '\n');
    e->wants_blank = false;
    e->is_at_open = false;
}

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

void emit_append(struct emit *e, const struct emit *other)
{
    if (!other->text.len)
        return;
    start_line(e);
    buf_add(&e->text, emit_text(other));
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

/* An initializer whose declaration takes several lines is indented from the last of them. */
static void open_initializer(struct emit *e, struct str text)
{
    unsigned further;

    start_line(e);
    wrap_line(&e->text, str_printf(e->arena, "%.*s {", STR(text)), WRAP_STATEMENT,
              e->indent, 0, 0);
    further = last_indent(emit_text(e)) - e->indent;
    open_brace(e, further + WRAP_INDENT, e->indent > 0 ? further : 0);
    e->list_depth = 1;
}

void emit_open(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    if (!e->list_depth && str_ends_with(text, S("="))) {
        open_initializer(e, text);
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
    e->indent -= WRAP_INDENT;
    add_line(e, str_printf(e->arena, "case %s:", label), WRAP_STATEMENT, 0);
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

void emit_if(struct emit *e, const char *condition)
{
    add_line(e, str_printf(e->arena, "if (%s)", condition), WRAP_STATEMENT, 0);
    end_line(e);
}

void emit_open_if(struct emit *e, const char *condition)
{
    emit_open(e, "if (%s)", condition);
}

/* ---- Comments ------------------------------------------------------------------------- */

/* Without what begins or ends a comment, and without trigraphs. */
static struct str defuse(struct emit *e, struct str text)
{
    struct buf safe;

    buf_init(&safe, e->arena);
    for (size_t i = 0; i < text.len; i++) {
        const char last = safe.len ? safe.p[safe.len - 1] : '\0';
        const char c = text.p[i] == '\n' || text.p[i] == '\t' ? ' ' : text.p[i];

        if ((last == '*' && c == '/') || (last == '/' && c == '*') ||
            (last == '?' && c == '?'))
            buf_add_char(&safe, ' ');
        if ((unsigned char)c >= ' ')
            buf_add_char(&safe, c);
    }
    return buf_str(&safe);
}

void emit_comment_line(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    vec_push(e->arena, &e->comment, defuse(e, text));
}

void emit_comment_blank(struct emit *e)
{
    if (e->comment.count)
        vec_push(e->arena, &e->comment, S(""));
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

        vec_push(e->arena, &e->comment, str_part(text, 0, len));
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
    start_line(e);
    for (size_t i = 0; i < e->comment.count; i++) {
        const struct str line = e->comment.items[i];

        buf_fill(&e->text, ' ', e->indent);
        buf_printf(&e->text, "%s%s%.*s%s\n", i ? " *" : "/*", line.len ? " " : "",
                   STR(line), i + 1 == e->comment.count ? " */" : "");
    }
    e->comment.count = 0;
}

void emit_comment(struct emit *e, const char *format, ...)
{
    FORMAT(e, format, text);
    add_paragraph(e, text);
    emit_comment_end(e);
}

/* ---- Text constants ------------------------------------------------------------------- */

static void add_escaped(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.p[i];

        if (c == '\n')
            buf_add(out, S("\\n"));
        else if (c == '\t')
            buf_add(out, S("\\t"));
        else if (c == '"' || c == '\\' || (c == '?' && i && text.p[i - 1] == '?'))
            buf_printf(out, "\\%c", c);
        else if (c < ' ' || c == 0x7f)
            buf_printf(out, "\\%03o", c);
        else
            buf_add_char(out, (char)c);
    }
}

const char *emit_quote(struct arena *arena, struct str text)
{
    struct buf out;

    buf_init(&out, arena);
    buf_add_char(&out, '"');
    add_escaped(&out, text);
    buf_add_char(&out, '"');
    return out.p;
}

/* Whether a line may end before byte `at`, and whether it has to: a line for each object of
 * a list reads best. */
static bool may_end(struct str text, size_t at)
{
    return at == text.len || text.p[at - 1] == ',' || text.p[at - 1] == ' ';
}

static bool must_end(struct str text, size_t at)
{
    return str_starts_with(str_part(text, at - 1, text.len), S(",{"));
}

/* The next piece of a text constant, quoted, that fits into a line. */
static const char *next_piece(struct emit *e, struct str *text, size_t columns)
{
    const char *piece = NULL;
    size_t piece_len = 0;

    for (size_t i = 1; i <= text->len && !(piece && must_end(*text, piece_len)); i++) {
        const char *quoted;

        if (!may_end(*text, i))
            continue;
        quoted = emit_quote(e->arena, str_part(*text, 0, i));
        if (piece && str_utf8_count(str_of(quoted)) > columns)
            break;
        piece = quoted;
        piece_len = i;
    }
    *text = str_part(*text, piece_len, text->len);
    return piece;
}

void emit_text_constant(struct emit *e, const char *declaration, struct str text)
{
    const size_t columns = WRAP_COLUMNS - WRAP_INDENT - 1 - e->indent;

    if (emit_fits(
            e, str_printf(e->arena, "%s = %s;", declaration, emit_quote(e->arena, text))
                   .len)) {
        emit_line(e, "%s = %s;", declaration, emit_quote(e->arena, text));
        return;
    }
    start_line(e);
    buf_fill(&e->text, ' ', e->indent);
    buf_printf(&e->text, "%s =", declaration);
    while (text.len) {
        const char *piece = next_piece(e, &text, columns);

        end_line(e);
        buf_fill(&e->text, ' ', e->indent + WRAP_INDENT);
        buf_add(&e->text, str_of(piece));
    }
    buf_add(&e->text, S(";\n"));
}
