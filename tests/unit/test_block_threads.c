/* test_block_threads.c: branches whose actions really run beside each other, on the threads
 * and programs of the real host. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "blocks_fixture.h"
#include "process/host.h"
#include "project.h"

static struct process_host real;
static struct project project;

/* ---- The world ---------------------------------------------------------------------- */

/* Notices come one at a time, whoever they are from. */
static struct watcher {
    struct observer observer;
    int inside;
    int count;
} watcher;

static atomic_bool is_waited_for; /* a lock */

static void watch(struct observer *observer, const struct notice *notice)
{
    (void)observer;
    watcher.inside++;
    if (notice->kind == NOTICE_PROGRESS && strstr(notice->text, "waits for the lock"))
        atomic_store(&is_waited_for, true);
    cr_assert_eq(watcher.inside, 1);
    watcher.count++;
    watcher.inside--;
}

/* How much later it is than the clock says. */
static atomic_int passed_ms;

static int64_t (*clock_now_ms)(struct host *host);

/* How often others than the engine and the step that holds have looked at it. */
static pthread_t engine_thread, holding_thread;
static atomic_int looks;

static int64_t later_now_ms(struct host *host)
{
    if (!pthread_equal(pthread_self(), engine_thread) &&
        !pthread_equal(pthread_self(), holding_thread))
        atomic_fetch_add(&looks, 1);
    return clock_now_ms(host) + atomic_load(&passed_ms);
}

static void set_up(void)
{
    use_file();
    process_host_init(&real);
    real.host.new_id = fix_new_id;
    clock_now_ms = real.host.now_ms;
    engine_thread = pthread_self();
    real.host.now_ms = later_now_ms;
    project =
        (struct project){.root = folder,
                         .state = folder,
                         .database = arena_printf(&fix.arena, "%s/kad.db", folder)};
    watcher.observer = (struct observer){.notice = watch, .tick_ms = 1};
    fix.engine.host = &real.host;
    fix.engine.project = &project;
    fix.engine.observer = &watcher.observer;
}

static void tear_down(void)
{
    process_host_release(&real);
    clean_up();
}

TestSuite(block_threads, .init = set_up, .fini = tear_down, .timeout = 100);

/* ---- Actions ------------------------------------------------------------------------ */

static atomic_int at_work, most_at_work;

static void come(void)
{
    const int now = atomic_fetch_add(&at_work, 1) + 1;
    int most = atomic_load(&most_at_work);

    while (most < now && !atomic_compare_exchange_weak(&most_at_work, &most, now))
        continue;
}

/* Runs a program: `sleep` for an hour where the plan says w, else one that prints. */
static enum kad_outcome run_something(struct kad_step *step, const void *inputs,
                                      void *outputs)
{
    const struct text_value *in = inputs;
    struct text_value *out = outputs;
    const char plan = plan_for(step);
    const struct kad_program program = {
        .argv = plan == 'w' ? (const char *const[]){"sleep", "3600", NULL}
                            : (const char *const[]){"echo", in->text, NULL}};
    struct kad_output output;
    enum kad_outcome outcome;

    come();
    kad_log(step, "starts %s", kad_step_key(step));
    kad_progress(step, "works");
    outcome = kad_exec(step, &program, &output);
    out->text = kad_printf(step, "%s:%.*s", label_of(step), (int)output.out_len - 1,
                           output.out);
    atomic_fetch_sub(&at_work, 1);
    if (outcome == KAD_SUCCESS && plan == 'f')
        return kad_fail(step, "broken", "it is broken");
    return outcome;
}

/* Goes on when all three are here, which no thread can see from outside. */
static enum kad_outcome meet(struct kad_step *step, const void *inputs, void *outputs)
{
    struct text_value *out = outputs;

    (void)inputs;
    come();
    while (atomic_load(&most_at_work) < 3)
        sched_yield();
    out->text = kad_printf(step, "met");
    return KAD_SUCCESS;
}

static const struct kad_action meeting_action = {
    .module = "tests",
    .name = "meet",
    .module_version = "1.0.0",
    .inputs = &fix_text_type,
    .outputs = &fix_text_type,
    .call = meet,
    .is_idempotent = true,
};

static const struct kad_action program_action = {
    .module = "tests",
    .name = "run",
    .module_version = "1.0.0",
    .inputs = &fix_text_type,
    .outputs = &fix_text_type,
    .call = run_something,
    .is_idempotent = true,
};

/* ---- Workflows ---------------------------------------------------------------------- */

static struct kad_block three = {.kind = KAD_PARALLEL};
static struct kad_block many = {
    .kind = KAD_FOR_EACH, .max_items = 100, .concurrency = 8};

static void use_three(void)
{
    use((struct node[]){
        {.id = "block",
         .on_success = 4,
         .on_failure = FAIL,
         .about = &three,
         .names = {"a", "b", "c"},
         .counts = {1, 1, 1}},
        {.id = "a", .on_success = DONE, .on_failure = FAIL, .reads = READS_TRIGGER},
        {.id = "b", .on_success = DONE, .on_failure = FAIL, .reads = READS_TRIGGER},
        {.id = "c", .on_success = DONE, .on_failure = FAIL, .reads = READS_TRIGGER},
        {.id = "d", .on_success = DONE, .on_failure = FAIL, .reads = 3},
        {0}});
    for (int i = 1; i <= 4; i++)
        table.infos[i].action = &program_action;
}

Test(block_threads, programs_of_branches_run_beside_each_other)
{
    use_three();
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("a", "").outputs, "{\"text\":\"a:go\"}");
    cr_expect_str_eq(row_of("d", "").outputs, "{\"text\":\"d:c:go\"}");
    cr_expect_gt(watcher.count, 0);
}

Test(block_threads, actions_that_wait_for_each_other_have_a_thread_each)
{
    use_three();
    for (int i = 1; i <= 3; i++)
        table.infos[i].action = &meeting_action;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("c", "").outputs, "{\"text\":\"met\"}");
}

Test(block_threads, a_program_that_is_not_needed_any_more_is_ended)
{
    use_three();
    fix_plan = "a/1/1=w b/1/1=f c/1/1=w";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_eq(row_of("a", "").status, STEP_RUN_CANCELLED);
    cr_expect_eq(row_of("c", "").status, STEP_RUN_CANCELLED);
    cr_expect_eq(atomic_load(&at_work), 0);
}

Test(block_threads, a_block_that_takes_too_long_ends_its_programs)
{
    use_three();
    info_of("block")->timeout_ms = 50;
    fix_plan = "a/1/1=w b/1/1=w c/1/1=w";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_FAILED);
    cr_expect_eq(row_of("block", "").status, STEP_RUN_TIMED_OUT);
    cr_expect_eq(row_of("a", "").status, STEP_RUN_CANCELLED);
    cr_expect_eq(row_of("b", "").status, STEP_RUN_CANCELLED);
    cr_expect_eq(row_of("c", "").status, STEP_RUN_CANCELLED);
}

Test(block_threads, many_items_run_a_few_at_a_time)
{
    use((struct node[]){
        {.id = "each",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &many,
         .counts = {2},
         .items = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"},
        {.id = "a", .on_success = 2, .on_failure = FAIL, .reads = READS_ITEM},
        {.id = "b", .on_success = DONE, .on_failure = FAIL, .reads = 1},
        {0}});
    table.infos[1].action = table.infos[2].action = &program_action;
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_str_eq(row_of("b", "[27]").outputs, "{\"text\":\"b[27]:a[27]:b\"}");
    cr_expect_leq(atomic_load(&most_at_work), 8);
}

/* ---- Locks -------------------------------------------------------------------------- */

Test(block_threads, steps_with_one_lock_take_turns)
{
    use((struct node[]){
        {.id = "each",
         .on_success = 2,
         .on_failure = FAIL,
         .about = &many,
         .counts = {1},
         .items = "abcdefgh"},
        {.id = "a", .on_success = DONE, .on_failure = FAIL, .reads = READS_ITEM},
        {.id = "b", .on_success = DONE, .on_failure = FAIL, .reads = READS_NOTHING},
        {0}});
    table.infos[1].action = table.infos[2].action = &program_action;
    table.infos[1].lock = table.infos[2].lock = "the tree";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    cr_expect_eq(atomic_load(&most_at_work), 1);
}

Test(block_threads, a_step_with_a_lock_has_its_time_nevertheless)
{
    use_three();
    info_of("a")->lock = "the tree";
    info_of("a")->timeout_ms = 50;
    fix_plan = "a/1/1=w";
    fix_run();
    cr_expect_eq(row_of("a", "").status, STEP_RUN_TIMED_OUT);
}

static atomic_bool is_held;

/* An hour passes while it has the lock, which another step waits for, and sees that. */
static enum kad_outcome hold(struct kad_step *step, const void *inputs, void *outputs)
{
    struct text_value *out = outputs;

    (void)inputs;
    out->text = kad_printf(step, "held");
    holding_thread = pthread_self();
    atomic_store(&is_held, true);
    while (!atomic_load(&is_waited_for))
        sched_yield();
    atomic_fetch_add(&passed_ms, HOUR_MS);
    atomic_store(&looks, 0);
    while (atomic_load(&looks) < 4)
        sched_yield();
    return KAD_SUCCESS;
}

static enum kad_outcome come_after(struct kad_step *step, const void *inputs,
                                   void *outputs)
{
    struct text_value *out = outputs;

    (void)inputs;
    out->text = kad_printf(step, "after");
    while (!atomic_load(&is_held))
        sched_yield();
    return KAD_SUCCESS;
}

static pid_t holder;

/* A process that has all that is open goes on, as a keeper that has just begun may. */
static enum kad_outcome leave_copies(struct kad_step *step, const void *inputs,
                                     void *outputs)
{
    struct text_value *out = outputs;

    (void)inputs;
    out->text = kad_printf(step, "left");
    holder = fork();
    if (holder < 0)
        return kad_fail(step, "broken", "no process");
    while (holder == 0)
        pause();
    return KAD_SUCCESS;
}

static struct kad_action action_that(enum kad_outcome (*call)(struct kad_step *step,
                                                              const void *inputs,
                                                              void *outputs))
{
    struct kad_action action = program_action;

    action.call = call;
    return action;
}

Test(block_threads, the_time_of_a_step_does_not_run_while_it_waits_for_a_lock)
{
    const struct kad_action holds = action_that(hold), comes = action_that(come_after);

    use((struct node[]){
        {.id = "block",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &three,
         .names = {"a", "b"},
         .counts = {1, 2}},
        {.id = "a", .on_success = DONE, .on_failure = FAIL, .action = &holds},
        {.id = "b", .on_success = 3, .on_failure = FAIL, .action = &comes},
        {.id = "c", .on_success = DONE, .on_failure = FAIL, .action = &program_action},
        {0}});
    for (int i = 1; i <= 3; i++)
        table.nodes[i].reads = READS_TRIGGER;
    info_of("a")->lock = info_of("c")->lock = "the tree";
    info_of("c")->timeout_ms = HOUR_MS / 2;
    fix_run();
    cr_expect_eq(row_of("c", "").status, STEP_RUN_COMPLETED);
}

Test(block_threads, a_lock_is_free_though_a_copy_of_its_file_is_open)
{
    const struct kad_action leaves = action_that(leave_copies);

    use((struct node[]){{.id = "a",
                         .on_success = 1,
                         .on_failure = FAIL,
                         .reads = READS_TRIGGER,
                         .action = &leaves},
                        {.id = "b",
                         .on_success = DONE,
                         .on_failure = FAIL,
                         .reads = READS_TRIGGER,
                         .action = &program_action},
                        {0}});
    info_of("a")->lock = info_of("b")->lock = "the tree";
    fix_run();
    cr_expect_eq(fix.result.end, ENGINE_COMPLETED);
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
}
