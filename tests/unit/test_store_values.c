/* test_store_values.c: values that are too large for a row are in files, and nobody notices. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/sqlite.h"
#include "store/value_file.h"
#include "store_fixture.h"

enum { LARGE = VALUE_IN_ROW_MAX + 1 };

TestSuite(store_values, .fini = clean_up);

#define BOTH(sentence) BOTH_IN(store_values, sentence)

/* A JSON text of that length. */
static const char *json_of_len(size_t len, char fill)
{
    char *text = arena_alloc(&arena, len + 1);

    memset(text, fill, len);
    text[0] = text[len - 1] = '"';
    return text;
}

static enum store_error end_step(const char *key, const char *execution,
                                 const char *outputs)
{
    const struct step_ending ended = {
        .key = key, .status = STEP_RUN_COMPLETED, .outputs = outputs};

    return commit_of(execution, (struct journal_commit){.ended = &ended});
}

static const char *values_folder(void)
{
    return arena_printf(&arena, "%s/.kad/values", folder);
}

/* How many files there are; *path is one of them. */
static size_t count_files(const char **path)
{
    DIR *dir = opendir(values_folder());
    const struct dirent *entry;
    size_t count = 0;

    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        *path = arena_printf(&arena, "%s/%s", values_folder(), entry->d_name);
        count++;
    }
    if (dir)
        closedir(dir);
    return count;
}

static const char *stored(const char *column)
{
    sqlite3 *db = ((struct sqlite_journal *)journal)->db;
    const char *sql = arena_printf(&arena, "SELECT %s FROM step_executions", column);
    const char *text;
    sqlite3_stmt *statement;

    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    text = arena_printf(&arena, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return text;
}

BOTH(a_large_value_comes_back_as_it_was)
{
    const char *large = json_of_len(LARGE, 'x');

    start_with_step("e", "plan");
    cr_assert_eq(end_step("e/plan/1/1", "e", large), STORE_OK);
    cr_assert_eq(commit_of("e", (struct journal_commit){.sets_execution = true,
                                                        .status = EXECUTION_COMPLETED,
                                                        .outputs = large}),
                 STORE_OK);
    reopen();
    cr_assert_str_eq(last_step("e", "plan").outputs, large);
    cr_assert_str_eq(found("e").outputs, large);
}

static void take_outputs(void *context, const struct step_row *row)
{
    *(const char **)context = arena_printf(&arena, "%s", row->outputs);
}

BOTH(a_large_value_inside_of_a_block_comes_back)
{
    const char *large = json_of_len(LARGE, 'x'), *outputs = NULL;
    const struct step_taker taker = {take_outputs, &outputs};
    struct step_row inner = step_of("e", "plan", 1, 1);

    inner.parent = "e/each/1/1";
    start_with_step("e", "each");
    cr_assert_eq(start_step(&inner), STORE_OK);
    cr_assert_eq(end_step(inner.key, "e", large), STORE_OK);
    reopen();
    cr_assert_eq(journal->ops->inside(journal, "e/each/1/1", 1, false, &taker),
                 STORE_OK);
    cr_assert_str_eq(outputs, large);
}

BOTH(a_list_has_no_large_values)
{
    struct execution_row *rows;
    size_t count;

    start_execution("e");
    cr_assert_eq(journal->ops->list(journal, &arena, NULL, 0, &rows, &count), STORE_OK);
    cr_assert_eq(count, 1);
    cr_assert_null(rows[0].trigger_data);
    cr_assert_null(rows[0].outputs);
}

BOTH(a_text_that_looks_like_a_reference_is_only_a_text)
{
    const char *text =
        "file:"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    start_with_step("e", "plan");
    cr_assert_eq(end_step("e/plan/1/1", "e", text), STORE_OK);
    reopen();
    cr_assert_str_eq(last_step("e", "plan").outputs, text);
}

/* A step with a large output, in a file. */
static const char *start_with_large_output(void)
{
    const char *large = json_of_len(LARGE, 'x');

    use_folder();
    open_file();
    start_with_step("e", "plan");
    cr_assert_eq(end_step("e/plan/1/1", "e", large), STORE_OK);
    return large;
}

Test(store_values, a_large_value_is_in_a_file_for_the_owner_alone)
{
    const char *large, *path;
    struct stat about;
    char hash[VALUE_HASH_SIZE];

    umask(0);
    large = start_with_large_output();
    value_hash(str_of(large), hash);
    cr_assert_eq(count_files(&path), 1);
    cr_assert(str_ends_with(str_of(path), str_of(hash)));
    cr_assert_str_eq(stored("outputs"), arena_printf(&arena, "file:%s", hash));
    cr_assert_eq(stat(path, &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0600);
    cr_assert_eq(about.st_size, LARGE);
    cr_assert_eq(stat(values_folder(), &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0700);
}

Test(store_values, what_just_fits_stays_in_its_row)
{
    const char *path;

    use_folder();
    open_file();
    start_with_step("e", "plan");
    cr_assert_eq(end_step("e/plan/1/1", "e", json_of_len(VALUE_IN_ROW_MAX, 'x')),
                 STORE_OK);
    cr_assert_eq(count_files(&path), 0);
}

Test(store_values, the_same_content_is_kept_once)
{
    const char *large = start_with_large_output(), *path;
    struct step_row next = step_of("e", "work", 1, 1);
    struct execution_row row;
    bool existed;

    next.inputs = large;
    cr_assert_eq(start_step(&next), STORE_OK);
    cr_assert_eq(count_files(&path), 1);
    next.inputs = json_of_len(LARGE, 'y');
    next.key = "e/work/1/2";
    next.attempt = 2;
    cr_assert_eq(start_step(&next), STORE_OK);
    cr_assert_eq(create("flow", "f", NULL, &row, &existed), STORE_OK);
    cr_assert_eq(count_files(&path), 2);
    cr_assert_str_eq(last_step("e", "work").inputs, next.inputs);
}

/* What reads the value fails, and says which file; what does not, does not. */
static void assert_refused(const char *path, const char *why)
{
    struct execution_row *rows;
    struct step_row row, *steps;
    size_t count;

    cr_assert_eq(journal->ops->last_step(journal, &arena, "e", "plan", "", 0, &row),
                 STORE_FAILED);
    cr_assert(strstr(store_message(journal), path), "%s", store_message(journal));
    cr_assert(strstr(store_message(journal), why), "%s", store_message(journal));
    cr_assert(strstr(store_message(journal), "restore that file from a backup"));
    cr_assert_eq(journal->ops->steps(journal, &arena, "e", &steps, &count),
                 STORE_FAILED);
    cr_assert_eq(journal->ops->list(journal, &arena, NULL, 0, &rows, &count), STORE_OK);
    cr_assert_eq(count, 1);
}

Test(store_values, a_damaged_file_is_named)
{
    const char *path = NULL;
    int fd;

    start_with_large_output();
    count_files(&path);
    fd = open(path, O_WRONLY);
    cr_assert_eq(pwrite(fd, "y", 1, 1000), 1);
    close(fd);
    assert_refused(path, "is damaged");
}

Test(store_values, a_missing_file_is_named)
{
    const char *path = NULL;

    start_with_large_output();
    count_files(&path);
    cr_assert_eq(unlink(path), 0);
    assert_refused(path, "No such file or directory");
}

Test(store_values, who_stores_the_same_again_mends_a_damaged_file)
{
    const char *large = start_with_large_output(), *path = NULL;
    struct step_row next = step_of("e", "work", 1, 1);

    count_files(&path);
    cr_assert_eq(truncate(path, 10), 0);
    next.inputs = large;
    cr_assert_eq(start_step(&next), STORE_OK);
    cr_assert_str_eq(last_step("e", "plan").outputs, large);
}

Test(store_values, what_would_be_too_large_to_be_read_is_not_written)
{
    const struct str large = {"", (size_t)VALUE_FILE_MAX + 1}; /* is not looked at */
    char hash[VALUE_HASH_SIZE];

    use_folder();
    value_hash(S("x"), hash);
    cr_assert_not(value_file_write(&arena, folder, hash, large));
    cr_assert_eq(errno, EFBIG);
    cr_assert_eq(access(value_path(&arena, folder, hash), F_OK), -1);
}

Test(store_values, a_value_that_cannot_be_written_is_not_referred_to)
{
    int fd;

    use_folder();
    open_file();
    start_with_step("e", "plan");
    fd = open(values_folder(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    cr_assert_eq(end_step("e/plan/1/1", "e", json_of_len(LARGE, 'x')), STORE_FAILED);
    cr_assert(strstr(store_message(journal), values_folder()), "%s",
              store_message(journal));
    cr_assert_eq(last_step("e", "plan").status, STEP_RUN_RUNNING);
    cr_assert_eq(unlink(values_folder()), 0);
    cr_assert_eq(end_step("e/plan/1/1", "e", json_of_len(LARGE, 'x')), STORE_OK);
}
