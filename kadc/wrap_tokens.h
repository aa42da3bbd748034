/* wrap_tokens.h: a line of C as tokens: which groups they form, and where the line may be
 * broken at what cost. Private to wrap.c and wrap_tokens.c. */
#ifndef KADC_WRAP_TOKENS_H
#define KADC_WRAP_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "wrap.h"

/* Operator precedence, as it orders the groups of an expression. */
enum level {
    LEVEL_NONE,
    LEVEL_COMMA,
    LEVEL_ASSIGN,
    LEVEL_CONDITIONAL,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_BIT_OR,
    LEVEL_BIT_XOR,
    LEVEL_BIT_AND,
    LEVEL_EQUAL,
    LEVEL_RELATION,
    LEVEL_SHIFT = 12,
    LEVEL_ADD,
    LEVEL_MULTIPLY,
    LEVEL_MAX
};

/* How many groups may begin at one token. */
enum { FAKE_MAX = 8 };

enum token_kind {
    TOKEN_WORD,
    TOKEN_STRING,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_ASSIGN,
    TOKEN_BINARY,
    TOKEN_QUESTION,
    TOKEN_COLON,
    TOKEN_MEMBER,
    TOKEN_OTHER /* a unary operator, the star of a pointer, `;` */
};

struct token {
    struct str text;
    enum token_kind kind;
    bool has_space; /* before it */
    unsigned width;
    enum level level;
    unsigned strength; /* brackets around it */
    bool is_name;      /* declared here */
    bool can_break;    /* before it */
    unsigned penalty;
    size_t match; /* of an opening bracket: the closing one */
    /* Groups that begin here, innermost first, and how many end after it. */
    enum level fake[FAKE_MAX];
    unsigned fake_count;
    unsigned fake_end_count;
    bool starts_binary, ends_binary;
    unsigned operator_index;
    bool has_next_operator;
};

struct token_line {
    struct arena *arena;
    enum wrap_kind kind;
    struct token *tokens;
    size_t token_count;
    size_t at; /* of the parser of expressions */
};

/* Splits a line; `depth`: braces of initializers around it. */
void tokens_read(struct token_line *line, struct str text, unsigned depth);

bool is_star(const struct token *token);
/* The name of the function that a signature declares. */
bool is_function_name(const struct token_line *line, size_t at);

#endif
