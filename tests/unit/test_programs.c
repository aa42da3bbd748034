/* test_programs.c: steps that are programs, in whatever language: `run:`, and modules with a
 * command; and the logs they leave. */
#include <criterion/criterion.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "engine/engine.h"
#include "process/host.h"
#include "program/modules.h"

static struct arena arena;
static char folder[PATH_MAX];
static struct process_host host;
static struct project project;
static struct engine engine;
static struct execution_row row;
static struct engine_result result;

/* ---- One step, then the end --------------------------------------------------------- */

struct note {
    const char *text;
    struct kad_optional_integer count;
};

static const struct kad_field note_fields[] = {
    {.name = "text", .offset = offsetof(struct note, text), .type = &kad_string_type},
    {.name = "count",
     .offset = offsetof(struct note, count),
     .type = &kad_optional_integer_type},
};

static const struct kad_type note_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct note),
    .fields = note_fields,
    .field_count = 2,
};

static struct kad_action action = {
    .module = "notes",
    .name = "write",
    .module_version = "1.0.0",
    .inputs = &note_type,
    .outputs = &note_type,
    .folder = "modules/notes",
};

struct frame {
    struct kad_run_outputs run;
    struct note note;
};

static struct kad_step_info infos[] = {
    {.id = "run",
     .action = &kad_run_action,
     .outputs_offset = offsetof(struct frame, run)},
    {.id = "note", .action = &action, .outputs_offset = offsetof(struct frame, note)},
};

static struct kad_run_inputs run_inputs;
static struct note note_input;
static int entry;

static int advance(struct kad_run *run, void *frame, int position)
{
    struct frame *f = frame;
    enum kad_outcome outcome;

    if (entry == 0)
        outcome = kad_do(run, &infos[0], &run_inputs, &f->run);
    else
        outcome = kad_do(run, &infos[1], &note_input, &f->note);
    (void)position;
    switch (outcome) {
    case KAD_SUCCESS: return KAD_END_COMPLETE;
    case KAD_FAILURE:
    case KAD_TIMEOUT: return KAD_END_FAIL;
    case KAD_LATER: break;
    }
    return entry;
}

static const struct kad_workflow workflow = {
    .id = "programs",
    .name = "Programs",
    .version = "1.0.0",
    .definition = "{}",
    .trigger = &kad_nothing_type,
    .frame_size = sizeof(struct frame),
    .steps = infos,
    .step_count = 2,
    .advance = advance,
};

static const char *path_of(const char *name)
{
    return arena_printf(&arena, "%s/%s", folder, name);
}

static void set_up(void)
{
    strcpy(folder, "/tmp/kad-programs-XXXXXX");
    cr_assert(mkdtemp(folder));
    process_host_init(&host);
    project = (struct project){
        .root = folder, .database = path_of(".kad/kad.db"), .state = path_of(".kad")};
    engine = (struct engine){.workflow = &workflow,
                             .project = &project,
                             .journal = memory_journal_new(),
                             .host = &host.host};
}

static int remove_one(const char *path, const struct stat *about, int type,
                      struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}

static void clean_up(void)
{
    process_host_release(&host);
    journal_close(engine.journal);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    arena_release(&arena);
}

TestSuite(programs, .init = set_up, .fini = clean_up, .timeout = 60);

/* ---- Acting and looking ------------------------------------------------------------- */

static void go(void)
{
    bool existed;

    cr_assert_eq(engine_create(&engine, &arena, "{}", NULL, NULL, &row, &existed),
                 STORE_OK);
    engine_run(&engine, &arena, &row, &result);
}

static void run_argv(const char *const *argv, size_t count)
{
    entry = 0;
    run_inputs.argv = (struct kad_strings){argv, count};
    go();
}

#define RUN(...)                                                                       \
    run_argv((const char *const[]){__VA_ARGS__},                                       \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* A module whose program is a shell script. */
static void run_module(const char *script)
{
    static const char *const command[] = {"./write", NULL};

    entry = 1;
    action.command = command;
    note_input.text = "hello";
    cr_assert(make_folders(&arena, path_of("modules/notes")));
    cr_assert(file_write(&arena, path_of("modules/notes/write"),
                         str_printf(&arena, "#!/bin/sh\n%s\n", script)));
    cr_assert_eq(chmod(path_of("modules/notes/write"), 0700), 0);
    go();
}

static struct step_row last_row(void)
{
    struct step_row last;

    cr_assert_eq(engine.journal->ops->last_step(engine.journal, &arena, row.id,
                                                infos[entry].id, "", 0, &last),
                 STORE_OK);
    return last;
}

static const char *log_text(void)
{
    struct str text;

    cr_assert(file_read(&arena,
                        path_of(arena_printf(&arena, ".kad/logs/%s/%s.1.1.log", row.id,
                                             infos[entry].id)),
                        INT_MAX, &text));
    return text.p;
}

static void expect_failure(const char *code)
{
    cr_expect_eq(result.end, ENGINE_FAILED);
    cr_assert(result.error.code);
    cr_expect_str_eq(result.error.code, code, "%s: %s", result.error.code,
                     result.error.message);
}

/* ---- run: --------------------------------------------------------------------------- */

Test(programs, a_program_leaves_its_output_and_a_log)
{
    RUN("sh", "-c", "echo one; echo two >&2");
    cr_expect_eq(result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(last_row().outputs,
                     "{\"exitCode\":0,\"stdout\":\"one\\n\",\"stderr\":\"two\\n\"}");
    cr_expect(strstr(log_text(), "one\n"));
    cr_expect(strstr(log_text(), "two\n"));
    cr_expect_eq(strncmp(log_text(), "$ sh -c ", 8), 0);
}

Test(programs, another_exit_status_fails_and_its_output_stays)
{
    RUN("sh", "-c", "echo one; echo why >&2; exit 3");
    expect_failure("exit_status");
    cr_expect_str_eq(result.error.message, "exit status 3: why");
    cr_expect_str_eq(last_row().outputs,
                     "{\"exitCode\":3,\"stdout\":\"one\\n\",\"stderr\":\"why\\n\"}");
}

Test(programs, other_exit_codes_may_be_good_too)
{
    static const int32_t ok_exits[] = {0, 3};

    infos[0].ok_exits = ok_exits;
    infos[0].ok_exit_count = 2;
    RUN("sh", "-c", "exit 3");
    cr_expect_eq(result.end, ENGINE_COMPLETED);
    RUN("sh", "-c", "exit 2");
    expect_failure("exit_status");
}

Test(programs, a_program_that_is_not_there_says_so)
{
    RUN("kad-no-such-program");
    expect_failure("spawn_failed");
    cr_expect_str_eq(result.error.message,
                     "`kad-no-such-program`: No such file or directory");
}

Test(programs, a_folder_that_is_not_there_says_so)
{
    run_inputs.cwd = "nowhere";
    RUN("true");
    expect_failure("spawn_failed");
    cr_expect(strstr(result.error.message, "there is no such folder"));
}

Test(programs, a_program_that_is_nowhere_is_not_forbidden)
{
    const char *closed = path_of("closed");

    if (geteuid() == 0) { /* root may search every folder */
        cr_assert_eq(chown(folder, 65534, 65534), 0);
        cr_assert_eq(setresuid(65534, 65534, 65534), 0);
        prctl(PR_SET_DUMPABLE, 1); /* for the leak check */
    }
    cr_assert_eq(mkdir(closed, 0), 0);
    setenv("PATH", arena_printf(&arena, "%s:/usr/bin:/bin", closed), 1);
    RUN("kad-no-such-program");
    expect_failure("spawn_failed");
    cr_expect(strstr(result.error.message, "No such file"), "%s", result.error.message);
    RUN("/etc/passwd");
    cr_expect(strstr(result.error.message, "Permission denied"), "%s",
              result.error.message);
}

Test(programs, it_gets_variables_a_folder_and_stdin)
{
    static const char *const env[] = {"GREETING=hello"};

    cr_assert(make_folders(&arena, path_of("below")));
    run_inputs = (struct kad_run_inputs){
        .env = {env, 1}, .cwd = "below", .stdin_text = "from stdin"};
    RUN("sh", "-c", "echo $GREETING $KAD_STEP $KAD_ATTEMPT; basename $(pwd); cat");
    cr_expect_str_eq(last_row().outputs,
                     "{\"exitCode\":0,\"stdout\":\"hello run 1\\nbelow\\nfrom stdin\","
                     "\"stderr\":\"\"}");
}

Test(programs, inputs_that_are_too_large_to_be_kept_fail_the_step)
{
    char *text = arena_alloc(&arena, JOURNAL_VALUE_MAX + 1);

    memset(text, 'x', JOURNAL_VALUE_MAX);
    run_inputs.stdin_text = text;
    RUN("cat");
    expect_failure("bad_input");
    cr_expect_str_eq(result.error.message, "the inputs are larger than 64 MiB");
}

Test(programs, bytes_that_are_no_text_are_replaced)
{
    RUN("printf", "a\\377b\\000c");
    cr_expect_str_eq(last_row().outputs, "{\"exitCode\":0,\"stdout\":\"a\xef\xbf\xbd"
                                         "b\xef\xbf\xbd"
                                         "c\",\"stderr\":\"\"}");
}

Test(programs, a_timeout_ends_it)
{
    infos[0].timeout_ms = 50;
    RUN("sleep", "1000");
    expect_failure("timed_out");
    cr_expect_eq(last_row().status, STEP_RUN_TIMED_OUT);
}

Test(programs, too_much_output_fails)
{
    RUN("head", "-c", "4194305", "/dev/zero");
    expect_failure("output_too_large");
    cr_expect_null(strstr(last_row().outputs, "stdout\":\""),
                   "a part is not handed on");
}

Test(programs, output_that_grows_too_large_as_text_fails)
{
    RUN("sh", "-c", "head -c 4000000 /dev/zero | tr '\\0' '\\1'"); /* each is \u0001 */
    expect_failure("output_too_large");
    RUN("sh", "-c", "head -c 4000000 /dev/zero | tr '\\0' '\\1'; exit 3");
    expect_failure("exit_status");
    cr_expect_null(last_row().outputs);
}

Test(programs, output_that_is_as_large_as_allowed_is_handed_on)
{
    RUN("sh", "-c", "head -c 4194000 /dev/zero | tr '\\0' x");
    cr_expect_gt(strlen(last_row().outputs), 4194000);
}

/* ---- Modules ------------------------------------------------------------------------ */

Test(programs, a_module_answers_with_its_outputs)
{
    run_module(
        "cat >/dev/null; echo ' {\"outputs\": {\"text\": \"bye\", \"count\": 2}} '");
    cr_expect_eq(result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(last_row().outputs, "{\"text\":\"bye\",\"count\":2}");
}

Test(programs, a_module_gets_the_action_its_inputs_and_where_it_is)
{
    run_module("cat >request; echo \"$KAD_KEY $KAD_STEP $KAD_VISIT $KAD_DB\" >env; "
               "echo '{\"outputs\":{\"text\":\"\"}}'");
    struct str text;

    cr_assert(file_read(&arena, path_of("request"), INT_MAX, &text));
    cr_expect_str_eq(
        text.p,
        arena_printf(
            &arena,
            "{\"action\":\"write\",\"inputs\":{\"text\":\"hello\"},\"context\":{"
            "\"execution\":\"%s\",\"workflow\":\"programs\",\"step\":\"note\","
            "\"visit\":1,\"attempt\":1,\"key\":\"%s/note/1/1\","
            "\"workspace\":\"%s\",\"deadline\":null}}",
            row.id, row.id, folder));
    cr_assert(file_read(&arena, path_of("env"), INT_MAX, &text));
    cr_expect_str_eq(text.p, arena_printf(&arena, "%s/note/1/1 note 1 %s\n", row.id,
                                          project.database));
}

Test(programs, an_error_counts_whatever_the_exit_status)
{
    run_module("echo '{\"error\":{\"code\":\"full\",\"message\":\"no room\","
               "\"details\":{\"left\":0}}}'; exit 4");
    expect_failure("full");
    cr_expect_str_eq(result.error.message, "no room");
    cr_expect_str_eq(result.error.details.text, "{\"left\":0}");
    run_module("echo '{\"error\":{\"code\":\"full\",\"message\":\"no room\"}}'");
    expect_failure("full");
}

Test(programs, an_error_that_the_manifest_does_not_name_is_logged)
{
    static const char *const errors[] = {"empty", NULL};

    action.errors = errors;
    run_module("echo '{\"error\":{\"code\":\"full\",\"message\":\"no room\"}}'");
    expect_failure("full");
    cr_expect(strstr(log_text(), "does not declare"));
}

Test(programs, another_exit_status_without_an_error_has_the_last_lines)
{
    run_module("echo first >&2; echo last >&2; exit 4");
    expect_failure("exit_status");
    cr_expect_str_eq(result.error.message, "exit status 4: first\nlast");
}

Test(programs, a_signal_is_told)
{
    run_module("kill -KILL $$");
    expect_failure("signal");
}

/* One test, all that is no answer. */
Test(programs, anything_but_one_document_is_bad_output)
{
    static const char *const answers[] = {
        "",
        "text",
        "[]",
        "{\"outputs\":{\"text\":\"a\"}} more",
        "{\"outputs\":{\"text\":\"a\"}}{}",
        "{\"outputs\":{\"text\":1}}",
        "{\"outputs\":{}}",
        "{}",
        "{\"outputs\":{\"text\":\"a\"},\"outcome\":\"good\"}",
        "{\"error\":\"oops\"}",
        "{\"error\":{\"code\":\"\",\"message\":\"\"}}",
    };

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        run_module(arena_printf(&arena, "echo '%s'", answers[i]));
        expect_failure("bad_output");
    }
}

/* The step's own declaration is narrower than the manifest's; a message cites 100 bytes. */
Test(programs, a_message_may_be_cut_inside_a_character)
{
    static const char *const values[] = {"small", NULL};
    static const struct kad_type narrow = {
        .kind = KAD_STRING, .size_bytes = sizeof(const char *), .values = values};
    static const struct kad_field fields[] = {
        {.name = "text", .offset = offsetof(struct note, text), .type = &narrow}};
    static const struct kad_type outputs = {.kind = KAD_OBJECT,
                                            .size_bytes = sizeof(struct note),
                                            .fields = fields,
                                            .field_count = 1};
    struct buf text;

    buf_init(&text, &arena);
    for (int i = 0; i < 60; i++)
        buf_add(&text, S("\u00e4"));
    infos[1].outputs = &outputs;
    run_module(arena_printf(&arena, "echo '{\"outputs\":{\"text\":\"x%s\"}}'", text.p));
    expect_failure("bad_output");
}

Test(programs, an_answer_over_16_mib_is_too_large)
{
    run_module("head -c 16777217 /dev/zero");
    expect_failure("output_too_large");
}

Test(programs, a_module_that_does_not_read_its_stdin_is_fine)
{
    char *text = arena_alloc(&arena, 4 * 1024 * 1024);

    memset(text, 'x', 4 * 1024 * 1024 - 1);
    note_input.text = text;
    run_module("echo '{\"outputs\":{\"text\":\"a\"}}'");
    cr_expect_eq(result.end, ENGINE_COMPLETED);
}

Test(programs, an_execution_keeps_the_module_that_it_started_with)
{
    const char *error;

    run_module("echo '{\"outputs\":{\"text\":\"old\"}}'");
    error = modules_pin(&arena, &project, &workflow, &engine.modules);
    cr_assert_null(error, "%s", error);
    run_module("echo '{\"outputs\":{\"text\":\"new\"}}'"); /* edited after the copy */
    cr_expect_str_eq(last_row().outputs, "{\"text\":\"old\"}");
    error = modules_pin(&arena, &project, &workflow, &engine.modules);
    cr_assert_null(error, "%s", error);
    run_module("echo '{\"outputs\":{\"text\":\"newer\"}}'");
    cr_expect_str_eq(last_row().outputs, "{\"text\":\"new\"}");
}
