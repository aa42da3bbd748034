/* doc.c: libyaml's events become a tree with places; the one place with yaml.h.
 *
 * In: the source. Out: the tree, findings; see doc.h for what it promises.
 *
 * libyaml's marks count characters; a cursor turns them into bytes. Since most of them
 * lie close together, that is linear. An expression without quotes is a syntax error
 * that one line explains: it is reported, blanked out in a copy of the text, and all is
 * read again, so that one run still finds the other mistakes. Findings that come twice
 * are one. */
#include "doc.h"

#include <string.h>
#include <yaml.h>

#include "base/vec.h"
#include "chars.h"
#include "encoding.h"
#include "expect.h"
#include "map_keys.h"
#include "scalar.h"
#include "syntax.h"
#include "unquoted.h"

enum {
    NODES_MAX = 5000000,  /* with those behind aliases */
    ALIASED_MAX = 100000, /* of these: they cost no bytes of the file */
    ANCHORS_MAX = 1000,   /* they are searched one by one */
    PATCHES_MAX = 100     /* each costs another reading of the file */
};

struct anchor {
    struct str name;
    struct span span;  /* of its node's start */
    struct node *node; /* NULL: still being read */
    size_t node_count; /* of its tree */
    size_t height;
};

struct reader {
    struct arena *arena;
    const struct source *source;
    struct diags *diags;
    yaml_parser_t parser;
    /* The event that is being looked at, without its anchor and tag, in bytes. */
    yaml_event_t event;
    uint32_t start, end;
    /* The byte of one character, and its number. */
    uint32_t cursor_byte;
    size_t cursor_index;
    /* Where in the tree. */
    VEC(struct anchor) anchors;
    struct arena *scratch;
    VEC(struct node *)
    open;              /* items, and keys, of the collections that are being read */
    long block_indent; /* column of the innermost block collection; -1: none */
    size_t flow_depth, depth, deepest;
    size_t node_count, aliased_count;
    uint32_t last_end;    /* of the last token of a node */
    struct span quoted;   /* the last scalar, if it is in quotes */
    uint32_t mended_line; /* of the last key without its `:` */
    /* Expressions that have been blanked out. */
    char *patched; /* NULL: none yet */
    size_t patch_count;
    bool must_restart;
};

static struct span span_from(const struct reader *r, uint32_t start, uint32_t end)
{
    return (struct span){r->source, start, end};
}

/* ---- Events ---------------------------------------------------------------------- */

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The byte where character `index` begins. */
static uint32_t byte_of(struct reader *r, size_t index)
{
    const struct str text = r->source->text;

    if (r->source->is_ascii)
        return (uint32_t)(index < text.len ? index : text.len);
    for (; r->cursor_index < index && r->cursor_byte < text.len; r->cursor_index++) {
        do
            r->cursor_byte++;
        while (is_continuation(text.p[r->cursor_byte]));
    }
    for (; r->cursor_index > index; r->cursor_index--) {
        do
            r->cursor_byte--;
        while (is_continuation(text.p[r->cursor_byte]));
    }
    return r->cursor_byte;
}

/* Whether something on this line has been reported that explains what follows there. */
static bool is_mended(const struct reader *r, uint32_t byte)
{
    return source_place(r->source, byte).line == r->mended_line;
}

static struct span rest_of_line(const struct reader *r, uint32_t byte)
{
    const uint32_t line = source_place(r->source, byte).line;
    const size_t len = source_line(r->source, line).len;

    return span_from(r, byte, r->source->lines[line - 1] + (uint32_t)len);
}

/* Reports the expression at `start`, and has all read again without it, unless that has
 * been done too often. */
static void patch(struct reader *r, size_t start, bool is_in_flow)
{
    const struct str text = r->source->text;
    const struct span span =
        is_mended(r, (uint32_t)start)
            ? rest_of_line(r, (uint32_t)start)
            : unquoted_report(r->arena, r->diags, r->source, start, is_in_flow);

    if (r->patch_count == PATCHES_MAX)
        return;
    if (!r->patched)
        r->patched = str_copy(r->arena, text);
    for (uint32_t at = span.start; at < span.end; at++)
        if ((unsigned char)r->patched[at] < 0x80)
            r->patched[at] = 'x';
    r->patch_count++;
    r->must_restart = true;
}

/* Whether an expression on the line of `byte` explains that libyaml has stopped. */
static bool is_unquoted(struct reader *r, uint32_t byte)
{
    const char *text = r->patched ? r->patched : r->source->text.p;
    bool is_in_flow = r->flow_depth > 0;
    size_t start;

    if (!unquoted_find((struct str){text, r->source->text.len}, byte, &start,
                       &is_in_flow) ||
        start > byte || (start >= r->quoted.start && start < r->quoted.end))
        return false;
    patch(r, start, is_in_flow);
    return true;
}

static void report_fault(struct reader *r)
{
    const struct fault fault = {
        .context = r->parser.context,
        .problem = r->parser.problem,
        .context_byte = byte_of(r, r->parser.context_mark.index),
        .problem_byte = byte_of(r, r->parser.problem_mark.index),
        .quoted = r->quoted,
    };

    const bool is_in_quotes = fault.context && strstr(fault.context, "quoted scalar");

    if (!is_in_quotes && is_unquoted(r, fault.problem_byte))
        return;
    if (fault.context && is_unquoted(r, fault.context_byte))
        return;
    if (is_mended(r, fault.problem_byte))
        return;
    syntax_report(r->diags, r->source, fault);
}

static const yaml_char_t *event_anchor(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT: return event->data.alias.anchor;
    case YAML_SCALAR_EVENT: return event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT: return event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT: return event->data.mapping_start.anchor;
    default: return NULL;
    }
}

static const yaml_char_t *event_tag(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT: return event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT: return event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT: return event->data.mapping_start.tag;
    default: return NULL;
    }
}

static void report_tag(struct reader *r, uint32_t start, uint32_t end)
{
    const struct span span = span_from(r, start, end);

    diag_report(r->diags, span, KAD0101, "a tag such as `%.*s` has no meaning here",
                STR(span_text(span)));
    diag_help(r->diags, "leave it out; text that begins with `!` needs quotes");
}

/* The start of a node that has an anchor or a tag: after them. */
static uint32_t skip_properties(struct reader *r, uint32_t at)
{
    const struct str text = r->source->text;

    while (at < text.len) {
        const uint32_t start = at;
        const char c = text.p[at];

        if (is_space(c)) {
            at++;
        } else if (c == '#' && at > 0 && is_space(text.p[at - 1])) {
            while (at < text.len && !is_line_break(text.p[at]))
                at++;
        } else if (c == '&' || c == '!') {
            while (at < text.len && !is_space(text.p[at]) && text.p[at] != ',')
                at++;
            if (c == '!')
                report_tag(r, start, at);
        } else {
            break;
        }
    }
    return at;
}

/* Goes to the next event; false: there is none, which has been reported. */
static bool advance(struct reader *r)
{
    yaml_event_delete(&r->event);
    if (!yaml_parser_parse(&r->parser, &r->event)) {
        report_fault(r);
        return false;
    }
    r->start = byte_of(r, r->event.start_mark.index);
    r->end = byte_of(r, r->event.end_mark.index);
    if (event_tag(&r->event) ||
        (event_anchor(&r->event) && r->event.type != YAML_ALIAS_EVENT))
        r->start = skip_properties(r, r->start);
    if (r->start > r->end && r->event.type == YAML_SCALAR_EVENT)
        r->start = r->end; /* properties of nothing: an empty scalar */
    return true;
}

/* ---- Scalars and aliases --------------------------------------------------------- */

static struct node *node_new(struct reader *r, enum node_kind kind)
{
    struct node *node = arena_new(r->arena, struct node);

    node->kind = kind;
    node->span = span_from(r, r->start, r->end);
    return node;
}

static struct node *poison(struct reader *r)
{
    struct node *node = node_new(r, NODE_SCALAR);

    node->style = NODE_DOUBLE_QUOTED; /* text, not null */
    node->text = S("");
    node->text_start = r->start;
    node->is_poisoned = true;
    return node;
}

static enum node_style style_of(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return NODE_SINGLE_QUOTED;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return NODE_DOUBLE_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE: return NODE_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE: return NODE_FOLDED;
    default: return NODE_PLAIN;
    }
}

static bool is_brace_pair(const struct reader *r)
{
    return str_is(str_part(r->source->text, r->start, (size_t)r->start + 2), "{{");
}

static struct node *read_scalar(struct reader *r)
{
    struct node *node = node_new(r, NODE_SCALAR);
    const char *nul;

    node->style = style_of(r->event.data.scalar.style);
    node->text = (struct str){(const char *)r->event.data.scalar.value,
                              r->event.data.scalar.length};
    if (node->style == NODE_PLAIN && is_brace_pair(r))
        return poison(r); /* what patch() has left */
    if (node->style == NODE_LITERAL || node->style == NODE_FOLDED)
        node->span.end = (uint32_t)r->source->text.len;
    scalar_locate(r->arena, node, r->block_indent);
    r->last_end = node->span.end;
    r->quoted = node->style == NODE_SINGLE_QUOTED || node->style == NODE_DOUBLE_QUOTED
                    ? node->span
                    : (struct span){0};
    nul = memchr(node->text.p, '\0', node->text.len);
    if (nul) {
        const size_t at = (size_t)(nul - node->text.p);

        diag_report(r->diags, node_range(node, at, at + 1), KAD0111,
                    "text can't hold a NUL character");
        return poison(r);
    }
    return node;
}

static struct anchor *anchor_find(struct reader *r, struct str name)
{
    for (size_t i = r->anchors.count; i > 0; i--)
        if (str_equal(r->anchors.items[i - 1].name, name))
            return &r->anchors.items[i - 1];
    return NULL;
}

static void report_unknown_anchor(struct reader *r, struct str name)
{
    VEC(struct str) names = {0};
    const struct span span = span_from(r, r->start + 1, r->end);

    for (size_t i = 0; i < r->anchors.count; i++)
        vec_push(r->arena, &names, r->anchors.items[i].name);
    diag_report(r->diags, span_from(r, r->start, r->end), KAD0110,
                "no anchor `&%.*s` stands before this alias", STR(name));
    diag_subject(r->diags, "anchor `%.*s`", STR(name));
    diag_did_you_mean(r->diags, span, name, (struct names){names.items, names.count});
}

/* False: 1301 has been reported, at the event. */
static bool check_size(struct reader *r)
{
    const struct span span = span_from(r, r->start, r->end);

    if (r->node_count > NODES_MAX) {
        diag_report(r->diags, span, KAD1301, "more than %d values in one file",
                    (int)NODES_MAX);
        diag_help(r->diags, "what stands behind an alias counts each time");
        return false;
    }
    if (r->aliased_count > ALIASED_MAX) {
        diag_report(r->diags, span, KAD1301, "more than %d values behind aliases",
                    (int)ALIASED_MAX);
        return false;
    }
    if (r->deepest > DOC_DEPTH_MAX) {
        diag_report(r->diags, span_from(r, r->start, r->start + 1), KAD1301,
                    "lists and maps are nested deeper than %d levels",
                    (int)DOC_DEPTH_MAX);
        return false;
    }
    return true;
}

static struct node *read_alias(struct reader *r)
{
    const struct str name = str_of((const char *)r->event.data.alias.anchor);
    const struct anchor *anchor = anchor_find(r, name);

    r->last_end = r->end;
    if (!anchor) {
        report_unknown_anchor(r, name);
        return poison(r);
    }
    if (!anchor->node) {
        diag_report(r->diags, span_from(r, r->start, r->end), KAD0110,
                    "the alias `*%.*s` stands inside its own anchor", STR(name));
        diag_note(r->diags, anchor->span, "the anchor's value begins here");
        return poison(r);
    }
    r->node_count += anchor->node_count;
    r->aliased_count += anchor->node_count;
    if (r->depth + anchor->height > r->deepest)
        r->deepest = r->depth + anchor->height;
    return check_size(r) ? anchor->node : NULL;
}

/* ---- Lists and maps -------------------------------------------------------------- */

/* What read_node is in the middle of, to be put back afterwards. */
struct place_in_tree {
    long block_indent;
    size_t flow_depth;
};

/* Characters of the line before the event. They are few: only `-`, `?` and properties stand
 * before a block collection. */
static long column_of_start(const struct reader *r)
{
    const char *text = r->source->text.p;
    long column = 0;

    for (uint32_t at = r->start; at > r->source->lines[0]; at--) {
        if (is_line_break(text[at - 1]))
            break;
        column += !is_continuation(text[at - 1]);
    }
    return column;
}

static struct place_in_tree enter(struct reader *r, bool is_flow)
{
    const struct place_in_tree before = {r->block_indent, r->flow_depth};

    if (is_flow)
        r->flow_depth++;
    else
        r->block_indent = column_of_start(r);
    if (++r->depth > r->deepest)
        r->deepest = r->depth;
    return before;
}

/* A flow collection ends with its bracket, a block with its last word. */
static void leave(struct reader *r, struct place_in_tree before, bool is_flow,
                  struct node *node)
{
    r->block_indent = before.block_indent;
    r->flow_depth = before.flow_depth;
    r->depth--;
    if (is_flow)
        r->last_end = r->end;
    node->span.end = r->last_end;
}

/* A copy of every `step`th open node from `first` on. */
static struct node **take_open(struct reader *r, size_t first, size_t step)
{
    const size_t count = (r->open.count - first + step - 1) / step;
    struct node **nodes = arena_array(r->arena, struct node *, count);

    for (size_t i = 0; i < count; i++)
        nodes[i] = r->open.items[first + i * step];
    return nodes;
}

static struct node *read_node(struct reader *r);

static struct node *read_list(struct reader *r)
{
    const bool is_flow = r->event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    const struct place_in_tree before = enter(r, is_flow);
    struct node *list = node_new(r, NODE_LIST);
    const size_t first = r->open.count;

    if (!check_size(r))
        return NULL;
    for (;;) {
        struct node *item;

        if (!advance(r))
            return NULL;
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            break;
        item = read_node(r);
        if (!item)
            return NULL;
        vec_push(r->scratch, &r->open, item);
    }
    leave(r, before, is_flow, list);
    list->count = (uint32_t)(r->open.count - first);
    list->items = take_open(r, first, 1);
    r->open.count = first;
    return list;
}

/* Makes of a key without its `:` what was meant. False: it is as it should be. */
static bool mend_key(struct reader *r, struct node *key)
{
    const size_t len = key_short_len(key);

    if (!len)
        return false;
    key->span = node_range(key, 0, len);
    key->text.len = len;
    r->mended_line = source_place(r->source, key->span.start).line;
    diag_report(r->diags, key->span, KAD0101, "expected `:` after this key");
    return true;
}

/* A key and its value; false: one of them can't be read, which has been reported. */
static bool read_entry(struct reader *r, struct node **key, struct node **item)
{
    bool was_mended;

    *key = read_node(r);
    if (!*key)
        return false;
    was_mended = mend_key(r, *key);
    if (!advance(r))
        return false;
    *item = read_node(r);
    if (*item && was_mended)
        *item = poison(r); /* nobody knows its value */
    return *item;
}

static struct node *read_map(struct reader *r)
{
    const bool is_flow = r->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    const struct place_in_tree before = enter(r, is_flow);
    struct node *map = node_new(r, NODE_MAP);
    const size_t first = r->open.count;

    if (!check_size(r))
        return NULL;
    for (;;) {
        struct node *key, *item;

        if (!advance(r))
            return NULL;
        if (r->event.type == YAML_MAPPING_END_EVENT)
            break;
        if (!read_entry(r, &key, &item))
            return NULL;
        if (!key_is_usable(key, r->diags))
            continue;
        vec_push(r->scratch, &r->open, key);
        vec_push(r->scratch, &r->open, item);
    }
    leave(r, before, is_flow, map);
    map->count = (uint32_t)(r->open.count - first) / 2;
    map->keys = take_open(r, first, 2);
    map->items = take_open(r, first + 1, 2);
    r->open.count = first;
    map_drop_duplicates(map, r->diags);
    return map;
}

/* ---- Any node -------------------------------------------------------------------- */

static struct node *read_content(struct reader *r)
{
    r->node_count++;
    switch (r->event.type) {
    case YAML_SCALAR_EVENT: return check_size(r) ? read_scalar(r) : NULL;
    case YAML_SEQUENCE_START_EVENT: return read_list(r);
    default: break;
    }
    if (r->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE &&
        is_brace_pair(r)) {
        patch(r, r->start, r->flow_depth > 0);
        return NULL;
    }
    return read_map(r);
}

/* The node that begins with the event; afterwards the event is its last. NULL: it can't
 * be read, which has been reported. */
static struct node *read_node(struct reader *r)
{
    const char *name = (const char *)event_anchor(&r->event);
    const size_t deepest = r->deepest, node_count = r->node_count;
    const size_t index = r->anchors.count;
    struct anchor anchor = {.span = span_from(r, r->start, r->start + 1)};

    if (r->event.type == YAML_ALIAS_EVENT)
        return read_alias(r);
    if (!name)
        return read_content(r);
    if (index == ANCHORS_MAX) {
        diag_report(r->diags, anchor.span, KAD1301, "more than %d anchors in one file",
                    (int)ANCHORS_MAX);
        return NULL;
    }
    anchor.name = str_of(str_copy(r->arena, str_of(name)));
    vec_push(r->arena, &r->anchors, anchor);
    r->deepest = r->depth;
    anchor.node = read_content(r);
    anchor.node_count = r->node_count - node_count;
    anchor.height = r->deepest - r->depth;
    r->anchors.items[index] = anchor;
    if (deepest > r->deepest)
        r->deepest = deepest;
    return anchor.node;
}

/* ---- The file -------------------------------------------------------------------- */

static struct node *empty_document(struct reader *r)
{
    struct node *node = node_new(r, NODE_SCALAR);

    node->style = NODE_PLAIN;
    node->text = S("");
    node->text_start = r->start;
    return node;
}

static struct node *read_stream(struct reader *r)
{
    struct node *root;

    if (!advance(r) || !advance(r)) /* the stream starts; a document starts */
        return NULL;
    if (r->event.type == YAML_STREAM_END_EVENT)
        return empty_document(r);
    if (!advance(r))
        return NULL;
    root = read_node(r);
    if (!root || !advance(r) || !advance(r)) /* the document ends; and the stream */
        return NULL;
    if (r->event.type != YAML_STREAM_END_EVENT) {
        diag_report(r->diags, span_from(r, r->start, r->end), KAD0112,
                    "a second YAML document begins here");
        diag_help(r->diags, "put each workflow into a file of its own");
    }
    return root;
}

static struct node *read_once(struct reader *r)
{
    const struct source *source = r->source;
    const char *text = r->patched ? r->patched : source->text.p;
    const uint32_t first = source->lines[0]; /* after the byte order mark */
    struct node *root;

    *r = (struct reader){
        .arena = r->arena,
        .scratch = r->scratch,
        .source = source,
        .diags = r->diags,
        .cursor_byte = first,
        .block_indent = -1,
        .patched = r->patched,
        .patch_count = r->patch_count,
    };
    if (!yaml_parser_initialize(&r->parser)) {
        diag_report(r->diags, span_from(r, first, first), KAD1301, "out of memory");
        return NULL;
    }
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)text + first,
                                 source->text.len - first);
    root = read_stream(r);
    yaml_event_delete(&r->event);
    yaml_parser_delete(&r->parser);
    return root;
}

struct node *doc_parse(struct arena *arena, const struct source *source,
                       struct diags *diags)
{
    struct arena scratch = {0};
    struct reader reader = {
        .arena = arena, .scratch = &scratch, .source = source, .diags = diags};
    struct node *root;

    if (!encoding_check(source, diags))
        return NULL;
    do
        root = read_once(&reader);
    while (reader.must_restart);
    arena_release(&scratch);
    if (root)
        expect_read(arena, source, root, diags);
    return root;
}
