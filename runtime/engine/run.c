/* run.c: an execution from a position to its end, or to where it is stopped.
 *
 *     create -> run --- step ---> step --- ... ---> completed | failed
 *                         |  a wish to stop, a person to ask, a time, the deadline
 *                         +-------------> paused | cancelled | waiting | failed */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "engine/run.h"

/* ---- Create ------------------------------------------------------------------------- */

/* What is not UTF-8 can't be stored, and counts as not set. NULL: no variable is named. */
static json_t *env_json(const struct kad_workflow *workflow)
{
    json_t *env = workflow->env ? json_object() : NULL;

    for (size_t i = 0; workflow->env && workflow->env[i]; i++) {
        const char *value = getenv(workflow->env[i]);
        json_t *text = value ? json_string(value) : NULL;

        if (text)
            json_object_set_new(env, workflow->env[i], text);
    }
    return env;
}

/* What is read once, at the start: {"env"?, "modules"?}; NULL: neither. */
static const char *state_json(struct arena *arena, const struct engine *engine)
{
    json_t *env = env_json(engine->workflow);
    json_t *modules = engine->modules ? json_loads(engine->modules, 0, NULL) : NULL;
    json_t *state = json_pack("{s:o*, s:o*}", "env", env, "modules", modules);
    const char *text =
        json_object_size(state) ? codec_compact(arena, state).text : NULL;

    json_decref(state);
    return text;
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
    enum store_error error;

    *row = (struct execution_row){
        .id = engine->host->new_id(engine->host, arena),
        .workflow_id = workflow->id,
        .workflow_version = workflow->version,
        .trigger_type = "cli",
        .trigger_data = parameters,
        .status = EXECUTION_RUNNING,
        .current_step = workflow->steps[0].id,
        .state = state_json(arena, engine),
        .started_ms = engine->host->now_ms(engine->host),
        .key = key,
        .build_id = build_id,
        .workspace = engine->project ? engine->project->root : NULL,
    };
    error = journal->ops->create(journal, arena, &known_as, row, existed);
    if (error == STORE_OK && *existed)
        return journal->ops->find(journal, arena, row->id, row);
    return error;
}

/* ---- A run -------------------------------------------------------------------------- */

int64_t run_now_ms(const struct kad_run *run)
{
    return run->engine->host->now_ms(run->engine->host);
}

struct step_state *run_state(const struct kad_run *run,
                             const struct kad_step_info *info)
{
    return &run->steps[info - run->workflow->steps];
}

const struct kad_step_info *run_find_step(const struct kad_run *run, const char *id)
{
    for (size_t i = 0; i < run->workflow->step_count; i++)
        if (!strcmp(run->workflow->steps[i].id, id))
            return &run->workflow->steps[i];
    return NULL;
}

const char *const *run_outcomes(const struct kad_step_info *info)
{
    return info->choices ? info->choices : info->action->outcomes;
}

uint32_t run_find_outcome(const struct kad_step_info *info, const char *name)
{
    const char *const *outcomes = run_outcomes(info);

    for (uint32_t i = 0; outcomes && outcomes[i]; i++)
        if (!strcmp(outcomes[i], name))
            return i + 1;
    return 0;
}

const struct kad_type *run_outputs_type(const struct kad_step_info *info)
{
    return info->outputs ? info->outputs : info->action->outputs;
}

void run_refuse(struct kad_run *run, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    run->refusal = arena_vprintf(&run->memory, format, args);
    va_end(args);
    run->stop = STOP_REFUSED;
}

void run_notify(struct kad_run *run, const struct notice *notice)
{
    struct observer *observer = run->engine->observer;

    if (observer)
        observer->notice(observer, notice);
}

static void load_parameters(struct kad_run *run)
{
    const char *text = run->row->trigger_data ? run->row->trigger_data : "{}";
    const char *problem =
        codec_decode(&run->memory, run->workflow->trigger, CODEC_AFTER_SUCCESS, text,
                     strlen(text), (char *)run->frame + run->workflow->trigger_offset);

    if (problem)
        run_refuse(run, "the stored parameters do not fit the workflow: %s", problem);
}

static void load_state(struct kad_run *run)
{
    json_t *state = run->row->state ? json_loads(run->row->state, 0, NULL) : NULL;

    run->env = json_incref(json_object_get(state, "env"));
    run->modules = json_incref(json_object_get(state, "modules"));
    json_decref(state);
}

void run_init(struct kad_run *run, struct engine *engine,
              const struct execution_row *row)
{
    const struct kad_workflow *workflow = engine->workflow;

    *run = (struct kad_run){
        .engine = engine,
        .workflow = workflow,
        .row = row,
        .reported = KAD_LATER,
    };
    run->frame = arena_alloc(&run->memory, workflow->frame_size);
    run->steps = arena_array(&run->memory, struct step_state, workflow->step_count);
    for (size_t i = 0; i < workflow->step_count; i++)
        run->steps[i].status = "pending";
    run->deadline_ms = budget_deadline_ms(run);
    load_state(run);
    load_parameters(run);
}

void run_release(struct kad_run *run)
{
    json_decref(run->env);
    json_decref(run->modules);
    arena_release(&run->pending.ended_memory);
    arena_release(&run->pending.memory);
    arena_release(&run->step.memory);
    arena_release(&run->step.outputs_memory);
    for (size_t i = 0; i < run->workflow->step_count; i++)
        arena_release(&run->steps[i].memory);
    arena_release(&run->values);
    arena_release(&run->memory);
}

/* ---- Wishes to stop ----------------------------------------------------------------- */

static void read_request(struct kad_run *run)
{
    struct journal *journal = run->engine->journal;
    struct arena scratch = {0};
    const char *request = NULL;

    if (journal->ops->requested(journal, &scratch, run->row->id, &request) != STORE_OK)
        run->stop = STOP_STORE;
    else if (request)
        run->stop = !strcmp(request, "cancel") ? STOP_CANCEL : STOP_PAUSE;
    run->clears_request = request;
    arena_release(&scratch);
}

enum wait_verdict run_is_over(struct kad_run *run)
{
    struct host *host = run->engine->host;
    const unsigned stop_count = host->stop_count(host);

    if (host->takes_nudge(host))
        read_request(run);
    if (stop_count && run->stop == STOP_NONE)
        run->stop = STOP_PAUSE;
    if (run->stop == STOP_NONE)
        return WAIT_ON;
    return stop_count > 1 ? WAIT_KILL : WAIT_STOP;
}

/* ---- Steps -------------------------------------------------------------------------- */

/* One entry of the workflow, and what to make of a routing expression without a value: the
 * step that has just succeeded has failed after all; one that has failed has no route. */
static int advance(struct kad_run *run, int position)
{
    const struct kad_workflow *workflow = run->workflow;
    int next = workflow->advance(run, run->frame, position);

    if (run->fault[0] && run->reported == KAD_SUCCESS) {
        attempt_fail_route(run);
        run->fault[0] = '\0';
        next = workflow->advance(run, run->frame, position);
    }
    if (run->fault[0] && run->reported != KAD_LATER)
        next = KAD_END_FAIL;
    run->fault[0] = '\0';
    return next;
}

static void fail_here(struct kad_run *run, const struct kad_step_info *info,
                      enum kad_failure_code code, const char *message)
{
    if (!run->error.code)
        run->error = failure_new(&run->memory, info, code, message);
}

void kad_finish(struct kad_run *run, const void *outputs)
{
    struct kad_json json = {0};
    const char *problem = NULL;

    if (!run->fault[0])
        problem = codec_encode(&run->memory, run->workflow->outputs,
                               CODEC_AFTER_SUCCESS, outputs, &json);
    if (problem)
        kad_fault(run, "%s", problem);
    run->outputs = json.text;
}

static void compute_outputs(struct kad_run *run)
{
    if (!run->workflow->outputs)
        return;
    run->workflow->finish(run, run->frame);
    if (run->fault[0])
        fail_here(run, run->step.info, KAD_FAILURE_EXPRESSION, run->fault);
}

static void end(struct kad_run *run, int position)
{
    if (position == KAD_END_FAIL)
        fail_here(run, run->step.info, KAD_FAILURE_FAILED_BY_ROUTE,
                  kad_failure_text(KAD_FAILURE_FAILED_BY_ROUTE));
    else if (!run->error.code)
        compute_outputs(run);
    run->end = run->error.code ? ENGINE_FAILED : ENGINE_COMPLETED;
    boundary_end(run);
}

static void stopped(struct kad_run *run, const struct kad_step_info *info)
{
    switch (run->stop) {
    case STOP_PAUSE:
    case STOP_PARKED:
        run->end = ENGINE_PAUSED;
        boundary_pause(run, info);
        break;
    case STOP_WAITING:
        run->end = ENGINE_WAITING;
        boundary_wait(run, info);
        break;
    case STOP_CANCEL:
        run->end = ENGINE_CANCELLED;
        boundary_cancel(run);
        break;
    case STOP_DEADLINE:
        if (!run->error.code)
            run->error = budget_deadline_error(run, &run->memory, info);
        run->end = ENGINE_FAILED;
        boundary_end(run);
        break;
    case STOP_ASKED: run->end = ENGINE_PAUSED; break;
    case STOP_NOT_DUE: run->end = ENGINE_WAITING; break;
    case STOP_NONE:
    case STOP_OVER:
    case STOP_REFUSED:
    case STOP_STORE: break;
    }
    run->ended_step = info ? info->id : NULL;
}

void run_from(struct kad_run *run, int position)
{
    const struct kad_step_info *info = NULL;

    while (position >= 0 && run->stop == STOP_NONE)
        position = advance(run, position);
    if (position >= 0)
        info = &run->workflow->steps[position];
    if (position < 0 &&
        (run->stop == STOP_NONE || run->stop == STOP_PAUSE || run->stop == STOP_CANCEL))
        end(run, position);
    else
        stopped(run, info);
    if (run->stop == STOP_REFUSED)
        run->end = ENGINE_REFUSED;
    if (run->stop == STOP_STORE)
        run->end = ENGINE_STORE_FAILED;
}

/* ---- The result --------------------------------------------------------------------- */

static const char *copy_text(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

void run_result(const struct kad_run *run, struct arena *arena,
                struct engine_result *result)
{
    const struct gate_row *gate = &run->step.gate;

    *result = (struct engine_result){
        .end = run->end,
        .execution = copy_text(arena, run->row->id),
        .error = failure_copy(arena, &run->error),
        .outputs = copy_text(arena, run->error.code ? NULL : run->outputs),
        .refusal = copy_text(arena, run->refusal),
        .step = run->ended_step,
        .started_ms = run->row->started_ms,
        .ended_ms = run->stop == STOP_OVER ? run->row->completed_ms : run_now_ms(run),
    };
    if ((run->end == ENGINE_PAUSED || run->end == ENGINE_WAITING) && gate->kind)
        result->gate = (struct gate_row){
            .step_key = copy_text(arena, gate->step_key),
            .kind = copy_text(arena, gate->kind),
            .prompt = copy_text(arena, gate->prompt),
            .opened_ms = gate->opened_ms,
            .due_ms = gate->due_ms,
            .choices = copy_text(arena, gate->choices),
        };
}

void engine_run(struct engine *engine, struct arena *arena,
                const struct execution_row *row, struct engine_result *result)
{
    struct kad_run run;

    run_init(&run, engine, row);
    run_from(&run, 0);
    run_result(&run, arena, result);
    run_release(&run);
}
