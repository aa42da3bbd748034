/* gen_header.c: <id>.h: the parameters of a workflow, its outputs, and those outputs of steps
 * that refine a manifest. */
#include <stdlib.h>

#include "base/vec.h"
#include "gen.h"

/* ---- What it includes ------------------------------------------------------------------ */

static bool uses_module(const struct workflow *workflow, const struct module *module,
                        size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (workflow->steps[i]->action && workflow->steps[i]->action->module == module)
            return true;
    return false;
}

static int compare_modules(const void *a, const void *b)
{
    const struct module *const *left = a, *const *right = b;

    return str_compare((*left)->name.text, (*right)->name.text);
}

static bool calls_workflow(const struct workflow *workflow,
                           const struct workflow *called, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (workflow->steps[i]->kind == STEP_WORKFLOW &&
            workflow->steps[i]->block->workflow == called)
            return true;
    return false;
}

static int compare_workflows(const void *a, const void *b)
{
    const struct workflow *const *left = a, *const *right = b;

    return str_compare((*left)->id.text, (*right)->id.text);
}

/* Of the workflows that this one calls. */
static void include_workflows(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;
    VEC(const struct workflow *) called = {0};

    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];

        if (step->kind == STEP_WORKFLOW &&
            !calls_workflow(workflow, step->block->workflow, i))
            vec_push(gen->arena, &called, step->block->workflow);
    }
    emit_blank(gen->code); /* clang-format sorts what stands together */
    if (called.count)
        qsort(called.items, called.count, sizeof(called.items[0]), compare_workflows);
    for (size_t i = 0; i < called.count; i++)
        emit_directive(gen->code, "#include \"%.*s.h\"", STR(called.items[i]->id.text));
}

static void include_modules(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;
    VEC(const struct module *) modules = {0};

    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct action *action = workflow->steps[i]->action;

        if (action && !uses_module(workflow, action->module, i))
            vec_push(gen->arena, &modules, action->module);
    }
    if (modules.count)
        qsort(modules.items, modules.count, sizeof(modules.items[0]), compare_modules);
    for (size_t i = 0; i < modules.count; i++)
        emit_directive(gen->code, "#include \"modules/%.*s.h\"",
                       STR(modules.items[i]->name.text));
}

/* ---- What it declares ----------------------------------------------------------------- */

/* "Outputs of test: workflows/order.yaml:50" */
static const char *titled(struct gen *gen, const char *title, struct str id,
                          struct span span)
{
    return arena_printf(gen->arena, "%s%.*s: %s", title, STR(id), gen_place(gen, span));
}

static void declare_types(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;

    for (size_t i = 0; i < workflow->type_count; i++) {
        const struct type_field *type = &workflow->types[i];

        gen_declare_titled(
            gen, type->type,
            arena_printf(gen->arena, "%s%s", gen->prefix, gen_member(gen, type)),
            titled(gen, "Type ", type->name, type->name_span));
    }
    if (gen->trigger_struct)
        gen_declare_titled(
            gen, workflow->params, gen->trigger_struct,
            titled(gen, "Parameters", S(""), workflow->triggers[0].span));
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];

        if (step->is_refined)
            gen_declare_titled(
                gen, gen->stored[i],
                arena_printf(gen->arena, "%s%s_outputs", gen->prefix, step->c_name),
                titled(gen, "Outputs of ", step->id.text, step->id.span));
        if (gen->inputs[i])
            gen_declare_titled(
                gen, gen->inputs[i],
                arena_printf(gen->arena, "%s%s_inputs", gen->prefix, step->c_name),
                titled(gen, "Items of ", step->id.text, step->id.span));
    }
    if (gen->outputs)
        gen_declare_titled(
            gen, gen->outputs, gen->outputs_struct,
            titled(gen, "Outputs", S(""), workflow->outputs[0].name.span));
}

struct emit_parts gen_header(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;
    struct emit header;

    emit_init(&header, gen->arena);
    gen->code = &header;
    gen_file_comment(gen, workflow->source, workflow->version);
    emit_comment_text(&header, "What starts an execution of %.*s, and what it gives.",
                      STR(workflow->id.text));
    emit_comment_end(&header);
    gen_open_header(gen, "KAD_WORKFLOW", workflow->id.text);
    include_modules(gen);
    include_workflows(gen);
    declare_types(gen);
    gen_declare_descriptors(gen);
    emit_blank(&header);
    emit_line(&header, "extern const struct kad_workflow %sworkflow;", gen->prefix);
    gen_close_header(gen);
    return emit_parts(&header);
}
