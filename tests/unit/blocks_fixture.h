/* blocks_fixture.h: workflows with steps inside of steps, from a table: what each step reads,
 * where it leads, and what it does, by its key; on top of engine_fixture.h.
 *
 *     use((struct node[]){...});     the main line and what is inside, depth first
 *     fix_plan = "b/1/1=f ...";      what an attempt does; without: it succeeds
 *     fix_run();
 *
 * A step leaves its label, "b[1]:VISIT.ATTEMPT". */
#ifndef TESTS_BLOCKS_FIXTURE_H
#define TESTS_BLOCKS_FIXTURE_H

#include "engine_fixture.h"

enum { NODE_MAX = 16, BRANCH_MAX = 4 };

/* Where a line ends. */
enum { DONE = KAD_END_COMPLETE, FAIL = KAD_END_FAIL };

/* What a step reads: the output of an earlier step (of the same item), or one of these. */
enum { READS_NOTHING = -1, READS_TRIGGER = -2, READS_ITEM = -3, READS_ERROR = -4 };

struct node {
    const char *id;
    int on_success, on_failure;
    int reads;
    /* A block: its branches are the next nodes, as many as each has. */
    const struct kad_block *about; /* kind, mode, at_least, max_items, concurrency */
    const char *names[BRANCH_MAX]; /* of the branches; a forEach has one */
    int counts[BRANCH_MAX];
    const char *items; /* of a forEach: a letter for each; NULL: those that it is in */
    const char *when;  /* of a parallel: '0' for a branch that is skipped; or NULL */
    const struct kad_action *action; /* a gate's; NULL: the test's, or the block's */
    const void *inputs;              /* of that */
    const char *const *choices;
};

union slot {
    struct text_value text;
    struct kad_parallel_outputs names;
    struct kad_for_each_outputs counts;
    struct kad_wait_outputs data;
    struct decision decision;
};

struct inner_frame {
    const char *item;
    int64_t index;
    bool has[NODE_MAX];
    union slot slots[NODE_MAX];
    struct kad_items items[NODE_MAX];
};

/* Of the workflow. */
struct outer_frame {
    struct text_value trigger;
    union slot slots[NODE_MAX];
    struct kad_items items[NODE_MAX];
};

static struct table {
    struct node nodes[NODE_MAX];
    struct kad_step_info infos[NODE_MAX];
    struct kad_block blocks[NODE_MAX];
    struct kad_branch branches[NODE_MAX][BRANCH_MAX];
    int for_each[NODE_MAX]; /* the innermost that a node is in, or -1 */
    int count;
    struct buf keys; /* of all calls, in all executions: " e1/b[1]/1/1;" */
} table;

static const char *fix_plan = "";

/* ---- Actions ------------------------------------------------------------------------ */

/* The label of a step: its id, and its item. */
static const char *label_of(struct kad_step *step)
{
    const char *label = strchr(kad_step_key(step), '/') + 1;

    return kad_copy(step, label, strcspn(label, "/"));
}

/* What the plan says about "b[1]/1/2". */
static char plan_for(struct kad_step *step)
{
    const char *key = strchr(kad_step_key(step), '/') + 1;
    const char *entry = fix_plan;

    for (; (entry = strstr(entry, key)); entry++)
        if ((entry == fix_plan || entry[-1] == ' ') && entry[strlen(key)] == '=')
            return entry[strlen(key) + 1];
    return 's';
}

/* A person stops or cancels the execution. */
static void interfere(char plan)
{
    if (plan == 'p') {
        fix.stop_count = 1;
    } else {
        fix.journal->ops->request(fix.journal, "e1", "cancel");
        fix.is_nudged = true;
    }
}

/* What is called elsewhere is told by the engine: a signal comes first, once. */
static bool is_interfered(struct job *job)
{
    static const char *told = "";
    const char plan = plan_for((struct kad_step *)job);

    if ((plan != 'p' && plan != 'c') || told == fix_plan)
        return false;
    told = fix_plan;
    interfere(plan);
    return true;
}

/* s f p c k h as in engine_fixture.h; w waits an hour */
static enum kad_outcome block_act(struct kad_step *step, const void *inputs,
                                  void *outputs)
{
    const struct text_value *in = inputs;
    struct text_value *out = outputs;
    const char plan = plan_for(step);

    buf_printf(&fix.trace, "%s=%s ", strchr(kad_step_key(step), '/') + 1, in->text);
    buf_printf(&table.keys, " %s;", kad_step_key(step));
    out->text = kad_printf(step, "%s:%u.%u", label_of(step), kad_step_visit(step),
                           kad_step_attempt(step));
    switch (plan) {
    case 'f': return kad_fail(step, "broken", "it is broken");
    case 'p':
    case 'c': interfere(plan); return rt_step_wait(step, 1);
    case 'k': return rt_step_park(step, "ask", "who?");
    case 'h': fix.now_ms += HOUR_MS; return KAD_SUCCESS;
    case 'w': return rt_step_wait(step, HOUR_MS);
    default: return KAD_SUCCESS;
    }
}

static struct kad_action block_action = {
    .module = "tests",
    .name = "act",
    .module_version = "1.0.0",
    .inputs = &fix_text_type,
    .outputs = &fix_text_type,
    .call = block_act,
};

static const struct kad_field items_fields[] = {
    {.name = "items", .offset = 0, .type = &kad_strings_type},
};

static const struct kad_type items_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_strings),
    .fields = items_fields,
    .field_count = 1,
};

/* ---- The workflow ------------------------------------------------------------------- */

static struct inner_frame *item_at(struct kad_run *run, int position)
{
    const int for_each = table.for_each[position];

    return for_each < 0 ? NULL : kad_item(run, &table.infos[for_each]);
}

static union slot *slot_of(struct kad_run *run, struct outer_frame *f, int position)
{
    struct inner_frame *item = item_at(run, position);

    return item ? &item->slots[position] : &f->slots[position];
}

static const char *text_at(struct kad_run *run, struct outer_frame *f, int position)
{
    const struct kad_error *error = kad_workflow_error(run);
    const int reads = table.nodes[position].reads;

    switch (reads) {
    case READS_NOTHING: return "-";
    case READS_TRIGGER: return f->trigger.text;
    case READS_ITEM: return item_at(run, position)->item;
    case READS_ERROR: return error ? error->step : "none";
    default: return slot_of(run, f, reads)->text.text;
    }
}

static struct kad_strings letters(struct kad_run *run, const char *text)
{
    const size_t count = strlen(text);
    const char **items = kad_run_alloc(run, (count + 1) * sizeof(*items));

    for (size_t i = 0; i < count; i++) {
        char *letter = kad_run_alloc(run, 2);

        letter[0] = text[i];
        items[i] = letter;
    }
    return (struct kad_strings){items, count};
}

static const void *inputs_of(struct kad_run *run, struct outer_frame *f, int position)
{
    const struct node *node = &table.nodes[position];
    struct text_value *text = kad_run_alloc(run, sizeof(*text));
    struct kad_parallel_inputs *when;
    struct kad_strings *items;
    bool *flags;

    if (node->inputs)
        return node->inputs;
    text->text = text_at(run, f, position);
    if (!node->about || node->about->kind == KAD_CHILD)
        return text;
    if (node->about->kind == KAD_FOR_EACH) {
        items = kad_run_alloc(run, sizeof(*items));
        *items = letters(run, node->items);
        return items;
    }
    when = kad_run_alloc(run, sizeof(*when));
    flags = kad_run_alloc(run, BRANCH_MAX);
    for (size_t i = 0; i < table.blocks[position].branch_count; i++)
        flags[i] = !node->when || node->when[i] != '0';
    when->when = (struct kad_booleans){flags, table.blocks[position].branch_count};
    return when;
}

static int table_advance(struct kad_run *run, void *frame, int position)
{
    const struct node *node = &table.nodes[position];
    struct outer_frame *f = frame;

    switch (kad_do(run, &table.infos[position], inputs_of(run, f, position),
                   slot_of(run, f, position))) {
    case KAD_SUCCESS: return node->on_success;
    case KAD_FAILURE:
    case KAD_TIMEOUT: return node->on_failure;
    case KAD_LATER: break;
    }
    return position;
}

static const struct kad_action *action_of(const struct node *node)
{
    if (node->action)
        return node->action;
    if (!node->about)
        return &block_action;
    switch (node->about->kind) {
    case KAD_PARALLEL: return &kad_parallel_action;
    case KAD_FOR_EACH: return &kad_for_each_action;
    case KAD_CHILD: break;
    }
    return &kad_child_action;
}

/* Fills the block of node i, and says of the nodes inside where they are. */
static void put_block(int i)
{
    const struct node *node = &table.nodes[i];
    struct kad_block *block = &table.blocks[i];
    int next = i + 1;

    *block = *node->about;
    block->branches = table.branches[i];
    for (size_t b = 0; b < BRANCH_MAX && node->counts[b]; b++) {
        table.branches[i][b] = (struct kad_branch){node->names[b] ? node->names[b] : "",
                                                   next, node->counts[b]};
        block->branch_count++;
        for (int s = 0; s < node->counts[b]; s++, next++)
            if (block->kind == KAD_FOR_EACH)
                table.for_each[next] = i;
    }
    block->items_offset =
        table.for_each[i] < 0
            ? offsetof(struct outer_frame, items) + (size_t)i * sizeof(struct kad_items)
            : offsetof(struct inner_frame, items) +
                  (size_t)i * sizeof(struct kad_items);
    block->item_size = sizeof(struct inner_frame);
    block->item_offset = offsetof(struct inner_frame, item);
    block->index_offset = offsetof(struct inner_frame, index);
    table.infos[i].block = block;
    if (block->kind == KAD_FOR_EACH)
        table.infos[i].inputs = &items_type;
    if (block->kind == KAD_CHILD) {
        table.infos[i].inputs = &fix_text_type;
        table.infos[i].outputs = &fix_text_type;
    }
}

/* The table is the workflow from now on; a node without an id ends it. */
static void use(const struct node *nodes)
{
    table = (struct table){0};
    buf_init(&table.keys, &fix.arena);
    while (nodes[table.count].id) {
        table.nodes[table.count] = nodes[table.count];
        table.for_each[table.count++] = -1;
    }
    for (int i = 0; i < table.count; i++) {
        const struct node *node = &table.nodes[i];

        table.infos[i] = (struct kad_step_info){
            .id = node->id, .action = action_of(node), .choices = node->choices};
        if (node->about)
            put_block(i);
        table.infos[i].outputs_offset =
            offsetof(struct outer_frame, slots) + (size_t)i * sizeof(union slot);
        if (table.for_each[i] < 0)
            continue;
        table.infos[i].outputs_offset =
            offsetof(struct inner_frame, slots) + (size_t)i * sizeof(union slot);
        table.infos[i].has_outputs_offset =
            offsetof(struct inner_frame, has) + (size_t)i * sizeof(bool);
        table.infos[i].is_gathered = true;
    }
    fix.workflow = (struct kad_workflow){
        .id = "blocks",
        .name = "Blocks",
        .version = "1.0.0",
        .definition = "{}",
        .trigger = &fix_text_type,
        .trigger_offset = offsetof(struct outer_frame, trigger),
        .frame_size = sizeof(struct outer_frame),
        .steps = table.infos,
        .step_count = (size_t)table.count,
        .advance = table_advance,
    };
    fix_plan = "";
    fix.comes_before = is_interfered;
    block_action.is_idempotent = true;
}

static inline struct kad_step_info *info_of(const char *id)
{
    for (int i = 0; i < table.count; i++)
        if (!strcmp(table.infos[i].id, id))
            return &table.infos[i];
    cr_assert_fail("no step %s", id);
    return NULL;
}

/* ---- Looking ------------------------------------------------------------------------ */

/* What is stored of branches: "block/1/1:lint=open@b ". */
static inline const char *positions_of(const char *id)
{
    struct position_row *rows;
    struct buf text;
    size_t count;

    buf_init(&text, &fix.arena);
    cr_assert_eq(
        fix.journal->ops->positions(fix.journal, &fix.arena, id, &rows, &count),
        STORE_OK);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s:%s=%s%s%s ", strchr(rows[i].block_key, '/') + 1,
                   rows[i].branch, position_status_name(rows[i].status),
                   rows[i].current_step ? "@" : "",
                   rows[i].current_step ? rows[i].current_step : "");
    return text.p;
}

/* The open gates: "b[1]/1/1:question ". */
static inline const char *gates_of(const char *id)
{
    struct gate_row *gates;
    struct buf text;
    size_t count;

    buf_init(&text, &fix.arena);
    cr_assert_eq(fix.journal->ops->gates(fix.journal, &fix.arena, id, &gates, &count),
                 STORE_OK);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s:%s ", strchr(gates[i].step_key, '/') + 1, gates[i].kind);
    return text.p;
}

static inline struct step_row row_of(const char *step, const char *item)
{
    struct step_row row = {0};

    cr_assert_eq(
        fix.journal->ops->last_step(fix.journal, &fix.arena, "e1", step, item, 0, &row),
        STORE_OK, "%s%s", step, item);
    return row;
}

static inline bool was_called(const char *key)
{
    return strstr(fix.trace.p, key);
}

#endif
