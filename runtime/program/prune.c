/* prune.c: which executions go; see prune.h.
 *
 * The executions of a workflow are passed in pages, newest first. Those that may go are
 * locked, so that nobody resumes them, and deleted if they have still ended; a lock that
 * another has makes them stay. */
#include "program/prune.h"

#include <string.h>

#include "base/vec.h"

enum { PAGE = 256 };

/* ---- One workflow ----------------------------------------------------------------- */

struct pass {
    struct prune *prune;
    size_t seen;       /* executions, the newest first */
    int64_t last_slot; /* of the page before */
};

/* What may go on takes events that came after its start. */
static void note_open(struct prune *prune, const struct execution_row *row)
{
    const bool is_over =
        row->status == EXECUTION_COMPLETED || row->status == EXECUTION_CANCELLED;

    if (!is_over && row->started_ms < prune->oldest_open_ms)
        prune->oldest_open_ms = row->started_ms;
}

static bool is_due(const struct prune *prune, const struct execution_row *row)
{
    return execution_is_ended(row->status) && row->completed_ms < prune->before_ms &&
           strcmp(row->id, prune->newest) != 0;
}

static bool take(struct prune *prune, const struct execution_row *row)
{
    pid_t owner;

    return prune->is_dry ? lock_owner(prune->locks, row->slot) == 0
                         : lock_take(prune->locks, row->slot, &owner);
}

struct victims {
    const char *ids[PAGE];
    int64_t slots[PAGE];
    size_t count;
};

static enum store_error delete_victims(struct prune *prune,
                                       const struct victims *victims)
{
    enum store_error error = STORE_OK;
    struct deletion deletion;
    size_t at = 0;

    while (error == STORE_OK && !prune->is_dry && at < victims->count) {
        error = store_delete(prune->journal, victims->ids + at, victims->count - at,
                             prune->before_ms, &deletion);
        at += deletion.done;
        if (error != STORE_OK)
            break;
        prune->executions += deletion.executions;
        prune->called += deletion.called;
    }
    for (size_t i = 0; i < victims->count && !prune->is_dry; i++)
        lock_drop(prune->locks, victims->slots[i]);
    return error;
}

static enum store_error prune_page(struct pass *pass, const struct execution_row *rows,
                                   size_t count)
{
    struct prune *prune = pass->prune;
    struct victims victims;
    enum store_error error;

    victims.count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct execution_row *row = &rows[i];

        pass->last_slot = row->slot;
        if (pass->seen++ < prune->keep || !is_due(prune, row) || !take(prune, row)) {
            note_open(prune, row);
            continue;
        }
        victims.ids[victims.count] = row->id;
        victims.slots[victims.count++] = row->slot;
    }
    error = delete_victims(prune, &victims);
    if (error != STORE_OK)
        return error;
    if (prune->is_dry)
        prune->executions += victims.count;
    for (size_t i = 0, v = 0; i < count && v < victims.count; i++)
        if (rows[i].slot == victims.slots[v]) {
            prune->on_execution(prune->context, &rows[i]);
            v++;
        }
    return STORE_OK;
}

static enum store_error prune_workflow(struct prune *prune, const char *workflow_id)
{
    struct pass pass = {.prune = prune, .last_slot = INT64_MAX};
    enum store_error error;
    size_t count;

    do {
        struct arena scratch = {0};
        struct execution_row *rows;

        error = store_page(prune->journal, &scratch, workflow_id, pass.last_slot, PAGE,
                           &rows, &count);
        if (error == STORE_OK)
            error = prune_page(&pass, rows, count);
        arena_release(&scratch);
    } while (error == STORE_OK && count == PAGE);
    return error;
}

/* ---- All -------------------------------------------------------------------------- */

static enum store_error prune_executions(struct prune *prune)
{
    struct workflow_row *workflows;
    size_t count;
    enum store_error error = prune->journal->ops->workflows(
        prune->journal, prune->arena, &workflows, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        error = prune_workflow(prune, workflows[i].id);
    return error;
}

/* What can't be taken by anybody any more, and is old. */
static enum store_error prune_events(struct prune *prune)
{
    const int64_t before_ms = prune->oldest_open_ms < prune->before_ms
                                  ? prune->oldest_open_ms
                                  : prune->before_ms;

    return store_delete_events(prune->journal, before_ms, prune->is_dry,
                               &prune->events);
}

enum store_error prune(struct prune *prune)
{
    enum store_error error;

    prune->oldest_open_ms = INT64_MAX;
    error = store_newest(prune->journal, prune->arena, &prune->newest);
    if (error == STORE_NOT_FOUND)
        prune->newest = "";
    if (error != STORE_FAILED)
        error = prune_executions(prune);
    if (error == STORE_OK)
        error = prune_events(prune);
    if (prune->is_dry)
        return error;
    if (error == STORE_OK)
        error = prune_files(prune);
    if (error == STORE_OK)
        error = store_sweep_values(prune->journal, &prune->values);
    if (error == STORE_OK)
        error = prune_pins(prune);
    return error == STORE_OK ? store_shrink(prune->journal, &prune->shrinking) : error;
}
