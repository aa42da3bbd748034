/* test_store_upkeep.c: what is not needed goes, the file shrinks, a copy is a store; and a file
 * that one has used for long is not slower for it. */
#include "store/upkeep.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "project.h"
#include "report.h"
#include "store/sqlite.h"
#include "store/value_file.h"
#include "store_fixture.h"

enum { LARGE = VALUE_IN_ROW_MAX + 1, LATER_MS = 1000 };

TestSuite(store_upkeep, .fini = clean_up);

/* ---- Looking ---------------------------------------------------------------------- */

static sqlite3 *db(void)
{
    return ((struct sqlite_journal *)journal)->db;
}

static const char *sql_text(const char *sql)
{
    const char *text = "";
    sqlite3_stmt *statement;

    cr_assert_eq(sqlite3_prepare_v2(db(), sql, -1, &statement, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(db()));
    while (sqlite3_step(statement) == SQLITE_ROW)
        text = arena_printf(&arena, "%s%s\n", text,
                            (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return text;
}

static int count_rows(const char *table)
{
    return atoi(sql_text(arena_printf(&arena, "SELECT count(*) FROM %s", table)));
}

static void assert_sound(void)
{
    cr_assert_str_eq(sql_text("PRAGMA integrity_check"), "ok\n");
    cr_assert_str_eq(sql_text("PRAGMA foreign_key_check"), "");
}

static int64_t bytes_of(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 ? about.st_size : 0;
}

static const char *values_folder(void)
{
    return arena_printf(&arena, "%s/.kad/values", folder);
}

static size_t count_values(void)
{
    DIR *dir = opendir(values_folder());
    const struct dirent *entry;
    size_t count = 0;

    while (dir && (entry = readdir(dir)))
        count += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

/* ---- Filling ---------------------------------------------------------------------- */

static const char *json_of_len(size_t len, char fill)
{
    char *text = arena_alloc(&arena, len + 1);

    memset(text, fill, len);
    text[0] = text[len - 1] = '"';
    return text;
}

static void end_execution(const char *id, enum execution_status status)
{
    cr_assert_eq(commit_of(id, (struct journal_commit){.sets_execution = true,
                                                       .status = status}),
                 STORE_OK);
}

static void finish(const char *id)
{
    start_with_step(id, "plan");
    end_execution(id, EXECUTION_COMPLETED);
}

static void start_called(const char *id, const char *parent, const char *parent_key)
{
    const struct workflow_row definition = {
        .id = "flow", .name = "Name", .version = "1.0.0", .definition = "{}"};
    struct execution_row row = {.id = id,
                                .workflow_id = "flow",
                                .workflow_version = "1.0.0",
                                .trigger_type = "workflow",
                                .status = EXECUTION_RUNNING,
                                .current_step = "x",
                                .started_ms = now_ms,
                                .workspace = "/work",
                                .parent_id = parent,
                                .parent_key = parent_key};
    bool existed;

    cr_assert_eq(journal->ops->create(journal, &arena, &definition, &row, &existed),
                 STORE_OK);
}

/* With a called execution, rows inside of a block, a large value and an event that it took. */
static void finish_rich(const char *id)
{
    struct event_row event = {.name = "paid", .data = "{}", .at_ms = now_ms};
    const struct step_row outer = start_with_step(id, "outer");
    struct step_row inner = step_of(id, "inner", 1, 1);
    const struct step_ending ended = {.key = outer.key,
                                      .status = STEP_RUN_COMPLETED,
                                      .outputs = json_of_len(LARGE, 'x')};
    const char *child = arena_printf(&arena, "%sc", id);

    inner.parent = outer.key;
    cr_assert_eq(start_step(&inner), STORE_OK);
    start_called(child, id, inner.key);
    end_execution(child, EXECUTION_COMPLETED);
    cr_assert_eq(journal->ops->emit(journal, &event), STORE_OK);
    cr_assert_eq(commit_of(id, (struct journal_commit){.ended = &ended,
                                                       .taken_event = event.id}),
                 STORE_OK);
    end_execution(id, EXECUTION_COMPLETED);
}

static size_t delete_one(const char *id, int64_t before_ms)
{
    struct deletion deletion;

    cr_assert_eq(store_delete(journal, &id, 1, before_ms, &deletion), STORE_OK);
    cr_assert_eq(deletion.done, 1);
    return deletion.executions + deletion.called;
}

static void use_file(void)
{
    use_folder();
    open_file();
}

/* ---- Deleting --------------------------------------------------------------------- */

Test(store_upkeep, an_execution_goes_with_all_its_rows_and_a_note_of_it_stays)
{
    struct pruned_row *rows;
    size_t count;

    use_file();
    finish_rich("e");
    finish("f");
    cr_assert_eq(delete_one("e", now_ms + 1), 2);
    cr_assert_eq(count_rows("executions"), 1);
    cr_assert_eq(count_rows("step_executions"), 1);
    cr_assert_eq(count_rows("large_values"), 0);
    cr_assert_eq(count_rows("taken_events"), 0);
    cr_assert_eq(count_rows("execution_history"), 2);
    assert_sound();
    reopen();
    cr_assert_eq(store_pruned(journal, &arena, "", 10, &rows, &count), STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(rows[0].id, "e");
    cr_assert_str_eq(rows[1].id, "ec");
    cr_assert_str_eq(rows[1].workspace, "/work");
    cr_assert_eq(store_forget_pruned(journal, rows, 1), STORE_OK);
    cr_assert_eq(store_pruned(journal, &arena, "", 10, &rows, &count), STORE_OK);
    cr_assert_eq(count, 1);
}

Test(store_upkeep, only_an_id_that_nothing_is_known_of_is_lost)
{
    static const char *const ids[] = {"a", "e", "ec", "f", "z"};
    struct pruned_row *rows;
    size_t count;

    use_file();
    finish_rich("e");
    finish("f");
    cr_assert_eq(delete_one("e", now_ms + 1), 2);
    cr_assert_eq(store_note_lost(journal, ids, 5), STORE_OK);
    cr_assert_eq(store_pruned(journal, &arena, "", 10, &rows, &count), STORE_OK);
    cr_assert_eq(count, 4);
    cr_expect_str_eq(rows[0].id, "a");
    cr_expect_str_eq(rows[2].id, "ec");
    cr_expect_str_eq(rows[2].workspace, "/work");
    cr_expect_str_eq(rows[3].id, "z");
}

Test(store_upkeep, what_is_not_over_or_too_new_or_called_stays)
{
    use_file();
    start_execution("running");
    finish_rich("e");
    cr_assert_eq(delete_one("running", now_ms + 1), 0);
    cr_assert_eq(delete_one("e", now_ms), 0);
    cr_assert_eq(delete_one("ec", now_ms + 1), 0);
    cr_assert_eq(delete_one("none", now_ms + 1), 0);
    cr_assert_eq(count_rows("executions"), 3);
    cr_assert_eq(count_rows("pruned_executions"), 0);
}

Test(store_upkeep, many_are_deleted_in_several_transactions)
{
    enum { COUNT = 1500 };
    const char *ids[COUNT];
    struct deletion deletion;
    size_t at = 0, calls = 0;

    use_folder();
    cr_assert_eq(store_open(file, true, true, &journal), STORE_OK);
    for (size_t i = 0; i < COUNT; i++) {
        ids[i] = arena_printf(&arena, "e%04zu", i);
        finish(ids[i]);
    }
    finish("newest");
    for (; at < COUNT; at += deletion.done, calls++) {
        cr_assert_eq(store_delete(journal, ids + at, COUNT - at, now_ms + 1, &deletion),
                     STORE_OK);
        cr_assert_gt(deletion.done, 0);
        cr_assert_eq(deletion.executions, deletion.done);
    }
    cr_assert_gt(calls, 1);
    cr_assert_eq(count_rows("executions"), 1);
}

Test(store_upkeep, the_newest_stays_and_so_no_slot_is_given_twice)
{
    const char *id;
    int64_t slot;

    use_file();
    cr_assert_eq(store_newest(journal, &arena, &id), STORE_NOT_FOUND);
    finish("e");
    finish_rich("f");
    slot = found("fc").slot;
    cr_assert_eq(store_newest(journal, &arena, &id), STORE_OK);
    cr_assert_str_eq(id, "f", "it has called the newest");
    cr_assert_eq(delete_one("f", now_ms + 1), 0);
    finish("g");
    cr_assert_gt(found("g").slot, slot);
    cr_assert_eq(delete_one("f", now_ms + 1), 2);
    cr_assert_eq(delete_one("g", now_ms + 1), 0);
}

Test(store_upkeep, a_workflow_is_passed_page_by_page_newest_first)
{
    struct execution_row *rows;
    size_t count;

    use_file();
    finish_rich("a");
    finish("b");
    finish("c");
    cr_assert_eq(store_page(journal, &arena, "flow", INT64_MAX, 2, &rows, &count),
                 STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(rows[0].id, "c");
    cr_assert_str_eq(rows[1].id, "b");
    cr_assert_eq(store_page(journal, &arena, "flow", rows[1].slot, 2, &rows, &count),
                 STORE_OK);
    cr_assert_eq(count, 1, "what was called is not among them");
    cr_assert_str_eq(rows[0].id, "a");
}

Test(store_upkeep, old_events_go_also_where_they_were_taken)
{
    struct event_row later = {.name = "paid", .data = "{}", .at_ms = now_ms + LATER_MS};
    size_t count;

    use_file();
    finish_rich("e");
    cr_assert_eq(journal->ops->emit(journal, &later), STORE_OK);
    cr_assert_eq(store_delete_events(journal, now_ms + 1, true, &count), STORE_OK);
    cr_assert_eq(count, 1);
    cr_assert_eq(count_rows("events"), 2);
    cr_assert_eq(store_delete_events(journal, now_ms + 1, false, &count), STORE_OK);
    cr_assert_eq(count, 1);
    cr_assert_eq(count_rows("events"), 1);
    cr_assert_eq(count_rows("taken_events"), 0);
    assert_sound();
}

/* ---- Large values ----------------------------------------------------------------- */

static void make_file(const char *name)
{
    const char *path = arena_printf(&arena, "%s/%s", values_folder(), name);
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    cr_assert_geq(fd, 0);
    close(fd);
}

Test(store_upkeep, a_large_value_goes_when_nobody_refers_to_it_any_more)
{
    size_t count;

    use_file();
    finish_rich("e");
    finish_rich("f");
    finish("newest");
    cr_assert_eq(count_values(), 1);
    delete_one("e", now_ms + 1);
    cr_assert_eq(store_sweep_values(journal, &count), STORE_OK);
    cr_assert_eq(count, 0);
    cr_assert_str_eq(last_step("f", "outer").outputs, json_of_len(LARGE, 'x'));
    delete_one("f", now_ms + 1);
    cr_assert_eq(store_sweep_values(journal, &count), STORE_OK);
    cr_assert_eq(count, 1);
    cr_assert_eq(count_values(), 0);
}

Test(store_upkeep, what_a_crash_has_left_among_them_goes)
{
    size_t count;

    use_file();
    finish_rich("e");
    make_file("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    make_file("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b856.new");
    cr_assert_eq(store_sweep_values(journal, &count), STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_eq(count_values(), 1);
}

Test(store_upkeep, none_goes_while_a_backup_copies_them)
{
    struct journal *backup;
    size_t count;

    use_file();
    finish_rich("e");
    finish("newest");
    delete_one("e", now_ms + 1);
    cr_assert_eq(store_open(file, false, false, &backup), STORE_OK);
    sqlite_values_hold((struct sqlite_journal *)backup);
    cr_assert_eq(store_sweep_values(journal, &count), STORE_OK);
    cr_assert_eq(count, 0);
    cr_assert_eq(count_values(), 1);
    journal_close(backup);
    cr_assert_eq(store_sweep_values(journal, &count), STORE_OK);
    cr_assert_eq(count, 1);
}

/* ---- Between two reads --------------------------------------------------------------- */

/* Another process, which prunes `e` at the moment when the steps of an execution, or its
 * history, are about to be read. */
static struct journal *pruner;
static const struct kad_journal_ops *real_ops;
static size_t swept_count;

static void prune(void)
{
    const char *const id = "e";
    struct deletion deletion;

    cr_assert_eq(store_delete(pruner, &id, 1, now_ms + 1, &deletion), STORE_OK);
    cr_assert_eq(deletion.executions, 1);
    cr_assert_eq(store_sweep_values(pruner, &swept_count), STORE_OK);
}

static enum store_error steps_after_prune(struct journal *base, struct arena *memory,
                                          const char *execution, struct step_row **rows,
                                          size_t *count)
{
    prune();
    return real_ops->steps(base, memory, execution, rows, count);
}

static enum store_error history_after_prune(struct journal *base, struct arena *memory,
                                            const char *execution, int64_t after_seq,
                                            struct history_row **rows, size_t *count)
{
    prune();
    return real_ops->history(base, memory, execution, after_seq, rows, count);
}

/* What a report says of `e` meanwhile. */
static const char *report_text(enum store_error (*of)(const struct report *report,
                                                      const char *prefix),
                               enum store_error wanted)
{
    static struct kad_journal_ops ops;
    struct report report = {.is_json = true, .arena = &arena, .journal = journal};
    char *printed = NULL;
    size_t len;
    const char *copy;

    real_ops = journal->ops;
    ops = *real_ops;
    ops.steps = steps_after_prune;
    ops.history = history_after_prune;
    cr_assert_eq(store_open(file, false, false, &pruner), STORE_OK);
    journal->ops = &ops;
    report.out = open_memstream(&printed, &len);
    cr_assert_eq(of(&report, "e"), wanted, "%s", store_message(journal));
    fclose(report.out);
    copy = arena_copy(&arena, printed, len);
    free(printed);
    journal->ops = real_ops;
    return copy;
}

Test(store_upkeep, a_report_of_what_is_pruned_meanwhile_is_whole)
{
    size_t count;

    use_file();
    finish_rich("e");
    finish("newest");
    cr_assert(strstr(report_text(report_execution, STORE_OK), json_of_len(LARGE, 'x')));
    cr_assert_eq(swept_count, 0);
    cr_assert_eq(store_sweep_values(pruner, &count), STORE_OK);
    cr_assert_eq(count, 1, "nobody reads it any more");
    journal_close(pruner);
    report_text(report_execution, STORE_NOT_FOUND);
    journal_close(pruner);
}

Test(store_upkeep, a_history_of_what_is_pruned_meanwhile_is_whole)
{
    use_file();
    finish_rich("e");
    finish("newest");
    cr_assert(strstr(report_text(report_history, STORE_OK), "execution_started"));
    journal_close(pruner);
}

Test(store_upkeep, where_there_are_none_nothing_is_swept)
{
    size_t count = 7;

    use_file();
    cr_assert_eq(store_sweep_values(journal, &count), STORE_OK);
    cr_assert_eq(count, 0);
}

/* ---- Space ------------------------------------------------------------------------ */

enum { FILLING = 40, FILLING_BYTES = 100 * 1000 };

/* Some megabytes that are not needed any more. */
static void fill_and_delete(void)
{
    for (int i = 0; i < FILLING; i++) {
        const char *id = arena_printf(&arena, "e%02d", i);
        struct step_row step = step_of(id, "plan", 1, 1);

        step.inputs = json_of_len(FILLING_BYTES, 'x');
        start_execution(id);
        cr_assert_eq(start_step(&step), STORE_OK);
        end_execution(id, EXECUTION_COMPLETED);
    }
    finish("newest");
    for (int i = 0; i < FILLING; i++)
        delete_one(arena_printf(&arena, "e%02d", i), now_ms + 1);
}

Test(store_upkeep, the_file_and_its_log_shrink)
{
    struct shrinking shrinking;

    use_file();
    finish("kept");
    fill_and_delete();
    cr_assert_eq(store_shrink(journal, &shrinking), STORE_OK);
    cr_assert_geq(shrinking.bytes_before, FILLING * FILLING_BYTES);
    cr_assert_leq(shrinking.bytes_after, FILLING * FILLING_BYTES / 10);
    cr_assert_eq(shrinking.bytes_after, bytes_of(file) + bytes_of(beside("-wal")));
    cr_assert_eq(bytes_of(beside("-wal")), 0);
    cr_assert_not(shrinking.is_rewritten);
    cr_assert_not(shrinking.is_log_kept);
    assert_sound();
    cr_assert_str_eq(found("kept").id, "kept");
    finish("more");
}

Test(store_upkeep, a_file_that_could_not_shrink_is_rewritten_and_can)
{
    struct shrinking shrinking;

    use_file();
    finish("kept");
    cr_assert_str_eq(sql_text("PRAGMA auto_vacuum = NONE; "), "");
    sqlite3_exec(db(), "VACUUM", NULL, NULL, NULL);
    cr_assert_str_eq(sql_text("PRAGMA auto_vacuum"), "0\n");
    fill_and_delete();
    cr_assert_eq(store_shrink(journal, &shrinking), STORE_OK);
    cr_assert(shrinking.is_rewritten);
    cr_assert_leq(shrinking.bytes_after, FILLING * FILLING_BYTES / 10);
    cr_assert_str_eq(sql_text("PRAGMA auto_vacuum"), "2\n");
    assert_sound();
    cr_assert_eq(store_shrink(journal, &shrinking), STORE_OK);
    cr_assert_not(shrinking.is_rewritten);
}

/* ---- The log ---------------------------------------------------------------------- */

/* Another connection, which reads one moment until it is told otherwise. */
static sqlite3 *reader_new(void)
{
    sqlite3 *reader;

    cr_assert_eq(sqlite3_open_v2(file, &reader, SQLITE_OPEN_READWRITE, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM executions", NULL,
                              NULL, NULL),
                 SQLITE_OK);
    return reader;
}

static void write_steps(uint32_t first, uint32_t count)
{
    for (uint32_t visit = first; visit < first + count; visit++) {
        const struct step_row step = step_of("e", "loop", visit, 1);

        cr_assert_eq(start_step(&step), STORE_OK);
    }
}

static void use_relaxed_file(void)
{
    use_folder();
    cr_assert_eq(store_open(file, true, true, &journal), STORE_OK);
    start_execution("e");
}

enum { LOG_BYTES = (WAL_PAGES_IN_RUN + 32) * 4120, STEPS = 1500 };

Test(store_upkeep, the_log_is_bounded_while_others_have_the_file_open)
{
    sqlite3 *reader;

    use_relaxed_file();
    reader = reader_new();
    cr_assert_eq(sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    write_steps(1, STEPS);
    cr_assert_lt(bytes_of(beside("-wal")), LOG_BYTES);
    sqlite3_close(reader);
}

Test(store_upkeep, a_log_that_grew_under_a_reader_is_cut_when_that_has_gone)
{
    sqlite3 *reader;

    use_relaxed_file();
    write_steps(1, 1);
    reader = reader_new();
    write_steps(2, STEPS);
    cr_assert_gt(bytes_of(beside("-wal")), WAL_BYTES_MAX, "the reader needs it");
    cr_assert_eq(sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    write_steps(2 + STEPS, 2);
    cr_assert_leq(bytes_of(beside("-wal")), WAL_BYTES_MAX);
    sqlite3_close(reader);
}

Test(store_upkeep, a_log_that_somebody_reads_stays_and_it_is_said)
{
    struct shrinking shrinking;
    sqlite3 *reader;

    use_relaxed_file();
    write_steps(1, 1);
    reader = reader_new();
    write_steps(2, 10);
    ((struct sqlite_journal *)journal)->queue_wait_ms = 1;
    cr_assert_eq(store_shrink(journal, &shrinking), STORE_OK);
    cr_assert(shrinking.is_log_kept);
    cr_assert_eq(sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    cr_assert_eq(store_shrink(journal, &shrinking), STORE_OK);
    cr_assert_not(shrinking.is_log_kept);
    cr_assert_eq(bytes_of(beside("-wal")), 0);
    sqlite3_close(reader);
}

/* ---- Copies ----------------------------------------------------------------------- */

Test(store_upkeep, a_backup_is_a_store_for_its_owner_alone)
{
    const char *copy;
    struct stat about;
    bool is_there;

    umask(0);
    use_file();
    finish_rich("e");
    copy = arena_printf(&arena, "%s/copy.db", folder);
    cr_assert_null(store_backup(journal, &arena, copy, &is_there));
    cr_assert_eq(stat(copy, &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0600);
    finish("later");
    journal_close(journal);
    file = arena_printf(&arena, "%s", copy);
    cr_assert_eq(access(beside("-wal"), F_OK), -1);
    open_file();
    cr_assert_eq(count_rows("executions"), 2);
    cr_assert_str_eq(last_step("e", "outer").outputs, json_of_len(LARGE, 'x'));
    cr_assert_str_eq(sql_text("PRAGMA journal_mode"), "wal\n");
    assert_sound();
    finish("more");
}

Test(store_upkeep, a_backup_sees_one_moment_while_others_write)
{
    const struct step_row step = step_of("f", "plan", 1, 1);
    const char *copy;
    struct journal *other;
    bool is_there;

    use_file();
    start_execution("f");
    cr_assert_eq(store_open(file, false, false, &other), STORE_OK);
    cr_assert_eq(other->ops->group_begin(other), STORE_OK);
    cr_assert_eq(other->ops->commit(other, &(struct journal_commit){.execution_id = "f",
                                                                    .now_ms = now_ms,
                                                                    .started = &step}),
                 STORE_OK);
    copy = arena_printf(&arena, "%s/copy.db", folder);
    cr_assert_null(store_backup(journal, &arena, copy, &is_there));
    cr_assert_eq(other->ops->group_end(other), STORE_OK);
    journal_close(other);
    journal_close(journal);
    file = arena_printf(&arena, "%s", copy);
    open_file();
    cr_assert_eq(count_rows("executions"), 1);
    cr_assert_eq(count_rows("step_executions"), 0);
}

Test(store_upkeep, a_backup_leaves_a_file_alone_that_is_there)
{
    const char *copy, *error;
    bool is_there = false;
    FILE *out;

    use_file();
    copy = arena_printf(&arena, "%s/copy.db", folder);
    out = fopen(copy, "w");
    cr_assert(out);
    fputs("mine", out);
    fclose(out);
    error = store_backup(journal, &arena, copy, &is_there);
    cr_assert(is_there);
    cr_assert(strstr(error, "it is there already"), "%s", error);
    cr_assert_eq(bytes_of(copy), 4);
}

/* How many names in the folder begin like that of the copy. */
static size_t count_of_copy(void)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    size_t count = 0;

    cr_assert(dir);
    while ((entry = readdir(dir)))
        count += strncmp(entry->d_name, "copy.db", strlen("copy.db")) == 0;
    closedir(dir);
    return count;
}

/* The error of a backup that fails; it has left nothing. */
static const char *fail_backup(size_t left_count)
{
    const char *error;
    bool is_there;

    error = store_backup(journal, &arena, arena_printf(&arena, "%s/copy.db", folder),
                         &is_there);
    cr_assert(error);
    cr_assert_not(is_there);
    cr_assert_eq(count_of_copy(), left_count);
    return error;
}

Test(store_upkeep, a_backup_without_one_of_its_values_is_none)
{
    const char *error;

    use_file();
    finish_rich("e");
    cr_assert(file_remove(values_folder()));
    error = fail_backup(0);
    cr_assert(strstr(error, values_folder()), "%s", error);
}

/* No file of this process may grow beyond the limit. */
static void limit_files(rlim_t bytes)
{
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){bytes, RLIM_INFINITY}), 0);
}

Test(store_upkeep, a_backup_on_a_full_disk_leaves_nothing)
{
    const struct step_row step = step_of("e", "huge", 1, 1);
    const struct step_ending ended = {.key = step.key,
                                      .status = STEP_RUN_COMPLETED,
                                      .outputs = json_of_len((size_t)16 * LARGE, 'y')};

    use_file();
    finish_rich("a"); /* its value still has room */
    start_execution("e");
    cr_assert_eq(start_step(&step), STORE_OK);
    cr_assert_eq(commit_of("e", (struct journal_commit){.ended = &ended}), STORE_OK);
    signal(SIGXFSZ, SIG_IGN);
    limit_files(4096);
    fail_backup(0);
    limit_files((rlim_t)8 * LARGE);
    cr_assert(strstr(fail_backup(0), "File too large"));
    limit_files(RLIM_INFINITY);
}

Test(store_upkeep, a_backup_that_cannot_be_placed_takes_its_values_back)
{
    const char *values;

    use_file();
    finish_rich("e");
    values = arena_printf(&arena, "%s/copy.db.d/values", folder);
    cr_assert(make_folders(&arena, arena_printf(&arena, "%s/copy.db.d", folder)));
    cr_assert_eq(close(open(values, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), 0);
    fail_backup(1); /* what was there */
    cr_assert_eq(access(values, F_OK), 0);
}
