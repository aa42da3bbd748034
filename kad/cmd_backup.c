/* cmd_backup.c: kad backup: a copy of the store as of one moment, which is a store itself. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "commands.h"
#include "document.h"
#include "kad/errors.h"
#include "session.h"
#include "store/upkeep.h"
#include "words.h"

/* Its folder is there. NULL: errno. */
static const char *absolute(struct arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *folder =
        slash ? str_copy(arena, str_part(str_of(file), 0, (size_t)(slash - file) + 1))
              : ".";
    char resolved[PATH_MAX];

    if (!realpath(folder, resolved))
        return NULL;
    return arena_printf(arena, "%s/%s", strcmp(resolved, "/") == 0 ? "" : resolved,
                        slash ? slash + 1 : file);
}

static int back_up(struct session *session, const char *file)
{
    struct cli *cli = session->cli;
    const char *path = absolute(cli->arena, file);
    const char *error;
    bool is_there;

    if (!path) {
        cli_error("the backup %s can't be made: %s", file, strerror(errno));
        return KAD_EXIT_USAGE;
    }
    if (session->locks.fd < 0) {
        cli_error("there is nothing to back up: no workflow has run here yet");
        return KAD_EXIT_USAGE;
    }
    error = store_backup(session->journal, cli->arena, path, &is_there);
    if (error) {
        cli_error("%s", error);
        return is_there ? KAD_EXIT_USAGE : KAD_EXIT_STORE;
    }
    if (cli->is_json)
        return document_print(json_pack("{s:o, s:s}", "file", document_text(path),
                                        "store", session->project.database),
                              KAD_EXIT_COMPLETED);
    printf("%s is a copy of %s; see it with `kad --db %s workflow status`\n", path,
           session->project.database, shell_word(cli->arena, file));
    return KAD_EXIT_COMPLETED;
}

int cmd_backup(struct cli *cli)
{
    const struct arg_rules rules = {
        .min_operands = 1,
        .max_operands = 1,
        .details =
            "The copy has all workflows and executions as of one moment; large values\n"
            "are in FILE.d beside it. Logs, pinned programs, worktrees and secrets are\n"
            "not in it. A FILE that is there already is left alone.",
    };
    struct session session;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) || !session_open(&session, cli, &exit_code))
        return exit_code;
    exit_code = back_up(&session, cli->argv[0]);
    session_close(&session);
    return exit_code;
}
