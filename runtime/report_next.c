/* report_next.c: what an execution waits for, and the next command to type. */
#include <jansson.h>
#include <string.h>

#include "next.h"
#include "report_internal.h"

/* ---- Commands -------------------------------------------------------------------- */

/* NULL: the project's own needs no name. */
static const char *database_of(const struct report *report)
{
    const char *own_file =
        arena_printf(report->arena, "%s/.kad/kad.db", report->project->root);
    const char *file = report->project->database;

    return strcmp(file, own_file) == 0 ? NULL : file;
}

static void print_command(const struct report *report, const char *label,
                          const char *command, const char *about)
{
    fprintf(report->out, "  %-10s ", label);
    report_colored(report, BOLD, command);
    fprintf(report->out, "%s%s\n", about[0] ? "   " : "", about);
}

/* A command about an execution: resume, approve. */
static void print_verb(const struct report *report, const struct waits *waits,
                       const char *label, const char *verb, const char *options,
                       const char *about)
{
    print_command(
        report, label,
        next_verb(report->arena, database_of(report), verb, waits->short_id, options),
        about);
}

/* " --step STEP" where several attempts wait; else nothing. */
static const char *which_step(const struct report *report, const struct waits *waits,
                              const struct gate_row *gate)
{
    if (waits->attempt_count < 2)
        return "";
    return next_step(report->arena, step_of_key(gate->step_key));
}

/* ---- Gates ----------------------------------------------------------------------- */

/* " (paid)": which of several ways. */
static const char *way_words(const struct report *report, const struct gate_row *gate)
{
    return *gate->way ? arena_printf(report->arena, " (%s)", gate->way) : "";
}

static void print_ask(const struct report *report, const struct waits *waits,
                      const struct gate_row *gate)
{
    report_fact(report, "asks",
                arena_printf(report->arena,
                             "%s needs an answer: read prompt.md and schema.json in\n"
                             "%s\nand write answer.json there",
                             report_step_of_key(report, gate->step_key), gate->prompt));
    print_verb(report, waits, "next", "resume", which_step(report, waits, gate),
               "take up the answer");
}

static void print_approval(const struct report *report, const struct waits *waits,
                           const struct gate_row *gate)
{
    json_t *choices = json_loads(gate->choices, 0, NULL);

    report_fact(report, "asks", gate->prompt);
    if (gate->due_ms)
        report_fact(report, "until", time_text(report->arena, gate->due_ms));
    for (size_t i = 0; i < json_array_size(choices); i++) {
        const char *name = json_string_value(json_array_get(choices, i));

        print_verb(report, waits, i ? "" : "next", "approve",
                   arena_printf(report->arena, "%s --choice %s",
                                which_step(report, waits, gate), name),
                   "");
    }
    json_decref(choices);
}

static void print_event(const struct report *report, const struct gate_row *gate)
{
    const char *match = gate->match ? gate->match : "";

    report_fact(report, "waits",
                arena_printf(report->arena, "at %s for the event %s%s%s%s",
                             report_step_of_key(report, gate->step_key), gate->event,
                             way_words(report, gate), *match ? " with " : "", match));
    if (gate->due_ms)
        report_fact(report, "until", time_text(report->arena, gate->due_ms));
    print_command(report, "next", next_emit(report->arena, database_of(report), gate),
                  "say that it has happened");
}

static void print_timer(const struct report *report, const struct waits *waits,
                        const struct gate_row *gate)
{
    report_fact(report, "waits",
                arena_printf(report->arena, "at %s until %s%s",
                             report_step_of_key(report, gate->step_key),
                             time_text(report->arena, gate->due_ms),
                             way_words(report, gate)));
    print_verb(report, waits, "next", "resume", "", "go on when it is due");
}

static void print_question(const struct report *report, const struct waits *waits,
                           const struct gate_row *gate)
{
    static const char *const answers[][2] = {
        {"retry", "run the step again"},
        {"skip", "it has happened: go on"},
        {"fail", "it has failed"},
    };

    report_fact(report, gate->kind, gate->prompt);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        print_verb(report, waits, i ? "" : "next", "resume",
                   arena_printf(report->arena, "%s --%s",
                                which_step(report, waits, gate), answers[i][0]),
                   answers[i][1]);
}

static void print_gate(const struct report *report, const struct waits *waits,
                       const struct gate_row *gate)
{
    if (gate->answer) {
        report_fact(report, "answered",
                    arena_printf(report->arena, "%s%s",
                                 report_step_of_key(report, gate->step_key),
                                 way_words(report, gate)));
        print_verb(report, waits, "next", "resume", "", "take up the answer");
    } else if (strcmp(gate->kind, "ask") == 0) {
        print_ask(report, waits, gate);
    } else if (gate->choices) {
        print_approval(report, waits, gate);
    } else if (gate->event) {
        print_event(report, gate);
    } else if (gate->due_ms) {
        print_timer(report, waits, gate);
    } else {
        print_question(report, waits, gate);
    }
}

/* ---- What is next ---------------------------------------------------------------- */

/* A process that is at work takes up decisions and events; all else it does itself. */
static bool is_for_others(const struct gate_row *gate)
{
    return (gate->choices || gate->event) && !gate->answer;
}

static size_t print_waits(const struct report *report,
                          const struct execution_facts *facts,
                          const struct waits *waits)
{
    size_t printed = 0;

    for (size_t i = 0; i < waits->gate_count; i++) {
        const struct gate_row *gate = &waits->gates[i];

        if (facts->owner && !is_for_others(gate))
            continue;
        if (!printed++ && waits != facts->waits.items)
            report_fact(report, "in",
                        arena_printf(report->arena, "%s %s", waits->row.workflow_id,
                                     waits->short_id));
        if (printed <= REPORT_MANY || report->shows_all)
            print_gate(report, waits, gate);
    }
    if (printed > REPORT_MANY && !report->shows_all)
        report_fact(report, "and",
                    arena_printf(report->arena, "%zu more; status --all tells each",
                                 printed - REPORT_MANY));
    return printed;
}

void report_next(const struct report *report, const struct execution_facts *facts)
{
    size_t printed = 0;

    if (facts->row.status == EXECUTION_COMPLETED ||
        facts->row.status == EXECUTION_CANCELLED ||
        (facts->row.status == EXECUTION_FAILED && facts->row.parent_id))
        return; /* a failed one that was called: its caller's step may run again */
    for (size_t i = 0; i < facts->waits.count; i++)
        printed += print_waits(report, facts, &facts->waits.items[i]);
    if (!printed && !facts->owner)
        print_verb(report, &facts->waits.items[0], "next", "resume", "",
                   facts->row.status == EXECUTION_FAILED ? "try again where it failed"
                                                         : "go on");
}
