/* doc_fixture.h: parses text, and looks at the tree and the findings. */
#ifndef TESTS_DOC_FIXTURE_H
#define TESTS_DOC_FIXTURE_H

#include <string.h>

#include "diag_fixture.h"
#include "doc.h"

static inline struct node *parse_bytes(struct str text)
{
    return doc_parse(&arena, source_of_text(&arena, "a.yaml", text), diags);
}

static inline struct node *parse(const char *text)
{
    return parse_bytes(str_of(text));
}

/* The findings in the short form, without the line of counts. */
static inline const char *findings(void)
{
    const char *text = printed((struct diag_style){DIAG_SHORT, false, 0});
    const char *last = text, *line;

    for (line = text; (line = strchr(line, '\n')) && line[1];)
        last = ++line;
    return arena_printf(&arena, "%.*s", (int)(last - text), text);
}

static inline void assert_findings(const char *text, const char *expected)
{
    parse(text);
    cr_assert_str_eq(findings(), expected, "expected:\n%s\nfound:\n%s", expected,
                     findings());
}

static inline struct node *parse_clean(const char *text)
{
    struct node *root = parse(text);

    cr_assert_str_eq(findings(), "");
    cr_assert_not_null(root);
    return root;
}

static inline void assert_covers(const struct node *node, const char *text)
{
    const struct str actual = span_text(node->span);

    cr_assert(str_is(actual, text), "covers <%.*s>, not <%s>", STR(actual), text);
}

/* The scalar under `key` has this value, and covers this text. */
static inline const struct node *assert_scalar(const struct node *map, const char *key,
                                               const char *value, const char *text)
{
    const struct node *node = node_find(map, key);

    cr_assert_not_null(node);
    cr_assert_eq(node->kind, NODE_SCALAR);
    cr_assert(str_is(node->text, value), "value <%.*s>", STR(node->text));
    assert_covers(node, text);
    return node;
}

/* In the source, `part` of the value stands as `text`, at this line and column. */
static inline void assert_stands(const struct node *node, const char *part,
                                 const char *text, uint32_t line, uint32_t column)
{
    const size_t from = str_find(node->text, str_of(part));
    const struct span span = node_range(node, from, from + strlen(part));
    const struct place place = source_place(span.source, span.start);

    cr_assert_lt(from, node->text.len);
    cr_assert(str_is(span_text(span), text), "stands as <%.*s>", STR(span_text(span)));
    cr_assert_eq(place.line, line, "line %u", place.line);
    cr_assert_eq(place.column, column, "column %u", place.column);
}

#endif
