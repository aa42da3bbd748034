/* cmd_define.c: kad workflow define: asks what a workflow does, writes it as YAML, and has
 * kadc check it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "commands.h"
#include "define.h"
#include "document.h"
#include "kad/errors.h"
#include "session.h"
#include "tool.h"
#include "toolchain.h"

static const char details[] =
    "Asks on standard error, reads the answers from standard input, a line each, and\n"
    "writes workflows/ID.yaml. Conditions, retries, blocks and more are added by hand\n"
    "in the file: docs/language.md. A file that is there is never replaced.\n"
    "\n"
    "Exit code: 0 written, and it compiles; 2 written, and the compiler has findings to\n"
    "mend, or nothing is written.";

/* Runs kadc in the project. false: reported. */
static bool run_kadc(const struct cli *cli, const struct project *project,
                     const char *option, const char *file, struct str *output,
                     int *exit_code)
{
    const char *kadc = arena_printf(cli->arena, "%s/kadc", program_folder(cli->arena));
    const char *argv[] = {kadc, "--modules=modules", option, file, NULL};
    const struct tool tool = {
        .argv = argv, .cwd = project->root, .arena = cli->arena, .output = output};

    if (tool_run(&tool, exit_code))
        return true;
    cli_error("cannot run %s: %s", kadc, strerror(errno));
    return false;
}

/* A new reference; NULL: reported. */
static json_t *modules_of(const struct cli *cli, const struct project *project)
{
    struct str text = {0};
    json_t *modules = NULL;
    int exit_code;

    if (!run_kadc(cli, project, "--emit=modules", NULL, &text, &exit_code))
        return NULL;
    if (exit_code == 0)
        modules = json_loadb(text.p, text.len, 0, NULL);
    if (!modules)
        cli_error("the modules of the project cannot be read");
    return modules;
}

static int write_workflow(const struct cli *cli, const struct project *project,
                          const struct draft *draft)
{
    const char *file = arena_printf(cli->arena, "workflows/%s.yaml", draft->id);
    const char *path = arena_printf(cli->arena, "%s/%s", project->root, file);
    int checked;

    if (!file_write(cli->arena, path, define_write(cli->arena, draft))) {
        cli_error("cannot write %s: %s", path, strerror(errno));
        return KAD_EXIT_USAGE;
    }
    if (!run_kadc(cli, project, "--check", file, NULL, &checked))
        return KAD_EXIT_USAGE;
    if (cli->is_json)
        return document_print(json_pack("{s:s, s:s, s:b}", "workflow", draft->id,
                                        "file", path, "compiles", checked == 0),
                              checked == 0 ? KAD_EXIT_COMPLETED : KAD_EXIT_USAGE);
    if (checked == 0)
        printf("wrote %s\n\nNext:\n  kad workflow show %s\n  kad workflow %s\n", file,
               draft->id, draft->id);
    else
        printf("wrote %s; mend it before it can run\n", file);
    return checked == 0 ? KAD_EXIT_COMPLETED : KAD_EXIT_USAGE;
}

int cmd_define(struct cli *cli)
{
    const struct arg_rules rules = {.details = details};
    struct project project;
    struct draft draft;
    const char *folder;
    json_t *modules;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) ||
        !session_project(cli, &project, &exit_code))
        return exit_code;
    folder = arena_printf(cli->arena, "%s/workflows", project.root);
    if (mkdir(folder, 0777) < 0 && errno != EEXIST) {
        cli_error("cannot make %s: %s", folder, strerror(errno));
        return KAD_EXIT_USAGE;
    }
    modules = modules_of(cli, &project);
    if (!modules)
        return KAD_EXIT_USAGE;
    if (define_ask(cli->arena, folder, modules, &draft)) {
        exit_code = write_workflow(cli, &project, &draft);
    } else {
        cli_error("the answers have ended too early; nothing is written");
        exit_code = KAD_EXIT_USAGE;
    }
    json_decref(modules);
    return exit_code;
}
