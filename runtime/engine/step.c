/* step.c: what a module's functions may do with their step: kad/step.h. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/duration.h"
#include "base/file.h"
#include "base/path_search.h"
#include "codec.h"
#include "engine/gate.h"
#include "engine/step_internal.h"
#include "mask.h"

/* ---- Who and where ------------------------------------------------------------------ */

const char *kad_step_id(const struct kad_step *step)
{
    return step->info->id;
}

const char *kad_step_execution(const struct kad_step *step)
{
    return step->run->execution->row->id;
}

const char *kad_step_key(const struct kad_step *step)
{
    return step->key;
}

uint32_t kad_step_visit(const struct kad_step *step)
{
    return step->visit;
}

uint32_t kad_step_attempt(const struct kad_step *step)
{
    return step->attempt;
}

const char *kad_step_workspace(const struct kad_step *step)
{
    return step->run->execution->row->workspace;
}

const char *kad_step_folder(struct kad_step *step)
{
    const char *folder = arena_printf(
        &step->memory, "%s/files/%s",
        step->run->execution->drive->engine->project->state, kad_step_execution(step));

    if (!make_folders(&step->memory, folder))
        kad_log(step, "%s: %s", folder, strerror(errno));
    return folder;
}

int64_t kad_step_deadline_ms(const struct kad_step *step)
{
    return step->deadline_ms;
}

const struct project *rt_step_project(const struct kad_step *step)
{
    return step->run->execution->drive->engine->project;
}

struct arena *rt_step_arena(struct kad_step *step)
{
    return &step->memory;
}

const char *rt_step_action(const struct kad_step *step)
{
    return step->info->action->name;
}

/* ---- Memory and text ---------------------------------------------------------------- */

void *kad_alloc(struct kad_step *step, size_t size)
{
    return arena_alloc(&step->memory, size);
}

char *kad_printf(struct kad_step *step, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = arena_vprintf(&step->memory, format, args);
    va_end(args);
    return text;
}

char *kad_copy(struct kad_step *step, const char *text, size_t len)
{
    struct buf copy;

    buf_init(&copy, &step->memory);
    buf_add_valid(&copy, (struct str){text, len});
    return copy.p;
}

bool kad_json_parse(struct kad_step *step, const char *text, size_t len,
                    struct kad_json *json)
{
    return !codec_decode(&step->memory, &kad_any_type, CODEC_AFTER_SUCCESS, text, len,
                         json);
}

struct kad_json kad_json_encode(struct kad_step *step, const struct kad_type *type,
                                const void *value)
{
    struct kad_json json = {0};
    const char *problem =
        codec_encode(&step->memory, type, CODEC_AFTER_SUCCESS, value, &json);

    if (problem)
        kad_log(step, "a value has no JSON: %s", problem);
    return json;
}

const char *kad_json_decode(struct kad_step *step, const struct kad_type *type,
                            struct kad_json json, void *value)
{
    return codec_decode(&step->memory, type, CODEC_AFTER_SUCCESS, json.text, json.len,
                        value);
}

/* ---- Saying things ------------------------------------------------------------------ */

static void notify(struct kad_step *step, enum notice_kind kind, struct str text)
{
    run_notify(step->run, &(struct notice){
                              .kind = kind,
                              .step = step->info,
                              .item = step->run->item,
                              .run = step->state->runs,
                              .attempt = step->attempt,
                              .now_ms = run_now_ms(step->run),
                              .text = text.p,
                              .len = text.len,
                          });
}

/* Most steps write nothing: their log has no name then. */
static void add_to_log(struct kad_step *step, struct str text)
{
    const struct execution *execution = step->run->execution;
    const struct project *project = execution->drive->engine->project;
    struct arena *memory = &step->memory;
    const char *folder;

    if (project && !step->log.folder) {
        folder = arena_printf(memory, "%s/logs/%s", project->state, execution->row->id);
        step_log_name(&step->log, folder,
                      arena_printf(memory, "%s/%s.%" PRIu32 ".%" PRIu32 ".log", folder,
                                   step_label(memory, step), step->visit,
                                   step->attempt));
    }
    step_log_add(&step->log, text);
}

static void log_text(struct kad_step *step, struct str piece)
{
    const bool had_error = step->log.error;
    struct arena scratch = {0}; /* there may be very much of it */
    const struct str text = mask_stream_add(&step->log.mask, &scratch, piece);

    add_to_log(step, text);
    notify(step, NOTICE_LOG, text);
    if (step->log.error && !had_error)
        notify(step, NOTICE_LOG,
               str_printf(&scratch, "%s: %s: the log is not complete\n", step->log.path,
                          strerror(step->log.error)));
    arena_release(&scratch);
}

void kad_log(struct kad_step *step, const char *format, ...)
{
    va_list args;
    const char *text;

    va_start(args, format);
    text = arena_vprintf(&step->memory, format, args);
    va_end(args);
    log_text(step, str_printf(&step->memory, "%s\n", text));
}

void kad_progress(struct kad_step *step, const char *format, ...)
{
    struct arena scratch = {0}; /* as in log_text */
    va_list args;
    const char *text;

    va_start(args, format);
    text = mask_text(&scratch, arena_vprintf(&scratch, format, args));
    va_end(args);
    notify(step, NOTICE_PROGRESS, str_of(text));
    add_to_log(step, str_printf(&scratch, "%s\n", text));
    arena_release(&scratch);
}

enum kad_outcome kad_fail(struct kad_step *step, const char *code, const char *format,
                          ...)
{
    va_list args;
    const char *text;

    va_start(args, format);
    text = mask_text(&step->memory, arena_vprintf(&step->memory, format, args));
    va_end(args);
    code = mask_text(&step->memory, code);
    step->failure = (struct kad_error){
        .code = kad_copy(step, code, strlen(code)),
        .message = kad_copy(step, text, strlen(text)),
        .step = step->info->id,
    };
    return KAD_FAILURE;
}

/* ---- Waiting ------------------------------------------------------------------------ */

static enum wait_verdict is_over(void *context)
{
    struct kad_step *step = context;

    notify(step, NOTICE_TICK, (struct str){0});
    return call_verdict(step);
}

static struct waiter waiter_of(struct kad_step *step)
{
    const struct observer *observer = step->run->execution->drive->engine->observer;

    return (struct waiter){
        .context = step,
        .is_over = is_over,
        .tick_ms = observer ? observer->tick_ms : 0,
    };
}

/* -1: none. */
static int64_t time_left_ms(const struct kad_step *step)
{
    const int64_t left_ms = step->deadline_ms - run_now_ms(step->run);

    if (!step->deadline_ms)
        return -1;
    return left_ms > 0 ? left_ms : 0;
}

static enum kad_outcome time_is_up(struct kad_step *step)
{
    step->has_timed_out = true;
    return KAD_TIMEOUT;
}

enum kad_outcome rt_step_wait_for(struct kad_step *step, int news_fd,
                                  int64_t duration_ms)
{
    struct host *host = step->run->execution->drive->engine->host;
    struct waiter waiter = waiter_of(step);
    const int64_t left_ms = time_left_ms(step);
    const bool is_short = left_ms >= 0 && left_ms < duration_ms;
    bool is_late;

    waiter.news_fd = news_fd;
    if (!host->wait(host, &waiter, is_short ? left_ms : duration_ms))
        return KAD_LATER;
    is_late = is_short && (!news_fd || time_left_ms(step) == 0);
    return is_late ? time_is_up(step) : KAD_SUCCESS;
}

enum kad_outcome rt_step_wait(struct kad_step *step, int64_t duration_ms)
{
    return rt_step_wait_for(step, 0, duration_ms);
}

enum kad_outcome rt_step_park(struct kad_step *step, const char *kind,
                              const char *prompt)
{
    struct gate_row gate = gate_until(step->run, step->key, kind, 0);

    gate.prompt = prompt;
    gate_set(step, gate);
    step->is_parked = true;
    return KAD_LATER;
}

/* ---- Programs ----------------------------------------------------------------------- */

static void log_output(void *context, const char *bytes, size_t len)
{
    log_text(context, (struct str){bytes, len});
}

/* A line of `kad progress`. One that was cut may end in the beginning of a secret. */
static void take_progress(void *context, struct str line)
{
    struct mask_stream masked = {0};
    struct arena scratch = {0};
    struct buf text;

    if (line.len >= PIPE_BUF - 1) {
        line = mask_stream_add(&masked, &scratch, line);
        mask_stream_end(&masked, &scratch);
    }
    buf_init(&text, &scratch);
    buf_add_valid(&text, line);
    kad_progress(context, "%.*s", STR(buf_str(&text)));
    arena_release(&scratch);
}

/* NULL: the program does not know which step it runs, or nothing is kept of that. */
static const char *progress_path(struct kad_step *step,
                                 const struct kad_program *program)
{
    const char *const *env = program->env;

    while (env && *env && strncmp(*env, "KAD_KEY=", sizeof("KAD_KEY=") - 1) != 0)
        env++;
    return env && *env && step->log.folder
               ? key_file(&step->memory, rt_step_project(step), step->key, "progress")
               : NULL;
}

/* "$ make check", so that a log can be read without the module's source. */
static void log_command(struct kad_step *step, const char *const *argv)
{
    struct buf line;

    buf_init(&line, &step->memory);
    buf_add_char(&line, '$');
    for (; *argv; argv++)
        buf_printf(&line, strpbrk(*argv, " \t\n'\"") ? " '%s'" : " %s", *argv);
    buf_add_char(&line, '\n');
    log_text(step, buf_str(&line));
}

/* A folder of PATH that may not be searched makes EACCES of a program that is nowhere. */
static bool is_nowhere(struct kad_step *step, const struct kad_program *program,
                       int error)
{
    const char *name = program->argv[0];

    return error == EACCES && !strchr(name, '/') &&
           !path_search_program(&step->memory, name, program->cwd, F_OK);
}

static enum kad_outcome not_started(struct kad_step *step,
                                    const struct kad_program *program, int error)
{
    const char *code = kad_failure_name(KAD_FAILURE_SPAWN_FAILED);
    const char *name = program->argv[0];

    if (!folder_is_there(program->cwd))
        return kad_fail(step, code, "`%s` can't start in %s: there is no such folder",
                        name, program->cwd);
    if (is_nowhere(step, program, error))
        error = ENOENT;
    return kad_fail(step, code, "`%s`: %s", name, strerror(error));
}

static enum kad_outcome not_limited(struct kad_step *step,
                                    const struct kad_program *program, int error)
{
    const uint32_t count = step->info->action->limits.processes;
    const char *reason =
        error == ENODEV
            ? "kad is in none that counts processes"
            : arena_printf(&step->memory, "that of kad can't be divided (%s)",
                           strerror(error));

    return kad_fail(step, kad_failure_name(KAD_FAILURE_LIMIT_UNAVAILABLE),
                    "`%s` was not started: its limit of %" PRIu32
                    " processes needs a cgroup, and %s; start kad with "
                    "`systemd-run --user --scope -p Delegate=yes kad ...`",
                    program->argv[0], count, reason);
}

static enum kad_outcome past_limit(struct kad_step *step,
                                   const struct kad_program *program,
                                   enum exec_limit limit)
{
    const struct kad_limits *limits = &step->info->action->limits;
    const char *name = program->argv[0];

    switch (limit) {
    case EXEC_LIMIT_CPU:
        return kad_fail(step, kad_failure_name(KAD_FAILURE_LIMIT_CPU),
                        "`%s` has used more than its %s of CPU time", name,
                        duration_text(&step->memory, limits->cpu_ms));
    case EXEC_LIMIT_OUTPUT:
        return kad_fail(step, kad_failure_name(KAD_FAILURE_LIMIT_OUTPUT),
                        "`%s` has written more than its %s", name,
                        bytes_text(&step->memory, limits->output_bytes));
    case EXEC_LIMIT_PROCESSES:
        return kad_fail(step, kad_failure_name(KAD_FAILURE_LIMIT_PROCESSES),
                        "`%s` has wanted more than its %" PRIu32 " processes", name,
                        limits->processes);
    case EXEC_LIMIT_NONE: break;
    }
    kad_unreachable();
}

static enum kad_outcome execute(struct kad_step *step,
                                const struct kad_program *program,
                                struct exec_result *result)
{
    struct host *host = step->run->execution->drive->engine->host;
    const struct exec_request request = {
        .program = *program,
        .limits = step->info->action->limits,
        .timeout_ms = time_left_ms(step),
        .waiter = waiter_of(step),
        .progress_path = progress_path(step, program),
        .on_output = program->is_quiet ? NULL : log_output,
        .on_progress = take_progress,
    };

    switch (host->execute(host, &step->memory, &request, result)) {
    case EXEC_ENDED: return KAD_SUCCESS;
    case EXEC_NOT_STARTED: return not_started(step, program, result->error);
    case EXEC_NOT_LIMITED: return not_limited(step, program, result->error);
    case EXEC_LIMITED: return past_limit(step, program, result->limit);
    case EXEC_TIMED_OUT: return time_is_up(step);
    case EXEC_STOPPED: return KAD_LATER;
    case EXEC_LOST:
        return kad_fail(step, kad_failure_name(KAD_FAILURE_INTERRUPTED),
                        "`%s`: the process that kept it was killed", program->argv[0]);
    }
    kad_unreachable();
}

enum kad_outcome kad_exec(struct kad_step *step, const struct kad_program *program,
                          struct kad_output *output)
{
    struct kad_program placed = *program;
    struct exec_result result = {.output = {.exit_code = -1, .out = "", .err = ""}};
    enum kad_outcome outcome = KAD_LATER;

    if (!placed.cwd)
        placed.cwd = kad_step_workspace(step);
    if (!placed.is_quiet)
        log_command(step, placed.argv);
    if (call_verdict(step) == WAIT_ON)
        outcome = execute(step, &placed, &result);
    *output = result.output;
    return outcome;
}

const char *kad_find_program(struct kad_step *step, const char *name)
{
    return path_search_program(&step->memory, name, kad_step_workspace(step), X_OK);
}
