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

/* ---- Places --------------------------------------------------------------------------- */

const char *gen_step_name(const struct gen *gen, const struct step *step)
{
    return gen_upper(gen->arena, "STEP", step->c_name);
}

/* `trigger` is the parameters' member. */
const char *gen_step_member(const struct gen *gen, const struct step *step)
{
    const bool is_taken = str_is(str_of(step->c_name), "trigger");

    return is_taken ? arena_printf(gen->arena, "%s_", step->c_name) : step->c_name;
}

const char *gen_step_outputs(const struct gen *gen, const struct step *step)
{
    return arena_printf(gen->arena, "f->%s", gen_step_member(gen, step));
}

const char *gen_trigger(const struct gen *gen)
{
    return arena_printf(gen->arena, "f->trigger");
}

const struct type *gen_stored_type(const struct gen *gen, const struct step *step,
                                   const struct type_field *output)
{
    return type_field_find(gen->stored[step->index], output->name)->type;
}

const char *gen_output_member(const struct gen *gen, const struct step *step,
                              const struct type_field *output)
{
    const char *member = gen_member(gen, output);

    /* stdout and stderr are macros; struct kad_run_outputs has names of its own. */
    if (step->kind == STEP_RUN && !str_is(output->name, "exitCode"))
        return arena_printf(gen->arena, "%.*s_text", STR(output->name));
    return member;
}

const char *gen_step_struct(const struct gen *gen, const struct step *step)
{
    if (step->kind == STEP_RUN)
        return "struct kad_run_outputs";
    if (gen_is_nothing(step->outputs))
        return NULL;
    if (step->is_refined)
        return gen_struct(gen, gen->stored[step->index]);
    return arena_printf(gen->arena, "struct %s_outputs",
                        gen_action_name(gen->arena, step->action));
}

static bool has_inputs(const struct step *step)
{
    return step->kind == STEP_RUN || step->kind == STEP_WAIT ||
           step->kind == STEP_APPROVAL ||
           (step->kind == STEP_ACTION && !gen_is_nothing(step->action->inputs));
}

static const char *inputs_struct(const struct gen *gen, const struct step *step)
{
    if (step->kind == STEP_RUN)
        return "struct kad_run_inputs";
    if (step->kind == STEP_WAIT)
        return "struct kad_wait_inputs";
    if (step->kind == STEP_APPROVAL)
        return "struct kad_approval_inputs";
    return arena_printf(gen->arena, "struct %s_inputs",
                        gen_action_name(gen->arena, step->action));
}

/* ---- The table of steps ---------------------------------------------------------------- */

static void put_run_info(struct gen *gen, const struct step *step)
{
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
        return "&kad_wait_action";
    if (step->kind == STEP_APPROVAL)
        return "&kad_approval_action";
    if (step->kind == STEP_ROUTE)
        return "&kad_route_action";
    return arena_printf(gen->arena, "&%s_action",
                        gen_action_name(gen->arena, step->action));
}

void gen_step_info(struct gen *gen, const struct step *step)
{
    const struct place place = source_place(step->id.span.source, step->id.span.start);

    emit_open(gen->code, "%s", "");
    emit_line(gen->code, ".id = %s,", emit_quote(gen->arena, step->id.text));
    if (step->title.len)
        emit_line(gen->code, ".title = %s,", emit_quote(gen->arena, step->title));
    emit_line(gen->code, ".line = %" PRIu32 ",", place.line);
    emit_line(gen->code, ".action = %s,", action_address(gen, step));
    if (step->is_refined)
        emit_line(gen->code, ".outputs = %s,",
                  gen_descriptor(gen, gen->stored[step->index]));
    if (gen_step_struct(gen, step))
        emit_line(gen->code, ".outputs_offset = offsetof(struct frame, %s),",
                  gen_step_member(gen, step));
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
    if (step->kind == STEP_APPROVAL)
        emit_line(gen->code, ".choices = %s_choices,", step->c_name);
    if (step->needs.count)
        emit_line(gen->code, ".needs = %s_needs,", step->c_name);
    if (step->on_success->kind == ROUTE_OUTCOME)
        emit_line(gen->code, ".routes_by_outcome = true,");
    if (!step->are_outputs_needed && step->outputs->field_count)
        emit_line(gen->code, ".outputs_unread = true,");
    emit_close(gen->code, ",");
}

static void put_needs(struct gen *gen, const struct step *step)
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
    struct buf exits;

    put_needs(gen, step);
    if (step->retry)
        put_retry(gen, step);
    if (step->kind == STEP_APPROVAL)
        put_names(gen, arena_printf(gen->arena, "%s_choices", step->c_name),
                  step->approval.choices, step->approval.choice_count);
    if (step->kind != STEP_RUN || step->run.ok_exit_count == 0)
        return;
    buf_init(&exits, gen->arena);
    for (size_t i = 0; i < step->run.ok_exit_count; i++)
        buf_printf(&exits, "%s%" PRId32, i ? ", " : "", step->run.ok_exits[i]);
    emit_line(gen->code, "static const int32_t %s_ok_exits[] = {%s};", step->c_name,
              exits.p);
}

/* ---- Inputs --------------------------------------------------------------------------- */

static bool is_given(const struct step *step, const struct type_field *field)
{
    for (size_t i = 0; i < step->input_count; i++)
        if (step->inputs[i].field == field)
            return true;
    return false;
}

/* Inputs in the author's order, then the defaults of those that are left out. */
static void put_action_inputs(struct gen *gen, const struct step *step)
{
    const struct type *inputs = step->action->inputs;

    for (size_t i = 0; i < step->input_count; i++) {
        const struct input *input = &step->inputs[i];
        const struct str value = gen_value(gen, input->value, input->field->type);

        emit_line(gen->code, ".%s = %.*s,", gen_member(gen, input->field), STR(value));
    }
    for (size_t i = 0; i < inputs->field_count; i++) {
        const struct type_field *field = &inputs->fields[i];

        if (!is_given(step, field) && field->default_value)
            emit_line(gen->code, ".%s = %.*s,", gen_member(gen, field),
                      STR(gen_constant(gen, field->default_value, field->type)));
    }
}

/* Whether the author or a default gives any input. */
static bool has_values(const struct step *step)
{
    const struct type *inputs = step->action->inputs;

    for (size_t i = 0; i < inputs->field_count; i++)
        if (inputs->fields[i].default_value)
            return true;
    return step->input_count > 0;
}

static void put_argv(struct gen *gen, const struct run *run)
{
    struct str *args = arena_array(gen->arena, struct str, run->arg_count);

    for (size_t i = 0; i < run->arg_count; i++)
        args[i] = gen_text(gen, run->args[i]->scalar);
    emit_list(gen->code, "const char *const argv[]", args, run->arg_count);
}

/* "NAME=value" of each. */
static void put_env(struct gen *gen, const struct run *run)
{
    struct str *items = arena_array(gen->arena, struct str, run->env_count);

    for (size_t i = 0; i < run->env_count; i++) {
        const struct input *variable = &run->env[i];
        const struct template *value = variable->value->scalar;
        const struct str name =
            str_printf(gen->arena, "%.*s=", STR(variable->name.text));

        if (value->is_literal)
            items[i] = str_of(
                emit_quote(gen->arena, str_printf(gen->arena, "%.*s%.*s", STR(name),
                                                  STR(value->node->text))));
        else
            items[i] =
                str_printf(gen->arena, "kad_text_join(run, KAD_TEXTS(%s, %.*s))",
                           emit_quote(gen->arena, name), STR(gen_text(gen, value)));
    }
    emit_list(gen->code, "const char *const env[]", items, run->env_count);
}

static void put_run_inputs(struct gen *gen, const struct run *run)
{
    put_argv(gen, run);
    if (run->env_count)
        put_env(gen, run);
    emit_open(gen->code, "const struct kad_run_inputs in =");
    emit_line(gen->code, ".argv = {argv, KAD_COUNT(argv)},");
    if (run->env_count)
        emit_line(gen->code, ".env = {env, KAD_COUNT(env)},");
    if (run->cwd)
        emit_line(gen->code, ".cwd = %.*s,", STR(gen_text(gen, run->cwd)));
    if (run->stdin_text)
        emit_line(gen->code, ".stdin_text = %.*s,",
                  STR(gen_text(gen, run->stdin_text)));
    emit_close(gen->code, ";");
}

static void put_wait_inputs(struct gen *gen, const struct wait *wait)
{
    const struct type *duration = type_optional(gen->arena, type_simple(TYPE_DURATION));
    const int64_t literal_ms = wait_literal_ms(wait);

    emit_open(gen->code, "const struct kad_wait_inputs in =");
    if (literal_ms)
        emit_line(gen->code, ".duration = {true, %" PRId64 "}, /* %s */", literal_ms,
                  duration_text(gen->arena, literal_ms));
    else if (wait->ways->duration)
        emit_line(gen->code, ".duration = %.*s,",
                  STR(gen_value(gen, wait->ways->duration, duration)));
    else
        emit_line(gen->code, ".until = %.*s,",
                  STR(gen_value(gen, wait->ways->until, type_simple(TYPE_STRING))));
    emit_close(gen->code, ";");
}

static void put_inputs(struct gen *gen, const struct step *step)
{
    if (!has_inputs(step))
        return;
    if (step->kind == STEP_RUN) {
        put_run_inputs(gen, &step->run);
    } else if (step->kind == STEP_WAIT) {
        put_wait_inputs(gen, &step->wait);
    } else if (step->kind == STEP_APPROVAL) {
        emit_open(gen->code, "const struct kad_approval_inputs in =");
        emit_line(gen->code, ".prompt = %.*s,",
                  STR(gen_text(gen, step->approval.prompt->scalar)));
        emit_close(gen->code, ";");
    } else if (!has_values(step)) {
        emit_line(gen->code, "const %s in = {0};", inputs_struct(gen, step));
    } else {
        emit_open(gen->code, "const %s in =", inputs_struct(gen, step));
        put_action_inputs(gen, step);
        emit_close(gen->code, ";");
    }
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

static const char *outcome_name(struct gen *gen, const struct step *step,
                                struct str outcome)
{
    if (step->kind == STEP_APPROVAL)
        return gen_upper(gen->arena,
                         arena_printf(gen->arena, "CHOICE_%s", step->c_name),
                         c_name(gen->arena, outcome));
    return gen_outcome_name(gen->arena, step->action, outcome);
}

/* A switch inside the case of success; the compiler sees that no outcome is forgotten. */
static void put_outcomes(struct gen *gen, const struct step *step)
{
    const struct route *route = step->on_success;

    emit_case_at(gen->code, "KAD_SUCCESS", gen_place(gen, route->span));
    if (step->kind == STEP_APPROVAL)
        emit_open(gen->code, "switch (choice_of_%s(run))", step->c_name);
    else
        emit_open(gen->code, "switch (%s_outcome_of(run, &steps[%s]))",
                  gen_action_name(gen->arena, step->action), gen_step_name(gen, step));
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
    const char *in = has_inputs(step) ? arena_printf(gen->arena, ", const %s *in",
                                                     inputs_struct(gen, step))
                                      : "";

    emit_comment(gen->code, "kad_do with the outputs that %.*s refines.",
                 STR(step->id.text));
    emit_function(gen->code,
                  "static enum kad_outcome do_%s(struct kad_run *run%s, %s *out)",
                  step->c_name, in, gen_step_struct(gen, step));
    emit_line(gen->code, "return kad_do(run, &steps[%s], %s, out);",
              gen_step_name(gen, step), has_inputs(step) ? "in" : "NULL");
    emit_close(gen->code, "");
    emit_blank(gen->code);
}

static const char *do_call(struct gen *gen, const struct step *step)
{
    const char *info = arena_printf(gen->arena, "&steps[%s]", gen_step_name(gen, step));
    const char *in = has_inputs(step) ? ", &in" : "";
    const char *out =
        gen_step_struct(gen, step)
            ? arena_printf(gen->arena, ", &%s", gen_step_outputs(gen, step))
            : "";

    if (step->kind == STEP_RUN || step->kind == STEP_APPROVAL)
        return arena_printf(gen->arena, "kad_do(run, %s%s%s)", info, in, out);
    if (step->kind == STEP_WAIT)
        return arena_printf(gen->arena, "kad_do(run, %s, &in, NULL)", info);
    if (step->kind == STEP_ROUTE)
        return arena_printf(gen->arena, "kad_do(run, %s, NULL, NULL)", info);
    if (step->is_refined)
        return arena_printf(gen->arena, "do_%s(run%s%s)", step->c_name, in, out);
    return arena_printf(gen->arena, "%s_do(run, %s%s%s)",
                        gen_action_name(gen->arena, step->action), info, in, out);
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
    struct emit *body = arena_new(gen->arena, struct emit), *outer = gen->code;

    emit_init_body(body, gen->arena);
    gen->code = body;
    put_inputs(gen, step);
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
    const struct approval *approval = &step->approval;

    emit_comment(gen->code, "What a person can choose at %.*s, and has chosen.",
                 STR(step->id.text));
    emit_open(gen->code, "enum %s_choice", step->c_name);
    for (size_t i = 0; i < approval->choice_count; i++)
        emit_line(gen->code, "%s%s,",
                  outcome_name(gen, step, approval->choices[i].text), i ? "" : " = 1");
    emit_close(gen->code, ";");
    emit_blank(gen->code);
    emit_function(gen->code, "static enum %s_choice choice_of_%s(struct kad_run *run)",
                  step->c_name, step->c_name);
    emit_line(gen->code, "return kad_step_outcome(run, &steps[%s]);",
              gen_step_name(gen, step));
    emit_close(gen->code, "");
    emit_blank(gen->code);
}

void gen_step_function(struct gen *gen, const struct step *step)
{
    struct emit *body = body_of(gen, step);
    const bool reads_frame = gen_mentions(emit_text(body), "f");

    gen->reads_frame[step->index] = reads_frame;
    emit_blank(gen->code);
    if (step->kind == STEP_ACTION && step->is_refined)
        define_do(gen, step);
    if (step->kind == STEP_APPROVAL && step->on_success->kind == ROUTE_OUTCOME)
        define_choice(gen, step);
    emit_comment(gen->code, "%.*s: %s", STR(step->id.text),
                 gen_place(gen, step->id.span));
    emit_function(gen->code, "static enum step step_%s(struct kad_run *run%s)",
                  step->c_name, reads_frame ? ", struct frame *f" : "");
    emit_append(gen->code, body);
    emit_close(gen->code, "");
}
