/* test_block_crashes.c: an engine that dies at any commit, and again while it goes on, with
 * blocks, children and events under way. */
#include "base/vec.h"
#include "child_fixture.h"

TestSuite(block_crashes, .timeout = 120);

enum { COMMITS_MAX = 64 };

/* ---- Workflows ---------------------------------------------------------------------- */

static struct kad_block all_of = {.kind = KAD_PARALLEL};
static struct kad_block two_at_once = {
    .kind = KAD_FOR_EACH, .max_items = 9, .concurrency = 2};
static struct kad_block one_by_one = {
    .kind = KAD_FOR_EACH, .max_items = 9, .concurrency = 1};

static void use_parallel(void)
{
    use((struct node[]){
        {.id = "block",
         .on_success = 4,
         .on_failure = FAIL,
         .about = &all_of,
         .names = {"a", "b"},
         .counts = {1, 2}},
        {.id = "a", .on_success = DONE, .on_failure = FAIL, .reads = -2},
        {.id = "b", .on_success = 3, .on_failure = FAIL, .reads = -1},
        {.id = "c", .on_success = DONE, .on_failure = FAIL, .reads = 2},
        {.id = "d", .on_success = DONE, .on_failure = FAIL, .reads = 3},
        {0}});
}

/* A loop in a branch, a failure without a call, a handler, and an attempt that is repeated. */
static void use_loops(void)
{
    use_parallel();
    table.nodes[2].on_success = 2;
    table.nodes[2].on_failure = 3;
    table.nodes[3].reads = READS_ERROR;
    info_of("b")->is_bounded = true;
    info_of("b")->max_retries = 1;
    info_of("a")->is_bounded = true;
    info_of("a")->max_retries = 2;
    fix_plan = "a/1/1=f a/1/2=f";
}

static void use_failing(void)
{
    use_parallel();
    table.nodes[0].on_failure = 4;
    table.nodes[4].reads = READS_ERROR;
    fix_plan = "c/1/1=f";
}

static void use_any(void)
{
    use_parallel();
    table.blocks[0].mode = KAD_MODE_ANY;
    table.nodes[4].reads = READS_NOTHING;
    fix_plan = "a/1/1=w";
}

static void use_items(void)
{
    use((struct node[]){
        {.id = "each",
         .on_success = 3,
         .on_failure = FAIL,
         .about = &two_at_once,
         .counts = {2},
         .items = "xyz"},
        {.id = "a", .on_success = 2, .on_failure = FAIL, .reads = READS_ITEM},
        {.id = "b", .on_success = DONE, .on_failure = FAIL, .reads = 1},
        {.id = "c", .on_success = DONE, .on_failure = FAIL, .reads = -1},
        {0}});
}

static void use_settled_items(void)
{
    use_items();
    table.blocks[0].mode = KAD_MODE_SETTLE;
    fix_plan = "a[1]/1/1=f b[2]/1/1=f";
}

static void use_nested(void)
{
    use((struct node[]){
        {.id = "all",
         .on_success = 6,
         .on_failure = FAIL,
         .about = &all_of,
         .names = {"a", "b"},
         .counts = {4, 1}},
        {.id = "rows",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &two_at_once,
         .counts = {3},
         .items = "xy"},
        {.id = "cols",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &one_by_one,
         .counts = {2},
         .items = "pq"},
        {.id = "cell", .on_success = 4, .on_failure = FAIL, .reads = READS_ITEM},
        {.id = "edge", .on_success = DONE, .on_failure = FAIL, .reads = 3},
        {.id = "lone", .on_success = DONE, .on_failure = FAIL, .reads = -1},
        {.id = "last", .on_success = DONE, .on_failure = FAIL, .reads = 5},
        {0}});
}

/* The block runs twice: what is inside counts on, and reads only what the last run left. */
static void use_again(void)
{
    use_items();
    table.blocks[0].concurrency = 1; /* nothing is cancelled */
    info_of("each")->is_bounded = true;
    info_of("each")->max_retries = 1;
    fix_plan = "b[1]/1/1=f";
}

/* Two children at once, and a third. */
static void use_children(void)
{
    use_child((struct kad_step_info[]){{.id = "first"}, {0}});
    use((struct node[]){
        {.id = "all",
         .on_success = 3,
         .on_failure = FAIL,
         .about = &all_of,
         .names = {"a", "b"},
         .counts = {1, 1}},
        {.id = "one",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &call_child,
         .reads = READS_TRIGGER},
        {.id = "two",
         .on_success = DONE,
         .on_failure = FAIL,
         .about = &call_child,
         .reads = READS_TRIGGER},
        {.id = "three",
         .on_success = 4,
         .on_failure = FAIL,
         .about = &call_child,
         .reads = 1},
        {.id = "last", .on_success = DONE, .on_failure = FAIL, .reads = 3},
        {0}});
}

static const char *const ways[] = {"paid", "late", NULL};
static const struct kad_wait_inputs paid_or_late[] = {{.event = "paid"},
                                                      {.duration = {true, HOUR_MS}}};
static const struct kad_first_inputs first_of_two = {paid_or_late, 2};
static const struct kad_wait_inputs paid_alone = {.event = "paid"};

/* Two events for two waits, which are there already: each takes its own. */
static void use_events(void)
{
    use_parallel();
    info_of("a")->action = &kad_first_action;
    info_of("a")->choices = ways;
    info_of("b")->action = &kad_wait_action;
    info_of("a")->outputs = info_of("b")->outputs = &kad_wait_outputs_type;
    table.nodes[1].inputs = &first_of_two;
    table.nodes[2].inputs = &paid_alone;
    table.nodes[3].reads = READS_NOTHING;
    for (int i = 1; i <= 2; i++) {
        struct event_row event = {
            .name = "paid", .data = i == 1 ? "1" : "2", .at_ms = fix.now_ms};

        cr_assert_eq(fix.journal->ops->emit(fix.journal, &event), STORE_OK);
    }
}

static void use_patience(void)
{
    static const struct kad_retry patient = {
        .max_attempts = 3, .initial_ms = HOUR_MS, .factor = 1};

    use_parallel();
    info_of("b")->retry = &patient;
    fix_plan = "b/1/1=f b/1/2=f";
}

/* ---- Stories ------------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All rows of e1 and of its children, in the order of the alphabet: branches may go on in
 * another order when they are resumed. */
static const char *story(void)
{
    static const char *const ids[] = {"e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8"};
    VEC(const char *) lines = {0};
    struct buf text;

    for (size_t e = 0; e < KAD_COUNT(ids); e++) {
        struct execution_row row;
        struct step_row *rows;
        size_t count;

        if (fix.journal->ops->find(fix.journal, &fix.arena, ids[e], &row) != STORE_OK)
            continue;
        cr_assert_eq(
            fix.journal->ops->steps(fix.journal, &fix.arena, ids[e], &rows, &count),
            STORE_OK);
        for (size_t i = 0; i < count; i++) {
            const char *line = arena_printf(
                &fix.arena, "%s: %s=%s %s\n", row.parent_key ? row.parent_key : "",
                strchr(rows[i].key, '/') + 1, step_status_name(rows[i].status),
                rows[i].outputs ? rows[i].outputs : "");

            vec_push(&fix.arena, &lines, line);
        }
        cr_expect_str_eq(positions_of(ids[e]), "");
        cr_expect_str_eq(gates_of(ids[e]), "");
    }
    qsort(lines.items, lines.count, sizeof(lines.items[0]), compare);
    buf_init(&text, &fix.arena);
    for (size_t i = 0; i < lines.count; i++)
        buf_add(&text, str_of(lines.items[i]));
    return text.p;
}

/* What is stored as ended when the power goes is never called again. */
struct memory {
    VEC(const char *) ended; /* " e1/b[1]/1/1;" */
    size_t keys_len;
};

static struct memory remember(void)
{
    struct memory memory = {.keys_len = table.keys.len};
    struct step_row *rows;
    size_t count;

    cr_assert_eq(fix.journal->ops->steps(fix.journal, &fix.arena, "e1", &rows, &count),
                 STORE_OK);
    for (size_t i = 0; i < count; i++)
        if (rows[i].status != STEP_RUN_RUNNING) {
            const char *key = arena_printf(&fix.arena, " %s;", rows[i].key);

            vec_push(&fix.arena, &memory.ended, key);
        }
    return memory;
}

static void expect_kept(const struct memory *memory, int first, int second)
{
    const char *later = table.keys.p + memory->keys_len;

    for (size_t i = 0; i < memory->ended.count; i++)
        cr_expect_null(strstr(later, memory->ended.items[i]),
                       "%s again, after %d and %d commits", memory->ended.items[i],
                       first, second);
}

/* Questions are answered one by one: it did not happen. */
static void answer_all(void)
{
    for (int i = 0; i < 9 && fix.result.end == ENGINE_PAUSED; i++)
        for (size_t g = 0; g < fix.result.gate_count; g++)
            if (!strcmp(fix.result.gates[g].row.kind, "question")) {
                fix_resume_with(
                    (struct answer){.kind = ANSWER_RETRY,
                                    .step = fix.result.gates[g].step,
                                    .execution = fix.result.gates[g].execution});
                break;
            }
}

static void expect_single_calls(int first, int second)
{
    for (const char *at = table.keys.p; *at; at += strcspn(at + 1, " ") + 1) {
        const char *key = arena_copy(&fix.arena, at, strcspn(at + 1, ";") + 2);

        cr_expect_null(strstr(at + 1, key), "%s twice, after %d and %d commits", key,
                       first, second);
    }
}

/* Runs it, with a power failure after `first` commits, and after `second` of the resume; -1:
 * none. Returns its story; *has_died says whether the last failure has happened. */
static char *live(void (*set_up)(void), bool is_idempotent, int first, int second,
                  bool *has_died)
{
    struct memory memory = {0};
    char *copy;

    use_memory();
    set_up();
    block_action.is_idempotent = is_idempotent;
    fix.commits_left = first;
    fix_run();
    *has_died = fix.result.end == ENGINE_STORE_FAILED;
    if (*has_died) {
        memory = remember();
        fix.commits_left = second;
        fix_resume();
        *has_died = fix.result.end == ENGINE_STORE_FAILED;
        expect_kept(&memory, first, second);
    }
    fix.commits_left = -1;
    if (*has_died) {
        memory = remember();
        fix_resume();
        expect_kept(&memory, first, second);
    }
    answer_all();
    if (!is_idempotent)
        expect_single_calls(first, second);
    cr_expect(fix.result.end == ENGINE_COMPLETED || fix.result.end == ENGINE_FAILED,
              "it is over, after %d and %d commits: %d", first, second, fix.result.end);
    copy = strdup(story());
    fix_release();
    return copy;
}

/* Dies at each commit, and for each at each commit of the resume. */
static void expect_the_same_story(void (*set_up)(void))
{
    bool has_died;
    char *unharmed = live(set_up, true, -1, -1, &has_died);

    for (int first = 0; first < COMMITS_MAX; first++) {
        bool is_over = false;

        for (int second = -1; second < COMMITS_MAX && !is_over; second++) {
            char *harmed = live(set_up, true, first, second, &has_died);

            cr_expect_str_eq(harmed, unharmed, "after %d and %d commits:\n%s", first,
                             second, harmed);
            free(harmed);
            is_over = second >= 0 && !has_died;
        }
    }
    free(unharmed);
    fix = (struct fixture){0};
}

/* However it dies, no attempt is called twice, and it comes to its end. */
static void expect_one_call_each(void (*set_up)(void))
{
    bool has_died;

    for (int first = 0; first < COMMITS_MAX; first++)
        for (int second = -1; second < 8; second++)
            free(live(set_up, false, first, second, &has_died));
    fix = (struct fixture){0};
}

#define CRASHES(set_up)                                                                \
    Test(block_crashes, set_up##_is_the_same_whenever_it_dies)                         \
    {                                                                                  \
        expect_the_same_story(set_up);                                                 \
    }                                                                                  \
    Test(block_crashes, set_up##_calls_no_attempt_twice)                               \
    {                                                                                  \
        expect_one_call_each(set_up);                                                  \
    }

CRASHES(use_parallel)
CRASHES(use_loops)
CRASHES(use_items)
CRASHES(use_settled_items)
CRASHES(use_nested)
CRASHES(use_again)
CRASHES(use_children)
CRASHES(use_events)
CRASHES(use_patience)

/* What is cancelled may have been further when nothing died: only the end is the same. */
Test(block_crashes, a_block_that_fails_does_so_whenever_it_dies)
{
    expect_one_call_each(use_failing);
}

Test(block_crashes, a_block_that_needs_one_succeeds_whenever_it_dies)
{
    expect_one_call_each(use_any);
}
