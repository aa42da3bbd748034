/* stored.c: the result of an execution as the store has it: one that has ended, or that this
 * process does not run. */
#include <string.h>

#include "base/vec.h"
#include "codec.h"
#include "program/program.h"

static enum engine_end end_of(struct program *program, const struct execution_row *row)
{
    switch (row->status) {
    case EXECUTION_COMPLETED: return ENGINE_COMPLETED;
    case EXECUTION_FAILED: return ENGINE_FAILED;
    case EXECUTION_CANCELLED: return ENGINE_CANCELLED;
    case EXECUTION_WAITING: return ENGINE_WAITING;
    case EXECUTION_QUEUED: return ENGINE_QUEUED;
    case EXECUTION_RUNNING:
        return lock_owner(&program->locks, row->slot) ? ENGINE_HELD : ENGINE_PAUSED;
    case EXECUTION_PAUSED: return ENGINE_PAUSED;
    }
    kad_unreachable();
}

struct stored_gates {
    VEC(struct engine_gate) list;
};

/* Its own first, then those of what it has called. */
static enum store_error read_gates(struct program *program, const char *execution_id,
                                   struct stored_gates *gates)
{
    const struct kad_journal_ops *ops = program->journal->ops;
    struct arena *arena = &program->arena;
    struct execution_row *called;
    struct gate_row *rows;
    size_t count;
    enum store_error error =
        ops->gates(program->journal, arena, execution_id, &rows, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++)
        vec_push(arena, &gates->list,
                 ((struct engine_gate){
                     .execution = execution_id,
                     .step = str_copy(arena, step_of_key(rows[i].step_key)),
                     .row = rows[i],
                 }));
    if (error == STORE_OK)
        error = ops->children(program->journal, arena, execution_id, &called, &count);
    for (size_t i = 0; error == STORE_OK && i < count; i++)
        if (!execution_is_ended(called[i].status))
            error = read_gates(program, called[i].id, gates);
    return error;
}

int program_stored_result(struct program *program, const struct execution_row *row,
                          struct engine_result *result)
{
    struct stored_gates gates = {0};

    *result = (struct engine_result){
        .end = end_of(program, row),
        .execution = row->id,
        .outputs = row->outputs,
        .step = row->current_step,
        .started_ms = row->started_ms,
        .ended_ms = row->completed_ms ? row->completed_ms : row->started_ms,
    };
    if (row->error &&
        codec_decode(&program->arena, &kad_error_type, CODEC_AFTER_SUCCESS, row->error,
                     strlen(row->error), &result->error))
        return program_fail(program, KAD_EXIT_STORE,
                            "its stored error is not readable");
    if (execution_is_ended(row->status))
        return 0;
    if (read_gates(program, row->id, &gates) != STORE_OK)
        return program_fail_store(program);
    result->gates = gates.list.items;
    result->gate_count = gates.list.count;
    if (gates.list.count)
        result->gate = gates.list.items[0].row;
    return 0;
}
