/* world.c: see world.h. */
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "engine/event.h"
#include "engine/step_internal.h"

enum { TURNS_MAX = 20000 };

struct world world;
static struct kad_journal_ops real_ops, ops;

void complain(const char *format, ...)
{
    va_list args;

    if (!world.has_failed) {
        fflush(stdout);
        printf("seed %" PRIu64 ": ", world.seed);
        va_start(args, format);
        vprintf(format, args);
        va_end(args);
        printf("\nsee it again: tests/sim/run %" PRIu64 "\n", world.seed);
        fflush(stdout);
    }
    world.has_failed = true;
    world.is_dead = true;
}

void world_say(const char *format, ...)
{
    va_list args;

    if (!world.is_loud)
        return;
    printf("  @%" PRId64 " ", world.now_ms);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

/* ---- What happens ------------------------------------------------------------------------- */

struct entry *world_entry(const char *execution_id)
{
    return memory_entry(world.journal, execution_id);
}

/* An event is used once by an execution: its oldest gate gets it. */
void world_emit(const char *name, const char *data)
{
    struct event_row event = {.name = name, .data = data, .at_ms = world.now_ms};
    struct journal *journal = &world.journal->base;
    struct gate_row *gates;
    const char **executions;
    size_t count;

    world_say("event %s %s", name, data);
    real_ops.emit(journal, &event);
    real_ops.gates_for_event(journal, &world.arena, name, &gates, &executions, &count);
    for (size_t i = 0; i < count; i++)
        if (event_fits(&event, gates[i].match) &&
            real_ops.answer(journal, gates[i].step_key, gates[i].way,
                            event_answer(&world.arena, &event)) == STORE_OK)
            break;
    world.is_nudged = true;
}

const char *world_choice(const char *step_key)
{
    return dice_hash(world.script, world_path(&world.arena, step_key)) & 1 ? "yes"
                                                                           : "no";
}

void world_choose(const struct gate_row *gate)
{
    const char *answer =
        arena_printf(&world.arena, "{\"choice\":\"%s\",\"by\":\"ada\"}",
                     world_choice(gate->step_key));

    world_say("answer %s %s", gate->step_key, answer);
    real_ops.answer(&world.journal->base, gate->step_key, "", answer);
    world.is_nudged = true;
}

static void choose_any(void)
{
    for (size_t i = 0; i < world.journal->entries.count; i++) {
        const struct entry *entry = world.journal->entries.items[i];

        for (size_t g = 0; g < entry->gates.count; g++)
            if (!strcmp(entry->gates.items[g].kind, "approval") &&
                !entry->gates.items[g].answer) {
                world_choose(&entry->gates.items[g]);
                return;
            }
    }
}

static void request(const char *what)
{
    const struct entry *root = world.journal->entries.items[0];

    world_say("request %s", what);
    real_ops.request(&world.journal->base, root->row.id, what);
    world.is_nudged = world.may_pause = true;
}

static void move_clock(int64_t by_ms)
{
    world_say("the clock jumps by %" PRId64 " ms", by_ms);
    world.now_ms += by_ms;
    if (world.now_ms < 1)
        world.now_ms = 1;
}

static void die(const char *where)
{
    world_say("it dies %s", where);
    world.is_dead = true;
    world.deaths++;
}

static bool chance(unsigned percent)
{
    return dice_chance(&world.dice, percent);
}

static void disturb(void)
{
    static const char *const events[] = {"paid", "sent", "lost"};
    const char *event = events[dice_below(&world.dice, 3)];

    if (!world.disturbances || world.is_dead)
        return;
    world.disturbances--;
    switch (dice_below(&world.dice, 10)) {
    case 0:
        world_say("signal");
        world.stop_count++;
        world.may_pause = true;
        break;
    case 1: request("pause"); break;
    case 2:
        if (!world.is_timeless && chance(15))
            request("cancel");
        break;
    case 3:
        world_emit(event, world.is_timeless || chance(50) ? "{\"n\":1}" : "{\"n\":2}");
        break;
    case 4: choose_any(); break;
    case 5: move_clock((int64_t)dice_below(&world.dice, 3 * HOUR_MS)); break;
    case 6: move_clock(-(int64_t)dice_below(&world.dice, HOUR_MS)); break;
    case 7:
    case 8: die("meanwhile"); break;
    default: world.is_nudged = true; break;
    }
}

/* ---- The host ------------------------------------------------------------------------------- */

static int64_t host_now_ms(struct host *host)
{
    (void)host;
    return world.now_ms;
}

static const char *host_new_id(struct host *host, struct arena *arena, bool is_called)
{
    (void)host;
    (void)is_called;
    return arena_printf(arena, "e%u", ++world.ids);
}

static unsigned host_stop_count(struct host *host)
{
    (void)host;
    return world.stop_count;
}

static bool host_takes_nudge(struct host *host)
{
    const bool was_nudged = world.is_nudged;

    (void)host;
    world.is_nudged = false;
    return was_nudged;
}

/* A wait inside an action. */
static bool host_wait(struct host *host, const struct waiter *waiter,
                      int64_t duration_ms)
{
    (void)host;
    if (chance(20))
        disturb();
    if (waiter->is_over(waiter->context) != WAIT_ON)
        return false;
    world.now_ms += duration_ms;
    return true;
}

static void host_start(struct host *host, struct job *job)
{
    (void)host;
    if (world.job_count == JOBS_MAX)
        kad_unreachable();
    world.jobs[world.job_count].job = job;
    world.jobs[world.job_count].has_run = chance(40);
    if (world.jobs[world.job_count].has_run)
        job->run(job);
    world.job_count++;
}

/* It asks anyway when it runs. */
static void host_wake(struct host *host, struct job *job)
{
    (void)host, (void)job;
}

static struct job *take_job(void)
{
    const size_t i = dice_below(&world.dice, world.job_count);
    struct job *job = world.jobs[i].job;

    if (!world.jobs[i].has_run && !world.is_dead)
        job->run(job);
    world.jobs[i] = world.jobs[--world.job_count];
    return job;
}

/* With nothing to wait for, time passes until it is due. */
static struct job *host_next(struct host *host, int64_t due_ms)
{
    (void)host;
    if (++world.turns > TURNS_MAX && !world.is_forgetful) {
        complain("it waits again and again");
        abort();
    }
    if (world.is_dead)
        world.stop_count = 1; /* it wants to store that, and finds that it is dead */
    if (world.is_dead)
        return world.job_count ? take_job() : NULL;
    if (chance(15)) {
        disturb();
        if (chance(50))
            return NULL;
    }
    if (world.job_count && !(due_ms && chance(5)))
        return take_job();
    if (!due_ms && !world.is_nudged && !world.stop_count)
        complain("it waits for nothing");
    if (due_ms > world.now_ms)
        world.now_ms = due_ms;
    return NULL;
}

static struct job *host_also(struct host *host)
{
    (void)host;
    return world.job_count && !world.is_dead && chance(40) ? take_job() : NULL;
}

/* ---- The journal ----------------------------------------------------------------------------- */

static enum store_error dead(struct journal *journal)
{
    snprintf(journal->message, sizeof(journal->message), "the power is gone");
    return STORE_FAILED;
}

/* Whether it dies right before, or right after. */
static bool dies(const char *where)
{
    if (!world.disturbances || !chance(4))
        return false;
    world.disturbances--;
    die(where);
    return true;
}

static void say_commit(const struct journal_commit *commit)
{
    if (!world.is_loud)
        return;
    world_say("commit %s%s%s%s%s%s%s%s", commit->execution_id,
              commit->ended ? " ended " : "", commit->ended ? commit->ended->key : "",
              commit->started ? " started " : "",
              commit->started ? commit->started->key : "",
              commit->sets_execution ? " status " : "",
              commit->sets_execution ? execution_status_name(commit->status) : "",
              commit->taken_event ? " event" : "");
    for (size_t i = 0; i < commit->event_count; i++)
        world_say("    %s %s %s", commit->events[i].event_type,
                  commit->events[i].step_id ? commit->events[i].step_id : "",
                  commit->events[i].data ? commit->events[i].data : "");
    for (size_t i = 0; i < commit->position_count; i++)
        world_say("    position %s %s %s %s", commit->positions[i].block_key,
                  commit->positions[i].branch,
                  position_status_name(commit->positions[i].status),
                  commit->positions[i].current_step ? commit->positions[i].current_step
                                                    : "");
    for (size_t i = 0; i < commit->open_gate_count; i++)
        world_say("    gate %s %s %" PRId64, commit->open_gates[i].step_key,
                  commit->open_gates[i].kind, commit->open_gates[i].due_ms);
    if (commit->close_gate)
        world_say("    close gate %s", commit->close_gate);
}

static enum store_error sim_commit(struct journal *journal,
                                   const struct journal_commit *commit)
{
    enum store_error error;

    if (world.is_dead || dies("before a commit"))
        return dead(journal);
    if (++world.commits > TURNS_MAX) {
        complain("it does not end");
        abort();
    }
    say_commit(commit);
    check_before(commit);
    error = real_ops.commit(journal, commit);
    if (error != STORE_OK)
        complain("the journal refuses a commit: %s", store_message(journal));
    check_after(commit);
    if (dies("after a commit"))
        return dead(journal);
    return world.is_dead ? dead(journal) : error;
}

static enum store_error sim_create(struct journal *journal, struct arena *arena,
                                   const struct workflow_row *workflow,
                                   struct execution_row *row, bool *existed)
{
    enum store_error error;

    if (!row->parent_key)
        return real_ops.create(journal, arena, workflow, row, existed);
    if (world.is_dead || dies("before a child"))
        return dead(journal);
    error = real_ops.create(journal, arena, workflow, row, existed);
    world_say("child %s of %s", row->id, row->parent_key ? row->parent_key : "nobody");
    return dies("after a child") ? dead(journal) : error;
}

/* ---- Actions ---------------------------------------------------------------------------------- */

static struct call *call_of(const char *step_key)
{
    const uint64_t key = dice_hash(0, step_key);

    for (size_t i = 0; i < world.call_count; i++)
        if (world.calls[i].key == key)
            return &world.calls[i];
    if (world.call_count == CALLS_MAX)
        kad_unreachable();
    world.calls[world.call_count].key = key;
    return &world.calls[world.call_count++];
}

const char *world_path(struct arena *arena, const char *key)
{
    const char *rest = strchr(key, '/');
    const struct entry *entry =
        world_entry(arena_copy(arena, key, (size_t)(rest - key)));

    if (!entry || !entry->row.parent_key)
        return rest;
    return arena_printf(arena, "%s%s", world_path(arena, entry->row.parent_key), rest);
}

static enum kad_outcome succeed(struct kad_step *step, struct dice *script,
                                const char *path, const struct text_value *in,
                                struct text_value *out)
{
    const unsigned outcome = 1 + (unsigned)dice_below(script, 2);

    out->text = kad_printf(step, "%016" PRIx64,
                           dice_hash(dice_hash(world.script, path), in->text));
    if (!strncmp(rt_step_action(step), "choose", strlen("choose")))
        kad_name_outcome(step, outcome);
    if (!world.is_forgetful && dice_chance(script, 2))
        out->text = NULL; /* bad_output */
    return KAD_SUCCESS;
}

enum kad_outcome sim_act(struct kad_step *step, const void *inputs, void *outputs)
{
    const char *path = world_path(rt_step_arena(step), kad_step_key(step));
    struct dice script = {dice_hash(world.script, path)};
    const bool parks = dice_chance(&script, 6), waits = dice_chance(&script, 30);
    struct call *call = NULL;
    enum kad_outcome waited = KAD_SUCCESS;

    if (world.is_forgetful)
        return succeed(step, &script, path, inputs, outputs);
    call = call_of(kad_step_key(step));
    world_say("call %s", kad_step_key(step));
    check_call(step, call);
    call->count++;
    call->has_parked = parks && call->parks < 2;
    if (call->has_parked) {
        call->parks++;
        return rt_step_park(step, "ask", "who?");
    }
    if (waits)
        waited = rt_step_wait(step, (int64_t)dice_below(&script, 3000));
    if (waited != KAD_SUCCESS)
        return waited;
    if (world.disturbances && chance(3))
        disturb();
    if (dice_chance(&script, world.failures))
        return dice_chance(&script, 20)   ? KAD_TIMEOUT
               : dice_chance(&script, 50) ? kad_fail(step, "broken", "it is broken")
                                          : kad_fail(step, "flaky", "it is not there");
    return succeed(step, &script, path, inputs, outputs);
}

/* ---- Beginning and end --------------------------------------------------------------------------- */

/* A wish that nobody has seen before the last process died may still be. */
void world_boot(void)
{
    world.is_dead = world.has_failed;
    world.is_nudged = false;
    world.may_pause =
        world.journal->entries.count && world.journal->entries.items[0]->row.request;
    world.stop_count = 0;
    world.job_count = 0;
    world.engine.leaves_waits = chance(40);
}

void world_open(uint64_t seed, uint64_t script, bool is_timeless)
{
    const bool is_loud = world.is_loud;

    world = (struct world){.is_loud = is_loud};
    world.seed = seed;
    world.dice = (struct dice){dice_hash(seed, "world")};
    world.script = script;
    world.is_timeless = is_timeless;
    world.now_ms = 1000 * 1000;
    world.journal = (struct memory_journal *)(void *)memory_journal_new();
    real_ops = ops = *world.journal->base.ops;
    ops.commit = sim_commit;
    ops.create = sim_create;
    world.journal->base.ops = &ops;
    world.host = (struct host){
        .now_ms = host_now_ms,
        .new_id = host_new_id,
        .stop_count = host_stop_count,
        .takes_nudge = host_takes_nudge,
        .wait = host_wait,
        .start = host_start,
        .wake = host_wake,
        .next = host_next,
        .also = host_also,
    };
    world.engine = (struct engine){.workflow = &flows[0].workflow,
                                   .journal = &world.journal->base,
                                   .host = &world.host};
}

void world_close(void)
{
    journal_close(&world.journal->base);
    arena_release(&world.arena);
}
