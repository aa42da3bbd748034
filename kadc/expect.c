/* expect.c: reads `# kadc: expect(CODE...) reason`; see expect.h.
 *
 *     comment = "# kadc:" "expect" "(" code { "," code } ")" reason
 *
 * libyaml drops comments: they are found in the text. What looks like one inside of a scalar
 * is none. */
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

static const char mark[] = "# kadc:";

struct scan {
    struct arena *arena;
    struct diags *diags;
    const struct source *source;
    VEC(struct span) scalars; /* that hold the mark */
    VEC(struct span) steps;   /* in the order of the file */
};

/* ---- The tree -------------------------------------------------------------------- */

static void note_nodes(struct scan *scan, const struct node *node, bool is_item)
{
    if (node->kind == NODE_SCALAR) {
        const struct str text = span_text(node->span);

        if (str_find(text, str_of(mark)) < text.len)
            vec_push(scan->arena, &scan->scalars, node->span);
        return;
    }
    if (is_item && node->kind == NODE_MAP && node_find(node, "id"))
        vec_push(scan->arena, &scan->steps, node->span);
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == NODE_MAP)
            note_nodes(scan, node->keys[i], false);
        note_nodes(scan, node->items[i], node->kind == NODE_LIST);
    }
}

static int compare_spans(const void *left, const void *right)
{
    const struct span *a = left, *b = right;

    return (a->start > b->start) - (a->start < b->start);
}

static bool is_in_scalar(const struct scan *scan, uint32_t at)
{
    for (size_t i = 0; i < scan->scalars.count; i++)
        if (at >= scan->scalars.items[i].start && at < scan->scalars.items[i].end)
            return true;
    return false;
}

/* ---- What a comment is about ------------------------------------------------------ */

static struct span line_span(const struct source *source, uint32_t line)
{
    const uint32_t start = source->lines[line - 1];

    return (struct span){source, start,
                         start + (uint32_t)source_line(source, line).len};
}

/* The first line below that says something. */
static uint32_t line_below(const struct source *source, uint32_t line)
{
    for (uint32_t next = line + 1; next <= source->line_count; next++) {
        const struct str text = str_trim(source_line(source, next));

        if (text.len && text.p[0] != '#')
            return next;
    }
    return line;
}

static struct span target_of(const struct scan *scan, uint32_t line, bool is_alone)
{
    const uint32_t target = is_alone ? line_below(scan->source, line) : line;
    const struct span range = line_span(scan->source, target);
    size_t low = 0, high = scan->steps.count;

    while (low < high) { /* the first step that begins at the line, or below */
        const size_t middle = (low + high) / 2;

        if (scan->steps.items[middle].start < range.start)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < scan->steps.count && scan->steps.items[low].start < range.end)
        return span_join(range, scan->steps.items[low]);
    return range;
}

/* ---- Comments -------------------------------------------------------------------- */

static struct span part_span(const struct scan *scan, struct str part)
{
    const uint32_t start = (uint32_t)(part.p - scan->source->text.p);

    return (struct span){scan->source, start, start + (uint32_t)part.len};
}

static void report_bad(struct scan *scan, struct str part, const char *problem)
{
    diag_report(scan->diags, part_span(scan, part), KAD0116, "%s", problem);
    diag_help(scan->diags, "write it as `# kadc: expect(KAD0803) the reason`");
}

static void read_code(struct scan *scan, struct str text, struct span target,
                      struct str reason)
{
    const int code = diag_code_find(text);

    if (code < 0) {
        diag_report(scan->diags, part_span(scan, text), KAD0116,
                    "there is no code `%.*s`", STR(text));
        return;
    }
    if (!diag_may_be_expected((enum diag_code)code)) {
        diag_report(scan->diags, part_span(scan, text), KAD0116,
                    "`%.*s` can't be silenced from inside a file", STR(text));
        return;
    }
    diag_expect(scan->diags, target, (enum diag_code)code, part_span(scan, text),
                reason);
}

/* `text`: what follows the mark on its line. */
static void read_comment(struct scan *scan, struct str text, struct span target)
{
    const struct str word = S("expect(");
    struct str rest = str_trim(text), reason;
    size_t end;

    if (!str_starts_with(rest, word)) {
        report_bad(scan, rest, "a comment for kadc says nothing but `expect(...)`");
        return;
    }
    end = str_find(rest, S(")"));
    if (end == rest.len) {
        report_bad(scan, rest, "`)` is missing behind the codes");
        return;
    }
    reason = str_trim(str_part(rest, end + 1, rest.len));
    if (reason.len == 0)
        report_bad(scan, rest, "an expectation without a reason");
    rest = str_part(rest, word.len, end);
    for (size_t from = 0; reason.len && from <= rest.len;) {
        const struct str tail = str_part(rest, from, rest.len);
        const size_t len = str_find(tail, S(","));

        read_code(scan, str_trim(str_part(tail, 0, len)), target, reason);
        from += len + 1;
    }
}

static void read_mark(struct scan *scan, uint32_t at)
{
    const struct source *source = scan->source;
    const uint32_t line = source_place(source, at).line;
    const struct span whole = line_span(source, line);
    const struct str before = {source->text.p + whole.start, at - whole.start};
    const bool is_alone = str_trim(before).len == 0;

    if (is_in_scalar(scan, at) ||
        (before.len && !strchr(" \t", before.p[before.len - 1])))
        return;
    read_comment(scan, str_part(source->text, at + strlen(mark), whole.end),
                 target_of(scan, line, is_alone));
}

void expect_read(struct arena *arena, const struct source *source,
                 const struct node *root, struct diags *diags)
{
    struct scan scan = {.arena = arena, .diags = diags, .source = source};
    const struct str text = source->text;
    size_t at = str_find(text, str_of(mark));

    if (at == text.len)
        return;
    note_nodes(&scan, root, false);
    if (scan.steps.count > 1)
        qsort(scan.steps.items, scan.steps.count, sizeof scan.steps.items[0],
              compare_spans);
    while (at < text.len) {
        read_mark(&scan, (uint32_t)at);
        at++;
        at += str_find(str_part(text, at, text.len), str_of(mark));
    }
}
