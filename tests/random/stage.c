/* stage.c: see stage.h. */
#include "stage.h"

#include <stdio.h>
#include <string.h>

enum { JOBS_MAX = 64, EXECUTIONS_MAX = 256 };

/* The compiled program knows of no context: there is one stage at a time. */
static struct stage *stage;
static struct kad_journal_ops ops, real_ops;
static int commits_left; /* -1: as many as wanted */
static unsigned id_count;

static struct {
    struct job *job;
    uint64_t rank;
} jobs[JOBS_MAX];
static size_t job_count;
static uint64_t last_rank; /* of the action that was called last */

/* ---- The host ------------------------------------------------------------------------- */

static int64_t now_ms(struct host *host)
{
    (void)host;
    return 1000;
}

static const char *new_id(struct host *host, struct arena *arena, bool is_called)
{
    (void)host;
    (void)is_called;
    return arena_printf(arena, "execution%06u", ++id_count);
}

static unsigned stop_count(struct host *host)
{
    (void)host;
    return 0;
}

static bool takes_nudge(struct host *host)
{
    (void)host;
    return false;
}

static bool wait_never(struct host *host, const struct waiter *waiter,
                       int64_t duration_ms)
{
    (void)host, (void)waiter, (void)duration_ms;
    return true;
}

static void start(struct host *host, struct job *job)
{
    (void)host;
    if (job_count == JOBS_MAX)
        kad_unreachable();
    last_rank = 0;
    job->run(job);
    jobs[job_count].job = job;
    jobs[job_count++].rank = last_rank;
}

static void wake(struct host *host, struct job *job)
{
    (void)host, (void)job;
}

static struct job *next(struct host *host, int64_t due_ms)
{
    size_t first = 0;
    struct job *job;

    (void)host, (void)due_ms;
    if (!job_count)
        return NULL;
    for (size_t i = 1; i < job_count; i++)
        if (jobs[i].rank < jobs[first].rank)
            first = i;
    job = jobs[first].job;
    jobs[first] = jobs[--job_count];
    return job;
}

static struct host host = {
    .now_ms = now_ms,
    .new_id = new_id,
    .stop_count = stop_count,
    .takes_nudge = takes_nudge,
    .wait = wait_never,
    .start = start,
    .wake = wake,
    .next = next,
};

/* ---- The journal ---------------------------------------------------------------------- */

static bool is_dead(struct journal *journal)
{
    if (commits_left == 0) {
        snprintf(journal->message, sizeof(journal->message), "the power is gone");
        return true;
    }
    if (commits_left > 0)
        commits_left--;
    return false;
}

static enum store_error commit(struct journal *journal,
                               const struct journal_commit *what)
{
    return is_dead(journal) ? STORE_FAILED : real_ops.commit(journal, what);
}

static enum store_error create(struct journal *journal, struct arena *arena,
                               const struct workflow_row *workflow,
                               struct execution_row *row, bool *existed)
{
    return is_dead(journal) ? STORE_FAILED
                            : real_ops.create(journal, arena, workflow, row, existed);
}

/* ---- Runs ------------------------------------------------------------------------------ */

void stage_open(struct stage *opened, const struct kad_workflow *workflow,
                const struct script *script, const char *parameters)
{
    struct execution_row row;
    bool existed;

    *opened = (struct stage){.script = script, .journal = memory_journal_new()};
    stage = opened;
    real_ops = *stage->journal->ops;
    ops = real_ops;
    ops.commit = commit;
    ops.create = create;
    stage->journal->ops = &ops;
    id_count = 0;
    commits_left = -1;
    stage->engine =
        (struct engine){.workflow = workflow, .journal = stage->journal, .host = &host};
    if (engine_create(&stage->engine, &stage->arena, parameters, NULL, NULL, &row,
                      &existed) != STORE_OK)
        kad_unreachable();
    stage->execution = row.id;
}

static void find(struct execution_row *row)
{
    if (real_ops.find(stage->journal, &stage->arena, stage->execution, row) != STORE_OK)
        kad_unreachable();
}

void stage_run(struct stage *opened, int commits)
{
    struct execution_row row;

    stage = opened;
    job_count = 0;
    commits_left = commits;
    find(&row);
    engine_run(&stage->engine, &stage->arena, &row, &stage->result);
}

void stage_resume(struct stage *opened, int commits)
{
    static const struct answer none_given = {.kind = ANSWER_NONE};
    struct execution_row row;

    stage = opened;
    job_count = 0;
    commits_left = commits;
    find(&row);
    engine_resume(&stage->engine, &stage->arena, &row, &none_given, &stage->result);
}

void stage_close(struct stage *opened)
{
    journal_close(opened->journal);
    arena_release(&opened->arena);
    stage = NULL;
}

/* ---- Executions and keys ----------------------------------------------------------------- */

const char *stage_key(struct arena *arena, const char *row_key)
{
    const char *rest = strchr(row_key, '/');
    const char *id = arena_copy(arena, row_key, (size_t)(rest - row_key));
    struct execution_row row;

    if (real_ops.find(stage->journal, arena, id, &row) != STORE_OK)
        kad_unreachable();
    if (!row.parent_key)
        return rest + 1;
    return arena_printf(arena, "%s%s", stage_key(arena, row.parent_key), rest);
}

size_t stage_executions(struct stage *opened, const char *const **ids)
{
    const char **found = arena_array(&opened->arena, const char *, EXECUTIONS_MAX);
    size_t count = 0;

    for (unsigned i = 1; i <= id_count && count < EXECUTIONS_MAX; i++) {
        const char *id = arena_printf(&opened->arena, "execution%06u", i);
        struct execution_row row;

        if (real_ops.find(opened->journal, &opened->arena, id, &row) == STORE_OK)
            found[count++] = id;
    }
    *ids = found;
    return count;
}

/* ---- For the module `probe` --------------------------------------------------------------- */

struct scripted stage_call(struct kad_step *step, enum action action)
{
    const struct scripted answer =
        script_answer(&stage->arena, stage->script, action,
                      stage_key(&stage->arena, kad_step_key(step)));

    stage->calls++;
    last_rank = answer.rank;
    return answer;
}

enum kad_outcome stage_fail(struct kad_step *step, const struct scripted *answer)
{
    if (answer->kind == TIMES_OUT)
        return KAD_TIMEOUT;
    return kad_fail(step, answer->code, "as the script says");
}

struct kad_strings stage_texts(struct kad_step *step, struct value value)
{
    const char **items;

    if (!value.is_set)
        return (struct kad_strings){0};
    items = kad_alloc(step, (value.count + 1) * sizeof(*items));
    for (size_t i = 0; i < value.count; i++)
        items[i] = value.items[i].text;
    return (struct kad_strings){items, value.count};
}
