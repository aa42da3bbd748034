/* cmd_logs.c: kad workflow logs: what the steps of an execution wrote.
 *
 * Log files are logs/EXECUTION/STEP.VISIT.ATTEMPT.log in the state folder; the rows
 * of the store give their order. With --follow, new text is printed until the
 * execution ends or nobody runs it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/vec.h"
#include "commands.h"
#include "kad/errors.h"
#include "session.h"

enum { FOLLOW_EVERY_MS = 200, LOG_BYTES_MAX = 128 * 1024 * 1024 };

struct log {
    const char *step;
    uint32_t visit, attempt;
    const char *path;
    long printed; /* bytes that have been printed */
};

struct logs {
    struct session *session;
    struct execution_row execution;
    const char *only_step; /* or NULL */
    bool follows;
    VEC(struct log) list;
};

/* Adds the logs of step runs that are new. Rows come in the same order each time. */
static enum store_error find_new(struct logs *logs)
{
    struct session *session = logs->session;
    struct arena *arena = session->cli->arena;
    size_t seen = 0, count;
    struct step_row *rows;
    const enum store_error error = session->journal->ops->steps(
        session->journal, arena, logs->execution.id, &rows, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++) {
        const struct step_row *row = &rows[i];

        if (logs->only_step && strcmp(logs->only_step, row->step_id) != 0)
            continue;
        if (seen++ < logs->list.count)
            continue;
        vec_push(arena, &logs->list,
                 ((struct log){row->step_id, row->visit, row->attempt,
                               arena_printf(arena, "%s/logs/%s/%s.%u.%u.log",
                                            session->project.state, logs->execution.id,
                                            row->step_id, row->visit, row->attempt),
                               0}));
    }
    return error;
}

/* Prints what has come since the last time; a step that wrote nothing has no file. */
static void print_new(struct log *log, bool has_heading)
{
    FILE *file = fopen(log->path, "re");
    char chunk[8192];
    size_t got;

    if (!file)
        return;
    if (fseek(file, log->printed, SEEK_SET) == 0) {
        while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
            if (log->printed == 0 && has_heading)
                printf("==> %s, visit %u, attempt %u <==\n", log->step, log->visit,
                       log->attempt);
            fwrite(chunk, 1, got, stdout);
            log->printed += (long)got;
        }
    }
    fclose(file);
    fflush(stdout);
}

static enum store_error print_all_new(struct logs *logs)
{
    const enum store_error error = find_new(logs);

    for (size_t i = 0; i < logs->list.count; i++)
        print_new(&logs->list.items[i], true);
    return error;
}

static enum store_error follow(struct logs *logs)
{
    struct session *session = logs->session;
    const struct timespec pause = {.tv_nsec = FOLLOW_EVERY_MS * 1000 * 1000};
    enum store_error error;
    bool is_live;

    do {
        /* Asked before reading: what was written until then is printed. */
        is_live = lock_owner(&session->locks, logs->execution.slot) != 0;
        error = print_all_new(logs);
        if (is_live)
            nanosleep(&pause, NULL);
    } while (is_live && error == STORE_OK);
    return error;
}

static enum store_error print_json(struct logs *logs)
{
    struct arena *arena = logs->session->cli->arena;
    const enum store_error error = find_new(logs);
    json_t *all = json_array();

    for (size_t i = 0; i < logs->list.count; i++) {
        const struct log *log = &logs->list.items[i];
        struct str text = {0};

        if (!file_read(arena, log->path, LOG_BYTES_MAX, &text) && errno != ENOENT)
            cli_error("cannot read %s: %s", log->path, strerror(errno));
        json_array_append_new(all,
                              json_pack("{s:s, s:i, s:i, s:s, s:o}", "step", log->step,
                                        "visit", (int)log->visit, "attempt",
                                        (int)log->attempt, "file", log->path, "text",
                                        text.p ? json_stringn_nocheck(text.p, text.len)
                                               : json_string("")));
    }
    cli_print_json(
        json_pack("{s:s, s:o}", "execution", logs->execution.id, "logs", all));
    return error;
}

/* Returns the exit code. Whether a step that has not run exists is not known here. */
static int print_logs(struct logs *logs)
{
    enum store_error error;

    if (logs->session->cli->is_json)
        error = print_json(logs);
    else
        error = logs->follows ? follow(logs) : print_all_new(logs);
    if (error != STORE_OK || !logs->only_step || logs->list.count > 0)
        return session_exit(logs->session, error, logs->execution.id);
    cli_error("no step `%s` has run in %s", logs->only_step, logs->execution.id);
    return KAD_EXIT_USAGE;
}

int cmd_logs(struct cli *cli)
{
    struct logs logs = {0};
    const struct arg_option options[] = {
        {"--step", "STEP", "only this step's", &logs.only_step, NULL},
        {"--follow", NULL, "print what comes until the execution stops", NULL,
         &logs.follows},
    };
    const struct arg_rules rules = {.options = options,
                                    .option_count = COUNT_OF(options),
                                    .min_operands = 1,
                                    .max_operands = 1};
    struct session session;
    int exit_code;

    if (!args_read(cli, &rules, &exit_code) || !session_open(&session, cli, &exit_code))
        return exit_code;
    logs.session = &session;
    if (session_find(&session, cli->argv[0], &logs.execution, &exit_code))
        exit_code = print_logs(&logs);
    session_close(&session);
    return exit_code;
}
