/* execution.c: executions: made, opened with what their rows say, and what has become of
 * them.
 *
 *     create -> run --- step ---> step --- ... ---> completed | failed
 *                         |  a wish to stop, a person to ask, a time, the deadline
 *                         +-------------> paused | cancelled | waiting | failed */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "engine/gate.h"
#include "mask.h"

/* ---- Create ------------------------------------------------------------------------- */

static bool is_listed(const json_t *names, const char *name)
{
    const json_t *item;
    size_t i;

    json_array_foreach(names, i,
                       item) if (!strcmp(json_string_value(item), name)) return true;
    return false;
}

/* What is not UTF-8 can't be stored, and counts as not set. NULL: no variable is named. Of
 * the `known` ones, `values` has been read before. */
static json_t *env_json(const struct kad_workflow *workflow, const json_t *known,
                        const json_t *values)
{
    json_t *env = workflow->env ? json_object() : NULL;

    for (size_t i = 0; workflow->env && workflow->env[i]; i++) {
        const char *name = workflow->env[i];
        const char *value = is_listed(known, name)
                                ? json_string_value(json_object_get(values, name))
                                : getenv(name);
        json_t *text = value ? json_string(value) : NULL;

        if (text)
            json_object_set_new(env, name, text);
    }
    return env;
}

/* Takes `env`. */
static const char *state_text(struct arena *arena, json_t *env, json_t *modules)
{
    json_t *state = json_pack("{s:o*, s:O*}", "env", env, "modules", modules);
    const char *text = json_object_size(state)
                           ? mask_json(arena, codec_compact(arena, state).text)
                           : NULL;

    json_decref(state);
    return text;
}

const char *execution_state(struct arena *arena, const struct kad_workflow *workflow,
                            json_t *modules)
{
    return state_text(arena, env_json(workflow, NULL, NULL), modules);
}

enum store_error engine_create(struct engine *engine, struct arena *arena,
                               const char *parameters, const char *key,
                               const char *build_id, struct execution_row *row,
                               bool *existed)
{
    const struct kad_workflow *workflow = engine->workflow;
    struct journal *journal = engine->journal;
    const struct workflow_row known_as = {
        .id = workflow->id,
        .name = workflow->name,
        .version = workflow->version,
        .definition = workflow->definition,
    };
    json_t *modules = engine->modules ? json_loads(engine->modules, 0, NULL) : NULL;
    enum store_error error;

    *row = (struct execution_row){
        .id = engine->host->new_id(engine->host, arena, false),
        .workflow_id = workflow->id,
        .workflow_version = workflow->version,
        .trigger_type = "cli",
        .trigger_data = parameters,
        .status = EXECUTION_RUNNING,
        .current_step = workflow->steps[0].id,
        .state = execution_state(arena, workflow, modules),
        .started_ms = engine->host->now_ms(engine->host),
        .key = key,
        .build_id = build_id,
        .workspace = engine->project ? engine->project->root : NULL,
        .concurrency_key = engine->concurrency_key,
        .admission = engine->admission,
    };
    if (engine->workspace)
        row->workspace = engine->workspace(engine->workspace_context, row->id);
    json_decref(modules);
    error = journal->ops->create(journal, arena, &known_as, row, existed);
    if (error == STORE_OK && *existed)
        return journal->ops->find(journal, arena, row->id, row);
    return error;
}

/* ---- Open --------------------------------------------------------------------------- */

static void load_parameters(struct execution *execution)
{
    const struct kad_workflow *workflow = execution->workflow;
    const char *text =
        execution->row->trigger_data ? execution->row->trigger_data : "{}";
    const char *problem =
        codec_decode(&execution->memory, workflow->trigger, CODEC_AFTER_SUCCESS, text,
                     strlen(text), (char *)execution->frame + workflow->trigger_offset);

    if (problem)
        execution_refuse(execution, "the stored parameters do not fit the workflow: %s",
                         problem);
}

static void load_state(struct execution *execution, const char *text)
{
    json_t *state = text ? json_loads(text, 0, NULL) : NULL;

    json_decref(execution->env);
    json_decref(execution->modules);
    execution->env = json_incref(json_object_get(state, "env"));
    execution->modules = json_incref(json_object_get(state, "modules"));
    json_decref(state);
}

const char *execution_moved_state(struct execution *execution, const json_t *known_env)
{
    const char *copies = execution->drive->engine->modules;
    json_t *modules = copies ? json_loads(copies, 0, NULL) : NULL;
    const char *text =
        state_text(&execution->memory,
                   env_json(execution->workflow, known_env, execution->env), modules);

    json_decref(modules);
    load_state(execution, text);
    return text;
}

/* A block stands before the steps inside: what is innermost is written last. */
static void put_places(struct block_place *places, const struct kad_workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++)
        places[i] = (struct block_place){-1, -1, -1};
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct kad_block *block = workflow->steps[i].block;

        for (size_t b = 0; block && b < block->branch_count; b++)
            for (int s = 0; s < block->branches[b].count; s++) {
                struct block_place *place = &places[block->branches[b].first + s];

                place->block = (int)i;
                place->branch = (int)b;
                if (block->kind == KAD_FOR_EACH)
                    place->for_each = (int)i;
            }
    }
}

static const struct block_place *places_of(struct execution *execution)
{
    const struct kad_workflow *workflow = execution->workflow;
    bool has_blocks = false;
    struct block_place *places;

    for (size_t i = 0; i < workflow->step_count && !has_blocks; i++)
        has_blocks = workflow->steps[i].block;
    if (!has_blocks)
        return NULL;
    places = arena_array(&execution->memory, struct block_place, workflow->step_count);
    put_places(places, workflow);
    return places;
}

struct execution *execution_open(struct drive *drive,
                                 const struct kad_workflow *workflow,
                                 const struct execution_row *row, struct block *caller)
{
    struct arena memory = {0};
    struct execution *execution = arena_new(&memory, struct execution);

    *execution = (struct execution){
        .drive = drive,
        .workflow = workflow,
        .row = row,
        .memory = memory,
        .stored_status = row->status,
        .has_waits = row->history_seq > 1, /* more has happened than its creation */
    };
    if (!drive->execution)
        drive->execution = execution;
    execution->frame = arena_alloc(&execution->memory, workflow->frame_size);
    execution->places = places_of(execution);
    execution->steps =
        arena_array(&execution->memory, struct step_state, workflow->step_count);
    for (size_t i = 0; i < workflow->step_count; i++)
        execution->steps[i] =
            (struct step_state){.status = "pending", .has_visit = true};
    execution->deadline_ms = budget_deadline_ms(execution);
    execution->root = arena_new(&execution->memory, struct kad_run);
    branch_init(execution->root, execution, caller);
    load_state(execution, row->state);
    load_parameters(execution);
    return execution;
}

void execution_close(struct execution *execution)
{
    struct arena memory;

    branch_free(execution->root);
    json_decref(execution->env);
    json_decref(execution->modules);
    for (size_t i = 0; i < execution->workflow->step_count; i++)
        step_state_release(execution, &execution->steps[i],
                           &execution->workflow->steps[i]);
    memory = execution->memory; /* it is in there itself */
    arena_release(&memory);
}

void execution_refuse(struct execution *execution, const char *format, ...)
{
    struct drive *drive = execution->drive;
    va_list args;

    va_start(args, format);
    drive->refusal = mask_text(&drive->execution->memory,
                               arena_vprintf(&drive->execution->memory, format, args));
    va_end(args);
    drive->stop = STOP_REFUSED;
}

/* ---- Steps -------------------------------------------------------------------------- */

const struct kad_step_info *execution_find_step(const struct execution *execution,
                                                const char *id)
{
    const struct kad_workflow *workflow = execution->workflow;

    for (size_t i = 0; i < workflow->step_count; i++)
        if (!strcmp(workflow->steps[i].id, id))
            return &workflow->steps[i];
    return NULL;
}

const struct kad_step_info *execution_outer_step(const struct execution *execution,
                                                 const struct kad_step_info *info)
{
    const struct kad_step_info *steps = execution->workflow->steps;

    while (execution->places && execution->places[info - steps].block >= 0)
        info = &steps[execution->places[info - steps].block];
    return info;
}

const char *const *info_outcomes(const struct kad_step_info *info)
{
    return info->choices ? info->choices : info->action->outcomes;
}

uint32_t info_find_outcome(const struct kad_step_info *info, const char *name)
{
    const char *const *outcomes = info_outcomes(info);

    for (uint32_t i = 0; outcomes && outcomes[i]; i++)
        if (!strcmp(outcomes[i], name))
            return i + 1;
    return 0;
}

const struct kad_type *info_inputs_type(const struct kad_step_info *info)
{
    return info->inputs ? info->inputs : info->action->inputs;
}

const struct kad_type *info_outputs_type(const struct kad_step_info *info)
{
    return info->outputs ? info->outputs : info->action->outputs;
}

bool info_is_idempotent(const struct kad_step_info *info)
{
    return info->is_idempotent || info->action->is_idempotent;
}

/* ---- The result --------------------------------------------------------------------- */

static struct gate_row gate_copy(struct arena *arena, const struct gate_row *gate)
{
    struct gate_row copy = *gate;

    copy.step_key = arena_text(arena, gate->step_key);
    copy.kind = arena_text(arena, gate->kind);
    copy.prompt = arena_text(arena, gate->prompt);
    copy.choices = arena_text(arena, gate->choices);
    copy.way = arena_text(arena, gate->way);
    copy.event = arena_text(arena, gate->event);
    copy.match = arena_text(arena, gate->match);
    copy.answer = NULL;
    return copy;
}

struct open_gates {
    VEC(struct engine_gate) rows;
};

static void add_gates(struct open_gates *gates, struct arena *arena,
                      const struct kad_run *run)
{
    const struct kad_step *step = &run->step;

    for (size_t i = 0; i < step->gate_count; i++) {
        const struct engine_gate gate = {
            .execution = arena_text(arena, run->execution->row->id),
            .step = step_label(arena, step),
            .row = gate_copy(arena, &step->gates[i]),
        };

        vec_push(arena, &gates->rows, gate);
    }
    if (!run->inside)
        return;
    for (const struct kad_run *inner = run->inside->open; inner; inner = inner->next)
        add_gates(gates, arena, inner);
}

static void find_gates(const struct drive *drive, struct arena *arena,
                       struct engine_result *result)
{
    struct open_gates gates = {0};

    add_gates(&gates, arena, drive->execution->root);
    result->gates = gates.rows.items;
    result->gate_count = gates.rows.count;
    if (gates.rows.count)
        result->gate = gates.rows.items[0].row;
}

static enum engine_end end_of(const struct drive *drive)
{
    if (drive->stop == STOP_REFUSED)
        return ENGINE_REFUSED;
    if (drive->stop == STOP_STORE)
        return ENGINE_STORE_FAILED;
    return drive->execution->end;
}

void drive_result(const struct drive *drive, struct arena *arena,
                  struct engine_result *result)
{
    const struct execution *execution = drive->execution;
    const struct kad_run *root = execution->root;

    *result = (struct engine_result){
        .end = end_of(drive),
        .execution = arena_text(arena, execution->row->id),
        .error = failure_copy(arena, &root->error),
        .outputs = arena_text(arena, root->error.code ? NULL : execution->outputs),
        .refusal = arena_text(arena, drive->refusal),
        .step = root->position >= 0 && drive->stop != STOP_OVER
                    ? execution->workflow->steps[root->position].id
                    : NULL,
        .started_ms = execution->row->started_ms,
        .ended_ms =
            drive->stop == STOP_OVER ? execution->row->completed_ms : run_now_ms(root),
    };
    if (result->end == ENGINE_PAUSED || result->end == ENGINE_WAITING)
        find_gates(drive, arena, result);
}

/* ---- A drive ------------------------------------------------------------------------ */

void drive_init(struct drive *drive, struct crew *crew)
{
    *drive = (struct drive){.engine = crew->engine, .crew = crew};
}

void drive_release(struct drive *drive)
{
    execution_close(drive->execution);
}

void engine_run(struct engine *engine, struct arena *arena,
                const struct execution_row *row, struct engine_result *result)
{
    struct crew crew;
    struct drive drive;

    crew_init(&crew, engine);
    drive_init(&drive, &crew);
    execution_open(&drive, engine->workflow, row, NULL);
    crew_add(&crew, &drive);
    crew_run(&crew);
    drive_result(&drive, arena, result);
    drive_release(&drive);
    crew_release(&crew);
}
