/* model_guarantees.c: `guarantees:`.
 *
 *     guarantee = {step: STEP, after: STEP}
 *               | {step: STEP, on: failure, leadsTo: STEP}
 *               | {never: [STEP, STEP...]} */
#include "model_read.h"

/* What is written, before it is known which of the three it is. */
struct written {
    struct name step, after, leads_to;
    const struct node *on;
    const struct node *never;
};

#define AT(field) offsetof(struct written, field)
static const struct key guarantee_keys[] = {
    {"step", KEY_NAME, .offset = AT(step), .not_with = "never",
     .about = "what the guarantee is about"},
    {"after", KEY_NAME, .offset = AT(after), .not_with = "never on leadsTo",
     .with = "step", .about = "the step that has always succeeded before"},
    {"on", KEY_NODE, .offset = AT(on), .not_with = "never", .with = "leadsTo",
     .shape = SHAPE_TEXT, .about = "failure"},
    {"leadsTo", KEY_NAME, .offset = AT(leads_to), .not_with = "never",
     .with = "step on", .about = "the step that always follows"},
    {"never", KEY_LIST, KEY_NOT_EMPTY, .offset = AT(never), .shape = SHAPE_TEXT,
     .about = "steps of which at most one runs"},
};
#undef AT
const struct key_set guarantee_set =
    KEY_SET_ONE_OF("guarantee", NULL, guarantee_keys, "after leadsTo never");

static void pair_set(struct reader *reader, struct guarantee *guarantee,
                     enum guarantee_kind kind, struct name first, struct name second)
{
    guarantee->kind = kind;
    guarantee->names = arena_array(reader->program->arena, struct name, 2);
    guarantee->names[0] = first;
    guarantee->names[1] = second;
    guarantee->count = 2;
}

static void never_read(struct reader *reader, struct guarantee *guarantee,
                       const struct node *list)
{
    struct diags *diags = reader->program->diags;
    guarantee->names = arena_array(reader->program->arena, struct name, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct name name = {text_read(reader, list->items[i], "never"),
                            list->items[i]->span};
        if (name.text.p)
            guarantee->names[guarantee->count++] = name;
    }
    if (guarantee->count == list->count && list->count < 2) {
        diag_report(diags, list->span, KAD0114, "`never` needs two steps or more");
        diag_help(diags, "say which steps must not run in one execution");
    }
    if (guarantee->count >= 2)
        guarantee->kind = GUARANTEE_NEVER;
}

/* `on: failure` is all that there is, so far. */
static bool on_check(struct reader *reader, const struct node *on)
{
    struct diags *diags = reader->program->diags;
    static const struct str kinds[] = {{"failure", 7}};
    struct str text = text_read(reader, on, "on");
    if (!text.p || str_equal(text, kinds[0]))
        return text.p;
    diag_report(diags, on->span, KAD0114,
                "`on` of a guarantee is `failure`, not `%.*s`", STR(text));
    diag_did_you_mean(diags, on->span, text, (struct names){kinds, 1});
    return false;
}

/* Neither of the three; what one of them lacks is reported by the table. */
static void kind_missing_report(struct reader *reader, const struct node *node)
{
    diag_report(reader->program->diags, keys_place(&guarantee_set, node), KAD0105,
                "missing key `after`, `leadsTo` or `never` in a guarantee");
    diag_help(
        reader->program->diags,
        "it is `{step, after}`, `{step, on: failure, leadsTo}` or `{never: [...]}`");
}

static void guarantee_read(struct reader *reader, const struct node *node,
                           struct guarantee *guarantee)
{
    struct written written = {0};
    if (!keys_read(reader, &guarantee_set, node, &written))
        return;
    if (written.on && !on_check(reader, written.on))
        return;
    if (written.never)
        never_read(reader, guarantee, written.never);
    else if (written.after.text.p && written.step.text.p)
        pair_set(reader, guarantee, GUARANTEE_AFTER, written.step, written.after);
    else if (written.leads_to.text.p && written.step.text.p && written.on)
        pair_set(reader, guarantee, GUARANTEE_LEADS_TO, written.step, written.leads_to);
    else if (!written.on && !node_find(node, "after") && !node_find(node, "leadsTo") &&
             !node_find(node, "never"))
        kind_missing_report(reader, node);
}

void guarantees_read(struct reader *reader, const struct node *list,
                     struct workflow *workflow)
{
    workflow->guarantees =
        arena_array(reader->program->arena, struct guarantee, list->count);
    for (size_t i = 0; i < list->count; i++)
        guarantee_read(reader, list->items[i],
                       &workflow->guarantees[workflow->guarantee_count++]);
}
