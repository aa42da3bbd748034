/* emit.h: how generated C looks: indentation, line breaks, escapes, blank lines.
 *
 * Callers say one declaration, statement or label at a time, as flat text without leading
 * blanks or line ends; what does not fit into 88 columns is broken where clang-format would
 * break it. Braces open and close explicitly.
 *
 *     emit_function(e, "static enum step step_%s(struct kad_run *run)", name);
 *     emit_open(e, "const struct %s in =", type);
 *     emit_line(e, ".feature = f->trigger.feature,");
 *     emit_close(e, ";");
 *     emit_close(e, "");
 *
 * Invariants: (1) clang-format leaves the text unchanged; (2) at most one blank line, none
 * after a brace that opens or before one that closes. */
#ifndef KADC_EMIT_H
#define KADC_EMIT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"

/* Where a brace that is open ends, and what stands further left after it. */
struct emit_brace {
    unsigned close_indent;
    unsigned outer_indent;
};

/* A long text: parts that follow one another. */
struct emit_parts {
    struct str *items;
    size_t count;
    size_t capacity;
};

struct emit {
    struct arena *arena;
    struct emit_parts parts; /* of whole lines */
    struct buf text;         /* what follows them */
    struct buf line;         /* the latest that was formatted */
    struct buf flat;         /* what is laid out or defused now */
    unsigned indent;         /* columns */
    unsigned list_depth;     /* initializers that are open */
    VEC(struct emit_brace) braces;
    bool wants_blank;
    bool is_at_open;    /* nothing since a brace was opened */
    struct buf comment; /* lines of the comment that is open */
    bool has_comment;
    /* Of the text constant that is open: */
    size_t piece_start; /* of its last line, behind the quote */
    size_t piece_end;   /* where it may end; 0: nowhere */
    char last;          /* character */
    bool is_piece_wide; /* it may have characters of several bytes */
};

#define EMIT_PRINTF(text, args) __attribute__((format(printf, text, args)))

void emit_init(struct emit *e, struct arena *arena);
/* Forgets its text, and goes on with the body of a function, which another emitter appends. */
void emit_start_body(struct emit *e);
/* All of it: as one text; as it is. */
struct str emit_text(const struct emit *e);
struct emit_parts emit_parts(struct emit *e);

/* One declaration, statement, enumerator or member, with its `;` or `,`. */
void emit_line(struct emit *e, const char *format, ...) EMIT_PRINTF(2, 3);
/* The same with ` {` at its end; what follows is indented. After `=`, and inside that, the
 * braces are those of an initializer. An empty text is a brace alone. */
void emit_open(struct emit *e, const char *format, ...) EMIT_PRINTF(2, 3);
/* `}` and what follows it: "", ";", ",". */
void emit_close(struct emit *e, const char *end);

/* `DECLARATION = {items};`, with a comma after each item if it takes several lines. */
void emit_list(struct emit *e, const char *declaration, const struct str *items,
               size_t count);

/* A function's head, whose brace stands on a line of its own; and a prototype with `;`. */
void emit_function(struct emit *e, const char *format, ...) EMIT_PRINTF(2, 3);
void emit_prototype(struct emit *e, const char *format, ...) EMIT_PRINTF(2, 3);

/* `case LABEL:`; with its place as a comment; with its only statement. */
void emit_case(struct emit *e, const char *label);
void emit_case_at(struct emit *e, const char *label, const char *place);
void emit_case_line(struct emit *e, const char *label, const char *format, ...)
    EMIT_PRINTF(3, 4);
/* `default: STATEMENT`, a short one. */
void emit_default_line(struct emit *e, const char *statement);
/* `if (CONDITION)`, for a statement (emit_nested) or a block (emit_open_if). */
void emit_if(struct emit *e, const char *condition);
void emit_open_if(struct emit *e, const char *condition);
void emit_nested(struct emit *e, const char *format, ...) EMIT_PRINTF(2, 3);
/* Whether a line of so many bytes would need no break. */
bool emit_fits(const struct emit *e, size_t len);

/* A blank line before what comes next. */
void emit_blank(struct emit *e);

/* Text that is broken at blanks to fit. What would end the comment is defused. */
void emit_comment(struct emit *e, const char *format, ...) EMIT_PRINTF(2, 3);

/* A comment of several paragraphs; lines of a drawing stay as they are. */
void emit_comment_text(struct emit *e, const char *format, ...) EMIT_PRINTF(2, 3);
void emit_comment_line(struct emit *e, const char *format, ...) EMIT_PRINTF(2, 3);
void emit_comment_blank(struct emit *e);
void emit_comment_end(struct emit *e);

/* `#include "PATH"` and other lines that are never broken. */
void emit_directive(struct emit *e, const char *format, ...) EMIT_PRINTF(2, 3);

/* `DECLARATION = "...";` over as many lines as the text needs. */
void emit_text_constant(struct emit *e, const char *declaration, struct str text);
/* The same, of several texts, when they are together too long for one line. */
void emit_open_text(struct emit *e, const char *declaration);
void emit_add_text(struct emit *e, struct str text);
void emit_close_text(struct emit *e);

/* What another emitter has collected, as it is: a copy; or the text itself, which may be long
 * and is in the arena of both. */
void emit_append(struct emit *e, const struct emit *other);
void emit_take(struct emit *e, struct emit *other);

/* A C string literal. */
const char *emit_quote(struct arena *arena, struct str text);

#endif
