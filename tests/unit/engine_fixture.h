/* engine_fixture.h: a workflow of three steps, written by hand, whose actions do what a test
 * tells them; a host without a clock or processes; a journal that can die. */
#ifndef TESTS_ENGINE_FIXTURE_H
#define TESTS_ENGINE_FIXTURE_H

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "engine/engine.h"
#include "engine/step_internal.h"

enum { WORK, CHECK, HANDLER, STEP_COUNT };

enum { HOUR_MS = 60 * 60 * 1000 };

/* What a step does, an outcome for each call, then success for ever:
 *   s success   f failure `broken`   n failure unsaid   t time is up   b no outputs
 *   1 2 success with that outcome of the action
 *   p a person stops it   c a person cancels it   k parks it   h an hour passes, success */
struct script {
    const char *outcomes;
    int on_success, on_failure;
    const int *on_outcome; /* by outcome, from 1; NULL: on_success */
    bool faults_input, faults_route, faults_failure_route;
    const void *inputs; /* of a built-in action, instead of a text */
    bool reads_trigger; /* as `work` does */
    bool reads_itself;  /* its input is what it has left before, if it has */
};

struct text_value {
    const char *text;
};

struct frame {
    struct text_value trigger;
    struct text_value outputs[STEP_COUNT];
    struct decision {
        const char *choice, *by, *comment;
    } decision; /* of an approval */
};

struct fixture {
    struct arena arena;
    struct journal *journal;
    struct kad_journal_ops ops; /* the journal's, with a commit that can fail */
    enum store_error (*commit)(struct journal *journal,
                               const struct journal_commit *commit);
    enum store_error (*create)(struct journal *journal, struct arena *arena,
                               const struct workflow_row *workflow,
                               struct execution_row *row, bool *existed);
    int commits_left; /* -1: as many as wanted; that of a child is one */
    struct host host;
    struct engine engine;
    struct kad_workflow workflow;
    struct kad_step_info infos[STEP_COUNT];
    unsigned ids; /* executions that have been made */
    struct kad_action action;
    struct script scripts[STEP_COUNT];
    size_t calls[STEP_COUNT];
    struct buf trace; /* "work.1.1=trigger " */
    int64_t now_ms;
    unsigned stop_count;
    bool is_nudged;
    /* Whether something else happens before this job ends; NULL: never. */
    bool (*comes_before)(struct job *job);
    bool runs_early;  /* jobs run when they start, not when their answer is taken */
    struct job *jobs; /* that are under way, in the order of their starts */
    bool stops_waits; /* a person asks to stop as soon as something waits */
    struct execution_row row;
    struct engine_result result;
};

static struct fixture fix;

/* ---- A decision --------------------------------------------------------------------- */

static const char *const decision_choices[] = {"go", "stop", NULL};

static const struct kad_type choice_type = {
    .kind = KAD_STRING, .size_bytes = sizeof(char *), .values = decision_choices};

static const struct kad_field decision_fields[] = {
    {.name = "choice",
     .offset = offsetof(struct decision, choice),
     .type = &choice_type},
    {.name = "by", .offset = offsetof(struct decision, by), .type = &kad_string_type},
    {.name = "comment",
     .offset = offsetof(struct decision, comment),
     .type = &kad_optional_string_type},
};

/* What an approval leaves. */
static const struct kad_type decision_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct decision),
    .fields = decision_fields,
    .field_count = KAD_COUNT(decision_fields),
};

/* ---- The host ----------------------------------------------------------------------- */

static int64_t fix_now_ms(struct host *host)
{
    (void)host;
    return fix.now_ms;
}

static const char *fix_new_id(struct host *host, struct arena *arena, bool is_called)
{
    (void)host;
    (void)is_called;
    return arena_printf(arena, "e%u", ++fix.ids);
}

static unsigned fix_stop_count(struct host *host)
{
    (void)host;
    return fix.stop_count;
}

static bool fix_takes_nudge(struct host *host)
{
    const bool was_nudged = fix.is_nudged;

    (void)host;
    fix.is_nudged = false;
    return was_nudged;
}

static bool fix_has_power(struct journal *journal)
{
    const bool has_power = fix.commits_left != 0;

    if (!has_power)
        snprintf(journal->message, sizeof(journal->message), "the power is gone");
    if (fix.commits_left > 0)
        fix.commits_left--;
    return has_power;
}

static enum store_error fix_commit(struct journal *journal,
                                   const struct journal_commit *commit)
{
    return fix_has_power(journal) ? fix.commit(journal, commit) : STORE_FAILED;
}

static enum store_error fix_create(struct journal *journal, struct arena *arena,
                                   const struct workflow_row *workflow,
                                   struct execution_row *row, bool *existed)
{
    return !row->parent_key || fix_has_power(journal)
               ? fix.create(journal, arena, workflow, row, existed)
               : STORE_FAILED;
}

/* The next job is the first that has been started; without one, time passes. */
static void fix_start(struct host *host, struct job *job)
{
    struct job **place = &fix.jobs;

    (void)host;
    while (*place)
        place = &(*place)->next;
    if (fix.runs_early)
        job->run(job);
    job->next = NULL;
    *place = job;
}

static void fix_wake(struct host *host, struct job *job)
{
    (void)host, (void)job; /* it asks anyway when it runs */
}

static struct job *fix_next(struct host *host, int64_t due_ms)
{
    struct job *job = fix.jobs;

    (void)host;
    if (job && fix.comes_before && fix.comes_before(job))
        return NULL;
    if (job) {
        fix.jobs = job->next;
        if (!fix.runs_early)
            job->run(job);
        return job;
    }
    fix.stop_count += fix.stops_waits;
    if (!fix.stop_count) {
        cr_assert_gt(due_ms, fix.now_ms, "it waits for nothing");
        fix.now_ms = due_ms;
    }
    return NULL;
}

/* ---- The workflow ------------------------------------------------------------------- */

static const struct kad_field fix_text_fields[] = {
    {.name = "text",
     .offset = offsetof(struct text_value, text),
     .type = &kad_string_type},
};

static const struct kad_type fix_text_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct text_value),
    .fields = fix_text_fields,
    .field_count = 1,
};

static size_t fix_index(const struct kad_step *step)
{
    for (size_t i = 0; i < STEP_COUNT; i++)
        if (!strcmp(fix.infos[i].id, kad_step_id(step)))
            return i;
    cr_assert_fail("an unknown step");
    return 0;
}

static enum kad_outcome fix_act(struct kad_step *step, const void *inputs,
                                void *outputs)
{
    const struct text_value *in = inputs;
    struct text_value *out = outputs;
    const size_t index = fix_index(step);
    const char *outcomes = fix.scripts[index].outcomes;
    const size_t call = fix.calls[index]++;

    buf_printf(&fix.trace, "%s.%u.%u=%s ", kad_step_id(step), kad_step_visit(step),
               kad_step_attempt(step), in->text);
    out->text = kad_printf(step, "%s%zu", kad_step_id(step), call + 1);
    switch (outcomes && call < strlen(outcomes) ? outcomes[call] : 's') {
    case 'f': return kad_fail(step, "broken", "it is broken");
    case 'n': return KAD_FAILURE;
    case 't': return KAD_TIMEOUT;
    case '1': kad_name_outcome(step, 1); return KAD_SUCCESS;
    case '2': kad_name_outcome(step, 2); return KAD_SUCCESS;
    case 'b': out->text = NULL; return KAD_SUCCESS;
    case 'p': fix.stop_count = 1; return rt_step_wait(step, 1);
    case 'c':
        fix.journal->ops->request(fix.journal, kad_step_execution(step), "cancel");
        fix.is_nudged = true;
        return rt_step_wait(step, 1);
    case 'k': return rt_step_park(step, "ask", "who?");
    case 'h': fix.now_ms += HOUR_MS; return KAD_SUCCESS;
    default: return KAD_SUCCESS;
    }
}

/* Waiting takes no time: the clock is set on, unless somebody asks to stop. */
static bool fix_wait(struct host *host, const struct waiter *waiter,
                     int64_t duration_ms)
{
    (void)host;
    fix.stop_count += fix.stops_waits;
    if (waiter->is_over(waiter->context) != WAIT_ON)
        return false;
    fix.now_ms += duration_ms;
    return true;
}

/* work reads the trigger, check the outputs of work, handler the error. */
static const char *fix_input(struct kad_run *run, const struct frame *f, int position)
{
    const struct kad_error *error = kad_workflow_error(run);

    switch (position) {
    case WORK: return f->trigger.text;
    case CHECK: return f->outputs[WORK].text;
    default: return error ? error->code : "none";
    }
}

static int fix_advance(struct kad_run *run, void *frame, int position)
{
    struct frame *f = frame;
    const struct script *script = &fix.scripts[position];
    struct text_value in = {fix_input(run, f, position)};

    if (script->reads_trigger)
        in.text = f->trigger.text;
    if (script->reads_itself && f->outputs[position].text)
        in.text = f->outputs[position].text;
    if (script->faults_input)
        kad_fault(run, "the input has no value");
    switch (kad_do(run, &fix.infos[position], script->inputs ? script->inputs : &in,
                   &f->outputs[position])) {
    case KAD_SUCCESS:
        if (script->faults_route)
            kad_fault(run, "the route has no value");
        if (script->on_outcome)
            return script->on_outcome[kad_step_outcome(run, &fix.infos[position])];
        return script->on_success;
    case KAD_FAILURE:
    case KAD_TIMEOUT:
        if (script->faults_failure_route)
            kad_fault(run, "the other route has no value");
        return script->on_failure;
    case KAD_LATER: break;
    }
    return position;
}

/* ---- Setting up --------------------------------------------------------------------- */

static void fix_workflow(void)
{
    static const char *const ids[] = {"work", "check", "handler"};

    fix.action = (struct kad_action){
        .module = "tests",
        .name = "act",
        .module_version = "1.0.0",
        .inputs = &fix_text_type,
        .outputs = &fix_text_type,
        .call = fix_act,
    };
    for (size_t i = 0; i < STEP_COUNT; i++)
        fix.infos[i] = (struct kad_step_info){
            .id = ids[i],
            .action = &fix.action,
            .outputs_offset = offsetof(struct frame, outputs[i]),
        };
    fix.scripts[WORK] = (struct script){.on_success = CHECK, .on_failure = HANDLER};
    fix.scripts[CHECK] =
        (struct script){.on_success = KAD_END_COMPLETE, .on_failure = HANDLER};
    fix.scripts[HANDLER] =
        (struct script){.on_success = KAD_END_COMPLETE, .on_failure = KAD_END_FAIL};
    fix.workflow = (struct kad_workflow){
        .id = "three-steps",
        .name = "Three steps",
        .version = "1.0.0",
        .definition = "{}",
        .trigger = &fix_text_type,
        .trigger_offset = offsetof(struct frame, trigger),
        .frame_size = sizeof(struct frame),
        .steps = fix.infos,
        .step_count = STEP_COUNT,
        .advance = fix_advance,
    };
}

/* Takes the journal. */
static void fix_init(struct journal *journal)
{
    fix = (struct fixture){.journal = journal, .commits_left = -1, .now_ms = 1000};
    fix.ops = *journal->ops;
    fix.commit = fix.ops.commit;
    fix.ops.commit = fix_commit;
    fix.create = fix.ops.create;
    fix.ops.create = fix_create;
    journal->ops = &fix.ops;
    buf_init(&fix.trace, &fix.arena);
    fix.host = (struct host){
        .now_ms = fix_now_ms,
        .new_id = fix_new_id,
        .stop_count = fix_stop_count,
        .takes_nudge = fix_takes_nudge,
        .wait = fix_wait,
        .start = fix_start,
        .wake = fix_wake,
        .next = fix_next,
    };
    fix.engine = (struct engine){
        .workflow = &fix.workflow,
        .journal = journal,
        .host = &fix.host,
    };
    fix_workflow();
}

static void fix_release(void)
{
    if (fix.journal)
        journal_close(fix.journal);
    arena_release(&fix.arena);
}

/* ---- Journals ------------------------------------------------------------------------ */

static char folder[64];

static int remove_one(const char *path, const struct stat *about, int type,
                      struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}

static inline void clean_up(void)
{
    fix_release();
    if (*folder)
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void use_memory(void)
{
    fix_init(memory_journal_new());
}

static inline void use_file(void)
{
    struct journal *journal;
    char file[96];

    strcpy(folder, "/tmp/kad-engine-XXXXXX");
    cr_assert(mkdtemp(folder));
    snprintf(file, sizeof(file), "%s/kad.db", folder);
    cr_assert_eq(store_open(file, true, true, &journal), STORE_OK);
    fix_init(journal);
}

/* One test for each journal. */
#define BOTH_IN(suite, sentence)                                                       \
    static void sentence(void);                                                        \
    Test(suite, sentence##_in_memory)                                                  \
    {                                                                                  \
        use_memory();                                                                  \
        sentence();                                                                    \
    }                                                                                  \
    Test(suite, sentence##_in_a_file)                                                  \
    {                                                                                  \
        use_file();                                                                    \
        sentence();                                                                    \
    }                                                                                  \
    static void sentence(void)

/* ---- Acting ------------------------------------------------------------------------- */

static inline void fix_run(void)
{
    bool existed;

    cr_assert_eq(engine_create(&fix.engine, &fix.arena, "{\"text\":\"go\"}", NULL, NULL,
                               &fix.row, &existed),
                 STORE_OK);
    engine_run(&fix.engine, &fix.arena, &fix.row, &fix.result);
}

static void fix_resume_with(struct answer answer)
{
    fix.stop_count = 0;
    fix.jobs = NULL;
    cr_assert_eq(fix.journal->ops->find(fix.journal, &fix.arena, "e1", &fix.row),
                 STORE_OK);
    engine_resume(&fix.engine, &fix.arena, &fix.row, &answer, &fix.result);
}

static inline void fix_resume(void)
{
    fix_resume_with((struct answer){.kind = ANSWER_NONE});
}

/* ---- Looking ------------------------------------------------------------------------ */

/* "execution_started step_started:work ..." */
static inline const char *fix_history_of(const char *id)
{
    struct history_row *rows;
    struct buf text;
    size_t count;

    buf_init(&text, &fix.arena);
    cr_assert_eq(
        fix.journal->ops->history(fix.journal, &fix.arena, id, 0, &rows, &count),
        STORE_OK);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(rows[i].seq, (int64_t)i + 1);
        buf_printf(&text, "%s%s%s%s", i ? " " : "", rows[i].event_type,
                   rows[i].step_id ? ":" : "", rows[i].step_id ? rows[i].step_id : "");
    }
    return text.p;
}

static inline const char *fix_history(void)
{
    return fix_history_of("e1");
}

/* "work/1/1=completed check/1/1=failed(broken) ..." */
static inline const char *fix_rows_of(const char *id)
{
    struct step_row *rows;
    struct buf text;
    size_t count;

    buf_init(&text, &fix.arena);
    cr_assert_eq(fix.journal->ops->steps(fix.journal, &fix.arena, id, &rows, &count),
                 STORE_OK);
    for (size_t i = 0; i < count; i++) {
        const char *code = rows[i].error ? strstr(rows[i].error, "\"code\":\"") : NULL;

        buf_printf(&text, "%s%s=%s", i ? " " : "", strchr(rows[i].key, '/') + 1,
                   step_status_name(rows[i].status));
        if (code)
            buf_printf(&text, "(%.*s)", (int)strcspn(code + 8, "\""), code + 8);
    }
    return text.p;
}

static inline const char *fix_rows(void)
{
    return fix_rows_of("e1");
}

static inline enum execution_status fix_status_of(const char *id)
{
    struct execution_row row;

    cr_assert_eq(fix.journal->ops->find(fix.journal, &fix.arena, id, &row), STORE_OK);
    return row.status;
}

static inline enum execution_status fix_status(void)
{
    return fix_status_of("e1");
}

#endif
