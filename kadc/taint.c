/* taint.c: text from outside, where a program would obey it: 0901, 0902, 0904; and 0905, by
 * taint_prompt.c.
 *
 * In: all types, the graph. Out: diagnostics; workflow->hands_on_untrusted. What an event, a
 * webhook or a watch brings comes from whoever may send it. A step that is given such text may
 * have it in each text that it gives; numbers, booleans, durations and enums do no harm. One
 * search from these sources along the reads; from callers to those that they call. */
#include "taint.h"

#include <string.h>

#include "blocks.h"
#include "command.h"
#include "passes.h"

/* ---- Text in values ------------------------------------------------------------------ */

bool taint_holds_text(const struct type *type)
{
    switch (type->kind) {
    case TYPE_ANY: return true;
    case TYPE_STRING: return type->value_count == 0;
    case TYPE_ARRAY: return type->is_opaque || taint_holds_text(type->items);
    case TYPE_OBJECT:
        for (size_t i = 0; i < type->field_count; i++)
            if (taint_holds_text(type->fields[i].type))
                return true;
        return type->is_opaque;
    default: return false;
    }
}

/* `steps.W.outputs.data.F`, where the wait has said what F must be. */
static bool is_matched(const struct expr *field)
{
    const struct binding *data = &field->left->binding;
    if (data->kind != BIND_OUTPUT || data->step->kind != STEP_WAIT ||
        data->step->wait.way_count != 1)
        return false;
    const struct wait_way *way = &data->step->wait.ways[0];
    for (size_t i = 0; i < way->match_count; i++)
        if (str_equal(way->match[i].name.text, field->text))
            return true;
    return false;
}

/* What of an error is a name that the manifests or the engine gave: not its text. */
static bool is_of_error(const struct expr *field)
{
    const enum binding_kind kind = field->left->binding.kind;
    return (kind == BIND_STEP_ERROR || kind == BIND_WORKFLOW_ERROR) &&
           (str_is(field->text, "code") || str_is(field->text, "step"));
}

/* Whether a part of a value is what is looked for. */
struct search {
    bool (*is_wanted)(const struct expr *bound, void *context);
    void *context;
};

static const struct expr *text_find(const struct search *search,
                                    const struct expr *expr);

static const struct expr *text_find_among(const struct search *search,
                                          struct expr *const *items, size_t count)
{
    const struct expr *found = NULL;
    for (size_t i = 0; i < count && !found; i++)
        found = text_find(search, items[i]);
    return found;
}

/* The first wanted one of the things named whose text may be a part of the expression's
 * value: not what only decides which it is. */
static const struct expr *text_find(const struct search *search,
                                    const struct expr *expr)
{
    const struct expr *found;
    if (!expr->type || !taint_holds_text(expr->type))
        return NULL;
    if (expr->binding.kind != BIND_NONE)
        return search->is_wanted(expr, search->context) ? expr : NULL;
    switch (expr->kind) {
    case EXPR_FIELD:
        return is_matched(expr) || is_of_error(expr) ? NULL
                                                     : text_find(search, expr->left);
    case EXPR_INDEX: return text_find(search, expr->left);
    case EXPR_BINARY:
        found = text_find(search, expr->left);
        return found ? found : text_find(search, expr->right);
    case EXPR_CHOICE: return text_find_among(search, expr->args + 1, 2);
    case EXPR_LIST:
    case EXPR_CALL: return text_find_among(search, expr->args, expr->arg_count);
    default: return NULL;
    }
}

static const struct expr *text_find_in_template(const struct search *search,
                                                const struct template *value)
{
    const struct expr *found = NULL;
    for (size_t i = 0; value && i < value->part_count && !found; i++)
        if (value->parts[i].expr)
            found = text_find(search, value->parts[i].expr);
    return found;
}

static void value_look(const struct search *search, const struct value *value)
{
    text_find_in_template(search, value->scalar);
    for (size_t i = 0; i < value->count; i++)
        value_look(search, value->items[i]);
}

/* ---- Who hands on -------------------------------------------------------------------- */

static bool is_carrier(const struct expr *bound)
{
    switch (bound->binding.kind) {
    case BIND_OUTPUT:
    case BIND_ITEM:
    case BIND_PARAMETER:
    case BIND_WORKFLOW_ERROR: return true;
    case BIND_STEP_ERROR: return bound->binding.step->kind != STEP_WAIT;
    default: return false;
    }
}

static size_t param_count(const struct workflow *workflow)
{
    return workflow->params->kind == TYPE_OBJECT ? workflow->params->field_count : 0;
}

/* The failures of all steps: `workflow.error`, and the error of a block. */
static size_t failure_node(const struct workflow *workflow)
{
    return workflow->step_count + param_count(workflow);
}

size_t taint_node(const struct workflow *workflow, const struct expr *carrier)
{
    const struct binding *binding = &carrier->binding;
    if (binding->kind == BIND_PARAMETER)
        return workflow->step_count +
               (size_t)(binding->field - workflow->params->fields);
    if (binding->kind == BIND_WORKFLOW_ERROR ||
        (binding->kind == BIND_STEP_ERROR && binding->step->block))
        return failure_node(workflow);
    return binding->step->index;
}

struct read_search {
    struct taint *taint;
    const struct step *reader;
};

static bool read_add(const struct expr *bound, void *context)
{
    const struct read_search *search = context;
    struct taint *taint = search->taint;
    if (!is_carrier(bound))
        return false;
    struct taint_read *read = arena_new(taint->arena, struct taint_read);
    const size_t node = taint_node(taint->workflow, bound);
    *read = (struct taint_read){node, search->reader, bound, taint->reads[node]};
    taint->reads[node] = read;
    return false;
}

/* All that the step may make its own outputs of. */
static void reads_add(struct taint *taint, const struct step *step)
{
    struct read_search context = {taint, step};
    const struct search search = {read_add, &context};
    for (size_t i = 0; i < step->input_count; i++)
        value_look(&search, step->inputs[i].value);
    for (size_t i = 0; i < step->run.arg_count; i++)
        value_look(&search, step->run.args[i]);
    for (size_t i = 0; i < step->run.env_count; i++)
        value_look(&search, step->run.env[i].value);
    text_find_in_template(&search, step->run.stdin_text);
    if (step->block && step->block->each)
        value_look(&search, step->block->each);
}

static bool is_outside(const struct step *step)
{
    const struct workflow *child =
        step->kind == STEP_WORKFLOW ? step->block->workflow : NULL;
    return step->kind == STEP_WAIT || (child && child->hands_on_untrusted);
}

/* Whether text from outside comes in at a node. */
static bool is_source(const struct workflow *workflow, size_t node)
{
    const struct taint_param *params = workflow->taint_params;
    if (node < workflow->step_count)
        return is_outside(workflow->steps[node]);
    return params && (params[node - workflow->step_count].trigger ||
                      params[node - workflow->step_count].caller);
}

struct spread {
    struct taint *taint;
    size_t *queue;
    size_t head, tail;
};

/* A node has text from outside: it is read there, or comes in there (`by` is NULL). */
static void spread_add(struct spread *spread, size_t node, const struct taint_read *by)
{
    struct taint *taint = spread->taint;
    if (taint->is_untrusted[node])
        return;
    taint->is_untrusted[node] = true;
    taint->by[node] = by;
    taint->origin[node] = by ? taint->origin[by->producer] : node;
    spread->queue[spread->tail++] = node;
}

/* Also what a program has said of it in vain: the messages of failures. */
static void taint_spread(struct taint *taint, size_t node_count)
{
    struct spread spread = {taint, arena_array(taint->arena, size_t, node_count), 0, 0};
    const size_t failures = failure_node(taint->workflow);
    for (size_t i = 0; i < failures; i++)
        if (is_source(taint->workflow, i))
            spread_add(&spread, i, NULL);
    while (spread.head < spread.tail) {
        const struct taint_read *read = taint->reads[spread.queue[spread.head++]];
        for (; read; read = read->next) {
            spread_add(&spread, read->reader->index, read);
            spread_add(&spread, failures, read);
        }
    }
}

static struct taint *taint_find(struct arena *arena, const struct workflow *workflow)
{
    struct taint *taint = arena_new(arena, struct taint);
    const size_t count = failure_node(workflow) + 1;
    *taint = (struct taint){
        .arena = arena,
        .workflow = workflow,
        .reads = arena_array(arena, struct taint_read *, count),
        .is_untrusted = arena_array(arena, bool, count),
        .by = arena_array(arena, const struct taint_read *, count),
        .origin = arena_array(arena, size_t, count),
    };
    for (size_t i = 0; i < workflow->step_count; i++)
        reads_add(taint, workflow->steps[i]);
    taint_spread(taint, count);
    return taint;
}

static bool is_untrusted(const struct expr *bound, void *context)
{
    const struct taint *taint = context;
    return is_carrier(bound) && taint->is_untrusted[taint_node(taint->workflow, bound)];
}

const struct expr *taint_in(const struct taint *taint, const struct expr *expr)
{
    const struct search search = {is_untrusted, (void *)(uintptr_t)taint};
    return text_find(&search, expr);
}

const struct expr *taint_in_template(const struct taint *taint,
                                     const struct template *value)
{
    const struct search search = {is_untrusted, (void *)(uintptr_t)taint};
    return text_find_in_template(&search, value);
}

const struct expr *taint_text_find(const struct template *value,
                                   bool (*is_wanted)(const struct expr *bound,
                                                     void *context),
                                   void *context)
{
    const struct search search = {is_wanted, context};
    return text_find_in_template(&search, value);
}

/* ---- The way ------------------------------------------------------------------------- */

static void origin_show(struct diags *diags, const struct workflow *workflow,
                        size_t node)
{
    if (node >= workflow->step_count) {
        taint_param_stops(diags, workflow,
                          &workflow->taint_params[node - workflow->step_count]);
        return;
    }
    const struct step *origin = workflow->steps[node];
    for (size_t i = 0; i < origin->wait.way_count; i++) {
        const struct name *event = &origin->wait.ways[i].event;
        if (event->span.source) {
            diag_path_stop(diags, event->span, "event `%.*s` brings it",
                           STR(event->text));
            return;
        }
    }
    diag_path_stop(diags, origin->id.span, "workflow `%.*s` hands it on",
                   STR(origin->block->workflow_name.text));
}

void taint_path(struct diags *diags, const struct taint *taint, size_t node)
{
    enum { SHOWN_MAX = 3 };
    const struct taint_read *reads[SHOWN_MAX];
    size_t count = 0;
    const struct taint_read *at = taint->by[node];
    for (; at && count < SHOWN_MAX; at = taint->by[at->producer])
        reads[count++] = at;
    diag_path(diags, "the text comes from outside");
    origin_show(diags, taint->workflow, taint->origin[node]);
    while (count-- > 0)
        diag_path_stop(diags, reads[count]->expr->span,
                       "step `%.*s` is given it, and may hand it on",
                       STR(reads[count]->reader->id.text));
}

/* ---- Programs: 0901, 0902, 0904 ------------------------------------------------------ */

struct sinks {
    struct program *program;
    const struct taint *taint;
};

static void sink_report(const struct sinks *sinks, const struct expr *carrier,
                        enum diag_code code, const char *what, const char *help)
{
    struct diags *diags = sinks->program->diags;
    const size_t from = taint_node(sinks->taint->workflow, carrier);
    if (code == KAD0901 && sinks->taint->by[from])
        code = KAD0902;
    diag_report(diags, carrier->span, code, "`%.*s` is text from outside, and %s",
                STR(span_text(carrier->span)), what);
    taint_path(diags, sinks->taint, from);
    diag_help(diags, "%s", help);
}

/* Whether what follows the text is a name in a folder: `/`, `./`, `--to=~/`. */
static bool is_path(struct str head)
{
    const char *equals = head.len ? memchr(head.p, '=', head.len) : NULL;
    if (equals && head.p[0] == '-')
        head = str_part(head, (size_t)(equals - head.p) + 1, head.len);
    return str_ends_with(head, S("/")) &&
           (str_starts_with(head, S("/")) || str_starts_with(head, S("./")) ||
            str_starts_with(head, S("../")) || str_starts_with(head, S("~/")));
}

static void path_check(const struct sinks *sinks, const struct template *value)
{
    const struct expr *carrier = taint_in_template(sinks->taint, value);
    if (carrier)
        sink_report(sinks, carrier, KAD0904, "decides which file is meant",
                    "name the file yourself, or choose it by a condition");
}

/* An option is only what the argument begins with. */
static const struct expr *first_carrier(const struct taint *taint,
                                        const struct template *value)
{
    for (size_t i = 0; i < value->part_count; i++)
        if (value->parts[i].expr)
            return taint_in(taint, value->parts[i].expr);
    return NULL;
}

static void argument_check(const struct sinks *sinks, const struct template *value,
                           enum argument_use use)
{
    const struct expr *carrier = value ? taint_in_template(sinks->taint, value) : NULL;
    if (!carrier)
        return;
    if (use == ARGUMENT_CODE) {
        sink_report(sinks, carrier, KAD0901, "would be read as code here",
                    "hand it over as an argument behind the code, or as a variable: "
                    "[sh, -c, 'echo \"$1\"', sh, TEXT]");
    } else if (use == ARGUMENT_REMOTE) {
        sink_report(sinks, carrier, KAD0901, "a shell elsewhere would read it as code",
                    "hand it over by `stdin`, and let the program there read it");
    } else if (use == ARGUMENT_PROGRAM) {
        sink_report(sinks, carrier, KAD0901, "decides which program runs",
                    "name the program yourself, or choose it by a condition");
    } else if (use == ARGUMENT_OPTION && first_carrier(sinks->taint, value)) {
        sink_report(sinks, carrier, KAD0901, "may begin with `-`, as an option does",
                    "put the argument `--` before it, or an option's name: "
                    "\"--name={{ ... }}\"");
    } else if (is_path(template_head(value))) {
        path_check(sinks, value);
    }
}

/* Variables by which programs find, or are told, code to run. */
static const char *const loaders[] = {
    "BASH_ENV",        "EDITOR",          "ENV",           "GIT_EDITOR",
    "GIT_PAGER",       "GIT_SSH_COMMAND", "LD_PRELOAD",    "NODE_OPTIONS",
    "LD_LIBRARY_PATH", "PAGER",           "PATH",          "PERL5LIB",
    "PERL5OPT",        "PYTHONPATH",      "PYTHONSTARTUP", "RUBYLIB",
    "RUBYOPT",         "VISUAL",
};

static void variable_check(const struct sinks *sinks, const struct input *variable)
{
    const struct expr *carrier =
        taint_in_template(sinks->taint, variable->value->scalar);
    for (size_t i = 0; carrier && i < sizeof(loaders) / sizeof(loaders[0]); i++)
        if (str_is(variable->name.text, loaders[i]))
            sink_report(sinks, carrier, KAD0901, "decides which program runs",
                        "give the variable a value of your own, or choose it by a "
                        "condition");
}

static void run_check(const struct sinks *sinks, const struct run *run)
{
    struct command_reader reader = {.run = run};
    const struct expr *carrier;
    while (reader.next < run->arg_count) {
        const struct template *value = run->args[reader.next]->scalar;
        argument_check(sinks, value, command_next(&reader));
    }
    for (size_t i = 0; i < run->env_count; i++)
        variable_check(sinks, &run->env[i]);
    path_check(sinks, run->cwd);
    carrier = taint_in_template(sinks->taint, run->stdin_text);
    if (carrier && command_reads_code(&reader))
        sink_report(sinks, carrier, KAD0901, "would be read as code here",
                    "give the program its code as a file or an argument");
}

/* ---- The workflow -------------------------------------------------------------------- */

static bool value_is_untrusted(const struct taint *taint, const struct value *value)
{
    if (taint_in_template(taint, value->scalar))
        return true;
    for (size_t i = 0; i < value->count; i++)
        if (value_is_untrusted(taint, value->items[i]))
            return true;
    return false;
}

void taint_summarize(struct program *program, struct workflow *workflow)
{
    const struct taint *taint = taint_find(program->arena, workflow);
    for (size_t i = 0; i < workflow->output_count; i++)
        if (value_is_untrusted(taint, workflow->outputs[i].value))
            workflow->hands_on_untrusted = true;
}

void taint_check(struct program *program, struct workflow *workflow)
{
    taint_params_find(program->arena, workflow);
    const struct taint *taint = taint_find(program->arena, workflow);
    const struct sinks sinks = {program, taint};
    for (size_t i = 0; i < workflow->step_count; i++)
        if (workflow->steps[i]->kind == STEP_RUN)
            run_check(&sinks, &workflow->steps[i]->run);
    taint_prompts_check(program, taint);
    taint_params_hand_on(taint);
}
