/* fuzz_workflow.h: any text as a workflow, through all passes, for the targets that check
 * whole files. The workflows that it may call are those of tests/golden/gen. */
#ifndef KADC_TEST_FUZZ_WORKFLOW_H
#define KADC_TEST_FUZZ_WORKFLOW_H

#include "calls.h"
#include "passes.h"

static inline void fuzz_run_passes(struct program *program, struct workflow *workflow)
{
    if (workflow->is_broken)
        return;
    names_check(program, workflow);
    graph_check(program, workflow);
    types_check(program, workflow);
    triggers_check(program, workflow);
    concurrency_check(program, workflow);
    secrets_check(program, workflow);
    taint_summarize(program, workflow);
    flow_check(program, workflow);
    guarantees_check(program, workflow);
    effects_check(program, workflow);
    schedules_check(program, workflow);
}

/* Sets *program up and checks the text in it; returns its workflow. */
static inline const struct workflow *fuzz_check(struct program *program,
                                                struct arena *arena, struct str text)
{
    static struct str module_dirs[] = {{"tests/golden/diag/modules", 25},
                                       {"modules", 7},
                                       {"tests/golden/gen/modules", 24}};
    const struct source *source =
        source_of_text(arena, "tests/golden/gen/fuzz.yaml", text);
    struct workflow *workflow, **workflows;

    *program = (struct program){
        .arena = arena,
        .diags = diags_new(arena),
        .module_dirs = module_dirs,
        .module_dir_count = 3,
    };
    workflow = model_read(program, source, doc_parse(arena, source, program->diags));
    vec_push(arena, &program->workflows, workflow);
    workflows = calls_resolve(program);
    for (size_t i = 0; i < program->workflows.count; i++)
        fuzz_run_passes(program, workflows[i]);
    for (size_t i = program->workflows.count; i-- > 0;)
        if (!workflows[i]->is_broken)
            taint_check(program, workflows[i]);
    webhooks_check(program);
    events_check(program);
    return workflow;
}

#endif
