/* options.c: the command line of kadc, and its help. */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/terminal.h"
#include "base/vec.h"
#include "explain.h"

static const char help[] =
    "Usage: kadc [OPTION]... FILE...\n"
    "Checks workflows and compiles them to C.\n"
    "\n"
    "  -o, --output DIR       where to write <id>.c, <id>.h, modules/ (default: generated)\n"
    "      --modules DIR      where manifests are: DIR/NAME/module.yaml (default: modules);\n"
    "                         may be repeated; those that come with kad are found last\n"
    "      --check            only check, write no C\n"
    "      --fix              mend in FILE what is certain: misspelt names, missing\n"
    "                         quotes; the rest of the file stays as it is\n"
    "      --emit=WHAT        c, or print to standard output: describe (JSON), graph,\n"
    "                         bounds (the worst case of an execution); without a\n"
    "                         FILE: schema (JSON Schema of the language, for editors),\n"
    "                         modules (what they can do, JSON)\n"
    "      --graph-format=F   dot, mermaid, text (default: dot)\n"
    "      --format=FORMAT    of findings: text, short, json, sarif (2.1.0),\n"
    "                         github (annotations in GitHub Actions)\n"
    "      --color=WHEN       auto, always, never\n"
    "  -W, -A, -E CODE        make a finding a warning, allow it, make it an error;\n"
    "                         CODE is like KAD0803 or retry-not-idempotent\n"
    "  -Werror                all warnings are errors\n"
    "      --explain CODE     what a code like KAD0401 or maybe-unset is about, with\n"
    "                         a wrong and a right example\n"
    "      --version, --help\n"
    "\n"
    "Exit codes: 0 no error, 1 errors, 2 wrong usage, 3 an input is missing or cannot be\n"
    "read, or an output cannot be written, 70 a bug in kadc.\n";

enum option_code {
    OPTION_MODULES = 256,
    OPTION_CHECK,
    OPTION_FIX,
    OPTION_EMIT,
    OPTION_GRAPH_FORMAT,
    OPTION_FORMAT,
    OPTION_COLOR,
    OPTION_EXPLAIN,
    OPTION_VERSION,
    OPTION_HELP
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"modules", required_argument, NULL, OPTION_MODULES},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"fix", no_argument, NULL, OPTION_FIX},
    {"emit", required_argument, NULL, OPTION_EMIT},
    {"graph-format", required_argument, NULL, OPTION_GRAPH_FORMAT},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"color", required_argument, NULL, OPTION_COLOR},
    {"explain", required_argument, NULL, OPTION_EXPLAIN},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct reader {
    struct arena *arena;
    struct diags *diags;
    struct options options;
    VEC(struct str) module_dirs;
};

/* ---- Answers -------------------------------------------------------------------------- */

static void fail_usage(struct reader *reader, const char *problem, const char *argument)
{
    fprintf(stderr, "kadc: %s `%s`; see kadc --help\n", problem, argument);
    reader->options.exit_code = EXIT_USAGE;
}

static void explain(struct reader *reader, const char *code_or_slug)
{
    const int code = diag_code_find(str_of(code_or_slug));
    struct explanation page;

    reader->options.is_done = true;
    if (code < 0) {
        fprintf(stderr,
                "kadc: there is no code `%s`: they are like KAD0401 or maybe-unset, as "
                "findings print them; docs/diagnostics.md has all\n",
                code_or_slug);
        reader->options.exit_code = EXIT_USAGE;
        return;
    }
    page = explanation_of(reader->arena, (enum diag_code)code);
    printf("%s[%s %s]: %s\n\n%s", diag_level_name(page.level),
           diag_code_name((enum diag_code)code), diag_code_slug((enum diag_code)code),
           page.title, page.page);
}

/* ---- Values --------------------------------------------------------------------------- */

/* Index of `text` among the names, or -1: said. */
static int choose(struct reader *reader, const char *option, const char *text,
                  const char *const names[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0)
            return (int)i;
    fprintf(stderr, "kadc: %s can't be `%s`: ", option, text);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", names[i]);
    fputc('\n', stderr);
    reader->options.exit_code = EXIT_USAGE;
    return -1;
}

#define CHOOSE(reader, option, text, names)                                            \
    choose((reader), (option), (text), (names), sizeof(names) / sizeof((names)[0]))

static void set_emit(struct reader *reader, const char *text)
{
    static const char *const names[] = {
        [EMIT_C] = "c",           [EMIT_DESCRIBE] = "describe",
        [EMIT_GRAPH] = "graph",   [EMIT_BOUNDS] = "bounds",
        [EMIT_SCHEMA] = "schema", [EMIT_MODULES] = "modules",
    };
    const int index = CHOOSE(reader, "--emit", text, names);

    if (index >= 0)
        reader->options.emit = (enum emit_what)index;
}

static void set_format(struct reader *reader, const char *text)
{
    static const char *const names[] = {
        [DIAG_TEXT] = "text",   [DIAG_SHORT] = "short",   [DIAG_JSON] = "json",
        [DIAG_SARIF] = "sarif", [DIAG_GITHUB] = "github",
    };
    const int index = CHOOSE(reader, "--format", text, names);

    if (index >= 0)
        reader->options.style.format = (enum diag_format)index;
}

static void set_graph_format(struct reader *reader, const char *text)
{
    if (strcmp(text, "svg") == 0)
        fail_usage(reader, "pipe --graph-format=dot into `dot -Tsvg` for", text);
    else if (!graph_format_find(text, &reader->options.graph_format))
        fail_usage(reader, "--graph-format is dot, mermaid or text, not", text);
}

/* Where findings go: with --emit, standard output carries something else. */
static int findings_fd(const struct options *options)
{
    return options->emit == EMIT_C ? STDOUT_FILENO : STDERR_FILENO;
}

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

static enum color read_color(struct reader *reader, const char *text)
{
    static const char *const names[] = {
        [COLOR_AUTO] = "auto",
        [COLOR_ALWAYS] = "always",
        [COLOR_NEVER] = "never",
    };
    const int index = CHOOSE(reader, "--color", text, names);

    return index < 0 ? COLOR_AUTO : (enum color)index;
}

static void set_style(struct options *options, enum color color)
{
    const struct terminal terminal = terminal_look(findings_fd(options));

    options->style.columns = terminal.columns;
    options->style.has_color =
        color == COLOR_AUTO ? terminal.has_color : color == COLOR_ALWAYS;
}

static void set_level(struct reader *reader, const char *text, enum diag_level level)
{
    const int code = diag_code_find(str_of(text));

    if (level == DIAG_WARNING && strcmp(text, "error") == 0)
        diag_warnings_are_errors(reader->diags);
    else if (code < 0)
        fail_usage(reader, "there is no code", text);
    else if (!diag_set_level(reader->diags, (enum diag_code)code, level))
        fail_usage(reader, "this stays an error:", text);
}

/* ---- Modules -------------------------------------------------------------------------- */

/* share/kad/modules beside the folder of this program, or NULL. */
static const char *find_shipped(struct arena *arena)
{
    char *self = realpath("/proc/self/exe", NULL), *slash;
    struct stat info;
    const char *path;

    if (!self)
        return NULL;
    for (int i = 0; i < 2 && (slash = strrchr(self, '/')); i++)
        *slash = '\0';
    path = arena_printf(arena, "%s/share/kad/modules", self);
    free(self);
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? path : NULL;
}

static void set_modules(struct reader *reader)
{
    struct options *options = &reader->options;

    if (reader->module_dirs.count == 0)
        vec_push(reader->arena, &reader->module_dirs, S("modules"));
    options->shipped_modules = find_shipped(reader->arena);
    if (options->shipped_modules)
        vec_push(reader->arena, &reader->module_dirs, str_of(options->shipped_modules));
    options->module_dirs = reader->module_dirs.items;
    options->module_dir_count = reader->module_dirs.count;
}

/* ---- The command line ------------------------------------------------------------------ */

static void answer(struct reader *reader, const char *text)
{
    fputs(text, stdout);
    reader->options.is_done = true;
}

static void read_option(struct reader *reader, int code, enum color *color)
{
    switch (code) {
    case 'o': reader->options.output = optarg; break;
    case 'W': set_level(reader, optarg, DIAG_WARNING); break;
    case 'A': set_level(reader, optarg, DIAG_OFF); break;
    case 'E': set_level(reader, optarg, DIAG_ERROR); break;
    case OPTION_MODULES:
        vec_push(reader->arena, &reader->module_dirs, str_of(optarg));
        break;
    case OPTION_CHECK: reader->options.is_check = true; break;
    case OPTION_FIX: reader->options.is_fix = true; break;
    case OPTION_EMIT: set_emit(reader, optarg); break;
    case OPTION_GRAPH_FORMAT: set_graph_format(reader, optarg); break;
    case OPTION_FORMAT: set_format(reader, optarg); break;
    case OPTION_COLOR: *color = read_color(reader, optarg); break;
    case OPTION_EXPLAIN: explain(reader, optarg); break;
    case OPTION_VERSION: answer(reader, "kadc " KAD_VERSION "\n"); break;
    case OPTION_HELP: answer(reader, help); break;
    default: reader->options.exit_code = EXIT_USAGE; break; /* getopt has said it */
    }
}

struct options options_read(struct arena *arena, struct diags *diags, int argc,
                            char **argv)
{
    struct reader reader = {
        .arena = arena,
        .diags = diags,
        .options = {.output = "generated", .graph_format = GRAPH_DOT},
    };
    struct options *options = &reader.options;
    enum color color = COLOR_AUTO;
    int code;

    while (!options->is_done && options->exit_code == EXIT_CLEAN &&
           (code = getopt_long(argc, argv, "o:W:A:E:", long_options, NULL)) != -1)
        read_option(&reader, code, &color);
    options->files = argv + optind;
    options->file_count = (size_t)(argc - optind);
    set_style(options, color);
    set_modules(&reader);
    if (options->emit > EMIT_BOUNDS && options->file_count)
        fail_usage(&reader, "--emit=schema and --emit=modules are about no FILE:",
                   options->files[0]);
    else if (!options->is_done && options->exit_code == EXIT_CLEAN &&
             options->emit <= EMIT_BOUNDS && !options->file_count) {
        fputs("kadc: no workflow was named; see kadc --help\n", stderr);
        options->exit_code = EXIT_NO_INPUT;
    }
    return *options;
}
