/* idle.c: see idle.h. */
#include "program/idle.h"

#include "base/str.h"
#include "engine/cancel.h"
#include "program/queue.h"
#include "program/worktree.h"
#include "secrets.h"

/* A worktree goes if nothing in it would be lost. */
static void leave_worktree(const struct idle *idle, const struct execution_row *row)
{
    const char *folder =
        arena_printf(idle->arena, "%s/worktrees/", idle->project->state);
    struct worktree worktree;

    if (row->workspace && str_starts_with(str_of(row->workspace), str_of(folder)) &&
        !worktree_init(&worktree, idle->host, idle->arena, idle->project))
        worktree_end(&worktree, row->id, true);
}

enum store_error idle_cancel(const struct idle *idle, const struct execution_row *row)
{
    const enum store_error error =
        cancel_idle(idle->journal, idle->arena, row, idle->host->now_ms(idle->host));

    if (error != STORE_OK)
        return error;
    secret_forget(idle->arena, idle->project, row->id);
    leave_worktree(idle, row);
    queue_tell(idle->arena, idle->journal, idle->locks, row);
    return STORE_OK;
}
