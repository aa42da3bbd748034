/* scope.c: the value of an expression, by the rules of the language alone. */
#include "scope.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static struct value of_integer(int64_t integer)
{
    return (struct value){.is_set = true, .integer = integer};
}

static struct value of_text(const char *text)
{
    return (struct value){.is_set = text, .text = text};
}

static struct value fault(struct scope *scope)
{
    scope->has_fault = true;
    return (struct value){0};
}

/* ---- Steps --------------------------------------------------------------------------- */

/* An output as it is seen from a frame that is around the step, or around forEach that are
 * around the step: then the items' values, as an array. */
static struct value output_in(struct arena *arena, const struct frame *frame,
                              const struct step *step, unsigned index)
{
    const struct step *loop = step_loop(step);
    struct value *items;
    size_t count;

    if (loop == frame->loop)
        return frame->left[step->index].has_outputs
                   ? frame->left[step->index].outputs[index]
                   : (struct value){0};
    while (step_loop(loop) != frame->loop)
        loop = step_loop(loop);
    if (!frame->left[loop->index].has_outputs)
        return (struct value){0};
    count = frame->items[loop->index].count;
    items = arena_array(arena, struct value, count);
    for (size_t i = 0; i < count; i++)
        items[i] = output_in(arena, frame->items[loop->index].frames[i], step, index);
    return (struct value){.is_set = true, .items = items, .count = count};
}

/* The frame of all that is around both. */
static const struct frame *frame_around(const struct frame *frame,
                                        const struct step *step)
{
    while (frame->loop && !step_is_inside(step, frame->loop))
        frame = frame->outer;
    return frame;
}

static const struct left *left_of(const struct scope *scope, const struct step *step)
{
    return &frame_around(scope->frame, step)->left[step->index];
}

static const struct frame *frame_of_loop(const struct scope *scope,
                                         const struct step *loop)
{
    const struct frame *frame = scope->frame;

    while (frame->loop != loop)
        frame = frame->outer;
    return frame;
}

static struct value parameter(const struct scope *scope, unsigned index)
{
    const struct value value = scope->parameters[index];

    return value.is_set ? value : scope->flow->parameters.items[index].preset;
}

/* ---- Text ---------------------------------------------------------------------------- */

static int64_t characters(const char *text)
{
    int64_t count = 0;

    for (; *text; text++)
        count += (*text & 0xc0) != 0x80;
    return count;
}

static const char *cased(struct arena *arena, const char *text, int (*to)(int))
{
    char *copy = arena_copy(arena, text, strlen(text));

    for (char *p = copy; *p; p++)
        if (!(*p & 0x80))
            *p = (char)to(*p);
    return copy;
}

static const char *trimmed(struct arena *arena, const char *text)
{
    size_t len;

    text += strspn(text, " ");
    len = strlen(text);
    while (len && text[len - 1] == ' ')
        len--;
    return arena_copy(arena, text, len);
}

static const char *replaced(struct arena *arena, const char *text, const char *from,
                            const char *to)
{
    struct buf buf;

    buf_init(&buf, arena);
    while (*text) {
        const bool is_here = !strncmp(text, from, strlen(from));

        if (is_here)
            buf_printf(&buf, "%s", to);
        else
            buf_add_char(&buf, *text);
        text += is_here ? strlen(from) : 1;
    }
    return arena_copy(arena, buf.p, buf.len);
}

static struct value split(struct arena *arena, const char *text, const char *by)
{
    VEC(struct value) parts = {0};
    const char *end;

    while ((end = strstr(text, by))) {
        vec_push(arena, &parts, of_text(arena_copy(arena, text, (size_t)(end - text))));
        text = end + strlen(by);
    }
    vec_push(arena, &parts, of_text(text));
    return (struct value){.is_set = true, .items = parts.items, .count = parts.count};
}

static const char *joined(struct arena *arena, struct value array, const char *by)
{
    struct buf buf;

    buf_init(&buf, arena);
    for (size_t i = 0; i < array.count; i++)
        buf_printf(&buf, "%s%s", i ? by : "", array.items[i].text);
    return arena_copy(arena, buf.p, buf.len);
}

static bool starts_with(const char *text, const char *part)
{
    return !strncmp(text, part, strlen(part));
}

static bool ends_with(const char *text, const char *part)
{
    const size_t len = strlen(text), part_len = strlen(part);

    return len >= part_len && !strcmp(text + len - part_len, part);
}

static bool has_item(struct value array, const char *text)
{
    for (size_t i = 0; i < array.count; i++)
        if (array.items[i].is_set && !strcmp(array.items[i].text, text))
            return true;
    return false;
}

/* As interpolation shows it. */
static void shown(struct buf *buf, struct kind kind, struct value value)
{
    if (kind.base == TEXT)
        buf_printf(buf, "%s", value.text);
    else
        value_write(buf, kind, value);
}

static const char *written(struct arena *arena, struct kind kind, struct value value)
{
    struct buf buf;

    buf_init(&buf, arena);
    value_write(&buf, kind, value);
    return arena_copy(arena, buf.p, buf.len);
}

/* "{0} of {1}" */
static struct value formatted(struct scope *scope, const struct tree *tree,
                              const struct value *values)
{
    struct buf buf;

    buf_init(&buf, scope->arena);
    for (const char *p = values[0].text; *p; p++) {
        if (*p != '{') {
            buf_add_char(&buf, *p);
            continue;
        }
        shown(&buf, tree->operands[p[1] - '0' + 1]->kind, values[p[1] - '0' + 1]);
        p += 2;
    }
    return of_text(arena_copy(scope->arena, buf.p, buf.len));
}

static struct value mixed(struct scope *scope, const struct tree *tree)
{
    struct buf buf;

    buf_init(&buf, scope->arena);
    for (unsigned i = 0; i < tree->count; i++) {
        const struct value value = scope_value(scope, tree->operands[i]);

        if (!scope->has_fault)
            shown(&buf, tree->operands[i]->kind, value);
    }
    return of_text(arena_copy(scope->arena, buf.p, buf.len));
}

/* ---- Operators ------------------------------------------------------------------------ */

static struct value arithmetic(struct scope *scope, enum op op, int64_t a, int64_t b)
{
    int64_t result = 0;
    bool is_over = false;
    double quotient;

    switch (op) {
    case ADD: is_over = __builtin_add_overflow(a, b, &result); break;
    case SUBTRACT: is_over = __builtin_sub_overflow(a, b, &result); break;
    case MULTIPLY: is_over = __builtin_mul_overflow(a, b, &result); break;
    case MODULO:
        is_over = b == 0;
        result = b == 0 || b == -1 ? 0 : a % b;
        break;
    case QUOTIENT:
        quotient = b ? round((double)a / (double)b) : 0;
        is_over = !b || quotient >= 0x1p63 || quotient < -0x1p63;
        result = is_over ? 0 : (int64_t)quotient;
        break;
    default: break;
    }
    return is_over ? fault(scope) : of_integer(result);
}

static bool is_equal(struct kind kind, struct value a, struct value b)
{
    if (!a.is_set || !b.is_set)
        return a.is_set == b.is_set;
    return kind.base == TEXT ? !strcmp(a.text, b.text) : a.integer == b.integer;
}

static struct value item_at(struct value array, int64_t index)
{
    return index >= 0 && index < (int64_t)array.count ? array.items[index]
                                                      : (struct value){0};
}

static struct value operate(struct scope *scope, const struct tree *tree,
                            const struct value *v)
{
    struct arena *arena = scope->arena;
    const struct kind kind = tree->operands[0]->kind;

    switch (tree->op) {
    case LIST:
        return (struct value){
            .is_set = true,
            .items = memcpy(arena_array(arena, struct value, 2), v, 2 * sizeof(*v)),
            .count = tree->count};
    case NOT: return of_integer(!v[0].integer);
    case NEGATE: return arithmetic(scope, SUBTRACT, 0, v[0].integer);
    case EQUAL: return of_integer(is_equal(kind, v[0], v[1]));
    case NOT_EQUAL: return of_integer(!is_equal(kind, v[0], v[1]));
    case LESS: return of_integer(v[0].integer < v[1].integer);
    case LESS_EQUAL: return of_integer(v[0].integer <= v[1].integer);
    case MORE: return of_integer(v[0].integer > v[1].integer);
    case MORE_EQUAL: return of_integer(v[0].integer >= v[1].integer);
    case IN: return of_integer(has_item(v[1], v[0].text));
    case LENGTH:
        return of_integer(kind.depth ? (int64_t)v[0].count : characters(v[0].text));
    case CONTAINS:
        return of_integer(kind.depth ? has_item(v[0], v[1].text)
                                     : strstr(v[0].text, v[1].text) != NULL);
    case STARTS_WITH: return of_integer(starts_with(v[0].text, v[1].text));
    case ENDS_WITH: return of_integer(ends_with(v[0].text, v[1].text));
    case LOWER: return of_text(cased(arena, v[0].text, tolower));
    case UPPER: return of_text(cased(arena, v[0].text, toupper));
    case TRIM: return of_text(trimmed(arena, v[0].text));
    case REPLACE: return of_text(replaced(arena, v[0].text, v[1].text, v[2].text));
    case SPLIT: return split(arena, v[0].text, v[1].text);
    case JOIN: return of_text(joined(arena, v[0], v[1].text));
    case FORMAT: return formatted(scope, tree, v);
    case MIN: return v[0].integer < v[1].integer ? v[0] : v[1];
    case MAX: return v[0].integer > v[1].integer ? v[0] : v[1];
    case FIRST: return item_at(v[0], 0);
    case LAST: return item_at(v[0], (int64_t)v[0].count - 1);
    case AT: return item_at(v[0], v[1].integer);
    case TO_JSON: return of_text(written(arena, kind, v[0]));
    default: return arithmetic(scope, tree->op, v[0].integer, v[1].integer);
    }
}

/* All operands first; without them there is no value. */
static struct value operation(struct scope *scope, const struct tree *tree)
{
    struct value values[OPERANDS_MAX];

    for (unsigned i = 0; i < tree->count; i++)
        values[i] = scope_value(scope, tree->operands[i]);
    return scope->has_fault ? (struct value){0} : operate(scope, tree, values);
}

/* ---- Trees --------------------------------------------------------------------------- */

struct value scope_value(struct scope *scope, const struct tree *tree)
{
    struct value value;

    switch (tree->op) {
    case LITERAL: return tree->literal;
    case TRIGGER: return parameter(scope, tree->index);
    case OUTPUT:
        return output_in(scope->arena, frame_around(scope->frame, tree->step),
                         tree->step, tree->index);
    case STATUS: return of_text(left_of(scope, tree->step)->status);
    case ATTEMPTS: return of_integer(left_of(scope, tree->step)->attempts);
    case ERROR_CODE: return of_text(left_of(scope, tree->step)->code);
    case FLOW_STATUS: return of_text(scope->is_failed ? "failed" : "completed");
    case FLOW_ERROR_CODE: return of_text(scope->error_code);
    case FLOW_ERROR_STEP: return of_text(scope->error_step);
    case ITEM: return frame_of_loop(scope, tree->step)->value;
    case INDEX: return of_integer(scope->frame->index);
    case MIXED: return mixed(scope, tree);
    case AND:
    case OR:
        value = scope_value(scope, tree->operands[0]);
        return (value.integer != 0) == (tree->op == OR) || scope->has_fault
                   ? value
                   : scope_value(scope, tree->operands[1]);
    case CHOICE:
        value = scope_value(scope, tree->operands[0]);
        return scope_value(scope, tree->operands[value.integer ? 1 : 2]);
    case DEFAULT:
        value = scope_value(scope, tree->operands[0]);
        return value.is_set || scope->has_fault ? value
                                                : scope_value(scope, tree->operands[1]);
    default: return operation(scope, tree);
    }
}

bool scope_is(struct scope *scope, const struct tree *condition)
{
    return scope_value(scope, condition).integer && !scope->has_fault;
}
