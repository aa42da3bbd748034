/* report.c: gathers what is reported and prints it as JSON; see report.h. */
#include "report.h"

#include <jansson.h>
#include <string.h>

#include "codec.h"
#include "report_internal.h"

/* ---- JSON ------------------------------------------------------------------------ */

/* New references; absent things are null: a document always has the same keys. */
static json_t *json_of_text(const char *text)
{
    json_t *json = text ? json_string(text) : NULL;

    return json ? json : json_null(); /* Jansson takes UTF-8 only */
}

static json_t *json_of_json(const char *text)
{
    json_t *json = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

    return json ? json : json_null();
}

static json_t *json_of_time(const struct report *report, int64_t unix_ms)
{
    return unix_ms ? json_string(time_text(report->arena, unix_ms)) : json_null();
}

static void print_json(const struct report *report, json_t *json)
{
    fprintf(report->out, "%s\n", codec_compact(report->arena, json).text);
    json_decref(json);
}

static json_t *json_of_execution(const struct report *report,
                                 const struct execution_row *row, const char *status,
                                 pid_t owner)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "id", row->id,
        "workflow", row->workflow_id, "version", row->workflow_version, "status",
        status, "currentStep", json_of_text(row->current_step), "trigger",
        row->trigger_type, "startedAt", json_of_time(report, row->started_ms),
        "completedAt", json_of_time(report, row->completed_ms), "error",
        json_of_json(row->error), "key", json_of_text(row->key), "workspace",
        json_of_text(row->workspace), "pid", owner ? json_integer(owner) : json_null());
}

static json_t *json_of_step(const struct report *report, const struct step_row *step)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:o, s:o, s:o, s:o, s:o}",
                     "key", step->key, "step", step->step_id, "module", step->module,
                     "action", step->action, "visit", (int)step->visit, "attempt",
                     (int)step->attempt, "status", step_status_name(step->status),
                     "startedAt", json_of_time(report, step->started_ms), "completedAt",
                     json_of_time(report, step->completed_ms), "inputs",
                     json_of_json(step->inputs), "outputs", json_of_json(step->outputs),
                     "error", json_of_json(step->error));
}

static json_t *json_of_gate(const struct report *report, const struct gate_row *gate)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "key", gate->step_key, "kind",
                     gate->kind, "prompt", json_of_text(gate->prompt), "openedAt",
                     json_of_time(report, gate->opened_ms), "dueAt",
                     json_of_time(report, gate->due_ms), "choices",
                     json_of_json(gate->choices));
}

static json_t *json_of_event(const struct report *report,
                             const struct history_row *event)
{
    return json_pack("{s:I, s:s, s:o, s:o, s:o}", "seq", (json_int_t)event->seq, "type",
                     event->event_type, "step", json_of_text(event->step_id), "data",
                     json_of_json(event->data), "at",
                     json_of_time(report, event->at_ms));
}

static void print_execution_json(const struct report *report,
                                 const struct execution_facts *facts)
{
    json_t *document =
        json_of_execution(report, &facts->row, facts->status, facts->owner);
    json_t *steps = json_array(), *gates = json_array();

    for (size_t i = 0; i < facts->step_count; i++)
        json_array_append_new(steps, json_of_step(report, &facts->steps[i]));
    for (size_t i = 0; i < facts->gate_count; i++)
        json_array_append_new(gates, json_of_gate(report, &facts->gates[i]));
    json_object_set_new(document, "parameters", json_of_json(facts->row.trigger_data));
    json_object_set_new(document, "outputs", json_of_json(facts->row.outputs));
    json_object_set_new(document, "steps", steps);
    json_object_set_new(document, "gates", gates);
    print_json(report, document);
}

static void print_history_json(const struct report *report, const char *execution,
                               const struct history_row *events, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_of_event(report, &events[i]));
    print_json(report, json_pack("{s:s, s:o}", "execution", execution, "events", list));
}

static void print_list_json(const struct report *report,
                            const struct execution_row *rows, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        pid_t owner;
        const char *status = report_status_name(report, &rows[i], &owner);

        json_array_append_new(list, json_of_execution(report, &rows[i], status, owner));
    }
    print_json(report, json_pack("{s:o}", "executions", list));
}

/* ---- Facts ----------------------------------------------------------------------- */

const char *report_status_name(const struct report *report,
                               const struct execution_row *row, pid_t *owner)
{
    bool has_locks = report->locks && report->locks->fd >= 0;

    *owner = has_locks && !execution_is_ended(row->status)
                 ? lock_owner(report->locks, row->slot)
                 : 0;
    if (row->status == EXECUTION_RUNNING && !*owner)
        return "interrupted";
    return execution_status_name(row->status);
}

bool report_error_read(const struct report *report, const char *text, const char **code,
                       const char **message, const char **step)
{
    struct kad_error error;

    if (!text || codec_decode(report->arena, &kad_error_type, CODEC_AFTER_FAILURE, text,
                              strlen(text), &error) != NULL)
        return false;
    *code = error.code;
    *message = error.message;
    *step = error.step;
    return true;
}

static enum store_error short_id(const struct report *report, const char *id,
                                 const char **shortest)
{
    enum { SHORT_ID_LEN = 4 };
    struct execution_row other;

    for (size_t len = SHORT_ID_LEN; len < strlen(id); len++) {
        const char *prefix = arena_copy(report->arena, id, len);
        enum store_error error =
            report->journal->ops->find(report->journal, report->arena, prefix, &other);

        *shortest = prefix;
        if (error != STORE_AMBIGUOUS)
            return error;
    }
    *shortest = id;
    return STORE_OK;
}

static enum store_error gather(const struct report *report, const char *prefix,
                               struct execution_facts *facts)
{
    const struct kad_journal_ops *ops = report->journal->ops;
    struct journal *journal = report->journal;
    enum store_error error = ops->find(journal, report->arena, prefix, &facts->row);

    if (error == STORE_OK)
        error = ops->steps(journal, report->arena, facts->row.id, &facts->steps,
                           &facts->step_count);
    if (error == STORE_OK)
        error = ops->gates(journal, report->arena, facts->row.id, &facts->gates,
                           &facts->gate_count);
    if (error == STORE_OK)
        error = short_id(report, facts->row.id, &facts->short_id);
    if (error == STORE_OK)
        facts->status = report_status_name(report, &facts->row, &facts->owner);
    return error;
}

/* ---- Reports --------------------------------------------------------------------- */

enum store_error report_execution(const struct report *report, const char *prefix)
{
    struct execution_facts facts = {0};
    enum store_error error = gather(report, prefix, &facts);

    if (error != STORE_OK)
        return error;
    if (report->is_json)
        print_execution_json(report, &facts);
    else
        report_execution_text(report, &facts);
    return STORE_OK;
}

enum store_error report_history(const struct report *report, const char *prefix)
{
    const struct kad_journal_ops *ops = report->journal->ops;
    struct execution_row row;
    struct history_row *events;
    size_t count;
    enum store_error error = ops->find(report->journal, report->arena, prefix, &row);

    if (error == STORE_OK)
        error =
            ops->history(report->journal, report->arena, row.id, 0, &events, &count);
    if (error != STORE_OK)
        return error;
    if (report->is_json)
        print_history_json(report, row.id, events, count);
    else
        report_history_text(report, events, count);
    return STORE_OK;
}

enum store_error report_list(const struct report *report, const char *workflow_id,
                             size_t limit)
{
    struct execution_row *rows;
    size_t count;
    enum store_error error = report->journal->ops->list(
        report->journal, report->arena, workflow_id, limit, &rows, &count);

    if (error != STORE_OK)
        return error;
    if (report->is_json)
        print_list_json(report, rows, count);
    else
        report_list_text(report, rows, count);
    return STORE_OK;
}
