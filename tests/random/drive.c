/* drive.c: runs the compiled random workflows against the reference, and through crashes:
 * drive SCRIPTS
 *
 * Each workflow is made again from its seed. A difference is told with all that is needed to
 * see it again, and fails. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "table.h"

/* One workflow with one script. */
struct trial {
    struct arena arena;
    const struct random_entry *entry;
    const struct flow *flow;
    struct script script;
    const char *parameters; /* JSON */
    const struct play *play;
    uint64_t most_runs;
};

static struct {
    uint64_t runs, crashes, steps, failures;
} total;

static void complain(const struct trial *trial, const char *what)
{
    total.failures++;
    printf("%s.yaml: seed %" PRIu64 ", script %" PRIu64 ", parameters %s\n%s\n\n",
           trial->entry->id, trial->entry->seed, trial->script.seed, trial->parameters,
           what);
}

/* ---- Making a trial ----------------------------------------------------------------------- */

/* kadc's worst case, as the program itself knows it. */
static uint64_t most_runs_of(const struct kad_workflow *workflow)
{
    json_t *definition = json_loads(workflow->definition, 0, NULL);
    const json_t *bounds = json_object_get(definition, "bounds");
    const json_int_t runs = json_integer_value(json_object_get(bounds, "stepRuns"));

    json_decref(definition);
    return (uint64_t)runs;
}

static void parameters_make(struct trial *trial)
{
    const struct flow *flow = trial->flow;
    struct value *values =
        arena_array(&trial->arena, struct value, flow->parameters.count);
    const char *separator = "";
    struct buf buf;

    buf_init(&buf, &trial->arena);
    buf_add_char(&buf, '{');
    script_parameters(&trial->arena, &trial->script, flow, values);
    for (size_t i = 0; i < flow->parameters.count; i++) {
        if (!values[i].is_set)
            continue;
        buf_printf(&buf, "%s\"%s\":", separator, flow->parameters.items[i].name);
        value_write(&buf, flow->parameters.items[i].kind, values[i]);
        separator = ",";
    }
    buf_add_char(&buf, '}');
    trial->parameters = buf.p;
    trial->play = play_flow(&trial->arena, flow, &trial->script, values);
}

static void trial_init(struct trial *trial, const struct random_entry *entry,
                       uint64_t number)
{
    static const unsigned failures[] = {0, 12, 35, 60};

    *trial = (struct trial){.entry = entry};
    trial->flow = flow_new(&trial->arena, entry->id, entry->seed, entry->blocks, SOUND);
    trial->script = (struct script){
        .seed = dice_hash(entry->seed, "script") + number,
        .failures = failures[number % 4],
        .is_wild = number % 3 == 2,
    };
    trial->most_runs = most_runs_of(entry->workflow);
    parameters_make(trial);
}

/* ---- Trials -------------------------------------------------------------------------------- */

/* Dies after a few commits, again and again, until it ends. */
static void crash(struct trial *trial, const char *undisturbed)
{
    struct dice dice = {trial->script.seed};
    struct stage stage;
    const char *problem, *seen;

    stage_open(&stage, trial->entry->workflow, &trial->script, trial->parameters);
    stage_run(&stage, (int)dice_below(&dice, 8));
    while (stage.result.end == ENGINE_STORE_FAILED) {
        total.crashes++;
        stage_resume(&stage, 1 + (int)dice_below(&dice, 8));
    }
    problem = compare_sound(&stage, trial->most_runs);
    seen = compare_text(&stage);
    if (problem)
        complain(trial, problem);
    else if (!trial->play->has_cut && strcmp(seen, undisturbed) != 0)
        complain(trial,
                 arena_printf(&trial->arena, "undisturbed:\n%safter crashes:\n%s",
                              undisturbed, seen));
    stage_close(&stage);
}

static void run(struct trial *trial)
{
    struct stage stage;
    const char *problem;

    stage_open(&stage, trial->entry->workflow, &trial->script, trial->parameters);
    stage_run(&stage, -1);
    problem = compare_play(&stage, trial->play);
    if (!problem)
        problem = compare_sound(&stage, trial->most_runs);
    if (problem)
        complain(trial, arena_printf(&trial->arena, "%s\nall that was seen:\n%s",
                                     problem, compare_text(&stage)));
    else
        crash(trial, compare_text(&stage));
    total.runs++;
    total.steps += trial->play->runs;
    stage_close(&stage);
}

int main(int argc, char **argv)
{
    const uint64_t scripts = argc > 1 ? strtoull(argv[1], NULL, 10) : 4;

    for (size_t i = 0; i < random_count; i++)
        for (uint64_t j = 0; j < scripts; j++) {
            struct trial trial;

            trial_init(&trial, &random_table[i], j);
            run(&trial);
            arena_release(&trial.arena);
        }
    printf("%zu workflows, %" PRIu64 " runs of %" PRIu64 " steps, %" PRIu64
           " crashes: %" PRIu64 " differences\n",
           random_count, total.runs, total.steps, total.crashes, total.failures);
    return total.failures ? 1 : 0;
}
