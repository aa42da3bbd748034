/* parse_criterion.c: Criterion (C, C++).
 *
 *     [----] test.c:3: Assertion Failed
 *     [----]
 *     [----]   three minus one is 2
 *     [FAIL] sums::subtracts: (0.00s)
 *     [====] Synthesis: Tested: 4 | Passing: 1 | Failing: 3 | Crashing: 1
 *
 * A make target may run several programs, each with its own synthesis. A test that
 * crashed is among those that failed. */
#include "report.h"

/* "Failing: 3" somewhere in the line. */
static int64_t count_of(struct str line, const char *label)
{
    int64_t count = 0;
    struct str rest =
        str_part(line, str_find(line, str_of(label)) + str_of(label).len, line.len);

    skip_integer(&rest, &count);
    return count;
}

bool parse_criterion(struct test_report *report, struct str output)
{
    struct str rest = output, line, message = {0};
    bool is_known = false;

    if (str_find(output, S("[====] Synthesis: Tested:")) == output.len)
        return false;
    while (next_line(&rest, &line)) {
        struct str text = line;

        if (skip_prefix(&text, "[----] ")) {
            message = message.p ? text_span(message, line) : line;
        } else if (skip_prefix(&text, "[FAIL] ")) {
            report_fail(report, text_before(text, ": "), message);
            message = (struct str){0};
        } else if (skip_prefix(&text, "[SKIP] ")) {
            report->skipped++;
        } else if (skip_prefix(&text, "[====] Synthesis: Tested:")) {
            report->succeeded += count_of(line, "Passing:");
            report->failed += count_of(line, "Failing:");
            is_known = true;
        }
    }
    return is_known;
}
