/* parse_go.c: go test, with -v or without.
 *
 *     === RUN   TestAdds
 *         sums_test.go:9: got 3
 *     --- FAIL: TestAdds (0.00s)
 *         --- FAIL: TestAdds/negative (0.00s)
 *     FAIL	example.com/sums	0.004s
 *     ok  	example.com/text	0.003s	coverage: 80.0% of statements
 *     FAIL	example.com/broken [build failed]
 *
 * Tests are counted, their subtests are part of the message. Without -v, tests that
 * pass are not printed: then each package that passes counts as one. */
#include "report.h"

struct counts {
    int64_t passed, failed, skipped, packages;
    bool is_known, has_failed_test;
};

/* From the last "=== " line before a test's result to the end of its indented lines. */
static struct str message_of(struct str output, struct str result, struct str rest)
{
    struct str before = {output.p, (size_t)(result.p - output.p)};
    struct str line, end = result;
    size_t at = before.len;

    while (next_line(&rest, &line) && indent_of(line) > 0)
        end = line;
    while (at > 0 && !str_starts_with(str_part(before, at, before.len), S("\n=== ")) &&
           !str_starts_with(str_part(before, at, before.len), S("\n--- ")))
        at--;
    before = str_part(before, at, before.len);
    if (at && skip_prefix(&before, "\n"))
        next_line(&before, &line);
    return before.len ? text_span(before, end) : text_span(result, end);
}

/* "FAIL	package	0.004s"; `line` is after "FAIL	". */
static void read_failed_package(struct test_report *report, struct counts *counts,
                                struct str line)
{
    counts->is_known = true;
    if (!counts->has_failed_test) {
        counts->failed++;
        report_fail(report, text_before(text_before(line, "\t"), " "), line);
    }
    counts->has_failed_test = false;
}

static void read_line(struct test_report *report, struct counts *counts,
                      struct str output, struct str line, struct str rest)
{
    struct str text = line;

    if (skip_prefix(&text, "--- PASS: ")) {
        counts->passed++;
    } else if (skip_prefix(&text, "--- SKIP: ")) {
        counts->skipped++;
    } else if (skip_prefix(&text, "--- FAIL: ")) {
        counts->failed++;
        counts->has_failed_test = true;
        report_fail(report, text_before(text, " ("), message_of(output, line, rest));
    } else if (skip_prefix(&text, "FAIL\t")) {
        read_failed_package(report, counts, text);
    } else if (skip_prefix(&text, "ok  \t") || skip_prefix(&text, "?   \t")) {
        counts->is_known = true;
        counts->packages += line.p[0] == 'o';
    }
}

bool parse_go(struct test_report *report, struct str output)
{
    struct str rest = output, line;
    struct counts counts = {0};

    if (str_find(output, S("ok  \t")) == output.len &&
        str_find(output, S("FAIL\t")) == output.len &&
        str_find(output, S("?   \t")) == output.len)
        return false;
    while (next_line(&rest, &line))
        read_line(report, &counts, output, line, rest);
    report->succeeded = counts.passed ? counts.passed : counts.packages;
    report->failed = counts.failed;
    report->skipped = counts.skipped;
    return counts.is_known;
}
