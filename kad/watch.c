/* watch.c: see watch.h. */
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/terminal.h"
#include "kad/errors.h"
#include "kad/workflow.h"

struct watch {
    struct session *session;
    struct execution_row execution;
    char *shown; /* the page that stands on the screen, or NULL */
    /* What stands there: its last event, and its status, which changes also with the end of
     * its process. */
    int64_t shown_seq;
    const char *shown_status;
};

static int exit_code_of(enum execution_status status)
{
    switch (status) {
    case EXECUTION_COMPLETED: return KAD_EXIT_COMPLETED;
    case EXECUTION_FAILED: return KAD_EXIT_FAILED;
    case EXECUTION_CANCELLED: return KAD_EXIT_CANCELLED;
    case EXECUTION_QUEUED:
    case EXECUTION_RUNNING: /* and its process is gone: a resume goes on */
    case EXECUTION_WAITING:
    case EXECUTION_PAUSED: return KAD_EXIT_WAITING;
    }
    kad_unreachable();
}

/* The page as text, which the caller frees. */
static enum store_error render(struct watch *watch, struct arena *arena, char **text)
{
    struct report report = watch->session->report;
    enum store_error error;
    size_t size;

    *text = NULL;
    report.out = open_memstream(text, &size);
    if (!report.out) {
        cli_error("out of memory");
        return STORE_FAILED;
    }
    report.arena = arena;
    error = report_execution(&report, watch->execution.id);
    fclose(report.out);
    return error;
}

static void show(struct watch *watch, char *text, int64_t seq, const char *status)
{
    static const char clear[] = "\033[H\033[2J\033[3J";
    const bool erases = terminal_look(STDOUT_FILENO).can_erase;

    if (watch->shown && (erases ? strcmp(watch->shown, text) == 0
                                : watch->shown_seq == seq &&
                                      strcmp(watch->shown_status, status) == 0)) {
        free(text);
        return;
    }
    if (erases)
        fputs(clear, stdout);
    fputs(text, stdout);
    fflush(stdout);
    free(watch->shown);
    watch->shown = text;
    watch->shown_seq = seq;
    watch->shown_status = status;
}

/* Reads where it stands, and shows it: always, or only the last one. */
static enum store_error look(struct watch *watch, bool is_last)
{
    struct arena scratch = {0};
    struct execution_row row;
    char *text = NULL;
    pid_t owner;
    enum store_error error =
        session_read(watch->session, &scratch, watch->execution.id, &row);

    if (error == STORE_OK) {
        watch->execution.status = row.status;
        if (is_last || !watch->session->cli->is_json)
            error = render(watch, &scratch, &text);
    }
    if (error == STORE_OK && text)
        show(watch, text, row.history_seq,
             report_status_name(&watch->session->report, &row, &owner));
    else
        free(text);
    arena_release(&scratch);
    return error;
}

int watch_execution(struct session *session, const char *prefix)
{
    struct watch watch = {.session = session};
    struct execution_row root;
    enum store_error error;
    bool is_live;
    int exit_code;

    if (!session_find(session, prefix, &watch.execution, &exit_code))
        return exit_code;
    error = session_find_root(session, watch.execution.id, &root);
    do {
        /* Asked before looking: what has happened until then is shown. */
        is_live = error == STORE_OK && lock_owner(&session->locks, root.slot) != 0;
        if (error == STORE_OK)
            error = look(&watch, !is_live);
    } while (error == STORE_OK && is_live && session_pause());
    free(watch.shown);
    return error == STORE_OK ? exit_code_of(watch.execution.status)
                             : session_exit(session, error, prefix);
}
