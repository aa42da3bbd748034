/* fuzz_check.c: any bytes as a workflow, through all passes.
 *
 * Of the findings: all can be printed; the certain edits stand in the file, in order, and
 * do not overlap. */
#include <assert.h>

#include "fuzz.h"
#include "fuzz_workflow.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = {0};
    struct program program;
    const struct workflow *workflow;

    workflow = fuzz_check(&program, &arena, (struct str){(const char *)bytes, len});
    check_edits(program.diags, workflow->source);
    fuzz_print(program.diags);
    arena_release(&arena);
    return 0;
}
