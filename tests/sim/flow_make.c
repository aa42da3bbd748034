/* flow_make.c: makes the tables, see flow.h. */
#include <stdio.h>
#include <string.h>

#include "flow_internal.h"

enum { LINE_MAX_STEPS = 4, DEPTH_MAX = 3 };

struct maker {
    struct dice *dice;
    struct flow_table *flow;
    int number; /* of the table */
    unsigned most;
    bool is_timeless;
};

/* A line of steps while it is made. */
struct draft {
    const struct draft *outer;
    int block, branch, for_each;
    int members[LINE_MAX_STEPS];
    unsigned count, depth;
};

static bool chance(const struct maker *maker, unsigned percent)
{
    return dice_chance(maker->dice, percent);
}

static unsigned below(const struct maker *maker, unsigned count)
{
    return (unsigned)dice_below(maker->dice, count);
}

/* ---- What a step is ---------------------------------------------------------------------- */

static enum node_kind pick_kind(const struct maker *maker, const struct draft *draft)
{
    static const enum node_kind kinds[] = {
        NODE_ACT,   NODE_ACT,      NODE_ACT,      NODE_ACT,      NODE_ACT,
        NODE_ACT,   NODE_CHOOSE,   NODE_CHOOSE,   NODE_ROUTE,    NODE_TIMER,
        NODE_EVENT, NODE_FIRST,    NODE_APPROVAL, NODE_PARALLEL, NODE_PARALLEL,
        NODE_CHILD, NODE_FOR_EACH, NODE_FOR_EACH};
    enum node_kind kind = kinds[below(maker, KAD_COUNT(kinds))];

    if (kind >= NODE_PARALLEL && kind != NODE_CHILD &&
        (draft->depth >= DEPTH_MAX || maker->flow->count + 4 > maker->most))
        return NODE_ACT;
    if (kind == NODE_CHILD && maker->number + 1 >= FLOWS_MAX)
        return NODE_ACT;
    return kind == NODE_FIRST && maker->is_timeless ? NODE_ROUTE : kind;
}

static const struct kad_action *action_of(const struct maker *maker,
                                          enum node_kind kind)
{
    const bool is_once = !maker->is_timeless && chance(maker, 40);

    switch (kind) {
    case NODE_ACT: return is_once ? &act_once_action : &act_action;
    case NODE_CHOOSE: return is_once ? &choose_once_action : &choose_action;
    case NODE_ROUTE: return &kad_route_action;
    case NODE_TIMER:
    case NODE_EVENT: return &kad_wait_action;
    case NODE_FIRST: return &kad_first_action;
    case NODE_APPROVAL: return &kad_approval_action;
    case NODE_PARALLEL: return &kad_parallel_action;
    case NODE_FOR_EACH: return &kad_for_each_action;
    case NODE_CHILD: break;
    }
    return &kad_child_action;
}

static void put_types(struct kad_step_info *info, enum node_kind kind)
{
    static const char *const choices[] = {"yes", "no", NULL};

    if (kind == NODE_FOR_EACH)
        info->inputs = &items_type;
    if (kind == NODE_CHILD)
        info->inputs = info->outputs = &text_type;
    if (kind == NODE_EVENT)
        info->outputs = &kad_wait_outputs_type;
    if (kind == NODE_APPROVAL)
        info->outputs = &decision_type;
    if (kind == NODE_APPROVAL || kind == NODE_FIRST)
        info->choices = choices;
}

static const struct kad_retry *pick_retry(const struct maker *maker)
{
    static const char *const codes[] = {"broken", NULL};
    static const struct kad_retry retries[] = {
        {.max_attempts = 3, .factor = 2},
        {.max_attempts = 3, .initial_ms = HOUR_MS, .factor = 2, .jitter = 0.5},
        {.max_attempts = 2, .initial_ms = 5, .factor = 1, .on = codes},
        {.max_attempts = 4, .factor = 1, .not_on = codes},
    };

    return chance(maker, 30) ? &retries[below(maker, KAD_COUNT(retries))] : NULL;
}

static void put_info(const struct maker *maker, int i)
{
    struct node *node = &maker->flow->nodes[i];
    struct kad_step_info *info = &maker->flow->infos[i];
    const bool is_inner = node->for_each >= 0;

    *info = (struct kad_step_info){
        .id = node->id,
        .action = action_of(maker, node->kind),
        .retry = pick_retry(maker),
        .recovers = chance(maker, 20),
        .outputs_unread = chance(maker, 50),
        .outputs_offset = (is_inner ? offsetof(struct item_frame, slots)
                                    : offsetof(struct flow_frame, slots)) +
                          (size_t)i * sizeof(union slot),
    };
    put_types(info, node->kind);
    if (is_inner)
        info->has_outputs_offset =
            offsetof(struct item_frame, has) + (size_t)i * sizeof(bool);
    if (!maker->is_timeless && chance(maker, 25))
        info->timeout_ms = chance(maker, 50) ? HOUR_MS : 2000;
}

static int node_new(struct maker *maker, const struct draft *draft)
{
    static const char *const events[] = {"paid", "sent"};
    const int i = (int)maker->flow->count++;
    struct node *node = &maker->flow->nodes[i];

    *node = (struct node){
        .kind = pick_kind(maker, draft),
        .block = draft->block,
        .branch = draft->branch,
        .for_each = draft->for_each,
        .is_strict = chance(maker, 15),
        .event = events[below(maker, 2)],
        .has_match = chance(maker, 40),
        .wait_ms = chance(maker, 50) ? HOUR_MS : 1 + below(maker, 50),
        .item_count = below(maker, ITEMS_MAX + 1),
        .skips = chance(maker, 30) ? below(maker, 8) : 0,
    };
    snprintf(node->id, sizeof(node->id), "s%d", i);
    put_info(maker, i);
    return i;
}

/* ---- Blocks ------------------------------------------------------------------------------ */

static void line_make(struct maker *maker, struct draft *draft);

static void branch_make(struct maker *maker, const struct draft *outer, int block,
                        int branch)
{
    struct flow_table *flow = maker->flow;
    const bool is_item = flow->nodes[block].kind == NODE_FOR_EACH;
    struct draft draft = {
        .outer = outer,
        .block = block,
        .branch = branch,
        .for_each = is_item ? block : outer->for_each,
        .depth = outer->depth + 1,
    };
    const int first = (int)flow->count;
    char *name = flow->branch_names[block][branch];

    line_make(maker, &draft);
    if (!is_item)
        snprintf(name, sizeof(flow->branch_names[0][0]), "b%d", branch);
    flow->branches[block][branch] = (struct kad_branch){
        .name = name, .first = first, .count = (int)flow->count - first};
}

static void put_bounds(const struct maker *maker, int i, size_t lines)
{
    static const enum kad_block_mode modes[] = {KAD_MODE_ALL, KAD_MODE_ANY,
                                                KAD_MODE_SETTLE, KAD_MODE_SETTLE,
                                                KAD_MODE_AT_LEAST};
    struct kad_block *block = &maker->flow->blocks[i];

    block->mode = modes[below(maker, KAD_COUNT(modes))];
    block->at_least = 1 + below(maker, (unsigned)lines);
    block->max_items = chance(maker, 90) ? ITEMS_MAX : 1;
    block->concurrency = below(maker, 4);
}

static void put_places(const struct flow_table *flow, struct kad_block *block, int i)
{
    block->items_offset =
        (flow->nodes[i].for_each < 0 ? offsetof(struct flow_frame, items)
                                     : offsetof(struct item_frame, items)) +
        (size_t)i * sizeof(struct kad_items);
    block->item_size = sizeof(struct item_frame);
    block->item_offset = offsetof(struct item_frame, item);
    block->index_offset = offsetof(struct item_frame, index);
}

static void block_make(struct maker *maker, const struct draft *draft, int i)
{
    struct flow_table *flow = maker->flow;
    struct kad_block *block = &flow->blocks[i];
    const enum node_kind kind = flow->nodes[i].kind;
    const unsigned lines = kind == NODE_PARALLEL ? 1 + below(maker, BRANCHES_MAX) : 1;

    *block = (struct kad_block){.branches = flow->branches[i]};
    flow->infos[i].block = block;
    if (kind == NODE_CHILD) {
        block->kind = KAD_CHILD;
        block->workflow = &flows[maker->number + 1].workflow;
        return;
    }
    block->kind = kind == NODE_PARALLEL ? KAD_PARALLEL : KAD_FOR_EACH;
    put_bounds(maker, i, kind == NODE_PARALLEL ? lines : ITEMS_MAX);
    put_places(flow, block, i);
    for (; block->branch_count < lines &&
           (!block->branch_count || flow->count < maker->most);
         block->branch_count++)
        branch_make(maker, draft, i, (int)block->branch_count);
    if (kind == NODE_PARALLEL && block->at_least > block->branch_count)
        block->at_least = 1;
}

/* ---- Routes ------------------------------------------------------------------------------ */

static int any_end(const struct maker *maker)
{
    return chance(maker, 50) ? KAD_END_COMPLETE : KAD_END_FAIL;
}

/* A later step, or the end. */
static int forward(const struct maker *maker, const struct draft *draft, unsigned k)
{
    const unsigned left = draft->count - k - 1;

    return left && chance(maker, 75) ? draft->members[k + 1 + below(maker, left)]
                                     : any_end(maker);
}

/* A step with a budget that is not later; forward when there is none. */
static int back(const struct maker *maker, const struct draft *draft, unsigned k)
{
    const unsigned to = below(maker, k + 1);

    return k + 1 < draft->count && maker->flow->infos[draft->members[to]].is_bounded
               ? draft->members[to]
               : forward(maker, draft, k);
}

/* The last step only ends its line: there a spent budget leads. */
static int spent(const struct maker *maker, const struct draft *draft)
{
    return chance(maker, 50) ? draft->members[draft->count - 1] : any_end(maker);
}

static void route(const struct maker *maker, const struct draft *draft, unsigned k)
{
    struct node *node = &maker->flow->nodes[draft->members[k]];
    const bool is_bounded = maker->flow->infos[draft->members[k]].is_bounded;
    const bool is_last = k + 1 == draft->count;

    node->on_success = is_last             ? KAD_END_COMPLETE
                       : chance(maker, 85) ? draft->members[k + 1]
                                           : back(maker, draft, k);
    node->on_outcome[0] = forward(maker, draft, k);
    node->on_outcome[1] = back(maker, draft, k);
    node->on_failure = is_last      ? any_end(maker)
                       : is_bounded ? spent(maker, draft)
                                    : back(maker, draft, k);
    node->on_timeout = chance(maker, 70) || is_last ? node->on_failure
                       : is_bounded                 ? spent(maker, draft)
                                                    : forward(maker, draft, k);
    node->by_outcome = (node->kind == NODE_CHOOSE || node->kind == NODE_FIRST ||
                        node->kind == NODE_APPROVAL) &&
                       chance(maker, 70);
    node->by_output = node->kind == NODE_ACT && chance(maker, 40);
    maker->flow->infos[draft->members[k]].routes_by_outcome = node->by_outcome;
}

/* ---- What is read -------------------------------------------------------------------------- */

/* A step of the line, or of one around it, but no block that the line is in. */
static int readable(const struct maker *maker, const struct draft *draft)
{
    const int own_block = draft->block;
    int found;

    if (draft->outer && chance(maker, 40)) {
        found = readable(maker, draft->outer);
        return found == own_block ||
                       (found >= 0 && maker->flow->nodes[found].block == own_block)
                   ? READS_NOTHING
                   : found;
    }
    found = draft->members[below(maker, draft->count)];
    if (maker->flow->nodes[found].kind == NODE_PARALLEL && chance(maker, 50) &&
        maker->flow->blocks[found].branch_count)
        return maker->flow->branches[found][0].first;
    return found;
}

/* Of a forEach the outputs of what is inside are read: items_text. */
static int gathered(const struct maker *maker, int found)
{
    const struct flow_table *flow = maker->flow;
    const struct kad_branch *body;

    if (found < 0 || flow->nodes[found].kind != NODE_FOR_EACH)
        return found;
    body = &flow->branches[found][0];
    for (int s = body->first; s < body->first + body->count; s++)
        maker->flow->infos[s].is_gathered = flow->nodes[s].kind == NODE_ACT;
    return found;
}

static void read_make(const struct maker *maker, const struct draft *draft, int i)
{
    struct node *node = &maker->flow->nodes[i];

    for (size_t r = 0; r < READS_MAX; r++)
        switch (below(maker, 6)) {
        case 0: node->reads[r] = READS_TRIGGER; break;
        case 1: node->reads[r] = READS_ERROR; break;
        case 2: node->reads[r] = node->for_each < 0 ? READS_NOTHING : READS_ITEM; break;
        default: node->reads[r] = gathered(maker, readable(maker, draft)); break;
        }
}

/* ---- Lines -------------------------------------------------------------------------------- */

static void line_make(struct maker *maker, struct draft *draft)
{
    struct flow_table *flow = maker->flow;
    const unsigned wanted =
        1 + below(maker, draft->depth ? LINE_MAX_STEPS - 1 : LINE_MAX_STEPS);

    while (draft->count < wanted && (!draft->count || flow->count < maker->most)) {
        const int i = node_new(maker, draft);

        draft->members[draft->count++] = i;
        if (flow->nodes[i].kind >= NODE_PARALLEL)
            block_make(maker, draft, i);
    }
    for (unsigned k = 0; k + 1 < draft->count; k++)
        if (chance(maker, 40)) {
            flow->infos[draft->members[k]].is_bounded = true;
            flow->infos[draft->members[k]].max_retries = below(maker, 3);
        }
    for (unsigned k = 0; k < draft->count; k++)
        route(maker, draft, k);
    for (unsigned k = 0; k < draft->count; k++)
        read_make(maker, draft, draft->members[k]);
}

static void put_limits(const struct maker *maker)
{
    struct flow_table *flow = maker->flow;

    if (maker->is_timeless)
        return;
    if (chance(maker, 15))
        flow->workflow.timeout_ms = HOUR_MS * (1 + below(maker, 4));
    if (chance(maker, 15)) {
        flow->budget = (struct kad_budget){
            .steps = chance(maker, 50) ? 1 + below(maker, 12) : KAD_NO_LIMIT,
            .agent_calls = chance(maker, 50) ? 1 + below(maker, 8) : KAD_NO_LIMIT,
            .time_ms = chance(maker, 30) ? HOUR_MS : 0,
        };
        flow->workflow.budget = &flow->budget;
    }
}

static void flow_make(struct maker *maker)
{
    struct flow_table *flow = maker->flow;
    struct draft main = {.block = -1, .for_each = -1};

    *flow = (struct flow_table){0};
    snprintf(flow->id, sizeof(flow->id), "flow%d", maker->number);
    line_make(maker, &main);
    flow->workflow = (struct kad_workflow){
        .id = flow->id,
        .name = flow->id,
        .version = "1.0.0",
        .definition = "{}",
        .trigger = &text_type,
        .trigger_offset = offsetof(struct flow_frame, trigger),
        .frame_size = sizeof(struct flow_frame),
        .steps = flow->infos,
        .step_count = flow->count,
        .outputs = &text_type,
        .finish = flow_finish[maker->number],
        .advance = flow_advance[maker->number],
    };
    put_limits(maker);
}

void flows_make(struct dice *dice, bool is_timeless)
{
    for (int i = 0; i < FLOWS_MAX; i++) {
        struct maker maker = {
            .dice = dice,
            .flow = &flows[i],
            .number = i,
            .most = i ? 6 : 6 + (unsigned)dice_below(dice, NODES_MAX - 9),
            .is_timeless = is_timeless,
        };

        flow_make(&maker);
    }
}

/* ---- A long loop ------------------------------------------------------------------------ */

static void put(struct maker *maker, const struct node *node, int on_success)
{
    struct flow_table *flow = maker->flow;
    const int i = (int)flow->count++;

    flow->nodes[i] = *node;
    flow->nodes[i].on_success = on_success;
    flow->nodes[i].on_failure = flow->nodes[i].on_timeout = KAD_END_COMPLETE;
    flow->nodes[i].reads[0] = READS_ERROR;
    flow->nodes[i].reads[1] = READS_TRIGGER;
    snprintf(flow->nodes[i].id, sizeof(flow->nodes[i].id), "s%d", i);
    put_info(maker, i);
    flow->infos[i].retry = NULL;
}

static void put_block(struct flow_table *flow, int i, enum kad_block_kind kind,
                      const struct kad_branch *branches, size_t count)
{
    struct kad_block *block = &flow->blocks[i];

    *block = (struct kad_block){
        .kind = kind,
        .branches = flow->branches[i],
        .branch_count = count,
        .max_items = ITEMS_MAX,
        .concurrency = 2,
    };
    memcpy(flow->branches[i], branches, count * sizeof(*branches));
    put_places(flow, block, i);
    flow->infos[i].block = block;
}

void flows_make_loop(uint32_t turns)
{
    static const struct node nodes[] = {
        {.kind = NODE_PARALLEL, .block = -1, .for_each = -1},
        {.kind = NODE_ACT, .block = 0, .for_each = -1},
        {.kind = NODE_FOR_EACH,
         .block = 0,
         .branch = 1,
         .for_each = -1,
         .item_count = 4},
        {.kind = NODE_ACT, .block = 2, .for_each = 2},
        {.kind = NODE_ACT, .block = -1, .for_each = -1},
    };
    static const int next[] = {4, KAD_END_COMPLETE, KAD_END_COMPLETE, KAD_END_COMPLETE,
                               0};
    static const struct kad_branch branches[] = {{"b0", 1, 1}, {"b1", 2, 2}};
    static const struct kad_branch body = {"", 3, 1};
    struct dice dice = {0};
    struct maker maker = {.dice = &dice, .flow = &flows[0], .is_timeless = true};

    flows_make(&dice, true);
    flows[0].count = 0;
    for (size_t i = 0; i < KAD_COUNT(nodes); i++)
        put(&maker, &nodes[i], next[i]);
    put_block(&flows[0], 0, KAD_PARALLEL, branches, 2);
    put_block(&flows[0], 2, KAD_FOR_EACH, &body, 1);
    flows[0].infos[0].is_bounded = true;
    flows[0].infos[0].max_retries = turns + 1;
    flows[0].infos[0].recovers = true;
    flows[0].workflow.step_count = KAD_COUNT(nodes);
}

/* ---- The worst case -------------------------------------------------------------------------- */

static uint64_t line_runs(const struct flow_table *flow, int first, int count,
                          int block);

static uint64_t inside_runs(const struct flow_table *flow, int i)
{
    const struct kad_block *block = flow->infos[i].block;
    uint64_t runs = 0;

    if (!block)
        return 0;
    if (block->kind == KAD_CHILD)
        return flow_most_runs(flow + 1);
    for (size_t b = 0; b < block->branch_count; b++)
        runs += line_runs(flow, block->branches[b].first, block->branches[b].count, i);
    return block->kind == KAD_FOR_EACH ? runs * flow->nodes[i].item_count : runs;
}

/* Each way back uses up a run of a step with a budget, or is the first when it is spent. */
static uint64_t line_runs(const struct flow_table *flow, int first, int count,
                          int block)
{
    uint64_t passes = 1, runs = 0;

    for (int i = first; i < first + count; i++)
        if (flow->nodes[i].block == block && flow->infos[i].is_bounded)
            passes += flow->infos[i].max_retries + 2;
    for (int i = first; i < first + count; i++) {
        const struct kad_step_info *info = &flow->infos[i];
        uint64_t most = passes * (info->retry ? info->retry->max_attempts : 1);

        if (flow->nodes[i].block != block)
            continue;
        if (info->is_bounded && most > info->max_retries + 1)
            most = info->max_retries + 1;
        runs += most * (1 + inside_runs(flow, i));
    }
    return runs;
}

uint64_t flow_most_runs(const struct flow_table *flow)
{
    return line_runs(flow, 0, (int)flow->count, -1);
}
