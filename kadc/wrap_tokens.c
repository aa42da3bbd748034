/* wrap_tokens.c: what clang-format knows of a line before it breaks it.
 *
 * Operators of the same precedence and their operands are a group, as brackets are, so that
 * lines of one group can be aligned. A break costs by its kind and by the brackets around. */
#include "wrap_tokens.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "base/vec.h"

enum penalty {
    PENALTY_NESTING = 20, /* for each bracket around the break */
    PENALTY_COMMA = 1,
    PENALTY_ASSIGN = 2,
    PENALTY_OPEN = 19,
    PENALTY_OPEN_SIGNATURE = 100,
    PENALTY_OPEN_IF = 1000,
    PENALTY_RETURN_TYPE = 60,
    PENALTY_NAME = 200,
    PENALTY_POINTER = 190,
    PENALTY_MEMBER = 150,
    PENALTY_BRACE = 160,
    PENALTY_TAG = 5000
};

/* ---- Tokens --------------------------------------------------------------------------- */

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t string_len(struct str text)
{
    size_t i = 1;

    while (i < text.len && text.p[i] != text.p[0])
        i += text.p[i] == '\\' ? 2 : 1;
    return i + 1;
}

static size_t word_len(struct str text)
{
    size_t i = 0;

    while (i < text.len &&
           (is_word_char(text.p[i]) ||
            (text.p[i] == '.' && isdigit((unsigned char)text.p[0])) ||
            ((text.p[i] == '-' || text.p[i] == '+') && i &&
             isdigit((unsigned char)text.p[0]) && tolower(text.p[i - 1]) == 'e')))
        i++;
    return i;
}

static size_t operator_len(struct str text)
{
    static const char *const operators[] = {
        "->", "&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "++", "--"};

    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (str_starts_with(text, str_of(operators[i])))
            return 2;
    return 1;
}

static enum level binary_level(struct str text)
{
    static const struct {
        const char *text;
        enum level level;
    } levels[] = {
        {"||", LEVEL_OR},      {"&&", LEVEL_AND},      {"|", LEVEL_BIT_OR},
        {"^", LEVEL_BIT_XOR},  {"&", LEVEL_BIT_AND},   {"==", LEVEL_EQUAL},
        {"!=", LEVEL_EQUAL},   {"<", LEVEL_RELATION},  {"<=", LEVEL_RELATION},
        {">", LEVEL_RELATION}, {">=", LEVEL_RELATION}, {"<<", LEVEL_SHIFT},
        {">>", LEVEL_SHIFT},   {"+", LEVEL_ADD},       {"-", LEVEL_ADD},
        {"*", LEVEL_MULTIPLY}, {"/", LEVEL_MULTIPLY},  {"%", LEVEL_MULTIPLY},
    };

    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        if (str_is(text, levels[i].text))
            return levels[i].level;
    return LEVEL_NONE;
}

/* A binary operator has a blank on both sides, a unary one or a pointer's star has not. */
static void classify(struct token *token, bool is_spaced, bool is_designator)
{
    const char c = token->text.p[0];

    token->kind = TOKEN_OTHER;
    if (strchr("([{", c)) {
        token->kind = TOKEN_OPEN;
    } else if (strchr(")]}", c)) {
        token->kind = TOKEN_CLOSE;
    } else if (c == ',') {
        token->kind = TOKEN_COMMA;
        token->level = LEVEL_COMMA;
    } else if (str_is(token->text, "=")) {
        token->kind = TOKEN_ASSIGN;
        token->level = LEVEL_ASSIGN;
    } else if (c == '?' || (c == ':' && is_spaced)) {
        token->kind = c == '?' ? TOKEN_QUESTION : TOKEN_COLON;
        token->level = LEVEL_CONDITIONAL;
    } else if (str_is(token->text, "->") || (c == '.' && !is_designator)) {
        token->kind = TOKEN_MEMBER;
    } else if (is_spaced && binary_level(token->text)) {
        token->kind = TOKEN_BINARY;
        token->level = binary_level(token->text);
    }
}

/* Whether a dot here stands before a member's name in an initializer. */
static bool begins_designator(const struct token_line *line)
{
    const struct token *before =
        line->token_count ? &line->tokens[line->token_count - 1] : NULL;

    return !before || before->kind == TOKEN_COMMA || str_is(before->text, "{");
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

static size_t token_len(struct str text)
{
    if (is_quote(text.p[0]))
        return string_len(text);
    return is_word_char(text.p[0]) ? word_len(text) : operator_len(text);
}

static size_t count_tokens(struct str text)
{
    size_t count = 0;

    for (size_t at = 0; at < text.len;) {
        const bool is_space = text.p[at] == ' ';

        count += !is_space;
        at += is_space ? 1 : token_len(str_part(text, at, text.len));
    }
    return count;
}

static void tokenize(struct token_line *line, struct str text)
{
    size_t at = 0;

    line->tokens = arena_array(line->arena, struct token, count_tokens(text) + 1);
    while (at < text.len) {
        struct token *token = &line->tokens[line->token_count];
        struct str rest = str_part(text, at, text.len);

        if (rest.p[0] == ' ') {
            token->has_space = true;
            at++;
            continue;
        }
        if (is_quote(rest.p[0]))
            token->kind = TOKEN_STRING;
        token->text = str_part(rest, 0, token_len(rest));
        token->width = (unsigned)str_utf8_count(token->text);
        at += token->text.len;
        if (token->kind != TOKEN_STRING && !is_word_char(rest.p[0]))
            classify(token, token->has_space && at < text.len && text.p[at] == ' ',
                     begins_designator(line));
        line->token_count++;
    }
}

static const struct token *token_before(const struct token_line *line, size_t at)
{
    return at ? &line->tokens[at - 1] : NULL;
}

/* Counts the brackets round each token, and finds their partners. */
static void match_brackets(struct token_line *line, unsigned depth)
{
    VEC(size_t) open = {0};

    for (size_t i = 0; i < line->token_count; i++) {
        struct token *token = &line->tokens[i];

        token->strength = depth + 1 + (unsigned)open.count;
        if (token->kind == TOKEN_OPEN) {
            vec_push(line->arena, &open, i);
        } else if (token->kind == TOKEN_CLOSE && open.count) {
            line->tokens[open.items[--open.count]].match = i;
        }
    }
}

/* ---- Groups of operators -------------------------------------------------------------- */

static void group_add(struct token_line *line, size_t from, enum level level)
{
    struct token *first = &line->tokens[from];

    assert(line->at > 0);
    if (first->fake_count < FAKE_MAX) {
        first->fake[first->fake_count++] = level;
        line->tokens[line->at - 1].fake_end_count++;
    }
    if (level > LEVEL_COMMA) {
        first->starts_binary = true;
        line->tokens[line->at - 1].ends_binary = true;
    }
}

static void parse_level(struct token_line *line, int level);

static void parse_conditional(struct token_line *line)
{
    const size_t from = line->at;

    parse_level(line, LEVEL_OR);
    if (line->at >= line->token_count || line->tokens[line->at].kind != TOKEN_QUESTION)
        return;
    line->at++;
    parse_level(line, LEVEL_ASSIGN);
    if (line->at >= line->token_count || line->tokens[line->at].kind != TOKEN_COLON)
        return;
    line->at++;
    parse_level(line, LEVEL_ASSIGN);
    group_add(line, from, LEVEL_CONDITIONAL);
}

static void parse_bracket(struct token_line *line)
{
    line->at++;
    while (line->at < line->token_count && line->tokens[line->at].kind != TOKEN_CLOSE)
        parse_level(line, LEVEL_COMMA);
    line->at++;
}

static bool ends_level(const struct token *token, int level)
{
    if (token->kind == TOKEN_CLOSE || str_is(token->text, ";"))
        return true;
    return token->level && (int)token->level < level;
}

/* Operands of the operators of one level, each of higher levels. */
static void parse_level(struct token_line *line, int level)
{
    struct token *latest = NULL;
    unsigned index = 0;
    size_t from;

    if (level == LEVEL_CONDITIONAL) {
        parse_conditional(line);
        return;
    }
    while (level == LEVEL_COMMA && line->at < line->token_count &&
           str_is(line->tokens[line->at].text, "return"))
        line->at++;
    from = line->at;
    while (line->at < line->token_count) {
        struct token *token;

        if (level < LEVEL_MAX)
            parse_level(line, level + 1);
        if (line->at >= line->token_count || ends_level(&line->tokens[line->at], level))
            break;
        token = &line->tokens[line->at];
        if (token->kind == TOKEN_OPEN) {
            parse_bracket(line);
            continue;
        }
        if ((int)token->level == level) {
            if (latest)
                latest->has_next_operator = true;
            latest = token;
            token->operator_index = index++;
        } else if (level < LEVEL_MAX) {
            break;
        }
        line->at++;
    }
    if (latest)
        group_add(line, from, (enum level)level);
}

/* ---- Where breaks may stand, and what they cost ---------------------------------------- */

static bool is_tag(const struct token *token)
{
    return str_is(token->text, "struct") || str_is(token->text, "enum");
}

bool is_star(const struct token *token)
{
    return token->kind == TOKEN_OTHER && str_is(token->text, "*");
}

/* Words that stand before others without declaring them. */
static bool is_type_word(const struct token *token)
{
    static const char *const words[] = {"return", "case",   "const",  "static",
                                        "extern", "struct", "enum",   "else",
                                        "goto",   "if",     "switch", "while"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_is(token->text, words[i]))
            return true;
    return false;
}

static bool declares(const struct token_line *line, size_t at)
{
    const struct token *token = &line->tokens[at];
    const struct token *before = token_before(line, at);

    if (token->kind != TOKEN_WORD || !before || is_type_word(token))
        return false;
    if (is_star(before))
        return at >= 2 && line->tokens[at - 2].kind == TOKEN_WORD;
    return before->kind == TOKEN_WORD && !is_type_word(before);
}

/* The parenthesis of a call or of parameters, or a brace: not one round an operand. */
static bool opens_list(const struct token_line *line, size_t at)
{
    const struct token *before = token_before(line, at);

    if (str_is(line->tokens[at].text, "("))
        return before && (before->kind == TOKEN_WORD || before->kind == TOKEN_CLOSE) &&
               !str_is(before->text, "return");
    if (!str_is(line->tokens[at].text, "{"))
        return false;
    return !before || (before->kind != TOKEN_COMMA && !str_is(before->text, "{") &&
                       !str_is(before->text, "("));
}

bool is_function_name(const struct token_line *line, size_t at)
{
    return line->kind == WRAP_SIGNATURE && line->tokens[at].is_name &&
           line->tokens[at].strength == 1;
}

static bool may_break(const struct token_line *line, size_t at)
{
    const struct token *left = token_before(line, at), *right = &line->tokens[at];

    if (!left || right->kind == TOKEN_CLOSE || str_is(right->text, ";"))
        return false;
    switch (left->kind) {
    case TOKEN_COMMA:
    case TOKEN_ASSIGN:
    case TOKEN_BINARY: return true;
    case TOKEN_OPEN: return opens_list(line, at - 1);
    case TOKEN_QUESTION:
    case TOKEN_COLON: return false;
    default: break;
    }
    if (right->kind == TOKEN_QUESTION || right->kind == TOKEN_COLON)
        return true;
    if (right->kind == TOKEN_MEMBER)
        return left->kind == TOKEN_WORD || left->kind == TOKEN_CLOSE;
    if (left->kind == TOKEN_WORD && is_star(right))
        return at + 1 < line->token_count && !is_function_name(line, at + 1);
    if (right->is_name)
        return !is_star(left) || is_function_name(line, at);
    return str_is(left->text, "struct");
}

static unsigned open_penalty(const struct token_line *line, size_t at)
{
    const struct token *keyword = token_before(line, at - 1);

    if (line->kind == WRAP_SIGNATURE)
        return PENALTY_OPEN_SIGNATURE;
    return keyword && str_is(keyword->text, "if") ? PENALTY_OPEN_IF : PENALTY_OPEN;
}

static unsigned break_penalty(const struct token_line *line, size_t at)
{
    const struct token *left = token_before(line, at), *right = &line->tokens[at];

    if (left->kind == TOKEN_COMMA)
        return PENALTY_COMMA;
    if (is_function_name(line, at))
        return PENALTY_RETURN_TYPE;
    if (right->is_name)
        return PENALTY_NAME;
    if (is_star(right))
        return PENALTY_POINTER;
    if (left->kind == TOKEN_ASSIGN && str_is(right->text, "{"))
        return PENALTY_BRACE;
    if (is_tag(left))
        return PENALTY_TAG;
    if (right->kind == TOKEN_MEMBER)
        return PENALTY_MEMBER;
    if (left->kind == TOKEN_OPEN)
        return open_penalty(line, at);
    if (left->kind == TOKEN_ASSIGN)
        return PENALTY_ASSIGN;
    return left->level ? left->level : right->level;
}

static void find_breaks(struct token_line *line)
{
    for (size_t i = 1; i < line->token_count; i++)
        line->tokens[i].is_name = declares(line, i);
    for (size_t i = 1; i < line->token_count; i++) {
        struct token *token = &line->tokens[i];

        token->can_break = may_break(line, i);
        if (token->can_break)
            token->penalty = PENALTY_NESTING * token->strength + break_penalty(line, i);
    }
}

void tokens_read(struct token_line *line, struct str text, unsigned depth)
{
    tokenize(line, text);
    match_brackets(line, depth);
    while (line->at < line->token_count) {
        parse_level(line, LEVEL_COMMA);
        line->at++;
    }
    find_breaks(line);
}
