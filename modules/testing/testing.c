/* testing.c: runs the project's tests, and has failing ones mended; see module.yaml.
 *
 * What the tests say is a result, never a failure of the step: passed means that the
 * command ended with exit status 0 and no test failed. find_command.c finds the
 * command, report.c and the parse_*.c read what it printed. */
#include "modules/testing.h"

#include <string.h>

#include "base/buf.h"
#include "common/git.h"
#include "common/prompt.h"
#include "find_command.h"
#include "report.h"

enum { OUTPUT_TAIL_BYTES = 8000, MESSAGE_TAIL_BYTES = 2000 };

/* ---- run-tests ------------------------------------------------------------------- */

static struct str tail_of(struct str text, size_t max_bytes)
{
    text = str_trim(text);
    return str_part(text, text.len > max_bytes ? text.len - max_bytes : 0, text.len);
}

static const char *keep(struct kad_step *step, struct str text)
{
    return kad_copy(step, text.len ? text.p : "", text.len);
}

static struct kad_strings strings_of(const char *const *argv)
{
    size_t count = 0;

    while (argv[count])
        count++;
    return (struct kad_strings){argv, count};
}

static const char *command_line(struct arena *arena, const char *const *argv)
{
    struct buf line;

    buf_init(&line, arena);
    for (; *argv; argv++)
        buf_printf(&line, "%s%s", line.len ? " " : "", *argv);
    return buf_str(&line).p;
}

/* What both streams printed: test frameworks use either. */
static struct str output_of(struct arena *arena, const struct kad_output *output)
{
    struct buf both;

    buf_init(&both, arena);
    buf_add(&both, (struct str){output->out, output->out_len});
    buf_add_char(&both, '\n');
    buf_add(&both, (struct str){output->err, output->err_len});
    return report_clean(arena, buf_str(&both));
}

static void
fill_failures(struct kad_step *step, const struct test_report *report,
              struct testing_run_tests_outputs_test_results_failures *failures)
{
    struct testing_run_tests_outputs_test_results_failures_item *items =
        kad_alloc(step, (report->failures.count + 1) * sizeof(*items));

    for (size_t i = 0; i < report->failures.count; i++) {
        items[i].name = keep(step, report->failures.items[i].name);
        items[i].message = keep(step, report->failures.items[i].message);
    }
    failures->items = items;
    failures->count = report->failures.count;
}

static void fill_results(struct kad_step *step, const struct test_command *command,
                         const struct test_report *report, bool has_passed,
                         struct str output,
                         struct testing_run_tests_outputs_test_results *results)
{
    results->passed = has_passed;
    results->coverage = report->has_coverage ? report->coverage : 0;
    results->coverage_measured = report->has_coverage;
    results->succeeded = report->succeeded;
    results->failed = report->failed;
    results->skipped = report->skipped;
    results->total = report->succeeded + report->failed + report->skipped;
    results->framework = report->framework ? report->framework : command->framework;
    results->command = strings_of(command->argv);
    results->output = keep(step, tail_of(output, OUTPUT_TAIL_BYTES));
    fill_failures(step, report, &results->failures);
}

static void say_result(struct kad_step *step, const struct test_report *report,
                       bool has_passed)
{
    if (!report->framework)
        kad_log(step,
                "no counts could be read from the output: the exit status decides");
    if (!report->has_coverage)
        kad_log(step, "coverage was not measured");
    kad_progress(step, "tests %s: %lld passed, %lld failed, %lld skipped",
                 has_passed ? "pass" : "fail", (long long)report->succeeded,
                 (long long)report->failed, (long long)report->skipped);
}

/* Python says so, and it is no test that fails: an agent could not mend it. */
static bool lacks_pytest(const char *framework, const struct kad_output *output)
{
    return !strcmp(framework, "pytest") && output->exit_code != 0 &&
           strstr(output->err, "No module named pytest");
}

/* Runs a command; *report and *text say what it printed. *has_passed: see above. */
static enum kad_outcome run(struct kad_step *step, const char *const *argv,
                            const char *framework, struct test_report *report,
                            struct str *text, bool *has_passed)
{
    const char *const env[] = {"NO_COLOR=1", "CARGO_TERM_COLOR=never", NULL};
    const struct kad_program program = {.argv = argv, .env = env};
    const char *line = command_line(report->arena, argv);
    struct kad_output output;
    enum kad_outcome outcome;

    kad_progress(step, "%s", line);
    outcome = kad_exec(step, &program, &output);
    if (outcome != KAD_SUCCESS)
        return outcome;
    if (lacks_pytest(framework, &output))
        return kad_fail(step, "no_tests",
                        "pytest is not installed; install it, or name the command in "
                        ".kad/config.yaml: tests: {command: [python3, -m, unittest]}");
    if (output.is_cut)
        kad_log(step, "only the first %d MiB of the output are read, for counts too",
                KAD_OUTPUT_MAX / 1024 / 1024);
    *text = output_of(report->arena, &output);
    report_read(report, framework, *text);
    *has_passed = output.exit_code == 0 && report->failed == 0;
    if (!*has_passed && !report->failures.count)
        report_fail(report, str_of(line), tail_of(*text, MESSAGE_TAIL_BYTES));
    return KAD_SUCCESS;
}

static enum kad_outcome run_all(struct kad_step *step,
                                const struct test_command *command, struct arena *arena,
                                struct testing_run_tests_outputs_test_results *results)
{
    struct test_report report = {.arena = arena};
    struct str text = {0};
    bool has_passed = true;
    enum kad_outcome outcome = KAD_SUCCESS;

    if (command->before)
        outcome = run(step, command->before, "build", &report, &text, &has_passed);
    if (outcome == KAD_SUCCESS && has_passed) {
        report = (struct test_report){.arena = arena};
        outcome =
            run(step, command->argv, command->framework, &report, &text, &has_passed);
    }
    if (outcome != KAD_SUCCESS)
        return outcome;
    fill_results(step, command, &report, has_passed, text, results);
    say_result(step, &report, has_passed);
    return KAD_SUCCESS;
}

enum kad_outcome testing_run_tests(struct kad_step *step,
                                   const struct testing_run_tests_inputs *in,
                                   struct testing_run_tests_outputs *out)
{
    struct test_command command;
    struct arena arena = {0};
    enum kad_outcome outcome =
        find_test_command(step, kad_step_workspace(step), &command);

    (void)in; /* the whole suite runs, whatever was changed */
    if (outcome != KAD_SUCCESS)
        return outcome;
    if (!command.argv)
        return kad_fail(
            step, "no_tests",
            "no test command was found; name one in .kad/config.yaml: tests: "
            "{command: [...]}");
    outcome = run_all(step, &command, &arena, &out->test_results);
    arena_release(&arena);
    return outcome;
}

/* ---- fix-failing-tests ----------------------------------------------------------- */

static const char *failures_text(struct kad_step *step,
                                 const struct testing_fix_failing_tests_inputs *in)
{
    struct arena arena = {0};
    struct buf text;
    const char *copy;

    buf_init(&text, &arena);
    for (size_t i = 0; i < in->test_results.failures.count; i++)
        buf_printf(&text, "### %s\n\n```\n%s\n```\n\n",
                   in->test_results.failures.items[i].name,
                   in->test_results.failures.items[i].message);
    copy = kad_copy(step, text.p ? text.p : "", text.len);
    arena_release(&arena);
    return copy;
}

static enum kad_outcome ask_to_fix(struct kad_step *step,
                                   const struct testing_fix_failing_tests_inputs *in,
                                   struct testing_fix_failing_tests_outputs *out)
{
    const char *prompt = kad_printf(
        step,
        "# Mend failing tests\n\n"
        "Tests of the project in the working directory fail after a change. "
        "Find the cause and mend it: the code where the code is wrong, a test "
        "only where the test is wrong. Commit nothing.\n\n"
        "## Failing tests\n\n%s"
        "## End of the output\n\n```\n%s\n```\n\n",
        failures_text(step, in), in->test_results.output);

    return kad_ask(step, prompt, testing_fix_failing_tests_action.outputs, out);
}

enum kad_outcome
testing_fix_failing_tests(struct kad_step *step,
                          const struct testing_fix_failing_tests_inputs *in,
                          struct testing_fix_failing_tests_outputs *out)
{
    struct git git;
    enum kad_outcome outcome = git_open(step, &git);

    if (outcome == KAD_SUCCESS)
        outcome = git_begin(&git, git_ref_of_attempt(step));
    return outcome == KAD_SUCCESS ? ask_to_fix(step, in, out) : outcome;
}
