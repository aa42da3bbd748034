/* expr_lex.h: the tokens of expressions, and what is inside text. Private to the
 * parser. */
#ifndef KADC_EXPR_LEX_H
#define KADC_EXPR_LEX_H

#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

enum token_kind {
    TOKEN_END,   /* of the text */
    TOKEN_CLOSE, /* }} */
    TOKEN_NAME,
    TOKEN_TEXT, /* with its quotes */
    TOKEN_INTEGER,
    TOKEN_NUMBER,
    TOKEN_DOT,
    TOKEN_COMMA,
    TOKEN_COLON,
    TOKEN_QUESTION,
    TOKEN_PAREN_OPEN,
    TOKEN_PAREN_CLOSE,
    TOKEN_BRACKET_OPEN,
    TOKEN_BRACKET_CLOSE,
    TOKEN_NOT,
    TOKEN_COALESCE,
    TOKEN_OR,
    TOKEN_AND,
    TOKEN_EQUAL,
    TOKEN_UNEQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_STAR,
    TOKEN_SLASH,
    TOKEN_PERCENT,
    TOKEN_BAD_NUMBER, /* 12abc, 1.2.3 */
    TOKEN_OPEN_TEXT,  /* a quote that nothing closes */
    TOKEN_BAD         /* a character that means nothing here */
};

/* Bytes [from, to) of the text. */
struct token {
    enum token_kind kind;
    size_t from;
    size_t to;
};

/* The token at `at` or after the white space there. `text` is UTF-8, has `len` bytes
 * and a NUL after them. */
struct token expr_lex(const char *text, size_t len, size_t at);

/* expr_escape.c: adds the character that the escape of `raw` at `at` (a backslash)
 * stands for. Returns how many bytes the escape has, 0: there is no such escape. */
size_t expr_escape(struct buf *out, struct str raw, size_t at);

#endif
