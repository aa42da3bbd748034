/* test_sqlite.c: the database file: who may read it, what is refused, what survives. */
#include "store/sqlite.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "store_fixture.h"

TestSuite(sqlite, .fini = clean_up);

static unsigned mode_of(const char *path)
{
    struct stat about;

    cr_assert_eq(stat(path, &about), 0, "%s", path);
    return about.st_mode & 0777;
}

static void write_file(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");

    cr_assert(out);
    fputs(text, out);
    fclose(out);
}

static void run_sql(const char *sql)
{
    sqlite3 *db;

    cr_assert_eq(sqlite3_open(file, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* Opening fails with a message that names the file and says `why`. */
static void assert_refused(bool may_create, const char *why)
{
    cr_assert_eq(store_open(file, may_create, false, &journal), STORE_FAILED);
    cr_assert(strstr(store_message(journal), file), "%s", store_message(journal));
    cr_assert(strstr(store_message(journal), why), "%s", store_message(journal));
}

Test(sqlite, the_files_are_the_owners_alone_whatever_the_umask)
{
    umask(0);
    use_folder();
    open_file();
    start_execution("e");
    cr_assert_eq(mode_of(arena_printf(&arena, "%s/.kad", folder)), 0700);
    cr_assert_eq(mode_of(file), 0600);
    cr_assert_eq(mode_of(beside("-wal")), 0600);
    cr_assert_eq(mode_of(beside("-shm")), 0600);
    cr_assert_eq(mode_of(beside("-queue")), 0600);
    cr_assert_neq(access(beside("-new"), F_OK), 0);
}

/* What an INSERT has bound; it is reset. */
static const char *bound_text(sqlite3_stmt *statement)
{
    char *sql = sqlite3_expanded_sql(statement);
    const char *text = arena_printf(&arena, "%s", strstr(sql, "VALUES"));

    sqlite3_free(sql);
    sqlite_reset(statement);
    return text;
}

/* Another statement, and what comes before its `:data`. */
static sqlite3_stmt *bind_another(struct sqlite_journal *sqlite)
{
    sqlite3_stmt *statement = sqlite_statement(sqlite, HISTORY_INSERT);

    bind_integer(statement, ":id", 1);
    bind_text(statement, ":execution", "e");
    bind_text(statement, ":event_type", "t");
    bind_text(statement, ":step", "s");
    return statement;
}

Test(sqlite, a_name_binds_its_parameter_in_whatever_order_and_however_often)
{
    struct sqlite_journal *sqlite;

    use_folder();
    open_file();
    sqlite = (struct sqlite_journal *)journal;
    for (int i = 0; i < 6; i++) {
        sqlite3_stmt *statement = sqlite_statement(sqlite, EVENT_INSERT), *other = NULL;

        if (i % 3 == 1)
            bind_text(statement, ":source", "s");
        bind_text(statement, ":name", "n");
        if (i % 3 == 2)
            other = bind_another(sqlite);
        bind_text(statement, ":data", "d");
        if (i % 3 != 1)
            bind_text(statement, ":source", "s");
        bind_integer(statement, ":at", i);
        cr_assert_str_eq(bound_text(statement),
                         arena_printf(&arena, "VALUES ('n', 'd', 's', %d)", i));
        if (!other)
            continue;
        bind_text(other, ":data", "d");
        bind_integer(other, ":seq", i);
        cr_assert_str_eq(
            bound_text(other),
            arena_printf(&arena, "VALUES (1, 'e', 't', 's', 'd', NULL, %d)", i));
    }
}

Test(sqlite, a_missing_file_is_made_only_when_it_may)
{
    use_folder();
    assert_refused(false, "unable to open database file");
    cr_assert_neq(access(file, F_OK), 0);
}

Test(sqlite, an_empty_file_becomes_a_database)
{
    use_folder();
    file = arena_printf(&arena, "%s/empty.db", folder);
    write_file(file, "");
    open_file();
    start_execution("e");
    cr_assert_eq(found("e").slot, 1);
}

Test(sqlite, an_empty_file_is_not_taken_for_somebody_elses)
{
    use_folder();
    file = arena_printf(&arena, "%s/empty.db", folder);
    write_file(file, "");
    assert_refused(false, "it is empty; restore a backup");
}

Test(sqlite, the_log_of_a_deleted_database_is_not_taken_up)
{
    struct execution_row row;

    use_folder();
    open_file();
    start_execution("e");
    journal_close(journal);
    cr_assert_eq(unlink(file), 0);
    cr_assert_eq(access(beside("-wal"), F_OK), 0);
    open_file();
    cr_assert_eq(journal->ops->find(journal, &arena, "e", &row), STORE_NOT_FOUND);
}

Test(sqlite, a_damaged_database_is_refused)
{
    use_folder();
    open_file();
    start_execution("e");
    journal_close(journal);
    run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
    cr_assert_eq(truncate(file, 2 * 4096), 0);
    cr_assert_eq(store_open(file, false, false, &journal), STORE_FAILED);
    cr_assert(strstr(store_message(journal), "malformed; restore a backup"), "%s",
              store_message(journal));
}

Test(sqlite, a_path_that_is_too_long_is_refused)
{
    char path[600];

    memset(path, 'x', sizeof(path) - 1);
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    cr_assert_eq(store_open(path, true, false, &journal), STORE_FAILED);
    cr_assert(strstr(store_message(journal), "longer than 500 bytes"));
}

Test(sqlite, a_newer_database_is_refused_and_left_alone)
{
    use_folder();
    open_file();
    journal_close(journal);
    run_sql("PRAGMA user_version = 99");
    assert_refused(true, "newer kad (schema 99");
    journal_close(journal);
    assert_refused(false, "newer kad (schema 99");
}

Test(sqlite, an_older_database_is_brought_up_to_date)
{
    use_folder();
    file = arena_printf(&arena, "%s/old.db", folder);
    run_sql("PRAGMA application_id = 0x6b616431");
    open_file();
    start_execution("e");
    reopen();
    cr_assert_str_eq(found("e").id, "e");
}

/* ---- Older schemas --------------------------------------------------------------- */

static const char *const schema_files[] = {
    "runtime/store/schema.sql",   "runtime/store/schema-2.sql",
    "runtime/store/schema-3.sql", "runtime/store/schema-4.sql",
    "runtime/store/schema-5.sql", "runtime/store/schema-6.sql"};

/* Later ones have other columns in `gates`. */
enum { VERSION_WITH_ROWS_MAX = 2, VERSION_COUNT = 6 };

static const char *text_of_file(const char *path)
{
    struct str text;

    cr_assert(file_read(&arena, path, 1 << 20, &text), "%s", path);
    return text.p;
}

/* A database as the kad of that version has left it; early ones with an execution under way:
 * tests/run/older-stores-go-on.sh has real ones of all. */
static void use_file_of_version(int version)
{
    file = arena_printf(&arena, "%s/version-%d.db", folder, version);
    for (int i = 0; i < version; i++)
        run_sql(text_of_file(schema_files[i]));
    run_sql(arena_printf(&arena,
                         "PRAGMA application_id = 0x6b616431; PRAGMA user_version = %d",
                         version));
    if (version > VERSION_WITH_ROWS_MAX)
        return;
    run_sql(
        "INSERT INTO workflows VALUES ('flow', 'Name', '1.0.0', '{}', '2026', '2026');"
        "INSERT INTO executions (slot, id, workflow_id, workflow_version, trigger_type,"
        " status, current_step, history_seq)"
        " VALUES (1, 'e', 'flow', '1.0.0', 'cli', 'paused', 'x', 2);"
        "INSERT INTO step_executions (id, execution_id, step_id, module, action, status,"
        " visit, attempt, run) VALUES ('e/x/1/1', 'e', 'x', '', '', 'running', 1, 1, 1);"
        "INSERT INTO execution_history (execution_id, event_type, seq)"
        " VALUES ('e', 'execution_started', 1), ('e', 'step_started', 2);"
        "INSERT INTO gates (step_key, execution_id, kind, prompt, opened_at) VALUES"
        " ('e/x/1/1', 'e', 'question', '?', '2026-01-01T00:00:00.000Z')");
}

/* The first column of the rows, a line each. */
static const char *sql_text(const char *sql)
{
    struct sqlite_journal *opened = (struct sqlite_journal *)journal;
    const char *text = "";
    sqlite3_stmt *statement;

    cr_assert_eq(sqlite3_prepare_v2(opened->db, sql, -1, &statement, NULL), SQLITE_OK,
                 "%s", sqlite3_errmsg(opened->db));
    while (sqlite3_step(statement) == SQLITE_ROW)
        text = arena_printf(&arena, "%s%s\n", text,
                            (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return text;
}

static void assert_rows_are_kept(void)
{
    struct gate_row *gates;
    struct history_row *history;
    size_t count;

    cr_assert_eq(found("e").status, EXECUTION_PAUSED);
    cr_assert_null(found("e").parent_id);
    cr_assert_str_eq(last_step("e", "x").key, "e/x/1/1");
    cr_assert_eq(journal->ops->history(journal, &arena, "e", 0, &history, &count),
                 STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_eq(journal->ops->gates(journal, &arena, "e", &gates, &count), STORE_OK);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(gates[0].way, "");
    cr_assert_eq(gates[0].due_ms, 0);
    cr_assert_null(gates[0].answer);
    cr_assert_eq(journal->ops->answer(journal, "e/x/1/1", "", "{}"), STORE_OK);
    cr_assert_str_eq(sql_text("PRAGMA integrity_check"), "ok\n");
    cr_assert_str_eq(sql_text("PRAGMA foreign_key_check"), "");
}

/* All columns of tables and indexes; comments in their texts are no difference. */
static const char *columns(void)
{
    return sql_text(
        "SELECT s.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' '"
        " || c.pk || ' ' || coalesce(c.dflt_value, '')"
        " FROM sqlite_schema AS s, pragma_table_info(s.name) AS c"
        " UNION ALL SELECT s.name || '(' || coalesce(c.name, '') || ')'"
        " FROM sqlite_schema AS s, pragma_index_info(s.name) AS c ORDER BY 1");
}

Test(sqlite, older_databases_keep_their_rows_and_become_like_new_ones)
{
    const char *as_new;

    use_folder();
    open_file();
    as_new = columns();
    cr_assert(strstr(as_new, "gates.way TEXT 1 2"), "%s", as_new);
    for (int version = 1; version <= VERSION_COUNT; version++) {
        journal_close(journal);
        use_file_of_version(version);
        open_file();
        cr_assert_str_eq(columns(), as_new);
        if (version > VERSION_WITH_ROWS_MAX)
            continue;
        assert_rows_are_kept();
        reopen();
        cr_assert_str_eq(found("e").current_step, "x");
    }
}

/* Other processes may have written to two executions by turns: the order of their events was
 * that of all. */
Test(sqlite, an_older_history_keeps_the_order_in_which_others_were_called)
{
    struct start_count *counts;
    size_t count;

    use_folder();
    use_file_of_version(VERSION_COUNT);
    run_sql(
        "INSERT INTO workflows VALUES ('flow', 'Name', '1.0.0', '{}', '2026', '2026');"
        "INSERT INTO executions (slot, id, workflow_id, workflow_version, trigger_type,"
        " status, history_seq, parent_id) VALUES"
        " (3, 'e', 'flow', '1.0.0', 'cli', 'running', 4, NULL),"
        " (5, 'c1', 'flow', '1.0.0', 'workflow', 'running', 2, 'e'),"
        " (7, 'c2', 'flow', '1.0.0', 'workflow', 'running', 2, 'e');"
        "INSERT INTO execution_history (execution_id, event_type, step_id, seq) VALUES"
        " ('e', 'execution_started', NULL, 1), ('e', 'step_started', 'call', 2),"
        " ('c1', 'execution_started', NULL, 1), ('e', 'execution_resumed', NULL, 3),"
        " ('e', 'step_started', 'call', 4), ('c1', 'step_started', 'before', 2),"
        " ('c2', 'execution_started', NULL, 1), ('c2', 'step_started', 'since', 2)");
    open_file();
    cr_assert_str_eq(sql_text("SELECT id || ' ' || execution_id || '/' || seq"
                              " FROM execution_history ORDER BY id LIMIT 5"),
                     "12884901889 e/1\n12884901890 e/2\n12884901891 e/3\n"
                     "12884901892 e/4\n21474836481 c1/1\n");
    cr_assert_eq(journal->ops->starts(journal, &arena, "e", 3, &counts, &count),
                 STORE_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(counts[0].step_id, "call");
    cr_assert_eq(counts[0].count, 1);
    cr_assert_str_eq(counts[1].step_id, "since");
}

Test(sqlite, visits_that_an_older_kad_has_not_stored_are_cancelled_ones)
{
    use_folder();
    use_file_of_version(VERSION_COUNT);
    run_sql(
        "INSERT INTO workflows VALUES ('flow', 'Name', '1.0.0', '{}', '2026', '2026');"
        "INSERT INTO executions (slot, id, workflow_id, workflow_version, trigger_type,"
        " status, history_seq) VALUES (1, 'e', 'flow', '1.0.0', 'cli', 'running', 0);"
        "INSERT INTO step_executions (id, execution_id, step_id, item, module, action,"
        " status, visit, attempt, run) VALUES"
        " ('e/x/1/1', 'e', 'x', '', '', '', 'failed', 1, 1, 1),"
        " ('e/x/4/1', 'e', 'x', '', '', '', 'failed', 4, 1, 2),"
        " ('e/x/4/2', 'e', 'x', '', '', '', 'running', 4, 2, 3),"
        " ('e/x[0]/2/1', 'e', 'x', '[0]', 'm', 'act', 'running', 2, 1, 1),"
        " ('e/x[1]/1/1', 'e', 'x', '[1]', '', '', 'running', 1, 1, 1)");
    open_file();
    cr_assert_str_eq(sql_text("SELECT id || ' ' || module || '.' || action FROM"
                              " step_executions WHERE status = 'cancelled' ORDER BY 1"),
                     "e/x/2/1 .\ne/x/3/1 .\ne/x[0]/1/1 m.act\n");
    cr_assert_str_eq(last_step("e", "x").key, "e/x/4/2");
    cr_assert_str_eq(sql_text("PRAGMA foreign_key_check"), "");
}

Test(sqlite, a_program_of_an_older_schema_that_still_runs_writes_no_more)
{
    sqlite3_stmt *statement;
    sqlite3 *db;

    use_folder();
    use_file_of_version(VERSION_COUNT);
    cr_assert_eq(sqlite3_open(file, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, "SELECT history_seq FROM executions", -1,
                                    &statement, NULL),
                 SQLITE_OK, "what each of its commits begins with");
    cr_assert_eq(sqlite3_step(statement), SQLITE_DONE);
    cr_assert_eq(sqlite3_reset(statement), SQLITE_OK);
    open_file();
    cr_assert_eq(sqlite3_step(statement), SQLITE_ERROR);
    cr_assert(strstr(sqlite3_errmsg(db), "history_seq"), "%s", sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

Test(sqlite, rows_of_others_are_not_pointed_at_in_vain)
{
    const struct gate_row gate = {
        .step_key = "e/none/1/1", .kind = "timer", .prompt = "", .opened_ms = now_ms};
    const struct position_row position = {.block_key = "e/none/1/1", .branch = "a"};
    struct step_row inside = step_of("e", "inner", 1, 1);

    use_folder();
    open_file();
    start_execution("e");
    inside.parent = "e/none/1/1";
    cr_assert_eq(start_step(&inside), STORE_FAILED);
    cr_assert_eq(commit_of("e", (struct journal_commit){.open_gates = &gate,
                                                        .open_gate_count = 1}),
                 STORE_FAILED);
    cr_assert_eq(commit_of("e", (struct journal_commit){.positions = &position,
                                                        .position_count = 1}),
                 STORE_FAILED);
    cr_assert_eq(found("e").history_seq, 1);
}

/* ---- What is refused ------------------------------------------------------------- */

Test(sqlite, a_database_of_another_program_is_refused)
{
    use_folder();
    file = arena_printf(&arena, "%s/other.db", folder);
    run_sql("CREATE TABLE t (x)");
    assert_refused(true, "another program");
}

Test(sqlite, a_file_that_is_no_database_is_refused)
{
    use_folder();
    file = arena_printf(&arena, "%s/text", folder);
    write_file(file,
               "This is a text that is longer than the header of a database file, "
               "so that nobody takes it for one that is just empty or cut short.");
    assert_refused(true, "not a database; move it away");
}

Test(sqlite, a_read_only_database_can_be_looked_at_only)
{
    if (geteuid() == 0) { /* root may write everything */
        cr_assert_eq(setresuid(65534, 65534, 65534), 0);
        prctl(PR_SET_DUMPABLE, 1); /* for the leak check */
    }
    use_folder();
    open_file();
    start_execution("e");
    journal_close(journal);
    cr_assert_eq(chmod(file, 0400), 0);
    assert_refused(true, "read-only; make the file and its folder writable");
    journal_close(journal);
    cr_assert_eq(store_open(file, false, false, &journal), STORE_OK);
    cr_assert_str_eq(found("e").id, "e");
    cr_assert_eq(journal->ops->request(journal, "e", "pause"), STORE_FAILED);
    cr_assert(strstr(store_message(journal), "readonly"), "%s", store_message(journal));
}

Test(sqlite, a_write_that_fails_leaves_nothing_and_may_be_repeated)
{
    const struct rlimit none = {.rlim_cur = 1, .rlim_max = RLIM_INFINITY};
    const struct rlimit any = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    const struct step_row step = step_of("e", "plan", 1, 1);

    use_folder();
    open_file();
    start_execution("e");
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    cr_assert_eq(start_step(&step), STORE_FAILED);
    setrlimit(RLIMIT_FSIZE, &any);
    cr_assert(strstr(store_message(journal), "disk I/O error; check the disk"), "%s",
              store_message(journal));
    cr_assert_eq(found("e").history_seq, 1);
    cr_assert_eq(start_step(&step), STORE_OK);
    cr_assert_eq(found("e").history_seq, 2);
}

Test(sqlite, what_was_committed_survives_the_death_of_its_writer)
{
    int status;
    pid_t child;

    use_folder();
    child = fork();
    if (child == 0) {
        open_file();
        start_execution("e");
        raise(SIGKILL);
    }
    waitpid(child, &status, 0);
    open_file();
    cr_assert_str_eq(found("e").id, "e");
}

Test(sqlite, processes_that_write_at_once_lose_nothing)
{
    enum { PROCESSES = 4, EACH = 20 };
    struct execution_row *rows;
    size_t count;

    use_folder();
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            open_file();
            for (int j = 0; j < EACH; j++)
                start_execution(arena_printf(&arena, "e%d-%02d", i, j));
            _exit(0);
        }
    for (int i = 0, status; i < PROCESSES; i++) {
        wait(&status);
        cr_assert_eq(status, 0);
    }
    open_file();
    cr_assert_eq(journal->ops->list(journal, &arena, NULL, 0, &rows, &count), STORE_OK);
    cr_assert_eq(count, PROCESSES * EACH);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(rows[i].slot, (int64_t)(count - i));
}

static int count_commit(void *counter)
{
    ++*(int *)counter;
    return 0;
}

Test(sqlite, a_step_boundary_is_one_transaction)
{
    const struct step_row first = step_of("e", "plan", 1, 1);
    const struct step_row second = step_of("e", "work", 1, 1);
    const struct step_ending ended = {.key = first.key, .status = STEP_RUN_COMPLETED};
    const struct journal_commit commit = {
        .execution_id = "e", .now_ms = now_ms, .ended = &ended, .started = &second};
    int transactions = 0;

    use_folder();
    open_file();
    start_execution("e");
    cr_assert_eq(start_step(&first), STORE_OK);
    sqlite3_commit_hook(((struct sqlite_journal *)journal)->db, count_commit,
                        &transactions);
    cr_assert_eq(journal->ops->commit(journal, &commit), STORE_OK);
    cr_assert_eq(transactions, 1);
}

Test(sqlite, the_log_is_bounded_in_a_long_run)
{
    enum { COMMITS = 1000 };
    struct stat about;

    use_folder();
    cr_assert_eq(store_open(file, true, true, &journal), STORE_OK);
    start_execution("e");
    for (uint32_t visit = 1; visit <= COMMITS; visit++) {
        const struct step_row step = step_of("e", "loop", visit, 1);

        cr_assert_eq(start_step(&step), STORE_OK);
    }
    cr_assert_eq(stat(beside("-wal"), &about), 0);
    cr_assert_lt(about.st_size, (WAL_PAGES_IN_RUN + 32) * 4120);
    cr_assert_eq(stat(file, &about), 0);
    cr_assert_gt(about.st_size, 100 * 1024, "the pages went into the file");
}

/* There are as many workflows as files; what upkeep and backup read once each; and the rows of
 * a tree itself. */
static bool may_scan(enum statement which)
{
    return which == WORKFLOW_LIST || which == BUILD_LIST || which == MODULE_LIST ||
           which == LARGE_VALUE_LIST || which == EXECUTION_TREE ||
           which == HISTORY_STARTS;
}

/* Lists of executions come in the order of their index. */
static bool may_sort(enum statement which)
{
    return which == GATE_LIST || which == GATE_LIST_OF_EVENT || which == EVENT_LIST ||
           which == BUILD_LIST || which == MODULE_LIST || which == STEP_LIST ||
           which == HISTORY_TURNS;
}

Test(sqlite, no_statement_reads_a_whole_table)
{
    sqlite3_stmt *plan;

    use_folder();
    open_file();
    for (enum statement which = 0; which < STATEMENT_COUNT; which++) {
        const char *text = arena_printf(&arena, "EXPLAIN QUERY PLAN %s",
                                        sqlite_statement_texts[which]);

        /* As store_delete has it. */
        sqlite3_db_config(((struct sqlite_journal *)journal)->db,
                          SQLITE_DBCONFIG_ENABLE_FKEY, which != EXECUTION_DELETE, NULL);
        cr_assert_eq(sqlite3_prepare_v2(((struct sqlite_journal *)journal)->db, text,
                                        -1, &plan, NULL),
                     SQLITE_OK, "%s", text);
        while (sqlite3_step(plan) == SQLITE_ROW) {
            const char *detail = (const char *)sqlite3_column_text(plan, 3);

            cr_assert(strncmp(detail, "SCAN", 4) != 0 || may_scan(which), "%s: %s",
                      text, detail);
            cr_assert(!strstr(detail, "TEMP B-TREE") || may_sort(which), "%s: %s", text,
                      detail);
        }
        sqlite3_finalize(plan);
    }
}

Test(sqlite, the_columns_of_the_original_design_are_there)
{
    use_folder();
    open_file();
    start_execution("e");
    run_sql(
        "SELECT id, name, version, definition, created_at, updated_at FROM workflows;"
        "SELECT id, workflow_id, trigger_type, trigger_data, status, current_step,"
        " state, started_at, completed_at, error FROM executions;"
        "SELECT id, execution_id, step_id, module, action, inputs, outputs, status,"
        " started_at, completed_at, error FROM step_executions;"
        "SELECT id, execution_id, event_type, step_id, data, timestamp"
        " FROM execution_history");
}

static enum store_error found_by_others;

static bool look_from_outside(void *context, int64_t slot)
{
    struct execution_row row;
    struct journal *other;

    (void)context, (void)slot;
    cr_assert_eq(store_open(file, false, false, &other), STORE_OK);
    found_by_others = other->ops->find(other, &arena, "e", &row);
    journal_close(other);
    return true;
}

Test(sqlite, a_new_execution_is_owned_before_others_see_it)
{
    use_folder();
    open_file();
    journal->claimer.claim = look_from_outside;
    start_execution("e");
    cr_assert_eq(found_by_others, STORE_NOT_FOUND);
    cr_assert_str_eq(found("e").id, "e");
}

static const sqlite3_io_methods *real_methods;
static int log_syncs;

static int count_sync(sqlite3_file *log, int flags)
{
    log_syncs++;
    return real_methods->xSync(log, flags);
}

/* How often the log is synced in the commit of a step's start. */
static int syncs_of_start(const char *execution)
{
    static sqlite3_io_methods counting;
    const struct step_row step = step_of(execution, "plan", 1, 1);
    sqlite3_file *log = NULL;

    start_execution(execution);
    sqlite3_file_control(((struct sqlite_journal *)journal)->db, "main",
                         SQLITE_FCNTL_JOURNAL_POINTER, &log);
    cr_assert(log && log->pMethods);
    real_methods = log->pMethods;
    counting = *real_methods;
    counting.xSync = count_sync;
    log->pMethods = &counting;
    log_syncs = 0;
    cr_assert_eq(start_step(&step), STORE_OK);
    log->pMethods = real_methods;
    return log_syncs;
}

Test(sqlite, commits_are_synced_unless_the_user_chose_otherwise)
{
    use_folder();
    open_file();
    cr_assert_eq(syncs_of_start("e"), 1);
    journal_close(journal);
    cr_assert_eq(store_open(file, true, true, &journal), STORE_OK);
    cr_assert_eq(syncs_of_start("f"), 0);
}

/* A process that has entered the queue, and never leaves it. */
static pid_t fork_stuck_writer(void)
{
    int ends[2];
    char byte;
    pid_t child;

    cr_assert_eq(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        open_file();
        cr_assert_eq(sqlite_queue_enter((struct sqlite_journal *)journal), STORE_OK);
        cr_assert_eq(write(ends[1], "x", 1), 1);
        raise(SIGSTOP);
        _exit(0);
    }
    cr_assert_eq(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    close(ends[1]);
    return child;
}

Test(sqlite, a_writer_that_is_stopped_blocks_nobody_for_ever)
{
    const struct step_row step = step_of("e", "plan", 1, 1);
    sigset_t alarms;
    pid_t child;

    use_folder();
    open_file();
    start_execution("e");
    child = fork_stuck_writer();
    sigemptyset(&alarms); /* as one may inherit it */
    sigaddset(&alarms, SIGALRM);
    sigprocmask(SIG_BLOCK, &alarms, NULL);
    ((struct sqlite_journal *)journal)->queue_wait_ms = 20;
    cr_assert_eq(start_step(&step), STORE_FAILED);
    cr_assert(strstr(store_message(journal), "has kept its -queue locked"), "%s",
              store_message(journal));
    cr_assert(strstr(store_message(journal), file));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    cr_assert_eq(start_step(&step), STORE_OK);
}
