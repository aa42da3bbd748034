/* branch.c: the tree of branches: what is around a branch, and what it sees of that.
 *
 * (1) The branches of a block that are open form a list, in the order of its lines.
 * (2) drive->open_count counts all that are open, main lines too. */
#include <string.h>

#include "base/str.h"
#include "engine/run.h"

/* ---- Making ------------------------------------------------------------------------- */

void branch_init(struct kad_run *run, struct execution *execution, struct block *block)
{
    *run = (struct kad_run){
        .execution = execution,
        .block = block,
        .name = "",
        .item = "",
        .depth = block ? block->caller->depth + 1 : 0,
        .is_open = true,
        .reported = KAD_LATER,
    };
    execution->drive->open_count++;
}

static void link_branch(struct block *block, struct kad_run *run)
{
    struct kad_run **place = &block->open;

    while (*place && (*place)->line < run->line)
        place = &(*place)->next;
    run->next = *place;
    *place = run;
}

/* The frame and the steps of an item. In the first attempt of a forEach only those have been
 * visited that were loaded. */
static void find_item(struct kad_run *run, const struct block *block, size_t index)
{
    struct kad_run *caller = block->caller;
    const struct kad_step_info *info = caller->step.info;
    const struct kad_items *items =
        (const void *)(run_frame(caller, info) + block->about->items_offset);

    run->name = arena_printf(&run->memory, "[%zu]", index);
    run->item = arena_printf(&run->memory, "%s%s", caller->item, run->name);
    run->item_frame = (char *)items->items + index * block->about->item_size;
    run->item_steps =
        items_states(run->execution, caller->step.state, info, index,
                     caller->step.visit == 1 && caller->step.attempt == 1);
}

struct kad_run *branch_new(struct block *block, size_t line, int position)
{
    struct arena memory = {0};
    struct kad_run *run = arena_new(&memory, struct kad_run);

    branch_init(run, block->caller->execution, block);
    run->memory = memory;
    run->line = line;
    run->position = position;
    run->item = block->caller->item;
    if (block->about->kind == KAD_FOR_EACH)
        find_item(run, block, line);
    else
        run->name = block->about->branches[line].name;
    link_branch(block, run);
    return run;
}

void branch_close(struct kad_run *run)
{
    struct kad_run **place;

    if (!run->is_open)
        return;
    run->is_open = false;
    run->execution->drive->open_count--;
    if (!run->block)
        return;
    place = &run->block->open;
    while (*place != run)
        place = &(*place)->next;
    *place = run->next;
}

void branch_free(struct kad_run *run)
{
    struct arena memory;

    if (run->inside)
        block_free(run->inside);
    branch_close(run);
    step_log_close(&run->step.log);
    arena_release(&run->pending.ended_memory);
    arena_release(&run->pending.memory);
    arena_release(&run->step.memory);
    arena_release(&run->step.outputs_memory);
    arena_release(&run->values);
    memory = run->memory; /* a branch in a block is in there itself */
    arena_release(&memory);
}

/* ---- Around it ---------------------------------------------------------------------- */

int64_t run_now_ms(const struct kad_run *run)
{
    struct host *host = run->execution->drive->engine->host;

    return host->now_ms(host);
}

bool run_is_main_line(const struct kad_run *run)
{
    return run->execution->root == run;
}

struct kad_run *run_outer(const struct kad_run *run)
{
    return run_is_main_line(run) ? NULL : run->block->caller;
}

bool run_is_alone(const struct kad_run *run)
{
    const struct drive *drive = run->execution->drive;

    return drive->crew->drives.count <= 1 &&
           drive->open_count == (size_t)run->depth + 1;
}

/* The branch that is an item of the forEach at this index. */
static const struct kad_run *item_of(const struct kad_run *run, int for_each)
{
    const struct kad_step_info *info = &run->execution->workflow->steps[for_each];

    for (; run; run = run_outer(run))
        if (run->item_frame && run->block->caller->step.info == info)
            return run;
    kad_unreachable(); /* kadc refuses to read an item from outside */
}

/* -1: it is in no forEach. */
static int for_each_of(const struct kad_run *run, const struct kad_step_info *info)
{
    const struct execution *execution = run->execution;

    return execution->places
               ? execution->places[info - execution->workflow->steps].for_each
               : -1;
}

struct step_state *run_state(const struct kad_run *run,
                             const struct kad_step_info *info)
{
    const struct kad_step_info *steps = run->execution->workflow->steps;
    const int for_each = for_each_of(run, info);

    if (for_each < 0)
        return &run->execution->steps[info - steps];
    return &item_of(run, for_each)
                ->item_steps[info - steps - steps[for_each].block->branches[0].first];
}

char *run_frame(const struct kad_run *run, const struct kad_step_info *info)
{
    const int for_each = for_each_of(run, info);

    return for_each < 0 ? run->execution->frame : item_of(run, for_each)->item_frame;
}

void *kad_item(struct kad_run *run, const struct kad_step_info *block)
{
    return item_of(run, (int)(block - run->execution->workflow->steps))->item_frame;
}

/* ---- Time, and wishes to stop ------------------------------------------------------- */

int64_t earlier_ms(int64_t a_ms, int64_t b_ms)
{
    return !a_ms || (b_ms && b_ms < a_ms) ? b_ms : a_ms;
}

int64_t later_ms(int64_t now_ms, int64_t duration_ms)
{
    static const int64_t last_ms = 253402300799999; /* of the year 9999 */
    int64_t due_ms;

    if (__builtin_add_overflow(now_ms, duration_ms, &due_ms) || due_ms > last_ms)
        return last_ms;
    return due_ms;
}

int64_t run_block_limit_ms(const struct kad_run *run)
{
    return run->block ? run->block->caller->step.own_deadline_ms : 0;
}

int64_t run_limit_ms(const struct kad_run *run)
{
    return earlier_ms(run->execution->deadline_ms,
                      run->block ? run->block->caller->step.deadline_ms : 0);
}

bool run_is_past_limit(const struct kad_run *run)
{
    const int64_t limit_ms = run_limit_ms(run);

    return limit_ms && run_now_ms(run) >= limit_ms;
}

bool run_is_stopped(const struct kad_run *run)
{
    return run->execution->drive->stop != STOP_NONE || run->is_cancelled;
}

void drive_read_request(struct drive *drive)
{
    struct execution *execution = drive->execution;
    struct journal *journal = drive->engine->journal;
    struct arena scratch = {0};
    const char *request = NULL;

    if (drive->stop != STOP_NONE && drive->stop != STOP_PAUSE)
        return; /* what is decided stays */
    if (journal->ops->requested(journal, &scratch, execution->row->id, &request) !=
        STORE_OK)
        drive->stop = STOP_STORE;
    else if (request)
        drive->stop = !strcmp(request, "cancel") ? STOP_CANCEL : STOP_PAUSE;
    execution->clears_request = request;
    drive->is_asking = drive->is_asking && !request;
    arena_release(&scratch);
}

enum wait_verdict run_look(struct kad_run *run)
{
    struct drive *drive = run->execution->drive;
    struct host *host = drive->engine->host;
    const unsigned stop_count = host->stop_count(host);

    if (host->takes_nudge(host))
        crew_take_nudge(drive->crew);
    if (stop_count && drive->stop == STOP_NONE)
        drive->stop = STOP_PAUSE;
    if (drive->stop == STOP_NONE)
        return WAIT_ON;
    return stop_count > 1 ? WAIT_KILL : WAIT_STOP;
}

void run_notify(const struct kad_run *run, const struct notice *notice)
{
    struct crew *crew = run->execution->drive->crew;
    struct observer *observer = crew->engine->observer;

    if (!observer)
        return;
    pthread_mutex_lock(&crew->observing);
    observer->notice(observer, notice);
    pthread_mutex_unlock(&crew->observing);
}
