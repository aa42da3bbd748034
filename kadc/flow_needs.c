/* flow_needs.c: see flow_needs.h.
 *
 * One search for each producer, from its readers backwards along the routes, that does not go
 * beyond the producer itself: a path through its failure needs no look, because flow.c has
 * refused whatever reads it there. */
#include "flow_needs.h"

#include "graph.h"

/* A step needs what it and all that come after it read. */
enum { NEEDS_MAX = 3000000 };

struct flow_readers {
    VEC(size_t) steps; /* indices */
    bool is_read_at_ends;
};

/* Routes backwards: those to step i come from [first[i], first[i + 1]). */
struct sources {
    size_t *first;
    size_t *from;
};

static bool is_end(const struct edge *edge)
{
    return !edge->to && !edge->from->branch && edge->route->kind == ROUTE_COMPLETE;
}

void flow_needs_init(struct flow_needs *needs, struct arena *arena,
                     const struct workflow *workflow)
{
    const struct graph *graph = workflow->graph;

    needs->arena = arena;
    needs->of = arena_array(arena, struct flow_readers, workflow->step_count);
    for (size_t e = 0; e < graph->edge_count; e++)
        if (is_end(&graph->edges[e]))
            vec_push(arena, &needs->ends, graph->edges[e].from->index);
}

void flow_needs_add(struct flow_needs *needs, const struct step *producer,
                    const struct step *reader)
{
    struct flow_readers *readers = &needs->of[producer->index];
    const size_t count = readers->steps.count;

    if (!reader)
        readers->is_read_at_ends = true;
    else if (count == 0 || readers->steps.items[count - 1] != reader->index)
        vec_push(needs->arena, &readers->steps, reader->index);
}

static struct sources sources_of(struct arena *arena, const struct workflow *workflow)
{
    const struct graph *graph = workflow->graph;
    const size_t count = workflow->step_count;
    struct sources sources = {
        .first = arena_array(arena, size_t, count + 2),
        .from = arena_array(arena, size_t, graph->edge_count),
    };

    /* Counted one place further on, so that filling moves each to its own. */
    for (size_t e = 0; e < graph->edge_count; e++)
        if (graph->edges[e].to)
            sources.first[graph->edges[e].to->index + 2]++;
    for (size_t i = 2; i < count + 2; i++)
        sources.first[i] += sources.first[i - 1];
    for (size_t e = 0; e < graph->edge_count; e++)
        if (graph->edges[e].to)
            sources.from[sources.first[graph->edges[e].to->index + 1]++] =
                graph->edges[e].from->index;
    return sources;
}

struct search {
    const struct workflow *workflow;
    struct sources sources;
    size_t *seen_by; /* by step: 1 + the producer whose search has seen it */
    size_t *stack;
    size_t stack_count;
    size_t need_count; /* of all steps */
};

static void see(struct search *search, struct arena *arena, size_t index,
                size_t producer)
{
    struct step *step = search->workflow->steps[index];

    if (index == producer || search->seen_by[index] == producer + 1)
        return;
    search->seen_by[index] = producer + 1;
    search->stack[search->stack_count++] = index;
    vec_push(arena, &step->needs, search->workflow->steps[producer]);
    search->need_count++;
}

void flow_needs_find(struct flow_needs *needs, struct program *program,
                     struct workflow *workflow)
{
    struct search search = {
        .workflow = workflow,
        .sources = sources_of(needs->arena, workflow),
        .seen_by = arena_array(needs->arena, size_t, workflow->step_count),
        .stack = arena_array(needs->arena, size_t, workflow->step_count),
    };

    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct flow_readers *readers = &needs->of[i];

        for (size_t r = 0; r < readers->steps.count; r++)
            see(&search, program->arena, readers->steps.items[r], i);
        for (size_t e = 0; readers->is_read_at_ends && e < needs->ends.count; e++)
            see(&search, program->arena, needs->ends.items[e], i);
        while (search.stack_count) {
            const size_t at = search.stack[--search.stack_count];

            for (size_t s = search.sources.first[at]; s < search.sources.first[at + 1];
                 s++)
                see(&search, program->arena, search.sources.from[s], i);
        }
        if (search.need_count > NEEDS_MAX) {
            diag_report(program->diags, workflow->steps[i]->id.span, KAD1301,
                        "too many outputs are read too far from where they are set");
            diag_help(program->diags,
                      "more than %d pairs of a step and an output that it or one "
                      "after it reads",
                      (int)NEEDS_MAX);
            return;
        }
    }
}
