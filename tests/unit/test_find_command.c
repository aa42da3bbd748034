/* test_find_command.c: which command run-tests takes for a project. */
#include "step_fixture.h"
#include "testing/find_command.h"

TestSuite(find_command, .init = open_fixture, .fini = close_fixture);

/* The command that is found, with blanks between its arguments; "" when there is none. */
static const char *found(void)
{
    struct test_command command;
    const char *line = "";

    cr_assert_eq(find_test_command(begin_step("test", 1, 1), fixture.folder, &command),
                 KAD_SUCCESS, "%s", failure_message());
    for (const char *const *arg = command.argv; arg && *arg; arg++)
        line = arena_printf(&fixture.arena, "%s%s%s", line, *line ? " " : "", *arg);
    return line;
}

Test(find_command, an_empty_folder_has_no_tests)
{
    cr_expect_str_eq(found(), "");
}

Test(find_command, the_settings_come_first)
{
    write_file("Makefile", "test:\n\ttrue\n");
    write_file(".kad/config.yaml", "tests: {command: [./run, --all, 3]}\n");
    cr_expect_str_eq(found(), "./run --all 3");
}

Test(find_command, faulty_settings_are_a_failure)
{
    struct test_command command;

    write_file(".kad/config.yaml", "tests: {comand: [x]}\n");
    cr_expect_eq(find_test_command(begin_step("test", 1, 1), fixture.folder, &command),
                 KAD_FAILURE);
    cr_expect_str_eq(failure_code(), "bad_config");
}

Test(find_command, a_makefile_needs_the_target)
{
    write_file("Makefile",
               "tests = a b\ntest := no\ncheck-all: x\n#test: x\n\ttest: x\n");
    cr_expect_str_eq(found(), "");
    write_file("Makefile", "all:\n\ttrue\nlint check : all\n\ttrue\n");
    cr_expect_str_eq(found(), "make check");
    write_file("Makefile", "check:\ntest: all\n");
    cr_expect_str_eq(found(), "make test");
}

Test(find_command, ctest_needs_a_folder_that_was_configured)
{
    struct test_command command;

    write_file("CMakeLists.txt", "enable_testing()\n");
    cr_expect_str_eq(found(), "");
    write_file("build/CTestTestfile.cmake", "");
    cr_expect_str_eq(found(), "ctest --test-dir build --output-on-failure");
    cr_assert_eq(find_test_command(begin_step("test", 1, 1), fixture.folder, &command),
                 KAD_SUCCESS);
    cr_expect_str_eq(command.before[0], "cmake");
}

Test(find_command, a_package_needs_a_script_or_test_files)
{
    write_file("package.json", "{\"scripts\": {\"test\": \"jest\"}}");
    cr_expect_str_eq(found(), "npm test");
    write_file("package.json", "{\"scripts\": {\"test\": \"echo \\\"Error: no test "
                               "specified\\\" && exit 1\"}}");
    cr_expect_str_eq(found(), "");
    write_file("test/sums.test.js", "");
    cr_expect_str_eq(found(), "node --test");
}

Test(find_command, python_go_and_rust_are_known_by_their_files)
{
    write_file("Cargo.toml", "");
    cr_expect_str_eq(found(), "cargo test --no-fail-fast");
    write_file("go.mod", "");
    cr_expect_str_eq(found(), "go test -v ./...");
    write_file("tests/test_sums.py", "");
    cr_expect_not_null(strstr(found(), "pytest"));
}
