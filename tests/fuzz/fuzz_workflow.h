/* fuzz_workflow.h: any text as a workflow, through all passes, for the targets that check
 * whole files. The workflows that it may call are those of tests/golden/gen. */
#ifndef KADC_TEST_FUZZ_WORKFLOW_H
#define KADC_TEST_FUZZ_WORKFLOW_H

#include "passes.h"

/* Sets *program up and checks the text in it; returns its workflow. */
static inline const struct workflow *fuzz_check(struct program *program,
                                                struct arena *arena, struct str text)
{
    static struct str module_dirs[] = {{"tests/golden/diag/modules", 25},
                                       {"modules", 7},
                                       {"tests/golden/gen/modules", 24}};
    const struct source *source =
        source_of_text(arena, "tests/golden/gen/fuzz.yaml", text);
    struct workflow *workflow;

    *program = (struct program){
        .arena = arena,
        .diags = diags_new(arena),
        .module_dirs = module_dirs,
        .module_dir_count = 3,
    };
    workflow = model_read(program, source, doc_parse(arena, source, program->diags));
    vec_push(arena, &program->workflows, workflow);
    passes_run(program);
    return workflow;
}

#endif
