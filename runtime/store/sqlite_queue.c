/* sqlite_queue.c: one writer at a time, its transaction, its sync, and the size of the log.
 *
 * All writers of one database pass through a byte lock on FILE-queue. The kernel wakes
 * those who wait, where SQLite's own busy handler would poll; and no checkpoint runs
 * while another process commits, which SQLite before 3.51.3 does not survive. The lock
 * is one of the open file, not of the process, and goes with its holder's death. Who waits
 * holds a second byte, one at a time: the first in line. A short transaction may come before
 * him, since he has to wake up first; a group, which takes longer, stands behind him. What a
 * person asks for waits beside the first in line, however long that is: the kernel gives the
 * lock to whoever runs first, so a group lets all go before it that it finds there, and those
 * who come meanwhile wait at the door until it has its turn. Other programs that write to the
 * file are waited for by SQLite's busy timeout, and both waits end after the same time: a
 * process that was stopped in a commit blocks nobody for ever.
 *
 *     outside -> enter -> BEGIN ... COMMIT or ROLLBACK -> checkpoint? -> leave -> sync
 *
 * In a group one such transaction has many parts: the first that fails takes back all, and
 * the others are refused.
 *
 * The sync is the longest part, and nobody waits in line for that of another: the writer
 * has left by then, and many sync at the same time. COMMIT itself, under synchronous=NORMAL,
 * only writes to the log; SQLite still syncs the log before a checkpoint and its new header
 * when it is begun anew. So others see a commit that a loss of power may take back:
 *
 * (1) A call returns after its sync; whoever made it acts upon nothing before that. If the
 *     sync fails, so does the call, and its rows may be there or not, as when the process is
 *     killed in a COMMIT.
 * (2) No write is durable before what it has read. What it has read comes before it in the
 *     one log, whose frames are valid only with all before them, and its sync covers these,
 *     whoever has written them. So a limit that somebody's end makes room under, an answer
 *     and an event that are taken, an execution that is resumed after its process was killed
 *     before the sync, and one that `run --key` finds are durable with the first commit that
 *     builds on them.
 * (3) A checkpoint makes all that it copies durable: log first, then the file; and the log
 *     is begun anew only after that. A sync that comes late finds nothing to do.
 * (4) Who reads rows in order to do something that is not in the log (upkeep removes files)
 *     calls sqlite_sync between the two.
 * (5) Who only looks, in the milliseconds before the sync, may see what is taken back; as he
 *     may see what a killed process has written. That is told to people, and nothing else.
 *
 * What could not be synced is written once more: the kernel takes what it has failed to
 * write for written, and no later sync would say that it is not there. */
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
    journal->queue_fd = open(arena_printf(&journal->memory, "%s-queue", journal->file),
                             O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (journal->queue_fd >= 0)
        return STORE_OK;
    return sqlite_fail_text(journal, "its -queue can't be opened: %s; %s",
                            strerror(errno), "make the file and its folder writable");
}

/* The bytes of the file. Any number may share the last three. */
enum queue_byte { WRITER, FIRST_IN_LINE, BESIDE_THE_LINE, VALUES, DOOR };

/* How a writer waits for his turn. */
enum turn { TURN_SHORT, TURN_GROUP, TURN_URGENT };

static int queue_lock(int fd, int command, short type, enum queue_byte byte)
{
    struct flock lock = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(fd, command, &lock);
}

static void wake(int signal_number)
{
    (void)signal_number; /* only to interrupt the wait */
}

static bool wait_for(const struct sqlite_journal *journal, short type,
                     enum queue_byte byte, int64_t end_ms)
{
    int result;

    do
        result = queue_lock(journal->queue_fd, F_OFD_SETLKW, type, byte);
    while (result != 0 && errno == EINTR && time_now_ms() < end_ms);
    return result == 0;
}

static void leave(const struct sqlite_journal *journal, enum queue_byte byte)
{
    queue_lock(journal->queue_fd, F_OFD_SETLK, F_UNLCK, byte);
}

/* Takes the place where a writer waits. */
static bool step_up(const struct sqlite_journal *journal, enum turn turn,
                    int64_t end_ms)
{
    bool is_there = false;

    switch (turn) {
    case TURN_SHORT: return wait_for(journal, F_WRLCK, FIRST_IN_LINE, end_ms);
    case TURN_GROUP:
        is_there = wait_for(journal, F_WRLCK, FIRST_IN_LINE, end_ms) &&
                   wait_for(journal, F_WRLCK, DOOR, end_ms) &&
                   wait_for(journal, F_WRLCK, BESIDE_THE_LINE, end_ms);
        leave(journal, BESIDE_THE_LINE);
        break;
    case TURN_URGENT:
        is_there = wait_for(journal, F_RDLCK, DOOR, end_ms) &&
                   wait_for(journal, F_RDLCK, BESIDE_THE_LINE, end_ms);
        leave(journal, DOOR);
        break;
    }
    return is_there;
}

static void step_back(const struct sqlite_journal *journal)
{
    leave(journal, FIRST_IN_LINE);
    leave(journal, BESIDE_THE_LINE);
    leave(journal, DOOR);
}

/* Waits in line until the time is over: SIGALRM comes then, also where who has started this
 * process has blocked it, and again each second, in case that the first came just before the
 * wait began. false: errno; EINTR: time is over. */
static bool queue_wait(const struct sqlite_journal *journal, enum turn turn)
{
    const int64_t end_ms = time_now_ms() + journal->queue_wait_ms;
    const struct itimerval ticks = {
        .it_interval = {.tv_sec = 1},
        .it_value = {journal->queue_wait_ms / 1000,
                     journal->queue_wait_ms % 1000 * 1000},
    };
    struct sigaction alarmed = {.sa_handler = wake}, before;
    struct itimerval timer;
    sigset_t alarms, mask;
    bool is_locked;
    int error;

    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigaction(SIGALRM, &alarmed, &before);
    pthread_sigmask(SIG_UNBLOCK, &alarms, &mask);
    setitimer(ITIMER_REAL, &ticks, &timer);
    is_locked =
        step_up(journal, turn, end_ms) && wait_for(journal, F_WRLCK, WRITER, end_ms);
    error = errno;
    step_back(journal);
    setitimer(ITIMER_REAL, &timer, NULL);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGALRM, &before, NULL);
    errno = error;
    return is_locked;
}

static bool is_held(int error)
{
    return error == EAGAIN || error == EACCES;
}

/* Somebody waits at one of the places from `first` to BESIDE_THE_LINE. */
static bool has_waiters(const struct sqlite_journal *journal, enum queue_byte first)
{
    struct flock lock = {.l_type = F_WRLCK,
                         .l_whence = SEEK_SET,
                         .l_start = first,
                         .l_len = BESIDE_THE_LINE + 1 - first};

    return fcntl(journal->queue_fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static bool queue_take(const struct sqlite_journal *journal, enum turn turn)
{
    if (turn == TURN_GROUP && has_waiters(journal, FIRST_IN_LINE))
        return queue_wait(journal, turn);
    return queue_lock(journal->queue_fd, F_OFD_SETLK, F_WRLCK, WRITER) == 0 ||
           (is_held(errno) && queue_wait(journal, turn));
}

/* Outside of transactions; who only reads does without. */
static enum store_error leave_sync_to_us(struct sqlite_journal *journal)
{
    int result;

    if (!journal->db || journal->is_sync_ours) /* no file yet */
        return STORE_OK;
    result = sqlite3_exec(journal->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
    if (result != SQLITE_OK)
        return sqlite_fail(journal, result);
    journal->is_sync_ours = true;
    return STORE_OK;
}

static enum store_error enter(struct sqlite_journal *journal, enum turn turn)
{
    if (leave_sync_to_us(journal) != STORE_OK ||
        (journal->queue_fd < 0 && queue_open(journal) != STORE_OK))
        return STORE_FAILED;
    if (queue_take(journal, turn))
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

enum store_error sqlite_queue_enter(struct sqlite_journal *journal)
{
    return enter(journal, TURN_SHORT);
}

void sqlite_queue_leave(struct sqlite_journal *journal)
{
    leave(journal, WRITER);
}

static bool share_values(const struct sqlite_journal *journal)
{
    return queue_lock(journal->queue_fd, F_OFD_SETLK, F_RDLCK, VALUES) == 0;
}

/* Who removes some is in the queue until that is done. */
void sqlite_values_hold(struct sqlite_journal *journal)
{
    if ((journal->queue_fd < 0 && queue_open(journal) != STORE_OK) ||
        share_values(journal) || sqlite_queue_enter(journal) != STORE_OK)
        return;
    share_values(journal);
    sqlite_queue_leave(journal);
}

bool sqlite_values_take(struct sqlite_journal *journal)
{
    return queue_lock(journal->queue_fd, F_OFD_SETLK, F_WRLCK, VALUES) == 0;
}

void sqlite_values_leave(struct sqlite_journal *journal)
{
    leave(journal, VALUES);
}

static enum store_error run(struct sqlite_journal *journal, enum statement which)
{
    sqlite3_stmt *statement = sqlite_statement(journal, which);

    return statement ? sqlite_run(journal, statement) : STORE_FAILED;
}

static enum store_error transaction_begin(struct sqlite_journal *journal,
                                          enum turn turn)
{
    if (enter(journal, turn) != STORE_OK)
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

/* It takes a while: nobody waits for one that is early, and a person not for one that can be
 * put off a little more. */
static bool is_checkpoint_due(const struct sqlite_journal *journal, int wal_pages_max)
{
    if (journal->wal_pages < wal_pages_max)
        return false;
    if (journal->wal_pages < WAL_PAGES_IN_RUN)
        return !has_waiters(journal, FIRST_IN_LINE);
    return journal->wal_pages >= WAL_PAGES_MAX ||
           !has_waiters(journal, BESIDE_THE_LINE);
}

/* NULL: nothing was read or written yet. */
static sqlite3_file *log_of(const struct sqlite_journal *journal)
{
    sqlite3_file *log = NULL;

    sqlite3_file_control(journal->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    return log && log->pMethods ? log : NULL;
}

/* An SQLite result code. */
static int sync_log(const struct sqlite_journal *journal)
{
    sqlite3_file *log = log_of(journal);

    return log ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) : SQLITE_OK;
}

/* In a transaction: as it is. */
static void write_log_again(const struct sqlite_journal *journal)
{
    enum { PART = 16384 };
    sqlite3_file *log = log_of(journal);
    sqlite3_int64 size = 0;
    char bytes[PART];
    int result = log ? log->pMethods->xFileSize(log, &size) : SQLITE_OK;

    for (sqlite3_int64 at = 0; result == SQLITE_OK && at < size; at += PART) {
        const int len = size - at < PART ? (int)(size - at) : PART;

        result = log->pMethods->xRead(log, bytes, len, at);
        if (result == SQLITE_OK)
            result = log->pMethods->xWrite(log, bytes, len, at);
    }
}

enum store_error sqlite_sync(struct sqlite_journal *journal)
{
    int result;

    if (journal->sync == SYNC_NORMAL)
        return STORE_OK;
    result = sync_log(journal);
    return result == SQLITE_OK ? STORE_OK : sqlite_fail_file(journal, result, errno);
}

/* Makes a commit durable. Who is in the queue has left it when this fails. */
static enum store_error sync_commit(struct sqlite_journal *journal)
{
    const int result = sync_log(journal);
    const int error = errno;

    if (result == SQLITE_OK)
        return STORE_OK;
    if (transaction_begin(journal, TURN_SHORT) == STORE_OK) {
        write_log_again(journal);
        run(journal, COMMIT);
        sqlite_queue_leave(journal);
    }
    return sqlite_fail_file(journal, result, error);
}

/* The kernel says only once that it could not write something: we are to hear that, not the
 * checkpoint, which may fail. */
static enum store_error sync_and_checkpoint(struct sqlite_journal *journal)
{
    const enum store_error error = sync_commit(journal);

    if (error == STORE_OK)
        checkpoint(journal);
    sqlite_queue_leave(journal);
    return error;
}

static enum store_error transaction_end(struct sqlite_journal *journal,
                                        enum store_error error, int wal_pages_max)
{
    if (error == STORE_OK)
        error = run(journal, COMMIT);
    /* Severe errors have rolled back by themselves. */
    if (error != STORE_OK && !sqlite3_get_autocommit(journal->db))
        sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
    if (error == STORE_OK && is_checkpoint_due(journal, wal_pages_max))
        return sync_and_checkpoint(journal);
    sqlite_queue_leave(journal);
    if (error == STORE_OK && journal->sync_wanted == SYNC_FULL)
        error = sync_commit(journal);
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

static enum store_error write_begin(struct sqlite_journal *journal, enum turn turn)
{
    switch (journal->group) {
    case UNGROUPED: return transaction_begin(journal, turn);
    case GROUP_GOOD: return STORE_OK;
    case GROUP_FAILED: break; /* it has been said why */
    }
    return STORE_FAILED;
}

enum store_error sqlite_write_begin(struct sqlite_journal *journal)
{
    return write_begin(journal, TURN_SHORT);
}

enum store_error sqlite_write_begin_soon(struct sqlite_journal *journal)
{
    return write_begin(journal, TURN_URGENT);
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
    const enum store_error error = transaction_begin(journal, TURN_GROUP);

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

/* A group has its transaction already, and sees what it has written. Large values are held
 * before: those that the rows of this moment refer to stay. */
enum store_error sqlite_reads_begin(struct journal *base)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;

    if (journal->group != UNGROUPED)
        return STORE_OK;
    sqlite_values_hold(journal);
    return run(journal, BEGIN_READS);
}

/* A severe error has ended the transaction by itself. */
enum store_error sqlite_reads_end(struct journal *base)
{
    struct sqlite_journal *journal = (struct sqlite_journal *)base;
    enum store_error error = STORE_OK;

    if (journal->group != UNGROUPED)
        return STORE_OK;
    if (!sqlite3_get_autocommit(journal->db))
        error = run(journal, COMMIT);
    sqlite_values_leave(journal);
    return error;
}
