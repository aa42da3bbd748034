/* missing_steps.c: see missing_steps.h. What a name is taken for is decided once, so that
 * all its places go on with the same step. */
#include "missing_steps.h"

#include "table.h"

struct entry {
    struct missing_step meant;
    struct nearest nearest;
    bool is_excused;
};

struct missing_steps {
    struct table by_name;
    struct names candidates; /* all step ids, then the two ends */
    size_t next_lost;        /* where lost_step_take goes on */
};

static struct missing_steps *missing_steps_get(struct arena *arena,
                                               struct workflow *workflow)
{
    const size_t count = workflow->step_count;
    struct missing_steps *missing = workflow->missing_steps;
    struct str *names;
    if (missing)
        return missing;
    missing = arena_new(arena, struct missing_steps);
    names = arena_array(arena, struct str, count + 2);
    for (size_t i = 0; i < count; i++)
        names[i] = workflow->steps[i]->id.text;
    names[count] = S("$complete");
    names[count + 1] = S("$fail");
    missing->candidates = (struct names){names, count + 2};
    table_init(&missing->by_name, arena);
    return workflow->missing_steps = missing;
}

/* A block has lost steps, all or a whole branch, which has been reported. */
static bool has_lost_steps(const struct step *step)
{
    const struct node *parallel = node_find(step->node, "parallel");
    const struct node *branches =
        parallel && parallel->kind == NODE_MAP ? node_find(parallel, "branches") : NULL;
    if (!step->block)
        return parallel || node_find(step->node, "steps");
    if (step->kind == STEP_WORKFLOW)
        return false;
    return step->block->branch_count == 0 ||
           (branches && branches->kind == NODE_MAP &&
            branches->count > step->block->branch_count);
}

/* Whether there is a step whose own id is missing, refused, taken, or swallowed by the step
 * before, which has been reported: a name that is nowhere else was probably meant to be
 * its. Each excuses one name; a block that has lost its steps, any number. */
static bool lost_step_take(struct missing_steps *missing,
                           const struct workflow *workflow)
{
    while (missing->next_lost < workflow->step_count) {
        const struct step *step = workflow->steps[missing->next_lost];
        if (has_lost_steps(step))
            return true;
        missing->next_lost++;
        if (!step->id.text.p || step->is_misnamed || step->is_duplicate ||
            step->is_merged)
            return true;
    }
    return false;
}

static void entry_decide(struct diags *diags, struct entry *entry,
                         struct missing_steps *missing, const struct workflow *workflow,
                         struct str name)
{
    entry->nearest = diag_nearest(diags, name, missing->candidates);
    const size_t near = entry->nearest.shown[0], count = workflow->step_count;
    const bool has_near = entry->nearest.count == 1;
    entry->meant.end = ROUTE_BROKEN;
    if (!str_starts_with(name, S("$")) && (!has_near || near >= count))
        entry->is_excused = lost_step_take(missing, workflow);
    if (entry->is_excused || !has_near)
        return;
    if (near < count) {
        entry->meant.step = workflow->steps[near];
        entry->is_excused = entry->meant.step->is_misnamed;
    } else {
        entry->meant.end = near == count ? ROUTE_COMPLETE : ROUTE_FAIL;
    }
}

struct missing_step missing_step_report(struct arena *arena, struct diags *diags,
                                        struct workflow *workflow,
                                        const struct name *name, enum diag_code code,
                                        const struct step *from)
{
    struct missing_steps *missing = missing_steps_get(arena, workflow);
    struct entry *entry = table_find(&missing->by_name, name->text);
    if (!entry) {
        entry = arena_new(arena, struct entry);
        entry_decide(diags, entry, missing, workflow, name->text);
        table_add(&missing->by_name, name->text, entry);
    }
    if (entry->is_excused)
        return entry->meant;
    diag_report(diags, name->span, code, "there is no step `%.*s`", STR(name->text));
    diag_subject(diags, "step `%.*s`", STR(name->text));
    if (from && entry->meant.step && entry->meant.step->branch != from->branch)
        return (struct missing_step){.end = ROUTE_BROKEN}; /* no route leads there */
    if (code == KAD0202 || entry->meant.step)
        diag_suggest(diags, name->span, name->text, missing->candidates,
                     &entry->nearest);
    return entry->meant;
}
