/* cmd_logs.c: kad workflow logs: what the steps of an execution wrote, and those of the
 * executions that it has called.
 *
 * Log files are logs/EXECUTION/STEP.VISIT.ATTEMPT.log in the state folder, STEP[3] for an
 * item; the history gives their order. With --follow, new text is printed until the execution
 * ends or nobody runs it, with a heading wherever another step goes on: of the history only
 * what is new is read, and of the logs those that may still grow. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/vec.h"
#include "commands.h"
#include "document.h"
#include "kad/errors.h"
#include "session.h"

enum { LOG_BYTES_MAX = 128 * 1024 * 1024 };

struct log {
    const char *execution;
    const char *workflow; /* NULL: of the execution that was named */
    const char *step_id, *item;
    const char *step; /* with its item */
    uint32_t visit, attempt;
    int64_t started_ms;
    const char *path;
    long printed;  /* bytes that have been printed */
    bool is_whole; /* nothing more will come: the attempt has ended */
    bool is_done;  /* and all of it has been printed */
};

/* An execution whose steps are told: the one that was named, and those called from it. */
struct source {
    const char *execution, *workflow;
    int64_t seen_seq; /* of its history */
};

struct logs {
    struct session *session;
    struct execution_row execution;
    const char *only_step; /* or NULL */
    bool follows;
    VEC(struct source) sources;
    VEC(struct log) list;
    size_t printed;  /* whose text was printed last: its place, from 1 */
    bool is_in_line; /* the text had no end of line */
};

/* ---- Finding ---------------------------------------------------------------------- */

/* Which attempt an event is about. */
struct attempt {
    const char *step_id, *item;
    uint32_t visit, attempt;
};

static struct attempt attempt_of(struct arena *arena, const struct history_row *event)
{
    json_t *data = event->data ? json_loads(event->data, 0, NULL) : NULL;
    const char *item = json_string_value(json_object_get(data, "item"));
    const struct attempt attempt = {
        .step_id = arena_text(arena, event->step_id),
        .item = arena_text(arena, item ? item : ""),
        .visit = (uint32_t)json_integer_value(json_object_get(data, "visit")),
        .attempt = (uint32_t)json_integer_value(json_object_get(data, "attempt")),
    };

    json_decref(data);
    return attempt;
}

/* NULL: it has not begun, or another step is wanted. */
static struct log *log_find(const struct logs *logs, const struct source *source,
                            const struct attempt *attempt)
{
    for (size_t i = logs->list.count; i-- > 0;) {
        struct log *log = &logs->list.items[i];

        if (log->visit == attempt->visit && log->attempt == attempt->attempt &&
            !strcmp(log->execution, source->execution) &&
            !strcmp(log->step_id, attempt->step_id) &&
            !strcmp(log->item, attempt->item))
            return log;
    }
    return NULL;
}

static void add_log(struct logs *logs, const struct source *source,
                    const struct attempt *attempt, int64_t started_ms)
{
    struct arena *arena = logs->session->cli->arena;
    const char *step = arena_printf(arena, "%s%s", attempt->step_id, attempt->item);
    const struct log log = {
        .execution = source->execution,
        .workflow = source->workflow,
        .step_id = arena_text(arena, attempt->step_id),
        .item = arena_text(arena, attempt->item),
        .step = step,
        .visit = attempt->visit,
        .attempt = attempt->attempt,
        .started_ms = started_ms,
        .path =
            arena_printf(arena, "%s/logs/%s/%s.%u.%u.log", logs->session->project.state,
                         source->execution, step, attempt->visit, attempt->attempt),
    };

    if (!logs->only_step || strcmp(logs->only_step, attempt->step_id) == 0 ||
        strcmp(logs->only_step, step) == 0)
        vec_push(arena, &logs->list, log);
}

/* An attempt begins once, and is over with what comes next of it, unless it was interrupted:
 * then it may run again. */
static void look_at(struct logs *logs, struct arena *scratch,
                    const struct source *source, const struct history_row *event)
{
    const bool is_start = !strcmp(event->event_type, "step_started") ||
                          !strcmp(event->event_type, "step_retried");
    struct attempt attempt;
    struct log *log;

    if (!event->step_id || strncmp(event->event_type, "step_", strlen("step_")) != 0 ||
        !strcmp(event->event_type, "step_interrupted"))
        return;
    attempt = attempt_of(scratch, event);
    log = log_find(logs, source, &attempt);
    if (log) {
        log->is_whole = !is_start;
        log->is_done = log->is_done && !is_start;
    } else if (is_start) {
        add_log(logs, source, &attempt, event->at_ms);
    }
}

static void add_source(struct logs *logs, const struct execution_row *row)
{
    size_t i = 0;

    while (i < logs->sources.count &&
           strcmp(logs->sources.items[i].execution, row->id) != 0)
        i++;
    if (i == logs->sources.count)
        vec_push(
            logs->session->cli->arena, &logs->sources,
            ((struct source){
                .execution = arena_text(logs->session->cli->arena, row->id),
                .workflow = i ? arena_text(logs->session->cli->arena, row->workflow_id)
                              : NULL}));
}

static enum store_error look_into(struct logs *logs, size_t index,
                                  struct arena *scratch)
{
    struct journal *journal = logs->session->journal;
    struct source *source = &logs->sources.items[index];
    struct execution_row *called;
    struct history_row *events;
    size_t count;
    enum store_error error = journal->ops->history(journal, scratch, source->execution,
                                                   source->seen_seq, &events, &count);

    if (error != STORE_OK)
        return error;
    for (size_t i = 0; i < count; i++) {
        look_at(logs, scratch, source, &events[i]);
        source->seen_seq = events[i].seq;
    }
    error =
        journal->ops->children(journal, scratch, source->execution, &called, &count);
    for (size_t i = 0; error == STORE_OK && i < count; i++)
        add_source(logs, &called[i]);
    return error;
}

/* In the order in which they began; those of one moment stay as they are: the caller before
 * the called. */
static void sort_new(struct log *logs, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j && logs[j - 1].started_ms > logs[j].started_ms; j--) {
            const struct log later = logs[j - 1];

            logs[j - 1] = logs[j];
            logs[j] = later;
        }
}

/* In one moment, in which the execution may have been deleted already. */
static enum store_error look_into_all(struct logs *logs)
{
    struct journal *journal = logs->session->journal;
    struct arena scratch = {0};
    const char *request;
    enum store_error error = journal->ops->reads_begin(journal);

    if (error == STORE_OK)
        error =
            journal->ops->requested(journal, &scratch, logs->execution.id, &request);
    for (size_t i = 0; error == STORE_OK && i < logs->sources.count; i++) {
        error = look_into(logs, i, &scratch);
        arena_release(&scratch);
    }
    arena_release(&scratch);
    return journal_reads_end(journal, error);
}

/* Adds the logs of step runs that are new. */
static enum store_error find_new(struct logs *logs)
{
    const size_t known = logs->list.count;
    enum store_error error;

    add_source(logs, &logs->execution);
    error = look_into_all(logs);
    if (logs->list.count > known)
        sort_new(logs->list.items + known, logs->list.count - known);
    return error;
}

/* ---- Printing --------------------------------------------------------------------- */

/* "build", or "build of release abcd1234" where it was called. */
static const char *name_of(const struct logs *logs, const struct log *log)
{
    return log->workflow ? arena_printf(logs->session->cli->arena, "%s of %s %s",
                                        log->step, log->workflow, log->execution)
                         : log->step;
}

static void print_text(struct logs *logs, size_t place, const char *text, size_t len)
{
    const struct log *log = &logs->list.items[place];

    if (logs->printed != place + 1)
        printf("%s==> %s, visit %u, attempt %u <==\n", logs->is_in_line ? "\n" : "",
               name_of(logs, log), log->visit, log->attempt);
    logs->printed = place + 1;
    logs->is_in_line = text[len - 1] != '\n';
    fwrite(text, 1, len, stdout);
}

/* Prints what has come since the last time; a step that wrote nothing has no file. */
static void print_new(struct logs *logs, size_t place)
{
    struct log *log = &logs->list.items[place];
    FILE *file = log->is_done ? NULL : fopen(log->path, "re");
    char chunk[8192];
    size_t got;

    log->is_done = log->is_whole;
    if (!file)
        return;
    if (fseek(file, log->printed, SEEK_SET) == 0) {
        while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
            print_text(logs, place, chunk, got);
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
        print_new(logs, i);
    return error;
}

static enum store_error follow(struct logs *logs)
{
    struct session *session = logs->session;
    enum store_error error;
    bool is_live;

    do {
        /* Asked before reading: what was written until then is printed. */
        is_live = lock_owner(&session->locks, logs->execution.slot) != 0;
        error = print_all_new(logs);
    } while (error == STORE_OK && is_live && session_pause());
    return error;
}

static json_t *json_of(struct arena *arena, const struct log *log)
{
    struct str text = {0};

    if (!file_read(arena, log->path, LOG_BYTES_MAX, &text) && errno != ENOENT)
        cli_error("cannot read %s: %s", log->path, strerror(errno));
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:s, s:o}", "execution", log->execution,
                     "step", log->step_id, "item", log->item, "visit", (int)log->visit,
                     "attempt", (int)log->attempt, "file", log->path, "text",
                     document_text_of(text));
}

/* Returns the exit code. */
static int print_json(const struct logs *logs)
{
    json_t *all = json_array();

    for (size_t i = 0; i < logs->list.count; i++) {
        struct arena scratch = {0};

        json_array_append_new(all, json_of(&scratch, &logs->list.items[i]));
        arena_release(&scratch);
    }
    return document_print(
        json_pack("{s:s, s:o}", "execution", logs->execution.id, "logs", all),
        KAD_EXIT_COMPLETED);
}

/* Returns the exit code. Whether a step that has not run exists is not known here. */
static int print_logs(struct logs *logs)
{
    const bool is_json = logs->session->cli->is_json;
    enum store_error error;

    if (is_json)
        error = find_new(logs);
    else
        error = logs->follows ? follow(logs) : print_all_new(logs);
    if (error != STORE_OK)
        return session_exit(logs->session, error, logs->execution.id);
    if (logs->only_step && logs->list.count == 0) {
        cli_error("no step `%s` has run in %s", logs->only_step, logs->execution.id);
        return KAD_EXIT_USAGE;
    }
    return is_json ? print_json(logs) : KAD_EXIT_COMPLETED;
}

int cmd_logs(struct cli *cli)
{
    struct logs logs = {0};
    const struct arg_option options[] = {
        {"--step", "STEP", "only this step's", &logs.only_step, NULL},
        {"--follow", NULL, "print what comes until the execution stops", NULL,
         &logs.follows},
    };
    static const struct arg_limit limits[] = {{"--follow", ARG_WITHOUT_JSON}};
    const struct arg_rules rules = {.options = options,
                                    .option_count = COUNT_OF(options),
                                    .limits = limits,
                                    .limit_count = COUNT_OF(limits),
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
