/* gen_step.c: the C function of a step: its inputs, the call, and where its outcome leads.
 *
 *     static enum step step_test(struct kad_run *run, struct frame *f)
 *     {
 *         const struct testing_run_tests_inputs in = {
 *             .changes = ...,
 *         };
 *
 *         switch (testing_run_tests_do(run, &steps[STEP_TEST], &in, &f->test)) {
 *         case KAD_SUCCESS: return ...;
 */
#include <inttypes.h>

#include "base/buf.h"
#include "c_name.h"
#include "gen_expr.h"
#include "secrets.h"

enum { SCRATCH_BYTES = 1 << 16 }; /* as many as steps together may leave behind */

void gen_each_step(struct gen *gen,
                   void (*put)(struct gen *gen, const struct step *step))
{
    const struct workflow *workflow = gen->workflow;
    struct arena scratch = {0};

    gen->arena = &scratch;
    for (size_t i = 0; i < workflow->step_count; i++) {
        put(gen, workflow->steps[i]);
        if (scratch.total_bytes > SCRATCH_BYTES)
            arena_release(&scratch);
    }
    gen->arena = gen->kept;
    arena_release(&scratch);
}

/* ---- The table of steps ---------------------------------------------------------------- */

/* Whether the step itself has outcomes, not its action. */
static bool has_choices(const struct step *step)
{
    return step->kind == STEP_APPROVAL ||
           (step->kind == STEP_WAIT && step->wait.is_first);
}

/* The descriptor of the outputs of the workflow that a step calls. */
static const char *child_outputs(const struct gen *gen, const struct step *step)
{
    if (!gen_step_struct(gen, step))
        return "&kad_nothing_type";
    return arena_printf(gen->arena, "&%soutputs_type",
                        gen_workflow_prefix(gen->arena, step->block->workflow));
}

static void put_run_info(struct gen *gen, const struct step *step)
{
    if (run_holds_secret(&step->run))
        emit_line(gen->code, ".inputs = &kad_run_secret_inputs_type,");
    if (step->run.is_idempotent)
        emit_line(gen->code, ".is_idempotent = true,");
    if (step->run.ok_exit_count) {
        emit_line(gen->code, ".ok_exits = %s_ok_exits,", step->c_name);
        emit_line(gen->code, ".ok_exit_count = KAD_COUNT(%s_ok_exits),", step->c_name);
    }
}

static const char *action_address(const struct gen *gen, const struct step *step)
{
    if (step->kind == STEP_RUN)
        return "&kad_run_action";
    if (step->kind == STEP_WAIT)
        return step->wait.is_first ? "&kad_first_action" : "&kad_wait_action";
    if (step->kind == STEP_APPROVAL)
        return "&kad_approval_action";
    if (step->kind == STEP_ROUTE)
        return "&kad_route_action";
    if (step->kind == STEP_PARALLEL)
        return "&kad_parallel_action";
    if (step->kind == STEP_FOR_EACH)
        return "&kad_for_each_action";
    if (step->kind == STEP_WORKFLOW)
        return "&kad_child_action";
    return arena_printf(gen->arena, "&%s_action",
                        gen_action_name(gen->arena, step->action));
}

/* Those that the action does not know. */
static void put_types(struct gen *gen, const struct step *step)
{
    const bool is_child = step->kind == STEP_WORKFLOW;

    if (is_child || step->kind == STEP_FOR_EACH)
        emit_line(gen->code, ".inputs = %s,",
                  gen_descriptor(gen, gen_inputs_type(gen, step)));
    if (is_child)
        emit_line(gen->code, ".outputs = %s,", child_outputs(gen, step));
    else if (step->kind == STEP_WAIT && gen_step_struct(gen, step))
        emit_line(gen->code, ".outputs = &kad_wait_outputs_type,");
    else if (step->is_refined)
        emit_line(gen->code, ".outputs = %s,",
                  gen_descriptor(gen, gen->stored[step->index]));
}

static void put_places(struct gen *gen, const struct step *step)
{
    const char *frame = gen_frame_struct(gen, step);

    if (gen_step_struct(gen, step))
        emit_line(gen->code, ".outputs_offset = offsetof(%s, %s),", frame,
                  gen_outputs_path(gen, step));
    if (gen->has_flag[step->index])
        emit_line(gen->code, ".has_outputs_offset = offsetof(%s, has.%s),", frame,
                  step->c_name);
    if (gen->is_gathered[step->index])
        emit_line(gen->code, ".is_gathered = true,");
}

void gen_step_info(struct gen *gen, const struct step *step)
{
    const struct span span = step->id.span;

    emit_open(gen->code, "%s", "");
    emit_line(gen->code, ".id = %s,", emit_quote(gen->arena, step->id.text));
    if (step->title.len)
        emit_line(gen->code, ".title = %s,", emit_quote(gen->arena, step->title));
    emit_line(gen->code, ".line = %" PRIu32 ",",
              source_line_of(span.source, span.start));
    emit_line(gen->code, ".action = %s,", action_address(gen, step));
    put_types(gen, step);
    put_places(gen, step);
    if (step->block)
        emit_line(gen->code, ".block = &%s_block,", step->c_name);
    if (step->lock.text.p)
        emit_line(gen->code, ".lock = %s,", emit_quote(gen->arena, step->lock.text));
    if (step->timeout_ms)
        emit_line(gen->code, "%s", gen_duration(gen, "timeout_ms", step->timeout_ms));
    if (step->has_max_retries) {
        emit_line(gen->code, ".is_bounded = true,");
        emit_line(gen->code, ".max_retries = %" PRIu32 ",", step->max_retries);
    }
    if (step->retry)
        emit_line(gen->code, ".retry = &%s_retry,", step->c_name);
    if (step->recovers)
        emit_line(gen->code, ".recovers = true,");
    if (step->kind == STEP_RUN)
        put_run_info(gen, step);
    if (has_choices(step))
        emit_line(gen->code, ".choices = %s_choices,", step->c_name);
    if (step->needs.count)
        emit_line(gen->code, ".needs = %s_needs,", step->c_name);
    if (step->is_after_failure)
        emit_line(gen->code, ".is_after_failure = true,");
    if (step->on_success->kind == ROUTE_OUTCOME)
        emit_line(gen->code, ".routes_by_outcome = true,");
    if (!step->are_outputs_needed && step->outputs->field_count)
        emit_line(gen->code, ".outputs_unread = true,");
    emit_close(gen->code, ",");
}

void gen_step_needs(struct gen *gen, const struct step *step)
{
    struct str *ids = arena_array(gen->arena, struct str, step->needs.count);
    const char *name =
        arena_printf(gen->arena, "static const char *const %s_needs[]", step->c_name);

    for (size_t i = 0; i < step->needs.count; i++)
        ids[i] = step->needs.items[i]->id.text;
    if (step->needs.count)
        gen_texts(gen, name, ids, step->needs.count);
}

/* Nothing where there are none. */
static void put_names(struct gen *gen, const char *name, const struct name *names,
                      size_t count)
{
    struct str *items = arena_array(gen->arena, struct str, count);

    for (size_t i = 0; i < count; i++)
        items[i] = names[i].text;
    if (count)
        gen_texts(gen, arena_printf(gen->arena, "static const char *const %s[]", name),
                  items, count);
}

static void put_backoff(struct gen *gen, const struct retry *retry)
{
    emit_line(gen->code, "%s", gen_duration(gen, "initial_ms", retry->initial_ms));
    emit_line(gen->code, ".factor = %s,", gen_double(gen->arena, retry->factor));
    if (retry->max_ms)
        emit_line(gen->code, "%s", gen_duration(gen, "max_ms", retry->max_ms));
    if (retry->jitter > 0)
        emit_line(gen->code, ".jitter = %s,", gen_double(gen->arena, retry->jitter));
}

static void put_retry(struct gen *gen, const struct step *step)
{
    const struct retry *retry = step->retry;
    const char *on = arena_printf(gen->arena, "%s_retry_on", step->c_name);
    const char *not_on = arena_printf(gen->arena, "%s_retry_not_on", step->c_name);

    put_names(gen, on, retry->on.items, retry->on.count);
    put_names(gen, not_on, retry->not_on.items, retry->not_on.count);
    emit_open(gen->code, "static const struct kad_retry %s_retry =", step->c_name);
    emit_line(gen->code, ".max_attempts = %" PRIu32 ",", retry->max_attempts);
    if (retry->initial_ms)
        put_backoff(gen, retry);
    if (retry->on.count)
        emit_line(gen->code, ".on = %s,", on);
    if (retry->not_on.count)
        emit_line(gen->code, ".not_on = %s,", not_on);
    emit_close(gen->code, ";");
}

void gen_step_constants(struct gen *gen, const struct step *step)
{
    const struct name *choices;
    size_t choice_count;
    struct buf exits;

    if (step->retry)
        put_retry(gen, step);
    if (has_choices(step)) {
        choices = step_outcomes(step, &choice_count);
        put_names(gen, arena_printf(gen->arena, "%s_choices", step->c_name), choices,
                  choice_count);
    }
    if (step->kind != STEP_RUN || step->run.ok_exit_count == 0)
        return;
    buf_init(&exits, gen->arena);
    for (size_t i = 0; i < step->run.ok_exit_count; i++)
        buf_printf(&exits, "%s%" PRId32, i ? ", " : "", step->run.ok_exits[i]);
    emit_line(gen->code, "static const int32_t %s_ok_exits[] = {%s};", step->c_name,
              exits.p);
}

/* ---- Routes --------------------------------------------------------------------------- */

static bool is_leaf(const struct route *route)
{
    return route->kind != ROUTE_CONDITION && route->kind != ROUTE_SWITCH &&
           route->kind != ROUTE_OUTCOME;
}

static const char *leaf_name(const struct gen *gen, const struct route *route)
{
    if (route->kind == ROUTE_STEP)
        return gen_step_name(gen, route->target);
    return route->kind == ROUTE_FAIL ? "END_FAIL" : "END_COMPLETE";
}

static void put_route(struct gen *gen, const struct route *route);

/* One way of a decision, taken if the condition holds. */
static void put_way(struct gen *gen, const struct template *when,
                    const struct route *then)
{
    const char *condition = str_copy(gen->arena, gen_condition(gen, when));

    if (is_leaf(then)) {
        emit_if(gen->code, condition);
        emit_nested(gen->code, "return %s;", leaf_name(gen, then));
        return;
    }
    emit_open_if(gen->code, condition);
    put_route(gen, then);
    emit_close(gen->code, "");
}

/* `return a ? B : C;` where that fits into a line. */
static bool put_choice(struct gen *gen, const struct route *route)
{
    const char *text;

    if (!is_leaf(route->yes) || !is_leaf(route->no))
        return false;
    text = arena_printf(gen->arena, "return %.*s ? %s : %s;",
                        STR(gen_condition_of_choice(gen, route->condition)),
                        leaf_name(gen, route->yes), leaf_name(gen, route->no));
    if (!emit_fits(gen->code, str_utf8_count(str_of(text))))
        return false;
    emit_line(gen->code, "%s", text);
    return true;
}

static void put_route(struct gen *gen, const struct route *route)
{
    if (is_leaf(route)) {
        emit_line(gen->code, "return %s;", leaf_name(gen, route));
        return;
    }
    if (route->kind == ROUTE_CONDITION) {
        if (put_choice(gen, route))
            return;
        put_way(gen, route->condition, route->yes);
    }
    for (size_t i = 0; i < route->case_count; i++)
        put_way(gen, route->cases[i].when, route->cases[i].then);
    put_route(gen, route->no);
}

static void put_case(struct gen *gen, const char *label, const struct route *route)
{
    if (is_leaf(route)) {
        emit_case_line(gen->code, label, "return %s;", leaf_name(gen, route));
        return;
    }
    emit_case_at(gen->code, label, gen_place(gen, route->span));
    put_route(gen, route);
}

/* A person chooses, or time and events do. */
static const char *choice_word(const struct step *step)
{
    return step->kind == STEP_APPROVAL ? "choice" : "way";
}

static const char *outcome_name(struct gen *gen, const struct step *step,
                                struct str outcome)
{
    if (!has_choices(step))
        return gen_outcome_name(gen->arena, step->action, outcome);
    return gen_upper(gen->arena,
                     arena_printf(gen->arena, "%s_%s", choice_word(step), step->c_name),
                     c_name(gen->arena, outcome));
}

/* A switch inside the case of success; the compiler sees that no outcome is forgotten. */
static void put_outcomes(struct gen *gen, const struct step *step)
{
    const struct route *route = step->on_success;

    emit_case_at(gen->code, "KAD_SUCCESS", gen_place(gen, route->span));
    if (has_choices(step))
        emit_open(gen->code, "switch (%s_of_%s(run))", choice_word(step), step->c_name);
    else
        emit_open(gen->code, "switch (%s_outcome_of(run, %s))",
                  gen_action_name(gen->arena, step->action),
                  gen_step_info_at(gen, step));
    for (size_t i = 0; i < route->case_count; i++)
        put_case(gen, outcome_name(gen, step, route->cases[i].outcome.text),
                 route->cases[i].then);
    emit_close(gen->code, "");
    emit_line(gen->code, "kad_unreachable();");
}

static void put_cases(struct gen *gen, const struct step *step)
{
    if (step->on_success->kind == ROUTE_OUTCOME)
        put_outcomes(gen, step);
    else
        put_case(gen, "KAD_SUCCESS", step->on_success);
    if (step->on_timeout) {
        put_case(gen, "KAD_FAILURE", step->on_failure);
        put_case(gen, "KAD_TIMEOUT", step->on_timeout);
    } else {
        emit_case(gen->code, "KAD_FAILURE");
        put_case(gen, "KAD_TIMEOUT", step->on_failure);
    }
    emit_case_line(gen->code, "KAD_LATER", "return %s;", gen_step_name(gen, step));
}

/* ---- The function --------------------------------------------------------------------- */

/* Of kad_do with the types of a step whose outputs are its own. */
static void define_do(struct gen *gen, const struct step *step)
{
    const char *in =
        gen_has_inputs(gen, step)
            ? arena_printf(gen->arena, ", const %s *in", gen_inputs_struct(gen, step))
            : "";

    emit_comment(gen->code, "kad_do with the outputs that %.*s refines.",
                 STR(step->id.text));
    emit_function(gen->code,
                  "static enum kad_outcome do_%s(struct kad_run *run%s, %s *out)",
                  step->c_name, in, gen_step_struct(gen, step));
    emit_line(gen->code, "return kad_do(run, %s, %s, out);",
              gen_step_info_at(gen, step), gen_has_inputs(gen, step) ? "in" : "NULL");
    emit_close(gen->code, "");
    emit_blank(gen->code);
}

static const char *do_call(struct gen *gen, const struct step *step)
{
    const char *info = gen_step_info_at(gen, step);
    const bool has_inputs = gen_has_inputs(gen, step);
    const char *out = gen_step_struct(gen, step)
                          ? arena_printf(gen->arena, "&%s", gen_step_outputs(gen, step))
                          : NULL;
    const char *typed = arena_printf(gen->arena, "%s%s%s", has_inputs ? ", &in" : "",
                                     out ? ", " : "", out ? out : "");

    if (step->kind != STEP_ACTION)
        return arena_printf(gen->arena, "kad_do(run, %s, %s, %s)", info,
                            has_inputs ? "&in" : "NULL", out ? out : "NULL");
    if (step->is_refined)
        return arena_printf(gen->arena, "do_%s(run%s)", step->c_name, typed);
    return arena_printf(gen->arena, "%s_do(run, %s%s)",
                        gen_action_name(gen->arena, step->action), info, typed);
}

/* `switch (CALL)`, over a variable where the call is too long to stand in it. */
static void put_call(struct gen *gen, const char *call)
{
    const char *flat = arena_printf(gen->arena, "switch (%s) {", call);

    const bool fits = emit_fits(gen->code, str_of(flat).len);

    if (!fits)
        emit_line(gen->code, "const enum kad_outcome outcome = %s;", call);
    emit_blank(gen->code);
    emit_open(gen->code, "switch (%s)", fits ? call : "outcome");
}

static struct emit *body_of(struct gen *gen, const struct step *step)
{
    struct emit *body = gen->body, *outer = gen->code;

    emit_start_body(body);
    gen->code = body;
    gen->step = step;
    gen_inputs(gen, step);
    put_call(gen, do_call(gen, step));
    put_cases(gen, step);
    emit_close(body, "");
    emit_line(body, "kad_unreachable();");
    gen->code = outer;
    return body;
}

const char *gen_step_call(const struct gen *gen, const struct step *step)
{
    return arena_printf(gen->arena, "step_%s(run%s)", step->c_name,
                        gen->reads_frame[step->index] ? ", f" : "");
}

/* The choices as an enum, and the one that was made. */
static void define_choice(struct gen *gen, const struct step *step)
{
    const char *word = choice_word(step);
    size_t count;
    const struct name *choices = step_outcomes(step, &count);

    emit_comment(gen->code,
                 step->kind == STEP_APPROVAL
                     ? "What a person can choose at %.*s, and has chosen."
                     : "What can come first at %.*s, and has come.",
                 STR(step->id.text));
    emit_open(gen->code, "enum %s_%s", step->c_name, word);
    for (size_t i = 0; i < count; i++)
        emit_line(gen->code, "%s%s,", outcome_name(gen, step, choices[i].text),
                  i ? "" : " = 1");
    emit_close(gen->code, ";");
    emit_blank(gen->code);
    emit_function(gen->code, "static enum %s_%s %s_of_%s(struct kad_run *run)",
                  step->c_name, word, word, step->c_name);
    emit_line(gen->code, "return kad_step_outcome(run, %s);",
              gen_step_info_at(gen, step));
    emit_close(gen->code, "");
    emit_blank(gen->code);
}

/* "review, for each file: x.yaml:30", "lint, in checks: x.yaml:12" */
static void put_comment(struct gen *gen, const struct step *step)
{
    const struct block *outer = step->outer;
    const char *where = "";

    if (outer && outer->step->kind == STEP_PARALLEL)
        where = arena_printf(gen->arena, ", in %.*s", STR(outer->step->id.text));
    else if (outer && outer->as.text.p)
        where = arena_printf(gen->arena, ", for each %.*s", STR(outer->as.text));
    else if (outer)
        where = arena_printf(gen->arena, ", for each item of %.*s",
                             STR(outer->step->id.text));
    emit_comment(gen->code, "%.*s%s: %s", STR(step->id.text), where,
                 gen_place(gen, step->id.span));
}

/* The frames of the items that the body reads, from the outside in. */
static void put_items(struct gen *gen, const struct block *block, struct str body)
{
    const char *name;

    if (!block)
        return;
    put_items(gen, gen_for_each_of(block->step), body);
    name = gen_item(gen, block);
    if (gen_mentions(body, name))
        emit_line(gen->code, "%s *%s = kad_item(run, %s);",
                  gen->items[block->step->index], name,
                  gen_step_info_at(gen, block->step));
}

void gen_step_function(struct gen *gen, const struct step *step)
{
    struct emit *body = body_of(gen, step);
    const bool reads_frame = gen_mentions(emit_text(body), "f");

    gen->reads_frame[step->index] = reads_frame;
    emit_blank(gen->code);
    if (step->kind == STEP_ACTION && step->is_refined)
        define_do(gen, step);
    if (has_choices(step) && step->on_success->kind == ROUTE_OUTCOME)
        define_choice(gen, step);
    put_comment(gen, step);
    emit_function(gen->code, "static enum step step_%s(struct kad_run *run%s)",
                  step->c_name, reads_frame ? ", struct frame *f" : "");
    put_items(gen, gen_for_each_of(step), emit_text(body));
    emit_append(gen->code, body);
    emit_close(gen->code, "");
    gen->step = NULL;
}
