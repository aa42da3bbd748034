/* report_steps.c: where an execution stands: its steps, those of a block under the block, and
 * the executions that its steps have called under their callers.
 *
 * Of a forEach with many items it is told how many stand where, and where those are that run,
 * wait or have failed. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "definition.h"
#include "report_internal.h"
#include "words.h"

/* ---- Positions ------------------------------------------------------------------- */

static void count_ended(const struct execution_facts *facts, size_t first,
                        enum position_status status, struct buf *words)
{
    const char *block = facts->positions[first].block_key;
    size_t count = 0;

    for (size_t i = first; i < facts->position_count; i++)
        count += facts->positions[i].status == status &&
                 strcmp(facts->positions[i].block_key, block) == 0;
    if (count)
        buf_printf(words, "%s%zu %s", words->len ? ", " : "", count,
                   position_status_name(status));
}

static bool is_first_of_block(const struct execution_facts *facts, size_t index)
{
    size_t i = 0;

    while (strcmp(facts->positions[i].block_key, facts->positions[index].block_key) !=
           0)
        i++;
    return i == index;
}

/* "checks: 2 completed, 1 skipped": the branches of a block that have ended. */
static void add_ended(const struct report *report, const struct execution_facts *facts,
                      size_t first, struct buf *text)
{
    struct buf words;

    buf_init(&words, report->arena);
    for (enum position_status status = POSITION_COMPLETED; status <= POSITION_SKIPPED;
         status++)
        count_ended(facts, first, status, &words);
    if (words.len)
        buf_printf(text, "\n%s: %s",
                   report_step_of_key(report, facts->positions[first].block_key),
                   words.p);
}

void report_positions(const struct report *report, const struct execution_facts *facts)
{
    size_t open_count = 0;
    struct buf text;

    if (!facts->row.current_step)
        return;
    buf_init(&text, report->arena);
    buf_printf(&text, "%s", facts->row.current_step);
    for (size_t i = 0; i < facts->position_count; i++) {
        const struct position_row *position = &facts->positions[i];

        if (position->status == POSITION_OPEN && position->current_step &&
            (open_count++ < REPORT_MANY || report->shows_all))
            buf_printf(&text, "\n%s in %s of %s", position->current_step,
                       position->branch,
                       report_step_of_key(report, position->block_key));
        if (is_first_of_block(facts, i))
            add_ended(report, facts, i, &text);
    }
    if (open_count > REPORT_MANY && !report->shows_all)
        buf_printf(&text, "\nand %zu more", open_count - REPORT_MANY);
    report_fact(report, "stands at", text.p);
}

/* ---- The tree -------------------------------------------------------------------- */

enum { NONE = -1 };

/* Of each step: the first that ran inside of it, and the next beside it; NONE. */
struct tree {
    const struct report *report;
    const struct execution_facts *facts;
    json_t *definition; /* or NULL */
    int *firsts, *nexts;
    int root;
    VEC(struct line) lines;
};

static int find_parent(const struct execution_facts *facts, int step, int guess)
{
    const char *key = facts->steps[step].parent;

    if (!key || (guess != NONE && strcmp(facts->steps[guess].key, key) == 0))
        return key ? guess : NONE;
    for (int i = step - 1; i >= 0; i--)
        if (strcmp(facts->steps[i].key, key) == 0)
            return i;
    return NONE;
}

static void build(struct tree *tree)
{
    const int count = (int)tree->facts->step_count;
    int *lasts = arena_array(tree->report->arena, int, (size_t)count);
    int last_root = NONE, parent = NONE;

    tree->root = NONE;
    tree->firsts = arena_array(tree->report->arena, int, (size_t)count);
    tree->nexts = arena_array(tree->report->arena, int, (size_t)count);
    for (int i = 0; i < count; i++) {
        int *last = &last_root, *first = &tree->root;

        tree->firsts[i] = tree->nexts[i] = lasts[i] = NONE;
        /* Those of one block mostly come one after another. */
        parent = find_parent(tree->facts, i, parent);
        if (parent != NONE)
            last = &lasts[parent], first = &tree->firsts[parent];
        if (*last == NONE)
            *first = i;
        else
            tree->nexts[*last] = i;
        *last = i;
    }
}

/* ---- Lines ----------------------------------------------------------------------- */

static const char *step_note(const struct report *report,
                             const struct execution_facts *facts,
                             const struct step_row *step)
{
    const char *last = report_last_line(report, facts, step);
    const char *code, *message, *in_step;
    struct buf note;

    buf_init(&note, report->arena);
    if (step->visit > 1)
        buf_printf(&note, "visit %" PRIu32, step->visit);
    if (step->attempt > 1)
        buf_printf(&note, "%sattempt %" PRIu32, note.len ? ", " : "", step->attempt);
    if (report_error_read(report, step->error, &code, &message, &in_step))
        buf_printf(&note, "%s%s: %s", note.len ? "; " : "", code, message);
    if (*last)
        buf_printf(&note, "%s%s", note.len ? "; " : "", last);
    return note.p;
}

static const char *step_took(const struct report *report,
                             const struct execution_facts *facts,
                             const struct step_row *step)
{
    if (step->completed_ms)
        return duration_words(report->arena, step->completed_ms - step->started_ms);
    if (facts->owner)
        return duration_words(report->arena, time_now_ms() - step->started_ms);
    return "-";
}

static bool has_gate(const struct execution_facts *facts, const char *key)
{
    const struct waits *own = &facts->waits.items[0];

    for (size_t i = 0; i < own->gate_count; i++)
        if (strcmp(own->gates[i].step_key, key) == 0)
            return true;
    return false;
}

static bool waits_for_anything(const struct execution_facts *facts)
{
    for (size_t i = 0; i < facts->waits.count; i++)
        if (facts->waits.items[i].gate_count)
            return true;
    return false;
}

static bool has_called(const struct execution_facts *facts, const char *key)
{
    for (size_t i = 0; i < facts->called.count; i++)
        if (strcmp(facts->called.items[i].parent_key, key) == 0)
            return true;
    return false;
}

/* A running row of an execution that nobody runs is where it stopped; a block waits when
 * something inside does. */
static const char *step_status_words(const struct tree *tree, int index)
{
    const struct execution_facts *facts = tree->facts;
    const struct step_row *step = &facts->steps[index];
    const bool is_block = tree->firsts[index] != NONE || has_called(facts, step->key);

    if (step->status != STEP_RUN_RUNNING)
        return step_status_name(step->status);
    if (has_gate(facts, step->key))
        return "waiting";
    if (facts->owner)
        return step_status_name(step->status);
    return is_block && waits_for_anything(facts) ? "waiting" : "interrupted";
}

/* "unit: compile", "work[3]". */
static const char *step_name(const struct tree *tree, const struct step_row *step,
                             int depth)
{
    const char *branch =
        step->parent ? definition_branch_of(tree->definition, step->step_id) : NULL;
    const bool is_named = branch && strcmp(branch, step->step_id) != 0;

    return arena_printf(tree->report->arena, "%*s%s%s%s%s", 2 * depth, "",
                        is_named ? branch : "", is_named ? ": " : "", step->step_id,
                        step->item);
}

static void add_called(struct tree *tree, const struct execution_row *row, int depth)
{
    struct arena *arena = tree->report->arena;
    pid_t owner;
    const char *status = report_status_name(tree->report, row, &owner);
    const int64_t end_ms = row->completed_ms ? row->completed_ms : time_now_ms();
    const struct line line = {{
        {arena_printf(arena, "%*s%s", 2 * depth, "", row->workflow_id), NULL},
        {status, report_status_color(status)},
        {row->completed_ms || owner ? duration_words(arena, end_ms - row->started_ms)
                                    : "-",
         NULL},
        {arena_printf(arena, "execution %s", row->id), DIM},
    }};

    vec_push(arena, &tree->lines, line);
    for (size_t i = 0; i < tree->facts->called.count; i++) {
        const struct execution_row *inner = &tree->facts->called.items[i];

        if (strcmp(inner->parent_id, row->id) == 0)
            add_called(tree, inner, depth + 1);
    }
}

static void add_inner(struct tree *tree, int step, int depth);

/* A step, what it has called, and what is inside of it. */
static void add_step(struct tree *tree, int index, int depth)
{
    const struct execution_facts *facts = tree->facts;
    const struct step_row *step = &facts->steps[index];
    const char *status = step_status_words(tree, index);
    const struct line line = {{
        {step_name(tree, step, depth), NULL},
        {status, report_status_color(status)},
        {step_took(tree->report, facts, step), NULL},
        {step_note(tree->report, facts, step), DIM},
    }};

    vec_push(tree->report->arena, &tree->lines, line);
    for (size_t i = 0; i < facts->called.count; i++)
        if (strcmp(facts->called.items[i].parent_key, step->key) == 0)
            add_called(tree, &facts->called.items[i], depth + 1);
    add_inner(tree, index, depth + 1);
}

/* ---- Items ----------------------------------------------------------------------- */

/* Of each item the last step that has run beside its block's others; NONE. */
struct items {
    int *lasts;
    size_t count;
};

/* "[3][12]": 12. */
static size_t item_index(const struct step_row *step)
{
    const char *bracket = strrchr(step->item, '[');

    return bracket ? strtoul(bracket + 1, NULL, 10) : 0;
}

static struct items items_of(const struct tree *tree, int block)
{
    const struct step_row *steps = tree->facts->steps;
    struct items items = {0};

    for (int i = tree->firsts[block]; i != NONE; i = tree->nexts[i])
        if (item_index(&steps[i]) >= items.count)
            items.count = item_index(&steps[i]) + 1;
    items.lasts = arena_array(tree->report->arena, int, items.count);
    for (size_t i = 0; i < items.count; i++)
        items.lasts[i] = NONE;
    for (int i = tree->firsts[block]; i != NONE; i = tree->nexts[i])
        items.lasts[item_index(&steps[i])] = i;
    return items;
}

/* Adds how many of them stand there, and the first of these. */
static void add_standing(struct tree *tree, const struct items *items,
                         const char *status, bool is_told, int depth, struct buf *words)
{
    size_t count = 0;

    for (size_t i = 0; i < items->count; i++) {
        const int last = items->lasts[i];

        if (last == NONE || strcmp(step_status_words(tree, last), status) != 0)
            continue;
        if (++count <= REPORT_MANY && is_told)
            add_step(tree, last, depth);
    }
    if (count)
        buf_printf(words, "%s%zu %s", words->len ? ", " : "", count, status);
}

static void add_items(struct tree *tree, const struct items *items, int depth)
{
    static const struct {
        const char *status;
        bool is_told;
    } standings[] = {
        {"running", true},    {"waiting", true},   {"interrupted", true},
        {"failed", true},     {"timed_out", true}, {"completed", false},
        {"cancelled", false}, {"skipped", false},
    };
    const size_t place = tree->lines.count;
    struct arena *arena = tree->report->arena;
    const struct line none = {{{"", NULL}, {"", NULL}, {"", NULL}, {"", NULL}}};
    struct buf words;

    buf_init(&words, arena);
    vec_push(arena, &tree->lines, none);
    for (size_t i = 0; i < sizeof(standings) / sizeof(standings[0]); i++)
        add_standing(tree, items, standings[i].status, standings[i].is_told, depth,
                     &words);
    tree->lines.items[place].cells[0].text =
        arena_printf(arena, "%*s%zu items", 2 * depth, "", items->count);
    tree->lines.items[place].cells[3] =
        (struct cell){arena_printf(arena, "%s; status --all tells each", words.p), DIM};
}

/* A forEach with more than are told one by one. */
static bool has_many_items(const struct tree *tree, int block, struct items *items)
{
    const struct step_row *steps = tree->facts->steps;
    const int first = tree->firsts[block];

    if (tree->report->shows_all || first == NONE ||
        strcmp(steps[first].item, steps[block].item) == 0)
        return false;
    *items = items_of(tree, block);
    return items->count > REPORT_MANY;
}

static void add_inner(struct tree *tree, int step, int depth)
{
    struct items items;

    if (has_many_items(tree, step, &items))
        add_items(tree, &items, depth);
    else
        for (int i = tree->firsts[step]; i != NONE; i = tree->nexts[i])
            add_step(tree, i, depth);
}

void report_steps(const struct report *report, const struct execution_facts *facts)
{
    struct tree tree = {.report = report, .facts = facts};

    if (!facts->step_count)
        return;
    if (facts->definition)
        tree.definition = json_loads(facts->definition, 0, NULL);
    build(&tree);
    for (int i = tree.root; i != NONE; i = tree.nexts[i])
        add_step(&tree, i, 0);
    fputc('\n', report->out);
    report_table(report, tree.lines.items, tree.lines.count, 4, 2);
    json_decref(tree.definition);
}
