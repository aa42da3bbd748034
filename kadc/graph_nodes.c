/* graph_nodes.c: what every path to a place comes through.
 *
 * Each step is four nodes: it is entered, it has succeeded, it has failed; and, of the first
 * step of a branch, the branch has ended well. A block that is entered leads into each of its
 * branches, but nothing leads from their ends to what follows the block: that depends on its
 * mode, and is for blocks.c. */
#include "graph.h"

static const uint32_t NO_NODE = UINT32_MAX;

uint32_t graph_node(const struct step *step, enum node_part part)
{
    return (uint32_t)step->index * NODE_PART_COUNT + part;
}

/* Where an edge leads, or NO_NODE. */
static uint32_t target_of(const struct workflow *workflow, const struct edge *edge)
{
    if (edge->is_refused)
        return NO_NODE;
    if (edge->to)
        return graph_node(edge->to, NODE_ENTERED);
    if (edge->from->branch && edge->route->kind == ROUTE_COMPLETE)
        return graph_node(workflow->steps[edge->from->branch->first], NODE_ENDED);
    return NO_NODE;
}

struct builder {
    struct flow_graph nodes;
    uint32_t used;
};

static void entered_add(struct builder *builder, const struct workflow *workflow,
                        const struct step *step)
{
    const struct block *block = step->block;
    builder->nodes.first[graph_node(step, NODE_ENTERED)] = builder->used;
    builder->nodes.to[builder->used++] = graph_node(step, NODE_SUCCEEDED);
    builder->nodes.to[builder->used++] = graph_node(step, NODE_FAILED);
    for (size_t i = 0; block && i < block->branch_count; i++)
        builder->nodes.to[builder->used++] =
            graph_node(workflow->steps[block->branches[i].first], NODE_ENTERED);
}

static void left_add(struct builder *builder, const struct workflow *workflow,
                     const struct step *step, enum node_part part)
{
    const struct graph *graph = workflow->graph;
    builder->nodes.first[graph_node(step, part)] = builder->used;
    for (size_t e = graph->first[step->index]; e < graph->first[step->index + 1]; e++) {
        const struct edge *edge = &graph->edges[e];
        bool is_success = edge->kind == EDGE_SUCCESS;
        uint32_t target = target_of(workflow, edge);
        if (target != NO_NODE && is_success == (part == NODE_SUCCEEDED))
            builder->nodes.to[builder->used++] = target;
    }
}

static struct flow_graph nodes_build(struct arena *arena,
                                     const struct workflow *workflow)
{
    /* Each step has two ways out of being entered, and at most one branch that it begins. */
    size_t edge_count = workflow->graph->edge_count + workflow->step_count * 3;
    struct builder builder = {
        .nodes.count = workflow->step_count * NODE_PART_COUNT,
        .nodes.to = arena_array(arena, uint32_t, edge_count),
    };
    builder.nodes.first = arena_array(arena, uint32_t, builder.nodes.count + 1);
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        entered_add(&builder, workflow, step);
        left_add(&builder, workflow, step, NODE_SUCCEEDED);
        left_add(&builder, workflow, step, NODE_FAILED);
        builder.nodes.first[graph_node(step, NODE_ENDED)] = builder.used;
    }
    builder.nodes.first[builder.nodes.count] = builder.used;
    return builder.nodes;
}

bool graph_is_passed(const struct graph *graph, size_t by, size_t node)
{
    return dominators_has(&graph->dominators, by, node);
}

/* A branch without a good end is passed by all its steps: what follows never comes. */
static bool is_passed(const struct workflow *workflow, const struct step *step)
{
    const struct dominators *dominators = &workflow->graph->dominators;
    uint32_t success = graph_node(step, NODE_SUCCEEDED);
    if (!step->branch || !step->is_reachable)
        return false;
    uint32_t end = graph_node(workflow->steps[step->branch->first], NODE_ENDED);
    return dominators->before[end] == 0 || (dominators->before[success] > 0 &&
                                            dominators_has(dominators, success, end));
}

void graph_nodes_find(struct arena *arena, struct workflow *workflow)
{
    struct arena scratch = {0};
    struct flow_graph nodes = nodes_build(&scratch, workflow);
    dominators_find(&workflow->graph->dominators, arena, &nodes);
    arena_release(&scratch);
    for (size_t i = 0; i < workflow->step_count; i++)
        workflow->steps[i]->is_passed = is_passed(workflow, workflow->steps[i]);
}
