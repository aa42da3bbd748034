/* upgrade.c: see upgrade.h. */
#include "engine/upgrade.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "compatible.h"
#include "engine/run.h"

/* ---- What is stored --------------------------------------------------------------------- */

/* Of one execution. */
struct stored {
    struct journal *journal;
    struct arena *arena;
    struct step_row *rows;
    size_t row_count;
    VEC(struct stored_step) steps; /* each once */
};

static struct stored_step *stored_step(struct stored *stored, const char *id)
{
    for (size_t i = 0; i < stored->steps.count; i++)
        if (!strcmp(stored->steps.items[i].id, id))
            return &stored->steps.items[i];
    vec_push(stored->arena, &stored->steps, (struct stored_step){.id = id});
    return &stored->steps.items[stored->steps.count - 1];
}

static void take_rows(struct stored *stored)
{
    for (size_t i = 0; i < stored->row_count; i++) {
        const struct step_row *row = &stored->rows[i];
        struct stored_step *step = stored_step(stored, row->step_id);

        step->has_run = true;
        step->has_outputs |= row->outputs != NULL;
        step->is_under_way |= row->status == STEP_RUN_RUNNING;
    }
}

/* An attempt that has failed waits for the next one. */
static enum store_error take_gates(struct stored *stored, const char *execution)
{
    struct gate_row *gates;
    size_t count;
    const enum store_error error = stored->journal->ops->gates(
        stored->journal, stored->arena, execution, &gates, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        for (size_t r = 0; r < stored->row_count; r++)
            if (!strcmp(stored->rows[r].key, gates[i].step_key))
                stored_step(stored, stored->rows[r].step_id)->is_under_way = true;
    return error;
}

static enum store_error take_positions(struct stored *stored, const char *execution)
{
    struct position_row *positions;
    size_t count;
    const enum store_error error = stored->journal->ops->positions(
        stored->journal, stored->arena, execution, &positions, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        if (positions[i].current_step)
            stored_step(stored, positions[i].current_step)->is_next = true;
    return error;
}

/* A failed one begins again where it has failed. */
static void take_place(struct stored *stored, const struct execution_row *row)
{
    const struct kad_error error = failure_parse(stored->arena, row->error);

    if (row->current_step)
        stored_step(stored, row->current_step)->is_next = true;
    else if (row->status == EXECUTION_FAILED && error.step)
        stored_step(stored, error.step)->is_next = true;
}

static enum store_error take_all(struct stored *stored, const struct execution_row *row)
{
    struct journal *journal = stored->journal;
    enum store_error error = journal->ops->steps(journal, stored->arena, row->id,
                                                 &stored->rows, &stored->row_count);

    if (error != STORE_OK)
        return error;
    take_rows(stored);
    take_place(stored, row);
    error = take_gates(stored, row->id);
    return error == STORE_OK ? take_positions(stored, row->id) : error;
}

/* ---- Whether it fits the definition ----------------------------------------------------- */

static const json_t *called_definition(const struct engine_upgrade *upgrade, bool is,
                                       const char *workflow)
{
    return json_object_get(json_object_get(is ? upgrade->is : upgrade->was, "called"),
                           workflow);
}

/* What is wrong with a child is wrong "in workflow `id`". */
static enum store_error compare(struct journal *journal, struct arena *arena,
                                const struct execution_row *row,
                                const struct engine_upgrade *upgrade, const json_t *was,
                                const json_t *is, struct reasons *reasons);

static enum store_error compare_child(struct journal *journal, struct arena *arena,
                                      const struct execution_row *child,
                                      const struct engine_upgrade *upgrade,
                                      struct reasons *reasons)
{
    const json_t *was = called_definition(upgrade, false, child->workflow_id);
    const json_t *is = called_definition(upgrade, true, child->workflow_id);
    struct reasons inner = {.arena = reasons->arena};
    enum store_error error;

    if (execution_is_ended(child->status))
        return STORE_OK;
    if (!was || !is) {
        reasons_add(reasons,
                    "workflow `%s`, which is under way, is not called any more",
                    child->workflow_id);
        return STORE_OK;
    }
    error = compare(journal, arena, child, upgrade, was, is, &inner);
    for (size_t i = 0; i < inner.list.count; i++)
        reasons_add(reasons, "in workflow `%s`: %s", child->workflow_id,
                    inner.list.items[i]);
    return error;
}

static enum store_error compare(struct journal *journal, struct arena *arena,
                                const struct execution_row *row,
                                const struct engine_upgrade *upgrade, const json_t *was,
                                const json_t *is, struct reasons *reasons)
{
    struct stored stored = {.journal = journal, .arena = arena};
    struct execution_row *children;
    size_t count;
    enum store_error error = take_all(&stored, row);

    if (error != STORE_OK)
        return error;
    compatible_check(reasons, was, is, stored.steps.items, stored.steps.count);
    error = journal->ops->children(journal, arena, row->id, &children, &count);
    for (size_t i = 0; error == STORE_OK && i < count; i++)
        error = compare_child(journal, arena, &children[i], upgrade, reasons);
    return error;
}

enum store_error upgrade_compare(struct journal *journal, struct arena *arena,
                                 const struct execution_row *row,
                                 const struct engine_upgrade *upgrade,
                                 struct reasons *reasons)
{
    return compare(journal, arena, row, upgrade, upgrade->was, upgrade->is, reasons);
}

const char *upgrade_refusal(struct arena *arena, const struct reasons *reasons)
{
    struct buf text;

    buf_init(&text, arena);
    buf_printf(&text, "it can't move to this build:");
    for (size_t i = 0; i < reasons->list.count; i++)
        buf_printf(&text, "\n  %s", reasons->list.items[i]);
    buf_printf(&text,
               "\n  nothing is changed: without --upgrade it goes on with the build "
               "that it has begun with");
    return text.p;
}

/* ---- Whether its values do -------------------------------------------------------------- */

/* Outputs, and a failure, that the step and what follows takes for granted. */
static void check_values(struct reasons *reasons, struct kad_run *run,
                         const struct kad_step_info *info)
{
    for (size_t i = 0; info->needs && info->needs[i]; i++) {
        const struct kad_step_info *needed =
            execution_find_step(run->execution, info->needs[i]);

        if (needed && !run_state(run, needed)->has_outputs)
            reasons_add(reasons, "`%s` needs the outputs of `%s`, which has left none",
                        info->id, needed->id);
    }
    if (info->is_after_failure && !kad_workflow_error(run))
        reasons_add(reasons,
                    "`%s` is reached through a failure alone, and nothing has "
                    "failed",
                    info->id);
}

static bool is_on_line(const struct kad_run *run, size_t step)
{
    const struct execution *execution = run->execution;
    const struct kad_step_info *at = &execution->workflow->steps[run->position];
    const struct block_place *places = execution->places;

    return !places ||
           (places[step].block == places[at - execution->workflow->steps].block &&
            places[step].branch == places[at - execution->workflow->steps].branch);
}

/* How often the steps of the branch have run must be possible. */
static void check_runs(struct reasons *reasons, const struct kad_run *run)
{
    const struct kad_workflow *workflow = run->execution->workflow;

    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct kad_step_info *info = &workflow->steps[i];
        const uint32_t runs = is_on_line(run, i) ? run_state(run, info)->runs : 0;

        if (info->is_bounded && runs > info->max_retries + 1)
            reasons_add(reasons,
                        "step `%s` has run %" PRIu32 " times, and may run %" PRIu32
                        " times",
                        info->id, runs, info->max_retries + 1);
    }
}

static void check_budget(struct reasons *reasons, const struct execution *execution)
{
    const struct kad_budget *budget = execution->workflow->budget;

    if (budget && execution->used_runs > budget->steps)
        reasons_add(reasons,
                    "%" PRIu64 " runs of steps are used, and the budget has %" PRIu32,
                    execution->used_runs, budget->steps);
    if (budget && execution->used_calls > budget->agent_calls)
        reasons_add(reasons,
                    "%" PRIu64 " agent calls are used, and the budget has %" PRIu32,
                    execution->used_calls, budget->agent_calls);
}

/* All branches that are open, those of children too. */
static void check_run(struct reasons *reasons, struct kad_run *run)
{
    if (run_is_main_line(run))
        check_budget(reasons, run->execution);
    if (run->position >= 0) {
        check_values(reasons, run, &run->execution->workflow->steps[run->position]);
        check_runs(reasons, run);
    }
    if (!run->inside)
        return;
    for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
        check_run(reasons, inner);
}

/* ---- Moving ----------------------------------------------------------------------------- */

static enum store_error move(struct execution *execution, struct arena *scratch)
{
    struct engine *engine = execution->drive->engine;
    const struct engine_upgrade *upgrade = engine->upgrade;
    const struct kad_workflow *workflow = execution->workflow;
    const json_t *was = execution->root->block
                            ? called_definition(upgrade, false, workflow->id)
                            : upgrade->was;
    struct execution_row *row = arena_new(&execution->memory, struct execution_row);
    const struct build_change build = {
        .build_id = upgrade->build_id,
        .workflow_version = workflow->version,
        .state = execution_moved_state(execution, json_object_get(was, "env")),
    };
    const struct history_row event = {
        .event_type = "execution_resumed",
        .data = arena_printf(scratch, "{\"upgrade\":{\"from\":\"%s\",\"to\":\"%s\"}}",
                             execution->row->build_id, upgrade->build_id),
        .at_ms = run_now_ms(execution->root),
    };

    *row = *execution->row;
    row->build_id = build.build_id;
    row->workflow_version = build.workflow_version;
    row->state = build.state;
    execution->row = row;
    return engine->journal->ops->commit(
        engine->journal, &(struct journal_commit){.execution_id = row->id,
                                                  .now_ms = event.at_ms,
                                                  .build = &build,
                                                  .events = &event,
                                                  .event_count = 1});
}

/* The execution, and those that it has called and that go on. */
static enum store_error move_all(struct kad_run *run, struct arena *scratch)
{
    enum store_error error =
        run_is_main_line(run) ? move(run->execution, scratch) : STORE_OK;

    if (!run->inside)
        return error;
    for (struct kad_run *inner = run->inside->open; inner && error == STORE_OK;
         inner = inner->next)
        error = move_all(inner, scratch);
    return error;
}

/* In one commit, whatever is called; with what was given up for it, if anything was. */
static enum store_error store_move(struct execution *execution, struct arena *scratch)
{
    struct journal *journal = execution->drive->engine->journal;
    enum store_error error, ended;

    if (execution->drive->crew->has_group)
        return move_all(execution->root, scratch);
    error = journal->ops->group_begin(journal);
    if (error != STORE_OK)
        return error;
    error = move_all(execution->root, scratch);
    ended = journal->ops->group_end(journal);
    return error == STORE_OK ? ended : error;
}

void upgrade_move(struct execution *execution)
{
    struct drive *drive = execution->drive;
    struct arena scratch = {0};
    struct reasons reasons = {.arena = &scratch};

    if (!strcmp(execution->row->build_id, drive->engine->upgrade->build_id))
        return; /* it has moved, and goes on once more */
    check_run(&reasons, execution->root);
    if (reasons.list.count)
        execution_refuse(execution, "%s", upgrade_refusal(&scratch, &reasons));
    else if (store_move(execution, &scratch) != STORE_OK)
        drive->stop = STOP_STORE;
    arena_release(&scratch);
}

/* What has moved, in `row`. */
static void take_moved(struct arena *arena, const struct execution_row *moved,
                       struct execution_row *row)
{
    row->build_id = moved->build_id;
    row->workflow_version = moved->workflow_version;
    row->state = moved->state ? str_copy(arena, str_of(moved->state)) : NULL;
}

enum store_error upgrade_queued(struct engine *engine, struct arena *arena,
                                struct execution_row *row)
{
    struct crew crew;
    struct drive drive;
    enum store_error error;

    crew_init(&crew, engine);
    drive_init(&drive, &crew);
    execution_open(&drive, engine->workflow, row, NULL);
    if (drive.stop != STOP_NONE)
        kad_unreachable(); /* its parameters have the same types */
    error = store_move(drive.execution, arena);
    if (error == STORE_OK)
        take_moved(arena, drive.execution->row, row);
    drive_release(&drive);
    crew_release(&crew);
    return error;
}
