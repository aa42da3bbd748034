/* names.c: what the names in a workflow stand for, and whether they can stand.
 *
 * In: the model. Out: route->target, step->action and c_names are set where there is
 * something to set; what is missing has been reported. A misspelt name with one near
 * candidate is taken as meant. */
#include <string.h>

#include "base/buf.h"
#include "blocks.h"
#include "c_name.h"
#include "keys.h"
#include "missing_steps.h"
#include "outcomes.h"
#include "passes.h"
#include "table.h"
#include "unique.h"

/* ---- The workflow's own name --------------------------------------------------------- */

/* Subcommands of `kad workflow`: an id of this name could not be started. */
static const char *const subcommands[] = {"run",    "list",   "show",    "define",
                                          "status", "resume", "history", "logs",
                                          "pause",  "cancel", "approve", "prune"};

/* [a-z][a-z0-9]*(-[a-z0-9]+)* */
static bool is_workflow_id(struct str id)
{
    bool is_after_dash = true;
    for (size_t i = 0; i < id.len; i++) {
        char c = id.p[i];
        bool is_dash = c == '-';
        bool is_letter = c >= 'a' && c <= 'z';
        bool is_digit = c >= '0' && c <= '9';
        if (!is_dash && !is_letter && !is_digit)
            return false;
        if ((is_dash && is_after_dash) || (i == 0 && !is_letter))
            return false;
        is_after_dash = is_dash;
    }
    return id.len > 0 && !is_after_dash;
}

/* The nearest id that can be one: lower case, `-` for what is not allowed. */
static struct str workflow_id_near(struct arena *arena, struct str stem)
{
    char *id = str_copy(arena, stem);
    size_t len = 0;
    for (size_t i = 0; i < stem.len; i++) {
        char c =
            stem.p[i] >= 'A' && stem.p[i] <= 'Z' ? (char)(stem.p[i] + 32) : stem.p[i];
        bool is_good = (c >= 'a' && c <= 'z') || (len > 0 && c >= '0' && c <= '9');
        if (is_good)
            id[len++] = c;
        else if (len > 0 && id[len - 1] != '-')
            id[len++] = '-';
    }
    while (len > 0 && id[len - 1] == '-')
        len--;
    return len > 0 ? (struct str){id, len} : S("workflow");
}

static void workflow_id_check(struct program *program, struct workflow *workflow)
{
    struct name *id = &workflow->id;
    for (size_t i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]); i++)
        if (str_is(id->text, subcommands[i])) {
            diag_report(
                program->diags, id->span, KAD0210,
                "a workflow can't be named `%s`: `kad workflow %s` is a command",
                subcommands[i], subcommands[i]);
            diag_help(program->diags, "rename the file");
        }
    if (!is_workflow_id(id->text)) {
        struct str near = workflow_id_near(program->arena, id->text);
        diag_report(program->diags, id->span, KAD1003,
                    "the file name `%.*s` is not a workflow id", STR(id->text));
        diag_help(program->diags, "rename the file to `%.*s.yaml`", STR(near));
        id->text = near;
    }
    if (id->text.len > NAME_LEN_MAX) {
        diag_report(
            program->diags, id->span, KAD1004,
            "the workflow's id has %zu characters, and names in C begin with it: "
            "%d are allowed",
            id->text.len, NAME_LEN_MAX);
        diag_help(program->diags, "rename the file");
    }
    workflow->c_name = c_name(program->arena, id->text);
}

/* ---- Triggers ------------------------------------------------------------------------ */

/* What a wf-ID takes for itself; those that count only after --resume leave their names to
 * parameters. The last are kept for later. */
#define ALWAYS(name) name,
#define AFTER_RESUME(name)
#define AFTER_BATCH(name)
static const char *const options[] = {
#define OPTION(name, takes, set, when, modes) when(name)
#include "program/option_list.def"
#undef OPTION
    "batch",
    "concurrency",
};

static bool is_option(const char *option)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (strcmp(option, options[i]) == 0)
            return true;
    return false;
}

/* A parameter's option: its name in kebab-case. */
static char *option_of(struct arena *arena, struct str name)
{
    char *option = arena_printf(arena, "%s", c_name(arena, name));
    size_t len = strlen(option);
    for (size_t i = 0; i < len; i++)
        if (option[i] == '_')
            option[i] = '-';
    if (len > 0 && option[len - 1] == '-')
        option[len - 1] = '\0'; /* the mark of a keyword */
    return option;
}

static void param_option_check(struct program *program, const struct type_field *param)
{
    const char *option = option_of(program->arena, param->name);
    const char *negated = arena_printf(program->arena, "no-%s", option);
    bool is_switch = param->type->kind == TYPE_BOOLEAN;
    const char *taken = is_option(option)                 ? option
                        : is_switch && is_option(negated) ? negated
                                                          : NULL;
    if (!taken)
        return;
    diag_report(program->diags, param->name_span, KAD0709,
                "parameter `%.*s` needs the option `--%s`, which is kad's own",
                STR(param->name), taken);
    diag_help(program->diags, "rename the parameter");
}

/* `--no-x` is the switch `x` turned off, and the option of `no-x`. */
static void negations_check(struct program *program, const struct trigger *trigger)
{
    struct table options_taken;
    table_init(&options_taken, program->arena);
    for (size_t i = 0; i < trigger->param_count; i++)
        table_add(&options_taken,
                  str_of(option_of(program->arena, trigger->params[i].name)),
                  &trigger->params[i]);
    for (size_t i = 0; i < trigger->param_count; i++) {
        const struct type_field *param = &trigger->params[i];
        const char *negated = arena_printf(program->arena, "no-%s",
                                           option_of(program->arena, param->name));
        const struct type_field *other = table_find(&options_taken, str_of(negated));
        if (!other || param->type->kind != TYPE_BOOLEAN)
            continue;
        diag_report(program->diags, other->name_span, KAD0709,
                    "parameter `%.*s` needs the option `--%s`, which turns `%.*s` off",
                    STR(other->name), negated, STR(param->name));
        diag_note(program->diags, param->name_span, "the other one");
        diag_help(program->diags, "rename one of them");
    }
}

static void command_check(struct program *program, const struct workflow *workflow,
                          const struct trigger *trigger)
{
    struct str wanted =
        str_printf(program->arena, "kad workflow %.*s", STR(workflow->id.text));
    if (!trigger->command.text.p || str_equal(trigger->command.text, wanted))
        return;
    diag_report(program->diags, trigger->command.span, KAD0712,
                "`%.*s` does not start this workflow", STR(trigger->command.text));
    diag_fix(program->diags, trigger->command.span,
             arena_printf(program->arena, "\"%.*s\"", STR(wanted)), false,
             "the command is `%.*s`, after the file's name", STR(wanted));
}

static bool has_cli(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->trigger_count; i++)
        if (workflow->triggers[i].kind == TRIGGER_CLI)
            return true;
    return false;
}

/* Without a trigger for people, they give the parameters of the others. */
static void cli_names_check(struct program *program, const struct workflow *workflow)
{
    const bool is_all = !has_cli(workflow);
    for (size_t i = 0; i < workflow->trigger_count; i++) {
        const struct trigger *trigger = &workflow->triggers[i];
        command_check(program, workflow, trigger);
        for (size_t j = 0; j < trigger->param_count; j++)
            if (is_all || trigger->kind == TRIGGER_CLI)
                param_option_check(program, &trigger->params[j]);
        if (is_all || trigger->kind == TRIGGER_CLI)
            negations_check(program, trigger);
    }
}

/* ---- Routes -------------------------------------------------------------------------- */

/* "branch `lint` of `checks`", "`files`" */
static struct str line_text(struct arena *arena, const struct step *step)
{
    struct str block = step->outer->step->id.text, branch = step->branch->name.text;
    return branch.p
               ? str_printf(arena, "branch `%.*s` of `%.*s`", STR(branch), STR(block))
               : str_printf(arena, "`%.*s`", STR(block));
}

/* 0313 */
static void escape_report(struct program *program, const struct step *step,
                          const struct route *route)
{
    struct diags *diags = program->diags;
    const struct step *target = route->target;
    const struct step *block = step_stand_in(target, step);
    if (target->branch)
        diag_report(diags, route->span, KAD0313,
                    "step `%.*s` stands in %.*s: only steps beside it lead there",
                    STR(target->id.text), STR(line_text(program->arena, target)));
    else
        diag_report(diags, route->span, KAD0313,
                    "step `%.*s` stands outside of %.*s, which no route leaves",
                    STR(target->id.text), STR(line_text(program->arena, step)));
    diag_note(diags, target->id.span, "the step is declared here");
    if (block != target && block->branch == step->branch && block != step)
        diag_help(diags, "lead to the block as a whole: `%.*s`", STR(block->id.text));
    else if (step->outer && !step_is_inside(target, step->outer))
        diag_help(
            diags,
            "`$complete` ends it well, `$fail` fails it; where to go then is said "
            "by the block `%.*s`",
            STR(step->outer->step->id.text));
}

static void target_resolve(struct program *program, struct workflow *workflow,
                           const struct step *step, struct route *route)
{
    route->target = workflow_step_find(workflow, route->target_name.text);
    if (!route->target) {
        struct missing_step meant =
            missing_step_report(program->arena, program->diags, workflow,
                                &route->target_name, KAD0202, step);
        route->target = meant.step;
        if (!meant.step)
            route->kind = meant.end;
        return;
    }
    if (route->target->branch == step->branch)
        return;
    if (step->is_in_duplicate) { /* the step of the first block was not meant */
        route->kind = ROUTE_BROKEN;
        return;
    }
    escape_report(program, step, route);
    route->kind = ROUTE_BROKEN;
}

/* Also what a broken route has. As deep as the YAML at most. */
static void route_resolve(struct program *program, struct workflow *workflow,
                          const struct step *step, struct route *route)
{
    if (route->kind == ROUTE_STEP)
        target_resolve(program, workflow, step, route);
    for (size_t i = 0; i < route->case_count; i++)
        route_resolve(program, workflow, step, route->cases[i].then);
    if (route->yes)
        route_resolve(program, workflow, step, route->yes);
    if (route->no)
        route_resolve(program, workflow, step, route->no);
}

static void routes_resolve(struct program *program, struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        struct step *step = workflow->steps[i];
        route_resolve(program, workflow, step, step->on_success);
        route_resolve(program, workflow, step, step->on_failure);
        if (step->on_timeout)
            route_resolve(program, workflow, step, step->on_timeout);
    }
}

/* ---- Guarantees ---------------------------------------------------------------------- */

static struct step *guarantee_step(struct program *program, struct workflow *workflow,
                                   const struct name *name)
{
    struct step *step = workflow_step_find(workflow, name->text);
    if (step || !name->text.p)
        return step;
    return missing_step_report(program->arena, program->diags, workflow, name, KAD0203,
                               NULL)
        .step;
}

static void twice_report(struct program *program, const struct guarantee *guarantee,
                         size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (guarantee->steps[i] && guarantee->steps[i] == guarantee->steps[at]) {
            diag_report(program->diags, guarantee->names[at].span, KAD0218,
                        "a guarantee names step `%.*s` twice",
                        STR(guarantee->names[at].text));
            guarantee->steps[at] = NULL;
            return;
        }
}

static void guarantees_resolve(struct program *program, struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->guarantee_count; i++) {
        struct guarantee *guarantee = &workflow->guarantees[i];
        guarantee->steps = arena_array(program->arena, struct step *, guarantee->count);
        for (size_t j = 0; j < guarantee->count; j++) {
            guarantee->steps[j] =
                guarantee_step(program, workflow, &guarantee->names[j]);
            twice_report(program, guarantee, j);
        }
    }
}

/* ---- Modules and actions ------------------------------------------------------------- */

/* Where modules are looked for. Those that come with kad are somewhere else on each
 * machine. */
static void modules_help(struct program *program)
{
    size_t count = program->module_dir_count - program->has_shipped_modules;
    struct buf folders;
    buf_init(&folders, program->arena);
    for (size_t i = 0; i < count; i++)
        buf_printf(&folders, "`%.*s`%s", STR(program->module_dirs[i]),
                   i + 1 < count ? ", " : "");
    diag_help(program->diags,
              "modules are looked for in %s and among the modules that come with kad",
              folders.p);
}

static struct module *module_resolve(struct program *program, const struct name *name)
{
    struct diags *diags = program->diags;
    bool is_reported;
    struct module *module = manifest_find(program, name->text, &is_reported);
    if (module || is_reported)
        return module;
    struct names names = manifest_names(program);
    diag_report(diags, name->span, KAD0207, "there is no module `%.*s`",
                STR(name->text));
    diag_subject(diags, "module `%.*s`", STR(name->text));
    ptrdiff_t meant = diag_did_you_mean(diags, name->span, name->text, names);
    if (meant >= 0)
        return manifest_find(program, names.items[meant], &is_reported);
    modules_help(program);
    return NULL;
}

/* 1103. */
static void deprecation_check(struct program *program, const struct action *action,
                              const struct name *name)
{
    if (!action->deprecated.text.p)
        return;
    diag_report(program->diags, name->span, KAD1103,
                "action `%.*s` should not be used any more", STR(name->text));
    diag_subject(program->diags, "deprecated `%.*s` of `%.*s`", STR(name->text),
                 STR(action->module->name.text));
    diag_note(program->diags, action->deprecated.span, "the manifest says why");
    diag_help(program->diags, "%.*s", STR(action->deprecated.text));
}

static const struct action *action_resolve(struct program *program,
                                           const struct module *module,
                                           const struct name *name)
{
    const struct action *action = module_action_find(module, name->text);
    if (action) {
        deprecation_check(program, action, name);
        return action;
    }
    struct str *items = arena_array(program->arena, struct str, module->action_count);
    for (size_t i = 0; i < module->action_count; i++)
        items[i] = module->actions[i].name.text;
    diag_report(program->diags, name->span, KAD0208,
                "module `%.*s` has no action `%.*s`", STR(module->name.text),
                STR(name->text));
    diag_subject(program->diags, "action `%.*s` of `%.*s`", STR(name->text),
                 STR(module->name.text));
    diag_note(program->diags, module->name.span, "the module's manifest");
    ptrdiff_t meant = diag_did_you_mean(program->diags, name->span, name->text,
                                        (struct names){items, module->action_count});
    return meant < 0 ? NULL : &module->actions[meant];
}

static void actions_resolve(struct program *program, const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        struct step *step = workflow->steps[i];
        if (step->has_two_kinds)
            continue;
        if (step->kind == STEP_APPROVAL || step->kind == STEP_WAIT)
            outcomes_check(program, step);
        if (step->kind != STEP_ACTION || !step->module_name.text.p)
            continue;
        const struct module *module = module_resolve(program, &step->module_name);
        if (module && step->action_name.text.p)
            step->action = action_resolve(program, module, &step->action_name);
        if (step->action)
            outcomes_check(program, step);
    }
}

/* ---- Steps --------------------------------------------------------------------------- */

static void step_names_check(struct program *program, const struct workflow *workflow)
{
    struct arena scratch = {0};
    struct name *names = arena_array(&scratch, struct name, workflow->step_count);
    for (size_t i = 0; i < workflow->step_count; i++) {
        struct step *step = workflow->steps[i];
        if (!step->is_in_duplicate) /* what is in it has been declared twice with it */
            names[i] = step->id;
        step->c_name = c_name(program->arena, step->id.text);
    }
    names_unique(program, "step", names, workflow->step_count, KAD0201, KAD1001);
    arena_release(&scratch);
}

/* ---- Loop variables ------------------------------------------------------------------ */

/* What expressions start with, and the name of every index. */
static const char *const reserved[] = {"trigger", "steps",   "workflow", "execution",
                                       "env",     "secrets", "index"};

/* 0210: the name is forgotten. */
static void item_name_check(struct program *program, struct block *block)
{
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (block->as.text.p && str_is(block->as.text, reserved[i])) {
            diag_report(program->diags, block->as.span, KAD0210,
                        "an item can't be named `%s`: that means something else",
                        reserved[i]);
            block->as.text = (struct str){0};
        }
}

/* 0213 */
static void shadow_check(struct program *program, const struct step *step)
{
    const struct block *block = step->block;
    struct str name = block_item_name(block);
    bool is_index;
    const struct block *outer = loop_variable_find(step, name, &is_index);
    if (!outer)
        return;
    diag_report(program->diags, block->as.text.p ? block->as.span : block->span,
                KAD0213, "the item `%.*s` hides that of `%.*s`", STR(name),
                STR(outer->step->id.text));
    diag_note(program->diags, outer->as.text.p ? outer->as.span : outer->span,
              "the outer one");
    diag_help(program->diags, "give it another name with `as`");
}

static void loops_check(struct program *program, const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct step *step = workflow->steps[i];
        if (step->kind != STEP_FOR_EACH)
            continue;
        item_name_check(program, step->block);
        shadow_check(program, step);
    }
}

void names_check(struct program *program, struct workflow *workflow)
{
    workflow_id_check(program, workflow);
    cli_names_check(program, workflow);
    step_names_check(program, workflow);
    routes_resolve(program, workflow);
    guarantees_resolve(program, workflow);
    actions_resolve(program, workflow);
    loops_check(program, workflow);
}
