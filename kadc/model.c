/* model.c: the top level of a workflow: identity and outputs.
 *
 * In: the YAML tree. Out: the model, complete but for what later passes resolve. */
#include "model_read.h"

#include <ctype.h>
#include <string.h>

#include "table.h"
#include "unique.h"

/* ---- Key sets ------------------------------------------------------------------------ */

static key_reader output_value_read, output_type_read, top_workspace_read;

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
    const struct node *triggers = node_find(workflow->root, "triggers");
    if (top->types)
        types_section_read(reader, top->types, workflow);
    if (top->triggers)
        triggers_read(reader, top->triggers, workflow);
    else if (triggers && triggers->kind != NODE_LIST)
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
