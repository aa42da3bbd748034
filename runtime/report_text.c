/* report_text.c: executions for people: aligned, coloured, cut to the terminal's width.
 *
 * Texts of steps and programs are cleaned of control characters first. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "report_internal.h"
#include "words.h"

#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define CYAN "\033[36m"
#define DIM "\033[2m"
#define BOLD "\033[1m"

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

static const char *status_color(const char *status)
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

static void print_colored(const struct report *report, const char *color,
                          const char *text)
{
    if (report->has_color && color)
        fprintf(report->out, "%s%s\033[0m", color, text);
    else
        fputs(text, report->out);
}

struct cell {
    const char *text;
    const char *color; /* or NULL */
};

enum { CELLS_MAX = 6, GAP = 2 };

struct line {
    struct cell cells[CELLS_MAX];
};

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

        print_colored(report, cell->color, line_words(report->arena, cell->text, left));
        used += widths[i] + GAP;
        if (i == last || (left && used >= report->columns))
            break;
        fprintf(report->out, "%*s",
                (int)(widths[i] - text_width(str_of(cell->text)) + GAP), "");
    }
    fputc('\n', report->out);
}

/* Aligned columns, cut at the terminal's edge. */
static void print_table(const struct report *report, const struct line *lines,
                        size_t line_count, size_t cell_count, unsigned indent)
{
    unsigned widths[CELLS_MAX] = {0};

    for (size_t i = 0; i < line_count; i++)
        for (size_t j = 0; j < cell_count; j++) {
            unsigned width = text_width(str_of(lines[i].cells[j].text));

            widths[j] = width > widths[j] ? width : widths[j];
        }
    for (size_t i = 0; i < line_count; i++)
        print_line(report, &lines[i], widths, cell_count, indent);
}

/* "  started    text", further lines of the text under the first. */
static void print_fact(const struct report *report, const char *name, const char *text)
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

static const char *step_note(const struct report *report, const struct step_row *step)
{
    const char *code, *message, *in_step;
    struct buf note;

    buf_init(&note, report->arena);
    if (step->visit > 1)
        buf_printf(&note, "visit %" PRIu32, step->visit);
    if (step->attempt > 1)
        buf_printf(&note, "%sattempt %" PRIu32, note.len ? ", " : "", step->attempt);
    if (report_error_read(report, step->error, &code, &message, &in_step))
        buf_printf(&note, "%s%s: %s", note.len ? "; " : "", code, message);
    return note.p;
}

static const char *step_took(const struct report *report,
                             const struct execution_facts *facts,
                             const struct step_row *step)
{
    if (step->completed_ms)
        return duration_words(report->arena, step->completed_ms - step->started_ms);
    if (facts->owner)
        return duration_words(report->arena, time_now_ms() - step->started_ms);
    return "-";
}

/* A running row of an execution that nobody runs is where it stopped. */
static const char *step_status_words(const struct execution_facts *facts,
                                     const struct step_row *step)
{
    if (step->status == STEP_RUN_RUNNING && !facts->owner)
        return facts->gate_count ? "waiting" : "interrupted";
    return step_status_name(step->status);
}

static void print_steps(const struct report *report,
                        const struct execution_facts *facts)
{
    struct line *lines = arena_array(report->arena, struct line, facts->step_count);

    for (size_t i = 0; i < facts->step_count; i++) {
        const struct step_row *step = &facts->steps[i];
        const char *status = step_status_words(facts, step);

        lines[i] = (struct line){{
            {step->step_id, NULL},
            {status, status_color(status)},
            {step_took(report, facts, step), NULL},
            {step_note(report, step), DIM},
        }};
    }
    if (facts->step_count)
        fputc('\n', report->out);
    print_table(report, lines, facts->step_count, 4, 2);
}

static void print_error(const struct report *report,
                        const struct execution_facts *facts)
{
    const char *code, *message, *step;

    if (!report_error_read(report, facts->row.error, &code, &message, &step))
        return;
    print_fact(report, "error",
               arena_printf(report->arena, "%s in %s: %s", code, step, message));
}

/* A command that goes on (`verb`: resume), and what it does. */
static void print_verb(const struct report *report, const struct execution_facts *facts,
                       const char *label, const char *verb, const char *options,
                       const char *about)
{
    const char *own_file =
        arena_printf(report->arena, "%s/.kad/kad.db", report->project->root);
    bool is_own = strcmp(report->project->database, own_file) == 0;
    const char *command = arena_printf(report->arena, "kad workflow %s %s%s%s%s", verb,
                                       facts->short_id, options, is_own ? "" : " --db ",
                                       is_own ? "" : report->project->database);

    fprintf(report->out, "  %-10s ", label);
    print_colored(report, BOLD, command);
    fprintf(report->out, "%s%s\n", about[0] ? "   " : "", about);
}

static void print_command(const struct report *report,
                          const struct execution_facts *facts, const char *label,
                          const char *options, const char *about)
{
    print_verb(report, facts, label, "resume", options, about);
}

static void print_approval(const struct report *report,
                           const struct execution_facts *facts,
                           const struct gate_row *gate)
{
    json_t *choices = json_loads(gate->choices, 0, NULL);

    print_fact(report, "asks", gate->prompt);
    if (gate->due_ms)
        print_fact(report, "until", time_text(report->arena, gate->due_ms));
    for (size_t i = 0; i < json_array_size(choices); i++) {
        const char *name = json_string_value(json_array_get(choices, i));

        print_verb(report, facts, i ? "" : "next", "approve",
                   arena_printf(report->arena, " --choice %s", name), "");
    }
    json_decref(choices);
}

/* The step of "EXECUTION/STEP/VISIT/ATTEMPT". */
static const char *step_of_key(const struct report *report, const char *key)
{
    const char *step = strchr(key, '/');

    return step ? arena_copy(report->arena, step + 1, strcspn(step + 1, "/")) : key;
}

static void print_gate(const struct report *report, const struct execution_facts *facts,
                       const struct gate_row *gate)
{
    const char *step = step_of_key(report, gate->step_key);
    const char *which =
        facts->gate_count > 1 ? arena_printf(report->arena, " --step %s", step) : "";

    if (strcmp(gate->kind, "ask") == 0) {
        print_fact(
            report, "asks",
            arena_printf(report->arena,
                         "%s needs an answer: read prompt.md and schema.json in\n"
                         "%s\nand write answer.json there",
                         step, gate->prompt));
        print_command(report, facts, "next", which, "take up the answer");
        return;
    }
    if (gate->choices) {
        print_approval(report, facts, gate);
        return;
    }
    if (gate->due_ms) {
        print_fact(report, "waits",
                   arena_printf(report->arena, "at %s until %s", step,
                                time_text(report->arena, gate->due_ms)));
        print_command(report, facts, "next", which, "go on when it is due");
        return;
    }
    print_fact(report, gate->kind, gate->prompt);
    print_command(report, facts, "next",
                  arena_printf(report->arena, "%s --retry", which),
                  "run the step again");
    print_command(report, facts, "", arena_printf(report->arena, "%s --skip", which),
                  "it has happened: go on");
    print_command(report, facts, "", arena_printf(report->arena, "%s --fail", which),
                  "it has failed");
}

static void print_next(const struct report *report, const struct execution_facts *facts)
{
    if (facts->owner || facts->row.status == EXECUTION_COMPLETED ||
        facts->row.status == EXECUTION_CANCELLED)
        return;
    for (size_t i = 0; i < facts->gate_count; i++)
        print_gate(report, facts, &facts->gates[i]);
    if (!facts->gate_count)
        print_command(report, facts, "next", "",
                      facts->row.status == EXECUTION_FAILED
                          ? "try again where it failed"
                          : "go on");
}

void report_execution_text(const struct report *report,
                           const struct execution_facts *facts)
{
    const struct execution_row *row = &facts->row;

    fprintf(report->out, "%s %s  ", row->workflow_id, row->workflow_version);
    print_colored(report, status_color(facts->status), facts->status);
    if (facts->owner)
        fprintf(report->out, " in process %d", (int)facts->owner);
    fputc('\n', report->out);
    print_fact(report, "execution", row->id);
    print_fact(report, "started", run_words(report, facts));
    if (row->current_step)
        print_fact(report, "stands at", row->current_step);
    print_steps(report, facts);
    if (row->error || row->outputs || !execution_is_ended(row->status))
        fputc('\n', report->out);
    print_error(report, facts);
    if (row->outputs)
        print_fact(report, "outputs", row->outputs);
    print_next(report, facts);
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
    print_table(report, lines, count, 5, 0);
}

void report_list_text(const struct report *report, const struct execution_row *rows,
                      size_t count)
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
            {status, status_color(status)},
            {ago_words(report, row->started_ms), NULL},
            {row->completed_ms
                 ? duration_words(report->arena, row->completed_ms - row->started_ms)
                 : "",
             NULL},
            {row->current_step ? row->current_step : "", NULL},
        }};
    }
    print_table(report, lines, count + 1, 6, 0);
}
