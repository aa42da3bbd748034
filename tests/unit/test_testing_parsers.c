/* test_testing_parsers.c: what test frameworks and coverage tools really print,
 * shortened. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "testing/report.h"

static struct arena arena;

static void release(void)
{
    arena_release(&arena);
}

TestSuite(testing_parsers, .fini = release);

static struct test_report read_output(const char *framework, const char *output)
{
    struct test_report report = {.arena = &arena};

    report_read(&report, framework, str_of(output));
    return report;
}

static void expect_counts(struct test_report report, const char *framework,
                          int64_t succeeded, int64_t failed, int64_t skipped)
{
    cr_assert_not_null(report.framework, "nothing understood the output");
    cr_expect_str_eq(report.framework, framework);
    cr_expect_eq(report.succeeded, succeeded, "%lld succeeded",
                 (long long)report.succeeded);
    cr_expect_eq(report.failed, failed, "%lld failed", (long long)report.failed);
    cr_expect_eq(report.skipped, skipped, "%lld skipped", (long long)report.skipped);
}

static void expect_failure(struct test_report report, size_t index, const char *name,
                           const char *message_part)
{
    const struct test_failure *failure;

    cr_assert_lt(index, report.failures.count, "only %zu failures",
                 report.failures.count);
    failure = &report.failures.items[index];
    cr_expect(str_is(failure->name, name), "name: %.*s", STR(failure->name));
    cr_expect_lt(str_find(failure->message, str_of(message_part)),
                 failure->message.len + !*message_part, "message: %.*s",
                 STR(failure->message));
}

static void expect_coverage(const char *output, double percent)
{
    struct test_report report = {.arena = &arena};

    cr_assert(parse_coverage(&report, str_of(output)), "no coverage in: %s", output);
    cr_expect_float_eq(report.coverage, percent, 0.005, "%f", report.coverage);
}

/* ---- TAP ------------------------------------------------------------------------- */

Test(testing_parsers, tap_counts_results_and_names_failures_with_their_diagnostics)
{
    const struct test_report report =
        read_output("make", "cc -o test_list test_list.c\n"
                            "./test_list\n"
                            "ok 1 - items are listed\n"
                            "not ok 2 - urgent items keep their order\n"
                            "  ---\n"
                            "  expected: 1\n"
                            "  ...\n"
                            "ok 3 - slow # SKIP no network\n"
                            "not ok 4 - one day # TODO\n"
                            "1..4\n"
                            "make: *** [Makefile:11: test] Error 1\n");

    expect_counts(report, "tap", 1, 1, 2);
    expect_failure(report, 0, "urgent items keep their order", "expected: 1");
    cr_expect_eq(report.failures.count, 1);
}

Test(testing_parsers, tap_of_node_counts_leaves_and_not_their_suites)
{
    const struct test_report report =
        read_output("node", "TAP version 13\n"
                            "# Subtest: adds\n"
                            "ok 1 - adds\n"
                            "  ---\n"
                            "  duration_ms: 1.114403\n"
                            "  ...\n"
                            "# Subtest: subtracts\n"
                            "not ok 2 - subtracts\n"
                            "  ---\n"
                            "  location: 'a.test.js:3:1'\n"
                            "  error: |-\n"
                            "    Expected values to be strictly equal:\n"
                            "    \n"
                            "    2 !== 1\n"
                            "  ...\n"
                            "# Subtest: group\n"
                            "    # Subtest: inner ok\n"
                            "    ok 1 - inner ok\n"
                            "      ---\n"
                            "      duration_ms: 0.393491\n"
                            "      ...\n"
                            "    # Subtest: inner bad\n"
                            "    not ok 2 - inner bad\n"
                            "      ---\n"
                            "      error: 'boom'\n"
                            "      ...\n"
                            "    ok 3 - later # SKIP\n"
                            "    ok 4 - one day # TODO\n"
                            "    1..4\n"
                            "not ok 3 - group\n"
                            "  ---\n"
                            "  error: '1 subtest failed'\n"
                            "  ...\n"
                            "1..3\n"
                            "# tests 6\n"
                            "# pass 2\n"
                            "# fail 2\n");

    expect_counts(report, "tap", 2, 2, 2);
    expect_failure(report, 0, "subtracts", "2 !== 1");
    expect_failure(report, 1, "inner bad", "boom");
    cr_expect_eq(report.failures.count, 2);
}

Test(testing_parsers, tap_tests_that_a_plan_promised_and_nobody_ran_have_failed)
{
    const struct test_report report = read_output("tap", "1..3\nok 1 - a\n");

    expect_counts(report, "tap", 1, 2, 0);
    expect_failure(report, 0, "tests that did not run", "1 of 3");
}

Test(testing_parsers, tap_of_several_programs_is_summed)
{
    expect_counts(read_output("make", "1..1\nok 1\n1..2\nok 1 a\nok 2 b\n"), "tap", 3,
                  0, 0);
}

Test(testing_parsers, a_line_that_says_ok_is_no_tap_without_a_plan)
{
    const struct test_report report = read_output("make", "ok then\n");

    cr_expect_null(report.framework);
}

/* ---- C --------------------------------------------------------------------------- */

Test(testing_parsers, criterion_gives_counts_names_and_assertions)
{
    const struct test_report report = read_output(
        "make",
        "[----] t.c:6: Unexpected signal caught below this line!\n"
        "[FAIL] sums::crashes: CRASH!\n"
        "[----] t.c:3: Assertion Failed\n"
        "[----]   \n"
        "[----]   three minus one is 2\n"
        "[----]   \n"
        "[FAIL] sums::subtracts: (0.00s)\n"
        "[====] Synthesis: Tested: 4 | Passing: 2 | Failing: 2 | Crashing: 1 \n");

    expect_counts(report, "criterion", 2, 2, 0);
    expect_failure(report, 0, "sums::crashes", "Unexpected signal");
    expect_failure(report, 1, "sums::subtracts", "three minus one is 2");
}

Test(testing_parsers, ctest_tells_failed_from_disabled)
{
    const struct test_report report = read_output(
        "ctest",
        "Test project /build\n"
        "    Start 1: good\n"
        "1/4 Test #1: good .............................   Passed    0.00 sec\n"
        "    Start 2: bad\n"
        "2/4 Test #2: bad ..............................***Failed    0.01 sec\n"
        "CMake Error: nofile: no such file or directory (ignoring)\n"
        "\n"
        "    Start 3: skipped\n"
        "3/4 Test #3: skipped ..........................***Not Run (Disabled)\n"
        "\n"
        "50% tests passed, 1 tests failed out of 2\n"
        "\n"
        "Total Test time (real) =   0.02 sec\n"
        "\n"
        "The following tests did not run:\n"
        "\t  3 - skipped (Disabled)\n"
        "\n"
        "The following tests FAILED:\n"
        "\t  2 - bad (Failed)\n");

    expect_counts(report, "ctest", 1, 1, 1);
    expect_failure(report, 0, "bad", "no such file");
}

/* ---- JavaScript ------------------------------------------------------------------ */

Test(testing_parsers, node_spec_gives_counts_and_the_list_of_failures)
{
    const struct test_report report =
        read_output("npm", "✔ adds (0.900172ms)\n"
                           "✖ subtracts (1.027863ms)\n"
                           "  AssertionError [ERR_ASSERTION]: 2 !== 1\n"
                           "ℹ tests 6\n"
                           "ℹ suites 1\n"
                           "ℹ pass 2\n"
                           "ℹ fail 2\n"
                           "ℹ cancelled 0\n"
                           "ℹ skipped 1\n"
                           "ℹ todo 1\n"
                           "\n"
                           "✖ failing tests:\n"
                           "\n"
                           "test at a.test.js:3:1\n"
                           "✖ subtracts (1.027863ms)\n"
                           "  AssertionError [ERR_ASSERTION]: 2 !== 1\n"
                           "\n"
                           "test at a.test.js:4:45\n"
                           "✖ inner bad (0.078388ms)\n"
                           "  Error: boom\n");

    expect_counts(report, "node", 2, 2, 2);
    expect_failure(report, 0, "subtracts", "2 !== 1");
    expect_failure(report, 1, "inner bad", "boom");
    cr_expect_eq(report.failures.count, 2);
}

Test(testing_parsers, jest_counts_tests_and_not_suites)
{
    expect_counts(read_output("npm", "Test Suites: 1 failed, 2 passed, 3 total\n"
                                     "Tests:       1 failed, 12 passed, 13 total\n"),
                  "plain", 12, 1, 0);
}

Test(testing_parsers, mocha_prints_each_count_on_a_line)
{
    expect_counts(read_output("npm", "  5 passing (3ms)\n  1 pending\n  2 failing\n"),
                  "plain", 5, 2, 1);
}

/* ---- Python, Go, Rust ------------------------------------------------------------ */

Test(testing_parsers, pytest_gives_counts_names_and_reasons)
{
    const struct test_report report = read_output(
        "pytest",
        "collected 6 items\n"
        "tests/test_sums.py .F.sE\n"
        "=========================== short test summary info "
        "===========================\n"
        "FAILED tests/test_sums.py::test_adds - assert 3 == 4\n"
        "ERROR tests/test_io.py::test_reads - fixture 'disk' not found\n"
        "=== 1 failed, 2 passed, 1 skipped, 1 xfailed, 3 warnings, 1 error in 0.12s "
        "===\n");

    expect_counts(report, "pytest", 2, 2, 2);
    expect_failure(report, 0, "tests/test_sums.py::test_adds", "assert 3 == 4");
    expect_failure(report, 1, "tests/test_io.py::test_reads", "fixture");
}

Test(testing_parsers, pytest_is_understood_when_it_is_quiet)
{
    expect_counts(
        read_output("pytest", "..                    [100%]\n2 passed in 0.01s\n"),
        "pytest", 2, 0, 0);
}

Test(testing_parsers, go_counts_tests_and_shows_what_a_failed_one_logged)
{
    const struct test_report report =
        read_output("go", "=== RUN   TestAdds\n"
                          "--- PASS: TestAdds (0.00s)\n"
                          "=== RUN   TestSubtracts\n"
                          "    sums_test.go:9: got 3, want 2\n"
                          "--- FAIL: TestSubtracts (0.00s)\n"
                          "=== RUN   TestSlow\n"
                          "    sums_test.go:14: not now\n"
                          "--- SKIP: TestSlow (0.00s)\n"
                          "FAIL\n"
                          "FAIL\texample.com/sums\t0.004s\n"
                          "ok  \texample.com/text\t0.003s\n"
                          "FAIL\texample.com/broken [build failed]\n"
                          "FAIL\n");

    expect_counts(report, "go", 1, 2, 1);
    expect_failure(report, 0, "TestSubtracts", "got 3, want 2");
    expect_failure(report, 1, "example.com/broken", "build failed");
}

Test(testing_parsers, go_counts_packages_when_tests_that_pass_are_not_printed)
{
    expect_counts(read_output("go", "ok  \texample.com/a\t0.003s\n"
                                    "ok  \texample.com/b\t0.003s\n"
                                    "?   \texample.com/c\t[no test files]\n"),
                  "go", 2, 0, 0);
}

Test(testing_parsers, cargo_sums_its_test_programs)
{
    const struct test_report report = read_output(
        "cargo",
        "running 3 tests\n"
        "test tests::adds ... ok\n"
        "test tests::slow ... ignored\n"
        "test tests::fails ... FAILED\n"
        "\n"
        "failures:\n"
        "\n"
        "---- tests::fails stdout ----\n"
        "\n"
        "thread 'tests::fails' panicked at src/lib.rs:5:101:\n"
        "assertion `left == right` failed\n"
        "  left: 3\n"
        "stack backtrace:\n"
        "   0: __rustc::rust_begin_unwind\n"
        "\n"
        "\n"
        "failures:\n"
        "    tests::fails\n"
        "\n"
        "test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; "
        "finished in 0.10s\n"
        "\n"
        "   Doc-tests demo\n"
        "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; "
        "finished in 0.00s\n");

    expect_counts(report, "cargo", 2, 1, 1);
    expect_failure(report, 0, "tests::fails", "left: 3");
    cr_expect_eq(str_find(report.failures.items[0].message, S("backtrace")),
                 report.failures.items[0].message.len);
}

/* ---- Words ----------------------------------------------------------------------- */

Test(testing_parsers, plain_words_are_counted_in_either_order)
{
    expect_counts(read_output("make", "12 passed, 1 failed\n"), "plain", 12, 1, 0);
    expect_counts(
        read_output("make", "# TOTAL: 4\n# PASS:  3\n# SKIP:  0\n# FAIL:  1\n"),
        "plain", 3, 1, 0);
    expect_counts(read_output("make", "all 7 tests passed\n"), "plain", 7, 0, 0);
}

Test(testing_parsers, escape_sequences_are_removed)
{
    const struct str clean = report_clean(
        &arena, S("\x1b[32m3 passed\x1b[0m\r\n\x1b[1;31m1 failed\x1b[m\r\n"));

    cr_expect(str_is(clean, "3 passed\n1 failed\n"), "%.*s", STR(clean));
}

Test(testing_parsers, unittest_counts_and_names_failures_with_their_tracebacks)
{
    const struct test_report report = read_output(
        "command",
        "F.sEx\n"
        "======================================================================\n"
        "ERROR: test_reads (test_io.Io.test_reads)\n"
        "----------------------------------------------------------------------\n"
        "Traceback (most recent call last):\n"
        "FileNotFoundError: no disk\n"
        "\n"
        "======================================================================\n"
        "FAIL: test_adds (test_sums.Sums.test_adds)\n"
        "----------------------------------------------------------------------\n"
        "AssertionError: 3 != 4\n"
        "\n"
        "----------------------------------------------------------------------\n"
        "Ran 5 tests in 0.001s\n"
        "\n"
        "FAILED (failures=1, errors=1, skipped=1, expected failures=1)\n");

    expect_counts(report, "unittest", 1, 2, 2);
    cr_assert_eq(report.failures.count, 2);
    expect_failure(report, 0, "test_reads (test_io.Io.test_reads)", "no disk");
    expect_failure(report, 1, "test_adds (test_sums.Sums.test_adds)", "3 != 4");
}

Test(testing_parsers, unittest_without_failures_is_counted)
{
    expect_counts(read_output("command", "..\n-----\nRan 2 tests in 0.000s\n\nOK\n"),
                  "unittest", 2, 0, 0);
    expect_counts(
        read_output("command", "s\n-----\nRan 1 test in 0.000s\n\nOK (skipped=1)\n"),
        "unittest", 0, 0, 1);
}

Test(testing_parsers, bytes_that_end_texts_are_removed)
{
    const struct str clean = report_clean(&arena, S("a\0b\n3 passed\n"));

    cr_expect(str_is(clean, "ab\n3 passed\n"), "%.*s", STR(clean));
}

Test(testing_parsers, an_output_without_counts_belongs_to_no_framework)
{
    const struct test_report report = read_output("make", "cc -o a a.c\nall good\n");

    cr_expect_null(report.framework);
    cr_expect_not(report.has_coverage);
}

/* ---- Coverage -------------------------------------------------------------------- */

Test(testing_parsers, coverage_of_c_tools_is_read)
{
    expect_coverage("File 'a.c'\nLines executed:50.00% of 10\n\n"
                    "File 'b.c'\nLines executed:100.00% of 30\n",
                    87.5);
    expect_coverage("  lines......: 85.7% (12 of 14 lines)\n"
                    "  functions..: 100.0% (2 of 2 functions)\n",
                    85.7);
    expect_coverage("lines: 85.7% (12 out of 14)\nbranches: 50.0% (1 out of 2)\n",
                    85.7);
}

Test(testing_parsers, coverage_of_javascript_tools_is_that_of_lines)
{
    expect_coverage("File      | % Stmts | % Branch | % Funcs | % Lines | Uncovered\n"
                    "All files |   90.00 |      100 |      80 |   85.71 |\n",
                    85.71);
    expect_coverage("# file      | line % | branch % | funcs % | uncovered lines\n"
                    "# all files |  85.71 |   100.00 |   83.33 |\n",
                    85.71);
}

Test(testing_parsers, coverage_of_python_go_and_rust_is_read)
{
    expect_coverage("TOTAL                20      3    85%\n", 85);
    expect_coverage("ok  \ta\t0.003s\tcoverage: 80.0% of statements\n"
                    "ok  \tb\t0.003s\tcoverage: 60.0% of statements\n",
                    70);
    expect_coverage("85.71% coverage, 12/14 lines covered\n", 85.71);
}
