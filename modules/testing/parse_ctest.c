/* parse_ctest.c: ctest, with --output-on-failure.
 *
 *     2/4 Test #2: bad ..............................***Failed    0.01 sec
 *     CMake Error: no such file
 *
 *     33% tests passed, 2 tests failed out of 3
 *
 *     The following tests did not run:
 *     	  3 - skipped (Disabled)
 *
 *     The following tests FAILED:
 *     	  2 - bad (Failed)
 *
 * Skipped tests count among the passed in the summary, disabled ones in neither. */
#include "report.h"

/* The name in "2 - bad (Failed)"; false: another line. */
static bool skip_listed(struct str line, struct str *name, struct str *reason)
{
    int64_t number;
    size_t open;

    if (!skip_integer(&line, &number) || !skip_prefix(&line, " - "))
        return false;
    line = str_trim(line);
    for (open = line.len; open > 0 && line.p[open - 1] != '(';)
        open--;
    *name = str_trim(str_part(line, 0, open ? open - 1 : line.len));
    *reason = str_part(line, open, line.len);
    return true;
}

static bool is_test_line(struct str line)
{
    int64_t number;

    return skip_integer(&line, &number) && skip_prefix(&line, "/") &&
           skip_integer(&line, &number) && skip_prefix(&line, " Test ");
}

/* "2/4 Test #2: bad ....***Failed" */
static bool is_test_named(struct str line, struct str name)
{
    struct str rest = str_part(line, str_find(line, S(": ")) + 2, line.len);

    return is_test_line(line) && str_starts_with(rest, name) && rest.len > name.len &&
           rest.p[name.len] == ' ';
}

/* What a failed test printed: the lines after its own, up to the next test's or the
 * summary. */
static struct str printed_by(struct str output, struct str name)
{
    struct str rest = output, line, printed = {0};
    bool is_inside = false;

    while (next_line(&rest, &line)) {
        struct str text = str_trim(line);

        if (is_inside && (is_test_line(line) || skip_prefix(&text, "Start ") ||
                          str_find(line, S("% tests passed")) < line.len))
            break;
        if (is_inside)
            printed = printed.p ? text_span(printed, line) : line;
        is_inside = is_inside || is_test_named(line, name);
    }
    return printed;
}

static bool read_summary(struct test_report *report, struct str line)
{
    struct str rest = line;
    int64_t number, failed, total;

    if (!skip_integer(&rest, &number) || !skip_prefix(&rest, "% tests passed,") ||
        !skip_integer(&rest, &failed))
        return false;
    rest = str_part(rest, str_find(rest, S("out of")), rest.len);
    if (!skip_prefix(&rest, "out of") || !skip_integer(&rest, &total))
        return false;
    report->failed += failed;
    report->succeeded += total - failed;
    return true;
}

bool parse_ctest(struct test_report *report, struct str output)
{
    struct str rest = output, line, name, reason;
    bool is_known = false, is_in_failed = false;

    if (str_find(output, S("% tests passed,")) == output.len)
        return false;
    while (next_line(&rest, &line)) {
        if (read_summary(report, line)) {
            is_known = true;
        } else if (str_starts_with(line, S("The following tests FAILED"))) {
            is_in_failed = true;
        } else if (str_starts_with(line, S("The following tests did not run"))) {
            is_in_failed = false;
        } else if (is_known && skip_listed(line, &name, &reason)) {
            if (is_in_failed)
                report_fail(report, name, printed_by(output, name));
            else
                report->skipped++;
            if (!is_in_failed && str_starts_with(reason, S("Skipped")))
                report->succeeded--;
        }
    }
    return is_known;
}
