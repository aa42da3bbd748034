/* effects.c: what running a step again means for the world and for the time that there is.
 *
 * In: names resolved. Out: 0803, 0804, 0805, 0807, 0808; workflow->unrepeatable. */
#include "base/buf.h"
#include "blocks.h"
#include "kad/errors.h"
#include "passes.h"

/* ---- Failure codes ------------------------------------------------------------------- */

/* Codes of the engine that no attempt ends with: it was not called, or is not to be. */
static bool is_of_attempts(enum kad_failure_code code)
{
    switch (code) {
    case KAD_FAILURE_RETRIES_EXHAUSTED:
    case KAD_FAILURE_BUDGET_EXHAUSTED:
    case KAD_FAILURE_FAILED_BY_ROUTE:
    case KAD_FAILURE_ABORTED_BY_USER:
    case KAD_FAILURE_EXPRESSION: return false;
    default: return true;
    }
}

/* What an attempt of the step can fail with. */
static struct names codes_of(struct arena *arena, const struct action *action)
{
    const size_t own_count = action ? action->error_count : 0;
    struct str *items =
        arena_array(arena, struct str, own_count + KAD_FAILURE_CODE_COUNT);
    size_t count = 0;
    for (size_t i = 0; i < own_count; i++)
        items[count++] = action->errors[i].text;
    for (int i = 0; i < KAD_FAILURE_CODE_COUNT; i++)
        if (is_of_attempts((enum kad_failure_code)i))
            items[count++] = str_of(kad_failure_name((enum kad_failure_code)i));
    return (struct names){items, count};
}

static bool has_code(const struct names *codes, struct str code)
{
    for (size_t i = 0; i < codes->count; i++)
        if (str_equal(codes->items[i], code))
            return true;
    return false;
}

/* 0807. An action that does not list its errors may fail with any code. */
static void codes_check(struct program *program, const struct step *step,
                        const struct retry_codes *codes)
{
    struct diags *diags = program->diags;
    if (step->kind == STEP_ACTION && (!step->action || !step->action->error_count))
        return;
    const struct names known = codes_of(program->arena, step->action);
    for (size_t i = 0; i < codes->count; i++) {
        const struct name *code = &codes->items[i];
        if (has_code(&known, code->text))
            continue;
        diag_report(diags, code->span, KAD0807, "step `%.*s` never fails with `%.*s`",
                    STR(step->id.text), STR(code->text));
        if (step->action)
            diag_note(diags, step->action->name.span,
                      "the action lists its errors here");
        diag_did_you_mean(diags, code->span, code->text, known);
    }
}

/* ---- Attempts ------------------------------------------------------------------------ */

static bool is_repeatable(const struct step *step)
{
    if (step->kind == STEP_RUN)
        return step->run.is_idempotent;
    if (step->kind == STEP_WORKFLOW && step->block->workflow)
        return !step->block->workflow->unrepeatable;
    return !step->action || step->action->is_idempotent;
}

/* The first step that may not run twice, of those that the step has in it or is. */
static const struct step *unrepeatable_find(const struct workflow *workflow,
                                            const struct step *step)
{
    for (size_t i = step->index; i < line_next(step); i++)
        if (!is_repeatable(workflow->steps[i]))
            return workflow->steps[i];
    return NULL;
}

/* `idempotent` says what is neither true nor false, which has been reported. */
static bool has_lost_promise(const struct step *step)
{
    const struct node *promise = node_find(step->node, "idempotent");
    bool value;
    return promise && !node_is_boolean(promise, &value);
}

/* 0803. */
static void idempotence_check(struct program *program, const struct workflow *workflow,
                              const struct step *step)
{
    struct diags *diags = program->diags;
    const struct step *cause = unrepeatable_find(workflow, step);
    if (!cause || has_lost_promise(cause))
        return;
    diag_report(diags, step->retry->span, KAD0803,
                "step `%.*s` is tried again, but may do twice what should happen once",
                STR(step->id.text));
    if (cause != step)
        diag_note(diags, cause->id.span, "this step in it is not idempotent");
    while (cause->kind == STEP_WORKFLOW) {
        cause = cause->block->workflow->unrepeatable;
        diag_note(diags, cause->id.span, "this step of the workflow is not idempotent");
    }
    if (cause->kind == STEP_RUN) {
        diag_help(diags, "if running it twice does no harm, say `idempotent: true`");
    } else if (cause->action) {
        diag_note(diags, cause->action->name.span,
                  "the action does not say that it is idempotent");
        diag_help(diags, "its manifest may say `idempotent: true`, if that is so");
    }
}

/* 0804. */
static void fit_check(struct program *program, const struct workflow *workflow,
                      const struct step *step)
{
    const struct retry *retry = step->retry;
    struct arena *arena = program->arena;
    const int64_t waits_ms = retry_waits_ms(retry, retry->max_attempts);
    if (step->has_max_retries && retry->max_attempts > step->max_retries + 1) {
        diag_report(program->diags, retry->max_attempts_span, KAD0804,
                    "%u attempts, but the step may run %u times in all",
                    retry->max_attempts, step->max_retries + 1);
        diag_note(program->diags, step->max_retries_span, "this bounds all its runs");
    } else if (workflow->timeout_ms && waits_ms >= workflow->timeout_ms) {
        diag_report(program->diags, retry->span, KAD0804,
                    "the waits alone may take %s, but the workflow ends after %s",
                    duration_text(arena, waits_ms),
                    duration_text(arena, workflow->timeout_ms));
        diag_help(program->diags, "fewer attempts, or shorter waits");
    }
}

/* ---- Time ---------------------------------------------------------------------------- */

/* It asks an agent, or goes through a network: how long that takes is up to others. */
static bool waits_for_others(const struct action *action)
{
    bool waits = action->agent_calls > 0;
    for (size_t i = 0; i < action->effect_count; i++)
        waits = waits || str_is(action->effects[i], "network");
    return waits;
}

static bool is_bounded(const struct workflow *workflow, const struct step *step)
{
    bool is_bounded = workflow->timeout_ms > 0 || step->timeout_ms > 0;
    for (const struct block *outer = step->outer; outer; outer = outer->step->outer)
        is_bounded = is_bounded || outer->step->timeout_ms > 0;
    return is_bounded;
}

/* 0805. */
static void timeout_check(struct program *program, const struct workflow *workflow,
                          const struct step *step)
{
    const struct action *action = step->action;
    if (!action || action->timeout_ms > 0 || !waits_for_others(action) ||
        workflow->has_gaps || is_bounded(workflow, step))
        return;
    diag_report(program->diags, step->action_name.span, KAD0805,
                "action `%.*s` may wait for ever", STR(action->name.text));
    diag_subject(program->diags, "no timeout of `%.*s` of `%.*s`",
                 STR(action->name.text), STR(action->module->name.text));
    diag_note(program->diags, action->name.span,
              action->agent_calls > 0
                  ? "it asks an agent, and its manifest gives no `timeout`"
                  : "it uses the network, and its manifest gives no `timeout`");
    diag_help(program->diags, "give the step a `timeout`, or the workflow");
}

/* ---- Calls --------------------------------------------------------------------------- */

static void ignored_report(struct program *program, const struct step *step,
                           const char *key, const char *why)
{
    const struct name *called = &step->block->workflow_name;
    diag_report(program->diags, called->span, KAD0808,
                "`%s` of workflow `%.*s` does not count where it is called", key,
                STR(called->text));
    diag_subject(program->diags, "`%s` of called `%.*s`", key, STR(called->text));
    diag_help(program->diags, "%s", why);
}

/* 0808. */
static void call_check(struct program *program, const struct workflow *workflow,
                       const struct step *step)
{
    const struct workflow *called = step->block ? step->block->workflow : NULL;
    if (!called)
        return;
    if (called->concurrency)
        ignored_report(program, step, "concurrency",
                       "it belongs to this workflow, which may have a `concurrency` of "
                       "its own; a `lock` on a step counts everywhere");
    if (called->is_in_worktree && !workflow->is_in_worktree)
        ignored_report(program, step, "workspace",
                       "it works where this workflow works, which may say `workspace: "
                       "worktree`");
}

void effects_check(struct program *program, struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        if (!workflow->unrepeatable && !is_repeatable(step))
            workflow->unrepeatable = step;
        timeout_check(program, workflow, step);
        call_check(program, workflow, step);
        if (!step->retry)
            continue;
        codes_check(program, step, &step->retry->on);
        codes_check(program, step, &step->retry->not_on);
        idempotence_check(program, workflow, step);
        fit_check(program, workflow, step);
    }
}
