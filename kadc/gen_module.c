/* gen_module.c: a module's generated files: modules/<module>.h and .c.
 *
 * The header has what the module's author and workflows see: a struct for the inputs and the
 * outputs of each action, the prototype of the function that implements it, and a typed way
 * to run it as a step. If function and manifest differ, the C compiler refuses it. The
 * source has the tables that the runtime reads. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "c_name.h"
#include "gen.h"
#include "wrap.h"

/* What is called what, for one action. */
struct action_names {
    const struct action *action;
    const char *function; /* "testing_run_tests" */
    const struct type *inputs, *outputs;
    bool has_inputs, has_outputs, has_outcomes;
    const char *in_type, *out_type; /* "struct testing_run_tests_inputs" */
};

static struct action_names names_of(struct gen *gen, const struct action *action)
{
    struct action_names names = {
        .action = action,
        .function = gen_action_name(gen->arena, action),
        .inputs = action->inputs,
        .outputs =
            gen_outputs_type(gen->arena, action->outputs, action->outputs_on_failure),
        .has_inputs = !gen_is_nothing(action->inputs),
        .has_outputs = !gen_is_nothing(action->outputs),
        .has_outcomes = action->outcome_count > 0,
    };

    names.in_type = arena_printf(gen->arena, "struct %s_inputs", names.function);
    names.out_type = arena_printf(gen->arena, "struct %s_outputs", names.function);
    return names;
}

static bool is_native(const struct module *module)
{
    return module->command_count == 0;
}

/* ", const struct x_inputs *in, struct x_outputs *out": those that there are. */
static const char *in_out_params(struct gen *gen, const struct action_names *names)
{
    const char *in = names->has_inputs
                         ? arena_printf(gen->arena, ", const %s *in", names->in_type)
                         : "";
    const char *out = names->has_outputs
                          ? arena_printf(gen->arena, ", %s *out", names->out_type)
                          : "";

    return arena_printf(gen->arena, "%s%s", in, out);
}

/* ---- The header ----------------------------------------------------------------------- */

static const char *do_signature(struct gen *gen, const struct action_names *names)
{
    return arena_printf(gen->arena,
                        "enum kad_outcome %s_do(struct kad_run *run, "
                        "const struct kad_step_info *step%s)",
                        names->function, in_out_params(gen, names));
}

/* Whatever its author calls the module, its functions meet none of the runtime's, nor of the C
 * library, when all is linked. kad/undefined.c knows the prefix. */
static void rename_symbol(struct gen *gen, const char *function)
{
    static const char pragma[] = "#pragma redefine_extname ";
    const char *symbol = arena_printf(gen->arena, "kad_module_%s", function);
    const size_t columns = strlen(pragma) + strlen(function) + 1 + strlen(symbol);

    if (columns <= WRAP_COLUMNS) {
        emit_directive(gen->code, "%s%s %s", pragma, function, symbol);
        return;
    }
    emit_directive(gen->code, "%s%-*s\\", pragma,
                   WRAP_COLUMNS - 1 - (int)strlen(pragma), function);
    emit_directive(gen->code, "%*s%s", WRAP_INDENT, "", symbol);
}

static void declare_function(struct gen *gen, const struct action_names *names)
{
    const struct action *action = names->action;

    emit_blank(gen->code);
    emit_comment_text(gen->code, "%.*s", STR(action->description));
    emit_comment_blank(gen->code);
    emit_comment_text(gen->code, "Implemented in %s/%.*s.c.",
                      gen_path(gen, action->module->folder),
                      STR(action->module->name.text));
    emit_comment_end(gen->code);
    rename_symbol(gen, names->function);
    emit_prototype(
        gen->code, "enum kad_outcome %s(struct kad_step *step%s%s);", names->function,
        in_out_params(gen, names),
        names->has_outcomes
            ? arena_printf(gen->arena, ", enum %s_outcome *outcome", names->function)
            : "");
}

static const char *outcome_signature(struct gen *gen, const struct action_names *names)
{
    return arena_printf(gen->arena,
                        "enum %s_outcome %s_outcome_of(struct kad_run *run, "
                        "const struct kad_step_info *step)",
                        names->function, names->function);
}

/* From 1: a success that names none of them is a failure. */
static void declare_outcomes(struct gen *gen, const struct action_names *names)
{
    const struct action *action = names->action;

    if (!names->has_outcomes)
        return;
    emit_blank(gen->code);
    emit_comment(gen->code, "A success is one of these; to say none is a failure.");
    emit_open(gen->code, "enum %s_outcome", names->function);
    for (size_t i = 0; i < action->outcome_count; i++)
        emit_line(gen->code, "%s%s,",
                  gen_outcome_name(gen->arena, action, action->outcomes[i].text),
                  i ? "" : " = 1");
    emit_close(gen->code, ";");
    emit_blank(gen->code);
}

static void declare_action(struct gen *gen, const struct action_names *names)
{
    const struct action *action = names->action;

    emit_blank(gen->code);
    emit_comment(gen->code, "---- %.*s: %s ----", STR(action->name.text),
                 gen_place(gen, action->name.span));
    gen_declare(gen, names->inputs, names->in_type + sizeof("struct ") - 1);
    gen_declare(gen, names->outputs, names->out_type + sizeof("struct ") - 1);
    declare_outcomes(gen, names);
    gen_declare_descriptors(gen);
    emit_line(gen->code, "extern const struct kad_action %s_action;", names->function);
    if (is_native(action->module))
        declare_function(gen, names);
    emit_blank(gen->code);
    emit_comment(gen->code,
                 "A step of a workflow that runs it: kad_do with its types.");
    emit_prototype(gen->code, "%s;", do_signature(gen, names));
    if (!names->has_outcomes)
        return;
    emit_comment(gen->code, "Which of its outcomes that step has had.");
    emit_prototype(gen->code, "%s;", outcome_signature(gen, names));
}

static struct emit_parts header_text(struct gen *gen, const struct module *module,
                                     const struct action_names *names)
{
    struct emit header;

    emit_init(&header, gen->arena);
    gen->code = &header;
    gen_file_comment(gen, module->source, module->version);
    emit_comment_text(&header, "%.*s", STR(module->description));
    emit_comment_end(&header);
    gen_open_header(gen, "KAD_MODULES", module->name.text);
    for (size_t i = 0; i < module->action_count; i++)
        declare_action(gen, &names[i]);
    gen_close_header(gen);
    return emit_parts(&header);
}

/* ---- The source ----------------------------------------------------------------------- */

static const char *function_call(struct gen *gen, const struct action_names *names)
{
    return arena_printf(
        gen->arena, "%s(step%s%s%s)", names->function, names->has_inputs ? ", in" : "",
        names->has_outputs ? ", out" : "", names->has_outcomes ? ", &named" : "");
}

static void put_outcome_call(struct gen *gen, const struct action_names *names)
{
    emit_line(gen->code, "enum %s_outcome named = 0;", names->function);
    emit_line(gen->code, "const enum kad_outcome outcome = %s;",
              function_call(gen, names));
    emit_blank(gen->code);
    emit_line(gen->code, "kad_name_outcome(step, named);");
    emit_line(gen->code, "return outcome;");
}

/* The engine calls without types; here they come back. */
static void define_call(struct gen *gen, const struct action_names *names)
{
    emit_blank(gen->code);
    emit_function(gen->code,
                  "static enum kad_outcome call_%s(struct kad_step *step, "
                  "const void *in%s, void *out%s)",
                  c_name(gen->arena, names->action->name.text),
                  names->has_inputs ? "" : " KAD_UNUSED",
                  names->has_outputs ? "" : " KAD_UNUSED");
    if (names->has_outcomes)
        put_outcome_call(gen, names);
    else
        emit_line(gen->code, "return %s;", function_call(gen, names));
    emit_close(gen->code, "");
}

static void put_implementation(struct gen *gen, const struct action_names *names)
{
    const struct module *module = names->action->module;

    if (is_native(module)) {
        emit_line(gen->code, ".call = call_%s,",
                  c_name(gen->arena, names->action->name.text));
        return;
    }
    emit_line(gen->code, ".command = command,");
    emit_line(gen->code, ".folder = %s,",
              emit_quote(gen->arena, str_of(gen_path(gen, module->folder))));
}

/* A line each, with the unit of the manifest in the comment above them: one behind each would
 * have to be aligned. */
static void put_limits(struct gen *gen, const struct limits *limits)
{
    struct buf words;

    buf_init(&words, gen->arena);
    if (limits->memory_bytes)
        buf_printf(&words, ", %s of memory",
                   bytes_text(gen->arena, limits->memory_bytes));
    if (limits->cpu_ms)
        buf_printf(&words, ", %s of CPU time",
                   duration_text(gen->arena, limits->cpu_ms));
    if (limits->output_bytes)
        buf_printf(&words, ", %s of output",
                   bytes_text(gen->arena, limits->output_bytes));
    if (words.len)
        emit_comment(gen->code, "At most %s.", words.p + sizeof(", ") - 1);
    if (limits->memory_bytes)
        emit_line(gen->code, ".limits.memory_bytes = %" PRId64 ",",
                  limits->memory_bytes);
    if (limits->cpu_ms)
        emit_line(gen->code, ".limits.cpu_ms = %" PRId64 ",", limits->cpu_ms);
    if (limits->output_bytes)
        emit_line(gen->code, ".limits.output_bytes = %" PRId64 ",",
                  limits->output_bytes);
    if (limits->processes)
        emit_line(gen->code, ".limits.processes = %" PRIu32 ",", limits->processes);
}

static void put_facts(struct gen *gen, const struct action *action)
{
    if (action->outcome_count)
        emit_line(gen->code, ".outcomes = %s_outcomes,",
                  c_name(gen->arena, action->name.text));
    if (action->error_count)
        emit_line(gen->code, ".errors = %s_errors,",
                  c_name(gen->arena, action->name.text));
    if (action->timeout_ms)
        emit_line(gen->code, "%s", gen_duration(gen, "timeout_ms", action->timeout_ms));
    if (action->is_idempotent)
        emit_line(gen->code, ".is_idempotent = true,");
    if (action->outputs_on_failure)
        emit_line(gen->code, ".outputs_on_failure = true,");
    if (action->agent_calls)
        emit_line(gen->code, ".agent_calls = %" PRIu32 ",", action->agent_calls);
    put_limits(gen, &action->limits);
}

/* `static const char *const ACTION_WHAT[]`, if there are any. */
static void define_names(struct gen *gen, const struct action *action, const char *what,
                         const struct name *names, size_t count)
{
    struct str *texts = arena_array(gen->arena, struct str, count);

    for (size_t i = 0; i < count; i++)
        texts[i] = names[i].text;
    emit_blank(gen->code);
    if (count)
        gen_texts(gen,
                  arena_printf(gen->arena, "static const char *const %s_%s[]",
                               c_name(gen->arena, action->name.text), what),
                  texts, count);
}

static void define_action(struct gen *gen, const struct action_names *names)
{
    const struct action *action = names->action;

    define_names(gen, action, "outcomes", action->outcomes, action->outcome_count);
    define_names(gen, action, "errors", action->errors, action->error_count);
    emit_blank(gen->code);
    emit_open(gen->code, "const struct kad_action %s_action =", names->function);
    emit_line(gen->code, ".module = %s,",
              emit_quote(gen->arena, action->module->name.text));
    emit_line(gen->code, ".name = %s,", emit_quote(gen->arena, action->name.text));
    emit_line(gen->code, ".module_version = %s,",
              emit_quote(gen->arena, action->module->version));
    emit_line(gen->code, ".inputs = %s,", gen_descriptor(gen, names->inputs));
    emit_line(gen->code, ".outputs = %s,", gen_descriptor(gen, names->outputs));
    put_implementation(gen, names);
    put_facts(gen, action);
    emit_close(gen->code, ";");
}

static void define_do(struct gen *gen, const struct action_names *names)
{
    emit_blank(gen->code);
    emit_function(gen->code, "%s", do_signature(gen, names));
    emit_line(gen->code, "return kad_do(run, step, %s, %s);",
              names->has_inputs ? "in" : "NULL", names->has_outputs ? "out" : "NULL");
    emit_close(gen->code, "");
    if (!names->has_outcomes)
        return;
    emit_blank(gen->code);
    emit_function(gen->code, "%s", outcome_signature(gen, names));
    emit_line(gen->code, "return kad_step_outcome(run, step);");
    emit_close(gen->code, "");
}

static void define_all(struct gen *gen, const struct action_names *names)
{
    const struct action *action = names->action;

    emit_blank(gen->code);
    emit_comment(gen->code, "---- %.*s: %s ----", STR(action->name.text),
                 gen_place(gen, action->name.span));
    gen_define_descriptors(gen, names->inputs);
    gen_define_descriptors(gen, names->outputs);
    if (is_native(action->module))
        define_call(gen, names);
    define_action(gen, names);
    define_do(gen, names);
}

static struct emit_parts tables_text(struct gen *gen, const struct module *module,
                                     const struct action_names *names)
{
    struct emit source;

    emit_init(&source, gen->arena);
    gen->code = &source;
    gen_file_comment(gen, module->source, module->version);
    emit_comment_text(&source, "Tables: the types of module %.*s, and its actions.",
                      STR(module->name.text));
    emit_comment_end(&source);
    emit_directive(&source, "#include \"modules/%.*s.h\"", STR(module->name.text));
    emit_blank(&source);
    if (!is_native(module))
        gen_texts(gen, "static const char *const command[]", module->command,
                  module->command_count);
    for (size_t i = 0; i < module->action_count; i++)
        define_all(gen, &names[i]);
    return emit_parts(&source);
}

void gen_module(struct arena *arena, struct type_names *types,
                const struct module *module, const char *shipped,
                struct generated *files)
{
    struct gen gen = {
        .arena = arena, .kept = arena, .names = types, .shipped = shipped};

    gen.prefix = gen_module_prefix(arena, module);
    struct action_names *names =
        arena_array(arena, struct action_names, module->action_count);

    for (size_t i = 0; i < module->action_count; i++)
        names[i] = names_of(&gen, &module->actions[i]);
    files->header = header_text(&gen, module, names);
    files->source = tables_text(&gen, module, names);
}
