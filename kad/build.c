/* build.c: see build.h.
 *
 * In .kad/generated: kadc's output, and objects/ with what the C compiler makes of
 * it:
 *
 *     wf-ID.o          generated/ID.c
 *     called-ID.o      the same without main, for the programs of workflows that call it
 *     tables-MODULE.o  generated/modules/MODULE.c, of the project's own modules
 *     native-MODULE.o  modules/MODULE/MODULE.c, likewise
 *     wf-ID            all of them with libkad_modules and libkad; renamed into bin/
 *
 * Shipped modules are in libkad_modules, tables included; a project's own module of
 * the same name comes first. Each file in objects/ has a note of its inputs' digest
 * (digest.h); bin/wf-ID.calls lists the files of the workflows that wf-ID was made of
 * beside its own. */
#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/vec.h"
#include "cli.h"
#include "definition.h"
#include "digest.h"
#include "folder.h"
#include "tool.h"
#include "undefined.h"

struct build {
    struct arena *arena;
    const char *root;      /* the project's */
    const char *generated; /* .kad/generated */
    const char *objects;   /* .kad/generated/objects */
    const char *bin;       /* .kad/bin */
    bool has_modules;      /* of its own, in modules/ */
    struct toolchain tools;
    int lock_fd;
};
/* Arguments of a program, or files to link. */
struct texts {
    VEC(const char *) list;
};

static void add(struct build *build, struct texts *texts, const char *text)
{
    vec_push(build->arena, &texts->list, text);
}

/* ---- Opening --------------------------------------------------------------------- */

static bool make_folder(struct build *build, const char *path)
{
    if (make_folders(build->arena, path))
        return true;
    cli_error("cannot make %s: %s", path, strerror(errno));
    return false;
}

static bool take_lock(struct build *build)
{
    const char *path = arena_printf(build->arena, "%s/lock", build->generated);

    build->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    while (build->lock_fd >= 0 && flock(build->lock_fd, LOCK_EX) < 0)
        if (errno != EINTR)
            break;
    if (build->lock_fd < 0)
        cli_error("cannot open %s: %s; .kad and what is in it have to be writable",
                  path, strerror(errno));
    return build->lock_fd >= 0;
}

struct build *build_open(struct arena *arena, const struct project *project)
{
    struct build *build = arena_new(arena, struct build);
    /* What is built belongs to the project, whichever store is used. */
    const struct project home = {
        .root = project->root, .state = arena_printf(arena, "%s/.kad", project->root)};
    const char *error = project_prepare(arena, &home);

    *build = (struct build){
        .arena = arena,
        .root = project->root,
        .generated = arena_printf(arena, "%s/.kad/generated", project->root),
        .objects = arena_printf(arena, "%s/.kad/generated/objects", project->root),
        .bin = arena_printf(arena, "%s/.kad/bin", project->root),
        .has_modules =
            access(arena_printf(arena, "%s/modules", project->root), R_OK) == 0,
        .lock_fd = -1,
    };
    if (error) {
        cli_error("%s", error);
        return NULL;
    }
    error = toolchain_find(arena, &build->tools);
    if (error) {
        cli_error("%s", error);
        return NULL;
    }
    if (!make_folder(build, build->objects) || !make_folder(build, build->bin) ||
        !take_lock(build))
        return NULL;
    return build;
}

void build_close(struct build *build)
{
    close(build->lock_fd);
}

/* ---- Tools ----------------------------------------------------------------------- */

/* Runs a tool in the project's root. */
static enum build_result run(const struct tool *tool)
{
    const char *program = tool->argv[0];
    int exit_code;

    if (!tool_run(tool, &exit_code)) {
        cli_error("cannot run %s: %s", program, strerror(errno));
        return BUILD_FAILED;
    }
    if (exit_code > 2)
        cli_error("%s ended with %d", program, exit_code);
    if (exit_code > 2)
        return BUILD_FAILED;
    return exit_code == 0 ? BUILD_DONE : BUILD_REFUSED;
}

/* With `output` the tool is asked again about what it has accepted: its warnings have been
 * seen. */
static enum build_result run_tool(struct build *build, struct texts *argv,
                                  struct str *output)
{
    const struct tool tool = {
        .argv = argv->list.items,
        .cwd = build->root,
        .arena = build->arena,
        .output = output,
        .is_quiet = output != NULL,
    };

    return run(&tool);
}

static void add_kadc(struct build *build, const char *file, struct texts *argv)
{
    add(build, argv, build->tools.kadc);
    add(build, argv, file);
    if (build->has_modules) {
        add(build, argv, "--modules");
        add(build, argv, "modules");
    }
    add(build, argv, "--modules");
    add(build, argv, build->tools.manifests);
}

/* YAML to C; also that of the workflows that it calls. */
static enum build_result translate(struct build *build, const char *file)
{
    struct texts argv = {0};

    add_kadc(build, file, &argv);
    add(build, &argv, "-o");
    add(build, &argv, ".kad/generated");
    add(build, &argv, NULL);
    return run_tool(build, &argv, NULL);
}

/* The definition of a workflow; a new reference. */
static enum build_result describe(struct build *build, const char *file,
                                  json_t **definition)
{
    struct texts argv = {0};
    struct str text = {0};
    enum build_result result;

    add_kadc(build, file, &argv);
    add(build, &argv, "--emit=describe");
    add(build, &argv, NULL);
    result = run_tool(build, &argv, &text);
    *definition = json_loadb(text.p, text.len, 0, NULL);
    if (result == BUILD_DONE && !*definition) {
        cli_error("%s --emit=describe printed no JSON", build->tools.kadc);
        result = BUILD_FAILED;
    }
    return result;
}

/* ---- Objects --------------------------------------------------------------------- */

static bool has_file(struct build *build, const char *folder, const char *name)
{
    return access(arena_printf(build->arena, "%s/%s", folder, name), F_OK) == 0;
}

/* Whatever the C of the project's modules may include, from any folder in modules/; of a
 * module in another language only the manifest. */
static bool digest_add_modules(struct digest *digest, struct build *build)
{
    const char *modules = arena_printf(build->arena, "%s/modules", build->root);
    struct folder_names names;
    bool is_read = folder_list(build->arena, modules, "", &names);

    for (size_t i = 0; i < names.count && is_read; i++) {
        const char *name = names.items[i];
        const char *folder = arena_printf(build->arena, "%s/%s", modules, name);
        const char *native = arena_printf(build->arena, "%s.c", name);

        digest_add(digest, str_of(name));
        if (!folder_is_there(folder))
            is_read = digest_add_file(digest, folder);
        else if (has_file(build, folder, "module.yaml") &&
                 !has_file(build, folder, native))
            is_read = digest_add_folder(digest, build->arena, folder, "module.yaml");
        else
            is_read = digest_add_tree(digest, build->arena, folder);
    }
    return is_read;
}

/* Beside the C file: the tools, the generated headers, and for a module's own C all
 * sources of modules. */
static const char *object_digest(struct build *build, const char *c_file,
                                 bool is_native)
{
    struct digest digest;
    bool is_read;

    digest_init(&digest);
    digest_add(&digest, str_of(build->tools.digest));
    is_read = digest_add_file(&digest, c_file) &&
              digest_add_folder(&digest, build->arena, build->generated, ".h") &&
              digest_add_folder(
                  &digest, build->arena,
                  arena_printf(build->arena, "%s/modules", build->generated), ".h") &&
              (!is_native || digest_add_modules(&digest, build));
    if (is_read)
        return digest_hex(&digest, build->arena);
    cli_error("cannot read what %s needs: %s", c_file, strerror(errno));
    return NULL;
}

/* Compiles into objects/NAME.o, if it is not current, and adds that to the objects.
 * `option`: one more of the compiler's, the same for each compilation of this name. */
static enum build_result compile_with(struct build *build, const char *option,
                                      const char *c_file, bool is_native,
                                      const char *name, struct texts *objects)
{
    const char *object = arena_printf(build->arena, "%s/%s.o", build->objects, name);
    const char *digest = object_digest(build, c_file, is_native);
    const char *const argv[] = {
        build->tools.cc,
        "-std=c17",
        "-D_GNU_SOURCE",
        "-O2",
        "-g",
        "-Wall",
        "-Wextra",
        "-I",
        build->generated,
        "-I",
        build->tools.include,
        "-I",
        "modules",
        "-c",
        c_file,
        "-o",
        object,
        option,
    };
    struct texts all = {0};
    enum build_result result;

    add(build, objects, object);
    if (!digest)
        return BUILD_FAILED;
    if (made_from(build->arena, object, digest))
        return BUILD_CURRENT;
    made_forget(build->arena, object);
    for (size_t i = 0; i < COUNT_OF(argv); i++)
        add(build, &all, argv[i]);
    add(build, &all, NULL);
    result = run_tool(build, &all, NULL);
    if (result == BUILD_DONE && !made_from_set(build->arena, object, digest))
        result = BUILD_FAILED;
    return result;
}

static enum build_result compile(struct build *build, const char *c_file,
                                 bool is_native, const char *name,
                                 struct texts *objects)
{
    return compile_with(build, NULL, c_file, is_native, name, objects);
}

static bool is_ok(enum build_result result)
{
    return result == BUILD_CURRENT || result == BUILD_DONE;
}

/* The tables of a module and, when it is native, its functions. */
static enum build_result compile_module(struct build *build, const char *module,
                                        struct texts *objects)
{
    struct arena *arena = build->arena;
    const char *tables =
        arena_printf(arena, "%s/modules/%s.c", build->generated, module);
    const char *folder = arena_printf(arena, "%s/modules/%s", build->root, module);
    const char *native = arena_printf(arena, "%s/%s.c", folder, module);
    const enum build_result result = compile(
        build, tables, false, arena_printf(arena, "tables-%s", module), objects);

    if (!is_ok(result) || access(native, R_OK) < 0)
        return result;
    return compile(build, native, true, arena_printf(arena, "native-%s", module),
                   objects);
}

/* Whether a module is the project's own, not a shipped one. */
static bool is_own_module(struct build *build, const char *module)
{
    return access(arena_printf(build->arena, "%s/modules/%s/module.yaml", build->root,
                               module),
                  R_OK) == 0;
}

static bool has_text(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->list.count; i++)
        if (strcmp(texts->list.items[i], text) == 0)
            return true;
    return false;
}

/* What a program is made of, by the definitions of its workflow and of those it calls. */
struct parts {
    struct build *build;
    struct texts modules; /* the project's own */
    struct texts called;  /* ids */
    struct texts files;   /* of the called */
};

static void add_part(const json_t *step, void *context)
{
    struct parts *parts = context;
    struct arena *arena = parts->build->arena;
    const char *module = json_string_value(json_object_get(step, "module"));
    const char *workflow = json_string_value(json_object_get(step, "workflow"));

    if (module && *module && !has_text(&parts->modules, module) &&
        is_own_module(parts->build, module))
        add(parts->build, &parts->modules, arena_printf(arena, "%s", module));
    if (workflow && !has_text(&parts->called, workflow))
        add(parts->build, &parts->called, arena_printf(arena, "%s", workflow));
}

/* Where kadc has found a called workflow; the first where none is. */
static const char *called_file(struct build *build, const char *id)
{
    static const char *const extensions[] = {"yaml", "yml", "json"};

    for (size_t i = 0; i < COUNT_OF(extensions); i++) {
        const char *file =
            arena_printf(build->arena, "workflows/%s.%s", id, extensions[i]);

        if (access(arena_printf(build->arena, "%s/%s", build->root, file), R_OK) == 0)
            return file;
    }
    return arena_printf(build->arena, "workflows/%s.yaml", id);
}

static enum build_result find_parts(struct build *build, const char *file,
                                    struct parts *parts)
{
    json_t *definition = NULL;
    enum build_result result = describe(build, file, &definition);

    parts->build = build;
    definition_each_step(definition, add_part, parts);
    json_decref(definition);
    /* Their number grows meanwhile. */
    for (size_t i = 0; is_ok(result) && i < parts->called.list.count; i++) {
        const char *called = called_file(build, parts->called.list.items[i]);

        add(build, &parts->files, called);
        result = describe(build, called, &definition);
        definition_each_step(definition, add_part, parts);
        json_decref(definition);
    }
    return result;
}

static enum build_result compile_all(struct build *build, const char *id,
                                     const struct parts *parts, struct texts *objects)
{
    struct arena *arena = build->arena;
    enum build_result result =
        compile(build, arena_printf(arena, "%s/%s.c", build->generated, id), false,
                arena_printf(arena, "wf-%s", id), objects);

    for (size_t i = 0; is_ok(result) && i < parts->called.list.count; i++) {
        const char *called = parts->called.list.items[i];

        result = compile_with(build, "-DKAD_CALLED",
                              arena_printf(arena, "%s/%s.c", build->generated, called),
                              false, arena_printf(arena, "called-%s", called), objects);
    }
    for (size_t i = 0; is_ok(result) && i < parts->modules.list.count; i++)
        result = compile_module(build, parts->modules.list.items[i], objects);
    return result;
}

/* What the linker says goes to stderr; where it misses a function of one of the project's
 * modules, the module's author is told which. */
static enum build_result run_linker(struct build *build, const struct texts *argv,
                                    const struct texts *modules)
{
    struct str said = {0};
    const struct tool tool = {
        .argv = argv->list.items,
        .cwd = build->root,
        .arena = build->arena,
        .errors = &said,
    };
    const enum build_result result = run(&tool);

    fprintf(stderr, "%.*s", STR(said));
    for (size_t i = 0; result == BUILD_REFUSED && i < modules->list.count; i++)
        undefined_explain(build->arena, said, modules->list.items[i]);
    return result;
}

static enum build_result link_program(struct build *build, const struct texts *objects,
                                      const struct parts *parts, const char *program)
{
    struct texts argv = {0};

    add(build, &argv, build->tools.cc);
    for (size_t i = 0; i < objects->list.count; i++)
        add(build, &argv, objects->list.items[i]);
    add(build, &argv, build->tools.modules);
    add(build, &argv, build->tools.runtime);
    for (size_t i = 0; i < build->tools.link_flag_count; i++)
        add(build, &argv, build->tools.link_flags[i]);
    add(build, &argv, "-o");
    add(build, &argv, program);
    add(build, &argv, NULL);
    return run_linker(build, &argv, &parts->modules);
}

/* ---- Workflows ------------------------------------------------------------------- */

/* Of workflows that were called when the program was made; one that is gone counts, too. */
static void digest_add_called(struct digest *digest, struct build *build,
                              const char *program)
{
    FILE *list = fopen(arena_printf(build->arena, "%s.calls", program), "re");
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    while (list && (len = getline(&line, &size, list)) > 0) {
        line[len - 1] = '\0';
        if (!digest_add_file(digest,
                             arena_printf(build->arena, "%s/%s", build->root, line)))
            digest_add(digest, S("gone"));
    }
    free(line);
    if (list)
        fclose(list);
}

/* false: reported. */
static bool write_called(struct build *build, const struct parts *parts,
                         const char *program)
{
    const char *path = arena_printf(build->arena, "%s.calls", program);
    FILE *list = NULL;

    if (parts->files.list.count == 0) {
        unlink(path);
        return true;
    }
    list = fopen(path, "we");
    for (size_t i = 0; list && i < parts->files.list.count; i++)
        fprintf(list, "%s\n", parts->files.list.items[i]);
    if (list && fclose(list) == 0)
        return true;
    cli_error("cannot write %s: %s", path, strerror(errno));
    return false;
}

/* All that the program depends on; NULL: reported. */
static const char *workflow_digest(struct build *build, const char *id,
                                   const char *program)
{
    struct arena *arena = build->arena;
    struct digest digest;

    digest_init(&digest);
    digest_add(&digest, str_of(build->tools.digest));
    digest_add_called(&digest, build, program);
    if (digest_add_file(&digest,
                        arena_printf(arena, "%s/workflows/%s.yaml", build->root, id)) &&
        digest_add_modules(&digest, build))
        return digest_hex(&digest, arena);
    cli_error("cannot read workflow `%s` or the modules: %s", id, strerror(errno));
    return NULL;
}

/* The new program takes the old one's place at once; one that runs keeps its own. */
static enum build_result put_in_place(const char *made, const char *program)
{
    if (rename(made, program) == 0)
        return BUILD_DONE;
    cli_error("cannot write %s: %s", program, strerror(errno));
    return BUILD_FAILED;
}

static enum build_result make_program(struct build *build, const char *id,
                                      const char *program)
{
    const char *made = arena_printf(build->arena, "%s/wf-%s", build->objects, id);
    const char *file = arena_printf(build->arena, "workflows/%s.yaml", id);
    struct texts objects = {0};
    struct parts parts = {0};
    enum build_result result = translate(build, file);

    if (is_ok(result))
        result = find_parts(build, file, &parts);
    if (is_ok(result))
        result = compile_all(build, id, &parts, &objects);
    if (is_ok(result))
        result = link_program(build, &objects, &parts, made);
    if (is_ok(result) && !write_called(build, &parts, program))
        result = BUILD_FAILED;
    return is_ok(result) ? put_in_place(made, program) : result;
}

/* [a-z][a-z0-9]*(-[a-z0-9]+)* */
static bool is_workflow_id(const char *id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    static const char others[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    if (!*id || !strchr(letters, *id))
        return false;
    for (id += strspn(id, others); *id == '-'; id += strspn(id, others))
        if (!*++id || !strchr(others, *id))
            return false;
    return !*id;
}

enum build_result build_workflow(struct build *build, const char *id)
{
    const char *program = arena_printf(build->arena, "%s/wf-%s", build->bin, id);
    const char *digest;
    enum build_result result;

    if (!is_workflow_id(id)) {
        cli_error(
            "workflows/%s.yaml: rename it: a workflow is named like `my-flow`, in "
            "lower case without spaces",
            id);
        return BUILD_REFUSED;
    }
    digest = workflow_digest(build, id, program);
    if (!digest)
        return BUILD_FAILED;
    if (made_from(build->arena, program, digest))
        return BUILD_CURRENT;
    made_forget(build->arena, program);
    result = make_program(build, id, program);
    if (result == BUILD_DONE)
        digest = workflow_digest(build, id, program); /* with what it calls now */
    if (result == BUILD_DONE && !digest)
        return BUILD_FAILED;
    if (result == BUILD_DONE && !made_from_set(build->arena, program, digest)) {
        cli_error("cannot write %s.inputs: %s", program, strerror(errno));
        result = BUILD_FAILED;
    }
    return result;
}
