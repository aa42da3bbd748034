/* progress.c: see progress.h. */
#include "program/progress.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/str.h"
#include "words.h"

enum { TICK_MS = 200, WIDEST_ID = 32 };
#define NO_COLUMNS UINT_MAX /* the line is full */

static const char *color_of(const struct progress *progress, enum step_status status)
{
    if (!progress->terminal.has_color)
        return "";
    switch (status) {
    case STEP_RUN_COMPLETED: return "\033[32m";
    case STEP_RUN_FAILED:
    case STEP_RUN_TIMED_OUT: return "\033[31m";
    case STEP_RUN_RUNNING: return "\033[36m";
    case STEP_RUN_CANCELLED:
    case STEP_RUN_SKIPPED: return "\033[33m";
    }
    kad_unreachable();
}

static void erase(struct progress *progress)
{
    if (progress->is_drawn)
        fputs("\r\033[K", progress->out);
    progress->is_drawn = false;
    if (progress->is_mid_line)
        fputc('\n', progress->out);
    progress->is_mid_line = false;
}

/* Prints what fits into the columns that are left (0: any number), and takes them. */
static void print_part(struct progress *progress, struct arena *scratch,
                       unsigned *columns, const char *color, const char *text)
{
    const char *line;

    if (!*text || *columns == NO_COLUMNS)
        return;
    line = line_words(scratch, text, *columns);
    fprintf(progress->out, "%s%s%s", color, line, *color ? "\033[0m" : "");
    if (*columns)
        *columns -= text_width(str_of(line));
    if (!*columns && progress->terminal.columns)
        *columns = NO_COLUMNS;
}

/* The one line of a step: its id, how it stands, how long, and what there is to say. */
static void print_step(struct progress *progress, const struct shown *shown,
                       enum step_status status, int64_t now_ms, const char *text)
{
    unsigned columns = progress->terminal.columns;
    const int widest =
        columns && columns / 2 < WIDEST_ID ? (int)(columns / 2) : WIDEST_ID;
    const int id_width = progress->id_width < widest ? progress->id_width : widest;
    struct arena scratch = {0};
    const char *took = duration_words(&scratch, now_ms - shown->started_ms);
    const char *run =
        shown->run > 1 ? arena_printf(&scratch, " (run %" PRIu32 ")", shown->run) : "";

    if (columns > 1)
        columns--; /* a full line would move the cursor to the next */
    print_part(progress, &scratch, &columns, "",
               arena_printf(&scratch, "  %-*.*s  ", id_width, widest, shown->label));
    print_part(
        progress, &scratch, &columns, color_of(progress, status),
        arena_printf(&scratch, "%-9s  %6s%s  ", step_status_name(status), took, run));
    print_part(progress, &scratch, &columns, "", text ? text : "");
    arena_release(&scratch);
}

/* ---- A terminal --------------------------------------------------------------------- */

static void draw(struct progress *progress, int64_t now_ms)
{
    const struct shown *shown;

    erase(progress);
    if (progress->steps.count) {
        shown = &progress->steps.items[progress->steps.count - 1];
        print_step(progress, shown, STEP_RUN_RUNNING, now_ms, shown->text);
        progress->is_drawn = true;
    }
    fflush(progress->out);
}

static void notice_on_terminal(struct progress *progress, const struct notice *notice,
                               const struct shown *shown)
{
    switch (notice->kind) {
    case NOTICE_ENDED:
        erase(progress);
        print_step(progress, shown, notice->status, notice->now_ms, notice->text);
        fputc('\n', progress->out);
        fflush(progress->out);
        return;
    case NOTICE_LOG:
        erase(progress);
        fwrite(notice->text, 1, notice->len, progress->out);
        progress->is_mid_line = notice->len && notice->text[notice->len - 1] != '\n';
        fflush(progress->out);
        return;
    case NOTICE_TICK:
        if (!progress->is_mid_line)
            draw(progress, notice->now_ms);
        return;
    case NOTICE_STARTED:
    case NOTICE_PROGRESS: draw(progress, notice->now_ms); return;
    }
}

/* ---- Plain lines -------------------------------------------------------------------- */

static void notice_plainly(struct progress *progress, const struct notice *notice,
                           const struct shown *shown)
{
    struct arena scratch = {0};

    if (notice->kind != NOTICE_LOG)
        erase(progress);
    switch (notice->kind) {
    case NOTICE_STARTED:
        fprintf(progress->out, "%s: started", shown->label);
        if (notice->run > 1)
            fprintf(progress->out, " (run %" PRIu32 ")", notice->run);
        break;
    case NOTICE_ENDED:
        fprintf(progress->out, "%s: %s after %s", shown->label,
                step_status_name(notice->status),
                duration_words(&scratch, notice->now_ms - shown->started_ms));
        if (notice->text)
            fprintf(progress->out, ": %s", line_words(&scratch, notice->text, 0));
        break;
    case NOTICE_PROGRESS:
        fprintf(progress->out, "%s: %s", shown->label,
                line_words(&scratch, notice->text, 0));
        break;
    case NOTICE_LOG:
        fwrite(notice->text, 1, notice->len, progress->out);
        progress->is_mid_line = notice->len && notice->text[notice->len - 1] != '\n';
        fflush(progress->out);
        return;
    case NOTICE_TICK: return;
    }
    fputc('\n', progress->out);
    fflush(progress->out);
    arena_release(&scratch);
}

/* ---- The observer ------------------------------------------------------------------- */

static bool is_about_step(const struct notice *notice)
{
    return notice->kind != NOTICE_TICK && notice->kind != NOTICE_LOG;
}

/* Takes the step out of those that are running, if it is among them. */
static struct shown take(struct progress *progress, const struct notice *notice)
{
    struct shown shown = {
        .step = notice->step,
        .run = notice->run,
        .started_ms = notice->started_ms ? notice->started_ms : notice->now_ms,
    };

    snprintf(shown.label, sizeof(shown.label), "%s%s", notice->step->id, notice->item);
    for (size_t i = 0; i < progress->steps.count; i++) {
        struct shown *item = &progress->steps.items[i];

        if (item->step != shown.step || strcmp(item->label, shown.label) != 0)
            continue;
        shown = *item;
        progress->steps.count--;
        memmove(item, item + 1, (progress->steps.count - i) * sizeof(*item));
        break;
    }
    return shown;
}

/* A step may also end without a start, when its budget was spent, and wait before one. */
static void take_note(struct observer *observer, const struct notice *notice)
{
    struct progress *progress = (struct progress *)observer;
    struct shown shown = {0};

    if (notice->kind == NOTICE_LOG && !progress->is_verbose)
        return;
    if (is_about_step(notice))
        shown = take(progress, notice);
    if (notice->kind == NOTICE_STARTED) {
        shown.run = notice->run;
        shown.started_ms = notice->now_ms;
        shown.text[0] = '\0';
    }
    if (notice->kind == NOTICE_PROGRESS)
        snprintf(shown.text, sizeof(shown.text), "%s", notice->text);
    if (is_about_step(notice) && notice->kind != NOTICE_ENDED)
        vec_push(&progress->arena, &progress->steps, shown);
    if (progress->terminal.can_erase)
        notice_on_terminal(progress, notice, &shown);
    else
        notice_plainly(progress, notice, &shown);
}

void progress_init(struct progress *progress, FILE *out, struct terminal terminal,
                   bool is_verbose, const struct kad_workflow *workflow)
{
    *progress = (struct progress){
        .observer = {take_note, terminal.can_erase ? TICK_MS : 0},
        .out = out,
        .terminal = terminal,
        .is_verbose = is_verbose,
    };
    for (size_t i = 0; i < workflow->step_count; i++) {
        const int width = (int)strlen(workflow->steps[i].id);

        if (width > progress->id_width)
            progress->id_width = width < WIDEST_ID ? width : WIDEST_ID;
    }
}

void progress_end(struct progress *progress)
{
    erase(progress);
    fflush(progress->out);
    arena_release(&progress->arena);
}
