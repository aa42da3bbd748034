/* memory_rows.c: rows of the journal in memory: copies and finding; see memory.h. */
#include "store/memory.h"

#include <string.h>

#include "base/str.h"

/* ---- Copies ---------------------------------------------------------------------- */

struct execution_row execution_copy(struct arena *arena,
                                    const struct execution_row *from)
{
    struct execution_row row = *from;

    row.id = arena_text(arena, from->id);
    row.workflow_id = arena_text(arena, from->workflow_id);
    row.workflow_version = arena_text(arena, from->workflow_version);
    row.trigger_type = arena_text(arena, from->trigger_type);
    row.trigger_data = arena_text(arena, from->trigger_data);
    row.current_step = arena_text(arena, from->current_step);
    row.state = arena_text(arena, from->state);
    row.error = arena_text(arena, from->error);
    row.outputs = arena_text(arena, from->outputs);
    row.key = arena_text(arena, from->key);
    row.build_id = arena_text(arena, from->build_id);
    row.workspace = arena_text(arena, from->workspace);
    row.request = arena_text(arena, from->request);
    row.parent_id = arena_text(arena, from->parent_id);
    row.parent_key = arena_text(arena, from->parent_key);
    row.concurrency_key = arena_text(arena, from->concurrency_key);
    row.admission = NULL;
    return row;
}

struct execution_row execution_copy_listed(struct arena *arena,
                                           const struct execution_row *from)
{
    struct execution_row row = *from;

    row.trigger_data = row.state = row.outputs = NULL;
    return execution_copy(arena, &row);
}

struct step_row step_copy(struct arena *arena, const struct step_row *from)
{
    struct step_row row = *from;

    row.key = arena_text(arena, from->key);
    row.execution_id = arena_text(arena, from->execution_id);
    row.step_id = arena_text(arena, from->step_id);
    row.module = arena_text(arena, from->module);
    row.action = arena_text(arena, from->action);
    row.inputs = arena_text(arena, from->inputs);
    row.outputs = arena_text(arena, from->outputs);
    row.error = arena_text(arena, from->error);
    row.outcome = arena_text(arena, from->outcome);
    row.item = arena_text(arena, text_or_empty(from->item));
    row.parent = arena_text(arena, from->parent);
    return row;
}

struct history_row history_copy(struct arena *arena, const struct history_row *from)
{
    struct history_row row = *from;

    row.event_type = arena_text(arena, from->event_type);
    row.step_id = arena_text(arena, from->step_id);
    row.data = arena_text(arena, from->data);
    return row;
}

struct gate_row gate_copy(struct arena *arena, const struct gate_row *from)
{
    struct gate_row row = *from;

    row.step_key = arena_text(arena, from->step_key);
    row.kind = arena_text(arena, from->kind);
    row.prompt = arena_text(arena, from->prompt);
    row.choices = arena_text(arena, from->choices);
    row.way = arena_text(arena, text_or_empty(from->way));
    row.event = arena_text(arena, from->event);
    row.match = arena_text(arena, from->match);
    row.answer = arena_text(arena, from->answer);
    return row;
}

struct position_row position_copy(struct arena *arena, const struct position_row *from)
{
    struct position_row row = *from;

    row.block_key = arena_text(arena, from->block_key);
    row.branch = arena_text(arena, from->branch);
    row.current_step = arena_text(arena, from->current_step);
    row.error = arena_text(arena, from->error);
    return row;
}

struct event_row event_copy(struct arena *arena, const struct event_row *from)
{
    struct event_row row = *from;

    row.name = arena_text(arena, from->name);
    row.data = arena_text(arena, from->data);
    row.source = arena_text(arena, from->source);
    return row;
}

struct workflow_row workflow_copy(struct arena *arena, const struct workflow_row *from)
{
    return (struct workflow_row){
        .id = str_copy(arena, str_of(from->id)),
        .name = str_copy(arena, str_of(from->name)),
        .version = str_copy(arena, str_of(from->version)),
        .definition = str_copy(arena, str_of(from->definition)),
        .created_at = arena_text(arena, from->created_at),
        .updated_at = arena_text(arena, from->updated_at),
    };
}

/* ---- Finding --------------------------------------------------------------------- */

bool text_is_same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

struct entry *memory_entry(struct memory_journal *journal, const char *id)
{
    for (size_t i = 0; i < journal->entries.count; i++)
        if (strcmp(journal->entries.items[i]->row.id, id) == 0)
            return journal->entries.items[i];
    return NULL;
}

struct entry *memory_child_entry(struct memory_journal *journal, const char *parent_key)
{
    for (size_t i = 0; parent_key && i < journal->entries.count; i++) {
        struct entry *entry = journal->entries.items[i];

        if (text_is_same(entry->row.parent_key, parent_key))
            return entry;
    }
    return NULL;
}

void entry_tell(struct memory_journal *journal, struct entry *entry,
                const struct history_row *row)
{
    struct history_row copy = history_copy(&journal->arena, row);

    copy.seq = ++entry->row.history_seq;
    vec_push(&journal->arena, &entry->history, copy);
}

bool entry_is_answered(const struct entry *entry, const char *step_key)
{
    for (size_t i = 0; i < entry->gates.count; i++)
        if (entry->gates.items[i].answer &&
            strcmp(entry->gates.items[i].step_key, step_key) == 0)
            return true;
    return false;
}

bool entry_has_taken(const struct entry *entry, int64_t event_id)
{
    for (size_t i = 0; i < entry->taken_events.count; i++)
        if (entry->taken_events.items[i] == event_id)
            return true;
    return false;
}
