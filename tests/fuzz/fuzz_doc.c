/* fuzz_doc.c: any bytes through the YAML front end alone.
 *
 * Of the tree: what doc.h promises; a scalar stands in the source, and the places of its
 * bytes stand in it, in order. */
#include <assert.h>

#include "doc.h"
#include "fuzz.h"

static void check_scalar(const struct node *node)
{
    const size_t source_len = node->span.source->text.len;
    uint32_t last = node->span.start;

    assert(str_utf8_valid_len(node->text) == node->text.len);
    assert(str_find(node->text, S("\0")) == node->text.len);
    assert(node->span.start <= node->span.end && node->span.end <= source_len);
    for (size_t i = 0; i <= node->text.len; i++) {
        const struct span place = node_range(node, i, i),
                          before = node_range(node, 0, i);

        assert(place.start >= last && place.start <= source_len);
        assert(before.end >= before.start && before.end <= source_len);
        last = place.start;
    }
}

/* What stands behind aliases is looked at each time, within reason. */
static void check_node(const struct node *node, size_t depth, size_t *budget)
{
    assert(depth <= DOC_DEPTH_MAX + 1);
    if (*budget == 0)
        return;
    --*budget;
    if (node->kind == NODE_SCALAR)
        check_scalar(node);
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == NODE_MAP) {
            assert(node->keys[i]->kind == NODE_SCALAR);
            check_scalar(node->keys[i]);
        }
        check_node(node->items[i], depth + 1, budget);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    enum { VISITS_MAX = 100000 };
    struct arena arena = {0};
    struct diags *diags = diags_new(&arena);
    const struct str text = {(const char *)bytes, len};
    const struct node *root =
        doc_parse(&arena, source_of_text(&arena, "fuzz.yaml", text), diags);
    size_t budget = VISITS_MAX;

    assert(root || diag_error_count(diags) > 0);
    if (root)
        check_node(root, 1, &budget);
    fuzz_print(diags);
    arena_release(&arena);
    return 0;
}
