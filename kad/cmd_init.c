/* cmd_init.c: kad init: makes the current folder a project. Never overwrites
 * anything. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "commands.h"
#include "document.h"
#include "folder.h"
#include "kad/errors.h"
#include "project.h"

static const char config_text[] =
    "# Settings of kad for this project. Everything is optional.\n"
    "\n"
    "# The agent that does the steps which need one: a preset ...\n"
    "#agent: claude\n"
    "# ... or a command line: the prompt goes in on stdin, the answer comes on stdout.\n"
    "#agent: {command: [my-agent, --print]}\n"
    "# ... or recorded answers, for tests and demonstrations.\n"
    "#agent: {replay: recorded.yaml}\n"
    "\n"
    "# The project's test command, instead of what run-tests finds by itself.\n"
    "#tests: {command: [make, check]}\n";

static const char workflow_text[] =
    "# A first workflow: greets, and counts the letters of the name.\n"
    "#\n"
    "#     kad workflow hello --name Ada\n"
    "name: Hello\n"
    "version: 1.0.0\n"
    "description: Greets somebody; a workflow to begin with.\n"
    "\n"
    "triggers:\n"
    "  - type: cli\n"
    "    command: kad workflow hello\n"
    "    params:\n"
    "      - name: name\n"
    "        type: string\n"
    "        default: world\n"
    "\n"
    "# The first step is where it begins; each says where to go when it succeeds.\n"
    "steps:\n"
    "  - id: greet\n"
    "    run: [echo, \"Hello, {{ trigger.name }}!\"]\n"
    "    onSuccess: count\n"
    "\n"
    "  - id: count\n"
    "    run: [echo, \"Your name has {{ length(trigger.name) }} letters.\"]\n"
    "    onSuccess:\n"
    "      condition: \"{{ length(trigger.name) > 20 }}\"\n"
    "      then: wonder\n"
    "      else: $complete\n"
    "\n"
    "  - id: wonder\n"
    "    run: [echo, \"That is a long one.\"]\n"
    "\n"
    "outputs:\n"
    "  - name: greeting\n"
    "    value: \"{{ steps.greet.outputs.stdout }}\"\n";

struct init {
    struct cli *cli;
    const char *root;
    json_t *made;   /* names of what was not there before */
    bool has_hello; /* it made the first workflow */
};

static int fail(const char *path)
{
    cli_error("cannot make %s: %s", path, strerror(errno));
    return KAD_EXIT_USAGE;
}

static bool make_file(struct init *init, const char *name, const char *text)
{
    const char *path = arena_printf(init->cli->arena, "%s/%s", init->root, name);

    if (access(path, F_OK) == 0)
        return true;
    if (!file_write(init->cli->arena, path, str_of(text)))
        return false;
    json_array_append_new(init->made, json_string(name));
    return true;
}

/* A first workflow only where there is none at all. */
static bool make_workflow(struct init *init)
{
    const char *folder = arena_printf(init->cli->arena, "%s/workflows", init->root);
    struct folder_names names;

    if (mkdir(folder, 0777) < 0 && errno != EEXIST)
        return false;
    if (!folder_list(init->cli->arena, folder, ".yaml", &names))
        return false;
    if (names.count > 0)
        return true;
    init->has_hello = true;
    return make_file(init, "workflows/hello.yaml", workflow_text);
}

static void say(struct init *init)
{
    const json_t *name;
    size_t i;

    json_array_foreach(init->made, i, name)
        printf("made %s\n", json_string_value(name));
    if (json_array_size(init->made) == 0)
        puts("this is a project already; nothing was changed");
    puts("\nNext:\n"
         "  kad workflow list                what can be run here");
    if (init->has_hello)
        puts("  kad workflow hello --name Ada    run the first workflow");
    puts("  kad workflow status              see what has run\n"
         "\n"
         "Workflows are in workflows/, settings in .kad/config.yaml.");
}

static int init_project(struct init *init)
{
    struct arena *arena = init->cli->arena;
    const struct project project = {
        .root = init->root,
        .state = arena_printf(arena, "%s/.kad", init->root),
    };
    const bool is_new = access(project.state, F_OK) < 0;
    const char *error = project_path_problem(arena, project.root);

    if (!error)
        error = project_prepare(arena, &project);
    if (error) {
        cli_error("%s", error);
        return KAD_EXIT_USAGE;
    }
    if (is_new)
        json_array_append_new(init->made, json_string(".kad/.gitignore"));
    if (!make_file(init, ".kad/config.yaml", config_text))
        return fail(project.state);
    if (!make_workflow(init))
        return fail(arena_printf(arena, "%s/workflows", init->root));
    if (init->cli->is_json)
        return document_print(json_pack("{s:o, s:O}", "project",
                                        document_text(init->root), "made", init->made),
                              KAD_EXIT_COMPLETED);
    say(init);
    return KAD_EXIT_COMPLETED;
}

int cmd_init(struct cli *cli)
{
    const struct arg_rules rules = {
        .details =
            "Makes .kad with its settings, and workflows/ with a small workflow if "
            "there is none.\nWhat is there is never changed.",
    };
    struct init init = {.cli = cli};
    char *folder;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code))
        return exit_code;
    folder = getcwd(NULL, 0);
    if (!folder)
        return fail("a project in the current folder");
    init.root = folder;
    init.made = json_array();
    exit_code = init_project(&init);
    json_decref(init.made);
    free(folder);
    return exit_code;
}
