/* model_retry.c: `retry:` of a step.
 *
 *     retry   = {maxAttempts, backoff, on: [code...] | notOn: [code...]}
 *     backoff = {initial, factor, max, jitter}
 *
 * Reports 0802 (maxAttempts), 0806 (backoff) and, by keys.c, group 01. What the step's action
 * has to say about it is for effects.c. */
#include "kad/workflow.h"
#include "key_values.h"
#include "model_read.h"

static key_reader max_attempts_read, backoff_read, on_read, not_on_read, initial_read,
    factor_read, max_read, jitter_read;

static const struct key_set backoff_set;
static const struct key retry_keys[] = {
    {"maxAttempts", KEY_COUNT, KEY_REQUIRED, .read = max_attempts_read,
     .about = "how often one visit may try, the first time included"},
    {"backoff", KEY_MAP, KEY_NOT_EMPTY, .read = backoff_read, .of = &backoff_set,
     .about = "how long to wait before the next attempt; default: not at all"},
    {"on", KEY_LIST, KEY_NOT_EMPTY, .read = on_read, .shape = SHAPE_TEXT,
     .about = "the failure codes that are tried again; default: all"},
    {"notOn", KEY_LIST, KEY_NOT_EMPTY, .read = not_on_read, .shape = SHAPE_TEXT,
     .not_with = "on", .about = "the failure codes that are not"},
};
const struct key_set retry_set = KEY_SET("retry", NULL, retry_keys);

static const struct key backoff_keys[] = {
    {"initial", KEY_DURATION, KEY_REQUIRED, .read = initial_read,
     .about = "the wait before the second attempt"},
    {"factor", KEY_NODE, .read = factor_read, .shape = SHAPE_NUMBER,
     .about = "by which each further wait is longer; default: 2"},
    {"max", KEY_DURATION, .read = max_read, .about = "the longest wait"},
    {"jitter", KEY_NODE, .read = jitter_read, .shape = SHAPE_NUMBER,
     .about = "up to this part of a wait is left out, 0 to 1; default: 0"},
};
static const struct key_set backoff_set = KEY_SET("backoff", NULL, backoff_keys);

/* ---- Attempts and codes -------------------------------------------------------------- */

static void max_attempts_read(struct reader *reader, const struct node *key,
                              const struct node *value, void *target)
{
    struct retry *retry = target;
    uint32_t count = UINT32_MAX;
    (void)key;
    count_read(reader, value, "maxAttempts", &count);
    retry->max_attempts_span = value->span;
    if (count == 0) {
        diag_report(reader->program->diags, value->span, KAD0802,
                    "`maxAttempts`: the first run is an attempt too");
        diag_help(reader->program->diags, "a whole number from 1");
    }
    retry->max_attempts = count == 0 || count == UINT32_MAX ? 1 : count;
}

static void codes_read(struct reader *reader, const struct node *list, const char *what,
                       struct retry_codes *codes)
{
    codes->items = arena_array(reader->program->arena, struct name, list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct node *item = list->items[i];
        struct name code = {text_read(reader, item, what), item->span};
        if (code.text.p)
            codes->items[codes->count++] = code;
    }
}

static void on_read(struct reader *reader, const struct node *key,
                    const struct node *value, void *target)
{
    (void)key;
    codes_read(reader, value, "on", &((struct retry *)target)->on);
}

static void not_on_read(struct reader *reader, const struct node *key,
                        const struct node *value, void *target)
{
    (void)key;
    codes_read(reader, value, "notOn", &((struct retry *)target)->not_on);
}

/* ---- Backoff ------------------------------------------------------------------------- */

static void initial_read(struct reader *reader, const struct node *key,
                         const struct node *value, void *target)
{
    (void)key;
    duration_read(reader, value, "initial", &((struct retry *)target)->initial_ms);
}

static void max_read(struct reader *reader, const struct node *key,
                     const struct node *value, void *target)
{
    struct retry *retry = target;
    (void)key;
    duration_read(reader, value, "max", &retry->max_ms);
    retry->max_span = value->span;
}

/* 0806 unless it is a number in the range, ends included. */
static void number_read(struct reader *reader, const struct node *key,
                        const struct node *value, double min, double max,
                        double *number)
{
    struct diags *diags = reader->program->diags;
    double found;
    if (value->is_poisoned)
        return;
    if (value->kind != NODE_SCALAR || !node_is_number(value, &found)) {
        diag_report(diags, value->span, KAD0106, "`%.*s`: expected a number, found %s",
                    STR(key->text), node_kind_text(value));
        return;
    }
    if (found >= min && found <= max) {
        *number = found;
        return;
    }
    diag_report(diags, value->span, KAD0806, "`%.*s` is %.*s", STR(key->text),
                STR(value->text));
    diag_help(diags, "a number from %g to %g", min, max);
}

static void factor_read(struct reader *reader, const struct node *key,
                        const struct node *value, void *target)
{
    const double factor_max = 1000;
    number_read(reader, key, value, 1, factor_max, &((struct retry *)target)->factor);
}

static void jitter_read(struct reader *reader, const struct node *key,
                        const struct node *value, void *target)
{
    number_read(reader, key, value, 0, 1, &((struct retry *)target)->jitter);
}

static void backoff_read(struct reader *reader, const struct node *key,
                         const struct node *value, void *target)
{
    struct retry *retry = target;
    (void)key;
    retry->factor = 2;
    if (!keys_read(reader, &backoff_set, value, retry) || !retry->max_ms ||
        retry->max_ms >= retry->initial_ms)
        return;
    diag_report(reader->program->diags, retry->max_span, KAD0806,
                "the longest wait is shorter than the first");
    diag_help(reader->program->diags, "`max` is at least `initial`");
}

/* ---- The whole ----------------------------------------------------------------------- */

struct retry *retry_read(struct reader *reader, const struct node *key,
                         const struct node *map)
{
    struct retry *retry = arena_new(reader->program->arena, struct retry);
    retry->span = key->span;
    return keys_read(reader, &retry_set, map, retry) ? retry : NULL;
}

int64_t retry_waits_ms(const struct retry *retry, uint32_t attempt_count)
{
    const double cap_ms =
        (double)(retry->max_ms ? retry->max_ms : KAD_RETRY_WAIT_MAX_MS);
    const double limit_ms = (double)INT64_MAX / 2;
    double wait_ms = (double)retry->initial_ms, sum_ms = 0;
    uint32_t left = attempt_count > 0 ? attempt_count - 1 : 0;
    for (; left > 0 && wait_ms < cap_ms && retry->factor > 1; left--) {
        sum_ms += wait_ms;
        wait_ms *= retry->factor;
    }
    sum_ms += (wait_ms < cap_ms ? wait_ms : cap_ms) * (double)left;
    return sum_ms < limit_ms ? (int64_t)sum_ms : INT64_MAX / 2;
}
