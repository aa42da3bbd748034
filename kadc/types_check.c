/* types_check.c: the types of all that flows through a workflow.
 *
 * In: names resolved, the graph built. Out: step->outputs, input->field, types of values and
 * expressions. Reports 0501, 0502, 0512, 0515 and what value_check.c and expr_check.c say.
 *
 * (1) The outputs of all steps are known before any expression is looked at. */
#include "keys.h"
#include "passes.h"
#include "value_check.h"

/* ---- Outputs of steps ---------------------------------------------------------------- */

static const struct type *run_outputs(void)
{
    static const struct type text = {.kind = TYPE_STRING};
    static const struct type code = {.kind = TYPE_INTEGER};
    static const struct type_field fields[] = {
        {.name = {"exitCode", 8}, .type = &code},
        {.name = {"stdout", 6}, .type = &text},
        {.name = {"stderr", 6}, .type = &text},
    };
    static const struct type outputs = {
        .kind = TYPE_OBJECT,
        .fields = fields,
        .field_count = sizeof(fields) / sizeof(fields[0]),
    };
    return &outputs;
}

static bool is_refined_by(const struct step *step, struct str name)
{
    for (size_t i = 0; i < step->declared_output_count; i++)
        if (str_equal(step->declared_outputs[i].name, name))
            return true;
    return false;
}

/* The output of the manifest that a wrong name was meant for, of those that the step does
 * not name; or NULL. */
static const struct type_field *output_guess(struct program *program,
                                             const struct step *step,
                                             const struct type_field *output)
{
    const struct type *outputs = step->action->outputs;
    struct arena scratch = {0};
    struct str *names = arena_array(&scratch, struct str, outputs->field_count);
    size_t count = 0;
    for (size_t i = 0; i < outputs->field_count; i++)
        if (!is_refined_by(step, outputs->fields[i].name))
            names[count++] = outputs->fields[i].name;
    ptrdiff_t meant = diag_did_you_mean(program->diags, output->name_span, output->name,
                                        (struct names){names, count});
    const struct type_field *field =
        meant < 0 ? NULL : type_field_find(outputs, names[meant]);
    arena_release(&scratch);
    return field;
}

/* The field of the manifest that an output of the step refines, or NULL: reported. */
static const struct type_field *refined_field(struct program *program,
                                              const struct step *step,
                                              const struct type_field *output)
{
    const struct type_field *field =
        type_field_find(step->action->outputs, output->name);
    if (field || !name_is_identifier(output->name))
        return field;
    diag_report(program->diags, output->name_span, KAD0512,
                "action `%.*s` has no output `%.*s`", STR(step->action->name.text),
                STR(output->name));
    diag_note(program->diags, step->action->name.span, "the action is declared here");
    return output_guess(program, step, output);
}

/* The property that contradicts, as deep as there is one that does alone. */
static void narrow_mismatch(struct arena *arena, const struct type_field **declared,
                            const struct type_field **output)
{
    const struct type *inner = (*output)->type, *outer = (*declared)->type;
    for (size_t i = 0; i < inner->field_count; i++) {
        const struct type_field *field = &inner->fields[i];
        const struct type_field *other = type_field_find(outer, field->name);
        if (!other || type_meet(arena, other->type, field->type))
            continue;
        *declared = other;
        *output = field;
        narrow_mismatch(arena, declared, output);
        return;
    }
}

/* Where the step says the type of an output. */
static struct span type_place(const struct step *step, const struct type_field *output)
{
    const struct node *list = node_find(step->node, "outputs");
    for (size_t i = 0; list && list->kind == NODE_LIST && i < list->count; i++) {
        const struct node *entry = list->items[i];
        const bool is_map = entry->kind == NODE_MAP;
        const struct node *name = is_map ? node_find(entry, "name") : NULL;
        const struct node *type = is_map ? node_find(entry, "type") : NULL;
        if (name && type && name->span.start == output->name_span.start)
            return type->span;
    }
    return output->name_span;
}

/* What step and manifest say together; poison where they contradict. */
static const struct type *refined_type(struct program *program, const struct step *step,
                                       const struct type_field *declared,
                                       const struct type_field *output)
{
    struct arena *arena = program->arena;
    if (declared->type->kind == TYPE_POISON || output->type->kind == TYPE_POISON)
        return declared->type;
    const struct type *both = type_meet(arena, declared->type, output->type);
    if (both)
        return both;
    const struct span place = type_place(step, output);
    narrow_mismatch(arena, &declared, &output);
    diag_report(program->diags, place, KAD0515,
                "`%.*s` is %.*s here, but %.*s in the manifest", STR(output->name),
                STR(type_text(arena, output->type)),
                STR(type_text(arena, declared->type)));
    diag_note(program->diags, declared->name_span, "the action declares it here");
    return type_poison();
}

static void action_outputs_set(struct program *program, struct step *step)
{
    const struct type *manifest = step->action->outputs;
    struct type *effective = arena_new(program->arena, struct type);
    struct type_field *fields =
        arena_array(program->arena, struct type_field, manifest->field_count);
    for (size_t i = 0; i < manifest->field_count; i++)
        fields[i] = manifest->fields[i];
    *effective = *manifest;
    effective->fields = fields;
    for (size_t i = 0; i < step->declared_output_count; i++) {
        const struct type_field *output = &step->declared_outputs[i];
        const struct type_field *field = refined_field(program, step, output);
        if (field)
            fields[field - manifest->fields].type =
                refined_type(program, step, field, output);
    }
    for (size_t i = 0; step->has_lost_outputs && i < manifest->field_count; i++)
        if (fields[i].type->is_opaque)
            fields[i].type = type_poison(); /* it may have had a shape */
    step->is_refined = !type_same(effective, manifest);
    step->outputs = step->is_refined ? effective : manifest;
    step->outputs_on_failure = step->action->outputs_on_failure;
}

/* {choice: one of its choices, by: string, comment: string?} */
static const struct type *approval_outputs(struct arena *arena,
                                           const struct approval *approval)
{
    const struct type *text = type_simple(TYPE_STRING);
    struct type *choice = arena_new(arena, struct type);
    struct type *outputs = arena_new(arena, struct type);
    struct type_field *fields = arena_array(arena, struct type_field, 3);
    struct str *values = arena_array(arena, struct str, approval->choice_count);
    for (size_t i = 0; i < approval->choice_count; i++)
        values[i] = approval->choices[i].text;
    *choice = *text;
    choice->values = values;
    choice->value_count = approval->choice_count;
    fields[0] = (struct type_field){.name = S("choice"), .type = choice};
    fields[1] = (struct type_field){.name = S("by"), .type = text};
    fields[2] =
        (struct type_field){.name = S("comment"), .type = type_optional(arena, text)};
    *outputs = (struct type){.kind = TYPE_OBJECT, .fields = fields, .field_count = 3};
    return outputs;
}

/* An object with the given fields. */
static const struct type *outputs_of(struct arena *arena,
                                     const struct type_field *fields, size_t count)
{
    struct type *outputs = arena_new(arena, struct type);
    *outputs =
        (struct type){.kind = TYPE_OBJECT, .fields = fields, .field_count = count};
    return outputs;
}

/* {data: any} where the wait is for an event; optional where something else may come. */
static const struct type *wait_outputs(struct arena *arena, const struct wait *wait)
{
    const struct type *any = type_simple(TYPE_ANY);
    struct type_field *data = arena_new(arena, struct type_field);
    bool has_event = false;
    if (wait->way_count == 0)
        return type_poison(); /* they could not be read: reported */
    for (size_t i = 0; i < wait->way_count; i++)
        has_event = has_event || wait->ways[i].event.span.source;
    *data = (struct type_field){
        .name = S("data"), .type = wait->is_first ? type_optional(arena, any) : any};
    return outputs_of(arena, data, has_event ? 1 : 0);
}

static const struct type *parallel_outputs(struct arena *arena)
{
    struct type_field *field = arena_new(arena, struct type_field);
    field->name = S("succeeded");
    field->type = type_array_of(arena, type_simple(TYPE_STRING));
    return outputs_of(arena, field, 1);
}

static const struct type *for_each_outputs(struct arena *arena)
{
    struct type_field *fields = arena_array(arena, struct type_field, 2);
    fields[0] =
        (struct type_field){.name = S("count"), .type = type_simple(TYPE_INTEGER)};
    fields[1] =
        (struct type_field){.name = S("failed"), .type = type_simple(TYPE_INTEGER)};
    return outputs_of(arena, fields, 2);
}

/* The outputs of the workflow that it calls. */
static const struct type *child_outputs(struct arena *arena,
                                        const struct workflow *child)
{
    const struct node *list = child ? node_find(child->root, "outputs") : NULL;
    if (!child ||
        (list && (list->kind != NODE_LIST || child->output_count < list->count)))
        return type_poison(); /* some could not be read: reported */
    struct type_field *fields =
        arena_array(arena, struct type_field, child->output_count);
    for (size_t i = 0; i < child->output_count; i++) {
        const struct workflow_output *output = &child->outputs[i];
        fields[i] = (struct type_field){.name = output->name.text,
                                        .name_span = output->name.span,
                                        .type = output->declared ? output->declared
                                                                 : output->value->type};
    }
    return outputs_of(arena, fields, child->output_count);
}

/* Poison where nothing is known: the action is missing, or there are two things to do,
 * which has been reported. */
static void outputs_set(struct program *program, struct step *step)
{
    if (step->has_two_kinds) {
        step->outputs = type_poison();
    } else if (step->kind == STEP_RUN) {
        step->outputs = run_outputs();
        step->outputs_on_failure = true;
    } else if (step->kind == STEP_APPROVAL) {
        step->outputs = approval_outputs(program->arena, &step->approval);
        step->is_refined = true;
    } else if (step->kind == STEP_WAIT) {
        step->outputs = wait_outputs(program->arena, &step->wait);
    } else if (step->kind == STEP_PARALLEL) {
        step->outputs = parallel_outputs(program->arena);
    } else if (step->kind == STEP_FOR_EACH) {
        step->outputs = for_each_outputs(program->arena);
    } else if (step->kind == STEP_WORKFLOW) {
        step->outputs = child_outputs(program->arena, step->block->workflow);
    } else if (step->kind == STEP_ROUTE) {
        static const struct type nothing = {.kind = TYPE_OBJECT};
        step->outputs = &nothing;
    } else if (step->action) {
        action_outputs_set(program, step);
    } else {
        step->outputs = type_poison();
    }
}

/* ---- Inputs -------------------------------------------------------------------------- */

/* What the inputs are for: an action, or a workflow that is called. */
struct wanted {
    const struct type *inputs; /* NULL: not known, reported */
    const char *what;          /* "action" */
    struct str name, folder;   /* that tells it from others of the name */
    struct span span;          /* of the declaration; no place: there is none */
    struct span use;           /* where it is named */
};

static struct wanted wanted_of(const struct step *step)
{
    const struct workflow *child = step->block ? step->block->workflow : NULL;
    if (step->action)
        return (struct wanted){.inputs = step->action->inputs,
                               .what = "action",
                               .name = step->action->name.text,
                               .folder = step->action->module->name.text,
                               .span = step->action->name.span,
                               .use = step->action_name.span};
    if (child && child->params->kind == TYPE_OBJECT)
        return (struct wanted){.inputs = child->params,
                               .what = "workflow",
                               .name = child->id.text,
                               .span = child->trigger_count > 0
                                           ? child->triggers[0].span
                                           : (struct span){0},
                               .use = step->block->workflow_name.span};
    return (struct wanted){0};
}

static bool is_given(const struct step *step, const struct type_field *field)
{
    for (size_t i = 0; i < step->input_count; i++)
        if (step->inputs[i].field == field)
            return true;
    return false;
}

static bool is_needed(const struct type_field *field)
{
    return !field->type->is_optional && !field->default_value &&
           field->type->kind != TYPE_POISON;
}

/* The input that a wrong name was meant for, of those that are not given; or NULL. */
static const struct type_field *input_guess(struct program *program,
                                            const struct step *step,
                                            const struct type *wanted,
                                            const struct name *name)
{
    struct arena scratch = {0};
    const struct type_field **fields =
        arena_array(&scratch, const struct type_field *, wanted->field_count);
    struct str *names = arena_array(&scratch, struct str, wanted->field_count);
    size_t count = 0;
    for (size_t i = 0; i < wanted->field_count; i++) {
        if (is_given(step, &wanted->fields[i]))
            continue;
        fields[count] = &wanted->fields[i];
        names[count++] = wanted->fields[i].name;
    }
    ptrdiff_t meant = diag_did_you_mean(program->diags, name->span, name->text,
                                        (struct names){names, count});
    const struct type_field *field = meant < 0 ? NULL : fields[meant];
    arena_release(&scratch);
    return field;
}

/* Finds the manifest's field of each input; the number of those that have none. */
static size_t inputs_resolve(struct program *program, const struct wanted *wanted,
                             struct step *step)
{
    enum { GUESSES_MAX = 100 }; /* each looks at all inputs */
    struct diags *diags = program->diags;
    size_t unknown_count = 0;
    for (size_t i = 0; i < step->input_count; i++)
        step->inputs[i].field =
            type_field_find(wanted->inputs, step->inputs[i].name.text);
    for (size_t i = 0; i < step->input_count; i++) {
        struct input *input = &step->inputs[i];
        if (input->field)
            continue;
        diag_report(diags, input->name.span, KAD0502, "%s `%.*s` has no %s `%.*s`",
                    wanted->what, STR(wanted->name),
                    step->action ? "input" : "parameter", STR(input->name.text));
        diag_subject(diags, "input `%.*s` of `%.*s` of `%.*s`", STR(input->name.text),
                     STR(wanted->name), STR(wanted->folder));
        if (wanted->span.source)
            diag_note(diags, wanted->span, "the %s is declared here", wanted->what);
        if (unknown_count < GUESSES_MAX)
            input->field = input_guess(program, step, wanted->inputs, &input->name);
        unknown_count += !input->field;
    }
    return unknown_count;
}

/* 0501. An unknown input may be a missing one under another name: one mistake, so that many
 * missing ones are only mentioned. */
static void inputs_missing(struct program *program, struct workflow *workflow,
                           const struct step *step, const struct wanted *needs,
                           size_t unknown_count)
{
    const struct type *wanted = needs->inputs;
    struct span span = step->inputs_span.source ? step->inputs_span : needs->use;
    if (!step->inputs && node_find(step->node, "inputs"))
        return; /* they could not be read */
    for (size_t i = 0; i < wanted->field_count; i++) {
        const struct type_field *field = &wanted->fields[i];
        if (!is_needed(field) || is_given(step, field))
            continue;
        if (unknown_count > 0) {
            unknown_count--;
            diag_note(program->diags, field->name_span,
                      "`%.*s` is needed and not given", STR(field->name));
            continue;
        }
        workflow->has_gaps = true;
        diag_report(program->diags, span, KAD0501,
                    "step `%.*s` does not give the input `%.*s`", STR(step->id.text),
                    STR(field->name));
        diag_note(program->diags, field->name_span, "the input is declared here");
        diag_help(program->diags, "add it under `inputs`: `%.*s: ...`",
                  STR(field->name));
    }
}

static void input_values_check(struct program *program, const struct scope *scope,
                               struct step *step)
{
    for (size_t i = 0; i < step->input_count; i++) {
        struct input *input = &step->inputs[i];
        struct value_place place = {.program = program, .scope = scope};
        place.what = str_printf(program->arena, "input `%.*s`", STR(input->name.text));
        if (input->field)
            place.declared = input->field->name_span;
        value_check(&place, input->value, input->field ? input->field->type : NULL);
        if (!input->field)
            input->value->is_reported = true; /* who knows what its place wants */
    }
}

static void run_check(struct program *program, const struct scope *scope,
                      struct step *step)
{
    struct run *run = &step->run;
    struct value_place place = {.program = program, .scope = scope};
    place.what = S("an argument");
    for (size_t i = 0; i < run->arg_count; i++)
        text_value_check(&place, run->args[i]->scalar);
    place.what = S("a variable");
    for (size_t i = 0; i < run->env_count; i++)
        text_value_check(&place, run->env[i].value->scalar);
    place.what = S("`cwd`");
    if (run->cwd)
        text_value_check(&place, run->cwd);
    place.what = S("`stdin`");
    if (run->stdin_text)
        text_value_check(&place, run->stdin_text);
}

static void wait_check(struct program *program, const struct scope *scope,
                       struct wait_way *wait)
{
    struct value_place place = {.program = program, .scope = scope};
    place.what = wait->name.span.source ? S("`after`") : S("`wait`");
    if (wait->duration)
        value_check(&place, wait->duration, type_simple(TYPE_DURATION));
    place.what = S("`until`");
    if (wait->until)
        value_check(&place, wait->until, type_simple(TYPE_STRING));
    place.what = S("`match`");
    for (size_t i = 0; i < wait->match_count; i++)
        value_check(&place, wait->match[i].value, type_simple(TYPE_ANY));
}

/* The array of a forEach, of whatever items. */
static void each_check(struct program *program, const struct scope *scope,
                       struct block *block)
{
    struct value_place place = {
        .program = program, .scope = scope, .what = S("`forEach`")};
    block->item = type_poison();
    if (!block->each)
        return;
    value_check(&place, block->each, type_simple(TYPE_ARRAY));
    const struct type *found = block->each->type;
    if (found->kind == TYPE_ANY || (found->kind == TYPE_ARRAY && found->is_opaque))
        block->item = type_simple(TYPE_ANY);
    else if (found->kind == TYPE_ARRAY)
        block->item = found->items;
}

/* `when:` of the branches. */
static void branches_check(const struct scope *scope, struct block *block)
{
    for (size_t i = 0; i < block->branch_count; i++)
        if (block->branches[i].when && !condition_check(scope, block->branches[i].when))
            scope->workflow->has_gaps = true;
}

static void prompt_check(struct program *program, const struct scope *scope,
                         struct value *prompt)
{
    struct value_place place = {.program = program, .scope = scope};
    place.what = S("`prompt`");
    text_value_check(&place, prompt->scalar);
}

static void inputs_check(struct program *program, struct workflow *workflow,
                         struct step *step)
{
    struct scope scope = {.arena = program->arena,
                          .diags = program->diags,
                          .workflow = workflow,
                          .step = step};
    const struct wanted wanted = wanted_of(step);
    if (wanted.inputs && !step->is_merged)
        inputs_missing(program, workflow, step, &wanted,
                       inputs_resolve(program, &wanted, step));
    /* Whatever stands there, also beside another kind: flow reads it all. */
    if (step->block && step->block->each)
        each_check(program, &scope, step->block);
    if (step->block)
        branches_check(&scope, step->block);
    input_values_check(program, &scope, step);
    run_check(program, &scope, step);
    for (size_t i = 0; i < step->wait.way_count; i++)
        wait_check(program, &scope, &step->wait.ways[i]);
    if (step->approval.prompt)
        prompt_check(program, &scope, step->approval.prompt);
}

/* ---- Routes -------------------------------------------------------------------------- */

static void route_condition_check(const struct scope *scope, struct template *condition)
{
    if (condition && condition->is_constant_reported)
        template_check(scope, condition);
    else if (condition && !condition_check(scope, condition))
        scope->workflow->has_gaps = true; /* who knows what it was meant to read */
}

/* As deep as the YAML at most. */
static void route_check(const struct scope *scope, struct route *route)
{
    route_condition_check(scope, route->condition);
    for (size_t i = 0; i < route->case_count; i++) {
        route_condition_check(scope, route->cases[i].when);
        route_check(scope, route->cases[i].then);
    }
    if (route->yes)
        route_check(scope, route->yes);
    if (route->no)
        route_check(scope, route->no);
}

static void routes_check(struct program *program, struct workflow *workflow,
                         struct step *step)
{
    struct scope scope = {.arena = program->arena,
                          .diags = program->diags,
                          .workflow = workflow,
                          .step = step,
                          .is_after = true,
                          .is_recovered = step->recovers};
    route_check(&scope, step->on_success);
    scope.is_recovered = false;
    route_check(&scope, step->on_failure);
    if (step->on_timeout)
        route_check(&scope, step->on_timeout);
}

/* ---- Outputs of the workflow --------------------------------------------------------- */

static void workflow_outputs_check(struct program *program, struct workflow *workflow)
{
    struct scope scope = {.arena = program->arena,
                          .diags = program->diags,
                          .workflow = workflow,
                          .is_after = true};
    for (size_t i = 0; i < workflow->output_count; i++) {
        struct workflow_output *output = &workflow->outputs[i];
        struct value_place place = {
            .program = program,
            .scope = &scope,
            .what = str_printf(program->arena, "output `%.*s`", STR(output->name.text)),
        };
        if (output->declared)
            place.declared = output->name.span;
        value_check(&place, output->value, output->declared);
    }
}

void types_check(struct program *program, struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++)
        outputs_set(program, workflow->steps[i]);
    for (size_t i = 0; i < workflow->step_count; i++) {
        inputs_check(program, workflow, workflow->steps[i]);
        routes_check(program, workflow, workflow->steps[i]);
    }
    workflow_outputs_check(program, workflow);
}
