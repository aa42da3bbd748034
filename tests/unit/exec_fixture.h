/* exec_fixture.h: a keeper, and one program after the other that it runs for a test. */
#ifndef KAD_TESTS_EXEC_FIXTURE_H
#define KAD_TESTS_EXEC_FIXTURE_H

#include "process/exec.h"
#include "process/signals.h"

static struct arena arena;
static struct keeper keeper;
static struct exec_caller caller = {.wake_fd = -1};
static struct exec_result result;
static struct exec_request request; /* what `run` adds its script to */

static void set_up(void)
{
    keeper_init(&keeper);
    keeper_line_init(&caller.line, &keeper);
    signals_install();
    request = (struct exec_request){.program = {.cwd = "/"}, .timeout_ms = -1};
}

static void clean_up(void)
{
    keeper_line_close(&caller.line);
    keeper_close(&keeper);
    arena_release(&arena);
}

/* Through the shell, for the tests' sake. */
static enum exec_end run(const char *script)
{
    request.program.argv = (const char *const[]){"sh", "-c", script, NULL};
    return exec_run(&caller, &arena, &request, &result);
}

#endif
