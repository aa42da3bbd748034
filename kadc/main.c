/* main.c: kadc, as the list of its passes; see passes.c for those that check.
 *
 *     source -> YAML tree -> model -> calls -> names -> graph -> types -> flow -> guarantees -> C
 *
 * In: workflows and the manifests that they name. Out: findings, and generated files. With
 * --fix, what is certainly meant is written into the workflows first.
 *
 * (1) All passes run over all workflows, whatever the passes before them found.
 * (2) Nothing is written for any workflow if there is an error in one of them. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "describe.h"
#include "fix.h"
#include "gen.h"
#include "options.h"
#include "output.h"
#include "passes.h"
#include "schema.h"

enum { INDENT = 2 }; /* of JSON */

/* ---- Checking ------------------------------------------------------------------------- */

static void read_workflow(struct program *program, const struct source *source)
{
    const struct node *root = doc_parse(program->arena, source, program->diags);

    vec_push(program->arena, &program->workflows, model_read(program, source, root));
}

/* false: some file could not be read; the others are checked all the same. */
static bool check_files(struct program *program, const struct options *options)
{
    bool are_all_read = true;

    for (size_t i = 0; i < options->file_count; i++) {
        const char *path = options->files[i];
        const struct source *source = source_open(program->arena, path);

        if (source) {
            read_workflow(program, source);
        } else if (errno == EFBIG) {
            diag_report(program->diags, (struct span){0}, KAD1301,
                        "`%s` has more than %d bytes", path, SOURCE_BYTES_MAX);
        } else {
            fprintf(stderr, "kadc: %s: %s\n", path, strerror(errno));
            are_all_read = false;
        }
    }
    passes_run(program);
    return are_all_read;
}

/* Checks again what --fix has mended, until nothing is left that is certain: what was hidden
 * behind a mistake may be one more. */
static enum kadc_exit check_and_fix(struct program *program,
                                    const struct options *options)
{
    enum { ROUNDS_MAX = 10 };
    bool are_all_read = check_files(program, options);

    for (int round = 0; options->is_fix && round < ROUNDS_MAX; round++) {
        size_t count;

        if (!fix_workflows(program, &count))
            return EXIT_NO_INPUT;
        if (count == 0)
            break;
        diags_clear(program->diags);
        program->workflows.count = program->modules.count = 0;
        are_all_read = check_files(program, options);
    }
    return are_all_read ? EXIT_CLEAN : EXIT_NO_INPUT;
}

/* ---- Writing -------------------------------------------------------------------------- */

struct writer {
    struct program *program;
    const struct options *options;
    struct type_names *names;
    bool has_failed;
};

/* NAME.h and NAME.c. */
static void write_pair(struct writer *writer, const char *name,
                       const struct generated *files)
{
    struct arena *arena = writer->program->arena;
    const char *folder = writer->options->output;

    if (writer->has_failed)
        return;
    if (output_write(arena, folder, arena_printf(arena, "%s.h", name),
                     &files->header) &&
        output_write(arena, folder, arena_printf(arena, "%s.c", name), &files->source))
        return;
    fprintf(stderr, "kadc: %s/%s: %s\n", folder, name, strerror(errno));
    writer->has_failed = true;
}

static bool is_used(const struct program *program, const struct module *module)
{
    for (size_t i = 0; i < program->workflows.count; i++) {
        const struct workflow *workflow = program->workflows.items[i];

        for (size_t j = 0; j < workflow->step_count; j++)
            if (workflow->steps[j]->action &&
                workflow->steps[j]->action->module == module)
                return true;
    }
    return false;
}

static void write_modules(struct writer *writer)
{
    struct program *program = writer->program;

    for (size_t i = 0; i < program->modules.count; i++) {
        const struct module *module = program->modules.items[i];
        struct generated files;

        if (!is_used(program, module))
            continue;
        gen_module(program->arena, writer->names, module,
                   writer->options->shipped_modules, &files);
        write_pair(writer,
                   arena_printf(program->arena, "modules/%.*s", STR(module->name.text)),
                   &files);
    }
}

static bool is_among(const struct workflow *const *workflows, size_t count,
                     const struct workflow *workflow)
{
    for (size_t i = 0; i < count; i++)
        if (workflows[i] == workflow)
            return true;
    return false;
}

/* Those that a workflow calls stand before it: it uses the names of their types. */
static size_t add_in_order(const struct workflow **order, size_t count,
                           const struct workflow *workflow)
{
    if (is_among(order, count, workflow))
        return count;
    for (size_t i = 0; i < workflow->step_count; i++)
        if (workflow->steps[i]->kind == STEP_WORKFLOW)
            count = add_in_order(order, count, workflow->steps[i]->block->workflow);
    order[count] = workflow;
    return count + 1;
}

static void write_workflows(struct writer *writer)
{
    struct program *program = writer->program;
    const struct workflow **order =
        arena_array(program->arena, const struct workflow *, program->workflows.count);
    size_t count = 0;

    for (size_t i = 0; i < program->workflows.count; i++)
        count = add_in_order(order, count, program->workflows.items[i]);
    for (size_t i = 0; i < count; i++) {
        struct generated files;

        gen_workflow(program->arena, writer->names, order[i], &files);
        write_pair(writer, str_copy(program->arena, order[i]->id.text), &files);
    }
}

static void print_bounds(const json_t *definition)
{
    printf("%s: ", json_string_value(json_object_get(definition, "id")));
    definition_bounds_detail(definition, stdout);
    putchar('\n');
}

static void print_definitions(const struct program *program,
                              const struct options *options)
{
    for (size_t i = 0; i < program->workflows.count; i++) {
        json_t *definition;

        if (program->workflows.items[i]->is_called)
            continue;
        definition = describe_workflow(program->workflows.items[i]);

        if (options->emit == EMIT_GRAPH) {
            definition_draw(definition, options->graph_format, stdout);
        } else if (options->emit == EMIT_BOUNDS) {
            print_bounds(definition);
        } else {
            json_dumpf(definition, stdout, JSON_INDENT(INDENT));
            putchar('\n');
        }
        json_decref(definition);
    }
}

/* false: it could not be written, which has been said. */
static bool emit_all(struct program *program, const struct options *options)
{
    struct writer writer = {program, options, type_names_new(program->arena), false};

    if (options->is_check)
        return true;
    if (options->emit != EMIT_C) {
        print_definitions(program, options);
        return true;
    }
    write_modules(&writer);
    write_workflows(&writer);
    return !writer.has_failed;
}

static enum kadc_exit print_schema(void)
{
    json_t *schema = schema_workflow();

    json_dumpf(schema, stdout, JSON_INDENT(INDENT));
    putchar('\n');
    json_decref(schema);
    return EXIT_CLEAN;
}

static enum kadc_exit print_modules(struct program *program,
                                    const struct options *options)
{
    const struct str text = describe_modules(program);
    json_t *modules = json_loadb(text.p, text.len, 0, NULL);

    diag_print(program->diags, stderr, options->style, 0);
    if (diag_error_count(program->diags) == 0) {
        json_dumpf(modules, stdout, JSON_INDENT(INDENT));
        putchar('\n');
    }
    json_decref(modules);
    return diag_error_count(program->diags) == 0 ? EXIT_CLEAN : EXIT_ERRORS;
}

/* ---- Main ----------------------------------------------------------------------------- */

/* Two files with one id would overwrite each other's C. */
static bool are_ids_different(const struct program *program)
{
    for (size_t i = 0; i < program->workflows.count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct workflow *a = program->workflows.items[j];
            const struct workflow *b = program->workflows.items[i];

            if (!str_equal(a->id.text, b->id.text))
                continue;
            fprintf(stderr, "kadc: %.*s and %.*s have the same id\n",
                    STR(a->source->path), STR(b->source->path));
            return false;
        }
    }
    return true;
}

static enum kadc_exit compile(struct program *program, const struct options *options)
{
    FILE *findings = options->emit == EMIT_C ? stdout : stderr;
    const enum kadc_exit checked = check_and_fix(program, options);

    diag_print(program->diags, findings, options->style, program->workflows.count);
    if (checked != EXIT_CLEAN)
        return checked;
    if (diag_error_count(program->diags) > 0)
        return EXIT_ERRORS;
    if (!are_ids_different(program))
        return EXIT_USAGE;
    return emit_all(program, options) ? EXIT_CLEAN : EXIT_NO_INPUT;
}

/* What was asked for, of the files or without any. */
static enum kadc_exit answer(struct program *program, const struct options *options)
{
    switch (options->emit) {
    case EMIT_SCHEMA: return print_schema();
    case EMIT_MODULES: return print_modules(program, options);
    case EMIT_C:
    case EMIT_DESCRIBE:
    case EMIT_GRAPH:
    case EMIT_BOUNDS: break;
    }
    return compile(program, options);
}

/* assert has printed what it knows. */
static void end_with_bug(int signal_number)
{
    (void)signal_number;
    _exit(EXIT_BUG);
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct program program = {.arena = &arena, .diags = diags_new(&arena)};
    struct options options;
    enum kadc_exit exit_code;

    signal(SIGABRT, end_with_bug);
    options = options_read(&arena, program.diags, argc, argv);
    program.module_dirs = options.module_dirs;
    program.module_dir_count = options.module_dir_count;
    program.has_shipped_modules = options.shipped_modules;
    exit_code = options.exit_code;
    if (exit_code == EXIT_CLEAN && !options.is_done)
        exit_code = answer(&program, &options);
    if (!file_finish_output()) {
        fprintf(stderr, "kadc: standard output: %s\n", strerror(errno));
        exit_code = exit_code == EXIT_CLEAN ? EXIT_NO_INPUT : exit_code;
    }
    arena_release(&arena);
    return (int)exit_code;
}
