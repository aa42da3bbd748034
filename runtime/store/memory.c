/* memory.c: a journal without a file, for tests and simulation.
 *
 * Same rules as the one on SQLite: a commit checks first what could refuse it, then
 * changes all. Texts are copied in and out, as a file would do it; old texts stay in
 * the arena until the journal is closed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "project.h"
#include "store/store.h"

/* An execution with all that belongs to it, oldest first. */
struct entry {
    struct execution_row row;
    VEC(struct step_row) steps;
    VEC(struct history_row) events;
    VEC(struct gate_row) gates;
};

struct memory_journal {
    struct journal base;
    struct arena arena;
    VEC(struct entry *) entries;
    VEC(struct workflow_row) workflows;
};

/* ---- Copies ---------------------------------------------------------------------- */

static const char *copy(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

static struct execution_row execution_copy(struct arena *arena,
                                           const struct execution_row *from)
{
    struct execution_row row = *from;

    row.id = copy(arena, from->id);
    row.workflow_id = copy(arena, from->workflow_id);
    row.workflow_version = copy(arena, from->workflow_version);
    row.trigger_type = copy(arena, from->trigger_type);
    row.trigger_data = copy(arena, from->trigger_data);
    row.current_step = copy(arena, from->current_step);
    row.state = copy(arena, from->state);
    row.error = copy(arena, from->error);
    row.outputs = copy(arena, from->outputs);
    row.key = copy(arena, from->key);
    row.build_id = copy(arena, from->build_id);
    row.workspace = copy(arena, from->workspace);
    row.request = copy(arena, from->request);
    return row;
}

static struct step_row step_copy(struct arena *arena, const struct step_row *from)
{
    struct step_row row = *from;

    row.key = copy(arena, from->key);
    row.execution_id = copy(arena, from->execution_id);
    row.step_id = copy(arena, from->step_id);
    row.module = copy(arena, from->module);
    row.action = copy(arena, from->action);
    row.inputs = copy(arena, from->inputs);
    row.outputs = copy(arena, from->outputs);
    row.error = copy(arena, from->error);
    row.outcome = copy(arena, from->outcome);
    return row;
}

static struct history_row event_copy(struct arena *arena,
                                     const struct history_row *from)
{
    struct history_row row = *from;

    row.event_type = copy(arena, from->event_type);
    row.step_id = copy(arena, from->step_id);
    row.data = copy(arena, from->data);
    return row;
}

static struct gate_row gate_copy(struct arena *arena, const struct gate_row *from)
{
    struct gate_row row = *from;

    row.step_key = copy(arena, from->step_key);
    row.kind = copy(arena, from->kind);
    row.prompt = copy(arena, from->prompt);
    row.choices = copy(arena, from->choices);
    return row;
}

static struct workflow_row workflow_copy(struct arena *arena,
                                         const struct workflow_row *from)
{
    return (struct workflow_row){
        .id = str_copy(arena, str_of(from->id)),
        .name = str_copy(arena, str_of(from->name)),
        .version = str_copy(arena, str_of(from->version)),
        .definition = str_copy(arena, str_of(from->definition)),
        .created_at = copy(arena, from->created_at),
        .updated_at = copy(arena, from->updated_at),
    };
}

/* ---- Finding --------------------------------------------------------------------- */

static struct entry *entry_find(struct memory_journal *journal, const char *id)
{
    for (size_t i = 0; i < journal->entries.count; i++)
        if (strcmp(journal->entries.items[i]->row.id, id) == 0)
            return journal->entries.items[i];
    return NULL;
}

static struct entry *entry_of_key(struct memory_journal *journal,
                                  const struct execution_row *row)
{
    for (size_t i = 0; row->key && i < journal->entries.count; i++) {
        struct entry *entry = journal->entries.items[i];

        if (entry->row.key && strcmp(entry->row.key, row->key) == 0 &&
            strcmp(entry->row.workflow_id, row->workflow_id) == 0)
            return entry;
    }
    return NULL;
}

static struct step_row *step_find(struct entry *entry, const char *key)
{
    for (size_t i = 0; i < entry->steps.count; i++)
        if (strcmp(entry->steps.items[i].key, key) == 0)
            return &entry->steps.items[i];
    return NULL;
}

static struct gate_row *gate_find(struct entry *entry, const char *step_key)
{
    for (size_t i = 0; i < entry->gates.count; i++)
        if (strcmp(entry->gates.items[i].step_key, step_key) == 0)
            return &entry->gates.items[i];
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
                                    const char *key)
{
    snprintf(journal->base.message, sizeof(journal->base.message),
             "the store in memory: %s %s is there already", what, key);
    return STORE_FAILED;
}

static enum store_error memory_create(struct journal *base, struct arena *arena,
                                      const struct workflow_row *workflow,
                                      struct execution_row *row, bool *existed)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    struct entry *entry = entry_of_key(journal, row);
    const struct history_row started = {
        .seq = 1, .event_type = "execution_started", .at_ms = row->started_ms};

    *existed = entry != NULL;
    if (entry) {
        row->id = copy(arena, entry->row.id);
        return STORE_OK;
    }
    if (entry_find(journal, row->id))
        return memory_fail(journal, "execution", row->id);
    row->slot = (int64_t)journal->entries.count + 1;
    if (!journal_claim(base, row->slot))
        return STORE_FAILED;
    workflow_save(journal, workflow, row->started_ms);
    row->history_seq = 1;
    entry = arena_new(&journal->arena, struct entry);
    entry->row = execution_copy(&journal->arena, row);
    vec_push(&journal->arena, &entry->events, started);
    vec_push(&journal->arena, &journal->entries, entry);
    return STORE_OK;
}

static void set_execution(struct memory_journal *journal, struct execution_row *row,
                          const struct journal_commit *commit)
{
    if (commit->clears_request)
        row->request = NULL;
    if (!commit->sets_execution)
        return;
    row->status = commit->status;
    row->current_step = copy(&journal->arena, commit->current_step);
    row->error = copy(&journal->arena, commit->error);
    row->outputs = copy(&journal->arena, commit->outputs);
    if (commit->build_id)
        row->build_id = copy(&journal->arena, commit->build_id);
    row->completed_ms = execution_is_ended(commit->status) ? commit->now_ms : 0;
}

static void close_gate(struct entry *entry, const char *step_key)
{
    struct gate_row *gate = gate_find(entry, step_key);
    struct gate_row *end = entry->gates.items + entry->gates.count;

    if (!gate)
        return;
    memmove(gate, gate + 1, (size_t)(end - gate - 1) * sizeof(*gate));
    entry->gates.count--;
}

static void open_gate(struct memory_journal *journal, struct entry *entry,
                      const struct gate_row *gate)
{
    struct gate_row *known = gate_find(entry, gate->step_key);

    if (known)
        *known = gate_copy(&journal->arena, gate);
    else
        vec_push(&journal->arena, &entry->gates, gate_copy(&journal->arena, gate));
}

static void end_step(struct memory_journal *journal, struct step_row *row,
                     const struct step_ending *ended, int64_t now_ms)
{
    row->status = ended->status;
    row->outputs = copy(&journal->arena, ended->outputs);
    row->error = copy(&journal->arena, ended->error);
    row->outcome = copy(&journal->arena, ended->outcome);
    row->completed_ms = now_ms;
}

static enum store_error memory_commit(struct journal *base,
                                      const struct journal_commit *commit)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    struct entry *entry = entry_find(journal, commit->execution_id);
    struct step_row *ended =
        entry && commit->ended ? step_find(entry, commit->ended->key) : NULL;

    if (!entry || (commit->ended && !ended))
        return STORE_NOT_FOUND;
    if (commit->started && step_find(entry, commit->started->key))
        return memory_fail(journal, "step run", commit->started->key);
    if (ended)
        end_step(journal, ended, commit->ended, commit->now_ms);
    if (commit->started)
        vec_push(&journal->arena, &entry->steps,
                 step_copy(&journal->arena, commit->started));
    if (commit->close_gate)
        close_gate(entry, commit->close_gate);
    for (size_t i = 0; i < commit->open_gate_count; i++)
        open_gate(journal, entry, &commit->open_gates[i]);
    set_execution(journal, &entry->row, commit);
    if (entry->row.completed_ms)
        entry->gates.count = 0;
    for (size_t i = 0; i < commit->event_count; i++) {
        struct history_row event = event_copy(&journal->arena, &commit->events[i]);

        event.seq = ++entry->row.history_seq;
        vec_push(&journal->arena, &entry->events, event);
    }
    return STORE_OK;
}

static enum store_error memory_request(struct journal *base, const char *execution_id,
                                       const char *request)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    struct entry *entry = entry_find(journal, execution_id);

    if (!entry)
        return STORE_NOT_FOUND;
    entry->row.request = copy(&journal->arena, request);
    return STORE_OK;
}

/* ---- Reading --------------------------------------------------------------------- */

static enum store_error memory_find(struct journal *base, struct arena *arena,
                                    const char *prefix, struct execution_row *row)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    struct entry *found = entry_find(journal, prefix);

    for (size_t i = 0; !found && i < journal->entries.count; i++)
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

static enum store_error memory_last_step(struct journal *base, struct arena *arena,
                                         const char *execution_id, const char *step_id,
                                         const char *item, struct step_row *row)
{
    (void)item;
    struct entry *entry = entry_find((struct memory_journal *)base, execution_id);
    const struct step_row *last = NULL;

    for (size_t i = 0; entry && i < entry->steps.count; i++) {
        const struct step_row *step = &entry->steps.items[i];

        if (strcmp(step->step_id, step_id) == 0 &&
            (!last || step->visit > last->visit ||
             (step->visit == last->visit && step->attempt > last->attempt)))
            last = step;
    }
    if (!last)
        return STORE_NOT_FOUND;
    *row = step_copy(arena, last);
    return STORE_OK;
}

static enum store_error memory_steps(struct journal *base, struct arena *arena,
                                     const char *execution_id, struct step_row **rows,
                                     size_t *count)
{
    struct entry *entry = entry_find((struct memory_journal *)base, execution_id);

    *count = entry ? entry->steps.count : 0;
    *rows = arena_array(arena, struct step_row, *count);
    for (size_t i = 0; i < *count; i++)
        (*rows)[i] = step_copy(arena, &entry->steps.items[i]);
    return STORE_OK;
}

static enum store_error memory_history(struct journal *base, struct arena *arena,
                                       const char *execution_id, int64_t after_seq,
                                       struct history_row **rows, size_t *count)
{
    struct entry *entry = entry_find((struct memory_journal *)base, execution_id);
    size_t all = entry ? entry->events.count : 0;
    size_t skipped = (size_t)after_seq < all ? (size_t)after_seq : all;

    *count = all - skipped;
    *rows = arena_array(arena, struct history_row, *count);
    for (size_t i = 0; i < *count; i++)
        (*rows)[i] = event_copy(arena, &entry->events.items[skipped + i]);
    return STORE_OK;
}

static enum store_error memory_gates(struct journal *base, struct arena *arena,
                                     const char *execution_id, struct gate_row **rows,
                                     size_t *count)
{
    struct entry *entry = entry_find((struct memory_journal *)base, execution_id);

    *count = entry ? entry->gates.count : 0;
    *rows = arena_array(arena, struct gate_row, *count);
    for (size_t i = 0; i < *count; i++)
        (*rows)[i] = gate_copy(arena, &entry->gates.items[i]);
    return STORE_OK;
}

static enum store_error memory_list(struct journal *base, struct arena *arena,
                                    const char *workflow_id, size_t limit,
                                    struct execution_row **rows, size_t *count)
{
    struct memory_journal *journal = (struct memory_journal *)base;
    VEC(struct execution_row) found = {0};

    for (size_t i = journal->entries.count; i-- && (!limit || found.count < limit);) {
        const struct execution_row *row = &journal->entries.items[i]->row;

        if (!workflow_id || strcmp(row->workflow_id, workflow_id) == 0)
            vec_push(arena, &found, execution_copy(arena, row));
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

static enum store_error memory_workflows(struct journal *base, struct arena *arena,
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

static enum store_error memory_requested(struct journal *base, struct arena *arena,
                                         const char *execution_id, const char **request)
{
    struct entry *entry = entry_find((struct memory_journal *)base, execution_id);

    if (!entry)
        return STORE_NOT_FOUND;
    *request = copy(arena, entry->row.request);
    return STORE_OK;
}

/* ---- The journal ----------------------------------------------------------------- */

static void memory_close(struct journal *base)
{
    struct memory_journal *journal = (struct memory_journal *)base;

    arena_release(&journal->arena);
    free(journal);
}

static const struct kad_journal_ops memory_journal_ops = {
    .name = "memory",
    .create = memory_create,
    .commit = memory_commit,
    .find = memory_find,
    .last_step = memory_last_step,
    .steps = memory_steps,
    .history = memory_history,
    .gates = memory_gates,
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
        abort();
    journal->base.ops = &memory_journal_ops;
    return &journal->base;
}
