/* fuzz_fix.c: any bytes as a workflow, before and after --fix.
 *
 * What could be read can be read afterwards, and has no more errors than before: an edit is
 * what the passes have gone on with. Only what they could not read may hide more. */
#include <assert.h>

#include "fix.h"
#include "fuzz.h"
#include "fuzz_workflow.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = {0};
    struct program before, after;
    const struct workflow *was, *is;
    struct edits edits;

    was = fuzz_check(&before, &arena, (struct str){(const char *)bytes, len});
    edits = diag_certain_edits(before.diags, was->source);
    if (edits.count > 0) {
        is = fuzz_check(&after, &arena, fix_text(&arena, was->source->text, edits));
        assert(was->is_broken || !is->is_broken);
        assert(was->is_broken || was->has_gaps ||
               diag_error_count(after.diags) <= diag_error_count(before.diags));
        fuzz_print(after.diags);
    }
    arena_release(&arena);
    return 0;
}
