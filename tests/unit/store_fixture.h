/* store_fixture.h: a journal, in a file of its own or in memory, and rows to put in. */
#ifndef KAD_TESTS_STORE_FIXTURE_H
#define KAD_TESTS_STORE_FIXTURE_H

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"

static const int64_t now_ms = 1700000000123;

static struct arena arena;
static struct journal *journal;
static char folder[64];
static char *file; /* NULL: in memory */

/* ---- Fixtures -------------------------------------------------------------------- */

static inline char *beside(const char *suffix)
{
    return arena_printf(&arena, "%s%s", file, suffix);
}

/* A folder of its own, and the path of a database that is not there yet. */
static inline void use_folder(void)
{
    strcpy(folder, P_tmpdir "/kad-store-XXXXXX");
    cr_assert(mkdtemp(folder));
    file = arena_printf(&arena, "%s/.kad/kad.db", folder);
}

static inline void open_file(void)
{
    enum store_error error = store_open(file, true, false, &journal);

    cr_assert_eq(error, STORE_OK, "%s", store_message(journal));
}

/* What was written has to come from the file, not from a cache. */
static inline void reopen(void)
{
    if (!file)
        return;
    journal_close(journal);
    open_file();
}

static inline int remove_one(const char *path, const struct stat *about, int type,
                             struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}

static inline void clean_up(void)
{
    journal_close(journal);
    if (*folder)
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    arena_release(&arena);
}

/* One test for each journal. */
#define BOTH_IN(suite, sentence)                                                       \
    static void sentence(void);                                                        \
    Test(suite, sentence##_in_memory)                                                  \
    {                                                                                  \
        journal = memory_journal_new();                                                \
        sentence();                                                                    \
    }                                                                                  \
    Test(suite, sentence##_in_sqlite)                                                  \
    {                                                                                  \
        use_folder();                                                                  \
        open_file();                                                                   \
        sentence();                                                                    \
    }                                                                                  \
    static void sentence(void)

static inline enum store_error create(const char *workflow, const char *id,
                                      const char *key, struct execution_row *row,
                                      bool *existed)
{
    const struct workflow_row definition = {
        .id = workflow, .name = "Name", .version = "1.0.0", .definition = "{}"};

    *row = (struct execution_row){
        .id = id,
        .workflow_id = workflow,
        .workflow_version = "1.0.0",
        .trigger_type = "cli",
        .trigger_data = "{\"feature\":\"ü\"}",
        .status = EXECUTION_RUNNING,
        .current_step = "plan",
        .started_ms = now_ms,
        .key = key,
    };
    return journal->ops->create(journal, &arena, &definition, row, existed);
}

static inline void start_execution(const char *id)
{
    struct execution_row row;
    bool existed;

    cr_assert_eq(create("flow", id, NULL, &row, &existed), STORE_OK);
    cr_assert_not(existed);
}

static inline struct step_row step_of(const char *execution, const char *step,
                                      uint32_t visit, uint32_t attempt)
{
    return (struct step_row){
        .key = arena_printf(&arena, "%s/%s/%u/%u", execution, step, visit, attempt),
        .execution_id = execution,
        .step_id = step,
        .module = "planning",
        .action = "plan",
        .inputs = "{\"n\":1}",
        .status = STEP_RUN_RUNNING,
        .started_ms = now_ms,
        .visit = visit,
        .attempt = attempt,
        .run = visit,
    };
}

static inline enum store_error start_step(const struct step_row *step)
{
    const struct history_row event = {
        .event_type = "step_started", .step_id = step->step_id, .at_ms = now_ms};
    const struct journal_commit commit = {.execution_id = step->execution_id,
                                          .now_ms = now_ms,
                                          .started = step,
                                          .events = &event,
                                          .event_count = 1};

    return journal->ops->commit(journal, &commit);
}

/* An execution with one attempt under way, EXECUTION/STEP/1/1. */
static inline struct step_row start_with_step(const char *execution, const char *step)
{
    const struct step_row row = step_of(execution, step, 1, 1);

    start_execution(execution);
    cr_assert_eq(start_step(&row), STORE_OK);
    return row;
}

static inline enum store_error commit_of(const char *execution,
                                         struct journal_commit commit)
{
    commit.execution_id = execution;
    commit.now_ms = now_ms;
    return journal->ops->commit(journal, &commit);
}

static inline struct execution_row found(const char *id)
{
    struct execution_row row;

    cr_assert_eq(journal->ops->find(journal, &arena, id, &row), STORE_OK);
    return row;
}

static inline struct step_row last_step(const char *execution, const char *step)
{
    struct step_row row;

    cr_assert_eq(journal->ops->last_step(journal, &arena, execution, step, "", 0, &row),
                 STORE_OK);
    return row;
}

#endif
