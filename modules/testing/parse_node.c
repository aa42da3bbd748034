/* parse_node.c: node --test with its `spec` reporter (on a terminal, and from Node 23).
 *
 *     ℹ tests 6
 *     ℹ pass 2
 *     ℹ fail 2
 *
 *     ✖ failing tests:
 *
 *     test at a.test.js:3:1
 *     ✖ subtracts (1.027863ms)
 *       AssertionError: 2 !== 1
 *
 * Its TAP output is read by parse_tap.c. */
#include "report.h"

static void read_count(struct test_report *report, struct str line, bool *is_known)
{
    int64_t count;

    if (skip_prefix(&line, "pass") && skip_integer(&line, &count)) {
        report->succeeded += count;
        *is_known = true;
    } else if ((skip_prefix(&line, "fail") || skip_prefix(&line, "cancelled")) &&
               skip_integer(&line, &count)) {
        report->failed += count;
    } else if ((skip_prefix(&line, "skipped") || skip_prefix(&line, "todo")) &&
               skip_integer(&line, &count)) {
        report->skipped += count;
    }
}

/* The list of failing tests; `rest` is after its heading. */
static void read_failures(struct test_report *report, struct str rest)
{
    struct str line;

    while (next_line(&rest, &line))
        if (skip_prefix(&line, "✖ "))
            report_fail(report, text_before(line, " ("),
                        text_before(rest, "\ntest at "));
}

bool parse_node(struct test_report *report, struct str output)
{
    struct str rest = output, line;
    bool is_known = false;

    if (str_find(output, S("ℹ pass ")) == output.len)
        return false;
    while (next_line(&rest, &line)) {
        if (skip_prefix(&line, "ℹ "))
            read_count(report, line, &is_known);
        else if (skip_prefix(&line, "✖ failing tests:"))
            read_failures(report, rest);
    }
    return is_known;
}
