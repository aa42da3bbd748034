/* unquoted.c: see unquoted.h. Looks at one line; at the next only for
 * whether the text goes on there. */
#include "unquoted.h"

#include <string.h>

#include "base/buf.h"
#include "chars.h"

static bool is_line_end(struct str text, size_t at)
{
    return at >= text.len || is_line_break(text.p[at]);
}

static bool is_comment(struct str text, size_t at)
{
    return text.p[at] == '#' && at > 0 && is_blank(text.p[at - 1]);
}

static bool is_pair(struct str text, size_t at, const char *pair)
{
    return str_is(str_part(text, at, at + 2), pair);
}

static bool ends_word(struct str text, size_t at)
{
    return is_line_end(text, at) || is_blank(text.p[at]);
}

static size_t skip_quoted(struct str text, size_t at)
{
    const char quote = text.p[at++];

    while (!is_line_end(text, at) && text.p[at] != quote)
        at++;
    return at;
}

bool unquoted_find(struct str text, size_t byte, size_t *start, bool *is_in_flow)
{
    size_t at = byte < text.len ? byte : text.len;
    bool may_begin = true; /* a value may begin here */

    while (at > 0 && !is_line_end(text, at - 1))
        at--;
    for (; !is_line_end(text, at) && !is_comment(text, at); at++) {
        const char c = text.p[at];

        if (is_blank(c))
            continue;
        if (may_begin && is_pair(text, at, "{{")) {
            *start = at;
            return true;
        }
        if ((may_begin || is_blank(text.p[at - 1])) && (c == '"' || c == '\''))
            at = skip_quoted(text, at);
        if (is_line_end(text, at))
            break;
        if (may_begin && (c == '[' || c == '{'))
            *is_in_flow = true;
        else
            may_begin = (c == ':' && ends_word(text, at + 1)) ||
                        (c == '-' && may_begin && ends_word(text, at + 1)) ||
                        (c == ',' && *is_in_flow);
    }
    return false;
}

/* Whether text without quotes ends at `at`. `can_be_key`: it may be followed by its `:`. */
static bool ends_text(struct str text, size_t at, bool is_in_flow, bool can_be_key)
{
    const char c = text.p[at];

    return is_comment(text, at) || (is_in_flow && strchr(",]}", c)) ||
           (can_be_key && c == ':' && ends_word(text, at + 1));
}

/* Whether a key stands before the text, so that it is a value. */
static bool is_value(struct str text, size_t start)
{
    while (start > 0 && is_blank(text.p[start - 1]))
        start--;
    return start > 0 && text.p[start - 1] == ':';
}

static size_t find_end(struct str text, size_t start, bool is_in_flow, bool *is_closed)
{
    const bool can_be_key = is_in_flow || !is_value(text, start);
    size_t at = start;

    *is_closed = true;
    for (; !is_line_end(text, at); at++) {
        if (*is_closed && ends_text(text, at, is_in_flow, can_be_key))
            break;
        if (*is_closed && is_pair(text, at, "{{")) {
            *is_closed = false;
            at++;
        } else if (!*is_closed && is_pair(text, at, "}}")) {
            *is_closed = true;
            at++;
        } else if (!*is_closed && (text.p[at] == '"' || text.p[at] == '\'')) {
            at = skip_quoted(text, at);
            if (is_line_end(text, at))
                break;
        }
    }
    while (is_blank(text.p[at - 1]))
        at--;
    return at;
}

/* Whether the text ends with a quote that is the only one: the opening one is missing. */
static bool has_closing_quote(struct str text)
{
    const char last = text.p[text.len - 1];

    return (last == '"' || last == '\'') && !memchr(text.p, last, text.len - 1);
}

/* In double quotes where nothing has to be escaped in them, else in single ones. */
static const char *quote(struct arena *arena, struct str text)
{
    if (has_closing_quote(text))
        return str_printf(arena, "%c%.*s", text.p[text.len - 1], STR(text)).p;

    const bool is_simple =
        !memchr(text.p, '"', text.len) && !memchr(text.p, '\\', text.len);
    struct buf quoted;

    buf_init(&quoted, arena);
    buf_add_char(&quoted, is_simple ? '"' : '\'');
    for (size_t i = 0; i < text.len; i++)
        buf_add(&quoted,
                text.p[i] == '\'' && !is_simple ? S("''") : str_part(text, i, i + 1));
    buf_add_char(&quoted, is_simple ? '"' : '\'');
    return quoted.p;
}

/* Column of the first word of the line at `at`, behind the dashes of lists. */
static size_t indent_of(struct str text, size_t at, size_t *end)
{
    size_t start = at;

    while (is_blank(text.p[at]) || (text.p[at] == '-' && ends_word(text, at + 1)))
        at++;
    *end = at;
    return at - start;
}

/* Whether the next line that is not empty stands deeper than the line of `start`: in quotes,
 * the text would have no place there. */
static bool is_continued(struct str text, size_t start)
{
    size_t line = start, indent, next = start, word;

    while (line > 0 && !is_line_end(text, line - 1))
        line--;
    indent = indent_of(text, line, &word);
    for (;;) {
        while (!is_line_end(text, next))
            next++;
        if (next >= text.len)
            return false;
        line = ++next;
        while (is_blank(text.p[next]))
            next++;
        if (!is_line_end(text, next))
            return !is_comment(text, next) && next - line > indent;
    }
}

struct span unquoted_report(struct arena *arena, struct diags *diags,
                            const struct source *source, size_t start, bool is_in_flow)
{
    bool is_closed;
    const size_t end = find_end(source->text, start, is_in_flow, &is_closed);
    const struct span span = {source, (uint32_t)start, (uint32_t)end};
    const char *quoted = quote(arena, span_text(span));

    diag_report(diags, span, KAD0108,
                "`{{` without quotes begins a map, no expression");
    if (is_closed)
        diag_fix(diags, span, quoted, is_in_flow || !is_continued(source->text, start),
                 "put it in quotes: `%s`", quoted);
    else
        diag_help(diags, "put the expression in quotes, and close it with `}}`");
    return span;
}
