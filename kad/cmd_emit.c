/* cmd_emit.c: kad emit: something has happened; what waits for it goes on.
 *
 *     event, stored -> each gate that it fits gets its answer -> whoever runs the execution is
 *                                                               told; nobody: it is resumed
 *
 * The event is stored before gates are looked for, and an engine looks for events after it has
 * stored its gate: one of the two sees the other. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "commands.h"
#include "document.h"
#include "engine/event.h"
#include "kad/errors.h"
#include "programs.h"
#include "session.h"
#include "tool.h"

static const char details[] =
    "What follows EVENT are fields of its data: name=TEXT, or name:=JSON. Executions that\n"
    "wait for the event and are run by nobody are resumed here, one after the other.\n"
    "Triggers of type `event` start nothing yet: that is for `serve`, which is not there.\n"
    "The exit code says whether the event was stored, not how they ended; one that has\n"
    "failed is named on standard error.";

/* A root execution, and the gate in it that has the event. */
struct woken {
    struct execution_row root;
    const char *execution, *step_key;
};

struct emission {
    struct session session;
    struct event_row event;
    bool leaves_waits;       /* they go on with their next resume */
    VEC(struct woken) woken; /* each root once */
    json_t *report;
};

/* ---- The event ------------------------------------------------------------------- */

/* false: reported. */
static bool add_field(json_t *data, const char *operand)
{
    const char *end = strchr(operand, '=');
    const bool is_json = end && end > operand && end[-1] == ':';
    const size_t len = end ? (size_t)(end - operand) - (is_json ? 1 : 0) : 0;
    json_t *value;

    if (!len) {
        cli_error("`%s`: expected name=TEXT or name:=JSON", operand);
        return false;
    }
    if (json_object_getn(data, operand, len)) {
        cli_error("`%s`: `%.*s` is given twice", operand, (int)len, operand);
        return false;
    }
    value = is_json ? json_loads(end + 1, JSON_DECODE_ANY, NULL) : json_string(end + 1);
    if (!value) {
        cli_error("`%s`: the value is not %s", operand,
                  is_json ? "JSON" : "valid UTF-8");
        return false;
    }
    if (json_object_setn_new(data, operand, len, value) == 0)
        return true;
    cli_error("`%s`: the name is not valid UTF-8", operand);
    return false;
}

/* NULL: reported. */
static json_t *read_data(const struct cli *cli, const char *given)
{
    json_t *data = given ? json_loads(given, JSON_DECODE_ANY, NULL) : json_object();

    if (!data)
        cli_error("--data: not JSON");
    for (size_t i = 1; data && i < cli->argc; i++) {
        if (!json_is_object(data))
            cli_error("--data: fields can be added to an object only");
        if (json_is_object(data) && add_field(data, cli->argv[i]))
            continue;
        json_decref(data);
        data = NULL;
    }
    return data;
}

/* false: reported. */
static bool read_event(struct emission *emission, struct cli *cli, const char *given,
                       const char *source)
{
    json_t *data;
    char *text;

    if (!event_name_is_valid(cli->argv[0])) {
        cli_error("`%s` is no name of an event: letters, digits and . _ - : only",
                  cli->argv[0]);
        return false;
    }
    data = read_data(cli, given);
    if (!data)
        return false;
    text = json_dumps(data, JSON_COMPACT | JSON_ENCODE_ANY);
    emission->event = (struct event_row){
        .name = cli->argv[0],
        .data = arena_copy(cli->arena, text, strlen(text)),
        .source = source,
        .at_ms = time_now_ms(),
    };
    free(text);
    json_decref(data);
    return true;
}

/* ---- What waits for it ------------------------------------------------------------- */

static bool is_woken(const struct emission *emission, const char *execution_id)
{
    for (size_t i = 0; i < emission->woken.count; i++)
        if (!strcmp(emission->woken.items[i].root.id, execution_id))
            return true;
    return false;
}

/* An event is used once by an execution: its oldest gate gets it. */
static enum store_error open_gate(struct emission *emission,
                                  const struct gate_row *gate, const char *execution_id)
{
    struct journal *journal = emission->session.journal;
    struct arena *arena = emission->session.cli->arena;
    struct execution_row root;
    enum store_error error = session_find_root(&emission->session, execution_id, &root);

    if (error != STORE_OK || is_woken(emission, root.id) ||
        !event_fits(&emission->event, gate->match))
        return error;
    error = journal->ops->answer(journal, gate->step_key, gate->way,
                                 event_answer(arena, &emission->event));
    if (error == STORE_OK)
        vec_push(arena, &emission->woken,
                 ((struct woken){root, execution_id, gate->step_key}));
    return error;
}

static enum store_error open_gates(struct emission *emission)
{
    struct journal *journal = emission->session.journal;
    const char **executions;
    struct gate_row *gates;
    size_t count;
    enum store_error error = journal->ops->gates_for_event(
        journal, emission->session.cli->arena, emission->event.name, &gates,
        &executions, &count);

    for (size_t i = 0; error == STORE_OK && i < count; i++) {
        error = open_gate(emission, &gates[i], executions[i]);
        if (error == STORE_NOT_FOUND) /* it has gone on by itself meanwhile */
            error = STORE_OK;
    }
    return error;
}

/* ---- Waking ------------------------------------------------------------------------ */

static int resume(struct emission *emission, const struct execution_row *execution)
{
    struct cli quiet = *emission->session.cli;
    struct tool tool = {.cwd = NULL};
    struct engine_argv argv;
    const char *path;
    int exit_code;

    quiet.is_json = false; /* one document on stdout: ours */
    path =
        program_of_execution(&quiet, &emission->session.project, execution, &exit_code);
    if (!path)
        return exit_code;
    argv = engine_argv(&quiet, path);
    engine_argv_option(&quiet, &argv, "--resume", execution->id);
    engine_argv_add(&quiet, &argv, NULL);
    tool.argv = argv.list.items;
    if (tool_run(&tool, &exit_code))
        return exit_code;
    cli_error("cannot run %s", path);
    return KAD_EXIT_USAGE;
}

/* The event is stored whatever becomes of it: that is what the exit code says. */
static void warn(const struct emission *emission, const struct execution_row *execution,
                 int exit_code)
{
    const char *end = exit_code == KAD_EXIT_FAILED      ? "has failed"
                      : exit_code == KAD_EXIT_CANCELLED ? "is cancelled"
                                                        : "could not go on";

    if (exit_code != KAD_EXIT_COMPLETED && exit_code != KAD_EXIT_WAITING)
        cli_error("%s is stored; execution %s, which it let go on, %s (exit %d)",
                  emission->event.name, execution->id, end, exit_code);
}

static void say(struct emission *emission, const struct execution_row *execution,
                const char *key, int value)
{
    json_t *entry = json_pack("{s:s, s:s}", "execution", execution->id, "workflow",
                              execution->workflow_id);

    if (key)
        json_object_set_new(entry, key, json_integer(value));
    json_array_append_new(json_object_get(emission->report, "woken"), entry);
}

/* Whether the process that runs it has the event; if that ends without, the row tells how it
 * has left it. */
static bool is_told(struct session *session, struct woken *woken, pid_t *owner)
{
    *owner = lock_owner(&session->locks, woken->root.slot);
    if (*owner &&
        session_tell(session, &woken->root, woken->execution, woken->step_key, *owner))
        return true;
    if (*owner)
        session_find_root(session, woken->execution, &woken->root);
    return false;
}

static void wake(struct emission *emission, struct woken *woken)
{
    const struct execution_row *execution = &woken->root;
    const bool is_quiet = emission->session.cli->is_json;
    int exit_code;
    pid_t owner;

    if (is_told(&emission->session, woken, &owner)) {
        if (!is_quiet)
            printf("%s goes on: %s runs it\n", execution->id,
                   lock_owner_text(emission->session.cli->arena, owner));
        say(emission, execution, owner > 0 ? "process" : NULL, (int)owner);
    } else if (execution->status != EXECUTION_WAITING || emission->leaves_waits) {
        if (!is_quiet)
            printf("%s has it: kad workflow resume %s goes on\n", execution->id,
                   execution->id);
        say(emission, execution, NULL, 0);
    } else {
        if (!is_quiet)
            printf("%s goes on\n", execution->id);
        fflush(stdout);
        exit_code = resume(emission, execution);
        warn(emission, execution, exit_code);
        say(emission, execution, "exit", exit_code);
    }
}

/* ---- Main -------------------------------------------------------------------------- */

static int emit(struct emission *emission)
{
    struct session *session = &emission->session;
    const bool is_json = session->cli->is_json;
    enum store_error error =
        session->journal->ops->emit(session->journal, &emission->event);

    if (error == STORE_OK)
        error = open_gates(emission);
    if (error != STORE_OK)
        return session_exit(session, error, emission->event.name);
    emission->report = json_pack("{s:s, s:I, s:[]}", "event", emission->event.name,
                                 "id", (json_int_t)emission->event.id, "woken");
    if (!is_json && !emission->woken.count)
        printf("%s is stored; nothing waits for it\n", emission->event.name);
    for (size_t i = 0; i < emission->woken.count; i++)
        wake(emission, &emission->woken.items[i]);
    if (is_json)
        return document_print(emission->report, KAD_EXIT_COMPLETED);
    json_decref(emission->report);
    return KAD_EXIT_COMPLETED;
}

int cmd_emit(struct cli *cli)
{
    struct emission emission = {0};
    const char *data = NULL, *source = NULL;
    const struct arg_option options[] = {
        {"--data", "JSON", "the event's data, instead of fields", &data, NULL},
        {"--source", "NAME", "where it comes from; kept with it", &source, NULL},
        {"--no-wait", NULL, "do not resume what nobody runs", NULL,
         &emission.leaves_waits},
    };
    const struct arg_rules rules = {
        .options = options,
        .option_count = COUNT_OF(options),
        .min_operands = 1,
        .max_operands = SIZE_MAX,
        .details = details,
    };
    int exit_code = KAD_EXIT_USAGE;

    if (!args_read(cli, &rules, &exit_code))
        return exit_code;
    if (!read_event(&emission, cli, data, source))
        return KAD_EXIT_USAGE;
    if (!session_make(&emission.session, cli, &exit_code))
        return exit_code;
    exit_code = emit(&emission);
    session_close(&emission.session);
    return exit_code;
}
