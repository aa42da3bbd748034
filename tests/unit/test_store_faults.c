/* test_store_faults.c: the store on a disk that fails or loses power at any moment.
 *
 * A script of commits, with a checkpoint among them, is run again and again, each time with
 * the fault a little later; with KAD_EVERYWHERE in the environment at every operation, which
 * takes minutes. What it was told to be stored has to be there afterwards. */
#include "base/file.h"
#include "fault_vfs.h"
#include "store/sqlite.h"
#include "store_fixture.h"

enum { STEPS_OF_FIRST = 9, STEP_COUNT = 14, INPUT_BYTES = 140000 };

TestSuite(store_faults, .fini = clean_up);

static char big_input[INPUT_BYTES];

static void fill_input(void)
{
    memset(big_input, 'x', sizeof(big_input) - 1);
    big_input[0] = big_input[sizeof(big_input) - 2] = '"';
}

/* ---- The script --------------------------------------------------------------------- */

static const char *execution_of(int number)
{
    return number < STEPS_OF_FIRST ? "e" : "f";
}

/* Commits one step, the end of its predecessor's attempt along with its start. */
static enum store_error store_step(int number)
{
    const char *name = arena_printf(&arena, "s%d", number);
    struct step_row step = step_of(execution_of(number), name, 1, 1);

    step.inputs = big_input;
    return start_step(&step);
}

/* How many steps were reported as stored; *error: how it ended. */
static int run_script(bool is_relaxed, enum store_error *error)
{
    const unsigned kinds = disk.fault_kinds;
    struct execution_row row;
    bool existed;
    int number = 0;

    if (kinds & 1u << DISK_LOCK) /* it would wait for half a minute */
        disk.fault_kinds = 0;
    *error = store_open(file, true, is_relaxed, &journal);
    disk.fault_kinds = kinds;
    if (*error == STORE_OK) {
        sqlite3_busy_timeout(((struct sqlite_journal *)journal)->db, 0);
        *error = create("flow", "e", NULL, &row, &existed);
    }
    while (*error == STORE_OK && number < STEP_COUNT) {
        /* The log is long enough by now: this one checkpoints. */
        if (number == STEPS_OF_FIRST)
            *error = create("flow", "f", NULL, &row, &existed);
        if (*error == STORE_OK)
            *error = store_step(number);
        number += *error == STORE_OK;
    }
    return number;
}

/* ---- What is there afterwards -------------------------------------------------------- */

static bool has_step(int number)
{
    struct arena scratch = {0};
    const char *name = arena_printf(&scratch, "s%d", number);
    struct step_row row;
    const enum store_error error = journal->ops->last_step(
        journal, &scratch, execution_of(number), name, "", 0, &row);

    arena_release(&scratch);
    cr_assert_neq(error, STORE_FAILED, "%s", store_message(journal));
    return error == STORE_OK;
}

static void assert_sound(unsigned at)
{
    sqlite3 *db = ((struct sqlite_journal *)journal)->db;
    sqlite3_stmt *statement;

    cr_assert_eq(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    cr_assert_str_eq((const char *)sqlite3_column_text(statement, 0), "ok",
                     "after a fault at %u", at);
    sqlite3_finalize(statement);
    cr_assert_eq(
        sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &statement, NULL),
        SQLITE_OK);
    cr_assert_eq(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
}

/* No step is there without all before it; returns how many are. */
static int count_steps(unsigned at)
{
    int count = 0;

    while (count < STEP_COUNT && has_step(count))
        count++;
    for (int number = count; number < STEP_COUNT; number++)
        cr_assert_not(has_step(number), "step %d without %d, fault at %u", number,
                      count, at);
    return count;
}

static void open_again(void)
{
    journal_close(journal);
    disk.fail_at = 0;
    cr_assert_eq(store_open(file, true, false, &journal), STORE_OK, "%s",
                 store_message(journal));
}

static void emit_to(struct journal *to)
{
    struct event_row event = {.name = "more", .data = "{}", .at_ms = now_ms};

    cr_assert_eq(to->ops->emit(to, &event), STORE_OK, "%s", store_message(to));
}

/* The script goes on where it was. */
static void assert_goes_on(int number)
{
    struct execution_row row;
    bool existed;

    if (journal->ops->find(journal, &arena, "e", &row) == STORE_NOT_FOUND)
        start_execution("e");
    for (; number < STEP_COUNT; number++) {
        if (number >= STEPS_OF_FIRST &&
            journal->ops->find(journal, &arena, "f", &row) == STORE_NOT_FOUND)
            cr_assert_eq(create("flow", "f", NULL, &row, &existed), STORE_OK);
        cr_assert_eq(store_step(number), STORE_OK, "%s", store_message(journal));
    }
}

static void start_afresh(unsigned fail_at)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-queue"};

    disk_use();
    disk_forget();
    disk.operation_count = 0;
    disk.fail_at = fail_at;
    disk.random = fail_at;
    for (size_t i = 0; i < 4; i++)
        unlink(beside(suffixes[i]));
}

static unsigned stride(unsigned limit)
{
    return getenv("KAD_EVERYWHERE") ? 1 : 1 + disk_random(limit);
}

/* ---- Power cuts ---------------------------------------------------------------------- */

/* Returns at how many operations the power was cut. */
static unsigned cut_everywhere(bool is_relaxed)
{
    unsigned cuts = 0, fail_at = 1;

    fill_input();
    use_folder();
    disk.fault_kinds = 1u << DISK_WRITE | 1u << DISK_SYNC;
    for (;; fail_at += stride(80)) {
        enum store_error error;
        int reported, found;

        start_afresh(fail_at);
        disk.cuts_power = true;
        reported = run_script(is_relaxed, &error);
        if (!disk.is_cut)
            break;
        journal_close(journal);
        power_back();
        unlink(beside("-shm"));
        cr_assert_eq(store_open(file, true, false, &journal), STORE_OK, "%s",
                     store_message(journal));
        assert_sound(fail_at);
        found = count_steps(fail_at);
        cr_assert_leq(found, reported + 1);
        if (!is_relaxed)
            cr_assert_geq(found, reported, "%d reported, %d found, cut at %u", reported,
                          found, fail_at);
        assert_goes_on(found);
        journal_close(journal);
        journal = NULL;
        cuts++;
    }
    disk_forget();
    return cuts;
}

Test(store_faults, what_was_reported_survives_a_power_cut)
{
    cr_assert_gt(cut_everywhere(false), 3);
}

Test(store_faults, a_relaxed_store_is_sound_after_a_power_cut)
{
    cr_assert_gt(cut_everywhere(true), 3);
}

/* ---- Two at once --------------------------------------------------------------------- */

static struct journal *other;
static enum store_error error_of_other;

/* While `journal` has committed and not synced: it takes what that has written further. */
static void build_on_it(void)
{
    const struct step_ending ended = {
        .key = "e/s0/1/1", .status = STEP_RUN_COMPLETED, .outputs = "{}"};
    const struct step_row step = step_of("e", "s1", 1, 1);
    const struct journal_commit commit = {
        .execution_id = "e", .now_ms = now_ms, .ended = &ended, .started = &step};

    error_of_other = other->ops->commit(other, &commit);
}

/* Both have opened the file, which has an execution, and then the script begins. */
static void start_both(void)
{
    start_afresh(0);
    cr_assert_eq(store_open(file, true, false, &journal), STORE_OK);
    start_execution("e");
    cr_assert_eq(store_open(file, true, false, &other), STORE_OK);
    emit_to(other);
    error_of_other = STORE_NOT_FOUND;
    disk.before_sync = build_on_it;
}

static void open_after_power_cut(unsigned at)
{
    disk.before_sync = NULL;
    journal_close(other);
    journal_close(journal);
    power_back();
    unlink(beside("-shm"));
    cr_assert_eq(store_open(file, true, false, &journal), STORE_OK, "%s",
                 store_message(journal));
    assert_sound(at);
}

Test(store_faults, what_is_built_on_a_commit_before_its_sync_makes_it_durable)
{
    unsigned base, at = 1, kept_both = 0, built = 0;
    enum store_error error = STORE_FAILED;

    use_folder();
    disk.fault_kinds = 1u << DISK_WRITE | 1u << DISK_SYNC;
    for (; error != STORE_OK; at++) {
        start_both();
        base = disk.operation_count;
        disk.fail_at = base + at;
        disk.cuts_power = true;
        error = store_step(0);
        built += error_of_other != STORE_NOT_FOUND;
        open_after_power_cut(at);
        cr_assert(has_step(0) || !has_step(1), "cut at %u", at);
        if (error == STORE_OK)
            cr_assert(has_step(0), "cut at %u", at);
        if (error_of_other == STORE_OK)
            cr_assert(has_step(1), "cut at %u", at);
        kept_both += error != STORE_OK && error_of_other == STORE_OK;
        journal_close(journal);
        journal = NULL;
    }
    disk_forget();
    cr_assert_gt(built, 2, "nobody waits for the sync of another");
    cr_assert_gt(kept_both, 0);
}

Test(store_faults, a_sync_that_fails_while_another_builds_on_it_is_a_failure)
{
    enum store_error error;

    use_folder();
    disk.fault_kinds = 1u << DISK_SYNC;
    disk.error = SQLITE_IOERR_FSYNC;
    start_both();
    disk.fail_at = disk.operation_count + 2; /* behind that of the other */
    error = store_step(0);
    cr_assert_eq(error_of_other, STORE_OK);
    cr_assert_eq(error, STORE_FAILED);
    cr_assert(strstr(store_message(journal), "disk I/O error"));
    cr_assert(strstr(store_message(journal), "check the disk and its free space"));
    open_after_power_cut(0);
    cr_assert(has_step(0));
    cr_assert(has_step(1));
    disk_forget();
}

/* ---- An older schema ------------------------------------------------------------------ */

static const char *text_of_file(const char *path)
{
    struct str text;

    cr_assert(file_read(&arena, path, 1 << 20, &text), "%s", path);
    return text.p;
}

/* Not through the disk that fails. */
static sqlite3 *open_directly(void)
{
    sqlite3 *db;

    cr_assert_eq(sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                 disk.system->zName),
                 SQLITE_OK);
    return db;
}

/* As the kad of schema 1 has left it. */
static void make_old_file(void)
{
    sqlite3 *db = open_directly();
    const char *sql = arena_printf(
        &arena,
        "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = 0x6b616431;"
        "PRAGMA user_version = 1; PRAGMA journal_mode = WAL; %s"
        "INSERT INTO workflows VALUES ('flow', 'Name', '1.0.0', '{}', '2026', '2026');"
        "INSERT INTO executions (id, workflow_id, workflow_version, trigger_type,"
        " status) VALUES ('e', 'flow', '1.0.0', 'cli', 'paused');",
        text_of_file("runtime/store/schema.sql"));

    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int version_found(void)
{
    sqlite3 *db = open_directly();
    int version = 0;

    cr_assert_eq(sqlite_pragma_read(db, "PRAGMA user_version", &version), SQLITE_OK);
    sqlite3_close(db);
    return version;
}

Test(store_faults, a_power_cut_leaves_the_old_schema_or_the_new_one)
{
    unsigned cuts = 0, fail_at = 1;
    int newest;

    use_folder();
    open_file();
    journal_close(journal);
    journal = NULL;
    disk_use();
    newest = version_found();
    disk.fault_kinds = 1u << DISK_WRITE | 1u << DISK_SYNC;
    for (;; fail_at += stride(20), cuts++) {
        int version;

        start_afresh(fail_at);
        make_old_file();
        disk.cuts_power = true;
        (void)!store_open(file, true, false, &journal);
        if (!disk.is_cut)
            break;
        journal_close(journal);
        power_back();
        unlink(beside("-shm"));
        version = version_found();
        cr_assert(version == 1 || version == newest, "schema %d, cut at %u", version,
                  fail_at);
        cr_assert_eq(store_open(file, true, false, &journal), STORE_OK, "%s",
                     store_message(journal));
        assert_sound(fail_at);
        cr_assert_eq(found("e").status, EXECUTION_PAUSED);
        journal_close(journal);
        journal = NULL;
    }
    disk_forget();
    cr_assert_gt(cuts, 2);
}

/* ---- Operations that fail ------------------------------------------------------------- */

struct fault {
    unsigned kinds;
    unsigned stride; /* operations between two tries, at most */
    int error;
    const char *cause, *remedy; /* in the message */
};

/* With one more, that is synced whatever was done before. */
static void assert_all_outlive_a_power_cut(unsigned at)
{
    emit_to(journal);
    journal_close(journal);
    power_back();
    unlink(beside("-shm"));
    cr_assert_eq(store_open(file, true, false, &journal), STORE_OK, "%s",
                 store_message(journal));
    assert_sound(at);
    cr_assert_eq(count_steps(at), STEP_COUNT, "fault at %u", at);
}

/* Each is tried at places all over the script: once, and from there on; `lasts_at`: at the
 * even ones (0), or at the others. */
static void fail_all_over(const struct fault *fault, unsigned lasts_at)
{
    unsigned faults = 0, failures = 0, fail_at = 1;

    fill_input();
    use_folder();
    disk.fault_kinds = fault->kinds;
    disk.error = fault->error;
    for (;; fail_at += stride(fault->stride)) {
        enum store_error error;
        int reported, found;

        start_afresh(fail_at);
        disk.is_lasting = fail_at % 2 == lasts_at;
        reported = run_script(false, &error);
        if (disk.operation_count < fail_at)
            break;
        faults++;
        if (error != STORE_OK) {
            failures++;
            cr_assert_eq(error, STORE_FAILED);
            cr_assert(strstr(store_message(journal), file));
            cr_assert(strstr(store_message(journal), fault->cause), "%s",
                      store_message(journal));
            cr_assert(strstr(store_message(journal), fault->remedy), "%s",
                      store_message(journal));
        }
        open_again();
        assert_sound(fail_at);
        found = count_steps(fail_at);
        cr_assert_geq(found, reported, "%d reported, %d found, fault at %u", reported,
                      found, fail_at);
        cr_assert_leq(found, reported + 1);
        assert_goes_on(found);
        assert_all_outlive_a_power_cut(fail_at);
        journal_close(journal);
        journal = NULL;
    }
    disk_forget();
    cr_assert_gt(faults, 0);
    cr_assert_gt(failures, 0);
}

static void fail_everywhere(const struct fault *fault)
{
    fail_all_over(fault, 1);
}

Test(store_faults, a_full_disk_loses_nothing_and_says_what_to_do)
{
    fail_everywhere(&(struct fault){1u << DISK_WRITE, 300, SQLITE_FULL,
                                    "database or disk is full",
                                    "free some space, then resume"});
}

Test(store_faults, a_write_that_fails_loses_nothing_and_says_what_to_do)
{
    fail_everywhere(&(struct fault){1u << DISK_WRITE, 300, SQLITE_IOERR_WRITE,
                                    "disk I/O error",
                                    "check the disk and its free space, then resume"});
}

Test(store_faults, a_sync_that_fails_loses_nothing_and_says_what_to_do)
{
    static const struct fault fault = {
        1u << DISK_SYNC, 1, SQLITE_IOERR_FSYNC, "disk I/O error",
        "check the disk and its free space, then resume"};

    fail_all_over(&fault, 0);
    fail_all_over(&fault, 1);
}

Test(store_faults, a_read_that_fails_loses_nothing_and_says_what_to_do)
{
    fail_everywhere(&(struct fault){1u << DISK_READ, 15, SQLITE_IOERR_READ,
                                    "disk I/O error",
                                    "check the disk and its free space, then resume"});
}

Test(store_faults, a_database_that_is_corrupt_is_left_alone_and_says_what_to_do)
{
    fail_everywhere(&(struct fault){1u << DISK_READ, 15, SQLITE_CORRUPT, "malformed",
                                    "restore a backup"});
}

Test(store_faults, a_lock_that_others_keep_loses_nothing_and_says_what_to_do)
{
    fail_everywhere(
        &(struct fault){1u << DISK_LOCK, 15, SQLITE_BUSY, "locked",
                        "end the program that keeps it locked, then resume"});
}
