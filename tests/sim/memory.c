/* memory.c: a long loop with blocks in it does not make the engine grow. */
#include <malloc.h>
#include <string.h>

#include "check.h"

enum { TURNS = 3000, SETTLED = 300, GROWTH_MAX = 16 * 1024 };

static struct kad_journal_ops ops;
static unsigned starts;                /* of the step that is the loop's first */
static size_t early_bytes, late_bytes; /* when all is warm, and at the last of them */

/* Keeps nothing, so that all that grows is the engine's. */
static enum store_error commit(struct journal *journal,
                               const struct journal_commit *commit)
{
    (void)journal;
    if (!commit->started || commit->started->visit <= 1 ||
        strcmp(commit->started->step_id, flows[0].nodes[0].id) != 0)
        return STORE_OK;
    starts++;
    if (starts == SETTLED)
        early_bytes = mallinfo2().uordblks;
    else if (starts == TURNS)
        late_bytes = mallinfo2().uordblks;
    return STORE_OK;
}

void check_memory(void)
{
    struct execution_row row;
    struct engine_result result;
    struct arena arena = {0};
    bool existed;

    flows_make_loop(TURNS);
    world_open(0, 0, true);
    ops = *world.journal->base.ops;
    ops.commit = commit;
    world.journal->base.ops = &ops;
    world.is_forgetful = true;
    starts = 0;
    world_boot();
    if (engine_create(&world.engine, &arena, "{\"text\":\"go\"}", NULL, NULL, &row,
                      &existed) != STORE_OK)
        kad_unreachable();
    engine_run(&world.engine, &arena, &row, &result);
    if (starts < TURNS)
        complain("the long loop ends after %u turns: %s", starts,
                 result.error.code ? result.error.code : "?");
    if (late_bytes > early_bytes + GROWTH_MAX)
        complain("%d turns of a loop have left %zu bytes", TURNS - SETTLED,
                 late_bytes - early_bytes);
    arena_release(&arena);
    world_close();
}
