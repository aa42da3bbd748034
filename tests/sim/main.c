/* main.c: simulate SEED [COUNT] [-v]: random schedules of random workflows in one process.
 *
 * Every seed is a workflow, what its actions do, and what happens meanwhile: who is late, who
 * dies, what a person asks for. After so many disturbances peace comes, and it has to end.
 * Where nothing depends on time, the same is run undisturbed, and must have come to the
 * same. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { ROUNDS_MAX = 4000 };

struct schedule {
    struct arena arena;
    struct engine_result result;
    unsigned fresh_starts; /* with all budgets */
    unsigned given_retries;
    bool was_refused;
};

static struct {
    uint64_t schedules, deaths, commits, runs, compared, rounds;
} total;

/* ---- People ------------------------------------------------------------------------------ */

static bool chance(unsigned percent)
{
    return dice_chance(&world.dice, percent);
}

static void resume(struct schedule *schedule, const struct answer *answer)
{
    static const struct answer none_given = {.kind = ANSWER_NONE};
    const struct execution_row row = world.journal->entries.items[0]->row;

    world_boot();
    world_say("resume, answer %d %s", answer ? (int)answer->kind : 0,
              answer && answer->step ? answer->step : "");
    arena_release(&schedule->arena);
    engine_resume(&world.engine, &schedule->arena, &row, answer ? answer : &none_given,
                  &schedule->result);
    total.rounds++;
}

/* For the step of the gate. */
static struct answer answer_to(const struct engine_gate *gate, enum answer_kind kind)
{
    const struct entry *root = world.journal->entries.items[0];
    struct answer answer = {.kind = kind, .by = "ada"};

    answer.step = arena_copy(&world.arena, gate->step, strlen(gate->step));
    if (strcmp(gate->execution, root->row.id) != 0)
        answer.execution =
            arena_copy(&world.arena, gate->execution, strlen(gate->execution));
    return answer;
}

/* Did it happen? */
static void answer_question(struct schedule *schedule, const struct engine_gate *gate)
{
    static const enum answer_kind kinds[] = {ANSWER_RETRY, ANSWER_SKIP, ANSWER_FAIL};
    struct answer answer = answer_to(gate, kinds[dice_below(&world.dice, 3)]);
    const char *step = arena_copy(&world.arena, gate->step, strcspn(gate->step, "["));
    const struct node *node =
        flow_find(world_entry(gate->execution)->row.workflow_id, step);

    if (answer.kind == ANSWER_SKIP)
        answer.outputs = "{\"text\":\"given\"}";
    if (answer.kind == ANSWER_SKIP && node->kind == NODE_CHOOSE)
        answer.outcome = "left";
    schedule->given_retries += answer.kind == ANSWER_RETRY;
    resume(schedule, &answer);
}

static void choose(struct schedule *schedule, const struct engine_gate *gate)
{
    struct answer answer = answer_to(gate, ANSWER_CHOICE);

    answer.choice = world_choice(gate->row.step_key);
    resume(schedule, &answer);
}

/* Something happens that the execution waits for. */
static void serve(struct schedule *schedule, const struct engine_gate *gate)
{
    const char *kind = gate->row.kind;
    int64_t due_ms = gate->row.due_ms;

    if (!strcmp(kind, "question")) {
        answer_question(schedule, gate);
        return;
    }
    if (!strcmp(kind, "approval") && chance(50)) {
        choose(schedule, gate);
        return;
    }
    if (!strcmp(kind, "approval"))
        world_choose(&gate->row);
    else if (!strcmp(kind, "event"))
        world_emit(gate->row.event, "{\"n\":1}");
    else if (due_ms > world.now_ms)
        world.now_ms = due_ms;
    resume(schedule, NULL);
}

/* A question comes first, since it alone keeps the others from going on. */
static const struct engine_gate *pick_gate(const struct engine_result *result)
{
    for (size_t i = 0; i < result->gate_count; i++)
        if (!strcmp(result->gates[i].row.kind, "question"))
            return &result->gates[i];
    return &result->gates[dice_below(&world.dice, result->gate_count)];
}

/* ---- A schedule ------------------------------------------------------------------------------ */

static bool is_over(void)
{
    return execution_is_ended(world.journal->entries.items[0]->row.status);
}

static void begin(struct schedule *schedule)
{
    struct execution_row row;
    bool existed;

    world_boot();
    if (engine_create(&world.engine, &world.arena, "{\"text\":\"go\"}", NULL, NULL,
                      &row, &existed) != STORE_OK)
        kad_unreachable();
    engine_run(&world.engine, &schedule->arena, &row, &schedule->result);
}

/* What a person, or the next process, does about it. */
static void go_on(struct schedule *schedule)
{
    struct engine_gate gate;

    if (schedule->result.end == ENGINE_REFUSED)
        world_say("refused: %s", schedule->result.refusal);
    if (schedule->result.end == ENGINE_REFUSED && schedule->was_refused)
        complain("a plain resume is refused: %s", schedule->result.refusal);
    schedule->was_refused = schedule->result.end == ENGINE_REFUSED;
    if ((schedule->result.end == ENGINE_PAUSED ||
         schedule->result.end == ENGINE_WAITING) &&
        schedule->result.gate_count && (!world.disturbances || chance(80))) {
        gate = *pick_gate(&schedule->result);
        serve(schedule, &gate);
    } else {
        resume(schedule, NULL);
    }
}

static void check_runs(const struct schedule *schedule)
{
    const uint64_t most = flow_most_runs(&flows[0]) * (1 + schedule->fresh_starts) +
                          schedule->given_retries;

    if (world.started_runs > most)
        complain("%" PRIu64 " runs of steps, but at most %" PRIu64, world.started_runs,
                 most);
}

static void play_on(struct schedule *schedule)
{
    unsigned rounds = 0;

    while (!world.has_failed && !is_over()) {
        if (++rounds > ROUNDS_MAX)
            complain("it does not end");
        if (rounds == ROUNDS_MAX / 2)
            world.disturbances = 0;
        if (!world.has_failed)
            go_on(schedule);
        check_left(&schedule->result);
    }
}

/* What has ended is not touched any more; what has failed may start once more. */
static void play_again(struct schedule *schedule)
{
    const struct execution_row *row = &world.journal->entries.items[0]->row;
    const enum execution_status status = row->status;
    const bool is_final = status != EXECUTION_FAILED;

    if (world.has_failed || (!is_final && world.is_timeless) || chance(75))
        return;
    schedule->fresh_starts += !is_final;
    world.disturbances += is_final ? 0 : 3;
    resume(schedule, NULL);
    check_left(&schedule->result);
    play_on(schedule);
    if (is_final && row->status != status)
        complain("it was over, and is not");
}

static void play(struct schedule *schedule)
{
    begin(schedule);
    check_left(&schedule->result);
    play_on(schedule);
    play_again(schedule);
    if (!world.has_failed)
        check_runs(schedule);
}

/* ---- Against the undisturbed one ------------------------------------------------------------- */

static int order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All that has to be the same; in the arena. */
static const char *picture(struct arena *arena)
{
    const struct execution_row *root = &world.journal->entries.items[0]->row;
    VEC(const char *) lines = {0};
    struct buf text;

    for (size_t i = 0; i < world.journal->entries.count; i++) {
        const struct entry *entry = world.journal->entries.items[i];

        for (size_t j = 0; j < entry->steps.count; j++) {
            const struct step_row *row = &entry->steps.items[j];

            vec_push(
                arena, &lines,
                arena_printf(
                    arena, "%s %s in %s out %s error %s\n", world_path(arena, row->key),
                    step_status_name(row->status), row->inputs ? row->inputs : "-",
                    row->outputs ? row->outputs : "-", row->error ? row->error : "-"));
        }
    }
    if (lines.count)
        qsort(lines.items, lines.count, sizeof(lines.items[0]), order);
    buf_init(&text, arena);
    for (size_t i = 0; i < lines.count; i++)
        buf_printf(&text, "%s", lines.items[i]);
    buf_printf(&text, "%s error %s outputs %s\n", execution_status_name(root->status),
               root->error ? root->error : "-", root->outputs ? root->outputs : "-");
    return text.p;
}

/* ---- A seed ------------------------------------------------------------------------------------ */

static void count(void)
{
    total.deaths += world.deaths;
    total.commits += world.commits;
    total.runs += world.started_runs;
}

static const char *run(uint64_t seed, bool is_timeless, unsigned disturbances,
                       struct arena *kept)
{
    static const unsigned failures[] = {0, 12, 35};
    struct schedule schedule = {0};
    const char *seen;

    world_open(seed, dice_hash(seed, "script"), is_timeless);
    world.failures = failures[dice_hash(seed, "failures") % 3];
    world.disturbances = disturbances;
    play(&schedule);
    seen = picture(kept);
    count();
    arena_release(&schedule.arena);
    world_close();
    return seen;
}

/* false: a violation was told. */
static bool simulate(uint64_t seed)
{
    struct dice dice = {dice_hash(seed, "flows")};
    const bool is_timeless = dice_chance(&dice, 40);
    const unsigned disturbances = (unsigned)dice_below(&dice, 16);
    struct arena kept = {0};
    const char *seen, *undisturbed;
    bool has_cut;

    flows_make(&dice, is_timeless);
    total.schedules++;
    seen = run(seed, is_timeless, disturbances, &kept);
    has_cut = world.has_cut;
    if (is_timeless && !has_cut && !world.has_failed) {
        world_say("---- undisturbed");
        undisturbed = run(seed, true, 0, &kept);
        if (!world.has_cut && !world.has_failed) {
            total.compared++;
            if (strcmp(seen, undisturbed) != 0)
                complain("undisturbed:\n%sbut:\n%s", undisturbed, seen);
        }
    }
    arena_release(&kept);
    return !world.has_failed;
}

int main(int argc, char **argv)
{
    const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const uint64_t wanted = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t failed = 0;

    if (wanted > 1)
        check_memory();
    failed += world.has_failed;
    world.is_loud = argc > 3 && !strcmp(argv[3], "-v");
    for (uint64_t seed = first; seed < first + wanted && failed < 10; seed++)
        failed += !simulate(seed);
    printf("%" PRIu64 " schedules, %" PRIu64 " runs of steps, %" PRIu64
           " commits, %" PRIu64 " deaths, %" PRIu64 " resumes, %" PRIu64
           " compared with the undisturbed: %" PRIu64 " violations\n",
           total.schedules, total.runs, total.commits, total.deaths, total.rounds,
           total.compared, failed);
    return failed ? 1 : 0;
}
