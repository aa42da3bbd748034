/* check.c: see check.h. What the rules are: engine/engine.h, engine/gate.h. */
#include "check.h"

#include <string.h>

static struct step_row *row_of(struct entry *entry, const char *key)
{
    for (size_t i = entry->steps.count; i-- > 0;)
        if (!strcmp(entry->steps.items[i].key, key))
            return &entry->steps.items[i];
    return NULL;
}

/* ---- History ---------------------------------------------------------------------------- */

static bool starts(const char *type)
{
    return !strcmp(type, "step_started") || !strcmp(type, "step_retried");
}

static bool ends(const char *type)
{
    return !strcmp(type, "step_completed") || !strcmp(type, "step_failed") ||
           !strcmp(type, "step_timed_out") || !strcmp(type, "step_cancelled") ||
           !strcmp(type, "step_skipped");
}

/* One event for each step that ends or starts, the end first. */
static void check_events(const struct journal_commit *commit)
{
    const bool is_called =
        commit->started && commit->started->status == STEP_RUN_RUNNING;
    size_t started = 0, ended = 0;

    for (size_t i = 0; i < commit->event_count; i++) {
        const char *type = commit->events[i].event_type;

        started += starts(type);
        ended += ends(type);
        if (ends(type) && started)
            complain("a start is told before the end that comes first");
    }
    if (started != is_called)
        complain("%zu starts are told, of %d", started, is_called);
    if (ended != (commit->ended != NULL) + (size_t)(commit->started && !is_called))
        complain("%zu ends are told, with the end of %s", ended,
                 commit->ended ? commit->ended->key : "nothing");
}

static void check_history(const struct entry *entry)
{
    for (size_t i = 0; i < entry->history.count; i++)
        if (entry->history.items[i].seq != (int64_t)i + 1)
            complain("the history of %s has a gap", entry->row.id);
}

/* ---- Before ------------------------------------------------------------------------------- */

/* Some line has been cancelled, or never started: what has run depends on when. */
static void note_cuts(struct entry *entry, const struct journal_commit *commit)
{
    const char *key = commit->close_block;
    const struct node *node =
        flow_find(entry->row.workflow_id, row_of(entry, key)->step_id);
    size_t lines = 0;

    for (size_t i = 0; i < entry->positions.count; i++)
        if (!strcmp(entry->positions.items[i].block_key, key)) {
            lines++;
            world.has_cut |= entry->positions.items[i].status == POSITION_CANCELLED ||
                             entry->positions.items[i].status == POSITION_OPEN;
        }
    world.has_cut |= node->kind == NODE_FOR_EACH && lines < node->item_count;
}

void check_before(const struct journal_commit *commit)
{
    struct entry *entry = world_entry(commit->execution_id);
    const struct step_row *row;

    check_events(commit);
    if (commit->close_block)
        note_cuts(entry, commit);
    if (commit->ended) {
        row = row_of(entry, commit->ended->key);
        if (!row || row->status != STEP_RUN_RUNNING)
            complain("%s ends, but does not run", commit->ended->key);
    }
    if (entry->row.status == EXECUTION_COMPLETED ||
        entry->row.status == EXECUTION_CANCELLED)
        complain("%s has ended, and goes on", commit->execution_id);
}

/* ---- Rows and positions --------------------------------------------------------------------- */

static bool is_block(const struct step_row *row)
{
    return !row->module[0] &&
           (!strcmp(row->action, "parallel") || !strcmp(row->action, "forEach") ||
            !strcmp(row->action, "workflow"));
}

static const struct position_row *position_of(const struct entry *entry,
                                              const struct step_row *row)
{
    const struct node *node = flow_find(entry->row.workflow_id, row->step_id);
    const struct node *block = &flows[0].nodes[0];
    char name[24] = "";

    for (int f = 0; f < FLOWS_MAX; f++)
        if (!strcmp(flows[f].id, entry->row.workflow_id)) {
            block = &flows[f].nodes[node->block];
            strcpy(name, flows[f].branch_names[node->block][node->branch]);
        }
    if (block->kind == NODE_FOR_EACH)
        strcpy(name, strrchr(row->item, '['));
    for (size_t i = 0; i < entry->positions.count; i++)
        if (!strcmp(entry->positions.items[i].block_key, row->parent) &&
            !strcmp(entry->positions.items[i].branch, name))
            return &entry->positions.items[i];
    return NULL;
}

/* Inside of a block there is an open position at the step; on the main line the execution
 * is. */
static void check_running(struct entry *entry, const struct step_row *row)
{
    const struct position_row *position;
    const struct step_row *parent;

    if (!row->parent) {
        if (!entry->row.current_step ||
            strcmp(entry->row.current_step, row->step_id) != 0)
            complain("%s runs, the execution is at %s", row->key,
                     entry->row.current_step ? entry->row.current_step : "its end");
        return;
    }
    parent = row_of(entry, row->parent);
    if (!parent || parent->status != STEP_RUN_RUNNING) {
        complain("%s runs, its block does not", row->key);
        return;
    }
    position = position_of(entry, row);
    if (!position || position->status != POSITION_OPEN)
        complain("%s runs, its branch is not open", row->key);
    else if (strcmp(position->current_step, row->step_id) != 0)
        complain("%s runs, its branch is at %s", row->key, position->current_step);
}

static bool is_same_branch(const struct entry *entry, const struct step_row *a,
                           const struct step_row *b)
{
    const struct node *one = flow_find(entry->row.workflow_id, a->step_id);
    const struct node *other = flow_find(entry->row.workflow_id, b->step_id);

    return one->block == other->block && one->branch == other->branch &&
           !strcmp(a->item ? a->item : "", b->item ? b->item : "");
}

static void check_rows(struct entry *entry)
{
    for (size_t i = 0; i < entry->steps.count; i++) {
        const struct step_row *row = &entry->steps.items[i];

        if (row->status != STEP_RUN_RUNNING)
            continue;
        check_running(entry, row);
        for (size_t j = i + 1; j < entry->steps.count; j++)
            if (entry->steps.items[j].status == STEP_RUN_RUNNING &&
                is_same_branch(entry, row, &entry->steps.items[j]))
                complain("%s and %s run in one branch", row->key,
                         entry->steps.items[j].key);
    }
}

static void check_positions(struct entry *entry)
{
    for (size_t i = 0; i < entry->positions.count; i++) {
        const struct position_row *position = &entry->positions.items[i];
        const struct step_row *block = row_of(entry, position->block_key);

        if (!block || block->status != STEP_RUN_RUNNING)
            complain("a branch of %s is there, which does not run",
                     position->block_key);
        if ((position->status == POSITION_OPEN) != (position->current_step != NULL))
            complain("branch %s of %s is %s, at %s", position->branch,
                     position->block_key, position_status_name(position->status),
                     position->current_step ? position->current_step : "nothing");
    }
}

/* ---- Gates ------------------------------------------------------------------------------------ */

static void check_gates(struct entry *entry)
{
    for (size_t i = 0; i < entry->gates.count; i++) {
        const struct gate_row *gate = &entry->gates.items[i];
        const struct step_row *row = row_of(entry, gate->step_key);
        const bool is_retry = !strcmp(gate->kind, "retry");

        if (!row)
            complain("a gate of nothing: %s", gate->step_key);
        else if (is_retry && row->status != STEP_RUN_FAILED &&
                 row->status != STEP_RUN_TIMED_OUT)
            complain("%s waits for its next attempt, but is %s", row->key,
                     step_status_name(row->status));
        else if (!is_retry && row->status != STEP_RUN_RUNNING)
            complain("%s has a gate `%s`, but is %s", row->key, gate->kind,
                     step_status_name(row->status));
    }
}

/* ---- Ends -------------------------------------------------------------------------------------- */

static void check_ended(struct entry *entry)
{
    if (entry->gates.count || entry->positions.count)
        complain("%s has ended, and waits for something", entry->row.id);
    if (!entry->row.completed_ms)
        complain("%s has ended, but not when", entry->row.id);
    for (size_t i = 0; i < entry->steps.count; i++)
        if (entry->steps.items[i].status == STEP_RUN_RUNNING)
            complain("%s has ended, %s runs", entry->row.id, entry->steps.items[i].key);
    for (size_t i = 0; i < world.journal->entries.count; i++) {
        const struct execution_row *row = &world.journal->entries.items[i]->row;

        if (row->parent_id && !strcmp(row->parent_id, entry->row.id) &&
            !execution_is_ended(row->status))
            complain("%s has ended, its child %s has not", entry->row.id, row->id);
    }
}

void check_after(const struct journal_commit *commit)
{
    struct entry *entry = world_entry(commit->execution_id);

    if (commit->started && commit->started->status == STEP_RUN_RUNNING)
        world.started_runs++;
    check_rows(entry);
    check_positions(entry);
    check_gates(entry);
    if (execution_is_ended(entry->row.status))
        check_ended(entry);
}

/* ---- Calls -------------------------------------------------------------------------------------- */

/* One that is not idempotent is called again only when it has left its question to a
 * person. */
void check_call(const struct kad_step *step, const struct call *call)
{
    const char *key = kad_step_key(step);
    struct entry *entry = world_entry(kad_step_execution(step));
    const struct step_row *row = row_of(entry, key);
    const bool is_once = row && strstr(row->action, "once");

    if (world.is_dead && !world.has_failed)
        return; /* a call that had begun on another thread */
    if (!row || row->status != STEP_RUN_RUNNING)
        complain("%s is called, but does not run", key);
    else if (is_once && call->count && !call->has_parked)
        complain("%s is called again, and may not be", key);
}

/* ---- When the engine has returned ------------------------------------------------------------------ */

static bool has_gate(const struct entry *entry, const char *key)
{
    for (size_t i = 0; i < entry->gates.count; i++)
        if (!strcmp(entry->gates.items[i].step_key, key))
            return true;
    return false;
}

/* What runs waits for something, unless somebody has stopped it. */
static void check_waits(struct entry *entry, bool is_paused)
{
    if (execution_is_ended(entry->row.status))
        return;
    if (entry->row.status != EXECUTION_WAITING && entry->row.status != EXECUTION_PAUSED)
        complain("%s is left as %s", entry->row.id,
                 execution_status_name(entry->row.status));
    for (size_t i = 0; i < entry->steps.count && !is_paused; i++) {
        const struct step_row *row = &entry->steps.items[i];

        if (row->status == STEP_RUN_RUNNING && !is_block(row) &&
            !has_gate(entry, row->key))
            complain("%s runs, nobody does, and it waits for nothing", row->key);
    }
}

static bool has_paused_gate(const struct engine_result *result)
{
    for (size_t i = 0; i < result->gate_count; i++)
        if (!strcmp(result->gates[i].row.kind, "question") ||
            !strcmp(result->gates[i].row.kind, "ask"))
            return true;
    return false;
}

static enum execution_status status_of(enum engine_end end)
{
    switch (end) {
    case ENGINE_COMPLETED: return EXECUTION_COMPLETED;
    case ENGINE_FAILED: return EXECUTION_FAILED;
    case ENGINE_PAUSED: return EXECUTION_PAUSED;
    case ENGINE_WAITING: return EXECUTION_WAITING;
    case ENGINE_CANCELLED: return EXECUTION_CANCELLED;
    case ENGINE_QUEUED: return EXECUTION_QUEUED;
    case ENGINE_HELD:
    case ENGINE_REFUSED:
    case ENGINE_STORE_FAILED: break;
    }
    return EXECUTION_RUNNING;
}

void check_left(const struct engine_result *result)
{
    const struct entry *root = world.journal->entries.items[0];
    size_t gates = 0;

    if (world.job_count)
        complain("%zu jobs are under way, and nobody waits for them", world.job_count);
    for (size_t i = 0; i < world.journal->entries.count; i++)
        check_history(world.journal->entries.items[i]);
    if (result->end == ENGINE_STORE_FAILED && !world.is_dead)
        complain("it says that the journal has failed");
    if (result->end == ENGINE_STORE_FAILED || result->end == ENGINE_REFUSED)
        return;
    if (world.is_dead) /* it died with nothing more to store */
        return;
    if (root->row.status != status_of(result->end))
        complain("it ends as %s, and is stored as %s",
                 execution_status_name(status_of(result->end)),
                 execution_status_name(root->row.status));
    for (size_t i = 0; i < world.journal->entries.count; i++) {
        gates += world.journal->entries.items[i]->gates.count;
        check_waits(world.journal->entries.items[i],
                    root->row.status == EXECUTION_PAUSED);
    }
    if (gates != result->gate_count)
        complain("%zu gates are stored, %zu are told", gates, result->gate_count);
    if (result->end == ENGINE_WAITING && !gates)
        complain("it waits for nothing");
    if (result->end == ENGINE_PAUSED && !world.may_pause && !has_paused_gate(result))
        complain("it is paused, and nobody has asked for it");
}
