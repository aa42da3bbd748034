/* compare.c: see compare.h. */
#include "compare.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* ---- Rows ------------------------------------------------------------------------------ */

struct rows {
    struct step_row *items;
    size_t count;
};

static void rows_read(struct stage *stage, const char *execution, struct rows *rows)
{
    struct journal *journal = stage->journal;

    if (journal->ops->steps(journal, &stage->arena, execution, &rows->items,
                            &rows->count) != STORE_OK)
        kad_unreachable();
}

/* The rows of all executions, of the outermost first. */
static struct rows rows_of(struct stage *stage)
{
    VEC(struct step_row) all = {0};
    const char *const *ids;
    const size_t count = stage_executions(stage, &ids);

    for (size_t i = 0; i < count; i++) {
        struct rows rows;

        rows_read(stage, ids[i], &rows);
        for (size_t j = 0; j < rows.count; j++)
            vec_push(&stage->arena, &all, rows.items[j]);
    }
    return (struct rows){all.items, all.count};
}

/* The code of a stored error; NULL: none. */
static const char *field_of(struct arena *arena, const char *error, const char *field)
{
    json_t *json = error ? json_loads(error, 0, NULL) : NULL;
    const char *text = json_string_value(json_object_get(json, field));
    const char *copy = text ? arena_copy(arena, text, strlen(text)) : NULL;

    json_decref(json);
    return copy;
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* As values; what is null is as good as left out. */
static bool is_same_json(const char *a, const char *b)
{
    json_t *one = json_loads(a ? a : "{}", JSON_DECODE_ANY, NULL);
    json_t *other = json_loads(b ? b : "{}", JSON_DECODE_ANY, NULL);
    const char *key;
    json_t *value;
    void *next;
    bool is_same;

    json_object_foreach_safe(one, next, key, value) if (json_is_null(value))
        json_object_del(one, key);
    json_object_foreach_safe(other, next, key, value) if (json_is_null(value))
        json_object_del(other, key);
    is_same = json_equal(one, other);
    json_decref(one);
    json_decref(other);
    return is_same;
}

/* ---- Against the reference ----------------------------------------------------------------- */

static const char *attempt_text(struct arena *arena, const struct attempt *attempt)
{
    return arena_printf(arena, "%s %s %s %s", attempt_key(arena, attempt),
                        attempt->status, attempt->code ? attempt->code : "-",
                        attempt->inputs ? attempt->inputs : "");
}

static const char *row_text(struct stage *stage, const struct step_row *row)
{
    struct arena *arena = &stage->arena;
    const char *code = field_of(arena, row->error, "code");

    return arena_printf(arena, "%s %s %s %s", stage_key(arena, row->key),
                        step_status_name(row->status), code ? code : "-",
                        row->inputs ? row->inputs : "");
}

static bool is_same_row(struct stage *stage, const struct attempt *attempt,
                        const struct step_row *row)
{
    struct arena *arena = &stage->arena;

    return is_same_text(attempt->status, step_status_name(row->status)) &&
           (row->status == STEP_RUN_CANCELLED || /* it may say why it stopped */
            is_same_text(attempt->code, field_of(arena, row->error, "code"))) &&
           (attempt->step->kind != ACTION || !attempt->is_called ||
            is_same_json(attempt->inputs, row->inputs));
}

/* Lines that run at the same time may come in any order; each of them in its own. */
static const struct step_row *row_find(struct stage *stage, const struct rows *rows,
                                       const char *key)
{
    for (size_t i = 0; i < rows->count; i++)
        if (!strcmp(stage_key(&stage->arena, rows->items[i].key), key))
            return &rows->items[i];
    return NULL;
}

/* Which row a line has had before, to see that they are in order. */
static bool is_same_line(const struct attempt *a, const struct attempt *b)
{
    return a->step->line == b->step->line && !strcmp(a->item, b->item) &&
           !strcmp(a->place, b->place);
}

static const struct step_row *row_before(struct stage *stage, const struct rows *rows,
                                         const struct play *play, size_t at)
{
    for (size_t i = at; i-- > 0;)
        if (is_same_line(play->attempts.items[i], play->attempts.items[at]))
            return row_find(stage, rows,
                            attempt_key(&stage->arena, play->attempts.items[i]));
    return NULL;
}

static const char *compare_rows(struct stage *stage, const struct play *play)
{
    struct arena *arena = &stage->arena;
    const struct rows rows = rows_of(stage);

    for (size_t i = 0; i < play->attempts.count; i++) {
        const struct attempt *attempt = play->attempts.items[i];
        const struct step_row *row =
            row_find(stage, &rows, attempt_key(arena, attempt));
        const struct step_row *before = row_before(stage, &rows, play, i);

        if (!row)
            return arena_printf(arena, "expected: %s\nseen: nothing",
                                attempt_text(arena, attempt));
        if (!is_same_row(stage, attempt, row))
            return arena_printf(arena, "expected: %s\nseen:     %s",
                                attempt_text(arena, attempt), row_text(stage, row));
        if (before && before > row)
            return arena_printf(arena, "`%s` came before `%s`",
                                stage_key(arena, row->key),
                                stage_key(arena, before->key));
    }
    if (rows.count != play->attempts.count)
        return arena_printf(arena, "expected: %zu attempts\nseen: %zu, the last is %s",
                            play->attempts.count, rows.count,
                            row_text(stage, &rows.items[rows.count - 1]));
    return NULL;
}

static const char *compare_result(struct stage *stage, const struct play *play)
{
    const struct engine_result *result = &stage->result;
    struct arena *arena = &stage->arena;

    if ((result->end == ENGINE_COMPLETED) != play->is_completed ||
        (result->end == ENGINE_FAILED) == play->is_completed)
        return arena_printf(arena, "expected: %s\nseen: end %d (%s)",
                            play->is_completed ? "completed" : "failed", result->end,
                            result->refusal ? result->refusal : "-");
    if (!is_same_text(play->code, result->error.code) ||
        !is_same_text(play->step, result->error.step))
        return arena_printf(arena, "expected: error %s of %s\nseen: error %s of %s",
                            play->code, play->step, result->error.code,
                            result->error.step);
    if (!is_same_json(play->outputs, result->outputs))
        return arena_printf(arena, "expected: outputs %s\nseen: outputs %s",
                            play->outputs, result->outputs);
    return NULL;
}

const char *compare_play(struct stage *stage, const struct play *play)
{
    const char *difference = compare_rows(stage, play);

    return difference ? difference : compare_result(stage, play);
}

/* ---- After crashes ----------------------------------------------------------------------- */

static int order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted by key: what ran at the same time may have started in another order. */
static void rows_text(struct stage *stage, struct buf *buf)
{
    const struct rows rows = rows_of(stage);
    const char **lines = arena_array(&stage->arena, const char *, rows.count);

    for (size_t i = 0; i < rows.count; i++)
        lines[i] =
            arena_printf(&stage->arena, "%s %s\n", row_text(stage, &rows.items[i]),
                         rows.items[i].outputs ? rows.items[i].outputs : "");
    qsort(lines, rows.count, sizeof(*lines), order);
    for (size_t i = 0; i < rows.count; i++)
        buf_printf(buf, "%s", lines[i]);
}

const char *compare_text(struct stage *stage)
{
    const struct engine_result *result = &stage->result;
    struct buf buf;

    buf_init(&buf, &stage->arena);
    rows_text(stage, &buf);
    buf_printf(&buf, "end %d error %s of %s outputs %s\n", result->end,
               result->error.code ? result->error.code : "-",
               result->error.step ? result->error.step : "-",
               result->outputs ? result->outputs : "-");
    return buf.p;
}

/* A visit has ended well at most once, and then has no later attempt. */
static bool is_again(const struct step_row *done, const struct step_row *row)
{
    return done != row && done->status == STEP_RUN_COMPLETED &&
           !strcmp(done->execution_id, row->execution_id) &&
           !strcmp(done->step_id, row->step_id) &&
           is_same_text(done->item ? done->item : "", row->item ? row->item : "") &&
           done->visit == row->visit && row->attempt > done->attempt;
}

const char *compare_sound(struct stage *stage, uint64_t most_runs)
{
    struct arena *arena = &stage->arena;
    const struct rows rows = rows_of(stage);
    uint64_t runs = 0;

    for (size_t i = 0; i < rows.count; i++) {
        if (rows.items[i].status == STEP_RUN_RUNNING)
            return arena_printf(arena, "`%s` still runs",
                                row_text(stage, &rows.items[i]));
        runs += rows.items[i].inputs != NULL;
        for (size_t j = 0; j < rows.count; j++)
            if (is_again(&rows.items[i], &rows.items[j]))
                return arena_printf(arena, "`%s` had ended well, and ran again: `%s`",
                                    row_text(stage, &rows.items[i]),
                                    row_text(stage, &rows.items[j]));
    }
    if (runs > most_runs)
        return arena_printf(arena, "%" PRIu64 " step runs, but at most %" PRIu64, runs,
                            most_runs);
    return NULL;
}
