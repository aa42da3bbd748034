/* sqlite_queue.c: one writer at a time, its transaction, and the size of the log.
 *
 * All writers of one database pass through a byte lock on FILE-queue. The kernel wakes
 * those who wait, where SQLite's own busy handler would poll; and no checkpoint runs
 * while another process commits, which SQLite before 3.51.3 does not survive. The lock
 * is one of the open file, not of the process, and goes with its holder's death. Other
 * programs that write to the file are waited for by SQLite's busy timeout, and both waits
 * end after the same time: a process that was stopped in a commit blocks nobody for ever.
 *
 *     outside -> enter -> BEGIN ... COMMIT or ROLLBACK -> checkpoint? -> leave
 *
 * In a group one such transaction has many parts: the first that fails takes back all, and
 * the others are refused. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "project.h"
#include "store/sqlite.h"

static enum store_error queue_open(struct sqlite_journal *journal)
{
    char path[512]; /* store_open limits the file's */

    snprintf(path, sizeof(path), "%s-queue", journal->file);
    journal->queue_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (journal->queue_fd >= 0)
        return STORE_OK;
    return sqlite_fail_text(journal, "its -queue can't be opened: %s; %s",
                            strerror(errno), "make the file and its folder writable");
}

static int queue_lock(int fd, int command, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};

    return fcntl(fd, command, &lock);
}

static void wake(int signal_number)
{
    (void)signal_number; /* only to interrupt the wait */
}

/* Waits for the lock until the time is over: SIGALRM comes then, and again each second, in
 * case that the first came just before the wait began. false: errno; EINTR: time is over. */
static bool queue_wait(const struct sqlite_journal *journal)
{
    const int64_t end_ms = time_now_ms() + journal->queue_wait_ms;
    const struct itimerval ticks = {
        .it_interval = {.tv_sec = 1},
        .it_value = {journal->queue_wait_ms / 1000,
                     journal->queue_wait_ms % 1000 * 1000},
    };
    struct sigaction alarmed = {.sa_handler = wake}, before;
    struct itimerval timer;
    int result, error;

    sigaction(SIGALRM, &alarmed, &before);
    setitimer(ITIMER_REAL, &ticks, &timer);
    do
        result = queue_lock(journal->queue_fd, F_OFD_SETLKW, F_WRLCK);
    while (result != 0 && errno == EINTR && time_now_ms() < end_ms);
    error = errno;
    setitimer(ITIMER_REAL, &timer, NULL);
    sigaction(SIGALRM, &before, NULL);
    errno = error;
    return result == 0;
}

static bool is_held(int error)
{
    return error == EAGAIN || error == EACCES;
}

enum store_error sqlite_queue_enter(struct sqlite_journal *journal)
{
    if (journal->queue_fd < 0 && queue_open(journal) != STORE_OK)
        return STORE_FAILED;
    if (queue_lock(journal->queue_fd, F_OFD_SETLK, F_WRLCK) == 0 ||
        (is_held(errno) && queue_wait(journal)))
        return STORE_OK;
    if (errno == EINTR)
        return sqlite_fail_text(journal,
                                "another process has kept its -queue locked for %d "
                                "seconds (is one stopped?); find it with `fuser -v "
                                "%s-queue`, end it or let it go on, then resume",
                                journal->queue_wait_ms / 1000, journal->file);
    return sqlite_fail_text(journal,
                            "its -queue can't be locked: %s; keep it on a disk "
                            "of this computer",
                            strerror(errno));
}

void sqlite_queue_leave(struct sqlite_journal *journal)
{
    queue_lock(journal->queue_fd, F_OFD_SETLK, F_UNLCK);
}

static enum store_error run(struct sqlite_journal *journal, enum statement which)
{
    sqlite3_stmt *statement = sqlite_statement(journal, which);

    return statement ? sqlite_run(journal, statement) : STORE_FAILED;
}

static enum store_error transaction_begin(struct sqlite_journal *journal)
{
    if (sqlite_queue_enter(journal) != STORE_OK)
        return STORE_FAILED;
    if (run(journal, BEGIN) == STORE_OK)
        return STORE_OK;
    sqlite_queue_leave(journal);
    return STORE_FAILED;
}

/* A reader has kept the log from being begun anew: when it is, the next commit cuts it. To say
 * so at once would cost each start of a program. */
static void limit_log(struct sqlite_journal *journal)
{
    char text[64];

    snprintf(text, sizeof(text), "PRAGMA journal_size_limit = %d", WAL_BYTES_MAX);
    journal->is_log_limited =
        sqlite3_exec(journal->db, text, NULL, NULL, NULL) == SQLITE_OK;
}

static void checkpoint(struct sqlite_journal *journal)
{
    if (journal->wal_pages >= 2 * WAL_PAGES_IN_RUN && !journal->is_log_limited)
        limit_log(journal);
    /* One that fails is tried again later. */
    sqlite3_wal_checkpoint_v2(journal->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static enum store_error transaction_end(struct sqlite_journal *journal,
                                        enum store_error error, int wal_pages_max)
{
    if (error == STORE_OK)
        error = run(journal, COMMIT);
    /* Severe errors have rolled back by themselves. */
    if (error != STORE_OK && !sqlite3_get_autocommit(journal->db))
        sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
    if (error == STORE_OK && journal->wal_pages >= wal_pages_max)
        checkpoint(journal); /* the commit is safe already */
    sqlite_queue_leave(journal);
    return error;
}

bool sqlite_log_truncate(struct sqlite_journal *journal)
{
    enum { WAIT_MS = 1000 };
    int result;

    if (sqlite_queue_enter(journal) != STORE_OK)
        return false;
    sqlite3_busy_timeout(journal->db, journal->queue_wait_ms < WAIT_MS
                                          ? journal->queue_wait_ms
                                          : WAIT_MS);
    result = sqlite3_wal_checkpoint_v2(journal->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                       NULL, NULL);
    sqlite3_busy_timeout(journal->db, journal->queue_wait_ms);
    if (result == SQLITE_OK)
        journal->wal_pages = 0;
    sqlite_queue_leave(journal);
    return result == SQLITE_OK;
}

enum store_error sqlite_write_begin(struct sqlite_journal *journal)
{
    switch (journal->group) {
    case UNGROUPED: return transaction_begin(journal);
    case GROUP_GOOD: return STORE_OK;
    case GROUP_FAILED: break; /* it has been said why */
    }
    return STORE_FAILED;
}

enum store_error sqlite_write_end(struct sqlite_journal *journal,
                                  enum store_error error, int wal_pages_max)
{
    if (journal->group == UNGROUPED)
        return transaction_end(journal, error, wal_pages_max);
    if (error != STORE_OK)
        journal->group = GROUP_FAILED;
    return error;
}

enum store_error sqlite_group_begin(struct journal *base)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    const enum store_error error = transaction_begin(journal);

    if (error == STORE_OK)
        journal->group = GROUP_GOOD;
    return error;
}

enum store_error sqlite_group_end(struct journal *base)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    const enum store_error error =
        journal->group == GROUP_GOOD ? STORE_OK : STORE_FAILED;

    journal->group = UNGROUPED;
    return transaction_end(journal, error, WAL_PAGES_IN_RUN);
}

/* A group has its transaction already, and sees what it has written. */
enum store_error sqlite_reads_begin(struct journal *base)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;

    return journal->group == UNGROUPED ? run(journal, BEGIN_READS) : STORE_OK;
}

/* A severe error has ended the transaction by itself. */
enum store_error sqlite_reads_end(struct journal *base)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;

    return journal->group == UNGROUPED && !sqlite3_get_autocommit(journal->db)
               ? run(journal, COMMIT)
               : STORE_OK;
}

enum store_error sqlite_sync_commits(struct sqlite_journal *journal, bool is_synced)
{
    const char *text =
        is_synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
    const int result = sqlite3_exec(journal->db, text, NULL, NULL, NULL);

    return result == SQLITE_OK ? STORE_OK : sqlite_fail(journal, result);
}
