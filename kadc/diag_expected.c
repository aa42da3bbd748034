/* diag_expected.c: which findings a comment expects.
 *
 * In: expectations in order of arrival, findings. Out: of each finding the first expectation
 * of its code in whose range it begins, if there is one; which expectations are met.
 *
 * Both are sorted by code and place, and looked through once: a heap has those expectations
 * whose range has begun, the first to arrive on top. */
#include <stdlib.h>

#include "finding.h"

struct heap {
    struct expectation **items;
    size_t count;
};

static void swap(struct heap *heap, size_t a, size_t b)
{
    struct expectation *item = heap->items[a];

    heap->items[a] = heap->items[b];
    heap->items[b] = item;
}

/* Expectations lie in one array, in order of arrival. */
static void heap_push(struct heap *heap, struct expectation *item)
{
    size_t at = heap->count++;

    heap->items[at] = item;
    for (; at > 0 && heap->items[at] < heap->items[(at - 1) / 2]; at = (at - 1) / 2)
        swap(heap, at, (at - 1) / 2);
}

static void heap_pop(struct heap *heap)
{
    size_t at = 0;

    heap->items[0] = heap->items[--heap->count];
    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < heap->count && heap->items[child + 1] < heap->items[child])
            child++;
        if (child >= heap->count || heap->items[at] < heap->items[child])
            return;
        swap(heap, at, child);
        at = child;
    }
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* By code and file. */
static int compare_groups(enum diag_code code, struct span span, enum diag_code other,
                          struct span other_span)
{
    const int order = COMPARE(code, other);

    return order ? order
                 : COMPARE((uintptr_t)span.source, (uintptr_t)other_span.source);
}

static int compare_expectations(const void *left, const void *right)
{
    const struct expectation *a = *(struct expectation *const *)left;
    const struct expectation *b = *(struct expectation *const *)right;
    const int order = compare_groups(a->code, a->range, b->code, b->range);

    return order ? order : COMPARE(a->range.start, b->range.start);
}

static int compare_findings(const void *left, const void *right)
{
    const struct finding *a = *(struct finding *const *)left;
    const struct finding *b = *(struct finding *const *)right;
    const int order = compare_groups(a->code, a->span, b->code, b->span);

    return order ? order : COMPARE(a->span.start, b->span.start);
}

/* The first to arrive of those whose range the place is in; NULL: none. */
static struct expectation *expectation_at(struct heap *begun, uint32_t place)
{
    while (begun->count > 0 && begun->items[0]->range.end <= place)
        heap_pop(begun);
    return begun->count > 0 ? begun->items[0] : NULL;
}

static void match_sorted(struct expectation **expectations, size_t expectation_count,
                         struct finding **findings, size_t finding_count,
                         struct heap begun)
{
    size_t next = 0;

    for (size_t i = 0; i < finding_count; i++) {
        struct finding *finding = findings[i];
        struct expectation *met;

        if (i > 0 && compare_groups(finding->code, finding->span, findings[i - 1]->code,
                                    findings[i - 1]->span) != 0)
            begun.count = 0;
        for (; next < expectation_count; next++) {
            struct expectation *each = expectations[next];
            const int order =
                compare_groups(each->code, each->range, finding->code, finding->span);

            if (order > 0 || (order == 0 && each->range.start > finding->span.start))
                break;
            if (order == 0)
                heap_push(&begun, each);
        }
        met = expectation_at(&begun, finding->span.start);
        finding->expected = met;
        if (met)
            met->is_met = true;
    }
}

void expectations_match(struct expectation *expectations, size_t expectation_count,
                        struct finding *const *findings, size_t finding_count)
{
    struct arena scratch = {0};
    struct expectation **begins =
        arena_array(&scratch, struct expectation *, expectation_count);
    struct finding **places = arena_array(&scratch, struct finding *, finding_count);
    struct heap begun = {
        .items = arena_array(&scratch, struct expectation *, expectation_count)};

    for (size_t i = 0; i < expectation_count; i++) {
        begins[i] = &expectations[i];
        begins[i]->is_met = false;
    }
    for (size_t i = 0; i < finding_count; i++) {
        places[i] = findings[i];
        places[i]->expected = NULL;
    }
    if (expectation_count > 0 && finding_count > 0) {
        qsort(begins, expectation_count, sizeof(begins[0]), compare_expectations);
        qsort(places, finding_count, sizeof(places[0]), compare_findings);
        match_sorted(begins, expectation_count, places, finding_count, begun);
    }
    arena_release(&scratch);
}
