/* parse_tap.c: the Test Anything Protocol, versions 12 to 14, and node's dialect.
 *
 *     TAP version 13
 *     1..2
 *     ok 1 - adds
 *     not ok 2 - subtracts # TODO later
 *       ---
 *       error: 2 !== 1
 *       ...
 *
 * Subtests are indented and stand before the line of their parent. Leaves are counted,
 * not parents. What a plan promises and nobody ran has failed. */
#include "report.h"

#include <strings.h>

struct tap {
    struct test_report *report;
    size_t test_indent;    /* of the last test line */
    bool has_test;         /* there was one, in this block */
    int64_t planned, seen; /* at the outermost level */
};

/* What is said about a failure: the lines below it that are a YAML block or
 * comments. */
static struct str diagnostics(struct str rest)
{
    struct str line, said = {0};
    bool is_in_block = false;

    while (next_line(&rest, &line)) {
        const struct str text = str_trim(line);

        if (str_is(text, "---")) {
            is_in_block = true;
            continue;
        }
        if (str_is(text, "...") || (!is_in_block && !str_starts_with(text, S("#"))) ||
            str_starts_with(text, S("# Subtest:")))
            break;
        said = said.p ? text_span(said, line) : line;
    }
    return said;
}

/* "# SKIP ..." and "# TODO ..." at the end of a description, in any case. */
static bool has_directive(struct str text)
{
    for (size_t at = 0; at + 6 <= text.len; at++) {
        const char *p = text.p + at;

        if (p[0] == '#' && p[1] == ' ' &&
            (!strncasecmp(p + 2, "skip", 4) || !strncasecmp(p + 2, "todo", 4)))
            return true;
    }
    return false;
}

static struct str description(struct str text)
{
    int64_t number;

    skip_integer(&text, &number);
    text = str_trim(text);
    skip_prefix(&text, "- ");
    return str_trim(text_before(text, " # "));
}

/* A parent's line follows those of its subtests, which are indented deeper. */
static bool is_parent(const struct tap *tap, size_t indent)
{
    return tap->has_test && tap->test_indent > indent;
}

static void read_test(struct tap *tap, struct str text, size_t indent, bool is_ok,
                      struct str rest)
{
    struct test_report *report = tap->report;

    tap->seen += indent == 0;
    if (is_parent(tap, indent)) {
        /* its subtests have been counted */
    } else if (has_directive(text)) {
        report->skipped++;
    } else if (is_ok) {
        report->succeeded++;
    } else {
        report->failed++;
        report_fail(report, description(text), diagnostics(rest));
    }
    tap->test_indent = indent;
    tap->has_test = true;
}

/* "1..N"; there is one for each program that the command runs. */
static void read_plan(struct tap *tap, struct str text)
{
    int64_t last;

    if (!skip_prefix(&text, "1..") || !skip_integer(&text, &last))
        return;
    tap->planned += last;
}

static bool skip_result(struct str *text, const char *word)
{
    struct str rest = *text;

    if (!skip_prefix(&rest, word) || (rest.len && rest.p[0] != ' '))
        return false;
    *text = rest;
    return true;
}

static void read_line(struct tap *tap, struct str line, struct str rest)
{
    const size_t indent = indent_of(line);
    struct str text = str_part(line, indent, line.len);

    if (skip_result(&text, "ok"))
        read_test(tap, text, indent, true, rest);
    else if (skip_result(&text, "not ok"))
        read_test(tap, text, indent, false, rest);
    else if (indent == 0)
        read_plan(tap, text);
}

static bool is_tap(struct str output)
{
    struct str line;

    while (next_line(&output, &line)) {
        int64_t last;

        if (skip_prefix(&line, "TAP version ") ||
            (skip_prefix(&line, "1..") && skip_integer(&line, &last)))
            return true;
    }
    return false;
}

bool parse_tap(struct test_report *report, struct str output)
{
    struct tap tap = {.report = report};
    struct str rest = output, line;

    if (!is_tap(output))
        return false;
    while (next_line(&rest, &line))
        read_line(&tap, line, rest);
    if (tap.planned > tap.seen) {
        report->failed += tap.planned - tap.seen;
        report_fail(report, S("tests that did not run"),
                    str_printf(report->arena, "%lld of %lld were run",
                               (long long)tap.seen, (long long)tap.planned));
    }
    return true;
}
