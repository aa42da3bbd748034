/* load.c: an execution as the journal has it: position-independent, each step's last outputs
 * read once. */
#include <string.h>

#include "codec.h"
#include "engine/run.h"

/* ---- Loading ------------------------------------------------------------------------ */

static bool is_stored(struct kad_run *run, enum store_error error)
{
    if (error == STORE_FAILED)
        run->stop = STOP_STORE;
    return error == STORE_OK;
}

static void load_outputs(struct kad_run *run, const struct kad_step_info *info,
                         const struct step_row *row)
{
    struct step_state *state = run_state(run, info);
    const bool is_success =
        row->status == STEP_RUN_COMPLETED || row->status == STEP_RUN_SKIPPED;
    const char *problem = codec_decode(
        &state->memory, run_outputs_type(info),
        is_success ? CODEC_AFTER_SUCCESS : CODEC_AFTER_FAILURE, row->outputs,
        strlen(row->outputs), (char *)run->frame + info->outputs_offset);

    if (problem)
        run_refuse(run, "the stored outputs of `%s` do not fit: %s", info->id, problem);
    state->has_outputs = !problem;
}

/* What a visit that is over has left. */
static void load_visit(struct kad_run *run, const struct kad_step_info *info,
                       const struct step_row *row)
{
    struct step_state *state = run_state(run, info);

    state->status = step_status_name(row->status);
    state->attempts = row->run;
    state->outcome = row->outcome ? run_find_outcome(info, row->outcome) : 0;
    state->error = failure_parse(&state->memory, row->error);
    if (row->outputs)
        load_outputs(run, info, row);
}

/* The visit before the one that is not over: its inputs may read what that has left. */
static void load_earlier_visit(struct kad_run *run, const struct kad_step_info *info,
                               uint32_t visit, struct arena *scratch)
{
    struct journal *journal = run->engine->journal;
    const struct step_row *found = NULL;
    struct step_row *rows;
    size_t count;

    if (visit == 0 || !is_stored(run, journal->ops->steps(journal, scratch,
                                                          run->row->id, &rows, &count)))
        return;
    for (size_t i = 0; i < count; i++)
        if (rows[i].visit == visit && !strcmp(rows[i].step_id, info->id))
            found = &rows[i];
    if (found)
        load_visit(run, info, found);
}

static void load_step(struct kad_run *run, const struct kad_step_info *info,
                      struct arena *scratch)
{
    struct journal *journal = run->engine->journal;
    struct step_state *state = run_state(run, info);
    struct step_row row;

    if (!is_stored(run, journal->ops->last_step(journal, scratch, run->row->id,
                                                info->id, "", &row)))
        return;
    state->visit = row.visit;
    state->runs = row.run;
    if (row.status == STEP_RUN_RUNNING || run_gate_find(run, row.key))
        load_earlier_visit(run, info, row.visit - 1, scratch);
    else
        load_visit(run, info, &row);
}

/* ---- History ------------------------------------------------------------------------ */

static bool is_event(const struct history_row *event, const char *type)
{
    return !strcmp(event->event_type, type);
}

/* Budgets were made fresh when a failed execution was resumed: a row from before that says
 * how often the step had run by then. What has run since has started since. */
static void forget_spent_runs(struct kad_run *run, const struct history_row *events,
                              size_t count, struct arena *scratch)
{
    const size_t step_count = run->workflow->step_count;
    bool *has_run = arena_array(scratch, bool, step_count);

    for (size_t i = 0; i < count; i++)
        if (is_event(&events[i], "step_started") ||
            is_event(&events[i], "step_retried")) {
            const struct kad_step_info *info = run_find_step(run, events[i].step_id);

            if (info)
                has_run[info - run->workflow->steps] = true;
        }
    for (size_t i = 0; i < step_count; i++)
        if (!has_run[i])
            run->steps[i].runs = run->steps[i].attempts = 0;
}

/* Time that the execution has run, without the pauses: each part lasts from a start to the
 * last event before the next one. To wait for a time is no pause, to wait for a person is. */
static int64_t active_ms(const struct history_row *events, size_t count, int64_t now_ms)
{
    int64_t sum_ms = 0;
    int64_t from_ms = count ? events[0].at_ms : now_ms;

    for (size_t i = 1; i < count; i++) {
        const bool is_last = i + 1 == count;
        const int64_t next_ms = is_last ? now_ms : events[i + 1].at_ms;
        const bool waits_for_time = is_event(&events[i], "execution_waiting") &&
                                    events[i].data &&
                                    strstr(events[i].data, "\"until\"");

        if (!is_last && !is_event(&events[i + 1], "execution_resumed"))
            continue;
        sum_ms += (waits_for_time ? next_ms : events[i].at_ms) - from_ms;
        from_ms = next_ms;
    }
    return sum_ms;
}

static void load_history(struct kad_run *run, struct arena *scratch)
{
    struct journal *journal = run->engine->journal;
    struct history_row *events;
    size_t count, fresh = 0;

    if (!is_stored(run, journal->ops->history(journal, scratch, run->row->id, 0,
                                              &events, &count)))
        return;
    for (size_t i = 0; i < count; i++)
        if (is_event(&events[i], "execution_resumed") && events[i].data &&
            strstr(events[i].data, "\"fresh\":true"))
            fresh = i;
    if (fresh)
        forget_spent_runs(run, events + fresh, count - fresh, scratch);
    if (run->deadline_ms)
        run->deadline_ms -= active_ms(events + fresh, count - fresh, run_now_ms(run));
}

const struct gate_row *run_gate_find(const struct kad_run *run, const char *step_key)
{
    for (size_t i = 0; i < run->gate_count; i++)
        if (!strcmp(run->gates[i].step_key, step_key))
            return &run->gates[i];
    return NULL;
}

void run_load(struct kad_run *run)
{
    struct journal *journal = run->engine->journal;
    struct arena scratch = {0};

    run->error = failure_parse(&run->memory, run->row->error);
    run->clears_request = run->row->request;
    is_stored(run, journal->ops->gates(journal, &run->memory, run->row->id, &run->gates,
                                       &run->gate_count));
    for (size_t i = 0; i < run->workflow->step_count && run->stop == STOP_NONE; i++)
        load_step(run, &run->workflow->steps[i], &scratch);
    if (run->stop == STOP_NONE)
        load_history(run, &scratch);
    arena_release(&scratch);
}
