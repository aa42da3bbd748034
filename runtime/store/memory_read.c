/* memory_read.c: what the journal in memory tells: copies of rows; see memory.h. */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "store/memory.h"

enum store_error memory_find(struct journal *base, struct arena *arena,
                             const char *prefix, struct execution_row *row)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    struct entry *found = memory_entry(journal, prefix);

    for (size_t i = 0; *prefix && !found && i < journal->entries.count; i++)
        if (strncmp(journal->entries.items[i]->row.id, prefix, strlen(prefix)) == 0)
            found = journal->entries.items[i];
    if (!found)
        return STORE_NOT_FOUND;
    for (size_t i = 0; strcmp(found->row.id, prefix) != 0 && i < journal->entries.count;
         i++) {
        struct entry *other = journal->entries.items[i];

        if (other != found && strncmp(other->row.id, prefix, strlen(prefix)) == 0)
            return STORE_AMBIGUOUS;
    }
    *row = execution_copy(arena, &found->row);
    return STORE_OK;
}

enum store_error memory_last_step(struct journal *base, struct arena *arena,
                                  const char *execution_id, const char *step_id,
                                  const char *item, uint32_t before_visit,
                                  struct step_row *row)
{
    struct entry *entry = memory_entry((struct memory_journal *)base, execution_id);
    const struct step_row *last = NULL;

    for (size_t i = 0; entry && i < entry->steps.count; i++) {
        const struct step_row *step = &entry->steps.items[i];

        if (strcmp(step->step_id, step_id) == 0 &&
            strcmp(step->item, text_or_empty(item)) == 0 &&
            (!before_visit || step->visit < before_visit) &&
            (!last || step->visit > last->visit ||
             (step->visit == last->visit && step->attempt > last->attempt)))
            last = step;
    }
    if (!last)
        return STORE_NOT_FOUND;
    *row = step_copy(arena, last);
    return STORE_OK;
}

/* The row as `inside` has it. */
static struct step_row inside_copy(struct arena *arena, const struct step_row *from,
                                   bool outputs_only)
{
    struct step_row row = step_copy(arena, from);

    if (outputs_only)
        return (struct step_row){.step_id = row.step_id,
                                 .item = row.item,
                                 .parent = row.parent,
                                 .status = row.status,
                                 .outputs = row.outputs};
    if (row.module[0])
        row.inputs = NULL;
    row.execution_id = row.module = row.action = NULL;
    row.started_ms = row.completed_ms = row.place = 0;
    row.attempt = 0;
    return row;
}

enum store_error memory_inside(struct journal *base, const char *parent, size_t limit,
                               bool outputs_only, const struct step_taker *taker)
{
    struct memory_journal *journal = (struct memory_journal *)base;

    for (size_t i = 0; i < journal->entries.count; i++) {
        const struct entry *entry = journal->entries.items[i];

        for (size_t j = entry->steps.count; j-- && limit;) {
            struct arena scratch = {0};
            struct step_row row;

            if (!text_is_same(entry->steps.items[j].parent, parent))
                continue;
            row = inside_copy(&scratch, &entry->steps.items[j], outputs_only);
            taker->take(taker->context, &row);
            arena_release(&scratch);
            limit--;
        }
    }
    return STORE_OK;
}

enum store_error memory_steps(struct journal *base, struct arena *arena,
                              const char *execution_id, struct step_row **rows,
                              size_t *count)
{
    struct entry *entry = memory_entry((struct memory_journal *)base, execution_id);

    *count = entry ? entry->steps.count : 0;
    *rows = arena_array(arena, struct step_row, *count);
    for (size_t i = 0; i < *count; i++)
        (*rows)[i] = step_copy(arena, &entry->steps.items[i]);
    return STORE_OK;
}

enum store_error memory_history(struct journal *base, struct arena *arena,
                                const char *execution_id, int64_t after_seq,
                                struct history_row **rows, size_t *count)
{
    struct entry *entry = memory_entry((struct memory_journal *)base, execution_id);
    size_t all = entry ? entry->history.count : 0;
    size_t skipped = (size_t)after_seq < all ? (size_t)after_seq : all;

    *count = all - skipped;
    *rows = arena_array(arena, struct history_row, *count);
    for (size_t i = 0; i < *count; i++)
        (*rows)[i] = history_copy(arena, &entry->history.items[skipped + i]);
    return STORE_OK;
}

static bool is_resumed(const struct history_row *row)
{
    return strcmp(row->event_type, "execution_resumed") == 0;
}

enum store_error memory_turns(struct journal *base, struct arena *arena,
                              const char *execution_id, struct history_row **rows,
                              size_t *count)
{
    struct entry *entry = memory_entry((struct memory_journal *)base, execution_id);
    const size_t all = entry ? entry->history.count : 0;
    VEC(struct history_row) found = {0};

    for (size_t i = 0; i < all; i++) {
        const struct history_row *row = &entry->history.items[i];

        if (i == 0 || i + 1 == all || is_resumed(row) || is_resumed(row + 1))
            vec_push(arena, &found, history_copy(arena, row));
    }
    *rows = found.items;
    *count = found.count;
    return STORE_OK;
}

static bool is_start(const struct history_row *row)
{
    return strcmp(row->event_type, "step_started") == 0 ||
           strcmp(row->event_type, "step_retried") == 0;
}

/* Of an execution, and of those that it has called. */
static void add_starts(const struct memory_journal *journal, const struct entry *entry,
                       int64_t after_seq, struct start_counts *found)
{
    for (size_t i = (size_t)after_seq; i < entry->history.count; i++)
        if (is_start(&entry->history.items[i]))
            start_counts_add(found, entry->row.workflow_id,
                             entry->history.items[i].step_id);
    for (size_t i = 0; i < journal->entries.count; i++) {
        const struct entry *called = journal->entries.items[i];

        if (text_is_same(called->row.parent_id, entry->row.id) &&
            called->parent_seq >= after_seq)
            add_starts(journal, called, 0, found);
    }
}

enum store_error memory_starts(struct journal *base, struct arena *arena,
                               const char *execution_id, int64_t after_seq,
                               struct start_count **counts, size_t *count)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    const struct entry *entry = memory_entry(journal, execution_id);
    struct start_counts found = {.arena = arena};

    if (entry)
        add_starts(journal, entry, after_seq, &found);
    *counts = found.items.items;
    *count = found.items.count;
    return STORE_OK;
}

/* Oldest first. A found_gate begins with its row. */
static int compare_gates(const void *a, const void *b)
{
    const struct gate_row *left = a, *right = b;
    int order =
        (left->opened_ms > right->opened_ms) - (left->opened_ms < right->opened_ms);

    if (!order)
        order = strcmp(left->step_key, right->step_key);
    return order ? order : strcmp(left->way, right->way);
}

enum store_error memory_gates(struct journal *base, struct arena *arena,
                              const char *execution_id, struct gate_row **rows,
                              size_t *count)
{
    struct entry *entry = memory_entry((struct memory_journal *)base, execution_id);

    *count = entry ? entry->gates.count : 0;
    *rows = arena_array(arena, struct gate_row, *count);
    for (size_t i = 0; i < *count; i++)
        (*rows)[i] = gate_copy(arena, &entry->gates.items[i]);
    if (*count)
        qsort(*rows, *count, sizeof(**rows), compare_gates);
    return STORE_OK;
}

enum store_error memory_positions(struct journal *base, struct arena *arena,
                                  const char *execution_id, struct position_row **rows,
                                  size_t *count)
{
    struct entry *entry = memory_entry((struct memory_journal *)base, execution_id);

    *count = entry ? entry->positions.count : 0;
    *rows = arena_array(arena, struct position_row, *count);
    for (size_t i = 0; i < *count; i++)
        (*rows)[i] = position_copy(arena, &entry->positions.items[i]);
    return STORE_OK;
}

enum store_error memory_child(struct journal *base, struct arena *arena,
                              const char *parent_key, struct execution_row *row)
{
    struct entry *entry = memory_child_entry((struct memory_journal *)base, parent_key);

    if (!entry)
        return STORE_NOT_FOUND;
    *row = execution_copy(arena, &entry->row);
    return STORE_OK;
}

enum store_error memory_children(struct journal *base, struct arena *arena,
                                 const char *execution_id, struct execution_row **rows,
                                 size_t *count)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    VEC(struct execution_row) found = {0};

    for (size_t i = 0; i < journal->entries.count; i++) {
        const struct execution_row *row = &journal->entries.items[i]->row;

        if (text_is_same(row->parent_id, execution_id))
            vec_push(arena, &found, execution_copy_listed(arena, row));
    }
    *rows = found.items;
    *count = found.count;
    return STORE_OK;
}

enum store_error memory_events(struct journal *base, struct arena *arena,
                               const char *execution_id, const char *name,
                               int64_t since_ms, struct event_row **rows, size_t *count)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    struct entry *entry = memory_entry(journal, execution_id);
    VEC(struct event_row) found = {0};

    for (size_t i = 0; i < journal->events.count; i++) {
        const struct event_row *event = &journal->events.items[i];

        if (strcmp(event->name, name) == 0 && event->at_ms >= since_ms &&
            (!entry || !entry_has_taken(entry, event->id)))
            vec_push(arena, &found, event_copy(arena, event));
    }
    *rows = found.items;
    *count = found.count;
    return STORE_OK;
}

struct found_gate {
    struct gate_row row;
    const char *execution;
};

enum store_error memory_gates_for_event(struct journal *base, struct arena *arena,
                                        const char *name, struct gate_row **rows,
                                        const char ***executions, size_t *count)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    VEC(struct found_gate) found = {0};

    for (size_t i = 0; i < journal->entries.count; i++) {
        const struct entry *entry = journal->entries.items[i];

        for (size_t j = 0; j < entry->gates.count; j++) {
            const struct gate_row *gate = &entry->gates.items[j];
            const struct found_gate one = {gate_copy(arena, gate),
                                           arena_text(arena, entry->row.id)};

            if (text_is_same(gate->event, name) &&
                !entry_is_answered(entry, gate->step_key))
                vec_push(arena, &found, one);
        }
    }
    if (found.count)
        qsort(found.items, found.count, sizeof(*found.items), compare_gates);
    *count = found.count;
    *rows = arena_array(arena, struct gate_row, *count);
    *executions = arena_array(arena, const char *, *count);
    for (size_t i = 0; i < *count; i++) {
        (*rows)[i] = found.items[i].row;
        (*executions)[i] = found.items[i].execution;
    }
    return STORE_OK;
}

enum store_error memory_list(struct journal *base, struct arena *arena,
                             const char *workflow_id, size_t limit,
                             struct execution_row **rows, size_t *count)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    VEC(struct execution_row) found = {0};

    for (size_t i = journal->entries.count; i-- && (!limit || found.count < limit);) {
        const struct execution_row *row = &journal->entries.items[i]->row;

        if (!row->parent_id &&
            (!workflow_id || strcmp(row->workflow_id, workflow_id) == 0))
            vec_push(arena, &found, execution_copy_listed(arena, row));
    }
    *rows = found.items;
    *count = found.count;
    return STORE_OK;
}

static int compare_workflows(const void *a, const void *b)
{
    return strcmp(((const struct workflow_row *)a)->id,
                  ((const struct workflow_row *)b)->id);
}

enum store_error memory_workflows(struct journal *base, struct arena *arena,
                                  struct workflow_row **rows, size_t *count)
{
    struct memory_journal *journal = (struct memory_journal *)base;

    *count = journal->workflows.count;
    *rows = arena_array(arena, struct workflow_row, *count);
    for (size_t i = 0; i < *count; i++)
        (*rows)[i] = workflow_copy(arena, &journal->workflows.items[i]);
    qsort(*rows, *count, sizeof(**rows), compare_workflows);
    return STORE_OK;
}

enum store_error memory_requested(struct journal *base, struct arena *arena,
                                  const char *execution_id, const char **request)
{
    struct entry *entry = memory_entry((struct memory_journal *)base, execution_id);

    if (!entry)
        return STORE_NOT_FOUND;
    *request = arena_text(arena, entry->row.request);
    return STORE_OK;
}
