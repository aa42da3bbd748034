/* crew.c: the one loop: executions that go on side by side, by one thread.
 *
 *     more begin -> each goes on -> the group is stored -> what it has started is called
 *         ^                                                     |
 *         +-- those that have ended are gone <-- an answer, a wish, a time
 *
 * (1) What all of them store in one round is one group of the journal, and costs one sync; an
 *     action whose start is in there is called after it: engine.h (2). An execution that is
 *     alone, in one branch, has no groups: its action is called in place. A group has at most
 *     GROUP_PARTS_MAX parts, since other writers wait for its end, unless it is to be whole.
 * (2) A failed group is nobody's: all that are under way end with the failure of the journal.
 * (3) A round visits only those that something has happened to, or whose time has come. */
#include "engine/gate.h"

enum { GROUP_PARTS_MAX = 100 };

void crew_init(struct crew *crew, struct engine *engine)
{
    *crew = (struct crew){.engine = engine};
    pthread_mutex_init(&crew->observing, NULL);
}

void crew_release(struct crew *crew)
{
    pthread_mutex_destroy(&crew->observing);
    arena_release(&crew->memory);
}

void crew_add(struct crew *crew, struct drive *drive)
{
    drive->may_move = true;
    vec_push(&crew->memory, &crew->drives, drive);
}

/* ---- Groups ------------------------------------------------------------------------- */

static void lose_journal(struct crew *crew)
{
    for (size_t i = 0; i < crew->drives.count; i++) {
        crew->drives.items[i]->stop = STOP_STORE;
        crew->drives.items[i]->may_move = true;
    }
}

/* false: it has failed. */
static bool end_group(struct crew *crew)
{
    struct journal *journal = crew->engine->journal;

    if (!crew->has_group)
        return true;
    crew->has_group = false;
    if (journal->ops->group_end(journal) == STORE_OK)
        return true;
    lose_journal(crew);
    return false;
}

/* For one more part. false: the journal has failed. */
static bool open_group(struct crew *crew)
{
    struct journal *journal = crew->engine->journal;

    if (crew->group_parts >= GROUP_PARTS_MAX && !crew->is_whole && !end_group(crew))
        return false;
    if (!crew->has_group) {
        crew->has_group = journal->ops->group_begin(journal) == STORE_OK;
        crew->group_parts = 0;
        crew->is_whole = false;
    }
    crew->group_parts++;
    return crew->has_group;
}

bool crew_begin_group(struct crew *crew)
{
    const bool is_open = open_group(crew);

    crew->is_whole = is_open;
    return is_open;
}

bool crew_open_group(struct crew *crew, const struct kad_run *run)
{
    return (!crew->has_group && run_is_alone(run)) || open_group(crew);
}

/* ---- Beginning and ending ----------------------------------------------------------- */

static bool add_next(struct crew *crew)
{
    const struct engine_batch *batch = crew->batch;
    struct arena memory = {0};
    struct drive *drive = arena_new(&memory, struct drive);
    const struct execution_row *row = batch->next(batch->context, &memory);

    if (!row) {
        arena_release(&memory);
        return false;
    }
    drive_init(drive, crew);
    execution_open(drive, crew->engine->workflow, row, NULL);
    drive->memory = memory;
    crew_add(crew, drive);
    return true;
}

/* To make a workspace takes time, and so may a turn to come: no group is open so long. */
static void add_more(struct crew *crew)
{
    const struct engine_batch *batch = crew->batch;
    const bool shares = batch && batch->concurrency > 1 && !crew->engine->workspace &&
                        !crew->engine->workflow->concurrency;

    if (!batch || !crew->asks || crew->drives.count >= batch->concurrency)
        return;
    do
        if (shares)
            open_group(crew);
    while (crew->drives.count < batch->concurrency && add_next(crew));
    crew->asks = false;
}

static void end_drive(struct crew *crew, struct drive *drive)
{
    const struct engine_batch *batch = crew->batch;
    struct engine_result result;
    struct arena memory;

    if (!batch)
        return;
    drive_result(drive, &drive->memory, &result);
    batch->ended(batch->context, drive->execution->row, &result);
    memory = drive->memory; /* it is in there itself */
    drive_release(drive);
    arena_release(&memory);
}

static void remove_ended(struct crew *crew)
{
    size_t count = 0;

    for (size_t i = 0; i < crew->drives.count; i++) {
        struct drive *drive = crew->drives.items[i];

        if (drive->is_over)
            end_drive(crew, drive);
        else
            crew->drives.items[count++] = drive;
    }
    crew->asks |= count < crew->drives.count;
    crew->drives.count = count;
}

/* ---- Going on ----------------------------------------------------------------------- */

static bool is_due(const struct drive *drive, int64_t now_ms)
{
    return drive->may_move || (drive->due_ms && drive->due_ms <= now_ms);
}

/* What is over by now is taken; whether there was anything. */
static bool take_answers(struct crew *crew)
{
    struct host *host = crew->engine->host;
    bool has_taken = false;

    for (struct job *job; host->also && (job = host->also(host)); has_taken = true)
        call_end(job);
    return has_taken;
}

/* Whether anything has gone on. */
static bool go_on_once(struct crew *crew)
{
    const int64_t now_ms = crew->engine->host->now_ms(crew->engine->host);
    bool has_moved = false;

    for (size_t i = 0; i < crew->drives.count; i++) {
        struct drive *drive = crew->drives.items[i];

        if (!is_due(drive, now_ms))
            continue;
        drive->may_move = drive_go_on(drive);
        has_moved |= drive->may_move;
    }
    return has_moved;
}

/* What is over before the group has an end shares it. That has an end: what is started in the
 * group is called later. */
static bool go_on(struct crew *crew)
{
    bool has_moved = go_on_once(crew);

    while (crew->has_group && take_answers(crew))
        has_moved |= go_on_once(crew);
    return has_moved;
}

static void call_ready_steps(struct crew *crew)
{
    for (size_t i = 0; i < crew->drives.count; i++)
        if (crew->drives.items[i]->ready_count)
            drive_call_ready(crew->drives.items[i]);
}

/* ---- Waiting ------------------------------------------------------------------------ */

/* When the next of them goes on by itself, or is to be shown; 0: never. */
static int64_t next_due_ms(const struct crew *crew)
{
    const struct observer *observer = crew->engine->observer;
    struct host *host = crew->engine->host;
    int64_t due_ms = 0;

    for (size_t i = 0; i < crew->drives.count; i++)
        due_ms = earlier_ms(due_ms, crew->drives.items[i]->due_ms);
    return observer && observer->tick_ms
               ? earlier_ms(due_ms, host->now_ms(host) + observer->tick_ms)
               : due_ms;
}

void crew_take_nudge(struct crew *crew)
{
    struct journal *journal = crew->engine->journal;

    crew->has_news = true;
    if (journal->ops->reads_begin(journal) != STORE_OK) {
        lose_journal(crew);
        return;
    }
    for (size_t i = 0; i < crew->drives.count; i++)
        drive_read_request(crew->drives.items[i]);
    if (journal->ops->reads_end(journal) != STORE_OK)
        lose_journal(crew);
}

/* A wish of one's own, or of all. */
static void look(struct crew *crew)
{
    struct host *host = crew->engine->host;
    const bool has_to_stop = host->stop_count(host);

    if (host->takes_nudge(host))
        crew_take_nudge(crew);
    for (size_t i = 0; i < crew->drives.count; i++)
        if (has_to_stop || crew->has_news || crew->drives.items[i]->stop != STOP_NONE)
            drive_look(crew->drives.items[i]);
    crew->has_news = false;
}

/* The next thing that happens: an answer, a wish, a time. */
static void wait_for_news(struct crew *crew)
{
    struct host *host = crew->engine->host;
    struct job *job = host->next(host, next_due_ms(crew));

    if (job)
        call_end(job);
    else if (crew->drives.count == 1)
        drive_tick(crew->drives.items[0]);
    take_answers(crew);
    look(crew);
}

/* ---- The loop ----------------------------------------------------------------------- */

void crew_run(struct crew *crew)
{
    bool has_moved;

    while (add_more(crew), crew->drives.count) {
        has_moved = go_on(crew);
        end_group(crew);
        call_ready_steps(crew);
        remove_ended(crew);
        if (!has_moved)
            wait_for_news(crew);
        else
            take_answers(crew);
        if (crew->has_news)
            look(crew);
    }
    end_group(crew);
}

void engine_batch(struct engine *engine, const struct engine_batch *batch)
{
    struct crew crew;

    crew_init(&crew, engine);
    crew.batch = batch;
    crew.asks = true;
    crew_run(&crew);
    crew_release(&crew);
}
