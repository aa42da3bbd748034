/* parse_cargo.c: cargo test; one result line for each test program.
 *
 *     test tests::fails ... FAILED
 *     ---- tests::fails stdout ----
 *     thread 'tests::fails' panicked at src/lib.rs:5:101:
 *     assertion failed
 *     stack backtrace: ...
 *     test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; ... */
#include "report.h"

static bool read_result(struct test_report *report, struct str line)
{
    int64_t passed, failed, ignored;

    if (!skip_prefix(&line, "test result: "))
        return false;
    line = str_part(line, str_find(line, S(". ")) + 2, line.len);
    if (!skip_integer(&line, &passed) || !skip_prefix(&line, " passed;") ||
        !skip_integer(&line, &failed) || !skip_prefix(&line, " failed;") ||
        !skip_integer(&line, &ignored))
        return false;
    report->succeeded += passed;
    report->failed += failed;
    report->skipped += ignored;
    return true;
}

/* What follows "---- NAME stdout ----", without the backtrace. */
static struct str message_after(struct str rest)
{
    rest = text_before(rest, "\n---- ");
    rest = text_before(rest, "\nfailures:");
    rest = text_before(rest, "\nstack backtrace:");
    return text_before(rest, "\nnote: run with `RUST_BACKTRACE");
}

bool parse_cargo(struct test_report *report, struct str output)
{
    struct str rest = output, line;
    bool is_known = false;

    if (str_find(output, S("test result: ")) == output.len)
        return false;
    while (next_line(&rest, &line)) {
        struct str text = line;

        if (skip_prefix(&text, "---- ") && str_ends_with(text, S(" stdout ----")))
            report_fail(report, text_before(text, " stdout ----"), message_after(rest));
        else
            is_known = read_result(report, line) || is_known;
    }
    return is_known;
}
