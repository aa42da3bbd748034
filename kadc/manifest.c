/* manifest.c: module.yaml: what a module's actions take, give and need.
 *
 *     manifest = {module, version, description, command, actions: [action...]}
 *     action   = {name, description, inputs, outputs, outcomes, errors, idempotent, ...}
 *
 * In: a module's name. Out: its module, read once for all workflows. Reports 1101, and the
 * findings of group 01, of names and of types in the manifest itself. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "c_name.h"
#include "key_values.h"
#include "model_read.h"
#include "secrets.h"
#include "unique.h"

/* ---- Key sets ------------------------------------------------------------------------ */

static key_reader action_inputs_read, action_outputs_read, action_outcomes_read,
    action_errors_read, action_effects_read, action_limits_read, limits_processes_read,
    module_actions_read, module_command_read;

static const struct key named_keys[] = {
    {"name", KEY_IDENTIFIER, KEY_REQUIRED, 0, .about = "how it is named"},
    {"description", KEY_TEXT, .offset = sizeof(struct name), .about = "for people"},
};
static const struct key_set named_set = KEY_SET("entry", "name", named_keys);

#define AT(field) offsetof(struct limits, field)
static const struct key limits_keys[] = {
    {"memory", KEY_BYTES, .offset = AT(memory_bytes),
     .about = "address space of each process that it starts"},
    {"cpu", KEY_DURATION, .offset = AT(cpu_ms),
     .about = "time that each process may compute, in whole seconds, rounded up"},
    {"output", KEY_BYTES, .offset = AT(output_bytes),
     .about = "length of each file that it writes, and of all that a program prints"},
    {"processes", KEY_COUNT, .read = limits_processes_read,
     .about = "processes and threads of a program at the same time; needs a cgroup"},
};
#undef AT
static const struct key_set limits_set = KEY_SET("set of limits", NULL, limits_keys);

#define AT(field) offsetof(struct action, field)
static const struct key action_keys[] = {
    {"name", KEY_IDENTIFIER, KEY_REQUIRED, AT(name), .about = "how steps name it"},
    {"description", KEY_TEXT, .offset = AT(description), .about = "for people"},
    {"inputs", KEY_LIST, .read = action_inputs_read, .of = &field_set,
     .about = "what it is given"},
    {"outputs", KEY_LIST, .read = action_outputs_read, .of = &field_set,
     .about = "what it gives"},
    {"outputsOnFailure", KEY_BOOLEAN, .offset = AT(outputs_on_failure),
     .about = "outputs may be read, as optional, after a failure"},
    {"outcomes", KEY_LIST, .read = action_outcomes_read, .of = &named_set,
     .about = "named kinds of success"},
    {"errors", KEY_LIST, .read = action_errors_read, .of = &named_set,
     .about = "the codes of its failures"},
    {"idempotent", KEY_BOOLEAN, .offset = AT(is_idempotent),
     .about = "it may run again after a crash"},
    {"pure", KEY_BOOLEAN, .offset = AT(is_pure), .about = "it has no effects"},
    {"privileged", KEY_BOOLEAN, .offset = AT(is_privileged),
     .about = "what it does must not be steered by strangers"},
    {"effects", KEY_LIST, .read = action_effects_read, .about = "what it touches"},
    {"agentCalls", KEY_COUNT, .offset = AT(agent_calls),
     .about = "how often it asks the agent, at most"},
    {"timeout", KEY_DURATION, .offset = AT(timeout_ms),
     .about = "how long it may run, unless the step says"},
    {"deprecated", KEY_NAME, .offset = AT(deprecated),
     .about = "not to be used any more; the text says what to do instead"},
    {"limits", KEY_MAP, KEY_NOT_EMPTY, .read = action_limits_read, .of = &limits_set,
     .about = "what the programs that run it may use"},
};
#undef AT
static const struct key_set action_set = KEY_SET("action", "name", action_keys);

#define AT(field) offsetof(struct module, field)
static const struct key module_keys[] = {
    {"module", KEY_IDENTIFIER, KEY_REQUIRED, AT(name), .about = "as its folder"},
    {"version", KEY_VERSION, .offset = AT(version), .about = "MAJOR.MINOR.PATCH"},
    {"description", KEY_TEXT, .offset = AT(description), .about = "for people"},
    {"command", KEY_LIST, KEY_NOT_EMPTY, .read = module_command_read,
     .about = "the program that runs its actions; without it they are C functions"},
    {"actions", KEY_LIST, KEY_REQUIRED_AND_NOT_EMPTY, .read = module_actions_read,
     .of = &action_set, .about = "what it can do"},
};
#undef AT
static const struct key_set module_set = KEY_SET("module", "module", module_keys);

/* ---- Lists --------------------------------------------------------------------------- */

static void action_inputs_read(struct reader *reader, const struct node *key,
                               const struct node *value, void *target)
{
    size_t count;
    const struct type_field *fields = fields_read(reader, value, "input", &count);
    (void)key;
    ((struct action *)target)->inputs =
        object_of_fields(reader->program->arena, fields, count);
}

static void action_outputs_read(struct reader *reader, const struct node *key,
                                const struct node *value, void *target)
{
    size_t count;
    struct type_field *fields = fields_read(reader, value, "output", &count);
    (void)key;
    secret_outputs_check(reader->program, fields, count);
    ((struct action *)target)->outputs =
        object_of_fields(reader->program->arena, fields, count);
}

/* Names, or {name, description}. */
static struct name *names_read(struct reader *reader, const struct node *list,
                               const char *what, size_t *count)
{
    struct name *names = arena_array(reader->program->arena, struct name, list->count);
    *count = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct {
            struct name name;
            struct str description;
        } entry = {0};
        if (list->items[i]->kind == NODE_SCALAR)
            entry.name = identifier_read(reader, list->items[i], what);
        else
            keys_read(reader, &named_set, list->items[i], &entry);
        if (entry.name.text.p)
            names[(*count)++] = entry.name;
    }
    names_unique(reader->program, what, names, *count, KAD0218, KAD1001);
    return names;
}

static void action_outcomes_read(struct reader *reader, const struct node *key,
                                 const struct node *value, void *target)
{
    struct action *action = target;
    (void)key;
    action->outcomes = names_read(reader, value, "outcome", &action->outcome_count);
}

static void action_errors_read(struct reader *reader, const struct node *key,
                               const struct node *value, void *target)
{
    struct action *action = target;
    (void)key;
    action->errors = names_read(reader, value, "error", &action->error_count);
}

static struct str *texts_read(struct reader *reader, const struct node *list,
                              const char *what, size_t *count)
{
    struct str *texts = arena_array(reader->program->arena, struct str, list->count);
    *count = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct str text = text_read(reader, list->items[i], what);
        if (text.p)
            texts[(*count)++] = text;
    }
    return texts;
}

static void action_effects_read(struct reader *reader, const struct node *key,
                                const struct node *value, void *target)
{
    struct action *action = target;
    (void)key;
    action->effects = texts_read(reader, value, "effects", &action->effect_count);
}

static void limits_processes_read(struct reader *reader, const struct node *key,
                                  const struct node *value, void *target)
{
    (void)key;
    positive_read(reader, value, "processes", &((struct limits *)target)->processes);
}

static void action_limits_read(struct reader *reader, const struct node *key,
                               const struct node *value, void *target)
{
    (void)key;
    keys_read(reader, &limits_set, value, &((struct action *)target)->limits);
}

static void module_command_read(struct reader *reader, const struct node *key,
                                const struct node *value, void *target)
{
    struct module *module = target;
    (void)key;
    module->command = texts_read(reader, value, "command", &module->command_count);
}

static void module_actions_read(struct reader *reader, const struct node *key,
                                const struct node *value, void *target)
{
    struct module *module = target;
    struct arena *arena = reader->program->arena;
    struct name *names = arena_array(arena, struct name, value->count);
    (void)key;
    module->actions = arena_array(arena, struct action, value->count);
    for (size_t i = 0; i < value->count; i++) {
        struct action *action = &module->actions[module->action_count];
        *action = (struct action){.module = module};
        action->inputs = action->outputs = object_of_fields(arena, NULL, 0);
        if (!keys_read(reader, &action_set, value->items[i], action) ||
            !action->name.text.p)
            continue;
        names[module->action_count++] = action->name;
    }
    names_unique(reader->program, "action", names, module->action_count, KAD0218,
                 KAD1001);
}

/* ---- Finding and reading ------------------------------------------------------------- */

/* A name that is safe to be a folder's. */
static bool is_folder_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] == '/' || name.p[i] == '\0')
            return false;
    return name.len > 0 && name.p[0] != '.';
}

static char *manifest_path(struct program *program, struct str folder, struct str name)
{
    return arena_printf(program->arena, "%.*s/%.*s/module.yaml", STR(folder),
                        STR(name));
}

static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

static void module_name_check(struct program *program, struct module *module,
                              struct str name)
{
    if (!module->name.text.p || str_equal(module->name.text, name))
        return;
    diag_report(program->diags, module->name.span, KAD1101,
                "module `%.*s` is in the folder of module `%.*s`",
                STR(module->name.text), STR(name));
    diag_help(program->diags, "folder and `module` must have the same name");
}

void manifest_parse(struct program *program, struct str name,
                    const struct source *source, struct module *module)
{
    struct reader reader = {.program = program};
    module->source = source;
    module->name = (struct name){name, {source, 0, 0}};
    const struct node *root = doc_parse(program->arena, source, program->diags);
    module->is_broken = !root || !keys_read(&reader, &module_set, root, module);
    module_name_check(program, module, name);
    module->is_broken = module->is_broken || module->action_count == 0;
    module->name.text = name;
}

static struct module *manifest_read(struct program *program, struct str name,
                                    const char *path)
{
    struct module *module = arena_new(program->arena, struct module);
    struct source *source = source_open(program->arena, path);
    module->folder =
        str_part(str_of(path), 0, str_of(path).len - S("/module.yaml").len);
    if (source) {
        source->is_foreign = true;
        manifest_parse(program, name, source, module);
        return module;
    }
    diag_report(program->diags, (struct span){0}, KAD1101, "%s can't be read: %m",
                path);
    module->name.text = name;
    module->is_broken = true;
    return module;
}

/* ---- Names in C ---------------------------------------------------------------------- */

/* The name that all of an action's in C begin with. */
static struct str symbol_of(struct arena *arena, const struct action *action)
{
    return str_of(arena_printf(arena, "%s_%s", c_name(arena, action->module->name.text),
                               c_name(arena, action->name.text)));
}

/* Whether an action's function, or all of its names if they are the same, is one of those
 * that are made of the other's symbol. */
static bool is_made_of(const struct action *action, struct str symbol, struct str other)
{
    static const char *const made[] = {"_do", "_action", "_outcome_of"};
    if (str_equal(symbol, other))
        return true;
    if (action->module->command_count > 0 || !str_starts_with(symbol, other))
        return false;
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
        if (str_is(str_part(symbol, other.len, symbol.len), made[i]))
            return true;
    return false;
}

static void symbol_check(struct program *program, const struct action *action,
                         const struct action *other)
{
    struct arena scratch = {0};
    const struct str symbol = symbol_of(&scratch, action);
    const struct str taken = symbol_of(&scratch, other);
    const bool is_reported =
        action->module == other->module && str_equal(symbol, taken);
    if (!is_reported &&
        (is_made_of(action, symbol, taken) || is_made_of(other, taken, symbol))) {
        diag_report(program->diags, action->name.span, KAD1001,
                    "action `%.*s` of module `%.*s` and `%.*s` of `%.*s` have the same "
                    "name in C",
                    STR(action->name.text), STR(action->module->name.text),
                    STR(other->name.text), STR(other->module->name.text));
        diag_note(program->diags, other->name.span, "the other one");
        diag_help(program->diags, "rename one of them");
    }
    arena_release(&scratch);
}

/* Each action against those of the modules before, and those before it in its own. */
static void symbols_check(struct program *program, const struct module *module)
{
    for (size_t i = 0; i < module->action_count; i++) {
        for (size_t j = 0; j < program->modules.count; j++) {
            const struct module *other = program->modules.items[j];
            const size_t count = other == module ? i : other->action_count;
            for (size_t k = 0; k < count; k++)
                symbol_check(program, &module->actions[i], &other->actions[k]);
        }
    }
    if (str_is(module->name.text, "kad") || str_is(module->name.text, "rt")) {
        diag_report(program->diags, module->name.span, KAD0210,
                    "a module can't be named `%.*s`: the runtime's names begin so",
                    STR(module->name.text));
        diag_help(program->diags, "rename the module and its folder");
    }
}

struct module *manifest_find(struct program *program, struct str name,
                             bool *is_reported)
{
    struct module *module = NULL;
    *is_reported = false;
    for (size_t i = 0; i < program->modules.count && !module; i++)
        if (str_equal(program->modules.items[i]->name.text, name))
            module = program->modules.items[i];
    for (size_t i = 0; i < program->module_dir_count && !module; i++) {
        char *path = manifest_path(program, program->module_dirs[i], name);
        if (!is_folder_name(name) || !is_file(path))
            continue;
        module = manifest_read(program, name, path);
        vec_push(program->arena, &program->modules, module);
        if (!module->is_broken)
            symbols_check(program, module);
    }
    *is_reported = module && module->is_broken;
    return *is_reported ? NULL : module;
}

const struct action *module_action_find(const struct module *module, struct str name)
{
    for (size_t i = 0; i < module->action_count; i++)
        if (str_equal(module->actions[i].name.text, name))
            return &module->actions[i];
    return NULL;
}

static int names_compare(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Sorts them, each once; returns how many are left. */
static size_t names_sort(struct str *names, size_t count)
{
    size_t kept = 0;
    qsort(names, count, sizeof(names[0]), names_compare);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !str_equal(names[kept - 1], names[i]))
            names[kept++] = names[i];
    return kept;
}

struct names manifest_names(struct program *program)
{
    VEC(struct str) names = {0};
    for (size_t i = 0; i < program->module_dir_count && !program->module_names.items;
         i++) {
        DIR *folder = opendir(str_copy(program->arena, program->module_dirs[i]));
        for (struct dirent *entry; folder && (entry = readdir(folder));) {
            struct str name = str_of(arena_printf(program->arena, "%s", entry->d_name));
            bool has_manifest =
                is_folder_name(name) &&
                is_file(manifest_path(program, program->module_dirs[i], name));
            if (has_manifest)
                vec_push(program->arena, &names, name);
        }
        if (folder)
            closedir(folder);
    }
    if (names.count > 0)
        program->module_names =
            (struct names){names.items, names_sort(names.items, names.count)};
    return program->module_names;
}
