/* report_text.c: executions for people: aligned, coloured, cut to the terminal's width.
 *
 * Texts of steps and programs are cleaned of control characters first. */
#include <inttypes.h>
#include <string.h>

#include "report_internal.h"
#include "words.h"

/* ---- Words ----------------------------------------------------------------------- */

/* "3m ago": one unit. */
static const char *ago_words(const struct report *report, int64_t unix_ms)
{
    long long seconds = (time_now_ms() - unix_ms) / 1000;

    if (seconds < 1)
        return "just now";
    if (seconds < 60)
        return arena_printf(report->arena, "%llds ago", seconds);
    if (seconds < 3600)
        return arena_printf(report->arena, "%lldm ago", seconds / 60);
    if (seconds < 86400)
        return arena_printf(report->arena, "%lldh ago", seconds / 3600);
    return arena_printf(report->arena, "%lldd ago", seconds / 86400);
}

/* "2026-01-31 08:15:30", with the milliseconds if wanted; UTC. */
static const char *moment_words(const struct report *report, int64_t unix_ms,
                                bool has_ms)
{
    enum { SECONDS_LEN = 19, MS_LEN = 23, T_AT = 10 };
    char *text = arena_copy(report->arena, time_text(report->arena, unix_ms), MS_LEN);

    text[T_AT] = ' ';
    text[has_ms ? MS_LEN : SECONDS_LEN] = '\0';
    return text;
}

const char *report_status_color(const char *status)
{
    static const struct {
        const char *status, *color;
    } colors[] = {
        {"completed", GREEN}, {"failed", RED},         {"timed_out", RED},
        {"running", CYAN},    {"interrupted", YELLOW}, {"paused", YELLOW},
        {"waiting", YELLOW},  {"queued", DIM},         {"cancelled", DIM},
        {"skipped", DIM},
    };

    for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++)
        if (strcmp(colors[i].status, status) == 0)
            return colors[i].color;
    return NULL;
}

/* ---- Lines ----------------------------------------------------------------------- */

void report_colored(const struct report *report, const char *color, const char *text)
{
    if (report->has_color && color)
        fprintf(report->out, "%s%s\033[0m", color, text);
    else
        fputs(text, report->out);
}

enum { GAP = 2 };

static void print_line(const struct report *report, const struct line *line,
                       const unsigned widths[], size_t count, unsigned indent)
{
    unsigned used = indent;
    size_t last = count - 1;

    while (last && !*line->cells[last].text)
        last--;
    fprintf(report->out, "%*s", (int)indent, "");
    for (size_t i = 0;; i++) {
        const struct cell *cell = &line->cells[i];
        const unsigned left = report->columns > used ? report->columns - used : 0;
        const bool is_narrow = i < last && (!left || widths[i] < left);
        const char *text =
            line_words(report->arena, cell->text, is_narrow ? widths[i] : left);

        report_colored(report, cell->color, text);
        used += widths[i] + GAP;
        if (i == last || (left && used >= report->columns))
            break;
        fprintf(report->out, "%*s", (int)(widths[i] - text_width(str_of(text)) + GAP),
                "");
    }
    fputc('\n', report->out);
}

/* Long names leave room for what is said of them, where the terminal is narrow. */
static void fit_names(const struct report *report, unsigned widths[], size_t count)
{
    enum { NAME_MIN = 16 };
    const unsigned half = report->columns / 2;
    unsigned whole = 0;

    for (size_t i = 0; i < count; i++)
        whole += widths[i] + GAP;
    if (whole > report->columns && half >= NAME_MIN && widths[0] > half)
        widths[0] = half;
}

void report_table(const struct report *report, const struct line *lines,
                  size_t line_count, size_t cell_count, unsigned indent)
{
    unsigned widths[CELLS_MAX] = {0};

    for (size_t i = 0; i < line_count; i++)
        for (size_t j = 0; j < cell_count; j++) {
            unsigned width = text_width(str_of(lines[i].cells[j].text));

            widths[j] = width > widths[j] ? width : widths[j];
        }
    fit_names(report, widths, cell_count);
    for (size_t i = 0; i < line_count; i++)
        print_line(report, &lines[i], widths, cell_count, indent);
}

void report_fact(const struct report *report, const char *name, const char *text)
{
    const char *label = name;

    for (const char *line = text; *line;) {
        size_t len = strcspn(line, "\n");

        fprintf(report->out, "  %-10s %s\n", label, line_words(report->arena, line, 0));
        line += len + (line[len] == '\n');
        label = "";
    }
}

/* ---- One execution --------------------------------------------------------------- */

static const char *run_words(const struct report *report,
                             const struct execution_facts *facts)
{
    const struct execution_row *row = &facts->row;
    const char *started = arena_printf(report->arena, "%s UTC, %s",
                                       moment_words(report, row->started_ms, false),
                                       ago_words(report, row->started_ms));

    if (!row->completed_ms)
        return started;
    return arena_printf(
        report->arena, "%s, took %s", started,
        duration_words(report->arena, row->completed_ms - row->started_ms));
}

static void print_error(const struct report *report,
                        const struct execution_facts *facts)
{
    const char *code, *message, *step;

    if (!report_error_read(report, facts->row.error, &code, &message, &step))
        return;
    report_fact(report, "error",
                arena_printf(report->arena, "%s in %s: %s", code, step, message));
}

/* Who has called it: its id and the step there. */
static void print_caller(const struct report *report, const struct execution_row *row)
{
    if (row->parent_id)
        report_fact(report, "called by",
                    arena_printf(report->arena, "%s at %s", row->parent_id,
                                 report_step_of_key(report, row->parent_key)));
}

void report_execution_text(const struct report *report,
                           const struct execution_facts *facts)
{
    const struct execution_row *row = &facts->row;

    fprintf(report->out, "%s %s  ", row->workflow_id, row->workflow_version);
    report_colored(report, report_status_color(facts->status), facts->status);
    if (facts->owner)
        fprintf(report->out, " in %s", lock_owner_text(report->arena, facts->owner));
    fputc('\n', report->out);
    report_fact(report, "execution", row->id);
    print_caller(report, row);
    report_fact(report, "started", run_words(report, facts));
    report_positions(report, facts);
    report_steps(report, facts);
    if (row->error || row->outputs || !execution_is_ended(row->status))
        fputc('\n', report->out);
    print_error(report, facts);
    if (row->outputs)
        report_fact(report, "outputs", row->outputs);
    report_next(report, facts);
}

/* ---- History and list ------------------------------------------------------------ */

void report_history_text(const struct report *report, const struct history_row *events,
                         size_t count)
{
    struct line *lines = arena_array(report->arena, struct line, count);

    for (size_t i = 0; i < count; i++)
        lines[i] = (struct line){{
            {arena_printf(report->arena, "%" PRId64, events[i].seq), DIM},
            {moment_words(report, events[i].at_ms, true), NULL},
            {events[i].event_type, NULL},
            {events[i].step_id ? events[i].step_id : "", BOLD},
            {events[i].data ? events[i].data : "", DIM},
        }};
    report_table(report, lines, count, 5, 0);
}

void report_list_text(const struct report *report, const struct execution_row *rows,
                      size_t count, bool has_more)
{
    struct line *lines = arena_array(report->arena, struct line, count + 1);

    if (!count) {
        fputs("no executions yet\n", report->out);
        return;
    }
    lines[0] = (struct line){{{"EXECUTION", DIM},
                              {"WORKFLOW", DIM},
                              {"STATUS", DIM},
                              {"STARTED", DIM},
                              {"TOOK", DIM},
                              {"STANDS AT", DIM}}};
    for (size_t i = 0; i < count; i++) {
        const struct execution_row *row = &rows[i];
        pid_t owner;
        const char *status = report_status_name(report, row, &owner);

        lines[i + 1] = (struct line){{
            {row->id, NULL},
            {row->workflow_id, NULL},
            {status, report_status_color(status)},
            {ago_words(report, row->started_ms), NULL},
            {row->completed_ms
                 ? duration_words(report->arena, row->completed_ms - row->started_ms)
                 : "",
             NULL},
            {row->current_step ? row->current_step : "", NULL},
        }};
    }
    report_table(report, lines, count + 1, 6, 0);
    if (has_more)
        fprintf(report->out, "the newest %zu; --limit 0 shows all\n", count);
}
