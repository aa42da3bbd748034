/* outcomes.c: `onOutcome` has a route for each outcome of its action, and for no other.
 *
 * A misspelt outcome with one near candidate is reported and then taken as meant. */
#include "outcomes.h"

#include "base/buf.h"
#include "table.h"

const struct name *step_outcomes(const struct step *step, size_t *count)
{
    if (step->kind == STEP_APPROVAL) {
        *count = step->approval.choice_count;
        return step->approval.choices;
    }
    if (step->kind == STEP_WAIT) {
        *count = step->wait.name_count;
        return step->wait.names;
    }
    *count = step->action ? step->action->outcome_count : 0;
    return step->action ? step->action->outcomes : NULL;
}

/* The names that a step has, and those that its routes are for. */
struct sets {
    struct arena scratch;
    struct table outcomes, cases;
};

static void sets_init(struct sets *sets, const struct step *step)
{
    const struct route *route = step->on_success;
    size_t count;
    const struct name *outcomes = step_outcomes(step, &count);
    *sets = (struct sets){.scratch = {0}};
    table_init(&sets->outcomes, &sets->scratch);
    table_init(&sets->cases, &sets->scratch);
    for (size_t i = 0; i < count; i++)
        table_add(&sets->outcomes, outcomes[i].text, sets);
    for (size_t i = 0; i < route->case_count; i++)
        if (route->cases[i].outcome.text.p)
            table_add(&sets->cases, route->cases[i].outcome.text, sets);
}

/* Outcomes without a route, in the order of the manifest. */
static struct names missing_outcomes(struct arena *arena, const struct step *step,
                                     const struct sets *sets)
{
    size_t count;
    const struct name *outcomes = step_outcomes(step, &count);
    struct str *items = arena_array(arena, struct str, count);
    struct names missing = {items, 0};
    for (size_t i = 0; i < count; i++)
        if (!table_find(&sets->cases, outcomes[i].text))
            items[missing.count++] = outcomes[i].text;
    return missing;
}

static void declared_note(struct program *program, const struct step *step)
{
    if (step->kind == STEP_APPROVAL)
        diag_note(program->diags, step->approval.span, "its choices are listed here");
    else if (step->kind == STEP_WAIT)
        diag_note(program->diags, step->wait.span, "its ways are listed here");
    else
        diag_note(program->diags, step->action->name.span,
                  "the action is declared here");
}

/* 0219. */
static void unknown_report(struct program *program, const struct step *step,
                           const struct name *name)
{
    if (step->kind == STEP_APPROVAL)
        diag_report(program->diags, name->span, KAD0219,
                    "approval `%.*s` has no choice `%.*s`", STR(step->id.text),
                    STR(name->text));
    else if (step->kind == STEP_WAIT)
        diag_report(program->diags, name->span, KAD0219,
                    "wait `%.*s` has no way `%.*s`", STR(step->id.text),
                    STR(name->text));
    else
        diag_report(program->diags, name->span, KAD0219,
                    "action `%.*s` has no outcome `%.*s`", STR(step->action->name.text),
                    STR(name->text));
    declared_note(program, step);
}

/* Whether it was meant for one of those that are missing, which it then is. */
static bool outcome_guess(struct program *program, const struct step *step,
                          struct sets *sets, struct name *name)
{
    struct arena scratch = {0};
    struct names missing = missing_outcomes(&scratch, step, sets);
    ptrdiff_t meant =
        diag_did_you_mean(program->diags, name->span, name->text, missing);
    if (meant >= 0) {
        name->text = missing.items[meant];
        table_add(&sets->cases, name->text, sets);
    }
    arena_release(&scratch);
    return meant >= 0;
}

static void none_report(struct program *program, const struct step *step)
{
    if (step->kind == STEP_WAIT) {
        diag_report(program->diags, step->on_outcome_span, KAD0219,
                    "wait `%.*s` has no named outcomes", STR(step->id.text));
        diag_help(program->diags, "only the ways of `first` have names");
        return;
    }
    diag_report(program->diags, step->on_outcome_span, KAD0219,
                "action `%.*s` has no named outcomes", STR(step->action->name.text));
    declared_note(program, step);
    diag_help(program->diags, "say `onSuccess`, with a condition over its outputs");
}

static void missing_report(struct program *program, const struct step *step,
                           struct arena *scratch, struct names missing)
{
    struct buf list;
    buf_init(&list, scratch);
    for (size_t i = 0; i < missing.count; i++)
        buf_printf(&list, "%s`%.*s`", i ? ", " : "", STR(missing.items[i]));
    diag_report(program->diags, step->on_outcome_span, KAD0509,
                "`onOutcome` of step `%.*s` has no route for %s", STR(step->id.text),
                list.p);
    declared_note(program, step);
    diag_help(program->diags, "add `%.*s: STEP`, or `$complete`, or `$fail`",
              STR(missing.items[0]));
}

/* Each route is for an outcome that there is, and each outcome has one. */
static void cases_check(struct program *program, const struct step *step)
{
    enum { GUESSES_MAX = 100 }; /* each looks at all outcomes */
    struct route *route = step->on_success;
    struct sets sets;
    size_t unknown_count = 0, lost_count = 0;
    sets_init(&sets, step);
    for (size_t i = 0; i < route->case_count; i++) {
        struct name *name = &route->cases[i].outcome;
        if (!name->text.p || table_find(&sets.outcomes, name->text))
            continue;
        unknown_report(program, step, name);
        if (unknown_count++ >= GUESSES_MAX ||
            !outcome_guess(program, step, &sets, name))
            lost_count++;
    }
    /* An unknown outcome may be a missing one under another name: one mistake. */
    struct names missing = missing_outcomes(&sets.scratch, step, &sets);
    if (missing.count > lost_count)
        missing_report(program, step, &sets.scratch, missing);
    arena_release(&sets.scratch);
}

void outcomes_check(struct program *program, const struct step *step)
{
    size_t count;
    if (step->on_success->kind != ROUTE_OUTCOME)
        return;
    step_outcomes(step, &count);
    if (count == 0 && (step->kind == STEP_APPROVAL || step->wait.is_first ||
                       (step->kind == STEP_WAIT && step->wait.way_count == 0)))
        return; /* they could not be read */
    if (count == 0)
        none_report(program, step);
    else
        cases_check(program, step);
}
