/* report.c: the reports, and their JSON; see report.h. */
#include "report.h"

#include <jansson.h>

#include "codec.h"
#include "document.h"
#include "report_internal.h"

/* ---- JSON ------------------------------------------------------------------------ */

static void print_json(const struct report *report, json_t *json)
{
    fprintf(report->out, "%s\n", codec_compact(report->arena, json).text);
    json_decref(json);
}

static json_t *json_of_execution(const struct execution_row *row, const char *status,
                                 pid_t owner)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
        row->id, "workflow", row->workflow_id, "version", row->workflow_version,
        "status", status, "currentStep", document_text(row->current_step), "trigger",
        row->trigger_type, "startedAt", document_time(row->started_ms), "completedAt",
        document_time(row->completed_ms), "error", document_json(row->error), "key",
        document_text(row->key), "workspace", document_text(row->workspace), "pid",
        owner > 0 ? json_integer(owner) : json_null(), "parent",
        document_text(row->parent_id), "parentKey", document_text(row->parent_key));
}

static json_t *json_of_step(const struct report *report,
                            const struct execution_facts *facts,
                            const struct step_row *step)
{
    const char *last = report_last_line(report, facts, step);

    return json_pack(
        "{s:s, s:s, s:s, s:o, s:s, s:s, s:i, s:i, s:s, s:o, s:o, s:o, s:o,"
        " s:o, s:o, s:o}",
        "key", step->key, "step", step->step_id, "item", step->item, "parent",
        document_text(step->parent), "module", step->module, "action", step->action,
        "visit", (int)step->visit, "attempt", (int)step->attempt, "status",
        step_status_name(step->status), "startedAt", document_time(step->started_ms),
        "completedAt", document_time(step->completed_ms), "inputs",
        document_json(step->inputs), "outputs", document_json(step->outputs), "outcome",
        document_text(step->outcome), "error", document_json(step->error), "lastLine",
        document_text(*last ? last : NULL));
}

static json_t *json_of_position(const struct position_row *position)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "block", position->block_key,
                     "branch", position->branch, "status",
                     position_status_name(position->status), "currentStep",
                     document_text(position->current_step), "error",
                     document_json(position->error));
}

static json_t *json_of_event(const struct history_row *event)
{
    return json_pack("{s:I, s:s, s:o, s:o, s:o}", "seq", (json_int_t)event->seq, "type",
                     event->event_type, "step", document_text(event->step_id), "data",
                     document_json(event->data), "at", document_time(event->at_ms));
}

static json_t *json_of_executions(const struct report *report,
                                  const struct execution_row *rows, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        pid_t owner;
        const char *status = report_status_name(report, &rows[i], &owner);

        json_array_append_new(list, json_of_execution(&rows[i], status, owner));
    }
    return list;
}

static void print_execution_json(const struct report *report,
                                 const struct execution_facts *facts)
{
    const struct waits *own = &facts->waits.items[0];
    json_t *document = json_of_execution(&facts->row, facts->status, facts->owner);
    json_t *steps = json_array(), *gates = json_array(), *positions = json_array();

    for (size_t i = 0; i < facts->step_count; i++)
        json_array_append_new(steps, json_of_step(report, facts, &facts->steps[i]));
    for (size_t i = 0; i < own->gate_count; i++)
        json_array_append_new(gates, document_gate(&own->gates[i]));
    for (size_t i = 0; i < facts->position_count; i++)
        json_array_append_new(positions, json_of_position(&facts->positions[i]));
    json_object_set_new(document, "parameters", document_json(facts->row.trigger_data));
    json_object_set_new(document, "outputs", document_json(facts->row.outputs));
    json_object_set_new(document, "steps", steps);
    json_object_set_new(document, "positions", positions);
    json_object_set_new(document, "gates", gates);
    json_object_set_new(
        document, "children",
        json_of_executions(report, facts->called.items, facts->called.count));
    print_json(report, document);
}

static void print_history_json(const struct report *report, const char *execution,
                               const struct history_row *events, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_of_event(&events[i]));
    print_json(report, json_pack("{s:s, s:o}", "execution", execution, "events", list));
}

/* ---- Reports --------------------------------------------------------------------- */

enum store_error report_execution(const struct report *report, const char *prefix)
{
    struct execution_facts facts = {0};
    const enum store_error error = report_gather(report, prefix, &facts);

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
    struct journal *journal = report->journal;
    struct execution_row row = {0};
    struct history_row *events = NULL;
    size_t count = 0;
    enum store_error error = journal->ops->reads_begin(journal);

    if (error == STORE_OK)
        error = journal->ops->find(journal, report->arena, prefix, &row);
    if (error == STORE_OK)
        error =
            journal->ops->history(journal, report->arena, row.id, 0, &events, &count);
    error = journal_reads_end(journal, error);
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
    enum store_error error =
        report->journal->ops->list(report->journal, report->arena, workflow_id,
                                   limit ? limit + 1 : 0, &rows, &count);
    const bool has_more = limit && error == STORE_OK && count > limit;

    if (error != STORE_OK)
        return error;
    count -= has_more;
    if (report->is_json)
        print_json(report, json_pack("{s:o, s:b}", "executions",
                                     json_of_executions(report, rows, count), "more",
                                     has_more));
    else
        report_list_text(report, rows, count, has_more);
    return STORE_OK;
}
