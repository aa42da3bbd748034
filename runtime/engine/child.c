/* child.c: a step that calls a workflow: an execution of its own in the same process.
 *
 * The step's start is stored before the child is made, and the child names the attempt that
 * has called it: whenever the process dies, the same child is found again. */
#include <string.h>

#include "codec.h"
#include "engine/run.h"
#include "engine/secret.h"

static bool is_stored(struct drive *drive, enum store_error error)
{
    if (error != STORE_OK && error != STORE_NOT_FOUND)
        drive->stop = STOP_STORE;
    return error == STORE_OK;
}

static struct execution_row new_row(struct kad_run *run)
{
    const struct execution_row *caller = run->execution->row;
    const struct kad_workflow *workflow = run->inside->about->workflow;
    struct host *host = run->execution->drive->engine->host;
    struct arena *memory = &run->inside->memory;

    return (struct execution_row){
        .id = host->new_id(host, memory, true),
        .workflow_id = workflow->id,
        .workflow_version = workflow->version,
        .trigger_type = "workflow",
        .trigger_data = secret_inputs(&run->step),
        .status = EXECUTION_RUNNING,
        .current_step = workflow->steps[0].id,
        .state = execution_state(memory, workflow, run->execution->modules),
        .started_ms = host->now_ms(host),
        .build_id = caller->build_id,
        .workspace = caller->workspace,
        .parent_id = caller->id,
        .parent_key = run->step.key,
    };
}

static bool create(struct kad_run *run, struct execution_row *row)
{
    struct drive *drive = run->execution->drive;
    struct journal *journal = drive->engine->journal;
    const struct kad_workflow *workflow = run->inside->about->workflow;
    const struct workflow_row known_as = {
        .id = workflow->id,
        .name = workflow->name,
        .version = workflow->version,
        .definition = workflow->definition,
    };
    bool existed;

    *row = new_row(run);
    if (!is_stored(drive, journal->ops->create(journal, &run->inside->memory, &known_as,
                                               row, &existed)))
        return false;
    row->trigger_data = run->step.inputs.text;
    return true;
}

static enum line_status line_status_of(enum execution_status status)
{
    if (status == EXECUTION_CANCELLED)
        return LINE_CANCELLED;
    return status == EXECUTION_COMPLETED ? LINE_COMPLETED : LINE_FAILED;
}

/* What an ended child leaves; its caller goes on. One that was cancelled has no error: the
 * engine died before its caller had ended, too. */
static void take_end(struct block *block, const struct execution_row *row)
{
    const struct kad_error error = failure_parse(&block->memory, row->error);

    block->child_outputs = row->outputs;
    block_end_line(block, 0, line_status_of(row->status), &error);
}

static void open_execution(struct kad_run *run, const struct execution_row *row)
{
    struct block *block = run->inside;

    block->child =
        execution_open(run->execution->drive, block->about->workflow, row, block);
    block->open = block->child->root;
    if (run->is_cancelled)
        run_cancel(block->open);
}

bool child_find(struct kad_run *run)
{
    struct drive *drive = run->execution->drive;
    struct journal *journal = drive->engine->journal;
    struct block *block = run->inside;
    struct execution_row *row = arena_new(&block->memory, struct execution_row);

    if (!is_stored(drive,
                   journal->ops->child(journal, &block->memory, run->step.key, row)))
        return false;
    if (execution_is_ended(row->status)) {
        take_end(block, row);
        return false;
    }
    if (!journal_claim(journal, row->slot)) {
        drive->stop = STOP_STORE;
        return false;
    }
    row->trigger_data = run->step.inputs.text;
    open_execution(run, row);
    return true;
}

void child_open(struct kad_run *run)
{
    struct block *block = run->inside;
    struct execution_row *row = arena_new(&block->memory, struct execution_row);

    if (create(run, row))
        open_execution(run, row);
}

void child_end(struct execution *child)
{
    struct block *block = child->root->block;
    enum line_status status = LINE_CANCELLED;

    if (child->end != ENGINE_CANCELLED)
        status = child->root->error.code ? LINE_FAILED : LINE_COMPLETED;
    block->child_outputs = child->outputs;
    block_end_line(block, 0, status, &child->root->error);
}
