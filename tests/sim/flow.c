/* flow.c: see flow.h: how a table is entered; flow_make.c: how it is made. */
#include "flow_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

struct flow_table flows[FLOWS_MAX];

/* ---- Types ---------------------------------------------------------------------------- */

static const struct kad_field text_fields[] = {
    {.name = "text",
     .offset = offsetof(struct text_value, text),
     .type = &kad_string_type},
};

const struct kad_type text_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct text_value),
    .fields = text_fields,
    .field_count = KAD_COUNT(text_fields),
};

static const struct kad_field items_fields[] = {
    {.name = "items", .offset = 0, .type = &kad_strings_type},
};

const struct kad_type items_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct kad_strings),
    .fields = items_fields,
    .field_count = KAD_COUNT(items_fields),
};

static const struct kad_field decision_fields[] = {
    {.name = "choice",
     .offset = offsetof(struct decision, choice),
     .type = &kad_string_type},
    {.name = "by", .offset = offsetof(struct decision, by), .type = &kad_string_type},
    {.name = "comment",
     .offset = offsetof(struct decision, comment),
     .type = &kad_optional_string_type},
};

const struct kad_type decision_type = {
    .kind = KAD_OBJECT,
    .size_bytes = sizeof(struct decision),
    .fields = decision_fields,
    .field_count = KAD_COUNT(decision_fields),
};

static const char *const sides[] = {"left", "right", NULL};

#define ACTION_OF(variable, text, once, named)                                         \
    const struct kad_action variable = {                                               \
        .module = "sim",                                                               \
        .name = text,                                                                  \
        .module_version = "1.0.0",                                                     \
        .inputs = &text_type,                                                          \
        .outputs = &text_type,                                                         \
        .call = sim_act,                                                               \
        .outcomes = named,                                                             \
        .is_idempotent = !(once),                                                      \
        .agent_calls = 1,                                                              \
    }

ACTION_OF(act_action, "act", false, NULL);
ACTION_OF(act_once_action, "act-once", true, NULL);
ACTION_OF(choose_action, "choose", false, sides);
ACTION_OF(choose_once_action, "choose-once", true, sides);

/* ---- What a step reads ------------------------------------------------------------------ */

static struct item_frame *item_at(struct kad_run *run, const struct flow_table *flow,
                                  int position)
{
    const int for_each = flow->nodes[position].for_each;

    return for_each < 0 ? NULL : kad_item(run, &flow->infos[for_each]);
}

static union slot *slot_of(struct kad_run *run, const struct flow_table *flow,
                           struct flow_frame *f, int position)
{
    struct item_frame *item = item_at(run, flow, position);

    return item ? &item->slots[position] : &f->slots[position];
}

static const char *slot_text(struct kad_run *run, const struct node *node,
                             const union slot *slot)
{
    char *text;

    switch (node->kind) {
    case NODE_ACT:
    case NODE_CHOOSE:
    case NODE_CHILD: return slot->text.text;
    case NODE_APPROVAL: return slot->decision.choice;
    case NODE_EVENT:
    case NODE_FIRST: return slot->data.data.text;
    case NODE_PARALLEL:
        text = kad_run_alloc(run, 24);
        snprintf(text, 24, "%zu", slot->names.succeeded.count);
        return text;
    case NODE_FOR_EACH:
    case NODE_ROUTE:
    case NODE_TIMER: break;
    }
    return NULL;
}

/* What the steps right inside have left, of all items. */
static const char *items_text(struct kad_run *run, const struct flow_table *flow,
                              struct flow_frame *f, int position)
{
    struct item_frame *outer = item_at(run, flow, position);
    const struct kad_items *items =
        outer ? &outer->items[position] : &f->items[position];
    const struct kad_branch *body = &flow->branches[position][0];
    const struct item_frame *frames = items->items;
    enum { SIZE = 2048 };
    char *text = kad_run_alloc(run, SIZE);
    int used = 0;

    for (size_t i = 0; i < items->count; i++)
        for (int s = body->first; s < body->first + body->count; s++)
            if (flow->nodes[s].kind == NODE_ACT && frames[i].has[s] && used < SIZE)
                used += snprintf(text + used, (size_t)(SIZE - used), "%d=%s,", s,
                                 frames[i].slots[s].text.text);
    return text;
}

/* What is inside of a parallel is read from outside when that has ended well. */
static bool is_readable(struct kad_run *run, const struct flow_table *flow,
                        int position, int other)
{
    const int block = flow->nodes[other].block;
    const struct kad_branch *last;

    if (block < 0 || flow->nodes[block].kind != NODE_PARALLEL)
        return true;
    last = &flow->branches[block][flow->blocks[block].branch_count - 1];
    if (position > block && position < last->first + last->count)
        return true;
    return kad_has_outputs(run, &flow->infos[block]);
}

static const char *read_one(struct kad_run *run, const struct flow_table *flow,
                            struct flow_frame *f, int position, int reads)
{
    const struct kad_error *error = kad_workflow_error(run);
    const char *name, *text;
    char *both;

    switch (reads) {
    case READS_NOTHING: return "-";
    case READS_TRIGGER: return f->trigger.text;
    case READS_ITEM: return item_at(run, flow, position)->item;
    case READS_ERROR:
        name = error ? error->code : "none";
        text = error && error->step ? error->step : "";
        both = kad_run_alloc(run, strlen(name) + strlen(text) + 2);
        strcat(strcat(strcpy(both, name), "@"), text);
        return both;
    default: break;
    }
    if (!is_readable(run, flow, position, reads))
        return NULL;
    if (flow->nodes[reads].kind == NODE_FOR_EACH)
        return kad_has_outputs(run, &flow->infos[reads])
                   ? items_text(run, flow, f, reads)
                   : NULL;
    return slot_text(run, &flow->nodes[reads], slot_of(run, flow, f, reads));
}

static const char *read_all(struct kad_run *run, const struct flow_table *flow,
                            struct flow_frame *f, int position)
{
    const struct node *node = &flow->nodes[position];
    const char *parts[READS_MAX];
    size_t len = 1;
    char *text;

    for (size_t i = 0; i < READS_MAX; i++) {
        parts[i] = read_one(run, flow, f, position, node->reads[i]);
        if (!parts[i] && node->is_strict)
            kad_fault(run, "what it reads is not set");
        if (!parts[i])
            parts[i] = "unset";
        len += strlen(parts[i]) + 1;
    }
    text = kad_run_alloc(run, len);
    for (size_t i = 0; i < READS_MAX; i++)
        strcat(strcat(text, parts[i]), i + 1 < READS_MAX ? "|" : "");
    return text;
}

/* ---- Inputs ----------------------------------------------------------------------------- */

static struct kad_strings items_of(struct kad_run *run, const struct node *node,
                                   const char *text)
{
    const char **items = kad_run_alloc(run, (ITEMS_MAX + 1) * sizeof(*items));

    for (unsigned i = 0; i < node->item_count; i++) {
        char *item = kad_run_alloc(run, 24);

        snprintf(item, 24, "%u-%04x", i, (unsigned)(dice_hash(i, text) & 0xffff));
        items[i] = item;
    }
    return (struct kad_strings){items, node->item_count};
}

static struct kad_wait_inputs event_inputs(const struct node *node)
{
    struct kad_wait_inputs in = {.event = node->event};

    if (node->has_match)
        in.match = (struct kad_json){"{\"n\":1}", 7};
    return in;
}

static const void *first_inputs(struct kad_run *run, const struct node *node)
{
    struct kad_wait_inputs *ways = kad_run_alloc(run, 2 * sizeof(*ways));
    struct kad_first_inputs *in = kad_run_alloc(run, sizeof(*in));

    ways[0] = event_inputs(node);
    ways[1].duration = (struct kad_optional_integer){true, node->wait_ms};
    *in = (struct kad_first_inputs){ways, 2};
    return in;
}

static const void *when_inputs(struct kad_run *run, const struct flow_table *flow,
                               int position)
{
    struct kad_parallel_inputs *in = kad_run_alloc(run, sizeof(*in));
    const size_t count = flow->blocks[position].branch_count;
    bool *flags = kad_run_alloc(run, BRANCHES_MAX);

    for (size_t i = 0; i < count; i++)
        flags[i] = !(flow->nodes[position].skips >> i & 1);
    in->when = (struct kad_booleans){flags, count};
    return in;
}

static const void *inputs_of(struct kad_run *run, const struct flow_table *flow,
                             struct flow_frame *f, int position)
{
    const struct node *node = &flow->nodes[position];
    const char *text = read_all(run, flow, f, position);
    struct kad_wait_inputs *wait = kad_run_alloc(run, sizeof(*wait));
    struct text_value *in = kad_run_alloc(run, sizeof(*in));
    struct kad_strings *items = kad_run_alloc(run, sizeof(*items));

    in->text = text; /* of an approval: its prompt */
    switch (node->kind) {
    case NODE_TIMER:
        wait->duration = (struct kad_optional_integer){true, node->wait_ms};
        return wait;
    case NODE_EVENT: *wait = event_inputs(node); return wait;
    case NODE_FIRST: return first_inputs(run, node);
    case NODE_PARALLEL: return when_inputs(run, flow, position);
    case NODE_FOR_EACH: *items = items_of(run, node, text); return items;
    case NODE_ACT:
    case NODE_CHOOSE:
    case NODE_ROUTE:
    case NODE_APPROVAL:
    case NODE_CHILD: break;
    }
    return in;
}

/* ---- Entering ---------------------------------------------------------------------------- */

static int next_of(struct kad_run *run, const struct flow_table *flow,
                   struct flow_frame *f, int position)
{
    const struct node *node = &flow->nodes[position];
    const char *text;
    uint32_t outcome;

    if (node->by_outcome) {
        outcome = kad_step_outcome(run, &flow->infos[position]);
        if (outcome < 1 || outcome > 2)
            kad_unreachable();
        return node->on_outcome[outcome - 1];
    }
    if (!node->by_output)
        return node->on_success;
    text = slot_text(run, node, slot_of(run, flow, f, position));
    if (!text && node->is_strict)
        kad_fault(run, "what the route reads is not set");
    return node->on_outcome[text ? dice_hash(0, text) & 1 : 0];
}

static int advance(struct kad_run *run, const struct flow_table *flow, void *frame,
                   int position)
{
    const struct node *node = &flow->nodes[position];
    struct flow_frame *f = frame;

    switch (kad_do(run, &flow->infos[position], inputs_of(run, flow, f, position),
                   slot_of(run, flow, f, position))) {
    case KAD_SUCCESS: return next_of(run, flow, f, position);
    case KAD_FAILURE: return node->on_failure;
    case KAD_TIMEOUT: return node->on_timeout;
    case KAD_LATER: break;
    }
    return position;
}

/* What its main line has left. */
static void finish(struct kad_run *run, const struct flow_table *flow,
                   const void *frame)
{
    const struct flow_frame *f = frame;
    struct text_value out;
    uint64_t sum = 0;
    char text[24];

    for (unsigned i = 0; i < flow->count; i++) {
        const char *left = flow->nodes[i].for_each < 0
                               ? slot_text(run, &flow->nodes[i], &f->slots[i])
                               : NULL;

        sum = left ? dice_hash(sum, left) : sum + 1;
    }
    snprintf(text, sizeof(text), "%016llx", (unsigned long long)sum);
    out.text = text;
    kad_finish(run, &out);
}

/* The engine hands over no context: a function for each table. */
#define ENTRY_OF(number)                                                               \
    static int advance_##number(struct kad_run *run, void *frame, int position)        \
    {                                                                                  \
        return advance(run, &flows[number], frame, position);                          \
    }                                                                                  \
    static void finish_##number(struct kad_run *run, const void *frame)                \
    {                                                                                  \
        finish(run, &flows[number], frame);                                            \
    }

ENTRY_OF(0)
ENTRY_OF(1)
ENTRY_OF(2)

int (*const flow_advance[FLOWS_MAX])(struct kad_run *, void *,
                                     int) = {advance_0, advance_1, advance_2};
void (*const flow_finish[FLOWS_MAX])(struct kad_run *,
                                     const void *) = {finish_0, finish_1, finish_2};

const struct node *flow_find(const char *workflow_id, const char *step_id)
{
    for (int f = 0; f < FLOWS_MAX; f++)
        for (unsigned i = 0; i < flows[f].count; i++)
            if (!strcmp(flows[f].id, workflow_id) &&
                !strcmp(flows[f].nodes[i].id, step_id))
                return &flows[f].nodes[i];
    return NULL;
}
