/* events.c: events that workflows emit, and those that they are started by: 0710, 0711.
 *
 * In: all workflows of the run, their calls resolved. A step emits what its program `kad emit`
 * names, also inside of a text for a shell. If some name is not certain, or if nothing is
 * emitted here at all, events come from elsewhere, and nothing is said of missing ones. */
#include <ctype.h>
#include <string.h>

#include "base/vec.h"
#include "passes.h"

struct emission {
    struct str name;
    struct span span;
    const struct workflow *workflow;
};

struct events {
    struct program *program;
    VEC(struct emission) emissions;
    bool has_unknown; /* some emitted name is not known before it runs */
};

/* ---- What is emitted ----------------------------------------------------------------- */

static bool is_event_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("._:-", c));
}

static void emission_add(struct events *events, const struct workflow *workflow,
                         struct str name, struct span span)
{
    struct emission emission = {name, span, workflow};
    vec_push(events->program->arena, &events->emissions, emission);
}

/* `kad emit NAME` in a text for a shell. `is_end`: an expression follows the text. */
static void script_look(struct events *events, const struct workflow *workflow,
                        struct str text, struct span span, bool is_end)
{
    const struct str command = S("kad emit ");
    for (size_t at = str_find(text, command); at < text.len;
         at = str_find(text, command)) {
        text = str_part(text, at + command.len, text.len);
        size_t len = 0;
        while (len < text.len && is_event_char(text.p[len]))
            len++;
        bool is_whole =
            len > 0 && text.p[0] != '-' &&
            (len < text.len ? memchr(" \t\n;&|)'\"", text.p[len], 10) != NULL : is_end);
        if (is_whole)
            emission_add(events, workflow, str_part(text, 0, len), span);
        else
            events->has_unknown = true;
    }
}

static void texts_look(struct events *events, const struct workflow *workflow,
                       const struct template *value)
{
    for (size_t i = 0; value && i < value->part_count; i++)
        if (!value->parts[i].expr)
            script_look(events, workflow, value->parts[i].text, value->node->span,
                        i + 1 == value->part_count);
}

/* An argument that is certain; absent: it is not, or there is none. */
static struct str argument(const struct run *run, size_t i)
{
    const struct template *value = i < run->arg_count ? run->args[i]->scalar : NULL;
    return value && value->is_literal ? value->node->text : (struct str){0};
}

static bool takes_value(struct str option)
{
    return str_is(option, "--data") || str_is(option, "--source") ||
           str_is(option, "--db");
}

/* [kad, emit, OPTION..., NAME, FIELD...] */
static void command_look(struct events *events, const struct workflow *workflow,
                         const struct run *run)
{
    size_t at = 2;
    while (str_starts_with(argument(run, at), S("--")))
        at += takes_value(argument(run, at)) ? 2 : 1;
    struct str name = argument(run, at);
    if (name.p)
        emission_add(events, workflow, name, run->args[at]->node->span);
    else if (at < run->arg_count)
        events->has_unknown = true;
}

static void run_look(struct events *events, const struct workflow *workflow,
                     const struct run *run)
{
    struct str program = argument(run, 0);
    if ((str_is(program, "kad") || str_ends_with(program, S("/kad"))) &&
        str_is(argument(run, 1), "emit")) {
        command_look(events, workflow, run);
        return;
    }
    for (size_t i = 0; i < run->arg_count; i++)
        texts_look(events, workflow, run->args[i]->scalar);
    texts_look(events, workflow, run->stdin_text);
}

static void emissions_find(struct events *events)
{
    const struct program *program = events->program;
    for (size_t i = 0; i < program->workflows.count; i++) {
        const struct workflow *workflow = program->workflows.items[i];
        events->has_unknown = events->has_unknown || workflow->has_gaps;
        for (size_t j = 0; j < workflow->step_count; j++)
            run_look(events, workflow, &workflow->steps[j]->run);
    }
}

/* ---- 0710 ---------------------------------------------------------------------------- */

static const struct emission *emission_find(const struct events *events,
                                            struct str name)
{
    for (size_t i = 0; i < events->emissions.count; i++)
        if (str_equal(events->emissions.items[i].name, name))
            return &events->emissions.items[i];
    return NULL;
}

static void never_emitted_check(const struct events *events, const struct name *name)
{
    struct program *program = events->program;
    struct diags *diags = program->diags;
    const size_t count = events->emissions.count;
    struct str *items = arena_array(program->arena, struct str, count);
    if (count == 0 || events->has_unknown || emission_find(events, name->text))
        return;
    for (size_t i = 0; i < count; i++)
        items[i] = events->emissions.items[i].name;
    struct nearest nearest = names_nearest(name->text, (struct names){items, count});
    diag_report(diags, name->span, KAD0710,
                "these workflows emit events, but never `%.*s`", STR(name->text));
    if (nearest.count == 0)
        return;
    diag_note(diags, events->emissions.items[nearest.shown[0]].span,
              "a name that is near it");
    diag_help(diags, "did you mean `%.*s`?", STR(items[nearest.shown[0]]));
}

/* ---- 0711 ---------------------------------------------------------------------------- */

/* What a workflow may run: itself, and what it calls, as deep as they go. */
struct runs {
    struct arena *arena;
    bool *is_met; /* by number */
    VEC(const struct workflow *) all;
};

static void runs_add(struct runs *runs, const struct workflow *workflow)
{
    if (!workflow || runs->is_met[workflow->number])
        return;
    runs->is_met[workflow->number] = true;
    vec_push(runs->arena, &runs->all, workflow);
}

static void runs_find(struct runs *runs, const struct workflow *workflow)
{
    runs_add(runs, workflow);
    for (size_t i = 0; i < runs->all.count; i++) {
        const struct workflow *at = runs->all.items[i];
        for (size_t j = 0; j < at->step_count; j++)
            if (at->steps[j]->block)
                runs_add(runs, at->steps[j]->block->workflow);
    }
}

static void self_trigger_check(const struct events *events,
                               const struct workflow *workflow, const struct name *name)
{
    struct program *program = events->program;
    struct runs runs = {
        .arena = program->arena,
        .is_met = arena_array(program->arena, bool, program->workflows.count)};
    runs_find(&runs, workflow);
    for (size_t i = 0; i < events->emissions.count; i++) {
        const struct emission *emission = &events->emissions.items[i];
        if (!runs.is_met[emission->workflow->number] ||
            !str_equal(emission->name, name->text))
            continue;
        diag_report(program->diags, name->span, KAD0711,
                    "`%.*s` starts this workflow, which emits it itself",
                    STR(name->text));
        if (emission->workflow == workflow)
            diag_note(program->diags, emission->span, "here");
        else
            diag_note(program->diags, emission->span, "here, in `%.*s`, which it calls",
                      STR(emission->workflow->id.text));
        diag_help(program->diags,
                  "it would start itself again and again: let it emit another event");
        return;
    }
}

void events_check(struct program *program)
{
    struct events events = {.program = program};
    emissions_find(&events);
    for (size_t i = 0; i < program->workflows.count; i++) {
        const struct workflow *workflow = program->workflows.items[i];
        for (size_t j = 0; j < workflow->trigger_count; j++) {
            const struct name *name = &workflow->triggers[j].event.name;
            if (workflow->triggers[j].kind != TRIGGER_EVENT || !name->text.p)
                continue;
            never_emitted_check(&events, name);
            self_trigger_check(&events, workflow, name);
        }
    }
}
