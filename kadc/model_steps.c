/* model_steps.c: `steps:`.
 *
 *     step = {id, module, action, inputs, outputs, ...}
 *          | {id, run: [argument...], okExit, env, cwd, stdin, idempotent, ...}
 *          | {id, route: condition | switch, ...}
 *          | {id, parallel, ...} | {id, forEach, max, steps, ...} | {id, workflow, inputs, ...}
 *
 * Reports 0115 (what a step does is said once), 0209 and, by keys.c, group 01. */
#include "blocks.h"
#include "key_values.h"
#include "model_read.h"

#include <ctype.h>
#include <string.h>

#include "secrets.h"
#include "table.h"

/* ---- Values that need more than a store ---------------------------------------------- */

static key_reader id_read, step_inputs_read, step_outputs_read, run_args_read,
    run_env_read, run_exits_read, on_success_read, on_outcome_read, on_failure_read,
    on_timeout_read, max_retries_read, step_retry_read, step_route_read, step_wait_read,
    step_approval_read, step_parallel_read, step_for_each_read, step_as_read,
    step_max_read, step_concurrency_read, step_mode_read, step_body_read,
    step_workflow_read;

/* Kinds of steps, as keys that make no sense beside them. */
#define GATES "wait approval"
#define BLOCKS "parallel forEach workflow"

#define AT(field) offsetof(struct step, field)
static const struct key step_keys[] = {
    {"id", KEY_NODE, KEY_REQUIRED, .read = id_read, .shape = SHAPE_TEXT,
     .about = "how routes name it"},
    {"name", KEY_TEXT, .offset = AT(title), .about = "for people"},
    {"description", KEY_TEXT, .offset = AT(description), .about = "for people"},
    {"module", KEY_NAME, .offset = AT(module_name), .with = "action",
     .about = "whose action it runs"},
    {"action", KEY_NAME, .offset = AT(action_name), .with = "module",
     .about = "what it does"},
    {"inputs", KEY_MAP, .read = step_inputs_read,
     .not_with = "run route parallel forEach " GATES,
     .about = "a value for each input of the action, or parameter of the workflow"},
    {"outputs", KEY_LIST, .read = step_outputs_read,
     .not_with = "run route " GATES " " BLOCKS, .of = &field_set,
     .about = "what is known better than the manifest knows it"},
    {"run", KEY_LIST, KEY_NOT_EMPTY, .read = run_args_read, .shape = SHAPE_SCALAR,
     .about = "a program and its arguments, without a shell"},
    {"okExit", KEY_LIST, KEY_NOT_EMPTY, .read = run_exits_read, .shape = SHAPE_INTEGER,
     .not_with = "module route " GATES " " BLOCKS,
     .about = "the exit codes that are a success"},
    {"env", KEY_MAP, .read = run_env_read, .shape = SHAPE_SCALAR,
     .not_with = "module route " GATES " " BLOCKS,
     .about = "variables for the program"},
    {"cwd", KEY_TEMPLATE, .offset = AT(run.cwd),
     .not_with = "module route " GATES " " BLOCKS,
     .about = "the folder in which it runs"},
    {"stdin", KEY_TEMPLATE, .offset = AT(run.stdin_text),
     .not_with = "module route " GATES " " BLOCKS, .about = "what it reads"},
    {"idempotent", KEY_BOOLEAN, .offset = AT(run.is_idempotent),
     .not_with = "module route " GATES " " BLOCKS,
     .about = "it may run again after a crash"},
    {"wait", KEY_NODE, .read = step_wait_read, .of = &wait_set,
     .about = "a duration, {until}, {event} or {first}: goes on when it has come"},
    {"approval", KEY_MAP, KEY_NOT_EMPTY, .read = step_approval_read,
     .of = &approval_set, .about = "a person decides: {prompt, choices, timeout}"},
    {"route", KEY_MAP, KEY_NOT_EMPTY, .read = step_route_read, .shape = SHAPE_DECISION,
     .about = "a decision alone: {condition, then, else} or {switch, else}"},
    {"parallel", KEY_MAP, KEY_NOT_EMPTY, .read = step_parallel_read,
     .of = &parallel_set, .about = "branches that run at the same time"},
    {"forEach", KEY_TEMPLATE, .read = step_for_each_read, .with = "max steps",
     .about = "an array: the steps run once for each of its items"},
    {"as", KEY_NODE, .read = step_as_read, .shape = SHAPE_TEXT,
     .not_with = "module run route parallel workflow " GATES,
     .about = "how the steps name the item; default: item"},
    {"max", KEY_COUNT, .read = step_max_read,
     .not_with = "module run route parallel workflow " GATES,
     .about = "how many items there may be"},
    {"concurrency", KEY_COUNT, .read = step_concurrency_read,
     .not_with = "module run route parallel workflow " GATES,
     .about = "how many items are at work at the same time; default: 1"},
    {"mode", KEY_NODE, .read = step_mode_read, .of = &mode_set, .texts = MODE_TEXTS,
     .not_with = "module run route parallel workflow " GATES,
     .about = "when it is over: all, any, settle or {atLeast}"},
    {"steps", KEY_LIST, KEY_NOT_EMPTY, .read = step_body_read, .of = &step_set,
     .not_with = "module run route parallel workflow " GATES, .with = "forEach",
     .about = "what is done for each item"},
    {"workflow", KEY_NODE, .read = step_workflow_read, .shape = SHAPE_TEXT,
     .about = "another workflow, by its id"},
    {"lock", KEY_IDENTIFIER, .offset = AT(lock), .not_with = "route " GATES " " BLOCKS,
     .about = "at most one step with this lock runs at a time"},
    {"onSuccess", KEY_NODE, .read = on_success_read, .shape = SHAPE_ROUTE,
     .not_with = "route", .about = "default: $complete"},
    {"onOutcome", KEY_MAP, KEY_NOT_EMPTY, .read = on_outcome_read, .shape = SHAPE_ROUTE,
     .not_with = "run route " BLOCKS,
     .about = "instead of onSuccess: a route for each outcome of the action"},
    {"onFailure", KEY_NODE, .read = on_failure_read, .shape = SHAPE_ROUTE,
     .about = "default: $fail"},
    {"onTimeout", KEY_NODE, .read = on_timeout_read, .shape = SHAPE_ROUTE,
     .not_with = "route", .about = "default: as onFailure"},
    {"recovers", KEY_BOOLEAN, .offset = AT(recovers),
     .about = "its success makes an earlier failure good"},
    {"maxRetries", KEY_COUNT, .read = max_retries_read,
     .about = "how often it may run beyond its first run"},
    {"retry", KEY_MAP, KEY_NOT_EMPTY, .read = step_retry_read, .of = &retry_set,
     .not_with = "route " GATES, .about = "how a failed attempt is repeated"},
    {"timeout", KEY_DURATION, .offset = AT(timeout_ms), .not_with = "route " GATES,
     .about = "how long it may run"},
};
#undef AT
const struct key_set step_set =
    KEY_SET_ONE_OF("step", "id", step_keys, "module run route " GATES " " BLOCKS);

/* What a step can do; `module` and `action` are one of them together. */
static const char *const kind_keys[] = {"module", "run",      "parallel", "forEach",
                                        "wait",   "approval", "workflow", "route"};
enum { KIND_COUNT = sizeof(kind_keys) / sizeof(kind_keys[0]) };

/* [a-z][a-z0-9]*([-_][a-z0-9]+)* */
static bool is_step_id(struct str text)
{
    bool is_after_mark = true;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool is_mark = c == '-' || c == '_';
        if (!is_mark && !islower(c) && !isdigit(c))
            return false;
        if (is_mark && is_after_mark)
            return false;
        is_after_mark = is_mark;
    }
    return text.len > 0 && islower((unsigned char)text.p[0]) && !is_after_mark;
}

static void id_read(struct reader *reader, const struct node *key,
                    const struct node *value, void *target)
{
    struct step *step = target;
    (void)key;
    step->id = (struct name){text_read(reader, value, "id"), value->span};
    if (step->id.text.p)
        name_length_check(reader, step->id);
    if (!step->id.text.p || is_step_id(step->id.text))
        return;
    step->is_misnamed = true;
    diag_report(reader->program->diags, value->span, KAD0209,
                "`%.*s` is not a valid step id", STR(step->id.text));
    diag_help(
        reader->program->diags,
        "lower case letters and digits, in words joined by `-` or `_`: `run-tests`");
}

static void step_inputs_read(struct reader *reader, const struct node *key,
                             const struct node *value, void *target)
{
    struct step *step = target;
    step->inputs = inputs_read(reader, value, &step->input_count);
    step->inputs_span = key->span;
}

static void step_outputs_read(struct reader *reader, const struct node *key,
                              const struct node *value, void *target)
{
    struct step *step = target;
    (void)key;
    step->declared_outputs =
        fields_read(reader, value, "output", &step->declared_output_count);
    secret_outputs_check(reader->program, step->declared_outputs,
                         step->declared_output_count);
    step->has_lost_outputs = step->declared_output_count < value->count;
}

static void run_args_read(struct reader *reader, const struct node *key,
                          const struct node *value, void *target)
{
    struct run *run = &((struct step *)target)->run;
    (void)key;
    run->args = arena_array(reader->program->arena, struct value *, value->count);
    for (size_t i = 0; i < value->count; i++)
        if (node_expect(reader, value->items[i], NODE_SCALAR, "argument"))
            run->args[run->arg_count++] = value_read(reader, value->items[i]);
}

static void run_env_read(struct reader *reader, const struct node *key,
                         const struct node *value, void *target)
{
    struct run *run = &((struct step *)target)->run;
    (void)key;
    run->env = arena_array(reader->program->arena, struct input, value->count);
    for (size_t i = 0; i < value->count; i++) {
        if (!node_expect(reader, value->items[i], NODE_SCALAR, "variable"))
            continue;
        struct input *variable = &run->env[run->env_count++];
        const struct node *name = value->keys[i];
        variable->name = (struct name){name->text, name->span};
        variable->value = value_read(reader, value->items[i]);
        if (name->text.len == 0 || memchr(name->text.p, '=', name->text.len))
            diag_report(reader->program->diags, name->span, KAD0209,
                        "`%.*s` cannot be the name of a variable", STR(name->text));
    }
}

static void run_exits_read(struct reader *reader, const struct node *key,
                           const struct node *value, void *target)
{
    struct run *run = &((struct step *)target)->run;
    (void)key;
    run->ok_exits = arena_array(reader->program->arena, int32_t, value->count);
    for (size_t i = 0; i < value->count; i++) {
        const struct node *item = value->items[i];
        int64_t code;
        if (item->kind == NODE_SCALAR && node_is_integer(item, &code) && code >= 0 &&
            code <= 255)
            run->ok_exits[run->ok_exit_count++] = (int32_t)code;
        else if (!item->is_poisoned)
            diag_report(reader->program->diags, item->span, KAD0802,
                        "`okExit`: an exit code is a whole number from 0 to 255");
    }
}

/* 0317, at the key that comes later. */
static void success_conflict_report(struct reader *reader, const struct step *step,
                                    struct route *outcomes, struct route *on_success)
{
    struct diags *diags = reader->program->diags;
    struct span first = step->on_success_span, second = step->on_outcome_span;
    if (first.start > second.start) {
        first = step->on_outcome_span;
        second = step->on_success_span;
    }
    diag_report(diags, second, KAD0317,
                "`onSuccess` and `onOutcome` exclude each other");
    diag_note(diags, first, "the other one");
    diag_help(diags, "keep `onOutcome` if the outcomes lead to different places");
    outcomes_add_success(outcomes, on_success);
}

static void on_success_read(struct reader *reader, const struct node *key,
                            const struct node *value, void *target)
{
    struct step *step = target;
    struct route *route = route_read(reader, value);
    step->on_success_span = key->span;
    if (step->on_outcome_span.source)
        success_conflict_report(reader, step, step->on_success, route);
    else
        step->on_success = route;
}

static void on_outcome_read(struct reader *reader, const struct node *key,
                            const struct node *value, void *target)
{
    struct step *step = target;
    struct route *route = outcomes_read(reader, value);
    step->on_outcome_span = key->span;
    if (step->on_success)
        success_conflict_report(reader, step, route, step->on_success);
    step->on_success = route;
}

static void step_wait_read(struct reader *reader, const struct node *key,
                           const struct node *value, void *target)
{
    struct step *step = target;
    step->kind = STEP_WAIT;
    if (value->kind == NODE_SCALAR && node_is_null(value)) {
        reader->has_gaps = true;
        diag_report(reader->program->diags, key->span, KAD0109,
                    "`wait` has nothing in it");
        return;
    }
    wait_read(reader, value, step);
}

static void step_parallel_read(struct reader *reader, const struct node *key,
                               const struct node *value, void *target)
{
    ((struct step *)target)->kind = STEP_PARALLEL;
    parallel_read(reader, key, value, target);
}

static void step_for_each_read(struct reader *reader, const struct node *key,
                               const struct node *value, void *target)
{
    struct step *step = target;
    struct block *block = block_get(reader, step, key);
    step->kind = STEP_FOR_EACH;
    block->span = key->span;
    if (node_expect(reader, value, NODE_SCALAR, "forEach"))
        block->each = value_read(reader, value);
}

static void step_as_read(struct reader *reader, const struct node *key,
                         const struct node *value, void *target)
{
    block_get(reader, target, key)->as = identifier_read(reader, value, "as");
}

static void step_max_read(struct reader *reader, const struct node *key,
                          const struct node *value, void *target)
{
    struct block *block = block_get(reader, target, key);
    block->max_span = value->span;
    positive_read(reader, value, "max", &block->max_items);
}

static void step_concurrency_read(struct reader *reader, const struct node *key,
                                  const struct node *value, void *target)
{
    positive_read(reader, value, "concurrency",
                  &block_get(reader, target, key)->concurrency);
}

static void step_mode_read(struct reader *reader, const struct node *key,
                           const struct node *value, void *target)
{
    mode_read(reader, key, value, block_get(reader, target, key));
}

static void step_body_read(struct reader *reader, const struct node *key,
                           const struct node *value, void *target)
{
    body_read(reader, key, value, target);
}

static void step_workflow_read(struct reader *reader, const struct node *key,
                               const struct node *value, void *target)
{
    struct step *step = target;
    struct block *block = block_get(reader, step, key);
    step->kind = STEP_WORKFLOW;
    block->span = key->span;
    block->workflow_name =
        (struct name){text_read(reader, value, "workflow"), value->span};
}

static void step_approval_read(struct reader *reader, const struct node *key,
                               const struct node *value, void *target)
{
    struct step *step = target;
    step->kind = STEP_APPROVAL;
    approval_read(reader, key, value, step);
}

static void step_route_read(struct reader *reader, const struct node *key,
                            const struct node *value, void *target)
{
    struct step *step = target;
    (void)key;
    step->kind = STEP_ROUTE;
    step->on_success = route_read(reader, value);
}

static void on_failure_read(struct reader *reader, const struct node *key,
                            const struct node *value, void *target)
{
    (void)key;
    ((struct step *)target)->on_failure = route_read(reader, value);
}

static void on_timeout_read(struct reader *reader, const struct node *key,
                            const struct node *value, void *target)
{
    struct step *step = target;
    step->on_timeout = route_read(reader, value);
    step->on_timeout_span = key->span;
}

static void max_retries_read(struct reader *reader, const struct node *key,
                             const struct node *value, void *target)
{
    struct step *step = target;
    step->has_max_retries = true; /* also when the count is wrong: a bound was meant */
    step->max_retries_span = span_join(key->span, value->span);
    count_read(reader, value, "maxRetries", &step->max_retries);
}

static void step_retry_read(struct reader *reader, const struct node *key,
                            const struct node *value, void *target)
{
    ((struct step *)target)->retry = retry_read(reader, key, value);
}

/* ---- Steps --------------------------------------------------------------------------- */

static const struct node *key_node_find(const struct node *map, const char *name)
{
    for (size_t i = 0; i < map->count; i++)
        if (str_is(map->keys[i]->text, name))
            return map->keys[i];
    return NULL;
}

/* How many things to do it says. */
static size_t kind_count(const struct node *node)
{
    size_t count = 0;
    for (size_t i = 0; node->kind == NODE_MAP && i < KIND_COUNT; i++)
        count += key_node_find(node, kind_keys[i]) != NULL;
    return count;
}

/* A key that is not known may be what it does. */
static bool has_unknown_key(const struct node *node)
{
    for (size_t i = 0; i < node->count; i++)
        if (!key_find(&step_set, node->keys[i]->text))
            return true;
    return false;
}

/* Exactly one thing to do: 0115. Half of `module` and `action` is 0105, by the table. */
static void kind_check(struct reader *reader, const struct step *step)
{
    struct diags *diags = reader->program->diags;
    const struct node *first = NULL;
    bool has_module = step->module_name.span.source;
    bool has_action = step->action_name.span.source || node_find(step->node, "action");
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct node *key = key_node_find(step->node, kind_keys[i]);
        if (key && first) {
            diag_report(diags, key->span, KAD0115, "%.*s says `%.*s` and `%.*s`",
                        STR(keys_owner(reader, &step_set, step->node)),
                        STR(first->text), STR(key->text));
            diag_note(diags, first->span, "the other one");
            diag_help(diags, "make two steps of it");
        }
        first = first ? first : key;
    }
    if (first || has_module || has_action || step->run.args || step->block)
        return;
    reader->has_gaps = true;
    if (!has_unknown_key(step->node)) {
        diag_report(diags, keys_place(&step_set, step->node), KAD0115,
                    "%.*s does not say what to do",
                    STR(keys_owner(reader, &step_set, step->node)));
        diag_help(diags, "give it `module` and `action`, or `run`, or `route`");
    }
}

static struct route *route_default(struct reader *reader, const struct step *step,
                                   enum route_kind kind)
{
    struct route *route = arena_new(reader->program->arena, struct route);
    route->kind = kind;
    route->span = step->id.text.p ? step->id.span : keys_place(&step_set, step->node);
    route->is_default = true;
    return route;
}

/* Reads the keys; false: it is no map. */
static bool step_read(struct reader *reader, struct step *step)
{
    const struct node *node = step->node;
    const bool was_merged = reader->is_merged;
    step->is_merged = (node->kind == NODE_MAP && node->dropped_count > 0) ||
                      (node_find(node, "run") && node_find(node, "module"));
    /* More than one thing to do, which kind_check reports: what goes with which is not
     * clear. */
    step->has_two_kinds = kind_count(node) > 1;
    reader->is_merged = step->is_merged || step->has_two_kinds;
    bool was_read = keys_read(reader, &step_set, node, step);
    reader->is_merged = was_merged;
    if (!was_read)
        return false;
    if (step->run.args)
        step->kind = STEP_RUN;
    if (step->block)
        block_finish(reader, step);
    if (node->dropped_count == 0)
        kind_check(reader, step);
    /* It could not be read: reported. */
    bool has_lost_route = key_node_find(node, "route") ||
                          key_node_find(node, "onSuccess") ||
                          key_node_find(node, "onOutcome");
    if (!step->on_success)
        step->on_success =
            route_default(reader, step, has_lost_route ? ROUTE_BROKEN : ROUTE_COMPLETE);
    if (!step->on_failure)
        step->on_failure = route_default(reader, step, ROUTE_FAIL);
    return true;
}

void line_read(struct reader *reader, const struct node *list)
{
    struct arena *arena = reader->program->arena;
    for (size_t i = 0; i < list->count; i++) {
        struct step *step = arena_new(arena, struct step);
        step->node = list->items[i];
        step->index = reader->steps.count;
        step->outer = reader->block;
        step->branch = reader->branch;
        vec_push(arena, &reader->steps, step); /* before the steps inside */
        if (!step_read(reader, step))
            reader->steps.count = step->index;
    }
}

void steps_read(struct reader *reader, const struct node *list,
                struct workflow *workflow)
{
    struct table *table = arena_new(reader->program->arena, struct table);
    table_init(table, reader->program->arena);
    workflow->loop_table = arena_new(reader->program->arena, struct table);
    table_init(workflow->loop_table, reader->program->arena);
    line_read(reader, list);
    workflow->step_table = table;
    workflow->steps = reader->steps.items;
    workflow->step_count = reader->steps.count;
    for (size_t i = 0; i < workflow->step_count; i++) {
        struct step *step = workflow->steps[i];
        const struct step *outer = step->outer ? step->outer->step : NULL;
        step->is_in_duplicate =
            outer && (outer->is_duplicate || outer->is_in_duplicate);
        if (step->id.text.p)
            step->is_duplicate = table_add(table, step->id.text, step) != NULL;
        if (step->kind == STEP_FOR_EACH) {
            table_add(workflow->loop_table, S("index"), step);
            table_add(workflow->loop_table, block_item_name(step->block), step);
        }
    }
}

/* ---- Steps without their section ----------------------------------------------------- */

/* Only a step has both. */
static bool is_step_like(const struct node *node)
{
    return node_find(node, "id") && kind_count(node) > 0;
}

/* The first entry of a list that is a step, or its count. */
static uint32_t first_step_find(const struct node *list)
{
    uint32_t i = 0;
    while (list->kind == NODE_LIST && i < list->count && !is_step_like(list->items[i]))
        i++;
    return list->kind == NODE_LIST ? i : list->count;
}

static struct node *list_part(struct arena *arena, const struct node *list,
                              uint32_t from, uint32_t to)
{
    struct node *part = arena_new(arena, struct node);
    *part = *list;
    part->items += from;
    part->count = to - from;
    return part;
}

/* A copy of `root` in which the entries of section `at` from `first` on are the steps. */
static const struct node *steps_split(struct arena *arena, const struct node *root,
                                      size_t at, uint32_t first)
{
    const struct node *list = root->items[at];
    struct node *split = arena_new(arena, struct node);
    struct node *key = arena_new(arena, struct node);
    *key = *list->items[first]->keys[0];
    key->text = S("steps");
    *split = *root;
    split->count = root->count + 1;
    split->keys = arena_array(arena, struct node *, split->count);
    split->items = arena_array(arena, struct node *, split->count);
    for (size_t i = 0; i < root->count; i++) {
        split->keys[i] = root->keys[i];
        split->items[i] = root->items[i];
    }
    split->items[at] = list_part(arena, list, 0, first);
    split->keys[root->count] = key;
    split->items[root->count] = list_part(arena, list, first, list->count);
    return split;
}

const struct node *steps_recover(struct reader *reader, const struct node *root)
{
    if (root->kind != NODE_MAP || node_find(root, "steps"))
        return root;
    for (size_t i = 0; i < root->count; i++) {
        const struct node *list = root->items[i];
        uint32_t first = first_step_find(list);
        if (first == list->count || first == 0)
            continue;
        diag_report(reader->program->diags, list->items[first]->keys[0]->span, KAD0105,
                    "missing key `steps` above this step");
        return steps_split(reader->program->arena, root, i, first);
    }
    return root;
}
