/* gate.c: see gate.h. */
#include "engine/gate.h"

#include <string.h>

#include "engine/step_internal.h"

bool gate_is(const struct gate_row *gate, const char *kind)
{
    return gate->kind && !strcmp(gate->kind, kind);
}

bool gate_is_due(const struct gate_row *gate, int64_t now_ms)
{
    return gate->due_ms && gate->due_ms <= now_ms;
}

struct gate_row gate_until(const struct kad_run *run, const char *key, const char *kind,
                           int64_t due_ms)
{
    return (struct gate_row){
        .step_key = key,
        .kind = kind,
        .prompt = "",
        .opened_ms = run_now_ms(run),
        .due_ms = due_ms,
    };
}

const char *gate_open(struct kad_step *step, const void *in)
{
    if (step->info->action == &kad_wait_action)
        return wait_open(step, in);
    if (step->info->action == &kad_approval_action)
        return approval_open(step, in);
    return NULL;
}

void gate_close(struct kad_run *run)
{
    struct gate_row *gate = &run->step.gate;

    if (gate->kind)
        run->pending.close_gate = gate->step_key;
    *gate = (struct gate_row){0};
}

static void say_until(struct kad_step *step)
{
    struct kad_run *run = step->run;

    run_notify(run,
               &(struct notice){
                   .kind = NOTICE_PROGRESS,
                   .step = step->info,
                   .run = step->state->runs,
                   .attempt = step->attempt,
                   .now_ms = run_now_ms(run),
                   .text = arena_printf(&step->memory, "waits until %s",
                                        time_text(&step->memory, step->gate.due_ms)),
               });
}

bool gate_wait(struct kad_step *step)
{
    struct kad_run *run = step->run;
    const int64_t left_ms = step->gate.due_ms - run_now_ms(run);

    if (run->stop != STOP_NONE || left_ms <= 0)
        return run->stop == STOP_NONE;
    if (run->engine->leaves_waits) {
        run->stop = STOP_WAITING;
        return false;
    }
    say_until(step);
    step->deadline_ms = run->deadline_ms;
    if (rt_step_wait(step, left_ms) == KAD_TIMEOUT)
        run->stop = STOP_DEADLINE;
    return run->stop == STOP_NONE;
}
