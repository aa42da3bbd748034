/* matrix.c: crash-matrix: kills an execution wherever it writes, or has its system calls fail,
 * lets it go on, and compares with an execution that nothing has disturbed.
 *
 *     crash-matrix FOLDER MODE SEED COUNT [SHARD SHARDS]
 *
 * In a project that has built tests/crash/crash.yaml; databases are made in FOLDER. MODE:
 *
 *     kill     the engine is killed before a call that writes; then, at times, its resume, too,
 *              and the resume of that
 *     disk     a call that changes the file system fails with ENOSPC, EIO, EDQUOT; once, or
 *              all from there on
 *     spawn    a call that the start of a program needs fails with EMFILE, EAGAIN, ENOMEM
 *     signal   every Nth call that can be interrupted is (EINTR)
 *
 * COUNT scenarios are drawn by SEED; 0: all of them, one for each call. An execution needs
 * three commands (it waits for an approval, and for an event): each is disturbed. */
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks.h"
#include "trace.h"

enum { STAGE_COUNT = 3, PLAN_COUNT = 3, COMMANDS_MAX = 60, EXIT_STORE = 74 };

/* The commands that an undisturbed execution needs. */
static const enum next stages[STAGE_COUNT] = {NEXT_START, NEXT_APPROVE, NEXT_EMIT};

/* Disturbs the first command of a stage, then, perhaps, those that follow. */
struct scenario {
    int stage;
    struct trace_plan plans[PLAN_COUNT];
};

struct mode {
    const char *name;
    enum trace_set set;
    enum trace_act act;
    int errors[4]; /* ends with 0 */
};

static const struct mode modes[] = {
    {"kill", TRACE_WRITES, TRACE_KILL, {0}},
    {"disk", TRACE_FILES, TRACE_FAIL, {ENOSPC, EIO, EDQUOT, 0}},
    {"spawn", TRACE_SPAWN, TRACE_FAIL, {EMFILE, EAGAIN, ENOMEM, 0}},
    {"signal", TRACE_WAITS, TRACE_FAIL, {EINTR, 0}},
};

struct matrix {
    const struct mode *mode;
    const char *folder;
    char database[512], output[512];
    uint64_t random;
    char *undisturbed;
    unsigned call_counts[STAGE_COUNT];
    unsigned scenario_count, strike_count, store_count;
};

/* ---- Small things ------------------------------------------------------------------- */

static uint64_t draw(struct matrix *matrix)
{
    uint64_t x = matrix->random += 0x9e3779b97f4a7c15;

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

static unsigned draw_to(struct matrix *matrix, unsigned limit)
{
    return (unsigned)(draw(matrix) % limit);
}

static int remove_one(const char *path, const struct stat *about, int type,
                      struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}

static void start_again(struct matrix *matrix)
{
    nftw(matrix->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    mkdir(matrix->folder, 0700);
}

static void print_output(const struct matrix *matrix)
{
    char line[512];
    FILE *file = fopen(matrix->output, "r");

    while (file && fgets(line, sizeof(line), file))
        fprintf(stderr, "    %s", line);
    if (file)
        fclose(file);
}

static _Noreturn __attribute__((format(printf, 3, 4))) void
fail(const struct matrix *matrix, const struct scenario *scenario, const char *format,
     ...)
{
    va_list args;

    fprintf(stderr, "FAILED: ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n  %s, stage %d:", matrix->mode->name,
            scenario ? scenario->stage : -1);
    for (int i = 0; scenario && i < PLAN_COUNT; i++)
        if (scenario->plans[i].at)
            fprintf(stderr, " call %u (period %u, error %d)", scenario->plans[i].at,
                    scenario->plans[i].period, scenario->plans[i].error);
    fprintf(stderr, "\n  the database is %s; its last command said:\n",
            matrix->database);
    print_output(matrix);
    exit(1);
}

/* ---- Commands ----------------------------------------------------------------------- */

/* The last command, as the shell would show it. */
static void run_command(struct matrix *matrix, enum next next, const char *id,
                        const char *step, const struct trace_plan *plan,
                        struct trace_result *result)
{
    static const char program[] = ".kad/bin/wf-crash";
    char *db = matrix->database;
    char *const commands[][10] = {
        [NEXT_START] = {(char *)program, "--db", db, NULL},
        [NEXT_RESUME] = {(char *)program, "--db", db, "--resume", (char *)id, NULL},
        [NEXT_RETRY] = {(char *)program, "--db", db, "--resume", (char *)id, "--retry",
                        "--step", (char *)step, NULL},
        [NEXT_APPROVE] = {(char *)program, "--db", db, "--resume", (char *)id,
                          "--choice", "go", NULL},
        [NEXT_EMIT] = {getenv("KAD_PROGRAM"), "emit", "--db", db, "ready", "n=1", NULL},
    };

    if (!trace_run(commands[next], matrix->output, plan, result))
        exit(2);
}

/* Whether the output says what is wrong with the store, and what to do. */
static bool says_what_to_do(const struct matrix *matrix)
{
    char text[16384];
    FILE *file = fopen(matrix->output, "r");
    const size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

    if (file)
        fclose(file);
    text[len] = '\0';
    return strstr(text, matrix->database) && strstr(text, "; ");
}

static int exit_code_of(const struct trace_result *result)
{
    return WIFEXITED(result->status) ? WEXITSTATUS(result->status) : -1;
}

/* ---- A scenario --------------------------------------------------------------------- */

/* What may be done about a command that was disturbed. */
static void check_disturbed(struct matrix *matrix, const struct scenario *scenario,
                            const struct trace_result *result)
{
    const int exit_code = exit_code_of(result);
    const bool is_killed =
        WIFSIGNALED(result->status) && WTERMSIG(result->status) == SIGKILL;

    matrix->strike_count += result->strike_count;
    if (matrix->mode->act == TRACE_KILL) {
        if (!is_killed)
            fail(matrix, scenario, "killed at %s, it ended with %x", result->struck,
                 (unsigned)result->status);
        return;
    }
    if (exit_code == EXIT_STORE) {
        matrix->store_count++;
        if (!says_what_to_do(matrix))
            fail(matrix, scenario, "%s failed: it does not say what to do",
                 result->struck);
    } else if (exit_code != 0 && exit_code != 3 &&
               !(exit_code == 1 && matrix->mode->set == TRACE_SPAWN)) {
        fail(matrix, scenario, "%s failed: ended with %x", result->struck,
             (unsigned)result->status);
    }
    if (exit_code == EXIT_STORE && matrix->mode->set != TRACE_FILES)
        fail(matrix, scenario, "%s failed: that is not the store's", result->struck);
}

static void check_always(struct matrix *matrix, const struct scenario *scenario,
                         struct checks *checks, const struct trace_result *result)
{
    const char *wrong;

    if (result->left_count)
        fail(matrix, scenario, "%u processes were left", result->left_count);
    if ((wrong = checks_file(checks)) || (wrong = checks_calls(checks)))
        fail(matrix, scenario, "after %s: %s", result->struck, wrong);
}

/* Which plan the command gets; NULL: none. */
static const struct trace_plan *plan_of(const struct scenario *scenario, enum next next,
                                        int *used)
{
    const struct trace_plan *plan = NULL;

    if (scenario && *used < PLAN_COUNT &&
        (*used > 0 || next == stages[scenario->stage]))
        plan = &scenario->plans[(*used)++];
    return plan && plan->at ? plan : NULL;
}

/* Runs commands until the execution has ended. Undisturbed: counts the calls. */
static void play(struct matrix *matrix, const struct scenario *scenario,
                 struct checks *checks)
{
    const struct trace_plan watch = {.set = matrix->mode->set, .act = TRACE_WATCH};
    const char *id, *step;
    enum next next;
    int used = 0, retries = 0;

    for (int i = 0; (next = checks_next(checks, &id, &step)) != NEXT_END; i++) {
        struct trace_result result;
        const struct trace_plan *plan = plan_of(scenario, next, &used);
        const int calls = checks_count_calls(checks);

        if (i == COMMANDS_MAX)
            fail(matrix, scenario, "there is no end");
        retries += next == NEXT_RETRY;
        run_command(matrix, next, id, step, plan ? plan : &watch, &result);
        check_always(matrix, scenario, checks, &result);
        for (int stage = 0; !scenario && stage < STAGE_COUNT; stage++)
            if (stages[stage] == next)
                matrix->call_counts[stage] = result.call_count;
        if (result.strike_count) {
            check_disturbed(matrix, scenario, &result);
            checks_note_death(checks);
            continue;
        }
        if (exit_code_of(&result) != 0 && exit_code_of(&result) != 3)
            fail(matrix, scenario, "undisturbed, it ended with %x",
                 (unsigned)result.status);
        if (next == NEXT_RESUME && checks_next(checks, &id, &step) == NEXT_RETRY &&
            checks_count_calls(checks) != calls)
            fail(matrix, scenario, "steps have run beside a question");
    }
    if (checks_count_interrupted(checks) > retries)
        fail(matrix, scenario, "attempts were given up without a question");
}

static void check_end(struct matrix *matrix, const struct scenario *scenario,
                      struct checks *checks)
{
    const char *wrong = checks_end(checks);
    char *outcome;

    if (wrong)
        fail(matrix, scenario, "%s", wrong);
    if (matrix->mode->set == TRACE_SPAWN && scenario)
        return; /* steps may have failed: another route, as it should be */
    outcome = checks_outcome(checks);
    if (!matrix->undisturbed)
        matrix->undisturbed = strdup(outcome);
    else if (strcmp(outcome, matrix->undisturbed) != 0)
        fail(matrix, scenario, "the outcome is\n%s\nundisturbed it is\n%s", outcome,
             matrix->undisturbed);
    free(outcome);
}

static void run_scenario(struct matrix *matrix, const struct scenario *scenario)
{
    struct checks *checks;

    start_again(matrix);
    checks = checks_new(matrix->database);
    play(matrix, scenario, checks);
    check_end(matrix, scenario, checks);
    checks_free(checks);
}

/* ---- Which scenarios ---------------------------------------------------------------- */

static struct trace_plan plan_at(struct matrix *matrix, unsigned at)
{
    const struct mode *mode = matrix->mode;
    struct trace_plan plan = {.set = mode->set, .act = mode->act, .at = at};
    unsigned count = 0;

    while (mode->errors[count])
        count++;
    if (count)
        plan.error = mode->errors[draw_to(matrix, count)];
    if (mode->set == TRACE_FILES)
        plan.period = draw_to(matrix, 2);
    if (mode->set == TRACE_WAITS)
        plan.period = 2 + draw_to(matrix, 5);
    return plan;
}

/* The call of a stage; then, for two of three, resumes are disturbed as well. */
static struct scenario scenario_at(struct matrix *matrix, int stage, unsigned at)
{
    struct scenario scenario = {.stage = stage, .plans = {plan_at(matrix, at)}};
    const unsigned deep = draw_to(matrix, 3);

    for (unsigned i = 1; i <= deep; i++)
        scenario.plans[i] = plan_at(matrix, 1 + draw_to(matrix, i == 1 ? 300 : 60));
    return scenario;
}

static void run_all(struct matrix *matrix, int shard, int shards)
{
    int number = 0;

    for (int stage = 0; stage < STAGE_COUNT; stage++)
        for (unsigned at = 1; at <= matrix->call_counts[stage]; at++) {
            const struct scenario scenario = scenario_at(matrix, stage, at);

            if (number++ % shards != shard)
                continue;
            run_scenario(matrix, &scenario);
            matrix->scenario_count++;
        }
}

static void run_some(struct matrix *matrix, int count, int shard, int shards)
{
    const unsigned *counts = matrix->call_counts;

    for (int number = 0; number < count; number++) {
        unsigned at = 1 + draw_to(matrix, counts[0] + counts[1] + counts[2]);
        struct scenario scenario;
        int stage = 0;

        for (; at > counts[stage]; stage++)
            at -= counts[stage];
        scenario = scenario_at(matrix, stage, at);
        if (number % shards != shard)
            continue;
        run_scenario(matrix, &scenario);
        matrix->scenario_count++;
    }
}

int main(int argc, char **argv)
{
    struct matrix matrix = {0};
    int count, shard, shards;

    if (argc != 5 && argc != 7) {
        fprintf(stderr, "crash-matrix FOLDER MODE SEED COUNT [SHARD SHARDS]\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        if (!strcmp(argv[2], modes[i].name))
            matrix.mode = &modes[i];
    if (!matrix.mode || !getenv("KAD_PROGRAM")) {
        fprintf(stderr, "crash-matrix: no such mode: %s\n", argv[2]);
        return 2;
    }
    matrix.folder = argv[1];
    matrix.random = strtoull(argv[3], NULL, 10);
    count = atoi(argv[4]);
    shard = argc == 7 ? atoi(argv[5]) : 0;
    shards = argc == 7 ? atoi(argv[6]) : 1;
    snprintf(matrix.database, sizeof(matrix.database), "%s/kad.db", matrix.folder);
    snprintf(matrix.output, sizeof(matrix.output), "%s/output", matrix.folder);
    run_scenario(&matrix, NULL);
    if (count)
        run_some(&matrix, count, shard, shards);
    else
        run_all(&matrix, shard, shards);
    printf(
        "%s: %u calls in an undisturbed execution; %u scenarios, %u calls struck, exit "
        "74 %u times\n",
        matrix.mode->name,
        matrix.call_counts[0] + matrix.call_counts[1] + matrix.call_counts[2],
        matrix.scenario_count, matrix.strike_count, matrix.store_count);
    free(matrix.undisturbed);
    return 0;
}
