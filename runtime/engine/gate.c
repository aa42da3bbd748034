/* gate.c: see gate.h. */
#include "engine/gate.h"

#include <string.h>

#include "engine/event.h"

/* ---- Gates -------------------------------------------------------------------------- */

bool gate_is(const struct gate_row *gate, const char *kind)
{
    return gate->kind && !strcmp(gate->kind, kind);
}

bool step_waits_for(const struct kad_step *step, const char *kind)
{
    return step->gate_count && gate_is(&step->gates[0], kind);
}

bool gate_is_due(const struct gate_row *gate, int64_t now_ms)
{
    return gate->due_ms && gate->due_ms <= now_ms;
}

bool gate_is_timed(const struct gate_row *gate)
{
    return gate_is(gate, "retry") || gate_is(gate, "timer");
}

bool gate_is_paused(const struct gate_row *gate)
{
    return gate_is(gate, "question") || gate_is(gate, "ask");
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
        .way = "",
    };
}

void gate_set(struct kad_step *step, struct gate_row gate)
{
    step->gates = arena_new(&step->memory, struct gate_row);
    step->gates[0] = gate;
    step->gate_count = 1;
    step->has_unstored_gates = true;
}

const char *gate_open(struct kad_step *step, const void *in)
{
    if (step->info->action == &kad_wait_action)
        return wait_open(step, in);
    if (step->info->action == &kad_first_action)
        return first_open(step, in);
    if (step->info->action == &kad_approval_action)
        return approval_open(step, in);
    return NULL;
}

void gate_close(struct kad_run *run)
{
    struct kad_step *step = &run->step;

    if (step->gate_count) {
        const char *key = step->gates[0].step_key;

        run->pending.close_gate = arena_copy(&run->pending.memory, key, strlen(key));
    }
    step->gates = NULL;
    step->gate_count = 0;
    step->has_unstored_gates = false;
}

/* ---- Events ------------------------------------------------------------------------- */

static bool is_taken(const struct execution *execution, int64_t id)
{
    for (size_t i = 0; i < execution->taken.count; i++)
        if (execution->taken.items[i] == id)
            return true;
    return false;
}

static const struct event_row *oldest(const struct execution *execution,
                                      const struct gate_row *gate,
                                      const struct event_row *events, size_t count,
                                      int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (events[i].id >= id && !is_taken(execution, events[i].id) &&
            event_fits(&events[i], gate->match))
            return &events[i];
    return NULL;
}

/* What is kept of an event, in the step's memory. */
static const struct event_row *event_copy(struct arena *arena,
                                          const struct event_row *event)
{
    struct event_row *copy = arena_new(arena, struct event_row);

    copy->id = event->id;
    copy->at_ms = event->at_ms;
    if (event->data)
        copy->data = arena_copy(arena, event->data, strlen(event->data));
    return copy;
}

/* The oldest event since then that opens the gate, with this id or a later one; NULL: none has
 * come. It is asked each time that anything has happened: events that do not fit leave
 * nothing. */
static const struct event_row *find_since(struct kad_step *step,
                                          const struct gate_row *gate, int64_t since_ms,
                                          int64_t id)
{
    const struct execution *execution = step->run->execution;
    struct drive *drive = execution->drive;
    struct journal *journal = drive->engine->journal;
    const struct event_row *found = NULL;
    struct arena scratch = {0};
    struct event_row *events;
    size_t count;

    if (journal->ops->events(journal, &scratch, execution->row->id, gate->event,
                             since_ms, &events, &count) != STORE_OK)
        drive->stop = STOP_STORE;
    else
        found = oldest(execution, gate, events, count, id);
    if (found)
        found = event_copy(&step->memory, found);
    arena_release(&scratch);
    return found;
}

/* An event that has come while the gate was open counts whatever its time, and so does what
 * comes after it: clocks are set back. */
static const struct event_row *find_event(struct kad_step *step,
                                          const struct gate_row *gate)
{
    const int64_t id = gate->answer ? event_of_answer(gate->answer) : 0;
    const struct event_row *event =
        find_since(step, gate, step->run->execution->row->started_ms, 0);

    return event || !id ? event : find_since(step, gate, 0, id);
}

/* ---- Which way came first ----------------------------------------------------------- */

/* A way that is open, since when. */
struct opening {
    size_t way; /* gate_count: the step's time is up */
    int64_t at_ms;
    const struct event_row *event; /* or NULL */
    bool is_found;
};

static void take_earlier(struct opening *first, struct opening other)
{
    if (!first->is_found || other.at_ms < first->at_ms)
        *first = other;
}

static void look_at(struct opening *first, struct kad_step *step, size_t way)
{
    const struct gate_row *gate = &step->gates[way];
    struct opening opening = {.way = way, .at_ms = gate->due_ms, .is_found = true};

    if (gate_is_timed(gate)) {
        if (!gate->due_ms || gate_is_due(gate, run_now_ms(step->run)))
            take_earlier(first, opening);
    } else if (gate_is(gate, "event")) {
        opening.event = find_event(step, gate);
        if (!opening.event)
            return;
        opening.at_ms = opening.event->at_ms > gate->opened_ms ? opening.event->at_ms
                                                               : gate->opened_ms;
        take_earlier(first, opening);
    } else if (gate_is(gate, "approval") && gate->answer) {
        opening.at_ms = gate->opened_ms;
        take_earlier(first, opening);
    }
}

/* The deadline counts for what waits inside its action, as the gate has it where one has a
 * time: it outlives the process. */
static int64_t deadline_of(const struct kad_step *step)
{
    int64_t deadline_ms = step->deadline_ms;

    if (step_waits_for(step, "retry"))
        return 0;
    for (size_t i = 0; i < step->gate_count; i++)
        if (!gate_is_timed(&step->gates[i]))
            deadline_ms = earlier_ms(deadline_ms, step->gates[i].due_ms);
    return deadline_ms;
}

static struct opening find_opening(struct kad_step *step)
{
    const int64_t deadline_ms = deadline_of(step);
    struct opening first = {0};

    for (size_t i = 0; i < step->gate_count; i++)
        look_at(&first, step, i);
    if (deadline_ms && deadline_ms <= run_now_ms(step->run))
        take_earlier(&first, (struct opening){.way = step->gate_count,
                                              .at_ms = deadline_ms,
                                              .is_found = true});
    return first;
}

static void take_event(struct kad_step *step, const struct event_row *event)
{
    struct execution *execution = step->run->execution;

    step->taken_event = event->id;
    vec_push(&execution->memory, &execution->taken, event->id);
}

/* What a wait leaves: {"data"?}; by the step's own type. */
static void take_data(struct kad_step *step, const struct event_row *event)
{
    const char *given = event && event->data
                            ? arena_printf(&step->memory, "{\"data\":%s}", event->data)
                            : "{}";
    const char *problem = call_take_given(step, given);

    if (problem)
        call_fail(step, KAD_FAILURE_BAD_OUTPUT, problem);
}

/* Who has chosen what, in the history, where no resume says it. */
static void say_answered(struct kad_step *step, const char *given)
{
    struct arena *memory = &step->run->pending.memory;
    const char *item = step->run->item;

    pending_event(
        step->run, "step_answered", step->info->id,
        item[0] ? arena_printf(memory, "{\"answer\":%s,\"item\":\"%s\"}", given, item)
                : arena_printf(memory, "{\"answer\":%s}", given));
}

static void answer(struct kad_step *step, const struct opening *opening)
{
    const struct gate_row *gate = &step->gates[opening->way];

    step->outcome = KAD_SUCCESS;
    if (step->info->action == &kad_first_action)
        step->named_outcome = info_find_outcome(step->info, gate->way);
    if (opening->event)
        take_event(step, opening->event);
    if (!gate_is(gate, "approval"))
        take_data(step, opening->event);
    else if (approval_take(step, gate->answer))
        say_answered(step, gate->answer);
    else
        call_fail(step, KAD_FAILURE_BAD_OUTPUT,
                  arena_printf(&step->memory, "no choice: %s", gate->answer));
}

bool gate_opens(struct kad_step *step)
{
    const struct opening opening = find_opening(step);

    if (!opening.is_found || (opening.way == step->gate_count && call_is_cut_off(step)))
        return false;
    if (step_waits_for(step, "retry")) {
        step->phase = PHASE_NONE;
        return true;
    }
    step->phase = PHASE_OVER;
    if (opening.way < step->gate_count) {
        answer(step, &opening);
    } else {
        step->outcome = KAD_TIMEOUT;
        step->has_timed_out = true;
    }
    return true;
}

int64_t gate_due_ms(const struct kad_step *step)
{
    int64_t due_ms = step->gate_count ? deadline_of(step) : 0;

    for (size_t i = 0; i < step->gate_count; i++)
        due_ms = earlier_ms(due_ms, step->gates[i].due_ms);
    return due_ms;
}

/* ---- Answers of others -------------------------------------------------------------- */

static void take_answer(struct kad_step *step, const struct gate_row *stored)
{
    for (size_t i = 0; i < step->gate_count; i++) {
        struct gate_row *gate = &step->gates[i];

        if (stored->answer && !strcmp(gate->step_key, stored->step_key) &&
            !strcmp(gate->way ? gate->way : "", stored->way ? stored->way : ""))
            gate->answer =
                arena_copy(&step->memory, stored->answer, strlen(stored->answer));
    }
}

void gate_read_answers(struct kad_run *run)
{
    struct drive *drive = run->execution->drive;
    struct journal *journal = drive->engine->journal;
    struct arena scratch = {0};
    struct gate_row *rows;
    size_t count;

    if (run->step.phase == PHASE_GATE) {
        if (journal->ops->gates(journal, &scratch, run->execution->row->id, &rows,
                                &count) == STORE_OK)
            for (size_t i = 0; i < count; i++)
                take_answer(&run->step, &rows[i]);
        else
            drive->stop = STOP_STORE;
        arena_release(&scratch);
    }
    if (!run->inside)
        return;
    for (struct kad_run *inner = run->inside->open; inner; inner = inner->next)
        gate_read_answers(inner);
}
