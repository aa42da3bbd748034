/* report_facts.c: gathers from the store what is reported of one execution. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec.h"
#include "report_internal.h"
#include "words.h"

enum { LINE_BYTES_MAX = 4096 };

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

/* An attempt's gates have one step_key: each attempt counts once. */
static size_t count_attempts(const struct gate_row *gates, size_t count)
{
    size_t attempts = 0;

    for (size_t i = 0; i < count; i++) {
        size_t j = 0;

        while (strcmp(gates[j].step_key, gates[i].step_key) != 0)
            j++;
        attempts += j == i;
    }
    return attempts;
}

/* What an execution waits for, and the executions that it has called and that have not
 * ended. */
static enum store_error gather_waits(const struct report *report,
                                     const struct execution_row *row,
                                     struct execution_facts *facts)
{
    const struct kad_journal_ops *ops = report->journal->ops;
    struct waits waits = {.row = *row};
    struct execution_row *children;
    size_t count;
    enum store_error error = ops->gates(report->journal, report->arena, row->id,
                                        &waits.gates, &waits.gate_count);

    if (error == STORE_OK)
        error = short_id(report, row->id, &waits.short_id);
    if (error == STORE_OK)
        error =
            ops->children(report->journal, report->arena, row->id, &children, &count);
    if (error != STORE_OK)
        return error;
    waits.attempt_count = count_attempts(waits.gates, waits.gate_count);
    vec_push(report->arena, &facts->waits, waits);
    for (size_t i = 0; error == STORE_OK && i < count; i++)
        if (!execution_is_ended(children[i].status))
            error = gather_waits(report, &children[i], facts);
    return error;
}

/* The executions that one has called, those that they have called behind each. */
static enum store_error gather_called(const struct report *report,
                                      const char *execution_id,
                                      struct execution_facts *facts)
{
    struct execution_row *rows;
    size_t count;
    enum store_error error = report->journal->ops->children(
        report->journal, report->arena, execution_id, &rows, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++) {
        vec_push(report->arena, &facts->called, rows[i]);
        error = gather_called(report, rows[i].id, facts);
    }
    return error;
}

/* The stored definition of the workflow, which knows in which branch a step is. */
static enum store_error gather_definition(const struct report *report,
                                          struct execution_facts *facts)
{
    struct workflow_row *rows;
    size_t count;
    const enum store_error error =
        report->journal->ops->workflows(report->journal, report->arena, &rows, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        if (strcmp(rows[i].id, facts->row.workflow_id) == 0)
            facts->definition = rows[i].definition;
    return error;
}

static bool has_blocks(const struct execution_facts *facts)
{
    for (size_t i = 0; i < facts->step_count; i++)
        if (facts->steps[i].parent)
            return true;
    return false;
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
        error = ops->positions(journal, report->arena, facts->row.id, &facts->positions,
                               &facts->position_count);
    if (error == STORE_OK)
        error = gather_called(report, facts->row.id, facts);
    if (error == STORE_OK && has_blocks(facts))
        error = gather_definition(report, facts);
    if (error == STORE_OK)
        error = gather_waits(report, &facts->row, facts);
    if (error == STORE_OK)
        facts->status = report_status_name(report, &facts->row, &facts->owner);
    return error;
}

enum store_error report_gather(const struct report *report, const char *prefix,
                               struct execution_facts *facts)
{
    struct journal *journal = report->journal;
    enum store_error error = journal->ops->reads_begin(journal);

    if (error == STORE_OK)
        error = gather(report, prefix, facts);
    return journal_reads_end(journal, error);
}

/* The last bytes of a file; empty: it can't be read. */
static struct str read_end(const char *path, char *bytes, size_t size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat file;
    ssize_t len = 0;

    if (fd < 0)
        return (struct str){bytes, 0};
    if (fstat(fd, &file) == 0)
        len = pread(fd, bytes, size,
                    file.st_size > (off_t)size ? file.st_size - (off_t)size : 0);
    close(fd);
    return (struct str){bytes, len > 0 ? (size_t)len : 0};
}

const char *report_last_line(const struct report *report,
                             const struct execution_facts *facts,
                             const struct step_row *step)
{
    char bytes[LINE_BYTES_MAX];
    const char *path = NULL;
    struct str text;

    if (step->status == STEP_RUN_RUNNING && facts->owner && report->project)
        path = key_file(report->arena, report->project, step->key, "log");
    if (!path)
        return "";
    text = str_trim(read_end(path, bytes, sizeof(bytes)));
    for (size_t at = text.len; at > 0; at--)
        if (text.p[at - 1] == '\n')
            return line_words(report->arena,
                              str_copy(report->arena, str_part(text, at, text.len)), 0);
    return line_words(report->arena, str_copy(report->arena, text), 0);
}

const char *report_step_of_key(const struct report *report, const char *key)
{
    return str_copy(report->arena, step_of_key(key));
}
