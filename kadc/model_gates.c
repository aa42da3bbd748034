/* model_gates.c: steps that wait.
 *
 *     wait     = duration | {until: moment}
 *     approval = {prompt, choices: [name...], timeout}
 *
 * Reports 0114 (no moment), 0218 and 1001 (choices) and, by keys.c, group 01; durations and expressions are for
 * types_check.c. */
#include "base/moment.h"
#include "model_read.h"
#include "unique.h"

/* ---- wait ---------------------------------------------------------------------------- */

static key_reader until_read;

static const struct key wait_keys[] = {
    {"until", KEY_NODE, .read = until_read, .shape = SHAPE_TEXT,
     .about = "a moment, as ISO 8601 text with its zone"},
    {"after", .type = KEY_LATER},
    {"event", .type = KEY_LATER},
    {"match", .type = KEY_LATER},
    {"timeout", .type = KEY_LATER},
    {"first", .type = KEY_LATER},
};
const struct key_set wait_set = KEY_SET("wait", NULL, wait_keys);

/* A single value; or NULL: reported. */
static struct value *scalar_read(struct reader *reader, const struct node *node,
                                 const char *what)
{
    return node_expect(reader, node, NODE_SCALAR, what) ? value_read(reader, node)
                                                        : NULL;
}

static void until_read(struct reader *reader, const struct node *key,
                       const struct node *value, void *target)
{
    struct wait_way *way = target;
    struct diags *diags = reader->program->diags;
    int64_t unix_ms;
    (void)key;
    way->until = scalar_read(reader, value, "until");
    if (!way->until || !way->until->scalar->is_literal ||
        moment_parse(value->text, &unix_ms))
        return;
    diag_report(diags, value->span, KAD0114, "`until`: `%.*s` is no moment",
                STR(value->text));
    diag_help(diags, "date, time and zone: `2026-12-24T18:00:00Z`, or with `+01:00`");
}

void wait_read(struct reader *reader, const struct node *node, struct wait *wait)
{
    wait->ways = arena_new(reader->program->arena, struct wait_way);
    wait->way_count = 1;
    if (node->kind != NODE_MAP) {
        wait->ways->duration = scalar_read(reader, node, "wait");
        return;
    }
    keys_read(reader, &wait_set, node, wait->ways);
    if (node->count == 0)
        diag_report(reader->program->diags, node->span, KAD0109,
                    "`wait` has nothing in it");
}

int64_t wait_literal_ms(const struct wait *wait)
{
    int64_t duration_ms = 0;
    if (wait->way_count == 1 && wait->ways->duration &&
        wait->ways->duration->scalar->is_literal)
        duration_parse(wait->ways->duration->node->text, &duration_ms);
    return duration_ms;
}

/* ---- approval ------------------------------------------------------------------------ */

static key_reader prompt_read, choices_read;

static const struct key approval_keys[] = {
    {"prompt", KEY_NODE, KEY_REQUIRED, .read = prompt_read, .shape = SHAPE_SCALAR,
     .about = "what the person is asked"},
    {"choices", KEY_LIST, KEY_REQUIRED_AND_NOT_EMPTY, .read = choices_read,
     .shape = SHAPE_TEXT, .about = "what the person can choose; each is an outcome"},
    {"timeout", KEY_DURATION, .offset = offsetof(struct step, timeout_ms),
     .about = "how long the person has"},
};
const struct key_set approval_set = KEY_SET("approval", NULL, approval_keys);

static void prompt_read(struct reader *reader, const struct node *key,
                        const struct node *value, void *target)
{
    (void)key;
    ((struct step *)target)->approval.prompt = scalar_read(reader, value, "prompt");
}

static void choices_read(struct reader *reader, const struct node *key,
                         const struct node *value, void *target)
{
    struct approval *approval = &((struct step *)target)->approval;
    (void)key;
    approval->choices = arena_array(reader->program->arena, struct name, value->count);
    for (size_t i = 0; i < value->count; i++) {
        struct name choice = identifier_read(reader, value->items[i], "choice");
        if (choice.text.p)
            approval->choices[approval->choice_count++] = choice;
    }
    names_unique(reader->program, "choice", approval->choices, approval->choice_count,
                 KAD0218, KAD1001);
}

void approval_read(struct reader *reader, const struct node *key,
                   const struct node *map, struct step *step)
{
    step->approval.span = key->span;
    keys_read(reader, &approval_set, map, step);
}
