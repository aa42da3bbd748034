/* gen_workflow.c: a workflow's generated files: <id>.h and <id>.c.
 *
 * The header has the parameters, the workflow's outputs, and those outputs of steps that
 * refine a manifest. The source is the state machine: an enum of the steps, a frame with the
 * last outputs of each, a function for each step, and a switch that calls them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "definition.h"
#include "describe.h"
#include "gen_c.h"
#include "gen_expr.h"
#include "table.h"

/* What the two files share beside struct gen. */
struct workflow_names {
    const struct workflow *workflow;
    const struct type *outputs;
    const char *trigger_struct, *outputs_struct; /* NULL: there is none */
};

/* ---- Types ---------------------------------------------------------------------------- */

/* The workflow's outputs as an object; NULL: it has none. */
static const struct type *outputs_type(struct arena *arena,
                                       const struct workflow *workflow)
{
    struct type *type = arena_new(arena, struct type);
    struct type_field *fields =
        arena_array(arena, struct type_field, workflow->output_count);

    for (size_t i = 0; i < workflow->output_count; i++) {
        const struct workflow_output *output = &workflow->outputs[i];

        fields[i].name = output->name.text;
        fields[i].name_span = output->name.span;
        fields[i].type = output->declared ? output->declared : output->value->type;
    }
    type->kind = TYPE_OBJECT;
    type->fields = fields;
    type->field_count = workflow->output_count;
    return workflow->output_count ? type : NULL;
}

static void set_stored_types(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;

    gen->stored = arena_array(gen->arena, const struct type *, workflow->step_count);
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];

        gen->stored[i] =
            gen_outputs_type(gen->arena, step->outputs, step->outputs_on_failure);
    }
}

/* ---- The header ----------------------------------------------------------------------- */

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

/* "Outputs of test: workflows/order.yaml:50" */
static const char *titled(struct gen *gen, const char *title, struct str id,
                          struct span span)
{
    return arena_printf(gen->arena, "%s%.*s: %s", title, STR(id), gen_place(gen, span));
}

static void declare_types(struct gen *gen, const struct workflow_names *names)
{
    const struct workflow *workflow = gen->workflow;

    for (size_t i = 0; i < workflow->type_count; i++) {
        const struct type_field *type = &workflow->types[i];

        gen_declare_titled(
            gen, type->type,
            arena_printf(gen->arena, "%s%s", gen->prefix, gen_member(gen, type)),
            titled(gen, "Type ", type->name, type->name_span));
    }
    if (names->trigger_struct)
        gen_declare_titled(
            gen, workflow->params, names->trigger_struct,
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
    if (names->outputs)
        gen_declare_titled(
            gen, names->outputs, names->outputs_struct,
            titled(gen, "Outputs", S(""), workflow->outputs[0].name.span));
}

static struct str header_text(struct gen *gen, const struct workflow_names *names)
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
    declare_types(gen, names);
    gen_declare_descriptors(gen);
    emit_blank(&header);
    emit_line(&header, "extern const struct kad_workflow %sworkflow;", gen->prefix);
    gen_close_header(gen);
    return emit_text(&header);
}

/* ---- The source ----------------------------------------------------------------------- */

/* The drawing that --graph shows, as lines of a comment. */
static void put_drawing(struct gen *gen)
{
    json_t *definition = describe_workflow(gen->arena, gen->workflow);
    char *text = NULL, *line, *rest;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    definition_draw(definition, GRAPH_TEXT, out);
    definition_bounds_line(definition, out);
    fclose(out);
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        emit_comment_line(gen->code, "    %s", line);
    free(text);
    json_decref(definition);
}

static void put_file_comment(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;

    gen_file_comment(gen, workflow->source, workflow->version);
    emit_comment_text(gen->code, "%.*s%s%.*s", STR(workflow->name),
                      workflow->description.len ? ": " : "",
                      STR(workflow->description));
    emit_comment_blank(gen->code);
    put_drawing(gen);
    emit_comment_end(gen->code);
}

static void put_enum(struct gen *gen)
{
    emit_open(gen->code, "enum step");
    for (size_t i = 0; i < gen->workflow->step_count; i++)
        emit_line(gen->code, "%s,", gen_step_name(gen, gen->workflow->steps[i]));
    emit_line(gen->code, "END_COMPLETE = KAD_END_COMPLETE,");
    emit_line(gen->code, "END_FAIL = KAD_END_FAIL,");
    emit_close(gen->code, ";");
}

static bool has_frame(const struct gen *gen, const struct workflow_names *names)
{
    for (size_t i = 0; i < gen->workflow->step_count; i++)
        if (gen_step_struct(gen, gen->workflow->steps[i]))
            return true;
    return names->trigger_struct != NULL;
}

static void put_frame(struct gen *gen, const struct workflow_names *names)
{
    if (!has_frame(gen, names))
        return;
    gen_item_frames(gen);
    emit_blank(gen->code);
    emit_comment(
        gen->code,
        "What an execution remembers between steps: the last outputs of each.");
    emit_open(gen->code, "struct frame");
    if (names->trigger_struct)
        emit_line(gen->code, "struct %s trigger;", names->trigger_struct);
    gen_frame_members(gen, 0, gen->workflow->step_count);
    emit_close(gen->code, ";");
}

static void put_descriptors(struct gen *gen, const struct workflow_names *names)
{
    const struct workflow *workflow = gen->workflow;

    for (size_t i = 0; i < workflow->type_count; i++)
        gen_define_descriptors(gen, workflow->types[i].type);
    gen_define_descriptors(gen, workflow->params);
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];

        if (step->is_refined)
            gen_define_descriptors(gen, gen->stored[i]);
        if (gen->inputs[i])
            gen_define_descriptors(gen, gen->inputs[i]);
    }
    if (names->outputs)
        gen_define_descriptors(gen, names->outputs);
}

static bool has_needs(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++)
        if (workflow->steps[i]->needs.count)
            return true;
    return false;
}

static void put_infos(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;

    emit_blank(gen->code);
    if (workflow->env.count)
        gen_texts(gen, "static const char *const env[]", workflow->env.items,
                  workflow->env.count);
    if (workflow->secrets.count)
        gen_texts(gen, "static const char *const secrets[]", workflow->secrets.items,
                  workflow->secrets.count);
    emit_blank(gen->code);
    if (has_needs(workflow))
        emit_comment(gen->code, "Whose outputs a start at a step needs.");
    for (size_t i = 0; i < workflow->step_count; i++)
        gen_step_needs(gen, workflow->steps[i]);
    emit_blank(gen->code);
    for (size_t i = 0; i < workflow->step_count; i++)
        gen_step_constants(gen, workflow->steps[i]);
    for (size_t i = 0; i < workflow->step_count; i++)
        gen_block_constants(gen, workflow->steps[i]);
    emit_blank(gen->code);
    emit_comment(gen->code, "In the order of enum step.");
    emit_open(gen->code, "static const struct kad_step_info steps[] =");
    for (size_t i = 0; i < workflow->step_count; i++)
        gen_step_info(gen, workflow->steps[i]);
    emit_close(gen->code, ";");
}

static void put_advance(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;
    bool reads_frame = false;

    for (size_t i = 0; i < workflow->step_count; i++)
        reads_frame |= gen->reads_frame[i];
    emit_blank(gen->code);
    emit_comment(gen->code,
                 "One step; the engine commits its rows and the new position in "
                 "one transaction.");
    emit_function(
        gen->code,
        "static int advance(struct kad_run *run, void *frame%s, int position)",
        reads_frame ? "" : " KAD_UNUSED");
    if (reads_frame)
        emit_line(gen->code, "struct frame *f = frame;");
    emit_line(gen->code, "const enum step at = position;");
    emit_blank(gen->code);
    emit_open(gen->code, "switch (at)");
    for (size_t i = 0; i < workflow->step_count; i++)
        emit_case_line(gen->code, gen_step_name(gen, workflow->steps[i]), "return %s;",
                       gen_step_call(gen, workflow->steps[i]));
    emit_case(gen->code, "END_COMPLETE");
    emit_case_line(gen->code, "END_FAIL", "break;");
    emit_close(gen->code, "");
    emit_line(gen->code, "kad_unreachable();");
    emit_close(gen->code, "");
}

/* Computes the workflow's outputs. */
static void put_finish(struct gen *gen, const struct workflow_names *names)
{
    const struct workflow *workflow = gen->workflow;
    struct emit body, *outer = gen->code;
    bool reads_frame;

    emit_init_body(&body, gen->arena);
    gen->code = &body;
    emit_open(&body, "const struct %s out =", names->outputs_struct);
    for (size_t i = 0; i < workflow->output_count; i++) {
        const struct type_field *field = &names->outputs->fields[i];
        const struct str value =
            gen_value(gen, workflow->outputs[i].value, field->type);

        emit_line(&body, ".%s = %.*s,", gen_member(gen, field), STR(value));
    }
    emit_close(&body, ";");
    gen->code = outer;
    reads_frame = gen_mentions(emit_text(&body), "f");
    emit_blank(gen->code);
    emit_comment(gen->code, "outputs: %s",
                 gen_place(gen, workflow->outputs[0].name.span));
    emit_function(gen->code,
                  "static void finish(struct kad_run *run, const void *frame%s)",
                  reads_frame ? "" : " KAD_UNUSED");
    if (reads_frame)
        emit_line(gen->code, "const struct frame *f = frame;");
    emit_append(gen->code, &body);
    emit_blank(gen->code);
    emit_line(gen->code, "kad_finish(run, &out);");
    emit_close(gen->code, "");
}

static void put_quoted(struct gen *gen, const char *member, struct str text)
{
    if (text.len)
        emit_line(gen->code, ".%s = %s,", member, emit_quote(gen->arena, text));
}

static bool has_budget(const struct budget *budget)
{
    return budget->steps_span.source || budget->agent_calls_span.source ||
           budget->time_ms > 0;
}

static const char *limit_text(const struct gen *gen, uint32_t limit, struct span span)
{
    return span.source ? arena_printf(gen->arena, "%" PRIu32, limit) : "KAD_NO_LIMIT";
}

static void put_budget(struct gen *gen, const struct budget *budget)
{
    if (!has_budget(budget))
        return;
    emit_blank(gen->code);
    emit_open(gen->code, "static const struct kad_budget budget =");
    if (budget->time_ms)
        emit_line(gen->code, "%s", gen_duration(gen, "time_ms", budget->time_ms));
    emit_line(gen->code, ".steps = %s,",
              limit_text(gen, budget->steps, budget->steps_span));
    emit_line(gen->code, ".agent_calls = %s,",
              limit_text(gen, budget->agent_calls, budget->agent_calls_span));
    emit_close(gen->code, ";");
}

/* What executions are counted by. */
static void put_concurrency_key(struct gen *gen, struct template *key)
{
    const struct str text = gen_text(gen, key);
    const bool reads_frame = gen_mentions(text, "f"),
               reads_run = gen_mentions(text, "run");

    emit_blank(gen->code);
    emit_comment(gen->code, "concurrency.key: %s", gen_place(gen, key->node->span));
    emit_function(gen->code,
                  "static const char *concurrency_key(struct kad_run *run%s, "
                  "const void *frame%s)",
                  reads_run ? "" : " KAD_UNUSED", reads_frame ? "" : " KAD_UNUSED");
    if (reads_frame) {
        emit_line(gen->code, "const struct frame *f = frame;");
        emit_blank(gen->code);
    }
    emit_line(gen->code, "return %.*s;", STR(text));
    emit_close(gen->code, "");
}

static void put_concurrency(struct gen *gen, const struct concurrency *concurrency)
{
    static const char *const names[] = {
        [ON_FULL_QUEUE] = "KAD_QUEUE",
        [ON_FULL_SKIP] = "KAD_SKIP",
        [ON_FULL_CANCEL_OLDEST] = "KAD_CANCEL_OLDEST",
    };

    if (!concurrency)
        return;
    emit_blank(gen->code);
    emit_open(gen->code, "static const struct kad_concurrency concurrency =");
    emit_line(gen->code, ".limit = %" PRIu32 ",", concurrency->limit);
    emit_line(gen->code, ".on_full = %s,", names[concurrency->on_full]);
    if (concurrency->key)
        emit_line(gen->code, ".key = concurrency_key,");
    emit_close(gen->code, ";");
}

static void put_workflow(struct gen *gen, const struct workflow_names *names)
{
    const struct workflow *workflow = gen->workflow;

    emit_blank(gen->code);
    emit_open(gen->code, "const struct kad_workflow %sworkflow =", gen->prefix);
    put_quoted(gen, "id", workflow->id.text);
    put_quoted(gen, "name", workflow->name);
    put_quoted(gen, "version", workflow->version);
    put_quoted(gen, "source", workflow->source->path);
    put_quoted(gen, "description", workflow->description);
    emit_line(gen->code, ".definition = definition,");
    emit_line(gen->code, ".trigger = %s,", gen_descriptor(gen, workflow->params));
    if (gen_has_hand(workflow))
        emit_line(gen->code, ".by_hand = by_hand,");
    if (names->trigger_struct)
        emit_line(gen->code, ".trigger_offset = offsetof(struct frame, trigger),");
    if (has_frame(gen, names))
        emit_line(gen->code, ".frame_size = sizeof(struct frame),");
    emit_line(gen->code, ".steps = steps,");
    emit_line(gen->code, ".step_count = KAD_COUNT(steps),");
    if (workflow->timeout_ms)
        emit_line(gen->code, "%s",
                  gen_duration(gen, "timeout_ms", workflow->timeout_ms));
    if (has_budget(&workflow->budget))
        emit_line(gen->code, ".budget = &budget,");
    if (workflow->concurrency)
        emit_line(gen->code, ".concurrency = &concurrency,");
    if (workflow->is_in_worktree)
        emit_line(gen->code, ".is_in_worktree = true,");
    if (workflow->env.count)
        emit_line(gen->code, ".env = env,");
    if (workflow->secrets.count)
        emit_line(gen->code, ".secrets = secrets,");
    if (names->outputs) {
        emit_line(gen->code, ".outputs = %s,", gen_descriptor(gen, names->outputs));
        emit_line(gen->code, ".finish = finish,");
    }
    emit_line(gen->code, ".advance = advance,");
    emit_close(gen->code, ";");
}

static void put_main(struct gen *gen)
{
    emit_blank(gen->code);
    emit_line(gen->code, "KAD_MAIN(%sworkflow);", gen->prefix);
}

/* Functions are written first, because they say which conversions the file needs. */
static struct emit functions_of(struct gen *gen, const struct workflow_names *names)
{
    const struct workflow *workflow = gen->workflow;
    struct emit functions;

    emit_init(&functions, gen->arena);
    gen->code = &functions;
    for (size_t i = 0; i < workflow->step_count; i++)
        gen_step_function(gen, workflow->steps[i]);
    put_advance(gen);
    if (names->outputs)
        put_finish(gen, names);
    if (workflow->concurrency && workflow->concurrency->key)
        put_concurrency_key(gen, workflow->concurrency->key);
    return functions;
}

static void put_section(struct gen *gen, const char *title, const struct emit *section)
{
    emit_blank(gen->code);
    if (section->text.len)
        emit_comment(gen->code, "---- %s ----", title);
    emit_blank(gen->code);
    emit_append(gen->code, section);
}

static struct str machine_text(struct gen *gen, const struct workflow_names *names)
{
    const struct workflow *workflow = gen->workflow;
    struct emit source, tables, helpers, gathers, functions;

    emit_init(&source, gen->arena);
    emit_init(&tables, gen->arena);
    emit_init(&helpers, gen->arena);
    emit_init(&gathers, gen->arena);
    gen->tables = &tables;
    gen->helpers = &helpers;
    gen->gathers = &gathers;
    gen->reads_frame = arena_array(gen->arena, bool, workflow->step_count);
    gen->code = &tables;
    put_descriptors(gen, names);
    gen_name_items(gen);
    functions = functions_of(gen, names);
    gen->code = &source;
    put_file_comment(gen);
    emit_directive(&source, "#include \"%.*s.h\"", STR(workflow->id.text));
    emit_blank(&source);
    put_enum(gen);
    put_frame(gen, names);
    emit_blank(&source);
    emit_append(&source, &tables);
    put_infos(gen);
    put_section(gen, "Values of one struct as another", &helpers);
    put_section(gen, "What items have left", &gathers);
    emit_blank(&source);
    emit_append(&source, &functions);
    emit_blank(&source);
    emit_comment(&source, "Printed by --describe.");
    emit_text_constant(&source, "static const char definition[]",
                       describe_text(gen->arena, workflow));
    put_budget(gen, &workflow->budget);
    put_concurrency(gen, workflow->concurrency);
    gen_put_hand(gen);
    put_workflow(gen, names);
    put_main(gen);
    return emit_text(&source);
}

/* What the header includes: modules and the workflows that are called. */
static struct table *included_files(struct gen *gen)
{
    struct table *included = arena_new(gen->arena, struct table);
    const struct workflow *workflow = gen->workflow;

    table_init(included, gen->arena);
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        const char *prefix = NULL;

        if (step->action)
            prefix = gen_module_prefix(gen->arena, step->action->module);
        else if (step->kind == STEP_WORKFLOW)
            prefix = gen_workflow_prefix(gen->arena, step->block->workflow);
        if (prefix && !table_find(included, str_of(prefix)))
            table_add(included, str_of(prefix), (void *)workflow);
    }
    return included;
}

void gen_workflow(struct arena *arena, struct type_names *types,
                  const struct workflow *workflow, struct generated *files)
{
    struct gen gen = {.arena = arena, .workflow = workflow, .names = types};
    struct workflow_names names = {.workflow = workflow};

    gen.prefix = gen_workflow_prefix(arena, workflow);
    names.outputs = outputs_type(arena, workflow);
    if (!gen_is_nothing(workflow->params))
        names.trigger_struct = arena_printf(arena, "%strigger", gen.prefix);
    if (names.outputs)
        names.outputs_struct = arena_printf(arena, "%soutputs", gen.prefix);
    gen.included = included_files(&gen);
    set_stored_types(&gen);
    gen_blocks_init(&gen);
    gen.own_types = gen_own_types_new(&gen);
    files->header = header_text(&gen, &names);
    files->source = machine_text(&gen, &names);
}
