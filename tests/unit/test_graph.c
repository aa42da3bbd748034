/* test_graph.c: reachability, loops and the worst case of the routing graph. */
#include <criterion/criterion.h>

#include "checked.h"
#include "dominators.h"

/* Steps that are given as "id success failure [maxRetries]", "-" for none. */
static char *steps(const char *const lines[], size_t count)
{
    char *yaml = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&yaml, &len);

    fputs("steps:\n", out);
    for (size_t i = 0; i < count; i++) {
        char id[32], success[32], failure[32];
        unsigned bound;
        int got = sscanf(lines[i], "%31s %31s %31s %u", id, success, failure, &bound);
        fprintf(out, "  - {id: %s, run: [make]", id);
        if (strcmp(success, "-") != 0)
            fprintf(out, ", onSuccess: %s", success);
        if (strcmp(failure, "-") != 0)
            fprintf(out, ", onFailure: %s", failure);
        if (got == 4)
            fprintf(out, ", maxRetries: %u", bound);
        fputs("}\n", out);
    }
    fclose(out);
    return yaml;
}

#define expect_graph(expected, ...)                                                    \
    do {                                                                               \
        const char *const lines_[] = {__VA_ARGS__};                                    \
        char *yaml_ = steps(lines_, sizeof(lines_) / sizeof(lines_[0]));               \
        expect_found(yaml_, expected);                                                 \
        free(yaml_);                                                                   \
    } while (0)

static uint64_t worst_runs(const char *const lines[], size_t count)
{
    char *yaml = steps(lines, count);
    struct checked *c = check(yaml);
    uint64_t runs = c->workflow->graph->worst_runs;

    checked_release(c);
    free(yaml);
    return runs;
}

#define expect_runs(expected, ...)                                                     \
    do {                                                                               \
        const char *const lines_[] = {__VA_ARGS__};                                    \
        cr_assert_eq(worst_runs(lines_, sizeof(lines_) / sizeof(lines_[0])),           \
                     expected);                                                        \
    } while (0)

Test(graph, a_chain_is_clean)
{
    expect_graph("", "a b $fail", "b c $fail", "c - -");
}

Test(graph, an_island_is_reported_at_its_first_step)
{
    expect_graph("3:KAD0301", "a - -", "b c $fail", "c d $fail", "d - -");
}

Test(graph, a_loop_without_bound_is_reported_where_it_closes)
{
    expect_graph("4:KAD0304", "a b $fail", "b c $fail", "c b $fail");
}

Test(graph, a_bound_on_any_step_of_the_loop_is_enough)
{
    expect_graph("", "a b $fail", "b c $fail 3", "c b $fail");
    expect_graph("", "a b $fail", "b c $fail", "c b $fail 3");
}

Test(graph, a_bound_outside_the_loop_is_none)
{
    expect_graph("4:KAD0304", "a b $fail 3", "b c $fail", "c b $fail");
}

Test(graph, a_bound_that_fails_back_into_the_loop_is_none)
{
    expect_graph("3:KAD0306", "a b $fail", "b a a 3");
}

Test(graph, of_two_loops_through_one_step_both_need_a_bound)
{
    /* The outer loop is bounded by `c`, the inner one by nothing. */
    expect_graph("4:KAD0306", "a b $fail", "b a c", "c a $fail 2");
}

Test(graph, a_region_without_end_is_one_finding)
{
    expect_graph("3:KAD0303", "a b $fail", "b c c", "c b b");
}

Test(graph, a_bounded_self_route_is_a_warning)
{
    expect_graph("2:KAD0305", "a a $fail 2");
    expect_graph("2:KAD0304", "a a $fail");
    expect_graph("2:KAD0306", "a $complete a 2");
}

Test(graph, the_worst_case_counts_bounded_runs_and_what_lies_between)
{
    expect_runs(3, "a b $fail", "b c $fail", "c - -");
    expect_runs(4, "a - - 3");
    /* test 5, fix 4, and one handler. */
    expect_runs(10, "test fix end", "fix test end 3", "end - -");
}

Test(graph, the_worst_case_is_counted_in_64_bits)
{
    expect_runs(UINT64_C(4294967295) * 2, "a b $fail 4294967294",
                "b a $fail 4294967294");
    expect_runs(UINT64_C(4294967295) * 2 + 1, "a b $fail 4294967294", "b a $fail");
}

Test(graph, failures_before_a_step_are_known)
{
    struct checked *c = check("steps:\n"
                              "  - {id: a, run: [make], onSuccess: b, onFailure: h}\n"
                              "  - {id: b, run: [make], onFailure: h}\n"
                              "  - {id: h, run: [make], onSuccess: e, onFailure: e,"
                              " recovers: true}\n"
                              "  - {id: e, run: [make]}\n");
    struct step **step = c->workflow->steps;

    cr_assert_str_eq(c->found, "");
    cr_assert(!step[1]->is_after_failure && !step[1]->can_be_after_failure);
    cr_assert(step[2]->is_after_failure && step[2]->can_be_after_failure);
    cr_assert(!step[3]->is_after_failure && step[3]->can_be_after_failure);
    checked_release(c);
}

Test(graph, a_hundred_thousand_steps_are_no_recursion)
{
    enum { COUNT = 100000 };
    char *yaml = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&yaml, &len);

    fputs("steps:\n", out);
    for (int i = 0; i < COUNT; i++)
        fprintf(out, "- {id: s%d, run: [make], onSuccess: %s%d, onFailure: end}\n", i,
                i + 1 < COUNT ? "s" : "last", i + 1);
    fprintf(out, "- {id: last%d, run: [make], onFailure: end}\n", COUNT);
    fputs("- {id: end, run: [make]}\n", out);
    fclose(out);
    expect_found(yaml, "2:KAD0307");
    free(yaml);
}

/* Dominance by its definition: `node` can't be reached when `by` is taken away. */
static bool dominates_slowly(const struct flow_graph *graph, size_t by, size_t node)
{
    bool is_seen[64] = {false};
    size_t stack[64];
    size_t depth = 0;

    if (by == node || by == 0)
        return true;
    is_seen[0] = true;
    stack[depth++] = 0;
    while (depth > 0) {
        size_t at = stack[--depth];
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
            size_t to = graph->to[e];
            if (is_seen[to] || to == by)
                continue;
            is_seen[to] = true;
            stack[depth++] = to;
        }
    }
    return !is_seen[node];
}

/* Random graphs from a fixed seed. */
Test(graph, dominators_are_what_their_definition_says)
{
    enum { NODES = 20, EDGES = 2 };
    uint32_t seed = 1;

    for (int round = 0; round < 200; round++) {
        struct arena arena = {0};
        struct dominators dominators;
        uint32_t first[NODES + 1], to[NODES * EDGES];
        struct flow_graph graph = {NODES, first, to};
        for (uint32_t i = 0; i <= NODES; i++)
            first[i] = i * EDGES;
        for (size_t e = 0; e < NODES * EDGES; e++) {
            seed = seed * 1664525U + 1013904223U;
            to[e] = (seed >> 16) % NODES;
        }
        dominators_find(&dominators, &arena, &graph);
        for (size_t by = 0; by < NODES; by++)
            for (size_t node = 0; node < NODES; node++)
                if (dominators.before[by] && dominators.before[node])
                    cr_assert_eq(dominators_has(&dominators, by, node),
                                 dominates_slowly(&graph, by, node));
        arena_release(&arena);
    }
}
