/* gen_workflow.c: a workflow's generated files: <id>.h and <id>.c.
 *
 * The header is that of gen_header.c. The source is the state machine (gen_machine.c), with
 * what it needs around it: descriptors, conversions, the definition, and the struct that the
 * engine is given. */
#include <inttypes.h>

#include "gen_c.h"
#include "gen_expr.h"
#include "table.h"

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

static void set_step_names(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;

    gen->step_names = arena_array(gen->arena, const char *, workflow->step_count);
    for (size_t i = 0; i < workflow->step_count; i++)
        gen->step_names[i] = gen_upper(gen->arena, "STEP", workflow->steps[i]->c_name);
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

/* ---- Outputs, limits -------------------------------------------------------------------- */

/* Computes the workflow's outputs. */
static void put_finish(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;
    struct emit *body = gen->body, *outer = gen->code;
    bool reads_frame;

    emit_start_body(body);
    gen->code = body;
    emit_open(body, "const struct %s out =", gen->outputs_struct);
    for (size_t i = 0; i < workflow->output_count; i++) {
        const struct type_field *field = &gen->outputs->fields[i];
        const struct str value =
            gen_value(gen, workflow->outputs[i].value, field->type);

        emit_line(body, ".%s = %.*s,", gen_member(gen, field), STR(value));
    }
    emit_close(body, ";");
    gen->code = outer;
    reads_frame = gen_mentions(emit_text(body), "f");
    emit_blank(gen->code);
    emit_comment(gen->code, "outputs: %s",
                 gen_place(gen, workflow->outputs[0].name.span));
    emit_function(gen->code,
                  "static void finish(struct kad_run *run, const void *frame%s)",
                  reads_frame ? "" : " KAD_UNUSED");
    if (reads_frame)
        emit_line(gen->code, "const struct frame *f = frame;");
    emit_append(gen->code, body);
    emit_blank(gen->code);
    emit_line(gen->code, "kad_finish(run, &out);");
    emit_close(gen->code, "");
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

/* ---- The workflow ---------------------------------------------------------------------- */

static void put_quoted(struct gen *gen, const char *member, struct str text)
{
    if (text.len)
        emit_line(gen->code, ".%s = %s,", member, emit_quote(gen->arena, text));
}

static void put_workflow(struct gen *gen)
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
    if (gen->trigger_struct)
        emit_line(gen->code, ".trigger_offset = offsetof(struct frame, trigger),");
    if (gen_has_frame(gen))
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
    if (gen->outputs) {
        emit_line(gen->code, ".outputs = %s,", gen_descriptor(gen, gen->outputs));
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

/* ---- The source ----------------------------------------------------------------------- */

static void put_descriptors(struct gen *gen)
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
    if (gen->outputs)
        gen_define_descriptors(gen, gen->outputs);
}

/* Functions are written first, because they say which conversions the file needs. */
static struct emit functions_of(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;
    struct emit functions;

    emit_init(&functions, gen->arena);
    gen->code = &functions;
    gen_each_step(gen, gen_step_function);
    gen_define_advance(gen);
    if (gen->outputs)
        put_finish(gen);
    if (workflow->concurrency && workflow->concurrency->key)
        put_concurrency_key(gen, workflow->concurrency->key);
    return functions;
}

static void put_section(struct gen *gen, const char *title, struct emit *section)
{
    emit_blank(gen->code);
    if (emit_parts(section).count)
        emit_comment(gen->code, "---- %s ----", title);
    emit_blank(gen->code);
    emit_take(gen->code, section);
}

static struct emit_parts machine_text(struct gen *gen)
{
    const struct workflow *workflow = gen->workflow;
    struct emit source, tables, helpers, gathers, body, functions;

    emit_init(&source, gen->arena);
    emit_init(&tables, gen->arena);
    emit_init(&helpers, gen->arena);
    emit_init(&gathers, gen->arena);
    emit_init(&body, gen->arena);
    gen->tables = &tables;
    gen->helpers = &helpers;
    gen->gathers = &gathers;
    gen->body = &body;
    gen->reads_frame = arena_array(gen->arena, bool, workflow->step_count);
    gen->code = &tables;
    put_descriptors(gen);
    gen_name_items(gen);
    functions = functions_of(gen);
    gen->code = &source;
    gen_workflow_comment(gen);
    emit_directive(&source, "#include \"%.*s.h\"", STR(workflow->id.text));
    emit_blank(&source);
    gen_define_enum(gen);
    gen_define_frame(gen);
    emit_blank(&source);
    emit_take(&source, &tables);
    gen_define_steps(gen);
    put_section(gen, "Values of one struct as another", &helpers);
    put_section(gen, "What items have left", &gathers);
    emit_blank(&source);
    emit_take(&source, &functions);
    gen_definition(gen);
    put_budget(gen, &workflow->budget);
    put_concurrency(gen, workflow->concurrency);
    gen_put_hand(gen);
    put_workflow(gen);
    put_main(gen);
    return emit_parts(&source);
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
    struct gen gen = {
        .arena = arena, .kept = arena, .workflow = workflow, .names = types};

    gen.prefix = gen_workflow_prefix(arena, workflow);
    gen.outputs = outputs_type(arena, workflow);
    if (!gen_is_nothing(workflow->params))
        gen.trigger_struct = arena_printf(arena, "%strigger", gen.prefix);
    if (gen.outputs)
        gen.outputs_struct = arena_printf(arena, "%soutputs", gen.prefix);
    gen.included = included_files(&gen);
    set_step_names(&gen);
    set_stored_types(&gen);
    gen_blocks_init(&gen);
    gen.own_types = gen_own_types_new(&gen);
    files->header = gen_header(&gen);
    files->source = machine_text(&gen);
}
