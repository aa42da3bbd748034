/* define_ask.c: the questions of `kad workflow define`. See define.h.
 *
 * Functions that return bool: false, the input has ended. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "commands.h"
#include "define.h"

struct dialogue {
    struct arena *arena;
    const json_t *modules;
    const char *workflows;
};

/* ---- Lines -------------------------------------------------------------------------- */

/* The answer without white space around it, or the fallback where it is empty. NULL: the
 * input has ended. */
__attribute__((format(printf, 3, 4))) static const char *
ask(struct dialogue *dialogue, const char *fallback, const char *format, ...)
{
    char *line = NULL;
    size_t capacity = 0;
    const char *answer = NULL;
    va_list args;
    ssize_t len;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, fallback[0] ? " [%s]: " : "%s: ", fallback);
    len = getline(&line, &capacity, stdin);
    if (len < 0) {
        fputc('\n', stderr);
    } else {
        const struct str text = str_trim((struct str){line, (size_t)len});

        answer = text.len ? str_copy(dialogue->arena, text) : fallback;
    }
    free(line);
    return answer;
}

/* What an answer lacks, before the question comes again. */
__attribute__((format(printf, 1, 2))) static void object(const char *format, ...)
{
    va_list args;

    fputs("  ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

/* ---- Names -------------------------------------------------------------------------- */

/* Words of small letters and digits, with one of the joints between them. */
static bool is_id(const char *text, const char *joints)
{
    const char *c = text;

    if (!islower((unsigned char)*c))
        return false;
    for (; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) &&
            (!strchr(joints, *c) || !isalnum((unsigned char)c[1])))
            return false;
    return true;
}

/* Letters, digits, - and _, as parameters and outputs are named. */
static bool is_name(const char *text)
{
    if (!isalpha((unsigned char)text[0]))
        return false;
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("-_", *c))
            return false;
    return true;
}

static bool is_new_id(struct dialogue *dialogue, const char *id)
{
    const char *path =
        arena_printf(dialogue->arena, "%s/%s.yaml", dialogue->workflows, id);

    if (!is_id(id, "-"))
        object("an id is made of small letters, digits and -, like add-logging");
    else if (is_workflow_command(id))
        object("`kad workflow %s` is a command", id);
    else if (access(path, F_OK) == 0)
        object("%s is there already", path);
    else
        return true;
    return false;
}

/* "Add logging" of "add-logging". */
static const char *name_of_id(struct arena *arena, const char *id)
{
    char *name = arena_printf(arena, "%s", id);

    name[0] = (char)toupper((unsigned char)name[0]);
    for (char *c = name; *c; c++)
        if (strchr("-_", *c))
            *c = ' ';
    return name;
}

static bool ask_head(struct dialogue *dialogue, struct draft *draft)
{
    do
        draft->id = ask(dialogue, "", "Id, also the name of the file");
    while (draft->id && !is_new_id(dialogue, draft->id));
    if (!draft->id)
        return false;
    draft->name =
        ask(dialogue, name_of_id(dialogue->arena, draft->id), "Name, for people");
    draft->description = draft->name ? ask(dialogue, "", "Description") : NULL;
    return draft->description;
}

/* ---- Values ------------------------------------------------------------------------- */

/* How a value is written in YAML, in the sense of the schema's type; NULL: said. */
static const char *value_read(struct arena *arena, const char *type, const char *text)
{
    json_t *json;
    char *compact;
    const char *yaml;

    if (strcmp(type, "string") == 0 || strncmp(text, "{{", 2) == 0)
        return define_quote(arena, text);
    json = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (!json) {
        object("it is neither JSON nor an expression like {{ steps.ID.outputs.NAME }}");
        return NULL;
    }
    compact = json_dumps(json, JSON_ENCODE_ANY);
    yaml = arena_printf(arena, "%s", compact ? compact : "null");
    free(compact);
    json_decref(json);
    return yaml;
}

static bool ask_parameters(struct dialogue *dialogue, struct draft *draft)
{
    struct draft_parameter parameter;
    const char *value;

    for (;;) {
        parameter = (struct draft_parameter){
            .name = ask(dialogue, "", "Parameter; empty: no more")};
        if (!parameter.name || !parameter.name[0])
            return parameter.name;
        if (!is_name(parameter.name)) {
            object("a name is made of letters, digits, - and _");
            continue;
        }
        parameter.type = ask(dialogue, "string",
                             "  Type: string, integer, number, boolean, duration");
        do {
            value = parameter.type
                        ? ask(dialogue, "", "  Default; empty: it must be given")
                        : NULL;
            if (!value)
                return false;
            if (strcmp(parameter.type, "duration") == 0)
                parameter.value = value;
            else if (value[0])
                parameter.value = value_read(dialogue->arena, parameter.type, value);
        } while (value[0] && !parameter.value);
        if (!value[0])
            parameter.value = NULL;
        vec_push(dialogue->arena, &draft->parameters, parameter);
    }
}

/* ---- Steps -------------------------------------------------------------------------- */

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static void list_actions(const json_t *modules)
{
    const json_t *module, *action;
    size_t i, k;

    object("a program and its arguments, or one of");
    json_array_foreach(modules, i, module)
        json_array_foreach(json_object_get(module, "actions"), k, action)
            object("  %s %s", text_at(module, "module"), text_at(action, "name"));
}

/* The module that an answer begins with; NULL: it names none. */
static const json_t *module_find(const json_t *modules, struct str answer)
{
    const struct str name = str_part(answer, 0, str_find(answer, S(" ")));
    const json_t *module;
    size_t i;

    json_array_foreach(
        modules, i, module) if (str_is(name, text_at(module, "module"))) return module;
    return NULL;
}

/* The action of "MODULE ACTION"; NULL: the module has none of that name. */
static const json_t *action_find(const json_t *module, struct str answer)
{
    const struct str name =
        str_trim(str_part(answer, str_find(answer, S(" ")), answer.len));
    const json_t *action;
    size_t i;

    json_array_foreach(json_object_get(module, "actions"), i,
                       action) if (str_is(name, text_at(action, "name"))) return action;
    return NULL;
}

static bool is_required(const json_t *inputs, const char *name)
{
    const json_t *required;
    size_t i;

    json_array_foreach(json_object_get(inputs, "required"), i,
                       required) if (strcmp(json_string_value(required), name) ==
                                     0) return true;
    return false;
}

static bool ask_input(struct dialogue *dialogue, struct draft_step *step,
                      const json_t *inputs, const char *name)
{
    const json_t *schema = json_object_get(json_object_get(inputs, "properties"), name);
    const char *type = text_at(schema, "type");
    const bool needs = is_required(inputs, name);
    struct draft_value value = {.name = name};

    while (!value.yaml) {
        const char *text = ask(dialogue, "", "  %s (%s%s)", name,
                               type[0] ? type : "any", needs ? "" : ", optional");

        if (!text)
            return false;
        if (text[0])
            value.yaml = value_read(dialogue->arena, type, text);
        else if (!needs)
            return true;
        else
            object("%s needs it", step->action);
    }
    vec_push(dialogue->arena, &step->inputs, value);
    return true;
}

static bool ask_inputs(struct dialogue *dialogue, struct draft_step *step,
                       const json_t *module, const json_t *action)
{
    /* jansson's iteration is for objects that may be changed. */
    json_t *inputs = json_object_get(action, "inputs");
    const char *name;
    json_t *schema;

    step->module = text_at(module, "module");
    step->action = text_at(action, "name");
    json_object_foreach(
        json_object_get(inputs, "properties"), name,
        schema) if (!ask_input(dialogue, step, inputs, name)) return false;
    return true;
}

/* Words as a shell splits them, without anything else of a shell. */
static void split_words(struct arena *arena, const char *line, struct draft_step *step)
{
    while (*(line += strspn(line, " \t"))) {
        struct buf word;
        char quote = '\0';

        buf_init(&word, arena);
        for (; *line && (quote || !strchr(" \t", *line)); line++) {
            if (*line == quote)
                quote = '\0';
            else if (!quote && strchr("'\"", *line))
                quote = *line;
            else
                buf_add_char(&word, *line);
        }
        vec_push(arena, &step->argv, define_quote(arena, buf_str(&word).p));
    }
}

static bool ask_work(struct dialogue *dialogue, struct draft_step *step)
{
    for (;;) {
        const char *text = ask(dialogue, "", "  What it does; ? lists the actions");
        const json_t *module =
            text ? module_find(dialogue->modules, str_of(text)) : NULL;
        const json_t *action = module ? action_find(module, str_of(text)) : NULL;

        if (!text)
            return false;
        if (action)
            return ask_inputs(dialogue, step, module, action);
        if (!module && text[0] && strcmp(text, "?") != 0) {
            split_words(dialogue->arena, text, step);
            return true;
        }
        list_actions(dialogue->modules);
    }
}

static bool ask_routes(struct dialogue *dialogue, struct draft_step *step)
{
    const char *success = ask(dialogue, "the next step", "  After a success go to");
    const char *failure =
        success ? ask(dialogue, "$fail", "  After a failure go to") : NULL;

    if (!failure)
        return false;
    step->on_success = strchr(success, ' ') ? NULL : success;
    step->on_failure = failure;
    return true;
}

static bool ask_steps(struct dialogue *dialogue, struct draft *draft)
{
    for (;;) {
        struct draft_step step = {.id = ask(dialogue, "", "Step; empty: no more")};

        if (!step.id)
            return false;
        if (!step.id[0] && draft->steps.count)
            return true;
        if (!is_id(step.id, "-_")) {
            object("a workflow has a step at least; its id is like run-tests");
            continue;
        }
        if (!ask_work(dialogue, &step) || !ask_routes(dialogue, &step))
            return false;
        vec_push(dialogue->arena, &draft->steps, step);
    }
}

/* ---- All ---------------------------------------------------------------------------- */

static bool ask_outputs(struct dialogue *dialogue, struct draft *draft)
{
    for (;;) {
        struct draft_value output = {
            .name = ask(dialogue, "", "Output of the workflow; empty: no more")};

        if (!output.name || !output.name[0])
            return output.name;
        while (!output.yaml) {
            const char *text =
                ask(dialogue, "", "  Value, like {{ steps.ID.outputs.NAME }}");

            if (!text)
                return false;
            if (text[0])
                output.yaml = define_quote(dialogue->arena, text);
        }
        vec_push(dialogue->arena, &draft->outputs, output);
    }
}

bool define_ask(struct arena *arena, const char *workflows, const json_t *modules,
                struct draft *draft)
{
    struct dialogue dialogue = {arena, modules, workflows};

    *draft = (struct draft){0};
    return ask_head(&dialogue, draft) && ask_parameters(&dialogue, draft) &&
           ask_steps(&dialogue, draft) && ask_outputs(&dialogue, draft);
}
