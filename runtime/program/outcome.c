/* outcome.c: see outcome.h. */
#include "program/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "next.h"
#include "words.h"

enum { PLAIN_COLUMNS = 200 }; /* of an output, where there is no terminal */

int outcome_exit(enum engine_end end)
{
    switch (end) {
    case ENGINE_COMPLETED: return KAD_EXIT_COMPLETED;
    case ENGINE_FAILED: return KAD_EXIT_FAILED;
    case ENGINE_PAUSED:
    case ENGINE_QUEUED:
    case ENGINE_WAITING: return KAD_EXIT_WAITING;
    case ENGINE_CANCELLED: return KAD_EXIT_CANCELLED;
    case ENGINE_HELD: return KAD_EXIT_HELD;
    case ENGINE_REFUSED: return KAD_EXIT_USAGE;
    case ENGINE_STORE_FAILED: return KAD_EXIT_STORE;
    }
    kad_unreachable();
}

const char *outcome_word(enum engine_end end)
{
    switch (end) {
    case ENGINE_COMPLETED: return "completed";
    case ENGINE_FAILED: return "failed";
    case ENGINE_PAUSED: return "paused";
    case ENGINE_WAITING: return "waiting";
    case ENGINE_CANCELLED: return "cancelled";
    case ENGINE_QUEUED: return "queued";
    case ENGINE_HELD: return "running";
    case ENGINE_REFUSED: return "refused";
    case ENGINE_STORE_FAILED: return "store_failed";
    }
    kad_unreachable();
}

/* ---- For people --------------------------------------------------------------------- */

/* "kad workflow VERB EXECUTION": for a gate of a child, that one. */
static const char *command(struct arena *arena, const struct engine_result *result,
                           const struct engine_gate *gate, struct outcome_style style,
                           const char *verb, const char *options)
{
    return next_verb(arena, style.database, verb,
                     gate ? gate->execution : result->execution, options);
}

/* " --step STEP", where several steps wait. */
static const char *step_option(struct arena *arena, const struct engine_result *result,
                               const struct engine_gate *gate)
{
    for (size_t i = 0; i < result->gate_count; i++)
        if (strcmp(result->gates[i].row.step_key, gate->row.step_key) != 0)
            return next_step(arena, str_of(gate->step));
    return "";
}

static void print_prompt(struct arena *arena, const struct engine_gate *gate)
{
    fprintf(stderr, "  %s\n", lines_words(arena, gate->row.prompt, "  "));
}

/* What an approval asks, and the command for each choice. */
static void print_choices(struct arena *arena, const struct engine_result *result,
                          const struct engine_gate *gate, struct outcome_style style)
{
    json_t *choices = document_json(gate->row.choices);

    print_prompt(arena, gate);
    for (size_t i = 0; i < json_array_size(choices); i++)
        fprintf(stderr, "  %s\n",
                command(arena, result, gate, style, "approve",
                        arena_printf(arena, " --choice %s%s",
                                     json_string_value(json_array_get(choices, i)),
                                     step_option(arena, result, gate))));
    json_decref(choices);
}

static void print_question(struct arena *arena, const struct engine_result *result,
                           const struct engine_gate *gate, struct outcome_style style)
{
    static const char *const answers[][2] = {
        {"--retry", "# no: run it again"},
        {"--skip", "# yes: go on along onSuccess"},
        {"--fail", "# go on along onFailure"},
    };

    print_prompt(arena, gate);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        fprintf(stderr, "  %s   %s\n",
                command(arena, result, gate, style, "resume",
                        arena_printf(arena, " %s%s", answers[i][0],
                                     step_option(arena, result, gate))),
                answers[i][1]);
}

static void print_event(struct arena *arena, const struct gate_row *gate,
                        struct outcome_style style)
{
    fprintf(stderr, "  for the event `%s`: %s\n", gate->event,
            next_emit(arena, style.database, gate));
}

/* What it waits for, and what a person may do; whether a plain resume is one of that. */
static bool print_gate(struct arena *arena, const struct engine_result *result,
                       const struct engine_gate *gate, struct outcome_style style)
{
    const char *kind = gate->row.kind;

    if (gate->row.answer)
        return true; /* a resume takes it up */
    if (strcmp(kind, "question") == 0) {
        print_question(arena, result, gate, style);
        return false;
    }
    if (strcmp(kind, "ask") == 0)
        fprintf(
            stderr,
            "  no agent answers: name one in .kad/config.yaml, or write the answer\n"
            "  to %s/prompt.md into answer.json beside it\n",
            line_words(arena, gate->row.prompt, 0));
    if (strcmp(kind, "approval") == 0)
        print_choices(arena, result, gate, style);
    if (strcmp(kind, "event") == 0)
        print_event(arena, &gate->row, style);
    if (gate->row.due_ms > result->ended_ms)
        fprintf(stderr, "  until %s\n", time_text(arena, gate->row.due_ms));
    return !gate->row.choices;
}

static void print_next(struct arena *arena, const struct engine_result *result,
                       struct outcome_style style)
{
    bool may_resume = !result->gate_count;

    for (size_t i = 0; i < result->gate_count; i++)
        may_resume |= print_gate(arena, result, &result->gates[i], style);
    if (may_resume)
        fprintf(stderr, "  next: %s\n",
                command(arena, result, NULL, style, "resume", ""));
}

static const char *color_of(enum engine_end end)
{
    if (end == ENGINE_COMPLETED)
        return "\033[32m";
    return end == ENGINE_WAITING || end == ENGINE_QUEUED ? "\033[36m" : "\033[31m";
}

/* "  STEP: MESSAGE (CODE)", further lines of the message below. */
static void print_error(struct arena *arena, const struct kad_error *error)
{
    fprintf(stderr, "  %s: %s (%s)\n", error->step,
            lines_words(arena, error->message, "    "), error->code);
}

/* "  NAME: VALUE", a line for each. */
static void print_outputs(struct arena *arena, const char *outputs,
                          struct terminal terminal)
{
    const unsigned columns = terminal.columns ? terminal.columns : PLAIN_COLUMNS;
    json_t *json = document_json(outputs);
    const char *name;
    json_t *value;

    json_object_foreach(json, name, value)
    {
        char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        const char *text = json_is_string(value) ? json_string_value(value) : dumped;

        fprintf(
            stderr, "%s\n",
            line_words(arena, arena_printf(arena, "  %s: %s", name, text), columns));
        free(dumped);
    }
    json_decref(json);
}

static void print_result(struct arena *arena, const struct engine *engine,
                         const struct engine_result *result, struct outcome_style style)
{
    const bool is_good = result->end == ENGINE_COMPLETED;
    const bool is_stopped =
        result->end == ENGINE_PAUSED || result->end == ENGINE_WAITING;

    fprintf(stderr, "%s %s%s%s", engine->workflow->id,
            style.terminal.has_color ? color_of(result->end) : "",
            outcome_word(result->end), style.terminal.has_color ? "\033[0m" : "");
    if (is_stopped && result->step)
        fprintf(stderr, " at %s", result->step);
    fprintf(stderr, " after %s: execution %s\n",
            duration_words(arena, result->ended_ms - result->started_ms),
            result->execution);
    if (is_good)
        print_outputs(arena, result->outputs, style.terminal);
    if (result->error.code)
        print_error(arena, &result->error);
    if (result->end == ENGINE_FAILED || result->end == ENGINE_QUEUED || is_stopped)
        print_next(arena, result, style);
}

/* ---- For programs ------------------------------------------------------------------- */

static json_t *error_of(const struct kad_error *error)
{
    json_t *json;

    if (!error->code)
        return json_null();
    json = json_pack("{s:o, s:o, s:o}", "code", document_text(error->code), "message",
                     document_text(error->message), "step", document_text(error->step));
    if (error->details.text)
        json_object_set_new(json, "details", document_json(error->details.text));
    return json;
}

static json_t *gates_of(const struct engine_result *result)
{
    json_t *gates = json_array();

    for (size_t i = 0; i < result->gate_count; i++)
        json_array_append_new(gates, document_gate(&result->gates[i].row));
    return gates;
}

json_t *outcome_json(const struct engine *engine, const struct engine_result *result)
{
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i}", "execution",
        result->execution, "workflow", engine->workflow->id, "status",
        outcome_word(result->end), "step", document_text(result->step), "startedAt",
        document_time(result->started_ms), "endedAt", document_time(result->ended_ms),
        "outputs", document_json(result->outputs), "error", error_of(&result->error),
        "gate", document_gate(&result->gate), "gates", gates_of(result), "exit",
        outcome_exit(result->end));
}

int outcome_report(struct arena *arena, const struct engine *engine,
                   const struct engine_result *result, struct outcome_style style)
{
    const int exit_code = outcome_exit(result->end);

    if (result->end == ENGINE_REFUSED || result->end == ENGINE_STORE_FAILED) {
        fprintf(stderr, "wf-%s: %s\n", engine->workflow->id,
                result->end == ENGINE_REFUSED ? result->refusal
                                              : store_message(engine->journal));
        return exit_code;
    }
    if (!style.is_quiet)
        print_result(arena, engine, result, style);
    return style.is_json ? document_print(outcome_json(engine, result), exit_code)
                         : exit_code;
}
