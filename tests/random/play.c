/* play.c: lines of steps in the reference: visits, attempts, failures and routes. */
#include "play.h"

#include <string.h>

#include "play_line.h"

/* How often a step has been visited; for an item of a forEach, in all runs of it. */
struct visits {
    const char *key;
    unsigned count;
};

static unsigned next_visit(struct running *line)
{
    struct table *table = line->game->table;
    const char *key = arena_printf(table->arena, "%s/%s%s", line->game->place,
                                   line->step->id, line->frame->item);
    struct visits *visits;

    for (size_t i = 0; i < table->visits.count; i++)
        if (!strcmp(table->visits.items[i]->key, key))
            return ++table->visits.items[i]->count;
    visits = arena_new(table->arena, struct visits);
    *visits = (struct visits){key, 1};
    vec_push(table->arena, &table->visits, visits);
    return 1;
}

static struct left *left_of(const struct running *line)
{
    return &line->frame->left[line->step->index];
}

struct scope running_scope(const struct running *line)
{
    const struct trouble *error = line->error.code ? &line->error : &line->around;

    return (struct scope){
        .arena = line->game->table->arena,
        .flow = line->game->flow,
        .parameters = line->game->parameters,
        .frame = line->frame,
        .error_code = error->code,
        .error_step = error->step,
        .is_failed = error->code,
    };
}

/* ---- Ends ----------------------------------------------------------------------------- */

static void game_outputs(struct game *game)
{
    const struct flow *flow = game->flow;
    struct running *line = game->main;
    struct scope scope = running_scope(line);
    struct buf buf;

    buf_init(&buf, game->table->arena);
    for (unsigned i = 0; i < flow->output_count; i++) {
        game->output_values[i] = scope_value(&scope, flow->outputs[i].value);
        if (scope.has_fault)
            break;
        buf_printf(&buf, "%c\"%s\":", i ? ',' : '{', flow->outputs[i].name);
        value_write(&buf, flow->outputs[i].value->kind, game->output_values[i]);
    }
    if (scope.has_fault)
        line->error = (struct trouble){"expression", line->step->id};
    else if (flow->output_count)
        game->outputs = arena_printf(game->table->arena, "%s}", buf.p);
}

static void game_end(struct game *game)
{
    struct ending ending = {.is_success = true, .status = "completed"};

    if (game->main->state == WELL && !game->main->error.code)
        game_outputs(game);
    game->is_completed = !game->main->error.code;
    if (!game->caller)
        return;
    if (game->main->state == CANCELLED) {
        game->caller->child = NULL;
        running_stop(game->caller, NULL);
        return;
    }
    if (game->is_completed) {
        ending.has_outputs = true;
        memcpy(ending.outputs, game->output_values, sizeof(ending.outputs));
    } else {
        ending = (struct ending){.status = "failed", .code = "child_failed"};
    }
    game->caller->child = NULL;
    running_finish(game->caller, &ending);
}

static void line_end(struct running *line, bool is_well)
{
    line->state = is_well ? WELL : FAILED;
    if (!is_well && !line->error.code)
        line->error = (struct trouble){"failed_by_route", line->step->id};
    if (line->block)
        inside_look(line->block);
    else
        game_end(line->game);
}

/* ---- Routes --------------------------------------------------------------------------- */

static void enter(struct running *line, const struct step *step);

/* NULL: no route is taken, for the lack of a value. */
static const struct route *route_find(struct scope *scope, const struct route *route)
{
    static const struct route completes = {.target = TO_COMPLETE};

    while (route && route->target == TO_CASES) {
        const struct route *next = route->otherwise;

        for (unsigned i = 0; i < route->case_count; i++) {
            const bool is_so = scope_is(scope, route->cases[i].when);

            if (scope->has_fault)
                return NULL;
            if (is_so) {
                next = route->cases[i].then;
                break;
            }
        }
        route = next;
    }
    return route ? route : &completes;
}

static void go(struct running *line, const struct route *route)
{
    switch (route->target) {
    case TO_STEP: enter(line, route->step); break;
    case TO_COMPLETE: line_end(line, true); break;
    case TO_FAIL: line_end(line, false); break;
    case TO_CASES: break;
    }
}

static void go_failed(struct running *line, bool is_timeout)
{
    static const struct route fails = {.target = TO_FAIL};
    const struct step *step = line->step;
    const struct route *route =
        is_timeout && step->on_timeout ? step->on_timeout : step->on_failure;
    struct scope scope = running_scope(line);

    route = route ? route_find(&scope, route) : &fails;
    go(line, route ? route : &fails);
}

/* ---- The end of a visit ----------------------------------------------------------------- */

static void settle(struct running *line, const struct ending *ending)
{
    struct left *left = left_of(line);

    line->error_before = line->error;
    left->status = ending->status;
    left->code = ending->code;
    left->attempts = left->runs;
    left->has_outputs = ending->has_outputs;
    memcpy(left->outputs, ending->outputs, sizeof(left->outputs));
    if (ending->code && !line->error.code)
        line->error = (struct trouble){ending->code, line->step->id};
    if (ending->handed.code && !line->error.code)
        line->error = ending->handed;
    if (ending->is_success && line->step->recovers)
        line->error = (struct trouble){0};
}

/* The route after a success has no value: the step has failed after all. */
static void fail_route(struct running *line, const struct ending *ending)
{
    struct ending failed = {.status = "failed", .code = "expression"};

    if (line->step->kind == ACTION && line->step->action == KEEP) {
        failed.has_outputs = true;
        memcpy(failed.outputs, ending->outputs, sizeof(failed.outputs));
    }
    line->row->status = failed.status;
    line->row->code = failed.code;
    line->error = line->error_before;
    settle(line, &failed);
    go_failed(line, false);
}

static void go_succeeded(struct running *line, const struct ending *ending)
{
    const struct step *step = line->step;
    struct scope scope = running_scope(line);
    const struct route *route =
        route_find(&scope, step->by_outcome ? step->on_outcome[line->answer.outcome]
                                            : step->on_success);

    if (route)
        go(line, route);
    else
        fail_route(line, ending);
}

static bool is_retried(const struct retry *retry, const char *code, unsigned attempt)
{
    bool is_named = !strcmp(code, "timed_out") && retry->codes[CODE_COUNT];

    for (unsigned i = 0; i < CODE_COUNT; i++)
        is_named |= retry->codes[i] && !strcmp(code, failure_codes[i]);
    return attempt < retry->max_attempts &&
           (!retry->is_limited || is_named != retry->is_not);
}

static bool has_budget(const struct running *line)
{
    return !line->step->is_bounded || left_of(line)->runs <= line->step->max_retries;
}

static bool may_repeat(const struct running *line, const struct ending *ending)
{
    const struct step *step = line->step;

    if (ending->is_success || !has_budget(line))
        return false;
    return step->retry.max_attempts
               ? is_retried(&step->retry, ending->code, line->attempt)
               : step->is_bounded;
}

static void attempt_start(struct running *line);

void running_stop(struct running *line, const struct ending *ending)
{
    static const struct ending cancelled = {.status = "cancelled"};

    if (!ending || !ending->is_success)
        ending = &cancelled;
    line->row->status = ending->status;
    settle(line, ending);
    line->state = CANCELLED;
    if (line->block)
        inside_look(line->block);
    else
        game_end(line->game);
}

void running_finish(struct running *line, const struct ending *ending)
{
    if (line->is_cancelled) {
        running_stop(line, ending);
        return;
    }
    line->row->status = ending->status;
    line->row->code = ending->code;
    if (may_repeat(line, ending)) {
        line->attempt++;
        attempt_start(line);
        return;
    }
    settle(line, ending);
    if (ending->is_success)
        go_succeeded(line, ending);
    else
        go_failed(line, !strcmp(ending->status, "timed_out"));
}

/* ---- Attempts -------------------------------------------------------------------------- */

const char *attempt_key(struct arena *arena, const struct attempt *attempt)
{
    return arena_printf(arena, "%s%s%s%s/%u/%u", attempt->place,
                        *attempt->place ? "/" : "", attempt->step->id, attempt->item,
                        attempt->visit, attempt->attempt);
}

static void row_add(struct running *line, bool is_called)
{
    struct table *table = line->game->table;
    struct attempt *row = arena_new(table->arena, struct attempt);

    *row = (struct attempt){
        .place = line->game->place,
        .step = line->step,
        .item = line->frame->item,
        .visit = line->visit,
        .attempt = line->attempt,
        .is_called = is_called,
        .status = "running",
        .inputs = is_called ? line->inputs : NULL,
    };
    line->row = row;
    vec_push(table->arena, &table->play->attempts, row);
}

static void action_start(struct running *line)
{
    struct table *table = line->game->table;

    line->answer = script_answer(table->arena, table->script, line->step->action,
                                 attempt_key(table->arena, line->row));
    vec_push(table->arena, &table->flights, line);
}

static void attempt_start(struct running *line)
{
    static const struct ending decided = {
        .is_success = true, .status = "completed", .has_outputs = true};
    struct table *table = line->game->table;

    left_of(line)->runs++;
    table->play->runs++;
    row_add(line, true);
    switch (line->step->kind) {
    case ACTION: action_start(line); break;
    case ROUTE: running_finish(line, &decided); break;
    case PARALLEL:
    case FOR_EACH: inside_start(line); break;
    case CALL:
        line->child =
            game_new(table, line->step->callee, attempt_key(table->arena, line->row),
                     line, line->arguments);
        running_start(line->child->main);
        break;
    }
}

/* The step fails before it is called. */
static void fail_uncalled(struct running *line, const char *code)
{
    const struct ending failed = {.status = "failed", .code = code};

    row_add(line, false);
    line->row->status = failed.status;
    line->row->code = code;
    if (line->step->branch_count)
        running_forget(line);
    settle(line, &failed);
    go_failed(line, false);
}

/* ---- Inputs ---------------------------------------------------------------------------- */

static bool inputs_make(struct running *line)
{
    const struct step *step = line->step;
    struct scope scope = running_scope(line);
    const char *separator = "{";
    struct buf buf;

    buf_init(&buf, scope.arena);
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        struct value value;

        if (!step->inputs[i])
            continue;
        value = scope_value(&scope, step->inputs[i]);
        if (scope.has_fault)
            return false;
        if (!value.is_set)
            continue;
        buf_printf(&buf, "%s\"%s\":", separator, field_names[i]);
        value_write(&buf, field_kinds[i], value);
        separator = ",";
    }
    line->inputs = arena_printf(scope.arena, "%s}", *separator == '{' ? "{" : buf.p);
    return true;
}

static bool arguments_make(struct running *line)
{
    const struct step *step = line->step;
    const size_t count = step->callee->parameters.count;
    struct scope scope = running_scope(line);

    line->arguments = arena_array(scope.arena, struct value, count);
    for (size_t i = 0; i < count; i++)
        if (step->arguments[i])
            line->arguments[i] = scope_value(&scope, step->arguments[i]);
    return !scope.has_fault;
}

static bool prepare(struct running *line)
{
    line->inputs = NULL;
    switch (line->step->kind) {
    case ACTION: return inputs_make(line);
    case ROUTE: break;
    case PARALLEL:
    case FOR_EACH: return inside_prepare(line);
    case CALL: return arguments_make(line);
    }
    return true;
}

static void enter(struct running *line, const struct step *step)
{
    bool is_prepared;

    line->step = step;
    is_prepared = prepare(line);
    line->visit = next_visit(line);
    line->attempt = 1;
    if (!is_prepared)
        fail_uncalled(line, "expression");
    else if (!has_budget(line))
        fail_uncalled(line, "retries_exhausted");
    else if (inside_is_too_large(line))
        fail_uncalled(line, "too_many_items");
    else
        attempt_start(line);
}

/* ---- Lines and workflows ----------------------------------------------------------------- */

struct running *running_new(struct game *game, struct inside *block,
                            const struct line *line, struct frame *frame)
{
    struct running *running = arena_new(game->table->arena, struct running);

    running->game = game;
    running->block = block;
    running->line = line;
    running->frame = frame;
    if (block)
        running->around =
            block->owner->error.code ? block->owner->error : block->owner->around;
    return running;
}

void running_start(struct running *line)
{
    line->state = OPEN;
    enter(line, line->line->steps.items[0]);
}

void running_cancel(struct running *line)
{
    line->is_cancelled = true;
    if (line->inner)
        inside_cancel(line->inner);
    if (line->child)
        running_cancel(line->child->main);
    if (line->inner)
        inside_look(line->inner);
}

void running_forget(struct running *line)
{
    const struct flow *flow = line->game->flow;

    for (unsigned i = 0; i < flow->step_count; i++)
        if (step_is_inside(flow->steps[i], line->step))
            line->frame->left[i] = (struct left){.status = "pending"};
    line->frame->items[line->step->index].count = 0;
}

struct game *game_new(struct table *table, const struct flow *flow, const char *place,
                      struct running *caller, const struct value *parameters)
{
    struct game *game = arena_new(table->arena, struct game);
    struct frame *frame = arena_new(table->arena, struct frame);

    *game = (struct game){
        .table = table,
        .flow = flow,
        .parameters = parameters,
        .place = place,
        .caller = caller,
    };
    frame->item = "";
    for (unsigned i = 0; i < STEPS_MAX; i++)
        frame->left[i].status = "pending";
    game->main = running_new(game, NULL, &flow->main, frame);
    return game;
}

/* ---- The whole -------------------------------------------------------------------------- */

/* The attempt that is over first. */
static struct running *land(struct table *table)
{
    size_t first = 0;
    struct running *line;

    for (size_t i = 1; i < table->flights.count; i++)
        if (table->flights.items[i]->answer.rank <
            table->flights.items[first]->answer.rank)
            first = i;
    line = table->flights.items[first];
    table->flights.items[first] = table->flights.items[--table->flights.count];
    return line;
}

static void finish_action(struct running *line)
{
    const struct scripted *answer = &line->answer;
    struct ending ending = {
        .is_success = answer->kind == SUCCEEDS,
        .status = answer->kind == SUCCEEDS ? "completed"
                  : answer->kind == FAILS  ? "failed"
                                           : "timed_out",
        .code = answer->kind == SUCCEEDS ? NULL
                : answer->kind == FAILS  ? answer->code
                                         : "timed_out",
        .has_outputs = answer->kind == SUCCEEDS || line->step->action == KEEP,
    };

    memcpy(ending.outputs, answer->outputs, sizeof(ending.outputs));
    running_finish(line, &ending);
}

struct play *play_flow(struct arena *arena, const struct flow *flow,
                       const struct script *script, const struct value *parameters)
{
    struct play *play = arena_new(arena, struct play);
    struct table table = {.arena = arena, .play = play, .script = script};
    struct game *game = game_new(&table, flow, "", NULL, parameters);

    running_start(game->main);
    while (table.flights.count)
        finish_action(land(&table));
    play->is_completed = game->is_completed;
    play->code = game->main->error.code;
    play->step = game->main->error.step;
    play->outputs = game->outputs;
    return play;
}
