/* sqlite.h: what the parts of the SQLite journal share.
 *
 * sqlite.c        statements: text, preparing, binding, failures in words
 * sqlite_open.c   the file: making, checking, migrating it
 * sqlite_queue.c  who may write: one writer at a time, transactions, checkpoints
 * sqlite_upkeep.c deleting, shrinking
 * sqlite_backup.c copying
 * sqlite_value.c  large values, in files of their own
 * sqlite_write.c  create, commit, request, answer, emit
 * sqlite_admit.c  how many are under way
 * sqlite_last.c   the last row of a step
 * sqlite_read.c   everything else that is read
 *
 * Invariants: (1) a statement is reset and unbound when it is not being run; (2)
 * outside of sqlite_queue.c nobody begins or ends a transaction; (3) whoever returns
 * STORE_FAILED has set the message. */
#ifndef KAD_STORE_SQLITE_H
#define KAD_STORE_SQLITE_H

#include <sqlite3.h>

#include "store/store.h"

enum statement {
    BEGIN,
    BEGIN_READS,
    COMMIT,
    WORKFLOW_KNOWN,
    WORKFLOW_SAVE,
    EXECUTION_INSERT,
    EXECUTION_OF_KEY,
    EXECUTION_SEQ,
    EXECUTION_SET,
    EXECUTION_TOUCH,
    EXECUTION_MOVE,
    EXECUTION_REQUEST,
    EXECUTION_ADMIT,
    EXECUTION_COUNT_UNDER_WAY,
    EXECUTION_UNDER_WAY,
    STEP_INSERT,
    STEP_END,
    GATE_OPEN,
    GATE_CLOSE,
    GATE_CLOSE_ALL,
    GATE_ANSWER,
    POSITION_SET,
    POSITION_CLOSE,
    POSITION_CLOSE_ALL,
    EVENT_INSERT,
    EVENT_TAKE,
    HISTORY_INSERT,
    LARGE_VALUE_INSERT,
    EXECUTION_FIND,
    EXECUTION_REQUESTED,
    EXECUTION_OF_PARENT_KEY,
    EXECUTION_CHILDREN,
    EXECUTION_LIST,
    EXECUTION_LIST_OF_WORKFLOW,
    STEP_LAST,
    STEP_IS_THERE,
    STEP_INSIDE,
    STEP_INSIDE_OUTPUTS,
    STEP_LIST,
    HISTORY_LIST,
    HISTORY_TURNS,
    HISTORY_STARTS,
    GATE_LIST,
    GATE_LIST_OF_EVENT,
    POSITION_LIST,
    EVENT_LIST,
    WORKFLOW_LIST,
    EXECUTION_NEWEST,
    EXECUTION_PAGE,
    EXECUTION_TREE,
    EXECUTION_DELETE,
    STEP_DELETE,
    HISTORY_DELETE,
    TAKEN_DELETE,
    LARGE_VALUE_DELETE,
    LARGE_VALUE_FIND,
    LARGE_VALUE_LIST,
    PRUNED_KNOWN,
    PRUNED_INSERT,
    PRUNED_LIST,
    PRUNED_DELETE,
    EVENT_PAGE,
    EVENT_UNTAKE,
    EVENT_DELETE,
    BUILD_LIST,
    MODULE_LIST,
    STATEMENT_COUNT
};

/* How safe commits are: as SQLite's `synchronous`; see sqlite_queue.c. */
enum sync { SYNC_NORMAL, SYNC_FULL };

struct prepared {
    sqlite3_stmt *statement; /* NULL: it has not been used yet */
    const char **names;      /* of the parameters that have been bound: literals */
};

struct sqlite_journal {
    struct journal base;
    sqlite3 *db;
    char *file;     /* path; owned */
    enum sync sync; /* of commits that are not said to need less */
    enum sync sync_wanted;
    bool is_sync_ours; /* SQLite does none at commits */
    int queue_fd;      /* -1: not opened yet */
    int queue_wait_ms; /* for the other writers, at most */
    enum { UNGROUPED, GROUP_GOOD, GROUP_FAILED } group; /* see group_begin */
    struct arena memory;
    const char *values_folder; /* NULL: nobody has asked for it yet */
    bool is_log_limited;       /* see WAL_BYTES_MAX */
    int wal_pages;             /* pages in the write-ahead log after the last commit */
    struct prepared statements[STATEMENT_COUNT];
};

/* ---- sqlite.c -------------------------------------------------------------------- */

extern const struct kad_journal_ops sqlite_journal_ops;
extern const char *const sqlite_statement_texts[STATEMENT_COUNT];

/* The prepared statement; NULL: failed. */
sqlite3_stmt *sqlite_statement(struct sqlite_journal *journal, enum statement which);
/* What is about to be used in a transaction, so that nobody waits while it is prepared. One
 * that fails, fails where it is used. */
void sqlite_prepare(struct sqlite_journal *journal, const enum statement *which,
                    size_t count);

/* `name` is a literal, of a parameter of the statement that was asked for last, as a rule. NULL
 * binds NULL; the text is borrowed until the statement is reset. */
void bind_text(sqlite3_stmt *statement, const char *name, const char *text);
void bind_integer(sqlite3_stmt *statement, const char *name, int64_t value);
void bind_time(sqlite3_stmt *statement, const char *name,
               int64_t unix_ms); /* 0: NULL */

/* Runs it to its end, then resets it. */
enum store_error sqlite_run(struct sqlite_journal *journal, sqlite3_stmt *statement);
/* Steps once: STORE_OK with a row, STORE_NOT_FOUND at the end. Reset it afterwards. */
enum store_error sqlite_next(struct sqlite_journal *journal, sqlite3_stmt *statement);
void sqlite_reset(sqlite3_stmt *statement);
/* Resets it after the last sqlite_next: that there are no more rows is the good end. */
enum store_error sqlite_rows_end(sqlite3_stmt *statement, enum store_error error);

/* Says what went wrong, from the result code of SQLite; returns STORE_FAILED. */
enum store_error sqlite_fail(struct sqlite_journal *journal, int result);
/* The same in words of our own: "FILE: cause; remedy". */
enum store_error sqlite_fail_text(struct sqlite_journal *journal, const char *format,
                                  ...) __attribute__((format(printf, 2, 3)));

/* The same, of an operation on a file that was not asked of SQLite, and its errno. */
enum store_error sqlite_fail_file(struct sqlite_journal *journal, int result,
                                  int system_error);

/* ---- sqlite_queue.c -------------------------------------------------------------- */

enum store_error sqlite_queue_enter(struct sqlite_journal *journal);
void sqlite_queue_leave(struct sqlite_journal *journal);

/* Pages in the log from which a writer checkpoints. At the start of an execution rather
 * early, if nobody waits: the next process reads the whole log when it opens the file. Where a
 * person waits, or has written, it may grow a little more first. */
enum {
    WAL_PAGES_AT_START = 256,
    WAL_PAGES_IN_RUN = 1024,
    WAL_PAGES_MAX = WAL_PAGES_IN_RUN + WAL_PAGES_IN_RUN / 4
};
/* A log that has grown beyond, because somebody was reading, is cut to this. */
enum { WAL_BYTES_MAX = 2 * WAL_PAGES_IN_RUN * 4120 };

/* Enters the queue and begins a transaction; unless it fails, sqlite_write_end must
 * follow: commits when `error` is STORE_OK, else takes all back and returns `error`. */
enum store_error sqlite_write_begin(struct sqlite_journal *journal);
/* The same for what a person asks: before those who wait in line. */
enum store_error sqlite_write_begin_soon(struct sqlite_journal *journal);
enum store_error sqlite_write_end(struct sqlite_journal *journal,
                                  enum store_error error, int wal_pages_max);

/* What was read before is durable, whoever has written it; unless the journal is relaxed. */
enum store_error sqlite_sync(struct sqlite_journal *journal);

/* Between these two, the transactions above are parts of one. */
enum store_error sqlite_group_begin(struct journal *journal);
enum store_error sqlite_group_end(struct journal *journal);

/* Who copies or reads files of large values holds them, as far as that can be had; who removes some
 * takes them, in the queue. false: somebody holds them. */
void sqlite_values_hold(struct sqlite_journal *journal);
bool sqlite_values_take(struct sqlite_journal *journal);
void sqlite_values_leave(struct sqlite_journal *journal);

/* Between these two, what is read is read in one transaction, large values too. */
enum store_error sqlite_reads_begin(struct journal *journal);
enum store_error sqlite_reads_end(struct journal *journal);

/* Puts the whole log into the file and cuts it to nothing. false: somebody reads what only the
 * log has, and goes on to; it is done as far as it can be. */
bool sqlite_log_truncate(struct sqlite_journal *journal);

/* ---- sqlite_value.c -------------------------------------------------------------- */

/* What a row has instead of a large value. */
struct reference {
    char text[70];
};

/* What to store in place of *text (NULL: nothing), which a row of the execution is to have. In
 * a transaction. */
enum store_error sqlite_value_keep(struct sqlite_journal *journal,
                                   const char *execution, const char **text,
                                   struct reference *reference);
/* What such a column means, in the arena. */
enum store_error sqlite_value_read(struct sqlite_journal *journal, struct arena *arena,
                                   sqlite3_stmt *statement, int column,
                                   const char **value);
/* Whether that column, as it is, stands for a large value. */
bool sqlite_value_is_large(const char *text);
/* Where the files are. */
const char *sqlite_values_folder(struct sqlite_journal *journal);

/* ---- sqlite_write.c -------------------------------------------------------------- */

enum store_error sqlite_create(struct journal *journal, struct arena *arena,
                               const struct workflow_row *workflow,
                               struct execution_row *row, bool *existed);
enum store_error sqlite_commit(struct journal *journal,
                               const struct journal_commit *commit);
enum store_error sqlite_request(struct journal *journal, const char *execution_id,
                                const char *request);
enum store_error sqlite_answer(struct journal *journal, const char *step_key,
                               const char *way, const char *answer);
enum store_error sqlite_emit(struct journal *journal, struct event_row *event);
/* An execution whose history goes on. */
struct history_end {
    const char *execution;
    int64_t slot, seq; /* of its last event */
};
/* In a transaction: one more event. */
enum store_error sqlite_history_insert(struct sqlite_journal *journal,
                                       struct history_end *end,
                                       const struct history_row *event);

/* ---- sqlite_admit.c -------------------------------------------------------------- */

enum store_error sqlite_count_under_way(struct sqlite_journal *journal,
                                        const struct execution_row *row,
                                        struct under_way *under_way);
enum store_error sqlite_admit(struct journal *journal, const char *execution_id,
                              uint32_t limit, int64_t now_ms);

/* ---- sqlite_open.c --------------------------------------------------------------- */

/* An SQLite result code. */
int sqlite_pragma_read(sqlite3 *db, const char *text, int *value);

/* ---- sqlite_last.c --------------------------------------------------------------- */

enum store_error sqlite_last_step(struct journal *journal, struct arena *arena,
                                  const char *execution_id, const char *step_id,
                                  const char *item, uint32_t before_visit,
                                  struct step_row *row);

/* ---- sqlite_read.c --------------------------------------------------------------- */

/* A copy, NULL for NULL. */
const char *column_text(struct arena *arena, sqlite3_stmt *statement, int column);
/* The rows of a statement that is bound; resets it. */
enum store_error sqlite_read_executions(struct sqlite_journal *journal,
                                        struct arena *arena, sqlite3_stmt *statement,
                                        struct execution_row **rows, size_t *count);

/* A row of the columns that STEP_LAST and STEP_LIST have. */
enum store_error sqlite_step_read(struct sqlite_journal *journal, struct arena *arena,
                                  sqlite3_stmt *statement, struct step_row *row);

enum store_error sqlite_find(struct journal *journal, struct arena *arena,
                             const char *prefix, struct execution_row *row);
enum store_error sqlite_inside(struct journal *journal, const char *parent,
                               size_t limit, bool outputs_only,
                               const struct step_taker *taker);
enum store_error sqlite_steps(struct journal *journal, struct arena *arena,
                              const char *execution_id, struct step_row **rows,
                              size_t *count);
enum store_error sqlite_history(struct journal *journal, struct arena *arena,
                                const char *execution_id, int64_t after_seq,
                                struct history_row **rows, size_t *count);
enum store_error sqlite_turns(struct journal *journal, struct arena *arena,
                              const char *execution_id, struct history_row **rows,
                              size_t *count);
enum store_error sqlite_starts(struct journal *journal, struct arena *arena,
                               const char *execution_id, int64_t after_seq,
                               struct start_count **counts, size_t *count);
enum store_error sqlite_gates(struct journal *journal, struct arena *arena,
                              const char *execution_id, struct gate_row **rows,
                              size_t *count);
enum store_error sqlite_positions(struct journal *journal, struct arena *arena,
                                  const char *execution_id, struct position_row **rows,
                                  size_t *count);
enum store_error sqlite_child(struct journal *journal, struct arena *arena,
                              const char *parent_key, struct execution_row *row);
enum store_error sqlite_children(struct journal *journal, struct arena *arena,
                                 const char *execution_id, struct execution_row **rows,
                                 size_t *count);
enum store_error sqlite_events(struct journal *journal, struct arena *arena,
                               const char *execution_id, const char *name,
                               int64_t since_ms, struct event_row **rows,
                               size_t *count);
enum store_error sqlite_gates_for_event(struct journal *journal, struct arena *arena,
                                        const char *name, struct gate_row **rows,
                                        const char ***executions, size_t *count);
enum store_error sqlite_list(struct journal *journal, struct arena *arena,
                             const char *workflow_id, size_t limit,
                             struct execution_row **rows, size_t *count);
enum store_error sqlite_under_way(struct journal *journal, struct arena *arena,
                                  const char *workflow_id, const char *concurrency_key,
                                  struct execution_row **rows, size_t *count);
enum store_error sqlite_workflows(struct journal *journal, struct arena *arena,
                                  struct workflow_row **rows, size_t *count);
enum store_error sqlite_requested(struct journal *journal, struct arena *arena,
                                  const char *execution_id, const char **request);

#endif
