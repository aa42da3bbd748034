/* expr_lex.re: the tokens of expressions, for re2c. See expr_lex.h. */
#include "expr_lex.h"

struct token expr_lex(const char *text, size_t len, size_t at)
{
    const unsigned char *const bytes = (const unsigned char *)text;
    const unsigned char *const limit = bytes + len;
    const unsigned char *cursor = bytes + at;
    const unsigned char *start, *marker;
    enum token_kind kind;

blank:
    start = cursor;
    /*!re2c
        re2c:yyfill:enable = 0;
        re2c:eof = 0;
        re2c:define:YYCTYPE = "unsigned char";
        re2c:define:YYCURSOR = cursor;
        re2c:define:YYLIMIT = limit;
        re2c:define:YYMARKER = marker;

        digits = [0-9]+;
        name = [A-Za-z_][A-Za-z0-9_-]*;
        number = digits ("." digits)? ([eE] [+-]? digits)?;
        high = [\x80-\xff];

        [ \t\r\n]+  { goto blank; }
        $           { kind = TOKEN_END; goto end; }
        "}}"        { kind = TOKEN_CLOSE; goto end; }
        name        { kind = TOKEN_NAME; goto end; }
        digits      { kind = TOKEN_INTEGER; goto end; }
        number      { kind = TOKEN_NUMBER; goto end; }
        (number "."?) [A-Za-z0-9_.]+ { kind = TOKEN_BAD_NUMBER; goto end; }
        ["] ([^"\\\x00] | [\\] [^\x00])* ["] { kind = TOKEN_TEXT; goto end; }
        ['] ([^'\\\x00] | [\\] [^\x00])* ['] { kind = TOKEN_TEXT; goto end; }
        ["']        { kind = TOKEN_OPEN_TEXT; goto end; }
        "."         { kind = TOKEN_DOT; goto end; }
        ","         { kind = TOKEN_COMMA; goto end; }
        ":"         { kind = TOKEN_COLON; goto end; }
        "?"         { kind = TOKEN_QUESTION; goto end; }
        "("         { kind = TOKEN_PAREN_OPEN; goto end; }
        ")"         { kind = TOKEN_PAREN_CLOSE; goto end; }
        "["         { kind = TOKEN_BRACKET_OPEN; goto end; }
        "]"         { kind = TOKEN_BRACKET_CLOSE; goto end; }
        "!"         { kind = TOKEN_NOT; goto end; }
        "??"        { kind = TOKEN_COALESCE; goto end; }
        "||"        { kind = TOKEN_OR; goto end; }
        "&&"        { kind = TOKEN_AND; goto end; }
        "=="        { kind = TOKEN_EQUAL; goto end; }
        "!="        { kind = TOKEN_UNEQUAL; goto end; }
        "<"         { kind = TOKEN_LESS; goto end; }
        "<="        { kind = TOKEN_LESS_EQUAL; goto end; }
        ">"         { kind = TOKEN_GREATER; goto end; }
        ">="        { kind = TOKEN_GREATER_EQUAL; goto end; }
        "+"         { kind = TOKEN_PLUS; goto end; }
        "-"         { kind = TOKEN_MINUS; goto end; }
        "*"         { kind = TOKEN_STAR; goto end; }
        "/"         { kind = TOKEN_SLASH; goto end; }
        "%"         { kind = TOKEN_PERCENT; goto end; }
        high+       { kind = TOKEN_BAD; goto end; }
        *           { kind = TOKEN_BAD; goto end; }
    */
end:
    return (struct token){kind, (size_t)(start - bytes), (size_t)(cursor - bytes)};
}
