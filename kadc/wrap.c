/* wrap.c: breaks a long line of C as clang-format does.
 *
 * In: one declaration, statement or initializer as flat text, spaced as it will be. Out: the
 * same text with line ends. Every way to break it has a penalty; the cheapest is taken.
 * Rules and penalties are those of clang-format 14 with LLVM's style, for the C that kadc
 * writes: calls, operators, `?:`, member access, initializers.
 *
 * Invariants: (1) only white space between tokens changes; (2) a line that cannot be made to
 * fit is still broken where it hurts least. */
#include "wrap.h"

#include <string.h>

#include "base/vec.h"
#include "wrap_tokens.h"

enum {
    PENALTY_FIRST = 15,       /* the first break of a group */
    PENALTY_COLUMN = 1000000, /* each column too many */
    GROUP_MAX = 32,           /* groups that may be open */
    STATE_MAX = 20000,        /* states that are looked at before it gives up */
    SHORT_TYPE = 6,           /* a return type like `int` stays beside its function */
    SEEN_COUNT = 1024         /* chains of states that were looked at */
};

/* One open group: a bracket, or the operands of one operator. */
struct group {
    unsigned indent;
    unsigned last_space;
    unsigned start_of_call;
    unsigned question_column;
    bool contains_break;
    bool breaks_before_next; /* each further item starts a line */
    bool avoids_packing;
    bool no_break;
    bool no_break_in_operand;
    bool last_operator_wrapped;
    bool keeps_literal; /* `.y = (struct x){` is not broken behind the brace */
};

struct state {
    uint64_t penalty;
    size_t order; /* earlier states first among equals */
    const struct state *before;
    const struct state *seen_before; /* in the same chain */
    bool has_break;                  /* before the token that led here */
    unsigned break_column;
    /* From here on: what the cost of the rest depends on. */
    size_t at; /* the next token */
    unsigned column;
    unsigned group_count;
    struct group groups[]; /* room for those that the next token opens */
};

struct wrap {
    struct arena arena;
    struct token_line line;
    unsigned indent;
    VEC(struct state *) heap;
    const struct state *seen[SEEN_COUNT]; /* by seen_chain: the latest looked at */
    size_t state_count;
};

/* ---- States --------------------------------------------------------------------------- */

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static struct group *top(struct state *state)
{
    return &state->groups[state->group_count - 1];
}

static const struct group *top_of(const struct state *state)
{
    return &state->groups[state->group_count - 1];
}

static bool can_break(const struct wrap *w, const struct state *state)
{
    const struct token *token = &w->line.tokens[state->at];
    const struct group *group = top_of(state);

    if (!token->can_break || group->no_break)
        return false;
    if (is_function_name(&w->line, state->at) && state->column < SHORT_TYPE)
        return false;
    if (group->contains_break && str_is(token->text, "{"))
        return false;
    if (group->keeps_literal && str_is(w->line.tokens[state->at - 1].text, "{"))
        return false;
    return !group->no_break_in_operand || token->kind == TOKEN_BINARY;
}

static unsigned break_column(const struct wrap *w, const struct state *state)
{
    const struct token *token = &w->line.tokens[state->at];
    const struct token *left = &w->line.tokens[state->at - 1];
    const struct group *group = top_of(state);
    const unsigned further = larger(group->last_space, group->indent) + WRAP_INDENT;

    if (token->kind == TOKEN_MEMBER)
        return further;
    if (group->question_column && token->kind == TOKEN_COLON) {
        const struct token *next = token + 1;
        const bool is_chained =
            next->fake_count && next->fake[next->fake_count - 1] == LEVEL_CONDITIONAL;

        return is_chained ? group->indent - WRAP_INDENT : group->question_column;
    }
    if (is_function_name(&w->line, state->at))
        return larger(group->last_space, group->indent);
    if (token->is_name || is_star(token) || left->kind == TOKEN_ASSIGN)
        return further;
    if (group->indent == w->indent && w->line.kind != WRAP_ELEMENT)
        return group->indent + WRAP_INDENT;
    return group->indent;
}

static bool must_break(const struct wrap *w, const struct state *state)
{
    const struct token *token = &w->line.tokens[state->at];
    const struct token *left = &w->line.tokens[state->at - 1];
    const struct group *group = top_of(state);

    if (token->kind == TOKEN_CLOSE)
        return false;
    if (group->breaks_before_next &&
        (left->kind == TOKEN_COMMA || token->kind == TOKEN_QUESTION ||
         token->kind == TOKEN_COLON))
        return true;
    if (state->column <= break_column(w, state))
        return false;
    if (left->kind == TOKEN_BINARY && token->can_break && group->breaks_before_next) {
        const bool is_comparison =
            left->level == LEVEL_EQUAL || left->level == LEVEL_RELATION;

        return !is_comparison || w->line.tokens[state->at - 2].ends_binary;
    }
    return false;
}

static void add_on_new_line(struct wrap *w, struct state *state)
{
    const struct token *token = &w->line.tokens[state->at];
    const struct token *left = &w->line.tokens[state->at - 1];
    struct group *group = top(state);

    if (!group->contains_break)
        state->penalty += PENALTY_FIRST;
    group->contains_break = true;
    group->keeps_literal = false;
    state->penalty += token->penalty;
    state->column = break_column(w, state);
    state->has_break = true;
    state->break_column = state->column;
    if ((left->kind == TOKEN_COMMA && !group->avoids_packing) ||
        left->kind == TOKEN_BINARY)
        group->breaks_before_next = false;
    if (token->kind == TOKEN_QUESTION)
        group->breaks_before_next = true;
    group->last_space = state->column;
    for (unsigned i = 0; i + 1 < state->group_count; i++)
        state->groups[i].breaks_before_next = true;
    if (left->kind != TOKEN_COMMA && left->kind != TOKEN_COLON &&
        left->kind != TOKEN_BINARY && left->kind != TOKEN_ASSIGN &&
        left->kind != TOKEN_OPEN)
        group->breaks_before_next = true;
    if (group->avoids_packing && left->kind != TOKEN_OPEN && left->kind != TOKEN_BINARY)
        group->breaks_before_next = true;
}

/* The right operand of an operator is not broken unless the break is at the operator. */
static void keep_operand_whole(const struct token *left, struct group *group)
{
    const bool has_two = left->operator_index == 0 && !left->has_next_operator;

    if (left->kind == TOKEN_COLON) {
        if (!group->last_operator_wrapped)
            group->no_break_in_operand = true;
        return;
    }
    if (left->kind != TOKEN_COMMA && left->kind != TOKEN_BINARY)
        return;
    if (left->level != LEVEL_RELATION && !has_two)
        group->no_break_in_operand = true;
}

/* Behind these a literal `(struct x){...}` is not broken at its brace alone. */
static bool begins_literal_whole(const struct token *left)
{
    return left->kind == TOKEN_OPEN || left->kind == TOKEN_QUESTION ||
           left->kind == TOKEN_COLON || left->kind == TOKEN_ASSIGN;
}

static void add_on_line(struct wrap *w, struct state *state)
{
    const struct token *token = &w->line.tokens[state->at];
    const struct token *left = &w->line.tokens[state->at - 1];
    struct group *group = top(state);
    const unsigned spaces = token->has_space;

    state->has_break = false;
    if (left->kind == TOKEN_OPEN)
        group->indent = state->column + spaces;
    group->keeps_literal = begins_literal_whole(left) ||
                           (group->keeps_literal && left->kind != TOKEN_COMMA);
    if (group->avoids_packing && left->kind == TOKEN_COMMA)
        group->no_break = true;
    keep_operand_whole(left, group);
    state->column += spaces;
    if (str_is(left->text, "(") && state->at >= 2 &&
        str_is(w->line.tokens[state->at - 2].text, "if"))
        group->last_space = state->column;
    else if (left->kind == TOKEN_COMMA || left->kind == TOKEN_BINARY ||
             left->kind == TOKEN_QUESTION || left->kind == TOKEN_COLON ||
             (left->kind == TOKEN_ASSIGN && token->starts_binary))
        group->last_space = state->column;
}

static void push(struct state *state, struct group group)
{
    if (state->group_count < GROUP_MAX)
        state->groups[state->group_count++] = group;
}

static void open_fakes(const struct wrap *w, struct state *state)
{
    const struct token *token = &w->line.tokens[state->at];
    const struct token *left = state->at ? &w->line.tokens[state->at - 1] : NULL;
    bool skips = left && (left->kind == TOKEN_OPEN || left->kind == TOKEN_ASSIGN ||
                          str_is(left->text, "return"));

    for (unsigned i = token->fake_count; i-- > 0;) {
        const enum level level = token->fake[i];
        struct group group = *top(state);
        const bool is_chained = level == LEVEL_CONDITIONAL && left &&
                                left->kind == TOKEN_COLON && i == token->fake_count - 1;

        group.contains_break = false;
        group.last_operator_wrapped = true;
        group.no_break = group.no_break || group.no_break_in_operand;
        if (level > LEVEL_COMMA)
            group.avoids_packing = false;
        group.indent =
            larger(larger(state->column, group.indent), top(state)->last_space);
        group.last_space = larger(group.last_space, state->column);
        if (level != LEVEL_CONDITIONAL)
            group.start_of_call = state->column;
        if (!is_chained &&
            (level == LEVEL_CONDITIONAL || (!skips && level > LEVEL_ASSIGN)))
            group.indent += WRAP_INDENT;
        if ((left && left->kind != TOKEN_OPEN) || level != LEVEL_COMMA)
            group.breaks_before_next = false;
        push(state, group);
        skips = false;
    }
}

/* Whether a list or a choice goes on behind the bracket that closes this one. */
static bool has_more_behind(const struct wrap *w, const struct token *open)
{
    const size_t next = open->match + 1;

    return open->match && next < w->line.token_count &&
           (w->line.tokens[next].kind == TOKEN_COMMA ||
            w->line.tokens[next].kind == TOKEN_COLON);
}

static void open_bracket(const struct wrap *w, struct state *state)
{
    const struct token *token = &w->line.tokens[state->at];
    const struct group *outer = top(state);
    struct group group = {.last_space = outer->last_space};

    group.no_break = outer->no_break || outer->no_break_in_operand;
    if (str_is(token->text, "{")) {
        const bool ends_in_comma =
            token->match && w->line.tokens[token->match - 1].kind == TOKEN_COMMA;

        group.indent = outer->last_space + WRAP_INDENT;
        group.keeps_literal = outer->keeps_literal && has_more_behind(w, token);
        group.avoids_packing =
            ends_in_comma || (state->at + 1 < w->line.token_count &&
                              str_is(w->line.tokens[state->at + 1].text, "."));
        group.breaks_before_next = ends_in_comma;
    } else {
        group.indent = WRAP_INDENT + larger(outer->last_space, outer->start_of_call);
    }
    push(state, group);
}

/* Takes the next token, on a new line or not. */
static void advance(struct wrap *w, struct state *state, bool is_new_line)
{
    const struct token *token = &w->line.tokens[state->at];

    if (is_new_line)
        add_on_new_line(w, state);
    else if (state->at)
        add_on_line(w, state);
    if (token->kind == TOKEN_COMMA || token->kind == TOKEN_BINARY)
        top(state)->no_break_in_operand = false;
    if (token->kind == TOKEN_BINARY || token->kind == TOKEN_QUESTION ||
        token->kind == TOKEN_COLON)
        top(state)->last_operator_wrapped = is_new_line;
    if (token->kind == TOKEN_QUESTION)
        top(state)->question_column = state->column;
    open_fakes(w, state);
    if (token->kind == TOKEN_CLOSE && state->group_count > 1)
        state->group_count--;
    if (token->kind == TOKEN_OPEN)
        open_bracket(w, state);
    for (unsigned i = 0; i < token->fake_end_count && state->group_count > 1; i++)
        state->group_count--;
    state->column += token->width;
    if (state->column > WRAP_COLUMNS) {
        const unsigned over = state->column - WRAP_COLUMNS;

        state->penalty +=
            (uint64_t)PENALTY_COLUMN * (over < token->width ? over : token->width);
    }
    state->at++;
}

/* ---- Search --------------------------------------------------------------------------- */

static bool is_before(const struct state *a, const struct state *b)
{
    return a->penalty != b->penalty ? a->penalty < b->penalty : a->order < b->order;
}

static void heap_push(struct wrap *w, struct state *state)
{
    size_t i = w->heap.count;

    state->order = w->state_count++;
    vec_push(&w->arena, &w->heap, state);
    for (; i && is_before(state, w->heap.items[(i - 1) / 2]); i = (i - 1) / 2)
        w->heap.items[i] = w->heap.items[(i - 1) / 2];
    w->heap.items[i] = state;
}

static struct state *heap_pop(struct wrap *w)
{
    struct state **items = w->heap.items;
    struct state *first = items[0], *last = items[--w->heap.count];
    size_t i = 0;

    for (size_t child; (child = 2 * i + 1) < w->heap.count; i = child) {
        if (child + 1 < w->heap.count && is_before(items[child + 1], items[child]))
            child++;
        if (!is_before(items[child], last))
            break;
        items[i] = items[child];
    }
    items[i] = last;
    return first;
}

/* With room for the groups that token `at` opens, one of them a bracket. */
static struct state *state_new(struct wrap *w, size_t at, unsigned group_count)
{
    const size_t room = group_count + w->line.tokens[at].fake_count + 1;

    return arena_alloc(&w->arena, sizeof(struct state) + room * sizeof(struct group));
}

static struct state *step_from(struct wrap *w, const struct state *from,
                               bool is_new_line)
{
    struct state *state = state_new(w, from->at, from->group_count);

    memcpy(state, from, sizeof(*from) + from->group_count * sizeof(from->groups[0]));
    state->before = from;
    advance(w, state, is_new_line);
    return state;
}

static struct state *first_state(struct wrap *w)
{
    struct state *state = state_new(w, 0, 1);

    state->column = w->indent;
    state->group_count = 1;
    state->groups[0] = (struct group){
        .indent = w->indent,
        .last_space = w->indent,
        .avoids_packing = w->line.kind == WRAP_ELEMENT,
        .contains_break = w->line.kind == WRAP_ELEMENT,
        .breaks_before_next = w->line.kind == WRAP_ELEMENT,
    };
    advance(w, state, false);
    return state;
}

/* Few of those that could be the same are in another's chain: it is looked through for each
 * state. */
static size_t seen_chain(const struct state *state)
{
    const struct group *last = &state->groups[state->group_count - 1];

    return ((state->at * 31 + state->column) * 31 + state->group_count * 7 +
            last->indent) %
           SEEN_COUNT;
}

/* A dearer way to the same place is not followed. */
static bool is_seen(struct wrap *w, struct state *state)
{
    const size_t bytes = state->group_count * sizeof(state->groups[0]);
    const struct state **latest = &w->seen[seen_chain(state)];

    for (const struct state *seen = *latest; seen; seen = seen->seen_before)
        if (seen->at == state->at && seen->column == state->column &&
            seen->group_count == state->group_count &&
            memcmp(seen->groups, state->groups, bytes) == 0)
            return true;
    state->seen_before = *latest;
    *latest = state;
    return false;
}

/* The cheapest way to the end; its states are linked backwards. */
static const struct state *search(struct wrap *w)
{
    struct state *state = NULL;

    heap_push(w, first_state(w));
    while (w->heap.count) {
        state = heap_pop(w);
        if (state->at == w->line.token_count)
            break;
        if (w->state_count > STATE_MAX)
            w->heap.count = 0; /* from here on the first way that there is */
        else if (is_seen(w, state))
            continue;
        if (must_break(w, state)) {
            heap_push(w, step_from(w, state, true));
            continue;
        }
        heap_push(w, step_from(w, state, false));
        if (can_break(w, state))
            heap_push(w, step_from(w, state, true));
    }
    return state;
}

static void print(struct wrap *w, struct buf *out, const struct state *last)
{
    VEC(const struct state *) path = {0};

    for (const struct state *state = last; state; state = state->before)
        vec_push(&w->arena, &path, state);
    buf_fill(out, ' ', w->indent);
    for (size_t i = path.count; i-- > 0;) {
        const struct state *state = path.items[i];
        const struct token *token = &w->line.tokens[state->at - 1];

        if (state->has_break) {
            buf_add_char(out, '\n');
            buf_fill(out, ' ', state->break_column);
        } else if (token->has_space) {
            buf_add_char(out, ' ');
        }
        buf_add(out, token->text);
    }
}

void wrap_line(struct buf *out, struct str line, enum wrap_kind kind, unsigned indent,
               unsigned room, unsigned depth)
{
    struct wrap w = {.indent = indent};

    if (indent + line.len + room <= WRAP_COLUMNS ||
        indent + str_utf8_count(line) + room <= WRAP_COLUMNS) {
        buf_fill(out, ' ', indent);
        buf_add(out, line);
        return;
    }
    w.line = (struct token_line){.arena = &w.arena, .kind = kind};
    tokens_read(&w.line, line, depth);
    w.line.tokens[w.line.token_count - 1].width += room;
    print(&w, out, search(&w));
    arena_release(&w.arena);
}
