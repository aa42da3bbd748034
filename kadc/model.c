/* model.c: the top level of a workflow: identity, triggers, outputs.
 *
 * In: the YAML tree. Out: the model, complete but for what later passes resolve. */
#include "model_read.h"

#include <ctype.h>
#include <string.h>

#include "table.h"
#include "unique.h"

/* ---- Key sets ------------------------------------------------------------------------ */

static key_reader trigger_kind_read, trigger_params_read, output_value_read,
    output_type_read, top_workspace_read;

static const struct key trigger_keys[] = {
    {"type", KEY_NODE, KEY_REQUIRED, .read = trigger_kind_read, .shape = SHAPE_TEXT,
     .about = "what starts the workflow: cli"},
    {"command", KEY_NAME, .offset = offsetof(struct trigger, command),
     .about = "the command that starts it: kad workflow ID"},
    {"params", KEY_LIST, .read = trigger_params_read, .of = &field_set,
     .about = "what it is started with"},
};
static const struct key_set trigger_set = KEY_SET("trigger", "type", trigger_keys);

static const struct key output_keys[] = {
    {"name", KEY_IDENTIFIER, KEY_REQUIRED, offsetof(struct workflow_output, name),
     .about = "how it is named"},
    {"type", KEY_NODE, .read = output_type_read, .of = &type_set,
     .about = "default: the type of its value"},
    {"value", KEY_NODE, KEY_REQUIRED, .read = output_value_read,
     .about = "computed when the workflow completes"},
};
static const struct key_set output_set = KEY_SET("output", "name", output_keys);

/* What stands at the top; sections are kept as nodes, because types come before all that
 * names them, wherever they stand in the file. */
struct top {
    struct str name, version, description;
    const struct node *triggers, *types, *steps, *outputs, *guarantees, *budget,
        *concurrency;
    int64_t timeout_ms;
    bool is_in_worktree;
};

#define AT(field) offsetof(struct top, field)
static const struct key top_keys[] = {
    {"name", KEY_TEXT, .offset = AT(name), .about = "a title for people"},
    {"version", KEY_VERSION, .offset = AT(version),
     .about = "of the workflow, MAJOR.MINOR.PATCH"},
    {"description", KEY_TEXT, .offset = AT(description), .about = "for people"},
    {"triggers", KEY_LIST, KEY_NOT_EMPTY, AT(triggers), .of = &trigger_set,
     .about = "what starts the workflow"},
    {"types", KEY_MAP, KEY_NOT_EMPTY, AT(types), .of = &type_set, .shape = SHAPE_NAMED,
     .about = "types, named once for many uses"},
    {"steps", KEY_LIST, KEY_REQUIRED_AND_NOT_EMPTY, AT(steps), .of = &step_set,
     .about = "what is done; the first step is the entry"},
    {"outputs", KEY_LIST, .offset = AT(outputs), .of = &output_set,
     .about = "what the workflow gives"},
    {"timeout", KEY_DURATION, .offset = AT(timeout_ms), .about = "for the whole run"},
    {"budget", KEY_MAP, KEY_NOT_EMPTY, AT(budget), .of = &budget_set,
     .about = "what one execution may use up; the worst case must fit"},
    {"concurrency", KEY_MAP, KEY_NOT_EMPTY, AT(concurrency), .of = &concurrency_set,
     .about = "how many executions may be under way"},
    {"workspace", KEY_NODE, .read = top_workspace_read, .shape = SHAPE_TEXT,
     .texts = "here worktree",
     .about = "here, or worktree: a git worktree of its own; default: here"},
    {"guarantees", KEY_LIST, KEY_NOT_EMPTY, AT(guarantees), .of = &guarantee_set,
     .about = "what holds on every path, and is proved"},
};
#undef AT
const struct key_set workflow_set = KEY_SET("workflow", NULL, top_keys);

static void top_workspace_read(struct reader *reader, const struct node *key,
                               const struct node *value, void *target)
{
    workspace_read(reader, key, value, &((struct top *)target)->is_in_worktree);
}

/* ---- Triggers ------------------------------------------------------------------------ */

static const struct str trigger_kinds[] = {{"cli", 3}};

static void trigger_kind_read(struct reader *reader, const struct node *key,
                              const struct node *value, void *target)
{
    static const char *const later[] = {"schedule", "webhook", "event", "watch"};
    struct diags *diags = reader->program->diags;
    struct str kind = text_read(reader, value, "type");
    (void)key, (void)target;
    if (!kind.p || str_equal(kind, trigger_kinds[0]))
        return;
    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
        if (str_is(kind, later[i])) {
            diag_report(diags, value->span, KAD0114,
                        "trigger type `%s` is not supported by this version of kadc",
                        later[i]);
            return;
        }
    diag_report(diags, value->span, KAD0114, "unknown trigger type `%.*s`", STR(kind));
    if (diag_did_you_mean(diags, value->span, kind, (struct names){trigger_kinds, 1}) <
        0)
        diag_help(diags, "the trigger type is `cli`");
}

static void trigger_params_read(struct reader *reader, const struct node *key,
                                const struct node *value, void *target)
{
    struct trigger *trigger = target;
    (void)key;
    trigger->params = fields_read(reader, value, "parameter", KAD0709, &trigger->param_count);
}

/* A trigger of a kind that is not supported: the names that it passes on are still of use, so
 * that `trigger.x` is no second mistake; nothing else in it is looked at. */
static bool is_foreign_trigger(const struct node *node)
{
    const struct node *kind = node->kind == NODE_MAP ? node_find(node, "type") : NULL;
    return kind && kind->kind == NODE_SCALAR && !str_is(kind->text, "cli") &&
           names_nearest(kind->text, (struct names){trigger_kinds, 1}).count == 0;
}

static void foreign_trigger_read(struct reader *reader, const struct node *node,
                                 struct trigger *trigger)
{
    const struct node *params = node_find(node, "params");
    size_t count = params && params->kind == NODE_LIST ? params->count : 0;
    trigger_kind_read(reader, NULL, node_find(node, "type"), trigger);
    reader->has_gaps = true;
    trigger->params = arena_array(reader->program->arena, struct type_field, count);
    for (size_t i = 0; i < count; i++) {
        const struct node *param = params->items[i];
        const struct node *name =
            param->kind == NODE_MAP ? node_find(param, "name") : NULL;
        if (name && name->kind == NODE_SCALAR)
            trigger->params[trigger->param_count++] = (struct type_field){
                .name = name->text, .name_span = name->span, .type = type_poison()};
    }
}

static void triggers_read(struct reader *reader, const struct node *list,
                          struct workflow *workflow)
{
    workflow->triggers =
        arena_array(reader->program->arena, struct trigger, list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct node *node = list->items[i];
        struct trigger *trigger = &workflow->triggers[workflow->trigger_count++];
        trigger->span =
            node->kind == NODE_MAP ? keys_place(&trigger_set, node) : node->span;
        if (is_foreign_trigger(node))
            foreign_trigger_read(reader, node, trigger);
        else
            keys_read(reader, &trigger_set, node, trigger);
    }
}

/* Two triggers may give the same parameter, but not with different types. (Twice in one
 * trigger is 0218.) */
static void param_same_check(struct reader *reader, const struct trigger *trigger,
                             const struct type_field *first,
                             const struct type_field *other)
{
    struct arena *arena = reader->program->arena;
    bool is_poisoned =
        first->type->kind == TYPE_POISON || other->type->kind == TYPE_POISON;
    bool is_same_trigger =
        first >= trigger->params && first < trigger->params + trigger->param_count;
    if (is_poisoned || is_same_trigger ||
        type_same(type_required(arena, first->type), type_required(arena, other->type)))
        return;
    diag_report(reader->program->diags, other->name_span, KAD0503,
                "parameter `%.*s` is %.*s here and %.*s in another trigger",
                STR(other->name), STR(type_text(arena, other->type)),
                STR(type_text(arena, first->type)));
    diag_note(reader->program->diags, first->name_span, "the other one");
}

/* Whether some parameter could not be read. */
static bool has_lost_params(const struct node *triggers,
                            const struct workflow *workflow)
{
    if (triggers->kind != NODE_LIST)
        return true;
    for (size_t i = 0; i < triggers->count; i++) {
        const struct node *trigger = triggers->items[i];
        const struct node *params =
            trigger->kind == NODE_MAP ? node_find(trigger, "params") : NULL;
        if (params && (params->kind != NODE_LIST ||
                       workflow->triggers[i].param_count < params->count))
            return true;
    }
    return false;
}

/* A parameter, and how many triggers give it always. */
struct joined {
    struct type_field *first;
    size_t trigger_number; /* of the latest that has it */
    size_t always_count;
};

static void param_join(struct arena *arena, struct table *by_name,
                       struct type_field *field, size_t trigger_number,
                       struct joined **joined)
{
    *joined = table_find(by_name, field->name);
    if (!*joined) {
        *joined = arena_new(arena, struct joined);
        (*joined)->first = field;
        table_add(by_name, field->name, *joined);
    } else if ((*joined)->trigger_number == trigger_number) {
        return; /* twice in one trigger: reported */
    }
    (*joined)->trigger_number = trigger_number;
    (*joined)->always_count += !field->type->is_optional;
}

/* All parameters of all triggers. One that some trigger lacks, or need not give, is optional. */
static void params_join(struct reader *reader, struct workflow *workflow)
{
    struct arena *arena = reader->program->arena;
    VEC(struct joined *) all = {0};
    struct type_field *fields;
    struct joined *joined;
    struct table by_name;
    table_init(&by_name, arena);
    for (size_t i = 0; i < workflow->trigger_count; i++) {
        const struct trigger *trigger = &workflow->triggers[i];
        for (size_t j = 0; j < trigger->param_count; j++) {
            struct type_field *field = &trigger->params[j];
            param_join(arena, &by_name, field, i, &joined);
            if (joined->first == field)
                vec_push(arena, &all, joined);
            else
                param_same_check(reader, trigger, joined->first, field);
        }
    }
    fields = arena_array(arena, struct type_field, all.count);
    for (size_t i = 0; i < all.count; i++) {
        fields[i] = *all.items[i]->first;
        if (all.items[i]->always_count < workflow->trigger_count)
            fields[i].type = type_optional(arena, fields[i].type);
    }
    workflow->params = object_of_fields(arena, fields, all.count);
}

/* ---- Outputs ------------------------------------------------------------------------- */

static void output_type_read(struct reader *reader, const struct node *key,
                             const struct node *value, void *target)
{
    (void)key;
    ((struct workflow_output *)target)->declared =
        type_read(reader->program, reader->workflow, value);
}

static void output_value_read(struct reader *reader, const struct node *key,
                              const struct node *value, void *target)
{
    (void)key;
    ((struct workflow_output *)target)->value = value_read(reader, value);
}

static void outputs_read(struct reader *reader, const struct node *list,
                         struct workflow *workflow)
{
    struct arena *arena = reader->program->arena;
    struct name *names = arena_array(arena, struct name, list->count);
    workflow->outputs = arena_array(arena, struct workflow_output, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct workflow_output *output = &workflow->outputs[workflow->output_count];
        *output = (struct workflow_output){0};
        if (!keys_read(reader, &output_set, list->items[i], output) || !output->value)
            continue;
        names[workflow->output_count++] = output->name;
    }
    names_unique(reader->program, "output", names, workflow->output_count, KAD0218,
                 KAD1001);
}

/* ---- The whole ----------------------------------------------------------------------- */

/* The file's stem. Its place is the start of the file. */
static struct name file_stem(const struct source *source)
{
    struct str path = source->path;
    size_t start = path.len;
    while (start > 0 && path.p[start - 1] != '/')
        start--;
    struct str stem = str_part(path, start, path.len);
    size_t end = stem.len;
    while (end > 0 && stem.p[end] != '.')
        end--;
    if (end > 0)
        stem = str_part(stem, 0, end);
    return (struct name){stem, {source, 0, 0}};
}

static void sections_read(struct reader *reader, const struct top *top,
                          struct workflow *workflow)
{
    if (top->types)
        types_section_read(reader, top->types, workflow);
    if (top->triggers)
        triggers_read(reader, top->triggers, workflow);
    params_join(reader, workflow);
    const struct node *triggers = node_find(workflow->root, "triggers");
    if (triggers && has_lost_params(triggers, workflow))
        workflow->params = type_poison(); /* any name may be one of them */
    if (top->steps)
        steps_read(reader, top->steps, workflow);
    if (top->outputs)
        outputs_read(reader, top->outputs, workflow);
    if (top->budget)
        budget_read(reader, top->budget, workflow);
    if (top->concurrency)
        concurrency_read(reader, top->concurrency, workflow);
    if (top->guarantees)
        guarantees_read(reader, top->guarantees, workflow);
    types_report_unused(reader);
}

struct workflow *model_read(struct program *program, const struct source *source,
                            const struct node *root)
{
    struct workflow *workflow = arena_new(program->arena, struct workflow);
    struct reader reader = {.program = program, .workflow = workflow};
    struct top top = {0};
    workflow->source = source;
    workflow->root = root;
    workflow->id = file_stem(source);
    workflow->params = object_of_fields(program->arena, NULL, 0);
    workflow->is_broken = true;
    if (!root)
        return workflow;
    if (root->kind == NODE_SCALAR && node_is_null(root)) {
        diag_report(program->diags, root->span, KAD0109, "the file is empty");
        diag_help(program->diags, "a workflow has at least `steps:`");
        return workflow;
    }
    workflow->root = root = steps_recover(&reader, root);
    if (!keys_read(&reader, &workflow_set, root, &top))
        return workflow;
    workflow->name = top.name.len ? top.name : workflow->id.text;
    workflow->version = top.version.len ? top.version : S("0.0.0");
    workflow->description = top.description;
    workflow->timeout_ms = top.timeout_ms;
    workflow->is_in_worktree = top.is_in_worktree;
    sections_read(&reader, &top, workflow);
    workflow->has_gaps = reader.has_gaps;
    workflow->is_broken = workflow->step_count == 0;
    return workflow;
}

struct step *workflow_step_find(const struct workflow *workflow, struct str id)
{
    return workflow->step_table ? table_find(workflow->step_table, id) : NULL;
}

const struct type_field *trigger_param_find(const struct trigger *trigger,
                                            struct str name)
{
    for (size_t i = 0; i < trigger->param_count; i++)
        if (str_equal(trigger->params[i].name, name))
            return &trigger->params[i];
    return NULL;
}
