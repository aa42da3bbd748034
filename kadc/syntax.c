/* syntax.c: turns libyaml's problems into findings 0101 and 0102 at the best place.
 *
 * libyaml stops where it can't go on; the mistake is often earlier: an opening quote or
 * bracket, or the line above. The table gives most; functions those that need a
 * look. */
#include "syntax.h"

#include <string.h>

#include "chars.h"

static const char WRONG_INDENT[] =
    "the indentation of this line fits no list or map above";

struct report_at {
    struct diags *diags;
    const struct source *source;
    struct fault fault;
};

static char char_at(const struct report_at *r, uint32_t byte)
{
    return r->source->text.p[byte];
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

static bool is_at_end(const struct report_at *r, uint32_t byte)
{
    return str_trim(str_part(r->source->text, byte, r->source->text.len)).len == 0;
}

/* The word or the one character at `byte`; at the end of the file, the place after the
 * last word. */
static struct span token_span(const struct report_at *r, uint32_t byte)
{
    const struct str text = r->source->text;
    uint32_t end;

    if (is_at_end(r, byte)) {
        byte = (uint32_t)str_part(text, 0, byte).len;
        while (byte > r->source->lines[0] && is_space(text.p[byte - 1]))
            byte--;
        return (struct span){r->source, byte, byte};
    }
    for (end = byte; is_word(text.p[end]);)
        end++;
    if (end == byte && !is_space(text.p[end]))
        end++;
    return (struct span){r->source, byte, end};
}

static struct span problem_span(const struct report_at *r)
{
    return token_span(r, r->fault.problem_byte);
}

static struct span context_span(const struct report_at *r)
{
    return (struct span){r->source, r->fault.context_byte, r->fault.context_byte + 1};
}

static uint32_t line_of(const struct report_at *r, uint32_t byte)
{
    return source_place(r->source, byte).line;
}

/* The text of the problem's line before the problem. */
static struct str before_problem(const struct report_at *r)
{
    const uint32_t line = line_of(r, r->fault.problem_byte);

    return str_part(r->source->text, r->source->lines[line - 1], r->fault.problem_byte);
}

/* ---- Problems that need a look --------------------------------------------------- */

/* The line above, without its comment. */
static struct str line_above(const struct report_at *r)
{
    const uint32_t line = line_of(r, r->fault.problem_byte);
    const struct str above = line > 1 ? source_line(r->source, line - 1) : S("");

    return str_trim(str_part(above, 0, str_find(above, S(" #"))));
}

/* The line above begins with words, and no `:` is in it: libyaml has taken it for the start
 * of this line's key. */
static bool report_lost_colon(const struct report_at *r)
{
    const struct str above = line_above(r);
    const size_t dash = str_starts_with(above, S("- ")) ? 2 : 0;
    const struct str words = str_trim(str_part(above, dash, above.len));
    const uint32_t start = (uint32_t)(words.p - r->source->text.p);
    uint32_t end = start;

    if (words.len == 0 || !is_word(words.p[0]) || str_find(words, S(":")) < words.len)
        return false;
    while (is_word(char_at(r, end)))
        end++;
    diag_report(r->diags, (struct span){r->source, start, end}, KAD0101,
                "expected `:` after this key");
    diag_note(r->diags, problem_span(r), "the next key stands here");
    return true;
}

static void report_colon(const struct report_at *r)
{
    const struct str before = before_problem(r);

    if (str_find(before, S(": ")) < before.len) {
        diag_report(r->diags, problem_span(r), KAD0101,
                    "a second `:` in one value without quotes");
        diag_help(r->diags, "put the value in quotes");
        return;
    }
    if (report_lost_colon(r))
        return;
    diag_report(r->diags, problem_span(r), KAD0101,
                "a key is not allowed here, as the line above already has a value");
    diag_help(r->diags, "check the indentation, and whether a `:` is missing above");
}

/* Quotes that go over lines, with text right after them: the closing quote was
 * forgotten, and the next opening one was taken for it. */
static bool is_runaway_quote(const struct report_at *r)
{
    const struct span quoted = r->fault.quoted;

    return quoted.source && quoted.end == r->fault.problem_byte &&
           line_of(r, quoted.start) != line_of(r, quoted.end);
}

static void report_runaway_quote(const struct report_at *r)
{
    struct span quote = r->fault.quoted;
    const struct span end = {quote.source, quote.end - 1, quote.end};

    quote.end = quote.start + 1;
    diag_report(r->diags, quote, KAD0101, "`%c` is not closed on its line",
                char_at(r, quote.start));
    diag_note(r->diags, end, "the text goes on to this quote");
}

/* Whether the problem stands under the start of its context. */
static bool is_aligned(const struct report_at *r)
{
    return source_place(r->source, r->fault.problem_byte).column ==
           source_place(r->source, r->fault.context_byte).column;
}

static void report_item(const struct report_at *r)
{
    diag_report(r->diags, problem_span(r), KAD0101, "%s",
                is_aligned(r) ? "expected an item of the list (`- `)" : WRONG_INDENT);
    diag_note(r->diags, context_span(r), "the list starts here");
}

static void report_map(const struct report_at *r)
{
    const bool is_first = str_trim(before_problem(r)).len == 0;
    const char c = char_at(r, r->fault.problem_byte);

    if (is_runaway_quote(r)) {
        report_runaway_quote(r);
    } else if (c == ']' || c == '}') {
        diag_report(r->diags, problem_span(r), KAD0101, "`%c` closes nothing", c);
    } else if (!is_first) {
        diag_report(r->diags, problem_span(r), KAD0101,
                    "text after the end of a value");
        diag_help(r->diags, "put the whole value in one pair of quotes");
    } else if (c == '-' && is_aligned(r)) {
        diag_report(r->diags, problem_span(r), KAD0101,
                    "a list item where a key of the map is expected");
        diag_note(r->diags, token_span(r, r->fault.context_byte),
                  "the map starts here");
    } else {
        diag_report(r->diags, problem_span(r), KAD0101, "%s", WRONG_INDENT);
        diag_note(r->diags, token_span(r, r->fault.context_byte),
                  "the map starts here");
    }
}

/* Whether the bracket at `at` has a partner; text in quotes does not count. */
static bool is_closed(const struct report_at *r, uint32_t at)
{
    const struct str text = r->source->text;
    size_t depth = 0;
    char quote = '\0';

    for (; at < text.len; at++) {
        const char c = text.p[at];

        if (quote || c == '"' || c == '\'') {
            if (c == quote || c == '\n')
                quote = '\0';
            else if (!quote)
                quote = c;
            continue;
        }
        if (c == '[' || c == '{')
            depth++;
        if ((c == ']' || c == '}') && --depth == 0)
            return true;
    }
    return false;
}

/* libyaml reads text on over line ends: a `:` on a later line means that something is
 * missing at the end of the line before, a comma or the closing bracket. */
static void report_flow(const struct report_at *r)
{
    const char opening = char_at(r, r->fault.context_byte);
    const uint32_t line = line_of(r, r->fault.problem_byte);
    struct span span = problem_span(r);

    if (is_runaway_quote(r)) {
        report_runaway_quote(r);
        return;
    }
    if (!is_closed(r, r->fault.context_byte)) {
        diag_report(r->diags, context_span(r), KAD0101, "`%c` is never closed",
                    opening);
        return;
    }
    if (char_at(r, span.start) == ':' && line != line_of(r, r->fault.context_byte)) {
        const struct str before = source_line(r->source, line - 1);

        span.start = span.end = r->source->lines[line - 2] + (uint32_t)before.len;
    }
    diag_report(r->diags, span, KAD0101, "expected `,` or `%c`",
                opening == '[' ? ']' : '}');
    diag_note(r->diags, context_span(r), "`%c` is opened here", opening);
}

static void report_quote(const struct report_at *r)
{
    const char quote = char_at(r, r->fault.context_byte);

    diag_report(r->diags, context_span(r), KAD0101, "`%c` is never closed", quote);
    if (quote == '\'')
        diag_help(r->diags, "inside single quotes, `''` stands for one `'`");
}

static void report_escape(const struct report_at *r)
{
    struct span span = problem_span(r);

    span.end = span.start + 2; /* the backslash and what follows it */
    diag_report(r->diags, span, KAD0101, "unknown escape `%.*s`", STR(span_text(span)));
    diag_help(r->diags, "write `\\\\` for a backslash, or use single quotes");
}

/* libyaml points behind the backslash and the letter. */
static void report_code(const struct report_at *r)
{
    struct span span = problem_span(r);

    span.start -= 2;
    diag_report(r->diags, span, KAD0101, "`%.*s` is no Unicode character",
                STR(span_text(span)));
    diag_help(r->diags,
              "`\\x` takes two hexadecimal digits, `\\u` four, `\\U` eight; a "
              "pair of `\\u` escapes is not read: write the character itself");
}

static void report_tab(const struct report_at *r)
{
    uint32_t start = r->fault.problem_byte, end;

    while (start > 0 && char_at(r, start) != '\t' && is_space(char_at(r, start - 1)))
        start--;
    for (end = start; char_at(r, end) == '\t'; end++)
        continue;
    diag_report(r->diags, (struct span){r->source, start, end}, KAD0102,
                "a tab in the indentation");
    diag_help(r->diags, "indent with blanks");
}

static void report_character(const struct report_at *r)
{
    const char c = char_at(r, r->fault.problem_byte);
    const struct span span = {r->source, r->fault.problem_byte,
                              r->fault.problem_byte + 1};

    if (c == '\t') {
        report_tab(r);
        return;
    }
    diag_report(r->diags, span, KAD0101, "a value without quotes can't begin with `%c`",
                c);
    diag_help(r->diags, "put the value in quotes");
}

static void report_content(const struct report_at *r)
{
    const struct span span = problem_span(r);

    if (span.start == span.end)
        diag_report(r->diags, span, KAD0101, "expected a value");
    else
        diag_report(r->diags, span, KAD0101, "expected a value, found `%.*s`",
                    STR(span_text(span)));
}

/* A key that goes on over its line's end, or has no `:` at all. */
static void report_key(const struct report_at *r)
{
    const uint32_t start = r->fault.context_byte;
    const uint32_t line = line_of(r, start);
    const size_t before = start - r->source->lines[line - 1];
    const struct str key =
        str_trim(str_part(source_line(r->source, line), before, r->source->text.len));
    const struct span span = {r->source, start, start + (uint32_t)key.len};

    diag_report(r->diags, span, KAD0101, "expected `:` after this key");
}

/* ---- The table ------------------------------------------------------------------- */

/* The first row whose words are found in libyaml's context and problem. */
static const struct row {
    const char *context;
    const char *problem;
    void (*report)(const struct report_at *r);
    /* Without `report`: what is said, at the problem or where the context begins. */
    struct span (*place)(const struct report_at *r);
    const char *message;
    const char *help;
} ROWS[] = {
    {.problem = "tab character", .report = report_tab},
    {"quoted scalar", "end of stream", .report = report_quote},
    {"quoted scalar", "document indicator", .report = report_quote},
    {"quoted scalar", "unknown escape", .report = report_escape},
    {"quoted scalar", .report = report_code},
    {"simple key", .report = report_key},
    {.problem = "mapping values are not", .report = report_colon},
    {.problem = "block sequence entries",
     .place = problem_span,
     .message = "a list item is not allowed here",
     .help = "begin the list on a line of its own"},
    {.problem = "mapping keys are not",
     .place = problem_span,
     .message = "a `?` key is not allowed here"},
    {"directive", .place = context_span,
     .message = "a line that begins with `%` is no value",
     .help = "put text that begins with `%` in quotes"},
    {"an alias", .place = context_span,
     .message = "`*` must be followed by the name of an anchor",
     .help = "put text that begins with `*` in quotes"},
    {"an anchor", .place = context_span,
     .message = "`&` must be followed by a name for the anchor",
     .help = "put text that begins with `&` in quotes"},
    {"tag", .place = context_span, .message = "a tag (`!`) that can't be read",
     .help = "put text that begins with `!` in quotes"},
    {.problem = "tag handle",
     .place = problem_span,
     .message = "a tag (`!`) that can't be read",
     .help = "put text that begins with `!` in quotes"},
    {"block scalar", "equal to 0", .place = problem_span,
     .message = "a block can't be indented by 0"},
    {"block scalar", .place = problem_span, .message = "text after `|` or `>`",
     .help = "begin the text on the next line"},
    {"next token", .report = report_character},
    {"flow", "',' or", .report = report_flow},
    {"block collection", .report = report_item},
    {"block mapping", .report = report_map},
    {.problem = "node content", .report = report_content},
    {.problem = "<document start>",
     .place = problem_span,
     .message = "text after the end of the document",
     .help = "a file is one value: a map, as a rule"},
    {.place = problem_span, .message = "YAML that can't be read"},
};

static bool has_words(const char *text, const char *words)
{
    return !words || (text && strstr(text, words));
}

void syntax_report(struct diags *diags, const struct source *source, struct fault fault)
{
    const struct report_at r = {diags, source, fault};
    const struct row *row = ROWS;

    while (!has_words(fault.context, row->context) ||
           !has_words(fault.problem, row->problem))
        row++;
    if (row->report) {
        row->report(&r);
        return;
    }
    diag_report(diags, row->place(&r), KAD0101, "%s", row->message);
    if (row->help)
        diag_help(diags, "%s", row->help);
}
