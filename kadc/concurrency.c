/* concurrency.c: the key that executions are counted by is known before they start.
 *
 * In: names and types of the parameters. Out: 0404, 0507, 0610, 0906 and what expr_check.c
 * says of the key; one that can't be used is taken away. */
#include "passes.h"
#include "value_check.h"

struct looking {
    struct diags *diags;
    bool has_unknown; /* something that comes later, or is a secret: reported */
};

static void binding_check(struct expr *expr, void *context)
{
    struct looking *looking = context;
    switch (expr->binding.kind) {
    case BIND_NONE:
    case BIND_PARAMETER:
    case BIND_ENV:
    case BIND_WORKFLOW_ID:
    case BIND_WORKFLOW_NAME:
    case BIND_WORKFLOW_VERSION: return;
    default: break;
    }
    looking->has_unknown = true;
    if (expr->binding.kind == BIND_SECRET)
        return; /* 0906 below */
    diag_report(looking->diags, expr->span, KAD0610,
                "`%.*s` is not known before the execution starts",
                STR(span_text(expr->span)));
    diag_help(looking->diags,
              "the key may read `trigger`, `env` and what the workflow is");
}

/* 0906. */
static bool has_secret(const struct looking *looking, const struct template *key)
{
    for (size_t i = 0; i < key->part_count; i++) {
        const struct expr *expr = key->parts[i].expr;
        if (!expr || !type_holds_secret(expr->type))
            continue;
        diag_report(looking->diags, expr->span, KAD0906,
                    "`%.*s` is secret, and the key is stored",
                    STR(span_text(expr->span)));
        diag_help(looking->diags, "count by something that may be seen");
        return true;
    }
    return false;
}

void concurrency_check(struct program *program, struct workflow *workflow)
{
    struct looking looking = {.diags = program->diags};
    const struct scope scope = {
        .arena = program->arena, .diags = program->diags, .workflow = workflow};
    const struct value_place place = {
        .program = program, .scope = &scope, .what = S("`key`")};
    struct template *key = workflow->concurrency ? workflow->concurrency->key : NULL;
    if (!key)
        return;
    text_value_check(&place, key);
    template_each_binding(key, binding_check, &looking);
    if (has_secret(&looking, key) || looking.has_unknown)
        workflow->concurrency->key = NULL;
}
