/* bare.c: the baseline: what ten-steps and many-steps write, with SQLite alone.
 *
 *     bare DATABASE SCHEMA.sql full|relaxed STEPS [EXECUTIONS GROUP]
 *
 * GROUP executions go on side by side: a boundary of each is in one transaction.
 *
 * The same rows in as many transactions (one for the start, one a step, one for the end) with
 * the same settings, by prepared statements, and nothing else: no types, no JSON, no locks,
 * no options. Like the store it leaves its WAL when it ends, takes it up again, and empties it
 * at the start when it has grown over 256 pages, later over 2048. Any failure ends it with exit 1. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { GROUP_MAX = 1000, LOOP_STEPS = 10, SCHEMA_BYTES_MAX = 1 << 16, TEXT_SIZE = 64 };

enum statement {
    BEGIN,
    COMMIT,
    WORKFLOW,
    EXECUTION,
    POSITION,
    STEP_START,
    STEP_END,
    HISTORY,
    STATEMENT_COUNT
};

static const char *const texts[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [WORKFLOW] = "INSERT INTO workflows (id, name, version, definition, created_at,"
                 " updated_at) VALUES ('ten-steps', 'Ten steps', '1.0.0', '{}', ?1, ?1)"
                 " ON CONFLICT (id) DO NOTHING",
    [EXECUTION] = "INSERT INTO executions (id, workflow_id, workflow_version,"
                  " trigger_type, trigger_data, status, current_step, started_at,"
                  " event_count) VALUES (?2, 'ten-steps', '1.0.0', 'cli', '{}',"
                  " 'running', 'step-1', ?1, 1)",
    [POSITION] = "UPDATE executions SET status = ?3, current_step = ?4,"
                 " completed_at = ?1, event_count = event_count + 2 WHERE slot = ?6",
    [STEP_START] =
        "INSERT INTO step_executions (id, execution_id, step_id, module,"
        " action, inputs, status, started_at, visit, attempt, run) VALUES"
        " (?3, ?2, ?4, 'bench', 'count', '{\"number\":0}', 'running', ?1, ?5,"
        " 1, ?5)",
    [STEP_END] = "UPDATE step_executions SET status = 'completed',"
                 " outputs = '{\"number\":1}', completed_at = ?1 WHERE id = ?3",
    [HISTORY] = "INSERT INTO execution_history (id, execution_id, event_type, step_id,"
                " timestamp, seq) VALUES ((?6 << 32) + ?5, ?2, ?3, ?4, ?1, ?5)",
};

static sqlite3 *db;
static sqlite3_stmt *statements[STATEMENT_COUNT];
static char ids[GROUP_MAX][TEXT_SIZE];
static sqlite3_int64 slots[GROUP_MAX];
static const char *execution;
static sqlite3_int64 slot;

static void check(int result)
{
    if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE)
        return;
    fprintf(stderr, "bare: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(enum statement which, const char *third, const char *fourth, int fifth)
{
    sqlite3_stmt **statement = &statements[which];
    char now[TEXT_SIZE];
    struct timespec t;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &t);
    strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t.tv_sec, &utc));
    if (!*statement)
        check(sqlite3_prepare_v3(db, texts[which], -1, SQLITE_PREPARE_PERSISTENT,
                                 statement, NULL));
    const int count = sqlite3_bind_parameter_count(*statement);
    const char *const values[] = {now, execution, third, fourth};

    for (int i = 1; i <= count && i <= 4; i++)
        check(sqlite3_bind_text(*statement, i, values[i - 1], -1, SQLITE_STATIC));
    if (count >= 5)
        check(sqlite3_bind_int(*statement, 5, fifth));
    if (count >= 6)
        check(sqlite3_bind_int64(*statement, 6, slot));
    check(sqlite3_step(*statement));
    check(sqlite3_reset(*statement));
}

static void open_database(const char *file, const char *schema_file, int is_relaxed)
{
    static char schema[SCHEMA_BYTES_MAX];
    const int is_new = access(file, F_OK) != 0;

    check(sqlite3_open(file, &db));
    check(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL));
    check(sqlite3_exec(db,
                       "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;"
                       "PRAGMA wal_autocheckpoint = 256",
                       NULL, NULL, NULL));
    check(sqlite3_exec(
        db, is_relaxed ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL",
        NULL, NULL, NULL));
    if (is_new) {
        FILE *in = fopen(schema_file, "r");

        if (!in || !fread(schema, 1, sizeof(schema) - 1, in))
            exit(1);
        fclose(in);
        check(sqlite3_exec(db, schema, NULL, NULL, NULL));
    }
}

/* Step `number`, from 1, of an execution that goes around and around. */
static void name_step(int number, char step[TEXT_SIZE], char key[TEXT_SIZE * 3])
{
    snprintf(step, TEXT_SIZE, "step-%d", (number - 1) % LOOP_STEPS + 1);
    snprintf(key, TEXT_SIZE * 3, "%s/%s/%d/1", execution, step,
             (number - 1) / LOOP_STEPS + 1);
}

static void write_boundary(int number, int step_count)
{
    const int is_end = number > step_count;
    char step[TEXT_SIZE], key[TEXT_SIZE * 3];
    char ended[TEXT_SIZE], ended_key[TEXT_SIZE * 3];

    name_step(number, step, key);
    name_step(number - 1, ended, ended_key);
    run(POSITION, is_end ? "completed" : "running", is_end ? NULL : step, 0);
    if (number > 1) {
        run(STEP_END, ended_key, NULL, 0);
        run(HISTORY, "step_completed", ended, 2 * number - 1);
    }
    if (!is_end)
        run(STEP_START, key, step, (number - 1) / LOOP_STEPS + 1);
    run(HISTORY, is_end ? "execution_completed" : "step_started", is_end ? NULL : step,
        2 * number);
}

/* Like those of one process: the first is random, the others count on from there. */
static void name_execution(int index)
{
    static unsigned long long first, count;

    if (!count && getrandom(&first, sizeof(first), 0) != sizeof(first))
        exit(1);
    snprintf(ids[index], sizeof(ids[index]), "%016llx", first + count++);
}

static void write_starts(int group)
{
    run(BEGIN, NULL, NULL, 0);
    for (int i = 0; i < group; i++) {
        name_execution(i);
        execution = ids[i];
        run(WORKFLOW, NULL, NULL, 0);
        run(EXECUTION, NULL, NULL, 0);
        slot = slots[i] = sqlite3_last_insert_rowid(db);
        run(HISTORY, "execution_started", NULL, 1);
    }
    run(COMMIT, NULL, NULL, 0);
}

static void write_executions(int step_count, int group)
{
    write_starts(group);
    check(sqlite3_exec(db, "PRAGMA wal_autocheckpoint = 1024", NULL, NULL, NULL));
    for (int number = 1; number <= step_count + 1; number++) {
        run(BEGIN, NULL, NULL, 0);
        for (int i = 0; i < group; i++) {
            execution = ids[i];
            slot = slots[i];
            write_boundary(number, step_count);
        }
        run(COMMIT, NULL, NULL, 0);
    }
}

int main(int argc, char **argv)
{
    const int executions = argc == 7 ? atoi(argv[5]) : 1;
    const int group = argc == 7 ? atoi(argv[6]) : 1;

    if ((argc != 5 && argc != 7) || atoi(argv[4]) < 1 || executions < 1 || group < 1 ||
        group > GROUP_MAX) {
        fprintf(stderr, "usage: bare DATABASE SCHEMA.sql full|relaxed STEPS"
                        " [EXECUTIONS GROUP]\n");
        return 2;
    }
    open_database(argv[1], argv[2], strcmp(argv[3], "relaxed") == 0);
    for (int left = executions; left > 0; left -= group)
        write_executions(atoi(argv[4]), left < group ? left : group);
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(statements[i]);
    check(sqlite3_close(db));
    return 0;
}
