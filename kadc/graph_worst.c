/* graph_worst.c: what one execution may take at most: step runs, calls of the agent, time.
 *
 * In: all loops are bounded. Out: the worst case of workflow->graph. It is never less than
 * what can happen; sums that can't be counted are UINT64_MAX. Reports 0307 and, by
 * graph_budget.c, 0308 and 0316.
 *
 * A run of a block weighs what its branches weigh: all of them together, one after the other
 * for each item of a forEach, the whole worst case of a workflow that is called. So lines are
 * weighed from the inside out. */
#include <stdlib.h>

#include "blocks.h"
#include "components.h"
#include "graph.h"

enum { RUNS_MAX = 10000 };

static uint64_t add(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* ---- Measures ------------------------------------------------------------------------ */

/* What is counted; `inside`: of what the step calls or has in it, once. */
struct measure {
    uint64_t (*of_step)(const struct step *step, uint64_t inside);
    /* Of all branches of a block. */
    uint64_t (*of_branches)(uint64_t sum, uint64_t largest);
    /* Of all items of a forEach. */
    uint64_t (*of_items)(const struct block *block, uint64_t body);
    uint64_t (*of_workflow)(const struct graph *graph);
};

static uint64_t sum_of(uint64_t sum, uint64_t largest)
{
    (void)largest;
    return sum;
}

static uint64_t each_item(const struct block *block, uint64_t body)
{
    return multiply(block->max_items, body);
}

/* Of an unbounded step each visit weighs; of a bounded one each run, whatever its visit. */
static uint64_t one_run(const struct step *step)
{
    return step->retry && !step->has_max_retries ? step->retry->max_attempts : 1;
}

static uint64_t runs_of_step(const struct step *step, uint64_t inside)
{
    return multiply(one_run(step), add(inside, 1));
}

static uint64_t runs_of_workflow(const struct graph *graph)
{
    return graph->worst_runs;
}

static uint64_t calls_of_step(const struct step *step, uint64_t inside)
{
    return multiply(one_run(step), step->action ? step->action->agent_calls : inside);
}

static uint64_t calls_of_workflow(const struct graph *graph)
{
    return graph->worst_agent_calls;
}

/* The branches run at the same time. */
static uint64_t ms_of_branches(uint64_t sum, uint64_t largest)
{
    (void)sum;
    return largest;
}

/* Rounds of as many items as are at work at the same time. */
static uint64_t ms_of_items(const struct block *block, uint64_t body)
{
    uint64_t rounds = block->max_items / block->concurrency;
    rounds += block->max_items % block->concurrency > 0;
    return multiply(rounds, body);
}

static uint64_t ms_of_workflow(const struct graph *graph)
{
    return graph->worst_ms < 0 ? UINT64_MAX : (uint64_t)graph->worst_ms;
}

/* Of one attempt, by itself; 0: nothing bounds it. */
static int64_t limit_ms(const struct step *step)
{
    int64_t ms = step->timeout_ms;
    if (ms == 0 && step->action)
        ms = step->action->timeout_ms;
    if (step->kind == STEP_WAIT) {
        int64_t wait_ms = wait_literal_ms(&step->wait);
        if (wait_ms > 0 && (ms == 0 || wait_ms < ms))
            ms = wait_ms;
    }
    return step->lock.text.p ? 0 : ms; /* for a lock it may wait for any time */
}

/* One attempt. */
static uint64_t attempt_ms(const struct step *step, uint64_t inside)
{
    uint64_t own_ms = limit_ms(step) > 0 ? (uint64_t)limit_ms(step) : UINT64_MAX;
    if (step->kind == STEP_ROUTE)
        return 0;
    return step->block && inside < own_ms ? inside : own_ms;
}

/* Between the runs of a bounded step there are no more waits than runs, the last ones of a
 * visit being the longest. */
static uint64_t ms_of_step(const struct step *step, uint64_t inside)
{
    const struct retry *retry = step->retry;
    uint64_t waits_ms = 0;
    if (retry)
        waits_ms = (uint64_t)retry_waits_ms(retry, retry->max_attempts);
    if (retry && step->has_max_retries && retry->max_attempts > 1)
        waits_ms -= (uint64_t)retry_waits_ms(retry, retry->max_attempts - 1);
    return add(multiply(one_run(step), attempt_ms(step, inside)), waits_ms);
}

static const struct measure runs_measure = {runs_of_step, sum_of, each_item,
                                            runs_of_workflow};
static const struct measure calls_measure = {calls_of_step, sum_of, each_item,
                                             calls_of_workflow};
static const struct measure ms_measure = {ms_of_step, ms_of_branches, ms_of_items,
                                          ms_of_workflow};

/* ---- One line ------------------------------------------------------------------------ */

/* The components of each line, by its key: numbers [start[key], start[key + 1]) of `items`,
 * lowest first. */
struct components_by_line {
    size_t *start, *items;
};

static struct components_by_line by_line(struct arena *arena,
                                         const struct workflow *workflow,
                                         const struct components *components)
{
    struct components_by_line lines = {
        .start = arena_array(arena, size_t, workflow->step_count + 2),
        .items = arena_array(arena, size_t, components->count),
    };
    /* Counted one place further on, so that filling moves each to its own. */
    for (size_t c = 0; c < components->count; c++)
        lines.start[line_key(workflow->steps[components->order[components->start[c]]]) +
                    2]++;
    for (size_t i = 2; i < workflow->step_count + 2; i++)
        lines.start[i] += lines.start[i - 1];
    for (size_t c = 0; c < components->count; c++) {
        size_t key = line_key(workflow->steps[components->order[components->start[c]]]);
        lines.items[lines.start[key + 1]++] = c;
    }
    return lines;
}

/* What the whole and the left graph have been split into, for one measure. */
struct worst_case {
    struct arena *arena;  /* of what stays */
    struct arena scratch; /* of what this pass needs */
    const struct workflow *workflow;
    const struct components *all, *left;
    struct components_by_line all_lines, left_lines;
    const struct measure *measure;
    uint64_t *weights; /* of one visit or run of a step */
    uint64_t *ways;    /* see ways_find */
    uint64_t *loops;   /* of components */
    uint64_t *paths;   /* heaviest path from a component on */
    size_t *next;      /* component on it; SIZE_MAX: the last */
};

static bool is_in_loop(const struct worst_case *worst, const struct edge *edge)
{
    return edge->to && graph_edge_is_left(edge) &&
           worst->all->of[edge->to->index] == worst->all->of[edge->from->index];
}

/* For each step of a line the heaviest way that starts with it, stays in its loop of the whole
 * graph, and uses no bounded run. `left` has no loops, so its order is that of the ways. */
static void ways_find(struct worst_case *worst, size_t key)
{
    const struct graph *graph = worst->workflow->graph;
    const struct components_by_line *lines = &worst->left_lines;
    for (size_t i = lines->start[key]; i < lines->start[key + 1]; i++) {
        size_t at = worst->left->order[worst->left->start[lines->items[i]]];
        const struct step *step = worst->workflow->steps[at];
        uint64_t heaviest = 0;
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++)
            if (is_in_loop(worst, &graph->edges[e]))
                heaviest = larger(heaviest, worst->ways[graph->edges[e].to->index]);
        worst->ways[at] = add(heaviest, step->has_max_retries ? 0 : worst->weights[at]);
    }
}

/* Of one loop: all bounded runs, and before, between and after them a free way each. */
static uint64_t loop_weight(const struct worst_case *worst, size_t component)
{
    uint64_t bounded_weight = 0, bounded_runs = 0, heaviest = 0;
    const struct components *all = worst->all;
    for (size_t i = all->start[component]; i < all->start[component + 1]; i++) {
        const struct step *step = worst->workflow->steps[all->order[i]];
        uint64_t runs = step->has_max_retries ? (uint64_t)step->max_retries + 1 : 0;
        bounded_runs = add(bounded_runs, runs);
        bounded_weight =
            add(bounded_weight, multiply(runs, worst->weights[step->index]));
        heaviest = larger(heaviest, worst->ways[step->index]);
    }
    return add(bounded_weight, multiply(add(bounded_runs, 1), heaviest));
}

static void path_find(struct worst_case *worst, size_t c)
{
    const struct graph *graph = worst->workflow->graph;
    const struct components *all = worst->all;
    worst->next[c] = SIZE_MAX;
    for (size_t i = all->start[c]; i < all->start[c + 1]; i++) {
        size_t at = all->order[i];
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
            const struct step *to = graph->edges[e].to;
            size_t other = to ? all->of[to->index] : c;
            if (other != c && worst->paths[other] > worst->paths[c]) {
                worst->paths[c] = worst->paths[other];
                worst->next[c] = other;
            }
        }
    }
    worst->loops[c] = loop_weight(worst, c);
    worst->paths[c] = add(worst->paths[c], worst->loops[c]);
}

/* The heaviest path through the loops of a line, which among each other have none; 0 for a
 * line that is not reached. */
static uint64_t line_weight(struct worst_case *worst, size_t key)
{
    const struct components_by_line *lines = &worst->all_lines;
    ways_find(worst, key);
    for (size_t i = lines->start[key]; i < lines->start[key + 1]; i++)
        path_find(worst, lines->items[i]);
    return worst->workflow->steps[key]->is_reachable ? worst->paths[worst->all->of[key]]
                                                     : 0;
}

/* ---- All lines ----------------------------------------------------------------------- */

static uint64_t inside_weight(struct worst_case *worst, const struct block *block)
{
    uint64_t sum = 0, largest = 0;
    if (block->workflow)
        return worst->measure->of_workflow(block->workflow->graph);
    for (size_t i = 0; i < block->branch_count; i++) {
        uint64_t weight = line_weight(worst, block->branches[i].first);
        sum = add(sum, weight);
        largest = larger(largest, weight);
    }
    if (block->step->kind == STEP_FOR_EACH)
        return worst->measure->of_items(block, sum);
    return worst->measure->of_branches(sum, largest);
}

static int by_index(const void *a, const void *b)
{
    const struct step *const *first = a, *const *second = b;
    return ((*first)->index > (*second)->index) - ((*first)->index < (*second)->index);
}

static void dominant_set(const struct worst_case *worst, size_t component,
                         struct dominant *most)
{
    const struct components *all = worst->all;
    size_t start = all->start[component];
    most->count = all->start[component + 1] - start;
    most->steps = arena_array(worst->arena, const struct step *, most->count);
    for (size_t i = 0; i < most->count; i++)
        most->steps[i] = worst->workflow->steps[all->order[start + i]];
    qsort(most->steps, most->count, sizeof(most->steps[0]), by_index);
}

/* Of the components on the heaviest path of the main line, the one that weighs most, if it is
 * one. */
static void dominant_find(const struct worst_case *worst, struct dominant *most)
{
    size_t heaviest = worst->all->of[0];
    bool is_alone = true;
    *most = (struct dominant){.weight = worst->loops[heaviest]};
    for (size_t c = worst->next[heaviest]; c != SIZE_MAX; c = worst->next[c]) {
        if (worst->loops[c] >= most->weight)
            is_alone = worst->loops[c] > most->weight;
        if (worst->loops[c] > most->weight) {
            heaviest = c;
            most->weight = worst->loops[c];
        }
    }
    if (is_alone && most->weight > 0)
        dominant_set(worst, heaviest, most);
}

static uint64_t worst_find(struct worst_case *worst, const struct measure *measure,
                           struct dominant *most)
{
    const struct workflow *workflow = worst->workflow;
    struct arena *arena = &worst->scratch;
    worst->measure = measure;
    worst->weights = arena_array(arena, uint64_t, workflow->step_count);
    worst->ways = arena_array(arena, uint64_t, workflow->step_count);
    worst->paths = arena_array(arena, uint64_t, worst->all->count);
    worst->loops = arena_array(arena, uint64_t, worst->all->count);
    worst->next = arena_array(arena, size_t, worst->all->count);
    for (size_t i = workflow->step_count; i-- > 0;) {
        const struct step *step = workflow->steps[i];
        uint64_t inside = step->block ? inside_weight(worst, step->block) : 0;
        worst->weights[i] = measure->of_step(step, inside);
    }
    uint64_t weight = line_weight(worst, 0);
    dominant_find(worst, most);
    return weight;
}

/* ---- The worst case ------------------------------------------------------------------ */

/* By itself, whatever the blocks round it allow. */
static bool is_timeless(const struct step *step)
{
    const struct block *block = step->block;
    if (!step->is_reachable || limit_ms(step) > 0 || step->kind == STEP_ROUTE)
        return false;
    return !block || (block->workflow && block->workflow->graph->worst_ms < 0);
}

const struct step *graph_timeless_step(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        const struct block *outer = step->outer;
        while (outer && outer->step->timeout_ms == 0)
            outer = outer->step->outer;
        if (!outer && is_timeless(step))
            return step;
    }
    return NULL;
}

static void worst_case_find(struct program *program, struct worst_case *worst,
                            struct graph *graph)
{
    graph->worst_runs = worst_find(worst, &runs_measure, &graph->most_runs);
    graph->worst_agent_calls =
        worst_find(worst, &calls_measure, &graph->most_agent_calls);
    if (!graph_timeless_step(worst->workflow)) {
        uint64_t ms = worst_find(worst, &ms_measure, &graph->most_ms);
        graph->worst_ms = ms > INT64_MAX ? INT64_MAX : (int64_t)ms;
    }
    int64_t timeout_ms = worst->workflow->timeout_ms;
    graph_timeout_check(program, worst->workflow);
    if (timeout_ms > 0 && (graph->worst_ms < 0 || graph->worst_ms > timeout_ms)) {
        graph->worst_ms = timeout_ms;
        graph->most_ms.count = 0;
    }
}

/* By how much a step multiplies what is in its loop, or in itself. */
static uint32_t factor_of(const struct step *step, struct span *span)
{
    uint32_t items = step->kind == STEP_FOR_EACH ? step->block->max_items : 0;
    uint32_t retries = step->has_max_retries ? step->max_retries : 0;
    *span = items > retries ? step->block->max_span : step->max_retries_span;
    return items > retries ? items : retries;
}

/* 0307, at the largest bound: that is what multiplies. */
static void runs_check(struct program *program, const struct workflow *workflow)
{
    struct span largest = workflow->steps[0]->id.span;
    uint32_t factor = 0;
    if (workflow->graph->worst_runs <= RUNS_MAX)
        return;
    for (size_t i = 0; i < workflow->step_count; i++) {
        struct span span;
        uint32_t own = factor_of(workflow->steps[i], &span);
        if (own > factor) {
            factor = own;
            largest = span;
        }
    }
    if (workflow->graph->worst_runs == UINT64_MAX)
        diag_report(program->diags, largest, KAD0307,
                    "one execution may run more steps than can be counted");
    else
        diag_report(program->diags, largest, KAD0307,
                    "one execution may run %llu steps",
                    (unsigned long long)workflow->graph->worst_runs);
    diag_help(program->diags, "that is the worst case; lower the bounds");
}

void graph_worst_check(struct program *program, struct workflow *workflow,
                       const struct components *all, const struct components *left)
{
    struct worst_case worst = {
        .arena = program->arena,
        .workflow = workflow,
        .all = all,
        .left = left,
    };
    worst.all_lines = by_line(&worst.scratch, workflow, all);
    worst.left_lines = by_line(&worst.scratch, workflow, left);
    worst_case_find(program, &worst, workflow->graph);
    arena_release(&worst.scratch);
    runs_check(program, workflow);
    graph_budget_check(program, workflow);
}
