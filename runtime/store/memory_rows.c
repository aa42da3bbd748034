/* memory_rows.c: rows of the journal in memory: copies and finding; see memory.h. */
#include "store/memory.h"

#include <string.h>

#include "base/str.h"

/* ---- Copies ---------------------------------------------------------------------- */

const char *text_copy(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

struct execution_row execution_copy(struct arena *arena,
                                    const struct execution_row *from)
{
    struct execution_row row = *from;

    row.id = text_copy(arena, from->id);
    row.workflow_id = text_copy(arena, from->workflow_id);
    row.workflow_version = text_copy(arena, from->workflow_version);
    row.trigger_type = text_copy(arena, from->trigger_type);
    row.trigger_data = text_copy(arena, from->trigger_data);
    row.current_step = text_copy(arena, from->current_step);
    row.state = text_copy(arena, from->state);
    row.error = text_copy(arena, from->error);
    row.outputs = text_copy(arena, from->outputs);
    row.key = text_copy(arena, from->key);
    row.build_id = text_copy(arena, from->build_id);
    row.workspace = text_copy(arena, from->workspace);
    row.request = text_copy(arena, from->request);
    row.parent_id = text_copy(arena, from->parent_id);
    row.parent_key = text_copy(arena, from->parent_key);
    row.concurrency_key = text_copy(arena, from->concurrency_key);
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

    row.key = text_copy(arena, from->key);
    row.execution_id = text_copy(arena, from->execution_id);
    row.step_id = text_copy(arena, from->step_id);
    row.module = text_copy(arena, from->module);
    row.action = text_copy(arena, from->action);
    row.inputs = text_copy(arena, from->inputs);
    row.outputs = text_copy(arena, from->outputs);
    row.error = text_copy(arena, from->error);
    row.outcome = text_copy(arena, from->outcome);
    row.item = text_copy(arena, text_or_empty(from->item));
    row.parent = text_copy(arena, from->parent);
    return row;
}

struct history_row history_copy(struct arena *arena, const struct history_row *from)
{
    struct history_row row = *from;

    row.event_type = text_copy(arena, from->event_type);
    row.step_id = text_copy(arena, from->step_id);
    row.data = text_copy(arena, from->data);
    return row;
}

struct gate_row gate_copy(struct arena *arena, const struct gate_row *from)
{
    struct gate_row row = *from;

    row.step_key = text_copy(arena, from->step_key);
    row.kind = text_copy(arena, from->kind);
    row.prompt = text_copy(arena, from->prompt);
    row.choices = text_copy(arena, from->choices);
    row.way = text_copy(arena, text_or_empty(from->way));
    row.event = text_copy(arena, from->event);
    row.match = text_copy(arena, from->match);
    row.answer = text_copy(arena, from->answer);
    return row;
}

struct position_row position_copy(struct arena *arena, const struct position_row *from)
{
    struct position_row row = *from;

    row.block_key = text_copy(arena, from->block_key);
    row.branch = text_copy(arena, from->branch);
    row.current_step = text_copy(arena, from->current_step);
    row.error = text_copy(arena, from->error);
    return row;
}

struct event_row event_copy(struct arena *arena, const struct event_row *from)
{
    struct event_row row = *from;

    row.name = text_copy(arena, from->name);
    row.data = text_copy(arena, from->data);
    row.source = text_copy(arena, from->source);
    return row;
}

struct workflow_row workflow_copy(struct arena *arena, const struct workflow_row *from)
{
    return (struct workflow_row){
        .id = str_copy(arena, str_of(from->id)),
        .name = str_copy(arena, str_of(from->name)),
        .version = str_copy(arena, str_of(from->version)),
        .definition = str_copy(arena, str_of(from->definition)),
        .created_at = text_copy(arena, from->created_at),
        .updated_at = text_copy(arena, from->updated_at),
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
    vec_push(&journal->arena, &entry->history_places, ++journal->history_count);
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
