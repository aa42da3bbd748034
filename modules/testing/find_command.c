/* find_command.c: see find_command.h.
 *
 * Files are looked at, nothing is run. A project with several kinds of tests gets the
 * most general one: a Makefile usually calls the others. */
#include "find_command.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

enum { FILE_MAX_BYTES = 1024 * 1024 };

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Where the search looks; texts of files live in the arena, commands in the step. */
struct search {
    struct kad_step *step;
    const char *folder;
    struct arena arena;
};

/* ---- Files ----------------------------------------------------------------------- */

static bool has_file(struct search *search, const char *name)
{
    return access(arena_printf(&search->arena, "%s/%s", search->folder, name), F_OK) ==
           0;
}

/* Absent when it is not there. */
static struct str read_text(struct search *search, const char *name)
{
    struct str text = {0};

    file_read(&search->arena,
              arena_printf(&search->arena, "%s/%s", search->folder, name),
              FILE_MAX_BYTES, &text);
    return text;
}

static bool has_name(struct search *search, const char *folder,
                     bool (*is_wanted)(struct str name))
{
    DIR *dir = opendir(arena_printf(&search->arena, "%s/%s", search->folder, folder));
    bool is_found = false;

    if (!dir)
        return false;
    for (const struct dirent *item; !is_found && (item = readdir(dir));)
        is_found = is_wanted(str_of(item->d_name));
    closedir(dir);
    return is_found;
}

/* A copy that outlives the caller. */
static const char *const *keep(struct kad_step *step, const char *const *argv)
{
    const char **copy;
    size_t count = 0;

    while (argv[count])
        count++;
    copy = kad_alloc(step, (count + 1) * sizeof(*copy));
    memcpy(copy, argv, count * sizeof(*copy));
    return copy;
}

static void choose(struct search *search, struct test_command *command,
                   const char *framework, const char *const *argv)
{
    command->framework = framework;
    command->argv = keep(search->step, argv);
}

/* ---- One function for each kind of project --------------------------------------- */

static bool is_target_end(char c)
{
    return c == ' ' || c == '\t' || c == ':';
}

/* Whether a line "other NAME: ..." defines the target; assignments (:=) do not. */
static bool defines_target(struct str line, const char *name)
{
    const size_t colon = str_find(line, S(":")), len = strlen(name);

    if (colon == line.len || line.p[0] == '\t' || line.p[0] == '#' ||
        (colon + 1 < line.len && line.p[colon + 1] == '='))
        return false;
    for (size_t at = 0; at + len <= colon; at++)
        if ((at == 0 || line.p[at - 1] == ' ') && !strncmp(line.p + at, name, len) &&
            is_target_end(line.p[at + len]))
            return true;
    return false;
}

static bool has_target(struct str makefile, const char *name)
{
    while (makefile.len) {
        const size_t len = str_find(makefile, S("\n"));

        if (len && defines_target(str_part(makefile, 0, len), name))
            return true;
        makefile = str_part(makefile, len + 1, makefile.len);
    }
    return false;
}

static void find_make(struct search *search, struct test_command *command)
{
    static const char *const names[] = {"GNUmakefile", "makefile", "Makefile"};
    static const char *const targets[] = {"test", "check"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct str makefile = read_text(search, names[i]);

        for (size_t t = 0; t < sizeof(targets) / sizeof(targets[0]) && makefile.p; t++)
            if (!command->argv && has_target(makefile, targets[t]))
                choose(search, command, "make", ARGV("make", targets[t]));
    }
}

/* A folder that cmake has configured with tests; it is built first. */
static void find_ctest(struct search *search, struct test_command *command)
{
    static const char *const names[] = {"build", "_build", "out", "cmake-build-debug"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !command->argv; i++) {
        if (!has_file(search, "CMakeLists.txt") ||
            !has_file(search,
                      arena_printf(&search->arena, "%s/CTestTestfile.cmake", names[i])))
            continue;
        choose(search, command, "ctest",
               ARGV("ctest", "--test-dir", names[i], "--output-on-failure"));
        command->before = keep(search->step, ARGV("cmake", "--build", names[i]));
    }
}

struct package {
    const char *test;
};

/* The script `test` of package.json; NULL: none, or what `npm init` writes. */
static const char *find_script(struct search *search)
{
    static const struct kad_field script_fields[] = {
        {.name = "test",
         .offset = offsetof(struct package, test),
         .type = &kad_optional_string_type},
    };
    static const struct kad_type scripts = {
        .kind = KAD_OBJECT,
        .size_bytes = sizeof(struct package),
        .fields = script_fields,
        .field_count = 1,
    };
    static const struct kad_field fields[] = {
        {.name = "scripts", .offset = 0, .type = &scripts}};
    static const struct kad_type type = {
        .kind = KAD_OBJECT,
        .size_bytes = sizeof(struct package),
        .fields = fields,
        .field_count = 1,
    };
    const struct str text = read_text(search, "package.json");
    struct package package = {0};
    struct kad_json json;

    if (!text.p || !kad_json_parse(search->step, text.p, text.len, &json) ||
        kad_json_decode(search->step, &type, json, &package) ||
        (package.test && strstr(package.test, "no test specified")))
        return NULL;
    return package.test;
}

static bool is_node_test(struct str name)
{
    return str_ends_with(name, S(".test.js")) || str_ends_with(name, S(".test.mjs")) ||
           str_ends_with(name, S(".test.cjs"));
}

static void find_node(struct search *search, struct test_command *command)
{
    if (find_script(search))
        choose(search, command, "npm", ARGV("npm", "test"));
    else if (has_file(search, "package.json") &&
             (has_name(search, ".", is_node_test) ||
              has_name(search, "test", is_node_test) ||
              has_name(search, "tests", is_node_test)))
        choose(search, command, "node", ARGV("node", "--test"));
}

static bool is_python_test(struct str name)
{
    return str_starts_with(name, S("test_")) && str_ends_with(name, S(".py"));
}

static void find_pytest(struct search *search, struct test_command *command)
{
    if (!has_file(search, "pyproject.toml") && !has_file(search, "pytest.ini") &&
        !has_name(search, "tests", is_python_test) &&
        !has_name(search, "test", is_python_test))
        return;
    if (kad_find_program(search->step, "pytest"))
        choose(search, command, "pytest", ARGV("pytest"));
    else
        choose(search, command, "pytest", ARGV("python3", "-m", "pytest"));
}

/* Without -v, go does not print the tests that pass. */
static void find_go(struct search *search, struct test_command *command)
{
    if (has_file(search, "go.mod"))
        choose(search, command, "go", ARGV("go", "test", "-v", "./..."));
}

static void find_cargo(struct search *search, struct test_command *command)
{
    if (has_file(search, "Cargo.toml"))
        choose(search, command, "cargo", ARGV("cargo", "test", "--no-fail-fast"));
}

/* ---- Settings -------------------------------------------------------------------- */

/* `tests: {command: [...]}` */
struct tests_setting {
    struct kad_strings command;
};

static enum kad_outcome find_setting(struct kad_step *step,
                                     struct test_command *command)
{
    static const struct kad_field fields[] = {
        {.name = "command",
         .offset = offsetof(struct tests_setting, command),
         .type = &kad_optional_strings_type},
    };
    static const struct kad_type type = {
        .kind = KAD_OBJECT,
        .size_bytes = sizeof(struct tests_setting),
        .fields = fields,
        .field_count = 1,
    };
    struct tests_setting setting = {0};
    struct kad_json json;
    const enum kad_outcome outcome = kad_setting(step, "tests", &json);
    const char *wrong;
    const char **argv;

    if (outcome != KAD_SUCCESS || !json.text)
        return outcome;
    wrong = kad_json_decode(step, &type, json, &setting);
    if (wrong)
        return kad_fail(step, kad_failure_name(KAD_FAILURE_BAD_CONFIG), "tests: %s",
                        wrong);
    if (!setting.command.count)
        return KAD_SUCCESS;
    argv = kad_alloc(step, (setting.command.count + 1) * sizeof(*argv));
    memcpy(argv, setting.command.items, setting.command.count * sizeof(*argv));
    command->framework = "command";
    command->argv = argv;
    return KAD_SUCCESS;
}

enum kad_outcome find_test_command(struct kad_step *step, const char *folder,
                                   struct test_command *command)
{
    static void (*const finders[])(struct search *, struct test_command *) = {
        find_make, find_ctest, find_node, find_pytest, find_go, find_cargo,
    };
    struct search search = {.step = step, .folder = folder};
    enum kad_outcome outcome;

    *command = (struct test_command){0};
    outcome = find_setting(step, command);
    for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++)
        if (outcome == KAD_SUCCESS && !command->argv)
            finders[i](&search, command);
    arena_release(&search.arena);
    return outcome;
}
