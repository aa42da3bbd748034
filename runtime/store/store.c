/* store.c: what all journals share; see store.h. */
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const char *const execution_names[] = {
    [EXECUTION_QUEUED] = "queued",       [EXECUTION_RUNNING] = "running",
    [EXECUTION_WAITING] = "waiting",     [EXECUTION_PAUSED] = "paused",
    [EXECUTION_COMPLETED] = "completed", [EXECUTION_FAILED] = "failed",
    [EXECUTION_CANCELLED] = "cancelled",
};

static const char *const step_names[] = {
    [STEP_RUN_RUNNING] = "running",     [STEP_RUN_COMPLETED] = "completed",
    [STEP_RUN_FAILED] = "failed",       [STEP_RUN_TIMED_OUT] = "timed_out",
    [STEP_RUN_CANCELLED] = "cancelled", [STEP_RUN_SKIPPED] = "skipped",
};

static const char *const position_names[] = {
    [POSITION_OPEN] = "open",       [POSITION_COMPLETED] = "completed",
    [POSITION_FAILED] = "failed",   [POSITION_CANCELLED] = "cancelled",
    [POSITION_SKIPPED] = "skipped",
};

enum {
    EXECUTION_STATUS_COUNT = sizeof(execution_names) / sizeof(execution_names[0]),
    STEP_STATUS_COUNT = sizeof(step_names) / sizeof(step_names[0]),
    POSITION_STATUS_COUNT = sizeof(position_names) / sizeof(position_names[0])
};

/* The index of `name`, or `count`. */
static size_t name_find(const char *const names[], size_t count, const char *name)
{
    size_t i = 0;

    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i;
}

const char *execution_status_name(enum execution_status status)
{
    return execution_names[status];
}

bool execution_status_find(const char *name, enum execution_status *status)
{
    size_t i = name_find(execution_names, EXECUTION_STATUS_COUNT, name);

    *status = (enum execution_status)i;
    return i < EXECUTION_STATUS_COUNT;
}

bool execution_is_ended(enum execution_status status)
{
    return status == EXECUTION_COMPLETED || status == EXECUTION_FAILED ||
           status == EXECUTION_CANCELLED;
}

const char *step_status_name(enum step_status status)
{
    return step_names[status];
}

bool step_status_find(const char *name, enum step_status *status)
{
    size_t i = name_find(step_names, STEP_STATUS_COUNT, name);

    *status = (enum step_status)i;
    return i < STEP_STATUS_COUNT;
}

const char *position_status_name(enum position_status status)
{
    return position_names[status];
}

bool position_status_find(const char *name, enum position_status *status)
{
    size_t i = name_find(position_names, POSITION_STATUS_COUNT, name);

    *status = (enum position_status)i;
    return i < POSITION_STATUS_COUNT;
}

const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

void journal_admission(struct execution_row *row, const struct under_way *under_way)
{
    struct admission *admission = row->admission;
    const int64_t ahead =
        under_way->started + (admission->refuses ? 0 : under_way->queued);

    admission->is_full = ahead >= (int64_t)admission->limit;
    if (admission->is_full)
        row->status = EXECUTION_QUEUED;
}

static struct start_count *start_count(struct start_counts *counts,
                                       const char *workflow_id, const char *step_id)
{
    const size_t all = counts->items.count;

    for (size_t i = 0; i < all; i++) {
        const size_t at = (counts->last + 1 + i) % all; /* steps come in their order */
        struct start_count *each = &counts->items.items[at];

        if (strcmp(each->step_id, step_id) == 0 &&
            strcmp(each->workflow_id, workflow_id) == 0) {
            counts->last = at;
            return each;
        }
    }
    counts->last = all;
    vec_push(counts->arena, &counts->items,
             ((struct start_count){str_copy(counts->arena, str_of(workflow_id)),
                                   str_copy(counts->arena, str_of(step_id)), 0}));
    return &counts->items.items[all];
}

void start_counts_add(struct start_counts *counts, const char *workflow_id,
                      const char *step_id)
{
    start_count(counts, workflow_id, step_id)->count++;
}

bool journal_claim(struct journal *journal, int64_t slot)
{
    const struct claimer *claimer = &journal->claimer;

    if (!claimer->claim || claimer->claim(claimer->context, slot))
        return true;
    snprintf(journal->message, sizeof(journal->message),
             "the lock of a new execution can't be taken: %s", strerror(errno));
    return false;
}

enum store_error journal_reads_end(struct journal *journal, enum store_error error)
{
    const enum store_error end = journal->ops->reads_end(journal);

    return error == STORE_OK ? end : error;
}

const char *store_message(const struct journal *journal)
{
    return journal->message;
}

enum store_error journal_find_root(struct journal *journal, struct arena *arena,
                                   const char *prefix, struct execution_row *root)
{
    enum store_error error;

    do
        error = journal->ops->find(journal, arena, prefix, root);
    while (error == STORE_OK && (prefix = root->parent_id));
    return error;
}

void journal_close(struct journal *journal)
{
    if (journal)
        journal->ops->close(journal);
}
