/* cmd_prune.c: kad workflow prune: executions that ended long ago go, with all that they have
 * left, and the store becomes as small as what it holds. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "base/str.h"
#include "commands.h"
#include "document.h"
#include "kad/errors.h"
#include "process/host.h"
#include "program/prune.h"
#include "session.h"

/* What the command prints as it goes, or gathers for its document. */
struct telling {
    struct cli *cli;
    bool is_dry;
    json_t *executions, *kept; /* NULL without --json */
};

static void tell_execution(void *context, const struct execution_row *row)
{
    const struct telling *telling = context;
    const char *ended = time_text(telling->cli->arena, row->completed_ms);

    if (telling->executions)
        json_array_append_new(telling->executions,
                              json_pack("{s:s, s:s, s:s, s:s}", "id", row->id,
                                        "workflow", row->workflow_id, "status",
                                        execution_status_name(row->status),
                                        "completedAt", ended));
    else if (telling->is_dry)
        printf("would delete %s  %-9s  %s  %s\n", row->id,
               execution_status_name(row->status), ended, row->workflow_id);
}

static void tell_kept(void *context, const char *path, const char *why)
{
    const struct telling *telling = context;

    if (telling->kept)
        json_array_append_new(telling->kept,
                              json_pack("{s:o, s:o}", "path", document_text(path),
                                        "why", document_text(why)));
    else
        cli_error("%s stays: %s", path, why);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print_text(const struct prune *prune)
{
    const struct shrinking *shrinking = &prune->shrinking;

    printf("%s %zu execution%s", prune->is_dry ? "would delete" : "deleted",
           prune->executions, plural(prune->executions));
    if (prune->called)
        printf(" and %zu that they had called", prune->called);
    printf(", %zu event%s\n", prune->events, plural(prune->events));
    if (prune->is_dry)
        return;
    if (prune->values || prune->builds || prune->modules)
        printf("removed %zu large value%s, %zu program%s, %zu module%s that nothing "
               "refers to\n",
               prune->values, plural(prune->values), prune->builds,
               plural(prune->builds), prune->modules, plural(prune->modules));
    if (shrinking->is_rewritten)
        puts("the store was made before it could shrink: it has been rewritten");
    printf("the store has %" PRId64 " KiB, %" PRId64 " before\n",
           shrinking->bytes_after / 1024, shrinking->bytes_before / 1024);
    if (shrinking->is_log_kept)
        puts("its log is still as long as it was: another program reads the store");
}

/* Returns the exit code. */
static int print_json(const struct prune *prune, const struct telling *telling)
{
    json_t *document =
        json_pack("{s:b, s:o, s:I, s:I, s:o}", "dryRun", prune->is_dry, "executions",
                  telling->executions, "called", (json_int_t)prune->called, "events",
                  (json_int_t)prune->events, "kept", telling->kept);

    if (!prune->is_dry)
        json_object_update_new(
            document,
            json_pack("{s:I, s:I, s:I, s:I, s:I, s:b, s:b}", "values",
                      (json_int_t)prune->values, "builds", (json_int_t)prune->builds,
                      "modules", (json_int_t)prune->modules, "bytesBefore",
                      (json_int_t)prune->shrinking.bytes_before, "bytesAfter",
                      (json_int_t)prune->shrinking.bytes_after, "rewritten",
                      prune->shrinking.is_rewritten, "logKept",
                      prune->shrinking.is_log_kept));
    return document_print(document, KAD_EXIT_COMPLETED);
}

static int run(struct session *session, const struct prune *rules)
{
    struct cli *cli = session->cli;
    struct telling telling = {.cli = cli, .is_dry = rules->is_dry};
    struct prune pruning = *rules;
    struct process_host host;
    enum store_error error = STORE_OK;

    if (cli->is_json) {
        telling.executions = json_array();
        telling.kept = json_array();
    }
    process_host_init(&host);
    /* Who ends it loses nothing: the next prune goes on. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    pruning.arena = cli->arena;
    pruning.project = &session->project;
    pruning.journal = session->journal;
    pruning.locks = &session->locks;
    pruning.host = &host.host;
    pruning.context = &telling;
    pruning.on_execution = tell_execution;
    pruning.on_kept = tell_kept;
    if (session->locks.fd >= 0) /* else nothing has ever run here */
        error = prune(&pruning);
    process_host_release(&host);
    if (error == STORE_OK && cli->is_json) {
        return print_json(&pruning, &telling);
    } else if (error == STORE_OK) {
        print_text(&pruning);
    } else {
        json_decref(telling.executions);
        json_decref(telling.kept);
    }
    return session_exit(session, error, "");
}

/* false: reported. */
static bool read_rules(const char *older_than, const char *keep, struct prune *rules)
{
    int64_t age_ms;

    if (!older_than) {
        cli_error("which executions? Give their age: --older-than 30d");
        return false;
    }
    if (!duration_parse(str_of(older_than), &age_ms)) {
        cli_error("--older-than takes a duration like 30d or 12h, not `%s`",
                  older_than);
        return false;
    }
    rules->before_ms = time_now_ms() - age_ms;
    return !keep || args_count("--keep", keep, &rules->keep);
}

int cmd_prune(struct cli *cli)
{
    const char *older_than = NULL, *keep = NULL;
    struct prune pruning = {0};
    const struct arg_option options[] = {
        {"--older-than", "DURATION", "those that ended longer ago, as 30d or 12h",
         &older_than, NULL},
        {"--keep", "N", "keep the N newest executions of each workflow all the same",
         &keep, NULL},
        {"--dry-run", NULL, "print what would go, and change nothing", NULL,
         &pruning.is_dry},
    };
    const struct arg_rules rules = {
        .options = options,
        .option_count = COUNT_OF(options),
        .details =
            "Completed, failed and cancelled executions go, with those that they have\n"
            "called, their logs, files, worktrees and git refs; then what nothing refers\n"
            "to any more. What runs, waits or is paused stays, and so does a worktree\n"
            "with work that is not committed. Others may go on working meanwhile.",
    };
    struct session session;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code))
        return exit_code;
    if (!read_rules(older_than, keep, &pruning))
        return KAD_EXIT_USAGE;
    if (!session_open(&session, cli, &exit_code))
        return exit_code;
    exit_code = run(&session, &pruning);
    session_close(&session);
    return exit_code;
}
