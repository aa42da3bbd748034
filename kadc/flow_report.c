/* flow_report.c: see flow_report.h. Each finding shows a path on which the value is unset. */
#include "flow_report.h"

#include "blocks.h"

/* How many findings show a path: each takes a search of the graph. */
enum { PATHS_MAX = 100 };

/* Reads of the outputs of one step, with one code. */
struct flow_group {
    VEC(struct flow_read) reads;
    struct flow_read first; /* in the file */
};

void flow_reads_init(struct flow_reads *reads, struct arena *arena)
{
    *reads = (struct flow_reads){.arena = arena};
    table_init(&reads->by_producer, arena);
}

void flow_reads_add(struct flow_reads *reads, struct flow_read read)
{
    const struct binding *binding = &read.expr->binding;
    struct str key =
        str_printf(reads->arena, "%u %zu", read.code, binding->step->index);
    struct flow_group *group = arena_new(reads->arena, struct flow_group);
    struct flow_group *known = table_add(&reads->by_producer, key, group);
    if (known) {
        group = known;
    } else {
        group->first = read;
        vec_push(reads->arena, &reads->groups, group);
    }
    if (read.expr->span.start < group->first.expr->span.start)
        group->first = read;
    vec_push(reads->arena, &group->reads, read);
}

/* ---- Messages ------------------------------------------------------------------------ */

/* 0403 is an 0401 whose producer can't have succeeded before. */
static bool is_never_set(const struct workflow *workflow, const struct flow_read *read)
{
    struct arena scratch = {0};
    const struct graph *graph = workflow->graph;
    const struct step *producer = read->stand_in;
    const struct step *reader = step_stand_in(read->step, producer);
    bool *is_seen = arena_array(&scratch, bool, workflow->step_count);
    size_t *queue = arena_array(&scratch, size_t, workflow->step_count + 1);
    size_t head = 0, tail = 0;
    queue[tail++] = producer->index;
    while (head < tail) {
        size_t at = queue[head];
        bool is_start = head++ == 0;
        for (size_t e = graph->first[at]; e < graph->first[at + 1]; e++) {
            const struct edge *edge = &graph->edges[e];
            if (!edge->to || is_seen[edge->to->index] ||
                (is_start && edge->kind != EDGE_SUCCESS))
                continue;
            is_seen[edge->to->index] = true;
            queue[tail++] = edge->to->index;
        }
    }
    const bool is_reached = is_seen[reader->index];
    arena_release(&scratch);
    return !is_reached;
}

static void message_report(struct diags *diags, const struct flow_read *read,
                           unsigned code)
{
    struct str text = span_text(read->expr->span);
    struct str producer = read->expr->binding.step->id.text;
    struct span span = read->expr->span;
    if (code == KAD0403 && read->expr->binding.step->block &&
        step_is_inside(read->step, read->expr->binding.step->block)) {
        diag_report(diags, span, KAD0403,
                    "`%.*s` is never set here: block `%.*s` has not ended yet",
                    STR(text), STR(producer));
        return;
    }
    switch (code) {
    case KAD0402:
        diag_report(diags, span, KAD0402,
                    "`%.*s` is unset here: step `%.*s` has failed", STR(text),
                    STR(read->stand_in->id.text));
        return;
    case KAD0403:
        diag_report(diags, span, KAD0403,
                    read->step == read->expr->binding.step
                        ? "`%.*s` is never set here: step `%.*s` itself will set it"
                        : "`%.*s` is never set here: step `%.*s` does not run before",
                    STR(text), STR(producer));
        return;
    case KAD0404:
        diag_report(diags, span, KAD0404,
                    "`%.*s` may be unset here: step `%.*s` may have failed", STR(text),
                    STR(producer));
        return;
    case KAD0408:
        diag_report(diags, span, KAD0408, "`%.*s` is unset on a path that completes",
                    STR(text));
        return;
    default:
        diag_report(diags, span, KAD0401, "`%.*s` may be unset here", STR(text));
        return;
    }
}

/* Why a success of the block leaves it open: the innermost reason. */
static void unsure_note(struct diags *diags, const struct flow_read *read)
{
    const struct step *step = read->expr->binding.step;
    for (; step != read->stand_in; step = step->outer->step) {
        const struct block *block = step->outer;
        struct str id = block->step->id.text;
        if (!step->is_passed)
            diag_note(diags, step->id.span,
                      "`%.*s` can succeed without a success of `%.*s`", STR(id),
                      STR(step->id.text));
        else if (step->branch->when)
            diag_note(diags, step->branch->when->node->span,
                      "this condition may skip branch `%.*s`",
                      STR(step->branch->name.text));
        else if (block->mode != MODE_ALL)
            diag_note(diags, block->mode_span,
                      "in this mode `%.*s` can succeed without branch `%.*s`", STR(id),
                      STR(step->branch->name.text));
        else
            continue;
        return;
    }
}

/* With all that helps to understand it. */
static void first_report(struct flow_paths *paths, struct program *program,
                         const struct workflow *workflow, const struct flow_read *read,
                         bool shows_path)
{
    struct diags *diags = program->diags;
    const struct expr *expr = read->expr;
    unsigned code = read->code;
    if (code == KAD0401 && !read->is_unsure && shows_path &&
        is_never_set(workflow, read))
        code = KAD0403;
    message_report(diags, read, code);
    diag_label(diags, "read here");
    if (read->is_unsure)
        unsure_note(diags, read);
    else if (shows_path && code != KAD0403 && read->step != expr->binding.step) {
        struct flow_path path = flow_path_find(paths, read->stand_in, read->step);
        flow_path_show(diags, workflow, &path, read->stand_in);
    }
    if (code != KAD0403)
        diag_help(diags, "give a fallback value: `%.*s ?? %s`",
                  STR(span_text(expr->span)), type_fallback_text(expr->type));
}

static void group_report(struct flow_paths *paths, struct program *program,
                         const struct workflow *workflow,
                         const struct flow_group *group, bool shows_path)
{
    for (size_t i = 0; i < group->reads.count; i++) {
        const struct flow_read *read = &group->reads.items[i];
        const struct binding *binding = &read->expr->binding;
        if (read->expr == group->first.expr)
            first_report(paths, program, workflow, read, shows_path);
        else
            message_report(program->diags, read, read->code);
        diag_subject(program->diags, "%u outputs of `%.*s`", read->code,
                     STR(binding->step->id.text));
    }
}

void flow_reads_report(struct flow_reads *reads, struct flow_paths *paths,
                       struct program *program, const struct workflow *workflow)
{
    for (size_t i = 0; i < reads->groups.count; i++)
        group_report(paths, program, workflow, reads->groups.items[i], i < PATHS_MAX);
}
