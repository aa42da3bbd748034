/* report.c: see report.h. */
#include "report.h"

#include <string.h>

#include "base/buf.h"

enum { MESSAGE_MAX_BYTES = 2000, FAILURES_MAX = 100 };

struct parser {
    const char *framework;
    bool (*parse)(struct test_report *report, struct str output);
};

/* The most specific first: plain words are in many outputs, TAP in some. */
static const struct parser parsers[] = {
    {"criterion", parse_criterion}, {"ctest", parse_ctest},
    {"cargo", parse_cargo},         {"pytest", parse_pytest},
    {"unittest", parse_unittest},   {"go", parse_go},
    {"node", parse_node},           {"tap", parse_tap},
    {"plain", parse_plain},
};

enum { PARSER_COUNT = sizeof(parsers) / sizeof(parsers[0]) };

static bool try_parser(struct test_report *report, const struct parser *parser,
                       struct str output)
{
    if (!parser->parse(report, output))
        return false;
    report->framework = parser->framework;
    return true;
}

static bool read_counts(struct test_report *report, const char *framework,
                        struct str output)
{
    for (size_t i = 0; i < PARSER_COUNT; i++)
        if (!strcmp(parsers[i].framework, framework) &&
            try_parser(report, &parsers[i], output))
            return true;
    for (size_t i = 0; i < PARSER_COUNT; i++)
        if (try_parser(report, &parsers[i], output))
            return true;
    return false;
}

void report_read(struct test_report *report, const char *framework, struct str output)
{
    read_counts(report, framework, output);
    report->has_coverage = parse_coverage(report, output);
}

/* ---- Escape sequences ------------------------------------------------------------ */

/* Length of the control sequence (ECMA-48: ESC [ parameters final) at `at`, or 0. */
static size_t escape_len(struct str text, size_t at)
{
    size_t end = at + 2;

    if (text.p[at] != '\x1b' || end > text.len || text.p[at + 1] != '[')
        return 0;
    while (end < text.len && (unsigned char)text.p[end] < 0x40)
        end++;
    return end < text.len ? end + 1 - at : 0;
}

struct str report_clean(struct arena *arena, struct str output)
{
    struct buf clean;

    buf_init(&clean, arena);
    for (size_t at = 0; at < output.len;) {
        const size_t len = escape_len(output, at);

        if (!len && output.p[at] != '\r' && output.p[at] != '\0')
            buf_add_char(&clean, output.p[at]);
        at += len ? len : 1;
    }
    return buf_str(&clean);
}

/* ---- For parsers ----------------------------------------------------------------- */

bool next_line(struct str *rest, struct str *line)
{
    if (!rest->len)
        return false;
    *line = text_before(*rest, "\n");
    *rest = str_part(*rest, line->len + 1, rest->len);
    return true;
}

bool skip_prefix(struct str *text, const char *prefix)
{
    if (!str_starts_with(*text, str_of(prefix)))
        return false;
    *text = str_part(*text, strlen(prefix), text->len);
    return true;
}

static bool is_digit(struct str text, size_t at)
{
    return at < text.len && text.p[at] >= '0' && text.p[at] <= '9';
}

bool skip_integer(struct str *text, int64_t *value)
{
    struct str rest = str_part(*text, indent_of(*text), text->len);
    size_t len = 0;

    *value = 0;
    for (; is_digit(rest, len) && len < 18; len++)
        *value = *value * 10 + (rest.p[len] - '0');
    if (len)
        *text = str_part(rest, len, rest.len);
    return len > 0;
}

bool skip_number(struct str *text, double *value)
{
    struct str rest = *text;
    double unit = 1;
    int64_t whole;

    if (!skip_integer(&rest, &whole))
        return false;
    *value = (double)whole;
    if (rest.len && rest.p[0] == '.') {
        size_t len = 1;

        for (; is_digit(rest, len); len++) {
            unit /= 10;
            *value += unit * (rest.p[len] - '0');
        }
        rest = str_part(rest, len, rest.len);
    }
    *text = rest;
    return true;
}

struct str text_before(struct str text, const char *end)
{
    return str_part(text, 0, str_find(text, str_of(end)));
}

size_t indent_of(struct str line)
{
    size_t indent = 0;

    while (indent < line.len && (line.p[indent] == ' ' || line.p[indent] == '\t'))
        indent++;
    return indent;
}

struct str text_span(struct str from, struct str to)
{
    return (struct str){from.p, (size_t)(to.p + to.len - from.p)};
}

void report_fail(struct test_report *report, struct str name, struct str message)
{
    const struct str trimmed = str_trim(message);
    const struct test_failure failure = {
        .name = str_trim(name),
        .message = str_part(trimmed, 0, MESSAGE_MAX_BYTES),
    };

    if (report->failures.count < FAILURES_MAX)
        vec_push(report->arena, &report->failures, failure);
}
