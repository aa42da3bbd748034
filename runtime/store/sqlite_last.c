/* sqlite_last.c: the last row of a step: of its highest visit, then attempt.
 *
 * No index is in that order, so that a start has none to write: the row is found by keys,
 * EXECUTION/STEP/VISIT/ATTEMPT. They are in the order of their text, and visits, and the attempts
 * of each, count from 1 without gaps:
 *   (1) up to 8 the last number is the last text; from 9 on that is the highest one of nines
 *       alone (9, 99, 999), and the last number is below the next such;
 *   (2) between the two, whether a number is there tells whether the last is as high.
 * These are several statements: who asks owns the execution, and nobody else adds to it. */
#include <inttypes.h>

#include "store/sqlite.h"

enum { VISIT = 11, ATTEMPT = 12 }; /* columns */

struct search {
    struct sqlite_journal *journal;
    const char *step; /* what the keys begin with: EXECUTION/STEP[ITEM] */
    struct arena memory;
};

/* STORE_OK: the statement is at the last text of those; reset it. */
static enum store_error seek(struct search *search, const char *first, const char *end,
                             sqlite3_stmt **statement)
{
    *statement = sqlite_statement(search->journal, STEP_LAST);
    if (!*statement)
        return STORE_FAILED;
    bind_text(*statement, ":first", first);
    bind_text(*statement, ":end", end);
    return sqlite_next(search->journal, *statement);
}

/* The same, of all that begin with this and a slash; '0' is behind that. */
static enum store_error seek_behind(struct search *search, const char *text,
                                    sqlite3_stmt **statement)
{
    return seek(search, arena_printf(&search->memory, "%s/", text),
                arena_printf(&search->memory, "%s0", text), statement);
}

static enum store_error is_there(struct search *search, const char *key)
{
    sqlite3_stmt *statement = sqlite_statement(search->journal, STEP_IS_THERE);
    enum store_error error;

    if (!statement)
        return STORE_FAILED;
    bind_text(statement, ":id", key);
    error = sqlite_next(search->journal, statement);
    sqlite_reset(statement);
    return error;
}

/* There may be a higher one: (1). */
static bool is_nines(uint64_t number)
{
    while (number % 10 == 9)
        number /= 10;
    return number == 0;
}

/* From such a number, which is there, to the last, between these texts of its key: (2). */
static enum store_error climb(struct search *search, const char *before,
                              const char *behind, uint64_t *number)
{
    uint64_t high = *number * 10 + 8;
    enum store_error error = STORE_OK;

    while (error == STORE_OK && *number < high) {
        const uint64_t middle = *number + (high - *number + 1) / 2;

        error = is_there(search, arena_printf(&search->memory, "%s/%" PRIu64 "%s",
                                              before, middle, behind));
        if (error == STORE_OK)
            *number = middle;
        else if (error == STORE_NOT_FOUND) {
            high = middle - 1;
            error = STORE_OK;
        }
    }
    return error;
}

/* The last attempt of a visit. */
static enum store_error seek_attempt(struct search *search, uint64_t visit,
                                     sqlite3_stmt **statement)
{
    const char *text =
        arena_printf(&search->memory, "%s/%" PRIu64, search->step, visit);
    enum store_error error = seek_behind(search, text, statement);
    uint64_t attempt;
    const char *key;

    if (error != STORE_OK)
        return error;
    attempt = (uint64_t)sqlite3_column_int64(*statement, ATTEMPT);
    if (!is_nines(attempt))
        return STORE_OK;
    sqlite_reset(*statement);
    error = climb(search, text, "", &attempt);
    if (error != STORE_OK)
        return error;
    key = arena_printf(&search->memory, "%s/%" PRIu64, text, attempt);
    return seek(search, key, arena_printf(&search->memory, "%s0", key), statement);
}

/* The last attempt of the last visit. */
static enum store_error seek_last(struct search *search, sqlite3_stmt **statement)
{
    enum store_error error = seek_behind(search, search->step, statement);
    uint64_t visit, attempt;

    if (error != STORE_OK)
        return error;
    visit = (uint64_t)sqlite3_column_int64(*statement, VISIT);
    attempt = (uint64_t)sqlite3_column_int64(*statement, ATTEMPT);
    if (!is_nines(visit) && !is_nines(attempt))
        return STORE_OK;
    sqlite_reset(*statement);
    if (is_nines(visit))
        error = climb(search, search->step, "/1", &visit);
    return error == STORE_OK ? seek_attempt(search, visit, statement) : error;
}

enum store_error sqlite_last_step(struct journal *base, struct arena *arena,
                                  const char *execution_id, const char *step_id,
                                  const char *item, uint32_t before_visit,
                                  struct step_row *row)
{
    struct search search = {.journal = (struct sqlite_journal *)base};
    sqlite3_stmt *statement = NULL;
    enum store_error error = STORE_NOT_FOUND;

    search.step = arena_printf(&search.memory, "%s/%s%s", execution_id, step_id,
                               text_or_empty(item));
    if (before_visit) {
        error = seek_attempt(&search, before_visit - 1, &statement);
        if (error == STORE_NOT_FOUND)
            sqlite_reset(statement);
    }
    /* Where that visit is not there, all are from before it. */
    if (error == STORE_NOT_FOUND && before_visit != 1)
        error = seek_last(&search, &statement);
    if (error == STORE_OK)
        error = sqlite_step_read(search.journal, arena, statement, row);
    if (statement)
        sqlite_reset(statement);
    arena_release(&search.memory);
    return error;
}
