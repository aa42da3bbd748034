/* memory.c: a journal without a file, for tests and simulation.
 *
 * Same rules as the one on SQLite: a commit checks first what could refuse it, then
 * changes all. Texts are copied in and out, as a file would do it; old texts stay in
 * the arena until the journal is closed. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "project.h"
#include "store/memory.h"

/* ---- Finding --------------------------------------------------------------------- */

/* What makes a second creation the first. */
static struct entry *entry_of_key(struct memory_journal *journal,
                                  const struct execution_row *row)
{
    for (size_t i = 0; row->key && i < journal->entries.count; i++) {
        struct entry *entry = journal->entries.items[i];

        if (text_is_same(entry->row.key, row->key) &&
            strcmp(entry->row.workflow_id, row->workflow_id) == 0)
            return entry;
    }
    return memory_child_entry(journal, row->parent_key);
}

static struct step_row *step_find(struct entry *entry, const char *key)
{
    for (size_t i = 0; i < entry->steps.count; i++)
        if (strcmp(entry->steps.items[i].key, key) == 0)
            return &entry->steps.items[i];
    return NULL;
}

static struct gate_row *gate_find(struct entry *entry, const char *step_key,
                                  const char *way)
{
    for (size_t i = 0; i < entry->gates.count; i++)
        if (strcmp(entry->gates.items[i].step_key, step_key) == 0 &&
            strcmp(entry->gates.items[i].way, text_or_empty(way)) == 0)
            return &entry->gates.items[i];
    return NULL;
}

static struct position_row *position_find(struct entry *entry, const char *block_key,
                                          const char *branch)
{
    for (size_t i = 0; i < entry->positions.count; i++)
        if (strcmp(entry->positions.items[i].block_key, block_key) == 0 &&
            strcmp(entry->positions.items[i].branch, branch) == 0)
            return &entry->positions.items[i];
    return NULL;
}

/* ---- Writing --------------------------------------------------------------------- */

static void workflow_save(struct memory_journal *journal,
                          const struct workflow_row *workflow, int64_t now_ms)
{
    struct workflow_row row = workflow_copy(&journal->arena, workflow);

    row.created_at = row.updated_at = time_text(&journal->arena, now_ms);
    for (size_t i = 0; i < journal->workflows.count; i++) {
        struct workflow_row *known = &journal->workflows.items[i];

        if (strcmp(known->id, row.id) != 0)
            continue;
        row.created_at = known->created_at;
        if (strcmp(known->definition, row.definition) != 0 ||
            strcmp(known->version, row.version) != 0 ||
            strcmp(known->name, row.name) != 0)
            *known = row;
        return;
    }
    vec_push(&journal->arena, &journal->workflows, row);
}

static enum store_error memory_fail(struct memory_journal *journal, const char *what,
                                    const char *key, const char *wrong)
{
    snprintf(journal->base.message, sizeof(journal->base.message),
             "the store in memory: %s %s %s", what, key, wrong);
    return STORE_FAILED;
}

static bool is_under_way(const struct execution_row *row, const char *workflow_id,
                         const char *concurrency_key)
{
    return !row->completed_ms && strcmp(row->workflow_id, workflow_id) == 0 &&
           text_is_same(row->concurrency_key, concurrency_key);
}

static struct under_way memory_count_under_way(struct memory_journal *journal,
                                               const struct execution_row *row)
{
    struct under_way under_way = {0};

    for (size_t i = 0; i < journal->entries.count; i++) {
        const struct execution_row *other = &journal->entries.items[i]->row;

        if (!is_under_way(other, row->workflow_id, row->concurrency_key))
            continue;
        if (other->status == EXECUTION_QUEUED)
            under_way.queued++;
        else
            under_way.started++;
    }
    return under_way;
}

static enum store_error memory_create(struct journal *base, struct arena *arena,
                                      const struct workflow_row *workflow,
                                      struct execution_row *row, bool *existed)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    struct entry *entry = entry_of_key(journal, row);
    const struct entry *caller;
    struct history_row first = {.event_type = "execution_started",
                                .at_ms = row->started_ms};

    *existed = entry != NULL;
    if (entry) {
        row->id = arena_text(arena, entry->row.id);
        return STORE_OK;
    }
    if (memory_entry(journal, row->id))
        return memory_fail(journal, "execution", row->id, "is there already");
    if (row->admission) {
        const struct under_way under_way = memory_count_under_way(journal, row);

        journal_admission(row, &under_way);
    }
    if (row->admission && row->admission->is_full) {
        if (row->admission->refuses)
            return STORE_OK;
        first.event_type = "execution_queued";
    }
    row->slot = (int64_t)journal->entries.count + 1;
    if (!journal_claim(base, row->slot))
        return STORE_FAILED;
    workflow_save(journal, workflow, row->started_ms);
    row->history_seq = 0;
    entry = arena_new(&journal->arena, struct entry);
    entry->row = execution_copy(&journal->arena, row);
    caller = row->parent_id ? memory_entry(journal, row->parent_id) : NULL;
    entry->parent_seq = caller ? caller->row.history_seq : 0;
    entry_tell(journal, entry, &first);
    row->history_seq = entry->row.history_seq;
    vec_push(&journal->arena, &journal->entries, entry);
    return STORE_OK;
}

static enum store_error memory_admit(struct journal *base, const char *execution_id,
                                     uint32_t limit, int64_t now_ms)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    struct entry *entry = memory_entry(journal, execution_id);
    const struct history_row started = {.event_type = "execution_started",
                                        .at_ms = now_ms};

    if (!entry || entry->row.status != EXECUTION_QUEUED ||
        memory_count_under_way(journal, &entry->row).started >= (int64_t)limit)
        return STORE_NOT_FOUND;
    entry->row.status = EXECUTION_RUNNING;
    entry->row.started_ms = now_ms;
    entry_tell(journal, entry, &started);
    return STORE_OK;
}

static enum store_error memory_under_way(struct journal *base, struct arena *arena,
                                         const char *workflow_id,
                                         const char *concurrency_key,
                                         struct execution_row **rows, size_t *count)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    VEC(struct execution_row) found = {0};

    for (size_t i = 0; i < journal->entries.count; i++) {
        const struct execution_row *row = &journal->entries.items[i]->row;

        if (is_under_way(row, workflow_id, concurrency_key))
            vec_push(arena, &found, execution_copy_listed(arena, row));
    }
    *rows = found.items;
    *count = found.count;
    return STORE_OK;
}

static void set_execution(struct memory_journal *journal, struct execution_row *row,
                          const struct journal_commit *commit)
{
    if (commit->clears_request)
        row->request = NULL;
    if (commit->build) {
        row->build_id = arena_text(&journal->arena, commit->build->build_id);
        row->workflow_version =
            arena_text(&journal->arena, commit->build->workflow_version);
        row->state = arena_text(&journal->arena, commit->build->state);
    }
    if (!commit->sets_execution)
        return;
    row->status = commit->status;
    row->current_step = arena_text(&journal->arena, commit->current_step);
    row->error = arena_text(&journal->arena, commit->error);
    row->outputs = arena_text(&journal->arena, commit->outputs);
    row->completed_ms = execution_is_ended(commit->status) ? commit->now_ms : 0;
}

static void close_gates(struct entry *entry, const char *step_key)
{
    size_t kept = 0;

    for (size_t i = 0; i < entry->gates.count; i++)
        if (strcmp(entry->gates.items[i].step_key, step_key) != 0)
            entry->gates.items[kept++] = entry->gates.items[i];
    entry->gates.count = kept;
}

static void open_gate(struct memory_journal *journal, struct entry *entry,
                      const struct gate_row *gate)
{
    struct gate_row *known = gate_find(entry, gate->step_key, gate->way);
    struct gate_row row = gate_copy(&journal->arena, gate);

    if (known && !row.answer)
        row.answer = known->answer;
    if (known)
        *known = row;
    else
        vec_push(&journal->arena, &entry->gates, row);
}

static void set_position(struct memory_journal *journal, struct entry *entry,
                         const struct position_row *position)
{
    struct position_row *known =
        position_find(entry, position->block_key, position->branch);
    const struct position_row row = position_copy(&journal->arena, position);

    if (known)
        *known = row;
    else
        vec_push(&journal->arena, &entry->positions, row);
}

static void close_block(struct entry *entry, const char *block_key)
{
    size_t kept = 0;

    for (size_t i = 0; i < entry->positions.count; i++)
        if (strcmp(entry->positions.items[i].block_key, block_key) != 0)
            entry->positions.items[kept++] = entry->positions.items[i];
    entry->positions.count = kept;
}

static void end_step(struct memory_journal *journal, struct step_row *row,
                     const struct step_ending *ended, int64_t now_ms)
{
    row->status = ended->status;
    row->outputs = arena_text(&journal->arena, ended->outputs);
    row->error = arena_text(&journal->arena, ended->error);
    row->outcome = arena_text(&journal->arena, ended->outcome);
    row->completed_ms = now_ms;
}

/* Visits, and attempts of each, have no gaps; the file does not look. */
static bool is_next(const struct entry *entry, const struct step_row *row)
{
    uint32_t visit = 0, attempt = 0;

    for (size_t i = 0; i < entry->steps.count; i++) {
        const struct step_row *known = &entry->steps.items[i];

        if (strcmp(known->step_id, row->step_id) == 0 &&
            strcmp(known->item, text_or_empty(row->item)) == 0) {
            visit = known->visit;
            attempt = known->attempt;
        }
    }
    return row->visit == visit ? row->attempt == attempt + 1
                               : row->visit == visit + 1 && row->attempt == 1;
}

/* STORE_OK: nothing that the commit says is refused. */
static enum store_error commit_check(struct memory_journal *journal,
                                     struct entry *entry,
                                     const struct journal_commit *commit)
{
    const int64_t event_id = commit->taken_event;

    if (!entry || (commit->ended && !step_find(entry, commit->ended->key)))
        return STORE_NOT_FOUND;
    if (commit->started && step_find(entry, commit->started->key))
        return memory_fail(journal, "step run", commit->started->key,
                           "is there already");
    if (commit->started && !is_next(entry, commit->started))
        return memory_fail(journal, "step run", commit->started->key, "leaves a gap");
    if (event_id &&
        (event_id > (int64_t)journal->events.count || entry_has_taken(entry, event_id)))
        return memory_fail(journal, "an event used by", commit->execution_id,
                           "is there already");
    return STORE_OK;
}

/* What the execution waits for and where its branches are. */
static void set_waits(struct memory_journal *journal, struct entry *entry,
                      const struct journal_commit *commit)
{
    if (commit->close_gate)
        close_gates(entry, commit->close_gate);
    for (size_t i = 0; i < commit->open_gate_count; i++)
        open_gate(journal, entry, &commit->open_gates[i]);
    for (size_t i = 0; i < commit->position_count; i++)
        set_position(journal, entry, &commit->positions[i]);
    if (commit->close_block)
        close_block(entry, commit->close_block);
    if (commit->taken_event)
        vec_push(&journal->arena, &entry->taken_events, commit->taken_event);
    assert(!commit->has_no_waits || (!entry->gates.count && !entry->positions.count));
    if (commit->sets_execution && execution_is_ended(commit->status))
        entry->gates.count = entry->positions.count = 0;
}

static void add_step(struct memory_journal *journal, struct entry *entry,
                     const struct step_row *started)
{
    struct step_row row = step_copy(&journal->arena, started);

    row.place = (int64_t)entry->steps.count + 1;
    vec_push(&journal->arena, &entry->steps, row);
}

static enum store_error memory_commit(struct journal *base,
                                      const struct journal_commit *commit)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    struct entry *entry = memory_entry(journal, commit->execution_id);
    const enum store_error error = commit_check(journal, entry, commit);

    if (error != STORE_OK)
        return error;
    if (commit->ended)
        end_step(journal, step_find(entry, commit->ended->key), commit->ended,
                 commit->now_ms);
    if (commit->started)
        add_step(journal, entry, commit->started);
    set_waits(journal, entry, commit);
    set_execution(journal, &entry->row, commit);
    for (size_t i = 0; i < commit->event_count; i++)
        entry_tell(journal, entry, &commit->events[i]);
    return STORE_OK;
}

static enum store_error memory_answer(struct journal *base, const char *step_key,
                                      const char *way, const char *answer)
{
    struct memory_journal *journal = (struct memory_journal *)base;

    for (size_t i = 0; i < journal->entries.count; i++) {
        struct entry *entry = journal->entries.items[i];
        struct gate_row *gate = gate_find(entry, step_key, way);

        if (!gate)
            continue;
        if (entry_is_answered(entry, step_key))
            return STORE_NOT_FOUND;
        gate->answer = arena_text(&journal->arena, answer);
        return STORE_OK;
    }
    return STORE_NOT_FOUND;
}

static enum store_error memory_emit(struct journal *base, struct event_row *event)
{
    struct memory_journal *journal = (struct memory_journal *)base;

    event->id = (int64_t)journal->events.count + 1;
    vec_push(&journal->arena, &journal->events, event_copy(&journal->arena, event));
    return STORE_OK;
}

static enum store_error memory_request(struct journal *base, const char *execution_id,
                                       const char *request)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    struct entry *entry = memory_entry(journal, execution_id);

    if (!entry)
        return STORE_NOT_FOUND;
    entry->row.request = arena_text(&journal->arena, request);
    return STORE_OK;
}

/* ---- The journal ----------------------------------------------------------------- */

static void memory_close(struct journal *base)
{
    struct memory_journal *journal = (struct memory_journal *)base;

    arena_release(&journal->arena);
    free(journal);
}

/* There is nobody else who could see a part of it. */
static enum store_error memory_group(struct journal *base)
{
    (void)base;
    return STORE_OK;
}

static const struct kad_journal_ops memory_journal_ops = {
    .name = "memory",
    .create = memory_create,
    .commit = memory_commit,
    .group_begin = memory_group,
    .group_end = memory_group,
    .reads_begin = memory_group,
    .reads_end = memory_group,
    .admit = memory_admit,
    .under_way = memory_under_way,
    .find = memory_find,
    .last_step = memory_last_step,
    .inside = memory_inside,
    .steps = memory_steps,
    .history = memory_history,
    .turns = memory_turns,
    .starts = memory_starts,
    .gates = memory_gates,
    .positions = memory_positions,
    .child = memory_child,
    .children = memory_children,
    .answer = memory_answer,
    .emit = memory_emit,
    .events = memory_events,
    .gates_for_event = memory_gates_for_event,
    .list = memory_list,
    .workflows = memory_workflows,
    .request = memory_request,
    .requested = memory_requested,
    .close = memory_close,
};

struct journal *memory_journal_new(void)
{
    struct memory_journal *journal = calloc(1, sizeof(*journal));

    if (!journal)
        arena_out_of_memory(sizeof(*journal));
    journal->base.ops = &memory_journal_ops;
    return &journal->base;
}
