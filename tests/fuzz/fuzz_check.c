/* fuzz_check.c: any bytes as a workflow, through all passes.
 *
 * Of the findings: all can be printed; the certain edits stand in the file, in order, and
 * do not overlap. */
#include <assert.h>

#include "base/file.h"
#include "fuzz.h"
#include "passes.h"

static void check_edits(struct diags *diags, const struct source *source)
{
    const struct edits edits = diag_certain_edits(diags, source);
    uint32_t end = 0;

    for (size_t i = 0; i < edits.count; i++) {
        assert(edits.items[i].span.start >= end);
        assert(edits.items[i].span.end >= edits.items[i].span.start);
        end = edits.items[i].span.end;
    }
    assert(end <= source->text.len);
}

static void check_workflow(struct program *program, const struct source *source)
{
    const struct node *root = doc_parse(program->arena, source, program->diags);
    struct workflow *workflow = model_read(program, source, root);

    if (!workflow->is_broken) {
        names_check(program, workflow);
        graph_check(program, workflow);
        types_check(program, workflow);
        concurrency_check(program, workflow);
        secrets_check(program, workflow);
        flow_check(program, workflow);
        guarantees_check(program, workflow);
        effects_check(program, workflow);
    }
    check_edits(program->diags, source);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct str module_dirs[] = {{"tests/golden/diag/modules", 25},
                                       {"modules", 7},
                                       {"tests/golden/gen/modules", 24}};
    struct arena arena = {0};
    struct program program = {
        .arena = &arena,
        .diags = diags_new(&arena),
        .module_dirs = module_dirs,
        .module_dir_count = 3,
    };
    const struct str text = {(const char *)bytes, len};

    check_workflow(&program, source_of_text(&arena, "fuzz.yaml", text));
    fuzz_print(program.diags);
    arena_release(&arena);
    return 0;
}
