/* parse_unittest.c: Python's unittest.
 *
 *     ======================================================================
 *     FAIL: test_adds (test_sums.Sums.test_adds)
 *     ----------------------------------------------------------------------
 *     Traceback ...
 *     AssertionError: 3 != 4
 *     ----------------------------------------------------------------------
 *     Ran 3 tests in 0.001s
 *
 *     FAILED (failures=1, skipped=1)
 *
 * Of several runs the last one counts. An expected failure counts as skipped. */
#include "report.h"

/* "Ran 3 tests in 0.001s" */
static bool read_total(struct str line, int64_t *total)
{
    return skip_prefix(&line, "Ran ") && skip_integer(&line, total) &&
           skip_prefix(&line, " test") &&
           (skip_prefix(&line, " in ") || skip_prefix(&line, "s in "));
}

/* "failures=1, expected failures=2)": what follows "FAILED (" or "OK (". */
static void add_counts(struct test_report *report, struct str rest)
{
    while (rest.len) {
        struct str part = text_before(text_before(rest, ","), ")");
        const struct str name = text_before(part, "=");
        int64_t count;

        rest = str_part(rest, part.len + 2, rest.len);
        part = str_part(part, name.len + 1, part.len);
        if (!skip_integer(&part, &count))
            return;
        if (str_is(name, "skipped") || str_is(name, "expected failures"))
            report->skipped += count;
        else
            report->failed += count; /* failures, errors, unexpected successes */
    }
}

/* Whether the output has a total and, behind it, how it ended. */
static bool find_summary(struct test_report *report, struct str output)
{
    struct str rest = output, line;
    int64_t total = -1;
    bool is_known = false;

    while (next_line(&rest, &line)) {
        if (read_total(line, &total))
            continue;
        if (total < 0 || (!skip_prefix(&line, "OK") && !skip_prefix(&line, "FAILED") &&
                          !skip_prefix(&line, "NO TESTS RAN")))
            continue;
        report->failed = report->skipped = 0;
        if (skip_prefix(&line, " ("))
            add_counts(report, line);
        report->succeeded = total - report->failed - report->skipped;
        total = -1;
        is_known = true;
    }
    return is_known;
}

/* The lines of a failure behind its name, until the next rule. */
static struct str read_message(struct str *rest)
{
    struct str message = {0}, line, ahead = *rest;

    while (next_line(&ahead, &line)) {
        const bool is_rule = skip_prefix(&line, "=====") || skip_prefix(&line, "-----");

        if (is_rule && message.p)
            break;
        *rest = ahead;
        if (!is_rule)
            message = message.p ? text_span(message, line) : line;
    }
    return message;
}

bool parse_unittest(struct test_report *report, struct str output)
{
    struct str rest = output, line;

    if (!find_summary(report, output))
        return false;
    while (next_line(&rest, &line))
        if (skip_prefix(&line, "FAIL: ") || skip_prefix(&line, "ERROR: "))
            report_fail(report, line, read_message(&rest));
    return true;
}
