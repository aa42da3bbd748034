/* checks.c: see checks.h. The questions are SQL: on the database, attached as `d`, and on
 * tables in memory with the calls that the steps have noted and with what is remembered. */
#include "checks.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct checks {
    sqlite3 *db;
    char database[512];
    char id[64], step[128];
    char wrong[4096];
};

/* The steps that are not idempotent. */
#define UNSAFE "('pay', 'send', 'mail', 'bill')"

static const char tables[] =
    "CREATE TABLE calls (key TEXT);"
    "CREATE TABLE ended (key TEXT PRIMARY KEY, count INTEGER);";

static _Noreturn void give_up(struct checks *checks, const char *text)
{
    fprintf(stderr, "%s: %s\n", text, sqlite3_errmsg(checks->db));
    exit(2);
}

/* The first column of all rows, a line each; NULL: it failed. Freed by sqlite3_free. */
static char *ask(struct checks *checks, const char *text)
{
    sqlite3_str *lines = sqlite3_str_new(NULL);
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(checks->db, text, -1, &statement, NULL);
    char *value;

    while (result == SQLITE_OK && (result = sqlite3_step(statement)) == SQLITE_ROW) {
        sqlite3_str_appendf(lines, "%s%s", sqlite3_str_length(lines) ? "\n" : "",
                            (const char *)sqlite3_column_text(statement, 0));
        result = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    if (result != SQLITE_DONE)
        snprintf(checks->wrong, sizeof(checks->wrong), "%.200s: %s", text,
                 sqlite3_errmsg(checks->db));
    value = sqlite3_str_finish(lines);
    if (!value)
        value = sqlite3_mprintf("");
    if (result == SQLITE_DONE)
        return value;
    sqlite3_free(value);
    return NULL;
}

static void run(struct checks *checks, const char *text)
{
    if (sqlite3_exec(checks->db, text, NULL, NULL, NULL) != SQLITE_OK)
        give_up(checks, text);
}

/* ---- Opening ------------------------------------------------------------------------ */

struct checks *checks_new(const char *database)
{
    struct checks *checks = calloc(1, sizeof(*checks));

    if (!checks || sqlite3_open(":memory:", &checks->db) != SQLITE_OK)
        abort();
    snprintf(checks->database, sizeof(checks->database), "%s", database);
    /* Looking must not change the file. */
    sqlite3_db_config(checks->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_busy_timeout(checks->db, 5000);
    run(checks, tables);
    return checks;
}

void checks_free(struct checks *checks)
{
    sqlite3_close(checks->db);
    free(checks);
}

static void read_calls(struct checks *checks)
{
    char path[600], line[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s.calls", checks->database);
    run(checks, "DELETE FROM calls");
    file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file)) {
        char *text;

        line[strcspn(line, "\n")] = '\0';
        text = sqlite3_mprintf("INSERT INTO calls VALUES (%Q)", line);
        run(checks, text);
        sqlite3_free(text);
    }
    if (file)
        fclose(file);
}

/* false: there is no database. */
static bool look(struct checks *checks)
{
    char *text;
    int result;

    checks->wrong[0] = '\0';
    read_calls(checks);
    if (access(checks->database, F_OK) != 0)
        return false;
    text = sqlite3_mprintf("ATTACH %Q AS d", checks->database);
    result = sqlite3_exec(checks->db, text, NULL, NULL, NULL);
    sqlite3_free(text);
    if (result != SQLITE_OK)
        give_up(checks, checks->database);
    return true;
}

static void look_away(struct checks *checks)
{
    run(checks, "DETACH d");
}

/* ---- Questions ---------------------------------------------------------------------- */

/* One value; empty: there is none. */
static void take(struct checks *checks, const char *text, char *value, size_t size)
{
    char *lines = ask(checks, text);

    if (!lines)
        give_up(checks, text);
    snprintf(value, size, "%s", lines);
    sqlite3_free(lines);
}

enum next checks_next(struct checks *checks, const char **id, const char **step)
{
    static const char gate[] =
        "SELECT kind FROM d.gates WHERE answer IS NULL AND kind IN ('question',"
        " 'approval', 'event') ORDER BY kind = 'question' DESC, step_key LIMIT 1";
    static const char asked[] =
        "SELECT s.step_id || s.item FROM d.gates AS g JOIN d.step_executions AS s"
        " ON s.id = g.step_key WHERE g.kind = 'question' ORDER BY step_key LIMIT 1";
    char kind[64], status[32];

    *id = checks->id;
    *step = checks->step;
    if (!look(checks))
        return NEXT_START;
    take(checks, "SELECT id FROM d.executions WHERE parent_id IS NULL", checks->id,
         sizeof(checks->id));
    take(checks, "SELECT status FROM d.executions WHERE parent_id IS NULL", status,
         sizeof(status));
    take(checks, gate, kind, sizeof(kind));
    take(checks, asked, checks->step, sizeof(checks->step));
    look_away(checks);
    if (!checks->id[0])
        return NEXT_START;
    if (!strcmp(status, "completed"))
        return NEXT_END;
    if (!strcmp(kind, "question"))
        return NEXT_RETRY;
    if (!strcmp(kind, "approval"))
        return NEXT_APPROVE;
    return !strcmp(kind, "event") ? NEXT_EMIT : NEXT_RESUME;
}

void checks_note_death(struct checks *checks)
{
    if (!look(checks))
        return;
    run(checks, "INSERT OR IGNORE INTO ended SELECT id, (SELECT count(*) FROM calls"
                " WHERE key = id) FROM d.step_executions WHERE status <> 'running'"
                " OR step_id IN " UNSAFE);
    look_away(checks);
}

/* Every question must have the empty answer. */
static const char *first_answer(struct checks *checks, const char *const *questions,
                                size_t count)
{
    for (size_t i = 0; i < count && !checks->wrong[0]; i++) {
        char *lines = ask(checks, questions[i]);

        if (lines && lines[0])
            snprintf(checks->wrong, sizeof(checks->wrong), "%.1000s", lines);
        sqlite3_free(lines);
    }
    return checks->wrong[0] ? checks->wrong : NULL;
}

const char *checks_calls(struct checks *checks)
{
    static const char *const questions[] = {
        "SELECT 'called again after its end was stored: ' || key FROM ended WHERE count"
        " <> (SELECT count(*) FROM calls WHERE calls.key = ended.key)",
        "SELECT 'not idempotent, called twice: ' || key FROM calls"
        " WHERE substr(key, instr(key, '/') + 1, 3) IN ('pay', 'sen', 'mai', 'bil')"
        " GROUP BY key HAVING count(*) > 1",
    };

    read_calls(checks);
    checks->wrong[0] = '\0';
    return first_answer(checks, questions, 2);
}

static const char *const sound[] = {
    "SELECT 'integrity: ' || integrity_check FROM pragma_integrity_check"
    " WHERE integrity_check <> 'ok'",
    "SELECT 'foreign key: ' || \"table\" FROM pragma_foreign_key_check(NULL, 'd')",
    "SELECT 'the history of ' || execution_id || ' has a gap' FROM d.execution_history"
    " GROUP BY execution_id HAVING max(seq) <> count(*)",
    "SELECT 'event_count of ' || id FROM d.executions WHERE event_count <>"
    " (SELECT count(*) FROM d.execution_history WHERE execution_id = executions.id)",
    "SELECT 'not an id by slot and seq: ' || event.id FROM d.execution_history AS event"
    " JOIN d.executions ON executions.id = execution_id"
    " WHERE event.id <> (slot << 32) + seq",
    "SELECT 'a visit without a row: ' || execution_id || '/' || step_id || item"
    " FROM d.step_executions GROUP BY execution_id, step_id, item"
    " HAVING max(visit) <> count(DISTINCT visit)",
    "SELECT 'called without a row: ' || key FROM calls WHERE key NOT IN"
    " (SELECT id FROM d.step_executions)",
};
enum { SOUND_COUNT = sizeof(sound) / sizeof(sound[0]) };

/* What lies beside the database is never half written: git must not take it up. */
static bool is_hidden_from_git(const struct checks *checks)
{
    char path[600];
    struct stat about;

    snprintf(path, sizeof(path), "%s.d/.gitignore", checks->database);
    return stat(path, &about) != 0 || about.st_size > 0;
}

const char *checks_file(struct checks *checks)
{
    const char *wrong;

    if (!is_hidden_from_git(checks))
        return "an empty .gitignore";

    if (!look(checks)) {
        char *calls =
            ask(checks, "SELECT 'called without a database: ' || key FROM calls");

        if (calls && calls[0])
            snprintf(checks->wrong, sizeof(checks->wrong), "%.1000s", calls);
        sqlite3_free(calls);
        return checks->wrong[0] ? checks->wrong : NULL;
    }
    wrong = first_answer(checks, sound, SOUND_COUNT);
    look_away(checks);
    return wrong;
}

const char *checks_end(struct checks *checks)
{
    static const char *const questions[] = {
        "SELECT 'a gate is left: ' || step_key FROM d.gates",
        "SELECT 'a position is left: ' || branch FROM d.positions",
        "SELECT 'still running: ' || id FROM d.step_executions WHERE status = 'running'",
        "SELECT 'completed, but not called: ' || id FROM d.step_executions"
        " WHERE status = 'completed' AND action = 'run'"
        " AND id NOT IN (SELECT key FROM calls)",
        "SELECT 'completed twice: ' || step_id || item FROM d.step_executions"
        " WHERE status = 'completed' GROUP BY execution_id, step_id, item, visit"
        " HAVING count(*) > 1",
        "SELECT 'step_completed events: ' || count(*) FROM d.execution_history"
        " WHERE event_type = 'step_completed' HAVING count(*) <>"
        " (SELECT count(*) FROM d.step_executions WHERE status = 'completed')",
    };
    const char *wrong;

    if (!look(checks))
        return "there is no database";
    wrong = first_answer(checks, questions, sizeof(questions) / sizeof(questions[0]));
    look_away(checks);
    return wrong;
}

int checks_count_interrupted(struct checks *checks)
{
    char number[32];

    if (!look(checks))
        return 0;
    take(checks,
         "SELECT count(*) FROM d.step_executions"
         " WHERE json_extract(error, '$.code') = 'interrupted'",
         number, sizeof(number));
    look_away(checks);
    return atoi(number);
}

char *checks_outcome(struct checks *checks)
{
    /* Attempts of which nobody knows whether they happened were run again. */
    static const char text[] =
        "WITH steps AS (SELECT *, rowid AS place FROM d.step_executions"
        " WHERE coalesce(json_extract(error, '$.code'), '') <> 'interrupted')"
        "SELECT concat FROM (SELECT 1 AS part, workflow_id AS a, '' AS b, 0 AS c, 0 AS n,"
        " workflow_id || ' ' || status || ' ' || coalesce(error, '') || coalesce(outputs, '')"
        " AS concat FROM d.executions UNION ALL"
        " SELECT 2, '', '', 0, place, step_id || ' ' || status FROM steps"
        " WHERE parent IS NULL AND step_id NOT IN ('inside', 'bill') UNION ALL"
        " SELECT 3, step_id, item, visit, attempt, step_id || item || ' ' || visit || '/' ||"
        " row_number() OVER (PARTITION BY execution_id, step_id, item, visit"
        " ORDER BY attempt) || ' ' || status || ' ' || coalesce(error, '')"
        " || coalesce(outputs, '') FROM steps) ORDER BY part, a, b, c, n";
    char *lines, *copy;

    if (!look(checks))
        return strdup("");
    lines = ask(checks, text);
    if (!lines)
        give_up(checks, "outcome");
    look_away(checks);
    copy = strdup(lines);
    sqlite3_free(lines);
    return copy;
}

int checks_count_calls(struct checks *checks)
{
    char number[32];

    read_calls(checks);
    take(checks, "SELECT count(*) FROM calls", number, sizeof(number));
    return atoi(number);
}
